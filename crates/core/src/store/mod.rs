//! The only room with SQL. One database file in one folder, one writer, many readers.
//!
//! **Invariant:** no change without its ledger entry: a change gets a [`Tx`], and can only end with the
//! [`Committed`] that [`Tx::commit`] makes of an entry.
//! **Invariant:** nothing is answered before it is on disk.
//! Statements number their parameters (`?1`): a `$1` would be a *name* to SQLite, bound in order of appearance.
//!
//! **Invariant:** ciphertext leaves this room towards the vault only (`sealed.rs`).

pub(crate) mod approvals;
pub(crate) mod bulk;
mod checkpoint_file;
pub(crate) use checkpoint_file::NAME as CHECKPOINT_FILE;
pub(crate) mod customers;
pub(crate) mod duplicates;
pub(crate) mod durable;
mod error;
pub(crate) mod evidence;
pub(crate) mod exports;
pub(crate) mod figures;
pub(crate) mod followups;
pub(crate) mod freezes;
pub(crate) mod handovers;
pub(crate) mod history;
pub(crate) mod leaving;
pub(crate) mod ledger;
pub(crate) mod load;
mod log_keys;
pub(crate) mod mail;
mod numbers;
pub(crate) mod once;
pub(crate) mod ownership;
pub(crate) mod pool;
pub(crate) mod proposals;
mod read_model;
mod readers;
pub(crate) mod reviews;
pub(crate) mod sealed;
pub(crate) mod seen;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod shares;
pub(crate) mod staff;
pub(crate) mod time_stamps;
pub(crate) mod trace;
pub(crate) mod work;
mod writer;

use std::{
    collections::HashSet,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, SyncSender, channel},
    },
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
/// A connection for reading, as other rooms hand it on to the functions of this one.
pub(crate) use rusqlite::Connection;
use rusqlite::{OpenFlags, config::DbConfig};
use tokio::sync::{oneshot, watch};

pub use error::StoreError;
pub(crate) use log_keys::LogKeys;
pub(crate) use writer::{Committed, Head, Published, Tx};

use crate::{
    clock::Clock,
    entry::{Draft, Receipt},
};
use readers::Readers;
use writer::{ChangeEnd, Job, Outcomes, Run};

/// Name of the database file in the data folder.
pub(crate) const DATABASE: &str = "tigertally.db";
/// The layout of the tables, in SQLite's `user_version`.
const LAYOUT: i64 = 6;

/// An opened data folder.
pub(crate) struct Store {
    folder: PathBuf,
    readers: Arc<Readers>,
    outcomes: Arc<Mutex<Outcomes>>,
    keys: Arc<LogKeys>,
    jobs: SyncSender<Job>,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    head: Arc<RwLock<Head>>,
    /// Staff numbers of those who are frozen; the writer's alone to change.
    frozen: Arc<RwLock<Arc<HashSet<String>>>>,
    grown: watch::Receiver<u64>,
    signed: watch::Receiver<u64>,
    log_keeper: Mutex<Option<(Sender<()>, std::thread::JoinHandle<()>)>>,
    /// Whether the write-ahead log is to be emptied.
    emptying: watch::Sender<bool>,
    _lock: File,
}

/// A data folder before the log's key is known: the keyring is read from it first.
pub(crate) struct Unopened {
    folder: PathBuf,
    conn: Connection,
    lock: File,
}

impl Unopened {
    /// Locks the folder and opens or creates its database.
    pub(crate) fn open(folder: &Path, create: bool) -> Result<Unopened, StoreError> {
        let path = folder.join(DATABASE);
        if !create && !path.try_exists()? {
            return Err(StoreError::Unusable(format!("{} holds no Tigertally data", folder.display())));
        }
        if create {
            durable::make_folder(folder)?;
        }
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // An earlier run may have stopped at a failed sync.
        durable::write_again(&log_of(&path))?;
        if create {
            durable::write_again(&path)?;
        }
        let conn = connect(&path, false)?;
        // The engine does so, too, when it syncs the log first, but takes no notice when it fails.
        durable::sync_folder(folder)?;
        match layout(&conn)? {
            0 => {
                let schema = include_str!("schema.sql");
                conn.execute_batch(&format!(
                    "BEGIN IMMEDIATE; {schema} PRAGMA user_version = {LAYOUT}; COMMIT"
                ))?;
            }
            LAYOUT => {}
            earlier if earlier < LAYOUT => {
                let told = "the data was written by an earlier version, whose tables this one does not read";
                return Err(StoreError::Unusable(told.to_owned()));
            }
            _ => return Err(StoreError::Unusable("the data was written by a later version".to_owned())),
        }
        Ok(Unopened { folder: folder.to_owned(), conn, lock })
    }

