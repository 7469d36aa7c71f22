//! Errors to the outside: the one mapping from what the core says to a status code and problem details (RFC 9457).
//! No text here carries a value of a customer.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tigertally_core::{
    StoreError,
    desk::DeskError,
    entry::Receipt,
    identity::SignInError,
    policy::{Denial, PolicyFault, WayOut},
};
use utoipa::ToSchema;

use crate::texts::Lang;

/// Problem details (RFC 9457), with members of our own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What sort of problem, as a relative reference: `/problems/denied`.
    #[serde(rename = "type")]
    kind: String,
    /// The sort of problem in words.
    title: String,
    /// Status code.
    status: u16,
    /// This problem in words.
    detail: String,
    /// The value that is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The rules that denied, with their sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RuleText>,
    /// What would permit it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    way_out: Vec<WayOutText>,
    /// What is wrong with a policy text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<FaultText>,
    /// Where the denial stands in the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Box<ReceiptJson>>,
    /// Takes the place of the password in the second step of a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    /// The customer that is with the company already.
    #[serde(flatten)]
    known: Option<Box<Known>>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// A customer that is with the company already.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Known {
    /// The customer's number, when the asker may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_no: Option<String>,
    /// By which number the customer can be asked for, when not: `POST /duplicates/{hit}/claim`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hit: Option<i64>,
}

/// A rule with its sentence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleText {
    /// Name of the rule; empty when it is just that no rule grants it.
    pub(crate) id: String,
    /// Sentence in Chinese.
    pub(crate) zh: String,
    /// Sentence in English.
    pub(crate) en: String,
}

/// Something that would permit what was denied.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayOutText {
    /// What sort: `task`, `call`, `order`, `approval`, `review`, `contact_person`, `owner`, `manager`, `other_person`, `role`.
    pub(crate) kind: &'static str,
    /// Sentence in Chinese.
    pub(crate) zh: String,
    /// Sentence in English.
    pub(crate) en: String,
}

/// A fault of a policy text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaultText {
    /// Line, from 1.
    line: Option<usize>,
    /// Name of the rule.
    rule: Option<String>,
    /// What is wrong.
    message: String,
}

/// Where an entry stands in the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptJson {
    /// Index of the entry, from 0.
    index: u64,
    /// When it was written, Unix milliseconds.
    time_ms: u64,
    /// The same and more as a note that the log signs (C2SP signed-note): the entry's leaf hash, the server's run and
    /// count, and the time by which a checkpoint covers it. Keep it to show later that the entry was put down.
    note: String,
}

impl std::convert::From<Receipt> for ReceiptJson {
    fn from(receipt: Receipt) -> Self {
        ReceiptJson { index: receipt.index, time_ms: receipt.time_ms, note: receipt.note() }
    }
}

impl Problem {
    /// A problem of a sort that has a title and a text of its own in both languages: `problem-CODE`, `problem-CODE-text`.
    pub(crate) fn new(code: &str, status: StatusCode, lang: Lang) -> Problem {
        Problem {
            kind: format!("/problems/{code}"),
            title: lang.t(&format!("problem-{code}")),
            status: status.as_u16(),
            detail: lang.t(&format!("problem-{code}-text")),
            field: None,
            rules: Vec::new(),
            way_out: Vec::new(),
            faults: Vec::new(),
            receipt: None,
            pending: None,
            known: None,
            retry_after: None,
        }
    }

    /// Nobody is signed in.
    pub(crate) fn sign_in(lang: Lang) -> Problem {
        Problem::new("sign-in", StatusCode::UNAUTHORIZED, lang)
    }

    /// A foreign page sent the request.
    pub(crate) fn cross_site(lang: Lang) -> Problem {
        Problem::new("cross-site", StatusCode::FORBIDDEN, lang)
    }

    /// There is no such page or thing.
    pub(crate) fn not_found(lang: Lang) -> Problem {
        Problem::new("not-found", StatusCode::NOT_FOUND, lang)
    }

    /// The request does not have the form that the interface asks for. `detail` names no value.
    pub(crate) fn malformed(lang: Lang, detail: impl Into<String>) -> Problem {
        Problem { detail: detail.into(), ..Problem::new("malformed", StatusCode::BAD_REQUEST, lang) }
    }

