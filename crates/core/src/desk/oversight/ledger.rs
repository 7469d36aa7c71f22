//! The ledger as people read it: entries, the live feed, proofs, the audit.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use tigertally_ledger::{VerifierKey, consistency_proof, inclusion_proof, leaf_hash, root_at};

use super::LIMIT;
use crate::{
    AuditReport, StoreError, Tigertally,
    desk::{DeskError, staff::facts_of, tiers::blocking},
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Question, Request, Subject},
    store::{
        ledger::{self, EntryFilter, EntryRow, StoredTiles, proof_error},
        sessions, staff,
    },
    vault::body_of,
};

/// What the ledger says of itself to everybody: a size, a root and a signature, and nothing of any entry.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerHead {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree at this size, base64.
    pub root: String,
    /// The last signed checkpoint (C2SP tlog-checkpoint); empty in the first second of a ledger.
    pub checkpoint: String,
    /// Number of entries that it vouches for.
    pub checkpoint_size: u64,
    /// When it was signed, Unix milliseconds.
    pub checkpoint_time_ms: u64,
    /// Name of the log.
    pub origin: String,
    /// The key that its signatures are checked with (C2SP signed-note vkey).
    pub verifier_key: String,
}

/// An entry with all that can be checked of it.
#[derive(Clone, Debug)]
pub struct EntryDetail {
    /// The entry for reading.
    pub row: EntryRow,
    /// Canonical bytes of the leaf, base64.
    pub leaf: String,
    /// Hash of the leaf as it stands in the tree (RFC 6962, section 2.1), base64.
    pub leaf_hash: String,
    /// Salt of the commitment that the leaf holds, base64; `None` once erased.
    pub salt: Option<String>,
    /// Canonical text of the body that the leaf commits to; `None` once erased.
    pub body: Option<String>,
    /// Where this reading stands in the ledger.
    pub receipt: Receipt,
}

/// Proof that an entry is in the ledger (RFC 6962, section 2.1.1).
#[derive(Clone, Debug, Serialize)]
pub struct InclusionProof {
    /// Index of the entry.
    pub index: u64,
    /// Number of entries of the tree that it is proved to be in.
    pub size: u64,
    /// Canonical bytes of the leaf, base64.
    pub leaf: String,
    /// Hash of the leaf, base64.
    pub leaf_hash: String,
    /// The hashes beside its way to the root, from the leaf upwards, base64.
    pub hashes: Vec<String>,
    /// Root of the tree, base64.
    pub root: String,
    /// The signed checkpoint that states this size and root.
    pub checkpoint: String,
}

/// Proof that a ledger continues an earlier one (RFC 6962, section 2.1.2).
#[derive(Clone, Debug, Serialize)]
pub struct ConsistencyProof {
    /// Number of entries of the earlier tree.
    pub old: u64,
    /// Root of the earlier tree, base64.
    pub old_root: String,
    /// Number of entries of the later tree.
    pub new: u64,
    /// Root of the later tree, base64.
    pub new_root: String,
    /// The hashes that lead to both roots, base64.
    pub hashes: Vec<String>,
    /// The signed checkpoint of the later tree.
    pub checkpoint: String,
}

/// Leave to follow the ledger live. It was asked for and put down once; it stands as long as the session does and the
/// policy still grants it.
#[derive(Debug)]
pub struct Watch {
    actor: Actor,
    receipt: Receipt,
}

impl Watch {
    /// Where the opening stands in the ledger: the feed begins after it.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl Tigertally {
    /// Size, root and last signed checkpoint of the ledger. Anybody may know them: who keeps them elsewhere can tell
    /// whether the ledger was changed since.
    pub fn ledger_head(&self) -> LedgerHead {
        let head = self.store.head();
        let verifier_key = self.verifier_key().to_owned();
        LedgerHead {
            size: head.tree.size(),
            root: base64(&head.tree.root()),
            checkpoint: head.signed.note.as_ref().to_owned(),
            checkpoint_size: head.signed.size,
            checkpoint_time_ms: head.signed.time_ms,
            // A verifier key begins with the name of its log.
            origin: verifier_key.split('+').next().unwrap_or_default().to_owned(),
            verifier_key,
        }
    }

    /// Reads entries, newest first, and tells where the next page begins (`before` of the next filter).
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn entries(
        &self,
        actor: &Actor,
        filter: EntryFilter,
        limit: usize,
    ) -> Result<(Vec<EntryRow>, Option<u64>, Receipt), DeskError> {
        let mut detail = asked_for(&filter);
        (detail.staff, detail.customer) = self.known(filter.staff.as_deref(), filter.customer.as_deref())?;
        let receipt = self.record(actor, Action::ReadLedger, action::LEDGER_READ, detail).await?;
        let (entries, next_before) = self.page_of_entries(filter, limit, &receipt).await?;
        Ok((entries, next_before, receipt))
    }

