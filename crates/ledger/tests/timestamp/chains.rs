//! Chains that hold and chains that do not, and what revocation does to them.

use tigertally_ledger::{Revocation, TimeStampError, TimeStampToken};

use crate::authority::{Authority, ISSUER, SIGNER};
use crate::forge::hex;
use crate::{FORGED_MS, IMPRINT, Verified, by_signer, forge, forge_with, outcome_with, verify};

/// A root, the authorities of these extensions one below the other, and what comes of a token.
fn outcome_below(authorities: &[&str]) -> Verified {
    let authority = Authority::with_root("p256");
    let mut by = "root".to_owned();
    let mut between = Vec::new();
    for (count, extensions) in authorities.iter().enumerate() {
        let name = format!("issuing{count}");
        let identified = "\nsubjectKeyIdentifier=hash";
        authority.issue(&name, "p256", &by, &format!("{}{identified}", extensions.replace(identified, "")));
        between.push(authority.certificate(&name));
        by = name;
    }
    authority.issue("signer", "p256", &by, SIGNER);
    let mut forge = by_signer(&authority);
    forge.certificates.extend(between);
    verify(&forge.token(), &authority.certificate("root"), &[])
}

#[test]
fn a_chain_ends_at_an_anchor() {
    let authority = Authority::new("p256");
    let (good, forge) = (forge(&authority).token(), forge(&authority));
    for (anchor, length) in [("root", 3), ("issuing", 2), ("signer", 1)] {
        assert_eq!(verify(&good, &authority.certificate(anchor), &[]).unwrap().chain_len, length);
    }
    let stranger = Authority::with_root("p256");
    // Of the same name, but with another key.
    let refused = verify(&good, &stranger.certificate("root"), &[]);
    assert_eq!(refused, Err(TimeStampError::CertificateSignature));
    stranger.root("other", "p256");
    assert_eq!(verify(&good, &stranger.certificate("other"), &[]), Err(TimeStampError::MissingIssuer));
    let with_root = forge.with(|f| f.certificates.push(authority.certificate("root")));
    assert_eq!(verify(&with_root, &stranger.certificate("other"), &[]), Err(TimeStampError::UntrustedRoot));
    let token = TimeStampToken::from_der(&with_root).unwrap();
    assert_eq!(token.verify(&IMPRINT, None, &[], &[]), Err(TimeStampError::UntrustedRoot));
    let both = [stranger.certificate("root"), authority.certificate("root")];
    assert!(token.verify(&IMPRINT, None, &both, &[]).is_ok(), "the right one of two is found");
    assert!(token.verify(&IMPRINT, None, &[vec![0x30, 0]], &[]).is_err(), "an anchor that is none");
}

#[test]
fn a_link_that_is_missing_is_told() {
    let authority = Authority::new("p256");
    let root = authority.certificate("root");
    let token = forge(&authority).with(|f| f.certificates.truncate(1));
    assert_eq!(verify(&token, &root, &[]), Err(TimeStampError::MissingIssuer));
    let token = forge(&authority).with(|f| drop(f.certificates.remove(0)));
    assert_eq!(verify(&token, &root, &[]), Err(TimeStampError::SignerMissing));
    let token = forge(&authority).with(|f| f.certificates.reverse());
    assert!(verify(&token, &root, &[]).is_ok(), "the order does not matter");
    let token = forge(&authority).with(|f| f.certificates.insert(0, vec![0x30, 0]));
    assert!(verify(&token, &root, &[]).is_ok(), "what is not needed may be anything");
}

#[test]
fn the_signer_is_for_time_stamps_only() {
    for extensions in [
        "basicConstraints=CA:FALSE",
        "extendedKeyUsage=timeStamping",
        "extendedKeyUsage=critical,timeStamping,codeSigning",
        "extendedKeyUsage=critical,codeSigning",
        "extendedKeyUsage=critical,anyExtendedKeyUsage",
        "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,keyEncipherment",
    ] {
        assert_eq!(outcome_with(extensions), Err(TimeStampError::Purpose), "{extensions}");
    }
    assert!(outcome_with("extendedKeyUsage=critical,timeStamping").is_ok());
    assert!(outcome_with("extendedKeyUsage=critical,timeStamping\nkeyUsage=nonRepudiation").is_ok());
}

