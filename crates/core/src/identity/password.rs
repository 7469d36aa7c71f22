//! Passwords, as Argon2id (RFC 9106) in PHC strings.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// Fewest characters of a password: long beats complicated (NIST SP 800-63B).
pub(super) const MIN_CHARS: usize = 12;
/// Most bytes of a password.
const MAX_BYTES: usize = 256;

/// What is wrong with a new password.
pub(super) fn weakness(password: &str, staff_no: &str) -> Option<&'static str> {
    if password.chars().count() < MIN_CHARS {
        return Some("too_short");
    }
    if password.len() > MAX_BYTES {
        return Some("too_long");
    }
    let lower = password.to_lowercase();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let common = ["password", "123456789", "qwerty", "abcdefgh", "111111", "tigertally"];
    if distinct.len() < 5
        || common.iter().any(|word| lower.contains(word))
        || lower.contains(&staff_no.to_lowercase())
    {
        return Some("too_easy");
    }
    None
}

/// Hashes a password under a fresh salt.
pub(super) fn hash(password: &str) -> Option<String> {
    let salt = tigertally_crypto::random::bytes::<16>();
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// Whether the password is the one behind the hash. Without a hash the same time is spent, so that an answer does not
/// tell who works here.
pub(super) fn verify(password: &str, stored: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";
    let right = PasswordHash::new(stored.unwrap_or(NOBODY))
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_verifies() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(&stored)));
        assert!(!verify("correct horse batterz", Some(&stored)));
        assert!(!verify("correct horse battery", None));
    }

    #[test]
    fn weak_passwords_are_told() {
        for (password, why) in [
            ("short", "too_short"),
            ("password1234567", "too_easy"),
            ("aaaaaaaaaaaaaaa", "too_easy"),
            ("my name is S012", "too_easy"),
        ] {
            assert_eq!(weakness(password, "S012"), Some(why), "{password}");
        }
        assert_eq!(weakness("一只老虎两片符节合起来", "S012"), Some("too_short"));
        assert_eq!(weakness("一只老虎两片符节合起来才算数", "S012"), None);
    }
}
