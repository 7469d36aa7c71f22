//! The two languages.

use std::{borrow::Cow, collections::HashMap};

use axum::http::{HeaderMap, header};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};

use crate::{console::shell::grouped, signed::cookie};

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| {
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(|value, _| match value {
                FluentValue::Number(number) if number.value >= 1000.0 => Some(grouped(number.value as u64)),
                _ => None,
            }));
        },
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
        let accepted =
            headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let preferred =
            accepted.split(',').filter_map(|tag| Lang::parse(tag.split(';').next()?.trim())).next();
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
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        TEXTS.lookup_with_args(self.id(), key, &arguments)
    }

    /// The text of a key with a number in it.
    pub(crate) fn counted(self, key: &str, n: u64) -> String {
        let arguments = HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n))]);
        TEXTS.lookup_with_args(self.id(), key, &arguments)
    }

    /// The text of a key with a number and arguments filled in.
    pub(crate) fn counted_with(self, key: &str, n: u64, arguments: &[(&'static str, &str)]) -> String {
        let mut all: HashMap<Cow<'static, str>, FluentValue<'_>> =
            arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value))).collect();
        all.insert(Cow::Borrowed("n"), FluentValue::from(n));
        TEXTS.lookup_with_args(self.id(), key, &all)
    }

    /// The one of two sentences that is in this language.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    fn files(below: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(below).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    fn here() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    /// What the program and the templates are written in.
    fn sources() -> String {
        let all = [files(&here().join("src")), files(&here().join("templates"))].concat();
        all.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    fn keys(file: &Path) -> Vec<String> {
        let text = fs::read_to_string(file).unwrap();
        let key = |line: &str| {
            let (key, _) = line.split_once(" =")?;
            key.starts_with(|first: char| first.is_ascii_alphabetic()).then(|| key.to_owned())
        };
        text.lines().filter_map(key).collect()
    }

    fn all_keys() -> BTreeSet<String> {
        files(&here().join("locales/en")).iter().flat_map(|file| keys(file)).collect()
    }

    fn is_key(text: &str) -> bool {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    }

    #[test]
    fn both_languages_have_the_same_keys_in_the_same_order() {
        for file in files(&here().join("locales/en")) {
            let other = here().join("locales/zh-CN").join(file.file_name().unwrap());
            assert_eq!(keys(&file), keys(&other), "{}", file.display());
        }
        let of = |lang: &str| files(&here().join("locales").join(lang)).len();
        assert_eq!(of("en"), of("zh-CN"));
        let total: usize = files(&here().join("locales/en")).iter().map(|file| keys(file).len()).sum();
        assert_eq!(total, all_keys().len(), "a key stands twice");
    }

    #[test]
    fn every_text_that_is_asked_for_exists() {
        let (known, sources) = (all_keys(), sources());
        for call in [".t(\"", ".tn(\"", ".counted(\"", "lang.with(\""] {
            for asked in sources.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(!is_key(asked) || known.contains(asked), "there is no text {asked}");
            }
        }
    }

    #[test]
    fn every_text_is_asked_for() {
        let sources = sources();
        let pieces: BTreeSet<&str> = sources.split(['"', '\\']).collect();
        // Names that are put together: `format!("tier-{name}")`.
        let built: Vec<&str> = pieces
            .iter()
            .filter_map(|piece| piece.split_once('{'))
            .map(|(head, _)| head)
            .filter(|head| head.ends_with('-') && is_key(head))
            .collect();
        let unused: Vec<String> = all_keys()
            .into_iter()
            .filter(|key| !pieces.contains(key.as_str()) && !built.iter().any(|head| key.starts_with(head)))
            .collect();
        assert!(unused.is_empty(), "nobody asks for {unused:?}");
    }
}
