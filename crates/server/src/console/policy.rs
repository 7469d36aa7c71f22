//! The policy: its rules as sentences, its text and versions, a draft that is checked before it goes live, a question to try.

use askama::Template;
use axum::{http::StatusCode, response::IntoResponse};
use serde::Deserialize;
use tigertally_core::{
    StoredPolicy,
    desk::{DeskError, ProposedPolicy, StatedPurpose, TriedQuestion, TryQuestion},
    policy::{Action, Policy, PolicyFault, PurposeKind},
    record::Field,
};

use super::{
    PageError,
    customers::Link,
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    sentence::Speaker,
    texts::Lang,
};

/// A rule as people read it.
pub(super) struct RuleView {
    pub(super) id: String,
    line: usize,
    forbids: bool,
    pub(super) sentence: String,
}

/// A version of the policy.
struct VersionView {
    version: u32,
    author: String,
    time: String,
    current: bool,
    shown: bool,
}

fn rules(policy: &Policy, lang: Lang) -> Vec<RuleView> {
    let view = |rule: &tigertally_core::policy::Rule| RuleView {
        id: rule.id.as_str().to_owned(),
        line: rule.line,
        forbids: rule.forbids,
        sentence: lang.pick(&rule.sentence.zh, &rule.sentence.en).to_owned(),
    };
    policy.rules().into_iter().map(view).collect()
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyPage {
    shell: Shell,
    version: u32,
    current: u32,
    rules: Vec<RuleView>,
    lines: Vec<String>,
    versions: Vec<VersionView>,
    may_manage: bool,
}

/// Which version to show.
#[derive(Deserialize)]
pub(crate) struct Which {
    version: Option<u32>,
}

async fn versions(
    visitor: &Visitor,
) -> Result<(Vec<StoredPolicy>, tigertally_core::entry::Receipt), PageError> {
    visitor.desk().policy_versions(&visitor.actor).await.map_err(|error| visitor.fail(&error))
}

/// `GET /policy`
pub(crate) async fn page(visitor: Visitor, Query(which): Query<Which>) -> Page {
    let (stored, receipt) = versions(&visitor).await?;
    let current = visitor.desk().policy().version();
    let version = which.version.unwrap_or(current);
    let shown = stored.iter().find(|policy| policy.version == version).ok_or_else(|| visitor.missing())?;
    // A version that was in force once still parses, unless the schema has moved on: then its text alone is shown.
    let parsed = Policy::parse(&shown.text, version).ok();
    let authors = stored.iter().map(|policy| policy.author.as_str());
    let names = visitor.desk().names(authors).map_err(|error| visitor.fail(&error.into()))?;
    let in_force = visitor.desk().policy();
    let speaker = Speaker { lang: visitor.lang, names: &names, policy: &in_force };
    let view = |policy: &StoredPolicy| VersionView {
        version: policy.version,
        author: speaker.person(&policy.author),
        time: words::moment(&visitor.app, visitor.lang, policy.created_ms),
        current: policy.version == current,
        shown: policy.version == version,
    };
    let page = PolicyPage {
        shell: visitor.shell("nav-policy", "/policy").recorded(&visitor.app, &receipt),
        rules: parsed.map(|policy| rules(&policy, visitor.lang)).unwrap_or_default(),
        lines: shown.text.lines().map(str::to_owned).collect(),
        versions: stored.iter().map(view).collect(),
        may_manage: visitor.may(Action::ProposeRules),
        version,
        current,
    };
    Ok(html(&page))
}

/// A fault of a draft, with the line it is about.
struct FaultView {
    line: Option<usize>,
    rule: String,
    message: String,
    text: String,
}

/// What a checked draft would change.
pub(super) struct ChangeView {
    pub(super) added: Vec<RuleView>,
    pub(super) removed: Vec<RuleView>,
    pub(super) changed: Vec<RuleView>,
    rules: u64,
    /// Whether it differs from the version in force at all.
    differs: bool,
}

#[derive(Template)]
#[template(path = "policy-edit.html")]
struct EditPage {
    shell: Shell,
    text: String,
    based_on: u32,
    /// What is wrong, other than in the text.
    error: String,
    faults: Vec<FaultView>,
    may_manage: bool,
    /// Why it is proposed, and what is wrong with that.
    reason: String,
    reason_fault: String,
    /// What it would change, when it was checked and has no fault.
    change: Option<ChangeView>,
}

fn edit_page(visitor: &Visitor, text: String, based_on: u32) -> EditPage {
    EditPage {
        shell: visitor.shell("policy-edit", "/policy"),
        text,
        based_on,
        error: String::new(),
        faults: Vec::new(),
        may_manage: visitor.may(Action::ProposeRules),
        reason: String::new(),
        reason_fault: String::new(),
        change: None,
    }
}

/// `GET /policy/edit`
pub(crate) async fn edit(visitor: Visitor) -> Page {
    let read = visitor.desk().policy_text(&visitor.actor, None).await;
    let (stored, receipt) = read.map_err(|error| visitor.fail(&error))?;
    let mut page = edit_page(&visitor, stored.text, stored.version);
    page.shell = page.shell.recorded(&visitor.app, &receipt);
    Ok(html(&page))
}

/// `POST /policy/edit`: checks the draft, or proposes it.
pub(crate) async fn draft(visitor: Visitor, typed: Typed) -> Page {
    // A text area changes the ends of lines.
    let text = typed.get("text").replace("\r\n", "\n");
    let based_on = typed.get("based_on").parse().unwrap_or(0);
    let mut page = edit_page(&visitor, text.clone(), based_on);
    let error = if typed.get("act") == "apply" {
        typed.get("reason").clone_into(&mut page.reason);
        let desk = visitor.desk();
        match desk.propose_policy(&visitor.actor, based_on, text.clone(), &page.reason).await {
            Ok((_, receipt)) => return Ok(visitor.done("/approvals", "flash-proposed", receipt)),
            Err(DeskError::Invalid { .. }) => {
                // Whoever gave no reason goes on from the same draft.
                page.reason_fault = visitor.lang.t("approval-reason-short");
                let draft = Policy::parse(&text, 0).ok();
                page.change = draft.map(|draft| change(&desk.policy(), &draft, visitor.lang));
                return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response());
            }
            Err(error) => error,
        }
    } else {
        match visitor.desk().check_policy(&visitor.actor, text).await {
            Ok((policy, receipt)) => {
                page.shell = page.shell.recorded(&visitor.app, &receipt);
                page.change = Some(change(&visitor.desk().policy(), &policy, visitor.lang));
                return Ok(html(&page));
            }
            Err(error) => error,
        }
    };
    refused(&visitor, page, error)
}

