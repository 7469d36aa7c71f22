//! Proofs that can be kept and checked offline (C2SP tlog-proof): entry, inclusion, checkpoint and cosignatures.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::parse_size,
    error::LedgerError,
    proof::verify_inclusion,
    tree::{Hash, leaf_hash},
    trust::{TrustPolicy, Trusted},
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^63 entries is no deeper.
const MAX_HASHES: usize = 63;

/// A proof as it is kept: nothing in it may be believed before [`TlogProof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Whatever the application adds; nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry.
    pub index: u64,
    /// The hashes beside its way to the root, from the leaf upwards (RFC 6962, section 2.1.1).
    pub hashes: Vec<Hash>,
    /// The checkpoint that it leads to, a signed note.
    pub checkpoint: String,
}

impl TlogProof {
    /// Reads a proof.
    ///
    /// # Errors
    /// [`LedgerError::MalformedProof`].
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedProof;
        let rest = text.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(bad("header"))?;
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(bad("no blank line"))?;
        let mut lines = head.split('\n').peekable();
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            None => None,
            Some(encoded) => {
                lines.next();
                Some(BASE64_STANDARD.decode(encoded).map_err(|_| bad("extra data"))?)
            }
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_size);
        Ok(Self {
            extra,
            index: index.ok_or(bad("index"))?,
            hashes: hashes(lines).ok_or(bad("a hash"))?,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Verifies it all: the checkpoint by the policy, and that the entry of these bytes is at the index in its tree.
    ///
    /// # Errors
    /// Those of [`TrustPolicy::check`] and [`verify_inclusion`].
    pub fn verify(&self, leaf: &[u8], policy: &TrustPolicy) -> Result<Trusted, LedgerError> {
        let trusted = policy.check(&self.checkpoint)?;
        let checkpoint = &trusted.checkpoint;
        verify_inclusion(&leaf_hash(leaf), self.index, checkpoint.size, &self.hashes, &checkpoint.root)?;
        Ok(trusted)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", BASE64_STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", BASE64_STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Lines of one base64 hash each, at most 63.
pub(crate) fn hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Vec<Hash>> {
    let hashes = lines.take(MAX_HASHES + 1).map(|line| BASE64_STANDARD.decode(line).ok()?.try_into().ok());
    let hashes: Vec<Hash> = hashes.collect::<Option<_>>()?;
    (hashes.len() <= MAX_HASHES).then_some(hashes)
}
