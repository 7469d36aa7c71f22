//! Runs this same test binary under `strace`, which lets its system calls on the data folder fail and writes them down.

use std::{
    env,
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use super::workload::{Said, Script, Template};

/// Longer than any day takes: who needs more hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a process that was watched came to its end.
pub struct Run {
    /// What strace wrote: one line a call, with its thread.
    pub trace: String,
    pub said: Said,
    /// The signal that it died of.
    pub signal: Option<i32>,
}

/// The files that the store has in its folder; the empty name is the folder.
pub const FILES: [&str; 8] = [
    "tigertally.db",
    "tigertally.db-wal",
    "tigertally.db-shm",
    "tigertally.db-journal",
    "checkpoint",
    "checkpoint.new",
    "lock",
    "",
];

/// Runs a script in `home/data` and watches its calls on these files. `options` are for strace.
///
/// # Errors
/// When the process does not come to an end, or panics.
///
/// # Panics
/// Without strace.
pub fn run(
    home: &Path,
    template: &Template,
    script: Script,
    files: &[&str],
    options: &[&str],
) -> Result<Run, String> {
    let (data, said, trace) = (home.join("data"), home.join("said"), home.join("trace"));
    let mut command = Command::new("strace");
    command.args(["-f", "-q", "-y", "-o"]).arg(&trace);
    for name in files {
        command.arg("-P").arg(data.join(name).components().as_path());
    }
    command.arg("-P").arg(home).arg("-P").arg(&said).args(options);
    let child = command
        .arg(env::current_exe().unwrap())
        .args(["victim", "--exact", "--nocapture"])
        .env("TIGERTALLY_VICTIM", &data)
        .env("TIGERTALLY_KEY", &template.key)
        .env("TIGERTALLY_TOKEN", &template.token)
        .env("TIGERTALLY_SCRIPT", format!("{script:?}"))
        .stdout(Stdio::null())
        .stderr(File::create(&said).unwrap())
        .spawn();
    let mut child = child.unwrap_or_else(|error| {
        panic!("this test needs strace ({error}): please install the package `strace`")
    });
    let id = child.id();
    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait()));
    let Ok(status) = end.recv_timeout(PATIENCE) else {
        let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        return Err(format!("it hangs: {}", fs::read_to_string(&trace).unwrap_or_default()));
    };
    let words = fs::read_to_string(&said).unwrap();
    assert!(!words.contains("strace:"), "strace cannot be used here: {words}");
    // A panic is a fault that nobody thought of.
    if words.contains("panicked at") {
        return Err(words);
    }
    Ok(Run {
        trace: fs::read_to_string(&trace).unwrap(),
        said: Said::all(&words),
        signal: status.unwrap().signal(),
    })
}

impl Run {
    /// The calls that were begun: thread and name.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.trace.lines().filter_map(|line| {
            let (thread, rest) = line.split_once(' ')?;
            let (name, _) = rest.trim_start().split_once('(')?;
            name.chars().all(|c| c.is_ascii_alphanumeric()).then_some((thread, name))
        })
    }
}
