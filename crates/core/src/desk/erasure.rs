//! Erasing a customer for good (PIPL 47): the key and all that it sealed, and what the ledger says of them. The leaves
//! stay, so that every proof still holds, and an entry tells that this was ordered.

use super::{DeskError, reference_of};
use crate::{
    Tigertally,
    entry::{Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request},
    vault::body_of,
};

/// What was erased.
#[derive(Clone, Debug)]
pub struct ErasedCustomer {
    /// Entries whose body and salt are gone.
    pub entries: usize,
    /// Where the order stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Erases a customer. `order` is the reference of the request or order that it is done for: 1 to 40 letters, digits,
    /// `-`, `_`, `/` and `.`, for it stands in the ledger. It cannot be undone.
    ///
    /// # Errors
    /// `Invalid` for an order that is none; `NotFound`; `Denied`; `Store`.
    pub async fn erase_customer(
        &self,
        actor: &Actor,
        customer_no: &str,
        order: &str,
    ) -> Result<ErasedCustomer, DeskError> {
        let order = reference_of("order", order)?;
        let customer = self.customer(customer_no)?;
        let request = Request::new(
            actor.facts().clone(),
            Action::EraseCustomer,
            self.subject(&customer, actor)?,
            self.hour(),
        );
        let permit = self.permit(actor, action::ERASE, request).await?;
        let body = body_of(&permit, actor.via()).with("order", order);
        // The entries until now. One that is written in the same moment keeps its body, which names the customer by number
        // and holds no value.
        self.store.catch_up().await?;
        let (entries, receipt) = self
            .store
            .change(move |tx| {
                let entries = tx.entries_about(&customer.no)?;
                tx.erase_customer(customer.id, &entries)?;
                let body = body.with("entries", entries.clone());
                tx.commit(Draft::new(action::ERASE, Decision::Allowed, &body), entries.len())
            })
            .await?;
        if !self.store.empty_log().await {
            tracing::warn!("what was erased stands in the write-ahead log until nobody reads it any more");
        }
        Ok(ErasedCustomer { entries, receipt })
    }
}
