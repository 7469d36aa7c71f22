//! Hand-overs: whose customers go to others, who gets which, and how far it is. What freezes exports and moves customers is
//! under a keyed seal; the customers of a part are, from its signature on, under a digest.

mod changes;

use rusqlite::{Connection, OptionalExtension, Row};

pub(crate) use changes::NewHandover;

use super::{LogKeys, StoreError, staff::Person};

/// How far a hand-over is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Open = 0,
    Closed = 1,
    Cancelled = 2,
}

/// How far a part of one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum PartState {
    Given = 0,
    Signed = 1,
    Asked = 2,
    Approved = 3,
    Moved = 4,
}

/// Of a customer in a hand-over: it has its new owner.
pub(super) const ITEM_MOVED: u8 = 3;
/// Of a customer in a hand-over: it was no longer the leaver's.
pub(super) const ITEM_GONE: u8 = 4;

/// A hand-over, with its texts sealed.
#[derive(Clone, Debug)]
pub(crate) struct HandoverRow {
    pub(crate) id: i64,
    pub(crate) leaver: Person,
    pub(crate) department: String,
    pub(crate) region: String,
    pub(crate) kind: u8,
    pub(crate) last_day: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) note: Option<Vec<u8>>,
    pub(crate) opened_by: Person,
    pub(crate) opened_ms: u64,
    pub(crate) state: State,
    pub(crate) ended_by: Option<(String, String)>,
    pub(crate) ended_ms: Option<u64>,
    pub(crate) why_ended: Option<Vec<u8>>,
    pub(crate) inventory: String,
    pub(crate) exposure: String,
    seal: Vec<u8>,
}

impl HandoverRow {
    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let numbers = [self.id, self.leaver.id, self.opened_by.id].map(i64::to_be_bytes).concat();
        keys.seal("handover", &[&numbers, &[self.kind, self.state as u8]])
    }
}

/// A part of a hand-over.
#[derive(Clone, Debug)]
pub(crate) struct PartRow {
    pub(crate) id: i64,
    pub(crate) handover_id: i64,
    pub(crate) receiver: Person,
    pub(crate) receiver_department: String,
    /// Who divided the customers.
    pub(crate) given_by: i64,
    pub(crate) state: PartState,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) checked: u64,
    pub(crate) digest: Vec<u8>,
    pub(crate) answer: Option<Vec<u8>>,
    pub(crate) signed_ms: Option<u64>,
    pub(crate) approval_id: Option<i64>,
    pub(crate) moved_ms: Option<u64>,
    seal: Vec<u8>,
}

impl PartRow {
    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let approval = self.approval_id.unwrap_or_default();
        let numbers = [self.id, self.handover_id, self.receiver.id, self.given_by, approval];
        let numbers = numbers.map(i64::to_be_bytes).concat();
        keys.seal("handover part", &[&numbers, &[self.state as u8], &self.digest])
    }
}

/// The digest of what an approval of parts is bound to.
pub(crate) fn scope(keys: &LogKeys, handover: i64, leaver: i64, parts: &[PartRow]) -> [u8; 32] {
    let mut bytes = [handover, leaver].map(i64::to_be_bytes).concat();
    for part in parts {
        bytes.extend([part.id, part.receiver.id].map(i64::to_be_bytes).concat());
        bytes.extend_from_slice(&part.digest);
    }
    keys.seal("handover scope", &[&bytes])
}

/// The digest of the customers that a receiver signs for.
pub(crate) fn digest_of(keys: &LogKeys, part: i64, customers: &[i64]) -> [u8; 32] {
    let bytes: Vec<u8> = customers.iter().flat_map(|id| id.to_be_bytes()).collect();
    keys.seal("handover items", &[&part.to_be_bytes(), &bytes])
}

const HANDOVER: &str = "SELECT h.id, l.id, l.no, l.name, l.department, l.region, h.kind, h.last_day, h.reason, h.note, \
     o.no, o.name, h.opened_ms, h.state, e.no, e.name, h.ended_ms, h.inventory, h.exposure, h.seal, h.why_ended, o.id \
     FROM handover h JOIN staff l ON l.id = h.leaver_id JOIN staff o ON o.id = h.opened_by \
     LEFT JOIN staff e ON e.id = h.ended_by";

fn handover_row(row: &Row<'_>) -> rusqlite::Result<HandoverRow> {
    let ended: Option<String> = row.get(14)?;
    Ok(HandoverRow {
        id: row.get(0)?,
        leaver: Person { id: row.get(1)?, no: row.get(2)?, name: row.get(3)? },
        department: row.get(4)?,
        region: row.get(5)?,
        kind: row.get(6)?,
        last_day: row.get(7)?,
        reason: row.get(8)?,
        note: row.get(9)?,
        opened_by: Person { id: row.get(21)?, no: row.get(10)?, name: row.get(11)? },
        opened_ms: row.get(12)?,
        state: match row.get(13)? {
            0_u8 => State::Open,
            1 => State::Closed,
            _ => State::Cancelled,
        },
        ended_by: ended.map(|no| Ok::<_, rusqlite::Error>((no, row.get(15)?))).transpose()?,
        ended_ms: row.get(16)?,
        inventory: row.get(17)?,
        exposure: row.get(18)?,
        seal: row.get(19)?,
        why_ended: row.get(20)?,
    })
}

