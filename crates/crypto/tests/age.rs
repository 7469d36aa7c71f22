//! Files for the keys of others: read back by a reader of our own, written from the specification (C2SP `age`), and by the
//! program `age`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::{
    io::Write,
    process::{Command, Stdio},
};

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    agreement::{PrivateKey, UnparsedPublicKey, X25519, agree},
    hkdf, hmac,
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bech32::{Bech32, Bech32m, Hrp};
use proptest::prelude::*;
use tigertally_crypto::age::{AgeError, Encryptor, Recipients};

/// The pair of keys of the specification's example: 32 times 0x42.
const SECRET: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const PUBLIC: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const PIECE: usize = 64 * 1024;

fn key_text(key: &[u8]) -> String {
    bech32::encode::<Bech32>(Hrp::parse("age").unwrap(), key).unwrap()
}

fn pair(byte: u8) -> (PrivateKey, String) {
    let secret = PrivateKey::from_private_key(&X25519, &[byte; 32]).unwrap();
    let public = secret.compute_public_key().unwrap();
    (secret, key_text(public.as_ref()))
}

fn sealed(plain: &[u8], recipients: &str, step: usize) -> Vec<u8> {
    let mut out = Encryptor::begin(Vec::new(), &Recipients::parse(recipients).unwrap()).unwrap();
    for part in plain.chunks(step.max(1)) {
        out.write_all(part).unwrap();
    }
    out.finish().unwrap()
}

struct Len(usize);
impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    key.expand(&[info], Len(32)).unwrap().fill(&mut out).unwrap();
    out
}

fn open(key: &[u8; 32], nonce: [u8; 12], sealed: &[u8]) -> Option<Vec<u8>> {
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).unwrap());
    let mut bytes = sealed.to_vec();
    let plain = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut bytes).ok()?;
    Some(plain.to_vec())
}

/// Reads a file as the specification says; `None` when it does not hold.
fn read(file: &[u8], secret: &PrivateKey) -> Option<Vec<u8>> {
    let decode = |text: &str| STANDARD_NO_PAD.decode(text).ok();
    let end = file.windows(5).position(|part| part == b"\n--- ")? + 4;
    let line = file[end..].iter().position(|byte| *byte == b'\n')? + end;
    let header = std::str::from_utf8(&file[..end]).ok()?;
    let mac = decode(std::str::from_utf8(&file[end + 1..line]).ok()?)?;
    let mut lines = header.lines();
    assert_eq!(lines.next(), Some("age-encryption.org/v1"));
    let public = secret.compute_public_key().unwrap();
    let mut file_key = None;
    loop {
        let stanza = lines.next()?;
        if stanza == "---" {
            break;
        }
        let share = decode(stanza.strip_prefix("-> X25519 ")?)?;
        let wrapped = decode(lines.next()?)?;
        assert_eq!((share.len(), wrapped.len()), (32, 32));
        let salt = [&share[..], public.as_ref()].concat();
        let key = agree(secret, UnparsedPublicKey::new(&X25519, &share[..]), (), |shared| {
            Ok(derive(&salt, shared, b"age-encryption.org/v1/X25519"))
        });
        file_key = file_key.or(open(&key.ok()?, [0; 12], &wrapped));
    }
    let file_key = file_key?;
    assert_eq!(file_key.len(), 16);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &derive(b"", &file_key, b"header"));
    hmac::verify(&key, header.as_bytes(), &mac).ok()?;
    let (nonce, payload) = file[line + 1..].split_at(16);
    let key = derive(nonce, &file_key, b"payload");
    let mut plain = Vec::new();
    let mut pieces = payload.chunks(PIECE + 16).enumerate().peekable();
    while let Some((number, piece)) = pieces.next() {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
        nonce[11] = u8::from(pieces.peek().is_none());
        let part = open(&key, nonce, piece)?;
        assert!(!part.is_empty() || number == 0, "the last piece is empty");
        plain.extend(part);
    }
    Some(plain)
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

#[test]
fn the_keys_of_the_specification_belong_together() {
    let (secret, public) = pair(0x42);
    assert_eq!(public, PUBLIC);
    assert_eq!(read(&sealed(b"age", PUBLIC, 1), &secret).unwrap(), b"age");
}

