//! Tasks: they are what an access is for.

use serde::{Serialize, de::DeserializeOwned};

use super::{Approval, DeskError, PurposeOption, Running, shares::Viewer};
use crate::{
    OrderRow, StaffRow, StoreError, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, ActorFacts, PurposeKind, Question, Request},
    record::label,
    store::{
        Tx,
        approvals::{self, ApprovalRow},
        customers::Customer,
        once::Kept,
        staff,
        work::{self, TaskRow},
    },
    vault::{Kept as KeptText, Page, Reader, Record, body_of},
};

/// Most characters of a task's title.
pub(super) const TITLE: usize = 120;
/// Most characters of what was said.
pub(super) const NOTE: usize = 2000;

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Number.
    pub id: i64,
    /// The customer's number.
    pub customer: String,
    /// Who is to do it: staff number and name.
    pub assignee: (String, String),
    /// What is to be done.
    pub title: String,
    /// Day it is due, `YYYY-MM-DD`.
    pub due: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: u64,
    /// When it was closed, Unix milliseconds.
    pub closed_ms: Option<u64>,
}

/// Somebody's open tasks.
pub struct TaskList {
    /// The tasks, first due first, each with its customer's name, masked.
    pub tasks: Vec<(Task, String)>,
    /// How many there are in all.
    pub total: u64,
    /// How many of them are due today or before.
    pub due: u64,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

/// A task to be made.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The customer's number.
    pub customer: String,
    /// Who is to do it, by staff number; the actor when `None`.
    pub assignee: Option<String>,
    /// What is to be done, 1 to 120 characters.
    pub title: String,
    /// Day it is due, `YYYY-MM-DD`.
    pub due: String,
}

/// An idempotency key with a digest of the request that came with it.
#[derive(Clone, Debug)]
pub struct Once {
    /// The key, as the caller chose it.
    pub key: String,
    /// SHA-256 of the request.
    pub digest: [u8; 32],
}

/// Looks an idempotency key up inside a transaction; the earlier answer when it was used for the same request.
pub(super) fn earlier<T: DeserializeOwned>(
    tx: &Tx<'_>,
    staff: &str,
    once: Option<&Once>,
) -> Result<Option<T>, DeskError> {
    let Some(once) = once else { return Ok(None) };
    match tx.kept(staff, &once.key, &once.digest)? {
        Kept::Nothing => Ok(None),
        Kept::Other => Err(DeskError::KeyReused),
        Kept::Answer(answer) => {
            let answer = serde_json::from_str(&answer).map_err(|_| StoreError::Damaged("a kept answer"))?;
            Ok(Some(answer))
        }
    }
}

/// Keeps an answer under an idempotency key.
pub(super) fn keep<T: Serialize>(
    tx: &Tx<'_>,
    staff: &str,
    once: Option<&Once>,
    answer: &T,
) -> Result<(), DeskError> {
    if let Some(once) = once {
        let answer = serde_json::to_string(answer).map_err(|_| StoreError::Damaged("a kept answer"))?;
        tx.keep(staff, &once.key, &once.digest, &answer)?;
    }
    Ok(())
}

