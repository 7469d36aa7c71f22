//! Tasks and approvals: what an access is for.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    desk::{Approval, Asked, NewTask, PolicyChange, Task, TierChange, Vote},
    record::Field,
};
use utoipa::ToSchema;

use super::{body::Body, customers::Done};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// A task.
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskJson {
    /// Number: the `ref` of a purpose of kind `task`.
    id: i64,
    /// The customer's number.
    customer_no: String,
    /// The customer's name, masked.
    customer_name: String,
    /// What is to be done.
    title: String,
    /// Day it is due.
    due: String,
}

impl TaskJson {
    fn of(task: Task, customer_name: String) -> TaskJson {
        TaskJson { id: task.id, customer_no: task.customer, customer_name, title: task.title, due: task.due }
    }
}

/// My open tasks.
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskItems {
    /// The tasks, first due first; 200 at most.
    items: Vec<TaskJson>,
    /// How many there are in all.
    total: u64,
}

/// List my open tasks.
#[utoipa::path(get, path = "/tasks", tag = "work", responses((status = 200, body = TaskItems)))]
pub(crate) async fn tasks(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<TaskItems>, Problem> {
    let list = app.tigertally.my_tasks(&actor, 200).await.map_err(|error| Problem::of(&error, lang))?;
    let items = list.tasks.into_iter().map(|(task, name)| TaskJson::of(task, name)).collect();
    Ok(Json(TaskItems { items, total: list.total }))
}

/// A task to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTaskJson {
    /// The customer's number.
    customer_no: String,
    /// Who is to do it, by staff number; I, when it is left out.
    assignee: Option<String>,
    /// What is to be done, 1 to 120 characters.
    title: String,
    /// Day it is due.
    due: String,
}

/// Something made, with its number.
#[derive(Serialize, ToSchema)]
pub(crate) struct Made {
    /// Number.
    id: i64,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

pub(super) type MadeAnswer = Result<(StatusCode, Json<Made>), Problem>;

pub(super) fn made(
    result: Result<(i64, tigertally_core::entry::Receipt), tigertally_core::desk::DeskError>,
    lang: Lang,
) -> MadeAnswer {
    let (id, receipt) = result.map_err(|error| Problem::of(&error, lang))?;
    Ok((StatusCode::CREATED, Json(Made { id, receipt: receipt.into() })))
}

/// Make a task about a customer. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/tasks", tag = "work", request_body = NewTaskJson,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Made), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create_task(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewTaskJson>,
) -> MadeAnswer {
    let NewTaskJson { customer_no, assignee, title, due } = body.value;
    let new = NewTask { customer: customer_no, assignee, title, due };
    made(app.tigertally.create_task(&actor, &new, body.once).await, body.lang)
}

/// Close a task of mine.
#[utoipa::path(post, path = "/tasks/{id}/close", tag = "work", params(("id" = i64, Path)),
    responses((status = 200, body = Done), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn close_task(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.close_task(&actor, id).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}

/// A vote on what was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoteJson {
    /// Staff number of who decided.
    decider: String,
    /// Name of the one in whose place they did, if it was for another.
    in_place_of: Option<String>,
    /// Department that the vote counts for.
    department: String,
    /// Whether it approves.
    approve: bool,
    /// Why.
    answer: String,
    /// When, Unix milliseconds.
    time_ms: u64,
}

