//! `tigertally witness`

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use tigertally_witness::Witness as Opened;
use tokio::net::TcpListener;

use super::serve::{Log, Stop, start_log};
use crate::{exit::Exit, lang::Lang, output};

const EXAMPLE: &str = "\
Examples:
  tigertally witness init --folder /srv/witness --name witness.example.com/w1
  tigertally witness add-log --folder /srv/witness tigertally/4f2a…+9f…+AQ…
  tigertally witness serve --folder /srv/witness --listen 127.0.0.1:8400
  tigertally witness status --folder /srv/witness";

/// Be a witness of somebody else's ledger: cosign its checkpoints as long as each continues the one before
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Witness {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Folder {
    /// The witness's own folder: its keys and its state
    #[arg(long, value_name = "DIR", env = "TIGERTALLY_WITNESS", default_value = "witness")]
    folder: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    Init(Init),
    AddLog(AddLog),
    Serve(Serve),
    Status(Status),
}

/// Make the witness's key, and print it: whoever is to trust this witness puts it in their policy
#[derive(Args)]
#[command(
    after_help = "Example:\n  tigertally witness init --folder /srv/witness --name witness.example.com/w1"
)]
struct Init {
    #[command(flatten)]
    folder: Folder,
    /// Name of the witness: an address without its scheme, such as witness.example.com/w1
    #[arg(long)]
    name: String,
    /// Make a second, post-quantum key (ML-DSA-44), and cosign with both
    #[arg(long)]
    post_quantum: bool,
}

/// Take up a log by its verification key, as its owner gave it to you by a way that you trust
#[derive(Args)]
#[command(
    after_help = "Example:\n  tigertally witness add-log --folder /srv/witness tigertally/4f2a…+9f…+AQ…"
)]
struct AddLog {
    #[command(flatten)]
    folder: Folder,
    /// The log's key (C2SP signed-note vkey)
    #[arg(value_name = "KEY")]
    key: String,
}

/// Serve add-checkpoint requests (C2SP tlog-witness). Put a proxy that terminates TLS in front to be reached from elsewhere
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally witness serve --folder /srv/witness --listen 127.0.0.1:8400")]
struct Serve {
    #[command(flatten)]
    folder: Folder,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8400")]
    listen: SocketAddr,
    /// How the log is written, to standard error
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// Print the keys, the logs with the last size cosigned, and how many attempts contradict them
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally witness status --folder /srv/witness --json")]
struct Status {
    #[command(flatten)]
    folder: Folder,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Witness {
    pub(crate) async fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Init(init) => {
                let keys = Opened::init(&init.folder.folder, &init.name, init.post_quantum)?;
                keys.iter().try_for_each(|key| output::print(&key.to_string()))?;
            }
            Command::AddLog(add) => {
                let key = tigertally_ledger::VerifierKey::parse(add.key.trim())
                    .context(lang.pick("日志公钥格式不对", "this is no key of a log"))?;
                Opened::add_log(&add.folder.folder, key)?;
            }
            Command::Serve(serve) => return serve.run(lang).await,
            Command::Status(status) => return status.run(lang),
        }
        Ok(Exit::Done)
    }
}

impl Serve {
    async fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        start_log(self.log);
        let witness = Arc::new(Opened::open(&self.folder.folder)?);
        let what = lang.pick("无法监听", "cannot listen on");
        let listener =
            TcpListener::bind(self.listen).await.with_context(|| format!("{what} {}", self.listen))?;
        let mut stop = Stop::heard()?;
        output::print(&format!("http://{}", listener.local_addr()?))?;
        tigertally_witness::serve(witness, listener, async move { stop.asked().await }).await;
        Ok(Exit::Done)
    }
}

impl Status {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let keys = Opened::keys(&self.folder.folder)?;
        let (logs, attempts) = Opened::status(&self.folder.folder)?;
        if self.json {
            let logs: Vec<_> = logs
                .iter()
                .map(|state| json!({ "origin": state.log.key.name(), "key": state.log.key.to_string(), "size": state.log.size }))
                .collect();
            let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
            output::json(&json!({ "keys": keys, "logs": logs, "attempts": attempts }))?;
            return Ok(if attempts > 0 { Exit::Fault } else { Exit::Done });
        }
        for key in &keys {
            output::print(&key.to_string())?;
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["日志", "已联署到"],
            Lang::En => ["log", "cosigned up to"],
        });
        for state in &logs {
            table.add_row([state.log.key.name().to_owned(), state.log.size.to_string()]);
        }
        output::print(&table.to_string())?;
        if attempts > 0 {
            output::print(&match lang {
                Lang::Zh => format!("有 {attempts} 次请求与已联署的内容矛盾，证据在 attempts 目录"),
                Lang::En => format!(
                    "{attempts} requests contradict what was cosigned; they are kept in the folder attempts"
                ),
            })?;
            return Ok(Exit::Fault);
        }
        Ok(Exit::Done)
    }
}
