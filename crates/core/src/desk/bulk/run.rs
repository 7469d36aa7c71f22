//! Doing what was looked over, in pieces of one transaction with one entry.

use std::{collections::HashMap, sync::Arc};

use super::{
    Bulk, PIECE, WITHIN_MS,
    judge::{Judge, denied, permitted, settle},
    look::secret,
    told_of,
};
use crate::{
    StaffRow, StoreError, Tigertally,
    desk::{DeskError, shares::MOST as MOST_SHARES},
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::Permit,
    record::Tier,
    store::{
        Tx,
        bulk::{self, BulkItem, BulkKind, BulkOutcome, BulkRow, State},
        customers::{self, Customer, Group, Place},
        shares::{NewShare, Receiver, State as ShareState},
    },
};

impl Tigertally {
    /// Does what was looked over, for the customers whom nobody changed since. Done again it does nothing; one that was cut
    /// short goes on.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Over` after half an hour; `Conflict` when it was undone; `Store`.
    pub async fn run_bulk(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<Bulk, DeskError> {
        let row = self.own_bulk(actor, id, action::BULK_RUN).await?;
        if row.state == State::Undone {
            return Err(DeskError::Conflict);
        }
        let mut ready = self.store.read_settled(|conn| bulk::items(conn, &self.log_keys, id))?;
        ready.retain(|item| item.outcome == BulkOutcome::Ready);
        if ready.is_empty() {
            return self.bulk(actor, id).await;
        }
        self.timely(actor, &row, action::BULK_RUN).await?;
        let judge = Judge::new(self, actor, &row)?;
        let reason = self.vault.open_secret(&secret(id), &row.reason)?;
        let reason: Arc<str> = String::from_utf8_lossy(&reason).as_ref().into();
        let mut receipt = None;
        for piece in ready.chunks(PIECE) {
            receipt = Some(self.run_piece(actor, &row, &judge, piece.to_vec(), &reason).await?);
        }
        let row = self.own_bulk(actor, id, action::BULK_RUN).await?;
        // There was something ready, so there was a piece.
        let receipt = receipt.ok_or(StoreError::Unwritable)?;
        self.bulk_shown(actor, row, receipt)
    }

    /// Judges a piece again, then does it.
    async fn run_piece(
        self: &Arc<Self>,
        actor: &Actor,
        row: &BulkRow,
        judge: &Judge,
        mut piece: Vec<BulkItem>,
        reason: &Arc<str>,
    ) -> Result<Receipt, DeskError> {
        let mut permits: Vec<Permit> = Vec::new();
        let ids: Vec<i64> = piece.iter().map(|item| item.customer).collect();
        let found = self.store.read_settled(|conn| customers::by_ids(conn, &ids))?;
        let found: HashMap<i64, Customer> = found.into_iter().map(|one| (one.id, one)).collect();
        for item in &mut piece {
            let judged = found.get(&item.customer).map(|one| judge.judge(self, actor, one)).transpose()?;
            permits.extend(settle(item, judged));
            // It was in the pool when it was looked over.
            if item.outcome == BulkOutcome::NotPooled {
                item.outcome = BulkOutcome::Changed;
            }
        }
        let told = told_of(self.body(actor), row);
        if let Some(mut body) = denied(&told, &piece) {
            body.policy = Some(self.policy().version());
            self.store.append(Draft::new(action::BULK_RUN, Decision::Denied, &body)).await?;
        }
        let work = Doing {
            this: Arc::clone(self),
            id: row.id,
            staff: actor.id(),
            gets: judge.gets.clone(),
            claims: (self.settings().care.claims_per_day, self.day_began_ms()),
            today: self.today().to_string(),
            reason: Arc::clone(reason),
        };
        let body = told_of(permitted(self.body(actor), &permits), row);
        let (_, receipt) = self.store.change(move |tx| work.piece(tx, piece, body)).await?;
        Ok(receipt)
    }
}

/// What a piece is done with, on the writer's thread.
struct Doing {
    this: Arc<Tigertally>,
    id: i64,
    staff: i64,
    gets: Option<StaffRow>,
    /// Most claims of a day, and when the day began.
    claims: (u32, u64),
    today: String,
    reason: Arc<str>,
}

impl Doing {
    fn piece(
        self,
        tx: &mut Tx<'_>,
        piece: Vec<BulkItem>,
        mut body: Body,
    ) -> Result<crate::store::Committed<()>, DeskError> {
        let row = tx.bulk(self.id)?.ok_or(StoreError::Damaged("a bulk"))?;
        let still: HashMap<i64, BulkOutcome> =
            tx.bulk_items(self.id)?.into_iter().map(|item| (item.customer, item.outcome)).collect();
        let mut left = 0;
        for mut item in piece {
            // Somebody else's hand on the same button may have been quicker.
            if row.state == State::Undone || still.get(&item.customer) != Some(&BulkOutcome::Ready) {
                continue;
            }
            if item.outcome == BulkOutcome::Ready {
                item.outcome = self.one(tx, &row, &mut item)?;
            }
            match item.outcome {
                BulkOutcome::Done => body.customers.push(item.no.clone()),
                _ => left += 1,
            }
            tx.put_bulk_item(self.id, &item)?;
        }
        if row.state == State::Looked {
            let until_ms = tx.now_ms() + WITHIN_MS;
            tx.set_bulk(row, State::Done, until_ms)?;
        }
        let decision = if body.customers.is_empty() { Decision::Recorded } else { Decision::Allowed };
        let body = body.clone().with("done", body.customers.len()).with("left", left);
        Ok(tx.commit(Draft::new(action::BULK_RUN, decision, &body), ())?)
    }

