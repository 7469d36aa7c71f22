//! The token: reading it, and verifying what its authority signed.

use aws_lc_rs::digest;
use cms::{
    content_info::ContentInfo,
    signed_data::{SignedData, SignerIdentifier, SignerInfo},
};
use der::{
    Any, Decode, Encode, Sequence,
    asn1::{GeneralizedTime, ObjectIdentifier, OctetString, Uint},
};
use x509_cert::{Certificate, attr::Attribute, crl::CertificateList, spki::AlgorithmIdentifierOwned};

use super::{SHA_256, TimeStampError, chain};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// Answers larger than this are refused unread, in bytes.
const MAX_RESPONSE: usize = 256 * 1024;
/// More certificates than this in a token are refused.
const MAX_CERTIFICATES: usize = 16;

/// `TimeStampReq` (RFC 3161, section 2.4.1).
#[derive(Sequence)]
pub(super) struct TimeStampReq {
    pub(super) version: u8,
    pub(super) message_imprint: MessageImprint,
    #[asn1(optional = "true")]
    pub(super) req_policy: Option<ObjectIdentifier>,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Uint>,
    pub(super) cert_req: bool,
}

/// `MessageImprint`.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct MessageImprint {
    pub(super) hash_algorithm: AlgorithmIdentifierOwned,
    pub(super) hashed_message: OctetString,
}

/// `TimeStampResp` (RFC 3161, section 2.4.2).
#[derive(Sequence)]
struct TimeStampResp {
    status: PkiStatusInfo,
    #[asn1(optional = "true")]
    token: Option<ContentInfo>,
}

#[derive(Sequence)]
struct PkiStatusInfo {
    status: i64,
    #[asn1(optional = "true")]
    text: Option<Vec<Any>>,
    #[asn1(optional = "true")]
    fail_info: Option<der::asn1::BitString>,
}

/// `TSTInfo` as far as it is used; what follows the nonce is kept unread.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TstInfo {
    imprint: MessageImprint,
    serial: Uint,
    time: GeneralizedTime,
    nonce: Option<Uint>,
}

impl TstInfo {
    fn parse(bytes: &[u8]) -> der::Result<TstInfo> {
        use der::{Reader, SliceReader, Tag, Tagged};
        let mut reader = SliceReader::new(bytes)?;
        let info = reader.sequence(|reader| {
            let version: u8 = reader.decode()?;
            if version != 1 {
                return Err(Tag::Integer.value_error());
            }
            let _policy: ObjectIdentifier = reader.decode()?;
            let imprint = reader.decode()?;
            let serial = reader.decode()?;
            let time = reader.decode()?;
            let mut nonce = None;
            while !reader.is_finished() {
                let member: Any = reader.decode()?;
                // An accuracy is a sequence, ordering a boolean; tsa and extensions are tagged.
                if member.tag() == Tag::Integer && nonce.is_none() {
                    nonce = Some(member.decode_as()?);
                }
            }
            Ok(TstInfo { imprint, serial, time, nonce })
        })?;
        reader.finish(info)
    }
}

