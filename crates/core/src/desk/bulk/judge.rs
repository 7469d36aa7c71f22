//! What the policy says of one customer among many, as it would say of the customer alone.

use std::collections::BTreeSet;

use super::super::{
    DeskError,
    shares::{Viewer, cares},
    staff::facts_of,
};
use crate::{
    StaffRow, Tigertally,
    entry::Body,
    identity::Actor,
    policy::{
        Action, CustomerFacts, Denial, Permit, Policy, PurposeKind, Question, Request, RuleId, Subject,
    },
    store::{
        bulk::{BulkItem, BulkKind, BulkOutcome, BulkRow},
        customers::Customer,
        shares::Receiver,
        staff,
    },
};

/// What is judged by for all of them: read once.
pub(super) struct Judge {
    pub(super) kind: BulkKind,
    policy: std::sync::Arc<Policy>,
    hour: u8,
    /// Who gets them: of an assignment the receiver, of a claim the actor.
    pub(super) gets: Option<StaffRow>,
    /// With whom they are shared, and of which department.
    shares_with: Option<(Receiver, String)>,
    /// The customers that are shared with the actor.
    shared: Vec<i64>,
    /// Whether the actor's own customers are being handed over.
    leaving: bool,
}

/// What the policy says of one.
pub(super) enum Judged {
    Permitted(Box<Permit>),
    Left(BulkOutcome, Vec<RuleId>),
}

impl Judge {
    /// What it takes to judge, for a bulk.
    pub(super) fn new(this: &Tigertally, actor: &Actor, row: &BulkRow) -> Result<Judge, DeskError> {
        let person = match (row.kind, &row.to) {
            (BulkKind::Claim, _) => Some(actor.id()),
            (BulkKind::Assign | BulkKind::Share, Some(Receiver::Person(person))) => Some(person.id),
            _ => None,
        };
        let person = match person {
            Some(id) => this.store.read(|conn| staff::by_id(conn, id))?.filter(StaffRow::acts),
            None => None,
        };
        // Whose customers go to others gets none, and sees no more of others'.
        let person = match person {
            Some(person) if row.kind != BulkKind::Claim && this.is_leaving(person.id)? => None,
            person => person,
        };
        let shares_with = match (&row.to, &person) {
            (Some(Receiver::Department(name)), _) => Some((Receiver::Department(name.clone()), name.clone())),
            (Some(to), Some(person)) if row.kind == BulkKind::Share => {
                Some((to.clone(), person.department.clone()))
            }
            _ => None,
        };
        Ok(Judge {
            kind: row.kind,
            policy: this.policy(),
            hour: this.hour(),
            gets: person.filter(|_| row.kind != BulkKind::Share),
            leaving: this.is_leaving(actor.id())?,
            shares_with,
            shared: this.shared_with(Viewer::from(actor))?,
        })
    }

