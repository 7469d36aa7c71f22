//! Verifying a bundle: from the file alone, step by step, with no key and no database of the company's.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    BundleEntry, BundleFault, ERASE_ACTION, FORMAT, Files, Manifest, container::unpack, entry_name, hex,
    proof_name,
};
use crate::{
    AddCheckpoint, Checkpoint, Hash, KeyType, Leaf, TimeStampError, TimeStampToken, TlogProof, TrustPolicy,
    VerifierKey, commitment, leaf_hash, pem_certificates, pem_revocation_lists, tree::sha256,
    verify_consistency, verify_inclusion,
};

/// A step of the verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The ZIP file has the canonical form.
    Container,
    /// The keys and the policy can be read and belong together.
    Keys,
    /// The manifest is signed, and lists every file with its hash.
    Manifest,
    /// The checkpoint is signed by the log and cosigned by its witnesses.
    Checkpoint,
    /// Each body is the one that its leaf commits to.
    Entries,
    /// Each entry is in the tree of the checkpoint.
    Inclusion,
    /// A newer checkpoint continues this one.
    Newer,
    /// The time stamps hold.
    TimeStamps,
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The step.
    pub step: Step,
    /// `Ok` with a count or name where there is something to count, or the first fault.
    pub outcome: Result<String, String>,
}

/// An entry that was read, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEntry {
    /// Place in the log.
    pub index: u64,
    /// The leaf.
    pub leaf: Leaf,
    /// The body; `None` once erased.
    pub body: Option<String>,
}

/// A time that a third party vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The authority, by the subject of its certificate.
    pub authority: String,
    /// The time stated, Unix milliseconds.
    pub time_ms: u64,
    /// Entries with an index below this stood before.
    pub size: u64,
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct BundleReport {
    /// The steps in their order, up to the first that could not go on.
    pub findings: Vec<Finding>,
    /// What the bundle says of itself.
    pub manifest: Option<Manifest>,
    /// The log's key that vouches for it all. Compare it with one that you were given by another way.
    pub key: Option<VerifierKey>,
    /// Whether the trust policy came from outside of the bundle.
    pub policy_from_outside: bool,
    /// The checkpoint that the proofs lead to.
    pub checkpoint: Option<Checkpoint>,
    /// Who cosigned it, and when (POSIX seconds).
    pub cosignatures: Vec<(String, u64)>,
    /// The entries.
    pub entries: Vec<ReadEntry>,
    /// The time stamps.
    pub stamps: Vec<Stamp>,
}

impl BundleReport {
    /// Whether every step holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|finding| finding.outcome.is_ok())
    }
}

/// Verifies a bundle. `policy` is a trust policy that was come by another way; without one, the bundle's own is taken,
/// and the report says so.
#[must_use]
pub fn verify(zip: &[u8], policy: Option<&TrustPolicy>) -> BundleReport {
    let mut report = BundleReport { policy_from_outside: policy.is_some(), ..BundleReport::default() };
    let files = match unpack(zip) {
        Ok(files) => files,
        Err(fault) => {
            report.findings.push(Finding { step: Step::Container, outcome: Err(fault.to_string()) });
            return report;
        }
    };
    report.findings.push(Finding { step: Step::Container, outcome: Ok(files.len().to_string()) });
    let mut verifier =
        Verifier { files: &files, report: &mut report, outside: policy, policy: None, second: None };
    for step in STEPS {
        let outcome = verifier.check(step);
        let failed = outcome.is_err();
        verifier.report.findings.push(Finding { step, outcome });
        // What follows the keys and the checkpoint rests on them.
        if failed && matches!(step, Step::Keys | Step::Manifest | Step::Checkpoint) {
            break;
        }
    }
    report
}

/// After the container, in this order: each rests on the ones before.
const STEPS: [Step; 7] = [
    Step::Keys,
    Step::Manifest,
    Step::Checkpoint,
    Step::Entries,
    Step::Inclusion,
    Step::Newer,
    Step::TimeStamps,
];

