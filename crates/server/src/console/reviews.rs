//! Access reviews that wait: high-tier customers whose accesses somebody has to look through again.

use askama::Template;
use tigertally_core::record::Field;

use super::{
    html,
    shell::Shell,
    visitor::{Page, Visitor},
    words,
};

/// How many days ahead the page looks.
const AHEAD: u32 = 30;

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
    reviews: Vec<ReviewView>,
    overdue: u64,
    ahead: u64,
    days: u64,
}

/// `GET /reviews`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let due = visitor.desk().reviews_due(&visitor.actor, AHEAD).await;
    let (customers, receipt) = due.map_err(|error| visitor.fail(&error))?;
    let name = |person: &Option<tigertally_core::Person>| {
        person.as_ref().map(|person| format!("{} {}", person.name, person.no)).unwrap_or_default()
    };
    let view = |masked: &tigertally_core::Masked| {
        let customer = &masked.customer;
        let due = customer.review_due.clone().unwrap_or_default();
        ReviewView {
            no: customer.no.clone(),
            name: masked.mask(Field::Name).unwrap_or_default().to_owned(),
            region: customer.region.clone(),
            owner: name(&customer.owner),
            contact: name(&customer.contact_person),
            pressing: words::due_tag(&visitor.app, &due),
            due: words::day(&visitor.app, visitor.lang, &due),
        }
    };
    let reviews: Vec<ReviewView> = customers.iter().map(view).collect();
    let overdue = reviews.iter().filter(|review| review.pressing == "bad").count() as u64;
    let shell = visitor.shell("nav-reviews", "/reviews").recorded(&visitor.app, &receipt);
    let page = ReviewsPage {
        shell: shell.counted("/reviews", overdue, true),
        ahead: u64::from(AHEAD),
        days: u64::from(visitor.desk().settings().review_days),
        reviews,
        overdue,
    };
    Ok(html(&page))
}
