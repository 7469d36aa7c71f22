//! The duplicate check over HTTP: a customer of somebody else's typed in, by phone or by a firm's name spelled otherwise, and
//! the answer with its durable entry out. One request at a time; nobody is entered.

use std::time::Instant;

use serde_json::json;

use crate::{
    client::Client,
    company::{self, Dice},
    house::Houses,
    report::{Goal, Report, number, percentile},
    server::Running,
};

/// Checks that are measured, and those before them that are not.
const CHECKS: usize = 5000;
const WARM_UP: usize = 500;

/// Measures the check among few customers and among many.
pub(crate) fn run(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let sizes: &[u64] = if quick { &[10_000] } else { &[10_000, 1_000_000] };
    for &customers in sizes {
        let house = houses.of(customers)?;
        let server = Running::product(&house.dir)?;
        server.until_answered("/sign-in")?;
        println!("duplicates …");
        let headers = house.sign_in(&server)?;
        // By turns, for each is told so many a day.
        let connect = |header: &String| Client::connect(server.address, header.clone());
        let mut sellers = headers.iter().map(connect).collect::<anyhow::Result<Vec<_>>>()?;
        for by in ["phone", "firm's name"] {
            let mut dice = Dice::new(customers);
            let mut took_us = Vec::with_capacity(CHECKS);
            for check in 0..WARM_UP + CHECKS {
                // Firms have odd numbers. Whether it is told or led to is the customer's tier's matter.
                let customer = dice.below(customers / 2) * 2 + 1;
                let fields = if by == "phone" {
                    json!({"name": "甲", "mobile": company::mobile(customer)})
                } else {
                    json!({"name": company::name(customer).replace("有限公司", "【有限责任公司】")})
                };
                let seller = check % sellers.len();
                let body = json!({"kind": "company", "fields": fields});
                let started = Instant::now();
                let (status, text) = sellers[seller].ask("POST", "/api/v1/customers", Some(&body))?;
                let took = started.elapsed();
                anyhow::ensure!(status == 409, "a check was answered {status}: {text}");
                if check >= WARM_UP {
                    took_us.push(u32::try_from(took.as_micros())?);
                }
            }
            took_us.sort_unstable();
            let ms = |percent| percentile(&took_us, percent) / 1000.0;
            let what = format!("duplicate check by {by} among {} customers, p99", number(customers as f64));
            report.add(&what, ms(99.0), "ms", Goal::AtMost(5.0), format!("p50 {} ms", number(ms(50.0))));
        }
        drop(sellers);
        server.stop()?;
    }
    Ok(())
}
