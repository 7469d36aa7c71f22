//! The duplicate check over HTTP, one client: a customer of somebody else's typed in, by phone or by a firm's name spelled
//! otherwise, and the answer with its durable entry out. Nobody is entered.

use anyhow::Context;
use serde_json::json;

use crate::{
    client::{Client, request},
    company::{self, Dice},
    house::Houses,
    load::{self, Prepared, Span},
    report::{Goal, Report, number},
    server::Running,
};

/// Different customers.
const CUSTOMERS: usize = 5000;

/// Measures the check among few customers and among many.
pub(crate) fn run(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let sizes: &[u64] = if quick { &[10_000] } else { &[10_000, 1_000_000] };
    for &customers in sizes {
        let house = houses.of(customers)?;
        let server = Running::product(&house.dir)?;
        println!("duplicates …");
        let headers = house.sign_in(&server)?;
        lift_the_limit(&house.sign_in_administrator(&server)?, &server)?;
        for by in ["phone", "firm's name"] {
            let mut dice = Dice::new(customers);
            let requests = (0..CUSTOMERS).map(|_| {
                // Of another seller, and a firm: those have odd numbers, as the second seller's do.
                let customer = dice.below(customers / company::SELLERS) * company::SELLERS + 1;
                let values = if by == "phone" {
                    json!({"name": "甲", "mobile": company::mobile(customer)})
                } else {
                    let name = company::name(customer).replace("贸易有限公司", "贸易（有限责任公司）");
                    json!({"name": name})
                };
                let body = json!({"kind": "company", "fields": values}).to_string();
                // Told of or led to: whether the first seller may see it is its tier's matter.
                Prepared {
                    bytes: request("POST", "/api/v1/customers", &headers[0], &body),
                    expected: b"HTTP/1.1 409".to_vec(),
                }
            });
            let span = Span::seconds(if quick { 3 } else { 10 });
            let load = load::run(server.address, vec![requests.collect()], span)?;
            if let Some(error) = load.first_error {
                anyhow::bail!("a check went wrong: {error}");
            }
            let what = format!("duplicate check by {by} among {} customers, p99", number(customers as f64));
            let beside = format!("p50 {} ms, {} /s alone", number(load.ms(50.0)), number(load.rate));
            report.add(&what, load.ms(99.0), "ms", Goal::AtMost(5.0), beside);
        }
        server.stop()?;
    }
    Ok(())
}
