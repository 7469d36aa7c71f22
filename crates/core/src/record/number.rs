//! Dates, amounts and counts as people and spreadsheets write them.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::Invalid;
use super::check::fold_ascii;

/// The years in which a date of a record can lie.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A date written `2024-07-30`, `2024/7/30` or `2024年7月30日`.
///
/// # Errors
/// `Empty`, `Formula`, or `BadDate` for another form, a day that no calendar has and a year outside 1900–2199.
pub fn parse_date(raw: &str) -> Result<Date, Invalid> {
    let mut short = [0; 24];
    let raw = ascii(raw, &mut short, Invalid::BadDate)?;
    let parts = if let Some((year, rest)) = raw.split_once('Y') {
        let (month, rest) = rest.split_once('M').ok_or(Invalid::BadDate)?;
        [year, month, rest.strip_suffix('D').ok_or(Invalid::BadDate)?]
    } else {
        let separator = if raw.contains('/') { '/' } else { '-' };
        let mut parts = raw.splitn(3, separator);
        [(); 3].map(|()| parts.next().unwrap_or_default())
    };
    let [year, month, day] = parts.map(|part| {
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        part.parse::<i16>().ok()
    });
    let (Some(year), Some(month), Some(day)) = (year, month, day) else { return Err(Invalid::BadDate) };
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else { return Err(Invalid::BadDate) };
    if !YEARS.contains(&year) {
        return Err(Invalid::BadDate);
    }
    Date::new(year, month, day).map_err(|_| Invalid::BadDate)
}

/// The date of a day number of a workbook (1900 date system). The first 60 are refused: there the system has
/// a 29 February 1900 that no calendar has.
///
/// # Errors
/// `BadDate` outside 1900-03-01 to 2199-12-31.
pub fn date_of_serial(serial: f64) -> Result<Date, Invalid> {
    if !(61.0..200_000.0).contains(&serial) {
        return Err(Invalid::BadDate);
    }
    let day = date(1899, 12, 30).saturating_add((serial as i64).days());
    if YEARS.contains(&day.year()) { Ok(day) } else { Err(Invalid::BadDate) }
}

/// An amount of yuan with at most two decimals, in fen (分): `1,234.50`, `¥95400`, `12元`.
///
/// # Errors
/// `Empty`, `Formula`, `Negative`, or `BadNumber` for anything else, more decimals, and thousands that are
/// not grouped by three.
pub fn parse_fen(raw: &str) -> Result<i64, Invalid> {
    let mut short = [0; 40];
    let raw = ascii(raw, &mut short, Invalid::BadNumber)?;
    let raw = raw.strip_prefix('$').unwrap_or(raw).trim_start();
    if let Some(rest) = raw.strip_prefix('-') {
        return Err(if rest.starts_with(|c: char| c.is_ascii_digit()) {
            Invalid::Negative
        } else {
            Invalid::BadNumber
        });
    }
    let raw = raw.strip_suffix('U').unwrap_or(raw).trim_end();
    let (yuan, decimals) = raw.split_once('.').unwrap_or((raw, "0"));
    let groups = yuan.split(',').enumerate();
    let grouped = |(i, group): (usize, &str)| match i {
        0 => !group.is_empty() && (!yuan.contains(',') || group.len() <= 3),
        _ => group.len() == 3,
    };
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !groups.clone().all(grouped) || !(1..=2).contains(&decimals.len()) || !digits(decimals) {
        return Err(Invalid::BadNumber);
    }
    let mut fen: i64 = 0;
    let hundredths = decimals.bytes().chain(std::iter::once(b'0')).take(2);
    for b in yuan.bytes().filter(|b| *b != b',').chain(hundredths) {
        let digit = char::from(b).to_digit(10).ok_or(Invalid::BadNumber)?;
        fen = fen.checked_mul(10).and_then(|n| n.checked_add(digit.into())).ok_or(Invalid::BadNumber)?;
    }
    Ok(fen)
}

/// A number of items.
///
/// # Errors
/// `Empty`, `Formula`, `Negative` or `BadNumber`.
pub fn parse_count(raw: &str) -> Result<u32, Invalid> {
    let fen = parse_fen(raw)?;
    if fen % 100 != 0 || raw.contains(['$', '¥', '￥', '元']) {
        return Err(Invalid::BadNumber);
    }
    u32::try_from(fen / 100).map_err(|_| Invalid::BadNumber)
}

