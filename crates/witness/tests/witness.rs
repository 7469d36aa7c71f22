//! A witness follows a log that grows, and refuses and keeps what contradicts it; across restarts, and when the disk fails.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path};

use tempfile::TempDir;
use tigertally_ledger::{
    AddCheckpoint, Checkpoint, Hash, LedgerError, Note, NoteSignature, NoteSigner, Refusal, Tiles, Tree,
    VerifierKey, consistency_proof, leaf_hash,
};
use tigertally_witness::{Answer, Witness, WitnessError};

const ORIGIN: &str = "example.com/log";

struct Log {
    signer: NoteSigner,
    leaves: Vec<Hash>,
}

struct Leaves<'a>(&'a [Hash]);

impl Tiles for Leaves<'_> {
    type Error = LedgerError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        assert_eq!((level, index), (0, 0), "the trees of these tests are small");
        Ok(self.0[..usize::from(width)].to_vec())
    }
}

impl Log {
    fn new(salt: u8) -> Log {
        let leaves = (0..200_u8).map(|n| leaf_hash(&[if n < 50 { 0 } else { salt }, n])).collect();
        Log { signer: NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap(), leaves }
    }

    fn key(&self) -> VerifierKey {
        self.signer.verifier_key()
    }

    fn checkpoint(&self, size: u64) -> String {
        let (mut tree, mut full) = (Tree::new(), Vec::new());
        self.leaves[..size as usize].iter().for_each(|leaf| tree.append(*leaf, &mut full));
        Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() }.sign(&self.signer)
    }

    fn request(&self, old: u64, new: u64) -> String {
        let hashes = consistency_proof(&Leaves(&self.leaves), old, new).unwrap();
        AddCheckpoint { old, hashes, checkpoint: self.checkpoint(new) }.to_string()
    }
}

fn witness(folder: &Path) -> Vec<VerifierKey> {
    let keys = Witness::init(folder, "witness.example/1", true).unwrap();
    Witness::add_log(folder, Log::new(1).key()).unwrap();
    keys
}

/// The times of the cosignatures of each key, all of which must hold.
fn cosigned(answer: Answer, note: &str, keys: &[VerifierKey]) -> Vec<u64> {
    let Answer::Cosigned(lines) = answer else { panic!("{answer:?}") };
    let mut note = Note::parse(note).unwrap();
    NoteSignature::parse_lines(&lines).unwrap().into_iter().for_each(|line| note.add(line));
    keys.iter().map(|key| key.cosigned(&note).unwrap().unwrap()).collect()
}

fn attempts(folder: &Path) -> usize {
    Witness::status(folder).unwrap().1
}

#[test]
fn a_log_is_followed_across_restarts() {
    let (folder, log) = (TempDir::new().unwrap(), Log::new(1));
    let keys = witness(folder.path());
    for (old, new) in [(0, 1), (1, 1), (1, 64), (64, 65), (65, 200)] {
        // A witness of its own each time: all it knows is in the folder.
        let opened = Witness::open(folder.path()).unwrap();
        let times = cosigned(opened.add_checkpoint(&log.request(old, new)), &log.checkpoint(new), &keys);
        assert!(times.iter().all(|time| *time > 1_700_000_000));
        assert_eq!(Witness::status(folder.path()).unwrap().0[0].log.size, new);
    }
    assert_eq!(attempts(folder.path()), 0);
}

#[test]
fn contradictions_are_refused_and_kept() {
    let (folder, log, fork) = (TempDir::new().unwrap(), Log::new(1), Log::new(2));
    let keys = witness(folder.path());
    let opened = Witness::open(folder.path()).unwrap();
    cosigned(opened.add_checkpoint(&log.request(0, 100)), &log.checkpoint(100), &keys);
    for (request, refusal, kept) in [
        // A sender who is merely behind is told the size, and nothing is held against the log.
        (log.request(0, 150), Refusal::Behind(100), 0),
        (log.request(60, 80), Refusal::Behind(100), 1),
        (fork.request(100, 100), Refusal::OtherRoot(100), 2),
        (fork.request(100, 150), Refusal::Inconsistent, 3),
        (fork.request(100, 150), Refusal::Inconsistent, 3),
    ] {
        assert_eq!(opened.add_checkpoint(&request), Answer::Refused(refusal));
        assert_eq!(attempts(folder.path()), kept);
    }
    // What is kept proves it: both signed notes are in it.
    let proof = fs::read_dir(folder.path().join("attempts"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let both = proof
        .filter(|text| text.contains(&log.checkpoint(100)) && text.contains(&fork.checkpoint(100)))
        .count();
    assert_eq!(both, 1);
    // And the log goes on.
    cosigned(opened.add_checkpoint(&log.request(100, 150)), &log.checkpoint(150), &keys);
}

#[test]
fn strangers_are_refused_and_leave_nothing() {
    let (folder, log) = (TempDir::new().unwrap(), Log::new(1));
    witness(folder.path());
    let opened = Witness::open(folder.path()).unwrap();
    let other = NoteSigner::from_seed("example.com/other", &[2; 32]).unwrap();
    let unknown = Checkpoint { origin: "example.com/other".to_owned(), size: 1, root: [0; 32] }.sign(&other);
    assert_eq!(opened.add_checkpoint(&format!("old 0\n\n{unknown}")), Answer::UnknownLog);
    let forged = Checkpoint { origin: ORIGIN.to_owned(), size: 1, root: [0; 32] }
        .sign(&NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap());
    assert_eq!(opened.add_checkpoint(&format!("old 0\n\n{forged}")), Answer::Refused(Refusal::NotSigned));
    for nonsense in ["", "old 0\n", "old 00\n\nx", "new 1\n\n", &log.request(0, 5).replace("old 0", "old 9")]
    {
        assert_eq!(opened.add_checkpoint(nonsense), Answer::Refused(Refusal::Malformed), "{nonsense}");
    }
    assert_eq!(attempts(folder.path()), 0);
}

#[test]
fn nothing_is_cosigned_that_could_not_be_stored() {
    let (folder, log) = (TempDir::new().unwrap(), Log::new(1));
    let keys = witness(folder.path());
    let opened = Witness::open(folder.path()).unwrap();
    cosigned(opened.add_checkpoint(&log.request(0, 10)), &log.checkpoint(10), &keys);
    // The place where a log's state is written is taken by a folder: the write fails.
    let logs = folder.path().join("logs");
    let state = fs::read_dir(&logs).unwrap().next().unwrap().unwrap().path();
    fs::create_dir(state.with_extension("new")).unwrap();
    assert_eq!(opened.add_checkpoint(&log.request(10, 20)), Answer::Failed);
    fs::remove_dir(state.with_extension("new")).unwrap();
    // It stands where it stood, and goes on from there.
    cosigned(opened.add_checkpoint(&log.request(10, 20)), &log.checkpoint(20), &keys);
}

#[test]
fn one_key_one_server_one_log() {
    let folder = TempDir::new().unwrap();
    witness(folder.path());
    assert!(matches!(Witness::init(folder.path(), "witness.example/2", false), Err(WitnessError::Exists)));
    assert!(matches!(Witness::init(&folder.path().join("x"), "a b", false), Err(WitnessError::Ledger(_))));
    let _serving = Witness::open(folder.path()).unwrap();
    assert!(matches!(Witness::open(folder.path()), Err(WitnessError::InUse)));
    Witness::add_log(folder.path(), Log::new(1).key()).unwrap();
    let other = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap().verifier_key();
    assert!(matches!(Witness::add_log(folder.path(), other), Err(WitnessError::OtherKey)));
}
