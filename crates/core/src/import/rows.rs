//! From lines to records.

use std::collections::HashMap;
use std::marker::PhantomData;

use jiff::civil::Date;

use super::cells::Cells;
use super::fault::{LineFault, Problem, shown};
use super::mapping::{Column, Mapping, Table};
use super::sheet::Sheet;
use crate::record::{
    self, CustomerNo, Details, Field, Invalid, Kind, NewCustomer, NewOrder, NewStaff, StaffNo, role_of,
};

/// The most characters of a region, a department or a title.
const LABEL_MAX: usize = 50;

/// A record that a line of a file becomes.
pub trait Row: Sized {
    /// The table whose lines become such records.
    const TABLE: Table;
    #[doc(hidden)]
    fn read(line: &mut Line<'_>) -> Option<Self>;
    /// The number that only one line of a file may have.
    #[doc(hidden)]
    fn key(&self) -> Option<&str>;
}

/// The records of a sheet, each with its line, or all that is wrong with a line. `today` stands for a date
/// that is left empty (`since`, `joined`). Blank lines are passed over.
///
/// The mapping must have been detected for `T::TABLE` and the headers of this sheet.
pub fn rows<T: Row>(sheet: Sheet, mapping: Mapping, today: Date) -> Rows<T> {
    Rows { sheet, mapping, today, cells: Cells::default(), seen: HashMap::new(), row: PhantomData }
}

/// The iterator that [`rows`] makes.
pub struct Rows<T> {
    sheet: Sheet,
    mapping: Mapping,
    today: Date,
    cells: Cells,
    /// The numbers so far, and the line of each.
    seen: HashMap<Box<str>, u64>,
    row: PhantomData<T>,
}

impl<T: Row> Iterator for Rows<T> {
    type Item = Result<(u64, T), Vec<LineFault>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (number, read) = self.sheet.read(&mut self.cells)?;
            if read.is_err() || !self.cells.is_blank() {
                return Some(
                    read.map_err(|problem| vec![whole_line(number, problem)])
                        .and_then(|()| self.record(number)),
                );
            }
        }
    }
}

impl<T: Row> Rows<T> {
    fn record(&mut self, number: u64) -> Result<(u64, T), Vec<LineFault>> {
        let mut line = Line {
            number,
            cells: &self.cells,
            mapping: &self.mapping,
            has_serials: self.sheet.has_serials(),
            today: self.today,
            faults: Vec::new(),
        };
        let record = T::read(&mut line).filter(|_| line.faults.is_empty()).ok_or(line.faults)?;
        if let Some(key) = record.key() {
            if let Some(&first) = self.seen.get(key) {
                return Err(vec![whole_line(number, Problem::Duplicate { first })]);
            }
            self.seen.insert(key.into(), number);
        }
        Ok((number, record))
    }
}

fn whole_line(line: u64, problem: Problem) -> LineFault {
    LineFault { line, column: String::new(), problem, shown: String::new() }
}

/// One line on its way to becoming a record; collects what is wrong with it.
#[doc(hidden)]
pub struct Line<'a> {
    number: u64,
    cells: &'a Cells,
    mapping: &'a Mapping,
    has_serials: bool,
    today: Date,
    faults: Vec<LineFault>,
}

