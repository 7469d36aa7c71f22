//! From a leak to those it points to.

use crate::{
    CustomerMark, Suspects,
    evidence::{bits, ln_mean, order},
};

/// Most sources of one list.
const ROUNDS: usize = 4;
/// Findings that are reported beside the sources.
const OTHERS: usize = 20;
/// The chance that a list which comes from nobody points to somebody.
const POINTS: f64 = 0.001;
/// The same for a list that leaves it open.
const OPEN: f64 = 0.05;
/// How much more than a rival's the ratio has to be, as a power of ten.
const AHEAD: f64 = 2.0;
/// Fewer lines than these point to nobody by whom they cover alone.
const LEAST: f64 = 10.0;
/// How much likelier than among customers who are alike, as odds, an innocent may have somebody of the list: what a list is
/// chosen by is never told entirely by groups and popularity.
const LEEWAY: f64 = 2.0;
/// What a canary adds, as a power of ten: nobody else has ever heard of it.
const CANARY: f64 = 12.0;
/// The same when only its firm's name is left, which some firm may happen to have.
const NAMESAKE: f64 = 4.0;
/// The parts of a list that may come from a suspect; the rest would come from elsewhere.
const PARTS: [f64; 8] = [0.02, 0.05, 0.15, 0.4, 0.7, 0.9, 0.98, 0.999];

/// A line of a leaked list, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The customers that it may be: none, one, or several of the same name.
    pub customers: Vec<u32>,
    /// The bits that its cells carry: column and bit.
    pub bits: Vec<(u8, bool)>,
    /// The canaries that it may be.
    pub canaries: Vec<Hit>,
}

/// A line that is a suspect's canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// Number of the suspect.
    pub suspect: u32,
    /// Whether more than the firm's name agrees.
    pub sure: bool,
}

/// A leaked list.
#[derive(Clone, Debug, Default)]
pub struct Leak {
    /// Its lines, in their order.
    pub lines: Vec<Line>,
}

/// How many of a mark's places are as the key says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// As the key says.
    pub agree: usize,
    /// That could be read.
    pub of: usize,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The list points to this suspect.
    PointsTo,
    /// It may be this suspect, but also chance or another.
    Undecided,
    /// Nothing points there.
    Nobody,
}

/// What a list says about a suspect.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Number of the suspect.
    pub suspect: usize,
    /// Lines whose customer the suspect has. A line that may be several customers counts in part.
    pub covered: f64,
    /// Lines that are a customer of the company's.
    pub of: usize,
    /// Lines that an innocent suspect with as many customers of these strata would have.
    pub expected: f64,
    /// Neighbouring lines in the order of the export.
    pub order: Option<Agreement>,
    /// Cells in the variant of the export.
    pub bits: Option<Agreement>,
    /// Canary customers of the export.
    pub canaries: usize,
    /// log₁₀ of the likelihood ratio against chance.
    pub log10_ratio: f64,
    /// At most the chance that a list which comes from nobody speaks so strongly against anybody.
    pub bound: f64,
    /// What follows.
    pub verdict: Verdict,
}

/// What a list says.
#[derive(Clone, Debug)]
pub struct Report {
    /// Lines of the list.
    pub lines: usize,
    /// Lines that are a customer of the company's.
    pub resolved: usize,
    /// How many of the first findings are sources: those that the list points to or leaves open, each for what the one
    /// before does not explain.
    pub sources: usize,
    /// The sources, then other suspects, the strongest first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The verdict of the first finding.
    pub fn verdict(&self) -> Verdict {
        self.findings.first().map_or(Verdict::Nobody, |finding| finding.verdict)
    }
}

/// What the marks of a suspect say, whatever the other suspects explain.
#[derive(Clone, Copy, Default)]
struct Marks {
    order: Option<Agreement>,
    bits: Option<Agreement>,
    canaries: usize,
    /// Natural logarithm of the ratio.
    ln: f64,
}

