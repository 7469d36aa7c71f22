//! The pictures of the home page, in numbers: what a template draws as SVG.

use tigertally_core::{
    desk::{FigureScope, HomeFigures, HourCount, PersonLoad, PoolAgeing},
    policy::Role,
};

use super::{shell::grouped, visitor::Visitor};

/// A stretch of a column.
pub(crate) struct Part {
    pub(crate) class: &'static str,
    pub(crate) from: u64,
    pub(crate) value: u64,
}

/// A column.
pub(crate) struct Column {
    pub(crate) label: String,
    pub(crate) note: String,
    pub(crate) parts: Vec<Part>,
}

/// Columns with what they say in a sentence.
pub(crate) struct Columns {
    pub(crate) alt: String,
    pub(crate) columns: Vec<Column>,
    /// The highest column, at least 1.
    pub(crate) max: u64,
    /// Whether there is nothing to draw.
    pub(crate) empty: bool,
}

/// A bar.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: u64,
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) class: &'static str,
}

/// Bars with what they say in a sentence.
pub(crate) struct Bars {
    pub(crate) alt: String,
    pub(crate) rows: Vec<Bar>,
    pub(crate) max: u64,
}

/// Reveals by hour and tier of the customer.
pub(crate) fn hours(visitor: &Visitor, figures: &HomeFigures) -> Columns {
    let sum = |tier: usize| figures.hours.iter().filter_map(|hour| hour.reveals.get(tier)).sum::<u64>();
    let [low, medium, high] = [sum(0), sum(1), sum(2)];
    let numbers = [("high", grouped(high)), ("medium", grouped(medium)), ("low", grouped(low))];
    let numbers = numbers.each_ref().map(|(name, number)| (*name, number.as_str()));
    let stack = |hour: &HourCount| {
        let [low, medium, high] = hour.reveals;
        vec![
            Part { class: "t-low", from: 0, value: low },
            Part { class: "t-medium", from: low, value: medium },
            Part { class: "t-high", from: low + medium, value: high },
        ]
    };
    columns(visitor, figures, visitor.lang.with("home-hours-alt", &numbers), stack)
}

/// Denials by hour.
pub(crate) fn denials(visitor: &Visitor, figures: &HomeFigures) -> Columns {
    let total: u64 = figures.hours.iter().map(|hour| hour.denied).sum();
    let alt = visitor.lang.with("home-denied-alt", &[("n", &grouped(total))]);
    columns(visitor, figures, alt, |hour| vec![Part { class: "bar4", from: 0, value: hour.denied }])
}

fn columns(
    visitor: &Visitor,
    figures: &HomeFigures,
    alt: String,
    stack: impl Fn(&HourCount) -> Vec<Part>,
) -> Columns {
    let height = |parts: &[Part]| parts.iter().map(|part| part.value).sum::<u64>();
    let max = figures.hours.iter().map(|hour| height(&stack(hour))).max().unwrap_or(0);
    let mut noted = false;
    let column = |hour: &HourCount| {
        let (parts, at) = (stack(hour), visitor.desk().local(hour.from_ms).1);
        let value = height(&parts);
        // The highest column says its number; the others can be read against it.
        let highest = value == max && max > 0 && !noted;
        noted |= highest;
        Column {
            label: if at % 3 == 0 { format!("{at}:00") } else { String::new() },
            note: if highest { grouped(value) } else { String::new() },
            parts,
        }
    };
    let columns = figures.hours.iter().map(column).collect();
    Columns { alt, columns, max: max.max(1), empty: max == 0 }
}

/// Who revealed most.
pub(crate) fn people(visitor: &Visitor, figures: &HomeFigures) -> Bars {
    let lang = visitor.lang;
    let to = match figures.scope {
        FigureScope::Everybody => "/ledger?kind=reveals&staff=",
        FigureScope::Team | FigureScope::Own => "/team?staff=",
    };
    let bar = |person: &tigertally_core::desk::PersonCount| Bar {
        label: if person.name.is_empty() { person.no.clone() } else { person.name.clone() },
        value: person.reveals,
        text: lang.counted("times", person.reveals),
        href: format!("{to}{}", person.no),
        class: "bar1",
    };
    let rows: Vec<Bar> = figures.people.iter().filter(|person| person.reveals > 0).map(bar).collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.value)).collect();
    let alt = lang.with("home-by-person-alt", &[("people", &said.join(lang.pick("，", ", ")))]);
    Bars { alt, max: rows.iter().map(|row| row.value).max().unwrap_or(0).max(1), rows }
}

/// A day of one's own chart.
pub(crate) struct DayBar {
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) class: &'static str,
    pub(crate) label: String,
    pub(crate) note: String,
    pub(crate) middle: u64,
}

/// The band of what is usual.
pub(crate) struct Band {
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) text: String,
}

/// One's own days against what is usual for oneself.
pub(crate) struct OwnChart {
    pub(crate) alt: String,
    pub(crate) band: Option<Band>,
    pub(crate) bars: Vec<DayBar>,
}

/// Width of a day, and how much of it its bar takes.
const STEP: u64 = 23;
const BAR: u64 = 14;
/// Where the bars stand, and how high they can be.
const FOOT: u64 = 96;
const TALL: u64 = 72;

