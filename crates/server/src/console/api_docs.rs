//! The documentation of the API, served by ourselves.

use askama::Template;

use super::{
    html,
    shell::Shell,
    visitor::{Page, Visitor},
};

#[derive(Template)]
#[template(path = "api-docs.html")]
struct DocsPage {
    shell: Shell,
}

/// `GET /api/docs`
pub(crate) async fn page(visitor: Visitor) -> Page {
    Ok(html(&DocsPage { shell: visitor.shell("nav-api", "/api/docs") }))
}
