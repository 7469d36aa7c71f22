//! The root key, which opens everything, and the three ways to get one: made, typed in, or from a
//! passphrase.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::derive::DerivationKey;
use crate::envelope::SealingKey;
use crate::error::CryptoError;
use crate::secret::SecretBytes;

const TEXT_PREFIX: &str = "tigertally-root-1:";
const CHECKSUM_LEN: usize = 4;
/// 36 bytes are 48 characters of base64 without padding.
const TEXT_BYTES: usize = 32 + CHECKSUM_LEN;
const TEXT_CHARS: usize = TEXT_BYTES / 3 * 4;

/// The key under which the [`Keyring`](crate::Keyring) is sealed.
pub struct RootKey(SecretBytes<32>);

impl RootKey {
    /// A new root key of fresh randomness.
    pub fn generate() -> Self {
        Self(SecretBytes::random())
    }

    /// Argon2id (RFC 9106) of a passphrase. Salt and cost are stored beside the sealed keyring; they are
    /// no secret.
    ///
    /// # Errors
    /// [`CryptoError::EmptyPassphrase`], or [`CryptoError::KdfCost`] when `cost` is out of range.
    pub fn from_passphrase(passphrase: &[u8], salt: &[u8; 16], cost: KdfCost) -> Result<Self, CryptoError> {
        if passphrase.is_empty() {
            return Err(CryptoError::EmptyPassphrase);
        }
        let argon2id = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
        hash(&argon2id, passphrase, salt).map(Self)
    }

    /// One line for a file, an environment variable or a sheet of paper: `tigertally-root-1:` and 48
    /// characters, the key and a checksum in base64url.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; TEXT_BYTES]);
        bytes[..32].copy_from_slice(self.0.expose());
        bytes[32..].copy_from_slice(&checksum(self.0.expose()));
        // Reserved beforehand, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(String::with_capacity(TEXT_PREFIX.len() + TEXT_CHARS));
        text.push_str(TEXT_PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
        text
    }

    /// Reads what [`RootKey::to_text`] wrote; white space around it is let pass.
    ///
    /// # Errors
    /// [`CryptoError::RootKeyForm`], or [`CryptoError::RootKeyChecksum`] when a character was mistyped.
    pub fn from_text(text: &str) -> Result<Self, CryptoError> {
        let encoded = text.trim().strip_prefix(TEXT_PREFIX).ok_or(CryptoError::RootKeyForm)?;
        let mut bytes = Zeroizing::new([0; TEXT_BYTES]);
        if encoded.len() != TEXT_CHARS
            || URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut_slice()) != Ok(TEXT_BYTES)
        {
            return Err(CryptoError::RootKeyForm);
        }
        let key = SecretBytes::<32>::filled_by(|out| out.copy_from_slice(&bytes[..32]));
        if bytes[32..] != checksum(key.expose()) {
            return Err(CryptoError::RootKeyChecksum);
        }
        Ok(Self(key))
    }

    pub(crate) fn sealing_key(&self) -> SealingKey {
        SealingKey::new(&DerivationKey::new(&self.0).derive("tigertally/1/root/keyring", &[]))
    }
}

/// What a guess at the passphrase costs (RFC 9106 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory in KiB: at least 8 a lane, at most 4 GiB.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 1,000.
    pub passes: u32,
    /// Lanes, 1 to 64.
    pub lanes: u32,
}

impl Default for KdfCost {
    /// 64 MiB and 3 passes, the second recommendation of RFC 9106 §4, in one lane: the lanes are computed
    /// one after another here, so more of them would only help a guesser with more cores.
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 }
    }
}

impl KdfCost {
    /// The ceilings keep an altered settings file from stopping the start for hours.
    const MAX: Self = Self { memory_kib: 4 * 1024 * 1024, passes: 1_000, lanes: 64 };

    fn params(self) -> Result<Params, CryptoError> {
        let Self { memory_kib, passes, lanes } = self;
        if memory_kib > Self::MAX.memory_kib || passes > Self::MAX.passes || lanes > Self::MAX.lanes {
            return Err(CryptoError::KdfCost);
        }
        Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| CryptoError::KdfCost)
    }
}

/// Runs Argon2 in memory of our own, which is wiped: its last blocks yield the key.
fn hash(argon2: &Argon2<'_>, passphrase: &[u8], salt: &[u8]) -> Result<SecretBytes<32>, CryptoError> {
    let blocks = argon2.params().block_count();
    let mut memory = Zeroizing::new(Vec::new());
    memory.try_reserve_exact(blocks).map_err(|_| CryptoError::KdfCost)?;
    memory.resize(blocks, Block::default());
    SecretBytes::try_filled_by(|out| {
        argon2.hash_password_into_with_memory(passphrase, salt, out, memory.as_mut_slice())
    })
    .map_err(|_| CryptoError::KdfCost)
}

