//! Handing over: every customer of a leaver goes to somebody who signed for it, and nothing else changes.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::collections::BTreeMap;

use kit::House;
use proptest::prelude::*;
use rusqlite::Connection;
use tigertally_core::{
    StoreError,
    desk::{
        DeskError, ExportFormat, ExportQuery, FollowUpKind, HandoverKind, HandoverPart, HandoverState,
        HistoryEvent, HistoryQuery, ListQuery, NewFollowUp, NewHandoverRequest, OwnerChange, PartState,
        Signature, SplitPlan, StaffChange,
    },
    identity::Actor,
    import::Table,
    record::{Field, Tier},
};

/// Beside the house's own: a department head, two more sellers, one in another region, and somebody of HR.
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,何静,人事部,人事,,,2019-02-11,s010@example.com
S011,许岚,销售部,员工,华东,S002,2021-05-10,s011@example.com
S012,马越,销售部,员工,华南,S002,2021-05-10,s012@example.com
S013,程远,销售部,主管,,,2015-05-10,s013@example.com
";

async fn house() -> House {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE_STAFF).await;
    house
}

/// Customers of S001's: one in ten high, three in ten medium, half of them in the south.
async fn customers(house: &House, count: usize) {
    let mut csv = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,annual_spend_cny,needs\n"
        .to_owned();
    for n in 0..count {
        let spend = if n % 10 == 0 {
            200_000
        } else if n % 10 < 4 {
            50_000
        } else {
            100
        };
        let region = if n % 2 == 0 { "华东" } else { "华南" };
        csv.push_str(&format!(
            "K{n:05},企业,客户{n}有限公司,李华,138{n:08},,,k{n}@example.com,,{region},S001,2025-01-05,{spend},\n"
        ));
    }
    house.import(Table::Customers, "customers.csv", &csv).await;
}

fn leaving() -> NewHandoverRequest {
    NewHandoverRequest {
        leaver: "S001".into(),
        kind: HandoverKind::Leaving,
        last_day: "2026-12-31".into(),
        reason: "个人原因离职，申请交接".into(),
    }
}

fn to(receivers: &[&str]) -> SplitPlan {
    SplitPlan { receivers: receivers.iter().map(|no| (*no).to_owned()).collect(), ..SplitPlan::default() }
}