#[test]
fn certificates_hold_at_the_time_of_the_stamp() {
    let authority = Authority::with_root("p256");
    let outcome = |from: &str, to: &str, time: &str| {
        authority.issue_for("signer", "p256", "root", SIGNER, from, to);
        verify(&by_signer(&authority).with(|f| f.time = time.to_owned()), &authority.certificate("root"), &[])
    };
    let (from, to) = ("20210101000000Z", "20210601000000Z");
    assert!(outcome(from, to, "20210301000000Z").is_ok());
    assert!(outcome(from, to, "20210101000000Z").is_ok());
    assert!(outcome(from, to, "20210601000000.999Z").is_ok(), "the last second belongs to it");
    assert_eq!(outcome(from, to, "20210601000001Z"), Err(TimeStampError::NotValidThen));
    assert_eq!(outcome(from, to, "20201231235959.999Z"), Err(TimeStampError::NotValidThen));
}

#[test]
fn authorities_hold_at_the_time_of_the_stamp() {
    let authority = Authority::new("p256");
    let forge = forge(&authority);
    authority.issue_again("issuing", "root", ISSUER, "20200101000000Z", "20210101000000Z");
    let token = forge.with(|f| f.certificates[1] = authority.certificate("issuing"));
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(TimeStampError::NotValidThen));
    // An older one of the same authority is passed over for one that holds.
    let token = forge.with(|f| f.certificates.insert(1, authority.certificate("issuing")));
    assert_eq!(verify(&token, &authority.certificate("root"), &[]).unwrap().time_ms, FORGED_MS);
    // Anchors end, too.
    authority.root("root", "p256");
    authority.issue_again("root", "root", ISSUER, "20200101000000Z", "20210101000000Z");
    authority.issue_again("issuing", "root", ISSUER, "20200101000000Z", "20491231235959Z");
    let token = forge.with(|f| f.certificates[1] = authority.certificate("issuing"));
    assert_eq!(verify(&token, &authority.certificate("root"), &[]), Err(TimeStampError::NotValidThen));
}

#[test]
fn only_authorities_issue() {
    assert_eq!(outcome_below(&[ISSUER, ISSUER]).unwrap().chain_len, 4);
    for extensions in [
        "",
        "basicConstraints=critical,CA:FALSE\nkeyUsage=keyCertSign",
        "keyUsage=critical,keyCertSign",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign,digitalSignature",
        "basicConstraints=critical,CA:TRUE\nextendedKeyUsage=codeSigning",
    ] {
        assert_eq!(outcome_below(&[extensions]), Err(TimeStampError::NotAnIssuer), "{extensions}");
    }
    assert!(outcome_below(&["basicConstraints=CA:TRUE\nextendedKeyUsage=timeStamping"]).is_ok());
}

#[test]
fn chains_are_as_short_as_issuers_say() {
    let none = "basicConstraints=critical,CA:TRUE,pathlen:0";
    let one = "basicConstraints=critical,CA:TRUE,pathlen:1";
    assert!(outcome_below(&[ISSUER, none]).is_ok());
    assert!(outcome_below(&[one, ISSUER]).is_ok());
    assert_eq!(outcome_below(&[none, ISSUER]), Err(TimeStampError::PathLength));
    assert_eq!(outcome_below(&[one, ISSUER, ISSUER]), Err(TimeStampError::PathLength));
    assert_eq!(outcome_below(&[ISSUER; 6]).unwrap().chain_len, 8);
    assert_eq!(outcome_below(&[ISSUER; 7]), Err(TimeStampError::MissingIssuer));
}

#[test]
fn critical_extensions_are_understood_or_refused() {
    let refused = Err(TimeStampError::CriticalExtension("certificate"));
    assert_eq!(outcome_with(&format!("{SIGNER}1.2.3.4=critical,DER:0500")), refused);
    assert!(outcome_with(&format!("{SIGNER}1.2.3.4=DER:0500")).is_ok());
    assert!(outcome_with(&format!("{SIGNER}certificatePolicies=critical,1.2.3.4")).is_ok());
    let constrained = format!("{ISSUER}nameConstraints=critical,permitted;DNS:example.com");
    assert_eq!(outcome_below(&[&constrained]), refused);
}

