//! Who may do what, decided over attributes by rules that a compliance officer can read.
//!
//! The rules are Cedar (`default.cedar`, with the schema `tigertally.cedarschema`); this room reads and checks
//! them ([`Policy::parse`]), asks them ([`Policy::decide`], [`Policy::would`], [`Policy::visible`]) and explains a
//! denial. It has no clock, no database and no key.
//!
//! **Invariant:** [`Policy::decide`] is the only maker of a [`Permit`].
//!
//! **Invariant:** a decision is a pure function of a [`Question`], in which nobody is named but as owner, contact
//! person or requester; so it is remembered, and two people of one role, department and region who stand alike to
//! two customers alike get the same answer.
//!
//! **Invariant:** what cannot be decided is denied.

mod action;
mod decide;
mod engine;
mod facts;
mod role;
mod rules;
mod visible;
mod way_out;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod who_can;

pub use action::{Action, Extent, Purpose, PurposeKind, RequestKind};
pub use decide::{Denial, Permit, Request, Subject};
pub use engine::Answer;
pub use facts::{ActorFacts, Colleague, CustomerFacts, GroupFacts, Question};
pub use role::Role;
pub use rules::{DEFAULT_TEXT, Policy, PolicyFault, Rule, RuleId, Sentence};
pub use visible::Visible;
pub use way_out::WayOut;
