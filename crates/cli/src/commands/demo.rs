//! `tigertally demo`: a made-up company to try the product with.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use clap::Args;
use tigertally_core::{Tigertally, clock};

use super::serve::{self, Listen, Log, Stop};
use crate::{
    args::Global,
    exit::{Exit, Failure},
    folder, key,
    lang::Lang,
    output,
    stage::{self, sign_ins::SignIns},
};

const EXAMPLE: &str = "\
Example:
  tigertally demo --data data/demo

The first start makes the company up; later starts find it as it was left. Its people can sign in with the passwords
that are printed and the codes of tigertally demo-codes. None of its customers exists.";

/// Try the product with a made-up company
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Demo {
    #[command(flatten)]
    listen: Listen,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// How many customers the company has
    #[arg(long, default_value_t = 6000, value_parser = clap::value_parser!(u32).range(200..=1_000_000))]
    customers: u32,
    /// Another seed, another company
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        serve::start_log(Log::Text);
        self.listen.check(lang)?;
        // Before the company is made up: a port that is taken should be told at once.
        let listener = self.listen.bind(lang).await?;
        if !stands(&global.data, lang)? {
            eprintln!("{}", lang.pick("正在虚构一家公司……", "making a company up …"));
            self.set_up(&global.data).await?;
        }
        let (tigertally, _operator) = folder::open(global, lang)?;
        let sign_ins = SignIns::read(&global.data)?;
        let (stop, address) = (Stop::heard()?, listener.local_addr()?);
        output::print(&welcome(&tigertally, &sign_ins, address, &global.data, lang))?;
        if !self.no_open {
            open_browser(address);
        }
        self.listen.serve(tigertally, listener, stop).await
    }

    /// Sets the company up in a folder beside, and puts it in its place when it is whole.
    async fn set_up(&self, folder: &Path) -> anyhow::Result<()> {
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = folder.with_file_name(name);
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        key::private_folder(&partial)?;
        let unlock = tigertally_core::Unlock::fresh();
        key::write(&key::default_file(&partial), unlock.text().unwrap_or_default())?;
        let size = usize::try_from(self.customers)?;
        let sign_ins = stage::set_up(&partial, &unlock, clock::system()(), size, self.seed).await?;
        sign_ins.write(&partial)?;
        fs::rename(&partial, folder)?;
        Ok(())
    }
}

/// Whether the company stands in the folder already. Somebody else's data is not touched.
fn stands(folder: &Path, lang: Lang) -> anyhow::Result<bool> {
    let empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(error.into()),
    };
    if !empty && !SignIns::file(folder).exists() {
        let folder = folder.display();
        return Err(Failure::error(
            Exit::Failed,
            match lang {
                Lang::Zh => format!("{folder} 中已有别的内容：请用 --data 为演示另选一个文件夹"),
                Lang::En => format!(
                    "{folder} holds something else: give the demonstration a folder of its own by --data"
                ),
            },
        ));
    }
    Ok(!empty)
}

fn welcome(
    tigertally: &Arc<Tigertally>,
    sign_ins: &SignIns,
    address: SocketAddr,
    folder: &Path,
    lang: Lang,
) -> String {
    let mut table = output::table(match lang {
        Lang::Zh => ["角色", "工号", "姓名", "密码"],
        Lang::En => ["role", "staff no", "name", "password"],
    });
    for person in sign_ins.iter() {
        table.add_row([&person.role, &person.staff_no, &person.name, &person.password]);
    }
    let (company, folder) = (tigertally.settings().company, folder.display());
    match lang {
        Lang::Zh => format!(
            "{company}（虚构）的控制台：http://{address}\n{table}\n\
             验证码：tigertally demo-codes --data {folder}，或把 {folder}/{} 中的密钥加入验证器\n按 Ctrl-C 停止",
            SignIns::NAME
        ),
        Lang::En => format!(
            "The console of {company}, which is made up: http://{address}\n{table}\n\
             Codes: tigertally demo-codes --data {folder}, or add the secrets of {folder}/{} to an authenticator\n\
             Ctrl-C stops it",
            SignIns::NAME
        ),
    }
}

/// Opens the console where there is a desktop; a browser in the terminal would only be in the way.
fn open_browser(address: SocketAddr) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some() {
        "xdg-open"
    } else {
        return;
    };
    let mut command = Command::new(opener);
    command.arg(format!("http://{address}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::debug!(%error, "no browser was opened");
    }
}
