//! Where the root key comes from: a file, the environment or a passphrase. Never the command line, which every user
//! of the machine can read.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tigertally_core::Unlock;
use zeroize::Zeroizing;

use crate::{
    args::Global,
    exit::{Exit, Failure},
    lang::Lang,
};

const KEY_VARIABLE: &str = "TIGERTALLY_ROOT_KEY";
const PASSPHRASE_VARIABLE: &str = "TIGERTALLY_PASSPHRASE";
/// Fewest characters of a passphrase: who has the folder can guess without limit.
const PASSPHRASE_MIN: usize = 16;

/// Where the root key of a folder stands when nothing else is said.
pub(crate) fn default_file(folder: &Path) -> PathBuf {
    folder.join("root.key")
}

/// The root key of a folder that is there.
pub(crate) fn existing(global: &Global, lang: Lang) -> anyhow::Result<Unlock> {
    if global.passphrase {
        return Ok(Unlock::Passphrase(passphrase(lang.pick("口令：", "Passphrase: "))?));
    }
    if let (None, Some(key)) = (&global.root_key, variable(KEY_VARIABLE)) {
        return Ok(Unlock::Key(key));
    }
    let file = global.root_key.clone().unwrap_or_else(|| default_file(&global.data));
    read(&file).map(Unlock::Key).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::error(Exit::Failed, no_key(&file, lang)),
        _ => anyhow::Error::from(error).context(format!("{}", file.display())),
    })
}

/// A root key for a folder that is to be set up, and the file that was made for it.
pub(crate) fn fresh(global: &Global, lang: Lang) -> anyhow::Result<(Unlock, Option<PathBuf>)> {
    if global.passphrase {
        return Ok((Unlock::Passphrase(new_passphrase(lang)?), None));
    }
    if let (None, Some(key)) = (&global.root_key, variable(KEY_VARIABLE)) {
        return Ok((Unlock::Key(key), None));
    }
    let file = global.root_key.clone().unwrap_or_else(|| default_file(&global.data));
    match read(&file) {
        Ok(key) => Ok((Unlock::Key(key), None)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let unlock = Unlock::fresh();
            write(&file, unlock.text().unwrap_or_default())?;
            Ok((unlock, Some(file)))
        }
        Err(error) => Err(error).context(format!("{}", file.display())),
    }
}

/// A passphrase that is typed twice.
pub(crate) fn new_passphrase(lang: Lang) -> anyhow::Result<Zeroizing<String>> {
    let phrase =
        passphrase(lang.pick("新口令（至少 16 个字符）：", "New passphrase (at least 16 characters): "))?;
    if phrase.chars().count() < PASSPHRASE_MIN {
        return Err(Failure::error(
            Exit::Failed,
            lang.pick("口令太短：至少 16 个字符", "the passphrase is too short: take at least 16 characters"),
        ));
    }
    if variable(PASSPHRASE_VARIABLE).is_none()
        && *hidden(lang.pick("再输入一次：", "Once more: "))? != *phrase
    {
        return Err(Failure::error(Exit::Failed, lang.pick("两次输入不一致", "the two passphrases differ")));
    }
    Ok(phrase)
}

/// Writes a secret to a file that must not be there yet, readable by its owner only.
pub(crate) fn write(file: &Path, secret: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).with_context(|| format!("{}", file.display()))?;
    out.write_all(secret.as_bytes())?;
    out.write_all(b"\n")?;
    out.sync_all()?;
    // Its name has to outlast a power cut, too: without the key all is lost.
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Makes a folder that only its owner can enter; one that is there stays as it is.
pub(crate) fn private_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("{}", folder.display()))
}

/// A line that is typed without being shown.
pub(crate) fn hidden(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let terminal = console::Term::stderr();
    if !terminal.features().is_attended() {
        anyhow::bail!("there is no terminal to ask at");
    }
    terminal.write_str(prompt)?;
    Ok(Zeroizing::new(terminal.read_secure_line()?))
}

fn passphrase(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    match variable(PASSPHRASE_VARIABLE) {
        Some(phrase) => Ok(phrase),
        None => hidden(prompt).context(format!("{PASSPHRASE_VARIABLE} is not set")),
    }
}

fn read(file: &Path) -> std::io::Result<Zeroizing<String>> {
    let text = Zeroizing::new(fs::read_to_string(file)?);
    Ok(Zeroizing::new(text.trim().to_owned()))
}

fn variable(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
        .map(|value| Zeroizing::new(value.trim().to_owned()))
}

fn no_key(file: &Path, lang: Lang) -> String {
    let file = file.display();
    match lang {
        Lang::Zh => {
            format!("找不到根密钥文件 {file}：请用 --root-key、{KEY_VARIABLE} 或 --passphrase 提供根密钥")
        }
        Lang::En => {
            format!("there is no root key in {file}: give it by --root-key, {KEY_VARIABLE} or --passphrase")
        }
    }
}
