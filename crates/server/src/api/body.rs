//! Request bodies and idempotency keys, with errors of our own.

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use tigertally_core::desk::Once;

use crate::{problem::Problem, state::App, texts::Lang};

/// Most bytes of a JSON body.
const MAX: usize = 256 * 1024;

/// A JSON body, with the language of the answer and an idempotency key if there is one.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) lang: Lang,
    pub(crate) once: Option<Once>,
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let lang = Lang::of(request.headers());
        let path = request.uri().path().to_owned();
        let key = idempotency_key(request.headers(), lang)?;
        let bytes = to_bytes(request.into_body(), MAX)
            .await
            .map_err(|_| Problem::new("too-large", StatusCode::PAYLOAD_TOO_LARGE, lang))?;
        // serde's message names members and types, and can quote a value: only its place is told.
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            Problem::malformed(lang, lang.with("malformed-json", &[("place", &place)]))
        })?;
        // Keyed: the body holds values that a copy of the database must not let be tried out.
        let digest = |key| Once { key, digest: app.tigertally.keyed_digest(&[path.as_bytes(), &bytes]) };
        let once = key.map(digest);
        Ok(Body { value, lang, once })
    }
}

fn idempotency_key(headers: &HeaderMap, lang: Lang) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=100).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::malformed(lang, lang.t("malformed-key"))),
    }
}

/// A query string, with the language of the answer.
pub(crate) struct Asked<T> {
    pub(crate) value: T,
    pub(crate) lang: Lang,
}

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let lang = Lang::of(&parts.headers);
        match Query::<T>::from_request_parts(parts, app).await {
            Ok(Query(value)) => Ok(Asked { value, lang }),
            Err(_) => Err(Problem::malformed(lang, lang.t("malformed-query"))),
        }
    }
}

impl FromRequestParts<App> for Lang {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Lang::of(&parts.headers))
    }
}
