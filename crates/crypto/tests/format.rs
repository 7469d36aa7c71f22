//! What databases hold today opens tomorrow: one vector for every stored form, computed by another
//! implementation (Python's `hmac` and `cryptography`) from the formats that the modules describe.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use tigertally_crypto::{Keyring, Place, RootKey};

const ROOT: &str = "tigertally-root-1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgJR5rdA";
const KEYRING: &str = "01000102030405060708090a0b5e62b79fed3872408d929bcf57f58c7cc09e300fd67067b83d544ef3d2c47be5\
                       db5356ab83757509c1998044cc6ac9f0";
const DATA_KEY: &str = "01000102030405060708090a0b2f5aa6cb45be3f539665d5a982f4b286336d7521e062c9b84bc8dd1917ff8382\
                        5d0d48b9a4ee1b0c2d9c6a67c3b9e181";
const FIELD: &str = "01000102030405060708090a0bd457ed6d0d12688df98c603e86f21c7be0b1f8e40bfbf491fe59a3";
const MASKS: &str = "01000102030405060708090a0b30c4fe78c497850a46ac04aac27a094784f5c6adaa8d2e8a2d6e85";
const SECRET: &str = "01000102030405060708090a0b72f46d48ed650a509a60ee558611a25272e7ecbc";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn keyring() -> Keyring {
    Keyring::open(&RootKey::from_text(ROOT).unwrap(), &hex(KEYRING)).unwrap()
}

#[test]
fn the_root_key_is_written_as_it_is_read() {
    assert_eq!(*RootKey::from_text(ROOT).unwrap().to_text(), ROOT);
}

#[test]
fn a_field_opens_from_root_key_to_plaintext() {
    let data_key = keyring().unwrap_data_key(7, &hex(DATA_KEY)).unwrap();
    let place = Place { record: 7, field: 1, version: 9 };
    assert_eq!(**data_key.class_key(2).open(place, &hex(FIELD)).unwrap(), *b"13812341234");
}

#[test]
fn masks_and_secrets_open() {
    assert_eq!(**keyring().open_masks(7, 9, &hex(MASKS)).unwrap(), *b"138****1234");
    assert_eq!(**keyring().open_secret("totp/S012", &hex(SECRET)).unwrap(), *b"seed");
}

#[test]
fn blind_indexes_and_the_ledger_seed_stay() {
    assert_eq!(keyring().blind_index(3, "li").to_vec(), hex("7af9b8615d74ab90a609b14077ce4598"));
    assert_eq!(
        keyring().ledger_seed().expose().to_vec(),
        hex("29d5306e2ea1eec5e76e06426247205201fff0952d1b10beb92be413ba0ef93f")
    );
}
