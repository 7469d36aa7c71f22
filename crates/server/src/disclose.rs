//! The one place where a disclosure becomes bytes.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tigertally_core::{Disclosure, desk::ExportLine, record::Field};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::problem::ReceiptJson;

/// Fields in clear, with the receipt of their opening.
#[derive(Serialize, ToSchema)]
pub(crate) struct Revealed {
    /// The values by field name. A field without a value is not there.
    #[schema(example = json!({"mobile": "13800001234"}))]
    fields: BTreeMap<&'static str, String>,
    /// Where the opening stands in the ledger.
    receipt: ReceiptJson,
    /// The rules that granted it.
    rules: Vec<String>,
}

/// A disclosure as an answer that nothing on the way keeps.
pub(crate) fn disclose(disclosure: &Disclosure) -> Response {
    let revealed = Revealed {
        fields: disclosure.values().map(|(field, value)| (field.name(), value.to_owned())).collect(),
        receipt: disclosure.receipt().clone().into(),
        rules: disclosure.rules().to_vec(),
    };
    let mut response = Json(revealed).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The number of a disclosure that was made for a machine, or for the device of who calls.
pub(crate) fn for_a_machine(disclosure: &Disclosure) -> Zeroizing<String> {
    let mut values = disclosure.values();
    Zeroizing::new(
        values.find(|(field, _)| *field == Field::Mobile).map_or("", |(_, value)| value).to_owned(),
    )
}

/// The columns of an export's row: in clear what was granted for it, else the mask.
pub(crate) fn cells(line: &ExportLine, fields: &[Field]) -> Vec<Zeroizing<String>> {
    let cell = |field: &Field| line.clear(*field).or_else(|| line.customer.mask(*field)).unwrap_or_default();
    fields.iter().map(|field| Zeroizing::new(line.dress(Some(*field), cell(field)))).collect()
}
