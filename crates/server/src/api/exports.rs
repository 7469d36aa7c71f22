//! Exports: files of customers taken out, counted before they are asked for.

use std::sync::Arc;

use axum::{
    Json,
    body::Body as AnswerBody,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    age::Recipients,
    desk::{Export, ExportCount, ExportFile, ExportFormat, ExportQuery, ListQuery, Scope},
    record::{Field, Kind, Tier},
};
use tokio_stream::StreamExt;
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use crate::{
    address::{Path, Query},
    exports,
    problem::{Problem, ReceiptJson},
    saved_as::saved_as,
    signed::Signed,
    state::App,
    texts::Lang,
};

/// What is to be taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExportJson {
    /// Whose: `mine`, `department` or `all` that I may see, which is the default.
    #[serde(default)]
    scope: String,
    /// Only this tier: `low`, `medium`, `high`.
    tier: Option<String>,
    /// Only this region.
    region: Option<String>,
    /// Only `person` or `company`.
    kind: Option<String>,
    /// Only this owner's, by staff number.
    owner: Option<String>,
    /// The columns beside number, kind, tier, region, owner and day of the first co-operation.
    fields: Vec<String>,
    /// Those of them that are to be in clear; the others are masked.
    #[serde(default)]
    clear: Vec<String>,
    /// `xlsx`, which is the default, or `csv`.
    format: Option<String>,
    /// Public keys of `age` (`age1…`) that open the file, at most five. Without any, it opens with a password that is told
    /// when it is run. They are part of what is approved.
    #[serde(default)]
    recipients: Vec<String>,
    /// What for, 4 to 500 characters; it is sealed, and stands in the file. Not needed to count.
    #[serde(default)]
    reason: String,
}

impl NewExportJson {
    fn query(&self, lang: Lang) -> Result<ExportQuery, Problem> {
        let choice = |field: &str| Problem::invalid(field, "bad_choice", lang);
        let fields = |field: &str, names: &[String]| {
            let parsed: Option<Vec<Field>> = names.iter().map(|name| Field::parse(name)).collect();
            parsed.ok_or_else(|| Problem::invalid(field, "unknown_field", lang))
        };
        let scope = match self.scope.as_str() {
            "" | "all" => Scope::All,
            "mine" => Scope::Mine,
            "department" => Scope::Department,
            "shared" => Scope::Shared,
            _ => return Err(choice("scope")),
        };
        let tier = self.tier.as_deref().map(|name| Tier::parse(name).ok_or_else(|| choice("tier")));
        let kind = self.kind.as_deref().map(|name| Kind::parse(name).ok_or_else(|| choice("kind")));
        let format = self.format.as_deref().unwrap_or("xlsx");
        Ok(ExportQuery {
            list: ListQuery {
                scope,
                tier: tier.transpose()?,
                kind: kind.transpose()?,
                region: self.region.clone(),
                owner: self.owner.clone(),
                ..ListQuery::default()
            },
            fields: fields("fields", &self.fields)?,
            clear: fields("clear", &self.clear)?,
            format: ExportFormat::parse(format).ok_or_else(|| choice("format"))?,
            recipients: self.keys(lang)?,
        })
    }

    fn keys(&self, lang: Lang) -> Result<Option<Recipients>, Problem> {
        if self.recipients.is_empty() {
            return Ok(None);
        }
        let keys = Recipients::parse(&self.recipients.join("\n"));
        Ok(Some(keys.map_err(|error| Problem::invalid("recipients", error.code(), lang))?))
    }
}

/// People with fields of a class in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClearCountJson {
    /// `sensitive`, `business` or `contact`.
    class: &'static str,
    /// How many people it would be.
    people: u64,
    /// How many I have taken out in the last 30 days.
    taken: u64,
    /// From how many on, in 30 days, two people of different departments have to approve.
    line: u64,
}

/// What an export would take out.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportCountJson {
    /// How many customers.
    people: u64,
    /// Whether all of them are of my own area.
    own_area: bool,
    /// How many customers I have taken out in the last 30 days.
    taken: u64,
    /// For each class with fields in clear.
    in_clear: Vec<ClearCountJson>,
    /// How many people have to approve; 0 when it can be run at once.
    approvals_needed: u32,
    /// Where the counting stands in the ledger.
    receipt: ReceiptJson,
}

