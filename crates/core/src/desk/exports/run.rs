//! Running an export: its approval is used up, and its rows leave by the gate in pieces.

use std::sync::Arc;

use tigertally_crypto::age::Recipients;
use tigertally_trace::{CustomerMark, MarkKey, cell};
use zeroize::Zeroizing;

use super::{
    super::approvals::fields_of,
    CHUNK, DeskError, ExportFormat,
    canaries::{MadeUp, canary_id, marked},
    format_of, group_facts, keys_of, narrow,
};
use crate::{
    StoreError, Tigertally,
    desk::ListQuery,
    entry::{Decision, Draft, PurposeNote, Receipt, action},
    identity::Actor,
    policy::{Action, Purpose, PurposeKind, Request, Subject},
    record::{Field, Kind},
    store::{
        customers::{self, Customer},
        exports::{self, ExportRow, State},
    },
    vault::{Disclosure, Masked, Record, body_of},
};

/// A row on its way into a file.
pub struct ExportLine {
    /// The customer, masked.
    pub customer: Masked,
    /// The fields in clear, where the policy granted them.
    pub clear: Option<Disclosure>,
    /// What stands in clear in the row of a made-up customer; nothing in other rows.
    pub(super) made_up: Option<Vec<(Field, String)>>,
    pub(super) mark: CustomerMark,
}

impl ExportLine {
    /// A field in clear.
    pub fn clear(&self, field: Field) -> Option<&str> {
        if let Some(values) = &self.made_up {
            return values.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str());
        }
        self.clear.as_ref()?.values().find(|(known, _)| *known == field).map(|(_, value)| value)
    }

    /// A cell as this export writes it: of a field, or of the day of the first co-operation. It says the same, and carries a
    /// bit of the hidden mark where it has a place for one.
    pub fn dress(&self, field: Option<Field>, text: &str) -> String {
        match marked(field) {
            Some((column, kind)) => cell::dress(kind, text, self.mark.bit(column)),
            None => text.to_owned(),
        }
    }
}

/// What opens an export's file.
#[derive(Clone)]
pub enum Lock {
    /// A password. It is kept nowhere: whoever runs the export is told it once.
    Password(Zeroizing<String>),
    /// Any of these keys.
    Keys(Recipients),
}

/// An export that is being written. The rows come in pieces; dropped before its end, it can be run again.
#[must_use = "an export that is not written to the end is interrupted"]
pub struct ExportRun {
    desk: Arc<Tigertally>,
    actor: Actor,
    row: ExportRow,
    /// The customers that are still to come, in the order of the file, the last first. Made-up ones are below zero.
    ids: Vec<i64>,
    /// Key of the file's hidden mark.
    mark: MarkKey,
    /// The made-up customers, by their number.
    made_up: Vec<MadeUp>,
    lock: Lock,
    reason: String,
    written: u64,
    receipt: Receipt,
}

impl Tigertally {
    /// Begins an export: the policy is asked for what it takes out, its approval is used up, and its file can be written.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Conflict` when it was run or waits; `Over` when the time for it is over;
    /// `Purpose` when its approval does not stand; `Denied`; `Store`.
    pub async fn start_export(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<ExportRun, DeskError> {
        let row = self.own_export(actor, id, action::EXPORT).await?;
        let permit = self.permit_export(actor, &row, action::EXPORT).await?;
        let mut body = body_of(&permit, actor.via()).with("export", id).with("people", row.people);
        body.fields = fields_of(row.fields).iter().map(|field| field.name().to_owned()).collect();
        if row.clear != 0 {
            body =
                body.with("clear", fields_of(row.clear).iter().map(|field| field.name()).collect::<Vec<_>>());
        }
        if !row.recipients.is_empty() {
            body = body.with("recipients", keys_of(&row));
        }
        let claim = Claim::take(self, id)?;
        let mark = MarkKey::new(&self.mark_of(&row)?);
        let customers = self.store.read(|conn| exports::customers_of(conn, id))?;
        let (made_up, canaries) = self.made_up(&row, &mark, &exports::unpack_ids(&customers))?;
        let (staff, keys) = (actor.id(), Arc::clone(&self.log_keys));
        let ((row, customers), receipt) = self
            .store
            .change(move |tx| {
                let (row, customers) = tx.export(id)?.ok_or(StoreError::Damaged("an export"))?;
                if row.state == State::Ready && row.expires_ms.is_none_or(|end| tx.now_ms() >= end) {
                    return Err(DeskError::Over);
                }
                match (row.state, row.approval_id) {
                    (State::Ready, Some(approval)) => {
                        let scope = row.scope(&keys, &customers);
                        Tigertally::use_approval(tx, approval, staff, &scope)?;
                    }
                    // One that was cut short used its approval when it began.
                    (State::Ready, None) | (State::Running, _) => {}
                    _ => return Err(DeskError::Conflict),
                }
                canaries.iter().try_for_each(|canary| tx.add_canary(canary))?;
                tx.export_started(id)?;
                Ok(tx.commit(Draft::new(action::EXPORT, Decision::Allowed, &body), (row, customers))?)
            })
            .await?;
        // Of the row that was just found genuine.
        let lock = match row.recipients.as_str() {
            "" => Lock::Password(password()),
            keys => Lock::Keys(Recipients::parse(keys).map_err(|_| StoreError::Damaged("an export"))?),
        };
        let mut ids = exports::unpack_ids(&customers);
        ids.extend((0..made_up.len() as i64).map(canary_id));
        ids.sort_by_cached_key(|id| std::cmp::Reverse(mark.of(*id).rank()));
        let page = self.work_page(actor, Vec::new()).await?;
        let reason = page.text(&self.vault, "export", id, &row.reason)?;
        claim.keep();
        Ok(ExportRun {
            lock,
            reason,
            desk: Arc::clone(self),
            actor: actor.clone(),
            row,
            ids,
            mark,
            made_up,
            written: 0,
            receipt,
        })
    }
}

impl ExportRun {
    /// The export's number.
    pub fn id(&self) -> i64 {
        self.row.id
    }

