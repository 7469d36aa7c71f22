//! The ledger: what happened, sentence by sentence, live and back in time; its checkpoint; its verification.

use askama::Template;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use tigertally_core::{
    EntryFilter, EntryRow, StoreError,
    desk::MinuteCount,
    entry::{Decision, action},
    policy::Action,
    record::Tier,
};

use super::outside::{OutsideView, outside};
use super::{
    PageError,
    customers::Link,
    html,
    shell::{Shell, grouped},
    staff::{FilterView, address, filter_of},
    visitor::{Page, Visitor},
    words,
};
use crate::{
    address::Query,
    sentence::{Part, Speaker, numbers},
    state::{App, Verified},
    texts::Lang,
};

/// Entries of a page.
const ROWS: usize = 50;
/// Where a person's name leads.
pub(crate) const PEOPLE: &str = "/ledger?staff=";
/// Milliseconds of an hour.
const HOUR_MS: u64 = 3600 * 1000;

/// What an entry is, in the large: for the filter over the list.
const KINDS: &[(&str, &[&str])] = &[
    ("reveals", &[action::REVEAL]),
    (
        "changes",
        &[
            action::CREATE,
            action::CHANGE,
            action::ASSIGN,
            action::REVIEW,
            action::RETIER,
            action::IMPORT,
            action::TASK,
            action::TASK_CLOSE,
            action::FOLLOW_UP,
            action::FOLLOW_UP_END,
            action::ATTACH,
            action::APPROVAL,
            action::APPROVAL_DECIDE,
        ],
    ),
    ("sign-ins", &[action::SIGN_IN, action::SIGN_OUT, action::CREDENTIAL]),
    (
        "rules",
        &[
            action::POLICY,
            action::SETTINGS,
            action::STAFF_CHANGE,
            action::FREEZE,
            action::ROOT_KEY,
            action::INIT,
        ],
    ),
];

/// Stretches of time, with their hours.
const RANGES: &[(&str, u64)] = &[("1h", 1), ("24h", 24), ("7d", 7 * 24), ("30d", 30 * 24), ("90d", 90 * 24)];

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    pub(crate) kind: String,
    pub(crate) staff: String,
    pub(crate) customer: String,
    pub(crate) tier: String,
    pub(crate) range: String,
    pub(crate) before: String,
    /// Where the page ends and the live feed goes on.
    pub(crate) after: String,
}

impl Listed {
    fn href_at(&self, path: &str, name: &str, value: &str) -> String {
        let kept = [
            ("kind", &self.kind),
            ("staff", &self.staff),
            ("customer", &self.customer),
            ("tier", &self.tier),
            ("range", &self.range),
            ("before", &String::new()),
            ("after", &String::new()),
        ];
        address(path, kept.map(|(known, kept)| (known, if known == name { value } else { kept.trim() })))
    }

    /// The address of the list with one thing changed; it begins with the newest entry again.
    fn href(&self, name: &str, value: &str) -> String {
        self.href_at("/ledger", name, value)
    }

    fn actions(&self) -> Vec<&'static str> {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self.kind)
            .map(|(_, actions)| actions.to_vec())
            .unwrap_or_default()
    }

    pub(crate) fn filter(&self, now_ms: u64) -> EntryFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let hours = RANGES.iter().find(|(name, _)| *name == self.range).map(|(_, hours)| *hours);
        EntryFilter {
            before: self.before.parse().ok(),
            staff: some(&self.staff),
            customer: some(&self.customer),
            actions: self.actions(),
            decision: (self.kind == "denied").then_some(Decision::Denied),
            tier: Tier::parse(&self.tier),
            since_ms: hours.map(|hours| now_ms.saturating_sub(hours * HOUR_MS)),
            ..EntryFilter::default()
        }
    }

    /// Whether the live feed shows an entry.
    pub(crate) fn takes(&self, entry: &EntryRow) -> bool {
        let body = entry.body.as_ref();
        let is = |wanted: &str, found: Option<&str>| wanted.trim().is_empty() || found == Some(wanted.trim());
        let actions = self.actions();
        (actions.is_empty() || actions.contains(&entry.action.as_str()))
            && (self.kind != "denied" || entry.decision == Decision::Denied)
            && is(&self.staff, body.map(|body| body.actor.as_str()))
            && is(&self.customer, body.and_then(|body| body.customer.as_deref()))
            && is(&self.tier, body.and_then(|body| body.tier.as_deref()))
    }
}

