//! What would permit what was denied: found by asking the policy the same question a little differently.

use super::facts::{About, Case, CustomerCase, Whose};
use super::{Policy, PurposeKind, Role, Sentence};
use crate::record::Tier;

/// Something that would turn a denial round. The policy has been asked: each one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// The actor, with a purpose of this kind.
    Purpose(PurposeKind),
    /// The actor, once the access review is done.
    ReviewDone {
        /// The purpose it then takes, if another than was stated.
        with: Option<PurposeKind>,
    },
    /// The named contact person of the customer.
    ContactPerson {
        /// Whether the customer has one; else one is to be named.
        named: bool,
        /// The purpose it takes, if another than was stated.
        with: Option<PurposeKind>,
    },
    /// The owner of the customer.
    Owner {
        /// The purpose it takes, if another than was stated.
        with: Option<PurposeKind>,
    },
    /// A manager of the customer's department, in its region.
    DepartmentManager {
        /// The purpose it takes, if another than was stated.
        with: Option<PurposeKind>,
    },
    /// Somebody else than who asked for the approval.
    AnotherPerson,
    /// Somebody of this role.
    Role(Role),
}

impl WayOut {
    /// The way out, for people.
    pub fn sentence(self) -> Sentence {
        let (zh, en) = match self {
            WayOut::Purpose(kind) => (with_zh(kind).to_owned(), format!("do it for {}", with_en(kind))),
            WayOut::ReviewDone { with } => {
                then("完成定期访问复核", "have the access review done first", with)
            }
            WayOut::ContactPerson { named: true, with } => {
                then("由指定联系人操作", "its named contact person can", with)
            }
            WayOut::ContactPerson { named: false, with } => {
                then("先指定联系人，由其操作", "a contact person, once one is named, can", with)
            }
            WayOut::Owner { with } => then("由客户负责人操作", "its owner can", with),
            WayOut::DepartmentManager { with } => {
                then("由客户所属部门的主管操作", "a manager of its department can", with)
            }
            WayOut::AnotherPerson => {
                ("由申请人以外的人操作".to_owned(), "somebody else than the requester can".to_owned())
            }
            WayOut::Role(role) => {
                (format!("由{}操作", role_zh(role)), format!("somebody with the role {} can", role.name()))
            }
        };
        Sentence::new(zh, en)
    }
}

impl Policy {
    /// What would permit all these cases of one request, the cheapest first: another purpose, the review, another
    /// person; another role only when there is nothing else.
    pub(super) fn ways_out(&self, denied: &[Case]) -> Vec<WayOut> {
        let Some(first) = denied.first() else { return Vec::new() };
        let flips = |change: &dyn Fn(&Case) -> Case| denied.iter().all(|c| self.answer(&change(c)).allowed);
        let mut ways = Vec::new();
        if let About::Customer(customer) = &first.about {
            let named = customer.contact != Whose::Nobody;
            let enough = |p: PurposeKind| flips(&|c| for_purpose(c, Some(p)));
            ways.extend(PurposeKind::ALL.into_iter().filter(|p| enough(*p)).map(WayOut::Purpose));
            // A purpose that would do for the actor says nothing about somebody else.
            let mut purposes = vec![None];
            purposes.extend(PurposeKind::ALL.into_iter().filter(|p| !enough(*p)).map(Some));
            let by = |change: &dyn Fn(&Case, &CustomerCase) -> Option<Case>| {
                let changed = |c: &Case| match &c.about {
                    About::Customer(customer) => change(c, customer).unwrap_or_else(|| c.clone()),
                    _ => c.clone(),
                };
                purposes.iter().copied().find(|p| flips(&|c| changed(&for_purpose(c, *p))))
            };
            ways.extend(by(&review_done).map(|with| WayOut::ReviewDone { with }));
            ways.extend(by(&contact_person).map(|with| WayOut::ContactPerson { named, with }));
            ways.extend(by(&owner).map(|with| WayOut::Owner { with }));
            ways.extend(by(&manager).map(|with| WayOut::DepartmentManager { with }));
        }
        if let About::Extent(_) = &first.about
            && flips(&|c| for_purpose(c, Some(PurposeKind::Approval)))
        {
            ways.push(WayOut::Purpose(PurposeKind::Approval));
        }
        if first.own_request && flips(&|c| Case { own_request: false, ..c.clone() }) {
            ways.push(WayOut::AnotherPerson);
        }
        if ways.is_empty() {
            let can = |role: &Role| flips(&|c| Case { role: *role, ..c.clone() });
            ways.extend(Role::ALL.into_iter().filter(can).map(WayOut::Role));
        }
        ways
    }
}

