//! Who looked at a customer, and why.

use askama::Template;

use serde::Deserialize;
use tigertally_core::{EntryRow, policy::Action, record::CustomerNo};

use super::{
    PageError, html,
    ledger::{LineView, Lines},
    shell::Shell,
    visitor::{Page, Visitor},
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

/// From where the page goes on.
#[derive(Deserialize)]
pub(crate) struct From {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "accesses.html")]
struct AccessesPage {
    shell: Shell,
    no: String,
    sees: bool,
    recent: u64,
    lines: Vec<LineView>,
    newest: bool,
    older: String,
}

/// `GET /customers/{no}/accesses`
pub(crate) async fn page(visitor: Visitor, Path(no): Path<String>, Query(from): Query<From>) -> Page {
    let no = CustomerNo::parse(&no).map_err(|_| visitor.missing())?.to_string();
    let accesses = visitor.desk().accesses(&visitor.actor, &no, from.before, ROWS).await;
    let accesses = accesses.map_err(|error| visitor.fail(&error))?;
    let lines = feed(&visitor, false).of(&accesses.entries);
    let shell = visitor.shell("accesses-title", "/customers").recorded(&visitor.app, &accesses.receipt);
    let page = AccessesPage {
        lines: lines.map_err(|error| PageError::from(Problem::of_store(&error, visitor.lang)))?,
        older: accesses
            .next_before
            .map(|before| format!("/customers/{no}/accesses?before={before}"))
            .unwrap_or_default(),
        newest: from.before.is_none(),
        recent: accesses.recent,
        sees: visitor.may(Action::ViewCustomer),
        shell,
        no,
    };
    Ok(html(&page))
}
