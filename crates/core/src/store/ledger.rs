//! The ledger's tables: recovery of the tree, tiles for proofs, entries for reading and for the audit.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

use rusqlite::{Connection, OptionalExtension, Rows, types::Value};
use tigertally_ledger::{
    Audit, Checkpoint, Fault, Hash, Leaf, ProofError, StoredEntry, TILE_WIDTH, Tiles, Tree, VerifierKey,
    leaf_hash, node_hash,
};

use super::{
    StoreError,
    writer::{Head, Published},
};
use crate::entry::{Body, Decision, action};

/// Rebuilds the tree's right edge from the full tiles and the entries behind them.
pub(super) fn recover(conn: &Connection) -> Result<Head, StoreError> {
    let size: u64 = conn.query_row("SELECT coalesce(max(idx) + 1, 0) FROM entry", [], |row| row.get(0))?;
    let tiles = StoredTiles { conn };
    let mut partials = Vec::new();
    let mut in_level = size;
    for level in 0.. {
        let width = in_level % TILE_WIDTH as u64;
        let index = in_level / TILE_WIDTH as u64;
        partials.push(if width == 0 { Vec::new() } else { tiles.hashes(level, index, width as u16)? });
        if index == 0 {
            break;
        }
        in_level = index;
    }
    let tree = Tree::restore(size, partials).map_err(|_| StoreError::Damaged("the ledger's tiles"))?;
    let signed = last_checkpoint(conn)?;
    let cosigned = published(
        conn,
        "SELECT note, size, cosigned_ms FROM checkpoint WHERE cosigned_ms IS NOT NULL ORDER BY size DESC LIMIT 1",
    )?;
    Ok(Head { tree, signed, cosigned })
}

fn published(conn: &Connection, ask: &str) -> Result<Published, StoreError> {
    let found = conn.query_row(ask, [], |row| {
        Ok(Published { note: row.get::<_, String>(0)?.into(), size: row.get(1)?, time_ms: row.get(2)? })
    });
    Ok(found.optional()?.unwrap_or_default())
}

/// Puts a note with cosignatures in the place of the one that only the log signed.
pub(super) fn keep_cosigned(conn: &Connection, checkpoint: &Published) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE checkpoint SET note = ?2, cosigned_ms = ?3 WHERE size = ?1")?.execute((
        checkpoint.size,
        checkpoint.note.as_ref(),
        checkpoint.time_ms,
    ))?;
    Ok(())
}

/// Tiles as the database holds them: full ones stored, the rest from the entries.
pub(crate) struct StoredTiles<'a> {
    pub(crate) conn: &'a Connection,
}

/// The same, read once each: for many proofs in one tree.
pub(crate) struct RememberedTiles<'a> {
    stored: StoredTiles<'a>,
    read: RefCell<HashMap<(u8, u64, u16), Vec<Hash>>>,
}

impl<'a> RememberedTiles<'a> {
    pub(crate) fn new(conn: &'a Connection) -> Self {
        RememberedTiles { stored: StoredTiles { conn }, read: RefCell::default() }
    }
}

impl Tiles for RememberedTiles<'_> {
    type Error = StoreError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        let key = (level, index, width);
        if let Some(hashes) = self.read.borrow().get(&key) {
            return Ok(hashes.clone());
        }
        let hashes = self.stored.hashes(level, index, width)?;
        self.read.borrow_mut().insert(key, hashes.clone());
        Ok(hashes)
    }
}

impl Tiles for StoredTiles<'_> {
    type Error = StoreError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        if let Some(mut hashes) = stored_tile(self.conn, level, index)? {
            hashes.truncate(width.into());
            return Ok(hashes);
        }
        let first = index * TILE_WIDTH as u64;
        let hashes: Vec<Hash> = match level.checked_sub(1) {
            None => {
                let mut ask = self
                    .conn
                    .prepare_cached("SELECT leaf FROM entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2")?;
                let rows = ask.query_map((first, width), |row| Ok(leaf_hash(row.get_ref(0)?.as_blob()?)))?;
                rows.collect::<Result<_, _>>()?
            }
            Some(below) => (first..first + u64::from(width))
                .map(|child| Ok(tile_root(self.hashes(below, child, TILE_WIDTH as u16)?)))
                .collect::<Result<_, StoreError>>()?,
        };
        if hashes.len() == usize::from(width) {
            Ok(hashes)
        } else {
            Err(StoreError::Damaged("a tile is short"))
        }
    }
}

