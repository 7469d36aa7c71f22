//! Many customers at once: they get another owner, go into the public pool, are shared, or are claimed from it. What would
//! become of each is looked over first; then it is done, in pieces; and for half an hour who did it can undo it.
//!
//! The policy is asked for each customer at each step, as if it were the only one. What was looked over is what is done: a
//! customer whom somebody changed meanwhile is left out, and so is one of whom somebody has done something since when it is
//! undone. For thousands there is the hand-over.

mod judge;
mod look;
mod run;
mod undo;

use super::{DeskError, ListQuery, ShareRequest, SharedWith, customers::narrow, entering::somebodys};
use crate::{
    Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, CustomerFacts, Question, RuleId},
    record::{Kind, Tier},
    store::{
        bulk::{self, BulkItem, BulkKind, BulkOutcome, BulkRow, State},
        customers::{self, Group},
        shares::Receiver,
    },
};

/// Most customers at once.
pub const MOST_BULK: usize = 1_000;
/// Customers that change in one transaction, with one entry.
const PIECE: usize = 250;
/// How long something that was looked over can be done, and something done can be undone.
const WITHIN_MS: u64 = 30 * 60_000;
/// How long it can be read about.
const KEPT_MS: u64 = 24 * 3_600_000;

/// Which customers.
#[derive(Clone, Debug)]
pub enum BulkOf {
    /// Those of these numbers.
    These(Vec<String>),
    /// All of a list, without a search.
    List(Box<ListQuery>),
    /// All of the public pool, as far as the actor may claim or assign what is in it.
    Pool {
        /// Only this tier.
        tier: Option<Tier>,
        /// Only this region.
        region: Option<String>,
    },
}

/// What to do with them.
#[derive(Clone, Debug)]
pub enum BulkAct {
    /// Give them to somebody, by staff number.
    Assign(String),
    /// Put them into the public pool.
    Pool,
    /// Share them.
    Share(ShareRequest),
    /// Claim them from the pool.
    Claim,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkState {
    /// It was looked over.
    Looked,
    /// It was done.
    Done,
    /// It was undone.
    Undone,
}

impl BulkState {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            BulkState::Looked => "looked_over",
            BulkState::Done => "done",
            BulkState::Undone => "undone",
        }
    }
}

/// A customer among many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkCustomer {
    /// Customer number.
    pub no: String,
    /// Tier; `None` where the policy denies the change, or a customer that is to be claimed is not in the pool.
    pub tier: Option<Tier>,
    /// What becomes of it.
    pub outcome: BulkOutcome,
    /// The rules that deny it.
    pub rules: Vec<RuleId>,
}

/// Many customers at once.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Number.
    pub id: i64,
    /// What is done.
    pub kind: BulkKind,
    /// Who gets them, or sees them; nobody for the pool, and for a claim the actor.
    pub to: Option<SharedWith>,
    /// The last day of the shares, `YYYY-MM-DD`; else empty.
    pub until: String,
    /// How far it is.
    pub state: BulkState,
    /// The customers in the order of their numbers.
    pub customers: Vec<BulkCustomer>,
    /// How many numbers are no customer's.
    pub missing: u32,
    /// Until when the next step can be taken, Unix milliseconds: to do it, to undo it.
    pub until_ms: u64,
    /// How many customers who gets them has now as far as the actor sees them, and how many then, by tier: low, medium, high.
    pub load: Option<([u64; 3], [u64; 3])>,
    /// Where the step stands in the ledger.
    pub receipt: Receipt,
}

impl Bulk {
    /// How many customers have this outcome.
    pub fn count(&self, outcome: BulkOutcome) -> u64 {
        self.customers.iter().filter(|one| one.outcome == outcome).count() as u64
    }

    /// Of those with this outcome, how many are low, medium and high.
    pub fn tiers(&self, outcome: BulkOutcome) -> [u64; 3] {
        let mut tiers = [0; 3];
        for tier in self.customers.iter().filter(|one| one.outcome == outcome).filter_map(|one| one.tier) {
            tiers[tier as usize - 1] += 1;
        }
        tiers
    }
}

