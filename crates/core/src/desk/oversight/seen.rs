//! Who has seen whom: what a person saw between two times, and who has seen all of some customers. (Who saw one customer
//! is [`Tigertally::accesses`].)

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{LIMIT, people::place_of};
use crate::{
    StaffRow, StoreError, Tigertally,
    desk::{DeskError, tiers::blocking, work::invalid},
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request, Subject},
    record::Invalid,
    store::{
        Connection,
        seen::{self, Mark, Of, Sightings, Span},
        staff,
    },
    vault::body_of,
};

/// Most customers of [`Tigertally::seen_all`].
pub const MOST_CUSTOMERS: usize = 1000;
/// Slots of a timeline.
const SLOTS: u64 = 60;
/// Most customers whose sightings are told one by one.
const CELLS: usize = 60;

/// Sightings laid out over time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Where the first slot begins, Unix milliseconds.
    pub from_ms: u64,
    /// Length of a slot, milliseconds.
    pub step_ms: u64,
    /// Number of slots.
    pub slots: u64,
    /// What happened in them, in the order of time.
    pub marks: Vec<Mark>,
}

impl Timeline {
    /// Lays out all that lies in a span; `None` when that is nothing.
    pub(super) fn of(
        conn: &Connection,
        of: Of<'_>,
        span: Span,
        now_ms: u64,
    ) -> Result<Option<Timeline>, StoreError> {
        let Some((first, last)) = seen::bounds(conn, of, span)? else { return Ok(None) };
        let from_ms = span.since_ms.unwrap_or(first);
        let until_ms = span.until_ms.unwrap_or(now_ms).max(last + 1);
        let step_ms = (until_ms - from_ms).div_ceil(SLOTS);
        let marks =
            seen::marks(conn, of, Span { since_ms: Some(from_ms), until_ms: Some(until_ms) }, step_ms)?;
        Ok(Some(Timeline { from_ms, step_ms, slots: SLOTS, marks }))
    }
}