impl Tigertally {
    /// Makes a task; its number.
    pub async fn create_task(
        &self,
        actor: &Actor,
        new: &NewTask,
        once: Option<Once>,
    ) -> Result<(i64, Receipt), DeskError> {
        let title = label(&new.title, TITLE).map_err(|problem| invalid("title", problem))?;
        if title.is_empty() {
            return Err(invalid("title", crate::record::Invalid::Empty));
        }
        let due = crate::record::parse_date(&new.due).map_err(|problem| invalid("due", problem))?.to_string();
        let customer = self.customer(&new.customer)?;
        let request = Request::new(
            actor.facts().clone(),
            Action::CreateTask,
            self.subject(&customer, actor)?,
            self.hour(),
        );
        let permit = self.permit(actor, action::TASK, request).await?;
        let assignee = self.assignee(actor, &customer, new.assignee.as_deref())?;
        let mut body = body_of(&permit, actor.via());
        body.staff = Some(assignee.1);
        let (staff, creator) = (actor.no().to_owned(), actor.id());
        let scribe = self.vault.scribe(customer.id)?;
        self.store
            .change(move |tx| {
                if let Some(id) = earlier(tx, &staff, once.as_ref())? {
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::TASK, &repeated), id)?);
                }
                let id = tx.next_id("task")?;
                let title = scribe.text(KeptText::Task, id, &title);
                if !tx.add_task(id, customer.id, assignee.0, &title, &due, creator)? {
                    return Err(DeskError::NotFound("customer"));
                }
                keep(tx, &staff, once.as_ref(), &id)?;
                let body = body.with("task", id);
                Ok(tx.commit(Draft::new(action::TASK, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Who is to do it. Nobody gets a task about a customer whom the policy would not show them.
    fn assignee(
        &self,
        actor: &Actor,
        customer: &Customer,
        no: Option<&str>,
    ) -> Result<(i64, String), DeskError> {
        let Some(no) = no.filter(|no| *no != actor.no()) else {
            return Ok((actor.id(), actor.no().to_owned()));
        };
        let person = self.store.read(|conn| staff::by_no(conn, no))?.filter(StaffRow::acts);
        let person = person.ok_or(DeskError::NotFound("assignee"))?;
        let facts = ActorFacts {
            staff_no: person.no.clone(),
            role: person.role,
            department: person.department,
            region: person.region,
        };
        let shared =
            self.shared_classes(customer.id, Viewer { id: person.id, department: &facts.department })?;
        let mut question = Question::new(facts, Action::ViewCustomer, self.hour());
        question.customer = Some(self.facts_with(customer, shared));
        if !self.policy().would(&question).allowed {
            return Err(invalid("assignee", crate::record::Invalid::BadChoice));
        }
        Ok((person.id, person.no))
    }

    /// Closes a task of the actor's own.
    pub async fn close_task(&self, actor: &Actor, id: i64) -> Result<Receipt, DeskError> {
        let task = self.store.read(|conn| work::task(conn, id))?.ok_or(DeskError::NotFound("task"))?;
        let mut body = self.body(actor).with("task", id);
        body.customer = Some(task.customer_no);
        if task.assignee_id != actor.id() {
            return Err(self.not_theirs("task", action::TASK_CLOSE, &body).await?);
        }
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if !tx.close_task(id)? {
                    return Err(DeskError::Conflict);
                }
                tx.followed_up(task.customer_id, tx.now_ms())?;
                Ok(tx.commit(Draft::recorded(action::TASK_CLOSE, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// What is somebody else's is not there for the actor; that they tried is put down.
    pub(super) async fn not_theirs(
        &self,
        what: &'static str,
        action: &'static str,
        body: &crate::entry::Body,
    ) -> Result<DeskError, DeskError> {
        self.store.append(Draft::new(action, Decision::Denied, body)).await?;
        Ok(DeskError::NotFound(what))
    }

    /// The actor's open tasks with their customers masked, at most `limit`.
    pub async fn my_tasks(&self, actor: &Actor, limit: u32) -> Result<TaskList, DeskError> {
        let today = self.today().to_string();
        let (rows, counts) = self.store.read(|conn| {
            Ok::<_, DeskError>((
                work::open_tasks(conn, actor.id(), limit)?,
                work::count_open_tasks(conn, actor.id(), &today)?,
            ))
        })?;
        let customers =
            rows.iter().map(|row| self.customer(&row.customer_no)).collect::<Result<Vec<_>, _>>()?;
        let page = self.work_page(actor, customers).await?;
        let tasks = rows
            .into_iter()
            .zip(&page.customers)
            .map(|(row, masked)| {
                let name = masked.mask(crate::record::Field::Name).unwrap_or_default().to_owned();
                let reader = page.reader(&self.vault, row.customer_id)?;
                Ok((self.task(&reader, row)?, name))
            })
            .collect::<Result<_, DeskError>>()?;
        Ok(TaskList { tasks, total: counts.0, due: counts.1, receipt: page.receipt().clone() })
    }

    /// Leave to show what one works on: the customers' masks and the texts beside them.
    pub(super) async fn work_page(&self, actor: &Actor, rows: Vec<Customer>) -> Result<Page, DeskError> {
        let request = Request::new(
            actor.facts().clone(),
            Action::ReadOwnRecord,
            crate::policy::Subject::None,
            self.hour(),
        );
        let permit = self.permit(actor, action::WORK, request).await?;
        let record = Record { action: action::WORK, via: actor.via(), rows, ..Record::default() };
        let warrant = self.vault.warrant(permit, record).await?;
        Ok(self.vault.page(warrant)?)
    }

    pub(super) fn task(&self, reader: &Reader, row: TaskRow) -> Result<Task, DeskError> {
        Ok(Task {
            title: reader.text(KeptText::Task, row.id, &row.title)?,
            id: row.id,
            customer: row.customer_no,
            assignee: (row.assignee_no, row.assignee_name),
            due: row.due,
            created_ms: row.created_ms,
            closed_ms: row.closed_ms,
        })
    }

    /// The actor's purposes that stand for a customer, to choose from.
    pub(super) fn purposes(
        &self,
        actor: &Actor,
        customer: &Customer,
        page: &Page,
        tasks: &[Task],
        running: Option<&Running>,
        orders: Option<&(Vec<OrderRow>, u64)>,
    ) -> Result<Vec<PurposeOption>, DeskError> {
        let now_ms = self.now_ms();
        let since = self.order_purpose_since();
        let mut options = Vec::new();
        for task in tasks.iter().filter(|task| task.closed_ms.is_none() && task.assignee.0 == actor.no()) {
            options.push(option(PurposeKind::Task, task.id, &task.title, &task.due));
        }
        if let Some(call) = running.filter(|call| now_ms < call.at_ms + super::purpose::CALL_MS) {
            options.push(option(PurposeKind::Call, call.id, "", &call.at_ms.to_string()));
        }
        for order in orders.iter().flat_map(|(rows, _)| rows).filter(|order| order.day >= since).take(5) {
            options.push(option(PurposeKind::Order, order.id, "", &order.day));
        }
        let approvals = self.store.read(|conn| approvals::approvals_of(conn, customer.id, actor.id()))?;
        let usable = |row: &ApprovalRow| row.unopened() != 0 && self.approval_stands(actor.id(), row);
        for row in approvals.into_iter().filter(usable) {
            let approval: Approval = self.approval(page, row, "")?;
            let end = approval.expires_ms.unwrap_or_default().to_string();
            options.push(option(PurposeKind::Approval, approval.id, &approval.reason, &end));
        }
        Ok(options)
    }
}

fn option(kind: PurposeKind, reference: i64, title: &str, when: &str) -> PurposeOption {
    PurposeOption { kind, reference, title: title.to_owned(), when: when.to_owned() }
}

pub(super) fn invalid(field: &str, problem: crate::record::Invalid) -> DeskError {
    DeskError::Invalid { field: field.to_owned(), problem }
}

/// A text of several lines: trimmed, bounded, without control characters but line breaks.
pub(super) fn free_text(field: &str, text: &str, max: usize) -> Result<String, DeskError> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.chars().count() > max {
        return Err(invalid(field, crate::record::Invalid::TooLong { max }));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(invalid(field, crate::record::Invalid::ControlCharacter));
    }
    Ok(text)
}