/// A hand-over by its number, if it is as this program wrote it.
pub(crate) fn handover(
    conn: &Connection,
    keys: &LogKeys,
    id: i64,
) -> Result<Option<HandoverRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{HANDOVER} WHERE h.id = ?1"))?;
    let found = ask.query_row([id], handover_row).optional()?;
    match found {
        Some(row) if row.seal != row.seal_by(keys) => Err(StoreError::Damaged("a hand-over")),
        found => Ok(found),
    }
}

/// Hand-overs before a number, newest first.
pub(crate) fn handovers(conn: &Connection, before: i64, limit: u32) -> Result<Vec<HandoverRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{HANDOVER} WHERE h.id < ?1 ORDER BY h.id DESC LIMIT ?2"))?;
    Ok(ask.query_map((before, limit), handover_row)?.collect::<Result<_, _>>()?)
}

/// Open hand-overs, oldest first.
pub(crate) fn open(conn: &Connection, limit: u32) -> Result<Vec<HandoverRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{HANDOVER} WHERE h.state = 0 ORDER BY h.id LIMIT ?1"))?;
    Ok(ask.query_map([limit], handover_row)?.collect::<Result<_, _>>()?)
}

/// Hand-overs in which somebody is the leaver or a receiver, newest first.
pub(crate) fn handovers_with(
    conn: &Connection,
    staff: i64,
    limit: u32,
) -> Result<Vec<HandoverRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{HANDOVER} WHERE h.leaver_id = ?1 OR h.id IN (SELECT handover_id FROM handover_part WHERE receiver_id = ?1) \
         ORDER BY h.id DESC LIMIT ?2"
    ))?;
    Ok(ask.query_map((staff, limit), handover_row)?.collect::<Result<_, _>>()?)
}

/// The open hand-over of somebody.
pub(crate) fn open_of(conn: &Connection, staff: i64) -> Result<Option<i64>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT id FROM handover WHERE leaver_id = ?1 AND state = 0")?;
    Ok(ask.query_row([staff], |row| row.get(0)).optional()?)
}

const PART: &str = "SELECT p.id, p.handover_id, r.id, r.no, r.name, r.department, p.state, p.accepted, p.refused, \
     p.checked, p.digest, p.answer, p.signed_ms, p.approval_id, p.moved_ms, p.seal, p.given_by \
     FROM handover_part p JOIN staff r ON r.id = p.receiver_id";

fn part_row(row: &Row<'_>) -> rusqlite::Result<PartRow> {
    Ok(PartRow {
        id: row.get(0)?,
        handover_id: row.get(1)?,
        receiver: Person { id: row.get(2)?, no: row.get(3)?, name: row.get(4)? },
        receiver_department: row.get(5)?,
        state: match row.get(6)? {
            0_u8 => PartState::Given,
            1 => PartState::Signed,
            2 => PartState::Asked,
            3 => PartState::Approved,
            _ => PartState::Moved,
        },
        accepted: row.get(7)?,
        refused: row.get(8)?,
        checked: row.get(9)?,
        digest: row.get(10)?,
        answer: row.get(11)?,
        signed_ms: row.get(12)?,
        approval_id: row.get(13)?,
        moved_ms: row.get(14)?,
        seal: row.get(15)?,
        given_by: row.get(16)?,
    })
}

fn genuine_parts(
    conn: &Connection,
    keys: &LogKeys,
    condition: &str,
    value: i64,
) -> Result<Vec<PartRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{PART} WHERE {condition} ORDER BY p.id"))?;
    let rows: Vec<PartRow> = ask.query_map([value], part_row)?.collect::<Result<_, _>>()?;
    match rows.iter().all(|row| row.seal == row.seal_by(keys)) {
        true => Ok(rows),
        false => Err(StoreError::Damaged("a part of a hand-over")),
    }
}

/// The parts of a hand-over, the first first.
pub(crate) fn parts(conn: &Connection, keys: &LogKeys, handover: i64) -> Result<Vec<PartRow>, StoreError> {
    genuine_parts(conn, keys, "p.handover_id = ?1", handover)
}

/// A part by its number.
pub(crate) fn part(conn: &Connection, keys: &LogKeys, id: i64) -> Result<Option<PartRow>, StoreError> {
    Ok(genuine_parts(conn, keys, "p.id = ?1", id)?.pop())
}

/// The parts that an approval is about.
pub(crate) fn parts_of_approval(
    conn: &Connection,
    keys: &LogKeys,
    approval: i64,
) -> Result<Vec<PartRow>, StoreError> {
    genuine_parts(conn, keys, "p.approval_id = ?1", approval)
}

