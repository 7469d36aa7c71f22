//! Settings, the tier rule and the policy.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use tigertally_core::{
    CareSettings, EvidenceSettings, ExportSettings, Settings, StoredPolicy, TimeStampAuthority,
    desk::{ProposedPolicy, TierMove, TryQuestion},
    policy::{Action, Policy},
    record::{Field, TierRule},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    body::{Asked, Body},
    care::CareJson,
    customers::{Done, PurposeRef},
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

/// The settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsJson {
    /// Name of the company.
    company: String,
    /// Time zone of the company (IANA name).
    time_zone: String,
    /// Seconds that a revealed field is shown.
    reveal_seconds: u32,
    /// Days between access reviews of a high-tier customer.
    review_days: u32,
    /// Minutes that an approval can be used.
    approval_minutes: u32,
    /// Days in which what was asked for can be decided.
    request_days: u32,
    /// Days that a customer can be shared at most.
    share_days: u32,
    /// So many customers of one's own area, masked, count as few: they can be exported at once.
    export_few: u32,
    /// Hours in which the file of an export can be fetched.
    export_keep_hours: u32,
    /// Who cares for customers: the duplicate check and the public pool.
    care: CareJson,
    /// Phone numbers that ring where somebody watches, for the made-up customers of an export.
    canary_phones: Vec<String>,
    /// A mail domain that takes mail for every name, for the same; empty without one.
    canary_domain: String,
    /// The tier rule; `PUT /tiers` changes it.
    tiers: TierRuleJson,
    /// Who vouches for the ledger from outside.
    evidence: EvidenceJson,
    /// Where the reading stands in the ledger.
    receipt: ReceiptJson,
}

/// Read the settings.
#[utoipa::path(get, path = "/settings", tag = "rules", responses((status = 200, body = SettingsJson), (status = 403, body = Problem)))]
pub(crate) async fn settings(
    State(app): State<App>,
    Signed(actor): Signed,
    lang: Lang,
) -> Result<Json<SettingsJson>, Problem> {
    let (settings, receipt) =
        app.tigertally.read_settings(&actor).await.map_err(|error| Problem::of(&error, lang))?;
    Ok(Json(SettingsJson {
        company: settings.company,
        time_zone: settings.time_zone,
        reveal_seconds: settings.reveal_seconds,
        review_days: settings.review_days,
        approval_minutes: settings.approval_minutes,
        request_days: settings.request_days,
        share_days: settings.share_days,
        export_few: settings.exports.few,
        export_keep_hours: settings.exports.keep_hours,
        care: settings.care.into(),
        canary_phones: settings.exports.canary_phones,
        canary_domain: settings.exports.canary_domain,
        tiers: settings.tiers.into(),
        evidence: settings.evidence.into(),
        receipt: receipt.into(),
    }))
}

/// Settings to be put in force. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSettings {
    /// Name of the company.
    company: Option<String>,
    /// Time zone of the company (IANA name).
    time_zone: Option<String>,
    /// Seconds that a revealed field is shown, 5 to 300.
    reveal_seconds: Option<u32>,
    /// Days between access reviews of a high-tier customer, 7 to 366.
    review_days: Option<u32>,
    /// Minutes that an approval can be used, 5 to 1,440.
    approval_minutes: Option<u32>,
    /// Days in which what was asked for can be decided, 1 to 30.
    request_days: Option<u32>,
    /// Days that a customer can be shared at most, 1 to 366.
    share_days: Option<u32>,
    /// So many customers of one's own area, masked, count as few, 0 to 1,000.
    export_few: Option<u32>,
    /// Hours in which the file of an export can be fetched, 1 to 168.
    export_keep_hours: Option<u32>,
    /// Who cares for customers, as a whole.
    care: Option<CareJson>,
    /// Phone numbers that ring where somebody watches, at most 20; empty for none.
    canary_phones: Option<Vec<String>>,
    /// A mail domain that takes mail for every name; empty for none.
    canary_domain: Option<String>,
    /// Who vouches for the ledger from outside, as a whole.
    evidence: Option<EvidenceJson>,
}

