//! Files of every kind, read as customers, orders and staff: no input panics, and no fault shows the whole cell.
#![no_main]
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use tigertally_core::{
    import::{Limits, Mapping, Sheet, Table, rows},
    record::{NewCustomer, NewOrder, NewStaff},
};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 1 << 20, rows: 10_000, ratio: 200 };
    let today = jiff::civil::date(2026, 11, 24);
    for name in ["a.csv", "a.xlsx", "a.csv.gz"] {
        for table in [Table::Customers, Table::Orders, Table::Staff] {
            let Ok(sheet) = Sheet::open(name, Cursor::new(bytes.to_vec()), limits) else { continue };
            let Ok(mapping) = Mapping::detect(table, sheet.headers(), &[]) else { continue };
            match table {
                Table::Customers => drop(rows::<NewCustomer>(sheet, mapping, today).count()),
                Table::Orders => drop(rows::<NewOrder>(sheet, mapping, today).count()),
                Table::Staff => drop(rows::<NewStaff>(sheet, mapping, today).count()),
            }
        }
    }
});
