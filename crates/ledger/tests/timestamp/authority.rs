//! Authorities made with the `openssl` command, in a folder of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub const SIGNER: &str = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n\
                          subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
pub const ISSUER: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
                          subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
/// How `openssl ts` answers well: with the whole chain below the root.
pub const WELL: &str = "signer_digest=sha256\ndigests=sha256\ncerts=issuing.crt";
/// The same, with the signer's certificate alone.
pub const BRIEFLY: &str = "signer_digest=sha256\ndigests=sha256";
const FROM: &str = "20200101000000Z";
const TO: &str = "20491231235959Z";

/// Runs `openssl` in the folder and returns what it printed.
pub fn openssl(dir: &Path, args: &[&str]) -> Vec<u8> {
    let run = Command::new("openssl").args(args).current_dir(dir).output().expect("openssl runs");
    assert!(run.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

/// A folder of keys and certificates, by name.
pub struct Authority {
    dir: TempDir,
}

impl Authority {
    /// A root, an authority below it and a signer, all with keys of this kind.
    pub fn new(kind: &str) -> Self {
        let authority = Self::with_root(kind);
        authority.issue("issuing", kind, "root", ISSUER);
        authority.issue("signer", kind, "issuing", SIGNER);
        authority
    }

    /// A root alone.
    pub fn with_root(kind: &str) -> Self {
        let authority = Self { dir: tempfile::tempdir().unwrap() };
        authority.root("root", kind);
        authority
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    pub fn root(&self, name: &str, kind: &str) {
        self.issue(name, kind, name, ISSUER);
    }

    pub fn issue(&self, name: &str, kind: &str, by: &str, extensions: &str) {
        self.issue_for(name, kind, by, extensions, FROM, TO);
    }

    /// A new key and its certificate, from one time to another.
    pub fn issue_for(&self, name: &str, kind: &str, by: &str, extensions: &str, from: &str, to: &str) {
        let key = format!("{name}.key");
        let genpkey = match kind {
            "rsa" => vec!["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            // RSA, for RSASSA-PSS with these parameters only.
            "bound" => vec![
                "-algorithm",
                "RSA-PSS",
                "-pkeyopt",
                "rsa_keygen_bits:2048",
                "-pkeyopt",
                "rsa_pss_keygen_md:sha256",
                "-pkeyopt",
                "rsa_pss_keygen_mgf1_md:sha256",
                "-pkeyopt",
                "rsa_pss_keygen_saltlen:32",
            ],
            "ed25519" => vec!["-algorithm", "ed25519"],
            curve => vec!["-algorithm", "EC", "-pkeyopt", curve_option(curve)],
        };
        self.openssl(&[&["genpkey", "-out", &key][..], &genpkey].concat());
        self.issue_again(name, by, extensions, from, to);
    }

    /// A certificate for a key that is there.
    pub fn issue_again(&self, name: &str, by: &str, extensions: &str, from: &str, to: &str) {
        self.configure(by);
        let (key, request) = (format!("{name}.key"), format!("{name}.csr"));
        let subject = format!("/C=CN/O=Tiger Stamps/CN={}", name.split('.').next().unwrap());
        self.openssl(&["req", "-new", "-utf8", "-key", &key, "-subj", &subject, "-out", &request]);
        std::fs::write(self.path(&format!("{name}.ext")), extensions).unwrap();
        let (config, extfile, out) = (format!("{by}.cnf"), format!("{name}.ext"), format!("{name}.crt"));
        let mut args = vec!["ca", "-batch", "-notext", "-config", &config, "-extfile", &extfile];
        args.extend(["-in", &request, "-out", &out, "-startdate", from, "-enddate", to]);
        if name == by {
            args.push("-selfsign");
        }
        self.openssl(&args);
    }

    /// Makes the authority sign with another digest from now on.
    pub fn sign_with(&self, by: &str, digest: &str) {
        let file = self.path(&format!("{by}.cnf"));
        let config = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, config.replace("default_md=sha256", &format!("default_md={digest}"))).unwrap();
    }

    /// The certificate as DER.
    pub fn certificate(&self, name: &str) -> Vec<u8> {
        self.openssl(&["x509", "-in", &format!("{name}.crt"), "-outform", "DER"])
    }

    /// The private key as PKCS #8.
    pub fn key(&self, name: &str) -> Vec<u8> {
        self.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", &format!("{name}.key"), "-outform", "DER"])
    }

    pub fn revoke(&self, name: &str, by: &str, reason: Option<&str>) {
        let (config, certificate) = (format!("{by}.cnf"), format!("{name}.crt"));
        let mut args = vec!["ca", "-config", &config, "-revoke", &certificate];
        args.extend(reason.iter().flat_map(|reason| ["-crl_reason", reason]));
        self.openssl(&args);
    }

    /// The revocation list of an authority, as DER. `extensions` may be empty.
    pub fn crl(&self, by: &str, extensions: &str) -> Vec<u8> {
        self.configure(by);
        let config = std::fs::read_to_string(self.path(&format!("{by}.cnf"))).unwrap();
        let config = format!("{config}[ list ]\nauthorityKeyIdentifier=keyid\n{extensions}");
        std::fs::write(self.path("list.cnf"), config).unwrap();
        let args = ["ca", "-config", "list.cnf", "-gencrl", "-crldays", "30", "-crlexts", "list"];
        self.openssl(&[&args[..], &["-out", "list.pem"]].concat());
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER"])
    }

    /// What `openssl ts` answers to the request, in the name of the signer.
    pub fn reply(&self, request: &[u8], settings: &str) -> Vec<u8> {
        std::fs::write(self.path("request.tsq"), request).unwrap();
        let config = format!(
            "[tsa]\ndefault_tsa=t\n[t]\nserial=ts.serial\nsigner_cert=signer.crt\n\
             signer_key=signer.key\ndefault_policy=1.2.3.4.1\nordering=yes\ntsa_name=yes\n\
             accuracy=secs:1,millisecs:500,microsecs:100\n{settings}\n"
        );
        std::fs::write(self.path("ts.cnf"), config).unwrap();
        self.openssl(&["ts", "-reply", "-config", "ts.cnf", "-queryfile", "request.tsq", "-out", "r.tsr"]);
        std::fs::read(self.path("r.tsr")).unwrap()
    }

    pub fn openssl(&self, args: &[&str]) -> Vec<u8> {
        openssl(self.dir.path(), args)
    }

    fn configure(&self, by: &str) {
        if self.path(&format!("{by}.cnf")).exists() {
            return;
        }
        let md = if self.openssl(&["pkey", "-in", &format!("{by}.key"), "-noout", "-text"]).starts_with(b"ED")
        {
            "default"
        } else {
            "sha256"
        };
        let config = format!(
            "[ca]\ndefault_ca=c\n[c]\ndatabase={by}.idx\nserial={by}.srl\nrand_serial=yes\n\
             new_certs_dir=.\ncertificate={by}.crt\nprivate_key={by}.key\ndefault_md={md}\npolicy=p\n\
             unique_subject=no\n[p]\ncountryName=optional\norganizationName=optional\n\
             commonName=supplied\n"
        );
        std::fs::write(self.path(&format!("{by}.cnf")), config).unwrap();
        std::fs::write(self.path(&format!("{by}.idx")), "").unwrap();
    }
}

fn curve_option(curve: &str) -> &'static str {
    match curve {
        "p256" => "ec_paramgen_curve:P-256",
        "p384" => "ec_paramgen_curve:P-384",
        other => panic!("no curve {other}"),
    }
}
