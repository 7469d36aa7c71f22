//! Hand-overs: the customers of somebody who leaves or moves on go to those who sign for them.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    desk::{
        Exposure, Handover, HandoverKind, HandoverPart, NewHandoverRequest, Signature, SplitPlan,
        SplitPreview,
    },
    record::{Field, Tier},
};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use crate::{
    address::{Path, Query},
    problem::{Problem, ReceiptJson},
    signed::{From as Origin, Signed},
    state::App,
    texts::Lang,
};

/// Which hand-overs.
#[derive(Deserialize, IntoParams)]
pub(crate) struct Listed {
    /// Only those before this number.
    before: Option<i64>,
    /// At most so many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonJson {
    no: String,
    name: String,
}

impl From<(String, String)> for PersonJson {
    fn from((no, name): (String, String)) -> Self {
        PersonJson { no, name }
    }
}

/// A receiver's part.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartJson {
    /// Number.
    id: i64,
    receiver: PersonJson,
    /// `given`, `signed`, `asked`, `approved` or `moved`.
    state: &'static str,
    /// How many customers it has.
    customers: u64,
    /// How many of them have moved, or were no longer the leaver's.
    settled: u64,
    /// How many the receiver refused.
    refused: u64,
    /// How many they looked at.
    checked: u64,
    /// What they said.
    answer: String,
    signed_ms: Option<u64>,
    /// The approval that covers it.
    approval: Option<i64>,
    moved_ms: Option<u64>,
}

impl From<HandoverPart> for PartJson {
    fn from(part: HandoverPart) -> Self {
        PartJson {
            id: part.id,
            receiver: part.receiver.into(),
            state: part.state.name(),
            customers: part.customers,
            settled: part.settled,
            refused: part.refused,
            checked: part.checked,
            answer: part.answer,
            signed_ms: part.signed_ms,
            approval: part.approval,
            moved_ms: part.moved_ms,
        }
    }
}

/// What there was when it was opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct InventoryJson {
    /// Customers by tier: low, medium, high.
    tiers: [u64; 3],
    /// Those whose contact person the leaver is, and somebody else the owner.
    contacts: u64,
    open_tasks: u64,
    /// Follow-ups of the last 90 days.
    follow_ups: u64,
    /// Orders of the last twelve months.
    orders: u64,
    /// Their amount in fen.
    orders_fen: u64,
    exports: u64,
    approvals: u64,
}

/// An export of the leaver's.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExposureExportJson {
    id: i64,
    people: u64,
    in_clear: bool,
    taken: bool,
    created_ms: u64,
}

/// What the leaver saw and took out in their last 90 days.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExposureJson {
    since_ms: u64,
    /// Pages of customers shown, masked.
    views: u64,
    /// Times that fields were shown in clear.
    reveals: u64,
    denied: u64,
    /// Different customers seen.
    customers: u64,
    /// Those of them that are somebody else's.
    others: u64,
    /// Reveals of each week, the first first.
    weeks: Vec<u64>,
    exports: Vec<ExposureExportJson>,
}

impl From<Exposure> for ExposureJson {
    fn from(exposure: Exposure) -> Self {
        let exports = exposure.exports.into_iter().map(|export| ExposureExportJson {
            id: export.id,
            people: export.people,
            in_clear: export.in_clear,
            taken: export.taken,
            created_ms: export.created_ms,
        });
        ExposureJson {
            since_ms: exposure.since_ms,
            views: exposure.views,
            reveals: exposure.reveals,
            denied: exposure.denied,
            customers: exposure.customers,
            others: exposure.others,
            weeks: exposure.weeks,
            exports: exports.collect(),
        }
    }
}

