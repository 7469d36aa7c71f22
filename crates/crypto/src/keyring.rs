//! All keys of the system, from one sealed secret.

use zeroize::Zeroizing;

use crate::blind::BlindIndex;
use crate::data_key::DataKey;
use crate::derive::DerivationKey;
use crate::envelope::{Kind, SealingKey, binding, label_binding};
use crate::error::CryptoError;
use crate::root::RootKey;
use crate::secret::SecretBytes;

/// The system's keys, expanded and ready. One 32-byte master secret yields them all under labels of their
/// own (HKDF), so a new purpose needs no new format. Share it between threads by reference.
pub struct Keyring {
    master: SecretBytes<32>,
    data_keys: SealingKey,
    masks: SealingKey,
    secrets: SealingKey,
    blind_index: BlindIndex,
}

impl Keyring {
    /// A new keyring of fresh randomness.
    pub fn generate() -> Self {
        Self::from_master(SecretBytes::random())
    }

    /// The keyring under a root key, to be stored. Rotating the root key is sealing again under the new.
    pub fn seal(&self, root: &RootKey) -> Vec<u8> {
        root.sealing_key().seal(&keyring_binding(), self.master.expose())
    }

    /// Opens what [`Keyring::seal`] made.
    ///
    /// # Errors
    /// [`CryptoError::NotAuthentic`] under another root key or if a byte was altered;
    /// [`CryptoError::UnknownSuite`] and [`CryptoError::Malformed`] for what is no sealed keyring.
    pub fn open(root: &RootKey, sealed: &[u8]) -> Result<Self, CryptoError> {
        root.sealing_key().open_key(&keyring_binding(), sealed).map(Self::from_master)
    }

    fn from_master(master: SecretBytes<32>) -> Self {
        let derive = DerivationKey::new(&master);
        let sealing_key = |label| SealingKey::new(&derive.derive(label, &[]));
        Self {
            data_keys: sealing_key("tigertally/1/keyring/data-keys"),
            masks: sealing_key("tigertally/1/keyring/masks"),
            secrets: sealing_key("tigertally/1/keyring/secrets"),
            blind_index: BlindIndex::new(&derive.derive("tigertally/1/keyring/blind-index", &[])),
            master,
        }
    }

    /// A fresh data key for a record, and its wrapped form (61 bytes) to be stored.
    pub fn new_data_key(&self, record: u64) -> (DataKey, Vec<u8>) {
        let key = SecretBytes::random();
        let wrapped = self.data_keys.seal(&data_key_binding(record), key.expose());
        (DataKey::new(&key), wrapped)
    }

    /// Unwraps the data key of a record.
    ///
    /// # Errors
    /// [`CryptoError::NotAuthentic`] for another record's key or an altered one, and as [`Keyring::open`].
    pub fn unwrap_data_key(&self, record: u64, wrapped: &[u8]) -> Result<DataKey, CryptoError> {
        self.data_keys.open_key(&data_key_binding(record), wrapped).map(|key| DataKey::new(&key))
    }

    /// Seals a record's masks, all at once, so that a list opens one envelope a row and no field.
    pub fn seal_masks(&self, record: u64, version: u32, plain: &[u8]) -> Vec<u8> {
        self.masks.seal(&masks_binding(record, version), plain)
    }

    /// Opens a record's masks.
    ///
    /// # Errors
    /// As [`ClassKey::open`](crate::ClassKey::open).
    pub fn open_masks(
        &self,
        record: u64,
        version: u32,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.masks.open(&masks_binding(record, version), sealed)
    }

    /// The index under which an exact search finds a value: 16 bytes, the same for the same field and
    /// value, unrelated between fields. `normalised` comes from [`crate::normalise`].
    pub fn blind_index(&self, field: u8, normalised: &str) -> [u8; 16] {
        self.blind_index.of(field, normalised)
    }

    /// Seals a secret of the system itself, such as a TOTP seed. `label` says what and whose it is.
    pub fn seal_secret(&self, label: &str, plain: &[u8]) -> Vec<u8> {
        self.secrets.seal(&label_binding(Kind::Secret, label), plain)
    }

