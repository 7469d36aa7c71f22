//! Evidence bundles with their reports: what happened in plain words, what is proved by whom, and what is not. A report is
//! derived once (`report.rs`; for a hand-over that is closed, `handover.rs`) and shown for a browser or on paper (`paper/`).

mod handover;
mod paper;
mod report;
mod sheet;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tigertally_core::{
    Tigertally,
    desk::{DeskError, EvidenceScope, Gathered},
    entry::Receipt,
    identity::Actor,
};

use self::paper::Fonts;
pub(crate) use self::{
    handover::handover_record,
    report::{Block, Report},
};
use crate::{assets, outside, texts::Lang};

/// The page that verifies a bundle in a browser, by its name in the bundle and among the assets.
pub const VERIFIER: &str = "verify.html";

/// A bundle that was made.
pub struct Bundle {
    /// Name of the file: `evidence-7.zip`.
    pub name: String,
    /// The ZIP file.
    pub bytes: Vec<u8>,
    /// Where its making stands in the ledger.
    pub receipt: Receipt,
    /// Whether the report is in it as PDF, too. Without a font for Chinese on this machine it is not.
    pub on_paper: bool,
}

/// Makes the evidence of a scope, for a reason: through the gate, stamped with the time if there is an authority, with a
/// report in both languages and the page that verifies it.
///
/// # Errors
/// Those of [`Tigertally::open_matter`], [`Tigertally::gather_evidence`] and [`Tigertally::seal_evidence`].
pub async fn make_evidence(
    tigertally: &Arc<Tigertally>,
    actor: &Actor,
    scope: EvidenceScope,
    reason: &str,
) -> Result<Bundle, DeskError> {
    let matter = tigertally.open_matter(actor, scope, reason).await?;
    let id = matter.id();
    // The newest checkpoint may not cover the newest entries yet; a stamp over it would then prove less than it can.
    tigertally.cover(&matter).await?;
    outside::stamp_now(tigertally).await;
    let gathered = tigertally.gather_evidence(matter).await?;
    let entries = gathered.entries.len();
    let desk = Arc::clone(tigertally);
    // Thousands of entries take a while to typeset.
    let written = tokio::task::spawn_blocking(move || {
        let (reports, on_paper) = reports(&desk, &gathered)?;
        Ok::<_, DeskError>((gathered, reports, on_paper))
    });
    let (gathered, mut reports, on_paper) = written.await.map_err(|_| DeskError::TooMuch(entries))??;
    reports.extend(verifier_page().map(|page| (VERIFIER.to_owned(), page)));
    let (bytes, receipt) = tigertally.seal_evidence(gathered, reports).await?;
    Ok(Bundle { name: format!("evidence-{id}.zip"), bytes, receipt, on_paper })
}

/// The page that verifies a bundle, as this release has it.
#[must_use]
pub fn verifier_page() -> Option<Vec<u8>> {
    assets::file(VERIFIER).map(|page| page.into_owned())
}

/// Whether this machine has a font to put Chinese on paper with. It is looked for until one was found.
pub(crate) fn can_print() -> bool {
    static FOUND: AtomicBool = AtomicBool::new(false);
    FOUND.load(Relaxed) || {
        let found = Fonts::find().is_some();
        FOUND.store(found, Relaxed);
        found
    }
}

/// A report on paper; `None` without a font for Chinese on this machine.
pub(crate) fn paper_of(report: &Report) -> Option<Vec<u8>> {
    let fonts = Fonts::find()?;
    paper::print(report, &fonts)
        .inspect_err(
            |fault| tracing::warn!(font = %fonts.regular.path.display(), %fault, "a report is not on paper"),
        )
        .ok()
}

/// Files of a bundle: names with contents.
type Named = Vec<(String, Vec<u8>)>;

/// The reports in both languages, and whether they are there as PDF. There is a PDF in both languages or in none.
fn reports(tigertally: &Arc<Tigertally>, gathered: &Gathered) -> Result<(Named, bool), DeskError> {
    // A template of strings and numbers fails on nothing but memory.
    let too_much = |_| DeskError::TooMuch(gathered.entries.len());
    let of = |lang| Report::of(tigertally, gathered, lang);
    let both = [of(Lang::Zh)?, of(Lang::En)?];
    let mut files = papers(&both);
    let on_paper = !files.is_empty();
    for report in &both {
        let html = report.html(on_paper).map_err(too_much)?;
        files.push((name(report.lang, "html"), html.into_bytes()));
    }
    Ok((files, on_paper))
}

/// The reports as PDF; none if there is no font for them.
fn papers(reports: &[Report]) -> Named {
    let Some(fonts) = Fonts::find() else {
        tracing::warn!("no font for Chinese was found: the evidence has no PDF");
        return Named::new();
    };
    let print = |report: &Report| Ok((name(report.lang, "pdf"), paper::print(report, &fonts)?));
    reports.iter().map(print).collect::<Result<Named, paper::FontFault>>().unwrap_or_else(|fault| {
        tracing::warn!(font = %fonts.regular.path.display(), %fault, "the evidence has no PDF");
        Named::new()
    })
}

fn name(lang: Lang, ending: &str) -> String {
    format!("report.{}.{ending}", lang.pick("zh", "en"))
}
