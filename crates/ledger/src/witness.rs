//! What a witness decides (C2SP tlog-witness): whether a log's new checkpoint continues the one that it cosigned last.
//!
//! Pure: whoever runs a witness stores the new state durably *before* it hands the cosignature out, and lets one
//! request at a time decide about a log.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::{Checkpoint, parse_size},
    error::LedgerError,
    key::VerifierKey,
    note::Note,
    proof::verify_consistency,
    tlog_proof::hashes,
    tree::{Hash, empty_root},
};

/// The body of an `add-checkpoint` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last, as far as the sender knows.
    pub old: u64,
    /// Consistency of that one with the new one (RFC 6962, section 2.1.2).
    pub hashes: Vec<Hash>,
    /// The new checkpoint, a signed note.
    pub checkpoint: String,
}

impl AddCheckpoint {
    /// Reads a request.
    ///
    /// # Errors
    /// [`LedgerError::MalformedRequest`].
    pub fn parse(body: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedRequest;
        let (head, checkpoint) = body.split_once("\n\n").ok_or(bad("no blank line"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(parse_size);
        let old = old.ok_or(bad("old size"))?;
        Ok(Self { old, hashes: hashes(lines).ok_or(bad("a hash"))?, checkpoint: checkpoint.to_owned() })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", BASE64_STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// What a witness knows of a log: its key, and the last checkpoint that it cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessedLog {
    /// The log's key.
    pub key: VerifierKey,
    /// Size of the last checkpoint that was cosigned; 0 if none was.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature of the log's key holds (403).
    #[error("the checkpoint is not signed by the log")]
    NotSigned,
    /// The request makes no sense in itself (400).
    #[error("the request is malformed")]
    Malformed,
    /// The sender thinks of another checkpoint as the last (409, with the size).
    #[error("the last checkpoint cosigned is of size {0}")]
    Behind(u64),
    /// The log signed another root for a size that was cosigned before (409): proof of a fork.
    #[error("the log shows another root for size {0}")]
    OtherRoot(u64),
    /// The proof does not lead from the last checkpoint to the new one (422).
    #[error("the consistency proof does not hold")]
    Inconsistent,
}

impl Refusal {
    /// The HTTP status that it is told with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotSigned => 403,
            Self::Malformed => 400,
            Self::Behind(_) | Self::OtherRoot(_) => 409,
            Self::Inconsistent => 422,
        }
    }
}

impl WitnessedLog {
    /// A log that was never cosigned.
    #[must_use]
    pub fn new(key: VerifierKey) -> Self {
        Self { key, size: 0, root: empty_root() }
    }

    /// Decides about a request, in the order of the specification. What is given back is the state to store, durably,
    /// before the text is cosigned.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn advance(&self, request: &AddCheckpoint) -> Result<WitnessedLog, Refusal> {
        let checkpoint = Checkpoint::open(&request.checkpoint, &self.key).map_err(|error| match error {
            LedgerError::MalformedNote(_) | LedgerError::MalformedCheckpoint(_) => Refusal::Malformed,
            _ => Refusal::NotSigned,
        })?;
        if request.old > checkpoint.size {
            return Err(Refusal::Malformed);
        }
        if request.old != self.size {
            return Err(Refusal::Behind(self.size));
        }
        if checkpoint.size == self.size && self.size > 0 && checkpoint.root != self.root {
            return Err(Refusal::OtherRoot(self.size));
        }
        verify_consistency(self.size, &self.root, checkpoint.size, &checkpoint.root, &request.hashes)
            .map_err(|_| Refusal::Inconsistent)?;
        Ok(WitnessedLog { key: self.key.clone(), size: checkpoint.size, root: checkpoint.root })
    }

    /// Whether a signed checkpoint contradicts what was cosigned: the log itself vouches for another past. Such a note
    /// is evidence and is kept, whatever was answered.
    ///
    /// Only what can be told from the two notes: another root at the same size. A shorter tree or a proof that does not
    /// hold may be a sender's mistake, so they are kept as attempts, not as proof.
    #[must_use]
    pub fn contradicts(&self, note: &str) -> bool {
        Checkpoint::open(note, &self.key).is_ok_and(|seen| seen.size == self.size && seen.root != self.root)
    }
}

