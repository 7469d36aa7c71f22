//! The numbers of rows. One that was given out is never given out again, whatever was erased since: seals, entries and
//! people's letters name rows by them.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, Tx};

/// The last number that was given out under a name; 0 when none was.
pub(super) fn last(conn: &Connection, name: &str) -> Result<i64, StoreError> {
    let mut ask = conn.prepare_cached("SELECT last FROM sequence WHERE name = ?1")?;
    Ok(ask.query_row([name], |row| row.get(0)).optional()?.unwrap_or_default())
}

impl Tx<'_> {
    /// The number that the next row of a table gets, so that its texts can be sealed for it.
    pub(crate) fn next_id(&self, table: &'static str) -> Result<i64, StoreError> {
        let mut give = self.conn().prepare_cached(
            "INSERT INTO sequence (name, last) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 \
             RETURNING last",
        )?;
        Ok(give.query_row([table], |row| row.get(0))?)
    }

    /// Keeps a number that was given out otherwise from being given out again.
    pub(super) fn spend_id(&self, table: &'static str, id: i64) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "INSERT INTO sequence (name, last) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET last = max(last, ?2)",
            )?
            .execute((table, id))?;
        Ok(())
    }
}
