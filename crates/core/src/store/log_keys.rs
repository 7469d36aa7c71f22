//! The keys that the ledger signs with: its own, and a second, post-quantum one that can be switched on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tigertally_ledger::{Checkpoint, Cosigner, LedgerError, Note, NoteSigner, VerifierKey};

/// The ledger's signing keys.
pub(crate) struct LogKeys {
    pub(super) signer: Arc<NoteSigner>,
    second: Cosigner,
    post_quantum: AtomicBool,
}

impl LogKeys {
    /// The keys of the log of this name, from their seeds.
    pub(crate) fn new(origin: &str, seed: &[u8; 32], second: &[u8; 32]) -> Result<LogKeys, LedgerError> {
        let signer = Arc::new(NoteSigner::from_seed(origin, seed)?);
        let second = Cosigner::ml_dsa_44(origin, second)?;
        Ok(LogKeys { signer, second, post_quantum: AtomicBool::new(false) })
    }

    /// The key that signs notes.
    pub(crate) fn signer(&self) -> &NoteSigner {
        &self.signer
    }

    /// The key that checkpoints are verified with.
    pub(crate) fn verifier_key(&self) -> VerifierKey {
        self.signer.verifier_key()
    }

    /// The key of the second line.
    pub(crate) fn second_key(&self) -> VerifierKey {
        self.second.verifier_key()
    }

    /// Whether checkpoints bear the second line from now on.
    pub(crate) fn set_post_quantum(&self, on: bool) {
        self.post_quantum.store(on, Ordering::Relaxed);
    }

    /// Signs a checkpoint: one line, or two.
    pub(super) fn sign(&self, checkpoint: &Checkpoint, time_ms: u64) -> Arc<str> {
        let note = checkpoint.sign(&self.signer);
        if !self.post_quantum.load(Ordering::Relaxed) {
            return note.into();
        }
        let second = Note::parse(&note).and_then(|mut note| {
            note.add(self.second.cosign(note.text(), time_ms / 1000)?);
            Ok(note.to_string())
        });
        match second {
            Ok(both) => both.into(),
            Err(error) => {
                tracing::error!(%error, "a checkpoint has no post-quantum line");
                note.into()
            }
        }
    }
}
