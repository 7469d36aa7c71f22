//! Sharing a customer: the form, and taking a share back.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{CustomerShare, DeskError, ShareRequest, ShareState, ShareTo, SharedWith},
    policy::Action,
    record::{Class, Field},
};

use super::{
    customer_forms::viewed,
    customers::Link,
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{address::Path, texts::Lang};

/// The classes that can be shared; basic fields stand on the page.
const CLASSES: [Class; 3] = [Class::Contact, Class::Business, Class::Sensitive];

/// A share as the customer's page tells it.
pub(super) struct ShareLine {
    pub(super) id: i64,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) until: String,
    pub(super) reason: String,
    pub(super) made_by: String,
    pub(super) waiting: Option<i64>,
}

pub(super) fn line(visitor: &Visitor, share: &CustomerShare) -> ShareLine {
    ShareLine {
        id: share.id,
        who: with(&share.with),
        what: classes(visitor.lang, share.classes.classes()),
        until: words::day(&visitor.app, visitor.lang, &share.until),
        reason: share.reason.clone(),
        made_by: share.made_by.1.clone(),
        waiting: share.approval.filter(|_| share.state == ShareState::Waiting),
    }
}

/// A person or a department, as pages name them.
pub(crate) fn with(with: &SharedWith) -> String {
    match with {
        SharedWith::Person { no, name } => format!("{name} {no}"),
        SharedWith::Department(name) => name.clone(),
    }
}

/// The classes that can be asked for in clear, beyond what stands on the page.
pub(crate) fn classes(lang: Lang, classes: impl Iterator<Item = Class>) -> String {
    let names: Vec<String> = classes
        .filter(|class| *class != Class::Basic)
        .map(|class| lang.t(&format!("class-{}", class.name())))
        .collect();
    if names.is_empty() { lang.t("share-masked-only") } else { names.join(lang.pick("、", ", ")) }
}

/// A class that can be ticked.
pub(super) struct ClassBox {
    pub(super) name: &'static str,
    pub(super) ticked: bool,
}

#[derive(Template)]
#[template(path = "customer-share.html")]
struct SharePage {
    shell: Shell,
    faults: Faults,
    typed: Typed,
    no: String,
    name: String,
    high: bool,
    department: String,
    inputs: ShareInputs,
    days: u64,
}

/// What can be chosen in a form that shares.
pub(super) struct ShareInputs {
    pub(super) people: Vec<Link>,
    pub(super) departments: Vec<Link>,
    pub(super) classes: Vec<ClassBox>,
    /// The first and the last day that can be chosen.
    pub(super) first: String,
    pub(super) last: String,
}

impl ShareInputs {
    /// The choices, but for who cares for the customer already.
    pub(super) fn new(
        visitor: &Visitor,
        typed: &Typed,
        cares: impl Fn(&str) -> bool,
    ) -> Result<ShareInputs, super::PageError> {
        let receivers =
            visitor.desk().share_receivers(&visitor.actor).map_err(|error| visitor.fail(&error))?;
        let chosen = typed.get("to");
        let link = |value: String, label: String| Link { current: value == chosen, href: value, label };
        let people = receivers.0.into_iter().filter(|person| !cares(&person.no)).map(|person| {
            link(
                format!("staff:{}", person.no),
                format!("{} {} · {}", person.name, person.no, person.department),
            )
        });
        let departments = receivers.1.into_iter().map(|name| link(format!("department:{name}"), name));
        let today = visitor.desk().today();
        let days = visitor.desk().settings().share_days;
        let ticked = |class: &Class| typed.ticked(&format!("class_{}", class.name()));
        let class = |class: &Class| ClassBox { name: class.name(), ticked: ticked(class) };
        Ok(ShareInputs {
            people: people.collect(),
            departments: departments.collect(),
            classes: CLASSES.iter().map(class).collect(),
            first: today.to_string(),
            last: today.saturating_add(jiff::Span::new().days(i64::from(days))).to_string(),
        })
    }
}

