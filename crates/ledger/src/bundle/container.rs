//! The container of an evidence bundle: a ZIP file of one canonical form (PKWARE APPNOTE 6.3, stored files only).
//!
//! A library would read much more than this and pass over what it does not know, so that bytes could be changed unseen.
//! Here what was read is written again and compared.

use std::collections::BTreeMap;

use super::Fault;

/// The files of a bundle, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A bundle's largest size, in bytes.
pub const MAX_BUNDLE: usize = 1 << 31;
/// The most files in a bundle.
pub const MAX_FILES: usize = 65_535;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const LOCAL_LEN: usize = 30;
const END_LEN: usize = 22;
const VERSION: u16 = 20;
const UTF8: u16 = 0x0800;
/// 1980-01-01, the first day that a ZIP file knows.
const DATE: u16 = 0x0021;

/// Packs files in the canonical form.
///
/// # Errors
/// If they are too many, too large, or a name is not allowed.
pub fn pack(files: &Files) -> Result<Vec<u8>, Fault> {
    let content: usize = files.iter().map(|(name, bytes)| bytes.len() + 2 * name.len() + 76).sum();
    if files.len() > MAX_FILES || content + END_LEN > MAX_BUNDLE {
        return Err(Fault::new("zip-large"));
    }
    let mut zip = Vec::with_capacity(content + END_LEN);
    let mut central = Vec::new();
    for (name, bytes) in files {
        if !is_name(name) {
            return Err(Fault::new("zip-name"));
        }
        let offset = zip.len() as u32;
        let fixed = Fixed { crc: crc32(bytes), size: bytes.len() as u32, name };
        put32(&mut zip, LOCAL);
        fixed.put(&mut zip);
        put16(&mut zip, 0);
        zip.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(bytes);
        put32(&mut central, CENTRAL);
        put16(&mut central, VERSION);
        fixed.put(&mut central);
        // No extra field, no comment, disk 0, no attributes.
        central.extend_from_slice(&[0; 12]);
        put32(&mut central, offset);
        central.extend_from_slice(name.as_bytes());
    }
    let (start, length) = (zip.len() as u32, central.len() as u32);
    zip.extend_from_slice(&central);
    put32(&mut zip, END);
    put32(&mut zip, 0);
    put16(&mut zip, files.len() as u16);
    put16(&mut zip, files.len() as u16);
    put32(&mut zip, length);
    put32(&mut zip, start);
    put16(&mut zip, 0);
    Ok(zip)
}

/// Unpacks a bundle that has the canonical form, and only such a one.
///
/// # Errors
/// The first fault of its form.
pub fn unpack(zip: &[u8]) -> Result<Files, Fault> {
    let cut = || Fault::new("zip-cut");
    if zip.len() > MAX_BUNDLE {
        return Err(Fault::new("zip-large"));
    }
    let mut files = Files::new();
    let mut rest = zip;
    while u32_at(rest, 0) == Some(LOCAL) {
        let size = u32_at(rest, 18).ok_or_else(cut)? as usize;
        let length = usize::from(u16_at(rest, 26).ok_or_else(cut)?);
        let (name, after) =
            rest.get(LOCAL_LEN..).and_then(|rest| rest.split_at_checked(length)).ok_or_else(cut)?;
        let (bytes, after) = after.split_at_checked(size).ok_or_else(cut)?;
        let name = std::str::from_utf8(name).map_err(|_| Fault::new("zip-name"))?;
        if !is_name(name) {
            return Err(Fault::new("zip-name"));
        }
        if files.insert(name.to_owned(), bytes.to_vec()).is_some() {
            return Err(Fault::new("zip-twice").with("file", name));
        }
        if files.len() > MAX_FILES {
            return Err(Fault::new("zip-large"));
        }
        rest = after;
    }
    // Order, sums, directory and every byte between are compared at once.
    let again = pack(&files)?;
    if again == zip {
        return Ok(files);
    }
    let same = again.iter().zip(zip).take_while(|(one, other)| one == other).count();
    Err(Fault::new("zip-form").with("at", same))
}

/// The part that a local header and a line of the directory have in common.
struct Fixed<'a> {
    crc: u32,
    size: u32,
    name: &'a str,
}

impl Fixed<'_> {
    fn put(&self, out: &mut Vec<u8>) {
        put16(out, VERSION);
        put16(out, UTF8);
        put16(out, 0);
        put16(out, 0);
        put16(out, DATE);
        put32(out, self.crc);
        put32(out, self.size);
        put32(out, self.size);
        put16(out, self.name.len() as u16);
    }
}

/// Letters, digits, `.`, `-`, `_` in parts that are separated by `/`; no part is empty, `.` or `..`.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    name.len() <= 200 && name.split('/').all(part)
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// CRC-32 as ZIP has it (ISO 3309), by the table of its 256 one-byte remainders.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut rest = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                rest = if rest & 1 == 1 { (rest >> 1) ^ 0xedb8_8320 } else { rest >> 1 };
                bit += 1;
            }
            table[byte] = rest;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, byte| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn files() -> Files {
        [("checkpoint", "x\n1\n"), ("entries/000000000001.json", "{}"), ("verify.html", "")]
            .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
            .into()
    }

    #[test]
    fn crc_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        assert_eq!(unpack(&pack(&files()).unwrap()).unwrap(), files());
        assert_eq!(unpack(&pack(&Files::new()).unwrap()).unwrap(), Files::new());
    }

    #[test]
    fn no_bit_can_be_changed_and_nothing_added_or_cut() {
        let zip = pack(&files()).unwrap();
        for bit in 0..zip.len() * 8 {
            let mut changed = zip.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            // What was flipped may be a file's content with its sum left: the sum does not fit then.
            assert!(unpack(&changed).is_err(), "bit {bit}");
        }
        for length in 0..zip.len() {
            assert!(unpack(&zip[..length]).is_err());
        }
        assert!(unpack(&[zip.as_slice(), b"\0"].concat()).is_err());
        assert!(unpack(&[b"\0", zip.as_slice()].concat()).is_err());
    }

    #[test]
    fn names_lead_nowhere_else() {
        for name in ["", "/etc/passwd", "../x", "a//b", "a/./b", "客户", "a\\b", "a b"] {
            assert!(pack(&Files::from([(name.to_owned(), Vec::new())])).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = unpack(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        }
    }
}