    /// Whether somebody set the folder up to the end.
    pub(crate) fn founded(&self) -> Result<bool, StoreError> {
        founded(&self.conn)
    }

    /// A value kept beside the data, such as the sealed keyring.
    pub(crate) fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        settings::meta(&self.conn, key)
    }

    /// Writes what must stand before there is a ledger: the sealed keyring and how its root key is come by.
    pub(crate) fn found(&self, meta: &[(&str, &[u8])]) -> Result<(), StoreError> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        for (key, value) in meta {
            settings::set_meta(&self.conn, key, value)?;
        }
        self.conn.execute_batch("COMMIT")?;
        Ok(())
    }

    /// Rebuilds the tree and starts the writer.
    pub(crate) fn start(self, keys: Arc<LogKeys>, clock: Clock) -> Result<Store, StoreError> {
        let recovered = ledger::recover(&self.conn)?;
        let sealed = settings::meta(&self.conn, settings::HEAD)?;
        let own = (recovered.tree.size() > 0).then(|| keys.seal_of(&recovered.tree).to_vec());
        if sealed != own {
            // Nothing may be signed over it: `tigertally ledger verify` tells what is wrong.
            return Err(StoreError::Damaged("the ledger, which was changed by somebody else,"));
        }
        let head = Arc::new(RwLock::new(recovered));
        let indexed = read_model::position(&self.conn)?;
        let (grown, seen) = watch::channel(head.read().tree.size());
        let (signed, published) = watch::channel(head.read().signed.size);
        let path = self.folder.join(DATABASE);
        let readers = Arc::new(Readers::new(&path));
        let outcomes = Arc::default();
        let frozen = Arc::new(RwLock::new(Arc::new(staff::frozen(&self.conn)?)));
        let parts = writer::WriterParts {
            conn: self.conn,
            readers: Arc::clone(&readers),
            outcomes: Arc::clone(&outcomes),
            head: Arc::clone(&head),
            origin: keys.verifier_key().name().to_owned(),
            run: Run { name: tigertally_crypto::random::bytes(), first: head.read().tree.size() },
            keys: Arc::clone(&keys),
            clock,
            grown,
            signed,
            folder: self.folder.clone(),
            indexed,
            frozen: Arc::clone(&frozen),
        };
        let (jobs, thread) = writer::start(parts)?;
        let emptying = watch::Sender::new(false);
        let log_keeper = start_log_keeper(&path, Arc::clone(&readers), emptying.clone())?;
        Ok(Store {
            folder: self.folder,
            emptying,
            readers,
            outcomes,
            keys,
            jobs,
            writer: Mutex::new(Some(thread)),
            head,
            grown: seen,
            signed: published,
            log_keeper: Mutex::new(Some(log_keeper)),
            frozen,
            _lock: self.lock,
        })
    }
}

