//! The people who work here, and their sign-ins.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{LogKeys, StoreError, Tx, handovers};
use crate::policy::Role;

/// A person as a customer's row names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The row's number; outside the core only `no` is used.
    pub(crate) id: i64,
    /// Staff number.
    pub no: String,
    /// Name.
    pub name: String,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffRow {
    pub(crate) id: i64,
    /// Staff number.
    pub no: String,
    /// Name.
    pub name: String,
    /// Department.
    pub department: String,
    /// Title, in the company's words.
    pub title: String,
    /// Role.
    pub role: Role,
    /// Region; empty when none.
    pub region: String,
    /// Staff number of their manager.
    pub manager: Option<String>,
    /// Day they joined, `YYYY-MM-DD`.
    pub joined: String,
    /// E-mail address at the company.
    pub email: String,
    /// False once they have left.
    pub active: bool,
    /// Since when they are frozen, Unix milliseconds.
    pub frozen_ms: Option<u64>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether an authenticator is set up.
    pub has_totp: bool,
}

impl StaffRow {
    /// Whether they do anything here: whoever has left or is frozen does not, nor does anybody in their place.
    pub fn acts(&self) -> bool {
        self.active && self.frozen_ms.is_none()
    }
}

/// What a sign-in is checked against.
pub(crate) struct Credentials {
    pub(crate) staff: StaffRow,
    pub(crate) password: Option<String>,
    pub(crate) totp: Option<Vec<u8>>,
    pub(crate) totp_step: u64,
    pub(crate) activation: Option<Vec<u8>>,
    pub(crate) activation_until_ms: u64,
}

const COLUMNS: &str = "id, no, name, department, title, role, region, manager, joined, email, active, \
     password IS NOT NULL, totp IS NOT NULL, frozen_ms";

fn staff(row: &Row<'_>) -> rusqlite::Result<StaffRow> {
    let role: u8 = row.get(5)?;
    Ok(StaffRow {
        id: row.get(0)?,
        no: row.get(1)?,
        name: row.get(2)?,
        department: row.get(3)?,
        title: row.get(4)?,
        // An unknown number gets the role that sees least.
        role: Role::ALL.into_iter().find(|known| *known as u8 == role).unwrap_or(Role::Hr),
        region: row.get(6)?,
        manager: row.get(7)?,
        joined: row.get(8)?,
        email: row.get(9)?,
        active: row.get(10)?,
        has_password: row.get(11)?,
        has_totp: row.get(12)?,
        frozen_ms: row.get(13)?,
    })
}

/// The member of staff of this number.
pub(crate) fn by_no(conn: &Connection, no: &str) -> Result<Option<StaffRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM staff WHERE no = ?1"))?;
    Ok(ask.query_row([no], staff).optional()?)
}

/// The member of staff with this row number.
pub(crate) fn by_id(conn: &Connection, id: i64) -> Result<Option<StaffRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM staff WHERE id = ?1"))?;
    Ok(ask.query_row([id], staff).optional()?)
}

/// The same, if the row is as this program wrote it: for whoever is to act as that person.
pub(crate) fn sealed_by_id(
    conn: &Connection,
    keys: &LogKeys,
    id: i64,
) -> Result<Option<StaffRow>, StoreError> {
    check_seal(conn, keys, id)?;
    by_id(conn, id)
}

/// The seal as it has to be, and as it stands.
type Seals = ([u8; 32], Vec<u8>);

/// What decides who somebody is and how they sign in, under a keyed seal: what a database's editor writes there is not
/// believed.
fn seal_of(conn: &Connection, keys: &LogKeys, id: i64) -> Result<Option<Seals>, StoreError> {
    let mut ask = conn.prepare_cached(
        "SELECT no, role, department, region, active, coalesce(password, ''), coalesce(totp, x''), \
         coalesce(activation, x''), coalesce(activation_until_ms, 0), seal, coalesce(manager, ''), \
         coalesce(frozen_ms, -1) FROM staff WHERE id = ?1",
    )?;
    let found = ask.query_row([id], |row| {
        let text = |at| row.get::<_, String>(at);
        let blob = |at| row.get::<_, Vec<u8>>(at);
        let number = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)?.to_be_bytes());
        let seal = keys.seal(
            "staff",
            &[
                &id.to_be_bytes(),
                text(0)?.as_bytes(),
                &number(1)?,
                text(2)?.as_bytes(),
                text(3)?.as_bytes(),
                &number(4)?,
                text(5)?.as_bytes(),
                &blob(6)?,
                &blob(7)?,
                &number(8)?,
                text(10)?.as_bytes(),
                &number(11)?,
            ],
        );
        Ok((seal, blob(9)?))
    });
    Ok(found.optional()?)
}

