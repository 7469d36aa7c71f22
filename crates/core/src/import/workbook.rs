//! The rows of the first sheet of a workbook, as the text that a CSV of it would have.

use std::fmt::Write as _;
use std::io::{BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx};

use super::cells::Cells;
use super::fault::FileFault;
use super::sheet::{COLUMNS_MAX, Limits, WorkbookRow};

/// From here on a spreadsheet has only the first 15 digits of a number.
const ROUNDED_FROM: f64 = 1e15;

/// Reads the header row and the rows below it. The archive must have been checked: what is no workbook then is
/// another sort of archive.
pub(super) fn read(
    file: impl Read + Seek,
    cap: u64,
    limits: Limits,
) -> Result<(Cells, Vec<WorkbookRow>), FileFault> {
    // The parser is somebody else's, and the file may be made to bring it down: then the file is damaged, not the server.
    let read = AssertUnwindSafe(|| read_first_sheet(BufReader::new(file), cap, limits));
    catch_unwind(read).unwrap_or(Err(FileFault::Damaged))
}

fn read_first_sheet(
    file: impl Read + Seek,
    cap: u64,
    limits: Limits,
) -> Result<(Cells, Vec<WorkbookRow>), FileFault> {
    let mut workbook = Xlsx::new(file).map_err(|_| FileFault::Unsupported)?;
    let first = workbook.sheet_names().first().cloned().ok_or(FileFault::Empty)?;
    let mut reader = workbook.worksheet_cells_reader(&first).map_err(|_| FileFault::Damaged)?;
    let mut builder = Builder { cap, limits, text: 0, header: None, rows: Vec::new(), row: None };
    let mut value = String::new();
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| FileFault::Damaged)? {
        value.clear();
        match &cell.formula {
            // What a formula amounts to depends on the reader: it is refused where the text is checked.
            Some(_) => value.push('='),
            None => write_value(&cell.value, &mut value),
        }
        if !value.is_empty() {
            builder.add(cell.pos, &value)?;
        }
    }
    builder.end_row()?;
    Ok((builder.header.ok_or(FileFault::Empty)?, builder.rows))
}

/// Collects cells, which come row by row, into rows as wide as the header row.
struct Builder {
    cap: u64,
    limits: Limits,
    /// Bytes of text so far. A shared string counts as often as it is used.
    text: u64,
    header: Option<Cells>,
    rows: Vec<WorkbookRow>,
    /// The row at hand: its place, counted from 0, and its cells.
    row: Option<(u32, WorkbookRow)>,
}

impl Builder {
    fn add(&mut self, (place, column): (u32, u32), value: &str) -> Result<(), FileFault> {
        if self.row.as_ref().is_none_or(|(at, _)| *at != place) {
            if self.row.as_ref().is_some_and(|(at, _)| *at > place) {
                return Err(FileFault::Damaged);
            }
            self.end_row()?;
            self.row =
                Some((place, WorkbookRow { line: u64::from(place) + 1, width: 0, cells: Cells::default() }));
        }
        let Some((_, row)) = &mut self.row else { return Ok(()) };
        let column = column as usize;
        if column < row.cells.len() {
            return Err(FileFault::Damaged);
        }
        row.width = column + 1;
        if column >= self.header.as_ref().map_or(COLUMNS_MAX, Cells::len) {
            // Beyond the headers: the width tells.
            return if self.header.is_some() {
                Ok(())
            } else {
                Err(FileFault::TooManyColumns { limit: COLUMNS_MAX })
            };
        }
        while row.cells.len() < column {
            row.cells.push("");
        }
        row.cells.push(value);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), FileFault> {
        let Some((_, mut row)) = self.row.take() else { return Ok(()) };
        self.text += row.cells.bytes() as u64;
        if self.text > self.cap {
            return Err(FileFault::TooLarge { limit: self.cap });
        }
        let Some(header) = &self.header else {
            self.header = Some(row.cells);
            return Ok(());
        };
        while row.cells.len() < header.len() {
            row.cells.push("");
        }
        row.width = row.width.max(header.len());
        self.rows.push(row);
        if self.rows.len() as u64 > self.limits.rows {
            return Err(FileFault::TooManyRows { limit: self.limits.rows });
        }
        Ok(())
    }
}

fn write_value(value: &DataRef<'_>, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = match value {
        DataRef::Empty => Ok(()),
        DataRef::String(text) => out.write_str(text),
        DataRef::SharedString(text) => out.write_str(text),
        DataRef::Int(n) => write_number(*n as f64, out),
        DataRef::Float(n) => write_number(*n, out),
        DataRef::Bool(yes) => out.write_str(if *yes { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(day) if day.is_datetime() && day.as_f64() >= 1.0 => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            write!(out, "{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(duration) => write_number(duration.as_f64(), out),
        DataRef::DateTimeIso(text) => out.write_str(text.split('T').next().unwrap_or_default()),
        DataRef::DurationIso(text) => out.write_str(text),
        // `#N/A` and the like are what a formula left behind.
        DataRef::Error(_) => out.write_str("="),
    };
}

/// Writes a number with the 15 digits that a spreadsheet shows; with an exponent where it has lost the others,
/// so that the check of the field can tell.
fn write_number(n: f64, out: &mut String) -> std::fmt::Result {
    if n.abs() >= ROUNDED_FROM {
        return write!(out, "{n:.4E}");
    }
    let shown = format!("{n:.14e}").parse::<f64>().unwrap_or(n);
    write!(out, "{shown}")
}
