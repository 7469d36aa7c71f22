//! The web console: pages made on the server, with the same nouns as the API. A handler extracts, makes one call into
//! the core (two where a page shows two things), fills a template, and replies.

mod absence;
mod accesses;
mod activate;
mod api_docs;
mod approvals;
mod audit_sheet;
mod bulk;
mod charts;
mod customer;
mod customer_forms;
mod customers;
mod decide;
mod duplicates;
mod entry;
mod erasure;
mod evidence;
mod exports;
mod follow_ups;
mod freezes;
mod handover_part;
mod handover_record;
mod handovers;
mod home;
mod import;
mod inbox;
mod ledger;
mod live;
mod mail;
mod me;
mod outside;
mod own_sign_in;
mod ownership;
mod policy;
mod pool;
mod protection;
mod reviews;
mod search;
pub(crate) mod seen;
mod settings;
pub(crate) mod shares;
pub(crate) mod shell;
mod sign_in;
mod staff;
mod tasks;
mod team;
mod tiers;
mod trace;
pub(crate) mod visitor;
pub(crate) mod words;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use tigertally_core::desk::DeskError;

use self::shell::Shell;
use crate::{problem::Problem, router::Pages, state::App, texts::Lang};

/// The console's routes.
pub(crate) fn pages() -> Pages {
    let (get_, post_) = (&Method::GET, &Method::POST);
    oversight_pages(work_pages(Pages::default(), get_, post_), get_, post_)
}

/// The ledger, people and rules.
fn oversight_pages(pages: Pages, get_: &Method, post_: &Method) -> Pages {
    pages
        .route(get_, "/ledger", get(ledger::page))
        .route(get_, "/ledger/live", get(live::feed))
        .route(post_, "/ledger/verification", post(ledger::verify))
        .route(get_, "/ledger/{index}", get(entry::page))
        .route(get_, "/ledger/{index}/proof", get(entry::proof))
        .route(get_, "/seen", get(seen::page))
        .route(post_, "/seen", post(seen::all))
        .route(get_, "/team/{no}/seen", get(seen::person))
        .route(get_, "/evidence", get(evidence::page))
        .route(post_, "/evidence", post(evidence::make))
        .route(get_, "/trace", get(trace::page))
        .route(post_, "/trace", post(trace::trace))
        .route(get_, "/settings/outside", get(outside::page))
        .route(post_, "/settings/outside", post(outside::save))
        .route(get_, "/me", get(me::page))
        .route(get_, "/team", get(team::page))
        .route(get_, "/staff", get(staff::page))
        .route(get_, "/staff/new", get(staff::new))
        .route(post_, "/staff/new", post(staff::create))
        .route(get_, "/staff/{no}", get(staff::edit))
        .route(post_, "/staff/{no}", post(staff::save))
        .route(post_, "/staff/{no}/freeze", post(freezes::freeze))
        .route(post_, "/staff/{no}/release", post(freezes::release))
        .route(get_, "/rules", get(ownership::page))
        .route(post_, "/rules/acknowledgement", post(ownership::acknowledge))
        .route(get_, "/rules/edit", get(ownership::edit))
        .route(post_, "/rules/edit", post(ownership::change))
        .route(get_, "/rules/readers", get(ownership::readers))
        .route(get_, "/policy", get(policy::page))
        .route(get_, "/policy/edit", get(policy::edit))
        .route(post_, "/policy/edit", post(policy::draft))
        .route(get_, "/policy/proposals/{id}", get(policy::proposal))
        .route(get_, "/policy/ask", get(policy::ask))
        .route(post_, "/policy/ask", post(policy::answer))
        .route(get_, "/tiers", get(tiers::page))
        .route(post_, "/tiers", post(tiers::change))
        .route(get_, "/settings", get(settings::page))
        .route(post_, "/settings", post(settings::save))
        .route(post_, "/settings/connect-secret", post(settings::save_secret))
        .route(get_, "/settings/mail", get(mail::page))
        .route(post_, "/settings/mail", post(mail::save))
        .route(post_, "/settings/mail/password", post(mail::save_password))
        .route(post_, "/settings/mail/trial", post(mail::try_it))
        .route(get_, "/import", get(import::page))
        .route(post_, "/import", post(import::take))
        .route(get_, "/api/docs", get(api_docs::page))
}

