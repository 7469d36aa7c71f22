//! Receipts: what a server promises about an entry in the moment that it wrote it.
//!
//! Whoever keeps one can show later that the entry was left out, changed or moved: no checkpoint that the log signs may
//! contradict its receipts. It is a signed note, so that any verifier of signed notes reads it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{EntryId, Hash, LedgerError, NoteSigner, VerifierKey};

/// First line of the text, which no checkpoint has as its origin.
const HEADER: &str = "tigertally receipt v1";
/// A checkpoint over the entry is signed within so long of its writing, in milliseconds.
pub const CHECKPOINT_WITHIN_MS: u64 = 2_000;

/// An entry as the server says it wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryReceipt {
    /// Index of the entry.
    pub index: u64,
    /// Hash of its leaf.
    pub leaf_hash: Hash,
    /// The server's run that wrote it, and its count there.
    pub id: EntryId,
    /// When it was written, Unix milliseconds.
    pub time_ms: u64,
}

impl EntryReceipt {
    /// The receipt as a signed note: header, origin, index, leaf hash, run and count, time, and the time by which a
    /// checkpoint covers it.
    #[must_use]
    pub fn sign(&self, signer: &NoteSigner) -> String {
        signer.sign(&self.to_text(signer.name()))
    }

    fn to_text(&self, origin: &str) -> String {
        let Self { index, leaf_hash, id: EntryId { run, count }, time_ms } = self;
        let (hash, run) = (BASE64_STANDARD.encode(leaf_hash), u64::from_be_bytes(*run));
        let promised = time_ms.saturating_add(CHECKPOINT_WITHIN_MS);
        format!(
            "{HEADER}\n{origin}\nindex {index}\nleaf {hash}\nrun {run:016x} {count}\ntime {time_ms}\ncheckpoint by {promised}\n"
        )
    }

    /// Reads a receipt whose signature holds.
    ///
    /// # Errors
    /// Those of [`VerifierKey::verify`]; [`LedgerError::MalformedReceipt`].
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let text = key.verify(note)?;
        let receipt = Self::parse(text).ok_or(LedgerError::MalformedReceipt)?;
        // Written again it must be the same: one form for one receipt, and the promise that belongs to it.
        if receipt.to_text(key.name()) == text { Ok(receipt) } else { Err(LedgerError::MalformedReceipt) }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(2);
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let index = value("index")?.parse().ok()?;
        let leaf_hash = BASE64_STANDARD.decode(value("leaf")?).ok()?.try_into().ok()?;
        let (run, count) = value("run")?.split_once(' ')?;
        let run = u64::from_str_radix(run, 16).ok()?.to_be_bytes();
        let id = EntryId { run, count: count.parse().ok()? };
        Some(Self { index, leaf_hash, id, time_ms: value("time")?.parse().ok()? })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn receipt() -> EntryReceipt {
        let id = EntryId { run: [0xab; 8], count: 41 };
        EntryReceipt { index: 1041, leaf_hash: [7; 32], id, time_ms: 1_795_485_700_123 }
    }

    #[test]
    fn a_receipt_comes_back_and_says_what_it_promises() {
        let signer = NoteSigner::from_seed("tigertally/1", &[1; 32]).unwrap();
        let note = receipt().sign(&signer);
        assert_eq!(EntryReceipt::open(&note, &signer.verifier_key()), Ok(receipt()));
        assert!(
            note.contains("\nrun abababababababab 41\ntime 1795485700123\ncheckpoint by 1795485702123\n")
        );
    }

    #[test]
    fn no_byte_can_be_changed() {
        let signer = NoteSigner::from_seed("tigertally/1", &[1; 32]).unwrap();
        let note = receipt().sign(&signer);
        for at in 0..note.len() {
            let mut changed = note.clone().into_bytes();
            changed[at] ^= 1;
            let opened =
                String::from_utf8(changed).map(|note| EntryReceipt::open(&note, &signer.verifier_key()));
            assert!(!matches!(opened, Ok(Ok(_))), "byte {at}");
        }
    }

    #[test]
    fn a_checkpoint_is_no_receipt_and_a_receipt_no_checkpoint() {
        let signer = NoteSigner::from_seed("tigertally/1", &[1; 32]).unwrap();
        let key = signer.verifier_key();
        let checkpoint = crate::Checkpoint { origin: "tigertally/1".to_owned(), size: 3, root: [0; 32] };
        assert!(EntryReceipt::open(&checkpoint.sign(&signer), &key).is_err());
        assert!(crate::Checkpoint::open(&receipt().sign(&signer), &key).is_err());
    }
}
