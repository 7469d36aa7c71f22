//! The time, as a value that is handed in: tests bring their own.

use std::sync::Arc;

/// Gives the time in Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The machine's clock.
pub fn system() -> Clock {
    Arc::new(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0))
}
