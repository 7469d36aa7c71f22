//! Who is frozen, by whom and why. The reason is sealed; who, by whom and since when is under a keyed seal.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{LogKeys, StoreError, Tx, staff::Person};

/// Somebody's freeze.
#[derive(Clone, Debug)]
pub(crate) struct FreezeRow {
    pub(crate) id: i64,
    pub(crate) staff: Person,
    pub(crate) department: String,
    pub(crate) region: String,
    pub(crate) by: Person,
    pub(crate) reason: Vec<u8>,
    pub(crate) frozen_ms: u64,
    pub(crate) released_ms: Option<u64>,
    seal: Vec<u8>,
}

impl FreezeRow {
    /// The digest of what a release lets go: what an approval of it is bound to.
    pub(crate) fn scope(&self, keys: &LogKeys) -> [u8; 32] {
        seal_by(keys, self.id, (self.staff.id, self.by.id), self.frozen_ms, &self.reason)
    }
}

fn seal_by(keys: &LogKeys, id: i64, (staff, by): (i64, i64), frozen_ms: u64, reason: &[u8]) -> [u8; 32] {
    let numbers = [id, staff, by].map(i64::to_be_bytes);
    keys.seal("freeze", &[&numbers[0], &numbers[1], &numbers[2], &frozen_ms.to_be_bytes(), reason])
}

const FREEZE: &str = "SELECT f.id, s.id, s.no, s.name, s.department, s.region, b.id, b.no, b.name, f.reason, f.frozen_ms, \
     f.released_ms, f.seal FROM freeze f JOIN staff s ON s.id = f.staff_id JOIN staff b ON b.id = f.by_id";

fn freeze_row(row: &Row<'_>) -> rusqlite::Result<FreezeRow> {
    let person = |at| {
        Ok::<_, rusqlite::Error>(Person { id: row.get(at)?, no: row.get(at + 1)?, name: row.get(at + 2)? })
    };
    Ok(FreezeRow {
        id: row.get(0)?,
        staff: person(1)?,
        department: row.get(4)?,
        region: row.get(5)?,
        by: person(6)?,
        reason: row.get(9)?,
        frozen_ms: row.get(10)?,
        released_ms: row.get(11)?,
        seal: row.get(12)?,
    })
}

fn genuine(found: Option<FreezeRow>, keys: &LogKeys) -> Result<Option<FreezeRow>, StoreError> {
    match found {
        Some(row) if row.seal != row.scope(keys) => Err(StoreError::Damaged("a freeze")),
        found => Ok(found),
    }
}

/// A freeze by its number.
pub(crate) fn freeze(conn: &Connection, keys: &LogKeys, id: i64) -> Result<Option<FreezeRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{FREEZE} WHERE f.id = ?1"))?;
    genuine(ask.query_row([id], freeze_row).optional()?, keys)
}

/// The freeze of somebody that stands.
pub(crate) fn standing(
    conn: &Connection,
    keys: &LogKeys,
    staff: i64,
) -> Result<Option<FreezeRow>, StoreError> {
    let mut ask =
        conn.prepare_cached(&format!("{FREEZE} WHERE f.staff_id = ?1 AND f.released_ms IS NULL"))?;
    genuine(ask.query_row([staff], freeze_row).optional()?, keys)
}

/// The request to end a freeze that waits for its answer.
pub(crate) fn release_asked(conn: &Connection, freeze: i64, now_ms: u64) -> Result<Option<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT id FROM approval WHERE freeze_id = ?1 AND state = 0 AND lapses_ms > ?2 LIMIT 1",
    )?;
    Ok(ask.query_row((freeze, now_ms), |row| row.get(0)).optional()?)
}

impl Tx<'_> {
    /// Freezes somebody: they have no session from here on.
    pub(crate) fn add_freeze(
        &self,
        id: i64,
        (staff, by): (i64, i64),
        reason: &[u8],
    ) -> Result<(), StoreError> {
        let now_ms = self.now_ms();
        let seal = seal_by(self.keys(), id, (staff, by), now_ms, reason);
        self.conn().execute(
            "INSERT INTO freeze (id, staff_id, by_id, reason, frozen_ms, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (id, staff, by, reason, now_ms, seal),
        )?;
        self.set_frozen(staff, true)?;
        self.end_sessions(staff)?;
        Ok(())
    }

    /// A freeze as it stands inside this transaction.
    pub(crate) fn freeze(&self, id: i64) -> Result<Option<FreezeRow>, StoreError> {
        freeze(self.conn(), self.keys(), id)
    }

    /// The freeze of somebody that stands, inside this transaction.
    pub(crate) fn standing_freeze(&self, staff: i64) -> Result<Option<FreezeRow>, StoreError> {
        standing(self.conn(), self.keys(), staff)
    }

    /// The request to end a freeze that waits, inside this transaction.
    pub(crate) fn release_asked(&self, freeze: i64) -> Result<Option<i64>, StoreError> {
        release_asked(self.conn(), freeze, self.now_ms())
    }

    /// Ends a freeze.
    pub(crate) fn end_freeze(&self, row: &FreezeRow) -> Result<(), StoreError> {
        self.conn().execute("UPDATE freeze SET released_ms = ?2 WHERE id = ?1", (row.id, self.now_ms()))?;
        self.set_frozen(row.staff.id, false)
    }
}
