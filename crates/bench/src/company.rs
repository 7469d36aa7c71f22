//! A made-up company: any customer can be made from its number alone, so that nothing has to be remembered.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

/// Members of staff who own customers: `S001` and on.
pub(crate) const SELLERS: u64 = 64;
/// Members of staff in all.
const STAFF: u64 = 100;
const REGIONS: [&str; 6] = ["华东", "华南", "华北", "华中", "西南", "东北"];
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉建国红梅志斌婷雪鹏飞琳浩宇轩";
const AREAS: [&str; 8] = ["110101", "310101", "440106", "330106", "510104", "420106", "320102", "370102"];

/// A generator (SplitMix64) that begins at a number: equal numbers give equal customers.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one(&mut self, of: &str) -> char {
        let at = self.below(of.chars().count() as u64) as usize;
        of.chars().nth(at).unwrap_or('王')
    }

    fn person(&mut self) -> String {
        let mut name: String = [self.one(SURNAMES), self.one(GIVEN)].iter().collect();
        if self.below(3) > 0 {
            name.push(self.one(GIVEN));
        }
        name
    }
}

/// A customer's number.
pub(crate) fn number(index: u64) -> String {
    format!("C{:07}", index + 1)
}

/// The seller who owns a customer.
pub(crate) fn owner(index: u64) -> u64 {
    index % SELLERS
}

/// A staff number.
pub(crate) fn staff_number(index: u64) -> String {
    format!("S{:03}", index + 1)
}

/// A customer's mobile number: each has another.
pub(crate) fn mobile(index: u64) -> String {
    format!("138{:08}", (index + 1) * 48_271 % 99_999_989)
}

/// A customer's name: a person's, or a firm's.
pub(crate) fn name(index: u64) -> String {
    let mut dice = Dice::new(index);
    let person = dice.person();
    if index.is_multiple_of(2) { person } else { format!("{person}{}贸易有限公司", dice.one(SURNAMES)) }
}

/// One line of the customers' file.
fn line(index: u64, out: &mut String) {
    let mut dice = Dice::new(!index);
    let kind = if index.is_multiple_of(2) { "个人" } else { "企业" };
    let region = REGIONS[(owner(index) % 6) as usize];
    let year = 2018 + dice.below(8);
    // Heavy-tailed: most buy little.
    let spend = 10_u64.pow(2 + dice.below(4) as u32) * (1 + dice.below(9));
    let (month, day) = (1 + dice.below(12), 1 + dice.below(28));
    out.clear();
    let _ = writeln!(
        out,
        "{},{kind},{},{},{},{},{},mail{index}@example.com,{}省{}市中山路{}号,{region},{},{year}-{month:02}-{day:02},\
         {spend}.00,年底前续签，价格敏感",
        number(index),
        name(index),
        dice.person(),
        mobile(index),
        id_number(&mut dice),
        bank_card(index),
        ["江苏", "广东", "河北", "湖北", "四川", "辽宁"][(owner(index) % 6) as usize],
        ["苏州", "广州", "保定", "武汉", "成都", "大连"][(owner(index) % 6) as usize],
        1 + dice.below(900),
        staff_number(owner(index)),
    );
}

/// An ID number (GB 11643-1999) with its check character (ISO 7064, MOD 11-2).
fn id_number(dice: &mut Dice) -> String {
    let area = AREAS[dice.below(8) as usize];
    let (year, month, day) = (1950 + dice.below(50), 1 + dice.below(12), 1 + dice.below(28));
    let body = format!("{area}{year}{month:02}{day:02}{:03}", dice.below(1000));
    let rest = body.bytes().fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    match (12 - rest) % 11 {
        10 => body + "X",
        check => body + &check.to_string(),
    }
}

/// A card number whose last digit is Luhn's (ISO/IEC 7812-1).
fn bank_card(index: u64) -> String {
    let body = format!("621700{index:012}");
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 } {
            two @ 10.. => two - 9,
            one => one,
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Writes the customers' file.
pub(crate) fn write_customers(path: &Path, customers: u64) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(
        "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,\
         annual_spend_cny,needs\n"
            .as_bytes(),
    )?;
    let mut text = String::new();
    for index in 0..customers {
        line(index, &mut text);
        file.write_all(text.as_bytes())?;
    }
    file.flush()
}

/// The staff file.
pub(crate) fn staff() -> String {
    let mut text = "staff_no,name,department,role,region,manager,joined,email\n".to_owned();
    for index in 0..STAFF {
        let no = staff_number(index);
        let name = Dice::new(index << 32).person();
        let region = REGIONS[(index % 6) as usize];
        let _ = writeln!(text, "{no},{name},销售部,员工,{region},,2020-01-06,{no}@example.com");
    }
    text.push_str("C901,方茴,合规部,合规专员,,,2020-01-06,c901@example.com\n");
    text.push_str("D901,闻笛,数据部,数据保护负责人,,,2020-01-06,d901@example.com\n");
    text
}

/// Those who see all customers, and decide about exports.
pub(crate) const OVERSIGHT: [&str; 2] = ["C901", "D901"];
