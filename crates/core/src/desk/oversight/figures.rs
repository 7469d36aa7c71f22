//! Figures: what was revealed by hour, by person and by day, and what is usual for somebody.

use std::collections::{BTreeMap, HashMap};

use jiff::{ToSpan, civil::Date};

use super::DAY_MS;
use crate::{
    StaffRow, StoreError, Tigertally,
    desk::DeskError,
    entry::{Body, Receipt, action},
    identity::Actor,
    policy::{Action, Question},
    store::{figures, staff},
};

/// The offset of every time zone is a multiple of a quarter of an hour, so quarters add up to local hours and days.
const QUARTER_MS: u64 = 15 * 60 * 1000;
const HOUR_MS: u64 = 4 * QUARTER_MS;
/// Hours that the home page shows.
const HOURS: u64 = 24;
/// Days of one's own that the home page shows.
const DAYS: i64 = 14;
/// People that the home page names.
const PEOPLE: usize = 8;
/// Days that tell what is usual, before today.
const USUAL_DAYS: i64 = 90;
/// Fewer days with work do not tell what is usual.
const USUAL_MIN: usize = 5;

/// Whose accesses figures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureScope {
    /// The actor's own.
    Own,
    /// Those of the actor's department and region.
    Team,
    /// Everybody's.
    Everybody,
}

/// Reveals of an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourCount {
    /// Start of the hour, Unix milliseconds.
    pub from_ms: u64,
    /// Granted, by tier of the customer: low, medium, high.
    pub reveals: [u64; 3],
    /// Denied.
    pub denied: u64,
}

/// Reveals of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonCount {
    /// Staff number.
    pub no: String,
    /// Name; empty when the number is nobody's.
    pub name: String,
    /// Granted.
    pub reveals: u64,
    /// Denied.
    pub denied: u64,
}

/// A day of somebody's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day, in the company's time zone.
    pub day: Date,
    /// Reveals granted.
    pub reveals: u64,
    /// Denials of any sort.
    pub denied: u64,
}

/// How many reveals a day are usual for somebody: over the days of the last 90 on which they did anything at all, today
/// not among them. Being outside is no offence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsualDay {
    /// One day in ten has less.
    pub low: u64,
    /// Half of the days have less.
    pub median: u64,
    /// One day in ten has more.
    pub high: u64,
    /// Number of days that tell.
    pub days: usize,
}

/// Figures of the home page.
#[derive(Clone, Debug)]
pub struct HomeFigures {
    /// Whose accesses [`HomeFigures::hours`] and [`HomeFigures::people`] are about.
    pub scope: FigureScope,
    /// Reveals of the last 24 hours, the current one last.
    pub hours: Vec<HourCount>,
    /// Who revealed most in these hours, at most eight.
    pub people: Vec<PersonCount>,
    /// The actor's own last 14 days, today last.
    pub days: Vec<DayCount>,
    /// What is usual for the actor; `None` with fewer than five days of work.
    pub usual: Option<UsualDay>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Figures of the home page: everybody's for who may read the ledger, the team's for who may read its activity, else
    /// the actor's own. They come from the read model as it is, which may be a moment behind.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn home_figures(&self, actor: &Actor) -> Result<HomeFigures, DeskError> {
        let (scope, asked, entry) = self.figure_scope(actor);
        let receipt = self.record(actor, asked, entry, Body::default().with("figures", "home")).await?;
        let colleague =
            |person: &StaffRow| person.department == actor.department() && person.region == actor.region();
        let team: Option<Vec<String>> = match scope {
            FigureScope::Everybody => None,
            FigureScope::Own => Some(vec![actor.no().to_owned()]),
            FigureScope::Team => {
                let all = self.store.read(staff::all)?;
                Some(all.into_iter().filter(colleague).map(|person| person.no).collect())
            }
        };
        let now_ms = self.now_ms();
        let local = self.zoned(now_ms);
        let into_hour = 60_000 * local.minute().unsigned_abs() as u64 + now_ms % 60_000;
        let since_ms = now_ms - into_hour - (HOURS - 1) * HOUR_MS;
        let (tallies, people) = self.store.read(|conn| {
            Ok::<_, StoreError>((
                figures::reveals(conn, team.as_deref(), since_ms, QUARTER_MS)?,
                figures::by_person(conn, team.as_deref(), since_ms, PEOPLE)?,
            ))
        })?;
        let names = self.names(people.iter().map(|(no, ..)| no.as_str()))?;
        let people = people.into_iter().map(|(no, reveals, denied)| {
            let name = names.get(&no).cloned().unwrap_or_default();
            PersonCount { no, name, reveals, denied }
        });
        let work = self.days_of_work(actor.no())?;
        Ok(HomeFigures {
            scope,
            hours: by_hour(since_ms, &tallies),
            people: people.collect(),
            days: self.last_days(&work, DAYS),
            usual: usual_day(&work, self.today()),
            receipt,
        })
    }

    /// The widest scope that the policy grants, with what is asked for it and how the entry says it.
    fn figure_scope(&self, actor: &Actor) -> (FigureScope, Action, &'static str) {
        let policy = self.policy();
        let would = |action| policy.would(&Question::new(actor.facts().clone(), action, self.hour())).allowed;
        if would(Action::ReadLedger) {
            (FigureScope::Everybody, Action::ReadLedger, action::LEDGER_READ)
        } else if would(Action::ReadTeamActivity) {
            (FigureScope::Team, Action::ReadTeamActivity, action::TEAM)
        } else {
            (FigureScope::Own, Action::ReadOwnRecord, action::OWN_RECORD)
        }
    }

    /// The days of the last 90, and today, on which somebody did anything.
    pub(super) fn days_of_work(&self, staff_no: &str) -> Result<BTreeMap<Date, DayCount>, StoreError> {
        let since_ms = self.now_ms().saturating_sub((USUAL_DAYS as u64 + 2) * DAY_MS);
        let quarters = self.store.read(|conn| figures::work(conn, staff_no, since_ms, QUARTER_MS))?;
        let mut days = BTreeMap::new();
        for quarter in quarters {
            let (day, _) = self.local(quarter.from_ms);
            let count = days.entry(day).or_insert(DayCount { day, reveals: 0, denied: 0 });
            count.reveals += quarter.reveals;
            count.denied += quarter.denied;
        }
        Ok(days)
    }

    /// The last days without a gap, today last.
    pub(super) fn last_days(&self, work: &BTreeMap<Date, DayCount>, days: i64) -> Vec<DayCount> {
        let today = self.today();
        let day = |back: i64| {
            let day = today.saturating_sub(back.days());
            work.get(&day).cloned().unwrap_or(DayCount { day, reveals: 0, denied: 0 })
        };
        (0..days).rev().map(day).collect()
    }

    /// Names of members of staff by their number, to render what was granted. Inside the company they are known.
    ///
    /// # Errors
    /// When the database fails.
    pub fn names<'a>(
        &self,
        numbers: impl IntoIterator<Item = &'a str>,
    ) -> Result<HashMap<String, String>, StoreError> {
        self.store.read(|conn| {
            let mut names = HashMap::new();
            for no in numbers {
                if !names.contains_key(no)
                    && let Some(person) = staff::by_no(conn, no)?
                {
                    names.insert(person.no, person.name);
                }
            }
            Ok(names)
        })
    }
}

