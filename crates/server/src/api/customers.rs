//! Customers: listed and shown masked, revealed for a purpose.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    Masked, Sort,
    desk::{Assignment, Changes, ListQuery, NewRecord, Scope, StatedPurpose},
    policy::Action,
    record::{Field, Kind, Tier},
};
use utoipa::{IntoParams, ToSchema};

use super::body::{Asked, Body};
use crate::{
    address::Path,
    disclose::{Revealed, disclose},
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// A customer, masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerJson {
    /// Customer number.
    customer_no: String,
    /// `person` or `company`.
    kind: &'static str,
    /// `low`, `medium` or `high`.
    tier: &'static str,
    /// Department of the owner.
    department: String,
    /// Region.
    region: String,
    /// Staff number of the owner.
    owner: Option<String>,
    /// Staff number of the named contact person.
    contact_person: Option<String>,
    /// Day of the first co-operation.
    since: String,
    /// Day of the next access review; high tier only.
    review_due: Option<String>,
    /// Version of the record: a change names the one it was made from.
    version: u32,
    /// The masks, by field name. A field without a value is not there.
    #[schema(example = json!({"mobile": "138****1234"}))]
    masked: BTreeMap<&'static str, String>,
}

impl std::convert::From<&Masked> for CustomerJson {
    fn from(masked: &Masked) -> Self {
        let customer = &masked.customer;
        let mask = |field: Field| Some((field.name(), masked.mask(field)?.to_owned()));
        CustomerJson {
            customer_no: customer.no.clone(),
            kind: customer.kind.name(),
            tier: customer.tier.name(),
            department: customer.department.clone(),
            region: customer.region.clone(),
            owner: customer.owner.as_ref().map(|person| person.no.clone()),
            contact_person: customer.contact_person.as_ref().map(|person| person.no.clone()),
            since: customer.since.clone(),
            review_due: customer.review_due.clone(),
            version: customer.version,
            masked: Field::ALL.into_iter().filter_map(mask).collect(),
        }
    }
}

/// What to list.
#[derive(Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    /// Only the customer whose phone, mail, ID, card number, name or number is exactly this. It is personal and
    /// addresses are logged: `POST /customers/search` takes it in the body.
    q: Option<String>,
    /// `low`, `medium` or `high`.
    tier: Option<String>,
    /// Region.
    region: Option<String>,
    /// `person` or `company`.
    kind: Option<String>,
    /// Staff number of the owner.
    owner: Option<String>,
    /// `all` (default), `mine`, `department` or `shared` (with me).
    scope: Option<String>,
    /// `number` (default), `spend` or `since`.
    sort: Option<String>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most customers, 1 to 200; 50 by default.
    limit: Option<u32>,
}

/// A page of customers.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerItems {
    /// The customers.
    items: Vec<CustomerJson>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
    /// How many there are in all.
    total: u64,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

pub(crate) fn query_of(params: ListParams, lang: Lang) -> Result<ListQuery, Problem> {
    let choice = |field: &str| Problem::invalid(field, "bad_choice", lang);
    Ok(ListQuery {
        scope: match params.scope.as_deref() {
            None | Some("all") => Scope::All,
            Some("mine") => Scope::Mine,
            Some("department") => Scope::Department,
            Some("shared") => Scope::Shared,
            Some(_) => return Err(choice("scope")),
        },
        tier: params.tier.map(|tier| Tier::parse(&tier).ok_or_else(|| choice("tier"))).transpose()?,
        region: params.region,
        kind: params.kind.map(|kind| Kind::parse(&kind).ok_or_else(|| choice("kind"))).transpose()?,
        owner: params.owner,
        term: params.q,
        sort: match params.sort.as_deref() {
            None | Some("number") => Sort::Number,
            Some("spend") => Sort::Spend,
            Some("since") => Sort::Since,
            Some(_) => return Err(choice("sort")),
        },
        cursor: params.cursor,
        offset: 0,
        limit: params.limit.unwrap_or(50) as usize,
        count_scopes: false,
    })
}

async fn page(
    app: &App,
    actor: &tigertally_core::identity::Actor,
    query: &ListQuery,
    lang: Lang,
) -> Result<Json<CustomerItems>, Problem> {
    let page = app.tigertally.list(actor, query).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(CustomerItems {
        items: page.customers.iter().map(CustomerJson::from).collect(),
        next_cursor: page.next_cursor,
        total: page.counts.iter().sum(),
        receipt: page.receipt.into(),
    }))
}

