//! Recovery codes: ten, each works once in place of an authenticator code.

use zeroize::Zeroizing;

use super::token;

/// How many are given.
const COUNT: usize = 10;

/// Fresh codes and their hashes. A code has 60 bits, so a fast hash is enough.
pub(super) fn fresh() -> (Vec<Zeroizing<String>>, Vec<[u8; 32]>) {
    let codes: Vec<_> = (0..COUNT).map(|_| token::code(3)).collect();
    let hashes = codes.iter().map(|code| hash(code)).collect();
    (codes, hashes)
}

/// The hash of a code as typed.
pub(super) fn hash(code: &str) -> [u8; 32] {
    token::hash(&token::tidy(code))
}
