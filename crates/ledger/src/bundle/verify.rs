//! Verifying a bundle: from the file alone, step by step, with no key and no database of the company's.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    BundleEntry, ERASE_ACTION, Erased, FORMAT, Fault, Files, Manifest,
    container::unpack,
    entry_name, manifest_text, proof_name,
    report::{BundleReport, Compared, Finding, Outcome, Outside, ReadEntry, STEPS, Stamp, Step},
    rfc3339, strict, times,
};
use crate::{
    AddCheckpoint, Checkpoint, Decision, Hash, KeyType, Leaf, Note, TimeStampToken, TlogProof, TrustPolicy,
    VerifierKey, commitment, hex, leaf_hash, pem_certificates, pem_revocation_lists, tree::sha256,
    verify_consistency, verify_inclusion,
};

/// The largest file of a bundle that is text, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// The most time stamps of a bundle.
const MAX_STAMPS: usize = 1000;

/// Verifies a bundle, against what the reader has by another way.
#[must_use]
pub fn verify(zip: &[u8], outside: &Outside) -> BundleReport {
    let mut report = BundleReport::default();
    let files = match unpack(zip) {
        Ok(files) => files,
        Err(fault) => {
            let outcome = |step| {
                if step == Step::Container { Outcome::Fails(fault.clone()) } else { Outcome::Unchecked }
            };
            report.findings =
                STEPS.iter().map(|step| Finding { step: *step, outcome: outcome(*step) }).collect();
            return report;
        }
    };
    let mut verifier = Verifier { files: &files, report: &mut report, outside, policy: None, second: None };
    for step in STEPS {
        let outcome = if verifier.grounded(step) {
            verifier.check(step).unwrap_or_else(Outcome::Fails)
        } else {
            Outcome::Unchecked
        };
        verifier.report.findings.push(Finding { step, outcome });
    }
    report
}

struct Verifier<'a> {
    files: &'a Files,
    report: &'a mut BundleReport,
    outside: &'a Outside,
    policy: Option<TrustPolicy>,
    /// The log's post-quantum key.
    second: Option<VerifierKey>,
}

fn holds(count: usize) -> Outcome {
    Outcome::Holds { count: count as u64, of: None }
}

