//! Reading hand-overs: the list, one of them, and the customers that a receiver is given.

use serde::{Deserialize, Serialize};

use super::{super::DeskError, Exposure, HandoverKind, exposure::DAYS};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::Receipt,
    entry::action,
    identity::Actor,
    policy::{Action, Request, Subject},
    record::Tier,
    store::{
        customers,
        handovers::{self, HandoverRow, PartRow, PartState as Part, State},
        leaving,
    },
    vault::{Masked, Page, Record},
};

/// How far a hand-over is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverState {
    /// Customers wait for a receiver, a signature, the department head or their move.
    Open,
    /// All have moved: it can be closed.
    Done,
    /// Filed.
    Closed,
    /// Called off.
    Cancelled,
}

impl HandoverState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            HandoverState::Open => "open",
            HandoverState::Done => "done",
            HandoverState::Closed => "closed",
            HandoverState::Cancelled => "cancelled",
        }
    }
}

/// How far a receiver's part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// The receiver is to look at it and sign.
    Given,
    /// Signed; it can be brought before the department head.
    Signed,
    /// Before the department head.
    Asked,
    /// Approved; its customers move.
    Approved,
    /// Its customers have moved.
    Moved,
}

impl PartState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            PartState::Given => "given",
            PartState::Signed => "signed",
            PartState::Asked => "asked",
            PartState::Approved => "approved",
            PartState::Moved => "moved",
        }
    }
}

/// What there was to hand over when it was opened: counted by the system, typed by nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// Customers by tier: low, medium, high.
    pub tiers: [u64; 3],
    /// Customers by region, in the order of their names.
    pub regions: Vec<(String, u64)>,
    /// Those whose contact person the leaver is, and somebody else the owner.
    pub contacts: u64,
    /// Open tasks.
    pub tasks: u64,
    /// Follow-ups of the last 90 days.
    pub follow_ups: u64,
    /// Orders of their customers in the last twelve months, and their amount in fen.
    pub orders: (u64, u64),
    /// Exports that could still be run or fetched.
    pub exports: u64,
    /// Approvals that they asked for and that wait or stand.
    pub approvals: u64,
}

impl Inventory {
    /// All customers.
    pub fn customers(&self) -> u64 {
        self.tiers.iter().sum()
    }
}

/// A receiver's part.
#[derive(Clone, Debug)]
pub struct HandoverPart {
    /// Number.
    pub id: i64,
    /// Staff number and name of the receiver.
    pub receiver: (String, String),
    /// How far it is.
    pub state: PartState,
    /// How many customers it has: signed for, or given to be.
    pub customers: u64,
    /// How many of them have moved or were no longer the leaver's.
    pub settled: u64,
    /// How many the receiver refused when they signed.
    pub refused: u64,
    /// How many they looked at.
    pub checked: u64,
    /// What they said.
    pub answer: String,
    /// When they signed, Unix milliseconds.
    pub signed_ms: Option<u64>,
    /// The approval that covers it.
    pub approval: Option<i64>,
    /// When its last customer moved, Unix milliseconds.
    pub moved_ms: Option<u64>,
}

/// A hand-over.
#[derive(Clone, Debug)]
pub struct Handover {
    /// Number.
    pub id: i64,
    /// Whose customers go to others: staff number and name.
    pub leaver: (String, String),
    /// Their department and region.
    pub place: (String, String),
    /// Why.
    pub kind: HandoverKind,
    /// Their last day, `YYYY-MM-DD`.
    pub last_day: String,
    /// The application.
    pub reason: String,
    /// What the leaver added.
    pub note: String,
    /// Who opened it: staff number and name.
    pub opened_by: (String, String),
    /// When, Unix milliseconds.
    pub opened_ms: u64,
    /// How far it is.
    pub state: HandoverState,
    /// Who closed it or called it off.
    pub ended_by: Option<(String, String)>,
    /// When, Unix milliseconds.
    pub ended_ms: Option<u64>,
    /// Why it was called off.
    pub why_ended: String,
    /// What there was.
    pub inventory: Inventory,
    /// Customers without a receiver; given; refused; moved; no longer the leaver's.
    pub counts: [u64; 5],
    /// The parts; a receiver is shown their own.
    pub parts: Vec<HandoverPart>,
    /// What the leaver saw and took out; for who manages the hand-over or reads the ledger.
    pub exposure: Option<Exposure>,
    /// Whether the reader is the leaver; may manage; may close it.
    pub reader: HandoverReader,
}

