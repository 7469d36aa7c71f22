//! What cannot be written at all, from a crate that depends on the core and the server as `server` and `cli` do.
//! Each case is named by what it tries; the compiler's words are beside it.
//!
//! Inside the core the same holds by privacy: `Committed` has private fields and one maker, `Tx::commit`, and
//! `Store::change` takes nothing else; `tidy.rs` counts the makers.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[test]
fn the_gate_has_no_side_door() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
