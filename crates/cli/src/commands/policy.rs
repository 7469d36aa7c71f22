//! `tigertally policy`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};
use tigertally_core::{
    desk::{StatedPurpose, TriedQuestion, TryQuestion},
    policy::{self, Action, Sentence},
    record::Field,
};

use super::{customer::purpose, staff::entry};
use crate::{args::Global, exit::Exit, folder, lang::Lang, output};

const EXAMPLE: &str = "\
Examples:
  tigertally policy export mine.cedar
  tigertally policy check mine.cedar
  tigertally policy apply mine.cedar
  tigertally policy ask S012 reveal C00003.mobile --for task:17";

/// The policy: who may do what
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Show(Show),
    Check(Check),
    Apply(Apply),
    Ask(Ask),
    Versions(Versions),
    Export(Export),
}

/// Print the rules in force, each with its sentence
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally policy show")]
struct Show {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Check a policy text. Needs no data folder
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally policy check mine.cedar")]
struct Check {
    /// The policy, in Cedar
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Put a policy in force
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally policy apply mine.cedar")]
struct Apply {
    /// The policy, in Cedar
    file: PathBuf,
    /// The version that the text was made from [default: the one in force]
    #[arg(long, value_name = "VERSION")]
    based_on: Option<u32>,
}

/// Ask what somebody would get. Nothing is opened
#[derive(Args)]
#[command(after_help = "\
Examples:
  tigertally policy ask S012 reveal C00003.mobile --for task:17
  tigertally policy ask S012 view_customer C00003
  tigertally policy ask M016 manage_staff")]
struct Ask {
    /// Staff number
    staff_no: String,
    /// What they would do
    #[arg(value_parser = Action::ALL.map(Action::name))]
    action: String,
    /// The customer, or a field of it; several fields of one customer can be named
    #[arg(value_name = "CUSTOMER[.FIELD]", value_parser = target)]
    targets: Vec<(String, Option<Field>)>,
    /// What for: task:NUMBER, call:NUMBER, order:NUMBER or approval:NUMBER
    #[arg(long = "for", value_name = "PURPOSE", value_parser = purpose)]
    purpose: Option<(String, String)>,
    /// At which hour of the day [default: now]
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..24))]
    hour: Option<u8>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// List the versions of the policy
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally policy versions")]
struct Versions {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Write a version of the policy to a file
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally policy export mine.cedar")]
struct Export {
    /// The file; - for standard output
    file: PathBuf,
    /// Which version [default: the one in force]
    #[arg(long)]
    version: Option<u32>,
}

fn target(text: &str) -> Result<(String, Option<Field>), String> {
    let Some((customer, field)) = text.split_once('.') else { return Ok((text.to_owned(), None)) };
    let names = || Field::ALL.map(Field::name).join(", ");
    let field = Field::parse(field).ok_or_else(|| format!("the field is one of {}", names()))?;
    Ok((customer.to_owned(), Some(field)))
}

impl Policy {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Show(show) => show.run(global, lang).await,
            Command::Check(check) => check.run(lang),
            Command::Apply(apply) => apply.run(global, lang).await,
            Command::Ask(ask) => ask.run(global, lang).await,
            Command::Versions(versions) => versions.run(global, lang).await,
            Command::Export(export) => export.run(global, lang).await,
        }
    }
}

impl Show {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        // Read through the desk: the ledger tells who read the policy.
        let (stored, _) = tigertally.policy_text(&operator.actor(), None).await?;
        let policy = tigertally.policy();
        if self.json {
            let rules = policy.rules().into_iter().map(|rule| {
                json!({ "id": rule.id.as_str(), "forbids": rule.forbids, "line": rule.line,
                    "zh": rule.sentence.zh, "en": rule.sentence.en })
            });
            output::json(&json!({ "version": stored.version, "rules": rules.collect::<Vec<_>>() }))?;
            return Ok(Exit::Done);
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["规则", "效果", "说明"],
            Lang::En => ["rule", "effect", "what it says"],
        });
        for rule in policy.rules() {
            let effect =
                if rule.forbids { lang.pick("禁止", "forbid") } else { lang.pick("允许", "permit") };
            table.add_row([rule.id.as_str(), effect, lang.pick(&rule.sentence.zh, &rule.sentence.en)]);
        }
        output::print(&format!("{} {}\n{table}", lang.pick("版本", "version"), stored.version))?;
        Ok(Exit::Done)
    }
}

impl Check {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let text = read(&self.file)?;
        let (rules, faults) = match policy::Policy::parse(&text, 0) {
            Ok(policy) => (policy.rules().len(), Vec::new()),
            Err(faults) => (0, faults),
        };
        let exit = if faults.is_empty() { Exit::Done } else { Exit::Fault };
        if self.json {
            let faults =
                faults.iter().map(|f| json!({ "line": f.line, "rule": f.rule, "message": f.message }));
            output::json(&json!({ "rules": rules, "faults": faults.collect::<Vec<_>>() }))?;
        } else if exit == Exit::Done {
            output::print(&match lang {
                Lang::Zh => format!("策略正确：{rules} 条规则"),
                Lang::En => format!("the policy is sound: {rules} rules"),
            })?;
        } else {
            let lines: Vec<String> =
                faults.iter().map(|fault| format!("{}: {fault}", self.file.display())).collect();
            output::print(&lines.join("\n"))?;
        }
        Ok(exit)
    }
}

