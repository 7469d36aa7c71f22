//! The public pool: who is in it, what of one's own falls soon, claiming, and putting somebody in.

use askama::Template;
use serde::Deserialize;
use tigertally_core::{
    desk::{Falling, PoolQuery, Pooled},
    record::Tier,
};

use super::{
    bulk::BulkBar,
    charts::{AgeingView, ageing},
    customers::Link,
    html,
    shell::Shell,
    staff::{FilterView, address},
    visitor::{Page, Visitor},
    words,
};
use crate::address::{Path, Query};

/// Customers of a page.
const ROWS: usize = 50;

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    tier: String,
    region: String,
    after: String,
}

impl Listed {
    fn href(&self, name: &str, value: &str) -> String {
        let kept = [("tier", &self.tier), ("region", &self.region), ("after", &String::new())];
        address("/pool", kept.map(|(known, kept)| (known, if known == name { value } else { kept })))
    }
}

/// A customer in the pool.
struct RowView {
    no: String,
    kind: &'static str,
    tier: &'static str,
    place: String,
    since: String,
    claimable: bool,
    assignable: bool,
}

/// One of the visitor's own that falls soon.
struct FallingView {
    no: String,
    tier: &'static str,
    region: String,
    falls: String,
}

#[derive(Template)]
#[template(path = "pool.html")]
struct PoolPage {
    shell: Shell,
    rows: Vec<RowView>,
    falling: Vec<FallingView>,
    filters: Vec<FilterView>,
    total: u64,
    claims_left: u64,
    /// Whether the visitor could claim anything on the page.
    claims: bool,
    /// What can be done with many of them.
    bulk: Option<BulkBar>,
    first: Option<String>,
    next: Option<String>,
    /// How long customers have been there, and whose fall soon.
    ageing: AgeingView,
}

/// `GET /pool`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let query = PoolQuery {
        tier: Tier::parse(&listed.tier),
        region: Some(listed.region.clone()).filter(|region| !region.is_empty()),
        after: listed.after.parse().ok(),
        limit: ROWS,
    };
    let pool = visitor.desk().pool(&visitor.actor, &query).await.map_err(|error| visitor.fail(&error))?;
    let (app, lang) = (&visitor.app, visitor.lang);
    let row = |one: Pooled| RowView {
        no: one.no,
        kind: one.kind.name(),
        tier: one.tier.name(),
        place: [one.department, one.region].join(" · "),
        since: words::moment(app, lang, one.pooled_ms),
        claimable: one.claimable && pool.claims_left > 0,
        assignable: one.assignable,
    };
    let falls = |one: Falling| FallingView {
        no: one.no,
        tier: one.tier.name(),
        region: one.region,
        falls: words::moment(app, lang, one.falls_ms),
    };
    let rows: Vec<RowView> = pool.customers.into_iter().map(row).collect();
    let page = PoolPage {
        shell: visitor.shell("nav-pool", "/pool").recorded(app, &pool.receipt),
        claims: rows.iter().any(|row| row.claimable),
        bulk: BulkBar::of_pool(
            rows.iter().any(|row| row.claimable),
            rows.iter().any(|row| row.assignable),
            [&listed.tier, &listed.region],
            (pool.total, rows.len()),
        ),
        rows,
        falling: pool.falling.into_iter().map(falls).collect(),
        filters: filters(&visitor, &listed, &pool.regions),
        total: pool.total,
        claims_left: u64::from(pool.claims_left),
        ageing: ageing(&visitor, &pool.ageing),
        first: query.after.map(|_| listed.href("after", "")),
        next: pool.next.map(|after| listed.href("after", &after.to_string())),
    };
    Ok(html(&page))
}

fn filters(visitor: &Visitor, listed: &Listed, regions: &[String]) -> Vec<FilterView> {
    let lang = visitor.lang;
    let all = |name: &str, chosen: &str| Link {
        href: listed.href(name, ""),
        label: lang.t("filter-all"),
        current: chosen.is_empty(),
    };
    let option = |name: &str, value: &str, label: String, chosen: &str| Link {
        href: listed.href(name, value),
        label,
        current: value == chosen,
    };
    let tiers = Tier::ALL.map(|tier| {
        let label = lang.t(&format!("tier-{}", tier.name()));
        option("tier", tier.name(), label, &listed.tier)
    });
    let regions = regions.iter().map(|region| option("region", region, region.clone(), &listed.region));
    let view = |label: &str, name: &str, chosen: &str, options: Vec<Link>| {
        let options: Vec<Link> = std::iter::once(all(name, chosen)).chain(options).collect();
        let value = options.iter().find(|option| option.current).map(|option| option.label.clone());
        FilterView { label: lang.t(label), value: value.unwrap_or_default(), on: !chosen.is_empty(), options }
    };
    vec![
        view("tier", "tier", &listed.tier, tiers.into()),
        view("region", "region", &listed.region, regions.collect()),
    ]
}

/// `POST /pool/{no}/claim`
pub(crate) async fn claim(visitor: Visitor, Path(no): Path<String>) -> Page {
    let done = visitor.desk().claim_from_pool(&visitor.actor, &no).await;
    let receipt = done.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&Visitor::customer(&no), "flash-claimed", receipt))
}

/// `POST /customers/{no}/pool`
pub(crate) async fn put(visitor: Visitor, Path(no): Path<String>) -> Page {
    let done = visitor.desk().put_into_pool(&visitor.actor, &no).await;
    let receipt = done.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done("/pool", "flash-pooled", receipt))
}
