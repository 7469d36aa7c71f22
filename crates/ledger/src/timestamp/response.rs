//! The status around a token (RFC 3161, section 2.4.2; RFC 4210, section 5.2.3).

use x509_cert::der::asn1::BitStringRef;
use x509_cert::der::{Decode, Tag};

use super::error::{Failure, TimeStampError};
use super::reader::{Element, Items};
use super::text::shown;

const WHAT: &str = "response";
const GRANTED: u8 = 0;
const GRANTED_WITH_MODS: u8 = 1;
/// More lines of text than this are refused.
const MAX_LINES: usize = 16;

/// The bytes of the token in a response whose status grants one.
pub(super) fn granted_token(response: &[u8]) -> Result<&[u8], TimeStampError> {
    let mut items = Items::of(response, Tag::Sequence, WHAT)?;
    let status = Status::read(items.take(Tag::Sequence)?)?;
    let token = items.optional(Tag::Sequence)?;
    items.finish()?;
    match (status.status, token) {
        (GRANTED | GRANTED_WITH_MODS, Some(token)) => Ok(token.full),
        (2..=5, None) => Err(status.refusal()),
        // A token without a grant, or a grant without a token, or no status at all.
        _ => Err(TimeStampError::Malformed(WHAT)),
    }
}

/// PKIStatusInfo. Nobody signed it.
struct Status {
    status: u8,
    text: String,
    failure: Option<Failure>,
}

impl Status {
    fn read(element: Element<'_>) -> Result<Self, TimeStampError> {
        let bad = TimeStampError::Malformed(WHAT);
        let mut items = element.items(WHAT)?;
        let status = items.decode()?;
        let lines = match items.optional(Tag::Sequence)? {
            Some(lines) => lines.items(WHAT)?.rest(MAX_LINES)?,
            None => Vec::new(),
        };
        let texts = lines.iter().map(|line| match line.tag {
            Tag::Utf8String => std::str::from_utf8(line.value).map_err(|_| bad.clone()),
            _ => Err(bad.clone()),
        });
        let text = texts.collect::<Result<Vec<_>, _>>()?.join(" / ");
        let failure = match items.optional(Tag::BitString)? {
            Some(bits) => {
                let bits = BitStringRef::from_der(bits.full).map_err(|_| bad)?;
                bits.bits().enumerate().filter(|(_, set)| *set).find_map(|(bit, _)| Failure::from_bit(bit))
            }
            None => None,
        };
        items.finish()?;
        Ok(Self { status, text: shown(&text), failure })
    }

    fn refusal(self) -> TimeStampError {
        TimeStampError::Refused { status: self.status, failure: self.failure, text: self.text }
    }
}