/// A policy that somebody proposed, against the version in force.
pub(super) struct ProposalView {
    pub(super) change: ChangeView,
    pub(super) lines: Vec<String>,
    pub(super) based_on: u32,
    pub(super) current: u32,
}

impl ProposalView {
    /// `None` when its text is none of a policy any more.
    pub(super) fn of(in_force: &Policy, proposed: &ProposedPolicy, lang: Lang) -> Option<ProposalView> {
        let draft = Policy::parse(&proposed.text, 0).ok()?;
        Some(ProposalView {
            change: change(in_force, &draft, lang),
            lines: proposed.text.lines().map(str::to_owned).collect(),
            based_on: proposed.based_on,
            current: in_force.version(),
        })
    }
}

#[derive(Template)]
#[template(path = "policy-proposal.html")]
struct ProposalPage {
    shell: Shell,
    proposal: ProposalView,
}

/// `GET /policy/proposals/{id}`: what somebody proposed, against the version in force.
pub(crate) async fn proposal(visitor: Visitor, Path(id): Path<i64>) -> Page {
    let read = visitor.desk().proposed_policy(&visitor.actor, id).await;
    let proposed = read.map_err(|error| visitor.fail(&error))?;
    let proposal = ProposalView::of(&visitor.desk().policy(), &proposed, visitor.lang);
    Ok(html(&ProposalPage {
        shell: visitor.shell("policy-proposal", "/policy").recorded(&visitor.app, &proposed.receipt),
        proposal: proposal.ok_or_else(|| visitor.missing())?,
    }))
}

