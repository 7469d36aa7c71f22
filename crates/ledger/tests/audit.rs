//! The audit finds every kind of change, and names the first entry that is wrong.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{grow, naive_root};
use proptest::prelude::*;
use tigertally_ledger::{
    Audit, Checkpoint, Decision, EntryId, Fault, Hash, Leaf, StoredEntry, commitment, leaf_hash,
};

#[derive(Clone)]
struct Row {
    index: u64,
    leaf: Vec<u8>,
    salt: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
}

/// A log as a database holds it, with a checkpoint every 100 entries and at the end.
#[derive(Clone)]
struct Log {
    rows: Vec<Row>,
    recorded: Vec<Hash>,
    checkpoints: Vec<Checkpoint>,
}

fn row(index: u64, time_ms: u64, body: &str) -> Row {
    let mut salt = [0x5a; 32];
    salt[..8].copy_from_slice(&index.to_be_bytes());
    let id = EntryId { run: [1; 8], count: index };
    let commitment = commitment(&salt, body.as_bytes());
    let leaf = Leaf::new(id, time_ms, "customer.reveal", Decision::Allowed, commitment).unwrap();
    Row { index, leaf: leaf.to_bytes(), salt: Some(salt.to_vec()), body: Some(body.into()) }
}

fn log(size: u64) -> Log {
    let rows: Vec<Row> = (0..size).map(|index| row(index, 1_000 + index, &format!("body {index}"))).collect();
    let recorded: Vec<Hash> = rows.iter().map(|row| leaf_hash(&row.leaf)).collect();
    let checkpoints = (0..size)
        .step_by(100)
        .chain([size])
        .map(|size| Checkpoint {
            origin: "log".to_owned(),
            size,
            root: naive_root(&recorded[..size as usize]),
        })
        .collect();
    Log { rows, recorded, checkpoints }
}

impl Log {
    /// Audits as a program would: entries in order, each checkpoint as its size is reached.
    fn audit(&self) -> Result<Audit, Fault> {
        let mut audit = Audit::new();
        let mut checkpoints = self.checkpoints.iter().peekable();
        for row in &self.rows {
            while let Some(checkpoint) = checkpoints.next_if(|next| next.size == audit.size()) {
                audit.checkpoint(checkpoint)?;
            }
            let stored =
                StoredEntry { leaf: &row.leaf, salt: row.salt.as_deref(), body: row.body.as_deref() };
            audit.entry(row.index, &stored, self.recorded.get(row.index as usize))?;
        }
        for checkpoint in checkpoints {
            audit.checkpoint(checkpoint)?;
        }
        Ok(audit)
    }

    fn fault(&self) -> Fault {
        self.audit().err().expect("the audit should have found the change")
    }

    /// Puts another entry in place, and forges the tile to fit.
    fn replace(&mut self, at: usize, row: Row) {
        self.recorded[at] = leaf_hash(&row.leaf);
        self.rows[at] = row;
    }
}

#[test]
fn an_honest_log_passes() {
    for size in [0, 1, 255, 256, 257, 600] {
        let audit = log(size).audit().unwrap();
        assert_eq!(audit.size(), size);
        assert_eq!(audit.root(), naive_root(&log(size).recorded));
        assert_eq!((audit.erased(), audit.clock_setbacks()), (0, 0));
    }
}

#[test]
fn erased_entries_pass_and_are_counted() {
    let mut log = log(300);
    for at in [0, 5, 299] {
        log.rows[at].salt = None;
        log.rows[at].body = None;
    }
    assert_eq!(log.audit().unwrap().erased(), 3);
}

#[test]
fn a_clock_set_back_is_noted_only() {
    let mut rows = log(3);
    rows.replace(1, row(1, 10, "earlier"));
    rows.checkpoints.clear();
    assert_eq!(rows.audit().unwrap().clock_setbacks(), 1);
}

