//! Certificates and revocation lists as people keep them: PEM (RFC 7468), with whatever text stands between the blocks.

use base64::{Engine, prelude::BASE64_STANDARD};
use x509_cert::{Certificate, der::Decode};

use super::TimeStampError;

/// Texts larger than this are refused, in bytes.
const MAX_PEM: usize = 1 << 20;

/// The certificates of a PEM text, as DER; at least one.
///
/// # Errors
/// [`TimeStampError::MalformedPem`].
pub fn pem_certificates(text: &str) -> Result<Vec<Vec<u8>>, TimeStampError> {
    let blocks = blocks(text, "CERTIFICATE")?;
    let read = blocks.iter().all(|der| Certificate::from_der(der).is_ok());
    if read && !blocks.is_empty() { Ok(blocks) } else { Err(TimeStampError::MalformedPem) }
}

/// The revocation lists of a PEM text, as DER; none in an empty one.
///
/// # Errors
/// [`TimeStampError::MalformedPem`].
pub fn pem_revocation_lists(text: &str) -> Result<Vec<Vec<u8>>, TimeStampError> {
    blocks(text, "X509 CRL")
}

/// A revocation list as PEM, whether it came as PEM or as DER.
///
/// # Errors
/// [`TimeStampError::MalformedPem`] if it is neither.
pub fn revocation_list_pem(bytes: &[u8]) -> Result<String, TimeStampError> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !pem_revocation_lists(text)?.is_empty()
    {
        return Ok(text.to_owned());
    }
    // DER begins with a sequence.
    if bytes.first() != Some(&0x30) || bytes.len() > MAX_PEM {
        return Err(TimeStampError::MalformedPem);
    }
    let encoded = BASE64_STANDARD.encode(bytes);
    let lines: Vec<&str> =
        (0..encoded.len()).step_by(64).map(|at| &encoded[at..encoded.len().min(at + 64)]).collect();
    Ok(format!("-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", lines.join("\n")))
}

fn blocks(text: &str, label: &str) -> Result<Vec<Vec<u8>>, TimeStampError> {
    if text.len() > MAX_PEM {
        return Err(TimeStampError::MalformedPem);
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let (body, after) = after.split_once(&end).ok_or(TimeStampError::MalformedPem)?;
        let body: String = body.split_ascii_whitespace().collect();
        blocks.push(BASE64_STANDARD.decode(body).map_err(|_| TimeStampError::MalformedPem)?);
        rest = after;
    }
    Ok(blocks)
}