/// List customers, masked.
#[utoipa::path(get, path = "/customers", tag = "customers", params(ListParams),
    responses((status = 200, body = CustomerItems), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<ListParams>,
) -> Result<Json<CustomerItems>, Problem> {
    let query = query_of(params.value, params.lang)?;
    page(&app, &actor, &query, params.lang).await
}

/// An exact search.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// Phone, mail, ID, card number, name or customer number: the whole of it.
    q: String,
}

/// Search for a customer, with the term in the body.
#[utoipa::path(post, path = "/customers/search", tag = "customers", request_body = Search,
    responses((status = 200, body = CustomerItems), (status = 422, body = Problem)))]
pub(crate) async fn search(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<Search>,
) -> Result<Json<CustomerItems>, Problem> {
    let query = ListQuery { term: Some(body.value.q), limit: 50, ..ListQuery::default() };
    page(&app, &actor, &query, body.lang).await
}

/// An order.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderJson {
    /// Order number.
    id: i64,
    /// Day.
    day: String,
    /// Number of items.
    items: u32,
    /// Amount in fen (1/100 yuan).
    amount_fen: i64,
}

/// A purpose to choose from.
#[derive(Serialize, ToSchema)]
pub(crate) struct PurposeJson {
    /// `task`, `call`, `order` or `approval`.
    kind: &'static str,
    /// Which one.
    #[serde(rename = "ref")]
    reference: String,
    /// What it is about.
    title: String,
}

/// A customer's page, masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct CustomerPageJson {
    #[serde(flatten)]
    customer: CustomerJson,
    /// Purposes of mine that stand for this customer.
    purposes: Vec<PurposeJson>,
    /// The newest orders; null when I may not read them.
    orders: Option<Vec<OrderJson>>,
    /// With whom it is shared, for those who may know who sees it; else what lets me see it.
    shares: Vec<super::shares::CustomerShareJson>,
    /// What I may do here.
    actions: Vec<&'static str>,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

/// Show a customer, masked.
#[utoipa::path(get, path = "/customers/{customer_no}", tag = "customers", params(("customer_no" = String, Path)),
    responses((status = 200, body = CustomerPageJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn view(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<Json<CustomerPageJson>, Problem> {
    let page = app.tigertally.view(&actor, &no).await.map_err(|error| Problem::of(&error, lang))?;
    let purposes = page.purposes.into_iter().map(|purpose| PurposeJson {
        kind: purpose.kind.name(),
        reference: purpose.reference.to_string(),
        title: purpose.title,
    });
    let orders = page.orders.map(|(orders, _)| {
        let json = |order: tigertally_core::OrderRow| OrderJson {
            id: order.id,
            day: order.day,
            items: order.items,
            amount_fen: order.amount_fen,
        };
        orders.into_iter().map(json).collect()
    });
    Ok(Json(CustomerPageJson {
        customer: CustomerJson::from(&page.customer),
        purposes: purposes.collect(),
        orders,
        shares: page.shares.into_iter().map(super::shares::CustomerShareJson::from).collect(),
        actions: page.actions.into_iter().map(Action::name).collect(),
        receipt: page.receipt.into(),
    }))
}

/// A customer to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    /// The number; the next free one when it is left out.
    customer_no: Option<String>,
    /// `person` or `company`.
    kind: String,
    /// Region; mine when it is left out.
    #[serde(default)]
    region: String,
    /// Day of the first co-operation; today when it is left out.
    since: Option<String>,
    /// The values, by field name.
    #[schema(example = json!({"name": "易动力网络有限公司", "mobile": "13800001234"}))]
    fields: BTreeMap<String, String>,
}

/// A customer that was entered.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedCustomer {
    /// The customer's number.
    customer_no: String,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

fn values_of(fields: BTreeMap<String, String>, lang: Lang) -> Result<Vec<(Field, String)>, Problem> {
    let value = |(name, value): (String, String)| match Field::parse(&name) {
        Some(field) => Ok((field, value)),
        None => Err(Problem::invalid("fields", "unknown_field", lang)),
    };
    fields.into_iter().map(value).collect()
}

/// Enter a customer, owned by me. Takes an `Idempotency-Key`. One who is with the company already (409) is not entered
/// again: `known` names the customer to who may see it, `duplicate` tells nobody which one it is.
#[utoipa::path(post, path = "/customers", tag = "customers", request_body = NewCustomer,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CreatedCustomer), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewCustomer>,
) -> Result<(StatusCode, Json<CreatedCustomer>), Problem> {
    let lang = body.lang;
    let new = NewRecord {
        no: body.value.customer_no,
        kind: Kind::parse(&body.value.kind).ok_or_else(|| Problem::invalid("kind", "bad_choice", lang))?,
        region: body.value.region,
        since: body.value.since,
        values: values_of(body.value.fields, lang)?,
    };
    let created =
        app.tigertally.create_customer(&actor, &new, body.once).await.map_err(|e| Problem::of(&e, lang))?;
    Ok((
        StatusCode::CREATED,
        Json(CreatedCustomer { customer_no: created.no, receipt: created.receipt.into() }),
    ))
}

/// Changes to a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerChanges {
    /// The version that the changes were made from.
    version: u32,
    /// The new values, by field name; an empty one takes the field away.
    fields: BTreeMap<String, String>,
}

