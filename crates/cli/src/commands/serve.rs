//! `tigertally serve`

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use clap::{Args, ValueEnum};
use tigertally_core::Tigertally;
use tigertally_server::Options;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::{
    args::Global,
    exit::{Exit, Failure},
    folder,
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Example:
  tigertally serve --data /srv/tigertally --root-key /etc/tigertally/root.key --listen 127.0.0.1:8321

Filters of the log are taken from TIGERTALLY_LOG (such as info, or tigertally_core=debug).";

/// How long requests under way may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(5);
/// A machine that slept counts its hours wrong, so the clock is looked at this often.
const LOOK: Duration = Duration::from_secs(600);

/// Serve the console and the API
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Serve {
    #[command(flatten)]
    listen: Listen,
    /// How the log is written, to standard error
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// Where to listen.
#[derive(Args)]
pub(crate) struct Listen {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8321")]
    listen: SocketAddr,
    /// A proxy in front terminates TLS and sets X-Forwarded-For: cookies are marked Secure, and the last forwarded
    /// address counts as the client's
    #[arg(long)]
    behind_proxy: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Log {
    /// Lines for people
    Text,
    /// A JSON object a line
    Json,
}

impl Serve {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        start_log(self.log);
        self.listen.check(lang)?;
        let (tigertally, _operator) = folder::open(global, lang)?;
        let listener = self.listen.bind(lang).await?;
        let stop = Stop::heard()?;
        output::print(&format!("http://{}", listener.local_addr()?))?;
        self.listen.serve(tigertally, listener, stop).await
    }
}

impl Listen {
    /// Refuses an address that would send passwords over a network in clear.
    pub(crate) fn check(&self, lang: Lang) -> anyhow::Result<()> {
        if self.behind_proxy || self.listen.ip().is_loopback() {
            return Ok(());
        }
        Err(Failure::error(
            Exit::Usage,
            lang.pick(
                "该地址可从其他机器访问，而本服务不带 TLS，密码会以明文传输：请只监听 127.0.0.1，\
                 或在前面放一个终结 TLS 的代理并加上 --behind-proxy",
                "this address can be reached from other machines, and the server speaks no TLS: passwords would \
                 travel in clear. Listen on 127.0.0.1, or put a proxy that terminates TLS in front and say \
                 --behind-proxy",
            ),
        ))
    }

    /// Takes the port.
    pub(crate) async fn bind(&self, lang: Lang) -> anyhow::Result<TcpListener> {
        let what = lang.pick("无法监听", "cannot listen on");
        TcpListener::bind(self.listen).await.with_context(|| format!("{what} {}", self.listen))
    }

    /// Serves until it is asked to stop. What is under way is finished, within a grace.
    pub(crate) async fn serve(
        &self,
        tigertally: Arc<Tigertally>,
        listener: TcpListener,
        mut stop: Stop,
    ) -> anyhow::Result<Exit> {
        let options = Options { https: self.behind_proxy, proxied: self.behind_proxy };
        let retiering = tokio::spawn(retier_daily(Arc::clone(&tigertally)));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let server = tigertally_server::serve(tigertally, listener, options, async {
            let _ = ended.await;
        });
        tokio::select! {
            () = server => {}
            () = async {
                stop.asked().await;
                tracing::info!("stopping");
                let _ = end.send(());
                tokio::time::sleep(GRACE).await;
            } => {}
        }
        retiering.abort();
        Ok(Exit::Done)
    }
}

/// The log goes to standard error: standard output is for what was asked.
pub(crate) fn start_log(form: Log) {
    let filter = EnvFilter::try_from_env("TIGERTALLY_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    match form {
        Log::Text => builder.init(),
        Log::Json => builder.json().init(),
    }
}

/// SIGINT and SIGTERM, heard from the moment that this is made.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    /// Begins to listen: before the address is told, so that nobody can ask too early.
    pub(crate) fn heard() -> anyhow::Result<Stop> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Stop { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
        }
        #[cfg(not(unix))]
        Ok(Stop {})
    }

    /// Waits until a stop is asked for.
    pub(crate) async fn asked(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Puts customers in the tier that their last twelve months say: at the start, and after each midnight of the company.
async fn retier_daily(tigertally: Arc<Tigertally>) {
    loop {
        let day = tigertally.today();
        match tigertally.retier(None).await {
            Ok(done) => tracing::info!(
                recalculated = done.recalculated,
                moves = done.moves.len(),
                "tiers are up to date"
            ),
            Err(error) => tracing::error!(%error, "customers could not be put in their tiers"),
        }
        while tigertally.today() == day {
            let now = tigertally.zoned(tigertally.now_ms());
            let midnight = now.tomorrow().and_then(|tomorrow| tomorrow.start_of_day());
            let left = midnight
                .ok()
                .and_then(|midnight| now.duration_until(&midnight).try_into().ok())
                .unwrap_or(LOOK);
            tokio::time::sleep(left.min(LOOK) + Duration::from_millis(50)).await;
        }
    }
}
