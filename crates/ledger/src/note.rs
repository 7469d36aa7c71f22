//! Signed notes (C2SP signed-note) with Ed25519 keys.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::LedgerError;
use crate::tree::sha256;

/// Signature type of plain Ed25519 signatures over the text.
const TYPE_ED25519: u8 = 0x01;
const ID_LEN: usize = 4;
const PUBLIC_KEY_LEN: usize = 32;
/// Notes larger than this, in bytes, are refused unread.
const MAX_NOTE: usize = 1_000_000;
/// More signatures than this are refused; the specification asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// A named Ed25519 key that signs notes. It cannot be printed.
pub struct NoteSigner {
    key: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl NoteSigner {
    /// The signer of this name with the key of this seed (RFC 8032's private key).
    ///
    /// # Errors
    /// [`LedgerError::KeyName`]; [`LedgerError::MalformedKey`] if the library refuses the seed.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedKey("not a private key");
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| bad.clone())?;
        let public = key.public_key().as_ref().try_into().map_err(|_| bad)?;
        let verifier = VerifierKey::new(name, public)?;
        Ok(Self { key, verifier })
    }

    /// The note: the text, a blank line and one signature.
    ///
    /// The text must end in a newline and hold no other control character; of any other text, the
    /// result is a note that verifiers refuse.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.verifier.id.to_vec();
        signature.extend_from_slice(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}\n— {} {}\n", self.verifier.name, STANDARD.encode(signature))
    }

    /// The key that verifies what this signer signs.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }
}

/// A named public key, written `name+key id+key` with the id in hexadecimal and the key, led by its
/// type, in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; ID_LEN],
    public: [u8; PUBLIC_KEY_LEN],
}

impl VerifierKey {
    fn new(name: &str, public: [u8; PUBLIC_KEY_LEN]) -> Result<Self, LedgerError> {
        if !is_key_name(name) {
            return Err(LedgerError::KeyName);
        }
        let typed = [name.as_bytes(), &[b'\n', TYPE_ED25519], &public].concat();
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&sha256(&typed)[..ID_LEN]);
        Ok(Self { name: name.to_owned(), id, public })
    }

    /// Reads the written form, which must be exactly what this type writes.
    ///
    /// # Errors
    /// [`LedgerError::MalformedKey`], also for keys of another type; [`LedgerError::KeyName`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedKey;
        let (name, rest) = text.split_once('+').ok_or(bad("no key id"))?;
        let (id, encoded) = rest.split_once('+').ok_or(bad("no key"))?;
        let typed = STANDARD.decode(encoded).map_err(|_| bad("not base64"))?;
        let Some((&TYPE_ED25519, public)) = typed.split_first() else {
            return Err(bad("not an ed25519 key"));
        };
        let key = Self::new(name, public.try_into().map_err(|_| bad("wrong length"))?)?;
        if id == key.id_hex() { Ok(key) } else { Err(bad("the key id is another key's")) }
    }

    /// Name of the key: for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The raw Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; PUBLIC_KEY_LEN] {
        &self.public
    }

    /// Checks the note and returns its text. Signatures by other keys are ignored, even if they
    /// share this one's name or id; every signature that claims this key must hold.
    ///
    /// # Errors
    /// [`LedgerError::MalformedNote`], [`LedgerError::NotSigned`], [`LedgerError::BadSignature`].
    pub fn verify<'a>(&self, note: &'a str) -> Result<&'a str, LedgerError> {
        let (text, signatures) = split_note(note)?;
        let mut signed = false;
        for (count, line) in signatures.split_terminator('\n').enumerate() {
            if count == MAX_SIGNATURES {
                return Err(LedgerError::MalformedNote("too many signatures"));
            }
            let (name, id, signature) = parse_signature(line)?;
            if name == self.name && id == self.id {
                UnparsedPublicKey::new(&ED25519, &self.public)
                    .verify(text.as_bytes(), &signature)
                    .map_err(|_| LedgerError::BadSignature)?;
                signed = true;
            }
        }
        if signed { Ok(text) } else { Err(LedgerError::NotSigned) }
    }

    fn id_hex(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = [&[TYPE_ED25519], &self.public[..]].concat();
        write!(f, "{}+{}+{}", self.name, self.id_hex(), STANDARD.encode(typed))
    }
}

/// The text with its final newline, and the signature lines.
fn split_note(note: &str) -> Result<(&str, &str), LedgerError> {
    let bad = LedgerError::MalformedNote;
    if note.len() > MAX_NOTE {
        return Err(bad("too long"));
    }
    if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(bad("control character"));
    }
    let blank = note.rfind("\n\n").ok_or(bad("no blank line"))?;
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    if signatures.ends_with('\n') { Ok((text, signatures)) } else { Err(bad("no final newline")) }
}

/// Name, key id and signature of a line `— name base64`.
fn parse_signature(line: &str) -> Result<(&str, [u8; ID_LEN], Vec<u8>), LedgerError> {
    let bad = LedgerError::MalformedNote("signature line");
    let (name, encoded) = line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(bad.clone())?;
    let mut bytes = STANDARD.decode(encoded).map_err(|_| bad.clone())?;
    if !is_key_name(name) || bytes.len() <= ID_LEN {
        return Err(bad);
    }
    let signature = bytes.split_off(ID_LEN);
    let id = bytes.try_into().map_err(|_| bad)?;
    Ok((name, id, signature))
}

/// Not empty, no spaces, no plus sign and nothing that a note may not hold.
fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}
