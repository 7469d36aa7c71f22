//! The tables `access` and `seen`: the entries in a form that questions can be asked of. They are derived from the entries
//! alone, in large sorted steps off the critical path, and can be rebuilt at any time.

use rusqlite::{Connection, OptionalExtension};
use tigertally_ledger::Leaf;

use super::StoreError;
use crate::{
    entry::{Body, Decision, action},
    record::Tier,
};

/// Index of the first entry that the read model has not taken in.
pub(super) fn position(conn: &Connection) -> Result<u64, StoreError> {
    let last: Option<u64> = conn
        .query_row("SELECT idx FROM access ORDER BY idx DESC LIMIT 1", [], |row| row.get(0))
        .optional()?;
    Ok(last.map_or(0, |idx| idx + 1))
}

/// Takes in at most `limit` entries from index `from` on; returns the next index to take in.
pub(super) fn step(conn: &Connection, from: u64, limit: u64) -> Result<u64, StoreError> {
    let mut entries =
        conn.prepare_cached("SELECT idx, leaf, body FROM entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = entries.query((from, limit))?;
    let mut next = from;
    let mut insert = conn.prepare_cached(
        "INSERT OR REPLACE INTO access (idx, time_ms, action, decision, staff, customer, tier, outcome) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
    )?;
    let mut outcome = conn.prepare_cached("UPDATE access SET outcome = ?2 WHERE idx = ?1")?;
    let mut saw = conn.prepare_cached(
        "INSERT INTO seen (staff, customer, clear) VALUES (?1, ?2, ?3) \
         ON CONFLICT (staff, customer) DO UPDATE SET clear = 1 WHERE excluded.clear > clear",
    )?;
    while let Some(row) = rows.next()? {
        let index: u64 = row.get(0)?;
        let leaf = Leaf::from_bytes(row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged("entry"))?)
            .map_err(|_| StoreError::Damaged("leaf"))?;
        let body: Body = match row.get_ref(2)?.as_blob_or_null().map_err(|_| StoreError::Damaged("entry"))? {
            Some(bytes) => serde_json::from_slice(bytes).map_err(|_| StoreError::Damaged("body"))?,
            None => Body::default(),
        };
        let tier = body.tier.as_deref().and_then(Tier::parse).map(|tier| tier as u8);
        insert.execute((
            index,
            leaf.time_ms,
            leaf.action.as_ref() as &str,
            leaf.decision as u8,
            &body.actor,
            &body.customer,
            tier,
        ))?;
        let clear = &*leaf.action == action::REVEAL;
        if (clear || &*leaf.action == action::VIEW)
            && leaf.decision != Decision::Denied
            && let Some(customer) = &body.customer
        {
            saw.execute((&body.actor, customer, clear))?;
        }
        if &*leaf.action == action::OUTCOME {
            for (indexes, released) in [(&body.released, 1), (&body.failed, 0)] {
                for index in indexes {
                    outcome.execute((index, released))?;
                }
            }
            for index in &body.failed {
                see_again(conn, *index)?;
            }
        }
        next = index + 1;
    }
    Ok(next)
}

/// What somebody has seen of a customer, counted anew after an access failed.
fn see_again(conn: &Connection, index: u64) -> Result<(), StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT staff, customer FROM access WHERE idx = ?1 AND customer IS NOT NULL")?;
    let found: Option<(String, String)> =
        ask.query_row([index], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some(pair) = found else { return Ok(()) };
    conn.prepare_cached("DELETE FROM seen WHERE staff = ?1 AND customer = ?2")?
        .execute((&pair.0, &pair.1))?;
    conn.prepare_cached(&format!(
        "INSERT INTO seen (staff, customer, clear) SELECT staff, customer, max(action = '{reveal}') FROM access \
         WHERE customer = ?2 AND staff = ?1 AND action IN ('{view}', '{reveal}') AND decision <> {denied} \
         AND outcome IS NOT 0 GROUP BY staff, customer",
        reveal = action::REVEAL,
        view = action::VIEW,
        denied = Decision::Denied as u8
    ))?
    .execute((&pair.0, &pair.1))?;
    Ok(())
}
