//! Secrets cannot be printed, copied or written out: this file would not compile if one of them could.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use tigertally_core::{Disclosure, Unlock, Warrant, identity::Enrolment, identity::SignedIn, policy::Permit};
use tigertally_crypto::{ClassKey, DataKey, Keyring, RootKey, SecretBytes};

/// Fails to compile when the type implements the trait: then two implementations could be meant.
macro_rules! cannot {
    ($trait:path: $($secret:ty),+ $(,)?) => {$(
        const _: fn() = || {
            trait Meant<Which> {
                fn this() {}
            }
            struct Implemented;
            impl<T: ?Sized> Meant<()> for T {}
            impl<T: ?Sized + $trait> Meant<Implemented> for T {}
            <$secret as Meant<_>>::this();
        };
    )+};
}

cannot!(std::fmt::Debug: SecretBytes<32>, RootKey, Keyring, DataKey, ClassKey, Disclosure, Warrant, Unlock, SignedIn, Enrolment);
cannot!(std::fmt::Display: SecretBytes<32>, RootKey, Keyring, DataKey, ClassKey, Disclosure, Warrant, Unlock, SignedIn, Enrolment);
cannot!(serde::Serialize: SecretBytes<32>, RootKey, Keyring, DataKey, ClassKey, Disclosure, Warrant, Unlock, SignedIn, Enrolment);
cannot!(Clone: RootKey, Keyring, DataKey, ClassKey, Disclosure, Warrant, Permit);
cannot!(Default: Disclosure, Warrant, Permit);

/// What is said of the file above holds for it to be built at all.
#[test]
fn secrets_stay_secret() {}
