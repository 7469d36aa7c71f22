//! The folder of a witness: its keys, a file for each log, and what was kept of attempts.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{digest, rand};
use base64::{Engine, prelude::BASE64_STANDARD};
use tigertally_ledger::{Checkpoint, Cosigner, Refusal, VerifierKey, WitnessedLog};
use zeroize::Zeroizing;

use crate::{LogState, WitnessError};

const KEYS: &str = "keys";
const LOGS: &str = "logs";
const ATTEMPTS: &str = "attempts";
/// More attempts than this are not kept: the first ones prove it, and a flood must not fill the disk.
const MAX_ATTEMPTS: usize = 1000;

/// Makes the keys. Each line of the file: type, name, seed in base64.
pub(crate) fn init(folder: &Path, name: &str, post_quantum: bool) -> Result<Vec<VerifierKey>, WitnessError> {
    if folder.join(KEYS).exists() {
        return Err(WitnessError::Exists);
    }
    fs::create_dir_all(folder.join(LOGS))?;
    fs::create_dir_all(folder.join(ATTEMPTS))?;
    let mut text = Zeroizing::new(String::new());
    for kind in ["ed25519", "ml-dsa-44"].into_iter().take(1 + usize::from(post_quantum)) {
        let mut seed = Zeroizing::new([0; 32]);
        rand::fill(seed.as_mut()).map_err(|_| io::Error::other("the system gives no randomness"))?;
        // Checks the name before anything is written.
        cosigner(kind, name, &seed)?;
        text.push_str(&format!("{kind} {name} {}\n", BASE64_STANDARD.encode(*seed)));
    }
    replace(&folder.join(KEYS), text.as_bytes())?;
    Ok(cosigners(folder)?.iter().map(Cosigner::verifier_key).collect())
}

fn cosigner(kind: &str, name: &str, seed: &[u8; 32]) -> Result<Cosigner, WitnessError> {
    match kind {
        "ed25519" => Ok(Cosigner::ed25519(name, seed)?),
        "ml-dsa-44" => Ok(Cosigner::ml_dsa_44(name, seed)?),
        _ => Err(WitnessError::Damaged(KEYS.to_owned())),
    }
}

pub(crate) fn cosigners(folder: &Path) -> Result<Vec<Cosigner>, WitnessError> {
    let damaged = || WitnessError::Damaged(KEYS.to_owned());
    let text = Zeroizing::new(fs::read_to_string(folder.join(KEYS))?);
    let read = text.lines().map(|line| {
        let [kind, name, seed] = line.split(' ').collect::<Vec<_>>().try_into().map_err(|_| damaged())?;
        let seed = Zeroizing::new(BASE64_STANDARD.decode(seed).map_err(|_| damaged())?);
        cosigner(kind, name, seed.as_slice().try_into().map_err(|_| damaged())?)
    });
    let cosigners = read.collect::<Result<Vec<_>, WitnessError>>()?;
    if cosigners.is_empty() { Err(damaged()) } else { Ok(cosigners) }
}

/// Lets one process serve at a time.
pub(crate) fn lock(folder: &Path) -> Result<File, WitnessError> {
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
    lock.try_lock().map_err(|_| WitnessError::InUse)?;
    Ok(lock)
}

/// A file a log, named by the hash of its origin: the log's key on the first line, then the last note that was cosigned.
fn log_path(folder: &Path, origin: &str) -> PathBuf {
    let hash = digest::digest(&digest::SHA256, origin.as_bytes());
    let name: String = hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(LOGS).join(name)
}

pub(crate) fn read_log(folder: &Path, origin: &str) -> Result<Option<LogState>, WitnessError> {
    read_log_at(&log_path(folder, origin))
}

fn read_log_at(path: &Path) -> Result<Option<LogState>, WitnessError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let damaged = || WitnessError::Damaged(path.display().to_string());
    let (key, note) = text.split_once('\n').ok_or_else(damaged)?;
    let key = VerifierKey::parse(key).map_err(|_| damaged())?;
    let log = if note.is_empty() {
        WitnessedLog::new(key)
    } else {
        let Checkpoint { size, root, .. } = Checkpoint::open(note, &key).map_err(|_| damaged())?;
        WitnessedLog { key, size, root }
    };
    Ok(Some(LogState { log, note: note.to_owned() }))
}

/// Stores a log's state durably.
pub(crate) fn write_log(folder: &Path, state: &LogState) -> Result<(), WitnessError> {
    let path = log_path(folder, state.log.key.name());
    Ok(replace(&path, format!("{}\n{}", state.log.key, state.note).as_bytes())?)
}

pub(crate) fn logs(folder: &Path) -> Result<Vec<LogState>, WitnessError> {
    let mut logs = Vec::new();
    for file in fs::read_dir(folder.join(LOGS))? {
        let path = file?.path();
        if path.extension().is_none() {
            logs.extend(read_log_at(&path)?);
        }
    }
    logs.sort_by(|a, b| a.log.key.name().cmp(b.log.key.name()));
    Ok(logs)
}

pub(crate) fn attempts(folder: &Path) -> Result<usize, WitnessError> {
    Ok(fs::read_dir(folder.join(ATTEMPTS))?.count())
}

/// Keeps what was asked and what had been cosigned. Another root at the same size proves by itself what the log did: one
/// is kept for each size, however many there are. Everything else may be a sender's mistake, and is kept up to a number.
pub(crate) fn keep_attempt(
    folder: &Path,
    state: &LogState,
    body: &str,
    refusal: &Refusal,
    forked_at: Option<u64>,
) -> Result<(), WitnessError> {
    if forked_at.is_none() && attempts(folder)? >= MAX_ATTEMPTS {
        return Ok(());
    }
    let hash = |text: &str| -> String {
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let name = match forked_at {
        Some(size) => format!("fork-{}-{size}", hash(&state.log.key.to_string())),
        None => hash(body),
    };
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let path = folder.join(ATTEMPTS).join(format!("{name}.txt"));
    if path.exists() {
        return Ok(());
    }
    let text = format!(
        "refused: {refusal}\ntime: {now_s}\n\n== cosigned before ==\n{}\n== shown now ==\n{body}",
        state.note
    );
    Ok(replace(&path, text.as_bytes())?)
}

/// Replaces a file so that after a crash it is there as it was or as it is to be, and only its owner can read it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
