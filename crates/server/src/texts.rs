//! The two languages.

use std::{borrow::Cow, collections::HashMap};

use axum::http::{HeaderMap, header};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};

use crate::signed::cookie;

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// Name of the cookie that keeps the language chosen.
pub(crate) const LANG: &str = "lang";

/// A language of the console and of error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// What was chosen, else what the client prefers, else Chinese for browsers and English for programs.
    pub(crate) fn of(headers: &HeaderMap) -> Lang {
        if let Some(chosen) = cookie(headers, LANG).and_then(Lang::parse) {
            return chosen;
        }
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let preferred = accepted.split(',').filter_map(|tag| Lang::parse(tag.split(';').next()?.trim())).next();
        let program = headers.contains_key(header::AUTHORIZATION);
        preferred.unwrap_or(if program { Lang::En } else { Lang::Zh })
    }

    /// The language of a tag.
    pub(crate) fn parse(tag: &str) -> Option<Lang> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The tag, as HTML and cookies have it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The text of a key.
    pub(crate) fn t(self, key: &str) -> String {
        TEXTS.lookup(self.id(), key)
    }

    /// The text of a key, when there is one.
    pub(crate) fn try_t(self, key: &str) -> Option<String> {
        TEXTS.try_lookup(self.id(), key)
    }

    /// The text of a key with arguments filled in.
    pub(crate) fn with(self, key: &str, arguments: &[(&'static str, &str)]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = arguments
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)))
            .collect();
        TEXTS.lookup_with_args(self.id(), key, &arguments)
    }

    /// The text of a key with a number in it.
    pub(crate) fn counted(self, key: &str, n: u64) -> String {
        let arguments = HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n))]);
        TEXTS.lookup_with_args(self.id(), key, &arguments)
    }

    /// The one of two sentences that is in this language.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}
