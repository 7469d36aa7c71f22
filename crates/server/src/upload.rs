//! A file on its way in, as a multipart form. It stands in memory only: on disk it would be customers in clear.

use axum::{
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request},
    http::StatusCode,
};
use tigertally_core::{
    desk::{ImportFile, ImportOptions, LeakedFile},
    identity::Actor,
    import::Table,
    policy::Action,
};
use tokio::sync::OwnedSemaphorePermit;

use crate::{problem::Problem, state::App, texts::Lang};

/// Most bytes of a file.
pub(crate) const MAX_FILE: usize = 256 * 1024 * 1024;
/// Most bytes of the other parts of the form together.
const MAX_TEXTS: usize = 256 * 1024;
/// Files that may be in memory at once.
pub(crate) const AT_ONCE: usize = 2;

/// A form with a file.
#[derive(Default)]
pub(crate) struct Upload {
    texts: Vec<(String, String)>,
    name: String,
    bytes: Vec<u8>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Upload {
    /// Reads the form of somebody who wants to do this with a file. From somebody who may not, nothing is read: the desk will
    /// deny it.
    ///
    /// # Errors
    /// `malformed` when it is no multipart form, `too-large`, and `occupied` while other files are being taken.
    pub(crate) async fn read(
        app: &App,
        actor: &Actor,
        wanted: Action,
        request: Request,
    ) -> Result<Upload, Problem> {
        Upload::read_up_to(app, actor, wanted, MAX_FILE, request).await
    }

    /// The same for a file that is to be kept on a follow-up: no more than the setting allows is read.
    pub(crate) async fn attachment(app: &App, actor: &Actor, request: Request) -> Result<Upload, Problem> {
        // One byte more, so that the desk can say what the limit is.
        let most = ((app.tigertally.settings().follow_ups.attachment_mb as usize) << 20) + 1;
        Upload::read_up_to(app, actor, Action::FollowUp, most, request).await
    }

    async fn read_up_to(
        app: &App,
        actor: &Actor,
        wanted: Action,
        max_file: usize,
        mut request: Request,
    ) -> Result<Upload, Problem> {
        let lang = Lang::of(request.headers());
        if !app.tigertally.may(actor, wanted) {
            return Ok(Upload::default());
        }
        let turn =
            app.uploads.clone().try_acquire_owned().map_err(|_| Problem::wait("occupied", 10, lang))?;
        let malformed = || Problem::malformed(lang, lang.t("malformed-form"));
        DefaultBodyLimit::max(max_file + MAX_TEXTS + 4096).apply(&mut request);
        let mut form = Multipart::from_request(request, app).await.map_err(|_| malformed())?;
        let too_large = || Problem::new("too-large", StatusCode::PAYLOAD_TOO_LARGE, lang);
        let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => malformed(),
        };
        let mut upload = Upload { _turn: Some(turn), ..Upload::default() };
        let mut texts = 0;
        while let Some(mut field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = name == "file";
            if is_file {
                upload.name = field.file_name().unwrap_or_default().to_owned();
                upload.bytes.clear();
            }
            let mut text = Vec::new();
            while let Some(piece) = field.chunk().await.map_err(broken)? {
                let (into, most) =
                    if is_file { (&mut upload.bytes, max_file) } else { (&mut text, MAX_TEXTS - texts) };
                if into.len() + piece.len() > most {
                    return Err(too_large());
                }
                into.extend_from_slice(&piece);
            }
            if !is_file {
                texts += text.len();
                upload.texts.push((name, String::from_utf8(text).map_err(|_| malformed())?));
            }
        }
        Ok(upload)
    }

    /// A text of the form; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.as_str())
    }

    /// Whether a file was chosen.
    pub(crate) fn has_file(&self) -> bool {
        !self.name.is_empty() || !self.bytes.is_empty()
    }

    /// The texts of the form, as it was typed.
    pub(crate) fn typed(&self) -> crate::console::visitor::Typed {
        crate::console::visitor::Typed::of(self.texts.clone())
    }

    /// The file's name and bytes, as far as they were read.
    pub(crate) fn named(&self) -> (&str, &[u8]) {
        (&self.name, &self.bytes)
    }

    /// The file's name and bytes; and the leave to hold them in memory, likewise.
    pub(crate) fn into_file(self) -> (String, Vec<u8>, Option<OwnedSemaphorePermit>) {
        (self.name, self.bytes, self._turn)
    }

    /// Which table the file is said to hold.
    pub(crate) fn table(&self) -> Option<Table> {
        Table::parse(self.get("table"))
    }

    /// How it is to be imported: `mode` is `dry`, `all` or `good`, or there are `dry_run` and `take_good`.
    pub(crate) fn options(&self) -> ImportOptions {
        let mode = self.get("mode");
        ImportOptions {
            dry_run: mode == "dry" || self.get("dry_run") == "true",
            all_or_nothing: !(mode == "good" || self.get("take_good") == "true"),
        }
    }

    /// Headers and the columns that they were said to stand for: `header_0` with `column_0`, and so on.
    pub(crate) fn columns(&self) -> Vec<(String, String)> {
        let header = |(name, header): &(String, String)| {
            let column = self.get(&format!("column_{}", name.strip_prefix("header_")?));
            (!column.is_empty()).then(|| (header.clone(), column.to_owned()))
        };
        self.texts.iter().filter_map(header).collect()
    }

    /// The file as a list that turned up; and the leave to hold it in memory, likewise.
    pub(crate) fn leaked(self) -> (LeakedFile, Option<OwnedSemaphorePermit>) {
        (LeakedFile::new(&self.name, self.bytes), self._turn)
    }

    /// The file, ready to be imported; and the leave to hold it in memory, to be kept until that is done.
    pub(crate) fn file(self, table: Table) -> (ImportFile, Option<OwnedSemaphorePermit>) {
        let columns = self.columns();
        (ImportFile::uploaded(&self.name, self.bytes, table).columns(columns), self._turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_mapped_by_number() {
        let texts = [
            ("table", "customers"),
            ("mode", "good"),
            ("header_0", "微信"),
            ("column_0", "-"),
            ("header_1", "电话"),
            ("column_1", "mobile"),
            ("header_2", "其他"),
            ("column_2", ""),
        ];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
        let upload = Upload { texts, ..Upload::default() };
        assert_eq!(upload.table(), Some(Table::Customers));
        assert_eq!(upload.options(), ImportOptions { dry_run: false, all_or_nothing: false });
        let columns = upload.columns();
        assert_eq!(columns, [("微信", "-"), ("电话", "mobile")].map(|(h, c)| (h.to_owned(), c.to_owned())));
    }
}
