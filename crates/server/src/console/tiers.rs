//! The tier rule: what it is, who would move under another one, and putting it in force.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    desk::{DeskError, TierPreview},
    record::{Invalid, Tier, TierRule, parse_fen},
};

use super::{
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};
use crate::texts::Lang;

/// A row of the matrix: customers in a tier by where they would be.
struct RowView {
    tier: &'static str,
    cells: Vec<CellView>,
    total: u64,
}

/// Customers who would go from one tier to another.
struct CellView {
    customers: u64,
    /// How it stands out: `stays`, `up` or `down`.
    way: &'static str,
}

/// A move with the first who would make it.
struct MoveView {
    from: &'static str,
    to: &'static str,
    customers: u64,
    examples: String,
}

/// What a rule would do.
struct PreviewView {
    rows: Vec<RowView>,
    moves: Vec<MoveView>,
    moving: u64,
}

#[derive(Template)]
#[template(path = "tiers.html")]
struct TiersPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    /// The rule in force, in sentences.
    sentences: Vec<String>,
    preview: Option<PreviewView>,
}

/// An amount as the form has it: yuan, with decimals only where there are any.
fn yuan(fen: i64) -> String {
    if fen % 100 == 0 { (fen / 100).to_string() } else { format!("{}.{:02}", fen / 100, fen % 100) }
}

fn typed_of(rule: &TierRule) -> Typed {
    Typed::with(&[
        ("high_spend", &yuan(rule.high_spend_fen)),
        ("medium_spend", &yuan(rule.medium_spend_fen)),
        ("high_years", &rule.high_years.to_string()),
        ("sensitive_raises", if rule.sensitive_raises { "1" } else { "" }),
    ])
}

fn rule_of(typed: &Typed, lang: Lang) -> Result<TierRule, Faults> {
    let wrong =
        |field: &str, invalid: Invalid| Faults::one(field, lang.t(&format!("invalid-{}", invalid.code())));
    let amount = |field: &str| parse_fen(typed.get(field).trim()).map_err(|invalid| wrong(field, invalid));
    let years =
        typed.get("high_years").trim().parse().map_err(|_| wrong("high_years", Invalid::BadNumber))?;
    let rule = TierRule {
        high_spend_fen: amount("high_spend")?,
        medium_spend_fen: amount("medium_spend")?,
        high_years: years,
        sensitive_raises: typed.ticked("sensitive_raises"),
    };
    rule.check().map(|()| rule).map_err(|_| Faults::one("", lang.t("tiers-senseless")))
}

/// An amount in a sentence: `¥100,000`.
fn money(fen: i64) -> String {
    let written = super::words::yuan(fen);
    written.strip_suffix(".00").map_or(written.clone(), str::to_owned)
}

/// The rule in words.
pub(super) fn sentences(rule: &TierRule, lang: Lang) -> Vec<String> {
    let (high, medium) = (money(rule.high_spend_fen), money(rule.medium_spend_fen));
    let years = rule.high_years.to_string();
    let all = [("high", high.as_str()), ("medium", medium.as_str()), ("years", years.as_str())];
    let mut said = vec![
        lang.with("tiers-rule-high", &all),
        lang.with("tiers-rule-medium", &all),
        lang.with("tiers-rule-low", &all),
    ];
    if rule.sensitive_raises {
        said.push(lang.t("tiers-rule-sensitive"));
    }
    said
}

fn preview_view(preview: TierPreview) -> PreviewView {
    let row = |(from, counts): (Tier, [u64; 3])| RowView {
        tier: from.name(),
        cells: Tier::ALL
            .into_iter()
            .zip(counts)
            .map(|(to, customers)| CellView {
                customers,
                way: match to.cmp(&from) {
                    std::cmp::Ordering::Equal => "stays",
                    std::cmp::Ordering::Greater => "up",
                    std::cmp::Ordering::Less => "down",
                },
            })
            .collect(),
        total: counts.iter().sum(),
    };
    PreviewView {
        rows: Tier::ALL.into_iter().zip(preview.counts).map(row).collect(),
        moving: preview.moves.iter().map(|moved| moved.customers).sum(),
        moves: preview
            .moves
            .into_iter()
            .map(|moved| MoveView {
                from: moved.from.name(),
                to: moved.to.name(),
                customers: moved.customers,
                examples: moved.examples.join(" "),
            })
            .collect(),
    }
}