/// Finds the sources of a list: the suspect with the strongest evidence, then the strongest for what is left, until
/// nothing is or the first of what is left is in doubt.
pub fn attribute(suspects: &Suspects, leak: &Leak) -> Report {
    let size = suspects.ids.len();
    let mut lines: Vec<Line> = leak.lines.clone();
    for line in &mut lines {
        line.customers.retain(|customer| (*customer as usize) < size);
        line.customers.sort_unstable();
        line.customers.dedup();
    }
    let resolved = lines.iter().filter(|line| !line.customers.is_empty()).count();
    let marks = marks(suspects, &lines);
    // Who is covered counts once, however often they stand in the list.
    let mut people: Vec<&[u32]> = lines.iter().map(|line| &line.customers[..]).collect();
    people.retain(|customers| !customers.is_empty());
    people.sort_unstable();
    people.dedup();
    let all = people.clone();
    let mut findings: Vec<Finding> = Vec::new();
    let mut others: Vec<Finding> = Vec::new();
    for round in 0..ROUNDS {
        let ranked =
            rank(suspects, &people, &marks, findings.iter().map(|finding| finding.suspect).collect());
        let first = ranked.first().cloned();
        if round == 0 {
            others = ranked;
        }
        let Some(first) = first.filter(|first| first.verdict != Verdict::Nobody) else { break };
        let open = first.verdict == Verdict::Undecided;
        let own = &suspects.suspects[first.suspect].customers;
        people.retain(|customers| !customers.iter().any(|customer| own.binary_search(customer).is_ok()));
        findings.push(first);
        if open {
            break;
        }
    }
    let sources = findings.len();
    others.retain(|other| !findings.iter().any(|source| source.suspect == other.suspect));
    others.truncate(OTHERS);
    for finding in &mut others {
        finding.verdict = if sources > 0 { Verdict::Nobody } else { finding.verdict };
    }
    findings.extend(others);
    // A source of a later round was judged by what was left; people read how much of the list it covers.
    for finding in &mut findings {
        (finding.covered, finding.expected) = coverage(suspects, &all, finding.suspect);
        finding.of = all.len();
    }
    Report { lines: leak.lines.len(), resolved, sources, findings }
}

/// The marks of every suspect that has a customer of the list.
fn marks(suspects: &Suspects, lines: &[Line]) -> Vec<Option<Marks>> {
    let mut found: Vec<Option<Marks>> = vec![None; suspects.suspects.len()];
    let mut rows: Vec<Vec<u32>> = vec![Vec::new(); suspects.suspects.len()];
    for (number, line) in lines.iter().enumerate() {
        for canary in &line.canaries {
            if let Some(place) = found.get_mut(canary.suspect as usize) {
                let marks = place.get_or_insert_default();
                marks.canaries += 1;
                marks.ln += if canary.sure { CANARY } else { NAMESAKE } * std::f64::consts::LN_10;
            }
        }
        for customer in &line.customers {
            for suspect in suspects.having(*customer) {
                found[*suspect as usize].get_or_insert_default();
                if let [_] = line.customers[..] {
                    rows[*suspect as usize].push(number as u32);
                }
            }
        }
    }
    for ((suspect, place), rows) in suspects.suspects.iter().zip(&mut found).zip(rows) {
        let (Some(key), Some(marks)) = (&suspect.key, place) else { continue };
        let rows: Vec<(CustomerMark, &Line)> = rows
            .into_iter()
            .map(|row| &lines[row as usize])
            .map(|line| (key.of(suspects.ids[line.customers[0] as usize]), line))
            .collect();
        let ranks: Vec<u128> = rows.iter().map(|(mark, _)| mark.rank()).collect();
        // The same customer twice is no neighbour of itself.
        let ascents = ranks.windows(2).filter(|pair| pair[0] < pair[1]).count();
        let neighbours = ranks.len().saturating_sub(1);
        let cells = rows.iter().flat_map(|(mark, line)| line.bits.iter().map(move |bit| (mark, bit)));
        let (mut agree, mut of) = (0, 0);
        for (mark, (column, bit)) in cells {
            of += 1;
            agree += usize::from(mark.bit(*column) == *bit);
        }
        if neighbours > 0 {
            marks.order = Some(Agreement { agree: ascents, of: neighbours });
            marks.ln += order(ascents, ranks.len());
        }
        if of > 0 {
            marks.bits = Some(Agreement { agree, of });
            marks.ln += bits(agree, of);
        }
    }
    found
}

