//! What every handler has.

use std::sync::Arc;

use tigertally_core::Tigertally;

use crate::metrics::Metrics;

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
}

impl App {
    pub(crate) fn new(tigertally: Arc<Tigertally>, options: Options) -> App {
        App(Arc::new(Inner { metrics: Metrics::new(), tigertally, options }))
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
