//! The header by which a browser keeps an answer as a file (RFC 6266).

use axum::http::{HeaderName, HeaderValue, header};

/// `Content-Disposition` of a file to be kept under this name: ASCII without quotes.
pub(crate) fn saved_as(name: &str) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    (header::CONTENT_DISPOSITION, value.unwrap_or(HeaderValue::from_static("attachment")))
}
