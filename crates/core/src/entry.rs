//! What a ledger entry says: one body for every action, so that one sentence-maker reads them all.
//!
//! **Invariant:** a body names people by staff number and customers by customer number; it never holds a value of
//! a customer's field, a free text that somebody typed, or a search term.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use tigertally_ledger::{EntryId, EntryReceipt, Hash, NoteSigner};

pub use tigertally_ledger::Decision;

/// What stands in an entry's leaf as its action, and what the sentences are made from.
pub mod action {
    /// A list of customers was shown, masked.
    pub const LIST: &str = "customer.list";
    /// An exact search was made.
    pub const SEARCH: &str = "customer.search";
    /// A customer's page was shown, masked.
    pub const VIEW: &str = "customer.view";
    /// Sealed fields were to be opened.
    pub const REVEAL: &str = "customer.reveal";
    /// What became of earlier intents.
    pub const OUTCOME: &str = "outcome";
    /// Who looked at a customer was read.
    pub const ACCESSES: &str = "customer.accesses";
    /// A customer was entered.
    pub const CREATE: &str = "customer.create";
    /// A customer's fields were changed.
    pub const CHANGE: &str = "customer.change";
    /// A customer's owner or contact person was changed.
    pub const ASSIGN: &str = "customer.assign";
    /// A customer was shared, or that was asked for.
    pub const SHARE: &str = "customer.share";
    /// Customers are shared no more.
    pub const SHARE_END: &str = "customer.share_end";
    /// Customers were put into the public pool.
    pub const POOL: &str = "customer.pool";
    /// The public pool was looked at.
    pub const POOL_READ: &str = "pool.read";
    /// A customer was claimed from the public pool.
    pub const CLAIM: &str = "customer.claim";
    /// Many customers at once were looked over, before a change of all of them.
    pub const BULK_PREVIEW: &str = "bulk.preview";
    /// Many customers were changed at once.
    pub const BULK_RUN: &str = "bulk.run";
    /// A change of many customers was undone.
    pub const BULK_UNDO: &str = "bulk.undo";
    /// A change of many customers was read about.
    pub const BULK_READ: &str = "bulk.read";
    /// A customer's periodic access review was done.
    pub const REVIEW: &str = "customer.review";
    /// Who has standing access to a customer was looked at, for its review.
    pub const REVIEW_READ: &str = "customer.review_read";
    /// Access to a customer lapsed, because nobody did its review in time.
    pub const REVIEW_LAPSE: &str = "customer.review_lapse";
    /// The audit sheet of a customer was made.
    pub const AUDIT_SHEET: &str = "customer.audit_sheet";
    /// Customers moved between tiers.
    pub const RETIER: &str = "customer.retier";
    /// Customers, orders or staff were imported.
    pub const IMPORT: &str = "import";
    /// A task was made.
    pub const TASK: &str = "task.create";
    /// A task was closed.
    pub const TASK_CLOSE: &str = "task.close";
    /// Tasks or approvals were read.
    pub const WORK: &str = "work.read";
    /// A follow-up was written, or a call or message was begun.
    pub const FOLLOW_UP: &str = "follow_up.write";
    /// A call or message was ended.
    pub const FOLLOW_UP_END: &str = "follow_up.end";
    /// What happened with a customer was read.
    pub const HISTORY: &str = "history.read";
    /// A file was added to a follow-up.
    pub const ATTACH: &str = "attachment.add";
    /// A file of a follow-up was handed over.
    pub const ATTACHMENT: &str = "attachment.read";
    /// A number was to be given to a machine that calls or writes, not to a person; and whether it was taken.
    pub const CONNECT: &str = "connect";
    /// Mails were about to leave, or it was noted what became of them.
    pub const MAIL: &str = "mail";
    /// An approval was asked for.
    pub const APPROVAL: &str = "approval.request";
    /// An approval was decided.
    pub const APPROVAL_DECIDE: &str = "approval.decide";
    /// Somebody named who decides for them while they are away, or ended that.
    pub const ABSENCE: &str = "absence";
    /// An export was counted or asked for.
    pub const EXPORT_ASK: &str = "export.request";
    /// An export was begun: from here on its file is written.
    pub const EXPORT: &str = "export.run";
    /// Customers were written into an export's file.
    pub const EXPORT_ROWS: &str = "export.rows";
    /// An export's file was written to the end.
    pub const EXPORT_MADE: &str = "export.made";
    /// An export's file was handed over.
    pub const EXPORT_TAKE: &str = "export.take";
    /// Exports were looked at.
    pub const EXPORT_READ: &str = "export.read";
    /// A hand-over was opened, split or added to.
    pub const HANDOVER: &str = "handover.work";
    /// A receiver signed for customers.
    pub const HANDOVER_SIGN: &str = "handover.sign";
    /// Customers were moved to another owner.
    pub const HANDOVER_MOVE: &str = "handover.move";
    /// A hand-over was closed or called off.
    pub const HANDOVER_CLOSE: &str = "handover.close";
    /// Hand-overs were read.
    pub const HANDOVER_READ: &str = "handover.read";
    /// The record of a hand-over was put on paper.
    pub const HANDOVER_RECORD: &str = "handover.record";
    /// Somebody signed in, or was refused.
    pub const SIGN_IN: &str = "sign_in";
    /// Somebody signed out.
    pub const SIGN_OUT: &str = "sign_out";
    /// A sign-in was set up or reset.
    pub const CREDENTIAL: &str = "credential";
    /// The staff list was read.
    pub const STAFF_READ: &str = "staff.read";
    /// A member of staff was changed.
    pub const STAFF_CHANGE: &str = "staff.change";
    /// Somebody was frozen, or who is frozen was read.
    pub const FREEZE: &str = "staff.freeze";
    /// The ledger was read.
    pub const LEDGER_READ: &str = "ledger.read";
    /// The ledger was verified.
    pub const LEDGER_VERIFY: &str = "ledger.verify";
    /// The witnesses of the ledger were lost or came back, or one contradicts it.
    pub const WITNESS: &str = "witness";
    /// A clock differs from the server's by more than evidence allows: a witness's, an authority's, or the server's own
    /// from what stands in the ledger.
    pub const CLOCK: &str = "clock";
    /// A time-stamp authority stamped a checkpoint.
    pub const TIME_STAMP: &str = "time_stamp";
    /// Evidence was made for a stranger.
    pub const EVIDENCE: &str = "evidence.make";
    /// Where a leaked list comes from was looked into.
    pub const TRACE: &str = "leak.trace";
    /// A customer was erased, with the bodies of the entries about them.
    pub const ERASE: &str = "customer.erase";
    /// One's own record was read.
    pub const OWN_RECORD: &str = "record.read";
    /// A team's activity was read.
    pub const TEAM: &str = "team.read";
    /// The ownership rules, or who has acknowledged them, were read.
    pub const RULES_READ: &str = "rules.read";
    /// A version of the ownership rules was put in force.
    pub const RULES: &str = "rules.change";
    /// Somebody acknowledged a version of the ownership rules.
    pub const RULES_ACK: &str = "rules.acknowledge";
    /// Settings were read or changed.
    pub const SETTINGS: &str = "settings.change";
    /// Settings were read.
    pub const SETTINGS_READ: &str = "settings.read";
    /// The policy was read.
    pub const POLICY_READ: &str = "policy.read";
    /// A policy version went live.
    pub const POLICY: &str = "policy.change";
    /// The system was set up.
    pub const INIT: &str = "init";
    /// The root key was changed.
    pub const ROOT_KEY: &str = "root_key.change";
    /// Somebody without the right asked for something that has no more special name.
    pub const DENIED: &str = "denied";
}

