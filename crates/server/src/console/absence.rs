//! Who decides for somebody while they are away.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::desk::{Absence, DeskError};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};

#[derive(Template)]
#[template(path = "absence.html")]
struct AbsencePage {
    shell: Shell,
    absence: Option<Absence>,
    typed: Typed,
    faults: Faults,
}

async fn show(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let (absence, receipt) =
        visitor.desk().absence(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let page = AbsencePage {
        shell: visitor.shell("absence-title", "/me").recorded(&visitor.app, &receipt),
        absence,
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /me/absence`
pub(crate) async fn page(visitor: Visitor) -> Page {
    show(&visitor, Typed::default(), Faults::default()).await
}

/// `POST /me/absence`
pub(crate) async fn save(visitor: Visitor, typed: Typed) -> Page {
    let ends = typed.ticked("end");
    let named = (typed.get("deputy"), typed.get("from"), typed.get("to"));
    let done = visitor.desk().set_absence(&visitor.actor, (!ends).then_some(named)).await;
    match done {
        Ok(receipt) => {
            let flash = if ends { "flash-absence-ended" } else { "flash-absence" };
            Ok(visitor.done("/me/absence", flash, receipt))
        }
        Err(DeskError::NotFound("deputy")) => {
            let faults = Faults::one("deputy", visitor.lang.t("form-no-staff"));
            show(&visitor, typed, faults).await
        }
        Err(DeskError::Invalid { field, .. }) if field == "deputy" => {
            let faults = Faults::one("deputy", visitor.lang.t("absence-same-role"));
            show(&visitor, typed, faults).await
        }
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            show(&visitor, typed, faults).await
        }
    }
}
