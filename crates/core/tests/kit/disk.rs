//! A disk that loses its power: what a trace wrote, and what may be left of it.
//!
//! Kept is what was synced: a file's bytes by a sync of the file, its name by a sync of the folder. Of the rest any part
//! may be there, in any order, and of a write any of its sectors. A sync covers what was written before it began.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// A call that was made on the data folder, by the names of its files.
#[derive(Debug)]
pub enum Event {
    /// A line of what the process says.
    Say(String),
    Folder,
    Create(String),
    Truncate(String, usize),
    Write(String, usize, Vec<u8>),
    Rename(String, String),
    Remove(String),
    /// A sync of a file, or of the folder (no name), and the number of events before it began.
    Sync(String, usize),
    /// One that failed. The system forgets what it could not write, and takes it as written.
    FailedSync(String, usize),
    /// A sync of the folder above.
    SyncAbove,
}

/// Reads what strace wrote with `-xx -y` and strings in full.
pub fn events(trace: &str, home: &Path) -> Vec<Event> {
    let mut begun: HashMap<&str, (String, usize)> = HashMap::new();
    let mut reader = Reader { data: home.join("data").to_str().unwrap().to_owned(), places: HashMap::new() };
    let mut events = Vec::new();
    for line in trace.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        let rest = rest.trim_start();
        let (whole, since) = if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            if start.starts_with("writev(") {
                // Somebody may have heard it from now on.
                events.extend(reader.event(&format!("{start}) = 0"), events.len()));
            } else {
                begun.insert(thread, (start.to_owned(), events.len()));
            }
            continue;
        } else if rest.starts_with("<...") {
            let Some((start, since)) = begun.remove(thread) else { continue };
            (start + rest.split_once("resumed>").unwrap().1, since)
        } else {
            (rest.to_owned(), events.len())
        };
        events.extend(reader.event(&whole, since));
    }
    events
}

struct Reader {
    data: String,
    /// Where the next write goes that does not say so.
    places: HashMap<String, usize>,
}

impl Reader {
    /// The event of a call, if it is one.
    fn event(&mut self, call: &str, since: usize) -> Option<Event> {
        let (name, rest) = call.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        let failed = result.starts_with("-1") || result.starts_with('?');
        let strings: Vec<Vec<u8>> = arguments.split('"').skip(1).step_by(2).map(bytes).collect();
        let path = |at: usize| String::from_utf8(strings[at].clone()).unwrap();
        let number = || {
            arguments.trim_end().trim_end_matches(')').rsplit(", ").next().unwrap().parse::<usize>().unwrap()
        };
        let open = || String::from_utf8(bytes(arguments.split(['<', '>']).nth(1).unwrap())).unwrap();
        if name.ends_with("sync") {
            let synced = open();
            return match self.name(&synced) {
                Some(name) if failed => Some(Event::FailedSync(name, since)),
                Some(name) => Some(Event::Sync(name, since)),
                None => (!failed && self.data.starts_with(&synced)).then_some(Event::SyncAbove),
            };
        }
        match name {
            _ if failed => None,
            "writev" => Some(Event::Say(path(0))),
            "mkdir" => Some(Event::Folder),
            "openat" => {
                let name = self.name(&path(0))?;
                self.places.insert(name.clone(), 0);
                if arguments.contains("O_TRUNC") {
                    // Whether it is new the disk knows.
                    return Some(Event::Truncate(name, 0));
                }
                (arguments.contains("O_CREAT") && !name.is_empty()).then_some(Event::Create(name))
            }
            "ftruncate" => Some(Event::Truncate(self.name(&open())?, number())),
            "pwrite64" => Some(Event::Write(self.name(&open())?, number(), strings.into_iter().next()?)),
            "write" => {
                let (name, data) = (self.name(&open())?, strings.into_iter().next()?);
                let place = self.places.get_mut(&name)?;
                *place += data.len();
                Some(Event::Write(name, *place - data.len(), data))
            }
            "read" => {
                *self.places.get_mut(&self.name(&open())?)? += result.trim().parse::<usize>().unwrap();
                None
            }
            "lseek" => {
                *self.places.get_mut(&self.name(&open())?)? = result.trim().parse().unwrap();
                None
            }
            "rename" => Some(Event::Rename(self.name(&path(0))?, self.name(&path(1))?)),
            "unlink" => Some(Event::Remove(self.name(&path(0))?)),
            _ => None,
        }
    }

    /// The name in the data folder. The index of the log is left out: it is made anew from the log.
    fn name(&self, path: &str) -> Option<String> {
        let name = path.strip_prefix(&self.data)?.trim_start_matches('/');
        (!name.ends_with("-shm")).then(|| name.to_owned())
    }
}

/// `\x41\x42` as bytes.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap() as u8;
    hex.as_bytes().chunks(4).map(|code| digit(code[2]) << 4 | digit(code[3])).collect()
}

#[derive(Default)]
struct Inode {
    synced: Vec<u8>,
    /// What was done since, with the place of its event.
    open: Vec<(usize, Change)>,
}

#[derive(Clone)]
enum Change {
    Truncate(usize),
    Write(usize, std::rc::Rc<Vec<u8>>),
}

#[derive(Clone)]
enum Naming {
    Name(String, usize),
    Rename(String, String, usize),
    Remove(String),
}

/// What became of a folder's files.
pub type Files = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    /// The names as programs see them.
    seen: BTreeMap<String, usize>,
    /// The names that were synced.
    synced: BTreeMap<String, usize>,
    open: Vec<(usize, Naming)>,
    /// Whether the folder has a name that was synced.
    folder: bool,
    /// It says that it syncs, and does not.
    lying: bool,
    /// Events so far.
    clock: usize,
}

