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
    action::BULK_PREVIEW,
    action::BULK_RUN,
    action::BULK_UNDO,
    action::BULK_READ,
    action::REVIEW,
    action::REVIEW_READ,
    action::REVIEW_LAPSE,
    action::AUDIT_SHEET,
    action::RETIER,
    action::IMPORT,
    action::TASK,
    action::TASK_CLOSE,
    action::WORK,
    action::FOLLOW_UP,
    action::FOLLOW_UP_END,
    action::HISTORY,
    action::ATTACH,
    action::ATTACHMENT,
    action::CONNECT,
    action::MAIL,
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
    action::FREEZE,
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

/// How many mails an entry tells of.
fn mails(body: &Body) -> usize {
    let lists = ["mails", "sent", "failed", "given_up", "put_back"].into_iter();
    lists.filter_map(|key| body.detail.get(key)?.as_array()).map(Vec::len).sum()
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
            action::POOL | action::BULK_PREVIEW | action::BULK_RUN | action::BULK_UNDO => {
                body.customers.len().to_string()
            }
            action::RETIER if moved(body) == 0 => body.customers.len().to_string(),
            action::RETIER => moved(body).to_string(),
            action::TASK | action::TASK_CLOSE => count_or_number(body, "task"),
            action::FOLLOW_UP | action::FOLLOW_UP_END => count_or_number(body, "follow_up"),
            action::ATTACH | action::ATTACHMENT => count_or_number(body, "attachment"),
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
            action::MAIL => mails(body).to_string(),
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

mod notes;
#[cfg(test)]
mod tests;