#[test]
fn certificates_are_signed_in_every_way_that_holds() {
    for kind in ["rsa", "bound", "p256", "p384", "ed25519"] {
        for digest in ["sha256", "sha384", "sha512"] {
            if digest != "sha256" && (kind == "bound" || kind == "ed25519") {
                continue;
            }
            let authority = Authority::with_root(kind);
            authority.sign_with("root", digest);
            authority.issue("signer", "p256", "root", SIGNER);
            let token = by_signer(&authority).token();
            assert!(verify(&token, &authority.certificate("root"), &[]).is_ok(), "{kind} {digest}");
        }
    }
    for kind in ["rsa", "p256"] {
        let authority = Authority::with_root(kind);
        authority.sign_with("root", "sha1");
        authority.issue("signer", "p256", "root", SIGNER);
        let refused = verify(&by_signer(&authority).token(), &authority.certificate("root"), &[]);
        assert_eq!(refused, Err(TimeStampError::WeakAlgorithm("certificate")), "{kind}");
    }
}

#[test]
fn certificates_say_one_thing() {
    // The algorithm outside, which nobody signed, is not written as the one inside.
    let authority = Authority::with_root("rsa");
    authority.issue("issuing", "rsa", "root", ISSUER);
    authority.issue("signer", "p256", "issuing", SIGNER);
    let (root, good) = (authority.certificate("root"), authority.certificate("issuing"));
    let sha256_with_rsa = hex("300d06092a864886f70d01010b0500");
    let at = good.windows(15).rposition(|window| window == sha256_with_rsa).unwrap();
    let mut other = [&good[..at], &hex("300b06092a864886f70d01010b"), &good[at + 15..]].concat();
    let length = u16::from_be_bytes([other[2], other[3]]) - 2;
    other[2..4].copy_from_slice(&length.to_be_bytes());
    let token = |issuing: &Vec<u8>| by_signer(&authority).with(|f| f.certificates.push(issuing.clone()));
    assert!(verify(&token(&good), &root, &[]).is_ok());
    assert_eq!(verify(&token(&other), &root, &[]), Err(TimeStampError::MissingIssuer));
    // An extension of a list stands there twice.
    let list = authority.crl("issuing", "2.5.29.35=DER:3000\n");
    assert_eq!(verify(&token(&good), &root, &[list]), Err(TimeStampError::Malformed("revocation list")));
}

#[test]
fn revocation_is_looked_up() {
    let authority = Authority::new("p256");
    let (root, token) = (authority.certificate("root"), forge(&authority).token());
    let (of_root, of_issuing) = (authority.crl("root", ""), authority.crl("issuing", ""));
    let looked_up = |crls: &[&Vec<u8>]| {
        let crls: Vec<_> = crls.iter().map(|crl| (*crl).clone()).collect();
        verify(&token, &root, &crls).unwrap().revocation
    };
    assert_eq!(looked_up(&[]), Revocation::Unknown);
    assert_eq!(looked_up(&[&of_root]), Revocation::Unknown);
    assert!(matches!(looked_up(&[&of_issuing]), Revocation::Signer { .. }));
    let Revocation::Chain { as_of_ms } = looked_up(&[&of_issuing, &of_root]) else { panic!() };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(as_of_ms.abs_diff(now.as_millis() as u64) < 60_000);
    // Lists that came with the token count as much.
    let with_lists = forge(&authority).with(|f| f.crls = vec![of_root.clone(), of_issuing.clone()]);
    assert!(matches!(verify(&with_lists, &root, &[]).unwrap().revocation, Revocation::Chain { .. }));
    // A list may have forgotten a certificate that had ended before the list was made.
    authority.issue_for("ended", "p256", "issuing", SIGNER, "20200101000000Z", "20220101000000Z");
    let ended = forge(&authority).with(|f| {
        (f.pkcs8, f.signer) = (authority.key("ended"), authority.certificate("ended"));
        f.identified = Some(f.signer.clone());
        f.certificates.push(f.signer.clone());
    });
    let verified = verify(&ended, &root, &[of_root, of_issuing.clone()]).unwrap();
    assert_eq!(verified.revocation, Revocation::Unknown);
    // A list says nothing about a time after its end.
    let later = forge(&authority).with(|f| f.time = "20480101000000Z".to_owned());
    assert_eq!(verify(&later, &root, &[of_issuing]).unwrap().revocation, Revocation::Unknown);
}

