//! Orders of a file. Equal lines of one file are so many purchases; the same file again is none.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use super::{
    DeskError, Job,
    pass::{Chunk, Intake},
};
use crate::{
    record::NewOrder,
    store::{customers, work},
};

pub(super) struct Orders<'a> {
    job: &'a Job,
    customers: HashMap<Box<str>, i64>,
    /// How many equal lines there were so far.
    seen: HashMap<(i64, Date, u32, i64), u32>,
}

impl<'a> Orders<'a> {
    pub(super) fn new(job: &'a Job) -> Result<Orders<'a>, DeskError> {
        Ok(Orders { job, customers: job.desk.store.read(customers::numbers)?, seen: HashMap::new() })
    }
}

impl Intake for Orders<'_> {
    type Row = NewOrder;

    fn stranger<'r>(&self, row: &'r NewOrder) -> Option<(&'static str, &'r str)> {
        let customer = row.customer.as_str();
        (!self.customers.contains_key(customer)).then_some(("customer_no", customer))
    }

    fn prepare(&mut self, rows: Vec<NewOrder>) -> Result<Chunk, DeskError> {
        let mut chunk = Chunk::default();
        let mut names = BTreeSet::new();
        let mut new = Vec::with_capacity(rows.len());
        self.job.desk.store.read(|conn| {
            for NewOrder { customer, date, items, amount_fen } in &rows {
                let id = *self.customers.get(customer.as_str()).ok_or(DeskError::NotFound("customer"))?;
                let times = self.seen.entry((id, *date, *items, *amount_fen)).or_default();
                *times += 1;
                let day = date.to_string();
                if *times <= work::order_times(conn, id, &day, *items, *amount_fen)? {
                    chunk.tally.unchanged += 1;
                    continue;
                }
                chunk.tally.created += 1;
                names.insert(customer.as_str().to_owned());
                new.push((id, day, *items, *amount_fen, *times));
            }
            Ok::<_, DeskError>(())
        })?;
        if new.is_empty() || self.job.dry_run {
            return Ok(chunk);
        }
        chunk.buyers = new.iter().map(|(id, ..)| *id).collect();
        let mut body = self.job.body.clone().with("created", new.len());
        body.customers = names.into_iter().collect();
        let mut ordered: HashMap<i64, u64> = HashMap::new();
        for (id, day, ..) in &new {
            let began_ms = self.job.desk.moment_ms(day).unwrap_or_default();
            ordered.entry(*id).and_modify(|last| *last = began_ms.max(*last)).or_insert(began_ms);
        }
        chunk.write(&body, move |tx| {
            for (id, day_ms) in &ordered {
                tx.followed_up(*id, *day_ms)?;
            }
            for (id, day, items, amount_fen, times) in &new {
                tx.put_order(*id, day, *items, *amount_fen, *times)?;
            }
            Ok(())
        });
        Ok(chunk)
    }
}
