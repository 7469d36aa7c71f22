//! One version of the policy: read, checked, and kept ready to be asked.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use cedar_policy::{
    ActionConstraint, Effect, PolicyId, PolicySet, Schema, ValidationMode, ValidationWarning, Validator,
};
use miette::Diagnostic;
use parking_lot::RwLock;

use super::engine::{Answer, Words};
use super::facts::Case;
use super::{Action, Role};

pub(super) const SCHEMA: &str = include_str!("tigertally.cedarschema");

/// The policy that a new company starts with, as text.
pub const DEFAULT_TEXT: &str = include_str!("default.cedar");

/// The name of a rule: its `@id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    pub(crate) fn new(id: &str) -> RuleId {
        RuleId(id.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One sentence for people, in both languages of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Sentence {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
        Sentence { zh: zh.into(), en: en.into() }
    }
}

/// What a rule says of itself.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// Whether it forbids; else it permits.
    pub forbids: bool,
    /// What people are shown when it decides.
    pub sentence: Sentence,
    /// Where it begins in the text, counted from 1.
    pub line: usize,
    /// The rule itself, as it was written.
    pub text: String,
}

/// Why a text cannot be a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// The line, counted from 1, where one is to blame.
    pub line: Option<usize>,
    /// The `@id` of the rule, where one is to blame and has a name.
    pub rule: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule:?}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl PolicyFault {
    fn general(message: impl Into<String>) -> PolicyFault {
        PolicyFault { line: None, rule: None, message: message.into() }
    }

    /// A complaint of Cedar's, with the line it points to and the advice it gives.
    fn cedar(text: &str, rule: Option<String>, error: &dyn Diagnostic) -> PolicyFault {
        let offset = error.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
        let said = error.to_string();
        let said = match &rule {
            Some(id) => {
                said.trim_start_matches(&format!("for policy `{id}`")).trim_start_matches([',', ':', ' '])
            }
            None => said.as_str(),
        };
        let message = match error.help() {
            Some(help) => format!("{said} ({help})"),
            None => said.to_owned(),
        };
        PolicyFault { line: offset.map(|o| line_of(text, o)), rule, message }
    }
}

/// One version of the policy: parsed, validated, immutable.
///
/// **Invariant:** every rule has a name and a sentence in both languages, names no customer and no person, and
/// type-checks against the schema; so a decision is a pure function of the facts asked about, and is remembered.
pub struct Policy {
    pub(super) version: u32,
    digest: [u8; 32],
    text: String,
    rules: BTreeMap<RuleId, Rule>,
    pub(super) words: Words,
    /// The rules that can apply to an action, by `Action as usize`: Cedar's cost is linear in their number.
    pub(super) by_action: Vec<PolicySet>,
    /// What has been decided. Dropped whole when full: a new version is a new `Policy`, so nothing goes stale.
    pub(super) remembered: RwLock<HashMap<Case, Arc<Answer>>>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Policy(version {}, {} rules)", self.version, self.rules.len())
    }
}

impl Policy {
    /// The policy that a new company starts with, as version 1.
    ///
    /// # Errors
    /// None, as far as the tests of this room can tell; the signature is that of [`Policy::parse`].
    pub fn builtin() -> Result<Policy, Vec<PolicyFault>> {
        Policy::parse(DEFAULT_TEXT, 1)
    }

    /// Reads and checks a policy.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text: it is no Cedar; a rule has no `@id`, `@zh` or `@en`, or
    /// another's `@id`; it does not type-check against the schema or can never apply; it names a customer or a
    /// person; nobody could put another policy in force.
    pub fn parse(text: &str, version: u32) -> Result<Policy, Vec<PolicyFault>> {
        let broken = |what: String| vec![PolicyFault::general(what)];
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|e| broken(e.to_string()))?;
        let words = Words::new().map_err(|e| broken(e.to_string()))?;
        let parsed: PolicySet = text.parse().map_err(|errors: cedar_policy::ParseErrors| {
            errors.iter().map(|e| PolicyFault::cedar(text, None, e)).collect::<Vec<_>>()
        })?;

        let (named, rules, mut faults) = name_rules(text, &parsed);
        faults.extend(validate(text, schema, &named));
        if !faults.is_empty() {
            faults.sort_by_key(|f| f.line);
            return Err(faults);
        }

