//! Notes, verifier keys and checkpoints: no input panics, and what parses is written back to the same text.
#![no_main]
use libfuzzer_sys::fuzz_target;
use tigertally_ledger::{Checkpoint, NoteSigner, VerifierKey};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    let _ = Checkpoint::parse(text);
    let signer = NoteSigner::from_seed("fuzz", &[7; 32]).expect("a valid name");
    let _ = signer.verifier_key().verify(text);
    let _ = Checkpoint::open(text, &signer.verifier_key());
});
