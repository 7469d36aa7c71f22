//! `tigertally root-key`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tigertally_core::Unlock;

use crate::{args::Global, exit::Exit, folder, key, lang::Lang, output};

const EXAMPLE: &str = "\
Example:
  tigertally root-key rotate --data /srv/tigertally --root-key /etc/tigertally/root.key --new-file /etc/tigertally/root-2.key";

/// The root key, which opens all others
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct RootKey {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Seal the keys under a fresh root key: the old one opens nothing any more
    #[command(after_help = EXAMPLE)]
    Rotate(Rotate),
}

#[derive(Args)]
struct Rotate {
    /// File for the new root key; it must not be there yet
    #[arg(long, value_name = "FILE", required_unless_present = "new_passphrase")]
    new_file: Option<PathBuf>,
    /// Make the new root key from a passphrase that is asked for
    #[arg(long, conflicts_with = "new_file")]
    new_passphrase: bool,
}

impl RootKey {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let Command::Rotate(rotate) = self.command;
        let (tigertally, operator) = folder::open(global, lang)?;
        let unlock = match &rotate.new_file {
            None => Unlock::Passphrase(key::new_passphrase(lang)?),
            // Written first: a keyring sealed under a key that nobody has would be lost.
            Some(file) => {
                let unlock = Unlock::fresh();
                key::write(file, unlock.text().unwrap_or_default())?;
                unlock
            }
        };
        let receipt = tigertally.change_root_key(&operator, &unlock).await?;
        let index = receipt.index;
        let file = rotate.new_file.map(|file| file.display().to_string());
        output::print(&match (lang, file) {
            (Lang::Zh, Some(file)) => format!("新的根密钥在 {file}，旧密钥已失效（账本第 {index} 条）"),
            (Lang::Zh, None) => format!("已改用新口令，旧密钥已失效（账本第 {index} 条）"),
            (Lang::En, Some(file)) => {
                format!(
                    "the new root key is in {file}; the old one opens nothing any more (entry {index} of the ledger)"
                )
            }
            (Lang::En, None) => format!(
                "the new passphrase opens the folder; the old key opens nothing any more (entry {index} of the ledger)"
            ),
        })?;
        Ok(Exit::Done)
    }
}
