//! Looking customers up: the list, the search, the page, the reveal.

use std::collections::BTreeMap;

use super::{DeskError, PurposeOption, StatedPurpose};
use crate::{
    Tigertally,
    entry::{Receipt, action},
    identity::Actor,
    policy::{Action, GroupFacts, Purpose, PurposeKind, Question, Request, Subject, Visible},
    record::{CustomerNo, Field, Kind, Tier},
    store::{
        approvals,
        customers::{self, Customer, Filter, Group, Sort, Start},
        staff, work,
    },
    vault::{Disclosure, Masked, Record, VaultError},
};

/// Most rows of a page.
const LIMIT: usize = 200;
/// Most customers that a search gives.
const FOUND: u32 = 50;

/// Which customers to list: all that the actor may see, or those that they care for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that the policy lets the actor see.
    #[default]
    All,
    /// Those whose owner or contact person the actor is.
    Mine,
    /// Those of the actor's department.
    Department,
    /// Those that are shared with the actor.
    Shared,
}

/// What list to show. All conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Whose.
    pub scope: Scope,
    /// Only this tier.
    pub tier: Option<Tier>,
    /// Only this region.
    pub region: Option<String>,
    /// Only persons, or only firms.
    pub kind: Option<Kind>,
    /// Only this owner's, by staff number.
    pub owner: Option<String>,
    /// Only those whose sealed value is exactly this: phone, mail, ID, card number, name, or the customer's number.
    pub term: Option<String>,
    /// The order.
    pub sort: Sort,
    /// From where: the cursor that the page before gave.
    pub cursor: Option<String>,
    /// From where: so many customers from the beginning. A cursor comes first.
    pub offset: u64,
    /// Most rows, 1 to 200.
    pub limit: usize,
    /// Whether to count each scope as a whole, too.
    pub count_scopes: bool,
}

/// One page of customers, masked.
pub struct ListPage {
    /// The customers.
    pub customers: Vec<Masked>,
    /// Where the next page begins; `None` on the last.
    pub next_cursor: Option<String>,
    /// How many there are in all, by tier: low, medium, high.
    pub counts: [u64; 3],
    /// How many there are without any condition, when asked for: mine, the department's, shared with me, all.
    pub scopes: Option<[u64; 4]>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

/// For each class, the purposes that suffice; `None` for none at all.
pub type MayReveal = Vec<(crate::record::Class, Vec<Option<PurposeKind>>)>;

/// A customer's page, masked.
pub struct CustomerPage {
    /// The customer.
    pub customer: Masked,
    /// Purposes of the actor's that stand for this customer.
    pub purposes: Vec<PurposeOption>,
    /// The newest orders, when the actor may read them.
    pub orders: Option<(Vec<crate::OrderRow>, u64)>,
    /// What the actor began with the customer and has not ended.
    pub running: Option<super::Running>,
    /// Open tasks, first due first: all of them for who reads the history, else the actor's own.
    pub tasks: Vec<super::Task>,
    /// With whom it is shared, for those who may know who sees it; else what lets the actor see it.
    pub shares: Vec<super::CustomerShare>,
    /// For each class of fields, whether the actor could reveal it: with no purpose, or with which purposes.
    pub may: MayReveal,
    /// What else the actor may do here.
    pub actions: Vec<Action>,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Lists customers, masked.
    pub async fn list(&self, actor: &Actor, query: &ListQuery) -> Result<ListPage, DeskError> {
        let groups = self.store.read_settled(customers::groups)?;
        let facts = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let entry = if query.term.is_some() { action::SEARCH } else { action::LIST };
        let request = Request::new(
            actor.facts().clone(),
            Action::ListCustomers,
            Subject::Set { groups: facts },
            self.hour(),
        );
        let permit = self.permit(actor, entry, request).await?;
        let mut filter = narrow(actor, query, &groups, permit.visible(), self.shared_with(actor.into())?);
        if let Some(owner) = &query.owner {
            filter.owner =
                Some(self.store.read(|conn| staff::by_no(conn, owner))?.map_or(-1, |person| person.id));
        }
        if let Some(term) = &query.term {
            filter.ids = Some(self.search_ids(term)?);
        }
        let limit = query.limit.clamp(1, LIMIT);
        let start = match &query.cursor {
            Some(cursor) => parse_cursor(cursor, query.sort)?,
            None => Start::Offset(query.offset),
        };
        let (mut rows, counts) = self.store.read_settled(|conn| {
            Ok::<_, DeskError>((
                customers::page(conn, &filter, query.sort, &start, limit as u32 + 1)?,
                customers::count(conn, &filter)?,
            ))
        })?;
        let scopes =
            query.count_scopes.then(|| self.count_scopes(actor, &groups, permit.visible())).transpose()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| cursor_of(row, query.sort));
        let mut record = Record { action: entry, via: actor.via(), rows, ..Record::default() };
        // The term itself is personal: the entry says only that there was one.
        record.detail.insert("shown".into(), record.rows.len().into());
        let warrant = self.vault.warrant(permit, record).await?;
        let page = self.vault.page(warrant)?;
        let receipt = page.receipt().clone();
        Ok(ListPage { customers: page.customers, next_cursor, counts, scopes, receipt })
    }

