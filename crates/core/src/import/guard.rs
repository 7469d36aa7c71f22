//! Guards for files that unpack to more than they should.

use std::io::{self, BufReader, Cursor, Read, Seek};

use quick_xml::events::Event;
use zip::ZipArchive;

use super::{
    fault::FileFault,
    sheet::{Limits, RATIO_FREE},
};

/// The most files in the archive of a workbook; those of a real one are some dozens.
const ENTRIES_MAX: usize = 10_000;

/// The most digits of a count of shared strings, and of a row: ten million fit.
const COUNT_DIGITS_MAX: usize = 7;

/// The tags of which the parser reads the place in the sheet.
const WITH_PLACES: [&str; 6] = ["c", "row", "f", "dimension", "mergeCell", "table"];

/// The most letters of a column: the last is XFD.
const COLUMN_LETTERS_MAX: usize = 3;

/// A reader that fails with `FileTooLarge` as soon as more than `left` bytes come.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, cap: u64) -> Bounded<R> {
        Bounded { inner, left: cap }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// Sees that a workbook unpacks to `cap` bytes at most: first by the sizes that its directory declares, then,
/// because those can lie, by unpacking it.
pub(super) fn check_archive(file: impl Read + Seek, cap: u64) -> Result<(), FileFault> {
    let mut archive = ZipArchive::new(file).map_err(|_| FileFault::Damaged)?;
    if archive.len() > ENTRIES_MAX || archive.decompressed_size().is_some_and(|size| size > u128::from(cap)) {
        return Err(FileFault::TooLarge { limit: cap });
    }
    let mut left = cap;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|_| FileFault::Damaged)?;
        let mut entry = Bounded::new(entry, left);
        let harmless = is_harmless(&mut entry);
        io::copy(&mut entry, &mut io::sink()).map_err(|e| FileFault::unpacking(&e, cap))?;
        if !harmless {
            return Err(FileFault::Damaged);
        }
        left = entry.left;
    }
    Ok(())
}

/// Whether no number makes the parser of workbooks reserve memory without measure or count beyond its numbers: it believes
/// the `uniqueCount` of the shared strings (`sst`), and the places of cells and rows. What is not XML is harmless. The settings
/// are those of the parser, so that both see the same tags.
fn is_harmless(entry: impl Read) -> bool {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(entry));
    xml.config_mut().check_end_names = false;
    let mut buf = Vec::new();
    loop {
        buf.clear();
        match xml.read_event_into(&mut buf) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                if tag.local_name().as_ref() == "sst" {
                    let mut numbers = tag.attributes_raw().split(|c: char| !c.is_ascii_digit());
                    if numbers.any(|digits| digits.len() > COUNT_DIGITS_MAX) {
                        return false;
                    }
                }
                let placed = WITH_PLACES.contains(&tag.local_name().as_ref());
                let mut places =
                    tag.attributes().flatten().filter(|named| matches!(named.key.as_ref(), "r" | "ref"));
                if placed && places.any(|place| !is_place(&place.value)) {
                    return false;
                }
            }
            Ok(Event::Eof) | Err(_) => return true,
            Ok(_) => {}
        }
    }
}

/// Whether a place (`B7`, `7`, `A1:B7`) has no more letters and digits in a row than a sheet has columns and rows.
fn is_place(value: &str) -> bool {
    let longest =
        |kind: fn(&char) -> bool| value.split(|c| !kind(&c)).map(str::len).max().unwrap_or_default();
    longest(char::is_ascii_alphabetic) <= COLUMN_LETTERS_MAX
        && longest(char::is_ascii_digit) <= COUNT_DIGITS_MAX
}

/// Sees that an office document that stands in memory unpacks to no more than a file that is imported may.
pub(crate) fn check_packed(bytes: &[u8]) -> Result<(), FileFault> {
    let Limits { bytes: most, ratio, .. } = Limits::default();
    let cap = most.min((bytes.len() as u64).saturating_mul(ratio).max(RATIO_FREE));
    check_archive(Cursor::new(bytes), cap)
}
