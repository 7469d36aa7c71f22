//! A workbook (ECMA-376, Office Open XML) written as it comes, in one pass. A library for workbooks keeps the rows in memory
//! or in files of its own in clear; this one is two sheets of texts and nothing else. A text is an inline string, which no
//! spreadsheet computes.

use std::io::{self, Write};

use zip::{
    ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

use zeroize::Zeroizing;

use super::Cells;

/// Most rows of a sheet, the head included.
const ROWS: u64 = 1_048_576;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="@rows" sheetId="1" r:id="rId1"/><sheet name="@about" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 0 is plain text, style 1 bold text; both in the number format `@`, so that nothing is taken for a number.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>"#;
const SHEET: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;
const FROZEN: &str = r#"<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#;

/// A workbook that is being written: the first sheet has the rows, the second says what the file is.
pub(super) struct Workbook<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    about: Vec<[String; 2]>,
    rows: u64,
    line: Zeroizing<String>,
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true)
}

impl<W: Write> Workbook<W> {
    /// Begins with the head.
    pub(super) fn begin(
        out: W,
        names: &[String; 2],
        head: &[String],
        about: &[[String; 2]],
    ) -> io::Result<Self> {
        let workbook = WORKBOOK.replace("@rows", &names[0]).replace("@about", &names[1]);
        let mut zip = ZipWriter::new_stream(out);
        for (name, content) in [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELS),
            ("xl/workbook.xml", workbook.as_str()),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS),
            ("xl/styles.xml", STYLES),
        ] {
            zip.start_file(name, options())?;
            zip.write_all(content.as_bytes())?;
        }
        zip.start_file("xl/worksheets/sheet1.xml", options())?;
        write!(zip, "{SHEET}{FROZEN}<cols>")?;
        for column in 1..=head.len() {
            write!(zip, r#"<col min="{column}" max="{column}" width="18" customWidth="1"/>"#)?;
        }
        zip.write_all(b"</cols><sheetData>")?;
        let mut workbook = Workbook { zip, about: about.to_vec(), rows: 0, line: Zeroizing::default() };
        workbook.put(head.iter().map(String::as_str), 1)?;
        Ok(workbook)
    }

    /// A row.
    pub(super) fn row(&mut self, cells: &Cells) -> io::Result<()> {
        if self.rows == ROWS {
            return Err(io::Error::other("a sheet has no more rows"));
        }
        self.put(cells.iter().map(|cell| cell.as_str()), 0)
    }

    fn put<'a>(&mut self, cells: impl Iterator<Item = &'a str>, style: u8) -> io::Result<()> {
        self.rows += 1;
        self.line.clear();
        self.line.push_str("<row>");
        for cell in cells {
            let head = if style == 1 {
                r#"<c t="inlineStr" s="1"><is><t xml:space="preserve">"#
            } else {
                r#"<c t="inlineStr" s="0"><is><t xml:space="preserve">"#
            };
            self.line.push_str(head);
            escape(cell, &mut self.line);
            self.line.push_str("</t></is></c>");
        }
        self.line.push_str("</row>");
        self.zip.write_all(self.line.as_bytes())
    }

    /// Writes the second sheet and the end.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.start_file("xl/worksheets/sheet2.xml", options())?;
        write!(
            self.zip,
            r#"{SHEET}<cols><col min="1" max="1" width="18" customWidth="1"/><col min="2" max="2" width="80" customWidth="1"/></cols><sheetData>"#
        )?;
        for [name, value] in std::mem::take(&mut self.about) {
            self.put([name.as_str(), value.as_str()].into_iter(), 0)?;
        }
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.finish()?;
        Ok(())
    }
}

/// A text inside an element. What XML cannot hold (most control characters) is left out.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(c),
        }
    }
}
