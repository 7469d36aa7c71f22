//! Variants of a cell that a reader does not notice and a spreadsheet keeps. Each carries one bit.
//!
//! A cell has at most one place for its bit, found by what the variants have in common. Names have brackets, the middle dot
//! of a transliterated name and the space between Latin words; longer texts have commas too, and the space that typography
//! may put between a Chinese character and a Latin letter or digit; dates have their separator. Numbers that somebody dials
//! or types in are not a kind of cell here.

/// What stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Name of a firm or person.
    Name,
    /// Address or free text.
    Text,
    /// A day as `2021-03-05`.
    Date,
}

/// The places for a bit, in the order in which they are looked for.
#[derive(Clone, Copy)]
enum Place {
    /// Width of brackets: `(` or `（`.
    Brackets,
    /// Width of commas: `,` or `，`.
    Commas,
    /// `·` (U+00B7) or `・` (U+30FB).
    Dot,
    /// Space (U+0020) or no-break space (U+00A0) between Latin words.
    Space,
    /// Nothing or a space between a Chinese character and a Latin letter or digit.
    Gap,
    /// `-` or `/` in a date.
    Separator,
}

const NAME: &[Place] = &[Place::Brackets, Place::Dot, Place::Space];
const TEXT: &[Place] = &[Place::Brackets, Place::Commas, Place::Dot, Place::Space, Place::Gap];
const DATE: &[Place] = &[Place::Separator];

/// The variant of a text that carries this bit; the text itself when it has no place for one.
pub fn dress(cell: Cell, text: &str, bit: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    match place(cell, &chars) {
        None => text.to_owned(),
        Some((Place::Gap, at)) => {
            // `at` is the first character after the Chinese one; a gap that is there is taken for its place.
            let rest = chars[at..].iter().skip_while(|c| is_space(**c));
            let gap = bit.then_some(' ');
            chars[..at].iter().copied().chain(gap).chain(rest.copied()).collect()
        }
        Some((place, _)) => {
            let each = |at| set(place, &chars, at, bit);
            (0..chars.len()).map(each).collect()
        }
    }
}

/// The bit that a cell carries; `None` when it has no place for one.
pub fn read(cell: Cell, text: &str) -> Option<bool> {
    let chars: Vec<char> = text.chars().collect();
    let (place, at) = place(cell, &chars)?;
    let c = chars[at];
    Some(match place {
        Place::Brackets | Place::Commas => !c.is_ascii(),
        Place::Dot => c == '・',
        Place::Space => c == '\u{a0}',
        Place::Gap => is_space(c),
        Place::Separator => c == '/',
    })
}

/// Where the bit stands: the first place that there is, and its first character.
fn place(cell: Cell, chars: &[char]) -> Option<(Place, usize)> {
    let places = match cell {
        Cell::Date => DATE,
        // Half-width punctuation belongs to a text without Chinese characters, and full-width would be noticed.
        _ if !chars.iter().copied().any(is_han) => return None,
        Cell::Name => NAME,
        Cell::Text => TEXT,
    };
    let found = |place: &Place| (0..chars.len()).find(|at| is_at(*place, chars, *at)).map(|at| (*place, at));
    places.iter().find_map(found)
}

fn is_at(place: Place, chars: &[char], at: usize) -> bool {
    let c = chars[at];
    let before = at.checked_sub(1).map(|at| chars[at]);
    let after = chars.get(at + 1).copied();
    let number = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    match place {
        Place::Brackets => matches!(c, '(' | ')' | '（' | '）'),
        // `1,000` is one number.
        Place::Commas => matches!(c, ',' | '，') && !(number(before) && number(after)),
        Place::Dot => matches!(c, '·' | '・'),
        Place::Space => is_space(c) && before.is_some_and(is_latin) && after.is_some_and(is_latin),
        Place::Gap => {
            let next = chars[at..].iter().copied().find(|c| !is_space(*c));
            before.is_some_and(is_han) && next.is_some_and(is_latin)
        }
        Place::Separator => {
            matches!(c, '-' | '/')
                && chars.len() == 10
                && chars.iter().enumerate().all(|(at, other)| match at {
                    4 | 7 => *other == c,
                    _ => other.is_ascii_digit(),
                })
        }
    }
}

/// The character at a place, in the variant of a bit.
fn set(place: Place, chars: &[char], at: usize, bit: bool) -> char {
    if !is_at(place, chars, at) {
        return chars[at];
    }
    let either = |zero, one| if bit { one } else { zero };
    match (place, chars[at]) {
        (Place::Brackets, '(' | '（') => either('(', '（'),
        (Place::Brackets, _) => either(')', '）'),
        (Place::Commas, _) => either(',', '，'),
        (Place::Dot, _) => either('·', '・'),
        (Place::Separator, _) => either('-', '/'),
        (Place::Space | Place::Gap, _) => either(' ', '\u{a0}'),
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// CJK ideographs with the extension that names use.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_of_place() {
        for (cell, zero, one) in [
            (Cell::Name, "恒远(杭州)有限公司", "恒远（杭州）有限公司"),
            (Cell::Name, "买买提·艾山", "买买提・艾山"),
            (Cell::Name, "上海 Blue Sea 公司", "上海 Blue\u{a0}Sea 公司"),
            (Cell::Text, "先送样品,再谈 1,000 件", "先送样品，再谈 1,000 件"),
            (Cell::Text, "科技路88号2座", "科技路 88号2座"),
            (Cell::Date, "2021-03-05", "2021/03/05"),
        ] {
            for (bit, written) in [(false, zero), (true, one)] {
                assert_eq!(dress(cell, zero, bit), written);
                assert_eq!(dress(cell, one, bit), written);
                assert_eq!(read(cell, written), Some(bit), "{written}");
            }
        }
    }

    #[test]
    fn some_cells_have_no_place() {
        for (cell, text) in [
            (Cell::Name, "张三"),
            (Cell::Name, "科技路88号"),
            (Cell::Name, "Blue Sea (China) Co., Ltd."),
            (Cell::Text, ""),
            (Cell::Date, "2021年3月5日"),
            (Cell::Date, "2021-03/05"),
        ] {
            assert_eq!(dress(cell, text, true), text);
            assert_eq!(read(cell, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_says_the_same(
            text in "[ \u{a0}a1张·・,，()（）=+-]{0,12}|\\PC{0,16}",
            kind in 0..3_usize,
            bit: bool,
        ) {
            let cell = [Cell::Name, Cell::Text, Cell::Date][kind];
            let dressed = dress(cell, &text, bit);
            prop_assert_eq!(read(cell, &dressed), read(cell, &text).map(|_| bit));
            // The other variant of the variant is the other variant: nothing else was touched.
            prop_assert_eq!(dress(cell, &dressed, !bit), dress(cell, &text, !bit));
            let bare = |text: &str| -> String {
                text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '(' | ')' | '（' | '）' | ',' | '，' | '·' | '・' | '-' | '/')).collect()
            };
            prop_assert_eq!(bare(&dressed), bare(&text));
            // A formula does not come into being.
            let begins = |text: &str| text.starts_with(['=', '+', '-', '@']);
            prop_assert_eq!(begins(&dressed), begins(&text));
        }
    }
}