#[test]
fn what_was_revoked_is_refused_unless_it_ended_in_order_and_later() {
    for (reason, before, after) in [
        (None, false, false),
        (Some("keyCompromise"), false, false),
        (Some("CACompromise"), false, false),
        (Some("certificateHold"), false, false),
        (Some("superseded"), true, false),
        (Some("cessationOfOperation"), true, false),
        (Some("affiliationChanged"), true, false),
    ] {
        let authority = Authority::new("p256");
        let root = authority.certificate("root");
        authority.revoke("signer", "issuing", reason);
        let crl = authority.crl("issuing", "");
        for (time, holds) in [("20210601093012Z", before), ("20480101000000Z", after)] {
            let token = forge(&authority).with(|f| f.time = time.to_owned());
            let verified = verify(&token, &root, std::slice::from_ref(&crl));
            let as_expected = match holds {
                true => verified.is_ok(),
                false => matches!(verified, Err(TimeStampError::Revoked { .. })),
            };
            assert!(as_expected, "{reason:?} {time} {verified:?}");
        }
        let with_list = forge(&authority).with(|f| f.crls = vec![crl.clone()]);
        assert_eq!(verify(&with_list, &root, &[]).is_ok(), before, "{reason:?}, in the token");
    }
}

#[test]
fn a_revoked_authority_takes_its_signer_with_it() {
    let authority = Authority::new("p256");
    let (root, token) = (authority.certificate("root"), forge(&authority).token());
    authority.revoke("issuing", "root", Some("keyCompromise"));
    let revoked = verify(&token, &root, &[authority.crl("root", "")]);
    assert!(matches!(revoked, Err(TimeStampError::Revoked { .. })));
}

#[test]
fn lists_are_signed_by_the_issuer() {
    let authority = Authority::new("p256");
    let (root, token) = (authority.certificate("root"), forge(&authority).token());
    let good = authority.crl("issuing", "");
    for at in [good.len() - 1, 100] {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(verify(&token, &root, &[changed.clone()]).is_err(), "{at}");
        let with_list = forge(&authority).with(|f| f.crls = vec![changed]);
        assert_eq!(verify(&with_list, &root, &[]).unwrap().revocation, Revocation::Unknown);
    }
    assert!(verify(&token, &root, &[vec![0x30, 0]]).is_err(), "a list that is none");
    // Of the same name, with another key: it says so itself, and is passed over.
    let stranger = Authority::new("p256");
    let verified = verify(&token, &root, &[stranger.crl("issuing", "")]).unwrap();
    assert_eq!(verified.revocation, Revocation::Unknown);
}

#[test]
fn an_issuer_without_that_use_signs_no_lists() {
    let authority = Authority::new("p256");
    let (root, forge) = (authority.certificate("root"), forge(&authority));
    let only = ISSUER.replace(",cRLSign", "");
    authority.issue_again("issuing", "root", &only, "20200101000000Z", "20491231235959Z");
    let token = forge.with(|f| f.certificates[1] = authority.certificate("issuing"));
    assert!(verify(&token, &root, &[]).is_ok());
    let refused = verify(&token, &root, &[authority.crl("issuing", "")]);
    assert_eq!(refused, Err(TimeStampError::CrlSignature));
}

#[test]
fn lists_speak_for_what_they_cover() {
    let points = "crlDistributionPoints=URI:http://crl.example/1\n";
    let (authority, forge) = forge_with(&format!("{SIGNER}{points}"));
    let (root, token) = (authority.certificate("root"), forge.token());
    for (extensions, covered) in [
        ("issuingDistributionPoint=critical,@scope\n[scope]\nonlyuser=TRUE\n", true),
        ("issuingDistributionPoint=critical,@scope\n[scope]\nonlyCA=TRUE\n", false),
        ("issuingDistributionPoint=critical,@scope\n[scope]\nonlysomereasons=keyCompromise\n", false),
        ("issuingDistributionPoint=critical,@scope\n[scope]\nfullname=URI:http://crl.example/1\n", true),
        ("issuingDistributionPoint=critical,@scope\n[scope]\nfullname=URI:http://crl.example/2\n", false),
    ] {
        let verified = verify(&token, &root, &[authority.crl("root", extensions)]).unwrap();
        assert_eq!(verified.revocation != Revocation::Unknown, covered, "{extensions}");
    }
    for extensions in [
        "issuingDistributionPoint=critical,@scope\n[scope]\nindirectCRL=TRUE\n",
        "2.5.29.27=critical,DER:020101\n",
    ] {
        let refused = verify(&token, &root, &[authority.crl("root", extensions)]);
        assert_eq!(refused, Err(TimeStampError::CriticalExtension("revocation list")), "{extensions}");
    }
}
