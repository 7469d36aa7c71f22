//! What tokens say, and which are refused for what they say.

use tigertally_ledger::{
    DigestAlgorithm, Failure, MAX_TIME_STAMP, Revocation, TimeStampError, TimeStampToken,
};

use crate::authority::{Authority, SIGNER};
use crate::forge::{Forge, Key, hex, tlv};
use crate::{FORGED_MS, IMPRINT, NONCE, forge, forge_with, request, stamped, verify};

#[test]
fn an_answer_is_read_and_verified() {
    for kind in ["rsa", "p256", "p384"] {
        let authority = Authority::new(kind);
        let token = stamped(&authority);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!(token.time_ms().abs_diff(now.as_millis() as u64) < 60_000, "{kind}");
        assert_eq!(token.accuracy_us(), Some(1_500_100));
        assert_eq!(token.policy(), "1.2.3.4.1");
        assert_eq!(token.serial(), [1]);
        assert_eq!(token.authority(), Some("CN=signer,O=Tiger Stamps,C=CN"));
        assert_eq!(token.imprint().algorithm, DigestAlgorithm::Sha256);
        assert_eq!(token.imprint().digest, IMPRINT);
        assert_eq!(token.nonce(), Some(&[&[0], &NONCE.to_be_bytes()[..]].concat()[..]));
        let mut certificates = [authority.certificate("signer"), authority.certificate("issuing")];
        let mut held = token.certificates();
        certificates.sort();
        held.sort();
        assert_eq!(held, certificates);

        let verified =
            token.verify(&IMPRINT, Some(NONCE), &[authority.certificate("root")], &[]).expect(kind);
        assert_eq!(verified.time_ms, token.time_ms());
        assert_eq!(verified.signer, "CN=signer,O=Tiger Stamps,C=CN");
        assert_eq!(verified.chain_len, 3);
        assert_eq!(verified.revocation, Revocation::Unknown);
        assert_eq!(TimeStampToken::from_der(token.as_der()).unwrap(), token);
    }
}

#[test]
fn the_older_identifier_of_a_certificate_is_read_too() {
    let authority = Authority::new("rsa");
    let settings = "signer_digest=sha512\ndigests=sha256\ness_cert_id_alg=sha1\ness_cert_id_chain=yes\ncerts=issuing.crt";
    let token = TimeStampToken::from_response(&authority.reply(&request().to_der(), settings)).unwrap();
    assert!(token.verify(&IMPRINT, Some(NONCE), &[authority.certificate("root")], &[]).is_ok());
}

#[test]
fn another_imprint_or_nonce_is_refused() {
    let authority = Authority::new("p256");
    let (token, anchors) = (stamped(&authority), [authority.certificate("root")]);
    for at in 0..32 {
        let mut other = IMPRINT;
        other[at] ^= 1;
        assert_eq!(token.verify(&other, Some(NONCE), &anchors, &[]), Err(TimeStampError::Imprint));
    }
    for other in [0, NONCE - 1, NONCE & 0xffff_ffff] {
        assert_eq!(token.verify(&IMPRINT, Some(other), &anchors, &[]), Err(TimeStampError::Nonce));
    }
    let without = forge(&authority).token();
    let without = TimeStampToken::from_der(&without).unwrap();
    assert_eq!(without.verify(&IMPRINT, Some(0), &anchors, &[]), Err(TimeStampError::Nonce));
    assert!(without.verify(&IMPRINT, None, &anchors, &[]).is_ok());
}

