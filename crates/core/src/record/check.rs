//! The check at the door: each value of a sealed field is valid and in its normal form, or refused.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{Field, Invalid};

const NAME_MAX: usize = 100;
const ADDRESS_MAX: usize = 300;
const NEEDS_MAX: usize = 4_000;
const EMAIL_MAX: usize = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets
const EMAIL_LOCAL_MAX: usize = 64; // RFC 5321 section 4.5.3.1.1

/// Checks a value and brings it to the normal form of its field, the one that is sealed, indexed and compared:
/// digits only for mobile numbers and cards, `X` for the last place of an identity number, lower case for
/// e-mail, full-width letters and digits folded, no space around. The buffer is wiped when it is dropped.
///
/// # Errors
/// What is wrong, never the value.
pub fn check(field: Field, raw: &str) -> Result<Zeroizing<String>, Invalid> {
    match field {
        Field::Name | Field::Contact => text(raw, NAME_MAX, Lines::One),
        Field::Address => text(raw, ADDRESS_MAX, Lines::One),
        Field::Needs => text(raw, NEEDS_MAX, Lines::Many),
        Field::Mobile => mobile(raw),
        Field::IdNumber => id_number(raw),
        Field::BankCard => bank_card(raw),
        Field::Email => email(raw),
    }
}

/// Checks a short word that is not sealed (region, department, title) and brings it to its normal form.
///
/// # Errors
/// As [`check`].
pub fn label(raw: &str, max: usize) -> Result<String, Invalid> {
    text(raw, max, Lines::One).map(|mut t| std::mem::take(&mut *t))
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    One,
    Many,
}

/// Whether a spreadsheet takes a cell that begins so for a formula. Those set to Chinese or Japanese read the
/// full-width signs too (OWASP, CSV injection).
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '＝' | '＋' | '－' | '＠')
}

/// Control characters, those that turn the direction of writing, and those that nobody sees.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Full-width letters and digits as ASCII; everything else, punctuation of Chinese text too, as it is.
fn fold_alphanumeric(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => fold_ascii(c),
        _ => c,
    }
}

/// Every full-width form of ASCII as ASCII, and the ideographic space as a space.
pub(super) fn fold_ascii(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn text(raw: &str, max: usize, lines: Lines) -> Result<Zeroizing<String>, Invalid> {
    if raw.trim_start_matches(' ').starts_with('\t') {
        return Err(Invalid::Formula);
    }
    let raw = raw.trim();
    if begins_formula(raw.chars().next().ok_or(Invalid::Empty)?) {
        return Err(Invalid::Formula);
    }
    let mut out = Zeroizing::new(String::with_capacity(raw.len()));
    let mut left = max;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        let newline = lines == Lines::Many && (c == '\n' || c == '\r');
        if newline && c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        if !newline && is_hidden(c) {
            return Err(Invalid::ControlCharacter);
        }
        left = left.checked_sub(1).ok_or(Invalid::TooLong { max })?;
        out.push(if newline { '\n' } else { fold_alphanumeric(c) });
    }
    Ok(out)
}

/// The characters of a number that people group with spaces and dashes: folded, without the grouping, at most
/// `max` of them.
fn compact(raw: &str, max: usize, wrong: Invalid) -> Result<Zeroizing<String>, Invalid> {
    let raw = raw.trim();
    match raw.chars().next() {
        None => return Err(Invalid::Empty),
        Some('=' | '-' | '@' | '＝' | '－' | '＠') => return Err(Invalid::Formula),
        Some(_) if is_rounded(raw) => return Err(Invalid::RoundedNumber),
        Some(_) => {}
    }
    let mut out = Zeroizing::new(String::with_capacity(max));
    for c in raw.chars() {
        match fold_ascii(c) {
            ' ' | '-' | '\u{a0}' => {}
            c if is_hidden(c) => return Err(Invalid::ControlCharacter),
            c if c.is_ascii() && out.len() < max => out.push(c),
            _ => return Err(wrong),
        }
    }
    Ok(out)
}

/// What a spreadsheet makes of a number with more digits than it can hold: `6.21701E+15`.
fn is_rounded(raw: &str) -> bool {
    raw.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        digits(exponent) && mantissa.split('.').all(digits)
    })
}

