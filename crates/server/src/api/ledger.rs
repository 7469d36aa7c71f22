//! The ledger: its head, its entries, its proofs, its verification.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    EntryFilter, EntryRow, StoreError,
    desk::{ConsistencyProof, InclusionProof},
    entry::{Body, Decision},
    record::Tier,
};
use utoipa::{IntoParams, ToSchema};

use super::body::Asked;
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    sentence::{Speaker, numbers},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// What the ledger says of itself to everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeadJson {
    /// Number of entries.
    size: u64,
    /// Root of the tree at this size (RFC 6962), base64.
    root: String,
    /// The last signed checkpoint (C2SP tlog-checkpoint).
    checkpoint: String,
    /// Number of entries that it vouches for.
    checkpoint_size: u64,
    /// When it was signed, Unix milliseconds.
    checkpoint_time_ms: u64,
    /// Name of the log.
    origin: String,
    /// The key that its signatures are checked with (C2SP signed-note vkey).
    verifier_key: String,
}

/// The ledger's size, root and last signed checkpoint. Nobody needs to sign in: whoever keeps it can tell later whether
/// the ledger was changed.
#[utoipa::path(get, path = "/ledger/head", tag = "ledger", security(()), responses((status = 200, body = HeadJson)))]
pub(crate) async fn head(State(app): State<App>) -> Json<HeadJson> {
    let head = app.tigertally.ledger_head();
    Json(HeadJson {
        size: head.size,
        root: head.root,
        checkpoint: head.checkpoint,
        checkpoint_size: head.checkpoint_size,
        checkpoint_time_ms: head.checkpoint_time_ms,
        origin: head.origin,
        verifier_key: head.verifier_key,
    })
}

/// The last signed checkpoint as a signed note (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/ledger/checkpoint", tag = "ledger", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn checkpoint(State(app): State<App>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, app.tigertally.ledger_head().checkpoint).into_response()
}

/// An entry.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryJson {
    /// Place in the ledger, from 0.
    index: u64,
    /// When it was written, Unix milliseconds.
    time_ms: u64,
    /// What was done: `customer.reveal`.
    action: String,
    /// `allowed`, `denied`, `recorded` or `failed`.
    decision: &'static str,
    /// What became of an intent: `true` released, `false` failed, null when there is no outcome (yet).
    outcome: Option<bool>,
    /// The entry in words, in the language of the request.
    sentence: String,
    /// What else there is to say, such as the rule that denied.
    note: String,
    /// What it says; null once erased.
    #[schema(value_type = Option<Object>)]
    body: Option<Body>,
}

pub(crate) fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Recorded => "recorded",
        Decision::Allowed => "allowed",
        Decision::Denied => "denied",
        Decision::Failed => "failed",
    }
}

