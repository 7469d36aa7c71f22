//! Entering a customer, changing sealed fields, giving it to somebody else. Values are never filled in: a mask stands
//! where one is, and what is left empty stays as it is.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{Assignment, Changes, CustomerPage, NewRecord},
    policy::Action,
    record::{Class, Field, Kind},
};

use super::{
    customers::{Link, colleagues},
    duplicates, html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::address::Path;

/// A field of a form.
struct Input {
    name: &'static str,
    /// The mask of the value that stands; empty when there is none.
    mask: String,
    typed: String,
    error: String,
    remove: bool,
    long: bool,
    kind: &'static str,
    max: usize,
}

/// Fields of one class in a form.
struct Group {
    class: &'static str,
    inputs: Vec<Input>,
}

fn input(field: Field, mask: &str, typed: &Typed, faults: &Faults) -> Input {
    Input {
        name: field.name(),
        mask: mask.to_owned(),
        typed: typed.get(field.name()).to_owned(),
        error: faults.on(field.name()).to_owned(),
        remove: typed.ticked(&format!("remove_{}", field.name())),
        long: matches!(field, Field::Needs | Field::Address),
        kind: match field {
            Field::Mobile => "tel",
            Field::Email => "email",
            _ => "text",
        },
        max: if field == Field::Needs { 2000 } else { 200 },
    }
}

fn groups(kind: Kind, mask: impl Fn(Field) -> String, typed: &Typed, faults: &Faults) -> Vec<Group> {
    let group = |class: Class| {
        let fields = Field::ALL.into_iter().filter(|field| field.class(kind) == class);
        let inputs = fields.map(|field| input(field, &mask(field), typed, faults)).collect();
        Group { class: class.name(), inputs }
    };
    Class::ALL.into_iter().map(group).filter(|group| !group.inputs.is_empty()).collect()
}

#[derive(Template)]
#[template(path = "customer-new.html")]
struct NewPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    groups: Vec<Group>,
    company: bool,
    region: String,
    today: String,
}

