//! Many customers changed at once: what was looked over, what became of each customer, and where it stood before. The rows
//! are under keyed seals that are checked when they are read: what a database's editor writes here moves nobody.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    LogKeys, StoreError, Tx,
    customers::tier_of,
    exports::{pack_ids, unpack_ids},
    shares::{Receiver, ShareEnd},
    staff::Person,
};
use crate::record::{ClassSet, Tier};

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Looked = 0,
    Done = 1,
    Undone = 2,
}

/// What is done with the customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BulkKind {
    /// They get another owner.
    Assign = 0,
    /// They go into the public pool.
    Pool = 1,
    /// They are shared.
    Share = 2,
    /// They are claimed from the pool.
    Claim = 3,
}

impl BulkKind {
    const ALL: [BulkKind; 4] = [BulkKind::Assign, BulkKind::Pool, BulkKind::Share, BulkKind::Claim];

    /// The name used by the API and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            BulkKind::Assign => "assign",
            BulkKind::Pool => "pool",
            BulkKind::Share => "share",
            BulkKind::Claim => "claim",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<BulkKind> {
        BulkKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What becomes of a customer among many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum BulkOutcome {
    /// It will be done.
    Ready = 0,
    /// It was done.
    Done = 1,
    /// It was done, and undone.
    Undone = 2,
    /// Somebody changed the customer after it was looked over.
    Changed = 3,
    /// The policy denies it.
    Denied = 4,
    /// It takes an approval, which is asked for one customer at a time.
    Approval = 5,
    /// There is nothing to do: the customer is there already, or is nobody's.
    Same = 6,
    /// The receiver could not see the customer.
    Receiver = 7,
    /// More than may be claimed in a day.
    Limit = 8,
    /// The customer is shared too often.
    Full = 9,
    /// The customer is not there any more.
    Gone = 10,
    /// It was done and stays so: somebody changed the customer since.
    StaysChanged = 11,
    /// It was done and stays so: the policy denies that it is undone.
    StaysDenied = 12,
    /// It was done and stays so: the former owner has left, is leaving or has other work.
    StaysNobody = 13,
    /// It is to be claimed, and is not in the pool.
    NotPooled = 14,
}

impl BulkOutcome {
    /// All of them.
    pub const ALL: [BulkOutcome; 15] = [
        BulkOutcome::Ready,
        BulkOutcome::Done,
        BulkOutcome::Undone,
        BulkOutcome::Changed,
        BulkOutcome::Denied,
        BulkOutcome::Approval,
        BulkOutcome::Same,
        BulkOutcome::Receiver,
        BulkOutcome::Limit,
        BulkOutcome::Full,
        BulkOutcome::Gone,
        BulkOutcome::StaysChanged,
        BulkOutcome::StaysDenied,
        BulkOutcome::StaysNobody,
        BulkOutcome::NotPooled,
    ];

    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            BulkOutcome::Ready => "ready",
            BulkOutcome::Done => "done",
            BulkOutcome::Undone => "undone",
            BulkOutcome::Changed => "changed",
            BulkOutcome::Denied => "denied",
            BulkOutcome::Approval => "approval",
            BulkOutcome::Same => "same",
            BulkOutcome::Receiver => "receiver",
            BulkOutcome::Limit => "limit",
            BulkOutcome::Full => "full",
            BulkOutcome::Gone => "gone",
            BulkOutcome::StaysChanged => "stays_changed",
            BulkOutcome::StaysDenied => "stays_denied",
            BulkOutcome::StaysNobody => "stays_nobody",
            BulkOutcome::NotPooled => "not_pooled",
        }
    }

    fn of(number: u8) -> BulkOutcome {
        BulkOutcome::ALL.into_iter().find(|known| *known as u8 == number).unwrap_or(BulkOutcome::Gone)
    }
}

/// Where a customer stands, as far as a bulk changes it or must not meet a change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) owner: Option<i64>,
    pub(crate) contact: Option<i64>,
    pub(crate) group: i64,
    pub(crate) pooled_ms: Option<u64>,
    pub(crate) followed_ms: u64,
    pub(crate) version: u32,
}

