//! What happened with a customer, as a time line; writing follow-ups, with a file; calling without seeing the number.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tigertally_core::{
    desk::{
        Attachment, AttachmentKind, Channel, DeskError, FollowUpKind, HistoryEvent, HistoryItem, HistoryKind,
        HistoryQuery, NewFollowUp, NextStep,
    },
    entry::Receipt,
};

use super::{
    PageError,
    customer::{self, Rewrite},
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    api,
    disclose::for_a_machine,
    file_texts, outside,
    problem::Problem,
    upload::Upload,
};

/// Items of a page of the history.
const ROWS: usize = 30;

/// A file on a follow-up.
pub(super) struct FileView {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) size: String,
}

/// One thing that happened.
pub(super) struct ItemView {
    /// Number of the follow-up, to add a file to; 0 for what is none of the visitor's own.
    pub(super) own: i64,
    pub(super) icon: &'static str,
    pub(super) when: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) note: String,
    pub(super) text: String,
    pub(super) running: bool,
    pub(super) files: Vec<FileView>,
}

/// What happened, newest first.
pub(super) struct Timeline {
    pub(super) items: Vec<ItemView>,
    /// The address of older items.
    pub(super) more: Option<String>,
    pub(super) receipt: Receipt,
    /// Its number in the ledger.
    pub(super) entry: String,
    pub(super) max_mb: u64,
}

impl Timeline {
    /// Reads a page of it.
    pub(super) async fn of(visitor: &Visitor, no: &str, query: &HistoryQuery) -> Result<Timeline, PageError> {
        let page = visitor.desk().history(&visitor.actor, no, query).await;
        let page = page.map_err(|error| visitor.fail(&error))?;
        let kind = query.kind.map_or("", HistoryKind::name);
        let more =
            page.next_cursor.map(|cursor| format!("/customers/{no}/history?kind={kind}&cursor={cursor}"));
        Ok(Timeline {
            items: page.items.into_iter().map(|item| view(visitor, item)).collect(),
            more,
            entry: page.receipt.index.to_string(),
            receipt: page.receipt,
            max_mb: visitor.desk().settings().follow_ups.attachment_mb.into(),
        })
    }
}

/// How large a file is: `12 KB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

fn file_view(file: Attachment) -> FileView {
    FileView { id: file.id, name: file.name, size: size(file.bytes) }
}

fn view(visitor: &Visitor, item: HistoryItem) -> ItemView {
    let (app, lang) = (&visitor.app, visitor.lang);
    let mine = item.who.as_ref().is_some_and(|(no, _)| *no == visitor.actor.no());
    let name = |person: Option<(String, String)>| person.map(|(_, name)| name).unwrap_or_default();
    let mut shown = ItemView {
        own: 0,
        icon: "task",
        when: words::moment(app, lang, item.time_ms),
        what: String::new(),
        who: name(item.who),
        note: String::new(),
        text: String::new(),
        running: false,
        files: Vec::new(),
    };
    match item.event {
        HistoryEvent::FollowUp { kind, text, ended_ms, task, files } => {
            shown.own = if mine { item.id } else { 0 };
            shown.icon = match kind {
                FollowUpKind::Call => "phone",
                FollowUpKind::Visit => "user",
                FollowUpKind::Message => "chat",
                FollowUpKind::Mail => "doc",
            };
            shown.what = lang.t(&format!("follow-up-{}", kind.name()));
            shown.running = ended_ms.is_none();
            shown.note = match task {
                Some(task) => lang.with("history-next", &[("n", &task.to_string())]),
                None => String::new(),
            };
            shown.text = text;
            shown.files = files.into_iter().map(file_view).collect();
        }
        HistoryEvent::TaskOpened { title, due, closed } => {
            let n = item.id.to_string();
            shown.what = lang.with("history-task-opened", &[("n", &n)]);
            if !closed {
                shown.note = lang.with("history-due", &[("day", &words::day(app, lang, &due))]);
            }
            shown.text = title;
        }
        HistoryEvent::TaskClosed { title } => {
            shown.icon = "check";
            shown.what = lang.with("history-task-closed", &[("n", &item.id.to_string())]);
            shown.text = title;
        }
        HistoryEvent::Owner { how, to } => {
            let to = name(to);
            shown.icon = "swap";
            shown.what = lang.with(&format!("history-{}", how.name().replace('_', "-")), &[("name", &to)]);
        }
    }
    shown
}

/// The form that a follow-up is written in.
pub(super) struct FormView {
    pub(super) typed: Typed,
    pub(super) faults: Faults,
    pub(super) ending: bool,
    pub(super) kinds: [&'static str; 4],
    pub(super) accept: String,
    pub(super) max_mb: u64,
    pub(super) max: u64,
}

impl FormView {
    /// Empty, or with what was typed.
    pub(super) fn of(visitor: &Visitor, rewrite: Option<Rewrite>) -> FormView {
        let Rewrite { typed, faults, ending } =
            rewrite.unwrap_or(Rewrite { typed: Typed::default(), faults: Faults::default(), ending: false });
        let max_mb = u64::from(visitor.desk().settings().follow_ups.attachment_mb);
        FormView {
            typed,
            faults,
            ending,
            kinds: FollowUpKind::ALL.map(FollowUpKind::name),
            accept: accept(),
            max_mb,
            max: max_mb << 20,
        }
    }

