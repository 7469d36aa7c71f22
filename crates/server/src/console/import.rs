//! Bringing a file in: which table, what to do about bad lines, and the report line by line.

use askama::Template;
use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use tigertally_core::{
    desk::{DeskError, ImportReport},
    import::{FileFault, LineFault, Table},
    policy::Action,
};

use super::{
    html,
    shell::{Shell, grouped},
    visitor::{Page, Visitor},
};
use crate::{
    file_texts,
    problem::Problem,
    texts::Lang,
    upload::{MAX_FILE, Upload},
};

/// Faults that the page shows; the file of faults has them all.
const SHOWN: usize = 200;

/// A table that a file can hold.
struct TableView {
    name: &'static str,
    chosen: bool,
    columns: Vec<ColumnView>,
}

/// A column of a table.
struct ColumnView {
    name: &'static str,
    label: String,
    needed: bool,
}

/// A header that is not known by itself, with the column that it was said to be.
struct UnknownView {
    header: String,
    column: String,
}

/// One thing that is wrong in one line.
struct FaultView {
    line: u64,
    column: String,
    problem: String,
    shown: String,
}

/// A figure of the report.
struct Figure {
    label: String,
    value: u64,
}

/// What an import did, or would do.
struct ReportView {
    /// Key of what is said above all: `import-tried`, `import-taken`, `import-some` or `import-left`.
    headline: &'static str,
    /// How it is said: `ok`, `info` or `bad`.
    kind: &'static str,
    file: String,
    figures: Vec<Figure>,
    changed: String,
    retiered: u64,
    mapping: Vec<(String, String)>,
    faults: Vec<FaultView>,
    more: u64,
    /// The faults as a file, for a spreadsheet.
    csv: String,
    receipts: Option<(u64, u64)>,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    shell: Shell,
    tables: Vec<TableView>,
    mode: String,
    max: usize,
    fault: String,
    unknown: Vec<UnknownView>,
    choices: Vec<ColumnView>,
    report: Option<ReportView>,
}

fn page_of(visitor: &Visitor, table: Table, mode: &str) -> ImportPage {
    let label = |table, name| column_label(table, name, visitor.lang);
    let columns = |table: Table| {
        table.columns().map(|(name, needed)| ColumnView { name, label: label(table, name), needed }).collect()
    };
    let view = |each| TableView { name: Table::name(each), chosen: each == table, columns: columns(each) };
    ImportPage {
        shell: visitor.shell("nav-import", "/import"),
        tables: [Table::Customers, Table::Orders, Table::Staff].map(view).into(),
        mode: if ["all", "good"].contains(&mode) { mode } else { "dry" }.to_owned(),
        max: MAX_FILE,
        fault: String::new(),
        unknown: Vec::new(),
        choices: columns(table),
        report: None,
    }
}

/// `GET /import`
pub(crate) async fn page(visitor: Visitor) -> Page {
    if !visitor.may(Action::ImportData) {
        return refuse(&visitor).await;
    }
    Ok(html(&page_of(&visitor, Table::Customers, "dry")))
}

/// An import of nothing by somebody who may not: the desk denies it, and puts that down.
async fn refuse(visitor: &Visitor) -> Page {
    let (nothing, _) = Upload::default().file(Table::Customers);
    match visitor.desk().import(&visitor.actor, nothing, Default::default(), |_, _| ()).await {
        Err(error) => Err(visitor.fail(&error)),
        Ok(_) => Err(visitor.missing()),
    }
}

