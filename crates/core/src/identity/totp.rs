//! Authenticator codes (RFC 6238: SHA-1, six digits, thirty seconds), one step either side.

use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Bytes of a seed, as RFC 4226 recommends.
pub(super) const SEED: usize = 20;
const STEP_SECONDS: u64 = 30;

fn totp(seed: &[u8], account: &str, issuer: &str) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP_SECONDS)
        .with_secret(Secret::from(seed.to_vec()))
        .with_account_name(account)
        .with_issuer(Some(issuer))
        .build()
        .ok()
}

/// The step that a code belongs to; `None` when it is not a code of now.
pub(super) fn step_of(seed: &[u8], code: &str, now_ms: u64) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 {
        return None;
    }
    totp(seed, "account", "Tigertally")?.check(&code, now_ms / 1000)
}

/// What an authenticator needs: the `otpauth:` address, and the secret to type where a picture cannot be taken.
pub(super) fn enrolment(
    seed: &[u8],
    staff_no: &str,
    company: &str,
) -> Option<(Zeroizing<String>, Zeroizing<String>)> {
    // A colon separates issuer and account in the address.
    let issuer = format!("Tigertally {}", company.replace(':', " "));
    let totp = totp(seed, staff_no, &issuer)?;
    let secret = Secret::from(seed.to_vec()).to_base32();
    Some((Zeroizing::new(totp.to_url().ok()?), Zeroizing::new(secret)))
}

/// The code of a time.
pub(super) fn code_at(seed: &[u8], now_ms: u64) -> Option<String> {
    Some(totp(seed, "account", "Tigertally")?.generate(now_ms / 1000).to_string())
}

/// A seed as an authenticator shows it.
pub(super) fn seed_of(base32: &str) -> Option<Vec<u8>> {
    Secret::try_from_base32(base32).ok().map(|secret| secret.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, shortened to six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let seed = b"12345678901234567890";
        for (seconds, code) in [(59_u64, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert!(step_of(seed, code, seconds * 1000).is_some(), "{seconds}");
            assert!(step_of(seed, code, (seconds + 120) * 1000).is_none(), "{seconds}");
        }
        assert!(step_of(seed, "28708", 59_000).is_none());
        assert!(step_of(seed, "2870820", 59_000).is_none());
    }

    #[test]
    fn an_enrolment_holds_the_seed() {
        let (url, secret) = enrolment(b"12345678901234567890", "S012", "澜图:商贸").unwrap();
        assert!(url.starts_with("otpauth://totp/"), "{}", *url);
        assert_eq!(seed_of(&secret).unwrap(), b"12345678901234567890");
    }
}
