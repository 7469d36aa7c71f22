//! The exact search, masked. The term comes in the body of a request and goes nowhere else.

use askama::Template;
use axum::response::{IntoResponse, Response};
use tigertally_core::{
    desk::{DeskError, ListQuery},
    record::{CustomerNo, Field, check},
};

use super::{
    PageError,
    customers::RowView,
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    /// What sort of term was searched for, in words; empty before a search.
    searched: String,
    rows: Vec<RowView>,
    /// What was typed, when it could not be searched for: never a term that was.
    typed: String,
    error: String,
}

/// `GET /search`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let shell = visitor.shell("nav-search", "/customers");
    let (searched, typed, error) = Default::default();
    Ok(html(&SearchPage { shell, searched, rows: Vec::new(), typed, error }))
}

/// `POST /search`
pub(crate) async fn search(visitor: Visitor, typed: Typed) -> Page {
    let term = typed.get("q").trim();
    let query = ListQuery { term: Some(term.to_owned()), limit: 50, ..ListQuery::default() };
    let found = visitor.desk().list(&visitor.actor, &query).await;
    let shell = visitor.shell("nav-search", "/customers");
    let page = match found {
        Ok(list) => SearchPage {
            shell: shell.recorded(&visitor.app, &list.receipt),
            searched: visitor.lang.t(&format!("search-by-{}", kind_of_term(term))),
            rows: list.customers.iter().map(|masked| RowView::new(&visitor, masked)).collect(),
            typed: String::new(),
            error: String::new(),
        },
        Err(error) => return not_searched(&visitor, shell, term, error),
    };
    Ok(html(&page))
}

fn not_searched(
    visitor: &Visitor,
    shell: Shell,
    term: &str,
    error: DeskError,
) -> Result<Response, PageError> {
    let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
    let typed = if term.chars().count() <= 100 { term.to_owned() } else { String::new() };
    let page = SearchPage {
        shell,
        searched: String::new(),
        rows: Vec::new(),
        typed,
        error: faults.on("q").to_owned(),
    };
    Ok((faults.status(), html(&page)).into_response())
}

/// What sort of term this is: as what it was searched for.
fn kind_of_term(term: &str) -> &'static str {
    let valid = |field| check(field, term).is_ok();
    let digits = term.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | 'x' | 'X'));
    if term.contains('@') {
        "email"
    } else if digits && valid(Field::Mobile) {
        "mobile"
    } else if digits && valid(Field::IdNumber) {
        "id_number"
    } else if digits && valid(Field::BankCard) {
        "bank_card"
    } else if CustomerNo::parse(term).is_ok() {
        "number"
    } else {
        "name"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_told_apart() {
        for (term, kind) in [
            ("13800001234", "mobile"),
            ("a@example.com", "email"),
            ("C00003", "number"),
            ("张伟", "name"),
            ("11010519491231002X", "id_number"),
        ] {
            assert_eq!(kind_of_term(term), kind, "{term}");
        }
    }
}
