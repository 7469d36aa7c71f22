//! The one error of this crate.

/// Why bytes, a proof or a note were refused. Messages never carry the content of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The bytes are not the canonical form of a leaf.
    #[error("the leaf is malformed: {0}")]
    MalformedLeaf(&'static str),
    /// The action is empty, longer than 64 bytes, or not printable ASCII without spaces.
    #[error("an action is 1 to 64 printable ascii characters without spaces")]
    InvalidAction,
    /// The partial tiles given for a level do not fit the size of the tree.
    #[error("the partial tile at level {level} does not fit the size of the tree")]
    PartialTile {
        /// Tile level, 0 for leaf hashes.
        level: u8,
    },
    /// The size is larger than a tree can be (2^63 - 1 entries).
    #[error("the tree is too large")]
    TooLarge,
    /// The store gave another number of hashes than the tree has in that tile.
    #[error("tile {index} at level {level} does not hold as many hashes as were asked for")]
    TileWidth {
        /// Tile level, 0 for leaf hashes.
        level: u8,
        /// Index of the tile in its level.
        index: u64,
    },
    /// A proof was asked for, or given, outside the tree.
    #[error("position {position} is outside a tree of size {size}")]
    OutsideTree {
        /// The index of the entry, or the size of the older tree.
        position: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The proof does not connect the entry to the root.
    #[error("the inclusion proof does not hold")]
    InclusionProof,
    /// The proof does not connect the two roots.
    #[error("the consistency proof does not hold")]
    ConsistencyProof,
    /// A key name is empty or holds a space, a plus sign or a control character.
    #[error("the key name is not valid")]
    KeyName,
    /// The text is not a verifier key, or not one for Ed25519.
    #[error("the verifier key is malformed: {0}")]
    MalformedKey(&'static str),
    /// The key is of a type that is not known here.
    #[error("the verifier key is of a type that is not known")]
    UnknownKeyType,
    /// The Ed25519 key is not canonical, or a point of small order, for which anybody can sign.
    #[error("the verifier key is not canonical, or of small order")]
    WeakKey,
    /// The text is not a signed note.
    #[error("the note is malformed: {0}")]
    MalformedNote(&'static str),
    /// The note has no signature by the key.
    #[error("the note is not signed by the key")]
    NotSigned,
    /// The note has a signature in the name of the key that the key did not make.
    #[error("the signature does not hold")]
    BadSignature,
    /// The text of the note is not a checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    MalformedCheckpoint(&'static str),
    /// The policy breaks a rule of its format.
    #[error("line {line} of the trust policy: {problem}")]
    MalformedPolicy {
        /// Line, from 1; 0 for the whole.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The policy's witness is its log, or a witness that it names already: it would count twice.
    #[error("line {line} of the trust policy: this witness is the log or another witness, by key or name")]
    SameWitness {
        /// Line, from 1.
        line: usize,
    },
    /// Fewer witnesses cosigned the checkpoint than the policy asks for.
    #[error("too few witnesses cosigned the checkpoint")]
    Quorum,
    /// The text is not a proof.
    #[error("the proof is malformed: {0}")]
    MalformedProof(&'static str),
    /// The text is not a request to a witness.
    #[error("the request is malformed: {0}")]
    MalformedRequest(&'static str),
    /// The text does not name a tile.
    #[error("this is no name of a tile")]
    MalformedTilePath,
    /// The bytes are not a bundle of entries.
    #[error("the bundle of entries is malformed")]
    MalformedBundle,
    /// The note is not a receipt of the log's.
    #[error("the receipt is malformed")]
    MalformedReceipt,
    /// The checkpoint speaks for another log than the one whose key signed it.
    #[error("the checkpoint's origin is not the name of the key")]
    Origin,
}
