//! Settings, and the secret that signs what the call centre is sent.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    CareSettings, ConnectSettings, EvidenceSettings, ExportSettings, FollowUpSettings, MailSettings,
    Settings, TimeStampAuthority,
};
use utoipa::ToSchema;

use super::{body::Body, care::CareJson, customers::Done, mail::MailJson, rules::TierRuleJson};
use crate::{
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// The settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsJson {
    /// Name of the company.
    company: String,
    /// Time zone of the company (IANA name).
    time_zone: String,
    /// Seconds that a revealed field is shown.
    reveal_seconds: u32,
    /// Days between access reviews of a high-tier customer.
    review_days: u32,
    /// Minutes that an approval can be used.
    approval_minutes: u32,
    /// Days in which what was asked for can be decided.
    request_days: u32,
    /// Days that a customer can be shared at most.
    share_days: u32,
    /// So many customers of one's own area, masked, count as few: they can be exported at once.
    export_few: u32,
    /// Hours in which the file of an export can be fetched.
    export_keep_hours: u32,
    /// Who cares for customers: the duplicate check and the public pool.
    care: CareJson,
    /// What can be kept on follow-ups.
    follow_ups: FollowUpSettingsJson,
    /// How customers are called without anybody seeing the number.
    connect: ConnectJson,
    /// Phone numbers that ring where somebody watches, for the made-up customers of an export.
    canary_phones: Vec<String>,
    /// A mail domain that takes mail for every name, for the same; empty without one.
    canary_domain: String,
    /// The tier rule; `POST /tiers/proposals` asks for another.
    tiers: TierRuleJson,
    /// Who vouches for the ledger from outside.
    evidence: EvidenceJson,
    /// How the staff are told by mail what waits for them.
    mail: MailJson,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read the settings.
#[utoipa::path(get, path = "/settings", tag = "rules", responses((status = 200, body = SettingsJson), (status = 403, body = Problem)))]
pub(crate) async fn settings(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<SettingsJson>, Problem> {
    let (settings, receipt) =
        app.tigertally.read_settings(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(SettingsJson {
        company: settings.company,
        time_zone: settings.time_zone,
        reveal_seconds: settings.reveal_seconds,
        review_days: settings.review_days,
        approval_minutes: settings.approval_minutes,
        request_days: settings.request_days,
        share_days: settings.share_days,
        export_few: settings.exports.few,
        export_keep_hours: settings.exports.keep_hours,
        care: settings.care.into(),
        follow_ups: settings.follow_ups.into(),
        connect: settings.connect.into(),
        canary_phones: settings.exports.canary_phones,
        canary_domain: settings.exports.canary_domain,
        tiers: settings.tiers.into(),
        evidence: settings.evidence.into(),
        mail: settings.mail.into(),
        receipt: receipt.into(),
    }))
}

/// Settings to be put in force. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSettings {
    /// Name of the company.
    company: Option<String>,
    /// Time zone of the company (IANA name).
    time_zone: Option<String>,
    /// Seconds that a revealed field is shown, 5 to 300.
    reveal_seconds: Option<u32>,
    /// Days between access reviews of a high-tier customer, 7 to 366.
    review_days: Option<u32>,
    /// Minutes that an approval can be used, 5 to 1,440.
    approval_minutes: Option<u32>,
    /// Days in which what was asked for can be decided, 1 to 30.
    request_days: Option<u32>,
    /// Days that a customer can be shared at most, 1 to 366.
    share_days: Option<u32>,
    /// So many customers of one's own area, masked, count as few, 0 to 1,000.
    export_few: Option<u32>,
    /// Hours in which the file of an export can be fetched, 1 to 168.
    export_keep_hours: Option<u32>,
    /// Who cares for customers, as a whole.
    care: Option<CareJson>,
    /// What can be kept on follow-ups, as a whole.
    follow_ups: Option<FollowUpSettingsJson>,
    /// How customers are called without anybody seeing the number, as a whole.
    connect: Option<ConnectJson>,
    /// Phone numbers that ring where somebody watches, at most 20; empty for none.
    canary_phones: Option<Vec<String>>,
    /// A mail domain that takes mail for every name; empty for none.
    canary_domain: Option<String>,
    /// Who vouches for the ledger from outside, as a whole.
    evidence: Option<EvidenceJson>,
    /// How the staff are told by mail what waits for them, as a whole.
    mail: Option<MailJson>,
}

/// What can be kept on follow-ups.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowUpSettingsJson {
    /// Most megabytes of a file, 1 to 50.
    attachment_mb: u32,
    /// Most files on a follow-up, 0 to 50.
    attachments: u32,
}

impl std::convert::From<FollowUpSettings> for FollowUpSettingsJson {
    fn from(settings: FollowUpSettings) -> Self {
        let FollowUpSettings { attachment_mb, attachments } = settings;
        FollowUpSettingsJson { attachment_mb, attachments }
    }
}

impl std::convert::From<FollowUpSettingsJson> for FollowUpSettings {
    fn from(settings: FollowUpSettingsJson) -> Self {
        let FollowUpSettingsJson { attachment_mb, attachments } = settings;
        FollowUpSettings { attachment_mb, attachments }
    }
}

