//! Reveals over HTTP: session, purpose, policy, durable entry, opening, answer. Beside them, in the same run, an HTTP
//! server that does nothing, and OpenBao.

use anyhow::bail;
use rusqlite::Connection;
use serde_json::json;
use tigertally_core::{
    entry::{Body, Decision, action},
    read_only,
};
use tigertally_ledger::Leaf;

use crate::{
    bao,
    client::request,
    company,
    house::{House, Houses},
    load::{self, Load, Prepared, Span},
    report::{Goal, Report, number},
    server::Running,
};

/// Customers of the company, each with an open task.
const CUSTOMERS: u64 = 10_000;
/// Clients at a time; each is another member of staff.
pub(crate) const CLIENTS: usize = company::SELLERS as usize;

/// Measures reveals.
pub(crate) fn run(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::seconds(if quick { 5 } else { 15 });
    println!("OpenBao …");
    let peer = bao::run(houses.dir(), span);
    println!("HTTP alone …");
    let nothing = nothing(span)?;
    let house = houses.of(CUSTOMERS)?;
    let server = Running::product(&house.dir)?;
    println!("signing in and making tasks …");
    let requests = requests(&house, &server)?;
    println!("reveals, by the server with process id {} …", server.id());
    let before = server.processor_seconds()?;
    let many = load::run(server.address, requests.clone(), span)?;
    let used = server.processor_seconds()? - before;
    let lone = load::run(server.address, requests.into_iter().take(1).collect(), span)?;
    let memory = server.memory()?;
    server.stop()?;
    tell(report, &many, &nothing, peer, used);
    let beside = format!("{} /s, p50 {} ms", number(lone.rate), number(lone.ms(50.0)));
    report.add("a lone reveal, p99", lone.ms(99.0), "ms", Goal::AtMost(20.0), beside);
    let beside = format!("{} MB of it are no file's", number(memory.1));
    report.add("memory after the reveals", memory.0, "MB", Goal::None, beside);
    verify(&house, &[many, lone], report)
}

/// The server that does nothing, with requests and answers of the same size.
fn nothing(span: Span) -> anyhow::Result<Load> {
    let server = Running::nothing()?;
    let body = json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": 12_345}}).to_string();
    let header = format!("authorization: Bearer {}\r\n", "x".repeat(43));
    let bytes = request("POST", "/api/v1/customers/C0000001/reveal", &header, &body);
    let list = vec![Prepared { bytes, expected: b"13800048271".to_vec() }];
    let load = load::run(server.address, vec![list; CLIENTS], span)?;
    server.stop()?;
    Ok(load)
}

/// Signs in, makes a task for every customer, and prepares each reveal for its owner.
fn requests(house: &House, server: &Running) -> anyhow::Result<Vec<Vec<Prepared>>> {
    let headers = house.sign_in(server)?;
    let customers: Vec<u64> = (0..house.customers).collect();
    let tasks = house.tasks(server, &headers, &customers)?;
    let mut lists = vec![Vec::new(); CLIENTS];
    for (customer, task) in customers.into_iter().zip(tasks) {
        let seller = company::owner(customer) as usize;
        let path = format!("/api/v1/customers/{}/reveal", company::number(customer));
        let body = json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": task}}).to_string();
        lists[seller].push(Prepared {
            bytes: request("POST", &path, &headers[seller], &body),
            expected: company::mobile(customer).into_bytes(),
        });
    }
    Ok(lists)
}

fn tell(report: &mut Report, many: &Load, nothing: &Load, peer: anyhow::Result<Load>, used: f64) {
    let each = |load: &Load| format!("p50 {} ms, p99 {} ms", number(load.ms(50.0)), number(load.ms(99.0)));
    let beside = format!("{}; the load generator takes {:.0} µs each", each(nothing), nothing.own_us);
    report.add("floor: HTTP alone, 64 clients", nothing.rate, "/s", Goal::None, beside);
    let mut beside = format!(
        "p50 {} ms; {} of HTTP alone; {:.0} µs of the server's processor time each",
        number(many.ms(50.0)),
        number(many.rate / nothing.rate),
        1e6 * used / many.answers as f64,
    );
    match peer {
        Ok(peer) => {
            report.add(
                "peer: OpenBao transit/decrypt, file audit, 64 clients",
                peer.rate,
                "/s",
                Goal::None,
                each(&peer),
            );
            beside = format!("{} × OpenBao; {beside}", number(many.rate / peer.rate));
        }
        Err(error) => {
            report.missing("peer: OpenBao transit/decrypt, file audit, 64 clients", format!("{error:#}"))
        }
    }
    report.add("reveals over HTTP, 64 clients", many.rate, "/s", Goal::AtLeast(15_000.0), beside);
    report.add("reveals over HTTP, 64 clients, p99", many.ms(99.0), "ms", Goal::AtMost(25.0), each(many));
}

/// What was answered must be what the ledger holds, each with its outcome, and the ledger must hold together.
fn verify(house: &House, loads: &[Load], report: &mut Report) -> anyhow::Result<()> {
    println!("verifying the ledger …");
    for load in loads {
        if let Some(error) = &load.first_error {
            bail!("{} of {} answers were wrong; the first: {error}", load.errors, load.answers);
        }
    }
    let audit = read_only::audit(&house.dir, None, &[], |_| {})?;
    if let Some(fault) = audit.fault {
        bail!("the ledger does not hold: {fault}");
    }
    let (entries, released) = count(house)?;
    let answers: u64 = loads.iter().map(|load| load.answers).sum();
    if entries != answers || released != answers {
        bail!("{answers} answers, but {entries} entries, {released} of them with their outcome");
    }
    let beside = format!("ledger of {} verified; entries = answers, each with its outcome", audit.entries);
    report.add("reveal entries", entries as f64, "entries", Goal::None, beside);
    Ok(())
}

/// Counts the reveals in the ledger, and those whose outcome stands there too, from the entries themselves.
fn count(house: &House) -> anyhow::Result<(u64, u64)> {
    let conn = Connection::open(house.dir.join("tigertally.db"))?;
    let mut ask = conn.prepare("SELECT leaf, body FROM entry")?;
    let mut rows = ask.query([])?;
    let (mut entries, mut released) = (0, 0);
    while let Some(row) = rows.next()? {
        let leaf = Leaf::from_bytes(row.get_ref(0)?.as_blob()?)?;
        match &*leaf.action {
            action::REVEAL if leaf.decision == Decision::Allowed => entries += 1,
            action::OUTCOME => {
                let body: Body = serde_json::from_slice(row.get_ref(1)?.as_blob()?)?;
                released += body.released.len() as u64;
            }
            _ => {}
        }
    }
    Ok((entries, released))
}
