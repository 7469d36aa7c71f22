//! By which server mails are sent.

use serde::{Deserialize, Serialize};

use super::{is_here, is_http, is_https_or_here};
use crate::record::Field;

/// How the connection to a mail server is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte (RFC 8314), mostly port 465.
    #[default]
    Tls,
    /// Begins in clear and must change to TLS before anything is said (RFC 3207), mostly port 587.
    Starttls,
    /// In clear, to this machine only.
    Plain,
}

impl MailSecurity {
    /// All of them.
    pub const ALL: [MailSecurity; 3] = [MailSecurity::Tls, MailSecurity::Starttls, MailSecurity::Plain];

    /// The name used by settings and API.
    pub fn name(self) -> &'static str {
        match self {
            MailSecurity::Tls => "tls",
            MailSecurity::Starttls => "starttls",
            MailSecurity::Plain => "plain",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<MailSecurity> {
        MailSecurity::ALL.into_iter().find(|security| security.name() == name)
    }
}

/// How the staff are told by mail what waits for them. The password stands elsewhere, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// Name of the mail server (SMTP); empty when no mail is sent.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others.
    pub security: MailSecurity,
    /// Who signs in there; empty when nobody has to.
    pub user: String,
    /// The address that mails come from.
    pub sender: String,
    /// Where the staff's browsers reach the console, for the links in mails: `https`, or `http` on this machine.
    pub public_url: String,
    /// After so many hours somebody is reminded of what still waits for them (1 to 168).
    pub remind_hours: u32,
}

impl Default for MailSettings {
    fn default() -> Self {
        MailSettings {
            host: String::new(),
            port: 465,
            security: MailSecurity::Tls,
            user: String::new(),
            sender: String::new(),
            public_url: String::new(),
            remind_hours: 24,
        }
    }
}

impl MailSettings {
    /// Whether mails are sent at all.
    pub fn on(&self) -> bool {
        !self.host.is_empty()
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        if !(1..=168).contains(&self.remind_hours) {
            return Some("mail_remind_hours");
        }
        if !self.on() {
            return None;
        }
        let word = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_graphic());
        let host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:".contains(&byte);
        let address = |text: &str| {
            crate::record::check(Field::Email, text).is_ok_and(|checked| *checked == *text) && word(text, 200)
        };
        if self.host.len() > 253 || !self.host.bytes().all(host) {
            Some("mail_host")
        } else if self.port == 0 {
            Some("mail_port")
        } else if self.security == MailSecurity::Plain && !is_here(&self.host) {
            Some("mail_security")
        } else if !word(&self.user, 200) {
            Some("mail_user")
        } else if !address(&self.sender) {
            Some("mail_sender")
        } else if !is_http(&self.public_url)
            || !is_https_or_here(&self.public_url)
            || self.public_url.contains(['?', '#', '<', '>', '"'])
        {
            Some("mail_public_url")
        } else {
            None
        }
    }
}
