//! Exports: counted, asked for, run, fetched once.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use tigertally_core::{
    age::{AgeError, Recipients},
    desk::{DeskError, Export, ExportCount, ExportFormat, ExportQuery, ExportState, ListQuery, Scope},
    policy::Action,
    record::{Field, Kind, Tier},
};

use super::{
    approvals::weight_of,
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    api, exports,
    texts::Lang,
};

/// The names of a list's conditions, as forms and addresses have them.
const CONDITIONS: [&str; 5] = ["scope", "tier", "region", "kind", "owner"];

/// An export on a page.
struct ExportView {
    id: i64,
    staff: String,
    asked: String,
    fields: String,
    weight: String,
    format: String,
    /// The keys that open the file; none when a password does.
    keys: Vec<String>,
    reason: String,
    people: u64,
    approval: Option<i64>,
    state: &'static str,
    state_key: String,
    /// What its reader should know.
    text_key: String,
    mark: &'static str,
    written: u64,
    made: String,
    until: String,
    size: String,
    sha256: String,
}

impl ExportView {
    /// How much of the file is written, in thousandths.
    fn permille(&self) -> u64 {
        self.written * 1000 / self.people.max(1)
    }
}

fn names(lang: Lang, fields: &[Field]) -> String {
    let names: Vec<String> = fields.iter().map(|field| lang.t(&format!("field-{}", field.name()))).collect();
    names.join(lang.pick("、", ", "))
}

/// The conditions in words.
fn conditions(lang: Lang, asked: &[(String, String)]) -> String {
    let words: Vec<String> = asked
        .iter()
        .map(|(name, value)| match name.as_str() {
            "scope" => lang.t(&format!("list-{value}")),
            "kind" => lang.t(&format!("kind-{value}")),
            "tier" => format!("{} {}", lang.t("tier"), lang.t(&format!("tier-{value}"))),
            "owner" => format!("{} {value}", lang.t("owner")),
            _ => value.clone(),
        })
        .collect();
    if words.is_empty() { lang.t("list-all") } else { words.join(lang.pick("、", ", ")) }
}

fn view(visitor: &Visitor, export: Export) -> ExportView {
    let (app, lang) = (&visitor.app, visitor.lang);
    ExportView {
        id: export.id,
        staff: format!("{} {}", export.staff.1, export.staff.0),
        asked: conditions(lang, &export.asked),
        fields: names(lang, &export.fields),
        weight: weight_of(lang, &export.in_clear),
        format: format!(
            "{} · {}",
            export.format.name().to_uppercase(),
            lang.t(if export.recipients.is_empty() { "export-lock-password" } else { "export-lock-keys" })
        ),
        keys: export.recipients,
        reason: export.reason,
        people: export.people,
        approval: export.approval,
        state: export.state.name(),
        state_key: format!("export-{}", export.state.name()),
        text_key: format!("export-{}-text", export.state.name()),
        mark: match export.state {
            ExportState::Waiting | ExportState::Running => "wait",
            ExportState::Ready | ExportState::Made | ExportState::Taken => "ok",
            ExportState::Refused => "no",
            ExportState::Interrupted | ExportState::Expired | ExportState::Lapsed => "off",
        },
        written: export.written,
        made: words::moment(app, lang, export.created_ms),
        until: match export.state {
            ExportState::Waiting | ExportState::Ready | ExportState::Made => {
                export.expires_ms.map(|end| words::moment(app, lang, end)).unwrap_or_default()
            }
            _ => String::new(),
        },
        size: export.bytes.map(|bytes| format!("{} KB", bytes.div_ceil(1024))).unwrap_or_default(),
        sha256: export.sha256.map(|hash| tigertally_core::hex(&hash)).unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "exports.html")]
struct ExportsPage {
    shell: Shell,
    /// Whether everybody's are shown, and whether the visitor may see them.
    all: bool,
    may_all: bool,
    may_export: bool,
    exports: Vec<ExportView>,
    next: String,
    few: u64,
}

/// Which exports the address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    all: String,
    before: String,
}

