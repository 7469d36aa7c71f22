//! Who has how much to do, and how the public pool ages: counts of what the actor may see, and of nobody whose work they may
//! not read.

use std::collections::HashMap;

use super::{
    DeskError, ListQuery, Scope,
    customers::{group_facts, narrow},
};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request, Subject, Visible},
    record::Tier,
    store::{
        customers::{self, Filter, Group},
        load, staff,
    },
    vault::body_of,
};

const DAY_MS: u64 = 86_400_000;
/// Ages of the pool that are counted apart, in days.
const AGES: [u64; 3] = [7, 30, 90];
/// Days ahead for which is told who falls soon.
const AHEAD: [u64; 2] = [7, 30];

/// What somebody has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLoad {
    /// Staff number.
    pub no: String,
    /// Name.
    pub name: String,
    /// Customers that they own, of those that the asker sees, by tier: low, medium, high.
    pub customers: [u64; 3],
    /// Their open tasks.
    pub open: u64,
    /// Those of them whose day is over.
    pub overdue: u64,
}

/// Whose customers fall into the pool soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSoon {
    /// Staff number.
    pub no: String,
    /// Name.
    pub name: String,
    /// How many fall within 7 days.
    pub week: u64,
    /// How many within 30 days.
    pub month: u64,
}

/// How the pool ages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolAgeing {
    /// How many have been in the pool for up to 7 days, up to 30, up to 90, and longer.
    pub ages: [u64; 4],
    /// Whose customers fall soon, the most first.
    pub soon: Vec<PersonSoon>,
}

impl Tigertally {
    /// How many customers, open tasks and overdue tasks each colleague has whose work the actor may read; for everybody else
    /// their own numbers. Those with the most customers first.
    ///
    /// # Errors
    /// `Denied` when the actor may list no customers; `Store`.
    pub async fn team_load(&self, actor: &Actor) -> Result<(Vec<PersonLoad>, Receipt), DeskError> {
        let groups = self.store.read_settled(customers::groups)?;
        let facts = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let subject = Subject::Set { groups: facts };
        let request = Request::new(actor.facts().clone(), Action::ListCustomers, subject, self.hour());
        let permit = self.permit(actor, action::TEAM, request).await?;
        let people = self.load_of(actor, &groups, permit.visible())?;
        let body = body_of(&permit, actor.via()).with("load", people.len());
        let receipt = self.store.append(Draft::new(action::TEAM, Decision::Allowed, &body)).await?;
        Ok((people, receipt))
    }

    /// The same inside of another reading.
    pub(super) fn load_beside(&self, actor: &Actor) -> Result<Vec<PersonLoad>, DeskError> {
        let (groups, visible) = self.groups_seen(actor)?;
        self.load_of(actor, &groups, Some(&visible))
    }

