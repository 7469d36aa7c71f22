//! Signing in and out, and what proves who somebody is.

use std::net::IpAddr;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    actor::{Actor, Via},
    password, recovery,
    sessions::{self, SessionInfo, SignedIn},
    throttle::Source,
    token, totp,
};
use crate::{
    Tigertally,
    desk::DeskError,
    entry::{Body, Decision, Draft, Receipt, action},
    policy::{Action, Role},
    store::{
        StoreError, Tx,
        sessions::SessionRow,
        staff::{self, Credentials, StaffRow},
    },
    vault::VaultError,
};

/// A password step or an enrolment is to be finished within this time.
const PENDING_MS: u64 = 10 * 60 * 1000;

/// From where and how somebody signs in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Network address of the client.
    pub address: IpAddr,
    /// What the browser or program calls itself.
    pub agent: String,
    /// Console or API.
    pub via: Via,
    /// The device token of an earlier sign-in from this browser.
    pub device: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Staff number or password is wrong; which of them is not told.
    #[error("staff number or password is wrong")]
    Wrong,
    /// The password is right; a code of the authenticator, or a recovery code, is needed.
    #[error("a code of the authenticator is needed")]
    CodeRequired {
        /// Takes the place of the password in the second step, for ten minutes.
        pending: Zeroizing<String>,
    },
    /// The code is wrong, or was used before.
    #[error("the code is wrong or was used before")]
    WrongCode,
    /// The first step was too long ago.
    #[error("the first step was too long ago; begin again")]
    TooLate,
    /// All was right, and the account is frozen: nobody signs in with it before it is released.
    #[error("the account is frozen")]
    Frozen,
    /// The activation code is wrong or has expired.
    #[error("the activation code is wrong or has expired")]
    WrongActivation,
    /// The new password is too weak; why, as a code: `too_short`, `too_long`, `too_easy`.
    #[error("the password is too weak: {0}")]
    WeakPassword(&'static str),
    /// Too many failures from here; others are not affected.
    #[error("too many failures; wait {} s", .wait_ms.div_ceil(1000))]
    Throttled {
        /// How long to wait, in milliseconds.
        wait_ms: u64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sealed seed did not open, or a password could not be hashed.
    #[error("sign-in is not possible at the moment")]
    Unavailable,
}

impl From<VaultError> for SignInError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => SignInError::Store(error),
            _ => SignInError::Unavailable,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) staff: String,
    pub(super) time_ms: u64,
    #[serde(default)]
    pub(super) seed: Vec<u8>,
    #[serde(default)]
    pub(super) activation: Vec<u8>,
    /// Hash of the password chosen on the way through a first sign-in.
    #[serde(default)]
    pub(super) password: String,
}

impl Tigertally {
    /// Signs in with staff number, password and code. Without a code, and the password right,
    /// [`SignInError::CodeRequired`] tells how to go on.
    pub async fn sign_in(
        &self,
        staff_no: &str,
        password: &str,
        code: Option<&str>,
        from: &SignIn,
    ) -> Result<SignedIn, SignInError> {
        let source = self.source(staff_no, from);
        let credentials = self.first_step(staff_no, password, &source, from).await?;
        match code {
            Some(code) => self.second_factor(credentials, code, &source, from).await,
            None => Err(SignInError::CodeRequired {
                pending: self.pending(
                    "sign-in",
                    &Pending {
                        staff: staff_no.to_owned(),
                        time_ms: self.now_ms(),
                        seed: Vec::new(),
                        activation: Vec::new(),
                        password: String::new(),
                    },
                ),
            }),
        }
    }

    /// The password: slowed, checked, and put down when it is wrong.
    pub(super) async fn first_step(
        &self,
        staff_no: &str,
        password: &str,
        source: &Source,
        from: &SignIn,
    ) -> Result<Credentials, SignInError> {
        self.may_try(staff_no, source)?;
        let credentials = self.store.read(|conn| staff::credentials(conn, self.store.keys(), staff_no))?;
        let stored = credentials.as_ref().filter(|c| c.staff.active).and_then(|c| c.password.clone());
        match (credentials, self.check_password(password, stored).await?) {
            (Some(credentials), true) => Ok(credentials),
            _ => {
                self.refused(staff_no, source, "password", from).await?;
                Err(SignInError::Wrong)
            }
        }
    }

