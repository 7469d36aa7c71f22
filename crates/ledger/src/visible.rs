//! Text that somebody else wrote, made fit to be shown: nothing in it hides.

/// Text in which nothing hides: a character that cannot be seen, or that changes how others are read, is shown by its
/// number, `[U+202E]`. Line breaks are such characters, too.
#[must_use]
pub fn visible(text: &str) -> String {
    match text.contains(is_hidden) {
        false => text.to_owned(),
        true => text.chars().fold(String::with_capacity(text.len() + 8), |mut shown, c| {
            match is_hidden(c) {
                true => shown.push_str(&numbered(c)),
                false => shown.push(c),
            }
            shown
        }),
    }
}

/// A character by its number: `[U+202E]`.
#[must_use]
pub fn numbered(c: char) -> String {
    format!("[U+{:04X}]", u32::from(c))
}

/// Control characters, marks of direction, what has no width or is blank, variation selectors, tags, private use and
/// what is no character.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides() {
        assert_eq!(visible("虎 账，Tigertally 😀 é\u{3000}。"), "虎 账，Tigertally 😀 é\u{3000}。");
        assert_eq!(visible("张\u{202e}三\u{0}\n"), "张[U+202E]三[U+0000][U+000A]");
        assert_eq!(visible("a\u{e0041}\u{fe0f}\u{ffff}"), "a[U+E0041][U+FE0F][U+FFFF]");
    }
}
