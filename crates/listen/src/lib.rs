//! Serves HTTP/1.1 to whoever connects, with patience that ends: a client that sends a byte a minute must not hold what
//! others need. The server and the witness listen by this.
//!
//! **Invariant:** no connection is held without a request under way for longer than [`Limits::head`], and no request waits
//! for its body longer than [`Pace`] allows. How long an answer takes is the program's own affair.

#![deny(missing_docs)]

mod paced;

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::Service, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use paced::Paced;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};

/// After the system could not give a connection (no file descriptor is left), it is asked again after so long.
const AGAIN: Duration = Duration::from_secs(1);

/// How patient the program is with those who connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the opening of a connection, or the end of an answer on it, until a request's headers are there. So it is the
    /// limit for an idle connection, too. Then the connection is closed.
    pub head: Duration,
    /// How fast a body has to come. Then the request is answered with 408, and the connection closed.
    pub pace: Pace,
    /// Most connections at once. Further ones wait, in the system's queue, until one has ended.
    pub connections: usize,
}

/// So many bytes have to come, or the body has to end, within so long a wait. Only waiting counts: what the program does
/// with a piece before it asks for the next is not the client's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes.
    pub bytes: u64,
    /// The wait.
    pub within: Duration,
}

impl Default for Limits {
    /// 30 seconds for headers; 64 KiB of a body in 30 seconds (17 kbit/s, less than any line in use); 768 connections,
    /// which leaves room below the 1,024 open files that systems commonly allow a process.
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            pace: Pace { bytes: 64 * 1024, within: Duration::from_secs(30) },
            connections: 768,
        }
    }
}

/// Serves until `stop` resolves; requests under way are finished. Handlers find the client's address as `ConnectInfo`.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let turns = Arc::new(Semaphore::new(limits.connections));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // The turn comes first: who has none yet is not accepted, and costs us nothing.
            let turn = Arc::clone(&turns).acquire_owned().await;
            (turn, accept(&listener).await)
        };
        let (turn, (stream, peer)) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        // Small answers go out at once.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let app = app.clone();
        let service = service_fn(move |request| answer(app.clone(), request, peer, limits.pace));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(turn);
        });
    }
    // Nobody else gets in while the rest is finished.
    drop(listener);
    graceful.shutdown().await;
}

/// The next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client has left already.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                sleep(AGAIN).await;
            }
        }
    }
}

/// The program's answer, or that the client was too slow: whatever the program made of a body that was cut short.
async fn answer(
    app: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    pace: Pace,
) -> Result<Response, Infallible> {
    let late = Arc::new(AtomicBool::new(false));
    let mut request = request.map(|body| Body::new(Paced::new(body, pace, Arc::clone(&late))));
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = TowerToHyperService::new(app).call(request).await?;
    Ok(match late.load(Ordering::Relaxed) {
        true => (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")]).into_response(),
        false => answer,
    })
}
