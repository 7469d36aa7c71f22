//! Asking Cedar, and remembering what it said.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, ParseErrors,
    Request, RestrictedExpression,
};

use super::facts::{About, Case, CustomerCase, GroupFacts, Relation, Whose};
use super::{Action, Policy, Question, RuleId};

/// How many decisions are remembered. A company has some thousands of distinct cases an hour of the day; an entry
/// takes about 300 bytes.
const REMEMBERED: usize = 1 << 16;

/// What the policy says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it would be permitted.
    pub allowed: bool,
    /// The rules that decided, by name: the permits when allowed, the forbids when denied; none when no rule
    /// grants it.
    pub rules: Vec<RuleId>,
}

impl Answer {
    pub(super) fn denied() -> Answer {
        Answer { allowed: false, rules: Vec::new() }
    }
}

impl Policy {
    /// What the policy would say. For lists, for trying a policy, for showing who can: no permit comes of it.
    pub fn would(&self, question: &Question) -> Answer {
        match Case::of(question) {
            Some(case) => self.answer(&case).as_ref().clone(),
            None => Answer::denied(),
        }
    }

    /// The answer to a case, remembered.
    pub(super) fn answer(&self, case: &Case) -> Arc<Answer> {
        self.recall(case).unwrap_or_else(|| self.evaluate(case))
    }

    fn recall(&self, case: &Case) -> Option<Arc<Answer>> {
        self.remembered.read().get(case).cloned()
    }

    /// The answer to a case, worked out and remembered. Anything that goes wrong on the way is a denial.
    pub(super) fn evaluate(&self, case: &Case) -> Arc<Answer> {
        let Some(entities) = self.words.entities(case) else { return Arc::new(Answer::denied()) };
        let sees = case.builds_on_view() && {
            // The same people and customer, so the same entities: making them takes as long as asking.
            let viewing = case.viewing();
            let view = self.recall(&viewing).unwrap_or_else(|| self.ask(&viewing, false, &entities));
            view.allowed
        };
        self.ask(case, sees, &entities)
    }

    /// Asks Cedar, and remembers what it said.
    fn ask(&self, case: &Case, sees: bool, entities: &Entities) -> Arc<Answer> {
        let answer = Arc::new(self.authorize(case, sees, entities).unwrap_or_else(Answer::denied));
        let mut remembered = self.remembered.write();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(case.clone(), answer.clone());
        answer
    }

    fn authorize(&self, case: &Case, sees: bool, entities: &Entities) -> Option<Answer> {
        let request = self.words.request(case, sees)?;
        let rules = self.by_action.get(case.action as usize)?;
        let response = Authorizer::new().is_authorized(&request, rules, entities);
        // Cedar skips a rule that fails to evaluate; were it a forbid, skipping it would permit.
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let mut rules: Vec<RuleId> =
            response.diagnostics().reason().map(|id| RuleId::new(id.as_ref())).collect();
        rules.sort();
        Some(Answer { allowed: response.decision() == Decision::Allow, rules })
    }
}

/// The words of the schema, parsed once.
pub(super) struct Words {
    action: EntityTypeName,
    role: EntityTypeName,
    tier: EntityTypeName,
    kind: EntityTypeName,
    class: EntityTypeName,
    purpose: EntityTypeName,
    actor: EntityUid,
    another: EntityUid,
    colleague: EntityUid,
    customer: EntityUid,
    group: EntityUid,
    company: EntityUid,
    request: EntityUid,
    extent: EntityTypeName,
    request_kind: EntityTypeName,
}

type Attributes = HashMap<String, RestrictedExpression>;

impl Words {
    pub(super) fn new() -> Result<Words, Box<ParseErrors>> {
        Ok(Words {
            action: "Action".parse()?,
            role: "Role".parse()?,
            tier: "Tier".parse()?,
            kind: "Kind".parse()?,
            class: "Class".parse()?,
            purpose: "Purpose".parse()?,
            actor: r#"Staff::"actor""#.parse()?,
            another: r#"Staff::"another""#.parse()?,
            colleague: r#"Staff::"colleague""#.parse()?,
            customer: r#"Customer::"customer""#.parse()?,
            group: r#"Group::"group""#.parse()?,
            company: r#"Company::"company""#.parse()?,
            request: r#"Request::"request""#.parse()?,
            extent: "Extent".parse()?,
            request_kind: "RequestKind".parse()?,
        })
    }

    pub(super) fn action(&self, action: Action) -> EntityUid {
        word(&self.action, action.name())
    }

