//! Setting a data folder up, and opening it.

use std::{path::Path, sync::Arc};

use jiff::tz::TimeZone;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use tigertally_crypto::{CryptoError, KdfCost, Keyring, RootKey};
use tigertally_ledger::{TILE_WIDTH, TilePath, Tiles, VerifierKey, pack_entries};
use zeroize::Zeroizing;

use crate::{
    AuditReport, Settings, Tigertally,
    clock::Clock,
    entry::{Body, Draft, Receipt, action},
    identity::{Hashing, Operator, Sessions, Throttle},
    policy::{DEFAULT_TEXT, Policy},
    store::{self, LogKeys, Store, StoreError, Unopened, ledger, ledger::StoredTiles, settings},
    vault::Vault,
};

const KEYRING: &str = "keyring";
const UNLOCK: &str = "unlock";
const ORIGIN: &str = "origin";
const VERIFIER_KEY: &str = "vkey";
const SETTINGS: &str = "settings";

/// What opens the keyring.
pub enum Unlock {
    /// The root key as text: from a file or the environment.
    Key(Zeroizing<String>),
    /// A passphrase, made into the root key by Argon2id.
    Passphrase(Zeroizing<String>),
}

impl Unlock {
    /// A fresh root key.
    pub fn fresh() -> Unlock {
        Unlock::Key(RootKey::generate().to_text())
    }

    /// The text of a root key, to be kept in a file; `None` for a passphrase.
    pub fn text(&self) -> Option<&str> {
        match self {
            Unlock::Key(text) => Some(text),
            Unlock::Passphrase(_) => None,
        }
    }
}

