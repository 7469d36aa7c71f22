//! What a company sets: a few values with defaults that fit most.

use serde::{Deserialize, Serialize};

use crate::record::TierRule;

/// The settings. Stored as JSON; a value that is not there has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the company, as the console shows it.
    pub company: String,
    /// Time zone of the company (IANA name): hours in the policy and days are counted in it.
    pub time_zone: String,
    /// The tier rule.
    pub tiers: TierRule,
    /// How long the console shows a revealed field, seconds (5 to 300).
    pub reveal_seconds: u32,
    /// How often the accesses of a high-tier customer are reviewed, days (7 to 366).
    pub review_days: u32,
    /// How long an approval can be used, minutes (5 to 1,440).
    pub approval_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            company: "Tigertally".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            tiers: TierRule::default(),
            reveal_seconds: 30,
            review_days: 90,
            approval_minutes: 60,
        }
    }
}

impl Settings {
    /// Names the first setting that is out of its range.
    pub fn fault(&self) -> Option<&'static str> {
        let name = self.company.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            Some("company")
        } else if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            Some("time_zone")
        } else if self.tiers.check().is_err() {
            Some("tiers")
        } else if !(5..=300).contains(&self.reveal_seconds) {
            Some("reveal_seconds")
        } else if !(7..=366).contains(&self.review_days) {
            Some("review_days")
        } else if !(5..=1440).contains(&self.approval_minutes) {
            Some("approval_minutes")
        } else {
            None
        }
    }
}