fn refused(visitor: &Visitor, mut page: EditPage, error: DeskError) -> Page {
    match error {
        DeskError::PolicyFaults(faults) => {
            page.faults = faults.into_iter().map(|fault| fault_view(fault, &page.text)).collect();
        }
        DeskError::Conflict => page.error = visitor.lang.t("policy-conflict"),
        error => return Err(visitor.fail(&error)),
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
}

fn fault_view(fault: PolicyFault, text: &str) -> FaultView {
    let line = fault.line.and_then(|line| text.lines().nth(line.checked_sub(1)?));
    FaultView {
        text: line.unwrap_or_default().trim().chars().take(120).collect(),
        line: fault.line,
        rule: fault.rule.unwrap_or_default(),
        message: fault.message,
    }
}

/// What a draft would change of the version in force, rule by rule.
fn change(before: &Policy, after: &Policy, lang: Lang) -> ChangeView {
    let whole = |policy: &Policy, view: &RuleView| {
        let next = policy.rules().into_iter().map(|rule| rule.line).find(|line| *line > view.line);
        let lines = policy.text().lines().skip(view.line - 1);
        let lines: Vec<&str> = lines.take(next.map_or(usize::MAX, |next| next - view.line)).collect();
        // Headings between rules are no part of a rule.
        lines.join("\n").split("\n//").next().unwrap_or_default().trim().to_owned()
    };
    let (old, new) = (rules(before, lang), rules(after, lang));
    let known = |list: &[RuleView], id: &str| list.iter().position(|rule| rule.id == id);
    let count = new.len() as u64;
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    let removed = old.iter().filter(|rule| known(&new, &rule.id).is_none());
    let removed: Vec<String> = removed.map(|rule| rule.id.clone()).collect();
    for rule in new {
        match known(&old, &rule.id) {
            None => added.push(rule),
            Some(at) if whole(before, &old[at]) != whole(after, &rule) => changed.push(rule),
            Some(_) => {}
        }
    }
    let removed = old.into_iter().filter(|rule| removed.contains(&rule.id)).collect();
    ChangeView { added, removed, changed, rules: count, differs: before.text() != after.text() }
}

/// What the policy said to a question.
struct AnswerView {
    allowed: bool,
    rules: Vec<(String, String)>,
    ways: Vec<String>,
    denied: String,
    purpose: Option<bool>,
    version: u32,
}

#[derive(Template)]
#[template(path = "policy-ask.html")]
struct AskPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    actions: Vec<Link>,
    kinds: Vec<Link>,
    fields: Vec<Link>,
    answer: Option<AnswerView>,
}

fn ask_page(visitor: &Visitor, typed: Typed, faults: Faults) -> AskPage {
    let lang = visitor.lang;
    let link = |value: &str, label: String, current| Link { label, href: value.to_owned(), current };
    let chosen = typed.fields();
    AskPage {
        shell: visitor.shell("policy-ask", "/policy"),
        actions: Action::ALL
            .into_iter()
            .map(|action| {
                let name = action.name();
                link(name, lang.t(&format!("asked-{name}")), typed.get("action") == name)
            })
            .collect(),
        kinds: PurposeKind::ALL
            .into_iter()
            .map(|kind| {
                link(
                    kind.name(),
                    lang.t(&format!("purpose-{}", kind.name())),
                    typed.get("kind") == kind.name(),
                )
            })
            .collect(),
        fields: Field::ALL
            .into_iter()
            .map(|field| {
                link(field.name(), lang.t(&format!("field-{}", field.name())), chosen.contains(&field))
            })
            .collect(),
        answer: None,
        typed,
        faults,
    }
}

/// `GET /policy/ask`
pub(crate) async fn ask(visitor: Visitor) -> Page {
    let typed = Typed::with(&[("action", "reveal"), ("field_mobile", "1")]);
    if !visitor.may(Action::ReadPolicy) {
        // Reading the versions is denied, and that is put down.
        versions(&visitor).await?;
    }
    Ok(html(&ask_page(&visitor, typed, Faults::default())))
}

