//! The tree as tiles of height 8 (C2SP tlog-tiles), and its growing right edge in memory.
//!
//! A tile at level 0 holds 256 consecutive leaf hashes; one at level *l* + 1 holds the roots of 256
//! full tiles of level *l*. The rightmost tile of a level is partial until its 256th hash arrives.

use crate::error::LedgerError;
use crate::tree::{Hash, empty_root, node_hash, perfect};

/// Height of a tile: the tree levels that it spans.
pub const TILE_HEIGHT: u32 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 1 << TILE_HEIGHT;

/// Levels that a tree of up to 2^63 - 1 entries can have.
const LEVELS: u8 = 8;
/// Sizes stay below 2^63, as in other implementations that count in signed integers.
const MAX_SIZE: u64 = i64::MAX as u64;

/// A tile that will never change again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// 0 for leaf hashes.
    pub level: u8,
    /// Position among the tiles of its level.
    pub index: u64,
    /// Exactly [`TILE_WIDTH`] hashes.
    pub hashes: Vec<Hash>,
}

/// Where stored tiles are read from.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error;

    /// The first `width` (1 to 256) hashes of a tile. A width below 256 may be asked of a tile that
    /// has since grown or become full.
    ///
    /// # Errors
    /// If the store cannot give them.
    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Self::Error>;
}

/// How many hashes the tile has in a tree of this size.
pub(crate) fn tile_width(size: u64, level: u8, index: u64) -> u16 {
    let in_level = size >> (TILE_HEIGHT * u32::from(level));
    in_level.saturating_sub(index << TILE_HEIGHT).min(TILE_WIDTH as u64) as u16
}

/// The right edge of a growing tree: at most 255 hashes a level, so that a batch can be appended to
/// a clone, and the clone put in place once the batch is durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// Per level the hashes beyond the last full tile.
    edge: Vec<Vec<Hash>>,
    /// Roots of the perfect subtrees that make up the tree, the largest first: one for each bit set
    /// in the size. They make an append one hash on average, and a root at most 63.
    peaks: Vec<Hash>,
}

impl Tree {
    /// The tree without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a tree up again from its size and, level by level from 0, the hashes beyond the last
    /// full tile (`size / 256^level % 256` of them). Empty levels at the top may be left out.
    ///
    /// It cannot know whether the hashes are the right ones: compare [`Tree::root`] with a
    /// checkpoint.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`]; [`LedgerError::PartialTile`] if their numbers do not fit the size.
    pub fn restore(size: u64, mut partials: Vec<Vec<Hash>>) -> Result<Self, LedgerError> {
        if size > MAX_SIZE {
            return Err(LedgerError::TooLarge);
        }
        while partials.last().is_some_and(Vec::is_empty) {
            partials.pop();
        }
        let mut peaks = Vec::new();
        for level in (0..LEVELS.max(partials.len().min(255) as u8)).rev() {
            let hashes = partials.get(usize::from(level)).map_or(&[][..], Vec::as_slice);
            let width = size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0) as usize % TILE_WIDTH;
            if hashes.len() != width {
                return Err(LedgerError::PartialTile { level });
            }
            push_peaks(&mut peaks, hashes);
        }
        Ok(Self { size, edge: partials, peaks })
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one entry by its [`leaf_hash`](crate::leaf_hash); its index is the size before. The
    /// tiles that this fills (usually none) are pushed to `completed`, the lowest level first.
    ///
    /// # Panics
    /// At 2^63 - 1 entries.
    pub fn append(&mut self, leaf: Hash, completed: &mut Vec<FullTile>) {
        assert!(self.size < MAX_SIZE, "{}", LedgerError::TooLarge);
        self.push_edge(0, leaf);
        let mut hash = leaf;
        // Adding one to the size carries through its trailing ones; each carry joins two subtrees.
        for height in 1..=self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
            if height.is_multiple_of(TILE_HEIGHT) {
                let level = (height / TILE_HEIGHT) as usize;
                completed.push(FullTile {
                    level: level as u8 - 1,
                    index: self.size >> height,
                    hashes: std::mem::take(&mut self.edge[level - 1]),
                });
                self.push_edge(level, hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Root of the tree (RFC 6962's Merkle tree hash).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(&smallest) = peaks.next() else { return empty_root() };
        peaks.fold(smallest, |right, left| node_hash(left, &right))
    }

    /// The partial tile of a level: 0 to 255 hashes.
    #[must_use]
    pub fn edge(&self, level: u8) -> &[Hash] {
        self.edge.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// Number of levels with an edge to store; above them all edges are empty.
    #[must_use]
    pub fn levels(&self) -> u8 {
        self.edge.len() as u8
    }

    fn push_edge(&mut self, level: usize, hash: Hash) {
        if self.edge.len() == level {
            self.edge.push(Vec::with_capacity(TILE_WIDTH));
        }
        self.edge[level].push(hash);
    }
}

/// Splits the hashes of a partial tile into perfect subtrees, the largest first.
fn push_peaks(peaks: &mut Vec<Hash>, mut hashes: &[Hash]) {
    while !hashes.is_empty() {
        let (subtree, rest) = hashes.split_at(1 << hashes.len().ilog2());
        peaks.push(perfect(subtree));
        hashes = rest;
    }
}
