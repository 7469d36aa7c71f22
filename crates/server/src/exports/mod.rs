//! Writing an export's file: rows come out of the core's gate in pieces, become cells, and go straight into an encrypted
//! archive, or an encrypted file for the keys of others. Nothing of a customer stands on the disk in clear, and no more than a few pieces in memory.

mod sheet;
mod table;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tigertally_core::{
    Tigertally, age,
    desk::{DeskError, ExportFormat, ExportRun, Lock},
    identity::Actor,
};
use tokio::sync::{mpsc, watch};
use zeroize::Zeroizing;
use zip::{AesMode, ZipWriter, write::SimpleFileOptions};

use self::table::Table;
use crate::{disclose, texts::Lang};

/// Pieces of rows that wait for the writer.
const AHEAD: usize = 2;
/// How often files that nobody fetched are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(600);

/// A row of cells, wiped when it is dropped.
pub(crate) type Cells = Vec<Zeroizing<String>>;

/// An export that was begun: its file is being written. The password opens it and is nowhere else; a file for keys has
/// none.
pub(crate) struct Begun {
    pub(crate) password: Option<Zeroizing<String>>,
    pub(crate) receipt: tigertally_core::entry::Receipt,
}

/// Begins an export and writes its file beside what else goes on.
///
/// # Errors
/// Those of [`Tigertally::start_export`].
pub(crate) async fn begin(
    tigertally: &Arc<Tigertally>,
    actor: &Actor,
    id: i64,
    lang: Lang,
) -> Result<Begun, DeskError> {
    let run = tigertally.start_export(actor, id).await?;
    let password = match run.lock() {
        Lock::Password(password) => Some(password.clone()),
        Lock::Keys(_) => None,
    };
    let begun = Begun { password, receipt: run.receipt().clone() };
    let about = table::about(tigertally, actor, &run, lang);
    let path = tigertally.export_file(id);
    tokio::spawn(async move {
        if let Err(error) = write(run, path, about, lang).await {
            tracing::error!(export = id, %error, "an export was interrupted");
        }
    });
    Ok(begun)
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Zip(#[from] zip::result::ZipError),
    #[error("the writer's thread ended")]
    Thread,
}

async fn write(
    mut run: ExportRun,
    path: PathBuf,
    about: Vec<[String; 2]>,
    lang: Lang,
) -> Result<(), WriteError> {
    let (rows, inbox) = mpsc::channel::<Vec<Cells>>(AHEAD);
    let part = path.with_extension("part");
    let sheet = Sheet {
        part: part.clone(),
        name: format!("customers-{}", run.id()),
        format: run.format(),
        lock: run.lock().clone(),
        names: ["export-sheet-rows", "export-sheet-about"].map(|key| lang.t(key)),
        head: table::head(&run.fields(), lang),
        about,
    };
    let writer = tokio::task::spawn_blocking(move || sheet.write(inbox));
    let fields = run.fields();
    let fed = loop {
        let lines = match run.next().await {
            Ok(Some(lines)) => lines,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let cells = lines.iter().map(|line| {
            let mut cells = table::known(line, lang);
            cells.extend(disclose::cells(line, &fields));
            cells
        });
        if rows.send(cells.collect()).await.is_err() {
            break Ok(());
        }
    };
    drop(rows);
    let written = writer.await.map_err(|_| WriteError::Thread)?;
    let ended = match (fed, written) {
        (Ok(()), Ok(done)) => Ok(done),
        (Err(error), _) => Err(WriteError::from(error)),
        (_, Err(error)) => Err(error),
    };
    match ended {
        Ok((bytes, sha256)) => {
            fs::rename(&part, &path)?;
            run.finish(bytes, sha256).await?;
            Ok(())
        }
        Err(error) => {
            let _ = fs::remove_file(&part);
            Err(error)
        }
    }
}

/// A file to be written.
struct Sheet {
    part: PathBuf,
    name: String,
    format: ExportFormat,
    lock: Lock,
    names: [String; 2],
    head: Vec<String>,
    about: Vec<[String; 2]>,
}

impl Sheet {
    /// Writes what comes; its size and SHA-256.
    fn write(self, inbox: mpsc::Receiver<Vec<Cells>>) -> Result<(u64, [u8; 32]), WriteError> {
        if let Some(folder) = self.part.parent() {
            fs::create_dir_all(folder)?;
        }
        let out = BufWriter::with_capacity(1 << 16, File::create(&self.part)?);
        let mut file = match &self.lock {
            Lock::Password(password) => self.archive(out, password, inbox)?,
            Lock::Keys(keys) => {
                let mut sealed = age::Encryptor::begin(out, keys)?;
                self.table(&mut sealed, inbox)?;
                sealed.finish()?
            }
        };
        file.flush()?;
        file.get_ref().sync_all()?;
        drop(file);
        Ok(tigertally_core::file_digest(&self.part)?)
    }

    /// AES-256 as WinZip and 7-Zip read it (APPNOTE, AE-2).
    fn archive(
        &self,
        out: BufWriter<File>,
        password: &str,
        inbox: mpsc::Receiver<Vec<Cells>>,
    ) -> Result<BufWriter<File>, WriteError> {
        let mut archive = ZipWriter::new(out);
        let sealed = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .large_file(true)
            .with_aes_encryption(AesMode::Aes256, password);
        archive.start_file(format!("{}.{}", self.name, self.format.name()), sealed)?;
        self.table(&mut archive, inbox)?;
        if self.format == ExportFormat::Csv {
            archive.start_file("about.txt", sealed.compression_method(zip::CompressionMethod::Stored))?;
            archive.write_all(table::about_text(&self.about).as_bytes())?;
        }
        Ok(archive.finish()?)
    }

    fn table(&self, out: impl Write, mut inbox: mpsc::Receiver<Vec<Cells>>) -> io::Result<()> {
        let mut table = Table::begin(out, self.format, &self.names, &self.head, &self.about)?;
        while let Some(rows) = inbox.blocking_recv() {
            rows.iter().try_for_each(|row| table.row(row))?;
        }
        table.end()
    }
}

/// Removes what was cut short before this start, and then, from time to time, what nobody fetched.
pub(crate) async fn sweep(tigertally: Arc<Tigertally>, mut ending: watch::Receiver<bool>) {
    let folder = tigertally.export_file(0);
    if let Some(entries) = folder.parent().and_then(|folder| fs::read_dir(folder).ok()) {
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "part") {
                let _ = fs::remove_file(path);
            }
        }
    }
    loop {
        let desk = Arc::clone(&tigertally);
        let swept = tokio::task::spawn_blocking(move || desk.clear_exports()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(%error, "files of exports could not be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}