    /// A value that is not valid; `code` is one of the validators' codes.
    pub(crate) fn invalid(field: &str, code: &str, lang: Lang) -> Problem {
        let mut problem = Problem::new("invalid", StatusCode::UNPROCESSABLE_ENTITY, lang);
        let name = lang.try_t(&format!("field-{field}")).unwrap_or_else(|| field.to_owned());
        if let Some(text) = lang.try_t(&format!("invalid-{code}")) {
            problem.detail = lang.with("invalid-sentence", &[("field", &name), ("problem", &text)]);
        }
        problem.field = Some(field.to_owned());
        problem
    }

    /// The database failed, or the ledger cannot be written.
    pub(crate) fn of_store(error: &StoreError, lang: Lang) -> Problem {
        match error {
            StoreError::Frozen => Problem::new("frozen", StatusCode::FORBIDDEN, lang),
            StoreError::Unwritable => Problem {
                retry_after: Some(5),
                ..Problem::new("unwritable", StatusCode::SERVICE_UNAVAILABLE, lang)
            },
            other => {
                tracing::error!(error = %other, "a request failed in the store");
                Problem::new("internal", StatusCode::INTERNAL_SERVER_ERROR, lang)
            }
        }
    }

    /// Too much of the same at once, to be tried again after so many seconds: `throttled` or `occupied`.
    pub(crate) fn wait(code: &str, seconds: u64, lang: Lang) -> Problem {
        Problem {
            detail: lang.with(&format!("problem-{code}-text"), &[("seconds", &seconds.to_string())]),
            retry_after: Some(seconds),
            ..Problem::new(code, StatusCode::TOO_MANY_REQUESTS, lang)
        }
    }

    fn denied(denial: &Denial, receipt: Receipt, lang: Lang) -> Problem {
        let mut problem = Problem::new("denied", StatusCode::FORBIDDEN, lang);
        problem.rules = rule_texts(denial);
        problem.way_out = way_out_texts(denial);
        problem.detail =
            problem.rules.iter().map(|rule| lang.pick(&rule.zh, &rule.en)).collect::<Vec<_>>().join(" ");
        problem.receipt = Some(Box::new(receipt.into()));
        problem
    }

