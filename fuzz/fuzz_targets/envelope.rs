//! Envelopes, wrapped keys and root keys: nothing but what was sealed opens, and no input panics.
#![no_main]
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tigertally_crypto::{Keyring, Place, RootKey};

static KEYRING: LazyLock<Keyring> = LazyLock::new(Keyring::generate);

fuzz_target!(|bytes: &[u8]| {
    assert!(KEYRING.open_masks(1, 1, bytes).is_err());
    assert!(KEYRING.open_secret("fuzz", bytes).is_err());
    assert!(KEYRING.unwrap_data_key(1, bytes).is_err());
    let key = KEYRING.new_data_key(1).0.class_key(1);
    assert!(key.open(Place { record: 1, field: 1, version: 1 }, bytes).is_err());
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = RootKey::from_text(text);
    }
});
