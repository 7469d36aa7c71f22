//! Approvals under attack: 10,000 seeded attempts to get what nobody approved. And the stories of those that are in order.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::collections::BTreeMap;

use kit::{House, Numbers};
use rusqlite::Connection;
use tigertally_core::{
    desk::{
        ApprovalState, Asked, DeskError, ExportFormat, ExportQuery, ExportState, ListQuery, StatedPurpose,
    },
    identity::Actor,
    import::Table,
    policy::PurposeKind,
    record::Field,
};

/// Attempts, each of one of the kinds below.
const ATTEMPTS: u64 = 10_000;

/// A line of managers (S011 reports to S010, who reports to S002), deputies, and others who decide.
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,贺川,销售部,主管,华东,S002,2020-01-06,s010@example.com
S011,孟霖,销售部,主管,华东,S010,2020-01-06,s011@example.com
S012,陶然,销售部,主管,华东,S011,2020-01-06,s012@example.com
S013,蓝青,合规部,合规专员,,,2020-01-06,s013@example.com
S014,秦越,数据部,数据保护负责人,,,2020-01-06,s014@example.com
";

struct Firm {
    house: House,
    people: BTreeMap<&'static str, Actor>,
    customers: Vec<String>,
}

impl Firm {
    async fn new() -> Firm {
        let house = House::new().await;
        house.import(Table::Staff, "more.csv", MORE_STAFF).await;
        let mut people = BTreeMap::new();
        for no in ["S001", "S002", "S003", "S005", "S010", "S011", "S012", "S013", "S014"] {
            people.insert(no, house.sign_in(no).await);
        }
        let mut customers = Vec::new();
        for _ in 0..4 {
            customers.push(house.customer(&people["S001"]).await);
        }
        house.customer(&people["S003"]).await;
        Firm { house, people, customers }
    }

    fn who(&self, no: &str) -> &Actor {
        &self.people[no]
    }

    /// Asks for the export of everything in clear: it needs an approval.
    async fn export(&self, who: &str, field: Field) -> (i64, i64) {
        let query = ExportQuery {
            list: ListQuery::default(),
            fields: vec![Field::Name, field],
            clear: vec![field],
            format: ExportFormat::Csv,
            recipients: None,
        };
        let (id, _) =
            self.house.system.request_export(self.who(who), &query, "拜访前核对名单").await.unwrap();
        let (export, _) = self.house.system.export_of(self.who(who), id).await.unwrap();
        assert_eq!(export.state, ExportState::Waiting);
        (id, export.approval.unwrap())
    }

    async fn access(&self, who: &str) -> i64 {
        self.access_to(who, &[Field::Mobile]).await
    }

    async fn access_to(&self, who: &str, fields: &[Field]) -> i64 {
        let asked = self.house.system.request_approval(
            self.who(who),
            &self.customers[0],
            fields,
            "办理实名开户",
            None,
        );
        asked.await.unwrap().0
    }

    async fn decide(&self, who: &str, approval: i64, for_whom: Option<&str>) -> Result<(), DeskError> {
        let decided = self.house.system.decide_approval(self.who(who), approval, true, "", for_whom).await;
        decided.map(drop)
    }

    /// Opens fields of the customer for an approval.
    async fn open(&self, who: &str, approval: i64, fields: &[Field]) -> Result<(), DeskError> {
        let purpose = StatedPurpose { kind: PurposeKind::Approval, reference: approval };
        let opened = self.house.system.reveal(self.who(who), &self.customers[0], fields, Some(&purpose));
        opened.await.map(drop)
    }

