//! What the ledger has of people: one's own record, who looked at a customer, a team's activity.

use std::collections::HashMap;

use super::{
    DAY_MS, DayCount, LIMIT, Timeline, UsualDay,
    figures::usual_day,
    seen::{in_order, with_span},
};
use crate::{
    StaffRow, StoreError, Tigertally,
    desk::{DeskError, PersonLoad},
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{self, Action, Question, Request, Subject},
    store::{
        figures,
        ledger::{EntryFilter, EntryRow},
        seen::{self, Of, Sightings, Span},
        sessions, staff,
    },
    vault::body_of,
};

/// Days of one's own record that are counted singly.
const OWN_DAYS: i64 = 30;
/// Days over which the accesses of a customer are counted.
const ACCESS_DAYS: u64 = 90;
/// Most days over which a team's activity is counted.
const TEAM_DAYS: u32 = 90;

/// What the system has of somebody.
#[derive(Clone, Debug)]
pub struct OwnRecord {
    /// The actor, as the list of staff has them.
    pub staff: StaffRow,
    /// Number of sessions that stand.
    pub sessions: usize,
    /// Recovery codes that are left.
    pub recovery_codes: usize,
    /// What they did, newest first.
    pub entries: Vec<EntryRow>,
    /// Where the next page of entries begins.
    pub next_before: Option<u64>,
    /// The last 30 days, today last.
    pub days: Vec<DayCount>,
    /// What is usual for them; `None` with fewer than five days of work.
    pub usual: Option<UsualDay>,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

/// Which accesses of a customer to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessQuery {
    /// When.
    pub span: Span,
    /// Only entries before this index.
    pub before: Option<u64>,
    /// Most entries, 1 to 200.
    pub limit: usize,
    /// Whether to add up who saw the customer how often, and when.
    pub people: bool,
}

/// Who looked at a customer, and why.
#[derive(Clone, Debug)]
pub struct Accesses {
    /// Who saw the customer how often, who saw them last first; at most 200, and none unless asked for.
    pub people: Vec<(String, Sightings)>,
    /// How many people that are.
    pub people_total: u64,
    /// The same over time; `None` when nobody saw the customer, or it was not asked for.
    pub timeline: Option<Timeline>,
    /// What concerns the customer, newest first.
    pub entries: Vec<EntryRow>,
    /// Where the next page begins.
    pub next_before: Option<u64>,
    /// How many entries concern the customer in the last 90 days.
    pub recent: u64,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

/// Whose activity to read. Without a department and a person, that of everybody whom the policy lets the actor read.
#[derive(Clone, Debug, Default)]
pub struct TeamQuery {
    /// Only this department's.
    pub department: Option<String>,
    /// Only this person's, by staff number.
    pub staff: Option<String>,
    /// Days to count, today as the last of them not yet over: 1 to 90.
    pub days: u32,
    /// Only entries before this index.
    pub before: Option<u64>,
    /// Most entries, 1 to 200.
    pub limit: usize,
    /// Whether to count what each of them has to do, too.
    pub load: bool,
}

/// What a colleague did in the days asked for.
#[derive(Clone, Debug)]
pub struct Colleague {
    /// The colleague.
    pub staff: StaffRow,
    /// Reveals granted.
    pub reveals: u64,
    /// Denials of any sort.
    pub denied: u64,
    /// When they last did anything, ever; Unix milliseconds.
    pub last_ms: Option<u64>,
}

/// What a team did.
#[derive(Clone, Debug)]
pub struct TeamActivity {
    /// The colleagues, the most active first.
    pub people: Vec<Colleague>,
    /// What they did, newest first.
    pub entries: Vec<EntryRow>,
    /// Where the next page of entries begins.
    pub next_before: Option<u64>,
    /// What they have to do, who has the most customers first; nothing unless asked for.
    pub load: Vec<PersonLoad>,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// What the system has of the actor.
    ///
    /// # Errors
    /// `Denied`; `NotFound` for the machine's operator, who is nobody; `Store`.
    pub async fn own_record(
        &self,
        actor: &Actor,
        before: Option<u64>,
        limit: usize,
    ) -> Result<OwnRecord, DeskError> {
        let receipt = self.record(actor, Action::ReadOwnRecord, action::OWN_RECORD, Body::default()).await?;
        let staff =
            self.store.read(|conn| staff::by_no(conn, actor.no()))?.ok_or(DeskError::NotFound("staff"))?;
        let filter = EntryFilter { staff: Some(staff.no.clone()), before, ..EntryFilter::default() };
        let (entries, next_before) = self.page_of_entries(filter, limit, &receipt).await?;
        let now_ms = self.now_ms();
        let (sessions, recovery_codes) = self.store.read(|conn| {
            let sessions = sessions::of_staff(conn, staff.id, now_ms)?.len();
            Ok::<_, StoreError>((sessions, staff::recovery_codes(conn, staff.id)?.len()))
        })?;
        let work = self.days_of_work(&staff.no)?;
        let (days, usual) = (self.last_days(&work, OWN_DAYS), usual_day(&work, self.today()));
        Ok(OwnRecord { staff, sessions, recovery_codes, entries, next_before, days, usual, receipt })
    }

