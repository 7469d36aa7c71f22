//! Stories: who comes, what they ask, what they hear.

use super::*;
use crate::record::{Field, Kind, Tier};

pub(super) const NOON: u8 = 12;

pub(super) fn policy() -> Policy {
    Policy::builtin().unwrap()
}

pub(super) fn person(staff_no: &str, role: Role, department: &str, region: &str) -> ActorFacts {
    ActorFacts { staff_no: staff_no.into(), role, department: department.into(), region: region.into() }
}

fn sales(staff_no: &str) -> ActorFacts {
    person(staff_no, Role::Staff, "销售部", "华南")
}

fn customer(tier: Tier) -> CustomerFacts {
    CustomerFacts {
        owner: Some("S012".into()),
        contact_person: (tier == Tier::High).then(|| "S012".into()),
        department: "销售部".into(),
        region: "华南".into(),
        tier,
        kind: Kind::Person,
        review_overdue: false,
        pooled: false,
        shared: None,
    }
}

pub(super) fn about(facts: CustomerFacts) -> Subject {
    Subject::Customer { id: 3, no: "C00003".into(), facts }
}

pub(super) fn purpose(kind: PurposeKind) -> Option<Purpose> {
    Some(Purpose { kind, reference: "17".into() })
}

fn reveal(
    actor: ActorFacts,
    facts: CustomerFacts,
    fields: &[Field],
    kind: Option<PurposeKind>,
) -> Result<Permit, Denial> {
    let request = Request::new(actor, Action::Reveal, about(facts), NOON).fields(fields.iter().copied());
    policy().decide(request.purpose(kind.and_then(purpose)))
}

fn ids(rules: &[RuleId]) -> Vec<&str> {
    rules.iter().map(RuleId::as_str).collect()
}

fn hears(denial: &Denial) -> Vec<String> {
    let reasons = denial.reasons.iter().map(|r| r.en.clone());
    reasons.chain(denial.way_out.iter().map(|w| format!("→ {}", w.sentence().en))).collect()
}

// ---------- reveals

#[test]
fn an_owner_sees_a_number_for_a_task_and_the_permit_says_by_which_rule() {
    let fields = [Field::Mobile, Field::Contact, Field::Mobile];
    let permit = reveal(sales("S012"), customer(Tier::Low), &fields, Some(PurposeKind::Task)).unwrap();
    assert_eq!(permit.fields(), [Field::Mobile, Field::Contact]);
    assert_eq!(ids(permit.rules()), ["owner-and-manager"]);
    assert_eq!(permit.purpose().unwrap().reference, "17");
    assert_eq!((permit.version(), permit.actor().staff_no.as_str()), (1, "S012"));
}

