//! What a report says, derived once from the evidence; HTML and paper only show it.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;
use tigertally_core::{
    EntryRow, Tigertally,
    desk::{DeskError, Gathered},
    visible,
};

use crate::{
    sentence::{Speaker, numbers},
    texts::Lang,
};

/// A report in one language.
pub(crate) struct Report {
    pub(super) lang: Lang,
    /// Its name: evidence report.
    pub(super) title: String,
    pub(super) company: String,
    /// Which matter: `案由 7`.
    pub(super) matter: String,
    /// The log.
    pub(super) origin: String,
    /// When it was made, for machines that read the PDF.
    pub(super) made: Timestamp,
    /// Sixteen bytes that no other report of the log has.
    pub(super) id: [u8; 16],
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a report, from top to bottom.
pub(crate) enum Block {
    Heading(String),
    Text(String, Tone),
    /// Names with values, and whether a value is for machines.
    Facts(Vec<(String, String, Tone)>),
    /// The table of entries, with its four heads.
    Entries([String; 4], Vec<Line>),
    Points(Vec<Point>),
}

/// How a text is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// An explanation.
    Quiet,
    /// For machines: a command, a key, a hash.
    Code,
}

impl Tone {
    /// Its class in the style sheet of the page.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "",
            Tone::Quiet => "q",
            Tone::Code => "mono",
        }
    }
}

/// An entry as the report tells it.
pub(crate) struct Line {
    pub(crate) index: String,
    pub(crate) time: String,
    pub(crate) sentence: String,
    pub(crate) notes: Vec<String>,
    pub(crate) decision: String,
    pub(crate) denied: bool,
}

impl Line {
    /// An entry in words, with what else there is to say of it.
    pub(super) fn of(
        tigertally: &Tigertally,
        speaker: &Speaker<'_>,
        row: &EntryRow,
        more: Option<String>,
    ) -> Line {
        let said = speaker.say(row);
        let decision = crate::api::decision_name(row.decision);
        Line {
            index: row.index.to_string(),
            time: moment(tigertally, row.time_ms),
            sentence: visible(&said.text()),
            notes: more.into_iter().chain([visible(&said.note)]).filter(|note| !note.is_empty()).collect(),
            decision: speaker.lang.t(&format!("evidence-decision-{decision}")),
            denied: decision == "denied",
        }
    }
}

/// Something that is proved, or is not.
pub(crate) struct Point {
    pub(crate) proved: bool,
    pub(crate) text: String,
    /// Who vouches for it, when, and for what.
    pub(crate) rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "evidence-report.html")]
struct Page<'a> {
    report: &'a Report,
    /// That there is no PDF; empty when there is.
    missing: String,
}

impl Report {
    /// Puts the evidence into words.
    pub(super) fn of(
        tigertally: &Arc<Tigertally>,
        gathered: &Gathered,
        lang: Lang,
    ) -> Result<Report, DeskError> {
        let manifest = &gathered.manifest;
        let mut people = numbers(&gathered.entries);
        people.insert(manifest.made_by.as_str());
        people.extend(manifest.scope.staff.as_deref());
        let names = tigertally.names(people)?;
        let policy = tigertally.policy();
        let speaker = Speaker { lang, names: &names, policy: &policy };
        let t = |key: &str| visible(&lang.t(key));
        let zone = tigertally.settings().time_zone;
        let made = manifest.made.parse::<Timestamp>().ok();
        let made_ms = made.and_then(|made| u64::try_from(made.as_millisecond()).ok()).unwrap_or(u64::MAX);
        let shown = Shown { tigertally, gathered, lang, speaker: &speaker };

        let scope = &manifest.scope;
        let asked = [
            ("evidence-made", Some(format!("{} ({zone})", shown.time(made_ms)))),
            ("evidence-made-by", Some(speaker.person(&manifest.made_by))),
            ("evidence-customer", scope.customer.clone()),
            ("evidence-staff", scope.staff.as_deref().map(|no| speaker.person(no))),
            ("evidence-entries", (!scope.entries.is_empty()).then(|| join(&scope.entries))),
            ("evidence-from", scope.from.clone()),
            ("evidence-to", scope.to.clone()),
            ("evidence-count", Some(gathered.entries.len().to_string())),
        ];
        let facts =
            asked.into_iter().filter_map(|(key, value)| Some((t(key), visible(&value?), Tone::Plain)));
        let mut blocks = vec![Block::Facts(facts.collect())];
        let mut section = |key: &str, pieces: Vec<Block>| {
            blocks.push(Block::Heading(t(key)));
            blocks.extend(pieces);
        };
        let heads = [
            t("evidence-index"),
            format!("{} ({zone})", t("time")),
            t("evidence-what"),
            t("evidence-decision"),
        ];
        section(
            "evidence-happened",
            vec![Block::Text(t("evidence-happened-note"), Tone::Quiet), Block::Entries(heads, shown.lines())],
        );
        section("evidence-proved", vec![Block::Points(shown.proved())]);
        let not = ["evidence-not-complete", "evidence-not-person", "evidence-not-world", "evidence-not-time"];
        let not = not.map(|key| Point { proved: false, text: t(key), rows: Vec::new() });
        section("evidence-not-proved", vec![Block::Points(not.into())]);
        let checkpoint = &gathered.checkpoint;
        let root = tigertally_core::hex(&checkpoint.root);
        let code = |key: &str, value: &str| (t(key), visible(value), Tone::Code);
        section(
            "evidence-check",
            vec![
                Block::Text(t("evidence-check-text"), Tone::Plain),
                Block::Text(
                    format!("tigertally evidence verify evidence-{}.zip", manifest.matter),
                    Tone::Code,
                ),
                Block::Facts(vec![
                    code("ledger-origin", &checkpoint.origin),
                    code("ledger-checkpoint", &format!("{}, {root}", checkpoint.size)),
                    code("ledger-vkey", tigertally.verifier_key()),
                ]),
            ],
        );

        let mut id = [lang as u8; 16];
        id[..8].copy_from_slice(&manifest.matter.to_be_bytes());
        id[8..15].copy_from_slice(&checkpoint.root[..7]);
        Ok(Report {
            lang,
            title: t("evidence-report"),
            company: visible(&tigertally.settings().company),
            matter: format!("{} {}", t("evidence-matter"), manifest.matter),
            origin: visible(&checkpoint.origin),
            made: made.unwrap_or(Timestamp::UNIX_EPOCH),
            id,
            blocks,
        })
    }

