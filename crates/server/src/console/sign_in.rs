//! Signing in and out: staff number and password, then a code. Between the two a sealed token stands in a cookie,
//! never in an address.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tigertally_core::identity::{SignInError, SignedIn};

use super::{
    PageError, html, set_cookie,
    shell::Shell,
    visitor::{Page, Typed, Visitor, WANTED, own_path, said, signed_in},
};
use crate::{
    address::Query,
    problem::Problem,
    signed::{DEVICE, From as Origin, SESSION, cookie, own_page},
    state::App,
    texts::{LANG, Lang},
};

/// What a right password gave, until the code follows.
const PENDING: &str = "tt_pending";
/// A password step is finished within this time, seconds.
const PENDING_SECONDS: u64 = 600;
/// A session ends after this time, seconds.
const SESSION_SECONDS: u64 = 12 * 3600;
/// A browser is remembered for this time, seconds.
const DEVICE_SECONDS: u64 = 180 * 24 * 3600;
/// The language is remembered for this time, seconds.
const LANG_SECONDS: u64 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    shell: Shell,
    staff_no: String,
    error: String,
    notice: String,
}

#[derive(Template)]
#[template(path = "sign-in-code.html")]
struct CodePage {
    shell: Shell,
    recovery: bool,
    error: String,
}

/// Refuses what a foreign page sent, where no session tells it yet.
pub(super) fn ours(method: &Method, headers: &HeaderMap) -> Result<(), PageError> {
    if own_page(method, headers) {
        Ok(())
    } else {
        Err(PageError::from(Problem::cross_site(Lang::of(headers))))
    }
}

/// What a sign-in says to a person, with the status of the page that says it. What is not theirs to mend is a page of
/// its own.
pub(super) fn refusal(error: &SignInError, lang: Lang) -> Result<(StatusCode, String), PageError> {
    let unauthorized = |key: &str| Ok((StatusCode::UNAUTHORIZED, lang.t(key)));
    match error {
        SignInError::Wrong => unauthorized("sign-in-refused"),
        SignInError::WrongCode => unauthorized("sign-in-code-refused"),
        SignInError::WrongActivation => unauthorized("activate-refused"),
        SignInError::TooLate | SignInError::CodeRequired { .. } => unauthorized("sign-in-late"),
        SignInError::Frozen => Ok((StatusCode::FORBIDDEN, lang.t("problem-frozen-text"))),
        SignInError::WeakPassword(why) => {
            let text =
                lang.with("password-weak", &[("problem", &lang.t(&format!("invalid-password-{why}")))]);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        SignInError::Throttled { wait_ms } => {
            let seconds = wait_ms.div_ceil(1000).to_string();
            let text = lang.with("problem-throttled-text", &[("seconds", &seconds)]);
            Ok((StatusCode::TOO_MANY_REQUESTS, text))
        }
        SignInError::Store(_) | SignInError::Unavailable => {
            Err(PageError::from(Problem::of_sign_in(error, lang)))
        }
    }
}

fn form(app: &App, headers: &HeaderMap, staff_no: &str, said: Option<(StatusCode, String)>) -> Response {
    let shell = Shell::bare(app, headers, "sign-in-title");
    // The cookie outlives the session, which ends when nothing was done for a while.
    let expired = said.is_none() && cookie(headers, SESSION).is_some();
    let notice = if expired { shell.t("sign-in-expired") } else { String::new() };
    let (status, error) = said.unwrap_or((StatusCode::OK, String::new()));
    let mut response = html(&SignInPage { shell, staff_no: staff_no.to_owned(), error, notice });
    *response.status_mut() = status;
    response
}

/// `GET /sign-in`
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap) -> Response {
    if signed_in(&app, &headers) {
        return Redirect::to("/").into_response();
    }
    form(&app, &headers, "", None)
}

/// `POST /sign-in`
pub(crate) async fn password(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    typed: Typed,
) -> Page {
    ours(&Method::POST, &headers)?;
    let staff_no = typed.get("staff_no").trim();
    match app.tigertally.sign_in(staff_no, typed.get("password"), None, &origin.0).await {
        Ok(signed) => Ok(welcome(&app, &headers, &signed, Redirect::to("/"))),
        Err(SignInError::CodeRequired { pending }) => {
            let cookies = AppendHeaders([set_cookie(&app, PENDING, &pending, PENDING_SECONDS)]);
            Ok((cookies, Redirect::to("/sign-in/code")).into_response())
        }
        Err(error) => {
            let said = refusal(&error, Lang::of(&headers))?;
            Ok(form(&app, &headers, staff_no, Some(said)))
        }
    }
}

