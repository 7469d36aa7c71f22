//! `tigertally ledger`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};
use tigertally_core::{AuditReport, EntryFilter, EntryRow, entry::Decision, hex, read_only};

use super::sign_in;
use crate::{args::Global, exit::Exit, folder, lang::Lang, output};

const EXAMPLE: &str = "\
Examples:
  tigertally ledger verify
  tigertally ledger verify --vkey tigertally/4f2a…+9f…+AQ… --checkpoint kept-in-march.txt
  tigertally ledger head > kept-in-march.txt
  tigertally ledger entries --as M018 --customer C00003
  tigertally ledger proof 1234 --as M018 > proof.json
  tigertally ledger export /mnt/auditor/log";

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
    Entries(Entries),
    Proof(Proof),
    Export(Export),
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

/// Print entries, newest first, to somebody whom the policy lets read the ledger
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally ledger entries --as M018 --customer C00003 --limit 20

Asked for are the password and the code of who reads; programs set TIGERTALLY_PASSWORD and TIGERTALLY_CODE.")]
struct Entries {
    /// Who reads, by staff number
    #[arg(long = "as", value_name = "STAFF_NO")]
    reader: String,
    /// Only what this person did, by staff number
    #[arg(long, value_name = "STAFF_NO")]
    staff: Option<String>,
    /// Only what concerns this customer
    #[arg(long, value_name = "CUSTOMER_NO")]
    customer: Option<String>,
    /// Only entries before this index
    #[arg(long, value_name = "INDEX")]
    before: Option<u64>,
    /// Most entries
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Print the proof that an entry is in the ledger (RFC 6962), as JSON, to somebody whom the policy lets read it
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally ledger proof 1234 --as M018 > proof.json

Asked for are the password and the code of who reads; programs set TIGERTALLY_PASSWORD and TIGERTALLY_CODE.")]
struct Proof {
    /// Index of the entry
    index: u64,
    /// Who reads, by staff number
    #[arg(long = "as", value_name = "STAFF_NO")]
    reader: String,
}

/// Write the whole log as the files of a tiled log (C2SP tlog-tiles): checkpoint, vkey, tile/…, tile/entries/…
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally ledger export --data /srv/tigertally /mnt/auditor/log

Needs no key, and works beside a running server. The entries are leaves: times, actions and salted commitments, without
what they say of anybody. Done again, it adds what is new.")]
struct Export {
    /// Folder to write to
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

impl Export {
    fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let bar = output::progress(None, lang.pick("导出账本", "exporting"));
        let entries = read_only::export(&global.data, &self.out, |entries| bar.set_position(entries))?;
        bar.finish_and_clear();
        output::print(&match lang {
            Lang::Zh => format!("已写出 {entries} 条：{}", self.out.display()),
            Lang::En => format!("{entries} entries written to {}", self.out.display()),
        })?;
        Ok(Exit::Done)
    }
}

impl Ledger {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Verify(verify) => verify.run(global, lang),
            Command::Head(Head {}) => head(global),
            Command::Entries(entries) => entries.run(global, lang).await,
            Command::Proof(proof) => proof.run(global, lang).await,
            Command::Export(export) => export.run(global, lang),
        }
    }
}

impl Verify {
    fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let read = |file: &PathBuf| fs::read_to_string(file).with_context(|| format!("{}", file.display()));
        let kept = self.checkpoint.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let bar = output::progress(None, lang.pick("验证账本", "verifying"));
        let report =
            read_only::audit(&global.data, self.vkey.as_deref(), &kept, |entries| bar.set_position(entries));
        bar.finish_and_clear();
        let report = report?;
        if self.json {
            output::json(&json!({
                "entries": report.entries,
                "root": hex(&report.root),
                "checkpoints": report.checkpoints,
                "erased": report.erased,
                "unsigned": report.unsigned,
                "fault": report.fault.as_ref().map(ToString::to_string),
            }))?;
        } else {
            output::print(&text(&report, lang))?;
        }
        // Without any checkpoint nobody vouches for anything.
        let vouched = report.entries == 0 || report.checkpoints > 0;
        Ok(if report.fault.is_some() || !vouched { Exit::Fault } else { Exit::Done })
    }
}

