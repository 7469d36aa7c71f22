//! Handing over: somebody leaves or takes on other work, and their customers go to others. A hand-over is opened, which
//! freezes the leaver's exports; the manager splits the customers among receivers; each receiver looks at theirs and signs
//! with a fresh code; the department head approves; the customers move; HR closes and files it.
//!
//! Each receiver's share is a part that goes its own way: what one refuses, or has not signed yet, holds nobody else up, and
//! is given to others in another part.
//!
//! **Invariant:** a customer moves only as the receiver signed for and an approval covers; each at once with its open tasks,
//! in pieces, so that the ledger, on which every access waits, is never held for long. What was cut short goes on.

mod exposure;
mod moving;
mod reading;
mod record;
mod split;

use std::{collections::BTreeSet, sync::Arc};

pub use exposure::{Exposure, ExposureExport};
pub use moving::HandoverMove;
pub use reading::{
    GivenPage, Handover, HandoverList, HandoverPart, HandoverReader, HandoverState, Inventory, PartState,
};
pub use record::{HandoverRecord, HandoverStep};
pub use split::{Share, SplitPlan, SplitPreview};

use serde::Serialize;

use super::{
    DeskError, StaffChange,
    approvals::{ask, reason_of},
    staff::merged,
    work::{free_text, invalid},
};
use crate::{
    StoreError, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::{Actor, Confirmed},
    policy::{Action, Colleague, Permit, Question, Request, Role, Subject},
    record::{Invalid, parse_date},
    store::{
        Tx,
        approvals::{NewApproval, Target},
        customers,
        handovers::{self, HandoverRow, NewHandover, PartState as Part, State},
        staff::{self, Person},
    },
    vault::body_of,
};

/// Customers that are taken into a hand-over, or given out of one, in one change.
const CHUNK: u32 = 2_000;
/// Most characters of what the leaver adds.
const NOTE_MAX: usize = 4_000;
/// Most customers that a receiver refuses at once.
const MOST_REFUSED: usize = 1_000;

/// Why customers are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum HandoverKind {
    /// Somebody leaves the company.
    Leaving = 0,
    /// Somebody takes on other work.
    Moving = 1,
}

impl HandoverKind {
    /// Both.
    pub const ALL: [HandoverKind; 2] = [HandoverKind::Leaving, HandoverKind::Moving];

    /// The name used by the API and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            HandoverKind::Leaving => "leaving",
            HandoverKind::Moving => "moving",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<HandoverKind> {
        HandoverKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A hand-over to be opened.
#[derive(Clone, Debug)]
pub struct NewHandoverRequest {
    /// Whose customers go to others, by staff number.
    pub leaver: String,
    /// Why.
    pub kind: HandoverKind,
    /// Their last day, `YYYY-MM-DD`.
    pub last_day: String,
    /// The application, in words.
    pub reason: String,
}

/// What a receiver says when they sign.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Customers that they do not take, by number.
    pub refused: Vec<String>,
    /// Why not; needed when any is refused.
    pub answer: String,
    /// How many customers they looked at.
    pub checked: u64,
}

impl Tigertally {
    /// Opens a hand-over; its number. From here on the leaver takes nothing out.
    ///
    /// # Errors
    /// `Invalid`; `NotFound`; `Denied`; `Conflict` when there is an open one; `Store`.
    pub async fn open_handover(
        self: &Arc<Self>,
        actor: &Actor,
        new: &NewHandoverRequest,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(&new.reason)?;
        let last_day = parse_date(&new.last_day).map_err(|problem| invalid("last_day", problem))?.to_string();
        // Who was struck off before may have left customers behind.
        let found = self.store.read(|conn| staff::by_no(conn, new.leaver.trim()))?;
        let leaver = found.ok_or(DeskError::NotFound("staff"))?;
        let place = Colleague { department: leaver.department.clone(), region: leaver.region.clone() };
        let permit =
            self.permit_handover(actor, Action::ManageHandover, action::HANDOVER, &leaver.no, place).await?;
        let inventory = self.inventory_of(&leaver)?;
        let whose = Person { id: leaver.id, no: leaver.no.clone(), name: leaver.name.clone() };
        let exposure = kept(&self.exposure_of(&whose).await?)?;
        let inventory = kept(&inventory)?;
        let mut body =
            body_of(&permit, actor.via()).with("kind", new.kind.name()).with("last_day", last_day.as_str());
        body.staff = Some(leaver.no.clone());
        let (this, opener, kind, leaver_id) = (self.clone(), actor.id(), new.kind, leaver.id);
        let (id, receipt) = self
            .store
            .change(move |tx| {
                let id = tx.next_id("handover")?;
                let opened = tx.open_handover(&NewHandover {
                    id,
                    leaver: leaver_id,
                    kind: kind as u8,
                    last_day,
                    reason: this.vault.seal_text("handover", id, &reason),
                    opened_by: opener,
                    inventory,
                    exposure,
                })?;
                if !opened {
                    return Err(DeskError::Conflict);
                }
                let body = body.with("handover", id);
                Ok(tx.commit(Draft::new(action::HANDOVER, Decision::Allowed, &body), id)?)
            })
            .await?;
        self.take_stock(actor, id, leaver.id).await?;
        Ok((id, receipt))
    }

