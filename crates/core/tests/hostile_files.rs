//! Files made to do harm, given to the import and to tracing: each is refused, or read for what it is worth, in bounded memory.
//! Nothing in them is computed, unpacked twice, fetched or run.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    fmt::Write as _,
    io::{Cursor, Write},
};

use flate2::{Compression, write::GzEncoder};
use kit::House;
use tigertally_core::{
    desk::{DeskError, ImportFile, ImportOptions, LeakedFile},
    identity::Actor,
    import::{FileFault, Table},
};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Memory that reading one of them may take at most, beyond what the files themselves are: MiB.
const MOST_MIB: u64 = 700;

const MAIN: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD: &str = "customer_no,kind,name,region,owner,needs\n";

/// The files of a workbook, to be spoilt.
struct Book {
    files: Vec<(String, Vec<u8>)>,
    method: CompressionMethod,
}

impl Book {
    fn new() -> Book {
        let relation = |id: u32, kind: &str, target: &str| {
            format!(r#"<Relationship Id="rId{id}" Type="{TYPES}/{kind}" Target="{target}"/>"#)
        };
        let relationships = |inside: &str| {
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>"#
            )
        };
        let parts = relation(1, "worksheet", "worksheets/sheet1.xml")
            + &relation(2, "styles", "styles.xml")
            + &relation(3, "sharedStrings", "sharedStrings.xml");
        let mut book = Book { files: Vec::new(), method: CompressionMethod::Deflated };
        book.put("_rels/.rels", relationships(&relation(1, "officeDocument", "xl/workbook.xml")));
        book.put(
            "xl/workbook.xml",
            format!(r#"<workbook {MAIN} xmlns:r="{TYPES}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
        );
        book.put("xl/_rels/workbook.xml.rels", relationships(&parts));
        book.put(
            "xl/styles.xml",
            format!(r#"<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>"#),
        );
        book.strings("");
        book.rows(&line(2, &["H1", "company", "石桥印刷有限公司"]));
        book
    }

    /// Adds a file, or puts it in the place of one of its name.
    fn put(&mut self, name: &str, content: impl Into<Vec<u8>>) -> &mut Book {
        let content = content.into();
        match self.files.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = content,
            None => self.files.push((name.to_owned(), content)),
        }
        self
    }

    fn rows(&mut self, rows: &str) -> &mut Book {
        let head = line(1, &["customer_no", "kind", "name"]);
        self.sheet(&format!("{head}{rows}"))
    }

    fn sheet(&mut self, rows: &str) -> &mut Book {
        self.put(
            "xl/worksheets/sheet1.xml",
            format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"),
        )
    }

    fn strings(&mut self, strings: &str) -> &mut Book {
        self.put("xl/sharedStrings.xml", format!("<sst {MAIN}>{strings}</sst>"))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.files {
            let options = SimpleFileOptions::default().compression_method(self.method);
            zip.start_file(name.as_str(), options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }
}

/// A row of text cells.
fn line(number: u32, cells: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| {
        let column = char::from(b'A' + u8::try_from(at).unwrap());
        format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    format!(r#"<row r="{number}">{}</row>"#, cells.iter().enumerate().map(cell).collect::<String>())
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It is not read at all.
    Refused,
    /// So many of its lines are good, and so many faulty.
    Read(u64, u64),
    /// It is refused, or nothing of it is good: no customer comes of it.
    Nothing,
}

struct Attack {
    what: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
    fate: Fate,
}

fn attack(what: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>, fate: Fate) -> Attack {
    Attack { what, name, bytes: bytes.into(), fate }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn text(lines: &[&str]) -> String {
    lines.iter().fold(HEAD.to_owned(), |text, line| text + line + "\n")
}

/// A document type with entities that are a thousand million laughs when they are put in.
fn laughs() -> String {
    let mut types = "<!DOCTYPE lolz [<!ENTITY l0 \"ha\">".to_owned();
    for at in 1..10 {
        let before = format!("&l{};", at - 1).repeat(10);
        write!(types, "<!ENTITY l{at} \"{before}\">").unwrap();
    }
    types + "]>"
}

fn texts() -> Vec<Attack> {
    let huge = "猫".repeat(20_000);
    let long = "x".repeat(3 << 20);
    vec![
        attack(
            "formulas",
            "c.csv",
            text(&[
                "H1,company,=cmd|' /C calc'!A0,华东,,",
                "H2,company,\"=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",华东,,",
                "H3,company,@SUM(A1),华东,,",
                "H4,company,石桥印刷有限公司,华东,,+1+1",
                "H5,company,石桥印刷有限公司,=华东,,",
                "=H6,company,石桥印刷有限公司,华东,,",
                "H7,company,\"\t=1+1\",华东,,",
                "H8,company,＝1+1,华东,,",
            ]),
            Fate::Read(0, 8),
        ),
        attack(
            "cells that turn the direction of writing",
            "c.csv",
            text(&[
                "H1,company,石桥\u{202e}gnp.exe,华东,,",
                "H2,company,石桥\u{2067}印刷\u{2069},华东,,",
                "H3,company,石桥印刷,华东,,\u{200f}备注",
                "H4\u{202d},company,石桥印刷,华东,,",
                "H5,company,石桥\u{200b}印刷,华东,,",
            ]),
            Fate::Read(0, 5),
        ),
        attack(
            "a cell of 60 kB, and one of 3 MB",
            "c.csv",
            text(&[
                &format!("H1,company,{huge},华东,,"),
                &format!("H2,company,石桥印刷,华东,,{long}"),
                "H3,company,石桥三号印刷有限公司,华东,,",
            ]),
            Fate::Read(1, 2),
        ),
        attack("lines of nothing", "c.csv", HEAD.to_owned() + &"\n".repeat(1_048_576), Fate::Read(0, 0)),
        attack("lines of separators", "c.csv", HEAD.to_owned() + &",,,,,\n".repeat(100_000), Fate::Nothing),
        attack(
            "16,384 columns",
            "c.csv",
            (0..16_384).map(|n| format!("c{n},")).collect::<String>() + "\n",
            Fate::Refused,
        ),
        attack("a header of 3 MB", "c.csv", format!("customer_no,name,{long}\nH1,a,b\n"), Fate::Refused),
        attack(
            "a quotation mark that is never closed",
            "c.csv",
            text(&["H1,company,\"石桥,华东,,", &long]),
            Fate::Nothing,
        ),
        attack("a bomb", "c.csv.gz", gzip(text(&[]).repeat(1_000_000).as_bytes()), Fate::Refused),
        attack("a bomb in a bomb", "c.csv.gz", gzip(&gzip(&vec![b'a'; 50 << 20])), Fate::Refused),
    ]
}

fn books() -> Vec<Attack> {
    let mut all = Vec::new();
    let mut add = |what, fate, make: &dyn Fn(&mut Book)| {
        let mut book = Book::new();
        make(&mut book);
        all.push(attack(what, "c.xlsx", book.bytes(), fate));
    };
    add("as it should be", Fate::Read(1, 0), &|_| {});
    add("a formula with its value", Fate::Read(0, 1), &|book| {
        book.rows(r#"<row r="2"><c r="A2" t="inlineStr"><is><t>H1</t></is></c><c r="B2" t="inlineStr"><is><t>company</t></is></c>
            <c r="C2" t="str"><f>HYPERLINK("http://evil.example","x")</f><v>石桥印刷</v></c></row>"#);
    });
    add("rows of nothing", Fate::Read(0, 0), &|book| {
        book.method = CompressionMethod::Stored;
        let rows: String = (2..=1_048_576).map(|n| format!(r#"<row r="{n}"/>"#)).collect();
        book.rows(&rows);
    });
    add("a dimension of everything", Fate::Read(1, 0), &|book| {
        let rows =
            line(1, &["customer_no", "kind", "name"]) + &line(2, &["H1", "company", "石桥印刷有限公司"]);
        book.put(
            "xl/worksheets/sheet1.xml",
            format!(r#"<worksheet {MAIN}><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#),
        );
    });
    add("16,384 columns", Fate::Refused, &|book| {
        let cells: String = (0..16_384).map(|_| r#"<c t="inlineStr"><is><t>x</t></is></c>"#).collect();
        book.sheet(&format!(r#"<row r="1">{cells}</row>"#));
    });
    add("a cell beyond the last", Fate::Nothing, &|book| {
        book.rows(
            r#"<row r="4294967295"><c r="ZZZZZZZ4294967295" t="inlineStr"><is><t>x</t></is></c></row>"#,
        );
    });
    add("a cell at the very end", Fate::Read(0, 1), &|book| {
        book.rows(r#"<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>"#);
    });
    add("a cell without its place, again and again", Fate::Nothing, &|book| {
        book.rows(&format!(r#"<row r="2">{}</row>"#, r#"<c r="A2"><v>1</v></c>"#.repeat(10_000)));
    });
    add("shared strings of 100 MB", Fate::Nothing, &|book| {
        book.method = CompressionMethod::Stored;
        let string = format!("<si><t>{}</t></si>", "s".repeat(1_000));
        book.strings(&string.repeat(100_000));
        let cell = r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>4294967295</v></c></row>"#;
        book.rows(cell);
    });
    add("one shared string of 100 MB", Fate::Nothing, &|book| {
        book.method = CompressionMethod::Stored;
        book.strings(&format!("<si><t>{}</t></si>", "s".repeat(100_000_000)));
        book.rows(r#"<row r="2"><c r="A2" t="s"><v>0</v></c></row>"#);
    });
    add("a shared string that is used a million times", Fate::Nothing, &|book| {
        book.method = CompressionMethod::Stored;
        book.strings(&format!("<si><t>{}</t></si>", "s".repeat(30_000)));
        let rows: String =
            (2..200_000).map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>"#)).collect();
        book.rows(&rows);
    });
    add("a tag of 50 MB", Fate::Nothing, &|book| {
        book.method = CompressionMethod::Stored;
        book.rows(&format!(r#"<row r="2" x="{}"/>"#, "y".repeat(50_000_000)));
    });
    add("tags within tags", Fate::Nothing, &|book| {
        book.method = CompressionMethod::Stored;
        book.sheet(&"<row>".repeat(2_000_000));
    });
    add("a billion laughs in the cells", Fate::Nothing, &|book| {
        let rows = line(1, &["customer_no", "kind", "name"]) + &line(2, &["H1", "company", "&l9;"]);
        book.put(
            "xl/worksheets/sheet1.xml",
            format!(
                "<?xml version=\"1.0\"?>{}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
                laughs()
            ),
        );
    });
    add("a billion laughs in the shared strings", Fate::Nothing, &|book| {
        book.put("xl/sharedStrings.xml", format!("{}<sst {MAIN}><si><t>&l9;</t></si></sst>", laughs()));
        book.rows(
            r#"<row r="2"><c r="A2" t="inlineStr"><is><t>H1</t></is></c><c r="C2" t="s"><v>0</v></c></row>"#,
        );
    });
    add("an entity that is a file", Fate::Nothing, &|book| {
        let rows = line(1, &["customer_no", "kind", "name"]) + &line(2, &["H1", "company", "&x;"]);
        let types = "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        book.put(
            "xl/worksheets/sheet1.xml",
            format!("{types}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"),
        );
    });
    add("references to elsewhere", Fate::Read(1, 0), &|book| {
        let relation = r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath" Target="http://127.0.0.1:9/evil.xlsx" TargetMode="External"/>"#;
        book.put(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            format!("<Relationships>{relation}</Relationships>"),
        );
        book.put(
            "xl/connections.xml",
            r#"<connections><connection id="1" type="1" refreshOnLoad="1"/></connections>"#,
        );
    });
    add("a sheet that is elsewhere", Fate::Refused, &|book| {
        book.put(
            "xl/_rels/workbook.xml.rels",
            format!(r#"<Relationships><Relationship Id="rId1" Type="{TYPES}/worksheet" Target="file:///etc/passwd" TargetMode="External"/></Relationships>"#),
        );
    });
    add("macros in it", Fate::Read(1, 0), &|book| {
        book.put("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Auto_Open".to_vec());
    });
    add("files beside the folder", Fate::Read(1, 0), &|book| {
        book.put("../../../../tmp/tigertally-evil", "evil");
        book.put("/etc/tigertally-evil", "evil");
    });
    add("an archive in the archive", Fate::Read(1, 0), &|book| {
        let inner = Book::new().bytes();
        book.put("xl/embeddings/inner.xlsx", inner);
    });
    add("more files than a workbook has", Fate::Refused, &|book| {
        (0..10_001).for_each(|n| {
            book.files.push((format!("{n}"), Vec::new()));
        });
    });
    let mut inner = Book::new();
    let inner = inner.put("xl/a.xml", vec![b' '; 60 << 20]).bytes();
    all.push(attack("a bomb", "c.xlsx", inner.clone(), Fate::Refused));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("c.xlsx", SimpleFileOptions::default()).unwrap();
    zip.write_all(&inner).unwrap();
    all.push(attack("a workbook in an archive", "c.xlsx", zip.finish().unwrap().into_inner(), Fate::Refused));
    all.push(attack("a macro file by its name", "c.xlsm", Book::new().bytes(), Fate::Refused));
    for (what, size) in [("sizes that are too small", 7_u32), ("sizes that are too large", 0xffff_fff0)] {
        let mut bytes = Book::new().bytes();
        lie_about_sizes(&mut bytes, size);
        all.push(attack(what, "c.xlsx", bytes, Fate::Refused));
    }
    let mut cut = Book::new().bytes();
    cut.truncate(cut.len() - 30);
    all.push(attack("a directory that is cut off", "c.xlsx", cut, Fate::Refused));
    all
}

/// Writes another size into each entry of the central directory.
fn lie_about_sizes(bytes: &mut [u8], size: u32) {
    let mut lies = 0;
    for at in 0..bytes.len() - 46 {
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 24..at + 28].copy_from_slice(&size.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies > 4);
}

/// The most memory that this process has had, MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}

async fn security(house: &House) -> Actor {
    let staff = "staff_no,name,department,role,region,manager,joined,email\nS010,石坚,安全部,安全专员,,,2019-02-11,s010@example.com\n";
    house.import(Table::Staff, "more.csv", staff).await;
    house.sign_in("S010").await
}

async fn import(house: &House, attack: &Attack) -> Result<(u64, u64), DeskError> {
    let file = ImportFile::uploaded(attack.name, attack.bytes.clone(), Table::Customers);
    let options = ImportOptions { dry_run: false, all_or_nothing: false };
    let report = house.system.import(&house.operator.actor(), file, options, |_, _| {}).await?;
    Ok((report.created + report.updated + report.unchanged, report.rejected))
}

async fn trace(house: &House, security: &Actor, attack: &Attack) -> Result<usize, DeskError> {
    let file = LeakedFile::new(attack.name, attack.bytes.clone());
    house.system.trace_leak(security, file, "网上流出的名单").await.map(|(trace, _)| trace.lines)
}

async fn none_does_harm(attacks: Vec<Attack>) {
    let house = House::new().await;
    let security = security(&house).await;
    let before = peak_mib();
    let mut wrong = Vec::new();
    for attack in &attacks {
        let done = import(&house, attack).await;
        let held = match (&done, attack.fate) {
            (Err(DeskError::File(_)), Fate::Refused | Fate::Nothing) => true,
            (Ok(read), Fate::Read(good, faulty)) => *read == (good, faulty),
            (Ok((good, _)), Fate::Nothing) => *good == 0,
            _ => false,
        };
        if !held {
            wrong.push(format!("import of {} ({}): {:?}, {done:?}", attack.what, attack.name, attack.fate));
        }
        // A leaked list may be anything: what is read of it is held against the exports, and shows nothing.
        let traced = trace(&house, &security, attack).await;
        let refused = matches!(traced, Err(DeskError::File(_) | DeskError::TooMuch(_)));
        if !(refused || traced.is_ok() && attack.fate != Fate::Refused) {
            wrong.push(format!("tracing {} ({}): {:?}, {traced:?}", attack.what, attack.name, attack.fate));
        }
        if peak_mib() > before + MOST_MIB {
            wrong.push(format!("{} ({}): {} MiB", attack.what, attack.name, peak_mib() - before));
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!std::path::Path::new("/tmp/tigertally-evil").exists());
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_does_harm() {
    none_does_harm(texts()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_workbook_does_harm() {
    none_does_harm(books()).await;
}

/// A file that is far larger unpacked than a workbook of people is, and not packed well enough to be a bomb by its ratio.
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_read_up_to_a_size() {
    let house = House::new().await;
    let mut book = Book::new();
    book.method = CompressionMethod::Deflated;
    // Ten to one: 300 MB in 30 MB.
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let block: Vec<u8> = (0..100_000)
        .map(|at| {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            if at % 10 == 0 { b'a' + (noise % 26) as u8 } else { b' ' }
        })
        .collect();
    book.put("xl/a.bin", block.repeat(3_000));
    let bytes = book.bytes();
    let attack = attack("large", "c.xlsx", bytes, Fate::Refused);
    let done = import(&house, &attack).await;
    assert!(matches!(done, Err(DeskError::File(FileFault::TooLarge { .. }))), "{done:?}");
}
