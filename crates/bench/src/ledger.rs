//! The ledger: durable appends, cosigning, proofs, the audit, and how their costs grow.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use tigertally_core::{Settings, Tigertally, identity::Operator, read_only};
use tigertally_ledger::{
    Checkpoint, Cosigner, FullTile, Hash, LedgerError, Note, NoteSigner, Tiles, TlogProof, Tree, TrustPolicy,
    VerifierKey, inclusion_proof, leaf_hash,
};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    client::{Client, request},
    house::{Houses, found},
    load::{self, Prepared, Span},
    report::{Goal, Report, number, percentile},
    server::Running,
};

/// Appends that wait at once.
const IN_FLIGHT: usize = 1024;
const WITNESSES: u8 = 3;
/// Customers of the company that appends over HTTP are measured on.
const CUSTOMERS: u64 = 10_000;
/// Clients over HTTP, each with one request at a time.
const CONNECTIONS: usize = 256;
/// Appends a second that are asked for whatever the server does.
const PACE: f64 = 5_000.0;

/// Measures the ledger.
pub(crate) fn run(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("ledger …");
    let dir = houses.dir().to_owned();
    let dir = dir.as_path();
    over_http(houses, quick, report)?;
    hashes(report);
    growth(quick, report)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = dir.join("ledger");
    let entries = if quick { 200_000 } else { 1_000_000 };
    runtime.block_on(async {
        let (system, operator) = found(&folder).await?;
        appends(&system, &operator, entries, report).await?;
        cosigning(&system, &operator, dir, quick, report).await
    })?;
    drop(runtime);
    audit(&folder, report)?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Appends over HTTP: the shortest answer that leaves an entry (nobody has asked for an approval), so that what is
/// measured is session, policy, durable entry and HTTP.
fn over_http(houses: &mut Houses, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let span = Span::seconds(if quick { 3 } else { 10 });
    let house = houses.of(CUSTOMERS)?;
    let server = Running::product(&house.dir)?;
    let headers = house.sign_in(&server)?;
    let requests: Vec<Vec<Prepared>> = headers
        .iter()
        .cycle()
        .take(CONNECTIONS)
        .map(|header| {
            let bytes = request("GET", "/api/v1/approvals", header, "");
            vec![Prepared { bytes, expected: b"\"mine\":[]".to_vec() }]
        })
        .collect();
    let size = || {
        let head = Client::connect(server.address, String::new())?.ask("GET", "/api/v1/ledger/head", None)?;
        serde_json::from_str::<serde_json::Value>(&head.1)?["size"].as_u64().context("no size")
    };
    let (before, begin) = (server.processor_seconds()?, size()?);
    let many = load::run(server.address, requests.clone(), span)?;
    let entries = size()? - begin;
    anyhow::ensure!(entries >= many.answers, "{} answers, but {entries} entries", many.answers);
    let used = 1e6 * (server.processor_seconds()? - before) / many.answers as f64;
    let paced = load::run_at(server.address, requests, span, Some(PACE))?;
    server.stop()?;
    for load in [&many, &paced] {
        if let Some(error) = &load.first_error {
            anyhow::bail!("{} of {} answers were wrong; the first: {error}", load.errors, load.answers);
        }
    }
    let beside = format!(
        "p50 {} ms, p99 {} ms; {used:.0} µs of the server's processor time each, {:.0} of the load generator's",
        number(many.ms(50.0)),
        number(many.ms(99.0)),
        many.own_us
    );
    report.add(
        &format!("appends over HTTP, {CONNECTIONS} clients"),
        many.rate,
        "/s",
        Goal::AtLeast(20_000.0),
        beside,
    );
    let what = format!("appends over HTTP at {} a second, p99", number(PACE));
    let beside = format!("p50 {} ms, {} /s", number(paced.ms(50.0)), number(paced.rate));
    report.add(&what, paced.ms(99.0), "ms", Goal::AtMost(25.0), beside);
    Ok(())
}

/// The floor: hashes of leaves as large as ours.
fn hashes(report: &mut Report) {
    let leaf = [7; 90];
    let (started, times) = (Instant::now(), 2_000_000);
    let mut last = [0; 32];
    for _ in 0..times {
        last[0] ^= leaf_hash(&leaf)[0];
    }
    std::hint::black_box(last);
    let each = started.elapsed().as_secs_f64() / f64::from(times);
    report.add(
        "floor: hash of a leaf",
        1.0 / each,
        "/s",
        Goal::None,
        format!("{} ns each", number(each * 1e9)),
    );
}

/// Appends through the product's own gate: a decision and a durable entry each, the answer after the flush.
async fn appends(
    system: &Arc<Tigertally>,
    operator: &Operator,
    entries: u64,
    report: &mut Report,
) -> anyhow::Result<()> {
    let actor = operator.actor();
    let left = Arc::new(AtomicU64::new(entries));
    let started = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (system, actor, left) = (Arc::clone(system), actor.clone(), Arc::clone(&left));
        workers.spawn(async move {
            let mut took = Vec::new();
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                let before = Instant::now();
                system.read_settings(&actor).await?;
                took.push(u32::try_from(before.elapsed().as_nanos()).unwrap_or(u32::MAX));
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::new();
    while let Some(worker) = workers.join_next().await {
        took.extend(worker??);
    }
    let rate = entries as f64 / started.elapsed().as_secs_f64();
    took.sort_unstable();
    let ms = |p| number(percentile(&took, p) / 1e6);
    let beside = format!("p50 {} ms, p99 {} ms, decision included", ms(50.0), ms(99.0));
    report.add(
        &format!("durable appends, {IN_FLIGHT} in flight"),
        rate,
        "/s",
        Goal::AtLeast(80_000.0),
        beside,
    );
    let mut alone = Vec::new();
    for _ in 0..1000 {
        let before = Instant::now();
        system.read_settings(&actor).await?;
        alone.push(u32::try_from(before.elapsed().as_nanos())?);
    }
    alone.sort_unstable();
    let beside = format!("p50 {} ms", number(percentile(&alone, 50.0) / 1e6));
    report.add("a lone append, p99", percentile(&alone, 99.0) / 1e6, "ms", Goal::AtMost(20.0), beside);
    Ok(())
}

/// From an answered append to a checkpoint that two of three witnesses have cosigned; the witnesses run here, too, and
/// store what they cosign.
async fn cosigning(
    system: &Arc<Tigertally>,
    operator: &Operator,
    dir: &Path,
    quick: bool,
    report: &mut Report,
) -> anyhow::Result<()> {
    let key = VerifierKey::parse(system.verifier_key())?;
    let mut policy = String::new();
    for n in 1..=WITNESSES {
        let folder = dir.join(format!("witness-{n}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let keys = tigertally_witness::Witness::init(&folder, &format!("witness.example/{n}"), false)?;
        tigertally_witness::Witness::add_log(&folder, key.clone())?;
        let witness = Arc::new(tigertally_witness::Witness::open(&folder)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(tigertally_witness::serve(witness, listener, std::future::pending()));
        policy.push_str(&format!("witness W{n} {} http://{address}\n", keys[0]));
    }
    policy.push_str("group two 2 W1 W2 W3\nquorum two\n");
    let mut settings: Settings = system.settings();
    settings.evidence.trust_policy = policy;
    let actor = operator.actor();
    system.change_settings(&actor, settings).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = tokio::spawn(tigertally_server::serve(
        Arc::clone(system),
        listener,
        tigertally_server::Options::default(),
        std::future::pending(),
    ));
    let mut took = Vec::new();
    let times = if quick { 30 } else { 120 };
    for _ in 0..times {
        let (_, receipt) = system.read_settings(&actor).await?;
        let before = Instant::now();
        while system.cosigned_size() <= receipt.index {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        took.push(u32::try_from(before.elapsed().as_micros())?);
        // Spread over the second between checkpoints.
        tokio::time::sleep(Duration::from_millis(37)).await;
    }
    server.abort();
    took.sort_unstable();
    let beside = format!("p50 {} s; a checkpoint a second", number(percentile(&took, 50.0) / 1e6));
    let what = "from the answer to cosigned by 2 of 3 witnesses, p99";
    report.add(what, percentile(&took, 99.0) / 1e6, "s", Goal::AtMost(2.0), beside);
    for n in 1..=WITNESSES {
        fs::remove_dir_all(dir.join(format!("witness-{n}")))?;
    }
    Ok(())
}

/// The whole audit, from the entries up.
fn audit(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    // Begins the peak anew (proc_pid_clear_refs(5)).
    fs::write("/proc/self/clear_refs", "5")?;
    let before = peak_kb()?;
    let started = Instant::now();
    let found = read_only::audit(folder, None, &[], |_| {})?;
    let seconds = started.elapsed().as_secs_f64();
    anyhow::ensure!(found.fault.is_none(), "the ledger does not hold: {:?}", found.fault);
    let million = seconds * 1e6 / found.entries as f64;
    let beside = format!(
        "{} entries in {} s, in one pass; {} MB more memory at the peak than before",
        number(found.entries as f64),
        number(seconds),
        number((peak_kb()?.saturating_sub(before)) as f64 / 1024.0)
    );
    report.add("audit of 1,000,000 entries", million, "s", Goal::AtMost(5.0), beside);
    Ok(())
}

/// The most memory that this process has held since the peak was begun anew, in kB.
fn peak_kb() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Tiles of a growing tree in memory.
#[derive(Default)]
struct Memory {
    full: HashMap<(u8, u64), Vec<Hash>>,
    tree: Tree,
}

impl Memory {
    fn grow_to(&mut self, size: u64) {
        let mut full: Vec<FullTile> = Vec::new();
        while self.tree.size() < size {
            self.tree.append(leaf_hash(&self.tree.size().to_be_bytes()), &mut full);
            for tile in full.drain(..) {
                self.full.insert((tile.level, tile.index), tile.hashes);
            }
        }
    }
}

impl Tiles for Memory {
    type Error = LedgerError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, LedgerError> {
        let hashes = self.full.get(&(level, index)).map_or(self.tree.edge(level), Vec::as_slice);
        hashes.get(..usize::from(width)).map(<[Hash]>::to_vec).ok_or(LedgerError::TileWidth { level, index })
    }
}

/// Proofs with three cosignatures, from ten thousand entries to ten million.
fn growth(quick: bool, report: &mut Report) -> anyhow::Result<()> {
    let signer = NoteSigner::from_seed("tigertally/bench", &[1; 32])?;
    let witnesses: Vec<Cosigner> = (1..=WITNESSES)
        .map(|n| Cosigner::ed25519(&format!("witness.example/{n}"), &[n + 10; 32]))
        .collect::<Result<_, _>>()?;
    let mut text = format!("log {}\n", signer.verifier_key());
    for (n, witness) in witnesses.iter().enumerate() {
        text.push_str(&format!("witness W{n} {}\n", witness.verifier_key()));
    }
    let policy = TrustPolicy::parse(&format!("{text}group all all W0 W1 W2\nquorum all\n"))?;
    let mut memory = Memory::default();
    let sizes: &[u64] = if quick { &[10_000, 100_000] } else { &[10_000, 100_000, 1_000_000, 10_000_000] };
    for &size in sizes {
        let started = Instant::now();
        let before = memory.tree.size();
        memory.grow_to(size);
        let append = started.elapsed().as_secs_f64() / (size - before) as f64;
        let checkpoint = Checkpoint { origin: "tigertally/bench".to_owned(), size, root: memory.tree.root() };
        let mut note = Note::parse(&checkpoint.sign(&signer))?;
        for witness in &witnesses {
            note.add(witness.cosign(note.text(), 1_795_000_000)?);
        }
        let started = Instant::now();
        let index = size / 3;
        let hashes = inclusion_proof(&memory, index, size).ok().context("no proof")?;
        let make = started.elapsed();
        let proof = TlogProof { extra: None, index, hashes, checkpoint: note.to_string() };
        let bytes = proof.to_string().len();
        let started = Instant::now();
        let times: u32 = 200;
        for _ in 0..times {
            TlogProof::parse(&proof.to_string())?.verify(&index.to_be_bytes(), &policy)?;
        }
        let verify = started.elapsed() / times;
        let beside = format!(
            "verified in {} ms, made in {} µs; {} ns an append",
            number(verify.as_secs_f64() * 1e3),
            number(make.as_secs_f64() * 1e6),
            number(append * 1e9)
        );
        let what = format!("proof with 3 cosignatures, {} entries", number(size as f64));
        report.add(&what, bytes as f64, "bytes", Goal::AtMost(2500.0), beside);
    }
    Ok(())
}
