//! Many customers at once: looked over, done, undone.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    BulkKind, BulkOutcome,
    desk::{Bulk, BulkAct, BulkOf, ListQuery, ShareRequest, ShareTo, SharedWith},
    policy::Policy,
    record::{Class, Tier},
};
use utoipa::ToSchema;

use super::{
    body::Body,
    customers::{ListParams, query_of},
};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson, RuleText},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// Which customers, and what to do with them. Either `customer_nos`, or `list`, or `pool`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBulk {
    /// `assign`, `pool` (put them into the public pool), `share` or `claim` (from the pool).
    action: String,
    /// These customers, by number.
    customer_nos: Option<Vec<String>>,
    /// All of a list, with the conditions of `GET /customers` but `q`.
    list: Option<ListParams>,
    /// All of the public pool that I may claim or assign, with `tier` and `region` of `GET /pool`.
    pool: Option<PoolPart>,
    /// Staff number of who gets them, or of the person with whom they are shared.
    staff_no: Option<String>,
    /// Name of the department with which they are shared.
    department: Option<String>,
    /// Classes of a share of which fields can be asked for in clear: `contact`, `sensitive`, `business`.
    #[serde(default)]
    classes: Vec<String>,
    /// Last day of a share.
    until: Option<String>,
    /// Why they are shared, 4 to 500 characters.
    reason: Option<String>,
}

/// A part of the public pool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolPart {
    /// `low`, `medium` or `high`.
    tier: Option<String>,
    /// Region.
    region: Option<String>,
}

impl NewBulk {
    /// Which customers are meant, and what is to be done.
    fn parse(self, lang: Lang) -> Result<(BulkOf, BulkAct), Problem> {
        let choice = |field: &str| Problem::invalid(field, "bad_choice", lang);
        let of = match (self.customer_nos, self.list, self.pool) {
            (Some(numbers), None, None) => BulkOf::These(numbers),
            (None, Some(params), None) => {
                let query = query_of(params, lang)?;
                if query.term.is_some() {
                    return Err(choice("list"));
                }
                BulkOf::List(Box::new(ListQuery { cursor: None, ..query }))
            }
            (None, None, Some(part)) => {
                let tier =
                    part.tier.map(|tier| Tier::parse(&tier).ok_or_else(|| choice("tier"))).transpose()?;
                BulkOf::Pool { tier, region: part.region }
            }
            _ => return Err(choice("customers")),
        };
        let act = match BulkKind::parse(&self.action).ok_or_else(|| choice("action"))? {
            BulkKind::Assign => BulkAct::Assign(self.staff_no.unwrap_or_default()),
            BulkKind::Pool => BulkAct::Pool,
            BulkKind::Claim => BulkAct::Claim,
            BulkKind::Share => {
                let to = match (self.staff_no, self.department) {
                    (Some(no), None) => ShareTo::Person(no),
                    (None, Some(name)) => ShareTo::Department(name),
                    _ => return Err(choice("to")),
                };
                let classes: Option<Vec<Class>> =
                    self.classes.iter().map(|name| Class::parse(name)).collect();
                BulkAct::Share(ShareRequest {
                    to,
                    classes: classes.ok_or_else(|| choice("classes"))?,
                    until: self.until.unwrap_or_default(),
                    reason: self.reason.unwrap_or_default(),
                })
            }
        };
        Ok((of, act))
    }
}

/// A customer among many.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkCustomerJson {
    /// Customer number.
    customer_no: String,
    /// `low`, `medium` or `high`; null where the policy denies the change.
    tier: Option<&'static str>,
    /// What becomes of it: `ready`, `done`, `undone`, `changed` (by somebody, meanwhile), `denied`, `approval` (is asked for one
    /// at a time), `same` (nothing to do), `receiver` (could not see it), `limit` (of claims in a day), `full` (shared too
    /// often), `gone`; and for what was done and is not undone `stays_changed`, `stays_denied`, `stays_nobody`.
    outcome: &'static str,
    /// Names of the rules that deny it; `rules` beside the customers has their sentences.
    rules: Vec<String>,
}

