//! Shows each new checkpoint to the witnesses, gathers their cosignatures, and raises it when they are missed.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::RwLock;
use tigertally_core::{
    AddCheckpoint, NoteSignature, Tigertally, Witness,
    desk::{ClockOff, Round, WitnessEvent},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{PATIENCE, agent, body_of};

/// A witness that failed is asked again after so long, though no new checkpoint came.
const AGAIN: Duration = Duration::from_secs(5);

/// Once enough have cosigned, the rest has so long.
const SLOW: Duration = Duration::from_millis(300);

/// What is known of a witness.
#[derive(Clone, Debug, Default)]
pub(crate) struct WitnessState {
    /// What the policy calls it.
    pub(crate) name: String,
    /// Size of the last checkpoint that it cosigned.
    pub(crate) size: u64,
    /// When it did, as it says itself, Unix milliseconds.
    pub(crate) time_ms: u64,
    /// Why it did not the last time it was asked.
    pub(crate) problem: Option<String>,
}

/// What is known of all witnesses, and since when too few of them cosign.
#[derive(Default)]
pub(crate) struct WitnessBoard {
    states: RwLock<Vec<WitnessState>>,
    missed_since: RwLock<Option<Instant>>,
    behind_s: RwLock<Option<i64>>,
}

impl WitnessBoard {
    /// The witnesses, in the order of the policy.
    pub(crate) fn states(&self) -> Vec<WitnessState> {
        self.states.read().clone()
    }

    /// How long a quorum has been missed; `None` when there is one.
    pub(crate) fn missed(&self) -> Option<Duration> {
        self.missed_since.read().map(|since| since.elapsed())
    }

    /// By how many seconds the server's own clock is behind the ledger; `None` when it is not.
    pub(crate) fn behind_s(&self) -> Option<i64> {
        *self.behind_s.read()
    }

    pub(super) fn set_behind(&self, seconds: Option<i64>) {
        *self.behind_s.write() = seconds;
    }

    fn note(&self, name: &str, note: impl FnOnce(&mut WitnessState)) {
        let mut states = self.states.write();
        match states.iter_mut().find(|state| state.name == name) {
            Some(state) => note(state),
            None => {
                let mut state = WitnessState { name: name.to_owned(), ..WitnessState::default() };
                note(&mut state);
                states.push(state);
            }
        }
    }

    /// Forgets witnesses that the policy does not name any more, and takes its order.
    fn keep(&self, witnesses: &[Witness]) {
        let mut states = self.states.write();
        let known = std::mem::take(&mut *states);
        states.extend(witnesses.iter().map(|witness| {
            let state = known.iter().find(|state| state.name == witness.name).cloned();
            state.unwrap_or_else(|| WitnessState { name: witness.name.clone(), ..WitnessState::default() })
        }));
    }
}

/// How a witness answered.
enum Answer {
    Cosigned(Vec<NoteSignature>),
    /// It has cosigned another size.
    At(u64),
    /// It says that this is not the ledger it knows.
    Contradicted,
    Failed(String),
}

/// What is remembered between rounds.
#[derive(Default)]
struct Memory {
    /// Size that each witness has cosigned, by its key.
    sizes: HashMap<String, u64>,
    told: Vec<WitnessEvent>,
    /// Witnesses whose clock was told to differ.
    off: HashSet<String>,
    lost: bool,
}

/// Follows the ledger until `ending` becomes true.
pub(crate) async fn follow(
    tigertally: Arc<Tigertally>,
    board: Arc<WitnessBoard>,
    mut ending: watch::Receiver<bool>,
) {
    let mut signed = tigertally.checkpoint_signed();
    let mut memory = Memory::default();
    loop {
        let complete = round(&tigertally, &board, &mut memory).await;
        tokio::select! {
            changed = signed.changed() => if changed.is_err() { return },
            () = sleep(AGAIN), if !complete => {}
            () = sleep(Duration::from_secs(60)), if complete => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}

/// Shows the last checkpoint to every witness. True when all have cosigned it, or none is to.
async fn round(tigertally: &Arc<Tigertally>, board: &Arc<WitnessBoard>, memory: &mut Memory) -> bool {
    let mut round = match tigertally.witness_round() {
        Ok(Some(round)) => round,
        Ok(None) => {
            board.keep(&[]);
            *board.missed_since.write() = None;
            return true;
        }
        Err(error) => {
            tracing::error!(%error, "the witnesses cannot be asked");
            return false;
        }
    };
    board.keep(round.policy.witnesses());
    let mut asked = JoinSet::new();
    for witness in round.policy.witnesses().to_vec() {
        let old = memory.sizes.get(&witness.key.to_string()).copied().unwrap_or(0);
        let (tigertally, round) = (Arc::clone(tigertally), round.clone());
        asked.spawn_blocking(move || {
            let answer = ask(&tigertally, &round, &witness, old);
            (witness, answer)
        });
    }
    let mut waiting: Vec<String> =
        round.policy.witnesses().iter().map(|witness| witness.name.clone()).collect();
    let (mut all, mut enough) = (true, false);
    loop {
        // A slow witness does not hold the others' next round up.
        let patience = if enough { SLOW } else { PATIENCE };
        let Ok(Some(answered)) = timeout(patience, asked.join_next()).await else { break };
        let Ok((witness, answer)) = answered else { continue };
        waiting.retain(|name| *name != witness.name);
        let cosigned = match answer {
            Answer::Cosigned(signatures) => {
                take(tigertally, &mut round, board, memory, &witness, signatures, &mut enough).await
            }
            Answer::At(size) => {
                board.note(&witness.name, |state| state.problem = Some("ahead".to_owned()));
                tell(tigertally, memory, WitnessEvent::Ahead { witness: witness.name, size }).await;
                false
            }
            Answer::Contradicted => {
                board.note(&witness.name, |state| state.problem = Some("forked".to_owned()));
                tell(tigertally, memory, WitnessEvent::Forked { witness: witness.name }).await;
                false
            }
            Answer::Failed(problem) => {
                tracing::debug!(witness = witness.name, problem, "a witness did not cosign");
                board.note(&witness.name, |state| state.problem = Some(problem));
                false
            }
        };
        all &= cosigned;
    }
    asked.detach_all();
    for name in &waiting {
        board.note(name, |state| state.problem = Some("no answer in time".to_owned()));
    }
    all &= waiting.is_empty();
    watch_quorum(tigertally, board, memory, enough).await;
    all
}

/// Takes a witness's cosignatures into the round. True if they are its own and hold.
async fn take(
    tigertally: &Tigertally,
    round: &mut Round,
    board: &WitnessBoard,
    memory: &mut Memory,
    witness: &Witness,
    signatures: Vec<NoteSignature>,
    enough: &mut bool,
) -> bool {
    match tigertally.take_cosignatures(round, signatures).await {
        Ok(taken) => {
            *enough |= taken.quorum;
            if let Some(off) = taken.off {
                board.note(&witness.name, |state| state.problem = Some("clock".to_owned()));
                tell_of_clock(tigertally, memory, &witness.name, &off).await;
                return false;
            }
        }
        Err(error) => tracing::error!(%error, "a cosigned checkpoint could not be kept"),
    }
    let Some(time_s) = witness.key.cosigned(&round.note).ok().flatten() else {
        board.note(&witness.name, |state| state.problem = Some("not its key".to_owned()));
        return false;
    };
    memory.sizes.insert(witness.key.to_string(), round.size);
    memory.told.retain(|event| event.witness() != Some(witness.name.as_str()));
    memory.off.remove(&witness.name);
    board.note(&witness.name, |state| {
        (state.size, state.time_ms, state.problem) = (round.size, time_s.saturating_mul(1000), None);
    });
    true
}

/// Raises that too few witnesses cosign, once the settings' time is over; and that enough do again.
async fn watch_quorum(tigertally: &Tigertally, board: &WitnessBoard, memory: &mut Memory, enough: bool) {
    if enough {
        *board.missed_since.write() = None;
        if std::mem::take(&mut memory.lost) {
            tell(tigertally, memory, WitnessEvent::Back).await;
        }
        memory.told.retain(|event| !matches!(event, WitnessEvent::Lost { .. } | WitnessEvent::Back));
        return;
    }
    let since = *board.missed_since.write().get_or_insert_with(Instant::now);
    let alarm = Duration::from_secs(tigertally.settings().evidence.witness_alarm_seconds.into());
    if !memory.lost && since.elapsed() >= alarm {
        memory.lost = true;
        tell(tigertally, memory, WitnessEvent::Lost { last_size: tigertally.cosigned_size() }).await;
    }
}

/// Puts an event down once a witness and kind, until that witness cosigns again: no witness can fill the ledger.
async fn tell(tigertally: &Tigertally, memory: &mut Memory, event: WitnessEvent) {
    let same = |told: &WitnessEvent| {
        std::mem::discriminant(told) == std::mem::discriminant(&event) && told.witness() == event.witness()
    };
    if memory.told.iter().any(same) {
        return;
    }
    tracing::warn!(?event, "about the witnesses");
    match tigertally.tell_of_witnesses(&event).await {
        Ok(_) => memory.told.push(event),
        Err(error) => tracing::error!(%error, "what the witnesses said could not be put down"),
    }
}

/// Puts down that a witness's clock differs, once until it cosigns again.
async fn tell_of_clock(tigertally: &Tigertally, memory: &mut Memory, witness: &str, off: &ClockOff) {
    if memory.off.contains(witness) {
        return;
    }
    tracing::warn!(?off, "a witness's cosignature was left");
    match tigertally.tell_of_clock(off).await {
        Ok(_) => drop(memory.off.insert(witness.to_owned())),
        Err(error) => tracing::error!(%error, "that a clock differs could not be put down"),
    }
}

/// Asks a witness; once more with the size that it names, if it has cosigned another.
fn ask(tigertally: &Tigertally, round: &Round, witness: &Witness, old: u64) -> Answer {
    match ask_with(tigertally, round, witness, old) {
        Answer::At(size) if size == old => Answer::Contradicted,
        Answer::At(size) if size <= round.size => match ask_with(tigertally, round, witness, size) {
            Answer::At(again) if again == size => Answer::Contradicted,
            answer => answer,
        },
        answer => answer,
    }
}

fn ask_with(tigertally: &Tigertally, round: &Round, witness: &Witness, old: u64) -> Answer {
    let request: AddCheckpoint = match tigertally.ask_of_witness(round, old) {
        Ok(request) => request,
        Err(error) => return Answer::Failed(error.to_string()),
    };
    let Some(prefix) = witness.url.as_deref() else { return Answer::Failed("it has no address".to_owned()) };
    let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let answer = match agent().post(url).content_type("text/plain").send(request.to_string()) {
        Ok(answer) => answer,
        Err(error) => return Answer::Failed(error.to_string()),
    };
    let status = answer.status().as_u16();
    let body = match body_of(answer).map(String::from_utf8) {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Answer::Failed("the answer is no text".to_owned()),
        Err(problem) => return Answer::Failed(problem),
    };
    match status {
        200 => match NoteSignature::parse_lines(&body) {
            Ok(signatures) => Answer::Cosigned(signatures),
            Err(error) => Answer::Failed(error.to_string()),
        },
        // The size of the checkpoint that it cosigned last, when that is what it disagrees with.
        409 => body.trim_end().parse().map_or(Answer::Contradicted, Answer::At),
        422 => Answer::Contradicted,
        status => Answer::Failed(format!("status {status}")),
    }
}