/// What was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalJson {
    /// Number: the `ref` of a purpose of kind `approval`.
    id: i64,
    /// `access` to a customer, `export`, `handover`, `claim` to own a customer, `share` of a customer, `policy` or `tiers` for
    /// another rule, `release` of somebody who is frozen.
    kind: &'static str,
    /// Of an access, a claim or a share: the customer's number. Who claims a customer sees it when they own it.
    customer_no: Option<String>,
    /// Of an access, a claim or a share: the customer's name, masked.
    customer_name: Option<String>,
    /// Of an export: its number.
    export: Option<i64>,
    /// Of a hand-over: its number.
    handover: Option<i64>,
    /// Of an export or a hand-over: how many customers.
    people: Option<u64>,
    /// Of a share: with whom.
    with: Option<super::shares::WithJson>,
    /// Of a share: the classes of which fields could be asked for in clear.
    classes: Vec<&'static str>,
    /// Of a share: its last day.
    until: Option<String>,
    /// Of an export: people with fields in clear, by class.
    in_clear: std::collections::BTreeMap<&'static str, u64>,
    /// Of an export: the public keys that open its file; none when a password does.
    recipients: Vec<String>,
    /// Of a policy: the version that it would take the place of.
    based_on: Option<u32>,
    /// Of a policy: names of the rules that are new, that go, and whose text is another.
    rules: Option<ChangedRules>,
    /// Of a tier rule: the rule, and how many customers it would move from which tier to which.
    tiers: Option<ProposedRule>,
    /// Of a release: who is frozen, by whom and why.
    frozen: Option<FrozenJson>,
    /// Staff number of who asked.
    requester: String,
    /// Names of the fields.
    fields: Vec<&'static str>,
    /// Why.
    reason: String,
    /// `waiting`, `lapsed`, `approved`, `expired`, `refused`, `used`, `withdrawn` or `ended`.
    state: &'static str,
    /// How many have to approve, each of another department.
    needed: u32,
    /// Who has decided, the first of them first.
    votes: Vec<VoteJson>,
    /// When it was asked for, Unix milliseconds.
    created_ms: u64,
    /// Until when it can be decided, Unix milliseconds.
    lapses_ms: u64,
    /// Until when it can be used, Unix milliseconds.
    expires_ms: Option<u64>,
    /// Of one that waits for me: staff number of the absent one in whose place I would decide.
    in_place_of: Option<String>,
}

/// Which rules of a policy differ, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedRules {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<String>,
}

/// A tier rule that somebody proposed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposedRule {
    /// The rule in force when it was proposed.
    from: super::rules::TierRuleJson,
    /// The rule.
    to: super::rules::TierRuleJson,
    /// The moves that it would make, without examples.
    moves: Vec<super::rules::TierMoveJson>,
}

/// Somebody who is frozen.
#[derive(Serialize, ToSchema)]
pub(crate) struct FrozenJson {
    /// Their staff number.
    staff_no: String,
    /// Staff number of who froze them.
    by: String,
    /// Since when, Unix milliseconds.
    since_ms: u64,
    /// Why.
    reason: String,
}

impl std::convert::From<Approval> for ApprovalJson {
    fn from(approval: Approval) -> Self {
        let mut json = ApprovalJson {
            id: approval.id,
            kind: "access",
            customer_no: None,
            customer_name: None,
            export: None,
            handover: None,
            people: None,
            with: None,
            classes: Vec::new(),
            until: None,
            in_clear: Default::default(),
            recipients: Vec::new(),
            based_on: None,
            rules: None,
            tiers: None,
            frozen: None,
            requester: approval.requester.0,
            fields: approval.fields.into_iter().map(Field::name).collect(),
            reason: approval.reason,
            state: approval.state.name(),
            needed: approval.needed,
            votes: approval.votes.into_iter().map(VoteJson::from).collect(),
            created_ms: approval.created_ms,
            lapses_ms: approval.lapses_ms,
            expires_ms: approval.expires_ms,
            in_place_of: approval.in_place_of.map(|(no, _)| no),
        };
        match approval.asked {
            Asked::Access { customer, name } => {
                (json.customer_no, json.customer_name) = (Some(customer), Some(name));
            }
            Asked::Claim { customer } => {
                json.kind = "claim";
                (json.customer_no, json.customer_name) = customer.unzip();
            }
            Asked::Share { customer, name, with, classes, until } => {
                (json.kind, json.customer_no, json.customer_name) = ("share", Some(customer), Some(name));
                (json.with, json.until) = (Some(with.into()), Some(until));
                json.classes = classes.classes().map(tigertally_core::record::Class::name).collect();
            }
            Asked::Export { export, people, in_clear, recipients } => {
                (json.kind, json.export, json.people) = ("export", Some(export), Some(people));
                json.in_clear = in_clear.into_iter().map(|(class, people)| (class.name(), people)).collect();
                json.recipients = recipients;
            }
            Asked::Policy { based_on, change } => {
                (json.kind, json.based_on) = ("policy", Some(based_on));
                let PolicyChange { added, removed, changed } = change;
                json.rules = Some(ChangedRules { added, removed, changed });
            }
            Asked::Tiers(TierChange { from, to, moves }) => {
                json.kind = "tiers";
                json.people = Some(moves.iter().map(|moved| moved.customers).sum());
                let moves = moves.into_iter().map(From::from).collect();
                json.tiers = Some(ProposedRule { from: from.into(), to: to.into(), moves });
            }
            Asked::Release { staff, by, since_ms, why } => {
                json.kind = "release";
                json.frozen = Some(FrozenJson { staff_no: staff.0, by: by.0, since_ms, reason: why });
            }
            Asked::Handover { handover, receivers, .. } => {
                let people = receivers.iter().map(|(_, people)| people).sum();
                (json.kind, json.handover, json.people) = ("handover", Some(handover), Some(people));
            }
        }
        json
    }
}

