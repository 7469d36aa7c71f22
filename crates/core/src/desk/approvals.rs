//! Approvals, in their plainest working form: a second person lets somebody reveal fields of a customer for a while.

use super::{
    DeskError, Once,
    work::{earlier, free_text, invalid, keep},
};
use crate::{
    Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Question, Request},
    record::{Field, Invalid},
    store::work::{self, APPROVED, ApprovalRow, REFUSED, WAITING},
    vault::{Page, bit, body_of},
};

/// Fewest characters of a reason: enough to say something.
const REASON_MIN: usize = 4;
/// Most characters of a reason.
const REASON_MAX: usize = 500;

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Nobody has decided yet.
    Waiting,
    /// Approved, and can still be used.
    Approved,
    /// Approved, and its time is over.
    Expired,
    /// Refused.
    Refused,
}

impl ApprovalState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            ApprovalState::Waiting => "waiting",
            ApprovalState::Approved => "approved",
            ApprovalState::Expired => "expired",
            ApprovalState::Refused => "refused",
        }
    }
}

/// An approval.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Number.
    pub id: i64,
    /// The customer's number.
    pub customer: String,
    /// The customer's name, masked.
    pub customer_name: String,
    /// Who asked: staff number and name.
    pub requester: (String, String),
    /// The fields.
    pub fields: Vec<Field>,
    /// Why.
    pub reason: String,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who decided: staff number and name.
    pub decider: Option<(String, String)>,
    /// What they said.
    pub answer: String,
    /// When it was decided, Unix milliseconds.
    pub decided_ms: Option<u64>,
    /// Until when it can be used, Unix milliseconds.
    pub expires_ms: Option<u64>,
}

/// Approvals that concern somebody.
pub struct ApprovalList {
    /// Those that wait for a decision which they may make, oldest first.
    pub waiting: Vec<Approval>,
    /// Those that they asked for, newest first.
    pub mine: Vec<Approval>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Asks that fields of a customer be approved for oneself; the approval's number.
    pub async fn request_approval(
        self: &std::sync::Arc<Self>,
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
            self.subject(&customer),
            self.hour(),
        )
        .fields(fields.iter().copied());
        let permit = self.permit(actor, action::APPROVAL, request).await?;
        let body = body_of(&permit, actor.via());
        let bits = fields.iter().fold(0, |bits, field| bits | bit(*field));
        let (this, staff, staff_id) = (self.clone(), actor.no().to_owned(), actor.id());
        self.store
            .change(move |tx| {
                if let Some(id) = earlier(tx, &staff, once.as_ref())? {
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::APPROVAL, &repeated), id)?);
                }
                let id = tx.next_id("approval")?;
                tx.add_approval(
                    id,
                    customer.id,
                    staff_id,
                    bits,
                    &this.vault.seal_text("approval", id, &reason),
                )?;
                keep(tx, &staff, once.as_ref(), &id)?;
                let body = body.with("approval", id);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Decides an approval. What was asked for cannot change any more; it can be used from now until it expires.
    pub async fn decide_approval(
        &self,
        actor: &Actor,
        id: i64,
        approve: bool,
        answer: &str,
    ) -> Result<Receipt, DeskError> {
        let answer = if approve && answer.trim().is_empty() { String::new() } else { reason_of(answer)? };
        let row = self.store.read(|conn| work::approval(conn, id))?.ok_or(DeskError::NotFound("approval"))?;
        let customer = self.customer(&row.customer_no)?;
        let request =
            Request::new(actor.facts().clone(), Action::DecideApproval, self.subject(&customer), self.hour())
                .requester(row.requester_no.clone());
        let permit = self.permit(actor, action::APPROVAL_DECIDE, request).await?;
        let mut body = body_of(&permit, actor.via()).with("approval", id).with("approved", approve);
        body.staff = Some(row.requester_no.clone());
        body.fields = fields_of(row.fields).iter().map(|field| field.name().to_owned()).collect();
        let minutes = u64::from(self.settings().approval_minutes);
        let expires_ms = approve.then(|| self.now_ms() + minutes * 60_000);
        let state = if approve { APPROVED } else { REFUSED };
        let sealed = self.vault.seal_text("approval-answer", id, &answer);
        let decider = actor.id();
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if !tx.decide_approval(id, state, decider, &sealed, expires_ms)? {
                    return Err(DeskError::Conflict);
                }
                Ok(tx.commit(Draft::new(action::APPROVAL_DECIDE, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Approvals that wait for a decision which the actor may make, and those that the actor asked for.
    pub async fn approvals(&self, actor: &Actor) -> Result<ApprovalList, DeskError> {
        let (waiting, mine) = self.store.read(|conn| {
            Ok::<_, DeskError>((
                work::approvals_waiting(conn, 200)?,
                work::approvals_by(conn, actor.id(), 50)?,
            ))
        })?;
        let policy = self.policy();
        let mut rows = Vec::new();
        let mut customers = Vec::new();
        let mut to_decide = 0;
        for row in waiting {
            let customer = self.customer(&row.customer_no)?;
            let mut question = Question::new(actor.facts().clone(), Action::DecideApproval, self.hour());
            question.customer = Some(self.facts(&customer));
            question.requester = Some(row.requester_no.clone());
            if policy.would(&question).allowed {
                to_decide += 1;
                customers.push(customer);
                rows.push(row);
            }
        }
        for row in mine {
            customers.push(self.customer(&row.customer_no)?);
            rows.push(row);
        }
        let page = self.work_page(actor, customers).await?;
        let mut approvals = Vec::with_capacity(rows.len());
        for (row, masked) in rows.into_iter().zip(&page.customers) {
            let mut approval = self.approval(&page, row)?;
            approval.customer_name = masked.mask(Field::Name).unwrap_or_default().to_owned();
            approvals.push(approval);
        }
        let mine = approvals.split_off(to_decide);
        Ok(ApprovalList { waiting: approvals, mine, receipt: page.receipt().clone() })
    }

    pub(super) fn approval(&self, page: &Page, row: ApprovalRow) -> Result<Approval, DeskError> {
        let expired = row.expires_ms.is_some_and(|end| self.now_ms() >= end);
        let state = match row.state {
            WAITING => ApprovalState::Waiting,
            APPROVED if expired => ApprovalState::Expired,
            APPROVED => ApprovalState::Approved,
            _ => ApprovalState::Refused,
        };
        let answer =
            row.answer.as_deref().map(|sealed| page.text(&self.vault, "approval-answer", row.id, sealed));
        Ok(Approval {
            reason: page.text(&self.vault, "approval", row.id, &row.reason)?,
            answer: answer.transpose()?.unwrap_or_default(),
            id: row.id,
            customer: row.customer_no,
            customer_name: String::new(),
            requester: (row.requester_no, row.requester_name),
            fields: fields_of(row.fields),
            created_ms: row.created_ms,
            state,
            decider: row.decider_no.zip(row.decider_name),
            decided_ms: row.decided_ms,
            expires_ms: row.expires_ms,
        })
    }
}

fn fields_of(bits: u32) -> Vec<Field> {
    Field::ALL.into_iter().filter(|field| bits & bit(*field) != 0).collect()
}

fn reason_of(text: &str) -> Result<String, DeskError> {
    let reason = free_text("reason", text, REASON_MAX)?;
    if reason.chars().count() < REASON_MIN {
        return Err(invalid("reason", Invalid::Empty));
    }
    Ok(reason)
}