/// Many customers at once.
#[derive(Serialize, ToSchema)]
pub(crate) struct BulkJson {
    /// Number.
    id: i64,
    /// `assign`, `pool`, `share` or `claim`.
    action: &'static str,
    /// `looked_over`, `done` or `undone`.
    state: &'static str,
    /// Staff number of who gets them or sees them.
    staff_no: Option<String>,
    /// The department that sees them.
    department: Option<String>,
    /// Last day of the shares.
    until: Option<String>,
    /// How many are ready to be done, by tier: low, medium, high.
    ready: [u64; 3],
    /// How many were done and not undone, likewise.
    done: [u64; 3],
    /// How many were undone, likewise.
    undone: [u64; 3],
    /// How many customers who gets them has now, as far as I see them, by tier.
    load_before: Option<[u64; 3]>,
    /// How many then.
    load_after: Option<[u64; 3]>,
    /// Until when the next step can be taken (to do it, to undo it), Unix milliseconds.
    until_ms: u64,
    /// How many numbers are no customer's.
    missing: u32,
    /// The customers.
    customers: Vec<BulkCustomerJson>,
    /// The rules that deny something, with their sentences.
    rules: Vec<RuleText>,
    /// Where the step stands in the ledger.
    receipt: ReceiptJson,
}

/// The sentences of the rules that deny, each once.
pub(crate) fn rules_of(bulk: &Bulk, policy: &Policy) -> Vec<RuleText> {
    let mut rules: Vec<_> = bulk.customers.iter().flat_map(|one| &one.rules).collect();
    rules.sort_unstable();
    rules.dedup();
    let text = |id: &&tigertally_core::policy::RuleId| {
        let sentence = &policy.rule(id)?.sentence;
        let (zh, en) = (sentence.zh.clone(), sentence.en.clone());
        Some(RuleText { id: id.as_str().to_owned(), zh, en })
    };
    rules.iter().filter_map(text).collect()
}

fn json(app: &App, bulk: Bulk) -> Json<BulkJson> {
    let rules = rules_of(&bulk, &app.tigertally.policy());
    let (ready, done, undone) =
        (bulk.tiers(BulkOutcome::Ready), bulk.tiers(BulkOutcome::Done), bulk.tiers(BulkOutcome::Undone));
    let (staff_no, department) = match bulk.to {
        Some(SharedWith::Person { no, .. }) => (Some(no), None),
        Some(SharedWith::Department(name)) => (None, Some(name)),
        None => (None, None),
    };
    let customers = bulk.customers.into_iter().map(|one| BulkCustomerJson {
        customer_no: one.no,
        tier: one.tier.map(Tier::name),
        outcome: one.outcome.name(),
        rules: one.rules.iter().map(|rule| rule.as_str().to_owned()).collect(),
    });
    Json(BulkJson {
        id: bulk.id,
        action: bulk.kind.name(),
        state: bulk.state.name(),
        staff_no,
        department,
        until: Some(bulk.until).filter(|until| !until.is_empty()),
        ready,
        done,
        undone,
        load_before: bulk.load.map(|load| load.0),
        load_after: bulk.load.map(|load| load.1),
        until_ms: bulk.until_ms,
        missing: bulk.missing,
        customers: customers.collect(),
        rules,
        receipt: bulk.receipt.into(),
    })
}

/// Look over what would become of up to 1,000 customers at once. Nothing is changed; within half an hour
/// `POST /bulk/{id}/run` does it. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/bulk", tag = "bulk", request_body = NewBulk,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = BulkJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn look(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewBulk>,
) -> Result<(StatusCode, Json<BulkJson>), Problem> {
    let lang = body.lang;
    let (of, act) = body.value.parse(lang)?;
    let bulk = app.tigertally.preview_bulk(&actor, &of, &act, body.once).await;
    let bulk = bulk.map_err(|error| Problem::of_bulk(&error, lang))?;
    Ok((StatusCode::CREATED, json(&app, bulk)))
}

/// Read about what I do with many customers at once; a day long.
#[utoipa::path(get, path = "/bulk/{id}", tag = "bulk", params(("id" = i64, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<BulkJson>, Problem> {
    let bulk = app.tigertally.bulk(&actor, id).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(json(&app, bulk))
}

/// Do what was looked over, for the customers whom nobody has changed since.
#[utoipa::path(post, path = "/bulk/{id}/run", tag = "bulk", params(("id" = i64, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn run(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<BulkJson>, Problem> {
    let bulk = app.tigertally.run_bulk(&actor, id).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(json(&app, bulk))
}

/// Undo it within half an hour, for the customers whom nobody has touched since.
#[utoipa::path(post, path = "/bulk/{id}/undo", tag = "bulk", params(("id" = i64, Path)),
    responses((status = 200, body = BulkJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn undo(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<BulkJson>, Problem> {
    let bulk = app.tigertally.undo_bulk(&actor, id).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(json(&app, bulk))
}
