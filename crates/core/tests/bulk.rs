//! Stories of many customers at once: what is looked over is what is done, and what can be undone goes back to where it was.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::{House, Numbers};
use tigertally_core::{
    BulkKind, BulkOutcome, CareSettings, EntryFilter, Settings,
    desk::{
        Assignment, Bulk, BulkAct, BulkOf, BulkState, DeskError, FollowUpKind, ListQuery, MOST_BULK,
        NewRecord, PoolQuery, Scope, ShareRequest, ShareState, ShareTo,
    },
    entry::{Body, Decision, action},
    identity::Actor,
    import::Table,
    record::{Class, Field, Kind, Tier},
};

const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email\n\
    S007,白露,销售部,员工,华东,S002,2020-01-06,s007@example.com\n\
    S008,秦越,市场部,marketing,华东,,2020-01-06,s008@example.com\n";

async fn house() -> House {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE_STAFF).await;
    let care =
        CareSettings { pool_low_days: 30, pool_warn_days: 7, claims_per_day: 3, ..CareSettings::default() };
    let settings = Settings { care, ..house.system.settings() };
    house.system.change_settings(&house.sign_in("S006").await, settings).await.unwrap();
    house
}

async fn customers<const N: usize>(house: &House, seller: &Actor) -> [String; N] {
    let mut made = Vec::new();
    for _ in 0..N {
        made.push(house.customer(seller).await);
    }
    made.try_into().unwrap()
}

/// A customer of a seller's that is of the high tier from the first day.
async fn high(house: &House, seller: &Actor) -> String {
    let new = NewRecord {
        no: None,
        kind: Kind::Company,
        region: String::new(),
        since: Some("2019-01-01".to_owned()),
        values: vec![(Field::Name, "恒屿制冷设备有限公司".to_owned())],
    };
    house.system.create_customer(seller, &new, None).await.unwrap().no
}

fn these(numbers: &[String]) -> BulkOf {
    BulkOf::These(numbers.to_vec())
}

fn to(no: &str) -> BulkAct {
    BulkAct::Assign(no.to_owned())
}

async fn look(house: &House, who: &Actor, of: &BulkOf, act: &BulkAct) -> Bulk {
    house.system.preview_bulk(who, of, act, None).await.unwrap()
}

/// Looked over and done.
async fn done(house: &House, who: &Actor, of: &BulkOf, act: &BulkAct) -> Bulk {
    let looked = look(house, who, of, act).await;
    house.system.run_bulk(who, looked.id).await.unwrap()
}

fn outcome(bulk: &Bulk, no: &str) -> BulkOutcome {
    bulk.customers.iter().find(|one| one.no == no).unwrap().outcome
}

async fn owner(house: &House, no: &str) -> Option<String> {
    state(house, no).await.0
}

/// Owner, contact person, open shares, and since when it is in the pool.
type State = (Option<String>, Option<String>, Vec<(i64, ShareState)>, Option<u64>);

async fn state(house: &House, no: &str) -> State {
    state_for(house, &house.sign_in("S005").await, no).await
}

async fn state_for(house: &House, compliance: &Actor, no: &str) -> State {
    let page = house.system.view(compliance, no).await.unwrap();
    let customer = page.customer.customer;
    let no = |person: Option<tigertally_core::Person>| person.map(|person| person.no);
    let shares = page.shares.iter().map(|share| (share.id, share.state)).collect();
    (no(customer.owner), no(customer.contact_person), shares, customer.pooled_ms)
}

/// What the ledger says of an action, oldest first.
async fn said(house: &House, name: &'static str) -> Vec<(Decision, Body)> {
    let compliance = house.sign_in("S005").await;
    let of = EntryFilter { actions: vec![name], ..EntryFilter::default() };
    let (entries, ..) = house.system.entries(&compliance, of, 100).await.unwrap();
    entries.into_iter().rev().map(|entry| (entry.decision, entry.body.unwrap())).collect()
}

