//! Witnesses: others who cosign the ledger's checkpoints, so that nobody here can rewrite it alone.
//!
//! Nothing of an entry leaves by this: a checkpoint is a size and a hash. What is asked of the witnesses over the
//! network is the server's; what their answers are worth is decided here.

use std::sync::Arc;

use tigertally_ledger::{AddCheckpoint, Note, NoteSignature, TrustPolicy, VerifierKey, consistency_proof};
use tokio::sync::watch;

use super::{
    DeskError,
    clocks::{ClockOff, Whose, ahead},
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Draft, Receipt, action},
    store::{
        Published,
        ledger::{StoredTiles, proof_error},
    },
};

/// A checkpoint on its way to the witnesses.
#[derive(Clone, Debug)]
pub struct Round {
    /// The note as the log signed it.
    pub note: Note,
    /// Number of entries that it vouches for.
    pub size: u64,
    /// When it was signed, Unix milliseconds.
    pub time_ms: u64,
    /// Who is to cosign it.
    pub policy: TrustPolicy,
}

/// What came of a witness's cosignatures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Whether enough have cosigned now.
    pub quorum: bool,
    /// A cosignature that was left, for the time that it states.
    pub off: Option<ClockOff>,
}

/// Something about the witnesses that security has to know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessEvent {
    /// Too few have cosigned for longer than the settings allow.
    Lost {
        /// Size of the last checkpoint that enough had cosigned.
        last_size: u64,
    },
    /// Enough cosign again.
    Back,
    /// A witness has cosigned a ledger that is longer than this one: an older state was put back, or there is a second
    /// server with this ledger's key.
    Ahead {
        /// What the policy calls the witness.
        witness: String,
        /// Size that it has cosigned.
        size: u64,
    },
    /// A witness says that this ledger is not the one that it has cosigned.
    Forked {
        /// What the policy calls the witness.
        witness: String,
    },
}

impl WitnessEvent {
    /// The witness that it is about, if it is about one.
    pub fn witness(&self) -> Option<&str> {
        match self {
            WitnessEvent::Lost { .. } | WitnessEvent::Back => None,
            WitnessEvent::Ahead { witness, .. } | WitnessEvent::Forked { witness } => Some(witness),
        }
    }
}

impl Tigertally {
    /// Tells the size of the last signed checkpoint whenever another one is signed.
    pub fn checkpoint_signed(&self) -> watch::Receiver<u64> {
        self.store.signed()
    }

    /// Whether the settings name witnesses whose cosignatures are asked for.
    pub fn witnessed(&self) -> bool {
        self.log_key().is_ok_and(|key| self.settings().evidence.policy_of(&key).is_some())
    }

    /// The checkpoint that others are to rely on: the last that enough witnesses cosigned; without witnesses, the last
    /// that was signed. Empty in the first second of a ledger.
    pub fn published_checkpoint(&self) -> Arc<str> {
        let head = self.store.head();
        let witnessed = !self.settings().evidence.trust_policy.trim().is_empty();
        if witnessed { head.cosigned.note } else { head.signed.note }
    }

    /// Number of entries that enough witnesses have vouched for; 0 without witnesses.
    pub fn cosigned_size(&self) -> u64 {
        self.store.head().cosigned.size
    }

    /// The key that checkpoints are verified with.
    pub(crate) fn log_key(&self) -> Result<VerifierKey, StoreError> {
        VerifierKey::parse(self.verifier_key()).map_err(|_| StoreError::Damaged("the ledger's key"))
    }

    /// The last signed checkpoint, if there are witnesses to cosign it.
    ///
    /// # Errors
    /// `Store` when what is stored is damaged.
    pub fn witness_round(&self) -> Result<Option<Round>, StoreError> {
        let Some(policy) = self.settings().evidence.policy_of(&self.log_key()?) else { return Ok(None) };
        let Published { note, size, time_ms } = self.store.head().signed;
        if note.is_empty() {
            return Ok(None);
        }
        let note = Note::parse(&note).map_err(|_| StoreError::Damaged("a checkpoint"))?;
        Ok(Some(Round { note, size, time_ms, policy }))
    }

    /// What to ask a witness that has cosigned `old` entries: the body of an `add-checkpoint` request.
    ///
    /// # Errors
    /// `NotFound` when the ledger is not so long; `Store`.
    pub fn ask_of_witness(&self, round: &Round, old: u64) -> Result<AddCheckpoint, DeskError> {
        if old > round.size {
            return Err(DeskError::NotFound("checkpoint"));
        }
        let hashes = self
            .store
            .read(|conn| consistency_proof(&StoredTiles { conn }, old, round.size).map_err(proof_error))?;
        Ok(AddCheckpoint { old, hashes, checkpoint: round.note.to_string() })
    }

    /// Takes the cosignatures that witnesses gave, and keeps the checkpoint once they are enough. One that states another
    /// time than it is here is left: evidence with it would be refused.
    ///
    /// # Errors
    /// `Store`.
    pub async fn take_cosignatures(
        &self,
        round: &mut Round,
        signatures: Vec<NoteSignature>,
    ) -> Result<Taken, StoreError> {
        let mut taken = Taken::default();
        // Clients ignore signatures of unknown keys (C2SP tlog-witness); one that claims a witness's key and does not
        // hold would make the note one that others refuse.
        for signature in signatures {
            let mut with = round.note.clone();
            with.add(signature);
            let (before, after) =
                (round.policy.cosigned(&round.note).times, round.policy.cosigned(&with).times);
            let changed = before.iter().zip(&after).position(|(before, after)| before != after);
            let Some((at, time_s)) = changed.and_then(|at| Some((at, after[at]?))) else { continue };
            match ahead(time_s.saturating_mul(1000), self.now_ms()) {
                None => round.note = with,
                Some(ahead_s) => {
                    let whose = Whose::Witness(round.policy.witnesses()[at].name.clone());
                    taken.off = Some(ClockOff { whose, ahead_s });
                }
            }
        }
        if !round.policy.cosigned(&round.note).quorum {
            return Ok(taken);
        }
        let note = round.note.to_string().into();
        self.store.keep_cosigned(Published { note, size: round.size, time_ms: self.now_ms() }).await?;
        Ok(Taken { quorum: true, ..taken })
    }

    /// Puts down what security has to know of the witnesses.
    ///
    /// # Errors
    /// `Store`.
    pub async fn tell_of_witnesses(&self, event: &WitnessEvent) -> Result<Receipt, StoreError> {
        let body = Body::system();
        let body = match event {
            WitnessEvent::Lost { last_size } => body.with("event", "lost").with("last_size", *last_size),
            WitnessEvent::Back => body.with("event", "back"),
            WitnessEvent::Ahead { witness, size } => {
                body.with("event", "ahead").with("witness", witness.as_str()).with("size", *size)
            }
            WitnessEvent::Forked { witness } => {
                body.with("event", "forked").with("witness", witness.as_str())
            }
        };
        self.store.append(Draft::recorded(action::WITNESS, &body)).await
    }
}
