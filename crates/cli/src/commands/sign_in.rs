//! `tigertally sign-in` and `sign-out`

use clap::Args;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    client::{Client, Server},
    exit::{Exit, Failure},
    key,
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Example:
  export TIGERTALLY_TOKEN=$(tigertally sign-in S012)

For programs: the password is taken from TIGERTALLY_PASSWORD and the code from TIGERTALLY_CODE, if they are set.";

/// Sign in to a running server, and print the session's token
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct SignIn {
    /// Staff number
    staff_no: String,
    #[command(flatten)]
    server: Server,
}

impl SignIn {
    pub(crate) fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let client = Client::stranger(&self.server, lang)?;
        let password = secret("TIGERTALLY_PASSWORD", lang.pick("密码：", "Password: "))?;
        let code = secret("TIGERTALLY_CODE", lang.pick("验证码：", "Code of the authenticator: "))?;
        let body = json!({ "staff_no": self.staff_no, "password": *password, "code": *code });
        let session = client.post("/sessions", &body)?;
        let Some(token) = session["token"].as_str() else {
            return Err(Failure::new(Exit::Failed, lang.pick("服务器没有返回令牌", "the server gave no token")));
        };
        output::print(token)?;
        Ok(Exit::Done)
    }
}

fn secret(variable: &str, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    match std::env::var(variable) {
        Ok(value) => Ok(Zeroizing::new(value)),
        Err(_) => key::hidden(prompt).map_err(|error| error.context(format!("{variable} is not set"))),
    }
}

/// End the session of the token in TIGERTALLY_TOKEN
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally sign-out && unset TIGERTALLY_TOKEN")]
pub(crate) struct SignOut {
    #[command(flatten)]
    server: Server,
}

impl SignOut {
    pub(crate) fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        Client::signed_in(&self.server, lang)?.delete("/sessions")?;
        Ok(Exit::Done)
    }
}