fn share_with(house: &House, who: &str) -> ShareRequest {
    ShareRequest {
        to: ShareTo::Person(who.to_owned()),
        classes: vec![Class::Contact],
        until: (house.system.today() + jiff::Span::new().days(20)).to_string(),
        reason: "联合拜访，需要联系方式".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_permitted_is_done_and_the_rest_is_left_with_its_reason() {
    let house = house().await;
    let (seller, service) = (house.sign_in("S001").await, house.sign_in("S004").await);
    let mine: [String; 3] = customers(&house, &seller).await;
    let elsewhere = house.customer(&service).await;
    let theirs = house.customer(&house.sign_in("S007").await).await;
    let manager = house.sign_in("S002").await;
    let mut all = mine.to_vec();
    all.extend([elsewhere.clone(), theirs.clone(), "C99999".to_owned()]);

    let looked = look(&house, &manager, &these(&all), &to("S007")).await;
    assert_eq!((looked.state, looked.missing), (BulkState::Looked, 1));
    assert_eq!(looked.tiers(BulkOutcome::Ready), [3, 0, 0]);
    assert_eq!(looked.load, Some(([1, 0, 0], [4, 0, 0])));
    assert_eq!(outcome(&looked, &theirs), BulkOutcome::Same);
    let denied = looked.customers.iter().find(|one| one.no == elsewhere).unwrap();
    assert_eq!((denied.outcome, denied.tier), (BulkOutcome::Denied, None));
    assert_eq!(owner(&house, &mine[0]).await.as_deref(), Some("S001"), "looking over changes nothing");

    let manager = house.sign_in("S002").await;
    let bulk = house.system.run_bulk(&manager, looked.id).await.unwrap();
    assert_eq!((bulk.state, bulk.count(BulkOutcome::Done)), (BulkState::Done, 3));
    for no in &mine {
        assert_eq!(owner(&house, no).await.as_deref(), Some("S007"));
    }
    assert_eq!(owner(&house, &elsewhere).await.as_deref(), Some("S004"));
    // Done again it does nothing.
    let again = house.system.run_bulk(&house.sign_in("S002").await, looked.id).await.unwrap();
    assert_eq!(again.count(BulkOutcome::Done), 3);

    let previews = said(&house, action::BULK_PREVIEW).await;
    assert_eq!(previews[0].0, Decision::Denied);
    assert_eq!(previews[0].1.customers, std::slice::from_ref(&elsewhere));
    let told: Vec<&String> = mine.iter().chain([&theirs]).collect();
    assert_eq!(
        previews[1].1.customers.iter().collect::<Vec<_>>(),
        told,
        "all that the answer tells something of"
    );
    let runs = said(&house, action::BULK_RUN).await;
    assert_eq!(runs.len(), 1, "one entry a piece");
    let run = &runs[0].1;
    assert_eq!(
        (runs[0].0, run.actor.as_str(), run.staff.as_deref()),
        (Decision::Allowed, "S002", Some("S007"))
    );
    assert_eq!(run.customers, mine);
    assert_eq!(run.rules, ["manager-of-department"]);
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_denied_and_nothing_is_kept() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 2] = customers(&house, &seller).await;
    for act in [to("S007"), BulkAct::Pool] {
        let denied = house.system.preview_bulk(&seller, &these(&all), &act, None).await;
        assert!(matches!(denied, Err(DeskError::Denied { .. })), "{denied:?}");
    }
    let manager = house.sign_in("S002").await;
    let nobody = house.system.preview_bulk(&manager, &these(&all), &to("S099"), None).await;
    assert!(matches!(nobody, Err(DeskError::NotFound("owner"))), "{nobody:?}");
    // Marketing owns nobody: the policy would not show them as their own what is of the high tier.
    let rare = high(&house, &house.sign_in("S001").await).await;
    let looked =
        look(&house, &house.sign_in("S002").await, &these(std::slice::from_ref(&rare)), &to("S008")).await;
    assert_eq!(outcome(&looked, &rare), BulkOutcome::Receiver);
    let many = BulkOf::These((0..=MOST_BULK).map(|n| format!("C{n:05}")).collect());
    let too_many = house.system.preview_bulk(&manager, &many, &BulkAct::Pool, None).await;
    assert!(matches!(too_many, Err(DeskError::TooMuch(MOST_BULK))), "{too_many:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_it_was_looked_over_is_left_alone() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 4] = customers(&house, &seller).await;
    let manager = house.sign_in("S002").await;
    let looked = look(&house, &manager, &these(&all), &to("S007")).await;
    let other = Assignment { owner: Some("S003".into()), contact_person: None };
    house.system.assign_customer(&manager, &all[0], &other).await.unwrap();
    house.system.put_into_pool(&manager, &all[1]).await.unwrap();
    let changes = tigertally_core::desk::Changes {
        version: 1,
        values: vec![(Field::Needs, "年底续签".to_owned())],
    };
    house.system.change_customer(&seller, &all[2], &changes).await.unwrap();
    let bulk = house.system.run_bulk(&manager, looked.id).await.unwrap();
    for no in &all[..3] {
        assert_eq!(outcome(&bulk, no), BulkOutcome::Changed);
    }
    assert_eq!(outcome(&bulk, &all[3]), BulkOutcome::Done);
    assert_eq!(owner(&house, &all[0]).await.as_deref(), Some("S003"));
    assert_eq!(owner(&house, &all[1]).await, None);

    // What was looked over stands for half an hour.
    let manager = house.sign_in("S002").await;
    let late = look(&house, &manager, &these(&all[2..3]), &to("S007")).await;
    house.pass(30 * 60);
    let over = house.system.run_bulk(&manager, late.id).await;
    assert!(matches!(over, Err(DeskError::Over)), "{over:?}");
    assert_eq!(owner(&house, &all[2]).await.as_deref(), Some("S001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_do_it_once() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 5] = customers(&house, &seller).await;
    let manager = house.sign_in("S002").await;
    let looked = look(&house, &manager, &these(&all), &BulkAct::Pool).await;
    let (one, other) =
        tokio::join!(house.system.run_bulk(&manager, looked.id), house.system.run_bulk(&manager, looked.id));
    for bulk in [one.unwrap(), other.unwrap()] {
        assert_eq!(bulk.count(BulkOutcome::Done), 5);
    }
    let moved: usize =
        said(&house, action::BULK_RUN).await.iter().map(|(_, body)| body.customers.len()).sum();
    assert_eq!(moved, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_leaves_whom_somebody_has_touched_since() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 4] = customers(&house, &seller).await;
    let manager = house.sign_in("S002").await;
    let bulk = done(&house, &manager, &these(&all), &to("S007")).await;
    assert_eq!(bulk.count(BulkOutcome::Done), 4);

    // Another one's is not there, and that somebody wanted it stands in the ledger.
    let others = house.system.undo_bulk(&seller, bulk.id).await;
    assert!(matches!(others, Err(DeskError::NotFound("bulk"))), "{others:?}");
    assert!(matches!(house.system.bulk(&seller, bulk.id).await, Err(DeskError::NotFound("bulk"))));
    let (decision, body) = said(&house, action::BULK_UNDO).await.remove(0);
    assert_eq!((decision, body.actor.as_str()), (Decision::Denied, "S001"));

    // The new owner calls one, and the manager gives one on.
    let next = house.sign_in("S007").await;
    house.pass(1);
    let (call, _) = house.system.begin_follow_up(&next, &all[0], FollowUpKind::Call, None).await.unwrap();
    house.system.end_follow_up(&next, call, "约好下周再谈", None).await.unwrap();
    let manager = house.sign_in("S002").await;
    let other = Assignment { owner: Some("S003".into()), contact_person: None };
    house.system.assign_customer(&manager, &all[1], &other).await.unwrap();
    let undone = house.system.undo_bulk(&manager, bulk.id).await.unwrap();
    assert_eq!(undone.state, BulkState::Undone);
    assert_eq!(outcome(&undone, &all[0]), BulkOutcome::StaysChanged);
    assert_eq!(outcome(&undone, &all[1]), BulkOutcome::StaysChanged);
    for (no, whose) in all.iter().zip(["S007", "S003", "S001", "S001"]) {
        assert_eq!(owner(&house, no).await.as_deref(), Some(whose));
    }
    let (decision, body) = said(&house, action::BULK_UNDO).await.pop().unwrap();
    assert_eq!((decision, body.detail["bulk"].as_i64()), (Decision::Allowed, Some(bulk.id)));
    assert_eq!(body.customers, all[2..]);
    let manager = house.sign_in("S002").await;
    assert!(matches!(house.system.undo_bulk(&manager, bulk.id).await, Err(DeskError::Conflict)));
    assert!(matches!(house.system.run_bulk(&manager, bulk.id).await, Err(DeskError::Conflict)));

    // It is too late after half an hour, and a day later nothing is left of it.
    let bulk = done(&house, &manager, &these(&all[2..]), &BulkAct::Pool).await;
    house.pass(30 * 60);
    let over = house.system.undo_bulk(&manager, bulk.id).await;
    assert!(matches!(over, Err(DeskError::Over)), "{over:?}");
    house.pass(24 * 3600);
    assert_eq!(house.system.sweep_bulks().await.unwrap(), 2);
    assert_eq!(house.system.sweep_bulks().await.unwrap(), 0);
    let manager = house.sign_in("S002").await;
    assert!(matches!(house.system.bulk(&manager, bulk.id).await, Err(DeskError::NotFound("bulk"))));
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_owner_who_left_gets_nothing_back() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 2] = customers(&house, &seller).await;
    let bulk = done(&house, &house.sign_in("S002").await, &these(&all), &to("S007")).await;
    let left =
        tigertally_core::desk::StaffChange { no: "S001".into(), active: Some(false), ..Default::default() };
    house.system.change_staff(&house.sign_in("S006").await, &left).await.unwrap();
    let undone = house.system.undo_bulk(&house.sign_in("S002").await, bulk.id).await.unwrap();
    assert_eq!(undone.count(BulkOutcome::StaysNobody), 2);
    assert_eq!(owner(&house, &all[0]).await.as_deref(), Some("S007"));
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_keep_to_the_day_and_go_back_into_the_pool() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 5] = customers(&house, &seller).await;
    let manager = house.sign_in("S002").await;
    assert_eq!(done(&house, &manager, &these(&all), &BulkAct::Pool).await.count(BulkOutcome::Done), 5);
    let before = state(&house, &all[0]).await;
    let taker = house.sign_in("S007").await;
    let of = BulkOf::Pool { tier: Some(Tier::Low), region: None };
    let looked = look(&house, &taker, &of, &BulkAct::Claim).await;
    assert_eq!((looked.count(BulkOutcome::Ready), looked.count(BulkOutcome::Limit)), (3, 2));
    assert_eq!((looked.kind, looked.load), (BulkKind::Claim, Some(([0; 3], [3, 0, 0]))));
    // Somebody else is quicker with one.
    house.system.claim_from_pool(&seller, &all[1]).await.unwrap();
    let bulk = house.system.run_bulk(&taker, looked.id).await.unwrap();
    assert_eq!(outcome(&bulk, &all[1]), BulkOutcome::Changed);
    assert_eq!(bulk.count(BulkOutcome::Done), 2);
    assert_eq!(owner(&house, &all[0]).await.as_deref(), Some("S007"));
    let taker = house.sign_in("S007").await;
    let undone = house.system.undo_bulk(&taker, bulk.id).await.unwrap();
    assert_eq!(undone.count(BulkOutcome::Undone), 2);
    assert_eq!(state(&house, &all[0]).await, before, "in the pool since the same moment");
    // Giving back does not give another try: a day has three.
    let page = house.system.pool(&house.sign_in("S007").await, &PoolQuery::default()).await.unwrap();
    assert_eq!(page.claims_left, 1);
    // Another region's pool is not theirs.
    let elsewhere = house.sign_in("S003").await;
    let denied = house.system.preview_bulk(&elsewhere, &these(&all[..1]), &BulkAct::Claim, None).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })), "{denied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shares_that_need_an_approval_are_asked_for_one_at_a_time() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let [one, two] = customers(&house, &seller).await;
    let rare = high(&house, &seller).await;
    let theirs = house.customer(&house.sign_in("S007").await).await;
    let seller = house.sign_in("S001").await;
    let all = [one.clone(), two.clone(), rare.clone(), theirs.clone()];
    let looked = look(&house, &seller, &these(&all), &BulkAct::Share(share_with(&house, "S003"))).await;
    assert_eq!(looked.count(BulkOutcome::Ready), 2);
    assert_eq!(outcome(&looked, &rare), BulkOutcome::Approval);
    assert_eq!(outcome(&looked, &theirs), BulkOutcome::Denied);
    house.system.run_bulk(&seller, looked.id).await.unwrap();
    let other = house.sign_in("S003").await;
    let mine = ListQuery { scope: Scope::Shared, limit: 10, ..ListQuery::default() };
    let seen: Vec<String> = house
        .system
        .list(&other, &mine)
        .await
        .unwrap()
        .customers
        .into_iter()
        .map(|one| one.customer.no.clone())
        .collect();
    assert_eq!(seen, [one.clone(), two.clone()]);
    let page = house.system.view(&house.sign_in("S005").await, &one).await.unwrap();
    assert_eq!(page.shares[0].reason, "联合拜访，需要联系方式");
    // One is taken back by hand: the other one is left to undo.
    let seller = house.sign_in("S001").await;
    house.system.end_share(&seller, &one, page.shares[0].id).await.unwrap();
    let undone = house.system.undo_bulk(&seller, looked.id).await.unwrap();
    assert_eq!(outcome(&undone, &one), BulkOutcome::StaysChanged);
    assert_eq!(outcome(&undone, &two), BulkOutcome::Undone);
    assert!(house.system.list(&house.sign_in("S003").await, &mine).await.unwrap().customers.is_empty());
    // Into another department it takes an approval for each.
    let seller = house.sign_in("S001").await;
    let looked =
        look(&house, &seller, &these(&[one, two]), &BulkAct::Share(share_with(&house, "S004"))).await;
    assert_eq!(looked.count(BulkOutcome::Approval), 2);
}

