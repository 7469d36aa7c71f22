//! Tokens: random, shown once, kept as a hash.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// SHA-256 of a token. Tokens are uniformly random, so a fast hash is enough.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

/// A fresh token of 256 bits.
pub(crate) fn fresh() -> Zeroizing<String> {
    let bytes = Zeroizing::new(tigertally_crypto::random::bytes::<32>());
    Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes))
}

/// Letters and digits that are not taken for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A fresh code for people to type: `groups` groups of four, five bits a character.
pub(super) fn code(groups: usize) -> Zeroizing<String> {
    let mut code = Zeroizing::new(String::with_capacity(groups * 5));
    for group in 0..groups {
        if group > 0 {
            code.push('-');
        }
        for byte in tigertally_crypto::random::bytes::<4>() {
            code.push(char::from(ALPHABET[usize::from(byte & 31)]));
        }
    }
    code
}

/// A typed code in the form that was hashed: upper case, dashes and spaces ignored.
pub(super) fn tidy(code: &str) -> Zeroizing<String> {
    Zeroizing::new(code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect())
}
