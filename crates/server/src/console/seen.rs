//! Who has seen whom: the three questions, what a person saw between two times, and who has seen all of some customers.
//! (Who saw one customer is the page of its accesses.)

use std::collections::HashMap;

use askama::Template;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use tigertally_core::{
    Mark, Sightings, Span,
    desk::{DeskError, MOST_CUSTOMERS, SeenAllPage, SeenAllQuery, Timeline},
    policy::Action,
};

use super::{
    customers::Link,
    html,
    ledger::{Column, ColumnPart},
    shell::{Shell, grouped},
    staff::address,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    problem::Problem,
    texts::Lang,
};

/// Customers of a page.
const ROWS: usize = 50;
/// People of a picture.
const LANES: usize = 12;
/// Width of a slot of a picture, height of a lane, and of its tallest column.
const SLOT: u64 = 17;
const LANE: u64 = 32;
const TALL: u64 = 24;
/// Room for the names before the lanes.
pub(crate) const LABELS: u64 = 120;

/// The time that a page is about, as typed: `2026-11-27T09:00`, in the company's time zone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TypedSpan {
    pub(crate) since: String,
    pub(crate) until: String,
}

impl TypedSpan {
    /// The span that was typed, or the name of what is no time.
    pub(crate) fn span(&self, visitor: &Visitor) -> Result<Span, Faults> {
        let moment = |name: &str, typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => match visitor.desk().moment_ms(typed) {
                Some(ms) => Ok(Some(ms)),
                None => Err(Faults::one(name, visitor.lang.t("invalid-bad_date"))),
            },
        };
        let span = Span { since_ms: moment("since", &self.since)?, until_ms: moment("until", &self.until)? };
        match (span.since_ms, span.until_ms) {
            (Some(since), Some(until)) if until <= since => {
                Err(Faults::one("until", visitor.lang.t("seen-backwards")))
            }
            _ => Ok(span),
        }
    }
}

/// A row of a table: a person or a customer, how often, and when.
pub(crate) struct SeenRow {
    pub(crate) no: String,
    /// Name of a person; empty for a customer.
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) views: u64,
    pub(crate) reveals: u64,
    pub(crate) denied: u64,
    pub(crate) first: String,
    pub(crate) last: String,
}

pub(crate) fn row(visitor: &Visitor, no: String, name: String, href: String, often: Sightings) -> SeenRow {
    let said = |time_ms| words::moment(&visitor.app, visitor.lang, time_ms);
    SeenRow {
        no,
        name,
        href,
        views: often.views,
        reveals: often.reveals,
        denied: often.denied,
        first: said(often.first_ms),
        last: said(often.last_ms),
    }
}

/// A part of a column of a picture.
pub(crate) struct Stretch {
    pub(crate) x: u64,
    pub(crate) y: u64,
    pub(crate) height: u64,
    pub(crate) class: &'static str,
    pub(crate) title: String,
}

/// A person's line of a picture.
pub(crate) struct Lane {
    pub(crate) label: String,
    pub(crate) y: u64,
    pub(crate) stretches: Vec<Stretch>,
}

/// Who saw a customer, over time: a lane a person.
pub(crate) struct Lanes {
    pub(crate) alt: String,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) width: u64,
    pub(crate) height: u64,
    /// Place and text of the marks of time.
    pub(crate) ticks: Vec<(u64, String)>,
}

/// The marks of time under a picture, at its beginning, thirds and end.
fn ticks(visitor: &Visitor, timeline: &Timeline) -> Vec<(u64, String)> {
    let long = timeline.slots * timeline.step_ms > 3 * 24 * 3600 * 1000;
    let format = if long { "%m-%d" } else { "%m-%d %H:%M" };
    let tick = |part: u64| {
        let slot = timeline.slots * part / 3;
        let zoned = visitor.desk().zoned(timeline.from_ms + slot * timeline.step_ms);
        (slot, zoned.strftime(format).to_string())
    };
    (0..=3).map(tick).collect()
}

