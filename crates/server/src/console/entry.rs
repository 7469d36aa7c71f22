//! One entry of the ledger: what it says, and what proves it.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tigertally_core::{
    desk::DeskError,
    entry::{Body, Decision},
};

use super::{
    PageError, html,
    ledger::{LineView, Lines, PEOPLE},
    shell::Shell,
    visitor::{Page, Visitor},
};
use crate::{address::Path, proof_check, saved_as::saved_as, sentence::Speaker, texts::Lang};

/// A member of the entry's body, in words.
struct MemberView {
    label: String,
    value: String,
    /// Where it leads; empty when nowhere.
    href: String,
    /// Whether it is a code, not words.
    code: bool,
}

/// The proof that the entry stands in the ledger.
struct ProofView {
    size: u64,
    root: String,
    hashes: Vec<String>,
    /// Whether its hashes lead from the leaf to the root that the checkpoint states.
    holds: bool,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    shell: Shell,
    line: LineView,
    index: u64,
    time: String,
    /// `granted`, `denied`, `recorded` or `failed`.
    decision: &'static str,
    /// `released`, `failed`, `waiting`, or empty for what has no outcome.
    outcome: &'static str,
    members: Vec<MemberView>,
    body: String,
    salt: String,
    leaf: String,
    leaf_hash: String,
    proof: Option<ProofView>,
    older: Option<u64>,
    newer: Option<u64>,
    may_read: bool,
}

/// `GET /ledger/{index}`
pub(crate) async fn page(visitor: Visitor, Path(index): Path<u64>) -> Page {
    let desk = visitor.desk();
    let detail = desk.entry(&visitor.actor, index).await.map_err(|error| visitor.fail(&error))?;
    let proof = match desk.proof(&visitor.actor, index, None).await {
        Ok((proof, _)) => Some(ProofView {
            holds: proof_check::holds(&proof) && proof.leaf == detail.leaf,
            size: proof.size,
            root: proof.root,
            hashes: proof.hashes,
        }),
        // The checkpoint that covers it is signed within a second.
        Err(DeskError::NotFound("checkpoint")) => None,
        Err(error) => return Err(visitor.fail(&error)),
    };
    let row = &detail.row;
    let may_read = visitor.may(tigertally_core::policy::Action::ReadLedger);
    let people = if may_read { PEOPLE } else { "" };
    let mut lines = Lines::new(&visitor, people)
        .of(std::slice::from_ref(row))
        .map_err(|error| visitor.fail(&error.into()))?;
    let line = lines.pop().ok_or_else(|| visitor.missing())?;
    let reads = row.action == tigertally_core::entry::action::REVEAL && row.decision == Decision::Allowed;
    let page = EntryPage {
        shell: visitor.shell("entry-title", "/ledger").recorded(&visitor.app, &detail.receipt),
        members: row
            .body
            .as_ref()
            .map(|body| members(body, &visitor, &line))
            .transpose()?
            .unwrap_or_default(),
        line,
        index,
        time: desk.zoned(row.time_ms).strftime("%Y-%m-%d %H:%M:%S%.3f %Z").to_string(),
        decision: match row.decision {
            Decision::Allowed => "granted",
            Decision::Denied => "denied",
            Decision::Recorded => "recorded",
            Decision::Failed => "failed",
        },
        outcome: match row.outcome {
            Some(true) => "released",
            Some(false) => "failed",
            None if reads => "waiting",
            None => "",
        },
        body: detail.body.unwrap_or_default(),
        salt: detail.salt.unwrap_or_default(),
        leaf: detail.leaf,
        leaf_hash: detail.leaf_hash,
        proof,
        older: index.checked_sub(1),
        newer: Some(index + 1).filter(|newer| *newer < desk.ledger_size()),
        may_read,
    };
    Ok(html(&page))
}

