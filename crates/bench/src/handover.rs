//! A hand-over of many customers to twenty receivers, beside somebody who keeps opening customers' pages.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tigertally_core::{
    Sort, Tigertally,
    desk::{
        HandoverKind, ImportFile, ImportOptions, ListQuery, NewHandoverRequest, Scope, Signature, SplitPlan,
    },
    identity::{Actor, Operator, SignIn, Via, authenticator_code},
    import::Table,
};

use crate::{
    company, house,
    report::{Goal, Report, number},
};

const CUSTOMERS: u64 = 50_000;
const RECEIVERS: u64 = 20;
/// How often the list is opened.
const LISTS: usize = 300;
const PASSWORD: &str = "three tigers in a row";
const MANAGER: &str = "staff_no,name,department,role,region,manager,joined,email
M900,程远,销售部,主管,华东,,2020-01-06,m900@example.com
H900,何静,人事部,人事,,,2020-01-06,h900@example.com
";

/// Measures the hand-over, from the opening to the closing.
pub(crate) fn run(dir: &Path, report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = dir.join("handover");
    let done = runtime.block_on(measure(&folder, report));
    let _ = fs::remove_dir_all(&folder);
    done
}

async fn measure(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    println!("a hand-over of {CUSTOMERS} customers …");
    let (system, operator) = house::found(folder).await?;
    let staff = ImportFile::uploaded("more.csv", MANAGER.as_bytes().to_vec(), Table::Staff);
    system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await?;
    let leaver = company::staff_number(0);
    let file = folder.join("customers.csv");
    company::write_customers(&file, CUSTOMERS)?;
    // All of one owner.
    let text = fs::read_to_string(&file)?;
    let lines = text.lines().enumerate().map(|(at, line)| match at {
        0 => line.to_owned(),
        _ => {
            let owner = company::staff_number(company::owner(at as u64 - 1));
            line.replace(&format!(",{owner},"), &format!(",{leaver},"))
        }
    });
    fs::write(&file, lines.collect::<Vec<_>>().join("\n") + "\n")?;
    house::import(&system, &operator, &file, CUSTOMERS).await?;
    fs::remove_file(&file)?;

    let (owner, _) = signed_in(&system, &operator, &leaver).await?;
    list(&system, &owner, report).await?;
    let (hr, _) = signed_in(&system, &operator, "H900").await?;
    let (manager, _) = signed_in(&system, &operator, "M900").await?;
    let (head, _) = signed_in(&system, &operator, "C901").await?;
    let mut receivers = Vec::new();
    for at in 1..=RECEIVERS {
        receivers.push(signed_in(&system, &operator, &company::staff_number(at)).await?);
    }
    let before = memory("VmRSS")?;
    fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be reset")?;
    let begun = Instant::now();
    let reading = Arc::new(AtomicBool::new(true));
    let reader = tokio::spawn(read_on(Arc::clone(&system), manager.clone(), Arc::clone(&reading)));

    let new = NewHandoverRequest {
        leaver,
        kind: HandoverKind::Leaving,
        last_day: "2099-12-31".to_owned(),
        reason: "measured".to_owned(),
    };
    let (id, _) = system.open_handover(&hr, &new).await?;
    let opened = begun.elapsed();
    let plan = SplitPlan {
        receivers: receivers.iter().map(|(actor, _)| actor.no().to_owned()).collect(),
        ..SplitPlan::default()
    };
    let (split, _) = system.split_handover(&manager, id, &plan).await?;
    if split.nobody > 0 {
        bail!("{} customers have no receiver", split.nobody);
    }
    let divided = begun.elapsed();
    for (actor, secret) in &receivers {
        let (seen, _) = system.handover(actor, id).await?;
        let part = seen.parts.first().context("no part")?.id;
        // The code of the next half minute: that of this one was used to sign in.
        let code = authenticator_code(secret, system.now_ms() + 30_000).context("no code")?;
        let confirmed = system.confirm(actor, &code, &from()).await?;
        system.sign_handover(actor, part, confirmed, &Signature::default()).await?;
    }
    let (approval, _) = system.ask_handover(&manager, id, "measured").await?;
    system.decide_approval(&head, approval, true, "", None).await?;
    let approved = begun.elapsed();
    let moved = system.move_handovers(None).await?;
    let finished = begun.elapsed();
    system.close_handover(&hr, id).await?;
    let all = begun.elapsed();
    reading.store(false, Relaxed);
    let read = reader.await?.map_err(|error| anyhow::anyhow!(error))?;
    let slowest = |from: Duration, to: Duration| {
        let inside = read.iter().filter(|(at, _)| (from..to).contains(&at.saturating_duration_since(begun)));
        number(inside.map(|(_, wait)| wait.as_secs_f64() * 1000.0).fold(0.0, f64::max))
    };
    let mut waits: Vec<Duration> = read.iter().map(|(_, wait)| *wait).collect();
    waits.sort_unstable();
    let most = memory("VmHWM")?;
    if moved.moved != CUSTOMERS {
        bail!("{} of {CUSTOMERS} customers moved", moved.moved);
    }
    let seconds = |from: Duration, to: Duration| number((to - from).as_secs_f64());
    let beside = format!(
        "opened {} s, split {} s, signed by {RECEIVERS} and approved {} s, moved {} s, closed {} s; {} MB more memory at most",
        seconds(Duration::ZERO, opened),
        seconds(opened, divided),
        seconds(divided, approved),
        seconds(approved, finished),
        seconds(finished, all),
        number(most.saturating_sub(before) as f64 / 1024.0),
    );
    let what = format!("hand-over of {} customers to {RECEIVERS}", number(CUSTOMERS as f64));
    report.add(&what, all.as_secs_f64(), "s", Goal::AtMost(10.0), beside);
    let at = |permille: usize| waits.get(waits.len() * permille / 1000).copied().unwrap_or_default();
    let ms = |wait: Duration| wait.as_secs_f64() * 1000.0;
    let longest = waits.last().copied().unwrap_or_default();
    let beside = format!(
        "{} pages; p50 {} ms, p99 {} ms; slowest while opening {}, splitting {}, signing {}, moving {}",
        number(waits.len() as f64),
        number(ms(at(500))),
        number(ms(at(990))),
        slowest(Duration::ZERO, opened),
        slowest(opened, divided),
        slowest(divided, approved),
        slowest(approved, all),
    );
    report.add("a customer's page meanwhile, the slowest", ms(longest), "ms", Goal::AtMost(50.0), beside);
    Ok(())
}