/// Something done, with its receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct Done {
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

impl std::convert::From<tigertally_core::entry::Receipt> for Done {
    fn from(receipt: tigertally_core::entry::Receipt) -> Self {
        Done { receipt: receipt.into() }
    }
}

/// Change sealed fields of a customer.
#[utoipa::path(patch, path = "/customers/{customer_no}", tag = "customers", request_body = CustomerChanges,
    params(("customer_no" = String, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<CustomerChanges>,
) -> Result<Json<Done>, Problem> {
    let lang = body.lang;
    let changes = Changes { version: body.value.version, values: values_of(body.value.fields, lang)? };
    let done = app.tigertally.change_customer(&actor, &no, &changes).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}

/// What to open, and for what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevealRequest {
    /// Names of the fields.
    #[schema(example = json!(["mobile"]))]
    fields: Vec<String>,
    /// What it is for; may be left out for basic fields.
    purpose: Option<PurposeRef>,
}

/// A purpose: something that exists, is open, mine, and about this customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PurposeRef {
    /// `task`, `call`, `order` or `approval`.
    kind: String,
    /// Which one.
    #[serde(rename = "ref")]
    reference: Reference,
}

/// A number, as number or text.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum Reference {
    Number(i64),
    Text(String),
}

impl PurposeRef {
    /// As the core takes it.
    pub(crate) fn stated(self, lang: Lang) -> Result<StatedPurpose, Problem> {
        let reference = match self.reference {
            Reference::Number(number) => number.to_string(),
            Reference::Text(text) => text,
        };
        StatedPurpose::parse(&self.kind, &reference)
            .ok_or_else(|| Problem::invalid("purpose", "bad_choice", lang))
    }
}

/// Open sealed fields of a customer.
#[utoipa::path(post, path = "/customers/{customer_no}/reveal", tag = "customers", request_body = RevealRequest,
    params(("customer_no" = String, Path)),
    responses((status = 200, body = Revealed), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem, description = "The ledger cannot be written: nothing is opened")))]
pub(crate) async fn reveal(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<RevealRequest>,
) -> Result<Response, Problem> {
    let lang = body.lang;
    let fields: Option<Vec<Field>> = body.value.fields.iter().map(|name| Field::parse(name)).collect();
    let fields =
        fields.filter(|f| !f.is_empty()).ok_or_else(|| Problem::invalid("fields", "unknown_field", lang))?;
    let stated = body.value.purpose.map(|purpose| purpose.stated(lang)).transpose()?;
    let disclosure = app.tigertally.reveal(&actor, &no, &fields, stated.as_ref()).await;
    disclosure.map(|opened| disclose(&opened)).map_err(|error| Problem::of(&error, lang))
}

/// Who is to care for a customer, by staff number. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentJson {
    /// The new owner.
    owner: Option<String>,
    /// The new named contact person.
    contact_person: Option<String>,
}

/// Give a customer another owner or contact person.
#[utoipa::path(put, path = "/customers/{customer_no}/assignment", tag = "customers", request_body = AssignmentJson,
    params(("customer_no" = String, Path)), responses((status = 200, body = Done), (status = 403, body = Problem)))]
pub(crate) async fn assign(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<AssignmentJson>,
) -> Result<Json<Done>, Problem> {
    let to = Assignment { owner: body.value.owner, contact_person: body.value.contact_person };
    let done = app.tigertally.assign_customer(&actor, &no, &to).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}