/// An entry as a line.
pub(crate) struct LineView {
    pub(crate) index: u64,
    pub(crate) time: String,
    pub(crate) day: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) note: String,
    pub(crate) class: &'static str,
    /// Whether customers are links: not for those who see none.
    pub(crate) links: bool,
    /// Where a person's name leads, before the staff number; empty when nowhere.
    pub(crate) people: &'static str,
}

/// Makes lines of entries.
pub(crate) struct Lines<'a> {
    pub(crate) app: &'a App,
    pub(crate) lang: Lang,
    pub(crate) links: bool,
    /// Where a person's name leads, before the staff number; empty when nowhere.
    pub(crate) people: &'static str,
}

impl Lines<'_> {
    pub(crate) fn of(&self, entries: &[EntryRow]) -> Result<Vec<LineView>, StoreError> {
        let (policy, names) = (self.app.tigertally.policy(), self.app.tigertally.names(numbers(entries))?);
        let speaker = Speaker { lang: self.lang, names: &names, policy: &policy };
        Ok(entries.iter().map(|entry| self.line(&speaker, entry)).collect())
    }

    fn line(&self, speaker: &Speaker<'_>, entry: &EntryRow) -> LineView {
        let said = speaker.say(entry);
        let zoned = self.app.tigertally.zoned(entry.time_ms);
        let today = zoned.date() == self.app.tigertally.today();
        let format = if today { "%H:%M:%S" } else { "%m-%d %H:%M" };
        LineView {
            index: entry.index,
            time: zoned.strftime(format).to_string(),
            day: zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            parts: said.parts,
            note: said.note,
            class: said.class,
            links: self.links,
            people: self.people,
        }
    }
}

impl<'a> Lines<'a> {
    /// Lines as this visitor sees them.
    pub(crate) fn new(visitor: &'a Visitor, people: &'static str) -> Lines<'a> {
        Lines { app: &visitor.app, lang: visitor.lang, links: visitor.may(Action::ViewCustomer), people }
    }
}

/// A column of the chart, in parts from the ground up.
pub(crate) struct Column {
    pub(crate) label: String,
    pub(crate) note: String,
    pub(crate) parts: Vec<ColumnPart>,
}

/// A part of a column.
pub(crate) struct ColumnPart {
    pub(crate) class: &'static str,
    pub(crate) from: u64,
    pub(crate) value: u64,
}

/// The last signed checkpoint.
struct HeadView {
    origin: String,
    size: u64,
    root: String,
    signed: String,
    vkey: String,
}

fn head(app: &App) -> HeadView {
    let head = app.tigertally.ledger_head();
    // A checkpoint is its origin, its size and its root, a line each.
    let root = head.checkpoint.lines().nth(2).unwrap_or_default().to_owned();
    HeadView {
        origin: head.origin,
        size: head.checkpoint_size,
        root,
        signed: app.tigertally.zoned(head.checkpoint_time_ms).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        vkey: head.verifier_key,
    }
}

/// What the last verification found.
pub(crate) struct AuditView {
    pub(crate) kind: &'static str,
    pub(crate) time: String,
    pub(crate) headline: &'static str,
    pub(crate) text: String,
}

/// The last verification since the start, in words.
pub(crate) fn audit_of(app: &App, lang: Lang) -> Option<AuditView> {
    app.verified.read().as_ref().map(|verified| audit_view(app, lang, verified))
}

