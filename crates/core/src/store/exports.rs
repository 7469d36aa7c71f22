//! Exports: what was asked for, how far it is, and which customers are in it.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{LogKeys, StoreError, Tx, customers::Filter};

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Waiting = 0,
    Ready = 1,
    Running = 2,
    Made = 3,
    Taken = 4,
    Refused = 5,
}

impl State {
    fn of(number: u8) -> State {
        [State::Waiting, State::Ready, State::Running, State::Made, State::Taken]
            .into_iter()
            .find(|state| *state as u8 == number)
            .unwrap_or(State::Refused)
    }
}

/// An export without the list of its customers.
#[derive(Clone, Debug)]
pub(crate) struct ExportRow {
    pub(crate) id: i64,
    pub(crate) staff_id: i64,
    pub(crate) staff_no: String,
    pub(crate) staff_name: String,
    pub(crate) asked: String,
    pub(crate) fields: u32,
    pub(crate) clear: u32,
    pub(crate) format: u8,
    /// Public keys that open the file, one a line; empty when a password does.
    pub(crate) recipients: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) people: u64,
    pub(crate) own_area: bool,
    /// People with a field in clear, by class: sensitive, business, contact.
    pub(crate) in_clear: [u64; 3],
    pub(crate) mark: Vec<u8>,
    pub(crate) approval_id: Option<i64>,
    pub(crate) state: State,
    pub(crate) created_ms: u64,
    pub(crate) made_ms: Option<u64>,
    pub(crate) written: u64,
    pub(crate) bytes: Option<u64>,
    pub(crate) sha256: Option<Vec<u8>>,
    pub(crate) expires_ms: Option<u64>,
    pub(crate) taken_ms: Option<u64>,
    seal: Vec<u8>,
}

impl ExportRow {
    /// The digest of what is taken out: what an approval of it is bound to.
    pub(crate) fn scope(&self, keys: &LogKeys, customers: &[u8]) -> [u8; 32] {
        let columns = (self.fields, self.clear, self.format);
        scope(keys, (self.id, self.staff_id), columns, &self.recipients, customers)
    }

    /// Whether it is as this program wrote it, with these customers.
    pub(crate) fn genuine(&self, keys: &LogKeys, customers: &[u8]) -> bool {
        self.seal == self.seal_by(keys, customers)
    }

    fn seal_by(&self, keys: &LogKeys, customers: &[u8]) -> [u8; 32] {
        keys.seal(
            "export",
            &[
                &self.scope(keys, customers),
                &self.approval_id.unwrap_or_default().to_be_bytes(),
                &[u8::from(self.own_area), self.state as u8],
                &self.expires_ms.unwrap_or_default().to_be_bytes(),
            ],
        )
    }
}

/// The digest of what an export takes out, and of who can open it.
pub(crate) fn scope(
    keys: &LogKeys,
    (id, staff): (i64, i64),
    (fields, clear, format): (u32, u32, u8),
    recipients: &str,
    customers: &[u8],
) -> [u8; 32] {
    let numbers = [id, staff].map(i64::to_be_bytes);
    let sets = [fields, clear].map(u32::to_be_bytes);
    let recipients = recipients.as_bytes();
    let parts: [&[u8]; 7] = [&numbers[0], &numbers[1], &sets[0], &sets[1], &[format], recipients, customers];
    keys.seal("export scope", &parts)
}

/// An export as it is asked for.
pub(crate) struct NewExport {
    pub(crate) id: i64,
    pub(crate) staff: i64,
    pub(crate) asked: String,
    pub(crate) fields: u32,
    pub(crate) clear: u32,
    pub(crate) format: u8,
    pub(crate) recipients: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) customers: Vec<u8>,
    pub(crate) people: u64,
    pub(crate) own_area: bool,
    pub(crate) in_clear: [u64; 3],
    pub(crate) mark: Vec<u8>,
    pub(crate) approval: Option<i64>,
    pub(crate) state: State,
    /// Until when it can be decided, or run.
    pub(crate) expires_ms: u64,
}

const EXPORT: &str = "SELECT e.id, e.staff_id, s.no, s.name, e.asked, e.fields, e.clear, e.format, e.reason, e.people, \
     e.own_area, e.sensitive, e.business, e.contact, e.mark, e.approval_id, e.state, e.created_ms, e.made_ms, e.written, \
     e.bytes, e.sha256, e.expires_ms, e.taken_ms, e.recipients, e.seal FROM export e JOIN staff s ON s.id = e.staff_id";

