//! The plan of a week's work: who works on a day, and what they do when.
//!
//! **Invariant:** the same company, seed and day give the same plan.

use std::collections::{HashMap, HashSet};

use jiff::{
    Span,
    civil::{Date, Weekday},
};
use tigertally_core::{policy::PurposeKind, record::Field};

use super::deeds::What;
use crate::demo::{Company, Rng};

/// Somebody in sales or on the service desk.
pub(super) struct Member {
    pub(super) staff_no: String,
    /// Whether they own customers; else they serve a region.
    pub(super) sells: bool,
    /// Place in the staff list, for the dice.
    index: usize,
    region: String,
    /// Whether one can sign in as them.
    on_tour: bool,
}

/// Something that somebody does, so long after nine in the morning.
pub(super) struct Deed {
    pub(super) after_ms: u64,
    pub(super) staff_no: String,
    pub(super) what: What,
}

/// What is revealed for a task, the usual first.
const FOR_TASKS: [&[Field]; 5] = [
    &[Field::Mobile],
    &[Field::Mobile],
    &[Field::Mobile, Field::Contact],
    &[Field::Email],
    &[Field::Address, Field::Needs],
];

/// Why somebody asks for an approval, and what the manager says: nothing when it is approved.
const ASKED: [(&str, &str); 4] = [
    ("合同变更需核对身份证号，客户在线等待", ""),
    ("退款到账异常，需核对银行卡号", ""),
    ("财务对账，需核对收款账号", ""),
    ("想整理一份客户名单备用", "用途不明，请说明具体业务"),
];

/// Salespeople and the service desk.
pub(super) fn in_the_field(company: &Company) -> Vec<Member> {
    let member = |(index, row): (usize, HashMap<&str, &str>)| {
        let (department, title) = (*row.get("department")?, *row.get("role")?);
        let sells = department == "销售部";
        (title == "员工" && (sells || department == "客服部")).then_some(())?;
        let (staff_no, region) = ((*row.get("staff_no")?).to_owned(), (*row.get("region")?).to_owned());
        let on_tour = company.sign_ins.iter().any(|person| person.staff_no == staff_no);
        Some(Member { staff_no, sells, index, region, on_tour })
    };
    rows(&company.staff_csv).enumerate().filter_map(member).collect()
}

/// The owner of each customer, by staff number.
pub(super) fn owners(company: &Company) -> HashMap<&str, &str> {
    rows(&company.customers_csv)
        .filter_map(|row| Some((*row.get("customer_no")?, *row.get("owner")?)))
        .collect()
}

/// Customers who bought little, not for many years, and whom nobody works on, a few for each day: those that go into the pool.
pub(super) fn idle(company: &Company, (day, date): (i64, Date)) -> Vec<&str> {
    let mut busy: HashSet<&str> = company.tasks.iter().map(|task| task.customer_no.as_str()).collect();
    busy.extend(company.approvals.iter().map(|wanted| wanted.customer_no.as_str()));
    let lately = date.saturating_sub(Span::new().years(4)).to_string();
    let small = |row: &HashMap<&str, &str>| {
        let spend = row.get("annual_spend_cny").and_then(|spend| spend.parse::<f64>().ok());
        spend.is_some_and(|spend| spend < 5_000.0)
            && row.get("since").is_some_and(|since| *since > lately.as_str())
    };
    let numbers: Vec<&str> = rows(&company.customers_csv)
        .filter(small)
        .filter_map(|row| row.get("customer_no").copied())
        .filter(|no| !busy.contains(no))
        .collect();
    // The last of the list, at most a customer in three hundred each day.
    let each = (numbers.len() / 300).clamp(1, 5);
    let day = usize::try_from(day).unwrap_or_default();
    numbers.into_iter().rev().skip(day * each).take(each).collect()
}

/// Whether somebody comes to the console on a day: a third of them on a working day, few at the weekend. Those of the
/// tour come on every working day, so that it is known what is usual for them.
pub(super) fn works(seed: u64, member: &Member, date: Date) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    dice(seed, b'W', member, date).chance(match (weekend, member.on_tour) {
        (true, _) => 12,
        (false, true) => 100,
        (false, false) => 35,
    })
}

