//! What goes to the terminal: texts, tables, JSON and progress.
//!
//! **Invariant:** no text of somebody else's (out of a bundle, a log, a policy, a server's answer) steers the terminal or
//! hides: what is printed goes through [`foreign`] line by line, and a foreign piece of a line has been through it itself.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tigertally_ledger::{is_hidden, visible};

/// Prints a text and a line break.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", lines(text.trim_end_matches('\n')))?;
    out.flush()?;
    Ok(())
}

/// A piece of somebody else's text, as it may stand in a line of ours: hidden characters by their numbers (`[U+202E]`),
/// line breaks too, so that it cannot pretend to be a line of ours.
pub(crate) fn foreign(text: &str) -> String {
    visible(text)
}

/// A text of several lines, indented by tabs or not, in which nothing hides.
pub(crate) fn lines(text: &str) -> String {
    text.split_inclusive(['\n', '\t'])
        .map(|piece| match piece.strip_suffix(['\n', '\t']) {
            Some(rest) => foreign(rest) + &piece[rest.len()..],
            None => foreign(piece),
        })
        .collect()
}

/// Prints a value as JSON. What would hide is written as JSON escapes it (RFC 8259, section 7), so that programs read
/// the same.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    print(&escaped(&serde_json::to_string_pretty(value)?))
}

/// JSON whose hidden characters, which can stand in strings only, are escaped.
fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        match c != '\n' && is_hidden(c) {
            true => {
                c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")))
            }
            false => text.push(c),
        }
        text
    })
}

/// Whether an error only says that the reader of our output (`head`, `less`) has left.
pub(crate) fn reader_left(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// An empty table: as wide as its content, or as the terminal.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if let (_, Some((_, width))) = (table.set_header(header), size_of_terminal()) {
        table.set_width(width.max(60));
    }
    table
}

fn size_of_terminal() -> Option<(u16, u16)> {
    io::stdout().is_terminal().then(|| console::Term::stdout().size())
}

/// A progress bar on standard error; hidden where nobody would see it move.
pub(crate) fn progress(length: Option<u64>, what: &str) -> ProgressBar {
    if !(io::stdout().is_terminal() && io::stderr().is_terminal()) {
        return ProgressBar::hidden();
    }
    let (bar, form) = match length {
        Some(length) => (ProgressBar::new(length), "{msg} {wide_bar} {human_pos}/{human_len}"),
        None => (ProgressBar::new_spinner(), "{msg} {spinner} {human_pos}"),
    };
    let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_others_hides_in_what_is_printed() {
        assert_eq!(foreign("w1\n✓ 证据包\u{202e}"), "w1[U+000A]✓ 证据包[U+202E]");
        assert_eq!(lines("a\u{1b}[2J\n\tb\u{200b}\r\n"), "a[U+001B][2J\n\tb[U+200B][U+000D]\n");
        assert_eq!(lines("虎符\n\n"), "虎符\n\n");
    }

    #[test]
    fn json_says_the_same_to_programs() {
        let value = serde_json::json!({ "name": "a\u{202e}b\u{e0041}\n", "empty": "" });
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap_or_default());
        assert!(text.contains("a\\u202eb\\udb40\\udc41\\n") && lines(&text) == text, "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
