//! The table of contents.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::Method,
    middleware,
    routing::{MethodRouter, get},
};
use tigertally_core::Tigertally;
use utoipa::openapi::OpenApi;

use crate::{
    api, assets, console, guard, health, metrics,
    state::{App, Options},
    tlog,
};

/// A route of the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteInfo {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path with its parameters: `/customers/{no}`.
    pub path: String,
}

/// The console's routes, each kept in a list beside the router, so that a test can try every one.
#[derive(Default)]
pub(crate) struct Pages {
    pub(crate) router: Router<App>,
    pub(crate) list: Vec<RouteInfo>,
}

impl Pages {
    /// Adds a page or a form's target.
    pub(crate) fn route(mut self, method: &Method, path: &str, handler: MethodRouter<App>) -> Self {
        self.list.push(RouteInfo { method: method.to_string(), path: path.to_owned() });
        self.router = self.router.route(path, handler);
        self
    }
}

/// The whole server.
pub fn router(tigertally: Arc<Tigertally>, options: Options) -> Router {
    of(App::new(tigertally, options))
}

pub(crate) fn of(app: App) -> Router {
    let (api, description) = api::router().split_for_parts();
    Router::new()
        .merge(api)
        .merge(
            console::pages().router.layer(middleware::from_fn_with_state(app.clone(), console::error_pages)),
        )
        .merge(tlog::pages().router)
        .merge(beside(description).router)
        .fallback(console::not_found)
        .layer(middleware::from_fn(guard::headers))
        .layer(middleware::from_fn(guard::finish))
        .layer(middleware::from_fn_with_state(app.clone(), guard::measure))
        .with_state(app)
}

/// What is neither of them: the description of the API, the assets, and what watches the server.
fn beside(description: OpenApi) -> Pages {
    let served = Arc::new(description);
    Pages::default()
        .route(&Method::GET, "/api/openapi.json", get(move || async move { Json(served.as_ref().clone()) }))
        .route(&Method::GET, "/assets/{name}", get(assets::asset))
        .route(&Method::GET, "/healthz", get(health::healthz))
        .route(&Method::GET, "/readyz", get(health::readyz))
        .route(&Method::GET, "/metrics", get(metrics::metrics))
}

/// The routes that are open to whoever reaches the server, beside [`routes`].
pub fn open_routes() -> Vec<RouteInfo> {
    beside(api::router().split_for_parts().1).list
}

/// Every route of the API, the console and the tiled log.
pub fn routes() -> Vec<RouteInfo> {
    let (_, description) = api::router().split_for_parts();
    let mut list = console::pages().list;
    list.extend(tlog::pages().list);
    for (path, item) in description.paths.paths {
        for (method, operation) in [
            ("GET", item.get),
            ("POST", item.post),
            ("PUT", item.put),
            ("PATCH", item.patch),
            ("DELETE", item.delete),
        ] {
            if operation.is_some() {
                list.push(RouteInfo { method: method.to_owned(), path: path.clone() });
            }
        }
    }
    list.sort();
    list
}
