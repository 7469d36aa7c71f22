//! Certificates (RFC 5280) and what they allow.

use x509_cert::TbsCertificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Tag};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};
use x509_cert::time::Time;

use super::algorithm::oid;
use super::error::TimeStampError;
use super::reader::{Items, context};
use super::text::shown;

const WHAT: &str = "certificate";

const SUBJECT_KEY_ID: ObjectIdentifier = oid("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
const SUBJECT_NAMES: ObjectIdentifier = oid("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
const POLICIES: ObjectIdentifier = oid("2.5.29.32");
const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
const ANY_PURPOSE: ObjectIdentifier = oid("2.5.29.37.0");
const TIME_STAMPING: ObjectIdentifier = oid("1.3.6.1.5.5.7.3.8");

/// Extensions that may be critical. Names and policies of a chain restrict nothing here: every name
/// is as good as another, and any policy is accepted.
const UNDERSTOOD: [ObjectIdentifier; 5] =
    [KEY_USAGE, SUBJECT_NAMES, BASIC_CONSTRAINTS, POLICIES, EXTENDED_KEY_USAGE];

/// What certificates and revocation lists have in common: something signed, and the signature.
pub(super) struct Signed<'a> {
    pub(super) content: &'a [u8],
    pub(super) algorithm: AlgorithmIdentifierRef<'a>,
    signature: &'a [u8],
    what: &'static str,
}

impl<'a> Signed<'a> {
    pub(super) fn read(der: &'a [u8], what: &'static str) -> Result<Self, TimeStampError> {
        let bad = TimeStampError::Malformed(what);
        let mut items = Items::of(der, Tag::Sequence, what)?;
        let content = items.take(Tag::Sequence)?.full;
        let algorithm = items.decode()?;
        let bits = items.take(Tag::BitString)?;
        items.finish()?;
        // A signature is whole bytes: no bit is unused.
        let Some((0, signature)) = bits.value.split_first() else { return Err(bad) };
        Ok(Self { content, algorithm, signature, what })
    }

    /// Checks the signature by this key; `failed` is the error if it does not hold.
    pub(super) fn verify(
        &self,
        key: &SubjectPublicKeyInfoOwned,
        failed: TimeStampError,
    ) -> Result<(), TimeStampError> {
        let signed = (self.content, self.signature);
        super::algorithm::verify(key, &self.algorithm, None, signed, failed, self.what)
    }
}

/// A certificate that could be read.
pub(super) struct Certificate<'a> {
    /// All its bytes.
    pub(super) der: &'a [u8],
    /// The DER of its issuer's name.
    pub(super) issuer: &'a [u8],
    /// The DER of its subject's name.
    pub(super) subject: &'a [u8],
    /// The content of its serial number.
    pub(super) serial: &'a [u8],
    signed: Signed<'a>,
    tbs: TbsCertificate,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self, TimeStampError> {
        let bad = |_| TimeStampError::Malformed(WHAT);
        let signed = Signed::read(der, WHAT)?;
        let tbs = TbsCertificate::from_der(signed.content).map_err(bad)?;
        let mut items = Items::of(signed.content, Tag::Sequence, WHAT)?;
        items.optional(context(0, true))?;
        let serial = items.take(Tag::Integer)?.value;
        let algorithm: AlgorithmIdentifierRef<'_> = items.decode()?;
        let issuer = items.take(Tag::Sequence)?.full;
        items.take(Tag::Sequence)?;
        let subject = items.take(Tag::Sequence)?.full;
        // Section 4.1.1.2: the algorithm stands twice, once where it is signed.
        if algorithm != signed.algorithm || has_repeated(tbs.extensions()) {
            return Err(TimeStampError::Malformed(WHAT));
        }
        Ok(Self { der, issuer, subject, serial, signed, tbs })
    }

    pub(super) fn key(&self) -> &SubjectPublicKeyInfoOwned {
        self.tbs.subject_public_key_info()
    }

    pub(super) fn serial_number(&self) -> &SerialNumber {
        self.tbs.serial_number()
    }

    /// The subject's name as text, fit to be shown.
    pub(super) fn subject_text(&self) -> String {
        shown(&self.tbs.subject().to_string())
    }

    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// The subject key identifier (section 4.2.1.2).
    pub(super) fn key_id(&self) -> Option<&[u8]> {
        let value = self.extension(SUBJECT_KEY_ID)?.extn_value.as_bytes();
        // The identifier is an OCTET STRING in the one that holds every extension.
        value.strip_prefix(&[0x04, u8::try_from(value.len().checked_sub(2)?).ok()?])
    }

    /// When it ends, in milliseconds since 1970.
    pub(super) fn not_after_ms(&self) -> u64 {
        to_ms(self.tbs.validity().not_after)
    }

    /// Whether it is a certificate of an authority.
    pub(super) fn is_authority(&self) -> bool {
        matches!(self.read_extension::<BasicConstraints>(BASIC_CONSTRAINTS), Ok(Some(basic)) if basic.ca)
    }

    /// The extension of this type.
    pub(super) fn extension(&self, wanted: ObjectIdentifier) -> Option<&Extension> {
        self.tbs.extensions()?.iter().find(|extension| extension.extn_id == wanted)
    }

    fn read_extension<'b, T: Decode<'b>>(
        &'b self,
        wanted: ObjectIdentifier,
    ) -> Result<Option<T>, TimeStampError> {
        self.extension(wanted).map(|extension| read_extension(extension, WHAT)).transpose()
    }

    /// Checks what holds for every certificate of a chain: it is valid at the time, and every
    /// critical extension is understood.
    pub(super) fn check_at(&self, time_ms: u64) -> Result<(), TimeStampError> {
        let validity = self.tbs.validity();
        // Both ends belong to it, to the second (section 4.1.2.5).
        if time_ms < to_ms(validity.not_before) || time_ms >= to_ms(validity.not_after).saturating_add(1000) {
            return Err(TimeStampError::NotValidThen);
        }
        check_critical(self.tbs.extensions(), &UNDERSTOOD, WHAT)
    }

    /// Checks that it is for time stamps and nothing else (RFC 3161, section 2.3).
    pub(super) fn check_signer(&self) -> Result<(), TimeStampError> {
        let extension = self.extension(EXTENDED_KEY_USAGE).ok_or(TimeStampError::Purpose)?;
        let ExtendedKeyUsage(purposes) = read_extension(extension, WHAT)?;
        let usage = self.read_extension::<KeyUsage>(KEY_USAGE)?;
        let signs = usage.is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
        if extension.critical && purposes == [TIME_STAMPING] && signs {
            Ok(())
        } else {
            Err(TimeStampError::Purpose)
        }
    }

    /// Checks that it may issue a certificate with `below` further authorities between that one and
    /// the signer's (section 4.2.1.3, 4.2.1.9, 4.2.1.12).
    pub(super) fn check_issuer(&self, below: usize) -> Result<(), TimeStampError> {
        let basic = self.read_extension::<BasicConstraints>(BASIC_CONSTRAINTS)?;
        let basic = basic.filter(|basic| basic.ca).ok_or(TimeStampError::NotAnIssuer)?;
        let usage = self.read_extension::<KeyUsage>(KEY_USAGE)?;
        let purposes = self.read_extension::<ExtendedKeyUsage>(EXTENDED_KEY_USAGE)?;
        let stamps = purposes.is_none_or(|ExtendedKeyUsage(purposes)| {
            purposes.contains(&TIME_STAMPING) || purposes.contains(&ANY_PURPOSE)
        });
        if usage.is_some_and(|usage| !usage.key_cert_sign()) || !stamps {
            return Err(TimeStampError::NotAnIssuer);
        }
        if basic.path_len_constraint.is_some_and(|most| below > usize::from(most)) {
            return Err(TimeStampError::PathLength);
        }
        Ok(())
    }

    /// Whether it may sign revocation lists.
    pub(super) fn may_sign_lists(&self) -> bool {
        matches!(self.read_extension::<KeyUsage>(KEY_USAGE), Ok(usage) if usage.is_none_or(|u| u.crl_sign()))
    }

    /// Checks the signature that `issuer` put on it.
    pub(super) fn check_issued_by(&self, issuer: &Certificate<'_>) -> Result<(), TimeStampError> {
        self.signed.verify(issuer.key(), TimeStampError::CertificateSignature)
    }
}

