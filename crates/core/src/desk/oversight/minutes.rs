//! The last hour of the ledger, minute by minute.

use crate::{
    Tigertally,
    desk::DeskError,
    identity::Actor,
    policy::{Action, Question},
    store::figures,
};

/// Minutes that are counted.
const MINUTES: u64 = 60;
const MINUTE_MS: u64 = 60 * 1000;

/// What came into the ledger in a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MinuteCount {
    /// Start of the minute, Unix milliseconds.
    pub from_ms: u64,
    /// Entries of any sort.
    pub entries: u64,
    /// Those of them that tell of a denial.
    pub denied: u64,
}

impl Tigertally {
    /// Entries of the last hour by minute, the current one last, for the page beside whose entries they stand: it is the
    /// reading of those that is put down ([`Tigertally::entries`]). They come from the read model, which may be a moment
    /// behind.
    ///
    /// # Errors
    /// `NotFound` for who may not read the ledger; `Store`.
    pub fn ledger_minutes(&self, actor: &Actor) -> Result<Vec<MinuteCount>, DeskError> {
        let question = Question::new(actor.facts().clone(), Action::ReadLedger, self.hour());
        if !self.policy().would(&question).allowed {
            return Err(DeskError::NotFound("ledger"));
        }
        let since_ms = (self.now_ms() / MINUTE_MS).saturating_sub(MINUTES - 1) * MINUTE_MS;
        let minute = |n| MinuteCount { from_ms: since_ms + n * MINUTE_MS, entries: 0, denied: 0 };
        let mut minutes: Vec<_> = (0..MINUTES).map(minute).collect();
        for (from_ms, entries, denied) in self.store.read(|conn| figures::all(conn, since_ms, MINUTE_MS))? {
            let at = (from_ms.saturating_sub(since_ms) / MINUTE_MS) as usize;
            if let Some(minute) = minutes.get_mut(at) {
                (minute.entries, minute.denied) = (entries, denied);
            }
        }
        Ok(minutes)
    }
}
