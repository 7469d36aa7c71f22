//! Other people's programs read our requests and verify the tokens that we keep.

use std::io::Write;
use std::process::Command;

use tigertally_ledger::TimeStampToken;

use crate::authority::{Authority, BRIEFLY, WELL};
use crate::{IMPRINT, NONCE, request};

/// Verifies a response with rfc3161-client: response, digest, nonce, and root and intermediate in DER.
const CLIENT: &str = r"
import sys
from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response
response = decode_timestamp_response(open(sys.argv[1], 'rb').read())
root, issuing = [x509.load_der_x509_certificate(open(name, 'rb').read()) for name in sys.argv[4:6]]
builder = VerifierBuilder().add_root_certificate(root).add_intermediate_certificate(issuing)
verifier = builder.nonce(int(sys.argv[3])).build()
print(verifier.verify(response, bytes.fromhex(sys.argv[2])))
print(response.tst_info.serial_number, response.tst_info.policy.dotted_string)
";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn openssl_reads_our_request() {
    let authority = Authority::with_root("p256");
    std::fs::write(authority.path("q.tsq"), request().to_der()).unwrap();
    let text = String::from_utf8(authority.openssl(&["ts", "-query", "-in", "q.tsq", "-text"])).unwrap();
    for line in
        ["Version: 1", "Hash Algorithm: sha256", "Nonce: 0xF123456789ABCDEF", "Certificate required: yes"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    // Byte for byte what openssl makes of the same digest, but for the nonce.
    let digest = hex(&IMPRINT);
    let args = ["ts", "-query", "-digest", &digest, "-sha256", "-cert", "-no_nonce"];
    let theirs = authority.openssl(&args);
    let nonce = [&[0x02, 9, 0], &NONCE.to_be_bytes()[..]].concat();
    let ours = request().to_der();
    let at = ours.windows(nonce.len()).position(|window| window == nonce).unwrap();
    let mut without = [&ours[..at], &ours[at + nonce.len()..]].concat();
    without[1] -= nonce.len() as u8;
    assert_eq!(without, theirs);
}

#[test]
fn openssl_verifies_the_token_that_we_keep() {
    for kind in ["rsa", "p256"] {
        let authority = Authority::new(kind);
        let response = authority.reply(&request().to_der(), WELL);
        let token = TimeStampToken::from_response(&response).unwrap();
        std::fs::write(authority.path("kept.tst"), token.as_der()).unwrap();
        let digest = hex(&IMPRINT);
        let args =
            ["ts", "-verify", "-token_in", "-in", "kept.tst", "-digest", &digest, "-CAfile", "root.crt"];
        let said = authority.openssl(&args);
        assert!(String::from_utf8(said).unwrap().contains("OK"));
        assert!(token.verify(&IMPRINT, Some(NONCE), &[authority.certificate("root")], &[]).is_ok());
    }
}

#[test]
fn rfc3161_client_verifies_what_we_verify() {
    let python = std::env::var("RFC3161_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run = |args: &[&std::ffi::OsStr]| Command::new(&python).args(args).output();
    let there = run(&["-c".as_ref(), "import rfc3161_client, cryptography".as_ref()]);
    if !there.is_ok_and(|there| there.status.success()) {
        // Past the capture of the test's output, so that nobody takes it for a success.
        let told = "\n*** SKIPPED: rfc3161_client_verifies_what_we_verify: no python with rfc3161-client; \
                    install it and name it in RFC3161_PYTHON ***\n";
        std::io::stderr().write_all(told.as_bytes()).unwrap();
        return;
    }
    // It wants certificates in the order of DER, which `openssl ts` does not give: one alone is.
    for kind in ["rsa", "p256", "p384"] {
        let authority = Authority::new(kind);
        let response = authority.reply(&request().to_der(), BRIEFLY);
        let token = TimeStampToken::from_response(&response).unwrap();
        assert!(token.verify(&IMPRINT, Some(NONCE), &[authority.certificate("issuing")], &[]).is_ok());
        std::fs::write(authority.path("root.der"), authority.certificate("root")).unwrap();
        std::fs::write(authority.path("issuing.der"), authority.certificate("issuing")).unwrap();
        let file = authority.path("r.tsr");
        let (root, issuing) = (authority.path("root.der"), authority.path("issuing.der"));
        let ask = |nonce: u64, digest: &[u8]| {
            let (digest, nonce) = (hex(digest), nonce.to_string());
            let args = ["-c".as_ref(), CLIENT.as_ref(), file.as_os_str(), digest.as_ref(), nonce.as_ref()];
            run(&[&args[..], &[root.as_os_str(), issuing.as_os_str()]].concat()).unwrap()
        };
        let said = ask(NONCE, &IMPRINT);
        let errors = String::from_utf8_lossy(&said.stderr);
        assert_eq!(String::from_utf8_lossy(&said.stdout), "True\n1 1.2.3.4.1\n", "{kind}: {errors}");
        assert!(!ask(NONCE - 1, &IMPRINT).status.success(), "another nonce");
        assert!(!ask(NONCE, &[7; 32]).status.success(), "another digest");
    }
}
