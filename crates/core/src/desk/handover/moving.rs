//! Moving: what was signed for and approved goes to its new owners, in pieces. What was cut short goes on from where it was.

use std::sync::Arc;

use super::super::DeskError;
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, PurposeNote, action},
    policy::PurposeKind,
    store::{
        approvals::{self, State as Decided, Target},
        handovers::{self, PartRow, PartState as Part},
    },
};

/// Customers that move in one change: a few milliseconds of the writer's time.
const PIECE: usize = 250;

/// What a run moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandoverMove {
    /// Customers that have a new owner or contact person.
    pub moved: u64,
    /// Customers that were no longer the leaver's.
    pub gone: u64,
    /// Customers that wait for another receiver: who signed for them has left, is leaving or has other work.
    pub returned: u64,
    /// Open tasks that went with them.
    pub tasks: u64,
}

impl Tigertally {
    /// Moves what was approved. To be called when something was, and at start: what was cut short goes on. At most so many
    /// pieces, when asked; the rest stays for the next call.
    ///
    /// # Errors
    /// `Purpose` when an approval does not stand, which is put down, and its parts go back to signed; `Store`.
    pub async fn move_handovers(
        self: &Arc<Self>,
        most_pieces: Option<usize>,
    ) -> Result<HandoverMove, DeskError> {
        self.free_parts().await?;
        let mut left = most_pieces.unwrap_or(usize::MAX);
        let (mut moved, mut failed) = (HandoverMove::default(), None);
        for approval in self.store.read(handovers::approved)? {
            // One that does not stand must not hold the others.
            if let Err(error) = self.move_approved(approval, &mut left, &mut moved).await {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(moved), Err)
    }

    async fn move_approved(
        self: &Arc<Self>,
        approval: i64,
        left: &mut usize,
        moved: &mut HandoverMove,
    ) -> Result<(), DeskError> {
        if *left == 0 {
            return Ok(());
        }
        let parts = self.take_up(approval).await?;
        for part in parts.iter().filter(|part| part.state == Part::Approved) {
            if *left == 0 {
                return Ok(());
            }
            self.move_part(part, approval, left, moved).await?;
        }
        Ok(())
    }

    /// Parts whose request for approval is over, or whose asker has left, can be asked for again. A request that is not as
    /// this program wrote it frees nothing.
    async fn free_parts(&self) -> Result<(), DeskError> {
        let now_ms = self.now_ms();
        let stranded = self.store.read(|conn| {
            let mut stranded = Vec::new();
            for id in handovers::stranded(conn, now_ms)? {
                stranded.extend(approvals::approval(conn, id)?.filter(|row| row.genuine(&self.log_keys)));
            }
            Ok::<_, StoreError>(stranded)
        })?;
        for row in stranded {
            let body = Body::system().with("approval", row.id).with("freed", true);
            self.store
                .change(move |tx| {
                    let now = tx.approval(row.id)?.ok_or(StoreError::Damaged("an approval"))?;
                    if now.state == Decided::Waiting {
                        tx.set_approval(row.id, Decided::Ended, None)?;
                    }
                    tx.handover_decided(row.id, false)?;
                    Ok::<_, DeskError>(tx.commit(Draft::recorded(action::HANDOVER, &body), ())?)
                })
                .await?;
        }
        Ok(())
    }

    /// Uses the approval up, if that has not been done; gives the parts as they were approved.
    async fn take_up(self: &Arc<Self>, approval: i64) -> Result<Vec<PartRow>, DeskError> {
        let keys = Arc::clone(&self.log_keys);
        let (row, parts) = self.store.read(|conn| {
            let parts = handovers::parts_of_approval(conn, &self.log_keys, approval)?;
            Ok::<_, StoreError>((approvals::approval(conn, approval)?, parts))
        })?;
        let row = row.filter(|row| row.genuine(&keys)).ok_or(StoreError::Damaged("an approval"))?;
        // It was used when the move began.
        if let (Target::Handover(id), Decided::Used) = (row.target, row.state) {
            let handover = self.handover_row(id)?;
            if row.scope == handovers::scope(&keys, id, handover.leaver.id, &parts) {
                return Ok(parts);
            }
        }
        let body = self.mover(approval);
        let (parts, _) = self
            .store
            .change(move |tx| {
                let row = tx.approval(approval)?.ok_or(StoreError::Damaged("an approval"))?;
                let Target::Handover(id) = row.target else {
                    return Err(StoreError::Damaged("an approval").into());
                };
                let handover = tx.handover(id)?.ok_or(StoreError::Damaged("a hand-over"))?;
                let parts = tx.parts_of_approval(approval)?;
                let scope = handovers::scope(&keys, id, handover.leaver.id, &parts);
                let mut body = body.with("handover", id).with("begun", true);
                body.staff = Some(handover.leaver.no);
                let stands = match Tigertally::use_approval(tx, approval, row.requester_id, &scope) {
                    Ok(()) => true,
                    Err(DeskError::Purpose) => false,
                    Err(other) => return Err(other),
                };
                if !stands {
                    tx.handover_decided(approval, false)?;
                    let draft = Draft::new(action::HANDOVER_MOVE, Decision::Denied, &body);
                    return Ok::<_, DeskError>(tx.commit(draft, None)?);
                }
                let draft = Draft::new(action::HANDOVER_MOVE, Decision::Allowed, &body);
                Ok(tx.commit(draft, Some(parts))?)
            })
            .await?;
        parts.ok_or(DeskError::Purpose)
    }

    async fn move_part(
        self: &Arc<Self>,
        part: &PartRow,
        approval: i64,
        left: &mut usize,
        moved: &mut HandoverMove,
    ) -> Result<(), DeskError> {
        let customers = self.store.read(|conn| handovers::customers_of(conn, part.id))?;
        if handovers::digest_of(&self.log_keys, part.id, &customers).as_slice() != part.digest {
            return Err(StoreError::Damaged("a part of a hand-over").into());
        }
        let waiting = self.store.read(|conn| handovers::waiting_of(conn, part.id))?;
        let row = self.handover_row(part.handover_id)?;
        let mut body = self.mover(approval).with("handover", row.id).with("part", part.id);
        body.staff = Some(part.receiver.no.clone());
        for piece in waiting.chunks(PIECE) {
            if *left == 0 {
                return Ok(());
            }
            *left -= 1;
            let (piece, body, part, leaver) =
                (piece.to_vec(), body.clone(), part.clone(), row.leaver.clone());
            let this = Arc::clone(self);
            let (done, _) = self
                .store
                .change(move |tx| {
                    // Who signed may have left since, or taken on other work.
                    if !this.takes_on(tx, part.receiver.id, &tx.groups_of(&piece)?)? {
                        let returned = tx.return_part(&part)?;
                        let body = body.with("from", leaver.no.as_str()).with("returned", returned);
                        let draft = Draft::new(action::HANDOVER_MOVE, Decision::Denied, &body);
                        return Ok(tx.commit(draft, Err(returned))?);
                    }
                    let to = (part.receiver.id, part.receiver_department.as_str());
                    let done = tx.move_piece((part.handover_id, leaver.id), to, &piece)?;
                    let mut body = body
                        .with("from", leaver.no.as_str())
                        .with("moved", done.customers.len() as u64)
                        .with("gone", done.gone)
                        .with("tasks", done.tasks);
                    body.customers.clone_from(&done.customers);
                    let draft = Draft::new(action::HANDOVER_MOVE, Decision::Allowed, &body);
                    Ok::<_, DeskError>(tx.commit(draft, Ok(done))?)
                })
                .await?;
            let done = match done {
                Ok(done) => done,
                Err(returned) => {
                    moved.returned += returned;
                    return Ok(());
                }
            };
            moved.moved += done.customers.len() as u64;
            moved.gone += done.gone;
            moved.tasks += done.tasks;
        }
        let (id, body) = (part.id, body.with("finished", true));
        self.store
            .change(move |tx| {
                tx.set_part(id, Part::Moved, Some(approval))?;
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::HANDOVER_MOVE, &body), ())?)
            })
            .await?;
        Ok(())
    }

    /// The system acts, for an approval.
    fn mover(&self, approval: i64) -> Body {
        Body {
            actor: "system".to_owned(),
            role: "system".to_owned(),
            purpose: Some(PurposeNote {
                kind: PurposeKind::Approval.name().to_owned(),
                reference: approval.to_string(),
            }),
            ..Body::default()
        }
    }

    /// How long an approved hand-over can wait for its move: the server may be down.
    pub(in crate::desk) const MOVE_WITHIN_MS: u64 = 7 * 86_400_000;

    /// Whether one of these people gives or gets what an approval would move, opened the hand-over or divided it.
    pub(in crate::desk) fn has_part_in(
        &self,
        handover: i64,
        approval: i64,
        people: [i64; 2],
    ) -> Result<bool, DeskError> {
        let row = self.handover_row(handover)?;
        let parts = self.store.read(|conn| handovers::parts_of_approval(conn, &self.log_keys, approval))?;
        let of_it = [row.leaver.id, row.opened_by.id];
        let has = |part: &PartRow| people.contains(&part.receiver.id) || people.contains(&part.given_by);
        // Of a request without parts nobody can tell: then nobody decides it.
        Ok(parts.is_empty() || of_it.iter().any(|id| people.contains(id)) || parts.iter().any(has))
    }

    /// The parts that an approval is about, for showing: leaver, receivers and how many customers each gets.
    pub(in crate::desk) fn handover_asked(
        &self,
        handover: i64,
        approval: i64,
    ) -> Result<(String, Vec<(String, u64)>), DeskError> {
        let row = self.handover_row(handover)?;
        let parts = self.store.read(|conn| handovers::parts_of_approval(conn, &self.log_keys, approval))?;
        let parts = parts.into_iter().map(|part| (part.receiver.name, part.accepted)).collect();
        Ok((row.leaver.name, parts))
    }
}