    /// The columns beside the known ones.
    pub fn fields(&self) -> Vec<Field> {
        fields_of(self.row.fields)
    }

    /// The form of the file.
    pub fn format(&self) -> ExportFormat {
        format_of(&self.row)
    }

    /// What opens the file.
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// What it is for.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Where the beginning stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The next rows, each through the gate; `None` after the last. Customers that the actor may no longer see, or that
    /// are gone, are left out.
    ///
    /// # Errors
    /// `Denied` when the policy no longer lets the actor list customers; `Store`; `Vault`.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportLine>>, DeskError> {
        while !self.ids.is_empty() {
            let mut chunk = self.ids.split_off(self.ids.len().saturating_sub(CHUNK));
            chunk.reverse();
            let real: Vec<i64> = chunk.iter().copied().filter(|id| *id > 0).collect();
            let lines = self.open(&real).await?;
            if lines.is_empty() {
                continue;
            }
            self.written += lines.len() as u64;
            let lines = self.among(&chunk, lines);
            self.desk.running.lock().insert(self.row.id, self.written);
            return Ok(Some(lines));
        }
        Ok(None)
    }

    async fn open(&self, ids: &[i64]) -> Result<Vec<ExportLine>, DeskError> {
        let desk = &self.desk;
        let groups = desk.store.read_settled(customers::groups)?;
        let facts = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let request = Request::new(
            self.actor.facts().clone(),
            Action::ListCustomers,
            Subject::Set { groups: facts },
            desk.hour(),
        );
        let permit = desk.permit(&self.actor, action::EXPORT_ROWS, request).await?;
        let shared = desk.shared_with((&self.actor).into())?;
        let mut filter = narrow(&self.actor, &ListQuery::default(), &groups, permit.visible(), shared);
        filter.ids = Some(ids.to_vec());
        let rows = desk.store.read_settled(|conn| {
            let seen = exports::counted(conn, &filter, CHUNK as u32)?;
            let seen: std::collections::HashSet<i64> = seen.into_iter().map(|row| row.id).collect();
            let kept: Vec<i64> = ids.iter().copied().filter(|id| seen.contains(id)).collect();
            customers::by_ids(conn, &kept)
        })?;
        let mut record =
            Record { action: action::EXPORT_ROWS, via: self.actor.via(), rows, ..Record::default() };
        record.detail.insert("export".into(), self.row.id.into());
        record.detail.insert("shown".into(), record.rows.len().into());
        let warrant = desk.vault.warrant(permit, record).await?;
        let page = desk.vault.page(warrant)?;
        if self.row.clear == 0 {
            return Ok(page.customers.into_iter().map(|customer| self.line(customer, None)).collect());
        }
        let opened = page.customers.into_iter().map(|customer| async move {
            let clear = self.reveal(&customer).await?;
            Ok(self.line(customer, clear))
        });
        futures_util::future::try_join_all(opened).await
    }

    fn line(&self, customer: Masked, clear: Option<Disclosure>) -> ExportLine {
        ExportLine { mark: self.mark.of(customer.customer.id), customer, clear, made_up: None }
    }

