//! Freezing somebody, what stops with it, and who lets them go.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::net::{IpAddr, Ipv4Addr};

use kit::{House, PASSWORD};
use tigertally_core::{
    StoreError,
    desk::{
        ApprovalState, Asked, DeskError, ExportFormat, ExportQuery, ListQuery, StaffFilter, StatedPurpose,
    },
    identity::{Actor, SignIn, SignInError, SignedIn, Via, authenticator_code},
    import::Table,
    policy::PurposeKind,
    record::Field,
};

/// Beside the house's own: security, the DPO, another manager of the department and one below the first.
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,严复,安全部,安全专员,,,2019-02-11,s010@example.com
S011,秦越,数据部,数据保护负责人,,,2019-02-11,s011@example.com
S012,贺川,销售部,主管,华东,S002,2020-01-06,s012@example.com
S013,孟霖,销售部,主管,华东,,2020-01-06,s013@example.com
S014,顾嘉,安全部,安全专员,,,2019-02-11,s014@example.com
";

const WHY: &str = "夜间大量查看客户，疑似账号被盗";

async fn house() -> House {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE_STAFF).await;
    house
}

async fn sign_in(house: &House, no: &str, password: &str, secret: &str) -> Result<SignedIn, SignInError> {
    house.pass(60);
    let code = authenticator_code(secret, house.system.now_ms()).unwrap();
    house.system.sign_in(no, password, Some(&code), &from()).await
}

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via: Via::Console, device: None }
}

fn denied<T: std::fmt::Debug>(result: Result<T, DeskError>, rule: &str) {
    match result {
        Err(DeskError::Denied { denial, .. }) => {
            assert!(rule.is_empty() || denial.rules.iter().any(|known| known.as_str() == rule), "{denial:?}");
        }
        other => panic!("{other:?}"),
    }
}