/// A share as it was typed; `None` without a receiver.
pub(super) fn wish(typed: &Typed) -> Option<ShareRequest> {
    let to = match typed.get("to").split_once(':') {
        Some(("staff", no)) => ShareTo::Person(no.to_owned()),
        Some(("department", name)) => ShareTo::Department(name.to_owned()),
        _ => return None,
    };
    let ticked = |class: &Class| typed.ticked(&format!("class_{}", class.name()));
    Some(ShareRequest {
        to,
        classes: CLASSES.into_iter().filter(ticked).collect(),
        until: typed.get("until").trim().to_owned(),
        reason: typed.get("reason").to_owned(),
    })
}

/// What is wrong with a share as it was typed, in its own words.
pub(super) fn faults_of(visitor: &Visitor, error: DeskError) -> Result<Faults, DeskError> {
    let lang = visitor.lang;
    if matches!(error, DeskError::NotFound("receiver" | "department")) {
        return Ok(Faults::one("to", lang.t("form-no-staff")));
    }
    let faults = Faults::of(error, lang)?;
    let days = u64::from(visitor.desk().settings().share_days);
    Ok(if !faults.on("until").is_empty() {
        Faults::one("until", lang.counted("share-until-range", days))
    } else if !faults.on("reason").is_empty() {
        Faults::one("reason", lang.t("approval-reason-short"))
    } else if !faults.on("to").is_empty() {
        Faults::one("to", lang.t("share-to-nobody"))
    } else {
        faults
    })
}

async fn form(visitor: &Visitor, no: &str, typed: Typed, faults: Faults) -> Page {
    let page = viewed(visitor, no, Action::ShareCustomer).await?;
    let customer = &page.customer.customer;
    let cares = |staff: &str| {
        [&customer.owner, &customer.contact_person].into_iter().flatten().any(|person| person.no == staff)
    };
    let inputs = ShareInputs::new(visitor, &typed, cares)?;
    let view = SharePage {
        no: customer.no.clone(),
        name: page.customer.mask(Field::Name).unwrap_or_default().to_owned(),
        high: customer.tier == tigertally_core::record::Tier::High,
        department: customer.department.clone(),
        inputs,
        days: u64::from(visitor.desk().settings().share_days),
        shell: visitor.shell("share-title", "/customers").recorded(&visitor.app, &page.receipt),
        typed,
        faults,
    };
    Ok((view.faults.status(), html(&view)).into_response())
}

/// `GET /customers/{no}/share`
pub(crate) async fn new(visitor: Visitor, Path(no): Path<String>) -> Page {
    form(&visitor, &no, Typed::with(&[]), Faults::default()).await
}

/// `POST /customers/{no}/share`
pub(crate) async fn share(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let lang = visitor.lang;
    let Some(wish) = wish(&typed) else {
        return form(&visitor, &no, typed, Faults::one("to", lang.t("share-to-whom"))).await;
    };
    match visitor.desk().share_customer(&visitor.actor, &no, &wish, None).await {
        Ok((shared, receipt)) => {
            let flash = if shared.approval.is_some() { "flash-share-asked" } else { "flash-shared" };
            Ok(visitor.done(&Visitor::customer(&no), flash, receipt))
        }
        Err(DeskError::TooMuch(_)) => {
            form(&visitor, &no, typed, Faults::one("", lang.t("share-too-many"))).await
        }
        Err(error) => {
            let faults = faults_of(&visitor, error).map_err(|error| visitor.fail(&error))?;
            form(&visitor, &no, typed, faults).await
        }
    }
}

/// `POST /customers/{no}/shares/{id}/end`
pub(crate) async fn end(visitor: Visitor, Path((no, id)): Path<(String, i64)>) -> Page {
    let done = visitor.desk().end_share(&visitor.actor, &no, id).await;
    let receipt = done.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&Visitor::customer(&no), "flash-share-ended", receipt))
}
