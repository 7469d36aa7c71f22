//! With whom a customer is shared, and until when. A row is under a keyed seal that is checked whenever it is read: what a
//! database's editor writes here lets nobody see anything.

use rusqlite::{Connection, Row};

use super::{LogKeys, StoreError, Tx, approvals, listed, staff::Person};
use crate::record::ClassSet;

/// With whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    Person(Person),
    Department(String),
}

impl Receiver {
    /// The row of the person and the name of the department: one of them says something.
    pub(super) fn parts(&self) -> (Option<i64>, Option<&str>) {
        match self {
            Receiver::Person(person) => (Some(person.id), None),
            Receiver::Department(department) => (None, Some(department)),
        }
    }
}

/// Where a share stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Waiting = 0,
    Standing = 1,
    Ended = 2,
}

/// Why a share ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ShareEnd {
    /// The owner or a manager took it back.
    TakenBack = 0,
    /// Its last day is over.
    Over = 1,
    /// The customer got another owner, or none.
    OwnerChanged = 2,
    /// The access review ended it.
    Reviewed = 3,
    /// Nobody did the access review in time.
    Lapsed = 4,
    /// It was not approved.
    NotApproved = 5,
    /// Who shared it, or whom it was shared with, left or moved on.
    HandedOver = 6,
    /// The customer became high-tier, for which a share takes an approval.
    Raised = 7,
}

impl ShareEnd {
    const ALL: [ShareEnd; 8] = [
        ShareEnd::TakenBack,
        ShareEnd::Over,
        ShareEnd::OwnerChanged,
        ShareEnd::Reviewed,
        ShareEnd::Lapsed,
        ShareEnd::NotApproved,
        ShareEnd::HandedOver,
        ShareEnd::Raised,
    ];

    /// The name used by the API and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            ShareEnd::TakenBack => "taken_back",
            ShareEnd::Over => "over",
            ShareEnd::OwnerChanged => "owner_changed",
            ShareEnd::Reviewed => "reviewed",
            ShareEnd::Lapsed => "lapsed",
            ShareEnd::NotApproved => "not_approved",
            ShareEnd::HandedOver => "handed_over",
            ShareEnd::Raised => "raised",
        }
    }
}

/// A share, with its reason sealed.
#[derive(Clone, Debug)]
pub(crate) struct ShareRow {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) customer_no: String,
    pub(crate) receiver: Receiver,
    pub(crate) classes: ClassSet,
    pub(crate) from_day: String,
    pub(crate) to_day: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) made_by: Person,
    pub(crate) made_ms: u64,
    pub(crate) approval_id: Option<i64>,
    pub(crate) state: State,
    pub(crate) ended_ms: Option<u64>,
    pub(crate) why_ended: Option<ShareEnd>,
    seal: Vec<u8>,
}

impl ShareRow {
    /// Whether it is as this program wrote it.
    pub(crate) fn genuine(&self, keys: &LogKeys) -> bool {
        self.seal == self.seal_by(keys)
    }

    /// Whether it lets somebody see something on a day.
    pub(crate) fn stands(&self, keys: &LogKeys, today: &str) -> bool {
        self.state == State::Standing && today <= self.to_day.as_str() && self.genuine(keys)
    }

    /// What decides whether, to whom and how long it lets somebody see something.
    fn parts(&self) -> Vec<u8> {
        let (staff, department) = self.receiver.parts();
        let department = department.unwrap_or_default();
        let mut parts = Vec::new();
        let numbers = [
            self.id,
            self.customer_id,
            staff.unwrap_or_default(),
            i64::from(self.classes.bits()),
            self.made_by.id,
            self.approval_id.unwrap_or_default(),
        ];
        numbers.iter().for_each(|number| parts.extend(number.to_be_bytes()));
        parts.extend(self.made_ms.to_be_bytes());
        for text in [department, &self.to_day] {
            parts.extend((text.len() as u64).to_be_bytes());
            parts.extend(text.as_bytes());
        }
        parts
    }

    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let ended = self.why_ended.map_or(u8::MAX, |why| why as u8);
        keys.seal("share", &[&self.parts(), self.from_day.as_bytes(), &[self.state as u8, ended]])
    }

    /// The digest of all that is asked for: what an approval of it is bound to.
    pub(crate) fn scope(&self, keys: &LogKeys) -> [u8; 32] {
        let asked = ShareRow { approval_id: None, ..self.clone() };
        keys.seal("share scope", &[&asked.parts()])
    }
}