    /// Its company and its matter, or whatever else stands side by side.
    pub(super) fn beside(&self, one: &str, other: &str) -> String {
        format!("{one}{}{other}", self.lang.pick("\u{3000}", ", "))
    }

    /// The report as a page for a browser. `on_paper`: whether the bundle has it as PDF, too; else it says so.
    pub(crate) fn html(&self, on_paper: bool) -> Result<String, askama::Error> {
        let missing = if on_paper { String::new() } else { self.lang.t("evidence-no-paper") };
        Page { report: self, missing }.render()
    }
}

/// What the longer pieces are made from.
struct Shown<'a> {
    tigertally: &'a Tigertally,
    gathered: &'a Gathered,
    lang: Lang,
    speaker: &'a Speaker<'a>,
}

impl Shown<'_> {
    fn time(&self, ms: u64) -> String {
        moment(self.tigertally, ms)
    }

    fn lines(&self) -> Vec<Line> {
        let erased_by = self.lang.t("evidence-erased-by");
        let line = |row: &EntryRow| {
            let by = self.gathered.erased.get(&row.index).map(|by| format!("{erased_by} #{by}"));
            Line::of(self.tigertally, self.speaker, row, by)
        };
        self.gathered.entries.iter().map(line).collect()
    }

    fn proved(&self) -> Vec<Point> {
        let (gathered, lang) = (self.gathered, self.lang);
        let told = |key: &str, n: usize| lang.with(key, &[("n", &n.to_string())]);
        let point = |proved, text, rows| Point { proved, text, rows };
        let mut points = vec![
            point(true, lang.t("evidence-proved-unchanged"), vec![]),
            point(true, lang.t("evidence-proved-place"), vec![]),
        ];
        points.push(witnessed(self.tigertally, lang, &gathered.cosignatures));
        let below = lang.t("evidence-below");
        let stamps: Vec<Vec<String>> = gathered
            .stamps
            .iter()
            .map(|stamp| {
                let size = format!("{below} {}", stamp.size);
                vec![visible(&stamp.authority), self.time(stamp.time_ms), size]
            })
            .collect();
        points.push(match stamps.is_empty() {
            true => point(false, lang.t("evidence-no-stamps"), vec![]),
            false => point(true, lang.t("evidence-proved-stamps"), stamps),
        });
        if !gathered.erased.is_empty() {
            points.push(point(false, told("evidence-proved-erased", gathered.erased.len()), vec![]));
        }
        points
    }
}

/// Who cosigned a checkpoint, as a point.
pub(super) fn witnessed(tigertally: &Tigertally, lang: Lang, cosignatures: &[(String, u64)]) -> Point {
    let time = |time_s: &u64| moment(tigertally, time_s.saturating_mul(1000));
    let rows: Vec<Vec<String>> =
        cosignatures.iter().map(|(name, time_s)| vec![visible(name), time(time_s)]).collect();
    let text = match rows.len() {
        0 => lang.t("evidence-no-witnesses"),
        n => lang.with("evidence-proved-witnesses", &[("n", &n.to_string())]),
    };
    Point { proved: !rows.is_empty(), text, rows }
}

/// A time of day in the company's time zone.
pub(super) fn moment(tigertally: &Tigertally, ms: u64) -> String {
    match in_calendar(ms) {
        true => tigertally.zoned(ms).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        false => NO_TIME.to_owned(),
    }
}

/// Instead of a time that is none: whoever signs with the log's key can claim any.
const NO_TIME: &str = "—";

/// Whether the calendar has this moment, in every time zone: from 1970 to the end of 9999.
fn in_calendar(ms: u64) -> bool {
    i64::try_from(ms).is_ok_and(|ms| Timestamp::from_millisecond(ms).is_ok())
}

/// Numbers as people write them: `3, 7–12`.
pub(super) fn join(numbers: &[u64]) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, to)) if to.checked_add(1) == Some(*number) => *to = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let run = |(from, to): &(u64, u64)| match to - from {
        0 => from.to_string(),
        1 => format!("{from}, {to}"),
        _ => format!("{from}–{to}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_no_calendar_has_is_none() {
        // A day before the end of 9999, that end, and what a leaf can hold at most.
        for (ms, told) in
            [(0, true), (253_402_200_000_000, true), (253_402_300_800_000, false), (u64::MAX, false)]
        {
            assert_eq!(in_calendar(ms), told, "{ms}");
        }
    }

    #[test]
    fn numbers_that_follow_one_another_are_one_stretch() {
        assert_eq!(join(&[3, 7, 8, 9, 12, 13, u64::MAX, 0]), "3, 7–9, 12, 13, 18446744073709551615, 0");
    }
}
