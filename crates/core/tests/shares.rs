//! Shares of customers: the stories of those that are in order, and thousands of seeded attempts to see more than was shared.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::collections::{BTreeMap, BTreeSet};

use kit::{House, Numbers};
use rusqlite::Connection;
use tigertally_core::{
    EntryFilter,
    desk::{
        Asked, Assignment, DeskError, FollowUpKind, ListQuery, NewRecord, Scope, ShareRequest, ShareState,
        ShareTo, Shared, StaffChange, StatedPurpose,
    },
    entry::{Decision, action},
    identity::Actor,
    import::Table,
    policy::{Action, PurposeKind},
    record::{Class, Field, Kind, Tier},
};

/// Attempts, each of one of the kinds below.
const ATTEMPTS: u64 = 4_000;
const DAY: u64 = 86_400;

const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S020,程越,渠道部,staff,华北,,2020-01-06,s020@example.com
S021,唐溪,渠道部,staff,华北,,2020-01-06,s021@example.com
S022,顾承,渠道部,manager,华北,,2020-01-06,s022@example.com
";
const PEOPLE: [&str; 7] = ["S001", "S002", "S003", "S004", "S020", "S021", "S022"];

struct Firm {
    house: House,
    people: BTreeMap<&'static str, Actor>,
}

impl Firm {
    async fn new() -> Firm {
        let house = House::new().await;
        house.import(Table::Staff, "more.csv", MORE_STAFF).await;
        let mut people = BTreeMap::new();
        for no in PEOPLE.into_iter().chain(["S005"]) {
            people.insert(no, house.sign_in(no).await);
        }
        Firm { house, people }
    }

    fn who(&self, no: &str) -> &Actor {
        &self.people[no]
    }

    /// A customer of S001's, of the low tier, or of the high one.
    async fn customer(&self, n: u64, high: bool) -> String {
        let values = [
            (Field::Name, format!("启明{n}号纸业有限公司")),
            (Field::Mobile, format!("1391234{:04}", 5678 + n)),
            (Field::Needs, "年底前有两台机组的替换需求".to_owned()),
            (Field::IdNumber, "110101199003070134".to_owned()),
        ];
        let values: Vec<_> =
            values.into_iter().filter(|(field, _)| *field != Field::IdNumber || n == 0).collect();
        let since = high.then(|| "2019-01-01".to_owned());
        let new = NewRecord { no: None, kind: Kind::Company, region: String::new(), since, values };
        self.house.system.create_customer(self.who("S001"), &new, None).await.unwrap().no
    }

    fn in_days(&self, days: i64) -> String {
        (self.house.system.today() + jiff::Span::new().days(days)).to_string()
    }

    async fn share(
        &self,
        who: &str,
        customer: &str,
        to: ShareTo,
        classes: &[Class],
        days: i64,
    ) -> Result<Shared, DeskError> {
        let wish = ShareRequest {
            to,
            classes: classes.to_vec(),
            until: self.in_days(days),
            reason: "联合拜访，需要联系方式".to_owned(),
        };
        let shared = self.house.system.share_customer(self.who(who), customer, &wish, None).await;
        shared.map(|(shared, _)| shared)
    }

    /// A share that stands, approved by compliance where that is needed.
    async fn standing(&self, customer: &str, to: ShareTo, classes: &[Class], days: i64) -> i64 {
        let shared = self.share("S001", customer, to, classes, days).await.unwrap();
        if let Some(approval) = shared.approval {
            self.decide("S005", approval, true).await.unwrap();
        }
        shared.id
    }

    async fn decide(&self, who: &str, approval: i64, approve: bool) -> Result<(), DeskError> {
        let answer = if approve { "" } else { "没有必要共享" };
        self.house.system.decide_approval(self.who(who), approval, approve, answer, None).await.map(drop)
    }

    async fn sees(&self, who: &str, customer: &str) -> bool {
        match self.house.system.view(self.who(who), customer).await {
            Ok(_) => true,
            Err(DeskError::Denied { .. }) => false,
            Err(other) => panic!("{other}"),
        }
    }

    async fn reveal(&self, who: &str, customer: &str, field: Field, task: i64) -> Result<(), DeskError> {
        let purpose = StatedPurpose { kind: PurposeKind::Task, reference: task };
        self.house.system.reveal(self.who(who), customer, &[field], Some(&purpose)).await.map(drop)
    }

