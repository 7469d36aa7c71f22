//! Approvals: a second person lets somebody see fields of a customer for a while.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{Approval, ApprovalState, Asked, TierChange},
    policy::Action,
    record::{Class, Field},
};

use super::{
    html,
    shell::Shell,
    tasks::About,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    state::App,
    texts::Lang,
};

/// A vote on a page.
pub(super) struct VoteView {
    pub(super) who: String,
    pub(super) department: String,
    pub(super) approve: bool,
    pub(super) time: String,
    pub(super) answer: String,
}

/// An approval on a page.
pub(super) struct ApprovalView {
    pub(super) id: i64,
    /// Number of the customer; empty when it is about none.
    pub(super) customer: String,
    pub(super) name: String,
    /// What is wanted, when it is about no customer.
    pub(super) wanted: String,
    /// What weighs: how many people with what in clear, or what a rule would change.
    pub(super) weight: String,
    /// Where all that is asked for can be read; empty when it stands here.
    pub(super) details: String,
    /// Of an export: the keys that open its file.
    pub(super) keys: Vec<String>,
    pub(super) requester: String,
    pub(super) fields: String,
    pub(super) reason: String,
    pub(super) made: String,
    /// Until when it can be decided.
    pub(super) lapses: String,
    /// `waiting`, `lapsed`, `approved`, `expired`, `refused`, `used`, `withdrawn` or `ended`.
    pub(super) state: &'static str,
    /// How the state looks: `ok`, `no`, `wait`, `off`.
    pub(super) mark: &'static str,
    pub(super) votes: Vec<VoteView>,
    pub(super) needed: u64,
    pub(super) until: String,
    /// Whether who asked can take it back.
    pub(super) open: bool,
    /// Staff number and name of the absent one in whose place the visitor would decide.
    pub(super) away: Option<(String, String)>,
    /// What was typed as an answer, and what is wrong with it.
    pub(super) typed: String,
    pub(super) error: String,
    /// With what it is decided behind a mail's link, where no page of the console is open; empty in the console.
    pub(super) ticket: String,
}