/// What a hand-over's reader is to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandoverReader {
    /// They are the leaver.
    pub leaver: bool,
    /// They may split it and bring it before the department head.
    pub manages: bool,
    /// They may close it.
    pub closes: bool,
    /// They read what the leaver saw and took out.
    pub oversees: bool,
}

/// Hand-overs, newest first.
pub struct HandoverList {
    /// The hand-overs, without texts and exposure.
    pub handovers: Vec<Handover>,
    /// The number before which the next page begins.
    pub next: Option<i64>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

/// Customers that a receiver is given, masked.
pub struct GivenPage {
    /// The hand-over.
    pub handover: i64,
    /// The leaver's name.
    pub leaver: String,
    /// The part.
    pub part: HandoverPart,
    /// The customers.
    pub customers: Vec<Masked>,
    /// The customer after which the next page begins.
    pub next: Option<i64>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// What somebody has to hand over.
    pub(super) fn inventory_of(&self, leaver: &StaffRow) -> Result<Inventory, StoreError> {
        let now_ms = self.now_ms();
        let year_ago = super::super::tiers::spend_from(self.today());
        let (holdings, work) = self.store.read(|conn| {
            let since_ms = now_ms.saturating_sub(DAYS * 86_400_000);
            let work = leaving::work_of(conn, leaver.id, since_ms, &year_ago)?;
            Ok::<_, StoreError>((leaving::holdings(conn, leaver.id)?, work))
        })?;
        let [tasks, follow_ups, orders, amount, exports, approvals] = work;
        let mut inventory = Inventory {
            tasks,
            follow_ups,
            orders: (orders, amount),
            exports,
            approvals,
            ..Inventory::default()
        };
        for leaving::Holding { region, tier, owned, count } in holdings {
            inventory.tiers[tier as usize - Tier::Low as usize] += count;
            inventory.contacts += if owned { 0 } else { count };
            match inventory.regions.last_mut() {
                Some((last, sum)) if *last == region => *sum += count,
                _ => inventory.regions.push((region, count)),
            }
        }
        Ok(inventory)
    }

    /// Hand-overs, newest first: those that the actor has a part in, and those that they may manage or oversee.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn handovers(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: u32,
    ) -> Result<HandoverList, DeskError> {
        let limit = limit.clamp(1, 200) as usize;
        let (rows, mine) = self.store.read(|conn| {
            let rows = handovers::handovers(conn, before.unwrap_or(i64::MAX), 1000)?;
            Ok::<_, DeskError>((rows, handovers::handovers_with(conn, actor.id(), 200)?))
        })?;
        let mine: Vec<i64> = mine.into_iter().map(|row| row.id).collect();
        let oversees = self.oversees(actor);
        let shown = |row: &HandoverRow| {
            oversees || mine.contains(&row.id) || self.may_handover(actor, Action::ManageHandover, row)
        };
        let mut rows: Vec<HandoverRow> = rows.into_iter().filter(shown).take(limit + 1).collect();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        let page = self.handover_page(actor, None).await?;
        let handovers = rows.into_iter().map(|row| self.shown(actor, row, None)).collect::<Result<_, _>>()?;
        Ok(HandoverList { handovers, next, receipt: page.receipt().clone() })
    }

