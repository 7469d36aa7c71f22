//! One pass over a file: lines become chunks for the writer, or faults.

use tokio::sync::mpsc::Sender;

use super::{
    DeskError, Job,
    customers::Customers,
    orders::Orders,
    report::{Faults, Tally},
    staff::StaffList,
};
use crate::{
    entry::{Body, Decision, Draft, action},
    import::{LineFault, Problem, Row, Rows, Table, rows},
    record::Invalid,
    store::Tx,
};

/// What the writer is to do with a chunk.
pub(super) type Write = Box<dyn FnOnce(&Tx<'_>) -> Result<(), DeskError> + Send>;

/// A chunk of lines, prepared for the writer.
#[derive(Default)]
pub(super) struct Chunk {
    /// Lines of the file that were read so far.
    pub(super) lines: u64,
    pub(super) tally: Tally,
    /// The change and its entry, when there is anything to write.
    pub(super) write: Option<(Write, Draft)>,
    /// Members of staff who are to be read anew.
    pub(super) sign_ins: Vec<i64>,
    /// Customers with new orders.
    pub(super) buyers: Vec<i64>,
}

impl Chunk {
    pub(super) fn write(
        &mut self,
        body: &Body,
        change: impl FnOnce(&Tx<'_>) -> Result<(), DeskError> + Send + 'static,
    ) {
        self.write = Some((Box::new(change), Draft::new(action::IMPORT, Decision::Allowed, body)));
    }
}

/// What becomes of the lines of one table.
pub(super) trait Intake {
    /// What a line is read as.
    type Row: Row;

    /// A column that names somebody who is not there, with the name.
    fn stranger<'a>(&self, row: &'a Self::Row) -> Option<(&'static str, &'a str)>;

    /// Compares rows with what stands, and prepares what is to be written.
    fn prepare(&mut self, rows: Vec<Self::Row>) -> Result<Chunk, DeskError>;
}

impl Job {
    /// Reads the file from its beginning to its end: for its faults alone, or to hand the good lines on.
    pub(super) fn run(&self, out: Option<&Sender<Chunk>>) -> Result<Faults, DeskError> {
        match self.opened.table() {
            Table::Customers => self.pass(&mut Customers::new(self)?, out),
            Table::Orders => self.pass(&mut Orders::new(self)?, out),
            Table::Staff => self.pass(&mut StaffList::new(self)?, out),
        }
    }

    /// The records of the file.
    pub(super) fn rows<T: Row>(&self) -> Result<Rows<T>, DeskError> {
        let (sheet, mapping) = self.opened.sheet()?;
        Ok(rows(sheet, mapping, self.today))
    }

    fn pass<I: Intake>(&self, intake: &mut I, out: Option<&Sender<Chunk>>) -> Result<Faults, DeskError> {
        let mut faults = Faults::default();
        let mut good = Vec::with_capacity(self.chunk);
        for (lines, line) in (1..).zip(self.rows::<I::Row>()?) {
            match line {
                Err(wrong) => faults.add(wrong),
                Ok((number, row)) => match intake.stranger(&row) {
                    Some((column, name)) => faults.add([self.stranger(number, column, name)]),
                    None if out.is_some() => good.push(row),
                    None => {}
                },
            }
            if let Some(out) = out
                && good.len() == self.chunk
            {
                let rows = std::mem::replace(&mut good, Vec::with_capacity(self.chunk));
                let chunk = Chunk { lines, ..intake.prepare(rows)? };
                if out.blocking_send(chunk).is_err() {
                    // The writing side has failed, and says why.
                    return Ok(faults);
                }
            }
        }
        if let Some(out) = out {
            let chunk = Chunk { lines: self.opened.lines, ..intake.prepare(good)? };
            let _ = out.blocking_send(chunk);
        }
        Ok(faults)
    }

    fn stranger(&self, line: u64, column: &str, name: &str) -> LineFault {
        // One character, as any other value without a mask of its own.
        let shown = name.chars().next().map(|first| format!("{first}***")).unwrap_or_default();
        let column = self.opened.header(column).unwrap_or_default().to_owned();
        LineFault { line, column, problem: Problem::Value(Invalid::BadChoice), shown }
    }
}