/// `GET /exports`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let all = !listed.all.is_empty();
    let list = visitor.desk().exports(&visitor.actor, all, listed.before.parse().ok(), 25).await;
    let list = list.map_err(|error| visitor.fail(&error))?;
    let page = ExportsPage {
        all,
        may_all: visitor.may(Action::ReadLedger),
        may_export: visitor.may(Action::ExportCustomers),
        next: list
            .next
            .map(|next| format!("/exports?before={next}{}", if all { "&all=1" } else { "" }))
            .unwrap_or_default(),
        exports: list.exports.into_iter().map(|export| view(&visitor, export)).collect(),
        few: u64::from(visitor.desk().settings().exports.few),
        shell: visitor.shell("nav-exports", "/exports").recorded(&visitor.app, &list.receipt),
    };
    Ok(html(&page))
}

/// A column that can be chosen: left out, masked or in clear.
struct Column {
    name: &'static str,
    chosen: &'static str,
}

/// What counting said, in words.
struct CountView {
    people: u64,
    own_area: bool,
    taken: u64,
    lines: Vec<String>,
    needed: u32,
}

#[derive(Template)]
#[template(path = "export-new.html")]
struct NewExportPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    kept: Vec<(&'static str, String)>,
    asked: String,
    columns: Vec<Column>,
    count: Option<CountView>,
}

