//! Where a leaked customer list comes from.
//!
//! ```text
//! export ──mark──► order of rows, variants of cells          ┐
//!        ──canary─► customers who do not exist               ├─► leak ──attribute──► which export, whose accesses
//! accesses ───────► who has seen whom                        ┘
//! ```
//!
//! Everything that speaks for or against a suspect is an *e-value*: a likelihood ratio whose expectation is at most 1 when
//! the suspect is innocent. Independent ones multiply; and the chance that any of `n` innocents reaches a ratio of `r` is at
//! most `n / r` (Markov). So one number ranks, decides, and says how often it would accuse somebody wrongly.
//!
//! **Invariant:** no I/O, no clock, no randomness: the same key, leak and suspects give the same answer.
//!
//! **Invariant:** what is written into a cell can be read back, and never changes what the cell says.
//!
//! **Invariant:** a mark that a leak no longer shows is no evidence, neither way.

mod attribute;
pub mod canary;
pub mod cell;
mod evidence;
mod mark;
mod suspects;

pub use attribute::{Agreement, Finding, Hit, Leak, Line, Report, Verdict, attribute};
pub use mark::{CustomerMark, MarkKey};
pub use suspects::{Company, Suspect, Suspects};
