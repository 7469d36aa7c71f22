//! Signing in and out, for programs.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use crate::{
    problem::{Problem, ReceiptJson},
    signed::{From, Signed},
    state::App,
    texts::Lang,
};

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// Staff number.
    #[schema(example = "S012")]
    staff_no: String,
    /// Password.
    password: String,
    /// Code of the authenticator, or a recovery code.
    code: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Bearer token. It is shown once.
    token: String,
    /// When the session ends at the latest, Unix milliseconds.
    expires_ms: u64,
    /// Who signed in.
    staff_no: String,
    /// Their name.
    name: String,
    /// Their role.
    role: &'static str,
}

/// Sign in. Without a code, and the password right, the problem `code-required` is answered.
#[utoipa::path(post, path = "/sessions", tag = "sessions", security(()), request_body = NewSession,
    responses((status = 201, body = Session), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn begin(
    State(app): State<App>,
    from: From,
    body: Body<NewSession>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    let NewSession { staff_no, password, code } = body.value;
    let signed_in = app
        .tigertally
        .sign_in(&staff_no, &password, code.as_deref(), &from.0)
        .await
        .map_err(|error| Problem::of_sign_in(&error, body.lang))?;
    let actor = &signed_in.actor;
    Ok((
        StatusCode::CREATED,
        Json(Session {
            token: signed_in.token.to_string(),
            expires_ms: signed_in.expires_ms,
            staff_no: actor.no().to_owned(),
            name: actor.name().to_owned(),
            role: actor.role().name(),
        }),
    ))
}

/// Which sessions to end.
#[derive(Deserialize, ToSchema, utoipa::IntoParams)]
pub(crate) struct Which {
    /// `true`: all sessions of mine; else this one.
    #[serde(default)]
    everywhere: bool,
}

/// Sign out.
#[utoipa::path(delete, path = "/sessions", tag = "sessions", params(Which), responses((status = 204), (status = 401, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    Signed(actor): Signed,
    which: super::body::Asked<Which>,
) -> Result<StatusCode, Problem> {
    let ended = if which.value.everywhere {
        app.tigertally.sign_out_everywhere(&actor).await.map(drop)
    } else {
        app.tigertally.sign_out(&actor).await.map(drop)
    };
    ended.map(|()| StatusCode::NO_CONTENT).map_err(|error| Problem::of_store(&error, which.lang))
}

/// A session of mine.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionItem {
    /// Whether it is this one.
    current: bool,
    /// `browser` or `program`.
    kind: &'static str,
    /// When it began, Unix milliseconds.
    created_ms: u64,
    /// When it ends at the latest, Unix milliseconds.
    expires_ms: u64,
    /// From which address it was begun.
    address: String,
    /// What the browser or program called itself.
    agent: String,
}

/// My sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionItems {
    /// The sessions, newest first.
    items: Vec<SessionItem>,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// List my sessions.
#[utoipa::path(get, path = "/sessions", tag = "sessions", responses((status = 200, body = SessionItems), (status = 401, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<SessionItems>, Problem> {
    let (sessions, receipt) =
        app.tigertally.sessions(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let items = sessions.into_iter().map(|session| SessionItem {
        current: session.current,
        kind: if session.program { "program" } else { "browser" },
        created_ms: session.created_ms,
        expires_ms: session.expires_ms,
        address: session.address,
        agent: session.agent,
    });
    Ok(Json(SessionItems { items: items.collect(), receipt: receipt.into() }))
}
