//! What every request has in common when it is made.

use crate::{
    desk::DeskError,
    store::{Tx, approvals::NewApproval},
};

/// Most requests of one person that wait at once: nobody buries those of others.
const MOST_WAITING: usize = 50;

/// Puts a request before others.
///
/// # Errors
/// `TooMuch` when as many of the same person's wait; `Store`.
pub(in crate::desk) fn ask(tx: &Tx<'_>, new: &NewApproval) -> Result<(), DeskError> {
    if tx.count_waiting(new.requester)? >= MOST_WAITING {
        return Err(DeskError::TooMuch(MOST_WAITING));
    }
    Ok(tx.add_approval(new)?)
}
