//! Sharing a customer: somebody else, or a whole department, sees it masked until a day, and may ask for fields of the
//! shared classes in clear as others do. It ends by itself on its day, when somebody takes it back, when the customer gets
//! another owner, and when the access review ends it or is not done.

use std::sync::Arc;

use super::{
    DeskError, Once,
    approvals::{ask, reason_of},
    staff::facts_of,
    tiers::blocking,
    work::{earlier, invalid, keep},
};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, CustomerFacts, Permit, Purpose, PurposeKind, Question, Request, Subject},
    record::{Class, ClassSet, Invalid, parse_date},
    store::{
        Tx,
        approvals::{ApprovalRow, NewApproval, Target},
        customers::Customer,
        shares::{self, NewShare, Receiver, ShareEnd, ShareRow, State},
        staff,
    },
    vault::{Page, body_of},
};

/// Most shares of a customer that stand or wait at a time.
pub(super) const MOST: usize = 200;
/// Shares that are looked up at once to end.
const PIECE: u32 = 500;

/// With whom a customer is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharedWith {
    /// A person.
    Person {
        /// Staff number.
        no: String,
        /// Name.
        name: String,
    },
    /// Everybody of a department.
    Department(String),
}

impl SharedWith {
    pub(super) fn of(receiver: &Receiver) -> SharedWith {
        match receiver {
            Receiver::Person(person) => {
                SharedWith::Person { no: person.no.clone(), name: person.name.clone() }
            }
            Receiver::Department(department) => SharedWith::Department(department.clone()),
        }
    }
}

/// With whom a customer is to be shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareTo {
    /// A person, by staff number.
    Person(String),
    /// Everybody of a department, by its name.
    Department(String),
}

/// A share as somebody asks for it.
#[derive(Clone, Debug)]
pub struct ShareRequest {
    /// With whom.
    pub to: ShareTo,
    /// The classes of which fields can be asked for in clear. Basic fields stand on the page for whoever sees it.
    pub classes: Vec<Class>,
    /// The last day, `YYYY-MM-DD`.
    pub until: String,
    /// Why.
    pub reason: String,
}

/// Where a share stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// It waits for its approval.
    Waiting,
    /// It lets somebody see the customer.
    Standing,
    /// It has ended.
    Ended,
}

impl ShareState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            ShareState::Waiting => "waiting",
            ShareState::Standing => "standing",
            ShareState::Ended => "ended",
        }
    }
}

/// A share of a customer.
#[derive(Clone, Debug)]
pub struct CustomerShare {
    /// Number.
    pub id: i64,
    /// With whom.
    pub with: SharedWith,
    /// The classes of which fields can be asked for in clear.
    pub classes: ClassSet,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub until: String,
    /// Why.
    pub reason: String,
    /// Who shared: staff number and name.
    pub made_by: (String, String),
    /// When it was made, Unix milliseconds.
    pub made_ms: u64,
    /// Where it stands.
    pub state: ShareState,
    /// When it ended, Unix milliseconds.
    pub ended_ms: Option<u64>,
    /// Why it ended.
    pub why_ended: Option<ShareEnd>,
    /// The approval that it waits for, or was approved by.
    pub approval: Option<i64>,
}

/// What became of a wish to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Number of the share.
    pub id: i64,
    /// The approval that it waits for; without one it stands.
    pub approval: Option<i64>,
}

/// Who looks at a customer, as far as shares go.
#[derive(Clone, Copy)]
pub(crate) struct Viewer<'a> {
    pub(crate) id: i64,
    pub(crate) department: &'a str,
}

impl<'a> From<&'a Actor> for Viewer<'a> {
    fn from(actor: &'a Actor) -> Viewer<'a> {
        Viewer { id: actor.id(), department: actor.department() }
    }
}

impl<'a> From<&'a StaffRow> for Viewer<'a> {
    fn from(person: &'a StaffRow) -> Viewer<'a> {
        Viewer { id: person.id, department: &person.department }
    }
}

