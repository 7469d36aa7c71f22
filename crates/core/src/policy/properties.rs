//! What holds for every question.

use std::sync::LazyLock;

use cedar_policy::{Entities, Request as CedarRequest, Schema};
use proptest::prelude::*;

use super::facts::Case;
use super::rules::SCHEMA;
use super::tests::{NOON, about, person, policy, purpose};
use super::*;
use crate::record::{Class, Field, Kind, Tier};

fn any_actor() -> impl Strategy<Value = ActorFacts> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let department = prop::sample::select(vec!["销售部", "客服部", "合规部"]);
    let region = prop::sample::select(vec!["华南", "华东", ""]);
    let no = prop::sample::select(vec!["S1", "S2"]);
    (no, role, department, region)
        .prop_map(|(no, role, department, region)| person(no, role, department, region))
}

fn any_customer() -> impl Strategy<Value = CustomerFacts> {
    let who = || prop::option::of(prop::sample::select(vec!["S1".to_owned(), "S2".into(), "S3".into()]));
    let department = prop::sample::select(vec!["销售部", "客服部"]);
    let region = prop::sample::select(vec!["华南", "华东"]);
    let tier = prop::sample::select(Tier::ALL.to_vec());
    let kind = prop::sample::select(vec![Kind::Person, Kind::Company]);
    let shared = prop::option::of(prop::sample::subsequence(Class::ALL.to_vec(), 0..4));
    let states = (any::<bool>(), any::<bool>(), shared);
    (who(), who(), department, region, tier, kind, states).prop_map(
        |(owner, contact_person, department, region, tier, kind, (review_overdue, pooled, shared))| {
            CustomerFacts {
                owner,
                contact_person,
                department: department.into(),
                region: region.into(),
                tier,
                kind,
                review_overdue,
                pooled,
                shared: shared.map(|classes| classes.into_iter().collect()),
            }
        },
    )
}

fn any_question() -> impl Strategy<Value = Question> {
    let action = prop::sample::select(Action::ALL.to_vec());
    let class = prop::option::of(prop::sample::select(Class::ALL.to_vec()));
    let purpose = prop::option::of(prop::sample::select(PurposeKind::ALL.to_vec()));
    let requester = prop::option::of(prop::sample::select(vec!["S1".to_owned(), "S3".into()]));
    let more = (prop::option::of(prop::sample::select(Extent::ALL.to_vec())), any::<bool>(), any::<bool>());
    (any_actor(), action, any_customer(), class, purpose, requester, more, 0u8..24).prop_map(
        |(actor, action, customer, class, purpose, requester, (extent, below, inside), hour)| Question {
            extent,
            below,
            inside,
            customer: action.about_customer().then_some(customer),
            class,
            purpose,
            requester,
            ..Question::new(actor, action, hour)
        },
    )
}