impl Mark {
    /// Whether it is the same customer as was looked over: a follow-up does not count.
    pub(crate) fn still(&self, looked: &Mark) -> bool {
        Mark { followed_ms: looked.followed_ms, ..self.clone() } == *looked
    }

    fn parts(&self) -> Vec<u8> {
        let mut parts = Vec::new();
        for number in [self.owner.unwrap_or(-1), self.contact.unwrap_or(-1), self.group] {
            parts.extend(number.to_be_bytes());
        }
        for number in [self.pooled_ms.unwrap_or(u64::MAX), self.followed_ms, u64::from(self.version)] {
            parts.extend(number.to_be_bytes());
        }
        parts
    }
}

/// What is to be done with many customers.
#[derive(Clone, Debug)]
pub(crate) struct BulkRow {
    pub(crate) id: i64,
    pub(crate) staff_id: i64,
    pub(crate) kind: BulkKind,
    /// Who gets them, or with whom they are shared.
    pub(crate) to: Option<Receiver>,
    pub(crate) classes: ClassSet,
    pub(crate) to_day: String,
    /// Sealed.
    pub(crate) reason: Vec<u8>,
    pub(crate) missing: u32,
    pub(crate) state: State,
    pub(crate) made_ms: u64,
    pub(crate) until_ms: u64,
}

impl BulkRow {
    fn parts(&self) -> (Option<i64>, Option<&str>) {
        self.to.as_ref().map_or((None, None), Receiver::parts)
    }

    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let (to, department) = self.parts();
        keys.seal(
            "bulk",
            &[
                &self.id.to_be_bytes(),
                &self.staff_id.to_be_bytes(),
                &[self.kind as u8, self.classes.bits(), self.state as u8],
                &to.unwrap_or(-1).to_be_bytes(),
                department.unwrap_or_default().as_bytes(),
                self.to_day.as_bytes(),
                &self.reason,
                &self.made_ms.to_be_bytes(),
                &self.until_ms.to_be_bytes(),
            ],
        )
    }
}

/// A customer among many.
#[derive(Clone, Debug)]
pub(crate) struct BulkItem {
    pub(crate) customer: i64,
    pub(crate) no: String,
    pub(crate) tier: Tier,
    pub(crate) outcome: BulkOutcome,
    /// The rules that denied it, with spaces between.
    pub(crate) rules: String,
    pub(crate) before: Mark,
    /// Digest of where it stands since; empty before it was done.
    pub(crate) after: Vec<u8>,
    pub(crate) shares: Vec<i64>,
}

impl BulkItem {
    fn seal_by(&self, keys: &LogKeys, bulk: i64) -> [u8; 32] {
        keys.seal(
            "bulk item",
            &[
                &bulk.to_be_bytes(),
                &self.customer.to_be_bytes(),
                &[self.outcome as u8],
                &self.before.parts(),
                &self.after,
                &pack_ids(self.shares.iter().copied()),
            ],
        )
    }
}

fn bulk_row(row: &Row<'_>) -> rusqlite::Result<(BulkRow, Vec<u8>)> {
    let person = |row: &Row<'_>| -> rusqlite::Result<Option<Receiver>> {
        let Some(id) = row.get(3)? else { return Ok(row.get::<_, Option<_>>(4)?.map(Receiver::Department)) };
        Ok(Some(Receiver::Person(Person { id, no: row.get(12)?, name: row.get(13)? })))
    };
    let kind: u8 = row.get(2)?;
    let bulk = BulkRow {
        id: row.get(0)?,
        staff_id: row.get(1)?,
        kind: BulkKind::ALL.into_iter().find(|known| *known as u8 == kind).unwrap_or(BulkKind::Claim),
        to: person(row)?,
        classes: ClassSet::of_bits(row.get(5)?),
        to_day: row.get(6)?,
        reason: row.get(7)?,
        missing: row.get(8)?,
        state: match row.get(9)? {
            0 => State::Looked,
            1 => State::Done,
            _ => State::Undone,
        },
        made_ms: row.get(10)?,
        until_ms: row.get(11)?,
    };
    Ok((bulk, row.get(14)?))
}