impl Lanes {
    /// The lanes of the people who saw the customer last.
    pub(crate) fn new(visitor: &Visitor, timeline: &Timeline, people: &[SeenRow]) -> Lanes {
        let shown = &people[..people.len().min(LANES)];
        let places: HashMap<&str, usize> =
            shown.iter().enumerate().map(|(at, row)| (row.no.as_str(), at)).collect();
        let lane = |(at, row): (usize, &SeenRow)| Lane {
            label: if row.name.is_empty() { row.no.clone() } else { row.name.clone() },
            y: (at as u64 + 1) * LANE,
            stretches: Vec::new(),
        };
        let mut lanes: Vec<Lane> = shown.iter().enumerate().map(lane).collect();
        let all = |mark: &Mark| mark.views + mark.reveals + mark.denied;
        let most = timeline.marks.iter().map(all).max().unwrap_or(0).max(1);
        for mark in &timeline.marks {
            let Some(lane) = places.get(mark.staff.as_str()).and_then(|at| lanes.get_mut(*at)) else {
                continue;
            };
            let when = visitor.desk().zoned(timeline.from_ms + mark.slot * timeline.step_ms);
            let when = when.strftime("%m-%d %H:%M").to_string();
            let mut foot = lane.y;
            for (class, count, key) in [
                ("bar1", mark.reveals, "seen-reveals"),
                ("bar2", mark.views, "seen-views"),
                ("bar3", mark.denied, "ledger-denied"),
            ] {
                if count > 0 {
                    // Three parts at least as tall as can be seen still fit over each other.
                    let height = (count * TALL / most).max(3);
                    foot = foot.saturating_sub(height);
                    let title = format!("{when} {} {}", visitor.lang.t(key), grouped(count));
                    let x = LABELS + mark.slot * SLOT;
                    lane.stretches.push(Stretch { x, y: foot, height, class, title });
                }
            }
        }
        let said: Vec<String> =
            shown.iter().map(|row| format!("{} {}", row.name, row.views + row.reveals)).collect();
        Lanes {
            alt: visitor
                .lang
                .with("seen-lanes-alt", &[("people", &said.join(visitor.lang.pick("，", ", ")))]),
            height: lanes.len() as u64 * LANE,
            lanes,
            width: LABELS + timeline.slots * SLOT,
            ticks: ticks(visitor, timeline)
                .into_iter()
                .map(|(slot, text)| (LABELS + slot * SLOT, text))
                .collect(),
        }
    }
}

/// The columns of a person's time.
struct Hours {
    alt: String,
    columns: Vec<Column>,
    max: u64,
}

fn hours(visitor: &Visitor, timeline: &Timeline) -> Hours {
    let ticks = ticks(visitor, timeline);
    let mut columns: Vec<Column> = (0..timeline.slots)
        .map(|slot| Column {
            // The last mark is the end of the last slot.
            label: ticks.iter().find(|(at, _)| *at == slot).map_or(String::new(), |(_, text)| text.clone()),
            note: String::new(),
            parts: Vec::new(),
        })
        .collect();
    let (mut max, mut views, mut reveals, mut denied) = (0, 0, 0, 0);
    for mark in &timeline.marks {
        let Some(column) = usize::try_from(mark.slot).ok().and_then(|slot| columns.get_mut(slot)) else {
            continue;
        };
        column.parts = [
            ("bar1", 0, mark.reveals),
            ("bar2", mark.reveals, mark.views),
            ("bar3", mark.reveals + mark.views, mark.denied),
        ]
        .map(|(class, from, value)| ColumnPart { class, from, value })
        .into();
        max = max.max(mark.views + mark.reveals + mark.denied);
        (views, reveals, denied) = (views + mark.views, reveals + mark.reveals, denied + mark.denied);
    }
    let numbers = [("views", grouped(views)), ("reveals", grouped(reveals)), ("denied", grouped(denied))];
    let numbers = numbers.each_ref().map(|(name, n)| (*name, n.as_str()));
    Hours { alt: visitor.lang.with("seen-hours-alt", &numbers), columns, max: max.max(1) }
}

#[derive(Template)]
#[template(path = "seen-person.html")]
struct PersonPage {
    shell: Shell,
    /// The page without a time.
    path: String,
    no: String,
    name: String,
    typed: TypedSpan,
    faults: Faults,
    rows: Vec<SeenRow>,
    total: u64,
    hours: Option<Hours>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    pages: Vec<Link>,
}

