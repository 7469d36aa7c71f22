//! Text that somebody else wrote, made fit to be shown.

use crate::is_hidden;

/// More characters than this are cut off.
const MAX_TEXT: usize = 200;

/// The text without control and formatting characters, and not too long.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(MAX_TEXT).map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides_in_text() {
        assert_eq!(shown("时间 stamp"), "时间 stamp");
        assert_eq!(shown("a\u{1b}[2J\n\u{202e}b"), "a\u{fffd}[2J\u{fffd}\u{fffd}b");
        assert_eq!(shown(&"x".repeat(1000)).len(), MAX_TEXT);
    }
}
