//! Freezing somebody, and letting them go.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{body::Body, customers::Done};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// Why, 4 to 500 characters. It is kept sealed.
    #[schema(example = "夜间大量查看客户，疑似账号被盗")]
    reason: String,
}

/// Somebody's freeze.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreezeJson {
    /// Staff number of who froze them.
    by: String,
    /// Since when, Unix milliseconds.
    since_ms: u64,
    /// Why.
    reason: String,
    /// Number of the request for their release that waits for an answer.
    release_approval: Option<i64>,
}

/// Whether somebody is frozen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FreezeOf {
    /// The freeze; `null` when they are not frozen.
    freeze: Option<FreezeJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// A request for a release.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReleaseAsked {
    /// Number of the approval that it waits for.
    approval: i64,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

/// Read why somebody is frozen, by whom and since when.
#[utoipa::path(get, path = "/staff/{staff_no}/freeze", tag = "staff", params(("staff_no" = String, Path)),
    responses((status = 200, body = FreezeOf), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<Json<FreezeOf>, Problem> {
    let (freeze, receipt) =
        app.tigertally.freeze_of(&actor, &no).await.map_err(|error| Problem::of(&error, lang))?;
    let freeze = freeze.map(|freeze| FreezeJson {
        by: freeze.by.0,
        since_ms: freeze.since_ms,
        reason: freeze.reason,
        release_approval: freeze.release_asked,
    });
    Ok(Json(FreezeOf { freeze, receipt: receipt.into() }))
}

/// Freeze somebody at once: their sessions end, they cannot sign in, and what they had begun goes no further.
#[utoipa::path(post, path = "/staff/{staff_no}/freeze", tag = "staff", request_body = Why,
    params(("staff_no" = String, Path)),
    responses((status = 201, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn freeze(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<Why>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let done = app.tigertally.freeze_staff(&actor, &no, &body.value.reason).await;
    done.map(|receipt| (StatusCode::CREATED, Json(receipt.into())))
        .map_err(|error| Problem::of(&error, body.lang))
}

/// Ask that somebody who is frozen be let go. Another person decides it; then they can sign in again.
#[utoipa::path(post, path = "/staff/{staff_no}/release", tag = "staff", request_body = Why,
    params(("staff_no" = String, Path)),
    responses((status = 201, body = ReleaseAsked), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn release(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<Why>,
) -> Result<(StatusCode, Json<ReleaseAsked>), Problem> {
    let (approval, receipt) = app
        .tigertally
        .ask_release(&actor, &no, &body.value.reason)
        .await
        .map_err(|error| Problem::of(&error, body.lang))?;
    Ok((StatusCode::CREATED, Json(ReleaseAsked { approval, receipt: receipt.into() })))
}
