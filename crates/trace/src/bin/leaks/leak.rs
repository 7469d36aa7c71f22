//! Lists as they turn up, and what a reader makes of their lines.

use tigertally_trace::{Hit, Leak, Line, MarkKey, canary, cell};

use crate::{
    company::{COLUMNS, CUSTOMERS, House, dressed, text},
    draw::Draw,
};

/// What was done to a list, or where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Whole,
    Shuffled,
    Dropped,
    Part,
    Mixed,
    Respelt,
    Everything,
    Bare,
    Padded,
    Seen,
    Region,
    Outsider,
    Busy,
    Elsewhere,
    Neighbours,
}

impl Kind {
    pub(crate) const ALL: [Kind; 15] = [
        Kind::Whole,
        Kind::Shuffled,
        Kind::Dropped,
        Kind::Part,
        Kind::Mixed,
        Kind::Respelt,
        Kind::Everything,
        Kind::Bare,
        Kind::Padded,
        Kind::Seen,
        Kind::Region,
        Kind::Outsider,
        Kind::Busy,
        Kind::Elsewhere,
        Kind::Neighbours,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Whole => "an export as it was",
            Kind::Shuffled => "shuffled",
            Kind::Dropped => "sorted by name, columns dropped",
            Kind::Part => "30 % of the lines, in their order",
            Kind::Mixed => "two exports, shuffled together",
            Kind::Respelt => "spellings changed, variants evened out",
            Kind::Everything => "30 %, shuffled, dropped, respelt",
            Kind::Bare => "the same, canaries taken out as well",
            Kind::Padded => "30 % among as many lines from elsewhere",
            Kind::Seen => "30 % of what somebody has seen",
            Kind::Region => "customers of a region, at random",
            Kind::Outsider => "collected outside: large firms first",
            Kind::Busy => "whom everybody knows",
            Kind::Elsewhere => "another company's list",
            Kind::Neighbours => "a whole region",
        }
    }

    /// Whether the right export has to be found. Where nothing is left but who is in the list, two exports of the same may
    /// both fit; whose they are is clear.
    pub(crate) fn has_goal(self) -> bool {
        self != Kind::Bare
    }

    pub(crate) fn innocent(self) -> bool {
        matches!(self, Kind::Region | Kind::Outsider | Kind::Busy | Kind::Elsewhere | Kind::Neighbours)
    }
}

/// A list and the suspects that it comes from.
pub(crate) struct Case {
    pub(crate) leak: Leak,
    pub(crate) sources: Vec<usize>,
}

/// A row as it turns up: who it is, and its cells.
type Row = (u32, [String; 3]);

pub(crate) fn case(house: &House, kind: Kind, seed: u64) -> Case {
    let mut draw = Draw::new(seed << 8 | kind as u64);
    if kind.innocent() {
        let rows = innocent(house, kind, &mut draw);
        return Case { leak: read(rows, 0.97, &mut draw), sources: Vec::new() };
    }
    if kind == Kind::Seen {
        let source = house.people[draw.below(house.people.len())];
        let mut rows: Vec<Row> = house.sets[source].iter().map(|at| plain(*at)).collect();
        draw.shuffle(&mut rows);
        rows.truncate(rows.len() * 3 / 10);
        return Case { leak: read(rows, 0.95, &mut draw), sources: vec![source] };
    }
    let source = export(house, &mut draw);
    let mut rows = file(house, source);
    let mut sources = vec![source];
    match kind {
        Kind::Shuffled => draw.shuffle(&mut rows),
        Kind::Dropped => {
            rows.iter_mut().for_each(|row| row.1[2].clear());
            rows.sort_by(|a, b| a.1[0].cmp(&b.1[0]));
        }
        Kind::Part => rows.retain(|_| draw.unit() < 0.3),
        Kind::Mixed => {
            let second = loop {
                let second = export(house, &mut draw);
                if second != source {
                    break second;
                }
            };
            rows.extend(file(house, second));
            draw.shuffle(&mut rows);
            sources.push(second);
        }
        Kind::Respelt => rows.iter_mut().for_each(even_out),
        Kind::Everything | Kind::Bare => {
            draw.shuffle(&mut rows);
            rows.truncate((rows.len() * 3 / 10).max(20));
            rows.iter_mut().for_each(|row| {
                even_out(row);
                row.1[1].clear();
                row.1[2].clear();
            });
        }
        Kind::Padded => {
            rows.retain(|_| draw.unit() < 0.3);
            let own = rows.len();
            rows.extend((0..own).map(|_| plain(draw.below(CUSTOMERS as usize) as u32)));
            draw.shuffle(&mut rows);
        }
        _ => {}
    }
    let known = if matches!(kind, Kind::Respelt | Kind::Everything | Kind::Bare) { 0.88 } else { 0.98 };
    let mut leak = read(rows, known, &mut draw);
    if kind == Kind::Everything {
        // The other kinds get along without.
        let kept =
            (0..canary::how_many(house.sets[source].len() as u64)).filter(|_| draw.unit() < 0.3 * known);
        leak.lines.extend(kept.map(|_| Line {
            canaries: vec![Hit { suspect: source as u32, sure: false }],
            ..Line::default()
        }));
    }
    Case { leak, sources }
}