    /// The code, likewise. It is used up by [`use_factor`].
    pub(super) async fn second_step(
        &self,
        credentials: &Credentials,
        code: &str,
        source: &Source,
        from: &SignIn,
    ) -> Result<Factor, SignInError> {
        let no = &credentials.staff.no;
        if !matches!(source, Source::Device(_)) {
            self.may_try(no, &Source::Knowing)?;
        }
        match self.check_code(credentials, code)? {
            Some(factor) => Ok(factor),
            None => {
                self.throttle.failed(no, &Source::Knowing, self.now_ms());
                self.refused(no, source, "code", from).await?;
                Err(SignInError::WrongCode)
            }
        }
    }

    /// Both steps were right and the code was used up, or was used up before: what the throttle and the ledger hear of it.
    pub(super) async fn ended<T>(
        &self,
        staff_no: &str,
        source: &Source,
        from: &SignIn,
        end: Result<T, SignInError>,
    ) -> Result<T, SignInError> {
        match &end {
            Ok(_) => {
                self.throttle.succeeded(staff_no, source);
                self.throttle.succeeded(staff_no, &Source::Knowing);
            }
            Err(SignInError::WrongCode) => self.refused(staff_no, source, "code", from).await?,
            // Nobody guessed: the throttle does not hear of it.
            Err(SignInError::Frozen) => self.put_refusal_down(staff_no, "frozen", from).await?,
            Err(_) => {}
        }
        end
    }

