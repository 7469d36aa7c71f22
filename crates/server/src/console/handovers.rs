//! Hand-overs: opened, split among receivers, brought before the department head, closed.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use tigertally_core::{
    desk::{
        DeskError, Exposure, Handover, HandoverKind, HandoverPart, HandoverReader, HandoverState,
        NewHandoverRequest, PartState, SplitPlan, SplitPreview,
    },
    policy::Action,
    record::Tier,
};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    evidence::can_print,
    texts::Lang,
};

/// A stretch of a meter.
struct Stretch {
    class: &'static str,
    from: u64,
    value: u64,
}

fn stretches(values: &[(&'static str, u64)]) -> Vec<Stretch> {
    let mut from = 0;
    let mut next = |(class, value): &(&'static str, u64)| {
        from += value;
        Stretch { class, from: from - value, value: *value }
    };
    values.iter().map(&mut next).collect()
}

/// A hand-over in the list.
struct LineView {
    id: i64,
    leaver: String,
    department: String,
    kind: String,
    last_day: String,
    state: &'static str,
    mark: &'static str,
    total: u64,
    moved: u64,
    progress: Vec<Stretch>,
    /// The total, at least 1.
    whole: u64,
    opened: String,
}

fn mark_of(state: HandoverState) -> &'static str {
    match state {
        HandoverState::Open => "wait",
        HandoverState::Done | HandoverState::Closed => "ok",
        HandoverState::Cancelled => "off",
    }
}

/// How far it is: moved, signed for or approved, given, waiting.
fn progress(handover: &Handover) -> (Vec<Stretch>, u64, u64) {
    let [waiting, given, refused, moved, gone] = handover.counts;
    let signed: u64 = handover
        .parts
        .iter()
        .filter(|part| matches!(part.state, PartState::Signed | PartState::Asked | PartState::Approved))
        .map(|part| part.customers.saturating_sub(part.settled))
        .sum();
    let settled = moved + gone;
    let parts =
        [("s1", settled), ("s2", signed), ("s3", given.saturating_sub(signed)), ("a", waiting + refused)];
    (stretches(&parts), settled, waiting + given + refused + settled)
}

#[derive(Template)]
#[template(path = "handovers.html")]
struct HandoversPage {
    shell: Shell,
    may_open: bool,
    handovers: Vec<LineView>,
    next: String,
}

/// Which page of the list.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    before: String,
}

/// `GET /handovers`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let list = visitor.desk().handovers(&visitor.actor, listed.before.parse().ok(), 25).await;
    let list = list.map_err(|error| visitor.fail(&error))?;
    let handovers = list.handovers.into_iter().map(|handover| {
        let (progress, moved, total) = progress(&handover);
        LineView {
            id: handover.id,
            leaver: format!("{} {}", handover.leaver.1, handover.leaver.0),
            department: handover.place.0,
            kind: visitor.lang.t(&format!("handover-{}", handover.kind.name())),
            last_day: handover.last_day,
            state: handover.state.name(),
            mark: mark_of(handover.state),
            total,
            whole: total.max(1),
            moved,
            progress,
            opened: words::moment(&visitor.app, visitor.lang, handover.opened_ms),
        }
    });
    let page = HandoversPage {
        may_open: visitor.may(Action::ManageHandover),
        handovers: handovers.collect(),
        next: list.next.map(|next| format!("/handovers?before={next}")).unwrap_or_default(),
        shell: visitor.shell("nav-handovers", "/handovers").recorded(&visitor.app, &list.receipt),
    };
    Ok(html(&page))
}

#[derive(Template)]
#[template(path = "handover-new.html")]
struct NewPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
}

