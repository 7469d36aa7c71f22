//! The rules of the house: settings, and the policy with its versions.

use serde_json::{Map, Value, json};

use super::{DeskError, StatedPurpose, staff::facts_of, tiers::blocking};
use crate::{
    Settings, StoreError, StoredPolicy, Tigertally,
    entry::{Body, Decision, Draft, PurposeNote, Receipt, action},
    identity::Actor,
    policy::{Action, Denial, Policy, Request, RuleId, Sentence, Subject, WayOut},
    record::Field,
    store::{settings, staff},
    vault::body_of,
};

/// A question to try on the policy: what would this person get?
#[derive(Clone, Debug)]
pub struct TryQuestion {
    /// Who would ask, by staff number.
    pub staff: String,
    /// What they would do.
    pub action: Action,
    /// The customer's number, for what is about one.
    pub customer: Option<String>,
    /// The fields, for what is about fields.
    pub fields: Vec<Field>,
    /// What for. It is looked up as in earnest: it must be that person's, open, and about this customer.
    pub purpose: Option<StatedPurpose>,
    /// The hour, 0 to 23; the present one when left out.
    pub hour: Option<u8>,
}

/// What the policy says to a question that was tried. Nothing was opened and nothing was permitted.
#[derive(Clone, Debug)]
pub struct TriedQuestion {
    /// Whether it would be allowed.
    pub allowed: bool,
    /// The rules that decide, with what they say; none when it is just that no rule grants it.
    pub rules: Vec<(RuleId, Sentence)>,
    /// The fields that would be denied.
    pub denied_fields: Vec<Field>,
    /// Whether the purpose stands, when one was stated. When it does not, nothing is allowed.
    pub purpose_stands: Option<bool>,
    /// What would permit, the cheapest first.
    pub way_out: Vec<WayOut>,
    /// The version of the policy that was asked.
    pub version: u32,
    /// Where the trial stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// Reads the settings.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn read_settings(&self, actor: &Actor) -> Result<(Settings, Receipt), DeskError> {
        let receipt =
            self.record(actor, Action::ManageSettings, action::SETTINGS_READ, Body::default()).await?;
        Ok((self.settings(), receipt))
    }

    /// Puts other settings in force. The tier rule is not changed here: that moves customers ([`Tigertally::propose_tiers`]).
    ///
    /// # Errors
    /// `Setting` names the first that is out of its range, and the tier rule when it differs; `Conflict` when somebody
    /// else changed them meanwhile; `Denied`.
    pub async fn change_settings(&self, actor: &Actor, mut new: Settings) -> Result<Receipt, DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ManageSettings, Subject::None, self.hour());
        let permit = self.permit(actor, action::SETTINGS, request).await?;
        new.company = new.company.trim().to_owned();
        let old = self.settings();
        if let Some(name) = new.fault().or((new.tiers != old.tiers).then_some("tiers")) {
            return Err(DeskError::Setting(name));
        }
        let damaged = |_| StoreError::Damaged("the settings");
        let changed = differences(
            &serde_json::to_value(&old).map_err(damaged)?,
            &serde_json::to_value(&new).map_err(damaged)?,
        );
        let body = body_of(&permit, actor.via()).with("changed", changed);
        let json = serde_json::to_string(&new).map_err(damaged)?;
        let (_, receipt) = self
            .store
            .change(move |tx| {
                let stored = tx.setting(Tigertally::SETTINGS)?.unwrap_or_default();
                if serde_json::from_str::<Settings>(&stored).map_err(damaged)? != old {
                    return Err(DeskError::Conflict);
                }
                tx.set_setting(Tigertally::SETTINGS, &json)?;
                Ok(tx.commit(Draft::new(action::SETTINGS, Decision::Allowed, &body), ())?)
            })
            .await?;
        self.put_settings(new);
        Ok(receipt)
    }

    /// The versions of the policy, newest first.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn policy_versions(&self, actor: &Actor) -> Result<(Vec<StoredPolicy>, Receipt), DeskError> {
        let receipt = self.record(actor, Action::ReadPolicy, action::POLICY_READ, Body::default()).await?;
        Ok((self.store.read(|conn| settings::policies(conn, &self.log_keys))?, receipt))
    }

    /// One version of the policy; the one in force when `None`.
    ///
    /// # Errors
    /// `NotFound`; `Denied`; `Store`.
    pub async fn policy_text(
        &self,
        actor: &Actor,
        version: Option<u32>,
    ) -> Result<(StoredPolicy, Receipt), DeskError> {
        let version = version.unwrap_or_else(|| self.policy().version());
        let detail = Body::default().with("version", version);
        let receipt = self.record(actor, Action::ReadPolicy, action::POLICY_READ, detail).await?;
        let found = self.store.read(|conn| settings::policy(conn, &self.log_keys, version))?;
        Ok((found.ok_or(DeskError::NotFound("policy"))?, receipt))
    }

    /// Reads and checks a policy text, and puts nothing in force. The version of what is given back is 0.
    ///
    /// # Errors
    /// `PolicyFaults`; `Denied`.
    pub async fn check_policy(&self, actor: &Actor, text: String) -> Result<(Policy, Receipt), DeskError> {
        let detail = Body::default().with("checked", true);
        let receipt = self.record(actor, Action::ReadPolicy, action::POLICY_READ, detail).await?;
        Ok((parse(text, 0).await?, receipt))
    }

    /// Puts another policy in force without anybody else, from the next decision on: for the operator at the machine, to begin
    /// with and in need. Everybody else [proposes](Tigertally::propose_policy). `based_on` is the version that was edited.
    ///
    /// # Errors
    /// `PolicyFaults`; `Conflict` when another version came in force since; `Denied`.
    pub async fn change_policy(
        &self,
        actor: &Actor,
        based_on: u32,
        text: String,
    ) -> Result<(u32, Receipt), DeskError> {
        let request = Request::new(actor.facts().clone(), Action::ManagePolicy, Subject::None, self.hour());
        let permit = self.permit(actor, action::POLICY, request).await?;
        let before = self.policy();
        if before.version() != based_on {
            return Err(DeskError::Conflict);
        }
        let version = based_on + 1;
        let policy = parse(text.clone(), version).await?;
        let digest = crate::hex(&policy.digest());
        let body = body_of(&permit, actor.via())
            .with("version", version)
            .with("sha256", digest)
            .with("added", only_in(&policy, &before))
            .with("removed", only_in(&before, &policy))
            .with("changed", changed(&before, &policy));
        let author = actor.no().to_owned();
        let (_, receipt) = self
            .store
            .change(move |tx| {
                if !tx.add_policy(version, &text, &author)? {
                    return Err(DeskError::Conflict);
                }
                Ok(tx.commit(Draft::new(action::POLICY, Decision::Allowed, &body), ())?)
            })
            .await?;
        self.set_policy(policy);
        Ok((version, receipt))
    }

    /// Asks the policy in force what somebody would get, from the facts as they stand. The permit that would come of it
    /// is thrown away here.
    ///
    /// # Errors
    /// `NotFound` for a person who is not there or has left, or a customer who is not there; `Denied`; `Store`.
    pub async fn try_question(
        &self,
        actor: &Actor,
        question: &TryQuestion,
    ) -> Result<TriedQuestion, DeskError> {
        let mut detail = Body::default().with("tried", question.action.name());
        (detail.staff, detail.customer) = self.known(Some(&question.staff), question.customer.as_deref())?;
        if !question.fields.is_empty() {
            let fields: Vec<_> = question.fields.iter().map(|field| field.name()).collect();
            detail = detail.with("fields", fields);
        }
        if let Some(stated) = &question.purpose {
            detail = detail.with("purpose", json!(PurposeNote::from(stated)));
        }
        let receipt = self.record(actor, Action::ReadPolicy, action::POLICY_READ, detail).await?;
        let (request, purpose_stands) = self.request_of(question)?;
        let policy = self.policy();
        let say = |id: &RuleId| Some((id.clone(), policy.rule(id)?.sentence.clone()));
        let (granted, rules, denied_fields, way_out) = match policy.decide(request) {
            Ok(permit) => (true, permit.rules().iter().filter_map(say).collect(), Vec::new(), Vec::new()),
            Err(Denial { rules, fields, way_out, .. }) => {
                (false, rules.iter().filter_map(say).collect(), fields, way_out)
            }
        };
        let allowed = granted && purpose_stands != Some(false);
        let version = policy.version();
        Ok(TriedQuestion { allowed, rules, denied_fields, purpose_stands, way_out, version, receipt })
    }

    /// The request that somebody would make, and whether the purpose that they would state stands.
    fn request_of(&self, question: &TryQuestion) -> Result<(Request, Option<bool>), DeskError> {
        let person = self.store.read(|conn| staff::by_no(conn, &question.staff))?;
        let person = person.filter(|person| person.active).ok_or(DeskError::NotFound("staff"))?;
        let customer = question.customer.as_ref().map(|no| self.customer(no)).transpose()?;
        let purpose = match (&customer, &question.purpose) {
            (Some(customer), Some(stated)) => {
                match self.purpose(person.id, customer, &question.fields, stated) {
                    Ok(purpose) => Some(Ok(purpose)),
                    Err(DeskError::Purpose) => Some(Err(())),
                    Err(other) => return Err(other),
                }
            }
            (None, Some(_)) => Some(Err(())),
            (_, None) => None,
        };
        let stands = purpose.as_ref().map(Result::is_ok);
        let subject = match &customer {
            Some(customer) => self.subject(customer, &person)?,
            None => Subject::None,
        };
        let hour = question.hour.filter(|hour| *hour < 24).unwrap_or_else(|| self.hour());
        let request = Request::new(facts_of(&person), question.action, subject, hour)
            .fields(question.fields.iter().copied())
            .purpose(purpose.and_then(Result::ok))
            // Somebody else's: that nobody decides on their own needs no trial.
            .requester("-".to_owned());
        Ok((request, stands))
    }
}

