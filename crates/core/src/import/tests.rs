//! Files good and bad, made here.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::policy::Role;
use crate::record::{Field, Invalid, Kind, NewCustomer, NewOrder, NewStaff};

const TODAY: Date = date(2026, 11, 24);
const CHINESE: &str = "客户编号,客户类型,客户名称,联系人,手机,身份证号,银行卡号,邮箱,地址,区域,负责人工号,首次合作日期,近一年消费(元),需求备注\n\
    C00001,企业,易动力网络有限公司,高淑珍,15920116410,360501198308137508,6217006549440553,lifang829@example.com,\
    福建省潮州市吉区郭路U座,华东,S046,2024-07-30,\"1,234.50\",价格敏感\n";

type Outcome<T> = Vec<Result<(u64, T), Vec<LineFault>>>;

fn open(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Sheet, FileFault> {
    Sheet::open(name, Cursor::new(bytes.into()), Limits::default())
}

fn read<T: Row>(sheet: Sheet) -> Outcome<T> {
    let mapping = Mapping::detect(T::TABLE, sheet.headers(), &[]).unwrap();
    rows(sheet, mapping, TODAY).collect()
}

fn customers(name: &str, bytes: impl Into<Vec<u8>>) -> Outcome<NewCustomer> {
    read(open(name, bytes).unwrap())
}

/// Lines and problems of all faults, and the lines that are good.
fn summary(outcome: Outcome<NewCustomer>) -> (Vec<u64>, Vec<(u64, String, Problem)>) {
    let good = outcome.iter().flatten().map(|(line, _)| *line).collect();
    let faults = outcome.into_iter().filter_map(Result::err).flatten();
    (good, faults.map(|fault| (fault.line, fault.column, fault.problem)).collect())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A minimal workbook around the rows of a sheet and its shared strings.
fn workbook(rows: &str, strings: &str) -> Vec<u8> {
    const MAIN: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation =
        |id, kind, target| format!(r#"<Relationship Id="rId{id}" Type="{TYPES}/{kind}" Target="{target}"/>"#);
    let relations = [
        (1, "worksheet", "worksheets/sheet1.xml"),
        (2, "styles", "styles.xml"),
        (3, "sharedStrings", "sharedStrings.xml"),
    ]
    .map(|(id, kind, target)| relation(id, kind, target))
    .concat();
    let package = relation(1, "officeDocument", "xl/workbook.xml");
    let relationships = |inside: &str| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>"#
        )
    };
    archive(&[
        ("_rels/.rels", relationships(&package)),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook {MAIN} xmlns:r="{TYPES}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relationships(&relations)),
        (
            "xl/styles.xml",
            format!(
                r#"<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst {MAIN} {strings}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")),
    ])
}

fn archive(files: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A row of a workbook with its cells as text.
fn text_row(number: u32, cells: &[&str]) -> String {
    let cell = |(i, text): (usize, &&str)| {
        let column = char::from(b'A' + u8::try_from(i).unwrap());
        format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    format!(r#"<row r="{number}">{}</row>"#, cells.iter().enumerate().map(cell).collect::<String>())
}

fn assert_first_customer(outcome: &Outcome<NewCustomer>) {
    let [Ok((2, customer))] = outcome.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(customer.no.as_str(), "C00001");
    assert_eq!(customer.kind, Kind::Company);
    assert_eq!(customer.details.get(Field::Name), Some("易动力网络有限公司"));
    assert_eq!(customer.details.get(Field::Needs), Some("价格敏感"));
    assert_eq!(customer.details.iter().count(), 8);
    assert_eq!((customer.region.as_str(), customer.since), ("华东", date(2024, 7, 30)));
    assert_eq!(customer.owner.as_ref().map(|no| no.as_str()), Some("S046"));
    assert_eq!(customer.declared_spend_fen, 123_450);
}

#[test]
fn text_in_every_encoding_separator_and_packing() {
    assert_first_customer(&customers("c.csv", CHINESE));
    assert_first_customer(&customers("c.csv", format!("\u{feff}{CHINESE}")));
    assert_first_customer(&customers("stdin", CHINESE.replace('\n', "\r\n")));
    assert_first_customer(&customers("c.csv", CHINESE.trim_end()));
    assert_first_customer(&customers("C.CSV.GZ", gzip(CHINESE.as_bytes())));
    let (gb18030, _, unmappable) = encoding_rs::GB18030.encode(CHINESE);
    assert!(!unmappable && std::str::from_utf8(&gb18030).is_err());
    assert_first_customer(&customers("c.csv", gb18030.as_ref()));
    assert_first_customer(&customers("c.csv.gz", gzip(&gb18030)));
    for (separator, name) in [(";", "c.csv"), ("\t", "c.tsv")] {
        let text = CHINESE.replace("1,234.50", "1234.50").replace(',', separator);
        assert_first_customer(&customers(name, text));
    }
}

#[test]
fn only_number_and_name_are_needed() {
    let outcome = customers("c.csv", "customer_no,name\n\nC1,张三\n,,\n , \nC2,\n");
    let Ok((3, customer)) = &outcome[0] else { panic!("{outcome:?}") };
    assert_eq!((customer.kind, customer.since, customer.declared_spend_fen), (Kind::Person, TODAY, 0));
    let columns = Problem::Columns { expected: 2, found: 3 };
    let faults = vec![(4, String::new(), columns), (6, "name".into(), Problem::Value(Invalid::Empty))];
    assert_eq!(summary(outcome), (vec![3], faults));
}

#[test]
fn every_fault_of_a_line_is_told_and_masked() {
    let text = "编号,客户名称,手机,身份证号,银行卡号,邮箱,首次合作日期,近一年消费(元),需求备注\n\
        C 1,张,12812345678,360501198308137509,6217006549440554,li@home,2024-02-31,-5,=cmd|A0\n";
    let sheet = open("c.csv", text).unwrap();
    let map = [("编号".to_owned(), "customer_no".to_owned())];
    let mapping = Mapping::detect(Table::Customers, sheet.headers(), &map).unwrap();
    let faults = rows::<NewCustomer>(sheet, mapping, TODAY).next().unwrap().unwrap_err();
    let told: Vec<_> =
        faults.iter().map(|f| (f.column.as_str(), f.problem.code(), f.shown.as_str())).collect();
    assert_eq!(
        told,
        [
            ("编号", "bad_format", "C***"),
            ("手机", "bad_mobile", "128****5678"),
            ("身份证号", "bad_check_digit", "3605**********7509"),
            ("银行卡号", "bad_luhn", "6217 **** **** 0554"),
            ("邮箱", "bad_email", "****"),
            ("需求备注", "formula", "=***"),
            ("首次合作日期", "bad_date", "2***"),
            ("近一年消费(元)", "negative", "-***"),
        ]
    );
}

#[test]
fn broken_lines_cost_themselves_only() {
    let long = "x".repeat(70_000);
    let text = format!(
        "customer_no,name,needs\n\
         C1,a,\"two\nlines and a \"\"quote\"\"\"\n\
         C2,a,\"never closed\n\
         C3,a,b\n\
         C4,a\n\
         C5,a,b,c\n\
         C6,a\"b,c\n\
         C7,\"a\"b,c\n\
         C8,a,{long}\n\
         C1,again,\n\
         C9,a,\"last\""
    );
    let outcome = customers("c.csv", text);
    let Ok((_, first)) = &outcome[0] else { panic!() };
    assert_eq!(first.details.get(Field::Needs), Some("two\nlines and a \"quote\""));
    let whole = |line, problem| (line, String::new(), problem);
    let expected = vec![
        whole(4, Problem::Quotes),
        whole(6, Problem::Columns { expected: 3, found: 2 }),
        whole(7, Problem::Columns { expected: 3, found: 4 }),
        whole(8, Problem::Quotes),
        whole(9, Problem::Quotes),
        whole(10, Problem::LongLine { max: 65_536 }),
        whole(11, Problem::Duplicate { first: 2 }),
    ];
    assert_eq!(summary(outcome), (vec![2, 5, 12], expected));
}

#[test]
fn an_unclosed_quote_at_the_end_does_not_hide_the_lines_after_it() {
    let mut text = String::from("customer_no,name\nC0,\"open\n");
    (1..5_000).for_each(|i| text += &format!("C{i},张三\n"));
    let (good, faults) = summary(customers("c.csv", text));
    assert_eq!((good.len(), good[0], *good.last().unwrap()), (4_999, 3, 5_001));
    assert_eq!(faults, [(2, String::new(), Problem::Quotes)]);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_line() {
    let mut bytes = CHINESE.as_bytes().to_vec();
    bytes.extend_from_slice(b"C2,");
    bytes.extend_from_slice(&[0xe5, 0xbc, b',']);
    bytes.extend_from_slice("x,,,,,,,,,,,\nC3,个人,李四,,,,,,,,,,,\n".as_bytes());
    assert_eq!(summary(customers("c.csv", bytes)), (vec![2, 4], vec![(3, String::new(), Problem::Encoding)]));
}

#[test]
fn orders_and_staff() {
    let orders: Outcome<NewOrder> = read(
        open("o.csv", "客户编号,日期,件数,金额(元)\nC1,2025/1/2,3,11770.00\nC1,2025/1/2,0.5,\n").unwrap(),
    );
    let Ok((2, order)) = &orders[0] else { panic!("{orders:?}") };
    assert_eq!((order.date, order.items, order.amount_fen), (date(2025, 1, 2), 3, 1_177_000));
    assert_eq!(orders[1].as_ref().unwrap_err().len(), 2);
    let text = "staff_no,name,department,role,region,manager,joined,email\n\
        S001,邢旭,销售部,主管,华中,,2024-07-14,S001@example.com\nS002,韦斌,董事会,主席,,S001,,\nS001,韦斌,销售部,员工,,S001,,\n";
    let staff: Outcome<NewStaff> = read(open("s.csv", text).unwrap());
    let Ok((2, boss)) = &staff[0] else { panic!("{staff:?}") };
    assert_eq!(
        (boss.role, boss.title.as_str(), boss.email.as_str()),
        (Role::Manager, "主管", "s001@example.com")
    );
    assert_eq!(staff[1].as_ref().unwrap_err()[0].problem, Problem::Value(Invalid::BadChoice));
    assert_eq!(staff[2].as_ref().unwrap_err()[0].problem, Problem::Duplicate { first: 2 });
}

#[test]
fn workbooks() {
    let rows = text_row(1, &["客户编号", "客户名称", "手机", "首次合作日期", "近一年消费(元)", "银行卡号"])
        + r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2"><v>13812345678</v></c>
             <c r="D2" s="1"><v>45503</v></c><c r="E2"><v>0.30000000000000004</v></c></row>
             <row r="4"><c r="A4" t="inlineStr"><is><t>C2</t></is></c><c r="B4" t="str"><f>A1&amp;"x"</f><v>C1x</v></c>
             <c r="D4"><v>45503.5</v></c><c r="F4"><v>6217006549440553</v></c></row>
             <row r="5"><c r="A5" t="inlineStr"><is><t>C3</t></is></c><c r="XFD5"><v>1</v></c></row>"#;
    let file = workbook(&rows, r#"uniqueCount="2"><si><t>C1</t></si><si><t>张三</t></si>"#);
    let outcome = customers("c.xlsx", file.clone());
    let Ok((2, customer)) = &outcome[0] else { panic!("{outcome:?}") };
    assert_eq!(customer.details.get(Field::Mobile), Some("13812345678"));
    assert_eq!((customer.since, customer.declared_spend_fen), (date(2024, 7, 30), 30));
    let (good, faults) = summary(outcome);
    assert_eq!(good, [2]);
    assert_eq!(
        faults,
        [
            (4, "客户名称".into(), Problem::Value(Invalid::Formula)),
            (4, "银行卡号".into(), Problem::Value(Invalid::RoundedNumber)),
            (5, String::new(), Problem::Columns { expected: 6, found: 16_384 }),
        ]
    );
    assert_eq!(customers("c.xlsx.gz", gzip(&file)).len(), 3);
}

#[test]
fn a_file_must_be_what_its_name_says() {
    let book = workbook(&text_row(1, &["客户编号", "客户名称"]), ">");
    assert!(open("c.xlsx", book.clone()).is_ok());
    let wrong = |name, content| FileFault::WrongName { name, content };
    for (name, bytes, fault) in [
        ("c.xlsx", CHINESE.as_bytes().to_vec(), wrong(FileKind::Workbook, FileKind::Text)),
        ("c.csv", book.clone(), wrong(FileKind::Text, FileKind::Workbook)),
        ("c.csv", gzip(CHINESE.as_bytes()), wrong(FileKind::Text, FileKind::Gzip)),
        ("c.csv.gz", CHINESE.as_bytes().to_vec(), wrong(FileKind::Gzip, FileKind::Text)),
        ("c.csv.gz", gzip(&book), wrong(FileKind::Text, FileKind::Workbook)),
        ("c.csv", b"\x89PNG\r\n\x1a\n....".to_vec(), wrong(FileKind::Text, FileKind::Other)),
        ("c.exe", CHINESE.as_bytes().to_vec(), wrong(FileKind::Other, FileKind::Text)),
        ("c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), FileFault::Unsupported),
        ("c.csv", b"customer_no,name\nC1,a\0b\n".to_vec(), FileFault::Unsupported),
        ("c", gzip(&gzip(CHINESE.as_bytes())), FileFault::Unsupported),
        ("c.csv", Vec::new(), FileFault::Empty),
        ("c.csv", b"\n\n".to_vec(), FileFault::Empty),
        ("c.csv", b"\xef\xbb\xbf".to_vec(), FileFault::Empty),
        ("c.csv.gz", gzip(CHINESE.as_bytes())[..60].to_vec(), FileFault::Damaged),
        ("c.xlsx", archive(&[("a.txt", "a".into())]), FileFault::Unsupported),
        ("c.xlsx", book[..book.len() / 2].to_vec(), FileFault::Damaged),
    ] {
        assert_eq!(open(name, bytes).err(), Some(fault), "{name}");
    }
}

#[test]
fn bombs_are_found_before_a_row_is_handed_out() {
    let many = format!("customer_no,name\n{}", "C1,a\n".repeat(1_000_000));
    let packed = gzip(many.as_bytes());
    assert!(packed.len() < 16 * 1024);
    assert!(matches!(open("c.csv.gz", packed), Err(FileFault::TooLarge { .. })));
    let limits = Limits { bytes: 1_000, rows: 3, ratio: 200 };
    let open = |name: &str, bytes: Vec<u8>| Sheet::open(name, Cursor::new(bytes), limits).err();
    assert_eq!(open("c.csv", many.into_bytes()), Some(FileFault::TooLarge { limit: 1_000 }));
    assert_eq!(
        open("c.csv", b"customer_no,name\n1,a\n2,a\n3,a\n4,a\n".to_vec()),
        Some(FileFault::TooManyRows { limit: 3 })
    );

    let spaces = " ".repeat(3 << 20);
    let mut bomb = workbook(&(text_row(1, &["客户编号", "客户名称"]) + &spaces), ">");
    assert_eq!(
        super::tests::open("c.xlsx", bomb.clone()).err(),
        Some(FileFault::TooLarge { limit: 1 << 20 })
    );
    // A directory that lies about the size helps it nothing.
    let length = spaces.len() as u32 & 0xffff_0000;
    let mut lies = 0;
    for at in 0..bomb.len() - 4 {
        let size = u32::from_le_bytes(bomb[at..at + 4].try_into().unwrap());
        if size & 0xffff_0000 == length {
            bomb[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert_eq!(lies, 2, "in the local header and in the directory");
    assert_eq!(super::tests::open("c.xlsx", bomb).err(), Some(FileFault::Damaged));
    let greedy = workbook(
        &text_row(1, &["客户编号", "客户名称"]),
        r#"uniqueCount="99999999999999"><si><t>x</t></si>"#,
    );
    assert_eq!(super::tests::open("c.xlsx", greedy).err(), Some(FileFault::Damaged));
}

/// Cells as they come in bad files: almost right, in the wrong column, or anything.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[=+@-]?1[2-9][0-9]{8,10}",
        r"[1-9][0-9]{16}[0-9X]",
        r"[a-z0-9]{0,9}@[a-z0-9.]{1,12}",
        r"[李王张欧阳]{1,3}",
        r"20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_fault_shows_a_value(cells in prop::collection::vec(cell(), 14)) {
        let header = CHINESE.lines().next().unwrap();
        let line: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\"").replace('\0', ""))).collect();
        let sheet = open("c.csv", format!("{header}\n{}\n", line.join(",")));
        let faults = sheet.map(read::<NewCustomer>).into_iter().flatten().filter_map(Result::err).flatten();
        for fault in faults {
            let place = header.split(',').position(|h| h == fault.column);
            let value = place.map_or("", |place| cells[place].trim());
            let hides = value.is_empty() || value.chars().all(|c| c == '*') || !fault.to_string().contains(value);
            // Short pieces such as `1` stand in the sentence by themselves.
            prop_assert!(hides || (value.chars().count() < 4 && !fault.shown.contains(value)), "{fault}");
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), name in "[a-z]{0,2}(\\.csv|\\.xlsx|\\.csv\\.gz)?") {
        let with_header = [b"customer_no,name\n".as_slice(), &bytes].concat();
        let packed = gzip(&with_header);
        for bytes in [bytes, with_header, packed] {
            let Ok(sheet) = open(&name, bytes) else { continue };
            if let Ok(mapping) = Mapping::detect(Table::Customers, sheet.headers(), &[]) {
                rows::<NewCustomer>(sheet, mapping, TODAY).for_each(drop);
            }
        }
    }

    #[test]
    fn no_damaged_workbook_panics(at in 0_usize..3_000, byte in any::<u8>()) {
        let mut bytes = workbook(&text_row(1, &["客户编号", "客户名称"]), ">");
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(sheet) = open("c.xlsx", bytes) && let Ok(mapping) = Mapping::detect(Table::Customers, sheet.headers(), &[]) {
            rows::<NewCustomer>(sheet, mapping, TODAY).for_each(drop);
        }
    }
}