#[test]
fn a_refusal_is_told() {
    let authority = Authority::new("p256");
    let response = authority.reply(&request().to_der(), "signer_digest=sha256\ndigests=sha512");
    let refused = TimeStampToken::from_response(&response);
    let Err(TimeStampError::Refused { status: 2, failure: Some(Failure::BadAlgorithm), text }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(text, "Message digest algorithm is not supported.");
    // With text that would take over a terminal, and a failure that nobody knows.
    let response = hex("301230100201023007 0c051b5b324a0a 03020600".replace(' ', "").as_str());
    let refused = TimeStampToken::from_response(&response);
    let text = "\u{fffd}[2J\u{fffd}".to_owned();
    assert_eq!(refused, Err(TimeStampError::Refused { status: 2, failure: None, text }));
    assert!(!refused.unwrap_err().to_string().contains("[2J"));
}

#[test]
fn a_status_and_a_token_go_together() {
    let authority = Authority::new("p256");
    let token = forge(&authority).token();
    let status = |status: u8| tlv(0x30, &[&tlv(0x02, &[&[status]])]);
    for granted in [0, 1] {
        assert!(TimeStampToken::from_response(&tlv(0x30, &[&status(granted), &token])).is_ok());
        assert!(TimeStampToken::from_response(&tlv(0x30, &[&status(granted)])).is_err());
    }
    for other in 2..8 {
        assert!(TimeStampToken::from_response(&tlv(0x30, &[&status(other), &token])).is_err());
    }
    assert!(TimeStampToken::from_response(&token).is_err());
    assert!(TimeStampToken::from_der(&tlv(0x30, &[&status(0), &token])).is_err());
    assert!(TimeStampToken::from_der(&[&token[..], &[0]].concat()).is_err());
}

#[test]
fn too_much_is_refused_unread() {
    let large = vec![0x30; MAX_TIME_STAMP + 1];
    assert_eq!(TimeStampToken::from_der(&large), Err(TimeStampError::TooLarge));
    assert_eq!(TimeStampToken::from_response(&large), Err(TimeStampError::TooLarge));
    let deep = (0..1000).fold(Vec::new(), |inner, _| tlv(0x30, &[&inner]));
    assert_eq!(TimeStampToken::from_der(&deep), Err(TimeStampError::TooDeep));
    let authority = Authority::new("p256");
    let many = forge(&authority).with(|f| f.certificates = vec![authority.certificate("issuing"); 33]);
    assert_eq!(TimeStampToken::from_der(&many), Err(TimeStampError::Malformed("signed data")));
}

#[test]
fn every_algorithm_that_holds_is_verified() {
    for (kind, key) in
        [("p256", Key::P256), ("ed25519", Key::Ed25519), ("rsa", Key::Pss), ("rsa", Key::Pkcs1Sha512)]
    {
        let authority = Authority::with_root("ed25519");
        authority.issue("signer", kind, "root", SIGNER);
        let forge = Forge::new(key, authority.key("signer"), authority.certificate("signer"), &IMPRINT);
        let verified = verify(&forge.token(), &authority.certificate("root"), &[]).expect(kind);
        assert_eq!((verified.time_ms, verified.chain_len), (FORGED_MS, 2));
    }
}

#[test]
fn content_and_attributes_have_one_digest() {
    let (authority, forge) = forge_with(SIGNER);
    let token = forge.with(|f| f.key = Key::Mixed);
    let refused = TimeStampError::UnsupportedAlgorithm("signature of the time stamp");
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(refused));
}

#[test]
fn weak_digests_are_refused() {
    let (_, forge) = forge_with(SIGNER);
    for (identifier, length) in [("300906052b0e03021a0500", 20), ("300c06082a864886f70d02050500", 16)] {
        let token = forge.with(|f| {
            f.imprint_algorithm = identifier;
            f.imprint = vec![7; length];
        });
        assert_eq!(TimeStampToken::from_der(&token), Err(TimeStampError::WeakAlgorithm("imprint")));
    }
    let short = forge.with(|f| f.imprint = vec![7; 31]);
    assert_eq!(TimeStampToken::from_der(&short), Err(TimeStampError::Malformed("imprint")));
    let sha512 = forge.with(|f| {
        f.imprint_algorithm = "300b0609608648016503040203";
        f.imprint = vec![7; 64];
    });
    let token = TimeStampToken::from_der(&sha512).unwrap();
    assert_eq!(token.verify(&IMPRINT, None, &[], &[]), Err(TimeStampError::Imprint));
}

#[test]
fn signatures_with_sha1_are_refused() {
    let authority = Authority::new("rsa");
    let response = authority.reply(&request().to_der(), "signer_digest=sha1\ndigests=sha256");
    let weak = TimeStampError::WeakAlgorithm("signature of the time stamp");
    assert_eq!(TimeStampToken::from_response(&response), Err(weak));
}