fn stored_tile(conn: &Connection, level: u8, index: u64) -> Result<Option<Vec<Hash>>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT hashes FROM tile WHERE level = ?1 AND idx = ?2")?;
    let found: Option<Vec<u8>> = ask.query_row((level, index), |row| row.get(0)).optional()?;
    Ok(found.map(|bytes| bytes.as_chunks::<32>().0.to_vec()))
}

/// Root of a full tile: its hashes joined pair by pair.
fn tile_root(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    hashes.first().copied().unwrap_or_default()
}

/// Proofs read through this.
pub(crate) fn proof_error(error: ProofError<StoreError>) -> StoreError {
    match error {
        ProofError::Tiles(error) => error,
        _ => StoreError::Damaged("the ledger's tiles"),
    }
}

/// An entry for reading.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Place in the ledger, from 0.
    pub index: u64,
    /// Unix milliseconds.
    pub time_ms: u64,
    /// What was done; see [`crate::entry::action`].
    pub action: String,
    /// What was decided.
    pub decision: Decision,
    /// The body; `None` once erased.
    pub body: Option<Body>,
    /// What became of an intent: `Some(true)` released, `Some(false)` failed.
    pub outcome: Option<bool>,
}

/// Which entries to read. All conditions hold together; the newest come first.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// Only entries before this index.
    pub before: Option<u64>,
    /// Only entries from this index on.
    pub from: Option<u64>,
    /// Only what this person did.
    pub staff: Option<String>,
    /// Only what these people did (a team).
    pub team: Option<Vec<String>>,
    /// Only what concerns this customer.
    pub customer: Option<String>,
    /// Only these actions.
    pub actions: Vec<&'static str>,
    /// Only this decision.
    pub decision: Option<Decision>,
    /// Only this tier's customers.
    pub tier: Option<crate::record::Tier>,
    /// Only from this time on, Unix milliseconds.
    pub since_ms: Option<u64>,
    /// Only before this time, Unix milliseconds.
    pub until_ms: Option<u64>,
}

/// Reads entries, newest first, through the read model. The `+` keeps conditions on time and team from choosing the index:
/// in the ledger's own order a page is full after a few rows, whereas another order has to be sorted as a whole.
pub(crate) fn entries(
    conn: &Connection,
    filter: &EntryFilter,
    limit: usize,
) -> Result<Vec<EntryRow>, StoreError> {
    let mut conditions = vec!["1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |condition: &str, value: Value| {
        values.push(value);
        conditions.push(condition.replace('?', &format!("?{}", values.len())));
    };
    let number = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    if let Some(before) = filter.before {
        bind("a.idx < ?", number(before));
    }
    if let Some(from) = filter.from {
        bind("a.idx >= ?", number(from));
    }
    if let Some(staff) = &filter.staff {
        bind("a.staff = ?", Value::Text(staff.clone()));
    }
    if let Some(customer) = &filter.customer {
        bind("a.customer = ?", Value::Text(customer.clone()));
    }
    if let Some(decision) = filter.decision {
        bind("a.decision = ?", number(decision as u64));
    }
    if let Some(tier) = filter.tier {
        bind("a.tier = ?", number(tier as u64));
    }
    if let Some(since) = filter.since_ms {
        bind("+a.time_ms >= ?", number(since));
    }
    if let Some(until) = filter.until_ms {
        bind("+a.time_ms < ?", number(until));
    }
    for (column, members) in [
        ("+a.staff", filter.team.clone()),
        (
            "a.action",
            (!filter.actions.is_empty()).then(|| filter.actions.iter().map(|a| (*a).to_owned()).collect()),
        ),
    ] {
        if let Some(members) = members {
            let first = values.len() + 1;
            values.extend(members.into_iter().map(Value::Text));
            let places: Vec<_> = (first..=values.len()).map(|n| format!("?{n}")).collect();
            conditions.push(format!("{column} IN ({})", places.join(",")));
        }
    }
    let mut ask = conn.prepare_cached(&format!(
        "SELECT e.idx, e.leaf, e.body, a.outcome FROM access a JOIN entry e ON e.idx = a.idx WHERE {} \
         ORDER BY a.idx DESC LIMIT {limit}",
        conditions.join(" AND ")
    ))?;
    read_rows(ask.query(rusqlite::params_from_iter(values))?)
}