fn new_page(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let page = NewPage {
        shell: visitor.shell("customer-new-title", "/customers"),
        company: typed.get("kind") != "person",
        // One form serves persons and firms: fields stand where a firm has them.
        groups: groups(Kind::Company, |_| String::new(), &typed, &faults),
        region: typed.some("region").unwrap_or(visitor.actor.region()).to_owned(),
        today: visitor.desk().today().to_string(),
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /customers/new`
pub(crate) async fn new(visitor: Visitor) -> Page {
    let today = visitor.desk().today().to_string();
    new_page(&visitor, Typed::with(&[("kind", "company"), ("since", &today)]), Faults::default())
}

/// `POST /customers/new`
pub(crate) async fn create(visitor: Visitor, typed: Typed) -> Page {
    let Some(kind) = Kind::parse(typed.get("kind")) else {
        let faults = Faults::one("kind", visitor.lang.t("invalid-bad_choice"));
        return new_page(&visitor, typed, faults);
    };
    let value = |field: Field| typed.some(field.name()).map(|value| (field, value.to_owned()));
    let new = NewRecord {
        no: typed.some("customer_no").map(str::to_owned),
        kind,
        region: typed.get("region").to_owned(),
        since: typed.some("since").map(str::to_owned),
        values: Field::ALL.into_iter().filter_map(value).collect(),
    };
    match visitor.desk().create_customer(&visitor.actor, &new, None).await {
        Ok(created) => {
            Ok(visitor.done(&Visitor::customer(&created.no), "flash-customer-entered", created.receipt))
        }
        Err(error) => {
            let error = match duplicates::told(&visitor, error) {
                Ok(page) => return page,
                Err(error) => error,
            };
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            new_page(&visitor, typed, faults)
        }
    }
}

#[derive(Template)]
#[template(path = "customer-edit.html")]
struct EditPage {
    shell: Shell,
    faults: Faults,
    no: String,
    name: String,
    version: u32,
    groups: Vec<Group>,
}

/// A customer's page, for a form on it that the visitor may use.
pub(super) async fn viewed(
    visitor: &Visitor,
    no: &str,
    action: Action,
) -> Result<CustomerPage, super::PageError> {
    let page = visitor.desk().view(&visitor.actor, no).await.map_err(|error| visitor.fail(&error))?;
    if page.actions.contains(&action) { Ok(page) } else { Err(visitor.missing()) }
}

async fn edit_page(visitor: &Visitor, no: &str, typed: &Typed, faults: Faults) -> Page {
    let page = viewed(visitor, no, Action::ChangeCustomer).await?;
    let customer = &page.customer.customer;
    let mask = |field| page.customer.mask(field).unwrap_or_default().to_owned();
    let view = EditPage {
        groups: groups(customer.kind, mask, typed, &faults),
        no: customer.no.clone(),
        name: mask(Field::Name),
        version: customer.version,
        shell: visitor.shell("customer-edit-title", "/customers").recorded(&visitor.app, &page.receipt),
        faults,
    };
    Ok((view.faults.status(), html(&view)).into_response())
}

/// `GET /customers/{no}/edit`
pub(crate) async fn edit(visitor: Visitor, Path(no): Path<String>) -> Page {
    edit_page(&visitor, &no, &Typed::with(&[]), Faults::default()).await
}

/// `POST /customers/{no}/edit`
pub(crate) async fn change(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let value = |field: Field| {
        if typed.ticked(&format!("remove_{}", field.name())) {
            return Some((field, String::new()));
        }
        typed.some(field.name()).map(|value| (field, value.to_owned()))
    };
    let changes = Changes {
        version: typed.get("version").parse().unwrap_or(0),
        values: Field::ALL.into_iter().filter_map(value).collect(),
    };
    if changes.values.is_empty() {
        let faults = Faults::one("", visitor.lang.t("customer-edit-nothing"));
        return edit_page(&visitor, &no, &typed, faults).await;
    }
    match visitor.desk().change_customer(&visitor.actor, &no, &changes).await {
        Ok(receipt) => Ok(visitor.done(&Visitor::customer(&no), "flash-customer-changed", receipt)),
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            edit_page(&visitor, &no, &typed, faults).await
        }
    }
}

#[derive(Template)]
#[template(path = "customer-assign.html")]
struct AssignPage {
    shell: Shell,
    faults: Faults,
    no: String,
    name: String,
    owner: String,
    contact_person: String,
    owners: Vec<Link>,
    contacts: Vec<Link>,
    /// Whether somebody owns the customer, who can then be put into the public pool.
    owned: bool,
}

async fn assign_page(visitor: &Visitor, no: &str, typed: &Typed, faults: Faults) -> Page {
    let page = viewed(visitor, no, Action::AssignCustomer).await?;
    let customer = &page.customer.customer;
    let people = colleagues(visitor)?;
    let choices = |chosen: &str| -> Vec<Link> {
        let link = |(no, label): &(String, String)| Link {
            href: no.clone(),
            label: label.clone(),
            current: no == chosen,
        };
        people.iter().map(link).collect()
    };
    let none = || visitor.lang.t("none");
    let named = |person: &tigertally_core::Person| format!("{} {}", person.name, person.no);
    let view = AssignPage {
        owners: choices(typed.get("owner")),
        contacts: choices(typed.get("contact_person")),
        no: customer.no.clone(),
        owned: customer.owner.is_some(),
        name: page.customer.mask(Field::Name).unwrap_or_default().to_owned(),
        owner: customer.owner.as_ref().map_or_else(none, named),
        contact_person: customer.contact_person.as_ref().map_or_else(none, named),
        shell: visitor.shell("customer-assign-title", "/customers").recorded(&visitor.app, &page.receipt),
        faults,
    };
    Ok((view.faults.status(), html(&view)).into_response())
}

/// `GET /customers/{no}/assign`
pub(crate) async fn assign_form(visitor: Visitor, Path(no): Path<String>) -> Page {
    assign_page(&visitor, &no, &Typed::with(&[]), Faults::default()).await
}

/// `POST /customers/{no}/assign`
pub(crate) async fn assign(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let to = Assignment {
        owner: typed.some("owner").map(str::to_owned),
        contact_person: typed.some("contact_person").map(str::to_owned),
    };
    if to.owner.is_none() && to.contact_person.is_none() {
        let faults = Faults::one("", visitor.lang.t("customer-assign-nobody"));
        return assign_page(&visitor, &no, &typed, faults).await;
    }
    let colleagues = colleagues(&visitor)?;
    match visitor.desk().assign_customer(&visitor.actor, &no, &to).await {
        // Whoever gave a customer to another department does not see it any more.
        Ok(receipt) => {
            let stays = to.owner.is_none_or(|owner| colleagues.iter().any(|(no, _)| *no == owner));
            let to = if stays { Visitor::customer(&no) } else { "/customers".to_owned() };
            Ok(visitor.done(&to, "flash-assigned", receipt))
        }
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            assign_page(&visitor, &no, &typed, faults).await
        }
    }
}
