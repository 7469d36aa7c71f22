//! The server in a process of its own: this program, started again.

use std::{
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::{Router, routing::post};
use tigertally_core::{Tigertally, Unlock, clock};
use tigertally_server::Options;
use tokio::net::TcpListener;

use crate::client::Client;

/// Name of the file with the root key in a house's folder.
pub(crate) const KEY: &str = "root.key";

/// Serves the company in a folder until standard input is closed.
pub(crate) fn serve(dir: &Path) -> anyhow::Result<()> {
    let key = std::fs::read_to_string(dir.join(KEY)).context("no root key")?;
    let unlock = Unlock::Key(key.into());
    let (system, _operator) = Tigertally::open(dir, &unlock, clock::system())?;
    runtime()?.block_on(async {
        let listener = listen().await?;
        tigertally_server::serve(Arc::new(system), listener, Options::default(), until_closed()).await;
        Ok(())
    })
}

/// Serves an answer of the same size as a reveal's, and does nothing for it.
pub(crate) fn serve_nothing() -> anyhow::Result<()> {
    const ANSWER: &str = r#"{"fields":{"mobile":"13800048271"},"receipt":{"index":1234567,"time_ms":1795485600000},"rules":["owner-and-manager"]}"#;
    let handler = post(|_: String| async { ([("content-type", "application/json")], ANSWER) });
    runtime()?.block_on(async {
        let app = Router::new().route("/api/v1/customers/{no}/reveal", handler);
        let listener = axum::serve::ListenerExt::tap_io(listen().await?, |stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, app).with_graceful_shutdown(until_closed()).await?;
        Ok(())
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

async fn listen() -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    Ok(listener)
}

async fn until_closed() {
    let closed = tokio::task::spawn_blocking(|| {
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
    });
    let _ = closed.await;
}

/// A server that runs. It is stopped when this is dropped.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    pub(crate) address: SocketAddr,
    /// When the process was started.
    pub(crate) started: Instant,
}

impl Running {
    /// Starts the product's server on a folder.
    pub(crate) fn product(dir: &Path) -> anyhow::Result<Running> {
        Running::start(&["serve", "--dir", &dir.to_string_lossy()])
    }

    /// Starts the server that does nothing.
    pub(crate) fn nothing() -> anyhow::Result<Running> {
        Running::start(&["serve-nothing"])
    }

    fn start(args: &[&str]) -> anyhow::Result<Running> {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the server could not be started")?;
        let input = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let address = line.trim().parse().context("the server did not say where it listens")?;
        Ok(Running { child, input, address, started })
    }

    /// Asks until a page is answered with 200; the time since the process was started.
    pub(crate) fn until_answered(&self, path: &str) -> anyhow::Result<Duration> {
        loop {
            let answer =
                Client::connect(self.address, String::new()).and_then(|mut c| c.ask("GET", path, None));
            match answer {
                Ok((200, _)) => return Ok(self.started.elapsed()),
                other if self.started.elapsed() > Duration::from_secs(60) => {
                    anyhow::bail!("{path} is not answered: {other:?}");
                }
                _ => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    /// The process, for a profiler.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory in MB (10⁶ bytes): resident, and the part that is no file's.
    pub(crate) fn memory(&self) -> anyhow::Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let of = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        };
        let mb = |key| of(key).map(|kib| kib * 1024.0 / 1e6).context("no memory figure");
        Ok((mb("VmRSS:")?, mb("RssAnon:")?))
    }

    /// Processor time that the server used until now, in seconds.
    pub(crate) fn processor_seconds(&self) -> anyhow::Result<f64> {
        processor_seconds(self.child.id())
    }

    /// Stops the server and waits until everything is written.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.input.take();
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.input.take().is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Processor time that a process used until now, in seconds.
pub(crate) fn processor_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
    // utime and stime are fields 14 and 15; the clock ticks 100 times a second (USER_HZ).
    Ok((ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0)
}
