//! The public pool: customers without an owner, shown without anything that is sealed.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    desk::{PersonSoon, PoolQuery, Pooled},
    record::Tier,
};
use utoipa::{IntoParams, ToSchema};

use super::{body::Asked, customers::Done};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// A customer in the pool.
#[derive(Serialize, ToSchema)]
pub(crate) struct PooledJson {
    /// Customer number.
    customer_no: String,
    /// `person` or `company`.
    kind: &'static str,
    /// `low`, `medium` or `high`.
    tier: &'static str,
    /// Department that it was in.
    department: String,
    /// Region.
    region: String,
    /// Since when it is in the pool, Unix milliseconds.
    pooled_ms: u64,
    /// Whether I may claim it.
    claimable: bool,
    /// Whether I may assign it: `POST /customers/{customer_no}/assignment`.
    assignable: bool,
}

impl std::convert::From<Pooled> for PooledJson {
    fn from(one: Pooled) -> Self {
        PooledJson {
            customer_no: one.no,
            kind: one.kind.name(),
            tier: one.tier.name(),
            department: one.department,
            region: one.region,
            pooled_ms: one.pooled_ms,
            claimable: one.claimable,
            assignable: one.assignable,
        }
    }
}

/// A customer of mine that falls into the pool unless I follow it up.
#[derive(Serialize, ToSchema)]
pub(crate) struct FallingJson {
    /// Customer number.
    customer_no: String,
    /// `low`, `medium` or `high`.
    tier: &'static str,
    /// When it falls, Unix milliseconds.
    falls_ms: u64,
}

/// A page of the pool.
#[derive(Serialize, ToSchema)]
pub(crate) struct PoolItems {
    /// Customers that I may claim or assign.
    items: Vec<PooledJson>,
    /// How many there are in all.
    total: u64,
    /// Where the next page begins; null on the last.
    next_after: Option<i64>,
    /// My own that fall soon, the first of them first; 50 at most.
    falling: Vec<FallingJson>,
    /// How many customers I may still claim today.
    claims_left: u32,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// Which part of the pool.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolParams {
    /// `low`, `medium` or `high`.
    tier: Option<String>,
    /// Region.
    region: Option<String>,
    /// Where to go on: `next_after` of the page before.
    after: Option<i64>,
    /// Most customers, 1 to 200; 50 by default.
    limit: Option<u32>,
}

/// See the public pool, as far as I may claim or assign what is in it.
#[utoipa::path(get, path = "/pool", tag = "pool", params(PoolParams),
    responses((status = 200, body = PoolItems), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<PoolParams>,
) -> Result<Json<PoolItems>, Problem> {
    let (lang, params) = (params.lang, params.value);
    let choice = || Problem::invalid("tier", "bad_choice", lang);
    let query = PoolQuery {
        tier: params.tier.map(|tier| Tier::parse(&tier).ok_or_else(choice)).transpose()?,
        region: params.region,
        after: params.after,
        limit: params.limit.unwrap_or(50) as usize,
    };
    let page = app.tigertally.pool(&actor, &query).await.map_err(|error| Problem::of(&error, lang))?;
    let falling = page.falling.into_iter().map(|one| FallingJson {
        customer_no: one.no,
        tier: one.tier.name(),
        falls_ms: one.falls_ms,
    });
    Ok(Json(PoolItems {
        items: page.customers.into_iter().map(PooledJson::from).collect(),
        total: page.total,
        next_after: page.next,
        falling: falling.collect(),
        claims_left: page.claims_left,
        receipt: page.receipt.into(),
    }))
}

/// Claim a customer from the pool: I become its owner.
#[utoipa::path(post, path = "/pool/{customer_no}/claim", tag = "pool", params(("customer_no" = String, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn claim(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.claim_from_pool(&actor, &no).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}

/// Put a customer into the pool: it has no owner and no contact person then.
#[utoipa::path(post, path = "/customers/{customer_no}/pool", tag = "pool", params(("customer_no" = String, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.put_into_pool(&actor, &no).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}

/// Whose customers fall into the pool soon.
#[derive(Serialize, ToSchema)]
pub(crate) struct SoonJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
    /// How many fall within 7 days.
    week: u64,
    /// How many within 30 days.
    month: u64,
}

/// How the pool ages.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgeingJson {
    /// How many have been in the pool for up to 7 days.
    up_to_7_days: u64,
    /// For 8 to 30 days.
    up_to_30_days: u64,
    /// For 31 to 90 days.
    up_to_90_days: u64,
    /// For longer.
    longer: u64,
    /// Whose customers fall soon, the most first: colleagues whose work I may read, or myself alone.
    falling: Vec<SoonJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// See how long customers have been in the pool of whom I may claim or assign, and whose fall into it soon.
#[utoipa::path(get, path = "/pool/ageing", tag = "pool",
    responses((status = 200, body = AgeingJson), (status = 403, body = Problem)))]
pub(crate) async fn ageing(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<AgeingJson>, Problem> {
    let (ageing, receipt) =
        app.tigertally.pool_ageing(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let [up_to_7_days, up_to_30_days, up_to_90_days, longer] = ageing.ages;
    let soon =
        |one: PersonSoon| SoonJson { staff_no: one.no, name: one.name, week: one.week, month: one.month };
    Ok(Json(AgeingJson {
        up_to_7_days,
        up_to_30_days,
        up_to_90_days,
        longer,
        falling: ageing.soon.into_iter().map(soon).collect(),
        receipt: receipt.into(),
    }))
}