/// How the root key is come by, as stored: never the key.
#[derive(Serialize, Deserialize)]
struct How {
    #[serde(default)]
    salt: Option<[u8; 16]>,
    #[serde(default)]
    cost: Option<(u32, u32, u32)>,
}

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The root key does not have the form of one, or does not open this folder's keyring.
    #[error("the root key does not open this data folder: {0}")]
    RootKey(#[from] CryptoError),
    /// There is data in the folder already.
    #[error("the folder holds Tigertally data already")]
    Exists,
    /// The root key of this folder is a passphrase, or is not one.
    #[error("this data folder is opened with {0}")]
    OtherUnlock(&'static str),
    /// The stored policy does not parse.
    #[error("the stored policy is damaged")]
    Policy,
    /// The stored settings do not parse.
    #[error("the stored settings are damaged")]
    Settings,
    /// The log's key or name is damaged.
    #[error("the ledger's key is damaged")]
    LedgerKey,
}

impl Tigertally {
    /// Sets a data folder up for a company and opens it.
    pub async fn init(
        folder: &Path,
        company: &str,
        unlock: &Unlock,
        clock: Clock,
    ) -> Result<(Tigertally, Operator), OpenError> {
        let unopened = Unopened::open(folder, true)?;
        if unopened.founded()? {
            return Err(OpenError::Exists);
        }
        let (root, how) = new_root(unlock)?;
        let keyring = Keyring::generate();
        let id = tigertally_crypto::random::bytes::<6>();
        let origin = format!("tigertally/{}", crate::hex(&id));
        let keys = log_keys(&origin, &keyring)?;
        let how = serde_json::to_vec(&how).map_err(|_| OpenError::Settings)?;
        unopened.found(&[
            (KEYRING, &keyring.seal(&root)),
            (UNLOCK, &how),
            (ORIGIN, origin.as_bytes()),
            (VERIFIER_KEY, keys.verifier_key().to_string().as_bytes()),
        ])?;
        let settings = Settings { company: company.to_owned(), ..Settings::default() };
        let json = serde_json::to_string(&settings).map_err(|_| OpenError::Settings)?;
        let store = unopened.start(Arc::clone(&keys), clock.clone())?;
        let body = Body { via: "cli".to_owned(), ..Body { actor: "operator".to_owned(), ..Body::default() } };
        store
            .change(move |tx| {
                tx.set_setting(SETTINGS, &json)?;
                tx.add_policy(1, DEFAULT_TEXT, "operator")?;
                tx.add_rules(1, crate::desk::FIRST_ZH, crate::desk::FIRST_EN, "operator")?;
                tx.commit(Draft::recorded(action::INIT, &body), ())
            })
            .await?;
        Tigertally::assemble(store, keyring, keys, clock)
    }

    /// Whether a folder holds data. One whose setting-up was cut short holds none, and can be set up.
    pub fn founded(folder: &Path) -> Result<bool, OpenError> {
        match Unopened::open(folder, false) {
            Err(StoreError::Unusable(_)) => Ok(false),
            opened => Ok(opened?.founded()?),
        }
    }

    /// Opens a data folder.
    pub fn open(folder: &Path, unlock: &Unlock, clock: Clock) -> Result<(Tigertally, Operator), OpenError> {
        let unopened = Unopened::open(folder, false)?;
        // What was set up in part holds nothing, and is set up anew.
        let founded = unopened.founded()?;
        let sealed = unopened.meta(KEYRING)?.filter(|_| founded);
        let sealed =
            sealed.ok_or_else(|| StoreError::Unusable("the folder holds no Tigertally data".to_owned()))?;
        let how = serde_json::from_slice(&unopened.meta(UNLOCK)?.unwrap_or_default())
            .map_err(|_| OpenError::Settings)?;
        let keyring = Keyring::open(&root_of(unlock, &how)?, &sealed)?;
        let origin = unopened
            .meta(ORIGIN)?
            .and_then(|name| String::from_utf8(name).ok())
            .ok_or(OpenError::LedgerKey)?;
        let keys = log_keys(&origin, &keyring)?;
        let store = unopened.start(Arc::clone(&keys), clock.clone())?;
        Tigertally::assemble(store, keyring, keys, clock)
    }

    fn assemble(
        store: Store,
        keyring: Keyring,
        keys: Arc<LogKeys>,
        clock: Clock,
    ) -> Result<(Tigertally, Operator), OpenError> {
        let (settings, policy, verifier_key) = store.read(|conn| {
            Ok::<_, StoreError>((
                settings::setting(conn, &keys, SETTINGS)?,
                settings::policies(conn, &keys)?.into_iter().next(),
                settings::meta(conn, VERIFIER_KEY)?,
            ))
        })?;
        let settings: Settings =
            serde_json::from_str(&settings.unwrap_or_default()).map_err(|_| OpenError::Settings)?;
        let policy = policy.ok_or(OpenError::Policy)?;
        let policy = Policy::parse(&policy.text, policy.version).map_err(|_| OpenError::Policy)?;
        let zone = TimeZone::get(&settings.time_zone).map_err(|_| OpenError::Settings)?;
        keys.set_post_quantum(settings.evidence.post_quantum);
        let verifier_key =
            verifier_key.and_then(|key| String::from_utf8(key).ok()).ok_or(OpenError::LedgerKey)?;
        let store = Arc::new(store);
        let tigertally = Tigertally {
            vault: Vault::new(keyring, Arc::clone(&store))?,
            store,
            policy: RwLock::new(Arc::new(policy)),
            settings: RwLock::new(Arc::new((settings, zone))),
            sessions: Sessions::default(),
            throttle: Throttle::default(),
            hashing: Hashing::start().map_err(StoreError::from)?,
            verifier_key,
            log_keys: keys,
            clock,
            running: Default::default(),
            splits: Default::default(),
            hand_offs: Default::default(),
        };
        Ok((tigertally, Operator::new()))
    }

    /// The ledger's verification key (C2SP signed-note vkey): give it to whoever is to check the ledger.
    pub fn verifier_key(&self) -> &str {
        &self.verifier_key
    }

    /// The key of the second, post-quantum line of checkpoints (C2SP tlog-cosignature, ML-DSA-44).
    pub fn second_verifier_key(&self) -> String {
        self.log_keys.second_key().to_string()
    }

    /// Seals the keyring under another root key, while the system runs. The old one opens nothing any more.
    pub async fn change_root_key(&self, operator: &Operator, unlock: &Unlock) -> Result<Receipt, OpenError> {
        let (root, how) = new_root(unlock)?;
        let sealed = self.vault.rewrap(&root);
        let how = serde_json::to_vec(&how).map_err(|_| OpenError::Settings)?;
        let body = self.body(&operator.actor());
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.set_meta(KEYRING, &sealed)?;
                tx.set_meta(UNLOCK, &how)?;
                tx.commit(Draft::recorded(action::ROOT_KEY, &body), ())
            })
            .await?;
        Ok(receipt)
    }

    /// Name under which the settings stand.
    pub(crate) const SETTINGS: &'static str = SETTINGS;
}

fn log_keys(origin: &str, keyring: &Keyring) -> Result<Arc<LogKeys>, OpenError> {
    let (seed, second, tables) = (keyring.ledger_seed(), keyring.ledger_second_seed(), keyring.table_key());
    let keys = LogKeys::new(origin, seed.expose(), second.expose(), tables.expose())
        .map_err(|_| OpenError::LedgerKey)?;
    Ok(Arc::new(keys))
}

