//! Tree, tiles and proofs against known answers and against the literal definitions.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MemoryTiles, grow, hash, hex, leaves, naive_consistency, naive_path, naive_root};
use proptest::prelude::*;
use tigertally_ledger::{
    Hash, LedgerError, ProofError, Tree, consistency_proof, empty_root, inclusion_proof, leaf_hash, root_at,
    verify_consistency, verify_inclusion,
};

// Test vectors of Certificate Transparency's reference implementation.
const CT_LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const CT_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const H1: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const H23: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const H4567: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const H4: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const H45: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const H67: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";

fn ct_leaves() -> Vec<Hash> {
    CT_LEAVES.iter().map(|leaf| leaf_hash(&hex(leaf))).collect()
}

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts.iter().map(|text| hash(text)).collect()
}

#[test]
fn certificate_transparency_vectors_match() {
    assert_eq!(empty_root(), hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_eq!(Tree::new().root(), empty_root());
    let (mut tree, leaves) = (Tree::new(), ct_leaves());
    for (leaf, root) in leaves.iter().zip(CT_ROOTS) {
        tree.append(*leaf, &mut Vec::new());
        assert_eq!(tree.root(), hash(root));
    }
    let (_, store) = grow(&leaves);
    let path = |index, size| inclusion_proof(&store, index, size).unwrap();
    assert!(path(0, 1).is_empty());
    assert_eq!(path(0, 8), hashes(&[H1, H23, H4567]));
    assert_eq!(path(5, 8), hashes(&[H4, H67, CT_ROOTS[3]]));
    assert_eq!(path(2, 3), hashes(&[CT_ROOTS[1]]));
    assert_eq!(path(1, 5), hashes(&[CT_ROOTS[0], H23, H4]));
    let between = |old, new| consistency_proof(&store, old, new).unwrap();
    assert!(between(1, 1).is_empty());
    assert_eq!(between(1, 8), hashes(&[H1, H23, H4567]));
    assert_eq!(between(6, 8), hashes(&[H45, H67, CT_ROOTS[3]]));
    assert_eq!(between(2, 5), hashes(&[H23, H4]));
}

#[test]
fn a_leaf_hash_does_not_depend_on_how_long_the_leaf_is() {
    // On both sides of the buffer that leaves of this ledger fit in.
    for length in [0, 1, 122, 123, 124, 125, 1000] {
        let data = vec![7; length];
        let prefixed = [&[0], data.as_slice()].concat();
        let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &prefixed);
        assert_eq!(leaf_hash(&data), expected.as_ref());
    }
}

/// Compares the root, and the proofs at the given positions, with the definitions.
fn compare(all: &[Hash], store: &MemoryTiles, size: usize, positions: impl Iterator<Item = usize>) {
    let leaves = &all[..size];
    let root = naive_root(leaves);
    assert_eq!(root_at(store, size as u64).unwrap(), root, "root at {size}");
    for at in positions {
        let (position, count) = (at as u64, size as u64);
        if at < size {
            let proof = inclusion_proof(store, position, count).unwrap();
            let path: Vec<_> = naive_path(at, leaves).into_iter().map(|(_, hash)| hash).collect();
            assert_eq!(proof, path, "entry {at} of {size}");
            verify_inclusion(&leaves[at], position, count, &proof, &root).unwrap();
        }
        let proof = consistency_proof(store, position, count).unwrap();
        assert_eq!(proof, naive_consistency(at, leaves), "{at} to {size}");
        verify_consistency(position, &naive_root(&leaves[..at]), count, &root, &proof).unwrap();
    }
}

#[test]
fn small_trees_follow_the_definitions() {
    let all = leaves(70);
    let (_, store) = grow(&all);
    for size in 0..=70 {
        compare(&all, &store, size, 0..=size);
        // With only the tiles of its own size as well.
        let (tree, own) = grow(&all[..size]);
        compare(&all, &own, size, 0..=size);
        assert_eq!(tree.root(), naive_root(&all[..size]));
    }
}

