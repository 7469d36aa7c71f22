//! Values kept by name: `meta` (sealed keyring, vkey), `setting`, policy versions.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, Tx};

/// A value of `meta`.
pub(crate) fn meta(conn: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

pub(super) fn set_meta(conn: &Connection, key: &str, value: &[u8]) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )?;
    Ok(())
}

/// A setting as JSON.
pub(crate) fn setting(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(conn.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

/// A policy version as stored.
#[derive(Clone, Debug)]
pub struct StoredPolicy {
    /// Version number, from 1.
    pub version: u32,
    /// The policy's text.
    pub text: String,
    /// Who put it in force.
    pub author: String,
    /// When, Unix milliseconds.
    pub created_ms: u64,
}

/// The versions of the policy, newest first.
pub(crate) fn policies(conn: &Connection) -> Result<Vec<StoredPolicy>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT version, text, author, created_ms FROM policy_version ORDER BY version DESC",
    )?;
    let rows = ask.query_map([], |row| {
        Ok(StoredPolicy {
            version: row.get(0)?,
            text: row.get(1)?,
            author: row.get(2)?,
            created_ms: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One version of the policy.
pub(crate) fn policy(conn: &Connection, version: u32) -> Result<Option<StoredPolicy>, StoreError> {
    Ok(policies(conn)?.into_iter().find(|policy| policy.version == version))
}

impl Tx<'_> {
    /// Replaces a value of `meta`.
    pub(crate) fn set_meta(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        set_meta(self.conn(), key, value)
    }

    /// A setting as it stands in this transaction.
    pub(crate) fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        setting(self.conn(), key)
    }

    /// Replaces a setting.
    pub(crate) fn set_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, json),
        )?;
        Ok(())
    }

    /// Adds a policy version; returns its number. It must follow the version that its author saw.
    pub(crate) fn add_policy(&self, version: u32, text: &str, author: &str) -> Result<bool, StoreError> {
        let added = self.conn().execute(
            "INSERT INTO policy_version (version, text, author, created_ms) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO NOTHING",
            (version, text, author, self.now_ms()),
        )?;
        Ok(added == 1)
    }
}
