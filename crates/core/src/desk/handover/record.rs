//! The record of a hand-over that is closed: what happened step by step, each with its entry, and the checkpoint that covers
//! them. Those who manage the hand-over or read the ledger take it away.

use std::collections::BTreeSet;

use tigertally_ledger::{Checkpoint, Hash, leaf_hash};

use super::{Handover, HandoverState};
use crate::{
    EntryRow, StoreError, Tigertally,
    desk::DeskError,
    entry::{Draft, Receipt, action},
    identity::Actor,
    policy::Action,
    store::ledger::{self, EntryFilter},
};

/// Actions that a hand-over is made of.
const STEPS: [&str; 6] = [
    action::HANDOVER,
    action::HANDOVER_SIGN,
    action::HANDOVER_MOVE,
    action::HANDOVER_CLOSE,
    action::APPROVAL,
    action::APPROVAL_DECIDE,
];
/// Entries that are read at once.
const PAGE: usize = 1_000;

/// A step of a hand-over.
pub struct HandoverStep {
    /// Its entry.
    pub entry: EntryRow,
    /// Hash of the leaf, by which a stranger knows the entry again.
    pub leaf_hash: Hash,
}

/// The record of a hand-over.
pub struct HandoverRecord {
    /// The hand-over.
    pub handover: Handover,
    /// Its steps, oldest first.
    pub steps: Vec<HandoverStep>,
    /// A checkpoint that covers them all.
    pub checkpoint: Checkpoint,
    /// Who cosigned it, and when (POSIX seconds).
    pub cosignatures: Vec<(String, u64)>,
    /// Who takes the record, by staff number.
    pub made_by: String,
    /// When, Unix milliseconds.
    pub made_ms: u64,
}

impl Tigertally {
    /// The record of a closed hand-over. It waits until a checkpoint covers it, one that enough witnesses cosigned if there
    /// are witnesses.
    ///
    /// # Errors
    /// `NotFound`; `Denied` when the actor neither manages it nor reads the ledger; `Conflict` when it is not closed;
    /// `Uncovered`; `Store`.
    pub async fn handover_record(&self, actor: &Actor, id: i64) -> Result<HandoverRecord, DeskError> {
        let row = self.handover_row(id)?;
        if !self.oversees(actor) && !self.may_handover(actor, Action::ManageHandover, &row) {
            // The leaver and the receivers read their own side; what concerns all is not for them to take away.
            drop(self.manage(actor, id, action::HANDOVER_RECORD).await?);
            return Err(DeskError::NotFound("handover"));
        }
        let page = self.handover_page_for(actor, Some(&row), action::HANDOVER_RECORD).await?;
        let handover = self.shown(actor, row, Some(&page))?;
        let ended_ms = match (handover.state, handover.ended_ms) {
            (HandoverState::Closed, Some(ended_ms)) => ended_ms,
            _ => return Err(DeskError::Conflict),
        };
        let steps = self.steps_of(&handover, ended_ms).await?;
        let last = steps.last().ok_or(StoreError::Damaged("a hand-over"))?.entry.index;
        let vouched = self.vouched(last).await?;
        Ok(HandoverRecord {
            handover,
            steps,
            checkpoint: vouched.trusted.checkpoint,
            cosignatures: vouched.trusted.cosignatures,
            made_by: actor.no().to_owned(),
            made_ms: self.now_ms(),
        })
    }

    /// Puts down that the record was made, with the SHA-256 of the file.
    ///
    /// # Errors
    /// `Store`.
    pub async fn handover_record_made(
        &self,
        actor: &Actor,
        record: &HandoverRecord,
        file: &[u8],
    ) -> Result<Receipt, DeskError> {
        let sha256 = crate::hex(&crate::digest(&[file]));
        let mut body = self
            .body(actor)
            .with("handover", record.handover.id)
            .with("sha256", sha256)
            .with("bytes", file.len());
        body.staff = Some(record.handover.leaver.0.clone());
        Ok(self.store.append(Draft::recorded(action::HANDOVER_RECORD, &body)).await?)
    }

    async fn steps_of(&self, handover: &Handover, ended_ms: u64) -> Result<Vec<HandoverStep>, DeskError> {
        self.store.catch_up().await?;
        let mut filter = EntryFilter {
            actions: STEPS.to_vec(),
            since_ms: Some(handover.opened_ms),
            until_ms: Some(ended_ms + 1),
            ..EntryFilter::default()
        };
        let number = |row: &EntryRow, key: &str| {
            row.body.as_ref().and_then(|body| body.detail.get(key)).and_then(serde_json::Value::as_i64)
        };
        self.store
            .read(|conn| {
                let mut rows = Vec::new();
                loop {
                    let page = ledger::entries(conn, &filter, PAGE)?;
                    let Some(oldest) = page.last().map(|row| row.index) else { break };
                    filter.before = Some(oldest);
                    rows.extend(page);
                }
                // A request that was withdrawn is told by its number alone.
                let of_it = |row: &EntryRow| number(row, "handover") == Some(handover.id);
                let asked = rows.iter().filter(|row| row.action == action::APPROVAL && of_it(row));
                let approvals: BTreeSet<i64> = asked.filter_map(|row| number(row, "approval")).collect();
                let withdrawn = |row: &EntryRow| {
                    row.action == action::APPROVAL
                        && number(row, "approval").is_some_and(|approval| approvals.contains(&approval))
                };
                let tried = |row: &EntryRow| {
                    row.body.as_ref().is_some_and(|body| body.detail.contains_key("preview"))
                };
                rows.retain(|row| (of_it(row) && !tried(row)) || withdrawn(row));
                rows.sort_by_key(|row| row.index);
                let steps = rows.into_iter().map(|entry| {
                    let (leaf, ..) =
                        ledger::raw_entry(conn, entry.index)?.ok_or(StoreError::Damaged("entry"))?;
                    Ok(HandoverStep { leaf_hash: leaf_hash(&leaf), entry })
                });
                steps.collect::<Result<_, StoreError>>()
            })
            .map_err(DeskError::from)
    }
}
