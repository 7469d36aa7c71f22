//! Time stamps (RFC 3161): a request for one, and what an authority answered, checked offline.
//!
//! A token says that a digest existed at a time, in the name of an authority that has nothing to do
//! with the log. Nothing here asks an authority, reads a clock or trusts a certificate by itself:
//! the caller carries bytes, and names the anchors that it trusts.
//!
//! **Invariant:** no time leaves [`TimeStampToken::verify`] unless the token's signature, its whole
//! chain up to an anchor and the imprint that was asked about hold. What the accessors of a
//! [`TimeStampToken`] say is a claim until then.
//!
//! **Invariant:** what is checked is the bytes that were signed, as they came, and never something
//! that was read and written again.
//!
//! A token is evidence, and not an identifier: in one that holds, unsigned attributes, certificates
//! that the chain does not need and revocation lists can be changed, added or taken away, and of an
//! ECDSA signature anybody can make the other form. What was signed stays what it was.
//!
//! Read strictly as DER; what is BER elsewhere in the field is refused. Not here: OCSP answers,
//! indirect and delta revocation lists, name constraints and policy constraints (a certificate
//! where they are critical is refused).

mod algorithm;
mod certificate;
mod chain;
mod cms;
mod crl;
mod error;
mod info;
mod pem;
mod reader;
mod request;
mod response;
mod text;
mod token;
mod verify;

pub use algorithm::DigestAlgorithm;
pub use crl::Revocation;
pub use error::{Failure, TimeStampError};
pub use info::MessageImprint;
pub use pem::{pem_certificates, pem_revocation_lists, revocation_list_pem};
pub use request::TimeStampRequest;
pub use token::{MAX_TIME_STAMP, TimeStampToken};
pub use verify::VerifiedTime;