/// What the address of a person's page says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PersonQuery {
    since: String,
    until: String,
    page: String,
}

/// `GET /team/{no}/seen`
pub(crate) async fn person(
    visitor: Visitor,
    Path(no): Path<String>,
    Query(query): Query<PersonQuery>,
) -> Page {
    let page_no = query.page.parse::<usize>().unwrap_or(1).clamp(1, 1_000_000);
    let typed = TypedSpan { since: query.since, until: query.until };
    // What is no time narrows nothing, and the page says so.
    let (span, faults) = match typed.span(&visitor) {
        Ok(span) => (span, Faults::default()),
        Err(faults) => (Span::default(), faults),
    };
    let seen = visitor.desk().seen_by(&visitor.actor, &no, span, (page_no - 1) * ROWS, ROWS).await;
    let seen = seen.map_err(|error| visitor.fail(&error))?;
    let links = visitor.may(Action::ViewCustomer);
    let rows: Vec<SeenRow> = seen
        .customers
        .into_iter()
        .map(|(customer, often)| {
            let href = if links { format!("/customers/{customer}/accesses") } else { String::new() };
            row(&visitor, customer, String::new(), href, often)
        })
        .collect();
    let path = format!("/team/{}/seen", seen.staff.no);
    let href = |page: usize| {
        let page = if page > 1 { page.to_string() } else { String::new() };
        address(&path, [("since", typed.since.trim()), ("until", typed.until.trim()), ("page", &page)])
    };
    let before = (page_no - 1) * ROWS;
    let page = PersonPage {
        shell: visitor.shell("seen-person", "/team").recorded(&visitor.app, &seen.receipt),
        range: span_text(visitor.lang, before, rows.len(), seen.total),
        newer: (page_no > 1).then(|| href(page_no - 1)),
        older: ((before + rows.len()) < seen.total as usize).then(|| href(page_no + 1)),
        pages: Vec::new(),
        hours: seen.timeline.as_ref().map(|timeline| hours(&visitor, timeline)),
        no: seen.staff.no,
        name: seen.staff.name,
        total: seen.total,
        rows,
        faults,
        typed,
        path,
    };
    Ok(html(&page))
}

/// Which rows a page shows, in words; empty when none.
fn span_text(lang: Lang, before: usize, rows: usize, total: u64) -> String {
    if rows == 0 {
        return String::new();
    }
    let numbers = [
        ("from", grouped(before as u64 + 1)),
        ("to", grouped((before + rows) as u64)),
        ("total", grouped(total)),
    ];
    let numbers = numbers.each_ref().map(|(name, n)| (*name, n.as_str()));
    lang.with("seen-range", &numbers)
}

/// A person of the answer, with a square a customer.
struct Seer {
    row: SeenRow,
    of_these: u64,
    altogether: u64,
    squares: Vec<Square>,
}

/// A square: what of a customer somebody saw.
struct Square {
    x: u64,
    class: &'static str,
    title: String,
}

/// The answer to the third question.
struct Answer {
    customers: Vec<String>,
    unknown: String,
    people: Vec<Seer>,
    /// How many have seen them all.
    all: u64,
    total: u64,
    width: u64,
}

#[derive(Template)]
#[template(path = "seen.html")]
struct SeenPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    answer: Option<Answer>,
    most: u64,
    /// Whether customers are links: not for those who see none.
    links: bool,
}

fn view(visitor: &Visitor, typed: Typed, faults: Faults) -> SeenPage {
    SeenPage {
        shell: visitor.shell("seen-title", "/seen"),
        typed,
        faults,
        answer: None,
        most: MOST_CUSTOMERS as u64,
        links: visitor.may(Action::ViewCustomer),
    }
}

/// What a link or one of the first two questions says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    customer: String,
    staff: String,
    since: String,
    until: String,
}