        let by_action = Action::ALL.iter().map(|a| rules_for(*a, &named, &words)).collect::<Option<Vec<_>>>();
        let policy = Policy {
            version,
            digest: sha256(text),
            text: text.to_owned(),
            rules,
            words,
            by_action: by_action
                .ok_or_else(|| broken("the rules could not be sorted by action".to_owned()))?,
            remembered: RwLock::default(),
        };
        if !policy.can_be_replaced() {
            return Err(broken(
                "no administrator or operator may \"manage_policy\" at every hour: nobody could change this policy"
                    .to_owned(),
            ));
        }
        Ok(policy)
    }

    /// The version that decisions are recorded with.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// SHA-256 of the text.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rules, in the order of the text.
    pub fn rules(&self) -> Vec<&Rule> {
        let mut rules: Vec<&Rule> = self.rules.values().collect();
        rules.sort_by_key(|r| r.line);
        rules
    }

    /// What a rule says of itself.
    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(id)
    }

    fn can_be_replaced(&self) -> bool {
        [Role::Administrator, Role::Operator].into_iter().any(|role| {
            (0..24).all(|hour| self.answer(&Case::company(role, Action::ManagePolicy, hour)).allowed)
        })
    }
}

/// Gives each rule its `@id` as its identity, and reads its sentences.
fn name_rules(text: &str, parsed: &PolicySet) -> (PolicySet, BTreeMap<RuleId, Rule>, Vec<PolicyFault>) {
    let mut named = PolicySet::new();
    let mut rules = BTreeMap::new();
    let mut faults = Vec::new();
    if parsed.templates().next().is_some() {
        faults.push(PolicyFault::general(
            "a template (?principal, ?resource) is not a rule; write the rule out",
        ));
    }
    for policy in parsed.policies() {
        let source = policy.to_cedar().unwrap_or_default();
        let line = text.find(source.as_str()).map_or(1, |at| line_of(text, at));
        let say = |key: &str| policy.annotation(key).map(str::trim).filter(|s| !s.is_empty());
        let id = say("id");
        let mut fault = |message: &str| {
            let rule = id.map(str::to_owned);
            faults.push(PolicyFault { line: Some(line), rule, message: message.to_owned() });
        };
        for key in ["id", "zh", "en"] {
            if say(key).is_none() {
                fault(&format!(
                    "the rule has no @{key}(\"…\"): it needs a name, and a sentence in both languages"
                ));
            }
        }
        if names_somebody(policy) {
            fault("the rule names a customer or a person; say a role, a department, a region or a tier");
        }
        let id = id.unwrap_or_else(|| policy.id().as_ref());
        if named.add(policy.new_id(PolicyId::new(id))).is_err() {
            fault("another rule has this @id");
        }
        let sentence = Sentence::new(say("zh").unwrap_or_default(), say("en").unwrap_or_default());
        let id = RuleId::new(id);
        rules.insert(
            id.clone(),
            Rule { id, forbids: policy.effect() == Effect::Forbid, sentence, line, text: source },
        );
    }
    (named, rules, faults)
}

fn names_somebody(policy: &cedar_policy::Policy) -> bool {
    policy.entity_literals().iter().any(|uid| {
        let kind = uid.type_name().to_string();
        kind == "Customer" || kind == "Staff" || kind == "Group"
    })
}

/// Cedar's strict validation. A rule that can never apply is a fault too: it says something it does not do. (A
/// misspelt word makes a rule impossible as well, so that is said only when nothing is misspelt.)
fn validate(text: &str, schema: Schema, rules: &PolicySet) -> Vec<PolicyFault> {
    let result = Validator::new(schema).validate(rules, ValidationMode::Strict);
    let name = |id: &PolicyId| Some(AsRef::<str>::as_ref(id).to_owned());
    let errors = result.validation_errors().map(|e| PolicyFault::cedar(text, name(e.policy_id()), e));
    let errors: Vec<PolicyFault> = errors.collect();
    if !errors.is_empty() {
        return errors;
    }
    result
        .validation_warnings()
        .filter(|w| {
            matches!(
                w,
                ValidationWarning::ImpossiblePolicy(_)
                    | ValidationWarning::InvalidActionApplication(_)
                    | ValidationWarning::BidiCharsInString(_)
                    | ValidationWarning::BidiCharsInIdentifier(_)
            )
        })
        .map(|w| PolicyFault::cedar(text, name(w.policy_id()), w))
        .collect()
}

/// The rules whose scope can match this action. The schema has no action groups, so the scope says it exactly.
fn rules_for(action: Action, rules: &PolicySet, words: &Words) -> Option<PolicySet> {
    let uid = words.action(action);
    let applies = |p: &&cedar_policy::Policy| match p.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == uid,
        ActionConstraint::In(several) => several.contains(&uid),
    };
    PolicySet::from_policies(rules.policies().filter(applies).cloned()).ok()
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}

fn sha256(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    out
}