/// An extension as its type.
pub(super) fn read_extension<'a, T: Decode<'a>>(
    extension: &'a Extension,
    what: &'static str,
) -> Result<T, TimeStampError> {
    T::from_der(extension.extn_value.as_bytes()).map_err(|_| TimeStampError::Malformed(what))
}

/// That every extension which is critical is one of those understood.
pub(super) fn check_critical(
    extensions: Option<&Extensions>,
    understood: &[ObjectIdentifier],
    what: &'static str,
) -> Result<(), TimeStampError> {
    let mut extensions = extensions.into_iter().flatten();
    if extensions.any(|extension| extension.critical && !understood.contains(&extension.extn_id)) {
        return Err(TimeStampError::CriticalExtension(what));
    }
    Ok(())
}

/// Whether an extension stands there twice (section 4.2 forbids it).
pub(super) fn has_repeated(extensions: Option<&Extensions>) -> bool {
    let Some(extensions) = extensions else { return false };
    extensions
        .iter()
        .enumerate()
        .any(|(at, one)| extensions[..at].iter().any(|other| other.extn_id == one.extn_id))
}

/// Milliseconds since 1970.
pub(super) fn to_ms(time: Time) -> u64 {
    time.to_unix_duration().as_secs().saturating_mul(1000)
}