impl From<&StatedPurpose> for PurposeNote {
    fn from(stated: &StatedPurpose) -> PurposeNote {
        PurposeNote { kind: stated.kind.name().to_owned(), reference: stated.reference.to_string() }
    }
}

/// Parsing and checking a policy takes some milliseconds.
pub(super) async fn parse(text: String, version: u32) -> Result<Policy, DeskError> {
    blocking(move || Policy::parse(&text, version).map_err(DeskError::PolicyFaults)).await
}

/// Names of the rules that only the first policy has.
pub(super) fn only_in(first: &Policy, second: &Policy) -> Vec<String> {
    let rules = first.rules().into_iter().filter(|rule| second.rule(&rule.id).is_none());
    rules.map(|rule| rule.id.as_str().to_owned()).collect()
}

/// Names of the rules whose text is another.
pub(super) fn changed(before: &Policy, after: &Policy) -> Vec<String> {
    let rules = after.rules().into_iter();
    let other = rules.filter(|rule| before.rule(&rule.id).is_some_and(|known| known.text != rule.text));
    other.map(|rule| rule.id.as_str().to_owned()).collect()
}

/// The members of an object that differ, each with what it was and what it is.
fn differences(old: &Value, new: &Value) -> Value {
    let members = new.as_object().into_iter().flatten();
    let changed = members.filter(|(key, value)| old.get(key.as_str()) != Some(value));
    let changed: Map<_, _> = changed
        .map(|(key, value)| (key.clone(), json!({ "from": old.get(key.as_str()), "to": value })))
        .collect();
    Value::Object(changed)
}
