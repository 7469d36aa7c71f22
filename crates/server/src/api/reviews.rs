//! The periodic access review of high-tier customers, and their audit sheets.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    Reviews, Span,
    desk::{Access, ReviewAnswer, ReviewQuery, SheetExport, StandingAccess},
    record::{Class, Field},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    customers::{CustomerJson, Done},
    ledger::{EntryJson, entries_json},
    shares::{CustomerShareJson, WithJson},
};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// Somebody who has standing access to a customer.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandingJson {
    /// In which way: `contact_person`, `share:12`, `approval:7`. An answer names it like this.
    access: String,
    /// Who.
    who: WithJson,
    /// Classes of a share.
    classes: Vec<&'static str>,
    /// Fields of an approval.
    fields: Vec<&'static str>,
    /// Why; empty for a contact person.
    reason: String,
    /// Last day of a share.
    until: Option<String>,
    /// Until when an approval can be used, Unix milliseconds.
    expires_ms: Option<u64>,
}

impl std::convert::From<StandingAccess> for StandingJson {
    fn from(one: StandingAccess) -> Self {
        StandingJson {
            access: one.access.to_string(),
            who: one.who.into(),
            classes: one.classes.classes().map(Class::name).collect(),
            fields: one.fields.into_iter().map(Field::name).collect(),
            reason: one.reason,
            until: one.until,
            expires_ms: one.expires_ms,
        }
    }
}

/// A customer's access review.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewJson {
    /// The customer, masked.
    customer: CustomerJson,
    /// Who has standing access besides the owner.
    accesses: Vec<StandingJson>,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// See who has standing access to a high-tier customer, for its review.
#[utoipa::path(get, path = "/customers/{customer_no}/review", tag = "reviews", params(("customer_no" = String, Path)),
    responses((status = 200, body = ReviewJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<Json<ReviewJson>, Problem> {
    let review =
        app.tigertally.access_review(&actor, &no).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(ReviewJson {
        customer: CustomerJson::from(&review.customer),
        accesses: review.accesses.into_iter().map(StandingJson::from).collect(),
        receipt: review.receipt.into(),
    }))
}

/// What is still needed and what ends: together all that stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewAnswerJson {
    /// What is still needed.
    #[serde(default)]
    keep: Vec<String>,
    /// What ends.
    #[serde(default)]
    end: Vec<String>,
}

/// Do the access review of a high-tier customer: each standing access is kept or ended.
#[utoipa::path(post, path = "/customers/{customer_no}/review", tag = "reviews", request_body = ReviewAnswerJson,
    params(("customer_no" = String, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "What is answered is not what stands now"),
        (status = 422, body = Problem)))]
pub(crate) async fn answer(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<ReviewAnswerJson>,
) -> Result<Json<Done>, Problem> {
    let lang = body.lang;
    let accesses = |names: &[String]| {
        let parsed: Result<Vec<Access>, ()> = names.iter().map(|name| name.parse()).collect();
        parsed.map_err(|()| Problem::invalid("answers", "bad_choice", lang))
    };
    let answer = ReviewAnswer { keep: accesses(&body.value.keep)?, end: accesses(&body.value.end)? };
    let done = app.tigertally.review_access(&actor, &no, &answer).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}

/// Which reviews to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewParams {
    /// `open` (default), `overdue` or `done`.
    which: Option<String>,
    /// So many days ahead count as due, 0 to 366; 30 by default.
    days: Option<u32>,
    /// Where to go on: `next` of the page before.
    after: Option<String>,
    /// Most customers, 1 to 200; 50 by default.
    limit: Option<usize>,
}

/// A page of reviews.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReviewItems {
    /// The customers, masked, the first due first.
    items: Vec<CustomerJson>,
    /// How many are overdue.
    overdue: u64,
    /// How many are due within the days asked for.
    due: u64,
    /// How many were done in the last period.
    done: u64,
    /// Where the next page begins; null on the last.
    next: Option<String>,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// A place among reviews as an address holds it: day and row.
pub(crate) fn place(place: &(String, i64)) -> String {
    format!("{}.{}", place.0, place.1)
}

/// Reads it.
pub(crate) fn parse_place(text: &str) -> Option<(String, i64)> {
    let (day, id) = text.split_once('.')?;
    tigertally_core::record::parse_date(day).ok()?;
    Some((day.to_owned(), id.parse().ok()?))
}

