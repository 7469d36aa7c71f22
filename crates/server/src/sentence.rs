//! A ledger entry as a plain sentence, in both languages: who did what, to whose record, and what for.
//!
//! The sentences stand in `oversight.ftl` under `say-ACTION` (a dot in an action's name is a hyphen there), so the order
//! of the words is the language's own: people and customers are put into them as marks, and taken apart again, so that a
//! page can make links of them.

mod form;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tigertally_core::{
    EntryRow,
    entry::{Body, Decision, action},
    policy::Policy,
};

use self::form::key_of;
use crate::texts::Lang;

/// Names of people by staff number.
pub(crate) type Names = HashMap<String, String>;

/// Every action that an entry can tell of.
pub(crate) const ACTIONS: &[&str] = &[
    action::LIST,
    action::SEARCH,
    action::VIEW,
    action::REVEAL,
    action::OUTCOME,
    action::ACCESSES,
    action::CREATE,
    action::CHANGE,
    action::ASSIGN,
    action::SHARE,
    action::SHARE_END,
    action::POOL,
    action::POOL_READ,
    action::CLAIM,
    action::REVIEW,
    action::REVIEW_READ,
    action::REVIEW_LAPSE,
    action::AUDIT_SHEET,
    action::RETIER,
    action::IMPORT,
    action::TASK,
    action::TASK_CLOSE,
    action::WORK,
    action::CALL,
    action::CALL_END,
    action::APPROVAL,
    action::APPROVAL_DECIDE,
    action::ABSENCE,
    action::EXPORT_ASK,
    action::EXPORT,
    action::EXPORT_ROWS,
    action::EXPORT_MADE,
    action::EXPORT_TAKE,
    action::EXPORT_READ,
    action::HANDOVER,
    action::HANDOVER_SIGN,
    action::HANDOVER_MOVE,
    action::HANDOVER_CLOSE,
    action::HANDOVER_READ,
    action::HANDOVER_RECORD,
    action::SIGN_IN,
    action::SIGN_OUT,
    action::CREDENTIAL,
    action::STAFF_READ,
    action::STAFF_CHANGE,
    action::LEDGER_READ,
    action::LEDGER_VERIFY,
    action::WITNESS,
    action::CLOCK,
    action::TIME_STAMP,
    action::EVIDENCE,
    action::TRACE,
    action::ERASE,
    action::OWN_RECORD,
    action::TEAM,
    action::RULES_READ,
    action::RULES,
    action::RULES_ACK,
    action::SETTINGS,
    action::SETTINGS_READ,
    action::POLICY_READ,
    action::POLICY,
    action::INIT,
    action::ROOT_KEY,
    action::DENIED,
];

/// Who acted, in a sentence before it is taken apart.
const WHO: char = '\u{E000}';
/// The customer.
const CUSTOMER: char = '\u{E001}';
/// The member of staff it is about.
const STAFF: char = '\u{E002}';

/// A stretch of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// Where it leads: a customer's page; empty when nowhere.
    pub(crate) href: String,
    /// Whether it names a person.
    pub(crate) person: bool,
    /// The person's staff number; empty for what is no person, and for the system.
    pub(crate) no: String,
}

/// An entry in words.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The sentence.
    pub(crate) parts: Vec<Part>,
    /// What else there is to say: the rule that denied, counts, the way in. May be empty.
    pub(crate) note: String,
    /// How it stands out: `deny`, `stop`, `vip` or empty.
    pub(crate) class: &'static str,
}

impl Said {
    /// The sentence as text.
    pub(crate) fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}

/// The staff numbers that entries name, to be looked up before they are put into words.
pub(crate) fn numbers<'a>(entries: impl IntoIterator<Item = &'a EntryRow>) -> BTreeSet<&'a str> {
    let mut numbers = BTreeSet::new();
    for body in entries.into_iter().filter_map(|entry| entry.body.as_ref()) {
        numbers.insert(body.actor.as_str());
        numbers.extend(body.staff.as_deref());
        numbers
            .extend(["owner", "contact_person"].into_iter().filter_map(|key| body.detail.get(key)?.as_str()));
    }
    numbers
}

