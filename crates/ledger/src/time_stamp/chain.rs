//! From a signing certificate to a trusted root (RFC 5280, section 6, as far as time stamping needs it).

use std::time::Duration;

use aws_lc_rs::{
    digest,
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use der::{Decode, Encode, asn1::ObjectIdentifier, oid::AssociatedOid};
use x509_cert::{
    Certificate,
    crl::CertificateList,
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier},
    spki::SubjectPublicKeyInfoOwned,
};

use super::TimeStampError;

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// A chain longer than this is refused.
const MAX_DEPTH: usize = 8;

/// That the certificate is for time stamping and for nothing else, and says so critically (RFC 3161, section 2.3).
pub(super) fn check_purpose(certificate: &Certificate) -> Result<(), TimeStampError> {
    let usage = extension::<ExtendedKeyUsage>(certificate);
    let fits = usage.is_some_and(|(critical, usage)| critical && usage.0 == [TIME_STAMPING]);
    if fits { Ok(()) } else { Err(TimeStampError::Chain("the certificate is not for time stamping alone")) }
}

/// Follows issuers up to a root, at the time stated. True if a revocation list was there for each certificate below it.
pub(super) fn check(
    certificate: &Certificate,
    others: &[Certificate],
    anchors: &[Certificate],
    lists: &[CertificateList],
    time: Duration,
) -> Result<bool, TimeStampError> {
    let mut current = certificate;
    let mut all_checked = true;
    for depth in 0..MAX_DEPTH {
        if anchors.contains(current) {
            return Ok(all_checked);
        }
        let validity = &current.tbs_certificate.validity;
        let (from, to) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
        if time < from || time > to {
            return Err(TimeStampError::Chain("a certificate was not valid at the time stated"));
        }
        if let Some(root) = issuer(current, anchors, depth) {
            return Ok(all_checked & not_revoked(current, root, lists, time)?);
        }
        let next = issuer(current, others, depth).ok_or(TimeStampError::Chain("an issuer is not there"))?;
        all_checked &= not_revoked(current, next, lists, time)?;
        current = next;
    }
    Err(TimeStampError::Chain("it is too long"))
}

/// The certificate among these that issued this one: its name, its key and its right to.
fn issuer<'a>(of: &Certificate, among: &'a [Certificate], depth: usize) -> Option<&'a Certificate> {
    let signed = of.tbs_certificate.to_der().ok()?;
    among.iter().find(|issuer| {
        let tbs = &issuer.tbs_certificate;
        let holds = || {
            let signature = of.signature.raw_bytes();
            let algorithm = &of.signature_algorithm.oid;
            verify_signature(&tbs.subject_public_key_info, algorithm, None, &signed, signature)
        };
        tbs.subject == of.tbs_certificate.issuer
            && of.signature_algorithm == of.tbs_certificate.signature
            && may_issue(issuer, depth)
            && holds().unwrap_or(false)
    })
}

/// Basic constraints say that it is an authority, with this many below it; its key usage, if any, allows it.
fn may_issue(certificate: &Certificate, depth: usize) -> bool {
    let authority = extension::<BasicConstraints>(certificate).is_some_and(|(_, constraints)| {
        constraints.ca && constraints.path_len_constraint.is_none_or(|length| depth <= usize::from(length))
    });
    authority && extension::<KeyUsage>(certificate).is_none_or(|(_, usage)| usage.key_cert_sign())
}

/// Looks the certificate up in its issuer's lists. False if there is none.
fn not_revoked(
    certificate: &Certificate,
    issuer: &Certificate,
    lists: &[CertificateList],
    time: Duration,
) -> Result<bool, TimeStampError> {
    let mut checked = false;
    for list in lists.iter().filter(|list| list.tbs_cert_list.issuer == certificate.tbs_certificate.issuer) {
        let bad = TimeStampError::Signature("a revocation list");
        let signed = list.tbs_cert_list.to_der().map_err(|_| bad.clone())?;
        let key = &issuer.tbs_certificate.subject_public_key_info;
        let signature = list.signature.raw_bytes();
        if !verify_signature(key, &list.signature_algorithm.oid, None, &signed, signature)? {
            return Err(bad);
        }
        checked = true;
        let mut revoked = list.tbs_cert_list.revoked_certificates.iter().flatten();
        let serial = &certificate.tbs_certificate.serial_number;
        if revoked
            .any(|line| line.serial_number == *serial && line.revocation_date.to_unix_duration() <= time)
        {
            return Err(TimeStampError::Revoked);
        }
    }
    Ok(checked)
}