#[test]
fn changed_bodies_and_salts_are_found() {
    let index = 142;
    let mut body = log(300);
    body.rows[142].body = Some(b"another body".to_vec());
    assert_eq!(body.fault(), Fault::CommitmentMismatch { index });
    let mut empty = log(300);
    empty.rows[142].body = Some(Vec::new());
    assert_eq!(empty.fault(), Fault::CommitmentMismatch { index });
    let mut salt = log(300);
    salt.rows[142].salt.as_mut().unwrap()[31] ^= 1;
    assert_eq!(salt.fault(), Fault::CommitmentMismatch { index });
    for length in [0, 31, 33, 64] {
        let mut salt = log(300);
        // HMAC pads its key with zeros: a longer salt must not pass for a shorter one.
        salt.rows[142].salt.as_mut().unwrap().resize(length, 0);
        assert_eq!(salt.fault(), Fault::CommitmentMismatch { index });
    }
    let mut swapped = log(300);
    let (body, salt) = (swapped.rows[143].body.clone(), swapped.rows[143].salt.clone());
    (swapped.rows[142].body, swapped.rows[142].salt) = (body, salt);
    assert_eq!(swapped.fault(), Fault::CommitmentMismatch { index });
}

#[test]
fn half_erased_entries_are_found() {
    let mut salt = log(10);
    salt.rows[4].body = None;
    assert_eq!(salt.fault(), Fault::SaltWithoutBody { index: 4 });
    let mut body = log(10);
    body.rows[4].salt = None;
    assert_eq!(body.fault(), Fault::BodyWithoutSalt { index: 4 });
}

#[test]
fn changed_leaves_and_tiles_are_found() {
    let mut leaf = log(300);
    leaf.rows[7].leaf[16] ^= 1;
    assert_eq!(leaf.fault(), Fault::TileMismatch { index: 7 });
    let mut erased = leaf.clone();
    (erased.rows[7].salt, erased.rows[7].body) = (None, None);
    assert_eq!(erased.fault(), Fault::TileMismatch { index: 7 });
    let mut tile = log(300);
    tile.recorded[256][0] ^= 1;
    assert_eq!(tile.fault(), Fault::TileMismatch { index: 256 });
    let mut malformed = log(300);
    malformed.rows[7].leaf.push(0);
    assert_eq!(malformed.fault(), Fault::MalformedLeaf { index: 7 });
}

#[test]
fn missing_repeated_and_moved_entries_are_found() {
    let mut gap = log(300);
    gap.rows.remove(20);
    assert_eq!(gap.fault(), Fault::OutOfOrder { expected: 20, found: 21 });
    let mut repeated = log(300);
    repeated.rows.insert(20, repeated.rows[19].clone());
    assert_eq!(repeated.fault(), Fault::OutOfOrder { expected: 20, found: 19 });
    let mut moved = log(300);
    moved.rows.swap(20, 21);
    assert_eq!(moved.fault(), Fault::OutOfOrder { expected: 20, found: 21 });
    let mut first = log(300);
    first.rows.remove(0);
    assert_eq!(first.fault(), Fault::OutOfOrder { expected: 0, found: 1 });
    // Renumbered to hide it: the tile gives it away.
    let mut renumbered = log(300);
    renumbered.rows.remove(20);
    (0..).zip(&mut renumbered.rows).for_each(|(index, row)| row.index = index);
    assert_eq!(renumbered.fault(), Fault::TileMismatch { index: 20 });
    let mut truncated = log(300);
    truncated.rows.truncate(298);
    assert_eq!(truncated.fault(), Fault::Truncated { size: 300, first_missing: 298 });
}

