//! Exact search over HTTP, one client: the term in, masked customers and the durable entry of the search out.

use serde_json::json;

use crate::{
    client::request,
    company::{self, Dice},
    house::Houses,
    load::{self, Prepared, Span},
    report::{Goal, Report, number},
    server::Running,
};

/// Different terms.
const TERMS: usize = 5000;

/// Measures searches among few customers and among many.
pub(crate) fn run(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let sizes: &[u64] = if quick { &[10_000] } else { &[10_000, 1_000_000] };
    for &customers in sizes {
        let house = houses.of(customers)?;
        let server = Running::product(&house.dir)?;
        println!("searches …");
        let headers = house.sign_in(&server)?;
        for (field, term) in [("phone", company::mobile as fn(u64) -> String), ("name", company::name)] {
            let mut dice = Dice::new(customers);
            let requests = (0..TERMS).map(|_| {
                // Somebody's own customer: one that they may see.
                let customer = dice.below(customers / company::SELLERS) * company::SELLERS;
                let body = json!({"q": term(customer)}).to_string();
                Prepared {
                    bytes: request("POST", "/api/v1/customers/search", &headers[0], &body),
                    expected: Vec::new(),
                }
            });
            let mut list: Vec<Prepared> = requests.collect();
            if field == "phone" {
                list.iter_mut().for_each(|prepared| prepared.expected = b"\"total\":1".to_vec());
            }
            let load = load::run(server.address, vec![list], Span::seconds(if quick { 3 } else { 10 }))?;
            if let Some(error) = load.first_error {
                anyhow::bail!("a search went wrong: {error}");
            }
            let what = format!("exact search by {field} among {} customers, p99", number(customers as f64));
            let beside = format!("p50 {} ms, {} /s alone", number(load.ms(50.0)), number(load.rate));
            report.add(&what, load.ms(99.0), "ms", Goal::AtMost(5.0), beside);
        }
        server.stop()?;
    }
    Ok(())
}
