//! The list of customers and the exact search, masked.

use askama::Template;
use serde::Deserialize;
use tigertally_core::{
    Masked, Sort,
    desk::{ListPage, ListQuery, Scope},
    policy::{Action, Role},
    record::{Field, Kind, Tier},
};

use super::{
    PageError,
    bulk::BulkBar,
    html,
    shell::Shell,
    visitor::{Page, Typed, Visitor},
    words,
};
use crate::{address::Query, texts::Lang};

/// Rows of a page.
const ROWS: u64 = 25;

/// A link of a filter, a tab or the pager.
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// A tab over a list.
pub(crate) struct Tab {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) current: bool,
    pub(crate) count: u64,
}

/// A filter of the list.
struct FilterView {
    label: String,
    value: String,
    on: bool,
    options: Vec<Link>,
}

/// A customer in a table.
pub(crate) struct RowView {
    pub(super) no: String,
    pub(super) name: String,
    pub(super) contact: String,
    pub(super) mobile: String,
    pub(super) tier: &'static str,
    pub(super) region: String,
    pub(super) band: &'static str,
    pub(super) since: String,
    pub(super) owner: String,
    pub(super) mine: bool,
    /// Whether it can be chosen among many.
    pub(super) pick: bool,
}

impl RowView {
    pub(crate) fn new(visitor: &Visitor, masked: &Masked) -> RowView {
        let customer = &masked.customer;
        let mask = |field| masked.mask(field).unwrap_or_default().to_owned();
        let owner = customer.owner.as_ref();
        RowView {
            no: customer.no.clone(),
            name: mask(Field::Name),
            contact: mask(Field::Contact),
            mobile: mask(Field::Mobile),
            tier: customer.tier.name(),
            region: customer.region.clone(),
            band: words::spend_band(customer.spend_fen),
            since: words::month(visitor.lang, &customer.since),
            owner: owner.map(|person| person.name.clone()).unwrap_or_default(),
            mine: owner.is_some_and(|person| person.no == visitor.actor.no()),
            pick: false,
        }
    }
}

/// What the address of the list says. A search term never stands there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    scope: String,
    tier: String,
    region: String,
    kind: String,
    owner: String,
    sort: String,
    page: String,
}

impl Listed {
    /// As a form carries it on.
    pub(super) fn of(typed: &Typed) -> Listed {
        let get = |name: &str| typed.get(name).to_owned();
        Listed {
            scope: get("scope"),
            tier: get("tier"),
            region: get("region"),
            kind: get("kind"),
            owner: get("owner"),
            ..Listed::default()
        }
    }

    /// What a form carries on: all customers of this list.
    fn kept(&self, scope: Scope) -> Vec<(&'static str, String)> {
        let kept = [
            ("scope", name_of(scope).to_owned()),
            ("tier", self.tier.clone()),
            ("region", self.region.clone()),
            ("kind", self.kind.clone()),
            ("owner", self.owner.clone()),
        ];
        kept.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    fn scope(&self, role: Role) -> Scope {
        match self.scope.as_str() {
            "mine" => Scope::Mine,
            "department" => Scope::Department,
            "shared" => Scope::Shared,
            "all" => Scope::All,
            // Whoever owns customers begins with their own.
            _ if role == Role::Staff => Scope::Mine,
            _ if role == Role::Manager => Scope::Department,
            _ => Scope::All,
        }
    }

    fn page(&self) -> u64 {
        self.page.parse().unwrap_or(1).clamp(1, 1_000_000)
    }

    pub(super) fn query(&self, role: Role) -> ListQuery {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ListQuery {
            scope: self.scope(role),
            tier: Tier::parse(&self.tier),
            region: some(&self.region),
            kind: Kind::parse(&self.kind),
            owner: some(&self.owner),
            sort: match self.sort.as_str() {
                "spend" => Sort::Spend,
                "since" => Sort::Since,
                _ => Sort::Number,
            },
            offset: (self.page() - 1) * ROWS,
            limit: ROWS as usize,
            count_scopes: true,
            ..ListQuery::default()
        }
    }

    /// The address of the same list with one thing changed; it begins at the first page again.
    fn href(&self, name: &str, value: &str) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (known, kept) in [
            ("scope", &self.scope),
            ("tier", &self.tier),
            ("region", &self.region),
            ("kind", &self.kind),
            ("owner", &self.owner),
            ("sort", &self.sort),
            ("page", &String::new()),
        ] {
            let kept = if known == name { value } else { kept };
            if !kept.is_empty() {
                pairs.append_pair(known, kept);
            }
        }
        let query = pairs.finish();
        if query.is_empty() { "/customers".to_owned() } else { format!("/customers?{query}") }
    }