    /// Puts the made-up customers of a piece among its rows, in the order of the file. Each takes what is no value of its own
    /// (tier, region, owner, day) from a firm in the same piece; without one it is left out.
    fn among(&self, chunk: &[i64], lines: Vec<ExportLine>) -> Vec<ExportLine> {
        let firms = lines.iter().map(|line| &line.customer.customer);
        let firms: Vec<Customer> = firms.filter(|firm| firm.kind == Kind::Company).cloned().collect();
        let mut lines = lines.into_iter().peekable();
        let mut all = Vec::with_capacity(chunk.len());
        for id in chunk {
            if let Some(line) = lines.next_if(|line| line.customer.customer.id == *id) {
                all.push(line);
            } else if *id < 0 && !firms.is_empty() {
                let number = id.unsigned_abs() as usize - 1;
                let Some(made) = self.made_up.get(number) else { continue };
                let like = firms[number % firms.len()].clone();
                let clear = fields_of(self.row.clear);
                all.push(made.line(*id, like, &clear, self.mark.of(*id)));
            }
        }
        all
    }

    /// The fields of a customer in clear, as a reveal of their own; `None` where the policy denies it, which is put down.
    async fn reveal(&self, customer: &Masked) -> Result<Option<Disclosure>, DeskError> {
        let desk = &self.desk;
        let row = &customer.customer;
        let fields: Vec<Field> = fields_of(self.row.clear & row.fields);
        if fields.is_empty() {
            return Ok(None);
        }
        let purpose = self
            .row
            .approval_id
            .map(|approval| Purpose { kind: PurposeKind::Approval, reference: approval.to_string() });
        let request = Request::new(
            self.actor.facts().clone(),
            Action::Reveal,
            desk.subject(row, &self.actor)?,
            desk.hour(),
        )
        .fields(fields)
        .purpose(purpose);
        let permit = match desk.permit(&self.actor, action::REVEAL, request).await {
            Ok(permit) => permit,
            Err(DeskError::Denied { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let mut record = Record { action: action::REVEAL, via: self.actor.via(), ..Record::default() };
        record.detail.insert("export".into(), self.row.id.into());
        let warrant = desk.vault.warrant(permit, record).await?;
        Ok(Some(desk.vault.open(warrant)?))
    }

    /// The file is written: it can be fetched once, until it expires.
    ///
    /// # Errors
    /// `Conflict` when rows are still to come; `Store`.
    pub async fn finish(self, bytes: u64, sha256: [u8; 32]) -> Result<Receipt, DeskError> {
        if !self.ids.is_empty() {
            return Err(DeskError::Conflict);
        }
        let (id, written) = (self.row.id, self.written);
        let hash = crate::hex(&sha256);
        let mut body = self
            .desk
            .body(&self.actor)
            .with("export", id)
            .with("rows", written)
            .with("left_out", self.row.people.saturating_sub(written))
            .with("bytes", bytes)
            .with("sha256", hash);
        body.purpose = self.row.approval_id.map(|approval| PurposeNote {
            kind: PurposeKind::Approval.name().to_owned(),
            reference: approval.to_string(),
        });
        let expires_ms = self.desk.now_ms() + u64::from(self.desk.settings().exports.keep_hours) * 3_600_000;
        let (_, receipt) = self
            .desk
            .store
            .change(move |tx| {
                let (row, _) = tx.export(id)?.ok_or(StoreError::Damaged("an export"))?;
                if row.state != State::Running {
                    return Err(DeskError::Conflict);
                }
                tx.export_made(id, written, (bytes, &sha256), expires_ms)?;
                Ok(tx.commit(Draft::new(action::EXPORT_MADE, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }
}

impl Drop for ExportRun {
    fn drop(&mut self) {
        self.desk.running.lock().remove(&self.row.id);
    }
}

/// That nobody else is about to write an export; given up unless it is kept.
struct Claim<'a> {
    desk: &'a Tigertally,
    id: i64,
    kept: bool,
}

impl<'a> Claim<'a> {
    fn take(desk: &'a Tigertally, id: i64) -> Result<Claim<'a>, DeskError> {
        match desk.running.lock().entry(id) {
            std::collections::hash_map::Entry::Occupied(_) => Err(DeskError::Conflict),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(0);
                Ok(Claim { desk, id, kept: false })
            }
        }
    }

    /// From here on the run answers for it.
    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.kept {
            self.desk.running.lock().remove(&self.id);
        }
    }
}

/// Twenty letters and digits of an alphabet of 32, none of which looks like another: 100 bits.
fn password() -> Zeroizing<String> {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let bytes = Zeroizing::new(tigertally_crypto::random::bytes::<20>());
    let mut password = Zeroizing::new(String::with_capacity(24));
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    password
}