/// A hand-over.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoverJson {
    id: i64,
    leaver: PersonJson,
    department: String,
    region: String,
    /// `leaving` or `moving`.
    kind: &'static str,
    last_day: String,
    /// The application; empty in a list.
    reason: String,
    /// What the leaver added; empty in a list.
    note: String,
    opened_by: PersonJson,
    opened_ms: u64,
    /// `open`, `done`, `closed` or `cancelled`.
    state: &'static str,
    ended_by: Option<PersonJson>,
    ended_ms: Option<u64>,
    /// Why it was called off.
    why_ended: String,
    inventory: InventoryJson,
    /// Customers that nobody has been given yet.
    waiting: u64,
    /// Customers that were given and have not moved.
    given: u64,
    /// Customers that a receiver refused.
    refused: u64,
    /// Customers that have moved.
    moved: u64,
    /// Customers that were no longer the leaver's.
    gone: u64,
    /// The parts that I may see.
    parts: Vec<PartJson>,
    /// For who manages it or reads the ledger; not in a list.
    exposure: Option<ExposureJson>,
}

impl From<Handover> for HandoverJson {
    fn from(handover: Handover) -> Self {
        let [waiting, given, refused, moved, gone] = handover.counts;
        let inventory = handover.inventory;
        HandoverJson {
            id: handover.id,
            leaver: handover.leaver.into(),
            department: handover.place.0,
            region: handover.place.1,
            kind: handover.kind.name(),
            last_day: handover.last_day,
            reason: handover.reason,
            note: handover.note,
            opened_by: handover.opened_by.into(),
            opened_ms: handover.opened_ms,
            state: handover.state.name(),
            ended_by: handover.ended_by.map(PersonJson::from),
            ended_ms: handover.ended_ms,
            why_ended: handover.why_ended,
            inventory: InventoryJson {
                tiers: inventory.tiers,
                contacts: inventory.contacts,
                open_tasks: inventory.tasks,
                follow_ups: inventory.follow_ups,
                orders: inventory.orders.0,
                orders_fen: inventory.orders.1,
                exports: inventory.exports,
                approvals: inventory.approvals,
            },
            waiting,
            given,
            refused,
            moved,
            gone,
            parts: handover.parts.into_iter().map(PartJson::from).collect(),
            exposure: handover.exposure.map(ExposureJson::from),
        }
    }
}

/// Hand-overs, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoversJson {
    handovers: Vec<HandoverJson>,
    /// The number before which the next page begins.
    next: Option<i64>,
    receipt: ReceiptJson,
}

/// Hand-overs that I have a part in, may manage or oversee.
#[utoipa::path(get, path = "/handovers", tag = "handovers", params(Listed),
    responses((status = 200, body = HandoversJson), (status = 401, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Query(listed): Query<Listed>,
) -> Result<Json<HandoversJson>, Problem> {
    let list = app.tigertally.handovers(&actor, listed.before, listed.limit.unwrap_or(50)).await;
    let list = list.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(HandoversJson {
        handovers: list.handovers.into_iter().map(HandoverJson::from).collect(),
        next: list.next,
        receipt: list.receipt.into(),
    }))
}

/// A hand-over to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHandoverJson {
    /// Whose customers go to others, by staff number.
    leaver: String,
    /// `leaving` or `moving`.
    kind: String,
    /// Their last day.
    last_day: String,
    /// The application, 4 to 500 characters; it is sealed.
    reason: String,
}

/// What was made, with its number.
#[derive(Serialize, ToSchema)]
pub(crate) struct NumberedJson {
    id: i64,
    receipt: ReceiptJson,
}

/// Open a hand-over. From here on the leaver takes nothing out.
#[utoipa::path(post, path = "/handovers", tag = "handovers", request_body = NewHandoverJson,
    responses((status = 201, body = NumberedJson), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn open(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewHandoverJson>,
) -> Result<(StatusCode, Json<NumberedJson>), Problem> {
    let new = body.value;
    let kind =
        HandoverKind::parse(&new.kind).ok_or_else(|| Problem::invalid("kind", "bad_choice", body.lang))?;
    let request = NewHandoverRequest { leaver: new.leaver, kind, last_day: new.last_day, reason: new.reason };
    let opened = app.tigertally.open_handover(&actor, &request).await;
    let (id, receipt) = opened.map_err(|error| Problem::of(&error, body.lang))?;
    Ok((StatusCode::CREATED, Json(NumberedJson { id, receipt: receipt.into() })))
}

/// A hand-over with where its view stands in the ledger.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoverViewJson {
    handover: HandoverJson,
    receipt: ReceiptJson,
}

