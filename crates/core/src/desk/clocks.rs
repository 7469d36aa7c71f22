//! Clocks that differ: evidence whose times contradict one another is refused by whoever verifies it (step 9 of
//! `docs/evidence-format.md`), so it is found out here, while something can be done about it.

use tigertally_ledger::bundle::TOLERANCE_MS;

use crate::{
    StoreError, Tigertally,
    entry::{Body, Draft, Receipt, action},
    store::ledger,
};

/// Whose clock it is that differs from the server's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// A witness's, by its name in the policy. Its cosignature was not taken.
    Witness(String),
    /// A time-stamp authority's, by its name in the settings. Its time stamp was not kept.
    Authority(String),
    /// The server's own of before: it is behind what stands in the ledger.
    Ledger,
}

/// A clock that differs from the server's by more than evidence allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockOff {
    /// Whose it is.
    pub whose: Whose,
    /// By how much it is ahead of the server's, in seconds; below zero when it is behind.
    pub ahead_s: i64,
}

/// By how many seconds one time is ahead of another (Unix milliseconds), when that is more than evidence allows.
pub(super) fn ahead(theirs_ms: u64, ours_ms: u64) -> Option<i64> {
    let seconds = i64::try_from(theirs_ms.abs_diff(ours_ms) / 1000).unwrap_or(i64::MAX);
    let signed = if theirs_ms < ours_ms { -seconds } else { seconds };
    (theirs_ms.abs_diff(ours_ms) > TOLERANCE_MS).then_some(signed)
}

impl Tigertally {
    /// The time of the last entry, Unix milliseconds; `None` in an empty ledger.
    ///
    /// # Errors
    /// `Store`.
    pub fn last_entry_ms(&self) -> Result<Option<u64>, StoreError> {
        let Some(last) = self.ledger_size().checked_sub(1) else { return Ok(None) };
        Ok(self.store.read(|conn| ledger::entry(conn, last))?.map(|row| row.time_ms))
    }

    /// Whether the server's clock is so far behind a time that the ledger has seen that its entries would contradict one
    /// another.
    pub fn behind(&self, seen_ms: u64) -> Option<ClockOff> {
        let ahead_s = ahead(seen_ms, self.now_ms()).filter(|ahead| *ahead > 0)?;
        Some(ClockOff { whose: Whose::Ledger, ahead_s })
    }

    /// Puts down that a clock differs.
    ///
    /// # Errors
    /// `Store`.
    pub async fn tell_of_clock(&self, off: &ClockOff) -> Result<Receipt, StoreError> {
        let (whose, name) = match &off.whose {
            Whose::Witness(name) => ("witness", name.as_str()),
            Whose::Authority(name) => ("authority", name.as_str()),
            Whose::Ledger => ("ledger", ""),
        };
        let body = Body::system().with("clock", whose).with("ahead", off.ahead_s > 0);
        let body = body.with("seconds", off.ahead_s.unsigned_abs());
        let body = if name.is_empty() { body } else { body.with("name", name) };
        self.store.append(Draft::recorded(action::CLOCK, &body)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_differ_by_five_minutes_and_no_more() {
        assert_eq!(ahead(1_000_000, 1_300_000), None);
        assert_eq!(ahead(1_300_000, 1_000_000), None);
        assert_eq!(ahead(1_300_001, 1_000_000), Some(300));
        assert_eq!(ahead(1_000_000, 1_301_000), Some(-301));
        assert_eq!(ahead(u64::MAX, 0), Some(18_446_744_073_709_551));
    }
}