impl Verifier<'_> {
    /// All that follows rests on the first four steps, and the times on the entries and the stamps.
    fn grounded(&self, step: Step) -> bool {
        let rests_on = |other: Step| match step {
            Step::Times => true,
            _ => matches!(other, Step::Container | Step::Keys | Step::Manifest | Step::Checkpoint),
        };
        let bad = |finding: &&Finding| matches!(finding.outcome, Outcome::Fails(_) | Outcome::Unchecked);
        !self.report.findings.iter().filter(bad).any(|finding| rests_on(finding.step))
    }

    fn check(&mut self, step: Step) -> Result<Outcome, Fault> {
        match step {
            Step::Container => Ok(holds(self.files.len())),
            Step::Keys => self.keys(),
            Step::Manifest => self.manifest(),
            Step::Checkpoint => self.checkpoint(),
            Step::Entries => self.entries(),
            Step::Inclusion => self.inclusion(),
            Step::Newer => self.newer(),
            Step::Stamps => self.stamps(),
            Step::Times => self.times(),
        }
    }

    fn bytes(&self, name: &str) -> Result<&[u8], Fault> {
        self.files.get(name).map(Vec::as_slice).ok_or_else(|| Fault::new("file-missing").with("file", name))
    }

    fn text(&self, name: &str) -> Result<&str, Fault> {
        let bytes = self.bytes(name)?;
        if bytes.len() > MAX_TEXT {
            return Err(Fault::new("file-large").with("file", name));
        }
        std::str::from_utf8(bytes).map_err(|_| Fault::new("file-text").with("file", name))
    }

    /// Reads a file in some way; a fault of it names the file.
    fn read<T, E: Into<Fault>>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Fault> {
        read(self.text(name)?).map_err(|error| error.into().in_file(name))
    }

    fn key(&self) -> Result<&VerifierKey, Fault> {
        self.report.key.as_ref().ok_or_else(|| Fault::new("unforeseen"))
    }

    fn proved(&self) -> Result<&Checkpoint, Fault> {
        self.report.checkpoint.as_ref().ok_or_else(|| Fault::new("unforeseen"))
    }

    /// The text of a note that the log signed.
    fn opened<T, E: Into<Fault>>(
        &self,
        file: &str,
        open: impl FnOnce(&str, &VerifierKey) -> Result<T, E>,
    ) -> Result<T, Fault> {
        let key = self.key()?;
        self.read(file, |text| open(text, key)).map_err(|fault| fault.with("key", key.name()))
    }

    fn keys(&mut self) -> Result<Outcome, Fault> {
        let text = self.text("vkey")?;
        let lines: Vec<&str> = text
            .strip_suffix('\n')
            .ok_or_else(|| Fault::new("key-form").in_file("vkey"))?
            .split('\n')
            .collect();
        if lines.len() > 2 {
            return Err(Fault::new("key-form").in_file("vkey"));
        }
        let parse =
            |line: &&str| VerifierKey::parse(line).map_err(|error| Fault::from(error).in_file("vkey"));
        let mut keys = lines.iter().map(parse).collect::<Result<Vec<_>, _>>()?.into_iter();
        let key = keys.next().ok_or_else(|| Fault::new("key-form").in_file("vkey"))?;
        let second = keys.next();
        if key.kind() != KeyType::Ed25519 {
            return Err(Fault::new("key-kind").in_file("vkey"));
        }
        let fits = |second: &VerifierKey| {
            second.kind() == KeyType::MlDsa44Cosignature && second.name() == key.name()
        };
        if !second.as_ref().is_none_or(fits) {
            return Err(Fault::new("key-second"));
        }
        let own = self.read("policy", TrustPolicy::parse)?;
        let [log] = own.logs() else { return Err(Fault::new("policy-logs")) };
        if log.key != key {
            return Err(Fault::new("policy-other"));
        }
        // Shown even if it is not the reader's, so that the two can be compared.
        self.report.key = Some(key.clone());
        let Outside { key: outside, policy, anchors } = self.outside;
        let known = policy.as_ref().is_none_or(|policy| policy.logs().iter().any(|log| log.key == key));
        if !known || outside.as_ref().is_some_and(|outside| !outside.is(&key)) {
            return Err(Fault::new("trusted-other"));
        }
        self.report.compared = Compared {
            log: outside.is_some() || policy.is_some(),
            witnesses: policy.is_some(),
            authorities: anchors.is_some(),
        };
        let policy = policy.clone().unwrap_or(own);
        self.report.witnessed = policy.asks_for_witnesses();
        self.policy = Some(policy);
        let count = 1 + usize::from(second.is_some());
        self.second = second;
        Ok(holds(count))
    }

    fn manifest(&mut self) -> Result<Outcome, Fault> {
        let written = self.opened("manifest", |text, key| key.verify(text).map(str::to_owned))?;
        let json = || Fault::new("json").in_file("manifest");
        let value = strict::parse(&written).ok_or_else(json)?;
        if value["format"].as_str().ok_or_else(json)? != FORMAT {
            return Err(Fault::new("manifest-format"));
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|_| json())?;
        if manifest_text(&manifest).map_err(|_| json())? != written {
            return Err(Fault::new("form").in_file("manifest"));
        }
        if manifest.origin != self.key()?.name() {
            return Err(Fault::new("manifest-origin"));
        }
        let unlisted = |name: &&String| *name != "manifest" && !manifest.files.contains_key(*name);
        if let Some(name) = self.files.keys().find(unlisted) {
            return Err(Fault::new("manifest-unlisted").with("file", name));
        }
        for (name, hash) in &manifest.files {
            let bytes = self.files.get(name).filter(|_| name != "manifest");
            let bytes = bytes.ok_or_else(|| Fault::new("manifest-absent").with("file", name))?;
            if hex(&sha256(bytes)) != *hash {
                return Err(Fault::new("manifest-hash").with("file", name));
            }
        }
        if !manifest.entries.is_sorted_by(|a, b| a < b) {
            return Err(Fault::new("manifest-order"));
        }
        let count = manifest.files.len();
        self.report.manifest = Some(manifest);
        Ok(holds(count))
    }

    fn checkpoint(&mut self) -> Result<Outcome, Fault> {
        let checkpoint = self.opened("checkpoint", open_checkpoint)?;
        let note = self.read("checkpoint", Note::parse)?;
        if let Some(second) = &self.second {
            let signed = second.verify(self.text("checkpoint")?);
            signed.map_err(|error| Fault::from(error).in_file("checkpoint").with("key", second.name()))?;
        }
        let policy = self.policy.as_ref().ok_or_else(|| Fault::new("unforeseen"))?;
        for witness in policy.witnesses() {
            let held = witness.key.cosigned(&note);
            held.map_err(|error| Fault::from(error).in_file("checkpoint").with("key", witness.key.name()))?;
        }
        let cosigned = policy.cosigned(&note);
        let named = policy.witnesses().iter().zip(&cosigned.times);
        let there: Vec<(String, u64)> =
            named.filter_map(|(witness, time)| Some((witness.name.clone(), (*time)?))).collect();
        let (count, of) = (there.len() as u64, cosigned.times.len() as u64);
        self.report.cosignatures = there;
        if !cosigned.quorum {
            return Err(Fault::new("quorum").with("there", count).with("of", of));
        }
        self.report.checkpoint = Some(checkpoint);
        Ok(Outcome::Holds { count, of: Some(of) })
    }

    fn indexes(&self) -> Vec<u64> {
        self.report.manifest.as_ref().map(|manifest| manifest.entries.clone()).unwrap_or_default()
    }

    /// That a folder has the files of the manifest's entries, and no other.
    fn same(&self, folder: &str, name: fn(u64) -> String, code: &'static str) -> Result<(), Fault> {
        let expected: BTreeSet<String> = self.indexes().into_iter().map(name).collect();
        let there: BTreeSet<String> =
            self.files.keys().filter(|name| name.starts_with(folder)).cloned().collect();
        match expected.symmetric_difference(&there).next() {
            Some(file) => Err(Fault::new(code).with("file", file)),
            None => Ok(()),
        }
    }

    fn entries(&mut self) -> Result<Outcome, Fault> {
        self.same("entries/", entry_name, "entries-other")?;
        let mut first = None;
        let mut read = BTreeMap::new();
        for index in self.indexes() {
            match self.entry(index) {
                Ok(entry) => drop(read.insert(index, entry)),
                Err(fault) => drop(first.get_or_insert(fault.with("index", index))),
            }
        }
        for entry in read.values() {
            if let Some(erased) = &entry.erased
                && !ordered(entry.index, erased, &read)
            {
                let fault = Fault::new("entry-erased").with("index", entry.index).with("order", erased.entry);
                first.get_or_insert(fault);
            }
        }
        let count = read.len();
        self.report.entries = read.into_values().collect();
        first.map_or(Ok(holds(count)), Err)
    }

    /// One entry: its leaf is canonical, and commits to the body under the salt.
    fn entry(&self, index: u64) -> Result<ReadEntry, Fault> {
        let name = entry_name(index);
        let stored: BundleEntry = self.read(&name, canonical)?;
        let base64 =
            |text: &str| BASE64_STANDARD.decode(text).map_err(|_| Fault::new("base64").in_file(&name));
        if stored.index != index {
            return Err(Fault::new("entry-index"));
        }
        let leaf = Leaf::from_bytes(&base64(&stored.leaf)?)?;
        match (stored.salt, stored.body, stored.erased) {
            (Some(salt), Some(body), None) => {
                let salt = <[u8; 32]>::try_from(base64(&salt)?).map_err(|_| Fault::new("entry-body"))?;
                if commitment(&salt, body.as_bytes()) != leaf.commitment {
                    return Err(Fault::new("entry-body"));
                }
                Ok(ReadEntry { index, leaf, body: Some(body), erased: None })
            }
            (None, None, Some(erased)) => Ok(ReadEntry { index, leaf, body: None, erased: Some(erased) }),
            _ => Err(Fault::new("json").in_file(&name)),
        }
    }

    fn inclusion(&mut self) -> Result<Outcome, Fault> {
        self.same("proofs/", proof_name, "proofs-other")?;
        let checkpoint = self.proved()?;
        let note = self.text("checkpoint")?;
        let indexes = self.indexes();
        let read: BTreeMap<u64, &ReadEntry> =
            self.report.entries.iter().map(|entry| (entry.index, entry)).collect();
        for index in &indexes {
            let fault = |code| Fault::new(code).with("index", index);
            let entry = read.get(index).ok_or_else(|| fault("entry-unread"))?;
            let name = proof_name(*index);
            let proof = self.read(&name, TlogProof::parse)?;
            if proof.index > strict::MAX_EXACT {
                return Err(Fault::new("proof-form").in_file(&name));
            }
            if proof.index != *index {
                return Err(fault("proof-index"));
            }
            if proof.checkpoint != note {
                return Err(fault("proof-checkpoint"));
            }
            let leaf = leaf_hash(&entry.leaf.to_bytes());
            verify_inclusion(&leaf, *index, checkpoint.size, &proof.hashes, &checkpoint.root)
                .map_err(|_| fault("inclusion"))?;
        }
        Ok(holds(indexes.len()))
    }

    fn newer(&mut self) -> Result<Outcome, Fault> {
        if !self.files.contains_key("newer") {
            return Ok(Outcome::Absent);
        }
        let own = self.proved()?;
        let newer = self.consistent("newer", own)?;
        if newer.size <= own.size {
            return Err(Fault::new("newer-same"));
        }
        Ok(Outcome::Holds { count: newer.size, of: None })
    }

    /// Checks a file of consistency with the bundle's checkpoint, and gives the larger checkpoint.
    fn consistent(&self, name: &str, other: &Checkpoint) -> Result<Checkpoint, Fault> {
        let proof = self.read(name, AddCheckpoint::parse)?;
        if proof.old > strict::MAX_EXACT {
            return Err(Fault::new("consistency-form").with("file", name));
        }
        let larger = self.opened(name, |_, key| open_checkpoint(&proof.checkpoint, key))?;
        let own = self.proved()?;
        let smaller = if other.size <= own.size { other } else { own };
        if proof.old != smaller.size {
            return Err(Fault::new("consistency-size").with("file", name));
        }
        verify_consistency(smaller.size, &smaller.root, larger.size, &larger.root, &proof.hashes)
            .map_err(|_| Fault::new("consistency").with("file", name))?;
        Ok(larger)
    }

    fn stamps(&mut self) -> Result<Outcome, Fault> {
        let folders: BTreeSet<&str> =
            self.files.keys().filter_map(|name| name.strip_prefix("stamps/")?.split('/').next()).collect();
        if folders.is_empty() {
            return Ok(Outcome::Absent);
        }
        let mut numbers = Vec::new();
        for folder in &folders {
            let number = folder.parse::<u16>().ok().filter(|number| (1..=9999).contains(number));
            match number.filter(|number| number.to_string() == **folder && folders.len() <= MAX_STAMPS) {
                Some(number) => numbers.push(number),
                None => return Err(Fault::new("stamp-folder").with("stamp", folder)),
            }
        }
        numbers.sort_unstable();
        for number in numbers {
            let stamp =
                self.stamp(&format!("stamps/{number}")).map_err(|fault| fault.with("stamp", number))?;
            self.report.stamps.push(stamp);
        }
        Ok(holds(self.report.stamps.len()))
    }

    fn stamp(&self, folder: &str) -> Result<Stamp, Fault> {
        let note = self.text(&format!("{folder}/note"))?;
        let token = TimeStampToken::from_der(self.bytes(&format!("{folder}/token.tst"))?)?;
        let roots = self.read(&format!("{folder}/anchors.pem"), pem_certificates)?;
        let lists = match format!("{folder}/crls.pem") {
            file if self.files.contains_key(&file) => self.read(&file, pem_revocation_lists)?,
            _ => Vec::new(),
        };
        let digest: Hash = sha256(note.as_bytes());
        let mut stated = token.verify(&digest, None, &roots, &lists)?;
        if let Some(anchors) = &self.outside.anchors {
            let other = |_| Fault::new("stamp-other-root");
            stated = token.verify(&digest, None, anchors, &lists).map_err(other)?;
        }
        let stamped = self.opened(&format!("{folder}/note"), open_checkpoint)?;
        let own = self.proved()?;
        let larger = self.consistent(&format!("{folder}/consistency"), &stamped)?;
        let expected = if stamped.size > own.size { &stamped } else { own };
        if larger != *expected {
            return Err(Fault::new("consistency-other"));
        }
        Ok(Stamp {
            authority: stated.signer,
            time_ms: stated.time_ms,
            size: stamped.size,
            root_sha256: stated.anchor_sha256,
            revocation: stated.revocation,
        })
    }

    fn times(&mut self) -> Result<Outcome, Fault> {
        let made = self.report.manifest.as_ref().map(|manifest| manifest.made.as_str()).unwrap_or_default();
        let read: Option<Timestamp> = made.parse().ok();
        let made_ms = read.and_then(|time| u64::try_from(time.as_millisecond()).ok());
        let made_ms = made_ms.filter(|ms| rfc3339(*ms).as_deref() == Some(made));
        let made_ms = made_ms.ok_or_else(|| Fault::new("form").in_file("manifest"))?;
        let marks = self.report.marks();
        times::check(&self.report.entries, &marks, made_ms)?;
        Ok(Outcome::Holds { count: self.report.entries.len() as u64, of: Some(marks.len() as u64) })
    }
}

