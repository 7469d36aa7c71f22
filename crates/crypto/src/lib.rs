//! Tigertally's keys, envelopes, blind indexes and masks: bytes in, bytes out.
//!
//! ```text
//! root key ──seals──► keyring ──wraps──► data key (one a customer) ──derives──► class key ──seals──► field
//!                        ├──seals──► masks, secrets (TOTP seeds and the like)
//!                        ├──keys───► blind indexes (one subkey a field)
//!                        └──derives► seed of the ledger's signing key
//! ```
//!
//! Rotating the root key is opening the keyring with the old one and sealing it with the new one: nothing
//! else is touched. Erasing a customer is destroying their wrapped data key.
//!
//! Suite 1 is AES-256-GCM, HMAC-SHA-256 and HKDF-SHA-256. Every envelope begins with its suite, so that
//! another suite needs no other format.
//!
//! **Invariant:** no I/O but the operating system's randomness; no clock, no database, no global settings. What is too
//! large for memory ([`age`]) goes into a `Write` that the caller brings.
//!
//! **Invariant:** a secret has neither `Debug`, `Display` nor `Clone`, and is wiped when dropped.
//!
//! **Invariant:** what an envelope belongs to (record, field, version, class or label) is authenticated:
//! moved anywhere else, it does not open.
//!
//! **Invariant:** an error carries no key, no plaintext and no part of an envelope but its suite byte.
//!
//! **Invariant:** masks are total: whatever the input, they show no more than their format promises.

pub mod age;
mod blind;
mod data_key;
mod derive;
mod divisions;
mod envelope;
mod error;
mod keyring;
pub mod mask;
pub mod normalise;
pub mod random;
mod root;
mod secret;

pub use data_key::{ClassKey, DataKey, Place, RowPlace};
pub use error::CryptoError;
pub use keyring::Keyring;
pub use root::{KdfCost, RootKey};
pub use secret::SecretBytes;
pub use zeroize::Zeroizing;
