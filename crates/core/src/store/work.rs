//! What people work on: orders and tasks. Free text in them is sealed.

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

/// Open tasks of a customer, first due first; with a person, theirs only.
pub(crate) fn tasks_of(
    conn: &Connection,
    customer: i64,
    assignee: Option<i64>,
    limit: u32,
) -> Result<Vec<TaskRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{TASK} WHERE t.customer_id = ?1 AND (?2 IS NULL OR t.assignee_id = ?2) AND t.closed_ms IS NULL \
         ORDER BY t.due, t.id DESC LIMIT ?3"
    ))?;
    Ok(ask.query_map((customer, assignee, limit), task_row)?.collect::<Result<_, _>>()?)
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

    /// Adds a task. False when the customer is not there any more.
    pub(crate) fn add_task(
        &self,
        id: i64,
        customer: i64,
        assignee: i64,
        title: &[u8],
        due: &str,
        creator: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.conn().execute(
            "INSERT INTO task (id, customer_id, assignee_id, title, due, created_by, created_ms) \
             SELECT ?1, id, ?3, ?4, ?5, ?6, ?7 FROM customer WHERE id = ?2",
            (id, customer, assignee, title, due, creator, self.now_ms()),
        )? == 1)
    }

    /// Closes a task. False when it was closed before.
    pub(crate) fn close_task(&self, id: i64) -> Result<bool, StoreError> {
        Ok(self.conn().execute(
            "UPDATE task SET closed_ms = ?2 WHERE id = ?1 AND closed_ms IS NULL",
            (id, self.now_ms()),
        )? == 1)
    }
}
