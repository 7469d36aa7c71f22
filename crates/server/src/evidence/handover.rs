//! The record of a hand-over that is closed, on paper: what happened, who signed and decided, and how to check it. It has numbers
//! of customers and staff, names of staff, and counts; no value of a customer and no text that somebody typed.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use tigertally_core::{
    Tigertally,
    desk::{DeskError, HandoverPart, HandoverRecord, HandoverStep},
    entry::{Body, action},
    hex,
    identity::Actor,
    visible,
};

use super::{
    paper::{self, Fonts},
    report::{Block, Line, Point, Report, Tone, join, moment, witnessed},
};
use crate::{
    console::words,
    saved_as::saved_as,
    sentence::{Speaker, numbers},
    texts::Lang,
};

/// The record as a PDF file; `None` when this machine has no font for it, and then nothing is read or put down.
///
/// # Errors
/// Those of [`Tigertally::handover_record`].
pub(crate) async fn handover_record(
    tigertally: &Arc<Tigertally>,
    actor: &Actor,
    id: i64,
    lang: Lang,
) -> Result<Option<Response>, DeskError> {
    let Some(fonts) = Fonts::find() else { return Ok(None) };
    let record = tigertally.handover_record(actor, id).await?;
    let desk = Arc::clone(tigertally);
    // A hand-over of many customers has hundreds of steps to typeset.
    let typeset = tokio::task::spawn_blocking(move || {
        let report = Report::of_handover(&desk, &record, lang)?;
        let pdf = paper::print(&report, &fonts).inspect_err(|fault| {
            tracing::warn!(font = %fonts.regular.path.display(), %fault, "the record has no PDF");
        });
        Ok::<_, DeskError>((record, pdf.ok()))
    });
    let (record, pdf) = typeset.await.map_err(|_| DeskError::TooMuch(1))??;
    let Some(pdf) = pdf else { return Ok(None) };
    tigertally.handover_record_made(actor, &record, &pdf).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        saved_as(&format!("handover-{id}.{}.pdf", lang.pick("zh", "en"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok(Some((headers, pdf).into_response()))
}

impl Report {
    /// Puts the record of a hand-over into words.
    fn of_handover(
        tigertally: &Arc<Tigertally>,
        record: &HandoverRecord,
        lang: Lang,
    ) -> Result<Report, DeskError> {
        let handover = &record.handover;
        let mut people = numbers(record.steps.iter().map(|step| &step.entry));
        people.insert(record.made_by.as_str());
        let bodies = record.steps.iter().filter_map(|step| step.entry.body.as_ref());
        people.extend(bodies.filter_map(|body| body.detail.get("in_place_of")?.as_str()));
        let names = tigertally.names(people)?;
        let policy = tigertally.policy();
        let speaker = Speaker { lang, names: &names, policy: &policy };
        let told = Words { tigertally, record, lang, speaker: &speaker };
        let zone = tigertally.settings().time_zone;
        let made = i64::try_from(record.made_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let mut id = [lang as u8; 16];
        id[..8].copy_from_slice(&handover.id.to_be_bytes());
        id[8..15].copy_from_slice(&record.checkpoint.root[..7]);
        Ok(Report {
            lang,
            title: lang.t("record-title"),
            company: visible(&tigertally.settings().company),
            matter: format!("{} {}", lang.t("record-number"), handover.id),
            origin: visible(&record.checkpoint.origin),
            made: made.unwrap_or(Timestamp::UNIX_EPOCH),
            id,
            blocks: told.blocks(&zone),
        })
    }
}

/// What the record is put into words with.
struct Words<'a> {
    tigertally: &'a Tigertally,
    record: &'a HandoverRecord,
    lang: Lang,
    speaker: &'a Speaker<'a>,
}

impl Words<'_> {
    fn blocks(&self, zone: &str) -> Vec<Block> {
        let t = |key: &str| Block::Heading(self.lang.t(key));
        let note = |key: &str| Block::Text(self.lang.t(key), Tone::Quiet);
        let time = format!("{} ({zone})", self.lang.t("time"));
        let heads = [
            self.lang.t("evidence-index"),
            time,
            self.lang.t("evidence-what"),
            self.lang.t("evidence-decision"),
        ];
        let day = self.record.handover.exposure.as_ref().map_or(0, |exposure| exposure.since_ms);
        let day = self.tigertally.zoned(day).strftime("%Y-%m-%d").to_string();
        let since = self.lang.with("record-exposure-note", &[("day", &day)]);
        vec![
            t("record-application"),
            self.application(),
            note("record-texts"),
            t("handover-inventory"),
            note("record-inventory-note"),
            self.inventory(),
            t("record-exposure"),
            Block::Text(since, Tone::Quiet),
            self.exposure(),
            t("handover-parts"),
            note("record-parts-note"),
            Block::Points(self.parts()),
            t("record-returned"),
            Block::Points(self.returned()),
            t("record-decision"),
            Block::Points(self.decisions()),
            t("record-outcome"),
            self.outcome(),
            t("record-steps"),
            note("record-steps-note"),
            Block::Entries(heads, self.record.steps.iter().map(|step| self.line(step)).collect()),
            t("record-vouched"),
            Block::Points(vec![
                Point { proved: true, text: self.lang.t("record-covered"), rows: Vec::new() },
                witnessed(self.tigertally, self.lang, &self.record.cosignatures),
            ]),
            t("record-check"),
            Block::Text(self.lang.t("record-check-text"), Tone::Plain),
            self.check(),
        ]
    }

    fn fact(&self, key: &str, value: impl AsRef<str>) -> (String, String, Tone) {
        (self.lang.t(key), visible(value.as_ref()), Tone::Plain)
    }

    fn time(&self, ms: u64) -> String {
        moment(self.tigertally, ms)
    }

    /// Who, when, and by which entry.
    fn deed(&self, no: &str, ms: u64, step: Option<&HandoverStep>) -> String {
        let entry = step.map(|step| self.entry(step));
        let when = [self.speaker.person(no), self.time(ms)];
        when.into_iter().chain(entry).collect::<Vec<_>>().join(" · ")
    }

    fn entry(&self, step: &HandoverStep) -> String {
        self.lang.with("record-entry", &[("n", &step.entry.index.to_string())])
    }

    fn steps<'a>(&'a self, action: &'a str) -> impl Iterator<Item = (&'a HandoverStep, &'a Body)> + 'a {
        let of = self.record.steps.iter().filter(move |step| step.entry.action == action);
        of.filter_map(|step| Some((step, step.entry.body.as_ref()?)))
    }

    fn application(&self) -> Block {
        let handover = &self.record.handover;
        let place = [handover.place.0.as_str(), handover.place.1.as_str()];
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        let closed = handover.ended_by.as_ref().zip(handover.ended_ms).map(|((no, _), ms)| {
            let (step, _) = self.steps(action::HANDOVER_CLOSE).last().unzip();
            self.deed(no, ms, step)
        });
        Block::Facts(vec![
            self.fact("handover-leaver", format!("{} {}", handover.leaver.1, handover.leaver.0)),
            self.fact("record-department", place.join(" · ")),
            self.fact("handover-kind", self.lang.t(&format!("handover-{}", handover.kind.name()))),
            self.fact("handover-last-day", &handover.last_day),
            self.fact(
                "record-opened",
                self.deed(&handover.opened_by.0, handover.opened_ms, self.record.steps.first()),
            ),
            self.fact("record-closed", closed.unwrap_or_default()),
            self.fact("record-made", self.deed(&self.record.made_by, self.record.made_ms, None)),
        ])
    }

    fn inventory(&self) -> Block {
        let inventory = &self.record.handover.inventory;
        let yuan = words::yuan(i64::try_from(inventory.orders.1).unwrap_or(i64::MAX));
        let tiers = ["high", "medium", "low"].into_iter().zip(inventory.tiers.iter().rev());
        let tiers = tiers.map(|(tier, count)| format!("{} {count}", self.lang.t(&format!("tier-{tier}"))));
        let customers: Vec<String> = [inventory.customers().to_string()].into_iter().chain(tiers).collect();
        let regions: Vec<String> = inventory
            .regions
            .iter()
            .map(|(region, count)| match region.is_empty() {
                true => format!("{} {count}", self.lang.t("handover-no-region")),
                false => format!("{region} {count}"),
            })
            .collect();
        let regions = if regions.is_empty() { self.lang.t("record-none") } else { regions.join(" · ") };
        Block::Facts(vec![
            self.fact("record-customers", customers.join(" · ")),
            self.fact("handover-by-region", regions),
            self.fact("handover-contacts", inventory.contacts.to_string()),
            self.fact("handover-tasks", inventory.tasks.to_string()),
            self.fact("handover-follow-ups", inventory.follow_ups.to_string()),
            self.fact("handover-orders", format!("{} · {yuan}", inventory.orders.0)),
            self.fact("handover-exports", inventory.exports.to_string()),
            self.fact("handover-approvals", inventory.approvals.to_string()),
        ])
    }

    fn exposure(&self) -> Block {
        let Some(exposure) = &self.record.handover.exposure else { return Block::Facts(Vec::new()) };
        let others = self.lang.with("record-seen-others", &[("n", &exposure.others.to_string())]);
        let mut facts = vec![
            self.fact("handover-seen", format!("{} · {others}", exposure.customers)),
            self.fact("handover-views", exposure.views.to_string()),
            self.fact("handover-reveals", exposure.reveals.to_string()),
            self.fact("handover-denied", exposure.denied.to_string()),
        ];
        for export in &exposure.exports {
            let choice = |yes, one: &str, other: &str| self.lang.t(if yes { one } else { other });
            let told = [
                self.lang.with("record-export-rows", &[("n", &export.people.to_string())]),
                choice(export.in_clear, "record-export-clear", "record-export-masked"),
                choice(export.taken, "record-export-taken", "record-export-left"),
                self.time(export.created_ms),
            ];
            let label = self.lang.with("record-export", &[("n", &export.id.to_string())]);
            facts.push((label, told.join(" · "), Tone::Plain));
        }
        if exposure.exports.is_empty() {
            facts.push(self.fact("record-no-exports", self.lang.t("record-none")));
        }
        Block::Facts(facts)
    }

    fn parts(&self) -> Vec<Point> {
        self.record.handover.parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &HandoverPart) -> Point {
        let who = format!("{} {}", part.receiver.1, part.receiver.0);
        let counts = [part.customers, part.refused, part.checked].map(|count| count.to_string());
        let [taken, refused, checked] = &counts;
        let told = [("who", who.as_str()), ("n", taken), ("refused", refused), ("checked", checked)];
        let of_part =
            |body: &Body| body.detail.get("part").and_then(serde_json::Value::as_i64) == Some(part.id);
        let mut rows = Vec::new();
        for (step, body) in self.steps(action::HANDOVER_SIGN).filter(|(_, body)| of_part(body)) {
            let factor = body.detail.get("factor").and_then(serde_json::Value::as_str).unwrap_or_default();
            let factor = self.lang.t(&format!("factor-{factor}"));
            rows.push(self.row(self.lang.with("record-signed", &[("factor", &factor)]), step));
        }
        let finished = |body: &Body| of_part(body) && body.detail.contains_key("finished");
        for (step, _) in self.steps(action::HANDOVER_MOVE).filter(|(_, body)| finished(body)) {
            rows.push(self.row(self.lang.t("record-moved"), step));
        }
        Point { proved: part.moved_ms.is_some(), text: visible(&self.lang.with("record-part", &told)), rows }
    }

    fn row(&self, what: String, step: &HandoverStep) -> Vec<String> {
        vec![visible(&what), self.time(step.entry.time_ms), self.entry(step)]
    }

    /// Customers that a receiver returned, and to whom each went in the end.
    fn returned(&self) -> Vec<Point> {
        let mut points = Vec::new();
        for (step, body) in self.steps(action::HANDOVER_SIGN) {
            for customer in &body.customers {
                let went = self
                    .steps(action::HANDOVER_MOVE)
                    .filter(|(moved, body)| {
                        moved.entry.index > step.entry.index && body.customers.contains(customer)
                    })
                    .last();
                let from = self.speaker.person(&body.actor);
                let to = went.and_then(|(_, body)| body.staff.as_deref()).map(|no| self.speaker.person(no));
                let key = if to.is_some() { "record-returned-to" } else { "record-returned-gone" };
                let to = to.unwrap_or_default();
                let told = [("customer", customer.as_str()), ("from", from.as_str()), ("to", to.as_str())];
                let mut rows = vec![self.row(self.lang.t("record-returned-step"), step)];
                rows.extend(went.map(|(step, _)| self.row(self.lang.t("record-went-step"), step)));
                points.push(Point { proved: true, text: visible(&self.lang.with(key, &told)), rows });
            }
        }
        if points.is_empty() {
            points.push(Point { proved: true, text: self.lang.t("record-returned-none"), rows: Vec::new() });
        }
        points
    }

    fn decisions(&self) -> Vec<Point> {
        let number = |body: &Body| body.detail.get("approval").and_then(serde_json::Value::as_i64);
        let asked = self.steps(action::APPROVAL).filter(|(_, body)| body.detail.contains_key("people"));
        let points = asked.filter_map(|(step, body)| {
            let approval = number(body)?;
            let id = approval.to_string();
            let told = |key: &str, who: &str| self.lang.with(key, &[("approval", &id), ("who", who)]);
            let mut rows = Vec::new();
            let mut granted = false;
            let decided =
                self.steps(action::APPROVAL_DECIDE).filter(|(_, body)| number(body) == Some(approval));
            for (step, body) in decided {
                let yes = body.detail.get("approved").and_then(serde_json::Value::as_bool) == Some(true);
                granted |= yes;
                let who = self.speaker.person(&body.actor);
                let who = match body.detail.get("in_place_of").and_then(serde_json::Value::as_str) {
                    Some(away) => {
                        let away = self.speaker.person(away);
                        self.lang.with("record-for", &[("who", who.as_str()), ("away", away.as_str())])
                    }
                    None => who,
                };
                rows.push(self.row(told(if yes { "record-approved" } else { "record-refused" }, &who), step));
            }
            let text = told("record-asked", &self.speaker.person(&body.actor));
            let text =
                format!("{} · {} · {}", visible(&text), self.time(step.entry.time_ms), self.entry(step));
            Some(Point { proved: granted, text, rows })
        });
        points.collect()
    }

    fn outcome(&self) -> Block {
        let [waiting, given, refused, moved, gone] = self.record.handover.counts;
        let mut facts = vec![
            self.fact("record-moved-count", moved.to_string()),
            self.fact("record-gone-count", gone.to_string()),
            self.fact("record-ownerless", (waiting + given + refused).to_string()),
        ];
        if let Some((_, body)) = self.steps(action::HANDOVER_CLOSE).last() {
            let count = |key: &str| {
                body.detail.get(key).and_then(serde_json::Value::as_u64).unwrap_or_default().to_string()
            };
            let [tasks, approvals, absences] = ["tasks", "approvals", "absences"].map(count);
            let told = [
                ("tasks", tasks.as_str()),
                ("approvals", approvals.as_str()),
                ("absences", absences.as_str()),
            ];
            facts.push(self.fact("record-open-work", self.lang.with("record-open-work-text", &told)));
            let out = body.detail.get("signed_out").and_then(serde_json::Value::as_bool) == Some(true);
            let out = if out { "record-signed-out-yes" } else { "record-signed-out-no" };
            facts.push(self.fact("record-signed-out", self.lang.t(out)));
        }
        Block::Facts(facts)
    }

    fn line(&self, step: &HandoverStep) -> Line {
        let entry = &step.entry;
        let decision = crate::api::decision_name(entry.decision);
        let said = self.speaker.say(entry);
        // In two halves, below one another: as a whole it is a little too long for the column.
        let hash = hex(&step.leaf_hash);
        let (first, second) = hash.split_at(hash.len() / 2);
        let notes = [visible(&said.note), first.to_owned(), second.to_owned()];
        Line {
            index: entry.index.to_string(),
            time: self.time(entry.time_ms),
            sentence: visible(&said.text()),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect(),
            decision: self.lang.t(&format!("evidence-decision-{decision}")),
            denied: decision == "denied",
        }
    }

    fn check(&self) -> Block {
        let checkpoint = &self.record.checkpoint;
        let indexes: Vec<u64> = self.record.steps.iter().map(|step| step.entry.index).collect();
        let code = |key: &str, value: &str| (self.lang.t(key), visible(value), Tone::Code);
        Block::Facts(vec![
            code("record-check-entries", &join(&indexes)),
            code("ledger-origin", &checkpoint.origin),
            code("record-checkpoint", &format!("{}, {}", checkpoint.size, hex(&checkpoint.root))),
            code("ledger-vkey", self.tigertally.verifier_key()),
        ])
    }
}
