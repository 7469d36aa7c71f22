//! Stories of the rules: settings, policy versions, and questions that are only tried.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    EntryFilter, Settings, StoreError,
    desk::{Asked, DeskError, ListQuery, StatedPurpose, TryQuestion},
    entry::action,
    policy::{Action, DEFAULT_TEXT, PurposeKind, WayOut},
    record::{Field, Tier, TierRule},
};

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_changed_by_who_runs_the_system_and_say_what_they_were() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let admin = house.sign_in("S006").await;
    assert!(matches!(house.system.read_settings(&seller).await, Err(DeskError::Denied { .. })));
    let (settings, _) = house.system.read_settings(&admin).await.unwrap();
    let new = Settings { reveal_seconds: 45, ..settings.clone() };
    assert!(matches!(
        house.system.change_settings(&seller, new.clone()).await,
        Err(DeskError::Denied { .. })
    ));
    let receipt = house.system.change_settings(&admin, new).await.unwrap();
    let compliance = house.sign_in("S005").await;
    let entry = house.system.entry(&compliance, receipt.index).await.unwrap();
    let changed = &entry.row.body.unwrap().detail["changed"];
    assert_eq!(*changed, serde_json::json!({ "reveal_seconds": { "from": 30, "to": 45 } }));

    let mut moved = house.system.settings();
    moved.tiers.high_years = 4;
    assert!(matches!(house.system.change_settings(&admin, moved).await, Err(DeskError::Setting("tiers"))));
    let short = Settings { reveal_seconds: 4, ..settings };
    assert!(matches!(
        house.system.change_settings(&admin, short).await,
        Err(DeskError::Setting("reveal_seconds"))
    ));
    assert_eq!(house.reopen().system.settings().reveal_seconds, 45);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_policy_decides_from_the_moment_it_is_in_force() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let admin = house.sign_in("S006").await;
    let text = format!(
        "{DEFAULT_TEXT}\n@id(\"closed\")\n@zh(\"暂停\")\n@en(\"Closed for now.\")\n\
         forbid (principal in Role::\"staff\", action == Action::\"list_customers\", resource);\n"
    );
    let list = ListQuery { limit: 10, ..ListQuery::default() };
    house.system.list(&seller, &list).await.unwrap();

    let compliance = house.sign_in("S005").await;
    let why = "年末盘点期间暂停";
    let broken = text.replace("list_customers\", resource", "list_customer\", resource");
    let faults = house.system.check_policy(&admin, broken.clone()).await;
    let Err(DeskError::PolicyFaults(faults)) = faults else { panic!("a broken policy was taken") };
    assert_eq!(faults[0].rule.as_deref(), Some("closed"));
    let proposed = house.system.propose_policy(&admin, 1, broken, why).await;
    assert!(matches!(proposed, Err(DeskError::PolicyFaults(_))));
    let (checked, _) = house.system.check_policy(&admin, text.clone()).await.unwrap();
    assert_eq!(checked.rules().len(), house.system.policy().rules().len() + 1);
    // Nobody but the operator at the machine puts one in force alone.
    for actor in [&seller, &admin, &compliance] {
        let alone = house.system.change_policy(actor, 1, text.clone()).await;
        assert!(matches!(alone, Err(DeskError::Denied { .. })));
    }
    let proposed = house.system.propose_policy(&seller, 1, text.clone(), why).await;
    assert!(matches!(proposed, Err(DeskError::Denied { .. })));
    let proposed = house.system.propose_policy(&admin, 2, text.clone(), why).await;
    assert!(matches!(proposed, Err(DeskError::Conflict)));
    let same = house.system.propose_policy(&admin, 1, DEFAULT_TEXT.to_owned(), why).await;
    assert!(matches!(same, Err(DeskError::Conflict)), "it is in force already");

    let (id, _) = house.system.propose_policy(&admin, 1, text.clone(), why).await.unwrap();
    let (late, _) = house.system.propose_policy(&admin, 1, text.clone(), why).await.unwrap();
    assert_eq!(house.system.policy().version(), 1);
    assert!(matches!(
        house.system.decide_approval(&admin, id, true, "", None).await,
        Err(DeskError::Denied { .. })
    ));
    let waiting = house.system.approvals(&compliance).await.unwrap().waiting;
    let Asked::Policy { based_on: 1, change } = &waiting[0].asked else { panic!("{:?}", waiting[0].asked) };
    assert_eq!(change.added, ["closed"]);
    assert_eq!(house.system.proposed_policy(&compliance, id).await.unwrap().text, text);
    let receipt = house.system.decide_approval(&compliance, id, true, "", None).await.unwrap();
    assert_eq!(house.system.policy().version(), 2);
    // What was based on the version before does not take the place of this one, though it be the same.
    let stale = house.system.decide_approval(&compliance, late, true, "", None).await;
    assert!(matches!(stale, Err(DeskError::Conflict)));
    assert_eq!(house.system.policy().version(), 2);
    house.system.decide_approval(&compliance, late, false, "已有新版本", None).await.unwrap();
    let denied = house.system.list(&seller, &list).await;
    let Err(DeskError::Denied { denial, .. }) = denied else { panic!("the new policy does not decide") };
    assert_eq!((denial.version, denial.rules[0].as_str()), (2, "closed"));
    let body = house.system.entry(&compliance, receipt.index).await.unwrap().row.body.unwrap();
    assert_eq!((&body.detail["policy"], &body.detail["added"]), (&2.into(), &serde_json::json!(["closed"])));

    let (versions, _) = house.system.policy_versions(&admin).await.unwrap();
    assert_eq!(
        versions.iter().map(|one| (one.version, one.author.as_str())).collect::<Vec<_>>(),
        [(2, "S006"), (1, "operator")]
    );
    assert_eq!(house.system.policy_text(&admin, Some(1)).await.unwrap().0.text, DEFAULT_TEXT);
    assert_eq!(house.system.policy_text(&admin, None).await.unwrap().0.text, text);
    assert!(matches!(house.system.policy_text(&admin, Some(9)).await, Err(DeskError::NotFound("policy"))));
    assert!(house.system.view(&seller, &no).await.is_ok());
    assert_eq!(house.reopen().system.policy().version(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tier_rule_moves_customers_once_somebody_else_approves() {
    let house = House::new().await;
    let (_, no) = house.seller_with_customer().await;
    let (admin, compliance) = (house.sign_in("S006").await, house.sign_in("S005").await);
    let rule = TierRule { medium_spend_fen: 0, ..TierRule::default() };
    let why = "全部客户至少按中级保护";
    let same = house.system.propose_tiers(&admin, &TierRule::default(), why).await;
    assert!(matches!(same, Err(DeskError::Conflict)));
    let senseless = TierRule { high_years: 0, ..rule };
    let senseless = house.system.propose_tiers(&admin, &senseless, why).await;
    assert!(matches!(senseless, Err(DeskError::Setting("tiers"))));
    let (id, _) = house.system.propose_tiers(&admin, &rule, why).await.unwrap();
    assert_eq!(house.system.settings().tiers, TierRule::default());
    let waiting = house.system.approvals(&compliance).await.unwrap().waiting;
    let Asked::Tiers(change) = &waiting[0].asked else { panic!("{:?}", waiting[0].asked) };
    assert_eq!((change.from, change.to, change.moves[0].customers), (TierRule::default(), rule, 1));
    assert!(matches!(
        house.system.decide_approval(&admin, id, true, "", None).await,
        Err(DeskError::Denied { .. })
    ));
    // An edit of the proposal is not what was approved.
    let edit = |to: &str| {
        let conn = rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
        conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let text: String = conn.query_row("SELECT text FROM proposal", [], |row| row.get(0)).unwrap();
        conn.execute("UPDATE proposal SET text = ?1", [to]).unwrap();
        text
    };
    let kept = edit(r#"{"high_spend_fen":1,"medium_spend_fen":0,"high_years":1,"sensitive_raises":false}"#);
    let decided = house.system.decide_approval(&compliance, id, true, "", None).await;
    assert!(matches!(decided, Err(DeskError::Store(StoreError::Damaged(_)))));
    edit(&kept);
    house.system.decide_approval(&compliance, id, true, "", None).await.unwrap();
    assert_eq!(house.system.settings().tiers, rule);
    let again = house.system.decide_approval(&compliance, id, true, "", None).await;
    assert!(matches!(again, Err(DeskError::Conflict)));
    let page = house.system.view(&compliance, &no).await.unwrap();
    assert_eq!(page.customer.customer.tier, Tier::Medium);
    assert_eq!(house.reopen().system.settings().tiers, rule);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_tried_on_the_facts_and_opens_nothing() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    let admin = house.sign_in("S006").await;
    let question = TryQuestion {
        staff: "S001".into(),
        action: Action::Reveal,
        customer: Some(no.clone()),
        fields: vec![Field::Mobile],
        purpose: None,
        hour: None,
    };
    assert!(matches!(house.system.try_question(&seller, &question).await, Err(DeskError::Denied { .. })));
    let tried = house.system.try_question(&admin, &question).await.unwrap();
    assert!(!tried.allowed && tried.way_out.contains(&WayOut::Purpose(PurposeKind::Task)));
    assert_eq!(
        (tried.rules[0].0.as_str(), tried.denied_fields.as_slice()),
        ("a-purpose-is-needed", [Field::Mobile].as_slice())
    );

    let purpose = Some(StatedPurpose { kind: PurposeKind::Task, reference: task });
    let with = TryQuestion { purpose: purpose.clone(), ..question.clone() };
    let tried = house.system.try_question(&admin, &with).await.unwrap();
    assert_eq!((tried.allowed, tried.purpose_stands), (true, Some(true)));
    // A purpose that is another's does not stand, even for what would need none.
    let others = TryQuestion { staff: "S003".into(), purpose: purpose.clone(), ..question.clone() };
    let tried = house.system.try_question(&admin, &others).await.unwrap();
    assert_eq!((tried.allowed, tried.purpose_stands), (false, Some(false)));
    house.system.close_task(&seller, task).await.unwrap();
    let tried = house.system.try_question(&admin, &with).await.unwrap();
    assert_eq!((tried.allowed, tried.purpose_stands), (false, Some(false)));

    let list =
        TryQuestion { action: Action::ReadLedger, customer: None, fields: Vec::new(), ..question.clone() };
    assert!(!house.system.try_question(&admin, &list).await.unwrap().allowed);
    let list = TryQuestion { staff: "S005".into(), ..list };
    assert!(house.system.try_question(&admin, &list).await.unwrap().allowed);
    let nobody = TryQuestion { staff: "13812345678".into(), ..question };
    assert!(matches!(house.system.try_question(&admin, &nobody).await, Err(DeskError::NotFound("staff"))));

    let compliance = house.sign_in("S005").await;
    let reveals = EntryFilter { actions: vec![action::REVEAL], ..EntryFilter::default() };
    assert!(house.system.entries(&compliance, reveals, 10).await.unwrap().0.is_empty(), "nothing was opened");
    let tried = EntryFilter {
        staff: Some("S006".into()),
        actions: vec![action::POLICY_READ],
        ..EntryFilter::default()
    };
    let (tried, ..) = house.system.entries(&compliance, tried, 20).await.unwrap();
    assert_eq!(tried.len(), 7);
    assert!(tried.iter().all(|entry| !format!("{entry:?}").contains("13812345678")));
    assert_eq!(tried.last().unwrap().body.as_ref().unwrap().detail["tried"], "reveal");
}
