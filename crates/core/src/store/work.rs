//! What people work on: orders, tasks, calls. Free text in them is sealed.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{StoreError, Tx};

/// A purchase.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Order number.
    pub id: i64,
    /// Day, `YYYY-MM-DD`.
    pub day: String,
    /// Number of items.
    pub items: u32,
    /// Amount in fen (1/100 yuan).
    pub amount_fen: i64,
}

/// Orders of a customer, newest first, and their number in all.
pub(crate) fn orders(
    conn: &Connection,
    customer: i64,
    limit: u32,
) -> Result<(Vec<OrderRow>, u64), StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT id, day, items, amount_fen FROM customer_order WHERE customer_id = ?1 ORDER BY day DESC, id DESC LIMIT ?2",
    )?;
    let rows = ask.query_map((customer, limit), |row| {
        Ok(OrderRow { id: row.get(0)?, day: row.get(1)?, items: row.get(2)?, amount_fen: row.get(3)? })
    })?;
    let rows = rows.collect::<Result<_, _>>()?;
    let total = conn
        .prepare_cached("SELECT count(*) FROM customer_order WHERE customer_id = ?1")?
        .query_row([customer], |row| row.get(0))?;
    Ok((rows, total))
}

/// Whether the order is this customer's and not older than `since_day`.
pub(crate) fn order_stands(
    conn: &Connection,
    id: i64,
    customer: i64,
    since_day: &str,
) -> Result<bool, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT 1 FROM customer_order WHERE id = ?1 AND customer_id = ?2 AND day >= ?3")?;
    Ok(ask.exists((id, customer, since_day))?)
}

/// What a customer's orders after `since_day` sum up to, in fen; `None` when there is no order at all.
pub(crate) fn spend(conn: &Connection, customer: i64, since_day: &str) -> Result<Option<i64>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT sum(CASE WHEN day > ?2 THEN amount_fen * times ELSE 0 END) FROM customer_order WHERE customer_id = ?1",
    )?;
    Ok(ask.query_row((customer, since_day), |row| row.get(0))?)
}

/// How many times a customer bought exactly this on this day.
pub(crate) fn order_times(
    conn: &Connection,
    customer: i64,
    day: &str,
    items: u32,
    amount_fen: i64,
) -> Result<u32, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT times FROM customer_order WHERE customer_id = ?1 AND day = ?2 AND items = ?3 AND amount_fen = ?4",
    )?;
    Ok(ask.query_row((customer, day, items, amount_fen), |row| row.get(0)).optional()?.unwrap_or(0))
}

/// A task, with its title sealed.
#[derive(Clone, Debug)]
pub(crate) struct TaskRow {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) customer_no: String,
    pub(crate) assignee_id: i64,
    pub(crate) assignee_no: String,
    pub(crate) assignee_name: String,
    pub(crate) title: Vec<u8>,
    pub(crate) due: String,
    pub(crate) created_ms: u64,
    pub(crate) closed_ms: Option<u64>,
}

const TASK: &str = "SELECT t.id, t.customer_id, c.no, t.assignee_id, s.no, s.name, t.title, t.due, t.created_ms, t.closed_ms \
     FROM task t JOIN customer c ON c.id = t.customer_id JOIN staff s ON s.id = t.assignee_id";

fn task_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer_no: row.get(2)?,
        assignee_id: row.get(3)?,
        assignee_no: row.get(4)?,
        assignee_name: row.get(5)?,
        title: row.get(6)?,
        due: row.get(7)?,
        created_ms: row.get(8)?,
        closed_ms: row.get(9)?,
    })
}

/// A task by its number.
pub(crate) fn task(conn: &Connection, id: i64) -> Result<Option<TaskRow>, StoreError> {
    Ok(conn.prepare_cached(&format!("{TASK} WHERE t.id = ?1"))?.query_row([id], task_row).optional()?)
}

/// Open tasks of a person, first due first.
pub(crate) fn open_tasks(conn: &Connection, assignee: i64, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{TASK} WHERE t.assignee_id = ?1 AND t.closed_ms IS NULL ORDER BY t.due, t.id LIMIT ?2"
    ))?;
    Ok(ask.query_map((assignee, limit), task_row)?.collect::<Result<_, _>>()?)
}