    /// Opens what was sealed under the same label.
    ///
    /// # Errors
    /// As [`ClassKey::open`](crate::ClassKey::open).
    pub fn open_secret(&self, label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.secrets.open(&label_binding(Kind::Secret, label), sealed)
    }

    /// The seed of the ledger's Ed25519 signing key (RFC 8032 §5.1.5). It stays the same when the root
    /// key is rotated.
    pub fn ledger_seed(&self) -> SecretBytes<32> {
        DerivationKey::new(&self.master).derive("tigertally/1/keyring/ledger-ed25519", &[])
    }

    /// The key by which the program recognises its own tables: what somebody else wrote into the database has no seal.
    pub fn table_key(&self) -> SecretBytes<32> {
        DerivationKey::new(&self.master).derive("tigertally/1/keyring/tables", &[])
    }

    /// The seed (FIPS 204's ξ) of the ledger's second, post-quantum key. It stays the same, too.
    pub fn ledger_second_seed(&self) -> SecretBytes<32> {
        DerivationKey::new(&self.master).derive("tigertally/1/keyring/ledger-ml-dsa-44", &[])
    }
}

fn keyring_binding() -> [u8; 2] {
    binding(Kind::Keyring, &[])
}

fn data_key_binding(record: u64) -> [u8; 10] {
    binding(Kind::DataKey, &[&record.to_be_bytes()])
}

