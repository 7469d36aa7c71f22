//! Entering a customer that is with the company already. Who may see the customer is led to it. Who may not is told that
//! it is there and nothing else, so seldom a day that nobody asks the company out, and can ask for it.

use std::sync::Arc;

use super::{
    DeskError, Once,
    approvals::{ask, reason_of},
    work::{earlier, keep},
};
use crate::{
    StaffRow, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Question, Request, Subject},
    record::Tier,
    store::{
        Tx,
        approvals::{ApprovalRow, NewApproval, Target},
        customers::Customer,
        duplicates,
    },
    vault::body_of,
};

/// What entering a customer came to.
pub(super) enum Entered {
    /// A new customer, or a changed one, of this number.
    New(String),
    /// It is with the company; the actor may see it.
    Seen(String),
    /// It is with the company; the actor may not see it. The number of the hit.
    Hidden(i64),
    /// Nothing was looked up: another customer has the number.
    Taken,
    /// Nothing was looked up: the actor was told such things too often today.
    TooOften,
}

impl Tigertally {
    /// Looks for customers with any of these index values, but for the one that is changed; what is to be told of them, with
    /// its entry.
    pub(super) fn known_already(
        &self,
        tx: &Tx<'_>,
        actor: &Actor,
        indexes: &[(u8, [u8; 16])],
        changed: Option<i64>,
    ) -> Result<Option<(Draft, Entered)>, DeskError> {
        let mut body = self.body(actor);
        let entry = if changed.is_some() { action::CHANGE } else { action::CREATE };
        let told = tx.count_hits(actor.id(), self.day_began_ms())?;
        if told >= self.settings().care.duplicates_per_day {
            let refused = Draft::new(entry, Decision::Denied, &body.with("failed", "limit"));
            return Ok(Some((refused, Entered::TooOften)));
        }
        let mut found = tx.customers_like(indexes)?;
        found.retain(|customer| Some(customer.id) != changed);
        let Some(first) = found.first() else { return Ok(None) };
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::ViewCustomer, self.hour());
        let today = self.today().to_string();
        let mut judged = Vec::with_capacity(found.len());
        // Each is judged, so that an answer takes as long whether or not one of them may be seen.
        for customer in &found {
            let shared = tx.shared_classes(customer.id, (actor.id(), actor.department()), &today)?;
            question.customer = Some(self.facts_with(customer, shared));
            judged.push(policy.would(&question).allowed);
        }
        let seen: Vec<&Customer> =
            found.iter().zip(judged).filter(|(_, sees)| *sees).map(|(customer, _)| customer).collect();
        let entered = if let Some(customer) = seen.first() {
            body.customer = Some(customer.no.clone());
            body.tier = Some(customer.tier.name().to_owned());
            body = body.with("failed", "known");
            Entered::Seen(customer.no.clone())
        } else {
            // People read their own entries: this one does not say which customer. The hit does.
            let hit = tx.add_hit(actor.id(), first.id)?;
            body = body.with("failed", "duplicate").with("hit", hit);
            Entered::Hidden(hit)
        };
        Ok(Some((Draft::new(entry, Decision::Denied, &body), entered)))
    }

    /// Asks to own the customer of a hit; the approval's number. A manager of the customer's department decides, and only
    /// an approval tells which customer it is.
    ///
    /// # Errors
    /// `NotFound` when the hit is not the actor's or its customer is gone; `Conflict` when it was asked for; `Invalid`;
    /// `Denied`; `KeyReused`; `Store`.
    pub async fn claim_known(
        self: &Arc<Self>,
        actor: &Actor,
        hit: i64,
        reason: &str,
        once: Option<Once>,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(reason)?;
        let row = self.store.read(|conn| duplicates::hit(conn, hit))?;
        let own = row.is_some_and(|row| row.genuine(&self.log_keys) && row.staff_id == actor.id());
        if !own {
            let body = self.body(actor).with("hit", hit).with("claim", true);
            self.store.append(Draft::new(action::APPROVAL, Decision::Denied, &body)).await?;
            return Err(DeskError::NotFound("duplicate"));
        }
        let request = Request::new(actor.facts().clone(), Action::CreateCustomer, Subject::None, self.hour())
            .leaving(self.is_leaving(actor.id())?);
        let permit = self.permit(actor, action::APPROVAL, request).await?;
        let body = body_of(&permit, actor.via()).with("hit", hit).with("claim", true);
        let (this, staff, staff_id) = (self.clone(), actor.no().to_owned(), actor.id());
        let lapses_ms = self.request_lapses();
        self.store
            .change(move |tx| {
                if let Some(id) = earlier(tx, &staff, once.as_ref())? {
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::APPROVAL, &repeated), id)?);
                }
                let row = tx.hit(hit)?.ok_or(DeskError::NotFound("duplicate"))?;
                if row.approval_id.is_some() {
                    return Err(DeskError::Conflict);
                }
                let id = tx.next_id("approval")?;
                ask(
                    tx,
                    &NewApproval {
                        id,
                        target: Target::Claim(row.customer_id),
                        requester: staff_id,
                        fields: 0,
                        scope: this.claim_scope(row.customer_id, staff_id),
                        needed: 1,
                        reason: this.vault.seal_text("approval", id, &reason),
                        lapses_ms,
                    },
                )?;
                tx.hit_asked(hit, id)?;
                keep(tx, &staff, once.as_ref(), &id)?;
                let body = body.with("approval", id);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Gives a claimed customer to who asked, with the department. A contact person who was the owner goes with the
    /// ownership.
    pub(super) fn give_claimed(&self, tx: &Tx<'_>, row: &ApprovalRow) -> Result<(), DeskError> {
        let Target::Claim(id) = row.target else { return Err(DeskError::Conflict) };
        let customer = row.customer_no.as_deref().map(|no| tx.customer(no)).transpose()?.flatten();
        let customer = customer.ok_or(DeskError::NotFound("customer"))?;
        let person = tx.staff(&row.requester_no)?.filter(StaffRow::acts);
        let person = person.ok_or(DeskError::Conflict)?;
        if row.scope != self.claim_scope(id, person.id) {
            return Err(DeskError::Conflict);
        }
        let before = customer.place();
        let mut place = before.clone();
        if place.contact_person == place.owner
            || (place.contact_person.is_none() && customer.tier == Tier::High)
        {
            place.contact_person = (customer.tier == Tier::High).then_some(person.id);
        }
        place.owner = Some(person.id);
        place.group.department = person.department;
        if !self.takes_on(tx, person.id, [&place.group])? {
            return Err(DeskError::Conflict);
        }
        if tx.place_customer(customer.id, customer.version, &before, &place)? {
            Ok(())
        } else {
            Err(DeskError::Conflict)
        }
    }

    /// The digest of what a claim asks for.
    fn claim_scope(&self, customer: i64, requester: i64) -> [u8; 32] {
        let numbers = [customer, requester].map(i64::to_be_bytes);
        self.log_keys.seal("claim scope", &[&numbers[0], &numbers[1]])
    }

    /// When the day began in the company's time zone, Unix milliseconds.
    pub(super) fn day_began_ms(&self) -> u64 {
        self.moment_ms(&self.today().to_string()).unwrap_or_default()
    }
}