#[test]
fn the_content_must_be_a_time_stamp() {
    let (authority, forge) = forge_with(SIGNER);
    let root = authority.certificate("root");
    let data = "06092a864886f70d010701";
    let token = forge.with(|f| f.content_type = data);
    assert_eq!(TimeStampToken::from_der(&token), Err(TimeStampError::NotATimeStamp));
    let token = forge.with(|f| f.signed_content_type = data);
    assert_eq!(verify(&token, &root, &[]), Err(TimeStampError::SignedAttributes("another content type")));
}

#[test]
fn there_is_exactly_one_signature() {
    let (_, forge) = forge_with(SIGNER);
    for signatures in [0, 2, 3] {
        let token = forge.with(|f| f.signatures = signatures);
        assert_eq!(TimeStampToken::from_der(&token), Err(TimeStampError::SignerCount));
    }
}

#[test]
fn the_signed_attributes_identify_the_signer() {
    let authority = Authority::new("p256");
    let (root, forge) = (authority.certificate("root"), forge(&authority));
    let issuing = authority.certificate("issuing");
    let bad = TimeStampError::SignedAttributes;

    let token = forge.with(|f| f.identified = None);
    assert_eq!(verify(&token, &root, &[]), Err(bad("no signing certificate")));
    let token = forge.with(|f| f.identified = Some(issuing.clone()));
    assert_eq!(verify(&token, &root, &[]), Err(bad("another certificate is identified")));
    let token = forge.with(|f| f.identified_v1 = Some(issuing.clone()));
    assert_eq!(verify(&token, &root, &[]), Err(bad("another certificate is identified")));
    let token = forge.with(|f| f.identified_v1 = Some(f.signer.clone()));
    assert!(verify(&token, &root, &[]).is_ok());
    let token = forge.with(|f| f.identified_v1 = f.identified.take());
    assert!(verify(&token, &root, &[]).is_ok());
    let token = forge.with(|f| f.sorted = false);
    assert_eq!(TimeStampToken::from_der(&token), Err(bad("they are not in order")));
}

#[test]
fn a_second_certificate_for_the_key_does_not_take_the_place_of_the_first() {
    // Same key, same issuer, same name: only the identifier tells them apart.
    let authority = Authority::new("p256");
    let forge = forge(&authority);
    std::fs::copy(authority.path("signer.key"), authority.path("signer.again.key")).unwrap();
    authority.issue_again("signer.again", "issuing", SIGNER, "20200101000000Z", "20491231235959Z");
    let again = authority.certificate("signer.again");
    let token = forge.with(|f| f.signer = again.clone());
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(TimeStampError::SignerMissing));
    let token = forge.with(|f| {
        f.signer = again.clone();
        f.certificates.push(again.clone());
    });
    let refused = TimeStampError::SignedAttributes("another certificate is identified");
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(refused));
}

#[test]
fn a_signer_may_be_named_by_its_key() {
    let (authority, forge) = forge_with(SIGNER);
    let text = authority.openssl(&["x509", "-in", "signer.crt", "-noout", "-ext", "subjectKeyIdentifier"]);
    let text = String::from_utf8(text).unwrap();
    let id = hex(&text.lines().nth(1).unwrap().replace([' ', ':'], "").to_lowercase());
    let token = forge.with(|f| f.by_key_id = Some(id.clone()));
    assert!(verify(&token, &authority.certificate("root"), &[]).is_ok());
    let token = forge.with(|f| f.by_key_id = Some([&id[1..], &[0]].concat()));
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(TimeStampError::SignerMissing));
}

#[test]
fn what_must_be_understood_is_refused() {
    let (authority, forge) = forge_with(SIGNER);
    let root = authority.certificate("root");
    // [1] { { 1.2.3.4, critical?, OCTET STRING } }
    let extension =
        |critical: &str| tlv(0xa1, &[&tlv(0x30, &[&hex("06032a0304"), &hex(critical), &hex("04020500")])]);
    let token = forge.with(|f| f.info_tail = extension(""));
    assert!(verify(&token, &root, &[]).is_ok());
    let token = forge.with(|f| f.info_tail = extension("0101ff"));
    assert_eq!(verify(&token, &root, &[]), Err(TimeStampError::CriticalExtension("time stamp")));
}

#[test]
fn a_stranger_s_key_does_not_sign() {
    let (authority, forge) = forge_with(SIGNER);
    let other = Authority::with_root("p256");
    let token = forge.with(|f| f.pkcs8 = other.key("root"));
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(TimeStampError::Signature));
}
