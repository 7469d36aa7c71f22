//! The HTTP API of a running server, as a signed-in person uses it.

use std::{fmt, time::Duration};

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use ureq::{Agent, Body, http::Response};
use zeroize::Zeroizing;

use crate::{
    exit::{Exit, Failure},
    lang::Lang,
    output::foreign,
};

const TOKEN_VARIABLE: &str = "TIGERTALLY_TOKEN";

/// Which server to ask.
#[derive(Args)]
pub(crate) struct Server {
    /// Address of the server
    #[arg(long, value_name = "URL", env = "TIGERTALLY_SERVER", default_value = "http://127.0.0.1:8321")]
    server: String,
}

/// A server, and whose token to show it.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: Option<Zeroizing<String>>,
    lang: Lang,
}

impl Client {
    /// A client without a token, for signing in.
    pub(crate) fn stranger(server: &Server, lang: Lang) -> anyhow::Result<Client> {
        let address = server.server.trim_end_matches('/');
        if address.starts_with("https://") {
            return Err(Failure::error(
                Exit::Usage,
                lang.pick(
                    "本程序不带 TLS：请在服务器本机上使用 http:// 地址，或通过 SSH 隧道连接",
                    "this program speaks no TLS: use the http:// address on the server itself, or through an SSH tunnel",
                ),
            ));
        }
        if !address.starts_with("http://") {
            return Err(Failure::error(
                Exit::Usage,
                lang.pick("服务器地址应以 http:// 开头", "the address of the server must begin with http://"),
            ));
        }
        let config =
            Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
        Ok(Client { agent: config.build().into(), server: address.to_owned(), token: None, lang })
    }

    /// A client for the person whose token stands in the environment.
    pub(crate) fn signed_in(server: &Server, lang: Lang) -> anyhow::Result<Client> {
        let stranger = Client::stranger(server, lang)?;
        let token = std::env::var(TOKEN_VARIABLE).ok().filter(|token| !token.trim().is_empty());
        let Some(token) = token.map(Zeroizing::new) else {
            return Err(Failure::error(
                Exit::Denied,
                lang.pick(
                    "尚未登录：请先运行 export TIGERTALLY_TOKEN=$(tigertally sign-in)",
                    "not signed in: run export TIGERTALLY_TOKEN=$(tigertally sign-in)",
                ),
            ));
        };
        Ok(Client { token: Some(Zeroizing::new(token.trim().to_owned())), ..stranger })
    }

    /// Asks for something.
    pub(crate) fn get(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<Value> {
        let mut request = self
            .agent
            .get(format!("{}/api/v1{path}", self.server))
            .header("accept-language", self.lang.tag());
        for (name, value) in query {
            request = request.query(*name, value);
        }
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", &*authorization);
        }
        self.answer(request.call())
    }

    /// Has something done.
    pub(crate) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let mut request = self
            .agent
            .post(format!("{}/api/v1{path}", self.server))
            .header("accept-language", self.lang.tag());
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", &*authorization);
        }
        self.answer(request.send_json(body))
    }

    /// Ends something.
    pub(crate) fn delete(&self, path: &str) -> anyhow::Result<Value> {
        let mut request = self
            .agent
            .delete(format!("{}/api/v1{path}", self.server))
            .header("accept-language", self.lang.tag());
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", &*authorization);
        }
        self.answer(request.call())
    }

    fn authorization(&self) -> Option<Zeroizing<String>> {
        self.token.as_ref().map(|token| Zeroizing::new(format!("Bearer {}", **token)))
    }

    fn answer(&self, response: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Value> {
        let mut response = response.map_err(|error| match error {
            ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::Timeout(_) => Failure::error(
                Exit::Busy,
                format!("{} {}: {error}", self.lang.pick("无法连接", "cannot reach"), self.server),
            ),
            other => other.into(),
        })?;
        let status = response.status().as_u16();
        if status == 204 {
            return Ok(Value::Null);
        }
        let text = Zeroizing::new(response.body_mut().read_to_string()?);
        if (200..300).contains(&status) {
            return Ok(serde_json::from_str(&text)?);
        }
        let problem = serde_json::from_str(&text).unwrap_or_default();
        Err(Answered { status, problem }.into())
    }
}

/// Problem details (RFC 9457) that a server answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// Status code.
    pub(crate) status: u16,
    problem: Problem,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: String,
    way_out: Vec<Said>,
}

#[derive(Debug, Deserialize)]
struct Said {
    zh: String,
    en: String,
}

impl Answered {
    /// What the shell is told.
    pub(crate) fn exit(&self) -> Exit {
        match self.status {
            401 | 403 => Exit::Denied,
            409 | 429 | 503 => Exit::Busy,
            _ => Exit::Failed,
        }
    }

    /// What people are told.
    pub(crate) fn text(&self, lang: Lang) -> String {
        let say = |said: &[Said]| {
            said.iter().map(|said| foreign(lang.pick(&said.zh, &said.en))).collect::<Vec<_>>().join("; ")
        };
        // The detail holds the sentences of the rules.
        let Problem { title, detail, way_out } = &self.problem;
        let mut text = match title.is_empty() {
            true => format!("HTTP {}", self.status),
            false => format!("{}: {}", foreign(title), foreign(detail)),
        };
        if !way_out.is_empty() {
            text.push_str(&format!("\n  {} {}", lang.pick("可行的办法：", "what would do:"), say(way_out)));
        }
        text
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for Answered {}

/// A piece of an address (RFC 3986, unreserved characters as they are).
pub(crate) fn segment(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_segment_cannot_leave_its_place() {
        assert_eq!(segment("C00001"), "C00001");
        assert_eq!(segment("../x?y=客"), "..%2Fx%3Fy%3D%E5%AE%A2");
    }
}
