//! Named keys of signed notes: Ed25519 over the text (C2SP signed-note), and the two cosignature types of C2SP
//! tlog-cosignature, Ed25519 (`cosignature/v1`) and ML-DSA-44 (`subtree/v1`).

use std::fmt;

use aws_lc_rs::signature::{
    Ed25519KeyPair, KeyPair, ML_DSA_44, ML_DSA_44_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::Checkpoint,
    ed25519,
    error::LedgerError,
    note::{ID_LEN, Note, NoteSignature, is_key_name, signatures, split_note},
    tree::{Hash, sha256},
};

/// What a key signs, and how: the byte before it in its written form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum KeyType {
    /// Ed25519 over the text of any note.
    Ed25519 = 0x01,
    /// Ed25519 over a checkpoint and a time.
    Ed25519Cosignature = 0x04,
    /// ML-DSA-44 (FIPS 204) over a checkpoint and a time: holds against quantum computers, too.
    MlDsa44Cosignature = 0x06,
}

impl KeyType {
    fn of(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Ed25519Cosignature, Self::MlDsa44Cosignature]
            .into_iter()
            .find(|known| *known as u8 == byte)
    }

    fn public_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::Ed25519Cosignature => 32,
            Self::MlDsa44Cosignature => 1312,
        }
    }
}

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
        let (key, verifier) = ed25519_pair(name, seed, KeyType::Ed25519)?;
        Ok(Self { key, verifier })
    }

    /// The note: the text, a blank line and one signature.
    ///
    /// The text must end in a newline and hold no other control character; of any other text, the
    /// result is a note that verifiers refuse.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = self.verifier.signature(self.key.sign(text.as_bytes()).as_ref().to_vec());
        format!("{text}\n{signature}\n")
    }

    /// Name of the key: for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.verifier.name
    }

    /// The key that verifies what this signer signs.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }
}

/// A named key that cosigns checkpoints: a witness's, or a log's own second line. It cannot be printed.
pub struct Cosigner {
    key: CosignerKey,
    verifier: VerifierKey,
}

enum CosignerKey {
    Ed25519(Ed25519KeyPair),
    MlDsa44(PqdsaKeyPair),
}

impl Cosigner {
    /// An Ed25519 cosigner. The key must serve nothing else: what it signs does not name the cosigner.
    ///
    /// # Errors
    /// As [`NoteSigner::from_seed`].
    pub fn ed25519(name: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let (key, verifier) = ed25519_pair(name, seed, KeyType::Ed25519Cosignature)?;
        Ok(Self { key: CosignerKey::Ed25519(key), verifier })
    }

    /// An ML-DSA-44 cosigner from FIPS 204's seed ξ.
    ///
    /// # Errors
    /// As [`NoteSigner::from_seed`].
    pub fn ml_dsa_44(name: &str, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedKey("not a private key");
        let key = PqdsaKeyPair::from_seed(&ML_DSA_44_SIGNING, seed).map_err(|_| bad)?;
        let verifier = VerifierKey::new(name, KeyType::MlDsa44Cosignature, key.public_key().as_ref())?;
        Ok(Self { key: CosignerKey::MlDsa44(key), verifier })
    }

    /// Cosigns the text of a checkpoint as seen at this time, in POSIX seconds. Whoever calls it has checked that the
    /// checkpoint continues all that it cosigned before.
    ///
    /// # Errors
    /// [`LedgerError::MalformedCheckpoint`]; [`LedgerError::BadSignature`] if the library fails to sign.
    pub fn cosign(&self, text: &str, time_s: u64) -> Result<NoteSignature, LedgerError> {
        let message = self.verifier.cosigned_message(text, time_s)?;
        let signature = match &self.key {
            CosignerKey::Ed25519(key) => key.sign(&message).as_ref().to_vec(),
            CosignerKey::MlDsa44(key) => {
                let mut signature = vec![0; ML_DSA_44_SIGNING.signature_len()];
                key.sign(&message, &mut signature).map_err(|_| LedgerError::BadSignature)?;
                signature
            }
        };
        Ok(self.verifier.signature([&time_s.to_be_bytes(), signature.as_slice()].concat()))
    }

    /// The key that verifies what this cosigner signs.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.verifier.clone()
    }
}

fn ed25519_pair(
    name: &str,
    seed: &[u8; 32],
    kind: KeyType,
) -> Result<(Ed25519KeyPair, VerifierKey), LedgerError> {
    let bad = LedgerError::MalformedKey("not a private key");
    let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| bad)?;
    let verifier = VerifierKey::new(name, kind, key.public_key().as_ref())?;
    Ok((key, verifier))
}

/// A named public key, written `name+key id+key` with the id in hexadecimal and the key, led by its
/// type, in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; ID_LEN],
    kind: KeyType,
    public: Vec<u8>,
}

