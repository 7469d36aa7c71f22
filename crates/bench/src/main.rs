//! Measures Tigertally: against its goals, against a peer on the same machine, and against what the machine can do
//! at best. It prints one table a run, and asserts nothing about time.
//!
//! The server runs in a process of its own (this program again, with `serve`); the load comes from this one.

mod bao;
mod client;
mod company;
mod duplicates;
mod export;
mod floors;
mod handover;
mod house;
mod import;
mod ledger;
mod load;
mod policy;
mod report;
mod reveal;
mod search;
mod server;
mod start;
mod trace;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, ValueEnum};

use house::Houses;
use report::Report;

/// Measure Tigertally against its goals, a peer and bare floors.
#[derive(Parser)]
#[command(version, after_help = "Example: tigertally-bench reveal --quick")]
struct Args {
    /// What to measure.
    #[arg(value_enum, default_values_t = [What::All])]
    what: Vec<What>,
    /// Shorter runs, and no company of 1,000,000 customers.
    #[arg(long)]
    quick: bool,
    /// Folder on a real disk for what is measured; it is emptied of the companies afterwards.
    #[arg(long, default_value = "target/bench")]
    dir: PathBuf,
    /// A list of customers of your own to be imported beside the made-up one; owners must be S001 to S100.
    #[arg(long)]
    customers_csv: Option<PathBuf>,
    /// Keep the companies, to look into them.
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Everything below.
    All,
    /// Reveals over HTTP: with 64 clients, and alone; beside OpenBao and the floors.
    Reveal,
    /// Exact search.
    Search,
    /// The duplicate check on entering a customer.
    Duplicates,
    /// The ledger: appends in the engine and over HTTP, cosigning, proofs, audit.
    Ledger,
    /// Import, sealed and indexed.
    Import,
    /// Decisions of the policy.
    Policy,
    /// Exports: rows through the gate into an encrypted file.
    Export,
    /// A hand-over of 50,000 customers, and what readers notice of it.
    Handover,
    /// Tracing a leaked list.
    Trace,
    /// From the start of the process to a page.
    Start,
    /// Memory at rest.
    Memory,
    /// What the machine can do at best.
    Floors,
    /// The server of the other measurements.
    #[value(hide = true)]
    Serve,
    /// An HTTP server that does nothing.
    #[value(hide = true)]
    ServeNothing,
}

/// As the product has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    if let [what @ (What::Serve | What::ServeNothing)] = args.what[..] {
        return if what == What::Serve { server::serve(&args.dir) } else { server::serve_nothing() };
    }
    std::fs::create_dir_all(&args.dir).with_context(|| format!("{} cannot be made", args.dir.display()))?;
    let wanted = |what| args.what.iter().any(|asked| *asked == what || *asked == What::All);
    let mut report = Report::new();
    report.print_machine(&args.dir);
    let mut houses = Houses::new(&args.dir, args.keep);
    if wanted(What::Floors) || wanted(What::Reveal) || wanted(What::Ledger) {
        floors::run(&args.dir, args.quick, &mut report)?;
    }
    if wanted(What::Policy) {
        policy::run(args.quick, &mut report)?;
    }
    if wanted(What::Reveal) {
        reveal::run(&mut houses, args.quick, &mut report)?;
    }
    if wanted(What::Search) {
        search::run(&mut houses, args.quick, &mut report)?;
    }
    if wanted(What::Duplicates) {
        duplicates::run(&mut houses, args.quick, &mut report)?;
    }
    if wanted(What::Ledger) {
        ledger::run(&mut houses, args.quick, &mut report)?;
    }
    if wanted(What::Import) {
        import::run(&args.dir, args.customers_csv.as_deref(), args.quick, &mut report)?;
    }
    if wanted(What::Export) {
        export::run(&mut houses, &mut report)?;
    }
    if wanted(What::Handover) {
        handover::run(&args.dir, &mut report)?;
    }
    if wanted(What::Trace) {
        trace::run(&args.dir, args.quick, &mut report)?;
    }
    if wanted(What::Start) || wanted(What::Memory) {
        start::run(&mut houses, wanted(What::Start), wanted(What::Memory), &mut report)?;
    }
    println!("\n{report}");
    Ok(())
}
