//! What can be wrong with a value.

use thiserror::Error;

/// Why a value is refused. It never holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum Invalid {
    /// A value is needed and there is none.
    #[error("a value is needed here")]
    Empty,
    /// More than `max` characters.
    #[error("longer than {max} characters")]
    TooLong {
        /// The most characters that are taken.
        max: usize,
    },
    /// More than `max` of them.
    #[error("more than {max} of them")]
    TooMany {
        /// How many are taken.
        max: usize,
    },
    /// The value would be a formula in a spreadsheet.
    #[error("begins like a spreadsheet formula")]
    Formula,
    /// Control characters, or invisible ones that turn the direction of writing.
    #[error("has control characters or invisible ones")]
    ControlCharacter,
    /// Not of the shape that the field has.
    #[error("not of the expected form")]
    BadFormat,
    /// Not a mobile number of mainland China.
    #[error("not a mobile number of mainland china (11 digits)")]
    BadMobile,
    /// The check digit of the identity number is wrong (GB 11643).
    #[error("the check digit of the identity number is wrong")]
    BadCheckDigit,
    /// The check digit of the card number is wrong (Luhn, ISO/IEC 7812-1).
    #[error("the check digit of the card number is wrong")]
    BadLuhn,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    BadEmail,
    /// Not a date, or not one of the calendar.
    #[error("not a date of the calendar")]
    BadDate,
    /// Not a number, or not one of this column (decimals, separators, size).
    #[error("not a number that fits here")]
    BadNumber,
    /// A number below zero.
    #[error("a negative number")]
    Negative,
    /// A spreadsheet has rounded a long number: its digits are gone (`6.21701E+15`).
    #[error("a spreadsheet has rounded this number: keep the column as text and export again")]
    RoundedNumber,
    /// None of the words that may stand here.
    #[error("none of the known choices")]
    BadChoice,
}

impl Invalid {
    /// A stable name, by which translations find the sentence.
    pub fn code(self) -> &'static str {
        match self {
            Invalid::Empty => "empty",
            Invalid::TooLong { .. } => "too_long",
            Invalid::TooMany { .. } => "too_many",
            Invalid::Formula => "formula",
            Invalid::ControlCharacter => "control_character",
            Invalid::BadFormat => "bad_format",
            Invalid::BadMobile => "bad_mobile",
            Invalid::BadCheckDigit => "bad_check_digit",
            Invalid::BadLuhn => "bad_luhn",
            Invalid::BadEmail => "bad_email",
            Invalid::BadDate => "bad_date",
            Invalid::BadNumber => "bad_number",
            Invalid::Negative => "negative",
            Invalid::RoundedNumber => "rounded_number",
            Invalid::BadChoice => "bad_choice",
        }
    }
}
