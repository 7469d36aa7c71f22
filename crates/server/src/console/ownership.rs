//! The ownership rules: a page for everybody with a button to acknowledge them, a form and a list for compliance.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use tigertally_core::{desk::AckQuery, policy::Action};

use super::{
    html,
    shell::Shell,
    staff::address,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::address::Query;

/// People of a page.
const ROWS: usize = 50;

/// A part of the text: a heading, a point, or a paragraph.
struct Piece {
    kind: &'static str,
    text: String,
}

fn pieces(text: &str) -> Vec<Piece> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let piece = |line: &str| {
        let (kind, text) = match (line.strip_prefix("# "), line.strip_prefix("- ")) {
            (Some(heading), _) => ("heading", heading),
            (_, Some(point)) => ("point", point),
            _ => ("text", line),
        };
        Piece { kind, text: text.to_owned() }
    };
    lines.map(piece).collect()
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    shell: Shell,
    pieces: Vec<Piece>,
    version: u64,
    made: String,
    /// Whether it is the newest version.
    newest: bool,
    /// When the visitor acknowledged this version; empty when they have not.
    acknowledged: String,
    keeps: bool,
}

/// Which version.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    version: String,
}

/// `GET /rules`
pub(crate) async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let rules = visitor.desk().ownership_rules(&visitor.actor, asked.version.parse().ok()).await;
    let rules = rules.map_err(|error| visitor.fail(&error))?;
    let (app, lang) = (&visitor.app, visitor.lang);
    let acknowledged = rules.acknowledged.filter(|(version, _)| *version == rules.version);
    let page = RulesPage {
        shell: visitor.shell("nav-rules-own", "/rules").recorded(app, &rules.receipt),
        pieces: pieces(lang.pick(&rules.zh, &rules.en)),
        version: u64::from(rules.version),
        made: words::moment(app, lang, rules.created_ms),
        newest: rules.version == rules.newest,
        acknowledged: acknowledged.map(|(_, time_ms)| words::moment(app, lang, time_ms)).unwrap_or_default(),
        keeps: visitor.may(Action::ManageRules),
    };
    Ok(html(&page))
}

/// `POST /rules/acknowledgement`
pub(crate) async fn acknowledge(visitor: Visitor, typed: Typed) -> Page {
    let version = typed.get("version").parse().unwrap_or(0);
    let done = visitor.desk().acknowledge_rules(&visitor.actor, version).await;
    let receipt = done.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done("/rules", "flash-acknowledged", receipt))
}

#[derive(Template)]
#[template(path = "rules-edit.html")]
struct EditPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
}

fn edit_page(shell: Shell, typed: Typed, faults: Faults) -> Page {
    Ok((faults.status(), html(&EditPage { shell, typed, faults })).into_response())
}

/// `GET /rules/edit`
pub(crate) async fn edit(visitor: Visitor) -> Page {
    let rules = visitor.desk().ownership_rules(&visitor.actor, None).await;
    let rules = rules.map_err(|error| visitor.fail(&error))?;
    if !visitor.may(Action::ManageRules) {
        return Err(visitor.missing());
    }
    let based_on = rules.version.to_string();
    let typed = Typed::with(&[("based_on", &based_on), ("zh", &rules.zh), ("en", &rules.en)]);
    let shell = visitor.shell("rules-edit-title", "/rules").recorded(&visitor.app, &rules.receipt);
    edit_page(shell, typed, Faults::default())
}

/// `POST /rules/edit`
pub(crate) async fn change(visitor: Visitor, typed: Typed) -> Page {
    let based_on = typed.get("based_on").parse().unwrap_or(0);
    let done = visitor.desk().change_rules(&visitor.actor, based_on, typed.get("zh"), typed.get("en")).await;
    match done {
        Ok((_, receipt)) => Ok(visitor.done("/rules", "flash-rules", receipt)),
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            edit_page(visitor.shell("rules-edit-title", "/rules"), typed, faults)
        }
    }
}

/// Somebody with what they have acknowledged.
struct AckView {
    no: String,
    name: String,
    department: String,
    /// `ok` for the newest version, `wait` for an older one, `no` for none.
    mark: &'static str,
    version: u64,
    time: String,
}

#[derive(Template)]
#[template(path = "rules-readers.html")]
struct ReadersPage {
    shell: Shell,
    rows: Vec<AckView>,
    missing: bool,
    newest: u64,
    count: String,
    next: Option<String>,
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    missing: String,
    after: String,
}

/// `GET /rules/readers`
pub(crate) async fn readers(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let missing = listed.missing == "1";
    let after = Some(listed.after).filter(|after| !after.is_empty());
    let query = AckQuery { missing, after, limit: ROWS };
    let list = visitor.desk().acknowledgements(&visitor.actor, &query).await;
    let list = list.map_err(|error| visitor.fail(&error))?;
    let (app, lang) = (&visitor.app, visitor.lang);
    let row = |one: tigertally_core::desk::Ack| AckView {
        no: one.no,
        name: one.name,
        department: one.department,
        mark: match one.acknowledged {
            Some((version, _)) if version == list.newest => "ok",
            Some(_) => "wait",
            None => "no",
        },
        version: one.acknowledged.map_or(0, |(version, _)| u64::from(version)),
        time: one.acknowledged.map(|(_, time_ms)| words::moment(app, lang, time_ms)).unwrap_or_default(),
    };
    let only = if missing { "1" } else { "" };
    let (done, of) = (list.done.0.to_string(), list.done.1.to_string());
    let page = ReadersPage {
        shell: visitor.shell("rules-readers", "/rules").recorded(app, &list.receipt),
        rows: list.people.into_iter().map(row).collect(),
        missing,
        newest: u64::from(list.newest),
        count: lang.with("rules-readers-count", &[("done", &done), ("of", &of)]),
        next: list
            .next
            .map(|after| address("/rules/readers", [("missing", only), ("after", after.as_str())])),
    };
    Ok(html(&page))
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_text_is_headings_points_and_paragraphs() {
        let kinds: Vec<_> = pieces("# 一\n\n正文\r\n- 要点\n#不是标题")
            .into_iter()
            .map(|piece| (piece.kind, piece.text))
            .collect();
        let expected = [("heading", "一"), ("text", "正文"), ("point", "要点"), ("text", "#不是标题")];
        assert_eq!(kinds, expected.map(|(kind, text)| (kind, text.to_owned())));
    }
}
