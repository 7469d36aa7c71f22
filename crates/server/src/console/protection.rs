//! How a customer's tier protects it, in words.

use tigertally_core::{
    desk::CustomerPage,
    record::{Class, Tier},
};

use super::{visitor::Visitor, words};

/// A fact with its name, in the panel about the tier.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) text: String,
}

/// Why this tier, and what protects it: only what is in force, as the policy answers it for this visitor.
pub(super) fn why(visitor: &Visitor, page: &CustomerPage, settings: &tigertally_core::Settings) -> Vec<Fact> {
    let (customer, lang) = (&page.customer.customer, visitor.lang);
    let fact = |name: &str, text: String| Fact { name: lang.t(name), text };
    let mut facts = vec![fact("why-reason", reason(visitor, page, settings))];
    if customer.tier == Tier::High {
        facts.push(fact(
            "why-contact",
            match &customer.contact_person {
                Some(person) => format!("{} {}", person.name, person.no),
                None => lang.t("why-no-contact"),
            },
        ));
    }
    for (class, purposes) in page.may.iter().filter(|(class, _)| *class != Class::Basic) {
        let kinds: Vec<String> =
            purposes.iter().flatten().map(|kind| lang.t(&format!("purpose-{}", kind.name()))).collect();
        let text = match kinds.as_slice() {
            [] => lang.t("why-never"),
            kinds => lang.with("why-for", &[("purposes", &kinds.join(lang.pick("、", ", ")))]),
        };
        facts.push(Fact { name: lang.t(&format!("class-{}", class.name())), text });
    }
    facts.push(fact("why-shown", lang.counted("why-shown-text", u64::from(settings.reveal_seconds))));
    if customer.tier == Tier::High {
        let due =
            customer.review_due.as_ref().map(|due| words::day(&visitor.app, lang, due)).unwrap_or_default();
        let days = settings.review_days.to_string();
        facts.push(fact("why-review", lang.with("why-review-text", &[("days", &days), ("day", &due)])));
    }
    facts
}

fn reason(visitor: &Visitor, page: &CustomerPage, settings: &tigertally_core::Settings) -> String {
    let (customer, lang, rule) = (&page.customer.customer, visitor.lang, &settings.tiers);
    let mut reasons =
        vec![lang.with("why-spend", &[("band", &lang.t(words::spend_band(customer.spend_fen)))])];
    let years = customer.since.parse::<jiff::civil::Date>().ok().map_or(0, |since| {
        let full =
            |years: i16| since.saturating_add(jiff::Span::new().years(years)) <= visitor.desk().today();
        (1..100).take_while(|years| full(*years)).count()
    });
    if years > 0 {
        reasons.push(lang.counted("why-years", years as u64));
    }
    let long = years >= usize::from(rule.high_years);
    if customer.tier == Tier::High && long && customer.spend_fen <= rule.high_spend_fen {
        reasons.push(lang.counted("why-long", u64::from(rule.high_years)));
    }
    reasons.join(lang.pick("，", ", "))
}
