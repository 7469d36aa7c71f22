//! A sign-in that begins no session: for one decision by a link in a mail. The decision follows when what is to be decided has
//! been shown; between the two stands a ticket, which is in memory only and good for nothing but that act.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use zeroize::Zeroizing;

use super::{
    Actor, SignIn, SignInError, Via,
    sessions::who,
    sign_in::{sign_in_body, use_factor},
    token,
};
use crate::{
    StaffRow, Tigertally,
    entry::{Decision, Draft, action},
};

/// So long the act can follow on the sign-in for it.
const TICKET_MS: u64 = 5 * 60_000;

/// That somebody signed in for an act.
struct Ticket {
    staff: i64,
    /// Digest of the act.
    act: [u8; 32],
    until_ms: u64,
}

/// The tickets that are out, by the hash of what stands in them.
#[derive(Default)]
pub(super) struct Tickets(Mutex<HashMap<[u8; 32], Ticket>>);

impl Tickets {
    fn give(&self, ticket: Ticket, now_ms: u64) -> Zeroizing<String> {
        let token = token::fresh();
        let mut out = self.0.lock();
        out.retain(|_, ticket| ticket.until_ms > now_ms);
        out.insert(token::hash(&token), ticket);
        token
    }

    /// Whether a ticket is this person's for this act; whoever uses it up is the only one.
    fn holds(&self, token: &str, staff: i64, act: &[u8; 32], now_ms: u64, use_up: bool) -> bool {
        let mut out = self.0.lock();
        let hash = token::hash(token);
        let fits = |ticket: &Ticket| ticket.staff == staff && ticket.act == *act && ticket.until_ms > now_ms;
        let holds = out.get(&hash).is_some_and(fits);
        if holds && use_up {
            out.remove(&hash);
        }
        holds
    }

    /// Takes back what somebody signed in for.
    pub(super) fn forget_staff(&self, id: i64) {
        self.0.lock().retain(|_, ticket| ticket.staff != id);
    }
}

impl Tigertally {
    /// Signs somebody in for one act: with password and code, checked, slowed and put down as at the sign-in. The actor is
    /// handed to that act and stands nowhere else.
    ///
    /// # Errors
    /// `Wrong`; `WrongCode`; `Frozen`; `Throttled`; `Store`.
    pub(crate) async fn sign_in_for_one_act(
        &self,
        staff_no: &str,
        password: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<Actor, SignInError> {
        let from = SignIn { via: Via::Mail, ..from.clone() };
        let source = self.source(staff_no, &from);
        let credentials = self.first_step(staff_no, password, &source, &from).await?;
        let factor = self.second_step(&credentials, code, &source, &from).await?;
        let person = credentials.staff;
        if person.frozen_ms.is_some() {
            return self.ended(staff_no, &source, &from, Err(SignInError::Frozen)).await;
        }
        let body = sign_in_body(&person, &from).with("factor", factor.name());
        let read = person.clone();
        let used = self.store.change(move |tx| {
            if !tx.still(&read)? {
                return Err(SignInError::Wrong);
            }
            use_factor(tx, read.id, &factor)?;
            Ok(tx.commit(Draft::new(action::SIGN_IN, Decision::Allowed, &body), ())?)
        });
        self.ended(staff_no, &source, &from, used.await).await?;
        // No token stands behind it: all zeroes are the hash of none.
        Ok(Actor { who: Arc::new(who(&person, [0; 32])), via: Via::Mail })
    }

    /// A ticket with which the actor can go on to the act that they signed in for, within five minutes and once.
    pub(crate) fn ticket(&self, actor: &Actor, act: &[u8; 32]) -> Zeroizing<String> {
        let now_ms = self.now_ms();
        let ticket = Ticket { staff: actor.id(), act: *act, until_ms: now_ms + TICKET_MS };
        self.sessions.tickets.give(ticket, now_ms)
    }

    /// Whoever holds a ticket for an act, as they stand now. Using it up, they do the act; else they look once more.
    ///
    /// # Errors
    /// `TooLate` for a ticket that is none, is another's or for another act, was used or is too old: slowed and put down as a
    /// wrong password is; `Throttled`; `Store`.
    pub(crate) async fn ticket_holder(
        &self,
        person: &StaffRow,
        act: &[u8; 32],
        ticket: &str,
        use_up: bool,
        from: &SignIn,
    ) -> Result<Actor, SignInError> {
        if self.sessions.tickets.holds(ticket, person.id, act, self.now_ms(), use_up) {
            return Ok(Actor { who: Arc::new(who(person, [0; 32])), via: Via::Mail });
        }
        let from = SignIn { via: Via::Mail, ..from.clone() };
        let source = self.source(&person.no, &from);
        self.may_try(&person.no, &source)?;
        self.refused(&person.no, &source, "ticket", &from).await?;
        Err(SignInError::TooLate)
    }
}
