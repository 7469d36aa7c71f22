//! What somebody does in a minute of work, done through the desk. What the policy denies is part of the story.

use std::sync::Arc;

use tigertally_core::{
    Tigertally,
    desk::{DeskError, FollowUpKind, ListQuery, Scope, StatedPurpose},
    identity::Actor,
    policy::PurposeKind,
    record::Field,
};

use super::clock::StageClock;

/// Something that somebody does.
pub(super) enum What {
    /// Looks their own customers through.
    List,
    /// Opens a customer's page and reveals fields for a purpose of this kind, if there is one; else for none.
    Reveal {
        /// The customer's number.
        customer: String,
        /// What it is for.
        purpose: Option<PurposeKind>,
        /// Which fields.
        fields: Vec<Field>,
    },
    /// Calls a customer, and writes down what was said.
    Call {
        /// The customer's number.
        customer: String,
        /// What was said.
        note: String,
    },
    /// Asks for an approval, gets an answer, and uses it.
    Approval {
        /// The customer's number.
        customer: String,
        /// Which fields.
        fields: Vec<Field>,
        /// Why.
        reason: &'static str,
        /// The manager's answer; approved when empty.
        refusal: &'static str,
    },
}

/// Does it. Fails when something other than the policy stood in the way.
pub(super) async fn perform(
    desk: &Arc<Tigertally>,
    clock: &StageClock,
    actor: &Actor,
    manager: &Actor,
    what: &What,
) -> Result<(), DeskError> {
    let done = match what {
        What::List => {
            let query = ListQuery { scope: Scope::Mine, limit: 50, ..ListQuery::default() };
            desk.list(actor, &query).await.map(drop)
        }
        What::Reveal { customer, purpose, fields } => {
            reveal(desk, clock, actor, customer, *purpose, fields).await
        }
        What::Call { customer, note } => call(desk, clock, actor, customer, note).await,
        What::Approval { customer, fields, reason, refusal } => {
            approval(desk, clock, (actor, manager), customer, fields, (reason, refusal)).await
        }
    };
    match done {
        Err(DeskError::Denied { .. } | DeskError::Purpose) => Ok(()),
        other => other,
    }
}

async fn reveal(
    desk: &Tigertally,
    clock: &StageClock,
    actor: &Actor,
    customer: &str,
    purpose: Option<PurposeKind>,
    fields: &[Field],
) -> Result<(), DeskError> {
    let page = desk.view(actor, customer).await?;
    clock.pass(20_000);
    let option = page.purposes.iter().find(|option| Some(option.kind) == purpose);
    let stated = option.map(|option| StatedPurpose { kind: option.kind, reference: option.reference });
    desk.reveal(actor, customer, fields, stated.as_ref()).await.map(drop)
}

async fn call(
    desk: &Arc<Tigertally>,
    clock: &StageClock,
    actor: &Actor,
    customer: &str,
    note: &str,
) -> Result<(), DeskError> {
    desk.view(actor, customer).await?;
    let (call, _) = desk.begin_follow_up(actor, customer, FollowUpKind::Call, None).await?;
    clock.pass(5_000);
    let stated = StatedPurpose { kind: PurposeKind::Call, reference: call };
    let revealed = desk.reveal(actor, customer, &[Field::Mobile], Some(&stated)).await;
    clock.pass(150_000);
    desk.end_follow_up(actor, call, note, None).await?;
    revealed.map(drop)
}

async fn approval(
    desk: &Arc<Tigertally>,
    clock: &StageClock,
    (actor, manager): (&Actor, &Actor),
    customer: &str,
    fields: &[Field],
    (reason, refusal): (&str, &str),
) -> Result<(), DeskError> {
    let (approval, _) = desk.request_approval(actor, customer, fields, reason, None).await?;
    clock.pass(240_000);
    desk.decide_approval(manager, approval, refusal.is_empty(), refusal, None).await?;
    if !refusal.is_empty() {
        return Ok(());
    }
    clock.pass(60_000);
    let stated = StatedPurpose { kind: PurposeKind::Approval, reference: approval };
    desk.reveal(actor, customer, fields, Some(&stated)).await.map(drop)
}