fn export_row(row: &Row<'_>) -> rusqlite::Result<ExportRow> {
    Ok(ExportRow {
        id: row.get(0)?,
        staff_id: row.get(1)?,
        staff_no: row.get(2)?,
        staff_name: row.get(3)?,
        asked: row.get(4)?,
        fields: row.get(5)?,
        clear: row.get(6)?,
        format: row.get(7)?,
        reason: row.get(8)?,
        people: row.get(9)?,
        own_area: row.get(10)?,
        in_clear: [row.get(11)?, row.get(12)?, row.get(13)?],
        mark: row.get(14)?,
        approval_id: row.get(15)?,
        state: State::of(row.get(16)?),
        created_ms: row.get(17)?,
        made_ms: row.get(18)?,
        written: row.get(19)?,
        bytes: row.get(20)?,
        sha256: row.get(21)?,
        expires_ms: row.get(22)?,
        taken_ms: row.get(23)?,
        recipients: row.get(24)?,
        seal: row.get(25)?,
    })
}

/// An export by its number.
pub(crate) fn export(conn: &Connection, id: i64) -> Result<Option<ExportRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{EXPORT} WHERE e.id = ?1"))?;
    Ok(ask.query_row([id], export_row).optional()?)
}

/// The ids of an export's customers, as they are kept.
pub(crate) fn customers_of(conn: &Connection, id: i64) -> Result<Vec<u8>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT customers FROM export WHERE id = ?1")?;
    Ok(ask.query_row([id], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// The exports of which a file was begun, each with its customers.
pub(crate) fn begun(conn: &Connection) -> Result<Vec<(ExportRow, Vec<u8>)>, StoreError> {
    let sql = EXPORT.replace("e.seal FROM", "e.seal, e.customers FROM");
    let mut ask = conn.prepare_cached(&format!("{sql} WHERE e.state BETWEEN 2 AND 4 ORDER BY e.id"))?;
    Ok(ask.query_map([], |row| Ok((export_row(row)?, row.get(26)?)))?.collect::<Result<_, _>>()?)
}

/// Exports before a number, newest first: of one person, or of everybody.
pub(crate) fn exports(
    conn: &Connection,
    staff: Option<i64>,
    before: i64,
    limit: u32,
) -> Result<Vec<ExportRow>, StoreError> {
    let of = if staff.is_some() { "e.staff_id = ?1" } else { "?1 IS NULL" };
    let mut ask =
        conn.prepare_cached(&format!("{EXPORT} WHERE {of} AND e.id < ?2 ORDER BY e.id DESC LIMIT ?3"))?;
    Ok(ask.query_map((staff, before, limit), export_row)?.collect::<Result<_, _>>()?)
}

/// How many people somebody took out with fields in clear since a time, by class, and how many in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) in_clear: [u64; 3],
    pub(crate) people: u64,
}

/// What somebody took out since a time, and may yet take out: what waits for approval counts as long as it can be approved,
/// or many requests at once would each stay below a line. What was refused, withdrawn or has lapsed does not.
pub(crate) fn taken_since(
    conn: &Connection,
    staff: i64,
    (since_ms, now_ms): (u64, u64),
) -> Result<Taken, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT coalesce(sum(sensitive), 0), coalesce(sum(business), 0), coalesce(sum(contact), 0), coalesce(sum(people), 0) \
         FROM export WHERE staff_id = ?1 AND ((state BETWEEN 2 AND 4 AND started_ms >= ?2) OR \
         (state IN (0, 1) AND expires_ms > ?3))",
    )?;
    let taken = |row: &rusqlite::Row<'_>| {
        Ok(Taken { in_clear: [row.get(0)?, row.get(1)?, row.get(2)?], people: row.get(3)? })
    };
    Ok(ask.query_row((staff, since_ms, now_ms), taken)?)
}

