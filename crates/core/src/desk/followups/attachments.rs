//! Files on follow-ups: taken in, and handed over.

use super::{
    super::{DeskError, tiers::blocking},
    AttachmentFault, AttachmentKind,
    kinds::{clean_name, kind_of},
};
use crate::{
    Tigertally, VaultError,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::Action,
    store::followups::{self, AttachmentRow},
    vault::{Kept, OpenFile, PIECE, Record, body_of},
};

/// A file that is handed over, a piece at a time.
pub struct AttachedFile {
    file: OpenFile,
    /// What it is.
    pub kind: AttachmentKind,
}

impl AttachedFile {
    /// The name of the file.
    pub fn name(&self) -> &str {
        self.file.name()
    }

    /// Its size, bytes.
    pub fn bytes(&self) -> u64 {
        self.file.bytes()
    }

    /// Where the access stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        self.file.receipt()
    }

    /// The next piece; `None` at the end. It reads the database: call it where that may block.
    ///
    /// # Errors
    /// `Vault` when somebody changed the file meanwhile; `Store`.
    pub fn next_piece(&mut self) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, DeskError> {
        Ok(self.file.next_piece()?)
    }
}

impl Tigertally {
    /// Adds a file to a follow-up of the actor's own; its number.
    ///
    /// # Errors
    /// `Attachment` says why it is not taken; `NotFound` also for a follow-up of somebody else's; `Denied`; `Store`.
    pub async fn attach(
        &self,
        actor: &Actor,
        follow_up: i64,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(i64, Receipt), DeskError> {
        let row = self.store.read(|conn| followups::follow_up(conn, &self.log_keys, follow_up))?;
        let row = row.ok_or(DeskError::NotFound("follow-up"))?;
        if row.staff_id != actor.id() {
            let mut body = self.body(actor).with("follow_up", follow_up);
            body.customer = Some(row.customer_no);
            return Err(self.not_theirs("follow-up", action::ATTACH, &body).await?);
        }
        let customer = self.customer(&row.customer_no)?;
        let request = self.asking(actor, Action::FollowUp, &customer)?;
        let permit = self.permit(actor, action::ATTACH, request).await?;
        let settings = self.settings().follow_ups;
        let named = clean_name(name)?;
        let scribe = self.vault.scribe(customer.id)?;
        let (name, most) = (named.clone(), settings.attachment_mb);
        let (bytes, kind) =
            blocking(move || Ok::<_, DeskError>(fitting(&name, &bytes, most).map(|kind| (bytes, kind))?))
                .await?;
        let size = bytes.len() as u64;
        let body = body_of(&permit, actor.via()).with("follow_up", follow_up).with("bytes", size);
        self.store
            .change(move |tx| {
                let there = tx.count_attachments(follow_up)?.ok_or(DeskError::NotFound("follow-up"))?;
                if there >= settings.attachments as usize {
                    return Err(AttachmentFault::TooMany(settings.attachments).into());
                }
                let id = tx.next_id("attachment")?;
                let pieces = scribe.pieces(id, &bytes);
                let row = AttachmentRow {
                    id,
                    customer_id: customer.id,
                    follow_up,
                    kind: kind as u8,
                    name: scribe.text(Kept::FileName, id, &named),
                    bytes: size,
                    pieces: size.div_ceil(PIECE as u64).max(1) as u32,
                    added_ms: tx.now_ms(),
                };
                tx.add_attachment(&row, &pieces)?;
                let body = body.with("attachment", id);
                Ok(tx.commit(Draft::new(action::ATTACH, Decision::Allowed, &body), id)?)
            })
            .await
    }

    /// Whether a file could be kept, by its name, size and bytes.
    ///
    /// # Errors
    /// Why not.
    pub fn check_attachment(&self, name: &str, bytes: &[u8]) -> Result<AttachmentKind, AttachmentFault> {
        fitting(&clean_name(name)?, bytes, self.settings().follow_ups.attachment_mb)
    }

    /// Hands a file over to somebody who may read the history that it belongs to.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Vault` when the file was cut short or changed; `Store`.
    pub async fn attachment(
        self: &std::sync::Arc<Self>,
        actor: &Actor,
        id: i64,
    ) -> Result<AttachedFile, DeskError> {
        let row = self.store.read(|conn| {
            let row =
                followups::attachment(conn, &self.log_keys, id)?.ok_or(DeskError::NotFound("attachment"))?;
            let of = followups::follow_up(conn, &self.log_keys, row.follow_up)?;
            let of = of.ok_or(DeskError::NotFound("attachment"))?;
            Ok::<_, DeskError>((row, of.customer_no))
        })?;
        let (row, customer_no) = row;
        let customer = self.customer(&customer_no)?;
        let request = self.asking(actor, Action::ReadHistory, &customer)?;
        let permit = self.permit(actor, action::ATTACHMENT, request).await?;
        let kind = AttachmentKind::of(row.kind).ok_or(VaultError::Damaged)?;
        let record =
            Record { action: action::ATTACHMENT, via: actor.via(), file: Some(row), ..Record::default() };
        let warrant = self.vault.warrant(permit, record).await?;
        let this = std::sync::Arc::clone(self);
        let file = blocking(move || Ok::<_, DeskError>(this.vault.file(warrant)?)).await?;
        Ok(AttachedFile { file, kind })
    }
}

/// What a file of a clean name is, when it is no larger than so many MB.
fn fitting(name: &str, bytes: &[u8], most_mb: u32) -> Result<AttachmentKind, AttachmentFault> {
    if bytes.len() as u64 > u64::from(most_mb) << 20 {
        return Err(AttachmentFault::TooLarge(most_mb));
    }
    kind_of(name, bytes)
}
