//! Whether somebody who is signed in is who they say, once more: before something that matters.

use super::{Actor, SignIn, SignInError, sign_in::use_factor, throttle::Source};
use crate::{
    Tigertally,
    entry::{Decision, Draft, action},
    store::staff,
};

/// That the actor has just shown a fresh code. It is used up by what it was shown for.
#[derive(Debug)]
#[must_use = "a confirmation that nothing takes confirmed nothing"]
pub struct Confirmed {
    staff: i64,
    factor: &'static str,
}

impl Confirmed {
    /// Whether it is this actor's.
    pub(crate) fn is_of(&self, actor: &Actor) -> bool {
        self.staff == actor.id()
    }

    /// What was shown, as the ledger names it.
    pub(crate) fn factor(&self) -> &'static str {
        self.factor
    }
}

impl Tigertally {
    /// Confirms the actor by a code of their authenticator, or a recovery code. Each works once.
    ///
    /// # Errors
    /// `WrongCode`; `Slow` after wrong ones; `Store`.
    pub async fn confirm(&self, actor: &Actor, code: &str, from: &SignIn) -> Result<Confirmed, SignInError> {
        let source = self.source(actor.no(), from);
        self.may_try(actor.no(), &source)?;
        self.show(actor, code, &source, from).await
    }

    /// Confirms the actor by their password and a code.
    pub(super) async fn prove(
        &self,
        actor: &Actor,
        password: &str,
        code: &str,
        from: &SignIn,
    ) -> Result<Confirmed, SignInError> {
        let source = self.source(actor.no(), from);
        self.may_try(actor.no(), &source)?;
        let found = self.store.read(|conn| staff::credentials(conn, self.store.keys(), actor.no()))?;
        let stored = found.ok_or(SignInError::Wrong)?.password;
        if !self.check_password(password, stored).await? {
            self.refused(actor.no(), &source, "password", from).await?;
            return Err(SignInError::Wrong);
        }
        self.show(actor, code, &source, from).await
    }

    async fn show(
        &self,
        actor: &Actor,
        code: &str,
        source: &Source,
        from: &SignIn,
    ) -> Result<Confirmed, SignInError> {
        let found = self.store.read(|conn| staff::credentials(conn, self.store.keys(), actor.no()))?;
        let Some(factor) = self.check_code(&found.ok_or(SignInError::Wrong)?, code)? else {
            self.refused(actor.no(), source, "code", from).await?;
            return Err(SignInError::WrongCode);
        };
        let shown = factor.name();
        let (id, body) = (actor.id(), self.body(actor).with("factor", shown));
        self.store
            .change(move |tx| {
                use_factor(tx, id, &factor)?;
                Ok::<_, SignInError>(tx.commit(Draft::new(action::SIGN_IN, Decision::Allowed, &body), ())?)
            })
            .await?;
        Ok(Confirmed { staff: actor.id(), factor: shown })
    }
}
