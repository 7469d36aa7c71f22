//! How a command ended, for the shell.

use std::{fmt, process::ExitCode};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// Wrong usage; clap's own.
    Usage = 2,
    /// The policy denies it, or nobody is signed in.
    Denied = 3,
    /// Verification found a fault.
    Fault = 4,
    /// Some lines were bad.
    BadLines = 5,
    /// The folder is in use, or it can be tried again later (`EX_TEMPFAIL` of sysexits.h).
    Busy = 75,
}

/// The table of `tigertally help`.
pub(crate) const TABLE: &str = "\
Exit codes:
   0  done
   1  failed
   2  wrong usage
   3  denied by the policy, or not signed in
   4  verification found a fault
   5  some lines of a file were bad
  75  the data folder is in use, or the server is busy: try again";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// A failure that this program tells in its own words.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl Failure {
    /// A failure as an error.
    pub(crate) fn error(exit: Exit, text: impl Into<String>) -> anyhow::Error {
        Failure { exit, text: text.into() }.into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}
