//! Public keys that a file can be encrypted to.

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};
use thiserror::Error;

/// Most keys of a file.
pub const MOST: usize = 5;
/// Longest text in which keys are looked for: five, with room for remarks.
const LONGEST: usize = 4_096;

/// Why a text is no list of keys. Says nothing of the text, which may hold what somebody should not have pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AgeError {
    /// There is no key.
    #[error("no key is given")]
    Empty,
    /// More than [`MOST`] keys.
    #[error("more than {MOST} keys")]
    TooMany,
    /// Longer than any list of keys.
    #[error("the text is too long for a list of keys")]
    TooLong,
    /// A key stands there twice.
    #[error("a key stands there twice")]
    Twice,
    /// A secret key, which belongs to nobody but its holder.
    #[error("this is a secret key")]
    Secret,
    /// A key of SSH.
    #[error("this is a key of ssh")]
    Ssh,
    /// Not `age1` and 58 characters, a character is mistyped, or it is a key that agrees on nothing.
    #[error("this is no public key of age: expected `age1` and 58 characters")]
    Malformed,
}

impl AgeError {
    /// A stable name, by which translations find the sentence.
    pub fn code(self) -> &'static str {
        match self {
            AgeError::Empty => "keys_none",
            AgeError::TooMany => "keys_many",
            AgeError::TooLong => "keys_long",
            AgeError::Twice => "keys_twice",
            AgeError::Secret => "keys_secret",
            AgeError::Ssh => "keys_ssh",
            AgeError::Malformed => "keys_form",
        }
    }
}

/// One to five public keys, all different, each of which agrees on a secret with any other key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients(Vec<Recipient>);

impl Recipients {
    /// Reads keys, one a line, as `age` reads a file of recipients: empty lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// All of [`AgeError`].
    pub fn parse(text: &str) -> Result<Self, AgeError> {
        if text.len() > LONGEST {
            return Err(AgeError::TooLong);
        }
        let upper = text.to_ascii_uppercase();
        if ["AGE-SECRET-KEY-", "AGE-PLUGIN-", "PRIVATE KEY"].iter().any(|sign| upper.contains(sign)) {
            return Err(AgeError::Secret);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut recipients: Vec<Recipient> = Vec::new();
        for line in lines {
            let recipient = Recipient::parse(line)?;
            if recipients.contains(&recipient) {
                return Err(AgeError::Twice);
            }
            if recipients.len() == MOST {
                return Err(AgeError::TooMany);
            }
            recipients.push(recipient);
        }
        if recipients.is_empty() {
            return Err(AgeError::Empty);
        }
        Ok(Self(recipients))
    }

    /// The keys as text, in the order in which they were given.
    pub fn texts(&self) -> Vec<&str> {
        self.0.iter().map(|recipient| recipient.text.as_str()).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Recipient> {
        self.0.iter()
    }
}

/// Whether it is a coordinate below 2^255 - 19, little-endian. X25519 takes others as well (RFC 7748 section 5), and then
/// two texts stand for one key, and the holder's program looks for the other.
fn is_canonical(key: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = key;
    *high < 0x7f || (*high == 0x7f && (middle.iter().any(|byte| *byte != 0xff) || *low < 0xed))
}

/// A public key of Curve25519, and the one text that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recipient {
    key: [u8; 32],
    text: String,
}

impl Recipient {
    fn parse(text: &str) -> Result<Self, AgeError> {
        if ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.starts_with(kind)) {
            return Err(AgeError::Ssh);
        }
        let hrp = Hrp::parse_unchecked("age");
        let decoded = CheckedHrpstring::new::<Bech32>(text).map_err(|_| AgeError::Malformed)?;
        let key: Vec<u8> = decoded.byte_iter().collect();
        let key: [u8; 32] = key.try_into().map_err(|_| AgeError::Malformed)?;
        // One text a key: capitals, another prefix and bits left over are not of it.
        if bech32::encode::<Bech32>(hrp, &key).ok().as_deref() != Some(text) {
            return Err(AgeError::Malformed);
        }
        if !is_canonical(&key) {
            return Err(AgeError::Malformed);
        }
        let recipient = Recipient { key, text: text.to_owned() };
        // A point of low order makes the same secret, zero, with every key: then it does with this one.
        let any = PrivateKey::generate(&X25519).map_err(|_| AgeError::Malformed)?;
        recipient.agree(&any, |_| ()).ok_or(AgeError::Malformed)?;
        Ok(recipient)
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// What `then` makes of the secret that is agreed with `own`; nothing when the secret is zero (RFC 7748 §6.1).
    pub(super) fn agree<T>(&self, own: &PrivateKey, then: impl FnOnce(&[u8]) -> T) -> Option<T> {
        agree(own, UnparsedPublicKey::new(&X25519, self.key), (), |shared| {
            let zero = shared.iter().fold(0, |bits, byte| bits | byte) == 0;
            if zero { Err(()) } else { Ok(then(shared)) }
        })
        .ok()
    }
}
