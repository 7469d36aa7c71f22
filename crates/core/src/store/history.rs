//! All that happened with a customer, in the order of time. Names are those of who did it then, whether they are still
//! here or not.

use rusqlite::{Connection, Row};

use super::{LogKeys, StoreError, followups};

/// What happened: the number that orders what happened in the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Happened {
    OwnerChanged = 0,
    TaskOpened = 1,
    FollowUp = 2,
    TaskClosed = 3,
}

/// Something that happened, with its text sealed.
pub(crate) struct HistoryRow {
    pub(crate) time_ms: u64,
    pub(crate) what: u8,
    pub(crate) id: i64,
    /// Who did it, or whose task it is; who owned the customer before.
    pub(crate) who: Option<(String, String)>,
    /// Who owns the customer since.
    pub(crate) to: Option<(String, String)>,
    /// Of a follow-up: its kind. Of a change of owner: how it came about.
    pub(crate) kind: u8,
    pub(crate) text: Vec<u8>,
    /// Of a task: day it is due.
    pub(crate) due: String,
    pub(crate) ended_ms: Option<u64>,
    /// Of a follow-up: the task that is its next step.
    pub(crate) task: Option<i64>,
    pub(crate) files: Vec<followups::AttachmentRow>,
}

/// Where a page ended: time, what, and number of the last that it showed.
pub(crate) type Cursor = (u64, u8, i64);

/// How an owner changed, by what stands in other tables at the same moment: 0 somebody assigned the customer, 1 claimed
/// from the pool, 2 put into the pool, 3 handed over.
const HOW: &str = "CASE WHEN o.to_id IS NULL THEN 2 \
     WHEN EXISTS (SELECT 1 FROM pool_claim p WHERE p.customer_id = o.customer_id AND p.time_ms = o.time_ms) THEN 1 \
     WHEN EXISTS (SELECT 1 FROM handover_item i JOIN handover h ON h.id = i.handover_id \
                  JOIN handover_part q ON q.id = i.part_id WHERE i.customer_id = o.customer_id AND i.state = 3 \
                  AND h.leaver_id = o.from_id AND q.receiver_id = o.to_id) THEN 3 \
     ELSE 0 END";

/// What happened with a customer before a place, newest first. `kinds` is a bit set of [`Happened`].
pub(crate) fn history(
    conn: &Connection,
    keys: &LogKeys,
    customer: i64,
    kinds: u8,
    before: Option<Cursor>,
    limit: u32,
) -> Result<Vec<HistoryRow>, StoreError> {
    // One column each: time, what, id, who, to, kind, text, due, ended, task.
    let sql = format!(
        "SELECT x.time_ms, x.what, x.id, a.no, a.name, b.no, b.name, x.kind, x.text, x.due, x.ended_ms, x.task_id FROM ( \
         SELECT at_ms AS time_ms, 2 AS what, id, staff_id AS who, NULL AS whom, kind, text, '' AS due, ended_ms, task_id \
         FROM follow_up WHERE customer_id = ?1 \
         UNION ALL SELECT created_ms, 1, id, assignee_id, NULL, 0, title, due, closed_ms, NULL FROM task WHERE customer_id = ?1 \
         UNION ALL SELECT closed_ms, 3, id, assignee_id, NULL, 0, title, due, closed_ms, NULL FROM task \
         WHERE customer_id = ?1 AND closed_ms IS NOT NULL \
         UNION ALL SELECT o.time_ms, 0, o.id, o.from_id, o.to_id, {HOW}, x'', '', NULL, NULL FROM owner_change o \
         WHERE o.customer_id = ?1) x \
         LEFT JOIN staff a ON a.id = x.who LEFT JOIN staff b ON b.id = x.whom \
         WHERE (?2 & (1 << x.what)) <> 0 AND (?3 IS NULL OR (x.time_ms, x.what, x.id) < (?3, ?4, ?5)) \
         ORDER BY x.time_ms DESC, x.what DESC, x.id DESC LIMIT ?6"
    );
    let mut ask = conn.prepare_cached(&sql)?;
    let (time, what, id) = before.map_or((None, 0, 0), |(time, what, id)| (Some(time), what, id));
    let rows = ask.query_map((customer, kinds, time, what, id, limit), history_row)?;
    let mut rows: Vec<HistoryRow> = rows.collect::<Result<_, _>>()?;
    let written = |row: &&mut HistoryRow| row.what == Happened::FollowUp as u8;
    let ids: Vec<i64> = rows.iter_mut().filter(written).map(|row| row.id).collect();
    for file in followups::attachments(conn, keys, &ids)? {
        if let Some(row) = rows.iter_mut().filter(written).find(|row| row.id == file.follow_up) {
            row.files.push(file);
        }
    }
    Ok(rows)
}

fn history_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let person = |at: usize| -> rusqlite::Result<Option<(String, String)>> {
        Ok(row.get::<_, Option<String>>(at)?.zip(row.get(at + 1)?))
    };
    Ok(HistoryRow {
        time_ms: row.get(0)?,
        what: row.get(1)?,
        id: row.get(2)?,
        who: person(3)?,
        to: person(5)?,
        kind: row.get(7)?,
        text: row.get(8)?,
        due: row.get(9)?,
        ended_ms: row.get(10)?,
        task: row.get(11)?,
        files: Vec::new(),
    })
}
