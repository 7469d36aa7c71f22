//! The inbox: what waits for whom, and that it goes once it is done.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    desk::{HandoverDuty, HandoverKind, InboxItem, NewHandoverRequest, NewTask, SplitPlan},
    identity::Actor,
    import::Table,
    record::Field,
};

const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,何静,人事部,人事,,,2019-02-11,s010@example.com
S011,许岚,销售部,员工,华东,S002,2021-05-10,s011@example.com
";

/// What waits, in a line each.
async fn waiting(house: &House, actor: &Actor) -> Vec<String> {
    let inbox = house.system.inbox(actor).await.unwrap();
    let line = |(item, _): (InboxItem, Option<u64>)| match item {
        InboxItem::Decide(approval) => format!("decide {}", approval.id),
        InboxItem::Use(approval) => format!("use {}", approval.id),
        InboxItem::StartExport { export, .. } => format!("start {export}"),
        InboxItem::FetchExport { export, .. } => format!("fetch {export}"),
        InboxItem::Handover { step: HandoverDuty::Sign(_), customers, .. } => format!("sign {customers}"),
        InboxItem::Handover { step, customers, .. } => format!("{} {customers}", step.name()),
        InboxItem::Task { task, name } => format!("task {} {name}", task.title),
        InboxItem::Falling { customers, .. } => format!("falling {customers}"),
        InboxItem::Reviews(due) => format!("reviews {due}"),
        InboxItem::Rules => "rules".to_owned(),
    };
    inbox.items.into_iter().map(line).filter(|line| line != "rules").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_waits_for_who_decides_and_then_for_who_asked() {
    let house = House::new().await;
    let (seller, customer) = house.seller_with_customer().await;
    let manager = house.sign_in("S002").await;
    let (id, _) = house
        .system
        .request_approval(&seller, &customer, &[Field::BankCard], "核对付款账号", None)
        .await
        .unwrap();
    assert_eq!(waiting(&house, &manager).await, [format!("decide {id}")]);
    assert!(waiting(&house, &seller).await.is_empty());
    house.system.decide_approval(&manager, id, true, "", None).await.unwrap();
    assert!(waiting(&house, &manager).await.is_empty());
    assert_eq!(waiting(&house, &seller).await, [format!("use {id}")]);
    let entries = house.system.ledger_size();
    house.system.inbox(&seller).await.unwrap();
    assert_eq!(house.system.ledger_size(), entries + 1, "a look is one entry");
    house.pass(2 * 3600);
    assert!(waiting(&house, &seller).await.is_empty(), "it has expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_wait_when_their_day_is_near_the_most_pressing_first() {
    let house = House::new().await;
    let (seller, customer) = house.seller_with_customer().await;
    for (title, due) in
        [("下周", "2026-12-02"), ("今天", "2026-11-24"), ("过期", "2026-11-20"), ("后天", "2026-11-26")]
    {
        let new =
            NewTask { customer: customer.clone(), assignee: None, title: title.into(), due: due.into() };
        house.system.create_task(&seller, &new, None).await.unwrap();
    }
    let name = "恒屿制冷设备有限公司";
    let expected: Vec<_> =
        ["过期", "今天", "后天"].iter().map(|title| format!("task {title} {name}")).collect();
    assert_eq!(waiting(&house, &seller).await, expected);
    let inbox = house.system.inbox(&seller).await.unwrap();
    assert_eq!(inbox.tasks, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handover_waits_for_each_in_their_turn() {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE_STAFF).await;
    let (leaver, _) = house.seller_with_customer().await;
    let manager = house.sign_in("S002").await;
    let (receiver, secret) = house.sign_in_with_authenticator("S011").await;
    let new = NewHandoverRequest {
        leaver: "S001".into(),
        kind: HandoverKind::Leaving,
        last_day: "2026-12-31".into(),
        reason: "个人原因离职，申请交接".into(),
    };
    let (id, _) = house.system.open_handover(&manager, &new).await.unwrap();
    assert_eq!(waiting(&house, &manager).await, ["split 1"]);
    assert_eq!(waiting(&house, &leaver).await, ["note 1"]);
    assert!(waiting(&house, &receiver).await.is_empty());
    house.system.note_handover(&leaver, id, "十二月要谈续约").await.unwrap();
    assert!(waiting(&house, &leaver).await.is_empty());
    let plan = SplitPlan { receivers: vec!["S011".into()], ..SplitPlan::default() };
    house.system.split_handover(&manager, id, &plan).await.unwrap();
    assert_eq!(waiting(&house, &receiver).await, ["sign 1"]);
    assert!(waiting(&house, &manager).await.is_empty());
    let (handover, _) = house.system.handover(&manager, id).await.unwrap();
    let part = handover.parts[0].id;
    let confirmed = house.confirm(&receiver, &secret).await;
    house.system.handover_given(&receiver, part, 0, 50).await.unwrap();
    house.system.sign_handover(&receiver, part, confirmed, &Default::default()).await.unwrap();
    assert!(waiting(&house, &receiver).await.is_empty());
    assert_eq!(waiting(&house, &manager).await, ["ask 1"]);
}
