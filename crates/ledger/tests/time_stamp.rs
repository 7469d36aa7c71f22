//! Time stamps of an authority that is OpenSSL's, and what OpenSSL says of our requests.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path, process::Command, sync::LazyLock};

use tempfile::TempDir;
use tigertally_ledger::time_stamp::{
    TimeStampError, TimeStampToken, anchors, request, revocation_list_pem, revocation_lists,
};

const DIGEST: [u8; 32] = [0xab; 32];
const NONCE: u64 = 0x8123_4567_89ab_cdef;

const CONFIG: &str = r#"
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[inner]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[not_critical]
extendedKeyUsage = timeStamping
[two_uses]
extendedKeyUsage = critical, timeStamping, codeSigning
[ca]
default_ca = inner_ca
[inner_ca]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 3650
[tsa_config]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"#;

/// An authority in a folder: root, intermediate, and one certificate a way to be wrong.
struct Authority(TempDir);

fn openssl(folder: &Path, args: &str) -> String {
    let ran =
        Command::new("openssl").args(args.split(' ')).current_dir(folder).output().expect("openssl is there");
    assert!(ran.status.success(), "openssl {args}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

impl Authority {
    fn new(new_key: &str) -> Authority {
        let folder = TempDir::new().unwrap();
        let at = folder.path();
        fs::write(at.join("c.cnf"), CONFIG).unwrap();
        fs::write(at.join("serial"), "01\n").unwrap();
        fs::write(at.join("crlnumber"), "01\n").unwrap();
        fs::write(at.join("index.txt"), "").unwrap();
        let key = |name: &str| {
            openssl(at, &format!("genpkey {new_key} -out {name}.key"));
            openssl(
                at,
                &format!("req -new -key {name}.key -subj /O=Test/CN={name} -config c.cnf -out {name}.csr"),
            );
        };
        key("root");
        openssl(
            at,
            "x509 -req -in root.csr -signkey root.key -days 3650 -extfile c.cnf -extensions root -out root.pem",
        );
        key("inner");
        let signed = "x509 -req -days 3650 -extfile c.cnf";
        openssl(
            at,
            &format!(
                "{signed} -in inner.csr -CA root.pem -CAkey root.key -set_serial 2 -extensions inner -out inner.pem"
            ),
        );
        for (serial, name) in [(3, "tsa"), (4, "not_critical"), (5, "two_uses")] {
            key(name);
            openssl(
                at,
                &format!(
                    "{signed} -in {name}.csr -CA inner.pem -CAkey inner.key -set_serial {serial} -extensions {name} -out {name}.pem"
                ),
            );
        }
        openssl(at, "ca -config c.cnf -gencrl -cert inner.pem -keyfile inner.key -out none.crl");
        fs::write(at.join("request.tsq"), request(&DIGEST, NONCE).unwrap()).unwrap();
        Authority(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// The answer of the authority with one of its certificates.
    fn answer(&self, name: &str) -> Vec<u8> {
        openssl(
            self.path(),
            &format!(
                "ts -reply -config c.cnf -section tsa_config -queryfile request.tsq -inkey {name}.key -signer {name}.pem -chain inner.pem -out {name}.tsr"
            ),
        );
        fs::read(self.path().join(format!("{name}.tsr"))).unwrap()
    }

    fn token(&self) -> TimeStampToken {
        TimeStampToken::from_response(&self.answer("tsa")).unwrap()
    }
}

static RSA: LazyLock<Authority> =
    LazyLock::new(|| Authority::new("-algorithm RSA -pkeyopt rsa_keygen_bits:2048"));
static P256: LazyLock<Authority> =
    LazyLock::new(|| Authority::new("-algorithm EC -pkeyopt ec_paramgen_curve:P-256"));
static P384: LazyLock<Authority> =
    LazyLock::new(|| Authority::new("-algorithm EC -pkeyopt ec_paramgen_curve:P-384"));

#[test]
fn openssl_reads_our_request_and_its_tokens_hold() {
    for authority in [&*RSA, &*P256, &*P384] {
        let read = openssl(authority.path(), "ts -query -in request.tsq -text");
        assert!(read.contains("Certificate required: yes") && read.contains("0x8123456789ABCDEF"), "{read}");
        let roots = anchors(&authority.text("root.pem")).unwrap();
        let token = authority.token();
        let stamped = token.verify(&DIGEST, Some(NONCE), &roots, &[]).unwrap();
        assert_eq!(stamped.authority, "CN=tsa,O=Test");
        assert!(!stamped.revocation_checked);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64;
        assert!(stamped.time_ms.abs_diff(now) < 600_000);
        // What is kept is the token alone; OpenSSL verifies it again.
        let kept = TimeStampToken::parse(token.der()).unwrap();
        assert_eq!(kept.verify(&DIGEST, None, &roots, &[]).unwrap(), stamped);
        fs::write(authority.path().join("kept.tst"), token.der()).unwrap();
        let verified = openssl(
            authority.path(),
            &format!("ts -verify -digest {} -in kept.tst -token_in -CAfile root.pem", "ab".repeat(32)),
        );
        assert!(verified.contains("Verification: OK"));
    }
}

#[test]
fn another_digest_request_root_or_purpose_is_refused() {
    let authority = &*RSA;
    let roots = anchors(&authority.text("root.pem")).unwrap();
    let token = authority.token();
    assert_eq!(token.verify(&[0; 32], None, &roots, &[]), Err(TimeStampError::Other("digest")));
    assert_eq!(token.verify(&DIGEST, Some(1), &roots, &[]), Err(TimeStampError::Other("request")));
    let foreign = anchors(&P256.text("root.pem")).unwrap();
    assert!(matches!(token.verify(&DIGEST, None, &foreign, &[]), Err(TimeStampError::Chain(_))));
    // A root that is not the issuer's although it bears its name.
    assert!(matches!(P256.token().verify(&DIGEST, None, &roots, &[]), Err(TimeStampError::Chain(_))));
    for name in ["not_critical", "two_uses"] {
        // OpenSSL does not sign with such a certificate, so it is put beside a good signer's token.
        let refused = Command::new("openssl")
            .args(["ts", "-reply", "-config", "c.cnf", "-section", "tsa_config", "-queryfile", "request.tsq"])
            .args(["-inkey", &format!("{name}.key"), "-signer", &format!("{name}.pem"), "-out", "x.tsr"])
            .current_dir(authority.path())
            .output()
            .unwrap();
        assert!(!refused.status.success());
    }
    assert_eq!(
        TimeStampToken::from_response(&[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]).unwrap_err(),
        TimeStampError::NotGranted(2)
    );
    assert!(
        anchors("").is_err()
            && anchors("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").is_err()
    );
}

#[test]
fn revocation_lists_are_looked_at() {
    let authority = Authority::new("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let roots = anchors(&authority.text("root.pem")).unwrap();
    let token = authority.token();
    let none =
        revocation_lists(&revocation_list_pem(authority.text("none.crl").as_bytes()).unwrap()).unwrap();
    // The intermediate's list covers the signer; the root's, for the intermediate, is not there.
    assert!(!token.verify(&DIGEST, None, &roots, &none).unwrap().revocation_checked);
    let inner = anchors(&authority.text("inner.pem")).unwrap();
    assert!(token.verify(&DIGEST, None, &inner, &none).unwrap().revocation_checked);
    // Revoked a year before the stamp.
    fs::write(
        authority.path().join("index.txt"),
        "R\t351231235959Z\t250101000000Z\t03\tunknown\t/O=Test/CN=tsa\n",
    )
    .unwrap();
    openssl(authority.path(), "ca -config c.cnf -gencrl -cert inner.pem -keyfile inner.key -out revoked.crl");
    openssl(authority.path(), "crl -in revoked.crl -outform DER -out revoked.der");
    let revoked = fs::read(authority.path().join("revoked.der")).unwrap();
    let revoked = revocation_lists(&revocation_list_pem(&revoked).unwrap()).unwrap();
    assert_eq!(token.verify(&DIGEST, None, &roots, &revoked), Err(TimeStampError::Revoked));
    // A list that somebody else signed in the issuer's name.
    openssl(authority.path(), "ca -config c.cnf -gencrl -cert inner.pem -keyfile inner.key -out forged.crl");
    let mut der = {
        openssl(authority.path(), "crl -in forged.crl -outform DER -out forged.der");
        fs::read(authority.path().join("forged.der")).unwrap()
    };
    *der.last_mut().unwrap() ^= 1;
    let forged = revocation_lists(&revocation_list_pem(&der).unwrap()).unwrap();
    assert_eq!(
        token.verify(&DIGEST, None, &roots, &forged),
        Err(TimeStampError::Signature("a revocation list"))
    );
}

#[test]
fn every_byte_that_vouches_is_vouched_for() {
    let authority = &*P256;
    let roots = anchors(&authority.text("root.pem")).unwrap();
    let token = authority.token().der().to_vec();
    let good = TimeStampToken::parse(&token).unwrap().verify(&DIGEST, Some(NONCE), &roots, &[]).unwrap();
    let mut passed = Vec::new();
    for at in 0..token.len() {
        for bit in [0x01, 0x80] {
            let mut changed = token.clone();
            changed[at] ^= bit;
            let Ok(read) = TimeStampToken::parse(&changed) else { continue };
            if let Ok(stamped) = read.verify(&DIGEST, Some(NONCE), &roots, &[]) {
                // Nothing that is stated may differ.
                assert_eq!(stamped, good, "byte {at}");
                passed.push(at);
            }
        }
    }
    // What is outside of what the authority signs and what leads to its root: versions, the list of digest algorithms.
    assert!(passed.len() < 40, "{} of {} bytes can be changed: {passed:?}", passed.len(), token.len());
}