fn check_seal(conn: &Connection, keys: &LogKeys, id: i64) -> Result<(), StoreError> {
    match seal_of(conn, keys, id)? {
        Some((seal, stored)) if stored != seal => {
            Err(StoreError::Damaged("a member of staff, who was changed by somebody else,"))
        }
        _ => Ok(()),
    }
}

/// All staff by number.
pub(crate) fn all(conn: &Connection) -> Result<Vec<StaffRow>, StoreError> {
    let mut ask = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM staff ORDER BY no"))?;
    let rows = ask.query_map([], staff)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Staff numbers of those who are frozen.
pub(super) fn frozen(conn: &Connection) -> Result<HashSet<String>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT no FROM staff WHERE frozen_ms IS NOT NULL")?;
    let rows = ask.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a sign-in is checked against.
pub(crate) fn credentials(
    conn: &Connection,
    keys: &LogKeys,
    no: &str,
) -> Result<Option<Credentials>, StoreError> {
    let mut ask = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, password, totp, totp_step, activation, coalesce(activation_until_ms, 0) FROM staff WHERE no = ?1"
    ))?;
    let found = ask
        .query_row([no], |row| {
            Ok(Credentials {
                staff: staff(row)?,
                password: row.get(14)?,
                totp: row.get(15)?,
                totp_step: row.get(16)?,
                activation: row.get(17)?,
                activation_until_ms: row.get(18)?,
            })
        })
        .optional()?;
    if let Some(found) = &found {
        check_seal(conn, keys, found.staff.id)?;
    }
    Ok(found)
}