/// A purpose as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurposeNote {
    /// `task`, `call`, `order` or `approval`.
    pub kind: String,
    /// The number of the task, call, order or approval.
    #[serde(rename = "ref")]
    pub reference: String,
}

impl From<&crate::policy::Purpose> for PurposeNote {
    fn from(purpose: &crate::policy::Purpose) -> Self {
        PurposeNote { kind: purpose.kind.name().to_owned(), reference: purpose.reference.clone() }
    }
}

/// The body of an entry. Absent members are not written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Staff number of who acted; `operator` on the machine itself, `system` for what runs by itself.
    pub actor: String,
    /// Their role at that moment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// The way in: `console`, `api`, `cli`, `mail`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub via: String,
    /// The customer it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The customers it is about, when several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
    /// The customer's tier at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The member of staff it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// The fields asked for or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeNote>,
    /// The rules that decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// The policy version that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<u32>,
    /// Entries whose disclosure was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<u64>,
    /// Entries whose disclosure failed after the warrant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<u64>,
    /// Counts, names of settings and the like; never a value of a customer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub detail: BTreeMap<String, serde_json::Value>,
}

impl Body {
    /// A body for what the system does by itself.
    pub(crate) fn system() -> Body {
        Body { actor: "system".to_owned(), ..Body::default() }
    }

