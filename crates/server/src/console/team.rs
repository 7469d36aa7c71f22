//! What colleagues did: for managers their team, for compliance everybody.

use askama::Template;

use serde::Deserialize;
use tigertally_core::desk::TeamQuery;

use super::{
    charts::{LoadView, loads},
    customers::Link,
    html,
    ledger::{LineView, Lines, span},
    shell::Shell,
    staff::{FilterView, address, filter_of},
    visitor::{Page, Visitor},
    words,
};
use crate::address::Query;

/// Entries of a page.
const ROWS: usize = 30;
/// Where a person's name leads.
const PEOPLE: &str = "/team?staff=";
/// People in the chart.
const BARS: usize = 12;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    staff: String,
    department: String,
    days: String,
    before: String,
}

impl Listed {
    fn days(&self) -> u32 {
        if self.days == "30" { 30 } else { 7 }
    }

    fn href(&self, name: &str, value: &str) -> String {
        let kept = [
            ("staff", &self.staff),
            ("department", &self.department),
            ("days", &self.days),
            ("before", &String::new()),
        ];
        address("/team", kept.map(|(known, kept)| (known, if known == name { value } else { kept })))
    }
}

/// A colleague in the table.
struct RowView {
    no: String,
    name: String,
    place: String,
    role: String,
    reveals: u64,
    denied: u64,
    last: String,
    active: bool,
}

/// A bar of the chart.
struct Bar {
    label: String,
    value: u64,
    text: String,
    href: String,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    shell: Shell,
    /// Whose activity it is, when one person's.
    person: Option<RowView>,
    rows: Vec<RowView>,
    bars: Vec<Bar>,
    max: u64,
    tabs: Vec<Link>,
    filters: Vec<FilterView>,
    lines: Vec<LineView>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    pages: Vec<Link>,
    reveals: u64,
    denied: u64,
    days: u64,
    back: String,
    /// What each has to do, as a picture and in numbers.
    load: LoadView,
}

/// `GET /team`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let query = TeamQuery {
        department: some(&listed.department),
        staff: some(&listed.staff),
        days: listed.days(),
        before: listed.before.parse().ok(),
        limit: ROWS,
        load: listed.staff.is_empty() && listed.before.is_empty(),
    };
    let activity = visitor.desk().team_activity(&visitor.actor, &query).await;
    let mut activity = activity.map_err(|error| visitor.fail(&error))?;
    let lang = visitor.lang;
    let lines =
        Lines::new(&visitor, PEOPLE).of(&activity.entries).map_err(|error| visitor.fail(&error.into()))?;
    let mut departments: Vec<String> =
        activity.people.iter().map(|colleague| colleague.staff.department.clone()).collect();
    departments.sort_unstable();
    departments.dedup();
    let departments: Vec<_> = departments.into_iter().map(|name| (name.clone(), name)).collect();
    let mut rows: Vec<RowView> =
        activity.people.into_iter().map(|colleague| row(colleague, &visitor)).collect();
    let person = if listed.staff.is_empty() { None } else { rows.pop() };
    let bars: Vec<Bar> = rows
        .iter()
        .filter(|row| row.reveals > 0)
        .take(BARS)
        .map(|row| Bar {
            label: row.name.clone(),
            value: row.reveals,
            text: lang.counted("times", row.reveals),
            href: listed.href("staff", &row.no),
            class: "bar1",
        })
        .collect();
    let tab = |days: &str| Link {
        label: lang.t(&format!("team-days-{days}")),
        href: listed.href("days", days),
        current: listed.days().to_string() == days,
    };
    let wide = departments.len() > 1 || !listed.department.is_empty();
    let filters = vec![filter_of(lang, &lang.t("department"), &listed.department, &departments, |value| {
        listed.href("department", value)
    })];
    let page = TeamPage {
        shell: visitor.shell("nav-team", "/team").recorded(&visitor.app, &activity.receipt),
        max: bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1),
        bars,
        tabs: ["7", "30"].map(tab).into(),
        filters: if wide && person.is_none() { filters } else { Vec::new() },
        range: span(&activity.entries, lang),
        newer: (!listed.before.is_empty()).then(|| listed.href("before", "")),
        older: activity.next_before.map(|before| listed.href("before", &before.to_string())),
        pages: Vec::new(),
        reveals: rows.iter().chain(&person).map(|row| row.reveals).sum(),
        denied: rows.iter().chain(&person).map(|row| row.denied).sum(),
        days: listed.days().into(),
        back: listed.href("staff", ""),
        load: loads(&visitor, std::mem::take(&mut activity.load)),
        rows,
        person,
        lines,
    };
    Ok(html(&page))
}

fn row(colleague: tigertally_core::desk::Colleague, visitor: &Visitor) -> RowView {
    let staff = colleague.staff;
    let seen = |time_ms| words::moment(&visitor.app, visitor.lang, time_ms);
    RowView {
        place: [staff.region, staff.department].join(" ").trim().to_owned(),
        role: visitor.lang.t(&format!("role-{}", staff.role.name())),
        no: staff.no,
        name: staff.name,
        reveals: colleague.reveals,
        denied: colleague.denied,
        last: colleague.last_ms.map_or_else(|| visitor.lang.t("date-never"), seen),
        active: staff.active,
    }
}
