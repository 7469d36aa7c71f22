//! The staff: found, entered, changed, closed, invited.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use tigertally_core::{
    StaffRow,
    desk::{DeskError, StaffChange, StaffFilter},
    entry::Receipt,
    policy::{Action, Role},
};

use super::{
    PageError,
    customers::Link,
    freezes::{self, FreezeView},
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::{
    address::{Path, Query},
    texts::Lang,
};

/// Rows of a page.
const ROWS: usize = 40;

/// A filter of the list.
pub(crate) struct FilterView {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) on: bool,
    pub(crate) options: Vec<Link>,
}

/// A member of staff in the table.
struct RowView {
    no: String,
    name: String,
    place: String,
    title: String,
    role: String,
    manager: String,
    joined: String,
    /// `active`, `waiting` (no sign-in set up), `frozen` or `inactive`.
    state: &'static str,
}

/// What the address of the list says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    q: String,
    role: String,
    department: String,
    state: String,
    page: String,
}

impl Listed {
    fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).clamp(1, 100_000)
    }

    fn takes(&self, person: &StaffRow) -> bool {
        let q = self.q.trim().to_lowercase();
        let texts = [&person.no, &person.name, &person.email, &person.title];
        (q.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&q)))
            && (self.role.is_empty() || self.role == person.role.name())
            && (self.department.is_empty() || self.department == person.department)
            && (self.state.is_empty() || self.state == state(person))
    }

    /// The address of the list with one thing changed; it begins at the first page again.
    fn href(&self, name: &str, value: &str) -> String {
        let kept = [
            ("q", &self.q),
            ("role", &self.role),
            ("department", &self.department),
            ("state", &self.state),
            ("page", &String::new()),
        ];
        address("/staff", kept.map(|(known, kept)| (known, if known == name { value } else { kept })))
    }
}

/// An address with what is not empty of these in its query.
pub(crate) fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A filter over some choices, each with its label, and the one that narrows nothing before them.
pub(crate) fn filter_of(
    lang: Lang,
    label: &str,
    chosen: &str,
    choices: &[(String, String)],
    href: impl Fn(&str) -> String,
) -> FilterView {
    let any = lang.t("filter-any");
    let value = choices.iter().find(|(value, _)| value == chosen).map_or(&any, |(_, label)| label).clone();
    let first = Link { label: any, href: href(""), current: chosen.is_empty() };
    let rest = choices.iter().map(|(value, label)| Link {
        label: label.clone(),
        href: href(value),
        current: value == chosen,
    });
    FilterView {
        label: label.to_owned(),
        value,
        on: !chosen.is_empty(),
        options: std::iter::once(first).chain(rest).collect(),
    }
}

fn state(person: &StaffRow) -> &'static str {
    match (person.active, person.has_password && person.has_totp) {
        (false, _) => "inactive",
        (true, _) if person.frozen_ms.is_some() => "frozen",
        (true, true) => "active",
        (true, false) => "waiting",
    }
}

/// Roles that a person can have, with their labels.
fn roles(lang: Lang) -> Vec<(String, String)> {
    let people = Role::ALL.into_iter().filter(|role| *role != Role::Operator);
    people.map(|role| (role.name().to_owned(), lang.t(&format!("role-{}", role.name())))).collect()
}

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    shell: Shell,
    q: String,
    kept: Vec<(&'static str, String)>,
    filters: Vec<FilterView>,
    narrowed: bool,
    rows: Vec<RowView>,
    range: String,
    prev: Option<String>,
    next: Option<String>,
    pages: Vec<Link>,
    may_manage: bool,
    total: u64,
    waiting: u64,
    frozen: u64,
    inactive: u64,
}

/// `GET /staff`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let (staff, receipt) = everybody(&visitor).await?;
    let lang = visitor.lang;
    let counted = |wanted: &str| staff.iter().filter(|person| state(person) == wanted).count() as u64;
    let [waiting, frozen, inactive] = ["waiting", "frozen", "inactive"].map(counted);
    let total = staff.len() as u64;
    let mut departments: Vec<_> = staff.iter().map(|person| person.department.clone()).collect();
    departments.sort_unstable();
    departments.dedup();
    let departments: Vec<_> = departments.into_iter().map(|name| (name.clone(), name)).collect();
    let states = ["active", "waiting", "frozen", "inactive"]
        .map(|state| (state.to_owned(), lang.t(&format!("staff-state-{state}"))));
    let found: Vec<_> = staff.into_iter().filter(|person| listed.takes(person)).collect();
    let last = found.len().div_ceil(ROWS).max(1);
    let at = listed.page().min(last);
    let href = |page: usize| listed.href("page", &page.to_string());
    let from = ((at - 1) * ROWS + 1).min(found.len());
    let range = [("from", from), ("to", (at * ROWS).min(found.len())), ("total", found.len())]
        .map(|(name, n)| (name, n.to_string()));
    let range: Vec<(&'static str, &str)> = range.iter().map(|(name, n)| (*name, n.as_str())).collect();
    let page = StaffPage {
        shell: visitor.shell("nav-staff", "/staff").recorded(&visitor.app, &receipt),
        kept: vec![
            ("role", listed.role.clone()),
            ("department", listed.department.clone()),
            ("state", listed.state.clone()),
        ],
        filters: vec![
            filter_of(lang, &lang.t("role"), &listed.role, &roles(lang), |value| listed.href("role", value)),
            filter_of(lang, &lang.t("department"), &listed.department, &departments, |value| {
                listed.href("department", value)
            }),
            filter_of(lang, &lang.t("staff-state"), &listed.state, &states, |value| {
                listed.href("state", value)
            }),
        ],
        narrowed: listed.href("page", "") != "/staff",
        range: lang.with("pager-range", &range),
        prev: (at > 1).then(|| href(at - 1)),
        next: (at < last).then(|| href(at + 1)),
        pages: Vec::new(),
        rows: found.into_iter().skip((at - 1) * ROWS).take(ROWS).map(|person| row(person, lang)).collect(),
        q: listed.q.clone(),
        may_manage: visitor.may(Action::ManageStaff),
        total,
        waiting,
        frozen,
        inactive,
    };
    Ok(html(&page))
}

