//! Opening a file: what it is, whether it is what its name says, and whether it is safe to read.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::vec;

use flate2::bufread::MultiGzDecoder;

use super::cells::Cells;
use super::csv::CsvReader;
use super::fault::{FileFault, FileKind, Problem};
use super::guard::{Bounded, check_archive};
use super::survey::{BOM, survey};
use super::workbook;

/// The most columns a file may have.
pub(super) const COLUMNS_MAX: usize = 256;

/// The most bytes that a workbook unpacks to: all of it is held in memory.
const WORKBOOK_MAX: u64 = 256 << 20;

/// No file is a bomb because of so few bytes, whatever its ratio.
pub(super) const RATIO_FREE: u64 = 1 << 20;

/// How large a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes when unpacked.
    pub bytes: u64,
    /// The most lines.
    pub rows: u64,
    /// The most bytes that one packed byte may become, beyond the first MiB.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 1 << 30, rows: 10_000_000, ratio: 200 }
    }
}

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// A table that is open for reading, its header line already read. Of a text file only the current record is
/// held in memory; of a workbook, which is bounded by the limits, all of it.
pub struct Sheet {
    headers: Vec<String>,
    lines: u64,
    source: RowSource,
}

enum RowSource {
    Text(CsvReader),
    Workbook(vec::IntoIter<WorkbookRow>),
}

/// A row of a workbook: its number, how many columns it really has, and those under a header.
pub(super) struct WorkbookRow {
    pub(super) line: u64,
    pub(super) width: usize,
    pub(super) cells: Cells,
}

impl Sheet {
    /// Opens CSV (`,`, `;` or TAB; UTF-8 or GB18030) or XLSX, plain or packed with gzip. The first bytes say
    /// which; a name that says otherwise is a fault, a name without extension says nothing. The whole file is
    /// looked through once, so that a bomb or damage is found before any row is handed out.
    ///
    /// # Errors
    /// Why the file cannot be imported.
    pub fn open<R>(name: &str, file: R, limits: Limits) -> Result<Sheet, FileFault>
    where
        R: Read + Seek + Send + 'static,
    {
        let mut file: Box<dyn Source> = Box::new(file);
        let size = file.seek(SeekFrom::End(0))?;
        let cap = limits.bytes.min(size.saturating_mul(limits.ratio).max(RATIO_FREE));
        let (says_gzip, says) = claim(name);
        file.rewind()?;
        let outer = kind(&head(&mut file)?);
        let packed = outer == FileKind::Gzip;
        let content = if packed {
            kind(&head(&mut unpack(&mut file, packed, cap)?).map_err(|e| FileFault::unpacking(&e, cap))?)
        } else {
            outer
        };
        match says {
            Some(_) if says_gzip && !packed => {
                return Err(FileFault::WrongName { name: FileKind::Gzip, content });
            }
            Some(name) if packed && !says_gzip => {
                return Err(FileFault::WrongName { name, content: FileKind::Gzip });
            }
            Some(name) if name != content => return Err(FileFault::WrongName { name, content }),
            _ => {}
        }
        match content {
            FileKind::Workbook if packed => {
                let cap = cap.min(WORKBOOK_MAX);
                let mut bytes = Vec::new();
                let unpacked = unpack(&mut file, packed, cap)?.read_to_end(&mut bytes);
                unpacked.map_err(|e| FileFault::unpacking(&e, cap))?;
                Sheet::workbook(Box::new(Cursor::new(bytes)), cap, limits)
            }
            FileKind::Workbook => Sheet::workbook(file, cap, limits),
            FileKind::Text => Sheet::text(file, packed, cap, limits),
            FileKind::Gzip | FileKind::Other => Err(FileFault::Unsupported),
        }
    }