/// Whatever is done in any order with whichever customers: when it is undone, owners, contact persons, shares and the pool
/// are as they were.
#[tokio::test(flavor = "multi_thread")]
async fn undone_is_as_it_was() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let mut all: Vec<String> = customers::<6>(&house, &seller).await.to_vec();
    all.extend(customers::<2>(&house, &house.sign_in("S007").await).await);
    all.extend([
        high(&house, &house.sign_in("S001").await).await,
        house.customer(&house.sign_in("S004").await).await,
    ]);
    let seller = house.sign_in("S001").await;
    // One share that stands, one wish that waits.
    house.system.share_customer(&seller, &all[0], &share_with(&house, "S003"), None).await.unwrap();
    house.system.share_customer(&seller, &all[1], &share_with(&house, "S004"), None).await.unwrap();
    house.system.put_into_pool(&house.sign_in("S002").await, &all[2]).await.unwrap();
    let mut numbers = Numbers(20_261_129);
    let mut undone = 0;
    for round in 0..24 {
        house.pass(3600);
        let compliance = house.sign_in("S005").await;
        let mut before = Vec::new();
        for no in &all {
            before.push(state_for(&house, &compliance, no).await);
        }
        let manager = house.sign_in("S002").await;
        let chosen: Vec<String> = all.iter().filter(|_| numbers.below(3) > 0).cloned().collect();
        let of = match numbers.below(4) {
            0 => BulkOf::List(Box::new(ListQuery { scope: Scope::Department, ..ListQuery::default() })),
            _ => these(&chosen),
        };
        let act = match numbers.below(4) {
            0 => BulkAct::Pool,
            1 => BulkAct::Share(share_with(&house, "S003")),
            _ => to(numbers.of(&["S001", "S003", "S007", "S002"])),
        };
        let Ok(looked) = house.system.preview_bulk(&manager, &of, &act, None).await else { continue };
        let bulk = house.system.run_bulk(&manager, looked.id).await.unwrap();
        if bulk.count(BulkOutcome::Done) == 0 {
            continue;
        }
        let bulk = house.system.undo_bulk(&manager, bulk.id).await.unwrap();
        let back = bulk.count(BulkOutcome::Undone);
        undone += back;
        assert_eq!(bulk.count(BulkOutcome::Done) + bulk.count(BulkOutcome::StaysChanged), 0);
        for (no, before) in all.iter().zip(before) {
            // Nobody names themselves for the high tier, not by undoing either.
            let denied =
                bulk.customers.iter().any(|one| one.no == *no && one.outcome == BulkOutcome::StaysDenied);
            if !denied {
                assert_eq!(
                    state_for(&house, &compliance, no).await,
                    before,
                    "{no} in round {round}, {act:?}"
                );
            }
        }
    }
    assert!(undone > 40, "{undone}");
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_are_done_in_pieces() {
    let house = house().await;
    let mut csv = String::from("customer_no,kind,name,region,owner\n");
    for n in 0..600 {
        csv.push_str(&format!("B{n:05},company,澄江{n}号五金厂,华东,S001\n"));
    }
    house.import(Table::Customers, "customers.csv", &csv).await;
    let manager = house.sign_in("S002").await;
    let all = BulkOf::List(Box::new(ListQuery { owner: Some("S001".into()), ..ListQuery::default() }));
    let bulk = done(&house, &manager, &all, &to("S007")).await;
    assert_eq!(bulk.count(BulkOutcome::Done), 600);
    let pieces: Vec<usize> =
        said(&house, action::BULK_RUN).await.iter().map(|(_, body)| body.customers.len()).collect();
    assert_eq!(pieces, [250, 250, 100]);
    let undone = house.system.undo_bulk(&house.sign_in("S002").await, bulk.id).await.unwrap();
    assert_eq!(undone.count(BulkOutcome::Undone), 600);
    assert_eq!(owner(&house, "B00599").await.as_deref(), Some("S001"));
}