/// Which code is asked for.
#[derive(Deserialize)]
pub(crate) struct With {
    #[serde(default)]
    with: String,
}

/// `GET /sign-in/code`
pub(crate) async fn code_page(
    State(app): State<App>,
    headers: HeaderMap,
    Query(with): Query<With>,
) -> Response {
    if cookie(&headers, PENDING).is_none() {
        return Redirect::to("/sign-in").into_response();
    }
    let shell = Shell::bare(&app, &headers, "sign-in-title");
    html(&CodePage { shell, recovery: with.with == "recovery", error: String::new() })
}

/// `POST /sign-in/code`
pub(crate) async fn code(State(app): State<App>, origin: Origin, headers: HeaderMap, typed: Typed) -> Page {
    ours(&Method::POST, &headers)?;
    let pending = cookie(&headers, PENDING).unwrap_or_default();
    match app.tigertally.sign_in_code(pending, typed.get("code"), &origin.0).await {
        Ok(signed) => Ok(welcome(&app, &headers, &signed, Redirect::to(&wanted(&headers)))),
        Err(SignInError::TooLate) => {
            let said = refusal(&SignInError::TooLate, Lang::of(&headers))?;
            let forget = AppendHeaders([set_cookie(&app, PENDING, "", 0)]);
            Ok((forget, form(&app, &headers, "", Some(said))).into_response())
        }
        Err(error) => {
            let (status, error) = refusal(&error, Lang::of(&headers))?;
            let shell = Shell::bare(&app, &headers, "sign-in-title");
            let page = CodePage { shell, recovery: typed.get("with") == "recovery", error };
            Ok((status, html(&page)).into_response())
        }
    }
}

/// Where the visitor wanted to go before they were asked to sign in.
fn wanted(headers: &HeaderMap) -> String {
    let path = cookie(headers, WANTED).filter(|path| own_path(path) && !path.starts_with("/sign-in"));
    path.unwrap_or("/").to_owned()
}

/// The cookies of a fresh session, on an answer. What led here is forgotten.
pub(super) fn welcome(
    app: &App,
    headers: &HeaderMap,
    signed: &SignedIn,
    answer: impl IntoResponse,
) -> Response {
    let mut cookies = vec![
        set_cookie(app, SESSION, &signed.token, SESSION_SECONDS),
        set_cookie(app, DEVICE, &signed.device, DEVICE_SECONDS),
    ];
    for used in [PENDING, WANTED, super::activate::CHOSEN] {
        if cookie(headers, used).is_some() {
            cookies.push(set_cookie(app, used, "", 0));
        }
    }
    let mut response = answer.into_response();
    for (name, value) in cookies {
        response.headers_mut().append(name, value);
    }
    response
}

/// `POST /sign-out`
pub(crate) async fn out(visitor: Visitor, typed: Typed) -> Page {
    let (desk, lang) = (visitor.desk(), visitor.lang);
    let flash = if typed.get("everywhere") == "1" {
        desk.sign_out_everywhere(&visitor.actor).await.map(|_| "flash-signed-out-everywhere")
    } else {
        desk.sign_out(&visitor.actor).await.map(|_| "flash-signed-out")
    };
    let flash = flash.map_err(|error| PageError::from(Problem::of_store(&error, lang)))?;
    let mut response = said(&visitor.app, "/sign-in", flash);
    let (name, value) = set_cookie(&visitor.app, SESSION, "", 0);
    response.headers_mut().append(name, value);
    Ok(response)
}

/// `POST /language`
pub(crate) async fn language(State(app): State<App>, headers: HeaderMap, typed: Typed) -> Page {
    ours(&Method::POST, &headers)?;
    let lang = Lang::parse(typed.get("lang")).unwrap_or(Lang::of(&headers));
    let cookies = AppendHeaders([set_cookie(&app, LANG, lang.tag(), LANG_SECONDS)]);
    Ok((cookies, Redirect::to(&came_from(&headers))).into_response())
}

/// The page of ours that a request came from; the home page when it came from elsewhere.
fn came_from(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let path = text(header::REFERER).and_then(|referer| {
        let (_, rest) = referer.split_once("://")?;
        let (host, path) = rest.split_at(rest.find('/')?);
        (Some(host) == text(header::HOST) && own_path(path)).then_some(path)
    });
    path.unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_leads_back_to_our_own_pages_only() {
        for (referer, back) in [
            ("http://crm.example/customers?tier=high", "/customers?tier=high"),
            ("http://evil.example/customers", "/"),
            ("http://crm.example//evil.example", "/"),
            ("http://crm.example", "/"),
        ] {
            let headers = [("host", "crm.example"), ("referer", referer)];
            let headers =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(came_from(&headers), back, "{referer}");
        }
    }
}
