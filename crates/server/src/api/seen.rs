//! Who has seen whom: who saw a customer, what a person saw between two times, who has seen all of some customers.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    Mark, Sightings, Span,
    desk::{AccessQuery, SeenAll, SeenAllQuery, Timeline},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    ledger::{EntryJson, entries_json},
};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
};

/// How often, and when.
#[derive(Serialize, ToSchema)]
pub(crate) struct SightingsJson {
    /// How often the customer's page was shown, masked.
    views: u64,
    /// How often fields were shown in clear.
    reveals: u64,
    /// How often it was refused.
    denied: u64,
    /// The first of all these, Unix milliseconds.
    first_ms: u64,
    /// The last of all these, Unix milliseconds.
    last_ms: u64,
}

impl std::convert::From<Sightings> for SightingsJson {
    fn from(often: Sightings) -> Self {
        let Sightings { views, reveals, denied, first_ms, last_ms } = often;
        SightingsJson { views, reveals, denied, first_ms, last_ms }
    }
}

/// Somebody who saw a customer.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeerJson {
    /// Staff number.
    staff_no: String,
    #[serde(flatten)]
    often: SightingsJson,
}

/// A customer whom somebody saw.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenJson {
    /// Customer number.
    customer_no: String,
    #[serde(flatten)]
    often: SightingsJson,
}

/// What somebody saw in a slot of a timeline.
#[derive(Serialize, ToSchema)]
pub(crate) struct MarkJson {
    /// Number of the slot, from 0.
    slot: u64,
    /// Staff number.
    staff_no: String,
    /// How often a customer's page was shown, masked.
    views: u64,
    /// How often fields were shown in clear.
    reveals: u64,
    /// How often it was refused.
    denied: u64,
}

/// Sightings laid out over time.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineJson {
    /// Where the first slot begins, Unix milliseconds.
    from_ms: u64,
    /// Length of a slot, milliseconds.
    step_ms: u64,
    /// Number of slots.
    slots: u64,
    /// What happened in them, in the order of time; slots without anything are left out.
    marks: Vec<MarkJson>,
}

impl std::convert::From<Timeline> for TimelineJson {
    fn from(timeline: Timeline) -> Self {
        let Timeline { from_ms, step_ms, slots, marks } = timeline;
        let mark = |mark: Mark| {
            let Mark { slot, staff, views, reveals, denied } = mark;
            MarkJson { slot, staff_no: staff, views, reveals, denied }
        };
        TimelineJson { from_ms, step_ms, slots, marks: marks.into_iter().map(mark).collect() }
    }
}

/// Which accesses.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessParams {
    /// Only from this time on, Unix milliseconds.
    since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    until_ms: Option<u64>,
    /// Only entries before this index.
    before: Option<u64>,
    /// Most entries, 1 to 200; 50 by default.
    limit: Option<usize>,
}

/// Who looked at a customer, and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccessesJson {
    /// Who saw the customer how often, who saw them last first; at most 200.
    people: Vec<SeerJson>,
    /// How many people that are.
    people_total: u64,
    /// The same over time; null when nobody saw the customer.
    timeline: Option<TimelineJson>,
    /// The entries, newest first.
    items: Vec<EntryJson>,
    /// `before` of the next page; null on the last.
    next_before: Option<u64>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read who looked at a customer, and why.