    /// How many customers each scope has.
    fn count_scopes(
        &self,
        actor: &Actor,
        groups: &[(i64, Group)],
        visible: Option<&Visible>,
    ) -> Result<[u64; 4], DeskError> {
        let shared = self.shared_with(actor.into())?;
        let mut counts = [0; 4];
        let scopes = [Scope::Mine, Scope::Department, Scope::Shared, Scope::All];
        for (count, scope) in counts.iter_mut().zip(scopes) {
            let query = ListQuery { scope, ..ListQuery::default() };
            let filter = narrow(actor, &query, groups, visible, shared.clone());
            *count = self.store.read_settled(|conn| customers::count(conn, &filter))?.iter().sum();
        }
        Ok(counts)
    }

    /// Staff number and name of those in the actor's department who can care for customers, for a choice in a form.
    pub fn colleagues(&self, actor: &Actor) -> Result<Vec<(String, String)>, DeskError> {
        use crate::policy::Role;
        let all = self.store.read(staff::all)?;
        let cares = |person: &crate::StaffRow| {
            person.acts()
                && person.department == actor.department()
                && matches!(person.role, Role::Staff | Role::Manager | Role::Service)
        };
        Ok(all.into_iter().filter(cares).map(|person| (person.no, person.name)).collect())
    }

    /// All groups, and what the policy lets the actor list of them: for counts, never for a decision.
    pub(super) fn groups_seen(&self, actor: &Actor) -> Result<(Vec<(i64, Group)>, Visible), DeskError> {
        let groups = self.store.read_settled(customers::groups)?;
        let facts: Vec<_> = groups.iter().map(|(_, group)| group_facts(group)).collect();
        let visible = self.policy().visible(actor.facts(), &facts, self.hour());
        Ok((groups, visible))
    }

    /// How many customers the actor cares for, by tier: low, medium, high. None of them is shown.
    pub fn count_mine(&self, actor: &Actor) -> Result<[u64; 3], DeskError> {
        let (groups, visible) = self.groups_seen(actor)?;
        let query = ListQuery { scope: Scope::Mine, ..ListQuery::default() };
        let filter = narrow(actor, &query, &groups, Some(&visible), Vec::new());
        Ok(self.store.read_settled(|conn| customers::count(conn, &filter))?)
    }

    /// The regions that a filter can offer.
    pub fn regions(&self) -> Result<Vec<String>, DeskError> {
        let groups = self.store.read_settled(customers::groups)?;
        let mut regions: Vec<String> = groups.into_iter().map(|(_, group)| group.region).collect();
        regions.sort_unstable();
        regions.dedup();
        Ok(regions)
    }

    /// Ids of the customers whose value is exactly the term, whoever may see them.
    fn search_ids(&self, term: &str) -> Result<Vec<i64>, DeskError> {
        let term = term.trim();
        let mut ids = Vec::new();
        if CustomerNo::parse(term).is_ok() {
            ids.extend(self.store.read_settled(|conn| customers::by_no(conn, term))?.map(|row| row.id));
        }
        let candidates = search_fields(term);
        if candidates.is_empty() && ids.is_empty() {
            return Err(DeskError::TermTooShort);
        }
        for field in candidates {
            let hash = self.vault.index_of(field, term);
            let found =
                self.store.read_settled(|conn| customers::by_blind_index(conn, field.id(), &hash, FOUND))?;
            ids.extend(found.into_iter().map(|row| row.id));
        }
        Ok(ids)
    }

