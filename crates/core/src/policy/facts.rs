//! What the policy is told. A decision is a pure function of it.

use super::{Action, Extent, PurposeKind, RequestKind, Role};
use crate::record::{Class, ClassSet, Kind, Tier};

/// The one who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ActorFacts {
    /// Staff number. Rules cannot name it; it says who is the owner.
    pub staff_no: String,
    /// What they are to the system.
    pub role: Role,
    /// Department, such as `销售部`.
    pub department: String,
    /// Region, such as `华南`; empty at headquarters.
    pub region: String,
}

/// A customer, as far as the policy looks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomerFacts {
    /// Staff number of the owner.
    pub owner: Option<String>,
    /// Staff number of the named contact person.
    pub contact_person: Option<String>,
    /// The owner's department.
    pub department: String,
    /// Region of the customer.
    pub region: String,
    /// How much protection it gets.
    pub tier: Tier,
    /// Person or firm.
    pub kind: Kind,
    /// Whether its periodic access review is overdue.
    pub review_overdue: bool,
    /// Whether it is in the public pool.
    pub pooled: bool,
    /// The classes of fields that are shared with the one who asks; `None` when the customer is not shared with them.
    pub shared: Option<ClassSet>,
}

/// What the customers of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupFacts {
    /// The owners' department.
    pub department: String,
    /// Region of the customers.
    pub region: String,
    /// How much protection they get.
    pub tier: Tier,
    /// Persons or firms.
    pub kind: Kind,
}

/// Somebody whose activity is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Colleague {
    /// Their department.
    pub department: String,
    /// Their region; empty at headquarters.
    pub region: String,
}

/// One question to the policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who asks.
    pub actor: ActorFacts,
    /// What they want to do.
    pub action: Action,
    /// The customer, when the action is about one.
    pub customer: Option<CustomerFacts>,
    /// The colleague of [`Action::ReadTeamActivity`], who hands over in [`Action::ManageHandover`] and
    /// [`Action::CloseHandover`], whom [`Action::FreezeStaff`] freezes, or whom the request of [`Action::DecideRequest`] is a
    /// matter of (an export: who made it; a hand-over: the leaver; a claim, a share: the customer's owner; a release: who is
    /// frozen); without one, the actor's own department and region.
    pub colleague: Option<Colleague>,
    /// What was asked for, when [`Action::DecideRequest`] is about it; without one, an export.
    pub asked: Option<RequestKind>,
    /// How much [`Action::ExportCustomers`] takes out; without one, a lot.
    pub extent: Option<Extent>,
    /// The class of the fields, when the action is asked by class; without one, basic.
    pub class: Option<Class>,
    /// What it is for.
    pub purpose: Option<PurposeKind>,
    /// Who asked for what [`Action::DecideApproval`] or [`Action::DecideRequest`] decides (without one it counts as the
    /// actor's own), who is to get the customer of [`Action::AssignCustomer`], who hands over, or who is frozen.
    pub requester: Option<String>,
    /// Whether the actor's own customers are being handed over, for [`Action::ExportCustomers`].
    pub leaving: bool,
    /// Whether the actor stands below the requester in the line of managers.
    pub below: bool,
    /// Whether those who are to see the customer of [`Action::ShareCustomer`] are of its department.
    pub inside: bool,
    /// The company's local hour, 0 to 23.
    pub hour: u8,
}

impl Question {
    /// A question with nothing but who, what and when.
    pub fn new(actor: ActorFacts, action: Action, hour: u8) -> Question {
        Question {
            actor,
            action,
            customer: None,
            colleague: None,
            asked: None,
            extent: None,
            class: None,
            purpose: None,
            requester: None,
            leaving: false,
            below: false,
            inside: false,
            hour,
        }
    }
}

/// What the actor is to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Relation {
    /// Owner or named contact person.
    Own,
    /// Neither, and the customer is shared with them.
    Shared,
    Other,
}

impl Relation {
    pub(super) const ALL: [Relation; 3] = [Relation::Own, Relation::Shared, Relation::Other];
}

/// What somebody is to a customer, seen from the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    Nobody,
    Actor,
    Another,
}

impl Whose {
    fn of(who: Option<&str>, actor: &str) -> Whose {
        match who {
            None => Whose::Nobody,
            Some(no) if no == actor => Whose::Actor,
            Some(_) => Whose::Another,
        }
    }
}

/// A question with all names taken out: what a decision depends on, and therefore what it is remembered under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Case {
    pub(super) role: Role,
    pub(super) department: String,
    pub(super) region: String,
    pub(super) action: Action,
    pub(super) about: About,
    pub(super) class: Option<Class>,
    pub(super) purpose: Option<PurposeKind>,
    pub(super) own_request: bool,
    pub(super) leaving: bool,
    pub(super) below: bool,
    pub(super) inside: bool,
    pub(super) hour: u8,
}

