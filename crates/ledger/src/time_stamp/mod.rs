//! Time stamps (RFC 3161): a third party states that a digest existed at a time.
//!
//! Tokens are read with the RustCrypto formats and verified with the same library as everything else. Revocation is
//! checked against lists (RFC 5280, section 5) that are kept beside a token; OCSP is not read.

mod chain;
mod token;

use der::{Encode, asn1::ObjectIdentifier, asn1::OctetString, asn1::Uint, pem};
use x509_cert::{Certificate, crl::CertificateList, der::Decode, spki::AlgorithmIdentifierOwned};

pub use token::{TimeStampToken, VerifiedTime};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// PEM files larger than this are refused, in bytes.
const MAX_PEM: usize = 1 << 20;

/// Why a time stamp was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// The bytes are not what they should be.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// The authority did not grant the request; its status (RFC 3161, section 2.4.2).
    #[error("the authority answered with status {0}")]
    NotGranted(i64),
    /// The token does not speak of this digest, or not of this request.
    #[error("the token is over another {0}")]
    Other(&'static str),
    /// An algorithm that is too weak or not known here.
    #[error("the algorithm {0} is not accepted")]
    Algorithm(String),
    /// A signature does not hold.
    #[error("the signature of {0} does not hold")]
    Signature(&'static str),
    /// What the signature covers and what it should cover differ.
    #[error("the signed attributes do not fit: {0}")]
    Attributes(&'static str),
    /// The certificates do not lead to a trusted root.
    #[error("the certificates lead to no trusted root: {0}")]
    Chain(&'static str),
    /// A certificate of the chain was revoked before.
    #[error("a certificate was revoked before the time stated")]
    Revoked,
}

/// A request for a time stamp over a SHA-256 digest, as DER (RFC 3161, section 2.4.1). It asks for the certificates.
///
/// # Errors
/// [`TimeStampError::Malformed`] never in practice: the values always encode.
pub fn request(digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, TimeStampError> {
    let encode = || {
        let request = token::TimeStampReq {
            version: 1,
            message_imprint: token::MessageImprint {
                hash_algorithm: AlgorithmIdentifierOwned {
                    oid: SHA_256,
                    parameters: Some(der::asn1::Null.into()),
                },
                hashed_message: OctetString::new(digest.as_slice())?,
            },
            req_policy: None,
            nonce: Some(Uint::new(&nonce.to_be_bytes())?),
            cert_req: true,
        };
        request.to_der()
    };
    encode().map_err(|_| TimeStampError::Malformed("the request"))
}

/// The root certificates of a PEM text; at least one.
///
/// # Errors
/// [`TimeStampError::Malformed`].
pub fn anchors(text: &str) -> Result<Vec<Certificate>, TimeStampError> {
    let blocks = pem_blocks(text, "CERTIFICATE").ok_or(TimeStampError::Malformed("a root certificate"))?;
    let read = blocks.iter().map(|block| Certificate::from_der(block)).collect::<Result<Vec<_>, _>>();
    read.ok().filter(|list| !list.is_empty()).ok_or(TimeStampError::Malformed("a root certificate"))
}

/// The revocation lists of a PEM text; none in an empty one.
///
/// # Errors
/// [`TimeStampError::Malformed`].
pub fn revocation_lists(text: &str) -> Result<Vec<CertificateList>, TimeStampError> {
    let blocks = pem_blocks(text, "X509 CRL").ok_or(TimeStampError::Malformed("a revocation list"))?;
    let read = blocks.iter().map(|block| CertificateList::from_der(block)).collect::<Result<Vec<_>, _>>();
    read.map_err(|_| TimeStampError::Malformed("a revocation list"))
}

/// A revocation list as PEM, whether it came as PEM or as DER.
///
/// # Errors
/// [`TimeStampError::Malformed`].
pub fn revocation_list_pem(bytes: &[u8]) -> Result<String, TimeStampError> {
    let bad = || TimeStampError::Malformed("a revocation list");
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => pem::encode_string("X509 CRL", pem::LineEnding::LF, bytes).map_err(|_| bad())?,
    };
    if revocation_lists(&text)?.is_empty() { Err(bad()) } else { Ok(text) }
}

/// The DER of each block of this label; text between blocks, such as OpenSSL's, is passed over.
fn pem_blocks(text: &str, label: &str) -> Option<Vec<Vec<u8>>> {
    if text.len() > MAX_PEM {
        return None;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(&begin) {
        let length = rest[start..].find(&end)? + end.len();
        let block = rest[start..start + length].replace('\r', "");
        blocks.push(pem::decode_vec(block.as_bytes()).ok()?.1);
        rest = &rest[start + length..];
    }
    Some(blocks)
}