    /// The second step of a sign-in.
    pub async fn sign_in_code(
        &self,
        pending: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<SignedIn, SignInError> {
        let pending = self.open_pending("sign-in", pending)?;
        let source = self.source(&pending.staff, from);
        self.may_try(&pending.staff, &source)?;
        let credentials =
            self.store.read(|conn| staff::credentials(conn, self.store.keys(), &pending.staff))?;
        match credentials.filter(|c| c.staff.active && c.password.is_some()) {
            Some(credentials) => self.second_factor(credentials, code, &source, from).await,
            None => Err(SignInError::TooLate),
        }
    }

    async fn second_factor(
        &self,
        credentials: Credentials,
        code: &str,
        source: &Source,
        from: &SignIn,
    ) -> Result<SignedIn, SignInError> {
        let person = &credentials.staff;
        let factor = self.second_step(&credentials, code, source, from).await?;
        let begun = match person.frozen_ms {
            None => self.begin_session(person, factor, from).await,
            Some(_) => Err(SignInError::Frozen),
        };
        self.ended(&person.no, source, from, begun).await
    }

    pub(super) fn check_code(
        &self,
        credentials: &Credentials,
        code: &str,
    ) -> Result<Option<Factor>, SignInError> {
        let person = &credentials.staff;
        if let Some(sealed) = &credentials.totp {
            let seed = self.vault.open_secret(&totp_label(&person.no), sealed)?;
            let step = totp::step_of(&seed, code, self.now_ms());
            if let Some(step) = step.filter(|step| *step > credentials.totp_step) {
                return Ok(Some(Factor::Totp(step)));
            }
        }
        let hash = recovery::hash(code);
        let left = self.store.read(|conn| staff::recovery_codes(conn, person.id))?;
        Ok(left.iter().any(|known| *known == hash).then_some(Factor::Recovery(hash)))
    }

    pub(super) async fn begin_session(
        &self,
        person: &StaffRow,
        factor: Factor,
        from: &SignIn,
    ) -> Result<SignedIn, SignInError> {
        let fresh = token::fresh();
        let hash = token::hash(&fresh);
        let now_ms = self.now_ms();
        let row = SessionRow {
            token_hash: hash.to_vec(),
            staff_id: person.id,
            program: from.via != Via::Console,
            created_ms: now_ms,
            expires_ms: now_ms + sessions::LONGEST_MS,
            address: from.address.to_string(),
            agent: from.agent.chars().take(200).collect(),
        };
        let expires_ms = row.expires_ms;
        let body = sign_in_body(person, from).with("factor", factor.name());
        let read = person.clone();
        self.store
            .change(move |tx| {
                if !tx.still(&read)? {
                    return Err(SignInError::Wrong);
                }
                use_factor(tx, row.staff_id, &factor)?;
                tx.add_session(&row)?;
                Ok(tx.commit(Draft::new(action::SIGN_IN, Decision::Allowed, &body), ())?)
            })
            .await?;
        let actor = self.sessions.begin(person, hash, from.via, now_ms, expires_ms);
        let device = self.pending(
            "device",
            &Pending {
                staff: person.no.clone(),
                time_ms: now_ms,
                seed: tigertally_crypto::random::bytes::<16>().to_vec(),
                activation: Vec::new(),
                password: String::new(),
            },
        );
        Ok(SignedIn { token: fresh, device, actor, expires_ms })
    }

    /// The actor of a session's token; `None` when no session stands behind it.
    pub fn actor(&self, token: &str, via: Via) -> Result<Option<Actor>, StoreError> {
        let found = self.sessions.actor(&self.store, token, via, self.now_ms())?;
        // A session can begin in the moment in which they are frozen.
        Ok(found.filter(|actor| self.acts(actor)))
    }

    /// Whether somebody who acts has not been frozen meanwhile: for what goes on for long.
    pub fn acts(&self, actor: &Actor) -> bool {
        !self.store.is_frozen(actor.no())
    }

    /// Ends the actor's session.
    pub async fn sign_out(&self, actor: &Actor) -> Result<Receipt, StoreError> {
        let hash = *actor.token_hash();
        let body = self.body(actor);
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.end_session(&hash)?;
                tx.commit(Draft::recorded(action::SIGN_OUT, &body), ())
            })
            .await?;
        self.sessions.forget(&hash);
        Ok(receipt)
    }

    /// Ends all sessions of the actor, this one too.
    pub async fn sign_out_everywhere(&self, actor: &Actor) -> Result<usize, StoreError> {
        let (id, body) = (actor.id(), self.body(actor).with("everywhere", true));
        let (ended, _) = self
            .store
            .change(move |tx| {
                let ended = tx.end_sessions(id)?;
                tx.commit(Draft::recorded(action::SIGN_OUT, &body), ended)
            })
            .await?;
        self.sessions.forget_staff(id);
        Ok(ended)
    }

    /// The actor's sessions that stand.
    pub async fn sessions(&self, actor: &Actor) -> Result<(Vec<SessionInfo>, Receipt), DeskError> {
        let receipt = self.record(actor, Action::ReadOwnRecord, action::OWN_RECORD, Body::default()).await?;
        let now_ms = self.now_ms();
        let rows = self.store.read(|conn| crate::store::sessions::of_staff(conn, actor.id(), now_ms))?;
        let info = |row: SessionRow| SessionInfo {
            current: row.token_hash == actor.token_hash(),
            program: row.program,
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            address: row.address,
            agent: row.agent,
        };
        Ok((rows.into_iter().map(info).collect(), receipt))
    }

    /// Changes the actor's password, with the old one and a code; other sessions end.
    pub async fn change_password(
        &self,
        actor: &Actor,
        old: &str,
        code: &str,
        new: &str,
        from: &SignIn,
    ) -> Result<(), SignInError> {
        let _proved = self.prove(actor, old, code, from).await?;
        if let Some(weakness) = password::weakness(new, actor.no()) {
            return Err(SignInError::WeakPassword(weakness));
        }
        let hashed = self.hash_password(new).await?;
        let (id, body) = (actor.id(), self.credential_body(actor, "password"));
        self.store
            .change(move |tx| {
                tx.set_password(id, &hashed)?;
                tx.end_sessions(id)?;
                Ok::<_, SignInError>(tx.commit(Draft::recorded(action::CREDENTIAL, &body), ())?)
            })
            .await?;
        self.sessions.forget_staff(id);
        Ok(())
    }

    /// Gives the actor fresh recovery codes, with the password and a code; the old ones stop working.
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<Vec<Zeroizing<String>>, SignInError> {
        let _proved = self.prove(actor, password, code, from).await?;
        let (codes, hashes) = recovery::fresh();
        let (id, body) = (actor.id(), self.credential_body(actor, "recovery codes"));
        self.store
            .change(move |tx| {
                tx.set_recovery_codes(id, &hashes)?;
                Ok::<_, SignInError>(tx.commit(Draft::recorded(action::CREDENTIAL, &body), ())?)
            })
            .await?;
        Ok(codes)
    }

    /// How many recovery codes the actor has left.
    pub fn recovery_codes_left(&self, actor: &Actor) -> Result<usize, StoreError> {
        Ok(self.store.read(|conn| staff::recovery_codes(conn, actor.id()))?.len())
    }

    pub(super) async fn check_password(
        &self,
        typed: &str,
        stored: Option<String>,
    ) -> Result<bool, SignInError> {
        let typed = Zeroizing::new(typed.to_owned());
        self.slowly(move || password::verify(&typed, stored.as_deref())).await
    }

    pub(super) async fn hash_password(&self, new: &str) -> Result<String, SignInError> {
        let new = Zeroizing::new(new.to_owned());
        self.slowly(move || password::hash(&new)).await?.ok_or(SignInError::Unavailable)
    }

    /// Runs what takes long and much memory off the threads that serve.
    async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        self.hashing.run(work).await.ok_or(SignInError::Unavailable)
    }

    pub(super) fn source(&self, staff_no: &str, from: &SignIn) -> Source {
        let device = from.device.as_deref().and_then(|device| {
            let opened = self.open_sealed("device", device)?;
            (opened.staff == staff_no).then(|| Source::Device(token::hash(device)))
        });
        device.unwrap_or_else(|| Source::network(from.address))
    }

    pub(super) fn may_try(&self, staff_no: &str, source: &Source) -> Result<(), SignInError> {
        // No staff number is so long: nothing is looked up, remembered or written for it.
        if staff_no.len() > 128 {
            return Err(SignInError::Wrong);
        }
        match self.throttle.wait_ms(staff_no, source, self.now_ms()) {
            0 => Ok(()),
            wait_ms => Err(SignInError::Throttled { wait_ms }),
        }
    }

    /// Notes a failure: for the throttle, and in the ledger. What was typed as staff number is written down only when
    /// somebody has it; people type passwords there.
    pub(super) async fn refused(
        &self,
        staff_no: &str,
        source: &Source,
        step: &str,
        from: &SignIn,
    ) -> Result<(), SignInError> {
        self.throttle.failed(staff_no, source, self.now_ms());
        self.put_refusal_down(staff_no, step, from).await
    }

    pub(super) async fn put_refusal_down(
        &self,
        staff_no: &str,
        step: &str,
        from: &SignIn,
    ) -> Result<(), SignInError> {
        let known = self.store.read(|conn| staff::by_no(conn, staff_no))?;
        let body = match &known {
            Some(person) => sign_in_body(person, from),
            None => Body { actor: "unknown".to_owned(), via: from.via.name().to_owned(), ..Body::default() }
                .with("address", from.address.to_string()),
        };
        self.store.append(Draft::new(action::SIGN_IN, Decision::Denied, &body.with("failed", step))).await?;
        Ok(())
    }

    fn credential_body(&self, actor: &Actor, what: &str) -> Body {
        let mut body = self.body(actor).with("set", what);
        body.staff = Some(actor.no().to_owned());
        body
    }

    pub(super) fn pending(&self, label: &str, pending: &Pending) -> Zeroizing<String> {
        let plain = Zeroizing::new(serde_json::to_vec(pending).unwrap_or_default());
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(self.vault.seal_secret(label, &plain)))
    }

    fn open_sealed(&self, label: &str, text: &str) -> Option<Pending> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        serde_json::from_slice(&self.vault.open_secret(label, &sealed).ok()?).ok()
    }

    pub(super) fn open_pending(&self, label: &str, text: &str) -> Result<Pending, SignInError> {
        let pending = self.open_sealed(label, text).ok_or(SignInError::TooLate)?;
        if self.now_ms() > pending.time_ms + PENDING_MS {
            return Err(SignInError::TooLate);
        }
        Ok(pending)
    }
}

