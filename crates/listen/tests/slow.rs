//! Clients that are slow, silent or many, with real sockets and small limits. Nothing here waits for a time: a test ends
//! when the other side acts, and not at all if it never does.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::ConnectInfo,
    routing::{get, post},
};
use tigertally_listen::{Limits, Pace, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, oneshot},
    task::JoinHandle,
};

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(3600);

fn limits() -> Limits {
    Limits { head: LONG, pace: Pace { bytes: 1024, within: LONG }, connections: 100 }
}

/// A running server: its address, and how it is stopped.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(app: Router, limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(async move {
        serve(listener, app, limits, async move { drop(stopped.await) }).await;
    });
    Running { address, stop, ended }
}

fn echo() -> Router {
    Router::new()
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
        .route("/echo", post(|body: String| async move { body }))
}

/// Sends this, and gives all that comes until the server closes.
async fn until_closed(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    let server = start(echo(), Limits { head: SHORT, ..limits() }).await;
    assert_eq!(until_closed(server.address, "GET / HTTP/1.1\r\nhost: a").await, "");
    assert_eq!(until_closed(server.address, "").await, "");
}

#[tokio::test]
async fn a_connection_without_a_further_request_is_closed() {
    let server = start(echo(), Limits { head: SHORT, ..limits() }).await;
    let answer = until_closed(server.address, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    assert!(!answer.contains("connection: close"), "it was kept until then: {answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_told_and_not_waited_for() {
    let pace = Pace { bytes: 1024, within: SHORT };
    let server = start(echo(), Limits { pace, ..limits() }).await;
    let head = "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n";
    let answer = until_closed(server.address, &format!("{head}half")).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"), "{answer}");
    let whole = format!("{head}whole body");
    let answer = until_closed(server.address, &whole.replace("host", "connection: close\r\nhost")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("whole body"), "{answer}");
}

/// Requests that arrive, and wait for the leave to be answered.
#[derive(Clone)]
struct Held {
    arrived: Arc<AtomicUsize>,
    leave: Arc<Semaphore>,
}

impl Held {
    fn new() -> (Held, Router) {
        let held = Held { arrived: Arc::default(), leave: Arc::new(Semaphore::new(0)) };
        let own = held.clone();
        let route = get(async move || {
            own.arrived.fetch_add(1, Ordering::SeqCst);
            own.leave.acquire().await.unwrap().forget();
        });
        (held, Router::new().route("/", route))
    }

    async fn until_arrived(&self, count: usize) {
        while self.arrived.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    }
}

const ASKED: &str = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn one_too_many_waits_until_another_has_ended() {
    let (held, app) = Held::new();
    let server = start(app, Limits { connections: 2, ..limits() }).await;
    let clients: Vec<_> = (0..3).map(|_| tokio::spawn(until_closed(server.address, ASKED))).collect();
    held.until_arrived(2).await;
    // On one thread: the third would have got in many times over.
    for _ in 0..50_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(held.arrived.load(Ordering::SeqCst), 2);
    held.leave.add_permits(1);
    held.until_arrived(3).await;
    held.leave.add_permits(2);
    for client in clients {
        assert!(client.await.unwrap().starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn what_is_under_way_is_finished_when_it_stops() {
    let (held, app) = Held::new();
    let server = start(app, limits()).await;
    let client = tokio::spawn(until_closed(server.address, ASKED));
    held.until_arrived(1).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    server.stop.send(()).unwrap();
    assert_eq!(idle.read(&mut [0]).await.unwrap_or_default(), 0, "an idle connection is closed");
    assert!(!server.ended.is_finished());
    held.leave.add_permits(1);
    assert!(client.await.unwrap().starts_with("HTTP/1.1 200"));
    server.ended.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody gets in any more");
}
