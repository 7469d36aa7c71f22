//! Bringing staff, customers and orders in from a file.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Request, State},
};
use serde::Serialize;
use tigertally_core::{desk::ImportReport, policy::Action};
use utoipa::ToSchema;

use crate::{
    file_texts,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
    upload::Upload,
};

/// A file to be imported.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct ImportForm {
    /// `customers`, `orders` or `staff`.
    table: String,
    /// CSV or XLSX, plain or gzip; UTF-8 or GB18030. 256 MB at most.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// `true`: only tell what would happen.
    dry_run: Option<String>,
    /// `true`: take the good lines where others have faults; else nothing is taken then.
    take_good: Option<String>,
    /// A header of the file that is not known; `header_1` and so on for more.
    header_0: Option<String>,
    /// The column that `header_0` stands for; `-` to leave it out.
    column_0: Option<String>,
}

/// One thing that is wrong in one line.
#[derive(Serialize, ToSchema)]
pub(crate) struct LineFaultJson {
    /// Line of the file, from 1.
    line: u64,
    /// Header of the column; empty when it is the whole line.
    column: String,
    /// Name of what is wrong.
    code: &'static str,
    /// What is wrong, in words.
    problem: String,
    /// The value, masked.
    shown: String,
}

/// A header of the file with the column that it stands for.
#[derive(Serialize, ToSchema)]
pub(crate) struct MappedJson {
    /// The header.
    header: String,
    /// The column.
    column: &'static str,
}

/// What an import did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportReportJson {
    /// `customers`, `orders` or `staff`.
    table: &'static str,
    /// Name of the file.
    file: String,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// Whether it was only to tell what would happen.
    dry_run: bool,
    /// Whether the good lines were taken.
    taken: bool,
    /// What the headers were taken for.
    mapping: Vec<MappedJson>,
    /// Lines after the header line.
    lines: u64,
    /// Lines that made a new record.
    created: u64,
    /// Lines that changed a record.
    updated: u64,
    /// Lines that say what stands already.
    unchanged: u64,
    /// Lines about customers who are there, in a dry run: it does not tell whether they would change anything.
    existing: u64,
    /// Lines with a fault.
    rejected: u64,
    /// The first 1,000 faults.
    faults: Vec<LineFaultJson>,
    /// All faults.
    faults_total: u64,
    /// How many records were changed in a column.
    changed_fields: BTreeMap<&'static str, u64>,
    /// Customers that came into another tier.
    retiered: u64,
    /// The first entry of the ledger that tells of it.
    first_receipt: Option<ReceiptJson>,
    /// The last entry of the ledger that tells of it.
    last_receipt: Option<ReceiptJson>,
    /// How long it took.
    seconds: f64,
}

fn json(report: ImportReport, lang: Lang) -> ImportReportJson {
    let fault = |fault: tigertally_core::import::LineFault| LineFaultJson {
        line: fault.line,
        column: fault.column,
        code: fault.problem.code(),
        problem: file_texts::of_line(fault.problem, lang),
        shown: fault.shown,
    };
    ImportReportJson {
        table: report.table,
        file: report.file,
        sha256: report.sha256,
        dry_run: report.dry_run,
        taken: report.taken,
        mapping: report.mapping.into_iter().map(|(header, column)| MappedJson { header, column }).collect(),
        lines: report.lines,
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        existing: report.existing,
        rejected: report.rejected,
        faults: report.faults.into_iter().map(fault).collect(),
        faults_total: report.faults_total,
        changed_fields: report.changed_fields,
        retiered: report.retiered,
        first_receipt: report.receipts.as_ref().map(|(first, _)| first.clone().into()),
        last_receipt: report.receipts.map(|(_, last)| last.into()),
        seconds: report.seconds,
    }
}

/// Import a file, or try it with `dry_run`. Doing it twice changes nothing the second time.
#[utoipa::path(post, path = "/imports", tag = "imports",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 200, body = ImportReportJson), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem, description = "The file cannot be taken at all")))]
pub(crate) async fn import(
    State(app): State<App>,
    Signed(actor): Signed,
    request: Request,
) -> Result<Json<ImportReportJson>, Problem> {
    let lang = Lang::of(request.headers());
    let upload = Upload::read(&app, &actor, Action::ImportData, request).await?;
    let table = upload.table();
    let table = match table {
        None if upload.has_file() => return Err(Problem::invalid("table", "bad_choice", lang)),
        table => table.unwrap_or(tigertally_core::import::Table::Customers),
    };
    let options = upload.options();
    let (file, _turn) = upload.file(table);
    let report = app.tigertally.import(&actor, file, options, |_, _| ()).await;
    report.map(|report| Json(json(report, lang))).map_err(|error| Problem::of(&error, lang))
}
