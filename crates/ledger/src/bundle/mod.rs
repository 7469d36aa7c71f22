//! Evidence bundles: entries with their bodies, and all that lets a stranger check them offline. The format is told in
//! `docs/evidence-format.md`; every proof in it is one of C2SP or RFC 3161, and none of our own.

mod container;
mod fault;
mod report;
mod strict;
mod times;
mod verify;

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use container::{Files, MAX_BUNDLE, MAX_FILES, pack, unpack};
pub use fault::{Fault, WORDS};
pub use report::{
    BundleReport, Compared, Finding, Mark, Outcome, Outside, OutsideKey, ReadEntry, Stamp, Step,
};
pub use times::TOLERANCE_MS;
pub use verify::verify;

use crate::{NoteSigner, hex, tree::sha256};

/// Name of the format.
pub const FORMAT: &str = "tigertally-evidence/1";
/// The action of the entry that erases others; see [`Erased`].
pub const ERASE_ACTION: &str = "customer.erase";

/// What a bundle says of itself. It is signed by the log's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The log.
    pub origin: String,
    /// When it was made (RFC 3339).
    pub made: String,
    /// The matter for which it was made: a number of the company's own.
    pub matter: u64,
    /// Who made it, by staff number.
    pub made_by: String,
    /// What was asked for.
    pub scope: Scope,
    /// Indexes of the entries, ascending.
    pub entries: Vec<u64>,
    /// SHA-256 of every other file, hexadecimal.
    pub files: BTreeMap<String, String>,
}

/// Which entries a bundle was asked to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// What concerns this customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// What this member of staff did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
    /// These entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<u64>,
    /// From this time on (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Before this time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// An entry as a bundle holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleEntry {
    /// Place in the log.
    pub index: u64,
    /// Canonical bytes of the leaf, base64.
    pub leaf: String,
    /// Salt of the commitment, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The canonical body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Instead of salt and body: who erased them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}

/// That an entry's body was erased: when, and by which entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// When (RFC 3339).
    pub time: String,
    /// Index of the entry that ordered it.
    pub entry: u64,
}

impl BundleEntry {
    /// An entry whose body is there.
    #[must_use]
    pub fn new(index: u64, leaf: &[u8], salt: &[u8], body: &str) -> Self {
        let encode = |bytes| BASE64_STANDARD.encode(bytes);
        Self {
            index,
            leaf: encode(leaf),
            salt: Some(encode(salt)),
            body: Some(body.to_owned()),
            erased: None,
        }
    }

    /// An entry whose body was erased.
    #[must_use]
    pub fn erased(index: u64, leaf: &[u8], erased: Erased) -> Self {
        Self { index, leaf: BASE64_STANDARD.encode(leaf), salt: None, body: None, erased: Some(erased) }
    }
}

/// Name of an entry's file.
#[must_use]
pub fn entry_name(index: u64) -> String {
    format!("entries/{index:012}.json")
}

/// Name of an entry's proof.
#[must_use]
pub fn proof_name(index: u64) -> String {
    format!("proofs/{index:012}.tlog-proof")
}

/// Closes a bundle: lists its files in the manifest, signs that, and packs it all.
///
/// # Errors
/// If it is too large, or a name is not allowed.
pub fn seal(mut files: Files, mut manifest: Manifest, signer: &NoteSigner) -> Result<Vec<u8>, Fault> {
    manifest.files = files.iter().map(|(name, bytes)| (name.clone(), hex(&sha256(bytes)))).collect();
    let text = manifest_text(&manifest).map_err(|_| Fault::new("json").with("file", "manifest"))?;
    files.insert("manifest".to_owned(), signer.sign(&text).into_bytes());
    pack(&files)
}

/// The one written form of a manifest.
fn manifest_text(manifest: &Manifest) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(manifest).map(|text| text + "\n")
}

/// A moment of the years 1970 to 9999 (Unix milliseconds) as RFC 3339 in UTC, to the second: as a bundle writes times.
#[must_use]
pub fn rfc3339(time_ms: u64) -> Option<String> {
    let seconds = i64::try_from(time_ms / 1000).ok()?;
    let stamp = Timestamp::from_second(seconds).ok()?;
    (seconds < 253_402_300_800).then(|| stamp.to_string())
}
