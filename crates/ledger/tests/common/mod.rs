//! What the tests share: stored tiles in memory, and the definitions of RFC 6962 written down
//! literally, to compare with.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

pub mod log;

use std::cell::Cell;
use std::collections::HashMap;

use tigertally_ledger::{FullTile, Hash, Tiles, Tree, empty_root, leaf_hash, node_hash};

/// Tiles in memory: the full ones and the partial ones at the end.
#[derive(Clone, Default)]
pub struct MemoryTiles {
    pub tiles: HashMap<(u8, u64), Vec<Hash>>,
    pub reads: Cell<usize>,
}

impl Tiles for MemoryTiles {
    type Error = String;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, String> {
        self.reads.set(self.reads.get() + 1);
        let tile = self.tiles.get(&(level, index)).ok_or(format!("no tile {level}/{index}"))?;
        tile.get(..usize::from(width)).map(<[Hash]>::to_vec).ok_or("tile too short".to_owned())
    }
}

/// Entry hashes that are all different.
pub fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// Grows a tree and stores its tiles.
pub fn grow(leaves: &[Hash]) -> (Tree, MemoryTiles) {
    let (mut tree, mut completed) = (Tree::new(), Vec::new());
    for leaf in leaves {
        tree.append(*leaf, &mut completed);
    }
    let mut store = MemoryTiles::default();
    for FullTile { level, index, hashes } in completed {
        assert_eq!(hashes.len(), 256);
        assert!(store.tiles.insert((level, index), hashes).is_none(), "a tile came twice");
    }
    for level in 0..tree.levels() {
        let index = tree.size() >> (8 * u32::from(level)) >> 8;
        if !tree.edge(level).is_empty() {
            store.tiles.insert((level, index), tree.edge(level).to_vec());
        }
    }
    (tree, store)
}

fn split(count: usize) -> usize {
    let mut k = 1;
    while k * 2 < count {
        k *= 2;
    }
    k
}

/// MTH of RFC 6962, section 2.1.
pub fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1; `true` marks a sibling on the left.
pub fn naive_path(index: usize, leaves: &[Hash]) -> Vec<(bool, Hash)> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if index < k {
        (naive_path(index, left), (false, naive_root(right)))
    } else {
        (naive_path(index - k, right), (true, naive_root(left)))
    };
    path.push(sibling);
    path
}

/// PROOF of RFC 6962, section 2.1.2.
pub fn naive_consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if m == leaves.len() {
            return if whole { Vec::new() } else { vec![naive_root(leaves)] };
        }
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        let (mut proof, sibling) = if m <= k {
            (subproof(m, left, whole), naive_root(right))
        } else {
            (subproof(m - k, right, false), naive_root(left))
        };
        proof.push(sibling);
        proof
    }
    if old == 0 { Vec::new() } else { subproof(old, leaves, true) }
}

pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

pub fn hash(text: &str) -> Hash {
    hex(text).try_into().unwrap()
}