    /// Who asks and what they ask about. The entities are made here and conform to the schema by construction.
    pub(super) fn entities(&self, case: &Case) -> Option<Entities> {
        let attributes = match &case.about {
            About::Company | About::Extent(_) => Attributes::new(),
            About::Colleague(c) => place(&c.department, &c.region),
            About::Request(kind, c) => {
                let mut attributes = place(&c.department, &c.region);
                attributes.insert("kind".to_owned(), refer(&self.request_kind, kind.name()));
                attributes
            }
            About::Group { relation, group } => self.group_attributes(group, *relation),
            About::Customer(c) => self.customer_attributes(c),
        };
        let actor = Entity::new(
            self.actor.clone(),
            place(&case.department, &case.region),
            HashSet::from([word(&self.role, case.role.name())]),
        );
        let resource = Entity::new(self.resource(case).clone(), attributes, HashSet::new());
        Entities::from_entities([actor.ok()?, resource.ok()?], None).ok()
    }

    /// A case in Cedar's terms.
    pub(super) fn request(&self, case: &Case, sees: bool) -> Option<Request> {
        let context = Context::from_pairs(self.context(case, sees)).ok()?;
        Request::new(self.actor.clone(), self.action(case.action), self.resource(case).clone(), context, None)
            .ok()
    }

    fn resource(&self, case: &Case) -> &EntityUid {
        match &case.about {
            About::Company | About::Extent(_) => &self.company,
            About::Request(..) => &self.request,
            About::Colleague(_) => &self.colleague,
            About::Group { .. } => &self.group,
            About::Customer(_) => &self.customer,
        }
    }

    fn context(&self, case: &Case, sees: bool) -> Vec<(String, RestrictedExpression)> {
        let mut context = vec![("hour".to_owned(), RestrictedExpression::new_long(case.hour.into()))];
        if let Some(purpose) = case.purpose {
            context.push(("purpose".to_owned(), refer(&self.purpose, purpose.name())));
        }
        if let Some(class) = case.class {
            context.push(("class".to_owned(), refer(&self.class, class.name())));
            let shared = match &case.about {
                About::Customer(customer) => customer.shared.is_some_and(|classes| classes.has(class)),
                _ => false,
            };
            context.push(("class_shared".to_owned(), RestrictedExpression::new_bool(shared)));
        }
        if case.builds_on_view() {
            context.push(("sees".to_owned(), RestrictedExpression::new_bool(sees)));
        }
        let gains = matches!(case.action, Action::AssignCustomer | Action::ReviewAccess);
        if case.action.looks_upwards() || gains {
            context.push(("own_request".to_owned(), RestrictedExpression::new_bool(case.own_request)));
        }
        if case.action.looks_upwards() {
            context.push(("below".to_owned(), RestrictedExpression::new_bool(case.below)));
        }
        if case.action == Action::ShareCustomer {
            context.push(("inside".to_owned(), RestrictedExpression::new_bool(case.inside)));
        }
        if let About::Extent(extent) = case.about {
            context.push(("extent".to_owned(), refer(&self.extent, extent.name())));
        }
        if matches!(case.action, Action::ExportCustomers | Action::CreateCustomer | Action::ClaimCustomer) {
            context.push(("leaving".to_owned(), RestrictedExpression::new_bool(case.leaving)));
        }
        context
    }

    fn group_attributes(&self, group: &GroupFacts, relation: Relation) -> Attributes {
        let mut attributes = place(&group.department, &group.region);
        for (name, of) in [("mine", Relation::Own), ("shared", Relation::Shared)] {
            attributes.insert(name.to_owned(), RestrictedExpression::new_bool(relation == of));
        }
        attributes.insert("tier".to_owned(), refer(&self.tier, group.tier.name()));
        attributes.insert("kind".to_owned(), refer(&self.kind, group.kind.name()));
        attributes
    }

    fn customer_attributes(&self, customer: &CustomerCase) -> Attributes {
        let mut attributes = self.group_attributes(&customer.group, customer.relation());
        let overdue = RestrictedExpression::new_bool(customer.review_overdue);
        attributes.insert("review_overdue".to_owned(), overdue);
        attributes.insert("pooled".to_owned(), RestrictedExpression::new_bool(customer.pooled));
        for (name, whose) in [("owner", customer.owner), ("contact_person", customer.contact)] {
            let who = match whose {
                Whose::Nobody => continue,
                Whose::Actor => &self.actor,
                Whose::Another => &self.another,
            };
            attributes.insert(name.to_owned(), RestrictedExpression::new_entity_uid(who.clone()));
        }
        attributes
    }
}

fn place(department: &str, region: &str) -> Attributes {
    HashMap::from([
        ("department".to_owned(), RestrictedExpression::new_string(department.to_owned())),
        ("region".to_owned(), RestrictedExpression::new_string(region.to_owned())),
    ])
}

fn word(of: &EntityTypeName, name: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(of.clone(), EntityId::new(name))
}

fn refer(of: &EntityTypeName, name: &str) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(word(of, name))
}