    fn load_of(
        &self,
        actor: &Actor,
        groups: &[(i64, Group)],
        visible: Option<&Visible>,
    ) -> Result<Vec<PersonLoad>, DeskError> {
        let colleagues = self.whose_work(actor)?;
        let filter = self.seen_of(actor, groups, visible, &colleagues)?;
        let today = self.today().to_string();
        let (owned, tasks) = self.store.read_settled(|conn| {
            Ok::<_, StoreError>((load::by_owner(conn, &filter)?, load::open_tasks(conn, &today)?))
        })?;
        let empty = |person: StaffRow| {
            let load =
                PersonLoad { no: person.no, name: person.name, customers: [0; 3], open: 0, overdue: 0 };
            (person.id, load)
        };
        let mut people: HashMap<i64, PersonLoad> = colleagues.into_iter().map(empty).collect();
        for (owner, tier, count) in owned {
            if let Some(person) = people.get_mut(&owner) {
                person.customers[tier as usize - 1] = count;
            }
        }
        for (assignee, open, overdue) in tasks {
            if let Some(person) = people.get_mut(&assignee) {
                (person.open, person.overdue) = (open, overdue);
            }
        }
        let total = |person: &PersonLoad| person.customers.iter().sum::<u64>();
        let mut people: Vec<PersonLoad> =
            people.into_values().filter(|person| total(person) + person.open > 0).collect();
        people.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.no.cmp(&b.no)));
        Ok(people)
    }

    /// How long customers have been in the pool of whom the actor may claim or assign, and whose fall into it soon.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn pool_ageing(&self, actor: &Actor) -> Result<(PoolAgeing, Receipt), DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ReadPool, Subject::None, self.hour());
        let permit = self.permit(actor, action::POOL_READ, request).await?;
        let groups = self.store.read_settled(customers::groups)?;
        let theirs = groups.iter().filter(|(_, group)| {
            let (claims, assigns) = self.may_take(actor, group);
            claims || assigns
        });
        let theirs: Vec<i64> = theirs.map(|(id, _)| *id).collect();
        let ageing = self.ageing(actor, &theirs)?;
        let body = body_of(&permit, actor.via()).with("ages", ageing.ages.iter().sum::<u64>());
        let receipt = self.store.append(Draft::new(action::POOL_READ, Decision::Allowed, &body)).await?;
        Ok((ageing, receipt))
    }

    /// The same inside of another reading, for the groups that the actor may take from.
    pub(super) fn ageing(&self, actor: &Actor, theirs: &[i64]) -> Result<PoolAgeing, DeskError> {
        let (now_ms, care) = (self.now_ms(), self.settings().care);
        let since = AGES.map(|days| now_ms.saturating_sub(days * DAY_MS));
        let (groups, visible) = self.groups_seen(actor)?;
        let colleagues = self.whose_work(actor)?;
        let filter = self.seen_of(actor, &groups, Some(&visible), &colleagues)?;
        // What falls within so many days was followed up before this; a tier that never falls, before the beginning of time.
        let idle = |ahead: u64| {
            Tier::ALL.map(|tier| {
                let fall = |days: u32| now_ms.saturating_sub(u64::from(days).saturating_sub(ahead) * DAY_MS);
                care.pool_days(tier).map_or(0, fall)
            })
        };
        let [sooner, later] = AHEAD.map(idle);
        let (ages, idle) = self.store.read_settled(|conn| {
            Ok::<_, StoreError>((
                load::pool_ages(conn, theirs, since)?,
                load::idle_by_owner(conn, &filter, sooner, later)?,
            ))
        })?;
        let named: HashMap<i64, StaffRow> =
            colleagues.into_iter().map(|person| (person.id, person)).collect();
        let soon = idle.into_iter().filter_map(|(owner, week, month)| {
            let person = named.get(&owner)?;
            Some(PersonSoon { no: person.no.clone(), name: person.name.clone(), week, month })
        });
        let mut soon: Vec<PersonSoon> = soon.collect();
        soon.sort_by(|a, b| (b.week, b.month).cmp(&(a.week, a.month)).then_with(|| a.no.cmp(&b.no)));
        Ok(PoolAgeing { ages, soon })
    }

    /// Those whose work the actor may read: the actor alone, when it is nobody's.
    fn whose_work(&self, actor: &Actor) -> Result<Vec<StaffRow>, DeskError> {
        let all = self.store.read(staff::all)?;
        let readable: Vec<StaffRow> = self.readable(actor, &all).into_iter().cloned().collect();
        if !readable.is_empty() {
            return Ok(readable);
        }
        Ok(all.into_iter().filter(|person| person.id == actor.id()).collect())
    }

    /// The customers that the actor may list; of who reads nobody's work but their own, those that are theirs.
    fn seen_of(
        &self,
        actor: &Actor,
        groups: &[(i64, Group)],
        visible: Option<&Visible>,
        colleagues: &[StaffRow],
    ) -> Result<Filter, DeskError> {
        let alone = colleagues.iter().all(|person| person.id == actor.id());
        let scope = if alone { Scope::Mine } else { Scope::All };
        let query = ListQuery { scope, ..ListQuery::default() };
        Ok(narrow(actor, &query, groups, visible, self.shared_with(actor.into())?))
    }
}
