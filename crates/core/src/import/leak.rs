//! A list that turned up somewhere: read as it is, whatever it is called, and with or without a header line.

use super::{Column, Sheet, cells::Cells, mapping::customer_column};

/// The cells of a line, each with what its column is called, if that is known.
pub(crate) type LeakedLine = Vec<(Option<Column>, String)>;

/// The lines of a list. A first line in which no column is known is a line like the others. Faulty lines are read as far as
/// they go.
pub(crate) fn leaked(mut sheet: Sheet) -> Vec<LeakedLine> {
    let columns: Vec<Option<Column>> = sheet.headers().iter().map(|header| customer_column(header)).collect();
    let mut lines = Vec::new();
    if columns.iter().all(Option::is_none) {
        lines.push(sheet.headers().iter().map(|cell| (None, cell.clone())).collect());
    }
    let mut cells = Cells::default();
    while sheet.read(&mut cells).is_some() {
        if cells.is_blank() {
            continue;
        }
        // What a spreadsheet would have computed was written with an apostrophe.
        let cell = |at: usize| cells.get(at).strip_prefix('\'').unwrap_or(cells.get(at)).to_owned();
        let column = |at: usize| columns.get(at).copied().flatten();
        lines.push((0..cells.len()).map(|at| (column(at), cell(at))).collect());
    }
    lines
}