fn database(house: &House) -> Connection {
    let conn = Connection::open(house.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn
}

/// Who owns each customer, and who is its contact person.
fn owners(house: &House) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let conn = database(house);
    let mut ask = conn
        .prepare(
            "SELECT c.no, o.no, p.no FROM customer c LEFT JOIN staff o ON o.id = c.owner_id LEFT JOIN staff p ON p.id = c.contact_id",
        )
        .unwrap();
    let rows = ask.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// All that a move must leave as it is: what is sealed, orders, follow-ups and their files, closed tasks.
fn history(house: &House) -> Vec<String> {
    let conn = database(house);
    let mut lines = Vec::new();
    for sql in [
        "SELECT id, no, version, hex(record), hex(masks), hex(prints), spend_fen, since FROM customer ORDER BY id",
        "SELECT customer_id, hex(wrapped) FROM data_key ORDER BY 1",
        "SELECT id, customer_id, day, items, amount_fen, times FROM customer_order ORDER BY id",
        "SELECT id, customer_id, staff_id, kind, hex(text), at_ms, ended_ms, task_id, hex(seal) FROM follow_up ORDER BY id",
        "SELECT id, customer_id, follow_up_id, kind, hex(name), bytes, pieces, added_ms, hex(seal) FROM attachment ORDER BY id",
        "SELECT attachment_id, number, hex(sealed) FROM attachment_piece ORDER BY 1, 2",
        "SELECT id, customer_id, hex(title), due, created_by, created_ms, closed_ms FROM task ORDER BY id",
        "SELECT id, assignee_id FROM task WHERE closed_ms IS NOT NULL ORDER BY id",
        "SELECT field, hex(hash), customer_id FROM blind_index ORDER BY 1, 2, 3",
        "SELECT c.id, g.region, g.tier, g.kind FROM customer c JOIN customer_group g ON g.id = c.group_id ORDER BY 1",
    ] {
        let mut ask = conn.prepare(sql).unwrap();
        let columns = ask.column_count();
        let rows = ask
            .query_map([], |row| {
                (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect::<Result<Vec<_>, _>>()
            })
            .unwrap();
        lines.extend(rows.map(|row| format!("{:?}", row.unwrap())));
    }
    lines
}

async fn part_of(house: &House, actor: &Actor, handover: i64) -> i64 {
    let (handover, _) = house.system.handover(actor, handover).await.unwrap();
    let part =
        handover.parts.iter().find(|part| part.receiver.0 == actor.no() && part.state == PartState::Given);
    part.unwrap().id
}

async fn approval(house: &House, manager: &Actor, head: &Actor, handover: i64) {
    let (approval, _) = house.system.ask_handover(manager, handover, "已逐户核对，请批准").await.unwrap();
    house.system.decide_approval(head, approval, true, "", None).await.unwrap();
}

/// Between signature and move a receiver can leave, too.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_to_who_has_left_since_signing() {
    let house = house().await;
    customers(&house, 20).await;
    let (manager, head, hr) =
        (house.sign_in("S002").await, house.sign_in("S013").await, house.sign_in("S010").await);
    let (gone, gone_secret) = house.sign_in_with_authenticator("S011").await;
    let (stays, stays_secret) = house.sign_in_with_authenticator("S012").await;
    let (id, _) = house.system.open_handover(&hr, &leaving()).await.unwrap();
    house.system.split_handover(&manager, id, &to(&["S011", "S012"])).await.unwrap();
    let looked_at = |checked| Signature { checked, ..Signature::default() };
    let part = part_of(&house, &gone, id).await;
    let too_many = house.confirm(&gone, &gone_secret).await;
    let refused = house.system.sign_handover(&gone, part, too_many, &looked_at(21)).await;
    assert!(matches!(refused, Err(DeskError::Invalid { field, .. }) if field == "checked"));
    let confirmed = house.confirm(&gone, &gone_secret).await;
    let (accepted, _) = house.system.sign_handover(&gone, part, confirmed, &looked_at(1)).await.unwrap();
    let part = part_of(&house, &stays, id).await;
    let confirmed = house.confirm(&stays, &stays_secret).await;
    house.system.sign_handover(&stays, part, confirmed, &Signature::default()).await.unwrap();
    approval(&house, &manager, &head, id).await;
    let left = StaffChange { no: "S011".into(), active: Some(false), ..StaffChange::default() };
    let admin = house.sign_in("S006").await;
    house.system.change_staff(&admin, &left).await.unwrap();

    let moved = house.system.move_handovers(None).await.unwrap();
    assert_eq!((moved.returned, moved.moved), (accepted, 20 - accepted));
    let of =
        |no: &str| owners(&house).values().filter(|(owner, _)| owner.as_deref() == Some(no)).count() as u64;
    assert_eq!((of("S011"), of("S001"), of("S012")), (0, accepted, 20 - accepted));
    let early = house.system.close_handover(&hr, id).await;
    assert!(matches!(early, Err(DeskError::NotYet("customers"))), "{early:?}");

    // They are given to somebody else, and then it closes.
    house.system.split_handover(&manager, id, &to(&["S012"])).await.unwrap();
    let part = part_of(&house, &stays, id).await;
    let confirmed = house.confirm(&stays, &stays_secret).await;
    house.system.sign_handover(&stays, part, confirmed, &Signature::default()).await.unwrap();
    approval(&house, &manager, &head, id).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, accepted);
    house.system.close_handover(&hr, id).await.unwrap();
    assert_eq!((of("S011"), of("S001"), of("S012")), (0, 0, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_s_customers_go_to_those_who_sign_for_them() {
    let house = house().await;
    customers(&house, 60).await;
    let (leaver, manager, head) =
        (house.sign_in("S001").await, house.sign_in("S002").await, house.sign_in("S013").await);
    let hr = house.sign_in("S010").await;
    let (east, east_secret) = house.sign_in_with_authenticator("S011").await;
    let (south, south_secret) = house.sign_in_with_authenticator("S012").await;
    let task = house.task(&leaver, "K00002").await;
    let before = history(&house);

    let (id, _) = house.system.open_handover(&hr, &leaving()).await.unwrap();
    let again = house.system.open_handover(&manager, &leaving()).await;
    assert!(matches!(again, Err(DeskError::Conflict)), "{again:?}");
    house.system.note_handover(&leaver, id, "K00002 下周签约，请尽快联系").await.unwrap();
    let (seen, _) = house.system.handover(&manager, id).await.unwrap();
    assert_eq!(
        (seen.inventory.customers(), seen.inventory.tiers, seen.inventory.tasks),
        (60, [36, 18, 6], 1)
    );
    assert_eq!(seen.note, "K00002 下周签约，请尽快联系");
    assert!(seen.exposure.is_some() && seen.reader.manages && !seen.reader.closes);

    // By region; the seller of the east gets those of the east.
    let (preview, _) = house.system.preview_split(&manager, id, &to(&["S011", "S012"])).await.unwrap();
    assert_eq!(preview.nobody, 0);
    assert_eq!(preview.shares.iter().map(|share| share.customers()).collect::<Vec<_>>(), [30, 30]);
    assert!(preview.shares.iter().all(|share| share.own_region == 30));
    let (done, _) = house.system.split_handover(&manager, id, &to(&["S011", "S012"])).await.unwrap();
    assert_eq!(done, preview);

    // Nothing moves before it is signed for and approved.
    let nothing = house.system.ask_handover(&manager, id, "请予以批准").await;
    assert!(matches!(nothing, Err(DeskError::NotYet("signature"))), "{nothing:?}");
    let part = part_of(&house, &east, id).await;
    let page = house.system.handover_given(&east, part, 0, 20).await.unwrap();
    assert_eq!((page.customers.len(), page.part.customers), (20, 30));
    assert!(page.customers[0].mask(Field::Mobile).unwrap().contains('*'));
    let stranger = house.system.handover_given(&south, part, 0, 20).await;
    assert!(matches!(stranger, Err(DeskError::NotFound(_))));
    let signature =
        Signature {
            refused: vec!["K00004".into()], answer: "与本人有亲属关系，应回避".into(), checked: 20
        };
    let confirmed = house.confirm(&south, &south_secret).await;
    let forged = house.system.sign_handover(&east, part, confirmed, &signature).await;
    assert!(matches!(forged, Err(DeskError::NotFound(_))), "somebody else's code signs nothing");
    let confirmed = house.confirm(&east, &east_secret).await;
    assert_eq!(house.system.sign_handover(&east, part, confirmed, &signature).await.unwrap().0, 29);
    let confirmed = house.confirm(&east, &east_secret).await;
    let twice = house.system.sign_handover(&east, part, confirmed, &signature).await;
    assert!(matches!(twice, Err(DeskError::Conflict)), "{twice:?}");

    // One part goes on without the other, and without the refused one.
    let (number, _) = house.system.ask_handover(&manager, id, "已逐户核对，请批准").await.unwrap();
    let own = house.system.decide_approval(&manager, number, true, "", None).await;
    assert!(matches!(own, Err(DeskError::Denied { .. })), "{own:?}");
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 0);
    house.system.decide_approval(&head, number, true, "", None).await.unwrap();
    let moved = house.system.move_handovers(None).await.unwrap();
    assert_eq!((moved.moved, moved.gone, moved.tasks), (29, 0, 1));
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 0, "an approval moves once");
    let early = house.system.close_handover(&hr, id).await;
    assert!(matches!(early, Err(DeskError::NotYet("customers"))), "{early:?}");

    // The refused one goes to somebody else, and the rest.
    let (rest, _) = house.system.split_handover(&manager, id, &to(&["S012"])).await.unwrap();
    assert_eq!(rest.shares[0].customers(), 1);
    let part = part_of(&house, &south, id).await;
    let confirmed = house.confirm(&south, &south_secret).await;
    let all = Signature { checked: 31, ..Signature::default() };
    assert_eq!(house.system.sign_handover(&south, part, confirmed, &all).await.unwrap().0, 31);
    approval(&house, &manager, &head, id).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 31);
    let (seen, _) = house.system.handover(&hr, id).await.unwrap();
    assert_eq!((seen.state, seen.counts), (HandoverState::Done, [0, 0, 0, 60, 0]));

    assert_eq!(history(&house), before, "stages, orders, tasks and what is sealed stay as they were");
    for (no, (owner, contact)) in owners(&house) {
        let owner = owner.expect("no customer without an owner");
        assert!(["S011", "S012"].contains(&owner.as_str()), "{no} {owner}");
        assert!(contact.is_none_or(|contact| contact == owner));
    }
    let tasks = house.system.my_tasks(&east, 10).await.unwrap();
    assert_eq!(tasks.tasks.iter().map(|(task, _)| task.id).collect::<Vec<_>>(), [task]);

    let by_manager = house.system.close_handover(&manager, id).await;
    assert!(matches!(by_manager, Err(DeskError::Denied { .. })), "{by_manager:?}");
    house.system.close_handover(&hr, id).await.unwrap();
    let (seen, _) = house.system.handover(&hr, id).await.unwrap();
    assert_eq!((seen.state, seen.ended_by.unwrap().0.as_str()), (HandoverState::Closed, "S010"));
    let (person, _) = house.system.staff_one(&hr, "S001").await.unwrap();
    assert!(!person.active, "who left signs in no more");
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_takes_nothing_out_until_it_is_called_off() {
    let house = house().await;
    customers(&house, 12).await;
    let (leaver, manager) = (house.sign_in("S001").await, house.sign_in("S002").await);
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name],
        clear: Vec::new(),
        format: ExportFormat::Csv,
        recipients: None,
    };
    let (ready, _) = house.system.request_export(&leaver, &query, "例行核对名单").await.unwrap();
    let (made, _) = house.system.request_export(&leaver, &query, "例行核对名单").await.unwrap();
    let mut run = house.system.start_export(&leaver, made).await.unwrap();
    while run.next().await.unwrap().is_some() {}
    run.finish(1, [0; 32]).await.unwrap();

    let (id, _) = house.system.open_handover(&manager, &leaving()).await.unwrap();
    let denied = |error: Result<(), DeskError>| match error {
        Err(DeskError::Denied { denial, .. }) => {
            assert!(denial.rules.iter().any(|rule| rule.as_str() == "leavers-take-nothing-out"));
        }
        other => panic!("{other:?}"),
    };
    denied(house.system.request_export(&leaver, &query, "再导一次").await.map(drop));
    denied(house.system.count_export(&leaver, &query).await.map(drop));
    denied(house.system.start_export(&leaver, ready).await.map(drop));
    denied(house.system.take_export(&leaver, made).await.map(drop));

    let own = NewHandoverRequest { leaver: "S002".into(), ..leaving() };
    let own = house.system.open_handover(&manager, &own).await;
    assert!(matches!(own, Err(DeskError::Denied { .. })), "nobody hands themselves over: {own:?}");
    let seller = house.sign_in("S003").await;
    let by_seller = house.system.handover(&seller, id).await;
    assert!(matches!(by_seller, Err(DeskError::Denied { .. })), "{:?}", by_seller.err());

    house.system.split_handover(&manager, id, &to(&["S011"])).await.unwrap();
    house.system.cancel_handover(&manager, id, "员工决定留任").await.unwrap();
    house.system.take_export(&leaver, made).await.unwrap();
    assert!(owners(&house).values().all(|(owner, _)| owner.as_deref() == Some("S001")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_is_what_moves() {
    let house = house().await;
    customers(&house, 20).await;
    let (manager, head) = (house.sign_in("S002").await, house.sign_in("S013").await);
    let (east, secret) = house.sign_in_with_authenticator("S011").await;
    house.sign_in("S012").await;
    let (id, _) = house.system.open_handover(&manager, &leaving()).await.unwrap();
    house
        .system
        .split_handover(&manager, id, &SplitPlan { tier: Some(Tier::Low), ..to(&["S011"]) })
        .await
        .unwrap();
    let part = part_of(&house, &east, id).await;
    let confirmed = house.confirm(&east, &secret).await;
    house.system.sign_handover(&east, part, confirmed, &Signature::default()).await.unwrap();
    let (number, _) = house.system.ask_handover(&manager, id, "已逐户核对，请批准").await.unwrap();
    // With the database in hand: one more customer in the part, another receiver, an approval out of nowhere.
    let conn = database(&house);
    let receiver: i64 =
        conn.query_row("SELECT id FROM staff WHERE no = 'S012'", [], |row| row.get(0)).unwrap();
    conn.execute("UPDATE handover_item SET part_id = ?1, state = 1 WHERE customer_id IN (SELECT customer_id FROM handover_item WHERE state = 0 LIMIT 1)", [part]).unwrap();
    house.system.decide_approval(&head, number, true, "", None).await.unwrap();
    let moved = house.system.move_handovers(None).await;
    assert!(matches!(moved, Err(DeskError::Store(StoreError::Damaged(_)))), "{moved:?}");
    conn.execute("UPDATE handover_item SET part_id = NULL, state = 0 WHERE customer_id IN (SELECT max(customer_id) FROM handover_item WHERE part_id = ?1)", [part]).unwrap();
    conn.execute("UPDATE handover_part SET receiver_id = ?1", [receiver]).unwrap();
    let moved = house.system.move_handovers(None).await;
    assert!(matches!(moved, Err(DeskError::Store(StoreError::Damaged(_)))), "{moved:?}");
    assert!(owners(&house).values().all(|(owner, _)| owner.as_deref() == Some("S001")));
}

/// Whoever opened it, divided it or is given by it does not approve it; another manager of the department does.
#[tokio::test(flavor = "multi_thread")]
async fn who_opened_or_divided_it_does_not_approve_it() {
    let house = house().await;
    let more = "staff_no,name,department,role,region,manager,joined,email
S014,罗青,销售部,主管,,,2015-05-10,s014@example.com
S015,费南,销售部,主管,,,2015-05-10,s015@example.com
";
    house.import(Table::Staff, "managers.csv", more).await;
    customers(&house, 20).await;
    let (opens, asks) = (house.sign_in("S013").await, house.sign_in("S002").await);
    let (divides, decides) = (house.sign_in("S014").await, house.sign_in("S015").await);
    let (receiver, secret) = house.sign_in_with_authenticator("S011").await;
    let (id, _) = house.system.open_handover(&opens, &leaving()).await.unwrap();
    house.system.split_handover(&divides, id, &to(&["S011"])).await.unwrap();
    let part = part_of(&house, &receiver, id).await;
    let confirmed = house.confirm(&receiver, &secret).await;
    house.system.sign_handover(&receiver, part, confirmed, &Signature::default()).await.unwrap();
    let (approval, _) = house.system.ask_handover(&asks, id, "已逐户核对，请批准").await.unwrap();
    for who in [&opens, &asks, &divides, &receiver] {
        let decided = house.system.decide_approval(who, approval, true, "", None).await;
        assert!(matches!(decided, Err(DeskError::Denied { .. })), "{}: {decided:?}", who.no());
        assert!(house.system.approvals(who).await.unwrap().waiting.is_empty(), "{}", who.no());
    }
    house.system.decide_approval(&decides, approval, true, "", None).await.unwrap();
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 20);
}

/// A random company: who is how large, who refuses what, where it is cut short.
#[derive(Clone, Debug)]
struct Company {
    customers: usize,
    receivers: usize,
    refuse: Vec<usize>,
    pieces: Vec<usize>,
}

fn company() -> impl Strategy<Value = Company> {
    (
        1_usize..700,
        1_usize..=3,
        prop::collection::vec(0_usize..700, 0..6),
        prop::collection::vec(0_usize..3, 0..6),
    )
        .prop_map(|(customers, receivers, refuse, pieces)| Company {
            customers,
            receivers,
            refuse,
            pieces,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    /// No customer is lost, doubled or left with the leaver, wherever it is cut short; and nothing else changes.
    #[test]
    fn nobody_is_lost(company in company()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(hand_over(company));
    }
}

/// More receivers than customers: who is given nothing neither reads it nor holds it up.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_of_nothing_is_none() {
    hand_over(Company { customers: 1, receivers: 3, refuse: vec![0], pieces: vec![0, 1] }).await;
}

async fn hand_over(company: Company) {
    let mut house = house().await;
    customers(&house, company.customers).await;
    let leaver = house.sign_in("S001").await;
    let written = follow_ups(&house, &leaver, company.customers).await;
    let before = (history(&house), owners(&house).len());
    let hr = house.sign_in("S010").await;
    let (manager, head) = (house.sign_in("S002").await, house.sign_in("S013").await);
    let numbers = &["S011", "S012", "S003"][..company.receivers];
    let mut receivers = Vec::new();
    for no in numbers {
        receivers.push(house.sign_in_with_authenticator(no).await);
    }
    let (id, _) = house.system.open_handover(&hr, &leaving()).await.unwrap();
    let mut refuse: Vec<String> = company.refuse.iter().map(|n| format!("K{n:05}")).collect();
    let mut pieces = company.pieces.into_iter();
    for round in 0.. {
        assert!(round < 4, "it comes to an end");
        let (preview, _) = house.system.split_handover(&manager, id, &to(numbers)).await.unwrap();
        assert_eq!(preview.nobody, 0);
        for (actor, secret) in &receivers {
            // Read by the manager: who is given nothing may not read it.
            let (seen, _) = house.system.handover(&manager, id).await.unwrap();
            let given =
                |part: &&HandoverPart| part.receiver.0 == actor.no() && part.state == PartState::Given;
            let Some(part) = seen.parts.iter().find(given).map(|part| part.id) else {
                let nothing = house.system.handover(actor, id).await;
                let signed = seen.parts.iter().any(|part| part.receiver.0 == actor.no());
                assert!(signed || matches!(nothing, Err(DeskError::Denied { .. })), "{nothing:?}");
                continue;
            };
            let mut mine = Vec::new();
            let mut after = 0;
            loop {
                let page = house.system.handover_given(actor, part, after, 200).await.unwrap();
                mine.extend(page.customers.iter().map(|masked| masked.customer.no.clone()));
                match page.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
            let refused: Vec<String> = mine.iter().filter(|no| refuse.contains(no)).cloned().collect();
            let answer = if refused.is_empty() { "" } else { "不熟悉该行业" };
            let signature = Signature { refused, answer: answer.into(), checked: mine.len() as u64 };
            let confirmed = house.confirm(actor, secret).await;
            house.system.sign_handover(actor, part, confirmed, &signature).await.unwrap();
        }
        refuse.clear();
        let (seen, _) = house.system.handover(&manager, id).await.unwrap();
        if seen.parts.iter().any(|part| part.state == PartState::Signed && part.customers > 0) {
            approval(&house, &manager, &head, id).await;
            // Cut short after some pieces, and started anew, as a kill would.
            for most in pieces.by_ref() {
                house.system.move_handovers(Some(most)).await.unwrap();
                let known = owners(&house);
                assert_eq!(known.len(), before.1);
                assert!(known.values().all(|(owner, _)| owner.is_some()));
                house = house.reopen();
            }
            house.system.move_handovers(None).await.unwrap();
        }
        let (seen, _) = house.system.handover(&manager, id).await.unwrap();
        if seen.state == HandoverState::Done {
            break;
        }
    }
    house.system.close_handover(&hr, id).await.unwrap();
    assert_eq!(history(&house), before.0);
    let after = owners(&house);
    assert_eq!(after.len(), before.1);
    for (owner, contact) in after.into_values() {
        assert!(owner.is_some_and(|owner| numbers.contains(&owner.as_str())));
        assert!(contact.is_none_or(|contact| numbers.contains(&contact.as_str())));
    }
    for (customer, file) in written {
        told_by_the_leaver(&house, &manager, &customer, file).await;
    }
    assert!(house.audit().fault.is_none());
}

/// Follow-ups of some of the leaver's customers, each with a file; the numbers of the files.
async fn follow_ups(house: &House, leaver: &Actor, customers: usize) -> Vec<(String, i64)> {
    let mut written = Vec::new();
    for n in (0..customers).step_by(97) {
        let customer = format!("K{n:05}");
        let new = NewFollowUp {
            customer: customer.clone(),
            kind: FollowUpKind::Visit,
            at_ms: None,
            text: format!("拜访 {n}：看了样品"),
            next: None,
        };
        let ((id, _), _) = house.system.write_follow_up(leaver, &new, None).await.unwrap();
        let file = format!("第 {n} 份纪要").into_bytes();
        written.push((customer, house.system.attach(leaver, id, "纪要.txt", file).await.unwrap().0));
    }
    written
}

/// After the move the history still tells what the leaver wrote, in their name, and how the customer came to another.
async fn told_by_the_leaver(house: &House, reader: &Actor, customer: &str, file: i64) {
    let query = HistoryQuery { limit: 50, ..HistoryQuery::default() };
    let page = house.system.history(reader, customer, &query).await.unwrap();
    let HistoryEvent::Owner { how: OwnerChange::HandedOver, to: Some((to, _)) } = &page.items[0].event else {
        panic!("{:?}", page.items)
    };
    assert_eq!(Some(to), owners(house)[customer].0.as_ref());
    let HistoryEvent::FollowUp { text, files, .. } = &page.items[1].event else { panic!("{:?}", page.items) };
    assert_eq!(page.items[1].who.as_ref().unwrap().1, "周敏");
    assert!(text.ends_with("看了样品") && files.iter().map(|file| file.id).eq([file]));
    let mut handed = house.system.attachment(reader, file).await.unwrap();
    let bytes = handed.next_piece().unwrap().unwrap();
    assert!(bytes.ends_with("份纪要".as_bytes()) && handed.next_piece().unwrap().is_none());
}
