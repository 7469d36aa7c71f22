//! Customers of a file: new ones are sealed, changed ones sealed anew where they changed.

use std::collections::HashMap;

use super::{
    DeskError, Job,
    pass::{Chunk, Intake},
    report::Tally,
};
use crate::{
    StoreError,
    desk::tiers::spend_from,
    entry::Body,
    record::{Field, NewCustomer, Tier, TierRule, tier_of},
    store::{
        Connection,
        customers::{self, Customer, Group, Place},
        sealed::{self, NewRow, SealedRecord},
        staff, work,
    },
    vault::bit,
};

pub(super) struct Customers<'a> {
    job: &'a Job,
    /// Row number and department of each member of staff.
    staff: HashMap<String, (i64, String)>,
    rule: TierRule,
    next_review: String,
    spend_from: String,
    says_kind: bool,
    says_spend: bool,
}

/// A new customer, sealed.
struct New {
    no: String,
    place: Place,
    sealed: SealedRecord,
}

/// What changes of a customer.
struct Change {
    id: i64,
    /// Version of the sealed record that was compared.
    version: u32,
    sealed: Option<SealedRecord>,
    /// Where it belonged when it was compared, and where it is to belong.
    place: Option<(Place, Place)>,
}

/// What a chunk comes to, piece by piece.
struct Draft {
    tally: Tally,
    new: Vec<New>,
    changes: Vec<Change>,
    names: Vec<String>,
    updated: serde_json::Map<String, serde_json::Value>,
}

impl<'a> Customers<'a> {
    pub(super) fn new(job: &'a Job) -> Result<Customers<'a>, DeskError> {
        let staff = job.desk.store.read(staff::all)?;
        Ok(Customers {
            job,
            staff: staff.into_iter().map(|person| (person.no, (person.id, person.department))).collect(),
            rule: job.desk.settings().tiers,
            next_review: job.desk.next_review(),
            spend_from: spend_from(job.today),
            says_kind: job.opened.header("kind").is_some(),
            says_spend: job.opened.header("annual_spend_cny").is_some(),
        })
    }

    fn owner(&self, row: &NewCustomer) -> Option<&(i64, String)> {
        self.staff.get(row.owner.as_ref()?.as_str())
    }

    fn enter(&self, row: &NewCustomer) -> Result<New, DeskError> {
        let has_sensitive = row.details.has_sensitive();
        let spend_fen = row.declared_spend_fen;
        let tier = tier_of(&self.rule, spend_fen, row.since, self.job.today, row.kind, has_sensitive);
        let owner = self.owner(row);
        let owner_id = owner.map(|(id, _)| *id);
        let high = tier == Tier::High;
        let place = Place {
            group: Group {
                department: owner.map(|(_, department)| department.clone()).unwrap_or_default(),
                region: row.region.clone(),
                tier,
                kind: row.kind,
            },
            owner: owner_id,
            contact_person: if high { owner_id } else { None },
            since: row.since.to_string(),
            declared_fen: spend_fen,
            spend_fen,
            review_due: high.then(|| self.next_review.clone()),
        };
        let sealed = self.job.desk.vault.seal_new(row.kind, &row.details)?;
        Ok(New { no: row.no.as_str().to_owned(), place, sealed })
    }

    /// Compares a line with the customer of its number: the columns that change, and the change.
    fn compare(
        &self,
        conn: &Connection,
        old: &Customer,
        row: &NewCustomer,
    ) -> Result<(Vec<&'static str>, Change), DeskError> {
        let kept = sealed::prints(conn, &old.no)?.ok_or(DeskError::Conflict)?;
        let mut fields = self.job.desk.vault.differing(old.id, &kept.prints, &row.details);
        let mut columns: Vec<&'static str> = fields.iter().map(|field| field.name()).collect();
        let (place, placed) = self.place(conn, old, row, &fields)?;
        columns.extend(&placed);
        let mut change = Change { id: old.id, version: kept.version, sealed: None, place: None };
        if self.job.dry_run || columns.is_empty() {
            return Ok((columns, change));
        }
        let kind = place.group.kind;
        if kind != old.kind && !fields.contains(&Field::Name) {
            fields.push(Field::Name);
        }
        if !fields.is_empty() {
            let values = fields.iter().filter_map(|field| Some((*field, row.details.get(*field)?)));
            let values: Vec<(Field, &str)> = values.collect();
            let kinds = (old.kind, kind);
            let sealed = self.job.desk.vault.reseal_as(conn, old.id, kinds, kept.prints, &values)?;
            change.sealed = Some(sealed);
        }
        change.place = (!placed.is_empty()).then(|| (old.place(), place));
        Ok((columns, change))
    }

    /// Where a customer belongs after a line, and the columns by which that differs. An empty cell is no news: a
    /// date without one reads as today.
    fn place(
        &self,
        conn: &Connection,
        old: &Customer,
        row: &NewCustomer,
        fields: &[Field],
    ) -> Result<(Place, Vec<&'static str>), DeskError> {
        let mut place = old.place();
        let mut columns = Vec::new();
        if let Some((id, department)) = self.owner(row)
            && place.owner != Some(*id)
        {
            if place.contact_person.is_some() && place.contact_person == place.owner {
                place.contact_person = Some(*id);
            }
            place.owner = Some(*id);
            place.group.department.clone_from(department);
            columns.push("owner");
        }
        if !row.region.is_empty() && row.region != place.group.region {
            place.group.region.clone_from(&row.region);
            columns.push("region");
        }
        let since = row.since.to_string();
        if row.since != self.job.today && since != place.since {
            place.since = since;
            columns.push("since");
        }
        if self.says_spend && row.declared_spend_fen != place.declared_fen {
            place.declared_fen = row.declared_spend_fen;
            place.spend_fen = work::spend(conn, old.id, &self.spend_from)?.unwrap_or(place.declared_fen);
            columns.push("annual_spend_cny");
        }
        if self.says_kind && row.kind != place.group.kind {
            place.group.kind = row.kind;
            columns.push("kind");
        }
        if !(columns.is_empty() && fields.is_empty()) && self.judge(old, row, &mut place)? {
            columns.push("tier");
        }
        Ok((place, columns))
    }

    /// Puts a changed customer in the tier that follows; whether that is another one.
    fn judge(&self, old: &Customer, row: &NewCustomer, place: &mut Place) -> Result<bool, DeskError> {
        let has = |field| old.fields & bit(field) != 0 || row.details.get(field).is_some();
        let has_sensitive = has(Field::IdNumber) && has(Field::BankCard);
        let since = place.since.parse().map_err(|_| crate::StoreError::Damaged("a customer's first day"))?;
        let tier =
            tier_of(&self.rule, place.spend_fen, since, self.job.today, place.group.kind, has_sensitive);
        if tier == old.tier {
            return Ok(false);
        }
        place.group.tier = tier;
        place.review_due = None;
        if tier == Tier::High {
            place.review_due = Some(self.next_review.clone());
            place.contact_person = place.contact_person.or(place.owner);
        }
        Ok(true)
    }

    fn take(&self, conn: &Connection, row: &NewCustomer, draft: &mut Draft) -> Result<(), DeskError> {
        let no = row.no.as_str();
        let Some(old) = customers::by_no(conn, no)? else {
            draft.tally.created += 1;
            if !self.job.dry_run {
                draft.names.push(no.to_owned());
                draft.new.push(self.enter(row)?);
            }
            return Ok(());
        };
        if self.job.dry_run && !self.job.trusted {
            // Whether a line agrees with what is sealed would tell the value to whoever tries long enough.
            draft.tally.existing += 1;
            return Ok(());
        }
        let (columns, change) = self.compare(conn, &old, row)?;
        if draft.tally.changed(&columns) && !self.job.dry_run {
            draft.names.push(no.to_owned());
            draft.updated.insert(no.to_owned(), columns.into());
            draft.changes.push(change);
        }
        Ok(())
    }

    fn entry(&self, draft: &mut Draft) -> Body {
        let mut body = self.job.body.clone().with("created", draft.tally.created);
        if !draft.updated.is_empty() {
            body = body.with("updated", std::mem::take(&mut draft.updated));
        }
        body.customers = std::mem::take(&mut draft.names);
        body
    }
}

impl Intake for Customers<'_> {
    type Row = NewCustomer;

