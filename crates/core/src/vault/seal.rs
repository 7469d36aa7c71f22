//! Sealing: a record goes in. Nothing here gives a value back.

use tigertally_crypto::{Place, mask, normalise};
use zeroize::Zeroizing;

use super::{Vault, VaultError, frame};
use crate::{
    record::{Details, Field, Kind},
    store::{
        Connection,
        sealed::{self, SealedRecord},
    },
};

/// Number of the blind index of firms' names across their spellings; fields have the numbers below it.
const FIRM: u8 = 0x40;
/// Bytes of a fingerprint; one stands for each field, zeros where there is no value.
const PRINT: usize = 8;

impl Vault {
    /// Seals a new record under a data key of its own.
    pub(crate) fn seal_new(&self, kind: Kind, details: &Details) -> Result<SealedRecord, VaultError> {
        let id = self.next_id();
        let (data_key, wrapped) = self.keyring.new_data_key(id as u64);
        let mut sealed = SealedRecord {
            id,
            version: 1,
            fields: 0,
            prints: vec![0; PRINT * Field::ALL.len()],
            masks: Vec::new(),
            record: Vec::with_capacity(640),
            wrapped: Some(wrapped),
            indexes: Vec::with_capacity(Field::ALL.len()),
            gone: Vec::new(),
        };
        let mut masks = Zeroizing::new(Vec::with_capacity(192));
        let mut keys = ClassKeys::new(&data_key);
        for (field, value) in details.iter() {
            let place = Place { record: id as u64, field: field.id(), version: 1 };
            let envelope = keys.of(field.class(kind).id()).seal(place, value.as_bytes());
            frame::push(&mut sealed.record, field, 1, &envelope)?;
            frame::push(&mut masks, field, 1, mask_of(field, kind, value).as_bytes())?;
            self.note(&mut sealed, kind, field, value);
        }
        sealed.masks = self.keyring.seal_masks(id as u64, 1, &masks);
        Ok(sealed)
    }

    /// Which fields of `details` differ from what stands sealed, told by fingerprints: nothing is opened. A field
    /// that `details` does not have is left alone.
    pub(crate) fn differing(&self, id: i64, prints: &[u8], details: &Details) -> Vec<Field> {
        let differs = |(field, value): &(Field, &str)| {
            prints.get(slot(*field)).is_none_or(|kept| kept != self.print(id, *field, value))
        };
        details.iter().filter(differs).map(|(field, _)| field).collect()
    }

    /// The same for typed values, in which an empty one takes a field away.
    pub(crate) fn differing_values(
        &self,
        id: i64,
        prints: &[u8],
        fields: u32,
        values: &[(Field, Zeroizing<String>)],
    ) -> Vec<Field> {
        let differs = |(field, value): &&(Field, Zeroizing<String>)| {
            if value.is_empty() {
                fields & bit(*field) != 0
            } else {
                prints.get(slot(*field)).is_none_or(|kept| kept != self.print(id, *field, value))
            }
        };
        values.iter().filter(differs).map(|(field, _)| *field).collect()
    }

    /// Seals changed fields of a record anew; an empty value takes a field away. The other envelopes stay.
    pub(crate) fn reseal(
        &self,
        conn: &Connection,
        id: i64,
        kind: Kind,
        prints: Vec<u8>,
        changes: &[(Field, &str)],
    ) -> Result<SealedRecord, VaultError> {
        self.reseal_as(conn, id, (kind, kind), prints, changes)
    }

    /// The same where a person becomes a firm or the other way round: `kinds` are before and after, and `changes`
    /// must hold the name, whose class goes by the kind.
    pub(crate) fn reseal_as(
        &self,
        conn: &Connection,
        id: i64,
        (was, kind): (Kind, Kind),
        prints: Vec<u8>,
        changes: &[(Field, &str)],
    ) -> Result<SealedRecord, VaultError> {
        let kept = sealed::ciphertext(conn, id)?.ok_or(VaultError::Damaged)?;
        let sealed_masks = sealed::masks(conn, &[id])?.pop().ok_or(VaultError::Damaged)?.2;
        let version = kept.version + 1;
        let data_key = self.keyring.unwrap_data_key(id as u64, &kept.wrapped)?;
        let mut keys = ClassKeys::new(&data_key);
        let mut sealed = SealedRecord {
            id,
            version,
            fields: 0,
            prints,
            masks: Vec::new(),
            record: Vec::with_capacity(kept.record.len() + 64),
            wrapped: None,
            indexes: Vec::new(),
            gone: Vec::new(),
        };
        let changed = |field| changes.iter().find(|(changed, _)| *changed == field).map(|(_, value)| *value);
        for piece in frame::pieces(&kept.record)? {
            if changed(piece.field).is_none() {
                frame::push(&mut sealed.record, piece.field, piece.version, piece.bytes)?;
                sealed.fields |= bit(piece.field);
            } else if piece.field.searchable() {
                // The old index value follows from the old value alone; it goes no further than this line.
                let place = Place { record: id as u64, field: piece.field.id(), version: piece.version };
                let old = keys.of(piece.field.class(was).id()).open(place, piece.bytes)?;
                let old = std::str::from_utf8(&old).map_err(|_| VaultError::Damaged)?;
                sealed.gone.push((piece.field.id(), self.index_of(piece.field, old)));
                if (piece.field, was) == (Field::Name, Kind::Company) {
                    sealed.gone.push((FIRM, self.firm_index(old)));
                }
            }
        }
        let old_masks = self.keyring.open_masks(id as u64, kept.version, &sealed_masks)?;
        let mut masks = Zeroizing::new(Vec::with_capacity(old_masks.len() + 32));
        for piece in frame::pieces(&old_masks)?.iter().filter(|piece| changed(piece.field).is_none()) {
            frame::push(&mut masks, piece.field, piece.version, piece.bytes)?;
        }
        for (field, value) in changes {
            if value.is_empty() {
                sealed.prints[slot(*field)].fill(0);
                continue;
            }
            let place = Place { record: id as u64, field: field.id(), version };
            let envelope = keys.of(field.class(kind).id()).seal(place, value.as_bytes());
            frame::push(&mut sealed.record, *field, version, &envelope)?;
            frame::push(&mut masks, *field, version, mask_of(*field, kind, value).as_bytes())?;
            self.note(&mut sealed, kind, *field, value);
        }
        sealed.masks = self.keyring.seal_masks(id as u64, version, &masks);
        Ok(sealed)
    }

