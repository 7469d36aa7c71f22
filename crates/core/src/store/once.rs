//! Answers kept under idempotency keys, so that a repeated request creates nothing twice.

use rusqlite::OptionalExtension;

use super::{StoreError, Tx};

/// What stands under an idempotency key.
pub(crate) enum Kept {
    /// Nothing: go on.
    Nothing,
    /// The answer to this very request.
    Answer(String),
    /// Another request used the key.
    Other,
}

/// Answers are kept for a day.
const KEEP_MS: u64 = 24 * 3600 * 1000;

impl Tx<'_> {
    /// Looks an idempotency key up.
    pub(crate) fn kept(&self, staff: &str, key: &str, digest: &[u8; 32]) -> Result<Kept, StoreError> {
        self.conn()
            .execute("DELETE FROM once WHERE created_ms < ?1", [self.now_ms().saturating_sub(KEEP_MS)])?;
        let found: Option<(Vec<u8>, String)> = self
            .conn()
            .query_row("SELECT digest, answer FROM once WHERE staff = ?1 AND key = ?2", (staff, key), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(match found {
            None => Kept::Nothing,
            Some((known, answer)) if known == digest => Kept::Answer(answer),
            Some(_) => Kept::Other,
        })
    }

    /// Keeps an answer.
    pub(crate) fn keep(
        &self,
        staff: &str,
        key: &str,
        digest: &[u8; 32],
        answer: &str,
    ) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO once (staff, key, digest, answer, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            (staff, key, digest, answer, self.now_ms()),
        )?;
        Ok(())
    }
}
