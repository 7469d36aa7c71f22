//! Customer and staff numbers.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Invalid;

/// Checks the rule that both kinds of number share: letters, digits, `_` and `-`, and no `-` in front, because
/// a spreadsheet would take that for a formula.
fn check(code: &str, max: usize, reserved: &[&str]) -> Result<(), Invalid> {
    let bytes = code.as_bytes();
    match bytes.first() {
        None => Err(Invalid::Empty),
        Some(b'=' | b'+' | b'-' | b'@' | b'\t') => Err(Invalid::Formula),
        Some(_) if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) => {
            Err(Invalid::BadFormat)
        }
        Some(_) if bytes.len() > max => Err(Invalid::TooLong { max }),
        Some(_) if reserved.iter().any(|word| code.eq_ignore_ascii_case(word)) => Err(Invalid::BadChoice),
        Some(_) => Ok(()),
    }
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $max:literal, $reserved:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The most characters it has.
            pub const MAX: usize = $max;

            /// Takes a number as it is written, without spaces around it.
            ///
            /// # Errors
            /// `Empty`, `TooLong`, `BadFormat`, `Formula` for a leading `-`, `BadChoice` for a reserved word.
            pub fn parse(code: &str) -> Result<Self, Invalid> {
                check(code, Self::MAX, $reserved)?;
                Ok(Self(code.into()))
            }

            /// The number as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = String::deserialize(deserializer)?;
                Self::parse(&code).map_err(serde::de::Error::custom)
            }
        }
    };
}

code!(
    /// The number by which a company knows a customer: `[A-Za-z0-9_-]{1,32}`, case matters.
    CustomerNo,
    32,
    &[]
);
code!(
    /// The number by which a company knows a member of staff: `[A-Za-z0-9_-]{1,16}`, case matters.
    StaffNo,
    16,
    // As whom the ledger names the machine's command line, the system itself, and a sign-in of nobody.
    &["operator", "system", "unknown"]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_plain() {
        for good in ["C00001", "a", "A_b-9", &"x".repeat(32)] {
            assert_eq!(CustomerNo::parse(good).unwrap().as_str(), good);
        }
        for (bad, why) in [
            ("", Invalid::Empty),
            ("-1", Invalid::Formula),
            ("=A1", Invalid::Formula),
            ("C 1", Invalid::BadFormat),
            (" C1", Invalid::BadFormat),
            ("客1", Invalid::BadFormat),
            ("C/1", Invalid::BadFormat),
            (&"x".repeat(33), Invalid::TooLong { max: 32 }),
        ] {
            assert_eq!(CustomerNo::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(StaffNo::parse("Operator"), Err(Invalid::BadChoice));
        assert_eq!(StaffNo::parse(&"x".repeat(17)), Err(Invalid::TooLong { max: 16 }));
    }

    #[test]
    fn json_is_a_checked_string() {
        let no: CustomerNo = serde_json::from_str("\"C1\"").unwrap();
        assert_eq!(serde_json::to_string(&no).unwrap(), "\"C1\"");
        assert!(serde_json::from_str::<StaffNo>("\"S 1\"").is_err());
        assert!(serde_json::from_str::<StaffNo>("1").is_err());
    }
}
