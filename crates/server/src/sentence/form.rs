//! Which sentence an entry takes: `say-ACTION`, or another form of it for what its body says.

use tigertally_core::entry::{Body, action};

use super::{flagged, moved, text};

/// Under which key the sentence of a deed stands.
pub(super) fn key_of(name: &str, body: &Body) -> String {
    let flag = |key: &str| flagged(body, key);
    let form = match name {
        action::OUTCOME if !body.failed.is_empty() => "-failed",
        action::RULES_READ if body.detail.contains_key("acknowledgements") => "-readers",
        action::POOL if body.customer.is_some() => "-one",
        action::BULK_RUN => match text(body, "what") {
            "assign" => "-assign",
            "share" => "-share",
            "claim" => "-claim",
            _ => "-pool",
        },
        action::BULK_READ if body.detail.contains_key("swept") => "-swept",
        action::RETIER if moved(body) == 0 => "-spend",
        action::CHANGE if body.fields.is_empty() => "-nothing",
        action::APPROVAL if flag("withdrawn") == Some(true) => "-withdrawn",
        action::FREEZE if flag("read") == Some(true) => "-read",
        action::APPROVAL if body.detail.contains_key("freeze") => "-release",
        action::APPROVAL_DECIDE if body.detail.contains_key("freeze") => match flag("approved") {
            Some(false) => "-release-refused",
            _ => "-release",
        },
        action::APPROVAL if body.detail.contains_key("handover") => "-handover",
        action::APPROVAL_DECIDE if body.detail.contains_key("handover") => match flag("approved") {
            Some(false) => "-handover-refused",
            _ => "-handover",
        },
        action::HANDOVER => {
            match ["kind", "note", "split", "preview"].map(|key| body.detail.contains_key(key)) {
                [true, ..] => "",
                [_, true, ..] => "-note",
                [_, _, true, _] => "-split",
                [.., true] => "-preview",
                _ => "-step",
            }
        }
        action::HANDOVER_MOVE if flag("begun") == Some(true) => "-begun",
        action::HANDOVER_MOVE if flag("finished") == Some(true) => "-finished",
        action::HANDOVER_CLOSE if flag("cancelled") == Some(true) => "-cancelled",
        action::HANDOVER_READ if !body.detail.contains_key("handover") => "-list",
        action::APPROVAL | action::APPROVAL_DECIDE if body.detail.contains_key("policy") => "-policy",
        action::APPROVAL | action::APPROVAL_DECIDE if body.detail.contains_key("tiers") => "-tiers",
        action::APPROVAL_DECIDE if body.detail.contains_key("proposal") => "-proposal-refused",
        action::APPROVAL if flag("claim") == Some(true) => "-claim",
        action::APPROVAL_DECIDE if flag("claim") == Some(true) => match flag("approved") {
            Some(true) => "-claim",
            _ => "-claim-refused",
        },
        action::SHARE if body.detail.contains_key("approval") => "-asked",
        action::SHARE_END if body.actor == "system" => "-over",
        action::APPROVAL_DECIDE if body.detail.contains_key("share") => match flag("approved") {
            Some(true) => "-share",
            _ => "-share-refused",
        },
        action::AUDIT_SHEET if flag("paper") == Some(true) => "-paper",
        action::APPROVAL_DECIDE if body.customer.is_none() && flag("approved") == Some(false) => {
            "-export-refused"
        }
        action::APPROVAL_DECIDE if body.customer.is_none() => "-export",
        action::APPROVAL_DECIDE if flag("approved") == Some(false) => "-refused",
        action::FOLLOW_UP if flag("begun") == Some(true) => "-begun",
        action::CONNECT if flag("link") == Some(true) => "-link",
        action::CONNECT => match flag("reached") {
            Some(true) => "-reached",
            Some(false) => "-not-reached",
            None => "",
        },
        action::MAIL if flag("trial") == Some(true) => match flag("taken") {
            Some(true) => "-trial-taken",
            Some(false) => "-trial-failed",
            None => "-trial",
        },
        action::MAIL if body.detail.contains_key("dropped") => "-dropped",
        action::MAIL if body.detail.contains_key("sent") => "-ended",
        action::MAIL if body.detail.contains_key("put_back") => "-back",
        action::ABSENCE if flag("absence") == Some(false) => "-end",
        action::EXPORT_ASK if body.detail.contains_key("counted") => "-counted",
        action::SIGN_IN if !body.detail.contains_key("address") => "-again",
        action::SIGN_OUT if flag("everywhere") == Some(true) => "-everywhere",
        action::IMPORT if body.detail.contains_key("refused") => "-refused",
        action::IMPORT if flag("dry_run") == Some(true) => "-dry",
        action::IMPORT if flag("taken") == Some(false) => "-left",
        action::SETTINGS_READ if body.detail.contains_key("preview") => "-preview",
        action::CREDENTIAL => match text(body, "set") {
            "activation code" => "-invite",
            "password" => "-password",
            "recovery codes" => "-codes",
            _ => "-first",
        },
        action::WITNESS => match text(body, "event") {
            "lost" => "-lost",
            "back" => "-back",
            "ahead" => "-ahead",
            _ => "-forked",
        },
        action::CLOCK => match text(body, "clock") {
            "witness" => "-witness",
            "authority" => "-authority",
            _ => "-ledger",
        },
        action::EVIDENCE if body.detail.contains_key("sha256") => "-sealed",
        action::LEDGER_READ if body.detail.contains_key("bundle") => "-bundle",
        action::LEDGER_READ if body.detail.contains_key("entry") => "-entry",
        action::LEDGER_READ if body.detail.contains_key("proof") => "-proof",
        action::LEDGER_READ if body.detail.contains_key("live") => "-live",
        action::LEDGER_VERIFY if body.detail.contains_key("old") => "-consistency",
        action::LEDGER_VERIFY if flag("ok") == Some(false) => "-fault",
        action::TEAM if body.detail.contains_key("load") => "-load",
        action::LEDGER_READ | action::TEAM | action::OWN_RECORD if body.detail.contains_key("figures") => {
            "-figures"
        }
        action::LEDGER_READ | action::TEAM if body.detail.contains_key("seen") => "-seen",
        action::LEDGER_READ | action::TEAM if body.staff.is_some() => "-of",
        _ => "",
    };
    format!("say-{}{form}", name.replace('.', "-"))
}