/// A share as it is made.
pub(crate) struct NewShare {
    pub(crate) id: i64,
    pub(crate) customer: i64,
    pub(crate) receiver: Receiver,
    pub(crate) classes: ClassSet,
    pub(crate) from_day: String,
    pub(crate) to_day: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) made_by: i64,
    pub(crate) state: State,
}

const SHARE: &str = "SELECT s.id, s.customer_id, coalesce(c.no, ''), s.staff_id, r.no, r.name, s.department, s.classes, s.from_day, \
     s.to_day, s.reason, m.id, m.no, m.name, s.made_ms, s.approval_id, s.state, s.ended_ms, s.why_ended, s.seal \
     FROM share s JOIN staff m ON m.id = s.made_by LEFT JOIN customer c ON c.id = s.customer_id LEFT JOIN staff r ON r.id = s.staff_id";

fn share_row(row: &Row<'_>) -> rusqlite::Result<ShareRow> {
    let receiver = match row.get::<_, Option<i64>>(3)? {
        Some(id) => Receiver::Person(Person {
            id,
            no: row.get::<_, Option<_>>(4)?.unwrap_or_default(),
            name: row.get::<_, Option<_>>(5)?.unwrap_or_default(),
        }),
        None => Receiver::Department(row.get::<_, Option<_>>(6)?.unwrap_or_default()),
    };
    Ok(ShareRow {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer_no: row.get(2)?,
        receiver,
        classes: ClassSet::of_bits(row.get(7)?),
        from_day: row.get(8)?,
        to_day: row.get(9)?,
        reason: row.get(10)?,
        made_by: Person { id: row.get(11)?, no: row.get(12)?, name: row.get(13)? },
        made_ms: row.get(14)?,
        approval_id: row.get(15)?,
        state: match row.get(16)? {
            0 => State::Waiting,
            1 => State::Standing,
            _ => State::Ended,
        },
        ended_ms: row.get(17)?,
        why_ended: row
            .get::<_, Option<u8>>(18)?
            .and_then(|number| ShareEnd::ALL.into_iter().find(|end| *end as u8 == number)),
        seal: row.get(19)?,
    })
}

fn rows(
    conn: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<ShareRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{SHARE} WHERE {condition}"))?;
    Ok(ask.query_map(parameters, share_row)?.collect::<Result<_, _>>()?)
}

/// A share by its number.
pub(crate) fn share(conn: &Connection, id: i64) -> Result<Option<ShareRow>, StoreError> {
    Ok(rows(conn, "s.id = ?1", [id])?.pop())
}

/// The shares of a customer, newest first.
pub(crate) fn shares_of(conn: &Connection, customer: i64, limit: u32) -> Result<Vec<ShareRow>, StoreError> {
    rows(conn, "s.customer_id = ?1 ORDER BY s.id DESC LIMIT ?2", (customer, limit))
}

/// The shares of a customer that stand or wait for their approval, oldest first.
pub(crate) fn open_of(conn: &Connection, customer: i64) -> Result<Vec<ShareRow>, StoreError> {
    rows(conn, "s.customer_id = ?1 AND s.state < 2 ORDER BY s.id", [customer])
}

/// The classes of a customer that are shared with somebody of a department on a day; `None` when it is not.
pub(crate) fn classes_for(
    conn: &Connection,
    keys: &LogKeys,
    customer: i64,
    (staff, department): (i64, &str),
    today: &str,
) -> Result<Option<ClassSet>, StoreError> {
    let condition = "s.customer_id = ?1 AND s.state = 1 AND (s.staff_id = ?2 OR s.department = ?3)";
    let found = rows(conn, condition, (customer, staff, department))?;
    let standing = found.into_iter().filter(|row| row.stands(keys, today));
    Ok(standing.map(|row| row.classes).reduce(ClassSet::and))
}

