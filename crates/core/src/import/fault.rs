//! What is wrong with a file, its columns or one of its lines.

use std::fmt;
use std::io;

use thiserror::Error;
use tigertally_crypto::mask;

use crate::record::{Field, Invalid};

/// What a file is, by its first bytes or by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Text in columns: CSV or the like.
    Text,
    /// An Office Open XML workbook (XLSX).
    Workbook,
    /// Anything packed with gzip.
    Gzip,
    /// Something else.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileKind::Text => "a text table (csv)",
            FileKind::Workbook => "a workbook (xlsx)",
            FileKind::Gzip => "a gzip file",
            FileKind::Other => "something else",
        })
    }
}

/// Why a file cannot be imported at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileFault {
    /// The content is not what the name says.
    #[error("the name of the file says {name}, but it holds {content}")]
    WrongName {
        /// What the name says.
        name: FileKind,
        /// What the first bytes say.
        content: FileKind,
    },
    /// Neither a text table nor a workbook: an old `.xls`, a picture, UTF-16.
    #[error("neither a text table in utf-8 or gb18030 nor an xlsx workbook")]
    Unsupported,
    /// Unpacked it is larger than the limit: perhaps a zip bomb.
    #[error("unpacked, the file is larger than {limit} bytes")]
    TooLarge {
        /// The most bytes that are taken.
        limit: u64,
    },
    /// More lines than the limit.
    #[error("the file has more than {limit} lines")]
    TooManyRows {
        /// The most lines that are taken.
        limit: u64,
    },
    /// More columns than the limit.
    #[error("the file has more than {limit} columns")]
    TooManyColumns {
        /// The most columns that are taken.
        limit: usize,
    },
    /// Damaged: it cannot be unpacked or parsed.
    #[error("the file is damaged")]
    Damaged,
    /// There is not even a header line.
    #[error("the file is empty")]
    Empty,
    /// No header is known: the first line may be data, so it is not shown.
    #[error("the first line holds no known column name")]
    NoHeader,
    /// Some columns cannot be used as they are.
    #[error("{0}")]
    Columns(MappingFault),
    /// The system cannot read the file.
    #[error("the file cannot be read: {0}")]
    Unreadable(io::ErrorKind),
}

impl FileFault {
    /// A stable name, by which translations find the sentence.
    pub fn code(&self) -> &'static str {
        match self {
            FileFault::WrongName { .. } => "wrong_name",
            FileFault::Unsupported => "unsupported",
            FileFault::TooLarge { .. } => "too_large",
            FileFault::TooManyRows { .. } => "too_many_rows",
            FileFault::TooManyColumns { .. } => "too_many_columns",
            FileFault::Damaged => "damaged",
            FileFault::Empty => "empty_file",
            FileFault::NoHeader => "no_header",
            FileFault::Columns(_) => "columns",
            FileFault::Unreadable(_) => "unreadable",
        }
    }

    /// What an error while unpacking means, when at most `limit` bytes were to come out.
    pub(super) fn unpacking(error: &io::Error, limit: u64) -> FileFault {
        match error.kind() {
            io::ErrorKind::FileTooLarge => FileFault::TooLarge { limit },
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                FileFault::Damaged
            }
            kind => FileFault::Unreadable(kind),
        }
    }
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> FileFault {
        FileFault::Unreadable(error.kind())
    }
}

/// What is wrong with the columns of a file; everything at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappingFault {
    /// Headers that are not known and neither mapped nor ignored.
    pub unknown: Vec<String>,
    /// Columns that the table needs and the file has not.
    pub missing: Vec<&'static str>,
    /// Columns that two headers stand for.
    pub twice: Vec<&'static str>,
    /// Mapped headers that the file has not, and mapped columns that the table has not.
    pub overrides: Vec<String>,
}

impl MappingFault {
    pub(super) fn is_empty(&self) -> bool {
        *self == MappingFault::default()
    }
}

impl fmt::Display for MappingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        let overrides: Vec<&str> = self.overrides.iter().map(String::as_str).collect();
        let parts = [
            ("unknown columns (map them, or map them to \"-\" to ignore them)", &unknown),
            ("missing columns", &self.missing),
            ("columns that are there twice", &self.twice),
            ("mappings that fit nothing", &overrides),
        ];
        for (i, (what, names)) in parts.into_iter().filter(|(_, names)| !names.is_empty()).enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{what}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

/// What is wrong in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// A value.
    #[error("{0}")]
    Value(#[from] Invalid),
    /// More or fewer columns than the header line.
    #[error("has {found} columns instead of {expected}")]
    Columns {
        /// Columns of the header line.
        expected: usize,
        /// Columns of this line.
        found: usize,
    },
    /// A quotation mark that is never closed, or stands inside a value.
    #[error("has a broken quotation mark")]
    Quotes,
    /// Far longer than any record.
    #[error("is longer than {max} bytes")]
    LongLine {
        /// The most bytes that are taken.
        max: usize,
    },
    /// Bytes that are no text in the encoding of the file.
    #[error("has bytes that are no text in the encoding of the file")]
    Encoding,
    /// The number of this record stands in an earlier line, too.
    #[error("repeats the number of line {first}")]
    Duplicate {
        /// The earlier line.
        first: u64,
    },
    /// The file could no longer be read here; nothing follows.
    #[error("could not be read; the rest of the file is missing")]
    Unreadable,
}

impl Problem {
    /// A stable name, by which translations find the sentence.
    pub fn code(self) -> &'static str {
        match self {
            Problem::Value(invalid) => invalid.code(),
            Problem::Columns { .. } => "column_count",
            Problem::Quotes => "quotes",
            Problem::LongLine { .. } => "long_line",
            Problem::Encoding => "encoding",
            Problem::Duplicate { .. } => "duplicate",
            Problem::Unreadable => "unreadable",
        }
    }
}

/// One thing that is wrong in one line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, {column}: {problem} ({shown})")]
pub struct LineFault {
    /// The line in the file, counted from 1; the row of a workbook.
    pub line: u64,
    /// The column, by its header in the file; empty when it is the whole line.
    pub column: String,
    /// What is wrong.
    pub problem: Problem,
    /// The value, masked so that it is recognised by those who have the file; empty for a whole line.
    pub shown: String,
}

/// Masks a value that is refused. Unlike a valid one it can be anything, a value of another column too: so
/// what has not the form of its field keeps one character at most.
pub(super) fn shown(field: Option<Field>, raw: &str, problem: Problem) -> String {
    let raw = raw.trim();
    let masked = match field {
        _ if matches!(problem, Problem::Value(Invalid::Formula)) => first(raw),
        Some(Field::Mobile) => mask::mobile(raw),
        Some(Field::IdNumber) => mask::id_number(raw),
        Some(Field::BankCard) => mask::bank_card(raw),
        Some(Field::Email) => mask::email(raw),
        Some(Field::Name | Field::Contact) => mask::person(raw),
        Some(Field::Address | Field::Needs) | None => first(raw),
    };
    // Such as a name of one character.
    if !raw.is_empty() && masked.contains(raw) { "***".to_owned() } else { masked }
}

fn first(raw: &str) -> String {
    raw.chars().next().map(|c| format!("{c}***")).unwrap_or_default()
}
