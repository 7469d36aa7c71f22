//! Stories of the public pool: who falls into it, who does not, and who gets whom out of it.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    CareSettings, EntryFilter, Settings,
    desk::{Assignment, Changes, DeskError, FollowUpKind, PoolQuery},
    entry::{Body, action},
    identity::Actor,
    import::Table,
    record::{Field, Tier},
};

const DAY: u64 = 24 * 3600;

/// A company whose low customers fall after 30 days, with a week of warning.
async fn house(claims_per_day: u32) -> House {
    let house = House::new().await;
    let more = "staff_no,name,department,role,region,manager,joined,email\n\
                S007,白露,销售部,员工,华东,S002,2020-01-06,s007@example.com\n";
    house.import(Table::Staff, "more.csv", more).await;
    let care =
        CareSettings { pool_low_days: 30, pool_warn_days: 7, claims_per_day, ..CareSettings::default() };
    let settings = Settings { care, ..house.system.settings() };
    house.system.change_settings(&house.sign_in("S006").await, settings).await.unwrap();
    house
}

/// The owner of a customer, by staff number.
async fn owner(house: &House, no: &str) -> Option<String> {
    let compliance = house.sign_in("S005").await;
    house.system.view(&compliance, no).await.unwrap().customer.customer.owner.map(|owner| owner.no)
}

async fn falling(house: &House, who: &str) -> Vec<String> {
    let actor = house.sign_in(who).await;
    let (list, total) = house.system.falling(&actor).unwrap();
    assert_eq!(list.len() as u64, total);
    list.into_iter().map(|one| one.no).collect()
}

async fn pool(house: &House, who: &Actor) -> Vec<String> {
    let query = PoolQuery { limit: 50, ..PoolQuery::default() };
    house.system.pool(who, &query).await.unwrap().customers.into_iter().map(|one| one.no).collect()
}

