//! `tigertally receipt`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tigertally_ledger::{
    Checkpoint, EntryReceipt, Hash, LedgerError, ProofError, Standing, TILE_WIDTH, TilePath, Tiles,
    VerifierKey,
    bundle::{Outside, OutsideKey, rfc3339, verify},
    hex,
};

use crate::{
    exit::{Exit, Failure},
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Examples:
  tigertally receipt verify answer.json --vkey kept-vkey.txt
  tigertally receipt verify receipt.txt --vkey kept-vkey.txt --log /mnt/auditor/log
  tigertally receipt verify receipt.txt --vkey kept-vkey.txt --bundle bundle.zip";

/// Receipts: what the ledger signed for an answer, held against the ledger as it is shown later
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Receipt {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(Verify),
}

/// Verify a receipt, and whether a log or a bundle has the entry that it was given for
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally receipt verify receipt.txt --vkey kept-vkey.txt --log /mnt/auditor/log

Exits with 0 if the entry stands where the receipt says, or if the receipt alone was asked about and is signed by the key;
with 75 if the log ends before the entry, so that a later one has to be asked; with 4 if the log contradicts the receipt.")]
struct Verify {
    /// The receipt: the note alone, or the answer of the API that has it in receipt.note
    #[arg(value_name = "FILE")]
    receipt: PathBuf,
    /// The file with the log's verifier key, as you kept it or were given it by another way
    #[arg(long, value_name = "KEYFILE")]
    vkey: PathBuf,
    /// A folder with the files of the log (tigertally ledger export, or any copy in the layout of C2SP tlog-tiles)
    #[arg(long, value_name = "DIR", conflicts_with = "bundle")]
    log: Option<PathBuf>,
    /// An evidence bundle
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Receipt {
    pub(crate) fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::Verify(verify) => verify.run(lang),
        }
    }
}

impl Verify {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        // The second line, where there is one, is the key of the post-quantum signatures of checkpoints.
        let vkey = read(&self.vkey)?;
        let key = VerifierKey::parse(vkey.lines().next().unwrap_or_default().trim())
            .with_context(|| self.vkey.display().to_string())?;
        let receipt = EntryReceipt::open(&note_of(&read(&self.receipt)?), &key).map_err(|error| {
            let told = lang.pick("凭据不成立", "the receipt does not hold");
            Failure::error(Exit::Fault, format!("{told}: {error}"))
        })?;
        let held = match (&self.log, &self.bundle) {
            (Some(folder), _) => Some(against_log(&receipt, &key, folder, lang)?),
            (None, Some(file)) => Some(against_bundle(&receipt, &key, file, lang)?),
            (None, None) => None,
        };
        if self.json {
            output::json(&as_json(&receipt, held))?;
        } else {
            output::print(&text(&receipt, held, lang))?;
        }
        Ok(match held.map(|held| held.standing) {
            None | Some(Standing::Holds) => Exit::Done,
            Some(Standing::NotYet) => Exit::Busy,
            Some(Standing::Contradicts) => Exit::Fault,
        })
    }
}

/// What a receipt was held against.
#[derive(Clone, Copy)]
struct Held {
    standing: Standing,
    /// Of the checkpoint.
    size: u64,
}

fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

/// The note, out of an answer of the API or as it is.
fn note_of(text: &str) -> String {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    let note = answer.pointer("/receipt/note").or(answer.pointer("/note")).and_then(Value::as_str);
    note.map_or_else(|| text.to_owned(), str::to_owned)
}

fn against_log(receipt: &EntryReceipt, key: &VerifierKey, folder: &Path, lang: Lang) -> anyhow::Result<Held> {
    let checkpoint = Checkpoint::open(&read(&folder.join("checkpoint"))?, key).map_err(|error| {
        let told = lang.pick("日志的检查点不成立", "the log's checkpoint does not hold");
        Failure::error(Exit::Fault, format!("{told}: {error}"))
    })?;
    let standing = receipt.standing(&checkpoint, &Folder(folder)).map_err(|error| match error {
        ProofError::Ledger(LedgerError::InclusionProof) => Failure::error(
            Exit::Fault,
            lang.pick(
                "文件夹中的瓦片与其检查点不符：请把日志重新导出到空文件夹",
                "the tiles in the folder are not those of its checkpoint: export the log again, to an empty folder",
            ),
        ),
        ProofError::Ledger(error) => error.into(),
        ProofError::Tiles(error) => anyhow::Error::from(error)
            .context(lang.pick("日志文件夹不完整", "the folder does not have the whole log")),
    })?;
    Ok(Held { standing, size: checkpoint.size })
}

