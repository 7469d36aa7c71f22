//! The first step of the gate: a request becomes a permit, or a denial that explains itself.

use std::collections::BTreeSet;
use std::fmt;

use super::facts::Case;
use super::{
    Action, ActorFacts, Colleague, CustomerFacts, Extent, GroupFacts, Policy, Purpose, Question, RequestKind,
    RuleId, Sentence, Visible, WayOut,
};
use crate::record::{Class, Field};

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// No customer and no colleague.
    None,
    /// One customer.
    Customer {
        /// Its row.
        id: i64,
        /// Its number, as people write it.
        no: String,
        /// What the policy looks at.
        facts: CustomerFacts,
    },
    /// A list ([`Action::ListCustomers`]): all customers of these groups, as far as they may be shown.
    Set {
        /// The groups that there are; [`Permit::visible`] speaks of them by their place.
        groups: Vec<GroupFacts>,
    },
    /// So much of what a list shows ([`Action::ExportCustomers`]).
    Extent(Extent),
    /// What somebody asked for ([`Action::DecideRequest`]).
    Request {
        /// What.
        kind: RequestKind,
        /// Where they work whose matter it is: who asked for an export, who owns a claimed or shared customer, who is frozen.
        place: Colleague,
    },
    /// A colleague ([`Action::about_colleague`]). Without one, the actor's own department and region.
    Staff {
        /// Their staff number.
        no: String,
        /// Where they work.
        place: Colleague,
    },
}

/// What somebody asks to do. Made in this crate only, from facts that were looked up.
#[derive(Clone, Debug)]
pub struct Request {
    actor: ActorFacts,
    action: Action,
    subject: Subject,
    fields: Vec<Field>,
    purpose: Option<Purpose>,
    requester: Option<String>,
    below: bool,
    inside: bool,
    leaving: bool,
    hour: u8,
}

impl Request {
    /// A request without fields and purpose; `hour` is the company's local hour, 0 to 23.
    pub(crate) fn new(actor: ActorFacts, action: Action, subject: Subject, hour: u8) -> Request {
        Request {
            actor,
            action,
            subject,
            fields: Vec::new(),
            purpose: None,
            requester: None,
            below: false,
            inside: false,
            leaving: false,
            hour,
        }
    }

    /// The fields it concerns, in this order. A repeated field counts once.
    pub(crate) fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Request {
        for field in fields {
            if !self.fields.contains(&field) {
                self.fields.push(field);
            }
        }
        self
    }

    /// What it is for. The caller has checked that it exists, is open, the actor's and about this customer.
    pub(crate) fn purpose(mut self, purpose: Option<Purpose>) -> Request {
        self.purpose = purpose;
        self
    }

    /// Who asked for the approval that is to be decided (left out, it counts as the actor), who is to get the customer that
    /// is assigned, or who hands over.
    pub(crate) fn requester(mut self, staff_no: String) -> Request {
        self.requester = Some(staff_no);
        self
    }

    /// Whether the actor stands below who asked, in the line of managers.
    pub(crate) fn below(mut self, below: bool) -> Request {
        self.below = below;
        self
    }

    /// Whether those who are to see a shared customer are of its department.
    pub(crate) fn inside(mut self, inside: bool) -> Request {
        self.inside = inside;
        self
    }

    /// Whether the actor's own customers are being handed over.
    pub(crate) fn leaving(mut self, leaving: bool) -> Request {
        self.leaving = leaving;
        self
    }

    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What it is said to be for.
    pub fn stated_purpose(&self) -> Option<&Purpose> {
        self.purpose.as_ref()
    }

    fn class_of(&self, field: Field) -> Class {
        match &self.subject {
            Subject::Customer { facts, .. } => field.class(facts.kind),
            _ => Class::Basic,
        }
    }

    /// The questions of this request: one a class where the action is asked by class, else one.
    fn questions(&self) -> Vec<Question> {
        let (mut customer, mut colleague, mut asked, mut extent) = (None, None, None, None);
        match &self.subject {
            Subject::Customer { facts, .. } => customer = Some(facts.clone()),
            Subject::Staff { place, .. } => colleague = Some(place.clone()),
            Subject::Request { kind, place } => (asked, colleague) = (Some(*kind), Some(place.clone())),
            Subject::Extent(how_much) => extent = Some(*how_much),
            Subject::None | Subject::Set { .. } => {}
        }
        let one = Question {
            customer,
            colleague,
            asked,
            extent,
            below: self.below,
            inside: self.inside,
            leaving: self.leaving,
            purpose: self.purpose.as_ref().map(|p| p.kind),
            requester: self.requester.clone(),
            ..Question::new(self.actor.clone(), self.action, self.hour)
        };
        let classes: BTreeSet<Class> = self.fields.iter().map(|f| self.class_of(*f)).collect();
        if !self.action.by_class() || classes.is_empty() {
            return vec![one];
        }
        classes.into_iter().map(|class| Question { class: Some(class), ..one.clone() }).collect()
    }
}

