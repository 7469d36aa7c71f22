//! Approvals: one way in which something needs another person. What is asked for is fixed by a keyed digest when it is asked
//! for; who may decide is the policy's; a decision is a vote, and enough votes from different departments approve. What
//! was approved is used through [`Tigertally::use_approval`] inside the change that needs it, once, or is the purpose of
//! reveals until it expires: each of its fields opens once.

mod asked;
mod asking;
mod reading;

use std::sync::Arc;

pub use asked::{Approval, ApprovalList, ApprovalState, Asked, Vote};
pub(super) use asking::ask;

use super::{
    DeskError, Once,
    absence::Principal,
    proposals::InForce,
    work::{earlier, free_text, invalid, keep},
};
use crate::{
    Settings, StoreError, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Colleague, Permit, Question, Request, RequestKind, Subject},
    record::{Field, Invalid},
    store::{
        Tx,
        approvals::{self, ApprovalRow, NewApproval, State, Target, VoteRow},
        proposals::ProposalKind,
        shares::ShareEnd,
        staff,
    },
    vault::{bit, body_of},
};

/// Fewest characters of a reason: enough to say something.
const REASON_MIN: usize = 4;
/// Most characters of a reason.
const REASON_MAX: usize = 500;
/// Most managers above somebody that are looked at.
const MOST_LEVELS: usize = 50;

/// An approval that waits for somebody, with the staff number and name of the absent one in whose place they would decide.
pub(super) type ToDecide = (ApprovalRow, Option<(String, String)>);

impl Tigertally {
    /// Asks that fields of a customer be approved for oneself; the approval's number.
    ///
    /// # Errors
    /// `Invalid`; `NotFound`; `Denied`; `KeyReused`; `Store`.
    pub async fn request_approval(
        self: &Arc<Self>,
        actor: &Actor,
        customer_no: &str,
        fields: &[Field],
        reason: &str,
        once: Option<Once>,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(reason)?;
        if fields.is_empty() {
            return Err(invalid("fields", Invalid::Empty));
        }
        let customer = self.customer(customer_no)?;
        let request = Request::new(
            actor.facts().clone(),
            Action::RequestApproval,
            self.subject(&customer, actor)?,
            self.hour(),
        )
        .fields(fields.iter().copied());
        let permit = self.permit(actor, action::APPROVAL, request).await?;
        let body = body_of(&permit, actor.via());
        let bits = fields.iter().fold(0, |bits, field| bits | bit(*field));
        let (this, staff, staff_id) = (self.clone(), actor.no().to_owned(), actor.id());
        let lapses_ms = self.request_lapses();
        self.store
            .change(move |tx| {
                if let Some(id) = earlier(tx, &staff, once.as_ref())? {
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::APPROVAL, &repeated), id)?);
                }
                let id = tx.next_id("approval")?;
                let target = Target::Access(customer.id);
                ask(
                    tx,
                    &NewApproval {
                        id,
                        target,
                        requester: staff_id,
                        fields: bits,
                        scope: this.access_scope(customer.id, staff_id, bits),
                        needed: 1,
                        reason: this.vault.seal_text("approval", id, &reason),
                        lapses_ms,
                    },
                )?;
                keep(tx, &staff, once.as_ref(), &id)?;
                let body = body.with("approval", id);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// The digest of what an access asks for.
    fn access_scope(&self, customer: i64, requester: i64, fields: u32) -> [u8; 32] {
        let numbers = [customer, requester, i64::from(fields)].map(i64::to_be_bytes);
        self.log_keys.seal("access scope", &[&numbers[0], &numbers[1], &numbers[2]])
    }

    /// Until when what is asked for now can be decided.
    pub(super) fn request_lapses(&self) -> u64 {
        self.now_ms() + u64::from(self.settings().request_days) * 86_400_000
    }

