//! A small log with witnesses, and what is made of it: checkpoints, proofs, a bundle.

use tigertally_ledger::{
    AddCheckpoint, Checkpoint, Cosigner, Decision, EntryId, Hash, Leaf, Note, NoteSigner, TlogProof, Tree,
    TrustPolicy, VerifierKey,
    bundle::{
        BundleEntry, ERASE_ACTION, Erased, FORMAT, Files, Manifest, Scope, entry_name, proof_name, seal,
    },
    commitment, consistency_proof, inclusion_proof, leaf_hash,
};

use super::{MemoryTiles, grow};

pub const ORIGIN: &str = "tigertally/test";
pub const SIZE: u64 = 700;
pub const CHECKPOINT: u64 = 600;
pub const ERASED: u64 = 42;
pub const ORDER: u64 = 500;
/// When the order was written, to the second.
pub const ORDER_TIME: &str = "2026-11-06T21:20:00Z";
/// When the first entry was written, Unix milliseconds.
pub const BEGIN_MS: u64 = 1_794_000_000_000;
/// When the checkpoints were signed and cosigned, POSIX seconds.
pub const COSIGNED_S: u64 = 1_794_000_001;

pub struct Log {
    pub signer: NoteSigner,
    pub second: Cosigner,
    pub witnesses: Vec<Cosigner>,
    pub leaves: Vec<(Leaf, [u8; 32], String)>,
    pub hashes: Vec<Hash>,
    pub tiles: MemoryTiles,
}

impl Log {
    pub fn new() -> Log {
        let leaves: Vec<_> = (0..SIZE).map(entry).collect();
        let hashes: Vec<Hash> = leaves.iter().map(|(leaf, ..)| leaf_hash(&leaf.to_bytes())).collect();
        let (_, tiles) = grow(&hashes);
        let witness = |n: u8| match n {
            3 => Cosigner::ml_dsa_44("witness.example/3", &[n; 32]).unwrap(),
            n => Cosigner::ed25519(&format!("witness.example/{n}"), &[n; 32]).unwrap(),
        };
        Log {
            signer: NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap(),
            second: Cosigner::ml_dsa_44(ORIGIN, &[8; 32]).unwrap(),
            witnesses: (1..4).map(witness).collect(),
            leaves,
            hashes,
            tiles,
        }
    }

    /// Changes the entries, and the tree with them.
    pub fn rewrite(&mut self, change: impl Fn(u64, Leaf) -> Leaf) {
        for (index, (leaf, ..)) in (0..).zip(&mut self.leaves) {
            *leaf = change(index, leaf.clone());
        }
        self.hashes = self.leaves.iter().map(|(leaf, ..)| leaf_hash(&leaf.to_bytes())).collect();
        self.tiles = grow(&self.hashes).1;
    }

    /// Puts another entry in the place of one.
    pub fn replace(&mut self, index: u64, action: &'static str, body: &str) {
        let (leaf, salt, old) = &mut self.leaves[index as usize];
        *old = body.to_owned();
        leaf.action = action.into();
        leaf.commitment = commitment(salt, body.as_bytes());
        self.rewrite(|_, leaf| leaf);
    }

    pub fn policy(&self) -> TrustPolicy {
        let key = |n: usize| self.witnesses[n].verifier_key();
        TrustPolicy::parse(&format!(
            "log {}\nwitness A {}\nwitness B {}\nwitness C {}\ngroup all 2 A B C\nquorum all\n",
            self.signer.verifier_key(),
            key(0),
            key(1),
            key(2)
        ))
        .unwrap()
    }

    pub fn checkpoint(&self, size: u64, witnesses: &[usize]) -> String {
        let (mut tree, mut full) = (Tree::new(), Vec::new());
        self.hashes[..size as usize].iter().for_each(|hash| tree.append(*hash, &mut full));
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() };
        let mut note = Note::parse(&checkpoint.sign(&self.signer)).unwrap();
        note.add(self.second.cosign(note.text(), COSIGNED_S - 1).unwrap());
        for witness in witnesses {
            note.add(self.witnesses[*witness].cosign(note.text(), COSIGNED_S).unwrap());
        }
        note.to_string()
    }

    pub fn consistency(&self, old: u64, new: u64, note: String) -> Vec<u8> {
        let hashes = consistency_proof(&self.tiles, old, new).unwrap();
        AddCheckpoint { old, hashes, checkpoint: note }.to_string().into_bytes()
    }

    pub fn add_entry(&self, files: &mut Files, index: u64, checkpoint: &str) {
        let (leaf, salt, body) = &self.leaves[index as usize];
        let stored = match index {
            ERASED => {
                BundleEntry::erased(index, &leaf.to_bytes(), Erased { time: ORDER_TIME.into(), entry: ORDER })
            }
            _ => BundleEntry::new(index, &leaf.to_bytes(), salt, body),
        };
        files.insert(entry_name(index), serde_json::to_vec(&stored).unwrap());
        let hashes = inclusion_proof(&self.tiles, index, CHECKPOINT).unwrap();
        let proof = TlogProof { extra: None, index, hashes, checkpoint: checkpoint.to_owned() };
        files.insert(proof_name(index), proof.to_string().into_bytes());
    }

    pub fn files(&self) -> (Files, Manifest) {
        let checkpoint = self.checkpoint(CHECKPOINT, &[0, 2]);
        let entries = vec![3, ERASED, 255, 256, ORDER, 599];
        let mut files = Files::new();
        entries.iter().for_each(|index| self.add_entry(&mut files, *index, &checkpoint));
        files.insert("checkpoint".into(), checkpoint.into_bytes());
        files.insert(
            "vkey".into(),
            format!("{}\n{}\n", self.signer.verifier_key(), self.second.verifier_key()).into_bytes(),
        );
        files.insert("policy".into(), self.policy().to_string().into_bytes());
        files.insert("newer".into(), self.consistency(CHECKPOINT, SIZE, self.checkpoint(SIZE, &[])));
        files.insert("report.en.html".into(), b"<!doctype html>".to_vec());
        let manifest = Manifest {
            format: FORMAT.into(),
            origin: ORIGIN.into(),
            made: "2026-11-27T09:14:02Z".into(),
            matter: 7,
            made_by: "M014".into(),
            scope: Scope { customer: Some("C00003".into()), ..Scope::default() },
            entries,
            files: Default::default(),
        };
        (files, manifest)
    }

    pub fn bundle(&self) -> Vec<u8> {
        let (files, manifest) = self.files();
        seal(files, manifest, &self.signer).unwrap()
    }

    pub fn key(&self) -> VerifierKey {
        self.signer.verifier_key()
    }
}

pub fn entry(index: u64) -> (Leaf, [u8; 32], String) {
    let salt = [index as u8; 32];
    let (action, body) = match index {
        ORDER => (ERASE_ACTION, format!(r#"{{"actor":"M006","detail":{{"entries":[{ERASED}]}}}}"#)),
        _ => ("customer.reveal", format!(r#"{{"actor":"S012","customer":"C00003","n":{index}}}"#)),
    };
    let id = EntryId { run: [7; 8], count: index };
    let leaf = Leaf::new(id, BEGIN_MS + index, action, Decision::Allowed, commitment(&salt, body.as_bytes()));
    (leaf.unwrap(), salt, body)
}
