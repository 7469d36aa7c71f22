//! What was measured, as one table.

use std::{fmt, fs, path::Path};

use comfy_table::{Cell, CellAlignment, Table, presets::ASCII_MARKDOWN};

/// The rows of a run.
pub(crate) struct Report {
    rows: Vec<[String; 5]>,
}

/// What is to be reached.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Nothing: it is there to be compared with.
    None,
    /// At least so many, in the unit of the row.
    AtLeast(f64),
    /// At most so many, in the unit of the row.
    AtMost(f64),
}

impl Report {
    pub(crate) fn new() -> Report {
        Report { rows: Vec::new() }
    }

    /// Says on what the run is made.
    pub(crate) fn print_machine(&self, dir: &Path) {
        let line = |path: &str, key: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let found = text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once(':'));
            found.map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
        };
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        println!(
            "{cores} cores, {}, {} of memory, Linux {}; data on {}; load before: {}",
            line("/proc/cpuinfo", "model name"),
            line("/proc/meminfo", "MemTotal"),
            kernel.trim(),
            file_system(dir),
            fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
        );
    }

    /// Adds a measurement. `beside` compares it with a peer or a floor.
    pub(crate) fn add(&mut self, what: &str, value: f64, unit: &str, goal: Goal, beside: impl Into<String>) {
        let (asked, reached) = match goal {
            Goal::None => (String::new(), ""),
            Goal::AtLeast(least) => {
                (format!("≥ {} {unit}", number(least)), if value >= least { "yes" } else { "NO" })
            }
            Goal::AtMost(most) => {
                (format!("≤ {} {unit}", number(most)), if value <= most { "yes" } else { "NO" })
            }
        };
        let row =
            [what.to_owned(), format!("{} {unit}", number(value)), asked, reached.to_owned(), beside.into()];
        println!("  {}: {} {} {}", row[0], row[1], row[3], row[4]);
        self.rows.push(row);
    }

    /// Says that something could not be measured, and why.
    pub(crate) fn missing(&mut self, what: &str, why: impl fmt::Display) {
        println!("  {what}: not measured: {why}");
        self.rows.push([
            what.to_owned(),
            "not measured".to_owned(),
            String::new(),
            String::new(),
            why.to_string(),
        ]);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(["what", "got", "goal", "reached", "beside"]);
        for [what, got, goal, reached, beside] in &self.rows {
            let right = |text: &String| Cell::new(text).set_alignment(CellAlignment::Right);
            table.add_row([Cell::new(what), right(got), right(goal), Cell::new(reached), Cell::new(beside)]);
        }
        write!(f, "{table}")
    }
}

/// A number with three figures that matter, thousands set apart.
pub(crate) fn number(value: f64) -> String {
    if value >= 100.0 {
        let digits = format!("{value:.0}");
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    } else if value >= 10.0 {
        format!("{value:.1}").trim_end_matches(".0").to_owned()
    } else {
        let text = format!("{value:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// The kind of file system that a folder is on: a measurement in memory would say nothing.
fn file_system(dir: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let best = mounts.lines().filter_map(|line| {
        let mut parts = line.split(' ');
        let (device, mount, kind) = (parts.next()?, parts.next()?, parts.next()?);
        dir.starts_with(mount).then(|| (mount.len(), format!("{kind} ({device})")))
    });
    best.max_by_key(|(length, _)| *length).map_or_else(|| "?".to_owned(), |(_, text)| text)
}

/// The value below which `percent` of the sorted values lie.
pub(crate) fn percentile(sorted: &[u32], percent: f64) -> f64 {
    let at = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().map_or(f64::NAN, f64::from)
}
