//! `tigertally import`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tigertally_core::{
    desk::{ImportFile, ImportOptions, ImportReport},
    import::Table,
};

use crate::{args::Global, exit::Exit, folder, lang::Lang, output, say};

const EXAMPLE: &str = "\
Examples:
  tigertally import customers 客户.csv --dry-run
  tigertally import customers export.xlsx --map \"Cust. Name=name\" --map \"Fax=-\" --take-good

Taken are CSV (UTF-8, GB18030) and XLSX. With a bad line nothing is taken, unless --take-good is said.";

/// Import staff, customers or orders from a file
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Import {
    /// What the file holds
    #[arg(value_enum)]
    table: Tables,
    /// The file: .csv, .csv.gz or .xlsx
    file: PathBuf,
    /// Take a column of the file as a column of the table; `HEADER=-` leaves it out
    #[arg(long, value_name = "HEADER=COLUMN", value_parser = mapping)]
    map: Vec<(String, String)>,
    /// Only tell what would happen
    #[arg(long)]
    dry_run: bool,
    /// Take the good lines when there are bad ones
    #[arg(long)]
    take_good: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tables {
    /// Members of staff; first, because customers name their owners
    Staff,
    /// Customers
    Customers,
    /// Purchases of customers
    Orders,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    let (header, column) = text.rsplit_once('=').ok_or("it is written HEADER=COLUMN")?;
    Ok((header.to_owned(), column.to_owned()))
}

impl Import {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let table = match self.table {
            Tables::Staff => Table::Staff,
            Tables::Customers => Table::Customers,
            Tables::Orders => Table::Orders,
        };
        let file = ImportFile::at(&self.file, table)?.columns(self.map);
        let (tigertally, operator) = folder::open(global, lang)?;
        let options = ImportOptions { dry_run: self.dry_run, all_or_nothing: !self.take_good };
        let bar = output::progress(Some(0), lang.pick("导入", "importing"));
        let tell = |done, lines| {
            bar.set_length(lines);
            bar.set_position(done);
        };
        let report = tigertally.import(&operator.actor(), file, options, tell).await;
        bar.finish_and_clear();
        let report = report?;
        if self.json {
            output::json(&report)?;
        } else {
            output::print(&text(&report, lang))?;
        }
        Ok(if report.rejected > 0 { Exit::BadLines } else { Exit::Done })
    }
}

/// The report for people.
pub(crate) fn text(report: &ImportReport, lang: Lang) -> String {
    let mut text = String::new();
    if !report.faults.is_empty() {
        let header = match lang {
            Lang::Zh => ["行", "列", "问题", "值（已脱敏）"],
            Lang::En => ["line", "column", "problem", "value, masked"],
        };
        let mut table = output::table(header);
        for fault in &report.faults {
            let column = fault.column.as_str();
            table.add_row([&fault.line.to_string(), column, &say::problem(fault, lang), &fault.shown]);
        }
        text.push_str(&format!("{table}\n"));
        let more = report.faults_total - report.faults.len() as u64;
        if more > 0 {
            text.push_str(&match lang {
                Lang::Zh => format!("……另有 {more} 处问题\n"),
                Lang::En => format!("… and {more} more\n"),
            });
        }
    }
    let ImportReport { lines, created, updated, unchanged, rejected, retiered, seconds, .. } = report;
    text.push_str(&match lang {
        Lang::Zh => format!("{lines} 行：新增 {created}，更新 {updated}，不变 {unchanged}，有误 {rejected}（{seconds:.1} 秒）"),
        Lang::En => {
            format!("{lines} lines: {created} new, {updated} changed, {unchanged} as before, {rejected} bad ({seconds:.1} s)")
        }
    });
    if *retiered > 0 {
        text.push_str(&match lang {
            Lang::Zh => format!("\n{retiered} 个客户的级别随之改变"),
            Lang::En => format!("\n{retiered} customers came into another tier"),
        });
    }
    text.push_str(match (report.dry_run, report.taken) {
        (true, _) => lang.pick("\n仅为试运行，未写入任何数据", "\nthis was a dry run: nothing was written"),
        (false, true) => "",
        (false, false) => lang.pick(
            "\n未导入任何数据：请改正后重试，或用 --take-good 只导入正确的行",
            "\nnothing was taken: correct the lines, or take the good ones by --take-good",
        ),
    });
    text
}
