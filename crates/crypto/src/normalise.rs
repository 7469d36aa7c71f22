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

/// Legal forms that end a firm's name, longer ones first; `name` has made them lower-case.
const LEGAL_FORMS: [&str; 16] = [
    "股份有限责任公司",
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "公司",
    "companylimited",
    "incorporated",
    "corporation",
    "coltd",
    "limited",
    "company",
    "corp",
    "inc",
    "ltd",
    "llc",
    "co",
];

/// Regions that firms have in their names, with or without `省`, `市` and the like behind them.
const REGIONS: &str = "中国 北京 上海 天津 重庆 河北 山西 内蒙古 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 \
     湖南 广东 广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 香港 澳门 台湾 深圳 广州 杭州 南京 苏州 无锡 宁波 \
     温州 青岛 济南 大连 沈阳 长春 哈尔滨 武汉 长沙 成都 西安 郑州 合肥 福州 厦门 泉州 南昌 昆明 贵阳 南宁 海口 兰州 \
     太原 石家庄 佛山 东莞 珠海 中山 惠州 常州 南通 烟台";

/// A firm's name across its spellings: as [`name`], without punctuation and brackets, without the legal form at its end,
/// and with a region that stands in brackets (or ends in `省`, `市`) as a plain word in front. So
/// `易动力网络（上海）有限公司` and `上海市易动力网络有限责任公司` are one firm. A branch (`分公司`) stays another than
/// its firm, and traditional characters stay others than simplified ones.
///
/// Two firms can come to one spelling, for it drops what the register tells them apart by. Use it to ask, never to decide.
pub fn firm(text: &str) -> String {
    let text = name(text).replace(['〔', '【', '[', '{'], "(").replace(['〕', '】', ']', '}'], ")");
    let mut rest = text.clone();
    let mut place = String::new();
    let bracketed = text.split('(').skip(1).filter_map(|part| part.split_once(')'));
    for (inside, _) in bracketed {
        if place.is_empty()
            && let Some(region) = bare_region(inside)
        {
            place = region.to_owned();
            rest = rest.replacen(&format!("({inside})"), "", 1);
        }
    }
    let mut rest: String = rest.chars().filter(|c| c.is_alphanumeric()).collect();
    if !rest.ends_with("分公司") {
        let form =
            LEGAL_FORMS.iter().find_map(|form| rest.strip_suffix(form).filter(|bare| !bare.is_empty()));
        rest = form.map(str::to_owned).unwrap_or(rest);
    }
    if place.is_empty()
        && let Some((region, behind)) = leading_region(&rest)
    {
        (place, rest) = (region.to_owned(), behind.to_owned());
    }
    place + &rest
}

/// A region without `省`, `市` and the like behind it.
fn bare_region(text: &str) -> Option<&'static str> {
    let (region, rest) = leading_region(text)?;
    rest.is_empty().then_some(region)
}

/// The region that a text begins with, and what follows it and its `省`, `市` and the like.
fn leading_region(text: &str) -> Option<(&'static str, &str)> {
    let region = REGIONS.split_whitespace().find(|region| text.starts_with(region))?;
    let rest = text.strip_prefix(region)?;
    let plain = ["特别行政区", "自治区", "省", "市"].iter().find_map(|kind| rest.strip_prefix(kind));
    Some((region, plain.unwrap_or(rest)))
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

    #[test]
    fn firms_across_their_spellings() {
        for spellings in [
            &[
                "上海易动力网络有限公司",
                "易动力网络（上海）有限公司",
                "易动力网络(上海市)有限责任公司",
                "（上海）易动力网络股份有限公司",
                " 上海市 易动力网络　有限公司 ",
                "上海易动力网络【有限公司】",
                "\u{feff}上海易动力网络",
            ][..],
            &["海屿（集团）股份有限公司", "海屿集团有限公司", "海屿〔集团〕公司"],
            &["Hengyu Cooling Co., Ltd.", "ＨＥＮＧＹＵ　ＣＯＯＬＩＮＧ CO LTD", "hengyu cooling"],
        ] {
            let forms: Vec<String> = spellings.iter().map(|spelling| firm(spelling)).collect();
            assert!(forms.iter().all(|form| *form == forms[0] && !form.is_empty()), "{forms:?}");
        }
        for (one, other) in [
            ("上海易动力网络有限公司", "北京易动力网络有限公司"),
            ("易动力网络有限公司", "易动力网络有限公司上海分公司"),
            ("易动力网络有限公司", "上海易动力网络有限公司"),
            ("恒屿制冷设备有限公司", "恒屿制冷有限公司"),
            ("有限公司", "公司"),
        ] {
            assert_ne!(firm(one), firm(other));
        }
        assert_eq!(firm("公司"), "公司");
        assert_eq!(firm(""), "");
    }

    proptest! {
        #[test]
        fn brackets_and_legal_forms_do_not_matter(core in "[\u{6000}-\u{6fff}]{2,6}", region in 0usize..20) {
            let region = REGIONS.split_whitespace().nth(region).unwrap_or_default();
            let plain = firm(&format!("{region}{core}有限公司"));
            for spelled in ["{core}（{region}）有限责任公司", "({region}){core}股份有限公司", "{region}市{core}"] {
                let spelled = spelled.replace("{core}", &core).replace("{region}", region);
                prop_assert_eq!(firm(&spelled), plain.clone(), "{}", spelled);
            }
        }

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