/// Exports whose file is over its time or was given up.
pub(crate) fn over(conn: &Connection, now_ms: u64) -> Result<Vec<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT id FROM export WHERE (state = 3 AND expires_ms <= ?1) OR (state = 5 AND made_ms IS NOT NULL)",
    )?;
    Ok(ask.query_map([now_ms], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// What an export counts of a customer.
pub(crate) struct Counted {
    pub(crate) id: i64,
    pub(crate) group: i64,
    pub(crate) fields: u32,
    pub(crate) mine: bool,
}

/// The customers that a filter lets through, by id; at most `limit`.
pub(crate) fn counted(conn: &Connection, filter: &Filter, limit: u32) -> Result<Vec<Counted>, StoreError> {
    let mut ask = conn.prepare(&format!(
        "SELECT c.id, c.group_id, c.fields, c.owner_id IS {me} OR c.contact_id IS {me} FROM customer c \
         WHERE {condition} ORDER BY c.id LIMIT ?1",
        me = filter.actor,
        condition = filter.condition()
    ))?;
    let rows = ask.query_map([limit], |row| {
        Ok(Counted { id: row.get(0)?, group: row.get(1)?, fields: row.get(2)?, mine: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ascending ids as differences in LEB128: a byte or two a customer.
pub(crate) fn pack_ids(ids: impl IntoIterator<Item = i64>) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut last = 0;
    for id in ids {
        let mut rest = (id - last).unsigned_abs();
        last = id;
        while rest >= 0x80 {
            packed.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        packed.push(rest as u8);
    }
    packed
}

/// The ids that were packed.
pub(crate) fn unpack_ids(packed: &[u8]) -> Vec<i64> {
    let mut ids = Vec::new();
    let (mut last, mut value, mut shift) = (0_i64, 0_i64, 0);
    for byte in packed {
        value |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            last += value;
            ids.push(last);
            (value, shift) = (0, 0);
        } else {
            shift = (shift + 7).min(56);
        }
    }
    ids
}

impl Tx<'_> {
    /// Adds an export.
    pub(crate) fn add_export(&self, new: &NewExport) -> Result<(), StoreError> {
        let [sensitive, business, contact] = new.in_clear;
        self.conn().execute(
            "INSERT INTO export (id, staff_id, asked, fields, clear, format, reason, customers, people, own_area, sensitive, \
             business, contact, mark, approval_id, state, created_ms, recipients, expires_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
            rusqlite::params![
                new.id,
                new.staff,
                new.asked,
                new.fields,
                new.clear,
                new.format,
                new.reason,
                new.customers,
                new.people,
                new.own_area,
                sensitive,
                business,
                contact,
                new.mark,
                new.approval,
                new.state as u8,
                self.now_ms(),
                new.recipients,
                new.expires_ms,
            ],
        )?;
        self.seal_export(new.id)
    }

    fn seal_export(&self, id: i64) -> Result<(), StoreError> {
        if let Some(row) = export(self.conn(), id)? {
            let seal = row.seal_by(self.keys(), &customers_of(self.conn(), id)?);
            self.conn().execute("UPDATE export SET seal = ?2 WHERE id = ?1", (id, seal))?;
        }
        Ok(())
    }

    /// An export as it stands inside this transaction, with its customers, if it is as this program wrote it.
    pub(crate) fn export(&self, id: i64) -> Result<Option<(ExportRow, Vec<u8>)>, StoreError> {
        let customers = customers_of(self.conn(), id)?;
        let row = export(self.conn(), id)?.filter(|row| row.genuine(self.keys(), &customers));
        Ok(row.map(|row| (row, customers)))
    }

    /// What somebody took out since a time, as the writer knows it.
    pub(crate) fn taken_since(&self, staff: i64, since_ms: u64) -> Result<Taken, StoreError> {
        taken_since(self.conn(), staff, (since_ms, self.now_ms()))
    }

    /// What came of the approval that an export waits for: until when it can be run, or that it cannot.
    pub(crate) fn export_decided(&self, id: i64, until_ms: Option<u64>) -> Result<(), StoreError> {
        if self.export(id)?.is_none() {
            return Err(StoreError::Damaged("an export"));
        }
        let state = if until_ms.is_some() { State::Ready } else { State::Refused };
        self.conn().execute(
            "UPDATE export SET state = ?2, expires_ms = ?3 WHERE id = ?1 AND state IN (0, 1)",
            (id, state as u8, until_ms),
        )?;
        self.seal_export(id)
    }

    /// An export is being written from now on.
    pub(crate) fn export_started(&self, id: i64) -> Result<(), StoreError> {
        self.conn().execute(
            "UPDATE export SET state = 2, started_ms = ?2, written = 0 WHERE id = ?1",
            (id, self.now_ms()),
        )?;
        self.seal_export(id)
    }

    /// An export's file is there.
    pub(crate) fn export_made(
        &self,
        id: i64,
        written: u64,
        (bytes, sha256): (u64, &[u8; 32]),
        expires_ms: u64,
    ) -> Result<(), StoreError> {
        self.conn().execute(
            "UPDATE export SET state = 3, made_ms = ?2, written = ?3, bytes = ?4, sha256 = ?5, expires_ms = ?6 WHERE id = ?1",
            (id, self.now_ms(), written, bytes, sha256, expires_ms),
        )?;
        self.seal_export(id)
    }

    /// An export that was not fetched is given up, whatever it waits for.
    pub(crate) fn end_export(&self, id: i64) -> Result<(), StoreError> {
        self.conn().execute("UPDATE export SET state = 5 WHERE id = ?1 AND state < 4", [id])?;
        self.seal_export(id)
    }

    /// An export's file was taken; it cannot be again.
    pub(crate) fn export_taken(&self, id: i64) -> Result<(), StoreError> {
        self.conn()
            .execute("UPDATE export SET state = 4, taken_ms = ?2 WHERE id = ?1", (id, self.now_ms()))?;
        self.seal_export(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_packed_and_unpacked() {
        for ids in [vec![], vec![1], vec![1, 2, 3], vec![127, 128, 16_384, 1 << 40, (1 << 62) + 5]] {
            assert_eq!(unpack_ids(&pack_ids(ids.iter().copied())), ids);
        }
        // Whatever stands there, it is read to the end.
        assert!(unpack_ids(&[0xff; 40]).is_empty());
    }
}
