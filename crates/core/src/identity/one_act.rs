//! A sign-in that begins no session: for one decision by a link in a mail.

use std::sync::Arc;

use super::{
    Actor, SignIn, SignInError, Via,
    sessions::who,
    sign_in::{Factor, sign_in_body},
    throttle::Source,
};
use crate::{
    Tigertally,
    entry::{Decision, Draft, action},
    store::staff,
};

impl Tigertally {
    /// Signs somebody in for one act: with password and code, checked, slowed and put down as at the sign-in. The actor is
    /// handed to that act and stands nowhere else.
    ///
    /// # Errors
    /// `Wrong`; `WrongCode`; `Throttled`; `Store`.
    pub(crate) async fn sign_in_for_one_act(
        &self,
        staff_no: &str,
        password: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<Actor, SignInError> {
        let from = SignIn { via: Via::Mail, ..from.clone() };
        let source = self.source(staff_no, &from);
        self.may_try(staff_no, &source)?;
        let found = self.store.read(|conn| staff::credentials(conn, self.store.keys(), staff_no))?;
        let stored = found.as_ref().filter(|c| c.staff.active).and_then(|c| c.password.clone());
        let right = self.check_password(password, stored).await?;
        let (Some(credentials), true) = (found, right) else {
            self.refused(staff_no, &source, "password", &from).await?;
            return Err(SignInError::Wrong);
        };
        if !matches!(source, Source::Device(_)) {
            self.may_try(staff_no, &Source::Knowing)?;
        }
        let Some(factor) = self.check_code(&credentials, code)? else {
            self.throttle.failed(staff_no, &Source::Knowing, self.now_ms());
            self.refused(staff_no, &source, "code", &from).await?;
            return Err(SignInError::WrongCode);
        };
        let person = credentials.staff;
        let body = sign_in_body(&person, &from).with("factor", factor.name());
        let read = person.clone();
        self.store
            .change(move |tx| {
                if !tx.still(&read)? {
                    return Err(SignInError::Wrong);
                }
                let unused = match &factor {
                    Factor::Totp(step) => tx.use_totp_step(read.id, *step)?,
                    Factor::Recovery(hash) => tx.use_recovery_code(read.id, hash)?,
                    Factor::Enrolled => true,
                };
                if !unused {
                    return Err(SignInError::WrongCode);
                }
                Ok(tx.commit(Draft::new(action::SIGN_IN, Decision::Allowed, &body), ())?)
            })
            .await?;
        self.throttle.succeeded(staff_no, &source);
        self.throttle.succeeded(staff_no, &Source::Knowing);
        // No token stands behind it: all zeroes are the hash of none.
        Ok(Actor { who: Arc::new(who(&person, [0; 32])), via: Via::Mail })
    }
}
