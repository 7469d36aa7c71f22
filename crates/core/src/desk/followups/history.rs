//! All that happened with a customer, newest first. It stays when people go.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{super::DeskError, AttachmentKind, FollowUpKind};
use crate::{
    Tigertally, VaultError,
    entry::{Receipt, action},
    identity::Actor,
    policy::Action,
    store::history::{self, Cursor, Happened, HistoryRow},
    vault::{Kept, Masked, Reader, Record},
};

/// Most items of a page.
const LIMIT: usize = 100;

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryKind {
    /// Follow-ups, with their files.
    FollowUps,
    /// Tasks opened and closed.
    Tasks,
    /// Changes of the owner.
    Owners,
}

impl HistoryKind {
    /// Every kind.
    pub const ALL: [HistoryKind; 3] = [HistoryKind::FollowUps, HistoryKind::Tasks, HistoryKind::Owners];

    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            HistoryKind::FollowUps => "follow_ups",
            HistoryKind::Tasks => "tasks",
            HistoryKind::Owners => "owners",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<HistoryKind> {
        HistoryKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn bits(self) -> u8 {
        let bit = |happened: Happened| 1 << happened as u8;
        match self {
            HistoryKind::FollowUps => bit(Happened::FollowUp),
            HistoryKind::Tasks => bit(Happened::TaskOpened) | bit(Happened::TaskClosed),
            HistoryKind::Owners => bit(Happened::OwnerChanged),
        }
    }
}

/// Which part of a history to show.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// Only what is of this kind.
    pub kind: Option<HistoryKind>,
    /// From where: the cursor that the page before gave.
    pub cursor: Option<String>,
    /// Most items, 1 to 100.
    pub limit: usize,
}

/// A file on a follow-up.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Number.
    pub id: i64,
    /// The file's name.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its size, bytes.
    pub bytes: u64,
    /// When it was added, Unix milliseconds.
    pub added_ms: u64,
}

/// How a customer came to another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerChange {
    /// Somebody assigned it, or an import did.
    Assigned,
    /// The new owner claimed it from the public pool.
    Claimed,
    /// It was put into the public pool.
    Pooled,
    /// Its owner handed it over.
    HandedOver,
}

impl OwnerChange {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            OwnerChange::Assigned => "assigned",
            OwnerChange::Claimed => "claimed",
            OwnerChange::Pooled => "pooled",
            OwnerChange::HandedOver => "handed_over",
        }
    }
}

/// What happened.
#[derive(Clone, Debug)]
pub enum HistoryEvent {
    /// Somebody was in touch with the customer.
    FollowUp {
        /// How.
        kind: FollowUpKind,
        /// What was said and agreed.
        text: String,
        /// When it was put down, Unix milliseconds; `None` while it goes on.
        ended_ms: Option<u64>,
        /// The task that is the next step.
        task: Option<i64>,
        /// The files on it.
        files: Vec<Attachment>,
    },
    /// A task was opened.
    TaskOpened {
        /// What is to be done.
        title: String,
        /// Day it is due.
        due: String,
        /// Whether it is closed by now.
        closed: bool,
    },
    /// A task was closed.
    TaskClosed {
        /// What was to be done.
        title: String,
    },
    /// The customer came to another owner; `who` of the item is the former one.
    Owner {
        /// How.
        how: OwnerChange,
        /// The new one: staff number and name.
        to: Option<(String, String)>,
    },
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct HistoryItem {
    /// Number of the follow-up or task.
    pub id: i64,
    /// When, Unix milliseconds.
    pub time_ms: u64,
    /// Who: staff number and name. They may have left since.
    pub who: Option<(String, String)>,
    /// What.
    pub event: HistoryEvent,
}

/// One page of a customer's history.
pub struct HistoryPage {
    /// The customer, masked.
    pub customer: Masked,
    /// What happened, newest first.
    pub items: Vec<HistoryItem>,
    /// Where older items begin; `None` on the last page.
    pub next_cursor: Option<String>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Reads what happened with a customer.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Cursor`; `Store`; `Vault` for a text that was moved or changed.
    pub async fn history(
        &self,
        actor: &Actor,
        customer_no: &str,
        query: &HistoryQuery,
    ) -> Result<HistoryPage, DeskError> {
        let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
        let customer = self.customer(customer_no)?;
        let request = self.asking(actor, Action::ReadHistory, &customer)?;
        let permit = self.permit(actor, action::HISTORY, request).await?;
        let kinds = query.kind.map_or(u8::MAX, HistoryKind::bits);
        let limit = query.limit.clamp(1, LIMIT);
        let mut rows = self.store.read(|conn| {
            history::history(conn, &self.log_keys, customer.id, kinds, before, limit as u32 + 1)
        })?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(cursor_of);
        let id = customer.id;
        let mut record =
            Record { action: action::HISTORY, via: actor.via(), rows: vec![customer], ..Record::default() };
        record.detail.insert("shown".into(), rows.len().into());
        let warrant = self.vault.warrant(permit, record).await?;
        let mut page = self.vault.page(warrant)?;
        let reader = page.reader(&self.vault, id)?;
        let items = rows.into_iter().map(|row| item(&reader, row)).collect::<Result<_, VaultError>>()?;
        let receipt = page.receipt().clone();
        let customer = page.customers.pop().ok_or(DeskError::NotFound("customer"))?;
        Ok(HistoryPage { customer, items, next_cursor, receipt })
    }
}

fn item(reader: &Reader, row: HistoryRow) -> Result<HistoryItem, VaultError> {
    let title = || reader.text(Kept::Task, row.id, &row.text);
    let event = match row.what {
        what if what == Happened::FollowUp as u8 => HistoryEvent::FollowUp {
            kind: FollowUpKind::of(row.kind),
            text: reader.text(Kept::FollowUp, row.id, &row.text)?,
            ended_ms: row.ended_ms,
            task: row.task,
            files: row
                .files
                .iter()
                .map(|file| {
                    Ok(Attachment {
                        id: file.id,
                        name: reader.text(Kept::FileName, file.id, &file.name)?,
                        kind: AttachmentKind::of(file.kind).ok_or(VaultError::Damaged)?,
                        bytes: file.bytes,
                        added_ms: file.added_ms,
                    })
                })
                .collect::<Result<_, VaultError>>()?,
        },
        what if what == Happened::TaskOpened as u8 => {
            HistoryEvent::TaskOpened { title: title()?, due: row.due.clone(), closed: row.ended_ms.is_some() }
        }
        what if what == Happened::TaskClosed as u8 => HistoryEvent::TaskClosed { title: title()? },
        _ => HistoryEvent::Owner {
            how: match row.kind {
                1 => OwnerChange::Claimed,
                2 => OwnerChange::Pooled,
                3 => OwnerChange::HandedOver,
                _ => OwnerChange::Assigned,
            },
            to: row.to,
        },
    };
    Ok(HistoryItem { id: row.id, time_ms: row.time_ms, who: row.who, event })
}

fn cursor_of(row: &HistoryRow) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}|{}|{}", row.time_ms, row.what, row.id))
}

fn parse_cursor(cursor: &str) -> Result<Cursor, DeskError> {
    let parse = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.split('|');
        let cursor: Cursor =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (parts.next().is_none() && i64::try_from(cursor.0).is_ok()).then_some(cursor)
    };
    parse().ok_or(DeskError::Cursor)
}