/// The same case for another purpose; `None` leaves it as it was.
fn for_purpose(case: &Case, purpose: Option<PurposeKind>) -> Case {
    Case { purpose: purpose.or(case.purpose), ..case.clone() }
}

fn review_done(case: &Case, customer: &CustomerCase) -> Option<Case> {
    let done = CustomerCase { review_overdue: false, ..customer.clone() };
    customer.review_overdue.then(|| Case { about: About::Customer(done), ..case.clone() })
}

fn contact_person(case: &Case, customer: &CustomerCase) -> Option<Case> {
    let has_one = customer.contact != Whose::Nobody || customer.group.tier == Tier::High;
    let named = CustomerCase { contact: Whose::Actor, shared: None, ..customer.clone() };
    (has_one && customer.contact != Whose::Actor).then(|| of_its_department(case, Role::Staff, named))
}

fn owner(case: &Case, customer: &CustomerCase) -> Option<Case> {
    let contact = if customer.contact == Whose::Actor { Whose::Another } else { customer.contact };
    let owned = CustomerCase { owner: Whose::Actor, contact, shared: None, ..customer.clone() };
    (customer.owner == Whose::Another).then(|| of_its_department(case, Role::Staff, owned))
}

fn manager(case: &Case, customer: &CustomerCase) -> Option<Case> {
    let from_outside = |w: Whose| if w == Whose::Actor { Whose::Another } else { w };
    let (owner, contact) = (from_outside(customer.owner), from_outside(customer.contact));
    let led = CustomerCase { owner, contact, shared: None, ..customer.clone() };
    Some(Case { own_request: false, ..of_its_department(case, Role::Manager, led) })
}

fn of_its_department(case: &Case, role: Role, customer: CustomerCase) -> Case {
    let (department, region) = (customer.group.department.clone(), customer.group.region.clone());
    Case { role, department, region, about: About::Customer(customer), ..case.clone() }
}

fn with_zh(kind: PurposeKind) -> &'static str {
    match kind {
        PurposeKind::Task => "凭未关闭的任务",
        PurposeKind::Call => "凭正在记录的通话",
        PurposeKind::Order => "凭该客户的订单",
        PurposeKind::Approval => "先申请批准",
    }
}

fn with_en(kind: PurposeKind) -> &'static str {
    match kind {
        PurposeKind::Task => "an open task",
        PurposeKind::Call => "a call being logged",
        PurposeKind::Order => "an order of the customer",
        PurposeKind::Approval => "a granted approval",
    }
}

fn then(zh: &str, en: &str, with: Option<PurposeKind>) -> (String, String) {
    match with {
        None => (zh.to_owned(), en.to_owned()),
        Some(kind) => (format!("{zh}（{}）", with_zh(kind)), format!("{en}, for {}", with_en(kind))),
    }
}

fn role_zh(role: Role) -> &'static str {
    match role {
        Role::Staff => "销售员工",
        Role::Manager => "主管",
        Role::Service => "客服人员",
        Role::Marketing => "市场人员",
        Role::Compliance => "合规专员",
        Role::Dpo => "数据保护负责人",
        Role::Security => "安全专员",
        Role::Hr => "人事",
        Role::Legal => "法务",
        Role::Administrator => "系统管理员",
        Role::Auditor => "审计人员",
        Role::Operator => "运维人员",
    }
}