/// The conditions of the list that an address or form names.
fn conditions_of(get: impl Fn(&str) -> String) -> Vec<(String, String)> {
    CONDITIONS
        .iter()
        .map(|name| ((*name).to_owned(), get(name)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn new_page(
    visitor: &Visitor,
    typed: Typed,
    faults: Faults,
    count: Option<(ExportCount, tigertally_core::entry::Receipt)>,
) -> Page {
    let lang = visitor.lang;
    let untouched = Field::ALL.iter().all(|field| typed.get(&format!("column_{}", field.name())).is_empty());
    let columns = Field::ALL.into_iter().map(|field| Column {
        name: field.name(),
        chosen: match typed.get(&format!("column_{}", field.name())) {
            "clear" => "clear",
            "masked" => "masked",
            // What a list shows, to begin with.
            "" if untouched && matches!(field, Field::Name | Field::Contact | Field::Mobile) => "masked",
            _ => "none",
        },
    });
    let mut shell = visitor.shell("export-new-title", "/exports");
    if let Some((_, receipt)) = &count {
        shell = shell.recorded(&visitor.app, receipt);
    }
    let page = NewExportPage {
        shell,
        columns: columns.collect(),
        kept: CONDITIONS
            .iter()
            .map(|name| (*name, typed.get(name).to_owned()))
            .filter(|(_, v)| !v.is_empty())
            .collect(),
        asked: conditions(lang, &conditions_of(|name| typed.get(name).to_owned())),
        count: count.map(|(count, _)| CountView {
            people: count.people,
            own_area: count.own_area,
            taken: count.taken,
            lines: count
                .in_clear
                .iter()
                .map(|(class, people, taken, line)| {
                    let class = lang.t(&format!("class-{}", class.name()));
                    let numbers = [people, taken, line].map(u64::to_string);
                    let [people, taken, line] = &numbers;
                    lang.with(
                        "export-count-clear",
                        &[("class", &class), ("n", people), ("taken", taken), ("line", line)],
                    )
                })
                .collect(),
            needed: count.needed,
        }),
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /exports/new`: with the conditions of the list that the visitor comes from.
pub(crate) async fn new(
    visitor: Visitor,
    Query(asked): Query<std::collections::HashMap<String, String>>,
) -> Page {
    let kept = conditions_of(|name| asked.get(name).cloned().unwrap_or_default());
    new_page(&visitor, Typed::of(kept), Faults::default(), None)
}

fn query_of(typed: &Typed) -> Result<ExportQuery, AgeError> {
    let column = |field: &Field| typed.get(&format!("column_{}", field.name()));
    Ok(ExportQuery {
        list: ListQuery {
            scope: match typed.get("scope") {
                "mine" => Scope::Mine,
                "department" => Scope::Department,
                "shared" => Scope::Shared,
                _ => Scope::All,
            },
            tier: Tier::parse(typed.get("tier")),
            region: typed.some("region").map(str::to_owned),
            kind: Kind::parse(typed.get("kind")),
            owner: typed.some("owner").map(str::to_owned),
            ..ListQuery::default()
        },
        fields: Field::ALL.into_iter().filter(|field| matches!(column(field), "masked" | "clear")).collect(),
        clear: Field::ALL.into_iter().filter(|field| column(field) == "clear").collect(),
        format: ExportFormat::parse(typed.get("format")).unwrap_or(ExportFormat::Xlsx),
        recipients: match typed.get("lock") {
            "keys" => Some(Recipients::parse(typed.get("recipients"))?),
            _ => None,
        },
    })
}

/// `POST /exports/new`: first counts, then asks.
pub(crate) async fn ask(visitor: Visitor, typed: Typed) -> Page {
    let query = match query_of(&typed) {
        Ok(query) => query,
        Err(error) => {
            let text = visitor.lang.t(&format!("invalid-{}", error.code()));
            // A secret key that was pasted by mistake does not come back.
            let typed = if error == AgeError::Secret { typed.without("recipients") } else { typed };
            return new_page(&visitor, typed, Faults::one("recipients", text), None);
        }
    };
    let fault = |error: DeskError| match error {
        DeskError::NotFound("customer") => Ok(Faults::one("", visitor.lang.t("export-nobody"))),
        DeskError::TooMuch(_) => Ok(Faults::one("", visitor.lang.t("problem-too-much-text"))),
        other => Faults::of(other, visitor.lang).map_err(|error| visitor.fail(&error)),
    };
    if typed.get("step") == "ask" {
        return match visitor.desk().request_export(&visitor.actor, &query, typed.get("reason")).await {
            Ok((id, receipt)) => Ok(visitor.done(&format!("/exports/{id}"), "flash-export-asked", receipt)),
            Err(error) => {
                let mut faults = fault(error)?;
                if !faults.on("reason").is_empty() {
                    faults = Faults::one("reason", visitor.lang.t("approval-reason-short"));
                }
                let count = visitor.desk().count_export(&visitor.actor, &query).await.ok();
                new_page(&visitor, typed, faults, count)
            }
        };
    }
    match visitor.desk().count_export(&visitor.actor, &query).await {
        Ok(count) => new_page(&visitor, typed, Faults::default(), Some(count)),
        Err(error) => {
            let faults = fault(error)?;
            new_page(&visitor, typed, faults, None)
        }
    }
}

#[derive(Template)]
#[template(path = "export.html")]
struct ExportPage {
    shell: Shell,
    export: ExportView,
    /// Told once, right after the export was begun; empty otherwise.
    password: String,
}

async fn show(visitor: &Visitor, id: i64, password: String) -> Page {
    let found = visitor.desk().export_of(&visitor.actor, id).await;
    let (export, receipt) = found.map_err(|error| visitor.fail(&error))?;
    let running = export.state == ExportState::Running;
    let page = ExportPage {
        shell: visitor.shell("export-title", "/exports").recorded(&visitor.app, &receipt),
        export: view(visitor, export),
        password,
    };
    let mut response = html(&page);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The password is not on the page that comes next: it stays until its reader goes on.
    if running && page.password.is_empty() {
        headers.insert(header::REFRESH, HeaderValue::from_static("2"));
    }
    Ok(response)
}

/// `GET /exports/{id}`
pub(crate) async fn one(visitor: Visitor, Path(id): Path<i64>) -> Page {
    show(&visitor, id, String::new()).await
}

/// `POST /exports/{id}/run`: the password, if there is one, is told on the page that answers, and never again.
pub(crate) async fn run(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let begun = exports::begin(visitor.desk(), &visitor.actor, id, visitor.lang).await;
    let begun = begun.map_err(|error| visitor.fail(&error))?;
    let Some(password) = begun.password else {
        return Ok(visitor.done(&format!("/exports/{id}"), "flash-export-begun", begun.receipt));
    };
    let mut response = show(&visitor, id, password.to_string()).await?;
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

/// `POST /exports/{id}/file`
pub(crate) async fn file(visitor: Visitor, Path(id): Path<i64>) -> Page {
    api::exports::fetch(&visitor.app, &visitor.actor, id).await.map_err(|error| visitor.fail(&error))
}