static WARM: LazyLock<Policy> = LazyLock::new(policy);
static COLD: LazyLock<Policy> = LazyLock::new(policy);
static SCHEMA_READ: LazyLock<Schema> = LazyLock::new(|| Schema::from_cedarschema_str(SCHEMA).unwrap().0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_remembered_is_what_would_be_worked_out(question in any_question()) {
        COLD.remembered.write().clear();
        let worked_out = COLD.evaluate(&Case::of(&question).unwrap());
        prop_assert_eq!(&WARM.would(&question), worked_out.as_ref());
        prop_assert_eq!(&WARM.would(&question), worked_out.as_ref());
    }

    #[test]
    fn sorting_the_rules_by_action_loses_none(question in any_question()) {
        // The whole policy in one set, as Cedar would be asked without the sorting.
        static WHOLE: LazyLock<Policy> = LazyLock::new(|| {
            let mut whole = policy();
            let mut all = cedar_policy::PolicySet::new();
            for set in &whole.by_action {
                for rule in set.policies() {
                    let _ = all.add(rule.clone());
                }
            }
            whole.by_action = vec![all; Action::ALL.len()];
            whole
        });
        prop_assert_eq!(WARM.would(&question), WHOLE.would(&question));
    }

    #[test]
    fn a_case_is_what_the_schema_says(question in any_question(), sees: bool) {
        let case = Case::of(&question).unwrap();
        let request = WARM.words.request(&case, sees).unwrap();
        let entities = WARM.words.entities(&case).unwrap();
        let uids = [request.principal(), request.action(), request.resource()].map(|u| u.unwrap().clone());
        let [principal, action, resource] = uids;
        let context = request.context().unwrap().clone();
        CedarRequest::new(principal, action, resource, context, Some(&SCHEMA_READ)).unwrap();
        Entities::from_entities(entities.iter().cloned(), Some(&SCHEMA_READ)).unwrap();
    }

    #[test]
    fn names_do_not_matter(question in any_question()) {
        let rename = |no: &String| format!("T{no}");
        let mut other = question.clone();
        other.actor.staff_no = rename(&other.actor.staff_no);
        other.requester = other.requester.as_ref().map(rename);
        if let Some(customer) = &mut other.customer {
            customer.owner = customer.owner.as_ref().map(rename);
            customer.contact_person = customer.contact_person.as_ref().map(rename);
        }
        prop_assert_eq!(WARM.would(&question), COLD.would(&other));
    }

    #[test]
    fn a_list_shows_exactly_the_customers_whose_page_may_be_viewed(
        actor in any_actor(), facts in any_customer(), hour in 0u8..24,
    ) {
        let group = GroupFacts {
            department: facts.department.clone(),
            region: facts.region.clone(),
            tier: facts.tier,
            kind: facts.kind,
        };
        let visible = WARM.visible(&actor, [&group], hour);
        let mine = [&facts.owner, &facts.contact_person].into_iter().flatten().any(|no| *no == actor.staff_no);
        let listed = !match (mine, facts.shared) {
            (true, _) => visible.as_owner,
            (false, Some(_)) => visible.as_shared,
            (false, None) => visible.as_other,
        }
        .is_empty();
        let mut view = Question { customer: Some(facts), ..Question::new(actor, Action::ViewCustomer, hour) };
        prop_assert_eq!(listed, WARM.would(&view).allowed);
        view.action = Action::ListCustomers;
        prop_assert_eq!(listed, WARM.would(&view).allowed);
    }

    #[test]
    fn who_runs_or_audits_the_system_sees_no_customer(mut question in any_question(), facts in any_customer()) {
        question.customer = Some(facts);
        question.action = if question.action.about_customer() { question.action } else { Action::Reveal };
        let apart = [Role::Administrator, Role::Operator, Role::Auditor];
        question.actor.role = apart[usize::from(question.hour) % 3];
        prop_assert!(!WARM.would(&question).allowed);
    }

    #[test]
    fn who_does_not_sell_sees_fields_for_an_approval_only(mut question in any_question(), facts in any_customer()) {
        let others = [Role::Marketing, Role::Compliance, Role::Dpo, Role::Security, Role::Hr, Role::Legal];
        question.actor.role = others[usize::from(question.hour) % others.len()];
        question = Question { action: Action::Reveal, customer: Some(facts), ..question };
        let basic = question.class.is_none_or(|c| c == Class::Basic);
        let approved = question.purpose == Some(PurposeKind::Approval);
        prop_assert!(basic || WARM.would(&question).allowed == approved);
    }

    #[test]
    fn a_high_tier_opens_for_its_contact_person_with_a_task_or_for_an_approval(
        actor in any_actor(), facts in any_customer(), question in any_question(),
    ) {
        let mut facts = facts;
        facts.tier = Tier::High;
        let question = Question { actor, action: Action::Reveal, customer: Some(facts.clone()), ..question };
        let basic = question.class.is_none_or(|c| c == Class::Basic);
        if !basic && WARM.would(&question).allowed {
            let contact = facts.contact_person.as_ref() == Some(&question.actor.staff_no);
            let class = question.class.unwrap_or(Class::Basic);
            let shared = facts.shared.is_some_and(|classes| classes.has(class));
            let may = match question.purpose {
                Some(PurposeKind::Approval) => true,
                Some(PurposeKind::Task) => (contact || shared) && !facts.review_overdue,
                _ => false,
            };
            prop_assert!(may);
        }
    }

    #[test]
    fn a_share_gives_no_more_than_the_masked_page_and_its_classes(
        question in any_question(), facts in any_customer(),
    ) {
        let without = CustomerFacts { shared: None, ..facts.clone() };
        let ask = |facts: &CustomerFacts| WARM.would(&Question { customer: Some(facts.clone()), ..question.clone() });
        let seen = ask(&without).allowed;
        if ask(&facts).allowed && !seen {
            let class = question.class.unwrap_or(Class::Basic);
            let given = match question.action {
                Action::Reveal => class == Class::Basic || facts.shared.is_some_and(|classes| classes.has(class)),
                Action::ListCustomers | Action::ViewCustomer | Action::ReadOrders => true,
                // They work with what they see, and ask as others do.
                Action::CreateTask | Action::FollowUp | Action::RequestApproval => true,
                _ => false,
            };
            prop_assert!(given, "{question:?}");
        }
    }

    #[test]
    fn a_request_is_permitted_when_each_class_is_and_a_way_out_leads_out(
        actor in any_actor(), facts in any_customer(),
        fields in prop::sample::subsequence(Field::ALL.to_vec(), 1..4),
        kind in prop::option::of(prop::sample::select(PurposeKind::ALL.to_vec())),
    ) {
        let ask = |kind: Option<PurposeKind>| {
            let request = Request::new(actor.clone(), Action::Reveal, about(facts.clone()), NOON);
            WARM.decide(request.fields(fields.clone()).purpose(kind.and_then(purpose)))
        };
        let each = |field: &Field| {
            let (customer, class) = (Some(facts.clone()), Some(field.class(facts.kind)));
            let one = Question::new(actor.clone(), Action::Reveal, NOON);
            WARM.would(&Question { customer, class, purpose: kind, ..one }).allowed
        };
        match ask(kind) {
            Ok(_) => prop_assert!(fields.iter().all(each)),
            Err(denial) => {
                let denied: Vec<Field> = fields.iter().copied().filter(|f| !each(f)).collect();
                prop_assert_eq!(&denial.fields, &denied);
                prop_assert!(!denied.is_empty());
                for way in denial.way_out {
                    let WayOut::Purpose(other) = way else { continue };
                    let open = ask(Some(other));
                    let still: Vec<Field> = open.map_or_else(|d| d.fields, |_| Vec::new());
                    prop_assert!(denied.iter().all(|f| !still.contains(f)));
                }
            }
        }
    }
}
