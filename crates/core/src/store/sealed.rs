//! What is sealed: envelopes, wrapped data keys, masks, blind indexes. Only the vault names this file.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, Tx, customers::Place};

/// A record as the vault sealed it.
pub(crate) struct SealedRecord {
    pub(crate) id: i64,
    pub(crate) version: u32,
    pub(crate) fields: u32,
    pub(crate) prints: Vec<u8>,
    pub(crate) masks: Vec<u8>,
    pub(crate) record: Vec<u8>,
    /// The wrapped data key, when it is new.
    pub(crate) wrapped: Option<Vec<u8>>,
    /// Blind indexes that the record now has.
    pub(crate) indexes: Vec<(u8, [u8; 16])>,
    /// Blind indexes that it no longer has.
    pub(crate) gone: Vec<(u8, [u8; 16])>,
}

/// Envelopes and wrapped key of a record.
pub(crate) struct Ciphertext {
    pub(crate) version: u32,
    pub(crate) record: Vec<u8>,
    pub(crate) wrapped: Vec<u8>,
}

/// Fetches what the vault opens.
pub(crate) fn ciphertext(conn: &Connection, id: i64) -> Result<Option<Ciphertext>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT c.version, c.record, k.wrapped FROM customer c JOIN data_key k ON k.customer_id = c.id WHERE c.id = ?1",
    )?;
    let found = ask
        .query_row([id], |row| {
            Ok(Ciphertext { version: row.get(0)?, record: row.get(1)?, wrapped: row.get(2)? })
        })
        .optional()?;
    Ok(found)
}

/// Fetches the sealed masks of these customers, in their order.
pub(crate) fn masks(conn: &Connection, ids: &[i64]) -> Result<Vec<(i64, u32, Vec<u8>)>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT id, version, masks FROM customer WHERE id = ?1")?;
    ids.iter().map(|id| Ok(ask.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)).collect()
}

/// The keyed fingerprints of a record's values.
pub(crate) struct Prints {
    pub(crate) version: u32,
    pub(crate) prints: Vec<u8>,
}

/// Fingerprints of the customer of this number.
pub(crate) fn prints(conn: &Connection, no: &str) -> Result<Option<Prints>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT version, prints FROM customer WHERE no = ?1")?;
    let found =
        ask.query_row([no], |row| Ok(Prints { version: row.get(0)?, prints: row.get(1)? })).optional()?;
    Ok(found)
}

const ADD_INDEX: &str =
    "INSERT INTO blind_index (field, hash, customer_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

/// Rows of the index that a statement takes.
const INDEXES_AT_ONCE: usize = 64;

/// A customer that is put in.
pub(crate) struct NewRow<'a> {
    pub(crate) no: &'a str,
    pub(crate) group: i64,
    pub(crate) place: &'a Place,
    pub(crate) sealed: &'a SealedRecord,
}

/// Counts new customers: of whom (owner, contact person, group), and how many.
pub(super) fn count_new(
    conn: &Connection,
    (owner, contact, group): (Option<i64>, Option<i64>, i64),
    count: i64,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO customer_tally (owner_id, contact_id, group_id, n) VALUES (coalesce(?1, 0), coalesce(?2, 0), ?3, ?4) \
         ON CONFLICT (owner_id, contact_id, group_id) DO UPDATE SET n = n + ?4",
    )?
    .execute((owner, contact, group, count))?;
    Ok(())
}

