//! One entry: a leaf of fixed, canonical bytes that commits to a body without revealing it.
//!
//! The leaf goes into the tree and can be shown to anyone. Body and salt stay in the database, so
//! that erasing a person removes both and every proof still holds.

use std::borrow::Cow;

use aws_lc_rs::hmac;

use crate::error::LedgerError;
use crate::tree::{Hash, leaf_hash};

/// Length of the fresh random salt of an entry, in bytes.
pub const SALT_LEN: usize = 32;
/// The longest action, in bytes.
pub const MAX_ACTION: usize = 64;
/// The longest leaf, in bytes.
pub const MAX_LEAF: usize = FIXED + MAX_ACTION;

const VERSION: u8 = 1;
const ID: usize = 1;
const TIME: usize = 17;
const DECISION: usize = 25;
const ACTION_LEN: usize = 26;
const ACTION: usize = 27;
const HASH_LEN: usize = 32;
const FIXED: usize = ACTION + HASH_LEN;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Decision {
    /// A fact was put on record; nothing had to be decided.
    Recorded = 0,
    /// The policy allowed it.
    Allowed = 1,
    /// The policy denied it.
    Denied = 2,
    /// It was allowed and then failed.
    Failed = 3,
}

impl TryFrom<u8> for Decision {
    type Error = LedgerError;

    fn try_from(byte: u8) -> Result<Self, LedgerError> {
        match byte {
            0 => Ok(Self::Recorded),
            1 => Ok(Self::Allowed),
            2 => Ok(Self::Denied),
            3 => Ok(Self::Failed),
            _ => Err(LedgerError::MalformedLeaf("unknown decision")),
        }
    }
}

/// Which server wrote an entry, and its how manieth that was. Each run of a server counts its entries from 0 without a
/// gap, so that one that was left out shows, and a receipt says which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryId {
    /// Random name of the run: from a server's start to its end.
    pub run: [u8; 8],
    /// Entries that the run wrote before this one.
    pub count: u64,
}

impl EntryId {
    /// The run ‖ the count, big-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.run);
        bytes[8..].copy_from_slice(&self.count.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; 16]) -> Self {
        let (mut run, mut count) = ([0; 8], [0; 8]);
        run.copy_from_slice(&bytes[..8]);
        count.copy_from_slice(&bytes[8..]);
        Self { run, count: u64::from_be_bytes(count) }
    }
}

/// The public part of an entry: what is hashed into the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Unique id of the entry.
    pub id: EntryId,
    /// When it was written, in Unix milliseconds.
    pub time_ms: u64,
    /// What was done, such as `customer.reveal`: 1 to 64 bytes of printable ASCII, no spaces.
    pub action: Cow<'static, str>,
    /// What came of it.
    pub decision: Decision,
    /// [`commitment`] to the body under the entry's salt.
    pub commitment: Hash,
}

impl Leaf {
    /// A leaf whose action has been checked.
    ///
    /// # Errors
    /// [`LedgerError::InvalidAction`].
    pub fn new(
        id: EntryId,
        time_ms: u64,
        action: impl Into<Cow<'static, str>>,
        decision: Decision,
        commitment: Hash,
    ) -> Result<Self, LedgerError> {
        let action = action.into();
        if !is_action(action.as_bytes()) {
            return Err(LedgerError::InvalidAction);
        }
        Ok(Self { id, time_ms, action, decision, commitment })
    }

    /// The canonical bytes: version 1 ‖ id (8 of the run, 8 of the count) ‖ time (8, big-endian) ‖ decision (1) ‖ length of
    /// the action (1) ‖ action ‖ commitment (32); at most [`MAX_LEAF`].
    ///
    /// # Panics
    /// If the action is not one that [`Leaf::new`] takes: bytes that no verifier could read must
    /// never enter the tree.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let action = self.action.as_bytes();
        assert!(is_action(action), "{}", LedgerError::InvalidAction);
        let mut bytes = Vec::with_capacity(FIXED + action.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.id.to_bytes());
        bytes.extend_from_slice(&self.time_ms.to_be_bytes());
        bytes.push(self.decision as u8);
        bytes.push(action.len() as u8);
        bytes.extend_from_slice(action);
        bytes.extend_from_slice(&self.commitment);
        bytes
    }

    /// Reads canonical bytes; what it accepts re-encodes to the same bytes.
    ///
    /// # Errors
    /// [`LedgerError::MalformedLeaf`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LedgerError> {
        let view = View::parse(bytes)?;
        Ok(Self {
            id: view.id,
            time_ms: view.time_ms,
            action: Cow::Owned(view.action.to_owned()),
            decision: view.decision,
            commitment: *view.commitment,
        })
    }

    /// The hash that enters the tree: [`leaf_hash`] of the canonical bytes.
    ///
    /// # Panics
    /// As [`Leaf::to_bytes`].
    #[must_use]
    pub fn hash(&self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}

/// A leaf read in place, for the audit of millions.
pub(crate) struct View<'a> {
    pub(crate) id: EntryId,
    pub(crate) time_ms: u64,
    action: &'a str,
    decision: Decision,
    pub(crate) commitment: &'a Hash,
}

impl<'a> View<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedLeaf;
        let head: &[u8; ACTION] = bytes.first_chunk().ok_or(bad("too short"))?;
        if head[0] != VERSION {
            return Err(bad("unknown version"));
        }
        let rest = &bytes[ACTION..];
        let (action, commitment) =
            rest.split_at_checked(usize::from(head[ACTION_LEN])).ok_or(bad("too short"))?;
        let commitment = commitment.try_into().map_err(|_| bad("wrong length"))?;
        if !is_action(action) {
            return Err(bad("invalid action"));
        }
        let mut id = [0; 16];
        id.copy_from_slice(&head[ID..TIME]);
        let mut time = [0; 8];
        time.copy_from_slice(&head[TIME..DECISION]);
        Ok(Self {
            id: EntryId::from_bytes(&id),
            time_ms: u64::from_be_bytes(time),
            action: std::str::from_utf8(action).map_err(|_| bad("invalid action"))?,
            decision: Decision::try_from(head[DECISION])?,
            commitment,
        })
    }
}

fn is_action(action: &[u8]) -> bool {
    (1..=MAX_ACTION).contains(&action.len()) && action.iter().all(u8::is_ascii_graphic)
}

/// HMAC-SHA-256 of the canonical body under the entry's salt: binding, and hiding as long as the
/// salt is secret. With the salt gone, no guess at the body can be checked.
#[must_use]
pub fn commitment(salt: &[u8; SALT_LEN], body: &[u8]) -> Hash {
    let mut hash = [0; HASH_LEN];
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), body);
    hash.copy_from_slice(tag.as_ref());
    hash
}
