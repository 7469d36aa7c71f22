//! The fields of a customer record and the classes they fall in.

use super::Kind;

/// A field that is sealed. The numbers are written into envelopes: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// Name of the customer: a firm, or a person.
    Name = 1,
    /// Name of the person one talks to.
    Contact = 2,
    /// Mobile number, mainland China (11 digits).
    Mobile = 3,
    /// Resident identity number (GB 11643, 18 characters).
    IdNumber = 4,
    /// Bank card number (Luhn).
    BankCard = 5,
    /// E-mail address.
    Email = 6,
    /// Postal address.
    Address = 7,
    /// What the customer needs, in words: what courts count as a trade secret.
    Needs = 8,
}

impl Field {
    /// Every field, in the order in which people read them.
    pub const ALL: [Field; 8] = [
        Field::Name,
        Field::Contact,
        Field::Mobile,
        Field::IdNumber,
        Field::BankCard,
        Field::Email,
        Field::Address,
        Field::Needs,
    ];

    /// The number written into envelopes.
    pub fn id(self) -> u8 {
        self as u8
    }

    /// The field with this number.
    pub fn from_id(id: u8) -> Option<Field> {
        Field::ALL.into_iter().find(|f| f.id() == id)
    }

    /// The name used by the API, the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Contact => "contact",
            Field::Mobile => "mobile",
            Field::IdNumber => "id_number",
            Field::BankCard => "bank_card",
            Field::Email => "email",
            Field::Address => "address",
            Field::Needs => "needs",
        }
    }

    /// The field of this name.
    pub fn parse(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|f| f.name() == name)
    }

    /// The class, which decides how the field is sealed, masked, searched and granted. The name of a firm is
    /// public knowledge, that of a person is not.
    pub fn class(self, kind: Kind) -> Class {
        match (self, kind) {
            (Field::Name, Kind::Company) => Class::Basic,
            (Field::Name, Kind::Person) => Class::Contact,
            (Field::Contact | Field::Mobile | Field::Email | Field::Address, _) => Class::Contact,
            (Field::IdNumber | Field::BankCard, _) => Class::Sensitive,
            (Field::Needs, _) => Class::Business,
        }
    }

    /// Whether an exact search finds this field through a blind index.
    pub fn searchable(self) -> bool {
        !matches!(self, Field::Address | Field::Needs)
    }
}

/// The class of a field. The numbers separate keys: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// Name of a firm, region.
    Basic = 1,
    /// Phone, mail, address, names of persons.
    Contact = 2,
    /// Identity number, bank card (PIPL article 28).
    Sensitive = 3,
    /// Needs, prices, intents: trade secrets.
    Business = 4,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 4] = [Class::Basic, Class::Contact, Class::Sensitive, Class::Business];

    /// The number that separates keys.
    pub fn id(self) -> u8 {
        self as u8
    }

    /// The name used by the policy and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Class::Basic => "basic",
            Class::Contact => "contact",
            Class::Sensitive => "sensitive",
            Class::Business => "business",
        }
    }

    /// The class of this name.
    pub fn parse(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// Some of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClassSet(u8);

impl ClassSet {
    /// The set with this one, too.
    #[must_use]
    pub fn with(self, class: Class) -> ClassSet {
        ClassSet(self.0 | 1 << class.id())
    }

    /// Whether it has this one.
    pub fn has(self, class: Class) -> bool {
        self.0 & 1 << class.id() != 0
    }

    /// What is in this one or in the other.
    #[must_use]
    pub fn and(self, other: ClassSet) -> ClassSet {
        ClassSet(self.0 | other.0)
    }

    /// The classes, in their order.
    pub fn classes(self) -> impl Iterator<Item = Class> {
        Class::ALL.into_iter().filter(move |class| self.has(*class))
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn of_bits(bits: u8) -> ClassSet {
        ClassSet(bits)
    }
}

impl FromIterator<Class> for ClassSet {
    fn from_iter<I: IntoIterator<Item = Class>>(classes: I) -> ClassSet {
        classes.into_iter().fold(ClassSet::default(), ClassSet::with)
    }
}