#[test]
fn what_lies_around_the_ends_of_pieces_reads_back() {
    let (secret, public) = pair(1);
    for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE - 1, 2 * PIECE, 2 * PIECE + 1, 3 * PIECE] {
        let plain = pattern(len);
        for step in [1000, PIECE, len] {
            let file = sealed(&plain, &public, step);
            assert_eq!(read(&file, &secret).as_deref(), Some(&plain[..]), "{len} in steps of {step}");
            let header = file.windows(5).position(|part| part == b"\n--- ").unwrap() + 5 + 43 + 1;
            assert_eq!(file.len(), header + 16 + len + 16 * len.div_ceil(PIECE).max(1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_length_in_any_steps_reads_back_for_each_key_and_no_other(
        len in 0..3 * PIECE, step in 1..2 * PIECE, keys in 1..=5_u8,
    ) {
        let plain = pattern(len);
        let pairs: Vec<_> = (1..=keys).map(pair).collect();
        let texts: Vec<_> = pairs.iter().map(|(_, text)| text.as_str()).collect();
        let file = sealed(&plain, &texts.join("\n"), step);
        for (secret, _) in &pairs {
            prop_assert!(read(&file, secret).as_deref() == Some(&plain[..]));
        }
        prop_assert!(read(&file, &pair(9).0).is_none());
    }

    #[test]
    fn a_changed_byte_and_a_lost_end_are_found(at in 0..600_usize, bit in 0..8_u8) {
        let (secret, public) = pair(1);
        let file = sealed(&pattern(PIECE + 100), &public, 4096);
        let mut changed = file.clone();
        // Of the header, and of the last piece.
        let at = if at < 150 { at } else { file.len() - 600 + at };
        changed[at] ^= 1 << bit;
        let read_again = std::panic::catch_unwind(|| read(&changed, &pair(1).0));
        prop_assert!(!matches!(read_again, Ok(Some(_))));
        prop_assert!(read(&file[..file.len() - 1 - usize::from(bit)], &secret).is_none());
        // Cut between two pieces: the first is not the last.
        prop_assert!(read(&file[..file.len() - 116], &secret).is_none());
    }
}

#[test]
fn nothing_of_a_file_is_the_same_twice() {
    let (_, public) = pair(1);
    let (one, other) = (sealed(b"same", &public, 4), sealed(b"same", &public, 4));
    assert_eq!(one.len(), other.len());
    let head = "age-encryption.org/v1\n-> X25519 ".len();
    assert_ne!(one[head..head + 43], other[head..head + 43]);
    assert_ne!(one[one.len() - 36..], other[other.len() - 36..]);
}

#[test]
fn the_program_age_opens_our_files() {
    let folder = tempfile::tempdir().unwrap();
    let identity = folder.path().join("key.txt");
    std::fs::write(&identity, format!("{SECRET}\n")).unwrap();
    let several = [pair(7).1, PUBLIC.to_owned(), pair(8).1].join("\n");
    for (len, recipients) in [(0, PUBLIC), (1, &several), (PIECE, PUBLIC), (2 * PIECE + 1, &several)] {
        let plain = pattern(len);
        let file = folder.path().join("file.age");
        std::fs::write(&file, sealed(&plain, recipients, 1000)).unwrap();
        let age = Command::new("age").arg("-d").arg("-i").arg(&identity).arg(&file).output();
        let age = age.expect("age is in the package age");
        assert!(age.status.success(), "{}", String::from_utf8_lossy(&age.stderr));
        assert!(age.stdout == plain, "{len}");
    }
}

#[test]
fn the_program_age_and_we_know_the_same_key() {
    let mut keygen =
        Command::new("age-keygen").arg("-y").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let keygen = keygen.as_mut().expect("age-keygen is in the package age");
    keygen.stdin.take().unwrap().write_all(SECRET.as_bytes()).unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut keygen.stdout.take().unwrap(), &mut said).unwrap();
    assert!(keygen.wait().unwrap().success());
    assert_eq!(said.trim(), PUBLIC);
}

#[test]
fn keys_are_read_one_a_line_with_remarks() {
    let other = pair(3).1;
    let text = format!("# 财务部\r\n  {PUBLIC}  \r\n\r\n#{other}\n{other}\n");
    assert_eq!(Recipients::parse(&text).unwrap().texts(), [PUBLIC, &other]);
    let keys = |count: u8| (1..=count).map(|byte| pair(byte).1).collect::<Vec<_>>().join("\n");
    assert_eq!(Recipients::parse(&keys(5)).unwrap().texts().len(), 5);
    assert_eq!(Recipients::parse(&keys(6)), Err(AgeError::TooMany));
}

#[test]
fn what_is_no_key_is_refused() {
    let mut mistyped = PUBLIC.to_owned();
    mistyped.replace_range(10..11, "z");
    assert_ne!(mistyped, PUBLIC);
    let with = |hrp: &str, bytes: &[u8]| bech32::encode::<Bech32>(Hrp::parse(hrp).unwrap(), bytes).unwrap();
    let modified = bech32::encode::<Bech32m>(Hrp::parse("age").unwrap(), &[9; 32]).unwrap();
    let mixed = PUBLIC.replacen("zv", "Zv", 1);
    let malformed = [
        mistyped,
        mixed,
        PUBLIC.to_uppercase(),
        modified,
        with("ag", &[9; 32]),
        with("bc", &[9; 32]),
        with("age1pq", &[9; 32]),
        with("age1yubikey", &[9; 33]),
        with("age", &[9; 31]),
        with("age", &[9; 33]),
        with("age", &[]),
        format!("{PUBLIC} {PUBLIC}"),
        format!("{PUBLIC}, "),
        format!("{PUBLIC} # 财务部"),
        format!("\u{feff}{PUBLIC}"),
        format!("{}\u{200b}", PUBLIC),
        "age1".to_owned(),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----".to_owned(),
        "=HYPERLINK(\"http://example.com\")".to_owned(),
    ];
    for text in malformed {
        assert_eq!(Recipients::parse(&text), Err(AgeError::Malformed), "{text}");
    }
    for text in ["", " \r\n\t\n", "# only a remark\n"] {
        assert_eq!(Recipients::parse(text), Err(AgeError::Empty));
    }
    for text in [
        SECRET.to_owned(),
        SECRET.to_lowercase(),
        format!("# created: 2026-11-29\n# public key: {PUBLIC}\n{SECRET}\n"),
        format!("{PUBLIC}\n# {SECRET}"),
        "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
        "AGE-PLUGIN-YUBIKEY-1QQQ".to_owned(),
    ] {
        assert_eq!(Recipients::parse(&text), Err(AgeError::Secret));
    }
    for text in ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@home", "ssh-rsa AAAA", "ecdsa-sha2-nistp256 AAAA"]
    {
        assert_eq!(Recipients::parse(text), Err(AgeError::Ssh));
    }
    assert_eq!(Recipients::parse(&format!("{PUBLIC}\n\n{PUBLIC}")), Err(AgeError::Twice));
    assert_eq!(Recipients::parse(&"#".repeat(4_097)), Err(AgeError::TooLong));
    assert_eq!(Recipients::parse(&"虎".repeat(1 << 20)), Err(AgeError::TooLong));
}

/// Bits of the last character that stand for nothing of the key: another text for the same key is none.
#[test]
fn bits_left_over_are_zero() {
    use bech32::{Fe32, primitives::iter::Fe32IterExt};
    let hrp = Hrp::parse("age").unwrap();
    let text = |left: u8| -> String {
        let data = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(PUBLIC).unwrap();
        let mut data: Vec<Fe32> = data.fe32_iter::<std::vec::IntoIter<u8>>().collect();
        let last = data.pop().unwrap();
        data.push(Fe32::try_from(last.to_u8() | left).unwrap());
        data.into_iter().with_checksum::<Bech32>(&hrp).chars().collect()
    };
    assert_eq!(text(0), PUBLIC);
    for left in 1..16 {
        let other = text(left);
        let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(&other);
        assert!(checked.is_ok(), "its checksum is right");
        assert_eq!(Recipients::parse(&other), Err(AgeError::Malformed), "{left}");
    }
}

/// X25519 takes coordinates above the field's prime and a top bit; the age program does not find itself in them.
#[test]
fn a_key_has_one_text() {
    let mut nine = [0; 32];
    nine[0] = 9;
    Recipients::parse(&key_text(&nine)).unwrap();
    let mut top = nine;
    top[31] |= 0x80;
    let mut above = [0xff; 32];
    (above[0], above[31]) = (0xed + 9, 0x7f);
    for key in [top, above] {
        assert_eq!(Recipients::parse(&key_text(&key)), Err(AgeError::Malformed), "{key:?}");
    }
    let mut last = [0xff; 32];
    (last[0], last[31]) = (0xeb, 0x7f);
    Recipients::parse(&key_text(&last)).unwrap();
}

/// The points of low order of Curve25519, in each of their encodings (RFC 7748 §6.1; the list of libsodium).
#[test]
fn keys_that_agree_on_nothing_are_refused() {
    let hex = |text: &str| -> Vec<u8> {
        (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for point in points {
        for top in [0, 0x80] {
            let mut key = hex(point);
            key[31] |= top;
            assert_eq!(Recipients::parse(&key_text(&key)), Err(AgeError::Malformed), "{point} {top}");
        }
    }
}