impl Store {
    /// Reads everything that was committed until now.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.read(ask)
    }

    /// Reads what only changes alter: everything but the ledger's entries and what is derived from them. It sees every
    /// change that was answered, and costs far less than [`Store::read`] while entries are written.
    pub(crate) fn read_settled<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.readers.read_settled(ask)
    }

    /// Whether somebody is frozen, as of the last change that was answered.
    pub(crate) fn is_frozen(&self, no: &str) -> bool {
        self.frozen.read().contains(no)
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keys that seal what stands in tables.
    pub(crate) fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// Puts an entry down and waits until it is durable.
    pub(crate) async fn append(&self, entry: Draft) -> Result<Receipt, StoreError> {
        let (waiter, answer) = oneshot::channel();
        self.send(Job::Append(entry, waiter))?;
        answer.await.map_err(|_| StoreError::Unwritable)?
    }

    /// Notes what became of an intent; nobody waits for it.
    pub(crate) fn outcome(&self, index: u64, released: bool) {
        if self.outcomes.lock().note(index, released) {
            let _ = self.send(Job::Outcomes);
        }
    }

    /// Makes a change and waits until it and its entry are durable. The closure runs on the writer's thread: what
    /// can be prepared before (sealing, parsing) is prepared before.
    pub(crate) async fn change<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<Committed<T>, E> + Send + 'static,
    ) -> Result<(T, Receipt), E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (waiter, answer) = oneshot::channel();
        let job = Job::Change(Box::new(move |tx| match work(tx) {
            Ok(committed) => ChangeEnd::Keep(Box::new(move |end| {
                let _ = waiter.send(end.map_err(E::from).map(|()| committed.into_parts()));
            })),
            Err(error) => ChangeEnd::Undo(Box::new(move |_| {
                let _ = waiter.send(Err(error));
            })),
        }));
        self.send(job)?;
        answer.await.map_err(|_| E::from(StoreError::Unwritable))?
    }

    /// Brings the read model up to the last entry, in steps that let others write between them.
    pub(crate) async fn catch_up(&self) -> Result<(), StoreError> {
        let last = self.size();
        loop {
            let (waiter, answer) = oneshot::channel();
            self.send(Job::CatchUp(waiter))?;
            if answer.await.map_err(|_| StoreError::Unwritable)?? >= last {
                return Ok(());
            }
        }
    }

    /// Empties the write-ahead log, which holds what was overwritten since: what was erased must not be read there. False
    /// when readers were in the way for longer than a few seconds; it is tried on then.
    pub(crate) async fn empty_log(&self) -> bool {
        self.emptying.send_replace(true);
        let mut emptied = self.emptying.subscribe();
        tokio::time::timeout(Duration::from_secs(10), emptied.wait_for(|emptying| !emptying)).await.is_ok()
    }

    /// Whether anything can be written just now.
    pub(crate) async fn probe(&self) -> Result<(), StoreError> {
        let (waiter, answer) = oneshot::channel();
        self.send(Job::Probe(waiter))?;
        answer.await.map_err(|_| StoreError::Unwritable)?
    }

    /// The tree after the last commit.
    pub(crate) fn head(&self) -> Head {
        self.head.read().clone()
    }

    /// Number of entries after the last commit.
    pub(crate) fn size(&self) -> u64 {
        self.head.read().tree.size()
    }

    /// Tells the number of entries whenever it grows.
    pub(crate) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.clone()
    }

    /// Tells the size of the last signed checkpoint whenever another one is signed.
    pub(crate) fn signed(&self) -> watch::Receiver<u64> {
        self.signed.clone()
    }

    /// Keeps a checkpoint of the log with the cosignatures of enough witnesses. It makes no entry: that would ask for
    /// the next checkpoint, and so on without end.
    pub(crate) async fn keep_cosigned(&self, checkpoint: Published) -> Result<(), StoreError> {
        let (waiter, answer) = oneshot::channel();
        self.send(Job::Cosigned(checkpoint, waiter))?;
        answer.await.map_err(|_| StoreError::Unwritable)?
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        // The queue is far longer than the number of requests served at once; a full one means a dead disk.
        self.jobs.try_send(job).map_err(|_| StoreError::Unwritable)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // First, or the writer might find the log being copied, and could not do it to the end.
        if let Some((stop, thread)) = self.log_keeper.lock().take() {
            drop(stop);
            let _ = thread.join();
        }
        // Lets what waits be written and answered before the folder's lock goes.
        let _ = self.jobs.send(Job::Stop);
        if let Some(thread) = self.writer.lock().take() {
            let _ = thread.join();
        }
    }
}

