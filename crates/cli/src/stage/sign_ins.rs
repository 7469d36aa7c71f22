//! The sign-ins of the made-up company, kept in a file beside its data.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tigertally_core::{Unlock, digest, identity::authenticator_code};

use crate::key;

/// A made-up person who can sign in.
#[derive(Serialize, Deserialize)]
pub(crate) struct SignIn {
    pub(crate) role: String,
    pub(crate) staff_no: String,
    pub(crate) name: String,
    pub(crate) password: String,
    /// The authenticator's seed in Base32, as one types it.
    pub(crate) totp_secret: String,
}

/// A code of now.
#[derive(Serialize)]
pub(crate) struct Code<'a> {
    staff_no: &'a str,
    pub(crate) code: String,
}

/// All of them.
pub(crate) struct SignIns(pub(super) Vec<SignIn>);

impl SignIns {
    /// Name of the file in the data folder.
    pub(crate) const NAME: &str = "demo-sign-ins.json";

    /// The file in a data folder.
    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join(SignIns::NAME)
    }

    /// Reads the file.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<SignIns> {
        let file = SignIns::file(folder);
        let text = fs::read(&file).with_context(|| format!("{}", file.display()))?;
        Ok(SignIns(serde_json::from_slice(&text).with_context(|| format!("{}", file.display()))?))
    }

    /// Writes the file, for its owner only.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        key::write(&SignIns::file(folder), &serde_json::to_string_pretty(&self.0)?)
    }

    /// The people, in the order of the roles.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SignIn> {
        self.0.iter()
    }

    /// What their authenticators show at a time.
    pub(crate) fn codes(&self, now_ms: u64) -> Vec<Code<'_>> {
        let code = |person: &SignIn| authenticator_code(&person.totp_secret, now_ms).unwrap_or_default();
        self.0.iter().map(|person| Code { staff_no: &person.staff_no, code: code(person) }).collect()
    }
}

/// A fresh password that can be read and typed: three words and four digits, about 30 bits.
pub(super) fn password() -> String {
    const WORDS: [&str; 64] = [
        "acorn", "amber", "anchor", "apple", "arrow", "aspen", "autumn", "bamboo", "basil", "beacon",
        "birch", "bridge", "bronze", "candle", "canyon", "cedar", "cherry", "cloud", "copper", "coral",
        "cotton", "crane", "desert", "ember", "falcon", "fern", "garden", "ginger", "harbor", "hazel",
        "honey", "island", "ivory", "jasmine", "juniper", "kettle", "lantern", "lemon", "lotus", "maple",
        "marble", "meadow", "mint", "ocean", "olive", "orchid", "paper", "pearl", "pebble", "pepper", "plum",
        "river", "saffron", "silver", "sparrow", "spruce", "summer", "thunder", "tulip", "velvet", "violet",
        "walnut", "willow", "winter",
    ];
    // A fresh key is the system's randomness, by the way that the core offers.
    let random = digest(&[Unlock::fresh().text().unwrap_or_default().as_bytes()]);
    let word = |place: usize| WORDS[usize::from(random[place]) % WORDS.len()];
    let number = u16::from_be_bytes([random[3], random[4]]) % 10_000;
    format!("{}-{}-{}-{number:04}", word(0), word(1), word(2))
}

#[cfg(test)]
mod tests {
    use super::password;

    #[test]
    fn passwords_are_long_enough_and_differ() {
        let passwords: std::collections::HashSet<String> = (0..50).map(|_| password()).collect();
        assert_eq!(passwords.len(), 50);
        assert!(passwords.iter().all(|password| password.len() >= 12), "{passwords:?}");
    }
}
