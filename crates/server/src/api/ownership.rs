//! The ownership rules: read, acknowledged, changed.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::desk::{Ack, AckQuery};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    customers::Done,
};
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
};

/// A version of the ownership rules.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnershipJson {
    /// Version, from 1.
    version: u32,
    /// The newest version.
    newest: u32,
    /// The text in Chinese. A line that begins with `# ` is a heading, one with `- ` a point.
    zh: String,
    /// The same in English.
    en: String,
    /// Staff number of who wrote it; `operator` for the first.
    author: String,
    /// When, Unix milliseconds.
    created_ms: u64,
    /// The version that I acknowledged last.
    acknowledged: Option<u32>,
    /// When I did, Unix milliseconds.
    acknowledged_ms: Option<u64>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnershipParams {
    /// The version; the newest when it is left out.
    version: Option<u32>,
}

/// Read the ownership rules: who may collect, store and use what of customers.
#[utoipa::path(get, path = "/rules", tag = "rules", params(OwnershipParams),
    responses((status = 200, body = OwnershipJson), (status = 404, body = Problem)))]
pub(crate) async fn read(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<OwnershipParams>,
) -> Result<Json<OwnershipJson>, Problem> {
    let rules = app.tigertally.ownership_rules(&actor, params.value.version).await;
    let rules = rules.map_err(|error| Problem::of(&error, params.lang))?;
    Ok(Json(OwnershipJson {
        version: rules.version,
        newest: rules.newest,
        zh: rules.zh,
        en: rules.en,
        author: rules.author,
        created_ms: rules.created_ms,
        acknowledged: rules.acknowledged.map(|(version, _)| version),
        acknowledged_ms: rules.acknowledged.map(|(_, time_ms)| time_ms),
        receipt: rules.receipt.into(),
    }))
}

/// Rules to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOwnership {
    /// The version that was edited.
    based_on: u32,
    /// The text in Chinese, 20 to 20,000 characters.
    zh: String,
    /// The same in English.
    en: String,
}

/// A version that was put in force.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnershipVersion {
    /// Its number.
    version: u32,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

/// Put another version of the ownership rules in force: everybody is asked to acknowledge it.
#[utoipa::path(put, path = "/rules", tag = "rules", request_body = NewOwnership,
    responses((status = 200, body = OwnershipVersion), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewOwnership>,
) -> Result<Json<OwnershipVersion>, Problem> {
    let NewOwnership { based_on, zh, en } = body.value;
    let done = app.tigertally.change_rules(&actor, based_on, &zh, &en).await;
    let (version, receipt) = done.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(OwnershipVersion { version, receipt: receipt.into() }))
}

/// What is acknowledged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acknowledged {
    /// The version: the newest.
    version: u32,
}

/// Acknowledge the newest version of the ownership rules. Again it changes nothing.
#[utoipa::path(post, path = "/rules/acknowledgement", tag = "rules", request_body = Acknowledged,
    responses((status = 200, body = Done), (status = 409, body = Problem)))]
pub(crate) async fn acknowledge(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<Acknowledged>,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.acknowledge_rules(&actor, body.value.version).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// What somebody has acknowledged.
#[derive(Serialize, ToSchema)]
pub(crate) struct AckJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
    /// Department.
    department: String,
    /// The version acknowledged last.
    version: Option<u32>,
    /// When, Unix milliseconds.
    time_ms: Option<u64>,
}

impl std::convert::From<Ack> for AckJson {
    fn from(ack: Ack) -> Self {
        AckJson {
            staff_no: ack.no,
            name: ack.name,
            department: ack.department,
            version: ack.acknowledged.map(|(version, _)| version),
            time_ms: ack.acknowledged.map(|(_, time_ms)| time_ms),
        }
    }
}

/// A page of who has acknowledged what.
#[derive(Serialize, ToSchema)]
pub(crate) struct AckItems {
    /// The people, by staff number.
    items: Vec<AckJson>,
    /// After whom the next page begins; null on the last.
    next_after: Option<String>,
    /// The newest version.
    newest: u32,
    /// How many of those who work here have acknowledged it.
    done: u64,
    /// How many those are.
    of: u64,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AckParams {
    /// Only those who have not acknowledged the newest version.
    #[serde(default)]
    missing: bool,
    /// Where to go on: `next_after` of the page before.
    after: Option<String>,
    /// Most people, 1 to 200; 50 by default.
    limit: Option<u32>,
}

/// See who has acknowledged which version of the ownership rules.
#[utoipa::path(get, path = "/rules/acknowledgements", tag = "rules", params(AckParams),
    responses((status = 200, body = AckItems), (status = 403, body = Problem)))]
pub(crate) async fn acknowledgements(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<AckParams>,
) -> Result<Json<AckItems>, Problem> {
    let AckParams { missing, after, limit } = params.value;
    let query = AckQuery { missing, after, limit: limit.unwrap_or(50) as usize };
    let page = app.tigertally.acknowledgements(&actor, &query).await;
    let page = page.map_err(|error| Problem::of(&error, params.lang))?;
    Ok(Json(AckItems {
        items: page.people.into_iter().map(AckJson::from).collect(),
        next_after: page.next,
        newest: page.newest,
        done: page.done.0,
        of: page.done.1,
        receipt: page.receipt.into(),
    }))
}
