//! The only room that holds keys. Sealed data leaves by one gate: permit → warrant → open.
//!
//! **Invariant:** a [`Warrant`] is made by [`Vault::warrant`] alone, from a [`Permit`], after the access is durable in
//! the ledger. **Invariant:** opening consumes a warrant, and gives only the fields that its permit names.
//! **Invariant:** nothing outside this room names the crypto crate's keys or fetches ciphertext.

mod file;
mod frame;
mod open;
mod rows;
mod seal;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tigertally_crypto::{CryptoError, Keyring};

pub(crate) use file::OpenFile;
pub use open::{Disclosure, Masked, Page, Warrant};
pub(crate) use open::{Record, body_of};
pub(crate) use rows::{Kept, PIECE, Reader, Scribe};
pub(crate) use seal::bit;

use crate::{
    record::Field,
    store::{Store, StoreError, customers},
};

/// What can go wrong in the vault.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The ledger could not be written, or the database failed: nothing was opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key or an envelope did not open.
    #[error("a sealed value did not open: {0}")]
    Crypto(#[from] CryptoError),
    /// What is stored does not have the form it was written in.
    #[error("a sealed record is damaged")]
    Damaged,
    /// What the approval covers was opened for it already, or it stands no more.
    #[error("the approval is used up")]
    UsedUp,
    /// A value is longer than an envelope takes.
    #[error("the value of {} is too long to be sealed", .0.name())]
    TooLong(Field),
}

/// Holds the keys and opens what a warrant names.
pub(crate) struct Vault {
    keyring: Keyring,
    store: Arc<Store>,
    last_id: AtomicI64,
}

impl Vault {
    /// A vault over an opened store.
    pub(crate) fn new(keyring: Keyring, store: Arc<Store>) -> Result<Vault, StoreError> {
        let last_id = AtomicI64::new(store.read(customers::last_id)?);
        Ok(Vault { keyring, store, last_id })
    }

    /// Record numbers are given out before the record is sealed, because the envelopes name them.
    fn next_id(&self) -> i64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Seals a secret of the system, such as an authenticator's seed.
    pub(crate) fn seal_secret(&self, label: &str, secret: &[u8]) -> Vec<u8> {
        self.keyring.seal_secret(label, secret)
    }

    /// Opens a secret of the system, for the system's own use.
    pub(crate) fn open_secret(
        &self,
        label: &str,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, VaultError> {
        Ok(self.keyring.open_secret(label, sealed)?)
    }

    /// The keyring sealed under a new root key.
    pub(crate) fn rewrap(&self, root: &tigertally_crypto::RootKey) -> Vec<u8> {
        self.keyring.seal(root)
    }
}
