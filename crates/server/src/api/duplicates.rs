//! Customers that are with the company already: asking for one.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::Body,
    work::{Made, MadeAnswer, made},
};
use crate::{address::Path, problem::Problem, signed::Signed, state::App};

/// Why somebody asks for a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// Why, 4 to 500 characters; it is sealed.
    reason: String,
}

/// Ask to own the customer that `POST /customers` said is with the company. A manager of its department decides; which
/// customer it is, I learn when I own it. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/duplicates/{hit}/claim", tag = "customers", request_body = Claim,
    params(("hit" = i64, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Made), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn claim(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(hit): Path<i64>,
    body: Body<Claim>,
) -> MadeAnswer {
    made(app.tigertally.claim_known(&actor, hit, &body.value.reason, body.once).await, body.lang)
}