impl Tigertally {
    /// The classes of a customer that are shared with somebody today.
    pub(super) fn shared_classes(
        &self,
        customer: i64,
        viewer: Viewer<'_>,
    ) -> Result<Option<ClassSet>, StoreError> {
        let (whom, today) = ((viewer.id, viewer.department), self.today().to_string());
        self.store.read_settled(|conn| shares::classes_for(conn, &self.log_keys, customer, whom, &today))
    }

    /// The customers that are shared with somebody today.
    pub(super) fn shared_with(&self, viewer: Viewer<'_>) -> Result<Vec<i64>, StoreError> {
        let (whom, today) = ((viewer.id, viewer.department), self.today().to_string());
        self.store.read_settled(|conn| shares::shared_with(conn, &self.log_keys, whom, &today))
    }

    /// Whom a customer can be shared with: the people who could see it then (staff number, name and department), and the
    /// departments.
    pub fn share_receivers(&self, actor: &Actor) -> Result<(Vec<StaffRow>, Vec<String>), DeskError> {
        let mut people = self.store.read(staff::all)?;
        people.retain(|person| person.acts() && person.id != actor.id() && self.could_see(person));
        let mut departments: Vec<String> = people.iter().map(|person| person.department.clone()).collect();
        departments.sort_unstable();
        departments.dedup();
        Ok((people, departments))
    }

    /// Whether the policy would let somebody see a customer that is shared with them.
    fn could_see(&self, person: &StaffRow) -> bool {
        let mut question = Question::new(facts_of(person), Action::ViewCustomer, self.hour());
        question.customer = Some(CustomerFacts {
            owner: None,
            contact_person: None,
            department: String::new(),
            region: String::new(),
            tier: crate::record::Tier::High,
            kind: crate::record::Kind::Company,
            review_overdue: false,
            pooled: false,
            shared: Some(ClassSet::default()),
        });
        self.policy().would(&question).allowed
    }

    /// Who is to see customers, and their department.
    pub(super) fn receiver_of(&self, to: &ShareTo) -> Result<(Receiver, String), DeskError> {
        let people = self.store.read(staff::all)?;
        match to {
            ShareTo::Person(no) => {
                let person = people.into_iter().find(|person| person.acts() && person.no == no.trim());
                let person = person.ok_or(DeskError::NotFound("receiver"))?;
                // Whose customers go to others sees no more of them.
                if !self.could_see(&person) || self.is_leaving(person.id)? {
                    return Err(invalid("to", Invalid::BadChoice));
                }
                let StaffRow { id, no, name, department, .. } = person;
                Ok((Receiver::Person(crate::Person { id, no, name }), department))
            }
            ShareTo::Department(name) => {
                let of = |person: &&StaffRow| person.acts() && person.department == name.trim();
                let mut members = people.iter().filter(of).peekable();
                if members.peek().is_none() {
                    return Err(DeskError::NotFound("department"));
                }
                if !members.any(|person| self.could_see(person)) {
                    return Err(invalid("to", Invalid::BadChoice));
                }
                Ok((Receiver::Department(name.trim().to_owned()), name.trim().to_owned()))
            }
        }
    }

    /// The receiver, and whether they are of the customer's department.
    fn receiver(&self, customer: &Customer, to: &ShareTo) -> Result<(Receiver, bool), DeskError> {
        let (receiver, department) = self.receiver_of(to)?;
        if cares(customer, &receiver) {
            return Err(invalid("to", Invalid::BadChoice));
        }
        Ok((receiver, department == customer.department))
    }

    /// The last day of a share as it was typed, within what the settings allow.
    pub(super) fn share_day(&self, until: &str) -> Result<jiff::civil::Date, DeskError> {
        let until = parse_date(until).map_err(|problem| invalid("until", problem))?;
        let longest =
            self.today().saturating_add(jiff::Span::new().days(i64::from(self.settings().share_days)));
        if until < self.today() || until > longest {
            return Err(invalid("until", Invalid::BadChoice));
        }
        Ok(until)
    }