/// What the ledger says of an action, newest first.
async fn said(house: &House, name: &'static str) -> Vec<Body> {
    let compliance = house.sign_in("S005").await;
    let of = EntryFilter { actions: vec![name], ..EntryFilter::default() };
    let (entries, ..) = house.system.entries(&compliance, of, 100).await.unwrap();
    entries.into_iter().map(|entry| entry.body.unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_follows_up_falls_into_the_pool_after_a_warning() {
    let house = house(10).await;
    let seller = house.sign_in("S001").await;
    let (idle, called, done, ordered, changed, managed) = (
        house.customer(&seller).await,
        house.customer(&seller).await,
        house.customer(&seller).await,
        house.customer(&seller).await,
        house.customer(&seller).await,
        house.customer(&seller).await,
    );
    house.pass(22 * DAY);
    assert!(falling(&house, "S001").await.is_empty());
    house.pass(3 * DAY);
    assert_eq!(falling(&house, "S001").await.len(), 6);
    assert!(falling(&house, "S002").await.is_empty(), "nobody is warned of another's customers");

    // A follow-up of each kind. What others change, and a look, are none.
    let seller = house.sign_in("S001").await;
    let (call, _) = house.system.begin_follow_up(&seller, &called, FollowUpKind::Call, None).await.unwrap();
    house.system.end_follow_up(&seller, call, "约好下周再谈", None).await.unwrap();
    let task = house.task(&seller, &done).await;
    house.system.close_task(&seller, task).await.unwrap();
    let today = house.system.today();
    let order = format!("customer_no,date,items,amount_cny\n{ordered},{today},1,100\n");
    house.import(Table::Orders, "orders.csv", &order).await;
    let change = |text: &str| Changes { version: 1, values: vec![(Field::Needs, text.to_owned())] };
    house.system.change_customer(&seller, &changed, &change("年底续签")).await.unwrap();
    let manager = house.sign_in("S002").await;
    house.system.change_customer(&manager, &managed, &change("年底续签")).await.unwrap();
    house.system.view(&seller, &idle).await.unwrap();
    assert_eq!(falling(&house, "S001").await, [idle.clone(), managed.clone()]);

    assert_eq!(house.system.sweep_pool().await.unwrap(), 0, "not before the day");
    house.pass(6 * DAY);
    assert_eq!(house.system.sweep_pool().await.unwrap(), 2);
    assert_eq!(house.system.sweep_pool().await.unwrap(), 0, "done again it does nothing");
    let fell = said(&house, action::POOL).await;
    assert_eq!(fell.len(), 1);
    assert_eq!((fell[0].actor.as_str(), fell[0].staff.as_deref()), ("system", Some("S001")));
    assert_eq!(fell[0].customers, [idle.clone(), managed.clone()]);
    for (no, of) in [(&idle, None), (&managed, None), (&called, Some("S001")), (&ordered, Some("S001"))] {
        assert_eq!(owner(&house, no).await.as_deref(), of);
    }
    assert!(falling(&house, "S001").await.is_empty());
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_pool_opens_and_an_old_task_does_not_help() {
    let house = house(10).await;
    let seller = house.sign_in("S001").await;
    let no = house.customer(&seller).await;
    let task = house.task(&seller, &no).await;
    let purpose = tigertally_core::desk::StatedPurpose {
        kind: tigertally_core::policy::PurposeKind::Task,
        reference: task,
    };
    let fields = [Field::Mobile];
    house.system.reveal(&seller, &no, &fields, Some(&purpose)).await.unwrap();
    let manager = house.sign_in("S002").await;
    // Who may not assign a customer does not put it into the pool.
    assert!(matches!(house.system.put_into_pool(&seller, &no).await, Err(DeskError::Denied { .. })));
    house.system.put_into_pool(&manager, &no).await.unwrap();
    assert!(matches!(house.system.put_into_pool(&manager, &no).await, Err(DeskError::Conflict)));
    for who in [&seller, &manager] {
        let denied = house.system.reveal(who, &no, &fields, (who.no() == "S001").then_some(&purpose)).await;
        let Err(DeskError::Denied { denial, .. }) = denied else { panic!("it opened") };
        assert!(denial.rules.iter().any(|rule| rule.as_str() == "the-pool-stays-sealed"), "{denial:?}");
        let call = house.system.begin_follow_up(who, &no, FollowUpKind::Call, None).await;
        assert!(matches!(call, Err(DeskError::Denied { .. })));
    }
    // With an owner again it opens again.
    house.system.claim_from_pool(&seller, &no).await.unwrap();
    house.system.reveal(&seller, &no, &fields, Some(&purpose)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_own_one_claims_it_and_of_two_one_gets_it() {
    let house = house(20).await;
    let (one, other) = (house.sign_in("S001").await, house.sign_in("S007").await);
    let (manager, elsewhere) = (house.sign_in("S002").await, house.sign_in("S003").await);
    let mut all = Vec::new();
    for _ in 0..10 {
        let no = house.customer(&one).await;
        house.system.put_into_pool(&manager, &no).await.unwrap();
        all.push(no);
    }
    assert_eq!(pool(&house, &one).await, all);
    assert!(pool(&house, &elsewhere).await.is_empty(), "another region's pool is not theirs");
    let denied = house.system.claim_from_pool(&elsewhere, &all[0]).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })));
    let admin = house.system.pool(&house.sign_in("S006").await, &PoolQuery::default()).await;
    assert!(matches!(admin, Err(DeskError::Denied { .. })));
    let mut wins = [0; 2];
    for no in &all {
        let (first, second) =
            tokio::join!(house.system.claim_from_pool(&one, no), house.system.claim_from_pool(&other, no));
        let (loser, winner) = if first.is_ok() { (second, 0) } else { (first, 1) };
        assert!(matches!(loser, Err(DeskError::Claimed)), "{loser:?}");
        wins[winner] += 1;
        let owner = owner(&house, no).await.unwrap();
        assert_eq!(owner, ["S001", "S007"][winner]);
    }
    assert_eq!(wins.iter().sum::<usize>(), all.len());
    // Each try is in the ledger, and which of them was too late.
    let claims = said(&house, action::CLAIM).await;
    let late = claims.iter().filter(|body| body.detail.get("failed").is_some_and(|why| why == "claimed"));
    assert_eq!((claims.len(), late.count()), (1 + 2 * all.len(), all.len()));
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_has_so_many_claims_and_a_page_so_many_rows() {
    let house = house(2).await;
    let (seller, manager) = (house.sign_in("S001").await, house.sign_in("S002").await);
    let mut all = Vec::new();
    for _ in 0..5 {
        let no = house.customer(&seller).await;
        house.system.put_into_pool(&manager, &no).await.unwrap();
        all.push(no);
    }
    let mut seen = Vec::new();
    let mut query = PoolQuery { limit: 2, tier: Some(Tier::Low), ..PoolQuery::default() };
    loop {
        let page = house.system.pool(&seller, &query).await.unwrap();
        assert_eq!((page.total, page.claims_left), (5, 2));
        seen.extend(page.customers.into_iter().map(|one| one.no));
        query.after = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
    let none = PoolQuery { limit: 2, tier: Some(Tier::High), ..PoolQuery::default() };
    assert_eq!(house.system.pool(&seller, &none).await.unwrap().total, 0);

    house.system.claim_from_pool(&seller, &all[0]).await.unwrap();
    house.system.claim_from_pool(&seller, &all[1]).await.unwrap();
    let enough = house.system.claim_from_pool(&seller, &all[2]).await;
    assert!(matches!(enough, Err(DeskError::DailyLimit("claims"))), "{enough:?}");
    assert_eq!(owner(&house, &all[2]).await, None);
    house.pass(DAY);
    let seller = house.sign_in("S001").await;
    house.system.claim_from_pool(&seller, &all[2]).await.unwrap();

    // A manager takes one out by assigning it.
    let manager = house.sign_in("S002").await;
    let to = Assignment { owner: Some("S007".into()), contact_person: None };
    house.system.assign_customer(&manager, &all[3], &to).await.unwrap();
    assert_eq!(owner(&house, &all[3]).await.as_deref(), Some("S007"));
    assert_eq!(pool(&house, &seller).await, [all[4].clone()]);
}
