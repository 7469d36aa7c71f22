//! Follow-ups, what happened with a customer, files, and calling without seeing the number.

use std::sync::Arc;

use axum::{
    Json,
    body::Body as AnswerBody,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    desk::{
        Attachment, Channel, DeskError, FollowUpKind, HistoryEvent, HistoryItem, HistoryKind, HistoryQuery,
        NewFollowUp, NextStep,
    },
    identity::Actor,
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    work::{Made, MadeAnswer, made},
};
use crate::{
    address::Path,
    outside,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
    upload::Upload,
};

/// What comes next: it becomes a task of mine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextStepJson {
    /// What is to be done, 1 to 120 characters; it is sealed.
    title: String,
    /// Day it is due.
    due: String,
}

impl std::convert::From<NextStepJson> for NextStep {
    fn from(next: NextStepJson) -> Self {
        NextStep { title: next.title, due: next.due }
    }
}

/// A follow-up to be written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFollowUpJson {
    /// The customer's number.
    customer_no: String,
    /// `call`, `visit`, `message` or `mail`.
    kind: String,
    /// When it was, Unix milliseconds; now, when it is left out.
    at_ms: Option<u64>,
    /// What was said and agreed, 1 to 2,000 characters; it is sealed.
    text: String,
    /// What comes next.
    next: Option<NextStepJson>,
}

/// A follow-up that was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct WrittenJson {
    /// Number.
    id: i64,
    /// The task that is the next step.
    task: Option<i64>,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

fn kind_of(name: &str, lang: Lang) -> Result<FollowUpKind, Problem> {
    FollowUpKind::parse(name).ok_or_else(|| Problem::invalid("kind", "bad_choice", lang))
}

/// Write a follow-up, with its next step. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/follow-ups", tag = "follow-ups", request_body = NewFollowUpJson,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = WrittenJson), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn write(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewFollowUpJson>,
) -> Result<(StatusCode, Json<WrittenJson>), Problem> {
    let NewFollowUpJson { customer_no, kind, at_ms, text, next } = body.value;
    let kind = kind_of(&kind, body.lang)?;
    let new = NewFollowUp { customer: customer_no, kind, at_ms, text, next: next.map(NextStep::from) };
    let written = app.tigertally.write_follow_up(&actor, &new, body.once).await;
    let ((id, task), receipt) = written.map_err(|error| Problem::of(&error, body.lang))?;
    Ok((StatusCode::CREATED, Json(WrittenJson { id, task, receipt: receipt.into() })))
}

/// A call or message to be begun.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRunning {
    /// The customer's number.
    customer_no: String,
    /// `call` or `message`.
    kind: String,
}

/// Begin a call or a message: while it goes on it is a purpose of kind `call`. Takes an `Idempotency-Key`.
#[utoipa::path(post, path = "/follow-ups/running", tag = "follow-ups", request_body = NewRunning,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = Made), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn begin(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewRunning>,
) -> MadeAnswer {
    let kind = kind_of(&body.value.kind, body.lang)?;
    let begun = app.tigertally.begin_follow_up(&actor, &body.value.customer_no, kind, body.once).await;
    made(begun, body.lang)
}

/// How a call or message ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    /// What was said and agreed, up to 2,000 characters; it is sealed.
    text: String,
    /// What comes next.
    next: Option<NextStepJson>,
}

/// End a call or message of mine.
#[utoipa::path(post, path = "/follow-ups/{id}/end", tag = "follow-ups", request_body = Ending, params(("id" = i64, Path)),
    responses((status = 200, body = WrittenJson), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn end(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    body: Body<Ending>,
) -> Result<Json<WrittenJson>, Problem> {
    let Ending { text, next } = body.value;
    let next = next.map(NextStep::from);
    let ended = app.tigertally.end_follow_up(&actor, id, &text, next.as_ref()).await;
    let (task, receipt) = ended.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(WrittenJson { id, task, receipt: receipt.into() }))
}

