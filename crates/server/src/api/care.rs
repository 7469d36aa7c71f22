//! Settings of who cares for customers, as the interface has them.

use serde::{Deserialize, Serialize};
use tigertally_core::CareSettings;
use utoipa::ToSchema;

/// Who cares for customers: the duplicate check and the public pool.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CareJson {
    /// So often a day somebody is told that a customer whom they may not see is with the company, 1 to 1,000.
    duplicates_per_day: u32,
    /// Days without follow-up after which a low-tier customer falls into the pool, 7 to 3,650; 0 for never.
    pool_low_days: u32,
    /// The same for the medium tier.
    pool_medium_days: u32,
    /// The same for the high tier.
    pool_high_days: u32,
    /// So many days before that the owner is warned, 1 to 90.
    pool_warn_days: u32,
    /// So many customers somebody may claim from the pool a day, 1 to 1,000.
    claims_per_day: u32,
}

impl std::convert::From<CareSettings> for CareJson {
    fn from(settings: CareSettings) -> Self {
        CareJson {
            duplicates_per_day: settings.duplicates_per_day,
            pool_low_days: settings.pool_low_days,
            pool_medium_days: settings.pool_medium_days,
            pool_high_days: settings.pool_high_days,
            pool_warn_days: settings.pool_warn_days,
            claims_per_day: settings.claims_per_day,
        }
    }
}

impl std::convert::From<CareJson> for CareSettings {
    fn from(settings: CareJson) -> Self {
        CareSettings {
            duplicates_per_day: settings.duplicates_per_day,
            pool_low_days: settings.pool_low_days,
            pool_medium_days: settings.pool_medium_days,
            pool_high_days: settings.pool_high_days,
            pool_warn_days: settings.pool_warn_days,
            claims_per_day: settings.claims_per_day,
        }
    }
}
