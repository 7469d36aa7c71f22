//! What hides in an export's file beside its order: the columns that carry bits, and the made-up customers.
//!
//! A made-up customer is kept sealed in a table of its own. It is no customer: no list, count, search or entry knows it.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use tigertally_trace::{
    CustomerMark, MarkKey,
    canary::{Pool, canary, how_many},
    cell::Cell,
};

use super::{super::approvals::fields_of, DeskError, ExportLine};
use crate::{
    StoreError, Tigertally, VaultError,
    record::{CustomerNo, Field},
    store::{
        customers::{self, Customer},
        exports::ExportRow,
        trace::{self, CanaryRow},
    },
    vault::Masked,
};

/// The column of the day of the first co-operation; fields have their own numbers.
const SINCE: u8 = 32;
/// Customers whose numbers a made-up one has to look like.
const LOOK_LIKE: usize = 200;
/// Tries for a name or number that nobody has.
const TRIES: u64 = 64;

/// The column of a cell that carries a bit, and what kind of cell it is: of a field, or of the day of the first co-operation.
pub(crate) fn marked(field: Option<Field>) -> Option<(u8, Cell)> {
    match field {
        None => Some((SINCE, Cell::Date)),
        Some(field @ (Field::Name | Field::Contact)) => Some((field.id(), Cell::Name)),
        Some(field @ (Field::Address | Field::Needs)) => Some((field.id(), Cell::Text)),
        // What somebody dials or types in stays as it is.
        Some(Field::Mobile | Field::IdNumber | Field::BankCard | Field::Email) => None,
    }
}

/// What stands for the id of a made-up customer in the order of the file: no customer has it.
pub(super) fn canary_id(number: i64) -> i64 {
    -1 - number
}

/// A made-up customer as it stands in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct MadeUp {
    pub(crate) no: String,
    pub(crate) name: String,
    pub(crate) contact: String,
    pub(crate) phone: Option<String>,
    pub(crate) mail: Option<String>,
    address: String,
}

impl MadeUp {
    /// The row in the file, otherwise like another customer's.
    pub(super) fn line(&self, id: i64, like: Customer, clear: &[Field], mark: CustomerMark) -> ExportLine {
        let values = [
            (Field::Name, Some(&self.name)),
            (Field::Contact, Some(&self.contact)),
            (Field::Mobile, self.phone.as_ref()),
            (Field::Email, self.mail.as_ref()),
            (Field::Address, Some(&self.address)),
        ];
        let values = values.into_iter().filter_map(|(field, value)| Some((field, value?.clone())));
        let mut values: Vec<(Field, String)> = values.collect();
        let customer = Masked::made_up(Customer { id, no: self.no.clone(), ..like }, &values);
        values.retain(|(field, _)| clear.contains(field));
        ExportLine { customer, clear: None, made_up: Some(values), mark }
    }
}

impl Tigertally {
    /// The key of an export's hidden mark.
    pub(in crate::desk) fn mark_of(&self, row: &ExportRow) -> Result<[u8; 32], DeskError> {
        let opened = self.vault.open_secret(&format!("export-mark:{}", row.id), &row.mark)?;
        Ok(<[u8; 32]>::try_from(opened.as_slice()).map_err(|_| StoreError::Damaged("an export"))?)
    }

    /// A made-up customer that was kept.
    pub(in crate::desk) fn open_canary(&self, row: &CanaryRow) -> Result<MadeUp, DeskError> {
        let (export, number, sealed) = row;
        let opened = self.vault.open_secret(&format!("canary:{export}:{number}"), sealed)?;
        Ok(serde_json::from_slice(&opened).map_err(|_| VaultError::Damaged)?)
    }

    fn canaries_of(&self, export: Option<i64>) -> Result<Vec<MadeUp>, DeskError> {
        let rows = self.store.read(|conn| trace::canaries(conn, export))?;
        rows.iter().map(|row| self.open_canary(row)).collect()
    }

