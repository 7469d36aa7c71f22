//! Deciding by the link in a mail. A link names an approval and who it was sent to, and is bound to what was asked for and
//! until when. It decides nothing by itself: who follows it signs in with password and code, for this one decision.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

use super::{
    super::{DeskError, approvals::reason_of},
    RequestBrief,
};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::Receipt,
    identity::{SignIn, SignInError},
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
    /// Password or code does not hold.
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
        let stands = row.genuine(&self.log_keys)
            && row.state == State::Waiting
            && self.now_ms() < row.lapses_ms
            && self.store.read(|conn| approvals::votes(conn, id))?.iter().all(|vote| {
                ![staff, principal].contains(&vote.decider_id) && ![staff, principal].contains(&vote.for_id)
            });
        let person = |id| {
            let row = self.store.read(|conn| staff::sealed_by_id(conn, &self.log_keys, id))?;
            Ok::<_, StoreError>(row.filter(|row| row.active))
        };
        match (person(staff)?, person(principal)?) {
            (Some(person), Some(principal)) if stands => Ok((row, person, principal)),
            _ => Err(none()),
        }
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

    /// Decides by a link, with the password and a code of whom it was sent to. From there on it is
    /// [`Tigertally::decide_approval`].
    ///
    /// # Errors
    /// `Desk(NotFound)` when it is no link, or is over; `Desk(Invalid)` for a refusal without a reason, before the code is
    /// used up; `SignIn`; as [`Tigertally::decide_approval`].
    pub async fn decide_by_link(
        self: &Arc<Self>,
        token: &str,
        (password, code): (&str, &str),
        (approve, answer): (bool, &str),
        from: &SignIn,
    ) -> Result<Receipt, LinkError> {
        let (row, person, principal) = self.linked(token)?;
        if !approve || !answer.trim().is_empty() {
            reason_of(answer)?;
        }
        let actor = self.sign_in_for_one_act(&person.no, password, code, from).await?;
        let absent = (principal.id != person.id).then_some(principal.no.as_str());
        Ok(self.decide_approval(&actor, row.id, approve, answer, absent).await?)
    }
}
