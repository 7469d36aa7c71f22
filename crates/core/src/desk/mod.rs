//! What people do: look customers up, work with them, approve, import, watch, set up.
//!
//! **Invariant:** every function asks the policy first, and leaves an entry in the ledger whether it was permitted or
//! denied. **Invariant:** facts that the policy judges by are read here, from the store, never taken from the caller.

mod absence;
mod approvals;
mod audit_sheet;
mod bulk;
mod clocks;
mod customers;
mod duplicates;
mod entering;
mod erasure;
mod evidence;
mod exports;
mod followups;
mod freezes;
mod handover;
mod import;
mod inbox;
mod indexes;
mod load;
mod mail;
mod oversight;
mod ownership;
mod pool;
mod proposals;
mod purpose;
mod reviews;
mod rules;
mod shares;
mod staff;
mod taking_on;
mod tiers;
mod time_stamps;
mod trace;
mod witnesses;
mod work;

pub use absence::Absence;
pub use approvals::{Approval, ApprovalList, ApprovalState, Asked, Vote};
pub use audit_sheet::{AuditSheet, MOST_SHEET_ENTRIES, SheetExport};
pub use bulk::{Bulk, BulkAct, BulkCustomer, BulkOf, BulkState, MOST_BULK};
pub use clocks::{ClockOff, Whose};
pub use customers::{CustomerPage, ListPage, ListQuery, MayReveal, Scope};
pub use entering::{Assignment, Changes, Created, NewRecord};
pub use erasure::ErasedCustomer;
pub use evidence::{EvidenceScope, Gathered, MOST_ENTRIES, Matter};
pub use exports::{
    Export, ExportCount, ExportFile, ExportFormat, ExportLine, ExportList, ExportQuery, ExportRun,
    ExportState, Lock,
};
pub(crate) use followups::HandOff;
pub use followups::{
    AttachedFile, Attachment, AttachmentFault, AttachmentKind, Channel, Connect, Dial, FollowUpKind,
    HandOffLink, HistoryEvent, HistoryItem, HistoryKind, HistoryPage, HistoryQuery, NewFollowUp, NextStep,
    OwnerChange, Running, Written,
};
pub use freezes::Freeze;
pub use handover::{
    Exposure, ExposureExport, GivenPage, Handover, HandoverKind, HandoverList, HandoverMove, HandoverPart,
    HandoverReader, HandoverRecord, HandoverState, HandoverStep, Inventory, NewHandoverRequest, PartState,
    Share, Signature, SplitPlan, SplitPreview,
};
pub use import::{ImportFile, ImportOptions, ImportReport};
pub use inbox::{HandoverDuty, Inbox, InboxItem};
pub use indexes::indexes;
pub use load::{PersonLoad, PersonSoon, PoolAgeing};
pub use mail::{
    FailedMail, LinkError, LinkedRequest, Mail, MailFault, MailServer, MailStep, MailText, Mailbox,
    RequestBrief, ShownRequest,
};
pub use oversight::{
    AccessQuery, Accesses, Colleague, ConsistencyProof, DayCount, EntryDetail, FigureScope, HomeFigures,
    HourCount, InclusionProof, LedgerHead, MOST_CUSTOMERS, MinuteCount, OwnRecord, PersonCount, SeenAll,
    SeenAllPage, SeenAllQuery, SeenByPerson, TeamActivity, TeamQuery, Timeline, UsualDay, Watch,
};
pub use ownership::{Ack, AckPage, AckQuery, OwnershipRules};
pub(crate) use ownership::{FIRST_EN, FIRST_ZH};
pub use pool::{Falling, PoolPage, PoolQuery, Pooled};
pub use proposals::{PolicyChange, ProposedPolicy, TierChange};
pub use purpose::{PurposeOption, StatedPurpose};
pub use reviews::{Access, AccessReview, ReviewAnswer, ReviewPage, ReviewQuery, StandingAccess};
pub use rules::{TriedQuestion, TryQuestion};
pub use shares::{CustomerShare, ShareRequest, ShareState, ShareTo, Shared, SharedWith};
pub use staff::{StaffChange, StaffFilter};
pub use tiers::{Retiered, TierMove, TierPreview};
pub use time_stamps::{StampError, Stampable};
pub use trace::{LeakedFile, MOST_LINES, Trace, Traced};
pub use witnesses::{Round, Taken, WitnessEvent};
pub use work::{NewTask, Once, Task, TaskList};

