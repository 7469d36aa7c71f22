//! The console's script, stylesheet and pictures: built from `web/`, carried inside the program.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Assets;

/// Changes with the files, so that browsers can keep them for ever.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut version = String::new();
    for name in ["console.css", "console.js"] {
        if let Some(file) = Assets::get(name) {
            version.push_str(&tigertally_core::hex(&file.metadata.sha256_hash()[..4]));
        }
    }
    version
});

/// The address of a file.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{name}?v={}", *VERSION)
}

/// A file of the front end.
pub(crate) fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    Assets::get(name).map(|file| file.data)
}

/// `GET /assets/{name}`
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match Assets::get(&name) {
        Some(file) => {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, file.data).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