    /// Reads one entry with all that can be checked of it. One's own is part of one's own record.
    ///
    /// # Errors
    /// `Denied`; `NotFound` when the ledger is not so long.
    pub async fn entry(&self, actor: &Actor, index: u64) -> Result<EntryDetail, DeskError> {
        let receipt = self.record_entry_read(actor, index, "entry").await?;
        let found = self.store.read(|conn| {
            let row = ledger::entry(conn, index)?;
            Ok::<_, StoreError>(row.zip(ledger::raw_entry(conn, index)?))
        })?;
        let (row, (leaf, salt, body)) = found.ok_or(DeskError::NotFound("entry"))?;
        let leaf_hash = base64(&leaf_hash(&leaf));
        let body = body.map(String::from_utf8).transpose().map_err(|_| StoreError::Damaged("body"))?;
        Ok(EntryDetail {
            row,
            leaf: base64(&leaf),
            leaf_hash,
            salt: salt.map(|salt| base64(&salt)),
            body,
            receipt,
        })
    }

    /// Puts down that somebody read an entry, or what proves it: as the ledger's reader, or as who made the entry.
    async fn record_entry_read(&self, actor: &Actor, index: u64, what: &str) -> Result<Receipt, DeskError> {
        let row = self.store.read(|conn| ledger::entry(conn, index))?;
        let own = row.and_then(|row| row.body).is_some_and(|body| body.actor == actor.no());
        let (asked, action) = match own {
            true => (Action::ReadOwnRecord, action::OWN_RECORD),
            false => (Action::ReadLedger, action::LEDGER_READ),
        };
        self.record(actor, asked, action, Body::default().with(what, index)).await
    }

