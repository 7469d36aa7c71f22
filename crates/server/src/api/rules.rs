//! The tier rule and the policy.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    StoredPolicy,
    desk::{ProposedPolicy, TierMove, TryQuestion},
    policy::{Action, Policy},
    record::{Field, TierRule},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    customers::PurposeRef,
    work::{Made, MadeAnswer, made},
};
use crate::{
    address::Path,
    problem::{Problem, ReceiptJson, RuleText, WayOutText, way_out_json},
    signed::Signed,
    state::App,
    texts::Lang,
};

/// The tier rule.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TierRuleJson {
    /// Above this spend of the last twelve months, in fen (1/100 yuan), a customer is high.
    high_spend_fen: i64,
    /// From this spend on, in fen (1/100 yuan), a customer is medium.
    medium_spend_fen: i64,
    /// From this many full years of co-operation on a customer is high.
    high_years: u8,
    /// Whether a person whose identity number and bank card are on file is medium at least.
    #[serde(default)]
    sensitive_raises: bool,
}

impl std::convert::From<TierRule> for TierRuleJson {
    fn from(rule: TierRule) -> Self {
        let TierRule { high_spend_fen, medium_spend_fen, high_years, sensitive_raises } = rule;
        TierRuleJson { high_spend_fen, medium_spend_fen, high_years, sensitive_raises }
    }
}

impl std::convert::From<TierRuleJson> for TierRule {
    fn from(rule: TierRuleJson) -> Self {
        let TierRuleJson { high_spend_fen, medium_spend_fen, high_years, sensitive_raises } = rule;
        TierRule { high_spend_fen, medium_spend_fen, high_years, sensitive_raises }
    }
}

/// Customers that go from one tier to another.
#[derive(Serialize, ToSchema)]
pub(crate) struct TierMoveJson {
    /// The tier they leave.
    from: &'static str,
    /// The tier they come to.
    to: &'static str,
    /// How many they are.
    customers: u64,
    /// Numbers of the first of them, at most 20.
    examples: Vec<String>,
}

impl std::convert::From<TierMove> for TierMoveJson {
    fn from(moved: TierMove) -> Self {
        let TierMove { from, to, customers, examples } = moved;
        TierMoveJson { from: from.name(), to: to.name(), customers, examples }
    }
}

/// What a tier rule would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct TierPreviewJson {
    /// Customers by the tier they are in (row) and the tier they would be in (column): low, medium, high.
    counts: [[u64; 3]; 3],
    /// The moves there would be.
    moves: Vec<TierMoveJson>,
}

/// Count whom a tier rule would move. Nobody is moved.
#[utoipa::path(post, path = "/tiers/preview", tag = "rules", request_body = TierRuleJson,
    responses((status = 200, body = TierPreviewJson), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn preview_tiers(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<TierRuleJson>,
) -> Result<Json<TierPreviewJson>, Problem> {
    let preview = app.tigertally.preview_tiers(&actor, &body.value.into()).await;
    let preview = preview.map_err(|error| Problem::of(&error, body.lang))?;
    let moves = preview.moves.into_iter().map(TierMoveJson::from).collect();
    Ok(Json(TierPreviewJson { counts: preview.counts, moves }))
}

/// A tier rule to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposedTiers {
    /// The rule.
    rule: TierRuleJson,
    /// Why, 4 to 500 characters; it is sealed.
    reason: String,
}

/// Propose a tier rule: once somebody else has approved it, it is in force and every customer in the tier that it says.
#[utoipa::path(post, path = "/tiers/proposals", tag = "rules", request_body = ProposedTiers,
    responses((status = 201, body = Made, description = "Number of the approval that it waits for"),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn propose_tiers(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<ProposedTiers>,
) -> MadeAnswer {
    let ProposedTiers { rule, reason } = body.value;
    made(app.tigertally.propose_tiers(&actor, &rule.into(), &reason).await, body.lang)
}

/// A rule as it says itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct RuleJson {
    /// Name.
    id: String,
    /// Whether it forbids; else it permits.
    forbids: bool,
    /// Line where it begins, from 1.
    line: usize,
    /// Sentence in Chinese.
    zh: String,
    /// Sentence in English.
    en: String,
}