#[test]
fn trees_around_tile_boundaries_follow_the_definitions() {
    let all = leaves(513);
    let (_, store) = grow(&all);
    for size in (255..=257).chain(511..=513) {
        let (_, own) = grow(&all[..size]);
        let some = (0..=size).step_by(7).chain(250..=size.min(260)).chain(size - 3..=size);
        compare(&all, &own, size, some.clone());
        compare(&all, &store, size, some);
    }
}

#[test]
fn trees_of_three_levels_follow_the_definitions() {
    let all = leaves(65_537);
    let (_, store) = grow(&all);
    for size in 65_535..=65_537 {
        let (tree, own) = grow(&all[..size]);
        assert_eq!(tree.root(), naive_root(&all[..size]));
        for store in [&own, &store] {
            compare(&all, store, size, [0, 1, 255, 256, 32_768, 65_279, 65_280, 65_534].into_iter());
        }
    }
    let widths = |tree: &Tree| (0..4).map(|level| tree.edge(level).len()).collect::<Vec<_>>();
    assert_eq!(widths(&grow(&all[..65_535]).0), [255, 255, 0, 0]);
    assert_eq!(widths(&grow(&all[..65_536]).0), [0, 0, 1, 0]);
    assert_eq!(widths(&grow(&all).0), [1, 0, 1, 0]);
}

#[test]
fn tiles_are_those_that_the_specification_counts() {
    // The example of C2SP tlog-tiles.
    let (tree, store) = grow(&leaves(70_000));
    let full = |level| store.tiles.iter().filter(|((at, _), tile)| *at == level && tile.len() == 256).count();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!((tree.edge(0).len(), tree.edge(1).len(), tree.edge(2).len()), (112, 17, 1));
    let first = &store.tiles[&(1, 0)];
    assert_eq!(first[3], naive_root(&store.tiles[&(0, 3)]));
    assert_eq!(tree.edge(2)[0], naive_root(first));
}

#[test]
fn a_proof_reads_each_tile_once() {
    let (_, store) = grow(&leaves(70_000));
    store.reads.set(0);
    inclusion_proof(&store, 12_345, 70_000).unwrap();
    assert!(store.reads.get() <= 6, "{} reads", store.reads.get());
}

#[test]
fn a_restored_tree_goes_on_as_if_never_stopped() {
    let all = leaves(66_000);
    for stop in [0, 1, 200, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537] {
        let (mut tree, _) = grow(&all[..stop]);
        let edges =
            |tree: &Tree, levels| (0..levels).map(|level| tree.edge(level).to_vec()).collect::<Vec<_>>();
        let mut restored = Tree::restore(stop as u64, edges(&tree, 8)).unwrap();
        assert_eq!(Tree::restore(stop as u64, edges(&tree, tree.levels())).unwrap().root(), tree.root());
        let (mut tiles, mut restored_tiles) = (Vec::new(), Vec::new());
        for leaf in &all[stop..stop + 300] {
            assert_eq!(restored.root(), tree.root());
            assert_eq!(restored.size(), tree.size());
            tree.append(*leaf, &mut tiles);
            restored.append(*leaf, &mut restored_tiles);
        }
        assert_eq!(tiles, restored_tiles);
        assert_eq!(edges(&tree, 8), edges(&restored, 8));
    }
}