    /// Adds a detail.
    pub(crate) fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Body {
        self.detail.insert(key.to_owned(), value.into());
        self
    }
}

/// An entry on its way into the ledger: everything but its place and its time.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) action: &'static str,
    pub(crate) decision: Decision,
    /// Staff number of who acted.
    pub(crate) actor: String,
    pub(crate) body: Vec<u8>,
    pub(crate) salt: [u8; 32],
    pub(crate) commitment: Hash,
}

impl Draft {
    /// Writes the body and commits to it under a fresh salt.
    pub(crate) fn new(action: &'static str, decision: Decision, body: &Body) -> Draft {
        let actor = body.actor.clone();
        // A body holds strings and numbers only, which always serialise.
        let body = serde_json::to_vec(body).unwrap_or_default();
        let salt = tigertally_crypto::random::bytes::<32>();
        let commitment = tigertally_ledger::commitment(&salt, &body);
        Draft { action, decision, actor, body, salt, commitment }
    }

    /// That the same was refused, because who would have done it is frozen.
    pub(crate) fn refused(&self) -> Draft {
        let body: Body = serde_json::from_slice(&self.body).unwrap_or_default();
        Draft::new(self.action, Decision::Denied, &body.with("failed", "frozen"))
    }

    /// An entry for something that simply happened.
    pub(crate) fn recorded(action: &'static str, body: &Body) -> Draft {
        Draft::new(action, Decision::Recorded, body)
    }
}

/// Where and when an entry stands in the ledger, and which one it is. It can be signed, so that who did something can
/// show later that it was put down.
#[derive(Clone)]
pub struct Receipt {
    /// Index of the entry, from 0.
    pub index: u64,
    /// When it was written, Unix milliseconds.
    pub time_ms: u64,
    /// Hash of its leaf, as it stands in the tree (RFC 6962, section 2.1).
    pub leaf_hash: Hash,
    /// The server's run that wrote it, and its count there.
    pub id: EntryId,
    pub(crate) signer: Arc<NoteSigner>,
}

impl Receipt {
    /// The receipt as a note that the log signs ([`EntryReceipt`]).
    #[must_use]
    pub fn note(&self) -> String {
        let Receipt { index, time_ms, leaf_hash, id, .. } = *self;
        EntryReceipt { index, leaf_hash, id, time_ms }.sign(&self.signer)
    }
}

impl PartialEq for Receipt {
    fn eq(&self, other: &Receipt) -> bool {
        (self.index, self.id, self.leaf_hash) == (other.index, other.id, other.leaf_hash)
    }
}

impl Eq for Receipt {}

impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Receipt", 2)?;
        members.serialize_field("index", &self.index)?;
        members.serialize_field("time_ms", &self.time_ms)?;
        members.end()
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt").field("index", &self.index).field("time_ms", &self.time_ms).finish()
    }
}
