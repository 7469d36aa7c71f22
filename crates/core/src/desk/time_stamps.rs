//! Time stamps: a third party states that a checkpoint, and so every entry below it, stood at a time.

use tigertally_ledger::{
    TimeStampError, TimeStampRequest, TimeStampToken, VerifiedTime, pem_certificates, pem_revocation_lists,
    revocation_list_pem,
};

use super::clocks::{ClockOff, Whose, ahead};
use crate::{
    StoreError, Tigertally, TimeStampAuthority,
    entry::{Body, Draft, Receipt, action},
    store::{
        Published,
        time_stamps::{self, TimeStamp},
    },
};

/// A checkpoint that is to be stamped, and the question that an authority is asked.
#[derive(Clone, Debug)]
pub struct Stampable {
    /// The signed note.
    pub note: String,
    /// Number of entries that it vouches for.
    pub size: u64,
    /// `TimeStampReq` (DER): the body of the HTTP request.
    pub request: Vec<u8>,
    digest: [u8; 32],
    nonce: u64,
}

/// Why no time stamp was kept.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// The answer does not hold.
    #[error(transparent)]
    TimeStamp(#[from] TimeStampError),
    /// It states another time than it is here: evidence with it would be refused.
    #[error("it states a time that is {} seconds off", .0.ahead_s)]
    Clock(ClockOff),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Tigertally {
    /// What an authority is to stamp next: the last checkpoint that enough witnesses cosigned, or without witnesses the
    /// last signed one. `None` as long as there is none.
    pub fn to_be_stamped(&self) -> Option<Stampable> {
        let head = self.store.head();
        let newest = if head.cosigned.note.is_empty() { head.signed } else { head.cosigned };
        let Published { note, size, .. } = newest;
        if note.is_empty() {
            return None;
        }
        let digest = crate::digest(&[note.as_bytes()]);
        // Positive, so that its form is the same for every authority.
        let nonce = u64::from_be_bytes(tigertally_crypto::random::bytes()) >> 1;
        let request = TimeStampRequest { imprint: digest, nonce }.to_der();
        Some(Stampable { note: note.as_ref().to_owned(), size, request, digest, nonce })
    }

    /// Verifies an authority's answer and keeps it, with what a stranger needs to verify it again. `list` is its
    /// revocation list, when one could be fetched.
    ///
    /// # Errors
    /// `TimeStamp` when the answer or the list does not hold; `Clock`; `Store`.
    pub async fn keep_time_stamp(
        &self,
        authority: &TimeStampAuthority,
        asked: &Stampable,
        answer: &[u8],
        list: Option<&[u8]>,
    ) -> Result<(VerifiedTime, Receipt), StampError> {
        let token = TimeStampToken::from_response(answer)?;
        let roots = pem_certificates(&authority.anchors)?;
        let crls = list.map(revocation_list_pem).transpose()?.unwrap_or_default();
        let stated = token.verify(&asked.digest, Some(asked.nonce), &roots, &pem_revocation_lists(&crls)?)?;
        if let Some(ahead_s) = ahead(stated.time_ms, self.now_ms()) {
            let whose = Whose::Authority(authority.name.clone());
            return Err(StampError::Clock(ClockOff { whose, ahead_s }));
        }
        let stamp = TimeStamp {
            size: asked.size,
            authority: authority.name.clone(),
            time_ms: stated.time_ms,
            note: asked.note.clone(),
            token: token.as_der().to_vec(),
            anchors: authority.anchors.clone(),
            crls,
        };
        let body = Body::system()
            .with("authority", authority.name.as_str())
            .with("size", asked.size)
            .with("stated_ms", stated.time_ms);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.add_time_stamp(&stamp)?;
                tx.commit(Draft::recorded(action::TIME_STAMP, &body), ())
            })
            .await?;
        Ok((stated, receipt))
    }

    /// The newest time stamps, newest first.
    ///
    /// # Errors
    /// `Store`.
    pub fn time_stamps(&self, limit: usize) -> Result<Vec<TimeStamp>, StoreError> {
        self.store.read(|conn| time_stamps::newest(conn, limit))
    }
}
