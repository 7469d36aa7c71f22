//! Leaves, notes and checkpoints: known answers, strictness and changes.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{hash, hex};
use proptest::prelude::*;
use tigertally_ledger::{
    Checkpoint, Decision, EntryId, Leaf, LedgerError, NoteSigner, VerifierKey, commitment, leaf_hash,
};

// The example of Go's golang.org/x/mod/sumdb/note.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                       then you don't know what your problem is.\n";
const GO_SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str) -> NoteSigner {
    NoteSigner::from_seed(name, &[7; 32]).unwrap()
}

fn malformed(result: Result<&str, LedgerError>) -> bool {
    matches!(result, Err(LedgerError::MalformedNote(_)))
}

#[test]
fn a_note_made_by_go_verifies() {
    let key = VerifierKey::parse(GO_KEY).unwrap();
    assert_eq!(key.to_string(), GO_KEY);
    assert_eq!(key.name(), "PeterNeumann");
    assert_eq!(key.verify(&format!("{GO_TEXT}\n{GO_SIGNATURE}")), Ok(GO_TEXT));
}

#[test]
fn rfc_8032_signatures_are_made() {
    // RFC 8032, section 7.1, test 1: the public key of the seed.
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let signer = NoteSigner::from_seed("example.com/log", &hash(seed)).unwrap();
    assert_eq!(signer.verifier_key().public_key(), hash(public));
    let note = signer.sign("one\n\ntwo\n");
    assert_eq!(signer.verifier_key().verify(&note), Ok("one\n\ntwo\n"));
    assert_eq!(note, signer.sign("one\n\ntwo\n"), "signatures are deterministic");
}

#[test]
fn verifier_keys_are_read_strictly() {
    let key = signer("example.com/虎符").verifier_key();
    assert_eq!(VerifierKey::parse(&key.to_string()), Ok(key));
    for text in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+0c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpcMQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
        "PeterNeumann+c74f20a3+",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW+",
    ] {
        assert!(VerifierKey::parse(text).is_err(), "{text}");
    }
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\u{3000}b", "a\nb", "a\u{1}b"] {
        assert!(matches!(NoteSigner::from_seed(name, &[0; 32]), Err(LedgerError::KeyName)), "{name:?}");
    }
}

#[test]
fn other_signatures_are_ignored_and_false_ones_are_not() {
    let (key, text) = (VerifierKey::parse(GO_KEY).unwrap(), GO_TEXT);
    let other = signer("PeterNeumann").sign(text).replace(&format!("{text}\n"), "");
    let foreign = "— witness.example/w1 AAAAAQI=\n".to_owned();
    for signatures in [
        format!("{GO_SIGNATURE}{other}{foreign}"),
        format!("{foreign}{other}{GO_SIGNATURE}"),
        format!("{GO_SIGNATURE}{GO_SIGNATURE}"),
        format!("{}{GO_SIGNATURE}", foreign.repeat(16)),
    ] {
        assert_eq!(key.verify(&format!("{text}\n{signatures}")), Ok(text));
    }
    // The id of the key under another name is not this key.
    let renamed = GO_SIGNATURE.replace("PeterNeumann", "Peter");
    for signatures in [other, foreign.clone(), renamed] {
        assert_eq!(key.verify(&format!("{text}\n{signatures}")), Err(LedgerError::NotSigned));
    }
    let forged = GO_SIGNATURE.replace("ZJkuBS", "ZJkuBT");
    for signatures in [forged.clone(), format!("{GO_SIGNATURE}{forged}"), format!("{forged}{GO_SIGNATURE}")] {
        assert_eq!(key.verify(&format!("{text}\n{signatures}")), Err(LedgerError::BadSignature));
    }
    assert_eq!(key.verify(&format!("{text}more\n\n{GO_SIGNATURE}")), Err(LedgerError::BadSignature));
    let short = "— PeterNeumann x08gowA=\n";
    assert_eq!(key.verify(&format!("{text}\n{short}")), Err(LedgerError::BadSignature));
    assert!(malformed(key.verify(&format!("{text}\n{GO_SIGNATURE}{}", foreign.repeat(100)))));
}