/// What somebody writes into the tables without the keys moves nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_edited_row_moves_nobody() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let all: [String; 2] = customers(&house, &seller).await;
    let bulk = done(&house, &house.sign_in("S002").await, &these(&all), &to("S007")).await;
    let edit = |sql: &str| {
        let conn = rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
        assert_eq!(conn.execute(sql, []).unwrap(), 1, "{sql}");
    };
    edit(
        "UPDATE bulk_item SET owner_id = (SELECT id FROM staff WHERE no = 'S003') \
          WHERE customer_id = (SELECT min(customer_id) FROM bulk_item)",
    );
    let undone = house.system.undo_bulk(&house.sign_in("S002").await, bulk.id).await.unwrap();
    assert_eq!(undone.count(BulkOutcome::Undone), 1);
    assert_eq!(owner(&house, &all[0]).await.as_deref(), Some("S007"));
    let looked = look(&house, &house.sign_in("S002").await, &these(&all), &BulkAct::Pool).await;
    edit(&format!(
        "UPDATE bulk SET kind = 0, to_id = (SELECT id FROM staff WHERE no = 'S003') WHERE id = {}",
        looked.id
    ));
    let run = house.system.run_bulk(&house.sign_in("S002").await, looked.id).await;
    assert!(matches!(run, Err(DeskError::NotFound("bulk"))), "{run:?}");
}
