//! The public pool: customers whom nobody followed up fall into it, and whoever may own one claims it from there. What is in
//! the pool is shown without anything that is sealed.

use std::{collections::HashMap, sync::Arc};

use super::{
    DeskError, PoolAgeing,
    entering::{somebodys, still_here},
    tiers::blocking,
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, CustomerFacts, Question, Request, Subject},
    record::{Kind, Tier},
    store::{
        customers::{self, Group},
        pool::{self, Idle},
        staff,
    },
    vault::body_of,
};

/// Customers that fall in one transaction.
const PIECE: u32 = 500;
/// Most rows of a page.
const LIMIT: usize = 200;
/// Of one's own customers that fall soon, so many are shown.
const SOON: u32 = 50;
const DAY_MS: u64 = 86_400_000;

/// Which part of the pool to show.
#[derive(Clone, Debug, Default)]
pub struct PoolQuery {
    /// Only this tier.
    pub tier: Option<Tier>,
    /// Only this region.
    pub region: Option<String>,
    /// From where: what the page before gave.
    pub after: Option<i64>,
    /// Most rows, 1 to 200.
    pub limit: usize,
}

/// A customer in the pool.
#[derive(Clone, Debug)]
pub struct Pooled {
    /// Customer number.
    pub no: String,
    /// Person or firm.
    pub kind: Kind,
    /// Tier.
    pub tier: Tier,
    /// Department that it was in.
    pub department: String,
    /// Region.
    pub region: String,
    /// Since when it is in the pool, Unix milliseconds.
    pub pooled_ms: u64,
    /// Whether the actor may claim it.
    pub claimable: bool,
    /// Whether the actor may assign it.
    pub assignable: bool,
}

/// A customer of the actor's own that falls into the pool unless somebody follows it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Falling {
    /// Customer number.
    pub no: String,
    /// Tier.
    pub tier: Tier,
    /// Region.
    pub region: String,
    /// When it falls, Unix milliseconds.
    pub falls_ms: u64,
}

