//! Freezing somebody, and asking for their release: a part of the page about them.

use axum::response::IntoResponse;
use tigertally_core::{StaffRow, desk::DeskError, entry::Receipt};

use super::{
    PageError, staff,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::address::Path;

/// What the page about somebody says of their freeze.
#[derive(Default)]
pub(super) struct FreezeView {
    /// Whether the visitor may freeze them, or ask for their release.
    pub(super) may: bool,
    /// Who froze them and when; empty when they are not frozen, or the visitor may not read it.
    pub(super) told: String,
    /// Why.
    pub(super) why: String,
    /// Number of the request for a release that waits.
    pub(super) asked: Option<i64>,
}

/// The freeze of somebody as the visitor may see it, with where that was put down.
pub(super) async fn view(
    visitor: &Visitor,
    person: &StaffRow,
) -> Result<(FreezeView, Option<Receipt>), PageError> {
    if !visitor.desk().may_freeze(&visitor.actor, person) {
        return Ok((FreezeView::default(), None));
    }
    let may = FreezeView { may: true, ..FreezeView::default() };
    if person.frozen_ms.is_none() {
        return Ok((may, None));
    }
    let read = visitor.desk().freeze_of(&visitor.actor, &person.no).await;
    let (freeze, receipt) = read.map_err(|error| visitor.fail(&error))?;
    let Some(freeze) = freeze else { return Ok((may, Some(receipt))) };
    let time = words::moment(&visitor.app, visitor.lang, freeze.since_ms);
    let told = visitor.lang.with("freeze-told", &[("by", &freeze.by.1), ("time", &time)]);
    Ok((FreezeView { may: true, told, why: freeze.reason, asked: freeze.release_asked }, Some(receipt)))
}

/// `POST /staff/{no}/freeze`
pub(crate) async fn freeze(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    match visitor.desk().freeze_staff(&visitor.actor, &no, typed.get("reason")).await {
        Ok(receipt) => Ok(visitor.done(&format!("/staff/{no}"), "flash-frozen", receipt)),
        Err(error) => again(visitor, &no, typed, error).await,
    }
}

/// `POST /staff/{no}/release`
pub(crate) async fn release(visitor: Visitor, Path(no): Path<String>, typed: Typed) -> Page {
    match visitor.desk().ask_release(&visitor.actor, &no, typed.get("reason")).await {
        Ok((_, receipt)) => Ok(visitor.done(&format!("/staff/{no}"), "flash-release-asked", receipt)),
        Err(error) => again(visitor, &no, typed, error).await,
    }
}

/// The page again, with what is wrong.
async fn again(visitor: Visitor, no: &str, typed: Typed, error: DeskError) -> Page {
    let reason = match error {
        DeskError::Invalid { .. } => typed.get("reason").to_owned(),
        _ => String::new(),
    };
    let mut faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
    if !faults.on("reason").is_empty() {
        faults = Faults::one("reason", visitor.lang.t("approval-reason-short"));
    }
    let status = faults.status();
    Ok((status, staff::shown(&visitor, no, reason, faults).await?).into_response())
}
