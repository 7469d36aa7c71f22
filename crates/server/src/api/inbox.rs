//! What waits for me.

use axum::{Json, extract::State};
use serde::Serialize;
use tigertally_core::desk::{Asked, InboxItem};
use utoipa::ToSchema;

use super::work::ApprovalJson;
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// Something that waits for me.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct InboxItemJson {
    /// `decide` what somebody asked for, `use` what was approved, `start_export`, `fetch_export`, `handover`, `task`,
    /// `falling` customers of mine into the public pool, access `reviews`, `rules` to acknowledge.
    kind: &'static str,
    /// By when, Unix milliseconds.
    due_ms: Option<u64>,
    /// Of `decide` and `use`: the approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalJson>,
    /// Number of the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<i64>,
    /// Number of the hand-over.
    #[serde(skip_serializing_if = "Option::is_none")]
    handover: Option<i64>,
    /// Of a hand-over: `note`, `split`, `sign`, `ask` or `close`.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'static str>,
    /// Of `sign`: number of the part.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<i64>,
    /// Number of the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<i64>,
    /// Of a task: what is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The customer's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_no: Option<String>,
    /// The customer's name, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<String>,
    /// How many customers it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<u64>,
}

/// What waits for me, the most pressing first.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboxJson {
    /// The items: all but tasks that are due later.
    items: Vec<InboxItemJson>,
    /// My open tasks in all.
    tasks: u64,
    /// Where the view stands in the ledger.
    receipt: ReceiptJson,
}

impl std::convert::From<(InboxItem, Option<u64>)> for InboxItemJson {
    fn from((item, due_ms): (InboxItem, Option<u64>)) -> Self {
        let mut json = InboxItemJson { due_ms, ..InboxItemJson::default() };
        match item {
            InboxItem::Decide(approval) => {
                json.kind = "decide";
                json.approval = Some((*approval).into());
            }
            InboxItem::Use(approval) => {
                json.kind = "use";
                if let Asked::Access { customer, name } = &approval.asked {
                    (json.customer_no, json.customer_name) = (Some(customer.clone()), Some(name.clone()));
                }
                json.approval = Some((*approval).into());
            }
            InboxItem::StartExport { export, people } => {
                (json.kind, json.export, json.customers) = ("start_export", Some(export), Some(people));
            }
            InboxItem::FetchExport { export, people } => {
                (json.kind, json.export, json.customers) = ("fetch_export", Some(export), Some(people));
            }
            InboxItem::Handover { handover, step, customers, .. } => {
                (json.kind, json.handover, json.customers) = ("handover", Some(handover), Some(customers));
                json.step = Some(step.name());
                if let tigertally_core::desk::HandoverDuty::Sign(part) = step {
                    json.part = Some(part);
                }
            }
            InboxItem::Task { task, name } => {
                (json.kind, json.task, json.title) = ("task", Some(task.id), Some(task.title));
                (json.customer_no, json.customer_name) = (Some(task.customer), Some(name));
            }
            InboxItem::Falling { customers, first } => {
                (json.kind, json.customers, json.customer_no) = ("falling", Some(customers), Some(first.no));
            }
            InboxItem::Reviews(customers) => (json.kind, json.customers) = ("reviews", Some(customers)),
            InboxItem::Rules => json.kind = "rules",
        }
        json
    }
}

/// What waits for me.
#[utoipa::path(get, path = "/inbox", tag = "work", responses((status = 200, body = InboxJson)))]
pub(crate) async fn inbox(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<InboxJson>, Problem> {
    let inbox = app.tigertally.inbox(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(InboxJson {
        items: inbox.items.into_iter().map(InboxItemJson::from).collect(),
        tasks: inbox.tasks,
        receipt: inbox.receipt.into(),
    }))
}