/// Adds quarters up to the hours from `since_ms` on.
fn by_hour(since_ms: u64, tallies: &[figures::Tally]) -> Vec<HourCount> {
    let hour = |n| HourCount { from_ms: since_ms + n * HOUR_MS, reveals: [0; 3], denied: 0 };
    let mut hours: Vec<HourCount> = (0..HOURS).map(hour).collect();
    for tally in tallies {
        let at = (tally.from_ms.saturating_sub(since_ms) / HOUR_MS) as usize;
        let Some(hour) = hours.get_mut(at) else { continue };
        let tier = tally.tier.unwrap_or(1).saturating_sub(1);
        match hour.reveals.get_mut(usize::from(tier)) {
            Some(reveals) if !tally.denied => *reveals += tally.count,
            _ => hour.denied += tally.count,
        }
    }
    hours
}

/// What is usual on a day with work, by nearest rank.
pub(super) fn usual_day(work: &BTreeMap<Date, DayCount>, today: Date) -> Option<UsualDay> {
    let days = work.range(today.saturating_sub(USUAL_DAYS.days())..today);
    let mut counts: Vec<u64> = days.map(|(_, day)| day.reveals).collect();
    counts.sort_unstable();
    let last = counts.len().checked_sub(1).filter(|_| counts.len() >= USUAL_MIN)?;
    let at = |percent: usize| counts.get((last * percent + 50) / 100).copied();
    Some(UsualDay { low: at(10)?, median: at(50)?, high: at(90)?, days: counts.len() })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(counts: &[(i8, u64)]) -> BTreeMap<Date, DayCount> {
        let day = |(day, reveals): &(i8, u64)| {
            let day = date(2026, 11, *day);
            (day, DayCount { day, reveals: *reveals, denied: 0 })
        };
        counts.iter().map(day).collect()
    }

    #[test]
    fn what_is_usual_leaves_today_and_idle_days_out() {
        let work = days(&[(1, 3), (2, 5), (3, 4), (6, 40), (9, 4), (24, 900)]);
        let usual = usual_day(&work, date(2026, 11, 24));
        assert_eq!(usual, Some(UsualDay { low: 3, median: 4, high: 40, days: 5 }));
        assert_eq!(usual_day(&days(&[(1, 3), (2, 5), (3, 4), (6, 4)]), date(2026, 11, 24)), None);
        assert_eq!(usual_day(&work, date(2027, 3, 30)), None, "older days do not tell");
    }

    #[test]
    fn quarters_add_up_to_hours() {
        let tally = |quarter: u64, tier, denied, count| figures::Tally {
            from_ms: 7 * HOUR_MS + quarter * QUARTER_MS,
            tier: Some(tier),
            denied,
            count,
        };
        let tallies =
            [tally(0, 1, false, 2), tally(3, 3, false, 1), tally(3, 3, true, 5), tally(4, 2, false, 7)];
        let hours = by_hour(7 * HOUR_MS, &tallies);
        assert_eq!(hours.len(), 24);
        assert_eq!(hours[0], HourCount { from_ms: 7 * HOUR_MS, reveals: [2, 0, 1], denied: 5 });
        assert_eq!(hours[1], HourCount { from_ms: 8 * HOUR_MS, reveals: [0, 7, 0], denied: 0 });
    }
}
