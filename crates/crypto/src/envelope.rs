//! The envelope, the one form of everything sealed: `suite (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`.
//!
//! Suite 1 is AES-256-GCM with a random nonce (NIST SP 800-38D §8.2.2). A key seals at most 2³²
//! envelopes (§8.3), which keeps the chance of a repeated nonce below 2⁻³².

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::error::{CryptoError, OrAbort};
use crate::random;
use crate::secret::SecretBytes;

/// The suite of every envelope that we seal.
const SUITE_1: u8 = 1;
const TAG_LEN: usize = 16;
/// What an envelope is longer than its content.
pub(crate) const OVERHEAD: usize = 1 + NONCE_LEN + TAG_LEN;

/// What an envelope holds. The first byte after the suite in its associated data, so that an envelope of
/// one kind never opens as another even where two kinds would share a key.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Kind {
    Keyring = 1,
    DataKey = 2,
    Masks = 3,
    Secret = 4,
    Field = 5,
    Row = 6,
}

/// An expanded AES-256-GCM key. Expanding costs more than sealing a field, so owners keep it.
pub(crate) struct SealingKey(LessSafeKey);

impl SealingKey {
    pub(crate) fn new(key: &SecretBytes<32>) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose()).or_abort("key expansion")))
    }

    /// Seals `plain` under a fresh nonce. `binding` says what the envelope belongs to (see [`binding`]).
    pub(crate) fn seal(&self, binding: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut envelope = vec![0; OVERHEAD + plain.len()];
        let (frame, sealed) = envelope.split_at_mut(1 + NONCE_LEN);
        let nonce = random::bytes::<NONCE_LEN>();
        frame[0] = SUITE_1;
        frame[1..].copy_from_slice(&nonce);
        self.encrypt(nonce, binding, plain, sealed);
        envelope
    }

    /// Opens an envelope of any length.
    pub(crate) fn open(&self, binding: &[u8], envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let parts = Parts::of(envelope)?;
        let mut plain = Zeroizing::new(vec![0; parts.ciphertext.len()]);
        self.decrypt(&parts, binding, &mut plain)?;
        Ok(plain)
    }

    /// Opens an envelope that holds a key.
    pub(crate) fn open_key(&self, binding: &[u8], envelope: &[u8]) -> Result<SecretBytes<32>, CryptoError> {
        let parts = Parts::of(envelope)?;
        if parts.ciphertext.len() != 32 {
            return Err(CryptoError::Malformed);
        }
        SecretBytes::try_filled_by(|plain| self.decrypt(&parts, binding, plain))
    }

    /// Writes ciphertext and tag to `out`, which is [`TAG_LEN`] longer than `plain`.
    fn encrypt(&self, nonce: [u8; NONCE_LEN], binding: &[u8], plain: &[u8], out: &mut [u8]) {
        let (ciphertext, tag) = out.split_at_mut(plain.len());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = self.0.seal_out_of_place_scatter(nonce, Aad::from(binding), plain, ciphertext, &[], tag);
        sealed.or_abort("sealing");
    }

    fn decrypt(&self, parts: &Parts<'_>, binding: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
        let nonce = Nonce::assume_unique_for_key(*parts.nonce);
        self.0
            .open_separate_gather(nonce, Aad::from(binding), parts.ciphertext, parts.tag, out)
            .map_err(|_| CryptoError::NotAuthentic)
    }
}

/// The associated data `suite ‖ kind ‖ place`. A place is of fixed length for its kind, or one label.
pub(crate) fn binding<const N: usize>(kind: Kind, place: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    out[0] = SUITE_1;
    out[1] = kind as u8;
    let mut end = 2;
    for part in place {
        out[end..end + part.len()].copy_from_slice(part);
        end += part.len();
    }
    debug_assert_eq!(end, N, "the binding's length is that of its parts");
    out
}

/// As [`binding`], for a label of any length.
pub(crate) fn label_binding(kind: Kind, label: &str) -> Vec<u8> {
    [&[SUITE_1, kind as u8], label.as_bytes()].concat()
}

