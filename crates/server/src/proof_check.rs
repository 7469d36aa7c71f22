//! Checks an inclusion proof before it is shown or handed out, as whoever gets it can do: RFC 9162, section 2.1.3.2, over
//! the bytes of the proof alone.

use base64::{Engine, prelude::BASE64_STANDARD};
use tigertally_core::{desk::InclusionProof, digest};

/// Whether the proof's hashes lead from its leaf to its root, and its checkpoint states this size and root.
pub(crate) fn holds(proof: &InclusionProof) -> bool {
    let stated: Vec<&str> = proof.checkpoint.lines().skip(1).take(2).collect();
    stated == [proof.size.to_string().as_str(), proof.root.as_str()] && climbs(proof).unwrap_or(false)
}

fn climbs(proof: &InclusionProof) -> Option<bool> {
    let leaf = BASE64_STANDARD.decode(&proof.leaf).ok()?;
    let mut hash = digest(&[&[0], &leaf]);
    if BASE64_STANDARD.encode(hash) != proof.leaf_hash {
        return Some(false);
    }
    let (mut at, mut last) = (proof.index, proof.size.checked_sub(1)?);
    if at > last {
        return Some(false);
    }
    for sibling in &proof.hashes {
        let sibling = BASE64_STANDARD.decode(sibling).ok()?;
        if last == 0 {
            return Some(false);
        }
        if at & 1 == 1 || at == last {
            hash = digest(&[&[1], &sibling, &hash]);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = digest(&[&[1], &hash, &sibling]);
        }
        at >>= 1;
        last >>= 1;
    }
    Some(last == 0 && BASE64_STANDARD.encode(hash) == proof.root)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of these leaves, by its definition (RFC 6962, section 2.1), with the way up from one of them.
    fn tree(leaves: &[Vec<u8>], index: usize) -> ([u8; 32], Vec<[u8; 32]>) {
        if let [leaf] = leaves {
            return (digest(&[&[0], leaf]), Vec::new());
        }
        let half = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(half);
        let inside = |part: &[Vec<u8>], at: usize| tree(part, at.min(part.len() - 1));
        let (left, left_way) = inside(left, index);
        let (right, right_way) = inside(right, index.saturating_sub(half));
        let (mut way, beside) = if index < half { (left_way, right) } else { (right_way, left) };
        way.push(beside);
        (digest(&[&[1], &left, &right]), way)
    }

    fn proof(index: usize, size: usize) -> InclusionProof {
        let leaves: Vec<Vec<u8>> = (0..size).map(|n| vec![n as u8; 3]).collect();
        let (root, way) = tree(&leaves, index);
        let root = BASE64_STANDARD.encode(root);
        InclusionProof {
            index: index as u64,
            size: size as u64,
            leaf: BASE64_STANDARD.encode(&leaves[index]),
            leaf_hash: BASE64_STANDARD.encode(digest(&[&[0], &leaves[index]])),
            hashes: way.iter().map(|hash| BASE64_STANDARD.encode(hash)).collect(),
            checkpoint: format!("log\n{size}\n{root}\n\n— log signature\n"),
            root,
        }
    }

    #[test]
    fn true_proofs_hold_and_others_do_not() {
        for size in 1..20 {
            for index in 0..size {
                let good = proof(index, size);
                assert!(holds(&good), "{index} of {size}");
                let other = InclusionProof { index: (index as u64 + 1) % 19, ..good.clone() };
                assert!(other.index == good.index || !holds(&other), "{index} of {size}, moved");
                let mut longer = good.clone();
                longer.hashes.push(good.leaf_hash.clone());
                assert!(!holds(&longer), "{index} of {size}, longer");
                if !good.hashes.is_empty() {
                    let mut shorter = good.clone();
                    shorter.hashes.pop();
                    assert!(!holds(&shorter), "{index} of {size}, shorter");
                }
                assert!(!holds(&InclusionProof { root: good.leaf.clone(), ..good.clone() }));
                let stated = good.checkpoint.replacen(&good.root, &good.leaf, 1);
                assert!(!holds(&InclusionProof { checkpoint: stated, ..good }));
            }
        }
    }
}