/// What a case is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum About {
    Company,
    /// What is taken out: how much.
    Extent(Extent),
    Colleague(Colleague),
    /// What was asked for, and where they work whose matter it is.
    Request(RequestKind, Colleague),
    Group {
        relation: Relation,
        group: GroupFacts,
    },
    Customer(CustomerCase),
}

/// A customer without names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CustomerCase {
    pub(super) owner: Whose,
    pub(super) contact: Whose,
    pub(super) group: GroupFacts,
    pub(super) review_overdue: bool,
    pub(super) pooled: bool,
    /// What is shared with the actor; `None` for one's own, too, so that a page knows no more than a list.
    pub(super) shared: Option<ClassSet>,
}

impl CustomerCase {
    fn of(facts: &CustomerFacts, actor: &str) -> CustomerCase {
        let mut case = CustomerCase {
            owner: Whose::of(facts.owner.as_deref(), actor),
            contact: Whose::of(facts.contact_person.as_deref(), actor),
            group: GroupFacts {
                department: facts.department.clone(),
                region: facts.region.clone(),
                tier: facts.tier,
                kind: facts.kind,
            },
            review_overdue: facts.review_overdue,
            pooled: facts.pooled,
            shared: facts.shared,
        };
        if case.relation() == Relation::Own {
            case.shared = None;
        }
        case
    }

    pub(super) fn relation(&self) -> Relation {
        match self.shared {
            _ if self.owner == Whose::Actor || self.contact == Whose::Actor => Relation::Own,
            Some(_) => Relation::Shared,
            None => Relation::Other,
        }
    }
}

impl Case {
    /// The case of a question; `None` when it is about a customer and carries none.
    pub(super) fn of(question: &Question) -> Option<Case> {
        let actor = &question.actor;
        let action = question.action;
        let about = if action.about_customer() {
            let customer = CustomerCase::of(question.customer.as_ref()?, &actor.staff_no);
            match action {
                Action::ListCustomers => {
                    About::Group { relation: customer.relation(), group: customer.group }
                }
                _ => About::Customer(customer),
            }
        } else {
            let own = || Colleague { department: actor.department.clone(), region: actor.region.clone() };
            match action {
                _ if action.about_colleague() => {
                    About::Colleague(question.colleague.clone().unwrap_or_else(own))
                }
                Action::DecideRequest => About::Request(
                    question.asked.unwrap_or(RequestKind::Export),
                    question.colleague.clone().unwrap_or_else(own),
                ),
                Action::ExportCustomers => About::Extent(question.extent.unwrap_or(Extent::Large)),
                _ => About::Company,
            }
        };
        let purposeful = matches!(about, About::Customer(_) | About::Extent(_));
        Some(Case {
            role: actor.role,
            department: actor.department.clone(),
            region: actor.region.clone(),
            action,
            about,
            class: action.by_class().then(|| question.class.unwrap_or(Class::Basic)),
            purpose: question.purpose.filter(|_| purposeful),
            leaving: question.leaving
                && matches!(action, Action::ExportCustomers | Action::CreateCustomer | Action::ClaimCustomer),
            below: question.below && action.looks_upwards(),
            inside: question.inside && action == Action::ShareCustomer,
            own_request: match action {
                Action::DecideApproval | Action::DecideRequest => {
                    question.requester.as_ref().is_none_or(|no| *no == actor.staff_no)
                }
                Action::AssignCustomer
                | Action::ReviewAccess
                | Action::ManageHandover
                | Action::CloseHandover
                | Action::FreezeStaff => question.requester.as_ref().is_some_and(|no| *no == actor.staff_no),
                _ => false,
            },
            hour: question.hour,
        })
    }

    /// The case of somebody without department or region who asks for what is about no customer.
    pub(super) fn company(role: Role, action: Action, hour: u8) -> Case {
        Case {
            role,
            department: String::new(),
            region: String::new(),
            action,
            about: About::Company,
            class: None,
            purpose: None,
            own_request: false,
            leaving: false,
            below: false,
            inside: false,
            hour,
        }
    }

    /// The case of a group in a list.
    pub(super) fn listing(actor: &ActorFacts, group: &GroupFacts, relation: Relation, hour: u8) -> Case {
        Case {
            role: actor.role,
            department: actor.department.clone(),
            region: actor.region.clone(),
            action: Action::ListCustomers,
            about: About::Group { relation, group: group.clone() },
            class: None,
            purpose: None,
            own_request: false,
            leaving: false,
            below: false,
            inside: false,
            hour,
        }
    }

    /// Whether rules may ask if the actor sees the customer's page: all that is done with one customer but that.
    pub(super) fn builds_on_view(&self) -> bool {
        matches!(self.about, About::Customer(_)) && self.action != Action::ViewCustomer
    }

    /// The same, asking only for the masked page.
    pub(super) fn viewing(&self) -> Case {
        Case {
            action: Action::ViewCustomer,
            class: None,
            own_request: false,
            leaving: false,
            below: false,
            inside: false,
            ..self.clone()
        }
    }
}
