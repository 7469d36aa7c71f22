//! A customer that is with the company already: a page instead of the form, with the way to ask for the customer.

use askama::Template;
use axum::{http::StatusCode, response::IntoResponse};
use tigertally_core::{desk::DeskError, entry::Receipt};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::address::Path;

/// What is known of the customer: its number, or by which number it can be asked for.
enum Known {
    Customer(String),
    Hit(i64),
}

#[derive(Template)]
#[template(path = "duplicate.html")]
struct DuplicatePage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    known: Known,
}

fn page(visitor: &Visitor, known: Known, receipt: Option<&Receipt>, typed: Typed, faults: Faults) -> Page {
    let status = if faults.any() { faults.status() } else { StatusCode::CONFLICT };
    let mut shell = visitor.shell("duplicate-title", "/customers");
    if let Some(receipt) = receipt {
        shell = shell.recorded(&visitor.app, receipt);
    }
    Ok((status, html(&DuplicatePage { shell, typed, faults, known })).into_response())
}

/// The page that says so, when an error is about that.
///
/// # Errors
/// Any other error, as it is.
pub(super) fn told(visitor: &Visitor, error: DeskError) -> Result<Page, DeskError> {
    let (known, receipt) = match error {
        DeskError::Known { customer, receipt } => (Known::Customer(customer), receipt),
        DeskError::Duplicate { hit, receipt } => (Known::Hit(hit), receipt),
        other => return Err(other),
    };
    Ok(page(visitor, known, Some(&receipt), Typed::default(), Faults::default()))
}

/// `POST /duplicates/{hit}/claim`
pub(crate) async fn claim(visitor: Visitor, Path(hit): Path<i64>, typed: Typed) -> Page {
    match visitor.desk().claim_known(&visitor.actor, hit, typed.get("reason"), None).await {
        Ok((_, receipt)) => Ok(visitor.done("/approvals", "flash-approval-asked", receipt)),
        Err(error) => {
            let mut faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            if !faults.on("reason").is_empty() {
                faults = Faults::one("reason", visitor.lang.t("approval-reason-short"));
            }
            page(&visitor, Known::Hit(hit), None, typed, faults)
        }
    }
}
