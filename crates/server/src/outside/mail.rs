//! Mail to the staff: what is due in the outbox leaves by the company's mail server. What is said stands in `mail_text.rs`.

use std::{sync::Arc, time::Duration};

use lettre::{
    Address, Message, SmtpTransport, Transport,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use tigertally_core::{
    MailSecurity, Tigertally,
    desk::{DeskError, Mail, MailFault, MailServer},
    entry::Receipt,
    identity::Actor,
};
use tokio::{sync::watch, time::sleep};

use super::mail_text::{Written, written};

/// How often the outbox is looked at when nothing happens.
const LOOK: Duration = Duration::from_secs(30);
/// After something happened it is looked at after so long.
const SOON: Duration = Duration::from_secs(1);
/// How long the mail server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends what is due until `ending` becomes true: then the mail that is being sent is the last.
pub(crate) async fn keep_mailing(tigertally: Arc<Tigertally>, mut ending: watch::Receiver<bool>) {
    let mut grown = tigertally.ledger_grown();
    loop {
        while !*ending.borrow()
            && match send_due(&tigertally, &ending).await {
                Ok(sent) => sent > 0,
                Err(error) => {
                    tracing::warn!(%error, "mails could not be sent");
                    false
                }
            }
        {}
        grown.borrow_and_update();
        let something_happened = async {
            if grown.changed().await.is_ok() {
                sleep(SOON).await;
            }
        };
        tokio::select! {
            () = sleep(LOOK) => {}
            () = something_happened => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}

/// Sends what is due now; how many mails that were. When the server ends, what was not sent is put back.
async fn send_due(tigertally: &Arc<Tigertally>, ending: &watch::Receiver<bool>) -> Result<usize, DeskError> {
    let mails = tigertally.take_mails().await?;
    if mails.is_empty() {
        return Ok(0);
    }
    let mails: Vec<(Mail, Written)> = mails
        .into_iter()
        .map(|mail| {
            let text = written(tigertally, &mail.says);
            (mail, text)
        })
        .collect();
    let taken: Vec<i64> = mails.iter().map(|(mail, _)| mail.id).collect();
    let ending = ending.clone();
    let ends = send(tigertally, mails, move || *ending.borrow()).await?;
    let count = ends.len();
    let left = taken.into_iter().filter(|id| !ends.iter().any(|(sent, _)| sent == id)).collect();
    tigertally.mails_ended(ends).await?;
    tigertally.put_mails_back(left).await?;
    Ok(count)
}

/// Sends a mail to the actor themselves: what the server said to it.
pub(crate) async fn try_mail(
    tigertally: &Arc<Tigertally>,
    actor: &Actor,
) -> Result<(Result<(), MailFault>, Receipt), DeskError> {
    let mail = tigertally.try_mail(actor).await?;
    let text = written(tigertally, &mail.says);
    let ends = send(tigertally, vec![(mail, text)], || false).await?;
    let end = ends.into_iter().next().map_or(Err(MailFault::Unreachable), |(_, end)| end);
    Ok((end, tigertally.mail_tried(actor, end).await?))
}

/// Gives mails to the server, off the threads that serve; what became of each. After `stop` no other is begun.
async fn send(
    tigertally: &Arc<Tigertally>,
    mails: Vec<(Mail, Written)>,
    stop: impl Fn() -> bool + Send + 'static,
) -> Result<Vec<(i64, Result<(), MailFault>)>, DeskError> {
    let server = tigertally.mail_server()?;
    let now_ms = tigertally.now_ms();
    let sent = tokio::task::spawn_blocking(move || {
        let Some(server) = server else {
            // It was switched off between the two: they are tried again, and dropped then.
            return mails.iter().map(|(mail, _)| (mail.id, Err(MailFault::Unreachable))).collect();
        };
        let transport = match transport(&server) {
            Ok(transport) => transport,
            Err(fault) => return mails.iter().map(|(mail, _)| (mail.id, Err(fault))).collect(),
        };
        // A server that is not there, or does not know us, is not asked for each of them.
        let mut down = None;
        let mut ends = Vec::with_capacity(mails.len());
        for (mail, text) in mails {
            if stop() {
                break;
            }
            let end = down.map_or_else(|| send_one(&server, &transport, &mail, text, now_ms), Err);
            down = end
                .err()
                .filter(|fault| matches!(fault, MailFault::Unreachable | MailFault::Tls | MailFault::SignIn));
            ends.push((mail.id, end));
        }
        ends
    });
    sent.await.map_err(|_| tigertally_core::StoreError::Unwritable.into())
}

fn transport(server: &MailServer) -> Result<SmtpTransport, MailFault> {
    // A second installation is refused, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let settings = &server.settings;
    let tls = || TlsParameters::new(settings.host.clone()).map_err(|_| MailFault::Tls);
    let mut builder = SmtpTransport::builder_dangerous(settings.host.as_str())
        .port(settings.port)
        .timeout(Some(PATIENCE))
        .tls(match settings.security {
            MailSecurity::Tls => Tls::Wrapper(tls()?),
            // Without TLS nothing is said, and no password leaves.
            MailSecurity::Starttls => Tls::Required(tls()?),
            // The settings allow it to this machine only.
            MailSecurity::Plain => Tls::None,
        });
    if let Some((_, domain)) = settings.sender.rsplit_once('@') {
        builder = builder.hello_name(ClientId::Domain(domain.to_owned()));
    }
    if !settings.user.is_empty() {
        let password = server.password.as_ref().ok_or(MailFault::SignIn)?;
        builder = builder.credentials(Credentials::new(settings.user.clone(), password.to_string()));
    }
    Ok(builder.build())
}

fn send_one(
    server: &MailServer,
    transport: &SmtpTransport,
    mail: &Mail,
    text: Written,
    now_ms: u64,
) -> Result<(), MailFault> {
    let sender = server.settings.sender.parse::<Address>().map_err(|_| MailFault::Address)?;
    let to = mail.to.parse::<Address>().map_err(|_| MailFault::Address)?;
    let id = format!("<tigertally.{}.{now_ms}@{}>", mail.id, sender.domain());
    // Names of people stand in the text only, never in a header.
    let mut message = Message::builder()
        .from(Mailbox::new(Some(server.company.clone()), sender))
        .to(Mailbox::new(None, to))
        .subject(text.subject)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(text.body)
        .map_err(|_| MailFault::Address)?;
    // So that nobody's holiday note answers (RFC 3834).
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    transport.send(&message).map(drop).map_err(|error| {
        // What the server says is dropped: it may hold an address.
        let code = error.status().map(u16::from);
        let fault = match code {
            Some(530 | 534 | 535 | 538) => MailFault::SignIn,
            _ if error.is_tls() => MailFault::Tls,
            _ if error.is_permanent() => MailFault::Refused,
            _ if error.is_transient() => MailFault::Later,
            _ if error.is_client() => MailFault::SignIn,
            _ => MailFault::Unreachable,
        };
        tracing::warn!(mail = mail.id, code, fault = fault.name(), "a mail was not taken");
        fault
    })
}
