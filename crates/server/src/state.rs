//! What every handler has.

use std::{sync::Arc, time::Duration};

use parking_lot::RwLock;
use tigertally_core::{AuditReport, Tigertally, entry::Receipt};
use tokio::sync::{Semaphore, watch};

use crate::{metrics::Metrics, outside::WitnessBoard, upload};

/// How the server is reached.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Browsers reach it over HTTPS (by a proxy in front): cookies are marked `Secure`.
    pub https: bool,
    /// A proxy in front sets `X-Forwarded-For`: its last address is the client's.
    pub proxied: bool,
}

/// What every handler has.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) tigertally: Arc<Tigertally>,
    pub(crate) options: Options,
    pub(crate) metrics: Metrics,
    /// Turns to hold an uploaded file in memory.
    pub(crate) uploads: Arc<Semaphore>,
    /// What the last verification of the ledger found, since the start.
    pub(crate) verified: RwLock<Option<Verified>>,
    /// What is known of the witnesses.
    pub(crate) witnesses: Arc<WitnessBoard>,
    /// Becomes true when the server is to end: feeds end then, too.
    pub(crate) ending: watch::Sender<bool>,
}

/// A verification of the ledger.
pub(crate) struct Verified {
    pub(crate) report: AuditReport,
    pub(crate) receipt: Receipt,
    pub(crate) took: Duration,
}

impl App {
    pub(crate) fn new(tigertally: Arc<Tigertally>, options: Options) -> App {
        App(Arc::new(Inner {
            tigertally,
            options,
            metrics: Metrics::new(),
            uploads: Arc::new(Semaphore::new(upload::AT_ONCE)),
            verified: RwLock::new(None),
            witnesses: Arc::default(),
            ending: watch::Sender::new(false),
        }))
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