/// Number of open tasks of a person, and of those due by `day`.
pub(crate) fn count_open_tasks(
    conn: &Connection,
    assignee: i64,
    day: &str,
) -> Result<(u64, u64), StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT count(*), coalesce(sum(due <= ?2), 0) FROM task WHERE assignee_id = ?1 AND closed_ms IS NULL",
    )?;
    Ok(ask.query_row((assignee, day), |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Tasks of a customer, open ones first.
pub(crate) fn tasks_of(conn: &Connection, customer: i64, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{TASK} WHERE t.customer_id = ?1 ORDER BY t.closed_ms IS NOT NULL, t.due, t.id DESC LIMIT ?2"
    ))?;
    Ok(ask.query_map((customer, limit), task_row)?.collect::<Result<_, _>>()?)
}

/// A call, with its note sealed.
#[derive(Clone, Debug)]
pub(crate) struct CallRow {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) customer_no: String,
    pub(crate) staff_id: i64,
    pub(crate) staff_no: String,
    pub(crate) staff_name: String,
    pub(crate) note: Vec<u8>,
    pub(crate) started_ms: u64,
    pub(crate) ended_ms: Option<u64>,
}

const CALL: &str = "SELECT k.id, k.customer_id, c.no, k.staff_id, s.no, s.name, k.note, k.started_ms, k.ended_ms \
     FROM call k JOIN customer c ON c.id = k.customer_id JOIN staff s ON s.id = k.staff_id";

fn call_row(row: &Row<'_>) -> rusqlite::Result<CallRow> {
    Ok(CallRow {
        id: row.get(0)?,
        customer_id: row.get(1)?,
        customer_no: row.get(2)?,
        staff_id: row.get(3)?,
        staff_no: row.get(4)?,
        staff_name: row.get(5)?,
        note: row.get(6)?,
        started_ms: row.get(7)?,
        ended_ms: row.get(8)?,
    })
}

/// A call by its number.
pub(crate) fn call(conn: &Connection, id: i64) -> Result<Option<CallRow>, StoreError> {
    Ok(conn.prepare_cached(&format!("{CALL} WHERE k.id = ?1"))?.query_row([id], call_row).optional()?)
}

/// Calls of a customer, newest first.
pub(crate) fn calls_of(conn: &Connection, customer: i64, limit: u32) -> Result<Vec<CallRow>, StoreError> {
    let mut ask =
        conn.prepare_cached(&format!("{CALL} WHERE k.customer_id = ?1 ORDER BY k.id DESC LIMIT ?2"))?;
    Ok(ask.query_map((customer, limit), call_row)?.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// Adds an order, or notes that equal ones of the day are at least `times`.
    pub(crate) fn put_order(
        &self,
        customer: i64,
        day: &str,
        items: u32,
        amount_fen: i64,
        times: u32,
    ) -> Result<(), StoreError> {
        self.conn()
            .prepare_cached(
                "INSERT INTO customer_order (customer_id, day, items, amount_fen, times) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (customer_id, day, items, amount_fen) DO UPDATE SET times = excluded.times \
                 WHERE excluded.times > times",
            )?
            .execute((customer, day, items, amount_fen, times))?;
        Ok(())
    }

    /// The number that the next row of a table gets, so that its texts can be sealed for it.
    pub(crate) fn next_id(&self, table: &'static str) -> Result<i64, StoreError> {
        Ok(self
            .conn()
            .query_row(&format!("SELECT coalesce(max(id), 0) + 1 FROM {table}"), [], |row| row.get(0))?)
    }

    /// Adds a task.
    pub(crate) fn add_task(
        &self,
        id: i64,
        customer: i64,
        assignee: i64,
        title: &[u8],
        due: &str,
        creator: i64,
    ) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO task (id, customer_id, assignee_id, title, due, created_by, created_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (id, customer, assignee, title, due, creator, self.now_ms()),
        )?;
        Ok(())
    }

    /// Closes a task. False when it was closed before.
    pub(crate) fn close_task(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(
            "UPDATE task SET closed_ms = ?2 WHERE id = ?1 AND closed_ms IS NULL",
            (id, self.now_ms()),
        )? == 1)
    }

    /// Begins a call.
    pub(crate) fn begin_call(
        &self,
        id: i64,
        customer: i64,
        staff: i64,
        note: &[u8],
    ) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO call (id, customer_id, staff_id, note, started_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, customer, staff, note, self.now_ms()),
        )?;
        Ok(())
    }

    /// Ends a call with its note. False when it was ended before.
    pub(crate) fn end_call(&self, id: i64, note: &[u8]) -> Result<bool, StoreError> {
        Ok(self.conn().execute(
            "UPDATE call SET ended_ms = ?2, note = ?3 WHERE id = ?1 AND ended_ms IS NULL",
            (id, self.now_ms(), note),
        )? == 1)
    }
}
