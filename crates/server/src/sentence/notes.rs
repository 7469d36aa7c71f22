//! What else there is to say of an entry: counts, who it was for, what was changed.

use serde_json::Value;
use tigertally_core::{
    EntryRow,
    entry::{Body, action},
};

use super::{Speaker, count, flagged, text};

impl Speaker<'_> {
    /// What else there is to say.
    pub(super) fn note(&self, entry: &EntryRow, body: &Body) -> String {
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
            action::FOLLOW_UP | action::FOLLOW_UP_END => self.joined([
                self.lang.try_t(&format!("follow-up-{}", text(body, "how"))).unwrap_or_default(),
                if body.detail.contains_key("characters") {
                    with("say-note-characters", "n", &number("characters"))
                } else {
                    String::new()
                },
                if body.detail.contains_key("task") {
                    with("say-note-next-step", "n", &number("task"))
                } else {
                    String::new()
                },
            ]),
            action::HISTORY => with("say-note-items", "n", &number("shown")),
            action::ATTACH | action::ATTACHMENT => with("say-note-bytes", "n", &number("bytes")),
            action::CONNECT if flag("link") => String::new(),
            action::CONNECT => with("say-note-machine", "host", text(body, "to")),
            action::REVEAL if text(body, "to") == "device" => self.lang.t("say-note-device"),
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
        names.extend(self.links_note(body));
        names.join(self.lang.pick("、", ", "))
    }

    /// Where links in mails lead from now on: people type their password and code there.
    fn links_note(&self, body: &Body) -> Option<String> {
        let mail = body.detail.get("changed")?.get("mail")?;
        let url = |side: &str| mail.get(side)?.get("public_url")?.as_str();
        let (from, to) = (url("from").unwrap_or_default(), url("to").unwrap_or_default());
        (from != to && !to.is_empty()).then(|| self.lang.with("say-note-links", &[("url", to)]))
    }

    /// How many accesses a review kept or ended.
    fn accesses(&self, key: &str, body: &Body, member: &str) -> String {
        match body.detail.get(member).and_then(Value::as_array).map_or(0, Vec::len) {
            0 => String::new(),
            n => self.lang.with(key, &[("n", &n.to_string())]),
        }
    }
}
