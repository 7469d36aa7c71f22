//! A time stamp token as it is kept.

use super::cms::SignedData;
use super::error::TimeStampError;
use super::info::{Info, MessageImprint};
use super::reader::check_depth;
use super::response::granted_token;

/// Tokens and responses larger than this, in bytes, are refused unread.
pub const MAX_TIME_STAMP: usize = 256 * 1024;

/// A token that could be read (RFC 3161, section 2.4.2). What it says is not verified until
/// [`TimeStampToken::verify`] says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampToken {
    der: Vec<u8>,
    info: Info,
}

impl TimeStampToken {
    /// Reads an authority's whole answer, a TimeStampResp.
    ///
    /// # Errors
    /// [`TimeStampError::Refused`] if the authority gave no token; those of
    /// [`TimeStampToken::from_der`].
    pub fn from_response(response: &[u8]) -> Result<Self, TimeStampError> {
        check_size(response)?;
        check_depth(response, "response")?;
        Self::read(granted_token(response)?)
    }

    /// Reads a token alone, as it is kept.
    ///
    /// # Errors
    /// [`TimeStampError::TooLarge`], [`TimeStampError::TooDeep`], [`TimeStampError::Malformed`];
    /// [`TimeStampError::NotATimeStamp`], [`TimeStampError::SignerCount`],
    /// [`TimeStampError::SignedAttributes`]; [`TimeStampError::WeakAlgorithm`],
    /// [`TimeStampError::UnsupportedAlgorithm`] and [`TimeStampError::CriticalExtension`].
    pub fn from_der(token: &[u8]) -> Result<Self, TimeStampError> {
        check_size(token)?;
        check_depth(token, "token")?;
        Self::read(token)
    }

    fn read(token: &[u8]) -> Result<Self, TimeStampError> {
        let info = Info::read(SignedData::read(token)?.content)?;
        Ok(Self { der: token.to_vec(), info })
    }

    /// The token itself, to be kept.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// genTime, in milliseconds since 1970.
    #[must_use]
    pub fn time_ms(&self) -> u64 {
        self.info.time_ms
    }

    /// By how much the time may be off, in microseconds, if the authority says so.
    #[must_use]
    pub fn accuracy_us(&self) -> Option<u64> {
        self.info.accuracy_us
    }

    /// The serial number that the authority gave the token: the content of its INTEGER.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.info.serial
    }

    /// The policy under which the authority stamps: an object identifier with dots.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.info.policy
    }

    /// The name that the authority gives itself, fit to be shown. A hint: whose certificate it is
    /// stands in [`VerifiedTime`](super::VerifiedTime).
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.info.tsa.as_deref()
    }

    /// What was stamped.
    #[must_use]
    pub fn imprint(&self) -> &MessageImprint {
        &self.info.imprint
    }

    /// The nonce of the request, as the content of its INTEGER.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.info.nonce.as_deref()
    }

    /// The DER of the certificates in the token, in its order. Nothing says that they are good.
    #[must_use]
    pub fn certificates(&self) -> Vec<&[u8]> {
        self.signed_data().map(|signed| signed.certificates).unwrap_or_default()
    }

    /// The token's parts. They could be read before, so that this does not fail.
    pub(super) fn signed_data(&self) -> Result<SignedData<'_>, TimeStampError> {
        SignedData::read(&self.der)
    }

    pub(super) fn info(&self) -> &Info {
        &self.info
    }
}

fn check_size(bytes: &[u8]) -> Result<(), TimeStampError> {
    if bytes.len() > MAX_TIME_STAMP { Err(TimeStampError::TooLarge) } else { Ok(()) }
}
