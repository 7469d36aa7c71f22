//! Connections for reading.
//!
//! An engine's reader forgets what it has in memory whenever anything was committed, and here an entry is committed
//! before every answer. So what only changes alter, which is all but the ledger's own tables, is read in a snapshot
//! that is kept until the next change.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use parking_lot::Mutex;
use rusqlite::Connection;

use super::{StoreError, connect};

/// Connections kept of each sort.
const KEPT: usize = 8;

/// The connections.
pub(super) struct Readers {
    path: PathBuf,
    fresh: Mutex<Vec<Connection>>,
    settled: Mutex<Vec<Settled>>,
    /// Changes that were committed since the start.
    changes: AtomicU64,
    /// Whether snapshots may be kept.
    keeping: AtomicBool,
}

/// A connection with its snapshot, if it has one: as it was after so many changes, or later.
struct Settled {
    conn: Connection,
    after: Option<u64>,
}

impl Settled {
    fn leave(&mut self) {
        if self.after.take().is_some() && !self.conn.is_autocommit() {
            // Nothing was written, so it does not matter how it ends.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

impl Readers {
    pub(super) fn new(path: &Path) -> Readers {
        Readers {
            path: path.to_owned(),
            fresh: Mutex::default(),
            settled: Mutex::default(),
            changes: AtomicU64::new(0),
            keeping: AtomicBool::new(true),
        }
    }

    /// Reads everything that was committed until now.
    pub(super) fn read<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let kept = self.fresh.lock().pop();
        let conn = kept.map_or_else(|| connect(&self.path, true), Ok)?;
        let answer = ask(&conn);
        let mut fresh = self.fresh.lock();
        if fresh.len() < KEPT {
            fresh.push(conn);
        }
        answer
    }

    /// Reads what was changed until now. Entries that were appended since the last change may not be seen.
    pub(super) fn read_settled<T, E: From<StoreError>>(
        &self,
        ask: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        // Taken before the snapshot, which is therefore never older than this says.
        let changes = self.changes.load(Ordering::Acquire);
        let kept = self.settled.lock().pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => Settled { conn: connect(&self.path, true)?, after: None },
        };
        if reader.after != Some(changes) {
            reader.leave();
            reader.conn.execute_batch("BEGIN").map_err(StoreError::from)?;
            reader.after = Some(changes);
        }
        let answer = ask(&reader.conn);
        if answer.is_err() || !self.keeping.load(Ordering::Acquire) {
            reader.leave();
        }
        let mut settled = self.settled.lock();
        if settled.len() < KEPT {
            settled.push(reader);
        }
        answer
    }

    /// Something was changed: snapshots from before are not used again. To be called before the change is answered.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    /// Gives up the snapshots that nobody is reading, so that they do not hold the log.
    pub(super) fn rest(&self) {
        self.settled.lock().iter_mut().for_each(Settled::leave);
    }

    /// Closes the connections that nobody uses.
    pub(super) fn close(&self) {
        self.fresh.lock().clear();
        self.settled.lock().clear();
    }

    /// Does something while no snapshot is kept longer than it is read.
    pub(super) fn without_snapshots<T>(&self, work: impl FnOnce() -> T) -> T {
        self.keeping.store(false, Ordering::Release);
        self.rest();
        let done = work();
        self.keeping.store(true, Ordering::Release);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(conn: &Connection) -> Result<u64, StoreError> {
        Ok(conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)
    }

    #[test]
    fn a_snapshot_lasts_until_something_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let writer = connect(&path, false).unwrap();
        writer.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
        let readers = Readers::new(&path);
        assert_eq!(readers.read_settled(count).unwrap(), 1);
        writer.execute_batch("INSERT INTO t VALUES (2)").unwrap();
        assert_eq!(readers.read_settled(count).unwrap(), 1);
        assert_eq!(readers.read(count).unwrap(), 2);
        readers.changed();
        assert_eq!(readers.read_settled(count).unwrap(), 2);
        writer.execute_batch("INSERT INTO t VALUES (3)").unwrap();
        readers.rest();
        assert_eq!(readers.read_settled(count).unwrap(), 3);
    }

    #[test]
    fn a_snapshot_does_not_hold_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.db");
        let writer = connect(&path, false).unwrap();
        writer.execute_batch("CREATE TABLE t (x)").unwrap();
        let readers = Readers::new(&path);
        readers.read_settled(count).unwrap();
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        let restart =
            || writer.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get::<_, i64>(0)).unwrap();
        writer.busy_timeout(std::time::Duration::ZERO).unwrap();
        assert_eq!(restart(), 1, "the snapshot holds it");
        assert_eq!(readers.without_snapshots(restart), 0);
    }
}