/// One hand-over.
#[utoipa::path(get, path = "/handovers/{id}", tag = "handovers", params(("id" = i64, Path)),
    responses((status = 200, body = HandoverViewJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Path(id): Path<i64>,
) -> Result<Json<HandoverViewJson>, Problem> {
    let found = app.tigertally.handover(&actor, id).await;
    let (handover, receipt) = found.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(HandoverViewJson { handover: handover.into(), receipt: receipt.into() }))
}

/// A text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextJson {
    /// It is sealed.
    text: String,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct DoneJson {
    receipt: ReceiptJson,
}

/// Add what a list cannot tell, as the leaver.
#[utoipa::path(put, path = "/handovers/{id}/note", tag = "handovers", params(("id" = i64, Path)), request_body = TextJson,
    responses((status = 200, body = DoneJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn note(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<TextJson>,
) -> Result<Json<DoneJson>, Problem> {
    let done = app.tigertally.note_handover(&actor, id, &body.value.text).await;
    let receipt = done.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(DoneJson { receipt: receipt.into() }))
}

/// How customers are split.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitJson {
    /// Who gets them, by staff number.
    receivers: Vec<String>,
    /// Only customers of this region.
    region: Option<String>,
    /// Only customers of this tier.
    tier: Option<String>,
    /// Whether those are split anew that were given and not signed for.
    #[serde(default)]
    again: bool,
    /// Only shows what it would do.
    #[serde(default)]
    preview: bool,
}

/// What a receiver gets.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShareJson {
    receiver: PersonJson,
    /// How many customers they own now.
    load: u64,
    /// How many they get, by tier: low, medium, high.
    tiers: [u64; 3],
    /// Those of them that are of the receiver's own region.
    own_region: u64,
}

/// What a split does.
#[derive(Serialize, ToSchema)]
pub(crate) struct SplitDoneJson {
    shares: Vec<ShareJson>,
    /// Customers whom none of them may care for.
    nobody: u64,
    receipt: ReceiptJson,
}

/// Split customers among receivers: the high tier first, by region, then to who has the least to care for.
#[utoipa::path(post, path = "/handovers/{id}/split", tag = "handovers", params(("id" = i64, Path)), request_body = SplitJson,
    responses((status = 200, body = SplitDoneJson), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn split(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<SplitJson>,
) -> Result<Json<SplitDoneJson>, Problem> {
    let asked = body.value;
    let choice = || Problem::invalid("tier", "bad_choice", body.lang);
    let tier = asked.tier.as_deref().map(|name| Tier::parse(name).ok_or_else(choice)).transpose()?;
    let plan = SplitPlan { receivers: asked.receivers, region: asked.region, tier, again: asked.again };
    let done = match asked.preview {
        true => app.tigertally.preview_split(&actor, id, &plan).await,
        false => app.tigertally.split_handover(&actor, id, &plan).await,
    };
    let (SplitPreview { shares, nobody }, receipt) = done.map_err(|error| Problem::of(&error, body.lang))?;
    let shares = shares.into_iter().map(|share| ShareJson {
        receiver: share.receiver.into(),
        load: share.load,
        tiers: share.tiers,
        own_region: share.own_region,
    });
    Ok(Json(SplitDoneJson { shares: shares.collect(), nobody, receipt: receipt.into() }))
}

/// Which customers of a part.
#[derive(Deserialize, IntoParams)]
pub(crate) struct GivenQuery {
    /// After this one.
    after: Option<i64>,
    /// At most so many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// A customer that I am given, masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenCustomerJson {
    no: String,
    tier: &'static str,
    kind: &'static str,
    region: String,
    name: Option<String>,
    contact: Option<String>,
    mobile: Option<String>,
}

/// Customers that I am given.
#[derive(Serialize, ToSchema)]
pub(crate) struct GivenJson {
    handover: i64,
    /// The leaver's name.
    leaver: String,
    part: PartJson,
    customers: Vec<GivenCustomerJson>,
    /// After which the next page begins.
    next: Option<i64>,
    receipt: ReceiptJson,
}

/// The customers of a part of mine, masked.
#[utoipa::path(get, path = "/handovers/parts/{part}/customers", tag = "handovers", params(("part" = i64, Path), GivenQuery),
    responses((status = 200, body = GivenJson), (status = 404, body = Problem)))]
