//! The one extractor that makes the actor: from a bearer token (programs) or the session cookie (the console).

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath},
    http::{HeaderMap, Method, header, request::Parts},
};
use tigertally_core::identity::{Actor, SignIn, Via};

use crate::{problem::Problem, state::App, texts::Lang};

/// Name of the session cookie.
pub(crate) const SESSION: &str = "tt_session";
/// Name of the cookie that marks a browser which signed in before.
pub(crate) const DEVICE: &str = "tt_device";

/// A request by somebody who is signed in.
pub(crate) struct Signed(pub(crate) Actor);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let lang = Lang::of(&parts.headers);
        let bearer =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
        let (token, via) = match bearer {
            Some(token) => (token, Via::Api),
            None => match cookie(&parts.headers, SESSION) {
                Some(token) => (token, Via::Console),
                None => return Err(Problem::sign_in(lang)),
            },
        };
        if via == Via::Console && !parts.method.is_safe() && !same_origin(&parts.headers) {
            return Err(Problem::cross_site(lang));
        }
        match app.tigertally.actor(token, via) {
            Ok(Some(actor)) => Ok(Signed(actor)),
            Ok(None) => Err(Problem::sign_in(lang)),
            Err(error) => Err(Problem::of_store(&error, lang)),
        }
    }
}

/// Whether the browser says that its own page sent the request. A cookie is sent along by foreign pages too, so an
/// unsafe request that cannot show its origin is refused.
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(host) = text("host") else { return false };
    let origin = text("origin").or_else(|| text("referer"));
    origin
        .and_then(|origin| origin.split_once("://"))
        .is_some_and(|(_, rest)| rest.split('/').next() == Some(host))
}

/// Refuses an unsafe request of a foreign page, where there is no session yet.
pub(crate) fn own_page(method: &Method, headers: &HeaderMap) -> bool {
    method.is_safe() || same_origin(headers)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// From where somebody signs in.
pub(crate) struct From(pub(crate) SignIn);

impl FromRequestParts<App> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded =
            text("x-forwarded-for").and_then(|list| list.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
        // A nested router strips its prefix from the path; the matched route is the whole one.
        let route = parts.extensions.get::<MatchedPath>().map_or("", |path| path.as_str());
        let address =
            forwarded.filter(|_| app.options.proxied).or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Ok(From(SignIn {
            address,
            agent: text("user-agent").unwrap_or_default().to_owned(),
            via: if route.starts_with("/api/") { Via::Api } else { Via::Console },
            device: cookie(headers, DEVICE).map(str::to_owned),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!same_origin(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!same_origin(&headers(&[
            ("sec-fetch-site", "same-site"),
            ("host", "a"),
            ("origin", "http://a")
        ])));
        assert!(same_origin(&headers(&[("host", "a:80"), ("origin", "http://a:80")])));
        assert!(!same_origin(&headers(&[("host", "a:80"), ("origin", "http://b:80")])));
        assert!(!same_origin(&headers(&[("host", "a:80"), ("origin", "null")])));
        assert!(!same_origin(&headers(&[("host", "a:80")])));
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let headers = headers(&[("cookie", "xtt_session=1; tt_session=2; tt_device=3")]);
        assert_eq!(cookie(&headers, SESSION), Some("2"));
        assert_eq!(cookie(&headers, "nothing"), None);
    }
}