fn row(person: StaffRow, lang: Lang) -> RowView {
    RowView {
        state: state(&person),
        place: [person.region, person.department].join(" ").trim().to_owned(),
        role: lang.t(&format!("role-{}", person.role.name())),
        manager: person.manager.unwrap_or_default(),
        no: person.no,
        name: person.name,
        title: person.title,
        joined: person.joined,
    }
}

#[derive(Template)]
#[template(path = "staff-form.html")]
struct FormPage {
    shell: Shell,
    /// The number of who is changed; empty for somebody new.
    no: String,
    name: String,
    /// `active`, `waiting`, `frozen`, `inactive`, or empty for somebody new.
    state: &'static str,
    typed: Typed,
    faults: Faults,
    roles: Vec<Link>,
    departments: Vec<String>,
    regions: Vec<String>,
    managers: Vec<(String, String)>,
    /// A fresh activation code, shown once.
    code: String,
    own: bool,
    may_manage: bool,
    freeze: FreezeView,
    /// What was typed as the reason of a freeze or a release.
    freeze_reason: String,
}

fn form(visitor: &Visitor, staff: &[StaffRow], no: &str, typed: Typed, faults: Faults) -> FormPage {
    let person = staff.iter().find(|person| person.no == no);
    let distinct = |of: fn(&StaffRow) -> &String| {
        let mut names: Vec<String> = staff.iter().map(of).filter(|name| !name.is_empty()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let role =
        |(name, label): (String, String)| Link { current: typed.get("role") == name, href: name, label };
    let managers = staff.iter().filter(|person| person.active && person.role == Role::Manager);
    FormPage {
        shell: visitor.shell(if person.is_some() { "staff-edit" } else { "staff-new" }, "/staff"),
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        no: person.map(|person| person.no.clone()).unwrap_or_default(),
        state: person.map_or("", state),
        roles: roles(visitor.lang).into_iter().map(role).collect(),
        departments: distinct(|person| &person.department),
        regions: distinct(|person| &person.region),
        managers: managers.map(|person| (person.no.clone(), person.name.clone())).collect(),
        code: String::new(),
        own: no == visitor.actor.no(),
        may_manage: visitor.may(Action::ManageStaff),
        freeze: FreezeView::default(),
        freeze_reason: String::new(),
        typed,
        faults,
    }
}

async fn everybody(visitor: &Visitor) -> Result<(Vec<StaffRow>, Receipt), PageError> {
    visitor
        .desk()
        .staff_list(&visitor.actor, &StaffFilter::default())
        .await
        .map_err(|error| visitor.fail(&error))
}

fn typed_of(person: &StaffRow) -> Typed {
    Typed::with(&[
        ("name", &person.name),
        ("department", &person.department),
        ("region", &person.region),
        ("title", &person.title),
        ("role", person.role.name()),
        ("manager", person.manager.as_deref().unwrap_or_default()),
        ("joined", &person.joined),
        ("email", &person.email),
    ])
}

/// The change that a form asks for.
fn change_of(typed: &Typed, no: &str) -> StaffChange {
    let text = |name: &str| Some(typed.get(name).trim().to_owned());
    StaffChange {
        no: no.to_owned(),
        name: text("name"),
        department: text("department"),
        title: text("title"),
        role: Role::parse(typed.get("role")),
        region: text("region"),
        manager: text("manager"),
        email: text("email"),
        joined: typed.some("joined").map(str::to_owned),
        active: None,
    }
}

/// What is wrong with the form, beside the field that it is about.
fn faults_of(error: DeskError, visitor: &Visitor) -> Result<Faults, PageError> {
    let lang = visitor.lang;
    match error {
        DeskError::Taken => Ok(Faults::one("staff_no", lang.t("problem-taken-text"))),
        DeskError::Conflict => Ok(Faults::one("", lang.t("staff-conflict"))),
        DeskError::Invalid { field, problem } => {
            let field = if field == "no" { "staff_no" } else { &field };
            let key = if field == "manager" {
                "form-no-staff".to_owned()
            } else {
                format!("invalid-{}", problem.code())
            };
            Ok(Faults::one(field, lang.t(&key)))
        }
        error => Err(visitor.fail(&error)),
    }
}

/// `GET /staff/new`
pub(crate) async fn new(visitor: Visitor) -> Page {
    if !visitor.may(Action::ManageStaff) {
        // Entering nobody is denied, and that is put down.
        visitor
            .desk()
            .add_staff(&visitor.actor, &StaffChange::default())
            .await
            .map_err(|error| visitor.fail(&error))?;
    }
    let (staff, _) = everybody(&visitor).await?;
    let today = visitor.desk().today().to_string();
    Ok(html(&form(
        &visitor,
        &staff,
        "",
        Typed::with(&[("joined", &today), ("role", "staff")]),
        Faults::default(),
    )))
}

/// `POST /staff/new`
pub(crate) async fn create(visitor: Visitor, typed: Typed) -> Page {
    let change = change_of(&typed, typed.get("staff_no").trim());
    match visitor.desk().add_staff(&visitor.actor, &change).await {
        Ok(receipt) => Ok(visitor.done(&format!("/staff/{}", change.no), "flash-staff-added", receipt)),
        Err(error) => {
            let faults = faults_of(error, &visitor)?;
            let (staff, _) = everybody(&visitor).await?;
            Ok((faults.status(), html(&form(&visitor, &staff, "", typed, faults))).into_response())
        }
    }
}

/// `GET /staff/{no}`
pub(crate) async fn edit(visitor: Visitor, Path(no): Path<String>) -> Page {
    shown(&visitor, &no, String::new(), Faults::default()).await
}

/// The page about somebody, with what is wrong in what was typed about their freeze.
pub(super) async fn shown(visitor: &Visitor, no: &str, freeze_reason: String, faults: Faults) -> Page {
    let (staff, receipt) = everybody(visitor).await?;
    let person = staff.iter().find(|person| person.no == no).ok_or_else(|| visitor.missing())?;
    let mut page = form(visitor, &staff, no, typed_of(person), faults);
    let (freeze, read) = freezes::view(visitor, person).await?;
    page.shell = page.shell.recorded(&visitor.app, &read.unwrap_or(receipt));
    Ok(html(&FormPage { freeze, freeze_reason, ..page }))
}

/// The form again, with what is wrong with it.
async fn again(visitor: &Visitor, no: &str, typed: Option<Typed>, faults: Faults) -> Page {
    let (staff, _) = everybody(visitor).await?;
    let person = staff.iter().find(|person| person.no == no).ok_or_else(|| visitor.missing())?;
    let typed = typed.unwrap_or_else(|| typed_of(person));
    Ok((faults.status(), html(&form(visitor, &staff, no, typed, faults))).into_response())
}

/// `POST /staff/{no}`: saves the record; or closes or opens the account, or invites.
pub(crate) async fn save(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let active = |active| StaffChange { no: no.clone(), active: Some(active), ..StaffChange::default() };
    let (change, flash) = match typed.get("act") {
        "invite" => return invite(&visitor, &no).await,
        "close" => (active(false), "flash-staff-closed"),
        "open" => (active(true), "flash-staff-reopened"),
        _ => (change_of(&typed, &no), "flash-staff-saved"),
    };
    let kept = change.name.is_some().then_some(typed);
    match visitor.desk().change_staff(&visitor.actor, &change).await {
        Ok(receipt) => Ok(visitor.done(&format!("/staff/{no}"), flash, receipt)),
        Err(error) => again(&visitor, &no, kept, faults_of(error, &visitor)?).await,
    }
}

/// The code stands on this one page only.
async fn invite(visitor: &Visitor, no: &str) -> Page {
    match visitor.desk().invite(&visitor.actor, no).await {
        Ok((code, receipt)) => {
            let (staff, _) = everybody(visitor).await?;
            let person = staff.iter().find(|person| person.no == no).ok_or_else(|| visitor.missing())?;
            let mut page = form(visitor, &staff, no, typed_of(person), Faults::default());
            page.shell = page.shell.recorded(&visitor.app, &receipt);
            page.code = code.to_string();
            Ok(html(&page))
        }
        Err(error) => again(visitor, no, None, faults_of(error, visitor)?).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_leave_out_what_is_empty() {
        let listed = Listed {
            q: "周 敏".to_owned(),
            role: "staff".to_owned(),
            page: "3".to_owned(),
            ..Listed::default()
        };
        assert_eq!(listed.href("state", "waiting"), "/staff?q=%E5%91%A8+%E6%95%8F&role=staff&state=waiting");
        assert_eq!(Listed::default().href("page", ""), "/staff");
    }

    #[test]
    fn a_form_leaves_out_nothing() {
        let typed = Typed::with(&[("name", " 周敏 "), ("role", "manager"), ("manager", "")]);
        let change = change_of(&typed, "S012");
        assert_eq!((change.no.as_str(), change.name.as_deref()), ("S012", Some("周敏")));
        assert_eq!((change.role, change.manager.as_deref()), (Some(Role::Manager), Some("")));
        assert_eq!(change.active, None);
    }
}
