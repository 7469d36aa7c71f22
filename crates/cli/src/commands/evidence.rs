//! `tigertally evidence`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;
use tigertally_core::{Tigertally, TrustPolicy, desk::EvidenceScope};
use tigertally_ledger::bundle::{BundleReport, Step, verify};

use super::sign_in;
use crate::{
    args::Global,
    exit::{Exit, Failure},
    folder,
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Examples:
  tigertally evidence make --customer C00003 --from 2026-10-01 --reason 'claim 17' --as M014 -o bundle.zip
  tigertally evidence verify bundle.zip
  tigertally evidence verify bundle.zip --policy their-policy.txt";

/// Evidence for a stranger: entries of the ledger with all that lets them be checked offline
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Evidence {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Make(Make),
    Verify(Verify),
}

/// Make a bundle. Nobody else may have the data folder open; beside a running server, make it in the console
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally evidence make --staff S012 --from 2026-10-01 --to 2026-11-01 --reason 'claim 17' --as M014 -o bundle.zip

Asked for are the password and the code of who makes it; programs set TIGERTALLY_PASSWORD and TIGERTALLY_CODE.")]
struct Make {
    /// What concerns this customer
    #[arg(long, value_name = "CUSTOMER_NO")]
    customer: Option<String>,
    /// What this member of staff did
    #[arg(long, value_name = "STAFF_NO")]
    staff: Option<String>,
    /// This entry; can be said several times
    #[arg(long = "entry", value_name = "INDEX")]
    entries: Vec<u64>,
    /// From this time on: a day of the company's calendar, or RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// What it is for; it is sealed
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who makes it, by staff number
    #[arg(long = "as", value_name = "STAFF_NO")]
    maker: String,
    /// Where to write it
    #[arg(short, long, value_name = "FILE", default_value = "bundle.zip")]
    out: PathBuf,
}

/// Verify a bundle from the file alone: no server, no database, no key of the company's
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally evidence verify bundle.zip --policy policy-from-the-auditor.txt

Without a policy that you were given by another way, a bundle can only vouch for its own keys: compare the key that is printed.
Exits with 0 if every step holds, with 4 if one does not.")]
struct Verify {
    /// The bundle
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// A trust policy (C2SP tlog-policy) that you were given by another way
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Evidence {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Make(make) => make.run(global, lang).await,
            Command::Verify(verify) => verify.run(lang),
        }
    }
}

impl Make {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, _operator) = folder::open(global, lang)?;
        let scope = EvidenceScope {
            customer: self.customer,
            staff: self.staff,
            entries: self.entries,
            from_ms: self.from.as_deref().map(|text| time(&tigertally, text, lang)).transpose()?,
            to_ms: self.to.as_deref().map(|text| time(&tigertally, text, lang)).transpose()?,
        };
        let actor = sign_in::on_the_machine(&tigertally, &self.maker, lang).await?;
        let made = tigertally_server::make_evidence(&tigertally, &actor, scope, &self.reason).await;
        tigertally.sign_out(&actor).await?;
        let made = made?;
        fs::write(&self.out, &made.bytes).with_context(|| format!("{}", self.out.display()))?;
        output::print(&match lang {
            Lang::Zh => format!("已写出 {}（入账第 {} 条）", self.out.display(), made.receipt.index),
            Lang::En => {
                format!("{} written (entry {} of the ledger)", self.out.display(), made.receipt.index)
            }
        })?;
        if !made.on_paper {
            output::print(lang.pick(
                "证据包里没有 PDF 报告：本机没有中文字体。安装 fonts-noto-cjk 软件包后重新制作即可",
                "the bundle has no PDF of the report: this machine has no font for Chinese. Install the package fonts-noto-cjk and make it again",
            ))?;
        }
        Ok(Exit::Done)
    }
}

/// A day or moment in the company's time zone, or a time as RFC 3339, in Unix milliseconds.
fn time(tigertally: &Tigertally, text: &str, lang: Lang) -> anyhow::Result<u64> {
    let stamp = || u64::try_from(text.parse::<Timestamp>().ok()?.as_millisecond()).ok();
    stamp().or_else(|| tigertally.moment_ms(text)).ok_or_else(|| {
        Failure::error(
            Exit::Usage,
            lang.pick(
                "时间应为 2026-10-01、2026-10-01T09:00 或 2026-10-01T01:00:00Z 的形式",
                "a time is written 2026-10-01, 2026-10-01T09:00 or 2026-10-01T01:00:00Z",
            ),
        )
    })
}

impl Verify {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let zip = fs::read(&self.bundle).with_context(|| format!("{}", self.bundle.display()))?;
        let policy = match &self.policy {
            Some(file) => {
                let text = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
                Some(TrustPolicy::parse(&text)?)
            }
            None => None,
        };
        let report = verify(&zip, policy.as_ref());
        if self.json {
            output::json(&json_of(&report))?;
        } else {
            output::print(&text_of(&report, lang))?;
        }
        Ok(if report.holds() { Exit::Done } else { Exit::Fault })
    }
}

