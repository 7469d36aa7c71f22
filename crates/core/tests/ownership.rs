//! Stories of the ownership rules: read by everybody, changed by compliance, acknowledged version by version.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use rusqlite::Connection;
use tigertally_core::{
    EntryFilter, StoreError,
    desk::{AckQuery, DeskError},
    entry::action,
};

const ZH: &str = "# 第二版\n客户归公司所有，只在本系统中保存，凭事由使用，违者依制度处理。";
const EN: &str = "# Second version\nCustomers belong to the company and are used for a purpose only.";

#[tokio::test(flavor = "multi_thread")]
async fn everybody_acknowledges_each_version_and_compliance_sees_who_has() {
    let house = House::new().await;
    let (seller, admin) = (house.sign_in("S001").await, house.sign_in("S006").await);
    let compliance = house.sign_in("S005").await;
    for who in [&seller, &admin, &compliance] {
        let rules = house.system.ownership_rules(who, None).await.unwrap();
        assert_eq!((rules.version, rules.newest, rules.acknowledged), (1, 1, None));
        assert!(rules.zh.contains("客户归公司所有") && rules.en.contains("Customers belong to the company"));
        assert!(house.system.rules_wait_for(who).unwrap());
    }
    // Nobody acknowledges what is not there.
    for version in [0, 2] {
        let refused = house.system.acknowledge_rules(&seller, version).await;
        assert!(matches!(refused, Err(DeskError::Conflict)));
    }
    house.system.acknowledge_rules(&seller, 1).await.unwrap();
    house.system.acknowledge_rules(&seller, 1).await.unwrap();
    assert!(!house.system.rules_wait_for(&seller).unwrap());

    // Another version: compliance writes it, and everybody is asked again.
    for who in [&seller, &admin] {
        let denied = house.system.change_rules(who, 1, ZH, EN).await;
        assert!(matches!(denied, Err(DeskError::Denied { .. })));
        let denied = house.system.acknowledgements(who, &AckQuery::default()).await;
        assert!(matches!(denied, Err(DeskError::Denied { .. })));
    }
    let short = house.system.change_rules(&compliance, 1, "太短", EN).await;
    assert!(matches!(short, Err(DeskError::Invalid { field, .. }) if field == "zh"));
    assert_eq!(house.system.change_rules(&compliance, 1, ZH, EN).await.unwrap().0, 2);
    let stale = house.system.change_rules(&compliance, 1, ZH, EN).await;
    assert!(matches!(stale, Err(DeskError::Conflict)));
    assert!(house.system.rules_wait_for(&seller).unwrap());
    let stale = house.system.acknowledge_rules(&admin, 1).await;
    assert!(matches!(stale, Err(DeskError::Conflict)));
    house.system.acknowledge_rules(&admin, 2).await.unwrap();
    let old = house.system.ownership_rules(&seller, Some(1)).await.unwrap();
    assert_eq!((old.version, old.newest, old.acknowledged.unwrap().0), (1, 2, 1));
    assert!(matches!(
        house.system.ownership_rules(&seller, Some(9)).await,
        Err(DeskError::NotFound("rules"))
    ));

    // In pages: all six, and those who are missing.
    let mut people = Vec::new();
    let mut query = AckQuery { limit: 4, ..AckQuery::default() };
    loop {
        let page = house.system.acknowledgements(&compliance, &query).await.unwrap();
        assert_eq!((page.newest, page.done), (2, (1, 6)));
        people.extend(
            page.people.into_iter().map(|one| (one.no, one.acknowledged.map(|(version, _)| version))),
        );
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let of = |no: &str| people.iter().find(|(known, _)| known == no).unwrap().1;
    assert_eq!((people.len(), of("S001"), of("S006"), of("S003")), (6, Some(1), Some(2), None));
    let missing = AckQuery { missing: true, limit: 50, after: None };
    let missing = house.system.acknowledgements(&compliance, &missing).await.unwrap().people;
    assert!(missing.len() == 5 && missing.iter().all(|one| one.no != "S006"));

    // The ledger has each acknowledgement with its version.
    let of = EntryFilter { actions: vec![action::RULES_ACK], ..EntryFilter::default() };
    let (entries, ..) = house.system.entries(&compliance, of, 100).await.unwrap();
    let said = |entry: &tigertally_core::EntryRow| {
        let body = entry.body.as_ref().unwrap();
        (body.actor.clone(), body.detail["version"].as_u64().unwrap())
    };
    let said: Vec<_> = entries.iter().map(said).collect();
    assert_eq!(said, [("S006".to_owned(), 2), ("S001".to_owned(), 1), ("S001".to_owned(), 1)]);
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_databases_editor_writes_is_neither_a_rule_nor_an_acknowledgement() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let sql = |text: &str| {
        let database = Connection::open(house.folder().join("tigertally.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        database.execute_batch(text).unwrap();
    };
    house.system.acknowledge_rules(&house.sign_in("S002").await, 1).await.unwrap();
    sql("INSERT INTO ownership_ack SELECT 1, version, time_ms, seal FROM ownership_ack");
    assert!(house.system.rules_wait_for(&seller).unwrap());
    sql("UPDATE ownership_rules SET zh = '随便用'");
    let read = house.system.ownership_rules(&seller, None).await;
    assert!(matches!(read, Err(DeskError::Store(StoreError::Damaged(_)))));
}
