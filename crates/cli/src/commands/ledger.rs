//! `tigertally ledger`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use tigertally_core::{AuditReport, read_only};

use crate::{args::Global, exit::Exit, lang::Lang, output};

const EXAMPLE: &str = "\
Examples:
  tigertally ledger verify
  tigertally ledger verify --vkey tigertally/4f2a…+9f…+AQ… --checkpoint kept-in-march.txt
  tigertally ledger head > kept-in-march.txt";

/// The ledger: every access and every change, provable to a stranger
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(Verify),
    Head(Head),
}

/// Recompute the whole ledger from its entries up. Needs no key, writes nothing, and works beside a running server
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally ledger verify --vkey tigertally/4f2a…+9f…+AQ… --checkpoint kept-in-march.txt

Without a key and checkpoints that were kept elsewhere, a ledger that was rewritten as a whole cannot be told from a true one.")]
struct Verify {
    /// A checkpoint that was kept elsewhere; can be said several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The ledger's verification key as it was kept elsewhere (C2SP signed-note vkey) [default: the folder's own]
    #[arg(long, value_name = "KEY")]
    vkey: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Print the last signed checkpoint (C2SP tlog-checkpoint). Needs no key, and works beside a running server
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally ledger head > kept-elsewhere.txt")]
struct Head {}

impl Ledger {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Verify(verify) => verify.run(global, lang),
            Command::Head(Head {}) => head(global),
        }
    }
}

impl Verify {
    fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let read = |file: &PathBuf| fs::read_to_string(file).with_context(|| format!("{}", file.display()));
        let kept = self.checkpoint.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let bar = output::progress(None, lang.pick("验证账本", "verifying"));
        let report = read_only::audit(&global.data, self.vkey.as_deref(), &kept, |entries| bar.set_position(entries));
        bar.finish_and_clear();
        let report = report?;
        if self.json {
            output::json(&json!({
                "entries": report.entries,
                "root": hex(&report.root),
                "checkpoints": report.checkpoints,
                "erased": report.erased,
                "fault": report.fault.as_ref().map(ToString::to_string),
            }))?;
        } else {
            output::print(&text(&report, lang))?;
        }
        Ok(if report.fault.is_some() { Exit::Fault } else { Exit::Done })
    }
}

fn text(report: &AuditReport, lang: Lang) -> String {
    let AuditReport { entries, checkpoints, erased, .. } = report;
    match (&report.fault, lang) {
        (None, Lang::Zh) => format!(
            "账本完好：{entries} 条，{checkpoints} 个签名检查点，{erased} 条内容已依法删除\n根：{}",
            hex(&report.root)
        ),
        (None, Lang::En) => format!(
            "the ledger holds: {entries} entries, {checkpoints} signed checkpoints, {erased} bodies erased\nroot: {}",
            hex(&report.root)
        ),
        (Some(fault), Lang::Zh) => format!("账本有误（已读 {entries} 条）：{fault}"),
        (Some(fault), Lang::En) => format!("the ledger does not hold (after {entries} entries): {fault}"),
    }
}

fn head(global: &Global) -> anyhow::Result<Exit> {
    let file = global.data.join("checkpoint");
    let note = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    output::print(&note)?;
    Ok(Exit::Done)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