/// An export that is worth a leak.
fn export(house: &House, draw: &mut Draw) -> usize {
    loop {
        let source = house.exports[draw.below(house.exports.len())];
        if house.sets[source].len() >= 80 {
            return source;
        }
    }
}

/// The rows of an export, as it writes them.
fn file(house: &House, source: usize) -> Vec<Row> {
    let Some(key) = house.keys[source].as_ref().map(MarkKey::new) else { return Vec::new() };
    let mut customers = house.sets[source].clone();
    customers.sort_by_cached_key(|at| key.of(i64::from(*at) + 1).rank());
    customers.into_iter().map(|at| (at, COLUMNS.map(|column| dressed(at, column, &key)))).collect()
}

/// A row of somebody who never saw an export.
fn plain(at: u32) -> Row {
    (at, COLUMNS.map(|(_, cell)| text(at, cell)))
}

/// Brackets, spaces and dates in one form, as a clean-up leaves them.
fn even_out(row: &mut Row) {
    for (text, (_, cell)) in row.1.iter_mut().zip(COLUMNS) {
        *text = cell::dress(cell, text, false);
    }
}

fn innocent(house: &House, kind: Kind, draw: &mut Draw) -> Vec<Row> {
    let regions = house.by_region.len();
    // The large ones take long and are no different.
    let region = if kind == Kind::Neighbours { regions - 1 - draw.below(4) } else { draw.below(regions) };
    let members = &house.by_region[region];
    let size = 50 + draw.below(950);
    let mut taken: Vec<u32> = Vec::new();
    let mut wanted = |draw: &mut Draw, weight: &dyn Fn(u32) -> f64| {
        for _ in 0..size * 200 {
            if taken.len() == size {
                break;
            }
            let at = members[draw.below(members.len())];
            if draw.unit() < weight(at) {
                taken.push(at);
            }
        }
        taken.sort_unstable();
        taken.dedup();
        taken.clone()
    };
    let of = |at: u32| &house.customers[at as usize];
    let customers = match kind {
        Kind::Outsider => wanted(draw, &|at| [1.0, 0.2, 0.02][of(at).tier as usize]),
        Kind::Busy => wanted(draw, &|at| of(at).busy * of(at).busy),
        Kind::Elsewhere => (0..20).map(|_| draw.below(CUSTOMERS as usize) as u32).collect(),
        Kind::Neighbours => members.clone(),
        _ => wanted(draw, &|_| 1.0),
    };
    let mut rows: Vec<Row> = customers.into_iter().map(plain).collect();
    draw.shuffle(&mut rows);
    rows
}

/// What a reader makes of the rows: some are not found, some are taken for somebody else, some for one of several.
fn read(rows: Vec<Row>, known: f64, draw: &mut Draw) -> Leak {
    let any = |draw: &mut Draw| draw.below(CUSTOMERS as usize) as u32;
    let lines = rows.into_iter().map(|(at, cells)| {
        let customers = match draw.unit() {
            luck if luck > known => Vec::new(),
            luck if luck > known - 0.01 => vec![any(draw)],
            luck if luck > known - 0.06 => vec![at, any(draw), any(draw)],
            _ => vec![at],
        };
        let bits = cells.iter().zip(COLUMNS);
        let bits = bits.filter_map(|(text, (column, cell))| Some((column, cell::read(cell, text)?)));
        Line { customers, bits: bits.collect(), canaries: Vec::new() }
    });
    Leak { lines: lines.collect() }
}
