//! The written rule that puts customers in tiers.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Invalid, Kind, Tier};

/// The thresholds of the rule. They are settings; the default is the rule as written: above ¥100,000 or five
/// years is high, from ¥10,000 on medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TierRule {
    /// Above this spend of the last twelve months, in fen (分), a customer is high.
    pub high_spend_fen: i64,
    /// From this spend on, in fen (分), a customer is medium.
    pub medium_spend_fen: i64,
    /// From this many full years of co-operation on a customer is high.
    pub high_years: u8,
    /// Whether a person whose identity number and bank card are on file is medium at least.
    pub sensitive_raises: bool,
}

impl Default for TierRule {
    fn default() -> TierRule {
        TierRule {
            high_spend_fen: 10_000_000,
            medium_spend_fen: 1_000_000,
            high_years: 5,
            sensitive_raises: false,
        }
    }
}

impl TierRule {
    /// Whether the thresholds make sense together.
    ///
    /// # Errors
    /// `Negative` for a threshold below zero; `BadNumber` when medium begins above high, or when no years at
    /// all would make everybody high.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.medium_spend_fen < 0 || self.high_spend_fen < 0 {
            return Err(Invalid::Negative);
        }
        if self.medium_spend_fen > self.high_spend_fen || self.high_years == 0 {
            return Err(Invalid::BadNumber);
        }
        Ok(())
    }
}

/// The tier of a customer who spent `spend_12m_fen` (分) in the twelve months before `today` and with whom
/// co-operation began on `since`. `has_sensitive`: identity number and bank card are both on file.
pub fn tier_of(
    rule: &TierRule,
    spend_12m_fen: i64,
    since: Date,
    today: Date,
    kind: Kind,
    has_sensitive: bool,
) -> Tier {
    if spend_12m_fen > rule.high_spend_fen
        || since.saturating_add(i32::from(rule.high_years).years()) <= today
    {
        Tier::High
    } else if spend_12m_fen >= rule.medium_spend_fen
        || (rule.sensitive_raises && kind == Kind::Person && has_sensitive)
    {
        Tier::Medium
    } else {
        Tier::Low
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn tier(spend_fen: i64, since: Date) -> Tier {
        tier_of(&TierRule::default(), spend_fen, since, TODAY, Kind::Company, true)
    }

    #[test]
    fn spend_has_an_open_and_a_closed_boundary() {
        let since = date(2025, 1, 1);
        assert_eq!(tier(0, since), Tier::Low);
        assert_eq!(tier(999_999, since), Tier::Low);
        assert_eq!(tier(1_000_000, since), Tier::Medium);
        assert_eq!(tier(10_000_000, since), Tier::Medium);
        assert_eq!(tier(10_000_001, since), Tier::High);
    }

    #[test]
    fn five_years_to_the_day() {
        assert_eq!(tier(0, date(2021, 11, 25)), Tier::Low);
        assert_eq!(tier(0, date(2021, 11, 24)), Tier::High);
        assert_eq!(tier(0, date(2030, 1, 1)), Tier::Low);
        let leap = date(2020, 2, 29);
        let rule = TierRule::default();
        assert_eq!(tier_of(&rule, 0, leap, date(2025, 2, 27), Kind::Person, false), Tier::Low);
        assert_eq!(tier_of(&rule, 0, leap, date(2025, 2, 28), Kind::Person, false), Tier::High);
    }

    #[test]
    fn sensitivity_raises_persons_only_and_only_when_it_is_set() {
        let since = date(2025, 1, 1);
        let on = TierRule { sensitive_raises: true, ..TierRule::default() };
        let of = |rule: &TierRule, kind, sensitive| tier_of(rule, 0, since, TODAY, kind, sensitive);
        assert_eq!(of(&TierRule::default(), Kind::Person, true), Tier::Low);
        assert_eq!(of(&on, Kind::Person, true), Tier::Medium);
        assert_eq!(of(&on, Kind::Person, false), Tier::Low);
        assert_eq!(of(&on, Kind::Company, true), Tier::Low);
        assert_eq!(tier_of(&on, 20_000_000, since, TODAY, Kind::Person, true), Tier::High);
    }

    #[test]
    fn rules_are_checked_and_kept_as_json() {
        let rule: TierRule = serde_json::from_str(r#"{"high_years": 3}"#).unwrap();
        assert_eq!(rule, TierRule { high_years: 3, ..TierRule::default() });
        assert!(serde_json::from_str::<TierRule>(r#"{"hihg_years": 3}"#).is_err());
        assert_eq!(rule.check(), Ok(()));
        assert_eq!(TierRule { high_years: 0, ..rule }.check(), Err(Invalid::BadNumber));
        assert_eq!(TierRule { medium_spend_fen: -1, ..rule }.check(), Err(Invalid::Negative));
        assert_eq!(TierRule { medium_spend_fen: 10_000_001, ..rule }.check(), Err(Invalid::BadNumber));
    }
}