/// `POST /import`
pub(crate) async fn take(visitor: Visitor, request: Request) -> Page {
    let upload = Upload::read(&visitor.app, &visitor.actor, Action::ImportData, request).await?;
    if !visitor.may(Action::ImportData) {
        return refuse(&visitor).await;
    }
    let table = upload.table().ok_or_else(|| Problem::invalid("table", "bad_choice", visitor.lang))?;
    let mut page = page_of(&visitor, table, upload.get("mode"));
    if !upload.has_file() {
        page.fault = visitor.lang.t("import-no-file");
        return Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let (options, mapped) = (upload.options(), upload.columns());
    let (file, _turn) = upload.file(table);
    match visitor.desk().import(&visitor.actor, file, options, |_, _| ()).await {
        Ok(report) => {
            if let Some((_, last)) = &report.receipts {
                page.shell = page.shell.recorded(&visitor.app, last);
            }
            page.unknown =
                mapped.into_iter().map(|(header, column)| UnknownView { header, column }).collect();
            page.report = Some(view(table, report, visitor.lang));
            Ok(html(&page))
        }
        Err(DeskError::File(fault)) => {
            page.fault = file_texts::of_file(&fault, visitor.lang);
            if let FileFault::Columns(columns) = fault {
                let column =
                    |header: &str| mapped.iter().find(|(known, _)| known == header).map(|(_, c)| c.clone());
                let view =
                    |header: String| UnknownView { column: column(&header).unwrap_or_default(), header };
                page.unknown = columns.unknown.into_iter().map(view).collect();
            }
            Ok(answer(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(visitor.fail(&error)),
    }
}

/// What a column is called.
fn column_label(table: Table, column: &str, lang: Lang) -> String {
    match (table, column) {
        (Table::Staff, "name") => lang.t("staff-name"),
        _ => lang.try_t(&format!("column-{column}")).unwrap_or_else(|| column.to_owned()),
    }
}

fn answer(status: StatusCode, page: &ImportPage) -> Response {
    (status, html(page)).into_response()
}

fn view(table: Table, report: ImportReport, lang: Lang) -> ReportView {
    let (headline, kind) = match (report.dry_run, report.taken, report.rejected) {
        (true, _, 0) => ("import-tried", "ok"),
        (true, ..) => ("import-tried", "info"),
        (_, true, 0) => ("import-taken", "ok"),
        (_, true, _) => ("import-some", "info"),
        (_, false, _) => ("import-left", "bad"),
    };
    let figure = |key: &str, value| Figure { label: lang.t(key), value };
    let changed = report
        .changed_fields
        .iter()
        .map(|(column, records)| format!("{} {}", column_label(table, column, lang), grouped(*records)));
    ReportView {
        headline,
        kind,
        figures: if report.existing > 0 {
            vec![
                figure("import-lines", report.lines),
                figure("import-created", report.created),
                figure("import-existing", report.existing),
                figure("import-rejected", report.rejected),
            ]
        } else {
            vec![
                figure("import-lines", report.lines),
                figure("import-created", report.created),
                figure("import-updated", report.updated),
                figure("import-unchanged", report.unchanged),
                figure("import-rejected", report.rejected),
            ]
        },
        changed: changed.collect::<Vec<_>>().join(lang.pick("、", ", ")),
        retiered: report.retiered,
        mapping: report
            .mapping
            .iter()
            .map(|(header, known)| (header.clone(), column_label(table, known, lang)))
            .collect(),
        csv: csv(&report.faults, lang),
        more: report.faults_total - report.faults.len().min(SHOWN) as u64,
        faults: report.faults.into_iter().take(SHOWN).map(|fault| fault_view(fault, lang)).collect(),
        receipts: report.receipts.map(|(first, last)| (first.index, last.index)),
        file: report.file,
    }
}

fn fault_view(fault: LineFault, lang: Lang) -> FaultView {
    FaultView {
        line: fault.line,
        problem: file_texts::of_line(fault.problem, lang),
        column: if fault.column.is_empty() { lang.t("import-whole-line") } else { fault.column },
        shown: fault.shown,
    }
}

/// The faults as a `data:` address of a CSV file (UTF-8 with BOM, as spreadsheets want it).
fn csv(faults: &[LineFault], lang: Lang) -> String {
    let mut text = String::from("\u{feff}");
    let heads = ["import-line", "import-column", "import-problem", "import-shown"].map(|key| lang.t(key));
    let rows = faults.iter().map(|fault| {
        let problem = file_texts::of_line(fault.problem, lang);
        [fault.line.to_string(), fault.column.clone(), problem, fault.shown.clone()]
    });
    for row in std::iter::once(heads).chain(rows) {
        text.push_str(&row.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    format!("data:text/csv;charset=utf-8;base64,{}", BASE64_STANDARD.encode(text))
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let safe = if formula { "'" } else { "" };
    format!("\"{safe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use tigertally_core::{import::Problem, record::Invalid};

    use super::*;

    #[test]
    fn cells_are_never_formulas() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted("+86 138"), "\"'+86 138\"");
        assert_eq!(quoted("说\"好\""), "\"说\"\"好\"\"\"");
        let fault = LineFault {
            line: 3,
            column: "@手机".to_owned(),
            problem: Problem::Value(Invalid::BadMobile),
            shown: "=***".to_owned(),
        };
        let address = csv(&[fault], Lang::Zh);
        let bytes = BASE64_STANDARD.decode(address.split_once("base64,").unwrap().1).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().nth(1), Some("\"3\",\"'@手机\",\"不是 11 位大陆手机号\",\"'=***\""));
        assert!(text.starts_with('\u{feff}'));
    }
}
