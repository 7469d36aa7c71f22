//! What a receiver of a hand-over is given: looked at, and signed for with a fresh code.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{DeskError, Signature},
    identity::SignInError,
    record::Field,
};

use super::{
    handovers::{PartView, part_view},
    html,
    shell::Shell,
    sign_in::refusal,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::{
    address::{Path, Query},
    signed::From as Origin,
};

/// Customers on a page.
const PAGE: u32 = 50;

/// A customer that the visitor is given.
struct GivenView {
    no: String,
    tier: &'static str,
    kind: String,
    region: String,
    name: String,
    contact: String,
    refused: bool,
}

#[derive(Template)]
#[template(path = "handover-part.html")]
struct PartPage {
    shell: Shell,
    handover: i64,
    leaver: String,
    part: PartView,
    customers: Vec<GivenView>,
    next: String,
    typed: Typed,
    faults: Faults,
}

/// Which page of a part.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    after: String,
}

async fn part_page(visitor: &Visitor, id: i64, after: i64, typed: Typed, faults: Faults) -> Page {
    let page = visitor.desk().handover_given(&visitor.actor, id, after, PAGE).await;
    let page = page.map_err(|error| visitor.fail(&error))?;
    let refused: Vec<&str> = typed.get("refused").split_whitespace().collect();
    let customers = page.customers.iter().map(|masked| {
        let mask = |field| masked.mask(field).unwrap_or_default().to_owned();
        GivenView {
            tier: masked.customer.tier.name(),
            kind: visitor.lang.t(&format!("kind-{}", masked.customer.kind.name())),
            region: masked.customer.region.clone(),
            name: mask(Field::Name),
            contact: mask(Field::Contact),
            refused: refused.contains(&masked.customer.no.as_str()),
            no: masked.customer.no.clone(),
        }
    });
    let page = PartPage {
        customers: customers.collect(),
        shell: visitor.shell("handover-part-title", "/handovers").recorded(&visitor.app, &page.receipt),
        handover: page.handover,
        leaver: page.leaver,
        next: page.next.map(|next| format!("/handovers/parts/{id}?after={next}")).unwrap_or_default(),
        part: part_view(visitor, page.part),
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /handovers/parts/{id}`
pub(crate) async fn part(visitor: Visitor, Path(id): Path<i64>, Query(given): Query<Given>) -> Page {
    part_page(&visitor, id, given.after.parse().unwrap_or(0), Typed::default(), Faults::default()).await
}

/// `POST /handovers/parts/{id}`
pub(crate) async fn sign(visitor: Visitor, Path(id): Path<i64>, origin: Origin, typed: Typed) -> Page {
    let refused = typed.get("refused").split(|c: char| c.is_whitespace() || ",，、;；".contains(c));
    let signature = Signature {
        refused: refused.filter(|no| !no.is_empty()).map(str::to_owned).collect(),
        answer: typed.get("answer").to_owned(),
        checked: typed.get("checked").trim().parse().unwrap_or(0),
    };
    let lang = visitor.lang;
    if !signature.refused.is_empty() && signature.answer.trim().chars().count() < 4 {
        let faults = Faults::one("answer", lang.t("handover-say-why"));
        return part_page(&visitor, id, 0, typed, faults).await;
    }
    let confirmed = match visitor.desk().confirm(&visitor.actor, typed.get("code").trim(), &origin.0).await {
        Ok(confirmed) => confirmed,
        Err(SignInError::WrongCode) => {
            let faults = Faults::one("code", lang.t("sign-in-code-refused"));
            return part_page(&visitor, id, 0, typed, faults).await;
        }
        Err(other) => {
            let (_, said) = refusal(&other, lang)?;
            return part_page(&visitor, id, 0, typed, Faults::one("code", said)).await;
        }
    };
    match visitor.desk().sign_handover(&visitor.actor, id, confirmed, &signature).await {
        Ok((_, receipt)) => Ok(visitor.done("/handovers", "flash-handover-signed", receipt)),
        Err(DeskError::NotFound("customer")) => {
            part_page(&visitor, id, 0, typed, Faults::one("refused", lang.t("handover-refused-wrong"))).await
        }
        Err(error) => {
            let faults = Faults::of(error, lang).map_err(|error| visitor.fail(&error))?;
            part_page(&visitor, id, 0, typed, faults).await
        }
    }
}
