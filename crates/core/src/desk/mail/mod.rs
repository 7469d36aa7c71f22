//! Mail: the staff are told what waits for them. Mail leaves the house, so nothing of a customer is in one: which kind of
//! request, its number, who of the staff asked, how many customers, until when, and a link.
//!
//! **Invariant:** that a mail leaves is in the ledger before it does; what became of it, after. One that was given to the
//! mail server and of which nothing more is known (the machine stopped) is not sent again: the next reminder says the same.

mod links;
mod outbox;
mod server;

use super::DeskError;
use crate::{
    StoreError, Tigertally,
    store::{
        approvals::{ApprovalRow, Target},
        exports,
        proposals::ProposalKind,
    },
};

pub use links::{LinkError, LinkedRequest, ShownRequest};
pub use outbox::{FailedMail, Mailbox};
pub use server::MailServer;

/// A mail that is to leave now.
pub struct Mail {
    /// Number of the mail; what became of it is reported by it. 0 for a trial.
    pub id: i64,
    /// The address of whom it is to.
    pub to: String,
    /// What it says.
    pub says: MailText,
}

/// What a mail says.
pub enum MailText {
    /// A request waits for a decision.
    Decide {
        /// Which.
        request: RequestBrief,
        /// Whether it is the first mail about it, a reminder, or the last one before it lapses.
        step: MailStep,
        /// Where it can be decided: works for this person only.
        link: String,
        /// Name of the absent one in whose place they would decide.
        in_place_of: Option<String>,
    },
    /// What the receiver asked for was decided.
    Decided {
        /// Which.
        request: RequestBrief,
        /// Whether it was approved.
        approved: bool,
    },
    /// Tasks: how many are due today, and how many were due before.
    Tasks {
        /// Due today.
        due: u64,
        /// Due before today.
        overdue: u64,
    },
    /// Whether mail arrives at all.
    Trial,
}

/// How pressing a mail about a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailStep {
    /// It was just asked for.
    Asked,
    /// It still waits.
    Waits,
    /// It is about to lapse.
    Lapses,
}

/// A request, as far as a mail may tell of it: nothing of any customer but how many there are, and no free text.
#[derive(Clone, Debug)]
pub struct RequestBrief {
    /// Number of the approval.
    pub id: i64,
    /// `access`, `export`, `handover`, `claim`, `share`, `policy`, `tiers` or `release`.
    pub kind: &'static str,
    /// Who asked: staff number and name.
    pub requester: (String, String),
    /// How many customers it is about; 0 when it is about none.
    pub customers: u64,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
    /// Until when it can be decided, Unix milliseconds.
    pub lapses_ms: u64,
}

/// Why a mail was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MailFault {
    /// The server cannot be reached, or does not answer in time.
    Unreachable = 0,
    /// The connection cannot be kept from others: no TLS, or a certificate that does not hold.
    Tls = 1,
    /// The server does not let us sign in.
    SignIn = 2,
    /// The server refuses for now.
    Later = 3,
    /// The server refuses for good.
    Refused = 4,
    /// The address is none.
    Address = 5,
}

impl MailFault {
    const ALL: [MailFault; 6] = [
        MailFault::Unreachable,
        MailFault::Tls,
        MailFault::SignIn,
        MailFault::Later,
        MailFault::Refused,
        MailFault::Address,
    ];

    /// The name used by API, ledger and texts.
    pub fn name(self) -> &'static str {
        match self {
            MailFault::Unreachable => "unreachable",
            MailFault::Tls => "tls",
            MailFault::SignIn => "sign-in",
            MailFault::Later => "later",
            MailFault::Refused => "refused",
            MailFault::Address => "address",
        }
    }

    /// Whether trying again changes nothing.
    fn is_final(self) -> bool {
        matches!(self, MailFault::Refused | MailFault::Address)
    }

    fn of(number: u8) -> MailFault {
        MailFault::ALL.into_iter().find(|fault| *fault as u8 == number).unwrap_or(MailFault::Unreachable)
    }
}

impl Tigertally {
    /// What a mail may tell of a request.
    fn brief(&self, row: &ApprovalRow) -> Result<RequestBrief, DeskError> {
        let (kind, customers) = match row.target {
            Target::Access(_) => ("access", 1),
            Target::Claim(_) => ("claim", 1),
            Target::Share(_) => ("share", 1),
            Target::Export(id) => {
                let export = self.store.read(|conn| exports::export(conn, id))?;
                ("export", export.ok_or(StoreError::Damaged("an approval"))?.people)
            }
            Target::Handover(id) => {
                let (_, receivers) = self.handover_asked(id, row.id)?;
                ("handover", receivers.iter().map(|(_, customers)| customers).sum())
            }
            Target::Release(_) => ("release", 0),
            Target::Proposal(id) => match self.proposal(id)?.kind {
                ProposalKind::Policy => ("policy", 0),
                ProposalKind::Tiers => ("tiers", 0),
            },
        };
        Ok(RequestBrief {
            id: row.id,
            kind,
            requester: (row.requester_no.clone(), row.requester_name.clone()),
            customers,
            created_ms: row.created_ms,
            lapses_ms: row.lapses_ms,
        })
    }
}
