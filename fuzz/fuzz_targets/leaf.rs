//! A leaf that parses is written back to the same bytes.
#![no_main]
use libfuzzer_sys::fuzz_target;
use tigertally_ledger::Leaf;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(leaf) = Leaf::from_bytes(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
    }
});
