//! CSV after RFC 4180, read strictly and with a way back: a quotation mark that is never closed costs its own
//! line, not the rest of the file.

use std::io::{BufRead, BufReader, Read};

use encoding_rs::{Encoding, UTF_8};

use super::cells::Cells;
use super::fault::Problem;

/// The most bytes of a record, those of its line breaks included.
const RECORD_MAX: usize = 64 * 1024;

/// A reader of records. Fields are split as bytes and then decoded: neither encoding has a quotation mark, a
/// separator or a line break inside a longer character.
pub(super) struct CsvReader {
    input: BufReader<Box<dyn Read + Send>>,
    encoding: &'static Encoding,
    separator: u8,
    /// What was read from the file and not yet handed out begins at `at`.
    buf: Vec<u8>,
    at: usize,
    /// The line that begins at `at`, counted from 1.
    line: u64,
    /// The fields of the record, before decoding.
    raw: Vec<u8>,
    ends: Vec<usize>,
    broken: bool,
}

impl CsvReader {
    pub(super) fn new(text: Box<dyn Read + Send>, encoding: &'static Encoding, separator: u8) -> CsvReader {
        CsvReader {
            input: BufReader::with_capacity(64 * 1024, text),
            encoding,
            separator,
            buf: Vec::new(),
            at: 0,
            line: 1,
            raw: Vec::new(),
            ends: Vec::new(),
            broken: false,
        }
    }

    /// Reads the next record into `cells` and tells the line in which it begins, and what is wrong with it.
    /// Empty lines are passed over.
    pub(super) fn read(&mut self, cells: &mut Cells) -> Option<(u64, Result<(), Problem>)> {
        loop {
            self.forget();
            let line = self.line;
            let end = match self.line_end(self.at) {
                Ok(end) => end?,
                Err(problem) => {
                    self.skip_line();
                    return Some((line, Err(problem)));
                }
            };
            if self.buf[self.at..end].iter().all(|b| matches!(b, b'\r' | b'\n')) {
                self.pass(end);
                continue;
            }
            return Some(match self.split(end) {
                Ok(record_end) => {
                    self.pass(record_end);
                    (line, self.decode(cells))
                }
                Err(problem) => {
                    self.pass(end);
                    (line, Err(problem))
                }
            });
        }
    }

    /// Marks everything up to `end` as handed out.
    fn pass(&mut self, end: usize) {
        self.line += self.buf[self.at..end].iter().filter(|b| **b == b'\n').count() as u64;
        self.at = end;
    }

    /// Drops what was handed out; mostly that is all there is.
    fn forget(&mut self) {
        if self.at == self.buf.len() {
            self.buf.clear();
            self.at = 0;
        } else if self.at > RECORD_MAX {
            self.buf.drain(..self.at);
            self.at = 0;
        }
    }

    /// Where the line that begins at `from` ends, its line break included; `None` at the end of the file.
    fn line_end(&mut self, from: usize) -> Result<Option<usize>, Problem> {
        if self.broken {
            return Ok(None);
        }
        if let Some(n) = self.buf[from..].iter().position(|b| *b == b'\n') {
            return Ok(Some(from + n + 1));
        }
        let room = RECORD_MAX.saturating_sub(self.buf.len() - from);
        let read = (&mut self.input).take(room as u64).read_until(b'\n', &mut self.buf);
        if read.is_err() {
            self.broken = true;
            return Err(Problem::Unreadable);
        }
        if self.buf.len() - from >= RECORD_MAX && self.buf.last() != Some(&b'\n') {
            return Err(Problem::LongLine { max: RECORD_MAX });
        }
        Ok(Some(self.buf.len()).filter(|end| *end > from))
    }

    /// Drops a line that is too long to be kept.
    fn skip_line(&mut self) {
        self.buf.truncate(self.at);
        self.line += 1;
        while let Ok(chunk) = self.input.fill_buf() {
            let end = chunk.iter().position(|b| *b == b'\n');
            let used = end.map_or(chunk.len(), |n| n + 1);
            self.input.consume(used);
            if used == 0 || end.is_some() {
                return;
            }
        }
        self.broken = true;
    }

    /// Splits the record that begins at `at` into `raw` and tells where it ends. Its first line ends at `end`;
    /// a quoted field may take further lines.
    fn split(&mut self, mut end: usize) -> Result<usize, Problem> {
        self.raw.clear();
        self.ends.clear();
        let mut i = self.at;
        loop {
            if i < end && self.buf[i] == b'"' {
                (i, end) = self.quoted(i + 1, end)?;
            } else {
                let rest = &self.buf[i..end];
                let stop = |b: &u8| *b == self.separator || matches!(*b, b'\n' | b'"');
                let field = &rest[..rest.iter().position(stop).unwrap_or(rest.len())];
                i += field.len();
                let at_end = i == end || self.buf[i] == b'\n';
                self.raw.extend_from_slice(if at_end {
                    field.strip_suffix(b"\r").unwrap_or(field)
                } else {
                    field
                });
            }
            self.ends.push(self.raw.len());
            match &self.buf[i..end] {
                [b, ..] if *b == self.separator => i += 1,
                b"" | b"\n" | b"\r\n" | b"\r" => return Ok(end),
                _ => return Err(Problem::Quotes),
            }
        }
    }

    /// Takes the inside of a quoted field from `i` on, and tells what follows it and where the last line read
    /// for it ends.
    fn quoted(&mut self, mut i: usize, mut end: usize) -> Result<(usize, usize), Problem> {
        loop {
            match self.buf[i..end].iter().position(|b| *b == b'"') {
                Some(n) => {
                    self.raw.extend_from_slice(&self.buf[i..i + n]);
                    i += n + 1;
                    if i == end || self.buf[i] != b'"' {
                        return Ok((i, end));
                    }
                    self.raw.push(b'"');
                    i += 1;
                }
                None => {
                    self.raw.extend_from_slice(&self.buf[i..end]);
                    i = end;
                    end = match self.line_end(end) {
                        Ok(Some(next)) if next - self.at <= RECORD_MAX => next,
                        _ => return Err(Problem::Quotes),
                    };
                }
            }
        }
    }

    fn decode(&self, cells: &mut Cells) -> Result<(), Problem> {
        cells.clear();
        let mut start = 0;
        for &end in &self.ends {
            let field = &self.raw[start..end];
            if self.encoding == UTF_8 || field.is_ascii() {
                cells.push(std::str::from_utf8(field).map_err(|_| Problem::Encoding)?);
            } else {
                let text = self.encoding.decode_without_bom_handling_and_without_replacement(field);
                cells.push(&text.ok_or(Problem::Encoding)?);
            }
            start = end;
        }
        Ok(())
    }
}
