//! The keys that the ledger signs with: its own, and a second, post-quantum one that can be switched on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use aws_lc_rs::hmac;
use tigertally_ledger::{Checkpoint, Cosigner, LedgerError, Note, NoteSigner, Tree, VerifierKey};

/// The ledger's signing keys.
pub(crate) struct LogKeys {
    pub(super) signer: Arc<NoteSigner>,
    second: Cosigner,
    post_quantum: AtomicBool,
    tables: hmac::Key,
}

impl LogKeys {
    /// The keys of the log of this name, from their seeds.
    pub(crate) fn new(
        origin: &str,
        seed: &[u8; 32],
        second: &[u8; 32],
        tables: &[u8; 32],
    ) -> Result<LogKeys, LedgerError> {
        let tables = hmac::Key::new(hmac::HMAC_SHA256, tables);
        let signer = Arc::new(NoteSigner::from_seed(origin, seed)?);
        let second = Cosigner::ml_dsa_44(origin, second)?;
        Ok(LogKeys { signer, second, post_quantum: AtomicBool::new(false), tables })
    }

    /// The seal of what stands in a table: only who has the keyring can make one. Parts are bound with their lengths.
    pub(crate) fn seal(&self, what: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.tables);
        for part in [what.as_bytes()].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut seal = [0; 32];
        seal.copy_from_slice(context.sign().as_ref());
        seal
    }

    /// The seal of the ledger as it stands: its size and root. Without it, what somebody without the keys did to the
    /// entries behind the last checkpoint would be signed by the next one.
    pub(super) fn seal_of(&self, tree: &Tree) -> [u8; 32] {
        self.seal("head", &[&tree.size().to_be_bytes(), &tree.root()])
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
