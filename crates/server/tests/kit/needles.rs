//! Looks for many values in many bytes at once.

use std::collections::HashMap;

/// Bytes by which a needle is first recognised. Each has more.
const HEAD: usize = 8;

/// What must not be found.
pub struct Needles {
    /// Whether some needle begins with these two bytes: most places of most texts are passed over by it.
    begins: Vec<bool>,
    by_head: HashMap<[u8; HEAD], Vec<(String, Vec<u8>)>>,
}

impl Default for Needles {
    fn default() -> Self {
        Needles { begins: vec![false; 1 << 16], by_head: HashMap::new() }
    }
}

impl Needles {
    /// Looks for these bytes, too.
    pub fn add(&mut self, label: &str, bytes: &[u8]) {
        let head = *bytes.first_chunk().unwrap_or_else(|| panic!("{label} is too short to look for"));
        self.begins[usize::from(head[0]) << 8 | usize::from(head[1])] = true;
        let known = self.by_head.entry(head).or_default();
        if !known.iter().any(|(_, other)| other == bytes) {
            known.push((label.to_owned(), bytes.to_vec()));
        }
    }

    /// Looks for a text as itself and as an address or a form writes it; a number with the signs people put in it, too.
    pub fn add_text(&mut self, label: &str, text: &str) {
        self.add(label, text.as_bytes());
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        self.add(&format!("{label}, encoded"), encoded.as_bytes());
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        self.add(&format!("{label}, escaped"), escaped.as_bytes());
        if text.len() >= 11 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            for sign in [" ", "-"] {
                let mobile = [&text[..3], &text[3..7], &text[7..]].join(sign);
                self.add(&format!("{label}, grouped"), mobile.as_bytes());
            }
        }
    }

    /// The labels of those that are found.
    pub fn found_in(&self, haystack: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for at in 0..haystack.len().saturating_sub(HEAD - 1) {
            if !self.begins[usize::from(haystack[at]) << 8 | usize::from(haystack[at + 1])] {
                continue;
            }
            let rest = &haystack[at..];
            let known = rest.first_chunk::<HEAD>().and_then(|head| self.by_head.get(head));
            for (label, bytes) in known.into_iter().flatten() {
                if rest.starts_with(bytes) && !found.contains(&label.as_str()) {
                    found.push(label);
                }
            }
        }
        found
    }
}
