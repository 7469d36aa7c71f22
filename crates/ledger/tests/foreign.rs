//! What others say of our logs: Go's golang.org/x/mod/sumdb, which recomputes all from the entries.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use common::{MemoryTiles, grow};
use serde_json::json;
use tigertally_ledger::{
    Checkpoint, Decision, EntryId, Hash, Leaf, NoteSigner, TilePath, Tiles, Tree, leaf_hash, pack_entries,
};

const ORIGIN: &str = "tigertally/foreign";

/// The Go program, which is asked a line and answers a line.
struct Go {
    child: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Go {
    fn start() -> Go {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/verify.go");
        let mut child = Command::new("go")
            .args(["run", program])
            // Debian's golang-golang-x-mod-dev puts its sources there; nothing is fetched.
            .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode"), ("GOFLAGS", "")])
            .env("GOCACHE", std::env::temp_dir().join("tigertally-go-cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Go is there: Debian's golang-go and golang-golang-x-mod-dev");
        let ask = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Go { child, ask, answers }
    }

    fn says(&mut self, log: &Log) -> String {
        let files: BTreeMap<_, _> =
            log.files.iter().map(|(name, bytes)| (name, BASE64_STANDARD.encode(bytes))).collect();
        let line = json!({"VKey": log.vkey, "Checkpoint": log.checkpoint, "Files": files, "Kept": log.kept});
        writeln!(self.ask.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(!answer.is_empty(), "the Go program has ended: see its errors above");
        answer.trim_end().to_owned()
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        drop(self.ask.take());
        let _ = self.child.wait();
    }
}

/// A log as its files, and a checkpoint that somebody kept.
#[derive(Clone, PartialEq)]
struct Log {
    vkey: String,
    checkpoint: String,
    files: BTreeMap<String, Vec<u8>>,
    kept: String,
}

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[3; 32]).unwrap()
}

fn leaf(index: u64, salt: u8) -> Vec<u8> {
    let id = EntryId { run: [salt; 8], count: index };
    let action = if index.is_multiple_of(3) { "customer.reveal" } else { "customer.view" };
    Leaf::new(id, 1_795_000_000_000 + index, action, Decision::Allowed, [index as u8; 32]).unwrap().to_bytes()
}

fn checkpoint(leaves: &[Vec<u8>], size: usize) -> String {
    let (mut tree, mut full) = (Tree::new(), Vec::new());
    leaves[..size].iter().for_each(|leaf| tree.append(leaf_hash(leaf), &mut full));
    Checkpoint { origin: ORIGIN.to_owned(), size: size as u64, root: tree.root() }.sign(&signer())
}

fn log(leaves: &[Vec<u8>], kept: usize) -> Log {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let (_, tiles): (Tree, MemoryTiles) = grow(&hashes);
    let file = |path: TilePath| {
        let bytes = match path.level {
            Some(level) => tiles.hashes(level, path.index, path.width).unwrap().concat(),
            None => {
                let first = path.index as usize * 256;
                pack_entries(leaves[first..first + usize::from(path.width)].iter().map(Vec::as_slice))
            }
        };
        (path.to_string(), bytes)
    };
    Log {
        vkey: signer().verifier_key().to_string(),
        checkpoint: checkpoint(leaves, leaves.len()),
        files: TilePath::all(leaves.len() as u64).map(file).collect(),
        kept: checkpoint(leaves, kept),
    }
}

fn leaves(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(|index| leaf(index, 1)).collect()
}

/// Numbers that are the same every time (xorshift).
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

#[test]
fn go_accepts_our_logs_around_every_boundary() {
    let mut go = Go::start();
    for size in [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000] {
        let leaves = leaves(size);
        assert_eq!(go.says(&log(&leaves, size.div_ceil(2) as usize)), "holds", "size {size}");
    }
}

#[test]
fn go_rejects_a_thousand_tamperings() {
    let mut go = Go::start();
    let honest = leaves(600);
    let good = log(&honest, 400);
    assert_eq!(go.says(&good), "holds");
    let names: Vec<String> = good.files.keys().cloned().collect();
    let mut number = numbers(0x5eed_0000_0000_0001);
    for at in 0..1000 {
        let mut bad = good.clone();
        let what = match at % 8 {
            // A bit of an entry, a tile, a checkpoint, a key.
            0..=2 => {
                let name = &names[number(names.len())];
                let bytes = bad.files.get_mut(name).unwrap();
                let at = number(bytes.len());
                bytes[at] ^= 1 << number(8);
                name.clone()
            }
            3 => {
                let at = number(bad.checkpoint.len());
                let mut bytes = bad.checkpoint.into_bytes();
                bytes[at] ^= 1 << number(7);
                bad.checkpoint = String::from_utf8_lossy(&bytes).into_owned();
                "the checkpoint".to_owned()
            }
            // Two entries exchanged, one dropped or slipped in, and tiles and checkpoint made anew by the log itself.
            4 => {
                let mut changed = honest.clone();
                let one = number(399);
                changed.swap(one, one + 1);
                bad = Log { kept: good.kept.clone(), ..log(&changed, 400) };
                format!("entries {one} and the next exchanged")
            }
            5 => {
                let mut changed = honest.clone();
                let at = number(400);
                match number(3) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, leaf(at as u64, 9)),
                    _ => changed[at] = leaf(at as u64, 9),
                }
                bad = Log { kept: good.kept.clone(), ..log(&changed, 400) };
                format!("entry {at} dropped, slipped in or replaced")
            }
            // Put back to an earlier state; or a checkpoint of another log of the same name.
            6 => {
                let size = 1 + number(399);
                bad = Log { kept: good.kept.clone(), ..log(&honest[..size], 0) };
                format!("put back to {size}")
            }
            _ => {
                let other = NoteSigner::from_seed(ORIGIN, &[1 + number(200) as u8 + 3; 32]).unwrap();
                let text = bad.checkpoint.split("\n\n").next().unwrap().to_owned() + "\n";
                bad.checkpoint = other.sign(&text);
                "another key".to_owned()
            }
        };
        if bad != good {
            assert_ne!(go.says(&bad), "holds", "{what}");
        }
    }
}