async fn frozen(house: &House, who: &Actor, whom: &str) {
    house.system.freeze_staff(who, whom, WHY).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_account_does_nothing_until_another_person_lets_it_go() {
    let house = house().await;
    let (seller, customer) = house.seller_with_customer().await;
    let secret = house.system.set_demo_credentials(&house.operator, "S001", PASSWORD).await.unwrap();
    let signed = sign_in(&house, "S001", PASSWORD, &secret).await.unwrap();
    let (security, manager) = (house.sign_in("S010").await, house.sign_in("S002").await);
    let task = house.task(&seller, &customer).await;
    let purpose = StatedPurpose { kind: PurposeKind::Task, reference: task };
    house.system.reveal(&seller, &customer, &[Field::Mobile], Some(&purpose)).await.unwrap();
    // An export goes on, and two requests wait.
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name],
        clear: Vec::new(),
        format: ExportFormat::Csv,
        recipients: None,
    };
    let (export, _) = house.system.request_export(&seller, &query, "例行核对名单").await.unwrap();
    let mut run = house.system.start_export(&seller, export).await.unwrap();
    let mut asked = Vec::new();
    for fields in [[Field::Mobile], [Field::Email]] {
        let request = house.system.request_approval(&seller, &customer, &fields, "客户来电转接", None);
        asked.push(request.await.unwrap().0);
    }

    denied(house.system.freeze_staff(&seller, "S002", WHY).await, "");
    denied(house.system.freeze_staff(&security, "S010", WHY).await, "nobody-freezes-themselves");
    let short = house.system.freeze_staff(&security, "S001", "嗯").await;
    assert!(matches!(short, Err(DeskError::Invalid { field, .. }) if field == "reason"));
    assert!(matches!(house.system.freeze_staff(&security, "S999", WHY).await, Err(DeskError::NotFound(_))));
    frozen(&house, &security, "S001").await;
    assert!(matches!(house.system.freeze_staff(&security, "S001", WHY).await, Err(DeskError::Conflict)));

    // Neither the session, nor what was begun in it, nor a new sign-in does anything.
    assert!(house.system.actor(&signed.token, Via::Console).unwrap().is_none());
    assert!(matches!(run.next().await, Err(DeskError::Store(StoreError::Frozen))));
    drop(run);
    let entries = house.system.ledger_size();
    let revealed = house.system.reveal(&seller, &customer, &[Field::Mobile], Some(&purpose)).await;
    assert!(matches!(revealed, Err(DeskError::Store(StoreError::Frozen))), "{:?}", revealed.err());
    assert_eq!(house.system.ledger_size(), entries + 1, "that they went on is put down");
    assert!(matches!(sign_in(&house, "S001", PASSWORD, &secret).await, Err(SignInError::Frozen)));
    let guessed = sign_in(&house, "S001", "four tigers in a row", &secret).await;
    assert!(matches!(guessed, Err(SignInError::Wrong)), "who does not know the password learns nothing");
    // What they asked for is refused at most; a sign-in that is reset does not help either.
    let approved = house.system.decide_approval(&manager, asked[0], true, "", None).await;
    assert!(matches!(approved, Err(DeskError::NotYet("frozen"))), "{approved:?}");
    house.system.decide_approval(&manager, asked[1], false, "账号异常", None).await.unwrap();
    let admin = house.sign_in("S006").await;
    let (code, _) = house.system.invite(&admin, "S003").await.unwrap();
    frozen(&house, &security, "S003").await;
    let activated = house.system.begin_activation("S003", &code, &from()).await;
    assert!(matches!(activated, Err(SignInError::Frozen)), "{:?}", activated.err());
    let known = house.system.staff_list(&admin, &StaffFilter::default()).await.unwrap().0;
    assert!(
        known
            .iter()
            .all(|person| person.frozen_ms.is_some() == ["S001", "S003"].contains(&person.no.as_str()))
    );
    // Who froze them, and why, is for those who may let them go.
    let (freeze, _) = house.system.freeze_of(&security, "S001").await.unwrap();
    let freeze = freeze.unwrap();
    assert_eq!((freeze.by.0.as_str(), freeze.reason.as_str(), freeze.release_asked), ("S010", WHY, None));
    denied(house.system.freeze_of(&admin, "S001").await, "");

    // It holds over a restart.
    let house = house.reopen();
    let (security, manager) = (house.sign_in("S010").await, house.sign_in("S002").await);
    assert!(house.system.actor(&signed.token, Via::Console).unwrap().is_none());
    let stale = house.system.list(&seller, &ListQuery::default()).await;
    assert!(matches!(stale, Err(DeskError::Store(StoreError::Frozen))));
    assert!(matches!(sign_in(&house, "S001", PASSWORD, &secret).await, Err(SignInError::Frozen)));

    denied(house.system.ask_release(&manager, "S001", "已核实是本人操作").await, "");
    let (release, _) = house.system.ask_release(&security, "S001", "已核实是本人操作").await.unwrap();
    let again = house.system.ask_release(&security, "S001", "已核实是本人操作").await;
    assert!(matches!(again, Err(DeskError::Conflict)), "{again:?}");
    denied(
        house.system.decide_approval(&security, release, true, "", None).await,
        "nobody-approves-themselves",
    );
    let waiting = house.system.approvals(&manager).await.unwrap().waiting;
    let shown = waiting.iter().find(|approval| approval.id == release).unwrap();
    let Asked::Release { staff, by, why, .. } = &shown.asked else { panic!("{:?}", shown.asked) };
    assert_eq!((staff.0.as_str(), by.0.as_str(), why.as_str()), ("S001", "S010", WHY));
    house.system.decide_approval(&manager, release, true, "", None).await.unwrap();
    let late = house.system.decide_approval(&house.sign_in("S011").await, release, true, "", None).await;
    assert!(matches!(late, Err(DeskError::Conflict)), "{late:?}");

    let seller = sign_in(&house, "S001", PASSWORD, &secret).await.unwrap().actor;
    assert_eq!(house.system.list(&seller, &ListQuery::default()).await.unwrap().customers.len(), 1);
    house.system.decide_approval(&manager, asked[0], true, "", None).await.unwrap();
    assert!(house.system.freeze_of(&security, "S001").await.unwrap().0.is_none());
    let none = house.system.ask_release(&security, "S001", "已核实是本人操作").await;
    assert!(matches!(none, Err(DeskError::Conflict)), "{none:?}");
    let mine = house.system.approvals(&security).await.unwrap().mine;
    assert_eq!(mine[0].state, ApprovalState::Used);
    assert!(house.audit().fault.is_none());
}

