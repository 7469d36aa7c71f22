//! Blind indexes: exact search without opening anything.
//!
//! An index is `HMAC-SHA-256(subkey of the field, normalised value)`, cut to 16 bytes (RFC 2104 §5). It
//! shows which records share a value, and nothing else to whoever lacks the key; whoever has the key can
//! try values out, so it is as secret as the data.

use std::sync::OnceLock;

use aws_lc_rs::hmac;

use crate::derive::DerivationKey;
use crate::secret::SecretBytes;

/// One expanded HMAC key a field, made when first used.
pub(crate) struct BlindIndex {
    master: DerivationKey,
    fields: [OnceLock<Box<hmac::Key>>; 256],
}

impl BlindIndex {
    pub(crate) fn new(master: &SecretBytes<32>) -> Self {
        Self { master: DerivationKey::new(master), fields: [const { OnceLock::new() }; 256] }
    }

    pub(crate) fn of(&self, field: u8, normalised: &str) -> [u8; 16] {
        let subkey = self.fields[usize::from(field)].get_or_init(|| {
            let subkey = self.master.derive("tigertally/1/blind-index/field", &[field]);
            Box::new(hmac::Key::new(hmac::HMAC_SHA256, subkey.expose()))
        });
        hmac_128(subkey, normalised.as_bytes())
    }
}

/// HMAC-SHA-256-128: the first 16 bytes of the tag.
fn hmac_128(key: &hmac::Key, data: &[u8]) -> [u8; 16] {
    let tag = hmac::sign(key, data);
    let mut out = [0; 16];
    out.copy_from_slice(&tag.as_ref()[..16]);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// RFC 4231 §4.6: the test case of a tag cut to 128 bits; §4.3 cut likewise.
    #[test]
    fn rfc_4231_test_cases_5_and_2() {
        let tag_of = |key: &[u8], data| hmac_128(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
        assert_eq!(
            tag_of(&[0x0c; 20], b"Test With Truncation"),
            [0xa3, 0xb6, 0x16, 0x74, 0x73, 0x10, 0x0e, 0xe0, 0x6e, 0x0c, 0x79, 0x6c, 0x29, 0x55, 0x55, 0x2b]
        );
        assert_eq!(
            tag_of(b"Jefe", b"what do ya want for nothing?"),
            [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7]
        );
    }

    #[test]
    fn key_field_and_value_each_make_another_index() {
        let index = BlindIndex::new(&SecretBytes::take(&mut [1; 32]));
        let other = BlindIndex::new(&SecretBytes::take(&mut [2; 32]));
        let mut seen = HashSet::new();
        for field in 0..=255 {
            assert_eq!(index.of(field, "13812345678"), index.of(field, "13812345678"));
            for value in ["", "13812345678", "13812345679"] {
                assert!(seen.insert(index.of(field, value)));
                assert!(seen.insert(other.of(field, value)));
            }
        }
    }
}
