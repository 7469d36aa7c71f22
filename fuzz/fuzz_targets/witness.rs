//! Requests to a witness (C2SP tlog-witness). The properties stand in the ledger's tests.
#![no_main]
#[path = "../../crates/ledger/tests/common/mod.rs"]
mod common;
#[path = "../../crates/ledger/tests/parsers/mod.rs"]
mod parsers;

libfuzzer_sys::fuzz_target!(|input: &[u8]| parsers::request(input));
