//! Opening: permit → warrant → what the permit names.

use zeroize::Zeroizing;

use super::{
    Vault, VaultError, bit, frame,
    seal::{ClassKeys, mask_of},
};
use crate::{
    entry::{Body, Decision, Draft, PurposeNote, Receipt},
    identity::Via,
    policy::{Action, Permit, PurposeKind, Subject},
    record::Field,
    store::{customers::Customer, followups::AttachmentRow, sealed},
};

/// A permit whose access is durable in the ledger. Opening consumes it.
#[must_use = "a warrant that is not opened leaves an intent without an outcome"]
pub struct Warrant {
    pub(super) permit: Permit,
    pub(super) receipt: Receipt,
    rows: Vec<Customer>,
    pub(super) file: Option<AttachmentRow>,
}

/// The fields that a permit named, in clear. The values are wiped when it is dropped.
pub struct Disclosure {
    values: Vec<(Field, Zeroizing<String>)>,
    receipt: Receipt,
    rules: Vec<String>,
}

impl Disclosure {
    /// The values, in the order asked for; a field without a value is not there.
    pub fn values(&self) -> impl Iterator<Item = (Field, &str)> {
        self.values.iter().map(|(field, value)| (*field, value.as_str()))
    }

    /// Where the access stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The rules that granted it.
    pub fn rules(&self) -> &[String] {
        &self.rules
    }
}

/// A customer as a list shows it.
#[derive(Clone)]
pub struct Masked {
    /// What is known of it without opening anything.
    pub customer: Customer,
    masks: Vec<(Field, String)>,
}

impl Masked {
    /// A customer who does not exist, masked as the others are.
    pub(crate) fn made_up(customer: Customer, values: &[(Field, String)]) -> Masked {
        let mask = |(field, value): &(Field, String)| (*field, mask_of(*field, customer.kind, value));
        Masked { masks: values.iter().map(mask).collect(), customer }
    }

    /// The mask of a field; `None` when there is no value.
    pub fn mask(&self, field: Field) -> Option<&str> {
        self.masks.iter().find(|(masked, _)| *masked == field).map(|(_, mask)| mask.as_str())
    }
}

/// What a warrant for a masked view gave: the customers that it names, and leave to read the texts on their page.
pub struct Page {
    receipt: Receipt,
    /// The customers, in the order of the warrant.
    pub customers: Vec<Masked>,
}

impl Page {
    /// Where the view stands in the ledger.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Opens a free text that belongs to what this page shows, and to no customer.
    pub(crate) fn text(
        &self,
        vault: &Vault,
        kind: &'static str,
        id: i64,
        sealed: &[u8],
    ) -> Result<String, VaultError> {
        let opened = vault.keyring.open_secret(&format!("{kind}:{id}"), sealed)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::Damaged)
    }
}

/// What an intent's entry tells besides what its permit says.
#[derive(Default)]
pub(crate) struct Record {
    /// The entry's action.
    pub(crate) action: &'static str,
    /// The way in.
    pub(crate) via: Via,
    /// Counts and the like.
    pub(crate) detail: std::collections::BTreeMap<String, serde_json::Value>,
    /// The customers that a masked view will show.
    pub(crate) rows: Vec<Customer>,
    /// The file that will be handed over.
    pub(crate) file: Option<AttachmentRow>,
}

impl Vault {
    /// Puts the access down in the ledger and waits until it is durable. Only then is there a warrant.
    pub(crate) async fn warrant(&self, permit: Permit, record: Record) -> Result<Warrant, VaultError> {
        let mut body = body_of(&permit, record.via);
        body.detail = record.detail;
        if let Some(file) = &record.file {
            body = body.with("attachment", file.id).with("bytes", file.bytes);
        }
        if body.customer.is_none() {
            match record.rows.as_slice() {
                [only] => {
                    body.customer = Some(only.no.clone());
                    body.tier = Some(only.tier.name().to_owned());
                }
                many => body.customers = many.iter().map(|row| row.no.clone()).collect(),
            }
        }
        let draft = Draft::new(record.action, Decision::Allowed, &body);
        let receipt = match approval_of(&permit) {
            None => self.store.append(draft).await?,
            Some((approval, customer)) => {
                let requester = permit.actor().staff_no.clone();
                let fields = permit.fields().iter().fold(0, |bits, field| bits | bit(*field));
                let opened = self.store.change(move |tx| {
                    if tx.open_for_approval(approval, &requester, customer, fields)? {
                        Ok(tx.commit(draft, ())?)
                    } else {
                        Err(VaultError::UsedUp)
                    }
                });
                opened.await?.1
            }
        };
        Ok(Warrant { permit, receipt, rows: record.rows, file: record.file })
    }

