//! Freezing somebody: at once, by one who may; and letting them go, which takes another person. Whoever is frozen has no
//! session, cannot sign in, decides nothing by a mail's link and nothing through a deputy. What they had begun goes no further:
//! the ledger takes no entry of theirs but refusals, and nothing is done or shown without one. What they asked for is not
//! approved meanwhile, and nobody gives them a customer.

use std::sync::Arc;

use super::{
    DeskError,
    approvals::{ask, reason_of},
};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Colleague, Permit, Question, Request, Subject},
    store::{
        Tx,
        approvals::{ApprovalRow, NewApproval, State, Target},
        freezes, staff,
    },
    vault::body_of,
};

/// Somebody's freeze that stands.
#[derive(Clone, Debug)]
pub struct Freeze {
    /// Number.
    pub id: i64,
    /// Who is frozen: staff number and name.
    pub staff: (String, String),
    /// Who froze them: staff number and name.
    pub by: (String, String),
    /// Since when, Unix milliseconds.
    pub since_ms: u64,
    /// Why.
    pub reason: String,
    /// Number of the request for their release that waits for an answer.
    pub release_asked: Option<i64>,
}

impl Tigertally {
    /// Freezes somebody from now on: their sessions end, they cannot sign in, and what they had begun goes no further.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they are frozen already or have left; `Invalid`; `Denied`; `Store`.
    pub async fn freeze_staff(
        self: &Arc<Self>,
        actor: &Actor,
        no: &str,
        reason: &str,
    ) -> Result<Receipt, DeskError> {
        let (person, permit) = self.permit_freeze(actor, no).await?;
        let reason = reason_of(reason)?;
        let body = Body { staff: Some(person.no.clone()), ..body_of(&permit, actor.via()) };
        let (this, by, id) = (Arc::clone(self), actor.id(), person.id);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                let now = tx.staff(&person.no)?.filter(|now| now.id == id && now.acts());
                if now.is_none() {
                    return Err(DeskError::Conflict);
                }
                let freeze = tx.next_id("freeze")?;
                tx.add_freeze(freeze, (id, by), &this.vault.seal_text("freeze", freeze, &reason))?;
                let body = body.with("freeze", freeze);
                Ok(tx.commit(Draft::new(action::FREEZE, Decision::Allowed, &body), ())?)
            })
            .await?;
        self.sessions.forget_staff(id);
        Ok(receipt)
    }

    /// Asks that somebody who is frozen be let go; the number of the approval that it waits for. When it is approved, they
    /// can sign in again.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when they are not frozen, or it was asked for already; `Invalid`; `Denied`; `Store`.
    pub async fn ask_release(
        self: &Arc<Self>,
        actor: &Actor,
        no: &str,
        reason: &str,
    ) -> Result<(i64, Receipt), DeskError> {
        let (person, permit) = self.permit_freeze(actor, no).await?;
        let reason = reason_of(reason)?;
        let body = Body { staff: Some(person.no), ..body_of(&permit, actor.via()) };
        let (this, requester, lapses_ms) = (Arc::clone(self), actor.id(), self.request_lapses());
        self.store
            .change(move |tx| {
                let freeze = tx.standing_freeze(person.id)?.ok_or(DeskError::Conflict)?;
                if let Some(waiting) = tx.release_asked(freeze.id)? {
                    let row = tx.approval(waiting)?.ok_or(StoreError::Damaged("an approval"))?;
                    if tx.staff(&row.requester_no)?.is_some_and(|asker| asker.acts()) {
                        return Err(DeskError::Conflict);
                    }
                    // Whoever asked has left or is frozen: nobody can approve it any more.
                    tx.set_approval(waiting, State::Ended, None)?;
                }
                let id = tx.next_id("approval")?;
                ask(
                    tx,
                    &NewApproval {
                        id,
                        target: Target::Release(freeze.id),
                        requester,
                        fields: 0,
                        scope: freeze.scope(&this.log_keys),
                        needed: 1,
                        reason: this.vault.seal_text("approval", id, &reason),
                        lapses_ms,
                    },
                )?;
                let body = body.with("approval", id).with("freeze", freeze.id);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Why somebody is frozen, by whom and since when; `None` when they are not.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn freeze_of(&self, actor: &Actor, no: &str) -> Result<(Option<Freeze>, Receipt), DeskError> {
        let (person, permit) = self.permit_freeze(actor, no).await?;
        let body = Body { staff: Some(person.no), ..body_of(&permit, actor.via()) }.with("read", true);
        let receipt = self.store.append(Draft::new(action::FREEZE, Decision::Allowed, &body)).await?;
        let found = self.store.read(|conn| {
            let Some(row) = freezes::standing(conn, &self.log_keys, person.id)? else { return Ok(None) };
            let asked = freezes::release_asked(conn, row.id, self.now_ms())?;
            Ok::<_, StoreError>(Some((row, asked)))
        })?;
        let Some((row, release_asked)) = found else { return Ok((None, receipt)) };
        let page = self.work_page(actor, Vec::new()).await?;
        let reason = page.text(&self.vault, "freeze", row.id, &row.reason)?;
        let freeze = Freeze {
            id: row.id,
            staff: (row.staff.no, row.staff.name),
            by: (row.by.no, row.by.name),
            since_ms: row.frozen_ms,
            reason,
            release_asked,
        };
        Ok((Some(freeze), receipt))
    }

    /// Whether the actor may freeze somebody: for what is shown, never for a decision.
    pub fn may_freeze(&self, actor: &Actor, person: &StaffRow) -> bool {
        let mut question = Question::new(actor.facts().clone(), Action::FreezeStaff, self.hour());
        question.colleague = Some(place_of(person));
        question.requester = Some(person.no.clone());
        question.below = self.reports_to(actor.no(), &person.no).unwrap_or(true);
        self.policy().would(&question).allowed
    }

    /// Lets somebody go inside the change that approved it; the number of their row.
    ///
    /// # Errors
    /// `Conflict` when they are frozen no more.
    pub(super) fn release(&self, tx: &Tx<'_>, approval: &ApprovalRow) -> Result<i64, DeskError> {
        let Target::Release(id) = approval.target else { return Err(DeskError::Conflict) };
        let freeze = tx.freeze(id)?.filter(|freeze| freeze.scope(&self.log_keys)[..] == approval.scope[..]);
        let freeze = freeze.ok_or(StoreError::Damaged("a freeze"))?;
        if freeze.released_ms.is_some() {
            return Err(DeskError::Conflict);
        }
        tx.end_freeze(&freeze)?;
        Ok(freeze.staff.id)
    }

    /// The freeze that a request for a release is about.
    pub(super) fn freeze_row(&self, id: i64) -> Result<freezes::FreezeRow, DeskError> {
        let found = self.store.read(|conn| freezes::freeze(conn, &self.log_keys, id))?;
        found.ok_or_else(|| StoreError::Damaged("a freeze").into())
    }

    async fn permit_freeze(&self, actor: &Actor, no: &str) -> Result<(StaffRow, Permit), DeskError> {
        let found = self.store.read(|conn| staff::by_no(conn, no))?;
        // Who may freeze nobody learns not even whether there is such a person.
        let (subject, whom) = match &found {
            Some(person) => {
                (Subject::Staff { no: person.no.clone(), place: place_of(person) }, person.no.clone())
            }
            None => (Subject::None, String::new()),
        };
        let request = Request::new(actor.facts().clone(), Action::FreezeStaff, subject, self.hour())
            .below(self.reports_to(actor.no(), &whom)?)
            .requester(whom);
        let permit = self.permit(actor, action::FREEZE, request).await?;
        Ok((found.ok_or(DeskError::NotFound("staff"))?, permit))
    }
}

fn place_of(person: &StaffRow) -> Colleague {
    Colleague { department: person.department.clone(), region: person.region.clone() }
}