/// The first bytes of SHA-256 over prefix and key. Not a protection: it stands beside the key itself.
fn checksum(key: &[u8; 32]) -> [u8; CHECKSUM_LEN] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(TEXT_PREFIX.as_bytes());
    context.update(key);
    let mut out = [0; CHECKSUM_LEN];
    out.copy_from_slice(&context.finish().as_ref()[..CHECKSUM_LEN]);
    out
}

#[cfg(test)]
mod tests {
    use argon2::{AssociatedData, ParamsBuilder};

    use super::*;

    const CHEAP: KdfCost = KdfCost { memory_kib: 8, passes: 1, lanes: 1 };

    /// RFC 9106 §5.3, which has a secret and associated data too.
    #[test]
    fn rfc_9106_argon2id() {
        let data = AssociatedData::new(&[4; 12]).unwrap();
        let params = ParamsBuilder::new().m_cost(32).t_cost(3).p_cost(4).data(data).build().unwrap();
        let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let expected = [
            0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53,
            0xc9, //
            0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
        ];
        assert_eq!(*hash(&argon2, &[1; 32], &[2; 16]).unwrap().expose(), expected);
    }

    #[test]
    fn a_passphrase_makes_the_same_key_for_the_same_salt_and_cost_only() {
        let key = |passphrase: &[u8], salt, cost| {
            *RootKey::from_passphrase(passphrase, &[salt; 16], cost).unwrap().0.expose()
        };
        let first = key(b"tiger", 1, CHEAP);
        assert_eq!(key(b"tiger", 1, CHEAP), first);
        assert_ne!(key(b"tiges", 1, CHEAP), first);
        assert_ne!(key(b"tiger", 2, CHEAP), first);
        assert_ne!(key(b"tiger", 1, KdfCost { passes: 2, ..CHEAP }), first);
        assert_ne!(key(b"tiger", 1, KdfCost { memory_kib: 16, ..CHEAP }), first);
    }

    #[test]
    fn an_empty_passphrase_and_a_cost_out_of_range_are_refused() {
        let err = |passphrase: &[u8], cost| RootKey::from_passphrase(passphrase, &[1; 16], cost).err();
        assert_eq!(err(b"", CHEAP), Some(CryptoError::EmptyPassphrase));
        for cost in [
            KdfCost { memory_kib: 7, ..CHEAP },
            KdfCost { memory_kib: u32::MAX, ..CHEAP },
            KdfCost { passes: 0, ..CHEAP },
            KdfCost { passes: u32::MAX, ..CHEAP },
            KdfCost { lanes: 0, ..CHEAP },
            KdfCost { lanes: 2, ..CHEAP },
            KdfCost { lanes: u32::MAX, ..CHEAP },
        ] {
            assert_eq!(err(b"tiger", cost), Some(CryptoError::KdfCost), "{cost:?}");
        }
    }

    #[test]
    fn the_text_is_one_line_and_reads_back() {
        let root = RootKey::generate();
        let text = root.to_text();
        assert!(text.starts_with("tigertally-root-1:"));
        assert_eq!(text.len(), 66);
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
        let back = RootKey::from_text(&format!(" {}\r\n", *text)).unwrap();
        assert_eq!(back.0.expose(), root.0.expose());
    }

    #[test]
    fn every_mistyped_character_is_told() {
        let text = RootKey(SecretBytes::take(&mut [0x5a; 32])).to_text();
        for at in TEXT_PREFIX.len()..text.len() {
            for typed in
                ["A", "b", "7", "_", "-", "+", "/", "="].into_iter().filter(|c| text[at..at + 1] != **c)
            {
                let mistyped = format!("{}{typed}{}", &text[..at], &text[at + 1..]);
                assert!(RootKey::from_text(&mistyped).is_err(), "{mistyped}");
            }
        }
    }

    #[test]
    fn what_is_no_root_key_is_told_from_a_mistyped_one() {
        let text = RootKey(SecretBytes::take(&mut [0x5a; 32])).to_text();
        let err = |text: &str| RootKey::from_text(text).err();
        for no_key in ["", "tigertally-root-1:", "tigertally-root-2:AAAA", &text[18..], &text[..65]] {
            assert_eq!(err(no_key), Some(CryptoError::RootKeyForm), "{no_key}");
        }
        assert_eq!(err(&format!("{}A", *text)), Some(CryptoError::RootKeyForm));
        assert_eq!(err(&text.replacen('W', "*", 1)), Some(CryptoError::RootKeyForm));
        assert_eq!(err(&text.replacen("Wlpa", "Wlpb", 1)), Some(CryptoError::RootKeyChecksum));
    }
}
