//! Tracing a leaked list against ten million accesses: the list is read, found through the blind indexes, and held against
//! what everybody has seen.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, ensure};
use rusqlite::Connection;
use tigertally_core::{
    Tigertally, Unlock, clock,
    desk::{ImportFile, ImportOptions, LeakedFile},
    identity::{SignIn, Via, authenticator_code},
    import::Table,
};

use crate::{
    company::{self, Dice, SELLERS},
    house,
    report::{Goal, Report, number},
    server::KEY,
};

const CUSTOMERS: u64 = 100_000;
const ACCESSES: u64 = 10_000_000;
const LINES: u64 = 1_000;
const SECURITY: &str = "X901";
const PASSWORD: &str = "three tigers in a row";

/// Measures the tracing of what one seller has seen, a list of 1,000 lines.
pub(crate) fn run(dir: &Path, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("trace …");
    let accesses = if quick { ACCESSES / 10 } else { ACCESSES };
    let folder = dir.join("company-trace");
    let file = dir.join("customers-trace.csv");
    company::write_customers(&file, CUSTOMERS)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (seconds, first) = runtime.block_on(async {
        let (system, operator) = house::found(&folder).await?;
        house::import(&system, &operator, &file, CUSTOMERS).await?;
        let staff = format!("staff_no,name,department,role\n{SECURITY},秦岚,安全部,安全专员\n");
        let staff = ImportFile::uploaded("security.csv", staff.into_bytes(), Table::Staff);
        system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await?;
        // A folder belongs to one program: the accesses are put in while nobody has it open.
        let size = system.ledger_size();
        drop(Arc::into_inner(system).context("the system is in use")?);
        fill(&folder, size, accesses)?;
        let key = fs::read_to_string(folder.join(KEY))?;
        let (system, operator) = Tigertally::open(&folder, &Unlock::Key(key.into()), clock::system())?;
        let system = Arc::new(system);
        let secret = system.set_demo_credentials(&operator, SECURITY, PASSWORD).await?;
        let code = authenticator_code(&secret, system.now_ms()).context("no code")?;
        let from = SignIn {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            agent: "bench".to_owned(),
            via: Via::Console,
            device: None,
        };
        let actor = system.sign_in(SECURITY, PASSWORD, Some(&code), &from).await?.actor;
        let mut csv = "名称,手机\n".to_owned();
        for index in seen_by(7).take(LINES as usize) {
            csv.push_str(&format!("{},{}\n", company::name(index), company::mobile(index)));
        }
        let started = Instant::now();
        let leak = LeakedFile::new("leaked.csv", csv.into_bytes());
        let (trace, _) = system.trace_leak(&actor, leak, "measured").await?;
        let first = trace.traced.first().map(|traced| traced.staff.0.clone());
        anyhow::Ok((started.elapsed().as_secs_f64(), first))
    })?;
    ensure!(first == Some(company::staff_number(7)), "the list was traced to {first:?}");
    let what =
        format!("trace of {} lines against {} accesses", number(LINES as f64), number(accesses as f64));
    let beside = format!("{} customers, {SELLERS} people; the right one is first", number(CUSTOMERS as f64));
    report.add(&what, seconds, "s", Goal::AtMost(5.0), beside);
    fs::remove_file(file)?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// The customers that a seller sees, again and again: an eighth of the company, which is nobody else's as a whole.
fn seen_by(seller: u64) -> impl Iterator<Item = u64> {
    let mut dice = Dice::new(seller << 40);
    std::iter::repeat_with(move || (dice.below(CUSTOMERS / 8) * 48_271 + seller * 7_919) % CUSTOMERS)
}

/// Puts accesses into the read model, behind the entries that there are: writing ten million entries would take longer than
/// all other measurements.
fn fill(folder: &Path, from: u64, accesses: u64) -> anyhow::Result<()> {
    let mut conn = Connection::open(folder.join("tigertally.db"))?;
    let tx = conn.transaction()?;
    {
        let mut insert = tx.prepare(
            "INSERT INTO access (idx, time_ms, action, decision, staff, customer, tier, outcome) \
             VALUES (?1, ?2, 'customer.reveal', 1, ?3, ?4, 1, 1)",
        )?;
        let mut sellers: Vec<_> = (0..SELLERS).map(seen_by).collect();
        for at in 0..accesses {
            let seller = at % SELLERS;
            let Some(customer) = sellers[seller as usize].next() else { continue };
            let time_ms = 1_795_000_000_000 + at;
            let staff = company::staff_number(seller);
            insert.execute((from + 1_000 + at, time_ms, staff, company::number(customer)))?;
        }
    }
    tx.execute_batch(
        "INSERT OR REPLACE INTO seen (staff, customer, clear) \
         SELECT staff, customer, max(action = 'customer.reveal') FROM access \
         WHERE customer IS NOT NULL AND action IN ('customer.view', 'customer.reveal') GROUP BY staff, customer",
    )?;
    tx.commit()?;
    Ok(())
}