/// What is done on a day, in order. `day` counts from the first.
pub(super) fn day(company: &Company, members: &[Member], seed: u64, (day, date): (i64, Date)) -> Vec<Deed> {
    let rows: Vec<_> = rows(&company.customers_csv).collect();
    let mut deeds = Vec::new();
    for member in members.iter().filter(|member| works(seed, member, date)) {
        let known: Vec<&str> = rows
            .iter()
            .filter(|row| {
                if member.sells { row["owner"] == member.staff_no } else { row["region"] == member.region }
            })
            .filter_map(|row| row.get("customer_no").copied())
            .collect();
        let rng = &mut dice(seed, b'D', member, date);
        let calls = company.calls.iter().filter(|call| {
            call.staff_no == member.staff_no && i64::from(call.minutes_ago / 1440) % (super::DAYS + 1) == day
        });
        let calls =
            calls.map(|call| What::Call { customer: call.customer_no.clone(), note: call.note.clone() });
        let whats: Vec<What> = calls.chain(others(company, member, &known, rng)).collect();
        deeds.extend(whats.into_iter().map(|what| Deed {
            after_ms: u64::from(rng.between(0, 9 * 60).unsigned_abs()) * 60_000,
            staff_no: member.staff_no.clone(),
            what,
        }));
    }
    deeds.sort_by_key(|deed| deed.after_ms);
    deeds
}

/// What somebody does but calls: some things for their tasks, and at times something that needs more than that.
fn others(company: &Company, member: &Member, known: &[&str], rng: &mut Rng) -> Vec<What> {
    let mut whats = vec![What::List];
    let tasks: Vec<&str> = company
        .tasks
        .iter()
        .filter(|task| task.assignee == member.staff_no)
        .map(|task| task.customer_no.as_str())
        .collect();
    let reveal = |customer: &str, purpose, fields: &[Field]| What::Reveal {
        customer: customer.to_owned(),
        purpose,
        fields: fields.to_vec(),
    };
    if !tasks.is_empty() {
        for _ in 0..rng.between(3, 6) {
            whats.push(reveal(rng.pick(&tasks), Some(PurposeKind::Task), rng.pick(&FOR_TASKS)));
        }
    }
    if known.is_empty() {
        return whats;
    }
    if rng.chance(25) {
        let field = if member.sells { Field::BankCard } else { Field::Mobile };
        whats.push(reveal(rng.pick(known), Some(PurposeKind::Order), &[field]));
    }
    if rng.chance(12) {
        whats.push(reveal(rng.pick(known), None, &[Field::Mobile]));
    }
    if rng.chance(8) {
        whats.push(reveal(rng.pick(known), Some(PurposeKind::Task), &[Field::IdNumber, Field::BankCard]));
    }
    if member.sells && rng.chance(12) {
        let (reason, refusal) = rng.pick(&ASKED);
        let field = if reason.contains("身份证") { Field::IdNumber } else { Field::BankCard };
        whats.push(What::Approval {
            customer: rng.pick(known).to_owned(),
            fields: vec![field],
            reason,
            refusal,
        });
    }
    whats
}

fn dice(seed: u64, family: u8, member: &Member, date: Date) -> Rng {
    let day = usize::from(date.day_of_year().unsigned_abs());
    Rng::new(seed, u64::from(family), day * 1000 + member.index)
}

/// The lines of a list of the generator, by column; its cells hold no commas.
fn rows(csv: &str) -> impl Iterator<Item = HashMap<&str, &str>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(move |line| header.iter().copied().zip(line.split(',')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::generate;

    #[test]
    fn a_week_has_calls_tasks_and_denials_by_many_people() {
        let company = generate(1, (2026, 11, 17), 6000);
        let members = in_the_field(&company);
        let week: Vec<Deed> = (0..=7)
            .flat_map(|n| day(&company, &members, 1, (n, Date::constant(2026, 11, 17 + n as i8))))
            .collect();
        let count = |wanted: fn(&What) -> bool| week.iter().filter(|deed| wanted(&deed.what)).count();
        assert!(count(|what| matches!(what, What::Reveal { .. })) > 300);
        assert!(count(|what| matches!(what, What::Reveal { purpose: None, .. })) > 10);
        assert!(count(|what| matches!(what, What::Call { .. })) > 25);
        assert!(count(|what| matches!(what, What::Approval { .. })) > 5);
        let people: std::collections::HashSet<&str> =
            week.iter().map(|deed| deed.staff_no.as_str()).collect();
        assert!(people.len() > 30, "{}", people.len());
    }

    #[test]
    fn every_customer_has_an_owner_in_the_field() {
        let company = generate(1, (2026, 11, 17), 300);
        let members = in_the_field(&company);
        assert_eq!(owners(&company).len(), 300);
        assert!(
            owners(&company).values().all(|owner| members.iter().any(|m| m.sells && m.staff_no == **owner))
        );
    }
}