pub(super) fn view(app: &App, lang: Lang, approval: Approval) -> ApprovalView {
    let fields: Vec<String> =
        approval.fields.iter().map(|field| lang.t(&format!("field-{}", field.name()))).collect();
    let (mut customer, mut name, mut wanted, mut weight, mut details) = Default::default();
    let mut keys = Vec::new();
    match approval.asked {
        Asked::Access { customer: no, name: mask } => (customer, name) = (no, mask),
        Asked::Claim { customer: known } => {
            wanted = lang.t("approval-claim");
            (customer, name) = known.unwrap_or_default();
        }
        Asked::Share { customer: no, name: mask, with, classes, until } => {
            let values = [
                ("with", super::shares::with(&with)),
                ("classes", super::shares::classes(lang, classes.classes())),
                ("day", words::day(app, lang, &until)),
            ];
            wanted = lang.with("approval-share", &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            (customer, name) = (no, mask);
        }
        Asked::Export { export, people, in_clear, recipients } => {
            let people = people.to_string();
            wanted = lang.with("approval-export", &[("n", &people), ("export", &export.to_string())]);
            weight = weight_of(lang, &in_clear);
            keys = recipients;
        }
        Asked::Policy { based_on, change } => {
            let counts = [("added", change.added), ("removed", change.removed), ("changed", change.changed)];
            let counts = counts.map(|(name, rules)| (name, rules.len().to_string()));
            wanted = lang.with("approval-policy", &[("n", &(based_on + 1).to_string())]);
            weight = lang.with("approval-policy-weight", &counts.each_ref().map(|(k, v)| (*k, v.as_str())));
            details = format!("/policy/proposals/{}", approval.id);
        }
        Asked::Tiers(TierChange { to, moves, .. }) => {
            wanted = lang.t("approval-tiers");
            weight = super::tiers::sentences(&to, lang).join(lang.pick("", " "));
            let n = moves.iter().map(|moved| moved.customers).sum();
            weight = format!("{weight}{}{}", lang.pick("", " "), lang.counted("approval-tiers-moving", n));
        }
        Asked::Release { staff, by, since_ms, why } => {
            wanted = lang.with("approval-release", &[("who", &staff.1), ("no", &staff.0)]);
            let values = [("by", by.1), ("time", words::moment(app, lang, since_ms)), ("why", why)];
            weight = lang.with("approval-release-why", &values.each_ref().map(|(k, v)| (*k, v.as_str())));
        }
        Asked::Handover { handover, leaver, receivers } => {
            let people: u64 = receivers.iter().map(|(_, people)| people).sum();
            let values = [("handover", handover.to_string()), ("who", leaver), ("n", people.to_string())];
            wanted = lang.with("approval-handover", &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            let one = |(name, people): &(String, u64)| format!("{name} {people}");
            weight = receivers.iter().map(one).collect::<Vec<_>>().join(lang.pick("，", ", "));
        }
    }
    let votes = approval.votes.into_iter().map(|vote| VoteView {
        who: match vote.in_place_of {
            Some(absent) => lang.with("approval-in-place", &[("who", &vote.decider.1), ("absent", &absent)]),
            None => vote.decider.1,
        },
        department: vote.department,
        approve: vote.approve,
        time: words::moment(app, lang, vote.time_ms),
        answer: vote.answer,
    });
    ApprovalView {
        id: approval.id,
        customer,
        name,
        wanted,
        weight,
        details,
        keys,
        requester: format!("{} {}", approval.requester.1, approval.requester.0),
        fields: fields.join(lang.pick("、", ", ")),
        reason: approval.reason,
        made: words::moment(app, lang, approval.created_ms),
        lapses: words::moment(app, lang, approval.lapses_ms),
        state: approval.state.name(),
        mark: match approval.state {
            ApprovalState::Waiting => "wait",
            ApprovalState::Approved | ApprovalState::Used => "ok",
            ApprovalState::Expired
            | ApprovalState::Lapsed
            | ApprovalState::Withdrawn
            | ApprovalState::Ended => "off",
            ApprovalState::Refused => "no",
        },
        votes: votes.collect(),
        needed: u64::from(approval.needed),
        until: match approval.state {
            ApprovalState::Approved => {
                approval.expires_ms.map(|end| words::moment(app, lang, end)).unwrap_or_default()
            }
            _ => String::new(),
        },
        open: matches!(approval.state, ApprovalState::Waiting | ApprovalState::Approved),
        away: approval.in_place_of,
        typed: String::new(),
        error: String::new(),
        ticket: String::new(),
    }
}

/// How many people with fields of which class in clear; or that all is masked.
pub(super) fn weight_of(lang: Lang, in_clear: &[(Class, u64)]) -> String {
    if in_clear.is_empty() {
        return lang.t("export-all-masked");
    }
    let one = |(class, people): &(Class, u64)| {
        let class = lang.t(&format!("class-{}", class.name()));
        lang.with("export-in-clear", &[("class", &class), ("n", &people.to_string())])
    };
    in_clear.iter().map(one).collect::<Vec<_>>().join(lang.pick("，", ", "))
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct ApprovalsPage {
    shell: Shell,
    decides: bool,
    waiting: Vec<ApprovalView>,
    mine: Vec<ApprovalView>,
    minutes: u64,
}

/// The page; with what was typed for one approval, and what is wrong with that.
async fn show(visitor: &Visitor, typed: Option<(i64, &str, &Faults)>) -> Page {
    let list = visitor.desk().approvals(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let views = |list: Vec<Approval>| {
        list.into_iter().map(|approval| view(&visitor.app, visitor.lang, approval)).collect::<Vec<_>>()
    };
    let (mut waiting, mine) = (views(list.waiting), views(list.mine));
    if let Some((id, answer, faults)) = typed {
        for approval in waiting.iter_mut().filter(|approval| approval.id == id) {
            approval.typed = answer.to_owned();
            approval.error = [faults.on("reason"), faults.on("")].concat();
        }
    }
    let shell = visitor.shell("nav-approvals", "/approvals").recorded(&visitor.app, &list.receipt);
    let page = ApprovalsPage {
        shell: shell.counted("/approvals", waiting.len() as u64, true),
        decides: visitor.may(Action::DecideApproval) || visitor.may(Action::DecideRequest),
        minutes: u64::from(visitor.desk().settings().approval_minutes),
        waiting,
        mine,
    };
    let status = typed.map_or(axum::http::StatusCode::OK, |(_, _, faults)| faults.status());
    Ok((status, html(&page)).into_response())
}

/// `GET /approvals`
pub(crate) async fn page(visitor: Visitor) -> Page {
    show(&visitor, None).await
}

/// `POST /approvals/{id}/decision`
pub(crate) async fn decide(visitor: Visitor, Path(id): Path<i64>, typed: Typed) -> Page {
    let (approve, answer) = (typed.get("decision") == "approve", typed.get("answer"));
    let absent = typed.some("in_place_of");
    match visitor.desk().decide_approval(&visitor.actor, id, approve, answer, absent).await {
        Ok(receipt) => {
            let flash = if approve { "flash-approved" } else { "flash-refused" };
            Ok(visitor.done(&typed.back("/approvals"), flash, receipt))
        }
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            let faults = if faults.on("reason").is_empty() {
                faults
            } else {
                Faults::one("reason", visitor.lang.t("approval-say-why"))
            };
            show(&visitor, Some((id, answer, &faults))).await
        }
    }
}

/// `POST /approvals/{id}/withdrawal`
pub(crate) async fn withdraw(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let done = visitor.desk().withdraw_approval(&visitor.actor, id).await;
    let receipt = done.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done("/approvals", "flash-withdrawn", receipt))
}

/// A field that can be asked for.
struct FieldBox {
    name: &'static str,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "approval-new.html")]
struct NewApprovalPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    boxes: Vec<FieldBox>,
    back: String,
    minutes: u64,
}

fn new_page(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let ticked = typed.fields();
    let boxes =
        Field::ALL.into_iter().map(|field| FieldBox { name: field.name(), ticked: ticked.contains(&field) });
    let page = NewApprovalPage {
        shell: visitor.shell("approval-new-title", "/approvals"),
        boxes: boxes.collect(),
        back: typed.customer().map_or("/approvals".to_owned(), |no| Visitor::customer(&no)),
        minutes: u64::from(visitor.desk().settings().approval_minutes),
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /approvals/new`
pub(crate) async fn new(visitor: Visitor, Query(about): Query<About>) -> Page {
    new_page(&visitor, about.typed(&[]), Faults::default())
}

/// `POST /approvals/new`
pub(crate) async fn request(visitor: Visitor, typed: Typed) -> Page {
    let customer = typed.get("customer").trim();
    let fields = typed.fields();
    let asked =
        visitor.desk().request_approval(&visitor.actor, customer, &fields, typed.get("reason"), None).await;
    match asked {
        Ok((_, receipt)) => Ok(visitor.done("/approvals", "flash-approval-asked", receipt)),
        Err(error) => {
            let mut faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            if typed.get("reason").trim().chars().count() < 4 && !faults.on("reason").is_empty() {
                faults = Faults::one("reason", visitor.lang.t("approval-reason-short"));
            }
            new_page(&visitor, typed, faults)
        }
    }
}
