//! The ledger as tlog-tiles prescribes (C2SP), so that any tool for such logs can follow it. The prefix is `/tlog`.

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tigertally_core::TilePath;

use crate::{address::Path, problem::Problem, router::Pages, signed::Signed, state::App, texts::Lang};

/// Tiles never change, so that whoever fetched one may keep it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

pub(crate) fn pages() -> Pages {
    Pages::default()
        .route(&Method::GET, "/tlog/checkpoint", get(checkpoint))
        .route(&Method::GET, "/tlog/tile/entries/{*number}", get(entries))
        .route(&Method::GET, "/tlog/tile/{level}/{*number}", get(tile))
}

/// `GET /tlog/checkpoint`: the last one that enough witnesses cosigned; without witnesses, the last that was signed.
async fn checkpoint(State(app): State<App>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, app.tigertally.published_checkpoint().as_ref().to_owned()).into_response()
}

/// `GET /tlog/tile/<L>/<N>[.p/<W>]`: hashes of salted commitments; they tell nobody anything.
async fn tile(
    State(app): State<App>,
    lang: Lang,
    Path((level, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let path = TilePath::parse(&format!("tile/{level}/{number}")).map_err(|_| Problem::not_found(lang))?;
    let hashes = app.tigertally.tile(path).map_err(|error| Problem::of(&error, lang))?;
    Ok(octets(hashes, FOR_EVER))
}

/// `GET /tlog/tile/entries/<N>[.p/<W>]`: leaves, for those who may read the ledger.
async fn entries(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let path = TilePath::parse(&format!("tile/entries/{number}")).map_err(|_| Problem::not_found(lang))?;
    let bundle =
        app.tigertally.entry_bundle(&actor, path).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(octets(bundle, "private, no-store"))
}

fn octets(bytes: Vec<u8>, caching: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
    ];
    (headers, bytes).into_response()
}
