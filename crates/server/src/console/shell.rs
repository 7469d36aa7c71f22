//! What surrounds every page: the bar, the navigation of the person's own job, the trail.

use axum::http::HeaderMap;
use tigertally_core::{
    entry::Receipt,
    identity::Actor,
    policy::{Action, Role},
};

use super::outside;
use crate::{assets, signed::cookie, state::App, texts::Lang};

/// An entry of the navigation.
pub(crate) struct NavItem {
    pub(crate) href: &'static str,
    pub(crate) label: String,
    pub(crate) icon: &'static str,
    pub(crate) current: bool,
    pub(crate) count: Option<u64>,
    pub(crate) hot: bool,
}

/// A group of the navigation.
pub(crate) struct NavGroup {
    pub(crate) title: String,
    pub(crate) items: Vec<NavItem>,
}

/// Who is signed in.
pub(crate) struct Person {
    pub(crate) initial: String,
    pub(crate) name: String,
    pub(crate) no: String,
    pub(crate) role_label: String,
    pub(crate) department: String,
}

/// As what this view was recorded.
pub(crate) struct ReceiptView {
    pub(crate) index: u64,
    pub(crate) time: String,
}

/// What is said about what was just done, with its number in the ledger.
pub(crate) struct FlashView {
    pub(crate) text: String,
    pub(crate) index: Option<u64>,
}

/// Reads the cookie that the handler before left: `flash-saved` or `flash-saved.123`.
fn flash(headers: &HeaderMap, lang: Lang) -> Option<FlashView> {
    let value = cookie(headers, super::visitor::FLASH).filter(|value| value.starts_with("flash-"))?;
    let (key, index) = value.split_once('.').map_or((value, None), |(key, index)| (key, index.parse().ok()));
    Some(FlashView { text: lang.try_t(key)?, index })
}

/// What every template has under the name `shell`.
pub(crate) struct Shell {
    pub(crate) lang: &'static str,
    pub(crate) theme: Option<String>,
    pub(crate) company: String,
    pub(crate) title: String,
    pub(crate) nav: Vec<NavGroup>,
    pub(crate) tabs: Vec<NavItem>,
    pub(crate) person: Option<Person>,
    pub(crate) ledger_size: u64,
    /// Witnesses that cosign, of those there are: `2/3`; empty without witnesses.
    pub(crate) witnesses: String,
    /// For how long too few have cosigned; empty when enough do.
    pub(crate) witnesses_missed: String,
    /// That the server's clock is behind the ledger, as a sentence; empty when it is not.
    pub(crate) clock_behind: String,
    pub(crate) receipt: Option<ReceiptView>,
    pub(crate) search: bool,
    /// The company's time zone: what scripts write down is in the ledger's own time.
    pub(crate) time_zone: String,
    /// What is said about what was just done.
    pub(crate) flash: Option<FlashView>,
    /// The language itself, for handlers and filters.
    pub(crate) in_lang: Lang,
}

