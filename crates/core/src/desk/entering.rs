//! Entering and changing customers: what comes in is checked and sealed before the writer sees it.

use std::sync::Arc;

use super::{
    DeskError, Once,
    duplicates::Entered,
    staff::facts_of,
    work::{earlier, invalid, keep},
};
use crate::{
    StaffRow, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, CustomerFacts, Request, Subject},
    record::{CustomerNo, Details, Field, Invalid, Kind, Tier, check, label, parse_date, tier_of},
    store::{
        Tx,
        customers::{Group, Place},
        staff,
    },
    vault::body_of,
};

/// A customer to be entered.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The number; the next free one when `None`.
    pub no: Option<String>,
    /// Person or firm.
    pub kind: Kind,
    /// The region; the actor's when empty.
    pub region: String,
    /// Day of the first co-operation, `YYYY-MM-DD`; today when `None`.
    pub since: Option<String>,
    /// The values of the sealed fields, as typed.
    pub values: Vec<(Field, String)>,
}

/// What was entered.
#[derive(Clone, Debug)]
pub struct Created {
    /// The customer's number.
    pub no: String,
    /// Where it stands in the ledger.
    pub receipt: Receipt,
}

/// Changes to a customer's sealed fields; an empty value takes a field away.
#[derive(Clone, Debug)]
pub struct Changes {
    /// The version that the changes were made from.
    pub version: u32,
    /// The new values, as typed.
    pub values: Vec<(Field, String)>,
}

/// A change of who cares for a customer, by staff number. `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// The new owner.
    pub owner: Option<String>,
    /// The new named contact person.
    pub contact_person: Option<String>,
}