    /// The made-up customers of an export that begins, and what is to be kept of them. Those of before, if it was cut short.
    pub(super) fn made_up(
        &self,
        row: &ExportRow,
        key: &MarkKey,
        customers: &[i64],
    ) -> Result<(Vec<MadeUp>, Vec<CanaryRow>), DeskError> {
        let id = row.id;
        let kept = self.canaries_of(Some(id))?;
        let settings = self.settings().exports;
        let domain = Some(settings.canary_domain).filter(|domain| !domain.is_empty());
        let pool = Pool { phones: settings.canary_phones, domain };
        // A row that lacks what the others have would be found at once.
        let lacks = |field: &Field| match field {
            Field::Mobile => pool.phones.is_empty(),
            Field::Email => pool.domain.is_none(),
            Field::IdNumber | Field::BankCard => true,
            _ => false,
        };
        if !kept.is_empty() || pool == Pool::default() || fields_of(row.fields).iter().any(lacks) {
            return Ok((kept, Vec::new()));
        }
        let others = self.canaries_of(None)?;
        let mut taken: HashSet<String> =
            others.into_iter().flat_map(|other| [other.no, other.name]).collect();
        let mut made: Vec<MadeUp> = Vec::new();
        let mut tries = 0..how_many(row.people) * TRIES;
        while made.len() < how_many(row.people) as usize {
            let Some(number) = tries.next() else { break };
            let new = canary(key, number, &pool);
            let Some(no) = self.free_number(customers, &taken)? else { break };
            if taken.contains(&new.name) || self.is_somebody(&new.name)? {
                continue;
            }
            taken.extend([no.clone(), new.name.clone()]);
            let tigertally_trace::canary::Canary { name, contact, phone, mail, address } = new;
            made.push(MadeUp { no, name, contact, phone, mail, address });
        }
        let mut rows: Vec<CanaryRow> = Vec::new();
        for (number, made) in (0..).zip(&made) {
            let text = serde_json::to_vec(made).map_err(|_| VaultError::Damaged)?;
            rows.push((id, number, self.vault.seal_secret(&format!("canary:{id}:{number}"), &text)));
        }
        Ok((made, rows))
    }

    /// Whether a customer has this name.
    fn is_somebody(&self, name: &str) -> Result<bool, StoreError> {
        let hash = self.vault.index_of(Field::Name, name);
        let found =
            self.store.read_settled(|conn| customers::by_blind_index(conn, Field::Name.id(), &hash, 1))?;
        Ok(!found.is_empty())
    }

    /// A customer number that looks like those of the export and that nobody has.
    fn free_number(&self, ids: &[i64], taken: &HashSet<String>) -> Result<Option<String>, StoreError> {
        let step = ids.len().div_ceil(LOOK_LIKE).max(1);
        let some: Vec<i64> = ids.iter().copied().step_by(step).collect();
        let rows = self.store.read_settled(|conn| customers::by_ids(conn, &some))?;
        let split = |no: &str| {
            let digits = no.len() - no.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let (head, tail) = no.split_at(no.len() - digits);
            Some((head.to_owned(), digits, tail.parse::<u64>().ok().filter(|_| digits < 19)?))
        };
        let Some((head, digits, _)) = rows.first().and_then(|row| split(&row.no)) else { return Ok(None) };
        let alike = rows.iter().filter_map(|row| split(&row.no));
        let alike = alike.filter(|(other, length, _)| *other == head && *length == digits);
        let (mut least, mut most) = (u64::MAX, 0);
        alike.for_each(|(.., number)| (least, most) = (least.min(number), most.max(number)));
        let room = (most - least) + (most - least) / 10 + 10;
        for _ in 0..TRIES {
            let any = u64::from_be_bytes(tigertally_crypto::random::bytes());
            let no = format!("{head}{:0digits$}", least + any % room);
            let free =
                no.len() == head.len() + digits && CustomerNo::parse(&no).is_ok() && !taken.contains(&no);
            if free && self.store.read_settled(|conn| customers::by_no(conn, &no))?.is_none() {
                return Ok(Some(no));
            }
        }
        Ok(None)
    }
}
