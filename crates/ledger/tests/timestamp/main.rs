//! Time stamps by authorities made with `openssl`, checked here and by other people's programs.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod authority;
mod chains;
mod changes;
mod forge;
mod peers;
mod tokens;

use authority::{Authority, SIGNER, WELL};
use forge::{Forge, Key};
use tigertally_ledger::{TimeStampError, TimeStampRequest, TimeStampToken, VerifiedTime};

/// What is stamped: to an authority, any 32 bytes are a digest.
pub const IMPRINT: [u8; 32] = *b"\x8e0123456789abcdefghijklmnopqrst\xff";
pub const NONCE: u64 = 0xf123_4567_89ab_cdef;
/// The time in forged tokens: 2021-06-01 09:30:12.25.
pub const FORGED_MS: u64 = 1_622_539_812_250;

pub type Verified = Result<VerifiedTime, TimeStampError>;

pub fn request() -> TimeStampRequest {
    TimeStampRequest { imprint: IMPRINT, nonce: NONCE }
}

/// The token that `openssl ts` makes for the request.
pub fn stamped(authority: &Authority) -> TimeStampToken {
    TimeStampToken::from_response(&authority.reply(&request().to_der(), WELL)).unwrap()
}

/// Reads the token and verifies it with this anchor and these lists.
pub fn verify(token: &[u8], anchor: &[u8], crls: &[Vec<u8>]) -> Verified {
    TimeStampToken::from_der(token)?.verify(&IMPRINT, None, &[anchor.to_vec()], crls)
}

/// A good token by the signer of the authority, whose keys are on P-256, to be made worse.
pub fn forge(authority: &Authority) -> Forge {
    let mut forge = by_signer(authority);
    forge.certificates.push(authority.certificate("issuing"));
    forge
}

/// A signer right below a root, with these extensions, and a token by it.
pub fn forge_with(extensions: &str) -> (Authority, Forge) {
    let authority = Authority::with_root("p256");
    authority.issue("signer", "p256", "root", extensions);
    let forge = by_signer(&authority);
    (authority, forge)
}

/// A token by the signer of the authority, with its certificate alone.
pub fn by_signer(authority: &Authority) -> Forge {
    Forge::new(Key::P256, authority.key("signer"), authority.certificate("signer"), &IMPRINT)
}

/// What comes of a token by a signer with these extensions.
pub fn outcome_with(extensions: &str) -> Verified {
    let (authority, forge) = forge_with(extensions);
    verify(&forge.token(), &authority.certificate("root"), &[])
}

#[test]
fn the_kit_makes_good_tokens() {
    assert_eq!(outcome_with(SIGNER).unwrap().time_ms, FORGED_MS);
}
