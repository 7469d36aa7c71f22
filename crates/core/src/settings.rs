//! What a company sets: a few values with defaults that fit most.

mod mail;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use tigertally_ledger::{TrustPolicy, VerifierKey};

pub use self::mail::{MailSecurity, MailSettings};
use crate::record::{Field, Tier, TierRule};

/// The settings. Stored as JSON; a value that is not there has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the company, as the console shows it.
    pub company: String,
    /// Time zone of the company (IANA name): hours in the policy and days are counted in it.
    pub time_zone: String,
    /// The tier rule.
    pub tiers: TierRule,
    /// How long the console shows a revealed field, seconds (5 to 300).
    pub reveal_seconds: u32,
    /// How often the accesses of a high-tier customer are reviewed, days (7 to 366).
    pub review_days: u32,
    /// How long an approval can be used, minutes (5 to 1,440).
    pub approval_minutes: u32,
    /// How long what was asked for can be decided, days (1 to 30).
    pub request_days: u32,
    /// How long a customer can be shared at most, days (1 to 366).
    pub share_days: u32,
    /// What may be taken out, and how.
    pub exports: ExportSettings,
    /// Who cares for customers: the duplicate check and the public pool.
    pub care: CareSettings,
    /// What can be kept on follow-ups.
    pub follow_ups: FollowUpSettings,
    /// How customers are called without anybody seeing the number.
    pub connect: ConnectSettings,
    /// Who vouches for the ledger from outside.
    pub evidence: EvidenceSettings,
    /// How the staff are told by mail what waits for them.
    pub mail: MailSettings,
}

/// Whether a name is this machine's own.
fn is_here(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "localhost" | "[::1]" | "::1")
}

/// Whether what goes to an address cannot be read on the way: TLS, or nothing leaves this machine.
fn is_https_or_here(url: &str) -> bool {
    let host = url.strip_prefix("http://").map(|rest| rest.split('/').next().unwrap_or_default());
    let here = host.is_some_and(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => is_here(name),
        _ => is_here(host),
    });
    url.starts_with("https://") || here
}

/// Whether it is a domain's name, with a port or without.
fn is_domain(text: &str) -> bool {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, port.parse::<u16>().is_ok_and(|port| port > 0)),
        None => (text, true),
    };
    let label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    port && name.len() <= 253 && name.split('.').all(label)
}

/// What can be kept on follow-ups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowUpSettings {
    /// Most megabytes (1,048,576 bytes) of a file (1 to 50).
    pub attachment_mb: u32,
    /// Most files on a follow-up (0 to 50).
    pub attachments: u32,
}

impl Default for FollowUpSettings {
    fn default() -> Self {
        FollowUpSettings { attachment_mb: 20, attachments: 10 }
    }
}

impl FollowUpSettings {
    fn fault(&self) -> Option<&'static str> {
        if !(1..=50).contains(&self.attachment_mb) {
            Some("attachment_mb")
        } else {
            (self.attachments > 50).then_some("attachments")
        }
    }
}

/// How customers are called, or written to, without anybody seeing the number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectSettings {
    /// Where a call centre or the like is told whom to call: `https`, or `http` on this machine; empty without one.
    pub webhook_url: String,
    /// Whether the number may go to the person's own device instead (`tel:`, RFC 3966). The device shows it.
    pub hand_off: bool,
    /// The telephone system that the device calls by: then it is handed `sip:number@domain` (RFC 3261, section 19.1). A
    /// domain, with a port where it is not the usual one; empty for the device's own phone.
    pub sip_domain: String,
}

impl ConnectSettings {
    fn fault(&self) -> Option<&'static str> {
        let url = self.webhook_url.as_str();
        let fits = url.is_empty() || (is_http(url) && is_https_or_here(url));
        if !fits {
            return Some("connect_webhook_url");
        }
        (!self.sip_domain.is_empty() && !is_domain(&self.sip_domain)).then_some("sip_domain")
    }
}

