//! Bundles hold as they are made, and no change to one passes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::log::{CHECKPOINT, COSIGNED_S, ERASED, Log, ORDER, ORDER_TIME, ORIGIN, SIZE, entry};
use tigertally_ledger::{
    Checkpoint, Cosigner, Decision, Leaf, NoteSigner, TrustPolicy,
    bundle::{
        BundleEntry, BundleReport, Compared, ERASE_ACTION, Erased, Files, Manifest, Outcome, Outside,
        OutsideKey, Step, WORDS, entry_name, pack, proof_name, seal, unpack, verify,
    },
};

fn fault(report: &BundleReport) -> Option<Step> {
    report.fault().map(|(step, _)| step)
}

/// The bundle's own word for its keys.
fn alone() -> Outside {
    Outside::default()
}

fn with_policy(policy: TrustPolicy) -> Outside {
    Outside { policy: Some(policy), ..Outside::default() }
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
    let compared = |log, witnesses| Compared { log, witnesses, authorities: false };
    let key = |key| Outside { key: Some(key), ..Outside::default() };
    for (outside, expected) in [
        (alone(), compared(false, false)),
        (with_policy(log.policy()), compared(true, true)),
        (key(OutsideKey::parse(&log.key().to_string()).unwrap()), compared(true, false)),
        (key(OutsideKey::Fingerprint(log.key().fingerprint())), compared(true, false)),
    ] {
        let report = verify(&zip, &outside);
        assert!(report.holds(), "{:?}", report.findings);
        assert_eq!(report.findings.len(), 9);
        assert_eq!(report.findings[7].outcome, Outcome::Absent);
        assert_eq!(report.compared, expected);
        assert_eq!(report.key, Some(log.key()));
        assert_eq!(report.checkpoint.unwrap().size, CHECKPOINT);
        assert_eq!(report.cosignatures, [("A".to_owned(), COSIGNED_S), ("C".to_owned(), COSIGNED_S)]);
        let erased: Vec<_> =
            report.entries.iter().filter(|entry| entry.body.is_none()).map(|e| e.index).collect();
        assert_eq!(erased, [ERASED]);
    }
    let foreign = TrustPolicy::of_log(NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap().verifier_key());
    for outside in [key(OutsideKey::Fingerprint([7; 32])), with_policy(foreign)] {
        let report = verify(&zip, &outside);
        assert_eq!(report.fault().unwrap().1.code, "trusted-other");
        assert_eq!(report.findings[8].outcome, Outcome::Unchecked);
    }
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
            assert!(!verify(&changed, &alone()).holds(), "change {at}");
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
            assert!(!verify(&pack(&changed).unwrap(), &alone()).holds(), "change {at}");
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
        fault(&verify(&seal(files, manifest, &log.signer).unwrap(), &with_policy(log.policy())))
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
                let erased = Erased { time: ORDER_TIME.into(), entry: by };
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
    assert_eq!(fault(&verify(&zip, &alone())), Some(Step::Entries));
}

/// The log of a hostile company: its entries as `change` makes them, with tree, proofs and cosignatures that fit.
fn rewritten(change: impl Fn(u64, Leaf) -> Leaf) -> Log {
    let mut log = Log::new();
    log.rewrite(change);
    log
}

fn code(log: &Log, change: impl Fn(&mut Files, &mut Manifest)) -> Option<String> {
    let (mut files, mut manifest) = log.files();
    change(&mut files, &mut manifest);
    let report = verify(&seal(files, manifest, &log.signer).unwrap(), &alone());
    report.fault().map(|(_, fault)| fault.code.to_owned())
}

#[test]
fn claimed_times_are_held_against_one_another_and_against_who_vouches() {
    let none = |_: &mut Files, _: &mut Manifest| ();
    let at = |index: u64, time_ms: u64| {
        rewritten(move |n, leaf| if n == index { Leaf { time_ms, ..leaf } } else { leaf })
    };
    let begin = common::log::BEGIN_MS;
    // Clocks may differ by five minutes.
    assert_eq!(code(&at(255, begin + 299_000), none), None);
    for (log, expected) in [
        (at(255, begin - 301_000), "time-order"),
        (at(599, begin + 302_000), "time-after"),
        (at(255, begin + 1_900_000_000), "time-made"),
        (at(255, u64::MAX), "time-range"),
        (at(ORDER, begin + 290_000), "entry-erased"),
    ] {
        assert_eq!(code(&log, none).as_deref(), Some(expected));
    }
    // Another number of its run than the place allows.
    for count in [600, 3, 100] {
        let log = rewritten(move |n, mut leaf| {
            leaf.id.count = if n == 255 { count } else { n };
            leaf
        });
        assert_eq!(code(&log, none).as_deref(), Some("time-count"), "{count}");
    }
    let log = Log::new();
    let made =
        |made: &'static str| move |_: &mut Files, manifest: &mut Manifest| manifest.made = made.to_owned();
    assert_eq!(code(&log, made("2026-11-06T21:20:00Z")), None);
    assert_eq!(code(&log, made("2026-11-06T21:14:00Z")).as_deref(), Some("time-made"));
    for other in
        ["2026-11-27T09:14:02+00:00", "2026-11-27T09:14:02.5Z", "2026-11-27", "", "12026-11-27T09:14:02Z"]
    {
        assert_eq!(code(&log, made(other)).as_deref(), Some("form"), "{other}");
    }
}

