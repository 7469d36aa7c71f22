//! Purposes: an access is for something that exists. What the caller states is looked up here; only what stands
//! becomes a purpose that the policy hears of.

use super::DeskError;
use crate::{
    Tigertally,
    policy::{Purpose, PurposeKind},
    record::Field,
    store::{approvals, customers::Customer, followups, work},
    vault::bit,
};

/// An order can be a purpose for so many days after its day.
const ORDER_DAYS: i64 = 90;
/// A call or message that nobody ended goes on for so long.
pub(super) const CALL_MS: u64 = 2 * 3600 * 1000;

/// A purpose as somebody states it, such as `task:17`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedPurpose {
    /// What sort of thing.
    pub kind: PurposeKind,
    /// Which one.
    pub reference: i64,
}

impl StatedPurpose {
    /// Reads `kind` and `ref` as the API has them.
    pub fn parse(kind: &str, reference: &str) -> Option<StatedPurpose> {
        Some(StatedPurpose { kind: PurposeKind::parse(kind)?, reference: reference.parse().ok()? })
    }
}

/// A purpose that stands, to choose from.
#[derive(Clone, Debug)]
pub struct PurposeOption {
    /// What sort of thing.
    pub kind: PurposeKind,
    /// Which one.
    pub reference: i64,
    /// What it is about, in words; empty for orders.
    pub title: String,
    /// Day it is due, was made or ends: `YYYY-MM-DD`, or Unix milliseconds for calls and approvals.
    pub when: String,
}

impl Tigertally {
    /// Looks a stated purpose up: it must exist, be open, be the actor's, and be about this customer and these fields.
    pub(crate) fn purpose(
        &self,
        staff: i64,
        customer: &Customer,
        fields: &[Field],
        stated: &StatedPurpose,
    ) -> Result<Purpose, DeskError> {
        let id = stated.reference;
        let now_ms = self.now_ms();
        let stands = match stated.kind {
            PurposeKind::Task => self.store.read_settled(|conn| work::task(conn, id))?.is_some_and(|task| {
                task.customer_id == customer.id && task.assignee_id == staff && task.closed_ms.is_none()
            }),
            PurposeKind::Call => self
                .store
                .read_settled(|conn| followups::follow_up(conn, &self.log_keys, id))?
                .is_some_and(|call| {
                    call.customer_id == customer.id
                        && call.staff_id == staff
                        && call.ended_ms.is_none()
                        && now_ms < call.at_ms + CALL_MS
                }),
            PurposeKind::Order => {
                let since = self.order_purpose_since();
                self.store.read_settled(|conn| work::order_stands(conn, id, customer.id, &since))?
            }
            PurposeKind::Approval => {
                self.store.read_settled(|conn| approvals::approval(conn, id))?.is_some_and(|approval| {
                    approval.target == approvals::Target::Access(customer.id)
                        && self.approval_stands(staff, &approval)
                        && fields.iter().all(|field| approval.unopened() & bit(*field) != 0)
                })
            }
        };
        if stands {
            Ok(Purpose { kind: stated.kind, reference: id.to_string() })
        } else {
            Err(DeskError::Purpose)
        }
    }

    /// Whether what was stated is there at all: closed, somebody else's, about another customer.
    pub(super) fn purpose_exists(
        &self,
        customer: &Customer,
        stated: &StatedPurpose,
    ) -> Result<bool, DeskError> {
        let id = stated.reference;
        Ok(self.store.read(|conn| match stated.kind {
            PurposeKind::Task => Ok(work::task(conn, id)?.is_some()),
            PurposeKind::Call => Ok(followups::follow_up(conn, &self.log_keys, id)?.is_some()),
            PurposeKind::Order => work::order_stands(conn, id, customer.id, ""),
            PurposeKind::Approval => Ok(approvals::approval(conn, id)?.is_some()),
        })?)
    }

    /// The first day whose orders can be a purpose.
    pub(super) fn order_purpose_since(&self) -> String {
        let today = self.today();
        today.checked_sub(jiff::Span::new().days(ORDER_DAYS)).unwrap_or(today).to_string()
    }
}