#[utoipa::path(get, path = "/customers/{customer_no}/accesses", tag = "customers",
    params(("customer_no" = String, Path), AccessParams),
    responses((status = 200, body = AccessesJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn accesses(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    params: Asked<AccessParams>,
) -> Result<Json<AccessesJson>, Problem> {
    let (AccessParams { since_ms, until_ms, before, limit }, lang) = (params.value, params.lang);
    let span = Span { since_ms, until_ms };
    let query = AccessQuery { span, before, limit: limit.unwrap_or(50), people: true };
    let read = app.tigertally.accesses(&actor, &no, &query).await;
    let read = read.map_err(|error| Problem::of(&error, lang))?;
    let seer = |(staff_no, often): (String, Sightings)| SeerJson { staff_no, often: often.into() };
    Ok(Json(AccessesJson {
        people: read.people.into_iter().map(seer).collect(),
        people_total: read.people_total,
        timeline: read.timeline.map(TimelineJson::from),
        items: entries_json(&app, read.entries, lang).map_err(|error| Problem::of_store(&error, lang))?,
        next_before: read.next_before,
        receipt: read.receipt.into(),
    }))
}

/// When, and which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenParams {
    /// Only from this time on, Unix milliseconds.
    since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    until_ms: Option<u64>,
    /// How many customers to pass over; 0 by default.
    offset: Option<usize>,
    /// Most customers, 1 to 200; 50 by default.
    limit: Option<usize>,
}

/// What a person saw.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenByJson {
    /// The customers, the last seen first.
    items: Vec<SeenJson>,
    /// How many customers there are in the whole time.
    total: u64,
    /// What they saw, over time; null when that is nothing.
    timeline: Option<TimelineJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read which customers a colleague saw between two times.
#[utoipa::path(get, path = "/staff/{staff_no}/seen", tag = "team", params(("staff_no" = String, Path), SeenParams),
    responses((status = 200, body = SeenByJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn by_person(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    params: Asked<SeenParams>,
) -> Result<Json<SeenByJson>, Problem> {
    let (SeenParams { since_ms, until_ms, offset, limit }, lang) = (params.value, params.lang);
    let span = Span { since_ms, until_ms };
    let seen = app.tigertally.seen_by(&actor, &no, span, offset.unwrap_or(0), limit.unwrap_or(50)).await;
    let seen = seen.map_err(|error| Problem::of(&error, lang))?;
    let customer = |(customer_no, often): (String, Sightings)| SeenJson { customer_no, often: often.into() };
    Ok(Json(SeenByJson {
        items: seen.customers.into_iter().map(customer).collect(),
        total: seen.total,
        timeline: seen.timeline.map(TimelineJson::from),
        receipt: seen.receipt.into(),
    }))
}

/// Of whom it is asked who has seen them all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenAllQuestion {
    /// Customer numbers, up to 1,000.
    customers: Vec<String>,
    /// Only from this time on, Unix milliseconds.
    since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    until_ms: Option<u64>,
    /// Whether only what was shown in clear counts.
    #[serde(default)]
    in_clear: bool,
}

/// Somebody who has seen some of the customers.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenAllJson {
    /// Staff number.
    staff_no: String,
    /// How many of the customers they have seen.
    of_these: u64,
    /// How many customers they have seen altogether in this time: who sees very many sees these, too.
    altogether: u64,
    /// How often, over all of these customers.
    #[serde(flatten)]
    often: SightingsJson,
    /// How often by customer, in the order of `customers`; empty for more than 60 customers.
    by_customer: Vec<Option<SightingsJson>>,
}

impl std::convert::From<SeenAll> for SeenAllJson {
    fn from(person: SeenAll) -> Self {
        SeenAllJson {
            staff_no: person.staff,
            of_these: person.of_these,
            altogether: person.altogether,
            often: person.sightings.into(),
            by_customer: person.cells.into_iter().map(|cell| cell.map(SightingsJson::from)).collect(),
        }
    }
}

/// Who has seen how many of some customers.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeenAllAnswer {
    /// The customers asked about, each once, that the ledger knows. The others were mistyped, never seen, or erased;
    /// what was sent is not said again.
    customers: Vec<String>,
    /// How many others there were.
    unknown: usize,
    /// The people, who saw most of these first; at most 200.
    items: Vec<SeenAllJson>,
    /// How many people have seen any of them.
    total: u64,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read who has seen all of some customers, or most of them.
#[utoipa::path(post, path = "/ledger/seen", tag = "ledger", request_body = SeenAllQuestion,
    responses((status = 200, body = SeenAllAnswer), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn all(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<SeenAllQuestion>,
) -> Result<Json<SeenAllAnswer>, Problem> {
    let SeenAllQuestion { customers, since_ms, until_ms, in_clear } = body.value;
    let query = SeenAllQuery { customers, span: Span { since_ms, until_ms }, in_clear };
    let seen = app.tigertally.seen_all(&actor, &query).await;
    let seen = seen.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(SeenAllAnswer {
        customers: seen.customers,
        unknown: seen.unknown.len(),
        items: seen.people.into_iter().map(SeenAllJson::from).collect(),
        total: seen.total,
        receipt: seen.receipt.into(),
    }))
}
