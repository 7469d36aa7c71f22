//! The first sign-in: a one-time code, a password, an authenticator.

use zeroize::Zeroizing;

use super::{
    actor::{Actor, Operator, Via},
    password, recovery,
    sessions::SignedIn,
    sign_in::{Factor, Pending, SignIn, SignInError, totp_label},
    token, totp,
};
use crate::{
    Tigertally,
    desk::DeskError,
    entry::{Body, Draft, Receipt, action},
    store::staff::{self, Credentials, StaffRow},
};

/// What an authenticator is set up with.
pub struct Enrolment {
    /// The person's name.
    pub name: String,
    /// The `otpauth:` address for a QR code.
    pub url: Zeroizing<String>,
    /// The same to type.
    pub secret: Zeroizing<String>,
    /// To be given back with the first code.
    pub pending: Zeroizing<String>,
}

/// A sign-in that was set up.
pub struct Activated {
    /// The first session.
    pub signed_in: SignedIn,
    /// Recovery codes, shown once.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

impl Tigertally {
    /// First step of the first sign-in: the activation code gives what an authenticator is set up with.
    pub async fn begin_activation(
        &self,
        staff_no: &str,
        activation: &str,
        from: &SignIn,
    ) -> Result<Enrolment, SignInError> {
        let source = self.source(staff_no, from);
        self.may_try(staff_no, &source)?;
        let hash = token::hash(&token::tidy(activation));
        let found = self.store.read(|conn| staff::credentials(conn, self.store.keys(), staff_no))?;
        let person = found.filter(|c| c.staff.active && self.activation_stands(c, &hash));
        let Some(person) = person.map(|c| c.staff) else {
            self.refused(staff_no, &source, "activation", from).await?;
            return Err(SignInError::WrongActivation);
        };
        if person.frozen_ms.is_some() {
            self.put_refusal_down(staff_no, "frozen", from).await?;
            return Err(SignInError::Frozen);
        }
        let seed = Zeroizing::new(tigertally_crypto::random::bytes::<{ totp::SEED }>());
        let (url, secret) =
            totp::enrolment(&*seed, &person.no, &self.settings().company).ok_or(SignInError::Unavailable)?;
        let pending = self.pending(
            "activation",
            &Pending {
                staff: person.no,
                time_ms: self.now_ms(),
                seed: seed.to_vec(),
                activation: hash.to_vec(),
                password: String::new(),
            },
        );
        Ok(Enrolment { name: person.name, url, secret, pending })
    }

    /// The same enrolment again, for a page that has to be shown once more.
    pub fn enrolment(&self, pending: &str) -> Result<Enrolment, SignInError> {
        let opened = self.open_pending("activation", pending)?;
        let (url, secret) = totp::enrolment(&opened.seed, &opened.staff, &self.settings().company)
            .ok_or(SignInError::Unavailable)?;
        let person =
            self.store.read(|conn| staff::by_no(conn, &opened.staff))?.ok_or(SignInError::TooLate)?;
        Ok(Enrolment { name: person.name, url, secret, pending: Zeroizing::new(pending.to_owned()) })
    }