/// `ESSCertIDv2` (RFC 5035), and `ESSCertID` (RFC 2634), which has no algorithm.
#[derive(Sequence)]
struct EssCertIdV2 {
    #[asn1(optional = "true")]
    algorithm: Option<AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

#[derive(Sequence)]
struct SigningCertificate {
    certs: Vec<EssCertIdV2>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// A time stamp that was read and not verified.
#[derive(Clone, Debug)]
pub struct TimeStampToken {
    der: Vec<u8>,
    signed: SignedData,
    /// DER of the `TSTInfo`, which is what the digest is over.
    content: Vec<u8>,
    info: TstInfo,
}

/// What an authority stated, and what vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedTime {
    /// The time stated, Unix milliseconds.
    pub time_ms: u64,
    /// Serial number of the token, hexadecimal.
    pub serial: String,
    /// Subject of the signing certificate (RFC 4514).
    pub authority: String,
    /// Whether a revocation list of the issuer was there and looked at, for each certificate of the chain below the root.
    pub revocation_checked: bool,
}

impl TimeStampToken {
    /// Reads the answer of an authority.
    ///
    /// # Errors
    /// [`TimeStampError::NotGranted`], [`TimeStampError::Malformed`].
    pub fn from_response(bytes: &[u8]) -> Result<Self, TimeStampError> {
        let bad = TimeStampError::Malformed("the answer");
        if bytes.len() > MAX_RESPONSE {
            return Err(bad);
        }
        let response = TimeStampResp::from_der(bytes).map_err(|_| bad.clone())?;
        // 0 granted, 1 granted with modifications.
        if !matches!(response.status.status, 0 | 1) {
            return Err(TimeStampError::NotGranted(response.status.status));
        }
        let token = response.token.ok_or(bad.clone())?;
        Self::parse(&token.to_der().map_err(|_| bad)?)
    }

    /// Reads a token by itself: a CMS `ContentInfo`.
    ///
    /// # Errors
    /// [`TimeStampError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TimeStampError> {
        let bad = || TimeStampError::Malformed("the token");
        if bytes.len() > MAX_RESPONSE {
            return Err(bad());
        }
        let outer = ContentInfo::from_der(bytes).map_err(|_| bad())?;
        // One form only: what is kept is what was read.
        if outer.content_type != SIGNED_DATA || outer.to_der().map_err(|_| bad())? != bytes {
            return Err(bad());
        }
        let signed: SignedData = outer.content.decode_as().map_err(|_| bad())?;
        let encapsulated = &signed.encap_content_info;
        if encapsulated.econtent_type != TST_INFO {
            return Err(bad());
        }
        let content = encapsulated.econtent.as_ref().ok_or_else(bad)?;
        let content: OctetString = content.decode_as().map_err(|_| bad())?;
        let content = content.as_bytes().to_vec();
        let info = TstInfo::parse(&content).map_err(|_| bad())?;
        Ok(Self { der: bytes.to_vec(), signed, content, info })
    }

    /// The token as DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The time stated, Unix milliseconds; not to be believed before [`TimeStampToken::verify`].
    #[must_use]
    pub fn claimed_time_ms(&self) -> u64 {
        u64::try_from(self.info.time.to_unix_duration().as_millis()).unwrap_or(u64::MAX)
    }

    /// Verifies the token: over this SHA-256 digest, answering this nonce (when one is given), signed by a certificate
    /// for time stamping alone that leads to one of the roots, valid at the time stated and not revoked before.
    ///
    /// # Errors
    /// [`TimeStampError`].
    pub fn verify(
        &self,
        imprint: &[u8; 32],
        nonce: Option<u64>,
        anchors: &[Certificate],
        lists: &[CertificateList],
    ) -> Result<VerifiedTime, TimeStampError> {
        if self.info.imprint.hash_algorithm.oid != SHA_256 {
            return Err(TimeStampError::Algorithm(self.info.imprint.hash_algorithm.oid.to_string()));
        }
        if self.info.imprint.hashed_message.as_bytes() != imprint {
            return Err(TimeStampError::Other("digest"));
        }
        if let Some(nonce) = nonce {
            let asked =
                Uint::new(&nonce.to_be_bytes()).map_err(|_| TimeStampError::Malformed("the nonce"))?;
            if self.info.nonce != Some(asked) {
                return Err(TimeStampError::Other("request"));
            }
        }
        let certificates = self.certificates()?;
        let [signer] = self.signed.signer_infos.0.as_slice() else {
            return Err(TimeStampError::Malformed("the token's signers"));
        };
        let certificate = certificates.iter().find(|certificate| is_of(signer, certificate));
        let certificate =
            certificate.ok_or(TimeStampError::Chain("the signer's certificate is not there"))?;
        self.check_signature(signer, certificate)?;
        let time = self.info.time.to_unix_duration();
        chain::check_purpose(certificate)?;
        let revocation_checked = chain::check(certificate, &certificates, anchors, lists, time)?;
        Ok(VerifiedTime {
            time_ms: self.claimed_time_ms(),
            serial: hex(self.info.serial.as_bytes()),
            authority: certificate.tbs_certificate.subject.to_string(),
            revocation_checked,
        })
    }

