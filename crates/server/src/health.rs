//! Whether the program lives, and whether it could serve.

use axum::{extract::State, http::StatusCode};

use crate::state::App;

/// `GET /healthz`: the program answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the ledger can be written, so the gate is open.
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.tigertally.ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the ledger cannot be written\n")
    }
}
