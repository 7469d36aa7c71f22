//! Whoever can write to the database but has not the signing key cannot change the past unseen: every flip, drop,
//! swap, insertion and rollback is found by recomputing the ledger from its entries, and the first bad entry is named.
//!
//! Each tampering is done with SQL on a copy of a real data folder, and audited as a stranger would.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tempfile::TempDir;
use tigertally_core::{
    AuditFault, AuditReport, Tigertally, Unlock, clock::Clock, identity::Operator, read_only,
    record::TierRule,
};
use tigertally_ledger::{Decision, EntryId, Fault, Leaf, Tree, commitment, leaf_hash};

/// Tamperings; each kind is tried as often.
const TAMPERINGS: u64 = 420;
/// Entries signed at each checkpoint of the company: two tiles are full.
const SIGNED: [u64; 4] = [150, 300, 450, 600];

// ---------- the company whose past is at stake

struct Company {
    folder: TempDir,
    unlock: Unlock,
    clock: Clock,
    vkey: String,
    /// The checkpoint file as it was at each of [`SIGNED`].
    checkpoints: Vec<String>,
    /// The database as it was at the first of [`SIGNED`].
    early: TempDir,
}

impl Company {
    /// A company with 600 entries, the last of them signed.
    async fn new() -> Company {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::fresh();
        let time = AtomicU64::new(1_795_485_600_000);
        let clock: Clock = Arc::new(move || time.fetch_add(1, Ordering::Relaxed));
        let (system, operator) =
            Tigertally::init(folder.path(), "澜图商贸", &unlock, clock.clone()).await.unwrap();
        let vkey = system.verifier_key().to_owned();
        let mut open = Some((system, operator));
        let early = tempfile::tempdir().unwrap();
        let mut checkpoints = Vec::new();
        for size in SIGNED {
            let (system, operator) = open
                .take()
                .unwrap_or_else(|| Tigertally::open(folder.path(), &unlock, clock.clone()).unwrap());
            work(system, &operator, size).await;
            // A program that starts signs what stands.
            let (system, _) = Tigertally::open(folder.path(), &unlock, clock.clone()).unwrap();
            assert_eq!(system.ledger_size(), size);
            checkpoints.push(signed_checkpoint(folder.path(), size));
            drop(system);
            if checkpoints.len() == 1 {
                copy(folder.path(), early.path());
            }
        }
        settle(folder.path());
        Company { folder, unlock, clock, vkey, checkpoints, early }
    }

    fn copy(&self) -> Copy<'_> {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Copy::of(self, folder)
    }
}

/// Makes entries until there are `size`, and ends the program.
async fn work(system: Tigertally, operator: &Operator, size: u64) {
    let system = Arc::new(system);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in system.ledger_size()..size {
        let (system, actor) = (Arc::clone(&system), operator.actor());
        tasks.spawn(async move { system.preview_tiers(&actor, &TierRule::default()).await.map(drop) });
    }
    for done in tasks.join_all().await {
        done.unwrap();
    }
    assert_eq!(system.ledger_size(), size);
    drop(Arc::into_inner(system).unwrap());
}

/// Waits for the checkpoint over `size` entries.
fn signed_checkpoint(folder: &Path, size: u64) -> String {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let note = fs::read_to_string(folder.join("checkpoint")).unwrap_or_default();
        if note.lines().nth(1) == Some(&size.to_string()) {
            return note;
        }
        assert!(Instant::now() < end, "no checkpoint over {size} entries");
        std::thread::yield_now();
    }
}