impl Tigertally {
    /// Whether the policy could ever let the actor assign many customers, and share them without an approval: for menus.
    pub fn may_bulk(&self, actor: &Actor) -> (bool, bool) {
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::ShareCustomer, self.hour());
        question.inside = true;
        let shares = [actor.no(), "-"].into_iter().any(|owner| {
            let group = Group {
                department: actor.department().to_owned(),
                region: actor.region().to_owned(),
                tier: Tier::Low,
                kind: Kind::Company,
            };
            let facts = CustomerFacts { owner: Some(owner.to_owned()), ..somebodys(&group) };
            policy.would(&Question { customer: Some(facts), ..question.clone() }).allowed
        });
        (self.may(actor, Action::AssignCustomer), shares)
    }

    /// Reads about what the actor does with many customers at once.
    ///
    /// # Errors
    /// `NotFound` when there is no such thing of the actor's, or it was more than a day ago; `Store`.
    pub async fn bulk(&self, actor: &Actor, id: i64) -> Result<Bulk, DeskError> {
        let row = self.own_bulk(actor, id, action::BULK_READ).await?;
        let body = self.body(actor).with("bulk", id);
        let receipt = self.store.append(Draft::recorded(action::BULK_READ, &body)).await?;
        self.bulk_shown(actor, row, receipt)
    }

    /// One that is the actor's. That somebody wanted another's is put down.
    async fn own_bulk(&self, actor: &Actor, id: i64, action: &'static str) -> Result<BulkRow, DeskError> {
        let row = self.store.read_settled(|conn| bulk::bulk(conn, &self.log_keys, id))?;
        let kept = |row: &BulkRow| self.now_ms() < row.made_ms + KEPT_MS;
        let row = row.filter(kept).ok_or(DeskError::NotFound("bulk"))?;
        if row.staff_id != actor.id() {
            let body = self.body(actor).with("bulk", id).with("failed", "not_yours");
            self.store.append(Draft::new(action, Decision::Denied, &body)).await?;
            return Err(DeskError::NotFound("bulk"));
        }
        Ok(row)
    }

    /// One whose next step can still be taken. That it was too late is put down.
    async fn timely(&self, actor: &Actor, row: &BulkRow, action: &'static str) -> Result<(), DeskError> {
        if self.now_ms() < row.until_ms {
            return Ok(());
        }
        let body = self.body(actor).with("bulk", row.id).with("failed", "over");
        self.store.append(Draft::new(action, Decision::Denied, &body)).await?;
        Err(DeskError::Over)
    }

    /// What was looked over or done, as its maker sees it.
    fn bulk_shown(&self, actor: &Actor, row: BulkRow, receipt: Receipt) -> Result<Bulk, DeskError> {
        let items = self.store.read_settled(|conn| bulk::items(conn, &self.log_keys, row.id))?;
        let customers: Vec<BulkCustomer> = items.into_iter().map(shown).collect();
        let mut bulk = Bulk {
            id: row.id,
            kind: row.kind,
            to: row.to.as_ref().map(SharedWith::of),
            until: row.to_day,
            state: match row.state {
                State::Looked => BulkState::Looked,
                State::Done => BulkState::Done,
                State::Undone => BulkState::Undone,
            },
            customers,
            missing: row.missing,
            until_ms: row.until_ms,
            load: None,
            receipt,
        };
        let gets = match (row.kind, &row.to) {
            (BulkKind::Assign, Some(Receiver::Person(person))) => Some(person.id),
            (BulkKind::Claim, _) => Some(actor.id()),
            _ => None,
        };
        if let Some(person) = gets.filter(|_| row.state == State::Looked) {
            let now = self.load_seen(actor, person)?;
            let more = bulk.tiers(BulkOutcome::Ready);
            bulk.load = Some((now, [0, 1, 2].map(|tier: usize| now[tier] + more[tier])));
        }
        Ok(bulk)
    }

    /// How many customers somebody owns of those that the actor may list, by tier.
    fn load_seen(&self, actor: &Actor, person: i64) -> Result<[u64; 3], DeskError> {
        let (groups, visible) = self.groups_seen(actor)?;
        let shared = self.shared_with(actor.into())?;
        let mut filter = narrow(actor, &ListQuery::default(), &groups, Some(&visible), shared);
        filter.owner = Some(person);
        Ok(self.store.read_settled(|conn| customers::count(conn, &filter))?)
    }

    /// Takes away what was looked over or done more than a day ago; how many. The system does it by itself from time to time.
    ///
    /// # Errors
    /// `Store`.
    pub async fn sweep_bulks(&self) -> Result<u64, DeskError> {
        let old_ms = self.now_ms().saturating_sub(KEPT_MS);
        if !self.store.read_settled(|conn| bulk::older(conn, old_ms))? {
            return Ok(0);
        }
        let work = move |tx: &mut crate::store::Tx<'_>| {
            let swept = tx.sweep_bulks(old_ms)?;
            let body = Body::system().with("swept", swept);
            tx.commit(Draft::recorded(action::BULK_READ, &body), swept)
        };
        Ok(self.store.change(work).await?.0)
    }
}

fn shown(item: BulkItem) -> BulkCustomer {
    use BulkOutcome::{Denied, NotPooled, StaysDenied};
    let told = !matches!(item.outcome, Denied | NotPooled | StaysDenied);
    BulkCustomer {
        no: item.no,
        tier: told.then_some(item.tier),
        outcome: item.outcome,
        rules: item.rules.split_whitespace().map(RuleId::new).collect(),
    }
}

/// What every entry about it says.
fn told_of(mut body: Body, row: &BulkRow) -> Body {
    match &row.to {
        Some(Receiver::Person(person)) => body.staff = Some(person.no.clone()),
        Some(Receiver::Department(department)) => body = body.with("department", department.as_str()),
        None => {}
    }
    if row.kind == BulkKind::Share {
        let classes: Vec<&str> = row.classes.classes().map(crate::record::Class::name).collect();
        body = body.with("classes", classes).with("until", row.to_day.as_str());
    }
    body.with("bulk", row.id).with("what", row.kind.name())
}
