//! The people who work here: the list, changes, invitations.

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{DeskError, work::invalid};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, ActorFacts, Permit, Request, Role, Subject},
    record::{Field, Invalid, StaffNo, check, label, parse_date},
    store::{
        Tx, customers,
        staff::{self, StaffEntry},
    },
    vault::body_of,
};

/// Most characters of a department, a title or a region.
const LABEL_MAX: usize = 50;

/// Which members of staff to list. All conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct StaffFilter {
    /// Part of the staff number, the name or the title.
    pub text: String,
    /// Only this role.
    pub role: Option<Role>,
    /// Only this department.
    pub department: Option<String>,
    /// Only those who work here, or only those who have left.
    pub active: Option<bool>,
}

/// What is to be set of a member of staff. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct StaffChange {
    /// Staff number. It cannot be changed.
    pub no: String,
    /// Name.
    pub name: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Title, in the company's words.
    pub title: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Region; empty for none.
    pub region: Option<String>,
    /// Staff number of the manager; empty for none.
    pub manager: Option<String>,
    /// E-mail address at the company; empty for none.
    pub email: Option<String>,
    /// Day they joined, `YYYY-MM-DD`.
    pub joined: Option<String>,
    /// False once they have left: they are signed out and cannot sign in.
    pub active: Option<bool>,
}

