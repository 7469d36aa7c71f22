//! Tigertally's HTTP API and web console. It holds no key and no SQL: everything goes through [`tigertally_core`].
//!
//! `router.rs` is the table of contents. `api/` and `console/` have the same nouns. One extractor makes the actor
//! (`signed.rs`), one file turns a disclosure into bytes (`disclose.rs`), one file maps errors (`problem.rs`).

#![deny(missing_docs)]

mod address;
mod api;
mod assets;
mod console;
mod disclose;
mod evidence;
pub mod exits;
mod exports;
mod file_texts;
mod guard;
mod handovers;
mod health;
mod metrics;
mod outside;
mod pool;
mod problem;
mod proof_check;
mod router;
mod saved_as;
mod sentence;
mod signed;
mod state;
mod texts;
mod tlog;
mod upload;

use std::{future::Future, sync::Arc};

use tigertally_core::Tigertally;
use tigertally_listen::Limits;
use tokio::net::TcpListener;

pub use evidence::{Bundle, VERIFIER, make_evidence, verifier_page};
pub use router::{RouteInfo, open_routes, router, routes};
pub use state::Options;

/// Serves until `stop` resolves; requests under way are finished.
pub async fn serve(
    tigertally: Arc<Tigertally>,
    listener: TcpListener,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let app = state::App::new(tigertally, options);
    let ending = app.clone();
    tokio::spawn(outside::follow(
        Arc::clone(&app.tigertally),
        Arc::clone(&app.witnesses),
        app.ending.subscribe(),
    ));
    if !app.tigertally.witnessed() {
        tracing::warn!("no witness is named: whoever holds the keys could rewrite the ledger as a whole");
    }
    tokio::spawn(outside::watch_clock(
        Arc::clone(&app.tigertally),
        Arc::clone(&app.witnesses),
        app.ending.subscribe(),
    ));
    tokio::spawn(exports::sweep(Arc::clone(&app.tigertally), app.ending.subscribe()));
    tokio::spawn(handovers::keep_moving(Arc::clone(&app.tigertally), app.ending.subscribe()));
    tokio::spawn(pool::keep_sweeping(Arc::clone(&app.tigertally), app.ending.subscribe()));
    let mailing = tokio::spawn(outside::keep_mailing(Arc::clone(&app.tigertally), app.ending.subscribe()));
    tokio::spawn(outside::keep_stamping(Arc::clone(&app.tigertally), app.ending.subscribe()));
    let stop = async move {
        stop.await;
        ending.ending.send_replace(true);
    };
    tigertally_listen::serve(listener, router::of(app), Limits::default(), stop).await;
    // What became of the last mail is put down, or nobody would know.
    if mailing.await.is_err() {
        tracing::error!("mailing ended before the server did");
    }
}
