//! The one writer. It gathers what waits, writes it in one transaction and answers after one flush (group commit):
//! no timer makes a lone access wait, and many share a flush.
//!
//! What survives a crash: everything that was answered. An answer is sent only after COMMIT returned, and COMMIT
//! returns after the write-ahead log was synced (`synchronous=FULL`). The tree in memory is swapped in after that,
//! so a failed commit leaves it as it was; after a restart it is rebuilt from the same tables.

use std::{
    cell::Cell,
    collections::HashSet,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use tigertally_ledger::{Checkpoint, Decision, EntryId, FullTile, Leaf, Tree, leaf_hash};
use tokio::sync::{oneshot, watch};

use super::{
    LogKeys, StoreError, checkpoint_file, copy_log, durable, ledger, read_model, readers::Readers, settings,
    staff,
};
use crate::{
    clock::Clock,
    entry::{Body, Draft, Receipt, action},
};

/// At most so many jobs share a flush.
const BATCH: usize = 1024;
/// Entries that the read model takes in at a time: a few milliseconds of the writer's time.
const INDEX_STEP: u64 = 512;
/// The same when somebody waits for it.
const CATCH_UP_STEP: u64 = 4096;
/// From this backlog on the read model is served even when others wait.
const INDEX_BACKLOG: u64 = 20_000;
/// The read model is served after so long without work.
const INDEX_AFTER: Duration = Duration::from_millis(3);
/// What became of an intent is written at the latest after so long.
const OUTCOME_WITHIN: Duration = Duration::from_millis(50);
/// A checkpoint is signed at most this often.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

type Change = Box<dyn FnOnce(&mut Tx<'_>) -> ChangeEnd + Send>;
/// Tells the waiter how the batch ended.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

pub(super) enum ChangeEnd {
    /// Keep the savepoint; answer after the flush.
    Keep(Answer),
    /// Roll the savepoint back; answer after the flush as well.
    Undo(Answer),
}

pub(super) enum Job {
    Append(Draft, oneshot::Sender<Result<Receipt, StoreError>>),
    /// The first outcome was noted since they were last written.
    Outcomes,
    Change(Change),
    /// A checkpoint that enough witnesses have cosigned.
    Cosigned(Published, oneshot::Sender<Result<(), StoreError>>),
    /// A step of the read model; answers with the index that it has reached.
    CatchUp(oneshot::Sender<Result<u64, StoreError>>),
    /// Writes next to nothing, to tell whether anything can be written.
    Probe(oneshot::Sender<Result<(), StoreError>>),
    Stop,
}

/// The state of the tree after the last commit.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) tree: Tree,
    /// The last checkpoint that the log signed.
    pub(crate) signed: Published,
    /// The last one that enough witnesses cosigned, when there are any.
    pub(crate) cosigned: Published,
}

/// A checkpoint as it is shown to others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// The signed note; empty as long as there is none.
    pub(crate) note: Arc<str>,
    /// Number of entries that it vouches for.
    pub(crate) size: u64,
    /// When the log signed it, or the last witness that it took, Unix milliseconds.
    pub(crate) time_ms: u64,
}

/// An open transaction. Its only way to end well is [`Tx::commit`], which takes the entry that tells of it.
pub(crate) struct Tx<'a> {
    conn: &'a Connection,
    sequencer: &'a mut Sequencer,
    now_ms: u64,
}

/// Proof that a transaction has its entry. Only [`Tx::commit`] makes one, and a change must return one.
#[must_use]
pub(crate) struct Committed<T> {
    value: T,
    receipt: Receipt,
}

impl<T> Committed<T> {
    pub(super) fn into_parts(self) -> (T, Receipt) {
        (self.value, self.receipt)
    }
}

