//! Approvals with the votes on them, and who stands in for whom. Free text in them is sealed; what decides whether an
//! approval stands is under a keyed seal, so that what a database's editor writes there approves nothing.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{LogKeys, StoreError, Tx};

/// What an approval is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Fields of a customer.
    Access(i64),
    /// An export.
    Export(i64),
    /// Parts of a hand-over.
    Handover(i64),
    /// Ownership of a customer.
    Claim(i64),
    /// A share of a customer.
    Share(i64),
    /// Another policy or tier rule.
    Proposal(i64),
    /// The end of a freeze.
    Release(i64),
}

impl Target {
    /// Its kind and the row that it is about.
    fn parts(self) -> (u8, i64) {
        match self {
            Target::Access(customer) => (0, customer),
            Target::Export(export) => (1, export),
            Target::Handover(handover) => (2, handover),
            Target::Claim(customer) => (3, customer),
            Target::Share(share) => (4, share),
            Target::Proposal(proposal) => (5, proposal),
            Target::Release(freeze) => (6, freeze),
        }
    }

    fn id_if(self, kind: u8) -> Option<i64> {
        let (own, id) = self.parts();
        (own == kind).then_some(id)
    }
}

/// Where an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Waiting = 0,
    Approved = 1,
    Refused = 2,
    Used = 3,
    Withdrawn = 4,
    /// A review ended it, nobody did the review, or what it was about is gone.
    Ended = 5,
}

impl State {
    fn of(number: u8) -> State {
        [State::Waiting, State::Approved, State::Refused, State::Used, State::Ended]
            .into_iter()
            .find(|state| *state as u8 == number)
            .unwrap_or(State::Withdrawn)
    }
}

/// An approval, with its texts sealed.
#[derive(Clone, Debug)]
pub(crate) struct ApprovalRow {
    pub(crate) id: i64,
    pub(crate) target: Target,
    pub(crate) customer_id: Option<i64>,
    pub(crate) customer_no: Option<String>,
    pub(crate) requester_id: i64,
    pub(crate) requester_no: String,
    pub(crate) requester_name: String,
    pub(crate) requester_department: String,
    pub(crate) requester_region: String,
    pub(crate) fields: u32,
    /// Of an access: the fields that were opened for it.
    pub(crate) opened: u32,
    pub(crate) scope: Vec<u8>,
    pub(crate) needed: u32,
    pub(crate) reason: Vec<u8>,
    pub(crate) created_ms: u64,
    pub(crate) lapses_ms: u64,
    pub(crate) state: State,
    pub(crate) decided_ms: Option<u64>,
    pub(crate) expires_ms: Option<u64>,
    seal: Vec<u8>,
}

impl ApprovalRow {
    /// Whether it is as this program wrote it.
    pub(crate) fn genuine(&self, keys: &LogKeys) -> bool {
        self.seal == self.seal_by(keys)
    }

    /// The fields that it can still open: each once.
    pub(crate) fn unopened(&self) -> u32 {
        self.fields & !self.opened
    }

    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let (kind, about) = self.target.parts();
        keys.seal(
            "approval",
            &[
                &self.id.to_be_bytes(),
                &[kind],
                &about.to_be_bytes(),
                &self.requester_id.to_be_bytes(),
                &self.fields.to_be_bytes(),
                &self.opened.to_be_bytes(),
                &self.scope,
                &self.needed.to_be_bytes(),
                &self.created_ms.to_be_bytes(),
                &self.lapses_ms.to_be_bytes(),
                &[self.state as u8],
                &self.expires_ms.unwrap_or_default().to_be_bytes(),
            ],
        )
    }
}

/// An approval as it is asked for.
pub(crate) struct NewApproval {
    pub(crate) id: i64,
    pub(crate) target: Target,
    pub(crate) requester: i64,
    pub(crate) fields: u32,
    pub(crate) scope: [u8; 32],
    pub(crate) needed: u32,
    pub(crate) reason: Vec<u8>,
    pub(crate) lapses_ms: u64,
}

/// A vote on an approval, with its text sealed.
#[derive(Clone, Debug)]
pub(crate) struct VoteRow {
    pub(crate) decider_id: i64,
    pub(crate) decider_no: String,
    pub(crate) decider_name: String,
    /// In whose place.
    pub(crate) for_id: i64,
    pub(crate) for_name: String,
    pub(crate) department: String,
    pub(crate) approve: bool,
    pub(crate) answer: Vec<u8>,
    pub(crate) time_ms: u64,
    seal: Vec<u8>,
}