    /// What is wrong with a value of the form for a new one; `ending` asks for the form of the one that goes on.
    pub(super) fn on(&self, field: &str, ending: bool) -> &str {
        if ending == self.ending { self.faults.on(field) } else { "" }
    }

    pub(super) fn typed(&self, field: &str, ending: bool) -> &str {
        if ending == self.ending { self.typed.get(field) } else { "" }
    }

    pub(super) fn open(&self) -> bool {
        self.faults.any() && !self.ending
    }
}

/// The ends of names that a file input offers.
fn accept() -> String {
    let ends = AttachmentKind::ALL.iter().flat_map(|kind| kind.extensions());
    ends.map(|end| format!(".{end}")).collect::<Vec<_>>().join(",")
}

fn next_of(typed: &Typed) -> Option<NextStep> {
    let (title, due) = (typed.some("next_title"), typed.some("next_due"));
    (title.is_some() || due.is_some()).then(|| NextStep {
        title: title.unwrap_or_default().to_owned(),
        due: due.unwrap_or_default().to_owned(),
    })
}

/// Why a follow-up was not written, as faults of its form.
fn faults_of(visitor: &Visitor, error: DeskError) -> Result<Faults, PageError> {
    match error {
        DeskError::Attachment(fault) => {
            Ok(Faults::one("file", file_texts::of_attachment(fault, visitor.lang)))
        }
        other => Faults::of(other, visitor.lang).map_err(|error| visitor.fail(&error)),
    }
}

/// `POST /customers/{no}/follow-ups`: with a file, which is tried before anything is written.
pub(crate) async fn write(visitor: Visitor, Path(no): Path<String>, request: Request) -> Page {
    let upload = Upload::attachment(&visitor.app, &visitor.actor, request).await?;
    let typed = upload.typed();
    let faults = match write_typed(&visitor, &no, &typed, upload).await {
        Ok(receipt) => {
            return Ok(visitor.done(&Visitor::customer(&no), "flash-follow-up-written", receipt));
        }
        Err(Refused::Form(faults)) => faults,
        Err(Refused::Desk(error)) => faults_of(&visitor, error)?,
    };
    customer::show(&visitor, &no, Some(Rewrite { typed, faults, ending: false })).await
}

/// Why a form was not taken.
enum Refused {
    Form(Faults),
    Desk(DeskError),
}

impl From<DeskError> for Refused {
    fn from(error: DeskError) -> Self {
        Refused::Desk(error)
    }
}

async fn write_typed(visitor: &Visitor, no: &str, typed: &Typed, upload: Upload) -> Result<Receipt, Refused> {
    let wrong = |field: &str, code: &str| {
        Refused::Form(Faults::one(field, visitor.lang.t(&format!("invalid-{code}"))))
    };
    let at_ms = match typed.some("at") {
        Some(at) => Some(visitor.desk().moment_ms(at).ok_or_else(|| wrong("at", "bad_date"))?),
        None => None,
    };
    let (name, bytes) = upload.named();
    let with_file = upload.has_file();
    if with_file {
        visitor.desk().check_attachment(name, bytes).map_err(DeskError::from)?;
    }
    let new = NewFollowUp {
        customer: no.to_owned(),
        kind: FollowUpKind::parse(typed.get("kind")).unwrap_or(FollowUpKind::Call),
        at_ms,
        text: typed.get("text").to_owned(),
        next: next_of(typed),
    };
    let ((id, _), receipt) = visitor.desk().write_follow_up(&visitor.actor, &new, None).await?;
    if with_file {
        let (name, bytes, _turn) = upload.into_file();
        visitor.desk().attach(&visitor.actor, id, &name, bytes).await?;
    }
    Ok(receipt)
}

/// `POST /customers/{no}/follow-ups/running`
pub(crate) async fn begin(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let kind = FollowUpKind::parse(typed.get("kind")).unwrap_or(FollowUpKind::Call);
    let begun = visitor.desk().begin_follow_up(&visitor.actor, &no, kind, None).await;
    let (_, receipt) = begun.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&Visitor::customer(&no), "flash-follow-up-begun", receipt))
}

/// `POST /customers/{no}/follow-ups/{id}/end`
pub(crate) async fn end(visitor: Visitor, Path((no, id)): Path<(String, i64)>, typed: Typed) -> Page {
    let next = next_of(&typed);
    match visitor.desk().end_follow_up(&visitor.actor, id, typed.get("text"), next.as_ref()).await {
        Ok((_, receipt)) => Ok(visitor.done(&Visitor::customer(&no), "flash-follow-up-ended", receipt)),
        Err(error) => {
            let faults = faults_of(&visitor, error)?;
            customer::show(&visitor, &no, Some(Rewrite { typed, faults, ending: true })).await
        }
    }
}

