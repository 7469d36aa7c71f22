//! Sharing a customer with a person or a department, and taking that back.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    desk::{CustomerShare, ShareRequest, ShareTo, SharedWith},
    record::Class,
};
use utoipa::ToSchema;

use super::{body::Body, customers::Done};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// With whom: a person or a department.
#[derive(Serialize, ToSchema)]
pub(crate) struct WithJson {
    /// Staff number of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_no: Option<String>,
    /// Name of the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
}

impl std::convert::From<SharedWith> for WithJson {
    fn from(with: SharedWith) -> Self {
        match with {
            SharedWith::Person { no, .. } => WithJson { staff_no: Some(no), department: None },
            SharedWith::Department(name) => WithJson { staff_no: None, department: Some(name) },
        }
    }
}

/// A share of a customer.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerShareJson {
    /// Number.
    id: i64,
    /// With whom.
    with: WithJson,
    /// Classes of which fields can be asked for in clear.
    classes: Vec<&'static str>,
    /// First day.
    from: String,
    /// Last day.
    until: String,
    /// Why.
    reason: String,
    /// Staff number of who shared.
    made_by: String,
    /// When it was made, Unix milliseconds.
    made_ms: u64,
    /// `waiting`, `standing` or `ended`.
    state: &'static str,
    /// When it ended, Unix milliseconds.
    ended_ms: Option<u64>,
    /// `taken_back`, `over`, `owner_changed`, `reviewed`, `lapsed`, `not_approved` or `handed_over`.
    why_ended: Option<&'static str>,
    /// Number of the approval that it waits for, or was approved by.
    approval: Option<i64>,
}

impl std::convert::From<CustomerShare> for CustomerShareJson {
    fn from(share: CustomerShare) -> Self {
        CustomerShareJson {
            id: share.id,
            with: share.with.into(),
            classes: share.classes.classes().map(Class::name).collect(),
            from: share.from,
            until: share.until,
            reason: share.reason,
            made_by: share.made_by.0,
            made_ms: share.made_ms,
            state: share.state.name(),
            ended_ms: share.ended_ms,
            why_ended: share.why_ended.map(tigertally_core::ShareEnd::name),
            approval: share.approval,
        }
    }
}

/// A share to be made: with a person or a department.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomerShare {
    /// Staff number of the person.
    staff_no: Option<String>,
    /// Name of the department.
    department: Option<String>,
    /// Classes of which fields can be asked for in clear: `contact`, `sensitive`, `business`. Basic fields always are.
    #[serde(default)]
    classes: Vec<String>,
    /// Last day.
    until: String,
    /// Why, 4 to 500 characters.
    reason: String,
}

/// What was shared, or asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeShare {
    /// Number of the share.
    id: i64,
    /// Number of the approval that it waits for; null when it stands.
    approval: Option<i64>,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

/// Share a customer with a person or a department until a day. A high-tier customer, or another department, takes an
/// approval. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/customers/{customer_no}/shares", tag = "customers", request_body = NewCustomerShare,
    params(("customer_no" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = MadeShare), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn share(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<NewCustomerShare>,
) -> Result<(StatusCode, Json<MadeShare>), Problem> {
    let lang = body.lang;
    let NewCustomerShare { staff_no, department, classes, until, reason } = body.value;
    let to = match (staff_no, department) {
        (Some(no), None) => ShareTo::Person(no),
        (None, Some(name)) => ShareTo::Department(name),
        _ => return Err(Problem::invalid("to", "bad_choice", lang)),
    };
    let classes: Option<Vec<Class>> = classes.iter().map(|name| Class::parse(name)).collect();
    let classes = classes.ok_or_else(|| Problem::invalid("classes", "bad_choice", lang))?;
    let wish = ShareRequest { to, classes, until, reason };
    let shared = app.tigertally.share_customer(&actor, &no, &wish, body.once).await;
    let (shared, receipt) = shared.map_err(|error| Problem::of(&error, lang))?;
    let made = MadeShare { id: shared.id, approval: shared.approval, receipt: receipt.into() };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Take a share back.
#[utoipa::path(delete, path = "/customers/{customer_no}/shares/{id}", tag = "customers",
    params(("customer_no" = String, Path), ("id" = i64, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((no, id)): Path<(String, i64)>,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.end_share(&actor, &no, id).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}
