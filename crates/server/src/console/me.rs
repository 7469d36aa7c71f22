//! One's own record: what the system has of the person who looks, explained fairly.

use askama::Template;

use serde::Deserialize;
use tigertally_core::desk::{DayCount, UsualDay};

use super::{
    html,
    ledger::{Column, ColumnPart, LineView, Lines},
    shell::{Shell, grouped},
    staff::address,
    visitor::{Page, Visitor},
};
use crate::{address::Query, texts::Lang};

/// Entries of a page.
const ROWS: usize = 30;
/// Height of the chart's columns, with 16 for what is written above them, as `days.html` draws them.
const HEIGHT: u64 = 120;

/// The chart of a person's days, with the band of what is usual for them.
pub(crate) struct DaysView {
    pub(crate) columns: Vec<Column>,
    pub(crate) max: u64,
    /// The chart in a sentence.
    pub(crate) alt: String,
    /// What is usual, in words; empty when that is not known yet.
    pub(crate) usual: String,
    /// Top and height of the band; none when what is usual is not known yet.
    pub(crate) band: Option<(u64, u64)>,
}

impl DaysView {
    pub(crate) fn new(days: &[DayCount], usual: Option<UsualDay>, lang: Lang) -> DaysView {
        let reveals: u64 = days.iter().map(|day| day.reveals).sum();
        let denied: u64 = days.iter().map(|day| day.denied).sum();
        let most = days.iter().map(|day| day.reveals + day.denied).max().unwrap_or(0);
        let max = most.max(usual.map_or(0, |usual| usual.high)).max(1);
        let last = days.len().saturating_sub(1);
        let column = |(at, day): (usize, &DayCount)| Column {
            label: if (last - at).is_multiple_of(7) {
                day.day.strftime("%m-%d").to_string()
            } else {
                String::new()
            },
            note: if at == last { (day.reveals + day.denied).to_string() } else { String::new() },
            parts: vec![
                ColumnPart { class: if at == last { "bar1" } else { "bar2" }, from: 0, value: day.reveals },
                ColumnPart { class: "bar4", from: day.reveals, value: day.denied },
            ],
        };
        // As the macro for columns lays them out.
        let top = |value: u64| HEIGHT - value * (HEIGHT - 16) / max;
        let numbers = [("reveals", grouped(reveals)), ("denied", grouped(denied))];
        let numbers: Vec<(&'static str, &str)> =
            numbers.iter().map(|(name, n)| (*name, n.as_str())).collect();
        let said = |usual: UsualDay| {
            let numbers = [
                ("low", usual.low.to_string()),
                ("high", usual.high.to_string()),
                ("days", usual.days.to_string()),
            ];
            let numbers: Vec<(&'static str, &str)> =
                numbers.iter().map(|(name, n)| (*name, n.as_str())).collect();
            lang.with("me-usual", &numbers)
        };
        DaysView {
            columns: days.iter().enumerate().map(column).collect(),
            max,
            alt: lang.with("me-days-alt", &numbers),
            usual: usual.map(said).unwrap_or_default(),
            band: usual.map(|usual| (top(usual.high), (top(usual.low) - top(usual.high)).max(2))),
        }
    }
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    shell: Shell,
    facts: Vec<(String, String)>,
    sessions: u64,
    recovery_codes: u64,
    days: DaysView,
    lines: Vec<LineView>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    pages: Vec<super::customers::Link>,
}

/// Where a list of entries goes on.
#[derive(Deserialize)]
pub(crate) struct From {
    before: Option<u64>,
}

/// `GET /me`
pub(crate) async fn page(visitor: Visitor, Query(from): Query<From>) -> Page {
    let record = visitor.desk().own_record(&visitor.actor, from.before, ROWS).await;
    let record = record.map_err(|error| visitor.fail(&error))?;
    let (lang, staff) = (visitor.lang, &record.staff);
    let facts = [
        ("staff-name", staff.name.clone()),
        ("staff-no", staff.no.clone()),
        ("role", lang.t(&format!("role-{}", staff.role.name()))),
        ("department", staff.department.clone()),
        ("region", staff.region.clone()),
        ("staff-title", staff.title.clone()),
        ("staff-manager", staff.manager.clone().unwrap_or_default()),
        ("staff-joined", staff.joined.clone()),
        ("staff-email", staff.email.clone()),
    ];
    let lines = Lines::new(&visitor, "").of(&record.entries).map_err(|error| visitor.fail(&error.into()))?;
    let href = |before: u64| address("/me", [("before", before.to_string().as_str())]);
    let page = MePage {
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| (lang.t(key), value))
            .collect(),
        sessions: record.sessions as u64,
        recovery_codes: record.recovery_codes as u64,
        days: DaysView::new(&record.days, record.usual, lang),
        range: super::ledger::span(&record.entries, lang),
        newer: from.before.map(|_| "/me".to_owned()),
        older: record.next_before.map(href),
        pages: Vec::new(),
        lines,
        shell: visitor.shell("nav-own-record", "/me").recorded(&visitor.app, &record.receipt),
    };
    Ok(html(&page))
}
