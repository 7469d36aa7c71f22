//! What an export asked for, as it is kept.

use serde_json::json;

use super::ExportQuery;
use crate::desk::{ListQuery, Scope};

/// The conditions of a list as JSON, for people to read later.
pub(super) fn asked(query: &ExportQuery) -> String {
    let ListQuery { scope, tier, region, kind, owner, .. } = &query.list;
    let scope = match scope {
        Scope::All => None,
        Scope::Mine => Some("mine".to_owned()),
        Scope::Department => Some("department".to_owned()),
        Scope::Shared => Some("shared".to_owned()),
    };
    let pairs = [
        ("scope", scope),
        ("tier", tier.map(|tier| tier.name().to_owned())),
        ("region", region.clone()),
        ("kind", kind.map(|kind| kind.name().to_owned())),
        ("owner", owner.clone()),
    ];
    let pairs: serde_json::Map<String, serde_json::Value> =
        pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect();
    serde_json::Value::Object(pairs).to_string()
}
