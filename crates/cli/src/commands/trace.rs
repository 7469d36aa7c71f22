//! `tigertally trace`

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;
use tigertally_core::{
    Agreement, Verdict,
    desk::{LeakedFile, Trace, Traced},
    entry::Receipt,
};

use super::sign_in;
use crate::{args::Global, exit::Exit, folder, lang::Lang, output};

/// Find out which export a leaked list comes from, or whose accesses cover it best
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally trace leaked.csv --reason 'list offered in a chat group' --as M021

Nobody else may have the data folder open; beside a running server, trace it in the console. Asked for are the password
and the code of who traces; programs set TIGERTALLY_PASSWORD and TIGERTALLY_CODE. It gives a lead, not a proof.")]
pub(crate) struct TraceCommand {
    /// The list: .csv, .csv.gz or .xlsx; a header line need not be there
    file: PathBuf,
    /// What it is for; it is sealed
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who traces, by staff number
    #[arg(long = "as", value_name = "STAFF_NO")]
    who: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl TraceCommand {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let bytes = fs::read(&self.file).with_context(|| format!("{}", self.file.display()))?;
        let name = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (tigertally, _operator) = folder::open(global, lang)?;
        let actor = sign_in::on_the_machine(&tigertally, &self.who, lang).await?;
        let traced = tigertally.trace_leak(&actor, LeakedFile::new(&name, bytes), &self.reason).await;
        tigertally.sign_out(&actor).await?;
        let (trace, receipt) = traced?;
        if self.json {
            output::json(&data(&trace, &receipt))?;
        } else {
            output::print(&text(&trace, &receipt, lang))?;
        }
        Ok(Exit::Done)
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::PointsTo => "points_to",
        Verdict::Undecided => "undecided",
        Verdict::Nobody => "nobody",
    }
}

fn data(trace: &Trace, receipt: &Receipt) -> serde_json::Value {
    let agreement =
        |found: Option<Agreement>| found.map(|found| json!({"agree": found.agree, "of": found.of}));
    let suspect = |(at, traced): (usize, &Traced)| {
        let finding = &traced.finding;
        json!({
            "export": traced.export, "staff_no": traced.staff.0, "staff_name": traced.staff.1,
            "verdict": verdict(finding.verdict), "source": at < trace.sources,
            "covered": finding.covered, "of": finding.of, "expected": finding.expected,
            "order": agreement(finding.order), "spelling": agreement(finding.bits), "canaries": finding.canaries,
            "log10_ratio": finding.log10_ratio, "false_accusation": finding.bound,
        })
    };
    json!({
        "verdict": verdict(trace.verdict()), "matter": trace.matter, "lines": trace.lines, "found": trace.resolved,
        "exports": trace.exports, "people": trace.people, "in_clear": trace.in_clear, "entry": receipt.index,
        "suspects": trace.traced.iter().enumerate().map(suspect).collect::<Vec<_>>(),
    })
}

fn text(trace: &Trace, receipt: &Receipt, lang: Lang) -> String {
    let who = |traced: &Traced| {
        let person = format!("{} {}", traced.staff.1, traced.staff.0);
        match (traced.export, lang) {
            (Some(id), Lang::Zh) => format!("导出 {id}（{person}）"),
            (Some(id), Lang::En) => format!("export {id} ({person})"),
            (None, Lang::Zh) => format!("{person} 看过的客户"),
            (None, Lang::En) => format!("what {person} has seen"),
        }
    };
    let first = trace.traced.first().map(who).unwrap_or_default();
    let says = match (trace.verdict(), lang) {
        (Verdict::PointsTo, Lang::Zh) => format!("名单指向{first}。这是线索，不是证据。"),
        (Verdict::PointsTo, Lang::En) => format!("The list points to {first}. This is a lead, not a proof."),
        (Verdict::Undecided, Lang::Zh) => format!("最像是{first}，但还不能下结论。"),
        (Verdict::Undecided, Lang::En) => format!("It looks most like {first}, but it is open."),
        (Verdict::Nobody, _) => lang.pick("名单不指向任何人。", "The list points to nobody.").to_owned(),
    };
    let header = match lang {
        Lang::Zh => {
            ["来源", "重合", "碰巧", "暗记（行序、写法、虚设客户）", "似然比 log₁₀", "误指概率不超过"]
        }
        Lang::En => [
            "source",
            "in common",
            "by chance",
            "marks: order, spelling, made-up",
            "log₁₀ ratio",
            "false accusation at most",
        ],
    };
    let agreement = |found: Option<Agreement>| {
        found.map_or("–".to_owned(), |found| format!("{}/{}", found.agree, found.of))
    };
    let mut table = output::table(header);
    for traced in &trace.traced {
        let finding = &traced.finding;
        table.add_row([
            who(traced),
            format!("{:.0}/{}", finding.covered, finding.of),
            format!("{:.0}", finding.expected),
            format!("{}, {}, {}", agreement(finding.order), agreement(finding.bits), finding.canaries),
            format!("{:.1}", finding.log10_ratio),
            format!("{:.1e}", finding.bound),
        ]);
    }
    match lang {
        Lang::Zh => format!(
            "{says}\n共 {} 行，{} 行是本公司客户；比对了 {} 次导出、{} 名员工的查看记录（入账第 {} 条）\n{table}",
            trace.lines, trace.resolved, trace.exports, trace.people, receipt.index
        ),
        Lang::En => format!(
            "{says}\n{} lines, {} of them customers; held against {} exports and what {} people have seen (entry {})\n{table}",
            trace.lines, trace.resolved, trace.exports, trace.people, receipt.index
        ),
    }
}
