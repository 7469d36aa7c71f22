//! Follow-ups: what was said and agreed with a customer, what comes next, and the files that belong to it. They stay with
//! the customer when people go. A call (or a message) that goes on is a follow-up that has not ended, and a purpose.

mod attachments;
mod connect;
mod history;
mod kinds;

pub use attachments::AttachedFile;
pub(crate) use connect::HandOff;
pub use connect::{Channel, Connect, Dial, HandOffLink};
pub use history::{
    Attachment, HistoryEvent, HistoryItem, HistoryKind, HistoryPage, HistoryQuery, OwnerChange,
};
pub use kinds::{AttachmentFault, AttachmentKind};

use super::{
    DeskError, Once,
    work::{NOTE, TITLE, earlier, free_text, invalid, keep},
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request},
    record::{Invalid, label},
    store::{Tx, customers::Customer, followups},
    vault::{Kept, Scribe, body_of},
};

/// A follow-up can be written so long after it was, days.
const BACK_DAYS: u64 = 366;

/// How somebody was in touch with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FollowUpKind {
    /// On the phone.
    Call = 0,
    /// In person.
    Visit = 1,
    /// By short message or WeChat.
    Message = 2,
    /// By mail.
    Mail = 3,
}

impl FollowUpKind {
    /// Every kind.
    pub const ALL: [FollowUpKind; 4] =
        [FollowUpKind::Call, FollowUpKind::Visit, FollowUpKind::Message, FollowUpKind::Mail];

    /// The name used by the API and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            FollowUpKind::Call => "call",
            FollowUpKind::Visit => "visit",
            FollowUpKind::Message => "message",
            FollowUpKind::Mail => "mail",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<FollowUpKind> {
        FollowUpKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn of(number: u8) -> FollowUpKind {
        FollowUpKind::ALL.into_iter().find(|kind| *kind as u8 == number).unwrap_or(FollowUpKind::Call)
    }
}

/// What comes next: it becomes a task of the same person, in the same change.
#[derive(Clone, Debug)]
pub struct NextStep {
    /// What is to be done, 1 to 120 characters.
    pub title: String,
    /// Day it is due, `YYYY-MM-DD`.
    pub due: String,
}

/// A follow-up to be written.
#[derive(Clone, Debug)]
pub struct NewFollowUp {
    /// The customer's number.
    pub customer: String,
    /// How.
    pub kind: FollowUpKind,
    /// When it was, Unix milliseconds; now when `None`. Not in the future, and a year back at most.
    pub at_ms: Option<u64>,
    /// What was said and agreed, 1 to 2,000 characters.
    pub text: String,
    /// What comes next.
    pub next: Option<NextStep>,
}

/// A call or message of somebody's own that goes on.
#[derive(Clone, Debug)]
pub struct Running {
    /// Number: the `ref` of a purpose of kind `call`.
    pub id: i64,
    /// How.
    pub kind: FollowUpKind,
    /// When it began, Unix milliseconds.
    pub at_ms: u64,
}

/// The numbers of a follow-up and of the task that is its next step.
pub type Written = (i64, Option<i64>);

impl Tigertally {
    /// Writes a follow-up down, with its next step.
    ///
    /// # Errors
    /// `Invalid` names the value; `NotFound`; `Denied`; `KeyReused`; `Store`.
    pub async fn write_follow_up(
        &self,
        actor: &Actor,
        new: &NewFollowUp,
        once: Option<Once>,
    ) -> Result<(Written, Receipt), DeskError> {
        let customer = self.customer(&new.customer)?;
        let (body, scribe) = self.may_follow_up(actor, &customer, new.next.is_some()).await?;
        let text = free_text("text", &new.text, NOTE)?;
        if text.is_empty() {
            return Err(invalid("text", Invalid::Empty));
        }
        let now = self.now_ms();
        let at_ms = new.at_ms.unwrap_or(now);
        if at_ms > now || at_ms + BACK_DAYS * 86_400_000 < now {
            return Err(invalid("at", Invalid::BadDate));
        }
        let next = new.next.as_ref().map(checked).transpose()?;
        let body = body.with("how", new.kind.name()).with("characters", text.chars().count());
        let draft = Writing { kind: new.kind, at_ms, text, running: false, next };
        self.put_down(actor, customer, scribe, draft, body, once).await
    }

    /// Begins a call or a message with a customer; its number. While it goes on it is a purpose.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `KeyReused`; `Store`.
    pub async fn begin_follow_up(
        &self,
        actor: &Actor,
        customer_no: &str,
        kind: FollowUpKind,
        once: Option<Once>,
    ) -> Result<(i64, Receipt), DeskError> {
        if !matches!(kind, FollowUpKind::Call | FollowUpKind::Message) {
            return Err(invalid("kind", Invalid::BadChoice));
        }
        let customer = self.customer(customer_no)?;
        let (body, scribe) = self.may_follow_up(actor, &customer, false).await?;
        let body = body.with("how", kind.name()).with("begun", true);
        let draft = Writing { kind, at_ms: self.now_ms(), text: String::new(), running: true, next: None };
        let ((id, _), receipt) = self.put_down(actor, customer, scribe, draft, body, once).await?;
        Ok((id, receipt))
    }

