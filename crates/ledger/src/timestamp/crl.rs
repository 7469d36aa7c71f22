//! Revocation lists (RFC 5280, section 5 and 6.3), read for a time stamp (RFC 3161, section 4).

use x509_cert::crl::{RevokedCert, TbsCertList};
use x509_cert::der::asn1::{GeneralizedTime, ObjectIdentifier};
use x509_cert::der::{Decode, Tag};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::CrlReason;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlDistributionPoints};
use x509_cert::spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use super::algorithm::oid;
use super::certificate::{Certificate, Signed, check_critical, has_repeated, read_extension, to_ms};
use super::error::TimeStampError;
use super::reader::Items;

const WHAT: &str = "revocation list";
/// Lists larger than this, in bytes, are refused unread.
const MAX_LIST: usize = 32 * 1024 * 1024;

const REASON: ObjectIdentifier = oid("2.5.29.21");
const INVALIDITY_DATE: ObjectIdentifier = oid("2.5.29.24");
const ISSUING_POINT: ObjectIdentifier = oid("2.5.29.28");
const DISTRIBUTION_POINTS: ObjectIdentifier = oid("2.5.29.31");
const AUTHORITY_KEY_ID: ObjectIdentifier = oid("2.5.29.35");

/// What revocation lists said about a chain that holds. A certificate counts as looked up if a list
/// by its issuer covers it, speaks of the time of the stamp or of a later one, and was made before
/// the certificate ended, as lists may forget what has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// There was no list for the signer's certificate: nobody has looked.
    Unknown,
    /// The signer's certificate was looked up, but not every authority's.
    Signer {
        /// When the list was made, in milliseconds since 1970.
        as_of_ms: u64,
    },
    /// Every certificate below the anchor was looked up.
    Chain {
        /// When the oldest list that counts was made, in milliseconds since 1970.
        as_of_ms: u64,
    },
}

/// Looks the chain up, from the signer to the anchor. A list that was given by the caller has to be
/// good if it is one by an issuer of the chain; one that came with the token is ignored if it is not.
pub(super) fn look_up(
    chain: &[&Certificate<'_>],
    given: &[Vec<u8>],
    embedded: &[&[u8]],
    time_ms: u64,
) -> Result<Revocation, TimeStampError> {
    let given = given.iter().map(|der| List::read(der)).collect::<Result<Vec<_>, _>>()?;
    let embedded: Vec<_> = embedded.iter().filter_map(|der| List::read(der).ok()).collect();
    let mut looked_up = Vec::new();
    for pair in chain.windows(2) {
        let [certificate, issuer] = pair else { continue };
        let mut newest = None;
        for list in &given {
            newest = newest.max(list.look_up(certificate, issuer, time_ms)?);
        }
        for list in &embedded {
            match list.look_up(certificate, issuer, time_ms) {
                Err(revoked @ TimeStampError::Revoked { .. }) => return Err(revoked),
                answer => newest = newest.max(answer.unwrap_or_default()),
            }
        }
        looked_up.push(newest);
    }
    // An anchor that signs time stamps itself has nobody who would revoke it.
    let Some(&Some(signer)) = looked_up.first() else { return Ok(Revocation::Unknown) };
    let oldest =
        looked_up.iter().copied().collect::<Option<Vec<u64>>>().and_then(|all| all.into_iter().min());
    Ok(match oldest {
        Some(as_of_ms) => Revocation::Chain { as_of_ms },
        None => Revocation::Signer { as_of_ms: signer },
    })
}

/// A revocation list that could be read.
struct List<'a> {
    issuer: &'a [u8],
    signed: Signed<'a>,
    tbs: TbsCertList,
}

impl<'a> List<'a> {
    fn read(der: &'a [u8]) -> Result<Self, TimeStampError> {
        if der.len() > MAX_LIST {
            return Err(TimeStampError::TooLarge);
        }
        let signed = Signed::read(der, WHAT)?;
        let tbs = TbsCertList::from_der(signed.content).map_err(|_| TimeStampError::Malformed(WHAT))?;
        let mut items = Items::of(signed.content, Tag::Sequence, WHAT)?;
        items.take(Tag::Integer)?;
        let algorithm: AlgorithmIdentifierRef<'_> = items.decode()?;
        let issuer = items.take(Tag::Sequence)?.full;
        if algorithm != signed.algorithm || has_repeated(tbs.crl_extensions.as_ref()) {
            return Err(TimeStampError::Malformed(WHAT));
        }
        Ok(Self { issuer, signed, tbs })
    }