    /// Second and third step of the first sign-in in one: password and first code.
    pub async fn finish_activation(
        &self,
        pending: &str,
        new_password: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<Activated, SignInError> {
        let chosen = self.choose_password(pending, new_password).await?;
        self.activate(&chosen, code, from).await
    }

    /// Second step of the first sign-in: a password. What is given back takes the place of `pending`.
    ///
    /// # Errors
    /// `WeakPassword`; `TooLate` when the first step was too long ago.
    pub async fn choose_password(
        &self,
        pending: &str,
        new_password: &str,
    ) -> Result<Zeroizing<String>, SignInError> {
        let mut pending = self.open_pending("activation", pending)?;
        if let Some(weakness) = password::weakness(new_password, &pending.staff) {
            return Err(SignInError::WeakPassword(weakness));
        }
        pending.password = self.hash_password(new_password).await?;
        Ok(self.pending("activation", &pending))
    }

    /// Third step of the first sign-in: the first code.
    ///
    /// # Errors
    /// `WrongCode`, and it can be tried again; `TooLate` when no password was chosen or it is too long ago.
    pub async fn activate(&self, chosen: &str, code: &str, from: &SignIn) -> Result<Activated, SignInError> {
        let pending = self.open_pending("activation", chosen)?;
        if pending.password.is_empty() {
            return Err(SignInError::TooLate);
        }
        let found = self.store.read(|conn| staff::credentials(conn, self.store.keys(), &pending.staff))?;
        let person = found
            .filter(|c| c.staff.active && self.activation_stands(c, &pending.activation))
            .map(|c| c.staff)
            .ok_or(SignInError::WrongActivation)?;
        if person.frozen_ms.is_some() {
            return Err(SignInError::Frozen);
        }
        let step = totp::step_of(&pending.seed, code, self.now_ms()).ok_or(SignInError::WrongCode)?;
        let recovery_codes =
            self.set_credentials(&person, pending.password, &pending.seed, step, from.via).await?;
        let signed_in = self.begin_session(&person, Factor::Enrolled, from).await?;
        Ok(Activated { signed_in, recovery_codes })
    }

    async fn set_credentials(
        &self,
        person: &StaffRow,
        hashed: String,
        seed: &[u8],
        step: u64,
        via: Via,
    ) -> Result<Vec<Zeroizing<String>>, SignInError> {
        let sealed = self.vault.seal_secret(&totp_label(&person.no), seed);
        let (codes, hashes) = recovery::fresh();
        let body = Body {
            actor: person.no.clone(),
            role: person.role.name().to_owned(),
            via: via.name().to_owned(),
            staff: Some(person.no.clone()),
            ..Body::default()
        }
        .with("set", "password, authenticator");
        let id = person.id;
        self.store
            .change(move |tx| {
                tx.set_credentials(id, &hashed, &sealed, step, &hashes)?;
                Ok::<_, SignInError>(tx.commit(Draft::recorded(action::CREDENTIAL, &body), ())?)
            })
            .await?;
        Ok(codes)
    }

    /// Sets password and authenticator of a made-up person, for the demonstration: gives the authenticator's secret.
    pub async fn set_demo_credentials(
        &self,
        _operator: &Operator,
        staff_no: &str,
        new_password: &str,
    ) -> Result<Zeroizing<String>, SignInError> {
        let person = self.store.read(|conn| staff::by_no(conn, staff_no))?.ok_or(SignInError::Wrong)?;
        let seed = Zeroizing::new(tigertally_crypto::random::bytes::<{ totp::SEED }>());
        let hashed = self.hash_password(new_password).await?;
        self.set_credentials(&person, hashed, &*seed, 0, Via::Cli).await?;
        let (_, secret) =
            totp::enrolment(&*seed, staff_no, &self.settings().company).ok_or(SignInError::Unavailable)?;
        Ok(secret)
    }

    /// Gives somebody a one-time activation code, good for three days; what they signed in with before stops working.
    pub(crate) async fn issue_activation(
        &self,
        actor: &Actor,
        person: &StaffRow,
    ) -> Result<(Zeroizing<String>, Receipt), DeskError> {
        let code = token::code(4);
        let hash = token::hash(&token::tidy(&code));
        let until_ms = self.now_ms() + 3 * 24 * 3600 * 1000;
        let mut body = self.body(actor).with("set", "activation code");
        body.staff = Some(person.no.clone());
        let id = person.id;
        let (_, receipt) = self
            .store
            .change(move |tx| {
                tx.set_activation(id, &hash, until_ms)?;
                tx.end_sessions(id)?;
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::CREDENTIAL, &body), ())?)
            })
            .await?;
        self.sessions.forget_staff(id);
        Ok((code, receipt))
    }

    fn activation_stands(&self, credentials: &Credentials, hash: &[u8]) -> bool {
        use subtle::ConstantTimeEq;
        let known = credentials.activation.as_deref().unwrap_or_default();
        bool::from(known.ct_eq(hash)) && self.now_ms() < credentials.activation_until_ms
    }
}