/// One's own last 14 days.
pub(crate) fn own(visitor: &Visitor, figures: &HomeFigures) -> OwnChart {
    let lang = visitor.lang;
    let today = figures.days.last().map_or(0, |day| day.reveals);
    let most = figures.days.iter().map(|day| day.reveals).max().unwrap_or(0);
    let most = most.max(figures.usual.map_or(0, |usual| usual.high)).max(1);
    let tall = |reveals: u64| reveals * TALL / most;
    let bar = |(at, day): (u64, &tigertally_core::desk::DayCount)| {
        let last = at + 1 == figures.days.len() as u64;
        let height = tall(day.reveals).max(1);
        DayBar {
            x: 6 + at * STEP,
            y: FOOT - height,
            height,
            class: if last { "bar1" } else { "bar2" },
            label: if at % 2 == 1 { day.day.day().to_string() } else { String::new() },
            note: if last { grouped(day.reveals) } else { String::new() },
            middle: 6 + at * STEP + BAR / 2,
        }
    };
    let (low, high) = figures.usual.map_or((0, 0), |usual| (usual.low, usual.high));
    let range = [("from", low.to_string()), ("to", high.to_string()), ("today", today.to_string())];
    let range = range.each_ref().map(|(name, text)| (*name, text.as_str()));
    let band = figures.usual.map(|usual| Band {
        y: FOOT - tall(usual.high),
        height: (tall(usual.high) - tall(usual.low)).max(2),
        text: lang.with("home-own-band", &range),
    });
    let alt = if band.is_some() { "home-own-alt" } else { "home-own-alt-new" };
    OwnChart { alt: lang.with(alt, &range), band, bars: (0..).zip(&figures.days).map(bar).collect() }
}

/// A bar in parts, with its label.
pub(crate) struct Stack {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) parts: Vec<Part>,
}

impl Stack {
    /// All parts together.
    pub(crate) fn total(&self) -> u64 {
        self.parts.iter().map(|part| part.value).sum()
    }
}

impl Stack {
    /// So many customers in the colours of their tiers, the high ones first.
    pub(crate) fn of_tiers(label: String, href: String, [low, medium, high]: [u64; 3]) -> Stack {
        Stack {
            label,
            href,
            text: grouped(low + medium + high),
            parts: vec![
                Part { class: "t-high", from: 0, value: high },
                Part { class: "t-medium", from: high, value: medium },
                Part { class: "t-low", from: high + medium, value: low },
            ],
        }
    }
}

/// Bars in parts, with what they say in a sentence.
pub(crate) struct Stacks {
    pub(crate) alt: String,
    pub(crate) rows: Vec<Stack>,
    /// The longest bar, at least 1.
    pub(crate) max: u64,
}

impl Stacks {
    fn new(visitor: &Visitor, alt: &str, rows: Vec<Stack>) -> Stacks {
        let lang = visitor.lang;
        let said: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.text)).collect();
        let alt = lang.with(alt, &[("rows", &said.join(lang.pick("，", ", ")))]);
        Stacks { alt, max: rows.iter().map(Stack::total).max().unwrap_or(0).max(1), rows }
    }
}

/// What each colleague has to do: the picture, and the numbers beside it.
pub(crate) struct LoadView {
    pub(crate) chart: Stacks,
    pub(crate) people: Vec<PersonLoad>,
    /// Where a colleague's customers are listed, before their number.
    pub(crate) list: &'static str,
}

/// Most colleagues in the picture and its table.
const PEOPLE: usize = 30;

/// Who cares for how many.
pub(crate) fn loads(visitor: &Visitor, mut people: Vec<PersonLoad>) -> LoadView {
    people.truncate(PEOPLE);
    let list = match visitor.actor.role() {
        Role::Manager => "/customers?scope=department&owner=",
        _ => "/customers?scope=all&owner=",
    };
    let row =
        |one: &PersonLoad| Stack::of_tiers(one.name.clone(), format!("{list}{}", one.no), one.customers);
    let rows = people.iter().filter(|one| one.customers != [0; 3]).map(row).collect();
    LoadView { chart: Stacks::new(visitor, "load-alt", rows), people, list }
}

/// How long customers have been in the pool, and whose fall into it soon.
pub(crate) struct AgeingView {
    pub(crate) ages: Stacks,
    pub(crate) soon: Stacks,
}

/// How the pool ages.
pub(crate) fn ageing(visitor: &Visitor, ageing: &PoolAgeing) -> AgeingView {
    let lang = visitor.lang;
    let names = ["week", "month", "quarter", "older"];
    let classes = ["bar2", "bar2", "bar4", "bar3"];
    let age = |((name, class), value): ((&str, &'static str), u64)| Stack {
        label: lang.t(&format!("pool-age-{name}")),
        href: String::new(),
        text: grouped(value),
        parts: vec![Part { class, from: 0, value }],
    };
    let ages = names.into_iter().zip(classes).zip(ageing.ages).map(age).collect();
    let own = visitor.actor.no();
    let row = |one: &tigertally_core::desk::PersonSoon| Stack {
        label: if one.no == own { lang.t("list-me") } else { one.name.clone() },
        href: if one.no == own {
            "/pool#falling".to_owned()
        } else {
            format!("/customers?scope=all&owner={}", one.no)
        },
        text: lang.with("pool-soon-row", &[("week", &grouped(one.week)), ("month", &grouped(one.month))]),
        parts: vec![
            Part { class: "bar3", from: 0, value: one.week },
            Part { class: "bar4", from: one.week, value: one.month.saturating_sub(one.week) },
        ],
    };
    let soon = ageing.soon.iter().take(PEOPLE).map(row).collect();
    AgeingView {
        ages: Stacks::new(visitor, "pool-age-alt", ages),
        soon: Stacks::new(visitor, "pool-soon-alt", soon),
    }
}
