//! Places in the ledger as people write them.

use super::MOST_ENTRIES;

/// Indexes out of a text: numbers, and stretches with both ends, `3, 1000-2000`, between spaces and commas; a number may
/// follow `#`. `None` if anything else stands there. Of more than fit in a bundle, one more than that is given: enough to
/// be refused.
pub fn indexes(text: &str) -> Option<Vec<u64>> {
    let mut found = Vec::new();
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、'));
    for word in words.filter(|word| !word.is_empty()) {
        let (from, to) = word.split_once(['-', '–']).unwrap_or((word, word));
        let number = |text: &str| text.strip_prefix('#').unwrap_or(text).parse::<u64>().ok();
        let (from, to) = (number(from)?, number(to)?);
        if from > to {
            return None;
        }
        found.extend((from..=to).take((MOST_ENTRIES + 1).saturating_sub(found.len())));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_stretches_are_read_and_nothing_else() {
        assert_eq!(indexes("3, 7-9 #12，#20–21、\n30"), Some(vec![3, 7, 8, 9, 12, 20, 21, 30]));
        assert_eq!(indexes(" "), Some(vec![]));
        for bad in ["x", "9-7", "-3", "3-", "1-2-3", "0x10", "18446744073709551616"] {
            assert_eq!(indexes(bad), None, "{bad}");
        }
        assert_eq!(indexes("5 0-18446744073709551615 6").map(|found| found.len()), Some(MOST_ENTRIES + 1));
    }
}
