//! A customer's own key, and the keys of its field classes.

use zeroize::Zeroizing;

use crate::derive::DerivationKey;
use crate::envelope::{Kind, SealingKey, binding};
use crate::error::CryptoError;
use crate::secret::SecretBytes;

/// The key of one customer: everything sealed for them hangs on it, so that destroying its wrapped form
/// erases them. Made and unwrapped by a [`Keyring`](crate::Keyring).
pub struct DataKey(DerivationKey);

impl DataKey {
    pub(crate) fn new(key: &SecretBytes<32>) -> Self {
        Self(DerivationKey::new(key))
    }

    /// The key of a field class, derived and expanded: keep it for as long as fields of that class are
    /// sealed or opened.
    pub fn class_key(&self, class: u8) -> ClassKey {
        ClassKey(SealingKey::new(&self.0.derive("tigertally/1/data-key/class", &[class])))
    }
}

/// Where a sealed field stands: its associated data. Moved to another place, a field does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The customer's number in the database.
    pub record: u64,
    /// The field's number in the schema.
    pub field: u8,
    /// How many times the record was written: an older value does not open as the present one.
    pub version: u32,
}

impl Place {
    fn binding(self) -> [u8; 15] {
        binding(Kind::Field, &[&self.record.to_be_bytes(), &[self.field], &self.version.to_be_bytes()])
    }
}

/// The key of one field class of one customer.
pub struct ClassKey(SealingKey);

impl ClassKey {
    /// Seals a field; the envelope is 29 bytes longer than `plain`.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        self.0.seal(&place.binding(), plain)
    }

    /// Opens a field that was sealed at this `place` under this key.
    ///
    /// # Errors
    /// [`CryptoError::UnknownSuite`], [`CryptoError::Malformed`], or [`CryptoError::NotAuthentic`] for any
    /// other place, class, customer or byte.
    pub fn open(&self, place: Place, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.0.open(&place.binding(), envelope)
    }
}
