//! Records as they come in: from a file, or from the API.

use std::fmt;

use jiff::civil::Date;

use super::{CustomerNo, Details, Invalid, Kind, StaffNo};
use crate::policy::Role;

/// A customer that comes in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// The company's own number for the customer.
    pub no: CustomerNo,
    /// Person or firm.
    pub kind: Kind,
    /// The fields that will be sealed.
    pub details: Details,
    /// The sales region; empty when unknown.
    pub region: String,
    /// Who cares for the customer.
    pub owner: Option<StaffNo>,
    /// The day co-operation began.
    pub since: Date,
    /// What the old system says the customer spent in the last twelve months, in fen (分).
    pub declared_spend_fen: i64,
}

/// A purchase that comes in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Who bought.
    pub customer: CustomerNo,
    /// The day of the purchase.
    pub date: Date,
    /// How many items.
    pub items: u32,
    /// What they cost, in fen (分).
    pub amount_fen: i64,
}

/// A member of staff who comes in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewStaff {
    /// The company's own number for the person.
    pub no: StaffNo,
    /// The person's name.
    pub name: String,
    /// The department, as the company calls it.
    pub department: String,
    /// The job, as the company calls it: 主管, 员工, 合规专员 …
    pub title: String,
    /// What department and title make the person to the system ([`role_of`]).
    pub role: Role,
    /// The sales region; empty when unknown.
    pub region: String,
    /// Whom the person reports to.
    pub manager: Option<StaffNo>,
    /// The first day at work.
    pub joined: Date,
    /// The address at work; empty when unknown.
    pub email: String,
}

macro_rules! debug_number_only {
    ($($record:ident . $no:ident),*) => {$(
        impl fmt::Debug for $record {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($record)).field(stringify!($no), &self.$no).finish_non_exhaustive()
            }
        }
    )*};
}
debug_number_only!(NewCustomer.no, NewOrder.customer, NewStaff.no);

/// The role that a department and a title stand for. A title says it where it can; the department decides for
/// 员工 and 主管. The English names of the roles are taken as titles in every department, but for `operator`,
/// which is nobody.
///
/// # Errors
/// `BadChoice` when they stand for none.
pub fn role_of(department: &str, title: &str) -> Result<Role, Invalid> {
    let english = title.to_ascii_lowercase();
    if let Some(role) = Role::parse(&english).filter(|role| *role != Role::Operator) {
        return Ok(role);
    }
    let department = department.strip_suffix('部').unwrap_or(department);
    match (department, title) {
        (_, "数据保护负责人") => Ok(Role::Dpo),
        (_, "系统管理员") => Ok(Role::Administrator),
        (_, "合规专员") => Ok(Role::Compliance),
        (_, "安全专员" | "安全主管") => Ok(Role::Security),
        (_, "人事") => Ok(Role::Hr),
        (_, "法务") => Ok(Role::Legal),
        (_, "审计" | "审计员") => Ok(Role::Auditor),
        ("销售" | "客服", "主管") => Ok(Role::Manager),
        ("销售", "员工") => Ok(Role::Staff),
        ("客服", "员工") => Ok(Role::Service),
        ("市场", "员工" | "主管") => Ok(Role::Marketing),
        ("合规", "员工" | "主管") => Ok(Role::Compliance),
        ("安全", "员工" | "主管") => Ok(Role::Security),
        ("人事" | "人力资源", "员工" | "主管") => Ok(Role::Hr),
        ("法务", "员工" | "主管") => Ok(Role::Legal),
        ("审计", "员工" | "主管") => Ok(Role::Auditor),
        _ => Err(Invalid::BadChoice),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_and_titles_make_roles() {
        for (department, title, role) in [
            ("销售部", "员工", Role::Staff),
            ("销售部", "主管", Role::Manager),
            ("客服部", "员工", Role::Service),
            ("客服部", "主管", Role::Manager),
            ("市场部", "员工", Role::Marketing),
            ("合规部", "合规专员", Role::Compliance),
            ("合规部", "数据保护负责人", Role::Dpo),
            ("安全部", "安全专员", Role::Security),
            ("安全部", "安全主管", Role::Security),
            ("人力资源部", "人事", Role::Hr),
            ("法务部", "法务", Role::Legal),
            ("信息部", "系统管理员", Role::Administrator),
            ("审计", "审计员", Role::Auditor),
            ("Sales", "Manager", Role::Manager),
            ("", "dpo", Role::Dpo),
        ] {
            assert_eq!(role_of(department, title), Ok(role), "{department} {title}");
        }
        for (department, title) in
            [("销售部", "总裁"), ("", ""), ("信息部", "员工"), ("财务部", "主管"), ("", "operator")]
        {
            assert_eq!(role_of(department, title), Err(Invalid::BadChoice), "{department} {title}");
        }
    }
}
