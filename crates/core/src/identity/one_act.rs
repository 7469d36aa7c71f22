//! A sign-in that begins no session: for one decision by a link in a mail.

use std::sync::Arc;

use super::{
    Actor, SignIn, SignInError, Via,
    sessions::who,
    sign_in::{sign_in_body, use_factor},
};
use crate::{
    Tigertally,
    entry::{Decision, Draft, action},
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
        let credentials = self.first_step(staff_no, password, &source, &from).await?;
        let factor = self.second_step(&credentials, code, &source, &from).await?;
        let person = credentials.staff;
        let body = sign_in_body(&person, &from).with("factor", factor.name());
        let read = person.clone();
        let used = self.store.change(move |tx| {
            if !tx.still(&read)? {
                return Err(SignInError::Wrong);
            }
            use_factor(tx, read.id, &factor)?;
            Ok(tx.commit(Draft::new(action::SIGN_IN, Decision::Allowed, &body), ())?)
        });
        self.ended(staff_no, &source, &from, used.await).await?;
        // No token stands behind it: all zeroes are the hash of none.
        Ok(Actor { who: Arc::new(who(&person, [0; 32])), via: Via::Mail })
    }
}