/// Puts entries into words.
pub(crate) struct Speaker<'a> {
    pub(crate) lang: Lang,
    pub(crate) names: &'a Names,
    pub(crate) policy: &'a Policy,
}

impl Speaker<'_> {
    /// An entry as a sentence.
    pub(crate) fn say(&self, entry: &EntryRow) -> Said {
        let Some(body) = &entry.body else {
            let parts = vec![plain(self.lang.t("say-erased"))];
            return Said { parts, note: String::new(), class: "" };
        };
        let denied = entry.decision == Decision::Denied || entry.action == action::DENIED;
        let sentence = if denied { self.denial(&entry.action, body) } else { self.deed(&entry.action, body) };
        let note = if denied { self.why_denied(body) } else { self.note(entry, body) };
        let class = match entry.outcome {
            Some(false) => "stop",
            _ if flagged(body, "ok") == Some(false) => "stop",
            _ if matches!(text(body, "event"), "lost" | "ahead" | "forked") => "stop",
            _ if denied => "deny",
            _ if entry.action == action::REVEAL && body.tier.as_deref() == Some("high") => "vip",
            _ => "",
        };
        Said { parts: self.parts(&sentence, body), note, class }
    }

    /// What was done.
    fn deed(&self, name: &str, body: &Body) -> String {
        let count = |key: &str| count(body.detail.get(key)).to_string();
        let text = |key: &str| text(body, key).to_owned();
        let n = match name {
            action::OUTCOME => body.released.len().to_string(),
            action::POOL => body.customers.len().to_string(),
            action::RETIER if moved(body) == 0 => body.customers.len().to_string(),
            action::RETIER => moved(body).to_string(),
            action::TASK | action::TASK_CLOSE => count_or_number(body, "task"),
            action::CALL | action::CALL_END => count_or_number(body, "call"),
            action::APPROVAL | action::APPROVAL_DECIDE | action::SHARE => count_or_number(body, "approval"),
            action::EXPORT_ASK | action::EXPORT | action::EXPORT_MADE | action::EXPORT_TAKE => {
                count_or_number(body, "export")
            }
            action::HANDOVER
            | action::HANDOVER_SIGN
            | action::HANDOVER_MOVE
            | action::HANDOVER_CLOSE
            | action::HANDOVER_READ
            | action::HANDOVER_RECORD => count_or_number(body, "handover"),
            action::POLICY | action::RULES | action::RULES_READ | action::RULES_ACK => {
                count_or_number(body, "version")
            }
            action::TIME_STAMP | action::WITNESS => count_or_number(body, "size"),
            action::CLOCK => count_or_number(body, "seconds"),
            action::EVIDENCE => {
                body.purpose.as_ref().map(|purpose| purpose.reference.clone()).unwrap_or_default()
            }
            action::LEDGER_READ => ["entry", "proof", "seen"].map(|key| count_or_number(body, key)).concat(),
            action::LEDGER_VERIFY => {
                [count_or_number(body, "entries"), count_or_number(body, "new")].concat()
            }
            _ => count("shown"),
        };
        // With whom a customer is shared: a person, or a department.
        let department = text("department");
        let to = if department.is_empty() { STAFF.to_string() } else { department };
        let table = self.lang.try_t(&format!("table-{}", text("table"))).unwrap_or_default();
        self.fill(
            &key_of(name, body),
            body,
            &[("n", &n), ("m", &body.failed.len().to_string()), ("table", &table), ("to", &to)],
        )
    }

    /// What was to be done and was not granted.
    fn denial(&self, name: &str, body: &Body) -> String {
        match name {
            action::REVEAL => return self.fill("say-customer-reveal-denied", body, &[]),
            action::SIGN_IN if body.actor == "unknown" => return self.lang.t("say-sign_in-unknown"),
            _ => {}
        }
        let asked = self.lang.try_t(&format!("asked-{}", text(body, "asked")));
        let wanted = asked
            .filter(|_| name == action::DENIED)
            .or_else(|| self.lang.try_t(&format!("action-{}", name.replace('.', "-"))))
            .unwrap_or_else(|| name.to_owned());
        let key = if body.customer.is_some() { "say-denied-of" } else { "say-denied" };
        self.fill(key, body, &[("wanted", &self.low(&wanted))])
    }

    /// Fills a sentence; people and customers are put in as marks.
    fn fill(&self, key: &str, body: &Body, more: &[(&'static str, &str)]) -> String {
        let why = body.purpose.as_ref().map_or_else(String::new, |purpose| {
            let of = self.lang.t(&format!("purpose-{}", purpose.kind));
            let purpose = format!("{} {}", self.low(&of), purpose.reference);
            self.lang.with("say-why", &[("purpose", &purpose)])
        });
        let fields = self.fields(&body.fields);
        let mut arguments: Vec<(&'static str, &str)> = vec![
            ("who", "\u{E000}"),
            ("customer", "\u{E001}"),
            ("staff", "\u{E002}"),
            ("fields", &fields),
            ("why", &why),
        ];
        arguments.extend_from_slice(more);
        self.lang.with(key, &arguments)
    }

    /// Names of fields, as a sentence has them.
    pub(crate) fn fields(&self, names: &[String]) -> String {
        let name = |field: &String| {
            let known = self.lang.try_t(&format!("field-{field}")).or_else(|| self.lang.try_t(field));
            self.low(&known.unwrap_or_else(|| field.clone()))
        };
        let names: Vec<String> = names.iter().map(name).collect();
        match (self.lang, names.split_last()) {
            (Lang::En, Some((last, before))) if !before.is_empty() => {
                format!("{} and {last}", before.join(", "))
            }
            _ => names.join(self.lang.pick("、", ", ")),
        }
    }

    /// A label inside an English sentence begins small, unless it is an abbreviation.
    fn low(&self, label: &str) -> String {
        let mut letters = label.chars();
        match (letters.next(), letters.next()) {
            (Some(first), Some(second)) if !second.is_uppercase() => {
                first.to_lowercase().chain(label.chars().skip(1)).collect()
            }
            _ => label.to_owned(),
        }
    }

    /// Which rule denied, or what was wrong.
    fn why_denied(&self, body: &Body) -> String {
        if let Some(failed) = body.detail.get("failed").and_then(Value::as_str) {
            let reason = self.lang.try_t(&format!("say-failed-{failed}")).unwrap_or_default();
            return self.joined([reason, self.came(body)]);
        }
        if body.rules.is_empty() { self.lang.t("say-no-rule") } else { self.rule(body) }
    }

    /// The rules that decided, in their own words.
    pub(crate) fn rule(&self, body: &Body) -> String {
        let rule = |id: &String| {
            let known = self.policy.rules().into_iter().find(|rule| rule.id.as_str() == id.as_str());
            known.map_or_else(
                || id.clone(),
                |rule| self.lang.pick(&rule.sentence.zh, &rule.sentence.en).to_owned(),
            )
        };
        let rules: Vec<String> = body.rules.iter().map(rule).collect();
        self.lang
            .with("say-rule", &[("rule", rules.join(self.lang.pick("", " ")).trim_end_matches(['。', '.']))])
    }

    /// What else there is to say.
    fn note(&self, entry: &EntryRow, body: &Body) -> String {
        let with = |key: &str, name: &'static str, value: &str| self.lang.with(key, &[(name, value)]);
        let number = |key: &str| count(body.detail.get(key)).to_string();
        let flag = |key: &str| flagged(body, key).unwrap_or(false);
        if entry.outcome == Some(false) {
            return self.lang.t("say-note-failed");
        }
        if flag("repeated") {
            return self.lang.t("say-note-repeated");
        }
        match entry.action.as_str() {
            action::LIST | action::SEARCH | action::POOL_READ => {
                with("say-note-shown", "n", &number("shown"))
            }
            action::EXPORT_ASK | action::EXPORT | action::EXPORT_TAKE
                if body.detail.contains_key("people") =>
            {
                with("say-note-people", "n", &number("people"))
            }
            action::EXPORT_ASK => with("say-note-people", "n", &number("counted")),
            action::EXPORT_ROWS => self.joined([
                with("say-note-export", "n", text(body, "export").trim()),
                with("say-note-people", "n", &number("shown")),
            ]),
            action::EXPORT_MADE => with("say-note-people", "n", &number("rows")),
            action::HANDOVER_MOVE if body.detail.contains_key("moved") => {
                with("say-note-people", "n", &number("moved"))
            }
            action::HANDOVER_SIGN if body.detail.contains_key("accepted") => {
                with("say-note-people", "n", &number("accepted"))
            }
            action::CREATE if !body.fields.is_empty() => {
                with("say-note-fields", "fields", &self.fields(&body.fields))
            }
            action::CHANGE if flag("unchanged") => self.lang.t("say-note-unchanged"),
            action::CALL_END => with("say-note-characters", "n", &number("characters")),
            action::REVIEW => self.joined([
                self.accesses("say-note-kept", body, "kept"),
                self.accesses("say-note-ended", body, "ended"),
                with("say-note-next", "day", text(body, "next")),
            ]),
            action::REVIEW_LAPSE => with("say-note-due", "day", text(body, "due")),
            action::SHARE => {
                let classes = body.detail.get("classes").and_then(Value::as_array).into_iter().flatten();
                let classes = classes.filter_map(Value::as_str).filter(|name| *name != "basic");
                let classes = classes.map(|name| self.low(&self.lang.t(&format!("class-{name}"))));
                let until = with("say-note-until", "day", text(body, "until"));
                self.joined(classes.chain([until]))
            }
            action::SHARE_END => self
                .lang
                .try_t(&format!("share-ended-{}", text(body, "ended")))
                .map_or_else(String::new, |why| self.low(&why)),
            action::ASSIGN => self.joined(["owner", "contact_person"].map(|key| {
                let no = text(body, key);
                let key = if key == "owner" { "say-note-owner" } else { "say-note-contact" };
                if no.is_empty() { String::new() } else { with(key, "person", &self.person(no)) }
            })),
            action::TASK if body.staff.as_deref() != Some(&body.actor) => body
                .staff
                .as_ref()
                .map_or_else(String::new, |no| with("say-note-for", "person", &self.person(no))),
            action::SIGN_IN => {
                let factor = text(body, "factor").replace(' ', "-");
                let factor = self.lang.try_t(&format!("factor-{factor}")).unwrap_or_default();
                self.joined([factor, self.came(body)])
            }
            action::IMPORT => self.import_note(body),
            action::WITNESS => text(body, "witness").to_owned(),
            action::CLOCK => text(body, "name").to_owned(),
            action::TIME_STAMP => text(body, "authority").to_owned(),
            action::EVIDENCE if body.detail.contains_key("entries") => {
                with("say-note-entries", "n", &number("entries"))
            }
            action::EVIDENCE => format!("SHA-256 {}", text(body, "sha256")),
            action::TRACE => self.joined(["lines", "found"].map(|key| {
                let n = if body.detail.contains_key(key) { number(key) } else { String::new() };
                if n.is_empty() { n } else { with(&format!("say-note-leak-{key}"), "n", &n) }
            })),
            action::ERASE => {
                let order = with("say-note-order", "order", text(body, "order"));
                let erased = body.detail.get("entries").and_then(Value::as_array).map_or(0, Vec::len);
                self.joined([order, with("say-note-erased", "n", &erased.to_string())])
            }
            action::RETIER => self.moves_note(body),
            action::STAFF_CHANGE | action::SETTINGS => self.changed_note(body),
            _ => String::new(),
        }
    }

    /// How many accesses a review kept or ended.
    fn accesses(&self, key: &str, body: &Body, member: &str) -> String {
        match body.detail.get(member).and_then(Value::as_array).map_or(0, Vec::len) {
            0 => String::new(),
            n => self.lang.with(key, &[("n", &n.to_string())]),
        }
    }

    fn import_note(&self, body: &Body) -> String {
        if let Some(code) = body.detail.get("refused").and_then(Value::as_str) {
            return self.lang.t(&format!("refused-{code}"));
        }
        let counted = |key: &'static str, text: &str| match count(body.detail.get(key)) {
            0 => String::new(),
            n => self.lang.with(text, &[("n", &n.to_string())]),
        };
        self.joined([
            counted("created", "say-note-created"),
            counted("updated", "say-note-updated"),
            counted("unchanged", "say-note-same"),
            counted("rejected", "say-note-rejected"),
        ])
    }

    fn moves_note(&self, body: &Body) -> String {
        let Some(Value::Object(moves)) = body.detail.get("moves") else { return String::new() };
        let tier = |name: &str| self.low(&self.lang.t(&format!("tier-{name}")));
        let moved = moves.iter().filter_map(|(name, customers)| {
            let (from, to) = name.split_once('>')?;
            Some(format!("{} → {} {}", tier(from), tier(to), count(Some(customers))))
        });
        self.joined(moved)
    }

    /// Names of what was changed; values of settings and of colleagues' records are on the entry's own page.
    fn changed_note(&self, body: &Body) -> String {
        let known = |key: &String| {
            let label = self
                .lang
                .try_t(&format!("setting-{key}"))
                .or_else(|| self.lang.try_t(&format!("staff-{key}")));
            label.map_or_else(|| key.clone(), |label| self.low(&label))
        };
        let keys = body.detail.iter().flat_map(|(key, value)| match value {
            Value::Object(inner) if key != "tiers" => inner.keys().cloned().collect(),
            Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => vec![key.clone()],
        });
        let mut names: Vec<String> = keys.map(|key| known(&key)).collect();
        names.extend(body.fields.iter().map(known));
        names.join(self.lang.pick("、", ", "))
    }

    /// The way in and the address.
    fn came(&self, body: &Body) -> String {
        let via = self.lang.try_t(&format!("via-{}", body.via)).unwrap_or_default();
        self.joined([via, text(body, "address").to_owned()])
    }

    fn joined(&self, parts: impl IntoIterator<Item = String>) -> String {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(self.lang.pick("，", ", "))
    }

    /// A person as a sentence names them: `S012 周敏`, `周敏 (S012)`.
    pub(crate) fn person(&self, no: &str) -> String {
        match (no, self.names.get(no)) {
            ("operator" | "system" | "unknown", _) => self.lang.t(&format!("actor-{no}")),
            (_, None) => no.to_owned(),
            (_, Some(name)) => match self.lang {
                Lang::Zh => format!("{no} {name}"),
                Lang::En => format!("{name} ({no})"),
            },
        }
    }

    /// Takes a filled sentence apart at its marks.
    fn parts(&self, sentence: &str, body: &Body) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = sentence;
        while let Some(at) = rest.find([WHO, CUSTOMER, STAFF]) {
            let (before, mark) = rest.split_at(at);
            let mut marks = mark.chars();
            if !before.is_empty() {
                parts.push(plain(before.to_owned()));
            }
            match marks.next() {
                Some(CUSTOMER) => {
                    let no = body.customer.clone().unwrap_or_default();
                    parts.push(Part { href: format!("/customers/{no}"), ..plain(no) });
                }
                mark => {
                    let no =
                        if mark == Some(STAFF) { body.staff.as_deref() } else { Some(body.actor.as_str()) };
                    let no = no.unwrap_or_default();
                    let known = self.names.contains_key(no);
                    let known = if known { no.to_owned() } else { String::new() };
                    parts.push(Part { person: true, no: known, ..plain(self.person(no)) });
                }
            }
            rest = marks.as_str();
        }
        if !rest.is_empty() {
            parts.push(plain(rest.to_owned()));
        }
        parts
    }
}

fn plain(text: String) -> Part {
    Part { text, href: String::new(), person: false, no: String::new() }
}

fn flagged(body: &Body, key: &str) -> Option<bool> {
    body.detail.get(key).and_then(Value::as_bool)
}

fn text<'a>(body: &'a Body, key: &str) -> &'a str {
    body.detail.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// How many something is: a number, or a list of what was counted.
fn count(value: Option<&Value>) -> u64 {
    match value {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        Some(Value::Array(list)) => list.len() as u64,
        Some(Value::Object(map)) => map.len() as u64,
        _ => 0,
    }
}

fn count_or_number(body: &Body, key: &str) -> String {
    match body.detail.get(key) {
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// How many customers changed their tier.
fn moved(body: &Body) -> u64 {
    match body.detail.get("moves") {
        Some(Value::Object(moves)) => moves.values().map(|list| count(Some(list))).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
