//! Deciding by the link in a mail. A link names an approval and who it was sent to, and is bound to what was asked for and
//! until when. It decides nothing by itself: who follows it signs in with password and code for this one decision, is shown
//! what was asked for, and decides then.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    super::{Approval, Asked, DeskError, ProposedPolicy, approvals::reason_of},
    RequestBrief,
};
use crate::{
    StaffRow, Tigertally,
    entry::Receipt,
    identity::{Actor, SignIn, SignInError},
    store::{
        approvals::{self, ApprovalRow, State},
        staff,
    },
};

/// Bytes of a link: approval, whose, in whose place, and the seal over them.
const BYTES: usize = 3 * 8 + 32;

/// Why nothing was decided by a link.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Password, code or ticket does not hold.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// As at any decision. `NotFound` for a link that is none, or that is over: decided, withdrawn, lapsed.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// What a link is about.
pub struct LinkedRequest {
    /// The request.
    pub request: RequestBrief,
    /// Whose link it is: staff number and name.
    pub person: (String, String),
    /// In whose place they would decide: staff number and name.
    pub in_place_of: Option<(String, String)>,
}

/// What a link is about in full, for whoever proved that they are its person.
pub struct ShownRequest {
    /// The request, as whoever may decide it reads it.
    pub approval: Approval,
    /// The policy that it would put in force.
    pub policy: Option<ProposedPolicy>,
    /// With this it is decided; kept nowhere but in memory, and there as a hash.
    pub ticket: Zeroizing<String>,
    /// Where the reading stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// The link by which somebody decides an approval, for themselves or in the place of another.
    pub(super) fn link_of(&self, row: &ApprovalRow, staff: i64, principal: i64) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        for number in [row.id, staff, principal] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&self.link_seal(row, staff, principal));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Over everything that a link is bound to: what was asked for, by whom, until when, and who decides.
    fn link_seal(&self, row: &ApprovalRow, staff: i64, principal: i64) -> [u8; 32] {
        let numbers = [row.id, staff, principal, row.requester_id].map(i64::to_be_bytes);
        self.log_keys.seal(
            "decide link",
            &[
                &numbers[0],
                &numbers[1],
                &numbers[2],
                &numbers[3],
                &row.scope,
                &row.fields.to_be_bytes(),
                &row.needed.to_be_bytes(),
                &row.lapses_ms.to_be_bytes(),
            ],
        )
    }

    /// What a link stands for, as long as that can be decided.
    fn linked(&self, token: &str) -> Result<(ApprovalRow, StaffRow, StaffRow), DeskError> {
        let none = || DeskError::NotFound("link");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == BYTES);
        let bytes = bytes.ok_or_else(none)?;
        let (numbers, seal) = bytes.split_at(BYTES - 32);
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&numbers[at * 8..(at + 1) * 8]);
            i64::from_be_bytes(eight)
        };
        let (id, staff, principal) = (number(0), number(1), number(2));
        let row = self.store.read(|conn| approvals::approval(conn, id))?.ok_or_else(none)?;
        if !bool::from(self.link_seal(&row, staff, principal).ct_eq(seal)) {
            return Err(none());
        }
        let person = |id| {
            let row = self.store.read(|conn| staff::sealed_by_id(conn, &self.log_keys, id))?;
            row.filter(StaffRow::acts).ok_or_else(none)
        };
        let (person, principal) = (person(staff)?, person(principal)?);
        let people = [person.id, principal.id];
        let stands = row.genuine(&self.log_keys)
            && row.state == State::Waiting
            && self.now_ms() < row.lapses_ms
            && self.store.read(|conn| approvals::votes(conn, id))?.iter().all(|vote| {
                !people.contains(&vote.decider_id)
                    && !people.contains(&vote.for_id)
                    && vote.department != principal.department
            });
        if stands { Ok((row, person, principal)) } else { Err(none()) }
    }

    /// What a link is about: as much as the mail said. Looking decides nothing and is not put down, for programs that look
    /// through mail follow links, too.
    ///
    /// # Errors
    /// `NotFound` when it is no link, or is over; `Store`.
    pub fn read_link(&self, token: &str) -> Result<LinkedRequest, DeskError> {
        let (row, person, principal) = self.linked(token)?;
        Ok(LinkedRequest {
            request: self.brief(&row)?,
            in_place_of: (principal.id != person.id).then_some((principal.no, principal.name)),
            person: (person.no, person.name),
        })
    }

    /// Shows what a link is about in full, as it is shown to whoever may decide it, with the password and a code of whom it was
    /// sent to. With the ticket it can be decided: once, within five minutes. No session is begun.
    ///
    /// # Errors
    /// `Desk(NotFound)` when it is no link, or is over; `SignIn`; `Desk(Denied)` when they may not decide it.
    pub async fn show_by_link(
        &self,
        token: &str,
        (password, code): (&str, &str),
        from: &SignIn,
    ) -> Result<ShownRequest, LinkError> {
        let linked = self.linked(token)?;
        let actor = self.sign_in_for_one_act(&linked.1.no, password, code, from).await?;
        let mut shown = self.behind_link(&actor, linked).await?;
        shown.ticket = self.ticket(&actor, &act(token));
        Ok(shown)
    }

    /// Shows it once more to whoever holds the ticket, which they keep.
    ///
    /// # Errors
    /// As [`Tigertally::show_by_link`]; `SignIn(TooLate)` for a ticket that does not hold.
    pub async fn show_again_by_link(
        &self,
        token: &str,
        ticket: &str,
        from: &SignIn,
    ) -> Result<ShownRequest, LinkError> {
        let linked = self.linked(token)?;
        let actor = self.ticket_holder(&linked.1, &act(token), ticket, false, from).await?;
        let mut shown = self.behind_link(&actor, linked).await?;
        shown.ticket = Zeroizing::new(ticket.to_owned());
        Ok(shown)
    }

    async fn behind_link(
        &self,
        actor: &Actor,
        (row, person, principal): (ApprovalRow, StaffRow, StaffRow),
    ) -> Result<ShownRequest, DeskError> {
        let absent = (principal.id != person.id).then_some(principal.no.as_str());
        let (approval, receipt) = self.read_to_decide(actor, row, absent).await?;
        let policy = match approval.asked {
            Asked::Policy { .. } => Some(self.proposed_policy(actor, approval.id).await?),
            _ => None,
        };
        Ok(ShownRequest { approval, policy, ticket: Zeroizing::default(), receipt })
    }

    /// Decides by a link, with the ticket that was given when the request was shown; the approval's number. From there on it
    /// is [`Tigertally::decide_approval`].
    ///
    /// # Errors
    /// `Desk(NotFound)` when it is no link, or is over; `SignIn(TooLate)` for a ticket that does not hold; `Desk(Invalid)` for
    /// a refusal without a reason, which leaves the ticket as it is; as [`Tigertally::decide_approval`].
    pub async fn decide_by_link(
        self: &Arc<Self>,
        token: &str,
        ticket: &str,
        (approve, answer): (bool, &str),
        from: &SignIn,
    ) -> Result<(i64, Receipt), LinkError> {
        let (row, person, principal) = self.linked(token)?;
        let answered = if approve && answer.trim().is_empty() { Ok(()) } else { reason_of(answer).map(drop) };
        let actor = self.ticket_holder(&person, &act(token), ticket, answered.is_ok(), from).await?;
        answered?;
        let absent = (principal.id != person.id).then_some(principal.no.as_str());
        Ok((row.id, self.decide_approval(&actor, row.id, approve, answer, absent).await?))
    }
}

/// What a ticket is good for: the decision by this link.
fn act(token: &str) -> [u8; 32] {
    crate::digest(&[b"decide by link", token.as_bytes()])
}