/// Signing in, customers, and the work with them.
fn work_pages(pages: Pages, get_: &Method, post_: &Method) -> Pages {
    pages
        .route(get_, "/sign-in", get(sign_in::page))
        .route(post_, "/sign-in", post(sign_in::password))
        .route(get_, "/sign-in/code", get(sign_in::code_page))
        .route(post_, "/sign-in/code", post(sign_in::code))
        .route(get_, "/activate", get(activate::page))
        .route(post_, "/activate", post(activate::begin))
        .route(get_, "/activate/password", get(activate::password_page))
        .route(post_, "/activate/password", post(activate::password))
        .route(get_, "/activate/totp", get(activate::totp_page))
        .route(post_, "/activate/totp", post(activate::finish))
        .route(post_, "/sign-out", post(sign_in::out))
        .route(post_, "/language", post(sign_in::language))
        .route(get_, "/me/sign-in", get(own_sign_in::page))
        .route(post_, "/me/sign-in/password", post(own_sign_in::password))
        .route(post_, "/me/sign-in/recovery", post(own_sign_in::recovery))
        .route(get_, "/", get(home::page))
        .route(post_, "/tour", post(home::tour))
        .route(get_, "/inbox", get(inbox::page))
        .route(get_, "/customers", get(customers::page))
        .route(get_, "/search", get(search::page))
        .route(post_, "/search", post(search::search))
        .route(get_, "/customers/new", get(customer_forms::new))
        .route(post_, "/customers/new", post(customer_forms::create))
        .route(post_, "/duplicates/{hit}/claim", post(duplicates::claim))
        .route(get_, "/bulk/new", get(bulk::new))
        .route(post_, "/bulk", post(bulk::look))
        .route(get_, "/bulk/{id}", get(bulk::page))
        .route(post_, "/bulk/{id}/run", post(bulk::run))
        .route(post_, "/bulk/{id}/undo", post(bulk::undo))
        .route(get_, "/pool", get(pool::page))
        .route(post_, "/pool/{no}/claim", post(pool::claim))
        .route(post_, "/customers/{no}/pool", post(pool::put))
        .route(get_, "/customers/{no}", get(customer::page))
        .route(get_, "/customers/{no}/accesses", get(accesses::page))
        .route(get_, "/customers/{no}/edit", get(customer_forms::edit))
        .route(post_, "/customers/{no}/edit", post(customer_forms::change))
        .route(get_, "/customers/{no}/assign", get(customer_forms::assign_form))
        .route(post_, "/customers/{no}/assign", post(customer_forms::assign))
        .route(get_, "/customers/{no}/erase", get(erasure::page))
        .route(post_, "/customers/{no}/erase", post(erasure::erase))
        .route(get_, "/customers/{no}/share", get(shares::new))
        .route(post_, "/customers/{no}/share", post(shares::share))
        .route(post_, "/customers/{no}/shares/{id}/end", post(shares::end))
        .route(get_, "/customers/{no}/review", get(reviews::one))
        .route(post_, "/customers/{no}/review", post(reviews::answer))
        .route(get_, "/customers/{no}/audit-sheet", get(audit_sheet::page))
        .route(get_, "/customers/{no}/audit-sheet.pdf", get(audit_sheet::paper))
        .route(get_, "/customers/{no}/history", get(follow_ups::history))
        .route(post_, "/customers/{no}/follow-ups", post(follow_ups::write))
        .route(post_, "/customers/{no}/follow-ups/running", post(follow_ups::begin))
        .route(post_, "/customers/{no}/follow-ups/{id}/end", post(follow_ups::end))
        .route(post_, "/customers/{no}/follow-ups/{id}/attachments", post(follow_ups::attach))
        .route(get_, "/attachments/{id}", get(follow_ups::file))
        .route(post_, "/customers/{no}/connect", post(follow_ups::connect))
        .route(post_, "/customers/{no}/hand-off", post(follow_ups::begin_hand_off))
        .route(get_, "/hand-off/{link}", get(follow_ups::hand_off))
        .route(get_, "/tasks", get(tasks::page))
        .route(get_, "/tasks/new", get(tasks::new))
        .route(post_, "/tasks/new", post(tasks::create))
        .route(post_, "/tasks/{id}/close", post(tasks::close))
        .route(get_, "/approvals", get(approvals::page))
        .route(get_, "/approvals/new", get(approvals::new))
        .route(post_, "/approvals/new", post(approvals::request))
        .route(post_, "/approvals/{id}/decision", post(approvals::decide))
        .route(post_, "/approvals/{id}/withdrawal", post(approvals::withdraw))
        .route(get_, "/decide/{link}", get(decide::page))
        .route(post_, "/decide/{link}", post(decide::decide))
        .route(get_, "/exports", get(exports::page))
        .route(get_, "/exports/new", get(exports::new))
        .route(post_, "/exports/new", post(exports::ask))
        .route(get_, "/exports/{id}", get(exports::one))
        .route(post_, "/exports/{id}/run", post(exports::run))
        .route(post_, "/exports/{id}/file", post(exports::file))
        .route(get_, "/handovers", get(handovers::page))
        .route(get_, "/handovers/new", get(handovers::new))
        .route(post_, "/handovers/new", post(handovers::open))
        .route(get_, "/handovers/{id}", get(handovers::one))
        .route(post_, "/handovers/{id}/note", post(handovers::note))
        .route(post_, "/handovers/{id}/split", post(handovers::split))
        .route(post_, "/handovers/{id}/approval", post(handovers::ask))
        .route(post_, "/handovers/{id}/closing", post(handovers::close))
        .route(post_, "/handovers/{id}/cancellation", post(handovers::cancel))
        .route(get_, "/handovers/{id}/record", get(handover_record::record))
        .route(get_, "/handovers/parts/{id}", get(handover_part::part))
        .route(post_, "/handovers/parts/{id}", post(handover_part::sign))
        .route(get_, "/me/absence", get(absence::page))
        .route(post_, "/me/absence", post(absence::save))
        .route(get_, "/reviews", get(reviews::page))
}