    /// Shares a customer; at once, or when it is approved: that the policy says.
    ///
    /// # Errors
    /// `Invalid`; `NotFound`; `TooMuch` when it is shared that often already; `Denied`; `KeyReused`; `Store`.
    pub async fn share_customer(
        self: &Arc<Self>,
        actor: &Actor,
        customer_no: &str,
        wish: &ShareRequest,
        once: Option<Once>,
    ) -> Result<(Shared, Receipt), DeskError> {
        let reason = reason_of(&wish.reason)?;
        let customer = self.customer(customer_no)?;
        let until = self.share_day(&wish.until)?;
        let (receiver, inside) = self.receiver(&customer, &wish.to)?;
        let (permit, at_once) = self.permit_share(actor, &customer, inside).await?;
        let classes = wish.classes.iter().copied().collect::<ClassSet>().with(Class::Basic);
        let mut body =
            told(body_of(&permit, actor.via()), &receiver, classes).with("until", until.to_string());
        // What it is approved by stands in the detail: nothing is approved yet.
        body.purpose = None;
        let (this, staff, staff_id) = (self.clone(), actor.no().to_owned(), actor.id());
        let (today, lapses_ms) = (self.today().to_string(), self.request_lapses());
        self.store
            .change(move |tx| {
                if let Some((id, approval)) = earlier(tx, &staff, once.as_ref())? {
                    let repeated = body.with("repeated", true);
                    return Ok(tx.commit(Draft::recorded(action::SHARE, &repeated), Shared { id, approval })?);
                }
                if tx.open_shares(customer.id)?.len() >= MOST {
                    return Err(DeskError::TooMuch(MOST));
                }
                let id = tx.next_id("share")?;
                let row = tx.add_share(&NewShare {
                    id,
                    customer: customer.id,
                    receiver,
                    classes,
                    from_day: today,
                    to_day: until.to_string(),
                    reason: this.vault.seal_text("share", id, &reason),
                    made_by: staff_id,
                    state: if at_once { State::Standing } else { State::Waiting },
                })?;
                let mut body = body.with("share", id);
                let mut approval = None;
                if !at_once {
                    let asked = tx.next_id("approval")?;
                    ask(
                        tx,
                        &NewApproval {
                            id: asked,
                            target: Target::Share(id),
                            requester: staff_id,
                            fields: 0,
                            scope: row.scope(&this.log_keys),
                            needed: 1,
                            reason: this.vault.seal_text("approval", asked, &reason),
                            lapses_ms,
                        },
                    )?;
                    tx.share_asked(id, asked)?;
                    body = body.with("approval", asked);
                    approval = Some(asked);
                }
                keep(tx, &staff, once.as_ref(), &(id, approval))?;
                let draft = Draft::new(action::SHARE, Decision::Allowed, &body);
                Ok(tx.commit(draft, Shared { id, approval })?)
            })
            .await
    }

    /// Leave to share, and whether it is so at once. What no approval would permit is denied here.
    async fn permit_share(
        &self,
        actor: &Actor,
        customer: &Customer,
        inside: bool,
    ) -> Result<(Permit, bool), DeskError> {
        let subject = self.subject(customer, actor)?;
        let request =
            Request::new(actor.facts().clone(), Action::ShareCustomer, subject, self.hour()).inside(inside);
        let mut question = Question::new(actor.facts().clone(), Action::ShareCustomer, self.hour());
        (question.customer, question.inside) = (Some(self.facts(customer, actor)?), inside);
        let at_once = self.policy().would(&question).allowed;
        question.purpose = Some(PurposeKind::Approval);
        let request = if !at_once && self.policy().would(&question).allowed {
            request.purpose(Some(Purpose { kind: PurposeKind::Approval, reference: String::new() }))
        } else {
            request
        };
        Ok((self.permit(actor, action::SHARE, request).await?, at_once))
    }

