//! How long the policy takes to decide: when it was asked the like before, and when not.

use std::time::Instant;

use anyhow::{Context, bail};
use tigertally_core::{
    policy::{Action, ActorFacts, CustomerFacts, DEFAULT_TEXT, Policy, PurposeKind, Question, Role},
    record::{Class, Kind, Tier},
};

use crate::report::{Goal, Report, percentile};

/// Measures decisions.
pub(crate) fn run(quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("policy …");
    let policy = Policy::parse(DEFAULT_TEXT, 1).ok().context("the default policy does not parse")?;
    let times = if quick { 5_000 } else { 30_000 };
    // Another region is another case: nothing of it is remembered. A reveal asks twice, once for the page.
    let fresh: Vec<Question> = (0..times).map(|n| question(format!("区{n}"), n as usize)).collect();
    let cold = measure(&policy, &fresh)?;
    let known: Vec<Question> = (0..times).map(|n| question("华东".to_owned(), n as usize)).collect();
    let remembered = measure(&policy, &known)?;
    let rules = DEFAULT_TEXT.matches("@id(").count();
    for (what, took) in [("not asked before", cold), ("remembered", remembered)] {
        let each = format!("p50 {:.1} µs; {rules} rules", percentile(&took, 50.0) / 1000.0);
        report.add(
            &format!("policy decision, {what}, p99"),
            percentile(&took, 99.0) / 1000.0,
            "µs",
            Goal::AtMost(50.0),
            each,
        );
    }
    Ok(())
}

fn question(region: String, n: usize) -> Question {
    let seller = "S001".to_owned();
    let actor = ActorFacts {
        staff_no: seller.clone(),
        role: Role::Staff,
        department: "销售部".to_owned(),
        region: region.clone(),
    };
    let customer = CustomerFacts {
        owner: Some(seller.clone()),
        contact_person: Some(seller),
        department: "销售部".to_owned(),
        region,
        tier: Tier::ALL[n % 3],
        kind: Kind::Person,
        review_overdue: false,
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
        if !answer.allowed {
            bail!("the owner was denied");
        }
    }
    took.sort_unstable();
    Ok(took)
}
