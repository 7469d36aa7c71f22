//! Tigertally without HTTP and HTML.
//!
//! A company's customers are sealed, and leave by one gate: [`policy`] decides and gives a permit, the vault puts the
//! access down in the ledger and gives a warrant, and opening consumes the warrant and gives the granted fields only.
//! [`Tigertally`] is the opened system; what people do with it stands in [`desk`].
//!
//! Rooms: `record` and `import` (what comes in), `policy` (who may), `store` (the only room with SQL), `vault` (the only
//! room that holds keys), `identity` (who acts), `desk` (what people do).

pub mod clock;
pub mod desk;
pub mod entry;
pub mod identity;
pub mod import;
mod open;
pub mod policy;
pub mod record;
mod settings;
mod store;
mod vault;

pub use open::{OpenError, Unlock, read_only};
pub use settings::{
    CareSettings, ConnectSettings, EvidenceSettings, ExportSettings, FollowUpSettings, MailSecurity,
    MailSettings, Settings, TimeStampAuthority,
};
pub use store::{
    StoreError,
    bulk::{BulkKind, BulkOutcome},
    customers::{Customer, Sort},
    ledger::{AuditFault, AuditReport, EntryFilter, EntryRow},
    reviews::Reviews,
    seen::{Mark, Sightings, Span},
    settings::StoredPolicy,
    shares::ShareEnd,
    staff::{Person, StaffRow},
    time_stamps::TimeStamp,
    work::OrderRow,
};
/// What of the ledger's formats goes over the network.
pub use tigertally_crypto::age;
pub use tigertally_ledger::{AddCheckpoint, NoteSignature, TilePath, TrustPolicy, Witness};
/// How text that somebody else wrote is shown.
pub use tigertally_ledger::{hex, numbered, visible};
/// What a leaked list says about a suspect.
pub use tigertally_trace::{Agreement, Finding, Verdict};
pub use vault::{Disclosure, Masked, Page, VaultError, Warrant};

use std::{collections::HashMap, sync::Arc};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use parking_lot::{Mutex, RwLock};

use crate::{
    clock::Clock,
    entry::Body,
    identity::{Actor, Hashing, Sessions, Throttle},
    policy::Policy,
    store::{LogKeys, Store},
    vault::Vault,
};

/// An opened system.
pub struct Tigertally {
    pub(crate) store: Arc<Store>,
    pub(crate) vault: Vault,
    policy: RwLock<Arc<Policy>>,
    settings: RwLock<Arc<(Settings, TimeZone)>>,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Throttle,
    pub(crate) hashing: Hashing,
    verifier_key: String,
    log_keys: Arc<LogKeys>,
    clock: Clock,
    /// Exports that are being written, and how many rows are.
    running: Mutex<HashMap<i64, u64>>,
    /// One split at a time: two would give the same customers, or take away each other's parts.
    pub(crate) splits: tokio::sync::Mutex<()>,
    /// Links to numbers that a device may be handed, by the hash of what stands in them.
    pub(crate) hand_offs: Mutex<HashMap<[u8; 32], desk::HandOff>>,
}

impl Tigertally {
    /// The settings in force.
    pub fn settings(&self) -> Settings {
        self.settings.read().0.clone()
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read())
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> u64 {
        (self.clock)()
    }

    /// Number of entries in the ledger.
    pub fn ledger_size(&self) -> u64 {
        self.store.size()
    }

    /// Tells the number of entries whenever it grows.
    pub fn ledger_grown(&self) -> tokio::sync::watch::Receiver<u64> {
        self.store.grown()
    }

    /// Whether a change could be written just now.
    pub async fn ready(&self) -> bool {
        self.store.probe().await.is_ok()
    }

    /// The day in the company's time zone.
    pub fn today(&self) -> Date {
        self.local(self.now_ms()).0
    }

    /// Day and hour of a time in the company's time zone.
    pub fn local(&self, time_ms: u64) -> (Date, u8) {
        let zoned = self.zoned(time_ms);
        (zoned.date(), zoned.hour().unsigned_abs())
    }

    /// A time in the company's time zone.
    pub fn zoned(&self, time_ms: u64) -> jiff::ZonedDateTime {
        let stamp = i64::try_from(time_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        stamp.unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(self.settings.read().1.clone())
    }

    /// A moment in the company's time zone, Unix milliseconds. A day alone is its beginning.
    pub fn moment_ms(&self, moment: &str) -> Option<u64> {
        let zoned =
            moment.parse::<DateTime>().ok()?.to_zoned_datetime(self.settings.read().1.clone()).ok()?;
        u64::try_from(zoned.timestamp().as_millisecond()).ok()
    }

    /// A digest of these parts that nobody can try values out on without the keys.
    pub fn keyed_digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.log_keys.seal("digest", parts)
    }

    pub(crate) fn hour(&self) -> u8 {
        self.local(self.now_ms()).1
    }

    pub(crate) fn set_policy(&self, policy: Policy) {
        *self.policy.write() = Arc::new(policy);
    }

    pub(crate) fn put_settings(&self, settings: Settings) {
        let zone = TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC);
        self.log_keys.set_post_quantum(settings.evidence.post_quantum);
        *self.settings.write() = Arc::new((settings, zone));
    }

    /// The body of an entry about what an actor does.
    pub(crate) fn body(&self, actor: &Actor) -> Body {
        Body {
            actor: actor.no().to_owned(),
            role: actor.role().name().to_owned(),
            via: actor.via().name().to_owned(),
            ..Body::default()
        }
    }
}

/// Size and SHA-256 of a file.
///
/// # Errors
/// If it cannot be read.
pub fn file_digest(path: &std::path::Path) -> std::io::Result<(u64, [u8; 32])> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let (mut buffer, mut size) = (vec![0; 1 << 16], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        context.update(&buffer[..read]);
        size += read as u64;
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Ok((size, digest))
}

/// SHA-256 over parts, one after the other.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}