impl Tigertally {
    /// Lists members of staff by their number.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn staff_list(
        &self,
        actor: &Actor,
        filter: &StaffFilter,
    ) -> Result<(Vec<StaffRow>, Receipt), DeskError> {
        let receipt = self.record(actor, Action::ReadStaff, action::STAFF_READ, Body::default()).await?;
        let text = filter.text.trim().to_lowercase();
        let mut list = self.store.read(staff::all)?;
        list.retain(|person| {
            let has = |value: &String| value.to_lowercase().contains(&text);
            (has(&person.no) || has(&person.name) || has(&person.title))
                && filter.role.is_none_or(|role| person.role == role)
                && filter.department.as_ref().is_none_or(|department| person.department == *department)
                && filter.active.is_none_or(|active| person.active == active)
        });
        Ok((list, receipt))
    }

    /// One member of staff.
    ///
    /// # Errors
    /// `Denied`; `NotFound`; `Store`.
    pub async fn staff_one(&self, actor: &Actor, no: &str) -> Result<(StaffRow, Receipt), DeskError> {
        let found = self.store.read(|conn| staff::by_no(conn, no))?;
        let detail = Body { staff: found.as_ref().map(|person| person.no.clone()), ..Body::default() };
        let receipt = self.record(actor, Action::ReadStaff, action::STAFF_READ, detail).await?;
        Ok((found.ok_or(DeskError::NotFound("staff"))?, receipt))
    }

    /// Takes somebody into the list of staff. Name, department, title and role are needed; they sign in once they are
    /// [invited](Tigertally::invite).
    ///
    /// # Errors
    /// `Invalid` names the value; `Taken`; `Denied`.
    pub async fn add_staff(&self, actor: &Actor, new: &StaffChange) -> Result<Receipt, DeskError> {
        let permit = self.permit_to_manage(actor).await?;
        let entry = self.newcomer(new)?;
        let body = body_of(&permit, actor.via()).with("added", told(None, &entry));
        let body = Body { staff: Some(entry.no.clone()), ..body };
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if tx.staff(&entry.no)?.is_some() {
                    return Err(DeskError::Taken);
                }
                check_manager(tx, &entry)?;
                tx.put_staff(&entry)?;
                Ok(tx.commit(Draft::new(action::STAFF_CHANGE, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Changes a member of staff. Whoever leaves or gets another role is signed out everywhere.
    ///
    /// # Errors
    /// `Invalid` names the value; `NotFound`; `Conflict` when an administrator would change their own role, leave by their
    /// own hand, or be the last one to go; `Denied`.
    pub async fn change_staff(&self, actor: &Actor, change: &StaffChange) -> Result<Receipt, DeskError> {
        let permit = self.permit_to_manage(actor).await?;
        let (change, own) = (checked(change)?, change.no == actor.no());
        let body = body_of(&permit, actor.via());
        let (id, receipt) = self
            .store
            .change(move |tx| {
                let old = tx.staff(&change.no)?.ok_or(DeskError::NotFound("staff"))?;
                let new = merged(&old, change);
                check_manager(tx, &new)?;
                let ends = !new.active || new.role != old.role;
                if own && ends {
                    return Err(DeskError::Conflict);
                }
                tx.put_staff(&new)?;
                if old.active
                    && old.role == Role::Administrator
                    && tx.active_of_role(Role::Administrator)? == 0
                {
                    return Err(DeskError::Conflict);
                }
                if ends {
                    tx.end_sessions(old.id)?;
                }
                let body =
                    Body { staff: Some(old.no.clone()), ..body.with("changed", told(Some(&old), &new)) };
                Ok(tx.commit(Draft::new(action::STAFF_CHANGE, Decision::Allowed, &body), old.id)?)
            })
            .await?;
        self.sessions.forget_staff(id);
        Ok(receipt)
    }

    /// Gives somebody a one-time activation code to set up their sign-in with; what they signed in with before stops
    /// working. One's own sign-in is not reset so: a session alone must not be enough for that.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for oneself and for who has left; `Denied`. Who is frozen can set it up once they are released.
    pub async fn invite(&self, actor: &Actor, no: &str) -> Result<(Zeroizing<String>, Receipt), DeskError> {
        let _permitted = self.permit_to_manage(actor).await?;
        let person = self.store.read(|conn| staff::by_no(conn, no))?.ok_or(DeskError::NotFound("staff"))?;
        if !person.active || person.no == actor.no() {
            return Err(DeskError::Conflict);
        }
        self.issue_activation(actor, &person).await
    }

    /// Those of these numbers that are somebody's. Any other may be anything that somebody typed, and is not written
    /// into the ledger.
    pub(super) fn known(
        &self,
        staff_no: Option<&str>,
        customer_no: Option<&str>,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        self.store.read(|conn| {
            let person = staff_no.map(|no| staff::by_no(conn, no)).transpose()?.flatten();
            let customer = customer_no.map(|no| customers::by_no(conn, no)).transpose()?.flatten();
            Ok((person.map(|person| person.no), customer.map(|customer| customer.no)))
        })
    }

    async fn permit_to_manage(&self, actor: &Actor) -> Result<Permit, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ManageStaff, Subject::None, self.hour());
        self.permit(actor, action::STAFF_CHANGE, request).await
    }

    fn newcomer(&self, new: &StaffChange) -> Result<StaffEntry, DeskError> {
        StaffNo::parse(&new.no).map_err(|problem| invalid("no", problem))?;
        let new = checked(new)?;
        let needed = |field: &str, value: Option<String>| value.ok_or_else(|| invalid(field, Invalid::Empty));
        Ok(StaffEntry {
            no: new.no,
            name: needed("name", new.name)?,
            department: needed("department", new.department)?,
            title: needed("title", new.title)?,
            role: new.role.ok_or_else(|| invalid("role", Invalid::Empty))?,
            region: new.region.unwrap_or_default(),
            manager: new.manager.filter(|no| !no.is_empty()),
            joined: new.joined.unwrap_or_else(|| self.today().to_string()),
            email: new.email.unwrap_or_default(),
            active: new.active.unwrap_or(true),
        })
    }
}

/// A member of staff as the policy judges them.
pub(super) fn facts_of(person: &StaffRow) -> ActorFacts {
    ActorFacts {
        staff_no: person.no.clone(),
        role: person.role,
        department: person.department.clone(),
        region: person.region.clone(),
    }
}

/// The change with its values in their normal form.
fn checked(change: &StaffChange) -> Result<StaffChange, DeskError> {
    let word = |field: &str, value: &Option<String>, may_be_empty: bool| match value {
        Some(raw) if may_be_empty && raw.trim().is_empty() => Ok(Some(String::new())),
        Some(raw) => label(raw, LABEL_MAX).map(Some).map_err(|problem| invalid(field, problem)),
        None => Ok(None),
    };
    let sealed_form = |field: Field, value: &Option<String>| {
        let checked = value.as_deref().map(|raw| check(field, raw)).transpose();
        let checked = checked.map_err(|problem| invalid(field.name(), problem))?;
        Ok::<_, DeskError>(checked.map(|mut value| std::mem::take(&mut *value)))
    };
    if change.role == Some(Role::Operator) {
        return Err(invalid("role", Invalid::BadChoice));
    }
    let joined = change.joined.as_deref().map(parse_date).transpose();
    Ok(StaffChange {
        no: change.no.clone(),
        name: sealed_form(Field::Name, &change.name)?,
        department: word("department", &change.department, false)?,
        title: word("title", &change.title, false)?,
        role: change.role,
        region: word("region", &change.region, true)?,
        manager: change.manager.as_ref().map(|no| no.trim().to_owned()),
        email: match change.email.as_deref().map(str::trim) {
            Some("") => Some(String::new()),
            _ => sealed_form(Field::Email, &change.email)?,
        },
        joined: joined.map_err(|problem| invalid("joined", problem))?.map(|day| day.to_string()),
        active: change.active,
    })
}

/// Somebody as they are after a change.
pub(super) fn merged(old: &StaffRow, change: StaffChange) -> StaffEntry {
    StaffEntry {
        no: old.no.clone(),
        name: change.name.unwrap_or_else(|| old.name.clone()),
        department: change.department.unwrap_or_else(|| old.department.clone()),
        title: change.title.unwrap_or_else(|| old.title.clone()),
        role: change.role.unwrap_or(old.role),
        region: change.region.unwrap_or_else(|| old.region.clone()),
        manager: match change.manager {
            Some(no) => Some(no).filter(|no| !no.is_empty()),
            None => old.manager.clone(),
        },
        joined: change.joined.unwrap_or_else(|| old.joined.clone()),
        email: change.email.unwrap_or_else(|| old.email.clone()),
        active: change.active.unwrap_or(old.active),
    }
}

/// A manager is somebody else in the list of staff.
fn check_manager(tx: &Tx<'_>, entry: &StaffEntry) -> Result<(), DeskError> {
    match &entry.manager {
        Some(no) if *no == entry.no || tx.staff(no)?.is_none() => Err(invalid("manager", Invalid::BadChoice)),
        _ => Ok(()),
    }
}

/// What is set, as the entry tells it: from what to what. Name and address are personal, so of them it is told only
/// that they are set.
fn told(old: Option<&StaffRow>, new: &StaffEntry) -> Value {
    let mut told = Map::new();
    let mut tell = |key: &str, from: Option<Value>, to: Value| {
        if from.as_ref() != Some(&to) {
            let value = match (key, from) {
                ("name" | "email", _) => json!(true),
                (_, None) => json!({ "to": to }),
                (_, Some(from)) => json!({ "from": from, "to": to }),
            };
            told.insert(key.to_owned(), value);
        }
    };
    tell("name", old.map(|old| json!(old.name)), json!(new.name));
    tell("department", old.map(|old| json!(old.department)), json!(new.department));
    tell("title", old.map(|old| json!(old.title)), json!(new.title));
    tell("role", old.map(|old| json!(old.role.name())), json!(new.role.name()));
    tell("region", old.map(|old| json!(old.region)), json!(new.region));
    tell("manager", old.map(|old| json!(old.manager)), json!(new.manager));
    tell("joined", old.map(|old| json!(old.joined)), json!(new.joined));
    tell("email", old.map(|old| json!(old.email)), json!(new.email));
    tell("active", old.map(|old| json!(old.active)), json!(new.active));
    Value::Object(told)
}