    /// What the core says, as a problem.
    pub(crate) fn of(error: &DeskError, lang: Lang) -> Problem {
        let simple = |code: &str, status| Problem::new(code, status, lang);
        match error {
            DeskError::Denied { denial, receipt } => Problem::denied(denial, receipt.clone(), lang),
            DeskError::NotFound(_) => Problem::not_found(lang),
            DeskError::Invalid { field, problem } => Problem::invalid(field, problem.code(), lang),
            DeskError::TermTooShort => simple("term", StatusCode::UNPROCESSABLE_ENTITY),
            DeskError::Purpose => simple("purpose", StatusCode::FORBIDDEN),
            DeskError::Conflict => simple("conflict", StatusCode::CONFLICT),
            DeskError::NotYet(what) => simple(&format!("not-yet-{what}"), StatusCode::CONFLICT),
            DeskError::Over => simple("over", StatusCode::CONFLICT),
            DeskError::TooMuch(_) => simple("too-much", StatusCode::UNPROCESSABLE_ENTITY),
            DeskError::Uncovered => {
                Problem { retry_after: Some(10), ..simple("uncovered", StatusCode::SERVICE_UNAVAILABLE) }
            }
            DeskError::Taken => simple("taken", StatusCode::CONFLICT),
            DeskError::Known { customer, receipt } => Problem {
                known: Some(Box::new(Known { customer_no: Some(customer.clone()), hit: None })),
                receipt: Some(Box::new(receipt.clone().into())),
                ..simple("known", StatusCode::CONFLICT)
            },
            DeskError::Duplicate { hit, receipt } => Problem {
                known: Some(Box::new(Known { customer_no: None, hit: Some(*hit) })),
                receipt: Some(Box::new(receipt.clone().into())),
                ..simple("duplicate", StatusCode::CONFLICT)
            },
            DeskError::Claimed => simple("claimed", StatusCode::CONFLICT),
            DeskError::DailyLimit(what) => simple(&format!("limit-{what}"), StatusCode::TOO_MANY_REQUESTS),
            DeskError::KeyReused => simple("key-reused", StatusCode::UNPROCESSABLE_ENTITY),
            DeskError::Setting(name) => Problem::invalid(name, "setting", lang),
            DeskError::PolicyFaults(faults) => Problem {
                faults: faults.iter().map(FaultText::from).collect(),
                ..simple("policy", StatusCode::UNPROCESSABLE_ENTITY)
            },
            DeskError::Cursor => simple("cursor", StatusCode::BAD_REQUEST),
            DeskError::File(fault) => Problem {
                detail: crate::file_texts::of_file(fault, lang),
                ..simple("file", StatusCode::UNPROCESSABLE_ENTITY)
            },
            DeskError::Attachment(fault) => Problem {
                detail: crate::file_texts::of_attachment(*fault, lang),
                field: Some("file".to_owned()),
                ..simple("attachment", StatusCode::UNPROCESSABLE_ENTITY)
            },
            DeskError::Off => simple("off", StatusCode::CONFLICT),
            DeskError::Store(error) => Problem::of_store(error, lang),
            DeskError::Vault(error) => {
                tracing::error!(%error, "a sealed value did not open");
                simple("internal", StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// The same for many customers at once, of which more than can be done are not an evidence bundle.
    pub(crate) fn of_bulk(error: &DeskError, lang: Lang) -> Problem {
        match error {
            DeskError::TooMuch(_) => Problem::new("too-many", StatusCode::UNPROCESSABLE_ENTITY, lang),
            other => Problem::of(other, lang),
        }
    }

    /// What a sign-in says, as a problem.
    pub(crate) fn of_sign_in(error: &SignInError, lang: Lang) -> Problem {
        let unauthorized = |code| Problem::new(code, StatusCode::UNAUTHORIZED, lang);
        match error {
            SignInError::Wrong => unauthorized("wrong"),
            SignInError::CodeRequired { pending } => {
                Problem { pending: Some(pending.to_string()), ..unauthorized("code-required") }
            }
            SignInError::WrongCode => unauthorized("wrong-code"),
            SignInError::TooLate => unauthorized("too-late"),
            SignInError::Frozen => Problem::new("frozen", StatusCode::FORBIDDEN, lang),
            SignInError::WrongActivation => unauthorized("wrong-activation"),
            SignInError::WeakPassword(why) => Problem::invalid("password", &format!("password-{why}"), lang),
            SignInError::Throttled { wait_ms } => Problem::wait("throttled", wait_ms.div_ceil(1000), lang),
            SignInError::Store(error) => Problem::of_store(error, lang),
            SignInError::Unavailable => Problem::new("internal", StatusCode::INTERNAL_SERVER_ERROR, lang),
        }
    }

    /// Status code.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// In words, for a page.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The rules that denied.
    pub(crate) fn rules(&self) -> &[RuleText] {
        &self.rules
    }

    /// What would permit it.
    pub(crate) fn way_out(&self) -> &[WayOutText] {
        &self.way_out
    }
}

/// The rules of a denial with their sentences.
pub(crate) fn rule_texts(denial: &Denial) -> Vec<RuleText> {
    let ids =
        denial.rules.iter().map(|rule| rule.as_str().to_owned()).chain(std::iter::repeat(String::new()));
    let sentences = denial.reasons.iter();
    sentences.zip(ids).map(|(s, id)| RuleText { id, zh: s.zh.clone(), en: s.en.clone() }).collect()
}

/// What would permit what was denied.
pub(crate) fn way_out_texts(denial: &Denial) -> Vec<WayOutText> {
    denial.way_out.iter().map(way_out_json).collect()
}

/// Something that would permit what was denied, with its sort.
pub(crate) fn way_out_json(way: &WayOut) -> WayOutText {
    let kind = match way {
        WayOut::Purpose(kind) => kind.name(),
        WayOut::ReviewDone { .. } => "review",
        WayOut::ContactPerson { .. } => "contact_person",
        WayOut::Owner { .. } => "owner",
        WayOut::DepartmentManager { .. } => "manager",
        WayOut::AnotherPerson => "other_person",
        WayOut::Role(_) => "role",
    };
    let sentence = way.sentence();
    WayOutText { kind, zh: sentence.zh, en: sentence.en }
}

impl std::convert::From<&PolicyFault> for FaultText {
    fn from(fault: &PolicyFault) -> Self {
        FaultText { line: fault.line, rule: fault.rule.clone(), message: fault.message.clone() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
        response
    }
}
