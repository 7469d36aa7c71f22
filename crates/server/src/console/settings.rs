//! Settings: a few values that the company sets.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{
    CareSettings, ConnectSettings, ExportSettings, FollowUpSettings, Settings, desk::DeskError,
    policy::Action,
};

use super::{
    PageError, html,
    ledger::AuditView,
    ledger::audit_of,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
};

/// Time zones that are offered; every name of the IANA database is taken.
const ZONES: [&str; 8] = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "UTC",
];

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    zones: [&'static str; 8],
    /// The last verification of the ledger, for who runs the system and may verify it, though not read it.
    audit: Option<AuditView>,
    may_verify: bool,
    /// Whether what the call centre is sent can be signed.
    has_secret: bool,
    /// By which server mails are sent; empty when none are.
    mail_host: String,
}

fn typed_of(settings: &Settings) -> Typed {
    Typed::with(&[
        ("company", &settings.company),
        ("time_zone", &settings.time_zone),
        ("reveal_seconds", &settings.reveal_seconds.to_string()),
        ("review_days", &settings.review_days.to_string()),
        ("approval_minutes", &settings.approval_minutes.to_string()),
        ("request_days", &settings.request_days.to_string()),
        ("share_days", &settings.share_days.to_string()),
        ("export_few", &settings.exports.few.to_string()),
        ("export_keep_hours", &settings.exports.keep_hours.to_string()),
        ("duplicates_per_day", &settings.care.duplicates_per_day.to_string()),
        ("pool_low_days", &settings.care.pool_low_days.to_string()),
        ("pool_medium_days", &settings.care.pool_medium_days.to_string()),
        ("pool_high_days", &settings.care.pool_high_days.to_string()),
        ("pool_warn_days", &settings.care.pool_warn_days.to_string()),
        ("claims_per_day", &settings.care.claims_per_day.to_string()),
        ("attachment_mb", &settings.follow_ups.attachment_mb.to_string()),
        ("attachments", &settings.follow_ups.attachments.to_string()),
        ("connect_webhook_url", &settings.connect.webhook_url),
        ("sip_domain", &settings.connect.sip_domain),
        ("hand_off", if settings.connect.hand_off { "1" } else { "" }),
        ("canary_phones", &settings.exports.canary_phones.join(" ")),
        ("canary_domain", &settings.exports.canary_domain),
    ])
}

fn view(visitor: &Visitor, typed: Typed, faults: Faults) -> Result<SettingsPage, PageError> {
    let has_secret = visitor.desk().has_connect_secret().map_err(|error| visitor.fail(&error))?;
    Ok(SettingsPage {
        shell: visitor.shell("nav-settings", "/settings"),
        typed,
        faults,
        zones: ZONES,
        audit: audit_of(&visitor.app, visitor.lang),
        may_verify: visitor.may(Action::VerifyLedger),
        has_secret,
        mail_host: visitor.desk().settings().mail.host,
    })
}

/// `GET /settings`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let read = visitor.desk().read_settings(&visitor.actor).await;
    let (settings, receipt) = read.map_err(|error| visitor.fail(&error))?;
    let mut page = view(&visitor, typed_of(&settings), Faults::default())?;
    page.shell = page.shell.recorded(&visitor.app, &receipt);
    Ok(html(&page))
}

/// `POST /settings`
pub(crate) async fn save(visitor: Visitor, typed: Typed) -> Page {
    let lang = visitor.lang;
    // What is no number is out of every range.
    let words = |name: &str| -> Vec<String> {
        typed
            .get(name)
            .split([' ', ',', '，', '、'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let number = |name: &str| typed.get(name).trim().parse().unwrap_or(u32::MAX);
    let new = Settings {
        company: typed.get("company").to_owned(),
        time_zone: typed.get("time_zone").trim().to_owned(),
        reveal_seconds: number("reveal_seconds"),
        review_days: number("review_days"),
        approval_minutes: number("approval_minutes"),
        request_days: number("request_days"),
        share_days: number("share_days"),
        exports: ExportSettings {
            few: number("export_few"),
            keep_hours: number("export_keep_hours"),
            canary_phones: words("canary_phones"),
            canary_domain: typed.get("canary_domain").trim().to_lowercase(),
        },
        care: CareSettings {
            duplicates_per_day: number("duplicates_per_day"),
            pool_low_days: number("pool_low_days"),
            pool_medium_days: number("pool_medium_days"),
            pool_high_days: number("pool_high_days"),
            pool_warn_days: number("pool_warn_days"),
            claims_per_day: number("claims_per_day"),
        },
        follow_ups: FollowUpSettings {
            attachment_mb: number("attachment_mb"),
            attachments: number("attachments"),
        },
        connect: ConnectSettings {
            webhook_url: typed.get("connect_webhook_url").trim().to_owned(),
            hand_off: typed.ticked("hand_off"),
            sip_domain: typed.get("sip_domain").trim().to_lowercase(),
        },
        ..visitor.desk().settings()
    };
    let faults = match visitor.desk().change_settings(&visitor.actor, new).await {
        Ok(receipt) => return Ok(visitor.done("/settings", "flash-settings", receipt)),
        Err(DeskError::Setting(name)) => Faults::one(name, lang.t(&format!("setting-{name}-range"))),
        Err(DeskError::Conflict) => Faults::one("", lang.t("problem-conflict-text")),
        Err(error) => return Err(visitor.fail(&error)),
    };
    Ok((faults.status(), html(&view(&visitor, typed, faults)?)).into_response())
}

/// `POST /settings/connect-secret`
pub(crate) async fn save_secret(visitor: Visitor, typed: Typed) -> Page {
    match visitor.desk().set_connect_secret(&visitor.actor, typed.get("secret")).await {
        Ok(receipt) => Ok(visitor.done("/settings", "flash-connect-secret", receipt)),
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            let page = view(&visitor, typed_of(&visitor.desk().settings()), faults)?;
            Ok((page.faults.status(), html(&page)).into_response())
        }
    }
}
