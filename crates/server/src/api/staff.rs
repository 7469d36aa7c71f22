//! The staff: listed, entered, changed, invited.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    StaffRow,
    desk::{StaffChange, StaffFilter},
    policy::Role,
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    customers::Done,
};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// A member of staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
    /// Department.
    department: String,
    /// Title, in the company's words.
    title: String,
    /// Role.
    role: &'static str,
    /// Region; empty at headquarters.
    region: String,
    /// Staff number of their manager.
    manager: Option<String>,
    /// Day they joined.
    joined: String,
    /// E-mail address at the company.
    email: String,
    /// False once they have left.
    active: bool,
    /// Whether a sign-in is set up.
    has_sign_in: bool,
    /// Since when they are frozen, Unix milliseconds; left out when they are not.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen_ms: Option<u64>,
}

impl std::convert::From<StaffRow> for StaffJson {
    fn from(staff: StaffRow) -> Self {
        StaffJson {
            has_sign_in: staff.has_password && staff.has_totp,
            staff_no: staff.no,
            name: staff.name,
            department: staff.department,
            title: staff.title,
            role: staff.role.name(),
            region: staff.region,
            manager: staff.manager,
            joined: staff.joined,
            email: staff.email,
            active: staff.active,
            frozen_ms: staff.frozen_ms,
        }
    }
}

/// Which members of staff.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffParams {
    /// Part of the staff number, the name or the title.
    q: Option<String>,
    /// Only this role.
    role: Option<String>,
    /// Only this department.
    department: Option<String>,
    /// Only those who work here, or only those who have left.
    active: Option<bool>,
}

/// Members of staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffItems {
    /// By staff number.
    items: Vec<StaffJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

fn role_of(name: Option<String>, lang: Lang) -> Result<Option<Role>, Problem> {
    name.map(|name| Role::parse(&name).ok_or_else(|| Problem::invalid("role", "bad_choice", lang)))
        .transpose()
}

/// List members of staff.
#[utoipa::path(get, path = "/staff", tag = "staff", params(StaffParams),
    responses((status = 200, body = StaffItems), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<StaffParams>,
) -> Result<Json<StaffItems>, Problem> {
    let (StaffParams { q, role, department, active }, lang) = (params.value, params.lang);
    let filter = StaffFilter { text: q.unwrap_or_default(), role: role_of(role, lang)?, department, active };
    let (staff, receipt) =
        app.tigertally.staff_list(&actor, &filter).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(StaffItems { items: staff.into_iter().map(StaffJson::from).collect(), receipt: receipt.into() }))
}

/// What is to be set of a member of staff. What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StaffChangeJson {
    /// Name.
    name: Option<String>,
    /// Department.
    department: Option<String>,
    /// Title, in the company's words.
    title: Option<String>,
    /// Role.
    #[schema(example = "staff")]
    role: Option<String>,
    /// Region; empty for none.
    region: Option<String>,
    /// Staff number of the manager; empty for none.
    manager: Option<String>,
    /// Day they joined.
    joined: Option<String>,
    /// E-mail address at the company; empty for none.
    email: Option<String>,
    /// `false` when they leave: they are signed out and cannot sign in.
    active: Option<bool>,
}

fn change_of(no: String, json: StaffChangeJson, lang: Lang) -> Result<StaffChange, Problem> {
    Ok(StaffChange {
        no,
        name: json.name,
        department: json.department,
        title: json.title,
        role: role_of(json.role, lang)?,
        region: json.region,
        manager: json.manager,
        joined: json.joined,
        email: json.email,
        active: json.active,
    })
}

/// A member of staff to be entered: name, department, title and role are needed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewStaffJson {
    /// Staff number.
    staff_no: String,
    #[serde(flatten)]
    record: StaffChangeJson,
}

/// Enter a member of staff.
#[utoipa::path(post, path = "/staff", tag = "staff", request_body = NewStaffJson,
    responses((status = 201, body = Done), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewStaffJson>,
) -> Result<(StatusCode, Json<Done>), Problem> {
    let NewStaffJson { staff_no, record } = body.value;
    let change = change_of(staff_no, record, body.lang)?;
    let added = app.tigertally.add_staff(&actor, &change).await;
    added
        .map(|receipt| (StatusCode::CREATED, Json(receipt.into())))
        .map_err(|error| Problem::of(&error, body.lang))
}

/// Change a member of staff.
#[utoipa::path(patch, path = "/staff/{staff_no}", tag = "staff", request_body = StaffChangeJson,
    params(("staff_no" = String, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<StaffChangeJson>,
) -> Result<Json<Done>, Problem> {
    let change = change_of(no, body.value, body.lang)?;
    let done = app.tigertally.change_staff(&actor, &change).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// A one-time activation code.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// The code, good for three days. It is shown once.
    activation_code: String,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

/// Give somebody a one-time activation code; what they signed in with before stops working.
#[utoipa::path(post, path = "/staff/{staff_no}/invitation", tag = "staff", params(("staff_no" = String, Path)),
    responses((status = 201, body = Invitation), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn invite(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    lang: Lang,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    let (code, receipt) =
        app.tigertally.invite(&actor, &no).await.map_err(|error| Problem::of(&error, lang))?;
    Ok((StatusCode::CREATED, Json(Invitation { activation_code: code.to_string(), receipt: receipt.into() })))
}
