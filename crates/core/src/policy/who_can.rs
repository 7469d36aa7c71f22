//! Who can do what, as a table that a reader can review: `snapshots/…who_can.snap`.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::*;
use crate::record::{Class, Kind, Tier};

const KEY: &str = "\
Columns: what the actor is to the customer, in each tier.
  own    owner and named contact person        owner  owner; another is the contact person
  d+r    same department, same region          dept   same department, other region
  regn   other department, same region         else   other department, other region
  shrd   other department, other region, and all classes are shared with the actor
Cells: the purposes that suffice. T open task · C call · O order · A approval · yes none needed · . never

";

/// What an actor can be to a customer.
#[derive(Clone, Copy)]
enum Relation {
    Own,
    Owner,
    DepartmentAndRegion,
    Department,
    Region,
    Elsewhere,
    Shared,
}

const RELATIONS: [(Relation, &str); 7] = [
    (Relation::Own, "own"),
    (Relation::Owner, "owner"),
    (Relation::DepartmentAndRegion, "d+r"),
    (Relation::Department, "dept"),
    (Relation::Region, "regn"),
    (Relation::Elsewhere, "else"),
    (Relation::Shared, "shrd"),
];

fn actors() -> Vec<(String, ActorFacts)> {
    let department = |role| match role {
        Role::Service => "客服部",
        Role::Staff | Role::Manager => "销售部",
        _ => "总部",
    };
    let actor = |role, department: &str| ActorFacts {
        staff_no: "S001".into(),
        role,
        department: department.into(),
        region: "华南".into(),
    };
    let mut actors: Vec<_> =
        Role::ALL.into_iter().map(|r| (r.name().to_owned(), actor(r, department(r)))).collect();
    actors.insert(2, ("manager of the service department (客服部)".into(), actor(Role::Manager, "客服部")));
    actors
}

fn customer(actor: &ActorFacts, relation: Relation, tier: Tier) -> CustomerFacts {
    let no = |who: &str| Some(who.to_owned());
    let (owner, contact_person) = match relation {
        Relation::Own => (no(&actor.staff_no), no(&actor.staff_no)),
        Relation::Owner => (no(&actor.staff_no), no("S002")),
        _ => (no("S002"), no("S002")),
    };
    // An owner's customers are of their department, but for the people of service they are the sales department's.
    let same_department = matches!(
        relation,
        Relation::Own | Relation::Owner | Relation::DepartmentAndRegion | Relation::Department
    );
    let same_region = !matches!(relation, Relation::Department | Relation::Elsewhere | Relation::Shared);
    CustomerFacts {
        owner,
        contact_person: contact_person.filter(|_| tier == Tier::High),
        department: if same_department { actor.department.clone() } else { "别的部门".into() },
        region: if same_region { actor.region.clone() } else { "华东".into() },
        tier,
        kind: Kind::Person,
        review_overdue: false,
        pooled: false,
        shared: matches!(relation, Relation::Shared).then(|| Class::ALL.into_iter().collect()),
    }
}

fn in_pool(facts: CustomerFacts) -> CustomerFacts {
    CustomerFacts { owner: None, contact_person: None, pooled: true, ..facts }
}

/// Asks, and notes the rules that decided.
struct Asker {
    policy: Policy,
    /// Whether the customers are in the public pool.
    pooled: bool,
    /// Whether who is to see a shared customer is of its department.
    inside: bool,
    used: BTreeSet<RuleId>,
}

impl Asker {
    fn allowed(&mut self, question: &Question) -> bool {
        let answer = self.policy.would(question);
        self.used.extend(answer.rules);
        answer.allowed
    }

    /// The purposes that suffice, in one short word.
    fn cell(&mut self, question: &Question) -> String {
        if self.allowed(question) {
            return "yes".into();
        }
        let mut cell = String::new();
        for kind in PurposeKind::ALL {
            if self.allowed(&Question { purpose: Some(kind), ..question.clone() }) {
                cell.push_str(&kind.name()[..1].to_uppercase());
            }
        }
        if cell.is_empty() { ".".into() } else { cell }
    }

