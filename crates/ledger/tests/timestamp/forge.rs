//! Tokens put together by hand, with any part of them wrong.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RsaKeyPair,
};

pub const SHA256_ID: &str = "300d06096086480165030402010500";
const SHA512_ID: &str = "300d06096086480165030402030500";
pub const TST_INFO: &str = "060b2a864886f70d0109100104";
const CONTENT_TYPE: &str = "06092a864886f70d010903";
const MESSAGE_DIGEST: &str = "06092a864886f70d010904";
const SIGNING_CERTIFICATE: &str = "060b2a864886f70d010910020c";
const SIGNING_CERTIFICATE_V2: &str = "060b2a864886f70d010910022f";
const PSS: &str = "304106092a864886f70d01010a3034a00f300d06096086480165030402010500\
                   a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";

pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match content.len() {
        short @ ..128 => vec![short as u8],
        middle @ ..256 => vec![0x81, middle as u8],
        long => vec![0x82, (long >> 8) as u8, long as u8],
    };
    [vec![tag], length, content].concat()
}

/// How the forged token is signed.
#[derive(Clone, Copy)]
pub enum Key {
    P256,
    Ed25519,
    Pss,
    Pkcs1Sha512,
    /// ECDSA with SHA-256 over attributes that hold a SHA-512.
    Mixed,
}

/// The parts of a token. Those of [`Forge::new`] are good.
#[derive(Clone)]
pub struct Forge {
    pub key: Key,
    pub pkcs8: Vec<u8>,
    pub signer: Vec<u8>,
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub content_type: &'static str,
    pub signed_content_type: &'static str,
    pub imprint_algorithm: &'static str,
    pub imprint: Vec<u8>,
    pub time: String,
    /// Further elements of the TSTInfo, after the time.
    pub info_tail: Vec<u8>,
    /// The certificate that ESSCertIDv2 identifies.
    pub identified: Option<Vec<u8>>,
    /// The certificate that ESSCertID, which knows SHA-1 only, identifies.
    pub identified_v1: Option<Vec<u8>>,
    pub by_key_id: Option<Vec<u8>>,
    pub signatures: usize,
    pub sorted: bool,
    pub unsigned_attributes: Vec<u8>,
}

impl Forge {
    pub fn new(key: Key, pkcs8: Vec<u8>, signer: Vec<u8>, imprint: &[u8]) -> Self {
        Self {
            key,
            pkcs8,
            signer: signer.clone(),
            certificates: vec![signer.clone()],
            crls: Vec::new(),
            content_type: TST_INFO,
            signed_content_type: TST_INFO,
            imprint_algorithm: SHA256_ID,
            imprint: imprint.to_vec(),
            time: "20210601093012.25Z".to_owned(),
            info_tail: Vec::new(),
            identified: Some(signer),
            identified_v1: None,
            by_key_id: None,
            signatures: 1,
            sorted: true,
            unsigned_attributes: Vec::new(),
        }
    }

    pub fn with(&self, change: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut forge = self.clone();
        change(&mut forge);
        forge.token()
    }

    pub fn token(&self) -> Vec<u8> {
        let (_, digest_id, _) = self.algorithms();
        let content = self.info();
        let signer = self.signer_info(&content);
        let mut certificates = self.certificates.concat();
        certificates = tlv(0xa0, &[&certificates]);
        let crls = if self.crls.is_empty() { Vec::new() } else { tlv(0xa1, &[&self.crls.concat()]) };
        let signed = tlv(
            0x30,
            &[
                &hex("020103"),
                &tlv(0x31, &[&hex(digest_id)]),
                &tlv(0x30, &[&hex(self.content_type), &tlv(0xa0, &[&tlv(0x04, &[&content])])]),
                &certificates,
                &crls,
                &tlv(0x31, &[&signer.repeat(self.signatures)]),
            ],
        );
        tlv(0x30, &[&hex("06092a864886f70d010702"), &tlv(0xa0, &[&signed])])
    }

    fn info(&self) -> Vec<u8> {
        let imprint = tlv(0x30, &[&hex(self.imprint_algorithm), &tlv(0x04, &[&self.imprint])]);
        let time = tlv(0x18, &[self.time.as_bytes()]);
        tlv(0x30, &[&hex("02010106042a030401"), &imprint, &hex("020107"), &time, &self.info_tail])
    }

