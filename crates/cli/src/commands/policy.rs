//! `tigertally policy`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use tigertally_core::policy;

use crate::{args::Global, exit::Exit, lang::Lang, output};

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
    Check(Check),
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

impl Policy {
    pub(crate) async fn run(self, _global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Check(check) => check.run(lang),
        }
    }
}

impl Check {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let text = fs::read_to_string(&self.file).with_context(|| format!("{}", self.file.display()))?;
        let (rules, faults) = match policy::Policy::parse(&text, 0) {
            Ok(policy) => (policy.rules().len(), Vec::new()),
            Err(faults) => (0, faults),
        };
        let exit = if faults.is_empty() { Exit::Done } else { Exit::Fault };
        if self.json {
            let faults = faults.iter().map(|f| json!({ "line": f.line, "rule": f.rule, "message": f.message }));
            output::json(&json!({ "rules": rules, "faults": faults.collect::<Vec<_>>() }))?;
        } else if exit == Exit::Done {
            output::print(&match lang {
                Lang::Zh => format!("策略正确：{rules} 条规则"),
                Lang::En => format!("the policy is sound: {rules} rules"),
            })?;
        } else {
            let lines: Vec<String> = faults.iter().map(|fault| format!("{}: {fault}", self.file.display())).collect();
            output::print(&lines.join("\n"))?;
        }
        Ok(exit)
    }
}
