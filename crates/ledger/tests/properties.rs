//! The properties of the parsers over honest input, over changes to it, and over noise: a little of what the fuzzer does,
//! on every change.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;
mod parsers;

use proptest::prelude::*;

/// Noise, or a few changes to something honest.
fn input() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(any::<[u8; 4]>(), 0..4).prop_map(|changes| {
            let mut bytes = vec![1];
            bytes.extend(changes.into_iter().flatten());
            bytes
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn notes(input in input()) {
        parsers::note(&input);
    }

    #[test]
    fn proofs(input in input()) {
        parsers::proof(&input);
    }

    #[test]
    fn policies(input in input()) {
        parsers::policy(&input);
    }

    #[test]
    fn requests(input in input()) {
        parsers::request(&input);
    }

    #[test]
    fn tiles(input in input()) {
        parsers::tile(&input);
    }

    #[test]
    fn receipts(input in input()) {
        parsers::receipt(&input);
    }
}

proptest! {
    // Each is a whole verification.
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn bundles(input in input()) {
        parsers::evidence(&input);
    }
}

#[test]
fn what_is_honest_holds() {
    for parser in [
        parsers::note,
        parsers::proof,
        parsers::policy,
        parsers::request,
        parsers::tile,
        parsers::receipt,
        parsers::evidence,
    ] {
        parser(&[1]);
    }
}
