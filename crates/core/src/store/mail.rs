//! The outbox: which mails are to be sent, to whom and about what, and what became of them. A row is written inside the
//! change that causes the mail; without a mail server in the settings none is, so nothing piles up.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{StoreError, Tx};
use crate::{Settings, Tigertally};

/// Before what was asked for lapses, it is said once more: an eighth of its time before, a day at most.
const BEFORE_LAPSE_MS: u64 = 86_400_000;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Something was asked for.
    Asked = 0,
    /// It still waits.
    Waits = 1,
    /// It is about to lapse.
    Lapses = 2,
    /// It was decided.
    Decided = 3,
    /// Tasks of a day.
    Tasks = 4,
}

impl Kind {
    fn of(number: u8) -> Kind {
        let kinds = [Kind::Asked, Kind::Waits, Kind::Lapses, Kind::Decided];
        kinds.into_iter().find(|kind| *kind as u8 == number).unwrap_or(Kind::Tasks)
    }

    /// The name in the ledger and the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Asked => "asked",
            Kind::Waits => "waits",
            Kind::Lapses => "lapses",
            Kind::Decided => "decided",
            Kind::Tasks => "tasks",
        }
    }
}

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Waiting = 0,
    /// Given to the mail server; what it said is not known yet, or never will be.
    UnderWay = 1,
    Sent = 2,
    GivenUp = 3,
    Moot = 4,
}

/// A mail that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MailRow {
    pub(crate) id: i64,
    pub(crate) kind: Kind,
    pub(crate) about: i64,
    /// To whom; 0 for whoever may decide it.
    pub(crate) staff_id: i64,
    pub(crate) made_ms: u64,
    pub(crate) tries: u32,
}

const MAIL: &str = "SELECT id, kind, about, staff_id, made_ms, tries FROM mail";

fn mail_row(row: &Row<'_>) -> rusqlite::Result<MailRow> {
    Ok(MailRow {
        id: row.get(0)?,
        kind: Kind::of(row.get(1)?),
        about: row.get(2)?,
        staff_id: row.get(3)?,
        made_ms: row.get(4)?,
        tries: row.get(5)?,
    })
}

/// The mails that are due, the first due first.
pub(crate) fn due(conn: &Connection, now_ms: u64, limit: u32) -> Result<Vec<MailRow>, StoreError> {
    let mut ask = conn
        .prepare_cached(&format!("{MAIL} WHERE state = 0 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2"))?;
    Ok(ask.query_map((now_ms, limit), mail_row)?.collect::<Result<_, _>>()?)
}

/// Whether any mail waits, due or not.
pub(crate) fn any_waiting(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row("SELECT EXISTS (SELECT 1 FROM mail WHERE state = 0)", [], |row| row.get(0))?)
}

/// Whether there is, or was, a mail of a kind about something, to somebody.
pub(crate) fn known(conn: &Connection, kind: Kind, about: i64, staff: i64) -> Result<bool, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM mail WHERE kind = ?1 AND about = ?2 AND staff_id = ?3)",
    )?;
    Ok(ask.query_row((kind as u8, about, staff), |row| row.get(0))?)
}

/// Who has open tasks that are due by a day: how many are due on it, and how many were before.
pub(crate) fn with_tasks_due(conn: &Connection, day: &str) -> Result<Vec<(i64, u64, u64)>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT assignee_id, sum(due = ?1), sum(due < ?1) FROM task WHERE closed_ms IS NULL AND due <= ?1 \
         GROUP BY assignee_id",
    )?;
    Ok(ask.query_map([day], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?)
}

/// How many mails wait, were given up since, and were given to the server before a time without an answer that is known.
pub(crate) fn counts(conn: &Connection, since_ms: u64, before_ms: u64) -> Result<[u64; 3], StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT (SELECT count(*) FROM mail WHERE state = 0 AND staff_id > 0), \
         (SELECT count(*) FROM mail WHERE state = 3 AND done_ms >= ?1), \
         (SELECT count(*) FROM mail WHERE state = 1 AND done_ms BETWEEN ?1 AND ?2)",
    )?;
    Ok(ask.query_row((since_ms, before_ms), |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?)
}

/// A mail that was not taken, the last try first: to whom, about what, when, and why not.
pub(crate) struct Failed {
    pub(crate) kind: Kind,
    pub(crate) about: i64,
    pub(crate) staff: (String, String),
    pub(crate) time_ms: u64,
    pub(crate) fault: u8,
    pub(crate) given_up: bool,
}