fn masks_binding(record: u64, version: u32) -> [u8; 14] {
    binding(Kind::Masks, &[&record.to_be_bytes(), &version.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data_key::Place;

    const NOT_AUTHENTIC: Option<CryptoError> = Some(CryptoError::NotAuthentic);

    fn keyring(byte: u8) -> Keyring {
        Keyring::from_master(SecretBytes::take(&mut [byte; 32]))
    }

    #[test]
    fn is_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Keyring>();
        shared::<crate::DataKey>();
        shared::<crate::ClassKey>();
    }

    #[test]
    fn rotating_the_root_key_keeps_every_key_and_shuts_the_old_root_out() {
        let (old, new) = (RootKey::generate(), RootKey::generate());
        let before = Keyring::generate();
        let (data_key, wrapped) = before.new_data_key(7);
        let place = Place { record: 7, field: 1, version: 1 };
        let field = data_key.class_key(2).seal(place, b"13812345678");
        let masks = before.seal_masks(7, 1, b"138****5678");
        let secret = before.seal_secret("totp/S012", b"seed");

        let rotated = Keyring::open(&old, &before.seal(&old)).unwrap().seal(&new);
        assert_eq!(Keyring::open(&old, &rotated).err(), NOT_AUTHENTIC);

        let after = Keyring::open(&new, &rotated).unwrap();
        let data_key = after.unwrap_data_key(7, &wrapped).unwrap();
        assert_eq!(**data_key.class_key(2).open(place, &field).unwrap(), *b"13812345678");
        assert_eq!(**after.open_masks(7, 1, &masks).unwrap(), *b"138****5678");
        assert_eq!(**after.open_secret("totp/S012", &secret).unwrap(), *b"seed");
        assert_eq!(after.blind_index(1, "13812345678"), before.blind_index(1, "13812345678"));
        assert_eq!(after.ledger_seed().expose(), before.ledger_seed().expose());
    }

    #[test]
    fn a_sealed_keyring_opens_with_no_bit_changed() {
        let root = RootKey::generate();
        let sealed = Keyring::generate().seal(&root);
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(Keyring::open(&root, &altered).is_err(), "bit {bit} was flipped");
        }
        assert_eq!(Keyring::open(&root, &sealed[..sealed.len() - 1]).err(), Some(CryptoError::Malformed));
        assert_eq!(Keyring::open(&root, b"").err(), Some(CryptoError::Malformed));
    }

    #[test]
    fn every_purpose_has_a_key_of_its_own() {
        let keyring = keyring(1);
        let key = [7; 32];
        let masks = keyring.seal_masks(7, 1, &key);
        let (_, wrapped) = keyring.new_data_key(7);
        let secret = keyring.seal_secret("label", &key);
        assert_eq!(keyring.unwrap_data_key(7, &masks).err(), NOT_AUTHENTIC);
        assert_eq!(keyring.unwrap_data_key(7, &secret).err(), NOT_AUTHENTIC);
        assert_eq!(keyring.open_masks(7, 1, &wrapped).err(), NOT_AUTHENTIC);
        assert_eq!(keyring.open_secret("label", &wrapped).err(), NOT_AUTHENTIC);
        assert_ne!(keyring.ledger_seed().expose(), keyring.master.expose());
    }

    #[test]
    fn two_data_keys_of_one_record_are_two_keys() {
        let keyring = keyring(1);
        let ((first, _), (second, _)) = (keyring.new_data_key(7), keyring.new_data_key(7));
        let place = Place { record: 7, field: 1, version: 1 };
        let envelope = first.class_key(1).seal(place, b"plain");
        assert_eq!(second.class_key(1).open(place, &envelope).err(), NOT_AUTHENTIC);
    }

    proptest! {
        #[test]
        fn a_field_opens_only_where_it_was_sealed(
            plain: Vec<u8>, record: u64, field: u8, version: u32, class: u8,
            other_record: u64, other_field: u8, other_version: u32, other_class: u8,
        ) {
            let (data_key, wrapped) = keyring(1).new_data_key(record);
            let place = Place { record, field, version };
            let envelope = data_key.class_key(class).seal(place, &plain);

            let class_key = keyring(1).unwrap_data_key(record, &wrapped).unwrap().class_key(class);
            prop_assert_eq!(&*class_key.open(place, &envelope).unwrap(), &plain);

            let elsewhere = [
                Place { record: other_record, ..place },
                Place { field: other_field, ..place },
                Place { version: other_version, ..place },
            ];
            for other in elsewhere.into_iter().filter(|other| *other != place) {
                prop_assert_eq!(class_key.open(other, &envelope).err(), NOT_AUTHENTIC);
            }
            if other_class != class {
                prop_assert_eq!(data_key.class_key(other_class).open(place, &envelope).err(), NOT_AUTHENTIC);
            }
            if other_record != record {
                prop_assert_eq!(keyring(1).unwrap_data_key(other_record, &wrapped).err(), NOT_AUTHENTIC);
            }
            prop_assert_eq!(keyring(2).unwrap_data_key(record, &wrapped).err(), NOT_AUTHENTIC);
        }

        #[test]
        fn masks_open_only_for_their_record_and_version(
            plain: Vec<u8>, record: u64, version: u32, other_record: u64, other_version: u32,
        ) {
            let sealed = keyring(1).seal_masks(record, version, &plain);
            prop_assert_eq!(&*keyring(1).open_masks(record, version, &sealed).unwrap(), &plain);
            if other_record != record {
                prop_assert_eq!(keyring(1).open_masks(other_record, version, &sealed).err(), NOT_AUTHENTIC);
            }
            if other_version != version {
                prop_assert_eq!(keyring(1).open_masks(record, other_version, &sealed).err(), NOT_AUTHENTIC);
            }
            prop_assert_eq!(keyring(2).open_masks(record, version, &sealed).err(), NOT_AUTHENTIC);
        }

        #[test]
        fn a_secret_opens_only_under_its_label(plain: Vec<u8>, label: String, other: String) {
            let sealed = keyring(1).seal_secret(&label, &plain);
            prop_assert_eq!(&*keyring(1).open_secret(&label, &sealed).unwrap(), &plain);
            if other != label {
                prop_assert_eq!(keyring(1).open_secret(&other, &sealed).err(), NOT_AUTHENTIC);
            }
            prop_assert_eq!(keyring(2).open_secret(&label, &sealed).err(), NOT_AUTHENTIC);
        }
    }
}