/// The bulk of this number, if it is as this program wrote it.
pub(crate) fn bulk(conn: &Connection, keys: &LogKeys, id: i64) -> Result<Option<BulkRow>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT b.id, b.staff_id, b.kind, b.to_id, b.department, b.classes, b.to_day, b.reason, b.missing, b.state, b.made_ms, \
         b.until_ms, coalesce(s.no, ''), coalesce(s.name, ''), b.seal FROM bulk b LEFT JOIN staff s ON s.id = b.to_id WHERE b.id = ?1",
    )?;
    let found = ask.query_row([id], bulk_row).optional()?;
    Ok(found.filter(|(row, seal)| *seal == row.seal_by(keys)).map(|(row, _)| row))
}

/// The customers of a bulk in the order of their numbers, as far as this program wrote them and they are still there.
pub(crate) fn items(conn: &Connection, keys: &LogKeys, bulk: i64) -> Result<Vec<BulkItem>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT i.customer_id, c.no, g.tier, i.outcome, i.rules, i.owner_id, i.contact_id, i.group_id, i.pooled_ms, \
         i.followed_ms, i.version, i.after, i.shares, i.seal FROM bulk_item i JOIN customer c ON c.id = i.customer_id \
         JOIN customer_group g ON g.id = c.group_id WHERE i.bulk_id = ?1 ORDER BY c.no",
    )?;
    let rows = ask.query_map([bulk], |row| {
        let item = BulkItem {
            customer: row.get(0)?,
            no: row.get(1)?,
            tier: tier_of(row.get(2)?),
            outcome: BulkOutcome::of(row.get(3)?),
            rules: row.get(4)?,
            before: mark_at(row, 5)?,
            after: row.get(11)?,
            shares: unpack_ids(&row.get::<_, Vec<u8>>(12)?),
        };
        Ok((item, row.get::<_, Vec<u8>>(13)?))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    Ok(rows
        .into_iter()
        .filter(|(item, seal)| *seal == item.seal_by(keys, bulk))
        .map(|(item, _)| item)
        .collect())
}

fn mark_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Mark> {
    Ok(Mark {
        owner: row.get(at)?,
        contact: row.get(at + 1)?,
        group: row.get(at + 2)?,
        pooled_ms: row.get(at + 3)?,
        followed_ms: row.get(at + 4)?,
        version: row.get(at + 5)?,
    })
}

/// Where a customer stands; `None` when it is not there any more.
pub(crate) fn mark(conn: &Connection, customer: i64) -> Result<Option<Mark>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT owner_id, contact_id, group_id, pooled_ms, followed_ms, version FROM customer WHERE id = ?1",
    )?;
    Ok(ask.query_row([customer], |row| mark_at(row, 0)).optional()?)
}

/// Whether there are bulks from before a time.
pub(crate) fn older(conn: &Connection, old_ms: u64) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT 1 FROM bulk WHERE made_ms < ?1")?.exists([old_ms])?)
}

