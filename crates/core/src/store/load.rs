//! Who has how much to do, how long customers have been in the pool, and whose fall into it soon: counts, one question each.

use rusqlite::Connection;

use super::{
    StoreError,
    customers::{Filter, tier_of},
    listed,
};
use crate::record::Tier;

/// How many customers of a filter each owner has in each tier.
pub(crate) fn by_owner(conn: &Connection, filter: &Filter) -> Result<Vec<(i64, Tier, u64)>, StoreError> {
    let mut ask = conn.prepare(&format!(
        "SELECT o, g.tier, sum(n) FROM (SELECT c.owner_id AS o, c.group_id AS gid, count(*) AS n FROM customer c \
         WHERE {} AND c.owner_id IS NOT NULL GROUP BY 1, 2) JOIN customer_group g ON g.id = gid GROUP BY 1, 2",
        filter.condition()
    ))?;
    let rows = ask.query_map([], |row| Ok((row.get(0)?, tier_of(row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Each person's open tasks, and how many of them were due before a day.
pub(crate) fn open_tasks(conn: &Connection, today: &str) -> Result<Vec<(i64, u64, u64)>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT assignee_id, count(*), sum(due < ?1) FROM task WHERE closed_ms IS NULL GROUP BY assignee_id",
    )?;
    let rows = ask.query_map([today], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many customers in the pool of these groups came there after the first moment, after the second, the third, or before.
pub(crate) fn pool_ages(
    conn: &Connection,
    groups: &[i64],
    [week, month, quarter]: [u64; 3],
) -> Result<[u64; 4], StoreError> {
    let groups = listed(groups);
    let mut ask = conn.prepare(&format!(
        "SELECT coalesce(sum(pooled_ms > ?1), 0), coalesce(sum(pooled_ms <= ?1 AND pooled_ms > ?2), 0), \
         coalesce(sum(pooled_ms <= ?2 AND pooled_ms > ?3), 0), coalesce(sum(pooled_ms <= ?3), 0) FROM customer \
         WHERE pooled_ms IS NOT NULL AND group_id IN ({groups})"
    ))?;
    Ok(ask
        .query_row((week, month, quarter), |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?)
}

/// Of a filter's customers, how many of each owner's nobody has followed up since two moments, by tier (low, medium, high):
/// the nearer ones to fall, and all of them.
pub(crate) fn idle_by_owner(
    conn: &Connection,
    filter: &Filter,
    sooner: [u64; 3],
    later: [u64; 3],
) -> Result<Vec<(i64, u64, u64)>, StoreError> {
    let before = |[low, medium, high]: [u64; 3]| {
        format!("c.followed_ms < CASE g.tier WHEN 1 THEN {low} WHEN 2 THEN {medium} ELSE {high} END")
    };
    let mut ask = conn.prepare(&format!(
        "SELECT c.owner_id, sum({}), count(*) FROM customer c JOIN customer_group g ON g.id = c.group_id \
         WHERE {} AND c.owner_id IS NOT NULL AND {} GROUP BY 1",
        before(sooner),
        filter.condition(),
        before(later)
    ))?;
    let rows = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
