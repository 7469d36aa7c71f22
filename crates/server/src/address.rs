//! What stands in an address, with errors of our own: the framework's would say again what stood there.

use axum::{
    extract::{self, FromRequestParts, MatchedPath},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use crate::{console::PageError, problem::Problem, state::App, texts::Lang};

/// The parameters of the path. One that does not have its form is an address that is none.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match extract::Path::from_request_parts(parts, app).await {
            Ok(extract::Path(value)) => Ok(Path(value)),
            Err(_) => Err(refuse(parts, Problem::not_found(Lang::of(&parts.headers)))),
        }
    }
}

/// The query of a page's address.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match extract::Query::from_request_parts(parts, app).await {
            Ok(extract::Query(value)) => Ok(Query(value)),
            Err(_) => {
                let lang = Lang::of(&parts.headers);
                Err(refuse(parts, Problem::malformed(lang, lang.t("malformed-query"))))
            }
        }
    }
}

fn refuse(parts: &Parts, problem: Problem) -> Response {
    // The address itself has lost the part before a nested router.
    let route = parts.extensions.get::<MatchedPath>();
    if route.is_some_and(|route| route.as_str().starts_with("/api/")) {
        problem.into_response()
    } else {
        PageError::from(problem).into_response()
    }
}
