//! Bundles hold as they are made, and no change to one passes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::log::{CHECKPOINT, ERASED, Log, ORDER, ORIGIN, SIZE, entry};
use tigertally_ledger::{
    Checkpoint, Cosigner, NoteSigner, TrustPolicy,
    bundle::{
        BundleEntry, BundleReport, Erased, Files, Manifest, Step, entry_name, pack, proof_name, seal, unpack,
        verify,
    },
};

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

#[test]
fn the_manifest_of_the_largest_bundle_is_still_read() {
    let log = Log::new();
    let (mut files, manifest) = log.files();
    for index in 0..10_000 {
        files.insert(entry_name(index), b"{}".to_vec());
        files.insert(proof_name(index), b"proof".to_vec());
    }
    let zip = seal(files, manifest, &log.signer).unwrap();
    // Its entries are none; the manifest before them holds.
    assert_eq!(fault(&verify(&zip, None)), Some(Step::Entries));
}
