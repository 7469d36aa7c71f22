//! Import through the product: read, checked, sealed, indexed and in the ledger.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use tigertally_core::{
    desk::{ImportFile, ImportOptions},
    import::Table,
};

use crate::{
    company, house,
    report::{Goal, Report, number},
};

/// Customers of the made-up list.
const CUSTOMERS: u64 = 200_000;

/// Measures the import of a made-up list, and of a real one when there is one.
pub(crate) fn run(dir: &Path, own: Option<&Path>, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("import …");
    let customers = if quick { CUSTOMERS / 10 } else { CUSTOMERS };
    let file = dir.join("customers.csv");
    company::write_customers(&file, customers)?;
    one(dir, &file, "made up", report)?;
    fs::remove_file(file)?;
    match own {
        Some(file) => one(dir, file, "your own", report),
        None => Ok(()),
    }
}

fn one(dir: &Path, file: &Path, which: &str, report: &mut Report) -> anyhow::Result<()> {
    let folder = dir.join("company-import");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (customers, seconds) = runtime.block_on(async {
        let (system, operator) = house::found(&folder).await?;
        let source = ImportFile::at(file, Table::Customers)?;
        let done = system.import(&operator.actor(), source, ImportOptions::default(), |_, _| {}).await?;
        anyhow::ensure!(done.taken, "{} lines have faults: {:?}", done.rejected, done.faults.first());
        anyhow::Ok((done.created, done.seconds))
    })?;
    let bytes = settled_size(&folder)?;
    let what = format!("import of {} customers ({which}), sealed and indexed", number(customers as f64));
    let beside =
        format!("{seconds:.1} s; {} bytes on disk a customer", number(bytes as f64 / customers as f64));
    report.add(&what, customers as f64 / seconds, "/s", Goal::AtLeast(20_000.0), beside);
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Bytes of the database once everything is copied out of its log: the last connection does that when it closes.
fn settled_size(folder: &Path) -> anyhow::Result<u64> {
    let started = Instant::now();
    while folder.join("tigertally.db-wal").exists() && started.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(20));
    }
    Ok(fs::metadata(folder.join("tigertally.db"))?.len())
}