    /// Shows a customer's page, masked.
    pub async fn view(&self, actor: &Actor, no: &str) -> Result<CustomerPage, DeskError> {
        let customer = self.customer(no)?;
        let subject = self.subject(&customer, actor)?;
        let purpose = self.standing_approval(actor, &customer)?;
        let request =
            Request::new(actor.facts().clone(), Action::ViewCustomer, subject, self.hour()).purpose(purpose);
        let permit = self.permit(actor, action::VIEW, request).await?;
        let may = self.may_reveal(actor, &customer)?;
        let actions = self.may_do(actor, &customer)?;
        let read_orders = actions.contains(&Action::ReadOrders);
        let id = customer.id;
        let record = Record {
            action: action::VIEW,
            via: actor.via(),
            rows: vec![customer.clone()],
            ..Record::default()
        };
        let warrant = self.vault.warrant(permit, record).await?;
        let mut page = self.vault.page(warrant)?;
        let reads = actions.contains(&Action::ReadHistory);
        let whose = (!reads).then_some(actor.id());
        let (orders, tasks) = self.store.read_settled(|conn| {
            Ok::<_, DeskError>((
                if read_orders { Some(work::orders(conn, id, 50)?) } else { None },
                work::tasks_of(conn, id, whose, 30)?,
            ))
        })?;
        let reader = page.reader(&self.vault, id)?;
        let masked = page.customers.pop().ok_or(DeskError::NotFound("customer"))?;
        let tasks = tasks.into_iter().map(|row| self.task(&reader, row)).collect::<Result<Vec<_>, _>>()?;
        let running = self.running(actor, &customer)?;
        let purposes = self.purposes(actor, &customer, &page, &tasks, running.as_ref(), orders.as_ref())?;
        let shares = self.shares_on(actor, &page, id, actions.contains(&Action::ReadAccesses))?;
        let receipt = page.receipt().clone();
        Ok(CustomerPage { customer: masked, purposes, orders, running, tasks, shares, may, actions, receipt })
    }

    /// An approval of the actor's that stands for a customer: it lets them see the page as well.
    fn standing_approval(&self, actor: &Actor, customer: &Customer) -> Result<Option<Purpose>, DeskError> {
        let approvals =
            self.store.read_settled(|conn| approvals::approvals_of(conn, customer.id, actor.id()))?;
        let standing = approvals.into_iter().find(|row| self.approval_stands(actor.id(), row));
        Ok(standing.map(|row| Purpose { kind: PurposeKind::Approval, reference: row.id.to_string() }))
    }

    /// Opens fields of a customer for a purpose: the one way in which a sealed value is shown.
    pub async fn reveal(
        &self,
        actor: &Actor,
        no: &str,
        fields: &[Field],
        stated: Option<&StatedPurpose>,
    ) -> Result<Disclosure, DeskError> {
        self.reveal_with(actor, no, fields, stated, BTreeMap::new()).await
    }

    /// The same, with more to be told in the entry.
    pub(super) async fn reveal_with(
        &self,
        actor: &Actor,
        no: &str,
        fields: &[Field],
        stated: Option<&StatedPurpose>,
        detail: BTreeMap<String, serde_json::Value>,
    ) -> Result<Disclosure, DeskError> {
        let customer = self.customer(no)?;
        let purpose = match stated {
            None => None,
            Some(stated) => match self.purpose(actor.id(), &customer, fields, stated) {
                Ok(purpose) => Some(purpose),
                Err(DeskError::Purpose) => {
                    return Err(self.purpose_fails(actor, &customer, fields, stated).await?);
                }
                Err(other) => return Err(other),
            },
        };
        let subject = self.subject(&customer, actor)?;
        let request = Request::new(actor.facts().clone(), Action::Reveal, subject, self.hour())
            .fields(fields.iter().copied())
            .purpose(purpose);
        let permit = self.permit(actor, action::REVEAL, request).await?;
        let record = Record { action: action::REVEAL, via: actor.via(), detail, ..Record::default() };
        match self.vault.warrant(permit, record).await {
            Ok(warrant) => Ok(self.vault.open(warrant)?),
            // Somebody was quicker with the same approval.
            Err(VaultError::UsedUp) => match stated {
                Some(stated) => Err(self.purpose_fails(actor, &customer, fields, stated).await?),
                None => Err(DeskError::Purpose),
            },
            Err(other) => Err(other.into()),
        }
    }

    /// A purpose that does not stand is a denial: it is put down as one.
    async fn purpose_fails(
        &self,
        actor: &Actor,
        customer: &Customer,
        fields: &[Field],
        stated: &StatedPurpose,
    ) -> Result<DeskError, DeskError> {
        use crate::entry::{Decision, Draft, PurposeNote};
        let mut body = self.body(actor).with("failed", "purpose");
        body.customer = Some(customer.no.clone());
        body.tier = Some(customer.tier.name().to_owned());
        body.fields = fields.iter().map(|field| field.name().to_owned()).collect();
        // What was typed as a number is written down only when there is such a thing: it may be anybody's phone.
        let reference = if self.purpose_exists(customer, stated)? {
            stated.reference.to_string()
        } else {
            "-".to_owned()
        };
        body.purpose = Some(PurposeNote { kind: stated.kind.name().to_owned(), reference });
        self.store.append(Draft::new(action::REVEAL, Decision::Denied, &body)).await?;
        Ok(DeskError::Purpose)
    }

