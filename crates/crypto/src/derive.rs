//! Keys from keys: HKDF-Expand with SHA-256 (RFC 5869 §2.3).
//!
//! The extract step is left out as §3.3 allows: every input is already a uniformly random key. Only a foreign format that
//! asks for it gets it ([`extract_and_expand`]).

use aws_lc_rs::hkdf;

use crate::error::OrAbort;
use crate::secret::SecretBytes;

/// A key from which others are derived.
pub(crate) struct DerivationKey(hkdf::Prk);

impl DerivationKey {
    pub(crate) fn new(key: &SecretBytes<32>) -> Self {
        Self(hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, key.expose()))
    }

    /// `HKDF-Expand(key, label ‖ 0x00 ‖ context, 32)`. Labels hold no zero byte, so label and context
    /// cannot run into each other.
    pub(crate) fn derive(&self, label: &'static str, context: &[u8]) -> SecretBytes<32> {
        debug_assert!(!label.as_bytes().contains(&0));
        SecretBytes::filled_by(|out| self.expand(&[label.as_bytes(), &[0], context], out))
    }

    fn expand(&self, info: &[&[u8]], out: &mut [u8]) {
        let filled = self.0.expand(info, OutputLen(out.len())).and_then(|okm| okm.fill(out));
        filled.or_abort("key derivation");
    }
}

/// `HKDF(salt, secret, info, N)` with both steps (RFC 5869 §2), for the formats of others.
pub(crate) fn extract_and_expand<const N: usize>(salt: &[u8], secret: &[u8], info: &[u8]) -> SecretBytes<N> {
    let key = DerivationKey(hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret));
    SecretBytes::filled_by(|out| key.expand(&[info], out))
}

struct OutputLen(usize);

impl hkdf::KeyType for OutputLen {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, appendix A.1, the expand step.
    #[test]
    fn rfc_5869_test_case_1() {
        let mut prk = [
            0x07, 0x77, 0x09, 0x36, 0x2c, 0x2e, 0x32, 0xdf, 0x0d, 0xdc, 0x3f, 0x0d, 0xc4, 0x7b, 0xba,
            0x63, //
            0x90, 0xb6, 0xc7, 0x3b, 0xb5, 0x0f, 0x9c, 0x31, 0x22, 0xec, 0x84, 0x4a, 0xd7, 0xc2, 0xb3, 0xe5,
        ];
        let info = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9];
        let mut okm = [0; 42];
        DerivationKey::new(&SecretBytes::take(&mut prk)).expand(&[&info], &mut okm);
        let expected = [
            0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f, 0x64, 0xd0, 0x36, 0x2f,
            0x2a, //
            0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5,
            0xbf, //
            0x34, 0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65,
        ];
        assert_eq!(okm, expected);
    }

    /// RFC 5869, appendix A.1, both steps.
    #[test]
    fn rfc_5869_test_case_1_from_its_beginning() {
        let info = [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9];
        let salt: Vec<u8> = (0..=0x0c).collect();
        let derived = extract_and_expand::<8>(&salt, &[0x0b; 22], &info);
        // Expand gives a prefix of what it would give for more.
        assert_eq!(*derived.expose(), [0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a]);
    }

    #[test]
    fn label_context_and_key_each_make_another_key() {
        let key = DerivationKey::new(&SecretBytes::take(&mut [7; 32]));
        let other = DerivationKey::new(&SecretBytes::take(&mut [8; 32]));
        let derived = [
            key.derive("a", b""),
            key.derive("b", b""),
            key.derive("a", b"\0"),
            key.derive("a", b"b"),
            key.derive("ab", b""),
            other.derive("a", b""),
        ];
        for (i, a) in derived.iter().enumerate() {
            for b in &derived[i + 1..] {
                assert_ne!(a.expose(), b.expose());
            }
        }
        assert_eq!(key.derive("a", b"b").expose(), derived[3].expose());
    }
}
