//! The record of a hand-over that is closed, on paper.

use axum::http::StatusCode;

use super::{
    PageError,
    visitor::{Page, Visitor},
};
use crate::{
    address::{Path, Query},
    evidence::handover_record,
    problem::Problem,
    texts::Lang,
};

/// In which language; without one, the visitor's.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    lang: String,
}

/// `GET /handovers/{id}/record`: a PDF file.
pub(crate) async fn record(visitor: Visitor, Path(id): Path<i64>, Query(wanted): Query<Wanted>) -> Page {
    let lang = Lang::parse(&wanted.lang).unwrap_or(visitor.lang);
    let made = handover_record(visitor.desk(), &visitor.actor, id, lang).await;
    let made = made.map_err(|error| visitor.fail(&error))?;
    made.ok_or_else(|| {
        PageError::from(Problem::new("no-font", StatusCode::SERVICE_UNAVAILABLE, visitor.lang))
    })
}
