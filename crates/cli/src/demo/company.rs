//! The company as a whole.

use std::fmt::Write;

use jiff::civil;

use super::customer::{self, Customer};
use super::staff::{self, DemoSignIn, Member};
use super::work::{self, DemoApproval, DemoCall, DemoTask, Office};

/// A made-up company, as text for the importer and as the work on its desks.
pub(crate) struct Company {
    pub(crate) name: &'static str,
    /// UTF-8, with the importer's English headers; so are the next two.
    pub(crate) staff_csv: String,
    pub(crate) customers_csv: String,
    pub(crate) orders_csv: String,
    /// One for each role and a second salesperson. The first is the tour's: their manager is the `manager`.
    pub(crate) sign_ins: Vec<DemoSignIn>,
    pub(crate) tasks: Vec<DemoTask>,
    pub(crate) calls: Vec<DemoCall>,
    pub(crate) approvals: Vec<DemoApproval>,
    /// Customer number and staff number of the contact person, for most high-tier customers.
    pub(crate) contact_persons: Vec<(String, String)>,
}

/// Makes the company up. `today` is year, month and day; purchases end the day before. From 200 customers on, the
/// tour's salesperson has customers of every tier, tasks on them today and later, and is contact person of some.
///
/// Panics when `today` is not a day of the calendar.
pub(crate) fn generate(seed: u64, today: (i16, i8, i8), customers: usize) -> Company {
    let today = civil::date(today.0, today.1, today.2);
    let staff = staff::hire(seed, today);
    let guide = staff::guide(&staff);
    let customers = customer::win(seed, today, customers, &staff, guide);
    let office = Office { seed, today, staff: &staff, guide, customers: &customers };
    let tasks = work::tasks(&office);
    Company {
        name: "澜图商贸",
        staff_csv: table(Member::CSV_HEADER, staff.iter().map(Member::csv)),
        customers_csv: table(Customer::CSV_HEADER, customers.iter().map(Customer::csv)),
        orders_csv: orders_csv(&customers),
        sign_ins: staff::sign_ins(&staff),
        calls: work::calls(&office),
        approvals: work::approvals(&office, &tasks),
        contact_persons: work::contact_persons(&office),
        tasks,
    }
}

fn table(header: &str, lines: impl Iterator<Item = String>) -> String {
    let mut text = header.to_owned();
    text.extend(lines);
    text
}

fn orders_csv(customers: &[Customer]) -> String {
    let mut text = String::from("customer_no,date,items,amount_cny\n");
    for customer in customers {
        for order in &customer.orders {
            let line = (&customer.customer_no, order.date, order.items, order.yuan);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{},{},{},{}.00", line.0, line.1, line.2, line.3);
        }
    }
    text
}