struct Verifier<'a> {
    files: &'a Files,
    report: &'a mut BundleReport,
    outside: Option<&'a TrustPolicy>,
    policy: Option<TrustPolicy>,
    /// The log's post-quantum key.
    second: Option<VerifierKey>,
}

impl Verifier<'_> {
    fn check(&mut self, step: Step) -> Result<String, String> {
        match step {
            Step::Container => Ok(self.files.len().to_string()),
            Step::Keys => self.keys(),
            Step::Manifest => self.manifest(),
            Step::Checkpoint => self.checkpoint(),
            Step::Entries => self.entries(),
            Step::Inclusion => self.inclusion(),
            Step::Newer => self.newer(),
            Step::TimeStamps => self.time_stamps(),
        }
    }

    fn bytes(&self, name: &str) -> Result<&[u8], String> {
        self.files.get(name).map(Vec::as_slice).ok_or_else(|| BundleFault::File(name.to_owned()).to_string())
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        std::str::from_utf8(self.bytes(name)?).map_err(|_| BundleFault::File(name.to_owned()).to_string())
    }

    fn key(&self) -> Result<&VerifierKey, String> {
        self.report.key.as_ref().ok_or_else(|| "there is no key".to_owned())
    }

    fn proved(&self) -> Result<&Checkpoint, String> {
        self.report.checkpoint.as_ref().ok_or_else(|| "there is no checkpoint".to_owned())
    }

    fn keys(&mut self) -> Result<String, String> {
        let said = |error: crate::LedgerError| error.to_string();
        let mut lines = self.text("vkey")?.lines();
        let key = VerifierKey::parse(lines.next().unwrap_or_default()).map_err(said)?;
        if key.kind() != KeyType::Ed25519 {
            return Err("the first key does not sign notes".to_owned());
        }
        let second = lines.next().map(VerifierKey::parse).transpose().map_err(said)?;
        let fits = |second: &VerifierKey| {
            second.kind() == KeyType::MlDsa44Cosignature && second.name() == key.name()
        };
        if lines.next().is_some() || !second.as_ref().is_none_or(fits) {
            return Err("the second key is not the log's".to_owned());
        }
        let own = TrustPolicy::parse(self.text("policy")?).map_err(said)?;
        let [log] = own.logs() else { return Err("the policy does not name one log".to_owned()) };
        if log.key != key {
            return Err("the policy is about another log".to_owned());
        }
        if let Some(outside) = self.outside
            && !outside.logs().iter().any(|log| log.key == key)
        {
            return Err("your policy does not know this log".to_owned());
        }
        self.policy = Some(self.outside.cloned().unwrap_or(own));
        self.second = second;
        let told = key.to_string();
        self.report.key = Some(key);
        Ok(told)
    }

    fn manifest(&mut self) -> Result<String, String> {
        let key = self.key()?;
        let text = key.verify(self.text("manifest")?).map_err(|error| error.to_string())?;
        let bad = |_| BundleFault::File("manifest".to_owned()).to_string();
        let manifest: Manifest = serde_json::from_str(text).map_err(bad)?;
        if manifest.format != FORMAT {
            return Err("the format is not known".to_owned());
        }
        if manifest.origin != key.name() {
            return Err("the manifest is about another log".to_owned());
        }
        let listed: BTreeSet<&str> = manifest.files.keys().map(String::as_str).collect();
        let there: BTreeSet<&str> =
            self.files.keys().map(String::as_str).filter(|name| *name != "manifest").collect();
        if let Some(name) = listed.symmetric_difference(&there).next() {
            return Err(format!("the file {name} is missing, or not listed"));
        }
        for (name, hash) in &manifest.files {
            if hex(&sha256(self.bytes(name)?)) != *hash {
                return Err(format!("the file {name} was changed"));
            }
        }
        if !manifest.entries.is_sorted_by(|a, b| a < b) {
            return Err("the entries are not in order".to_owned());
        }
        let told = manifest.files.len().to_string();
        self.report.manifest = Some(manifest);
        Ok(told)
    }

    fn checkpoint(&mut self) -> Result<String, String> {
        let note = self.text("checkpoint")?;
        let policy = self.policy.as_ref().ok_or("there is no policy")?;
        let trusted = policy.check(note).map_err(|error| error.to_string())?;
        if trusted.checkpoint.origin != self.key()?.name() {
            return Err("the checkpoint is about another log".to_owned());
        }
        if let Some(second) = &self.second {
            second.verify(note).map_err(|error| format!("the post-quantum line: {error}"))?;
        }
        let told = trusted.checkpoint.size.to_string();
        self.report.checkpoint = Some(trusted.checkpoint);
        self.report.cosignatures = trusted.cosignatures;
        Ok(told)
    }

    fn indexes(&self) -> Vec<u64> {
        self.report.manifest.as_ref().map(|manifest| manifest.entries.clone()).unwrap_or_default()
    }

    fn entries(&mut self) -> Result<String, String> {
        let indexes = self.indexes();
        let names: BTreeSet<String> = indexes.iter().map(|index| entry_name(*index)).collect();
        let there = self.files.keys().filter(|name| name.starts_with("entries/")).cloned().collect();
        if names != there {
            return Err("the entries are not those of the manifest".to_owned());
        }
        let mut read = BTreeMap::new();
        for index in &indexes {
            let stored: BundleEntry = serde_json::from_str(self.text(&entry_name(*index))?)
                .map_err(|_| format!("entry {index} is malformed"))?;
            read.insert(*index, self.entry(*index, &stored)?);
        }
        for (index, entry) in &read {
            if let Some(by) = &entry.1 {
                check_erased(*index, by.entry, &read)?;
            }
        }
        let erased = read.values().filter(|(entry, _)| entry.body.is_none()).count();
        self.report.entries = read.into_values().map(|(entry, _)| entry).collect();
        Ok(format!("{} ({erased})", self.report.entries.len()))
    }

    /// One entry: its leaf is canonical, and commits to the body under the salt.
    fn entry(&self, index: u64, stored: &BundleEntry) -> Result<(ReadEntry, Option<super::Erased>), String> {
        let bad = || format!("entry {index} is malformed");
        let bytes = BASE64_STANDARD.decode(&stored.leaf).map_err(|_| bad())?;
        let leaf = Leaf::from_bytes(&bytes).map_err(|_| bad())?;
        if stored.index != index {
            return Err(format!("entry {index} is another one"));
        }
        match (&stored.salt, &stored.body, &stored.erased) {
            (Some(salt), Some(body), None) => {
                let salt = BASE64_STANDARD.decode(salt).ok().and_then(|salt| <[u8; 32]>::try_from(salt).ok());
                if commitment(&salt.ok_or_else(bad)?, body.as_bytes()) != leaf.commitment {
                    return Err(format!("the body or salt of entry {index} was changed"));
                }
                Ok((ReadEntry { index, leaf, body: Some(body.clone()) }, None))
            }
            (None, None, Some(erased)) => Ok((ReadEntry { index, leaf, body: None }, Some(erased.clone()))),
            _ => Err(bad()),
        }
    }

    fn inclusion(&mut self) -> Result<String, String> {
        let checkpoint = self.proved()?;
        let note = self.text("checkpoint")?;
        let indexes = self.indexes();
        let names: BTreeSet<String> = indexes.iter().map(|index| proof_name(*index)).collect();
        if names != self.files.keys().filter(|name| name.starts_with("proofs/")).cloned().collect() {
            return Err("the proofs are not those of the manifest's entries".to_owned());
        }
        for entry in &self.report.entries {
            let index = entry.index;
            let proof =
                TlogProof::parse(self.text(&proof_name(index))?).map_err(|error| error.to_string())?;
            if proof.index != index || proof.checkpoint != note {
                return Err(format!("the proof of entry {index} is another one's"));
            }
            let leaf = leaf_hash(&entry.leaf.to_bytes());
            verify_inclusion(&leaf, index, checkpoint.size, &proof.hashes, &checkpoint.root)
                .map_err(|_| format!("entry {index} is not in the tree"))?;
        }
        if self.report.entries.len() != indexes.len() {
            return Err("the entries could not be read".to_owned());
        }
        Ok(indexes.len().to_string())
    }

    fn newer(&mut self) -> Result<String, String> {
        if !self.files.contains_key("newer") {
            return Ok(String::new());
        }
        let checkpoint = self.proved()?.clone();
        let newer = self.consistent("newer", &checkpoint)?;
        if newer.size == checkpoint.size {
            return Err("the newer checkpoint is no newer one".to_owned());
        }
        Ok(newer.size.to_string())
    }

    /// Checks a file of consistency with the bundle's checkpoint, and gives the larger checkpoint.
    fn consistent(&self, name: &str, other: &Checkpoint) -> Result<Checkpoint, String> {
        let proof = AddCheckpoint::parse(self.text(name)?).map_err(|error| error.to_string())?;
        let larger = Checkpoint::open(&proof.checkpoint, self.key()?).map_err(|error| error.to_string())?;
        let own = self.proved()?;
        let smaller = if other.size <= own.size { other } else { own };
        if proof.old != smaller.size {
            return Err(format!("{name} speaks of another size"));
        }
        verify_consistency(smaller.size, &smaller.root, larger.size, &larger.root, &proof.hashes)
            .map_err(|_| format!("{name}: the two checkpoints contradict each other"))?;
        Ok(larger)
    }

    fn time_stamps(&mut self) -> Result<String, String> {
        let folders: BTreeSet<&str> =
            self.files.keys().filter_map(|name| name.strip_prefix("stamps/")?.split('/').next()).collect();
        let mut stamps = Vec::new();
        for folder in folders {
            stamps.push(self.time_stamp(&format!("stamps/{folder}"))?);
        }
        self.report.stamps = stamps;
        Ok(self.report.stamps.len().to_string())
    }

    fn time_stamp(&self, folder: &str) -> Result<Stamp, String> {
        let said = |error: TimeStampError| format!("{folder}: {error}");
        let note = self.text(&format!("{folder}/note"))?;
        let token = TimeStampToken::from_der(self.bytes(&format!("{folder}/token.tst"))?).map_err(said)?;
        let roots = pem_certificates(self.text(&format!("{folder}/anchors.pem"))?).map_err(said)?;
        let lists = match self.files.contains_key(&format!("{folder}/crls.pem")) {
            true => pem_revocation_lists(self.text(&format!("{folder}/crls.pem"))?).map_err(said)?,
            false => Vec::new(),
        };
        let digest: Hash = sha256(note.as_bytes());
        let stated = token.verify(&digest, None, &roots, &lists).map_err(said)?;
        let stamped = Checkpoint::open(note, self.key()?).map_err(|error| format!("{folder}: {error}"))?;
        let own = self.proved()?;
        let larger = self.consistent(&format!("{folder}/consistency"), &stamped)?;
        let expected = if stamped.size > own.size { &stamped } else { own };
        if larger != *expected {
            return Err(format!("{folder}: the consistency is with another checkpoint"));
        }
        Ok(Stamp { authority: stated.signer, time_ms: stated.time_ms, size: stamped.size })
    }
}

/// The entry that ordered an erasure is in the bundle, is of that action, and names the erased entry.
fn check_erased(
    index: u64,
    by: u64,
    read: &BTreeMap<u64, (ReadEntry, Option<super::Erased>)>,
) -> Result<(), String> {
    let bad = || format!("entry {index} is said to be erased, and nothing here ordered it");
    let (order, _) = read.get(&by).ok_or_else(bad)?;
    let body: serde_json::Value =
        order.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).ok_or_else(bad)?;
    let named = body["detail"]["entries"]
        .as_array()
        .is_some_and(|list| list.iter().any(|n| n.as_u64() == Some(index)));
    if order.leaf.action == ERASE_ACTION && named { Ok(()) } else { Err(bad()) }
}
