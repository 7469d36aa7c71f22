//! Files and folders that are still there, and whole, after the power was cut; and what is done when a disk fails.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
};

use super::StoreError;

/// Makes a folder with those above it, if it is not there.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        make_folder(above)?;
        fs::create_dir(folder)?;
    }
    sync_folder(above)
}

/// Replaces a file: whoever reads it finds the old one or the new one, and never half of one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

/// Writes what a file holds into it once more, and syncs it. After a failed sync the system may show what the disk does
/// not have, and takes it as written: only writing it again makes it so.
pub(super) fn write_again(path: &Path) -> io::Result<()> {
    let mut file = match File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut part = vec![0; 1 << 20];
    let mut at = 0;
    loop {
        let length = file.read(&mut part)?;
        if length == 0 {
            return file.sync_all();
        }
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&part[..length])?;
        at += length as u64;
    }
}

/// Makes the names in a folder outlast a power cut.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Stops the process when a disk failed. After a failed sync nobody knows what the disk holds, and a second one that
/// succeeds would prove nothing: the system has forgotten by then what it could not write. Recovery reads what was
/// synced. A disk that is full has lost nothing.
pub(super) fn stop_if_the_disk_failed(error: &StoreError) {
    if matches!(error, StoreError::Engine(_) | StoreError::Io(_)) {
        tracing::error!(%error, "stopping: what the disk holds is decided by recovery, not by a retry");
        std::process::abort();
    }
}
