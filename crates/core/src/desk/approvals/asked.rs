//! What approvals are about, and where they stand, as people read them.

use super::super::{PolicyChange, SharedWith, TierChange};
use crate::{
    entry::Receipt,
    record::{Class, ClassSet, Field},
};

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Not enough have decided yet.
    Waiting,
    /// Nobody decided in time.
    Lapsed,
    /// Approved, and can still be used.
    Approved,
    /// Approved, and its time is over.
    Expired,
    /// Refused.
    Refused,
    /// Approved, and used.
    Used,
    /// Taken back by who asked.
    Withdrawn,
    /// Ended by an access review, or because nobody did it.
    Ended,
}

impl ApprovalState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            ApprovalState::Waiting => "waiting",
            ApprovalState::Lapsed => "lapsed",
            ApprovalState::Approved => "approved",
            ApprovalState::Expired => "expired",
            ApprovalState::Refused => "refused",
            ApprovalState::Used => "used",
            ApprovalState::Withdrawn => "withdrawn",
            ApprovalState::Ended => "ended",
        }
    }
}

/// What an approval is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To see fields of a customer.
    Access {
        /// The customer's number.
        customer: String,
        /// The customer's name, masked.
        name: String,
    },
    /// To take customers out.
    Export {
        /// Number of the export.
        export: i64,
        /// How many customers.
        people: u64,
        /// People with fields in clear, by class; without one, all is masked.
        in_clear: Vec<(Class, u64)>,
        /// The public keys that open the file; none when a password does.
        recipients: Vec<String>,
    },
    /// That customers go to those who signed for them.
    Handover {
        /// Number of the hand-over.
        handover: i64,
        /// Name of the leaver.
        leaver: String,
        /// The receivers' names, with how many customers each gets.
        receivers: Vec<(String, u64)>,
    },
    /// To own a customer that is with the company already.
    Claim {
        /// The customer's number and masked name; who asked does not see them before they own the customer.
        customer: Option<(String, String)>,
    },
    /// That somebody else sees a customer.
    Share {
        /// The customer's number.
        customer: String,
        /// The customer's name, masked.
        name: String,
        /// With whom it is to be shared.
        with: SharedWith,
        /// The classes of which fields could be asked for.
        classes: ClassSet,
        /// The last day, `YYYY-MM-DD`.
        until: String,
    },
    /// That another policy be put in force.
    Policy {
        /// The version that it would take the place of.
        based_on: u32,
        /// Which rules differ.
        change: PolicyChange,
    },
    /// That another tier rule be put in force.
    Tiers(TierChange),
    /// That somebody who is frozen be let go.
    Release {
        /// Who is frozen: staff number and name.
        staff: (String, String),
        /// Who froze them: staff number and name.
        by: (String, String),
        /// Since when, Unix milliseconds.
        since_ms: u64,
        /// Why they were frozen.
        why: String,
    },
}

/// A vote.
#[derive(Clone, Debug)]
pub struct Vote {
    /// Who decided: staff number and name.
    pub decider: (String, String),
    /// The name of the one in whose place they did, if it was for another.
    pub in_place_of: Option<String>,
    /// Department that the vote counts for.
    pub department: String,
    /// Whether it approves.
    pub approve: bool,
    /// What they said.
    pub answer: String,
    /// When, Unix milliseconds.
    pub time_ms: u64,
}

/// An approval.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Number.
    pub id: i64,
    /// What for.
    pub asked: Asked,
    /// Who asked: staff number and name.
    pub requester: (String, String),
    /// The fields: of an access those to be seen, of an export those in the file.
    pub fields: Vec<Field>,
    /// Why.
    pub reason: String,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
    /// Until when it can be decided, Unix milliseconds.
    pub lapses_ms: u64,
    /// Where it stands.
    pub state: ApprovalState,
    /// How many have to approve, each of another department.
    pub needed: u32,
    /// Who has decided, the first of them first.
    pub votes: Vec<Vote>,
    /// When it was decided, Unix milliseconds.
    pub decided_ms: Option<u64>,
    /// Until when it can be used, Unix milliseconds.
    pub expires_ms: Option<u64>,
    /// Of one that waits for the reader: the staff number and name of the absent one in whose place they would decide.
    pub in_place_of: Option<(String, String)>,
}

/// Approvals that concern somebody.
pub struct ApprovalList {
    /// Those that wait for a decision which they may make, oldest first.
    pub waiting: Vec<Approval>,
    /// Those that they asked for, newest first.
    pub mine: Vec<Approval>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}