/// What a person saw.
#[derive(Clone, Debug)]
pub struct SeenByPerson {
    /// The person.
    pub staff: StaffRow,
    /// The customers of this page, the last seen first.
    pub customers: Vec<(String, Sightings)>,
    /// How many customers there are in the whole span.
    pub total: u64,
    /// What they saw, over time; `None` when that is nothing.
    pub timeline: Option<Timeline>,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

/// Of whom it is asked who has seen them all.
#[derive(Clone, Debug, Default)]
pub struct SeenAllQuery {
    /// Numbers of the customers, up to [`MOST_CUSTOMERS`].
    pub customers: Vec<String>,
    /// When.
    pub span: Span,
    /// Whether only what was shown in clear counts.
    pub in_clear: bool,
}

/// Somebody who has seen some of the customers.
#[derive(Clone, Debug)]
pub struct SeenAll {
    /// Staff number.
    pub staff: String,
    /// How many of the customers they have seen.
    pub of_these: u64,
    /// How many customers they have seen altogether in the span: who sees very many sees these, too.
    pub altogether: u64,
    /// How often, over all of these customers.
    pub sightings: Sightings,
    /// How often by customer, in the order of [`SeenAllPage::customers`]; empty for more than 60 customers.
    pub cells: Vec<Option<Sightings>>,
}

/// Who has seen how many of some customers.
#[derive(Clone, Debug)]
pub struct SeenAllPage {
    /// The customers asked about, each once, that the ledger knows.
    pub customers: Vec<String>,
    /// Numbers that the ledger has nothing about: mistyped, never seen, or erased.
    pub unknown: Vec<String>,
    /// The people, who saw most of these first; at most 200.
    pub people: Vec<SeenAll>,
    /// How many people have seen any of them.
    pub total: u64,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Which customers a person saw in a span, and how often.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Invalid` for a span that ends before it begins; `Store`.
    pub async fn seen_by(
        &self,
        actor: &Actor,
        staff_no: &str,
        span: Span,
        offset: usize,
        limit: usize,
    ) -> Result<SeenByPerson, DeskError> {
        in_order(span)?;
        let person =
            self.store.read(|conn| staff::by_no(conn, staff_no))?.ok_or(DeskError::NotFound("staff"))?;
        let subject = Subject::Staff { no: person.no.clone(), place: place_of(&person) };
        let request = self.reading(actor, Action::ReadTeamActivity, subject);
        let permit = self.permit(actor, action::TEAM, request).await?;
        let mut body = with_span(body_of(&permit, actor.via()), span).with("seen", true);
        body.staff = Some(person.no.clone());
        let receipt = self.store.append(Draft::new(action::TEAM, Decision::Allowed, &body)).await?;
        self.store.catch_up().await?;
        let (limit, now_ms) = (limit.clamp(1, LIMIT), self.now_ms());
        let store = Arc::clone(&self.store);
        blocking(move || {
            let (customers, total, timeline) = store.read(|conn| {
                let (customers, total) = seen::customers_of(conn, &person.no, span, limit, offset)?;
                let timeline = Timeline::of(conn, Of::Person(&person.no), span, now_ms)?;
                Ok::<_, StoreError>((customers, total, timeline))
            })?;
            Ok(SeenByPerson { staff: person, customers, total, timeline, receipt })
        })
        .await
    }

    /// Who has seen all of some customers, or most of them.
    ///
    /// # Errors
    /// `Invalid` for no customers, more than [`MOST_CUSTOMERS`], or a span that ends before it begins; `Denied`; `Store`.
    pub async fn seen_all(&self, actor: &Actor, query: &SeenAllQuery) -> Result<SeenAllPage, DeskError> {
        in_order(query.span)?;
        let mut once = BTreeSet::new();
        let asked: Vec<String> =
            query.customers.iter().filter(|no| once.insert(no.as_str())).cloned().collect();
        if asked.is_empty() {
            return Err(invalid("customers", Invalid::Empty));
        }
        if asked.len() > MOST_CUSTOMERS {
            return Err(invalid("customers", Invalid::TooMany { max: MOST_CUSTOMERS }));
        }
        let request = Request::new(actor.facts().clone(), Action::ReadLedger, Subject::None, self.hour());
        let permit = self.permit(actor, action::LEDGER_READ, request).await?;
        self.store.catch_up().await?;
        let customers = self.store.read(|conn| seen::known(conn, &asked))?;
        let unknown = asked.into_iter().filter(|no| !customers.contains(no)).collect();
        let mut body = with_span(body_of(&permit, actor.via()), query.span).with("seen", customers.len());
        // Numbers that exist: what somebody typed stands in no entry.
        body.customers.clone_from(&customers);
        let receipt = self.store.append(Draft::new(action::LEDGER_READ, Decision::Allowed, &body)).await?;
        let (store, span, in_clear) = (Arc::clone(&self.store), query.span, query.in_clear);
        blocking(move || {
            let (people, total) = store.read(|conn| {
                let pairs = seen::pairs(conn, &customers, span, in_clear)?;
                let mut people = by_person(&pairs, &customers);
                let total = people.len() as u64;
                people.truncate(LIMIT);
                let shown: Vec<&str> = people.iter().map(|person| person.staff.as_str()).collect();
                let altogether = seen::how_many(conn, &shown, span, in_clear)?;
                for person in &mut people {
                    person.altogether = altogether.get(&person.staff).copied().unwrap_or_default();
                }
                Ok::<_, StoreError>((people, total))
            })?;
            Ok(SeenAllPage { customers, unknown, people, total, receipt })
        })
        .await
    }
}

/// Adds up who saw whom, who saw most of them first.
fn by_person(pairs: &[(String, String, Sightings)], customers: &[String]) -> Vec<SeenAll> {
    let places: HashMap<&str, usize> =
        customers.iter().enumerate().map(|(at, no)| (no.as_str(), at)).collect();
    let cells = if customers.len() <= CELLS { customers.len() } else { 0 };
    let mut people: HashMap<&str, SeenAll> = HashMap::new();
    for (staff, customer, sightings) in pairs {
        let person = people.entry(staff).or_insert_with(|| SeenAll {
            staff: staff.clone(),
            of_these: 0,
            altogether: 0,
            sightings: Sightings { first_ms: u64::MAX, ..Sightings::default() },
            cells: vec![None; cells],
        });
        person.of_these += 1;
        person.sightings = person.sightings.and(*sightings);
        let cell = places.get(customer.as_str()).and_then(|place| person.cells.get_mut(*place));
        if let Some(cell) = cell {
            *cell = Some(*sightings);
        }
    }
    let mut people: Vec<SeenAll> = people.into_values().collect();
    people.sort_by(|a, b| {
        (b.of_these, b.sightings.reveals)
            .cmp(&(a.of_these, a.sightings.reveals))
            .then_with(|| a.staff.cmp(&b.staff))
    });
    people
}

/// A span must not end before it begins.
pub(in crate::desk) fn in_order(span: Span) -> Result<(), DeskError> {
    match (span.since_ms, span.until_ms) {
        (Some(since), Some(until)) if until <= since => Err(invalid("until_ms", Invalid::BadDate)),
        _ => Ok(()),
    }
}

/// What was asked for, as the entry tells it.
pub(super) fn with_span(mut body: Body, span: Span) -> Body {
    for (key, time) in [("since_ms", span.since_ms), ("until_ms", span.until_ms)] {
        if let Some(time) = time {
            body = body.with(key, time);
        }
    }
    body
}