impl Tx<'_> {
    /// Puts a new customer in. False when the number is taken.
    pub(crate) fn insert_customer(
        &self,
        no: &str,
        group: i64,
        place: &Place,
        sealed: &SealedRecord,
    ) -> Result<bool, StoreError> {
        self.insert_customers(&[NewRow { no, group, place, sealed }])
    }

    /// Puts new customers in. False when a number is taken: those before it must not be kept. They are indexed in the order of
    /// the index, so a page of it is found and written once for all that comes to it; and counted a group at a time.
    pub(crate) fn insert_customers(&self, new: &[NewRow<'_>]) -> Result<bool, StoreError> {
        let mut counts = HashMap::<_, i64>::new();
        let mut indexes: Vec<(u8, [u8; 16], i64)> = Vec::new();
        for row in new {
            if !self.insert_row(row)? {
                return Ok(false);
            }
            *counts.entry((row.place.owner, row.place.contact_person, row.group)).or_default() += 1;
            indexes.extend(row.sealed.indexes.iter().map(|(field, hash)| (*field, *hash, row.sealed.id)));
        }
        indexes.sort_unstable();
        self.add_indexes(&indexes)?;
        for (cared_for, count) in counts {
            count_new(self.conn(), cared_for, count)?;
        }
        Ok(true)
    }

    /// Adds to the index, many rows a statement, so that they share its beginning and its end.
    fn add_indexes(&self, rows: &[(u8, [u8; 16], i64)]) -> Result<(), StoreError> {
        let (many, rest) = rows.as_chunks::<INDEXES_AT_ONCE>();
        if !many.is_empty() {
            let values = ["(?, ?, ?)"; INDEXES_AT_ONCE].join(", ");
            let mut add = self.conn().prepare_cached(&format!(
                "INSERT INTO blind_index (field, hash, customer_id) VALUES {values} ON CONFLICT DO NOTHING"
            ))?;
            for rows in many {
                let mut at = 0;
                for (field, hash, customer) in rows {
                    add.raw_bind_parameter(at + 1, field)?;
                    add.raw_bind_parameter(at + 2, hash)?;
                    add.raw_bind_parameter(at + 3, customer)?;
                    at += 3;
                }
                add.raw_execute()?;
            }
        }
        let mut add = self.conn().prepare_cached(ADD_INDEX)?;
        for row in rest {
            add.execute(*row)?;
        }
        Ok(())
    }

    fn insert_row(&self, row: &NewRow<'_>) -> Result<bool, StoreError> {
        let NewRow { no, group, place, sealed } = row;
        let added = self
            .conn()
            .prepare_cached(
                "INSERT INTO customer (id, no, group_id, owner_id, contact_id, since, declared_fen, spend_fen, \
                 review_due, version, created_ms, updated_ms, followed_ms, fields, prints, masks, record) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (no) DO NOTHING",
            )?
            .execute(rusqlite::params![
                sealed.id,
                no,
                group,
                place.owner,
                place.contact_person,
                place.since,
                place.declared_fen,
                place.spend_fen,
                place.review_due,
                sealed.version,
                self.now_ms(),
                sealed.fields,
                sealed.prints,
                sealed.masks,
                sealed.record
            ])?;
        if added == 0 {
            return Ok(false);
        }
        if let Some(wrapped) = &sealed.wrapped {
            self.conn()
                .prepare_cached("INSERT INTO data_key (customer_id, wrapped) VALUES (?1, ?2)")?
                .execute((sealed.id, wrapped))?;
        }
        Ok(true)
    }

    /// Replaces what is sealed of a customer. False when it was changed since `before` was read.
    pub(crate) fn reseal_customer(&self, before: u32, sealed: &SealedRecord) -> Result<bool, StoreError> {
        let changed = self
            .conn()
            .prepare_cached(
                "UPDATE customer SET version = ?3, fields = ?4, prints = ?5, masks = ?6, record = ?7, updated_ms = ?8 \
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(rusqlite::params![
                sealed.id,
                before,
                sealed.version,
                sealed.fields,
                sealed.prints,
                sealed.masks,
                sealed.record,
                self.now_ms()
            ])?;
        if changed == 0 {
            return Ok(false);
        }
        self.index(sealed)?;
        Ok(true)
    }

    fn index(&self, sealed: &SealedRecord) -> Result<(), StoreError> {
        let mut remove = self
            .conn()
            .prepare_cached("DELETE FROM blind_index WHERE field = ?1 AND hash = ?2 AND customer_id = ?3")?;
        for (field, hash) in &sealed.gone {
            remove.execute((field, hash, sealed.id))?;
        }
        let mut add = self.conn().prepare_cached(ADD_INDEX)?;
        for (field, hash) in &sealed.indexes {
            add.execute((field, hash, sealed.id))?;
        }
        Ok(())
    }
}

/// Fetches the wrapped data key of a customer.
pub(crate) fn wrapped_key(conn: &Connection, customer: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT wrapped FROM data_key WHERE customer_id = ?1")?;
    Ok(ask.query_row([customer], |row| row.get(0)).optional()?)
}

/// Fetches a piece of a file.
pub(crate) fn file_piece(
    conn: &Connection,
    attachment: i64,
    number: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT sealed FROM attachment_piece WHERE attachment_id = ?1 AND number = ?2")?;
    Ok(ask.query_row((attachment, number), |row| row.get(0)).optional()?)
}