/// Count what an export would take out, and how many would have to approve it.
#[utoipa::path(post, path = "/exports/count", tag = "exports", request_body = NewExportJson,
    responses((status = 200, body = ExportCountJson), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn count(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewExportJson>,
) -> Result<Json<ExportCountJson>, Problem> {
    let query = body.value.query(body.lang)?;
    let counted = app.tigertally.count_export(&actor, &query).await;
    let (count, receipt) = counted.map_err(|error| Problem::of(&error, body.lang))?;
    let ExportCount { people, own_area, in_clear, taken, needed } = count;
    let in_clear = in_clear.into_iter();
    Ok(Json(ExportCountJson {
        people,
        own_area,
        taken,
        in_clear: in_clear
            .map(|(class, people, taken, line)| ClearCountJson { class: class.name(), people, taken, line })
            .collect(),
        approvals_needed: needed,
        receipt: receipt.into(),
    }))
}

/// An export that was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct AskedExportJson {
    /// Number.
    id: i64,
    /// Where it stands in the ledger.
    receipt: ReceiptJson,
}

/// Ask for an export. It can be run at once, or waits for approval: see its state.
#[utoipa::path(post, path = "/exports", tag = "exports", request_body = NewExportJson,
    responses((status = 201, body = AskedExportJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn ask(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewExportJson>,
) -> Result<(StatusCode, Json<AskedExportJson>), Problem> {
    let query = body.value.query(body.lang)?;
    let asked = app.tigertally.request_export(&actor, &query, &body.value.reason).await;
    let (id, receipt) = asked.map_err(|error| Problem::of(&error, body.lang))?;
    Ok((StatusCode::CREATED, Json(AskedExportJson { id, receipt: receipt.into() })))
}

/// An export.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportJson {
    /// Number.
    id: i64,
    /// Staff number of who asked for it.
    staff: String,
    /// The conditions of the list.
    asked: std::collections::BTreeMap<String, String>,
    /// The columns.
    fields: Vec<&'static str>,
    /// Those in clear.
    clear: Vec<&'static str>,
    /// `xlsx` or `csv`.
    format: &'static str,
    /// The public keys that open the file; none when a password does.
    recipients: Vec<String>,
    /// What for.
    reason: String,
    /// How many customers.
    people: u64,
    /// Number of the approval that it needs.
    approval: Option<i64>,
    /// `waiting`, `ready`, `running`, `interrupted`, `made`, `taken`, `refused`, `expired` or `lapsed`.
    state: &'static str,
    /// Rows that are written.
    written: u64,
    /// When it was asked for, Unix milliseconds.
    created_ms: u64,
    /// Until when it can be decided, then run, then fetched, Unix milliseconds.
    expires_ms: Option<u64>,
    /// When it was fetched, Unix milliseconds.
    taken_ms: Option<u64>,
    /// Size of the file in bytes.
    bytes: Option<u64>,
    /// SHA-256 of the file, hexadecimal.
    sha256: Option<String>,
}

impl std::convert::From<Export> for ExportJson {
    fn from(export: Export) -> Self {
        let names = |fields: Vec<Field>| fields.into_iter().map(Field::name).collect();
        ExportJson {
            id: export.id,
            staff: export.staff.0,
            asked: export.asked.into_iter().collect(),
            fields: names(export.fields),
            clear: names(export.clear),
            format: export.format.name(),
            recipients: export.recipients,
            reason: export.reason,
            people: export.people,
            approval: export.approval,
            state: export.state.name(),
            written: export.written,
            created_ms: export.created_ms,
            expires_ms: export.expires_ms,
            taken_ms: export.taken_ms,
            bytes: export.bytes,
            sha256: export.sha256.map(|hash| tigertally_core::hex(&hash)),
        }
    }
}

/// Which exports to list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct ExportsQuery {
    /// Everybody's, for who reads the ledger; else my own.
    all: bool,
    /// Before this number: where the page before ended.
    before: Option<i64>,
    /// Most exports, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

/// Exports, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportItems {
    /// The exports.
    items: Vec<ExportJson>,
    /// The number before which the next page begins.
    next: Option<i64>,
}