/// Entries with their sentences.
pub(crate) fn entries_json(
    app: &App,
    entries: Vec<EntryRow>,
    lang: Lang,
) -> Result<Vec<EntryJson>, StoreError> {
    let (policy, names) = (app.tigertally.policy(), app.tigertally.names(numbers(&entries))?);
    let speaker = Speaker { lang, names: &names, policy: &policy };
    let json = |entry: EntryRow| {
        let said = speaker.say(&entry);
        EntryJson {
            index: entry.index,
            time_ms: entry.time_ms,
            action: entry.action,
            decision: decision(entry.decision),
            outcome: entry.outcome,
            sentence: said.text(),
            note: said.note,
            body: entry.body,
        }
    };
    Ok(entries.into_iter().map(json).collect())
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryItems {
    /// The entries, newest first.
    items: Vec<EntryJson>,
    /// `before` of the next page; null on the last.
    next_before: Option<u64>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// A page of entries as an answer.
pub(crate) fn items(
    app: &App,
    entries: Vec<EntryRow>,
    next_before: Option<u64>,
    receipt: tigertally_core::entry::Receipt,
    lang: Lang,
) -> Result<Json<EntryItems>, Problem> {
    let items = entries_json(app, entries, lang).map_err(|error| Problem::of_store(&error, lang))?;
    Ok(Json(EntryItems { items, next_before, receipt: receipt.into() }))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryParams {
    /// Only what this person did, by staff number.
    staff: Option<String>,
    /// Only what concerns this customer, by number.
    customer: Option<String>,
    /// Only this action: `customer.reveal`.
    action: Option<String>,
    /// Only `allowed`, `denied`, `recorded` or `failed`.
    decision: Option<String>,
    /// Only this tier's customers: `low`, `medium` or `high`.
    tier: Option<String>,
    /// Only from this time on, Unix milliseconds.
    since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    until_ms: Option<u64>,
    /// Only entries before this index.
    before: Option<u64>,
    /// Most entries, 1 to 200; 50 by default.
    limit: Option<usize>,
}

fn filter_of(params: EntryParams, lang: Lang) -> Result<(EntryFilter, usize), Problem> {
    let choice = |field: &str| Problem::invalid(field, "bad_choice", lang);
    let known = |name: &String| crate::sentence::ACTIONS.iter().find(|known| *known == name).copied();
    let decided = |name: &String| {
        let all = [Decision::Recorded, Decision::Allowed, Decision::Denied, Decision::Failed];
        all.into_iter().find(|each| decision(*each) == name)
    };
    let filter = EntryFilter {
        before: params.before,
        staff: params.staff,
        customer: params.customer,
        actions: match &params.action {
            Some(action) => vec![known(action).ok_or_else(|| choice("action"))?],
            None => Vec::new(),
        },
        decision: params
            .decision
            .as_ref()
            .map(|name| decided(name).ok_or_else(|| choice("decision")))
            .transpose()?,
        tier: params.tier.map(|tier| Tier::parse(&tier).ok_or_else(|| choice("tier"))).transpose()?,
        since_ms: params.since_ms,
        until_ms: params.until_ms,
        ..EntryFilter::default()
    };
    Ok((filter, params.limit.unwrap_or(50)))
}

/// Read entries, newest first.
#[utoipa::path(get, path = "/ledger/entries", tag = "ledger", params(EntryParams),
    responses((status = 200, body = EntryItems), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn entries(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<EntryParams>,
) -> Result<Json<EntryItems>, Problem> {
    let (filter, limit) = filter_of(params.value, params.lang)?;
    let read = app.tigertally.entries(&actor, filter, limit).await;
    let (entries, next, receipt) = read.map_err(|error| Problem::of(&error, params.lang))?;
    items(&app, entries, next, receipt, params.lang)
}

/// An entry with all that can be checked of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryDetailJson {
    #[serde(flatten)]
    entry: EntryJson,
    /// Canonical bytes of the leaf, base64.
    leaf: String,
    /// Hash of the leaf (RFC 6962, section 2.1), base64.
    leaf_hash: String,
    /// Salt of the commitment that the leaf holds, base64; null once erased.
    salt: Option<String>,
    /// The text that the leaf commits to (HMAC-SHA-256 under the salt); null once erased.
    body_text: Option<String>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read one entry with all that can be checked of it. One's own needs no right to the ledger.
#[utoipa::path(get, path = "/ledger/entries/{index}", tag = "ledger", params(("index" = u64, Path)),
    responses((status = 200, body = EntryDetailJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn entry(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(index): Path<u64>,
    lang: Lang,
) -> Result<Json<EntryDetailJson>, Problem> {
    let detail = app.tigertally.entry(&actor, index).await.map_err(|error| Problem::of(&error, lang))?;
    let entry =
        entries_json(&app, vec![detail.row], lang).map_err(|error| Problem::of_store(&error, lang))?.pop();
    Ok(Json(EntryDetailJson {
        entry: entry.ok_or_else(|| Problem::not_found(lang))?,
        leaf: detail.leaf,
        leaf_hash: detail.leaf_hash,
        salt: detail.salt,
        body_text: detail.body,
        receipt: detail.receipt.into(),
    }))
}

/// Proof that an entry is in the ledger (RFC 6962, section 2.1.1).
#[derive(Serialize, ToSchema)]
pub(crate) struct InclusionJson {
    /// Index of the entry.
    index: u64,
    /// Number of entries of the tree that it is proved to be in.
    size: u64,
    /// Canonical bytes of the leaf, base64.
    leaf: String,
    /// Hash of the leaf, base64.
    leaf_hash: String,
    /// The hashes beside its way to the root, from the leaf upwards, base64.
    hashes: Vec<String>,
    /// Root of the tree, base64.
    root: String,
    /// The signed checkpoint that states this size and root.
    checkpoint: String,
    /// Where the request stands in the ledger.
    receipt: ReceiptJson,
}

/// Of which tree.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SizeParams {
    /// Size of a signed checkpoint; the last one when it is left out.
    size: Option<u64>,
}

/// Prove that an entry is in the ledger.
#[utoipa::path(get, path = "/ledger/proofs/{index}", tag = "ledger", params(("index" = u64, Path), SizeParams),
    responses((status = 200, body = InclusionJson), (status = 403, body = Problem),
        (status = 404, body = Problem, description = "No such entry, or no signed checkpoint of this size")))]
pub(crate) async fn proof(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(index): Path<u64>,
    params: Asked<SizeParams>,
) -> Result<Json<InclusionJson>, Problem> {
    let proved = app.tigertally.proof(&actor, index, params.value.size).await;
    let (proof, receipt) = proved.map_err(|error| Problem::of(&error, params.lang))?;
    let InclusionProof { index, size, leaf, leaf_hash, hashes, root, checkpoint } = proof;
    Ok(Json(InclusionJson {
        index,
        size,
        leaf,
        leaf_hash,
        hashes,
        root,
        checkpoint,
        receipt: receipt.into(),
    }))
}

/// Proof that the ledger continues an earlier one (RFC 6962, section 2.1.2).
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsistencyJson {
    /// Number of entries of the earlier tree.
    old: u64,
    /// Root of the earlier tree, base64.
    old_root: String,
    /// Number of entries of the later tree.
    new: u64,
    /// Root of the later tree, base64.
    new_root: String,
    /// The hashes that lead to both roots, base64.
    hashes: Vec<String>,
    /// The signed checkpoint of the later tree.
    checkpoint: String,
    /// Where the request stands in the ledger.
    receipt: ReceiptJson,
}

/// Of which trees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsistencyParams {
    /// Size of the earlier tree.
    old: u64,
    /// Size of a signed checkpoint; the last one when it is left out.
    new: Option<u64>,
}

/// Prove that the ledger continues an earlier one.
#[utoipa::path(get, path = "/ledger/consistency", tag = "ledger", params(ConsistencyParams),
    responses((status = 200, body = ConsistencyJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn consistency(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<ConsistencyParams>,
) -> Result<Json<ConsistencyJson>, Problem> {
    let proved = app.tigertally.consistency(&actor, params.value.old, params.value.new).await;
    let (proof, receipt) = proved.map_err(|error| Problem::of(&error, params.lang))?;
    let ConsistencyProof { old, old_root, new, new_root, hashes, checkpoint } = proof;
    Ok(Json(ConsistencyJson { old, old_root, new, new_root, hashes, checkpoint, receipt: receipt.into() }))
}

/// What a verification of the whole ledger found.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationJson {
    /// Whether everything fits.
    holds: bool,
    /// The first thing that is wrong; null when all fits.
    fault: Option<String>,
    /// Number of entries read.
    entries: u64,
    /// Root over all of them, in hexadecimal.
    root: String,
    /// Signed checkpoints that were compared.
    checkpoints: u64,
    /// Entries after the last checkpoint.
    unsigned: u64,
    /// Entries whose body was erased.
    erased: u64,
    /// Where the verification stands in the ledger.
    receipt: ReceiptJson,
}

/// Recompute the whole ledger from its entries and compare it with its checkpoints.
#[utoipa::path(post, path = "/ledger/verification", tag = "ledger",
    responses((status = 200, body = VerificationJson), (status = 403, body = Problem)))]
pub(crate) async fn verify(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<VerificationJson>, Problem> {
    let verified = app.tigertally.verify_ledger(&actor).await;
    let (report, receipt) = verified.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(VerificationJson {
        holds: report.fault.is_none(),
        fault: report.fault.map(|fault| fault.to_string()),
        entries: report.entries,
        root: tigertally_core::hex(&report.root),
        checkpoints: report.checkpoints,
        unsigned: report.unsigned,
        erased: report.erased,
        receipt: receipt.into(),
    }))
}

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageParams {
    /// Only entries before this index.
    pub(crate) before: Option<u64>,
    /// Most entries, 1 to 200; 50 by default.
    pub(crate) limit: Option<usize>,
}
