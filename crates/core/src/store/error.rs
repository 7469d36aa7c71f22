//! What can go wrong in the store.

/// A failure of the database or of its folder.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine refused or failed. The text is the engine's and names no values.
    #[error("the database failed: {0}")]
    Engine(String),
    /// Nothing can be written: the disk is full, or the writer has stopped.
    #[error("the ledger cannot be written; nothing is opened until it can")]
    Unwritable,
    /// Who would have done it is frozen. That it was refused is in the ledger.
    #[error("the account is frozen")]
    Frozen,
    /// Another process has the data folder open for writing.
    #[error("another process is using this data folder")]
    InUse,
    /// The folder holds no Tigertally data, or a later version's.
    #[error("{0}")]
    Unusable(String),
    /// A file of the data folder could not be read or written.
    #[error("a file of the data folder: {0}")]
    Io(#[from] std::io::Error),
    /// A stored value does not have the form it was written in.
    #[error("a stored value is damaged: {0}")]
    Damaged(&'static str),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // SQLite's own messages can quote SQL but never bound values; a constraint message names columns only.
        match error {
            rusqlite::Error::SqliteFailure(code, _)
                if matches!(code.code, rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::ReadOnly) =>
            {
                StoreError::Unwritable
            }
            rusqlite::Error::SqliteFailure(code, text) => {
                StoreError::Engine(text.unwrap_or_else(|| code.to_string()))
            }
            rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) => {
                StoreError::Damaged("a column has an unexpected type")
            }
            other => StoreError::Engine(match other {
                rusqlite::Error::QueryReturnedNoRows => "a row that must be there is not".to_owned(),
                _ => "a statement failed".to_owned(),
            }),
        }
    }
}
