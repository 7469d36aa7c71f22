//! Mail: its settings, the password of its server, how the outbox stands, and a trial.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{MailSecurity, MailSettings};
use utoipa::ToSchema;

use super::{body::Body, customers::Done};
use crate::{
    outside,
    problem::{Problem, ReceiptJson},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// How the connection to the mail server is kept from others.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SecurityJson {
    /// TLS from the first byte.
    Tls,
    /// Changes to TLS before anything is said.
    Starttls,
    /// In clear, to this machine only.
    Plain,
}

/// How the staff are told by mail what waits for them.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailJson {
    /// Name of the mail server (SMTP); empty when no mail is sent.
    host: String,
    /// Its port.
    port: u16,
    /// How the connection is kept from others.
    security: SecurityJson,
    /// Who signs in there; empty when nobody has to.
    #[serde(default)]
    user: String,
    /// The address that mails come from.
    sender: String,
    /// Where browsers reach the console: `https`, or `http` on the server's own machine.
    public_url: String,
    /// After so many hours somebody is reminded of what still waits, 1 to 168.
    remind_hours: u32,
}

impl std::convert::From<MailSettings> for MailJson {
    fn from(settings: MailSettings) -> Self {
        let MailSettings { host, port, security, user, sender, public_url, remind_hours } = settings;
        let security = match security {
            MailSecurity::Tls => SecurityJson::Tls,
            MailSecurity::Starttls => SecurityJson::Starttls,
            MailSecurity::Plain => SecurityJson::Plain,
        };
        MailJson { host, port, security, user, sender, public_url, remind_hours }
    }
}

impl std::convert::From<MailJson> for MailSettings {
    fn from(json: MailJson) -> Self {
        let MailJson { host, port, security, user, sender, public_url, remind_hours } = json;
        let security = match security {
            SecurityJson::Tls => MailSecurity::Tls,
            SecurityJson::Starttls => MailSecurity::Starttls,
            SecurityJson::Plain => MailSecurity::Plain,
        };
        MailSettings { host, port, security, user, sender, public_url, remind_hours }
    }
}

/// How the outbox stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxJson {
    /// Whether a password is set for the server of the settings.
    has_password: bool,
    /// Mails that wait.
    waiting: u64,
    /// Given up in the last seven days.
    given_up: u64,
    /// Cut short by a stop of the server: nobody knows whether they arrived, and they are not sent again.
    unknown: u64,
    /// Those that were not taken in the last seven days, the last first, 20 at most.
    failed: Vec<FailedMailJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// A mail that was not taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct FailedMailJson {
    /// `asked`, `waits`, `lapses`, `decided` (about an approval) or `tasks` (of a day).
    kind: &'static str,
    /// The approval, or the day as a number: 20261124.
    about: i64,
    /// Staff number of whom it is to.
    staff_no: String,
    /// When it was last tried.
    time_ms: u64,
    /// `unreachable`, `tls`, `sign-in`, `later`, `refused` or `address`.
    fault: &'static str,
    /// Whether it is not tried again.
    given_up: bool,
}

/// How the outbox stands.
#[utoipa::path(get, path = "/settings/mail", tag = "rules",
    responses((status = 200, body = MailboxJson), (status = 403, body = Problem)))]
pub(crate) async fn mailbox(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<MailboxJson>, Problem> {
    let problem = |error| Problem::of(&error, lang);
    let (mailbox, receipt) = app.tigertally.mailbox(&actor).await.map_err(problem)?;
    let failed = mailbox.failed.into_iter().map(|mail| FailedMailJson {
        kind: mail.kind,
        about: mail.about,
        staff_no: mail.to.0,
        time_ms: mail.time_ms,
        fault: mail.fault.name(),
        given_up: mail.given_up,
    });
    Ok(Json(MailboxJson {
        has_password: app.tigertally.has_mail_password().map_err(problem)?,
        waiting: mailbox.waiting,
        given_up: mailbox.given_up,
        unknown: mailbox.unknown,
        failed: failed.collect(),
        receipt: receipt.into(),
    }))
}

/// A password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMailPassword {
    /// 1 to 200 characters.
    password: String,
}

/// Set the password of the mail server. It is sealed, never shown again, and holds for this server and user only.
#[utoipa::path(put, path = "/settings/mail/password", tag = "rules", request_body = NewMailPassword,
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn set_password(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewMailPassword>,
) -> Result<Json<Done>, Problem> {
    let done = app.tigertally.set_mail_password(&actor, &body.value.password).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
}

/// What the mail server said to a trial.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailTrial {
    /// Whether it took the mail.
    taken: bool,
    /// Why not: `unreachable`, `tls`, `sign-in`, `later`, `refused` or `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    /// Where that stands in the ledger.
    receipt: ReceiptJson,
}

/// Send a test mail to oneself.
#[utoipa::path(post, path = "/settings/mail/trial", tag = "rules",
    responses((status = 200, body = MailTrial), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn try_it(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<MailTrial>, Problem> {
    let tried = outside::try_mail(&app.tigertally, &actor).await;
    let (end, receipt) = tried.map_err(|error| Problem::of(&error, lang))?;
    let fault = end.err().map(|fault| fault.name());
    Ok(Json(MailTrial { taken: fault.is_none(), fault, receipt: receipt.into() }))
}
