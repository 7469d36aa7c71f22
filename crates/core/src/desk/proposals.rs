//! Proposals: another policy, or another tier rule, comes in force when somebody else approves it. What was proposed is fixed
//! when it is proposed; the last vote that was needed puts exactly that in force, in one change, if what it was based on is
//! still in force then.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    DeskError, TierMove,
    approvals::{ask, reason_of},
    rules::{changed, only_in, parse},
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Policy, Request, Subject},
    record::TierRule,
    store::{
        Tx,
        approvals::{self, NewApproval, Target},
        proposals::{self, Proposal, ProposalKind},
    },
    vault::body_of,
};

/// Which rules a policy would change, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyChange {
    /// Rules that are new.
    pub added: Vec<String>,
    /// Rules that would go.
    pub removed: Vec<String>,
    /// Rules whose text is another.
    pub changed: Vec<String>,
}

/// What a tier rule would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierChange {
    /// The rule that it would take the place of.
    pub from: TierRule,
    /// The rule.
    pub to: TierRule,
    /// Whom it would move, as counted when it was proposed: without examples.
    pub moves: Vec<TierMove>,
}

/// A policy that somebody proposed.
#[derive(Clone, Debug)]
pub struct ProposedPolicy {
    /// The version that it is based on.
    pub based_on: u32,
    /// Its text.
    pub text: String,
    /// Where the reading stands in the ledger.
    pub receipt: Receipt,
}

/// How customers would move, as it is kept.
#[derive(Serialize, Deserialize)]
struct Moving {
    from: String,
    to: String,
    customers: u64,
}

/// What came in force, to be told to the running program once it is on disk.
pub(super) enum InForce {
    Policy(Box<Policy>),
    Tiers(TierRule),
}

impl Tigertally {
    /// Proposes another policy; the number of the approval that it waits for. `based_on` is the version that its author
    /// edited.
    ///
    /// # Errors
    /// `PolicyFaults`; `Conflict` when another version came in force since, or when it is the same; `Invalid`; `Denied`.
    pub async fn propose_policy(
        self: &Arc<Self>,
        actor: &Actor,
        based_on: u32,
        text: String,
        reason: &str,
    ) -> Result<(i64, Receipt), DeskError> {
        let reason = reason_of(reason)?;
        let before = self.policy();
        let policy = parse(text.clone(), based_on + 1).await?;
        let change = PolicyChange {
            added: only_in(&policy, &before),
            removed: only_in(&before, &policy),
            changed: changed(&before, &policy),
        };
        let stands = before.version() == based_on && before.text() != policy.text();
        let effect = serde_json::to_string(&change).map_err(|_| StoreError::Damaged("a proposal"))?;
        let kind = ProposalKind::Policy;
        let new = Proposal { id: 0, kind, based_on: based_on.to_string(), text, effect };
        self.propose(actor, new, stands, reason).await
    }

    /// Proposes another tier rule; the number of the approval that it waits for.
    ///
    /// # Errors
    /// `Setting` for a rule that makes no sense; `Conflict` when it is the one in force; `Invalid`; `Denied`.
    pub async fn propose_tiers(
        self: &Arc<Self>,
        actor: &Actor,
        rule: &TierRule,
        reason: &str,
    ) -> Result<(i64, Receipt), DeskError> {
        rule.check().map_err(|_| DeskError::Setting("tiers"))?;
        let reason = reason_of(reason)?;
        let in_force = self.settings().tiers;
        let preview = self.preview_tiers(actor, rule).await?;
        let moves = preview.moves.iter().map(|moved| Moving {
            from: moved.from.name().to_owned(),
            to: moved.to.name().to_owned(),
            customers: moved.customers,
        });
        let json = |value: Result<String, serde_json::Error>| {
            value.map_err(|_| DeskError::from(StoreError::Damaged("a proposal")))
        };
        let new = Proposal {
            id: 0,
            kind: ProposalKind::Tiers,
            based_on: json(serde_json::to_string(&in_force))?,
            text: json(serde_json::to_string(rule))?,
            effect: json(serde_json::to_string(&moves.collect::<Vec<_>>()))?,
        };
        self.propose(actor, new, in_force != *rule, reason).await
    }

