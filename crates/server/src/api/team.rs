//! What colleagues did.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::desk::{PersonLoad, TeamQuery};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::Asked,
    ledger::{EntryJson, entries_json},
};
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// Whose activity.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamParams {
    /// Only this person's, by staff number.
    staff: Option<String>,
    /// Only this department's.
    department: Option<String>,
    /// Days to count, 1 to 90; 7 by default.
    days: Option<u32>,
    /// Only entries before this index.
    before: Option<u64>,
    /// Most entries, 1 to 200; 50 by default.
    limit: Option<usize>,
}

/// What a colleague did in the days asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColleagueJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
    /// Department.
    department: String,
    /// Region; empty at headquarters.
    region: String,
    /// Role.
    role: &'static str,
    /// Reveals granted.
    reveals: u64,
    /// Denials of any sort.
    denied: u64,
    /// When they last did anything, Unix milliseconds.
    last_ms: Option<u64>,
}

/// What a team did.
#[derive(Serialize, ToSchema)]
pub(crate) struct TeamJson {
    /// The colleagues, the most active first.
    people: Vec<ColleagueJson>,
    /// What they did, newest first.
    entries: Vec<EntryJson>,
    /// `before` of the next page; null on the last.
    next_before: Option<u64>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read what colleagues did, as far as the policy lets me.
#[utoipa::path(get, path = "/team", tag = "team", params(TeamParams),
    responses((status = 200, body = TeamJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn activity(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<TeamParams>,
) -> Result<Json<TeamJson>, Problem> {
    let (TeamParams { staff, department, days, before, limit }, lang) = (params.value, params.lang);
    let query = TeamQuery {
        staff,
        department,
        days: days.unwrap_or(7),
        before,
        limit: limit.unwrap_or(50),
        load: false,
    };
    let activity = app.tigertally.team_activity(&actor, &query).await;
    let activity = activity.map_err(|error| Problem::of(&error, lang))?;
    let colleague = |colleague: tigertally_core::desk::Colleague| ColleagueJson {
        staff_no: colleague.staff.no,
        name: colleague.staff.name,
        department: colleague.staff.department,
        region: colleague.staff.region,
        role: colleague.staff.role.name(),
        reveals: colleague.reveals,
        denied: colleague.denied,
        last_ms: colleague.last_ms,
    };
    Ok(Json(TeamJson {
        people: activity.people.into_iter().map(colleague).collect(),
        entries: entries_json(&app, activity.entries, lang)
            .map_err(|error| Problem::of_store(&error, lang))?,
        next_before: activity.next_before,
        receipt: activity.receipt.into(),
    }))
}

/// What somebody has to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
    /// Customers that they own, of those that I see, by tier: low, medium, high.
    customers: [u64; 3],
    /// Their open tasks.
    open_tasks: u64,
    /// Those of them whose day is over.
    overdue_tasks: u64,
}

/// Who has how much to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadItems {
    /// Those whose work I may read, or myself alone; who has the most customers first.
    items: Vec<LoadJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read how many customers and tasks colleagues have, as far as the policy lets me; else my own numbers.
#[utoipa::path(get, path = "/team/load", tag = "team",
    responses((status = 200, body = LoadItems), (status = 403, body = Problem)))]
pub(crate) async fn load(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<LoadItems>, Problem> {
    let (people, receipt) =
        app.tigertally.team_load(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let item = |one: PersonLoad| LoadJson {
        staff_no: one.no,
        name: one.name,
        customers: one.customers,
        open_tasks: one.open,
        overdue_tasks: one.overdue,
    };
    Ok(Json(LoadItems { items: people.into_iter().map(item).collect(), receipt: receipt.into() }))
}