impl Tigertally {
    /// Enters a customer, owned by the actor. One who is with the company already, by ID number, mobile, mail or a firm's name
    /// across its spellings, is not entered again.
    ///
    /// # Errors
    /// `Known` when the actor may see the customer; `Duplicate` when not, and nothing else is told; `DailyLimit` when that
    /// was told too often today; `Invalid`; `Taken`; `Denied`; `KeyReused`; `Store`.
    pub async fn create_customer(
        self: &std::sync::Arc<Self>,
        actor: &Actor,
        new: &NewRecord,
        once: Option<Once>,
    ) -> Result<Created, DeskError> {
        let mut details = Details::new();
        for (field, value) in new.values.iter().filter(|(_, value)| !value.trim().is_empty()) {
            details.set(*field, value).map_err(|problem| invalid(field.name(), problem))?;
        }
        if details.get(Field::Name).is_none() {
            return Err(invalid("name", Invalid::Empty));
        }
        let since = match &new.since {
            Some(day) => parse_date(day).map_err(|problem| invalid("since", problem))?,
            None => self.today(),
        };
        if since > self.today() {
            return Err(invalid("since", Invalid::BadDate));
        }
        let region = if new.region.trim().is_empty() { actor.region() } else { new.region.trim() };
        let region = label(region, 32).map_err(|problem| invalid("region", problem))?;
        let asked_no = new.no.as_deref().map(str::trim).filter(|no| !no.is_empty());
        let asked_no =
            asked_no.map(CustomerNo::parse).transpose().map_err(|problem| invalid("customer_no", problem))?;
        let request = Request::new(actor.facts().clone(), Action::CreateCustomer, Subject::None, self.hour())
            .leaving(self.is_leaving(actor.id())?);
        let permit = self.permit(actor, action::CREATE, request).await?;
        let tier = tier_of(&self.settings().tiers, 0, since, self.today(), new.kind, details.has_sensitive());
        let mut place = Place {
            group: Group { department: actor.department().to_owned(), region, tier, kind: new.kind },
            owner: Some(actor.id()),
            contact_person: None,
            since: since.to_string(),
            declared_fen: 0,
            spend_fen: 0,
            review_due: None,
        };
        if tier == Tier::High {
            place.contact_person = Some(actor.id());
            place.review_due = Some(self.next_review());
        }
        let sealed = self.vault.seal_new(new.kind, &details)?;
        let indexes = self.vault.duplicate_indexes(new.kind, &details);
        let mut body = body_of(&permit, actor.via());
        body.fields = details.iter().map(|(field, _)| field.name().to_owned()).collect();
        body.tier = Some(tier.name().to_owned());
        let (this, who) = (self.clone(), actor.clone());
        let (entered, receipt) = self
            .store
            .change(move |tx| {
                let staff = who.no();
                if let Some(no) = earlier::<String>(tx, staff, once.as_ref())? {
                    body.customer = Some(no.clone());
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::CREATE, &repeated), Entered::New(no))?);
                }
                still_here(tx, who.id())?;
                // First, and put down: a number that is taken must not let somebody ask the company out for nothing.
                let no = match asked_no {
                    None => tx.free_customer_no(sealed.id)?,
                    Some(no) if tx.customer(no.as_str())?.is_none() => no.as_str().to_owned(),
                    Some(_) => {
                        let taken = this.body(&who).with("failed", "taken");
                        let draft = Draft::new(action::CREATE, Decision::Denied, &taken);
                        return Ok(tx.commit(draft, Entered::Taken)?);
                    }
                };
                // Inside the change: of two who enter the same customer at once, one is told so.
                if let Some((known, entered)) = this.known_already(tx, &who, &indexes, None)? {
                    return Ok(tx.commit(known, entered)?);
                }
                let group = tx.group(&mut Default::default(), &place.group)?;
                if !tx.insert_customer(&no, group, &place, &sealed)? {
                    return Err(DeskError::Taken);
                }
                keep(tx, staff, once.as_ref(), &no)?;
                body.customer = Some(no.clone());
                Ok(tx.commit(Draft::new(action::CREATE, Decision::Allowed, &body), Entered::New(no))?)
            })
            .await?;
        let (no, receipt) = told(entered, receipt)?;
        Ok(Created { no, receipt })
    }

    /// Changes sealed fields of a customer. The entry names the fields; a value that is the same changes nothing. What would
    /// make it the same as another customer is told as when one is entered.
    ///
    /// # Errors
    /// As [`Tigertally::create_customer`]; `Conflict` when it was changed since the version.
    pub async fn change_customer(
        self: &std::sync::Arc<Self>,
        actor: &Actor,
        no: &str,
        changes: &Changes,
    ) -> Result<Receipt, DeskError> {
        let customer = self.customer(no)?;
        let mut values = Vec::new();
        for (field, typed) in &changes.values {
            let value = if typed.trim().is_empty() {
                zeroize::Zeroizing::new(String::new())
            } else {
                check(*field, typed).map_err(|problem| invalid(field.name(), problem))?
            };
            values.push((*field, value));
        }
        if values.iter().any(|(field, value)| *field == Field::Name && value.is_empty()) {
            return Err(invalid("name", Invalid::Empty));
        }
        let request = Request::new(
            actor.facts().clone(),
            Action::ChangeCustomer,
            self.subject(&customer, actor)?,
            self.hour(),
        )
        .fields(values.iter().map(|(field, _)| *field));
        let permit = self.permit(actor, action::CHANGE, request).await?;
        if customer.version != changes.version {
            return Err(DeskError::Conflict);
        }
        let prints = self.store.read(|conn| crate::store::sealed::prints(conn, no))?;
        let prints = prints.filter(|kept| kept.version == changes.version).ok_or(DeskError::Conflict)?;
        let differing = self.vault.differing_values(customer.id, &prints.prints, customer.fields, &values);
        let changed: Vec<(Field, &str)> = values
            .iter()
            .filter(|(field, _)| differing.contains(field))
            .map(|(field, value)| (*field, value.as_str()))
            .collect();
        let mut body = body_of(&permit, actor.via());
        body.fields = differing.iter().map(|field| field.name().to_owned()).collect();
        if changed.is_empty() {
            let unchanged = Draft::new(action::CHANGE, Decision::Allowed, &body.with("unchanged", true));
            return Ok(self.store.append(unchanged).await?);
        }
        let mut details = Details::new();
        for (field, value) in changed.iter().filter(|(_, value)| !value.is_empty()) {
            details.set(*field, value).map_err(|problem| invalid(field.name(), problem))?;
        }
        let indexes = self.vault.duplicate_indexes(customer.kind, &details);
        let sealed = self.store.read(|conn| {
            self.vault.reseal(conn, customer.id, customer.kind, prints.prints.clone(), &changed)
        })?;
        let before = changes.version;
        let own = customer.owner.as_ref().is_some_and(|owner| owner.id == actor.id());
        let (this, who, no) = (self.clone(), actor.clone(), no.to_owned());
        let (entered, receipt) = self
            .store
            .change(move |tx| {
                if !indexes.is_empty()
                    && let Some((known, entered)) = this.known_already(tx, &who, &indexes, Some(sealed.id))?
                {
                    return Ok(tx.commit(known, entered)?);
                }
                if !tx.reseal_customer(before, &sealed)? {
                    return Err(DeskError::Conflict);
                }
                if own {
                    tx.followed_up(sealed.id, tx.now_ms())?;
                }
                Ok(tx.commit(Draft::new(action::CHANGE, Decision::Allowed, &body), Entered::New(no))?)
            })
            .await?;
        Ok(told(entered, receipt)?.1)
    }

    /// Gives a customer another owner or contact person. The customer moves to the new owner's department.
    pub async fn assign_customer(
        self: &Arc<Self>,
        actor: &Actor,
        no: &str,
        to: &Assignment,
    ) -> Result<Receipt, DeskError> {
        let customer = self.customer(no)?;
        let mut request = Request::new(
            actor.facts().clone(),
            Action::AssignCustomer,
            self.subject(&customer, actor)?,
            self.hour(),
        );
        let gains = |no: &Option<String>| no.as_deref() == Some(actor.no());
        if gains(&to.owner) || gains(&to.contact_person) {
            request = request.requester(actor.no().to_owned());
        }
        let permit = self.permit(actor, action::ASSIGN, request).await?;
        let find = |no: &Option<String>, name: &'static str| match no {
            None => Ok(None),
            Some(no) => {
                let person = self.store.read(|conn| staff::by_no(conn, no))?.filter(StaffRow::acts);
                let person = person.ok_or(DeskError::NotFound(name))?;
                // What they have goes to others.
                if self.is_leaving(person.id)? {
                    return Err(invalid(name, Invalid::BadChoice));
                }
                Ok(Some(person))
            }
        };
        let owner = find(&to.owner, "owner")?;
        let contact = find(&to.contact_person, "contact person")?;
        let before = customer.place();
        let mut place = before.clone();
        let mut body = body_of(&permit, actor.via());
        if let Some(owner) = &owner {
            place.owner = Some(owner.id);
            place.group.department.clone_from(&owner.department);
            body = body.with("owner", owner.no.as_str());
        }
        if let Some(contact) = &contact {
            place.contact_person = Some(contact.id);
            body = body.with("contact_person", contact.no.as_str());
        }
        for (person, name) in [(&owner, "owner"), (&contact, "contact person")] {
            if person.as_ref().is_some_and(|person| !self.could_own(&facts_of(person), &place.group)) {
                return Err(invalid(name, Invalid::BadChoice));
            }
        }
        let (id, version) = (customer.id, customer.version);
        let (this, gaining) =
            (Arc::clone(self), [owner, contact].map(|person| person.map(|person| person.id)));
        let (_, receipt) = self
            .store
            .change(move |tx| {
                for staff in gaining.into_iter().flatten() {
                    if !this.takes_on(tx, staff, [&place.group])? {
                        return Err(DeskError::Conflict);
                    }
                }
                if !tx.place_customer(id, version, &before, &place)? {
                    return Err(DeskError::Conflict);
                }
                Ok(tx.commit(Draft::new(action::ASSIGN, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }
}

/// Refuses what would give a customer to somebody who has left, or is leaving, since the request began.
pub(super) fn still_here(tx: &Tx<'_>, staff: i64) -> Result<(), DeskError> {
    if tx.stays(staff)?.is_some() { Ok(()) } else { Err(DeskError::Conflict) }
}

/// What entering or changing a customer came to, as it is told: its number, or why not.
fn told(entered: Entered, receipt: Receipt) -> Result<(String, Receipt), DeskError> {
    match entered {
        Entered::New(no) => Ok((no, receipt)),
        Entered::Seen(customer) => Err(DeskError::Known { customer, receipt }),
        Entered::Hidden(hit) => Err(DeskError::Duplicate { hit, receipt }),
        Entered::Taken => Err(DeskError::Taken),
        Entered::TooOften => Err(DeskError::DailyLimit("duplicates")),
    }
}

/// A customer of a group as the policy judges it, cared for by somebody else.
pub(super) fn somebodys(group: &Group) -> CustomerFacts {
    CustomerFacts {
        owner: None,
        contact_person: None,
        department: group.department.clone(),
        region: group.region.clone(),
        tier: group.tier,
        kind: group.kind,
        review_overdue: false,
        pooled: false,
        shared: None,
    }
}
