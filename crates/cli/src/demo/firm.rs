//! Names of firms.

use super::places::City;
use super::rng::Rng;
use super::words;

/// A made-up firm.
pub(crate) struct Firm {
    pub(crate) name: String,
    /// The host of its mail.
    pub(crate) domain: String,
}

impl Firm {
    /// A firm seated in `city`. The name follows the register's order: place, own name, trade, form.
    pub(crate) fn new(rng: &mut Rng, city: &City) -> Firm {
        let brand = brand(rng);
        let business = if rng.chance(7) {
            words::one(rng, words::SHOPS).to_owned()
        } else {
            format!("{}{}", words::one(rng, words::TRADES), rng.weighted(words::FORMS, |form| form.0).1)
        };
        let province = city.province.trim_end_matches(['省', '市']);
        let name = match rng.between(0, 9) {
            0 => format!("{}{brand}{business}", city.name),
            1 => format!("{brand}（{}）{business}", city.short_name()),
            2 if city.province.ends_with('省') => format!("{province}{brand}{business}"),
            _ => format!("{}{brand}{business}", city.short_name()),
        };
        Firm { name, domain: format!("{}.example", words::reading(&brand)) }
    }
}

/// A firm's own name of two characters that no known brand bears.
fn brand(rng: &mut Rng) -> String {
    loop {
        let (first, second) = (words::one(rng, words::BRAND_FIRST), words::one(rng, words::BRAND_SECOND));
        let brand = format!("{first}{second}");
        if first != second && !words::KNOWN_BRANDS.split_whitespace().any(|known| known == brand) {
            return brand;
        }
    }
}
