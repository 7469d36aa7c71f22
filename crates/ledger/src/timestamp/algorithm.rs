//! Digests and signatures by their identifiers (RFC 3279, 4055, 5754, 5758, 8410), all through
//! aws-lc-rs. What is not listed here is refused.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use x509_cert::der::Tag;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

use super::error::TimeStampError;
use super::reader::{Items, context};
use crate::ed25519;

const MD5: ObjectIdentifier = oid("1.2.840.113549.2.5");
const SHA_1: ObjectIdentifier = oid("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const RSA_MD5: ObjectIdentifier = oid("1.2.840.113549.1.1.4");
const RSA_SHA_1: ObjectIdentifier = oid("1.2.840.113549.1.1.5");
const MGF_1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const RSA_SHA_256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
const RSA_SHA_384: ObjectIdentifier = oid("1.2.840.113549.1.1.12");
const RSA_SHA_512: ObjectIdentifier = oid("1.2.840.113549.1.1.13");

const EC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
const P_256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
const P_384: ObjectIdentifier = oid("1.3.132.0.34");
const ECDSA_SHA_1: ObjectIdentifier = oid("1.2.840.10045.4.1");
const ECDSA_SHA_256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");
const ECDSA_SHA_384: ObjectIdentifier = oid("1.2.840.10045.4.3.3");
const ECDSA_SHA_512: ObjectIdentifier = oid("1.2.840.10045.4.3.4");

const ED_25519: ObjectIdentifier = oid("1.3.101.112");

/// The identifier with these numbers.
pub(super) const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// A digest that still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// The digest of this identifier; `what` names its place in errors.
    pub(super) fn read(
        identifier: &AlgorithmIdentifierRef<'_>,
        what: &'static str,
    ) -> Result<Self, TimeStampError> {
        if identifier.parameters.is_some_and(|parameters| !parameters.is_null()) {
            return Err(TimeStampError::UnsupportedAlgorithm(what));
        }
        match identifier.oid {
            SHA_256 => Ok(Self::Sha256),
            SHA_384 => Ok(Self::Sha384),
            SHA_512 => Ok(Self::Sha512),
            MD5 | SHA_1 => Err(TimeStampError::WeakAlgorithm(what)),
            _ => Err(TimeStampError::UnsupportedAlgorithm(what)),
        }
    }

    /// Length of the digest in bytes.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Whether the digest of `bytes` is `expected`.
    pub(super) fn matches(self, bytes: &[u8], expected: &[u8]) -> bool {
        let algorithm = match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        };
        digest::digest(algorithm, bytes).as_ref() == expected
    }
}

/// Whether the SHA-1 digest of `bytes` is `expected`. Only to tell which certificate an ESSCertID
/// of RFC 2634 means: what is signed, and by which key, never rests on it.
pub(super) fn is_sha1_of(expected: &[u8], bytes: &[u8]) -> bool {
    digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref() == expected
}

/// Checks a signature by the key over the message. `digest` is what goes with an algorithm that does
/// not name its digest, and has to agree with one that does.
///
/// `failed` is the error if the signature does not hold, and `what` names its place in others.
pub(super) fn verify(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierRef<'_>,
    digest: Option<DigestAlgorithm>,
    (message, signature): (&[u8], &[u8]),
    failed: TimeStampError,
    what: &'static str,
) -> Result<(), TimeStampError> {
    let scheme = Scheme::read(algorithm, digest, what)?;
    if digest.is_some_and(|digest| scheme.digest().is_some_and(|own| own != digest)) {
        return Err(TimeStampError::UnsupportedAlgorithm(what));
    }
    // A key of RSASSA-PSS may be bound to its parameters (RFC 4055, section 3.3): they must be the same.
    let bound = key.algorithm.parameters.as_ref().filter(|_| key.algorithm.oid == RSA_PSS);
    if bound.is_some_and(|bound| algorithm.parameters != Some(bound.into())) {
        return Err(TimeStampError::UnsupportedAlgorithm(what));
    }
    let verifier = scheme.verifier(key).ok_or(TimeStampError::UnsupportedAlgorithm(what))?;
    let public = key.subject_public_key.as_bytes().ok_or(TimeStampError::Malformed(what))?;
    if key.algorithm.oid == ED_25519 && ed25519::is_weak(public) {
        return Err(failed);
    }
    UnparsedPublicKey::new(verifier, public).verify(message, signature).map_err(|_| failed)
}

/// A way to sign, without the curve, which the key knows.
#[derive(Clone, Copy)]
enum Scheme {
    Pkcs1(DigestAlgorithm),
    Pss(DigestAlgorithm),
    Ecdsa(DigestAlgorithm),
    Ed25519,
}

