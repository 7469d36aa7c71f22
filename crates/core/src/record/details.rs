//! The sealed fields of one customer, in clear, on their way in.

use std::fmt;

use zeroize::Zeroizing;

use super::{Field, Invalid, check};

/// At most one valid value in normal form a field. The values are wiped when it is dropped; `Debug` names the
/// fields that are there and prints no value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Details([Option<Zeroizing<String>>; Field::ALL.len()]);

impl Details {
    /// Without any value.
    pub fn new() -> Details {
        Details::default()
    }

    /// The value of a field.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0[slot(field)].as_deref().map(String::as_str)
    }

    /// Checks a value ([`check`]) and puts it in its place; an earlier one is wiped.
    ///
    /// # Errors
    /// What is wrong with it; then nothing changes.
    pub fn set(&mut self, field: Field, raw: &str) -> Result<(), Invalid> {
        self.0[slot(field)] = Some(check(field, raw)?);
        Ok(())
    }

    /// Takes the value of a field out.
    pub fn remove(&mut self, field: Field) -> Option<Zeroizing<String>> {
        self.0[slot(field)].take()
    }

    /// The fields that have a value, in the order of [`Field::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        Field::ALL.into_iter().filter_map(|field| Some((field, self.get(field)?)))
    }

    /// Whether no field has a value.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Whether identity number and bank card are both on file, which can raise a tier
    /// ([`tier_of`](super::tier_of)).
    pub fn has_sensitive(&self) -> bool {
        self.get(Field::IdNumber).is_some() && self.get(Field::BankCard).is_some()
    }
}

fn slot(field: Field) -> usize {
    usize::from(field.id()) - 1
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(field, _)| field)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_in_checked_and_never_out_by_debug() {
        let mut details = Details::new();
        assert!(details.is_empty());
        details.set(Field::Mobile, "+86 159-2011-6410").unwrap();
        details.set(Field::Name, "易动力网络有限公司").unwrap();
        assert_eq!(details.set(Field::Mobile, "123"), Err(Invalid::BadMobile));
        assert_eq!(details.get(Field::Mobile), Some("15920116410"));
        let fields: Vec<Field> = details.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [Field::Name, Field::Mobile]);
        assert_eq!(format!("{details:?}"), "{Name, Mobile}");
        assert!(!details.has_sensitive());
        assert!(details.remove(Field::Mobile).is_some_and(|v| *v == "15920116410"));
        assert_eq!(details.get(Field::Mobile), None);
    }

    #[test]
    fn every_field_has_a_slot_of_its_own() {
        let mut slots = Field::ALL.map(slot);
        slots.sort_unstable();
        assert_eq!(slots, [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}
