//! What a verification is given and what it finds.

use serde::Serialize;

use super::{Erased, Fault, Manifest};
use crate::{Checkpoint, Hash, Leaf, LedgerError, Revocation, TrustPolicy, VerifierKey};

/// A step of the verification, in the order of `docs/evidence-format.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The ZIP file has the canonical form.
    Container,
    /// The keys and the policy can be read and belong together.
    Keys,
    /// The manifest is signed, and lists every file with its hash.
    Manifest,
    /// The checkpoint is signed by the log and cosigned by its witnesses.
    Checkpoint,
    /// Each body is the one that its leaf commits to.
    Entries,
    /// Each entry is in the tree of the checkpoint.
    Inclusion,
    /// A newer checkpoint continues this one.
    Newer,
    /// The time stamps hold.
    Stamps,
    /// The claimed times contradict neither one another nor those from outside.
    Times,
}

/// All steps, in their order.
pub(super) const STEPS: [Step; 9] = [
    Step::Container,
    Step::Keys,
    Step::Manifest,
    Step::Checkpoint,
    Step::Entries,
    Step::Inclusion,
    Step::Newer,
    Step::Stamps,
    Step::Times,
];

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds {
        /// How many of what the step is about.
        count: u64,
        /// Of how many, where there could be more: witnesses for the checkpoint, marks for the times.
        of: Option<u64>,
    },
    /// The bundle has nothing of the kind, and need not.
    Absent,
    /// The first fault.
    Fails(Fault),
    /// It rests on a step that failed.
    Unchecked,
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The step.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
}

/// What the reader has by another way than the bundle, which can only vouch for its own keys.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// The log's key.
    pub key: Option<OutsideKey>,
    /// A trust policy, which is used instead of the bundle's.
    pub policy: Option<TrustPolicy>,
    /// Certificates (DER) at which every chain of a time stamp has to end, instead of the bundle's roots.
    pub anchors: Option<Vec<Vec<u8>>>,
}

/// A log's key as somebody was given it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutsideKey {
    /// The key itself.
    Key(VerifierKey),
    /// SHA-256 of its written form.
    Fingerprint(Hash),
}

impl OutsideKey {
    /// Reads a verifier key, or its fingerprint in hexadecimal, which may be grouped by spaces, colons or hyphens.
    ///
    /// # Errors
    /// Those of [`VerifierKey::parse`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !b" \t\r\n:-".contains(byte)).collect();
        if digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit) {
            let mut hash = [0; 32];
            for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
                let value = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
                *byte = value.unwrap_or_default();
            }
            return Ok(Self::Fingerprint(hash));
        }
        VerifierKey::parse(text.trim()).map(Self::Key)
    }

    pub(super) fn is(&self, key: &VerifierKey) -> bool {
        match self {
            Self::Key(own) => own == key,
            Self::Fingerprint(hash) => *hash == key.fingerprint(),
        }
    }
}

/// Which keys were compared with what the reader has by another way. For the others, the bundle's own word stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The log's key.
    pub log: bool,
    /// The witnesses' keys, and how many of them have to cosign.
    pub witnesses: bool,
    /// The roots of the time-stamp authorities.
    pub authorities: bool,
}

/// An entry that was read, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEntry {
    /// Place in the log.
    pub index: u64,
    /// The leaf.
    pub leaf: Leaf,
    /// The body; `None` once erased.
    pub body: Option<String>,
    /// Instead of a body: who erased it.
    pub erased: Option<Erased>,
}

/// A time that a third party vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The authority, by the subject of its certificate.
    pub authority: String,
    /// The time stated, Unix milliseconds.
    pub time_ms: u64,
    /// Entries with an index below this stood before.
    pub size: u64,
    /// SHA-256 of the certificate at which the chain ends.
    pub root_sha256: Hash,
    /// Whether revocation lists said that the whole chain held.
    pub revocation: Revocation,
}

/// Somebody outside of the company saw the log at a size, at a time: a witness or a time-stamp authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Name of the witness in the policy, or of the authority.
    pub name: String,
    /// Entries with an index below this stood then.
    pub size: u64,
    /// When, Unix milliseconds.
    pub time_ms: u64,
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct BundleReport {
    /// One for each step, in their order.
    pub findings: Vec<Finding>,
    /// What the bundle says of itself.
    pub manifest: Option<Manifest>,
    /// The log's key that vouches for it all.
    pub key: Option<VerifierKey>,
    /// What was compared with what the reader has by another way.
    pub compared: Compared,
    /// Whether the policy asks for any witness.
    pub witnessed: bool,
    /// The checkpoint that the proofs lead to.
    pub checkpoint: Option<Checkpoint>,
    /// Who cosigned it, and when (POSIX seconds).
    pub cosignatures: Vec<(String, u64)>,
    /// The entries.
    pub entries: Vec<ReadEntry>,
    /// The time stamps.
    pub stamps: Vec<Stamp>,
}

impl BundleReport {
    /// Whether every step holds, or has nothing to be about.
    #[must_use]
    pub fn holds(&self) -> bool {
        let good = |finding: &Finding| matches!(finding.outcome, Outcome::Holds { .. } | Outcome::Absent);
        !self.findings.is_empty() && self.findings.iter().all(good)
    }

    /// The first fault, and its step.
    #[must_use]
    pub fn fault(&self) -> Option<(Step, &Fault)> {
        self.findings.iter().find_map(|finding| match &finding.outcome {
            Outcome::Fails(fault) => Some((finding.step, fault)),
            _ => None,
        })
    }

    /// Who saw the log from outside: sizes with times.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let size = self.checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size);
        let cosigned = self.cosignatures.iter().map(|(name, time_s)| Mark {
            name: name.clone(),
            size,
            time_ms: time_s.saturating_mul(1000),
        });
        let stamped = self.stamps.iter().map(|stamp| Mark {
            name: stamp.authority.clone(),
            size: stamp.size,
            time_ms: stamp.time_ms,
        });
        cosigned.chain(stamped).collect()
    }

    /// The latest mark that does not contain the entry (it came after that, by the rule that a server has its newest
    /// checkpoint marked) and the earliest that does (it stood before that).
    #[must_use]
    pub fn interval(&self, index: u64) -> (Option<Mark>, Option<Mark>) {
        let (before, after): (Vec<Mark>, Vec<Mark>) =
            self.marks().into_iter().partition(|mark| index < mark.size);
        (
            after.into_iter().max_by_key(|mark| mark.time_ms),
            before.into_iter().min_by_key(|mark| mark.time_ms),
        )
    }
}