    /// Takes in the customers that the leaver has and the hand-over does not know, in pieces.
    async fn take_stock(&self, actor: &Actor, id: i64, leaver: i64) -> Result<(), DeskError> {
        if !self.store.read(|conn| handovers::has_unknown(conn, id, leaver))? {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let body = self.body(actor).with("handover", id).with("stock", true);
            let (last, _) = self
                .store
                .change(move |tx| {
                    let last = tx.take_stock(id, leaver, after, CHUNK)?;
                    let draft = Draft::recorded(action::HANDOVER, &body);
                    Ok::<_, DeskError>(tx.commit(draft, last)?)
                })
                .await?;
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    /// Whether somebody's customers are being handed over: then they take nothing out.
    pub(super) fn is_leaving(&self, staff: i64) -> Result<bool, StoreError> {
        Ok(self.store.read_settled(|conn| handovers::open_of(conn, staff))?.is_some())
    }

    /// The leaver adds what a list cannot tell.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Conflict` when it is over; `Invalid`; `Store`.
    pub async fn note_handover(
        self: &Arc<Self>,
        actor: &Actor,
        id: i64,
        note: &str,
    ) -> Result<Receipt, DeskError> {
        let note = free_text("note", note, NOTE_MAX)?;
        let row = self.handover_row(id)?;
        let body = self.body(actor).with("handover", id).with("note", true);
        if row.leaver.id != actor.id() {
            self.store.append(Draft::new(action::HANDOVER, Decision::Denied, &body)).await?;
            return Err(DeskError::NotFound("handover"));
        }
        let sealed = self.vault.seal_text("handover-note", id, &note);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                open(tx.handover(id)?)?;
                tx.set_handover_note(id, &sealed)?;
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::HANDOVER, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// A receiver signs for a part: they get its customers once the department head approved, but for those refused. How
    /// many they get.
    ///
    /// # Errors
    /// `NotFound` when the part is not the actor's, or a refused customer not of it; `Conflict` when it is signed; `Invalid`;
    /// `TooMuch`; `Store`.
    pub async fn sign_handover(
        self: &Arc<Self>,
        actor: &Actor,
        part: i64,
        confirmed: Confirmed,
        signature: &Signature,
    ) -> Result<(u64, Receipt), DeskError> {
        if signature.refused.len() > MOST_REFUSED {
            return Err(DeskError::TooMuch(MOST_REFUSED));
        }
        let answer = match signature.refused.is_empty() {
            true => free_text("answer", &signature.answer, NOTE_MAX)?,
            false => reason_of(&signature.answer).map_err(|_| invalid("answer", Invalid::Empty))?,
        };
        let row = self.store.read(|conn| handovers::part(conn, &self.log_keys, part))?;
        let row = match row.filter(|row| row.receiver.id == actor.id() && confirmed.is_of(actor)) {
            Some(row) => row,
            None => return Err(self.no_part_of_theirs(actor, action::HANDOVER_SIGN, part).await?),
        };
        let refused = self.store.read(|conn| {
            let ids = signature
                .refused
                .iter()
                .map(|no| Ok(customers::by_no(conn, no)?.ok_or(DeskError::NotFound("customer"))?.id));
            // One that is named twice is refused once.
            ids.collect::<Result<BTreeSet<i64>, DeskError>>()
        })?;
        let refused: Vec<i64> = refused.into_iter().collect();
        let mut body = self
            .body(actor)
            .with("handover", row.handover_id)
            .with("part", part)
            .with("factor", confirmed.factor())
            .with("looked_at", signature.checked)
            .with("refused", refused.len() as u64);
        body.customers.clone_from(&signature.refused);
        let sealed = (!answer.is_empty()).then(|| self.vault.seal_text("handover-answer", part, &answer));
        let checked = signature.checked;
        self.store
            .change(move |tx| {
                open(tx.handover(row.handover_id)?)?;
                let parts = tx.handover_parts(row.handover_id)?;
                let found = parts.iter().find(|found| found.id == part && found.state == Part::Given);
                let found = found.ok_or(DeskError::Conflict)?;
                let accepted = tx.sign_part(found, &refused, checked, sealed.as_deref())?;
                let accepted = accepted.ok_or(DeskError::NotFound("customer"))?;
                if checked > accepted + refused.len() as u64 {
                    return Err(invalid("checked", Invalid::BadNumber));
                }
                let body = body.with("accepted", accepted);
                Ok(tx.commit(Draft::new(action::HANDOVER_SIGN, Decision::Allowed, &body), accepted)?)
            })
            .await
    }

    /// Brings what was signed for before the department head; the approval's number.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `NotYet` when nothing is signed; `Conflict` when it is over; `Invalid`; `Store`.
    pub async fn ask_handover(
        self: &Arc<Self>,
        actor: &Actor,
        id: i64,
        reason: &str,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(reason)?;
        let (row, permit) = self.manage(actor, id, action::APPROVAL).await?;
        let mut body = body_of(&permit, actor.via()).with("handover", id);
        body.staff = Some(row.leaver.no.clone());
        let (this, requester, lapses_ms) = (self.clone(), actor.id(), self.request_lapses());
        self.store
            .change(move |tx| {
                let row = open(tx.handover(id)?)?;
                let mut parts = tx.handover_parts(id)?;
                parts.retain(|part| part.state == Part::Signed && part.accepted > 0);
                if parts.is_empty() {
                    return Err(DeskError::NotYet("signature"));
                }
                let approval = tx.next_id("approval")?;
                let people: u64 = parts.iter().map(|part| part.accepted).sum();
                ask(
                    tx,
                    &NewApproval {
                        id: approval,
                        target: Target::Handover(id),
                        requester,
                        fields: 0,
                        scope: handovers::scope(&this.log_keys, id, row.leaver.id, &parts),
                        needed: 1,
                        reason: this.vault.seal_text("approval", approval, &reason),
                        lapses_ms,
                    },
                )?;
                for part in &parts {
                    tx.set_part(part.id, Part::Asked, Some(approval))?;
                }
                let body =
                    body.with("approval", approval).with("people", people).with("parts", parts.len() as u64);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), approval)?)
            })
            .await
    }

