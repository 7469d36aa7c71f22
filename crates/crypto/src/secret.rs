//! Bytes that cannot be printed.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random;

/// `N` secret bytes, wiped when dropped. Has neither `Debug`, `Display`, `Clone` nor `PartialEq`: a
/// secret that is printed, copied or compared in variable time has to be so on purpose.
///
/// ```compile_fail
/// println!("{:?}", tigertally_crypto::SecretBytes::<32>::random());
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes<const N: usize>([u8; N]);

impl<const N: usize> SecretBytes<N> {
    /// Takes over `bytes` and wipes the caller's copy.
    pub fn take(bytes: &mut [u8; N]) -> Self {
        let secret = Self(*bytes);
        bytes.zeroize();
        secret
    }

    /// `N` fresh random bytes.
    pub fn random() -> Self {
        Self::filled_by(random::fill)
    }

    /// Zeroed bytes that `fill` writes in place, so that no copy is left on the way.
    pub(crate) fn filled_by(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut secret = Self([0; N]);
        fill(&mut secret.0);
        secret
    }

    /// As [`SecretBytes::filled_by`], where writing can fail.
    pub(crate) fn try_filled_by<E>(fill: impl FnOnce(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self([0; N]);
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes. Called by name, so that a reader sees where a secret is used.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}