/// Text, address, picture, and what the policy must allow.
type Entry = (&'static str, &'static str, &'static str, Action);

/// The navigation: group, text, address, picture, and what the policy must allow for it to be there.
#[rustfmt::skip]
const NAV: &[(&str, &[Entry])] = &[
    ("nav-work", &[
        ("nav-home", "/", "home", Action::ReadOwnRecord),
        ("nav-inbox", "/inbox", "flag", Action::ReadOwnRecord),
        ("nav-customers", "/customers", "people", Action::ListCustomers),
        ("nav-tasks", "/tasks", "task", Action::CreateTask),
        ("nav-pool", "/pool", "box", Action::ReadPool),
        ("nav-approvals", "/approvals", "check", Action::RequestApproval),
        ("nav-exports", "/exports", "download", Action::ExportCustomers),
        ("nav-handovers", "/handovers", "swap", Action::ReadOwnRecord),
        ("nav-reviews", "/reviews", "eye", Action::ReviewAccess),
        ("nav-team", "/team", "team", Action::ReadTeamActivity),
    ]),
    ("nav-evidence", &[
        ("nav-ledger", "/ledger", "book", Action::ReadLedger),
        ("nav-seen", "/seen", "eye", Action::ReadLedger),
        ("nav-bundles", "/evidence", "shield", Action::MakeEvidence),
        ("nav-trace", "/trace", "search", Action::TraceLeak),
    ]),
    ("nav-rules", &[
        ("nav-rules-own", "/rules", "flag", Action::ReadRules),
        ("nav-policy", "/policy", "doc", Action::ReadPolicy),
        ("nav-tiers", "/tiers", "chart", Action::ManageSettings),
    ]),
    ("nav-system", &[
        ("nav-staff", "/staff", "user", Action::ReadStaff),
        ("nav-import", "/import", "upload", Action::ImportData),
        ("nav-settings", "/settings", "gear", Action::ManageSettings),
        ("nav-api", "/api/docs", "code", Action::ManageSettings),
    ]),
    ("nav-mine", &[
        ("nav-own-record", "/me", "history", Action::ReadOwnRecord),
        ("nav-own-sign-in", "/me/sign-in", "key", Action::ReadOwnRecord),
    ]),
];

/// How many of the witnesses cosign.
fn witnesses(app: &App) -> String {
    let states = app.witnesses.states();
    let well = states.iter().filter(|state| state.problem.is_none() && state.size > 0).count();
    if states.is_empty() { String::new() } else { format!("{well}/{}", states.len()) }
}

/// Whether an entry of the navigation is of use to somebody. Approvals are so to who asks for one, and to who decides.
fn offered(app: &App, actor: &Actor, action: Action) -> bool {
    let may = |action| app.tigertally.may(actor, action);
    may(action) || (action == Action::RequestApproval && may(Action::DecideRequest))
}

impl Shell {
    /// The shell of a page for somebody who is signed in. `current` is the page's own place in the navigation.
    pub(crate) fn new(app: &App, actor: &Actor, headers: &HeaderMap, title: &str, current: &str) -> Shell {
        let mut shell = Shell::bare(app, headers, title);
        let lang = shell.in_lang;
        let item = |(text, href, icon, _): &Entry| NavItem {
            href,
            label: lang.t(text),
            icon,
            current: *href == current,
            count: None,
            hot: false,
        };
        for (title, items) in NAV {
            let mine = items.iter().filter(|(.., action)| offered(app, actor, *action));
            let items: Vec<NavItem> = mine.map(item).collect();
            if !items.is_empty() {
                shell.nav.push(NavGroup { title: lang.t(title), items });
            }
        }
        let all = NAV.iter().flat_map(|(_, items)| items.iter());
        shell.tabs = all.filter(|(.., action)| offered(app, actor, *action)).take(4).map(item).collect();
        shell.search = app.tigertally.may(actor, Action::ListCustomers);
        shell.person = Some(Person {
            initial: actor.name().chars().next().map(String::from).unwrap_or_default(),
            name: actor.name().to_owned(),
            no: actor.no().to_owned(),
            role_label: lang.t(&format!("role-{}", actor.role().name())),
            department: match (actor.department(), actor.region(), actor.role()) {
                ("", _, Role::Operator) => String::new(),
                (department, "", _) => department.to_owned(),
                (department, region, _) => format!("{region} {department}"),
            },
        });
        shell
    }

    /// The shell of a page for nobody in particular: sign-in, and errors before it.
    pub(crate) fn bare(app: &App, headers: &HeaderMap, title: &str) -> Shell {
        let lang = Lang::of(headers);
        Shell {
            lang: lang.tag(),
            theme: cookie(headers, "theme")
                .filter(|theme| ["light", "dark"].contains(theme))
                .map(str::to_owned),
            company: app.tigertally.settings().company,
            title: lang.t(title),
            nav: Vec::new(),
            tabs: Vec::new(),
            person: None,
            ledger_size: app.tigertally.ledger_size(),
            witnesses: witnesses(app),
            witnesses_missed: outside::missed(app, lang),
            clock_behind: app.witnesses.behind_s().map_or_else(String::new, |seconds| {
                lang.with("clock-behind", &[("n", &seconds.to_string())])
            }),
            receipt: None,
            search: false,
            time_zone: app.tigertally.settings().time_zone,
            flash: flash(headers, lang),
            in_lang: lang,
        }
    }

    /// Adds as what the view was recorded.
    pub(crate) fn recorded(mut self, app: &App, receipt: &Receipt) -> Shell {
        self.receipt = Some(ReceiptView { index: receipt.index, time: clock(app, receipt.time_ms) });
        self.ledger_size = self.ledger_size.max(receipt.index + 1);
        self
    }

    /// Counts beside an entry of the navigation.
    pub(crate) fn counted(mut self, href: &str, count: u64, hot: bool) -> Shell {
        let items = self.nav.iter_mut().flat_map(|group| group.items.iter_mut()).chain(&mut self.tabs);
        for item in items.filter(|item| item.href == href && count > 0) {
            item.count = Some(count);
            item.hot = hot;
        }
        self
    }

    /// The text of a key.
    pub(crate) fn t(&self, key: &str) -> String {
        self.in_lang.t(key)
    }

    /// The text of a key with something put into it.
    pub(crate) fn tw(&self, key: &str, name: &'static str, value: &str) -> String {
        self.in_lang.with(key, &[(name, value)])
    }

    /// For how long the witnesses have been missed, as a sentence.
    pub(crate) fn missed(&self) -> String {
        self.in_lang.with("witnesses-missed", &[("time", &self.witnesses_missed)])
    }

    /// The text of a key with a number in it.
    pub(crate) fn tn(&self, key: &str, n: &u64) -> String {
        self.in_lang.counted(key, *n)
    }

    /// A number with its thousands apart.
    pub(crate) fn num(&self, n: &u64) -> String {
        grouped(*n)
    }

    /// The address of an asset.
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// A number with its thousands apart: `1,284,907`.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Time of day of a moment, in the company's time zone: `09:43:02`.
pub(crate) fn clock(app: &App, time_ms: u64) -> String {
    app.tigertally.zoned(time_ms).strftime("%H:%M:%S").to_string()
}
