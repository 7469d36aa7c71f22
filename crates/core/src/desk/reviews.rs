//! The periodic access review (季度访问复核): who leads the department says of everybody who has standing access to a
//! high-tier customer whether they still need it. What nobody confirms by its day lapses; the owner stays owner.

use std::{collections::BTreeSet, fmt, str::FromStr, sync::Arc};

use super::{
    DeskError, approvals::fields_of, customers::group_facts, entering::somebodys, shares::SharedWith,
    tiers::blocking, work::invalid,
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Permit, Question, Request, Subject},
    record::{ClassSet, Field, Invalid, Tier},
    store::{
        Tx, approvals,
        customers::{self, Customer, Group},
        reviews::{self, Days, Reviews},
        shares::{self, ShareEnd},
    },
    vault::{Masked, Page, Record, body_of},
};

/// Most customers of a page.
const LIMIT: usize = 200;
/// Customers that are looked up at once to lapse.
const PIECE: u32 = 200;
const DAY_MS: u64 = 86_400_000;

/// A way in which somebody has standing access to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// They are its named contact person.
    ContactPerson,
    /// It is shared with them: the number of the share.
    Share(i64),
    /// An approval lets them see fields: its number.
    Approval(i64),
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Access::ContactPerson => f.write_str("contact_person"),
            Access::Share(id) => write!(f, "share:{id}"),
            Access::Approval(id) => write!(f, "approval:{id}"),
        }
    }
}

impl FromStr for Access {
    type Err = ();

    fn from_str(text: &str) -> Result<Access, ()> {
        match text.split_once(':') {
            None if text == "contact_person" => Ok(Access::ContactPerson),
            Some(("share", id)) => id.parse().map(Access::Share).map_err(drop),
            Some(("approval", id)) => id.parse().map(Access::Approval).map_err(drop),
            _ => Err(()),
        }
    }
}

/// Somebody who has standing access to a customer.
#[derive(Clone, Debug)]
pub struct StandingAccess {
    /// In which way.
    pub access: Access,
    /// Who.
    pub who: SharedWith,
    /// The classes of a share.
    pub classes: ClassSet,
    /// The fields of an approval.
    pub fields: Vec<Field>,
    /// Why, as was written; empty for a contact person.
    pub reason: String,
    /// Until when a share stands, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Until when an approval can be used, Unix milliseconds.
    pub expires_ms: Option<u64>,
}

/// A customer's access review.
pub struct AccessReview {
    /// The customer, masked, with its owner.
    pub customer: Masked,
    /// Who has standing access besides the owner.
    pub accesses: Vec<StandingAccess>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

/// What a review decided of each standing access.
#[derive(Clone, Debug, Default)]
pub struct ReviewAnswer {
    /// What is still needed.
    pub keep: Vec<Access>,
    /// What ends.
    pub end: Vec<Access>,
}

/// Which reviews to show.
#[derive(Clone, Debug, Default)]
pub struct ReviewQuery {
    /// Which.
    pub which: Reviews,
    /// So many days ahead count as due.
    pub days: u32,
    /// From where: what the page before gave.
    pub after: Option<(String, i64)>,
    /// Most customers, 1 to 200.
    pub limit: usize,
}

/// A page of reviews.
pub struct ReviewPage {
    /// The customers, masked, the first due first.
    pub customers: Vec<Masked>,
    /// How many are overdue, due soon, done in the last period.
    pub counts: [u64; 3],
    /// Where the next page begins; `None` on the last.
    pub next: Option<(String, i64)>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Shows who has standing access to a high-tier customer, for its review.
    ///
    /// # Errors
    /// `NotFound` when there is nothing to review; `Denied`; `Store`.
    pub async fn access_review(&self, actor: &Actor, no: &str) -> Result<AccessReview, DeskError> {
        let (customer, permit) = self.permit_review(actor, no).await?;
        let mut record = Record {
            action: action::REVIEW_READ,
            via: actor.via(),
            rows: vec![customer],
            ..Record::default()
        };
        record.detail.insert("shown".into(), 1.into());
        let warrant = self.vault.warrant(permit, record).await?;
        let mut page = self.vault.page(warrant)?;
        let masked = page.customers.pop().ok_or(DeskError::NotFound("customer"))?;
        let accesses = self.standing_on(&page, &masked)?;
        Ok(AccessReview { customer: masked, accesses, receipt: page.receipt().clone() })
    }

