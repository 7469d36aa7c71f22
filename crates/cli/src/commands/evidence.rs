//! `tigertally evidence`

use std::{fs, path::PathBuf, sync::LazyLock};

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::json;
use tigertally_core::{
    Tigertally, TrustPolicy,
    desk::{EvidenceScope, indexes},
};
use tigertally_ledger::{
    Revocation,
    bundle::{
        self, BundleReport, Fault, Finding, Mark, Outcome, Outside, OutsideKey, ReadEntry, Step, unpack,
        verify,
    },
    hex, pem_certificates,
};

use super::sign_in;
use crate::{
    args::Global,
    exit::{Exit, Failure},
    folder,
    lang::Lang,
    output::{self, foreign},
};

const EXAMPLE: &str = "\
Examples:
  tigertally evidence make --customer C00003 --from 2026-10-01 --reason 'claim 17' --as M014 -o bundle.zip
  tigertally evidence make --entries 1000-2000 --reason 'claim 17' --as M014 -o bundle.zip
  tigertally evidence verify bundle.zip
  tigertally evidence verify bundle.zip --policy their-policy.txt --tsa-anchors their-roots.pem --entries";

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
    /// What concerns this customer alone. Entries that name many customers (pages of lists, imports, rows of exports) are
    /// not among it: take these by member of staff or by index
    #[arg(long, value_name = "CUSTOMER_NO")]
    customer: Option<String>,
    /// What this member of staff did
    #[arg(long, value_name = "STAFF_NO")]
    staff: Option<String>,
    /// This entry; can be said several times
    #[arg(long = "entry", value_name = "INDEX")]
    entries: Vec<u64>,
    /// All entries from one index to another, so that whoever reads the bundle sees that nothing is missing between; can
    /// be said several times
    #[arg(long = "entries", value_name = "FROM-TO")]
    stretches: Vec<String>,
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
  tigertally evidence verify bundle.zip --policy policy-from-the-auditor.txt --tsa-anchors roots-of-the-authority.pem

A bundle can only vouch for its own keys. What you were given by another way is compared: the log's key (--key), the trust
policy with the witnesses (--policy), the roots of the time-stamp authorities (--tsa-anchors).
Exits with 0 if every step holds, with 4 if one does not.")]
struct Verify {
    /// The bundle
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// The log's verifier key, or its SHA-256 fingerprint, that you were given by another way
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A trust policy (C2SP tlog-policy) that you were given by another way
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Root certificates (PEM) of time-stamp authorities that you were given by another way
    #[arg(long, value_name = "FILE")]
    tsa_anchors: Option<PathBuf>,
    /// List the entries, too, each with the time that it claims and those that others vouch for
    #[arg(long)]
    entries: bool,
    /// Print JSON, entries included
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
        let mut entries = self.entries;
        entries.extend(indexes(&self.stretches.join(" ")).ok_or_else(|| {
            let told = lang.pick("--entries 应为 1000-2000 的形式", "--entries is written 1000-2000");
            Failure::error(Exit::Usage, told)
        })?);
        let scope = EvidenceScope {
            customer: self.customer,
            staff: self.staff,
            entries,
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
        let text_of =
            |file: &PathBuf| fs::read_to_string(file).with_context(|| format!("{}", file.display()));
        let outside = Outside {
            key: self.key.as_deref().map(OutsideKey::parse).transpose()?,
            policy: self
                .policy
                .as_ref()
                .map(|file| Ok::<_, anyhow::Error>(TrustPolicy::parse(&text_of(file)?)?))
                .transpose()?,
            anchors: self
                .tsa_anchors
                .as_ref()
                .map(|file| Ok::<_, anyhow::Error>(pem_certificates(&text_of(file)?)?))
                .transpose()?,
        };
        let shown = Shown { report: verify(&zip, &outside), page: page_of(&zip), lang };
        if self.json {
            output::json(&shown.json())?;
        } else {
            output::print(&shown.text(self.entries))?;
        }
        Ok(if shown.report.holds() { Exit::Done } else { Exit::Fault })
    }
}

/// What the page inside a bundle is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Missing,
    OfThisRelease,
    Another,
}

/// Whether the page inside the bundle is the one that this release puts into one.
fn page_of(zip: &[u8]) -> Page {
    let files = unpack(zip).unwrap_or_default();
    match files.get(tigertally_server::VERIFIER) {
        None => Page::Missing,
        Some(page) if tigertally_server::verifier_page().as_deref() == Some(page.as_slice()) => {
            Page::OfThisRelease
        }
        Some(_) => Page::Another,
    }
}

/// A report on its way to the reader.
struct Shown {
    report: BundleReport,
    page: Page,
    lang: Lang,
}

impl Shown {
    /// Words that the page of the bundle uses, too.
    fn word(&self, path: &[&str]) -> String {
        static WORDS: LazyLock<serde_json::Value> =
            LazyLock::new(|| serde_json::from_str(bundle::WORDS).unwrap_or_default());
        let found = path.iter().fold(&*WORDS, |value, name| &value[*name]);
        found.as_str().unwrap_or_default().to_owned()
    }