    /// Decides an approval, for oneself or in the place of somebody who is away. What was asked for cannot change any
    /// more; it can be used from the last vote that was needed until it expires.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Conflict` when it was decided, withdrawn or has lapsed, or when this person or somebody of
    /// this department has decided on it; `NotYet("frozen")` for approving what somebody asked for who is frozen; `Invalid`;
    /// `Store`.
    pub async fn decide_approval(
        self: &Arc<Self>,
        actor: &Actor,
        id: i64,
        approve: bool,
        answer: &str,
        in_place_of: Option<&str>,
    ) -> Result<Receipt, DeskError> {
        let answer = if approve && answer.trim().is_empty() { String::new() } else { reason_of(answer)? };
        let row =
            self.store.read(|conn| approvals::approval(conn, id))?.ok_or(DeskError::NotFound("approval"))?;
        if !row.genuine(&self.log_keys) {
            return Err(StoreError::Damaged("an approval").into());
        }
        let (acting, principal) = (self.principal(actor, None)?, self.principal(actor, in_place_of)?);
        let permit = self.permit_decision(actor, (&acting, &principal), &row).await?;
        let mut body = body_of(&permit, actor.via()).with("approval", id).with("approved", approve);
        // The deputy acts; the rules judged the one in whose place they did.
        actor.no().clone_into(&mut body.actor);
        actor.role().name().clone_into(&mut body.role);
        if principal.id != actor.id() {
            body = body.with("in_place_of", principal.no.as_str());
        }
        body.staff = Some(row.requester_no.clone());
        body.fields = fields_of(row.fields).iter().map(|field| field.name().to_owned()).collect();
        if let Target::Handover(handover) = row.target {
            body = body.with("handover", handover);
        }
        if let Target::Claim(_) = row.target {
            body = body.with("claim", true);
        }
        if let Target::Share(share) = row.target {
            body = body.with("share", share);
        }
        if let Target::Release(freeze) = row.target {
            body = body.with("freeze", freeze);
            body.staff = Some(self.freeze_row(freeze)?.staff.no);
        }
        let in_force = match row.target {
            Target::Proposal(proposal) => {
                body = body.with("proposal", proposal);
                Some(self.proposed(proposal).await?).filter(|_| approve)
            }
            _ => None,
        };
        let minutes = u64::from(self.settings().approval_minutes);
        let expires_ms = self.now_ms() + minutes * 60_000;
        let sealed = self.vault.seal_text("vote", vote_id(id, actor.id()), &answer);
        let (this, decider) = (self.clone(), actor.id());
        let (released, receipt) = self
            .store
            .change(move |tx| {
                let mut body = body;
                let mut released = None;
                let row = tx.approval(id)?.ok_or(StoreError::Damaged("an approval"))?;
                let votes = tx.votes(&row)?;
                let people = [decider, principal.id];
                let voted = |vote: &VoteRow| {
                    people.contains(&vote.decider_id)
                        || people.contains(&vote.for_id)
                        || vote.department == principal.department
                };
                if approve && tx.is_frozen(&row.requester_no) {
                    return Err(DeskError::NotYet("frozen"));
                }
                let open = row.state == State::Waiting && tx.now_ms() < row.lapses_ms;
                let stale = tx.is_frozen(&principal.no)
                    || (approve
                        && matches!(row.target, Target::Release(_))
                        && !tx.staff(&row.requester_no)?.is_some_and(|asker| asker.acts()));
                if !open || stale || people.contains(&row.requester_id) || votes.iter().any(voted) {
                    return Err(DeskError::Conflict);
                }
                tx.add_vote(&row, (decider, principal.id), &principal.department, approve, &sealed)?;
                let enough = votes.len() as u32 + 1 >= row.needed;
                let expires_ms = match row.target {
                    Target::Handover(_) => tx.now_ms() + Tigertally::MOVE_WITHIN_MS,
                    _ => expires_ms,
                };
                let end = match (approve, enough) {
                    (false, _) => Some(State::Refused),
                    // What is claimed is given at once, what is shared is shared, what is proposed comes in force, and who is
                    // to be released is.
                    (true, true)
                        if matches!(
                            row.target,
                            Target::Claim(_) | Target::Share(_) | Target::Proposal(_) | Target::Release(_)
                        ) =>
                    {
                        Some(State::Used)
                    }
                    (true, true) => Some(State::Approved),
                    (true, false) => None,
                };
                if let Some(state) = end {
                    tx.set_approval(id, state, approve.then_some(expires_ms))?;
                    match row.target {
                        Target::Export(export) => {
                            tx.export_decided(export, approve.then_some(expires_ms))?;
                        }
                        Target::Handover(_) => tx.handover_decided(id, approve)?,
                        Target::Claim(_) if approve => {
                            this.give_claimed(tx, &row)?;
                            body.customer.clone_from(&row.customer_no);
                            body = body.with("owner", row.requester_no.as_str());
                        }
                        Target::Proposal(id) if approve => {
                            body = this.put_in_force(tx, id, &row.scope, &row.requester_no, body)?;
                        }
                        Target::Share(_) if approve => {
                            this.begin_share(tx, &row)?;
                            body.customer.clone_from(&row.customer_no);
                        }
                        Target::Release(_) if approve => {
                            released = Some(this.release(tx, &row)?);
                        }
                        Target::Share(share) => drop(tx.end_share(share, ShareEnd::NotApproved)?),
                        Target::Claim(_) | Target::Access(_) | Target::Proposal(_) | Target::Release(_) => {}
                    }
                }
                let body = body.with("votes", votes.len() as u64 + 1).with("needed", row.needed);
                Ok(tx.commit(Draft::new(action::APPROVAL_DECIDE, Decision::Allowed, &body), released)?)
            })
            .await?;
        if let Some(released) = released {
            // What began in the moment in which they were frozen is over as well.
            self.sessions.forget_staff(released);
        }
        match in_force {
            Some(InForce::Policy(policy)) => self.set_policy(*policy),
            Some(InForce::Tiers(tiers)) => {
                self.put_settings(Settings { tiers, ..self.settings() });
                self.retier(None).await?;
            }
            None => {}
        }
        Ok(receipt)
    }