impl VerifierKey {
    fn new(name: &str, kind: KeyType, public: &[u8]) -> Result<Self, LedgerError> {
        if !is_key_name(name) {
            return Err(LedgerError::KeyName);
        }
        if public.len() != kind.public_len() {
            return Err(LedgerError::MalformedKey("wrong length"));
        }
        if kind != KeyType::MlDsa44Cosignature && ed25519::is_weak(public) {
            return Err(LedgerError::WeakKey);
        }
        let typed = [name.as_bytes(), &[b'\n', kind as u8], public].concat();
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&sha256(&typed)[..ID_LEN]);
        Ok(Self { name: name.to_owned(), id, kind, public: public.to_vec() })
    }

    /// Reads the written form, which must be exactly what this type writes.
    ///
    /// # Errors
    /// [`LedgerError::MalformedKey`], [`LedgerError::UnknownKeyType`], [`LedgerError::WeakKey`]; [`LedgerError::KeyName`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedKey;
        let (name, rest) = text.split_once('+').ok_or(bad("no key id"))?;
        let (id, encoded) = rest.split_once('+').ok_or(bad("no key"))?;
        let typed = BASE64_STANDARD.decode(encoded).map_err(|_| bad("not base64"))?;
        let (kind, public) = typed.split_first().ok_or(bad("no key"))?;
        let kind = KeyType::of(*kind).ok_or(LedgerError::UnknownKeyType)?;
        let key = Self::new(name, kind, public)?;
        if id == key.id_hex() { Ok(key) } else { Err(bad("the key id is another key's")) }
    }

    /// Name of the key: for a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs, and how.
    #[must_use]
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// The raw public key: 32 bytes of Ed25519, or 1,312 of ML-DSA-44.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Checks the note and returns its text. Signatures by other keys are ignored, even if they
    /// share this one's name or id; every signature that claims this key must hold.
    ///
    /// # Errors
    /// [`LedgerError::MalformedNote`], [`LedgerError::NotSigned`], [`LedgerError::BadSignature`];
    /// [`LedgerError::MalformedCheckpoint`] if a cosigner's key signs what is no checkpoint.
    pub fn verify<'a>(&self, note: &'a str) -> Result<&'a str, LedgerError> {
        let (text, lines) = split_note(note)?;
        // All are read before any is checked, so that the form of a note does not depend on its signatures.
        let signatures = signatures(lines)?.collect::<Result<Vec<_>, _>>()?;
        let mut signed = false;
        for signature in &signatures {
            signed |= self.checked(text, signature)?.is_some();
        }
        if signed { Ok(text) } else { Err(LedgerError::NotSigned) }
    }

    /// When this cosigner's key signed the note, POSIX seconds: the latest, if several times; `None` if not at all.
    /// Of a key that signs without a time, 0.
    ///
    /// # Errors
    /// As [`VerifierKey::verify`], but for `NotSigned`.
    pub fn cosigned(&self, note: &Note) -> Result<Option<u64>, LedgerError> {
        let mut latest = None;
        for signature in note.signatures() {
            latest = latest.max(self.checked(note.text(), signature)?);
        }
        Ok(latest)
    }

    /// The time of a signature that claims this key and holds; `None` if it claims another.
    fn checked(&self, text: &str, signature: &NoteSignature) -> Result<Option<u64>, LedgerError> {
        if signature.name != self.name || signature.id != self.id {
            return Ok(None);
        }
        let (time_s, message, bytes) = match self.kind {
            KeyType::Ed25519 => (0, text.as_bytes().to_vec(), signature.bytes.as_slice()),
            KeyType::Ed25519Cosignature | KeyType::MlDsa44Cosignature => {
                let (time, bytes) = signature.bytes.split_first_chunk().ok_or(LedgerError::BadSignature)?;
                let time_s = u64::from_be_bytes(*time);
                // "It MUST NOT exceed 2^63 - 1."
                if time_s > i64::MAX as u64 {
                    return Err(LedgerError::BadSignature);
                }
                (time_s, self.cosigned_message(text, time_s)?, bytes)
            }
        };
        let holds = match self.kind {
            KeyType::Ed25519 | KeyType::Ed25519Cosignature => ed25519::verify(&self.public, &message, bytes),
            KeyType::MlDsa44Cosignature => {
                UnparsedPublicKey::new(&ML_DSA_44, &self.public).verify(&message, bytes).is_ok()
            }
        };
        if holds { Ok(Some(time_s)) } else { Err(LedgerError::BadSignature) }
    }

    /// What a cosigner signs (C2SP tlog-cosignature): for Ed25519 two lines and the text, for ML-DSA-44 the
    /// `cosigned_message` structure.
    fn cosigned_message(&self, text: &str, time_s: u64) -> Result<Vec<u8>, LedgerError> {
        let checkpoint = Checkpoint::parse(text)?;
        if self.kind != KeyType::MlDsa44Cosignature {
            return Ok(format!("cosignature/v1\ntime {time_s}\n{text}").into_bytes());
        }
        let mut message = b"subtree/v1\n\0".to_vec();
        let opaque = |message: &mut Vec<u8>, text: &str| {
            let length = u8::try_from(text.len()).map_err(|_| LedgerError::KeyName)?;
            message.push(length);
            message.extend_from_slice(text.as_bytes());
            Ok::<_, LedgerError>(())
        };
        opaque(&mut message, &self.name)?;
        message.extend_from_slice(&time_s.to_be_bytes());
        opaque(&mut message, &checkpoint.origin)?;
        message.extend_from_slice(&0_u64.to_be_bytes());
        message.extend_from_slice(&checkpoint.size.to_be_bytes());
        message.extend_from_slice(&checkpoint.root);
        Ok(message)
    }

    fn signature(&self, bytes: Vec<u8>) -> NoteSignature {
        NoteSignature { name: self.name.clone(), id: self.id, bytes }
    }

    /// SHA-256 of the written form: what two people read to each other.
    #[must_use]
    pub fn fingerprint(&self) -> Hash {
        sha256(self.to_string().as_bytes())
    }

    fn id_hex(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = [&[self.kind as u8], self.public.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id_hex(), BASE64_STANDARD.encode(typed))
    }
}