/// A checkpoint that the log of this key signed, of a size that every language holds exactly.
fn open_checkpoint(note: &str, key: &VerifierKey) -> Result<Checkpoint, Fault> {
    let checkpoint = Checkpoint::open(note, key)?;
    if checkpoint.size > strict::MAX_EXACT { Err(Fault::new("checkpoint-form")) } else { Ok(checkpoint) }
}

/// JSON in its one written form: what is read is written the same again.
fn canonical<T: Serialize + DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let value = strict::parse(text).ok_or_else(|| Fault::new("json"))?;
    let read: T = serde_json::from_value(value).map_err(|_| Fault::new("json"))?;
    match serde_json::to_string(&read) {
        Ok(again) if again == text => Ok(read),
        _ => Err(Fault::new("form")),
    }
}

/// Whether the erasure was ordered: by an entry that is here and stands after it, was allowed, is of that action, names
/// the erased entry, and was written when the mark says.
fn ordered(index: u64, erased: &Erased, read: &BTreeMap<u64, ReadEntry>) -> bool {
    let Some(order) = read.get(&erased.entry) else { return false };
    let body = order.body.as_deref().and_then(strict::parse);
    let entries = body.as_ref().and_then(|body| body["detail"]["entries"].as_array());
    order.index > index
        && order.leaf.action == ERASE_ACTION
        && order.leaf.decision == Decision::Allowed
        && rfc3339(order.leaf.time_ms).as_deref() == Some(erased.time.as_str())
        && entries.is_some_and(|list| list.iter().any(|named| named.as_u64() == Some(index)))
}