/// Add a file to a follow-up of mine: a form with one part, `file`. PDF, PNG, JPEG, DOCX, XLSX, TXT or CSV; what the bytes
/// are must be what the name says.
#[utoipa::path(post, path = "/follow-ups/{id}/attachments", tag = "follow-ups", params(("id" = i64, Path)),
    request_body(content = inline(FileForm), content_type = "multipart/form-data"),
    responses((status = 201, body = Made), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn attach(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
    request: Request,
) -> MadeAnswer {
    let upload = Upload::attachment(&app, &actor, request).await?;
    let (name, bytes, _turn) = upload.into_file();
    made(app.tigertally.attach(&actor, id, &name, bytes).await, lang)
}

/// A form with a file.
#[derive(ToSchema)]
#[allow(dead_code)]
struct FileForm {
    /// The file.
    #[schema(content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Fetch a file of a follow-up. It is recorded.
#[utoipa::path(get, path = "/attachments/{id}", tag = "follow-ups", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn file(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Response, Problem> {
    fetch(&app, &actor, id).await.map_err(|error| Problem::of(&error, lang))
}

/// Hands a file over, a piece at a time.
pub(crate) async fn fetch(app: &App, actor: &Actor, id: i64) -> Result<Response, DeskError> {
    let mut file = app.tigertally.attachment(actor, id).await?;
    // The name as RFC 8187 wants it; what is no letter or digit is written as bytes.
    let name = file.name().bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    let end = file.kind.extensions()[0];
    let disposition = format!(
        "attachment; filename=\"attachment-{id}.{end}\"; filename*=UTF-8''{}",
        name.collect::<String>()
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.kind.media_type())),
        (header::CONTENT_LENGTH, HeaderValue::from(file.bytes())),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("tigertally-entry"), HeaderValue::from(file.receipt().index)),
    ];
    let (pieces, inbox) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(1);
    let (system, actor) = (Arc::clone(&app.tigertally), actor.clone());
    tokio::task::spawn_blocking(move || {
        loop {
            let piece = match file.next_piece() {
                // Whoever is frozen meanwhile gets no more of it.
                Ok(Some(_)) if !system.acts(&actor) => Err(std::io::Error::other("frozen")),
                Ok(Some(piece)) => Ok(piece.to_vec()),
                Ok(None) => return,
                // The connection breaks off, so that nobody takes the file for whole.
                Err(error) => Err(std::io::Error::other(error.to_string())),
            };
            let failed = piece.is_err();
            if pieces.blocking_send(piece).is_err() || failed {
                return;
            }
        }
    });
    let stream = tokio_stream::wrappers::ReceiverStream::new(inbox);
    Ok((headers, AnswerBody::from_stream(stream)).into_response())
}

/// Which part of a history.
#[derive(Deserialize, IntoParams)]
pub(crate) struct HistoryParams {
    /// Only `follow_ups`, `tasks` or `owners`.
    kind: Option<String>,
    /// From where: `next_cursor` of the page before.
    cursor: Option<String>,
    /// Most items, 1 to 100; 30 when it is left out.
    limit: Option<usize>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonJson {
    /// Staff number.
    staff_no: String,
    /// Name.
    name: String,
}

fn person((staff_no, name): (String, String)) -> PersonJson {
    PersonJson { staff_no, name }
}

/// A file on a follow-up.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttachmentJson {
    /// Number: `GET /attachments/{id}`.
    id: i64,
    /// The file's name.
    name: String,
    /// Media type.
    media_type: &'static str,
    /// Size, bytes.
    bytes: u64,
    /// When it was added, Unix milliseconds.
    added_ms: u64,
}

impl std::convert::From<Attachment> for AttachmentJson {
    fn from(file: Attachment) -> Self {
        let Attachment { id, name, kind, bytes, added_ms } = file;
        AttachmentJson { id, name, media_type: kind.media_type(), bytes, added_ms }
    }
}

