//! Which customers a list may show.

use std::collections::BTreeSet;

use super::facts::{Case, Relation};
use super::{ActorFacts, GroupFacts, Policy, RuleId};
use crate::record::{Kind, Tier};

/// The customers that somebody may see in a list, said in groups.
///
/// A customer may be shown when its group is in [`Visible::as_owner`] and the actor is its owner or named contact
/// person, when its group is in [`Visible::as_shared`] and the actor is neither and it is shared with them, or when its
/// group is in [`Visible::as_other`] and it is not.
///
/// Customers fall in few groups (department × region × tier × kind: some hundreds at most), and the schema lets a
/// rule for lists know only the group and what the actor is to the customer. So three questions a group give
/// an *exact* filter, whatever the rules say, that the database can apply with its indexes: no row is fetched to
/// be thrown away, pages stay full and totals right. Cedar's partial evaluation would also give a residual to
/// translate into SQL, but it is experimental, and a translation is one more place where a list could show what
/// a page denies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// Groups, by their place in what was asked, whose customers are shown to their owner and contact person.
    pub as_owner: Vec<usize>,
    /// Groups whose customers are shown to somebody with whom they are shared.
    pub as_shared: Vec<usize>,
    /// Groups whose customers are shown to somebody who is nothing of this.
    pub as_other: Vec<usize>,
}

impl Visible {
    /// Whether nothing may be shown.
    pub fn is_empty(&self) -> bool {
        self.as_owner.is_empty() && self.as_shared.is_empty() && self.as_other.is_empty()
    }
}

impl Policy {
    /// Which of these groups somebody may list ([`super::Action::ListCustomers`]).
    pub fn visible<'g>(
        &self,
        actor: &ActorFacts,
        groups: impl IntoIterator<Item = &'g GroupFacts>,
        hour: u8,
    ) -> Visible {
        let mut visible = Visible::default();
        for (index, group) in groups.into_iter().enumerate() {
            for relation in Relation::ALL {
                if self.answer(&Case::listing(actor, group, relation, hour)).allowed {
                    match relation {
                        Relation::Own => visible.as_owner.push(index),
                        Relation::Shared => visible.as_shared.push(index),
                        Relation::Other => visible.as_other.push(index),
                    }
                }
            }
        }
        visible
    }

    /// Whether somebody may list customers of any group of their own department and region, were there one; and
    /// the rules that say so. Tells an empty list from a list that is denied.
    pub(super) fn may_list(&self, actor: &ActorFacts, hour: u8) -> (bool, Vec<RuleId>) {
        let mut permits = BTreeSet::new();
        let mut forbids = BTreeSet::new();
        for tier in Tier::ALL {
            for kind in [Kind::Person, Kind::Company] {
                let (department, region) = (actor.department.clone(), actor.region.clone());
                let group = GroupFacts { department, region, tier, kind };
                for relation in Relation::ALL {
                    let answer = self.answer(&Case::listing(actor, &group, relation, hour));
                    let rules = if answer.allowed { &mut permits } else { &mut forbids };
                    rules.extend(answer.rules.iter().cloned());
                }
            }
        }
        let allowed = !permits.is_empty();
        (allowed, if allowed { permits } else { forbids }.into_iter().collect())
    }
}
