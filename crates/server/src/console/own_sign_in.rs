//! How one signs in: one's sessions, password and recovery codes.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tigertally_core::identity::{SessionInfo, SignInError};

use super::{
    PageError, html, set_cookie,
    shell::Shell,
    sign_in::refusal,
    visitor::{Page, Typed, Visitor, said},
    words,
};
use crate::{
    problem::Problem,
    signed::{From as Origin, SESSION},
    texts::Lang,
};

struct SessionView {
    current: bool,
    browser: String,
    address: String,
    since: String,
    until: String,
}

#[derive(Template)]
#[template(path = "own-sign-in.html")]
struct OwnSignIn {
    shell: Shell,
    sessions: Vec<SessionView>,
    codes_left: u64,
    /// What went wrong, and with which form: `password` or `recovery`.
    at: &'static str,
    error: String,
    /// Fresh recovery codes, shown once.
    fresh: Vec<String>,
}

async fn show(
    visitor: &Visitor,
    at: &'static str,
    error: String,
    fresh: Vec<String>,
) -> Result<OwnSignIn, PageError> {
    let (sessions, receipt) =
        visitor.desk().sessions(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let left = visitor.desk().recovery_codes_left(&visitor.actor);
    let left = left.map_err(|error| PageError::from(Problem::of_store(&error, visitor.lang)))?;
    let shell = visitor.shell("nav-own-sign-in", "/me/sign-in").recorded(&visitor.app, &receipt);
    let sessions = sessions.iter().map(|session| session_view(visitor, session)).collect();
    Ok(OwnSignIn { shell, sessions, codes_left: left as u64, at, error, fresh })
}

fn session_view(visitor: &Visitor, session: &SessionInfo) -> SessionView {
    let (app, lang) = (&visitor.app, visitor.lang);
    SessionView {
        current: session.current,
        browser: if session.program { lang.t("own-sign-in-program") } else { browser(&session.agent, lang) },
        address: session.address.clone(),
        since: words::moment(app, lang, session.created_ms),
        until: words::moment(app, lang, session.expires_ms),
    }
}

/// What a browser calls itself, in words: `Chrome · Windows`.
fn browser(agent: &str, lang: Lang) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let name = first(&[
        ("Edg/", "Edge"),
        ("MicroMessenger", "微信"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => lang.t("own-sign-in-unknown"),
    }
}

/// `GET /me/sign-in`
pub(crate) async fn page(visitor: Visitor) -> Page {
    Ok(html(&show(&visitor, "", String::new(), Vec::new()).await?))
}

async fn refused(visitor: &Visitor, at: &'static str, (status, error): (StatusCode, String)) -> Page {
    Ok((status, html(&show(visitor, at, error, Vec::new()).await?)).into_response())
}

/// The password that stands was wrong, here where the person is known.
fn own_refusal(error: &SignInError, lang: Lang) -> Result<(StatusCode, String), PageError> {
    match error {
        SignInError::Wrong => Ok((StatusCode::UNPROCESSABLE_ENTITY, lang.t("own-sign-in-wrong"))),
        SignInError::WrongCode => Ok((StatusCode::UNPROCESSABLE_ENTITY, lang.t("sign-in-code-refused"))),
        other => refusal(other, lang),
    }
}

/// `POST /me/sign-in/password`
pub(crate) async fn password(visitor: Visitor, origin: Origin, typed: Typed) -> Page {
    if typed.get("new") != typed.get("again") {
        let said = (StatusCode::UNPROCESSABLE_ENTITY, visitor.lang.t("password-differs"));
        return refused(&visitor, "password", said).await;
    }
    let (old, code, new) = (typed.get("old"), typed.get("code"), typed.get("new"));
    match visitor.desk().change_password(&visitor.actor, old, code, new, &origin.0).await {
        Ok(()) => Ok(signed_out(&visitor)),
        Err(error) => refused(&visitor, "password", own_refusal(&error, visitor.lang)?).await,
    }
}

/// With the password all sessions ended, this one too.
fn signed_out(visitor: &Visitor) -> Response {
    let mut response = said(&visitor.app, "/sign-in", "flash-password-changed");
    let (name, value) = set_cookie(&visitor.app, SESSION, "", 0);
    response.headers_mut().append(name, value);
    response
}

/// `POST /me/sign-in/recovery`
pub(crate) async fn recovery(visitor: Visitor, origin: Origin, typed: Typed) -> Page {
    let (password, code) = (typed.get("password"), typed.get("code"));
    match visitor.desk().renew_recovery_codes(&visitor.actor, password, code, &origin.0).await {
        Ok(codes) => {
            let fresh = codes.iter().map(|code| code.to_string()).collect();
            Ok(html(&show(&visitor, "", String::new(), fresh).await?))
        }
        Err(error) => refused(&visitor, "recovery", own_refusal(&error, visitor.lang)?).await,
    }
}
