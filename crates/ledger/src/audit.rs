//! The audit: everything recomputed from the stored entries up, in one pass and bounded memory.

use std::collections::HashMap;

use crate::checkpoint::Checkpoint;
use crate::entry::{SALT_LEN, View, commitment};
use crate::tile::{FullTile, Tree};
use crate::tree::{Hash, leaf_hash};

/// An entry as the database holds it. Salt and body are both there, or both erased.
#[derive(Clone, Copy)]
pub struct StoredEntry<'a> {
    /// Canonical bytes of the leaf.
    pub leaf: &'a [u8],
    /// The salt of the commitment; `None` once erased.
    pub salt: Option<&'a [u8]>,
    /// The canonical body; `None` once erased.
    pub body: Option<&'a [u8]>,
}

/// What an audit found to be wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is missing, repeated or out of its place.
    #[error("entry {expected} should come next, but entry {found} does")]
    OutOfOrder {
        /// The index that should have come.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// The leaf is not one that was ever written.
    #[error("the leaf of entry {index} is malformed")]
    MalformedLeaf {
        /// Index of the entry.
        index: u64,
    },
    /// The leaf is not the one whose hash stands in the tile.
    #[error("entry {index} is not the one that the tile records")]
    TileMismatch {
        /// Index of the entry.
        index: u64,
    },
    /// A server's own count jumps: entries that it wrote are not there, or one is there twice.
    #[error("entry {index} is number {found} of its server's run, where number {expected} should come")]
    CountGap {
        /// Index of the entry.
        index: u64,
        /// The count that should have come.
        expected: u64,
        /// The count that came.
        found: u64,
    },
    /// The body or the salt is not the one that the leaf commits to.
    #[error("the body or salt of entry {index} was changed")]
    CommitmentMismatch {
        /// Index of the entry.
        index: u64,
    },
    /// The body is gone, but its salt is still there: not how a person is erased.
    #[error("entry {index} has a salt without a body")]
    SaltWithoutBody {
        /// Index of the entry.
        index: u64,
    },
    /// The salt is gone, so that the body can no longer be checked.
    #[error("entry {index} has a body without a salt")]
    BodyWithoutSalt {
        /// Index of the entry.
        index: u64,
    },
    /// The log ends before a size that a checkpoint states.
    #[error("entries from {first_missing} on are missing: a checkpoint counts {size}")]
    Truncated {
        /// Size in the checkpoint.
        size: u64,
        /// Index of the first entry that is missing.
        first_missing: u64,
    },
    /// The entries do not lead to the root that was signed.
    #[error("the checkpoint at size {size} does not match: entries {first_suspect} to {size} are suspect")]
    CheckpointMismatch {
        /// Size in the checkpoint.
        size: u64,
        /// Index of the first entry that no checkpoint vouches for: the size of the last checkpoint
        /// that still held.
        first_suspect: u64,
    },
    /// The checkpoint came after its size had been passed: it was not checked.
    #[error("the checkpoint at size {size} came too late to be checked, at entry {reached}")]
    CheckpointPassed {
        /// Size in the checkpoint.
        size: u64,
        /// Entries that had been audited.
        reached: u64,
    },
}

/// An audit under way. Feed entries in order, and each checkpoint when its size has been reached.
///
/// After a fault it can go on, to find more: a bad entry still counts, with the leaf that is stored.
/// Only after [`Fault::OutOfOrder`] has the entry not been counted.
#[derive(Clone, Default)]
pub struct Audit {
    tree: Tree,
    completed: Vec<FullTile>,
    last_held: u64,
    last_time_ms: u64,
    /// Entries of each server's run so far: one a start of a server.
    runs: HashMap<[u8; 8], u64>,
    erased: u64,
    clock_setbacks: u64,
}

impl Audit {
    /// An audit before the first entry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the next entry. `recorded_hash` is the leaf hash in the stored tile, if it is to be
    /// compared.
    ///
    /// # Errors
    /// The first [`Fault`] of this entry.
    pub fn entry(
        &mut self,
        index: u64,
        stored: &StoredEntry<'_>,
        recorded_hash: Option<&Hash>,
    ) -> Result<(), Fault> {
        let expected = self.tree.size();
        if index != expected {
            return Err(Fault::OutOfOrder { expected, found: index });
        }
        let hash = leaf_hash(stored.leaf);
        self.completed.clear();
        self.tree.append(hash, &mut self.completed);

        let leaf = View::parse(stored.leaf).map_err(|_| Fault::MalformedLeaf { index })?;
        self.clock_setbacks += u64::from(leaf.time_ms < self.last_time_ms);
        self.last_time_ms = leaf.time_ms;
        if recorded_hash.is_some_and(|recorded| *recorded != hash) {
            return Err(Fault::TileMismatch { index });
        }
        let count = self.runs.entry(leaf.id.run).or_default();
        let (expected, found) = (*count, leaf.id.count);
        *count = found.saturating_add(1);
        if found != expected {
            return Err(Fault::CountGap { index, expected, found });
        }
        match (stored.salt, stored.body) {
            (Some(salt), Some(body)) => {
                let salt: Option<&[u8; SALT_LEN]> = salt.try_into().ok();
                if salt.is_none_or(|salt| commitment(salt, body) != *leaf.commitment) {
                    return Err(Fault::CommitmentMismatch { index });
                }
            }
            (None, None) => self.erased += 1,
            (Some(_), None) => return Err(Fault::SaltWithoutBody { index }),
            (None, Some(_)) => return Err(Fault::BodyWithoutSalt { index }),
        }
        Ok(())
    }

    /// Checks a checkpoint, whose signature the caller has verified, once the audit stands at its
    /// size.
    ///
    /// # Errors
    /// [`Fault::CheckpointMismatch`]; [`Fault::Truncated`] if its size lies ahead;
    /// [`Fault::CheckpointPassed`] if it lies behind.
    pub fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let (size, reached) = (checkpoint.size, self.tree.size());
        if size > reached {
            return Err(Fault::Truncated { size, first_missing: reached });
        }
        if size < reached {
            return Err(Fault::CheckpointPassed { size, reached });
        }
        if checkpoint.root != self.tree.root() {
            return Err(Fault::CheckpointMismatch { size, first_suspect: self.last_held });
        }
        self.last_held = size;
        Ok(())
    }

    /// The tiles that the last entry filled, to be compared with the stored ones; usually none.
    #[must_use]
    pub fn completed(&self) -> &[FullTile] {
        &self.completed
    }

    /// The recomputed partial tile of a level, to be compared with the stored one at the end.
    #[must_use]
    pub fn edge(&self, level: u8) -> &[Hash] {
        self.tree.edge(level)
    }

    /// Number of entries audited.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Root of the tree of the entries audited.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// Entries whose body and salt were erased.
    #[must_use]
    pub fn erased(&self) -> u64 {
        self.erased
    }

    /// Entries that are dated before their predecessor. Not a fault, as clocks are set; but worth a
    /// note.
    #[must_use]
    pub fn clock_setbacks(&self) -> u64 {
        self.clock_setbacks
    }
}