    /// The address at which this list is taken out.
    fn export(&self, scope: Scope) -> String {
        let listed = Listed { scope: name_of(scope).to_owned(), sort: String::new(), ..self.clone() };
        listed.href("", "").replacen("/customers", "/exports/new", 1)
    }

    fn narrowed(&self) -> bool {
        [&self.tier, &self.region, &self.kind, &self.owner].iter().any(|text| !text.is_empty())
    }
}

/// How the address names whose customers a list shows.
fn name_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Mine => "mine",
        Scope::Department => "department",
        Scope::Shared => "shared",
        Scope::All => "all",
    }
}

#[derive(Template)]
#[template(path = "customers.html")]
struct CustomersPage {
    shell: Shell,
    intro: String,
    tabs: Vec<Tab>,
    filters: Vec<FilterView>,
    clear: String,
    narrowed: bool,
    sorts: [(String, &'static str); 3],
    rows: Vec<RowView>,
    range: String,
    prev: Option<String>,
    next: Option<String>,
    pages: Vec<Link>,
    may_create: bool,
    may_export: bool,
    /// Where this list is taken out.
    export: String,
    /// What can be done with many of them.
    bulk: Option<BulkBar>,
}

/// `GET /customers`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let query = listed.query(visitor.actor.role());
    let list = visitor.desk().list(&visitor.actor, &query).await.map_err(|error| visitor.fail(&error))?;
    let lang = visitor.lang;
    let scopes = list.scopes.unwrap_or_default();
    let total: u64 = list.counts.iter().sum();
    let (prev, next, pages) = pager(&listed, total);
    let sorted = |name: &str, direction: &'static str| {
        let on = listed.sort == name || (listed.sort.is_empty() && name == "number");
        (listed.href("sort", if name == "number" { "" } else { name }), if on { direction } else { "" })
    };
    let bulk = BulkBar::of_list(&visitor, listed.kept(query.scope), total, list.customers.len());
    let rows = list.customers.iter().map(|masked| RowView::new(&visitor, masked));
    let page = CustomersPage {
        rows: rows.map(|row| RowView { pick: bulk.is_some(), ..row }).collect(),
        bulk,
        shell: visitor.shell("nav-customers", "/customers").recorded(&visitor.app, &list.receipt),
        intro: intro(&visitor, scopes),
        tabs: tabs(&visitor, &listed, query.scope, scopes),
        filters: filters(&visitor, &listed)?,
        clear: Listed { scope: listed.scope.clone(), sort: listed.sort.clone(), ..Listed::default() }
            .href("", ""),
        narrowed: listed.narrowed(),
        sorts: [sorted("number", "ascending"), sorted("spend", "descending"), sorted("since", "ascending")],
        range: range(&list, &listed, total, lang),
        prev,
        next,
        pages,
        may_export: visitor.may(Action::ExportCustomers),
        export: listed.export(query.scope),
        may_create: visitor.may(Action::CreateCustomer),
    };
    Ok(html(&page))
}

fn intro(visitor: &Visitor, [mine, department, _, all]: [u64; 4]) -> String {
    let n = |n: u64| super::shell::grouped(n);
    let lang = visitor.lang;
    match visitor.actor.role() {
        Role::Staff | Role::Manager | Role::Service if all == department => {
            lang.with("list-intro-department", &[("mine", &n(mine)), ("department", &n(department))])
        }
        Role::Staff | Role::Manager | Role::Service => {
            lang.with("list-intro", &[("mine", &n(mine)), ("department", &n(department)), ("all", &n(all))])
        }
        _ => lang.with("list-intro-all", &[("all", &n(all))]),
    }
}

fn tabs(visitor: &Visitor, listed: &Listed, current: Scope, counts: [u64; 4]) -> Vec<Tab> {
    let tab = |(name, scope): (&str, Scope), count: u64| Tab {
        label: visitor.lang.t(&format!("list-{name}")),
        href: listed.href("scope", name),
        current: current == scope,
        count,
    };
    let [mine, department, shared, all] = counts;
    let owns = matches!(visitor.actor.role(), Role::Staff | Role::Manager | Role::Service);
    let mut tabs = Vec::new();
    if owns {
        tabs.push(tab(("mine", Scope::Mine), mine));
        tabs.push(tab(("department", Scope::Department), department));
    }
    if shared > 0 || current == Scope::Shared {
        tabs.push(tab(("shared", Scope::Shared), shared));
    }
    // Two tabs with the same customers are one too many.
    if !owns || all != department || current == Scope::All {
        tabs.push(tab(("all", Scope::All), all));
    }
    tabs
}

