//! What stands in an export's file: the head, the cells that are known without opening anything, and what the file says of
//! itself; and the two forms of a file.

use std::io::{self, Write};

use tigertally_core::{
    Tigertally,
    desk::{ExportFormat, ExportLine, ExportRun},
    identity::Actor,
    record::Field,
};
use zeroize::Zeroizing;

use super::{Cells, sheet::Workbook};
use crate::{console::words, texts::Lang};

/// The names of the columns.
pub(super) fn head(fields: &[Field], lang: Lang) -> Vec<String> {
    let known = ["customer-no", "export-kind", "tier", "region", "owner", "list-since"];
    let known = known.into_iter().map(|key| lang.t(key));
    known.chain(fields.iter().map(|field| lang.t(&format!("field-{}", field.name())))).collect()
}

/// The cells that are known without opening anything.
pub(super) fn known(line: &ExportLine, lang: Lang) -> Cells {
    let customer = &line.customer.customer;
    let owner = customer.owner.as_ref();
    [
        customer.no.clone(),
        lang.t(&format!("kind-{}", customer.kind.name())),
        lang.t(&format!("tier-{}", customer.tier.name())),
        customer.region.clone(),
        owner.map(|person| person.name.clone()).unwrap_or_default(),
        line.dress(None, &customer.since),
    ]
    .map(Zeroizing::new)
    .into()
}

/// What the file says of itself: who took it out, when, what for.
pub(super) fn about(tigertally: &Tigertally, actor: &Actor, run: &ExportRun, lang: Lang) -> Vec<[String; 2]> {
    let time = words::dated(tigertally, run.receipt().time_ms);
    [
        ("export-about-company", tigertally.settings().company),
        ("export-about-number", run.id().to_string()),
        ("export-about-who", format!("{} {}", actor.no(), actor.name())),
        ("export-about-when", time),
        ("export-about-why", run.reason().to_owned()),
        ("export-about-entry", run.receipt().index.to_string()),
        ("export-about-marked", lang.t("export-about-marked-text")),
    ]
    .map(|(key, value)| [lang.t(key), value])
    .into()
}

/// The same as a text.
pub(super) fn about_text(about: &[[String; 2]]) -> String {
    let lines: Vec<String> = about.iter().map(|[name, value]| format!("{name}: {value}")).collect();
    format!("\u{feff}{}\r\n", lines.join("\r\n"))
}

/// A file in one of its forms.
pub(super) enum Table<W: Write> {
    Workbook(Box<Workbook<W>>),
    Values(W),
}

impl<W: Write> Table<W> {
    /// Begins with the head.
    pub(super) fn begin(
        mut out: W,
        format: ExportFormat,
        names: &[String; 2],
        head: &[String],
        about: &[[String; 2]],
    ) -> io::Result<Self> {
        match format {
            ExportFormat::Xlsx => Ok(Table::Workbook(Box::new(Workbook::begin(out, names, head, about)?))),
            ExportFormat::Csv => {
                // Without it Excel takes UTF-8 for the machine's own code page.
                out.write_all("\u{feff}".as_bytes())?;
                write_values(&mut out, head.iter().map(String::as_str))?;
                Ok(Table::Values(out))
            }
        }
    }

    /// A row.
    pub(super) fn row(&mut self, cells: &Cells) -> io::Result<()> {
        match self {
            Table::Workbook(workbook) => workbook.row(cells),
            Table::Values(out) => write_values(out, cells.iter().map(|cell| cell.as_str())),
        }
    }

    /// The end of the file.
    pub(super) fn end(self) -> io::Result<()> {
        match self {
            Table::Workbook(workbook) => workbook.end(),
            Table::Values(mut out) => out.flush(),
        }
    }
}

/// A line of values (RFC 4180). Every value is quoted, and one that a spreadsheet would compute begins with an apostrophe.
fn write_values<'a>(out: &mut impl Write, values: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, value) in values.enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
            "'"
        } else {
            ""
        };
        let value = Zeroizing::new(value.replace('"', "\"\""));
        write!(out, "{comma}\"{guard}{}\"", value.as_str())?;
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_values_is_computed_or_breaks_out() {
        let mut out = Vec::new();
        let values = ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "a\"b", "a,b\r\nc", "张三", ""];
        write_values(&mut out, values.into_iter()).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(
            line,
            "\"'=1+1\",\"'+86\",\"'-1\",\"'@SUM(A1)\",\"'\tx\",\"a\"\"b\",\"a,b\r\nc\",\"张三\",\"\"\r\n"
        );
    }
}