/// Leave to do one thing once. [`Policy::decide`] is its only maker; it cannot be copied.
#[derive(Debug)]
#[must_use = "a permit that is not used granted nothing"]
pub struct Permit {
    request: Request,
    visible: Option<Visible>,
    rules: Vec<RuleId>,
    version: u32,
}

impl Permit {
    /// Who was permitted.
    pub fn actor(&self) -> &ActorFacts {
        &self.request.actor
    }

    /// What was permitted.
    pub fn action(&self) -> Action {
        self.request.action
    }

    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.request.subject
    }

    /// The fields granted, each once, in the order asked for.
    pub fn fields(&self) -> &[Field] {
        &self.request.fields
    }

    /// What it is for.
    pub fn purpose(&self) -> Option<&Purpose> {
        self.request.purpose.as_ref()
    }

    /// Which customers a list may show; `Some` exactly for [`Subject::Set`].
    pub fn visible(&self) -> Option<&Visible> {
        self.visible.as_ref()
    }

    /// The rules that permitted it.
    pub fn rules(&self) -> &[RuleId] {
        &self.rules
    }

    /// The version of the policy that permitted it.
    pub fn version(&self) -> u32 {
        self.version
    }
}

/// A refusal: which rules refused, and what would permit. It carries no data of the customer but its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What was asked.
    pub action: Action,
    /// The number of the customer, when it was about one.
    pub customer: Option<Box<str>>,
    /// The fields that were denied; with one denied, none is given.
    pub fields: Vec<Field>,
    /// The rules that forbid it; none when it is just that no rule grants it.
    pub rules: Vec<RuleId>,
    /// Why, for people: the sentences of those rules.
    pub reasons: Vec<Sentence>,
    /// What would permit it, the cheapest first.
    pub way_out: Vec<WayOut>,
    /// The version of the policy that denied it.
    pub version: u32,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is denied", self.action.name())?;
        for reason in &self.reasons {
            write!(f, ": {}", reason.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Denial {}

impl Policy {
    /// Decides a request. The only source of a [`Permit`].
    ///
    /// A request for several fields is permitted when each of their classes is.
    ///
    /// # Errors
    /// The denial, which names the rules that forbid and what would permit.
    pub fn decide(&self, request: Request) -> Result<Permit, Denial> {
        if let Subject::Set { groups } = &request.subject {
            return self.decide_list(groups.clone(), request);
        }
        let questions = request.questions();
        let mut permits = BTreeSet::new();
        let mut forbids = BTreeSet::new();
        let mut denied = Vec::new();
        let mut classes = BTreeSet::new();
        for question in &questions {
            let Some(case) = Case::of(question) else { return Err(self.denial(&request)) };
            let answer = self.answer(&case);
            if answer.allowed {
                permits.extend(answer.rules.iter().cloned());
            } else {
                forbids.extend(answer.rules.iter().cloned());
                classes.extend(question.class);
                denied.push(case);
            }
        }
        if denied.is_empty() {
            let rules = permits.into_iter().collect();
            return Ok(Permit { request, visible: None, rules, version: self.version });
        }
        let by_class = |f: &Field| !request.action.by_class() || classes.contains(&request.class_of(*f));
        let fields = request.fields.iter().copied().filter(by_class).collect();
        let way_out = self.ways_out(&denied);
        Err(Denial { fields, way_out, ..self.denial(&request) }.because(self, forbids.into_iter().collect()))
    }

    fn decide_list(&self, groups: Vec<GroupFacts>, request: Request) -> Result<Permit, Denial> {
        if request.action != Action::ListCustomers {
            return Err(self.denial(&request));
        }
        let visible = self.visible(&request.actor, &groups, request.hour);
        let (may, rules) = self.may_list(&request.actor, request.hour);
        if may || !visible.is_empty() {
            return Ok(Permit { request, visible: Some(visible), rules, version: self.version });
        }
        Err(self.denial(&request).because(self, rules))
    }

    /// A denial because no rule grants it.
    fn denial(&self, request: &Request) -> Denial {
        let customer = match &request.subject {
            Subject::Customer { no, .. } => Some(no.as_str().into()),
            _ => None,
        };
        let reason = Sentence::new("没有规则允许此操作。", "No rule grants this.");
        Denial {
            action: request.action,
            customer,
            fields: request.fields.clone(),
            rules: Vec::new(),
            reasons: vec![reason],
            way_out: Vec::new(),
            version: self.version,
        }
    }
}

impl Denial {
    fn because(self, policy: &Policy, rules: Vec<RuleId>) -> Denial {
        let sentences = rules.iter().filter_map(|id| policy.rule(id)).map(|r| r.sentence.clone());
        let reasons: Vec<Sentence> = sentences.collect();
        if reasons.is_empty() { self } else { Denial { rules, reasons, ..self } }
    }
}