/// The customers that are shared with somebody of a department on a day, ascending.
pub(crate) fn shared_with(
    conn: &Connection,
    keys: &LogKeys,
    (staff, department): (i64, &str),
    today: &str,
) -> Result<Vec<i64>, StoreError> {
    // Two questions, so that each has its index.
    let mut found = rows(conn, "s.staff_id = ?1 AND s.state = 1", [staff])?;
    found.extend(rows(conn, "s.department = ?1 AND s.state = 1", [department])?);
    let standing = found.into_iter().filter(|row| row.stands(keys, today));
    let mut ids: Vec<i64> = standing.map(|row| row.customer_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Shares whose last day is over and that have not ended yet, and those that nobody approved in time.
pub(crate) fn over(
    conn: &Connection,
    today: &str,
    now_ms: u64,
    limit: u32,
) -> Result<Vec<ShareRow>, StoreError> {
    let condition = "s.state < 2 AND (s.to_day < ?1 OR (s.state = 0 AND EXISTS (SELECT 1 FROM approval a \
         WHERE a.id = s.approval_id AND a.lapses_ms <= ?2))) ORDER BY s.id LIMIT ?3";
    rows(conn, condition, (today, now_ms, limit))
}

impl Tx<'_> {
    /// The classes of a customer that are shared with somebody of a department on a day.
    pub(crate) fn shared_classes(
        &self,
        customer: i64,
        whom: (i64, &str),
        today: &str,
    ) -> Result<Option<ClassSet>, StoreError> {
        classes_for(self.conn(), self.keys(), customer, whom, today)
    }

    /// Adds a share.
    pub(crate) fn add_share(&self, new: &NewShare) -> Result<ShareRow, StoreError> {
        let (staff, department) = new.receiver.parts();
        self.conn().execute(
            "INSERT INTO share (id, customer_id, staff_id, department, classes, from_day, to_day, reason, made_by, made_ms, \
             state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            rusqlite::params![
                new.id,
                new.customer,
                staff,
                department,
                new.classes.bits(),
                new.from_day,
                new.to_day,
                new.reason,
                new.made_by,
                self.now_ms(),
                new.state as u8,
            ],
        )?;
        self.seal_share(new.id)
    }

    fn seal_share(&self, id: i64) -> Result<ShareRow, StoreError> {
        let row = share(self.conn(), id)?.ok_or(StoreError::Damaged("a share"))?;
        self.conn().execute("UPDATE share SET seal = ?2 WHERE id = ?1", (id, row.seal_by(self.keys())))?;
        Ok(row)
    }

    /// A share as it stands inside this transaction, if it is as this program wrote it.
    pub(crate) fn share(&self, id: i64) -> Result<Option<ShareRow>, StoreError> {
        Ok(share(self.conn(), id)?.filter(|row| row.genuine(self.keys())))
    }

    /// The shares of a customer that stand or wait, as far as this program wrote them.
    pub(crate) fn open_shares(&self, customer: i64) -> Result<Vec<ShareRow>, StoreError> {
        let mut open = open_of(self.conn(), customer)?;
        open.retain(|row| row.genuine(self.keys()));
        Ok(open)
    }

    /// Names the approval that a share waits for.
    pub(crate) fn share_asked(&self, id: i64, approval: i64) -> Result<(), StoreError> {
        self.conn().execute("UPDATE share SET approval_id = ?2 WHERE id = ?1", (id, approval))?;
        self.seal_share(id).map(drop)
    }

    /// From now on it stands.
    pub(crate) fn begin_share(&self, id: i64, today: &str) -> Result<(), StoreError> {
        self.conn().execute("UPDATE share SET state = 1, from_day = ?2 WHERE id = ?1", (id, today))?;
        self.seal_share(id).map(drop)
    }

    /// Ends a share, with the request that it waits for. False when it had ended.
    pub(crate) fn end_share(&self, id: i64, why: ShareEnd) -> Result<bool, StoreError> {
        let ended = self.conn().execute(
            "UPDATE share SET state = 2, ended_ms = ?2, why_ended = ?3 WHERE id = ?1 AND state < 2",
            (id, self.now_ms(), why as u8),
        )?;
        if ended == 0 {
            return Ok(false);
        }
        let row = self.seal_share(id)?;
        if let Some(approval) = row.approval_id
            && let Some(asked) = self.approval(approval)?
            && asked.state == approvals::State::Waiting
        {
            self.set_approval(approval, approvals::State::Ended, None)?;
        }
        Ok(true)
    }

    /// Ends what is shared with somebody without an approval.
    pub(crate) fn end_unapproved_shares_with(&self, staff: i64) -> Result<(), StoreError> {
        let mut find = self.conn().prepare_cached(
            "SELECT id FROM share WHERE staff_id = ?1 AND state < 2 AND approval_id IS NULL",
        )?;
        let ids: Vec<i64> = find.query_map([staff], |row| row.get(0))?.collect::<Result<_, _>>()?;
        ids.into_iter().try_for_each(|id| self.end_share(id, ShareEnd::HandedOver).map(drop))
    }

    /// Ends the shares of a customer; how many. Those that only became too much with the tier are those that nobody approved.
    pub(crate) fn end_shares(&self, customer: i64, why: ShareEnd) -> Result<u64, StoreError> {
        let all = if why == ShareEnd::Raised { "AND approval_id IS NULL" } else { "" };
        let mut find = self
            .conn()
            .prepare_cached(&format!("SELECT id FROM share WHERE customer_id = ?1 AND state < 2 {all}"))?;
        let ids: Vec<i64> = find.query_map([customer], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut ended = 0;
        for id in ids {
            ended += u64::from(self.end_share(id, why)?);
        }
        Ok(ended)
    }

    /// Ends all shares of many customers.
    pub(crate) fn end_shares_of(&self, customers: &[i64], why: ShareEnd) -> Result<(), StoreError> {
        let mut find = self.conn().prepare(&format!(
            "SELECT id FROM share WHERE customer_id IN ({}) AND state < 2",
            listed(customers)
        ))?;
        let ids: Vec<i64> = find.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        ids.into_iter().try_for_each(|id| self.end_share(id, why).map(drop))
    }

    /// Lets a share that another owner ended stand or wait again, with the request that it waited for. Nothing happens to one
    /// that ended otherwise, whose last day is over, or that would not be made now: who was to see the customer has left or
    /// is leaving, or is in another department and nobody has approved that.
    pub(crate) fn reopen_share(&self, id: i64, department: &str, today: &str) -> Result<(), StoreError> {
        let Some(row) = self.share(id)? else { return Ok(()) };
        if row.why_ended != Some(ShareEnd::OwnerChanged) || row.to_day.as_str() < today {
            return Ok(());
        }
        let inside = match &row.receiver {
            Receiver::Person(person) => match self.stays(person.id)? {
                Some(person) => person.department == department,
                None => return Ok(()),
            },
            Receiver::Department(name) => name == department,
        };
        let asked = row.approval_id.map(|approval| self.approval(approval)).transpose()?.flatten();
        let state = match (row.approval_id, asked.map(|asked| asked.state)) {
            (None, _) if inside => State::Standing,
            (Some(_), Some(approvals::State::Used)) => State::Standing,
            (Some(approval), Some(approvals::State::Ended)) => {
                self.set_approval(approval, approvals::State::Waiting, None)?;
                self.conn().execute("UPDATE approval SET decided_ms = NULL WHERE id = ?1", [approval])?;
                State::Waiting
            }
            _ => return Ok(()),
        };
        self.conn().execute(
            "UPDATE share SET state = ?2, ended_ms = NULL, why_ended = NULL WHERE id = ?1",
            (id, state as u8),
        )?;
        self.seal_share(id).map(drop)
    }
}
