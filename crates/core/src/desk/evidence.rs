//! Evidence: entries taken out of the ledger for a stranger, with all that lets them be checked offline.
//!
//! It goes in three steps, so that nothing is made without its entry: a matter is opened (the gate, and the reason), the
//! evidence is gathered, and the bundle is sealed with the reports that the server writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tigertally_ledger::{
    AddCheckpoint, Checkpoint, Hash, Note, TlogProof, TrustPolicy, Trusted,
    bundle::{self, BundleEntry, Erased, Files, Manifest, Scope},
    consistency_proof, inclusion_proof,
};

use super::{DeskError, work::free_text};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, PurposeNote, Receipt, action},
    identity::Actor,
    policy::{Action, Request, Subject},
    record::Invalid,
    store::{
        Connection, Published, evidence,
        ledger::{self, EntryFilter, EntryRow, RememberedTiles, StoredTiles, proof_error},
        time_stamps::{self, TimeStamp},
    },
    vault::body_of,
};

/// Most entries of a bundle.
pub const MOST_ENTRIES: usize = 10_000;
/// The longest reason, in characters.
const REASON_MAX: usize = 500;
/// A new entry is covered by a checkpoint that enough witnesses cosigned within so long, or the witnesses are missed.
const COVERED_WITHIN: Duration = Duration::from_secs(10);

/// What evidence is asked for. At least a customer, a member of staff or entries.
#[derive(Clone, Debug, Default)]
pub struct EvidenceScope {
    /// What concerns this customer alone, by number; and who erased it. Entries that name many (pages of lists, imports,
    /// rows of an export) are not found by it.
    ///
    /// They would show a stranger hundreds of other customers' numbers. And to find them, a table of every name in every
    /// such entry is needed: measured with 100,000 customers, 0.9 KB kept and 240 KB of write-ahead log written for each
    /// page of 50 that somebody looks at, since the names lie all over the index. Who needs them names them: by member of
    /// staff, or by index.
    pub customer: Option<String>,
    /// What this member of staff did, by number.
    pub staff: Option<String>,
    /// These entries.
    pub entries: Vec<u64>,
    /// From this time on, Unix milliseconds.
    pub from_ms: Option<u64>,
    /// Before this time, Unix milliseconds.
    pub to_ms: Option<u64>,
}

/// A matter that is on record: leave to gather its evidence once.
#[derive(Debug)]
#[must_use = "a matter without its evidence leaves an entry for nothing"]
pub struct Matter {
    id: i64,
    actor: Actor,
    scope: EvidenceScope,
    /// Indexes of the entries, ascending.
    indexes: Vec<u64>,
    receipt: Receipt,
}

impl Matter {
    /// Where the opening stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Number of the matter.
    pub fn id(&self) -> i64 {
        self.id
    }
}

/// A checkpoint with those who vouch for it.
pub(super) struct Vouched {
    published: Published,
    policy: TrustPolicy,
    pub(super) trusted: Trusted,
    /// Whether there are witnesses.
    cosigned: bool,
}

/// The evidence of a matter, before it is sealed.
pub struct Gathered {
    /// The entries, oldest first, for the reports.
    pub entries: Vec<EntryRow>,
    /// Who erased which of them: index of the entry, and of the one that ordered it.
    pub erased: BTreeMap<u64, u64>,
    /// The checkpoint that the proofs lead to.
    pub checkpoint: Checkpoint,
    /// Who cosigned it, and when (POSIX seconds).
    pub cosignatures: Vec<(String, u64)>,
    /// The time stamps that vouch for it.
    pub stamps: Vec<TimeStamp>,
    /// What was asked for, and by whom.
    pub manifest: Manifest,
    files: Files,
    actor: Actor,
}

