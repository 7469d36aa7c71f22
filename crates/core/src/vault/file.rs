//! Handing a file over: permit → warrant → the whole file is tried, then it is opened a piece at a time.

use std::sync::Arc;

use tigertally_crypto::ClassKey;
use zeroize::Zeroizing;

use super::{Kept, Vault, VaultError, Warrant, rows::place_of};
use crate::{
    entry::Receipt,
    policy::Subject,
    store::{Store, followups::AttachmentRow, sealed},
};

/// A file that a warrant names. One piece of it is in memory at a time.
pub(crate) struct OpenFile {
    store: Arc<Store>,
    key: ClassKey,
    row: AttachmentRow,
    name: String,
    receipt: Receipt,
    next: u32,
}

impl OpenFile {
    /// The name of the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its size, bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.row.bytes
    }

    /// Where the access stands in the ledger.
    pub(crate) fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// `Crypto` and `Damaged` when somebody changed the file since it was tried; `Store`.
    pub(crate) fn next_piece(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if self.next == self.row.pieces {
            return Ok(None);
        }
        let piece = self.piece(self.next)?;
        self.next += 1;
        Ok(Some(piece))
    }

    fn piece(&self, number: u32) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let found = self.store.read_settled(|conn| sealed::file_piece(conn, self.row.id, number))?;
        let place = place_of(self.row.customer_id as u64, self.row.id, number, number + 1 == self.row.pieces);
        Ok(self.key.open_row(place, &found.ok_or(VaultError::Damaged)?)?)
    }

    /// Whether every piece opens in its place and the size is right: a file that was cut short or put in another order is
    /// not begun.
    fn is_whole(&self) -> Result<(), VaultError> {
        let mut bytes = 0;
        for number in 0..self.row.pieces {
            bytes += self.piece(number)?.len() as u64;
        }
        if bytes == self.row.bytes { Ok(()) } else { Err(VaultError::Damaged) }
    }
}

impl Vault {
    /// Opens the file that the warrant names, and notes the outcome. It reads the whole file once: call it where that may
    /// block.
    pub(crate) fn file(&self, warrant: Warrant) -> Result<OpenFile, VaultError> {
        let index = warrant.receipt.index;
        let opened = self.try_file(warrant);
        self.store.outcome(index, opened.is_ok());
        opened
    }

    fn try_file(&self, warrant: Warrant) -> Result<OpenFile, VaultError> {
        let (Subject::Customer { id, .. }, Some(row)) = (warrant.permit.subject(), warrant.file) else {
            return Err(VaultError::Damaged);
        };
        if row.customer_id != *id {
            return Err(VaultError::Damaged);
        }
        let key = self.business_key(*id)?;
        let place = super::rows::whole(*id as u64, Kept::FileName, row.id);
        let name = String::from_utf8(key.open_row(place, &row.name)?.to_vec());
        let name = name.map_err(|_| VaultError::Damaged)?;
        let store = Arc::clone(&self.store);
        let file = OpenFile { store, key, row, name, receipt: warrant.receipt, next: 0 };
        file.is_whole()?;
        Ok(file)
    }
}