/// Why a page is not shown; becomes a page that says so in the person's language, or leads to the sign-in.
pub(crate) struct PageError(Arc<Problem>);

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        PageError(Arc::new(problem))
    }
}

impl PageError {
    /// What the core says, as a page.
    pub(crate) fn of(error: &DeskError, lang: Lang) -> PageError {
        PageError::from(Problem::of(error, lang))
    }
}

/// A page that did not come about. Only the status and the problem's words are known here; the middleware
/// [`error_pages`] puts the shell around them.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.0.status();
        if status == StatusCode::UNAUTHORIZED {
            return Redirect::to("/sign-in").into_response();
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    kind: &'static str,
    detail: String,
    rules: Vec<String>,
    ways: Vec<String>,
}

/// An answer made of a template.
pub(crate) fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page for an address that is none.
pub(crate) async fn not_found(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Response {
    let problem = Problem::not_found(Lang::of(&headers));
    if uri.path().starts_with("/api/") {
        return problem.into_response();
    }
    error_page(&app, &headers, None, &problem)
}

fn error_page(
    app: &App,
    headers: &HeaderMap,
    actor: Option<&tigertally_core::identity::Actor>,
    problem: &Problem,
) -> Response {
    let kind = match problem.status() {
        StatusCode::FORBIDDEN => "denied",
        StatusCode::NOT_FOUND => "missing",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        StatusCode::TOO_MANY_REQUESTS => "busy",
        StatusCode::PAYLOAD_TOO_LARGE => "large",
        StatusCode::CONFLICT => "conflict",
        status if status.is_client_error() => "invalid",
        _ => "failed",
    };
    let title = &format!("error-{kind}-title");
    let shell = match actor {
        Some(actor) => Shell::new(app, actor, headers, title, ""),
        None => Shell::bare(app, headers, title),
    };
    let lang = shell.in_lang;
    let page = ErrorPage {
        kind,
        // The rules say it themselves.
        detail: if problem.rules().is_empty() { problem.detail().to_owned() } else { String::new() },
        rules: problem.rules().iter().map(|rule| lang.pick(&rule.zh, &rule.en).to_owned()).collect(),
        ways: problem.way_out().iter().map(|way| lang.pick(&way.zh, &way.en).to_owned()).collect(),
        shell,
    };
    let mut response = html(&page);
    *response.status_mut() = problem.status();
    response
}

/// Makes a page of a problem that a handler left in its answer.
pub(crate) async fn error_pages(
    State(app): State<App>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if page && crate::signed::cookie(&headers, visitor::FLASH).is_some() {
        // It was said on this page: once is enough.
        let (name, value) = set_cookie(&app, visitor::FLASH, "", 0);
        response.headers_mut().append(name, value);
    }
    let Some(problem) = response.extensions().get::<Arc<Problem>>().cloned() else { return response };
    let token = crate::signed::cookie(&headers, crate::signed::SESSION);
    let actor =
        token.and_then(|token| app.tigertally.actor(token, tigertally_core::identity::Via::Console).ok()?);
    error_page(&app, &headers, actor.as_ref(), &problem)
}

/// A cookie as we set it: out of reach of scripts, sent to ourselves only.
pub(crate) fn set_cookie(
    app: &App,
    name: &str,
    value: &str,
    max_age: u64,
) -> (header::HeaderName, HeaderValue) {
    let secure = if app.options.https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}");
    let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    (header::SET_COOKIE, value)
}