/// What may be taken out, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportSettings {
    /// So many customers of one's own area, masked, count as few: the policy lets them be taken out at once (0 to 1,000).
    pub few: u32,
    /// How long a file can be fetched, hours (1 to 168).
    pub keep_hours: u32,
    /// Phone numbers that ring where somebody watches, for the made-up customers of a file: at most 20, mainland China.
    pub canary_phones: Vec<String>,
    /// A mail domain that takes mail for every name, for the same; empty without one.
    pub canary_domain: String,
}

impl ExportSettings {
    fn fault(&self) -> Option<&'static str> {
        let phone = |phone: &String| {
            crate::record::check(Field::Mobile, phone).is_ok_and(|checked| *checked == *phone)
        };
        let domain = &self.canary_domain;
        let is_domain = domain.len() <= 200
            && *domain == domain.to_ascii_lowercase()
            && crate::record::check(Field::Email, &format!("a@{domain}")).is_ok();
        if self.few > 1000 {
            Some("export_few")
        } else if !(1..=168).contains(&self.keep_hours) {
            Some("export_keep_hours")
        } else if self.canary_phones.len() > 20 || !self.canary_phones.iter().all(phone) {
            Some("canary_phones")
        } else {
            (!domain.is_empty() && !is_domain).then_some("canary_domain")
        }
    }
}

impl Default for ExportSettings {
    fn default() -> Self {
        ExportSettings { few: 25, keep_hours: 24, canary_phones: Vec::new(), canary_domain: String::new() }
    }
}

/// Who cares for customers: the duplicate check and the public pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CareSettings {
    /// So often a day somebody is told that a customer whom they may not see is with the company; then they enter nobody
    /// by hand until the next day (1 to 1,000).
    pub duplicates_per_day: u32,
    /// Days without follow-up after which a low-tier customer falls into the public pool (7 to 3,650; 0: never).
    pub pool_low_days: u32,
    /// The same for the medium tier.
    pub pool_medium_days: u32,
    /// The same for the high tier.
    pub pool_high_days: u32,
    /// So many days before that the owner is warned (1 to 90).
    pub pool_warn_days: u32,
    /// So many customers somebody may claim from the pool a day (1 to 1,000).
    pub claims_per_day: u32,
}

impl Default for CareSettings {
    fn default() -> Self {
        CareSettings {
            duplicates_per_day: 10,
            pool_low_days: 0,
            pool_medium_days: 0,
            pool_high_days: 0,
            pool_warn_days: 7,
            claims_per_day: 10,
        }
    }
}

impl CareSettings {
    /// Days without follow-up after which a customer of this tier falls into the pool; `None` for never.
    pub fn pool_days(&self, tier: Tier) -> Option<u32> {
        let days = match tier {
            Tier::Low => self.pool_low_days,
            Tier::Medium => self.pool_medium_days,
            Tier::High => self.pool_high_days,
        };
        (days > 0).then_some(days)
    }

    fn fault(&self) -> Option<&'static str> {
        let days = |days: u32| days == 0 || (7..=3650).contains(&days);
        if !(1..=1000).contains(&self.duplicates_per_day) {
            Some("duplicates_per_day")
        } else if !days(self.pool_low_days) {
            Some("pool_low_days")
        } else if !days(self.pool_medium_days) {
            Some("pool_medium_days")
        } else if !days(self.pool_high_days) {
            Some("pool_high_days")
        } else if !(1..=90).contains(&self.pool_warn_days) {
            Some("pool_warn_days")
        } else if !(1..=1000).contains(&self.claims_per_day) {
            Some("claims_per_day")
        } else {
            None
        }
    }
}

/// Who vouches for the ledger from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceSettings {
    /// The witnesses and how many of them are enough (C2SP tlog-policy, without or with this log's own line); empty
    /// without witnesses.
    pub trust_policy: String,
    /// So long the witnesses may be missed before it is raised, seconds (10 to 86,400).
    pub witness_alarm_seconds: u32,
    /// Whether checkpoints bear a second, post-quantum line (ML-DSA-44).
    pub post_quantum: bool,
    /// Who stamps checkpoints with the time, at most 8.
    pub time_stamp_authorities: Vec<TimeStampAuthority>,
}

