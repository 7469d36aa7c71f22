//! How long the policy takes to decide: when it was asked the like before, and when not.

use std::time::Instant;

use anyhow::{Context, bail};
use tigertally_core::{
    policy::{Action, ActorFacts, CustomerFacts, DEFAULT_TEXT, Policy, PurposeKind, Question, Role},
    record::{Class, Kind, Tier},
};

use crate::{
    company::Dice,
    report::{Goal, Report, percentile},
};

/// Measures decisions.
pub(crate) fn run(quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("policy …");
    let policy = Policy::parse(DEFAULT_TEXT, 1).ok().context("the default policy does not parse")?;
    let times = if quick { 5_000 } else { 30_000 };
    // A company's work, from a cold start: six regions, three tiers, persons and firms, one's own or not.
    let mut dice = Dice::new(1);
    let work: Vec<Question> =
        (0..times).map(|_| question(format!("区{}", dice.below(6)), &mut dice)).collect();
    let worked = measure(&policy, &work)?;
    // Another region is another case: nothing of it is remembered. A reveal asks twice, once for the page.
    let fresh: Vec<Question> = (0..times).map(|n| question(format!("新区{n}"), &mut dice)).collect();
    let cold = measure(&policy, &fresh)?;
    let rules = DEFAULT_TEXT.matches("@id(").count();
    for (what, took) in [("of a company's work", worked), ("never asked before (two evaluations)", cold)] {
        let each = format!("p50 {:.1} µs; {rules} rules", percentile(&took, 50.0) / 1000.0);
        let p99 = percentile(&took, 99.0) / 1000.0;
        report.add(&format!("policy decision {what}, p99"), p99, "µs", Goal::AtMost(50.0), each);
    }
    Ok(())
}

/// A seller's question about a customer.
fn question(region: String, dice: &mut Dice) -> Question {
    let seller = "S001".to_owned();
    let actor = ActorFacts {
        staff_no: seller.clone(),
        role: Role::Staff,
        department: "销售部".to_owned(),
        region: region.clone(),
    };
    let owner = if dice.below(4) == 0 { "S002".to_owned() } else { seller };
    let customer = CustomerFacts {
        owner: Some(owner.clone()),
        contact_person: Some(owner),
        department: "销售部".to_owned(),
        region,
        tier: Tier::ALL[dice.below(3) as usize],
        kind: if dice.below(2) == 0 { Kind::Person } else { Kind::Company },
        review_overdue: false,
        pooled: false,
        shared: None,
    };
    let mut question = Question::new(actor, Action::Reveal, 10);
    question.customer = Some(customer);
    question.class = Some(Class::Contact);
    question.purpose = Some(PurposeKind::Task);
    question
}

/// How long each question took in ns, sorted.
fn measure(policy: &Policy, questions: &[Question]) -> anyhow::Result<Vec<u32>> {
    let mut took = Vec::with_capacity(questions.len());
    for question in questions {
        let before = Instant::now();
        let answer = policy.would(question);
        took.push(u32::try_from(before.elapsed().as_nanos())?);
        let mine = question.customer.as_ref().is_some_and(|c| c.owner.as_deref() == Some("S001"));
        if mine && !answer.allowed {
            bail!("an owner was denied");
        }
    }
    took.sort_unstable();
    Ok(took)
}
