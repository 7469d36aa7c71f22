//! Counts over the read model, for pages that show figures. Each is bounded by a time, and reads what came since by the
//! index of times: left to itself SQLite would rather walk through all that each person ever did.

use rusqlite::{Connection, OptionalExtension, types::Value};

use super::StoreError;
use crate::entry::{Decision, action};

/// Reveals in a stretch of time.
pub(crate) struct Tally {
    /// Start of the stretch, Unix milliseconds.
    pub(crate) from_ms: u64,
    /// Tier of the customer: 1 low, 2 medium, 3 high.
    pub(crate) tier: Option<u8>,
    pub(crate) denied: bool,
    pub(crate) count: u64,
}

/// What somebody did in a stretch of time.
pub(crate) struct Work {
    /// Start of the stretch, Unix milliseconds.
    pub(crate) from_ms: u64,
    pub(crate) reveals: u64,
    /// Denials of any sort.
    pub(crate) denied: u64,
}

/// What somebody did since a time.
pub(crate) struct Activity {
    pub(crate) staff: String,
    pub(crate) reveals: u64,
    /// Denials of any sort.
    pub(crate) denied: u64,
}

/// Reveals since a time in stretches of `step_ms`, of these people or of all.
pub(crate) fn reveals(
    conn: &Connection,
    team: Option<&[String]>,
    since_ms: u64,
    step_ms: u64,
) -> Result<Vec<Tally>, StoreError> {
    let mut values = vec![number(since_ms), number(step_ms)];
    let team = among(team, &mut values);
    let mut ask = conn.prepare(&format!(
        "SELECT time_ms / ?2 * ?2, tier, decision = {}, count(*) FROM access INDEXED BY access_by_time \
         WHERE time_ms >= ?1 AND action = '{}' {team} GROUP BY 1, 2, 3",
        Decision::Denied as u8,
        action::REVEAL
    ))?;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| {
        Ok(Tally { from_ms: row.get(0)?, tier: row.get(1)?, denied: row.get(2)?, count: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Who revealed most often since a time: staff number, granted, denied.
pub(crate) fn by_person(
    conn: &Connection,
    team: Option<&[String]>,
    since_ms: u64,
    limit: usize,
) -> Result<Vec<(String, u64, u64)>, StoreError> {
    let mut values = vec![number(since_ms)];
    let team = among(team, &mut values);
    let denied = Decision::Denied as u8;
    let mut ask = conn.prepare(&format!(
        "SELECT staff, sum(decision <> {denied}), sum(decision = {denied}) FROM access INDEXED BY access_by_time \
         WHERE time_ms >= ?1 AND action = '{}' {team} GROUP BY staff ORDER BY sum(decision <> 2) DESC, count(*) DESC, staff LIMIT {limit}",
        action::REVEAL
    ))?;
    let rows =
        ask.query_map(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What these people did since a time. Who did nothing is left out.
pub(crate) fn activity(
    conn: &Connection,
    team: &[String],
    since_ms: u64,
) -> Result<Vec<Activity>, StoreError> {
    let mut values = vec![number(since_ms)];
    let team = among(Some(team), &mut values);
    let denied = Decision::Denied as u8;
    let mut ask = conn.prepare(&format!(
        "SELECT staff, sum(action = '{}' AND decision <> {denied}), sum(decision = {denied}) FROM access INDEXED BY access_by_time \
         WHERE time_ms >= ?1 {team} GROUP BY staff",
        action::REVEAL
    ))?;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| {
        Ok(Activity { staff: row.get(0)?, reveals: row.get(1)?, denied: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What one person did since a time, in stretches of `step_ms`; those without any entry are left out.
pub(crate) fn work(
    conn: &Connection,
    staff: &str,
    since_ms: u64,
    step_ms: u64,
) -> Result<Vec<Work>, StoreError> {
    let denied = Decision::Denied as u8;
    let mut ask = conn.prepare_cached(&format!(
        "SELECT time_ms / ?3 * ?3, sum(action = '{}' AND decision <> {denied}), sum(decision = {denied}) FROM access \
         WHERE staff = ?1 AND +time_ms >= ?2 GROUP BY 1",
        action::REVEAL
    ))?;
    let rows = ask.query_map((staff, since_ms, step_ms), |row| {
        Ok(Work { from_ms: row.get(0)?, reveals: row.get(1)?, denied: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Entries of any sort since a time, in stretches of `step_ms`: start, how many, how many denied.
pub(crate) fn all(
    conn: &Connection,
    since_ms: u64,
    step_ms: u64,
) -> Result<Vec<(u64, u64, u64)>, StoreError> {
    let denied = Decision::Denied as u8;
    let mut ask = conn.prepare_cached(&format!(
        "SELECT time_ms / ?2 * ?2, count(*), sum(decision = {denied}) FROM access WHERE time_ms >= ?1 GROUP BY 1"
    ))?;
    let rows = ask.query_map((since_ms, step_ms), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When somebody last did anything, Unix milliseconds.
pub(crate) fn last_seen(conn: &Connection, staff: &str) -> Result<Option<u64>, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT time_ms FROM access WHERE staff = ?1 ORDER BY idx DESC LIMIT 1")?;
    Ok(ask.query_row([staff], |row| row.get(0)).optional()?)
}

/// How many entries concern a customer since a time.
pub(crate) fn concerning(conn: &Connection, customer: &str, since_ms: u64) -> Result<u64, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT count(*) FROM access WHERE customer = ?1 AND +time_ms >= ?2")?;
    Ok(ask.query_row((customer, since_ms), |row| row.get(0))?)
}

/// A number as SQLite takes it.
pub(super) fn number(value: u64) -> Value {
    Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The condition that it was one of these people.
fn among(team: Option<&[String]>, values: &mut Vec<Value>) -> String {
    let Some(members) = team else { return String::new() };
    let first = values.len() + 1;
    values.extend(members.iter().cloned().map(Value::Text));
    let places: Vec<_> = (first..=values.len()).map(|n| format!("?{n}")).collect();
    format!("AND staff IN ({})", places.join(","))
}