/// The mails that were not taken since a time.
pub(crate) fn failed(conn: &Connection, since_ms: u64, limit: u32) -> Result<Vec<Failed>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT m.kind, m.about, s.no, s.name, m.done_ms, m.fault, m.state = 3 FROM mail m JOIN staff s ON s.id = m.staff_id \
         WHERE m.state IN (0, 3) AND m.fault IS NOT NULL AND m.done_ms >= ?1 ORDER BY m.done_ms DESC, m.id DESC LIMIT ?2",
    )?;
    let rows = ask.query_map((since_ms, limit), |row| {
        Ok(Failed {
            kind: Kind::of(row.get(0)?),
            about: row.get(1)?,
            staff: (row.get(2)?, row.get(3)?),
            time_ms: row.get(4)?,
            fault: row.get(5)?,
            given_up: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Tx<'_> {
    /// The settings, when mails are sent.
    fn mails(&self) -> Result<Option<Settings>, StoreError> {
        let json = self.setting(Tigertally::SETTINGS)?.unwrap_or_default();
        let settings: Settings =
            serde_json::from_str(&json).map_err(|_| StoreError::Damaged("the settings"))?;
        Ok(Some(settings).filter(|settings| settings.mail.on()))
    }

    /// Whoever may decide it is to hear of what was asked for: now, after some hours, and before it lapses. Who that is, is
    /// found when it is due: people go away, and rules change.
    pub(super) fn mail_what_was_asked(&self, approval: i64, lapses_ms: u64) -> Result<(), StoreError> {
        let Some(settings) = self.mails()? else { return Ok(()) };
        let now_ms = self.now_ms();
        let last_ms = lapses_ms - (lapses_ms.saturating_sub(now_ms) / 8).min(BEFORE_LAPSE_MS);
        let remind_ms = now_ms + u64::from(settings.mail.remind_hours) * 3_600_000;
        self.add_mail(Kind::Asked, approval, 0, now_ms, State::Waiting)?;
        if remind_ms < last_ms {
            self.add_mail(Kind::Waits, approval, 0, remind_ms, State::Waiting)?;
        }
        self.add_mail(Kind::Lapses, approval, 0, last_ms, State::Waiting)?;
        Ok(())
    }

    /// Who asked is to hear that it was decided.
    pub(super) fn mail_what_was_decided(&self, approval: i64, requester: i64) -> Result<(), StoreError> {
        if self.mails()?.is_some() {
            let now_ms = self.now_ms();
            self.add_mail(Kind::Decided, approval, requester, now_ms, State::Waiting)?;
        }
        Ok(())
    }

    /// Adds a mail to somebody; its number. `None` when there is, or was, one of this kind about the same to them.
    pub(crate) fn add_mail(
        &self,
        kind: Kind,
        about: i64,
        staff: i64,
        due_ms: u64,
        state: State,
    ) -> Result<Option<i64>, StoreError> {
        let mut add = self.conn().prepare_cached(
            "INSERT INTO mail (kind, about, staff_id, made_ms, due_ms, state, done_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?6 > 0 THEN ?4 END) ON CONFLICT DO NOTHING RETURNING id",
        )?;
        let row = (kind as u8, about, staff, self.now_ms(), due_ms, state as u8);
        Ok(add.query_row(row, |row| row.get(0)).optional()?)
    }

    /// Moves a mail from one state to another. False when it does not stand there.
    pub(crate) fn move_mail(&self, id: i64, from: State, to: State) -> Result<bool, StoreError> {
        let mut set = self
            .conn()
            .prepare_cached("UPDATE mail SET state = ?3, done_ms = ?4 WHERE id = ?1 AND state = ?2")?;
        Ok(set.execute((id, from as u8, to as u8, self.now_ms()))? == 1)
    }

    /// Notes that a try failed: it is tried again at a time, or given up.
    pub(crate) fn mail_failed(&self, id: i64, again_ms: Option<u64>, fault: u8) -> Result<(), StoreError> {
        let state = if again_ms.is_some() { State::Waiting } else { State::GivenUp };
        self.conn().execute(
            "UPDATE mail SET state = ?2, due_ms = coalesce(?3, due_ms), tries = tries + 1, fault = ?4, done_ms = ?5 \
             WHERE id = ?1 AND state = 1",
            (id, state as u8, again_ms, fault, self.now_ms()),
        )?;
        Ok(())
    }

    /// Whether a mail is tried again after this: when it was made, and how often it was tried before.
    pub(crate) fn mail(&self, id: i64) -> Result<Option<MailRow>, StoreError> {
        let mut ask = self.conn().prepare_cached(&format!("{MAIL} WHERE id = ?1"))?;
        Ok(ask.query_row([id], mail_row).optional()?)
    }

    /// Takes back all that waits: no mail is sent any more.
    pub(crate) fn drop_mails(&self) -> Result<usize, StoreError> {
        Ok(self.conn().execute("UPDATE mail SET state = 4, done_ms = ?1 WHERE state = 0", [self.now_ms()])?)
    }

    /// Forgets what was done with before a time.
    pub(crate) fn forget_mails(&self, before_ms: u64) -> Result<(), StoreError> {
        self.conn().execute("DELETE FROM mail WHERE state > 0 AND done_ms < ?1", [before_ms])?;
        Ok(())
    }
}