use crate::{
    StoreError, Tigertally, VaultError,
    entry::{Body, Decision, Draft, PurposeNote, Receipt},
    identity::Actor,
    import::FileFault,
    policy::{
        Action, CustomerFacts, Denial, Extent, Permit, PolicyFault, PurposeKind, Question, Request,
        RequestKind, Subject,
    },
    record::{ClassSet, Invalid, Kind, Tier},
    store::customers::{Customer, by_no},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The policy denies it; the denial is in the ledger.
    #[error("{denial}")]
    Denied {
        /// Which rules, why, and what would permit.
        denial: Box<Denial>,
        /// Where the denial stands in the ledger.
        receipt: Receipt,
    },
    /// There is no such thing, or none that the actor may know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A value is not valid.
    #[error("the value of {field} is not valid: {problem}")]
    Invalid {
        /// Name of the value.
        field: String,
        /// What is wrong with it.
        problem: Invalid,
    },
    /// The search term is too short, or is no phone, mail, ID, card number or name.
    #[error("the search term is too short")]
    TermTooShort,
    /// The purpose does not exist, is not the actor's, is closed, or is about another customer.
    #[error("the purpose does not stand")]
    Purpose,
    /// Somebody else changed it meanwhile, or it was done before.
    #[error("it was changed meanwhile")]
    Conflict,
    /// Something else comes first: `customers` (some are left), `signature` (nobody has signed), `asked` (a request waits for
    /// its answer), `approved` (it is too late to call it off).
    #[error("something else comes first: {0}")]
    NotYet(&'static str),
    /// The time in which it could be done or undone is over.
    #[error("the time for it is over")]
    Over,
    /// It is more than can be done at once; the most.
    #[error("more than {0} at once")]
    TooMuch(usize),
    /// No checkpoint that enough witnesses cosigned covers the newest entries: the witnesses are missed.
    #[error("the newest entries are not cosigned yet")]
    Uncovered,
    /// The number is taken.
    #[error("the number is taken")]
    Taken,
    /// The customer is with the company, and the actor may see it.
    #[error("this customer is with the company already")]
    Known {
        /// The customer's number.
        customer: String,
        /// Where that it was told stands in the ledger.
        receipt: Receipt,
    },
    /// The customer is with the company, and the actor may not see it: that is all there is to tell.
    #[error("this customer is with the company already")]
    Duplicate {
        /// By which number the actor can ask for the customer ([`Tigertally::claim_known`]).
        hit: i64,
        /// Where that it was told stands in the ledger.
        receipt: Receipt,
    },
    /// The customer is in the public pool no more: somebody else has it.
    #[error("somebody else has this customer")]
    Claimed,
    /// The actor has done this as often as one may in a day: `duplicates` (was told that a customer is with the company),
    /// `claims` (took a customer from the pool).
    #[error("the day's limit of {0} is reached")]
    DailyLimit(&'static str),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// A setting is out of its range.
    #[error("the setting {0} is out of its range")]
    Setting(&'static str),
    /// A policy text has faults.
    #[error("the policy has {} faults", .0.len())]
    PolicyFaults(Vec<PolicyFault>),
    /// The cursor of a list is not one of ours.
    #[error("the cursor is not valid")]
    Cursor,
    /// A file cannot be taken.
    #[error(transparent)]
    File(#[from] FileFault),
    /// A file is not kept on a follow-up.
    #[error(transparent)]
    Attachment(#[from] AttachmentFault),
    /// The settings do not allow it.
    #[error("it is switched off in the settings")]
    Off,
    /// The ledger cannot be written, or the database failed. Nothing was written and nothing opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sealed value did not open.
    #[error(transparent)]
    Vault(VaultError),
}

/// A reference to something outside, such as the number of an order: short and plain, for it stands in entries.
pub(crate) fn reference_of(field: &str, text: &str) -> Result<String, DeskError> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_/.".contains(c);
    let problem = if text.is_empty() {
        Invalid::Empty
    } else if text.len() > 40 || !text.chars().all(plain) {
        Invalid::BadFormat
    } else {
        return Ok(text.to_owned());
    };
    Err(DeskError::Invalid { field: field.to_owned(), problem })
}

impl From<VaultError> for DeskError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => DeskError::Store(error),
            VaultError::UsedUp => DeskError::Purpose,
            other => DeskError::Vault(other),
        }
    }
}

impl Tigertally {
    /// Whether the policy could ever let the actor do this: for menus, never for a decision. What is about a customer is
    /// asked about one of the actor's own department and region, theirs and somebody else's, in each tier.
    pub fn may(&self, actor: &Actor, action: Action) -> bool {
        let policy = self.policy();
        let somebody = Some("-".to_owned());
        let question = Question {
            requester: somebody.clone(),
            ..Question::new(actor.facts().clone(), action, self.hour())
        };
        if !action.about_customer() {
            let mut kinds = RequestKind::ALL.into_iter().map(Some);
            if action == Action::DecideRequest {
                return kinds.any(|asked| policy.would(&Question { asked, ..question.clone() }).allowed);
            }
            let mut ways = Extent::ALL.into_iter().flat_map(|extent| {
                [None, Some(PurposeKind::Approval)].map(|purpose| (Some(extent), purpose))
            });
            return ways.any(|(extent, purpose)| {
                policy.would(&Question { extent, purpose, ..question.clone() }).allowed
            });
        }
        Tier::ALL.into_iter().any(|tier| {
            [Some(actor.no().to_owned()), somebody.clone()].into_iter().any(|owner| {
                let customer = CustomerFacts {
                    contact_person: owner.clone(),
                    owner,
                    department: actor.department().to_owned(),
                    region: actor.region().to_owned(),
                    tier,
                    kind: Kind::Company,
                    review_overdue: false,
                    pooled: action == Action::ClaimCustomer,
                    shared: None,
                };
                let question =
                    Question { customer: Some(customer), requester: somebody.clone(), ..question.clone() };
                policy.would(&question).allowed
            })
        })
    }

    /// Decides, and puts a denial down before it is told.
    pub(crate) async fn permit(
        &self,
        actor: &Actor,
        action: &'static str,
        request: Request,
    ) -> Result<Permit, DeskError> {
        let (customer, tier) = match request.subject() {
            Subject::Customer { no, facts, .. } => (Some(no.clone()), Some(facts.tier.name().to_owned())),
            _ => (None, None),
        };
        let whom = match request.subject() {
            Subject::Staff { no, .. } => Some(no.clone()),
            _ => None,
        };
        let purpose = request.stated_purpose().map(PurposeNote::from);
        match self.policy().decide(request) {
            Ok(permit) => Ok(permit),
            Err(denial) => {
                let mut body = self.denial_body(actor, &denial);
                (body.customer, body.tier, body.purpose, body.staff) = (customer, tier, purpose, whom);
                let receipt = self.store.append(Draft::new(action, Decision::Denied, &body)).await?;
                Err(DeskError::Denied { denial: Box::new(denial), receipt })
            }
        }
    }

    fn denial_body(&self, actor: &Actor, denial: &Denial) -> Body {
        let mut body = self.body(actor).with("asked", denial.action.name());
        body.fields = denial.fields.iter().map(|field| field.name().to_owned()).collect();
        body.rules = denial.rules.iter().map(|rule| rule.as_str().to_owned()).collect();
        body.policy = Some(denial.version);
        body
    }

    /// Decides something that is about no customer, and puts it down. The entry is what is given back.
    pub(crate) async fn record(
        &self,
        actor: &Actor,
        asked: Action,
        action: &'static str,
        detail: Body,
    ) -> Result<Receipt, DeskError> {
        let request = Request::new(actor.facts().clone(), asked, Subject::None, self.hour());
        let permit = self.permit(actor, action, request).await?;
        let mut body = crate::vault::body_of(&permit, actor.via());
        body.detail = detail.detail;
        body.customer = detail.customer;
        body.staff = detail.staff;
        Ok(self.store.append(Draft::new(action, Decision::Allowed, &body)).await?)
    }

    /// Finds a customer for a change or a look.
    pub(crate) fn customer(&self, no: &str) -> Result<Customer, DeskError> {
        self.store.read_settled(|conn| by_no(conn, no))?.ok_or(DeskError::NotFound("customer"))
    }

    /// What the policy looks at, for whom these classes are shared with.
    pub(crate) fn facts_with(&self, customer: &Customer, shared: Option<ClassSet>) -> CustomerFacts {
        let overdue = |due: &String| *due < self.today().to_string();
        CustomerFacts {
            owner: customer.owner.as_ref().map(|person| person.no.clone()),
            contact_person: customer.contact_person.as_ref().map(|person| person.no.clone()),
            department: customer.department.clone(),
            region: customer.region.clone(),
            tier: customer.tier,
            kind: customer.kind,
            review_overdue: customer.tier == Tier::High && customer.review_due.as_ref().is_some_and(overdue),
            pooled: customer.pooled_ms.is_some(),
            shared,
        }
    }
}
