//! Why a time stamp was refused.

/// Why a response, a token or its chain was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampError {
    /// The text is not PEM, or holds what is none of what it should hold.
    #[error("the pem text is malformed")]
    MalformedPem,
    /// More bytes than a token or a revocation list may have.
    #[error("the bytes are too many")]
    TooLarge,
    /// The elements are nested deeper than any token needs.
    #[error("the elements are nested too deep")]
    TooDeep,
    /// The part of this name is not the DER that its standard asks for.
    #[error("the {0} is malformed")]
    Malformed(&'static str),
    /// The authority gave no token (RFC 3161, section 2.4.2).
    #[error("the authority refused, with status {status}")]
    Refused {
        /// PKIStatus: 2 for a rejection, 3 to wait, 4 and 5 for a revocation.
        status: u8,
        /// The first failure that the authority named, if it is one that the standard knows.
        failure: Option<Failure>,
        /// What the authority wrote, cut and without control characters. Nobody signed it, so it is
        /// not part of the message: show it as a quotation or not at all.
        text: String,
    },
    /// The content that is signed is not a time stamp.
    #[error("the content is not a time stamp")]
    NotATimeStamp,
    /// There is not exactly one signature.
    #[error("a time stamp has exactly one signature")]
    SignerCount,
    /// MD5, SHA-1 or another algorithm that no longer holds.
    #[error("the {0} uses an algorithm that no longer holds")]
    WeakAlgorithm(&'static str),
    /// An algorithm, a curve or a parameter that is not supported.
    #[error("the {0} uses an algorithm that is not supported")]
    UnsupportedAlgorithm(&'static str),
    /// An extension that is critical and not understood.
    #[error("the {0} has a critical extension that is not supported")]
    CriticalExtension(&'static str),
    /// The token is about another digest.
    #[error("the time stamp is not about this digest")]
    Imprint,
    /// The token answers another request.
    #[error("the time stamp does not carry the nonce of the request")]
    Nonce,
    /// The signed attributes do not say what a time stamp must say (RFC 5652, section 11; RFC 5035).
    #[error("the signed attributes do not fit: {0}")]
    SignedAttributes(&'static str),
    /// The signer's certificate is not in the token.
    #[error("the certificate of the signer is missing")]
    SignerMissing,
    /// The signature over the signed attributes does not hold.
    #[error("the signature of the time stamp does not hold")]
    Signature,
    /// The signer's certificate is not one for time stamps only (RFC 3161, section 2.3).
    #[error("the certificate of the signer is not one for time stamps only")]
    Purpose,
    /// A certificate of the chain was not valid at the time that the token states.
    #[error("a certificate was not valid at the time of the time stamp")]
    NotValidThen,
    /// A certificate of the chain may not issue the one below.
    #[error("a certificate was issued by one that may not issue it")]
    NotAnIssuer,
    /// The chain is longer than an issuer allows.
    #[error("the chain is longer than an issuer allows")]
    PathLength,
    /// The signature on a certificate does not hold.
    #[error("the signature on a certificate does not hold")]
    CertificateSignature,
    /// The issuer of a certificate is neither in the token nor an anchor.
    #[error("the issuer of a certificate is missing")]
    MissingIssuer,
    /// The chain ends at a root that is not an anchor.
    #[error("the chain ends at a root that is not trusted")]
    UntrustedRoot,
    /// Finding a chain would take more checks than are allowed.
    #[error("too many certificates would have to be tried")]
    TooManyPaths,
    /// The signature on a revocation list in the name of an issuer of the chain does not hold.
    #[error("the signature on a revocation list does not hold")]
    CrlSignature,
    /// A certificate of the chain was revoked, in a way that reaches the time stamp.
    #[error("a certificate of the chain was revoked")]
    Revoked {
        /// When, in milliseconds since 1970.
        at_ms: u64,
    },
}

/// What an authority gives as the reason for no token (PKIFailureInfo; RFC 3161, section 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The algorithm of the imprint is not supported.
    BadAlgorithm,
    /// The request is not permitted or supported.
    BadRequest,
    /// The request could not be read.
    BadDataFormat,
    /// The authority has no time now.
    TimeNotAvailable,
    /// The policy is not supported.
    UnacceptedPolicy,
    /// An extension is not supported.
    UnacceptedExtension,
    /// What was asked for in addition is not available.
    AdditionalInfoNotAvailable,
    /// The authority has a fault.
    SystemFailure,
}

impl Failure {
    /// The failure of this bit.
    pub(super) fn from_bit(bit: usize) -> Option<Self> {
        Some(match bit {
            0 => Self::BadAlgorithm,
            2 => Self::BadRequest,
            5 => Self::BadDataFormat,
            14 => Self::TimeNotAvailable,
            15 => Self::UnacceptedPolicy,
            16 => Self::UnacceptedExtension,
            17 => Self::AdditionalInfoNotAvailable,
            25 => Self::SystemFailure,
            _ => return None,
        })
    }
}