/// `POST /customers/{no}/follow-ups/{id}/attachments`
pub(crate) async fn attach(visitor: Visitor, Path((no, id)): Path<(String, i64)>, request: Request) -> Page {
    let upload = Upload::attachment(&visitor.app, &visitor.actor, request).await?;
    let (name, bytes, _turn) = upload.into_file();
    let added = visitor.desk().attach(&visitor.actor, id, &name, bytes).await;
    let (_, receipt) = added.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&Visitor::customer(&no), "flash-attached", receipt))
}

/// `GET /attachments/{id}`
pub(crate) async fn file(visitor: Visitor, Path(id): Path<i64>) -> Page {
    api::follow_ups::fetch(&visitor.app, &visitor.actor, id).await.map_err(|error| visitor.fail(&error))
}

/// What the address of a history says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct HistoryAddress {
    kind: String,
    cursor: String,
}

/// A filter over a history.
struct KindLink {
    label: String,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryView {
    shell: Shell,
    no: String,
    timeline: Timeline,
    kinds: Vec<KindLink>,
    /// The address of the newest items, on a page of older ones.
    newest: Option<String>,
}

/// `GET /customers/{no}/history`
pub(crate) async fn history(
    visitor: Visitor,
    Path(no): Path<String>,
    Query(address): Query<HistoryAddress>,
) -> Page {
    let kind = HistoryKind::parse(&address.kind);
    let cursor = Some(address.cursor).filter(|cursor| !cursor.is_empty());
    let query = HistoryQuery { kind, cursor, limit: ROWS };
    let timeline = Timeline::of(&visitor, &no, &query).await?;
    let lang = visitor.lang;
    let link = |of: Option<HistoryKind>| {
        let name = of.map_or("", HistoryKind::name);
        KindLink {
            label: lang.t(&format!("history-kind-{}", if name.is_empty() { "all" } else { name })),
            href: format!("/customers/{no}/history?kind={name}"),
            current: of == kind,
        }
    };
    let kinds = std::iter::once(None).chain(HistoryKind::ALL.map(Some)).map(link).collect();
    let page = HistoryView {
        shell: Shell {
            title: format!("{} {no}", lang.t("history-title")),
            ..visitor.shell("history-title", "/customers").recorded(&visitor.app, &timeline.receipt)
        },
        kinds,
        newest: query
            .cursor
            .as_ref()
            .map(|_| format!("/customers/{no}/history?kind={}", kind.map_or("", HistoryKind::name))),
        no,
        timeline,
    };
    Ok(html(&page))
}

fn channel_of(visitor: &Visitor, typed: &Typed) -> Result<Channel, PageError> {
    let bad = || PageError::from(Problem::invalid("channel", "bad_choice", visitor.lang));
    Channel::parse(typed.get("channel")).ok_or_else(bad)
}

/// `POST /customers/{no}/connect`: a machine calls or writes.
pub(crate) async fn connect(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let channel = channel_of(&visitor, &typed)?;
    let connected = outside::connect(visitor.desk(), &visitor.actor, &no, channel).await;
    let (_, taken, receipt) = connected.map_err(|error| visitor.fail(&error))?;
    let flash = if taken { "flash-connected" } else { "flash-not-connected" };
    Ok(visitor.done(&Visitor::customer(&no), flash, receipt))
}

#[derive(Template)]
#[template(path = "hand-off.html")]
struct HandOffView {
    shell: Shell,
    no: String,
    token: String,
    until: String,
}

/// `POST /customers/{no}/hand-off`: a link to the number for the visitor's own device. It says what that means.
pub(crate) async fn begin_hand_off(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let channel = channel_of(&visitor, &typed)?;
    let link = visitor.desk().begin_hand_off(&visitor.actor, &no, channel).await;
    let link = link.map_err(|error| visitor.fail(&error))?;
    let until = visitor.desk().zoned(link.until_ms).strftime("%H:%M:%S").to_string();
    Ok(html(&HandOffView {
        shell: visitor.shell("hand-off-title", "/customers"),
        no,
        token: link.token,
        until,
    }))
}

/// `GET /hand-off/{link}`: sends the device on to the number. The link works once.
pub(crate) async fn hand_off(visitor: Visitor, Path(link): Path<String>) -> Page {
    let opened = visitor.desk().hand_off(&visitor.actor, &link).await;
    let (dial, number) = opened.map_err(|error| visitor.fail(&error))?;
    let to = HeaderValue::from_str(&dial.address(&for_a_machine(&number)));
    let to = to.map_err(|_| visitor.missing())?;
    let mut response: Response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, to);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