/// The origin of a signed note's checkpoint, unverified: to find the log that it speaks of.
///
/// # Errors
/// [`LedgerError::MalformedNote`], [`LedgerError::MalformedCheckpoint`].
pub fn origin_of(note: &str) -> Result<String, LedgerError> {
    Ok(Checkpoint::parse(Note::parse(note)?.text())?.origin)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{FullTile, NoteSigner, Tiles, Tree, consistency_proof, leaf_hash};

    struct Edges(Vec<Hash>);

    impl Tiles for Edges {
        type Error = LedgerError;

        fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
            assert_eq!((level, index), (0, 0), "the trees of these tests are small");
            Ok(self.0[..usize::from(width)].to_vec())
        }
    }

    struct Log {
        signer: NoteSigner,
        leaves: Vec<Hash>,
    }

    impl Log {
        fn new(salt: u8) -> Log {
            let leaves =
                (0..200_u8).map(|n| leaf_hash(&[n.max(50), if n < 50 { 0 } else { salt }, n])).collect();
            Log { signer: NoteSigner::from_seed("example.com/log", &[1; 32]).unwrap(), leaves }
        }

        fn checkpoint(&self, size: usize) -> String {
            let (mut tree, mut full) = (Tree::new(), Vec::<FullTile>::new());
            self.leaves[..size].iter().for_each(|leaf| tree.append(*leaf, &mut full));
            Checkpoint { origin: "example.com/log".to_owned(), size: size as u64, root: tree.root() }
                .sign(&self.signer)
        }

        fn request(&self, old: usize, new: usize) -> AddCheckpoint {
            let tiles = Edges(self.leaves.clone());
            let hashes = consistency_proof(&tiles, old as u64, new as u64).unwrap();
            AddCheckpoint { old: old as u64, hashes, checkpoint: self.checkpoint(new) }
        }
    }

    fn fresh() -> WitnessedLog {
        WitnessedLog::new(Log::new(1).signer.verifier_key())
    }

    #[test]
    fn a_log_that_grows_is_followed() {
        let log = Log::new(1);
        let mut known = fresh();
        for (old, new) in [(0, 0), (0, 1), (1, 1), (1, 7), (7, 8), (8, 8), (8, 131), (131, 200)] {
            let request = log.request(old, new);
            assert_eq!(AddCheckpoint::parse(&request.to_string()).unwrap(), request);
            known = known.advance(&request).unwrap();
            assert_eq!(known.size, new as u64);
        }
    }

    #[test]
    fn rollback_fork_and_another_root_are_refused() {
        let (log, fork) = (Log::new(1), Log::new(2));
        let known = fresh().advance(&log.request(0, 100)).unwrap();
        assert_eq!(known.advance(&log.request(0, 150)), Err(Refusal::Behind(100)));
        assert_eq!(known.advance(&log.request(40, 60)), Err(Refusal::Behind(100)));
        let shrunk = AddCheckpoint { old: 100, ..log.request(60, 60) };
        assert_eq!(known.advance(&shrunk), Err(Refusal::Malformed));
        assert_eq!(known.advance(&fork.request(100, 100)), Err(Refusal::OtherRoot(100)));
        assert!(known.contradicts(&fork.checkpoint(100)) && !known.contradicts(&log.checkpoint(100)));
        assert_eq!(known.advance(&fork.request(100, 150)), Err(Refusal::Inconsistent));
        let unproved = AddCheckpoint { hashes: Vec::new(), ..log.request(100, 150) };
        assert_eq!(known.advance(&unproved), Err(Refusal::Inconsistent));
        let proof_of_nothing = AddCheckpoint { hashes: vec![[0; 32]], ..log.request(0, 5) };
        assert_eq!(fresh().advance(&proof_of_nothing), Err(Refusal::Inconsistent));
        let other = NoteSigner::from_seed("example.com/log", &[9; 32]).unwrap();
        let foreign = WitnessedLog::new(other.verifier_key());
        assert_eq!(foreign.advance(&log.request(0, 5)), Err(Refusal::NotSigned));
    }
}
