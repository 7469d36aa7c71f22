//! The last signed checkpoint as a file beside the database, for whoever keeps a copy elsewhere.

use std::path::Path;

use super::durable;

/// Name of the file in the data folder.
pub(crate) const NAME: &str = "checkpoint";

/// Replaces the file. It is a copy of what the database holds, so a failure is told and survived: the old one stands,
/// and the next one is written anew.
pub(super) fn publish(folder: &Path, note: &str) {
    if let Err(error) = durable::replace(&folder.join(NAME), note.as_bytes()) {
        tracing::warn!(%error, "the checkpoint file could not be replaced");
    }
}
