//! People who leave, or change their work, and customers who are erased, between one step and the next: nobody gets, keeps or
//! sees what they could not be given now.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use tigertally_core::{
    BulkOutcome,
    desk::{
        ApprovalState, Bulk, BulkAct, BulkOf, DeskError, ExportFormat, ExportQuery, HandoverKind,
        HandoverState, ListQuery, NewHandoverRequest, NewRecord, PartState, ShareRequest, ShareState,
        ShareTo, Signature, SplitPlan, StaffChange,
    },
    identity::Actor,
    import::Table,
    policy::Role,
    record::{Class, Field, Kind},
};

/// S010 of HR, sellers S011 and S012, heads S013 and S014, S015 the data protection officer.
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,何静,人事部,人事,,,2019-02-11,s010@example.com
S011,许岚,销售部,员工,华东,S002,2021-05-10,s011@example.com
S012,马越,销售部,员工,华东,S002,2021-05-10,s012@example.com
S013,程远,销售部,主管,,,2015-05-10,s013@example.com
S014,罗青,销售部,主管,,,2015-05-10,s014@example.com
S015,温言,合规部,数据保护负责人,,,2016-11-02,s015@example.com
";

async fn house() -> House {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE_STAFF).await;
    house
}

/// Low customers of S001's.
async fn customers(house: &House, count: usize) -> Vec<String> {
    let mut csv = "customer_no,kind,name,contact,mobile,region,owner,since,annual_spend_cny\n".to_owned();
    for n in 0..count {
        csv.push_str(&format!("K{n:05},企业,客户{n}有限公司,李华,138{n:08},华东,S001,2025-01-05,100\n"));
    }
    house.import(Table::Customers, "customers.csv", &csv).await;
    (0..count).map(|n| format!("K{n:05}")).collect()
}

async fn change(house: &House, change: StaffChange) {
    house.system.change_staff(&house.sign_in("S006").await, &change).await.unwrap();
}

fn becomes(no: &str, role: Role, department: &str) -> StaffChange {
    StaffChange {
        no: no.into(),
        role: Some(role),
        department: Some(department.into()),
        ..StaffChange::default()
    }
}

async fn opened(house: &House, leaver: &str) -> i64 {
    let wish = NewHandoverRequest {
        leaver: leaver.into(),
        kind: HandoverKind::Leaving,
        last_day: "2026-12-31".into(),
        reason: "个人原因离职，申请交接".into(),
    };
    house.system.open_handover(&house.sign_in("S010").await, &wish).await.unwrap().0
}

async fn split(house: &House, by: &str, id: i64, receivers: &[&str]) {
    let plan = SplitPlan {
        receivers: receivers.iter().map(|no| (*no).to_owned()).collect(),
        ..SplitPlan::default()
    };
    house.system.split_handover(&house.sign_in(by).await, id, &plan).await.unwrap();
}

/// Signs all that is given to somebody; their parts.
async fn signed(house: &House, no: &str, id: i64) -> (Actor, Vec<i64>) {
    let (actor, secret) = house.sign_in_with_authenticator(no).await;
    let (handover, _) = house.system.handover(&actor, id).await.unwrap();
    let parts: Vec<i64> = handover
        .parts
        .iter()
        .filter(|part| part.receiver.0 == no && part.state == PartState::Given)
        .map(|part| part.id)
        .collect();
    for part in &parts {
        let confirmed = house.confirm(&actor, &secret).await;
        house.system.sign_handover(&actor, *part, confirmed, &Signature::default()).await.unwrap();
    }
    (actor, parts)
}

async fn asked(house: &House, by: &str, id: i64) -> i64 {
    house.system.ask_handover(&house.sign_in(by).await, id, "已逐户核对，请批准").await.unwrap().0
}

async fn approved(house: &House, by: &str, approval: i64) {
    house.system.decide_approval(&house.sign_in(by).await, approval, true, "", None).await.unwrap();
}

async fn state(house: &House, id: i64) -> HandoverState {
    house.system.handover(&house.sign_in("S002").await, id).await.unwrap().0.state
}