fn text(report: &AuditReport, lang: Lang) -> String {
    let AuditReport { entries, checkpoints, erased, .. } = report;
    let unsigned = report.unsigned;
    match (&report.fault, lang) {
        (None, Lang::Zh) if *entries > 0 && *checkpoints == 0 => {
            format!("没有任何签名检查点：{entries} 条记录无人作证")
        }
        (None, Lang::En) if *entries > 0 && *checkpoints == 0 => {
            format!("there is no signed checkpoint: nobody vouches for the {entries} entries")
        }
        (None, Lang::Zh) => format!(
            "账本完好：{entries} 条，{checkpoints} 个签名检查点，{erased} 条内容已依法删除\n\
             最后一个检查点之后 {unsigned} 条，尚无签名作证（正在运行时为最近约一秒）\n根：{}",
            hex(&report.root)
        ),
        (None, Lang::En) => format!(
            "the ledger holds: {entries} entries, {checkpoints} signed checkpoints, {erased} bodies erased\n\
             {unsigned} entries after the last checkpoint, which no signature vouches for yet (beside a running server: the \
             last second's)\nroot: {}",
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

impl Entries {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, _operator) = folder::open(global, lang)?;
        let actor = sign_in::on_the_machine(&tigertally, &self.reader, lang).await?;
        let filter = EntryFilter {
            before: self.before,
            staff: self.staff,
            customer: self.customer,
            ..EntryFilter::default()
        };
        let read = tigertally.entries(&actor, filter, self.limit.into()).await;
        tigertally.sign_out(&actor).await?;
        let (entries, next_before, _) = read?;
        if self.json {
            let items: Vec<Value> = entries.iter().map(entry_json).collect();
            output::json(&json!({ "items": items, "next_before": next_before }))?;
            return Ok(Exit::Done);
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["序号", "时间", "操作", "结果", "谁", "客户", "信息", "依据"],
            Lang::En => ["index", "time", "action", "decision", "who", "customer", "fields", "purpose"],
        });
        for entry in &entries {
            table.add_row(cells(entry, lang));
        }
        output::print(&table.to_string())?;
        Ok(Exit::Done)
    }
}

fn cells(entry: &EntryRow, lang: Lang) -> [String; 8] {
    let body = entry.body.clone().unwrap_or_default();
    let time = i64::try_from(entry.time_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let decision = match entry.decision {
        Decision::Allowed => lang.pick("允许", "allowed"),
        Decision::Denied => lang.pick("拒绝", "denied"),
        _ => "",
    };
    let customers =
        if body.customers.is_empty() { String::new() } else { format!("({})", body.customers.len()) };
    [
        entry.index.to_string(),
        time.map(|time| time.to_string()).unwrap_or_default(),
        entry.action.clone(),
        decision.to_owned(),
        body.actor,
        body.customer.unwrap_or(customers),
        body.fields.join(" "),
        body.purpose.map(|purpose| format!("{}:{}", purpose.kind, purpose.reference)).unwrap_or_default(),
    ]
}

fn entry_json(entry: &EntryRow) -> Value {
    json!({
        "index": entry.index,
        "time_ms": entry.time_ms,
        "action": entry.action,
        "denied": entry.decision == Decision::Denied,
        "body": entry.body,
        "released": entry.outcome,
    })
}

impl Proof {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, _operator) = folder::open(global, lang)?;
        let actor = sign_in::on_the_machine(&tigertally, &self.reader, lang).await?;
        let read = tigertally.proof(&actor, self.index, None).await;
        tigertally.sign_out(&actor).await?;
        let (proof, _) = read?;
        output::json(&json!({ "proof": proof, "verifier_key": tigertally.verifier_key() }))?;
        Ok(Exit::Done)
    }
}
