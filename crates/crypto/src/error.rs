//! What can go wrong, and what cannot.

use thiserror::Error;

/// Why a key or an envelope was refused. Says nothing of keys or content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CryptoError {
    /// The envelope was sealed under a suite that this version does not know.
    #[error("the envelope's suite {0} is not known to this version")]
    UnknownSuite(u8),
    /// The envelope is shorter than its own frame, or of a length that this kind never has.
    #[error("the envelope is cut short or of the wrong kind")]
    Malformed,
    /// Wrong key, wrong place, or altered: authenticated encryption cannot tell which, and neither do we.
    #[error("the envelope does not open: wrong key, wrong place, or altered")]
    NotAuthentic,
    /// The text is not of the form `tigertally-root-1:` and 48 characters.
    #[error("this is not a root key: expected `tigertally-root-1:` and 48 characters")]
    RootKeyForm,
    /// The text has the form of a root key, but its checksum tells of a typing error.
    #[error("the root key's checksum does not match: a character was mistyped")]
    RootKeyChecksum,
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The Argon2id cost is below the algorithm's minimum, beyond our ceiling, or more than memory holds.
    #[error("the key derivation cost is out of range")]
    KdfCost,
}

/// For failures that correct code cannot meet (a 32-byte key that does not fit AES-256) and that leave
/// nothing sensible to do (no randomness): the process ends, rather than every signature carrying an
/// error that nobody can handle.
pub(crate) trait OrAbort<T> {
    /// The value; otherwise writes `what` to standard error and aborts the process.
    fn or_abort(self, what: &str) -> T;
}

impl<T> OrAbort<T> for Result<T, aws_lc_rs::error::Unspecified> {
    #[inline]
    fn or_abort(self, what: &str) -> T {
        match self {
            Ok(value) => value,
            Err(_) => abort(what),
        }
    }
}

#[cold]
fn abort(what: &str) -> ! {
    eprintln!("tigertally: {what} failed; stopping, since nothing may go on without it");
    std::process::abort()
}
