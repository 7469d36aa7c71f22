//! Who somebody is: passwords, authenticator codes, recovery codes, activation, sessions, and the throttle.
//!
//! **Invariant:** an [`Actor`] is made from a session that stands, from a sign-in for one act that begins none, or
//! by the machine's own command line; no other code can make one. **Invariant:** neither a password, a code nor a token is stored, only what checks it.
//!
//! Other ways to prove who one is (passkeys, single sign-on) will end where password and code do: in a `Factor`, from
//! which alone a session is begun.

mod activation;
mod actor;
mod confirm;
mod hashing;
mod one_act;
mod password;
mod recovery;
mod sessions;
mod sign_in;
mod throttle;
pub(crate) mod token;
mod totp;

pub use activation::{Activated, Enrolment};
pub use actor::{Actor, Operator, Via};
pub use confirm::Confirmed;
pub(crate) use hashing::Hashing;
pub(crate) use sessions::Sessions;
pub use sessions::{SessionInfo, SignedIn};
pub use sign_in::{SignIn, SignInError, authenticator_code};
pub(crate) use throttle::Throttle;
