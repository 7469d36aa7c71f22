//! Watches the server's own clock: one that was set back makes entries that contradict those before.

use std::{sync::Arc, time::Duration};

use tigertally_core::Tigertally;
use tokio::{sync::watch, time::sleep};

use super::WitnessBoard;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(15);

/// Watches until `ending` becomes true. It is put down once, until the clock is right again.
pub(crate) async fn watch_clock(
    tigertally: Arc<Tigertally>,
    board: Arc<WitnessBoard>,
    mut ending: watch::Receiver<bool>,
) {
    let mut seen_ms = 0;
    let mut told = false;
    loop {
        match tigertally.last_entry_ms() {
            Ok(last_ms) => seen_ms = seen_ms.max(last_ms.unwrap_or_default()).max(tigertally.now_ms()),
            Err(error) => tracing::error!(%error, "the last entry cannot be read"),
        }
        let off = tigertally.behind(seen_ms);
        board.set_behind(off.as_ref().map(|off| off.ahead_s));
        match off {
            Some(off) if !told => {
                tracing::error!(seconds = off.ahead_s, "this clock is behind the ledger's last entry");
                match tigertally.tell_of_clock(&off).await {
                    Ok(_) => told = true,
                    Err(error) => tracing::error!(%error, "that the clock is behind could not be put down"),
                }
            }
            Some(_) => {}
            None => told = false,
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}