    /// One hand-over.
    ///
    /// # Errors
    /// `NotFound` when the actor has no part in it and may not see it; `Store`.
    pub async fn handover(&self, actor: &Actor, id: i64) -> Result<(Handover, Receipt), DeskError> {
        let row = self.handover_row(id)?;
        let parts = self.store.read(|conn| handovers::parts(conn, &self.log_keys, id))?;
        let receives = parts.iter().any(|part| part.receiver.id == actor.id());
        let own = row.leaver.id == actor.id() || receives || self.oversees(actor);
        let page = if own || self.may_handover(actor, Action::ManageHandover, &row) {
            self.handover_page(actor, Some(&row)).await?
        } else {
            drop(self.manage(actor, id, action::HANDOVER_READ).await?);
            return Err(DeskError::NotFound("handover"));
        };
        let handover = self.shown(actor, row, Some(&page))?;
        Ok((handover, page.receipt().clone()))
    }

    /// The customers of a part, masked, for its receiver to look at: those that are still to move, and that the policy would
    /// let them see as theirs.
    ///
    /// # Errors
    /// `NotFound` when it is not the actor's; `Store`; `Vault`.
    pub async fn handover_given(
        &self,
        actor: &Actor,
        part: i64,
        after: i64,
        limit: u32,
    ) -> Result<GivenPage, DeskError> {
        let found = self.store.read(|conn| handovers::part(conn, &self.log_keys, part))?;
        let row = match found.filter(|row| row.receiver.id == actor.id()) {
            Some(row) => row,
            None => return Err(self.no_part_of_theirs(actor, action::HANDOVER_READ, part).await?),
        };
        let handover = self.handover_row(row.handover_id)?;
        let limit = limit.clamp(1, 200);
        // What has moved is the receiver's own, if it still is: that is a matter of lists, not of the hand-over.
        let offered = handover.state == State::Open && row.state != Part::Moved;
        let (mut ids, given) = self.store.read(|conn| {
            let ids = if offered {
                handovers::page_of(conn, part, handover.leaver.id, after, limit + 1)?
            } else {
                Vec::new()
            };
            Ok::<_, DeskError>((ids, handovers::progress(conn, row.handover_id)?))
        })?;
        let more = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        let mut customers = self.store.read(|conn| customers::by_ids(conn, &ids))?;
        customers.retain(|customer| self.could_own(actor.facts(), &customer.place().group));
        let page = self.work_page(actor, customers).await?;
        Ok(GivenPage {
            handover: handover.id,
            leaver: handover.leaver.name,
            part: self.part_shown(row, &given, Some(&page))?,
            next: ids.last().copied().filter(|_| more),
            receipt: page.receipt().clone(),
            customers: page.customers,
        })
    }

    pub(super) fn oversees(&self, actor: &Actor) -> bool {
        self.may(actor, Action::ReadLedger)
    }

    /// Leave to read hand-overs, which the ledger tells.
    async fn handover_page(&self, actor: &Actor, row: Option<&HandoverRow>) -> Result<Page, DeskError> {
        self.handover_page_for(actor, row, action::HANDOVER_READ).await
    }

    /// The same for another deed, by which name it stands in the ledger.
    pub(super) async fn handover_page_for(
        &self,
        actor: &Actor,
        row: Option<&HandoverRow>,
        deed: &'static str,
    ) -> Result<Page, DeskError> {
        let subject = Subject::None;
        let request = Request::new(actor.facts().clone(), Action::ReadOwnRecord, subject, self.hour());
        let permit = self.permit(actor, deed, request).await?;
        let mut record = Record { action: deed, via: actor.via(), ..Record::default() };
        if let Some(row) = row {
            record.detail.insert("handover".into(), row.id.into());
            record.detail.insert("leaver".into(), row.leaver.no.clone().into());
        }
        let warrant = self.vault.warrant(permit, record).await?;
        Ok(self.vault.page(warrant)?)
    }