/// Who vouches for the ledger from outside.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceJson {
    /// The witnesses and how many are enough (C2SP tlog-policy), each with its address; empty without witnesses.
    #[serde(default)]
    trust_policy: String,
    /// So many seconds the witnesses may be missed before it is raised, 10 to 86,400.
    witness_alarm_seconds: u32,
    /// Whether checkpoints bear a second, post-quantum line (ML-DSA-44).
    #[serde(default)]
    post_quantum: bool,
    /// Who stamps checkpoints with the time, at most 8.
    #[serde(default)]
    time_stamp_authorities: Vec<AuthorityJson>,
}

/// A time-stamp authority (RFC 3161).
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorityJson {
    /// What it is called: letters, digits, `.`, `-`, `_`.
    name: String,
    /// Where it answers requests.
    url: String,
    /// The root certificates that its tokens must lead to (PEM).
    anchors: String,
    /// Where its revocation list can be fetched; empty when it has none.
    #[serde(default)]
    crl_url: String,
}

impl std::convert::From<EvidenceSettings> for EvidenceJson {
    fn from(settings: EvidenceSettings) -> Self {
        let authorities = settings.time_stamp_authorities.into_iter();
        EvidenceJson {
            trust_policy: settings.trust_policy,
            witness_alarm_seconds: settings.witness_alarm_seconds,
            post_quantum: settings.post_quantum,
            time_stamp_authorities: authorities
                .map(|TimeStampAuthority { name, url, anchors, crl_url }| AuthorityJson {
                    name,
                    url,
                    anchors,
                    crl_url,
                })
                .collect(),
        }
    }
}

impl std::convert::From<EvidenceJson> for EvidenceSettings {
    fn from(settings: EvidenceJson) -> Self {
        let authorities = settings.time_stamp_authorities.into_iter();
        EvidenceSettings {
            trust_policy: settings.trust_policy,
            witness_alarm_seconds: settings.witness_alarm_seconds,
            post_quantum: settings.post_quantum,
            time_stamp_authorities: authorities
                .map(|AuthorityJson { name, url, anchors, crl_url }| TimeStampAuthority {
                    name,
                    url,
                    anchors,
                    crl_url,
                })
                .collect(),
        }
    }
}

/// Change settings.
#[utoipa::path(put, path = "/settings", tag = "rules", request_body = NewSettings,
    responses((status = 200, body = Done), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_settings(
    State(app): State<App>,
    Signed(actor): Signed,
    body: Body<NewSettings>,
) -> Result<Json<Done>, Problem> {
    let (new, old) = (body.value, app.tigertally.settings());
    let settings = Settings {
        company: new.company.unwrap_or(old.company),
        time_zone: new.time_zone.unwrap_or(old.time_zone),
        reveal_seconds: new.reveal_seconds.unwrap_or(old.reveal_seconds),
        review_days: new.review_days.unwrap_or(old.review_days),
        approval_minutes: new.approval_minutes.unwrap_or(old.approval_minutes),
        request_days: new.request_days.unwrap_or(old.request_days),
        share_days: new.share_days.unwrap_or(old.share_days),
        exports: ExportSettings {
            few: new.export_few.unwrap_or(old.exports.few),
            keep_hours: new.export_keep_hours.unwrap_or(old.exports.keep_hours),
            canary_phones: new.canary_phones.unwrap_or(old.exports.canary_phones),
            canary_domain: new.canary_domain.unwrap_or(old.exports.canary_domain),
        },
        care: new.care.map_or(old.care, CareSettings::from),
        tiers: old.tiers,
        evidence: new.evidence.map_or(old.evidence, EvidenceSettings::from),
    };
    let done = app.tigertally.change_settings(&actor, settings).await;
    done.map(|receipt| Json(receipt.into())).map_err(|error| Problem::of(&error, body.lang))
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
