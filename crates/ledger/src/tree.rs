//! The hashes of a Merkle tree (RFC 6962 and RFC 9162, section 2.1.1).

use aws_lc_rs::digest::{Context, SHA256, digest};

use crate::entry::MAX_LEAF;

/// A SHA-256 value.
pub type Hash = [u8; 32];

const LEAF_PREFIX: u8 = 0;
const NODE_PREFIX: u8 = 1;

/// Hash of a leaf: SHA-256(0x00 ‖ data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    // Every leaf of ours fits on the stack, where one call hashes it without allocating.
    let mut buffer = [LEAF_PREFIX; 1 + MAX_LEAF];
    if let Some(rest) = buffer.get_mut(1..=data.len()) {
        rest.copy_from_slice(data);
        return sha256(&buffer[..=data.len()]);
    }
    let mut context = Context::new(&SHA256);
    context.update(&[LEAF_PREFIX]);
    context.update(data);
    to_hash(context.finish().as_ref())
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut buffer = [NODE_PREFIX; 65];
    buffer[1..33].copy_from_slice(left);
    buffer[33..].copy_from_slice(right);
    sha256(&buffer)
}

/// Root of the tree without entries: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Hash of the perfect subtree over `hashes`, whose number must be a power of two.
pub(crate) fn perfect(hashes: &[Hash]) -> Hash {
    match hashes {
        [hash] => *hash,
        [left, right] => node_hash(left, right),
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&perfect(left), &perfect(right))
        }
    }
}

pub(crate) fn sha256(data: &[u8]) -> Hash {
    to_hash(digest(&SHA256, data).as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(bytes);
    hash
}