/// `POST /policy/ask`
pub(crate) async fn answer(visitor: Visitor, typed: Typed) -> Page {
    let lang = visitor.lang;
    let invalid = |field: &str| Faults::one(field, lang.t("invalid-bad_choice"));
    let Some(action) = Action::parse(typed.get("action")) else {
        return again(&visitor, typed, invalid("action"));
    };
    let purpose = match (typed.get("kind"), typed.some("reference")) {
        ("", _) => None,
        (kind, reference) => match StatedPurpose::parse(kind, reference.unwrap_or_default()) {
            Some(purpose) => Some(purpose),
            None => return again(&visitor, typed, invalid("reference")),
        },
    };
    let question = TryQuestion {
        staff: typed.get("staff").trim().to_owned(),
        action,
        customer: typed.some("customer").map(str::to_owned),
        fields: if action.by_class() { typed.fields() } else { Vec::new() },
        purpose,
        hour: typed.get("hour").trim().parse().ok(),
    };
    if action.about_customer() && question.customer.is_none() {
        return again(&visitor, typed, Faults::one("customer", lang.t("invalid-empty")));
    }
    match visitor.desk().try_question(&visitor.actor, &question).await {
        Ok(tried) => {
            let mut page = ask_page(&visitor, typed, Faults::default());
            page.shell = page.shell.recorded(&visitor.app, &tried.receipt);
            page.answer = Some(answer_view(tried, lang));
            Ok(html(&page))
        }
        Err(DeskError::NotFound("staff")) => {
            again(&visitor, typed, Faults::one("staff", lang.t("form-no-staff")))
        }
        Err(DeskError::NotFound("customer")) => {
            again(&visitor, typed, Faults::one("customer", lang.t("form-no-customer")))
        }
        Err(error) => Err(visitor.fail(&error)),
    }
}

fn again(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    Ok((faults.status(), html(&ask_page(visitor, typed, faults))).into_response())
}

fn answer_view(tried: TriedQuestion, lang: Lang) -> AnswerView {
    let fields = tried.denied_fields.iter().map(|field| lang.t(&format!("field-{}", field.name())));
    AnswerView {
        allowed: tried.allowed,
        rules: tried
            .rules
            .into_iter()
            .map(|(id, said)| (id.as_str().to_owned(), lang.pick(&said.zh, &said.en).to_owned()))
            .collect(),
        ways: tried
            .way_out
            .into_iter()
            .map(|way| {
                let said = way.sentence();
                lang.pick(&said.zh, &said.en).to_owned()
            })
            .collect(),
        denied: fields.collect::<Vec<_>>().join(lang.pick("、", ", ")),
        purpose: tried.purpose_stands,
        version: tried.version,
    }
}

#[cfg(test)]
mod tests {
    use tigertally_core::policy::DEFAULT_TEXT;

    use super::*;

    #[test]
    fn a_draft_is_compared_rule_by_rule() {
        let before = Policy::builtin().unwrap();
        let same = change(&before, &Policy::parse(DEFAULT_TEXT, 0).unwrap(), Lang::Zh);
        assert!(!same.differs && same.added.is_empty() && same.removed.is_empty() && same.changed.is_empty());
        let text = DEFAULT_TEXT.replace("@id(\"own-record\")", "@id(\"own-data\")");
        let text = text.replace("任何人不得审批自己的申请。", "任何人都不得审批自己的申请。");
        let other = change(&before, &Policy::parse(&text, 0).unwrap(), Lang::Zh);
        let ids = |list: &[RuleView]| list.iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&other.added), ["own-data"]);
        assert_eq!(ids(&other.removed), ["own-record"]);
        assert_eq!(ids(&other.changed), ["nobody-approves-themselves"]);
    }

    #[test]
    fn a_fault_shows_its_line() {
        let text = "// first\npermit (principal, action, resource);\n";
        let faults = Policy::parse(text, 0).unwrap_err();
        let view = fault_view(faults.into_iter().next().unwrap(), text);
        assert_eq!(view.line, Some(2));
        assert!(view.text.starts_with("permit"));
    }
}
