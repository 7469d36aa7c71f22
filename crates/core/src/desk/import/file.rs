//! The file that is imported.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek},
    path::Path,
    sync::Arc,
};

use aws_lc_rs::digest;

use crate::import::{FileFault, Limits, Mapping, Sheet, Table};

/// Most characters of a file's name that are kept.
const NAME: usize = 100;

/// A file to be imported, from the machine or from an upload.
pub struct ImportFile {
    name: String,
    table: Table,
    columns: Vec<(String, String)>,
    source: Source,
}

enum Source {
    File(File),
    Bytes(Arc<[u8]>),
}

impl ImportFile {
    /// A file on the machine.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn at(path: &Path, table: Table) -> Result<ImportFile, FileFault> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(ImportFile::new(&name, table, Source::File(File::open(path)?)))
    }

    /// An uploaded file. What its name says must be what its bytes are.
    pub fn uploaded(name: &str, bytes: Vec<u8>, table: Table) -> ImportFile {
        ImportFile::new(name, table, Source::Bytes(bytes.into()))
    }

    fn new(name: &str, table: Table, source: Source) -> ImportFile {
        // A browser may send a path. The end of a long name says what the file is.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: Vec<char> = name.chars().filter(|c| !c.is_control()).collect();
        let name = name[name.len().saturating_sub(NAME)..].iter().collect();
        ImportFile { name, table, columns: Vec::new(), source }
    }

    /// Maps headers of the file to columns of the table; to `-` to leave one out.
    pub fn columns(mut self, columns: Vec<(String, String)>) -> ImportFile {
        self.columns = columns;
        self
    }

    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// Looks the file through: what it is, which column is what.
    pub(super) fn open(self) -> Result<Opened, FileFault> {
        let sha256 = match &self.source {
            Source::Bytes(bytes) => crate::hex(digest::digest(&digest::SHA256, bytes).as_ref()),
            Source::File(file) => crate::hex(digest_of(file)?.as_ref()),
        };
        let (sheet, mapping) = self.sheet()?;
        let mapping = mapping.pairs().map(|(header, column)| (header.to_owned(), column)).collect();
        Ok(Opened { lines: sheet.lines(), mapping, sha256, file: self })
    }

    fn sheet(&self) -> Result<(Sheet, Mapping), FileFault> {
        let sheet = match &self.source {
            Source::File(file) => Sheet::open(&self.name, file.try_clone()?, Limits::default()),
            Source::Bytes(bytes) => {
                Sheet::open(&self.name, Cursor::new(Arc::clone(bytes)), Limits::default())
            }
        }?;
        let mapping = Mapping::detect(self.table, sheet.headers(), &self.columns)?;
        Ok((sheet, mapping))
    }
}

/// A file that can be read as its table.
pub(super) struct Opened {
    file: ImportFile,
    /// Headers of the file, each with the column that it stands for.
    pub(super) mapping: Vec<(String, &'static str)>,
    /// Lines after the header line.
    pub(super) lines: u64,
    /// SHA-256 of the file as it came, in hexadecimal.
    pub(super) sha256: String,
}

impl Opened {
    pub(super) fn name(&self) -> &str {
        &self.file.name
    }

    pub(super) fn table(&self) -> Table {
        self.file.table
    }

    /// Reads the file from its beginning. A pass must have ended before the next one begins.
    pub(super) fn sheet(&self) -> Result<(Sheet, Mapping), FileFault> {
        self.file.sheet()
    }

    /// The header of a column in the file, when it is there.
    pub(super) fn header(&self, column: &str) -> Option<&str> {
        self.mapping.iter().find(|(_, known)| *known == column).map(|(header, _)| header.as_str())
    }
}

fn digest_of(mut file: &File) -> io::Result<digest::Digest> {
    let mut digest = digest::Context::new(&digest::SHA256);
    let mut piece = vec![0; 64 * 1024];
    file.rewind()?;
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(digest.finish()),
            read => digest.update(&piece[..read]),
        }
    }
}
