//! Verification of a token, from nothing but bytes (RFC 3161, section 2.4.2; RFC 5652, section 5.6).

use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::AlgorithmIdentifierRef;

use super::algorithm::{DigestAlgorithm, is_sha1_of, oid};
use super::certificate::Certificate;
use super::chain;
use super::cms::{SignedData, SignerInfo};
use super::crl::{self, Revocation};
use super::error::TimeStampError;
use super::reader::{Element, Items, context};
use super::request::integer;
use super::token::TimeStampToken;
use crate::tree::sha256;

const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
const WHAT: &str = "signing certificate attribute";

/// A time that an authority vouches for. There is none without a chain to an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedTime {
    /// The digest existed at this time, in milliseconds since 1970.
    pub time_ms: u64,
    /// By how much the time may be off, in microseconds, if the authority says so.
    pub accuracy_us: Option<u64>,
    /// The serial number of the token: the content of its INTEGER.
    pub serial: Vec<u8>,
    /// The policy of the authority: an object identifier with dots.
    pub policy: String,
    /// Whose certificate signed: its subject, fit to be shown.
    pub signer: String,
    /// SHA-256 of the certificate that signed.
    pub signer_sha256: [u8; 32],
    /// SHA-256 of the anchor that the chain ends at.
    pub anchor_sha256: [u8; 32],
    /// Certificates in the chain, signer and anchor included.
    pub chain_len: usize,
    /// What revocation lists said. The caller decides whether that is enough.
    pub revocation: Revocation,
}

impl TimeStampToken {
    /// Checks that the token is about this SHA-256 digest, that it answers the request with this
    /// nonce, if one is given, and that it was signed by an authority whose chain held at its time
    /// and ends at one of the anchors (DER certificates).
    ///
    /// The chain is built from the certificates in the token and the anchors; an authority below a root
    /// or the signer's own certificate may be an anchor, too. Revocation lists (DER) may be given and
    /// may come with the token; that there is none is not an error, but is told. Those in the token are
    /// not signed by it: whoever keeps it can take them away, so that what matters has to be given.
    ///
    /// # Errors
    /// Every kind of [`TimeStampError`] but [`TimeStampError::Refused`]; also if an anchor or a list
    /// of the caller cannot be read.
    pub fn verify(
        &self,
        imprint: &[u8; 32],
        nonce: Option<u64>,
        anchors: &[Vec<u8>],
        crls: &[Vec<u8>],
    ) -> Result<VerifiedTime, TimeStampError> {
        let info = self.info();
        if info.imprint.algorithm != DigestAlgorithm::Sha256 || info.imprint.digest != imprint {
            return Err(TimeStampError::Imprint);
        }
        if nonce.is_some_and(|nonce| info.nonce.as_deref() != Some(&integer(nonce))) {
            return Err(TimeStampError::Nonce);
        }
        let anchors = anchors.iter().map(|der| Certificate::read(der)).collect::<Result<Vec<_>, _>>()?;
        let signed = self.signed_data()?;
        // What cannot be read in the token's bag of certificates is not needed, or will be missed.
        let given: Vec<_> =
            signed.certificates.iter().filter_map(|der| Certificate::read(der).ok()).collect();
        let signer = find_signer(&signed, given.iter().chain(&anchors))?;
        signer.check_signer()?;
        signed.signer.verify(signed.content, signer)?;
        let chain = chain::find(signer, &given, &anchors, info.time_ms)?;
        let revocation = crl::look_up(&chain, crls, &signed.crls, info.time_ms)?;
        Ok(VerifiedTime {
            time_ms: info.time_ms,
            accuracy_us: info.accuracy_us,
            serial: info.serial.clone(),
            policy: info.policy.clone(),
            signer: signer.subject_text(),
            signer_sha256: sha256(signer.der),
            anchor_sha256: sha256(chain.last().unwrap_or(&signer).der),
            chain_len: chain.len(),
            revocation,
        })
    }
}

/// The certificate that the signature names and the signed attributes identify.
fn find_signer<'c, 'a>(
    signed: &SignedData<'_>,
    mut certificates: impl Iterator<Item = &'c Certificate<'a>>,
) -> Result<&'c Certificate<'a>, TimeStampError>
where
    'a: 'c,
{
    let identified = Identified::read(&signed.signer)?;
    let mut named = certificates.by_ref().filter(|certificate| signed.signer.is_by(certificate)).peekable();
    if named.peek().is_none() {
        return Err(TimeStampError::SignerMissing);
    }
    named
        .find(|certificate| identified.iter().all(|one| one.is(certificate)))
        .ok_or(TimeStampError::SignedAttributes("another certificate is identified"))
}

/// ESSCertID or ESSCertIDv2: the certificate that the signer says is its own.
struct Identified<'a> {
    /// `None` for SHA-1, which ESSCertID is bound to.
    digest: Option<DigestAlgorithm>,
    hash: &'a [u8],
    /// The DER of the names of the issuer, and the content of the serial number.
    issued: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> Identified<'a> {
    /// What the attributes identify: by RFC 2634, section 5.4, by RFC 5035, section 3, or by both.
    fn read(signer: &SignerInfo<'a>) -> Result<Vec<Self>, TimeStampError> {
        let first = signer.attribute(SIGNING_CERTIFICATE).map(|value| Self::of(value, false));
        let second = signer.attribute(SIGNING_CERTIFICATE_V2).map(|value| Self::of(value, true));
        let identified = first.into_iter().chain(second).collect::<Result<Vec<_>, _>>()?;
        if identified.is_empty() {
            return Err(TimeStampError::SignedAttributes("no signing certificate"));
        }
        Ok(identified)
    }

    /// The first identifier in the attribute's value: the signer's own. More may follow.
    fn of(value: Element<'a>, v2: bool) -> Result<Self, TimeStampError> {
        let mut outer = Items::of(value.full, Tag::Sequence, WHAT)?;
        let mut items = outer.take(Tag::Sequence)?.items(WHAT)?.take(Tag::Sequence)?.items(WHAT)?;
        let digest = match (v2, items.optional(Tag::Sequence)?) {
            (false, None) => None,
            (true, None) => Some(DigestAlgorithm::Sha256),
            (true, Some(algorithm)) => {
                let algorithm: AlgorithmIdentifierRef<'_> = algorithm.decode(WHAT)?;
                Some(DigestAlgorithm::read(&algorithm, WHAT)?)
            }
            (false, Some(_)) => return Err(TimeStampError::Malformed(WHAT)),
        };
        let hash = items.take(Tag::OctetString)?.value;
        let issued = match items.optional(Tag::Sequence)? {
            Some(issued) => {
                let mut issued = issued.items(WHAT)?;
                let (names, serial) = (issued.take(Tag::Sequence)?, issued.take(Tag::Integer)?);
                issued.finish()?;
                // One name, which is that of a directory.
                let name = Element::only(names.value, WHAT)?;
                if name.tag != context(4, true) {
                    return Err(TimeStampError::Malformed(WHAT));
                }
                Some((name.value, serial.value))
            }
            None => None,
        };
        items.finish()?;
        Ok(Self { digest, hash, issued })
    }

    fn is(&self, certificate: &Certificate<'_>) -> bool {
        let is_hash = match self.digest {
            Some(digest) => digest.matches(certificate.der, self.hash),
            None => is_sha1_of(self.hash, certificate.der),
        };
        is_hash && self.issued.is_none_or(|issued| issued == (certificate.issuer, certificate.serial))
    }
}