    async fn propose(
        self: &Arc<Self>,
        actor: &Actor,
        mut new: Proposal,
        stands: bool,
        reason: String,
    ) -> Result<(i64, Receipt), DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ProposeRules, Subject::None, self.hour());
        let permit = self.permit(actor, action::APPROVAL, request).await?;
        if !stands {
            return Err(DeskError::Conflict);
        }
        let body = body_of(&permit, actor.via());
        let (this, requester, lapses_ms) = (Arc::clone(self), actor.id(), self.request_lapses());
        self.store
            .change(move |tx| {
                new.id = tx.next_id("proposal")?;
                let id = tx.next_id("approval")?;
                tx.add_proposal(&new)?;
                ask(
                    tx,
                    &NewApproval {
                        id,
                        target: Target::Proposal(new.id),
                        requester,
                        fields: 0,
                        scope: new.scope(&this.log_keys),
                        needed: 1,
                        reason: this.vault.seal_text("approval", id, &reason),
                        lapses_ms,
                    },
                )?;
                let body = told(body, &new)?.with("approval", id);
                Ok(tx.commit(Draft::new(action::APPROVAL, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Reads a policy that somebody proposed, by the number of its approval.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn proposed_policy(&self, actor: &Actor, approval: i64) -> Result<ProposedPolicy, DeskError> {
        let detail = Body::default().with("approval", approval);
        let receipt = self.record(actor, Action::ReadPolicy, action::POLICY_READ, detail).await?;
        let row = self.store.read(|conn| approvals::approval(conn, approval))?;
        let proposal = match row.map(|row| row.target) {
            Some(Target::Proposal(id)) => self.proposal(id)?,
            _ => return Err(DeskError::NotFound("approval")),
        };
        if proposal.kind != ProposalKind::Policy {
            return Err(DeskError::NotFound("approval"));
        }
        let based_on = version_of(&proposal)?;
        Ok(ProposedPolicy { based_on, text: proposal.text, receipt })
    }

    pub(super) fn proposal(&self, id: i64) -> Result<Proposal, DeskError> {
        let found = self.store.read(|conn| proposals::proposal(conn, &self.log_keys, id))?;
        found.ok_or_else(|| StoreError::Damaged("a proposal").into())
    }

    /// What was proposed, made ready to come in force before the change that does it.
    pub(super) async fn proposed(&self, id: i64) -> Result<InForce, DeskError> {
        let proposal = self.proposal(id)?;
        Ok(match proposal.kind {
            ProposalKind::Policy => {
                let version = version_of(&proposal)? + 1;
                InForce::Policy(Box::new(parse(proposal.text, version).await?))
            }
            ProposalKind::Tiers => InForce::Tiers(rule_of(&proposal.text)?),
        })
    }

    /// Puts what was proposed in force inside the change that approved it; what the entry tells of it.
    ///
    /// # Errors
    /// `Conflict` when what it was based on is in force no more.
    pub(super) fn put_in_force(
        &self,
        tx: &Tx<'_>,
        id: i64,
        scope: &[u8],
        author: &str,
        body: Body,
    ) -> Result<Body, DeskError> {
        let proposal = tx.proposal(id)?.filter(|proposal| proposal.scope(&self.log_keys) == scope);
        let proposal = proposal.ok_or(StoreError::Damaged("a proposal"))?;
        match proposal.kind {
            ProposalKind::Policy => {
                let based_on = version_of(&proposal)?;
                let current = self.policy().version() == based_on;
                if !current || !tx.add_policy(based_on + 1, &proposal.text, author)? {
                    return Err(DeskError::Conflict);
                }
            }
            ProposalKind::Tiers => {
                self.set_tier_rule(tx, &rule_of(&proposal.based_on)?, rule_of(&proposal.text)?)?
            }
        }
        Ok(told(body, &proposal)?.with("in_force", true))
    }

    /// What a tier rule would change, of a proposal.
    pub(super) fn tier_change(proposal: &Proposal) -> Result<TierChange, DeskError> {
        let moves: Vec<Moving> =
            serde_json::from_str(&proposal.effect).map_err(|_| StoreError::Damaged("a proposal"))?;
        let moves = moves.into_iter().filter_map(|moved| {
            use crate::record::Tier;
            Some(TierMove {
                from: Tier::parse(&moved.from)?,
                to: Tier::parse(&moved.to)?,
                customers: moved.customers,
                examples: Vec::new(),
            })
        });
        let (from, to) = (rule_of(&proposal.based_on)?, rule_of(&proposal.text)?);
        Ok(TierChange { from, to, moves: moves.collect() })
    }

    /// Which rules a policy would change, of a proposal.
    pub(super) fn policy_change(proposal: &Proposal) -> Result<(u32, PolicyChange), DeskError> {
        let change = serde_json::from_str(&proposal.effect).map_err(|_| StoreError::Damaged("a proposal"))?;
        Ok((version_of(proposal)?, change))
    }
}

/// What an entry says of a proposal: the policy's version with its digest and the rules that differ, or the tier rule.
fn told(body: Body, proposal: &Proposal) -> Result<Body, DeskError> {
    Ok(match proposal.kind {
        ProposalKind::Policy => {
            let (based_on, change) = Tigertally::policy_change(proposal)?;
            let digest = crate::hex(&crate::digest(&[proposal.text.as_bytes()]));
            body.with("policy", based_on + 1)
                .with("sha256", digest)
                .with("added", change.added)
                .with("removed", change.removed)
                .with("changed", change.changed)
        }
        ProposalKind::Tiers => {
            let rule = serde_json::from_str::<serde_json::Value>(&proposal.text);
            body.with("tiers", rule.map_err(|_| StoreError::Damaged("a proposal"))?)
        }
    })
}

fn version_of(proposal: &Proposal) -> Result<u32, DeskError> {
    Ok(proposal.based_on.parse().map_err(|_| StoreError::Damaged("a proposal"))?)
}

fn rule_of(json: &str) -> Result<TierRule, DeskError> {
    Ok(serde_json::from_str(json).map_err(|_| StoreError::Damaged("a proposal"))?)
}