/// `GET /tiers`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let (settings, receipt) =
        visitor.desk().read_settings(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let page = TiersPage {
        shell: visitor.shell("nav-tiers", "/tiers").recorded(&visitor.app, &receipt),
        typed: typed_of(&settings.tiers),
        faults: Faults::default(),
        sentences: sentences(&settings.tiers, visitor.lang),
        preview: None,
    };
    Ok(html(&page))
}

fn answer(visitor: &Visitor, typed: Typed, faults: Faults, preview: Option<PreviewView>) -> Page {
    let page = TiersPage {
        shell: visitor.shell("nav-tiers", "/tiers"),
        sentences: sentences(&visitor.desk().settings().tiers, visitor.lang),
        typed,
        faults,
        preview,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

fn senseless(error: DeskError, visitor: &Visitor) -> Result<Faults, super::PageError> {
    let lang = visitor.lang;
    match error {
        DeskError::Setting(_) => Ok(Faults::one("", lang.t("tiers-senseless"))),
        DeskError::Conflict => Ok(Faults::one("", lang.t("tiers-same"))),
        DeskError::Invalid { .. } => Ok(Faults::one("reason", lang.t("approval-reason-short"))),
        error => Err(visitor.fail(&error)),
    }
}

/// `POST /tiers`: shows what the typed rule would do, or puts it in force.
pub(crate) async fn change(visitor: Visitor, typed: Typed) -> Page {
    let rule = match rule_of(&typed, visitor.lang) {
        Ok(rule) => rule,
        Err(faults) => return answer(&visitor, typed, faults, None),
    };
    let error = if typed.get("act") == "apply" {
        match visitor.desk().propose_tiers(&visitor.actor, &rule, typed.get("reason")).await {
            Ok((_, receipt)) => return Ok(visitor.done("/approvals", "flash-proposed", receipt)),
            Err(error) => error,
        }
    } else {
        match visitor.desk().preview_tiers(&visitor.actor, &rule).await {
            Ok(preview) => return answer(&visitor, typed, Faults::default(), Some(preview_view(preview))),
            Err(error) => error,
        }
    };
    let faults = senseless(error, &visitor)?;
    // Whoever gave no reason goes on from the same preview.
    let preview = match faults.on("reason").is_empty() {
        true => None,
        false => visitor.desk().preview_tiers(&visitor.actor, &rule).await.ok().map(preview_view),
    };
    answer(&visitor, typed, faults, preview)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_gives_back_the_rule_it_was_made_from() {
        let rule = TierRule { high_spend_fen: 10_000_050, sensitive_raises: true, ..TierRule::default() };
        assert_eq!(rule_of(&typed_of(&rule), Lang::Zh).ok(), Some(rule));
        let typed = Typed::with(&[("high_spend", "100"), ("medium_spend", "-1"), ("high_years", "5")]);
        assert!(!rule_of(&typed, Lang::En).err().unwrap().on("medium_spend").is_empty());
        let typed = Typed::with(&[("high_spend", "1"), ("medium_spend", "2"), ("high_years", "5")]);
        assert!(!rule_of(&typed, Lang::En).err().unwrap().on("").is_empty());
    }

    #[test]
    fn the_rule_is_said_in_words() {
        let said = sentences(&TierRule::default(), Lang::Zh);
        assert_eq!(said[0], "高：近 12 个月消费超过 ¥100,000，或合作满 5 年。");
        assert_eq!(sentences(&TierRule::default(), Lang::En).len(), 3);
    }
}
