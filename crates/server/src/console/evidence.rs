//! Evidence bundles: asking for one, and taking it away.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{DeskError, EvidenceScope, indexes},
    policy::Action,
};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::{
    address::Query,
    api::evidence::bundle,
    evidence::{can_print, make_evidence},
    texts::Lang,
};

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    /// Whether the bundle will have the report as PDF.
    on_paper: bool,
}

/// What a link to the page fills in.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    customer: String,
    staff: String,
}

fn view(visitor: &Visitor, typed: Typed, faults: Faults) -> EvidencePage {
    EvidencePage { shell: visitor.shell("nav-bundles", "/evidence"), typed, faults, on_paper: can_print() }
}

/// `GET /evidence`
pub(crate) async fn page(visitor: Visitor, Query(wanted): Query<Wanted>) -> Page {
    if !visitor.may(Action::MakeEvidence) {
        // A matter of nothing by somebody who may not: the desk denies it, and puts that down.
        let scope = EvidenceScope { entries: vec![0], ..EvidenceScope::default() };
        let refused = visitor.desk().open_matter(&visitor.actor, scope, "-").await;
        return Err(refused.map_or_else(|error| visitor.fail(&error), |_| visitor.missing()));
    }
    let typed = Typed::with(&[("customer", &wanted.customer), ("staff", &wanted.staff)]);
    Ok(html(&view(&visitor, typed, Faults::default())))
}

/// `POST /evidence`: the bundle as a file.
pub(crate) async fn make(visitor: Visitor, typed: Typed) -> Page {
    let lang = visitor.lang;
    let (scope, faults) = scope_of(&visitor, &typed);
    if faults.any() {
        return Ok((faults.status(), html(&view(&visitor, typed, faults))).into_response());
    }
    let faults = match make_evidence(visitor.desk(), &visitor.actor, scope, typed.get("reason")).await {
        Ok(made) => return Ok(bundle(made)),
        Err(error) => of_error(error, lang).map_err(|error| visitor.fail(&error))?,
    };
    Ok((faults.status(), html(&view(&visitor, typed, faults))).into_response())
}

/// What was asked for, or what is wrong with it.
fn scope_of(visitor: &Visitor, typed: &Typed) -> (EvidenceScope, Faults) {
    let lang = visitor.lang;
    let mut scope = EvidenceScope {
        customer: typed.some("customer").map(str::to_owned),
        staff: typed.some("staff").map(str::to_owned),
        ..EvidenceScope::default()
    };
    match indexes(typed.get("entries")) {
        Some(entries) => scope.entries = entries,
        None => return (scope, Faults::one("entries", lang.t("evidence-entries-bad"))),
    }
    for name in ["from", "to"] {
        let Some(day) = typed.some(name) else { continue };
        let Some(ms) = visitor.desk().moment_ms(day) else {
            return (scope, Faults::one(name, lang.t("invalid-bad_date")));
        };
        *if name == "from" { &mut scope.from_ms } else { &mut scope.to_ms } = Some(ms);
    }
    (scope, Faults::default())
}

/// What is wrong with what was asked for; anything else is no matter of the form.
fn of_error(error: DeskError, lang: Lang) -> Result<Faults, DeskError> {
    match error {
        DeskError::NotFound("entry") => Ok(Faults::one("", lang.t("evidence-nothing"))),
        DeskError::Invalid { ref field, .. } if field == "scope" => {
            Ok(Faults::one("", lang.t("evidence-scope-empty")))
        }
        DeskError::TooMuch(_) => Ok(Faults::one("", lang.t("problem-too-much-text"))),
        DeskError::Uncovered => Ok(Faults::one("", lang.t("problem-uncovered-text"))),
        other => Faults::of(other, lang),
    }
}