impl Line<'_> {
    /// The text of a cell; empty when the file has no such column.
    fn text(&self, column: Column) -> &str {
        self.mapping.place(column).map_or("", |place| self.cells.get(place).trim_matches(' '))
    }

    fn fault(&mut self, column: Column, field: Option<Field>, problem: Invalid) {
        let problem = Problem::Value(problem);
        let shown = shown(field, self.text(column), problem);
        let column = self.mapping.header(column).to_owned();
        self.faults.push(LineFault { line: self.number, column, problem, shown });
    }

    /// A value that must be there.
    fn required<V>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<V, Invalid>) -> Option<V> {
        let text = self.text(column);
        let value = if text.is_empty() { Err(Invalid::Empty) } else { parse(text) };
        value.map_err(|problem| self.fault(column, column.field(), problem)).ok()
    }

    /// A value that may be empty.
    fn optional<V>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<V, Invalid>) -> Option<V> {
        if self.text(column).is_empty() { None } else { self.required(column, parse) }
    }

    fn label(&mut self, column: Column) -> String {
        self.optional(column, |raw| record::label(raw, LABEL_MAX)).unwrap_or_default()
    }

    fn parse_date(&self) -> impl Fn(&str) -> Result<Date, Invalid> + use<> {
        let has_serials = self.has_serials;
        move |raw| match raw.parse() {
            Ok(serial) if has_serials => record::date_of_serial(serial),
            _ => record::parse_date(raw),
        }
    }

    fn date_or_today(&mut self, column: Column) -> Date {
        self.optional(column, self.parse_date()).unwrap_or(self.today)
    }

    fn details(&mut self) -> Details {
        const COLUMNS: [Column; 8] = [
            Column::Name,
            Column::Contact,
            Column::Mobile,
            Column::IdNumber,
            Column::BankCard,
            Column::Email,
            Column::Address,
            Column::Needs,
        ];
        let mut details = Details::new();
        for column in COLUMNS {
            let Some(field) = column.field() else { continue };
            let set = |raw: &str| details.set(field, raw);
            match field {
                Field::Name => self.required(column, set),
                _ => self.optional(column, set),
            };
        }
        details
    }
}

impl Row for NewCustomer {
    const TABLE: Table = Table::Customers;

    fn read(line: &mut Line<'_>) -> Option<NewCustomer> {
        let no = line.required(Column::CustomerNo, CustomerNo::parse);
        // Whoever is not said to be a firm gets the protection of a person.
        let kind = line.optional(Column::Kind, |raw| Kind::parse(raw).ok_or(Invalid::BadChoice));
        let details = line.details();
        let region = line.label(Column::Region);
        let owner = line.optional(Column::Owner, StaffNo::parse);
        let since = line.date_or_today(Column::Since);
        let declared_spend_fen = line.optional(Column::AnnualSpend, record::parse_fen).unwrap_or(0);
        let kind = kind.unwrap_or(Kind::Person);
        Some(NewCustomer { no: no?, kind, details, region, owner, since, declared_spend_fen })
    }

    fn key(&self) -> Option<&str> {
        Some(self.no.as_str())
    }
}

impl Row for NewOrder {
    const TABLE: Table = Table::Orders;

    fn read(line: &mut Line<'_>) -> Option<NewOrder> {
        let customer = line.required(Column::CustomerNo, CustomerNo::parse);
        let date = line.required(Column::Date, line.parse_date());
        let items = line.required(Column::Items, record::parse_count);
        let amount_fen = line.required(Column::Amount, record::parse_fen);
        Some(NewOrder { customer: customer?, date: date?, items: items?, amount_fen: amount_fen? })
    }

    fn key(&self) -> Option<&str> {
        None
    }
}

impl Row for NewStaff {
    const TABLE: Table = Table::Staff;

    fn read(line: &mut Line<'_>) -> Option<NewStaff> {
        let no = line.required(Column::StaffNo, StaffNo::parse);
        let name = line.required(Column::Name, |raw| record::check(Field::Name, raw));
        let department = line.required(Column::Department, |raw| record::label(raw, LABEL_MAX));
        let title = line.required(Column::Title, |raw| record::label(raw, LABEL_MAX));
        let role = match (&department, &title) {
            (Some(department), Some(title)) => line.required(Column::Title, |_| role_of(department, title)),
            _ => None,
        };
        let region = line.label(Column::Region);
        let manager = line.optional(Column::Manager, StaffNo::parse);
        let joined = line.date_or_today(Column::Joined);
        let email = line.optional(Column::Email, |raw| record::check(Field::Email, raw));
        Some(NewStaff {
            no: no?,
            name: std::mem::take(&mut *name?),
            department: department?,
            title: title?,
            role: role?,
            region,
            manager,
            joined,
            email: email.map(|mut email| std::mem::take(&mut *email)).unwrap_or_default(),
        })
    }

    fn key(&self) -> Option<&str> {
        Some(self.no.as_str())
    }
}
