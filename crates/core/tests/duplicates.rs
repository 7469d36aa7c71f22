//! Stories of customers who are with the company already.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    EntryFilter, Settings,
    desk::{ApprovalState, Asked, Changes, DeskError, NewRecord},
    entry::{Body, Decision, action},
    identity::Actor,
    record::{Field, Kind},
};

const NAME: &str = "上海恒屿制冷设备有限公司";
const MOBILE: &str = "13812345678";

fn record(kind: Kind, values: &[(Field, &str)]) -> NewRecord {
    let values = values.iter().map(|(field, value)| (*field, (*value).to_owned())).collect();
    NewRecord { no: None, kind, region: String::new(), since: None, values }
}

async fn try_to_enter(house: &House, who: &Actor, values: &[(Field, &str)]) -> Result<String, DeskError> {
    house.system.create_customer(who, &record(Kind::Company, values), None).await.map(|created| created.no)
}

/// The number of the hit, when the company has the customer and says nothing else.
fn hit_of(answer: Result<String, DeskError>) -> i64 {
    match answer {
        Err(DeskError::Duplicate { hit, .. }) => hit,
        other => panic!("{other:?}"),
    }
}

/// S001's customer in 华东, which S003 in 华南 may not see.
async fn firm(house: &House) -> (Actor, Actor, String) {
    let (owner, stranger) = (house.sign_in("S001").await, house.sign_in("S003").await);
    let values = [(Field::Name, NAME), (Field::Mobile, MOBILE), (Field::Email, "li.hua@example.com")];
    let no = house.enter(&owner, &values).await;
    assert!(matches!(house.system.view(&stranger, &no).await, Err(DeskError::Denied { .. })));
    (owner, stranger, no)
}

/// What somebody reads in their own record, without the page that [`firm`] let them try.
async fn own_record(house: &House, who: &Actor) -> String {
    let record = house.system.own_record(who, None, 100).await.unwrap();
    let entries = record.entries.into_iter().filter(|entry| entry.action != action::VIEW);
    format!("{:?}", entries.collect::<Vec<_>>())
}