    /// The blind index of a value: what a search and the table compare.
    pub(crate) fn index_of(&self, field: Field, value: &str) -> [u8; 16] {
        let normal = match field {
            Field::Mobile => normalise::mobile(value),
            Field::Email => normalise::email(value),
            Field::IdNumber => normalise::id_number(value),
            Field::BankCard => normalise::bank_card(value),
            Field::Name | Field::Contact | Field::Address | Field::Needs => normalise::name(value),
        };
        self.keyring.blind_index(field.id(), &normal)
    }

    fn firm_index(&self, name: &str) -> [u8; 16] {
        self.keyring.blind_index(FIRM, &normalise::firm(name))
    }

    /// By which index values a record is known to be with the company already, what tells most first: ID number, mobile,
    /// mail, and a firm's name across its spellings. A person's name is no sign: too many share it.
    pub(crate) fn duplicate_indexes(&self, kind: Kind, details: &Details) -> Vec<(u8, [u8; 16])> {
        let of = |field: Field| Some((field.id(), self.index_of(field, details.get(field)?)));
        let mut indexes: Vec<_> =
            [Field::IdNumber, Field::Mobile, Field::Email].into_iter().filter_map(of).collect();
        if let (Kind::Company, Some(name)) = (kind, details.get(Field::Name)) {
            indexes.push((FIRM, self.firm_index(name)));
        }
        indexes
    }

    /// Seals a free text that stands in a row of its own and belongs to no customer.
    pub(crate) fn seal_text(&self, kind: &'static str, id: i64, text: &str) -> Vec<u8> {
        self.keyring.seal_secret(&format!("{kind}:{id}"), text.as_bytes())
    }

    fn note(&self, sealed: &mut SealedRecord, kind: Kind, field: Field, value: &str) {
        sealed.fields |= bit(field);
        sealed.prints[slot(field)].copy_from_slice(&self.print(sealed.id, field, value));
        if field.searchable() {
            sealed.indexes.push((field.id(), self.index_of(field, value)));
        }
        if (field, kind) == (Field::Name, Kind::Company) {
            sealed.indexes.push((FIRM, self.firm_index(value)));
        }
    }

    /// A keyed fingerprint of a value, different for each record: equal values of two customers do not show.
    fn print(&self, id: i64, field: Field, value: &str) -> [u8; PRINT] {
        let text = Zeroizing::new(format!("{id}:{value}"));
        let mac = self.keyring.blind_index(field.id() | 0x80, &text);
        let mut print = [0; PRINT];
        print.copy_from_slice(&mac[..PRINT]);
        print
    }
}

/// The bit of a field in the set of fields that a customer has.
pub(crate) fn bit(field: Field) -> u32 {
    1 << field.id()
}

fn slot(field: Field) -> std::ops::Range<usize> {
    let at = PRINT * (usize::from(field.id()) - 1);
    at..at + PRINT
}

/// The mask that lists show.
pub(super) fn mask_of(field: Field, kind: Kind, value: &str) -> String {
    match (field, kind) {
        (Field::Name, Kind::Company) => value.to_owned(),
        (Field::Name, Kind::Person) | (Field::Contact, _) => mask::person(value),
        (Field::Mobile, _) => mask::mobile(value),
        (Field::IdNumber, _) => mask::id_number(value),
        (Field::BankCard, _) => mask::bank_card(value),
        (Field::Email, _) => mask::email(value),
        (Field::Address, _) => mask::address(value),
        (Field::Needs, _) => mask::needs(value),
    }
}

/// The class keys of one record, each derived when it is first needed.
pub(super) struct ClassKeys<'a> {
    data_key: &'a tigertally_crypto::DataKey,
    derived: [Option<tigertally_crypto::ClassKey>; 5],
}

impl<'a> ClassKeys<'a> {
    pub(super) fn new(data_key: &'a tigertally_crypto::DataKey) -> Self {
        ClassKeys { data_key, derived: [const { None }; 5] }
    }

    pub(super) fn of(&mut self, class: u8) -> &tigertally_crypto::ClassKey {
        self.derived[usize::from(class)].get_or_insert_with(|| self.data_key.class_key(class))
    }
}
