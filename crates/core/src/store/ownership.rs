//! The ownership rules with their versions, and who has acknowledged which.

use rusqlite::{Connection, OptionalExtension};

use super::{LogKeys, StoreError, Tx};

/// A version of the rules.
#[derive(Clone, Debug)]
pub(crate) struct RulesRow {
    pub(crate) version: u32,
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) author: String,
    pub(crate) created_ms: u64,
}

impl RulesRow {
    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let RulesRow { version, zh, en, author, .. } = self;
        let parts = [&version.to_be_bytes(), zh.as_bytes(), en.as_bytes(), author.as_bytes()];
        keys.seal("ownership rules", &parts)
    }
}

/// A version of the rules, the newest without a number; its seal holds.
pub(crate) fn rules(
    conn: &Connection,
    keys: &LogKeys,
    version: Option<u32>,
) -> Result<Option<RulesRow>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT version, zh, en, author, created_ms, seal FROM ownership_rules WHERE ?1 IS NULL OR version = ?1 \
         ORDER BY version DESC LIMIT 1",
    )?;
    let found = ask.query_row([version], |row| {
        let rules = RulesRow {
            version: row.get(0)?,
            zh: row.get(1)?,
            en: row.get(2)?,
            author: row.get(3)?,
            created_ms: row.get(4)?,
        };
        Ok((rules, row.get::<_, Vec<u8>>(5)?))
    });
    match found.optional()? {
        Some((rules, seal)) if seal != rules.seal_by(keys) => {
            Err(StoreError::Damaged("the ownership rules, which were changed by somebody else,"))
        }
        found => Ok(found.map(|(rules, _)| rules)),
    }
}

fn ack_seal(keys: &LogKeys, staff: i64, version: u32, time_ms: u64) -> [u8; 32] {
    keys.seal("ownership ack", &[&staff.to_be_bytes(), &version.to_be_bytes(), &time_ms.to_be_bytes()])
}

/// Which version somebody acknowledged last, and when; of those only that this program wrote.
pub(crate) fn acknowledged(
    conn: &Connection,
    keys: &LogKeys,
    staff: i64,
) -> Result<Option<(u32, u64)>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT version, time_ms, seal FROM ownership_ack WHERE staff_id = ?1 ORDER BY version DESC",
    )?;
    let mut rows = ask.query([staff])?;
    while let Some(row) = rows.next()? {
        let (version, time_ms) = (row.get(0)?, row.get(1)?);
        if row.get::<_, Vec<u8>>(2)? == ack_seal(keys, staff, version, time_ms) {
            return Ok(Some((version, time_ms)));
        }
    }
    Ok(None)
}

impl Tx<'_> {
    /// The number of the newest version; 0 when there is none.
    pub(crate) fn newest_rules(&self) -> Result<u32, StoreError> {
        let newest =
            self.conn()
                .query_row("SELECT coalesce(max(version), 0) FROM ownership_rules", [], |row| row.get(0));
        Ok(newest?)
    }

    /// Adds a version of the rules.
    pub(crate) fn add_rules(&self, version: u32, zh: &str, en: &str, author: &str) -> Result<(), StoreError> {
        let row = RulesRow {
            version,
            zh: zh.to_owned(),
            en: en.to_owned(),
            author: author.to_owned(),
            created_ms: self.now_ms(),
        };
        self.conn().execute(
            "INSERT INTO ownership_rules (version, zh, en, author, created_ms, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (version, zh, en, author, row.created_ms, row.seal_by(self.keys())),
        )?;
        Ok(())
    }

    /// Puts down that somebody has acknowledged a version. False when they had.
    pub(crate) fn acknowledge(&self, staff: i64, version: u32) -> Result<bool, StoreError> {
        let seal = ack_seal(self.keys(), staff, version, self.now_ms());
        let added = self.conn().execute(
            "INSERT INTO ownership_ack (staff_id, version, time_ms, seal) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            (staff, version, self.now_ms(), seal),
        )?;
        Ok(added == 1)
    }
}
