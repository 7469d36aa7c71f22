//! What the system has of oneself.

use axum::{Json, extract::State};
use serde::Serialize;
use tigertally_core::desk::DayCount;
use utoipa::ToSchema;

use super::{
    body::Asked,
    ledger::{EntryJson, PageParams, entries_json},
    staff::StaffJson,
};
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
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