fn rules_of(policy: &Policy) -> Vec<RuleJson> {
    let json = |rule: &tigertally_core::policy::Rule| RuleJson {
        id: rule.id.as_str().to_owned(),
        forbids: rule.forbids,
        line: rule.line,
        zh: rule.sentence.zh.clone(),
        en: rule.sentence.en.clone(),
    };
    policy.rules().into_iter().map(json).collect()
}

/// A version of the policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyJson {
    /// Version, from 1.
    version: u32,
    /// The text (Cedar).
    text: String,
    /// Who put it in force, by staff number.
    author: String,
    /// When, Unix milliseconds.
    created_ms: u64,
    /// Its rules, in the order of the text.
    rules: Vec<RuleJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionParams {
    /// Version; the one in force when it is left out.
    version: Option<u32>,
}

/// Read the policy.
#[utoipa::path(get, path = "/policy", tag = "rules", params(VersionParams),
    responses((status = 200, body = PolicyJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn policy(
    State(app): State<App>,
    Signed(actor): Signed,
    params: Asked<VersionParams>,
) -> Result<Json<PolicyJson>, Problem> {
    let read = app.tigertally.policy_text(&actor, params.value.version).await;
    let (stored, receipt) = read.map_err(|error| Problem::of(&error, params.lang))?;
    let StoredPolicy { version, text, author, created_ms } = stored;
    let rules = Policy::parse(&text, version).map(|policy| rules_of(&policy)).unwrap_or_default();
    Ok(Json(PolicyJson { version, text, author, created_ms, rules, receipt: receipt.into() }))
}

/// A version of the policy without its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyVersionJson {
    /// Version, from 1.
    version: u32,
    /// Who put it in force, by staff number.
    author: String,
    /// When, Unix milliseconds.
    created_ms: u64,
}

/// Versions of the policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyVersions {
    /// Newest first.
    items: Vec<PolicyVersionJson>,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// List the versions of the policy.
#[utoipa::path(get, path = "/policy/versions", tag = "rules",
    responses((status = 200, body = PolicyVersions), (status = 403, body = Problem)))]
pub(crate) async fn policy_versions(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<PolicyVersions>, Problem> {
    let (stored, receipt) =
        app.tigertally.policy_versions(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    let items = stored.into_iter().map(|policy| PolicyVersionJson {
        version: policy.version,
        author: policy.author,
        created_ms: policy.created_ms,
    });
    Ok(Json(PolicyVersions { items: items.collect(), receipt: receipt.into() }))
}

/// A policy text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyText {
    /// The text (Cedar).
    text: String,
}

/// What a policy text says.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checked {
    /// Its rules, in the order of the text.
    rules: Vec<RuleJson>,
    /// Where the check stands in the ledger.
    receipt: ReceiptJson,
}

/// Check a policy text. Nothing is put in force.
#[utoipa::path(post, path = "/policy/check", tag = "rules", request_body = PolicyText,
    responses((status = 200, body = Checked), (status = 403, body = Problem),
        (status = 422, body = Problem, description = "Its faults, by line")))]
pub(crate) async fn check_policy(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<PolicyText>,
) -> Result<Json<Checked>, Problem> {
    let checked = app.tigertally.check_policy(&actor, body.value.text).await;
    let (policy, receipt) = checked.map_err(|error| Problem::of(&error, body.lang))?;
    Ok(Json(Checked { rules: rules_of(&policy), receipt: receipt.into() }))
}

/// A policy to be put in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPolicy {
    /// The version that its author edited: when another is in force by now, the answer is 409.
    based_on: u32,
    /// The text (Cedar).
    text: String,
    /// Why, 4 to 500 characters; it is sealed.
    reason: String,
}

