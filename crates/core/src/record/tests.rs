//! Tables of values that the door takes and refuses.

use proptest::prelude::*;

use super::*;

/// Each value must come out as the second one, and that one unchanged.
fn takes(field: Field, table: &[(&str, &str)]) {
    for (raw, normal) in table {
        assert_eq!(check(field, raw).as_deref().map(String::as_str), Ok(*normal), "{field:?} {raw:?}");
        assert_eq!(check(field, normal).as_deref().map(String::as_str), Ok(*normal), "{field:?} {normal:?}");
    }
}

fn refuses(field: Field, table: &[(&str, Invalid)]) {
    for (raw, why) in table {
        assert_eq!(check(field, raw), Err(*why), "{field:?} {raw:?}");
    }
}

#[test]
fn mobile_numbers() {
    takes(
        Field::Mobile,
        &[
            ("13812345678", "13812345678"),
            (" 138 1234 5678 ", "13812345678"),
            ("138-1234-5678", "13812345678"),
            ("+8613812345678", "13812345678"),
            ("+86 138-1234-5678", "13812345678"),
            ("8613812345678", "13812345678"),
            ("0086 13812345678", "13812345678"),
            ("１３８１２３４５６７８", "13812345678"),
            ("＋８６13812345678", "13812345678"),
            ("\t19912345678", "19912345678"),
        ],
    );
    refuses(
        Field::Mobile,
        &[
            ("", Invalid::Empty),
            (" \t ", Invalid::Empty),
            ("1381234567", Invalid::BadMobile),
            ("138123456789", Invalid::BadMobile),
            ("12812345678", Invalid::BadMobile),
            ("23812345678", Invalid::BadMobile),
            ("010-12345678", Invalid::BadMobile),
            ("8713812345678", Invalid::BadMobile),
            ("1381234567a", Invalid::BadMobile),
            ("138123456７張", Invalid::BadMobile),
            ("+1 13812345678", Invalid::Formula),
            ("+cmd|' /C calc'!A0", Invalid::BadMobile),
            ("+A1", Invalid::Formula),
            ("-13812345678", Invalid::Formula),
            ("=13812345678", Invalid::Formula),
            ("1.38123E+10", Invalid::RoundedNumber),
            ("\u{202d}13812345678\u{202c}", Invalid::ControlCharacter),
        ],
    );
}

#[test]
fn identity_numbers() {
    takes(
        Field::IdNumber,
        &[
            ("360501198308137508", "360501198308137508"),
            ("11010519491231002x", "11010519491231002X"),
            (" 360501 19830813 7508 ", "360501198308137508"),
            ("11010519491231002Ｘ", "11010519491231002X"),
            ("\t360501198308137508", "360501198308137508"),
        ],
    );
    refuses(
        Field::IdNumber,
        &[
            ("", Invalid::Empty),
            ("360501198308137509", Invalid::BadCheckDigit),
            ("36050119830813750X", Invalid::BadCheckDigit),
            ("360501198302317508", Invalid::BadDate),
            ("360501198313137508", Invalid::BadDate),
            ("360501178308137508", Invalid::BadDate),
            ("360501830813750", Invalid::BadFormat),
            ("3605011983081375088", Invalid::BadFormat),
            ("060501198308137508", Invalid::BadFormat),
            ("36050119830813750Y", Invalid::BadFormat),
            ("X60501198308137508", Invalid::BadFormat),
            ("3.60501E+17", Invalid::RoundedNumber),
            ("=360501198308137508", Invalid::Formula),
        ],
    );
}

#[test]
fn bank_cards() {
    takes(
        Field::BankCard,
        &[
            ("6217006549440553", "6217006549440553"),
            ("6217 0065 4944 0553", "6217006549440553"),
            ("6217-0065-4944-0553", "6217006549440553"),
            ("4222222222222", "4222222222222"),
            ("5061 2345 6788", "506123456788"),
        ],
    );
    refuses(
        Field::BankCard,
        &[
            ("", Invalid::Empty),
            ("6217006549440554", Invalid::BadLuhn),
            ("6217006549445053", Invalid::BadLuhn),
            ("62170065494", Invalid::BadFormat),
            ("62170065494405531234", Invalid::BadFormat),
            ("0000000000000000", Invalid::BadFormat),
            ("621700654944055X", Invalid::BadFormat),
            ("6.21701E+15", Invalid::RoundedNumber),
            ("6.217e15", Invalid::RoundedNumber),
            ("@6217006549440553", Invalid::Formula),
        ],
    );
}