fn filters(visitor: &Visitor, listed: &Listed) -> Result<Vec<FilterView>, PageError> {
    let lang = visitor.lang;
    let filter = |name: &str, label: &str, value: &str, choices: Vec<(String, String)>| {
        let mut options = vec![Link {
            label: lang.t("filter-all"),
            href: listed.href(name, ""),
            current: value.is_empty(),
        }];
        let mut shown = lang.t("filter-all");
        for (choice, label) in choices {
            let current = choice == value;
            if current {
                shown.clone_from(&label);
            }
            options.push(Link { label, href: listed.href(name, &choice), current });
        }
        FilterView { label: lang.t(label), value: shown, on: !value.is_empty(), options }
    };
    let named = |prefix: &str, names: &[&str]| -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), lang.t(&format!("{prefix}-{name}")))).collect()
    };
    let regions = visitor.desk().regions().map_err(|error| visitor.fail(&error))?;
    let regions =
        regions.into_iter().filter(|region| !region.is_empty()).map(|region| (region.clone(), region));
    let mut filters = vec![
        filter("tier", "tier", &listed.tier, named("tier", &["high", "medium", "low"])),
        filter("region", "region", &listed.region, regions.collect()),
        filter("kind", "list-kind", &listed.kind, named("kind", &["company", "person"])),
    ];
    if visitor.actor.role() == Role::Manager {
        filters.push(filter("owner", "owner", &listed.owner, colleagues(visitor)?));
    }
    Ok(filters)
}

/// Those who can care for customers of the visitor's department: number and `韩璐 S014`.
pub(crate) fn colleagues(visitor: &Visitor) -> Result<Vec<(String, String)>, PageError> {
    let people = visitor.desk().colleagues(&visitor.actor).map_err(|error| visitor.fail(&error))?;
    Ok(people.into_iter().map(|(no, name)| (no.clone(), format!("{name} {no}"))).collect())
}

fn range(list: &ListPage, listed: &Listed, total: u64, lang: Lang) -> String {
    if total == 0 {
        return lang.counted("customers-count", 0);
    }
    let n = |n: u64| super::shell::grouped(n);
    let from = (listed.page() - 1) * ROWS + 1;
    let to = from - 1 + list.customers.len() as u64;
    lang.with("pager-range", &[("from", &n(from.min(to))), ("to", &n(to)), ("total", &n(total))])
}

type Pager = (Option<String>, Option<String>, Vec<Link>);

/// First, last and the pages around this one; what is left out is a gap.
fn pager(listed: &Listed, total: u64) -> Pager {
    let (page, last) = (listed.page(), total.div_ceil(ROWS).max(1));
    let href = |page: u64| listed.href("page", &if page == 1 { String::new() } else { page.to_string() });
    let prev = (page > 1).then(|| href((page - 1).min(last)));
    let next = (page < last).then(|| href(page + 1));
    let mut pages = Vec::new();
    let mut before = 0;
    for n in (1..=last).filter(|n| *n == 1 || *n == last || n.abs_diff(page) <= 2) {
        if n > before + 1 {
            pages.push(Link { label: "…".to_owned(), href: String::new(), current: false });
        }
        pages.push(Link { label: n.to_string(), href: href(n), current: n == page });
        before = n;
    }
    (prev, next, pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_keeps_what_narrows_the_list_and_drops_the_page() {
        let listed = Listed {
            tier: "high".to_owned(),
            region: "华东".to_owned(),
            page: "4".to_owned(),
            ..Listed::default()
        };
        assert_eq!(
            listed.href("kind", "person"),
            "/customers?tier=high&region=%E5%8D%8E%E4%B8%9C&kind=person"
        );
        assert_eq!(listed.href("page", "5"), "/customers?tier=high&region=%E5%8D%8E%E4%B8%9C&page=5");
        assert_eq!(Listed::default().href("tier", ""), "/customers");
    }

    #[test]
    fn the_pager_shows_the_ends_and_the_neighbours() {
        let labels = |page: &str, total| {
            let (_, _, pages) = pager(&Listed { page: page.to_owned(), ..Listed::default() }, total);
            pages.into_iter().map(|page| page.label).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(labels("1", 0), "1");
        assert_eq!(labels("1", 126), "1 2 3 … 6");
        assert_eq!(labels("471", 23_570), "1 … 469 470 471 472 473 … 943");
        let (prev, next, _) = pager(&Listed { page: "6".to_owned(), ..Listed::default() }, 126);
        assert_eq!((prev.as_deref(), next), (Some("/customers?page=5"), None));
    }
}