    /// Opens what the warrant names, and notes the outcome.
    pub(crate) fn open(&self, warrant: Warrant) -> Result<Disclosure, VaultError> {
        let opened = self.open_fields(&warrant);
        self.store.outcome(warrant.receipt.index, opened.is_ok());
        let rules = warrant.permit.rules().iter().map(|rule| rule.as_str().to_owned()).collect();
        Ok(Disclosure { values: opened?, receipt: warrant.receipt, rules })
    }

    fn open_fields(&self, warrant: &Warrant) -> Result<Vec<(Field, Zeroizing<String>)>, VaultError> {
        let Subject::Customer { id, facts, .. } = warrant.permit.subject() else {
            return Err(VaultError::Damaged);
        };
        let record = *id as u64;
        let found =
            self.store.read_settled(|conn| sealed::ciphertext(conn, *id))?.ok_or(VaultError::Damaged)?;
        let data_key = self.keyring.unwrap_data_key(record, &found.wrapped)?;
        let mut keys = ClassKeys::new(&data_key);
        let pieces = frame::pieces(&found.record)?;
        let mut values = Vec::new();
        for field in warrant.permit.fields() {
            let Some(piece) = pieces.iter().find(|piece| piece.field == *field) else { continue };
            let place = tigertally_crypto::Place { record, field: field.id(), version: piece.version };
            let plain = keys.of(field.class(facts.kind).id()).open(place, piece.bytes)?;
            let text = std::str::from_utf8(&plain).map_err(|_| VaultError::Damaged)?;
            values.push((*field, Zeroizing::new(text.to_owned())));
        }
        Ok(values)
    }

    /// Opens the masks of the customers that the warrant names: no field is opened.
    pub(crate) fn page(&self, warrant: Warrant) -> Result<Page, VaultError> {
        let ids: Vec<i64> = warrant.rows.iter().map(|row| row.id).collect();
        let sealed = self.store.read_settled(|conn| sealed::masks(conn, &ids))?;
        let customers = warrant
            .rows
            .into_iter()
            .zip(sealed)
            .map(|(row, (id, version, masks))| {
                let opened = self.keyring.open_masks(id as u64, version, &masks)?;
                let masks = frame::pieces(&opened)?
                    .into_iter()
                    .map(|piece| match std::str::from_utf8(piece.bytes) {
                        Ok(mask) => Ok((piece.field, mask.to_owned())),
                        Err(_) => Err(VaultError::Damaged),
                    })
                    .collect::<Result<_, _>>()?;
                Ok(Masked { customer: row, masks })
            })
            .collect::<Result<_, VaultError>>()?;
        Ok(Page { receipt: warrant.receipt, customers })
    }
}

/// The approval that fields of a customer are opened for, and the customer: the writer asks whether it lets them be.
fn approval_of(permit: &Permit) -> Option<(i64, i64)> {
    let purpose = permit.purpose().filter(|purpose| purpose.kind == PurposeKind::Approval)?;
    let Subject::Customer { id, .. } = permit.subject() else { return None };
    (permit.action() == Action::Reveal).then(|| Some((purpose.reference.parse().ok()?, *id))).flatten()
}

/// What a permit says, as an entry's body.
pub(crate) fn body_of(permit: &Permit, via: Via) -> Body {
    let mut body = Body {
        actor: permit.actor().staff_no.clone(),
        role: permit.actor().role.name().to_owned(),
        via: via.name().to_owned(),
        fields: permit.fields().iter().map(|field| field.name().to_owned()).collect(),
        purpose: permit.purpose().map(PurposeNote::from),
        rules: permit.rules().iter().map(|rule| rule.as_str().to_owned()).collect(),
        policy: Some(permit.version()),
        ..Body::default()
    };
    if let Subject::Customer { no, facts, .. } = permit.subject() {
        body.customer = Some(no.clone());
        body.tier = Some(facts.tier.name().to_owned());
    }
    body
}