    /// Closes a hand-over: nobody's customers are left behind, what else was the leaver's ends, and whoever leaves is signed
    /// out for good.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `NotYet` while customers are left; `Conflict` when it is over, or when the last administrator would
    /// go; `Store`.
    pub async fn close_handover(self: &Arc<Self>, actor: &Actor, id: i64) -> Result<Receipt, DeskError> {
        let row = self.handover_row(id)?;
        let permit = self
            .permit_handover(
                actor,
                Action::CloseHandover,
                action::HANDOVER_CLOSE,
                &row.leaver.no,
                row.place(),
            )
            .await?;
        self.take_stock(actor, id, row.leaver.id).await?;
        let exposure = kept(&self.exposure_of(&row.leaver).await?)?;
        let mut body = body_of(&permit, actor.via()).with("handover", id);
        body.staff = Some(row.leaver.no.clone());
        let (closer, leaves) = (actor.id(), row.kind == HandoverKind::Leaving as u8);
        let (leaver, receipt) = self
            .store
            .change(move |tx| {
                let row = open(tx.handover(id)?)?;
                let ([waiting, given, refused, moved, gone], held) = tx.handover_left(id, row.leaver.id)?;
                if waiting + given + refused + held > 0 {
                    return Err(DeskError::NotYet("customers"));
                }
                let [tasks, approvals, absences] = tx.end_work_of(row.leaver.id)?;
                if leaves {
                    retire(tx, &row.leaver.no)?;
                }
                tx.end_handover(id, (State::Closed, closer), &exposure, None)?;
                let body = body
                    .with("moved", moved)
                    .with("gone", gone)
                    .with("tasks", tasks)
                    .with("approvals", approvals)
                    .with("absences", absences)
                    .with("signed_out", leaves);
                Ok(tx.commit(Draft::new(action::HANDOVER_CLOSE, Decision::Allowed, &body), row.leaver.id)?)
            })
            .await?;
        if leaves {
            self.sessions.forget_staff(leaver);
        }
        Ok(receipt)
    }