    fn stranger<'r>(&self, row: &'r NewCustomer) -> Option<(&'static str, &'r str)> {
        let owner = row.owner.as_ref()?.as_str();
        (!self.staff.contains_key(owner)).then_some(("owner", owner))
    }

    fn prepare(&mut self, rows: Vec<NewCustomer>) -> Result<Chunk, DeskError> {
        let mut draft = Draft {
            tally: Tally::default(),
            new: Vec::with_capacity(rows.len()),
            changes: Vec::new(),
            names: Vec::new(),
            updated: serde_json::Map::new(),
        };
        let mut groups: HashMap<Group, i64> = self.job.desk.store.read(|conn| {
            rows.iter().try_for_each(|row| self.take(conn, row, &mut draft))?;
            let groups = customers::groups(conn)?.into_iter();
            Ok::<_, DeskError>(groups.map(|(id, group)| (group, id)).collect())
        })?;
        let mut chunk = Chunk::default();
        if !(draft.new.is_empty() && draft.changes.is_empty()) {
            let body = self.entry(&mut draft);
            let (new, changes) = (draft.new, draft.changes);
            chunk.write(&body, move |tx| {
                let rows = new.iter().map(|New { no, place, sealed }| {
                    Ok(NewRow { no, group: tx.group(&mut groups, &place.group)?, place, sealed })
                });
                let rows: Vec<NewRow<'_>> = rows.collect::<Result<_, StoreError>>()?;
                if !tx.insert_customers(&rows)? {
                    return Err(DeskError::Conflict);
                }
                for Change { id, mut version, sealed, place } in changes {
                    let mut stands = true;
                    if let Some(sealed) = sealed {
                        stands = tx.reseal_customer(version, &sealed)?;
                        version = sealed.version;
                    }
                    if let Some((before, place)) = place {
                        stands &= tx.place_customer(id, version, &before, &place)?;
                    }
                    if !stands {
                        return Err(DeskError::Conflict);
                    }
                }
                Ok(())
            });
        }
        chunk.tally = draft.tally;
        Ok(chunk)
    }
}
