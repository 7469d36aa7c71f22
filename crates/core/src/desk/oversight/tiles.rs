//! The ledger as a tiled log (C2SP tlog-tiles): hashes for everybody, entries for those who may read the ledger.

use tigertally_ledger::{TILE_WIDTH, TilePath, Tiles, pack_entries};

use crate::{
    StoreError, Tigertally,
    desk::DeskError,
    entry::{Body, action},
    identity::Actor,
    policy::Action,
    store::ledger::{StoredTiles, leaves},
};

impl Tigertally {
    /// The hashes of a tile, one after the other. They are of salted commitments, and tell nobody anything.
    ///
    /// # Errors
    /// `NotFound` when the last signed checkpoint has no such tile, or the path is one of entries; `Store`.
    pub fn tile(&self, path: TilePath) -> Result<Vec<u8>, DeskError> {
        let level = path.level.filter(|_| self.has(path)).ok_or(DeskError::NotFound("tile"))?;
        let hashes = self.store.read(|conn| StoredTiles { conn }.hashes(level, path.index, path.width))?;
        Ok(hashes.concat())
    }

    /// A bundle of entries: their leaves, without bodies.
    ///
    /// # Errors
    /// `NotFound` when the last signed checkpoint has no such bundle; `Denied`; `Store`.
    pub async fn entry_bundle(&self, actor: &Actor, path: TilePath) -> Result<Vec<u8>, DeskError> {
        let first = path.index.saturating_mul(TILE_WIDTH as u64);
        let detail = Body::default().with("bundle", first).with("entries", path.width);
        self.record(actor, Action::ReadLedger, action::LEDGER_READ, detail).await?;
        if path.level.is_some() || !self.has(path) {
            return Err(DeskError::NotFound("tile"));
        }
        let leaves = self.store.read(|conn| leaves(conn, first, path.width))?;
        if leaves.len() != usize::from(path.width) {
            return Err(StoreError::Damaged("entry").into());
        }
        Ok(pack_entries(leaves.iter().map(Vec::as_slice)))
    }

    /// Whether the tree of the last signed checkpoint has this tile, or one that it is the beginning of.
    fn has(&self, path: TilePath) -> bool {
        let level = path.level.unwrap_or(0);
        let in_level = self.store.head().signed.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let last =
            path.index.checked_mul(TILE_WIDTH as u64).and_then(|first| first.checked_add(path.width.into()));
        path.width > 0 && last.is_some_and(|last| last <= in_level)
    }
}