    /// Who has standing access to the customer of a page, besides its owner.
    pub(super) fn standing_on(&self, page: &Page, masked: &Masked) -> Result<Vec<StandingAccess>, DeskError> {
        let id = masked.customer.id;
        let (now_ms, today) = (self.now_ms(), self.today().to_string());
        let (shares, approvals) = self.store.read_settled(|conn| {
            Ok::<_, StoreError>((shares::open_of(conn, id)?, approvals::approvals_open(conn, id, now_ms)?))
        })?;
        let mut accesses = Vec::new();
        if let Some(person) = &masked.customer.contact_person {
            let (no, name) = (person.no.clone(), person.name.clone());
            accesses.push(StandingAccess {
                access: Access::ContactPerson,
                who: SharedWith::Person { no, name },
                classes: ClassSet::default(),
                fields: Vec::new(),
                reason: String::new(),
                until: None,
                expires_ms: None,
            });
        }
        for row in shares.into_iter().filter(|row| row.stands(&self.log_keys, &today)) {
            accesses.push(StandingAccess {
                access: Access::Share(row.id),
                who: SharedWith::of(&row.receiver),
                classes: row.classes,
                fields: Vec::new(),
                reason: page.text(&self.vault, "share", row.id, &row.reason)?,
                until: Some(row.to_day),
                expires_ms: None,
            });
        }
        for row in approvals.into_iter().filter(|row| row.genuine(&self.log_keys)) {
            accesses.push(StandingAccess {
                access: Access::Approval(row.id),
                classes: ClassSet::default(),
                fields: fields_of(row.fields),
                reason: page.text(&self.vault, "approval", row.id, &row.reason)?,
                who: SharedWith::Person { no: row.requester_no, name: row.requester_name },
                until: None,
                expires_ms: row.expires_ms,
            });
        }
        Ok(accesses)
    }

    /// Leave to review a customer; only one of the high tier has a review.
    async fn permit_review(&self, actor: &Actor, no: &str) -> Result<(Customer, Permit), DeskError> {
        let customer = self.customer(no)?;
        let subject = self.subject(&customer, actor)?;
        let mut request = Request::new(actor.facts().clone(), Action::ReviewAccess, subject, self.hour());
        if customer.is_cared_for_by(actor.id()) {
            request = request.requester(actor.no().to_owned());
        }
        let permit = self.permit(actor, action::REVIEW, request).await?;
        if customer.tier == Tier::High { Ok((customer, permit)) } else { Err(DeskError::NotFound("review")) }
    }

