//! Sessions: by the hash of their token.

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, Tx};

/// A session as stored.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    pub(crate) token_hash: Vec<u8>,
    pub(crate) staff_id: i64,
    pub(crate) program: bool,
    pub(crate) created_ms: u64,
    pub(crate) expires_ms: u64,
    pub(crate) address: String,
    pub(crate) agent: String,
}

const COLUMNS: &str = "token_hash, staff_id, program, created_ms, expires_ms, address, agent";

fn session(row: &rusqlite::Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        token_hash: row.get(0)?,
        staff_id: row.get(1)?,
        program: row.get(2)?,
        created_ms: row.get(3)?,
        expires_ms: row.get(4)?,
        address: row.get(5)?,
        agent: row.get(6)?,
    })
}

/// The session of a token.
pub(crate) fn by_token(conn: &Connection, hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM session WHERE token_hash = ?1"))?;
    Ok(ask.query_row([hash], session).optional()?)
}

/// A person's sessions that have not expired, newest first.
pub(crate) fn of_staff(conn: &Connection, staff: i64, now_ms: u64) -> Result<Vec<SessionRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM session WHERE staff_id = ?1 AND expires_ms > ?2 ORDER BY created_ms DESC"
    ))?;
    let rows = ask.query_map((staff, now_ms), session)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// Adds a session and drops those that expired.
    pub(crate) fn add_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        self.conn().execute("DELETE FROM session WHERE expires_ms <= ?1", [self.now_ms()])?;
        self.conn().execute(
            &format!("INSERT INTO session ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
            rusqlite::params![
                session.token_hash,
                session.staff_id,
                session.program,
                session.created_ms,
                session.expires_ms,
                session.address,
                session.agent
            ],
        )?;
        Ok(())
    }

    /// Ends one session.
    pub(crate) fn end_session(&self, token_hash: &[u8]) -> Result<usize, StoreError> {
        Ok(self.conn().execute("DELETE FROM session WHERE token_hash = ?1", [token_hash])?)
    }

    /// Ends all sessions of a person.
    pub(crate) fn end_sessions(&self, staff: i64) -> Result<usize, StoreError> {
        Ok(self.conn().execute("DELETE FROM session WHERE staff_id = ?1", [staff])?)
    }
}