/// A release that was refused, or not decided, leaves them frozen; one freeze's approval does not end the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_ends_the_freeze_that_it_was_asked_for() {
    let house = house().await;
    let (security, other) = (house.sign_in("S010").await, house.sign_in("S014").await);
    let dpo = house.sign_in("S011").await;
    frozen(&house, &security, "S001").await;
    let ask = async || house.system.ask_release(&security, "S001", "已核实是本人操作").await.unwrap().0;
    house.system.decide_approval(&other, ask().await, false, "尚未核实", None).await.unwrap();
    assert!(house.system.freeze_of(&dpo, "S001").await.unwrap().0.is_some());
    let withdrawn = ask().await;
    house.system.withdraw_approval(&security, withdrawn).await.unwrap();
    let gone = house.system.decide_approval(&other, withdrawn, true, "", None).await;
    assert!(matches!(gone, Err(DeskError::Conflict)), "{gone:?}");
    // It lapses, as every request does.
    let lapsed = ask().await;
    house.pass(8 * 86_400);
    let (security, other) = (house.sign_in("S010").await, house.sign_in("S014").await);
    let late = house.system.decide_approval(&other, lapsed, true, "", None).await;
    assert!(matches!(late, Err(DeskError::Conflict)), "{late:?}");
    let (first, _) = house.system.ask_release(&security, "S001", "已核实是本人操作").await.unwrap();
    house.system.decide_approval(&other, first, true, "", None).await.unwrap();
    frozen(&house, &other, "S001").await;
    let twice = house.system.decide_approval(&house.sign_in("S011").await, first, true, "", None).await;
    assert!(matches!(twice, Err(DeskError::Conflict)), "{twice:?}");
    assert!(house.system.freeze_of(&other, "S001").await.unwrap().0.is_some());
}

/// Nobody decides on the release of a superior, nor through a deputy of somebody who is frozen.
#[tokio::test(flavor = "multi_thread")]
async fn neither_those_below_nor_a_deputy_of_the_frozen_decide() {
    let house = house().await;
    let (security, below) = (house.sign_in("S010").await, house.sign_in("S012").await);
    let (deputy, manager) = (house.sign_in("S013").await, house.sign_in("S002").await);
    let (seller, customer) = house.seller_with_customer().await;
    let today = house.system.today().to_string();
    house.system.set_absence(&manager, Some(("S013", &today, &today))).await.unwrap();
    let asked = house.system.request_approval(&seller, &customer, &[Field::Mobile], "客户来电转接", None);
    let asked = asked.await.unwrap().0;
    frozen(&house, &security, "S002").await;
    let in_place = house.system.decide_approval(&deputy, asked, true, "", Some("S002")).await;
    assert!(matches!(in_place, Err(DeskError::NotFound("absence"))), "{in_place:?}");
    let (release, _) = house.system.ask_release(&security, "S002", "已核实是本人操作").await.unwrap();
    denied(house.system.decide_approval(&below, release, true, "", None).await, "nobody-approves-upwards");
    house.system.decide_approval(&deputy, release, true, "", None).await.unwrap();
}

/// With the database in hand nobody lets anybody go.
#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_is_not_edited_away() {
    let house = house().await;
    let (_, secret) = house.sign_in_with_authenticator("S001").await;
    let (security, other) = (house.sign_in("S010").await, house.sign_in("S014").await);
    frozen(&house, &security, "S001").await;
    frozen(&house, &security, "S003").await;
    let (release, _) = house.system.ask_release(&security, "S003", "已核实是本人操作").await.unwrap();
    let conn = rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn.execute("UPDATE staff SET frozen_ms = NULL WHERE no = 'S001'", []).unwrap();
    let signed = sign_in(&house, "S001", PASSWORD, &secret).await;
    assert!(matches!(signed, Err(SignInError::Store(StoreError::Damaged(_)))), "{:?}", signed.err());
    // Nor is the approval of one freeze made one of another's.
    let swap = "UPDATE approval SET freeze_id = (SELECT id FROM freeze WHERE id <> ?1) WHERE freeze_id = ?1";
    let freeze = house.system.freeze_of(&security, "S003").await.unwrap().0.unwrap().id;
    conn.execute(swap, [freeze]).unwrap();
    let decided = house.system.decide_approval(&other, release, true, "", None).await;
    assert!(matches!(decided, Err(DeskError::Store(StoreError::Damaged(_)))), "{decided:?}");
    // Nor is the one who froze somebody made another.
    conn.execute("UPDATE freeze SET by_id = (SELECT id FROM staff WHERE no = 'S003')", []).unwrap();
    let read = house.system.freeze_of(&security, "S003").await;
    assert!(matches!(read, Err(DeskError::Store(StoreError::Damaged(_)))), "{:?}", read.err());
}
