//! The power is cut: what was not synced is lost, or torn, or there in another order. Nothing that was acknowledged is
//! missing afterwards.
//!
//! A killed process leaves everything it wrote in the system's memory, so killing shows nothing of this. Here a day's
//! work is traced once, and the disk is made as it may be left after each call: all that was synced, and by chance
//! some of the rest. Some of these states are tried; many more with `TIGERTALLY_ALL_FAULTS=1`.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    env, fs,
    path::Path,
    sync::{Arc, mpsc},
    thread,
};

use kit::{
    disk::{self, Chance, Disk, Event, Files},
    strace::{self, FILES},
    workload::{self, Said, Script, Template},
};
use parking_lot::Mutex;

/// The calls that change a disk or tell where, and the words of the process.
const CALLS: &str =
    "trace=openat,read,lseek,pwrite64,write,fsync,fdatasync,ftruncate,rename,unlink,mkdir,writev";
const CORES: usize = 2;

/// Not a test: the process that works.
#[tokio::test]
async fn victim() {
    workload::work().await;
}

/// One script after another on one folder, and what they did to the disk.
struct Recording {
    template: Arc<Template>,
    script: Script,
    /// The disk before.
    before: Option<Files>,
    /// The events of each process.
    runs: Vec<Vec<Event>>,
}

impl Recording {
    /// `faults` has what strace is to do to each process, if anything.
    async fn new(script: Script, faults: &[&[&str]]) -> Recording {
        let template = Arc::new(Template::new().await);
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let data = home.join("data");
        template.lay(&data, script);
        let before = (script != Script::Founding).then(|| read(&data));
        let runs = faults.iter().map(|fault| {
            let full = ["--seccomp-bpf", "-xx", "-s", "1000000", "-e", CALLS];
            let options = [&full[..], fault].concat();
            let run = strace::run(&home, &template, script, &FILES, &options).unwrap();
            assert!(run.said.ended != run.signal.is_some(), "{:?}", run.said);
            disk::events(&run.trace, &home)
        });
        Recording { runs: runs.collect(), template, script, before }
    }

    fn events(&self) -> impl Iterator<Item = (usize, usize, &Event)> {
        let mut base = 0;
        self.runs.iter().enumerate().flat_map(move |(run, events)| {
            let at = base;
            base += events.len();
            events.iter().map(move |event| (run, at, event))
        })
    }

    /// Cuts the power `each` times after so many of the events, and returns what is wrong, and how many states there were.
    fn cut(&self, lying: bool, each: usize, share: usize) -> (usize, Vec<String>) {
        let (each, share) = if all() { (8 * each, share.div_ceil(20)) } else { (each, share) };
        let (states, waiting) = mpsc::sync_channel::<State>(2 * CORES);
        let (waiting, wrong) = (Mutex::new(waiting), Mutex::new(Vec::new()));
        let mut count = 0;
        thread::scope(|scope| {
            for _ in 0..CORES {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    while let Ok(state) = { waiting.lock().recv() } {
                        let checked = runtime.block_on(state.check(&self.template, self.script, lying));
                        wrong.lock().extend(checked.err().map(|wrong| format!("{}: {wrong}\n", state.at)));
                    }
                });
            }
            let mut disk = Disk::with(self.before.clone(), lying);
            let (mut said, mut chance) = (String::new(), Chance(0x5eed));
            for (at, (run, base, event)) in self.events().enumerate() {
                disk.apply(event, base);
                if let Event::Say(line) = event {
                    said += line;
                }
                let last = run + 1 == self.runs.len();
                if last && chance.below(share) == 0 {
                    for _ in 0..each {
                        let state = State { at, files: disk.cut(&mut chance), said: said.clone() };
                        states.send(state).unwrap();
                        count += 1;
                    }
                }
            }
            drop(states);
        });
        (count, wrong.into_inner())
    }
}

/// A disk when the power comes back, and what was said before.
struct State {
    at: usize,
    files: Option<Files>,
    said: String,
}

impl State {
    async fn check(&self, template: &Template, script: Script, lying: bool) -> Result<(), String> {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        disk::lay(&data, self.files.as_ref());
        let said = Said::all(&self.said);
        // A program that opens what a lying disk left stops, and with it this one.
        if lying { template.look(&data, &said) } else { template.check(&data, script, &said).await }
    }
}

fn all() -> bool {
    env::var("TIGERTALLY_ALL_FAULTS").is_ok_and(|all| all == "1")
}

fn read(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

fn assert_nothing_wrong((states, wrong): (usize, Vec<String>)) {
    println!("{states} states");
    // How many there are depends on how the machine's work falls into batches.
    assert!(states > 10, "{states} states");
    assert!(wrong.is_empty(), "{} of {states} states: {}", wrong.len(), wrong.concat());
}

#[tokio::test]
async fn a_founding_is_there_or_can_be_done_again() {
    assert_nothing_wrong(Recording::new(Script::Founding, &[&[]]).await.cut(false, 1, 1));
}

#[tokio::test]
async fn nothing_acknowledged_is_missing_after_a_power_cut() {
    assert_nothing_wrong(Recording::new(Script::Day, &[&[]]).await.cut(false, 1, 1));
}

#[tokio::test]
async fn nothing_acknowledged_is_missing_while_the_log_is_copied() {
    assert_nothing_wrong(Recording::new(Script::BusyDay, &[&[]]).await.cut(false, 1, 120));
}

/// The process stops at a sync that fails. The next one reads, from the system's memory, what the disk never got.
#[tokio::test]
async fn nothing_is_built_on_what_a_failed_sync_left_behind() {
    for nth in [4, 8, 13] {
        let failed = ["-e", &format!("inject=fsync:error=EIO:when={nth}")];
        assert_nothing_wrong(Recording::new(Script::Day, &[&failed, &[]]).await.cut(false, 1, 1));
    }
}

/// The control: on a disk that syncs nothing, what was acknowledged gets lost.
#[tokio::test]
async fn a_disk_that_lies_is_found_out() {
    let (states, wrong) = Recording::new(Script::Day, &[&[]]).await.cut(true, 1, 2);
    assert!(wrong.iter().any(|wrong| wrong.contains("is gone")), "{states} states: {}", wrong.concat());
}
