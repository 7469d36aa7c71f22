//! Splitting: who gets which customers. Computed, shown before it is done, and done again as often as it takes.

use std::{collections::HashMap, sync::Arc};

use super::{
    super::{DeskError, customers::group_facts, staff::facts_of, work::invalid},
    CHUNK, open,
};
use crate::{
    StaffRow, Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, CustomerFacts, Question},
    record::{Invalid, Tier},
    store::{
        customers::{self, Group},
        handovers::{self, HandoverRow, Item},
        staff,
    },
    vault::body_of,
};

/// Most receivers of one split.
const MOST_RECEIVERS: usize = 100;

/// How customers are to be split.
#[derive(Clone, Debug, Default)]
pub struct SplitPlan {
    /// Who gets them, by staff number.
    pub receivers: Vec<String>,
    /// Only customers of this region.
    pub region: Option<String>,
    /// Only customers of this tier.
    pub tier: Option<Tier>,
    /// Whether those are split anew that were given and not signed for.
    pub again: bool,
}

/// What a receiver would get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Staff number and name.
    pub receiver: (String, String),
    /// How many customers they own now.
    pub load: u64,
    /// How many they would get, by tier: low, medium, high.
    pub tiers: [u64; 3],
    /// Those of them that are of the receiver's own region.
    pub own_region: u64,
}

impl Share {
    /// How many they would get.
    pub fn customers(&self) -> u64 {
        self.tiers.iter().sum()
    }
}

/// What a split would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPreview {
    /// What each receiver would get, in the order asked for.
    pub shares: Vec<Share>,
    /// Customers whom none of them may care for, by the policy.
    pub nobody: u64,
}

/// A split worked out: which receiver, by its place, gets which customer.
struct Worked {
    row: HandoverRow,
    receivers: Vec<StaffRow>,
    given: Vec<(i64, usize)>,
    preview: SplitPreview,
}

impl Tigertally {
    /// Shows what a split would do.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Conflict` when the hand-over is over; `Invalid`; `Store`.
    pub async fn preview_split(
        &self,
        actor: &Actor,
        id: i64,
        plan: &SplitPlan,
    ) -> Result<(SplitPreview, Receipt), DeskError> {
        let (row, permit) = self.manage(actor, id, action::HANDOVER).await?;
        let worked = self.work_out(actor, row, plan)?;
        let mut body = body_of(&permit, actor.via()).with("handover", id).with("preview", true);
        body.staff = Some(worked.row.leaver.no.clone());
        let receipt = self.store.append(Draft::recorded(action::HANDOVER, &body)).await?;
        Ok((worked.preview, receipt))
    }

