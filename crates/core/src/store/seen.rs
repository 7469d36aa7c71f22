//! Who has seen which customers, out of the read model. Seen is a customer's page (masked) or a field in clear that was
//! released; a list shows masks of many, stands in one entry that names them, and does not count.

use std::collections::HashMap;

use rusqlite::{Connection, Row, types::Value};

use super::{StoreError, figures::number};
use crate::entry::{Decision, action};

/// A stretch of time, Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// From this time on; from the beginning when left out.
    pub since_ms: Option<u64>,
    /// Before this time; until now when left out.
    pub until_ms: Option<u64>,
}

/// How often, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// How often the page was shown, masked.
    pub views: u64,
    /// How often fields were shown in clear.
    pub reveals: u64,
    /// How often it was refused.
    pub denied: u64,
    /// The first of all these, Unix milliseconds.
    pub first_ms: u64,
    /// The last of all these, Unix milliseconds.
    pub last_ms: u64,
}

impl Sightings {
    fn of(row: &Row<'_>, from: usize) -> rusqlite::Result<Sightings> {
        Ok(Sightings {
            views: row.get(from)?,
            reveals: row.get(from + 1)?,
            denied: row.get(from + 2)?,
            first_ms: row.get(from + 3)?,
            last_ms: row.get(from + 4)?,
        })
    }

    /// The same with others; none of the two is empty.
    pub(crate) fn and(self, other: Sightings) -> Sightings {
        Sightings {
            views: self.views + other.views,
            reveals: self.reveals + other.reveals,
            denied: self.denied + other.denied,
            first_ms: self.first_ms.min(other.first_ms),
            last_ms: self.last_ms.max(other.last_ms),
        }
    }
}

/// What somebody saw of a customer in a slot of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of the slot, from 0.
    pub slot: u64,
    /// Staff number.
    pub staff: String,
    /// How often the page was shown, masked.
    pub views: u64,
    /// How often fields were shown in clear.
    pub reveals: u64,
    /// How often it was refused.
    pub denied: u64,
}

/// The columns of [`Sightings`]. A reveal whose outcome failed showed nothing.
fn sums() -> String {
    let denied = Decision::Denied as u8;
    let (view, reveal) = (action::VIEW, action::REVEAL);
    format!(
        "sum(action = '{view}' AND decision <> {denied}), \
         sum(action = '{reveal}' AND decision <> {denied} AND outcome IS NOT 0), sum(decision = {denied})"
    )
}

/// The conditions on action and time. The `+` keeps SQLite from walking through the index of times.
fn seeing(span: Span, values: &mut Vec<Value>) -> String {
    values.push(number(span.since_ms.unwrap_or(0)));
    let since = values.len();
    values.push(number(span.until_ms.unwrap_or(u64::MAX)));
    format!(
        "+action IN ('{}', '{}') AND +time_ms >= ?{since} AND +time_ms < ?{}",
        action::VIEW,
        action::REVEAL,
        since + 1
    )
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// Who has seen a customer or was refused, the last of them first; and how many people that are.
pub(crate) fn people_of(
    conn: &Connection,
    customer: &str,
    span: Span,
    limit: usize,
) -> Result<(Vec<(String, Sightings)>, u64), StoreError> {
    grouped(conn, ("staff", "customer"), customer, span, limit, 0)
}

/// Which customers somebody has seen or was refused, the last of them first; and how many these are.
pub(crate) fn customers_of(
    conn: &Connection,
    staff: &str,
    span: Span,
    limit: usize,
    offset: usize,
) -> Result<(Vec<(String, Sightings)>, u64), StoreError> {
    grouped(conn, ("customer", "staff"), staff, span, limit, offset)
}

fn grouped(
    conn: &Connection,
    (group, of): (&str, &str),
    which: &str,
    span: Span,
    limit: usize,
    offset: usize,
) -> Result<(Vec<(String, Sightings)>, u64), StoreError> {
    let mut values = vec![text(which)];
    let seeing = seeing(span, &mut values);
    let offset = offset.min(i64::MAX as usize);
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {group}, {}, min(time_ms), max(time_ms), count(*) OVER () FROM access \
         WHERE {of} = ?1 AND {seeing} AND customer IS NOT NULL GROUP BY 1 ORDER BY max(time_ms) DESC, 1 LIMIT {limit} OFFSET {offset}",
        sums()
    ))?;
    let mut total = 0;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| {
        total = row.get(6)?;
        Ok((row.get(0)?, Sightings::of(row, 1)?))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    if rows.is_empty() && offset > 0 {
        // Beyond the last: no row tells how many there are.
        total = grouped(conn, (group, of), which, span, 1, 0)?.1;
    }
    Ok((rows, total))
}

