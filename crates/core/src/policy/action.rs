//! What can be asked of the policy, and what an access can be for.

/// Something that somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See customers in a list or a search, masked.
    ListCustomers,
    /// See a customer's page, masked.
    ViewCustomer,
    /// See sealed fields in clear. Asked once a class.
    Reveal,
    /// Read what the customer bought.
    ReadOrders,
    /// Read who looked at the customer, and why.
    ReadAccesses,
    /// Enter a customer.
    CreateCustomer,
    /// Change fields of a customer. Asked once a class.
    ChangeCustomer,
    /// Give a customer another owner or contact person.
    AssignCustomer,
    /// Let somebody else see a customer, and fields of some classes, until a day.
    ShareCustomer,
    /// Take back that somebody sees a customer.
    EndShare,
    /// See which customers are in the public pool, without anything that is sealed.
    ReadPool,
    /// Take a customer out of the public pool for oneself.
    ClaimCustomer,
    /// Do the periodic access review of a high-tier customer.
    ReviewAccess,
    /// Make the audit sheet of a customer: who has access, who had it, and why.
    MakeAuditSheet,
    /// Import staff, customers, orders.
    ImportData,
    /// Open a task about a customer.
    CreateTask,
    /// Write down what was said and agreed with a customer; begin a call.
    FollowUp,
    /// Read all that happened with a customer, and the files on it.
    ReadHistory,
    /// Have a machine call a customer or write to them, without being shown the number.
    Connect,
    /// Ask that fields of a customer be approved for oneself.
    RequestApproval,
    /// Approve or refuse what somebody else asked for.
    DecideApproval,
    /// Read what the system holds about oneself.
    ReadOwnRecord,
    /// Read what a colleague did.
    ReadTeamActivity,
    /// Read entries of the ledger.
    ReadLedger,
    /// Recompute the ledger.
    VerifyLedger,
    /// Make evidence for a stranger out of the ledger.
    MakeEvidence,
    /// Find out where a leaked list of customers comes from.
    TraceLeak,
    /// Erase a customer for good.
    EraseCustomer,
    /// Take a file of customers out. Asked for the amount, not for a customer.
    ExportCustomers,
    /// Approve or refuse what somebody asked for that is not about fields of a customer: an export, a hand-over, a customer
    /// to own.
    DecideRequest,
    /// Open somebody's hand-over, split it, bring it before the department head.
    ManageHandover,
    /// Close a hand-over: file it, and end the sign-in of who leaves.
    CloseHandover,
    /// Read the list of staff.
    ReadStaff,
    /// Change staff, roles, sign-ins.
    ManageStaff,
    /// Freeze somebody at once; ask for the release of somebody who is frozen.
    FreezeStaff,
    /// Change settings.
    ManageSettings,
    /// Read and acknowledge the ownership rules.
    ReadRules,
    /// Change the ownership rules, and see who has acknowledged them.
    ManageRules,
    /// Read and try the policy.
    ReadPolicy,
    /// Ask that another policy or tier rule be put in force.
    ProposeRules,
    /// Put another version of the policy in force without anybody else: at the machine, with the key of the house.
    ManagePolicy,
}