/// List my exports, or everybody's.
#[utoipa::path(get, path = "/exports", tag = "exports", params(ExportsQuery),
    responses((status = 200, body = ExportItems), (status = 403, body = Problem)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<ExportsQuery>,
    lang: Lang,
) -> Result<Json<ExportItems>, Problem> {
    let limit = query.limit.unwrap_or(50);
    let list = app.tigertally.exports(&actor, query.all, query.before, limit).await;
    let list = list.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(ExportItems { items: list.exports.into_iter().map(ExportJson::from).collect(), next: list.next }))
}

/// See how far an export of mine is.
#[utoipa::path(get, path = "/exports/{id}", tag = "exports", params(("id" = i64, Path)),
    responses((status = 200, body = ExportJson), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<ExportJson>, Problem> {
    let (export, _) =
        app.tigertally.export_of(&actor, id).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(export.into()))
}

/// An export that is being written.
#[derive(Serialize, ToSchema)]
pub(crate) struct BegunJson {
    /// What opens the file (a ZIP archive, AES-256). It is told once and kept nowhere. Null when the file is for keys.
    password: Option<String>,
    /// Where the beginning stands in the ledger.
    receipt: ReceiptJson,
}

/// Run an export of mine: its approval is used up, and its file is written. The password of the file, if it has one, is told
/// here, once.
#[utoipa::path(post, path = "/exports/{id}/run", tag = "exports", params(("id" = i64, Path)),
    responses((status = 202, body = BegunJson), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn run(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Response, Problem> {
    let begun = exports::begin(&app.tigertally, &actor, id, lang).await;
    let begun = begun.map_err(|error| Problem::of(&error, lang))?;
    let told = BegunJson {
        password: begun.password.map(|password| password.to_string()),
        receipt: begun.receipt.into(),
    };
    let no_store = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::ACCEPTED, no_store, Json(told)).into_response())
}

/// Fetch the file of an export of mine: a ZIP archive, or a file of `age` (`application/octet-stream`). It works once.
#[utoipa::path(post, path = "/exports/{id}/file", tag = "exports", params(("id" = i64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn file(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Response, Problem> {
    fetch(&app, &actor, id).await.map_err(|error| Problem::of(&error, lang))
}

/// Hands the file over: it is removed as it is opened, so that nothing is left when it was sent.
pub(crate) async fn fetch(
    app: &App,
    actor: &tigertally_core::identity::Actor,
    id: i64,
) -> Result<Response, tigertally_core::desk::DeskError> {
    let (file, receipt) = app.tigertally.take_export(actor, id).await?;
    let ExportFile { path, format, for_keys } = file;
    let opened = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(&path)?;
        let length = file.metadata()?.len();
        std::fs::remove_file(&path)?;
        Ok::<_, std::io::Error>((file, length))
    });
    let opened = opened.await.unwrap_or_else(|_| Err(std::io::Error::other("the reader's thread ended")));
    let (file, length) = opened.map_err(tigertally_core::StoreError::from)?;
    let (pieces, inbox) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(4);
    let (system, actor) = (Arc::clone(&app.tigertally), actor.clone());
    tokio::task::spawn_blocking(move || send(file, &pieces, || system.acts(&actor)));
    let stream = tokio_stream::wrappers::ReceiverStream::new(inbox).map(|piece| piece);
    let (name, kind) = match for_keys {
        false => (format!("export-{id}.zip"), "application/zip"),
        // The format has no name inside: this one is what is left when it is opened.
        true => (format!("customers-{id}.{}.age", format.name()), "application/octet-stream"),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        saved_as(&name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::HeaderName::from_static("tigertally-entry"), HeaderValue::from(receipt.index)),
    ];
    Ok((headers, AnswerBody::from_stream(stream)).into_response())
}

/// Sends a file in pieces, for as long as who fetches it may: then the connection breaks off.
fn send(
    mut file: std::fs::File,
    pieces: &tokio::sync::mpsc::Sender<std::io::Result<Vec<u8>>>,
    may: impl Fn() -> bool,
) {
    use std::io::Read;
    loop {
        let mut piece = vec![0; 1 << 16];
        let read = if may() { file.read(&mut piece) } else { Err(std::io::Error::other("frozen")) };
        let read = read.map(|read| {
            piece.truncate(read);
            piece
        });
        let end = !matches!(&read, Ok(piece) if !piece.is_empty());
        if matches!(&read, Ok(piece) if piece.is_empty()) || pieces.blocking_send(read).is_err() || end {
            return;
        }
    }
}
