//! Approvals: a second person lets somebody see fields of a customer for a while.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{Approval, ApprovalState},
    policy::Action,
    record::Field,
};

use super::{
    html,
    shell::Shell,
    tasks::About,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::address::{Path, Query};

/// An approval on a page.
struct ApprovalView {
    id: i64,
    customer: String,
    name: String,
    requester: String,
    fields: String,
    reason: String,
    made: String,
    /// `waiting`, `approved`, `expired` or `refused`.
    state: &'static str,
    /// How the state looks: `ok`, `no`, `wait`, `off`.
    mark: &'static str,
    decided: String,
    answer: String,
    until: String,
    /// What was typed as an answer, and what is wrong with it.
    typed: String,
    error: String,
}

fn view(visitor: &Visitor, approval: Approval) -> ApprovalView {
    let (app, lang) = (&visitor.app, visitor.lang);
    let fields: Vec<String> =
        approval.fields.iter().map(|field| lang.t(&format!("field-{}", field.name()))).collect();
    let decided = approval.decided_ms.zip(approval.decider.as_ref());
    ApprovalView {
        id: approval.id,
        customer: approval.customer,
        name: approval.customer_name,
        requester: format!("{} {}", approval.requester.1, approval.requester.0),
        fields: fields.join(lang.pick("、", ", ")),
        reason: approval.reason,
        made: words::moment(app, lang, approval.created_ms),
        state: approval.state.name(),
        mark: match approval.state {
            ApprovalState::Waiting => "wait",
            ApprovalState::Approved => "ok",
            ApprovalState::Expired => "off",
            ApprovalState::Refused => "no",
        },
        decided: decided
            .map(|(when, (_, name))| format!("{name} {}", words::moment(app, lang, when)))
            .unwrap_or_default(),
        answer: approval.answer,
        until: match approval.state {
            ApprovalState::Approved => {
                approval.expires_ms.map(|end| words::moment(app, lang, end)).unwrap_or_default()
            }
            _ => String::new(),
        },
        typed: String::new(),
        error: String::new(),
    }
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
    let views =
        |list: Vec<Approval>| list.into_iter().map(|approval| view(visitor, approval)).collect::<Vec<_>>();
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
        decides: visitor.may(Action::DecideApproval),
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
    match visitor.desk().decide_approval(&visitor.actor, id, approve, answer).await {
        Ok(receipt) => {
            let flash = if approve { "flash-approved" } else { "flash-refused" };
            Ok(visitor.done("/approvals", flash, receipt))
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
