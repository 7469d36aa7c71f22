//! One spelling for each value, so that what was typed finds what was stored.
//!
//! Every function is total and idempotent; none validates. An index made before a change here no longer
//! matches after it, so a change needs the indexes rebuilt.

/// A mobile number: digits only, without spaces, dashes, dots, brackets and China's prefix (`+86`,
/// `0086`, `86`). Another country's `+` stays.
pub fn mobile(text: &str) -> String {
    let bare: String = half_width(text)
        .filter(|c| !c.is_whitespace() && !is_dash(*c) && !matches!(c, '.' | '(' | ')') && !is_invisible(*c))
        .collect();
    let national = bare.strip_prefix("+86").or_else(|| bare.strip_prefix("0086"));
    // A bare 86 is a prefix only in front of a whole mobile number.
    let national = national.or_else(|| bare.strip_prefix("86").filter(|rest| is_mobile(rest)));
    national.unwrap_or(&bare).to_owned()
}

/// A mail address: trimmed, lower-case, half-width.
pub fn email(text: &str) -> String {
    lower(half_width(text).filter(|c| !is_invisible(*c))).trim().to_owned()
}

/// A resident identity number (GB 11643): no spaces or dashes, a final `X` in upper case.
pub fn id_number(text: &str) -> String {
    half_width(text)
        .filter(|c| !c.is_whitespace() && !is_dash(*c) && !is_invisible(*c))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// A bank card number: its digits.
pub fn bank_card(text: &str) -> String {
    half_width(text).filter(char::is_ascii_digit).collect()
}

/// A person's or a firm's name: half-width, lower-case, one form of the middle dot; white space goes
/// beside a Chinese character and elsewhere becomes one space.
pub fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in lower(half_width(text).filter(|c| !is_invisible(*c)).map(middle_dot)).chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if gap && !is_han(c) && out.chars().next_back().is_some_and(|before| !is_han(before)) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// Whether this is a Chinese mobile number in its normal form: 1 and ten digits.
pub(crate) fn is_mobile(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Full-width forms (U+FF01–FF5E) and the ideographic space as their half-width fellows.
pub(crate) fn half_width(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    })
}

/// Whether `c` is a Chinese character (CJK ideographs with their extensions).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Zero-width characters and marks of direction, which come along when text is copied from elsewhere.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn lower(text: impl Iterator<Item = char>) -> String {
    text.flat_map(char::to_lowercase).collect()
}

/// Names of minorities are typed with any of several dots (阿依古丽·买买提).
fn middle_dot(c: char) -> char {
    if matches!(c, '\u{2022}' | '\u{2027}' | '\u{30fb}' | '\u{ff65}') { '\u{b7}' } else { c }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(normalise: fn(&str) -> String, table: &[(&str, &str)]) {
        for (input, expected) in table {
            assert_eq!(normalise(input), *expected, "{input:?}");
        }
    }

    #[test]
    fn mobiles() {
        check(
            mobile,
            &[
                ("13812345678", "13812345678"),
                (" 138 1234-5678\t", "13812345678"),
                ("138–1234–5678", "13812345678"),
                ("+86 138 1234 5678", "13812345678"),
                ("0086-13812345678", "13812345678"),
                ("86 13812345678", "13812345678"),
                ("(+86) 138.1234.5678", "13812345678"),
                ("＋８６　１３８１２３４５６７８", "13812345678"),
                ("\u{202a}13812345678\u{202c}", "13812345678"),
                // 86 is a prefix in front of a mobile number only.
                ("8612345", "8612345"),
                ("+1 415 555 0100", "+14155550100"),
                ("010-12345678", "01012345678"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn emails() {
        check(
            email,
            &[
                (" Li@Example.COM ", "li@example.com"),
                ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
                ("li@example.com\u{3000}", "li@example.com"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn identity_numbers() {
        check(
            id_number,
            &[
                ("11010519491231002x", "11010519491231002X"),
                (" 110105 19491231 002X ", "11010519491231002X"),
                ("110105-19491231-002Ｘ", "11010519491231002X"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn bank_cards() {
        check(
            bank_card,
            &[
                ("6217 0065 4944 0553", "6217006549440553"),
                ("6217-0065-4944-0553", "6217006549440553"),
                ("６２１７００６５４９４４０５５３", "6217006549440553"),
                ("none", ""),
            ],
        );
    }

    #[test]
    fn names() {
        check(
            name,
            &[
                ("张三", "张三"),
                (" 张　三 ", "张三"),
                ("Li  Ming", "li ming"),
                ("ＬＩ　ＭＩＮＧ", "li ming"),
                ("José  García", "josé garcía"),
                ("李 Tom 明", "李tom明"),
                ("阿依古丽•买买提", "阿依古丽·买买提"),
                ("阿依古丽・买买提", "阿依古丽·买买提"),
                ("\u{feff}张三\u{200b}", "张三"),
                ("  ", ""),
            ],
        );
    }

    proptest! {
        #[test]
        fn once_is_enough(text in "[0-9+ ＋８６xXｘ()\u{2013}\u{200b}张・.•@aÀ\u{130}\u{3000}-]{0,24}|\\PC{0,24}") {
            for normalise in [mobile, email, id_number, bank_card, name] {
                let normal = normalise(&text);
                prop_assert_eq!(normalise(&normal), normal);
            }
        }

        #[test]
        fn spacing_and_width_do_not_matter(number in "1[0-9]{10}", at in 1usize..10) {
            let spaced = format!("+86 {} {}", &number[..at], &number[at..]);
            let wide: String = number.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
            prop_assert_eq!(mobile(&spaced), number.clone());
            prop_assert_eq!(mobile(&wide), number);
        }
    }
}
