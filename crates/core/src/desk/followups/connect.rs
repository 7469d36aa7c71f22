//! Calling a customer or writing to them without seeing the number: a machine is given it, not the person. Where the
//! number goes to the person's own device instead, that is a reveal, and the policy is asked about one.

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use super::{
    super::{DeskError, StatedPurpose, work::invalid},
    FollowUpKind, Running,
};
use crate::{
    StoreError, Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::{Actor, token},
    policy::{Action, Purpose, PurposeKind, Request, Subject},
    record::{Field, Invalid},
    store::{customers::Customer, settings},
    vault::{Disclosure, Record, bit, body_of},
};

/// Under which name the secret that signs what is sent stands in `meta`, and what it is sealed for.
const SECRET: &str = "connect_secret";
/// So long a link to a number works.
const HAND_OFF_MS: u64 = 60_000;

/// How the customer is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By phone.
    Call,
    /// By message.
    Message,
}

impl Channel {
    /// The name used by the API and what is sent.
    pub fn name(self) -> &'static str {
        self.kind().name()
    }

    /// The channel of this name.
    pub fn parse(name: &str) -> Option<Channel> {
        [Channel::Call, Channel::Message].into_iter().find(|channel| channel.name() == name)
    }

    fn kind(self) -> FollowUpKind {
        match self {
            Channel::Call => FollowUpKind::Call,
            Channel::Message => FollowUpKind::Message,
        }
    }
}

/// What a machine is to be told.
pub struct Connect {
    /// The follow-up that has begun: the purpose.
    pub follow_up: i64,
    /// Where the machine is.
    pub url: String,
    secret: Zeroizing<Vec<u8>>,
    /// The number, for the machine only.
    pub number: Disclosure,
}

impl Connect {
    /// What proves to the machine that the message is ours and new: HMAC-SHA-256 over the time (Unix seconds, decimal), a
    /// dot and the body, in hexadecimal.
    pub fn signature(&self, time_s: u64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret));
        context.update(format!("{time_s}.").as_bytes());
        context.update(body);
        crate::hex(context.sign().as_ref())
    }
}

/// A number that may be handed to the person's own device, once.
pub(crate) struct HandOff {
    staff: i64,
    customer: String,
    follow_up: i64,
    channel: Channel,
    until_ms: u64,
}

/// A link to a number that the person's own device is handed. It works once, and for a minute.
pub struct HandOffLink {
    /// What stands in the link; it is kept nowhere but in memory.
    pub token: String,
    /// The follow-up that has begun: the purpose.
    pub follow_up: i64,
    /// Until when it works, Unix milliseconds.
    pub until_ms: u64,
}

/// How a device is to use a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dial {
    /// Call by its own phone: `tel:`.
    Phone,
    /// Call by the telephone system of this domain: `sip:`.
    Sip(String),
    /// Write a message: `sms:`.
    Message,
}

impl Dial {
    /// The address of a number: RFC 3966, RFC 3261 section 19.1 or RFC 5724.
    pub fn address(&self, number: &str) -> String {
        match self {
            Dial::Phone => format!("tel:{number}"),
            Dial::Sip(domain) => format!("sip:{number}@{domain}"),
            Dial::Message => format!("sms:{number}"),
        }
    }
}

impl Tigertally {
    /// Begins a follow-up (or goes on with the one that runs) and opens the number for the machine of the settings.
    /// [`Tigertally::connected`] tells whether it took it.
    ///
    /// # Errors
    /// `Off` without a machine in the settings; `Invalid` for a customer without a number; `NotFound`; `Denied`; `Store`.
    pub async fn connect(
        &self,
        actor: &Actor,
        customer_no: &str,
        channel: Channel,
    ) -> Result<Connect, DeskError> {
        let customer = self.customer(customer_no)?;
        let request = |reference: String| self.for_call(actor, Action::Connect, &customer, reference);
        // Asked before anything is begun, so that a denial leaves nothing behind.
        drop(self.permit(actor, action::CONNECT, request("-".to_owned())?).await?);
        let url = self.settings().connect.webhook_url;
        let secret = self.store.read(|conn| settings::meta(conn, SECRET))?;
        let secret = secret.filter(|_| !url.is_empty()).ok_or(DeskError::Off)?;
        let secret = self.vault.open_secret(SECRET, &secret)?;
        let running = self.with_number(actor, &customer, channel).await?;
        let permit = self.permit(actor, action::CONNECT, request(running.id.to_string())?).await?;
        let mut record = Record { action: action::CONNECT, via: actor.via(), ..Record::default() };
        record.detail.insert("how".into(), channel.name().into());
        record.detail.insert("to".into(), host_of(&url).into());
        let warrant = self.vault.warrant(permit, record).await?;
        Ok(Connect { follow_up: running.id, url, secret, number: self.vault.open(warrant)? })
    }

    /// Puts down whether the machine took the number.
    ///
    /// # Errors
    /// `Store`.
    pub async fn connected(
        &self,
        actor: &Actor,
        customer_no: &str,
        connect: &Connect,
        taken: bool,
    ) -> Result<Receipt, DeskError> {
        let mut body = self.body(actor).with("follow_up", connect.follow_up).with("reached", taken);
        body.customer = Some(customer_no.to_owned());
        body = body.with("to", host_of(&connect.url));
        Ok(self.store.append(Draft::recorded(action::CONNECT, &body)).await?)
    }