fn against_bundle(
    receipt: &EntryReceipt,
    key: &VerifierKey,
    file: &Path,
    lang: Lang,
) -> anyhow::Result<Held> {
    let zip = fs::read(file).with_context(|| file.display().to_string())?;
    let outside = Outside { key: Some(OutsideKey::Key(key.clone())), ..Outside::default() };
    let report = verify(&zip, &outside);
    let checkpoint = report.checkpoint.as_ref().filter(|_| report.holds()).ok_or_else(|| {
        let told = lang.pick(
            "证据包以该公钥核验不通过：tigertally evidence verify 会说明原因",
            "the bundle does not hold with this key: tigertally evidence verify tells why",
        );
        Failure::error(Exit::Fault, told)
    })?;
    let there = report.entries.iter().find(|entry| entry.index == receipt.index);
    let standing = match there {
        _ if checkpoint.size <= receipt.index => Standing::NotYet,
        Some(entry) if entry.leaf.hash() == receipt.leaf_hash => Standing::Holds,
        Some(_) => Standing::Contradicts,
        None => {
            let told = match lang {
                Lang::Zh => format!("证据包里没有第 {} 条记录，无从判断", receipt.index),
                Lang::En => format!("the bundle does not hold entry {}: it cannot tell", receipt.index),
            };
            return Err(Failure::error(Exit::Failed, told));
        }
    };
    Ok(Held { standing, size: checkpoint.size })
}

/// A tiled log in a folder (C2SP tlog-tiles).
struct Folder<'a>(&'a Path);

impl Tiles for Folder<'_> {
    type Error = io::Error;

    fn hashes(&self, level: u8, index: u64, width: u16) -> io::Result<Vec<Hash>> {
        let at = |width| self.0.join(TilePath { level: Some(level), index, width }.to_string());
        // A tile that has become full since has the hashes of the partial one in front.
        let bytes = fs::read(at(width)).or_else(|_| fs::read(at(TILE_WIDTH as u16)))?;
        let (hashes, _) = bytes.as_chunks();
        Ok(hashes.iter().copied().take(usize::from(width)).collect())
    }
}

fn name_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::NotYet => "not-yet",
        Standing::Contradicts => "contradicts",
    }
}

fn as_json(receipt: &EntryReceipt, held: Option<Held>) -> Value {
    json!({
        "index": receipt.index,
        "leaf_hash": hex(&receipt.leaf_hash),
        "run": hex(&receipt.id.run),
        "count": receipt.id.count,
        "time_ms": receipt.time_ms,
        "checkpoint_by_ms": receipt.promised_ms(),
        "standing": held.map(|held| name_of(held.standing)),
        "size": held.map(|held| held.size),
    })
}

fn text(receipt: &EntryReceipt, held: Option<Held>, lang: Lang) -> String {
    let index = receipt.index;
    let time = |ms| rfc3339(ms).unwrap_or_else(|| "?".to_owned());
    let (written, promised) = (time(receipt.time_ms), time(receipt.promised_ms()));
    let signed = match lang {
        Lang::Zh => format!("凭据由该公钥签名：第 {index} 条记录，写于 {written}"),
        Lang::En => format!("the receipt is signed by the key: entry {index}, written {written}"),
    };
    let Some(Held { standing, size }) = held else { return signed };
    let told = match (standing, lang) {
        (Standing::Holds, Lang::Zh) => format!("账本里有这条记录，位置相符（检查点共 {size} 条）"),
        (Standing::Holds, Lang::En) => {
            format!("the entry stands in the ledger, in its place (checkpoint of {size} entries)")
        }
        (Standing::NotYet, Lang::Zh) => format!(
            "尚未包含：检查点只到 {size} 条，在这条记录之前。账本承诺 {promised} 之前会有包含它的检查点：\
             请取得此后签名的日志再核验；如果那时仍不包含，账本就违背了自己的签名"
        ),
        (Standing::NotYet, Lang::En) => format!(
            "not yet contained: the checkpoint has {size} entries and ends before this one. The ledger promised one that \
             contains it by {promised}: ask for the log as it was signed later. If that one lacks the entry, too, the \
             ledger has broken what it signed"
        ),
        (Standing::Contradicts, Lang::Zh) => format!(
            "矛盾！账本的第 {index} 条已不是给出凭据时的那条：历史被改写，或数据被换回旧的。凭据和这份检查点由同一把\
             密钥签名，二者合在一起就是证据，请都保存好"
        ),
        (Standing::Contradicts, Lang::En) => format!(
            "CONTRADICTION: entry {index} of the ledger is not the one that the receipt was given for. History was \
             rewritten, or an older state was put back. Receipt and checkpoint are signed by the same key and together are \
             the evidence of it: keep both"
        ),
    };
    format!("{signed}\n{told}")
}