#[test]
fn a_tree_is_not_restored_from_the_wrong_number_of_hashes() {
    let some = |count| leaves(count);
    let fails = |size, partials, level| {
        assert_eq!(Tree::restore(size, partials).unwrap_err(), LedgerError::PartialTile { level });
    };
    fails(0, vec![some(1)], 0);
    fails(3, vec![some(2)], 0);
    fails(3, vec![some(4)], 0);
    fails(3, vec![], 0);
    fails(256, vec![some(256)], 1);
    fails(257, vec![some(1)], 1);
    fails(3, vec![some(3), some(1)], 1);
    fails(3, vec![vec![]; 9].into_iter().chain([some(1)]).collect(), 9);
    fails(3, vec![some(3)].into_iter().chain(vec![some(1); 400]).collect(), 254);
    assert_eq!(Tree::restore(1 << 63, vec![]).unwrap_err(), LedgerError::TooLarge);
    let full = (1_u64 << 63) - 1;
    let edge = (0..8).map(|level| some(if level == 7 { 127 } else { 255 })).collect();
    assert_eq!(Tree::restore(full, edge).unwrap().size(), full);
}

#[test]
fn a_batch_on_a_clone_leaves_the_original_alone() {
    let (tree, _) = grow(&leaves(300));
    let (root, mut copy) = (tree.root(), tree.clone());
    for leaf in leaves(300) {
        copy.append(leaf, &mut Vec::new());
    }
    assert_eq!((tree.size(), tree.root()), (300, root));
    assert_eq!(copy.size(), 600);
}

#[test]
fn proofs_outside_the_tree_are_refused() {
    let (tree, store) = grow(&leaves(10));
    let outside = |position, size| ProofError::Ledger(LedgerError::OutsideTree { position, size });
    assert_eq!(inclusion_proof(&store, 10, 10), Err(outside(10, 10)));
    assert_eq!(inclusion_proof(&store, 0, 0), Err(outside(0, 0)));
    assert_eq!(consistency_proof(&store, 11, 10), Err(outside(11, 10)));
    assert!(matches!(root_at(&store, 11), Err(ProofError::Tiles(_))));
    assert!(matches!(inclusion_proof(&store, 3, 1 << 40), Err(ProofError::Tiles(_))));
    assert!(root_at(&store, u64::MAX).is_err());
    assert!(verify_inclusion(&[0; 32], 10, 10, &[], &tree.root()).is_err());
    assert!(verify_consistency(11, &tree.root(), 10, &tree.root(), &[]).is_err());
}

#[test]
fn a_store_that_gives_too_many_hashes_is_found_out() {
    struct Wrong;
    impl tigertally_ledger::Tiles for Wrong {
        type Error = String;
        fn hashes(&self, _: u8, _: u64, width: u16) -> Result<Vec<Hash>, String> {
            Ok(leaves(u64::from(width) + 1))
        }
    }
    let expected = ProofError::Ledger(LedgerError::TileWidth { level: 0, index: 0 });
    assert_eq!(root_at(&Wrong, 5), Err(expected));
}

#[test]
fn every_change_to_an_inclusion_proof_is_noticed() {
    let all = leaves(36);
    let (_, store) = grow(&all);
    for size in 1..=33_u64 {
        let root = root_at(&store, size).unwrap();
        for index in 0..size {
            let leaf = all[index as usize];
            let proof = inclusion_proof(&store, index, size).unwrap();
            let sides = |size: u64| {
                let path = naive_path(index as usize, &all[..size as usize]);
                path.into_iter().map(|(left, _)| left).collect::<Vec<_>>()
            };
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify_inclusion(&leaf, other, size, &proof, &root).is_err());
                assert!(verify_inclusion(&all[other as usize], index, size, &proof, &root).is_err());
            }
            // A root does not bind its size by itself: only a path of another shape can fail.
            for other in index + 1..=36 {
                let accepted = verify_inclusion(&leaf, index, other, &proof, &root).is_ok();
                assert_eq!(accepted, sides(other) == sides(size), "{index} of {size} as of {other}");
            }
            for changed in changes(&proof) {
                assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
            }
            assert!(verify_inclusion(&leaf, index, size, &proof, &flip(root, 0)).is_err());
            assert!(verify_inclusion(&flip(leaf, 255), index, size, &proof, &root).is_err());
        }
    }
}