    pub(super) fn shown(
        &self,
        actor: &Actor,
        row: HandoverRow,
        page: Option<&Page>,
    ) -> Result<Handover, DeskError> {
        let (counts, parts, given, unknown) = self.store.read(|conn| {
            let parts = handovers::parts(conn, &self.log_keys, row.id)?;
            let counts = handovers::counts(conn, row.id)?;
            // Taking stock may have been cut short, and customers may have come since.
            let unknown = row.state == State::Open
                && counts[..3] == [0; 3]
                && handovers::has_unknown(conn, row.id, row.leaver.id)?;
            Ok::<_, DeskError>((counts, parts, handovers::progress(conn, row.id)?, unknown))
        })?;
        let reader = HandoverReader {
            leaver: row.leaver.id == actor.id(),
            manages: self.may_handover(actor, Action::ManageHandover, &row),
            closes: self.may_handover(actor, Action::CloseHandover, &row),
            oversees: self.oversees(actor),
        };
        let whole = reader.manages || reader.oversees || reader.leaver;
        let parts = parts.into_iter().filter(|part| whole || part.receiver.id == actor.id());
        let parts = parts.map(|part| self.part_shown(part, &given, page)).collect::<Result<Vec<_>, _>>()?;
        let text = |kind: &'static str, sealed: Option<&Vec<u8>>| match (page, sealed) {
            (Some(page), Some(sealed)) => Ok(page.text(&self.vault, kind, row.id, sealed)?),
            _ => Ok::<_, DeskError>(String::new()),
        };
        let left = counts[0] + counts[1] + counts[2];
        let exposure = (reader.manages || reader.oversees) && page.is_some();
        Ok(Handover {
            id: row.id,
            reason: text("handover", Some(&row.reason))?,
            note: text("handover-note", row.note.as_ref())?,
            why_ended: text("handover-cancelled", row.why_ended.as_ref())?,
            leaver: (row.leaver.no, row.leaver.name),
            place: (row.department, row.region),
            kind: HandoverKind::ALL[usize::from(row.kind.min(1))],
            last_day: row.last_day,
            opened_by: (row.opened_by.no, row.opened_by.name),
            opened_ms: row.opened_ms,
            state: match row.state {
                State::Open if left == 0 && !unknown => HandoverState::Done,
                State::Open => HandoverState::Open,
                State::Closed => HandoverState::Closed,
                State::Cancelled => HandoverState::Cancelled,
            },
            ended_by: row.ended_by,
            ended_ms: row.ended_ms,
            inventory: serde_json::from_str(&row.inventory)
                .map_err(|_| StoreError::Damaged("a hand-over"))?,
            exposure: match exposure {
                true => Some(
                    serde_json::from_str(&row.exposure).map_err(|_| StoreError::Damaged("a hand-over"))?,
                ),
                false => None,
            },
            counts,
            parts,
            reader,
        })
    }

    fn part_shown(
        &self,
        part: PartRow,
        progress: &[(i64, u64, u64)],
        page: Option<&Page>,
    ) -> Result<HandoverPart, DeskError> {
        let (given, settled) = progress
            .iter()
            .find(|(id, ..)| *id == part.id)
            .map_or((0, 0), |(_, given, settled)| (*given, *settled));
        let answer = match (page, &part.answer) {
            (Some(page), Some(sealed)) => page.text(&self.vault, "handover-answer", part.id, sealed)?,
            _ => String::new(),
        };
        Ok(HandoverPart {
            id: part.id,
            receiver: (part.receiver.no, part.receiver.name),
            state: match part.state {
                Part::Given => PartState::Given,
                Part::Signed => PartState::Signed,
                Part::Asked => PartState::Asked,
                Part::Approved => PartState::Approved,
                Part::Moved => PartState::Moved,
            },
            customers: match part.state {
                Part::Given => given,
                // Not all of what was signed for may have moved.
                Part::Moved => settled,
                _ => part.accepted,
            },
            settled,
            refused: part.refused,
            checked: part.checked,
            answer,
            signed_ms: part.signed_ms,
            approval: part.approval_id,
            moved_ms: part.moved_ms,
        })
    }
}