    /// The facts of a customer for the actor; whether it is shared with them is known for all at once.
    fn facts(
        &self,
        this: &Tigertally,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<CustomerFacts, DeskError> {
        if self.shared.binary_search(&customer.id).is_ok() {
            return Ok(this.facts(customer, actor)?);
        }
        Ok(this.facts_with(customer, None))
    }

    /// What the policy is asked for, to do it.
    fn asked(&self) -> Action {
        match self.kind {
            BulkKind::Assign | BulkKind::Pool => Action::AssignCustomer,
            BulkKind::Share => Action::ShareCustomer,
            BulkKind::Claim => Action::ClaimCustomer,
        }
    }

    fn ask(&self, actor: &Actor, customer: &Customer, facts: CustomerFacts, asked: Action) -> Asking {
        let mut question = Question::new(actor.facts().clone(), asked, self.hour);
        question.customer = Some(facts.clone());
        question.leaving = self.leaving;
        let subject = Subject::Customer { id: customer.id, no: customer.no.clone(), facts };
        Asking {
            question,
            request: Request::new(actor.facts().clone(), asked, subject, self.hour).leaving(self.leaving),
        }
    }

    /// Whether the actor may do it with a customer, and it can be done.
    pub(super) fn judge(
        &self,
        this: &Tigertally,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<Judged, DeskError> {
        let left = |outcome| Ok(Judged::Left(outcome, Vec::new()));
        let mut facts = self.facts(this, actor, customer)?;
        let pooled = customer.pooled_ms.is_some();
        if self.kind == BulkKind::Claim && !pooled {
            // Asked as if it were in the pool: who could not claim it learns no more than that.
            (facts.owner, facts.contact_person, facts.pooled) = (None, None, true);
        }
        let asked = self.asked();
        let mut asking = self.ask(actor, customer, facts, asked);
        if self.kind == BulkKind::Assign && self.gets.as_ref().is_some_and(|gets| gets.id == actor.id()) {
            asking = asking.for_oneself(actor);
        }
        let inside =
            self.shares_with.as_ref().is_some_and(|(_, department)| *department == customer.department);
        asking = asking.inside(inside);
        if self.kind == BulkKind::Share && !self.policy.would(&asking.question).allowed {
            let approved = Question { purpose: Some(PurposeKind::Approval), ..asking.question.clone() };
            if self.policy.would(&approved).allowed {
                return left(BulkOutcome::Approval);
            }
        }
        let permit = match asking.decide(&self.policy) {
            Ok(permit) => permit,
            Err(rules) => return Ok(Judged::Left(BulkOutcome::Denied, rules)),
        };
        let nobodys = customer.owner.is_none();
        let could_own = |person: &StaffRow| this.could_own(&facts_of(person), &customer.place().group);
        let outcome = match (self.kind, &self.gets, &self.shares_with) {
            (BulkKind::Assign, Some(gets), _) if customer.owner.as_ref().is_some_and(|o| o.id == gets.id) => {
                Some(BulkOutcome::Same)
            }
            (BulkKind::Claim, ..) if !pooled => Some(BulkOutcome::NotPooled),
            (BulkKind::Assign, Some(gets), _) if !could_own(gets) => Some(BulkOutcome::Receiver),
            (BulkKind::Assign | BulkKind::Claim, None, _) | (BulkKind::Share, _, None) => {
                Some(BulkOutcome::Receiver)
            }
            (BulkKind::Pool, ..) if nobodys => Some(BulkOutcome::Same),
            (BulkKind::Share, _, Some((receiver, _))) if cares(customer, receiver) => Some(BulkOutcome::Same),
            _ => None,
        };
        Ok(outcome.map_or(Judged::Permitted(Box::new(permit)), |outcome| Judged::Left(outcome, Vec::new())))
    }

    /// Whether the actor may undo it for a customer. Who may claim a customer as it was in the pool may give it back there.
    pub(super) fn judge_undo(
        &self,
        this: &Tigertally,
        actor: &Actor,
        customer: &Customer,
        (item, pooled_in): (&BulkItem, &str),
    ) -> Result<Judged, DeskError> {
        let mut facts = self.facts(this, actor, customer)?;
        let asked = match self.kind {
            BulkKind::Assign | BulkKind::Pool => Action::AssignCustomer,
            BulkKind::Share => Action::EndShare,
            BulkKind::Claim => {
                pooled_in.clone_into(&mut facts.department);
                (facts.owner, facts.contact_person, facts.pooled) = (None, None, true);
                Action::ClaimCustomer
            }
        };
        let mut asking = self.ask(actor, customer, facts, asked);
        if [item.before.owner, item.before.contact].contains(&Some(actor.id())) {
            asking = asking.for_oneself(actor);
        }
        match asking.decide(&self.policy) {
            Ok(permit) => Ok(Judged::Permitted(Box::new(permit))),
            Err(rules) => Ok(Judged::Left(BulkOutcome::StaysDenied, rules)),
        }
    }

    /// The denial of a customer, as the policy tells it of one alone.
    pub(super) fn denial(
        &self,
        this: &Tigertally,
        actor: &Actor,
        customer: &Customer,
    ) -> Result<Option<Denial>, DeskError> {
        let asked = self.asked();
        let asking = self.ask(actor, customer, self.facts(this, actor, customer)?, asked);
        Ok(self.policy.decide(asking.request).err())
    }
}

/// A request with the question that it comes to: asking is remembered by case, so that the policy decides a thousand
/// customers that are alike once.
struct Asking {
    question: Question,
    request: Request,
}

impl Asking {
    fn for_oneself(self, actor: &Actor) -> Asking {
        let no = actor.no().to_owned();
        Asking {
            question: Question { requester: Some(no.clone()), ..self.question },
            request: self.request.requester(no),
        }
    }

    fn inside(self, inside: bool) -> Asking {
        Asking { question: Question { inside, ..self.question }, request: self.request.inside(inside) }
    }

    /// The permit, or the rules that deny.
    fn decide(self, policy: &Policy) -> Result<Permit, Vec<RuleId>> {
        let answer = policy.would(&self.question);
        if !answer.allowed {
            return Err(answer.rules);
        }
        policy.decide(self.request).map_err(|denial| denial.rules)
    }
}

/// Rules as an item keeps them.
pub(super) fn written(rules: &[RuleId]) -> String {
    rules.iter().map(RuleId::as_str).collect::<Vec<_>>().join(" ")
}

/// Notes on an item what was judged, of a customer that is not there any more that it is gone; the permit, when there is one.
pub(super) fn settle(item: &mut BulkItem, judged: Option<Judged>) -> Option<Permit> {
    match judged {
        Some(Judged::Permitted(permit)) => return Some(*permit),
        Some(Judged::Left(outcome, rules)) => (item.outcome, item.rules) = (outcome, written(&rules)),
        None => item.outcome = BulkOutcome::Gone,
    }
    None
}

/// The rules that permitted many, each once, in an entry.
pub(super) fn permitted<'p>(mut body: Body, permits: impl IntoIterator<Item = &'p Permit>) -> Body {
    let mut rules = BTreeSet::new();
    for permit in permits {
        body.policy = Some(permit.version());
        rules.extend(permit.rules().iter().map(|rule| rule.as_str().to_owned()));
    }
    body.rules = rules.into_iter().collect();
    body
}

/// The customers that the policy denies, in an entry of their own; `None` when there are none.
pub(super) fn denied<'i>(body: &Body, items: impl IntoIterator<Item = &'i BulkItem>) -> Option<Body> {
    let (mut body, mut rules) = (body.clone(), BTreeSet::new());
    for item in items {
        if matches!(item.outcome, BulkOutcome::Denied | BulkOutcome::StaysDenied) {
            body.customers.push(item.no.clone());
            rules.extend(item.rules.split_whitespace().map(str::to_owned));
        }
    }
    body.rules = rules.into_iter().collect();
    (!body.customers.is_empty()).then_some(body)
}
