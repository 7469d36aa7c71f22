//! Which customers are with the company already, and who was told so.

use rusqlite::{Connection, OptionalExtension};

use super::{
    LogKeys, StoreError, Tx,
    customers::{Customer, by_blind_index},
};

/// Customers that are looked at for one index value.
const MOST: u32 = 20;

/// That somebody was told that a customer is with the company.
pub(crate) struct Hit {
    pub(crate) id: i64,
    pub(crate) staff_id: i64,
    pub(crate) customer_id: i64,
    pub(crate) approval_id: Option<i64>,
    seal: Vec<u8>,
}

impl Hit {
    /// Whether it is as this program wrote it.
    pub(crate) fn genuine(&self, keys: &LogKeys) -> bool {
        self.seal == seal_of(keys, self.id, self.staff_id, self.customer_id)
    }
}

fn seal_of(keys: &LogKeys, id: i64, staff: i64, customer: i64) -> [u8; 32] {
    let numbers = [id, staff, customer].map(i64::to_be_bytes);
    keys.seal("duplicate hit", &[&numbers[0], &numbers[1], &numbers[2]])
}

/// A hit by its number.
pub(crate) fn hit(conn: &Connection, id: i64) -> Result<Option<Hit>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT id, staff_id, customer_id, approval_id, seal FROM duplicate_hit WHERE id = ?1",
    )?;
    let found = ask.query_row([id], |row| {
        Ok(Hit {
            id: row.get(0)?,
            staff_id: row.get(1)?,
            customer_id: row.get(2)?,
            approval_id: row.get(3)?,
            seal: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

impl Tx<'_> {
    /// The customers that have any of these index values, in the order of the values. Every value is looked up, found or
    /// not.
    pub(crate) fn customers_like(&self, indexes: &[(u8, [u8; 16])]) -> Result<Vec<Customer>, StoreError> {
        let mut found = Vec::new();
        for (field, hash) in indexes {
            found.extend(by_blind_index(self.conn(), *field, hash, MOST)?);
        }
        Ok(found)
    }

    /// How often somebody was told since a moment that a customer is with the company.
    pub(crate) fn count_hits(&self, staff: i64, since_ms: u64) -> Result<u32, StoreError> {
        let mut ask = self
            .conn()
            .prepare_cached("SELECT count(*) FROM duplicate_hit WHERE staff_id = ?1 AND time_ms >= ?2")?;
        Ok(ask.query_row((staff, since_ms), |row| row.get(0))?)
    }

    /// Puts down that somebody was told; its number.
    pub(crate) fn add_hit(&self, staff: i64, customer: i64) -> Result<i64, StoreError> {
        let id = self.next_id("duplicate_hit")?;
        self.conn().execute(
            "INSERT INTO duplicate_hit (id, staff_id, customer_id, time_ms, seal) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, staff, customer, self.now_ms(), seal_of(self.keys(), id, staff, customer)),
        )?;
        Ok(id)
    }

    /// A hit as it stands inside this transaction.
    pub(crate) fn hit(&self, id: i64) -> Result<Option<Hit>, StoreError> {
        Ok(hit(self.conn(), id)?.filter(|hit| hit.genuine(self.keys())))
    }

    /// Puts down what was asked for because of a hit.
    pub(crate) fn hit_asked(&self, id: i64, approval: i64) -> Result<(), StoreError> {
        self.conn().execute("UPDATE duplicate_hit SET approval_id = ?2 WHERE id = ?1", (id, approval))?;
        Ok(())
    }
}
