//! The roles that the policy knows.

/// What a person is to the system. A person has one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// Sales: cares for the customers they own.
    Staff = 1,
    /// Leads a department in a region: assigns, approves, reviews.
    Manager = 2,
    /// After-sales service of a region.
    Service = 3,
    /// Campaigns: sees masks of the lower tiers only.
    Marketing = 4,
    /// Watches accesses, approves, checks.
    Compliance = 5,
    /// Data protection officer (数据保护负责人, PIPL article 52).
    Dpo = 6,
    /// Reads the ledger, sees no customer.
    Security = 7,
    /// Joiners and leavers; sees no customer.
    Hr = 8,
    /// Evidence; sees a customer only with an approval.
    Legal = 9,
    /// Runs the system: staff, roles, settings, policy, import; sees no customer.
    Administrator = 10,
    /// Reads the ledger, sees no customer.
    Auditor = 11,
    /// The command line on the machine itself: what the administrator may, before there is one.
    Operator = 12,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 12] = [
        Role::Staff,
        Role::Manager,
        Role::Service,
        Role::Marketing,
        Role::Compliance,
        Role::Dpo,
        Role::Security,
        Role::Hr,
        Role::Legal,
        Role::Administrator,
        Role::Auditor,
        Role::Operator,
    ];

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Role::Staff => "staff",
            Role::Manager => "manager",
            Role::Service => "service",
            Role::Marketing => "marketing",
            Role::Compliance => "compliance",
            Role::Dpo => "dpo",
            Role::Security => "security",
            Role::Hr => "hr",
            Role::Legal => "legal",
            Role::Administrator => "administrator",
            Role::Auditor => "auditor",
            Role::Operator => "operator",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }
}
