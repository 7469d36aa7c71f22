//! The record of a hand-over that is closed.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    address::{Path, Query},
    evidence::handover_record,
    problem::Problem,
    signed::Signed,
    state::App,
    texts::Lang,
};

/// In which language.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Wanted {
    /// `zh-CN` or `en`; without it, the one that the request asks for.
    lang: Option<String>,
}

/// The record of a closed hand-over as a PDF: application, inventory, signatures, decision and closing, with the entry of each
/// step. For those who manage the hand-over or read the ledger; that it was made is recorded.
#[utoipa::path(get, path = "/handovers/{id}/record", tag = "handovers", params(("id" = i64, Path), Wanted),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn record(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let paper = match &wanted.lang {
        Some(tag) => Lang::parse(tag).ok_or_else(|| Problem::invalid("lang", "bad_choice", lang))?,
        None => lang,
    };
    let made = handover_record(&app.tigertally, &actor, id, paper).await;
    let made = made.map_err(|error| Problem::of(&error, lang))?;
    made.ok_or_else(|| Problem::new("no-font", StatusCode::SERVICE_UNAVAILABLE, lang))
}
