//! Evidence bundles with their reports: what happened in plain words, what is proved by whom, and what is not.

use std::sync::Arc;

use askama::Template;
use tigertally_core::{
    Tigertally,
    desk::{DeskError, EvidenceScope, Gathered},
    entry::Receipt,
    identity::Actor,
};

use crate::{
    assets, outside,
    sentence::{Speaker, numbers},
    texts::Lang,
};

/// The page that verifies a bundle in a browser, as the front end builds it.
const VERIFIER: &str = "verify.html";

/// A bundle that was made.
pub struct Bundle {
    /// Name of the file: `evidence-7.zip`.
    pub name: String,
    /// The ZIP file.
    pub bytes: Vec<u8>,
    /// Where its making stands in the ledger.
    pub receipt: Receipt,
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
    let mut reports = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let html = report(tigertally, &gathered, lang)?;
        reports.push((format!("report.{}.html", lang.pick("zh", "en")), html.into_bytes()));
    }
    if let Some(page) = assets::file(VERIFIER) {
        reports.push((VERIFIER.to_owned(), page.into_owned()));
    }
    let (bytes, receipt) = tigertally.seal_evidence(gathered, reports).await?;
    Ok(Bundle { name: format!("evidence-{id}.zip"), bytes, receipt })
}

/// An entry as the report tells it.
struct Line {
    index: u64,
    time: String,
    sentence: String,
    note: String,
    /// `granted`, `denied`, `recorded` or `failed`.
    decision: &'static str,
    /// Index of the entry that ordered its erasure.
    erased_by: Option<u64>,
}

/// A witness or authority with the time that it vouches for.
struct Vouched {
    name: String,
    time: String,
    size: u64,
}

#[derive(Template)]
#[template(path = "evidence-report.html")]
struct Report<'a> {
    lang: Lang,
    company: String,
    matter: u64,
    made: String,
    made_by: String,
    scope: Vec<(String, String)>,
    lines: Vec<Line>,
    erased: usize,
    origin: &'a str,
    size: u64,
    root: String,
    key: &'a str,
    witnesses: Vec<Vouched>,
    stamps: Vec<Vouched>,
    zone: String,
}

impl Report<'_> {
    fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    fn tn(&self, key: &str, n: impl std::fmt::Display) -> String {
        self.lang.with(key, &[("n", &n.to_string())])
    }
}

fn report(tigertally: &Arc<Tigertally>, gathered: &Gathered, lang: Lang) -> Result<String, DeskError> {
    let mut people = numbers(&gathered.entries);
    people.insert(gathered.manifest.made_by.as_str());
    people.extend(gathered.manifest.scope.staff.as_deref());
    let names = tigertally.names(people)?;
    let policy = tigertally.policy();
    let speaker = Speaker { lang, names: &names, policy: &policy };
    let time = |ms: u64| tigertally.zoned(ms).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let lines = gathered.entries.iter().map(|row| {
        let said = speaker.say(row);
        Line {
            index: row.index,
            time: time(row.time_ms),
            sentence: said.text(),
            note: said.note,
            decision: crate::api::decision_name(row.decision),
            erased_by: gathered.erased.get(&row.index).copied(),
        }
    });
    let scope = &gathered.manifest.scope;
    let asked = [
        ("evidence-customer", scope.customer.clone()),
        ("evidence-staff", scope.staff.as_deref().map(|no| speaker.person(no))),
        ("evidence-entries", (!scope.entries.is_empty()).then(|| join(&scope.entries))),
        ("evidence-from", scope.from.clone()),
        ("evidence-to", scope.to.clone()),
    ];
    let report = Report {
        lang,
        company: tigertally.settings().company,
        matter: gathered.manifest.matter,
        made: time(tigertally.now_ms()),
        made_by: speaker.person(&gathered.manifest.made_by),
        scope: asked.into_iter().filter_map(|(label, value)| Some((lang.t(label), value?))).collect(),
        lines: lines.collect(),
        erased: gathered.erased.len(),
        origin: &gathered.checkpoint.origin,
        size: gathered.checkpoint.size,
        root: gathered.checkpoint.root.iter().map(|byte| format!("{byte:02x}")).collect(),
        key: tigertally.verifier_key(),
        witnesses: gathered
            .cosignatures
            .iter()
            .map(|(name, time_s)| Vouched {
                name: name.clone(),
                time: time(time_s.saturating_mul(1000)),
                size: gathered.checkpoint.size,
            })
            .collect(),
        stamps: gathered
            .stamps
            .iter()
            .map(|stamp| Vouched {
                name: stamp.authority.clone(),
                time: time(stamp.time_ms),
                size: stamp.size,
            })
            .collect(),
        zone: tigertally.settings().time_zone,
    };
    // A template of strings and numbers fails on nothing but memory.
    report.render().map_err(|_| DeskError::TooMuch(gathered.entries.len()))
}

fn join(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(", ")
}
