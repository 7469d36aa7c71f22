//! The witness over HTTP (C2SP tlog-witness).

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tigertally_ledger::Refusal;
use tigertally_listen::Limits;
use tokio::net::TcpListener;

use crate::{Answer, Witness};

/// A request is a checkpoint and at most 63 hashes; signatures after quantum computers take a few kilobytes each.
const MAX_BODY: usize = 256 * 1024;

/// Serves until `stop` resolves.
pub async fn serve(witness: Arc<Witness>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let app = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(witness);
    tigertally_listen::serve(listener, app, Limits::default(), stop).await;
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: String) -> Response {
    // It waits for the disk.
    let answered = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match answered.unwrap_or(Answer::Failed) {
        Answer::Cosigned(lines) => lines.into_response(),
        Answer::UnknownLog => (StatusCode::NOT_FOUND, "the log is not known\n").into_response(),
        Answer::Failed => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the state could not be stored\n").into_response()
        }
        // "The response body MUST consist of the tree size of the latest cosigned checkpoint in decimal."
        Answer::Refused(Refusal::Behind(size)) => {
            (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n"))
                .into_response()
        }
        Answer::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, format!("{refusal}\n")).into_response()
        }
    }
}