/// The entries after an index, oldest first, straight from the ledger: the read model may be behind.
pub(crate) fn entries_after(
    conn: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<EntryRow>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT e.idx, e.leaf, e.body, a.outcome FROM entry e LEFT JOIN access a ON a.idx = e.idx WHERE e.idx > ?1 \
         ORDER BY e.idx LIMIT ?2",
    )?;
    read_rows(ask.query((after, limit))?)
}

/// One entry, straight from the ledger.
pub(crate) fn entry(conn: &Connection, index: u64) -> Result<Option<EntryRow>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT e.idx, e.leaf, e.body, a.outcome FROM entry e LEFT JOIN access a ON a.idx = e.idx WHERE e.idx = ?1",
    )?;
    Ok(read_rows(ask.query([index])?)?.pop())
}

/// Reads rows of index, leaf, body and outcome.
fn read_rows(mut rows: Rows<'_>) -> Result<Vec<EntryRow>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let leaf = Leaf::from_bytes(row.get_ref(1)?.as_blob().map_err(|_| StoreError::Damaged("entry"))?)
            .map_err(|_| StoreError::Damaged("leaf"))?;
        let body: Option<Vec<u8>> = row.get(2)?;
        let body = body.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        found.push(EntryRow {
            index: row.get(0)?,
            time_ms: leaf.time_ms,
            action: leaf.action.into(),
            decision: leaf.decision,
            body: body.map_err(|_| StoreError::Damaged("body"))?,
            outcome: row.get(3)?,
        });
    }
    Ok(found)
}

/// The last signed checkpoint; empty as long as there is none.
pub(crate) fn last_checkpoint(conn: &Connection) -> Result<Published, StoreError> {
    published(conn, "SELECT note, size, time_ms FROM checkpoint ORDER BY size DESC LIMIT 1")
}

/// The smallest checkpoint over an entry: signed, or with the cosignatures of enough witnesses. Empty if there is none.
pub(crate) fn checkpoint_over(
    conn: &Connection,
    index: u64,
    cosigned: bool,
) -> Result<Published, StoreError> {
    let among = if cosigned { "AND cosigned_ms IS NOT NULL" } else { "" };
    let ask = format!(
        "SELECT note, size, time_ms FROM checkpoint WHERE size > {index} {among} ORDER BY size LIMIT 1"
    );
    published(conn, &ask)
}

/// The entry that tells what became of an intent. It follows it closely: outcomes go with the next batch.
pub(crate) fn outcome_of(conn: &Connection, intent: u64) -> Result<Option<u64>, StoreError> {
    // Without one the search below would go through all the rest of the ledger.
    let mut known =
        conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM access WHERE idx = ?1 AND outcome IS NOT NULL)")?;
    if !known.query_row([intent], |row| row.get(0))? {
        return Ok(None);
    }
    let mut ask = conn.prepare_cached(
        "SELECT a.idx, e.body FROM access a JOIN entry e ON e.idx = a.idx WHERE a.idx > ?1 AND a.action = 'outcome' \
         ORDER BY a.idx LIMIT 16",
    )?;
    let mut rows = ask.query([intent])?;
    while let Some(row) = rows.next()? {
        let Some(body) = row.get::<_, Option<Vec<u8>>>(1)? else { continue };
        let body: Body = serde_json::from_slice(&body).map_err(|_| StoreError::Damaged("body"))?;
        if body.released.contains(&intent) || body.failed.contains(&intent) {
            return Ok(Some(row.get(0)?));
        }
    }
    Ok(None)
}

