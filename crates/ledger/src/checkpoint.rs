//! Checkpoints (C2SP tlog-checkpoint): the signed statement of a log's size and root.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::LedgerError;
use crate::key::{NoteSigner, VerifierKey};
use crate::tree::Hash;

/// More extension lines than this are refused.
const MAX_EXTENSIONS: usize = 16;

/// What a log states about itself. Two of the same origin must never contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, which is also the name of its key.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree at this size.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size in decimal and root in base64, each on its line.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text of a checkpoint. Extension lines, which other logs may add, are checked for
    /// form and left out.
    ///
    /// # Errors
    /// [`LedgerError::MalformedCheckpoint`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedCheckpoint;
        let body = text.strip_suffix('\n').ok_or(bad("no final newline"))?;
        if body.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(bad("control character"));
        }
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(bad("fewer than three lines"));
        };
        if origin.is_empty() {
            return Err(bad("no origin"));
        }
        for (count, line) in lines.enumerate() {
            if line.is_empty() || count == MAX_EXTENSIONS {
                return Err(bad("extension lines"));
            }
        }
        let root = STANDARD.decode(root).map_err(|_| bad("root"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size: parse_size(size).ok_or(bad("size"))?,
            root: root.try_into().map_err(|_| bad("root"))?,
        })
    }

    /// The signed note of this checkpoint. The origin should be the signer's name, or
    /// [`Checkpoint::open`] refuses the note.
    #[must_use]
    pub fn sign(&self, signer: &NoteSigner) -> String {
        signer.sign(&self.to_text())
    }

    /// Verifies a signed checkpoint and reads it.
    ///
    /// # Errors
    /// Those of [`VerifierKey::verify`] and [`Checkpoint::parse`]; [`LedgerError::Origin`] if the
    /// origin is not the name of the key.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let checkpoint = Self::parse(key.verify(note)?)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(LedgerError::Origin) }
    }
}

/// Decimal digits only, without leading zeros.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if canonical && digits { text.parse().ok() } else { None }
}