/// The suspects by the strength of what speaks against them, those that were found before left out.
fn rank(suspects: &Suspects, people: &[&[u32]], marks: &[Option<Marks>], known: Vec<usize>) -> Vec<Finding> {
    // For each suspect: how likely each line that they have would be by chance.
    let mut covering: Vec<Vec<(f64, f64)>> = vec![Vec::new(); marks.len()];
    for customers in people {
        for (at, customer) in customers.iter().enumerate() {
            for suspect in suspects.having(*customer) {
                // The first of a line's customers whom the suspect has brings the others along.
                let before = &customers[..at];
                let own = &suspects.suspects[*suspect as usize].customers;
                if before.iter().any(|other| own.binary_search(other).is_ok()) {
                    continue;
                }
                let had = customers[at..].iter().filter(|other| own.binary_search(other).is_ok()).count();
                let part = had as f64 / customers.len() as f64;
                let share = suspects.share(*suspect as usize, *customer);
                // Missing lines count in full: the ratio only falls by that, and an innocent's expects at most 1 for all odds
                // up to these.
                covering[*suspect as usize].push((part, LEEWAY * share / (1.0 + (LEEWAY - 1.0) * share)));
            }
        }
    }
    let count = suspects.suspects.iter().filter(|suspect| !suspect.customers.is_empty()).count().max(1);
    let mut findings: Vec<Finding> = Vec::new();
    for (suspect, marks) in marks.iter().enumerate() {
        let Some(marks) = marks.filter(|_| !known.contains(&suspect)) else { continue };
        let lines = &covering[suspect];
        let missing = (people.len() - lines.len()) as f64;
        let at = |part: f64| {
            let line = |(had, share): &(f64, f64)| {
                had * (part + (1.0 - part) * share) / share + (1.0 - had) * (1.0 - part)
            };
            // One logarithm for several lines: each is between 10⁻³ and 10⁸.
            let some = |lines: &[(f64, f64)]| lines.iter().map(line).product::<f64>().ln();
            lines.chunks(32).map(some).sum::<f64>() + missing * (1.0 - part).ln()
        };
        let mut parts = [0.0; PARTS.len() + 1];
        for (place, part) in parts[1..].iter_mut().zip(PARTS) {
            *place = at(part);
        }
        let covered = ln_mean(&parts);
        let log10_ratio = (covered + marks.ln) / std::f64::consts::LN_10;
        let bound = (count as f64 * 10_f64.powf(-log10_ratio)).min(1.0);
        let alone = marks.ln / std::f64::consts::LN_10 < (count as f64 / OPEN).log10();
        let few = alone && lines.len() < LEAST as usize;
        findings.push(Finding {
            suspect,
            covered: 0.0,
            of: 0,
            expected: 0.0,
            order: marks.order,
            bits: marks.bits,
            canaries: marks.canaries,
            log10_ratio,
            bound,
            verdict: match bound {
                bound if bound <= POINTS && !few => Verdict::PointsTo,
                bound if bound <= OPEN && !few => Verdict::Undecided,
                _ => Verdict::Nobody,
            },
        });
    }
    findings.sort_by(|a, b| b.log10_ratio.total_cmp(&a.log10_ratio).then(a.suspect.cmp(&b.suspect)));
    let holder = |finding: &Finding| suspects.suspects[finding.suspect].holder;
    if let Some((first, rest)) = findings.split_first_mut() {
        let rival = |other: &&mut Finding| holder(other) != holder(first);
        let near =
            rest.iter_mut().find(rival).is_some_and(|other| first.log10_ratio - other.log10_ratio < AHEAD);
        if near && first.verdict == Verdict::PointsTo {
            first.verdict = Verdict::Undecided;
        }
    }
    findings
}

/// How many of these a suspect has, and how many they would have by chance.
fn coverage(suspects: &Suspects, people: &[&[u32]], suspect: usize) -> (f64, f64) {
    let own = &suspects.suspects[suspect].customers;
    let mean = |customers: &[u32], of: &dyn Fn(u32) -> f64| {
        customers.iter().map(|customer| of(*customer)).sum::<f64>() / customers.len() as f64
    };
    let had = |customer: u32| f64::from(u8::from(own.binary_search(&customer).is_ok()));
    let chance = |customer: u32| suspects.share(suspect, customer);
    people.iter().fold((0.0, 0.0), |(covered, expected), customers| {
        (covered + mean(customers, &had), expected + mean(customers, &chance))
    })
}
