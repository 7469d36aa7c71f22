//! From the cells of a leaked list to customers: numbers, and values through the blind indexes.

use std::collections::HashMap;

use tigertally_trace::{Hit, Leak, Line, cell};

use crate::{
    StoreError, Tigertally,
    desk::exports::{MadeUp, marked},
    import::{Column, LeakedLine},
    record::{self, Field},
    store::trace::{self, Census},
};

/// What a value that one person has weighs against a name, which many have.
const OWN: u32 = 10;
const FIRM: u32 = 3;
const NAME: u32 = 1;
/// A line is a customer if as much speaks for it: the name of a contact person alone is too little.
const ENOUGH: u32 = 3;

/// The made-up customers, by their values as blind indexes.
#[derive(Default)]
pub(super) struct Canaries {
    /// The suspect of each.
    suspects: Vec<u32>,
    by_value: HashMap<(Field, [u8; 16]), Vec<usize>>,
    by_number: HashMap<String, usize>,
}

impl Canaries {
    pub(super) fn add(&mut self, desk: &Tigertally, suspect: u32, made: MadeUp) {
        let at = self.suspects.len();
        self.suspects.push(suspect);
        let values = [
            (Field::Name, Some(made.name)),
            (Field::Contact, Some(made.contact)),
            (Field::Mobile, made.phone),
            (Field::Email, made.mail),
        ];
        for (field, value) in values {
            let Some(value) = value else { continue };
            self.by_value.entry((field, desk.vault.index_of(field, &value))).or_default().push(at);
        }
        self.by_number.insert(made.no, at);
    }

    /// The made-up customers that a line is: by mail, which is used once, or by the firm's name, for certain when anything
    /// else agrees. A phone is shared and a person's name is somebody's: alone they tell nothing.
    fn hits(&self, values: &[(Field, [u8; 16])], numbers: &[&str]) -> Vec<Hit> {
        let mut agree: HashMap<usize, (bool, u32)> = HashMap::new();
        for value in values {
            for at in self.by_value.get(value).into_iter().flatten() {
                let (named, all) = agree.entry(*at).or_default();
                *named |= matches!(value.0, Field::Name | Field::Email);
                *all += if value.0 == Field::Email { 2 } else { 1 };
            }
        }
        for at in numbers.iter().filter_map(|number| self.by_number.get(*number)) {
            agree.entry(*at).or_default().1 += 1;
        }
        let hits = agree.into_iter().filter(|(_, (named, _))| *named);
        let mut hits: Vec<Hit> =
            hits.map(|(at, (_, all))| Hit { suspect: self.suspects[at], sure: all > 1 }).collect();
        hits.sort_unstable();
        hits
    }
}

impl Tigertally {
    /// Finds the lines' customers; and whether the list shows values in clear that only a reveal shows.
    pub(super) fn find_lines(
        &self,
        lines: Vec<LeakedLine>,
        census: &Census,
        canaries: &Canaries,
    ) -> Result<(Leak, bool), StoreError> {
        self.store.read_settled(|conn| {
            let mut clear = 0;
            let mut leak = Leak::default();
            for cells in lines {
                let mut votes: HashMap<u32, u32> = HashMap::new();
                let mut line = Line::default();
                let mut own = false;
                let (mut values, mut numbers) = (Vec::new(), Vec::new());
                for (column, text) in &cells {
                    let text = text.trim();
                    let numbered = matches!(column, None | Some(Column::CustomerNo));
                    if numbered {
                        numbers.push(text);
                        if let Some(place) = census.places.get(text) {
                            *votes.entry(*place).or_default() += OWN;
                        }
                    }
                    for field in fields_of(*column, text) {
                        let hash = self.vault.index_of(field, text);
                        values.push((field, hash));
                        let weight = match field {
                            Field::Name => FIRM,
                            Field::Contact => NAME,
                            _ => OWN,
                        };
                        for id in trace::found(conn, field.id(), &hash)? {
                            own |= weight == OWN;
                            if let Some(place) = census.place(id) {
                                *votes.entry(place).or_default() += weight;
                            }
                        }
                    }
                    line.bits.extend(bit_of(*column, text));
                }
                line.canaries = canaries.hits(&values, &numbers);
                let most = votes.values().copied().max().unwrap_or(0).max(ENOUGH);
                let best = votes.into_iter().filter(|(_, weight)| *weight == most);
                line.customers = best.map(|(place, _)| place).collect();
                clear += usize::from(own);
                leak.lines.push(line);
            }
            let found = leak.lines.iter().filter(|line| !line.customers.is_empty()).count();
            Ok((leak, clear * 2 >= found.max(1)))
        })
    }
}

/// The fields whose whole value a cell may be: as its column says, or as it looks.
fn fields_of(column: Option<Column>, text: &str) -> Vec<Field> {
    if text.chars().count() < 2 {
        return Vec::new();
    }
    match column {
        Some(column) => column.field().filter(|field| field.searchable()).into_iter().collect(),
        None if text.contains('@') => vec![Field::Email],
        None if text.chars().filter(char::is_ascii_digit).count() >= 11 => {
            let numbers = [Field::Mobile, Field::IdNumber, Field::BankCard];
            numbers.into_iter().filter(|field| record::check(*field, text).is_ok()).collect()
        }
        None => vec![Field::Name, Field::Contact],
    }
}

/// The bit that a cell carries, if its column is known or it can be no other.
fn bit_of(column: Option<Column>, text: &str) -> Option<(u8, bool)> {
    let (column, kind) = match column {
        Some(Column::Since) => marked(None)?,
        Some(column) => marked(Some(column.field()?))?,
        None => marked(None).filter(|(_, kind)| cell::read(*kind, text).is_some())?,
    };
    Some((column, cell::read(kind, text)?))
}
