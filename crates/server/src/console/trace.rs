//! A leaked list: handing it in, and what it says about exports and people.

use askama::Template;
use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tigertally_core::{
    Agreement,
    desk::{DeskError, LeakedFile, Trace, Traced},
    policy::Action,
};

use super::{
    html,
    shell::{Shell, grouped},
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::{api::trace::verdict_name, file_texts, texts::Lang, upload::Upload};

/// A suspect as a row of the table.
struct SuspectView {
    export: Option<i64>,
    staff_no: String,
    staff_name: String,
    source: bool,
    verdict: &'static str,
    /// `31 / 300`.
    covered: String,
    /// Thousandths of the list that they cover, and that an innocent would.
    permille: (u64, u64),
    expected: String,
    /// What the marks say, in words; none where there are none.
    marks: Vec<String>,
    /// The likelihood ratio as people read it.
    ratio: String,
    chance: String,
}

/// What a list says.
struct TraceView {
    headline: String,
    counts: String,
    in_clear: bool,
    suspects: Vec<SuspectView>,
}

#[derive(Template)]
#[template(path = "trace.html")]
struct TracePage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    trace: Option<TraceView>,
}

fn view(visitor: &Visitor, typed: Typed, faults: Faults) -> TracePage {
    TracePage { shell: visitor.shell("nav-trace", "/trace"), typed, faults, trace: None }
}

/// `GET /trace`
pub(crate) async fn page(visitor: Visitor) -> Page {
    if !visitor.may(Action::TraceLeak) {
        return refuse(&visitor).await;
    }
    Ok(html(&view(&visitor, Typed::default(), Faults::default())))
}

/// A tracing of nothing by somebody who may not: the desk denies it, and puts that down.
async fn refuse(visitor: &Visitor) -> Page {
    let nothing = LeakedFile::new("", Vec::new());
    let refused = visitor.desk().trace_leak(&visitor.actor, nothing, "-").await;
    Err(refused.map_or_else(|error| visitor.fail(&error), |_| visitor.missing()))
}

/// `POST /trace`
pub(crate) async fn trace(visitor: Visitor, request: Request) -> Page {
    let lang = visitor.lang;
    let upload = Upload::read(&visitor.app, &visitor.actor, Action::TraceLeak, request).await?;
    if !visitor.may(Action::TraceLeak) {
        return refuse(&visitor).await;
    }
    let typed = Typed::with(&[("reason", upload.get("reason"))]);
    if !upload.has_file() {
        return Ok(again(&visitor, typed, Faults::one("file", lang.t("import-no-file"))));
    }
    let reason = typed.get("reason").to_owned();
    let (file, _turn) = upload.leaked();
    match visitor.desk().trace_leak(&visitor.actor, file, &reason).await {
        Ok((trace, receipt)) => {
            let mut page = view(&visitor, typed, Faults::default());
            page.shell = page.shell.recorded(&visitor.app, &receipt);
            page.trace = Some(words(trace, lang));
            Ok(html(&page))
        }
        Err(DeskError::File(fault)) => {
            Ok(again(&visitor, typed, Faults::one("file", file_texts::of_file(&fault, lang))))
        }
        Err(error) => {
            let faults = Faults::of(error, lang).map_err(|error| visitor.fail(&error))?;
            Ok(again(&visitor, typed, faults))
        }
    }
}

fn again(visitor: &Visitor, typed: Typed, faults: Faults) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, html(&view(visitor, typed, faults))).into_response()
}

fn words(trace: Trace, lang: Lang) -> TraceView {
    let numbers = [trace.lines, trace.resolved, trace.exports, trace.people].map(|n| grouped(n as u64));
    let verdict = verdict_name(trace.verdict());
    let first = trace.traced.first().map(|traced| named(traced, lang)).unwrap_or_default();
    let sources = trace.sources;
    TraceView {
        headline: lang.with(&format!("trace-verdict-{verdict}"), &[("who", &first)]),
        counts: lang.with(
            "trace-counts",
            &[
                ("lines", &numbers[0]),
                ("found", &numbers[1]),
                ("exports", &numbers[2]),
                ("people", &numbers[3]),
            ],
        ),
        in_clear: trace.in_clear,
        suspects: trace
            .traced
            .into_iter()
            .enumerate()
            .map(|(at, traced)| suspect(traced, at < sources, lang))
            .collect(),
    }
}

/// An export or person in a sentence.
fn named(traced: &Traced, lang: Lang) -> String {
    let person = format!("{} {}", traced.staff.1, traced.staff.0);
    match traced.export {
        Some(id) => lang.with("trace-export-of", &[("n", &id.to_string()), ("who", &person)]),
        None => lang.with("trace-seen-by", &[("who", &person)]),
    }
}

fn suspect(traced: Traced, source: bool, lang: Lang) -> SuspectView {
    let finding = traced.finding;
    let of = finding.of.max(1) as f64;
    let permille = |part: f64| (1000.0 * part / of).round() as u64;
    let agreement = |key: &str, found: Option<Agreement>| {
        let Agreement { agree, of } = found?;
        Some(lang.with(key, &[("agree", &grouped(agree as u64)), ("of", &grouped(of as u64))]))
    };
    let canaries = (finding.canaries > 0).then(|| lang.counted("trace-canaries", finding.canaries as u64));
    let marks =
        [canaries, agreement("trace-order", finding.order), agreement("trace-spelling", finding.bits)];
    let exponent = finding.log10_ratio.floor();
    SuspectView {
        export: traced.export,
        staff_no: traced.staff.0,
        staff_name: traced.staff.1,
        source,
        verdict: verdict_name(finding.verdict),
        covered: format!("{} / {}", grouped(finding.covered.round() as u64), grouped(finding.of as u64)),
        permille: (permille(finding.covered), permille(finding.expected)),
        expected: grouped(finding.expected.round() as u64),
        marks: marks.into_iter().flatten().collect(),
        ratio: if exponent < 1.0 { lang.t("trace-ratio-none") } else { format!("10^{exponent:.0}") },
        chance: match finding.bound {
            bound if bound >= 0.5 => lang.t("trace-chance-any"),
            bound if bound < 1e-6 => "< 0.0001 %".to_owned(),
            bound => format!("≤ {:.4} %", 100.0 * bound),
        },
    }
}