impl Action {
    /// Every action, in the order in which tables show them.
    pub const ALL: [Action; 41] = [
        Action::ListCustomers,
        Action::ViewCustomer,
        Action::Reveal,
        Action::ReadOrders,
        Action::ReadAccesses,
        Action::CreateCustomer,
        Action::ChangeCustomer,
        Action::AssignCustomer,
        Action::ShareCustomer,
        Action::EndShare,
        Action::ReadPool,
        Action::ClaimCustomer,
        Action::ReviewAccess,
        Action::MakeAuditSheet,
        Action::ImportData,
        Action::CreateTask,
        Action::FollowUp,
        Action::ReadHistory,
        Action::Connect,
        Action::RequestApproval,
        Action::DecideApproval,
        Action::ReadOwnRecord,
        Action::ReadTeamActivity,
        Action::ReadLedger,
        Action::VerifyLedger,
        Action::MakeEvidence,
        Action::TraceLeak,
        Action::EraseCustomer,
        Action::ExportCustomers,
        Action::DecideRequest,
        Action::ManageHandover,
        Action::CloseHandover,
        Action::ReadStaff,
        Action::ManageStaff,
        Action::FreezeStaff,
        Action::ManageSettings,
        Action::ReadRules,
        Action::ManageRules,
        Action::ReadPolicy,
        Action::ProposeRules,
        Action::ManagePolicy,
    ];

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Action::ListCustomers => "list_customers",
            Action::ViewCustomer => "view_customer",
            Action::Reveal => "reveal",
            Action::ReadOrders => "read_orders",
            Action::ReadAccesses => "read_accesses",
            Action::CreateCustomer => "create_customer",
            Action::ChangeCustomer => "change_customer",
            Action::AssignCustomer => "assign_customer",
            Action::ShareCustomer => "share_customer",
            Action::EndShare => "end_share",
            Action::ReadPool => "read_pool",
            Action::ClaimCustomer => "claim_customer",
            Action::ReviewAccess => "review_access",
            Action::MakeAuditSheet => "make_audit_sheet",
            Action::ImportData => "import_data",
            Action::CreateTask => "create_task",
            Action::FollowUp => "follow_up",
            Action::ReadHistory => "read_history",
            Action::Connect => "connect",
            Action::RequestApproval => "request_approval",
            Action::DecideApproval => "decide_approval",
            Action::ReadOwnRecord => "read_own_record",
            Action::ReadTeamActivity => "read_team_activity",
            Action::ReadLedger => "read_ledger",
            Action::VerifyLedger => "verify_ledger",
            Action::MakeEvidence => "make_evidence",
            Action::TraceLeak => "trace_leak",
            Action::EraseCustomer => "erase_customer",
            Action::ExportCustomers => "export_customers",
            Action::DecideRequest => "decide_request",
            Action::ManageHandover => "manage_handover",
            Action::CloseHandover => "close_handover",
            Action::ReadStaff => "read_staff",
            Action::ManageStaff => "manage_staff",
            Action::FreezeStaff => "freeze_staff",
            Action::ManageSettings => "manage_settings",
            Action::ReadRules => "read_rules",
            Action::ManageRules => "manage_rules",
            Action::ReadPolicy => "read_policy",
            Action::ProposeRules => "propose_rules",
            Action::ManagePolicy => "manage_policy",
        }
    }

    /// The action of this name.
    pub fn parse(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|a| a.name() == name)
    }

    /// Whether the answer depends on the customer: then the question must carry one.
    pub fn about_customer(self) -> bool {
        matches!(
            self,
            Action::ListCustomers
                | Action::ViewCustomer
                | Action::Reveal
                | Action::ReadOrders
                | Action::ReadAccesses
                | Action::ChangeCustomer
                | Action::AssignCustomer
                | Action::ShareCustomer
                | Action::EndShare
                | Action::ClaimCustomer
                | Action::ReviewAccess
                | Action::MakeAuditSheet
                | Action::CreateTask
                | Action::FollowUp
                | Action::ReadHistory
                | Action::Connect
                | Action::RequestApproval
                | Action::DecideApproval
                | Action::EraseCustomer
        )
    }

    /// Whether the answer depends on a colleague: the question carries one, or is about the actor's own place.
    pub fn about_colleague(self) -> bool {
        matches!(
            self,
            Action::ReadTeamActivity | Action::ManageHandover | Action::CloseHandover | Action::FreezeStaff
        )
    }

    /// Whether rules may ask if somebody stands above the actor: who asked for what is decided, or whose matter it is.
    pub(super) fn looks_upwards(self) -> bool {
        matches!(
            self,
            Action::DecideApproval
                | Action::DecideRequest
                | Action::ManageHandover
                | Action::CloseHandover
                | Action::FreezeStaff
        )
    }

    /// Whether the answer depends on the class of the fields: then it is asked once a class.
    pub fn by_class(self) -> bool {
        matches!(self, Action::Reveal | Action::ChangeCustomer)
    }
}

/// How much is taken out at once. What counts as how much are settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Few, masked, and all of them in the actor's own area.
    Small,
    /// More than that, or fields in clear.
    Large,
}

impl Extent {
    /// Both.
    pub const ALL: [Extent; 2] = [Extent::Small, Extent::Large];

    /// The name used by the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Extent::Small => "small",
            Extent::Large => "large",
        }
    }
}

/// What somebody can ask others for that is not about fields of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// An export of customers.
    Export,
    /// That customers of somebody who leaves or moves on go to those who signed for them.
    Handover,
    /// To own a customer that is with the company already.
    Claim,
    /// That somebody else sees a customer.
    Share,
    /// That another policy be put in force.
    Policy,
    /// That another tier rule be put in force, and customers moved by it.
    Tiers,
    /// That somebody who is frozen be let go.
    Release,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [RequestKind; 7] = [
        RequestKind::Export,
        RequestKind::Handover,
        RequestKind::Claim,
        RequestKind::Share,
        RequestKind::Policy,
        RequestKind::Tiers,
        RequestKind::Release,
    ];

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            RequestKind::Export => "export",
            RequestKind::Handover => "handover",
            RequestKind::Claim => "claim",
            RequestKind::Share => "share",
            RequestKind::Policy => "policy",
            RequestKind::Tiers => "tiers",
            RequestKind::Release => "release",
        }
    }
}

/// What an access is for: something that exists. That it is open, theirs and about this customer is for the
/// caller to check before asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PurposeKind {
    /// An open task of the actor.
    Task,
    /// A call (or a message) of the actor's that goes on: a follow-up that has not ended.
    Call,
    /// An order of the customer.
    Order,
    /// An approval: theirs, granted, not expired, covering the fields.
    Approval,
}

impl PurposeKind {
    /// Every kind, the easiest to come by first.
    pub const ALL: [PurposeKind; 4] =
        [PurposeKind::Task, PurposeKind::Call, PurposeKind::Order, PurposeKind::Approval];

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            PurposeKind::Task => "task",
            PurposeKind::Call => "call",
            PurposeKind::Order => "order",
            PurposeKind::Approval => "approval",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<PurposeKind> {
        PurposeKind::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// A purpose as stated: the kind and which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// What sort of thing.
    pub kind: PurposeKind,
    /// Which one, as the API writes it: `17` of `task:17`.
    pub reference: String,
}