#[test]
fn without_a_purpose_the_owner_hears_which_would_do() {
    let denial = reveal(sales("S012"), customer(Tier::Low), &[Field::Mobile], None).unwrap_err();
    assert_eq!(ids(&denial.rules), ["a-purpose-is-needed"]);
    assert_eq!(denial.customer.as_deref(), Some("C00003"));
    insta::assert_debug_snapshot!(hears(&denial), @r#"
    [
        "Anything but basic fields is shown for a purpose only: a task, a call, an order or an approval.",
        "→ do it for an open task",
        "→ do it for a call being logged",
        "→ do it for an order of the customer",
        "→ do it for a granted approval",
    ]
    "#);
}

#[test]
fn one_denied_class_denies_all_and_names_its_fields() {
    let fields = [Field::Mobile, Field::IdNumber, Field::BankCard];
    let denial = reveal(sales("S012"), customer(Tier::Medium), &fields, Some(PurposeKind::Task)).unwrap_err();
    assert_eq!(denial.fields, [Field::IdNumber, Field::BankCard]);
    assert_eq!(ids(&denial.rules), ["sensitive-needs-order-or-approval"]);
    assert_eq!(denial.way_out, [WayOut::Purpose(PurposeKind::Order), WayOut::Purpose(PurposeKind::Approval)]);
}

#[test]
fn a_colleague_is_sent_to_the_contact_person_of_a_high_tier_customer() {
    let actor = sales("S040");
    let denial = reveal(actor, customer(Tier::High), &[Field::Mobile], Some(PurposeKind::Task)).unwrap_err();
    assert_eq!(ids(&denial.rules), ["high-only-contact-person"]);
    assert_eq!(
        denial.way_out,
        [WayOut::Purpose(PurposeKind::Approval), WayOut::ContactPerson { named: true, with: None },]
    );
}

#[test]
fn the_owner_of_a_high_tier_customer_is_not_enough_while_no_contact_person_is_named() {
    let facts = CustomerFacts { contact_person: None, ..customer(Tier::High) };
    let denial = reveal(sales("S012"), facts.clone(), &[Field::Mobile], Some(PurposeKind::Task)).unwrap_err();
    assert_eq!(
        denial.way_out,
        [WayOut::Purpose(PurposeKind::Approval), WayOut::ContactPerson { named: false, with: None },]
    );
    assert!(reveal(sales("S012"), facts, &[Field::Mobile], Some(PurposeKind::Approval)).is_ok());
}

#[test]
fn an_overdue_review_shuts_even_the_contact_person_out() {
    let facts = CustomerFacts { review_overdue: true, ..customer(Tier::High) };
    let denial = reveal(sales("S012"), facts.clone(), &[Field::Needs], Some(PurposeKind::Task)).unwrap_err();
    assert_eq!(ids(&denial.rules), ["review-first"]);
    assert_eq!(denial.way_out, [WayOut::Purpose(PurposeKind::Approval), WayOut::ReviewDone { with: None }]);
    assert!(reveal(sales("S012"), facts, &[Field::Needs], Some(PurposeKind::Approval)).is_ok());
}

#[test]
fn a_firms_name_is_on_the_page_a_persons_is_not() {
    let firm = CustomerFacts { kind: Kind::Company, ..customer(Tier::Low) };
    assert!(reveal(sales("S040"), firm.clone(), &[Field::Name], None).is_ok());
    assert!(reveal(sales("S040"), customer(Tier::Low), &[Field::Name], None).is_err());
    let elsewhere = person("S041", Role::Staff, "销售部", "东北");
    assert!(reveal(elsewhere, firm, &[Field::Name], None).is_err());
}

#[test]
fn the_administrator_hears_that_the_system_is_run_without_seeing_customers() {
    let admin = person("S090", Role::Administrator, "信息部", "");
    let denial =
        reveal(admin, customer(Tier::Low), &[Field::Mobile], Some(PurposeKind::Approval)).unwrap_err();
    assert_eq!(ids(&denial.rules), ["who-runs-the-system-sees-no-customer"]);
    insta::assert_debug_snapshot!(hears(&denial), @r#"
    [
        "Who runs or audits the system sees no customer.",
        "→ its owner can",
        "→ a manager of its department can",
    ]
    "#);
}

// ---------- the rest

#[test]
fn nobody_decides_on_their_own_request() {
    let manager = person("S006", Role::Manager, "销售部", "华南");
    let ask = |requester: Option<&str>| {
        let request =
            Request::new(manager.clone(), Action::DecideApproval, about(customer(Tier::High)), NOON);
        policy().decide(match requester {
            Some(no) => request.requester(no.into()),
            None => request,
        })
    };
    assert!(ask(Some("S012")).is_ok());
    let denial = ask(Some("S006")).unwrap_err();
    assert_eq!(ids(&denial.rules), ["nobody-approves-themselves"]);
    assert_eq!(denial.way_out, [WayOut::DepartmentManager { with: None }, WayOut::AnotherPerson]);
    assert!(ask(None).is_err(), "an unknown requester counts as the decider");
}

#[test]
fn what_is_about_no_customer_names_the_roles_that_may() {
    let denial =
        policy().decide(Request::new(sales("S012"), Action::ReadLedger, Subject::None, NOON)).unwrap_err();
    assert_eq!(denial.to_string(), "read_ledger is denied: No rule grants this.");
    let roles = [Role::Compliance, Role::Dpo, Role::Security, Role::Legal, Role::Auditor];
    assert_eq!(denial.way_out, roles.map(WayOut::Role));
}

#[test]
fn a_manager_reads_the_activity_of_their_own_team_only() {
    let manager = person("S006", Role::Manager, "销售部", "华南");
    let ask =
        |subject| policy().decide(Request::new(manager.clone(), Action::ReadTeamActivity, subject, NOON));
    let in_region = |region: &str| Subject::Staff {
        no: "S033".into(),
        place: Colleague { department: "销售部".into(), region: region.into() },
    };
    assert!(ask(Subject::None).is_ok());
    assert!(ask(in_region("华南")).is_ok());
    assert!(ask(in_region("华东")).is_err());
}

#[test]
fn a_question_about_a_customer_without_one_is_denied() {
    let request = Request::new(sales("S012"), Action::ViewCustomer, Subject::None, NOON);
    let denial = policy().decide(request).unwrap_err();
    assert!(denial.rules.is_empty() && denial.way_out.is_empty());
    let compliance = person("S080", Role::Compliance, "合规部", "");
    assert!(!policy().would(&Question::new(compliance, Action::ListCustomers, NOON)).allowed);
}

#[test]
fn a_list_is_permitted_with_its_filter_and_an_empty_one_is_not_a_denial() {
    let group = |tier, region: &str| GroupFacts {
        department: "销售部".into(),
        region: region.into(),
        tier,
        kind: Kind::Person,
    };
    let groups = vec![
        group(Tier::Low, "华南"),
        group(Tier::Low, "华东"),
        group(Tier::Medium, "华东"),
        group(Tier::High, "华南"),
    ];
    let list = |actor: ActorFacts, groups: &[GroupFacts]| {
        let subject = Subject::Set { groups: groups.to_vec() };
        policy().decide(Request::new(actor, Action::ListCustomers, subject, NOON))
    };
    let permit = list(sales("S012"), &groups).unwrap();
    assert_eq!(
        permit.visible().unwrap(),
        &Visible { as_owner: vec![0, 1, 2, 3], as_shared: vec![0, 1, 2, 3], as_other: vec![0, 2] }
    );
    let service = person("S070", Role::Service, "客服部", "西北");
    assert_eq!(list(service.clone(), &groups).unwrap().visible().unwrap().as_other, [] as [usize; 0]);
    assert!(list(service, &[]).is_ok());

    let denial = list(person("S099", Role::Auditor, "", ""), &groups).unwrap_err();
    assert_eq!(ids(&denial.rules), ["who-runs-the-system-sees-no-customer"]);
    assert!(list(person("S088", Role::Hr, "人力资源部", ""), &groups).is_err());
}

// ---------- bad policies

/// What is said about a rule put at the end of the default policy, which is long; lines are counted from the rule.
fn faults(rule: &str) -> Vec<String> {
    let before = DEFAULT_TEXT.lines().count();
    let said = Policy::parse(&format!("{DEFAULT_TEXT}{rule}"), 2).unwrap_err();
    let said = said.into_iter().map(|f| PolicyFault { line: f.line.map(|l| l - before), ..f });
    said.map(|f| f.to_string()).collect()
}

const NAMED: &str = r#"@id("x") @zh("一") @en("one") "#;

#[test]
fn text_that_is_no_cedar_is_pointed_at() {
    insta::assert_debug_snapshot!(faults("\npermit (principal action, resource);"), @r#"
    [
        "line 2: unexpected token `action`",
    ]
    "#);
}

#[test]
fn a_misspelt_word_is_pointed_at() {
    let typo = format!("{NAMED}\npermit (principal in Role::\"manger\", action, resource);");
    insta::assert_debug_snapshot!(faults(&typo), @r#"
    [
        "line 2: rule \"x\": entity `Role::\"manger\"` is of an enumerated entity type, but `\"manger\"` is not declared as a valid eid (valid entity eids: \"staff\", \"manager\", \"service\", \"marketing\", \"compliance\", \"dpo\", \"security\", \"hr\", \"legal\", \"administrator\", \"auditor\", \"operator\")",
    ]
    "#);
    let unknown = format!("{NAMED}permit (principal, action == Action::\"reveel\", resource);");
    insta::assert_debug_snapshot!(faults(&unknown), @r#"
    [
        "line 1: rule \"x\": unrecognized action `Action::\"reveel\"` (did you mean `Action::\"reveal\"`?)",
    ]
    "#);
    let attribute = format!(
        "{NAMED}permit (principal, action == Action::\"reveal\", resource)\nwhen {{ resource.vip }};"
    );
    insta::assert_debug_snapshot!(faults(&attribute), @r#"
    [
        "line 2: rule \"x\": attribute `vip` on entity type `Customer` not found (did you mean `kind`?)",
    ]
    "#);
}

#[test]
fn a_rule_needs_a_name_of_its_own_and_two_sentences() {
    insta::assert_debug_snapshot!(faults("permit (principal, action, resource);"), @r#"
    [
        "line 1: the rule has no @id(\"…\"): it needs a name, and a sentence in both languages",
        "line 1: the rule has no @zh(\"…\"): it needs a name, and a sentence in both languages",
        "line 1: the rule has no @en(\"…\"): it needs a name, and a sentence in both languages",
    ]
    "#);
    let twice = r#"@id("colleagues") @zh("一") @en("one") permit (principal, action, resource);"#;
    assert_eq!(Policy::parse(&format!("{DEFAULT_TEXT}{twice}"), 2).unwrap_err().len(), 1);
}

#[test]
fn a_rule_names_no_customer_and_no_person() {
    for rule in [
        "permit (principal, action, resource == Customer::\"C00003\");",
        "permit (principal == Staff::\"S012\", action, resource);",
        "permit (principal, action == Action::\"reveal\", resource) when { resource.owner == Staff::\"S012\" };",
    ] {
        let said = faults(&format!("{NAMED}{rule}")).join("\n");
        assert!(said.contains("line 1: rule \"x\": the rule names a customer or a person"), "{said}");
    }
}

#[test]
fn a_rule_for_lists_knows_no_more_than_a_list() {
    let rule = format!(
        "{NAMED}permit (principal, action == Action::\"list_customers\", resource)\nwhen {{ resource.review_overdue }};"
    );
    insta::assert_debug_snapshot!(faults(&rule), @r#"
    [
        "line 2: rule \"x\": attribute `review_overdue` on entity type `Group` not found (did you mean `region`?)",
    ]
    "#);
}

#[test]
fn a_rule_that_cannot_apply_and_a_template_are_refused() {
    let never = format!("{NAMED}permit (principal, action, resource) when {{ false }};");
    insta::assert_debug_snapshot!(faults(&never), @r#"
    [
        "line 1: rule \"x\": policy is impossible: the policy expression evaluates to false for all valid requests",
    ]
    "#);
    let template = format!("{NAMED}permit (principal == ?principal, action, resource);");
    insta::assert_debug_snapshot!(faults(&template), @r#"
    [
        "a template (?principal, ?resource) is not a rule; write the rule out",
    ]
    "#);
}

#[test]
fn nobody_can_be_locked_out_of_the_policy() {
    let night = format!(
        "{NAMED}forbid (principal, action == Action::\"manage_policy\", resource) when {{ context.hour < 6 }};"
    );
    insta::assert_debug_snapshot!(faults(&night), @r#"
    [
        "no administrator or operator may \"manage_policy\" at every hour: nobody could change this policy",
    ]
    "#);
    assert_eq!(Policy::parse("", 1).unwrap_err().len(), 1);
}

#[test]
fn the_hour_can_decide() {
    let night = format!(
        "{NAMED}forbid (principal, action == Action::\"reveal\", resource)\nwhen {{ context.hour < 6 || context.hour >= 22 }};"
    );
    let policy = Policy::parse(&format!("{DEFAULT_TEXT}{night}"), 2).unwrap();
    let at = |hour| {
        let request = Request::new(sales("S012"), Action::Reveal, about(customer(Tier::Low)), hour);
        policy.decide(request.fields([Field::Mobile]).purpose(purpose(PurposeKind::Call)))
    };
    assert_eq!(at(21).unwrap().version(), 2);
    assert_eq!(ids(&at(22).unwrap_err().rules), ["x"]);
}

#[test]
fn the_default_reads_as_a_table_of_contents() {
    let policy = policy();
    let rules: Vec<String> =
        policy.rules().iter().map(|r| format!("{}{}", if r.forbids { "!" } else { "" }, r.id)).collect();
    assert_eq!(rules.first().map(String::as_str), Some("own-customers"));
    assert_eq!(rules.last().map(String::as_str), Some("the-operator-at-the-machine"));
    assert_eq!(rules.iter().filter(|r| r.starts_with('!')).count(), 17);
    assert_eq!(policy.text(), DEFAULT_TEXT);
    assert_ne!(policy.digest(), Policy::parse(&format!("{DEFAULT_TEXT}\n"), 1).unwrap().digest());
}