#[test]
fn malformed_notes_are_refused() {
    let key = VerifierKey::parse(GO_KEY).unwrap();
    let good = GO_SIGNATURE.trim_end();
    for note in [
        String::new(),
        "\n".to_owned(),
        "\n\n".to_owned(),
        GO_TEXT.to_owned(),
        format!("{GO_TEXT}\n"),
        format!("{GO_TEXT}{GO_SIGNATURE}"),
        format!("{GO_TEXT}\n{good}"),
        format!("{GO_TEXT}\n{GO_SIGNATURE}\n"),
        format!("{GO_TEXT}\n{GO_SIGNATURE}\n\n"),
        format!("{GO_TEXT}\n{good} \n"),
        format!("{GO_TEXT}\n{good}\r\n"),
        format!("{GO_TEXT}\t\n\n{GO_SIGNATURE}"),
        format!("{GO_TEXT}\n{GO_SIGNATURE}not a signature\n"),
        format!("{GO_TEXT}\n-- {}", GO_SIGNATURE.trim_start_matches("— ")),
        format!("{GO_TEXT}\n{}", GO_SIGNATURE.replace("PeterNeumann ", "PeterNeumann  ")),
        format!("{GO_TEXT}\n{}", GO_SIGNATURE.replace("PeterNeumann", "Peter+Neumann")),
        format!("{GO_TEXT}\n{}", GO_SIGNATURE.replace("PeterNeumann", "")),
        format!("{GO_TEXT}\n{}", GO_SIGNATURE.replace("nAM=", "nAM")),
        // The same bytes in base64 that is not canonical.
        format!("{GO_TEXT}\n{}", GO_SIGNATURE.replace("nAM=", "nAN=")),
        format!("{GO_TEXT}\n{GO_SIGNATURE}— w AAAAAA==\n"),
        format!("{GO_TEXT}\n{GO_SIGNATURE}— w \n"),
        format!("{}{GO_TEXT}\n{GO_SIGNATURE}", "a".repeat(8_000_000)),
    ] {
        assert!(malformed(key.verify(&note)), "{:.300}", note);
    }
    let control = signer("log").sign("a\u{0}b\n");
    assert!(malformed(signer("log").verifier_key().verify(&control)));
    let unfinished = signer("log").sign("no newline");
    assert!(signer("log").verifier_key().verify(&unfinished).is_err());
}

#[test]
fn checkpoints_travel_as_notes() {
    let signer = signer("example.com/behind-the-sofa");
    let checkpoint = Checkpoint {
        origin: "example.com/behind-the-sofa".to_owned(),
        size: 20_852_163,
        root: hash("0ac5186a91863dca1d90c8080149aa9bf5da8e3ee1d9f0763f03e3da3da3c56d"),
    };
    let note = checkpoint.sign(&signer);
    assert!(note.starts_with(
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPcodkMgIAUmqm/Xajj7h2fB2PwPj2j2jxW0=\n\n— "
    ));
    assert_eq!(Checkpoint::open(&note, &signer.verifier_key()), Ok(checkpoint.clone()));
    assert_eq!(Checkpoint::parse(&checkpoint.to_text()), Ok(checkpoint.clone()));

    let elsewhere = Checkpoint { origin: "example.com/sofa".to_owned(), ..checkpoint.clone() };
    assert_eq!(Checkpoint::open(&elsewhere.sign(&signer), &signer.verifier_key()), Err(LedgerError::Origin));
    let stranger = NoteSigner::from_seed(&checkpoint.origin, &[8; 32]).unwrap().verifier_key();
    assert_eq!(Checkpoint::open(&note, &stranger), Err(LedgerError::NotSigned));
    let text = format!("{}extension\nanother one\n", checkpoint.to_text());
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint.clone()));
    let prose = signer.sign("example.com/behind-the-sofa\n");
    assert!(matches!(
        Checkpoint::open(&prose, &signer.verifier_key()),
        Err(LedgerError::MalformedCheckpoint(_))
    ));
}

#[test]
fn checkpoints_are_read_strictly() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    assert_eq!(Checkpoint::parse(&format!("o\n0\n{root}\n")).unwrap().size, 0);
    assert_eq!(Checkpoint::parse(&format!("a b+c\n{}\n{root}\n", u64::MAX)).unwrap().size, u64::MAX);
    for text in [
        String::new(),
        "\n".to_owned(),
        "o\n1\n".to_owned(),
        format!("o\n1\n{root}"),
        format!("o\n1\n{root}\n\n"),
        format!("o\n1\n{root}\n\nextension\n"),
        format!("o\n1\n{root}\nextension\n\n"),
        format!("o\n1\n{root}\n{}", "e\n".repeat(17)),
        format!("\n1\n{root}\n"),
        format!("\no\n1\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n01\n{root}\n"),
        format!("o\n00\n{root}\n"),
        format!("o\n+1\n{root}\n"),
        format!("o\n-1\n{root}\n"),
        format!("o\n 1\n{root}\n"),
        format!("o\n1 \n{root}\n"),
        format!("o\n0x1\n{root}\n"),
        format!("o\n１\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\r\n1\r\n{root}\r\n"),
        format!("o\n1\n{}\n", &root[..43]),
        format!("o\n1\n{}\n", root.replace("q2I=", "q2J=")),
        format!("o\n1\n{}\n", root.replace('/', "_")),
        format!("o\n1\n{}\n", root.replace("q2I=", "")),
        format!("o\n1\n{}{root}\n", &root[..40]),
        format!("o\n1\n {root}\n"),
    ] {
        assert!(matches!(Checkpoint::parse(&text), Err(LedgerError::MalformedCheckpoint(_))), "{text:?}");
    }
}