pub(crate) async fn given(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Path(part): Path<i64>,
    Query(query): Query<GivenQuery>,
) -> Result<Json<GivenJson>, Problem> {
    let after = query.after.unwrap_or(0);
    let page = app.tigertally.handover_given(&actor, part, after, query.limit.unwrap_or(50)).await;
    let page = page.map_err(|error| Problem::of(&error, lang))?;
    let customers = page.customers.iter().map(|masked| {
        let mask = |field| masked.mask(field).map(str::to_owned);
        GivenCustomerJson {
            no: masked.customer.no.clone(),
            tier: masked.customer.tier.name(),
            kind: masked.customer.kind.name(),
            region: masked.customer.region.clone(),
            name: mask(Field::Name),
            contact: mask(Field::Contact),
            mobile: mask(Field::Mobile),
        }
    });
    Ok(Json(GivenJson {
        handover: page.handover,
        leaver: page.leaver,
        customers: customers.collect(),
        part: page.part.into(),
        next: page.next,
        receipt: page.receipt.into(),
    }))
}

/// A signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureJson {
    /// A fresh code of my authenticator, or a recovery code.
    code: String,
    /// Customers that I do not take, by number.
    #[serde(default)]
    refused: Vec<String>,
    /// Why not; needed when any is refused. It is sealed.
    #[serde(default)]
    answer: String,
    /// How many customers I looked at.
    #[serde(default)]
    checked: u64,
}

/// What was signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedJson {
    /// How many customers I get once it is approved.
    accepted: u64,
    receipt: ReceiptJson,
}

/// Sign for a part of mine, with a fresh code.
#[utoipa::path(post, path = "/handovers/parts/{part}/signature", tag = "handovers", params(("part" = i64, Path)), request_body = SignatureJson,
    responses((status = 200, body = SignedJson), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn sign(
    State(app): State<App>,
    Signed(actor): Signed,
    origin: Origin,
    Path(part): Path<i64>,
    body: Body<SignatureJson>,
) -> Result<Json<SignedJson>, Problem> {
    let SignatureJson { code, refused, answer, checked } = body.value;
    let confirmed = app.tigertally.confirm(&actor, &code, &origin.0).await;
    let confirmed = confirmed.map_err(|error| Problem::of_sign_in(&error, body.lang))?;
    let signature = Signature { refused, answer, checked };
    let signed = app.tigertally.sign_handover(&actor, part, confirmed, &signature).await;
    let (accepted, receipt) = signed.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(SignedJson { accepted, receipt: receipt.into() }))
}

/// Bring what was signed for before the department head.
#[utoipa::path(post, path = "/handovers/{id}/approval", tag = "handovers", params(("id" = i64, Path)), request_body = TextJson,
    responses((status = 201, body = NumberedJson), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn ask(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<TextJson>,
) -> Result<(StatusCode, Json<NumberedJson>), Problem> {
    let asked = app.tigertally.ask_handover(&actor, id, &body.value.text).await;
    let (id, receipt) = asked.map_err(|error| Problem::of(&error, body.lang))?;
    Ok((StatusCode::CREATED, Json(NumberedJson { id, receipt: receipt.into() })))
}

/// Close a hand-over: nobody's customers are left behind, and whoever leaves is signed out for good.
#[utoipa::path(post, path = "/handovers/{id}/closing", tag = "handovers", params(("id" = i64, Path)),
    responses((status = 200, body = DoneJson), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn close(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Path(id): Path<i64>,
) -> Result<Json<DoneJson>, Problem> {
    let receipt =
        app.tigertally.close_handover(&actor, id).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(DoneJson { receipt: receipt.into() }))
}

/// Call a hand-over off, as long as nothing is before the department head.
#[utoipa::path(post, path = "/handovers/{id}/cancellation", tag = "handovers", params(("id" = i64, Path)), request_body = TextJson,
    responses((status = 200, body = DoneJson), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<TextJson>,
) -> Result<Json<DoneJson>, Problem> {
    let done = app.tigertally.cancel_handover(&actor, id, &body.value.text).await;
    let receipt = done.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(DoneJson { receipt: receipt.into() }))
}