impl Tx<'_> {
    /// Time of this transaction, Unix milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The keys that seal what stands in tables.
    pub(in crate::store) fn keys(&self) -> &LogKeys {
        &self.sequencer.keys
    }

    /// The connection, for the statements that stand beside their functions in this room.
    pub(in crate::store) fn conn(&self) -> &Connection {
        self.conn
    }

    /// Whether somebody is frozen.
    pub(crate) fn is_frozen(&self, no: &str) -> bool {
        self.sequencer.frozen.contains(no)
    }

    /// Notes that this change froze somebody, or let them go: from the next one on it is so.
    pub(in crate::store) fn freezes(&self) {
        self.sequencer.frozen_changed.set(true);
    }

    /// Ends the change with the entry that tells of it. There is no other way to end one.
    ///
    /// # Errors
    /// `Frozen` when who did it is frozen: the change is taken back, and that is put down instead.
    pub(crate) fn commit<T>(&mut self, entry: Draft, value: T) -> Result<Committed<T>, StoreError> {
        let receipt = self.sequencer.append(self.conn, entry, self.now_ms)?;
        Ok(Committed { value, receipt })
    }
}

/// Gives entries their place: the tree as it will be when this batch is committed.
struct Sequencer {
    tree: Tree,
    run: Run,
    keys: Arc<LogKeys>,
    full: Vec<FullTile>,
    /// Staff numbers of those who are frozen, as of the last change.
    frozen: Arc<HashSet<String>>,
    /// Whether the change that runs froze somebody or let them go.
    frozen_changed: Cell<bool>,
    /// What was refused inside the change that runs.
    refused: Option<Draft>,
}

/// This run of the server: its random name, and the index of its first entry. With one writer, an entry's count in the
/// run follows from its index.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) name: [u8; 8],
    pub(super) first: u64,
}

impl Sequencer {
    /// Every act passes here with its entry, before anything is answered, and one after the other: from the change on that
    /// froze somebody, nothing of theirs does.
    fn append(&mut self, conn: &Connection, entry: Draft, now_ms: u64) -> Result<Receipt, StoreError> {
        if entry.decision != Decision::Denied && self.frozen.contains(&entry.actor) {
            self.refused = Some(entry.refused());
            return Err(StoreError::Frozen);
        }
        let index = self.tree.size();
        let id = EntryId { run: self.run.name, count: index - self.run.first };
        let leaf = Leaf {
            id,
            time_ms: now_ms,
            action: entry.action.into(),
            decision: entry.decision,
            commitment: entry.commitment,
        }
        .to_bytes();
        conn.prepare_cached("INSERT INTO entry (idx, leaf, salt, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute((index, &leaf, entry.salt, &entry.body))?;
        let leaf_hash = leaf_hash(&leaf);
        self.tree.append(leaf_hash, &mut self.full);
        for tile in self.full.drain(..) {
            conn.prepare_cached("INSERT INTO tile (level, idx, hashes) VALUES (?1, ?2, ?3)")?.execute((
                tile.level,
                tile.index,
                tile.hashes.concat(),
            ))?;
        }
        Ok(Receipt { index, time_ms: now_ms, leaf_hash, id, signer: Arc::clone(&self.keys.signer) })
    }

    /// Puts down what was refused, if anything was.
    fn tell_refused(&mut self, conn: &Connection, now_ms: u64) -> Result<(), StoreError> {
        match self.refused.take() {
            Some(refused) => self.append(conn, refused, now_ms).map(drop),
            None => Ok(()),
        }
    }
}

pub(super) struct WriterParts {
    pub(super) conn: Connection,
    pub(super) readers: Arc<Readers>,
    pub(super) outcomes: Arc<Mutex<Outcomes>>,
    pub(super) head: Arc<RwLock<Head>>,
    pub(super) keys: Arc<LogKeys>,
    pub(super) origin: String,
    pub(super) run: Run,
    pub(super) clock: Clock,
    pub(super) grown: watch::Sender<u64>,
    pub(super) signed: watch::Sender<u64>,
    pub(super) folder: std::path::PathBuf,
    pub(super) indexed: u64,
    pub(super) frozen: Arc<RwLock<Arc<HashSet<String>>>>,
}

/// Starts the writer's thread.
pub(super) fn start(
    parts: WriterParts,
) -> Result<(SyncSender<Job>, std::thread::JoinHandle<()>), StoreError> {
    let (jobs, inbox) = sync_channel(16 * BATCH);
    let thread = std::thread::Builder::new().name("ledger".into()).spawn(move || {
        let mut writer = Writer { signed_at: None, changed: false, told: Outcomes::default(), parts };
        writer.run(&inbox);
    })?;
    Ok((jobs, thread))
}

/// What became of intents. Nobody waits for it, so it goes with the next batch that somebody does wait for: a flush of
/// its own would only hold the next answer up.
#[derive(Default)]
pub(super) struct Outcomes {
    released: Vec<u64>,
    failed: Vec<u64>,
    /// When the first of them came.
    since: Option<Instant>,
    /// Whether there will be no next batch.
    closing: bool,
}

impl Outcomes {
    /// Notes one. True when it is the first since they were written: then the writer is to hear of it.
    pub(super) fn note(&mut self, index: u64, released: bool) -> bool {
        if released { &mut self.released } else { &mut self.failed }.push(index);
        let first = self.since.is_none();
        self.since.get_or_insert_with(Instant::now);
        first
    }