/// Something that happened with a customer.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryJson {
    /// `follow_up`, `task_opened`, `task_closed`, or `owner`.
    event: &'static str,
    /// Number of the follow-up or task.
    id: i64,
    /// When, Unix milliseconds.
    time_ms: u64,
    /// Who did it or is to do it; of a change of owner, who it was before. They may have left since.
    who: Option<PersonJson>,
    /// Of a follow-up: `call`, `visit`, `message`, `mail`. Of a change of owner: `assigned`, `claimed`, `pooled`,
    /// `handed_over`.
    kind: Option<&'static str>,
    /// What was said and agreed, or is to be done.
    text: Option<String>,
    /// Of a follow-up: when it was put down, Unix milliseconds; absent while it goes on.
    ended_ms: Option<u64>,
    /// Of a follow-up: the task that is its next step.
    task: Option<i64>,
    /// Of a task that was opened: day it is due.
    due: Option<String>,
    /// Of a change of owner: who it is since.
    to: Option<PersonJson>,
    /// Of a follow-up: the files on it.
    files: Vec<AttachmentJson>,
}

impl std::convert::From<HistoryItem> for HistoryJson {
    fn from(item: HistoryItem) -> Self {
        let mut json = HistoryJson {
            event: "follow_up",
            id: item.id,
            time_ms: item.time_ms,
            who: item.who.map(person),
            kind: None,
            text: None,
            ended_ms: None,
            task: None,
            due: None,
            to: None,
            files: Vec::new(),
        };
        match item.event {
            HistoryEvent::FollowUp { kind, text, ended_ms, task, files } => {
                (json.kind, json.text) = (Some(kind.name()), Some(text));
                (json.ended_ms, json.task) = (ended_ms, task);
                json.files = files.into_iter().map(AttachmentJson::from).collect();
            }
            HistoryEvent::TaskOpened { title, due, .. } => {
                (json.event, json.text, json.due) = ("task_opened", Some(title), Some(due));
            }
            HistoryEvent::TaskClosed { title } => (json.event, json.text) = ("task_closed", Some(title)),
            HistoryEvent::Owner { how, to } => {
                (json.event, json.kind, json.to) = ("owner", Some(how.name()), to.map(person));
            }
        }
        json
    }
}

/// One page of a customer's history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryItems {
    /// What happened, newest first.
    items: Vec<HistoryJson>,
    /// Where older items begin; absent on the last page.
    next_cursor: Option<String>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read what happened with a customer: follow-ups with their files, tasks, changes of the owner.
#[utoipa::path(get, path = "/customers/{customer_no}/history", tag = "follow-ups",
    params(("customer_no" = String, Path), HistoryParams),
    responses((status = 200, body = HistoryItems), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn history(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    Asked { value, lang }: Asked<HistoryParams>,
) -> Result<Json<HistoryItems>, Problem> {
    let kind = match value.kind.as_deref().filter(|kind| !kind.is_empty()) {
        Some(kind) => {
            Some(HistoryKind::parse(kind).ok_or_else(|| Problem::invalid("kind", "bad_choice", lang))?)
        }
        None => None,
    };
    let query = HistoryQuery { kind, cursor: value.cursor, limit: value.limit.unwrap_or(30) };
    let page = app.tigertally.history(&actor, &no, &query).await;
    let page = page.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(HistoryItems {
        items: page.items.into_iter().map(HistoryJson::from).collect(),
        next_cursor: page.next_cursor,
        receipt: page.receipt.into(),
    }))
}

/// How a customer is to be reached.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConnect {
    /// `call` or `message`.
    channel: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connected {
    /// The follow-up that has begun (or went on): a purpose of kind `call`.
    follow_up: i64,
    /// Whether the machine took it: it answered 2xx.
    taken: bool,
    /// Where that stands in the ledger.
    receipt: ReceiptJson,
}

/// Have the machine of the settings (a call centre, WeCom) call a customer or write to them. It is told the number; I am not.
#[utoipa::path(post, path = "/customers/{customer_no}/connect", tag = "follow-ups", request_body = NewConnect,
    params(("customer_no" = String, Path)),
    responses((status = 200, body = Connected), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn connect(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(no): Path<String>,
    body: Body<NewConnect>,
) -> Result<Json<Connected>, Problem> {
    let channel = Channel::parse(&body.value.channel);
    let channel = channel.ok_or_else(|| Problem::invalid("channel", "bad_choice", body.lang))?;
    let connected = outside::connect(&app.tigertally, &actor, &no, channel).await;
    let (follow_up, taken, receipt) = connected.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(Connected { follow_up, taken, receipt: receipt.into() }))
}
