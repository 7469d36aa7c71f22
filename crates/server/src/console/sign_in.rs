//! Signing in: staff number and password, then a code.

use askama::Template;
use axum::{
    extract::{Form, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;

use super::{html, shell::Shell};
use crate::state::App;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    shell: Shell,
    staff_no: String,
    error: String,
    notice: String,
}

/// `GET /sign-in`
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    let shell = Shell::bare(&app, &headers, "sign-in-title");
    html(&SignInPage { shell, staff_no: String::new(), error: String::new(), notice: String::new() })
}

/// The first step.
#[derive(Deserialize)]
pub(crate) struct Password {
    staff_no: String,
    #[expect(dead_code)]
    password: String,
}

/// `POST /sign-in`
pub(crate) async fn password(State(app): State<App>, headers: HeaderMap, Form(form): Form<Password>) -> Response {
    let shell = Shell::bare(&app, &headers, "sign-in-title");
    html(&SignInPage { shell, staff_no: form.staff_no, error: String::new(), notice: String::new() })
}