impl Disk {
    /// A disk with a folder on it, or without.
    pub fn with(files: Option<Files>, lying: bool) -> Disk {
        let mut disk = Disk { folder: files.is_some(), lying, ..Disk::default() };
        for (name, synced) in files.unwrap_or_default() {
            disk.synced.insert(name, disk.inodes.len());
            disk.inodes.push(Inode { synced, open: Vec::new() });
        }
        disk.seen = disk.synced.clone();
        disk
    }

    /// Does what an event tells.
    ///
    /// `base` is the place of the trace's first event among all that were done.
    pub fn apply(&mut self, event: &Event, base: usize) {
        match event {
            Event::Say(_) | Event::Folder => {}
            Event::Create(name) => {
                self.inode(name);
            }
            Event::Truncate(name, length) => self.change(name, Change::Truncate(*length)),
            Event::Write(name, at, data) => self.change(name, Change::Write(*at, data.clone().into())),
            Event::Rename(from, to) => {
                let inode = self.seen.remove(from).unwrap();
                self.seen.insert(to.clone(), inode);
                self.open.push((self.clock, Naming::Rename(from.clone(), to.clone(), inode)));
            }
            Event::Remove(name) => {
                self.seen.remove(name);
                self.open.push((self.clock, Naming::Remove(name.clone())));
            }
            Event::Sync(..) | Event::FailedSync(..) | Event::SyncAbove if self.lying => {}
            Event::Sync(name, since) if name.is_empty() => {
                let open = std::mem::take(&mut self.open);
                let (covered, open) = open.into_iter().partition(|(at, _)| *at < base + since);
                self.open = open;
                for (_, naming) in covered {
                    naming.apply(&mut self.synced);
                }
            }
            Event::Sync(name, since) | Event::FailedSync(name, since) => {
                if let Some(inode) = self.seen.get(name) {
                    let inode = &mut self.inodes[*inode];
                    let open = std::mem::take(&mut inode.open);
                    let (covered, open): (Vec<_>, _) =
                        open.into_iter().partition(|(at, _)| *at < base + since);
                    inode.open = open;
                    if matches!(event, Event::Sync(..)) {
                        covered.iter().for_each(|(_, change)| change.apply(&mut inode.synced, &mut |_| true));
                    }
                }
            }
            Event::SyncAbove => self.folder = true,
        }
        self.clock += 1;
    }

    fn inode(&mut self, name: &str) -> usize {
        if let Some(inode) = self.seen.get(name) {
            return *inode;
        }
        let inode = self.inodes.len();
        self.inodes.push(Inode::default());
        self.seen.insert(name.to_owned(), inode);
        self.open.push((self.clock, Naming::Name(name.to_owned(), inode)));
        inode
    }

    fn change(&mut self, name: &str, change: Change) {
        let inode = self.inode(name);
        self.inodes[inode].open.push((self.clock, change));
    }

    /// What is there when the power comes back. `None`: not even the folder.
    pub fn cut(&self, chance: &mut Chance) -> Option<Files> {
        // The whole, nothing, half, nearly all, nearly nothing of what was not synced.
        let kept = [100, 0, 50, 90, 10][chance.below(5)];
        if !self.folder && chance.below(100) >= kept {
            return None;
        }
        let mut names = self.synced.clone();
        for (_, naming) in &self.open {
            if chance.below(100) < kept {
                naming.apply(&mut names);
            }
        }
        let disordered = chance.below(2) == 0;
        let files = names.into_iter().map(|(name, inode)| {
            let inode = &self.inodes[inode];
            let mut bytes = inode.synced.clone();
            let mut open: Vec<_> = inode.open.iter().map(|(_, change)| change.clone()).collect();
            if disordered && kept < 100 {
                (1..open.len()).for_each(|at| open.swap(at, chance.below(at + 1)));
            }
            for change in open {
                let torn = kept < 100 && chance.below(2) == 0;
                if torn {
                    change.apply(&mut bytes, &mut |_| chance.below(100) < kept);
                } else if chance.below(100) < kept {
                    change.apply(&mut bytes, &mut |_| true);
                }
            }
            (name, bytes)
        });
        let mut files: Files = files.collect();
        // The index of the log is in memory that nobody syncs: anything may be in it.
        if chance.below(2) == 0 {
            let noise = (0..32_768).map(|_| chance.below(256) as u8).collect();
            files.insert("tigertally.db-shm".to_owned(), noise);
        }
        Some(files)
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Naming::Name(name, inode) => {
                names.insert(name.clone(), *inode);
            }
            Naming::Rename(from, to, inode) => {
                names.remove(from);
                names.insert(to.clone(), *inode);
            }
            Naming::Remove(name) => {
                names.remove(name);
            }
        }
    }
}

impl Change {
    /// Does it to a file; a write in those sectors only that are kept.
    fn apply(&self, file: &mut Vec<u8>, kept: &mut impl FnMut(usize) -> bool) {
        match self {
            Change::Truncate(length) => {
                if kept(0) {
                    file.resize(*length, 0);
                }
            }
            Change::Write(at, data) => {
                let mut done = 0;
                while done < data.len() {
                    let from = at + done;
                    let end = (data.len() - done).min(SECTOR - from % SECTOR) + done;
                    if kept(from / SECTOR) {
                        if file.len() < at + end {
                            file.resize(at + end, 0);
                        }
                        file[from..at + end].copy_from_slice(&data[done..end]);
                    }
                    done = end;
                }
            }
        }
    }
}

/// Writes files into a folder, or makes none.
pub fn lay(folder: &Path, files: Option<&Files>) {
    if let Some(files) = files {
        fs::create_dir(folder).unwrap();
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

/// What happens by chance, the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}
