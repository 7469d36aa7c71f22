//! Evidence for strangers, and the erasure of a customer.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tigertally_core::desk::EvidenceScope;
use utoipa::ToSchema;

use super::{body::Body, customers::Done};
use crate::{
    address::Path, evidence::make_evidence, problem::Problem, saved_as::saved_as, signed::Signed, state::App,
};

/// What evidence is asked for: at least a customer, a member of staff, or entries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEvidence {
    /// What concerns this customer alone, by number. Entries that name many customers (pages of lists, imports, rows of
    /// exports) are not among it: take these by member of staff or by index.
    customer: Option<String>,
    /// What this member of staff did, by number.
    staff: Option<String>,
    /// These entries, by index.
    #[serde(default)]
    entries: Vec<u64>,
    /// From this time on, Unix milliseconds.
    from_ms: Option<u64>,
    /// Before this time, Unix milliseconds.
    to_ms: Option<u64>,
    /// Why, in up to 500 characters. It is sealed; the ledger has the number of the matter.
    reason: String,
}

/// Make an evidence bundle: a ZIP file that a stranger verifies offline. At most 10,000 entries.
#[utoipa::path(post, path = "/evidence", tag = "evidence", request_body = NewEvidence,
    responses((status = 200, body = Vec<u8>, content_type = "application/zip",
            headers(("tigertally-pdf" = String, description = "`yes`; `no-font` when the report is not in the bundle as PDF, since the server has no font for Chinese"))),
        (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn make(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewEvidence>,
) -> Result<Response, Problem> {
    let NewEvidence { customer, staff, entries, from_ms, to_ms, reason } = body.value;
    let scope = EvidenceScope { customer, staff, entries, from_ms, to_ms };
    let made = make_evidence(&app.tigertally, &actor, scope, &reason).await;
    Ok(bundle(made.map_err(|error| Problem::of(&error, body.lang))?))
}

/// A bundle as a file to be kept.
pub(crate) fn bundle(bundle: crate::evidence::Bundle) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        saved_as(&bundle.name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static("tigertally-pdf"),
            HeaderValue::from_static(if bundle.on_paper { "yes" } else { "no-font" }),
        ),
    ];
    (headers, bundle.bytes).into_response()
}

/// What a customer is erased for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// Reference of the request or order: letters, digits, `-`, `_`, `/`, `.`.
    order: String,
}

/// Erase a customer for good, with what the ledger says of them. It cannot be undone.
#[utoipa::path(post, path = "/customers/{customer_no}/erasure", tag = "evidence", request_body = Erasure,
    params(("customer_no" = String, Path, description = "Customer number")),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn erase(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(customer_no): Path<String>,
    body: Body<Erasure>,
) -> Result<axum::Json<Done>, Problem> {
    let erased = app.tigertally.erase_customer(&actor, &customer_no, &body.value.order).await;
    let erased = erased.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(axum::Json(erased.receipt.into()))
}