#[test]
fn a_rewritten_past_is_found_by_the_checkpoint_that_saw_it() {
    // Entry, body, salt and tile all forged to fit each other.
    let mut forged = log(350);
    forged.replace(142, row(142, 1_142, "a harmless body"));
    assert_eq!(forged.fault(), Fault::CheckpointMismatch { size: 200, first_suspect: 100 });
    let mut early = log(350);
    early.replace(0, row(0, 1_000, "a harmless body"));
    assert_eq!(early.fault(), Fault::CheckpointMismatch { size: 100, first_suspect: 0 });
    // Dropped or inserted, and all that follow renumbered: the server's own count gives it away.
    let mut dropped = log(350);
    dropped.rows.remove(342);
    dropped.recorded.remove(342);
    (0..).zip(&mut dropped.rows).for_each(|(index, row)| row.index = index);
    assert_eq!(dropped.fault(), Fault::CountGap { index: 342, expected: 342, found: 343 });
    let mut inserted = log(350);
    inserted.rows.insert(342, row(342, 1_342, "never happened"));
    inserted.recorded.insert(342, leaf_hash(&inserted.rows[342].leaf));
    (0..).zip(&mut inserted.rows).for_each(|(index, row)| row.index = index);
    assert_eq!(inserted.fault(), Fault::CountGap { index: 343, expected: 343, found: 342 });
    // The counts forged as well: then only the checkpoint is left.
    let mut recounted = log(350);
    recounted.rows.remove(342);
    recounted.recorded.remove(342);
    for index in 342..349 {
        recounted.replace(index, row(index as u64, 1_001 + index as u64, &format!("body {}", index + 1)));
    }
    assert_eq!(recounted.fault(), Fault::Truncated { size: 350, first_missing: 349 });
    let mut empty = log(1);
    empty.checkpoints[0].root[0] ^= 1;
    assert_eq!(empty.fault(), Fault::CheckpointMismatch { size: 0, first_suspect: 0 });
}

#[test]
fn a_late_checkpoint_is_not_taken_for_a_good_one() {
    let log = log(300);
    let mut audit = log.audit().unwrap();
    assert_eq!(
        audit.checkpoint(&log.checkpoints[1]),
        Err(Fault::CheckpointPassed { size: 100, reached: 300 })
    );
    assert_eq!(audit.checkpoint(&log.checkpoints[3]), Ok(()), "the same size may be stated again");
}

#[test]
fn an_audit_goes_on_after_a_fault() {
    let mut log = log(300);
    log.rows[3].body = None;
    log.rows[5].body = Some(b"changed".to_vec());
    log.rows[9].leaf = b"nonsense".to_vec();
    let mut audit = Audit::new();
    let mut faults = Vec::new();
    for row in &log.rows {
        let stored = StoredEntry { leaf: &row.leaf, salt: row.salt.as_deref(), body: row.body.as_deref() };
        faults.extend(audit.entry(row.index, &stored, None).err());
    }
    faults.extend(audit.checkpoint(log.checkpoints.last().unwrap()).err());
    assert_eq!(
        faults,
        [
            Fault::SaltWithoutBody { index: 3 },
            Fault::CommitmentMismatch { index: 5 },
            Fault::MalformedLeaf { index: 9 },
            Fault::CountGap { index: 10, expected: 9, found: 10 },
            Fault::CheckpointMismatch { size: 300, first_suspect: 0 },
        ]
    );
}

#[test]
fn tiles_above_the_leaves_can_be_compared() {
    let log = log(600);
    let (tree, store) = grow(&log.recorded);
    let mut audit = Audit::new();
    let mut full = 0;
    for row in &log.rows {
        let stored = StoredEntry { leaf: &row.leaf, salt: row.salt.as_deref(), body: row.body.as_deref() };
        audit.entry(row.index, &stored, None).unwrap();
        for tile in audit.completed() {
            assert_eq!(store.tiles[&(tile.level, tile.index)], tile.hashes);
            full += 1;
        }
    }
    assert_eq!(full, 2);
    assert_eq!((audit.edge(0), audit.edge(1)), (tree.edge(0), tree.edge(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_flipped_bit_is_found(
        at in 0_usize..120, part in 0_usize..4, byte in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let mut log = log(120);
        let bytes: &mut [u8] = match part {
            0 => &mut log.rows[at].leaf,
            1 => log.rows[at].salt.as_mut().unwrap(),
            2 => log.rows[at].body.as_mut().unwrap(),
            _ => &mut log.recorded[at],
        };
        bytes[byte.index(bytes.len())] ^= 1 << bit;
        let index = at as u64;
        let fault = log.fault();
        let found = match part {
            0 => [Fault::MalformedLeaf { index }, Fault::TileMismatch { index }].contains(&fault),
            1 | 2 => fault == Fault::CommitmentMismatch { index },
            _ => fault == Fault::TileMismatch { index },
        };
        prop_assert!(found, "{:?}", fault);
    }
}
