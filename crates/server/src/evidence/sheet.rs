//! The audit sheet of a customer as a report: the same words for the page and the paper.

use std::sync::Arc;

use jiff::Timestamp;
use tigertally_core::{
    EntryRow, Tigertally,
    desk::{Access, AuditSheet, CustomerShare, DeskError, SheetExport, StandingAccess},
    record::Field,
    visible,
};

use super::report::{Block, Line, Point, Report, Tone, moment};
use crate::{
    console::shares::{classes, with},
    sentence::{Speaker, numbers},
    texts::Lang,
};

impl Report {
    /// Puts an audit sheet into words.
    ///
    /// # Errors
    /// If the names of the people could not be read.
    pub(crate) fn of_sheet(
        tigertally: &Arc<Tigertally>,
        sheet: &AuditSheet,
        lang: Lang,
    ) -> Result<Report, DeskError> {
        let mut people = numbers(&sheet.entries);
        people.insert(sheet.made_by.as_str());
        let names = tigertally.names(people)?;
        let policy = tigertally.policy();
        let speaker = Speaker { lang, names: &names, policy: &policy };
        let words = Words { tigertally, sheet, lang, speaker: &speaker };
        let t = |key: &str| visible(&lang.t(key));
        let mut blocks = vec![Block::Facts(words.head())];
        let mut section = |key: &str, pieces: Vec<Block>| {
            blocks.push(Block::Heading(t(key)));
            blocks.extend(pieces);
        };
        section("sheet-access", vec![Block::Points(words.standing())]);
        section("sheet-shares", words.points(sheet.shares.iter().map(|one| words.share(one))));
        section("sheet-exports", words.points(sheet.exports.iter().map(|one| words.export(one))));
        section("sheet-owners", words.entries(sheet.ownership()));
        section("sheet-reviews", words.entries(sheet.reviews()));
        let mut accesses = vec![Block::Text(t("sheet-accesses-note"), Tone::Quiet)];
        accesses.extend(words.entries(sheet.accesses()));
        section("sheet-accesses", accesses);
        section("sheet-all", words.entries(sheet.entries.iter()));
        let head = &sheet.head;
        let code = |key: &str, value: &str| (t(key), visible(value), Tone::Code);
        section(
            "sheet-checkpoint",
            vec![
                Block::Text(t("sheet-checkpoint-note"), Tone::Quiet),
                Block::Facts(vec![
                    code("ledger-origin", &head.origin),
                    code("ledger-checkpoint", &head.checkpoint.replace('\n', " ")),
                    code("ledger-vkey", &head.verifier_key),
                ]),
            ],
        );
        let mut id = [lang as u8; 16];
        id[..8].copy_from_slice(&sheet.receipt.index.to_be_bytes());
        id[8..15].copy_from_slice(&sheet.receipt.leaf_hash[..7]);
        let made = i64::try_from(sheet.made_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Report {
            lang,
            title: t("sheet-title"),
            company: visible(&tigertally.settings().company),
            matter: sheet.customer.customer.no.clone(),
            origin: visible(&head.origin),
            made: made.unwrap_or(Timestamp::UNIX_EPOCH),
            id,
            blocks,
        })
    }
}

/// What the pieces are made from.
struct Words<'a> {
    tigertally: &'a Tigertally,
    sheet: &'a AuditSheet,
    lang: Lang,
    speaker: &'a Speaker<'a>,
}

