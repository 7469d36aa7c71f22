//! Reading approvals: those that wait for somebody, those of their own, and one that is about to be decided.

use super::{
    super::{
        DeskError,
        exports::{in_clear_of, keys_of},
        shares::SharedWith,
    },
    Approval, ApprovalList, ApprovalState, Asked, ToDecide, Vote, fields_of, vote_id,
};
use crate::{
    StoreError, Tigertally,
    entry::Receipt,
    identity::Actor,
    record::Field,
    store::{
        approvals::{self, ApprovalRow, State, Target},
        customers::Customer,
        exports,
        proposals::ProposalKind,
        shares,
    },
    vault::Page,
};

/// Most approvals that wait for somebody that are shown at once.
const MOST_TO_DECIDE: usize = 200;
/// Waiting approvals that are looked through at once.
const PIECE: u32 = 200;

impl Tigertally {
    /// Approvals that wait for a decision which the actor may make, oldest first, 200 at most; each with the absent one in
    /// whose place they would decide.
    pub(in crate::desk) fn to_decide(&self, actor: &Actor) -> Result<Vec<ToDecide>, DeskError> {
        let now_ms = self.now_ms();
        let principals = self.principals(actor.id())?;
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let rows = self.store.read(|conn| approvals::approvals_waiting(conn, now_ms, after, PIECE))?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in rows.into_iter().filter(|row| row.genuine(&self.log_keys)) {
                if let Some(principal) = self.first_to_decide(&row, &principals)? {
                    let another = principal.id != actor.id();
                    let away = another.then(|| (principal.no.clone(), principal.name.clone()));
                    found.push((row, away));
                }
                if found.len() == MOST_TO_DECIDE {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Approvals that wait for a decision which the actor may make, and those that the actor asked for.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn approvals(&self, actor: &Actor) -> Result<ApprovalList, DeskError> {
        let mine = self.store.read(|conn| approvals::approvals_by(conn, actor.id(), 50))?;
        let mut rows: Vec<_> = self.to_decide(actor)?;
        let to_decide = rows.len();
        rows.extend(mine.into_iter().map(|row| (without_what_is_not_theirs(row), None)));
        let (mut approvals, receipt) = self.read_approvals(actor, rows).await?;
        let mine = approvals.split_off(to_decide);
        Ok(ApprovalList { waiting: approvals, mine, receipt })
    }

    /// Reads one approval before it is decided, as the approvals that wait are read; in the place of another, when their
    /// staff number is given. What is shown is put down; that it could be decided is not.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`; `Vault`.
    pub(in crate::desk) async fn read_to_decide(
        &self,
        actor: &Actor,
        row: ApprovalRow,
        in_place_of: Option<&str>,
    ) -> Result<(Approval, Receipt), DeskError> {
        let (acting, principal) = (self.principal(actor, None)?, self.principal(actor, in_place_of)?);
        // Asked before anything is shown: who may not decide it is shown nothing.
        drop(self.permit_decision(actor, (&acting, &principal), &row).await?);
        let away = (principal.id != actor.id()).then_some((principal.no, principal.name));
        let (approvals, receipt) = self.read_approvals(actor, vec![(row, away)]).await?;
        let approval = approvals.into_iter().next().ok_or(DeskError::NotFound("approval"))?;
        Ok((approval, receipt))
    }

    /// Reads approvals with the masks of the customers whom they are about. The reading is put down.
    async fn read_approvals(
        &self,
        actor: &Actor,
        rows: Vec<ToDecide>,
    ) -> Result<(Vec<Approval>, Receipt), DeskError> {
        let customers: Vec<Option<Customer>> = rows
            .iter()
            .map(|(row, _)| row.customer_no.as_deref().map(|no| self.customer(no)).transpose())
            .collect::<Result<_, _>>()?;
        let page = self.work_page(actor, customers.iter().flatten().cloned().collect()).await?;
        let mut masked = page.customers.iter();
        let mut approvals = Vec::with_capacity(rows.len());
        for ((row, away), customer) in rows.into_iter().zip(customers) {
            let name = customer.and_then(|_| masked.next()).and_then(|masked| masked.mask(Field::Name));
            let mut approval = self.approval(&page, row, name.unwrap_or_default())?;
            approval.in_place_of = away;
            approvals.push(approval);
        }
        Ok((approvals, page.receipt().clone()))
    }

    pub(in crate::desk) fn approval(
        &self,
        page: &Page,
        row: ApprovalRow,
        name: &str,
    ) -> Result<Approval, DeskError> {
        let now_ms = self.now_ms();
        let mut votes = self.store.read(|conn| approvals::votes(conn, row.id))?;
        votes.retain(|vote| vote.genuine(&self.log_keys, &row));
        let state = match row.state {
            State::Waiting if now_ms >= row.lapses_ms => ApprovalState::Lapsed,
            State::Waiting => ApprovalState::Waiting,
            State::Approved if row.fields != 0 && row.unopened() == 0 => ApprovalState::Used,
            State::Approved if row.expires_ms.is_some_and(|end| now_ms >= end) => ApprovalState::Expired,
            State::Approved => ApprovalState::Approved,
            State::Refused => ApprovalState::Refused,
            State::Used => ApprovalState::Used,
            State::Withdrawn => ApprovalState::Withdrawn,
            State::Ended => ApprovalState::Ended,
        };
        let asked = match row.target {
            Target::Access(_) => {
                Asked::Access { customer: row.customer_no.unwrap_or_default(), name: name.to_owned() }
            }
            Target::Export(id) => {
                let export = self.store.read(|conn| exports::export(conn, id))?;
                let export = export.ok_or(StoreError::Damaged("an approval"))?;
                let (in_clear, recipients) = (in_clear_of(&export), keys_of(&export));
                Asked::Export { export: id, people: export.people, in_clear, recipients }
            }
            Target::Handover(id) => {
                let (leaver, receivers) = self.handover_asked(id, row.id)?;
                Asked::Handover { handover: id, leaver, receivers }
            }
            Target::Proposal(id) => {
                let proposal = self.proposal(id)?;
                match proposal.kind {
                    ProposalKind::Policy => {
                        let (based_on, change) = Tigertally::policy_change(&proposal)?;
                        Asked::Policy { based_on, change }
                    }
                    ProposalKind::Tiers => Asked::Tiers(Tigertally::tier_change(&proposal)?),
                }
            }
            Target::Share(id) => {
                let share = self.store.read(|conn| shares::share(conn, id))?;
                let share = share.ok_or(StoreError::Damaged("an approval"))?;
                Asked::Share {
                    customer: share.customer_no,
                    name: name.to_owned(),
                    with: SharedWith::of(&share.receiver),
                    classes: share.classes,
                    until: share.to_day,
                }
            }
            Target::Release(id) => {
                let freeze = self.freeze_row(id)?;
                Asked::Release {
                    why: page.text(&self.vault, "freeze", id, &freeze.reason)?,
                    staff: (freeze.staff.no, freeze.staff.name),
                    by: (freeze.by.no, freeze.by.name),
                    since_ms: freeze.frozen_ms,
                }
            }
            Target::Claim(_) => Asked::Claim { customer: row.customer_no.map(|no| (no, name.to_owned())) },
        };
        let votes = votes.into_iter().map(|vote| {
            let kind_id = vote_id(row.id, vote.decider_id);
            Ok(Vote {
                answer: page.text(&self.vault, "vote", kind_id, &vote.answer)?,
                in_place_of: (vote.for_id != vote.decider_id).then_some(vote.for_name),
                decider: (vote.decider_no, vote.decider_name),
                department: vote.department,
                approve: vote.approve,
                time_ms: vote.time_ms,
            })
        });
        Ok(Approval {
            reason: page.text(&self.vault, "approval", row.id, &row.reason)?,
            votes: votes.collect::<Result<_, DeskError>>()?,
            id: row.id,
            asked,
            requester: (row.requester_no, row.requester_name),
            fields: fields_of(row.fields),
            created_ms: row.created_ms,
            lapses_ms: row.lapses_ms,
            state,
            needed: row.needed,
            decided_ms: row.decided_ms,
            expires_ms: row.expires_ms,
            in_place_of: None,
        })
    }
}

/// Somebody's own request as they may see it: who claims a customer learns which one when they own it.
fn without_what_is_not_theirs(mut row: ApprovalRow) -> ApprovalRow {
    if matches!(row.target, Target::Claim(_)) && row.state != State::Used {
        row.customer_no = None;
    }
    row
}