struct Parts<'a> {
    nonce: &'a [u8; NONCE_LEN],
    ciphertext: &'a [u8],
    tag: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(envelope: &'a [u8]) -> Result<Self, CryptoError> {
        let (suite, rest) = envelope.split_first().ok_or(CryptoError::Malformed)?;
        if *suite != SUITE_1 {
            return Err(CryptoError::UnknownSuite(*suite));
        }
        let (nonce, rest) = rest.split_first_chunk().ok_or(CryptoError::Malformed)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(CryptoError::Malformed)?;
        Ok(Self { nonce, ciphertext, tag })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&SecretBytes::take(&mut [byte; 32]))
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    /// Test cases 13, 14 and 16 of the GCM specification submitted to NIST (McGrew and Viega, appendix B):
    /// key, nonce, associated data, plaintext, ciphertext ‖ tag.
    #[test]
    fn aes_256_gcm_vectors() {
        let zeros = "00".repeat(32);
        let long_key = "feffe9928665731c6d6a8f9467308308".repeat(2);
        let vectors = [
            (&zeros, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
            (
                &zeros,
                "000000000000000000000000",
                "",
                "00000000000000000000000000000000",
                "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
            ),
            (
                &long_key,
                "cafebabefacedbaddecaf888",
                "feedfacedeadbeeffeedfacedeadbeefabaddad2",
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525\
                 b16aedf5aa0de657ba637b39",
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838\
                 c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
            ),
        ];
        for (key, nonce, aad, plain, expected) in vectors {
            let mut bytes: [u8; 32] = hex(key).try_into().unwrap();
            let key = SealingKey::new(&SecretBytes::take(&mut bytes));
            let (nonce, aad, plain) = (hex(nonce), hex(aad), hex(plain));
            let mut sealed = vec![0; plain.len() + TAG_LEN];
            key.encrypt(nonce.clone().try_into().unwrap(), &aad, &plain, &mut sealed);
            assert_eq!(sealed, hex(expected));

            let envelope = [&[SUITE_1], &nonce[..], &sealed].concat();
            assert_eq!(*key.open(&aad, &envelope).unwrap(), plain);
        }
    }

    #[test]
    fn every_other_suite_is_told_by_its_number() {
        let mut envelope = key(1).seal(b"place", b"plain");
        assert_eq!(envelope[0], 1);
        for suite in (0..=255).filter(|suite| *suite != 1) {
            envelope[0] = suite;
            assert_eq!(key(1).open(b"place", &envelope).err(), Some(CryptoError::UnknownSuite(suite)));
        }
    }

    #[test]
    fn what_is_too_short_is_malformed() {
        let envelope = key(1).seal(b"place", b"");
        assert_eq!(envelope.len(), OVERHEAD);
        assert!(key(1).open(b"place", &envelope).is_ok());
        for end in 0..OVERHEAD {
            assert_eq!(key(1).open(b"place", &envelope[..end]).err(), Some(CryptoError::Malformed));
        }
    }

    #[test]
    fn a_key_has_32_bytes() {
        for length in [0, 16, 31, 33, 64] {
            let envelope = key(1).seal(b"place", &vec![7; length]);
            assert_eq!(key(1).open_key(b"place", &envelope).err(), Some(CryptoError::Malformed));
        }
        assert_eq!(*key(1).open_key(b"place", &key(1).seal(b"place", &[7; 32])).unwrap().expose(), [7; 32]);
    }

    #[test]
    fn bindings_of_different_kinds_and_places_differ() {
        assert_eq!(binding::<5>(Kind::Field, &[&[9], &[8, 7]]), [1, 5, 9, 8, 7]);
        assert_eq!(label_binding(Kind::Secret, "a"), [1, 4, b'a']);
    }

    proptest! {
        #[test]
        fn opens_to_what_was_sealed(plain: Vec<u8>, place: Vec<u8>) {
            let envelope = key(1).seal(&place, &plain);
            prop_assert_eq!(envelope.len(), plain.len() + OVERHEAD);
            prop_assert_eq!(&*key(1).open(&place, &envelope).unwrap(), &plain);
        }

        #[test]
        fn opens_for_no_other_key_place_or_bit(plain: Vec<u8>, place: Vec<u8>, other: Vec<u8>) {
            let envelope = key(1).seal(&place, &plain);
            prop_assert_eq!(key(2).open(&place, &envelope).err(), Some(CryptoError::NotAuthentic));
            if other != place {
                prop_assert_eq!(key(1).open(&other, &envelope).err(), Some(CryptoError::NotAuthentic));
            }
            for bit in 0..envelope.len() * 8 {
                let mut altered = envelope.clone();
                altered[bit / 8] ^= 1 << (bit % 8);
                prop_assert!(key(1).open(&place, &altered).is_err(), "bit {} was flipped", bit);
            }
            for end in 0..envelope.len() {
                prop_assert!(key(1).open(&place, &envelope[..end]).is_err());
            }
        }

        #[test]
        fn the_same_content_is_never_sealed_alike(plain: Vec<u8>) {
            prop_assert_ne!(key(1).seal(b"place", &plain), key(1).seal(b"place", &plain));
        }
    }
}
