//! Watching: the ledger and its proofs, one's own record, who looked at a customer, a team's activity, figures.

mod figures;
mod ledger;
mod minutes;
mod people;
pub(super) mod seen;
mod tiles;

pub use figures::{DayCount, FigureScope, HomeFigures, HourCount, PersonCount, UsualDay};
pub use ledger::{ConsistencyProof, EntryDetail, InclusionProof, LedgerHead, Watch};
pub use minutes::MinuteCount;
pub use people::{AccessQuery, Accesses, Colleague, OwnRecord, TeamActivity, TeamQuery};
pub use seen::{MOST_CUSTOMERS, SeenAll, SeenAllPage, SeenAllQuery, SeenByPerson, Timeline};

use crate::{
    StoreError, Tigertally,
    entry::Receipt,
    identity::Actor,
    policy::{Action, Request, Subject},
    store::ledger::{EntryFilter, EntryRow, entries},
};

/// Most entries of a page.
const LIMIT: usize = 200;
/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 3600 * 1000;

impl Tigertally {
    /// The request to read a part of the ledger: as its reader, for whom it is part of the whole, else in its own right.
    fn reading(&self, actor: &Actor, part: Action, subject: Subject) -> Request {
        let (asked, subject) = match self.may(actor, Action::ReadLedger) {
            true => (Action::ReadLedger, Subject::None),
            false => (part, subject),
        };
        Request::new(actor.facts().clone(), asked, subject, self.hour())
    }

    /// A page of entries as they stood before the entry that tells of this reading, and where the next page begins.
    async fn page_of_entries(
        &self,
        mut filter: EntryFilter,
        limit: usize,
        receipt: &Receipt,
    ) -> Result<(Vec<EntryRow>, Option<u64>), StoreError> {
        self.store.catch_up().await?;
        let limit = limit.clamp(1, LIMIT);
        filter.before = Some(filter.before.unwrap_or(u64::MAX).min(receipt.index));
        let mut page = self.store.read(|conn| entries(conn, &filter, limit + 1))?;
        let more = page.len() > limit;
        page.truncate(limit);
        let next_before = page.last().filter(|_| more).map(|last| last.index);
        Ok((page, next_before))
    }
}
