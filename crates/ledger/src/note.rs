//! Signed notes (C2SP signed-note): a text and any number of signatures under it.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::error::LedgerError;

pub(crate) const ID_LEN: usize = 4;
/// Notes larger than this, in bytes, are refused unread. The manifest of the largest bundle is a third of it.
const MAX_NOTE: usize = 8_000_000;
/// More signatures than this are refused; the specification asks for at least 16.
const MAX_SIGNATURES: usize = 100;

/// A signed note that was read and not verified: nothing in it may be believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line of a note: `— name base64(key id ‖ signature)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    pub(crate) name: String,
    pub(crate) id: [u8; ID_LEN],
    /// What follows the key id; its form depends on the key's type.
    pub(crate) bytes: Vec<u8>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// [`LedgerError::MalformedNote`].
    pub fn parse(note: &str) -> Result<Self, LedgerError> {
        let (text, lines) = split_note(note)?;
        Ok(Self { text: text.to_owned(), signatures: signatures(lines)?.collect::<Result<_, _>>()? })
    }

    /// The text with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, in the place of an earlier one by the same key.
    pub fn add(&mut self, signature: NoteSignature) {
        match self.signatures.iter_mut().find(|known| known.is_by_key_of(&signature)) {
            Some(known) => *known = signature,
            None => self.signatures.push(signature),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl NoteSignature {
    /// Reads a signature line, without its newline.
    ///
    /// # Errors
    /// [`LedgerError::MalformedNote`].
    pub fn parse(line: &str) -> Result<Self, LedgerError> {
        let bad = LedgerError::MalformedNote("signature line");
        let (name, encoded) =
            line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or(bad.clone())?;
        let mut bytes = BASE64_STANDARD.decode(encoded).map_err(|_| bad.clone())?;
        if !is_key_name(name) || bytes.len() <= ID_LEN {
            return Err(bad);
        }
        let signature = bytes.split_off(ID_LEN);
        let id = bytes.try_into().map_err(|_| bad)?;
        Ok(Self { name: name.to_owned(), id, bytes: signature })
    }

    /// Reads the lines that a witness answers with (C2SP tlog-witness): one or more, each ended by a newline.
    ///
    /// # Errors
    /// [`LedgerError::MalformedNote`].
    pub fn parse_lines(lines: &str) -> Result<Vec<Self>, LedgerError> {
        if lines.len() > MAX_NOTE || !lines.ends_with('\n') {
            return Err(LedgerError::MalformedNote("signature lines"));
        }
        signatures(lines)?.collect()
    }

    /// Name of the key that it claims to be by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn is_by_key_of(&self, other: &Self) -> bool {
        (&self.name, self.id) == (&other.name, other.id)
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "— {} {}", self.name, BASE64_STANDARD.encode([&self.id, self.bytes.as_slice()].concat()))
    }
}

/// The text with its final newline, and the signature lines.
pub(crate) fn split_note(note: &str) -> Result<(&str, &str), LedgerError> {
    let bad = LedgerError::MalformedNote;
    if note.len() > MAX_NOTE {
        return Err(bad("too long"));
    }
    if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(bad("control character"));
    }
    let blank = note.rfind("\n\n").ok_or(bad("no blank line"))?;
    let (text, lines) = (&note[..=blank], &note[blank + 2..]);
    if lines.ends_with('\n') { Ok((text, lines)) } else { Err(bad("no final newline")) }
}

pub(crate) fn signatures(
    lines: &str,
) -> Result<impl Iterator<Item = Result<NoteSignature, LedgerError>>, LedgerError> {
    if lines.split_terminator('\n').count() > MAX_SIGNATURES {
        return Err(LedgerError::MalformedNote("too many signatures"));
    }
    Ok(lines.split_terminator('\n').map(NoteSignature::parse))
}

/// Not empty, no spaces, no plus sign and nothing that a note may not hold.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}
