//! Bundles hold as they are made, and no change to one passes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{MemoryTiles, grow};
use tigertally_ledger::{
    AddCheckpoint, Checkpoint, Cosigner, Decision, EntryId, Hash, Leaf, Note, NoteSigner, TlogProof, Tree,
    TrustPolicy, VerifierKey,
    bundle::{
        BundleEntry, BundleReport, ERASE_ACTION, Erased, FORMAT, Files, Manifest, Scope, Step, entry_name,
        pack, proof_name, seal, unpack, verify,
    },
    commitment, consistency_proof, inclusion_proof, leaf_hash,
};

const ORIGIN: &str = "tigertally/test";
const SIZE: u64 = 700;
const CHECKPOINT: u64 = 600;
const ERASED: u64 = 42;
const ORDER: u64 = 500;

struct Log {
    signer: NoteSigner,
    second: Cosigner,
    witnesses: Vec<Cosigner>,
    leaves: Vec<(Leaf, [u8; 32], String)>,
    hashes: Vec<Hash>,
    tiles: MemoryTiles,
}

impl Log {
    fn new() -> Log {
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

    fn policy(&self) -> TrustPolicy {
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

    fn checkpoint(&self, size: u64, witnesses: &[usize]) -> String {
        let (mut tree, mut full) = (Tree::new(), Vec::new());
        self.hashes[..size as usize].iter().for_each(|hash| tree.append(*hash, &mut full));
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() };
        let mut note = Note::parse(&checkpoint.sign(&self.signer)).unwrap();
        note.add(self.second.cosign(note.text(), 1_795_000_000).unwrap());
        for witness in witnesses {
            note.add(self.witnesses[*witness].cosign(note.text(), 1_795_000_001).unwrap());
        }
        note.to_string()
    }

    fn consistency(&self, old: u64, new: u64, note: String) -> Vec<u8> {
        let hashes = consistency_proof(&self.tiles, old, new).unwrap();
        AddCheckpoint { old, hashes, checkpoint: note }.to_string().into_bytes()
    }

    fn add_entry(&self, files: &mut Files, index: u64, checkpoint: &str) {
        let (leaf, salt, body) = &self.leaves[index as usize];
        let stored = match index {
            ERASED => BundleEntry::erased(
                index,
                &leaf.to_bytes(),
                Erased { time: "2026-11-20T03:00:00Z".into(), entry: ORDER },
            ),
            _ => BundleEntry::new(index, &leaf.to_bytes(), salt, body),
        };
        files.insert(entry_name(index), serde_json::to_vec(&stored).unwrap());
        let hashes = inclusion_proof(&self.tiles, index, CHECKPOINT).unwrap();
        let proof = TlogProof { extra: None, index, hashes, checkpoint: checkpoint.to_owned() };
        files.insert(proof_name(index), proof.to_string().into_bytes());
    }

    fn files(&self) -> (Files, Manifest) {
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

    fn bundle(&self) -> Vec<u8> {
        let (files, manifest) = self.files();
        seal(files, manifest, &self.signer).unwrap()
    }

    fn key(&self) -> VerifierKey {
        self.signer.verifier_key()
    }
}

fn entry(index: u64) -> (Leaf, [u8; 32], String) {
    let salt = [index as u8; 32];
    let (action, body) = match index {
        ORDER => (ERASE_ACTION, format!(r#"{{"actor":"M006","detail":{{"entries":[{ERASED}]}}}}"#)),
        _ => ("customer.reveal", format!(r#"{{"actor":"S012","customer":"C00003","n":{index}}}"#)),
    };
    let id = EntryId { run: [7; 8], count: index };
    let leaf = Leaf::new(
        id,
        1_794_000_000_000 + index,
        action,
        Decision::Allowed,
        commitment(&salt, body.as_bytes()),
    );
    (leaf.unwrap(), salt, body)
}

fn fault(report: &BundleReport) -> Option<Step> {
    report.findings.iter().find(|finding| finding.outcome.is_err()).map(|finding| finding.step)
}

/// A generator of numbers that is the same every time (xorshift).
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

#[test]
fn a_bundle_holds_and_tells_what_it_found() {
    let log = Log::new();
    let zip = log.bundle();
    for policy in [None, Some(log.policy())] {
        let report = verify(&zip, policy.as_ref());
        assert!(report.holds(), "{:?}", report.findings);
        assert_eq!(report.findings.len(), 8);
        assert_eq!(report.policy_from_outside, policy.is_some());
        assert_eq!(report.key, Some(log.key()));
        assert_eq!(report.checkpoint.unwrap().size, CHECKPOINT);
        assert_eq!(report.cosignatures, [("A".to_owned(), 1_795_000_001), ("C".to_owned(), 1_795_000_001)]);
        let erased: Vec<_> =
            report.entries.iter().filter(|entry| entry.body.is_none()).map(|e| e.index).collect();
        assert_eq!(erased, [ERASED]);
    }
    let foreign = TrustPolicy::of_log(NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap().verifier_key());
    assert_eq!(fault(&verify(&zip, Some(&foreign))), Some(Step::Keys));
}

#[test]
fn a_thousand_changed_bundles_are_refused() {
    let log = Log::new();
    let zip = log.bundle();
    let mut number = numbers(0x1234_5678_9abc_def1);
    for at in 0..700 {
        let mut changed = zip.clone();
        match at % 3 {
            0 => {
                let at = number(changed.len());
                changed[at] ^= 1 << number(8);
            }
            1 => {
                let at = number(changed.len());
                changed.remove(at);
            }
            _ => {
                let (at, byte) = (number(changed.len()), number(256) as u8);
                changed.insert(at, byte);
            }
        }
        if changed != zip {
            assert!(!verify(&changed, None).holds(), "change {at}");
        }
    }
    // Files exchanged or changed, and the container packed anew with sums that fit.
    let files = unpack(&zip).unwrap();
    let names: Vec<String> = files.keys().cloned().collect();
    for at in 0..300 {
        let mut changed = files.clone();
        let name = names[number(names.len())].clone();
        match at % 3 {
            0 => {
                let bytes = changed.get_mut(&name).unwrap();
                let at = number(bytes.len());
                bytes[at] ^= 1 << number(7);
            }
            1 => {
                changed.remove(&name);
            }
            _ => {
                let other = names[number(names.len())].clone();
                let bytes = changed[&other].clone();
                changed.insert(name, bytes);
            }
        }
        if changed != files {
            assert!(!verify(&pack(&changed).unwrap(), None).holds(), "change {at}");
        }
    }
}

/// The company itself, with its own key, tries to pass something off.
#[test]
fn a_bundle_that_the_log_signs_itself_still_has_to_hold() {
    let log = Log::new();
    let forge = |change: &dyn Fn(&mut Files, &mut Manifest)| {
        let (mut files, mut manifest) = log.files();
        change(&mut files, &mut manifest);
        fault(&verify(&seal(files, manifest, &log.signer).unwrap(), Some(&log.policy())))
    };
    assert_eq!(forge(&|_, _| ()), None);
    // Another body under the same leaf; another leaf with a body of its own.
    assert_eq!(
        forge(&|files, _| {
            let (leaf, salt, _) = &log.leaves[3];
            let stored = BundleEntry::new(3, &leaf.to_bytes(), salt, r#"{"actor":"S099"}"#);
            files.insert(entry_name(3), serde_json::to_vec(&stored).unwrap());
        }),
        Some(Step::Entries)
    );
    assert_eq!(
        forge(&|files, _| {
            let (leaf, salt, body) = entry(5);
            let stored = BundleEntry::new(3, &leaf.to_bytes(), &salt, &body);
            files.insert(entry_name(3), serde_json::to_vec(&stored).unwrap());
        }),
        Some(Step::Inclusion)
    );
    // Hidden as erased, with no order, or with one that names others.
    for by in [599, ORDER] {
        assert_eq!(
            forge(&|files, _| {
                let (leaf, ..) = &log.leaves[3];
                let erased = Erased { time: "2026-11-20T03:00:00Z".into(), entry: by };
                let stored = BundleEntry::erased(3, &leaf.to_bytes(), erased);
                files.insert(entry_name(3), serde_json::to_vec(&stored).unwrap());
            }),
            Some(Step::Entries)
        );
    }
    // Too few witnesses; another checkpoint than the proofs'; a proof of another entry.
    for witnesses in [&[][..], &[1]] {
        assert_eq!(
            forge(&|files, _| {
                files.insert("checkpoint".into(), log.checkpoint(CHECKPOINT, witnesses).into_bytes());
            }),
            Some(Step::Checkpoint)
        );
    }
    assert_eq!(
        forge(&|files, _| {
            files.insert("checkpoint".into(), log.checkpoint(SIZE, &[0, 1]).into_bytes());
        }),
        Some(Step::Inclusion)
    );
    assert_eq!(
        forge(&|files, _| {
            let other = files[&proof_name(255)].clone();
            files.insert(proof_name(256), other);
        }),
        Some(Step::Inclusion)
    );
    // An entry more or fewer than the manifest says; a newer checkpoint that is older, or of a fork.
    assert_eq!(
        forge(&|_, manifest| {
            manifest.entries.pop();
        }),
        Some(Step::Entries)
    );
    assert_eq!(forge(&|_, manifest| manifest.entries.push(650)), Some(Step::Entries));
    assert_eq!(
        forge(&|files, _| {
            files.insert(
                "newer".into(),
                log.consistency(CHECKPOINT, CHECKPOINT, log.checkpoint(CHECKPOINT, &[])),
            );
        }),
        Some(Step::Newer)
    );
    assert_eq!(
        forge(&|files, _| {
            let fork = Checkpoint { origin: ORIGIN.into(), size: SIZE, root: [5; 32] }.sign(&log.signer);
            files.insert("newer".into(), log.consistency(CHECKPOINT, SIZE, fork));
        }),
        Some(Step::Newer)
    );
    assert_eq!(
        forge(&|files, _| {
            files.remove("policy");
        }),
        Some(Step::Keys)
    );
    assert_eq!(
        forge(&|files, _| {
            files.insert(
                "vkey".into(),
                format!("{}\n", NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap().verifier_key()).into(),
            );
        }),
        Some(Step::Keys)
    );
    // The post-quantum line by another key.
    assert_eq!(
        forge(&|files, _| {
            let other = Cosigner::ml_dsa_44(ORIGIN, &[1; 32]).unwrap().verifier_key();
            files.insert("vkey".into(), format!("{}\n{other}\n", log.key()).into());
        }),
        Some(Step::Checkpoint)
    );
}
