//! Exports: a file of customers taken out. It is counted before it is asked for, its customers are fixed when it is asked
//! for, and every row leaves by the gate: masks as a list's do, fields in clear as reveals of their own, for the approval
//! that covers the export.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use tigertally_crypto::age::Recipients;

mod canaries;
mod conditions;
mod run;

pub(super) use canaries::{MadeUp, marked};
pub use run::{ExportLine, ExportRun, Lock};

use super::{
    DeskError, ListQuery,
    approvals::{ask, fields_of, reason_of},
    customers::{group_facts, narrow},
    work::invalid,
};
use crate::{
    StoreError, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Extent, GroupFacts, Permit, Purpose, PurposeKind, Question, Request, Subject},
    record::{Class, Field, Invalid},
    store::{
        approvals::{NewApproval, Target},
        customers::{self, Group},
        exports::{self, ExportRow, NewExport, State, Taken},
    },
    vault::{bit, body_of},
};

/// Most customers of an export.
const MOST: u32 = 200_000;
/// Customers that leave by the gate at once: one entry names them.
const CHUNK: usize = 500;
/// From so many people on in 30 days, per class, two have to approve: the lines from which taking personal information out
/// in the course of one's duty is a grave offence (Fa Shi [2017] 10, articles 5 and 6: 25 of the most sensitive kind, 250 of
/// transactions and the like, 2,500 of others).
const LINES: [(Class, u64); 3] = [(Class::Sensitive, 25), (Class::Business, 250), (Class::Contact, 2_500)];
/// The days that are counted together.
const DAYS: u64 = 30;
const DAYS_MS: u64 = DAYS * 86_400_000;
/// What needs no approval is run within a day: else many could be kept for one day.
const RUN_WITHIN_MS: u64 = 86_400_000;

/// The form of an export's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExportFormat {
    /// A workbook (ECMA-376).
    Xlsx = 0,
    /// Comma-separated values (RFC 4180) in UTF-8 with a byte order mark.
    Csv = 1,
}

impl ExportFormat {
    /// The name used by the API, which is the file's ending.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Csv => "csv",
        }
    }

    /// The format of this name.
    pub fn parse(name: &str) -> Option<ExportFormat> {
        [ExportFormat::Xlsx, ExportFormat::Csv].into_iter().find(|format| format.name() == name)
    }
}

/// What is to be taken out.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    /// Which customers: a list without a search.
    pub list: ListQuery,
    /// The columns beside number, tier, region, owner and day of the first co-operation.
    pub fields: Vec<Field>,
    /// Those of them that are to be in clear, where the policy lets it be; the others are masked.
    pub clear: Vec<Field>,
    /// The form of the file.
    pub format: ExportFormat,
    /// Whose keys open the file; without any, a password that is made when it is written.
    pub recipients: Option<Recipients>,
}

/// What an export would take out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportCount {
    /// How many customers.
    pub people: u64,
    /// Whether all of them are of the actor's own area.
    pub own_area: bool,
    /// For each class with fields in clear: how many people, how many the actor has taken out in the last 30 days, and
    /// from how many on two have to approve.
    pub in_clear: Vec<(Class, u64, u64, u64)>,
    /// How many customers the actor has taken out in the last 30 days, or asked for and waits.
    pub taken: u64,
    /// How many have to approve; 0 when it can be run at once.
    pub needed: u32,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportState {
    /// It waits for approval.
    Waiting,
    /// It can be run.
    Ready,
    /// Its file is being written.
    Running,
    /// Writing was cut short: it can be run again.
    Interrupted,
    /// Its file can be fetched, once.
    Made,
    /// Its file was fetched.
    Taken,
    /// Its approval was refused or withdrawn.
    Refused,
    /// Nobody fetched it in time.
    Expired,
    /// Nobody decided in time, or it was not run in time.
    Lapsed,
}