impl Scheme {
    fn read(
        algorithm: &AlgorithmIdentifierRef<'_>,
        digest: Option<DigestAlgorithm>,
        what: &'static str,
    ) -> Result<Self, TimeStampError> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let unsupported = TimeStampError::UnsupportedAlgorithm(what);
        let scheme = match algorithm.oid {
            // CMS may name the key's algorithm only (RFC 3370, section 3.2).
            RSA => Self::Pkcs1(digest.ok_or(unsupported.clone())?),
            RSA_SHA_256 => Self::Pkcs1(Sha256),
            RSA_SHA_384 => Self::Pkcs1(Sha384),
            RSA_SHA_512 => Self::Pkcs1(Sha512),
            RSA_PSS => return pss(algorithm.parameters.ok_or(TimeStampError::WeakAlgorithm(what))?, what),
            ECDSA_SHA_256 => Self::Ecdsa(Sha256),
            ECDSA_SHA_384 => Self::Ecdsa(Sha384),
            ECDSA_SHA_512 => Self::Ecdsa(Sha512),
            ED_25519 => Self::Ed25519,
            RSA_MD5 | RSA_SHA_1 | ECDSA_SHA_1 => return Err(TimeStampError::WeakAlgorithm(what)),
            _ => return Err(unsupported),
        };
        let plain = match scheme {
            Self::Pkcs1(_) | Self::Pss(_) => algorithm.parameters.is_none_or(|p| p.is_null()),
            Self::Ecdsa(_) | Self::Ed25519 => algorithm.parameters.is_none(),
        };
        if plain { Ok(scheme) } else { Err(unsupported) }
    }

    fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Pkcs1(digest) | Self::Pss(digest) | Self::Ecdsa(digest) => Some(digest),
            Self::Ed25519 => None,
        }
    }

    /// What verifies signatures of this kind by this key, if they go together.
    fn verifier(self, key: &SubjectPublicKeyInfoOwned) -> Option<&'static dyn VerificationAlgorithm> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        let curve = key.algorithm.parameters.as_ref().and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
        Some(match (key.algorithm.oid, curve, self) {
            (RSA, None, Self::Pkcs1(Sha256)) => &RSA_PKCS1_2048_8192_SHA256,
            (RSA, None, Self::Pkcs1(Sha384)) => &RSA_PKCS1_2048_8192_SHA384,
            (RSA, None, Self::Pkcs1(Sha512)) => &RSA_PKCS1_2048_8192_SHA512,
            (RSA | RSA_PSS, None, Self::Pss(Sha256)) => &RSA_PSS_2048_8192_SHA256,
            (RSA | RSA_PSS, None, Self::Pss(Sha384)) => &RSA_PSS_2048_8192_SHA384,
            (RSA | RSA_PSS, None, Self::Pss(Sha512)) => &RSA_PSS_2048_8192_SHA512,
            (EC_KEY, Some(P_256), Self::Ecdsa(Sha256)) => &ECDSA_P256_SHA256_ASN1,
            (EC_KEY, Some(P_256), Self::Ecdsa(Sha384)) => &ECDSA_P256_SHA384_ASN1,
            (EC_KEY, Some(P_256), Self::Ecdsa(Sha512)) => &ECDSA_P256_SHA512_ASN1,
            (EC_KEY, Some(P_384), Self::Ecdsa(Sha256)) => &ECDSA_P384_SHA256_ASN1,
            (EC_KEY, Some(P_384), Self::Ecdsa(Sha384)) => &ECDSA_P384_SHA384_ASN1,
            (EC_KEY, Some(P_384), Self::Ecdsa(Sha512)) => &ECDSA_P384_SHA512_ASN1,
            (ED_25519, None, Self::Ed25519) => &ED25519,
            _ => return None,
        })
    }
}

/// RSASSA-PSS-params (RFC 4055, section 3.1): one digest for all, and a salt as long as it. What is
/// left out means SHA-1.
fn pss(parameters: AnyRef<'_>, what: &'static str) -> Result<Scheme, TimeStampError> {
    let weak = TimeStampError::WeakAlgorithm(what);
    let unsupported = TimeStampError::UnsupportedAlgorithm(what);
    let mut items = match parameters.header().tag() {
        Tag::Sequence => Items::new(parameters.value(), what)?,
        _ => return Err(TimeStampError::Malformed(what)),
    };
    let hash = items.optional(context(0, true))?.ok_or(weak.clone())?;
    let hash: AlgorithmIdentifierRef<'_> = hash.items(what)?.decode()?;
    let digest = DigestAlgorithm::read(&hash, what)?;

    let mask = items.optional(context(1, true))?.ok_or(weak)?;
    let mask: AlgorithmIdentifierRef<'_> = mask.items(what)?.decode()?;
    let inner = mask.parameters.ok_or(unsupported.clone())?;
    let inner = inner.decode_as::<AlgorithmIdentifierRef<'_>>().map_err(|_| unsupported.clone())?;
    if mask.oid != MGF_1 || DigestAlgorithm::read(&inner, what)? != digest {
        return Err(unsupported);
    }

    let salt = items.optional(context(2, true))?.map_or(Ok(20), |salt| salt.items(what)?.decode::<u32>())?;
    let trailer =
        items.optional(context(3, true))?.map_or(Ok(1), |trailer| trailer.items(what)?.decode::<u32>())?;
    items.finish()?;
    if salt as usize == digest.len() && trailer == 1 { Ok(Scheme::Pss(digest)) } else { Err(unsupported) }
}
