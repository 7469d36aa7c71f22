//! A short run of the trials: the right source is found, and an innocent list accuses nobody.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn leaks_are_traced_and_innocents_are_not_accused() {
    let run = Command::new(env!("CARGO_BIN_EXE_leaks")).arg("60").output().unwrap();
    let table = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success() && !table.contains("missed"), "{table}");
    assert!(table.contains("60 cases of each kind"), "{table}");
}
