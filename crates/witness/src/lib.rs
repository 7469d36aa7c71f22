//! A witness: a small process that somebody else runs (another company, an auditor, counsel), with a key and a state of
//! its own. It cosigns a log's checkpoints as long as each continues the one before, and keeps what contradicts.
//!
//! It knows nothing of the logs' entries: a checkpoint is a size and a hash. It speaks C2SP tlog-witness, so it serves
//! any such log, and ours works with any such witness.
//!
//! **Invariant:** the new state is on disk before the cosignature leaves; one request at a time decides about a log.

#![deny(missing_docs)]

mod folder;
mod serve;

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;
use tigertally_ledger::{
    AddCheckpoint, Cosigner, LedgerError, Note, Refusal, VerifierKey, WitnessedLog, origin_of,
};

pub use serve::serve;

/// Why a witness could not be set up, opened or asked.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The folder.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is a witness in the folder already.
    #[error("the folder holds a witness already")]
    Exists,
    /// Another process serves from this folder.
    #[error("another process serves from this folder")]
    InUse,
    /// A file of the folder does not have its form.
    #[error("{0} is damaged")]
    Damaged(String),
    /// The log is known with another key.
    #[error("this log is known with another key")]
    OtherKey,
    /// A name or key that is none.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A log and how far it was cosigned.
#[derive(Debug, Clone)]
pub struct LogState {
    /// The log and its last cosigned size.
    pub log: WitnessedLog,
    /// The last note that was cosigned; empty if none was.
    pub note: String,
}

/// An opened witness.
pub struct Witness {
    folder: PathBuf,
    cosigners: Vec<Cosigner>,
    logs: Mutex<HashMap<String, Arc<Mutex<LogState>>>>,
    _lock: File,
}

/// What a witness answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The cosignature lines.
    Cosigned(String),
    /// The log is not known (404).
    UnknownLog,
    /// Refused.
    Refused(Refusal),
    /// The state could not be stored: nothing was cosigned (500).
    Failed,
}

impl Witness {
    /// Sets a witness up: its name, a fresh key, and with `post_quantum` a second one (ML-DSA-44).
    ///
    /// # Errors
    /// `Exists`; `Ledger` for a name that is none; `Io`.
    pub fn init(folder: &Path, name: &str, post_quantum: bool) -> Result<Vec<VerifierKey>, WitnessError> {
        folder::init(folder, name, post_quantum)
    }

    /// The keys of the witness in a folder, beside a server that may be running.
    ///
    /// # Errors
    /// `Damaged`, `Io`.
    pub fn keys(folder: &Path) -> Result<Vec<VerifierKey>, WitnessError> {
        Ok(folder::cosigners(folder)?.iter().map(Cosigner::verifier_key).collect())
    }

    /// Adds a log by its key. A running server takes it up by itself.
    ///
    /// # Errors
    /// `OtherKey` when the log is known with another key; `Io`.
    pub fn add_log(folder: &Path, key: VerifierKey) -> Result<(), WitnessError> {
        match folder::read_log(folder, key.name())? {
            Some(known) if known.log.key == key => Ok(()),
            Some(_) => Err(WitnessError::OtherKey),
            None => folder::write_log(folder, &LogState { log: WitnessedLog::new(key), note: String::new() }),
        }
    }

    /// The logs of a folder, and the number of attempts that contradict them and are kept as evidence.
    ///
    /// # Errors
    /// `Damaged`, `Io`.
    pub fn status(folder: &Path) -> Result<(Vec<LogState>, usize), WitnessError> {
        Ok((folder::logs(folder)?, folder::attempts(folder)?))
    }

    /// Opens a witness to serve.
    ///
    /// # Errors
    /// `InUse`, `Damaged`, `Io`.
    pub fn open(folder: &Path) -> Result<Witness, WitnessError> {
        let lock = folder::lock(folder)?;
        let cosigners = folder::cosigners(folder)?;
        Ok(Witness { folder: folder.to_owned(), cosigners, logs: Mutex::default(), _lock: lock })
    }

    /// Answers an `add-checkpoint` request.
    pub fn add_checkpoint(&self, body: &str) -> Answer {
        let Ok(request) = AddCheckpoint::parse(body) else { return Answer::Refused(Refusal::Malformed) };
        let Ok(origin) = origin_of(&request.checkpoint) else { return Answer::Refused(Refusal::Malformed) };
        let state = match self.log(&origin) {
            Ok(Some(state)) => state,
            Ok(None) => return Answer::UnknownLog,
            Err(error) => {
                tracing::error!(%error, "a log could not be read");
                return Answer::Failed;
            }
        };
        // Held until the new state is on disk: a request in between would roll it back.
        let mut state = state.lock();
        match state.log.advance(&request) {
            Ok(log) => self.cosign(&mut state, log, &request.checkpoint),
            Err(refusal) => {
                self.keep_attempt(&state, &request, &refusal, body);
                Answer::Refused(refusal)
            }
        }
    }

    fn cosign(&self, state: &mut LogState, log: WitnessedLog, note: &str) -> Answer {
        let next = LogState { log, note: note.to_owned() };
        // The same checkpoint again is cosigned anew, and there is nothing to store.
        if next.log != state.log
            && let Err(error) = folder::write_log(&self.folder, &next)
        {
            tracing::error!(%error, "the state could not be stored");
            return Answer::Failed;
        }
        *state = next;
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let text = match Note::parse(note) {
            Ok(note) => note,
            Err(_) => return Answer::Refused(Refusal::Malformed),
        };
        let lines = self.cosigners.iter().map(|cosigner| cosigner.cosign(text.text(), now_s));
        match lines.collect::<Result<Vec<_>, _>>() {
            Ok(lines) => Answer::Cosigned(lines.iter().map(|line| format!("{line}\n")).collect()),
            Err(_) => Answer::Failed,
        }
    }

    /// Keeps what the log signed against its own past: a shorter tree, another root, or a tree that does not continue.
    fn keep_attempt(&self, state: &LogState, request: &AddCheckpoint, refusal: &Refusal, body: &str) {
        let signed = tigertally_ledger::Checkpoint::open(&request.checkpoint, &state.log.key);
        let Ok(seen) = signed else { return };
        let shrunk = seen.size < state.log.size;
        let forked = state.log.contradicts(&request.checkpoint);
        // Anybody can send the known checkpoint with a false proof: that says nothing of the log.
        let known = (seen.size, seen.root) == (state.log.size, state.log.root);
        if !known && (shrunk || forked || *refusal == Refusal::Inconsistent) {
            tracing::warn!(origin = seen.origin, size = seen.size, %refusal, "the log contradicts what it showed before");
            if let Err(error) =
                folder::keep_attempt(&self.folder, state, body, refusal, forked.then_some(seen.size))
            {
                tracing::error!(%error, "the attempt could not be kept");
            }
        }
    }

    /// The state of a log, read from the folder when it is first asked for.
    fn log(&self, origin: &str) -> Result<Option<Arc<Mutex<LogState>>>, WitnessError> {
        let mut logs = self.logs.lock();
        if let Some(known) = logs.get(origin) {
            return Ok(Some(Arc::clone(known)));
        }
        let Some(state) = folder::read_log(&self.folder, origin)? else { return Ok(None) };
        let state = Arc::new(Mutex::new(state));
        logs.insert(origin.to_owned(), Arc::clone(&state));
        Ok(Some(state))
    }
}