/// How customers are called, or written to, without anybody seeing the number.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectJson {
    /// Where a machine is told whom to call: `https`, or `http` on the server's own machine; empty without one.
    webhook_url: String,
    /// Whether the number may go to the person's own device instead, which shows it.
    hand_off: bool,
    /// The telephone system that the device calls by (`sip:`), a domain with a port or without; empty for its own phone.
    #[serde(default)]
    sip_domain: String,
}

impl std::convert::From<ConnectSettings> for ConnectJson {
    fn from(settings: ConnectSettings) -> Self {
        let ConnectSettings { webhook_url, hand_off, sip_domain } = settings;
        ConnectJson { webhook_url, hand_off, sip_domain }
    }
}

impl std::convert::From<ConnectJson> for ConnectSettings {
    fn from(settings: ConnectJson) -> Self {
        let ConnectJson { webhook_url, hand_off, sip_domain } = settings;
        ConnectSettings { webhook_url, hand_off, sip_domain }
    }
}

/// Who vouches for the ledger from outside.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceJson {
    /// The witnesses and how many are enough (C2SP tlog-policy), each with its address; empty without witnesses.
    #[serde(default)]
    trust_policy: String,
    /// So many seconds the witnesses may be missed before it is raised, 10 to 86,400.
    witness_alarm_seconds: u32,
    /// Whether checkpoints bear a second, post-quantum line (ML-DSA-44).
    #[serde(default)]
    post_quantum: bool,
    /// Who stamps checkpoints with the time, at most 8.
    #[serde(default)]
    time_stamp_authorities: Vec<AuthorityJson>,
}

/// A time-stamp authority (RFC 3161).
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityJson {
    /// What it is called: letters, digits, `.`, `-`, `_`.
    name: String,
    /// Where it answers requests.
    url: String,
    /// The root certificates that its tokens must lead to (PEM).
    anchors: String,
    /// Where its revocation list can be fetched; empty when it has none.
    #[serde(default)]
    crl_url: String,
}

impl std::convert::From<EvidenceSettings> for EvidenceJson {
    fn from(settings: EvidenceSettings) -> Self {
        let authorities = settings.time_stamp_authorities.into_iter();
        EvidenceJson {
            trust_policy: settings.trust_policy,
            witness_alarm_seconds: settings.witness_alarm_seconds,
            post_quantum: settings.post_quantum,
            time_stamp_authorities: authorities
                .map(|TimeStampAuthority { name, url, anchors, crl_url }| AuthorityJson {
                    name,
                    url,
                    anchors,
                    crl_url,
                })
                .collect(),
        }
    }
}

impl std::convert::From<EvidenceJson> for EvidenceSettings {
    fn from(settings: EvidenceJson) -> Self {
        let authorities = settings.time_stamp_authorities.into_iter();
        EvidenceSettings {
            trust_policy: settings.trust_policy,
            witness_alarm_seconds: settings.witness_alarm_seconds,
            post_quantum: settings.post_quantum,
            time_stamp_authorities: authorities
                .map(|AuthorityJson { name, url, anchors, crl_url }| TimeStampAuthority {
                    name,
                    url,
                    anchors,
                    crl_url,
                })
                .collect(),
        }
    }
}

/// Change settings.
#[utoipa::path(put, path = "/settings", tag = "rules", request_body = NewSettings,
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_settings(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewSettings>,
) -> Result<Json<Done>, Problem> {
    let (new, old) = (body.value, app.tigertally.settings());
    let settings = Settings {
        company: new.company.unwrap_or(old.company),
        time_zone: new.time_zone.unwrap_or(old.time_zone),
        reveal_seconds: new.reveal_seconds.unwrap_or(old.reveal_seconds),
        review_days: new.review_days.unwrap_or(old.review_days),
        approval_minutes: new.approval_minutes.unwrap_or(old.approval_minutes),
        request_days: new.request_days.unwrap_or(old.request_days),
        share_days: new.share_days.unwrap_or(old.share_days),
        exports: ExportSettings {
            few: new.export_few.unwrap_or(old.exports.few),
            keep_hours: new.export_keep_hours.unwrap_or(old.exports.keep_hours),
            canary_phones: new.canary_phones.unwrap_or(old.exports.canary_phones),
            canary_domain: new.canary_domain.unwrap_or(old.exports.canary_domain),
        },
        care: new.care.map_or(old.care, CareSettings::from),
        follow_ups: new.follow_ups.map_or(old.follow_ups, FollowUpSettings::from),
        connect: new.connect.map_or(old.connect, ConnectSettings::from),
        tiers: old.tiers,
        evidence: new.evidence.map_or(old.evidence, EvidenceSettings::from),
        mail: new.mail.map_or(old.mail, MailSettings::from),
    };
    let done = app.tigertally.change_settings(&actor, settings).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// A secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecret {
    /// 16 to 200 printable characters.
    secret: String,
}

/// Set the secret that signs what the machine is sent. It is sealed and never shown again.
#[utoipa::path(put, path = "/settings/connect-secret", tag = "rules", request_body = NewSecret,
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set_secret(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewSecret>,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.set_connect_secret(&actor, &body.value.secret).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}