    /// Does the access review of a high-tier customer: each standing access is kept or ended, and the next review is due a
    /// period from today.
    ///
    /// # Errors
    /// `Invalid` when something is answered twice; `Conflict` when what is answered is not what stands now; `NotFound`;
    /// `Denied`; `Store`.
    pub async fn review_access(
        self: &Arc<Self>,
        actor: &Actor,
        no: &str,
        answer: &ReviewAnswer,
    ) -> Result<Receipt, DeskError> {
        let (customer, permit) = self.permit_review(actor, no).await?;
        let answered: BTreeSet<Access> = answer.keep.iter().chain(&answer.end).copied().collect();
        if answered.len() != answer.keep.len() + answer.end.len() {
            return Err(invalid("answers", Invalid::BadChoice));
        }
        let due = self.next_review();
        let names = |accesses: &[Access]| accesses.iter().map(Access::to_string).collect::<Vec<_>>();
        let body = body_of(&permit, actor.via())
            .with("next", due.as_str())
            .with("kept", names(&answer.keep))
            .with("ended", names(&answer.end));
        let (this, id, end) = (Arc::clone(self), customer.id, answer.end.clone());
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if this.standing(tx, id)? != answered {
                    return Err(DeskError::Conflict);
                }
                for access in end {
                    match access {
                        Access::ContactPerson => drop(tx.end_contact(id)?),
                        Access::Share(share) => drop(tx.end_share(share, ShareEnd::Reviewed)?),
                        Access::Approval(approval) => {
                            tx.set_approval(approval, approvals::State::Ended, None)?;
                        }
                    }
                }
                tx.set_review(id, &due)?;
                Ok(tx.commit(Draft::new(action::REVIEW, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// What a review has to answer, as it stands inside a transaction.
    fn standing(&self, tx: &Tx<'_>, customer: i64) -> Result<BTreeSet<Access>, StoreError> {
        let today = self.today().to_string();
        let shares = tx.open_shares(customer)?.into_iter();
        let shares = shares.filter(|row| row.stands(&self.log_keys, &today));
        let mut standing: BTreeSet<Access> = shares.map(|row| Access::Share(row.id)).collect();
        standing.extend(tx.open_approvals(customer)?.into_iter().map(|row| Access::Approval(row.id)));
        standing.extend(tx.contact_of(customer)?.map(|_| Access::ContactPerson));
        Ok(standing)
    }

    /// The reviews of the customers that the actor reviews.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn reviews(&self, actor: &Actor, query: &ReviewQuery) -> Result<ReviewPage, DeskError> {
        let groups = self.store.read(customers::groups)?;
        let facts = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let subject = Subject::Set { groups: facts };
        let request = Request::new(actor.facts().clone(), Action::ListCustomers, subject, self.hour());
        let permit = self.permit(actor, action::LIST, request).await?;
        let seen = permit.visible().map(|visible| visible.as_other.clone()).unwrap_or_default();
        let mine = self.reviewed_by(actor, seen.iter().filter_map(|index| groups.get(*index)));
        let days = self.review_span(query.days);
        let limit = query.limit.clamp(1, LIMIT);
        let after = query.after.clone().unwrap_or_default();
        let (mut rows, counts) = self.store.read(|conn| {
            let rows = reviews::page(conn, &mine, query.which, &days, &after, limit as u32 + 1)?;
            Ok::<_, StoreError>((rows, reviews::counts(conn, &mine, &days)?))
        })?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let place = |row: &Customer| Some((row.review_due.clone()?, row.id));
        let next = rows.last().filter(|_| more).and_then(place);
        let mut record = Record { action: action::LIST, via: actor.via(), rows, ..Record::default() };
        record.detail.insert("shown".into(), record.rows.len().into());
        record.detail.insert("reviews".into(), true.into());
        let warrant = self.vault.warrant(permit, record).await?;
        let page = self.vault.page(warrant)?;
        let receipt = page.receipt().clone();
        Ok(ReviewPage { customers: page.customers, counts, next, receipt })
    }

    /// How many access reviews the actor has to do that are overdue or due within so many days. None of the customers is
    /// shown.
    ///
    /// # Errors
    /// `Store`.
    pub fn reviews_due(&self, actor: &Actor, days: u32) -> Result<u64, DeskError> {
        let (groups, visible) = self.groups_seen(actor)?;
        let mine = self.reviewed_by(actor, visible.as_other.iter().filter_map(|index| groups.get(*index)));
        let [overdue, due, _] =
            self.store.read(|conn| reviews::counts(conn, &mine, &self.review_span(days)))?;
        Ok(overdue + due)
    }

    /// Those of these groups whose reviews are the actor's to do.
    fn reviewed_by<'a>(&self, actor: &Actor, groups: impl Iterator<Item = &'a (i64, Group)>) -> Vec<i64> {
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::ReviewAccess, self.hour());
        let mut reviews = |group: &Group| {
            question.customer = Some(somebodys(group));
            group.tier == Tier::High && policy.would(&question).allowed
        };
        groups.filter(|(_, group)| reviews(group)).map(|(id, _)| *id).collect()
    }

    fn review_span(&self, days: u32) -> Days {
        let today = self.today();
        let period = u64::from(self.settings().review_days) * DAY_MS;
        Days {
            until: today.saturating_add(jiff::Span::new().days(i64::from(days))).to_string(),
            today: today.to_string(),
            since_ms: self.now_ms().saturating_sub(period),
        }
    }

    /// Ends the access to those high-tier customers whose review nobody did by its day: shares, the named contact person,
    /// open approvals; how many customers that were. The owner stays, and the policy decides what an owner may see before
    /// the review is done. The system does it by itself from time to time. Each customer is a change of its own, so one that
    /// was cut short goes on.
    ///
    /// # Errors
    /// `Store`.
    pub async fn lapse_reviews(self: &Arc<Self>) -> Result<u64, DeskError> {
        let today = self.today().to_string();
        let mut done = 0;
        loop {
            let (this, day) = (Arc::clone(self), today.clone());
            let due = move || this.store.read_settled(|conn| reviews::lapsing(conn, &day, PIECE));
            let due: Vec<Customer> = blocking::<_, StoreError>(due).await?;
            if due.is_empty() {
                return Ok(done);
            }
            for customer in due {
                done += u64::from(self.lapse_review(customer, today.clone()).await?);
            }
        }
    }

    /// Whether anything was to be written of this one.
    async fn lapse_review(&self, customer: Customer, today: String) -> Result<bool, DeskError> {
        let work = move |tx: &mut Tx<'_>| {
            let Some(lapsed) = tx.lapse(customer.id, &today)? else { return Err(DeskError::Conflict) };
            let mut body = Body::system().with("due", customer.review_due.unwrap_or_default());
            body.tier = Some(customer.tier.name().to_owned());
            body.customer = Some(customer.no);
            if let Some(person) = customer.contact_person.filter(|_| lapsed.contact) {
                body = body.with("contact_person", person.no);
            }
            let body = body.with("shares", lapsed.shares).with("approvals", lapsed.approvals);
            Ok(tx.commit(Draft::recorded(action::REVIEW_LAPSE, &body), ())?)
        };
        match self.store.change(work).await {
            Ok(_) => Ok(true),
            Err(DeskError::Conflict) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The day of the next access review, counted from today.
    pub(super) fn next_review(&self) -> String {
        let days = i64::from(self.settings().review_days);
        let today = self.today();
        today.checked_add(jiff::Span::new().days(days)).unwrap_or(today).to_string()
    }
}
