//! `tigertally init`

use clap::Args;
use tigertally_core::{Settings, Tigertally, clock};

use crate::{
    args::Global,
    exit::{Exit, Failure},
    key,
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Example:
  tigertally init --data /srv/tigertally --root-key /etc/tigertally/root.key --company 澜图商贸";

/// Set a data folder up for a company, with a fresh root key
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Init {
    /// Name of the company, as the console shows it
    #[arg(long, value_name = "NAME", value_parser = company)]
    company: String,
}

fn company(name: &str) -> Result<String, String> {
    let settings = Settings { company: name.trim().to_owned(), ..Settings::default() };
    match settings.fault() {
        None => Ok(settings.company),
        Some(_) => Err("a name has 1 to 60 characters".to_owned()),
    }
}

impl Init {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        if Tigertally::founded(&global.data)? {
            return Err(Failure::error(Exit::Failed, already_there(global, lang)));
        }
        key::private_folder(&global.data)?;
        let (unlock, made) = key::fresh(global, lang)?;
        let (tigertally, _operator) =
            Tigertally::init(&global.data, &self.company, &unlock, clock::system()).await?;
        let (folder, vkey) = (global.data.display(), tigertally.verifier_key());
        output::print(&match lang {
            Lang::Zh => {
                format!("已为「{}」建立 {folder}\n账本验证公钥（请另行保存）：\n  {vkey}", self.company)
            }
            Lang::En => format!(
                "{folder} is set up for {}\nThe ledger's verification key (keep it elsewhere):\n  {vkey}",
                self.company
            ),
        })?;
        if let Some(file) = made {
            warn(&file, file == key::default_file(&global.data), lang);
        }
        Ok(Exit::Done)
    }
}

fn already_there(global: &Global, lang: Lang) -> String {
    let folder = global.data.display();
    match lang {
        Lang::Zh => format!("{folder} 中已有虎符数据，未作改动"),
        Lang::En => format!("{folder} holds Tigertally data already; nothing was changed"),
    }
}

/// A root key beside what it opens protects from nothing; and nobody can make a lost one again.
fn warn(file: &std::path::Path, beside_the_data: bool, lang: Lang) {
    let file = file.display();
    let (kept, moved) = match lang {
        Lang::Zh => (
            format!("根密钥写入了 {file}：请另存一份，丢失后数据无法打开"),
            "警告：它与数据放在一起。请移到别处，并用 --root-key 指定",
        ),
        Lang::En => (
            format!("The root key is in {file}: keep a copy, without it nothing can be opened"),
            "warning: it lies beside the data. Move it elsewhere, and name it by --root-key",
        ),
    };
    eprintln!("{kept}");
    if beside_the_data {
        eprintln!("{moved}");
    }
}
