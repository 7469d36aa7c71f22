//! What the tracing of a leaked list reads: who there is, who has seen whom, and which made-up customers are in which export.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{StoreError, Tx};

/// Customers found by one value are no more than these, or the value tells nothing.
const ALIKE: u32 = 20;

/// Every customer, by ascending id.
pub(crate) struct Census {
    pub(crate) ids: Vec<i64>,
    pub(crate) groups: Vec<u32>,
    /// The place of each in these lists, by customer number.
    pub(crate) places: HashMap<Box<str>, u32>,
}

impl Census {
    /// The place of a customer.
    pub(crate) fn place(&self, id: i64) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|at| at as u32)
    }
}

/// Reads every customer.
pub(crate) fn census(conn: &Connection) -> Result<Census, StoreError> {
    let mut ask = conn.prepare_cached("SELECT id, group_id, no FROM customer ORDER BY id")?;
    let mut census = Census { ids: Vec::new(), groups: Vec::new(), places: HashMap::new() };
    let mut rows = ask.query([])?;
    while let Some(row) = rows.next()? {
        census.places.insert(row.get(2)?, census.ids.len() as u32);
        census.ids.push(row.get(0)?);
        census.groups.push(row.get(1)?);
    }
    Ok(census)
}

/// Who has seen whom, by staff number: the customers' pages and fields, or fields in clear only. Customers are told by their
/// places in the census, each once.
pub(crate) fn seen(
    conn: &Connection,
    census: &Census,
    in_clear: bool,
) -> Result<HashMap<Box<str>, Vec<u32>>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT staff, customer FROM seen WHERE clear >= ?1 ORDER BY staff")?;
    let mut seen: HashMap<Box<str>, Vec<u32>> = HashMap::new();
    let mut rows = ask.query([in_clear])?;
    while let Some(row) = rows.next()? {
        let text = |at: usize| row.get_ref(at)?.as_str().map_err(|_| StoreError::Damaged("who saw whom"));
        let Some(place) = census.places.get(text(1)?) else { continue };
        let staff = text(0)?;
        match seen.get_mut(staff) {
            Some(places) => places.push(*place),
            None => drop(seen.insert(staff.into(), vec![*place])),
        }
    }
    Ok(seen)
}

/// The ids of the customers that a blind index finds; none when they are too many.
pub(crate) fn found(conn: &Connection, field: u8, hash: &[u8; 16]) -> Result<Vec<i64>, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT customer_id FROM blind_index WHERE field = ?1 AND hash = ?2 LIMIT ?3")?;
    let ids = ask.query_map((field, hash, ALIKE + 1), |row| row.get(0))?;
    let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
    Ok(if ids.len() > ALIKE as usize { Vec::new() } else { ids })
}

/// A made-up customer as it is kept: its export, its number there, and what is sealed.
pub(crate) type CanaryRow = (i64, i64, Vec<u8>);

/// The made-up customers of an export, or of all.
pub(crate) fn canaries(conn: &Connection, export: Option<i64>) -> Result<Vec<CanaryRow>, StoreError> {
    let of = if export.is_some() { "export_id = ?1" } else { "?1 IS NULL" };
    let mut ask = conn.prepare_cached(&format!("SELECT export_id, number, sealed FROM canary WHERE {of}"))?;
    let rows = ask.query_map([export], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// Keeps a made-up customer.
    pub(crate) fn add_canary(&self, (export, number, sealed): &CanaryRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO canary (export_id, number, sealed) VALUES (?1, ?2, ?3)";
        self.conn().prepare_cached(sql)?.execute((export, number, sealed))?;
        Ok(())
    }
}
