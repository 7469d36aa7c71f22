//! Deciding by the link in a mail, without a session. Looking decides nothing and shows what the mail said: programs that look
//! through mail follow links. Who decides proves who they are by password and code, for this one decision, and is shown then
//! what the console shows to whoever decides.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::IntoResponse,
};
use tigertally_core::{
    desk::{DeskError, LinkError, LinkedRequest, ShownRequest},
    entry::Receipt,
    visible,
};

use super::{
    PageError,
    approvals::{self, ApprovalView},
    html,
    policy::ProposalView,
    shell::Shell,
    sign_in::{ours, refusal},
    visitor::{Page, Typed},
    words,
};
use crate::{address::Path, outside::mail_text::asked_for, signed::From as Origin, state::App, texts::Lang};

/// A request, as far as the mail told of it.
struct RequestView {
    id: i64,
    asked: String,
    lapses: String,
    person: String,
    away: String,
}

/// What is said of the link.
enum Said {
    /// Who follows it has to prove that they are its person, before they are shown more than the mail said; with what is wrong
    /// with their proof, and the answer that they had typed.
    Asks { request: RequestView, answer: String, about_proof: String },
    /// What was asked for, to be decided; with the number of the entry that it was read.
    Shown { approval: Box<ApprovalView>, proposal: Option<Box<ProposalView>>, entry: u64 },
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

fn show(app: &App, headers: &HeaderMap, status: StatusCode, said: Said) -> Page {
    let shell = Shell::bare(app, headers, "nav-approvals");
    Ok((status, html(&DecidePage { shell, said })).into_response())
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

/// The page that asks for password and code; of what was asked for it says what the mail said.
fn ask(app: &App, headers: &HeaderMap, link: &str, proof: (StatusCode, String), answer: &str) -> Page {
    let (lang, (status, about_proof)) = (Lang::of(headers), proof);
    match app.tigertally.read_link(link) {
        Ok(linked) => {
            let request = view(app, lang, linked);
            show(app, headers, status, Said::Asks { request, answer: answer.to_owned(), about_proof })
        }
        Err(error) => failed(app, headers, link, LinkError::Desk(error), ""),
    }
}

/// The page that shows what was asked for; with what was typed as an answer, and what is wrong with it.
fn shown(app: &App, headers: &HeaderMap, shown: ShownRequest, (typed, error): (&str, String)) -> Page {
    let lang = Lang::of(headers);
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let in_force = app.tigertally.policy();
    let proposal = shown.policy.and_then(|proposed| ProposalView::of(&in_force, &proposed, lang));
    let mut approval = approvals::view(app, lang, shown.approval);
    (approval.typed, approval.error) = (typed.to_owned(), error);
    approval.ticket = shown.ticket.to_string();
    let (approval, proposal) = (Box::new(approval), proposal.map(Box::new));
    show(app, headers, status, Said::Shown { approval, proposal, entry: shown.receipt.index })
}

/// What is not to be shown or decided: why not, as a page.
fn failed(app: &App, headers: &HeaderMap, link: &str, error: LinkError, answer: &str) -> Page {
    let lang = Lang::of(headers);
    match error {
        LinkError::Desk(DeskError::NotFound(_) | DeskError::Conflict) => {
            show(app, headers, StatusCode::GONE, Said::Gone)
        }
        LinkError::Desk(error) => Err(PageError::of(&error, lang)),
        LinkError::SignIn(error) => ask(app, headers, link, refusal(&error, lang)?, answer),
    }
}

/// `GET /decide/{link}`
pub(crate) async fn page(State(app): State<App>, headers: HeaderMap, Path(link): Path<String>) -> Page {
    ask(&app, &headers, &link, (StatusCode::OK, String::new()), "")
}

/// `POST /decide/{link}`: with password and code it is shown, with the ticket that came with it it is decided.
pub(crate) async fn decide(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    Path(link): Path<String>,
    typed: Typed,
) -> Page {
    ours(&Method::POST, &headers)?;
    let (desk, lang, from) = (&app.tigertally, Lang::of(&headers), &origin.0);
    let (ticket, answer) = (typed.get("ticket"), typed.get("answer"));
    let approve = match (ticket, typed.get("decision")) {
        ("", _) => {
            let proof = (typed.get("password"), typed.get("code"));
            return match desk.show_by_link(&link, proof, from).await {
                Ok(request) => shown(&app, &headers, request, (answer, String::new())),
                Err(error) => failed(&app, &headers, &link, error, answer),
            };
        }
        (_, "approve") => true,
        // Whatever is not a yes is none: without a reason it decides nothing.
        _ => false,
    };
    match desk.decide_by_link(&link, ticket, (approve, answer), from).await {
        Ok((id, Receipt { index, .. })) => {
            show(&app, &headers, StatusCode::OK, Said::Done { id, approved: approve, entry: index })
        }
        Err(LinkError::Desk(DeskError::Invalid { .. })) => {
            match desk.show_again_by_link(&link, ticket, from).await {
                Ok(request) => shown(&app, &headers, request, (answer, lang.t("approval-say-why"))),
                Err(error) => failed(&app, &headers, &link, error, answer),
            }
        }
        Err(error) => failed(&app, &headers, &link, error, answer),
    }
}