/// Opens the list of one's own customers as the console does: each order, its first page and one deep inside, with all counts.
async fn list(system: &Arc<Tigertally>, owner: &Actor, report: &mut Report) -> anyhow::Result<()> {
    let mut waits = Vec::new();
    for at in 0..LISTS {
        let query = ListQuery {
            scope: Scope::Mine,
            sort: [Sort::Number, Sort::Spend, Sort::Since][at % 3],
            offset: if at % 2 == 0 { 0 } else { CUSTOMERS / 2 },
            limit: 50,
            count_scopes: true,
            ..ListQuery::default()
        };
        let began = Instant::now();
        let page = system.list(owner, &query).await?;
        waits.push(began.elapsed());
        if page.customers.len() != 50 || page.counts.iter().sum::<u64>() != CUSTOMERS {
            bail!("the list shows {} of {:?}", page.customers.len(), page.counts);
        }
    }
    waits.sort_unstable();
    let ms = |at: usize| waits.get(at).map_or(0.0, |wait| wait.as_secs_f64() * 1000.0);
    let beside =
        format!("p50 {} ms; the first page and one in the middle, three orders", number(ms(LISTS / 2)));
    let what = format!("list of {} own customers opens, p99", number(CUSTOMERS as f64));
    report.add(&what, ms(LISTS * 99 / 100), "ms", Goal::AtMost(100.0), beside);
    Ok(())
}

/// Opens pages, each put down in the ledger, until it is told to end; how long each took.
async fn read_on(
    system: Arc<Tigertally>,
    manager: Actor,
    reading: Arc<AtomicBool>,
) -> Result<Vec<(Instant, Duration)>, String> {
    let mut waits = Vec::new();
    let mut index = 0;
    while reading.load(Relaxed) {
        let began = Instant::now();
        let no = company::number(index % CUSTOMERS);
        system.view(&manager, &no).await.map_err(|error| error.to_string())?;
        waits.push((began, began.elapsed()));
        index += 7919;
    }
    Ok(waits)
}

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "bench".into(), via: Via::Api, device: None }
}

async fn signed_in(
    system: &Arc<Tigertally>,
    operator: &Operator,
    no: &str,
) -> anyhow::Result<(Actor, String)> {
    let secret = system.set_demo_credentials(operator, no, PASSWORD).await?;
    let code = authenticator_code(&secret, system.now_ms()).context("no code")?;
    Ok((system.sign_in(no, PASSWORD, Some(&code), &from()).await?.actor, secret.to_string()))
}

/// A line of what the system says of this process's memory, in KiB.
fn memory(line: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kib = found.and_then(|text| text.trim().strip_suffix(" kB")?.trim().parse().ok());
    kib.with_context(|| format!("the system does not tell {line}"))
}