    fn signer_info(&self, content: &[u8]) -> Vec<u8> {
        let (sha512, digest_id, signature_id) = self.algorithms();
        let algorithm = if sha512 { &SHA512 } else { &SHA256 };
        let content_digest = digest(algorithm, content);
        let mut attributes = vec![
            attribute(CONTENT_TYPE, &hex(self.signed_content_type)),
            attribute(MESSAGE_DIGEST, &tlv(0x04, &[content_digest.as_ref()])),
        ];
        if let Some(identified) = &self.identified {
            let hash = digest(&SHA256, identified);
            let id = tlv(0x30, &[&tlv(0x30, &[&tlv(0x30, &[&tlv(0x04, &[hash.as_ref()])])])]);
            attributes.push(attribute(SIGNING_CERTIFICATE_V2, &id));
        }
        if let Some(identified) = &self.identified_v1 {
            let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, identified);
            let id = tlv(0x30, &[&tlv(0x30, &[&tlv(0x30, &[&tlv(0x04, &[hash.as_ref()])])])]);
            attributes.push(attribute(SIGNING_CERTIFICATE, &id));
        }
        attributes.sort();
        if !self.sorted {
            attributes.reverse();
        }
        let attributes = attributes.concat();
        let signature = self.sign(&tlv(0x31, &[&attributes]));
        let (version, id) = match &self.by_key_id {
            Some(id) => ("020103", tlv(0x80, &[id])),
            None => ("020101", issuer_and_serial(&self.signer)),
        };
        tlv(
            0x30,
            &[
                &hex(version),
                &id,
                &hex(digest_id),
                &tlv(0xa0, &[&attributes]),
                &hex(signature_id),
                &tlv(0x04, &[&signature]),
                &self.unsigned_attributes,
            ],
        )
    }

    /// Whether the content is digested with SHA-512, and the identifiers of digest and signature.
    fn algorithms(&self) -> (bool, &'static str, &'static str) {
        match self.key {
            Key::P256 => (false, SHA256_ID, "300a06082a8648ce3d040302"),
            Key::Mixed => (true, SHA512_ID, "300a06082a8648ce3d040302"),
            Key::Ed25519 => (true, SHA512_ID, "300506032b6570"),
            Key::Pss => (false, SHA256_ID, PSS),
            Key::Pkcs1Sha512 => (true, SHA512_ID, "300d06092a864886f70d0101010500"),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |padding| {
            let key = RsaKeyPair::from_pkcs8(&self.pkcs8).unwrap();
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(padding, &random, message, &mut signature).unwrap();
            signature
        };
        match self.key {
            Key::P256 | Key::Mixed => {
                let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8).unwrap();
                key.sign(&random, message).unwrap().as_ref().to_vec()
            }
            Key::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&self.pkcs8)
                .unwrap()
                .sign(message)
                .as_ref()
                .to_vec(),
            Key::Pss => rsa(&RSA_PSS_SHA256),
            Key::Pkcs1Sha512 => rsa(&RSA_PKCS1_SHA512),
        }
    }
}

fn attribute(kind: &str, value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&hex(kind), &tlv(0x31, &[value])])
}

/// An element and what follows it.
fn split(bytes: &[u8]) -> (usize, &[u8], &[u8]) {
    let (head, length) = match bytes[1] {
        short @ ..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(bytes[2])),
        _ => (4, usize::from(bytes[2]) << 8 | usize::from(bytes[3])),
    };
    (head, &bytes[..head + length], &bytes[head + length..])
}

/// IssuerAndSerialNumber of a certificate.
fn issuer_and_serial(certificate: &[u8]) -> Vec<u8> {
    fn inside(bytes: &[u8]) -> &[u8] {
        let (head, element, _) = split(bytes);
        &element[head..]
    }
    let (_, _version, rest) = split(inside(inside(certificate)));
    let (_, serial, rest) = split(rest);
    let (_, _algorithm, rest) = split(rest);
    let (_, issuer, _) = split(rest);
    tlv(0x30, &[issuer, serial])
}
