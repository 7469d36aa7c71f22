//! Leaks a made-up company's lists in every way, and counts how often the right source is found and an innocent accused.
//!
//! `leaks [CASES [WORD]]`: so many cases of each kind, 1,000 unless told otherwise; of those kinds only that have the word in
//! their name. It fails when a rate is missed.

mod company;
mod draw;
mod leak;

use std::process::ExitCode;

use tigertally_trace::{Verdict, attribute};

use crate::{
    company::{CUSTOMERS, House},
    leak::{Case, Kind, case},
};

/// At least so often is the right source first.
const FIRST: f64 = 0.95;
/// At most so often does an innocent list point to somebody.
const ACCUSED: f64 = 0.01;

/// What became of the cases of a kind.
#[derive(Default)]
struct Count {
    first: usize,
    person: usize,
    points: usize,
    wrong: usize,
    all: usize,
    lines: usize,
}

fn main() -> ExitCode {
    let cases = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let word = std::env::args().nth(2).unwrap_or_default();
    let house = House::new(1);
    println!(
        "{CUSTOMERS} customers, {} exports, {} people; {cases} cases of each kind\n",
        house.exports.len(),
        house.people.len()
    );
    println!(
        "{:<42} {:>7} {:>8} {:>8} {:>10} {:>9} {:>8}",
        "list", "lines", "first", "person", "points to", "all found", "wrong"
    );
    let mut missed = 0;
    for kind in Kind::ALL.into_iter().filter(|kind| kind.name().contains(&word)) {
        let count = count(&house, kind, cases);
        let rate = |part: usize| part as f64 / cases.max(1) as f64;
        let holds = if kind.innocent() {
            rate(count.points) <= ACCUSED
        } else {
            rate(count.first) >= FIRST || !kind.has_goal()
        };
        missed += usize::from(!holds);
        let per_cent = |part: usize| format!("{:.1} %", 100.0 * rate(part));
        let [first, person, all, wrong] = [count.first, count.person, count.all, count.wrong]
            .map(|part| if kind.innocent() { "–".to_owned() } else { per_cent(part) });
        println!(
            "{:<42} {:>7} {first:>8} {person:>8} {:>10} {all:>9} {wrong:>8}{}",
            kind.name(),
            count.lines / cases.max(1) as usize,
            per_cent(count.points),
            match (holds, kind.has_goal()) {
                (true, true) => "",
                (true, false) => "  (no goal)",
                (false, _) => "  missed",
            }
        );
    }
    println!("\nfirst: the right source is ranked first (goal ≥ {:.0} %)", 100.0 * FIRST);
    println!("person: the suspect that is ranked first is the right person's");
    println!("points to: the list points to somebody (innocent lists: goal ≤ {:.0} %)", 100.0 * ACCUSED);
    println!("all found: every source is among those that were found; wrong: it points to somebody else");
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All cases of a kind, on two threads.
fn count(house: &House, kind: Kind, cases: u64) -> Count {
    let half = |from: u64| {
        let mut count = Count::default();
        (from..cases).step_by(2).for_each(|seed| count.add(house, &case(house, kind, seed)));
        count
    };
    let (mut odd, even) = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let even = half(0);
        (other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), even)
    });
    for (place, value) in odd.fields().into_iter().zip({ even }.fields()) {
        *place += *value;
    }
    odd
}

impl Count {
    fn fields(&mut self) -> [&mut usize; 6] {
        [&mut self.first, &mut self.person, &mut self.points, &mut self.wrong, &mut self.all, &mut self.lines]
    }

    fn add(&mut self, house: &House, case: &Case) {
        let report = attribute(&house.suspects, &case.leak);
        let found = &report.findings[..report.sources];
        let first = report.findings.first().map(|finding| finding.suspect);
        let pointed: Vec<usize> = found
            .iter()
            .filter(|finding| finding.verdict == Verdict::PointsTo)
            .map(|finding| finding.suspect)
            .collect();
        let holder = |suspect: &usize| house.holders[*suspect];
        self.lines += report.lines;
        self.first += usize::from(first.is_some_and(|first| case.sources.contains(&first)));
        let right = |first: usize| case.sources.iter().any(|source| holder(source) == holder(&first));
        self.person += usize::from(first.is_some_and(right));
        self.points += usize::from(!pointed.is_empty());
        self.all += usize::from(
            case.sources.iter().all(|source| found.iter().any(|finding| finding.suspect == *source)),
        );
        let innocent = |suspect: &usize| !case.sources.iter().any(|source| holder(source) == holder(suspect));
        self.wrong += usize::from(pointed.iter().any(innocent));
    }
}