impl Tx<'_> {
    /// Adds a bulk that was looked over, with its customers; those of before `old_ms` go.
    pub(crate) fn add_bulk(&self, row: &BulkRow, items: &[BulkItem], old_ms: u64) -> Result<(), StoreError> {
        self.sweep_bulks(old_ms)?;
        self.forget_looked_over(row.staff_id)?;
        let (to, department) = row.parts();
        self.conn().execute(
            "INSERT INTO bulk (id, staff_id, kind, to_id, department, classes, to_day, reason, missing, state, made_ms, until_ms, \
             seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            rusqlite::params![
                row.id,
                row.staff_id,
                row.kind as u8,
                to,
                department,
                row.classes.bits(),
                row.to_day,
                row.reason,
                row.missing,
                row.state as u8,
                row.made_ms,
                row.until_ms,
                row.seal_by(self.keys()),
            ],
        )?;
        items.iter().try_for_each(|item| self.put_bulk_item(row.id, item))
    }

    /// Of what somebody looked over and did not do, only the newest few are kept.
    fn forget_looked_over(&self, staff: i64) -> Result<(), StoreError> {
        let older =
            "SELECT id FROM bulk WHERE staff_id = ?1 AND state = 0 ORDER BY id DESC LIMIT -1 OFFSET 19";
        self.conn().execute(&format!("DELETE FROM bulk_item WHERE bulk_id IN ({older})"), [staff])?;
        self.conn().execute(&format!("DELETE FROM bulk WHERE id IN ({older})"), [staff])?;
        Ok(())
    }

    /// Takes away the bulks from before a time; how many. Nothing can be done or undone with them any more.
    pub(crate) fn sweep_bulks(&self, old_ms: u64) -> Result<u64, StoreError> {
        self.conn().execute(
            "DELETE FROM bulk_item WHERE bulk_id IN (SELECT id FROM bulk WHERE made_ms < ?1)",
            [old_ms],
        )?;
        Ok(self.conn().execute("DELETE FROM bulk WHERE made_ms < ?1", [old_ms])? as u64)
    }

    /// Writes what became of a customer among many.
    pub(crate) fn put_bulk_item(&self, bulk: i64, item: &BulkItem) -> Result<(), StoreError> {
        let mut put = self.conn().prepare_cached(
            "INSERT INTO bulk_item (bulk_id, customer_id, outcome, rules, owner_id, contact_id, group_id, pooled_ms, followed_ms, \
             version, after, shares, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
             ON CONFLICT (bulk_id, customer_id) DO UPDATE SET outcome = ?3, rules = ?4, owner_id = ?5, contact_id = ?6, \
             group_id = ?7, pooled_ms = ?8, followed_ms = ?9, version = ?10, after = ?11, shares = ?12, seal = ?13",
        )?;
        put.execute(rusqlite::params![
            bulk,
            item.customer,
            item.outcome as u8,
            item.rules,
            item.before.owner,
            item.before.contact,
            item.before.group,
            item.before.pooled_ms,
            item.before.followed_ms,
            item.before.version,
            item.after,
            pack_ids(item.shares.iter().copied()),
            item.seal_by(self.keys(), bulk),
        ])?;
        Ok(())
    }

    /// A bulk as it stands inside this transaction.
    pub(crate) fn bulk(&self, id: i64) -> Result<Option<BulkRow>, StoreError> {
        bulk(self.conn(), self.keys(), id)
    }

    /// Its customers, likewise.
    pub(crate) fn bulk_items(&self, id: i64) -> Result<Vec<BulkItem>, StoreError> {
        items(self.conn(), self.keys(), id)
    }

    /// Moves a bulk on, with the time until when the next step can be taken.
    pub(crate) fn set_bulk(&self, row: BulkRow, state: State, until_ms: u64) -> Result<(), StoreError> {
        let row = BulkRow { state, until_ms, ..row };
        self.conn().execute(
            "UPDATE bulk SET state = ?2, until_ms = ?3, seal = ?4 WHERE id = ?1",
            (row.id, row.state as u8, row.until_ms, row.seal_by(self.keys())),
        )?;
        Ok(())
    }

    /// Where a customer stands inside this transaction.
    pub(crate) fn mark(&self, customer: i64) -> Result<Option<Mark>, StoreError> {
        mark(self.conn(), customer)
    }

    /// The digest of where a customer stands: what shows later that nobody has touched it since.
    pub(crate) fn mark_digest(&self, customer: i64) -> Result<Vec<u8>, StoreError> {
        let Some(mark) = self.mark(customer)? else { return Ok(Vec::new()) };
        Ok(self.keys().seal("bulk mark", &[&customer.to_be_bytes(), &mark.parts()]).to_vec())
    }

    /// Puts a customer back to where it stood, with the shares that had ended. What its owner of meanwhile shared ends.
    pub(crate) fn put_back(&self, item: &BulkItem, department: &str, today: &str) -> Result<(), StoreError> {
        self.end_shares(item.customer, ShareEnd::OwnerChanged)?;
        let before = &item.before;
        self.conn()
            .prepare_cached(
                "UPDATE customer SET owner_id = ?2, contact_id = ?3, group_id = ?4, pooled_ms = ?5, followed_ms = ?6, \
                 updated_ms = ?7 WHERE id = ?1",
            )?
            .execute((
                item.customer,
                before.owner,
                before.contact,
                before.group,
                before.pooled_ms,
                before.followed_ms,
                self.now_ms(),
            ))?;
        item.shares.iter().try_for_each(|share| self.reopen_share(*share, department, today))
    }
}
