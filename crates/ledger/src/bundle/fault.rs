//! Why a bundle was refused: codes with particulars. The sentences, in both languages, stand in `words.json`, which the
//! command line and the page share.

use std::{collections::BTreeMap, fmt};

use crate::{LedgerError, TimeStampError};

/// The words of steps and faults in both languages, JSON: `steps.<step>.<zh|en>.{name, means, holds, absent}` and
/// `faults.<code>.<zh|en>`, with holes such as `{file}`.
pub const WORDS: &str = include_str!("words.json");

/// A reason with its particulars, such as the name of a file. What the particulars hold came from the bundle: show it
/// with its hidden characters written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code, a key of `faults` in [`WORDS`].
    pub code: &'static str,
    /// The particulars, by the names of the holes.
    pub data: BTreeMap<&'static str, String>,
}

impl Fault {
    /// A fault without particulars.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        Self { code, data: BTreeMap::new() }
    }

    /// The same fault with one more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.data.insert(name, value.to_string());
        self
    }

    /// The same fault with the name of the file, unless it has one.
    pub(super) fn in_file(mut self, file: &str) -> Self {
        self.data.entry("file").or_insert_with(|| file.to_owned());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.data.iter().try_for_each(|(name, value)| write!(f, " {name}={value:?}"))
    }
}

impl std::error::Error for Fault {}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        let code = match error {
            LedgerError::MalformedPolicy { line, .. } => return Fault::new("policy-form").with("line", line),
            LedgerError::SameWitness { line } => return Fault::new("policy-same").with("line", line),
            LedgerError::KeyName | LedgerError::MalformedKey(_) => "key-form",
            LedgerError::UnknownKeyType => "key-kind",
            LedgerError::WeakKey => "key-weak",
            LedgerError::MalformedNote(_) => "note-form",
            LedgerError::NotSigned => "note-unsigned",
            LedgerError::BadSignature => "note-signature",
            LedgerError::MalformedCheckpoint(_) => "checkpoint-form",
            LedgerError::Origin => "checkpoint-origin",
            LedgerError::Quorum => "quorum",
            LedgerError::MalformedProof(_) => "proof-form",
            LedgerError::MalformedRequest(_) => "consistency-form",
            LedgerError::InclusionProof | LedgerError::OutsideTree { .. } => "inclusion",
            LedgerError::ConsistencyProof => "consistency",
            LedgerError::MalformedLeaf(_) | LedgerError::InvalidAction => "leaf-form",
            LedgerError::PartialTile { .. }
            | LedgerError::TooLarge
            | LedgerError::TileWidth { .. }
            | LedgerError::MalformedTilePath
            | LedgerError::MalformedBundle
            | LedgerError::MalformedReceipt => "unforeseen",
        };
        Fault::new(code)
    }
}

impl From<TimeStampError> for Fault {
    fn from(error: TimeStampError) -> Self {
        let algorithm = |what: &str| Fault::new("stamp-algorithm").with("algorithm", what);
        let code = match error {
            TimeStampError::WeakAlgorithm(what) | TimeStampError::UnsupportedAlgorithm(what) => {
                return algorithm(what);
            }
            TimeStampError::CriticalExtension(what) => {
                return Fault::new("stamp-critical").with("extension", what);
            }
            TimeStampError::MalformedPem | TimeStampError::TooDeep => "der",
            TimeStampError::TooLarge
            | TimeStampError::Malformed(_)
            | TimeStampError::Refused { .. }
            | TimeStampError::NotATimeStamp
            | TimeStampError::SignerCount => "stamp-form",
            TimeStampError::Imprint | TimeStampError::Nonce => "stamp-imprint",
            TimeStampError::SignedAttributes(_) => "stamp-attributes",
            TimeStampError::Signature => "stamp-signature",
            TimeStampError::Purpose => "stamp-purpose",
            TimeStampError::NotValidThen => "stamp-expired",
            TimeStampError::SignerMissing
            | TimeStampError::NotAnIssuer
            | TimeStampError::PathLength
            | TimeStampError::CertificateSignature
            | TimeStampError::MissingIssuer
            | TimeStampError::UntrustedRoot
            | TimeStampError::TooManyPaths => "stamp-chain",
            TimeStampError::CrlSignature => "stamp-crl",
            TimeStampError::Revoked { .. } => "stamp-revoked",
        };
        Fault::new(code)
    }
}
