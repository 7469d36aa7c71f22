//! Values kept by name: `meta` (sealed keyring, vkey), `setting`, policy versions.

use rusqlite::{Connection, OptionalExtension};

use super::{LogKeys, StoreError, Tx};

/// Under which name the seal of the ledger's head stands in `meta`.
pub(super) const HEAD: &str = "head";

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

/// A setting as JSON, if its seal holds.
pub(crate) fn setting(conn: &Connection, keys: &LogKeys, key: &str) -> Result<Option<String>, StoreError> {
    let found: Option<(String, Vec<u8>)> = conn
        .query_row("SELECT value, seal FROM setting WHERE key = ?1", [key], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match found {
        Some((value, seal)) if seal == keys.seal("setting", &[key.as_bytes(), value.as_bytes()]) => {
            Ok(Some(value))
        }
        Some(_) => Err(StoreError::Damaged("a setting, which was changed by somebody else,")),
        None => Ok(None),
    }
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

/// The versions of the policy, newest first; their seals hold.
pub(crate) fn policies(conn: &Connection, keys: &LogKeys) -> Result<Vec<StoredPolicy>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT version, text, author, created_ms, seal FROM policy_version ORDER BY version DESC",
    )?;
    let mut rows = ask.query([])?;
    let mut policies = Vec::new();
    while let Some(row) = rows.next()? {
        let policy = StoredPolicy {
            version: row.get(0)?,
            text: row.get(1)?,
            author: row.get(2)?,
            created_ms: row.get(3)?,
        };
        if row.get::<_, Vec<u8>>(4)? != policy_seal(keys, policy.version, &policy.text, &policy.author) {
            return Err(StoreError::Damaged("a policy, which was changed by somebody else,"));
        }
        policies.push(policy);
    }
    Ok(policies)
}

fn policy_seal(keys: &LogKeys, version: u32, text: &str, author: &str) -> [u8; 32] {
    keys.seal("policy", &[&version.to_be_bytes(), text.as_bytes(), author.as_bytes()])
}

/// One version of the policy.
pub(crate) fn policy(
    conn: &Connection,
    keys: &LogKeys,
    version: u32,
) -> Result<Option<StoredPolicy>, StoreError> {
    Ok(policies(conn, keys)?.into_iter().find(|policy| policy.version == version))
}

impl Tx<'_> {
    /// Replaces a value of `meta`.
    pub(crate) fn set_meta(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        set_meta(self.conn(), key, value)
    }

    /// A setting as it stands in this transaction.
    pub(crate) fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        setting(self.conn(), self.keys(), key)
    }

    /// Replaces a setting.
    pub(crate) fn set_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO setting (key, value, seal) VALUES (?1, ?2, ?3) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, seal = excluded.seal",
            (key, json, self.keys().seal("setting", &[key.as_bytes(), json.as_bytes()])),
        )?;
        Ok(())
    }

    /// Adds a policy version; returns its number. It must follow the version that its author saw.
    pub(crate) fn add_policy(&self, version: u32, text: &str, author: &str) -> Result<bool, StoreError> {
        let added = self.conn().execute(
            "INSERT INTO policy_version (version, text, author, created_ms, seal) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO NOTHING",
            (version, text, author, self.now_ms(), policy_seal(self.keys(), version, text, author)),
        )?;
        Ok(added == 1)
    }
}
