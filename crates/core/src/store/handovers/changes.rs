//! Changes of hand-overs.

use std::collections::{BTreeMap, HashMap};

use rusqlite::OptionalExtension;

use super::{
    super::{
        StoreError, Tx, approvals,
        customers::{self, Group},
        listed,
        shares::ShareEnd,
    },
    HANDOVER, HandoverRow, ITEM_GONE, ITEM_MOVED, PART, PartRow, PartState, State, counts, customers_of,
    digest_of, handover, handover_row, held, open_of, part_row, parts, parts_of_approval,
};

/// A hand-over as it is opened.
pub(crate) struct NewHandover {
    pub(crate) id: i64,
    pub(crate) leaver: i64,
    pub(crate) kind: u8,
    pub(crate) last_day: String,
    pub(crate) reason: Vec<u8>,
    pub(crate) opened_by: i64,
    pub(crate) inventory: String,
    pub(crate) exposure: String,
}

/// What became of a piece of a move: the numbers of the customers that moved, and how many were no longer the leaver's.
pub(crate) struct MovedPiece {
    pub(crate) customers: Vec<String>,
    pub(crate) gone: u64,
    pub(crate) tasks: u64,
}

impl Tx<'_> {
    /// Opens a hand-over. False when that person has an open one.
    pub(crate) fn open_handover(&self, new: &NewHandover) -> Result<bool, StoreError> {
        if open_of(self.conn(), new.leaver)?.is_some() {
            return Ok(false);
        }
        self.conn().execute(
            "INSERT INTO handover (id, leaver_id, kind, last_day, reason, opened_by, opened_ms, state, inventory, exposure) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)",
            (
                new.id,
                new.leaver,
                new.kind,
                &new.last_day,
                &new.reason,
                new.opened_by,
                self.now_ms(),
                &new.inventory,
                &new.exposure,
            ),
        )?;
        self.seal_handover(new.id)?;
        Ok(true)
    }

    fn seal_handover(&self, id: i64) -> Result<(), StoreError> {
        let mut ask = self.conn().prepare_cached(&format!("{HANDOVER} WHERE h.id = ?1"))?;
        if let Some(row) = ask.query_row([id], handover_row).optional()? {
            self.conn()
                .execute("UPDATE handover SET seal = ?2 WHERE id = ?1", (id, row.seal_by(self.keys())))?;
        }
        Ok(())
    }

    /// A hand-over as it stands inside this transaction.
    pub(crate) fn handover(&self, id: i64) -> Result<Option<HandoverRow>, StoreError> {
        handover(self.conn(), self.keys(), id)
    }

    /// Its parts, likewise.
    pub(crate) fn handover_parts(&self, handover: i64) -> Result<Vec<PartRow>, StoreError> {
        parts(self.conn(), self.keys(), handover)
    }

    /// The parts that an approval is about, likewise.
    pub(crate) fn parts_of_approval(&self, approval: i64) -> Result<Vec<PartRow>, StoreError> {
        parts_of_approval(self.conn(), self.keys(), approval)
    }

    /// Takes in customers that somebody has and that the hand-over does not know yet, after a customer and at most so
    /// many; the last one taken.
    pub(crate) fn take_stock(
        &self,
        handover: i64,
        leaver: i64,
        after: i64,
        limit: u32,
    ) -> Result<Option<i64>, StoreError> {
        let mut ask = self.conn().prepare_cached(
            "SELECT max(id), count(*) FROM (SELECT id FROM customer WHERE (owner_id = ?1 OR contact_id = ?1) AND id > ?2 \
             ORDER BY id LIMIT ?3)",
        )?;
        let (last, found): (Option<i64>, u64) =
            ask.query_row((leaver, after, limit), |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found == 0 {
            return Ok(None);
        }
        self.conn()
            .prepare_cached(
                "INSERT INTO handover_item (handover_id, customer_id, state) SELECT ?1, id, 0 FROM customer \
                 WHERE (owner_id = ?2 OR contact_id = ?2) AND id > ?3 AND id <= ?4 \
                 ON CONFLICT (handover_id, customer_id) DO UPDATE SET state = 0, part_id = NULL WHERE state IN (3, 4) \
                 AND NOT EXISTS (SELECT 1 FROM handover_part p WHERE p.id = part_id AND p.state <> 4)",
            )?
            .execute((handover, leaver, after, last))?;
        Ok(last)
    }

    /// Notes what the leaver adds.
    pub(crate) fn set_handover_note(&self, id: i64, note: &[u8]) -> Result<(), StoreError> {
        self.conn().execute("UPDATE handover SET note = ?2 WHERE id = ?1", (id, note))?;
        Ok(())
    }

    /// The part that somebody gives a receiver and that is not signed yet, made when there is none. Each who divides gives
    /// parts of their own: none of them approves what they gave.
    pub(crate) fn part_for(&self, handover: i64, receiver: i64, by: i64) -> Result<i64, StoreError> {
        let mut ask = self.conn().prepare_cached(
            "SELECT id FROM handover_part WHERE handover_id = ?1 AND receiver_id = ?2 AND given_by = ?3 AND state = 0",
        )?;
        if let Some(id) = ask.query_row((handover, receiver, by), |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let id = self.next_id("handover_part")?;
        self.conn().execute(
            "INSERT INTO handover_part (id, handover_id, receiver_id, given_by, state) VALUES (?1, ?2, ?3, ?4, 0)",
            (id, handover, receiver, by),
        )?;
        self.seal_part(id)?;
        Ok(id)
    }

    fn seal_part(&self, id: i64) -> Result<(), StoreError> {
        let mut ask = self.conn().prepare_cached(&format!("{PART} WHERE p.id = ?1"))?;
        if let Some(row) = ask.query_row([id], part_row).optional()? {
            self.conn().execute(
                "UPDATE handover_part SET seal = ?2 WHERE id = ?1",
                (id, row.seal_by(self.keys())),
            )?;
        }
        Ok(())
    }

    /// Gives customers to parts: those that still wait, or that nobody has signed for; and only to parts that are not signed
    /// meanwhile, for a signature covers what was there.
    pub(crate) fn give(&self, handover: i64, given: &[(i64, i64)]) -> Result<u64, StoreError> {
        let mut put = self.conn().prepare_cached(
            "UPDATE handover_item SET part_id = ?3, state = 1 WHERE handover_id = ?1 AND customer_id = ?2 \
             AND (state IN (0, 2) OR (state = 1 AND part_id IN (SELECT id FROM handover_part WHERE handover_id = ?1 AND state = 0))) \
             AND EXISTS (SELECT 1 FROM handover_part WHERE id = ?3 AND handover_id = ?1 AND state = 0)",
        )?;
        let mut count = 0;
        for (customer, part) in given {
            count += put.execute((handover, customer, part))? as u64;
        }
        Ok(count)
    }

    /// Removes parts that nobody signed and that have no customer left.
    pub(crate) fn drop_empty_parts(&self, handover: i64) -> Result<(), StoreError> {
        self.conn().execute(
            "DELETE FROM handover_part WHERE handover_id = ?1 AND state = 0 \
             AND NOT EXISTS (SELECT 1 FROM handover_item WHERE part_id = handover_part.id)",
            [handover],
        )?;
        Ok(())
    }

    /// A receiver signs: these customers are refused, the others of the part are theirs to get. How many these are;
    /// `None` when one of the refused is not of the part.
    pub(crate) fn sign_part(
        &self,
        part: &PartRow,
        refused: &[i64],
        checked: u64,
        answer: Option<&[u8]>,
    ) -> Result<Option<u64>, StoreError> {
        let mut refuse = self.conn().prepare_cached(
            "UPDATE handover_item SET part_id = NULL, state = 2 WHERE handover_id = ?1 AND customer_id = ?2 AND part_id = ?3",
        )?;
        for customer in refused {
            if refuse.execute((part.handover_id, customer, part.id))? == 0 {
                return Ok(None);
            }
        }
        let accepted = customers_of(self.conn(), part.id)?;
        let digest = digest_of(self.keys(), part.id, &accepted);
        self.conn().execute(
            "UPDATE handover_part SET state = 1, accepted = ?2, refused = ?3, checked = ?4, digest = ?5, answer = ?6, \
             signed_ms = ?7 WHERE id = ?1",
            (
                part.id,
                accepted.len() as u64,
                refused.len() as u64,
                checked,
                digest,
                answer,
                self.now_ms(),
            ),
        )?;
        self.seal_part(part.id)?;
        Ok(Some(accepted.len() as u64))
    }

    /// Moves a part on, or back.
    pub(crate) fn set_part(
        &self,
        id: i64,
        state: PartState,
        approval: Option<i64>,
    ) -> Result<(), StoreError> {
        let moved = (state == PartState::Moved).then(|| self.now_ms());
        self.conn().execute(
            "UPDATE handover_part SET state = ?2, approval_id = ?3, moved_ms = ?4 WHERE id = ?1",
            (id, state as u8, approval, moved),
        )?;
        self.seal_part(id)
    }

    /// What came of the approval that parts of a hand-over wait for.
    pub(crate) fn handover_decided(&self, approval: i64, approved: bool) -> Result<(), StoreError> {
        for part in self.parts_of_approval(approval)? {
            match approved {
                true => self.set_part(part.id, PartState::Approved, Some(approval))?,
                false if part.state == PartState::Asked || part.state == PartState::Approved => {
                    self.set_part(part.id, PartState::Signed, None)?;
                }
                false => {}
            }
        }
        Ok(())
    }

    /// The groups that these customers are of.
    pub(crate) fn groups_of(&self, customers: &[i64]) -> Result<Vec<Group>, StoreError> {
        let mut ask = self.conn().prepare(&format!(
            "SELECT DISTINCT g.department, g.region, g.tier, g.kind FROM customer c JOIN customer_group g \
             ON g.id = c.group_id WHERE c.id IN ({})",
            listed(customers)
        ))?;
        let groups = ask.query_map([], |row| {
            let (tier, kind) = (customers::tier_of(row.get(2)?), customers::kind_of(row.get(3)?));
            Ok(Group { department: row.get(0)?, region: row.get(1)?, tier, kind })
        })?;
        Ok(groups.collect::<Result<_, _>>()?)
    }

    /// Moves these customers of a part to its receiver, with their open tasks: each as far as it is still the leaver's. One
    /// statement for all that get the same owner and group: a statement with triggers costs more than a row.
    pub(crate) fn move_piece(
        &self,
        (handover, leaver): (i64, i64),
        receiver: (i64, &str),
        customers: &[i64],
    ) -> Result<MovedPiece, StoreError> {
        let (conn, now_ms) = (self.conn(), self.now_ms());
        // `+` keeps the planner from reading all that the leaver has instead of these.
        let mut find = conn.prepare(&format!(
            "SELECT c.id, c.no, c.owner_id IS ?1, g.region, g.tier, g.kind FROM customer c JOIN customer_group g \
             ON g.id = c.group_id WHERE c.id IN ({}) AND (+c.owner_id = ?1 OR +c.contact_id = ?1) ORDER BY c.id",
            listed(customers)
        ))?;
        let found = find.query_map([leaver], |row| {
            let (tier, kind) = (customers::tier_of(row.get(4)?), customers::kind_of(row.get(5)?));
            let group = Group { department: receiver.1.to_owned(), region: row.get(3)?, tier, kind };
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?.then_some(group)))
        })?;
        let (mut known, mut owned) = (HashMap::new(), BTreeMap::<i64, Vec<i64>>::new());
        let (mut cared, mut numbers, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for found in found {
            let (id, no, group) = found?;
            match group {
                Some(group) => owned.entry(self.group(&mut known, &group)?).or_default().push(id),
                None => cared.push(id),
            }
            theirs.push(id);
            numbers.push(no);
        }
        for (group, ids) in &owned {
            conn.execute(
                &format!(
                    "UPDATE customer SET owner_id = ?2, contact_id = CASE contact_id WHEN ?1 THEN ?2 ELSE contact_id END, \
                     group_id = ?3, updated_ms = ?4, followed_ms = ?4 WHERE id IN ({})",
                    listed(ids)
                ),
                (leaver, receiver.0, group, now_ms),
            )?;
            self.end_shares_of(ids, ShareEnd::OwnerChanged)?;
        }
        if !cared.is_empty() {
            conn.execute(
                &format!(
                    "UPDATE customer SET contact_id = ?1, updated_ms = ?2 WHERE id IN ({})",
                    listed(&cared)
                ),
                (receiver.0, now_ms),
            )?;
        }
        let tasks = conn.execute(
            &format!(
                "UPDATE task SET assignee_id = ?2 WHERE customer_id IN ({}) AND assignee_id = ?1 AND closed_ms IS NULL",
                listed(&theirs)
            ),
            (leaver, receiver.0),
        )?;
        let settle = |state: u8, ids: &[i64]| {
            conn.execute(
                &format!(
                    "UPDATE handover_item SET state = ?2 WHERE handover_id = ?1 AND customer_id IN ({}) AND state = 1",
                    listed(ids)
                ),
                (handover, state),
            )
        };
        settle(ITEM_MOVED, &theirs)?;
        let gone = settle(ITEM_GONE, customers)?;
        Ok(MovedPiece { customers: numbers, gone: gone as u64, tasks: tasks as u64 })
    }

    /// Takes back what of a part has not moved: it waits to be given again, and the part is over. How many customers.
    pub(crate) fn return_part(&self, part: &PartRow) -> Result<u64, StoreError> {
        let mut back = self.conn().prepare_cached(
            "UPDATE handover_item SET part_id = NULL, state = 0 WHERE part_id = ?1 AND state = 1",
        )?;
        let returned = back.execute([part.id])? as u64;
        self.set_part(part.id, PartState::Moved, part.approval_id)?;
        Ok(returned)
    }

    /// Ends what else was the leaver's: their open tasks go to the owners of the customers; what they asked for, what they
    /// shared, what was shared with them and who stands in for whom is over. How many tasks, approvals and absences.
    pub(crate) fn end_work_of(&self, staff: i64) -> Result<[u64; 3], StoreError> {
        let tasks = self.conn().execute(
            "UPDATE task SET assignee_id = (SELECT owner_id FROM customer WHERE id = task.customer_id) \
             WHERE assignee_id = ?1 AND closed_ms IS NULL \
             AND (SELECT owner_id FROM customer WHERE id = task.customer_id) IS NOT NULL",
            [staff],
        )?;
        let mut ask =
            self.conn().prepare_cached("SELECT id FROM approval WHERE requester_id = ?1 AND state < 2")?;
        let approvals: Vec<i64> = ask.query_map([staff], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in &approvals {
            self.set_approval(*id, approvals::State::Withdrawn, None)?;
            self.handover_decided(*id, false)?;
        }
        let mut ask =
            self.conn().prepare_cached("SELECT id FROM export WHERE staff_id = ?1 AND state < 4")?;
        let exports: Vec<i64> = ask.query_map([staff], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in exports {
            self.end_export(id)?;
        }
        let mut ask = self
            .conn()
            .prepare_cached("SELECT id FROM share WHERE state < 2 AND (made_by = ?1 OR staff_id = ?1)")?;
        let shares: Vec<i64> = ask.query_map([staff], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for id in shares {
            self.end_share(id, ShareEnd::HandedOver)?;
        }
        let absences =
            self.conn().execute("DELETE FROM absence WHERE staff_id = ?1 OR deputy_id = ?1", [staff])?;
        Ok([tasks as u64, approvals.len() as u64, absences as u64])
    }

    /// Closes or cancels a hand-over.
    pub(crate) fn end_handover(
        &self,
        id: i64,
        (state, by): (State, i64),
        exposure: &str,
        why: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.conn().execute(
            "UPDATE handover SET state = ?2, ended_by = ?3, ended_ms = ?4, exposure = ?5, why_ended = ?6 WHERE id = ?1",
            (id, state as u8, by, self.now_ms(), exposure, why),
        )?;
        self.seal_handover(id)
    }

    /// How many customers of a hand-over are in each state, inside this transaction; and how many the leaver still has.
    pub(crate) fn handover_left(&self, id: i64, leaver: i64) -> Result<([u64; 5], u64), StoreError> {
        Ok((counts(self.conn(), id)?, held(self.conn(), leaver)?))
    }
}