fn all_digits(s: &str) -> bool {
    s.bytes().all(|b| b.is_ascii_digit())
}

fn mobile(raw: &str) -> Result<Zeroizing<String>, Invalid> {
    let mut number = compact(raw, "008613800000000".len(), Invalid::BadMobile)?;
    // The only sign that may stand in front is that of a country code, which the normal form drops.
    let signed = number.starts_with('+');
    let wrong = if signed { Invalid::Formula } else { Invalid::BadMobile };
    let prefix = match (number.len(), signed) {
        (11, false) => "",
        (13, false) => "86",
        (14, true) => "+86",
        (15, false) => "0086",
        _ => return Err(wrong),
    };
    if !number.starts_with(prefix) {
        return Err(wrong);
    }
    number.drain(..prefix.len());
    match number.as_bytes() {
        [b'1', b'3'..=b'9', ..] if all_digits(&number) => Ok(number),
        _ => Err(wrong),
    }
}

/// GB 11643-1999: region (6), birth date (8), sequence (3), check digit by ISO 7064 MOD 11-2.
fn id_number(raw: &str) -> Result<Zeroizing<String>, Invalid> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    let mut number = compact(raw, 18, Invalid::BadFormat)?;
    number.make_ascii_uppercase();
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
        return Err(Invalid::BadFormat);
    }
    if !bytes[17].is_ascii_digit() && bytes[17] != b'X' {
        return Err(Invalid::BadFormat);
    }
    let digits =
        |range: std::ops::Range<usize>| bytes[range].iter().fold(0, |n, b| n * 10 + i16::from(b - b'0'));
    let (year, month, day) = (digits(6..10), digits(10..12) as i8, digits(12..14) as i8);
    if !(1850..=2199).contains(&year) || Date::new(year, month, day).is_err() {
        return Err(Invalid::BadDate);
    }
    let sum: u32 = WEIGHTS.iter().zip(bytes).map(|(w, b)| w * u32::from(b - b'0')).sum();
    if CHECK[(sum % 11) as usize] != bytes[17] {
        return Err(Invalid::BadCheckDigit);
    }
    Ok(number)
}

/// ISO/IEC 7812-1: 12 to 19 digits, the last by Luhn.
fn bank_card(raw: &str) -> Result<Zeroizing<String>, Invalid> {
    let number = compact(raw, 19, Invalid::BadFormat)?;
    if number.len() < 12 || !all_digits(&number) || number.starts_with('0') {
        return Err(Invalid::BadFormat);
    }
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| match (i % 2, u32::from(b - b'0')) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    if sum.is_multiple_of(10) { Ok(number) } else { Err(Invalid::BadLuhn) }
}

/// The part of RFC 5321 that mail is really sent to: `dot-atom@domain`, ASCII. Lower case throughout: no
/// provider of note tells `Li@` from `li@`, and a search must find both.
fn email(raw: &str) -> Result<Zeroizing<String>, Invalid> {
    if raw.starts_with('\t') {
        return Err(Invalid::Formula);
    }
    let raw = raw.trim();
    if begins_formula(raw.chars().next().ok_or(Invalid::Empty)?) {
        return Err(Invalid::Formula);
    }
    let mut out = Zeroizing::new(String::with_capacity(raw.len()));
    for c in raw.chars().map(fold_ascii) {
        if is_hidden(c) {
            return Err(Invalid::ControlCharacter);
        }
        out.push(c.to_ascii_lowercase());
    }
    if out.chars().count() > EMAIL_MAX {
        return Err(Invalid::TooLong { max: EMAIL_MAX });
    }
    let (local, domain) = out.rsplit_once('@').ok_or(Invalid::BadEmail)?;
    let atom = |s: &str| {
        !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    let label = |s: &str| {
        (1..=63).contains(&s.len())
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !s.starts_with('-')
            && !s.ends_with('-')
    };
    let top_level = domain.rsplit('.').next().unwrap_or_default();
    let good = local.len() <= EMAIL_LOCAL_MAX
        && local.split('.').all(atom)
        && domain.contains('.')
        && domain.split('.').all(label)
        && !all_digits(top_level);
    if good { Ok(out) } else { Err(Invalid::BadEmail) }
}