    fn text(mut file: Box<dyn Source>, packed: bool, cap: u64, limits: Limits) -> Result<Sheet, FileFault> {
        let survey = survey(unpack(&mut file, packed, cap)?, cap, limits)?;
        let mut text = unpack(file, packed, cap)?;
        if survey.bom {
            text.read_exact(&mut [0; BOM.len()])?;
        }
        let mut reader = CsvReader::new(text, survey.encoding, survey.separator);
        let mut cells = Cells::default();
        match reader.read(&mut cells) {
            None => Err(FileFault::Empty),
            Some((_, Err(_))) => Err(FileFault::NoHeader),
            Some((line, Ok(()))) => Ok(Sheet {
                headers: headers(&cells)?,
                lines: survey.lines.saturating_sub(line),
                source: RowSource::Text(reader),
            }),
        }
    }

    fn workbook(mut file: Box<dyn Source>, cap: u64, limits: Limits) -> Result<Sheet, FileFault> {
        file.rewind()?;
        let cap = cap.min(WORKBOOK_MAX);
        check_archive(BufReader::new(&mut file), cap)?;
        file.rewind()?;
        let (header, rows) = workbook::read(file, cap, limits)?;
        Ok(Sheet {
            headers: headers(&header)?,
            lines: rows.len() as u64,
            source: RowSource::Workbook(rows.into_iter()),
        })
    }

    /// The headers of the file; a column without one is called by its place: `#5`.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// How many lines follow the header line: what a progress bar counts to.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether numbers can be day numbers.
    pub(super) fn has_serials(&self) -> bool {
        matches!(self.source, RowSource::Workbook(_))
    }

    /// Reads the next row into `cells` and tells its line and what is wrong with it as a whole.
    pub(super) fn read(&mut self, cells: &mut Cells) -> Option<(u64, Result<(), Problem>)> {
        let expected = self.headers.len();
        let (line, found) = match &mut self.source {
            RowSource::Text(reader) => match reader.read(cells)? {
                (line, Ok(())) => (line, cells.len()),
                fault => return Some(fault),
            },
            RowSource::Workbook(rows) => {
                let row = rows.next()?;
                *cells = row.cells;
                (row.line, row.width)
            }
        };
        Some((line, if found == expected { Ok(()) } else { Err(Problem::Columns { expected, found }) }))
    }
}

/// What a name says: packed or not, and what is inside. Nothing when it has no extension.
fn claim(name: &str) -> (bool, Option<FileKind>) {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let (inner, packed) = name.strip_suffix(".gz").map_or((name.as_str(), false), |inner| (inner, true));
    let kind = match inner.rsplit_once('.') {
        Some((_, "csv" | "tsv" | "txt")) => Some(FileKind::Text),
        Some((_, "xlsx")) => Some(FileKind::Workbook),
        Some(_) => Some(FileKind::Other),
        None => None,
    };
    (packed, kind)
}

/// What the first bytes say.
fn kind(head: &[u8]) -> FileKind {
    const OTHERS: [&[u8]; 6] =
        [b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf"];
    if head.starts_with(b"PK\x03\x04") {
        FileKind::Workbook
    } else if head.starts_with(b"\x1f\x8b") {
        FileKind::Gzip
    } else if head.contains(&0) || OTHERS.iter().any(|magic| head.starts_with(magic)) {
        FileKind::Other
    } else {
        FileKind::Text
    }
}

/// The first bytes of what a reader yields.
fn head(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(8);
    reader.take(8).read_to_end(&mut head)?;
    Ok(head)
}

/// The content of a file from its beginning, unpacked to at most `cap` bytes.
fn unpack<'a, R: Read + Seek + Send + 'a>(
    mut file: R,
    packed: bool,
    cap: u64,
) -> Result<Box<dyn Read + Send + 'a>, FileFault> {
    file.rewind()?;
    Ok(if packed {
        Box::new(Bounded::new(MultiGzDecoder::new(BufReader::new(file)), cap))
    } else {
        Box::new(Bounded::new(file, cap))
    })
}

fn headers(cells: &Cells) -> Result<Vec<String>, FileFault> {
    if cells.len() > COLUMNS_MAX {
        return Err(FileFault::TooManyColumns { limit: COLUMNS_MAX });
    }
    let header = |i: usize| match cells.get(i).trim() {
        "" => format!("#{}", i + 1),
        header => header.to_owned(),
    };
    Ok((0..cells.len()).map(header).collect())
}