    /// Splits customers among receivers: each gets a part to look at and sign for.
    ///
    /// # Errors
    /// As [`Tigertally::preview_split`].
    pub async fn split_handover(
        self: &Arc<Self>,
        actor: &Actor,
        id: i64,
        plan: &SplitPlan,
    ) -> Result<(SplitPreview, Receipt), DeskError> {
        let (row, permit) = self.manage(actor, id, action::HANDOVER).await?;
        let _one_at_a_time = self.splits.lock().await;
        self.take_stock(actor, id, row.leaver.id).await?;
        let Worked { row, receivers, given, preview } = self.work_out(actor, row, plan)?;
        let mut body = body_of(&permit, actor.via()).with("handover", id);
        body.staff = Some(row.leaver.no.clone());
        let shares = preview.shares.iter().filter(|share| share.customers() > 0);
        let shares: serde_json::Map<_, _> =
            shares.map(|share| (share.receiver.0.clone(), share.customers().into())).collect();
        let told = body.clone().with("split", shares);
        let with_customers: Vec<bool> = preview.shares.iter().map(|share| share.customers() > 0).collect();
        let by = actor.id();
        let ids: Vec<i64> = receivers.iter().map(|person| person.id).collect();
        let (parts, receipt) = self
            .store
            .change(move |tx| {
                open(tx.handover(id)?)?;
                let mut parts = Vec::with_capacity(ids.len());
                for (receiver, gets) in ids.iter().zip(with_customers) {
                    parts.push(if gets { tx.part_for(id, *receiver, by)? } else { 0 });
                }
                Ok::<_, DeskError>(tx.commit(Draft::new(action::HANDOVER, Decision::Allowed, &told), parts)?)
            })
            .await?;
        let given: Vec<(i64, i64)> = given.into_iter().map(|(customer, at)| (customer, parts[at])).collect();
        for piece in given.chunks(CHUNK as usize) {
            let (piece, body) = (piece.to_vec(), body.clone());
            self.store
                .change(move |tx| {
                    open(tx.handover(id)?)?;
                    let count = tx.give(id, &piece)?;
                    let body = body.with("given", count);
                    Ok::<_, DeskError>(tx.commit(Draft::recorded(action::HANDOVER, &body), ())?)
                })
                .await?;
        }
        let body = body.with("given_out", given.len() as u64);
        self.store
            .change(move |tx| {
                tx.drop_empty_parts(id)?;
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::HANDOVER, &body), ())?)
            })
            .await?;
        Ok((preview, receipt))
    }

    /// Works a split out: the high tier first, each customer to a receiver of its region if there is one, and there to the
    /// one with the least to care for.
    fn work_out(&self, actor: &Actor, row: HandoverRow, plan: &SplitPlan) -> Result<Worked, DeskError> {
        let row = open(Some(row))?;
        if plan.receivers.is_empty() {
            return Err(invalid("receivers", Invalid::Empty));
        }
        if plan.receivers.len() > MOST_RECEIVERS {
            return Err(DeskError::TooMuch(MOST_RECEIVERS));
        }
        let mut receivers: Vec<StaffRow> = Vec::new();
        for no in &plan.receivers {
            let found = self.store.read(|conn| staff::by_no(conn, no.trim()))?;
            let person = found.filter(|person| person.acts() && person.id != row.leaver.id);
            let person = person.ok_or_else(|| invalid("receivers", Invalid::BadChoice))?;
            if self.is_leaving(person.id)? {
                return Err(invalid("receivers", Invalid::BadChoice));
            }
            if receivers.iter().all(|known| known.id != person.id) {
                receivers.push(person);
            }
        }
        let ids: Vec<i64> = receivers.iter().map(|person| person.id).collect();
        let (items, groups, loads) = self.store.read(|conn| {
            let items = handovers::to_give(conn, row.id, plan.again)?;
            let groups: HashMap<i64, Group> = customers::groups(conn)?.into_iter().collect();
            Ok::<_, DeskError>((items, groups, handovers::owned(conn, &ids)?))
        })?;
        let mut shares: Vec<Share> = receivers
            .iter()
            .zip(&loads)
            .map(|(person, load)| Share {
                receiver: (person.no.clone(), person.name.clone()),
                load: *load,
                tiers: [0; 3],
                own_region: 0,
            })
            .collect();
        let asked = |group: &Group| {
            plan.region.as_ref().is_none_or(|region| group.region == *region)
                && plan.tier.is_none_or(|tier| group.tier == tier)
        };
        // Customers that the policy cannot tell apart are asked for once.
        let mut kinds: HashMap<(i64, bool), Vec<&Item>> = HashMap::new();
        for item in &items {
            if groups.get(&item.group).is_some_and(asked) {
                kinds.entry((item.group, item.owned)).or_default().push(item);
            }
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|((group, owned), _)| {
            (groups.get(group).map(|group| std::cmp::Reverse(group.tier as u8)), *group, *owned)
        });
        let (mut given, mut nobody) = (Vec::with_capacity(items.len()), 0);
        for ((group, owned), items) in kinds {
            let Some(group) = groups.get(&group) else { continue };
            let able: Vec<usize> = receivers
                .iter()
                .enumerate()
                .filter(|(_, person)| self.may_get(actor, &row, person, group, owned))
                .map(|(at, _)| at)
                .collect();
            let near: Vec<usize> =
                able.iter().copied().filter(|at| receivers[*at].region == group.region).collect();
            let among = if near.is_empty() { &able } else { &near };
            for item in items {
                let tier = group.tier as usize - 1;
                let least = among.iter().copied().min_by_key(|at| {
                    let share = &shares[*at];
                    let high = if group.tier == Tier::High { share.tiers[2] } else { 0 };
                    (high, share.load + share.customers(), *at)
                });
                let Some(at) = least else {
                    nobody += 1;
                    continue;
                };
                shares[at].tiers[tier] += 1;
                shares[at].own_region += u64::from(receivers[at].region == group.region);
                given.push((item.customer, at));
            }
        }
        Ok(Worked { row, receivers, given, preview: SplitPreview { shares, nobody } })
    }

    /// Whether the policy lets the actor give such customers to this receiver, and lets the receiver see them as theirs.
    fn may_get(
        &self,
        actor: &Actor,
        row: &HandoverRow,
        receiver: &StaffRow,
        group: &Group,
        owned: bool,
    ) -> bool {
        let facts = group_facts(group);
        let of = |owner: &str, department: &str| {
            let (owner, contact) =
                if owned { (Some(owner.to_owned()), None) } else { (None, Some(owner.to_owned())) };
            CustomerFacts {
                owner,
                contact_person: contact,
                department: department.to_owned(),
                region: facts.region.clone(),
                tier: facts.tier,
                kind: facts.kind,
                review_overdue: false,
                pooled: false,
                shared: None,
            }
        };
        let mut giving = Question::new(actor.facts().clone(), Action::AssignCustomer, self.hour());
        giving.customer = Some(of(&row.leaver.no, &facts.department));
        giving.requester = Some(receiver.no.clone());
        let mut seeing = Question::new(facts_of(receiver), Action::ViewCustomer, self.hour());
        let department = if owned { &receiver.department } else { &facts.department };
        seeing.customer = Some(of(&receiver.no, department));
        self.policy().would(&giving).allowed && self.policy().would(&seeing).allowed
    }
}
