//! The first sign-in: activation code, password, authenticator, recovery codes. What was given so far stands sealed in
//! a cookie for ten minutes.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use qrcode::{EcLevel, QrCode, render::svg};
use tigertally_core::identity::SignInError;

use super::{
    PageError, html, set_cookie,
    shell::Shell,
    sign_in::{ours, refusal, welcome},
    visitor::{Page, Typed, signed_in},
};
use crate::{
    problem::Problem,
    signed::{From as Origin, cookie},
    state::App,
    texts::Lang,
};

/// What was given so far.
pub(super) const CHOSEN: &str = "tt_activation";
const SECONDS: u64 = 600;

#[derive(Template)]
#[template(path = "activate.html")]
struct ActivatePage {
    shell: Shell,
    step: &'static str,
    staff_no: String,
    error: String,
    qr_svg: String,
    secret: String,
    recovery_codes: Vec<String>,
}

impl ActivatePage {
    fn new(app: &App, headers: &HeaderMap, step: &'static str) -> ActivatePage {
        ActivatePage {
            shell: Shell::bare(app, headers, "activate-title"),
            step,
            staff_no: String::new(),
            error: String::new(),
            qr_svg: String::new(),
            secret: String::new(),
            recovery_codes: Vec::new(),
        }
    }

    fn refused(self, (status, error): (StatusCode, String)) -> Response {
        (status, html(&ActivatePage { error, ..self })).into_response()
    }
}

/// `GET /activate`
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    if signed_in(&app, &headers) {
        return Redirect::to("/").into_response();
    }
    html(&ActivatePage::new(&app, &headers, "code"))
}

/// `POST /activate`
pub(crate) async fn begin(State(app): State<App>, origin: Origin, headers: HeaderMap, typed: Typed) -> Page {
    ours(&Method::POST, &headers)?;
    let staff_no = typed.get("staff_no").trim();
    match app.tigertally.begin_activation(staff_no, typed.get("code"), &origin.0).await {
        Ok(enrolment) => Ok(go_on(&app, &enrolment.pending, "/activate/password")),
        Err(error) => {
            let said = refusal(&error, Lang::of(&headers))?;
            let page = ActivatePage::new(&app, &headers, "code");
            Ok(ActivatePage { staff_no: staff_no.to_owned(), ..page }.refused(said))
        }
    }
}

fn go_on(app: &App, pending: &str, to: &str) -> Response {
    (AppendHeaders([set_cookie(app, CHOSEN, pending, SECONDS)]), Redirect::to(to)).into_response()
}

/// `GET /activate/password`
pub(crate) async fn password_page(State(app): State<App>, headers: HeaderMap) -> Response {
    match cookie(&headers, CHOSEN) {
        Some(_) => html(&ActivatePage::new(&app, &headers, "password")),
        None => Redirect::to("/activate").into_response(),
    }
}

/// `POST /activate/password`
pub(crate) async fn password(State(app): State<App>, headers: HeaderMap, typed: Typed) -> Page {
    ours(&Method::POST, &headers)?;
    let lang = Lang::of(&headers);
    let page = ActivatePage::new(&app, &headers, "password");
    if typed.get("password") != typed.get("again") {
        return Ok(page.refused((StatusCode::UNPROCESSABLE_ENTITY, lang.t("password-differs"))));
    }
    let pending = cookie(&headers, CHOSEN).unwrap_or_default();
    match app.tigertally.choose_password(pending, typed.get("password")).await {
        Ok(chosen) => Ok(go_on(&app, &chosen, "/activate/totp")),
        Err(SignInError::TooLate) => too_late(&app, &headers),
        Err(error) => Ok(page.refused(refusal(&error, lang)?)),
    }
}

fn too_late(app: &App, headers: &HeaderMap) -> Page {
    let said = refusal(&SignInError::TooLate, Lang::of(headers))?;
    Ok(ActivatePage::new(app, headers, "code").refused(said))
}

/// The page with the QR code, as often as it is needed.
fn totp(app: &App, headers: &HeaderMap) -> Result<ActivatePage, SignInError> {
    let enrolment = app.tigertally.enrolment(cookie(headers, CHOSEN).unwrap_or_default())?;
    let code = QrCode::with_error_correction_level(enrolment.url.as_bytes(), EcLevel::M);
    let drawn = code.map_err(|_| SignInError::Unavailable)?.render::<svg::Color>().quiet_zone(false).build();
    // Inside a page an SVG has no XML declaration.
    let qr_svg = drawn.find("<svg").and_then(|start| drawn.get(start..)).unwrap_or_default().to_owned();
    Ok(ActivatePage {
        qr_svg,
        secret: enrolment.secret.to_string(),
        ..ActivatePage::new(app, headers, "totp")
    })
}

/// `GET /activate/totp`
pub(crate) async fn totp_page(State(app): State<App>, headers: HeaderMap) -> Page {
    match totp(&app, &headers) {
        Ok(page) => Ok(html(&page)),
        Err(SignInError::TooLate) => Ok(Redirect::to("/activate").into_response()),
        Err(error) => Err(PageError::from(Problem::of_sign_in(&error, Lang::of(&headers)))),
    }
}

/// `POST /activate/totp`
pub(crate) async fn finish(State(app): State<App>, origin: Origin, headers: HeaderMap, typed: Typed) -> Page {
    ours(&Method::POST, &headers)?;
    let chosen = cookie(&headers, CHOSEN).unwrap_or_default();
    match app.tigertally.activate(chosen, typed.get("code"), &origin.0).await {
        Ok(activated) => {
            let recovery_codes = activated.recovery_codes.iter().map(|code| code.to_string()).collect();
            let page = ActivatePage { recovery_codes, ..ActivatePage::new(&app, &headers, "done") };
            Ok(welcome(&app, &headers, &activated.signed_in, html(&page)))
        }
        Err(SignInError::WrongCode) => {
            let lang = Lang::of(&headers);
            let page =
                totp(&app, &headers).map_err(|error| PageError::from(Problem::of_sign_in(&error, lang)))?;
            Ok(page.refused(refusal(&SignInError::WrongCode, lang)?))
        }
        Err(SignInError::TooLate) => too_late(&app, &headers),
        Err(error) => {
            Ok(ActivatePage::new(&app, &headers, "code").refused(refusal(&error, Lang::of(&headers))?))
        }
    }
}