    /// Whether it is not to wait for others any longer.
    fn due(&self) -> bool {
        !self.is_empty()
            && (self.closing || self.since.is_some_and(|since| since.elapsed() >= OUTCOME_WITHIN))
    }

    fn is_empty(&self) -> bool {
        self.released.is_empty() && self.failed.is_empty()
    }

    /// Takes what there is, for the entry that tells of it.
    fn take(&mut self) -> Outcomes {
        let closing = self.closing;
        std::mem::replace(self, Outcomes { closing, ..Outcomes::default() })
    }

    /// Puts back what could not be written. It goes with the next batch, and asks for none itself.
    fn put_back(&mut self, untold: &mut Outcomes) {
        self.released.append(&mut untold.released);
        self.failed.append(&mut untold.failed);
    }

    fn draft(&self) -> Draft {
        let (released, failed) = (self.released.clone(), self.failed.clone());
        Draft::recorded(action::OUTCOME, &Body { released, failed, ..Body::system() })
    }
}

struct Writer {
    parts: WriterParts,
    signed_at: Option<Instant>,
    /// Whether the batch changes anything but the ledger's tables.
    changed: bool,
    /// The outcomes that the batch tells of.
    told: Outcomes,
}

impl Writer {
    fn run(&mut self, inbox: &Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut next = match inbox.recv_timeout(self.patience()) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let idle = next.is_none();
            while let Some(job) = next.take() {
                match job {
                    Job::Outcomes => {}
                    job => batch.push(job),
                }
                if batch.len() < BATCH {
                    next = inbox.try_recv().ok();
                }
            }
            let stop = batch.iter().any(|job| matches!(job, Job::Stop));
            self.write(&mut batch);
            if idle {
                self.keep_read_model();
            }
            if stop {
                // Nothing is left untold or unsigned behind.
                self.parts.outcomes.lock().closing = true;
                self.write(&mut batch);
                self.signed_at = None;
                self.write(&mut batch);
                // A folder at rest is one file, and opens at once: who closes the database last removes the log.
                self.parts.readers.close();
                if let Err(error) = copy_log(&self.parts.conn, "TRUNCATE") {
                    tracing::warn!(%error, "the write-ahead log stays beside the database");
                    durable::stop_if_the_disk_failed(&error);
                }
                return;
            }
        }
    }

    /// How long to wait for work: until the read model, an outcome or a checkpoint wants to be written.
    fn patience(&self) -> Duration {
        let left = |since: Instant, within: Duration| within.saturating_sub(since.elapsed());
        let head = self.parts.head.read();
        let mut patience = Duration::from_secs(3600);
        if self.parts.indexed < head.tree.size() {
            patience = INDEX_AFTER;
        }
        if let Some(since) = self.parts.outcomes.lock().since {
            patience = patience.min(left(since, OUTCOME_WITHIN));
        }
        if head.signed.size < head.tree.size() {
            patience = patience.min(self.signed_at.map_or(Duration::ZERO, |at| left(at, CHECKPOINT_EVERY)));
        }
        patience
    }

