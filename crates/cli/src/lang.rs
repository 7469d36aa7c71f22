//! Chinese or English, for people.

use clap::ValueEnum;

/// The language of what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// What was asked for, else what the locale says (POSIX: LC_ALL before LC_MESSAGES before LANG).
    pub(crate) fn choose(asked: Option<Lang>) -> Lang {
        asked.unwrap_or_else(|| {
            let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
            let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
            if locale.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
        })
    }

    /// One of two texts.
    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// The language as HTTP names it.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}
