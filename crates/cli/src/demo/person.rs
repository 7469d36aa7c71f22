//! People and their numbers: names by generation, ID numbers, bank cards, mobiles and mail addresses.

use std::collections::HashSet;

use jiff::{ToSpan, civil::Date};

use super::places;
use super::rng::Rng;
use super::words;

/// A made-up person.
pub(crate) struct Person {
    pub(crate) name: String,
    woman: bool,
    born: Date,
}

impl Person {
    /// A person between `youngest` and `oldest` years old, with a name that fits their generation.
    pub(crate) fn new(rng: &mut Rng, today: Date, youngest: i32, oldest: i32) -> Person {
        let age_in_days = rng.between(youngest * 366, oldest * 365);
        let born = today.saturating_sub(age_in_days.days());
        let woman = rng.chance(45);
        let cohort = match born.year() {
            ..1976 => 0,
            1976..1992 => 1,
            _ => 2,
        };
        let group =
            rng.weighted(words::SURNAMES, |(weight, names)| weight * names.split_whitespace().count() as u32);
        let surname = words::one(rng, group.1);
        let given = words::one(rng, words::GIVEN_NAMES[cohort][usize::from(woman)]);
        Person { name: format!("{surname}{given}"), woman, born }
    }

    /// An ID number (GB 11643-1999): area, birth date, a sequence that is odd for men, and the check character.
    pub(crate) fn id_number(&self, rng: &mut Rng, region: &str) -> String {
        let area = places::birthplace(rng, region);
        let sequence = rng.between(1, 199) * 2 + i32::from(!self.woman);
        let body = format!("{area}{}{sequence:03}", self.born.strftime("%Y%m%d"));
        let check = id_check(&body);
        format!("{body}{check}")
    }

    /// A mail address at `domain`, in one of the ways people spell their names.
    pub(crate) fn email(&self, rng: &mut Rng, domain: &str) -> String {
        let (family, given) = self.name.split_at(surname_length(&self.name));
        let (family, given) = (words::reading(family), words::reading(given));
        let local = match rng.between(0, 4) {
            0 => format!("{family}.{given}"),
            1 => format!("{given}.{family}{:02}", rng.between(0, 99)),
            2 => format!("{family}{given}{}", self.born.year()),
            3 => format!("{family}{given}{:03}", rng.between(0, 999)),
            _ => format!("{}{family}{}", &given[..1], self.born.strftime("%m%d")),
        };
        format!("{local}@{domain}")
    }
}

/// The bytes of the family name that begins `name`: two characters where it is a compound one.
fn surname_length(name: &str) -> usize {
    const CHARACTER: usize = '王'.len_utf8();
    let compound = words::SURNAMES
        .iter()
        .flat_map(|(_, names)| names.split_whitespace())
        .any(|surname| surname.len() > CHARACTER && name.starts_with(surname));
    if compound { 2 * CHARACTER } else { CHARACTER }
}

/// The check character of an ID number's first 17 digits (ISO 7064, MOD 11-2).
fn id_check(body: &str) -> char {
    let remainder = body.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    match (12 - remainder) % 11 {
        10 => 'X',
        digit => (b'0' + digit as u8) as char,
    }
}

/// The first digits and the length of debit and credit cards, as the large banks issue them, with a weight.
const CARDS: &[(u32, &str, usize)] = &[
    (22, "622202", 19),
    (20, "621700", 19),
    (20, "622848", 19),
    (14, "621661", 19),
    (8, "622588", 16),
    (4, "622609", 16),
    (4, "622622", 16),
    (4, "622155", 16),
    (4, "622521", 16),
];

/// A bank card number whose last digit is Luhn's (ISO/IEC 7812-1).
pub(crate) fn bank_card(rng: &mut Rng) -> String {
    let (_, issuer, length) = rng.weighted(CARDS, |card| card.0);
    let mut digits = String::from(*issuer);
    while digits.len() < length - 1 {
        digits.push((b'0' + rng.between(0, 9) as u8) as char);
    }
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(digit - b'0') {
            digit if place % 2 == 1 => digit,
            digit if digit >= 5 => digit * 2 - 9,
            digit => digit * 2,
        })
        .sum();
    digits.push((b'0' + ((10 - sum % 10) % 10) as u8) as char);
    digits
}

/// Prefixes of China's mobile networks.
const MOBILES: &str = "134 135 136 137 138 138 139 139 147 150 151 152 157 158 159 159 178 182 183 184 187 188 198 \
     130 131 132 155 156 166 175 176 185 186 186 133 153 173 177 180 181 189 199";

/// A mobile number. Some seven hundred million may come; [`Unseen`] keeps them apart.
pub(crate) fn mobile(rng: &mut Rng) -> String {
    let prefix = words::one(rng, MOBILES);
    format!("{prefix}{:08}", rng.between(10_000_000, 99_999_999))
}

/// What was given out already, so that nothing is given out twice.
#[derive(Default)]
pub(crate) struct Unseen(HashSet<String>);

impl Unseen {
    /// The first value of `draw` that nobody has yet.
    pub(crate) fn draw(&mut self, mut draw: impl FnMut() -> String) -> String {
        loop {
            let value = draw();
            if self.0.insert(value.clone()) {
                return value;
            }
        }
    }
}
