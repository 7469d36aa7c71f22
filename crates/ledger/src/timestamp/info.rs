//! TSTInfo: what the authority states (RFC 3161, section 2.4.2).

use x509_cert::der::asn1::{IntRef, ObjectIdentifier};
use x509_cert::der::{DateTime, Decode, Tag};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::AlgorithmIdentifierRef;

use super::algorithm::DigestAlgorithm;
use super::error::TimeStampError;
use super::reader::{Element, Items, context};
use super::text::shown;

const WHAT: &str = "time stamp";
const IMPRINT: &str = "imprint";
/// Serial numbers and nonces longer than this, in bytes, are refused; the standard asks for 20.
const MAX_INTEGER: usize = 64;
/// More extensions than this are refused.
const MAX_EXTENSIONS: usize = 32;

/// The digest that is stamped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageImprint {
    /// How it was made.
    pub algorithm: DigestAlgorithm,
    /// The digest itself, as long as its algorithm makes it.
    pub digest: Vec<u8>,
}

/// What a TSTInfo says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) policy: String,
    pub(super) imprint: MessageImprint,
    pub(super) serial: Vec<u8>,
    pub(super) time_ms: u64,
    pub(super) accuracy_us: Option<u64>,
    pub(super) nonce: Option<Vec<u8>>,
    pub(super) tsa: Option<String>,
}

impl Info {
    pub(super) fn read(content: &[u8]) -> Result<Self, TimeStampError> {
        let mut items = Items::of(content, Tag::Sequence, WHAT)?;
        if items.decode::<u8>()? != 1 {
            return Err(TimeStampError::Malformed(WHAT));
        }
        let policy = items.decode::<ObjectIdentifier>()?.to_string();
        let imprint = imprint(items.take(Tag::Sequence)?)?;
        let serial = integer(items.take(Tag::Integer)?)?;
        let time_ms = time_ms(items.take(Tag::GeneralizedTime)?.value)?;
        let accuracy_us = items.optional(Tag::Sequence)?.map(accuracy_us).transpose()?;
        // Whether the authority promises an order of its stamps: nothing here rests on it.
        items.optional(Tag::Boolean)?.map(|ordering| ordering.decode::<bool>(WHAT)).transpose()?;
        let nonce = items.optional(Tag::Integer)?.map(integer).transpose()?;
        let tsa = items.optional(context(0, true))?.and_then(|name| display_name(name.value));
        if let Some(extensions) = items.optional(context(1, true))? {
            check_extensions(extensions)?;
        }
        items.finish()?;
        Ok(Self { policy, imprint, serial, time_ms, accuracy_us, nonce, tsa })
    }
}

fn imprint(element: Element<'_>) -> Result<MessageImprint, TimeStampError> {
    let mut items = element.items(IMPRINT)?;
    let algorithm: AlgorithmIdentifierRef<'_> = items.decode()?;
    let algorithm = DigestAlgorithm::read(&algorithm, IMPRINT)?;
    let digest = items.take(Tag::OctetString)?.value.to_vec();
    items.finish()?;
    if digest.len() != algorithm.len() {
        return Err(TimeStampError::Malformed(IMPRINT));
    }
    Ok(MessageImprint { algorithm, digest })
}

/// The content of an INTEGER in its one form.
fn integer(element: Element<'_>) -> Result<Vec<u8>, TimeStampError> {
    let canonical = IntRef::from_der(element.full).is_ok() && element.value.len() <= MAX_INTEGER;
    if canonical { Ok(element.value.to_vec()) } else { Err(TimeStampError::Malformed(WHAT)) }
}

