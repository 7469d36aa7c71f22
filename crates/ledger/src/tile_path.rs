//! Names of the resources of a tiled log (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use std::fmt;

use crate::{
    error::LedgerError,
    tile::{TILE_HEIGHT, TILE_WIDTH, tile_width},
};

/// A tile of hashes or a bundle of entries, full or partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TilePath {
    /// Level of the tile, 0 for leaf hashes; `None` for a bundle of entries.
    pub level: Option<u8>,
    /// Its index in the level.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256; below 256 it is partial.
    pub width: u16,
}

/// The highest level that the specification knows.
const MAX_LEVEL: u8 = 63;

impl TilePath {
    /// Reads a name, which must be written exactly so.
    ///
    /// # Errors
    /// [`LedgerError::MalformedTilePath`].
    pub fn parse(path: &str) -> Result<Self, LedgerError> {
        Self::read(path).filter(|tile| tile.to_string() == path).ok_or(LedgerError::MalformedTilePath)
    }

    fn read(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => None,
            digits => Some(digits.parse().ok().filter(|level| *level <= MAX_LEVEL)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|width| (1..=255).contains(width))?),
            None => (rest, TILE_WIDTH as u16),
        };
        let mut index: u64 = 0;
        for part in number.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        Some(Self { level, index, width })
    }

    /// Everything that a tree of this size has: entry bundles and tiles, the rightmost of each row partial.
    pub fn all(size: u64) -> impl Iterator<Item = TilePath> {
        let row = move |level: Option<u8>| {
            let in_level = size >> (TILE_HEIGHT * u32::from(level.unwrap_or(0)));
            (0..in_level.div_ceil(TILE_WIDTH as u64)).map(move |index| TilePath {
                level,
                index,
                width: tile_width(size, level.unwrap_or(0), index),
            })
        };
        let levels = (0..8).take_while(move |level| size >> (TILE_HEIGHT * u32::from(*level)) > 0);
        std::iter::once(None).chain(levels.map(Some)).flat_map(row)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => write!(f, "tile/entries/")?,
        }
        let mut parts = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        parts.reverse();
        f.write_str(&parts.join("/"))?;
        if usize::from(self.width) < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// Packs entries: each behind its length, 16 bits, big-endian.
#[must_use]
pub fn pack_entries<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bundle = Vec::new();
    for leaf in leaves {
        // A leaf of ours has at most 123 bytes.
        bundle.extend_from_slice(&(leaf.len() as u16).to_be_bytes());
        bundle.extend_from_slice(leaf);
    }
    bundle
}

/// Unpacks a bundle of at most 256 entries.
///
/// # Errors
/// [`LedgerError::MalformedBundle`].
pub fn unpack_entries(bundle: &[u8]) -> Result<Vec<&[u8]>, LedgerError> {
    let (mut rest, mut entries) = (bundle, Vec::new());
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(LedgerError::MalformedBundle)?;
        entries.push(entry);
        rest = after;
    }
    let fits = rest.is_empty() && entries.len() <= TILE_WIDTH;
    if fits { Ok(entries) } else { Err(LedgerError::MalformedBundle) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        let name = |level, index, width| TilePath { level, index, width }.to_string();
        assert_eq!(name(Some(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(name(Some(1), 5, 17), "tile/1/005.p/17");
        assert_eq!(name(None, 1000, 1), "tile/entries/x001/000.p/1");
        for bad in [
            "tile/0/1",
            "tile/0/x000/001",
            "tile/64/000",
            "tile/00/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/-1/000",
            "tile/0/x001/x002",
            "tile/0/001/002",
            "tile/0/",
            "0/000",
            "tile/0/000.p/",
            "tile/0/000/",
            "tile/entries/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/+01",
        ] {
            assert_eq!(TilePath::parse(bad), Err(LedgerError::MalformedTilePath), "{bad}");
        }
    }

    #[test]
    fn a_tree_of_70_000_has_the_tiles_of_the_example() {
        let all: Vec<_> = TilePath::all(70_000).collect();
        let tiles = |level, full| {
            all.iter().filter(|tile| tile.level == level && (tile.width == 256) == full).count()
        };
        assert_eq!((tiles(Some(0), true), tiles(Some(1), true), tiles(Some(2), true)), (273, 1, 0));
        let partial: Vec<_> = all.iter().filter(|tile| tile.width < 256).map(ToString::to_string).collect();
        assert_eq!(
            partial,
            ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
        );
        assert_eq!(TilePath::all(0).count(), 0);
        let of_256: Vec<_> = TilePath::all(256).map(|tile| tile.to_string()).collect();
        assert_eq!(of_256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    }

    proptest! {
        #[test]
        fn any_name_comes_back(level in prop::option::of(0_u8..64), index in any::<u64>(), width in 1_u16..=256) {
            let tile = TilePath { level, index, width };
            prop_assert_eq!(TilePath::parse(&tile.to_string()), Ok(tile));
        }

        #[test]
        fn entries_come_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..=256)) {
            let bundle = pack_entries(entries.iter().map(Vec::as_slice));
            prop_assert_eq!(unpack_entries(&bundle).unwrap(), entries);
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(entries) = unpack_entries(&bytes) {
                prop_assert_eq!(pack_entries(entries), bytes);
            }
        }
    }
}
