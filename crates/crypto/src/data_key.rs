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

/// Where a text or a piece of a file stands that belongs to a customer and is no field of the record: its associated
/// data. Moved to another row or put in another order, it does not open; nor does a file that was cut short, because
/// its new last piece does not say that it is the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowPlace {
    /// The customer's number in the database.
    pub record: u64,
    /// What it is: the number of a kind of text or file.
    pub kind: u8,
    /// The number of its row.
    pub row: u64,
    /// Which piece, from 0.
    pub piece: u32,
    /// Whether no piece follows.
    pub last: bool,
}

impl RowPlace {
    fn binding(self) -> [u8; 24] {
        let RowPlace { record, kind, row, piece, last } = self;
        let (record, row, piece) = (record.to_be_bytes(), row.to_be_bytes(), piece.to_be_bytes());
        binding(Kind::Row, &[&record, &[kind], &row, &piece, &[u8::from(last)]])
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

    /// Seals a text or a piece of a file; the envelope is 29 bytes longer than `plain`.
    pub fn seal_row(&self, place: RowPlace, plain: &[u8]) -> Vec<u8> {
        self.0.seal(&place.binding(), plain)
    }

    /// Opens what was sealed at this `place` under this key.
    ///
    /// # Errors
    /// As [`ClassKey::open`].
    pub fn open_row(&self, place: RowPlace, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.0.open(&place.binding(), envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_opens_at_its_own_place_only() {
        let data_key = DataKey::new(&SecretBytes::take(&mut [7; 32]));
        let key = data_key.class_key(3);
        let place = RowPlace { record: 1, kind: 2, row: 3, piece: 4, last: false };
        let envelope = key.seal_row(place, b"plain");
        assert_eq!(*key.open_row(place, &envelope).unwrap(), b"plain");
        let others = [
            RowPlace { record: 2, ..place },
            RowPlace { kind: 3, ..place },
            RowPlace { row: 4, ..place },
            RowPlace { piece: 5, ..place },
            RowPlace { last: true, ..place },
        ];
        for other in others {
            assert_eq!(key.open_row(other, &envelope).err(), Some(CryptoError::NotAuthentic), "{other:?}");
        }
        assert!(data_key.class_key(1).open_row(place, &envelope).is_err(), "another class");
        assert!(key.open(Place { record: 1, field: 2, version: 3 }, &envelope).is_err(), "no field");
    }
}