impl Apply {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        let based_on = self.based_on.unwrap_or_else(|| tigertally.policy().version());
        let (version, receipt) =
            tigertally.change_policy(&operator.actor(), based_on, read(&self.file)?).await?;
        let entry = entry(receipt.index, lang);
        output::print(&match lang {
            Lang::Zh => format!("第 {version} 版策略已生效{entry}"),
            Lang::En => format!("version {version} of the policy is in force {entry}"),
        })?;
        Ok(Exit::Done)
    }
}

impl Ask {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        let customers: Vec<&str> = self.targets.iter().map(|(customer, _)| customer.as_str()).collect();
        if customers.windows(2).any(|pair| pair[0] != pair[1]) {
            anyhow::bail!("{}", lang.pick("一次只能问一个客户", "ask about one customer at a time"));
        }
        let question = TryQuestion {
            staff: self.staff_no.clone(),
            action: Action::parse(&self.action).context("no such action")?,
            customer: customers.first().map(|customer| (*customer).to_owned()),
            fields: self.targets.iter().filter_map(|(_, field)| *field).collect(),
            purpose: self.purpose.and_then(|(kind, reference)| StatedPurpose::parse(&kind, &reference)),
            hour: self.hour,
        };
        let tried = tigertally.try_question(&operator.actor(), &question).await?;
        if self.json {
            output::json(&answer_json(&tried))?;
        } else {
            output::print(&answer(&tried, lang))?;
        }
        Ok(if tried.allowed { Exit::Done } else { Exit::Denied })
    }
}

fn answer(tried: &TriedQuestion, lang: Lang) -> String {
    let say = |sentence: &Sentence| lang.pick(&sentence.zh, &sentence.en).to_owned();
    let mut lines = vec![match tried.allowed {
        true => lang.pick("允许", "allowed").to_owned(),
        false => lang.pick("不允许", "not allowed").to_owned(),
    }];
    if tried.purpose_stands == Some(false) {
        lines.push(format!(
            "  {}",
            lang.pick(
                "依据不成立：不存在、已关闭、不是其本人的，或与该客户、这些信息无关",
                "the purpose does not stand: it is not there, closed, not theirs, or not about this customer and these fields"
            )
        ));
    }
    if tried.rules.is_empty() {
        lines.push(format!("  {}", lang.pick("没有规则允许此操作", "no rule grants this")));
    }
    lines.extend(tried.rules.iter().map(|(id, sentence)| format!("  {id}: {}", say(sentence))));
    lines.extend(
        tried
            .way_out
            .iter()
            .map(|way| format!("  {} {}", lang.pick("可行：", "would do:"), say(&way.sentence()))),
    );
    lines.push(format!("{} {}", lang.pick("策略版本", "policy version"), tried.version));
    lines.join("\n")
}

fn answer_json(tried: &TriedQuestion) -> Value {
    let rules =
        tried.rules.iter().map(|(id, said)| json!({ "id": id.as_str(), "zh": said.zh, "en": said.en }));
    let ways =
        tried.way_out.iter().map(|way| way.sentence()).map(|said| json!({ "zh": said.zh, "en": said.en }));
    json!({
        "allowed": tried.allowed,
        "rules": rules.collect::<Vec<_>>(),
        "denied_fields": tried.denied_fields.iter().map(|field| field.name()).collect::<Vec<_>>(),
        "purpose_stands": tried.purpose_stands,
        "way_out": ways.collect::<Vec<_>>(),
        "version": tried.version,
    })
}

impl Versions {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        let (versions, _) = tigertally.policy_versions(&operator.actor()).await?;
        if self.json {
            let one = versions
                .iter()
                .map(|v| json!({ "version": v.version, "author": v.author, "created_ms": v.created_ms }));
            output::json(&one.collect::<Vec<_>>())?;
            return Ok(Exit::Done);
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["版本", "发布人", "时间"],
            Lang::En => ["version", "by", "when"],
        });
        for version in versions {
            let when =
                i64::try_from(version.created_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let when = when.map(|when| when.to_string()).unwrap_or_default();
            table.add_row([version.version.to_string(), version.author, when]);
        }
        output::print(&table.to_string())?;
        Ok(Exit::Done)
    }
}

impl Export {
    async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        let (stored, _) = tigertally.policy_text(&operator.actor(), self.version).await?;
        if self.file.as_os_str() == "-" {
            output::print(&stored.text)?;
        } else {
            fs::write(&self.file, &stored.text).with_context(|| format!("{}", self.file.display()))?;
        }
        Ok(Exit::Done)
    }
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{}", file.display()))
}
