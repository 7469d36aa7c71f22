//! SignedData with one signature (RFC 5652, sections 3 and 5), as the bytes it is made of.

use x509_cert::der::Tag;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::spki::AlgorithmIdentifierRef;

use super::algorithm::{DigestAlgorithm, oid};
use super::certificate::Certificate;
use super::error::TimeStampError;
use super::reader::{Element, Items, context};

const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo (RFC 3161, section 2.4.2).
pub(super) const TST_INFO: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");

const WHAT: &str = "signed data";
const SIGNATURE: &str = "signature of the time stamp";
/// More certificates, revocation lists, digests or attributes than this are refused.
const MAX_MEMBERS: usize = 32;

/// SignedData over a TSTInfo.
pub(super) struct SignedData<'a> {
    /// The DER of the TSTInfo.
    pub(super) content: &'a [u8],
    /// Certificates, as they came. Nobody has looked at them.
    pub(super) certificates: Vec<&'a [u8]>,
    /// Revocation lists, as they came.
    pub(super) crls: Vec<&'a [u8]>,
    /// The one signature.
    pub(super) signer: SignerInfo<'a>,
}

impl<'a> SignedData<'a> {
    /// Reads the ContentInfo of a token.
    pub(super) fn read(token: &'a [u8]) -> Result<Self, TimeStampError> {
        let mut items = Items::of(token, Tag::Sequence, WHAT)?;
        if items.decode::<ObjectIdentifier>()? != SIGNED_DATA {
            return Err(TimeStampError::Malformed(WHAT));
        }
        let signed = items.take(context(0, true))?;
        items.finish()?;

        let mut items = Items::of(signed.value, Tag::Sequence, WHAT)?;
        // RFC 5652, section 5.1: at least 3, as the content is not plain data.
        if !(3..=5).contains(&items.decode::<u8>()?) {
            return Err(TimeStampError::Malformed(WHAT));
        }
        let digests = items.take(Tag::Set)?.items(WHAT)?.rest(MAX_MEMBERS)?;
        let content = content(items.take(Tag::Sequence)?)?;
        let certificates = members(items.optional(context(0, true))?)?;
        let crls = members(items.optional(context(1, true))?)?;
        let signers = items.take(Tag::Set)?.items(WHAT)?.rest(MAX_MEMBERS)?;
        items.finish()?;

        let [signer] = signers[..] else { return Err(TimeStampError::SignerCount) };
        let signer = SignerInfo::read(signer)?;
        // Section 5.1: the digests of all signatures are listed ahead.
        let listed = |digest: &Element<'_>| {
            digest.decode(WHAT).and_then(|digest| DigestAlgorithm::read(&digest, WHAT)) == Ok(signer.digest)
        };
        if !digests.iter().any(listed) {
            return Err(TimeStampError::Malformed(WHAT));
        }
        Ok(Self { content, certificates, crls, signer })
    }
}

/// The TSTInfo of EncapsulatedContentInfo.
fn content(element: Element<'_>) -> Result<&[u8], TimeStampError> {
    let mut items = element.items(WHAT)?;
    if items.decode::<ObjectIdentifier>()? != TST_INFO {
        return Err(TimeStampError::NotATimeStamp);
    }
    let wrapped = items.take(context(0, true))?;
    items.finish()?;
    let octets = Element::only(wrapped.value, WHAT)?;
    if octets.tag == Tag::OctetString { Ok(octets.value) } else { Err(TimeStampError::Malformed(WHAT)) }
}

/// The members of a set that are plain certificates or lists; other kinds are left out.
fn members(set: Option<Element<'_>>) -> Result<Vec<&[u8]>, TimeStampError> {
    let Some(set) = set else { return Ok(Vec::new()) };
    let members = set.items(WHAT)?.rest(MAX_MEMBERS)?;
    Ok(members.iter().filter(|member| member.tag == Tag::Sequence).map(|member| member.full).collect())
}

/// Whose signature it is.
enum SignerId<'a> {
    IssuerAndSerial(Element<'a>, Element<'a>),
    KeyId(&'a [u8]),
}

/// SignerInfo with signed attributes.
pub(super) struct SignerInfo<'a> {
    id: SignerId<'a>,
    digest: DigestAlgorithm,
    signed: Element<'a>,
    attributes: Vec<Attribute<'a>>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: &'a [u8],
}

