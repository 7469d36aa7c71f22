//! Who looked at a customer, and why.

use askama::Template;

use serde::Deserialize;
use tigertally_core::{EntryRow, Sightings, Span, desk::AccessQuery, policy::Action, record::CustomerNo};

use super::{
    PageError, html,
    ledger::{LineView, Lines},
    seen::{self, Lanes, SeenRow, TypedSpan},
    shell::Shell,
    staff::address,
    visitor::{Faults, Page, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    problem::Problem,
    sentence::Part,
};

/// Entries of a page.
const ROWS: usize = 50;

/// An access by somebody, in a sentence.
pub(super) struct LookLine {
    pub(super) initial: String,
    pub(super) parts: Vec<Part>,
    pub(super) note: String,
    pub(super) index: u64,
    pub(super) when: String,
}

/// Entries as the narrow panel of a customer's page shows them.
pub(super) fn lines(visitor: &Visitor, entries: &[EntryRow]) -> Result<Vec<LookLine>, PageError> {
    let store = |error| PageError::from(Problem::of_store(&error, visitor.lang));
    let actors = entries.iter().filter_map(|entry| entry.body.as_ref()).map(|body| body.actor.as_str());
    let names = visitor.desk().names(actors).map_err(store)?;
    let initial = |entry: &EntryRow| {
        let name = entry.body.as_ref().and_then(|body| names.get(&body.actor));
        name.and_then(|name| name.chars().next()).map_or("·".to_owned(), String::from)
    };
    let said = feed(visitor, false).of(entries).map_err(store)?;
    let line = |(entry, said): (&EntryRow, LineView)| LookLine {
        initial: initial(entry),
        parts: said.parts,
        note: said.note,
        index: entry.index,
        when: words::briefly(&visitor.app, visitor.lang, entry.time_ms),
    };
    Ok(entries.iter().zip(said).map(line).collect())
}

fn feed(visitor: &Visitor, links: bool) -> Lines<'_> {
    Lines { app: &visitor.app, lang: visitor.lang, links, people: "" }
}

/// Which time, and from where the page goes on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct From {
    since: String,
    until: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "accesses.html")]
struct AccessesPage {
    shell: Shell,
    no: String,
    /// The page without a time.
    path: String,
    sees: bool,
    recent: u64,
    typed: TypedSpan,
    faults: Faults,
    people: Vec<SeenRow>,
    /// How many people are not listed.
    more_people: u64,
    lanes: Option<Lanes>,
    lines: Vec<LineView>,
    newest: String,
    older: String,
}

/// `GET /customers/{no}/accesses`
pub(crate) async fn page(visitor: Visitor, Path(no): Path<String>, Query(from): Query<From>) -> Page {
    let no = CustomerNo::parse(&no).map_err(|_| visitor.missing())?.to_string();
    let typed = TypedSpan { since: from.since, until: from.until };
    // What is no time narrows nothing, and the page says so.
    let (span, faults) = match typed.span(&visitor) {
        Ok(span) => (span, Faults::default()),
        Err(faults) => (Span::default(), faults),
    };
    // The people stand over the first page of entries only.
    let query = AccessQuery { span, before: from.before, limit: ROWS, people: from.before.is_none() };
    let accesses = visitor.desk().accesses(&visitor.actor, &no, &query).await;
    let accesses = accesses.map_err(|error| visitor.fail(&error))?;
    let store = |error| PageError::from(Problem::of_store(&error, visitor.lang));
    let names =
        visitor.desk().names(accesses.people.iter().map(|(staff, _)| staff.as_str())).map_err(store)?;
    let team = visitor.may(Action::ReadTeamActivity);
    let person = |(staff, often): (String, Sightings)| {
        let href = if team { format!("/team/{staff}/seen") } else { String::new() };
        let name = names.get(&staff).cloned().unwrap_or_default();
        seen::row(&visitor, staff, name, href, often)
    };
    let people: Vec<SeenRow> = accesses.people.into_iter().map(person).collect();
    let lines = feed(&visitor, false).of(&accesses.entries).map_err(store)?;
    let path = format!("/customers/{no}/accesses");
    let href = |before: &str| {
        let pairs = [("since", typed.since.trim()), ("until", typed.until.trim()), ("before", before)];
        address(&path, pairs)
    };
    let page = AccessesPage {
        shell: visitor.shell("accesses-title", "/customers").recorded(&visitor.app, &accesses.receipt),
        lanes: accesses.timeline.as_ref().map(|timeline| Lanes::new(&visitor, timeline, &people)),
        more_people: accesses.people_total - people.len() as u64,
        people,
        older: accesses.next_before.map(|before| href(&before.to_string())).unwrap_or_default(),
        newest: from.before.map(|_| href("")).unwrap_or_default(),
        recent: accesses.recent,
        sees: visitor.may(Action::ViewCustomer),
        lines,
        faults,
        typed,
        path,
        no,
    };
    Ok(html(&page))
}
