//! Follow-ups and the files on them. Texts, names and content are sealed; who wrote what about whom stands under a keyed
//! seal, because a follow-up that goes on is a purpose.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{LogKeys, StoreError, Tx, listed};

/// A follow-up, with its text sealed.
#[derive(Clone, Debug)]
pub(crate) struct FollowUpRow {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) customer_no: String,
    pub(crate) staff_id: i64,
    pub(crate) kind: u8,
    pub(crate) at_ms: u64,
    pub(crate) ended_ms: Option<u64>,
}

fn seal_of(
    keys: &LogKeys,
    (id, customer, staff): (i64, i64, i64),
    kind: u8,
    at_ms: u64,
    ended_ms: Option<u64>,
) -> [u8; 32] {
    let ended = ended_ms.map_or([0; 9], |ms| {
        let mut ended = [1; 9];
        ended[1..].copy_from_slice(&ms.to_be_bytes());
        ended
    });
    let (id, customer, staff) = (id.to_be_bytes(), customer.to_be_bytes(), staff.to_be_bytes());
    keys.seal("follow-up", &[&id, &customer, &staff, &[kind], &at_ms.to_be_bytes(), &ended])
}

const FOLLOW_UP: &str = "SELECT f.id, f.customer_id, c.no, f.staff_id, f.kind, f.at_ms, f.ended_ms, f.seal \
     FROM follow_up f JOIN customer c ON c.id = f.customer_id";

fn checked(keys: &LogKeys, row: Option<(FollowUpRow, Vec<u8>)>) -> Result<Option<FollowUpRow>, StoreError> {
    match row {
        Some((row, seal)) => {
            let whose = (row.id, row.customer_id, row.staff_id);
            if seal != seal_of(keys, whose, row.kind, row.at_ms, row.ended_ms) {
                return Err(StoreError::Damaged("a follow-up, which was changed by somebody else,"));
            }
            Ok(Some(row))
        }
        None => Ok(None),
    }
}

fn row_of(row: &Row<'_>) -> rusqlite::Result<(FollowUpRow, Vec<u8>)> {
    let follow_up = FollowUpRow {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer_no: row.get(2)?,
        staff_id: row.get(3)?,
        kind: row.get(4)?,
        at_ms: row.get(5)?,
        ended_ms: row.get(6)?,
    };
    Ok((follow_up, row.get(7)?))
}

/// A follow-up by its number; its seal holds.
pub(crate) fn follow_up(
    conn: &Connection,
    keys: &LogKeys,
    id: i64,
) -> Result<Option<FollowUpRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{FOLLOW_UP} WHERE f.id = ?1"))?;
    checked(keys, ask.query_row([id], row_of).optional()?)
}

/// What somebody began with a customer last and has not ended; its seal holds.
pub(crate) fn running(
    conn: &Connection,
    keys: &LogKeys,
    customer: i64,
    staff: i64,
) -> Result<Option<FollowUpRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{FOLLOW_UP} WHERE f.customer_id = ?1 AND f.staff_id = ?2 AND f.ended_ms IS NULL ORDER BY f.id DESC LIMIT 1"
    ))?;
    checked(keys, ask.query_row((customer, staff), row_of).optional()?)
}

/// A follow-up to be put down.
pub(crate) struct NewRow<'a> {
    pub(crate) id: i64,
    pub(crate) customer: i64,
    pub(crate) staff: i64,
    pub(crate) kind: u8,
    pub(crate) text: &'a [u8],
    pub(crate) at_ms: u64,
    /// Whether it goes on.
    pub(crate) running: bool,
    pub(crate) task: Option<i64>,
}

/// A file on a follow-up, with its name sealed.
#[derive(Clone, Debug)]
pub(crate) struct AttachmentRow {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) follow_up: i64,
    pub(crate) kind: u8,
    pub(crate) name: Vec<u8>,
    pub(crate) bytes: u64,
    pub(crate) pieces: u32,
    pub(crate) added_ms: u64,
}

impl AttachmentRow {
    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let (id, customer, follow_up) =
            (self.id.to_be_bytes(), self.customer_id.to_be_bytes(), self.follow_up.to_be_bytes());
        let (bytes, pieces, added) =
            (self.bytes.to_be_bytes(), self.pieces.to_be_bytes(), self.added_ms.to_be_bytes());
        keys.seal(
            "attachment",
            &[&id, &customer, &follow_up, &[self.kind], &self.name, &bytes, &pieces, &added],
        )
    }
}