/// `GET /ledger/{index}/proof`: as a file.
pub(crate) async fn proof(visitor: Visitor, Path(index): Path<u64>) -> Result<Response, PageError> {
    let (proof, _) =
        visitor.desk().proof(&visitor.actor, index, None).await.map_err(|error| visitor.fail(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        saved_as(&format!("tigertally-proof-{index}.json")),
    ];
    let text = serde_json::to_string_pretty(&proof).unwrap_or_default();
    Ok((headers, text).into_response())
}

/// What the body says, member by member.
fn members(body: &Body, visitor: &Visitor, line: &LineView) -> Result<Vec<MemberView>, PageError> {
    let (lang, policy) = (visitor.lang, visitor.desk().policy());
    let numbers: Vec<&str> =
        [Some(body.actor.as_str()), body.staff.as_deref()].into_iter().flatten().collect();
    let names = visitor.desk().names(numbers).map_err(|error| visitor.fail(&error.into()))?;
    let speaker = Speaker { lang, names: &names, policy: &policy };
    let said = |key: String, value: &str| lang.try_t(&key).unwrap_or_else(|| value.to_owned());
    let mut members = Vec::new();
    let mut add = |label: String, value: String| {
        if !value.is_empty() {
            members.push(MemberView { label, value, href: String::new(), code: false });
        }
    };
    add(lang.t("entry-actor"), speaker.person(&body.actor));
    add(
        lang.t("role"),
        if body.role.is_empty() { String::new() } else { said(format!("role-{}", body.role), &body.role) },
    );
    add(
        lang.t("entry-via"),
        if body.via.is_empty() { String::new() } else { said(format!("via-{}", body.via), &body.via) },
    );
    add(lang.t("entry-staff"), body.staff.as_deref().map(|no| speaker.person(no)).unwrap_or_default());
    add(
        lang.t("tier"),
        body.tier.as_ref().map(|tier| said(format!("tier-{tier}"), tier)).unwrap_or_default(),
    );
    add(lang.t("entry-fields"), speaker.fields(&body.fields));
    add(
        lang.t("purpose"),
        body.purpose
            .as_ref()
            .map(|purpose| {
                format!("{} {}", said(format!("purpose-{}", purpose.kind), &purpose.kind), purpose.reference)
            })
            .unwrap_or_default(),
    );
    for (at, id) in body.rules.iter().enumerate() {
        let rule = policy.rules().into_iter().find(|rule| rule.id.as_str() == id.as_str());
        let said = rule.map_or_else(
            || id.clone(),
            |rule| format!("{} ({id})", lang.pick(&rule.sentence.zh, &rule.sentence.en)),
        );
        add(if at == 0 { lang.t("entry-rules") } else { String::new() }, said);
    }
    add(lang.t("entry-policy"), body.policy.map(|version| version.to_string()).unwrap_or_default());
    if let Some(no) = &body.customer {
        let href = if line.links { Visitor::customer(no) } else { String::new() };
        members.insert(1, MemberView { label: lang.t("customer"), value: no.clone(), href, code: false });
    }
    let mut lists = vec![("entry-customers", body.customers.join(" "))];
    let indexes = |list: &[u64]| list.iter().map(|index| format!("#{index}")).collect::<Vec<_>>().join(" ");
    lists.push(("entry-released", indexes(&body.released)));
    lists.push(("entry-failed", indexes(&body.failed)));
    for (key, value) in lists.into_iter().filter(|(_, value)| !value.is_empty()) {
        members.push(MemberView { label: lang.t(key), value, href: String::new(), code: true });
    }
    for (key, value) in &body.detail {
        let asked = value.as_str().filter(|_| ["asked", "tried"].contains(&key.as_str()));
        let asked = asked.and_then(|asked| lang.try_t(&format!("asked-{asked}")));
        let code = asked.is_none();
        let value = asked.unwrap_or_else(|| written(value));
        members.push(MemberView { label: label_of(key, lang), value, href: String::new(), code });
    }
    Ok(members)
}

/// What a detail is called; most are names that the ledger's readers meet in the body's text, too.
fn label_of(key: &str, lang: Lang) -> String {
    lang.try_t(&format!("detail-{key}")).unwrap_or_else(|| key.to_owned())
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
