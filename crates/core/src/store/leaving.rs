//! What somebody has, saw and works on: read when they are about to leave.

use rusqlite::Connection;

use super::{StoreError, customers::tier_of, staff::Person};
use crate::{
    entry::{Decision, action},
    record::Tier,
};

/// Customers of somebody that are alike.
pub(crate) struct Holding {
    pub(crate) region: String,
    pub(crate) tier: Tier,
    /// Whether they own them, and are not just their contact person.
    pub(crate) owned: bool,
    pub(crate) count: u64,
}

/// What somebody is to hand over, by region and tier.
pub(crate) fn holdings(conn: &Connection, staff: i64) -> Result<Vec<Holding>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT g.region, g.tier, c.owner_id IS ?1, count(*) FROM customer c JOIN customer_group g \
         ON g.id = c.group_id WHERE c.owner_id = ?1 OR c.contact_id = ?1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    )?;
    let rows = ask.query_map([staff], |row| {
        let tier = tier_of(row.get(1)?);
        Ok(Holding { region: row.get(0)?, tier, owned: row.get(2)?, count: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What else is somebody's: open tasks; follow-ups since a time; orders of their customers since a day, with their amount in fen;
/// exports that can still be run or fetched; approvals that they asked for and that wait.
pub(crate) fn work_of(
    conn: &Connection,
    staff: i64,
    since_ms: u64,
    since_day: &str,
) -> Result<[u64; 6], StoreError> {
    let count = |sql: &str| -> Result<u64, StoreError> {
        Ok(conn.prepare_cached(sql)?.query_row([staff], |row| row.get(0))?)
    };
    let follow_ups = conn
        .prepare_cached("SELECT count(*) FROM follow_up WHERE staff_id = ?1 AND at_ms >= ?2")?
        .query_row((staff, since_ms), |row| row.get(0))?;
    let (orders, amount): (u64, i64) = conn
        .prepare_cached(
            "SELECT coalesce(sum(o.times), 0), coalesce(sum(o.amount_fen * o.times), 0) FROM customer c \
             JOIN customer_order o ON o.customer_id = c.id WHERE c.owner_id = ?1 AND o.day >= ?2",
        )?
        .query_row((staff, since_day), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok([
        count("SELECT count(*) FROM task WHERE assignee_id = ?1 AND closed_ms IS NULL")?,
        follow_ups,
        orders,
        amount.unsigned_abs(),
        count("SELECT count(*) FROM export WHERE staff_id = ?1 AND state < 4")?,
        count("SELECT count(*) FROM approval WHERE requester_id = ?1 AND state < 2")?,
    ])
}

/// What somebody saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// Pages shown.
    pub(crate) views: u64,
    /// Times that fields were shown in clear.
    pub(crate) reveals: u64,
    /// Times that something was refused.
    pub(crate) denied: u64,
    /// Different customers.
    pub(crate) customers: u64,
    /// Those of them that are somebody else's.
    pub(crate) others: u64,
    /// Reveals by week, counted from the beginning.
    pub(crate) weeks: Vec<(u64, u64)>,
}

/// What somebody saw since a time.
pub(crate) fn seen_by(conn: &Connection, staff: &Person, since_ms: u64) -> Result<Seen, StoreError> {
    const WEEK_MS: u64 = 7 * 86_400_000;
    let denied = Decision::Denied as u8;
    let (view, reveal) = (action::VIEW, action::REVEAL);
    let mut ask = conn.prepare_cached(&format!(
        "SELECT coalesce(sum(action = '{view}' AND decision <> {denied}), 0), \
         coalesce(sum(action = '{reveal}' AND decision <> {denied} AND outcome IS NOT 0), 0), \
         coalesce(sum(decision = {denied}), 0), count(DISTINCT CASE WHEN decision <> {denied} THEN customer END) \
         FROM access WHERE staff = ?1 AND +action IN ('{view}', '{reveal}') AND +time_ms >= ?2"
    ))?;
    let mut seen = ask.query_row((&staff.no, since_ms), |row| {
        Ok(Seen {
            views: row.get(0)?,
            reveals: row.get(1)?,
            denied: row.get(2)?,
            customers: row.get(3)?,
            ..Seen::default()
        })
    })?;
    let mut others = conn.prepare_cached(&format!(
        "SELECT count(*) FROM (SELECT DISTINCT customer FROM access WHERE staff = ?1 \
         AND +action IN ('{view}', '{reveal}') AND +decision <> {denied} AND +time_ms >= ?2) a \
         JOIN customer c ON c.no = a.customer WHERE c.owner_id IS NOT ?3 AND c.contact_id IS NOT ?3"
    ))?;
    seen.others = others.query_row((&staff.no, since_ms, staff.id), |row| row.get(0))?;
    let mut weeks = conn.prepare_cached(&format!(
        "SELECT (time_ms - ?2) / {WEEK_MS}, count(*) FROM access WHERE staff = ?1 AND +action = '{reveal}' \
         AND decision <> {denied} AND outcome IS NOT 0 AND +time_ms >= ?2 GROUP BY 1 ORDER BY 1"
    ))?;
    let rows = weeks.query_map((&staff.no, since_ms), |row| Ok((row.get(0)?, row.get(1)?)))?;
    seen.weeks = rows.collect::<Result<_, _>>()?;
    Ok(seen)
}
