//! The audit sheet of a customer: who owns it, who has access and why, and what happened to it in a time, from the ledger.
//! It names what was seen, and shows nothing of it but the masks.

use super::{
    CustomerShare, DeskError, LedgerHead, StandingAccess, approvals::fields_of, oversight::seen::in_order,
};
use crate::{
    StoreError, Tigertally,
    entry::{Receipt, action},
    identity::Actor,
    policy::{Action, Request},
    record::Field,
    store::{
        exports::{self, ExportRow},
        ledger::{self, EntryFilter, EntryRow},
        seen::Span,
        shares,
    },
    vault::{Masked, Record},
};

/// Most entries of a sheet.
pub const MOST_SHEET_ENTRIES: usize = 2_000;
/// Most entries about several customers that are looked through for this one.
const MOST_SEARCHED: usize = 50_000;
/// Most shares of a sheet.
const MOST_SHARES: u32 = 200;

/// What is told of several customers in one entry and belongs on the sheet of each.
const OF_MANY: [&str; 4] = [action::POOL, action::HANDOVER_MOVE, action::EXPORT, action::EXPORT_TAKE];
/// What gives a customer another owner or contact person.
const OWNERSHIP: [&str; 7] = [
    action::CREATE,
    action::ASSIGN,
    action::CLAIM,
    action::POOL,
    action::HANDOVER_MOVE,
    action::APPROVAL_DECIDE,
    action::REVIEW_LAPSE,
];

/// An export whose file has the customer in it.
#[derive(Clone, Debug)]
pub struct SheetExport {
    /// Number.
    pub id: i64,
    /// Who asked for it: staff number and name.
    pub staff: (String, String),
    /// The columns.
    pub fields: Vec<Field>,
    /// Those of them that are in clear.
    pub clear: Vec<Field>,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
    /// When its file was fetched, Unix milliseconds.
    pub taken_ms: Option<u64>,
}

impl From<ExportRow> for SheetExport {
    fn from(row: ExportRow) -> SheetExport {
        SheetExport {
            id: row.id,
            staff: (row.staff_no, row.staff_name),
            fields: fields_of(row.fields),
            clear: fields_of(row.clear),
            created_ms: row.created_ms,
            taken_ms: row.taken_ms,
        }
    }
}

/// The audit sheet of a customer.
pub struct AuditSheet {
    /// The customer, masked.
    pub customer: Masked,
    /// The time that it is about.
    pub span: Span,
    /// When it was made, Unix milliseconds.
    pub made_ms: u64,
    /// Who made it: staff number.
    pub made_by: String,
    /// Who has standing access besides the owner.
    pub standing: Vec<StandingAccess>,
    /// The shares that there are and were, newest first; 200 at most.
    pub shares: Vec<CustomerShare>,
    /// The exports of that time whose file has the customer in it.
    pub exports: Vec<SheetExport>,
    /// The entries of that time that are about the customer, oldest first.
    pub entries: Vec<EntryRow>,
    /// The checkpoint that vouches for the entries before it.
    pub head: LedgerHead,
    /// Where the making stands in the ledger.
    pub receipt: Receipt,
}

impl AuditSheet {
    /// The entries that gave the customer another owner or contact person.
    pub fn ownership(&self) -> impl Iterator<Item = &EntryRow> {
        // A decision about a claim gives the customer away; one about an access does not.
        let claims = |row: &&EntryRow| {
            row.action != action::APPROVAL_DECIDE
                || row.body.as_ref().is_some_and(|body| body.detail.contains_key("owner"))
        };
        self.of(&OWNERSHIP).filter(claims)
    }

    /// The entries of the access reviews.
    pub fn reviews(&self) -> impl Iterator<Item = &EntryRow> {
        self.of(&[action::REVIEW, action::REVIEW_LAPSE])
    }

    /// The entries that are accesses to what is sealed, granted or not.
    pub fn accesses(&self) -> impl Iterator<Item = &EntryRow> {
        self.of(&[
            action::VIEW,
            action::REVEAL,
            action::HISTORY,
            action::ATTACHMENT,
            action::CONNECT,
            action::SEARCH,
            action::EXPORT,
            action::EXPORT_TAKE,
        ])
    }

    fn of<'a>(&'a self, actions: &'a [&str]) -> impl Iterator<Item = &'a EntryRow> {
        self.entries.iter().filter(move |row| actions.contains(&row.action.as_str()))
    }
}

