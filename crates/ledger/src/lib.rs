//! The ledger as evidence: canonical entries, an RFC 6962 Merkle tree kept as C2SP tiles, proofs,
//! signed checkpoints, and an audit that recomputes all of it from the entries up.
//!
//! Everything here is pure: bytes in, bytes out. Storage is reached through [`Tiles`], time and
//! randomness come as arguments, and nothing here ever holds a customer's key or data longer than
//! it takes to hash it. Sizes count entries; indexes start at 0.

mod audit;
mod checkpoint;
mod entry;
mod error;
mod note;
mod proof;
mod tile;
mod timestamp;
mod tree;

pub use audit::{Audit, Fault, StoredEntry};
pub use checkpoint::Checkpoint;
pub use entry::{Decision, Leaf, MAX_ACTION, MAX_LEAF, SALT_LEN, commitment};
pub use error::LedgerError;
pub use note::{NoteSigner, VerifierKey};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion,
};
pub use tile::{FullTile, TILE_HEIGHT, TILE_WIDTH, Tiles, Tree};
pub use timestamp::{
    DigestAlgorithm, Failure, MAX_TIME_STAMP, MessageImprint, Revocation, TimeStampError, TimeStampRequest,
    TimeStampToken, VerifiedTime,
};
pub use tree::{Hash, empty_root, leaf_hash, node_hash};