/// Whose timeline it is.
#[derive(Clone, Copy)]
pub(crate) enum Of<'a> {
    /// Who saw this customer.
    Customer(&'a str),
    /// What this person saw.
    Person(&'a str),
}

impl Of<'_> {
    fn parts(self) -> (&'static str, Value) {
        match self {
            Of::Customer(no) => ("customer", text(no)),
            Of::Person(no) => ("staff", text(no)),
        }
    }
}

/// The times of the first and the last sighting.
pub(crate) fn bounds(conn: &Connection, of: Of<'_>, span: Span) -> Result<Option<(u64, u64)>, StoreError> {
    let (of, which) = of.parts();
    let mut values = vec![which];
    let seeing = seeing(span, &mut values);
    let mut ask = conn.prepare_cached(&format!(
        "SELECT min(time_ms), max(time_ms) FROM access WHERE {of} = ?1 AND {seeing} AND customer IS NOT NULL"
    ))?;
    let found = ask.query_row(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)));
    let (first, last): (Option<u64>, Option<u64>) = found?;
    Ok(first.zip(last))
}

/// The marks of a timeline, in slots of `step_ms` from the span's beginning.
pub(crate) fn marks(
    conn: &Connection,
    of: Of<'_>,
    span: Span,
    step_ms: u64,
) -> Result<Vec<Mark>, StoreError> {
    let (of, which) = of.parts();
    let mut values = vec![which, number(step_ms.max(1))];
    let seeing = seeing(span, &mut values);
    let mut ask = conn.prepare_cached(&format!(
        "SELECT (time_ms - ?3) / ?2, staff, {} FROM access WHERE {of} = ?1 AND {seeing} AND customer IS NOT NULL \
         GROUP BY 1, 2 ORDER BY 1",
        sums()
    ))?;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| {
        Ok(Mark {
            slot: row.get(0)?,
            staff: row.get(1)?,
            views: row.get(2)?,
            reveals: row.get(3)?,
            denied: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everybody who has seen any of these customers: who, whom, and how often. Refusals are no seeing.
pub(crate) fn pairs(
    conn: &Connection,
    customers: &[String],
    span: Span,
    in_clear: bool,
) -> Result<Vec<(String, String, Sightings)>, StoreError> {
    let mut values = Vec::new();
    let seeing = seeing(span, &mut values);
    let places = among(customers, &mut values);
    let clear = if in_clear { format!("AND action = '{}'", action::REVEAL) } else { String::new() };
    let mut ask = conn.prepare(&format!(
        "SELECT staff, customer, {}, min(time_ms), max(time_ms) FROM access WHERE customer IN ({}) AND {seeing} {clear} \
         AND decision <> {} AND outcome IS NOT 0 GROUP BY 1, 2",
        sums(),
        places,
        Decision::Denied as u8
    ))?;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| {
        Ok((row.get(0)?, row.get(1)?, Sightings::of(row, 2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many customers each of these people has seen.
pub(crate) fn how_many(
    conn: &Connection,
    staff: &[&str],
    span: Span,
    in_clear: bool,
) -> Result<HashMap<String, u64>, StoreError> {
    let mut values = Vec::new();
    let seeing = seeing(span, &mut values);
    let places = among(staff, &mut values);
    let clear = if in_clear { format!("AND action = '{}'", action::REVEAL) } else { String::new() };
    let mut ask = conn.prepare(&format!(
        "SELECT staff, count(DISTINCT customer) FROM access WHERE staff IN ({places}) AND {seeing} {clear} \
         AND decision <> {} AND outcome IS NOT 0 GROUP BY 1",
        Decision::Denied as u8
    ))?;
    let rows = ask.query_map(rusqlite::params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Binds these texts; their places, as `IN` takes them.
fn among(texts: &[impl AsRef<str>], values: &mut Vec<Value>) -> String {
    let first = values.len() + 1;
    values.extend(texts.iter().map(|no| text(no.as_ref())));
    let places: Vec<_> = (first..=values.len()).map(|n| format!("?{n}")).collect();
    places.join(",")
}

/// Those of these numbers that the ledger has anything about, in their order.
pub(crate) fn known(conn: &Connection, customers: &[String]) -> Result<Vec<String>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM access WHERE customer = ?1)")?;
    let mut found = Vec::new();
    for no in customers {
        if ask.query_row([no], |row| row.get(0))? {
            found.push(no.clone());
        }
    }
    Ok(found)
}
