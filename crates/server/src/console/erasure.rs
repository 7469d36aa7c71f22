//! Erasing a customer for good.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::policy::Action;

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::address::Path;

#[derive(Template)]
#[template(path = "erase.html")]
struct ErasePage {
    shell: Shell,
    no: String,
    typed: Typed,
    faults: Faults,
}

/// `GET /customers/{no}/erase`
pub(crate) async fn page(visitor: Visitor, Path(no): Path<String>) -> Page {
    let seen = visitor.desk().view(&visitor.actor, &no).await.map_err(|error| visitor.fail(&error))?;
    if !seen.actions.contains(&Action::EraseCustomer) {
        return Err(visitor.missing());
    }
    let shell = visitor.shell("erase-title", "/customers").recorded(&visitor.app, &seen.receipt);
    Ok(html(&ErasePage { shell, no, typed: Typed::default(), faults: Faults::default() }))
}

/// `POST /customers/{no}/erase`
pub(crate) async fn erase(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    let faults = if typed.get("confirm").trim() == no {
        match visitor.desk().erase_customer(&visitor.actor, &no, typed.get("order")).await {
            Ok(erased) => return Ok(visitor.done("/customers", "flash-erased", erased.receipt)),
            Err(error) => Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?,
        }
    } else {
        Faults::one("confirm", visitor.lang.t("erase-confirm-bad"))
    };
    let shell = visitor.shell("erase-title", "/customers");
    Ok((faults.status(), html(&ErasePage { shell, no, typed, faults })).into_response())
}