    fn step_word(&self, step: Step, word: &str) -> String {
        self.word(&["steps", &name_of(step), self.lang.pick("zh", "en"), word])
    }

    fn fault(&self, fault: &Fault) -> String {
        let sentence = self.word(&["faults", fault.code, self.lang.pick("zh", "en")]);
        fault
            .data
            .iter()
            .fold(sentence, |text, (name, value)| text.replace(&format!("{{{name}}}"), &foreign(value)))
    }

    fn text(&self, with_entries: bool) -> String {
        let mut lines: Vec<String> =
            self.report.findings.iter().map(|finding| self.finding(finding)).collect();
        lines.extend(self.vouching());
        if with_entries {
            lines.push(String::new());
            lines.extend(self.report.entries.iter().map(|entry| self.entry(entry)));
        }
        lines.push(String::new());
        lines.push(
            match self.report.holds() {
                true => self.lang.pick("证据包核验通过", "the bundle holds"),
                false => self.lang.pick("证据包核验不通过", "the bundle does not hold"),
            }
            .to_owned(),
        );
        lines.extend(self.cautions().into_iter().map(|caution| format!("  – {caution}")));
        lines.join("\n")
    }

    fn finding(&self, Finding { step, outcome }: &Finding) -> String {
        let name = self.step_word(*step, "name");
        match outcome {
            Outcome::Holds { .. } if *step == Step::Checkpoint && !self.report.witnessed => format!(
                "✓ {name}  {}",
                self.lang.pick(
                    "公司已签名；信任策略不要求见证方联署",
                    "signed by the company; the policy asks for no witness"
                )
            ),
            Outcome::Holds { count, of } => {
                let told = self.step_word(*step, "holds").replace("{n}", &count.to_string());
                format!("✓ {name}  {}", told.replace("{of}", &of.unwrap_or_default().to_string()))
            }
            Outcome::Absent => format!("– {name}  {}", self.step_word(*step, "absent")),
            Outcome::Fails(fault) => format!("✗ {name}  {}", self.fault(fault)),
            Outcome::Unchecked => format!("? {name}  {}", self.lang.pick("未核验", "not checked")),
        }
    }

    /// Who vouches, and since when.
    fn vouching(&self) -> Vec<String> {
        let lang = self.lang;
        let mut lines = Vec::new();
        if let Some(key) = &self.report.key {
            lines.push(String::new());
            lines.push(format!("  {} {}", lang.pick("账本公钥", "log key"), foreign(&key.to_string())));
            lines.push(format!(
                "  {} {}",
                lang.pick("指纹（SHA-256）", "fingerprint (SHA-256)"),
                hex(&key.fingerprint())
            ));
        }
        lines.extend(self.report.cosignatures.iter().map(|(name, time_s)| {
            let time = time_of(time_s.saturating_mul(1000));
            format!("  {} {}  {time}", lang.pick("见证方", "witness"), foreign(name))
        }));
        for stamp in &self.report.stamps {
            let below = lang.pick("序号小于", "entries below");
            let revocation = match stamp.revocation {
                Revocation::Chain { .. } => lang.pick("整条证书链未被吊销", "the chain was not revoked"),
                Revocation::Signer { .. } => {
                    lang.pick("签名证书未被吊销", "the signer's certificate was not revoked")
                }
                Revocation::Unknown => {
                    lang.pick("未附吊销列表，吊销与否无从核验", "no revocation list came with it")
                }
            };
            lines.push(format!(
                "  {} {}  {}  {below} {}  {revocation}",
                lang.pick("时间戳", "time stamp"),
                foreign(&stamp.authority),
                time_of(stamp.time_ms),
                stamp.size
            ));
            lines.push(format!(
                "    {} {}",
                lang.pick("根证书 SHA-256", "root certificate SHA-256"),
                hex(&stamp.root_sha256)
            ));
        }
        lines
    }

    /// An entry on a line: what it says of itself, and the times that others vouch for.
    fn entry(&self, entry: &ReadEntry) -> String {
        let lang = self.lang;
        let (after, before) = self.report.interval(entry.index);
        let between = [
            after.map(|mark| {
                format!("{} {} {}", lang.pick("晚于", "after"), foreign(&mark.name), time_of(mark.time_ms))
            }),
            before.map(|mark| {
                format!("{} {} {}", lang.pick("早于", "before"), foreign(&mark.name), time_of(mark.time_ms))
            }),
        ];
        let told = match (&entry.body, &entry.erased) {
            (Some(body), _) => foreign(body),
            (None, Some(erased)) => match lang {
                Lang::Zh => format!("（内容已于 {} 依第 {} 笔记录销毁）", erased.time, erased.entry),
                Lang::En => format!("(erased {} by order of entry {})", erased.time, erased.entry),
            },
            (None, None) => String::new(),
        };
        let leaf = &entry.leaf;
        let decision = format!("{:?}", leaf.decision).to_lowercase();
        let between = between.into_iter().flatten().collect::<Vec<_>>().join(lang.pick("，", ", "));
        format!(
            "{}  {}  {}  {decision}\n    {between}\n    {told}",
            entry.index,
            time_of(leaf.time_ms),
            leaf.action
        )
    }

