//! The claimed times of a bundle against one another and against those who vouch from outside (step 9 of
//! `docs/evidence-format.md`).

use super::{Fault, Mark, ReadEntry};

/// By how much clocks may differ, answers under way included: 300 seconds, in milliseconds.
pub const TOLERANCE_MS: u64 = 300_000;
/// The first moment of the year 10000, Unix milliseconds.
const END_MS: u64 = 253_402_300_800_000;

/// Checks the times of entries in the order of their indexes, of marks, and of the making.
pub(super) fn check(entries: &[ReadEntry], marks: &[Mark], made_ms: u64) -> Result<(), Fault> {
    in_range(entries, marks, made_ms)?;
    let runs = |(before, entry): (usize, usize)| same_run(&entries[before], &entries[entry]);
    neighbours_of_a_run(entries).try_for_each(runs)?;
    in_order(entries)?;
    in_order_of_marks(marks)?;
    entries.iter().try_for_each(|entry| against_marks(entry, marks))
}

fn in_range(entries: &[ReadEntry], marks: &[Mark], made_ms: u64) -> Result<(), Fault> {
    let times = entries.iter().map(|entry| (entry.leaf.time_ms, format!("#{}", entry.index)));
    let marked = marks.iter().map(|mark| (mark.time_ms, mark.name.clone()));
    for (time_ms, what) in times.chain(marked) {
        if time_ms >= END_MS {
            return Err(Fault::new("time-range").with("what", what));
        }
        if time_ms > made_ms.saturating_add(TOLERANCE_MS) {
            return Err(Fault::new("time-made").with("what", what));
        }
    }
    Ok(())
}

/// Places of entries that follow one another within a run of a server.
fn neighbours_of_a_run(entries: &[ReadEntry]) -> impl Iterator<Item = (usize, usize)> {
    let mut last = std::collections::HashMap::new();
    entries
        .iter()
        .enumerate()
        .filter_map(move |(at, entry)| last.insert(entry.leaf.id.run, at).map(|before| (before, at)))
}

/// A run counts its entries without a gap, so that between two of them stand no fewer entries than it wrote.
fn same_run(before: &ReadEntry, entry: &ReadEntry) -> Result<(), Fault> {
    let counted = entry.leaf.id.count.checked_sub(before.leaf.id.count);
    match counted {
        Some(counted) if counted > 0 && counted <= entry.index - before.index => Ok(()),
        _ => Err(Fault::new("time-count").with("index", entry.index).with("before", before.index)),
    }
}

fn in_order(entries: &[ReadEntry]) -> Result<(), Fault> {
    let mut latest: Option<&ReadEntry> = None;
    for entry in entries {
        match latest {
            Some(before) if entry.leaf.time_ms.saturating_add(TOLERANCE_MS) < before.leaf.time_ms => {
                let fault = Fault::new("time-order").with("index", entry.index);
                return Err(fault.with("before", before.index));
            }
            Some(before) if entry.leaf.time_ms <= before.leaf.time_ms => {}
            _ => latest = Some(entry),
        }
    }
    Ok(())
}

fn in_order_of_marks(marks: &[Mark]) -> Result<(), Fault> {
    for mark in marks {
        for smaller in marks.iter().filter(|other| other.size < mark.size) {
            if mark.time_ms.saturating_add(TOLERANCE_MS) < smaller.time_ms {
                return Err(Fault::new("time-marks").with("mark", &mark.name).with("before", &smaller.name));
            }
        }
    }
    Ok(())
}

fn against_marks(entry: &ReadEntry, marks: &[Mark]) -> Result<(), Fault> {
    for mark in marks {
        let contained = entry.index < mark.size;
        let code = if contained && entry.leaf.time_ms > mark.time_ms.saturating_add(TOLERANCE_MS) {
            "time-after"
        } else if !contained && entry.leaf.time_ms.saturating_add(TOLERANCE_MS) < mark.time_ms {
            "time-before"
        } else {
            continue;
        };
        return Err(Fault::new(code).with("index", entry.index).with("mark", &mark.name));
    }
    Ok(())
}