/// The signed checkpoint of exactly this size, as a signed note.
pub(crate) fn checkpoint_at(conn: &Connection, size: u64) -> Result<Option<String>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT note FROM checkpoint WHERE size = ?1")?;
    Ok(ask.query_row([size], |row| row.get(0)).optional()?)
}

/// The leaves of these entries, oldest first.
pub(crate) fn leaves(conn: &Connection, first: u64, count: u16) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT leaf FROM entry WHERE idx >= ?1 ORDER BY idx LIMIT ?2")?;
    Ok(ask.query_map((first, count), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The stored bytes of one entry: leaf, salt, body.
pub(crate) type RawEntry = (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>);

/// One entry as stored.
pub(crate) fn raw_entry(conn: &Connection, index: u64) -> Result<Option<RawEntry>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT leaf, salt, body FROM entry WHERE idx = ?1")?;
    Ok(ask.query_row([index], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?)
}

/// What an audit of the whole ledger found.
#[derive(Debug)]
pub struct AuditReport {
    /// Number of entries read.
    pub entries: u64,
    /// Root over all of them.
    pub root: Hash,
    /// Signed checkpoints that were compared.
    pub checkpoints: u64,
    /// Entries whose body was erased.
    pub erased: u64,
    /// Entries after the last checkpoint: no signature vouches for them yet. Beside a running server they are those
    /// of the last second; more of them ask for a checkpoint that somebody kept elsewhere.
    pub unsigned: u64,
    /// The first thing that is wrong.
    pub fault: Option<AuditFault>,
}

/// What can be wrong with a stored ledger.
#[derive(Debug, thiserror::Error)]
pub enum AuditFault {
    /// The entries, tiles and checkpoints do not fit together.
    #[error(transparent)]
    Ledger(#[from] Fault),
    /// A checkpoint's signature does not hold.
    #[error("the signature of the checkpoint at size {0} does not hold")]
    Signature(u64),
    /// An entry has no body, and no entry of the ledger ordered its erasure.
    #[error("the body of entry {0} is gone, and no entry ordered that")]
    Unordered(u64),
    /// A stored tile is missing or differs from the entries.
    #[error("tile {index} of level {level} is not what the entries make it (entries {first} and on)")]
    Tile {
        /// Tile level.
        level: u8,
        /// Tile index.
        index: u64,
        /// First entry below it.
        first: u64,
    },
}

/// The entries without a body, and those whose erasure was ordered.
#[derive(Default)]
struct Erasures {
    gone: BTreeSet<u64>,
    ordered: BTreeSet<u64>,
}

impl Erasures {
    fn note(&mut self, index: u64, stored: &StoredEntry<'_>) {
        let Some(body) = stored.body else {
            self.gone.insert(index);
            return;
        };
        let erases = Leaf::from_bytes(stored.leaf)
            .is_ok_and(|leaf| leaf.action == action::ERASE && leaf.decision == Decision::Allowed);
        if erases && let Ok(body) = serde_json::from_slice::<Body>(body) {
            let entries = body.detail.get("entries").and_then(serde_json::Value::as_array);
            self.ordered.extend(entries.into_iter().flatten().filter_map(serde_json::Value::as_u64));
        }
    }

    fn unordered(&self) -> Option<u64> {
        self.gone.difference(&self.ordered).next().copied()
    }
}

/// Audits everything from the entries up, in one pass and bounded memory. `extra` are checkpoints kept elsewhere.
/// `progress` is told the number of entries read, now and then.
pub(crate) fn audit(
    conn: &Connection,
    key: &VerifierKey,
    extra: &[String],
    mut progress: impl FnMut(u64),
) -> Result<AuditReport, StoreError> {
    // One snapshot for all three tables, however much is written meanwhile.
    let snapshot = conn.unchecked_transaction()?;
    let mut audit = Audit::new();
    let mut report =
        AuditReport { entries: 0, root: audit.root(), checkpoints: 0, erased: 0, unsigned: 0, fault: None };
    let checkpoints = checkpoints(conn, key, extra)?;
    let mut checkpoints = match checkpoints {
        Ok(list) => list.into_iter().peekable(),
        Err(fault) => {
            report.fault = Some(fault);
            return Ok(report);
        }
    };
    let mut signed = 0;
    let mut check = |audit: &mut Audit| -> Result<(), AuditFault> {
        while let Some(next) = checkpoints.next_if(|next| next.size <= audit.size()) {
            audit.checkpoint(&next)?;
            report.checkpoints += 1;
            signed = next.size;
        }
        Ok(())
    };
    let mut recorded: Vec<Hash> = Vec::new();
    let mut erased = Erasures::default();
    let mut ask = conn.prepare("SELECT idx, leaf, salt, body FROM entry ORDER BY idx")?;
    let mut rows = ask.query([])?;
    let mut fault = check(&mut audit).err();
    while fault.is_none() {
        let Some(row) = rows.next()? else { break };
        let index: u64 = row.get(0)?;
        let at = (index % TILE_WIDTH as u64) as usize;
        if at == 0 {
            recorded = stored_tile(conn, 0, index / TILE_WIDTH as u64)?.unwrap_or_default();
        }
        let column = |n| row.get_ref(n).ok().and_then(|value| value.as_blob().ok());
        let stored = StoredEntry { leaf: column(1).unwrap_or_default(), salt: column(2), body: column(3) };
        erased.note(index, &stored);
        fault = audit
            .entry(index, &stored, recorded.get(at))
            .map_err(AuditFault::from)
            .and_then(|()| check_tiles(conn, &audit))
            .and_then(|()| check(&mut audit))
            .err();
        if audit.size().is_multiple_of(10_000) {
            progress(audit.size());
        }
    }
    if fault.is_none()
        && let Some(next) = checkpoints.next()
    {
        fault = audit.checkpoint(&next).err().map(AuditFault::from);
    }
    fault = fault.or_else(|| erased.unordered().map(AuditFault::Unordered));
    drop(rows);
    drop(ask);
    drop(snapshot);
    let (entries, unsigned) = (audit.size(), audit.size() - signed);
    Ok(AuditReport { entries, root: audit.root(), erased: audit.erased(), unsigned, fault, ..report })
}

/// The stored checkpoints and those kept elsewhere, in order, their signatures verified.
#[allow(clippy::type_complexity)]
fn checkpoints(
    conn: &Connection,
    key: &VerifierKey,
    extra: &[String],
) -> Result<Result<Vec<Checkpoint>, AuditFault>, StoreError> {
    let mut ask = conn.prepare("SELECT size, note FROM checkpoint ORDER BY size")?;
    let stored = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut notes: Vec<(u64, String)> = stored.collect::<Result<_, _>>()?;
    notes.extend(extra.iter().map(|note| (u64::MAX, note.clone())));
    let opened: Result<Vec<_>, _> = notes
        .into_iter()
        .map(|(size, note)| match Checkpoint::open(&note, key) {
            Ok(checkpoint) if size == u64::MAX || checkpoint.size == size => Ok(checkpoint),
            _ => Err(AuditFault::Signature(size)),
        })
        .collect();
    Ok(opened.map(|mut list| {
        list.sort_by_key(|checkpoint| checkpoint.size);
        list
    }))
}

fn check_tiles(conn: &Connection, audit: &Audit) -> Result<(), AuditFault> {
    for tile in audit.completed() {
        let same =
            stored_tile(conn, tile.level, tile.index).ok().flatten().is_some_and(|kept| kept == tile.hashes);
        if !same {
            let first = (tile.index * TILE_WIDTH as u64) << (8 * u32::from(tile.level));
            return Err(AuditFault::Tile { level: tile.level, index: tile.index, first });
        }
    }
    Ok(())
}
