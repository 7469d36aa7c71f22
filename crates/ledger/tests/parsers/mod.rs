//! What holds of each parser, whatever bytes it is given: it does not panic, what it reads it writes back the same, and
//! what verifies was made by who has the keys. The fuzzer and the ordinary tests drive the same functions.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::sync::LazyLock;

use tigertally_ledger::{
    AddCheckpoint, Checkpoint, EntryId, EntryReceipt, Leaf, Note, NoteSignature, TilePath, TlogProof,
    TrustPolicy, VerifierKey, WitnessedLog, bundle, pack_entries, unpack_entries,
};

use crate::common::log::{CHECKPOINT, Log, SIZE};

/// An entry that a proof is about.
const PROVED: u64 = 255;

/// One of everything, honestly made.
pub struct Honest {
    pub policy: TrustPolicy,
    pub key: VerifierKey,
    pub leaf: Vec<u8>,
    pub checkpoint: String,
    pub proof: String,
    pub request: String,
    pub receipt: String,
    pub bundle: Vec<u8>,
    pub entries: Vec<u8>,
}

pub static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let log = Log::new();
    let checkpoint = log.checkpoint(CHECKPOINT, &[0, 1]);
    let hashes = tigertally_ledger::inclusion_proof(&log.tiles, PROVED, CHECKPOINT).unwrap();
    let proof = TlogProof { extra: None, index: PROVED, hashes, checkpoint: checkpoint.clone() };
    let request = log.consistency(CHECKPOINT, SIZE, log.checkpoint(SIZE, &[]));
    let leaf = log.leaves[PROVED as usize].0.to_bytes();
    let receipt = EntryReceipt {
        index: PROVED,
        leaf_hash: log.hashes[PROVED as usize],
        id: EntryId { run: [7; 8], count: PROVED },
        time_ms: 1_795_000_000_000,
    };
    let leaves: Vec<Vec<u8>> = log.leaves[..40].iter().map(|(leaf, ..)| leaf.to_bytes()).collect();
    Honest {
        policy: log.policy(),
        key: log.key(),
        leaf,
        proof: proof.to_string(),
        request: String::from_utf8(request).unwrap(),
        receipt: receipt.sign(&log.signer),
        bundle: log.bundle(),
        entries: pack_entries(leaves.iter().map(Vec::as_slice)),
        checkpoint,
    }
});

/// Input as it came, or as changes to something honest: a first byte, then (what, where, where, with which byte) each.
pub fn changed(honest: &[u8], input: &[u8]) -> Vec<u8> {
    let Some((mode, rest)) = input.split_first() else { return honest.to_vec() };
    if mode % 2 == 0 {
        return rest.to_vec();
    }
    let mut bytes = honest.to_vec();
    for change in rest.chunks_exact(4).take(8) {
        let place = usize::from(u16::from_be_bytes([change[1], change[2]]));
        let at = place % bytes.len().max(1);
        match change[0] % 6 {
            _ if bytes.is_empty() => bytes.push(change[3]),
            0 => bytes[at] = change[3],
            1 => bytes[at] ^= 1 << (change[3] % 8),
            2 => bytes.insert(at, change[3]),
            3 => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            _ => {
                let stretch = bytes[at..(at + usize::from(change[3])).min(bytes.len())].to_vec();
                let to = (at + usize::from(change[2])) % bytes.len();
                bytes.splice(to..to, stretch);
            }
        }
    }
    bytes
}

fn text_of(honest: &str, input: &[u8]) -> Option<String> {
    String::from_utf8(changed(honest.as_bytes(), input)).ok()
}