/// `GET /seen`: the questions; the first two lead on to the pages that answer them.
pub(crate) async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    if !visitor.may(Action::ReadLedger) {
        // The desk denies it, and puts that down.
        let query = SeenAllQuery { customers: vec!["-".to_owned()], ..SeenAllQuery::default() };
        let refused = visitor.desk().seen_all(&visitor.actor, &query).await;
        return Err(refused.map_or_else(|error| visitor.fail(&error), |_| visitor.missing()));
    }
    let path = |which: &str| {
        let which = form_urlencoded::byte_serialize(which.trim().as_bytes()).collect::<String>();
        (!which.is_empty() && which.len() <= 64).then_some(which)
    };
    let span = [("since", asked.since.trim()), ("until", asked.until.trim())];
    if let Some(no) = path(&asked.customer) {
        return Ok(Redirect::to(&address(&format!("/customers/{no}/accesses"), span)).into_response());
    }
    if let Some(no) = path(&asked.staff) {
        return Ok(Redirect::to(&address(&format!("/team/{no}/seen"), span)).into_response());
    }
    Ok(html(&view(&visitor, Typed::default(), Faults::default())))
}

/// `POST /seen`: who has seen all of some customers.
pub(crate) async fn all(visitor: Visitor, typed: Typed) -> Page {
    let times = TypedSpan { since: typed.get("since").to_owned(), until: typed.get("until").to_owned() };
    let separators = [' ', ',', '，', '、', ';', '；', '\t', '\n', '\r'];
    let customers: Vec<String> =
        typed.get("customers").split(separators).filter(|no| !no.is_empty()).map(str::to_owned).collect();
    let found = match times.span(&visitor) {
        Err(faults) => Err(faults),
        Ok(span) => {
            let query = SeenAllQuery { customers, span, in_clear: typed.ticked("in_clear") };
            match visitor.desk().seen_all(&visitor.actor, &query).await {
                Ok(page) => Ok(page),
                Err(error @ DeskError::Invalid { .. }) => {
                    Err(Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?)
                }
                Err(error) => return Err(visitor.fail(&error)),
            }
        }
    };
    match found {
        Err(faults) => {
            let status = faults.status();
            Ok((status, html(&view(&visitor, typed, faults))).into_response())
        }
        Ok(found) => {
            let receipt = found.receipt.clone();
            let answer = answer(&visitor, found).map_err(super::PageError::from)?;
            let mut page = view(&visitor, typed, Faults::default());
            page.shell = page.shell.recorded(&visitor.app, &receipt);
            page.answer = Some(answer);
            Ok(html(&page))
        }
    }
}

fn answer(visitor: &Visitor, found: SeenAllPage) -> Result<Answer, Problem> {
    let names = visitor.desk().names(found.people.iter().map(|person| person.staff.as_str()));
    let names = names.map_err(|error| Problem::of_store(&error, visitor.lang))?;
    let asked = found.customers.len() as u64;
    let square = |(at, (no, cell)): (usize, (&String, &Option<Sightings>))| Square {
        x: at as u64 * 12,
        class: match cell {
            Some(often) if often.reveals > 0 => "bar1",
            Some(_) => "bar2",
            None => "bar0",
        },
        title: match cell {
            Some(often) => format!(
                "{no} {} {} · {} {}",
                visitor.lang.t("seen-reveals"),
                grouped(often.reveals),
                visitor.lang.t("seen-views"),
                grouped(often.views)
            ),
            None => format!("{no} {}", visitor.lang.t("seen-not")),
        },
    };
    let all = found.people.iter().filter(|person| person.of_these == asked && asked > 0).count() as u64;
    let people = found.people.into_iter().map(|person| {
        let name = names.get(&person.staff).cloned().unwrap_or_default();
        let squares = found.customers.iter().zip(&person.cells).enumerate().map(square).collect();
        Seer {
            of_these: person.of_these,
            altogether: person.altogether,
            squares,
            row: row(
                visitor,
                person.staff.clone(),
                name,
                format!("/team/{}/seen", person.staff),
                person.sightings,
            ),
        }
    });
    Ok(Answer {
        people: people.collect(),
        all,
        total: found.total,
        width: asked * 12,
        unknown: found.unknown.join(visitor.lang.pick("、", ", ")),
        customers: found.customers,
    })
}