/// A time-stamp authority (RFC 3161).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeStampAuthority {
    /// What it is called here: 1 to 40 letters, digits, `.`, `-`, `_`.
    pub name: String,
    /// Where it answers requests over HTTP.
    pub url: String,
    /// The root certificates that its tokens must lead to (PEM).
    pub anchors: String,
    /// Where its revocation list can be fetched (DER or PEM); empty when it has none.
    #[serde(default)]
    pub crl_url: String,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        EvidenceSettings {
            trust_policy: String::new(),
            witness_alarm_seconds: 120,
            post_quantum: false,
            time_stamp_authorities: Vec::new(),
        }
    }
}

impl EvidenceSettings {
    /// The trust policy with this log as its only log; `None` without witnesses.
    pub fn policy_of(&self, log: &VerifierKey) -> Option<TrustPolicy> {
        let policy = TrustPolicy::parse(&self.trust_policy).ok()?;
        policy.asks_for_witnesses().then(|| policy.with_log(log.clone()))
    }

    fn fault(&self) -> Option<&'static str> {
        let policy = TrustPolicy::parse(&self.trust_policy);
        if !self.trust_policy.trim().is_empty() && policy.as_ref().map_or(true, |policy| !reachable(policy)) {
            Some("trust_policy")
        } else if !(10..=86_400).contains(&self.witness_alarm_seconds) {
            Some("witness_alarm_seconds")
        } else if self.time_stamp_authorities.len() > 8
            || self.time_stamp_authorities.iter().any(|a| !a.fits())
        {
            Some("time_stamp_authorities")
        } else {
            let names: HashSet<_> = self.time_stamp_authorities.iter().map(|a| &a.name).collect();
            (names.len() < self.time_stamp_authorities.len()).then_some("time_stamp_authorities")
        }
    }
}

/// Whether each witness has an address to be asked at.
fn reachable(policy: &TrustPolicy) -> bool {
    policy.witnesses().iter().all(|witness| witness.url.as_deref().is_some_and(is_http))
}

fn is_http(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    url.len() <= 500
        && rest.is_some_and(|rest| {
            !rest.is_empty() && !rest.contains('@') && rest.bytes().all(|byte| byte.is_ascii_graphic())
        })
}

impl TimeStampAuthority {
    fn fits(&self) -> bool {
        let name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        (1..=40).contains(&self.name.len())
            && self.name.bytes().all(name)
            && is_http(&self.url)
            && (self.crl_url.is_empty() || is_http(&self.crl_url))
            && self.anchors.len() <= 64 * 1024
            && tigertally_ledger::pem_certificates(&self.anchors).is_ok()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            company: "Tigertally".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            tiers: TierRule::default(),
            reveal_seconds: 30,
            review_days: 90,
            approval_minutes: 60,
            request_days: 7,
            share_days: 180,
            exports: ExportSettings::default(),
            care: CareSettings::default(),
            follow_ups: FollowUpSettings::default(),
            connect: ConnectSettings::default(),
            evidence: EvidenceSettings::default(),
            mail: MailSettings::default(),
        }
    }
}

impl Settings {
    /// Names the first setting that is out of its range.
    pub fn fault(&self) -> Option<&'static str> {
        let name = self.company.trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            Some("company")
        } else if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            Some("time_zone")
        } else if self.tiers.check().is_err() {
            Some("tiers")
        } else if !(5..=300).contains(&self.reveal_seconds) {
            Some("reveal_seconds")
        } else if !(7..=366).contains(&self.review_days) {
            Some("review_days")
        } else if !(5..=1440).contains(&self.approval_minutes) {
            Some("approval_minutes")
        } else if !(1..=30).contains(&self.request_days) {
            Some("request_days")
        } else if !(1..=366).contains(&self.share_days) {
            Some("share_days")
        } else {
            let faults = [
                self.exports.fault(),
                self.care.fault(),
                self.follow_ups.fault(),
                self.connect.fault(),
                self.evidence.fault(),
                self.mail.fault(),
            ];
            faults.into_iter().flatten().next()
        }
    }
}
