//! The mail server of the settings: its password, and a trial.

use zeroize::Zeroizing;

use super::{
    super::{DeskError, work::invalid},
    Mail, MailFault, MailText,
};
use crate::{
    MailSettings, StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::Actor,
    policy::{Action, Request, Subject},
    record::Invalid,
    store::{settings, staff},
    vault::body_of,
};

/// Under which name the password stands in `meta`.
const PASSWORD: &str = "mail_password";

/// The mail server and how to sign in there.
pub struct MailServer {
    /// Which.
    pub settings: MailSettings,
    /// Its password; `None` when none is set for this server.
    pub password: Option<Zeroizing<String>>,
    /// Name of the company, for the sender.
    pub company: String,
}

/// What the password is sealed for: it opens for this server and this user only. Whoever changes the server's name in the
/// settings does not have the password sent to another one.
fn label(mail: &MailSettings) -> String {
    format!("{PASSWORD}:{}:{}:{}:{}", mail.security.name(), mail.host, mail.port, mail.user)
}

impl Tigertally {
    /// The mail server; `None` when no mail is sent.
    ///
    /// # Errors
    /// `Store`.
    pub fn mail_server(&self) -> Result<Option<MailServer>, DeskError> {
        let settings = self.settings();
        if !settings.mail.on() {
            return Ok(None);
        }
        let password = self.mail_password(&settings.mail)?;
        Ok(Some(MailServer { password, company: settings.company, settings: settings.mail }))
    }

    fn mail_password(&self, mail: &MailSettings) -> Result<Option<Zeroizing<String>>, StoreError> {
        let sealed = self.store.read(|conn| settings::meta(conn, PASSWORD))?;
        // One that was set for another server does not open, and is as good as none.
        let opened = sealed.and_then(|sealed| self.vault.open_secret(&label(mail), &sealed).ok());
        let text = opened.and_then(|bytes| std::str::from_utf8(&bytes).ok().map(str::to_owned));
        Ok(text.map(Zeroizing::new))
    }

    /// Whether a password is set for the mail server of the settings.
    ///
    /// # Errors
    /// `Store`.
    pub fn has_mail_password(&self) -> Result<bool, DeskError> {
        Ok(self.mail_password(&self.settings().mail)?.is_some())
    }

    /// Sets the password of the mail server in the settings, 1 to 200 printable characters. It is never shown again, and
    /// holds until another server or user is set.
    ///
    /// # Errors
    /// `Off` without a mail server; `Invalid`; `Denied`; `Store`.
    pub async fn set_mail_password(&self, actor: &Actor, password: &str) -> Result<Receipt, DeskError> {
        let password = Zeroizing::new(password.to_owned());
        if password.is_empty() || password.len() > 200 || password.chars().any(char::is_control) {
            return Err(invalid("mail_password", Invalid::BadFormat));
        }
        let request = Request::new(actor.facts().clone(), Action::ManageSettings, Subject::None, self.hour());
        let permit = self.permit(actor, action::SETTINGS, request).await?;
        let mail = self.settings().mail;
        if !mail.on() {
            return Err(DeskError::Off);
        }
        let sealed = self.vault.seal_secret(&label(&mail), password.as_bytes());
        let body: Body = body_of(&permit, actor.via()).with("changed", vec![PASSWORD]);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.set_meta(PASSWORD, &sealed)?;
                Ok::<_, DeskError>(tx.commit(Draft::new(action::SETTINGS, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// A mail to the actor themselves, to see whether any arrives. [`Tigertally::mail_tried`] tells what became of it.
    ///
    /// # Errors
    /// `Off` without a mail server; `Invalid` without an address of one's own; `Denied`; `Store`.
    pub async fn try_mail(&self, actor: &Actor) -> Result<Mail, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ManageSettings, Subject::None, self.hour());
        let permit = self.permit(actor, action::MAIL, request).await?;
        if !self.settings().mail.on() {
            return Err(DeskError::Off);
        }
        let own = self.store.read(|conn| staff::by_id(conn, actor.id()))?;
        let to = own.map(|row| row.email).filter(|email| !email.is_empty());
        let to = to.ok_or_else(|| invalid("mail_trial", Invalid::Empty))?;
        let body = body_of(&permit, actor.via()).with("trial", true);
        self.store.append(Draft::new(action::MAIL, Decision::Allowed, &body)).await?;
        Ok(Mail { id: 0, to, says: MailText::Trial })
    }

    /// Puts down what became of a trial.
    ///
    /// # Errors
    /// `Store`.
    pub async fn mail_tried(&self, actor: &Actor, end: Result<(), MailFault>) -> Result<Receipt, DeskError> {
        let mut body = self.body(actor).with("trial", true).with("taken", end.is_ok());
        if let Err(fault) = end {
            body = body.with("fault", fault.name());
        }
        Ok(self.store.append(Draft::recorded(action::MAIL, &body)).await?)
    }
}