    /// Calls a hand-over off, as long as nothing is approved: the leaver keeps the customers and may take out again.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `NotYet` once something is approved, or waits for it; `Conflict` when it is over; `Store`.
    pub async fn cancel_handover(
        self: &Arc<Self>,
        actor: &Actor,
        id: i64,
        reason: &str,
    ) -> Result<Receipt, DeskError> {
        let reason = reason_of(reason)?;
        let (row, permit) = self.manage(actor, id, action::HANDOVER_CLOSE).await?;
        let mut body = body_of(&permit, actor.via()).with("handover", id).with("cancelled", true);
        body.staff = Some(row.leaver.no.clone());
        let canceller = actor.id();
        let sealed = self.vault.seal_text("handover-cancelled", id, &reason);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                let row = open(tx.handover(id)?)?;
                let parts = tx.handover_parts(id)?;
                if parts.iter().any(|part| matches!(part.state, Part::Approved | Part::Moved)) {
                    return Err(DeskError::NotYet("approved"));
                }
                if parts.iter().any(|part| part.state == Part::Asked) {
                    return Err(DeskError::NotYet("asked"));
                }
                tx.end_handover(id, (State::Cancelled, canceller), &row.exposure, Some(&sealed))?;
                Ok(tx.commit(Draft::new(action::HANDOVER_CLOSE, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// What is somebody else's is not there for the actor; that they tried is put down.
    async fn no_part_of_theirs(
        &self,
        actor: &Actor,
        action: &'static str,
        part: i64,
    ) -> Result<DeskError, DeskError> {
        let body = self.body(actor).with("part", part);
        self.store.append(Draft::new(action, Decision::Denied, &body)).await?;
        Ok(DeskError::NotFound("handover"))
    }

    pub(super) fn handover_row(&self, id: i64) -> Result<HandoverRow, DeskError> {
        let found = self.store.read(|conn| handovers::handover(conn, &self.log_keys, id))?;
        found.ok_or(DeskError::NotFound("handover"))
    }

    /// Leave to manage this hand-over.
    async fn manage(
        &self,
        actor: &Actor,
        id: i64,
        action: &'static str,
    ) -> Result<(HandoverRow, Permit), DeskError> {
        let row = self.handover_row(id)?;
        let asked = Action::ManageHandover;
        let permit = self.permit_handover(actor, asked, action, &row.leaver.no, row.place()).await?;
        Ok((row, permit))
    }

    async fn permit_handover(
        &self,
        actor: &Actor,
        asked: Action,
        action: &'static str,
        leaver: &str,
        place: Colleague,
    ) -> Result<Permit, DeskError> {
        let subject = Subject::Staff { no: leaver.to_owned(), place };
        let request = Request::new(actor.facts().clone(), asked, subject, self.hour())
            .requester(leaver.to_owned())
            .below(self.reports_to(actor.no(), leaver)?);
        self.permit(actor, action, request).await
    }

    /// Whether the actor may manage or close somebody's hand-over: for what is shown, never for a decision.
    pub(super) fn may_handover(&self, actor: &Actor, asked: Action, row: &HandoverRow) -> bool {
        let mut question = Question::new(actor.facts().clone(), asked, self.hour());
        question.colleague = Some(row.place());
        question.requester = Some(row.leaver.no.clone());
        // Where the line of managers cannot be read, nothing is offered.
        question.below = self.reports_to(actor.no(), &row.leaver.no).unwrap_or(true);
        self.policy().would(&question).allowed
    }
}

impl HandoverRow {
    fn place(&self) -> Colleague {
        Colleague { department: self.department.clone(), region: self.region.clone() }
    }
}

/// Whoever leaves works here no more, and is signed out.
fn retire(tx: &Tx<'_>, no: &str) -> Result<(), DeskError> {
    let person = tx.staff(no)?.ok_or(DeskError::NotFound("staff"))?;
    if !person.active {
        return Ok(());
    }
    tx.put_staff(&merged(&person, StaffChange { active: Some(false), ..StaffChange::default() }))?;
    if person.role == Role::Administrator && tx.active_of_role(Role::Administrator)? == 0 {
        return Err(DeskError::Conflict);
    }
    tx.end_sessions(person.id)?;
    Ok(())
}

/// Counts, as they are kept.
fn kept<T: Serialize>(counts: &T) -> Result<String, StoreError> {
    serde_json::to_string(counts).map_err(|_| StoreError::Damaged("counts"))
}

/// A hand-over that is not over.
fn open(found: Option<HandoverRow>) -> Result<HandoverRow, DeskError> {
    let row = found.ok_or(DeskError::NotFound("handover"))?;
    if row.state == State::Open { Ok(row) } else { Err(DeskError::Conflict) }
}