    /// When the list was made, if it is about the certificate and clears it at the time.
    fn look_up(
        &self,
        certificate: &Certificate<'_>,
        issuer: &Certificate<'_>,
        time_ms: u64,
    ) -> Result<Option<u64>, TimeStampError> {
        if self.issuer != issuer.subject || !self.may_be_by_key_of(issuer)? {
            return Ok(None);
        }
        if !issuer.may_sign_lists() {
            return Err(TimeStampError::CrlSignature);
        }
        self.signed.verify(issuer.key(), TimeStampError::CrlSignature)?;
        let extensions = self.tbs.crl_extensions.as_ref();
        check_critical(extensions, &[ISSUING_POINT, AUTHORITY_KEY_ID], WHAT)?;
        let is_covered = self.covers(certificate)?;
        let mut entries = self.tbs.revoked_certificates.iter().flatten();
        if let Some(entry) = entries.find(|entry| entry.serial_number == *certificate.serial_number()) {
            check_entry(entry, time_ms)?;
        }
        let made_ms = to_ms(self.tbs.this_update);
        let until_ms = self.tbs.next_update.map_or(made_ms, to_ms);
        let is_in_time = until_ms.max(made_ms) >= time_ms && made_ms <= certificate.not_after_ms();
        Ok((is_covered && is_in_time).then_some(made_ms))
    }

    /// Whether the list does not say that it is by another key of the same name (section 5.2.1).
    fn may_be_by_key_of(&self, issuer: &Certificate<'_>) -> Result<bool, TimeStampError> {
        let Some(extension) = self.extension(AUTHORITY_KEY_ID) else { return Ok(true) };
        let authority: AuthorityKeyIdentifier = read_extension(extension, WHAT)?;
        Ok(match (authority.key_identifier, issuer.key_id()) {
            (Some(key), Some(own)) => key.as_bytes() == own,
            _ => true,
        })
    }

    /// Whether a certificate that is not on the list has therefore not been revoked (section 5.2.5).
    fn covers(&self, certificate: &Certificate<'_>) -> Result<bool, TimeStampError> {
        let Some(extension) = self.extension(ISSUING_POINT) else { return Ok(true) };
        let scope: IssuingDistributionPoint = read_extension(extension, WHAT)?;
        if scope.indirect_crl {
            return Err(TimeStampError::CriticalExtension(WHAT));
        }
        let other_kind = match certificate.is_authority() {
            true => scope.only_contains_user_certs,
            false => scope.only_contains_ca_certs,
        };
        if other_kind || scope.only_contains_attribute_certs || scope.only_some_reasons.is_some() {
            return Ok(false);
        }
        match scope.distribution_point {
            None => Ok(true),
            Some(DistributionPointName::FullName(names)) => is_pointed_at(certificate, &names),
            Some(DistributionPointName::NameRelativeToCRLIssuer(_)) => Ok(false),
        }
    }

    fn extension(&self, wanted: ObjectIdentifier) -> Option<&Extension> {
        self.tbs.crl_extensions.iter().flatten().find(|extension| extension.extn_id == wanted)
    }
}

/// Whether the certificate names one of these as the place of its list (section 6.3.3, step b.2).
fn is_pointed_at(certificate: &Certificate<'_>, names: &[GeneralName]) -> Result<bool, TimeStampError> {
    let Some(extension) = certificate.extension(DISTRIBUTION_POINTS) else { return Ok(false) };
    let CrlDistributionPoints(points) = read_extension(extension, "certificate")?;
    Ok(points.iter().any(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(own)) => own.iter().any(|name| names.contains(name)),
        _ => false,
    }))
}

/// Judges a revocation by RFC 3161, section 4.1: a key that was put out of use leaves what it signed
/// before; one that was revoked for another reason, or for none that is stated, leaves nothing.
fn check_entry(entry: &RevokedCert, time_ms: u64) -> Result<(), TimeStampError> {
    let extensions = entry.crl_entry_extensions.as_ref();
    check_critical(extensions, &[REASON, INVALIDITY_DATE], WHAT)?;
    let find = |wanted| extensions.into_iter().flatten().find(|extension| extension.extn_id == wanted);
    let reason = find(REASON).map(|extension| read_extension::<CrlReason>(extension, WHAT)).transpose()?;
    let invalid = find(INVALIDITY_DATE).map(|extension| read_extension::<GeneralizedTime>(extension, WHAT));
    let revoked_ms = to_ms(entry.revocation_date);
    let at_ms = match invalid.transpose()? {
        Some(invalid) => revoked_ms.min(to_ms(Time::from(invalid))),
        None => revoked_ms,
    };
    let is_orderly = matches!(
        reason,
        Some(
            CrlReason::Unspecified
                | CrlReason::AffiliationChanged
                | CrlReason::Superseded
                | CrlReason::CessationOfOperation
        )
    );
    if is_orderly && time_ms < at_ms { Ok(()) } else { Err(TimeStampError::Revoked { at_ms }) }
}
