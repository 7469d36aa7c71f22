//! Time stamps (RFC 3161) over checkpoints, kept with all that a stranger needs to check them.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{StoreError, Tx};

/// A time stamp as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// Size of the checkpoint that it stamps.
    pub size: u64,
    /// Name of the authority, as the settings call it.
    pub authority: String,
    /// The time that it states, Unix milliseconds.
    pub time_ms: u64,
    /// The signed note that it stamps, byte for byte.
    pub note: String,
    /// The token (DER).
    pub token: Vec<u8>,
    /// The authority's root certificates as they were trusted (PEM).
    pub anchors: String,
    /// The revocation lists that were fetched with it (PEM); empty when there were none.
    pub crls: String,
}

const COLUMNS: &str = "size, authority, time_ms, note, token, anchors, crls";

fn read(row: &Row<'_>) -> rusqlite::Result<TimeStamp> {
    Ok(TimeStamp {
        size: row.get(0)?,
        authority: row.get(1)?,
        time_ms: row.get(2)?,
        note: row.get(3)?,
        token: row.get(4)?,
        anchors: row.get(5)?,
        crls: row.get(6)?,
    })
}

/// For each authority the first time stamp over a checkpoint that covers this entry: the earliest proof that it stood.
pub(crate) fn over(conn: &Connection, index: u64) -> Result<Vec<TimeStamp>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM time_stamp WHERE id IN (SELECT min(id) FROM time_stamp WHERE size > ?1 GROUP BY authority) \
         ORDER BY authority"
    ))?;
    Ok(ask.query_map([index], read)?.collect::<Result<_, _>>()?)
}

/// The last time stamp over a checkpoint that this entry is not in yet: the entry came after it.
pub(crate) fn before(conn: &Connection, index: u64) -> Result<Option<TimeStamp>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM time_stamp WHERE size <= ?1 ORDER BY size DESC, id DESC LIMIT 1"
    ))?;
    Ok(ask.query_row([index], read).optional()?)
}

/// The newest time stamps, newest first.
pub(crate) fn newest(conn: &Connection, limit: usize) -> Result<Vec<TimeStamp>, StoreError> {
    let mut ask =
        conn.prepare_cached(&format!("SELECT {COLUMNS} FROM time_stamp ORDER BY id DESC LIMIT ?1"))?;
    Ok(ask.query_map([limit], read)?.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// Keeps a time stamp.
    pub(crate) fn add_time_stamp(&self, stamp: &TimeStamp) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(&format!(
                "INSERT INTO time_stamp ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            ))?
            .execute((
                stamp.size,
                &stamp.authority,
                stamp.time_ms,
                &stamp.note,
                &stamp.token,
                &stamp.anchors,
                &stamp.crls,
            ))?;
        Ok(())
    }
}