    fn row(&mut self, actor: &ActorFacts, action: Action, class: Option<Class>, overdue: bool) -> String {
        let mut row = String::new();
        for tier in Tier::ALL.into_iter().filter(|t| !overdue || *t == Tier::High) {
            row.push_str(" |");
            for (relation, _) in RELATIONS {
                let facts = customer(actor, relation, tier);
                // Nobody owns what is in the pool.
                let pooled = self.pooled || action == Action::ClaimCustomer;
                let facts = if pooled { in_pool(facts) } else { facts };
                let facts = CustomerFacts { review_overdue: overdue, ..facts };
                let question = Question {
                    customer: Some(facts),
                    class,
                    requester: Some("S003".into()),
                    inside: self.inside,
                    ..Question::new(actor.clone(), action, 12)
                };
                let _ = write!(row, " {:<5}", self.cell(&question));
            }
        }
        row.trim_end().to_owned()
    }

    /// A line for each different row, and below it what else it holds for.
    fn rows(&mut self, actor: &ActorFacts, actions: &[Action], overdue: bool) -> String {
        let mut rows: Vec<(String, Vec<String>)> = Vec::new();
        let mut add = |label: String, row: String| match rows.iter_mut().find(|(r, _)| *r == row) {
            Some((_, labels)) => labels.push(label),
            None => rows.push((row, vec![label])),
        };
        for action in actions {
            if *action == Action::ShareCustomer {
                for (label, inside) in [("within department", true), ("elsewhere", false)] {
                    self.inside = inside;
                    add(format!("share_customer {label}"), self.row(actor, *action, None, overdue));
                }
                continue;
            }
            if !action.by_class() {
                add(action.name().to_owned(), self.row(actor, *action, None, overdue));
                continue;
            }
            let by_class = Class::ALL.map(|c| (c, self.row(actor, *action, Some(c), overdue)));
            if by_class.iter().all(|(_, row)| *row == by_class[0].1) {
                add(format!("{} (each class)", action.name()), by_class[0].1.clone());
                continue;
            }
            by_class.into_iter().for_each(|(c, row)| add(format!("{} {}", action.name(), c.name()), row));
        }
        let mut out = String::new();
        for (row, labels) in rows {
            let _ = writeln!(out, "{:<32}{row}", labels[0]);
            for label in &labels[1..] {
                let _ = writeln!(out, "{label:<32} 〃");
            }
        }
        out
    }
}

fn heading(tiers: &[Tier]) -> String {
    let names: String = RELATIONS.map(|(_, name)| format!(" {name:<5}")).concat();
    let line = |cell: &dyn Fn(&Tier) -> String| {
        let cells: String = tiers.iter().map(|t| format!(" |{}", cell(t))).collect();
        format!("{:<32}{}\n", "", cells).trim_end().to_owned() + "\n"
    };
    line(&|t| format!(" {:<41}", t.name())) + &line(&|_| names.clone())
}

