//! What a customer record is: fields, classes, kinds and tiers, and the checks at the door.
//!
//! **Invariant:** a value that reached a validated type is valid and in its normal form; nothing in this room
//! prints one.

mod check;
mod code;
mod details;
mod field;
mod invalid;
mod new;
mod number;
#[cfg(test)]
mod tests;
mod tier;

pub(crate) use check::is_hidden;
pub use check::{check, label};
pub use code::{CustomerNo, StaffNo};
pub use details::Details;
pub use field::{Class, ClassSet, Field};
pub use invalid::Invalid;
pub use new::{NewCustomer, NewOrder, NewStaff, role_of};
pub use number::{date_of_serial, parse_count, parse_date, parse_fen};
pub use tier::{TierRule, tier_of};

/// Whether a customer is a person or a firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A natural person.
    Person = 1,
    /// A firm.
    Company = 2,
}

impl Kind {
    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Person => "person",
            Kind::Company => "company",
        }
    }

    /// The kind of this name, English or Chinese.
    pub fn parse(name: &str) -> Option<Kind> {
        match name {
            "个人" | "自然人" => Some(Kind::Person),
            "企业" | "公司" | "单位" => Some(Kind::Company),
            _ if name.eq_ignore_ascii_case("person") => Some(Kind::Person),
            _ if name.eq_ignore_ascii_case("company") => Some(Kind::Company),
            _ => None,
        }
    }
}

/// How much protection a customer gets. Ordered: `Low < Medium < High`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// Basic fields, limited sharing.
    Low = 1,
    /// Shared in the department, graded rights.
    Medium = 2,
    /// A named contact person, reveals only with a task or an approval, periodic access review.
    High = 3,
}

impl Tier {
    /// Every tier, lowest first.
    pub const ALL: [Tier; 3] = [Tier::Low, Tier::Medium, Tier::High];

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Low => "low",
            Tier::Medium => "medium",
            Tier::High => "high",
        }
    }

    /// The tier of this name.
    pub fn parse(name: &str) -> Option<Tier> {
        Tier::ALL.into_iter().find(|t| t.name() == name)
    }
}