/// The key identifier that a certificate gives itself.
pub(super) fn subject_key_identifier(certificate: &Certificate) -> Option<Vec<u8>> {
    extension::<SubjectKeyIdentifier>(certificate).map(|(_, id)| id.0.as_bytes().to_vec())
}

fn extension<T: for<'a> Decode<'a> + AssociatedOid>(certificate: &Certificate) -> Option<(bool, T)> {
    let mut extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let found = extensions.find(|extension| extension.extn_id == T::OID)?;
    Some((found.critical, T::from_der(found.extn_value.as_bytes()).ok()?))
}

/// The digest of this name; SHA-1 and older ones are refused.
pub(super) fn digest_of(oid: &ObjectIdentifier) -> Result<&'static digest::Algorithm, TimeStampError> {
    match oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => Ok(&digest::SHA256),
        "2.16.840.1.101.3.4.2.2" => Ok(&digest::SHA384),
        "2.16.840.1.101.3.4.2.3" => Ok(&digest::SHA512),
        other => Err(TimeStampError::Algorithm(other.to_owned())),
    }
}

/// Whether a signature holds. CMS may name the bare RSA algorithm, with the digest beside it.
pub(super) fn verify_signature(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &ObjectIdentifier,
    digest: Option<&ObjectIdentifier>,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, TimeStampError> {
    let refused = || TimeStampError::Algorithm(algorithm.to_string());
    let curve = || {
        let parameters = key.algorithm.parameters.as_ref()?;
        Some(parameters.decode_as::<ObjectIdentifier>().ok()?.to_string())
    };
    let bits = match (algorithm.to_string().as_str(), digest.map(ToString::to_string).as_deref()) {
        ("1.2.840.113549.1.1.11", _) | ("1.2.840.113549.1.1.1", Some("2.16.840.1.101.3.4.2.1")) => 256,
        ("1.2.840.113549.1.1.12", _) | ("1.2.840.113549.1.1.1", Some("2.16.840.1.101.3.4.2.2")) => 384,
        ("1.2.840.113549.1.1.13", _) | ("1.2.840.113549.1.1.1", Some("2.16.840.1.101.3.4.2.3")) => 512,
        ("1.2.840.10045.4.3.2", _) => 256,
        ("1.2.840.10045.4.3.3", _) => 384,
        ("1.2.840.10045.4.3.4", _) => 512,
        ("1.3.101.112", _) => 0,
        _ => return Err(refused()),
    };
    let verifier: &dyn VerificationAlgorithm = match (key.algorithm.oid.to_string().as_str(), bits) {
        ("1.2.840.113549.1.1.1", 256) => &signature::RSA_PKCS1_2048_8192_SHA256,
        ("1.2.840.113549.1.1.1", 384) => &signature::RSA_PKCS1_2048_8192_SHA384,
        ("1.2.840.113549.1.1.1", 512) => &signature::RSA_PKCS1_2048_8192_SHA512,
        ("1.3.101.112", 0) => &signature::ED25519,
        ("1.2.840.10045.2.1", bits) => match (curve().ok_or_else(refused)?.as_str(), bits) {
            ("1.2.840.10045.3.1.7", 256) => &signature::ECDSA_P256_SHA256_ASN1,
            ("1.2.840.10045.3.1.7", 384) => &signature::ECDSA_P256_SHA384_ASN1,
            ("1.3.132.0.34", 256) => &signature::ECDSA_P384_SHA256_ASN1,
            ("1.3.132.0.34", 384) => &signature::ECDSA_P384_SHA384_ASN1,
            ("1.3.132.0.35", 512) => &signature::ECDSA_P521_SHA512_ASN1,
            _ => return Err(refused()),
        },
        _ => return Err(refused()),
    };
    let public = UnparsedPublicKey::new(verifier, key.subject_public_key.raw_bytes());
    Ok(public.verify(message, signature).is_ok())
}