async fn owner(house: &House, no: &str) -> Option<String> {
    let page = house.system.view(&house.sign_in("S005").await, no).await.unwrap();
    page.customer.customer.owner.map(|person| person.no)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_sees_what_is_offered_and_nothing_after() {
    let house = house().await;
    customers(&house, 6).await;
    let id = opened(&house, "S001").await;
    split(&house, "S002", id, &["S011"]).await;
    let (receiver, parts) = signed(&house, "S011", id).await;
    let shown =
        async |who: &Actor| house.system.handover_given(who, parts[0], 0, 50).await.unwrap().customers.len();
    assert_eq!(shown(&receiver).await, 6);
    // Other work in the meantime: the customers are not theirs to see.
    change(&house, becomes("S011", Role::Security, "安全部")).await;
    assert_eq!(shown(&house.sign_in("S011").await).await, 0);
    change(&house, becomes("S011", Role::Staff, "销售部")).await;
    assert_eq!(shown(&house.sign_in("S011").await).await, 6);
    let approval = asked(&house, "S002", id).await;
    approved(&house, "S013", approval).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 6);
    assert_eq!(shown(&house.sign_in("S011").await).await, 0, "they are on the receiver's own list now");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_to_who_has_other_work_or_is_leaving() {
    let house = house().await;
    customers(&house, 8).await;
    let id = opened(&house, "S001").await;
    split(&house, "S002", id, &["S011", "S012"]).await;
    signed(&house, "S011", id).await;
    signed(&house, "S012", id).await;
    let approval = asked(&house, "S002", id).await;
    approved(&house, "S013", approval).await;
    change(&house, becomes("S011", Role::Security, "安全部")).await;
    let second = opened(&house, "S012").await;
    let moved = house.system.move_handovers(None).await.unwrap();
    assert_eq!((moved.moved, moved.returned), (0, 8));
    assert_eq!(state(&house, second).await, HandoverState::Done, "S012 got nothing that would have to go on");
    for part in house.system.handover(&house.sign_in("S002").await, id).await.unwrap().0.parts {
        assert_eq!((part.state, part.customers), (PartState::Moved, 0), "nothing has moved");
    }
    change(&house, becomes("S011", Role::Staff, "销售部")).await;
    split(&house, "S002", id, &["S011"]).await;
    signed(&house, "S011", id).await;
    let approval = asked(&house, "S002", id).await;
    approved(&house, "S013", approval).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 8);
    house.system.close_handover(&house.sign_in("S010").await, id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_customer_holds_no_hand_over_up() {
    let house = house().await;
    let all = customers(&house, 5).await;
    let id = opened(&house, "S001").await;
    let dpo = house.sign_in("S015").await;
    // One waits, one is given, one is signed for.
    house.system.erase_customer(&dpo, &all[0], "DSR-1").await.unwrap();
    split(&house, "S002", id, &["S011"]).await;
    house.system.erase_customer(&dpo, &all[1], "DSR-2").await.unwrap();
    signed(&house, "S011", id).await;
    house.system.erase_customer(&dpo, &all[2], "DSR-3").await.unwrap();
    let approval = asked(&house, "S002", id).await;
    approved(&house, "S013", approval).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 2);
    assert_eq!(state(&house, id).await, HandoverState::Done);
    house.system.close_handover(&house.sign_in("S010").await, id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_free_again_when_nobody_decides_on_them() {
    let house = house().await;
    customers(&house, 4).await;
    let id = opened(&house, "S001").await;
    split(&house, "S002", id, &["S011"]).await;
    signed(&house, "S011", id).await;
    // Nobody decides in time.
    asked(&house, "S013", id).await;
    let early = house.system.cancel_handover(&house.sign_in("S002").await, id, "员工决定留任").await;
    assert!(matches!(early, Err(DeskError::NotYet("asked"))), "{early:?}");
    house.pass(8 * 86_400);
    house.system.move_handovers(None).await.unwrap();
    // Who asked is handed over in turn.
    let approval = asked(&house, "S013", id).await;
    let own = opened(&house, "S013").await;
    house.system.close_handover(&house.sign_in("S010").await, own).await.unwrap();
    let late = house.system.decide_approval(&house.sign_in("S014").await, approval, true, "", None).await;
    assert!(matches!(late, Err(DeskError::Conflict | DeskError::Denied { .. })), "{late:?}");
    // Who asked is struck off.
    let approval = asked(&house, "S002", id).await;
    change(&house, StaffChange { no: "S002".into(), active: Some(false), ..StaffChange::default() }).await;
    house.system.move_handovers(None).await.unwrap();
    let late = house.system.decide_approval(&house.sign_in("S014").await, approval, true, "", None).await;
    assert!(matches!(late, Err(DeskError::Conflict | DeskError::Denied { .. })), "{late:?}");
    // Asked once more, by somebody who is there, it goes on.
    let approval = asked(&house, "S014", id).await;
    approved(&house, "S005", approval).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_divided_anything_of_it_stays_one_who_divided() {
    let house = house().await;
    customers(&house, 6).await;
    let id = opened(&house, "S001").await;
    split(&house, "S013", id, &["S011"]).await;
    // One more customer comes, and somebody else gives it to the same receiver.
    customers(&house, 7).await;
    split(&house, "S014", id, &["S011"]).await;
    let (_, parts) = signed(&house, "S011", id).await;
    assert_eq!(parts.len(), 2, "one of each who divided");
    let approval = asked(&house, "S002", id).await;
    for who in ["S013", "S014"] {
        let decided = house.system.decide_approval(&house.sign_in(who).await, approval, true, "", None).await;
        assert!(matches!(decided, Err(DeskError::Denied { .. })), "{who}: {decided:?}");
    }
    approved(&house, "S005", approval).await;
    assert_eq!(house.system.move_handovers(None).await.unwrap().moved, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_stand_holds_no_other() {
    let house = house().await;
    customers(&house, 3).await;
    let csv = "customer_no,kind,name,region,owner\nL00001,企业,石桥印刷有限公司,华东,S003\n";
    house.import(Table::Customers, "more.csv", csv).await;
    let mut moves = Vec::new();
    for leaver in ["S001", "S003"] {
        let id = opened(&house, leaver).await;
        split(&house, "S002", id, &["S011"]).await;
        moves.push(signed(&house, "S011", id).await.1[0]);
        let approval = asked(&house, "S002", id).await;
        approved(&house, "S013", approval).await;
    }
    let conn = rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let edit = "DELETE FROM handover_item WHERE part_id = ?1 AND customer_id = (SELECT max(customer_id) \
                FROM handover_item WHERE part_id = ?1)";
    conn.execute(edit, [moves[0]]).unwrap();
    let size = house.system.ledger_size();
    assert!(matches!(house.system.move_handovers(None).await, Err(DeskError::Store(_))));
    assert_eq!(owner(&house, "L00001").await.as_deref(), Some("S011"));
    assert_eq!(owner(&house, "K00000").await.as_deref(), Some("S001"));
    let after = house.system.ledger_size();
    assert!(after > size);
    // Tried again it is no new beginning.
    for _ in 0..3 {
        assert!(house.system.move_handovers(None).await.is_err());
    }
    assert_eq!(house.system.ledger_size(), after);
}

async fn done(house: &House, who: &str, numbers: &[String], act: &BulkAct) -> Bulk {
    let actor = house.sign_in(who).await;
    let looked =
        house.system.preview_bulk(&actor, &BulkOf::These(numbers.to_vec()), act, None).await.unwrap();
    house.system.run_bulk(&actor, looked.id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_gives_nothing_to_who_moved_on_and_revives_no_share_with_them() {
    let house = house().await;
    let all = customers(&house, 3).await;
    let seller = house.sign_in("S001").await;
    let wish = ShareRequest {
        to: ShareTo::Person("S012".to_owned()),
        classes: vec![Class::Contact],
        until: (house.system.today() + jiff::Span::new().days(20)).to_string(),
        reason: "联合拜访，需要联系方式".to_owned(),
    };
    for no in &all[..2] {
        house.system.share_customer(&seller, no, &wish, None).await.unwrap();
    }
    let assign = BulkAct::Assign("S011".to_owned());
    let first = done(&house, "S002", &all[..1], &assign).await;
    let second = done(&house, "S002", &all[1..2], &assign).await;
    let third = done(&house, "S002", &all[2..], &assign).await;
    let undo = async |bulk: &Bulk| {
        let undone = house.system.undo_bulk(&house.sign_in("S002").await, bulk.id).await.unwrap();
        undone.customers[0].outcome
    };
    // Who had it shared is in another department now: the customer goes back, the share does not.
    change(&house, becomes("S012", Role::Staff, "市场部")).await;
    assert_eq!(undo(&first).await, BulkOutcome::Undone);
    let page = house.system.view(&house.sign_in("S005").await, &all[0]).await.unwrap();
    assert!(page.shares.iter().all(|share| share.state != ShareState::Standing), "{:?}", page.shares);
    assert_eq!(owner(&house, &all[0]).await.as_deref(), Some("S001"));
    // The former owner is in another department.
    change(&house, becomes("S001", Role::Hr, "人事部")).await;
    assert_eq!(undo(&second).await, BulkOutcome::StaysNobody);
    // The former owner is leaving.
    change(&house, becomes("S001", Role::Staff, "销售部")).await;
    opened(&house, "S001").await;
    assert_eq!(undo(&third).await, BulkOutcome::StaysNobody);
    for no in &all[1..] {
        assert_eq!(owner(&house, no).await.as_deref(), Some("S011"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_over_a_claim_tells_nothing_of_who_is_not_in_the_pool() {
    let house = house().await;
    let all = customers(&house, 3).await;
    let csv = "customer_no,kind,name,region,owner,since,annual_spend_cny\nV00001,企业,恒屿制冷设备有限公司,华东,S001,2015-01-05,900000\n";
    house.import(Table::Customers, "vip.csv", csv).await;
    let mut numbers = all.clone();
    numbers.extend(["V00001".to_owned(), "C99999".to_owned()]);
    for who in ["S006", "S010", "S005"] {
        let actor = house.sign_in(who).await;
        let looked =
            house.system.preview_bulk(&actor, &BulkOf::These(numbers.clone()), &BulkAct::Claim, None).await;
        assert!(matches!(looked, Err(DeskError::Denied { .. })), "{who}: {looked:?}");
    }
    let seller = house.sign_in("S011").await;
    let looked =
        house.system.preview_bulk(&seller, &BulkOf::These(numbers), &BulkAct::Claim, None).await.unwrap();
    assert_eq!(looked.missing, 1);
    for one in &looked.customers {
        assert!(matches!(one.outcome, BulkOutcome::NotPooled | BulkOutcome::Denied), "{one:?}");
        assert_eq!(one.tier, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_counts_for_the_request_that_it_was_cast_on() {
    let house = house().await;
    customers(&house, 40).await;
    let no = &customers(&house, 40).await[0];
    let (asker, dpo) = (house.sign_in("S011").await, house.sign_in("S015").await);
    let fields = [Field::Mobile];
    let (first, _) = house.system.request_approval(&asker, no, &fields, "办理实名开户", None).await.unwrap();
    approved(&house, "S002", first).await;
    house.system.erase_customer(&dpo, no, "DSR-9").await.unwrap();
    // What is asked for next has a number of its own, and nobody's vote.
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name, Field::Mobile],
        clear: vec![Field::Mobile],
        format: ExportFormat::Csv,
        recipients: None,
    };
    let seller = house.sign_in("S001").await;
    let (export, _) = house.system.request_export(&seller, &query, "拜访前核对名单").await.unwrap();
    let (export, _) = house.system.export_of(&seller, export).await.unwrap();
    let second = export.approval.unwrap();
    assert!(second > first);
    let list = house.system.approvals(&seller).await.unwrap();
    let request = list.mine.iter().find(|request| request.id == second).unwrap();
    assert_eq!((request.state, request.votes.len()), (ApprovalState::Waiting, 0));
    // A vote that a database's editor puts on another request counts for nothing.
    let (third, _) =
        house.system.request_approval(&asker, "K00001", &fields, "办理实名开户", None).await.unwrap();
    approved(&house, "S002", third).await;
    let conn = rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn.execute("UPDATE vote SET approval_id = ?2 WHERE approval_id = ?1", [third, second]).unwrap();
    let list = house.system.approvals(&seller).await.unwrap();
    let request = list.mine.iter().find(|request| request.id == second).unwrap();
    assert_eq!((request.state, request.votes.len()), (ApprovalState::Waiting, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_approved_gives_nothing_to_who_is_leaving() {
    let house = house().await;
    let seller = house.sign_in("S001").await;
    let claimer = house.sign_in("S003").await;
    let mobile = [(Field::Name, "石桥印刷有限公司".to_owned()), (Field::Mobile, "13711112222".to_owned())];
    let new = |values: &[(Field, String)]| NewRecord {
        no: None,
        kind: Kind::Company,
        region: String::new(),
        since: None,
        values: values.to_vec(),
    };
    let no = house.system.create_customer(&seller, &new(&mobile), None).await.unwrap().no;
    let known = house.system.create_customer(&claimer, &new(&mobile), None).await;
    let Err(DeskError::Duplicate { hit, .. }) = known else { panic!("{:?}", known.err()) };
    let (approval, _) = house.system.claim_known(&claimer, hit, "客户主动来电", None).await.unwrap();
    opened(&house, "S003").await;
    let given = house.system.decide_approval(&house.sign_in("S013").await, approval, true, "", None).await;
    assert!(matches!(given, Err(DeskError::Conflict)), "{given:?}");
    assert_eq!(owner(&house, &no).await.as_deref(), Some("S001"));
}