    /// What the reader has to know of a bundle that holds.
    fn cautions(&self) -> Vec<&'static str> {
        let report = &self.report;
        if !report.holds() {
            return Vec::new();
        }
        let told = |when: bool, zh, en| when.then(|| self.lang.pick(zh, en));
        [
            told(
                !report.compared.log,
                "账本公钥来自证据包自身：请与您通过其他途径得到的对照，或用 --key、--policy 指定",
                "the log's key is the bundle's own: compare it with the one that you were given by another way, or give --key or --policy",
            ),
            told(
                !report.witnessed,
                "没有见证方联署：账本未被整体重写，只由公司自己的签名支持",
                "no witness cosigned: that the ledger was not rewritten as a whole rests on the company's own signature",
            ),
            told(
                report.witnessed && !report.compared.witnesses,
                "见证方的公钥来自证据包自身，公司也可以自己冒充见证方：请用 --policy 指定您从见证方得到的信任策略",
                "the witnesses' keys are the bundle's own, and a company could play its own witness: give --policy with what you were given by the witnesses",
            ),
            told(
                report.stamps.is_empty(),
                "没有时间戳：时间只是公司自己和见证方的时钟",
                "no time stamp: the times are those of the company's own clock and of the witnesses",
            ),
            told(
                !report.stamps.is_empty() && !report.compared.authorities,
                "时间戳机构的根证书来自证据包自身，未经确认：请与该机构公布的对照，或用 --tsa-anchors 指定",
                "the roots of the time-stamp authorities are the bundle's own and not confirmed: compare them with those that the authority publishes, or give --tsa-anchors",
            ),
            told(
                self.page == Page::Another,
                "包内的 verify.html 不是本版本附带的页面：请只信本命令的结果",
                "the verify.html inside is not the page of this release: believe this command, not that page",
            ),
            told(
                true,
                "未核验：报告的文字是公司的陈述；是否为全部记录；两个外部时间之间的确切时刻",
                "not verified: the words of the reports, which are the company's; whether these are all entries; the exact moment between two times from outside",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn json(&self) -> serde_json::Value {
        let report = &self.report;
        let findings = report.findings.iter().map(|finding| {
            let (state, count, fault) = match &finding.outcome {
                Outcome::Holds { count, .. } => ("holds", Some(count), None),
                Outcome::Absent => ("absent", None, None),
                Outcome::Fails(fault) => ("fails", None, Some(fault)),
                Outcome::Unchecked => ("unchecked", None, None),
            };
            let fault = fault
                .map(|fault| json!({ "code": fault.code, "data": fault.data, "text": self.fault(fault) }));
            json!({ "step": finding.step, "state": state, "count": count, "fault": fault })
        });
        let mark = |mark: Option<Mark>| mark.map(|mark| json!({ "by": mark.name, "time_ms": mark.time_ms }));
        let entries = report.entries.iter().map(|entry| {
            let (after, before) = report.interval(entry.index);
            json!({
                "index": entry.index,
                "time_ms": entry.leaf.time_ms,
                "action": entry.leaf.action,
                "decision": format!("{:?}", entry.leaf.decision).to_lowercase(),
                "body": entry.body,
                "erased": entry.erased,
                "came_after": mark(after),
                "stood_before": mark(before),
            })
        });
        json!({
            "holds": report.holds(),
            "steps": findings.collect::<Vec<_>>(),
            "key": report.key.as_ref().map(ToString::to_string),
            "compared": report.compared,
            "manifest": report.manifest,
            "witnesses": report.cosignatures.iter().map(|(name, time_s)| json!({ "name": name, "time_s": time_s })).collect::<Vec<_>>(),
            "stamps": report.stamps.iter().map(|stamp| json!({
                "authority": stamp.authority,
                "time_ms": stamp.time_ms,
                "size": stamp.size,
                "root_sha256": hex(&stamp.root_sha256),
                "revocation": match stamp.revocation {
                    Revocation::Unknown => "unknown",
                    Revocation::Signer { .. } => "signer",
                    Revocation::Chain { .. } => "chain",
                },
            })).collect::<Vec<_>>(),
            "entries": entries.collect::<Vec<_>>(),
        })
    }
}

/// The name of a step, as the words and the JSON have it.
fn name_of(step: Step) -> String {
    json!(step).as_str().unwrap_or_default().to_owned()
}

fn time_of(ms: u64) -> String {
    bundle::rfc3339(ms).unwrap_or_else(|| "?".to_owned())
}
