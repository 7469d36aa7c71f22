//! What the pages share: who visits, what they typed, what is said after a change.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use tigertally_core::{
    Tigertally,
    desk::DeskError,
    entry::Receipt,
    identity::Actor,
    policy::Action,
    record::{CustomerNo, Field},
};

use super::{PageError, set_cookie, shell::Shell};
use crate::{
    problem::Problem,
    signed::{SESSION, Signed, cookie},
    state::App,
    texts::Lang,
};

/// Where a visitor wanted to go before they were asked to sign in.
pub(crate) const WANTED: &str = "tt_wanted";
/// What is said on the next page: the key of a text and the number of an entry, `flash-saved.123`.
pub(crate) const FLASH: &str = "tt_flash";

/// What a page's handler answers.
pub(crate) type Page = Result<Response, PageError>;

/// Somebody who is signed in, on a page. Who is not is led to the sign-in, and back afterwards.
pub(crate) struct Visitor {
    pub(crate) app: App,
    pub(crate) actor: Actor,
    pub(crate) headers: HeaderMap,
    pub(crate) lang: Lang,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        match Signed::from_request_parts(parts, app).await {
            Ok(Signed(actor)) => {
                let lang = Lang::of(&parts.headers);
                Ok(Visitor { app: app.clone(), actor, headers: parts.headers.clone(), lang })
            }
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => Err(to_sign_in(app, parts)),
            Err(problem) => Err(PageError::from(problem).into_response()),
        }
    }
}

fn to_sign_in(app: &App, parts: &Parts) -> Response {
    let redirect = Redirect::to("/sign-in");
    let wanted =
        parts.uri.path_and_query().map(|path| path.as_str()).filter(|path| own_path(path) && *path != "/");
    match wanted {
        Some(path) if parts.method == Method::GET => {
            (AppendHeaders([set_cookie(app, WANTED, path, 600)]), redirect).into_response()
        }
        _ => redirect.into_response(),
    }
}

/// Whether this is a path of ours that can stand in a cookie and a `Location`.
pub(crate) fn own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 300
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'\\'))
}

impl Visitor {
    /// The core.
    pub(crate) fn desk(&self) -> &std::sync::Arc<Tigertally> {
        &self.app.tigertally
    }

    /// The shell of a page whose title is the text of a key.
    pub(crate) fn shell(&self, title: &str, current: &str) -> Shell {
        Shell::new(&self.app, &self.actor, &self.headers, title, current)
    }

    /// What the core says, as a page.
    pub(crate) fn fail(&self, error: &DeskError) -> PageError {
        PageError::of(error, self.lang)
    }

    /// There is no such page.
    pub(crate) fn missing(&self) -> PageError {
        PageError::from(Problem::not_found(self.lang))
    }

    /// Whether the policy could let the visitor do this: for menus.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.desk().may(&self.actor, action)
    }

    /// Goes on to another page, which says what was done.
    pub(crate) fn done(&self, to: &str, flash: &str, receipt: Receipt) -> Response {
        said(&self.app, to, &format!("{flash}.{}", receipt.index))
    }

    /// The address of a customer's page.
    pub(crate) fn customer(no: &str) -> String {
        format!("/customers/{no}")
    }
}

/// Goes on to another page, which says something.
pub(crate) fn said(app: &App, to: &str, flash: &str) -> Response {
    (AppendHeaders([set_cookie(app, FLASH, flash, 60)]), Redirect::to(to)).into_response()
}

/// A form as it was typed. Nothing is looked at before a handler asks for it, so that every text survives an error.
#[derive(Default)]
pub(crate) struct Typed(Vec<(String, String)>);

/// Most bytes of a form.
const MAX: usize = 1024 * 1024;

impl FromRequest<App> for Typed {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &App) -> Result<Self, PageError> {
        let lang = Lang::of(request.headers());
        let form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        // A button alone sends no content type and no body.
        let empty = !request.headers().contains_key(header::CONTENT_TYPE);
        let bytes = axum::body::to_bytes(request.into_body(), MAX).await;
        match bytes {
            Ok(bytes) if form || (empty && bytes.is_empty()) => {
                Ok(Typed(form_urlencoded::parse(&bytes).into_owned().collect()))
            }
            Ok(_) => Err(PageError::from(Problem::malformed(lang, lang.t("malformed-form")))),
            Err(_) => Err(PageError::from(Problem::new("too-large", StatusCode::PAYLOAD_TOO_LARGE, lang))),
        }
    }
}

