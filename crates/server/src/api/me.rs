//! What the system has of oneself.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::desk::DayCount;
use utoipa::ToSchema;

use super::{
    body::{Asked, Body},
    customers::Done,
    ledger::{EntryJson, PageParams, entries_json},
    staff::StaffJson,
};
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// A day of somebody's work.
#[derive(Serialize, ToSchema)]
pub(crate) struct DayJson {
    /// The day, `YYYY-MM-DD`.
    day: String,
    /// Reveals granted.
    reveals: u64,
    /// Denials of any sort.
    denied: u64,
}

impl std::convert::From<DayCount> for DayJson {
    fn from(count: DayCount) -> Self {
        DayJson { day: count.day.to_string(), reveals: count.reveals, denied: count.denied }
    }
}

/// How many reveals a day are usual for somebody. Being outside is no offence.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsualJson {
    /// One day in ten has less.
    low: u64,
    /// Half of the days have less.
    median: u64,
    /// One day in ten has more.
    high: u64,
    /// Number of days that tell.
    days: usize,
}

/// What the system has of oneself.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnRecordJson {
    /// What is on file.
    staff: StaffJson,
    /// Sessions that stand.
    sessions: usize,
    /// Recovery codes that are left.
    recovery_codes: usize,
    /// The last 30 days, today last.
    days: Vec<DayJson>,
    /// What is usual; null with fewer than five days of work.
    usual: Option<UsualJson>,
    /// What one did, newest first.
    entries: Vec<EntryJson>,
    /// `before` of the next page; null on the last.
    next_before: Option<u64>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read what the system has of me.
#[utoipa::path(get, path = "/me", tag = "me", params(PageParams),
    responses((status = 200, body = OwnRecordJson), (status = 401, body = Problem)))]
pub(crate) async fn own(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<PageParams>,
) -> Result<Json<OwnRecordJson>, Problem> {
    let (PageParams { before, limit }, lang) = (params.value, params.lang);
    let record = app.tigertally.own_record(&actor, before, limit.unwrap_or(50)).await;
    let record = record.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(OwnRecordJson {
        staff: record.staff.into(),
        sessions: record.sessions,
        recovery_codes: record.recovery_codes,
        days: record.days.into_iter().map(DayJson::from).collect(),
        usual: record.usual.map(|usual| UsualJson {
            low: usual.low,
            median: usual.median,
            high: usual.high,
            days: usual.days,
        }),
        entries: entries_json(&app, record.entries, lang).map_err(|error| Problem::of_store(&error, lang))?,
        next_before: record.next_before,
        receipt: record.receipt.into(),
    }))
}

/// Who decides for me while I am away.
#[derive(Serialize, ToSchema)]
pub(crate) struct AbsenceJson {
    /// Staff number of the deputy; null when I named none, like the days.
    deputy: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Who is to decide for me while I am away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAbsence {
    /// Staff number of the deputy, who has my role.
    deputy: String,
    /// First day.
    from: String,
    /// Last day, at most 92 days later.
    to: String,
}

/// See who decides for me while I am away.
#[utoipa::path(get, path = "/me/absence", tag = "me", responses((status = 200, body = AbsenceJson)))]
pub(crate) async fn absence(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<AbsenceJson>, Problem> {
    let (absence, receipt) =
        app.tigertally.absence(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let (deputy, from, to) = match absence {
        Some(absence) => (Some(absence.deputy.0), Some(absence.from), Some(absence.to)),
        None => (None, None, None),
    };
    Ok(Json(AbsenceJson { deputy, from, to, receipt: receipt.into() }))
}

/// Name who decides for me while I am away.
#[utoipa::path(put, path = "/me/absence", tag = "me", request_body = NewAbsence,
    responses((status = 200, body = Done), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set_absence(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewAbsence>,
) -> Result<Json<Done>, Problem> {
    let NewAbsence { deputy, from, to } = &body.value;
    let done = app.tigertally.set_absence(&actor, Some((deputy, from, to))).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// Decide for myself again.
#[utoipa::path(delete, path = "/me/absence", tag = "me", responses((status = 200, body = Done)))]
pub(crate) async fn end_absence(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.set_absence(&actor, None).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}
