//! Proposals: another policy or tier rule, as somebody wants it. They are under a keyed seal, so that what was approved is
//! what comes in force.

use rusqlite::{Connection, OptionalExtension};

use super::{LogKeys, StoreError, Tx};

/// What a proposal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ProposalKind {
    Policy = 0,
    Tiers = 1,
}

/// A proposal.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) id: i64,
    pub(crate) kind: ProposalKind,
    /// What it would take the place of: the policy's version, or the tier rule as JSON.
    pub(crate) based_on: String,
    /// The policy, or the tier rule as JSON.
    pub(crate) text: String,
    /// What it would change, as JSON.
    pub(crate) effect: String,
}

impl Proposal {
    /// The digest of all that is asked for: what an approval of it is bound to.
    pub(crate) fn scope(&self, keys: &LogKeys) -> [u8; 32] {
        let parts = [&self.based_on, &self.text, &self.effect].map(|text| text.as_bytes());
        keys.seal("proposal", &[&self.id.to_be_bytes(), &[self.kind as u8], parts[0], parts[1], parts[2]])
    }
}

/// A proposal by its number, if it is as this program wrote it.
pub(crate) fn proposal(conn: &Connection, keys: &LogKeys, id: i64) -> Result<Option<Proposal>, StoreError> {
    let mut ask =
        conn.prepare_cached("SELECT id, kind, based_on, text, effect, seal FROM proposal WHERE id = ?1")?;
    let found = ask.query_row([id], |row| {
        let proposal = Proposal {
            id: row.get(0)?,
            kind: if row.get::<_, u8>(1)? == 0 { ProposalKind::Policy } else { ProposalKind::Tiers },
            based_on: row.get(2)?,
            text: row.get(3)?,
            effect: row.get(4)?,
        };
        Ok((proposal, row.get::<_, Vec<u8>>(5)?))
    });
    match found.optional()? {
        Some((proposal, seal)) if seal == proposal.scope(keys) => Ok(Some(proposal)),
        Some(_) => Err(StoreError::Damaged("a proposal")),
        None => Ok(None),
    }
}

impl Tx<'_> {
    /// Keeps a proposal.
    pub(crate) fn add_proposal(&self, new: &Proposal) -> Result<(), StoreError> {
        self.conn().execute(
            "INSERT INTO proposal (id, kind, based_on, text, effect, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (new.id, new.kind as u8, &new.based_on, &new.text, &new.effect, new.scope(self.keys())),
        )?;
        Ok(())
    }

    /// A proposal as it stands inside this transaction.
    pub(crate) fn proposal(&self, id: i64) -> Result<Option<Proposal>, StoreError> {
        proposal(self.conn(), self.keys(), id)
    }
}
