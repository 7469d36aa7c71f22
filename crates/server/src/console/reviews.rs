//! Access reviews: which are due, overdue and done, and the review of one customer, item by item.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use tigertally_core::{
    Masked, Reviews,
    desk::{Access, DeskError, ReviewAnswer, ReviewQuery, StandingAccess},
    record::Field,
};

use super::{
    customers::Tab,
    html, shares,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::{
    address::{Path, Query},
    api::reviews::{parse_place, place},
};

/// How many days ahead count as due.
const AHEAD: u32 = 30;
/// Customers of a page.
const ROWS: usize = 50;

struct ReviewView {
    no: String,
    name: String,
    region: String,
    owner: String,
    contact: String,
    due: String,
    pressing: &'static str,
}

#[derive(Template)]
#[template(path = "reviews.html")]
struct ReviewsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    reviews: Vec<ReviewView>,
    done: bool,
    ahead: u64,
    days: u64,
    /// The first page, empty on it; and where the next begins, empty on the last.
    first: String,
    next: String,
}

/// Which reviews, and from where.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Listed {
    which: String,
    after: String,
}

/// `GET /reviews`
pub(crate) async fn page(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let (which, name) = match listed.which.as_str() {
        "overdue" => (Reviews::Overdue, "overdue"),
        "done" => (Reviews::Done, "done"),
        _ => (Reviews::Open, "open"),
    };
    let after = parse_place(&listed.after);
    let later = after.is_some();
    let query = ReviewQuery { which, days: AHEAD, after, limit: ROWS };
    let page = visitor.desk().reviews(&visitor.actor, &query).await.map_err(|error| visitor.fail(&error))?;
    let [overdue, due, done] = page.counts;
    let href = |name: &str| format!("/reviews?which={name}");
    let tab = |of: Reviews, name: &str, count: u64| Tab {
        label: visitor.lang.t(&format!("review-{name}")),
        href: href(name.trim_end_matches("-tab")),
        current: of == which,
        count,
    };
    let next = page.next.as_ref().map(|at| format!("{}&after={}", href(name), place(at)));
    let shell = visitor.shell("nav-reviews", "/reviews").recorded(&visitor.app, &page.receipt);
    let view = ReviewsPage {
        shell: shell.counted("/reviews", overdue, true),
        tabs: vec![
            tab(Reviews::Open, "open", overdue + due),
            tab(Reviews::Overdue, "overdue", overdue),
            tab(Reviews::Done, "done-tab", done),
        ],
        reviews: page.customers.iter().map(|masked| row(&visitor, masked)).collect(),
        done: which == Reviews::Done,
        ahead: u64::from(AHEAD),
        days: u64::from(visitor.desk().settings().review_days),
        first: if later { href(name) } else { String::new() },
        next: next.unwrap_or_default(),
    };
    Ok(html(&view))
}

fn person(person: &Option<tigertally_core::Person>) -> String {
    person.as_ref().map(|person| format!("{} {}", person.name, person.no)).unwrap_or_default()
}

fn row(visitor: &Visitor, masked: &Masked) -> ReviewView {
    let customer = &masked.customer;
    let due = customer.review_due.clone().unwrap_or_default();
    ReviewView {
        no: customer.no.clone(),
        name: masked.mask(Field::Name).unwrap_or_default().to_owned(),
        region: customer.region.clone(),
        owner: person(&customer.owner),
        contact: person(&customer.contact_person),
        pressing: words::due_tag(&visitor.app, &due),
        due: words::day(&visitor.app, visitor.lang, &due),
    }
}

/// An access that is kept or ended.
struct ItemView {
    /// Its name in the form.
    field: String,
    who: String,
    how: String,
    what: String,
    until: String,
    reason: String,
    keep: bool,
    end: bool,
}

#[derive(Template)]
#[template(path = "review.html")]
struct ReviewPage {
    shell: Shell,
    faults: Faults,
    review: ReviewView,
    items: Vec<ItemView>,
    days: u64,
}

/// The name of an access in the form.
fn field(access: Access) -> String {
    format!("access_{}", access.to_string().replace(':', "_"))
}

async fn show(visitor: &Visitor, no: &str, typed: &Typed, faults: Faults) -> Page {
    let review =
        visitor.desk().access_review(&visitor.actor, no).await.map_err(|error| visitor.fail(&error))?;
    let view = ReviewPage {
        review: row(visitor, &review.customer),
        items: review.accesses.into_iter().map(|one| item(visitor, typed, one)).collect(),
        days: u64::from(visitor.desk().settings().review_days),
        shell: visitor.shell("review-title", "/reviews").recorded(&visitor.app, &review.receipt),
        faults,
    };
    Ok((view.faults.status(), html(&view)).into_response())
}

fn item(visitor: &Visitor, typed: &Typed, one: StandingAccess) -> ItemView {
    let (app, lang) = (&visitor.app, visitor.lang);
    let field = field(one.access);
    let fields: Vec<String> = one.fields.iter().map(|f| lang.t(&format!("field-{}", f.name()))).collect();
    let (how, what) = match one.access {
        Access::ContactPerson => (lang.t("contact-person"), String::new()),
        Access::Share(id) => {
            (format!("{} {id}", lang.t("share")), shares::classes(lang, one.classes.classes()))
        }
        Access::Approval(id) => {
            (format!("{} {id}", lang.t("purpose-approval")), fields.join(lang.pick("、", ", ")))
        }
    };
    let until = match (one.until, one.expires_ms) {
        (Some(day), _) => words::day(app, lang, &day),
        (None, Some(ms)) => words::moment(app, lang, ms),
        (None, None) => lang.t("review-until-next"),
    };
    ItemView {
        who: shares::with(&one.who),
        how,
        what,
        until,
        reason: one.reason,
        keep: typed.get(&field) == "keep",
        end: typed.get(&field) == "end",
        field,
    }
}

/// `GET /customers/{no}/review`
pub(crate) async fn one(visitor: Visitor, Path(no): Path<String>) -> Page {
    show(&visitor, &no, &Typed::with(&[]), Faults::default()).await
}

/// `POST /customers/{no}/review`
pub(crate) async fn answer(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let mut answer = ReviewAnswer::default();
    for (name, value) in typed.all("access_") {
        let Ok(access) = name.replacen('_', ":", usize::from(name != "contact_person")).parse() else {
            continue;
        };
        match value {
            "keep" => answer.keep.push(access),
            "end" => answer.end.push(access),
            _ => {}
        }
    }
    match visitor.desk().review_access(&visitor.actor, &no, &answer).await {
        Ok(receipt) => Ok(visitor.done("/reviews", "flash-reviewed", receipt)),
        Err(DeskError::Conflict) => {
            let faults = Faults::one("", visitor.lang.t("review-answer-each"));
            show(&visitor, &no, &typed, faults).await
        }
        Err(error) => Err(visitor.fail(&error)),
    }
}
