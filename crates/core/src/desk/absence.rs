//! Who decides for somebody while they are away. A deputy has the same role, and is one for one person only: a deputy's
//! deputy decides nothing for the first.

use super::{DeskError, shares::Viewer, staff::facts_of, work::invalid};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Draft, Receipt, action},
    identity::Actor,
    policy::{Action, ActorFacts},
    record::{Invalid, parse_date},
    store::{
        approvals::{self, AbsenceRow},
        staff,
    },
};

/// The longest absence for which a deputy can be named, days.
const MOST_AWAY: i32 = 92;

/// When somebody is away, and who decides for them then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The deputy: staff number and name.
    pub deputy: (String, String),
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
}

/// Somebody for whom an approval is decided: the actor, or an absent one.
pub(super) struct Principal {
    pub(super) id: i64,
    pub(super) no: String,
    pub(super) name: String,
    pub(super) facts: ActorFacts,
    pub(super) department: String,
}

impl Principal {
    fn of(row: StaffRow) -> Principal {
        let facts = facts_of(&row);
        Principal { id: row.id, no: row.no, name: row.name, department: row.department, facts }
    }

    /// As whom shares see them.
    pub(super) fn viewer(&self) -> Viewer<'_> {
        Viewer { id: self.id, department: &self.department }
    }
}

impl Tigertally {
    /// For whom the actor decides: themselves, or somebody who is away and named them deputy.
    pub(super) fn principal(&self, actor: &Actor, in_place_of: Option<&str>) -> Result<Principal, DeskError> {
        let absent = match in_place_of {
            Some(no) if no != actor.no() => no,
            _ => {
                let row = self.store.read(|conn| staff::by_id(conn, actor.id()))?;
                return row.map(Principal::of).ok_or(DeskError::NotFound("staff"));
            }
        };
        let found = self.principals(actor.id())?.into_iter().find(|principal| principal.no == absent);
        found.ok_or(DeskError::NotFound("absence"))
    }

    /// A member of staff, and those for whom they decide today.
    pub(super) fn principals(&self, id: i64) -> Result<Vec<Principal>, DeskError> {
        let today = self.today().to_string();
        self.store.read(|conn| {
            let Some(own) = staff::by_id(conn, id)?.map(Principal::of) else { return Ok(Vec::new()) };
            let role = own.facts.role;
            let mut principals = vec![own];
            for id in approvals::away_for(conn, &self.log_keys, id, &today)? {
                let row = staff::sealed_by_id(conn, &self.log_keys, id)?;
                // Whoever left, is frozen or changed into another role decides nothing, nor does their deputy.
                let still = row.filter(|row| row.acts() && row.role == role);
                principals.extend(still.map(Principal::of));
            }
            Ok(principals)
        })
    }

    /// When the actor is away, and who decides for them then.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn absence(&self, actor: &Actor) -> Result<(Option<Absence>, Receipt), DeskError> {
        let receipt =
            self.record(actor, Action::ReadOwnRecord, action::OWN_RECORD, Default::default()).await?;
        let absence = self.store.read(|conn| {
            let Some(row) = approvals::absence_of(conn, &self.log_keys, actor.id())? else { return Ok(None) };
            let deputy = staff::by_id(conn, row.deputy_id)?.ok_or(StoreError::Damaged("an absence"))?;
            Ok::<_, StoreError>(Some(Absence {
                deputy: (deputy.no, deputy.name),
                from: row.from_day,
                to: row.to_day,
            }))
        })?;
        Ok((absence, receipt))
    }

    /// Names who decides for the actor while they are away, or ends that. The deputy has the same role, so that nobody
    /// gains by it what the policy would not give them.
    ///
    /// # Errors
    /// `Invalid`; `NotFound`; `Store`.
    pub async fn set_absence(
        &self,
        actor: &Actor,
        absence: Option<(&str, &str, &str)>,
    ) -> Result<Receipt, DeskError> {
        let mut body = self.body(actor).with("absence", absence.is_some());
        let row = match absence {
            None => None,
            Some((deputy, from, to)) => {
                let day =
                    |field: &str, text: &str| parse_date(text).map_err(|problem| invalid(field, problem));
                let (from, to) = (day("from", from)?, day("to", to)?);
                let longest = from.saturating_add(jiff::Span::new().days(MOST_AWAY));
                if to < from || to > longest || to < self.today() {
                    return Err(invalid("to", Invalid::BadChoice));
                }
                let person = self.store.read(|conn| staff::by_no(conn, deputy.trim()))?;
                let person = person.filter(StaffRow::acts).ok_or(DeskError::NotFound("deputy"))?;
                if person.id == actor.id() || person.role != actor.role() {
                    return Err(invalid("deputy", Invalid::BadChoice));
                }
                body = body.with("from", from.to_string()).with("to", to.to_string());
                body.staff = Some(person.no);
                Some(AbsenceRow {
                    staff_id: actor.id(),
                    deputy_id: person.id,
                    from_day: from.to_string(),
                    to_day: to.to_string(),
                })
            }
        };
        let staff_id = actor.id();
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.set_absence(staff_id, row.as_ref())?;
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::ABSENCE, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }
}
