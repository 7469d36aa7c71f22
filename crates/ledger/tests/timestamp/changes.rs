//! Every bit of a token is changed: what still verifies stands where nobody signed.

use std::ops::Range;

use proptest::prelude::*;
use tigertally_ledger::TimeStampToken;

use crate::authority::{Authority, WELL};
use crate::forge::{hex, tlv};
use crate::{IMPRINT, NONCE, forge, request, stamped};

/// Positions of bytes of which a bit can be changed without being noticed.
fn malleable(token: &[u8], nonce: Option<u64>, anchors: &[Vec<u8>]) -> Vec<usize> {
    let mut token = token.to_vec();
    let mut positions = Vec::new();
    for at in 0..token.len() {
        for bit in 0..8 {
            token[at] ^= 1 << bit;
            let read = TimeStampToken::from_der(&token);
            if read.and_then(|token| token.verify(&IMPRINT, nonce, anchors, &[])).is_ok() {
                positions.push(at);
            }
            token[at] ^= 1 << bit;
        }
    }
    positions.dedup();
    positions
}

fn place_of(part: &[u8], token: &[u8]) -> Range<usize> {
    let start = token.windows(part.len()).position(|window| window == part).expect("it is there");
    start..start + part.len()
}

#[test]
fn no_bit_of_a_token_without_extras_can_change() {
    for kind in ["rsa", "p256"] {
        let authority = Authority::new(kind);
        let token = stamped(&authority);
        let positions = malleable(token.as_der(), Some(NONCE), &[authority.certificate("root")]);
        assert_eq!(positions, [0; 0], "{kind}, of {} bytes", token.as_der().len());
    }
}

#[test]
fn only_extras_can_change() {
    let authority = Authority::new("p256");
    let root = authority.certificate("root");
    let crl = authority.crl("issuing", "");
    // [1] { { 1.2.3.4, { NULL } } }
    let unsigned = tlv(0xa1, &[&tlv(0x30, &[&hex("06032a0304"), &hex("31020500")])]);
    let token = forge(&authority).with(|f| {
        f.certificates.push(root.clone());
        f.crls.push(crl.clone());
        f.unsigned_attributes = unsigned.clone();
    });
    // The root is an anchor that nobody needs in the token, the list clears and is not required, and
    // unsigned attributes are not read.
    let extras = [&root, &crl, &unsigned].map(|part| place_of(part, &token));
    let positions = malleable(&token, None, std::slice::from_ref(&root));
    let outside: Vec<_> =
        positions.iter().filter(|at| !extras.iter().any(|extra| extra.contains(at))).collect();
    assert_eq!(outside, [&0; 0], "of {} bytes", token.len());
    for extra in extras {
        assert!(positions.iter().any(|at| extra.contains(at)), "each of them can change");
    }
}

#[test]
fn a_response_has_a_status_that_nobody_signed() {
    let authority = Authority::new("p256");
    let response = authority.reply(&request().to_der(), WELL);
    let token = TimeStampToken::from_response(&response).unwrap();
    let status = 0..response.len() - token.as_der().len();
    let mut taken = Vec::new();
    for at in status {
        for bit in 0..8 {
            let mut changed = response.clone();
            changed[at] ^= 1 << bit;
            if let Ok(same) = TimeStampToken::from_response(&changed) {
                assert_eq!(same, token, "the token is what it was");
                taken.push((at, bit));
            }
        }
    }
    // Granted, or granted with changes: both are grants.
    let granted = response.windows(3).position(|window| window == hex("020100")).unwrap() + 2;
    assert_eq!(taken.iter().filter(|(at, _)| *at != granted).count(), 0, "{taken:?}");
}

proptest! {
    #[test]
    fn nothing_but_a_token_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(TimeStampToken::from_der(&bytes).is_err());
        prop_assert!(TimeStampToken::from_response(&bytes).is_err());
    }
}
