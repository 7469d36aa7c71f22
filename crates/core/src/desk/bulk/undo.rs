//! Undoing what was done with many customers: each goes back to where it stood, if nobody has touched it since.

use std::{collections::HashMap, sync::Arc};

use super::{
    Bulk, PIECE,
    judge::{Judge, denied, permitted, settle},
    told_of,
};
use crate::{
    StoreError, Tigertally,
    desk::DeskError,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::Permit,
    store::{
        Committed, Tx,
        bulk::{self, BulkItem, BulkKind, BulkOutcome, BulkRow, State},
        customers::{self, Customer, Group},
        shares::ShareEnd,
    },
};

impl Tigertally {
    /// Undoes what was done, for the customers whom nobody has changed or followed up since: owner, contact person, shares
    /// and place in the pool are as they were. Claims stay counted. Done again it does nothing; one that was cut short goes on.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Conflict` when there is nothing to undo; `Over` after half an hour; `Store`.
    pub async fn undo_bulk(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<Bulk, DeskError> {
        let row = self.own_bulk(actor, id, action::BULK_UNDO).await?;
        let mut done = self.store.read_settled(|conn| bulk::items(conn, &self.log_keys, id))?;
        done.retain(|item| item.outcome == BulkOutcome::Done);
        if done.is_empty() {
            return Err(DeskError::Conflict);
        }
        self.timely(actor, &row, action::BULK_UNDO).await?;
        let judge = Judge::new(self, actor, &row)?;
        let mut receipt = None;
        for piece in done.chunks(PIECE) {
            receipt = Some(self.undo_piece(actor, &row, &judge, piece.to_vec()).await?);
        }
        let row = self.own_bulk(actor, id, action::BULK_UNDO).await?;
        // There was something done, so there was a piece.
        let receipt = receipt.ok_or(StoreError::Unwritable)?;
        self.bulk_shown(actor, row, receipt)
    }

    async fn undo_piece(
        self: &Arc<Self>,
        actor: &Actor,
        row: &BulkRow,
        judge: &Judge,
        mut piece: Vec<BulkItem>,
    ) -> Result<Receipt, DeskError> {
        let mut permits: Vec<Permit> = Vec::new();
        let ids: Vec<i64> = piece.iter().map(|item| item.customer).collect();
        let (found, groups) = self.store.read_settled(|conn| {
            Ok::<_, StoreError>((customers::by_ids(conn, &ids)?, customers::groups(conn)?))
        })?;
        let found: HashMap<i64, Customer> = found.into_iter().map(|one| (one.id, one)).collect();
        let groups: HashMap<i64, Group> = groups.into_iter().collect();
        for item in &mut piece {
            let department = groups.get(&item.before.group).map_or("", |group| group.department.as_str());
            let judged = found
                .get(&item.customer)
                .map(|one| judge.judge_undo(self, actor, one, (item, department)))
                .transpose()?;
            permits.extend(settle(item, judged));
        }
        let told = told_of(self.body(actor), row);
        if let Some(mut body) = denied(&told, &piece) {
            body.policy = Some(self.policy().version());
            self.store.append(Draft::new(action::BULK_UNDO, Decision::Denied, &body)).await?;
        }
        let body = told_of(permitted(self.body(actor), &permits), row);
        let work = Undoing { this: Arc::clone(self), groups, today: self.today().to_string() };
        let id = row.id;
        let (_, receipt) = self.store.change(move |tx| work.piece(tx, id, piece, body)).await?;
        Ok(receipt)
    }
}

/// What a piece is undone with, on the writer's thread.
struct Undoing {
    this: Arc<Tigertally>,
    groups: HashMap<i64, Group>,
    today: String,
}

impl Undoing {
    fn piece(
        self,
        tx: &mut Tx<'_>,
        id: i64,
        piece: Vec<BulkItem>,
        mut body: Body,
    ) -> Result<Committed<()>, DeskError> {
        let row = tx.bulk(id)?.ok_or(StoreError::Damaged("a bulk"))?;
        let still: HashMap<i64, BulkOutcome> =
            tx.bulk_items(id)?.into_iter().map(|item| (item.customer, item.outcome)).collect();
        let mut left = 0;
        for mut item in piece {
            if still.get(&item.customer) != Some(&BulkOutcome::Done) {
                continue;
            }
            if item.outcome == BulkOutcome::Done {
                item.outcome = self.one(tx, row.kind, &item)?;
            }
            match item.outcome {
                BulkOutcome::Undone => body.customers.push(item.no.clone()),
                _ => left += 1,
            }
            tx.put_bulk_item(id, &item)?;
        }
        let until_ms = row.until_ms;
        tx.set_bulk(row, State::Undone, until_ms)?;
        let decision = if body.customers.is_empty() { Decision::Recorded } else { Decision::Allowed };
        let body = body.clone().with("undone", body.customers.len()).with("left", left);
        Ok(tx.commit(Draft::new(action::BULK_UNDO, decision, &body), ())?)
    }

    fn one(&self, tx: &Tx<'_>, kind: BulkKind, item: &BulkItem) -> Result<BulkOutcome, DeskError> {
        if kind == BulkKind::Share {
            let mut ended = !item.shares.is_empty();
            for share in &item.shares {
                ended &= tx.share(*share)?.is_some() && tx.end_share(*share, ShareEnd::TakenBack)?;
            }
            return Ok(if ended { BulkOutcome::Undone } else { BulkOutcome::StaysChanged });
        }
        if tx.mark_digest(item.customer)? != item.after {
            return Ok(BulkOutcome::StaysChanged);
        }
        let Some(group) = self.groups.get(&item.before.group) else { return Ok(BulkOutcome::StaysNobody) };
        // A customer belongs where its owner does: one who moved on would take it along.
        if let Some(owner) = item.before.owner
            && tx.stays(owner)?.is_none_or(|person| person.department != group.department)
        {
            return Ok(BulkOutcome::StaysNobody);
        }
        for person in [item.before.owner, item.before.contact].into_iter().flatten() {
            if !self.this.takes_on(tx, person, [group])? {
                return Ok(BulkOutcome::StaysNobody);
            }
        }
        tx.put_back(item, &group.department, &self.today)?;
        Ok(BulkOutcome::Undone)
    }
}
