//! The ledger as evidence: canonical entries, an RFC 6962 Merkle tree kept as C2SP tiles, proofs,
//! signed checkpoints, and an audit that recomputes all of it from the entries up.
//!
//! Everything here is pure: bytes in, bytes out. Storage is reached through [`Tiles`], time and
//! randomness come as arguments, and nothing here ever holds a customer's key or data longer than
//! it takes to hash it. Sizes count entries; indexes start at 0.

mod audit;
pub mod bundle;
mod checkpoint;
mod ed25519;
mod entry;
mod error;
mod key;
mod note;
mod proof;
mod receipt;
mod tile;
mod tile_path;
mod timestamp;
mod tlog_proof;
mod tree;
mod trust;
mod visible;
mod witness;

pub use audit::{Audit, Fault, StoredEntry};
pub use checkpoint::Checkpoint;
pub use entry::{Decision, EntryId, Leaf, MAX_ACTION, MAX_LEAF, SALT_LEN, commitment};
pub use error::LedgerError;
pub use key::{Cosigner, KeyType, NoteSigner, VerifierKey};
pub use note::{Note, NoteSignature};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion,
};
pub use receipt::{CHECKPOINT_WITHIN_MS, EntryReceipt, Standing};
pub use tile::{FullTile, TILE_HEIGHT, TILE_WIDTH, Tiles, Tree};
pub use tile_path::{TilePath, pack_entries, unpack_entries};
pub use timestamp::{
    DigestAlgorithm, Failure, MAX_TIME_STAMP, MessageImprint, Revocation, TimeStampError, TimeStampRequest,
    TimeStampToken, VerifiedTime, pem_certificates, pem_revocation_lists, revocation_list_pem,
};
pub use tlog_proof::TlogProof;
pub use tree::{Hash, empty_root, leaf_hash, node_hash};
pub use trust::{Cosigned, PolicyLog, TrustPolicy, Trusted, Witness};
pub use visible::{is_hidden, numbered, visible};
pub use witness::{AddCheckpoint, Refusal, WitnessedLog, origin_of};

/// Bytes in lower-case hexadecimal: as hashes are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
