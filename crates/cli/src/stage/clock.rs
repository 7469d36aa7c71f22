//! The clock of the stage: it stands until it is set on, and never passes now.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tigertally_core::clock::Clock;

/// A clock that is set on by hand.
pub(super) struct StageClock {
    time_ms: Arc<AtomicU64>,
    now_ms: u64,
}

impl StageClock {
    /// A clock that stands at `start_ms`, and can come as far as `now_ms`. Unix milliseconds.
    pub(super) fn new(start_ms: u64, now_ms: u64) -> StageClock {
        StageClock { time_ms: Arc::new(AtomicU64::new(start_ms)), now_ms }
    }

    /// The same clock, as the core takes it.
    pub(super) fn clock(&self) -> Clock {
        let time_ms = Arc::clone(&self.time_ms);
        Arc::new(move || time_ms.load(Ordering::Relaxed))
    }

    /// Comes to a time, unless it has passed already. False when it lies beyond now: then nothing changes.
    pub(super) fn reach(&self, time_ms: u64) -> bool {
        if time_ms > self.now_ms {
            return false;
        }
        self.time_ms.fetch_max(time_ms, Ordering::Relaxed);
        true
    }

    /// Lets some time pass, up to now.
    pub(super) fn pass(&self, ms: u64) {
        let later = self.time_ms.load(Ordering::Relaxed) + ms;
        self.reach(later.min(self.now_ms));
    }

    /// Comes to now.
    pub(super) fn come_to_now(&self) {
        self.reach(self.now_ms);
    }
}