fn name_of(step: Step, lang: Lang) -> &'static str {
    let (zh, en) = match step {
        Step::Container => ("容器的格式，文件数", "form of the container; files"),
        Step::Keys => ("公钥与信任策略", "keys and trust policy"),
        Step::Manifest => ("清单的签名与各文件的哈希", "signature of the manifest, hash of every file"),
        Step::Checkpoint => ("检查点的签名与联署，笔数", "signatures of the checkpoint; entries"),
        Step::Entries => {
            ("每笔内容与叶子的承诺（括号内为已销毁）", "bodies against what their leaves commit to (erased)")
        }
        Step::Inclusion => ("每笔记录在检查点的树中", "entries in the tree of the checkpoint"),
        Step::Newer => ("更新的检查点延续它", "a newer checkpoint"),
        Step::TimeStamps => ("时间戳", "time stamps"),
    };
    lang.pick(zh, en)
}

fn text_of(report: &BundleReport, lang: Lang) -> String {
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|finding| match &finding.outcome {
            Ok(told) => format!("✓ {}  {told}", name_of(finding.step, lang)),
            Err(fault) => format!("✗ {}  {fault}", name_of(finding.step, lang)),
        })
        .collect();
    if report.holds() && report.cosignatures.is_empty() {
        lines.push(
            lang.pick("  – 没有见证方联署：账本未被整体重写，只由公司自己的签名支持", "  – no witness cosigned: that the ledger was not rewritten as a whole rests on the company's own signature").to_owned(),
        );
    }
    if report.holds() && report.stamps.is_empty() {
        lines.push(
            lang.pick(
                "  – 没有时间戳：时间只是公司自己的时钟",
                "  – no time stamp: the times are those of the company's own clock",
            )
            .to_owned(),
        );
    }
    lines.extend(report.cosignatures.iter().map(|(name, time_s)| {
        format!("  {} {name}  {}", lang.pick("见证方", "witness"), time_of(time_s.saturating_mul(1000)))
    }));
    lines.extend(report.stamps.iter().map(|stamp| {
        let below = lang.pick("序号小于", "entries below");
        format!(
            "  {} {}  {}  {below} {}",
            lang.pick("时间戳", "time stamp"),
            stamp.authority,
            time_of(stamp.time_ms),
            stamp.size
        )
    }));
    lines.push(
        lang.pick(
            match report.holds() {
                true => "证据包核验通过",
                false => "证据包核验不通过",
            },
            match report.holds() {
                true => "the bundle holds",
                false => "the bundle does not hold",
            },
        )
        .to_owned(),
    );
    if report.holds() {
        lines.push(
            lang.pick(
                "未核验：报告和 verify.html 的文字是公司的陈述；是否为全部记录；时间的先后只到相邻时间戳为止",
                "not verified: the words of the reports and of verify.html, which are the company's; whether these are all entries; times between two time stamps",
            )
            .to_owned(),
        );
    }
    if report.holds() && !report.stamps.is_empty() {
        lines.push(
            lang.pick(
                "时间戳机构的根证书来自证据包自身（stamps/*/anchors.pem）：请与该机构公布的根证书对照",
                "the root certificates of the time-stamp authorities are the bundle's own (stamps/*/anchors.pem): compare them with those that the authority publishes",
            )
            .to_owned(),
        );
    }
    if !report.policy_from_outside && report.holds() {
        lines.push(
            lang.pick(
                "公钥来自证据包自身：请与您通过其他途径得到的公钥对照，或用 --policy 指定",
                "the keys are the bundle's own: compare them with those that you were given by another way, or give --policy",
            )
            .to_owned(),
        );
    }
    lines.join("\n")
}

fn json_of(report: &BundleReport) -> serde_json::Value {
    let findings = report.findings.iter().map(|finding| {
        json!({
            "step": format!("{:?}", finding.step).to_lowercase(),
            "holds": finding.outcome.is_ok(),
            "found": finding.outcome.as_ref().ok(),
            "fault": finding.outcome.as_ref().err(),
        })
    });
    json!({
        "holds": report.holds(),
        "steps": findings.collect::<Vec<_>>(),
        "key": report.key.as_ref().map(ToString::to_string),
        "policy_from_outside": report.policy_from_outside,
        "manifest": report.manifest,
        "witnesses": report.cosignatures.iter().map(|(name, time_s)| json!({ "name": name, "time_s": time_s })).collect::<Vec<_>>(),
        "stamps": report.stamps.iter().map(|stamp| json!({ "authority": stamp.authority, "time_ms": stamp.time_ms, "size": stamp.size })).collect::<Vec<_>>(),
    })
}

fn time_of(ms: u64) -> String {
    let time = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}
