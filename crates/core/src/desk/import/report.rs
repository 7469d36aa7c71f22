//! What an import did, or would do.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::{ImportOptions, file::Opened};
use crate::{
    entry::{Body, Receipt},
    import::LineFault,
};

/// Faults that are told one by one.
const TOLD: usize = 1000;

/// What an import did, or would do.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// `staff`, `customers` or `orders`.
    pub table: &'static str,
    /// Name of the file.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Whether it was only to tell what would happen.
    pub dry_run: bool,
    /// Whether the good lines were taken. With a bad line nothing is, unless the good ones were asked for.
    pub taken: bool,
    /// Headers of the file, each with the column that it stands for.
    pub mapping: Vec<(String, &'static str)>,
    /// Lines after the header line.
    pub lines: u64,
    /// Lines that made a new record.
    pub created: u64,
    /// Lines that changed a record.
    pub updated: u64,
    /// Lines that say what stands already.
    pub unchanged: u64,
    /// Lines about a customer who is there, in a dry run: whether they would change anything is not told, because a
    /// sealed value could be guessed so.
    pub existing: u64,
    /// Lines with a fault.
    pub rejected: u64,
    /// The first 1,000 faults; a line can have several.
    #[serde(serialize_with = "faults")]
    pub faults: Vec<LineFault>,
    /// All faults.
    pub faults_total: u64,
    /// How many records were changed in a column.
    pub changed_fields: BTreeMap<&'static str, u64>,
    /// Customers that came into another tier, after orders were imported.
    pub retiered: u64,
    /// The first and the last entry of the ledger that tell of the import.
    pub receipts: Option<(Receipt, Receipt)>,
    /// How long it took.
    pub seconds: f64,
}

impl ImportReport {
    pub(super) fn new(opened: &Opened, options: ImportOptions) -> ImportReport {
        ImportReport {
            table: opened.table().name(),
            file: opened.name().to_owned(),
            sha256: opened.sha256.clone(),
            dry_run: options.dry_run,
            taken: false,
            mapping: opened.mapping.clone(),
            lines: opened.lines,
            created: 0,
            updated: 0,
            unchanged: 0,
            existing: 0,
            rejected: 0,
            faults: Vec::new(),
            faults_total: 0,
            changed_fields: BTreeMap::new(),
            retiered: 0,
            receipts: None,
            seconds: 0.0,
        }
    }

    pub(super) fn add(&mut self, tally: Tally) {
        self.created += tally.created;
        self.updated += tally.updated;
        self.unchanged += tally.unchanged;
        self.existing += tally.existing;
        for (column, records) in tally.columns {
            *self.changed_fields.entry(column).or_default() += records;
        }
    }

    pub(super) fn note(&mut self, receipt: Receipt) {
        let first = self.receipts.take().map_or_else(|| receipt.clone(), |(first, _)| first);
        self.receipts = Some((first, receipt));
    }

    pub(super) fn refuse(&mut self, faults: Faults) {
        self.rejected = faults.lines;
        self.faults_total = faults.total;
        self.faults = faults.first;
    }

    /// The entry of an import that wrote nothing.
    pub(super) fn summary(&self, body: Body) -> Body {
        let body = body.with("taken", self.taken).with("rejected", self.rejected);
        let body = if self.dry_run { body.with("dry_run", true) } else { body };
        body.with("created", if self.taken { self.created } else { 0 }).with("unchanged", self.unchanged)
    }
}

/// What a chunk of lines comes to.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
    pub(super) existing: u64,
    /// Records changed in a column.
    pub(super) columns: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts a record by the columns that change, and gives back whether any does.
    pub(super) fn changed(&mut self, columns: &[&'static str]) -> bool {
        if columns.is_empty() {
            self.unchanged += 1;
            return false;
        }
        self.updated += 1;
        for column in columns {
            *self.columns.entry(column).or_default() += 1;
        }
        true
    }
}

/// What is wrong in a file.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) first: Vec<LineFault>,
    pub(super) total: u64,
    pub(super) lines: u64,
}

impl Faults {
    /// Notes all that is wrong in one line.
    pub(super) fn add(&mut self, faults: impl IntoIterator<Item = LineFault>) {
        self.lines += 1;
        for fault in faults {
            self.total += 1;
            if self.first.len() < TOLD {
                self.first.push(fault);
            }
        }
    }
}

#[derive(Serialize)]
struct Told<'a> {
    line: u64,
    column: &'a str,
    code: &'static str,
    problem: String,
    shown: &'a str,
}

fn faults<S: Serializer>(faults: &[LineFault], serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(faults.len()))?;
    for LineFault { line, column, problem, shown } in faults {
        let problem_text = problem.to_string();
        list.serialize_element(&Told {
            line: *line,
            column,
            code: problem.code(),
            problem: problem_text,
            shown,
        })?;
    }
    list.end()
}
