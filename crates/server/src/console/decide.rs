//! Deciding by the link in a mail, without a session. Looking decides nothing: programs that look through mail follow
//! links. Who decides shows password and code for this one decision.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use tigertally_core::{
    desk::{DeskError, LinkError, LinkedRequest},
    entry::Receipt,
    visible,
};

use super::{
    PageError, html,
    shell::Shell,
    sign_in::{ours, refusal},
    visitor::{Page, Typed},
    words,
};
use crate::{address::Path, outside::mail_text::asked_for, signed::From as Origin, state::App, texts::Lang};

/// A request on the page.
struct RequestView {
    id: i64,
    asked: String,
    lapses: String,
    person: String,
    away: String,
}

/// What is said of the link.
enum Said {
    /// It can be decided; with what is wrong with what was typed, about the answer and about the proof.
    Open { request: RequestView, answer: String, about_answer: String, about_proof: String },
    /// It was just decided.
    Done { id: i64, approved: bool, entry: u64 },
    /// It is no link, or is over.
    Gone,
}

#[derive(Template)]
#[template(path = "decide.html")]
struct DecidePage {
    shell: Shell,
    said: Said,
}

fn show(app: &App, headers: &HeaderMap, status: StatusCode, said: Said) -> Response {
    let shell = Shell::bare(app, headers, "nav-approvals");
    (status, html(&DecidePage { shell, said })).into_response()
}

fn gone(app: &App, headers: &HeaderMap) -> Response {
    show(app, headers, StatusCode::GONE, Said::Gone)
}

fn view(app: &App, lang: Lang, linked: LinkedRequest) -> RequestView {
    let LinkedRequest { request, person: (no, name), in_place_of } = linked;
    RequestView {
        id: request.id,
        asked: asked_for(lang, &request),
        lapses: words::moment(app, lang, request.lapses_ms),
        person: format!("{} {no}", visible(&name)),
        away: in_place_of.map(|(_, name)| visible(&name)).unwrap_or_default(),
    }
}

/// `GET /decide/{link}`
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap, Path(link): Path<String>) -> Page {
    let lang = Lang::of(&headers);
    match app.tigertally.read_link(&link) {
        Ok(linked) => {
            let request = view(&app, lang, linked);
            let (answer, about_answer, about_proof) = Default::default();
            Ok(show(
                &app,
                &headers,
                StatusCode::OK,
                Said::Open { request, answer, about_answer, about_proof },
            ))
        }
        Err(DeskError::NotFound(_)) => Ok(gone(&app, &headers)),
        Err(error) => Err(PageError::of(&error, lang)),
    }
}

/// `POST /decide/{link}`
pub(crate) async fn decide(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    Path(link): Path<String>,
    typed: Typed,
) -> Page {
    ours(&Method::POST, &headers)?;
    let lang = Lang::of(&headers);
    let linked = match app.tigertally.read_link(&link) {
        Ok(linked) => linked,
        Err(DeskError::NotFound(_)) => return Ok(gone(&app, &headers)),
        Err(error) => return Err(PageError::of(&error, lang)),
    };
    let approve = match typed.get("decision") {
        "approve" => true,
        "refuse" => false,
        _ => return page(State(app), headers, Path(link)).await,
    };
    let (id, answer) = (linked.request.id, typed.get("answer"));
    let proof = (typed.get("password"), typed.get("code"));
    let decided = app.tigertally.decide_by_link(&link, proof, (approve, answer), &origin.0).await;
    let (status, about_answer, about_proof) = match decided {
        Ok(Receipt { index, .. }) => {
            let said = Said::Done { id, approved: approve, entry: index };
            return Ok(show(&app, &headers, StatusCode::OK, said));
        }
        Err(LinkError::Desk(DeskError::NotFound(_) | DeskError::Conflict)) => {
            return Ok(gone(&app, &headers));
        }
        Err(LinkError::Desk(DeskError::Invalid { .. })) => {
            (StatusCode::UNPROCESSABLE_ENTITY, lang.t("approval-say-why"), String::new())
        }
        Err(LinkError::Desk(error)) => return Err(PageError::of(&error, lang)),
        Err(LinkError::SignIn(error)) => {
            let (status, said) = refusal(&error, lang)?;
            (status, String::new(), said)
        }
    };
    let (request, answer) = (view(&app, lang, linked), answer.to_owned());
    Ok(show(&app, &headers, status, Said::Open { request, answer, about_answer, about_proof }))
}