impl std::convert::From<Vote> for VoteJson {
    fn from(vote: Vote) -> Self {
        VoteJson {
            decider: vote.decider.0,
            in_place_of: vote.in_place_of,
            department: vote.department,
            approve: vote.approve,
            answer: vote.answer,
            time_ms: vote.time_ms,
        }
    }
}

/// Approvals that concern me.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApprovalItems {
    /// Those that wait for me to decide, oldest first.
    to_decide: Vec<ApprovalJson>,
    /// Those that I asked for, newest first.
    mine: Vec<ApprovalJson>,
}

/// List approvals that wait for me, and those that I asked for.
#[utoipa::path(get, path = "/approvals", tag = "work", responses((status = 200, body = ApprovalItems)))]
pub(crate) async fn approvals(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<ApprovalItems>, Problem> {
    let list = app.tigertally.approvals(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let json = |list: Vec<Approval>| list.into_iter().map(ApprovalJson::from).collect();
    Ok(Json(ApprovalItems { to_decide: json(list.waiting), mine: json(list.mine) }))
}

/// A request for approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApproval {
    /// The customer's number.
    customer_no: String,
    /// Names of the fields.
    fields: Vec<String>,
    /// Why, 4 to 500 characters; it is sealed.
    reason: String,
}

/// Ask that fields of a customer be approved for me. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/approvals", tag = "work", request_body = NewApproval,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Made), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn request_approval(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewApproval>,
) -> MadeAnswer {
    let NewApproval { customer_no, fields, reason } = body.value;
    let parsed: Option<Vec<Field>> = fields.iter().map(|name| Field::parse(name)).collect();
    let fields = parsed.ok_or_else(|| Problem::invalid("fields", "unknown_field", body.lang))?;
    made(app.tigertally.request_approval(&actor, &customer_no, &fields, &reason, body.once).await, body.lang)
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    /// Whether it is approved.
    approve: bool,
    /// Why; needed for a refusal. It is sealed.
    #[serde(default)]
    answer: String,
    /// Staff number of somebody who is away and for whom I decide.
    in_place_of: Option<String>,
}

/// Decide an approval that somebody else asked for.
#[utoipa::path(post, path = "/approvals/{id}/decision", tag = "work", request_body = Decision, params(("id" = i64, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn decide_approval(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<Decision>,
) -> Result<Json<Done>, Problem> {
    let Decision { approve, answer, in_place_of } = body.value;
    let done = app.tigertally.decide_approval(&actor, id, approve, &answer, in_place_of.as_deref()).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// Take back what I asked for.
#[utoipa::path(post, path = "/approvals/{id}/withdrawal", tag = "work", params(("id" = i64, Path)),
    responses((status = 200, body = Done), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn withdraw_approval(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.withdraw_approval(&actor, id).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, lang))
}
