//! What the machine can do at best: bare sync, bare SQLite, bare AES.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rusqlite::Connection;

use crate::report::{Goal, Report, percentile};

/// Measures the floors.
pub(crate) fn run(dir: &Path, quick: bool, report: &mut Report) -> anyhow::Result<()> {
    println!("floors …");
    let time = Duration::from_secs(if quick { 1 } else { 3 });
    let folder = dir.join("floors");
    fs::create_dir_all(&folder)?;
    sync(&folder, time, report)?;
    for rows in [1, 64] {
        sqlite(&folder, time, rows, report)?;
    }
    aes(time, report)?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

fn sync(folder: &Path, time: Duration, report: &mut Report) -> anyhow::Result<()> {
    let mut file = File::create(folder.join("sync"))?;
    let page = [7; 4096];
    let took = repeat(time, || {
        file.write_all(&page)?;
        Ok(file.sync_data()?)
    })?;
    let each = format!("p50 {} µs, p99 {} µs", percentile(&took, 50.0), percentile(&took, 99.0));
    report.add(
        "floor: append 4 KiB and fdatasync",
        took.len() as f64 / seconds(&took),
        "/s",
        Goal::None,
        each,
    );
    Ok(())
}

fn sqlite(folder: &Path, time: Duration, rows: u32, report: &mut Report) -> anyhow::Result<()> {
    let conn = Connection::open(folder.join(format!("rows-{rows}.db")))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch("CREATE TABLE entry (idx INTEGER PRIMARY KEY, leaf BLOB, salt BLOB, body BLOB)")?;
    let (leaf, salt, body) = ([1_u8; 90], [2_u8; 32], [3_u8; 250]);
    let took = repeat(time, || {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..rows {
            conn.prepare_cached("INSERT INTO entry (leaf, salt, body) VALUES ($1, $2, $3)")?
                .execute((leaf, salt, body))?;
        }
        Ok(conn.execute_batch("COMMIT")?)
    })?;
    let what = format!("floor: SQLite insert, WAL and FULL, {rows} a transaction");
    let each =
        format!("p50 {} µs, p99 {} µs a transaction", percentile(&took, 50.0), percentile(&took, 99.0));
    report.add(&what, f64::from(rows) * took.len() as f64 / seconds(&took), "rows/s", Goal::None, each);
    Ok(())
}

fn aes(time: Duration, report: &mut Report) -> anyhow::Result<()> {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).context("no key")?);
    let nonce = || Nonce::assume_unique_for_key([9; 12]);
    let mut sealed = vec![5; 64];
    key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut sealed).context("no seal")?;
    let (mut opened, started) = (0_u64, Instant::now());
    while started.elapsed() < time {
        for _ in 0..1000 {
            let mut copy = [0; 80];
            copy.copy_from_slice(&sealed);
            key.open_in_place(nonce(), Aad::empty(), &mut copy).context("no opening")?;
            std::hint::black_box(&copy);
        }
        opened += 1000;
    }
    let rate = opened as f64 / started.elapsed().as_secs_f64();
    report.add(
        "floor: AES-256-GCM, opening 64 B",
        rate,
        "/s",
        Goal::None,
        format!("{:.0} ns each", 1e9 / rate),
    );
    Ok(())
}

/// Does something for a while; how long each took in µs, sorted.
fn repeat(time: Duration, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Vec<u32>> {
    let mut took = Vec::new();
    let started = Instant::now();
    while started.elapsed() < time {
        let before = Instant::now();
        work()?;
        took.push(u32::try_from(before.elapsed().as_micros())?);
    }
    took.sort_unstable();
    Ok(took)
}

fn seconds(took: &[u32]) -> f64 {
    took.iter().map(|us| f64::from(*us)).sum::<f64>() / 1e6
}
