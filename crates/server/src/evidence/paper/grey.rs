//! What a grey of the file means: a colour profile (ICC.1:2010, version 4.2) of one curve. An archive asks for one, and
//! printers then print greys with black ink alone.

/// Numbers of the reference white (D50), as the standard writes them.
const WHITE: [u32; 3] = [0xf6d6, 0x1_0000, 0xd32d];
/// Gamma 2.2 in 256ths.
const GAMMA: u16 = 0x0233;

/// The profile.
pub(super) fn profile() -> Vec<u8> {
    let white: Vec<u8> = WHITE.iter().flat_map(|value| value.to_be_bytes()).collect();
    let tags = [
        (*b"cprt", text("No rights reserved")),
        (*b"desc", text("Grey, gamma 2.2")),
        (*b"kTRC", [b"curv\0\0\0\0\0\0\0\x01".to_vec(), GAMMA.to_be_bytes().to_vec(), vec![0, 0]].concat()),
        (*b"wtpt", [b"XYZ \0\0\0\0".to_vec(), white.clone()].concat()),
    ];
    let mut table = 4_u32.to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let begin = 128 + 4 + 12 * tags.len();
    for (name, bytes) in tags {
        table.extend(name);
        table.extend(((begin + data.len()) as u32).to_be_bytes());
        table.extend((bytes.len() as u32).to_be_bytes());
        data.extend(bytes);
    }
    let mut profile = ((begin + data.len()) as u32).to_be_bytes().to_vec();
    // No preferred engine; version; for monitors, grey, measured against XYZ; the first of January 2026.
    profile.extend(b"\0\0\0\0\x04\x20\0\0mntrGRAYXYZ \x07\xea\0\x01\0\x01\0\0\0\0\0\0acsp");
    // Platform, flags, maker, model, attributes and intent say nothing.
    profile.resize(68, 0);
    profile.extend(white);
    profile.resize(128, 0);
    [profile, table, data].concat()
}

/// A text in English, padded to a multiple of four bytes.
fn text(text: &str) -> Vec<u8> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut bytes = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS".to_vec();
    bytes.extend((wide.len() as u32).to_be_bytes());
    bytes.extend(28_u32.to_be_bytes());
    bytes.extend(wide);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}