impl Tigertally {
    /// Opens a matter: asks the policy, and puts down who asks for what, and why (the reason itself is sealed).
    ///
    /// # Errors
    /// `Invalid` for a reason or scope that is none; `NotFound` when nothing is in the scope; `TooMuch` when more than
    /// [`MOST_ENTRIES`] are; `Denied`; `Store`.
    pub async fn open_matter(
        &self,
        actor: &Actor,
        scope: EvidenceScope,
        reason: &str,
    ) -> Result<Matter, DeskError> {
        let reason = free_text("reason", reason, REASON_MAX)?;
        let empty = |field: &str| DeskError::Invalid { field: field.to_owned(), problem: Invalid::Empty };
        if reason.is_empty() {
            return Err(empty("reason"));
        }
        if scope.customer.is_none() && scope.staff.is_none() && scope.entries.is_empty() {
            return Err(empty("scope"));
        }
        let request = Request::new(actor.facts().clone(), Action::MakeEvidence, Subject::None, self.hour());
        let permit = self.permit(actor, action::EVIDENCE, request).await?;
        self.store.catch_up().await?;
        let indexes = self.store.read(|conn| select(conn, &scope))?;
        if indexes.is_empty() {
            return Err(DeskError::NotFound("entry"));
        }
        if indexes.len() > MOST_ENTRIES {
            return Err(DeskError::TooMuch(MOST_ENTRIES));
        }
        let id = self.store.read(evidence::next_matter)?;
        let mut body = body_of(&permit, actor.via()).with("entries", indexes.len());
        // Numbers that exist: what somebody typed stands in no entry. An erased customer's still stands in its order.
        (body.staff, _) = self.known(scope.staff.as_deref(), None)?;
        body.customer = self.store.read(|conn| evidence::known(conn, scope.customer.as_deref()))?;
        body.purpose = Some(PurposeNote { kind: "matter".to_owned(), reference: id.to_string() });
        for (key, time) in [("from_ms", scope.from_ms), ("to_ms", scope.to_ms)] {
            if let Some(time) = time {
                body = body.with(key, time);
            }
        }
        let (sealed, staff) = (self.vault.seal_text("matter", id, &reason), actor.id());
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.add_matter(id, &sealed, staff)?;
                tx.commit(Draft::new(action::EVIDENCE, Decision::Allowed, &body), ())
            })
            .await?;
        Ok(Matter { id, actor: actor.clone(), scope, indexes, receipt })
    }

    /// Waits until a checkpoint covers all entries of a matter: one that enough witnesses cosigned, if there are witnesses.
    ///
    /// # Errors
    /// `Uncovered` when none does in time; `Store`.
    pub async fn cover(&self, matter: &Matter) -> Result<(), DeskError> {
        let last = matter.indexes.last().copied().unwrap_or_default();
        let policy = self.settings().evidence.policy_of(&self.log_key()?);
        self.covering(last, policy.as_ref()).await.map(drop)
    }

    /// Gathers the evidence of a matter. It waits until a checkpoint that enough witnesses cosigned covers it all.
    ///
    /// # Errors
    /// `Uncovered` when none does in time; `Store`.
    pub async fn gather_evidence(&self, matter: Matter) -> Result<Gathered, DeskError> {
        let last = matter.indexes.last().copied().unwrap_or_default();
        let Vouched { published: checkpoint, policy, trusted, cosigned } = self.vouched(last).await?;
        let note = Note::parse(&checkpoint.note).map_err(|_| StoreError::Damaged("a checkpoint"))?;
        let mut vkey = format!("{}\n", self.verifier_key());
        if self.log_keys.second_key().cosigned(&note).ok().flatten().is_some() {
            vkey = format!("{vkey}{}\n", self.second_verifier_key());
        }
        let mut files = Files::from([
            ("vkey".to_owned(), vkey.into_bytes()),
            ("policy".to_owned(), policy.to_string().into_bytes()),
            ("checkpoint".to_owned(), checkpoint.note.as_bytes().to_vec()),
        ]);
        let own = &trusted.checkpoint;
        let newer = if cosigned { self.store.head().cosigned } else { self.store.head().signed };
        let (rows, erased, stamps) = self.store.read(|conn| {
            let erased = who_erased(conn)?;
            let tiles = RememberedTiles::new(conn);
            for index in &matter.indexes {
                put_entry(conn, &tiles, *index, &checkpoint, &erased, &mut files)?;
            }
            if newer.size > own.size {
                let proof = consistency(conn, own.size, newer.size, &newer.note)?;
                files.insert("newer".to_owned(), proof.into_bytes());
            }
            // Over the last entry, so over all; the earliest over the first; and the last before the first, which all
            // came after.
            let first = matter.indexes[0];
            let mut stamps = time_stamps::over(conn, last)?;
            for stamp in time_stamps::over(conn, first)?.into_iter().chain(time_stamps::before(conn, first)?)
            {
                if !stamps.contains(&stamp) {
                    stamps.push(stamp);
                }
            }
            for (at, stamp) in stamps.iter().enumerate() {
                put_stamp(conn, at + 1, stamp, own, &checkpoint, &mut files)?;
            }
            let rows: Vec<EntryRow> = matter
                .indexes
                .iter()
                .filter_map(|index| ledger::entry(conn, *index).transpose())
                .collect::<Result<_, _>>()?;
            Ok::<_, StoreError>((rows, erased, stamps))
        })?;
        let erased = erased
            .into_iter()
            .filter(|(index, _)| matter.indexes.contains(index))
            .map(|(index, (by, _))| (index, by));
        Ok(Gathered {
            entries: rows,
            erased: erased.collect(),
            cosignatures: trusted.cosignatures,
            stamps,
            manifest: self.manifest(&matter, &own.origin),
            checkpoint: trusted.checkpoint,
            files,
            actor: matter.actor,
        })
    }

    /// Adds the reports, signs the manifest and packs the bundle. That it was made, and its SHA-256, is put down.
    ///
    /// # Errors
    /// `TooMuch` when it is too large; `Store`.
    pub async fn seal_evidence(
        &self,
        gathered: Gathered,
        reports: Vec<(String, Vec<u8>)>,
    ) -> Result<(Vec<u8>, Receipt), DeskError> {
        let Gathered { mut files, manifest, actor, .. } = gathered;
        files.extend(reports);
        let matter = manifest.matter;
        let zip = bundle::seal(files, manifest, self.log_keys.signer())
            .map_err(|_| DeskError::TooMuch(MOST_ENTRIES))?;
        let sha256 = crate::hex(&crate::digest(&[&zip]));
        let mut body = self.body(&actor).with("sha256", sha256).with("bytes", zip.len());
        body.purpose = Some(PurposeNote { kind: "matter".to_owned(), reference: matter.to_string() });
        let receipt = self.store.append(Draft::recorded(action::EVIDENCE, &body)).await?;
        Ok((zip, receipt))
    }

    /// A checkpoint over an entry, and who vouches for it; waits for one.
    ///
    /// # Errors
    /// `Uncovered` when none that enough witnesses cosigned comes in time; `Store`.
    pub(super) async fn vouched(&self, index: u64) -> Result<Vouched, DeskError> {
        let policy = self.settings().evidence.policy_of(&self.log_key()?);
        let cosigned = policy.is_some();
        let published = self.covering(index, policy.as_ref()).await?;
        let policy = policy.map_or_else(|| self.log_key().map(TrustPolicy::of_log), Ok)?;
        let trusted = policy.check(&published.note).map_err(|_| DeskError::Uncovered)?;
        Ok(Vouched { published, policy, trusted, cosigned })
    }

    /// The smallest checkpoint over an entry; waits for one. With a policy, one that it accepts: where other witnesses
    /// cosigned at that time, the last one that those of today cosigned.
    async fn covering(&self, index: u64, policy: Option<&TrustPolicy>) -> Result<Published, DeskError> {
        let cosigned = policy.is_some();
        let accepted = |note: &str| policy.is_none_or(|policy| policy.check(note).is_ok());
        let end = tokio::time::Instant::now() + COVERED_WITHIN;
        loop {
            let found = self.store.read(|conn| ledger::checkpoint_over(conn, index, cosigned))?;
            let last = self.store.head().cosigned.clone();
            if !found.note.is_empty() && accepted(&found.note) {
                return Ok(found);
            }
            if cosigned && last.size > index && accepted(&last.note) {
                return Ok(last);
            }
            if tokio::time::Instant::now() >= end {
                return Err(DeskError::Uncovered);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn manifest(&self, matter: &Matter, origin: &str) -> Manifest {
        let EvidenceScope { customer, staff, entries, from_ms, to_ms } = matter.scope.clone();
        Manifest {
            format: bundle::FORMAT.to_owned(),
            origin: origin.to_owned(),
            made: rfc3339(self.now_ms()),
            matter: matter.id.unsigned_abs(),
            made_by: matter.actor.no().to_owned(),
            scope: Scope { customer, staff, entries, from: from_ms.map(rfc3339), to: to_ms.map(rfc3339) },
            entries: matter.indexes.clone(),
            files: BTreeMap::new(),
        }
    }
}

/// The entries of a scope, with the outcomes of intents among them and the orders that erased some of them.
fn select(conn: &Connection, scope: &EvidenceScope) -> Result<Vec<u64>, StoreError> {
    let mut chosen: BTreeSet<u64> = BTreeSet::new();
    if scope.customer.is_some() || scope.staff.is_some() {
        let filter = EntryFilter {
            customer: scope.customer.clone(),
            staff: scope.staff.clone(),
            since_ms: scope.from_ms,
            until_ms: scope.to_ms,
            ..EntryFilter::default()
        };
        chosen.extend(ledger::entries(conn, &filter, MOST_ENTRIES + 1)?.iter().map(|row| row.index));
    }
    for index in &scope.entries {
        if ledger::raw_entry(conn, *index)?.is_some() {
            chosen.insert(*index);
        }
    }
    let erased = who_erased(conn)?;
    if scope.customer.is_some() {
        // What was erased of this customer no longer bears their number; the order does.
        let orders = chosen.clone();
        chosen.extend(erased.iter().filter(|(_, (by, _))| orders.contains(by)).map(|(index, _)| *index));
    }
    for index in chosen.clone() {
        chosen.extend(erased.get(&index).map(|(by, _)| *by));
        chosen.extend(ledger::outcome_of(conn, index)?);
    }
    Ok(chosen.into_iter().collect())
}

/// For each erased entry the entry that ordered it, and when.
fn who_erased(conn: &Connection) -> Result<BTreeMap<u64, (u64, u64)>, StoreError> {
    let mut erased = BTreeMap::new();
    for (by, body) in evidence::erasures(conn)? {
        let body: Body = serde_json::from_slice(&body).map_err(|_| StoreError::Damaged("body"))?;
        let time_ms = ledger::entry(conn, by)?.map_or(0, |row| row.time_ms);
        let entries =
            body.detail.get("entries").and_then(|list| list.as_array().cloned()).unwrap_or_default();
        erased.extend(entries.iter().filter_map(|index| Some((index.as_u64()?, (by, time_ms)))));
    }
    Ok(erased)
}

fn put_entry(
    conn: &Connection,
    tiles: &RememberedTiles<'_>,
    index: u64,
    checkpoint: &Published,
    erased: &BTreeMap<u64, (u64, u64)>,
    files: &mut Files,
) -> Result<(), StoreError> {
    let (leaf, salt, body) = ledger::raw_entry(conn, index)?.ok_or(StoreError::Damaged("entry"))?;
    let stored = match (salt, body) {
        (Some(salt), Some(body)) => {
            let body = String::from_utf8(body).map_err(|_| StoreError::Damaged("body"))?;
            BundleEntry::new(index, &leaf, &salt, &body)
        }
        _ => {
            let (entry, time_ms) = *erased.get(&index).ok_or(StoreError::Damaged("an erased entry"))?;
            BundleEntry::erased(index, &leaf, Erased { time: rfc3339(time_ms), entry })
        }
    };
    let json = serde_json::to_vec(&stored).map_err(|_| StoreError::Damaged("entry"))?;
    files.insert(bundle::entry_name(index), json);
    let hashes = inclusion_proof(tiles, index, checkpoint.size).map_err(proof_error)?;
    let proof = TlogProof { extra: None, index, hashes, checkpoint: checkpoint.note.as_ref().to_owned() };
    files.insert(bundle::proof_name(index), proof.to_string().into_bytes());
    Ok(())
}

fn put_stamp(
    conn: &Connection,
    number: usize,
    stamp: &TimeStamp,
    own: &Checkpoint,
    checkpoint: &Published,
    files: &mut Files,
) -> Result<(), StoreError> {
    let larger = if stamp.size > own.size { stamp.note.as_str() } else { &*checkpoint.note };
    let proof = consistency(conn, stamp.size.min(own.size), stamp.size.max(own.size), larger)?;
    let mut put = |name: &str, bytes: Vec<u8>| files.insert(format!("stamps/{number}/{name}"), bytes);
    put("note", stamp.note.clone().into_bytes());
    put("token.tst", stamp.token.clone());
    put("anchors.pem", stamp.anchors.clone().into_bytes());
    put("consistency", proof.into_bytes());
    if !stamp.crls.is_empty() {
        put("crls.pem", stamp.crls.clone().into_bytes());
    }
    Ok(())
}

fn consistency(conn: &Connection, old: u64, new: u64, note: &str) -> Result<String, StoreError> {
    let hashes: Vec<Hash> = consistency_proof(&StoredTiles { conn }, old, new).map_err(proof_error)?;
    Ok(AddCheckpoint { old, hashes, checkpoint: note.to_owned() }.to_string())
}

/// A time as a bundle writes it. The clock of a server and what it stored lie within the calendar.
fn rfc3339(time_ms: u64) -> String {
    bundle::rfc3339(time_ms).unwrap_or_default()
}