    /// One customer. What it was before is what it is now, so that it goes back there.
    fn one(&self, tx: &Tx<'_>, row: &BulkRow, item: &mut BulkItem) -> Result<BulkOutcome, DeskError> {
        let (Some(now), Some(customer)) = (tx.mark(item.customer)?, tx.customer(&item.no)?) else {
            return Ok(BulkOutcome::Gone);
        };
        if !now.still(&item.before) {
            return Ok(BulkOutcome::Changed);
        }
        let open: Vec<i64> = tx.open_shares(item.customer)?.iter().map(|share| share.id).collect();
        let changed = match (row.kind, &self.gets) {
            (BulkKind::Assign, Some(gets)) => {
                let place = place_for(&customer, gets);
                if !self.this.takes_on(tx, gets.id, [&place.group])? {
                    return Ok(BulkOutcome::Receiver);
                }
                tx.place_customer(customer.id, customer.version, &customer.place(), &place)?
            }
            (BulkKind::Claim, Some(gets)) => {
                if tx.count_claims(self.staff, self.claims.1)? >= self.claims.0 {
                    return Ok(BulkOutcome::Limit);
                }
                let contact = (customer.tier == Tier::High).then_some(self.staff);
                let group = group_for(&customer, gets);
                if !self.this.takes_on(tx, self.staff, [&group])? {
                    return Ok(BulkOutcome::Receiver);
                }
                let group = tx.group(&mut HashMap::new(), &group)?;
                tx.take_from_pool(customer.id, self.staff, group, contact)?
            }
            (BulkKind::Pool, _) => tx.put_into_pool(customer.id, None)?,
            (BulkKind::Share, _) => {
                if let Some(Receiver::Person(person)) = &row.to
                    && tx.stays(person.id)?.is_none()
                {
                    return Ok(BulkOutcome::Receiver);
                }
                if open.len() >= MOST_SHARES {
                    return Ok(BulkOutcome::Full);
                }
                item.shares = self.share(tx, row, customer.id)?;
                return Ok(BulkOutcome::Done);
            }
            (BulkKind::Assign | BulkKind::Claim, None) => return Ok(BulkOutcome::Receiver),
        };
        if !changed {
            return Ok(BulkOutcome::Changed);
        }
        (item.before, item.shares) = (now, open);
        item.after = tx.mark_digest(item.customer)?;
        Ok(BulkOutcome::Done)
    }

    fn share(&self, tx: &Tx<'_>, row: &BulkRow, customer: i64) -> Result<Vec<i64>, DeskError> {
        let receiver = row.to.clone().ok_or(StoreError::Damaged("a bulk"))?;
        let id = tx.next_id("share")?;
        tx.add_share(&NewShare {
            id,
            customer,
            receiver,
            classes: row.classes,
            from_day: self.today.clone(),
            to_day: row.to_day.clone(),
            reason: self.this.vault.seal_text("share", id, &self.reason),
            made_by: self.staff,
            state: ShareState::Standing,
        })?;
        Ok(vec![id])
    }
}

fn group_for(customer: &Customer, gets: &StaffRow) -> Group {
    Group { department: gets.department.clone(), ..customer.place().group }
}

/// Where a customer belongs with somebody. Where the owner was the contact person as well, the next one is so, too; of a
/// high-tier customer in the pool there was neither.
fn place_for(customer: &Customer, gets: &StaffRow) -> Place {
    let mut place = customer.place();
    let both = place.contact_person == place.owner && (place.owner.is_some() || customer.tier == Tier::High);
    place.owner = Some(gets.id);
    if both {
        place.contact_person = Some(gets.id);
    }
    place.group = group_for(customer, gets);
    place
}
