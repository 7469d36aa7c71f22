//! What happens by itself as time passes: customers whom nobody follows up fall into the public pool, shares end on their
//! day, access lapses that nobody confirms. Looked after from time to time, beside what else goes on.

use std::{sync::Arc, time::Duration};

use tigertally_core::Tigertally;
use tokio::sync::watch;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Sweeps at the start and then each hour, until the server ends.
pub(crate) async fn keep_sweeping(tigertally: Arc<Tigertally>, mut ending: watch::Receiver<bool>) {
    loop {
        if let Err(error) = tigertally.sweep_pool().await {
            tracing::warn!(%error, "customers could not fall into the pool");
        }
        if let Err(error) = tigertally.sweep_shares().await {
            tracing::warn!(%error, "shares could not be ended");
        }
        if let Err(error) = tigertally.lapse_reviews().await {
            tracing::warn!(%error, "access that nobody confirmed could not lapse");
        }
        if let Err(error) = tigertally.sweep_bulks().await {
            tracing::warn!(%error, "what was done with many customers could not be cleared away");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}