    fn certificates(&self) -> Result<Vec<Certificate>, TimeStampError> {
        let set = self.signed.certificates.iter().flat_map(|set| set.0.iter());
        let certificates = set.filter_map(|choice| match choice {
            cms::cert::CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            cms::cert::CertificateChoices::Other(_) => None,
        });
        let certificates: Vec<_> = certificates.take(MAX_CERTIFICATES + 1).collect();
        if certificates.len() > MAX_CERTIFICATES {
            return Err(TimeStampError::Malformed("the token's certificates"));
        }
        Ok(certificates)
    }

    /// The signature over the signed attributes, and that these speak of the content and of the certificate
    /// (RFC 5652, section 5.4; RFC 3161, section 2.4.2).
    fn check_signature(&self, signer: &SignerInfo, certificate: &Certificate) -> Result<(), TimeStampError> {
        let bad = TimeStampError::Attributes;
        let attributes = signer.signed_attrs.as_ref().ok_or(bad("there are none"))?;
        let one = |oid: ObjectIdentifier| -> Option<&Any> {
            let mut found = attributes.iter().filter(|attribute: &&Attribute| attribute.oid == oid);
            let attribute = found.next().filter(|_| found.next().is_none())?;
            attribute.values.get(0).filter(|_| attribute.values.len() == 1)
        };
        let content_type = one(CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
        if content_type != Some(TST_INFO) {
            return Err(bad("content type"));
        }
        let algorithm = chain::digest_of(&signer.digest_alg.oid)?;
        let expected = digest::digest(algorithm, &self.content);
        let stated = one(MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
        if stated.is_none_or(|stated| stated.as_bytes() != expected.as_ref()) {
            return Err(bad("message digest"));
        }
        let der = certificate.to_der().map_err(|_| TimeStampError::Malformed("a certificate"))?;
        let named = match (one(SIGNING_CERTIFICATE_V2), one(SIGNING_CERTIFICATE)) {
            (Some(value), _) => names_certificate(value, &der, &digest::SHA256),
            // RFC 2634 knows SHA-1 only. It merely points at the certificate here; what vouches is the chain.
            (None, Some(value)) => names_certificate(value, &der, &digest::SHA1_FOR_LEGACY_USE_ONLY),
            (None, None) => None,
        };
        if named != Some(true) {
            return Err(bad("signing certificate"));
        }
        let message = attributes.to_der().map_err(|_| bad("they do not encode"))?;
        chain::verify_signature(
            &certificate.tbs_certificate.subject_public_key_info,
            &signer.signature_algorithm.oid,
            Some(&signer.digest_alg.oid),
            &message,
            signer.signature.as_bytes(),
        )?
        .then_some(())
        .ok_or(TimeStampError::Signature("the token"))
    }
}

/// Whether the first certificate that the attribute names is this one.
fn names_certificate(value: &Any, der: &[u8], default: &'static digest::Algorithm) -> Option<bool> {
    let list: SigningCertificate = value.decode_as().ok()?;
    let first = list.certs.first()?;
    let algorithm = match &first.algorithm {
        Some(algorithm) => chain::digest_of(&algorithm.oid).ok()?,
        None => default,
    };
    Some(digest::digest(algorithm, der).as_ref() == first.hash.as_bytes())
}

fn is_of(signer: &SignerInfo, certificate: &Certificate) -> bool {
    let tbs = &certificate.tbs_certificate;
    match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            id.issuer == tbs.issuer && id.serial_number == tbs.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            chain::subject_key_identifier(certificate).is_some_and(|own| own.as_slice() == id.0.as_bytes())
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