/// Folds a short value into ASCII on the stack. Signs beyond ASCII become letters that no number has:
/// 年月日 `Y`, `M`, `D`; ¥ `$`; 元 `U`.
fn ascii<'a>(raw: &str, short: &'a mut [u8], wrong: Invalid) -> Result<&'a str, Invalid> {
    let raw = raw.trim();
    match raw.chars().next() {
        None => return Err(Invalid::Empty),
        Some('=' | '@' | '＝' | '＠') => return Err(Invalid::Formula),
        Some(_) => {}
    }
    let mut len = 0;
    for c in raw.chars() {
        let folded = match fold_ascii(c) {
            '年' => 'Y',
            '月' => 'M',
            '日' => 'D',
            '¥' | '￥' => '$',
            '元' => 'U',
            c @ ('0'..='9' | '-' | '/' | '.' | ',' | ' ') => c,
            _ => return Err(wrong),
        };
        *short.get_mut(len).ok_or(wrong)? = folded as u8;
        len += 1;
    }
    std::str::from_utf8(&short[..len]).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let day = date(2024, 7, 30);
        for good in [
            "2024-07-30",
            "2024/7/30",
            "2024年7月30日",
            "2024年07月30日",
            " 2024-7-30 ",
            "２０２４－０７－３０",
        ] {
            assert_eq!(parse_date(good), Ok(day), "{good}");
        }
        assert_eq!(parse_date("2024-02-29"), Ok(date(2024, 2, 29)));
        for bad in [
            "2025-02-29",
            "2024-02-31",
            "2024年2月31日",
            "2024-13-01",
            "2024-00-10",
            "2024-1",
            "2024",
            "30.07.2024",
            "2024-07-30 12:00",
            "2024年7月30",
            "2024-7/30",
            "1899-12-31",
            "2200-01-01",
            "24-07-30",
            "2024--7-30",
            "2024-+7-30",
            "yesterday",
            "2024-07-30-1",
            "99999999999999999999999999",
        ] {
            assert_eq!(parse_date(bad), Err(Invalid::BadDate), "{bad}");
        }
        assert_eq!(parse_date(" "), Err(Invalid::Empty));
        assert_eq!(parse_date("=TODAY()"), Err(Invalid::Formula));
    }

    #[test]
    fn day_numbers_of_workbooks() {
        assert_eq!(date_of_serial(61.0), Ok(date(1900, 3, 1)));
        assert_eq!(date_of_serial(45_503.0), Ok(date(2024, 7, 30)));
        assert_eq!(date_of_serial(45_503.99), Ok(date(2024, 7, 30)));
        for bad in [0.0, 60.0, -5.0, 200_000.0, 120_000.0, f64::NAN, f64::INFINITY] {
            assert_eq!(date_of_serial(bad), Err(Invalid::BadDate), "{bad}");
        }
    }

    #[test]
    fn amounts() {
        for (raw, fen) in [
            ("0", 0),
            ("0.00", 0),
            ("95400.00", 9_540_000),
            ("1.5", 150),
            ("1,234.50", 123_450),
            ("¥95,400", 9_540_000),
            ("￥ 12", 1_200),
            ("12元", 1_200),
            ("１２．３４", 1_234),
            ("1,234,567.89", 123_456_789),
            ("007", 700),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(parse_fen(raw), Ok(fen), "{raw}");
        }
        for bad in [
            "1.234",
            "12,34",
            "1234,567",
            ",123",
            "1,",
            ".5",
            "5.",
            "1.2.3",
            "abc",
            "+5",
            "1e5",
            "5 000",
            "--5",
            "¥",
            "1 2",
            "92233720368547758.08",
            "元",
            "1,234.5,6",
            "12Y",
        ] {
            assert_eq!(parse_fen(bad), Err(Invalid::BadNumber), "{bad}");
        }
        assert_eq!(parse_fen("-5"), Err(Invalid::Negative));
        assert_eq!(parse_fen("¥-5.00"), Err(Invalid::Negative));
        assert_eq!(parse_fen("=1+1"), Err(Invalid::Formula));
        assert_eq!(parse_fen(""), Err(Invalid::Empty));
    }

    #[test]
    fn counts() {
        assert_eq!(parse_count("1,200"), Ok(1_200));
        assert_eq!(parse_count("2.0"), Ok(2));
        for bad in ["2.5", "¥2", "2元", "4294967296", "two"] {
            assert_eq!(parse_count(bad), Err(Invalid::BadNumber), "{bad}");
        }
        assert_eq!(parse_count("-1"), Err(Invalid::Negative));
    }
}