    /// Ends a call or message of the actor's own, with what was said and what comes next.
    ///
    /// # Errors
    /// `Invalid` names the value; `NotFound` also for what is somebody else's; `Conflict` when it was ended before; `Denied`
    /// for the next step.
    pub async fn end_follow_up(
        &self,
        actor: &Actor,
        id: i64,
        text: &str,
        next: Option<&NextStep>,
    ) -> Result<(Option<i64>, Receipt), DeskError> {
        let text = free_text("text", text, NOTE)?;
        let next = next.map(checked).transpose()?;
        let row = self.store.read(|conn| followups::follow_up(conn, &self.log_keys, id))?;
        let row = row.ok_or(DeskError::NotFound("follow-up"))?;
        let kind = FollowUpKind::of(row.kind).name();
        let mut body = self.body(actor).with("follow_up", id).with("how", kind);
        body = body.with("characters", text.chars().count());
        body.customer = Some(row.customer_no.clone());
        if row.staff_id != actor.id() {
            return Err(self.not_theirs("follow-up", action::FOLLOW_UP_END, &body).await?);
        }
        if next.is_some() {
            let customer = self.customer(&row.customer_no)?;
            drop(self.permit(actor, action::TASK, self.asking(actor, Action::CreateTask, &customer)?).await?);
        }
        let (scribe, staff) = (self.vault.scribe(row.customer_id)?, actor.id());
        self.store
            .change(move |tx| {
                let task = next_step(tx, &scribe, row.customer_id, staff, next.as_ref())?;
                let sealed = scribe.text(Kept::FollowUp, row.id, &text);
                if !tx.end_follow_up(&row, &sealed, task)? {
                    return Err(DeskError::Conflict);
                }
                tx.followed_up(row.customer_id, tx.now_ms())?;
                Ok(tx.commit(Draft::recorded(action::FOLLOW_UP_END, &with_task(body, task)), task)?)
            })
            .await
    }

    /// What the actor began with a customer and has not ended.
    pub(super) fn running(&self, actor: &Actor, customer: &Customer) -> Result<Option<Running>, DeskError> {
        let row = self
            .store
            .read_settled(|conn| followups::running(conn, &self.log_keys, customer.id, actor.id()))?;
        Ok(row.map(|row| Running { id: row.id, kind: FollowUpKind::of(row.kind), at_ms: row.at_ms }))
    }

    pub(super) fn asking(
        &self,
        actor: &Actor,
        asked: Action,
        customer: &Customer,
    ) -> Result<Request, StoreError> {
        Ok(Request::new(actor.facts().clone(), asked, self.subject(customer, actor)?, self.hour()))
    }

    /// Asks whether the actor may write about a customer, and, if there is a next step, give themselves a task.
    async fn may_follow_up(
        &self,
        actor: &Actor,
        customer: &Customer,
        next: bool,
    ) -> Result<(Body, Scribe), DeskError> {
        let request = self.asking(actor, Action::FollowUp, customer)?;
        let permit = self.permit(actor, action::FOLLOW_UP, request).await?;
        if next {
            drop(self.permit(actor, action::TASK, self.asking(actor, Action::CreateTask, customer)?).await?);
        }
        Ok((body_of(&permit, actor.via()), self.vault.scribe(customer.id)?))
    }

    async fn put_down(
        &self,
        actor: &Actor,
        customer: Customer,
        scribe: Scribe,
        writing: Writing,
        body: Body,
        once: Option<Once>,
    ) -> Result<(Written, Receipt), DeskError> {
        let (staff, staff_id) = (actor.no().to_owned(), actor.id());
        self.store
            .change(move |tx| {
                if let Some(written) = earlier::<Written>(tx, &staff, once.as_ref())? {
                    let repeated = body.with("follow_up", written.0).with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::FOLLOW_UP, &repeated), written)?);
                }
                let task = next_step(tx, &scribe, customer.id, staff_id, writing.next.as_ref())?;
                let id = tx.next_id("follow_up")?;
                let row = followups::NewRow {
                    id,
                    customer: customer.id,
                    staff: staff_id,
                    kind: writing.kind as u8,
                    text: &scribe.text(Kept::FollowUp, id, &writing.text),
                    at_ms: writing.at_ms,
                    running: writing.running,
                    task,
                };
                if !tx.add_follow_up(&row)? {
                    return Err(DeskError::NotFound("customer"));
                }
                if !writing.running {
                    tx.followed_up(customer.id, writing.at_ms)?;
                }
                keep(tx, &staff, once.as_ref(), &(id, task))?;
                let body = with_task(body.with("follow_up", id), task);
                Ok(tx.commit(Draft::new(action::FOLLOW_UP, Decision::Allowed, &body), (id, task))?)
            })
            .await
    }
}

/// A follow-up on its way down.
struct Writing {
    kind: FollowUpKind,
    at_ms: u64,
    text: String,
    running: bool,
    next: Option<NextStep>,
}

/// A next step whose values are good.
fn checked(next: &NextStep) -> Result<NextStep, DeskError> {
    let title = label(&next.title, TITLE).map_err(|problem| invalid("next_title", problem))?;
    if title.is_empty() {
        return Err(invalid("next_title", Invalid::Empty));
    }
    let due = crate::record::parse_date(&next.due).map_err(|problem| invalid("next_due", problem))?;
    Ok(NextStep { title, due: due.to_string() })
}

/// Makes the task that is the next step.
fn next_step(
    tx: &Tx<'_>,
    scribe: &Scribe,
    customer: i64,
    staff: i64,
    next: Option<&NextStep>,
) -> Result<Option<i64>, DeskError> {
    let Some(next) = next else { return Ok(None) };
    let id = tx.next_id("task")?;
    let title = scribe.text(Kept::Task, id, &next.title);
    if !tx.add_task(id, customer, staff, &title, &next.due, staff)? {
        return Err(DeskError::NotFound("customer"));
    }
    Ok(Some(id))
}

fn with_task(body: Body, task: Option<i64>) -> Body {
    match task {
        Some(task) => body.with("task", task),
        None => body,
    }
}