/// Propose another policy: it is in force once somebody else has approved it.
#[utoipa::path(post, path = "/policy/proposals", tag = "rules", request_body = NewPolicy,
    responses((status = 201, body = Made, description = "Number of the approval that it waits for"),
        (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn propose_policy(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewPolicy>,
) -> MadeAnswer {
    let NewPolicy { based_on, text, reason } = body.value;
    made(app.tigertally.propose_policy(&actor, based_on, text, &reason).await, body.lang)
}

/// A policy that somebody proposed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposedPolicyJson {
    /// The version that it is based on.
    based_on: u32,
    /// The text (Cedar).
    text: String,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read a policy that was proposed, by the number of its approval.
#[utoipa::path(get, path = "/policy/proposals/{id}", tag = "rules", params(("id" = i64, Path)),
    responses((status = 200, body = ProposedPolicyJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn proposed_policy(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<i64>,
    lang: Lang,
) -> Result<Json<ProposedPolicyJson>, Problem> {
    let read = app.tigertally.proposed_policy(&actor, id).await;
    let ProposedPolicy { based_on, text, receipt } = read.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(ProposedPolicyJson { based_on, text, receipt: receipt.into() }))
}

/// A question to the policy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionJson {
    /// Who would ask, by staff number.
    staff: String,
    /// What they would do, as the policy names it.
    #[schema(example = "reveal")]
    action: String,
    /// The customer's number, for what is about one.
    customer: Option<String>,
    /// Names of the fields, for what is about fields.
    #[serde(default)]
    fields: Vec<String>,
    /// What for.
    purpose: Option<PurposeRef>,
    /// The hour, 0 to 23; the present one when it is left out.
    hour: Option<u8>,
}

/// What the policy says.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnswerJson {
    /// Whether it would be allowed.
    allowed: bool,
    /// The rules that decide.
    rules: Vec<RuleText>,
    /// Names of the fields that would be denied.
    denied_fields: Vec<&'static str>,
    /// Whether the purpose stands; null when none was stated.
    purpose_stands: Option<bool>,
    /// What would permit it.
    way_out: Vec<WayOutText>,
    /// Version of the policy that was asked.
    version: u32,
    /// Where the question stands in the ledger.
    receipt: ReceiptJson,
}

/// Ask the policy what somebody would get. Nothing is opened.
#[utoipa::path(post, path = "/policy/ask", tag = "rules", request_body = QuestionJson,
    responses((status = 200, body = AnswerJson), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn ask_policy(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<QuestionJson>,
) -> Result<Json<AnswerJson>, Problem> {
    let (asked, lang) = (body.value, body.lang);
    let unknown = |field: &str, code: &str| Problem::invalid(field, code, lang);
    let fields: Option<Vec<Field>> = asked.fields.iter().map(|name| Field::parse(name)).collect();
    let question = TryQuestion {
        staff: asked.staff,
        action: Action::parse(&asked.action).ok_or_else(|| unknown("action", "bad_choice"))?,
        customer: asked.customer,
        fields: fields.ok_or_else(|| unknown("fields", "unknown_field"))?,
        purpose: asked.purpose.map(|purpose| purpose.stated(lang)).transpose()?,
        hour: asked.hour,
    };
    let tried = app.tigertally.try_question(&actor, &question).await;
    let tried = tried.map_err(|error| Problem::of(&error, lang))?;
    let rule = |(id, said): (tigertally_core::policy::RuleId, tigertally_core::policy::Sentence)| RuleText {
        id: id.as_str().to_owned(),
        zh: said.zh,
        en: said.en,
    };
    Ok(Json(AnswerJson {
        allowed: tried.allowed,
        rules: tried.rules.into_iter().map(rule).collect(),
        denied_fields: tried.denied_fields.into_iter().map(Field::name).collect(),
        purpose_stands: tried.purpose_stands,
        way_out: tried.way_out.iter().map(way_out_json).collect(),
        version: tried.version,
        receipt: tried.receipt.into(),
    }))
}
