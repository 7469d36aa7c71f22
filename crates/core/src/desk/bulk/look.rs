//! Looking over: what would become of each customer. Nothing is changed.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Bulk, BulkAct, BulkOf, MOST_BULK, WITHIN_MS,
    judge::{Judge, Judged, denied, permitted, written},
    told_of,
};
use crate::{
    StaffRow, Tigertally,
    desk::{
        DeskError, ListQuery, Once,
        approvals::reason_of,
        customers::{group_facts, narrow},
        work::{earlier, invalid, keep},
    },
    entry::{Decision, Draft, action},
    identity::Actor,
    policy::{Action, Permit, Request, Subject},
    record::{Class, ClassSet, Invalid, Tier},
    store::{
        bulk::{self, BulkItem, BulkKind, BulkOutcome, BulkRow, State},
        customers::{self, Customer, Sort, Start},
        pool,
        shares::Receiver,
        staff,
    },
};

/// What was looked over, before it has its number.
struct Looked {
    items: Vec<BulkItem>,
    permits: Vec<Permit>,
    /// A customer that is denied, to tell why when nothing else is left.
    denied: Option<Customer>,
}

impl Tigertally {
    /// Looks over what would become of many customers at once, and keeps that for half an hour, in which it can be done.
    ///
    /// # Errors
    /// `TooMuch` above [`MOST_BULK`]; `Invalid`, `NotFound` when there is nobody such to get them; `Denied` when nothing of
    /// it is permitted; `KeyReused`; `Store`.
    pub async fn preview_bulk(
        self: &Arc<Self>,
        actor: &Actor,
        of: &BulkOf,
        act: &BulkAct,
        once: Option<Once>,
    ) -> Result<Bulk, DeskError> {
        let (mut row, reason) = self.bulk_wish(actor, act)?;
        let (found, missing) = self.bulk_customers(actor, of).await?;
        row.missing = missing;
        let judge = Judge::new(self, actor, &row)?;
        let looked = self.look(actor, &judge, found)?;
        let told = told_of(self.body(actor), &row);
        if let Some(mut body) = denied(&told, &looked.items) {
            body.detail.remove("bulk");
            body.policy = Some(self.policy().version());
            let receipt =
                self.store.append(Draft::new(action::BULK_PREVIEW, Decision::Denied, &body)).await?;
            if let Some(customer) = &looked.denied
                && let Some(denial) = judge.denial(self, actor, customer)?
            {
                return Err(DeskError::Denied { denial: Box::new(denial), receipt });
            }
        }
        // All that the answer tells something of; the denied ones stand in an entry of their own.
        let told = |item: &&BulkItem| item.outcome != BulkOutcome::Denied;
        let ready = looked.items.iter().filter(|item| item.outcome == BulkOutcome::Ready).count();
        let mut body = permitted(self.body(actor), &looked.permits);
        body.customers = looked.items.iter().filter(told).map(|item| item.no.clone()).collect();
        let all = looked.items.len();
        body = body.with("ready", ready).with("left", all - ready);
        let (this, staff, items, old_ms) = (
            Arc::clone(self),
            actor.no().to_owned(),
            looked.items,
            self.now_ms().saturating_sub(super::KEPT_MS),
        );
        let (row, receipt) = self
            .store
            .change(move |tx| {
                if let Some(id) = earlier(tx, &staff, once.as_ref())? {
                    let row = tx.bulk(id)?.ok_or(DeskError::NotFound("bulk"))?;
                    let body = told_of(body, &row).with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::BULK_PREVIEW, &body), row)?);
                }
                let id = tx.next_id("bulk")?;
                let now_ms = tx.now_ms();
                let reason = this.vault.seal_secret(&secret(id), reason.as_bytes());
                let row = BulkRow { id, reason, made_ms: now_ms, until_ms: now_ms + WITHIN_MS, ..row };
                tx.add_bulk(&row, &items, old_ms)?;
                keep(tx, &staff, once.as_ref(), &id)?;
                let body = told_of(body, &row);
                Ok::<_, DeskError>(
                    tx.commit(Draft::new(action::BULK_PREVIEW, Decision::Allowed, &body), row)?,
                )
            })
            .await?;
        self.bulk_shown(actor, row, receipt)
    }

    /// What is wished, checked; with the reason of shares.
    fn bulk_wish(&self, actor: &Actor, act: &BulkAct) -> Result<(BulkRow, String), DeskError> {
        let mut row = BulkRow {
            id: 0,
            staff_id: actor.id(),
            kind: BulkKind::Pool,
            to: None,
            classes: ClassSet::default(),
            to_day: String::new(),
            reason: Vec::new(),
            missing: 0,
            state: State::Looked,
            made_ms: 0,
            until_ms: 0,
        };
        let mut reason = String::new();
        match act {
            BulkAct::Pool => {}
            BulkAct::Claim => row.kind = BulkKind::Claim,
            BulkAct::Assign(no) => {
                row.kind = BulkKind::Assign;
                let person = self.store.read(|conn| staff::by_no(conn, no.trim()))?;
                let person = person.filter(StaffRow::acts).ok_or(DeskError::NotFound("owner"))?;
                let (id, no, name) = (person.id, person.no, person.name);
                row.to = Some(Receiver::Person(crate::Person { id, no, name }));
            }
            BulkAct::Share(wish) => {
                reason = reason_of(&wish.reason)?;
                row.kind = BulkKind::Share;
                row.to_day = self.share_day(&wish.until)?.to_string();
                row.to = Some(self.receiver_of(&wish.to)?.0);
                row.classes = wish.classes.iter().copied().collect::<ClassSet>().with(Class::Basic);
            }
        }
        Ok((row, reason))
    }

    /// The customers that are meant, and how many numbers are no customer's.
    async fn bulk_customers(&self, actor: &Actor, of: &BulkOf) -> Result<(Vec<Customer>, u32), DeskError> {
        let (found, missing) = match of {
            BulkOf::These(numbers) => {
                let numbers: BTreeSet<&str> = numbers.iter().map(|no| no.trim()).collect();
                if numbers.len() > MOST_BULK {
                    return Err(DeskError::TooMuch(MOST_BULK));
                }
                let found = self.store.read_settled(|conn| {
                    let mut found = Vec::with_capacity(numbers.len());
                    for no in &numbers {
                        found.extend(customers::by_no(conn, no)?);
                    }
                    Ok::<_, DeskError>(found)
                })?;
                let missing = numbers.len() - found.len();
                (found, missing as u32)
            }
            BulkOf::List(query) => (self.bulk_list(actor, query).await?, 0),
            BulkOf::Pool { tier, region } => (self.bulk_pool(actor, *tier, region.as_deref()).await?, 0),
        };
        if found.len() > MOST_BULK {
            return Err(DeskError::TooMuch(MOST_BULK));
        }
        if found.is_empty() {
            return Err(if missing > 0 {
                DeskError::NotFound("customer")
            } else {
                invalid("customers", Invalid::Empty)
            });
        }
        Ok((found, missing))
    }

    async fn bulk_list(&self, actor: &Actor, query: &ListQuery) -> Result<Vec<Customer>, DeskError> {
        let groups = self.store.read_settled(customers::groups)?;
        let facts = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let subject = Subject::Set { groups: facts };
        let request = Request::new(actor.facts().clone(), Action::ListCustomers, subject, self.hour());
        let permit = self.permit(actor, action::BULK_PREVIEW, request).await?;
        let mut filter = narrow(actor, query, &groups, permit.visible(), self.shared_with(actor.into())?);
        if let Some(owner) = &query.owner {
            filter.owner =
                Some(self.store.read(|conn| staff::by_no(conn, owner))?.map_or(-1, |person| person.id));
        }
        let limit = MOST_BULK as u32 + 1;
        Ok(self
            .store
            .read_settled(|conn| customers::page(conn, &filter, Sort::Number, &Start::Offset(0), limit))?)
    }

    async fn bulk_pool(
        &self,
        actor: &Actor,
        tier: Option<Tier>,
        region: Option<&str>,
    ) -> Result<Vec<Customer>, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ReadPool, Subject::None, self.hour());
        // That it was permitted stands in the entry of what is looked over.
        let _permit = self.permit(actor, action::BULK_PREVIEW, request).await?;
        let groups = self.store.read_settled(customers::groups)?;
        let theirs = groups.into_iter().filter(|(_, group)| {
            let (claims, assigns) = self.may_take(actor, group);
            (claims || assigns)
                && tier.is_none_or(|tier| group.tier == tier)
                && region.is_none_or(|region| group.region == region)
        });
        let theirs: Vec<i64> = theirs.map(|(id, _)| id).collect();
        Ok(self.store.read_settled(|conn| {
            let (rows, _) = pool::pooled(conn, &theirs, 0, MOST_BULK as u32 + 1)?;
            customers::by_ids(conn, &rows.iter().map(|row| row.id).collect::<Vec<_>>())
        })?)
    }

    /// What would become of each.
    fn look(&self, actor: &Actor, judge: &Judge, found: Vec<Customer>) -> Result<Looked, DeskError> {
        let mut looked = Looked { items: Vec::with_capacity(found.len()), permits: Vec::new(), denied: None };
        let since = self.day_began_ms();
        let mut claims = match judge.kind {
            BulkKind::Claim => {
                let used = self.store.read_settled(|conn| pool::count_claims(conn, actor.id(), since))?;
                self.settings().care.claims_per_day.saturating_sub(used)
            }
            _ => u32::MAX,
        };
        let ids: Vec<i64> = found.iter().map(|customer| customer.id).collect();
        let marks = self
            .store
            .read_settled(|conn| ids.iter().map(|id| bulk::mark(conn, *id)).collect::<Result<Vec<_>, _>>())?;
        for (customer, before) in found.into_iter().zip(marks) {
            // Erased between the two readings.
            let Some(before) = before else { continue };
            let (outcome, rules) = match judge.judge(self, actor, &customer)? {
                Judged::Permitted(_) if claims == 0 => (BulkOutcome::Limit, Vec::new()),
                Judged::Permitted(permit) => {
                    claims -= 1;
                    looked.permits.push(*permit);
                    (BulkOutcome::Ready, Vec::new())
                }
                Judged::Left(outcome, rules) => (outcome, rules),
            };
            let rules = written(&rules);
            looked.items.push(BulkItem {
                customer: customer.id,
                no: customer.no.clone(),
                tier: customer.tier,
                outcome,
                rules,
                before,
                after: Vec::new(),
                shares: Vec::new(),
            });
            if outcome == BulkOutcome::Denied && looked.denied.is_none() {
                looked.denied = Some(customer);
            }
        }
        if looked.items.iter().any(|item| item.outcome != BulkOutcome::Denied) {
            looked.denied = None;
        }
        Ok(looked)
    }
}

/// Under which name the reason of the shares is sealed.
pub(super) fn secret(id: i64) -> String {
    format!("bulk-reason:{id}")
}