/// What proved who somebody is. Another way to prove it would be another variant.
pub(super) enum Factor {
    Totp(u64),
    Recovery([u8; 32]),
    Enrolled,
}

impl Factor {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Factor::Totp(_) => "authenticator",
            Factor::Recovery(_) => "recovery code",
            Factor::Enrolled => "first sign-in",
        }
    }
}

/// Uses a factor up.
///
/// # Errors
/// `WrongCode` when it was used before; `Store`.
pub(super) fn use_factor(tx: &Tx<'_>, staff: i64, factor: &Factor) -> Result<(), SignInError> {
    let unused = match factor {
        Factor::Totp(step) => tx.use_totp_step(staff, *step)?,
        Factor::Recovery(hash) => tx.use_recovery_code(staff, hash)?,
        Factor::Enrolled => true,
    };
    if unused { Ok(()) } else { Err(SignInError::WrongCode) }
}

pub(super) fn totp_label(staff_no: &str) -> String {
    format!("totp:{staff_no}")
}

pub(super) fn sign_in_body(person: &StaffRow, from: &SignIn) -> Body {
    Body {
        actor: person.no.clone(),
        role: if person.role == Role::Operator { String::new() } else { person.role.name().to_owned() },
        via: from.via.name().to_owned(),
        ..Body::default()
    }
    .with("address", from.address.to_string())
}

/// The code that an authenticator shows for a secret at a time: for programs that sign in by themselves, and tests.
pub fn authenticator_code(secret_base32: &str, time_ms: u64) -> Option<String> {
    totp::code_at(&totp::seed_of(secret_base32)?, time_ms)
}