#[test]
fn every_change_to_a_consistency_proof_is_noticed() {
    let all = leaves(20);
    let (_, store) = grow(&all);
    let root = |size| root_at(&store, size).unwrap();
    for new in 0..=20 {
        for old in 0..=new {
            let proof = consistency_proof(&store, old, new).unwrap();
            let check = |old_root: Hash, new_root: Hash, proof: &[Hash]| {
                verify_consistency(old, &old_root, new, &new_root, proof)
            };
            assert!(check(root(old), root(new), &proof).is_ok());
            assert!(check(flip(root(old), 9), root(new), &proof).is_err());
            // Everything continues the empty tree, so a proof from it says nothing about the root.
            assert_eq!(check(root(old), flip(root(new), 9), &proof).is_ok(), old == 0 && new > 0);
            for changed in changes(&proof) {
                assert!(check(root(old), root(new), &changed).is_err(), "{old} to {new}");
            }
            for (old, new) in (0..=20).flat_map(|new| (0..=new).map(move |old| (old, new))) {
                let accepted = verify_consistency(old, &root(old), new, &root(new), &proof).is_ok();
                assert_eq!(accepted, consistency_proof(&store, old, new).unwrap() == proof);
            }
        }
    }
}

#[test]
fn a_fork_cannot_be_proved_consistent() {
    let all = leaves(20);
    let (_, store) = grow(&all);
    let mut forked = all.clone();
    forked[3] = flip(forked[3], 1);
    let (_, fork) = grow(&forked);
    for old in 4..=20 {
        for new in old..=20 {
            let root = root_at(&store, old).unwrap();
            let proof = consistency_proof(&fork, old, new).unwrap();
            assert!(verify_consistency(old, &root, new, &root_at(&fork, new).unwrap(), &proof).is_err());
        }
    }
}

fn flip(mut hash: Hash, bit: usize) -> Hash {
    hash[bit / 8] ^= 1 << (bit % 8);
    hash
}

/// The proof with a bit of a hash changed, a hash left out, doubled or added, or two swapped.
fn changes(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut changed = vec![[proof, &[[0; 32]]].concat(), [&[[0; 32]], proof].concat()];
    for at in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[at] = flip(flipped[at], at * 37 % 256);
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        let mut longer = proof.to_vec();
        longer.insert(at, proof[at]);
        changed.extend([flipped, shorter, longer]);
        if at > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(at - 1, at);
            changed.push(swapped);
        }
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn proofs_of_any_tree_hold_and_break(
        size in 1_u64..3000, at in any::<prop::sample::Index>(), later in 0_u64..600,
        bit in 0_usize..256, which in any::<prop::sample::Index>(),
    ) {
        let all = leaves(size + later);
        let (tree, store) = grow(&all);
        let index = at.index(size as usize) as u64;
        let (root, leaf) = (root_at(&store, size).unwrap(), all[index as usize]);
        let mut proof = inclusion_proof(&store, index, size).unwrap();
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_ok());
        if !proof.is_empty() {
            let which = which.index(proof.len());
            proof[which] = flip(proof[which], bit);
            prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
        }
        let mut proof = consistency_proof(&store, size, size + later).unwrap();
        let new_root = tree.root();
        prop_assert!(verify_consistency(size, &root, size + later, &new_root, &proof).is_ok());
        if !proof.is_empty() {
            let which = which.index(proof.len());
            proof[which] = flip(proof[which], bit);
            prop_assert!(verify_consistency(size, &root, size + later, &new_root, &proof).is_err());
        }
    }

    #[test]
    fn verifiers_take_any_input(
        index in any::<u64>(), size in any::<u64>(), proof in prop::collection::vec(any::<Hash>(), 0..70),
        leaf in any::<Hash>(), root in any::<Hash>(),
    ) {
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &root).is_err());
        prop_assert!(verify_consistency(index, &leaf, size, &root, &proof).is_err());
    }
}