impl ExportState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            ExportState::Waiting => "waiting",
            ExportState::Ready => "ready",
            ExportState::Running => "running",
            ExportState::Interrupted => "interrupted",
            ExportState::Made => "made",
            ExportState::Taken => "taken",
            ExportState::Refused => "refused",
            ExportState::Expired => "expired",
            ExportState::Lapsed => "lapsed",
        }
    }
}

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Number.
    pub id: i64,
    /// Who asked for it: staff number and name.
    pub staff: (String, String),
    /// The conditions of the list, as `name=value` pairs.
    pub asked: Vec<(String, String)>,
    /// The columns.
    pub fields: Vec<Field>,
    /// Those in clear.
    pub clear: Vec<Field>,
    /// The form of the file.
    pub format: ExportFormat,
    /// The public keys that open the file (`age1…`); none when a password does.
    pub recipients: Vec<String>,
    /// What it is for.
    pub reason: String,
    /// People with fields in clear, by class.
    pub in_clear: Vec<(Class, u64)>,
    /// How many customers.
    pub people: u64,
    /// The approval that it needs.
    pub approval: Option<i64>,
    /// How far it is.
    pub state: ExportState,
    /// Rows that are written.
    pub written: u64,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
    /// When the file was written, Unix milliseconds.
    pub made_ms: Option<u64>,
    /// Until when it can be fetched, Unix milliseconds.
    pub expires_ms: Option<u64>,
    /// When it was fetched, Unix milliseconds.
    pub taken_ms: Option<u64>,
    /// Size of the file in bytes.
    pub bytes: Option<u64>,
    /// SHA-256 of the file.
    pub sha256: Option<[u8; 32]>,
}

/// The file of an export, on its way out.
pub struct ExportFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its form, once it is opened.
    pub format: ExportFormat,
    /// Whether keys open it; else a password does.
    pub for_keys: bool,
}

/// Exports, newest first.
pub struct ExportList {
    /// The exports.
    pub exports: Vec<Export>,
    /// The number before which the next page begins.
    pub next: Option<i64>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

/// What counting found.
struct Counted {
    ids: Vec<i64>,
    own_area: bool,
    in_clear: [u64; 3],
}

impl Tigertally {
    /// Counts what an export would take out, and who would have to approve.
    ///
    /// # Errors
    /// `Invalid`; `TooMuch`; `Denied` when the actor may take nothing out; `Store`.
    pub async fn count_export(
        &self,
        actor: &Actor,
        query: &ExportQuery,
    ) -> Result<(ExportCount, Receipt), DeskError> {
        let counted = self.count(actor, query).await?;
        let (count, _) = self.judge(actor, &counted).await?;
        let body = self.body(actor).with("counted", count.people).with("needed", count.needed);
        let receipt = self.store.append(Draft::recorded(action::EXPORT_ASK, &body)).await?;
        Ok((count, receipt))
    }

