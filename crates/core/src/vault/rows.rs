//! Texts and files that belong to a customer without being a field of the record: titles of tasks, what was said, what was
//! sent. They hang on the customer's own key, as class `business`: erasing the customer destroys them.

use tigertally_crypto::{ClassKey, RowPlace};

use super::{Page, Vault, VaultError};
use crate::{record::Class, store::sealed};

/// Bytes of a piece of a file.
pub(crate) const PIECE: usize = 256 * 1024;

/// What is kept. The numbers are in the envelopes' associated data: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kept {
    /// The title of a task.
    Task = 1,
    /// What was said and agreed.
    FollowUp = 2,
    /// The name of a file.
    FileName = 3,
    /// A piece of a file.
    File = 4,
}

/// Seals what is kept about one customer. Nothing here gives anything back.
pub(crate) struct Scribe {
    customer: u64,
    key: ClassKey,
}

impl Scribe {
    /// Seals a text for its row.
    pub(crate) fn text(&self, kept: Kept, row: i64, text: &str) -> Vec<u8> {
        self.key.seal_row(whole(self.customer, kept, row), text.as_bytes())
    }

    /// Seals a file in pieces, the last of them as the last. An empty file is one empty piece.
    pub(crate) fn pieces(&self, row: i64, bytes: &[u8]) -> Vec<Vec<u8>> {
        let count = bytes.len().div_ceil(PIECE).max(1);
        let piece = |number: usize| {
            let from = number * PIECE;
            let place = place_of(self.customer, row, number as u32, number + 1 == count);
            self.key.seal_row(place, &bytes[from..bytes.len().min(from + PIECE)])
        };
        (0..count).map(piece).collect()
    }
}

/// Reads the texts of one customer of a page.
pub(crate) struct Reader {
    customer: u64,
    key: ClassKey,
}

impl Reader {
    /// Opens a text.
    pub(crate) fn text(&self, kept: Kept, row: i64, sealed: &[u8]) -> Result<String, VaultError> {
        let opened = self.key.open_row(whole(self.customer, kept, row), sealed)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::Damaged)
    }
}

impl Vault {
    /// Leave to seal what is kept about a customer.
    pub(crate) fn scribe(&self, customer: i64) -> Result<Scribe, VaultError> {
        Ok(Scribe { customer: customer as u64, key: self.business_key(customer)? })
    }

    pub(super) fn business_key(&self, customer: i64) -> Result<ClassKey, VaultError> {
        let wrapped = self.store.read_settled(|conn| sealed::wrapped_key(conn, customer))?;
        let wrapped = wrapped.ok_or(VaultError::Damaged)?;
        let data_key = self.keyring.unwrap_data_key(customer as u64, &wrapped)?;
        Ok(data_key.class_key(Class::Business.id()))
    }
}

impl Page {
    /// Leave to read the texts of a customer whom this page shows; none of anybody else.
    pub(crate) fn reader(&self, vault: &Vault, customer: i64) -> Result<Reader, VaultError> {
        if self.customers.iter().all(|shown| shown.customer.id != customer) {
            return Err(VaultError::Damaged);
        }
        Ok(Reader { customer: customer as u64, key: vault.business_key(customer)? })
    }
}

pub(super) fn whole(record: u64, kept: Kept, row: i64) -> RowPlace {
    RowPlace { record, kind: kept as u8, row: row as u64, piece: 0, last: true }
}

pub(super) fn place_of(record: u64, row: i64, piece: u32, last: bool) -> RowPlace {
    RowPlace { record, kind: Kept::File as u8, row: row as u64, piece, last }
}