impl<'a> SignerInfo<'a> {
    fn read(element: Element<'a>) -> Result<Self, TimeStampError> {
        let mut items = Items::of(element.full, Tag::Sequence, WHAT)?;
        let version: u8 = items.decode()?;
        let id = match (version, items.any()?) {
            (1, id) if id.tag == Tag::Sequence => {
                let mut items = id.items(WHAT)?;
                let (issuer, serial) = (items.take(Tag::Sequence)?, items.take(Tag::Integer)?);
                items.finish()?;
                SignerId::IssuerAndSerial(issuer, serial)
            }
            (3, id) if id.tag == context(0, false) => SignerId::KeyId(id.value),
            _ => return Err(TimeStampError::Malformed(WHAT)),
        };
        let digest = DigestAlgorithm::read(&items.decode()?, SIGNATURE)?;
        let signed =
            items.optional(context(0, true))?.ok_or(TimeStampError::SignedAttributes("there are none"))?;
        let attributes = attributes(signed)?;
        let algorithm = items.decode()?;
        let signature = items.take(Tag::OctetString)?.value;
        items.optional(context(1, true))?;
        items.finish()?;
        Ok(Self { id, digest, signed, attributes, algorithm, signature })
    }

    /// Whether the signature is said to be by the key of this certificate.
    pub(super) fn is_by(&self, certificate: &Certificate<'_>) -> bool {
        match &self.id {
            SignerId::IssuerAndSerial(issuer, serial) => {
                issuer.full == certificate.issuer && serial.value == certificate.serial
            }
            SignerId::KeyId(id) => certificate.key_id() == Some(id),
        }
    }

    /// The one value of the one signed attribute of this type; `None` if there is none.
    pub(super) fn attribute(&self, wanted: ObjectIdentifier) -> Option<Element<'a>> {
        self.attributes.iter().find(|attribute| attribute.kind == wanted).map(|attribute| attribute.value)
    }

    /// Checks that the attributes are about this content (RFC 5652, section 11), and that the key of
    /// the certificate signed them.
    pub(super) fn verify(&self, content: &[u8], certificate: &Certificate<'_>) -> Result<(), TimeStampError> {
        let bad = TimeStampError::SignedAttributes;
        let kind = self.attribute(CONTENT_TYPE).ok_or(bad("no content type"))?;
        if kind.decode::<ObjectIdentifier>(WHAT)? != TST_INFO {
            return Err(bad("another content type"));
        }
        let digest = self.attribute(MESSAGE_DIGEST).ok_or(bad("no message digest"))?;
        if digest.tag != Tag::OctetString || !self.digest.matches(content, digest.value) {
            return Err(bad("the digest of another content"));
        }
        // What is signed has the tag of a SET, where the message has [0] (section 5.4).
        let mut signed = self.signed.full.to_vec();
        if let Some(tag) = signed.first_mut() {
            *tag = 0x31;
        }
        super::algorithm::verify(
            certificate.key(),
            &self.algorithm,
            Some(self.digest),
            (&signed, self.signature),
            TimeStampError::Signature,
            SIGNATURE,
        )
    }
}

/// An attribute, which always has one value here.
struct Attribute<'a> {
    kind: ObjectIdentifier,
    value: Element<'a>,
}

/// The signed attributes: in the order of DER, as they must be signed so, and each of them once.
fn attributes(set: Element<'_>) -> Result<Vec<Attribute<'_>>, TimeStampError> {
    let bad = TimeStampError::SignedAttributes;
    let elements = set.items(WHAT)?.rest(MAX_MEMBERS)?;
    if !elements.is_sorted_by(|one, next| one.full < next.full) {
        return Err(bad("they are not in order"));
    }
    let mut attributes: Vec<Attribute<'_>> = Vec::with_capacity(elements.len());
    for element in elements {
        let mut items = Items::of(element.full, Tag::Sequence, WHAT)?;
        let kind = items.decode()?;
        let values = items.take(Tag::Set)?;
        items.finish()?;
        let [value] = values.items(WHAT)?.rest(MAX_MEMBERS)?[..] else {
            return Err(bad("one has not one value"));
        };
        if attributes.iter().any(|other| other.kind == kind) {
            return Err(bad("one is repeated"));
        }
        attributes.push(Attribute { kind, value });
    }
    Ok(attributes)
}