impl VoteRow {
    /// Whether it is as this program wrote it, on this approval.
    pub(crate) fn genuine(&self, keys: &LogKeys, approval: &ApprovalRow) -> bool {
        self.seal == vote_seal(keys, approval, (self.decider_id, self.for_id), &self.department, self.approve)
    }
}

/// Over a vote and what it is on: the number alone could be another request's.
fn vote_seal(
    keys: &LogKeys,
    approval: &ApprovalRow,
    (decider, principal): (i64, i64),
    department: &str,
    approve: bool,
) -> [u8; 32] {
    let numbers = [approval.id, approval.requester_id, decider, principal].map(i64::to_be_bytes);
    let created = approval.created_ms.to_be_bytes();
    let [id, requester, decider, principal] = &numbers;
    let about: [&[u8]; 4] = [id, requester, &approval.scope, &created];
    let vote: [&[u8]; 4] = [decider, principal, department.as_bytes(), &[u8::from(approve)]];
    keys.seal("vote", &[about, vote].concat())
}

const APPROVAL: &str = "SELECT a.id, a.kind, coalesce(a.share_id, a.customer_id, a.export_id, a.handover_id, a.proposal_id, a.freeze_id, 0), c.no, \
     a.requester_id, r.no, \
     r.name, r.department, r.region, a.fields, a.scope, a.needed, a.reason, a.created_ms, a.lapses_ms, a.state, a.decided_ms, a.expires_ms, a.seal, c.id, a.opened \
     FROM approval a JOIN staff r ON r.id = a.requester_id LEFT JOIN customer c ON c.id = a.customer_id";

fn approval_row(row: &Row<'_>) -> rusqlite::Result<ApprovalRow> {
    let (kind, about): (u8, i64) = (row.get(1)?, row.get(2)?);
    Ok(ApprovalRow {
        id: row.get(0)?,
        target: match kind {
            0 => Target::Access(about),
            1 => Target::Export(about),
            2 => Target::Handover(about),
            3 => Target::Claim(about),
            4 => Target::Share(about),
            5 => Target::Proposal(about),
            _ => Target::Release(about),
        },
        customer_id: row.get(19)?,
        customer_no: row.get(3)?,
        requester_id: row.get(4)?,
        requester_no: row.get(5)?,
        requester_name: row.get(6)?,
        requester_department: row.get(7)?,
        requester_region: row.get(8)?,
        fields: row.get(9)?,
        scope: row.get(10)?,
        needed: row.get(11)?,
        reason: row.get(12)?,
        created_ms: row.get(13)?,
        lapses_ms: row.get(14)?,
        state: State::of(row.get(15)?),
        decided_ms: row.get(16)?,
        expires_ms: row.get(17)?,
        seal: row.get(18)?,
        opened: row.get(20)?,
    })
}

/// An approval by its number.
pub(crate) fn approval(conn: &Connection, id: i64) -> Result<Option<ApprovalRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("{APPROVAL} WHERE a.id = ?1"))?;
    Ok(ask.query_row([id], approval_row).optional()?)
}

/// Approvals that a person asked for, newest first.
pub(crate) fn approvals_by(
    conn: &Connection,
    requester: i64,
    limit: u32,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let mut ask =
        conn.prepare_cached(&format!("{APPROVAL} WHERE a.requester_id = ?1 ORDER BY a.id DESC LIMIT ?2"))?;
    Ok(ask.query_map((requester, limit), approval_row)?.collect::<Result<_, _>>()?)
}

/// Approvals of one customer that a person asked for, newest first.
pub(crate) fn approvals_of(
    conn: &Connection,
    customer: i64,
    requester: i64,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{APPROVAL} WHERE a.customer_id = ?1 AND a.requester_id = ?2 ORDER BY a.id DESC LIMIT 20"
    ))?;
    Ok(ask.query_map((customer, requester), approval_row)?.collect::<Result<_, _>>()?)
}

/// Approvals to see fields of a customer that can still be used, oldest first.
pub(crate) fn approvals_open(
    conn: &Connection,
    customer: i64,
    now_ms: u64,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{APPROVAL} WHERE a.customer_id = ?1 AND a.kind = 0 AND a.state = 1 AND a.expires_ms > ?2 ORDER BY a.id"
    ))?;
    Ok(ask.query_map((customer, now_ms), approval_row)?.collect::<Result<_, _>>()?)
}