/// Hashes of the recovery codes that are left.
pub(crate) fn recovery_codes(conn: &Connection, staff: i64) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut ask = conn.prepare_cached("SELECT hash FROM recovery_code WHERE staff_id = ?1")?;
    let rows = ask.query_map([staff], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A member of staff as an import or the administrator writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StaffEntry {
    pub(crate) no: String,
    pub(crate) name: String,
    pub(crate) department: String,
    pub(crate) title: String,
    pub(crate) role: Role,
    pub(crate) region: String,
    pub(crate) manager: Option<String>,
    pub(crate) joined: String,
    pub(crate) email: String,
    pub(crate) active: bool,
}

impl Tx<'_> {
    /// The member of staff of this number, as they stand in this transaction.
    pub(crate) fn staff(&self, no: &str) -> Result<Option<StaffRow>, StoreError> {
        by_no(self.conn(), no)
    }

    /// Somebody who works here, is not frozen, and whose customers do not go to others.
    pub(crate) fn stays(&self, staff: i64) -> Result<Option<StaffRow>, StoreError> {
        let person = sealed_by_id(self.conn(), self.keys(), staff)?.filter(StaffRow::acts);
        if handovers::open_of(self.conn(), staff)?.is_some() { Ok(None) } else { Ok(person) }
    }

    /// How many can act in a role.
    pub(crate) fn active_of_role(&self, role: Role) -> Result<u64, StoreError> {
        let mut ask = self
            .conn()
            .prepare_cached("SELECT count(*) FROM staff WHERE role = ?1 AND active AND frozen_ms IS NULL")?;
        Ok(ask.query_row([role as u8], |row| row.get(0))?)
    }

    /// Inserts or replaces a member of staff; sign-in data stays.
    ///
    /// What was shared with somebody without an approval was shared with them where they were: it ends when they move.
    pub(crate) fn put_staff(&self, entry: &StaffEntry) -> Result<i64, StoreError> {
        let before = by_no(self.conn(), &entry.no)?;
        // What somebody else wrote into the row is not sealed with what is set now.
        if let Some(before) = &before {
            check_seal(self.conn(), self.keys(), before.id)?;
        }
        self.conn()
            .prepare_cached(
                "INSERT INTO staff (no, name, department, title, role, region, manager, joined, email, active) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (no) DO UPDATE SET name = excluded.name, \
                 department = excluded.department, title = excluded.title, role = excluded.role, \
                 region = excluded.region, manager = excluded.manager, joined = excluded.joined, \
                 email = excluded.email, active = excluded.active",
            )?
            .execute(rusqlite::params![
                entry.no,
                entry.name,
                entry.department,
                entry.title,
                entry.role as u8,
                entry.region,
                entry.manager,
                entry.joined,
                entry.email,
                entry.active
            ])?;
        let id =
            self.conn().query_row("SELECT id FROM staff WHERE no = ?1", [&entry.no], |row| row.get(0))?;
        self.seal_staff(id)?;
        let before = before.map(|person| (person.department, person.role, person.active));
        if before.is_some_and(|before| before != (entry.department.clone(), entry.role, entry.active)) {
            self.end_unapproved_shares_with(id)?;
        }
        Ok(id)
    }

    /// Gives a one-time activation code (its hash) until a time, and takes away password and authenticator.
    pub(crate) fn set_activation(
        &self,
        staff: i64,
        hash: &[u8; 32],
        until_ms: u64,
    ) -> Result<(), StoreError> {
        check_seal(self.conn(), self.keys(), staff)?;
        self.conn().execute(
            "UPDATE staff SET activation = ?2, activation_until_ms = ?3, password = NULL, totp = NULL, totp_step = 0 \
             WHERE id = ?1",
            (staff, hash, until_ms),
        )?;
        self.conn().execute("DELETE FROM recovery_code WHERE staff_id = ?1", [staff])?;
        self.seal_staff(staff)
    }

    /// Freezes somebody from now on, or lets them go.
    pub(crate) fn set_frozen(&self, staff: i64, frozen: bool) -> Result<(), StoreError> {
        check_seal(self.conn(), self.keys(), staff)?;
        let since = frozen.then(|| self.now_ms());
        self.conn().execute("UPDATE staff SET frozen_ms = ?2 WHERE id = ?1", (staff, since))?;
        self.freezes();
        self.seal_staff(staff)
    }

    /// Seals a row as it stands now.
    fn seal_staff(&self, staff: i64) -> Result<(), StoreError> {
        if let Some((seal, _)) = seal_of(self.conn(), self.keys(), staff)? {
            self.conn().prepare_cached("UPDATE staff SET seal = ?2 WHERE id = ?1")?.execute((staff, seal))?;
        }
        Ok(())
    }

    /// Sets password, authenticator and recovery codes, and uses the activation code up.
    pub(crate) fn set_credentials(
        &self,
        staff: i64,
        password: &str,
        totp: &[u8],
        step: u64,
        recovery: &[[u8; 32]],
    ) -> Result<(), StoreError> {
        check_seal(self.conn(), self.keys(), staff)?;
        self.conn().execute(
            "UPDATE staff SET password = ?2, totp = ?3, totp_step = ?4, activation = NULL, activation_until_ms = NULL \
             WHERE id = ?1",
            (staff, password, totp, step),
        )?;
        self.seal_staff(staff)?;
        self.set_recovery_codes(staff, recovery)
    }

    /// Replaces the password.
    pub(crate) fn set_password(&self, staff: i64, password: &str) -> Result<(), StoreError> {
        check_seal(self.conn(), self.keys(), staff)?;
        self.conn().execute("UPDATE staff SET password = ?2 WHERE id = ?1", (staff, password))?;
        self.seal_staff(staff)
    }

    /// Replaces the recovery codes.
    pub(crate) fn set_recovery_codes(&self, staff: i64, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        self.conn().execute("DELETE FROM recovery_code WHERE staff_id = ?1", [staff])?;
        for hash in hashes {
            self.conn()
                .execute("INSERT INTO recovery_code (staff_id, hash) VALUES (?1, ?2)", (staff, hash))?;
        }
        Ok(())
    }

    /// Uses an authenticator step up. False when it, or a later one, was used before.
    pub(crate) fn use_totp_step(&self, staff: i64, step: u64) -> Result<bool, StoreError> {
        Ok(self
            .conn()
            .execute("UPDATE staff SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2", (staff, step))?
            == 1)
    }

    /// Whether a person still is what they were read as: somebody may have deactivated, frozen or moved them meanwhile.
    pub(crate) fn still(&self, person: &StaffRow) -> Result<bool, StoreError> {
        let now = by_id(self.conn(), person.id)?;
        Ok(now.is_some_and(|now| {
            now.active
                && now.frozen_ms == person.frozen_ms
                && (now.role, &now.department, &now.region)
                    == (person.role, &person.department, &person.region)
        }))
    }

    /// Uses a recovery code up. False when it is not there.
    pub(crate) fn use_recovery_code(&self, staff: i64, hash: &[u8]) -> Result<bool, StoreError> {
        Ok(self
            .conn()
            .execute("DELETE FROM recovery_code WHERE staff_id = ?1 AND hash = ?2", (staff, hash))?
            == 1)
    }
}