/// Approvals whose parts are to be moved.
pub(crate) fn approved(conn: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT DISTINCT approval_id FROM handover_part WHERE state = 3 AND approval_id IS NOT NULL ORDER BY 1",
    )?;
    Ok(ask.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Requests for parts of hand-overs that nobody decides any more: they are over, or who asked has left or is frozen.
pub(crate) fn stranded(conn: &Connection, now_ms: u64) -> Result<Vec<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT DISTINCT p.approval_id FROM handover_part p LEFT JOIN approval a ON a.id = p.approval_id \
         LEFT JOIN staff s ON s.id = a.requester_id WHERE p.state = 2 AND p.approval_id IS NOT NULL \
         AND (a.id IS NULL OR a.state <> 0 OR a.lapses_ms <= ?1 OR s.active = 0 \
         OR s.frozen_ms IS NOT NULL) ORDER BY 1",
    )?;
    Ok(ask.query_map([now_ms], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How many customers of a hand-over are in each state, without a receiver, given, refused, moved, no longer the leaver's.
pub(crate) fn counts(conn: &Connection, handover: i64) -> Result<[u64; 5], StoreError> {
    let mut ask = conn
        .prepare_cached("SELECT state, count(*) FROM handover_item WHERE handover_id = ?1 GROUP BY state")?;
    let mut counts = [0; 5];
    let mut rows = ask.query([handover])?;
    while let Some(row) = rows.next()? {
        let state: usize = row.get(0)?;
        if let Some(count) = counts.get_mut(state) {
            *count = row.get(1)?;
        }
    }
    Ok(counts)
}

/// Of each part of a hand-over: how many customers it has that are to be moved, and how many are settled.
pub(crate) fn progress(conn: &Connection, handover: i64) -> Result<Vec<(i64, u64, u64)>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT i.part_id, sum(i.state = 1), sum(i.state > 2) FROM handover_part p JOIN handover_item i ON i.part_id = p.id \
         WHERE p.handover_id = ?1 GROUP BY i.part_id",
    )?;
    let rows = ask.query_map([handover], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A customer that is to be given to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) customer: i64,
    pub(crate) group: i64,
    /// Whether the leaver owns it, and is not just its contact person.
    pub(crate) owned: bool,
}

/// The customers of a hand-over that wait for a receiver; with `again` those as well that were given and not signed for.
pub(crate) fn to_give(conn: &Connection, handover: i64, again: bool) -> Result<Vec<Item>, StoreError> {
    let given = if again { "OR (i.state = 1 AND p.state = 0)" } else { "" };
    let mut ask = conn.prepare(&format!(
        "SELECT i.customer_id, c.group_id, c.owner_id IS h.leaver_id FROM handover_item i \
         JOIN handover h ON h.id = i.handover_id JOIN customer c ON c.id = i.customer_id \
         LEFT JOIN handover_part p ON p.id = i.part_id \
         WHERE i.handover_id = ?1 AND (i.state IN (0, 2) {given}) ORDER BY i.customer_id"
    ))?;
    let rows = ask.query_map([handover], |row| {
        Ok(Item { customer: row.get(0)?, group: row.get(1)?, owned: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The customers of a part, moved or not, in the order of their numbers in the table.
pub(crate) fn customers_of(conn: &Connection, part: i64) -> Result<Vec<i64>, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT customer_id FROM handover_item WHERE part_id = ?1 ORDER BY customer_id")?;
    Ok(ask.query_map([part], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Those of them that are still to be moved.
pub(crate) fn waiting_of(conn: &Connection, part: i64) -> Result<Vec<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT customer_id FROM handover_item WHERE part_id = ?1 AND state = 1 ORDER BY customer_id",
    )?;
    Ok(ask.query_map([part], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// A page of a part's customers after one of them: those that are to move and are still the leaver's.
pub(crate) fn page_of(
    conn: &Connection,
    part: i64,
    leaver: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT i.customer_id FROM handover_item i JOIN customer c ON c.id = i.customer_id WHERE i.part_id = ?1 \
         AND i.state = 1 AND (c.owner_id = ?2 OR c.contact_id = ?2) AND i.customer_id > ?3 ORDER BY i.customer_id LIMIT ?4",
    )?;
    Ok(ask.query_map((part, leaver, after, limit), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// How many customers somebody owns or is the contact person of.
pub(crate) fn held(conn: &Connection, staff: i64) -> Result<u64, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT count(*) FROM customer WHERE owner_id = ?1 OR contact_id = ?1")?;
    Ok(ask.query_row([staff], |row| row.get(0))?)
}

/// Whether somebody has customers that a hand-over of theirs does not know as theirs.
pub(crate) fn has_unknown(conn: &Connection, handover: i64, staff: i64) -> Result<bool, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM customer c WHERE (c.owner_id = ?2 OR c.contact_id = ?2) AND NOT EXISTS \
         (SELECT 1 FROM handover_item i WHERE i.handover_id = ?1 AND i.customer_id = c.id AND i.state < 3))",
    )?;
    Ok(ask.query_row((handover, staff), |row| row.get(0))?)
}

/// How many customers these people own: the load that a proposal balances.
pub(crate) fn owned(conn: &Connection, staff: &[i64]) -> Result<Vec<u64>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT count(*) FROM customer WHERE owner_id = ?1")?;
    staff.iter().map(|id| Ok(ask.query_row([id], |row| row.get(0))?)).collect()
}
