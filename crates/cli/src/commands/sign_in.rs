//! `tigertally sign-in` and `sign-out`

use clap::Args;
use serde_json::json;
use tigertally_core::{
    Tigertally,
    identity::{self, Actor, Via},
};
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
        let (password, code) = asked(lang)?;
        let body = json!({ "staff_no": self.staff_no, "password": *password, "code": *code });
        let session = client.post("/sessions", &body)?;
        let Some(token) = session["token"].as_str() else {
            return Err(Failure::error(
                Exit::Failed,
                lang.pick("服务器没有返回令牌", "the server gave no token"),
            ));
        };
        output::print(token)?;
        Ok(Exit::Done)
    }
}

/// Signs somebody in on the machine itself, for what the policy lets only certain people do.
pub(crate) async fn on_the_machine(
    tigertally: &Tigertally,
    staff_no: &str,
    lang: Lang,
) -> anyhow::Result<Actor> {
    let (password, code) = asked(lang)?;
    let from = identity::SignIn {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        agent: concat!("tigertally/", env!("CARGO_PKG_VERSION")).to_owned(),
        via: Via::Cli,
        device: None,
    };
    Ok(tigertally.sign_in(staff_no, &password, Some(&code), &from).await?.actor)
}

fn asked(lang: Lang) -> anyhow::Result<(Zeroizing<String>, Zeroizing<String>)> {
    let password = secret("TIGERTALLY_PASSWORD", lang.pick("密码：", "Password: "))?;
    Ok((password, secret("TIGERTALLY_CODE", lang.pick("验证码：", "Code of the authenticator: "))?))
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
