//! What is shown where a value may not be: enough to recognise, too little to use.
//!
//! **Invariant:** a value that does not have its format is not shown at all, and the number of stars never
//! tells the length of what they hide unless the format fixes it.

use crate::divisions::city_end;
use crate::normalise::{self, half_width};

/// What is shown when nothing may be.
const HIDDEN: &str = "****";

/// `138****1234`; what is no Chinese mobile number is hidden.
pub fn mobile(text: &str) -> String {
    let number = normalise::mobile(text);
    if !normalise::is_mobile(&number) {
        return HIDDEN.to_owned();
    }
    format!("{}****{}", &number[..3], &number[7..])
}

/// `3605**********7508`; what is no 18-character identity number is hidden.
pub fn id_number(text: &str) -> String {
    let number = normalise::id_number(text);
    let digits = number.strip_suffix('X').unwrap_or(&number);
    if number.len() != 18 || !all_digits(digits) {
        return HIDDEN.to_owned();
    }
    format!("{}**********{}", &number[..4], &number[14..])
}

/// `6217 **** **** 0553`, for any card of 13 to 19 digits (ISO/IEC 7812); anything else is hidden.
pub fn bank_card(text: &str) -> String {
    let number: String = half_width(text).filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !(13..=19).contains(&number.len()) || !all_digits(&number) {
        return HIDDEN.to_owned();
    }
    format!("{} **** **** {}", &number[..4], &number[number.len() - 4..])
}

/// `张*`, `欧阳*`, `L*`: the surname's characters or the first letter, and one star whatever follows.
pub fn person(text: &str) -> String {
    let name: String = half_width(text).filter(|c| !c.is_whitespace()).collect();
    // 欧阳 alone may be a whole name, so a compound surname shows only in front of something.
    let compound = COMPOUND_SURNAMES.iter().find(|&&it| name.starts_with(it) && name.len() > it.len());
    let mut letters = name.chars();
    match (compound, letters.next(), letters.next()) {
        (Some(surname), ..) => format!("{surname}*"),
        (None, Some(first), Some(_)) if first.is_alphabetic() => format!("{first}*"),
        _ => "*".to_owned(),
    }
}

/// `l***@example.com`; a local part of one character is hidden, and so is what is no mail address.
pub fn email(text: &str) -> String {
    let address = normalise::email(text);
    let Some((local, domain)) = address.rsplit_once('@').filter(|(_, domain)| is_domain(domain)) else {
        return HIDDEN.to_owned();
    };
    let mut letters = local.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(_)) if first.is_alphanumeric() => format!("{first}***@{domain}"),
        _ => format!("***@{domain}"),
    }
}

/// `江苏省南京市****`, `北京市****`: province and city. What cannot be told to be one is hidden.
pub fn address(text: &str) -> String {
    let text: String = half_width(text).filter(|c| !c.is_whitespace()).collect();
    let text = text.strip_prefix("中国").unwrap_or(&text);
    format!("{}****", &text[..city_end(text)])
}

/// `****`: a need has no part that may be shown.
pub fn needs(_text: &str) -> String {
    HIDDEN.to_owned()
}

