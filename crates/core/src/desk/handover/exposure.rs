//! What somebody saw and took out before they leave: for security, and for the file.

use serde::{Deserialize, Serialize};

use super::super::DeskError;
use crate::{
    Tigertally,
    store::{
        exports::{self, State},
        leaving,
        staff::Person,
    },
};

/// The days that are looked back on.
pub(super) const DAYS: u64 = 90;

/// What somebody saw and took out in their last 90 days: counts only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// From when on, Unix milliseconds.
    pub since_ms: u64,
    /// Pages of customers shown, masked.
    pub views: u64,
    /// Times that fields were shown in clear.
    pub reveals: u64,
    /// Times that something was refused.
    pub denied: u64,
    /// Different customers seen.
    pub customers: u64,
    /// Those of them that are somebody else's.
    pub others: u64,
    /// Reveals of each week, the first first.
    pub weeks: Vec<u64>,
    /// Exports that were written, newest first.
    pub exports: Vec<ExposureExport>,
}

/// An export that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureExport {
    /// Number.
    pub id: i64,
    /// Rows in the file.
    pub people: u64,
    /// Whether any field was in clear.
    pub in_clear: bool,
    /// Whether the file was fetched.
    pub taken: bool,
    /// When it was asked for, Unix milliseconds.
    pub created_ms: u64,
}

impl Tigertally {
    pub(super) async fn exposure_of(&self, whose: &Person) -> Result<Exposure, DeskError> {
        self.store.catch_up().await?;
        let since_ms = self.now_ms().saturating_sub(DAYS * 86_400_000);
        let seen = self.store.read(|conn| leaving::seen_by(conn, whose, since_ms))?;
        let mut weeks = vec![0; DAYS.div_ceil(7) as usize];
        for (week, count) in seen.weeks {
            if let Some(slot) = weeks.get_mut(week as usize) {
                *slot = count;
            }
        }
        let rows = self.store.read(|conn| exports::exports(conn, Some(whose.id), i64::MAX, 200))?;
        let written = rows.into_iter().filter(|row| row.made_ms.is_some() && row.created_ms >= since_ms);
        let exports = written.map(|row| ExposureExport {
            id: row.id,
            people: row.written,
            in_clear: row.in_clear.iter().any(|count| *count > 0),
            taken: row.state == State::Taken,
            created_ms: row.created_ms,
        });
        let exports = exports.collect();
        Ok(Exposure {
            since_ms,
            views: seen.views,
            reveals: seen.reveals,
            denied: seen.denied,
            customers: seen.customers,
            others: seen.others,
            weeks,
            exports,
        })
    }
}
