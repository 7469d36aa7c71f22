//! Inclusion and consistency proofs: made from stored tiles, checked from nothing but hashes
//! (RFC 9162, section 2.1.3 and 2.1.4).

use crate::error::LedgerError;
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, Tiles, tile_width};
use crate::tree::{Hash, empty_root, node_hash, perfect};

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The store failed.
    #[error("a tile could not be read: {0}")]
    Tiles(E),
    /// What was asked for lies outside the tree, or the store gave the wrong number of hashes.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Root of the tree as it was at `size`.
///
/// # Errors
/// If tiles are missing or too short.
pub fn root_at<T: Tiles>(tiles: &T, size: u64) -> Result<Hash, ProofError<T::Error>> {
    if size == 0 { Ok(empty_root()) } else { Nodes::new(tiles, size).range(0, size) }
}

/// Proof that the entry at `index` is in the tree of `size` entries, from the leaf upwards.
///
/// # Errors
/// If the index is not below the size, or tiles are missing or too short.
pub fn inclusion_proof<T: Tiles>(
    tiles: &T,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<T::Error>> {
    if index >= size {
        return Err(LedgerError::OutsideTree { position: index, size }.into());
    }
    let mut nodes = Nodes::new(tiles, size);
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(nodes.range(middle, end)?);
            end = middle;
        } else {
            proof.push(nodes.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proof that the tree of `old` entries is a prefix of the tree of `new` entries. Empty if the old
/// tree is, or if the sizes are equal.
///
/// # Errors
/// If `old` is larger than `new`, or tiles are missing or too short.
pub fn consistency_proof<T: Tiles>(tiles: &T, old: u64, new: u64) -> Result<Vec<Hash>, ProofError<T::Error>> {
    if old > new {
        return Err(LedgerError::OutsideTree { position: old, size: new }.into());
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut nodes = Nodes::new(tiles, new);
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, new);
    while end > old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(nodes.range(middle, end)?);
            end = middle;
        } else {
            proof.push(nodes.range(start, middle)?);
            start = middle;
        }
    }
    // The subtree that both trees end in; at 0 it is the whole old tree, whose root is known.
    if start > 0 {
        proof.push(nodes.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks an inclusion proof (RFC 9162, section 2.1.3.2). `leaf` is the hash of the entry's bytes.
///
/// A root alone does not bind its size: take `size` and `root` from the same verified checkpoint.
///
/// # Errors
/// [`LedgerError::OutsideTree`] if the index is not below the size;
/// [`LedgerError::InclusionProof`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), LedgerError> {
    if index >= size {
        return Err(LedgerError::OutsideTree { position: index, size });
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match climb.step().ok_or(LedgerError::InclusionProof)? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    if climb.at_root() && hash == *root { Ok(()) } else { Err(LedgerError::InclusionProof) }
}

/// Checks a consistency proof (RFC 9162, section 2.1.4.2). Every tree continues the empty one.
///
/// # Errors
/// [`LedgerError::OutsideTree`] if `old` is larger than `new`; [`LedgerError::ConsistencyProof`].
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), LedgerError> {
    if old > new {
        return Err(LedgerError::OutsideTree { position: old, size: new });
    }
    let holds = match old {
        0 => proof.is_empty() && *old_root == empty_root() && (new > 0 || new_root == old_root),
        _ if old == new => proof.is_empty() && old_root == new_root,
        _ => roots_from(old, old_root, new, proof) == Some((*old_root, *new_root)),
    };
    if holds { Ok(()) } else { Err(LedgerError::ConsistencyProof) }
}

/// The old and the new root that the proof leads to, for 0 < old < new.
fn roots_from(old: u64, old_root: &Hash, new: u64, proof: &[Hash]) -> Option<(Hash, Hash)> {
    let (seed, path) = if old.is_power_of_two() { (old_root, proof) } else { proof.split_first()? };
    if proof.is_empty() {
        return None;
    }
    let shared = (old - 1).trailing_ones();
    let mut climb = Climb { node: (old - 1) >> shared, last: (new - 1) >> shared };
    let (mut first, mut second) = (*seed, *seed);
    for sibling in path {
        match climb.step()? {
            Side::Left => {
                first = node_hash(sibling, &first);
                second = node_hash(sibling, &second);
            }
            Side::Right => second = node_hash(&second, sibling),
        }
    }
    climb.at_root().then_some((first, second))
}

/// On which side of the path a sibling stands.
enum Side {
    Left,
    Right,
}

/// A way up the tree: the node on the path and the last node of the same height.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Goes past the next sibling; `None` if the root has been reached.
    fn step(&mut self) -> Option<Side> {
        if self.at_root() {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level without a sibling there moves up unchanged.
            let lone = self.node.trailing_zeros();
            self.node >>= lone;
            self.last >>= lone;
            Side::Left
        } else {
            Side::Right
        };
        self.node >>= 1;
        self.last >>= 1;
        Some(side)
    }

    fn at_root(&self) -> bool {
        self.last == 0
    }
}

/// The largest power of two below `count`, which is at least 2 (RFC 6962's k).
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Inner nodes of a tree, computed from its tiles; each tile is read once.
struct Nodes<'a, T> {
    tiles: &'a T,
    size: u64,
    read: Vec<(u8, u64, Vec<Hash>)>,
}

impl<'a, T: Tiles> Nodes<'a, T> {
    fn new(tiles: &'a T, size: u64) -> Self {
        Self { tiles, size, read: Vec::new() }
    }

    /// Merkle tree hash of the entries from `start` to before `end`, of which there is at least one.
    /// `start` must be a multiple of the largest power of two that fits, as all parts of a proof are.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash, ProofError<T::Error>> {
        let count = end - start;
        if count.is_power_of_two() {
            return self.subtree(start, count.ilog2());
        }
        let middle = start + split(count);
        let left = self.range(start, middle)?;
        Ok(node_hash(&left, &self.range(middle, end)?))
    }

    /// Root of the perfect subtree of 2^height entries from `start`.
    fn subtree(&mut self, start: u64, height: u32) -> Result<Hash, ProofError<T::Error>> {
        let level = (height / TILE_HEIGHT) as u8;
        let first = start >> (TILE_HEIGHT * u32::from(level));
        let offset = first as usize % TILE_WIDTH;
        let count = 1 << (height % TILE_HEIGHT);
        let index = first >> TILE_HEIGHT;
        let tile = self.tile(level, index)?;
        let hashes = tile.get(offset..offset + count).ok_or(LedgerError::TileWidth { level, index })?;
        Ok(perfect(hashes))
    }

    fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], ProofError<T::Error>> {
        let at = match self.read.iter().position(|tile| (tile.0, tile.1) == (level, index)) {
            Some(at) => at,
            None => {
                let width = tile_width(self.size, level, index);
                let hashes = self.tiles.hashes(level, index, width).map_err(ProofError::Tiles)?;
                if hashes.len() != usize::from(width) {
                    return Err(LedgerError::TileWidth { level, index }.into());
                }
                self.read.push((level, index, hashes));
                self.read.len() - 1
            }
        };
        Ok(&self.read[at].2)
    }
}
