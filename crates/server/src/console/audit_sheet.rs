//! The audit sheet of a customer: on a page, and on paper.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse},
};
use serde::Deserialize;
use tigertally_core::{
    Span,
    desk::{AuditSheet, DeskError, MOST_SHEET_ENTRIES},
    record::CustomerNo,
};

use super::{
    html,
    seen::TypedSpan,
    shell::Shell,
    staff::address,
    visitor::{Faults, Page, Visitor},
};
use crate::{
    address::{Path, Query},
    evidence::{Block, Report, paper_of},
    texts::Lang,
};

/// So many days back a sheet begins, when no time was typed.
const DAYS: u64 = 90;

/// Which time, and for the paper in which language.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    since: String,
    until: String,
    lang: String,
}

#[derive(Template)]
#[template(path = "audit-sheet.html")]
struct SheetPage {
    shell: Shell,
    no: String,
    /// The page without a time.
    path: String,
    typed: TypedSpan,
    faults: Faults,
    report: Option<Report>,
    /// Where the sheet is fetched for paper, in Chinese and in English.
    zh: String,
    en: String,
}

fn span_of(visitor: &Visitor, typed: &TypedSpan) -> Result<Span, Faults> {
    let span = typed.span(visitor)?;
    let ago = visitor.desk().now_ms().saturating_sub(DAYS * 86_400_000);
    let nothing = span.since_ms.is_none() && span.until_ms.is_none();
    Ok(if nothing { Span { since_ms: Some(ago), until_ms: None } } else { span })
}

async fn made(visitor: &Visitor, no: &str, span: Span, paper: bool) -> Result<AuditSheet, DeskError> {
    visitor.desk().audit_sheet(&visitor.actor, no, span, paper).await
}

/// `GET /customers/{no}/audit-sheet`
pub(crate) async fn page(visitor: Visitor, Path(no): Path<String>, Query(asked): Query<Asked>) -> Page {
    let no = CustomerNo::parse(&no).map_err(|_| visitor.missing())?.to_string();
    let typed = TypedSpan { since: asked.since, until: asked.until };
    let path = format!("/customers/{no}/audit-sheet");
    let paper = |lang: &str| {
        let pairs = [("since", typed.since.trim()), ("until", typed.until.trim()), ("lang", lang)];
        address(&format!("{path}.pdf"), pairs)
    };
    let (zh, en) = (paper("zh"), paper("en"));
    let mut shell = visitor.shell("sheet-title", "/customers");
    let (report, faults) = match span_of(&visitor, &typed) {
        Err(faults) => (None, faults),
        Ok(span) => match made(&visitor, &no, span, false).await {
            Ok(sheet) => {
                shell = shell.recorded(&visitor.app, &sheet.receipt);
                let report = Report::of_sheet(visitor.desk(), &sheet, visitor.lang);
                (Some(report.map_err(|error| visitor.fail(&error))?), Faults::default())
            }
            Err(DeskError::TooMuch(_)) => {
                let text = visitor.lang.counted("sheet-too-much", MOST_SHEET_ENTRIES as u64);
                (None, Faults::one("since", text))
            }
            Err(error) => return Err(visitor.fail(&error)),
        },
    };
    let page = SheetPage { shell, no, path, typed, faults, report, zh, en };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /customers/{no}/audit-sheet.pdf`: on paper. Without a font for Chinese on this machine, as a page to be printed.
pub(crate) async fn paper(visitor: Visitor, Path(no): Path<String>, Query(asked): Query<Asked>) -> Page {
    let no = CustomerNo::parse(&no).map_err(|_| visitor.missing())?.to_string();
    let lang = Lang::parse(&asked.lang).unwrap_or(visitor.lang);
    let typed = TypedSpan { since: asked.since, until: asked.until };
    let span = span_of(&visitor, &typed).unwrap_or_default();
    let sheet = made(&visitor, &no, span, true).await.map_err(|error| visitor.fail(&error))?;
    let desk = std::sync::Arc::clone(visitor.desk());
    // A long sheet takes a while to typeset.
    let typeset = tokio::task::spawn_blocking(move || {
        let report = Report::of_sheet(&desk, &sheet, lang)?;
        let paper = paper_of(&report);
        Ok::<_, DeskError>((report, paper))
    });
    // A template of strings and numbers fails on nothing but memory.
    let too_much = || visitor.fail(&DeskError::TooMuch(MOST_SHEET_ENTRIES));
    let (report, paper) = typeset.await.map_err(|_| too_much())?.map_err(|error| visitor.fail(&error))?;
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let Some(bytes) = paper else {
        let page = report.html(false).map_err(|_| too_much())?;
        return Ok(([no_store], Html(page)).into_response());
    };
    let name = format!("inline; filename=\"audit-sheet-{no}.{}.pdf\"", lang.pick("zh", "en"));
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("inline"));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    Ok(([kind, (header::CONTENT_DISPOSITION, name), no_store], bytes).into_response())
}