impl Tigertally {
    /// Makes the audit sheet of a customer over a time. Nothing of the customer is in it but masks; it goes out of the
    /// house, so `paper` says in the entry whether it was printed.
    ///
    /// # Errors
    /// `NotFound`; `Invalid`; `TooMuch` when more happened than a sheet holds; `Denied`; `Store`.
    pub async fn audit_sheet(
        &self,
        actor: &Actor,
        no: &str,
        span: Span,
        paper: bool,
    ) -> Result<AuditSheet, DeskError> {
        in_order(span)?;
        let customer = self.customer(no)?;
        let id = customer.id;
        let subject = self.subject(&customer, actor)?;
        let request = Request::new(actor.facts().clone(), Action::MakeAuditSheet, subject, self.hour());
        let permit = self.permit(actor, action::AUDIT_SHEET, request).await?;
        let mut record = Record {
            action: action::AUDIT_SHEET,
            via: actor.via(),
            rows: vec![customer],
            ..Record::default()
        };
        record.detail.insert("paper".into(), paper.into());
        for (key, time) in [("since_ms", span.since_ms), ("until_ms", span.until_ms)] {
            record.detail.extend(time.map(|time| (key.to_owned(), time.into())));
        }
        let warrant = self.vault.warrant(permit, record).await?;
        let mut page = self.vault.page(warrant)?;
        let customer = page.customers.pop().ok_or(DeskError::NotFound("customer"))?;
        self.store.catch_up().await?;
        let standing = self.standing_on(&page, &customer)?;
        let shares = self.store.read_settled(|conn| shares::shares_of(conn, id, MOST_SHARES))?;
        let shares = shares.into_iter().filter(|row| row.genuine(&self.log_keys));
        let shares = shares.map(|row| self.share_on(&page, row)).collect::<Result<_, _>>()?;
        let exports = self.exports_with(id, span)?;
        let mut entries = self.entries_about(&customer.customer.no, &exports, span)?;
        if entries.len() > MOST_SHEET_ENTRIES {
            return Err(DeskError::TooMuch(MOST_SHEET_ENTRIES));
        }
        entries.sort_by_key(|row| row.index);
        Ok(AuditSheet {
            customer,
            span,
            made_ms: self.now_ms(),
            made_by: actor.no().to_owned(),
            standing,
            shares,
            exports: exports.into_iter().map(SheetExport::from).collect(),
            entries,
            head: self.ledger_head(),
            receipt: page.receipt().clone(),
        })
    }

    /// The exports of a time of which a file was begun with the customer in it, as far as this program wrote them.
    fn exports_with(&self, customer: i64, span: Span) -> Result<Vec<ExportRow>, StoreError> {
        let begun = self.store.read(exports::begun)?.into_iter();
        let there = |(row, packed): &(ExportRow, Vec<u8>)| {
            span.since_ms.is_none_or(|since| row.created_ms >= since)
                && span.until_ms.is_none_or(|until| row.created_ms < until)
                && exports::unpack_ids(packed).binary_search(&customer).is_ok()
                && row.genuine(&self.log_keys, packed)
        };
        Ok(begun.filter(there).map(|(row, _)| row).collect())
    }

    /// The entries about a customer: its own, and those about several that name it or an export with it.
    fn entries_about(&self, no: &str, exports: &[ExportRow], span: Span) -> Result<Vec<EntryRow>, DeskError> {
        let of = EntryFilter { since_ms: span.since_ms, until_ms: span.until_ms, ..EntryFilter::default() };
        let own = EntryFilter { customer: Some(no.to_owned()), ..of.clone() };
        let many = EntryFilter { actions: OF_MANY.to_vec(), ..of };
        let (mut entries, several) = self.store.read(|conn| {
            let own = ledger::entries(conn, &own, MOST_SHEET_ENTRIES + 1)?;
            Ok::<_, StoreError>((own, ledger::entries(conn, &many, MOST_SEARCHED + 1)?))
        })?;
        if several.len() > MOST_SEARCHED {
            return Err(DeskError::TooMuch(MOST_SEARCHED));
        }
        entries.extend(several.into_iter().filter(|row| {
            row.body.as_ref().is_some_and(|body| {
                let export = body.detail.get("export").and_then(serde_json::Value::as_i64);
                body.customers.iter().any(|named| named == no)
                    || export.is_some_and(|id| exports.iter().any(|export| export.id == id))
            })
        }));
        Ok(entries)
    }
}