    /// Asks for an export. It can be run at once when the policy lets it be, else it waits for approval. Its number.
    ///
    /// # Errors
    /// `Invalid`; `NotFound` when there is nobody to take out; `TooMuch`; `Denied`; `Conflict` when the actor asked for another
    /// one meanwhile; `Store`.
    pub async fn request_export(
        self: &Arc<Self>,
        actor: &Actor,
        query: &ExportQuery,
        reason: &str,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(reason)?;
        let counted = self.count(actor, query).await?;
        if counted.ids.is_empty() {
            return Err(DeskError::NotFound("customer"));
        }
        let (count, taken) = self.judge(actor, &counted).await?;
        let bits = |fields: &[Field]| fields.iter().fold(0, |bits, field| bits | bit(*field));
        let (fields, clear) = (bits(&query.fields), bits(&query.clear));
        let asked = conditions::asked(query);
        let mut body = self
            .body(actor)
            .with("people", count.people)
            .with("needed", count.needed)
            .with("format", query.format.name());
        body.fields = query.fields.iter().map(|field| field.name().to_owned()).collect();
        if !query.clear.is_empty() {
            body = body.with("clear", query.clear.iter().map(|field| field.name()).collect::<Vec<_>>());
        }
        let recipients = query.recipients.as_ref().map(Recipients::texts).unwrap_or_default();
        if !recipients.is_empty() {
            body = body.with("recipients", &*recipients);
        }
        let recipients = recipients.join("\n");
        let mark: [u8; 32] = tigertally_crypto::random::bytes();
        let (this, staff, format) = (self.clone(), actor.id(), query.format as u8);
        let lapses_ms = self.request_lapses();
        self.store
            .change(move |tx| {
                // Two at once would each be judged without the other.
                if tx.taken_since(staff, tx.now_ms().saturating_sub(DAYS_MS))? != taken {
                    return Err(DeskError::Conflict);
                }
                let id = tx.next_id("export")?;
                let customers = exports::pack_ids(counted.ids.iter().copied());
                let columns = (fields, clear, format);
                let scope = exports::scope(&this.log_keys, (id, staff), columns, &recipients, &customers);
                let approval = (count.needed > 0).then(|| tx.next_id("approval")).transpose()?;
                if let Some(approval) = approval {
                    ask(
                        tx,
                        &NewApproval {
                            id: approval,
                            target: Target::Export(id),
                            requester: staff,
                            fields,
                            scope,
                            needed: count.needed,
                            reason: this.vault.seal_text("approval", approval, &reason),
                            lapses_ms,
                        },
                    )?;
                }
                tx.add_export(&NewExport {
                    id,
                    staff,
                    asked,
                    fields,
                    clear,
                    format,
                    recipients,
                    reason: this.vault.seal_text("export", id, &reason),
                    customers,
                    people: count.people,
                    own_area: counted.own_area,
                    in_clear: counted.in_clear,
                    mark: this.vault.seal_secret(&format!("export-mark:{id}"), &mark),
                    approval,
                    state: if approval.is_some() { State::Waiting } else { State::Ready },
                    expires_ms: if approval.is_some() { lapses_ms } else { tx.now_ms() + RUN_WITHIN_MS },
                })?;
                let mut body = body.with("export", id);
                if let Some(approval) = approval {
                    body = body.with("approval", approval);
                }
                Ok(tx.commit(Draft::new(action::EXPORT_ASK, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Hands an export's file over: it cannot be fetched again.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Conflict` when it is not there, was fetched or is over its time; `Store`.
    pub async fn take_export(&self, actor: &Actor, id: i64) -> Result<(ExportFile, Receipt), DeskError> {
        let row = self.own_export(actor, id, action::EXPORT_TAKE).await?;
        let permit = self.permit_export(actor, &row, action::EXPORT_TAKE).await?;
        let body = body_of(&permit, actor.via()).with("export", id).with("people", row.people);
        let (row, receipt) = self
            .store
            .change(move |tx| {
                let (row, _) = tx.export(id)?.ok_or(StoreError::Damaged("an export"))?;
                let there = row.state == State::Made && row.expires_ms.is_some_and(|end| tx.now_ms() < end);
                if !there {
                    return Err(DeskError::Conflict);
                }
                tx.export_taken(id)?;
                Ok(tx.commit(Draft::new(action::EXPORT_TAKE, Decision::Allowed, &body), row)?)
            })
            .await?;
        let for_keys = !row.recipients.is_empty();
        Ok((ExportFile { path: self.export_file(id), format: format_of(&row), for_keys }, receipt))
    }

    /// Leave to write or fetch an export: asked each time, for what was allowed when it was asked for may not be any more.
    pub(super) async fn permit_export(
        &self,
        actor: &Actor,
        row: &ExportRow,
        action: &'static str,
    ) -> Result<Permit, DeskError> {
        let clear = row.in_clear.iter().any(|count| *count > 0);
        let extent = extent_of(row.people, row.own_area, clear, self.settings().exports.few);
        let purpose = row
            .approval_id
            .map(|approval| Purpose { kind: PurposeKind::Approval, reference: approval.to_string() });
        let subject = Subject::Extent(extent);
        let request = Request::new(actor.facts().clone(), Action::ExportCustomers, subject, self.hour())
            .purpose(purpose)
            .leaving(self.is_leaving(actor.id())?);
        self.permit(actor, action, request).await
    }

    /// Where the file of an export is or will be: inside the data folder, encrypted.
    pub fn export_file(&self, id: i64) -> PathBuf {
        self.store.folder().join("exports").join(format!("{id}.sealed"))
    }

    /// Removes the files of exports that nobody fetched in time, and of those that were not written to the end.
    ///
    /// # Errors
    /// `Store`.
    pub fn clear_exports(&self) -> Result<(), DeskError> {
        let now_ms = self.now_ms();
        for id in self.store.read(|conn| exports::over(conn, now_ms))? {
            match std::fs::remove_file(self.export_file(id)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::from(error).into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Exports, newest first: the actor's own, or everybody's for who reads the ledger.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn exports(
        &self,
        actor: &Actor,
        everybodys: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<ExportList, DeskError> {
        if everybodys {
            self.record(actor, Action::ReadLedger, action::EXPORT_READ, Default::default()).await?;
        }
        let writing = self.running.lock().clone();
        let staff = (!everybodys).then_some(actor.id());
        let limit = limit.clamp(1, 200);
        let before = before.unwrap_or(i64::MAX);
        let mut rows = self.store.read(|conn| exports::exports(conn, staff, before, limit + 1))?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        let page = self.work_page(actor, Vec::new()).await?;
        let exports = rows
            .into_iter()
            .map(|row| {
                let reason = page.text(&self.vault, "export", row.id, &row.reason)?;
                Ok(self.export(row, reason, &writing))
            })
            .collect::<Result<_, DeskError>>()?;
        Ok(ExportList { exports, next, receipt: page.receipt().clone() })
    }

    /// One export of the actor's own.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn export_of(&self, actor: &Actor, id: i64) -> Result<(Export, Receipt), DeskError> {
        let before = self.running.lock().clone();
        let row = self.own_export(actor, id, action::EXPORT_READ).await?;
        let page = self.work_page(actor, Vec::new()).await?;
        let reason = page.text(&self.vault, "export", row.id, &row.reason)?;
        Ok((self.export(row, reason, &before), page.receipt().clone()))
    }

    /// `before` are the exports that were being written before the row was read: one that ended meanwhile was not cut short.
    fn export(&self, row: ExportRow, reason: String, before: &HashMap<i64, u64>) -> Export {
        let running = self.running.lock().get(&row.id).or(before.get(&row.id)).copied();
        let over = row.expires_ms.is_some_and(|end| self.now_ms() >= end);
        let state = match row.state {
            State::Waiting | State::Ready if over => ExportState::Lapsed,
            State::Waiting => ExportState::Waiting,
            State::Ready => ExportState::Ready,
            State::Running if running.is_some() => ExportState::Running,
            State::Running => ExportState::Interrupted,
            State::Made if over => ExportState::Expired,
            State::Made => ExportState::Made,
            State::Taken => ExportState::Taken,
            State::Refused => ExportState::Refused,
        };
        let (in_clear, recipients, format) = (in_clear_of(&row), keys_of(&row), format_of(&row));
        let asked = serde_json::from_str::<std::collections::BTreeMap<String, String>>(&row.asked);
        Export {
            id: row.id,
            staff: (row.staff_no, row.staff_name),
            asked: asked.unwrap_or_default().into_iter().collect(),
            fields: fields_of(row.fields),
            clear: fields_of(row.clear),
            format,
            recipients,
            reason,
            in_clear,
            people: row.people,
            approval: row.approval_id,
            state,
            written: running.unwrap_or(row.written),
            created_ms: row.created_ms,
            made_ms: row.made_ms,
            expires_ms: row.expires_ms,
            taken_ms: row.taken_ms,
            bytes: row.bytes,
            sha256: row.sha256.and_then(|hash| hash.try_into().ok()),
        }
    }

    /// An export of the actor's; somebody else's is not there for them, and that they tried is put down.
    pub(super) async fn own_export(
        &self,
        actor: &Actor,
        id: i64,
        tried: &'static str,
    ) -> Result<ExportRow, DeskError> {
        let row = self.store.read(|conn| exports::export(conn, id))?;
        match row {
            Some(row) if row.staff_id == actor.id() => Ok(row),
            Some(_) => {
                let body = self.body(actor).with("export", id);
                self.store.append(Draft::new(tried, Decision::Denied, &body)).await?;
                Err(DeskError::NotFound("export"))
            }
            None => Err(DeskError::NotFound("export")),
        }
    }

    /// The customers of a query that the actor may see, and what of them would be in clear.
    async fn count(&self, actor: &Actor, query: &ExportQuery) -> Result<Counted, DeskError> {
        if query.list.term.is_some() {
            return Err(invalid("term", Invalid::BadChoice));
        }
        if query.fields.is_empty() || query.clear.iter().any(|field| !query.fields.contains(field)) {
            return Err(invalid("fields", Invalid::Empty));
        }
        let groups = self.store.read_settled(customers::groups)?;
        let facts: Vec<GroupFacts> = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let subject = Subject::Set { groups: facts };
        let request = Request::new(actor.facts().clone(), Action::ListCustomers, subject, self.hour());
        let permit = self.permit(actor, action::EXPORT_ASK, request).await?;
        let mut filter =
            narrow(actor, &query.list, &groups, permit.visible(), self.shared_with(actor.into())?);
        if let Some(owner) = &query.list.owner {
            let found = self.store.read(|conn| crate::store::staff::by_no(conn, owner))?;
            filter.owner = Some(found.map_or(-1, |person| person.id));
        }
        let rows = self.store.read_settled(|conn| exports::counted(conn, &filter, MOST + 1))?;
        if rows.len() > MOST as usize {
            return Err(DeskError::TooMuch(MOST as usize));
        }
        let groups: HashMap<i64, Group> = groups.into_iter().collect();
        let mut counted = Counted { ids: Vec::with_capacity(rows.len()), own_area: true, in_clear: [0; 3] };
        for row in rows {
            let Some(group) = groups.get(&row.group) else { continue };
            counted.ids.push(row.id);
            counted.own_area &=
                row.mine || (group.department == actor.department() && group.region == actor.region());
            let has = |class| {
                let of = |field: &&Field| field.class(group.kind) == class && row.fields & bit(**field) != 0;
                query.clear.iter().any(|field| of(&field))
            };
            for (count, (class, _)) in counted.in_clear.iter_mut().zip(LINES) {
                *count += u64::from(has(class));
            }
        }
        Ok(counted)
    }

    /// Holds what was counted, and what was taken before, against the policy and the lines. What no approval would permit is
    /// denied here.
    async fn judge(&self, actor: &Actor, counted: &Counted) -> Result<(ExportCount, Taken), DeskError> {
        let now_ms = self.now_ms();
        let since_ms = now_ms.saturating_sub(DAYS_MS);
        let taken =
            self.store.read_settled(|conn| exports::taken_since(conn, actor.id(), (since_ms, now_ms)))?;
        let people = counted.ids.len() as u64;
        let clear = counted.in_clear.iter().any(|count| *count > 0);
        let extent = extent_of(people, counted.own_area, clear, self.settings().exports.few);
        // Few at a time must not add up to many.
        let extent = if taken.people + people > u64::from(self.settings().exports.few) * DAYS / 3 {
            Extent::Large
        } else {
            extent
        };
        let mut question = Question::new(actor.facts().clone(), Action::ExportCustomers, self.hour());
        question.extent = Some(extent);
        question.leaving = self.is_leaving(actor.id())?;
        let at_once = self.policy().would(&question).allowed;
        question.purpose = Some(PurposeKind::Approval);
        if !at_once && !self.policy().would(&question).allowed {
            let subject = Subject::Extent(extent);
            let request = Request::new(actor.facts().clone(), Action::ExportCustomers, subject, self.hour())
                .leaving(question.leaving);
            drop(self.permit(actor, action::EXPORT_ASK, request).await?);
        }
        let crossed = |(at, (_, line)): (usize, &(Class, u64))| {
            counted.in_clear[at] > 0 && taken.in_clear[at] + counted.in_clear[at] >= *line
        };
        let two = LINES.iter().enumerate().any(crossed);
        let in_clear = LINES.iter().enumerate().filter(|(at, _)| counted.in_clear[*at] > 0);
        let count = ExportCount {
            people,
            own_area: counted.own_area,
            in_clear: in_clear
                .map(|(at, (class, line))| (*class, counted.in_clear[at], taken.in_clear[at], *line))
                .collect(),
            taken: taken.people,
            needed: if at_once { 0 } else { 1 + u32::from(two) },
        };
        Ok((count, taken))
    }
}

/// People with fields in clear, by class.
pub(super) fn in_clear_of(row: &ExportRow) -> Vec<(Class, u64)> {
    let classes = LINES.iter().zip(row.in_clear);
    classes.filter(|(_, people)| *people > 0).map(|((class, _), people)| (*class, people)).collect()
}

/// The public keys that open an export's file; none when a password does.
pub(super) fn keys_of(row: &ExportRow) -> Vec<String> {
    row.recipients.lines().map(str::to_owned).collect()
}

fn format_of(row: &ExportRow) -> ExportFormat {
    if row.format == 0 { ExportFormat::Xlsx } else { ExportFormat::Csv }
}

fn extent_of(people: u64, own_area: bool, clear: bool, few: u32) -> Extent {
    if own_area && !clear && people <= u64::from(few) { Extent::Small } else { Extent::Large }
}
