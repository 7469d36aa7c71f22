//! From the start of the process to a page, and what it holds in memory then.

use std::{thread, time::Duration};

use crate::{
    house::Houses,
    report::{Goal, Report, number},
    server::Running,
};

const CUSTOMERS: u64 = 100_000;
/// Starts; the slowest counts.
const STARTS: usize = 5;

/// Measures start and memory at rest.
pub(crate) fn run(houses: &mut Houses, start: bool, memory: bool, report: &mut Report) -> anyhow::Result<()> {
    let house = houses.of(CUSTOMERS)?;
    let size = number(CUSTOMERS as f64);
    if start {
        println!("start …");
        let mut slowest = [Duration::ZERO; 2];
        for _ in 0..STARTS {
            for (slowest, path) in slowest.iter_mut().zip(["/readyz", "/sign-in"]) {
                let server = Running::product(&house.dir)?;
                *slowest = server.until_answered(path)?.max(*slowest);
                server.stop()?;
            }
        }
        for (slowest, what) in slowest.into_iter().zip(["ready", "the sign-in page"]) {
            let what = format!("start to {what}, {size} customers");
            let beside = format!("slowest of {STARTS}; the files are in the system's cache");
            report.add(&what, slowest.as_secs_f64(), "s", Goal::AtMost(2.0), beside);
        }
    }
    if memory {
        println!("memory …");
        let server = Running::product(&house.dir)?;
        server.until_answered("/sign-in")?;
        thread::sleep(Duration::from_secs(3));
        let (resident, own) = server.memory()?;
        server.stop()?;
        let beside = format!("{} MB of it are no file's", number(own));
        report.add(&format!("memory at rest, {size} customers"), resident, "MB", Goal::AtMost(150.0), beside);
    }
    Ok(())
}