/// Approvals behind a number that can still be decided, oldest first.
pub(crate) fn approvals_waiting(
    conn: &Connection,
    now_ms: u64,
    after: i64,
    limit: u32,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "{APPROVAL} WHERE a.state = 0 AND a.lapses_ms > ?1 AND a.id > ?2 ORDER BY a.id LIMIT ?3"
    ))?;
    Ok(ask.query_map((now_ms, after, limit), approval_row)?.collect::<Result<_, _>>()?)
}

/// The votes on an approval, the first of them first.
pub(crate) fn votes(conn: &Connection, approval: i64) -> Result<Vec<VoteRow>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT v.decider_id, d.no, d.name, v.for_id, p.name, v.department, v.approve, v.answer, v.time_ms, v.seal \
         FROM vote v JOIN staff d ON d.id = v.decider_id JOIN staff p ON p.id = v.for_id \
         WHERE v.approval_id = ?1 ORDER BY v.time_ms, v.decider_id",
    )?;
    let rows = ask.query_map([approval], |row| {
        Ok(VoteRow {
            decider_id: row.get(0)?,
            decider_no: row.get(1)?,
            decider_name: row.get(2)?,
            for_id: row.get(3)?,
            for_name: row.get(4)?,
            department: row.get(5)?,
            approve: row.get(6)?,
            answer: row.get(7)?,
            time_ms: row.get(8)?,
            seal: row.get(9)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Somebody's absence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AbsenceRow {
    pub(crate) staff_id: i64,
    pub(crate) deputy_id: i64,
    pub(crate) from_day: String,
    pub(crate) to_day: String,
}

impl AbsenceRow {
    fn seal_by(&self, keys: &LogKeys) -> [u8; 32] {
        let numbers = [self.staff_id, self.deputy_id].map(i64::to_be_bytes);
        keys.seal("absence", &[&numbers[0], &numbers[1], self.from_day.as_bytes(), self.to_day.as_bytes()])
    }
}

/// The absences that fit, as far as this program wrote them.
fn absences(
    conn: &Connection,
    keys: &LogKeys,
    condition: &str,
    value: i64,
) -> Result<Vec<AbsenceRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT staff_id, deputy_id, from_day, to_day, seal FROM absence WHERE {condition} = ?1"
    ))?;
    let rows = ask.query_map([value], |row| {
        let absence = AbsenceRow {
            staff_id: row.get(0)?,
            deputy_id: row.get(1)?,
            from_day: row.get(2)?,
            to_day: row.get(3)?,
        };
        Ok((absence, row.get::<_, Vec<u8>>(4)?))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter(|(row, seal)| *seal == row.seal_by(keys)).map(|(row, _)| row).collect())
}

/// When somebody is away, and who decides for them then.
pub(crate) fn absence_of(
    conn: &Connection,
    keys: &LogKeys,
    staff: i64,
) -> Result<Option<AbsenceRow>, StoreError> {
    Ok(absences(conn, keys, "staff_id", staff)?.pop())
}

/// For whom somebody decides on a day.
pub(crate) fn away_for(
    conn: &Connection,
    keys: &LogKeys,
    deputy: i64,
    day: &str,
) -> Result<Vec<i64>, StoreError> {
    let absences = absences(conn, keys, "deputy_id", deputy)?;
    let away = |absence: &AbsenceRow| absence.from_day.as_str() <= day && day <= absence.to_day.as_str();
    Ok(absences.into_iter().filter(away).map(|absence| absence.staff_id).collect())
}

impl Tx<'_> {
    /// How many requests of somebody wait.
    pub(crate) fn count_waiting(&self, requester: i64) -> Result<usize, StoreError> {
        let mut ask = self.conn().prepare_cached(
            "SELECT count(*) FROM approval WHERE requester_id = ?1 AND state = 0 AND lapses_ms > ?2",
        )?;
        Ok(ask.query_row((requester, self.now_ms()), |row| row.get(0))?)
    }

    /// Adds a request for approval.
    pub(crate) fn add_approval(&self, new: &NewApproval) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO approval (id, kind, customer_id, export_id, handover_id, share_id, proposal_id, freeze_id, \
             requester_id, fields, scope, needed, reason, created_ms, lapses_ms, state) VALUES (?1, ?2, CASE WHEN ?6 IS NULL \
             THEN ?3 ELSE (SELECT customer_id FROM share WHERE id = ?6) END, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
             ?15, 0)",
            rusqlite::params![
                new.id,
                new.target.parts().0,
                new.target.id_if(0).or(new.target.id_if(3)),
                new.target.id_if(1),
                new.target.id_if(2),
                new.target.id_if(4),
                new.target.id_if(5),
                new.target.id_if(6),
                new.requester,
                new.fields,
                new.scope,
                new.needed,
                new.reason,
                self.now_ms(),
                new.lapses_ms,
            ],
        )?;
        self.seal_approval(new.id)?;
        self.mail_what_was_asked(new.id, new.lapses_ms)
    }

    fn seal_approval(&self, id: i64) -> Result<(), StoreError> {
        if let Some(row) = approval(self.conn(), id)? {
            self.conn()
                .execute("UPDATE approval SET seal = ?2 WHERE id = ?1", (id, row.seal_by(self.keys())))?;
        }
        Ok(())
    }

    /// An approval as it stands inside this transaction, if it is as this program wrote it.
    pub(crate) fn approval(&self, id: i64) -> Result<Option<ApprovalRow>, StoreError> {
        Ok(approval(self.conn(), id)?.filter(|row| row.genuine(self.keys())))
    }

    /// The votes on it, as far as this program wrote them.
    pub(crate) fn votes(&self, on: &ApprovalRow) -> Result<Vec<VoteRow>, StoreError> {
        let mut votes = votes(self.conn(), on.id)?;
        votes.retain(|vote| vote.genuine(self.keys(), on));
        Ok(votes)
    }

    /// Adds a vote.
    pub(crate) fn add_vote(
        &self,
        on: &ApprovalRow,
        (decider, principal): (i64, i64),
        department: &str,
        approve: bool,
        answer: &[u8],
    ) -> Result<(), StoreError> {
        let seal = vote_seal(self.keys(), on, (decider, principal), department, approve);
        self.conn().execute(
            "INSERT INTO vote (approval_id, decider_id, for_id, department, approve, answer, time_ms, seal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (on.id, decider, principal, department, approve, answer, self.now_ms(), seal),
        )?;
        Ok(())
    }

    /// Moves an approval to another state.
    pub(crate) fn set_approval(
        &self,
        id: i64,
        state: State,
        expires_ms: Option<u64>,
    ) -> Result<(), StoreError> {
        let before = approval(self.conn(), id)?;
        if let Some(row) = before.filter(|row| row.state == State::Waiting)
            && matches!(state, State::Approved | State::Refused | State::Used)
        {
            self.mail_what_was_decided(id, row.requester_id)?;
        }
        self.conn().execute(
            "UPDATE approval SET state = ?2, decided_ms = coalesce(decided_ms, ?3), \
             expires_ms = coalesce(?4, expires_ms) WHERE id = ?1",
            (id, state as u8, self.now_ms(), expires_ms),
        )?;
        self.seal_approval(id)
    }

    /// Whether an approval lets its requester open these fields of a customer. That of an access is in time, and opens each
    /// field once: they are marked as opened. That of an export was used up when its run began.
    pub(crate) fn open_for_approval(
        &self,
        id: i64,
        requester: &str,
        customer: i64,
        fields: u32,
    ) -> Result<bool, StoreError> {
        let Some(row) = self.approval(id)?.filter(|row| row.requester_no == requester) else {
            return Ok(false);
        };
        match row.target {
            Target::Access(of) => {
                let stands = of == customer
                    && row.state == State::Approved
                    && row.expires_ms.is_some_and(|end| self.now_ms() < end)
                    && fields & !row.unopened() == 0;
                if stands {
                    self.conn()
                        .execute("UPDATE approval SET opened = opened | ?2 WHERE id = ?1", (id, fields))?;
                    self.seal_approval(id)?;
                }
                Ok(stands)
            }
            Target::Export(_) => Ok(row.state == State::Used && fields & !row.fields == 0),
            _ => Ok(false),
        }
    }

    /// Puts down when somebody is away, or that they are not.
    pub(crate) fn set_absence(&self, staff: i64, absence: Option<&AbsenceRow>) -> Result<(), StoreError> {
        self.conn().execute("DELETE FROM absence WHERE staff_id = ?1", [staff])?;
        if let Some(row) = absence {
            self.conn().execute(
                "INSERT INTO absence (staff_id, deputy_id, from_day, to_day, seal) VALUES (?1, ?2, ?3, ?4, ?5)",
                (staff, row.deputy_id, &row.from_day, &row.to_day, row.seal_by(self.keys())),
            )?;
        }
        Ok(())
    }
}