#[test]
fn who_can() {
    let mut asker =
        Asker { policy: Policy::builtin().unwrap(), pooled: false, inside: false, used: BTreeSet::new() };
    let mut table = KEY.to_owned();
    let about: Vec<Action> = Action::ALL.into_iter().filter(|a| a.about_customer()).collect();
    for (name, actor) in actors() {
        let _ = write!(table, "== {name}\n{}{}\n", heading(&Tier::ALL), asker.rows(&actor, &about, false));
    }

    table.push_str("== high tier while the periodic access review is overdue (roles for which it differs)\n");
    table.push_str(&heading(&[Tier::High]));
    for (name, actor) in actors() {
        let (row, late) =
            [false, true].map(|o| asker.row(&actor, Action::Reveal, Some(Class::Contact), o)).into();
        if !row.ends_with(&late) {
            let _ = write!(table, "-- {name}\n{}", asker.rows(&actor, &[Action::Reveal], true));
        }
    }

    table.push_str("\n== in the public pool\n");
    table.push_str(&heading(&Tier::ALL));
    asker.pooled = true;
    for (name, actor) in actors() {
        let rows = asker.rows(
            &actor,
            &[Action::Reveal, Action::ChangeCustomer, Action::ShareCustomer, Action::CreateTask],
            false,
        );
        let _ = write!(table, "-- {name}\n{rows}");
    }
    asker.pooled = false;

    table.push_str("\n== about no customer\n");
    let mut line = |label: String, change: &dyn Fn(Question) -> Question, action| {
        let mut may: Vec<String> = actors()
            .into_iter()
            .filter(|(_, actor)| asker.allowed(&change(Question::new(actor.clone(), action, 12))))
            .map(|(name, _)| name.split(' ').next().unwrap().to_owned())
            .collect();
        may.dedup();
        let _ = writeln!(table, "{label:<44} {}", may.join(" "));
    };
    for action in Action::ALL.into_iter().filter(|a| !a.about_customer()) {
        let name = action.name();
        match action {
            Action::ExportCustomers => {
                for extent in Extent::ALL {
                    let how_much = |q: Question| Question { extent: Some(extent), ..q };
                    line(format!("{name} {}", extent.name()), &how_much, action);
                    let approved = |q| Question { purpose: Some(PurposeKind::Approval), ..how_much(q) };
                    line(format!("{name} {} approved", extent.name()), &approved, action);
                    let leaving = |q| Question { leaving: true, ..approved(q) };
                    line(format!("{name} {} leaving", extent.name()), &leaving, action);
                }
            }
            Action::DecideRequest => {
                for kind in RequestKind::ALL {
                    let name = format!("{name} {}", kind.name());
                    let own = |q| Question { asked: Some(kind), ..q };
                    let asked = |q| Question { requester: Some("S003".into()), ..own(q) };
                    line(format!("{name} own department"), &asked, action);
                    let elsewhere = Colleague { department: "别的部门".into(), region: "华东".into() };
                    let other = |q| Question { colleague: Some(elsewhere.clone()), ..asked(q) };
                    line(format!("{name} other department"), &other, action);
                    let nowhere = Colleague { department: String::new(), region: "华东".into() };
                    let none = |q| Question { colleague: Some(nowhere.clone()), ..asked(q) };
                    line(format!("{name} no department"), &none, action);
                    line(format!("{name} own request"), &own, action);
                    line(format!("{name} of a superior"), &|q| Question { below: true, ..asked(q) }, action);
                }
            }
            Action::ManageHandover | Action::CloseHandover | Action::FreezeStaff => {
                let of = |q| Question { requester: Some("S003".into()), ..q };
                line(format!("{name} own department"), &of, action);
                let elsewhere = Colleague { department: "别的部门".into(), region: "华东".into() };
                let other = |q| Question { colleague: Some(elsewhere.clone()), ..of(q) };
                line(format!("{name} other department"), &other, action);
                line(
                    format!("{name} of oneself"),
                    &|q| Question { requester: Some("S001".into()), ..q },
                    action,
                );
                line(format!("{name} of a superior"), &|q| Question { below: true, ..of(q) }, action);
            }
            Action::CreateCustomer => {
                line(name.to_owned(), &|q| q, action);
                line(format!("{name} leaving"), &|q| Question { leaving: true, ..q }, action);
            }
            _ => line(name.to_owned(), &|q| q, action),
        }
    }
    insta::assert_snapshot!("who_can", table);

    let own = Question {
        requester: Some("S001".into()),
        ..Question::new(actors()[1].1.clone(), Action::DecideApproval, 12)
    };
    let facts = customer(&own.actor, Relation::Department, Tier::Low);
    assert!(!asker.allowed(&Question { customer: Some(facts), ..own.clone() }));
    // Nor does a manager take a high-tier customer for themselves; of another tier they may.
    for (tier, may) in [(Tier::High, false), (Tier::Medium, true)] {
        let facts = customer(&own.actor, Relation::Department, tier);
        let requester = Some(own.actor.staff_no.clone());
        let taken =
            Question { action: Action::AssignCustomer, customer: Some(facts), requester, ..own.clone() };
        assert_eq!(asker.allowed(&taken), may);
    }
    // Nor do they review the accesses to a customer of their own.
    let facts = customer(&own.actor, Relation::Department, Tier::High);
    let review = Question { action: Action::ReviewAccess, customer: Some(facts), ..own.clone() };
    assert!(!asker.allowed(&review));
    assert!(asker.allowed(&Question { requester: None, ..review }));
    let rules: BTreeSet<RuleId> = asker.policy.rules().iter().map(|r| r.id.clone()).collect();
    assert_eq!(asker.used, rules, "every rule of the default policy decides something in the table");
}
