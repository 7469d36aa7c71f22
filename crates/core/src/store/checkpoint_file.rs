//! The last signed checkpoint as a file beside the database, for whoever keeps a copy elsewhere.

use std::{fs, path::Path};

/// Name of the file in the data folder.
pub(crate) const NAME: &str = "checkpoint";

/// Replaces the file. It is a copy of what the database holds, so a failure is told and survived.
pub(super) fn publish(folder: &Path, note: &str) {
    let fresh = folder.join("checkpoint.new");
    if let Err(error) = fs::write(&fresh, note).and_then(|()| fs::rename(&fresh, folder.join(NAME))) {
        tracing::warn!(%error, "the checkpoint file could not be replaced");
    }
}
