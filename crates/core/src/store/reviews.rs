//! Periodic access reviews of high-tier customers: which are due, and what lapses when nobody does them.

use rusqlite::{Connection, OptionalExtension};

use super::{
    StoreError, Tx, approvals,
    customers::{self, Customer},
    listed,
    shares::ShareEnd,
};

/// Which reviews to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reviews {
    /// Those that are overdue or due soon.
    #[default]
    Open,
    /// Those that are overdue.
    Overdue,
    /// Those that were done in the last period.
    Done,
}

/// From when to when, as the reviews are counted.
pub(crate) struct Days {
    pub(crate) today: String,
    /// Until when it counts as due, `YYYY-MM-DD`.
    pub(crate) until: String,
    /// Since when it counts as done, Unix milliseconds.
    pub(crate) since_ms: u64,
}

/// Customers of these groups by their review, the first due first, after a day and an id.
pub(crate) fn page(
    conn: &Connection,
    groups: &[i64],
    which: Reviews,
    days: &Days,
    after: &(String, i64),
    limit: u32,
) -> Result<Vec<Customer>, StoreError> {
    let condition = match which {
        Reviews::Open => "review_due <= ?2",
        Reviews::Overdue => "review_due < ?1",
        Reviews::Done => "reviewed_ms >= ?3 AND review_due > ?2",
    };
    let mut ask = conn.prepare(&format!(
        "SELECT id FROM customer WHERE review_due IS NOT NULL AND {condition} AND group_id IN ({}) \
         AND (review_due, id) > (?4, ?5) AND ?1 IS NOT NULL AND ?2 IS NOT NULL AND ?3 IS NOT NULL \
         ORDER BY review_due, id LIMIT ?6",
        listed(groups)
    ))?;
    let parameters = (&days.today, &days.until, days.since_ms, &after.0, after.1, limit);
    let ids: Vec<i64> = ask.query_map(parameters, |row| row.get(0))?.collect::<Result<_, _>>()?;
    customers::by_ids(conn, &ids)
}

/// How many of these groups are overdue, due soon, done.
pub(crate) fn counts(conn: &Connection, groups: &[i64], days: &Days) -> Result<[u64; 3], StoreError> {
    let mut ask = conn.prepare(&format!(
        "SELECT coalesce(sum(review_due < ?1), 0), coalesce(sum(review_due >= ?1 AND review_due <= ?2), 0), \
         coalesce(sum(reviewed_ms >= ?3 AND review_due > ?2), 0) FROM customer \
         WHERE review_due IS NOT NULL AND group_id IN ({})",
        listed(groups)
    ))?;
    Ok(ask.query_row((&days.today, &days.until, days.since_ms), |row| {
        Ok([row.get(0)?, row.get(1)?, row.get(2)?])
    })?)
}

/// Customers whose review was not done by its day, and by which nothing has lapsed yet.
pub(crate) fn lapsing(conn: &Connection, today: &str, limit: u32) -> Result<Vec<Customer>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT id FROM customer WHERE review_due < ?1 AND lapsed IS NOT review_due ORDER BY review_due, id LIMIT ?2",
    )?;
    let ids: Vec<i64> = ask.query_map((today, limit), |row| row.get(0))?.collect::<Result<_, _>>()?;
    customers::by_ids(conn, &ids)
}

/// What lapsed of a customer.
#[derive(Default)]
pub(crate) struct Lapsed {
    /// Whether somebody was the named contact person.
    pub(crate) contact: bool,
    /// Numbers of the shares.
    pub(crate) shares: Vec<i64>,
    /// Numbers of the approvals.
    pub(crate) approvals: Vec<i64>,
}

impl Tx<'_> {
    /// The approvals to see fields of a customer that can still be used, as far as this program wrote them.
    pub(crate) fn open_approvals(&self, customer: i64) -> Result<Vec<approvals::ApprovalRow>, StoreError> {
        let mut open = approvals::approvals_open(self.conn(), customer, self.now_ms())?;
        open.retain(|row| row.genuine(self.keys()));
        Ok(open)
    }

    /// Sets the day of the next access review, because this one is done.
    pub(crate) fn set_review(&self, id: i64, due: &str) -> Result<(), StoreError> {
        self.conn().execute(
            "UPDATE customer SET review_due = ?2, reviewed_ms = ?3 WHERE id = ?1",
            (id, due, self.now_ms()),
        )?;
        Ok(())
    }

    /// Nobody is the named contact person of a customer any more. False when nobody was.
    pub(crate) fn end_contact(&self, id: i64) -> Result<bool, StoreError> {
        let ended = self.conn().execute(
            "UPDATE customer SET contact_id = NULL, updated_ms = ?2 WHERE id = ?1 AND contact_id IS NOT NULL",
            (id, self.now_ms()),
        )?;
        Ok(ended == 1)
    }

    /// Ends all access to a customer that its review should have confirmed; `None` when it was done meanwhile, or all has
    /// lapsed by this review already.
    pub(crate) fn lapse(&self, id: i64, today: &str) -> Result<Option<Lapsed>, StoreError> {
        let lapses = self
            .conn()
            .prepare_cached("UPDATE customer SET lapsed = review_due WHERE id = ?1 AND review_due < ?2 AND lapsed IS NOT review_due")?
            .execute((id, today))?;
        if lapses == 0 {
            return Ok(None);
        }
        let mut lapsed = Lapsed { contact: self.end_contact(id)?, ..Lapsed::default() };
        for share in self.open_shares(id)? {
            if self.end_share(share.id, ShareEnd::Lapsed)? {
                lapsed.shares.push(share.id);
            }
        }
        for approval in self.open_approvals(id)? {
            self.set_approval(approval.id, approvals::State::Ended, None)?;
            lapsed.approvals.push(approval.id);
        }
        Ok(Some(lapsed))
    }

    /// The named contact person of a customer, inside this transaction.
    pub(crate) fn contact_of(&self, id: i64) -> Result<Option<i64>, StoreError> {
        let mut ask = self.conn().prepare_cached("SELECT contact_id FROM customer WHERE id = ?1")?;
        Ok(ask.query_row([id], |row| row.get(0)).optional()?.flatten())
    }
}
