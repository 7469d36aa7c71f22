//! Stories of the gate: who works with a customer, what they see, and what the ledger keeps of it.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    EntryFilter,
    desk::{Changes, DeskError, ListQuery, NewRecord, StatedPurpose},
    policy::PurposeKind,
    record::{Field, Kind},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_reveal_needs_a_purpose_that_stands_and_leaves_its_trace() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let denied = house.system.reveal(&seller, &no, &[Field::Mobile], None).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })));
    let task = house.task(&seller, &no).await;
    let stated = StatedPurpose { kind: PurposeKind::Task, reference: task };
    let opened = house.system.reveal(&seller, &no, &[Field::Mobile], Some(&stated)).await.unwrap();
    assert_eq!(opened.values().collect::<Vec<_>>(), [(Field::Mobile, "13812345678")]);

    house.system.close_task(&seller, task).await.unwrap();
    let late = house.system.reveal(&seller, &no, &[Field::Mobile], Some(&stated)).await;
    assert!(matches!(late, Err(DeskError::Purpose)));
    let audit = house.audit();
    assert!(audit.fault.is_none(), "{:?}", audit.fault);
    assert!(audit.entries > opened.receipt().index);
    let _ = EntryFilter::default();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_masks_and_finds_by_the_whole_value_only() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    for term in [
        "13812345678",
        "138 1234 5678",
        "110101199003070134",
        "li.hua@example.com",
        "恒屿制冷设备有限公司",
        &no,
    ] {
        let query = ListQuery { term: Some(term.to_owned()), limit: 10, ..ListQuery::default() };
        let page = house.system.list(&seller, &query).await.unwrap();
        assert_eq!(page.customers.len(), 1, "{term}");
        assert_eq!(page.customers[0].mask(Field::Mobile), Some("138****5678"));
        assert_eq!(page.customers[0].mask(Field::Contact), Some("李*"));
    }
    for term in ["1381234567", "恒", "恒屿制冷"] {
        let query = ListQuery { term: Some(term.to_owned()), limit: 10, ..ListQuery::default() };
        match house.system.list(&seller, &query).await {
            Ok(page) => assert!(page.customers.is_empty(), "{term}"),
            Err(error) => assert!(matches!(error, DeskError::TermTooShort), "{term}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_sealed_indexed_anew_and_said_by_field() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let changes = Changes { version: 1, values: vec![(Field::Mobile, "13900001111".into())] };
    house.system.change_customer(&seller, &no, &changes).await.unwrap();
    let find = |term: &str| ListQuery { term: Some(term.to_owned()), limit: 10, ..ListQuery::default() };
    assert!(house.system.list(&seller, &find("13812345678")).await.unwrap().customers.is_empty());
    let page = house.system.list(&seller, &find("13900001111")).await.unwrap();
    assert_eq!(page.customers[0].mask(Field::Mobile), Some("139****1111"));
    assert_eq!(page.customers[0].mask(Field::Email), Some("l***@example.com"));
    let again = house.system.change_customer(&seller, &no, &changes).await;
    assert!(matches!(again, Err(DeskError::Conflict)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_opens_again_with_its_key_only() {
    let house = House::new().await;
    let (_, no) = house.seller_with_customer().await;
    let size = house.system.ledger_size();
    let house = house.reopen();
    assert!(house.system.ledger_size() >= size);
    let seller = house.sign_in("S001").await;
    assert!(house.system.view(&seller, &no).await.is_ok());
    assert!(house.opens_with_another_key().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_creates_nothing_twice() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let once = || Some(tigertally_core::desk::Once { key: "k1".into(), digest: [1; 32] });
    let new = NewRecord {
        no: None,
        kind: Kind::Person,
        region: String::new(),
        since: None,
        values: vec![(Field::Name, "王芳".into())],
    };
    let first = house.system.create_customer(&seller, &new, once()).await.unwrap();
    let second = house.system.create_customer(&seller, &new, once()).await.unwrap();
    assert_eq!(first.no, second.no);
    let other = Some(tigertally_core::desk::Once { key: "k1".into(), digest: [2; 32] });
    assert!(matches!(house.system.create_customer(&seller, &new, other).await, Err(DeskError::KeyReused)));
}