impl Typed {
    /// Nothing typed yet, but these.
    pub(crate) fn with(pairs: &[(&str, &str)]) -> Typed {
        Typed(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// As if these had been typed.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Typed {
        Typed(pairs)
    }

    /// The same without one of them.
    pub(crate) fn without(mut self, name: &str) -> Typed {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// What was typed; empty when nothing was.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// What was typed, without the spaces around it; `None` when that is nothing.
    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|value| !value.is_empty())
    }

    /// What was typed under the names that begin like this, without that beginning.
    pub(crate) fn all<'a>(&'a self, beginning: &str) -> Vec<(&'a str, &'a str)> {
        let of = |(name, value): &'a (String, String)| Some((name.strip_prefix(beginning)?, value.as_str()));
        self.0.iter().filter_map(of).collect()
    }

    /// Whether a box was ticked.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The fields whose box `field_…` was ticked.
    pub(crate) fn fields(&self) -> Vec<Field> {
        Field::ALL.into_iter().filter(|field| self.ticked(&format!("field_{}", field.name()))).collect()
    }

    /// A customer's number, when it has the form of one.
    pub(crate) fn customer(&self) -> Option<String> {
        CustomerNo::parse(self.get("customer").trim()).ok().map(|no| no.to_string())
    }

    /// The page to go back to, when it is one of ours.
    pub(crate) fn back(&self, otherwise: &str) -> String {
        let back = self.get("back");
        if own_path(back) { back.to_owned() } else { otherwise.to_owned() }
    }
}

/// What is wrong with a form, in words: beside the field it is about, or above them all.
#[derive(Default)]
pub(crate) struct Faults(Vec<(String, String)>);

impl Faults {
    /// One thing is wrong.
    pub(crate) fn one(field: &str, text: String) -> Faults {
        Faults(vec![(field.to_owned(), text)])
    }

    /// What the core found wrong with what was typed. Everything else is no matter of the form.
    ///
    /// # Errors
    /// The error itself, when it is not about what was typed.
    pub(crate) fn of(error: DeskError, lang: Lang) -> Result<Faults, DeskError> {
        match &error {
            DeskError::Invalid { field, problem } => {
                Ok(Faults::one(field, lang.t(&format!("invalid-{}", problem.code()))))
            }
            DeskError::Taken => Ok(Faults::one("customer_no", lang.t("problem-taken-text"))),
            DeskError::Conflict => Ok(Faults::one("", lang.t("problem-conflict-text"))),
            DeskError::NotYet("frozen") => Ok(Faults::one("", lang.t("problem-not-yet-frozen-text"))),
            DeskError::DailyLimit(what) => Ok(Faults::one("", lang.t(&format!("problem-limit-{what}-text")))),
            DeskError::TermTooShort => Ok(Faults::one("q", lang.t("problem-term-text"))),
            DeskError::NotFound("customer") => Ok(Faults::one("customer", lang.t("form-no-customer"))),
            DeskError::NotFound("assignee") => Ok(Faults::one("assignee", lang.t("form-no-staff"))),
            DeskError::NotFound("owner") => Ok(Faults::one("owner", lang.t("form-no-staff"))),
            DeskError::NotFound("contact person") => {
                Ok(Faults::one("contact_person", lang.t("form-no-staff")))
            }
            _ => Err(error),
        }
    }

    /// What is wrong with a field; empty when nothing is. The name "" stands for the form as a whole.
    pub(crate) fn on(&self, field: &str) -> &str {
        self.0.iter().find(|(known, _)| known == field).map_or("", |(_, text)| text.as_str())
    }

    /// Whether anything is wrong.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The status of the page that says so.
    pub(crate) fn status(&self) -> StatusCode {
        if self.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

/// Whether the visitor is signed in already, on a page that needs nobody to be.
pub(crate) fn signed_in(app: &App, headers: &HeaderMap) -> bool {
    let token = cookie(headers, SESSION);
    token.is_some_and(|token| {
        matches!(app.tigertally.actor(token, tigertally_core::identity::Via::Console), Ok(Some(_)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_gone_back_to() {
        for path in ["/", "/customers?tier=high&page=2", "/customers/C00003", "/tasks/new?customer=C00003"] {
            assert!(own_path(path), "{path}");
        }
        for path in
            ["", "customers", "//evil.example", "https://evil.example", "/a;b", "/a b", "/a\\b", "/a\r\nb"]
        {
            assert!(!own_path(path), "{path:?}");
        }
    }
}