    /// For each class, with which purposes the policy would let the actor reveal it; none at all first.
    fn may_reveal(&self, actor: &Actor, customer: &Customer) -> Result<MayReveal, DeskError> {
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::Reveal, self.hour());
        question.customer = Some(self.facts(customer, actor)?);
        let purposes: Vec<_> = std::iter::once(None).chain(PurposeKind::ALL.into_iter().map(Some)).collect();
        let classes = crate::record::Class::ALL.into_iter();
        let may = classes
            .map(|class| {
                question.class = Some(class);
                let enough = purposes.iter().copied().filter(|purpose| {
                    question.purpose = *purpose;
                    policy.would(&question).allowed
                });
                (class, enough.collect())
            })
            .collect();
        Ok(may)
    }

    fn may_do(&self, actor: &Actor, customer: &Customer) -> Result<Vec<Action>, DeskError> {
        const OFFERED: [Action; 14] = [
            Action::ReadOrders,
            Action::ReadAccesses,
            Action::ChangeCustomer,
            Action::AssignCustomer,
            Action::ShareCustomer,
            Action::EndShare,
            Action::ReviewAccess,
            Action::MakeAuditSheet,
            Action::CreateTask,
            Action::FollowUp,
            Action::ReadHistory,
            Action::Connect,
            Action::RequestApproval,
            Action::EraseCustomer,
        ];
        let policy = self.policy();
        let mut question = Question::new(actor.facts().clone(), Action::ViewCustomer, self.hour());
        question.customer = Some(self.facts(customer, actor)?);
        let would = |action: &Action| {
            let purpose = match action {
                // Sharing may take an approval, which is asked for there.
                Action::ShareCustomer => Some(PurposeKind::Approval),
                // Who connects begins a call: it is the purpose.
                Action::Connect => Some(PurposeKind::Call),
                _ => None,
            };
            let own = *action == Action::ReviewAccess && customer.is_cared_for_by(actor.id());
            let requester = own.then(|| actor.no().to_owned());
            policy.would(&Question { action: *action, purpose, requester, ..question.clone() }).allowed
        };
        Ok(OFFERED.into_iter().filter(would).collect())
    }
}

pub(super) fn group_facts(group: &Group) -> GroupFacts {
    GroupFacts {
        department: group.department.clone(),
        region: group.region.clone(),
        tier: group.tier,
        kind: group.kind,
    }
}

/// The filter that shows what the policy lets through, narrowed by what was asked.
pub(super) fn narrow(
    actor: &Actor,
    query: &ListQuery,
    groups: &[(i64, Group)],
    visible: Option<&Visible>,
    shared_ids: Vec<i64>,
) -> Filter {
    let asked = |index: &usize| {
        groups.get(*index).filter(|(_, group)| {
            query.tier.is_none_or(|tier| group.tier == tier)
                && query.kind.is_none_or(|kind| group.kind == kind)
                && query.region.as_ref().is_none_or(|region| group.region == *region)
                && (query.scope != Scope::Department || group.department == actor.department())
        })
    };
    let ids = |indexes: &[usize]| indexes.iter().filter_map(asked).map(|(id, _)| *id).collect::<Vec<_>>();
    let (mine, shared, others) =
        visible.map_or_else(Default::default, |v| (ids(&v.as_owner), ids(&v.as_shared), ids(&v.as_other)));
    let (mine, shared, others) = match query.scope {
        Scope::Mine => (mine, Vec::new(), Vec::new()),
        Scope::Shared => (Vec::new(), shared, Vec::new()),
        Scope::All | Scope::Department => (mine, shared, others),
    };
    Filter { actor: actor.id(), mine, shared, shared_ids, others, owner: None, ids: None }
}

/// In which fields a term can be a whole value.
fn search_fields(term: &str) -> Vec<Field> {
    let digits = term.chars().filter(char::is_ascii_digit).count();
    let others = term.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '+' | 'x' | 'X'));
    if term.contains('@') {
        return vec![Field::Email];
    }
    if digits > 0 && !others {
        let candidates = [Field::Mobile, Field::IdNumber, Field::BankCard];
        return candidates.into_iter().filter(|field| crate::record::check(*field, term).is_ok()).collect();
    }
    // A single character would match far too many names; two are the shortest Chinese name.
    if term.chars().count() >= 2 { vec![Field::Name, Field::Contact] } else { Vec::new() }
}

fn cursor_of(row: &Customer, sort: Sort) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let value = match sort {
        Sort::Number => row.no.clone(),
        Sort::Spend => row.spend_fen.to_string(),
        Sort::Since => row.since.clone(),
    };
    BASE64_URL_SAFE_NO_PAD.encode(format!("{}|{value}|{}", sort as u8, row.id))
}

fn parse_cursor(cursor: &str, sort: Sort) -> Result<Start, DeskError> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let parse = || {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.split('|');
        let (kind, value, id) = (parts.next()?, parts.next()?, parts.next()?);
        (kind == (sort as u8).to_string()).then_some(())?;
        Some(Start::After(value.to_owned(), id.parse().ok()?))
    };
    parse().ok_or(DeskError::Cursor)
}