    /// Writes a batch in one transaction and answers it after the flush.
    fn write(&mut self, batch: &mut Vec<Job>) {
        let checkpoint = self.due_checkpoint();
        if batch.is_empty() && checkpoint.is_none() && !self.parts.outcomes.lock().due() {
            return;
        }
        let mut answers: Vec<Answer> = Vec::with_capacity(batch.len());
        let mut sequencer = Sequencer {
            tree: self.parts.head.read().tree.clone(),
            run: self.parts.run,
            keys: Arc::clone(&self.parts.keys),
            full: Vec::new(),
            frozen: Arc::clone(&self.parts.frozen.read()),
            frozen_changed: Cell::new(false),
            refused: None,
        };
        let ended = self.fill(batch, checkpoint.as_ref(), &mut sequencer, &mut answers);
        match ended {
            Ok(indexed) => {
                self.parts.indexed = indexed;
                let size = sequencer.tree.size();
                *self.parts.frozen.write() = sequencer.frozen;
                let mut head = self.parts.head.write();
                head.tree = sequencer.tree;
                if let Some(checkpoint) = &checkpoint {
                    head.signed = checkpoint.clone();
                }
                drop(head);
                if std::mem::take(&mut self.changed) {
                    self.parts.readers.changed();
                }
                for answer in answers {
                    answer(Ok(()));
                }
                self.parts.grown.send_if_modified(|known| std::mem::replace(known, size) != size);
                if let Some(checkpoint) = checkpoint {
                    checkpoint_file::publish(&self.parts.folder, &checkpoint.note);
                    self.parts.signed.send_replace(checkpoint.size);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the ledger could not be written");
                self.parts.outcomes.lock().put_back(&mut self.told);
                let _ = self.parts.conn.execute_batch("ROLLBACK");
                for answer in answers {
                    answer(Err(StoreError::Unwritable));
                }
                durable::stop_if_the_disk_failed(&error);
            }
        }
    }

    fn fill(
        &mut self,
        batch: &mut Vec<Job>,
        checkpoint: Option<&Published>,
        sequencer: &mut Sequencer,
        answers: &mut Vec<Answer>,
    ) -> Result<u64, StoreError> {
        let now_ms = (self.parts.clock)();
        let mut indexed = self.parts.indexed;
        let mut failure = None;
        let conn = &self.parts.conn;
        if let Err(error) = conn.execute_batch("BEGIN IMMEDIATE") {
            failure = Some(StoreError::from(error));
        }
        for (at, job) in batch.drain(..).enumerate() {
            match job {
                Job::Append(draft, waiter) => {
                    let placed = if failure.is_none() {
                        sequencer.append(conn, draft, now_ms)
                    } else {
                        Err(StoreError::Unwritable)
                    };
                    match placed {
                        Ok(receipt) => answers.push(Box::new(move |end| {
                            let _ = waiter.send(end.map(|()| receipt));
                        })),
                        Err(StoreError::Frozen) => {
                            failure = sequencer.tell_refused(conn, now_ms).err();
                            answers.push(Box::new(move |end| {
                                let _ = waiter.send(end.and(Err(StoreError::Frozen)));
                            }));
                        }
                        Err(error) => {
                            failure.get_or_insert(error);
                            answers.push(Box::new(move |_| {
                                let _ = waiter.send(Err(StoreError::Unwritable));
                            }));
                        }
                    }
                }
                Job::Change(change) => {
                    self.changed = true;
                    if failure.is_none() {
                        match run_change(conn, sequencer, now_ms, at == 0, change) {
                            Ok(answer) => {
                                answers.push(answer);
                                failure = sequencer.tell_refused(conn, now_ms).err();
                            }
                            Err(error) => failure = Some(error),
                        }
                    }
                }
                Job::Cosigned(checkpoint, waiter) => {
                    if failure.is_none() {
                        failure = ledger::keep_cosigned(conn, &checkpoint).err();
                    }
                    let head = Arc::clone(&self.parts.head);
                    answers.push(Box::new(move |end| {
                        if end.is_ok() {
                            head.write().cosigned = checkpoint;
                        }
                        let _ = waiter.send(end);
                    }));
                }
                Job::CatchUp(waiter) => {
                    let caught = match failure {
                        None => read_model::step(conn, indexed, CATCH_UP_STEP),
                        Some(_) => Err(StoreError::Unwritable),
                    };
                    indexed = *caught.as_ref().unwrap_or(&indexed);
                    answers.push(Box::new(move |end| {
                        let _ = waiter.send(end.and(caught));
                    }));
                }
                Job::Probe(waiter) => {
                    if failure.is_none() {
                        failure = settings::set_meta(conn, "probed", &now_ms.to_le_bytes()).err();
                    }
                    answers.push(Box::new(move |end| {
                        let _ = waiter.send(end);
                    }));
                }
                Job::Outcomes | Job::Stop => {}
            }
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        self.told = self.parts.outcomes.lock().take();
        if !self.told.is_empty() {
            sequencer.append(conn, self.told.draft(), now_ms)?;
        }
        if let Some(Published { note, size, time_ms }) = checkpoint {
            conn.prepare_cached("INSERT INTO checkpoint (size, time_ms, note) VALUES (?1, ?2, ?3)")?
                .execute((size, time_ms, note.as_ref()))?;
        }
        let size = sequencer.tree.size();
        if size > self.parts.head.read().tree.size() {
            settings::set_meta(conn, settings::HEAD, &self.parts.keys.seal_of(&sequencer.tree))?;
        }
        if size - indexed > INDEX_BACKLOG {
            // Twice what this batch added: it catches up, and nobody waits long for it.
            let added = size - self.parts.head.read().tree.size();
            indexed = read_model::step(conn, indexed, 2 * added)?;
        }
        conn.execute_batch("COMMIT")?;
        Ok(indexed)
    }

    /// Signs the tree as last committed, when it grew and a second has passed.
    fn due_checkpoint(&mut self) -> Option<Published> {
        let head = self.parts.head.read();
        let size = head.tree.size();
        let due = self.signed_at.is_none_or(|at| at.elapsed() >= CHECKPOINT_EVERY);
        if !due || head.signed.size == size {
            return None;
        }
        let checkpoint = Checkpoint { origin: self.parts.origin.clone(), size, root: head.tree.root() };
        self.signed_at = Some(Instant::now());
        let time_ms = (self.parts.clock)();
        Some(Published { note: self.parts.keys.sign(&checkpoint, time_ms), size, time_ms })
    }

    /// Lets the read model take in a step, when there is nothing else to do.
    fn keep_read_model(&mut self) {
        if self.parts.indexed >= self.parts.head.read().tree.size() {
            return;
        }
        let conn = &self.parts.conn;
        let stepped = conn
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(StoreError::from)
            .and_then(|()| read_model::step(conn, self.parts.indexed, INDEX_STEP))
            .and_then(|to| conn.execute_batch("COMMIT").map(|()| to).map_err(StoreError::from));
        match stepped {
            Ok(to) => self.parts.indexed = to,
            Err(error) => {
                let _ = conn.execute_batch("ROLLBACK");
                tracing::warn!(%error, "the read model could not be brought up to date");
                durable::stop_if_the_disk_failed(&error);
            }
        }
    }
}

/// Runs a change. The first of a transaction has nothing before it to keep, and needs no savepoint: under one, each statement
/// with triggers looks through all pages that the savepoint holds when it ends (SQLite keeps them in one list), which makes
/// an import five times slower.
fn run_change(
    conn: &Connection,
    sequencer: &mut Sequencer,
    now_ms: u64,
    first: bool,
    change: Change,
) -> Result<Answer, StoreError> {
    let (begin, keep, undo) = if first {
        ("", "", "ROLLBACK; BEGIN IMMEDIATE")
    } else {
        ("SAVEPOINT change", "RELEASE change", "ROLLBACK TO change; RELEASE change")
    };
    conn.execute_batch(begin)?;
    let before = sequencer.tree.clone();
    let end = change(&mut Tx { conn, sequencer, now_ms });
    let frozen_changed = sequencer.frozen_changed.take();
    match end {
        ChangeEnd::Keep(answer) => {
            conn.execute_batch(keep)?;
            if frozen_changed {
                sequencer.frozen = Arc::new(staff::frozen(conn)?);
            }
            Ok(answer)
        }
        ChangeEnd::Undo(answer) => {
            conn.execute_batch(undo)?;
            sequencer.tree = before;
            Ok(answer)
        }
    }
}