#[test]
fn emails() {
    let long_local = format!("{}@example.com", "a".repeat(65));
    let long = format!("a@{}.com", "b.".repeat(126));
    takes(
        Field::Email,
        &[
            ("lifang829@example.com", "lifang829@example.com"),
            (" LiFang@Example.COM ", "lifang@example.com"),
            ("li.fang+crm@mail.example.com.cn", "li.fang+crm@mail.example.com.cn"),
            ("li@example.xn--fiqs8s", "li@example.xn--fiqs8s"),
            ("ｌｉ＠example.com", "li@example.com"),
        ],
    );
    refuses(
        Field::Email,
        &[
            ("", Invalid::Empty),
            ("lifang", Invalid::BadEmail),
            ("lifang@", Invalid::BadEmail),
            ("lifang@localhost", Invalid::BadEmail),
            ("li fang@example.com", Invalid::BadEmail),
            ("li..fang@example.com", Invalid::BadEmail),
            (".li@example.com", Invalid::BadEmail),
            ("a@b@example.com", Invalid::BadEmail),
            ("li@-example.com", Invalid::BadEmail),
            ("li@example..com", Invalid::BadEmail),
            ("li@127.0.0.1", Invalid::BadEmail),
            ("李@example.com", Invalid::BadEmail),
            (&long_local, Invalid::BadEmail),
            (&long, Invalid::TooLong { max: 254 }),
            ("@example.com", Invalid::Formula),
            ("+li@example.com", Invalid::Formula),
            ("li@example.com\u{0}", Invalid::ControlCharacter),
        ],
    );
}

#[test]
fn texts() {
    let hundred = "名".repeat(100);
    takes(
        Field::Name,
        &[
            (" 易动力网络有限公司 ", "易动力网络有限公司"),
            ("Ｏ'Neil ＆ 华为（上海）", "O'Neil ＆ 华为（上海）"),
            ("３Ｍ中国", "3M中国"),
            (&hundred, &hundred),
        ],
    );
    takes(Field::Needs, &[("价格敏感\r\n每月10日对账\r次日达", "价格敏感\n每月10日对账\n次日达")]);
    refuses(
        Field::Name,
        &[
            ("", Invalid::Empty),
            ("\u{3000}", Invalid::Empty),
            (&"名".repeat(101), Invalid::TooLong { max: 100 }),
            ("=cmd|' /C calc'!A0", Invalid::Formula),
            (" =1+1", Invalid::Formula),
            ("\t张三", Invalid::Formula),
            ("＝1+1", Invalid::Formula),
            ("-张三", Invalid::Formula),
            ("张\n三", Invalid::ControlCharacter),
            ("张\u{7}三", Invalid::ControlCharacter),
            ("张\u{202e}三", Invalid::ControlCharacter),
            ("张\u{200b}三", Invalid::ControlCharacter),
        ],
    );
    refuses(Field::Address, &[(&"路".repeat(301), Invalid::TooLong { max: 300 })]);
    refuses(
        Field::Needs,
        &[(&"需".repeat(4_001), Invalid::TooLong { max: 4_000 }), ("a\tb", Invalid::ControlCharacter)],
    );
    assert_eq!(label(" 华东 ", 50).as_deref(), Ok("华东"));
    assert_eq!(label("@华东", 50), Err(Invalid::Formula));
}

#[test]
fn kinds_in_two_languages() {
    assert_eq!(Kind::parse("企业"), Some(Kind::Company));
    assert_eq!(Kind::parse("Person"), Some(Kind::Person));
    assert_eq!(Kind::parse("政府"), None);
}

#[test]
fn codes_are_distinct() {
    let all = [
        Invalid::Empty,
        Invalid::TooLong { max: 1 },
        Invalid::Formula,
        Invalid::ControlCharacter,
        Invalid::BadFormat,
        Invalid::BadMobile,
        Invalid::BadCheckDigit,
        Invalid::BadLuhn,
        Invalid::BadEmail,
        Invalid::BadDate,
        Invalid::BadNumber,
        Invalid::Negative,
        Invalid::RoundedNumber,
        Invalid::BadChoice,
    ];
    let codes: std::collections::HashSet<_> = all.iter().map(|invalid| invalid.code()).collect();
    assert_eq!(codes.len(), all.len());
}

proptest! {
    /// Whatever comes in, a normal form is a fixed point, is no formula and has no hidden character.
    #[test]
    fn normal_forms_are_stable(raw in any::<String>(), digits in r"[+ ]?[0-9 -]{9,22}[Xx]?", mail in r"[a-zA-Z.+-]{1,8}@[a-z.-]{1,12}") {
        for raw in [&raw, &digits, &mail] {
            for field in Field::ALL {
                let Ok(normal) = check(field, raw) else { continue };
                prop_assert_eq!(check(field, &normal), Ok(normal.clone()));
                prop_assert!(!normal.starts_with(['=', '+', '-', '@', '\t']));
                prop_assert!(!normal.chars().any(|c| c.is_control() && c != '\n'));
            }
            let _ = (parse_date(raw), parse_fen(raw), parse_count(raw), CustomerNo::parse(raw), role_of(raw, raw));
        }
    }

    #[test]
    fn one_wrong_digit_is_found(place in 0_usize..16, other in 0_u8..10) {
        let mut card = b"6217006549440553".to_vec();
        let wrong = card[place] != b'0' + other;
        card[place] = b'0' + other;
        let taken = check(Field::BankCard, std::str::from_utf8(&card).unwrap()).is_ok();
        prop_assert_eq!(taken, !wrong);
    }
}
