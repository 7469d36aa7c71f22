//! Throw-away.
use std::{path::Path, sync::Arc, time::Instant};
use tigertally_core::{Tigertally, Unlock, clock, desk::{ImportFile, ImportOptions}, import::Table};
#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let folder = Path::new(&args[1]);
    let (tt, op) = Tigertally::init(folder, "x", &Unlock::fresh(), clock::system()).await.unwrap();
    let tt = Arc::new(tt);
    for pair in args[2..].chunks(2) {
        let table = Table::parse(&pair[0]).unwrap();
        let t = Instant::now();
        let file = ImportFile::at(Path::new(&pair[1]), table).unwrap();
        let r = tt.import(&op.actor(), file, ImportOptions::default(), |_, _| ()).await.unwrap();
        let s = t.elapsed().as_secs_f64();
        println!("{} {}: lines {} created {} updated {} unchanged {} rejected {} retiered {} in {:.2}s = {:.0}/s", r.table, r.file, r.lines, r.created, r.updated, r.unchanged, r.rejected, r.retiered, s, r.lines as f64 / s);
        for f in r.faults.iter().take(3) { println!("  {f}"); }
    }
}
