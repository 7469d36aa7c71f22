//! Many customers at once: chosen in a list, looked over, done, undone.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::RawQuery,
    response::{IntoResponse, Redirect},
};
use tigertally_core::{
    BulkKind, BulkOutcome,
    desk::{Bulk, BulkAct, BulkCustomer, BulkOf, BulkState, DeskError, ListQuery, MOST_BULK},
    record::Tier,
};

use super::{
    PageError,
    charts::Stack,
    customers::{Link, Listed, colleagues},
    html,
    shares::{self, ShareInputs},
    shell::{Shell, clock, grouped},
    visitor::{Faults, Page, Typed, Visitor, said},
    words,
};
use crate::{address::Path, problem::Problem};

/// What a form carries on of what was chosen.
const KEPT: [&str; 9] = ["no", "all", "total", "pool", "scope", "tier", "region", "kind", "owner"];

/// What can be done with many customers of a list.
pub(super) struct BulkBar {
    /// Carried on: which list it is.
    pub(super) kept: Vec<(&'static str, String)>,
    pub(super) total: u64,
    /// Whether all of the list can be chosen, and are more than stand on the page.
    pub(super) more: bool,
    /// Whether they are more than can be changed at once.
    pub(super) too_many: bool,
    pub(super) acts: Vec<&'static str>,
}

impl BulkBar {
    fn new(
        mut kept: Vec<(&'static str, String)>,
        acts: Vec<&'static str>,
        (total, shown): (u64, usize),
    ) -> Option<BulkBar> {
        kept.push(("total", total.to_string()));
        let (beyond, too_many) = (total > shown as u64, total > MOST_BULK as u64);
        (!acts.is_empty()).then_some(BulkBar {
            kept,
            total,
            more: beyond && !too_many,
            too_many: beyond && too_many,
            acts,
        })
    }

    /// Of the list of customers; `None` for who may change none.
    pub(super) fn of_list(
        visitor: &Visitor,
        kept: Vec<(&'static str, String)>,
        total: u64,
        shown: usize,
    ) -> Option<BulkBar> {
        let (assigns, shares) = visitor.desk().may_bulk(&visitor.actor);
        let acts = [("assign", assigns), ("share", shares), ("pool", assigns)];
        let acts = acts.into_iter().filter(|(_, may)| *may).map(|(act, _)| act).collect();
        BulkBar::new(kept, acts, (total, shown))
    }

    /// Of the public pool.
    pub(super) fn of_pool(
        claims: bool,
        assigns: bool,
        [tier, region]: [&String; 2],
        counts: (u64, usize),
    ) -> Option<BulkBar> {
        let acts = [("claim", claims), ("assign", assigns)];
        let acts = acts.into_iter().filter(|(_, may)| *may).map(|(act, _)| act).collect();
        let kept = [("pool", "1".to_owned()), ("tier", tier.clone()), ("region", region.clone())];
        BulkBar::new(kept.into_iter().filter(|(_, value)| !value.is_empty()).collect(), acts, counts)
    }
}

/// What was chosen.
struct Chosen {
    of: BulkOf,
    count: u64,
    kept: Vec<(&'static str, String)>,
    /// The list that it was chosen from.
    back: &'static str,
}

impl Chosen {
    /// `None` when nothing was.
    fn of(visitor: &Visitor, typed: &Typed) -> Option<Chosen> {
        let pool = typed.ticked("pool");
        let numbers: Vec<String> = typed.all("no").into_iter().map(|(_, no)| no.to_owned()).collect();
        let count =
            if typed.ticked("all") { typed.get("total").parse().unwrap_or(0) } else { numbers.len() as u64 };
        let of = if !typed.ticked("all") {
            BulkOf::These(numbers)
        } else if pool {
            let region = typed.some("region").map(str::to_owned);
            BulkOf::Pool { tier: Tier::parse(typed.get("tier")), region }
        } else {
            let query = Listed::of(typed).query(visitor.actor.role());
            BulkOf::List(Box::new(ListQuery { offset: 0, count_scopes: false, ..query }))
        };
        let nothing = matches!(&of, BulkOf::These(numbers) if numbers.is_empty());
        let kept = |name: &'static str| {
            typed
                .all(name)
                .into_iter()
                .filter(|(rest, _)| rest.is_empty())
                .map(move |(_, v)| (name, v.to_owned()))
        };
        // What was chosen one by one does not count beside all.
        let kept = KEPT.into_iter().filter(|name| *name != "no" || !typed.ticked("all")).flat_map(kept);
        let back = if pool { "/pool" } else { "/customers" };
        (!nothing).then(|| Chosen { count, kept: kept.collect(), back, of })
    }
}

#[derive(Template)]
#[template(path = "bulk-new.html")]
struct NewPage {
    shell: Shell,
    faults: Faults,
    typed: Typed,
    act: &'static str,
    title: String,
    lead: String,
    kept: Vec<(&'static str, String)>,
    back: &'static str,
    owners: Vec<Link>,
    inputs: Option<ShareInputs>,
}

fn form(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let act = match typed.get("act") {
        "assign" => "assign",
        "share" => "share",
        _ => return Err(visitor.missing()),
    };
    let back = if typed.ticked("pool") { "/pool" } else { "/customers" };
    let Some(chosen) = Chosen::of(visitor, &typed) else {
        return Ok(said(&visitor.app, back, "flash-bulk-none"));
    };
    let link = |(no, label): (String, String)| Link { current: no == typed.get("owner_to"), href: no, label };
    let owners =
        if act == "assign" { colleagues(visitor)?.into_iter().map(link).collect() } else { Vec::new() };
    let inputs = if act == "share" { Some(ShareInputs::new(visitor, &typed, |_| false)?) } else { None };
    let page = NewPage {
        title: visitor.lang.counted(&format!("bulk-new-{act}"), chosen.count),
        lead: visitor.lang.t(&format!("bulk-new-{act}-text")),
        shell: visitor.shell("bulk-title", chosen.back),
        kept: chosen.kept,
        back: chosen.back,
        act,
        owners,
        inputs,
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /bulk/new`
pub(crate) async fn new(visitor: Visitor, RawQuery(query): RawQuery) -> Page {
    let query = query.unwrap_or_default();
    form(
        &visitor,
        Typed::of(form_urlencoded::parse(query.as_bytes()).into_owned().collect()),
        Faults::default(),
    )
}

/// `POST /bulk`
pub(crate) async fn look(visitor: Visitor, typed: Typed) -> Page {
    let lang = visitor.lang;
    let act = match BulkKind::parse(typed.get("act")) {
        Some(BulkKind::Pool) => BulkAct::Pool,
        Some(BulkKind::Claim) => BulkAct::Claim,
        Some(BulkKind::Assign) => match typed.some("owner_to") {
            Some(no) => BulkAct::Assign(no.to_owned()),
            None => return form(&visitor, typed, Faults::one("owner_to", lang.t("bulk-to-whom"))),
        },
        Some(BulkKind::Share) => match shares::wish(&typed) {
            Some(wish) => BulkAct::Share(wish),
            None => return form(&visitor, typed, Faults::one("to", lang.t("share-to-whom"))),
        },
        None => return Err(visitor.missing()),
    };
    let back = if typed.ticked("pool") { "/pool" } else { "/customers" };
    let Some(chosen) = Chosen::of(&visitor, &typed) else {
        return Ok(said(&visitor.app, back, "flash-bulk-none"));
    };
    match visitor.desk().preview_bulk(&visitor.actor, &chosen.of, &act, None).await {
        Ok(bulk) => Ok(Redirect::to(&format!("/bulk/{}", bulk.id)).into_response()),
        Err(error) => {
            let faults = match (&act, error) {
                (_, error @ DeskError::TooMuch(_)) => Err(error),
                (BulkAct::Share(_), error) => shares::faults_of(&visitor, error),
                (BulkAct::Assign(_), DeskError::NotFound("owner")) => {
                    Ok(Faults::one("owner_to", lang.t("form-no-staff")))
                }
                (_, error) => Err(error),
            };
            match faults {
                Ok(faults) => form(&visitor, typed, faults),
                Err(error) => Err(PageError::from(Problem::of_bulk(&error, lang))),
            }
        }
    }
}

/// Customers of which the same becomes.
struct GroupView {
    title: String,
    why: String,
    mark: &'static str,
    count: u64,
    customers: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct BulkPage {
    shell: Shell,
    id: i64,
    /// Under which key the button's text stands.
    do_key: String,
    state: &'static str,
    title: String,
    lead: String,
    back: &'static str,
    /// How many can be done, or undone.
    next: u64,
    /// Until when.
    until: String,
    in_time: bool,
    tiers: Vec<Stack>,
    tiers_alt: String,
    most: u64,
    missing: u64,
    groups: Vec<GroupView>,
}

/// `GET /bulk/{id}`
pub(crate) async fn page(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let bulk = visitor.desk().bulk(&visitor.actor, id).await.map_err(|error| visitor.fail(&error))?;
    let lang = visitor.lang;
    let (kind, state) = (bulk.kind.name(), bulk.state.name());
    let to = bulk.to.as_ref().map(shares::with).unwrap_or_default();
    let count = match bulk.state {
        BulkState::Looked => BulkOutcome::Ready,
        BulkState::Done => BulkOutcome::Done,
        BulkState::Undone => BulkOutcome::Undone,
    };
    let left = if bulk.state == BulkState::Looked { BulkOutcome::Ready } else { BulkOutcome::Done };
    let title =
        lang.with(&format!("bulk-{kind}-{state}"), &[("to", &to), ("n", &grouped(bulk.count(count)))]);
    let tiers = stacks(&visitor, &bulk, &to);
    let said: Vec<String> = tiers.iter().map(|row| format!("{} {}", row.label, row.text)).collect();
    let page = BulkPage {
        lead: match bulk.state {
            BulkState::Looked if bulk.kind == BulkKind::Share => {
                lang.with("bulk-lead-share", &[("day", &words::day(&visitor.app, lang, &bulk.until))])
            }
            BulkState::Looked => lang.t(&format!("bulk-lead-{kind}")),
            _ => String::new(),
        },
        back: if bulk.kind == BulkKind::Claim { "/pool" } else { "/customers" },
        next: bulk.count(left),
        until: clock(&visitor.app, bulk.until_ms),
        in_time: visitor.desk().now_ms() < bulk.until_ms,
        most: tiers.iter().map(Stack::total).max().unwrap_or(0).max(1),
        tiers_alt: said.join(lang.pick("；", "; ")),
        tiers,
        missing: u64::from(bulk.missing),
        groups: groups(&visitor, &bulk),
        shell: visitor.shell("bulk-title", "/customers").recorded(&visitor.app, &bulk.receipt),
        do_key: format!("bulk-do-{kind}"),
        id,
        state,
        title,
    };
    Ok(html(&page))
}

/// How many there are by tier, and what whoever gets them has before and after.
fn stacks(visitor: &Visitor, bulk: &Bulk, to: &str) -> Vec<Stack> {
    let lang = visitor.lang;
    let row = |label: String, tiers: [u64; 3]| Stack::of_tiers(label, String::new(), tiers);
    let outcome = match bulk.state {
        BulkState::Looked => BulkOutcome::Ready,
        BulkState::Done => BulkOutcome::Done,
        BulkState::Undone => BulkOutcome::Undone,
    };
    let mut rows = vec![row(lang.t(&format!("bulk-outcome-{}", outcome.name())), bulk.tiers(outcome))];
    if let Some((now, then)) = bulk.load {
        let who = if to.is_empty() { lang.t("list-me") } else { to.to_owned() };
        rows.push(row(lang.with("bulk-load-now", &[("who", &who)]), now));
        rows.push(row(lang.with("bulk-load-then", &[("who", &who)]), then));
    }
    rows
}

/// The customers by what becomes of them, those that are denied by the rules that deny them.
fn groups(visitor: &Visitor, bulk: &Bulk) -> Vec<GroupView> {
    let lang = visitor.lang;
    let mut by: BTreeMap<(BulkOutcome, Vec<&str>), Vec<&BulkCustomer>> = BTreeMap::new();
    for one in &bulk.customers {
        let rules = one.rules.iter().map(tigertally_core::policy::RuleId::as_str).collect();
        by.entry((one.outcome, rules)).or_default().push(one);
    }
    let rules = crate::api::bulk::rules_of(bulk, &visitor.desk().policy());
    let view = |((outcome, ids), customers): ((BulkOutcome, Vec<&str>), Vec<&BulkCustomer>)| {
        let sentences: Vec<&str> = rules
            .iter()
            .filter(|rule| ids.contains(&rule.id.as_str()))
            .map(|rule| lang.pick(&rule.zh, &rule.en))
            .collect();
        let denied = matches!(outcome, BulkOutcome::Denied | BulkOutcome::StaysDenied);
        let why = if denied && sentences.is_empty() {
            lang.t("bulk-no-rule")
        } else if denied {
            sentences.join(lang.pick("", " "))
        } else {
            lang.try_t(&format!("bulk-why-{}", outcome.name())).unwrap_or_default()
        };
        GroupView {
            title: lang.t(&format!("bulk-outcome-{}", outcome.name())),
            why,
            mark: match outcome {
                BulkOutcome::Ready | BulkOutcome::Done => "ok",
                BulkOutcome::Undone | BulkOutcome::Same => "off",
                _ => "wait",
            },
            count: customers.len() as u64,
            customers: customers
                .iter()
                .map(|one| (one.no.clone(), one.tier.map_or("", Tier::name)))
                .collect(),
        }
    };
    by.into_iter().map(view).collect()
}

/// `POST /bulk/{id}/run`
pub(crate) async fn run(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let bulk = visitor.desk().run_bulk(&visitor.actor, id).await.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&format!("/bulk/{id}"), "flash-bulk-done", bulk.receipt))
}

/// `POST /bulk/{id}/undo`
pub(crate) async fn undo(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let bulk = visitor.desk().undo_bulk(&visitor.actor, id).await.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&format!("/bulk/{id}"), "flash-bulk-undone", bulk.receipt))
}
