//! Breaks text into lines (Unicode Standard Annex 14), and measures it.

use tigertally_core::numbered;
use unicode_linebreak::linebreaks;

use super::font::Face;

/// The text as a face can show it: a character without a glyph is shown by its number.
pub(super) fn shown(text: &str, face: &Face<'_>) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match face.glyph(c) {
            Some(_) => shown.push(c),
            None => shown.push_str(&numbered(c)),
        }
    }
    shown
}

/// Width of a text, in points.
pub(super) fn width(text: &str, face: &Face<'_>, size: f32) -> f32 {
    text.chars().map(|c| face.width(c, size)).sum()
}

/// Sums of widths differ by so much with the order in which they are added.
const SLACK: f32 = 0.01;

/// The lines of a text in a column. A word that is wider than the column is broken where it has to be. There is at least
/// one line, and every character but spaces at the end of a line stands in one.
pub(super) fn wrap(text: &str, face: &Face<'_>, size: f32, column: f32) -> Vec<String> {
    let text = shown(text, face);
    let column = column + SLACK;
    let mut lines = Vec::new();
    let (mut line, mut filled, mut from) = (String::new(), 0.0, 0);
    for (to, _) in linebreaks(&text) {
        let word = &text[from..to];
        from = to;
        // Spaces at the end may hang over.
        if filled + width(word.trim_end_matches(' '), face, size) > column && !line.is_empty() {
            lines.push(ended(&line));
            (line, filled) = (String::new(), 0.0);
        }
        for c in word.chars() {
            let wide = face.width(c, size);
            if filled + wide > column && !line.is_empty() && c != ' ' {
                lines.push(ended(&line));
                (line, filled) = (String::new(), 0.0);
            }
            line.push(c);
            filled += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(ended(&line));
    }
    lines
}

fn ended(line: &str) -> String {
    line.trim_end_matches(' ').to_owned()
}

/// The text on one line; what does not fit is left out, which `…` says.
pub(super) fn on_one_line(text: &str, face: &Face<'_>, size: f32, column: f32) -> String {
    let text = shown(text, face);
    if width(&text, face, size) <= column {
        return text;
    }
    let more = if face.glyph('…').is_some() { "…" } else { "..." };
    let mut left = column - width(more, face, size);
    let fits = |c: &char| {
        left -= face.width(*c, size);
        left >= 0.0
    };
    let mut line: String = text.chars().take_while(fits).collect();
    line.push_str(more);
    line
}