/// A page of the pool.
#[derive(Clone, Debug)]
pub struct PoolPage {
    /// The customers whom the actor may claim or assign.
    pub customers: Vec<Pooled>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
    /// Regions to choose from.
    pub regions: Vec<String>,
    /// The actor's own that fall soon, the first of them first; 50 at most.
    pub falling: Vec<Falling>,
    /// How many customers the actor may still claim today.
    pub claims_left: u32,
    /// How the pool ages, whatever the query narrows it to.
    pub ageing: PoolAgeing,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Shows the pool as far as the policy lets the actor claim or assign what is in it.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn pool(&self, actor: &Actor, query: &PoolQuery) -> Result<PoolPage, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ReadPool, Subject::None, self.hour());
        let permit = self.permit(actor, action::POOL_READ, request).await?;
        let groups = self.store.read_settled(customers::groups)?;
        let mut theirs: HashMap<i64, (Group, bool, bool)> = HashMap::new();
        for (id, group) in groups {
            let (claimable, assignable) = self.may_take(actor, &group);
            if claimable || assignable {
                theirs.insert(id, (group, claimable, assignable));
            }
        }
        let all: Vec<i64> = theirs.keys().copied().collect();
        let ageing = self.ageing(actor, &all)?;
        let mut regions: Vec<String> = theirs.values().map(|(group, ..)| group.region.clone()).collect();
        regions.sort_unstable();
        regions.dedup();
        theirs.retain(|_, (group, ..)| {
            query.tier.is_none_or(|tier| group.tier == tier)
                && query.region.as_ref().is_none_or(|region| group.region == *region)
        });
        let limit = query.limit.clamp(1, LIMIT);
        let ids: Vec<i64> = theirs.keys().copied().collect();
        let (since, after) = (self.day_began_ms(), query.after.unwrap_or(0));
        let ((mut rows, total), claims) = self.store.read_settled(|conn| {
            Ok::<_, DeskError>((
                pool::pooled(conn, &ids, after, limit as u32 + 1)?,
                pool::count_claims(conn, actor.id(), since)?,
            ))
        })?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        let mut body = body_of(&permit, actor.via()).with("shown", rows.len());
        body.customers = rows.iter().map(|row| row.no.clone()).collect();
        let (falling, _) = self.falling(actor)?;
        let receipt = self.store.append(Draft::new(action::POOL_READ, Decision::Allowed, &body)).await?;
        let shown = rows.into_iter().filter_map(|row| {
            let (group, claimable, assignable) = theirs.get(&row.group)?;
            Some(Pooled {
                no: row.no,
                kind: group.kind,
                tier: group.tier,
                department: group.department.clone(),
                region: group.region.clone(),
                pooled_ms: row.pooled_ms,
                claimable: *claimable,
                assignable: *assignable,
            })
        });
        let claims_left = self.settings().care.claims_per_day.saturating_sub(claims);
        Ok(PoolPage {
            customers: shown.collect(),
            total,
            next,
            regions,
            falling,
            claims_left,
            ageing,
            receipt,
        })
    }

    /// Whether the policy lets somebody claim what is in the pool of a group, and assign it.
    pub(super) fn may_take(&self, actor: &Actor, group: &Group) -> (bool, bool) {
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::ClaimCustomer, self.hour());
        question.customer = Some(CustomerFacts { pooled: true, ..somebodys(group) });
        let claims = policy.would(&question).allowed;
        question.action = Action::AssignCustomer;
        (claims, policy.would(&question).allowed)
    }

    /// The actor's own customers that fall within the days of warning, the first of them first, 50 at most; and how many
    /// they are in all. Nothing that is sealed is in it.
    ///
    /// # Errors
    /// `Store`.
    pub fn falling(&self, actor: &Actor) -> Result<(Vec<Falling>, u64), DeskError> {
        let (care, now_ms) = (self.settings().care, self.now_ms());
        let (mut falling, mut total) = (Vec::new(), 0);
        for tier in Tier::ALL {
            let Some(days) = care.pool_days(tier) else { continue };
            let before = u64::from(days.saturating_sub(care.pool_warn_days)) * DAY_MS;
            let since_ms = now_ms.saturating_sub(before);
            let (rows, count) = self.store.read_settled(|conn| {
                Ok::<_, DeskError>((
                    pool::idle(conn, actor.id(), tier, since_ms, SOON)?,
                    pool::count_idle(conn, actor.id(), tier, since_ms)?,
                ))
            })?;
            total += count;
            falling.extend(rows.into_iter().map(|Idle { no, tier, region, followed_ms, .. }| Falling {
                no,
                tier,
                region,
                falls_ms: followed_ms + u64::from(days) * DAY_MS,
            }));
        }
        falling.sort_by_key(|one| one.falls_ms);
        falling.truncate(SOON as usize);
        Ok((falling, total))
    }

    /// Claims a customer from the pool: the actor becomes its owner.
    ///
    /// # Errors
    /// `Claimed` when it is in the pool no more; `DailyLimit`; `NotFound`; `Denied`; `Store`.
    pub async fn claim_from_pool(self: &Arc<Self>, actor: &Actor, no: &str) -> Result<Receipt, DeskError> {
        let customer = self.customer(no)?;
        if customer.pooled_ms.is_none() {
            let mut body = self.body(actor).with("failed", "claimed");
            body.customer = Some(customer.no);
            self.store.append(Draft::new(action::CLAIM, Decision::Denied, &body)).await?;
            return Err(DeskError::Claimed);
        }
        let request = Request::new(
            actor.facts().clone(),
            Action::ClaimCustomer,
            self.subject(&customer, actor)?,
            self.hour(),
        )
        .leaving(self.is_leaving(actor.id())?);
        let permit = self.permit(actor, action::CLAIM, request).await?;
        let body = body_of(&permit, actor.via());
        let (limit, since) = (self.settings().care.claims_per_day, self.day_began_ms());
        let group = Group {
            department: actor.department().to_owned(),
            region: customer.region.clone(),
            tier: customer.tier,
            kind: customer.kind,
        };
        let (id, staff) = (customer.id, actor.id());
        let contact = (customer.tier == Tier::High).then_some(staff);
        let (claimed, receipt) = self
            .store
            .change(move |tx| {
                still_here(tx, staff)?;
                let failed = if tx.count_claims(staff, since)? >= limit {
                    Some(("limit", DeskError::DailyLimit("claims")))
                } else {
                    let group = tx.group(&mut HashMap::new(), &group)?;
                    let taken = tx.take_from_pool(id, staff, group, contact)?;
                    (!taken).then_some(("claimed", DeskError::Claimed))
                };
                let Some((why, error)) = failed else {
                    return Ok(tx.commit(Draft::new(action::CLAIM, Decision::Allowed, &body), Ok(()))?);
                };
                let body = body.with("failed", why);
                Ok::<_, DeskError>(tx.commit(Draft::new(action::CLAIM, Decision::Denied, &body), Err(error))?)
            })
            .await?;
        claimed.map(|()| receipt)
    }

    /// Puts a customer into the pool: who may assign it may do so.
    ///
    /// # Errors
    /// `Conflict` when nobody owns it; `NotFound`; `Denied`; `Store`.
    pub async fn put_into_pool(&self, actor: &Actor, no: &str) -> Result<Receipt, DeskError> {
        let customer = self.customer(no)?;
        let request = Request::new(
            actor.facts().clone(),
            Action::AssignCustomer,
            self.subject(&customer, actor)?,
            self.hour(),
        );
        let permit = self.permit(actor, action::POOL, request).await?;
        let mut body = body_of(&permit, actor.via());
        body.staff = customer.owner.map(|owner| owner.no);
        let id = customer.id;
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if !tx.put_into_pool(id, None)? {
                    return Err(DeskError::Conflict);
                }
                Ok(tx.commit(Draft::new(action::POOL, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Lets those customers fall into the pool that nobody followed up for as long as the settings say; how many did. The
    /// system does it by itself from time to time. Done again it does nothing, and one that was cut short goes on.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep_pool(self: &Arc<Self>) -> Result<u64, DeskError> {
        let (care, now_ms) = (self.settings().care, self.now_ms());
        let mut fell = 0;
        for tier in Tier::ALL {
            let Some(days) = care.pool_days(tier) else { continue };
            let since_ms = now_ms.saturating_sub(u64::from(days) * DAY_MS);
            // Whoever is frozen cannot follow up: their customers wait for them.
            for owner in self.store.read(staff::all)?.into_iter().filter(|owner| owner.frozen_ms.is_none()) {
                loop {
                    let (this, id) = (Arc::clone(self), owner.id);
                    let idle =
                        move || this.store.read_settled(|conn| pool::idle(conn, id, tier, since_ms, PIECE));
                    let idle: Vec<Idle> = blocking::<_, StoreError>(idle).await?;
                    let moved = self.let_fall(idle, &owner.no, days, since_ms).await?;
                    fell += moved;
                    if moved < u64::from(PIECE) {
                        break;
                    }
                }
            }
        }
        Ok(fell)
    }

    /// Lets somebody's idle customers fall, with the entry that tells of it; how many did.
    async fn let_fall(
        &self,
        idle: Vec<Idle>,
        owner: &str,
        days: u32,
        since_ms: u64,
    ) -> Result<u64, DeskError> {
        let Some(tier) = idle.first().map(|first| first.tier) else { return Ok(0) };
        let mut body = Body::system().with("days", days);
        body.staff = Some(owner.to_owned());
        body.tier = Some(tier.name().to_owned());
        let work = move |tx: &mut crate::store::Tx<'_>| {
            for Idle { id, no, .. } in idle {
                // Whom somebody has followed up meanwhile stays.
                if tx.put_into_pool(id, Some(since_ms))? {
                    body.customers.push(no);
                }
            }
            if body.customers.is_empty() {
                return Err(DeskError::Conflict);
            }
            let fell = body.customers.len() as u64;
            Ok(tx.commit(Draft::recorded(action::POOL, &body), fell)?)
        };
        match self.store.change(work).await {
            Ok((fell, _)) => Ok(fell),
            Err(DeskError::Conflict) => Ok(0),
            Err(other) => Err(other),
        }
    }
}