fn audit_view(app: &App, lang: Lang, verified: &Verified) -> AuditView {
    let report = &verified.report;
    let numbers = [
        ("entries", grouped(report.entries)),
        ("checkpoints", grouped(report.checkpoints)),
        ("unsigned", grouped(report.unsigned)),
        ("erased", grouped(report.erased)),
        ("seconds", format!("{:.2}", verified.took.as_secs_f64())),
    ];
    let numbers: Vec<(&'static str, &str)> = numbers.iter().map(|(name, n)| (*name, n.as_str())).collect();
    let (kind, headline, text) = match &report.fault {
        None => ("ok", "ledger-verified", lang.with("ledger-verified-text", &numbers)),
        Some(fault) => ("bad", "ledger-fault", fault.to_string()),
    };
    AuditView { kind, time: words::moment(app, lang, verified.receipt.time_ms), headline, text }
}

/// Which entries a page shows, in words; empty when none.
pub(crate) fn span(entries: &[EntryRow], lang: Lang) -> String {
    match (entries.first(), entries.last()) {
        (Some(first), Some(last)) => {
            lang.with("ledger-span", &[("from", &grouped(last.index)), ("to", &grouped(first.index))])
        }
        _ => String::new(),
    }
}

/// The last hour minute by minute: in words, as columns, and the highest.
fn minutes(visitor: &Visitor) -> Result<(String, Vec<Column>, u64), PageError> {
    let minutes = visitor.desk().ledger_minutes(&visitor.actor).map_err(|error| visitor.fail(&error))?;
    let (entries, denied) = minutes
        .iter()
        .fold((0, 0), |(entries, denied), minute| (entries + minute.entries, denied + minute.denied));
    let numbers = [("entries", grouped(entries)), ("denied", grouped(denied))];
    let numbers: Vec<(&'static str, &str)> = numbers.iter().map(|(name, n)| (*name, n.as_str())).collect();
    let max = minutes.iter().map(|minute| minute.entries).max().unwrap_or(0).max(1);
    let last = minutes.len().saturating_sub(1);
    let column = |(at, minute): (usize, &MinuteCount)| {
        let passed = minute.entries - minute.denied;
        let parts = [("bar2", 0, passed), ("bar4", passed, minute.denied)];
        let zoned = visitor.desk().zoned(minute.from_ms);
        Column {
            label: if at % 15 == 0 || at == last {
                zoned.strftime("%H:%M").to_string()
            } else {
                String::new()
            },
            note: String::new(),
            parts: parts.map(|(class, from, value)| ColumnPart { class, from, value }).into(),
        }
    };
    let columns = minutes.iter().enumerate().map(column).collect();
    Ok((visitor.lang.with("ledger-hour", &numbers), columns, max))
}

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    shell: Shell,
    may_verify: bool,
    audit: Option<AuditView>,
    hour: String,
    columns: Vec<Column>,
    max: u64,
    live: String,
    newest: String,
    kinds: Vec<Link>,
    filters: Vec<FilterView>,
    kept: Vec<(&'static str, String)>,
    staff: String,
    customer: String,
    narrowed: bool,
    lines: Vec<LineView>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    pages: Vec<Link>,
    head: HeadView,
    outside: OutsideView,
    may_name: bool,
}

/// `GET /ledger`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let desk = visitor.desk();
    let filter = listed.filter(desk.now_ms());
    let paged = filter.before.is_some();
    let read = desk.entries(&visitor.actor, filter, ROWS).await;
    let (entries, next, receipt) = read.map_err(|error| visitor.fail(&error))?;
    let lines = Lines::new(&visitor, PEOPLE).of(&entries).map_err(|error| visitor.fail(&error.into()))?;
    let lang = visitor.lang;
    let kind = |kind: &str| Link {
        label: lang.t(&format!("ledger-kind-{}", if kind.is_empty() { "all" } else { kind })),
        href: listed.href("kind", kind),
        current: listed.kind == kind,
    };
    let tiers: Vec<_> = Tier::ALL
        .iter()
        .rev()
        .map(|tier| (tier.name().to_owned(), lang.t(&format!("tier-{}", tier.name()))))
        .collect();
    let ranges: Vec<_> = RANGES
        .iter()
        .map(|(name, _)| ((*name).to_owned(), lang.t(&format!("ledger-range-{name}"))))
        .collect();
    let chart = minutes(&visitor)?;
    let page = LedgerPage {
        shell: visitor.shell("ledger", "/ledger").recorded(&visitor.app, &receipt),
        may_verify: visitor.may(Action::VerifyLedger),
        audit: audit_of(&visitor.app, lang),
        hour: chart.0,
        columns: chart.1,
        max: chart.2,
        live: if paged || !listed.range.is_empty() {
            String::new()
        } else {
            listed.href_at("/ledger/live", "after", &receipt.index.to_string())
        },
        newest: Listed { range: String::new(), ..listed.clone() }.href("before", ""),
        kinds: ["", "denied", "reveals", "changes", "sign-ins", "rules"].map(kind).into(),
        filters: vec![
            filter_of(lang, &lang.t("tier"), &listed.tier, &tiers, |value| listed.href("tier", value)),
            filter_of(lang, &lang.t("time"), &listed.range, &ranges, |value| listed.href("range", value)),
        ],
        kept: vec![
            ("kind", listed.kind.clone()),
            ("tier", listed.tier.clone()),
            ("range", listed.range.clone()),
        ],
        narrowed: listed.href("before", "") != "/ledger",
        lines,
        range: span(&entries, lang),
        newer: paged.then(|| listed.href("before", "")),
        older: next.map(|next| listed.href("before", &next.to_string())),
        pages: Vec::new(),
        staff: listed.staff,
        customer: listed.customer,
        head: head(&visitor.app),
        outside: outside(&visitor).map_err(|error| visitor.fail(&error))?,
        may_name: visitor.may(Action::ManageSettings),
    };
    Ok(html(&page))
}

/// `POST /ledger/verification`
pub(crate) async fn verify(visitor: Visitor) -> Page {
    let begun = std::time::Instant::now();
    let (report, receipt) =
        visitor.desk().verify_ledger(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let took = begun.elapsed();
    *visitor.app.verified.write() = Some(Verified { report, receipt, took });
    Ok(Redirect::to(if visitor.may(Action::ReadLedger) { "/ledger" } else { "/settings" }).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(name: &str, decision: Decision) -> EntryRow {
        let body = json!({"actor": "S012", "customer": "C00003", "tier": "high"});
        EntryRow {
            index: 1,
            time_ms: 0,
            action: name.to_owned(),
            decision,
            body: Some(serde_json::from_value(body).unwrap()),
            outcome: None,
        }
    }

    #[test]
    fn the_feed_shows_what_the_filter_asks_for() {
        let reveal = entry(action::REVEAL, Decision::Allowed);
        let takes = |listed: Listed| listed.takes(&reveal);
        assert!(takes(Listed::default()));
        assert!(takes(Listed { kind: "reveals".to_owned(), ..Listed::default() }));
        assert!(!takes(Listed { kind: "sign-ins".to_owned(), ..Listed::default() }));
        assert!(!takes(Listed { kind: "denied".to_owned(), ..Listed::default() }));
        assert!(takes(Listed { staff: " S012 ".to_owned(), tier: "high".to_owned(), ..Listed::default() }));
        assert!(!takes(Listed { customer: "C00004".to_owned(), ..Listed::default() }));
        assert!(
            Listed { kind: "denied".to_owned(), ..Listed::default() }
                .takes(&entry(action::LIST, Decision::Denied))
        );
    }

    #[test]
    fn the_address_carries_the_state() {
        let listed = Listed {
            kind: "denied".to_owned(),
            staff: "S012".to_owned(),
            before: "9".to_owned(),
            ..Listed::default()
        };
        assert_eq!(listed.href("tier", "high"), "/ledger?kind=denied&staff=S012&tier=high");
        assert_eq!(listed.href("before", "40"), "/ledger?kind=denied&staff=S012&before=40");
        assert_eq!(listed.href_at("/ledger/live", "", ""), "/ledger/live?kind=denied&staff=S012");
        let filter = listed.filter(0);
        assert_eq!((filter.before, filter.decision), (Some(9), Some(Decision::Denied)));
        assert!(
            Listed { kind: "rules".to_owned(), ..Listed::default() }
                .filter(0)
                .actions
                .contains(&action::POLICY)
        );
    }
}