    /// Begins a follow-up for a number that goes to the person's own device. That is a reveal: it is asked as one, now and
    /// when the number is handed over.
    ///
    /// # Errors
    /// `Off` when the settings do not allow it; `Invalid` for a customer without a number; `NotFound`; `Denied`; `Store`.
    pub async fn begin_hand_off(
        &self,
        actor: &Actor,
        customer_no: &str,
        channel: Channel,
    ) -> Result<HandOffLink, DeskError> {
        let customer = self.customer(customer_no)?;
        let request = self.for_call(actor, Action::Reveal, &customer, "-".to_owned())?;
        drop(self.permit(actor, action::REVEAL, request).await?);
        if !self.settings().connect.hand_off {
            return Err(DeskError::Off);
        }
        let running = self.with_number(actor, &customer, channel).await?;
        let mut body = self.body(actor).with("follow_up", running.id).with("link", true);
        body.customer = Some(customer.no.clone());
        self.store.append(Draft::recorded(action::CONNECT, &body)).await?;
        let token = token::fresh();
        let until_ms = self.now_ms() + HAND_OFF_MS;
        let hand_off =
            HandOff { staff: actor.id(), customer: customer.no, follow_up: running.id, channel, until_ms };
        let mut links = self.hand_offs.lock();
        links.retain(|_, link| link.until_ms > self.now_ms());
        links.insert(token::hash(&token), hand_off);
        Ok(HandOffLink { token: token.to_string(), follow_up: running.id, until_ms })
    }

    /// Opens the number for the person's own device: how the device is to reach the customer, and the number.
    ///
    /// # Errors
    /// `NotFound` for a link that is another's, was used or is too old: that is put down; as [`Tigertally::reveal`]; `Off`
    /// when the settings do not allow it any more.
    pub async fn hand_off(&self, actor: &Actor, link: &str) -> Result<(Dial, Disclosure), DeskError> {
        let link = {
            let mut links = self.hand_offs.lock();
            let hash = token::hash(link);
            let fits = |link: &&HandOff| link.staff == actor.id() && link.until_ms > self.now_ms();
            if links.get(&hash).filter(fits).is_some() { links.remove(&hash) } else { None }
        };
        let Some(link) = link else {
            let body = self.body(actor).with("failed", "link");
            return Err(self.not_theirs("link", action::CONNECT, &body).await?);
        };
        if !self.settings().connect.hand_off {
            return Err(DeskError::Off);
        }
        let purpose = StatedPurpose { kind: PurposeKind::Call, reference: link.follow_up };
        let detail = [("to".to_owned(), "device".into())].into();
        let number =
            self.reveal_with(actor, &link.customer, &[Field::Mobile], Some(&purpose), detail).await?;
        let sip_domain = self.settings().connect.sip_domain;
        let dial = match link.channel {
            Channel::Message => Dial::Message,
            Channel::Call if sip_domain.is_empty() => Dial::Phone,
            Channel::Call => Dial::Sip(sip_domain),
        };
        Ok((dial, number))
    }

    /// Sets the secret that signs what the machine is sent, 16 to 200 characters. It is never shown again.
    ///
    /// # Errors
    /// `Invalid`; `Denied`; `Store`.
    pub async fn set_connect_secret(&self, actor: &Actor, secret: &str) -> Result<Receipt, DeskError> {
        let secret = Zeroizing::new(secret.trim().to_owned());
        let plain = secret.bytes().all(|byte| byte.is_ascii_graphic());
        if !(16..=200).contains(&secret.len()) || !plain {
            return Err(invalid("secret", Invalid::BadFormat));
        }
        let request = Request::new(actor.facts().clone(), Action::ManageSettings, Subject::None, self.hour());
        let permit = self.permit(actor, action::SETTINGS, request).await?;
        let sealed = self.vault.seal_secret(SECRET, secret.as_bytes());
        let body: Body = body_of(&permit, actor.via()).with("changed", vec![SECRET]);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.set_meta(SECRET, &sealed)?;
                Ok::<_, DeskError>(tx.commit(Draft::new(action::SETTINGS, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(receipt)
    }

    /// Whether the secret is set.
    ///
    /// # Errors
    /// `Store`.
    pub fn has_connect_secret(&self) -> Result<bool, DeskError> {
        Ok(self.store.read(|conn| settings::meta(conn, SECRET))?.is_some())
    }

    /// The follow-up that a number is opened for: the one that runs, or a new one.
    async fn with_number(
        &self,
        actor: &Actor,
        customer: &Customer,
        channel: Channel,
    ) -> Result<Running, DeskError> {
        if customer.fields & bit(Field::Mobile) == 0 {
            return Err(invalid("mobile", Invalid::Empty));
        }
        let fresh = |running: &Running| {
            running.kind == channel.kind() && self.now_ms() < running.at_ms + super::super::purpose::CALL_MS
        };
        if let Some(running) = self.running(actor, customer)?.filter(fresh) {
            return Ok(running);
        }
        let (id, receipt) = self.begin_follow_up(actor, &customer.no, channel.kind(), None).await?;
        Ok(Running { id, kind: channel.kind(), at_ms: receipt.time_ms })
    }

    fn for_call(
        &self,
        actor: &Actor,
        asked: Action,
        customer: &Customer,
        reference: String,
    ) -> Result<Request, StoreError> {
        let purpose = Purpose { kind: PurposeKind::Call, reference };
        Ok(self.asking(actor, asked, customer)?.fields([Field::Mobile]).purpose(Some(purpose)))
    }
}

/// Which machine, as an entry names it: what stands before the path.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_owned()
}
