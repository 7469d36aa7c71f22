//! How a record's envelopes, and its masks, stand in one blob: `field u8 ‖ version u32 LE ‖ length u16 LE ‖ bytes`,
//! one after the other.

use super::VaultError;
use crate::record::Field;

/// One framed piece.
pub(super) struct Piece<'a> {
    pub(super) field: Field,
    pub(super) version: u32,
    pub(super) bytes: &'a [u8],
}

/// Adds a piece.
pub(super) fn push(blob: &mut Vec<u8>, field: Field, version: u32, bytes: &[u8]) -> Result<(), VaultError> {
    let length = u16::try_from(bytes.len()).map_err(|_| VaultError::TooLong(field))?;
    blob.push(field.id());
    blob.extend_from_slice(&version.to_le_bytes());
    blob.extend_from_slice(&length.to_le_bytes());
    blob.extend_from_slice(bytes);
    Ok(())
}

/// The pieces of a blob.
pub(super) fn pieces(mut blob: &[u8]) -> Result<Vec<Piece<'_>>, VaultError> {
    let mut pieces = Vec::with_capacity(Field::ALL.len());
    while !blob.is_empty() {
        let (head, rest) = blob.split_first_chunk::<7>().ok_or(VaultError::Damaged)?;
        let [field, v0, v1, v2, v3, l0, l1] = *head;
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        let (bytes, rest) = rest.split_at_checked(length).ok_or(VaultError::Damaged)?;
        let field = Field::from_id(field).ok_or(VaultError::Damaged)?;
        pieces.push(Piece { field, version: u32::from_le_bytes([v0, v1, v2, v3]), bytes });
        blob = rest;
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back() {
        let mut blob = Vec::new();
        push(&mut blob, Field::Mobile, 7, b"abc").unwrap();
        push(&mut blob, Field::Needs, 9, b"").unwrap();
        let pieces = pieces(&blob).unwrap();
        assert_eq!(
            pieces.iter().map(|p| (p.field, p.version, p.bytes)).collect::<Vec<_>>(),
            [(Field::Mobile, 7, &b"abc"[..]), (Field::Needs, 9, &b""[..])]
        );
    }

    #[test]
    fn a_cut_blob_is_damaged() {
        let mut blob = Vec::new();
        push(&mut blob, Field::Mobile, 7, b"abc").unwrap();
        for cut in 1..blob.len() {
            assert!(pieces(&blob[..cut]).is_err(), "{cut}");
        }
    }
}
