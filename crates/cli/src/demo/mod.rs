//! A made-up company to try the product with: staff, customers, purchases over eight years and a day's work.
//!
//! **Invariant:** the same seed, date and number of customers give the same company, byte for byte, on every
//! platform and in every build. Nothing is read from outside: no clock, no file, no random device.
//!
//! **Invariant:** mail addresses end in `.example` or `@example.com` (RFC 2606), which nobody can receive. Phone,
//! ID and card numbers are valid in form, as the importer demands; they are drawn, not taken from anyone.

mod company;
mod customer;
mod firm;
mod person;
mod places;
mod purchases;
mod rng;
mod staff;
mod words;
mod work;

pub(crate) use company::{Company, generate};
pub(crate) use rng::Rng;
pub(crate) use staff::DemoSignIn;

#[cfg(test)]
mod tests;