impl Words<'_> {
    fn t(&self, key: &str) -> String {
        visible(&self.lang.t(key))
    }

    fn time(&self, ms: u64) -> String {
        moment(self.tigertally, ms)
    }

    fn joined(&self, parts: impl IntoIterator<Item = String>) -> String {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        visible(&parts.join(self.lang.pick("；", "; ")))
    }

    fn fields(&self, fields: &[Field]) -> String {
        let names: Vec<String> =
            fields.iter().map(|field| self.lang.t(&format!("field-{}", field.name()))).collect();
        names.join(self.lang.pick("、", ", "))
    }

    /// Whom it is about, over which time, made by whom.
    fn head(&self) -> Vec<(String, String, Tone)> {
        let customer = &self.sheet.customer.customer;
        let person = |person: &Option<tigertally_core::Person>| {
            person.as_ref().map_or_else(|| self.t("none"), |one| format!("{} {}", one.name, one.no))
        };
        let zone = self.tigertally.settings().time_zone;
        let span = &self.sheet.span;
        let from = span.since_ms.map_or_else(|| self.t("sheet-beginning"), |ms| self.time(ms));
        let to = self.time(span.until_ms.unwrap_or(self.sheet.made_ms));
        [
            ("customer-no", customer.no.clone()),
            ("field-name", self.sheet.customer.mask(Field::Name).unwrap_or_default().to_owned()),
            ("tier", self.lang.t(&format!("tier-{}", customer.tier.name()))),
            ("staff-department", customer.department.clone()),
            ("region", customer.region.clone()),
            ("owner", person(&customer.owner)),
            ("contact-person", person(&customer.contact_person)),
            ("sheet-review-due", customer.review_due.clone().unwrap_or_else(|| self.t("none"))),
            ("sheet-time", format!("{from} – {to} ({zone})")),
            ("evidence-made", format!("{} ({zone})", self.time(self.sheet.made_ms))),
            ("evidence-made-by", self.speaker.person(&self.sheet.made_by)),
            ("sheet-entry", self.sheet.receipt.index.to_string()),
        ]
        .into_iter()
        .map(|(key, value)| (self.t(key), visible(&value), Tone::Plain))
        .collect()
    }

    /// Who has access now: the owner first.
    fn standing(&self) -> Vec<Point> {
        let owner = match &self.sheet.customer.customer.owner {
            Some(owner) => self.joined([format!("{} {}", owner.name, owner.no), self.lang.t("owner")]),
            None => self.t("customer-no-owner"),
        };
        let others = self.sheet.standing.iter().map(|one| self.access(one));
        [owner].into_iter().chain(others).map(point).collect()
    }

    fn access(&self, one: &StandingAccess) -> String {
        let lang = self.lang;
        let how = match one.access {
            Access::ContactPerson => lang.t("contact-person"),
            Access::Share(id) => format!("{} {id}", lang.t("share")),
            Access::Approval(id) => format!("{} {id}", lang.t("purpose-approval")),
        };
        let what = match one.access {
            Access::Share(_) => classes(lang, one.classes.classes()),
            _ => self.fields(&one.fields),
        };
        let until = one.until.clone().or_else(|| one.expires_ms.map(|ms| self.time(ms)));
        let until = until.map(|end| lang.with("sheet-until", &[("end", &end)])).unwrap_or_default();
        self.joined([with(&one.who), how, what, until, one.reason.clone()])
    }

    fn share(&self, one: &CustomerShare) -> String {
        let lang = self.lang;
        let ended = one.why_ended.map(|why| {
            let when = one.ended_ms.map_or_else(|| one.until.clone(), |ms| self.time(ms));
            format!("{} {when}", lang.t(&format!("share-ended-{}", why.name())))
        });
        self.joined([
            format!("{} {}", lang.t("share"), one.id),
            with(&one.with),
            classes(lang, one.classes.classes()),
            format!("{} – {}", one.from, one.until),
            format!("{} {}", one.made_by.1, one.made_by.0),
            one.approval.map(|id| format!("{} {id}", lang.t("purpose-approval"))).unwrap_or_default(),
            ended.unwrap_or_else(|| lang.t(&format!("share-{}", one.state.name()))),
            one.reason.clone(),
        ])
    }

    fn export(&self, one: &SheetExport) -> String {
        let lang = self.lang;
        let clear = match one.clear.is_empty() {
            true => lang.t("export-all-masked"),
            false => lang.with("sheet-in-clear", &[("fields", &self.fields(&one.clear))]),
        };
        let taken = one.taken_ms.map(|ms| lang.with("sheet-taken", &[("time", &self.time(ms))]));
        self.joined([
            format!("{} {}", lang.t("sheet-export"), one.id),
            format!("{} {}", one.staff.1, one.staff.0),
            self.time(one.created_ms),
            self.fields(&one.fields),
            clear,
            taken.unwrap_or_default(),
        ])
    }

    /// Points, or that there are none.
    fn points(&self, texts: impl Iterator<Item = String>) -> Vec<Block> {
        let points: Vec<Point> = texts.map(point).collect();
        if points.is_empty() { self.nothing() } else { vec![Block::Points(points)] }
    }

    fn nothing(&self) -> Vec<Block> {
        vec![Block::Text(self.t("sheet-nothing"), Tone::Quiet)]
    }

    /// A table of entries with the rules that granted them, or that there are none.
    fn entries<'a>(&self, entries: impl Iterator<Item = &'a EntryRow>) -> Vec<Block> {
        let line = |row: &EntryRow| {
            let denied = row.decision == tigertally_core::entry::Decision::Denied;
            let rule = row.body.as_ref().filter(|body| !denied && !body.rules.is_empty());
            Line::of(self.tigertally, self.speaker, row, rule.map(|body| visible(&self.speaker.rule(body))))
        };
        let lines: Vec<Line> = entries.map(line).collect();
        if lines.is_empty() {
            return self.nothing();
        }
        let heads = ["evidence-index", "time", "evidence-what", "evidence-decision"].map(|key| self.t(key));
        vec![Block::Entries(heads, lines)]
    }
}

fn point(text: String) -> Point {
    Point { proved: true, text, rows: Vec::new() }
}
