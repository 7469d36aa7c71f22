//! Matters that evidence is made for, and the erasure of a customer with what the ledger says of them.

use rusqlite::{Connection, OptionalExtension};

use super::{
    StoreError, Tx,
    handovers::{ITEM_GONE, ITEM_MOVED},
};

/// The number of a customer, if any entry is about it.
pub(crate) fn known(conn: &Connection, customer_no: Option<&str>) -> Result<Option<String>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT customer FROM access WHERE customer = ?1 LIMIT 1")?;
    Ok(ask.query_row([customer_no], |row| row.get(0)).optional()?)
}

/// Entries about exactly this customer whose body is still there, oldest first. An order that erased the same number
/// before stays: it holds numbers only, and is what the missing bodies are told by.
fn entries_about(conn: &Connection, customer_no: &str) -> Result<Vec<u64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT a.idx FROM access a JOIN entry e ON e.idx = a.idx WHERE a.customer = ?1 AND e.body IS NOT NULL \
         AND NOT (a.action = 'customer.erase' AND a.decision = 1) ORDER BY a.idx",
    )?;
    Ok(ask.query_map([customer_no], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The erasing entries, as candidates for who erased an entry: their indexes and bodies, oldest first.
pub(crate) fn erasures(conn: &Connection) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT a.idx, e.body FROM access a JOIN entry e ON e.idx = a.idx WHERE a.action = 'customer.erase' \
         AND a.decision = 1 AND e.body IS NOT NULL ORDER BY a.idx",
    )?;
    Ok(ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// Entries about exactly this customer whose body is still there.
    pub(crate) fn entries_about(&self, customer_no: &str) -> Result<Vec<u64>, StoreError> {
        entries_about(self.conn(), customer_no)
    }

    /// Puts a matter down; the number was given out before, because the sealed reason names it.
    pub(crate) fn add_matter(&self, id: i64, reason: &[u8], made_by: i64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached("INSERT INTO matter (id, reason, made_by, made_ms) VALUES (?1, ?2, ?3, ?4)")?
            .execute((id, reason, made_by, self.now_ms()))?;
        Ok(())
    }

    /// Erases a customer: the key first, then all that it sealed, what searches found, what was worked on, and the bodies
    /// of the entries about them. The leaves stay, so that every proof still holds.
    pub(crate) fn erase_customer(&self, id: i64, entries: &[u64]) -> Result<(), StoreError> {
        let conn = self.conn();
        conn.execute(
            "DELETE FROM attachment_piece WHERE attachment_id IN (SELECT id FROM attachment WHERE customer_id = ?1)",
            [id],
        )?;
        conn.execute(
            "DELETE FROM vote WHERE approval_id IN (SELECT id FROM approval WHERE customer_id = ?1)",
            [id],
        )?;
        conn.execute(
            "DELETE FROM mail WHERE kind < 4 AND about IN (SELECT id FROM approval WHERE customer_id = ?1)",
            [id],
        )?;
        // Of a hand-over it is gone; what was signed for stays countable.
        conn.execute(
            "UPDATE handover_item SET state = ?2, part_id = CASE WHEN part_id IN \
             (SELECT id FROM handover_part WHERE state = 0) THEN NULL ELSE part_id END \
             WHERE customer_id = ?1 AND state <> ?3",
            (id, ITEM_GONE, ITEM_MOVED),
        )?;
        self.spend_id("customer", id)?;
        for table in [
            "data_key",
            "blind_index",
            "customer_order",
            "task",
            "follow_up",
            "attachment",
            "owner_change",
            "approval",
            "share",
            "duplicate_hit",
            "pool_claim",
            "bulk_item",
        ] {
            conn.execute(&format!("DELETE FROM {table} WHERE customer_id = ?1"), [id])?;
        }
        conn.execute("DELETE FROM seen WHERE customer = (SELECT no FROM customer WHERE id = ?1)", [id])?;
        conn.execute("DELETE FROM customer WHERE id = ?1", [id])?;
        let mut forget = conn.prepare_cached("UPDATE entry SET body = NULL, salt = NULL WHERE idx = ?1")?;
        let mut unlink = conn.prepare_cached("UPDATE access SET customer = NULL WHERE idx = ?1")?;
        for index in entries {
            forget.execute([index])?;
            unlink.execute([index])?;
        }
        Ok(())
    }
}

/// The next number of a matter.
pub(crate) fn next_matter(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("SELECT coalesce(max(id), 0) + 1 FROM matter", [], |row| row.get(0))?)
}