fn new_root(unlock: &Unlock) -> Result<(RootKey, How), CryptoError> {
    match unlock {
        Unlock::Key(text) => Ok((RootKey::from_text(text)?, How { salt: None, cost: None })),
        Unlock::Passphrase(phrase) => {
            let salt = tigertally_crypto::random::bytes::<16>();
            let cost = KdfCost::default();
            let root = RootKey::from_passphrase(phrase.as_bytes(), &salt, cost)?;
            Ok((root, How { salt: Some(salt), cost: Some((cost.memory_kib, cost.passes, cost.lanes)) }))
        }
    }
}

fn root_of(unlock: &Unlock, how: &How) -> Result<RootKey, OpenError> {
    match (unlock, how.salt, how.cost) {
        (Unlock::Key(text), None, _) => Ok(RootKey::from_text(text)?),
        (Unlock::Passphrase(phrase), Some(salt), Some((memory_kib, passes, lanes))) => {
            Ok(RootKey::from_passphrase(phrase.as_bytes(), &salt, KdfCost { memory_kib, passes, lanes })?)
        }
        (Unlock::Key(_), ..) => Err(OpenError::OtherUnlock("a passphrase")),
        (Unlock::Passphrase(_), ..) => Err(OpenError::OtherUnlock("a root key")),
    }
}

/// What can be read of a data folder without its keys, beside a server that may be running.
pub mod read_only {
    use super::*;

    /// Audits the whole ledger from the entries up. `vkey` is the log's verification key as somebody kept it
    /// elsewhere; without one, the folder's own is taken. `kept` are checkpoints that somebody kept elsewhere.
    pub fn audit(
        folder: &Path,
        vkey: Option<&str>,
        kept: &[String],
        progress: impl FnMut(u64),
    ) -> Result<AuditReport, OpenError> {
        let conn = store::open_read_only(folder)?;
        let own = settings::meta(&conn, VERIFIER_KEY)?.and_then(|key| String::from_utf8(key).ok());
        let key = vkey.map(str::to_owned).or(own).ok_or(OpenError::LedgerKey)?;
        let key = VerifierKey::parse(key.trim()).map_err(|_| OpenError::LedgerKey)?;
        let mut kept = kept.to_vec();
        kept.extend(std::fs::read_to_string(folder.join(store::CHECKPOINT_FILE)).ok());
        Ok(ledger::audit(&conn, &key, &kept, progress)?)
    }

    /// Writes the whole log as files of a tiled log (C2SP tlog-tiles), for any tool that reads such: `vkey`, `tile/…`,
    /// `tile/entries/…` and last `checkpoint`. The entries are leaves, without bodies. Returns the number of entries.
    ///
    /// What is there already is left: full tiles never change.
    pub fn export(folder: &Path, out: &Path, mut progress: impl FnMut(u64)) -> Result<u64, OpenError> {
        let conn = store::open_read_only(folder)?;
        let snapshot = conn.unchecked_transaction().map_err(StoreError::from)?;
        let key = settings::meta(&conn, VERIFIER_KEY)?.and_then(|key| String::from_utf8(key).ok());
        let key = key.ok_or(OpenError::LedgerKey)?;
        let checkpoint = ledger::last_checkpoint(&conn)?;
        let write = |name: &str, bytes: &[u8]| -> Result<(), StoreError> {
            let path = out.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            // A tile that is there is taken as whole.
            Ok(store::durable::replace(&path, bytes)?)
        };
        for path in TilePath::all(checkpoint.size) {
            let name = path.to_string();
            let full = usize::from(path.width) == TILE_WIDTH;
            if full && out.join(&name).exists() {
                continue;
            }
            match path.level {
                Some(level) => {
                    let hashes = StoredTiles { conn: &conn }.hashes(level, path.index, path.width)?;
                    write(&name, &hashes.concat())?;
                }
                None => {
                    let first = path.index * TILE_WIDTH as u64;
                    let leaves = ledger::leaves(&conn, first, path.width)?;
                    write(&name, &pack_entries(leaves.iter().map(Vec::as_slice)))?;
                    progress(first);
                }
            }
        }
        write("vkey", format!("{key}\n").as_bytes())?;
        write("checkpoint", checkpoint.note.as_bytes())?;
        drop(snapshot);
        Ok(checkpoint.size)
    }
}