    /// What somebody who can write to the database, and has no key, does to it.
    fn tamper(&self, sql: &str) {
        let database = Connection::open(self.house.folder().join("tigertally.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        database.execute_batch(sql).unwrap();
    }

    async fn run(&self, who: &str, export: i64) -> Result<(), DeskError> {
        self.house.system.start_export(self.who(who), export).await.map(drop)
    }
}

/// Whether it was refused in one of the ways in which things are refused here.
fn refused<T>(result: Result<T, DeskError>) -> bool {
    use DeskError::{Conflict, Denied, Invalid, NotFound, Over, Purpose, Store};
    match result {
        Ok(_) => false,
        Err(Denied { .. } | NotFound(_) | Conflict | Over | Purpose | Invalid { .. } | Store(_)) => true,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_attempts_get_nothing_approved() {
    let firm = Firm::new().await;
    // Away, each with a deputy: S002 → S010 → S011. A chain of deputies is none.
    let today = firm.house.system.today().to_string();
    for (away, deputy) in [("S002", "S010"), ("S010", "S011"), ("S005", "S013")] {
        let named = Some((deputy, today.as_str(), today.as_str()));
        firm.house.system.set_absence(firm.who(away), named).await.unwrap();
    }
    // What stands: one of each in each state.
    let (waiting, waiting_approval) = firm.export("S001", Field::Mobile).await;
    let (managers, managers_approval) = firm.export("S002", Field::Mobile).await;
    let (other, other_approval) = firm.export("S001", Field::Mobile).await;
    firm.decide("S014", other_approval, None).await.unwrap();
    let (used, used_approval) = firm.export("S001", Field::Mobile).await;
    firm.decide("S014", used_approval, None).await.unwrap();
    firm.run("S001", used).await.unwrap();
    // Running it again is going on with what was cut short; once it is written it is over.
    let mut run = firm.house.system.start_export(firm.who("S001"), used).await.unwrap();
    while run.next().await.unwrap().is_some() {}
    run.finish(1, [0; 32]).await.unwrap();
    let (withdrawn, withdrawn_approval) = firm.export("S001", Field::Mobile).await;
    firm.house.system.withdraw_approval(firm.who("S001"), withdrawn_approval).await.unwrap();
    let access = firm.access("S003").await;
    let own_access = firm.access("S002").await;
    let opened = firm.access("S003").await;
    firm.decide("S002", opened, None).await.unwrap();
    firm.open("S003", opened, &[Field::Mobile]).await.unwrap();

    let everybody = ["S001", "S002", "S003", "S005", "S010", "S011", "S012", "S013", "S014"];
    let sellers = ["S001", "S003"];
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let mut tried = BTreeMap::<&str, u64>::new();
    for attempt in 0..ATTEMPTS {
        let kind = attempt % 13;
        let (name, held) = match kind {
            0 => ("own approval", refused(firm.decide("S001", waiting_approval, None).await)),
            1 => {
                let (who, approval) = numbers.of(&[("S002", managers_approval), ("S002", own_access)]);
                ("a manager's own", refused(firm.decide(who, approval, None).await))
            }
            2 => {
                // Whoever reports to the requester, at any depth.
                let who = numbers.of(&["S010", "S011", "S012"]);
                ("upwards", refused(firm.decide(who, managers_approval, None).await))
            }
            3 => {
                // The deputy of the requester decides in the requester's own place, or for their own manager.
                let (who, away) = numbers.of(&[("S010", "S002"), ("S011", "S010")]);
                ("as deputy", refused(firm.decide(who, managers_approval, Some(away)).await))
            }
            4 => {
                // Deputies of deputies, and of those who are not away.
                let (who, away) = numbers.of(&[
                    ("S011", "S002"),
                    ("S012", "S002"),
                    ("S012", "S010"),
                    ("S001", "S014"),
                    ("S013", "S014"),
                ]);
                ("a chain of deputies", refused(firm.decide(who, waiting_approval, Some(away)).await))
            }
            5 => {
                let who = numbers.of(&sellers);
                let approval = numbers.of(&[access, waiting_approval, managers_approval]);
                ("without the right", refused(firm.decide(who, approval, None).await))
            }
            6 => {
                let export = numbers.of(&[waiting, managers, withdrawn]);
                let who = numbers.of(&everybody);
                ("without an approval", refused(firm.run(who, export).await))
            }
            7 => ("used twice", refused(firm.run("S001", used).await)),
            8 => {
                let who = numbers.of(&["S002", "S003", "S014", "S012"]);
                ("somebody else's", refused(firm.run(who, other).await))
            }
            9 => {
                let approval = numbers.of(&[used_approval, withdrawn_approval, other_approval]);
                let who = numbers.of(&["S002", "S005", "S014"]);
                ("decided before", refused(firm.decide(who, approval, None).await))
            }
            10 => {
                // A number that is none, or one of another kind.
                let purpose = tigertally_core::desk::StatedPurpose::parse(
                    "approval",
                    &numbers.of(&[waiting_approval, other_approval, access, 99_999]).to_string(),
                );
                let reveal = firm.house.system.reveal(
                    firm.who("S003"),
                    &firm.customers[numbers.below(4) as usize],
                    &[Field::Mobile],
                    purpose.as_ref(),
                );
                ("as a purpose", refused(reveal.await))
            }
            11 => {
                let who = numbers.of(&["S003", "S001", "S012"]);
                let field = numbers.of(&[Field::Mobile, Field::IdNumber]);
                ("opened twice", refused(firm.open(who, opened, &[field]).await))
            }
            _ => {
                let who = numbers.of(&["S002", "S005", "S013"]);
                let withdraw = firm.house.system.withdraw_approval(firm.who(who), waiting_approval);
                ("withdrawn by another", refused(withdraw.await))
            }
        };
        assert!(held, "attempt {attempt}: {name}");
        *tried.entry(name).or_default() += 1;
    }
    assert_eq!(tried.len(), 13, "{tried:?}");
    assert_eq!(tried.values().sum::<u64>(), ATTEMPTS);
    // All stands as it stood.
    for (who, export, state) in [
        ("S001", waiting, ExportState::Waiting),
        ("S002", managers, ExportState::Waiting),
        ("S001", other, ExportState::Ready),
        ("S001", used, ExportState::Made),
        ("S001", withdrawn, ExportState::Refused),
    ] {
        let (found, _) = firm.house.system.export_of(firm.who(who), export).await.unwrap();
        assert_eq!(found.state, state, "{export}");
    }
    assert!(firm.house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_in_the_database_approves_nothing() {
    let firm = Firm::new().await;
    let (approved, approved_approval) = firm.export("S001", Field::Mobile).await;
    firm.decide("S014", approved_approval, None).await.unwrap();
    let (waiting, waiting_approval) = firm.export("S001", Field::Mobile).await;
    let access = firm.access("S003").await;
    for sql in [
        // The approval of one for another.
        format!("UPDATE export SET approval_id = {approved_approval}, state = 1 WHERE id = {waiting}"),
        format!("UPDATE approval SET export_id = {waiting} WHERE id = {approved_approval}"),
        format!("UPDATE approval SET state = 1, expires_ms = 9000000000000 WHERE id = {waiting_approval}"),
        format!("UPDATE export SET state = 1 WHERE id = {waiting}"),
        format!(
            "UPDATE export SET approval_id = NULL, state = 1, own_area = 1, clear = 0 WHERE id = {waiting}"
        ),
        format!("UPDATE approval SET needed = 0 WHERE id = {waiting_approval}"),
        // More than was approved.
        format!("UPDATE export SET customers = x'0101010101010101' WHERE id = {approved}"),
        format!("UPDATE export SET clear = 255, fields = 255 WHERE id = {approved}"),
        // For somebody else to open.
        format!(
            "UPDATE export SET recipients = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj' WHERE id = {approved}"
        ),
        format!("UPDATE approval SET expires_ms = 9000000000000 WHERE id = {approved_approval}"),
        format!(
            "UPDATE approval SET requester_id = (SELECT id FROM staff WHERE no = 'S003') WHERE id = {approved_approval}"
        ),
        format!("UPDATE approval SET state = 1, expires_ms = 9000000000000 WHERE id = {access}"),
        "UPDATE staff SET manager = '' WHERE no = 'S010'".to_owned(),
    ] {
        firm.tamper("CREATE TABLE IF NOT EXISTS kept_approval AS SELECT * FROM approval");
        firm.tamper("CREATE TABLE IF NOT EXISTS kept_export AS SELECT * FROM export");
        firm.tamper(&sql);
        assert!(refused(firm.run("S001", waiting).await), "{sql}");
        let touched = sql.contains(&format!("WHERE id = {approved}"))
            || sql.contains(&format!("WHERE id = {approved_approval}"));
        if touched {
            assert!(refused(firm.run("S001", approved).await), "{sql}");
        }
        let purpose = tigertally_core::desk::StatedPurpose::parse("approval", &access.to_string());
        let reveal = firm.house.system.reveal(
            firm.who("S003"),
            &firm.customers[0],
            &[Field::Mobile],
            purpose.as_ref(),
        );
        assert!(refused(reveal.await), "{sql}");
        firm.tamper("DELETE FROM approval; INSERT INTO approval SELECT * FROM kept_approval; DROP TABLE kept_approval");
        firm.tamper(
            "DELETE FROM export; INSERT INTO export SELECT * FROM kept_export; DROP TABLE kept_export",
        );
    }
    // Put back as it was, it works.
    firm.run("S001", approved).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_access_opens_each_field_once() {
    let firm = Firm::new().await;
    let both = [Field::Mobile, Field::Address];
    let approval = firm.access_to("S003", &both).await;
    assert!(refused(firm.open("S003", approval, &both).await), "nobody has approved");
    firm.decide("S002", approval, None).await.unwrap();
    firm.open("S003", approval, &[Field::Mobile]).await.unwrap();
    assert!(refused(firm.open("S003", approval, &[Field::Mobile]).await), "opened before");
    assert!(refused(firm.open("S003", approval, &both).await), "one of them opened before");
    let state = async || firm.house.system.approvals(firm.who("S003")).await.unwrap().mine[0].state;
    assert_eq!(state().await, ApprovalState::Approved);
    firm.open("S003", approval, &[Field::Address]).await.unwrap();
    assert_eq!(state().await, ApprovalState::Used);
    // Two windows at once: one of them opens it.
    for _ in 0..10 {
        let approval = firm.access("S003").await;
        firm.decide("S002", approval, None).await.unwrap();
        let (one, other) = tokio::join!(
            firm.open("S003", approval, &[Field::Mobile]),
            firm.open("S003", approval, &[Field::Mobile])
        );
        assert_ne!(one.is_ok(), other.is_ok(), "exactly one of them opens it");
        assert!(
            [one, other].into_iter().filter_map(Result::err).all(|error| matches!(error, DeskError::Purpose))
        );
    }
    // An earlier state written back by hand opens nothing again.
    let approval = firm.access("S003").await;
    firm.decide("S002", approval, None).await.unwrap();
    firm.open("S003", approval, &[Field::Mobile]).await.unwrap();
    firm.tamper(&format!("UPDATE approval SET opened = 0 WHERE id = {approval}"));
    assert!(refused(firm.open("S003", approval, &[Field::Mobile]).await));
    assert!(firm.house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_of_one_person_wait_at_once() {
    let firm = Firm::new().await;
    let fields = [Field::Mobile];
    let ask = async || {
        let asked = firm.house.system.request_approval(
            firm.who("S003"),
            &firm.customers[0],
            &fields,
            "办理实名开户",
            None,
        );
        asked.await.map(|(id, _)| id)
    };
    let first = ask().await.unwrap();
    for _ in 1..50 {
        ask().await.unwrap();
    }
    assert!(matches!(ask().await, Err(DeskError::TooMuch(50))));
    // Others still ask, and what is withdrawn makes room.
    firm.access("S001").await;
    firm.house.system.withdraw_approval(firm.who("S003"), first).await.unwrap();
    ask().await.unwrap();
    assert!(matches!(ask().await, Err(DeskError::TooMuch(50))));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvers_at_once_decide_once() {
    let firm = Firm::new().await;
    for _ in 0..20 {
        let (_, approval) = firm.export("S001", Field::Mobile).await;
        let refuse = firm.house.system.decide_approval(firm.who("S005"), approval, false, "用途不清楚", None);
        let (approved, refused) = tokio::join!(firm.decide("S014", approval, None), refuse);
        assert_ne!(approved.is_ok(), refused.is_ok(), "exactly one of them decides");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_good_for_a_while_and_a_request_lapses() {
    let firm = Firm::new().await;
    let (late, approval) = firm.export("S001", Field::Mobile).await;
    firm.decide("S014", approval, None).await.unwrap();
    firm.house.pass(3_601);
    assert!(refused(firm.run("S001", late).await));
    let (_, approval) = firm.export("S001", Field::Mobile).await;
    firm.house.pass(7 * 86_400);
    assert!(refused(firm.decide("S014", approval, None).await));
    let list = firm.house.system.approvals(firm.who("S001")).await.unwrap();
    let states: Vec<_> = list.mine.iter().map(|approval| approval.state).collect();
    assert_eq!(states, [ApprovalState::Lapsed, ApprovalState::Expired]);
    assert!(firm.house.system.approvals(firm.who("S014")).await.unwrap().waiting.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_decides_for_whoever_is_away_and_both_are_named() {
    let firm = Firm::new().await;
    let today = firm.house.system.today().to_string();
    let (_, approval) = firm.export("S003", Field::Mobile).await;
    let list = firm.house.system.approvals(firm.who("S013")).await.unwrap();
    assert!(list.waiting[0].in_place_of.is_none(), "of their own right");
    // A manager of sales away, and another manager as deputy.
    firm.house.system.set_absence(firm.who("S002"), Some(("S012", &today, &today))).await.unwrap();
    let wrong = firm.house.system.set_absence(firm.who("S002"), Some(("S001", &today, &today))).await;
    assert!(refused(wrong), "a deputy has the same role");
    firm.decide("S012", approval, Some("S002")).await.unwrap();
    let list = firm.house.system.approvals(firm.who("S003")).await.unwrap();
    let vote = &list.mine[0].votes[0];
    assert_eq!((vote.decider.0.as_str(), vote.in_place_of.as_deref()), ("S012", Some("陈立")));
    assert!(matches!(list.mine[0].asked, Asked::Export { people: 4.., .. } | Asked::Export { .. }));
}