/// Milliseconds since 1970 of `YYYYMMDDhhmmss[.s...]Z`. What is finer is cut off. Zeros at the end
/// of a fraction, which the standard forbids and authorities write, change nothing and are taken.
fn time_ms(text: &[u8]) -> Result<u64, TimeStampError> {
    let bad = TimeStampError::Malformed("time of the time stamp");
    let text = std::str::from_utf8(text).map_err(|_| bad.clone())?;
    let text = text.strip_suffix('Z').ok_or(bad.clone())?;
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return Err(bad),
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || fraction.len() > 12 || !digits(whole) || !digits(fraction) {
        return Err(bad);
    }
    let number = |from: usize, to: usize| whole[from..to].parse::<u8>().map_err(|_| bad.clone());
    let year = whole[..4].parse().map_err(|_| bad.clone())?;
    let (month, day) = (number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let date = DateTime::new(year, month, day, hour, minute, second).map_err(|_| bad.clone())?;
    let millis: u64 = format!("{fraction:0<3}")[..3].parse().map_err(|_| bad)?;
    Ok(date.unix_duration().as_secs() * 1000 + millis)
}

/// Accuracy in microseconds. What is absent counts as zero.
fn accuracy_us(element: Element<'_>) -> Result<u64, TimeStampError> {
    let bad = TimeStampError::Malformed(WHAT);
    let mut items = element.items(WHAT)?;
    let seconds = items.optional(Tag::Integer)?.map_or(Ok(0), |seconds| seconds.decode::<u32>(WHAT))?;
    let millis = thousandth(items.optional(context(0, false))?)?;
    let micros = thousandth(items.optional(context(1, false))?)?;
    items.finish()?;
    let (millis, micros) = millis.zip(micros).ok_or(bad)?;
    Ok(u64::from(seconds) * 1_000_000 + millis * 1000 + micros)
}

/// An INTEGER (1..999) with another tag, or zero; `None` if it is out of range.
fn thousandth(element: Option<Element<'_>>) -> Result<Option<u64>, TimeStampError> {
    let Some(element) = element else { return Ok(Some(0)) };
    let integer = [&[0x02], element.full.get(1..).unwrap_or_default()].concat();
    let value = u16::from_der(&integer).map_err(|_| TimeStampError::Malformed(WHAT))?;
    Ok((1..=999).contains(&value).then_some(value.into()))
}

/// The name as text, if it is of a kind that has one.
fn display_name(bytes: &[u8]) -> Option<String> {
    let text = match GeneralName::from_der(bytes).ok()? {
        GeneralName::DirectoryName(name) => name.to_string(),
        GeneralName::Rfc822Name(text)
        | GeneralName::DnsName(text)
        | GeneralName::UniformResourceIdentifier(text) => text.to_string(),
        _ => return None,
    };
    Some(shown(&text))
}

/// That no extension must be understood, as none is.
fn check_extensions(extensions: Element<'_>) -> Result<(), TimeStampError> {
    for extension in extensions.items(WHAT)?.rest(MAX_EXTENSIONS)? {
        if extension.decode::<x509_cert::ext::Extension>(WHAT)?.critical {
            return Err(TimeStampError::CriticalExtension(WHAT));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds() {
        for (text, expected) in [
            ("19700101000000Z", 0),
            ("20261124093012Z", 1_795_512_612_000),
            ("20261124093012.5Z", 1_795_512_612_500),
            ("20261124093012.05Z", 1_795_512_612_050),
            ("20261124093012.123999Z", 1_795_512_612_123),
            ("20261124093012.120Z", 1_795_512_612_120),
        ] {
            assert_eq!(time_ms(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_times_are_refused() {
        for text in [
            "",
            "Z",
            "20261124093012",
            "202611240930Z",
            "20261124093012.Z",
            "20261124093012+0000",
            "20261124093012+0000Z",
            "20261124093012ZZ",
            "20261324093012Z",
            "20260230093012Z",
            "20261124093060Z",
            "19691231235959Z",
            "20261124093012.1234567890123Z",
            "20261124093012,5Z",
            "+0261124093012Z",
            "２０２６１１Z",
        ] {
            assert!(time_ms(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn accuracies_add_up() {
        let read = |bytes: &[u8]| accuracy_us(Element::only(bytes, WHAT).unwrap());
        assert_eq!(read(&[0x30, 0]), Ok(0));
        assert_eq!(read(&[0x30, 3, 0x02, 1, 1]), Ok(1_000_000));
        assert_eq!(read(&[0x30, 10, 0x02, 1, 1, 0x80, 2, 1, 0xf4, 0x81, 1, 100]), Ok(1_500_100));
        assert!(read(&[0x30, 3, 0x80, 1, 0]).is_err(), "zero milliseconds");
        assert!(read(&[0x30, 4, 0x80, 2, 0x03, 0xe8]).is_err(), "a thousand milliseconds");
        assert!(read(&[0x30, 3, 0x02, 1, 0xff]).is_err(), "a negative second");
    }
}