fn connect(path: &Path, read_only: bool) -> Result<Connection, StoreError> {
    let mode = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let conn = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(128);
    // Plans do not look at bound values. Else the partial indexes make the engine plan every kept statement anew.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if !read_only {
        // To the end: whether the mode could be written it says after the row.
        let mut set = conn.prepare("PRAGMA journal_mode = WAL")?;
        let mode: Vec<String> = set.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if mode != ["wal"] {
            return Err(StoreError::Engine(format!("it keeps no write-ahead log but: {mode:?}")));
        }
        drop(set);
        // A file that cannot be opened for writing, the database or its log, the engine opens for reading. Of the log
        // it says so when it is to write.
        if conn.is_readonly(rusqlite::MAIN_DB)? {
            return Err(StoreError::Unwritable);
        }
        conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        // The log keeper copies the log into the database, off the writer's thread.
        conn.pragma_update(None, "wal_autocheckpoint", 0)?;
        conn.pragma_update(None, "secure_delete", true)?;
    }
    // KiB. A reader's pages are those of the log; the rest it sees in the mapped file.
    conn.pragma_update(None, "cache_size", if read_only { -8_000 } else { -32_000 })?;
    conn.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

/// Copies the write-ahead log into the database from a thread of its own, so that commits do not stop for it. It ends
/// when the sender is dropped.
fn start_log_keeper(
    path: &Path,
    readers: Arc<Readers>,
    emptying: watch::Sender<bool>,
) -> Result<(Sender<()>, std::thread::JoinHandle<()>), StoreError> {
    let conn = connect(path, false)?;
    let log = log_of(path);
    let (stop, stopped) = channel::<()>();
    let thread = std::thread::Builder::new().name("log-keeper".into()).spawn(move || {
        while stopped.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
            readers.rest();
            let copy = |mode| {
                copy_log(&conn, mode).unwrap_or_else(|error| {
                    tracing::error!(%error, "the write-ahead log could not be copied");
                    durable::stop_if_the_disk_failed(&error);
                    (false, 0)
                })
            };
            if *emptying.borrow() {
                // Again in a moment while anybody is in the way.
                let (emptied, _) = readers.without_snapshots(|| copy("TRUNCATE"));
                emptying.send_replace(!emptied);
                continue;
            }
            if std::fs::metadata(&log).map_or(0, |meta| meta.len()) < COPIED_FROM {
                continue;
            }
            let (_, pages) = copy("PASSIVE");
            // A short wait for the writer is better than a log without end; what there was to copy is copied by now.
            if pages >= MOST_LOGGED {
                readers.without_snapshots(|| copy("RESTART"));
            }
        }
    })?;
    Ok((stop, thread))
}

/// From how many bytes on the write-ahead log is copied into the database.
const COPIED_FROM: u64 = 4 << 20;
/// With so many pages the log begins anew: 256 MiB.
const MOST_LOGGED: i64 = 1 << 16;

/// Copies the write-ahead log into the database, and syncs that, as far as others let it: whether nobody was in the way, and
/// how many pages the log holds.
fn copy_log(conn: &Connection, mode: &str) -> Result<(bool, i64), StoreError> {
    let (busy, pages): (bool, i64) =
        conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((!busy, pages))
}

fn log_of(database: &Path) -> PathBuf {
    database.with_extension("db-wal")
}

/// Row numbers as a statement takes them between `IN (` and `)`.
fn listed(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

fn layout(conn: &Connection) -> Result<i64, StoreError> {
    Ok(conn.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Whether the setting-up came to its end: the first entry brings the first seal.
pub(crate) fn founded(conn: &Connection) -> Result<bool, StoreError> {
    Ok(layout(conn)? > 0 && settings::meta(conn, settings::HEAD)?.is_some())
}

/// Opens the database for reading only, beside a server that may be running.
pub(crate) fn open_read_only(folder: &Path) -> Result<Connection, StoreError> {
    let path = folder.join(DATABASE);
    if !path.try_exists()? {
        return Err(StoreError::Unusable(format!("{} holds no Tigertally data", folder.display())));
    }
    connect(&path, true)
}
