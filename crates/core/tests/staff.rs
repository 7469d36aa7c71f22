//! Stories of the people: who comes, who changes, who goes.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::net::{IpAddr, Ipv4Addr};

use kit::House;
use tigertally_core::{
    desk::{DeskError, StaffChange, StaffFilter},
    identity::{SignIn, SignInError, Via},
    policy::Role,
};

fn change(no: &str) -> StaffChange {
    StaffChange { no: no.to_owned(), ..StaffChange::default() }
}

fn newcomer(no: &str) -> StaffChange {
    StaffChange {
        name: Some("许宁".into()),
        department: Some("销售部".into()),
        title: Some("员工".into()),
        role: Some(Role::Staff),
        region: Some("华东".into()),
        manager: Some("S002".into()),
        email: Some("Xu.Ning@example.com".into()),
        ..change(no)
    }
}

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via: Via::Console, device: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_staff_is_for_who_may_read_it() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let admin = house.sign_in("S006").await;
    let all = StaffFilter::default();
    assert!(matches!(house.system.staff_list(&seller, &all).await, Err(DeskError::Denied { .. })));
    assert_eq!(house.system.staff_list(&admin, &all).await.unwrap().0.len(), 6);
    for (filter, found) in [
        (StaffFilter { text: "s00".into(), ..all.clone() }, 6),
        (StaffFilter { text: "主管".into(), ..all.clone() }, 1),
        (StaffFilter { role: Some(Role::Staff), ..all.clone() }, 2),
        (StaffFilter { department: Some("销售部".into()), text: "陈".into(), ..all.clone() }, 1),
        (StaffFilter { active: Some(false), ..all }, 0),
    ] {
        let (list, _) = house.system.staff_list(&admin, &filter).await.unwrap();
        assert_eq!(list.len(), found, "{filter:?}");
    }
    assert_eq!(house.system.staff_one(&admin, "S004").await.unwrap().0.name, "韩璐");
    assert!(matches!(house.system.staff_one(&admin, "S999").await, Err(DeskError::NotFound("staff"))));
    assert!(matches!(house.system.staff_one(&seller, "S004").await, Err(DeskError::Denied { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_entered_invited_and_signs_in() {
    let house = House::new().await;
    let admin = house.sign_in("S006").await;
    let receipt = house.system.add_staff(&admin, &newcomer("S010")).await.unwrap();
    let (person, _) = house.system.staff_one(&admin, "S010").await.unwrap();
    assert_eq!(
        (person.name.as_str(), person.email.as_str(), person.active),
        ("许宁", "xu.ning@example.com", true)
    );
    assert_eq!(person.joined, house.system.today().to_string());
    let compliance = house.sign_in("S005").await;
    let entry = house.system.entry(&compliance, receipt.index).await.unwrap();
    let text = entry.body.unwrap();
    assert!(!text.contains("许宁") && !text.contains("example.com"), "{text}");
    assert_eq!(entry.row.body.unwrap().detail["added"]["department"]["to"], "销售部");

    for (new, field) in [
        (newcomer("S 11"), "no"),
        (newcomer("Operator"), "no"),
        (StaffChange { name: None, ..newcomer("S011") }, "name"),
        (StaffChange { role: None, ..newcomer("S011") }, "role"),
        (StaffChange { role: Some(Role::Operator), ..newcomer("S011") }, "role"),
        (StaffChange { manager: Some("S999".into()), ..newcomer("S011") }, "manager"),
        (StaffChange { manager: Some("S011".into()), ..newcomer("S011") }, "manager"),
        (StaffChange { email: Some("not an address".into()), ..newcomer("S011") }, "email"),
        (StaffChange { joined: Some("2026-02-31".into()), ..newcomer("S011") }, "joined"),
        (StaffChange { title: Some("=cmd".into()), ..newcomer("S011") }, "title"),
    ] {
        let refused = house.system.add_staff(&admin, &new).await;
        assert!(
            matches!(&refused, Err(DeskError::Invalid { field: name, .. }) if name == field),
            "{field}: {refused:?}"
        );
    }
    assert!(matches!(house.system.add_staff(&admin, &newcomer("S010")).await, Err(DeskError::Taken)));
    assert!(matches!(
        house.system.add_staff(&compliance, &newcomer("S011")).await,
        Err(DeskError::Denied { .. })
    ));

    assert!(matches!(house.system.invite(&compliance, "S010").await, Err(DeskError::Denied { .. })));
    let (code, _) = house.system.invite(&admin, "S010").await.unwrap();
    let enrolment = house.system.begin_activation("S010", &code, &from()).await.unwrap();
    assert_eq!(enrolment.name, "许宁");
    assert!(matches!(house.system.invite(&admin, "S006").await, Err(DeskError::Conflict)), "not oneself");
    assert!(matches!(house.system.invite(&admin, "S999").await, Err(DeskError::NotFound("staff"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_another_role_or_leaves_is_signed_out() {
    let house = House::new().await;
    let admin = house.sign_in("S006").await;
    let seller = house.sign_in("S001").await;
    assert_eq!(house.system.sessions(&seller).await.unwrap().0.len(), 1);
    let moved = StaffChange { region: Some("华南".into()), ..change("S001") };
    house.system.change_staff(&admin, &moved).await.unwrap();
    assert_eq!(house.system.sessions(&seller).await.unwrap().0.len(), 1, "another region ends no session");
    let promoted = StaffChange { role: Some(Role::Manager), title: Some("主管".into()), ..change("S001") };
    let receipt = house.system.change_staff(&admin, &promoted).await.unwrap();
    assert!(house.system.sessions(&seller).await.unwrap().0.is_empty());
    let compliance = house.sign_in("S005").await;
    let entry = house.system.entry(&compliance, receipt.index).await.unwrap().row.body.unwrap();
    let changed = serde_json::json!({
        "role": { "from": "staff", "to": "manager" }, "title": { "from": "员工", "to": "主管" }
    });
    assert_eq!((entry.staff.as_deref(), &entry.detail["changed"]), (Some("S001"), &changed));

    let left = StaffChange { active: Some(false), ..change("S001") };
    house.system.change_staff(&admin, &left).await.unwrap();
    let refused = house.system.sign_in("S001", kit::PASSWORD, None, &from()).await;
    assert!(matches!(refused, Err(SignInError::Wrong)));
    assert!(matches!(house.system.invite(&admin, "S001").await, Err(DeskError::Conflict)));
    assert!(matches!(house.system.change_staff(&compliance, &left).await, Err(DeskError::Denied { .. })));
    assert!(matches!(
        house.system.change_staff(&admin, &change("S999")).await,
        Err(DeskError::NotFound("staff"))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_always_an_administrator_and_none_promotes_or_removes_themself() {
    let house = House::new().await;
    let admin = house.sign_in("S006").await;
    let operator = house.operator.actor();
    for own in [
        StaffChange { role: Some(Role::Dpo), ..change("S006") },
        StaffChange { active: Some(false), ..change("S006") },
    ] {
        assert!(matches!(house.system.change_staff(&admin, &own).await, Err(DeskError::Conflict)));
        assert!(
            matches!(house.system.change_staff(&operator, &own).await, Err(DeskError::Conflict)),
            "the last one"
        );
    }
    assert_eq!(house.system.sessions(&admin).await.unwrap().0.len(), 1, "a refused change changes nothing");
    let title = StaffChange { title: Some("信息主管".into()), ..change("S006") };
    house.system.change_staff(&admin, &title).await.unwrap();
    let second = StaffChange { role: Some(Role::Administrator), ..change("S003") };
    house.system.change_staff(&admin, &second).await.unwrap();
    let leaves = StaffChange { active: Some(false), ..change("S006") };
    house.system.change_staff(&operator, &leaves).await.unwrap();
}