    /// Lets an approved share begin, if it is what was approved and who asked may still share.
    pub(super) fn begin_share(&self, tx: &Tx<'_>, approval: &ApprovalRow) -> Result<(), DeskError> {
        let Target::Share(id) = approval.target else { return Err(DeskError::Conflict) };
        let row = tx.share(id)?.ok_or(StoreError::Damaged("a share"))?;
        let today = self.today().to_string();
        let asked = row.state == State::Waiting
            && row.approval_id == Some(approval.id)
            && row.made_by.id == approval.requester_id
            && row.scope(&self.log_keys).as_slice() == approval.scope
            && today <= row.to_day;
        let customer = tx.customer(&row.customer_no)?.ok_or(DeskError::NotFound("customer"))?;
        let maker = tx.staff(&row.made_by.no)?.filter(StaffRow::acts).ok_or(DeskError::Conflict)?;
        let mut question = Question::new(facts_of(&maker), Action::ShareCustomer, self.hour());
        // Who owns the customer or leads its department needs nobody to share it with them.
        question.customer = Some(self.facts_with(&customer, None));
        question.purpose = Some(PurposeKind::Approval);
        let there = match &row.receiver {
            Receiver::Person(person) => tx.stays(person.id)?.is_some(),
            Receiver::Department(_) => true,
        };
        if !asked || !there || !self.policy().would(&question).allowed {
            return Err(DeskError::Conflict);
        }
        tx.begin_share(id, &today)?;
        Ok(())
    }