/// Signed notes, signature lines, verifier keys, checkpoints.
pub fn note(input: &[u8]) {
    let Some(text) = text_of(&HONEST.checkpoint, input) else { return };
    if let Ok(note) = Note::parse(&text) {
        assert_eq!(note.to_string(), text, "a note is written back as it was read");
    }
    if let Ok(lines) = NoteSignature::parse_lines(&text) {
        assert_eq!(lines.iter().map(|line| format!("{line}\n")).collect::<String>(), text);
    }
    if let Ok(key) = VerifierKey::parse(&text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse(&text) {
        assert!(text.starts_with(&checkpoint.to_text()));
    }
    let honest = Checkpoint::open(&HONEST.checkpoint, &HONEST.key).unwrap();
    if let Ok(opened) = Checkpoint::open(&text, &HONEST.key) {
        assert_eq!(opened, honest, "only one was signed");
    }
    if let Ok(trusted) = HONEST.policy.check(&text) {
        assert_eq!(trusted.checkpoint, honest);
    }
}

/// Inclusion proofs (C2SP tlog-proof).
pub fn proof(input: &[u8]) {
    let Some(text) = text_of(&HONEST.proof, input) else { return };
    let Ok(proof) = TlogProof::parse(&text) else { return };
    assert_eq!(proof.to_string(), text);
    if proof.verify(&HONEST.leaf, &HONEST.policy).is_ok() {
        let honest = TlogProof::parse(&HONEST.proof).unwrap();
        assert_eq!((proof.index, proof.hashes), (honest.index, honest.hashes));
    }
    let mut other = HONEST.leaf.clone();
    other[10] ^= 1;
    assert!(TlogProof::parse(&text).unwrap().verify(&other, &HONEST.policy).is_err());
}

/// Trust policies (C2SP tlog-policy).
pub fn policy(input: &[u8]) {
    let Some(text) = text_of(&HONEST.policy.to_string(), input) else { return };
    let Ok(policy) = TrustPolicy::parse(&text) else { return };
    let again = TrustPolicy::parse(&policy.to_string()).expect("what is written is read");
    assert_eq!(again.to_string(), policy.to_string());
    let _ = policy.check(&HONEST.checkpoint);
}

/// Requests to a witness (C2SP tlog-witness).
pub fn request(input: &[u8]) {
    let Some(text) = text_of(&HONEST.request, input) else { return };
    let Ok(request) = AddCheckpoint::parse(&text) else { return };
    assert_eq!(request.to_string(), text);
    let honest = Checkpoint::open(&HONEST.checkpoint, &HONEST.key).unwrap();
    let next =
        Checkpoint::open(&AddCheckpoint::parse(&HONEST.request).unwrap().checkpoint, &HONEST.key).unwrap();
    let mut log = WitnessedLog::new(HONEST.key.clone());
    (log.size, log.root) = (honest.size, honest.root);
    if let Ok(advanced) = log.advance(&request) {
        assert!(
            (advanced.size, advanced.root) == (next.size, next.root)
                || (advanced.size, advanced.root) == (honest.size, honest.root),
            "it goes on to what the log signed, or stays"
        );
    }
}

/// Paths of tiles, and entry bundles (C2SP tlog-tiles).
pub fn tile(input: &[u8]) {
    if let Some(path) = text_of("tile/0/x001/234.p/17", input)
        && let Ok(tile) = TilePath::parse(&path)
    {
        assert_eq!(tile.to_string(), path);
    }
    let packed = changed(&HONEST.entries, input);
    if let Ok(leaves) = unpack_entries(&packed) {
        assert_eq!(pack_entries(leaves.iter().copied()), packed);
        for bytes in leaves {
            if let Ok(leaf) = Leaf::from_bytes(bytes) {
                assert_eq!(leaf.to_bytes(), bytes);
            }
        }
    }
}

/// Receipts.
pub fn receipt(input: &[u8]) {
    let Some(text) = text_of(&HONEST.receipt, input) else { return };
    if let Ok(receipt) = EntryReceipt::open(&text, &HONEST.key) {
        assert_eq!(receipt, EntryReceipt::open(&HONEST.receipt, &HONEST.key).unwrap());
    }
}

/// Evidence bundles.
pub fn evidence(input: &[u8]) {
    let bytes = changed(&HONEST.bundle, input);
    if let Ok(files) = bundle::unpack(&bytes) {
        assert!(files.values().map(Vec::len).sum::<usize>() <= bytes.len(), "nothing is inflated");
        assert_eq!(bundle::pack(&files).unwrap(), bytes);
    }
    let outside = bundle::Outside { policy: Some(HONEST.policy.clone()), ..bundle::Outside::default() };
    let holds = bundle::verify(&bytes, &outside).holds();
    assert_eq!(holds, bytes == HONEST.bundle, "only the one that was made holds");
}