/// What the ledger has of somebody's denied tries, newest first.
async fn tries(house: &House, who: &str) -> Vec<Body> {
    let compliance = house.sign_in("S005").await;
    let of = EntryFilter { staff: Some(who.into()), actions: vec![action::CREATE], ..EntryFilter::default() };
    let (entries, ..) = house.system.entries(&compliance, of, 100).await.unwrap();
    let denied = entries.into_iter().filter(|entry| entry.decision == Decision::Denied);
    denied.map(|entry| entry.body.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_the_customer_is_told_that_it_is_there_and_nothing_else() {
    let house = House::new().await;
    let (owner, stranger, no) = firm(&house).await;
    let sighted = [
        vec![(Field::Name, "恒屿制冷设备（上海）有限责任公司")],
        vec![(Field::Name, "别的名字有限公司"), (Field::Mobile, "+86 138-1234-5678")],
        vec![(Field::Name, "别的名字有限公司"), (Field::Email, "LI.HUA@EXAMPLE.COM")],
        vec![(Field::Name, NAME), (Field::Mobile, MOBILE), (Field::Email, "li.hua@example.com")],
    ];
    for values in &sighted {
        hit_of(try_to_enter(&house, &stranger, values).await);
    }
    let told = tries(&house, "S003").await;
    assert_eq!(told.len(), sighted.len());
    let mut bodies: Vec<Body> = told.clone();
    bodies.iter_mut().for_each(|body| drop(body.detail.remove("hit")));
    assert!(
        bodies.iter().all(|body| *body == bodies[0]),
        "the entries differ in nothing but the hit: {bodies:?}"
    );
    assert!(bodies[0].customer.is_none() && bodies[0].tier.is_none() && bodies[0].fields.is_empty());
    let own = own_record(&house, &stranger).await;
    assert!(!own.contains(&no), "their own record tells that it is {no}: {own}");

    // Who may see it is led to it.
    for who in [&owner, &house.sign_in("S002").await] {
        let known = try_to_enter(&house, who, &sighted[0]).await;
        assert!(matches!(&known, Err(DeskError::Known { customer, .. }) if *customer == no), "{known:?}");
    }
    // With one that they may see among them, of the other nothing is told.
    let theirs =
        house.enter(&stranger, &[(Field::Name, "他山商贸有限公司"), (Field::Mobile, "13700001111")]).await;
    let both = [(Field::Name, NAME), (Field::Mobile, "13700001111")];
    let known = try_to_enter(&house, &stranger, &both).await;
    assert!(matches!(&known, Err(DeskError::Known { customer, .. }) if *customer == theirs), "{known:?}");

    // Another firm is another firm, and a person's name is no sign.
    try_to_enter(&house, &stranger, &[(Field::Name, "北京恒屿制冷设备有限公司")]).await.unwrap();
    for _ in 0..2 {
        let person = record(Kind::Person, &[(Field::Name, "李华")]);
        house.system.create_customer(&stranger, &person, None).await.unwrap();
    }
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_the_company_out() {
    let house = House::new().await;
    let (_, stranger, _) = firm(&house).await;
    let admin = house.sign_in("S006").await;
    let mut settings: Settings = house.system.settings();
    settings.care.duplicates_per_day = 2;
    house.system.change_settings(&admin, settings).await.unwrap();
    let known = [(Field::Name, NAME)];
    let new = [(Field::Name, "新来商贸有限公司")];
    hit_of(try_to_enter(&house, &stranger, &known).await);
    hit_of(try_to_enter(&house, &stranger, &known).await);
    for values in [known, new] {
        let refused = try_to_enter(&house, &stranger, &values).await;
        assert!(matches!(refused, Err(DeskError::DailyLimit("duplicates"))), "{refused:?}");
    }
    let told = tries(&house, "S003").await;
    let failed: Vec<_> = told.iter().map(|body| body.detail["failed"].as_str().unwrap()).collect();
    assert_eq!(failed, ["limit", "limit", "duplicate", "duplicate"]);
    // Another one's count is their own, and the next day counts anew.
    try_to_enter(&house, &house.sign_in("S004").await, &[(Field::Name, "再来商贸有限公司")]).await.unwrap();
    house.pass(24 * 3600);
    let stranger = house.sign_in("S003").await;
    try_to_enter(&house, &stranger, &new).await.unwrap();
    hit_of(try_to_enter(&house, &stranger, &known).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_of_its_department_gives_the_customer_to_who_asked() {
    let house = House::new().await;
    let (owner, stranger, no) = firm(&house).await;
    let manager = house.sign_in("S002").await;
    let hit = hit_of(try_to_enter(&house, &stranger, &[(Field::Mobile, MOBILE), (Field::Name, "甲")]).await);
    // The hit is the stranger's alone.
    let others = house.system.claim_known(&owner, hit, "客户主动来电", None).await;
    assert!(matches!(others, Err(DeskError::NotFound("duplicate"))));
    let (approval, _) = house.system.claim_known(&stranger, hit, "客户主动来电", None).await.unwrap();
    let again = house.system.claim_known(&stranger, hit, "客户主动来电", None).await;
    assert!(matches!(again, Err(DeskError::Conflict)));
    let mine = house.system.approvals(&stranger).await.unwrap().mine.remove(0);
    assert_eq!((mine.asked, mine.state), (Asked::Claim { customer: None }, ApprovalState::Waiting));

    // Neither who asked nor the owner decides, nor compliance while there is a department.
    for who in [&stranger, &owner, &house.sign_in("S005").await] {
        let denied = house.system.decide_approval(who, approval, true, "", None).await;
        let Err(DeskError::Denied { denial, .. }) = denied else { panic!("{denied:?}") };
        assert!(denial.customer.is_none(), "a refusal does not tell which customer it is");
    }
    let waiting = house.system.approvals(&manager).await.unwrap().waiting.remove(0);
    let Asked::Claim { customer: Some((shown, _)) } = waiting.asked else { panic!("{:?}", waiting.asked) };
    assert_eq!((waiting.id, shown), (approval, no.clone()));
    house.system.decide_approval(&manager, approval, true, "", None).await.unwrap();

    let page = house.system.view(&stranger, &no).await.unwrap();
    let customer = &page.customer.customer;
    assert_eq!(customer.owner.as_ref().map(|owner| owner.no.as_str()), Some("S003"));
    let mine = house.system.approvals(&stranger).await.unwrap().mine.remove(0);
    assert!(matches!(mine.asked, Asked::Claim { customer: Some((shown, _)) } if shown == no));
    assert_eq!(mine.state, ApprovalState::Used);
    let twice = house.system.decide_approval(&manager, approval, true, "", None).await;
    assert!(matches!(twice, Err(DeskError::Conflict)));
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_claim_tells_nothing_and_moves_nothing() {
    let house = House::new().await;
    let (_, stranger, no) = firm(&house).await;
    let manager = house.sign_in("S002").await;
    let hit = hit_of(try_to_enter(&house, &stranger, &[(Field::Name, NAME)]).await);
    let (approval, _) = house.system.claim_known(&stranger, hit, "客户主动来电", None).await.unwrap();
    house.system.decide_approval(&manager, approval, false, "由原负责人跟进", None).await.unwrap();
    let mine = house.system.approvals(&stranger).await.unwrap().mine.remove(0);
    assert_eq!((mine.asked, mine.state), (Asked::Claim { customer: None }, ApprovalState::Refused));
    assert!(matches!(house.system.view(&stranger, &no).await, Err(DeskError::Denied { .. })));
    assert!(!own_record(&house, &stranger).await.contains(&no));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_enter_a_customer_at_once_one_is_told() {
    let house = House::new().await;
    let (one, other) = (house.sign_in("S001").await, house.sign_in("S003").await);
    for n in 0..20 {
        let name = format!("同时{n}号商贸有限公司");
        let values = [(Field::Name, name.as_str())];
        let (first, second) =
            tokio::join!(try_to_enter(&house, &one, &values), try_to_enter(&house, &other, &values));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        house.pass(24 * 3600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_that_is_renamed_is_known_by_its_new_name() {
    let house = House::new().await;
    let (owner, stranger, no) = firm(&house).await;
    let changes =
        Changes { version: 1, values: vec![(Field::Name, "北屿制冷设备有限公司".to_owned())] };
    house.system.change_customer(&owner, &no, &changes).await.unwrap();
    hit_of(try_to_enter(&house, &stranger, &[(Field::Name, "北屿制冷设备股份有限公司")]).await);
    try_to_enter(&house, &stranger, &[(Field::Name, NAME)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_taken_number_nor_an_edit_asks_the_company_out() {
    let house = House::new().await;
    let (_, stranger, no) = firm(&house).await;
    let taken = |mobile: &str| NewRecord {
        no: Some(no.clone()),
        ..record(Kind::Company, &[(Field::Name, "杭州云帆茶业有限公司"), (Field::Mobile, mobile)])
    };
    // Whether the company has the number or not, the answer is the same, and it is put down.
    for mobile in [MOBILE, "13987654321"] {
        let before = house.system.ledger_size();
        let answer = house.system.create_customer(&stranger, &taken(mobile), None).await;
        assert!(matches!(answer, Err(DeskError::Taken)), "{answer:?}");
        assert_eq!(house.system.ledger_size(), before + 1);
    }

    let own = house.enter(&stranger, &[(Field::Name, "李华"), (Field::Mobile, "13900000001")]).await;
    let change =
        |version, mobile: &str| Changes { version, values: vec![(Field::Mobile, mobile.to_owned())] };
    let answer = house.system.change_customer(&stranger, &own, &change(1, MOBILE)).await;
    assert!(matches!(answer, Err(DeskError::Duplicate { .. })), "{answer:?}");
    // Nothing was changed, and what is nobody else's is taken.
    house.system.change_customer(&stranger, &own, &change(1, "13900000002")).await.unwrap();
    house.system.change_customer(&stranger, &own, &change(2, "13900000002")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_owner_and_contact_person_do_not_undo_each_other() {
    use tigertally_core::desk::Assignment;
    let house = House::new().await;
    let (_, _, no) = firm(&house).await;
    let manager = house.sign_in("S002").await;
    let (system, who, which) = (house.system.clone(), manager.clone(), no.clone());
    let contacts = tokio::spawn(async move {
        for _ in 0..150 {
            let contact = Assignment { owner: None, contact_person: Some("S002".into()) };
            let done = system.assign_customer(&who, &which, &contact).await;
            assert!(matches!(done, Ok(_) | Err(DeskError::Conflict)), "{done:?}");
        }
    });
    let mut owner = "S001";
    for at in 0..150 {
        let next = ["S001", "S002"][at % 2];
        let change = Assignment { owner: Some(next.into()), contact_person: None };
        match house.system.assign_customer(&manager, &no, &change).await {
            Ok(_) => owner = next,
            Err(DeskError::Conflict) => {}
            other => panic!("{other:?}"),
        }
        let now = house.system.view(&manager, &no).await.unwrap().customer.customer.owner.unwrap();
        assert_eq!(now.no, owner, "after change {at}");
    }
    contacts.await.unwrap();
}