    /// Takes a share back, or the wish for one.
    ///
    /// # Errors
    /// `NotFound` when the customer has no such share; `Conflict` when it has ended; `Denied`; `Store`.
    pub async fn end_share(&self, actor: &Actor, customer_no: &str, id: i64) -> Result<Receipt, DeskError> {
        let customer = self.customer(customer_no)?;
        let subject = self.subject(&customer, actor)?;
        let request = Request::new(actor.facts().clone(), Action::EndShare, subject, self.hour());
        let permit = self.permit(actor, action::SHARE_END, request).await?;
        let row = self.store.read(|conn| shares::share(conn, id))?;
        let row = row.filter(|row| row.customer_id == customer.id).ok_or(DeskError::NotFound("share"))?;
        let body = told(body_of(&permit, actor.via()), &row.receiver, row.classes)
            .with("share", id)
            .with("ended", ShareEnd::TakenBack.name());
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if !tx.end_share(id, ShareEnd::TakenBack)? {
                    return Err(DeskError::Conflict);
                }
                Ok(tx.commit(Draft::new(action::SHARE_END, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Ends the shares whose last day is over, and the wishes that nobody approved in time; how many. The system does it by
    /// itself from time to time: they have let nobody see anything since.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep_shares(self: &Arc<Self>) -> Result<u64, DeskError> {
        let (today, now_ms) = (self.today().to_string(), self.now_ms());
        let mut ended = 0;
        loop {
            let (this, day) = (Arc::clone(self), today.clone());
            let over = move || this.store.read_settled(|conn| shares::over(conn, &day, now_ms, PIECE));
            let over: Vec<ShareRow> = blocking::<_, StoreError>(over).await?;
            if over.is_empty() {
                return Ok(ended);
            }
            for row in over {
                // An entry of its own, so that it stands among what there is to read about the customer.
                let mut body = told(Body::system(), &row.receiver, row.classes)
                    .with("share", row.id)
                    .with("ended", ShareEnd::Over.name());
                body.customer = Some(row.customer_no);
                let work = move |tx: &mut Tx<'_>| {
                    if !tx.end_share(row.id, ShareEnd::Over)? {
                        return Err(DeskError::Conflict);
                    }
                    Ok(tx.commit(Draft::recorded(action::SHARE_END, &body), ())?)
                };
                match self.store.change(work).await {
                    Ok(_) => ended += 1,
                    // It was taken back meanwhile.
                    Err(DeskError::Conflict) => {}
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// A share as people read it, on a page that shows its customer.
    pub(super) fn share_on(&self, page: &Page, row: ShareRow) -> Result<CustomerShare, DeskError> {
        let over = self.today().to_string().as_str() > row.to_day.as_str();
        let state = match row.state {
            State::Ended => ShareState::Ended,
            _ if over => ShareState::Ended,
            State::Waiting => ShareState::Waiting,
            State::Standing => ShareState::Standing,
        };
        Ok(CustomerShare {
            reason: page.text(&self.vault, "share", row.id, &row.reason)?,
            id: row.id,
            with: SharedWith::of(&row.receiver),
            classes: row.classes,
            from: row.from_day,
            until: row.to_day,
            made_by: (row.made_by.no, row.made_by.name),
            made_ms: row.made_ms,
            state,
            ended_ms: row.ended_ms,
            why_ended: row.why_ended.or((over && row.state != State::Ended).then_some(ShareEnd::Over)),
            approval: row.approval_id,
        })
    }

    /// The shares that a customer's page tells of: all that are open to those who may know who sees the customer, else
    /// those that let the actor see it.
    pub(super) fn shares_on(
        &self,
        actor: &Actor,
        page: &Page,
        customer: i64,
        all: bool,
    ) -> Result<Vec<CustomerShare>, DeskError> {
        let today = self.today().to_string();
        let mut rows = self.store.read_settled(|conn| shares::open_of(conn, customer))?;
        rows.retain(|row| {
            let theirs = match &row.receiver {
                Receiver::Person(person) => person.id == actor.id(),
                Receiver::Department(department) => department == actor.department(),
            };
            row.genuine(&self.log_keys)
                && today <= row.to_day
                && (all || (theirs && row.state == State::Standing))
        });
        rows.into_iter().map(|row| self.share_on(page, row)).collect()
    }

    /// Whether somebody would get the customer of a share: they do not decide about it.
    pub(super) fn receives(&self, share: i64, viewer: Viewer<'_>) -> Result<bool, StoreError> {
        let row = self.store.read(|conn| shares::share(conn, share))?;
        Ok(row.is_none_or(|row| match row.receiver {
            Receiver::Person(person) => person.id == viewer.id,
            Receiver::Department(department) => department == viewer.department,
        }))
    }

    /// A customer as the policy judges it for somebody.
    pub(crate) fn subject<'a>(
        &self,
        customer: &Customer,
        viewer: impl Into<Viewer<'a>>,
    ) -> Result<Subject, StoreError> {
        let facts = self.facts(customer, viewer)?;
        Ok(Subject::Customer { id: customer.id, no: customer.no.clone(), facts })
    }

    /// What the policy looks at, for somebody.
    pub(crate) fn facts<'a>(
        &self,
        customer: &Customer,
        viewer: impl Into<Viewer<'a>>,
    ) -> Result<CustomerFacts, StoreError> {
        let shared = self.shared_classes(customer.id, viewer.into())?;
        Ok(self.facts_with(customer, shared))
    }
}

/// Whether somebody is the owner or contact person of a customer.
pub(super) fn cares(customer: &Customer, receiver: &Receiver) -> bool {
    let Receiver::Person(person) = receiver else { return false };
    [&customer.owner, &customer.contact_person].into_iter().flatten().any(|own| own.id == person.id)
}

/// Whom and what a share is about, in an entry.
pub(super) fn told(mut body: Body, receiver: &Receiver, classes: ClassSet) -> Body {
    let names: Vec<&str> = classes.classes().map(Class::name).collect();
    match receiver {
        Receiver::Person(person) => body.staff = Some(person.no.clone()),
        Receiver::Department(department) => body = body.with("department", department.as_str()),
    }
    body.with("classes", names)
}
