//! Receipts: what a server promises about an entry in the moment that it wrote it.
//!
//! Whoever keeps one can show later that the entry was left out, changed or moved: no checkpoint that the log signs may
//! contradict its receipts. It is a signed note, so that any verifier of signed notes reads it.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    Checkpoint, EntryId, Hash, LedgerError, NoteSigner, ProofError, TILE_HEIGHT, TILE_WIDTH, Tiles,
    VerifierKey, inclusion_proof, tile::tile_width, verify_inclusion,
};

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

/// What a checkpoint of the log says about a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The entry stands where the receipt says.
    Holds,
    /// The checkpoint ends before the entry: it says nothing of it.
    NotYet,
    /// Another entry stands there. The log has signed both, and one of them is false.
    Contradicts,
}

impl EntryReceipt {
    /// The time by which a checkpoint covers the entry, as the receipt promises it; Unix milliseconds.
    #[must_use]
    pub fn promised_ms(&self) -> u64 {
        self.time_ms.saturating_add(CHECKPOINT_WITHIN_MS)
    }

    /// What the tree of a verified checkpoint of the same log has in the entry's place. The tiles are believed in
    /// nothing: what stands there, whichever it is, has to lead to the checkpoint's root.
    ///
    /// # Errors
    /// [`LedgerError::InclusionProof`] if the tiles are not those of the checkpoint; those of [`inclusion_proof`].
    pub fn standing<T: Tiles>(
        &self,
        checkpoint: &Checkpoint,
        tiles: &T,
    ) -> Result<Standing, ProofError<T::Error>> {
        let (index, size) = (self.index, checkpoint.size);
        if size <= index {
            return Ok(Standing::NotYet);
        }
        let proof = inclusion_proof(tiles, index, size)?;
        if verify_inclusion(&self.leaf_hash, index, size, &proof, &checkpoint.root).is_ok() {
            return Ok(Standing::Holds);
        }
        let tile = index >> TILE_HEIGHT;
        let hashes = tiles.hashes(0, tile, tile_width(size, 0, tile)).map_err(ProofError::Tiles)?;
        let there = hashes.get(index as usize % TILE_WIDTH);
        let there = there.ok_or(LedgerError::TileWidth { level: 0, index: tile })?;
        verify_inclusion(there, index, size, &proof, &checkpoint.root)?;
        Ok(Standing::Contradicts)
    }

    /// The receipt as a signed note: header, origin, index, leaf hash, run and count, time, and the time by which a
    /// checkpoint covers it.
    #[must_use]
    pub fn sign(&self, signer: &NoteSigner) -> String {
        signer.sign(&self.to_text(signer.name()))
    }

    fn to_text(&self, origin: &str) -> String {
        let Self { index, leaf_hash, id: EntryId { run, count }, time_ms } = self;
        let (hash, run) = (BASE64_STANDARD.encode(leaf_hash), u64::from_be_bytes(*run));
        let promised = self.promised_ms();
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

    /// A log of this many entries that differ from others' by a seed.
    struct Log(Vec<Hash>);

    impl Log {
        fn of(size: u64, seed: u8) -> Log {
            Log((0..size)
                .map(|n| crate::leaf_hash(&[&[seed], n.to_be_bytes().as_slice()].concat()))
                .collect())
        }

        fn checkpoint(&self) -> Checkpoint {
            let mut tree = crate::Tree::new();
            self.0.iter().for_each(|leaf| tree.append(*leaf, &mut Vec::new()));
            Checkpoint { origin: "tigertally/1".to_owned(), size: tree.size(), root: tree.root() }
        }
    }

    impl Tiles for Log {
        type Error = std::convert::Infallible;

        fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Self::Error> {
            assert_eq!((level, index), (0, 0), "smaller than a tile");
            Ok(self.0[..usize::from(width)].to_vec())
        }
    }

    #[test]
    fn a_log_has_the_entry_or_not_yet_or_another_in_its_place() {
        let log = Log::of(40, 1);
        let receipt =
            |index: usize| EntryReceipt { index: index as u64, leaf_hash: log.0[index], ..receipt() };
        let checkpoint = log.checkpoint();
        for index in 0..40 {
            assert_eq!(receipt(index).standing(&checkpoint, &log), Ok(Standing::Holds), "{index}");
            // Put back to an earlier state, and gone on from there.
            let mut other = Log::of(20, 1);
            other.0.extend_from_slice(&Log::of(40, 2).0[20..index.max(20)]);
            let expected = match (index as u64) < other.checkpoint().size {
                true => Standing::Holds,
                false => Standing::NotYet,
            };
            assert_eq!(receipt(index).standing(&other.checkpoint(), &other), Ok(expected), "{index}");
            other.0 = [&log.0[..20], &Log::of(40, 2).0[20..]].concat();
            let expected = if index < 20 { Standing::Holds } else { Standing::Contradicts };
            assert_eq!(receipt(index).standing(&other.checkpoint(), &other), Ok(expected), "{index}");
            // Tiles of another log than the checkpoint's show nothing.
            let foreign = receipt(index).standing(&checkpoint, &Log::of(40, 2));
            assert_eq!(foreign, Err(LedgerError::InclusionProof.into()), "{index}");
        }
    }
}