    /// Opens the live ledger. That it was opened is put down; what it then shows is not put down again and again, or it
    /// would tell of itself.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn watch(&self, actor: &Actor) -> Result<Watch, DeskError> {
        let detail = Body::default().with("live", true);
        let receipt = self.record(actor, Action::ReadLedger, action::LEDGER_READ, detail).await?;
        Ok(Watch { actor: actor.clone(), receipt })
    }

    /// The entries after an index, oldest first, 200 at most. [`Tigertally::ledger_grown`] tells when to ask again.
    ///
    /// # Errors
    /// `NotFound` once the session has ended or the policy does not grant it any more; `Store`.
    pub fn live_entries(&self, watch: &Watch, after: u64, limit: usize) -> Result<Vec<EntryRow>, DeskError> {
        if !self.may_watch(&watch.actor)? {
            return Err(DeskError::NotFound("watch"));
        }
        Ok(self.store.read(|conn| ledger::entries_after(conn, after, limit.clamp(1, LIMIT)))?)
    }

    /// Whether a watch still stands: a feed lives longer than a request, so session, role and policy are looked at anew.
    fn may_watch(&self, actor: &Actor) -> Result<bool, StoreError> {
        let found = self.store.read(|conn| {
            let session = sessions::by_token(conn, actor.token_hash())?;
            Ok::<_, StoreError>(session.zip(staff::by_id(conn, actor.id())?))
        })?;
        let Some((session, person)) = found else { return Ok(false) };
        let question = Question::new(facts_of(&person), Action::ReadLedger, self.hour());
        Ok(person.acts() && self.now_ms() < session.expires_ms && self.policy().would(&question).allowed)
    }

    /// Proves that an entry is in the ledger: in the tree of the last signed checkpoint, or of the one of this size.
    ///
    /// # Errors
    /// `NotFound` when the ledger is not so long, when no checkpoint of this size was signed, or when none covers the
    /// entry yet (one is signed every second); `Denied`.
    pub async fn proof(
        &self,
        actor: &Actor,
        index: u64,
        size: Option<u64>,
    ) -> Result<(InclusionProof, Receipt), DeskError> {
        let receipt = self.record_entry_read(actor, index, "proof").await?;
        let head = self.store.head();
        let size = size.unwrap_or(head.signed.size);
        if index >= head.tree.size() {
            return Err(DeskError::NotFound("entry"));
        }
        if index >= size {
            return Err(DeskError::NotFound("checkpoint"));
        }
        let proof = self.store.read(|conn| {
            let tiles = StoredTiles { conn };
            let checkpoint = ledger::checkpoint_at(conn, size)?.ok_or(DeskError::NotFound("checkpoint"))?;
            let (leaf, ..) = ledger::raw_entry(conn, index)?.ok_or(DeskError::NotFound("entry"))?;
            let hashes = inclusion_proof(&tiles, index, size).map_err(proof_error)?;
            let root = root_at(&tiles, size).map_err(proof_error)?;
            Ok::<_, DeskError>(InclusionProof {
                index,
                size,
                leaf_hash: base64(&leaf_hash(&leaf)),
                leaf: base64(&leaf),
                hashes: hashes.iter().map(|hash| base64(hash)).collect(),
                root: base64(&root),
                checkpoint,
            })
        })?;
        Ok((proof, receipt))
    }

    /// Proves that the ledger at a signed size continues the ledger as it was at an earlier size. `new` is the last
    /// signed size when left out.
    ///
    /// # Errors
    /// `NotFound` when no checkpoint of the new size was signed, or the old size is beyond it; `Denied`.
    pub async fn consistency(
        &self,
        actor: &Actor,
        old: u64,
        new: Option<u64>,
    ) -> Result<(ConsistencyProof, Receipt), DeskError> {
        let new = new.unwrap_or(self.store.head().signed.size);
        let detail = Body::default().with("old", old).with("new", new);
        let receipt = self.record(actor, Action::VerifyLedger, action::LEDGER_VERIFY, detail).await?;
        let proof = self.store.read(|conn| {
            let tiles = StoredTiles { conn };
            let checkpoint = ledger::checkpoint_at(conn, new)?.filter(|_| old <= new);
            let checkpoint = checkpoint.ok_or(DeskError::NotFound("checkpoint"))?;
            let hashes = consistency_proof(&tiles, old, new).map_err(proof_error)?;
            Ok::<_, DeskError>(ConsistencyProof {
                old,
                old_root: base64(&root_at(&tiles, old).map_err(proof_error)?),
                new,
                new_root: base64(&root_at(&tiles, new).map_err(proof_error)?),
                hashes: hashes.iter().map(|hash| base64(hash)).collect(),
                checkpoint,
            })
        })?;
        Ok((proof, receipt))
    }

    /// Recomputes the whole ledger from its entries up, and puts down what was found. It takes seconds for millions of
    /// entries, beside what else is served.
    ///
    /// # Errors
    /// `Denied`; `Store`. That the ledger does not hold is no error: it is [`AuditReport::fault`].
    pub async fn verify_ledger(&self, actor: &Actor) -> Result<(AuditReport, Receipt), DeskError> {
        let request = Request::new(actor.facts().clone(), Action::VerifyLedger, Subject::None, self.hour());
        let permit = self.permit(actor, action::LEDGER_VERIFY, request).await?;
        let key =
            VerifierKey::parse(self.verifier_key()).map_err(|_| StoreError::Damaged("the ledger's key"))?;
        // The checkpoint in memory vouches for the ledger even where the database was put back under a running server.
        let kept =
            [self.store.head().signed.note.as_ref().to_owned()].into_iter().filter(|note| !note.is_empty());
        let (store, kept) = (Arc::clone(&self.store), kept.collect::<Vec<_>>());
        let report = blocking(move || store.read(|conn| ledger::audit(conn, &key, &kept, |_| {}))).await?;
        let mut body =
            body_of(&permit, actor.via()).with("entries", report.entries).with("ok", report.fault.is_none());
        if let Some(fault) = &report.fault {
            body = body.with("fault", fault.to_string());
        }
        let receipt = self.store.append(Draft::new(action::LEDGER_VERIFY, Decision::Allowed, &body)).await?;
        Ok((report, receipt))
    }
}

/// What was asked for, as the entry tells it, but for the people.
fn asked_for(filter: &EntryFilter) -> Body {
    let mut body = Body::default();
    let numbers = [
        ("before", filter.before),
        ("from", filter.from),
        ("since_ms", filter.since_ms),
        ("until_ms", filter.until_ms),
    ];
    for (key, number) in numbers.into_iter().filter_map(|(key, number)| Some((key, number?))) {
        body = body.with(key, number);
    }
    if let Some(team) = &filter.team {
        body = body.with("team", team.len());
    }
    if !filter.actions.is_empty() {
        body = body.with("actions", filter.actions.clone());
    }
    if let Some(decision) = filter.decision {
        body = body.with("decision", format!("{decision:?}").to_lowercase());
    }
    if let Some(tier) = filter.tier {
        body = body.with("of_tier", tier.name());
    }
    body
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
