//! Where a leaked list comes from.

use axum::{
    Json,
    extract::{Request, State},
};
use serde::Serialize;
use tigertally_core::{
    Agreement, Verdict,
    desk::{Trace, Traced},
    entry::Receipt,
    policy::Action,
};
use utoipa::ToSchema;

use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
    upload::Upload,
};

/// A list that turned up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct TraceForm {
    /// CSV or XLSX, plain or gzip; UTF-8 or GB18030. 200,000 lines at most; a header line need not be there.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// Why, in up to 500 characters. It is sealed; the ledger has the number of the matter.
    reason: String,
}

/// How many of a mark's places are as the export wrote them.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgreementJson {
    /// As the export wrote them.
    agree: usize,
    /// That could be read.
    of: usize,
}

/// An export or a person, and what the list says about them.
#[derive(Serialize, ToSchema)]
pub(crate) struct TracedJson {
    /// Number of the export; not there when it is what the person has seen.
    export: Option<i64>,
    /// Who took it out or saw it: staff number.
    staff_no: String,
    /// Their name.
    staff_name: String,
    /// `points_to`, `undecided` or `nobody`.
    verdict: &'static str,
    /// Whether it is one of the sources that were found.
    source: bool,
    /// Lines whose customer they have. A line that may be several customers counts in part.
    covered: f64,
    /// Different customers in the list.
    of: usize,
    /// How many an innocent with as many customers of the same sort would have.
    expected: f64,
    /// Neighbouring lines in the export's order.
    order: Option<AgreementJson>,
    /// Cells in the export's spelling.
    spelling: Option<AgreementJson>,
    /// Made-up customers of the export.
    canaries: usize,
    /// log10 of the likelihood ratio against chance.
    log10_ratio: f64,
    /// At most the chance that a list which comes from nobody speaks so strongly against anybody.
    false_accusation: f64,
}

/// Where a list comes from, as far as it tells.
#[derive(Serialize, ToSchema)]
pub(crate) struct TraceJson {
    /// `points_to`, `undecided` or `nobody`: of the first of `suspects`.
    verdict: &'static str,
    /// Number of the matter.
    matter: i64,
    /// Lines of the list.
    lines: usize,
    /// Lines that are a customer of the company's.
    found: usize,
    /// Exports that were held against it.
    exports: usize,
    /// People who were.
    people: usize,
    /// Whether what people have seen was counted in clear only, because the list shows values in clear.
    in_clear: bool,
    /// The sources, then others, the strongest first.
    suspects: Vec<TracedJson>,
    /// Where the tracing stands in the ledger.
    receipt: ReceiptJson,
}

/// The name used by the API and in texts.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::PointsTo => "points_to",
        Verdict::Undecided => "undecided",
        Verdict::Nobody => "nobody",
    }
}

fn json((trace, receipt): (Trace, Receipt)) -> TraceJson {
    let agreement = |found: Agreement| AgreementJson { agree: found.agree, of: found.of };
    let sources = trace.sources;
    let suspect = |(at, traced): (usize, Traced)| TracedJson {
        export: traced.export,
        staff_no: traced.staff.0,
        staff_name: traced.staff.1,
        verdict: verdict_name(traced.finding.verdict),
        source: at < sources,
        covered: traced.finding.covered,
        of: traced.finding.of,
        expected: traced.finding.expected,
        order: traced.finding.order.map(agreement),
        spelling: traced.finding.bits.map(agreement),
        canaries: traced.finding.canaries,
        log10_ratio: traced.finding.log10_ratio,
        false_accusation: traced.finding.bound,
    };
    TraceJson {
        verdict: verdict_name(trace.verdict()),
        matter: trace.matter,
        lines: trace.lines,
        found: trace.resolved,
        exports: trace.exports,
        people: trace.people,
        in_clear: trace.in_clear,
        suspects: trace.traced.into_iter().enumerate().map(suspect).collect(),
        receipt: receipt.into(),
    }
}

/// Find out which export a leaked list comes from, or whose accesses cover it best. It gives a lead, not a proof.
#[utoipa::path(post, path = "/trace", tag = "evidence",
    request_body(content = TraceForm, content_type = "multipart/form-data"),
    responses((status = 200, body = TraceJson), (status = 403, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem, description = "The list cannot be read, or there is no reason")))]
pub(crate) async fn trace(
    State(app): State<App>,
    Signed(actor): Signed,
    request: Request,
) -> Result<Json<TraceJson>, Problem> {
    let lang = Lang::of(request.headers());
    let upload = Upload::read(&app, &actor, Action::TraceLeak, request).await?;
    // Somebody who may not gets so far with nothing; the desk denies it, and puts that down.
    let may = app.tigertally.may(&actor, Action::TraceLeak);
    let reason = if may { upload.get("reason").to_owned() } else { "-".to_owned() };
    let (file, _turn) = upload.leaked();
    let traced = app.tigertally.trace_leak(&actor, file, &reason).await;
    traced.map(|traced| Json(json(traced))).map_err(|error| Problem::of(&error, lang))
}
