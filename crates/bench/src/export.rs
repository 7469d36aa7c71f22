//! Exports over HTTP: asked for, approved, run; the rows go through the gate, into a workbook, into an encrypted archive.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::{
    client::Client,
    house::Houses,
    report::{Goal, Report, number},
    server::Running,
};

const CUSTOMERS: u64 = 100_000;
/// The public key of the example in the specification of `age`.
const KEY: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

/// Measures exports of all customers, masked, in both forms, and for a key.
pub(crate) fn run(houses: &mut Houses, report: &mut Report) -> anyhow::Result<()> {
    let house = houses.of(CUSTOMERS)?;
    let server = Running::product(&house.dir)?;
    server.until_answered("/sign-in")?;
    println!("exports …");
    let headers = house.sign_in_oversight(&server)?;
    let [compliance, dpo] = &headers[..] else { bail!("two people were expected") };
    let mut exporter = Client::connect(server.address, compliance.clone())?;
    let mut approver = Client::connect(server.address, dpo.clone())?;
    for (format, keys) in [("xlsx", &[][..]), ("csv", &[]), ("xlsx", &[KEY])] {
        let what = json!({
            "fields": ["name", "contact", "mobile", "email"], "format": format, "recipients": keys, "reason": "measured",
        });
        let id = exporter.post("/api/v1/exports", &what)?["id"].as_i64().context("no number")?;
        let path = format!("/api/v1/exports/{id}");
        let approval = get(&mut exporter, &path)?["approval"].as_i64().context("no approval")?;
        approver.post(&format!("/api/v1/approvals/{approval}/decision"), &json!({"approve": true}))?;
        let (_, before) = server.memory()?;
        let processor = server.processor_seconds()?;
        let started = Instant::now();
        exporter.post(&format!("{path}/run"), &json!({}))?;
        let mut most = before;
        let export = loop {
            most = most.max(server.memory()?.1);
            let export = get(&mut exporter, &path)?;
            if export["state"] != "running" {
                break export;
            }
            thread::sleep(Duration::from_millis(20));
        };
        let seconds = started.elapsed().as_secs_f64();
        if export["state"] != "made" || export["written"] != CUSTOMERS {
            bail!("the export was not written: {export}");
        }
        let beside = format!(
            "{} s, {} s of processor time, {} MB more memory at most, {} MB file",
            number(seconds),
            number(server.processor_seconds()? - processor),
            number(most - before),
            number(export["bytes"].as_f64().unwrap_or_default() / 1e6),
        );
        let way = if keys.is_empty() { "" } else { ", for a key (age)" };
        let format = format.to_uppercase();
        let what = format!("export of {} masked rows to {format}{way}", number(CUSTOMERS as f64));
        let goal = if format == "XLSX" { Goal::AtLeast(20_000.0) } else { Goal::None };
        report.add(&what, CUSTOMERS as f64 / seconds, "rows/s", goal, beside);
    }
    server.stop()
}

fn get(client: &mut Client, path: &str) -> anyhow::Result<Value> {
    match client.ask("GET", path, None)? {
        (200, text) => Ok(serde_json::from_str(&text)?),
        (status, text) => bail!("{path} was answered {status}: {text}"),
    }
}
