//! Mail: its settings, how the outbox stands, and a trial.

use askama::Template;
use axum::response::IntoResponse;
use tigertally_core::{MailSecurity, MailSettings, Settings, desk::DeskError};

use super::{
    PageError, html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::outside;

/// A mail that was not taken.
struct FailedView {
    to: String,
    about: String,
    time: String,
    why: String,
    given_up: bool,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    /// Whether the settings in force send mails.
    on: bool,
    has_password: bool,
    waiting: u64,
    given_up: u64,
    unknown: u64,
    failed: Vec<FailedView>,
    /// What became of a trial: how it looks (`ok`, `bad`), and in words; empty without one.
    trial: (&'static str, String),
}

fn typed_of(settings: &MailSettings) -> Typed {
    Typed::with(&[
        ("mail_host", &settings.host),
        ("mail_port", &settings.port.to_string()),
        ("mail_security", settings.security.name()),
        ("mail_user", &settings.user),
        ("mail_sender", &settings.sender),
        ("mail_public_url", &settings.public_url),
        ("mail_remind_hours", &settings.remind_hours.to_string()),
    ])
}

async fn view(
    visitor: &Visitor,
    typed: Option<Typed>,
    faults: Faults,
    trial: (&'static str, String),
) -> Result<MailPage, PageError> {
    let (desk, lang) = (visitor.desk(), visitor.lang);
    let (mailbox, receipt) = desk.mailbox(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let settings = desk.settings().mail;
    let failed = mailbox.failed.into_iter().map(|mail| FailedView {
        to: format!("{} {}", mail.to.1, mail.to.0),
        about: lang.with(&format!("mail-about-{}", mail.kind), &[("about", &mail.about.to_string())]),
        time: words::moment(&visitor.app, lang, mail.time_ms),
        why: lang.t(&format!("mail-fault-{}", mail.fault.name())),
        given_up: mail.given_up,
    });
    Ok(MailPage {
        shell: visitor.shell("settings-mail", "/settings").recorded(&visitor.app, &receipt),
        typed: typed.unwrap_or_else(|| typed_of(&settings)),
        faults,
        on: settings.on(),
        has_password: desk.has_mail_password().map_err(|error| visitor.fail(&error))?,
        waiting: mailbox.waiting,
        given_up: mailbox.given_up,
        unknown: mailbox.unknown,
        failed: failed.collect(),
        trial,
    })
}

/// `GET /settings/mail`
pub(crate) async fn page(visitor: Visitor) -> Page {
    Ok(html(&view(&visitor, None, Faults::default(), Default::default()).await?))
}

/// `POST /settings/mail`
pub(crate) async fn save(visitor: Visitor, typed: Typed) -> Page {
    let lang = visitor.lang;
    let text = |name: &str| typed.get(name).trim().to_owned();
    let mail = MailSettings {
        host: text("mail_host").to_lowercase(),
        // What is no number is out of range.
        port: text("mail_port").parse().unwrap_or(0),
        security: MailSecurity::parse(typed.get("mail_security")).unwrap_or_default(),
        user: text("mail_user"),
        sender: text("mail_sender"),
        public_url: text("mail_public_url"),
        remind_hours: text("mail_remind_hours").parse().unwrap_or(u32::MAX),
    };
    let new = Settings { mail, ..visitor.desk().settings() };
    let faults = match visitor.desk().change_settings(&visitor.actor, new).await {
        Ok(receipt) => return Ok(visitor.done("/settings/mail", "flash-settings", receipt)),
        Err(DeskError::Setting(name)) => Faults::one(name, lang.t(&format!("setting-{name}-range"))),
        Err(DeskError::Conflict) => Faults::one("", lang.t("problem-conflict-text")),
        Err(error) => return Err(visitor.fail(&error)),
    };
    let status = faults.status();
    Ok((status, html(&view(&visitor, Some(typed), faults, Default::default()).await?)).into_response())
}

/// `POST /settings/mail/password`
pub(crate) async fn save_password(visitor: Visitor, typed: Typed) -> Page {
    let faults = match visitor.desk().set_mail_password(&visitor.actor, typed.get("mail_password")).await {
        Ok(receipt) => return Ok(visitor.done("/settings/mail", "flash-mail-password", receipt)),
        Err(DeskError::Off) => Faults::one("mail_password", visitor.lang.t("mail-off")),
        Err(DeskError::Invalid { .. }) => {
            Faults::one("mail_password", visitor.lang.t("setting-mail_password-range"))
        }
        Err(error) => return Err(visitor.fail(&error)),
    };
    let status = faults.status();
    Ok((status, html(&view(&visitor, None, faults, Default::default()).await?)).into_response())
}

/// `POST /settings/mail/trial`
pub(crate) async fn try_it(visitor: Visitor) -> Page {
    let lang = visitor.lang;
    let trial = match outside::try_mail(visitor.desk(), &visitor.actor).await {
        Ok((Ok(()), _)) => ("ok", lang.t("mail-tried")),
        Ok((Err(fault), _)) => {
            let why = lang.t(&format!("mail-fault-{}", fault.name()));
            ("bad", lang.with("mail-not-tried", &[("why", &why)]))
        }
        Err(DeskError::Off) => ("bad", lang.t("mail-off")),
        Err(DeskError::Invalid { .. }) => ("bad", lang.t("mail-no-address")),
        Err(error) => return Err(visitor.fail(&error)),
    };
    Ok(html(&view(&visitor, None, Faults::default(), trial).await?))
}