fn new_page(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let page = NewPage { shell: visitor.shell("handover-new-title", "/handovers"), typed, faults };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /handovers/new`
pub(crate) async fn new(
    visitor: Visitor,
    Query(asked): Query<std::collections::HashMap<String, String>>,
) -> Page {
    let typed =
        Typed::with(&[("leaver", asked.get("leaver").map_or("", String::as_str)), ("kind", "leaving")]);
    new_page(&visitor, typed, Faults::default())
}

/// `POST /handovers/new`
pub(crate) async fn open(visitor: Visitor, typed: Typed) -> Page {
    let request = NewHandoverRequest {
        leaver: typed.get("leaver").trim().to_owned(),
        kind: HandoverKind::parse(typed.get("kind")).unwrap_or(HandoverKind::Leaving),
        last_day: typed.get("last_day").trim().to_owned(),
        reason: typed.get("reason").to_owned(),
    };
    match visitor.desk().open_handover(&visitor.actor, &request).await {
        Ok((id, receipt)) => Ok(visitor.done(&format!("/handovers/{id}"), "flash-handover-opened", receipt)),
        Err(DeskError::NotFound("staff")) => {
            new_page(&visitor, typed, Faults::one("leaver", visitor.lang.t("form-no-staff")))
        }
        Err(DeskError::Conflict) => {
            new_page(&visitor, typed, Faults::one("leaver", visitor.lang.t("handover-open-already")))
        }
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            new_page(&visitor, typed, reasoned(faults, visitor.lang))
        }
    }
}

/// A reason that says nothing is told in words of its own.
fn reasoned(faults: Faults, lang: Lang) -> Faults {
    if faults.on("reason").is_empty() {
        faults
    } else {
        Faults::one("reason", lang.t("approval-reason-short"))
    }
}

/// A part on the page.
pub(super) struct PartView {
    pub(super) id: i64,
    pub(super) receiver: String,
    pub(super) state: &'static str,
    pub(super) mark: &'static str,
    pub(super) customers: u64,
    pub(super) settled: u64,
    pub(super) refused: u64,
    pub(super) checked: u64,
    pub(super) answer: String,
    pub(super) signed: String,
    pub(super) approval: Option<i64>,
    pub(super) mine: bool,
}

pub(super) fn part_view(visitor: &Visitor, part: HandoverPart) -> PartView {
    PartView {
        id: part.id,
        mine: part.receiver.0 == visitor.actor.no() && part.state == PartState::Given,
        receiver: format!("{} {}", part.receiver.1, part.receiver.0),
        state: part.state.name(),
        mark: match part.state {
            PartState::Given | PartState::Asked => "wait",
            PartState::Signed | PartState::Approved | PartState::Moved => "ok",
        },
        customers: part.customers,
        settled: part.settled,
        refused: part.refused,
        checked: part.checked,
        answer: part.answer,
        signed: part.signed_ms.map(|ms| words::moment(&visitor.app, visitor.lang, ms)).unwrap_or_default(),
        approval: part.approval,
    }
}

/// What the leaver saw and took out.
struct ExposureView {
    views: u64,
    reveals: u64,
    denied: u64,
    customers: u64,
    others: u64,
    weeks: Vec<Bar>,
    most: u64,
    exports: Vec<(i64, u64, bool, bool, String)>,
}

/// A row of a bar chart.
struct Bar {
    label: String,
    value: u64,
    text: String,
    href: String,
    class: &'static str,
}

fn exposure_view(visitor: &Visitor, exposure: Exposure) -> ExposureView {
    let since = exposure.since_ms;
    let weeks = exposure.weeks.iter().enumerate().map(|(at, count)| Bar {
        label: visitor.app.tigertally.zoned(since + at as u64 * 7 * 86_400_000).strftime("%m-%d").to_string(),
        value: *count,
        text: count.to_string(),
        href: String::new(),
        class: "bar1",
    });
    let exports = exposure.exports.iter().map(|export| {
        let when = words::moment(&visitor.app, visitor.lang, export.created_ms);
        (export.id, export.people, export.in_clear, export.taken, when)
    });
    ExposureView {
        views: exposure.views,
        reveals: exposure.reveals,
        denied: exposure.denied,
        customers: exposure.customers,
        others: exposure.others,
        weeks: weeks.collect(),
        most: exposure.weeks.iter().copied().max().unwrap_or_default().max(1),
        exports: exports.collect(),
    }
}

/// What a receiver would get.
struct ShareView {
    receiver: String,
    load: u64,
    customers: u64,
    own_region: u64,
    parts: Vec<Stretch>,
    /// What they get, at least 1.
    whole: u64,
}

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverPage {
    shell: Shell,
    id: i64,
    leaver: String,
    leaver_no: String,
    place: String,
    kind: String,
    last_day: String,
    reason: String,
    note: String,
    opened: String,
    state: &'static str,
    mark: &'static str,
    ended: String,
    why_ended: String,
    /// How many, by tier, in words.
    customers: String,
    regions: Vec<Bar>,
    most_region: u64,
    facts: Vec<(String, String)>,
    /// Customers without a receiver, and those no longer the leaver's.
    left: u64,
    gone: u64,
    can_split: bool,
    state_key: String,
    progress_text: String,
    total: u64,
    /// The total, at least 1.
    whole: u64,
    settled: u64,
    progress: Vec<Stretch>,
    parts: Vec<PartView>,
    exposure: Option<ExposureView>,
    reader: HandoverReader,
    /// Whether there is a font to put the record on paper with.
    on_paper: bool,
    /// Whether anything is signed for that can be brought before the department head.
    can_ask: bool,
    /// Whether it can still be called off.
    can_cancel: bool,
    region_names: Vec<String>,
    typed: Typed,
    faults: Faults,
    /// What a split would do.
    shares: Option<(Vec<ShareView>, u64)>,
}

/// How many customers, by tier.
fn by_tier(tiers: [u64; 3], lang: Lang) -> String {
    let names = ["high", "medium", "low"].map(|tier| lang.t(&format!("tier-{tier}")));
    let each = names.iter().zip(tiers.iter().rev()).map(|(name, count)| format!("{name} {count}"));
    let all = tiers.iter().sum::<u64>().to_string();
    [all].into_iter().chain(each).collect::<Vec<_>>().join(" · ")
}

fn shares_view(preview: SplitPreview) -> (Vec<ShareView>, u64) {
    let shares = preview.shares.into_iter().map(|share| ShareView {
        customers: share.customers(),
        whole: share.customers().max(1),
        load: share.load,
        own_region: share.own_region,
        parts: stretches(&[
            ("t-low", share.tiers[0]),
            ("t-medium", share.tiers[1]),
            ("t-high", share.tiers[2]),
        ]),
        receiver: format!("{} {}", share.receiver.1, share.receiver.0),
    });
    (shares.collect(), preview.nobody)
}

async fn show(visitor: &Visitor, id: i64, typed: Typed, faults: Faults, split: Option<SplitPreview>) -> Page {
    let found = visitor.desk().handover(&visitor.actor, id).await;
    let (handover, receipt) = found.map_err(|error| visitor.fail(&error))?;
    let (app, lang) = (&visitor.app, visitor.lang);
    let (progress, settled, total) = progress(&handover);
    let moving = handover.parts.iter().any(|part| part.state == PartState::Approved);
    let inventory = &handover.inventory;
    let money = words::yuan(inventory.orders.1 as i64);
    let facts = [
        ("handover-contacts", inventory.contacts.to_string()),
        ("handover-tasks", inventory.tasks.to_string()),
        ("handover-follow-ups", inventory.follow_ups.to_string()),
        ("handover-orders", format!("{} · {money}", inventory.orders.0)),
        ("handover-exports", inventory.exports.to_string()),
        ("handover-approvals", inventory.approvals.to_string()),
    ];
    let regions = inventory.regions.iter().map(|(region, count)| Bar {
        label: if region.is_empty() { lang.t("handover-no-region") } else { region.clone() },
        value: *count,
        text: count.to_string(),
        href: String::new(),
        class: "bar1",
    });
    let page = HandoverPage {
        shell: visitor.shell("handover-title", "/handovers").recorded(app, &receipt),
        id,
        leaver: handover.leaver.1.clone(),
        leaver_no: handover.leaver.0.clone(),
        place: [handover.place.0.as_str(), handover.place.1.as_str()].join(" "),
        kind: lang.t(&format!("handover-{}", handover.kind.name())),
        last_day: handover.last_day.clone(),
        reason: handover.reason.clone(),
        note: handover.note.clone(),
        opened: format!("{} · {}", handover.opened_by.1, words::moment(app, lang, handover.opened_ms)),
        state: handover.state.name(),
        mark: mark_of(handover.state),
        ended: handover
            .ended_by
            .as_ref()
            .zip(handover.ended_ms)
            .map(|(by, ms)| format!("{} · {}", by.1, words::moment(app, lang, ms)))
            .unwrap_or_default(),
        why_ended: handover.why_ended.clone(),
        customers: by_tier(inventory.tiers, lang),
        most_region: inventory.regions.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1),
        region_names: inventory.regions.iter().map(|(region, _)| region.clone()).collect(),
        regions: regions.collect(),
        facts: facts.map(|(key, value)| (lang.t(key), value)).into(),
        left: handover.counts[0] + handover.counts[2],
        gone: handover.counts[4],
        can_split: handover.counts[..3].iter().any(|count| *count > 0),
        total,
        whole: total.max(1),
        state_key: format!("handover-state-{}", handover.state.name()),
        progress_text: format!("{settled} / {total}"),
        settled,
        progress,
        can_ask: handover.parts.iter().any(|part| part.state == PartState::Signed && part.customers > 0),
        can_cancel: handover
            .parts
            .iter()
            .all(|part| matches!(part.state, PartState::Given | PartState::Signed)),
        reader: handover.reader,
        on_paper: can_print(),
        exposure: handover.exposure.map(|exposure| exposure_view(visitor, exposure)),
        parts: handover.parts.into_iter().map(|part| part_view(visitor, part)).collect(),
        typed,
        faults,
        shares: split.map(shares_view),
    };
    let mut response = (page.faults.status(), html(&page)).into_response();
    if moving {
        // It comes again by itself until the customers have moved.
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

/// `GET /handovers/{id}`
pub(crate) async fn one(visitor: Visitor, Path(id): Path<i64>) -> Page {
    show(&visitor, id, Typed::default(), Faults::default(), None).await
}

/// `POST /handovers/{id}/note`
pub(crate) async fn note(visitor: Visitor, Path(id): Path<i64>, typed: Typed) -> Page {
    let done = visitor.desk().note_handover(&visitor.actor, id, typed.get("note")).await;
    after(&visitor, id, typed, "flash-handover-noted", done).await
}

/// `POST /handovers/{id}/split`: first shows, then does.
pub(crate) async fn split(visitor: Visitor, Path(id): Path<i64>, typed: Typed) -> Page {
    let receivers = typed.get("receivers").split(|c: char| c.is_whitespace() || ",，、;；".contains(c));
    let plan = SplitPlan {
        receivers: receivers.filter(|no| !no.is_empty()).map(str::to_owned).collect(),
        region: typed.some("region").map(str::to_owned),
        tier: Tier::parse(typed.get("tier")),
        again: typed.ticked("again"),
    };
    if typed.get("step") == "split" {
        let done = visitor.desk().split_handover(&visitor.actor, id, &plan).await;
        return after(&visitor, id, typed, "flash-handover-split", done.map(|(_, receipt)| receipt)).await;
    }
    match visitor.desk().preview_split(&visitor.actor, id, &plan).await {
        Ok((preview, _)) => show(&visitor, id, typed, Faults::default(), Some(preview)).await,
        Err(error) => {
            let faults = receivers_fault(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            show(&visitor, id, typed, faults, None).await
        }
    }
}

fn receivers_fault(error: DeskError, lang: Lang) -> Result<Faults, DeskError> {
    match error {
        DeskError::Invalid { field, .. } if field == "receivers" => {
            Ok(Faults::one("receivers", lang.t("handover-receivers-wrong")))
        }
        DeskError::TooMuch(_) => Ok(Faults::one("receivers", lang.t("problem-too-much-text"))),
        other => Faults::of(other, lang),
    }
}

/// `POST /handovers/{id}/approval`
pub(crate) async fn ask(visitor: Visitor, Path(id): Path<i64>, typed: Typed) -> Page {
    let done = visitor.desk().ask_handover(&visitor.actor, id, typed.get("reason")).await;
    after(&visitor, id, typed, "flash-handover-asked", done.map(|(_, receipt)| receipt)).await
}

/// `POST /handovers/{id}/closing`
pub(crate) async fn close(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let done = visitor.desk().close_handover(&visitor.actor, id).await;
    after(&visitor, id, Typed::default(), "flash-handover-closed", done).await
}

/// `POST /handovers/{id}/cancellation`
pub(crate) async fn cancel(visitor: Visitor, Path(id): Path<i64>, typed: Typed) -> Page {
    let done = visitor.desk().cancel_handover(&visitor.actor, id, typed.get("why")).await;
    after(&visitor, id, typed, "flash-handover-cancelled", done).await
}

async fn after(
    visitor: &Visitor,
    id: i64,
    typed: Typed,
    flash: &str,
    done: Result<tigertally_core::entry::Receipt, DeskError>,
) -> Page {
    match done {
        Ok(receipt) => Ok(visitor.done(&format!("/handovers/{id}"), flash, receipt)),
        Err(error) => {
            let faults = receivers_fault(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            show(visitor, id, typed, reasoned(faults, visitor.lang), None).await
        }
    }
}