#[test]
fn commitments_are_hmac_sha_256() {
    // RFC 4231, test case 1, whose key of 20 bytes is padded with zeros by HMAC itself.
    let mut salt = [0; 32];
    salt[..20].fill(0x0b);
    let expected = hash("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_eq!(commitment(&salt, b"Hi There"), expected);
}

#[test]
fn leaves_have_one_form() {
    let leaf =
        Leaf::new(EntryId { run: [1; 8], count: 5 }, 0x0102, "customer.reveal", Decision::Denied, [9; 32])
            .unwrap();
    let bytes = leaf.to_bytes();
    let expected = ["01", &"01".repeat(8), "0000000000000005", "0000000000000102", "02", "0f"].concat();
    let expected = [hex(&expected), b"customer.reveal".to_vec(), vec![9; 32]].concat();
    assert_eq!(bytes, expected);
    assert_eq!(Leaf::from_bytes(&bytes), Ok(leaf.clone()));
    assert_eq!(leaf.hash(), leaf_hash(&bytes));

    let refused = |bytes: &[u8]| matches!(Leaf::from_bytes(bytes), Err(LedgerError::MalformedLeaf(_)));
    for length in 0..bytes.len() {
        assert!(refused(&bytes[..length]));
    }
    assert!(refused(&[bytes.as_slice(), &[0]].concat()));
    let with = |at: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[at] = byte;
        changed
    };
    for changed in [
        with(0, 0),
        with(0, 2),
        with(25, 4),
        with(26, 14),
        with(26, 16),
        with(26, 0),
        with(27, b' '),
        with(27, 0xe8),
    ] {
        assert!(refused(&changed));
    }
    let without_action = [&bytes[..26], &[0], &bytes[42..]].concat();
    assert!(refused(&without_action));
    let long = [&bytes[..26], &[65], &[b'a'; 65], &bytes[42..]].concat();
    assert!(refused(&long));
}

#[test]
fn actions_are_checked() {
    let with = |action: &str| {
        Leaf::new(EntryId { run: [0; 8], count: 0 }, 0, action.to_owned(), Decision::Recorded, [0; 32])
    };
    assert!(with(&"a".repeat(64)).is_ok());
    for action in ["", "a b", "客户", "a\n", &"a".repeat(65)] {
        assert_eq!(with(action), Err(LedgerError::InvalidAction));
    }
}

#[test]
#[should_panic(expected = "an action is")]
fn an_unreadable_leaf_is_never_written() {
    let mut leaf = Leaf::new(EntryId { run: [0; 8], count: 0 }, 0, "x", Decision::Recorded, [0; 32]).unwrap();
    leaf.action = "a".repeat(300).into();
    let _ = leaf.to_bytes();
}

proptest! {
    #[test]
    fn any_leaf_comes_back(
        run in any::<[u8; 8]>(), count in any::<u64>(), time_ms in any::<u64>(), action in "[!-~]{1,64}", decision in 0_u8..4,
        commitment in any::<[u8; 32]>(),
    ) {
        let id = EntryId { run, count };
        let leaf = Leaf::new(id, time_ms, action, Decision::try_from(decision).unwrap(), commitment).unwrap();
        prop_assert_eq!(Leaf::from_bytes(&leaf.to_bytes()), Ok(leaf));
    }

    #[test]
    fn what_is_read_as_a_leaf_is_written_the_same(
        bytes in prop::collection::vec(any::<u8>(), 0..130), action in 0_u8..70,
    ) {
        let mut bytes = bytes;
        if bytes.len() > 59 {
            bytes[0] = 1;
            bytes[25] %= 5;
            bytes[26] = if action < 60 { (bytes.len() - 59) as u8 } else { action };
            bytes[27..].iter_mut().for_each(|byte| *byte &= 0x7f);
        }
        if let Ok(leaf) = Leaf::from_bytes(&bytes) {
            prop_assert_eq!(leaf.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_change_to_a_signed_checkpoint_is_refused(
        size in any::<u64>(), root in any::<[u8; 32]>(), at in any::<prop::sample::Index>(), with in any::<char>(),
    ) {
        let signer = signer("log.example/1");
        let checkpoint = Checkpoint { origin: "log.example/1".to_owned(), size, root };
        let note = checkpoint.sign(&signer);
        prop_assert_eq!(Checkpoint::open(&note, &signer.verifier_key()), Ok(checkpoint));
        let mut chars: Vec<char> = note.chars().collect();
        let at = at.index(chars.len());
        prop_assume!(chars[at] != with);
        chars[at] = with;
        let changed: String = chars.iter().collect();
        prop_assert!(Checkpoint::open(&changed, &signer.verifier_key()).is_err());
        chars.remove(at);
        let shorter: String = chars.iter().collect();
        prop_assert!(Checkpoint::open(&shorter, &signer.verifier_key()).is_err());
    }

    #[test]
    fn parsers_take_any_text(text in "\\PC*(\n\\PC*){0,6}\n?", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let key = VerifierKey::parse(GO_KEY).unwrap();
        prop_assert!(key.verify(&text).is_err());
        let _ = (VerifierKey::parse(&text), Checkpoint::parse(&text), Leaf::from_bytes(&bytes));
    }
}