/// Copies database and checkpoint.
fn copy(from: &Path, to: &Path) {
    for name in ["tigertally.db", "tigertally.db-wal", "checkpoint"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    settle(to);
}

/// Writes the log back into the database, so that the copies are whole without it.
fn settle(folder: &Path) {
    let conn = Connection::open(folder.join("tigertally.db")).unwrap();
    conn.busy_timeout(Duration::from_secs(10)).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

// ---------- a copy in the hands of somebody with root

struct Copy<'a> {
    company: &'a Company,
    folder: TempDir,
    conn: Connection,
}

#[derive(Clone, PartialEq)]
struct Entry {
    leaf: Vec<u8>,
    salt: Option<Vec<u8>>,
    body: Option<Vec<u8>>,
}

impl Entry {
    /// An entry that is consistent in itself, as only its time and place are not.
    fn forged(text: &str) -> Entry {
        Entry::forged_as(text, 0)
    }

    /// The same, as the n-th of a run of its own.
    fn forged_as(text: &str, count: u64) -> Entry {
        let (salt, body) = ([7; 32], format!(r#"{{"actor":"{text}"}}"#).into_bytes());
        let leaf = Leaf::new(
            EntryId { run: [9; 8], count },
            1_795_485_700_000,
            "customer.view",
            Decision::Allowed,
            commitment(&salt, &body),
        );
        Entry { leaf: leaf.unwrap().to_bytes(), salt: Some(salt.to_vec()), body: Some(body) }
    }

    /// The same entry with another body, recommitted so that body, salt and leaf fit.
    fn rewritten(&self, body: &[u8]) -> Entry {
        let mut leaf = Leaf::from_bytes(&self.leaf).unwrap();
        let salt = [3; 32];
        leaf.commitment = commitment(&salt, body);
        Entry { leaf: leaf.to_bytes(), salt: Some(salt.to_vec()), body: Some(body.to_vec()) }
    }
}

impl<'a> Copy<'a> {
    fn of(company: &'a Company, folder: TempDir) -> Copy<'a> {
        let conn = Connection::open(folder.path().join("tigertally.db")).unwrap();
        conn.pragma_update(None, "synchronous", "OFF").unwrap();
        Copy { company, folder, conn }
    }

    fn sql(&self, sql: &str, parameters: impl rusqlite::Params) {
        assert!(self.conn.execute(sql, parameters).unwrap() > 0, "nothing tampered with: {sql}");
    }

    fn entries(&self) -> Vec<Entry> {
        let mut ask = self.conn.prepare("SELECT leaf, salt, body FROM entry ORDER BY idx").unwrap();
        let rows =
            ask.query_map([], |row| Ok(Entry { leaf: row.get(0)?, salt: row.get(1)?, body: row.get(2)? }));
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// Puts these entries in the place of those that are there.
    fn put(&self, entries: &[Entry]) {
        let tx = self.conn.unchecked_transaction().unwrap();
        tx.execute("DELETE FROM entry", []).unwrap();
        let mut add =
            tx.prepare("INSERT INTO entry (idx, leaf, salt, body) VALUES (?1, ?2, ?3, ?4)").unwrap();
        for (index, entry) in entries.iter().enumerate() {
            add.execute((index, &entry.leaf, &entry.salt, &entry.body)).unwrap();
        }
        drop(add);
        tx.commit().unwrap();
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Entry>)) {
        let mut entries = self.entries();
        change(&mut entries);
        self.put(&entries);
    }

    /// Makes all tiles anew from the entries, as if they had always been these.
    fn retile(&self) {
        let (mut tree, mut full) = (Tree::new(), Vec::new());
        for entry in self.entries() {
            tree.append(leaf_hash(&entry.leaf), &mut full);
        }
        self.conn.execute("DELETE FROM tile", []).unwrap();
        for tile in full {
            let row = (tile.level, tile.index, tile.hashes.concat());
            self.conn.execute("INSERT INTO tile (level, idx, hashes) VALUES (?1, ?2, ?3)", row).unwrap();
        }
    }

    fn flip(&self, column: &str, index: u64, rng: &mut Rng) {
        let sql = format!("SELECT {column} FROM entry WHERE idx = ?1");
        let mut bytes: Vec<u8> = self.conn.query_row(&sql, [index], |row| row.get(0)).unwrap();
        let bit = rng.below(bytes.len() as u64 * 8);
        bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
        self.sql(&format!("UPDATE entry SET {column} = ?2 WHERE idx = ?1"), (index, bytes));
    }

    /// The audit, with the verification key that the company gave its auditor.
    fn audit(&self, kept: &[String]) -> AuditReport {
        read_only::audit(self.folder.path(), Some(&self.company.vkey), kept, |_| {}).unwrap()
    }
}

/// SplitMix64: the same tamperings every time.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

// ---------- what must be found

/// What an audit must name.
#[derive(Debug)]
enum Named {
    /// This entry and no other.
    Entry(u64),
    /// A range of entries with this one in it: leaf, body, salt and tile fit each other, so that only the signatures
    /// tell, and they stand some entries apart.
    Around(u64),
    /// The checkpoint over so many entries.
    Checkpoint(u64),
}

/// The entries among which a fault says that the first bad one is.
fn suspects(fault: &AuditFault) -> Range<u64> {
    match *fault {
        AuditFault::Ledger(ref fault) => match *fault {
            Fault::OutOfOrder { expected: index, .. }
            | Fault::MalformedLeaf { index }
            | Fault::TileMismatch { index }
            | Fault::CommitmentMismatch { index }
            | Fault::SaltWithoutBody { index }
            | Fault::BodyWithoutSalt { index } => index..index + 1,
            // The one that breaks the count, or the one before it: the first entry of a run may stand anywhere.
            Fault::CountGap { index, .. } => index.saturating_sub(1)..index + 1,
            // That one is missing shows at the end; which one, the last signature that held narrows down.
            Fault::Truncated { size, .. } => {
                SIGNED.into_iter().filter(|signed| *signed < size).max().unwrap_or(0)..size
            }
            Fault::CheckpointMismatch { size, first_suspect } => first_suspect..size,
            Fault::CheckpointPassed { size, .. } => panic!("checkpoint {size} was not checked in its place"),
        },
        AuditFault::Unordered(index) => index..index + 1,
        AuditFault::Tile { level, first, .. } => first..first + (256 << (8 * u64::from(level))),
        AuditFault::Signature(size) => {
            panic!("entries were tampered with, and the signature at {size} is blamed")
        }
    }
}

fn assert_found(report: &AuditReport, named: &Named, what: &str) {
    let fault = report.fault.as_ref().unwrap_or_else(|| panic!("not found: {what}"));
    match named {
        Named::Entry(index) => assert_eq!(suspects(fault), *index..*index + 1, "{what}: {fault}"),
        Named::Around(index) => assert!(suspects(fault).contains(index), "{what}: {fault}"),
        Named::Checkpoint(size) => {
            assert!(matches!(fault, AuditFault::Signature(s) if s == size), "{what}: {fault}")
        }
    }
}

type Tampering = fn(&Copy<'_>, &mut Rng) -> Named;

/// Entries below this stand in a full tile, which records the hash of each.
const TILED: u64 = 512;
const ENTRIES: u64 = SIGNED[3];

fn in_leaf(index: u64) -> Named {
    if index < TILED { Named::Entry(index) } else { Named::Around(index) }
}

/// A whole number from `below` that is not the same as another.
fn two(rng: &mut Rng) -> (u64, u64) {
    let a = rng.below(ENTRIES);
    let b = (a + 1 + rng.below(ENTRIES - 1)) % ENTRIES;
    (a.min(b), a.max(b))
}

#[rustfmt::skip]
const KINDS: &[(&str, Tampering)] = &[
    ("a bit of a body is flipped", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.flip("body", index, rng);
        Named::Entry(index)
    }),
    ("a bit of a salt is flipped", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.flip("salt", index, rng);
        Named::Entry(index)
    }),
    ("a bit of a leaf is flipped", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.flip("leaf", index, rng);
        in_leaf(index)
    }),
    ("a denial becomes a grant, an hour later", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| {
            let entry = &mut entries[index as usize];
            let mut leaf = Leaf::from_bytes(&entry.leaf).unwrap();
            leaf.decision = if leaf.decision == Decision::Denied { Decision::Allowed } else { Decision::Denied };
            leaf.time_ms += 3_600_000;
            entry.leaf = leaf.to_bytes();
        });
        copy.retile();
        Named::Around(index)
    }),
    ("a body goes, its salt stays", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.sql("UPDATE entry SET body = NULL WHERE idx = ?1", [index]);
        Named::Entry(index)
    }),
    ("a salt goes, its body stays", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.sql("UPDATE entry SET salt = NULL WHERE idx = ?1", [index]);
        Named::Entry(index)
    }),
    ("an entry is dropped", |copy, rng| {
        let index = rng.below(ENTRIES - 1);
        copy.sql("DELETE FROM entry WHERE idx = ?1", [index]);
        Named::Entry(index)
    }),
    ("an entry is dropped and the gap closed", |copy, rng| {
        let index = rng.below(ENTRIES - 1);
        copy.change(|entries| drop(entries.remove(index as usize)));
        in_leaf(index)
    }),
    ("an entry is dropped, the gap closed, the tiles made anew", |copy, rng| {
        let index = rng.below(ENTRIES - 1);
        copy.change(|entries| drop(entries.remove(index as usize)));
        copy.retile();
        Named::Around(index)
    }),
    ("two entries are swapped", |copy, rng| {
        let (a, b) = two(rng);
        copy.change(|entries| entries.swap(a as usize, b as usize));
        in_leaf(a)
    }),
    ("two entries are swapped and the tiles made anew", |copy, rng| {
        let (a, b) = two(rng);
        copy.change(|entries| entries.swap(a as usize, b as usize));
        copy.retile();
        Named::Around(a)
    }),
    ("two bodies are swapped with their salts", |copy, rng| {
        let (a, b) = two(rng);
        copy.change(|entries| {
            let (first, second) = (entries[a as usize].clone(), entries[b as usize].clone());
            entries[a as usize] = Entry { leaf: first.leaf, ..second.clone() };
            entries[b as usize] = Entry { leaf: second.leaf, salt: first.salt, body: first.body };
        });
        Named::Entry(a)
    }),
    ("an entry is put in", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| entries.insert(index as usize, Entry::forged("S001")));
        in_leaf(index)
    }),
    ("an entry is put in and the tiles made anew", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| entries.insert(index as usize, Entry::forged("S001")));
        copy.retile();
        Named::Around(index)
    }),
    ("an entry is said twice", |copy, rng| {
        let (a, b) = two(rng);
        copy.change(|entries| entries[b as usize] = entries[a as usize].clone());
        in_leaf(b)
    }),
    ("a body is rewritten with its salt and leaf", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| entries[index as usize] = entries[index as usize].rewritten(br#"{"actor":"S002"}"#));
        in_leaf(index)
    }),
    ("a body is rewritten with its salt, leaf and tiles", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| entries[index as usize] = entries[index as usize].rewritten(br#"{"actor":"S002"}"#));
        copy.retile();
        Named::Around(index)
    }),
    ("the end is cut off", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.sql("DELETE FROM entry WHERE idx >= ?1", [index]);
        Named::Around(index.max(SIGNED.into_iter().filter(|signed| *signed <= index).max().unwrap_or(0)))
    }),
    ("the end is cut off with its tiles and checkpoints", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.sql("DELETE FROM entry WHERE idx >= ?1", [index]);
        copy.conn.execute("DELETE FROM checkpoint WHERE size > ?1", [index]).unwrap();
        copy.retile();
        Named::Around(ENTRIES - 1) // the checkpoint beside the database tells
    }),
    ("a bit of a tile is flipped", |copy, rng| {
        let (tile, bit) = (rng.below(2), rng.below(256 * 32 * 8));
        let ask = "SELECT hashes FROM tile WHERE level = 0 AND idx = ?1";
        let mut hashes: Vec<u8> = copy.conn.query_row(ask, [tile], |row| row.get(0)).unwrap();
        hashes[(bit / 8) as usize] ^= 1 << (bit % 8);
        copy.sql("UPDATE tile SET hashes = ?2 WHERE level = 0 AND idx = ?1", (tile, hashes));
        Named::Entry(tile * 256 + bit / 256)
    }),
    ("a tile is dropped", |copy, rng| {
        let tile = rng.below(2);
        copy.sql("DELETE FROM tile WHERE level = 0 AND idx = ?1", [tile]);
        Named::Around(tile * 256)
    }),
    ("a tile is cut short", |copy, rng| {
        let (tile, kept) = (rng.below(2), rng.below(256));
        copy.sql("UPDATE tile SET hashes = substr(hashes, 1, ?2) WHERE level = 0 AND idx = ?1", (tile, 32 * kept));
        Named::Around(tile * 256)
    }),
    ("a checkpoint's text is changed", |copy, rng| {
        let size = SIGNED[rng.below(4) as usize];
        let ask = "SELECT note FROM checkpoint WHERE size = ?1";
        let note: String = copy.conn.query_row(ask, [size], |row| row.get(0)).unwrap();
        let mut letters: Vec<char> = note.chars().collect();
        let at = rng.below(letters.len() as u64) as usize;
        letters[at] = if letters[at] == 'x' { 'y' } else { 'x' };
        let changed: String = letters.into_iter().collect();
        copy.sql("UPDATE checkpoint SET note = ?2 WHERE size = ?1", (size, changed));
        Named::Checkpoint(size)
    }),
    ("a checkpoint stands for another size", |copy, rng| {
        let (size, other) = (SIGNED[1 + rng.below(3) as usize], SIGNED[0]);
        copy.sql("UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = ?2) WHERE size = ?1", (size, other));
        Named::Checkpoint(size)
    }),
    ("somebody else signs a rewritten past", |copy, rng| {
        let index = rng.below(ENTRIES);
        copy.change(|entries| entries[index as usize] = entries[index as usize].rewritten(br#"{"actor":"S002"}"#));
        copy.retile();
        let origin = copy.company.vkey.split('+').next().unwrap();
        let signer = tigertally_ledger::NoteSigner::from_seed(origin, &[5; 32]).unwrap();
        let mut tree = Tree::new();
        copy.entries().iter().for_each(|entry| tree.append(leaf_hash(&entry.leaf), &mut Vec::new()));
        let forged = tigertally_ledger::Checkpoint { origin: origin.to_owned(), size: ENTRIES, root: tree.root() };
        copy.sql("DELETE FROM checkpoint WHERE size < ?1", [ENTRIES]);
        copy.sql("UPDATE checkpoint SET note = ?1", [forged.sign(&signer)]);
        // The folder's own key is no help to who swaps it, too: the auditor has brought theirs.
        copy.sql("UPDATE meta SET value = ?1 WHERE key = 'vkey'", [signer.verifier_key().to_string().into_bytes()]);
        Named::Checkpoint(ENTRIES)
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_tampering_is_found_and_its_first_entry_named() {
    let company = Company::new().await;
    let untouched = company.copy().audit(&company.checkpoints);
    assert!(untouched.fault.is_none(), "{:?}", untouched.fault);
    assert_eq!((untouched.entries, untouched.unsigned), (ENTRIES, 0));
    for n in 0..TAMPERINGS {
        let (what, tamper) = KINDS[n as usize % KINDS.len()];
        let copy = company.copy();
        let named = tamper(&copy, &mut Rng(n));
        assert_found(&copy.audit(&[]), &named, &format!("{what} (number {n})"));
    }

    an_older_copy_is_found(&company);
    an_unsigned_tail_is_told(&company);
    a_body_that_nobody_ordered_erased_is_missed(&company);
    a_history_that_forked_is_found(&company).await;
}

/// An older copy of all of the database is consistent in itself: a checkpoint from elsewhere tells.
fn an_older_copy_is_found(company: &Company) {
    let folder = tempfile::tempdir().unwrap();
    copy(company.early.path(), folder.path());
    let older = Copy::of(company, folder);
    let fine = older.audit(&company.checkpoints[..1]);
    assert!(fine.fault.is_none() && fine.entries == SIGNED[0], "{:?}", fine.fault);
    for (size, kept) in SIGNED.into_iter().zip(&company.checkpoints).skip(1) {
        let report = older.audit(std::slice::from_ref(kept));
        let missing = Fault::Truncated { size, first_missing: SIGNED[0] };
        assert!(matches!(report.fault, Some(AuditFault::Ledger(fault)) if fault == missing));
    }
    // The same when the file beside the database was left as it was.
    fs::copy(company.folder.path().join("checkpoint"), older.folder.path().join("checkpoint")).unwrap();
    assert!(matches!(older.audit(&[]).fault, Some(AuditFault::Ledger(Fault::Truncated { .. }))));
}

/// What is added at the very end breaks nothing that was signed. It is told as not signed.
fn an_unsigned_tail_is_told(company: &Company) {
    let copy = company.copy();
    copy.change(|entries| entries.extend((0..3).map(|count| Entry::forged_as("S001", count))));
    let report = copy.audit(&[]);
    assert!(report.fault.is_none(), "{:?}", report.fault);
    assert_eq!((report.entries, report.unsigned), (ENTRIES + 3, 3));
    // Without any checkpoint nothing is vouched for.
    fs::remove_file(copy.folder.path().join("checkpoint")).unwrap();
    copy.sql("DELETE FROM checkpoint", []);
    assert_eq!(copy.audit(&[]).unsigned, ENTRIES + 3);
}

/// A body that is gone is a fault unless an entry ordered its erasure: else anybody could hide what an entry says.
fn a_body_that_nobody_ordered_erased_is_missed(company: &Company) {
    let copy = company.copy();
    copy.sql("UPDATE entry SET body = NULL, salt = NULL WHERE idx IN (17, 200, 599)", []);
    let report = copy.audit(&company.checkpoints);
    assert!(matches!(report.fault, Some(AuditFault::Unordered(17))), "{:?}", report.fault);
    assert_eq!(report.erased, 3);
}

/// An older copy that worked on has signatures of its own: a checkpoint of what it left out does not fit it.
async fn a_history_that_forked_is_found(company: &Company) {
    let folder = tempfile::tempdir().unwrap();
    copy(company.early.path(), folder.path());
    let (system, operator) = Tigertally::open(folder.path(), &company.unlock, company.clock.clone()).unwrap();
    work(system, &operator, ENTRIES + 20).await;
    settle(folder.path());
    let forked = Copy::of(company, folder);
    assert!(forked.audit(&company.checkpoints[..1]).fault.is_none());
    let fault = forked.audit(&company.checkpoints).fault;
    let second = |fault: &AuditFault| matches!(fault, AuditFault::Ledger(Fault::CheckpointMismatch { size, .. }) if *size == SIGNED[1]);
    assert!(fault.as_ref().is_some_and(second), "{fault:?}");
}