    /// Who looked at a customer, and why: what the ledger has about this one customer.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn accesses(
        &self,
        actor: &Actor,
        customer_no: &str,
        query: &AccessQuery,
    ) -> Result<Accesses, DeskError> {
        in_order(query.span)?;
        let customer = self.customer(customer_no)?;
        let request = self.reading(actor, Action::ReadAccesses, self.subject(&customer, actor)?);
        let permit = self.permit(actor, action::ACCESSES, request).await?;
        let mut body = with_span(body_of(&permit, actor.via()), query.span);
        (body.customer, body.tier) = (Some(customer.no.clone()), Some(customer.tier.name().to_owned()));
        let receipt = self.store.append(Draft::new(action::ACCESSES, Decision::Allowed, &body)).await?;
        let filter = EntryFilter {
            customer: Some(customer.no.clone()),
            before: query.before,
            since_ms: query.span.since_ms,
            until_ms: query.span.until_ms,
            ..EntryFilter::default()
        };
        let (entries, next_before) = self.page_of_entries(filter, query.limit, &receipt).await?;
        let now_ms = self.now_ms();
        let since_ms = now_ms.saturating_sub(ACCESS_DAYS * DAY_MS);
        let recent = self.store.read(|conn| figures::concerning(conn, &customer.no, since_ms))?;
        let (mut people, mut people_total, mut timeline) = (Vec::new(), 0, None);
        if query.people {
            (people, people_total, timeline) = self.store.read(|conn| {
                let (people, total) = seen::people_of(conn, &customer.no, query.span, LIMIT)?;
                let timeline = Timeline::of(conn, Of::Customer(&customer.no), query.span, now_ms)?;
                Ok::<_, StoreError>((people, total, timeline))
            })?;
        }
        Ok(Accesses { people, people_total, timeline, entries, next_before, recent, receipt })
    }

    /// What colleagues did. The policy is asked about each place (department and region) where somebody works, and who
    /// works where it says no is left out.
    ///
    /// # Errors
    /// `Denied` when there is nobody left, or the person asked for may not be read; `NotFound`; `Store`.
    pub async fn team_activity(&self, actor: &Actor, query: &TeamQuery) -> Result<TeamActivity, DeskError> {
        let mut asked = self.store.read(staff::all)?;
        asked.retain(|person| {
            query.staff.as_ref().is_none_or(|no| person.no == *no)
                && query.department.as_ref().is_none_or(|department| person.department == *department)
        });
        let team = self.readable(actor, &asked);
        let subject = team.first().copied().or(asked.first()).map_or(Subject::None, |person| {
            Subject::Staff { no: person.no.clone(), place: place_of(person) }
        });
        let request = Request::new(actor.facts().clone(), Action::ReadTeamActivity, subject, self.hour());
        let permit = self.permit(actor, action::TEAM, request).await?;
        if team.is_empty() {
            return Err(DeskError::NotFound("staff"));
        }
        let days = query.days.clamp(1, TEAM_DAYS);
        let mut body = body_of(&permit, actor.via()).with("people", team.len()).with("days", days);
        body.staff.clone_from(&query.staff);
        let receipt = self.store.append(Draft::new(action::TEAM, Decision::Allowed, &body)).await?;
        let numbers: Vec<String> = team.iter().map(|person| person.no.clone()).collect();
        let filter = match &query.staff {
            Some(no) => EntryFilter { staff: Some(no.clone()), ..EntryFilter::default() },
            None => EntryFilter { team: Some(numbers.clone()), ..EntryFilter::default() },
        };
        let filter = EntryFilter { before: query.before, ..filter };
        let (entries, next_before) = self.page_of_entries(filter, query.limit, &receipt).await?;
        let since_ms = self.now_ms().saturating_sub(u64::from(days) * DAY_MS);
        let people = self.store.read(|conn| {
            let did = figures::activity(conn, &numbers, since_ms)?;
            let did: HashMap<_, _> =
                did.iter().map(|did| (did.staff.as_str(), (did.reveals, did.denied))).collect();
            let colleague = |person: &&StaffRow| {
                let (reveals, denied) = did.get(person.no.as_str()).copied().unwrap_or_default();
                let last_ms = figures::last_seen(conn, &person.no)?;
                Ok::<_, StoreError>(Colleague { staff: (*person).clone(), reveals, denied, last_ms })
            };
            team.iter().map(colleague).collect::<Result<Vec<_>, _>>()
        });
        let mut people = people?;
        people.sort_by_key(|person| std::cmp::Reverse(person.reveals + person.denied));
        let mut load = if query.load { self.load_beside(actor)? } else { Vec::new() };
        load.retain(|one| numbers.contains(&one.no));
        Ok(TeamActivity { people, entries, next_before, load, receipt })
    }

    /// Those whose activity the actor may read.
    pub(in crate::desk) fn readable<'s>(&self, actor: &Actor, people: &'s [StaffRow]) -> Vec<&'s StaffRow> {
        let policy = self.policy();
        let question = Question::new(actor.facts().clone(), Action::ReadTeamActivity, self.hour());
        let mut known: HashMap<policy::Colleague, bool> = HashMap::new();
        let mut readable = |person: &StaffRow| {
            let place = place_of(person);
            *known.entry(place).or_insert_with_key(|place| {
                policy.would(&Question { colleague: Some(place.clone()), ..question.clone() }).allowed
            })
        };
        people.iter().filter(|person| readable(person)).collect()
    }
}

pub(super) fn place_of(person: &StaffRow) -> policy::Colleague {
    policy::Colleague { department: person.department.clone(), region: person.region.clone() }
}