    async fn listed(&self, who: &str, scope: Scope) -> BTreeSet<String> {
        let query = ListQuery { scope, limit: 200, ..ListQuery::default() };
        match self.house.system.list(self.who(who), &query).await {
            Ok(page) => page.customers.iter().map(|masked| masked.customer.no.clone()).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    /// What somebody who can write to the database, and has no key, does to it.
    fn tamper(&self, sql: &str) {
        let database = Connection::open(self.house.folder().join("tigertally.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        database.execute_batch(sql).unwrap();
    }

    /// Readers keep what they saw until the program itself changes something: only then do they see what another wrote.
    async fn change(&self, customer: &str) {
        self.house.task(self.who("S001"), customer).await;
    }

    async fn entries(&self, action: &'static str) -> Vec<(String, Decision)> {
        let of = EntryFilter { actions: vec![action], ..EntryFilter::default() };
        let (rows, _, _) = self.house.system.entries(self.who("S005"), of, 200).await.unwrap();
        rows.into_iter().map(|row| (row.body.unwrap().actor, row.decision)).collect()
    }
}

fn person(no: &str) -> ShareTo {
    ShareTo::Person(no.to_owned())
}

fn channel() -> ShareTo {
    ShareTo::Department("渠道部".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_sees_what_is_shared_until_it_is_taken_back() {
    let firm = Firm::new().await;
    let no = firm.customer(1, false).await;
    assert!(!firm.sees("S003", &no).await);
    let shared = firm.share("S001", &no, person("S003"), &[Class::Contact], 30).await.unwrap();
    assert_eq!(shared.approval, None, "within the department it takes no approval");

    assert_eq!(firm.listed("S003", Scope::Shared).await, BTreeSet::from([no.clone()]));
    let search = ListQuery { term: Some("13912345679".to_owned()), limit: 10, ..ListQuery::default() };
    assert_eq!(firm.house.system.list(firm.who("S003"), &search).await.unwrap().customers.len(), 1);
    let page = firm.house.system.view(firm.who("S003"), &no).await.unwrap();
    assert!(!page.actions.contains(&Action::ShareCustomer) && !page.actions.contains(&Action::ReadAccesses));
    let [share] = page.shares.as_slice() else { panic!("a receiver sees what is shared with them") };
    assert_eq!(
        (share.id, share.state, share.reason.as_str()),
        (shared.id, ShareState::Standing, "联合拜访，需要联系方式")
    );
    assert_eq!(page.customer.mask(Field::Mobile), Some("139****5679"));

    let task = firm.house.task(firm.who("S003"), &no).await;
    firm.reveal("S003", &no, Field::Mobile, task).await.unwrap();
    let denied = firm.reveal("S003", &no, Field::Needs, task).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })), "business fields are not shared");

    // Not theirs to take back, nor to share on.
    assert!(matches!(
        firm.house.system.end_share(firm.who("S003"), &no, shared.id).await,
        Err(DeskError::Denied { .. })
    ));
    let onward = firm.share("S003", &no, person("S004"), &[Class::Contact], 5).await;
    assert!(matches!(onward, Err(DeskError::Denied { .. })));

    firm.house.system.end_share(firm.who("S002"), &no, shared.id).await.unwrap();
    assert!(!firm.sees("S003", &no).await);
    assert!(firm.listed("S003", Scope::Shared).await.is_empty());
    assert!(matches!(firm.reveal("S003", &no, Field::Mobile, task).await, Err(DeskError::Denied { .. })));
    let again = firm.house.system.end_share(firm.who("S001"), &no, shared.id).await;
    assert!(matches!(again, Err(DeskError::Conflict)));
    assert_eq!(
        firm.entries(action::SHARE).await,
        [("S003".to_owned(), Decision::Denied), ("S001".to_owned(), Decision::Allowed)]
    );
    assert_eq!(firm.entries(action::SHARE_END).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_tier_customer_and_another_department_take_an_approval() {
    let firm = Firm::new().await;
    let (high, low) = (firm.customer(1, true).await, firm.customer(2, false).await);
    let inside = firm.share("S001", &high, person("S003"), &[Class::Contact], 30).await.unwrap();
    let outside = firm.share("S001", &low, channel(), &[Class::Contact], 30).await.unwrap();
    for (shared, who, customer) in [(&inside, "S003", &high), (&outside, "S020", &low)] {
        assert!(!firm.sees(who, customer).await, "nothing is shared before it is approved");
        let approval = shared.approval.expect("it takes an approval");
        // Neither who asked, nor who would get it, nor a manager of another department.
        for decider in ["S001", who, "S022"] {
            assert!(firm.decide(decider, approval, true).await.is_err(), "{decider}");
        }
        let list = firm.house.system.approvals(firm.who("S002")).await.unwrap();
        let asked = list.waiting.iter().find(|one| one.id == approval).unwrap();
        assert!(matches!(&asked.asked, Asked::Share { customer: of, .. } if of == customer));
        firm.decide("S002", approval, true).await.unwrap();
        assert!(firm.sees(who, customer).await);
        assert!(
            matches!(firm.decide("S005", approval, true).await, Err(DeskError::Conflict)),
            "it works once"
        );
    }
    // With a task, as the contact person; a call does not do for the high tier.
    let task = firm.house.task(firm.who("S003"), &high).await;
    firm.reveal("S003", &high, Field::Mobile, task).await.unwrap();
    let (call, _) =
        firm.house.system.begin_follow_up(firm.who("S003"), &high, FollowUpKind::Call, None).await.unwrap();
    let purpose = StatedPurpose { kind: PurposeKind::Call, reference: call };
    let called = firm.house.system.reveal(firm.who("S003"), &high, &[Field::Mobile], Some(&purpose)).await;
    assert!(matches!(called, Err(DeskError::Denied { .. })));

    let refused = firm.share("S001", &low, person("S004"), &[], 30).await.unwrap();
    firm.decide("S005", refused.approval.unwrap(), false).await.unwrap();
    let withdrawn = firm.share("S001", &high, person("S004"), &[], 30).await.unwrap();
    firm.house.system.withdraw_approval(firm.who("S001"), withdrawn.approval.unwrap()).await.unwrap();
    let page = firm.house.system.view(firm.who("S001"), &high).await.unwrap();
    assert_eq!(page.shares.len(), 1, "what was withdrawn waits no more");
    assert!(!firm.sees("S004", &high).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_approved_ends_when_the_customer_becomes_high() {
    let firm = Firm::new().await;
    let no = firm.customer(1, false).await;
    firm.standing(&no, person("S003"), &[Class::Contact], 20).await;
    let asked = firm.share("S001", &no, channel(), &[Class::Contact], 20).await.unwrap();
    firm.decide("S002", asked.approval.unwrap(), true).await.unwrap();
    assert!(firm.sees("S003", &no).await && firm.sees("S020", &no).await);
    let orders = format!("customer_no,date,items,amount_cny\n{no},2026-05-01,2,200000\n");
    firm.house.import(Table::Orders, "orders.csv", &orders).await;
    let page = firm.house.system.view(firm.who("S002"), &no).await.unwrap();
    assert_eq!(page.customer.customer.tier, Tier::High);
    assert!(!firm.sees("S003", &no).await, "a share of a high-tier customer takes an approval");
    assert!(firm.sees("S020", &no).await, "this one had it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_approved_ends_when_the_receiver_moves() {
    let firm = Firm::new().await;
    let (no, other) = (firm.customer(1, false).await, firm.customer(2, false).await);
    let admin = firm.house.sign_in("S006").await;
    firm.standing(&no, person("S003"), &[Class::Contact], 20).await;
    firm.standing(&other, person("S020"), &[Class::Contact], 20).await;
    assert!(firm.sees("S003", &no).await && firm.sees("S020", &other).await);
    // Another title is no other job.
    let titled =
        |no: &str| StaffChange {
            no: no.into(), title: Some("资深顾问".into()), ..StaffChange::default()
        };
    firm.house.system.change_staff(&admin, &titled("S003")).await.unwrap();
    let seller = firm.house.sign_in("S003").await;
    firm.house.system.view(&seller, &no).await.unwrap();
    for staff in ["S003", "S020"] {
        let moved =
            StaffChange { no: staff.into(), department: Some("客服部".into()), ..StaffChange::default() };
        firm.house.system.change_staff(&admin, &moved).await.unwrap();
    }
    let (seller, channel) = (firm.house.sign_in("S003").await, firm.house.sign_in("S020").await);
    assert!(matches!(firm.house.system.view(&seller, &no).await, Err(DeskError::Denied { .. })));
    firm.house.system.view(&channel, &other).await.unwrap();
    let back =
        StaffChange { no: "S003".into(), department: Some("销售部".into()), ..StaffChange::default() };
    firm.house.system.change_staff(&admin, &back).await.unwrap();
    let seller = firm.house.sign_in("S003").await;
    let came_back = firm.house.system.view(&seller, &no).await;
    assert!(matches!(came_back, Err(DeskError::Denied { .. })), "what ended does not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_ends_on_its_day_and_with_its_owner() {
    let firm = Firm::new().await;
    let (first, second) = (firm.customer(1, false).await, firm.customer(2, false).await);
    let too_long = firm.share("S001", &first, person("S003"), &[], 181).await;
    assert!(matches!(too_long, Err(DeskError::Invalid { field, .. }) if field == "until"));
    for (to, field) in [("S001", "to"), ("S006", "to")] {
        let nobody = firm.share("S001", &first, person(to), &[], 5).await;
        assert!(matches!(nobody, Err(DeskError::Invalid { field: of, .. }) if of == field), "{to}");
    }
    firm.standing(&first, person("S003"), &[Class::Contact], 1).await;
    firm.standing(&second, person("S003"), &[Class::Contact], 20).await;
    firm.house.pass(DAY);
    assert!(firm.sees("S003", &first).await, "its last day counts");
    firm.house.pass(DAY);
    assert!(!firm.sees("S003", &first).await);
    assert_eq!(firm.listed("S003", Scope::Shared).await, BTreeSet::from([second.clone()]));
    assert_eq!(firm.house.system.sweep_shares().await.unwrap(), 1);
    assert_eq!(firm.house.system.sweep_shares().await.unwrap(), 0, "done again it does nothing");
    assert_eq!(firm.entries(action::SHARE_END).await, [("system".to_owned(), Decision::Recorded)]);

    let to = Assignment { owner: Some("S002".to_owned()), contact_person: None };
    firm.house.system.assign_customer(firm.who("S002"), &second, &to).await.unwrap();
    assert!(!firm.sees("S003", &second).await, "the next owner shares anew");
    let back = Assignment { owner: Some("S001".to_owned()), contact_person: None };
    firm.house.system.assign_customer(firm.who("S002"), &second, &back).await.unwrap();
    assert!(!firm.sees("S003", &second).await, "what ended does not come back with the owner");

    // What waits for an approval does not outlast the owner either.
    let waiting = firm.share("S001", &second, channel(), &[], 20).await.unwrap();
    firm.house.system.assign_customer(firm.who("S002"), &second, &to).await.unwrap();
    assert!(matches!(firm.decide("S005", waiting.approval.unwrap(), true).await, Err(DeskError::Conflict)));
    assert!(!firm.sees("S020", &second).await);
}

/// Changes of rows by somebody without the key; each is undone again.
const EDITS: [&str; 12] = [
    "UPDATE share SET classes = 30",
    "UPDATE share SET staff_id = (SELECT id FROM staff WHERE no = 'S021'), department = NULL",
    "UPDATE share SET department = '客服部', staff_id = NULL",
    "UPDATE share SET to_day = '2099-12-31'",
    "UPDATE share SET state = 1",
    "UPDATE share SET state = 1, to_day = '2099-12-31', seal = (SELECT seal FROM share WHERE state = 1 LIMIT 1)",
    "UPDATE share SET customer_id = customer_id + 1 WHERE state = 1",
    "UPDATE share SET id = id + 100 WHERE state = 1",
    "UPDATE share SET state = 1, approval_id = NULL WHERE state = 0",
    "INSERT INTO share SELECT 900 + id, customer_id, (SELECT id FROM staff WHERE no = 'S021'), NULL, 30, from_day, '2099-12-31', \
     reason, made_by, made_ms, NULL, 1, NULL, NULL, seal FROM share",
    "UPDATE approval SET state = 1, needed = 0, expires_ms = 9999999999999",
    "UPDATE approval SET scope = zeroblob(32), state = 0, lapses_ms = 9999999999999",
];

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_attempts_open_nothing() {
    let firm = Firm::new().await;
    let customers = [
        firm.customer(0, false).await,
        firm.customer(1, true).await,
        firm.customer(2, false).await,
        firm.customer(3, false).await,
        firm.customer(4, false).await,
        firm.customer(5, true).await,
    ];
    let [contact, high, taken, over, other, waiting] = &customers;
    // What stands, what was taken back, what is over, what waits.
    firm.standing(contact, person("S020"), &[Class::Contact], 90).await;
    firm.standing(high, person("S003"), &[Class::Business], 90).await;
    let back = firm.standing(taken, channel(), &[Class::Contact, Class::Business], 90).await;
    firm.standing(over, person("S020"), &[Class::Contact], 1).await;
    let asked = firm.share("S001", waiting, person("S020"), &[Class::Contact], 90).await.unwrap();
    let approval = asked.approval.unwrap();
    let mut tasks: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (who, customer) in
        [("S020", contact), ("S003", high), ("S020", taken), ("S021", taken), ("S020", over), ("S001", other)]
    {
        tasks.insert((who, customer), firm.house.task(firm.who(who), customer).await);
    }
    firm.house.system.end_share(firm.who("S001"), taken, back).await.unwrap();
    firm.house.pass(3 * DAY);
    // Who is to see what, without owner and manager; and the classes for each.
    let granted: BTreeMap<(&str, &str), Class> = BTreeMap::from([
        (("S020", contact.as_str()), Class::Contact),
        (("S003", high.as_str()), Class::Business),
    ]);
    // Service of the region sees its low customers anyway, and their contact fields for a call or an order.
    let sees_anyway = |who: &str, no: &str| who == "S004" && no != high && no != waiting;
    firm.tamper("CREATE TABLE share_kept AS SELECT * FROM share; CREATE TABLE approval_kept AS SELECT * FROM approval;");
    let undo = "DELETE FROM share; INSERT INTO share SELECT * FROM share_kept; \
         DELETE FROM approval; INSERT INTO approval SELECT * FROM approval_kept;";
    let outsiders = ["S003", "S004", "S020", "S021", "S022"];
    let fields = [
        (Field::Mobile, Class::Contact),
        (Field::Needs, Class::Business),
        (Field::IdNumber, Class::Sensitive),
    ];
    let mut dice = Numbers(0x5eed_0018);
    for attempt in 0..ATTEMPTS {
        let (who, no) = (dice.of(&outsiders), customers[dice.below(6) as usize].as_str());
        let grant = granted.get(&(who, no)).copied();
        match dice.below(8) {
            0..=2 => {
                let (field, class) = dice.of(&fields);
                let task = tasks.get(&(who, no)).or_else(|| tasks.values().next()).copied().unwrap();
                let open = firm.reveal(who, no, field, task).await;
                let may = grant == Some(class);
                assert_eq!(open.is_ok(), may, "{attempt}: {who} {no} {field:?} {open:?}");
            }
            3 => {
                let seen = firm.sees(who, no).await;
                assert_eq!(seen, grant.is_some() || sees_anyway(who, no), "{attempt}: {who} {no}");
            }
            4 => {
                let to = dice.of(&["S004", "S021", "S022"]);
                assert!(firm.share(who, no, person(to), &[Class::Contact], 9).await.is_err(), "{attempt}");
            }
            5 => {
                let decided = firm
                    .decide(dice.of(&["S001", "S003", "S004", "S020", "S021", "S022"]), approval, true)
                    .await;
                assert!(decided.is_err(), "{attempt}");
            }
            6 => {
                let listed = firm.listed(who, Scope::All).await;
                for no in &customers {
                    assert_eq!(listed.contains(no), firm.sees(who, no).await, "{attempt}: {who} {no}");
                }
            }
            _ => {
                let edit = dice.of(&EDITS);
                firm.tamper(edit);
                firm.change(other).await;
                // An edited row opens less, never more: what it stood for it may lose.
                let seen = firm.sees(who, no).await;
                assert!(!seen || grant.is_some() || sees_anyway(who, no), "{attempt}: {edit} {who} {no}");
                let listed = firm.listed(who, Scope::All).await;
                assert_eq!(listed.contains(no), seen, "{attempt}: {edit} {who} {no}");
                let (field, class) = dice.of(&fields);
                let task = tasks.get(&(who, no)).copied().unwrap_or(1);
                let open = firm.reveal(who, no, field, task).await.is_ok();
                assert!(!open || grant == Some(class), "{attempt}: {edit} {who} {no} {field:?}");
                if edit.contains("scope") {
                    assert!(firm.decide("S005", approval, true).await.is_err(), "{attempt}");
                }
                firm.tamper(undo);
                firm.change(other).await;
            }
        }
    }
    // All that while nothing was used up: what was asked for is still approved as it was asked.
    firm.decide("S005", approval, true).await.unwrap();
    assert!(firm.sees("S020", waiting).await);
    assert!(firm.house.audit().fault.is_none());
}