const ATTACHMENT: &str =
    "SELECT id, customer_id, follow_up_id, kind, name, bytes, pieces, added_ms, seal FROM attachment";

fn attachment_row(keys: &LogKeys, row: &Row<'_>) -> Result<AttachmentRow, StoreError> {
    let attachment = AttachmentRow {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        follow_up: row.get(2)?,
        kind: row.get(3)?,
        name: row.get(4)?,
        bytes: row.get(5)?,
        pieces: row.get(6)?,
        added_ms: row.get(7)?,
    };
    if row.get::<_, Vec<u8>>(8)? != attachment.seal_by(keys) {
        return Err(StoreError::Damaged("an attachment, which was changed by somebody else,"));
    }
    Ok(attachment)
}

/// A file by its number; its seal holds.
pub(crate) fn attachment(
    conn: &Connection,
    keys: &LogKeys,
    id: i64,
) -> Result<Option<AttachmentRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{ATTACHMENT} WHERE id = ?1"))?;
    let mut rows = ask.query([id])?;
    rows.next()?.map(|row| attachment_row(keys, row)).transpose()
}

/// The files on follow-ups, in the order in which they were added; their seals hold.
pub(crate) fn attachments(
    conn: &Connection,
    keys: &LogKeys,
    follow_ups: &[i64],
) -> Result<Vec<AttachmentRow>, StoreError> {
    let ids = listed(follow_ups);
    let mut ask = conn.prepare(&format!("{ATTACHMENT} WHERE follow_up_id IN ({ids}) ORDER BY id"))?;
    let mut rows = ask.query([])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push(attachment_row(keys, row)?);
    }
    Ok(files)
}

impl Tx<'_> {
    /// Puts a follow-up down, or begins one. False when the customer is not there any more.
    pub(crate) fn add_follow_up(&self, new: &NewRow<'_>) -> Result<bool, StoreError> {
        let ended = (!new.running).then_some(self.now_ms());
        let seal = seal_of(self.keys(), (new.id, new.customer, new.staff), new.kind, new.at_ms, ended);
        let added = self.conn().execute(
            "INSERT INTO follow_up (id, customer_id, staff_id, kind, text, at_ms, ended_ms, task_id, seal) \
             SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM customer WHERE id = ?2",
            (new.id, new.customer, new.staff, new.kind, new.text, new.at_ms, ended, new.task, seal),
        )?;
        Ok(added == 1)
    }

    /// Ends a follow-up that goes on. False when it was ended before.
    pub(crate) fn end_follow_up(
        &self,
        row: &FollowUpRow,
        text: &[u8],
        task: Option<i64>,
    ) -> Result<bool, StoreError> {
        let now = self.now_ms();
        let whose = (row.id, row.customer_id, row.staff_id);
        let seal = seal_of(self.keys(), whose, row.kind, row.at_ms, Some(now));
        let ended = self.conn().execute(
            "UPDATE follow_up SET ended_ms = ?2, text = ?3, task_id = ?4, seal = ?5 WHERE id = ?1 AND ended_ms IS NULL",
            (row.id, now, text, task, seal),
        )?;
        Ok(ended == 1)
    }

    /// How many files are on a follow-up; `None` when it is not there any more.
    pub(crate) fn count_attachments(&self, follow_up: i64) -> Result<Option<usize>, StoreError> {
        let mut ask = self.conn().prepare_cached(
            "SELECT (SELECT count(*) FROM attachment WHERE follow_up_id = f.id) FROM follow_up f WHERE f.id = ?1",
        )?;
        Ok(ask.query_row([follow_up], |row| row.get(0)).optional()?)
    }

    /// Adds a file with its sealed pieces.
    pub(crate) fn add_attachment(&self, row: &AttachmentRow, pieces: &[Vec<u8>]) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO attachment (id, customer_id, follow_up_id, kind, name, bytes, pieces, added_ms, seal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                row.id,
                row.customer_id,
                row.follow_up,
                row.kind,
                &row.name,
                row.bytes,
                row.pieces,
                row.added_ms,
                row.seal_by(self.keys()),
            ),
        )?;
        let mut add = self.conn().prepare_cached(
            "INSERT INTO attachment_piece (attachment_id, number, sealed) VALUES (?1, ?2, ?3)",
        )?;
        for (number, piece) in pieces.iter().enumerate() {
            add.execute((row.id, number as u64, piece))?;
        }
        Ok(())
    }
}
