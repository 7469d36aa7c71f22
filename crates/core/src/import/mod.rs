//! Files of staff, customers and orders: bytes in, validated records and line faults out. No database.
//!
//! A file goes through three steps, and each says clearly what is wrong: [`Sheet::open`] (is it a table that can
//! be read at all?), [`Mapping::detect`] (which column is what?), [`rows`] (is each line good?).
//!
//! **Invariant:** nothing that leaves this room shows a value of a customer, but in a record that is valid.

mod cells;
mod csv;
mod fault;
mod guard;
mod leak;
mod mapping;
mod rows;
mod sheet;
mod survey;
#[cfg(test)]
mod tests;
mod workbook;

pub use fault::{FileFault, FileKind, LineFault, MappingFault, Problem};
pub(crate) use guard::check_packed;
pub(crate) use leak::{LeakedLine, leaked};
pub use mapping::{Column, Mapping, Table};
pub use rows::{Row, Rows, rows};
pub use sheet::{Limits, Sheet};
