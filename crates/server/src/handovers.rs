//! Moving what was approved, beside what else goes on: customers go to those who signed for them.

use std::{sync::Arc, time::Duration};

use tigertally_core::Tigertally;
use tokio::sync::watch;

/// How often it is looked whether something was approved.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Moves approved hand-overs until the server ends; what an earlier run left half done goes on.
pub(crate) async fn keep_moving(tigertally: Arc<Tigertally>, mut ending: watch::Receiver<bool>) {
    loop {
        match tigertally.move_handovers(None).await {
            Ok(moved) if moved.moved > 0 => {
                tracing::info!(customers = moved.moved, tasks = moved.tasks, "a hand-over was moved");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a hand-over could not be moved"),
        }
        tokio::select! {
            _ = ending.wait_for(|ending| *ending) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