/// List the access reviews that are mine to do.
#[utoipa::path(get, path = "/reviews", tag = "reviews", params(ReviewParams),
    responses((status = 200, body = ReviewItems), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<ReviewParams>,
) -> Result<Json<ReviewItems>, Problem> {
    let lang = params.lang;
    let which = match params.value.which.as_deref() {
        None | Some("open") => Reviews::Open,
        Some("overdue") => Reviews::Overdue,
        Some("done") => Reviews::Done,
        Some(_) => return Err(Problem::invalid("which", "bad_choice", lang)),
    };
    let after = params
        .value
        .after
        .map(|text| parse_place(&text).ok_or_else(|| Problem::invalid("after", "bad_format", lang)));
    let query = ReviewQuery {
        which,
        days: params.value.days.unwrap_or(30).min(366),
        after: after.transpose()?,
        limit: params.value.limit.unwrap_or(50),
    };
    let page = app.tigertally.reviews(&actor, &query).await.map_err(|error| Problem::of(&error, lang))?;
    let [overdue, due, done] = page.counts;
    Ok(Json(ReviewItems {
        items: page.customers.iter().map(CustomerJson::from).collect(),
        overdue,
        due,
        done,
        next: page.next.as_ref().map(place),
        receipt: page.receipt.into(),
    }))
}

/// Which time an audit sheet is about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SheetParams {
    /// Only from this time on, Unix milliseconds.
    since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    until_ms: Option<u64>,
}

/// An export whose file has the customer in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct SheetExportJson {
    /// Number.
    id: i64,
    /// Staff number of who asked for it.
    staff_no: String,
    /// The columns.
    fields: Vec<&'static str>,
    /// Those of them that are in clear.
    clear: Vec<&'static str>,
    /// When it was asked for, Unix milliseconds.
    created_ms: u64,
    /// When its file was fetched, Unix milliseconds.
    taken_ms: Option<u64>,
}

impl std::convert::From<SheetExport> for SheetExportJson {
    fn from(export: SheetExport) -> Self {
        SheetExportJson {
            id: export.id,
            staff_no: export.staff.0,
            fields: export.fields.into_iter().map(Field::name).collect(),
            clear: export.clear.into_iter().map(Field::name).collect(),
            created_ms: export.created_ms,
            taken_ms: export.taken_ms,
        }
    }
}

/// The audit sheet of a customer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SheetJson {
    /// The customer, masked.
    customer: CustomerJson,
    /// Who has standing access besides the owner.
    standing: Vec<StandingJson>,
    /// The shares that there are and were, newest first; 200 at most.
    shares: Vec<CustomerShareJson>,
    /// The exports of that time whose file has the customer in it.
    exports: Vec<SheetExportJson>,
    /// The entries of that time that are about the customer, oldest first.
    entries: Vec<EntryJson>,
    /// Number of entries that the last signed checkpoint vouches for.
    checkpoint_size: u64,
    /// That checkpoint.
    checkpoint: String,
    /// Where the making stands in the ledger.
    receipt: ReceiptJson,
}

/// Make the audit sheet of a customer: who has access and why, and what happened in a time. Masks only.
#[utoipa::path(get, path = "/customers/{customer_no}/audit-sheet", tag = "reviews",
    params(("customer_no" = String, Path), SheetParams),
    responses((status = 200, body = SheetJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem, description = "More happened than a sheet holds: narrow the time")))]
pub(crate) async fn sheet(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    params: Asked<SheetParams>,
) -> Result<Json<SheetJson>, Problem> {
    let lang = params.lang;
    let span = Span { since_ms: params.value.since_ms, until_ms: params.value.until_ms };
    let sheet = app.tigertally.audit_sheet(&actor, &no, span, false).await;
    let sheet = sheet.map_err(|error| Problem::of(&error, lang))?;
    let store = |error| Problem::of_store(&error, lang);
    Ok(Json(SheetJson {
        customer: CustomerJson::from(&sheet.customer),
        standing: sheet.standing.into_iter().map(StandingJson::from).collect(),
        shares: sheet.shares.into_iter().map(CustomerShareJson::from).collect(),
        exports: sheet.exports.into_iter().map(SheetExportJson::from).collect(),
        entries: entries_json(&app, sheet.entries, lang).map_err(store)?,
        checkpoint_size: sheet.head.checkpoint_size,
        checkpoint: sheet.head.checkpoint,
        receipt: sheet.receipt.into(),
    }))
}
