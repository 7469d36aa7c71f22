//! Follow-up of customers, and the public pool into which those fall that nobody follows up.

use rusqlite::Connection;

use super::{StoreError, Tx, customers::tier_of, listed, shares::ShareEnd};
use crate::record::Tier;

/// A customer whom nobody has followed up for a while.
pub(crate) struct Idle {
    pub(crate) id: i64,
    pub(crate) no: String,
    pub(crate) tier: Tier,
    pub(crate) region: String,
    /// When somebody last did, Unix milliseconds.
    pub(crate) followed_ms: u64,
}

/// Somebody's customers of a tier that were not followed up since a moment, the longest first.
pub(crate) fn idle(
    conn: &Connection,
    owner: i64,
    tier: Tier,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<Idle>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT c.id, c.no, g.tier, g.region, c.followed_ms FROM customer c JOIN customer_group g ON g.id = c.group_id \
         WHERE c.owner_id = ?1 AND c.followed_ms < ?2 AND g.tier = ?3 ORDER BY c.followed_ms LIMIT ?4",
    )?;
    let rows = ask.query_map((owner, since_ms, tier as u8, limit), |row| {
        Ok(Idle {
            id: row.get(0)?,
            no: row.get(1)?,
            tier: tier_of(row.get(2)?),
            region: row.get(3)?,
            followed_ms: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many that are.
pub(crate) fn count_idle(
    conn: &Connection,
    owner: i64,
    tier: Tier,
    since_ms: u64,
) -> Result<u64, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT count(*) FROM customer c JOIN customer_group g ON g.id = c.group_id \
         WHERE c.owner_id = ?1 AND c.followed_ms < ?2 AND g.tier = ?3",
    )?;
    Ok(ask.query_row((owner, since_ms, tier as u8), |row| row.get(0))?)
}

/// A customer in the pool, without anything that is sealed.
pub(crate) struct PooledRow {
    pub(crate) id: i64,
    pub(crate) no: String,
    pub(crate) group: i64,
    pub(crate) pooled_ms: u64,
}

/// Customers in the pool of these groups after an id, in the order of their ids; and how many there are in all.
pub(crate) fn pooled(
    conn: &Connection,
    groups: &[i64],
    after: i64,
    limit: u32,
) -> Result<(Vec<PooledRow>, u64), StoreError> {
    let groups = listed(groups);
    let mut ask = conn.prepare(&format!(
        "SELECT id, no, group_id, pooled_ms FROM customer WHERE pooled_ms IS NOT NULL AND group_id IN ({groups}) \
         AND id > ?1 ORDER BY id LIMIT ?2"
    ))?;
    let rows = ask.query_map((after, limit), |row| {
        Ok(PooledRow { id: row.get(0)?, no: row.get(1)?, group: row.get(2)?, pooled_ms: row.get(3)? })
    })?;
    let rows = rows.collect::<Result<_, _>>()?;
    let total = conn.query_row(
        &format!("SELECT count(*) FROM customer WHERE pooled_ms IS NOT NULL AND group_id IN ({groups})"),
        [],
        |row| row.get(0),
    )?;
    Ok((rows, total))
}

/// How many customers somebody claimed from the pool since a moment.
pub(crate) fn count_claims(conn: &Connection, staff: i64, since_ms: u64) -> Result<u32, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT count(*) FROM pool_claim WHERE staff_id = ?1 AND time_ms >= ?2")?;
    Ok(ask.query_row((staff, since_ms), |row| row.get(0))?)
}

impl Tx<'_> {
    /// Puts down that a customer was followed up. Whatever counts as a follow-up (an ended call, a closed task, an order, a
    /// change by the owner) calls this inside its own change; there is nothing else to be told of a further kind.
    pub(crate) fn followed_up(&self, customer: i64, at_ms: u64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("UPDATE customer SET followed_ms = ?2 WHERE id = ?1 AND followed_ms < ?2")?
            .execute((customer, at_ms.min(self.now_ms())))?;
        Ok(())
    }

    /// Takes a customer's owner and contact person away and puts it into the pool. With a moment, only if nobody has
    /// followed it up since. False when it has no owner, or somebody has.
    pub(crate) fn put_into_pool(&self, id: i64, idle_since_ms: Option<u64>) -> Result<bool, StoreError> {
        let mut put = self.conn().prepare_cached(
            "UPDATE customer SET owner_id = NULL, contact_id = NULL, pooled_ms = ?2, updated_ms = ?2 \
             WHERE id = ?1 AND owner_id IS NOT NULL AND (?3 IS NULL OR followed_ms < ?3)",
        )?;
        let put = put.execute((id, self.now_ms(), idle_since_ms))? == 1;
        if put {
            self.end_shares(id, ShareEnd::OwnerChanged)?;
        }
        Ok(put)
    }

    /// Gives a customer in the pool to somebody. False when it is in the pool no more.
    pub(crate) fn take_from_pool(
        &self,
        id: i64,
        staff: i64,
        group: i64,
        contact: Option<i64>,
    ) -> Result<bool, StoreError> {
        let taken = self.conn().execute(
            "UPDATE customer SET owner_id = ?2, group_id = ?3, contact_id = ?4, pooled_ms = NULL, followed_ms = ?5, \
             updated_ms = ?5 WHERE id = ?1 AND pooled_ms IS NOT NULL AND owner_id IS NULL",
            (id, staff, group, contact, self.now_ms()),
        )?;
        if taken == 1 {
            self.conn().execute(
                "INSERT INTO pool_claim (staff_id, customer_id, time_ms) VALUES (?1, ?2, ?3)",
                (staff, id, self.now_ms()),
            )?;
        }
        Ok(taken == 1)
    }

    /// How many customers somebody claimed from the pool since a moment.
    pub(crate) fn count_claims(&self, staff: i64, since_ms: u64) -> Result<u32, StoreError> {
        count_claims(self.conn(), staff, since_ms)
    }
}