/// A stamp or cosignature that does not contain an entry is earlier than it.
#[test]
fn an_entry_cannot_pass_for_older_than_a_mark_without_it() {
    let log = Log::new();
    let report = verify(&log.bundle(), &alone());
    let (after, before) = report.interval(255);
    assert_eq!(after, None);
    assert_eq!(before.unwrap().time_ms, COSIGNED_S * 1000);
    assert_eq!(report.marks().len(), 2);
    let (after, before) = report.interval(CHECKPOINT);
    assert_eq!(after.unwrap().name, "C");
    assert_eq!(before, None);
}

#[test]
fn an_erasure_needs_an_order_that_was_allowed_and_came_after() {
    let none = |_: &mut Files, _: &mut Manifest| ();
    let denied = rewritten(|n, leaf| match n {
        ORDER => Leaf { decision: Decision::Denied, ..leaf },
        _ => leaf,
    });
    assert_eq!(code(&denied, none).as_deref(), Some("entry-erased"));
    let log = Log::new();
    let when = |time: &'static str| {
        let leaf = log.leaves[ERASED as usize].0.to_bytes();
        move |files: &mut Files, _: &mut Manifest| {
            let stored = BundleEntry::erased(ERASED, &leaf, Erased { time: time.into(), entry: ORDER });
            files.insert(entry_name(ERASED), serde_json::to_vec(&stored).unwrap());
        }
    };
    assert_eq!(code(&log, when(ORDER_TIME)), None);
    assert_eq!(code(&log, when("2026-11-06T21:20:01Z")).as_deref(), Some("entry-erased"));
    // An order from before.
    let mut early = Log::new();
    let body = format!(r#"{{"actor":"M006","detail":{{"entries":[{ERASED}]}}}}"#);
    early.replace(3, ERASE_ACTION, &body);
    let leaf = early.leaves[ERASED as usize].0.to_bytes();
    let before = code(&early, |files, _| {
        let stored = BundleEntry::erased(ERASED, &leaf, Erased { time: ORDER_TIME.into(), entry: 3 });
        files.insert(entry_name(ERASED), serde_json::to_vec(&stored).unwrap());
    });
    assert_eq!(before.as_deref(), Some("entry-erased"));
}

#[test]
fn there_is_one_written_form_for_each_thing() {
    let log = Log::new();
    let entry = |written: &dyn Fn(&str) -> String| {
        code(&log, |files, _| {
            let own = String::from_utf8(files[&entry_name(3)].clone()).unwrap();
            files.insert(entry_name(3), written(&own).into_bytes());
        })
    };
    assert_eq!(entry(&|own| own.to_owned()), None);
    type Form<'a> = (&'a str, &'a dyn Fn(&str) -> String);
    let forms: [Form<'_>; 7] = [
        ("form", &|own| own.replace("\",\"", "\", \"")),
        ("form", &|own| own.replace("{\"index\":3,", "{").replace('}', "") + ",\"index\":3}"),
        ("form", &|own| own.replace("index\":3", "index\":3,\"erased\":null")),
        ("form", &|own| own.to_owned() + "\n"),
        ("form", &|own| own.replace("index", "\\u0069ndex")),
        ("json", &|own| own.replace("\"index\":3", "\"index\":3,\"index\":3")),
        ("json", &|own| own.replace("index\":3", "index\":9007199254740992")),
    ];
    for (at, (expected, form)) in forms.into_iter().enumerate() {
        let found = entry(form);
        assert_eq!(found.as_deref(), Some(expected), "form {at}");
    }
    for vkey in [
        format!("{}\r\n", log.key()),
        log.key().to_string(),
        format!("{}\n\n", log.key()),
        format!("{0}\n{1}\n{1}\n", log.key(), log.second.verifier_key()),
        String::new(),
    ] {
        let found = code(&log, |files, _| drop(files.insert("vkey".into(), vkey.clone().into_bytes())));
        assert_eq!(found.as_deref(), Some("key-form"), "{vkey:?}");
    }
}

#[test]
fn every_step_has_words_in_both_languages() {
    let words: serde_json::Value = serde_json::from_str(WORDS).unwrap();
    let report = verify(&Log::new().bundle(), &alone());
    for finding in report.findings {
        let step = serde_json::json!(finding.step);
        for lang in ["zh", "en"] {
            let words = &words["steps"][step.as_str().unwrap()][lang];
            assert!(words["name"].is_string() && words["holds"].is_string(), "{step} {lang}");
        }
    }
    for (code, sentences) in words["faults"].as_object().unwrap() {
        assert!(sentences["zh"].is_string() && sentences["en"].is_string(), "{code}");
    }
}

/// Bundles that two verifiers could differ over. The page's tests read the same ones.
#[test]
fn hostile_bundles_are_judged_as_the_page_judges_them() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    let expected = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: std::collections::BTreeMap<String, String> = serde_json::from_str(&expected).unwrap();
    assert!(expected.len() > 80);
    let mut others = Vec::new();
    for (name, expected) in expected {
        let report = verify(&std::fs::read(folder.join(format!("{name}.zip"))).unwrap(), &Outside::default());
        let found = report.fault().map_or_else(
            || "holds".to_owned(),
            |(step, fault)| format!("{} {}", format!("{step:?}").to_lowercase(), fault.code),
        );
        if found != expected {
            others.push(format!("{name}: {found}, not {expected}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}