/// Surnames of two characters that are in use.
const COMPOUND_SURNAMES: [&str; 34] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟",
    "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离",
    "长孙", "宇文", "司徒", "鲜于", "司空", "令狐", "轩辕", "百里",
];

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this is a domain of letters, digits and hyphens that ends in a name (RFC 1123 §2.1), so that
/// nothing else is shown behind an `@`.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_top =
        |label: &str| label.starts_with("xn--") || label.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.split('.').all(is_label) && text.rsplit_once('.').is_some_and(|(_, top)| is_top(top))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(mask: fn(&str) -> String, table: &[(&str, &str)]) {
        for (input, expected) in table {
            assert_eq!(mask(input), *expected, "{input:?}");
        }
    }

    fn hides(mask: fn(&str) -> String, inputs: &[&str]) {
        inputs.iter().for_each(|input| check(mask, &[(input, HIDDEN)]));
    }

    #[test]
    fn mobiles() {
        check(
            mobile,
            &[
                ("13812341234", "138****1234"),
                ("+86 138-1234-1234", "138****1234"),
                ("１３８１２３４１２３４", "138****1234"),
            ],
        );
        hides(
            mobile,
            &["", "1", "1381234", "138123412345", "23812341234", "010-12345678", "1381234123张", "张三"],
        );
    }

    #[test]
    fn identity_numbers() {
        check(
            id_number,
            &[
                ("360501198308137508", "3605**********7508"),
                ("11010519491231002x", "1101**********002X"),
                (" 360501 19830813 7508", "3605**********7508"),
            ],
        );
        hides(
            id_number,
            &[
                "",
                "X",
                "36050119830813750",
                "3605011983081375080",
                "360501830813750",
                "36050119830813张",
                "护照E1234567",
            ],
        );
    }

    #[test]
    fn bank_cards() {
        check(
            bank_card,
            &[
                ("6217006549440553", "6217 **** **** 0553"),
                ("6228 4869 9901 6813 555", "6228 **** **** 3555"),
                ("4222222222222", "4222 **** **** 2222"),
            ],
        );
        hides(bank_card, &["", "62170553", "621700654944", "62170065494405530000", "621700654944055x"]);
    }

    #[test]
    fn people() {
        check(
            person,
            &[
                ("张三", "张*"),
                ("张三丰", "张*"),
                (" 张 三", "张*"),
                ("欧阳修", "欧阳*"),
                ("司马相如", "司马*"),
                ("欧阳", "欧*"),
                ("阿依古丽·买买提", "阿*"),
                ("Li Ming", "L*"),
                ("ｌｉ ming", "l*"),
                // A name of one character would be shown whole.
                ("张", "*"),
                ("L", "*"),
                ("", "*"),
                ("13812341234", "*"),
            ],
        );
    }

    #[test]
    fn emails() {
        check(
            email,
            &[
                ("lifang829@example.com", "l***@example.com"),
                ("LI@Example.COM", "l***@example.com"),
                ("13812341234@139.com", "1***@139.com"),
                ("a@b@example.com", "a***@example.com"),
                ("l@example.com", "***@example.com"),
                ("@example.com", "***@example.com"),
                ("..@example.com", "***@example.com"),
                ("李四@mail.example.xn--fiqs8s", "李***@mail.example.xn--fiqs8s"),
            ],
        );
        hides(
            email,
            &[
                "",
                "@",
                "lifang",
                "lifang@",
                "lifang@home",
                "lifang@张三.公司",
                "lifang@a..com",
                "me@call 13812341234.now",
                "me@138.12341234",
            ],
        );
    }

    #[test]
    fn addresses() {
        check(
            address,
            &[
                ("江苏省南京市鼓楼区中山路88号", "江苏省南京市****"),
                (" 江苏省 南京市 鼓楼区", "江苏省南京市****"),
                ("江苏省苏州市昆山市", "江苏省苏州市****"),
                ("浙江省义乌市稠州路", "浙江省义乌市****"),
                ("江西省景德镇市昌江区", "江西省景德镇市****"),
                ("湖南省津市市孟姜女大道", "湖南省津市市****"),
                ("吉林省吉林市船营区", "吉林省吉林市****"),
                ("北京市朝阳区建国路1号", "北京市****"),
                ("重庆市六盘水县长寿张街h座", "重庆市****"),
                ("香港特别行政区齐齐哈尔县", "香港特别行政区****"),
                ("内蒙古自治区锡林郭勒盟锡林浩特市", "内蒙古自治区锡林郭勒盟****"),
                ("黑龙江省大兴安岭地区加格达奇区", "黑龙江省大兴安岭地区****"),
                ("新疆维吾尔自治区伊犁哈萨克自治州伊宁市", "新疆维吾尔自治区伊犁哈萨克自治州****"),
                ("贵州省黔西南布依族苗族自治州兴义市", "贵州省黔西南布依族苗族自治州****"),
                ("中国江苏省南京市鼓楼区", "江苏省南京市****"),
                ("南京市鼓楼区", "南京市****"),
                ("吉林市船营区", "吉林市****"),
                ("广东深圳市南山区", "广东深圳市****"),
                ("内蒙古呼和浩特市新城区", "内蒙古呼和浩特市****"),
                // No city behind the province: a street or a shop is none.
                ("江苏省中山路超市", "江苏省****"),
                ("江苏省万家超市", "江苏省****"),
                ("辽宁省云县高坪朱路Z座", "辽宁省****"),
                ("贵州省瑞县沙市福州路z座", "贵州省****"),
                ("江苏省A幢12市", "江苏省****"),
                ("江苏省", "江苏省****"),
            ],
        );
        hides(
            address,
            &[
                "",
                "市",
                "省",
                "中山路超市旁",
                "幸福小区3幢",
                "绿地城市广场",
                "江苏路1号",
                "1 Main St, Springfield",
                "北京路12号",
            ],
        );
    }

    #[test]
    fn needs_are_hidden() {
        hides(needs, &["", "要开增值税专票"]);
    }

    proptest! {
        #[test]
        fn nothing_in_the_middle_is_shown(mobile_no in "1[0-9]{10}", id in "[1-9][0-9]{16}[0-9X]", card in "[0-9]{13,19}") {
            prop_assert_eq!(mobile(&mobile_no), format!("{}****{}", &mobile_no[..3], &mobile_no[7..]));
            prop_assert_eq!(id_number(&id), format!("{}**********{}", &id[..4], &id[14..]));
            prop_assert_eq!(
                bank_card(&card),
                format!("{} **** **** {}", &card[..4], &card[card.len() - 4..])
            );
        }

        #[test]
        fn any_text_is_masked(text in "\\PC{0,40}|[0-9xX张市省@. +-]{0,30}|(江苏省|广东|北京)?[京市路盟地区自治州A3]{0,12}") {
            for mask in [mobile, id_number, bank_card, person, email, address, needs] {
                let masked = mask(&text);
                prop_assert!(masked.contains('*'));
                prop_assert!(masked != text || text.contains('*'));
            }
        }

        #[test]
        fn a_name_shows_its_surname_at_most(text in "\\PC{0,20}|[欧阳司马张三a ]{0,6}") {
            let masked = person(&text);
            let shown = masked.strip_suffix('*').unwrap();
            prop_assert!(shown.chars().count() <= 1 || COMPOUND_SURNAMES.contains(&shown));
        }

        #[test]
        fn an_address_shows_its_beginning_at_most_to_the_city(rest in "[路街号0-9]{0,20}") {
            prop_assert_eq!(address(&format!("江苏省南京市{rest}")), "江苏省南京市****");
            prop_assert_eq!(address(&format!("江苏省{rest}")), "江苏省****");
            prop_assert_eq!(address(&rest), HIDDEN);
        }
    }
}