    /// Takes back what the actor asked for and nobody has decided, or what was approved and not used.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Conflict`; `Store`.
    pub async fn withdraw_approval(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<Receipt, DeskError> {
        let row =
            self.store.read(|conn| approvals::approval(conn, id))?.ok_or(DeskError::NotFound("approval"))?;
        let body = self.body(actor).with("approval", id).with("withdrawn", true);
        if row.requester_id != actor.id() {
            self.store.append(Draft::new(action::APPROVAL, Decision::Denied, &body)).await?;
            return Err(DeskError::NotFound("approval"));
        }
        let (_, receipt) = self
            .store
            .change(move |tx| {
                let row = tx.approval(id)?.ok_or(StoreError::Damaged("an approval"))?;
                if !matches!(row.state, State::Waiting | State::Approved) {
                    return Err(DeskError::Conflict);
                }
                tx.set_approval(id, State::Withdrawn, None)?;
                match row.target {
                    Target::Export(export) => tx.export_decided(export, None)?,
                    Target::Handover(_) => tx.handover_decided(id, false)?,
                    Target::Share(share) => drop(tx.end_share(share, ShareEnd::TakenBack)?),
                    Target::Access(_) | Target::Claim(_) | Target::Proposal(_) | Target::Release(_) => {}
                }
                Ok(tx.commit(Draft::recorded(action::APPROVAL, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Uses an approval inside a change: it must be this program's, approved, in time, the requester's, and about exactly
    /// this. It works once.
    pub(super) fn use_approval(
        tx: &Tx<'_>,
        id: i64,
        requester: i64,
        scope: &[u8; 32],
    ) -> Result<(), DeskError> {
        let row = tx.approval(id)?.ok_or(DeskError::Purpose)?;
        let stands = row.state == State::Approved
            && row.requester_id == requester
            && row.scope == scope
            && row.expires_ms.is_some_and(|end| tx.now_ms() < end);
        if !stands {
            return Err(DeskError::Purpose);
        }
        tx.set_approval(id, State::Used, None)?;
        Ok(())
    }

    /// Whether somebody has another among those whom they report to.
    pub(in crate::desk) fn reports_to(&self, below: &str, above: &str) -> Result<bool, StoreError> {
        self.store.read(|conn| {
            let mut no = below.to_owned();
            for _ in 0..MOST_LEVELS {
                match staff::by_no(conn, &no)?.and_then(|row| row.manager) {
                    Some(manager) if manager == above => return Ok(true),
                    Some(manager) => no = manager,
                    None => break,
                }
            }
            Ok(false)
        })
    }

    /// The question whether somebody may decide an approval, for themselves or in the place of another; `None` when its
    /// customer is gone.
    fn decision_question(
        &self,
        acting: &Principal,
        principal: &Principal,
        row: &ApprovalRow,
    ) -> Result<Option<(Question, Subject)>, DeskError> {
        let mut question = Question::new(principal.facts.clone(), Action::DecideApproval, self.hour());
        // A deputy who asked for it themselves gains nothing by being one.
        let people = [acting.id, principal.id];
        let gains = match row.target {
            Target::Handover(id) => self.has_part_in(id, row.id, people)?,
            Target::Share(share) => {
                let viewer = |of: &'_ Principal| self.receives(share, of.viewer());
                viewer(acting)? || viewer(principal)?
            }
            Target::Release(id) => people.contains(&self.freeze_row(id)?.staff.id),
            _ => false,
        };
        let own = gains || people.contains(&row.requester_id);
        let requester = if own { principal.no.clone() } else { row.requester_no.clone() };
        question.requester = Some(requester);
        question.below = self.reports_to(&acting.no, &row.requester_no)?
            || self.reports_to(&principal.no, &row.requester_no)?;
        let subject = match row.target {
            Target::Access(_) => {
                let Some(no) = &row.customer_no else { return Ok(None) };
                let customer = self.customer(no)?;
                question.customer = Some(self.facts(&customer, principal.viewer())?);
                self.subject(&customer, principal.viewer())?
            }
            Target::Export(_) | Target::Handover(_) => {
                let (kind, department, region) = match row.target {
                    Target::Handover(id) => {
                        let handover = self.handover_row(id)?;
                        (RequestKind::Handover, handover.department, handover.region)
                    }
                    _ => {
                        let (department, region) = (&row.requester_department, &row.requester_region);
                        (RequestKind::Export, department.clone(), region.clone())
                    }
                };
                request_of(&mut question, kind, Colleague { department, region })
            }
            Target::Proposal(id) => {
                let kind = match self.proposal(id)?.kind {
                    ProposalKind::Policy => RequestKind::Policy,
                    ProposalKind::Tiers => RequestKind::Tiers,
                };
                let (department, region) = (&row.requester_department, &row.requester_region);
                let place = Colleague { department: department.clone(), region: region.clone() };
                request_of(&mut question, kind, place)
            }
            Target::Release(id) => {
                let freeze = self.freeze_row(id)?;
                let frozen = freeze.staff.no;
                question.below |=
                    self.reports_to(&acting.no, &frozen)? || self.reports_to(&principal.no, &frozen)?;
                let place = Colleague { department: freeze.department, region: freeze.region };
                request_of(&mut question, RequestKind::Release, place)
            }
            Target::Claim(_) | Target::Share(_) => {
                let Some(no) = &row.customer_no else { return Ok(None) };
                let customer = self.customer(no)?;
                let place = Colleague { department: customer.department, region: customer.region };
                let kind = match row.target {
                    Target::Share(_) => RequestKind::Share,
                    _ => RequestKind::Claim,
                };
                request_of(&mut question, kind, place)
            }
        };
        Ok(Some((question, subject)))
    }

    async fn permit_decision(
        &self,
        actor: &Actor,
        (acting, principal): (&Principal, &Principal),
        row: &ApprovalRow,
    ) -> Result<Permit, DeskError> {
        let found = self.decision_question(acting, principal, row)?;
        let (question, subject) = found.ok_or(DeskError::NotFound("customer"))?;
        let request = Request::new(question.actor, question.action, subject, self.hour())
            .requester(question.requester.unwrap_or_default())
            .below(question.below);
        self.permit(actor, action::APPROVAL_DECIDE, request).await
    }

    /// In whose place the first of these people would decide what waits: their own, or that of another of them. `None`
    /// when they may not, or have.
    pub(super) fn first_to_decide<'a>(
        &self,
        row: &ApprovalRow,
        people: &'a [Principal],
    ) -> Result<Option<&'a Principal>, DeskError> {
        let Some(acting) = people.first() else { return Ok(None) };
        let votes = self.store.read(|conn| approvals::votes(conn, row.id))?;
        for principal in people {
            let voted = votes.iter().any(|vote| {
                [vote.decider_id, vote.for_id].contains(&principal.id)
                    || vote.decider_id == acting.id
                    || vote.department == principal.department
            });
            let question = self.decision_question(acting, principal, row)?;
            if !voted && question.is_some_and(|(question, _)| self.policy().would(&question).allowed) {
                return Ok(Some(principal));
            }
        }
        Ok(None)
    }

    /// Whether the actor's own approval of an access still opens something.
    pub(super) fn approval_stands(&self, staff: i64, row: &ApprovalRow) -> bool {
        row.requester_id == staff
            && row.state == State::Approved
            && row.expires_ms.is_some_and(|end| self.now_ms() < end)
            && match row.target {
                Target::Access(customer) => {
                    row.scope == self.access_scope(customer, row.requester_id, row.fields)
                }
                Target::Export(_)
                | Target::Handover(_)
                | Target::Claim(_)
                | Target::Share(_)
                | Target::Proposal(_)
                | Target::Release(_) => false,
            }
            && row.genuine(&self.log_keys)
    }
}

/// The question about a request of this kind, and its subject.
fn request_of(question: &mut Question, kind: RequestKind, place: Colleague) -> Subject {
    question.action = Action::DecideRequest;
    question.asked = Some(kind);
    question.colleague = Some(place.clone());
    Subject::Request { kind, place }
}

/// What a vote's text is sealed for: approval and decider in one number.
fn vote_id(approval: i64, decider: i64) -> i64 {
    approval.wrapping_mul(1 << 24).wrapping_add(decider)
}

pub(super) fn fields_of(bits: u32) -> Vec<Field> {
    Field::ALL.into_iter().filter(|field| bits & bit(*field) != 0).collect()
}

pub(super) fn reason_of(text: &str) -> Result<String, DeskError> {
    let reason = free_text("reason", text, REASON_MAX)?;
    if reason.chars().count() < REASON_MIN {
        return Err(invalid("reason", Invalid::Empty));
    }
    Ok(reason)
}
