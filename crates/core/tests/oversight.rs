//! Stories of oversight: who reads the ledger, what it proves, who looked at whom, and what is usual.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use kit::House;
use tigertally_core::{
    EntryFilter, Span, Tigertally,
    desk::{
        AccessQuery, DeskError, FigureScope, MOST_CUSTOMERS, SeenAllQuery, SeenByPerson, StatedPurpose,
        TeamQuery,
    },
    entry::{Decision, action},
    identity::Actor,
    policy::PurposeKind,
    record::Field,
};
use tigertally_ledger::{Checkpoint, Hash, VerifierKey, leaf_hash, verify_consistency, verify_inclusion};

async fn reveal(house: &House, actor: &Actor, customer: &str, task: i64) -> u64 {
    let stated = StatedPurpose { kind: PurposeKind::Task, reference: task };
    house.system.reveal(actor, customer, &[Field::Mobile], Some(&stated)).await.unwrap().receipt().index
}

/// Waits for the checkpoint that covers an entry; one is signed every second.
async fn signed(system: &Tigertally, index: u64) {
    for _ in 0..100 {
        if system.ledger_head().checkpoint_size > index {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no checkpoint was signed");
}

fn hash(text: &str) -> Hash {
    BASE64_STANDARD.decode(text).unwrap().try_into().unwrap()
}

fn hashes(texts: &[String]) -> Vec<Hash> {
    texts.iter().map(|text| hash(text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_read_by_whom_the_policy_lets_and_a_page_follows_a_page() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    reveal(&house, &seller, &no, task).await;
    let compliance = house.sign_in("S005").await;
    let all = EntryFilter::default();
    let denied = house.system.entries(&seller, all.clone(), 10).await;
    let Err(DeskError::Denied { receipt: at_denial, .. }) = denied else {
        panic!("a seller read the ledger")
    };

    let (first, next, receipt) = house.system.entries(&compliance, all.clone(), 3).await.unwrap();
    assert_eq!(
        first.iter().map(|entry| entry.index).collect::<Vec<_>>(),
        [receipt.index - 1, receipt.index - 2, receipt.index - 3]
    );
    assert_eq!((first[0].index, first[0].decision), (at_denial.index, Decision::Denied));
    assert_eq!(next, Some(receipt.index - 3));
    let (rest, next, _) =
        house.system.entries(&compliance, EntryFilter { before: next, ..all.clone() }, 200).await.unwrap();
    assert_eq!(rest.len() as u64 + 3, receipt.index, "every entry once");
    assert_eq!(next, None);

    let reveals = EntryFilter {
        staff: Some("S001".into()),
        customer: Some(no.clone()),
        actions: vec![action::REVEAL],
        ..EntryFilter::default()
    };
    let (found, _, receipt) = house.system.entries(&compliance, reveals, 10).await.unwrap();
    let body = found[0].body.as_ref().unwrap();
    assert_eq!((found.len(), body.fields.as_slice()), (1, ["mobile".to_owned()].as_slice()));
    assert_eq!(body.purpose.as_ref().unwrap().reference, task.to_string());
    let own = house.system.entry(&compliance, receipt.index).await.unwrap();
    assert_eq!(own.row.body.unwrap().customer, Some(no));

    let typed = EntryFilter { customer: Some("13812345678".into()), ..EntryFilter::default() };
    let (found, _, receipt) = house.system.entries(&compliance, typed, 10).await.unwrap();
    assert!(found.is_empty());
    let entry = house.system.entry(&compliance, receipt.index).await.unwrap();
    assert!(!entry.body.unwrap().contains("13812345678"), "what was typed is not written down");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_proves_itself_to_whoever_made_it_and_to_a_stranger() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let early = house.system.ledger_head();
    let task = house.task(&seller, &no).await;
    let index = reveal(&house, &seller, &no, task).await;
    signed(&house.system, index).await;

    let (proof, _) = house.system.proof(&seller, index, None).await.unwrap();
    let key = VerifierKey::parse(house.system.verifier_key()).unwrap();
    let checkpoint = Checkpoint::open(&proof.checkpoint, &key).unwrap();
    let leaf = leaf_hash(&BASE64_STANDARD.decode(&proof.leaf).unwrap());
    assert_eq!((checkpoint.size, checkpoint.root), (proof.size, hash(&proof.root)));
    verify_inclusion(&leaf, index, checkpoint.size, &hashes(&proof.hashes), &checkpoint.root).unwrap();
    let (again, _) = house.system.proof(&seller, index, Some(proof.size)).await.unwrap();
    assert_eq!(again.hashes, proof.hashes);

    let entry = house.system.entry(&seller, index).await.unwrap();
    let salt: [u8; 32] = BASE64_STANDARD.decode(entry.salt.unwrap()).unwrap().try_into().unwrap();
    let committed = tigertally_ledger::commitment(&salt, entry.body.unwrap().as_bytes());
    assert!(BASE64_STANDARD.decode(&entry.leaf).unwrap().ends_with(&committed));

    let others = house.system.proof(&seller, 0, None).await;
    assert!(matches!(others, Err(DeskError::Denied { .. })), "the entry of the beginning is not theirs");
    let compliance = house.sign_in("S005").await;
    let beyond = house.system.proof(&compliance, 1_000_000, None).await;
    assert!(matches!(beyond, Err(DeskError::NotFound("entry"))));
    let unsigned = house.system.proof(&compliance, 0, Some(proof.size + 1_000)).await;
    assert!(matches!(unsigned, Err(DeskError::NotFound("checkpoint"))));

    let (grown, _) = house.system.consistency(&compliance, early.size, Some(proof.size)).await.unwrap();
    let (old, new) = (hash(&grown.old_root), hash(&grown.new_root));
    assert_eq!((&grown.old_root, new), (&early.root, checkpoint.root));
    verify_consistency(early.size, &old, proof.size, &new, &hashes(&grown.hashes)).unwrap();
    assert!(matches!(house.system.consistency(&seller, 1, None).await, Err(DeskError::Denied { .. })));
    assert_eq!(early.origin, checkpoint.origin);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_ledger_shows_what_happens_and_not_itself() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    assert!(matches!(house.system.watch(&seller).await, Err(DeskError::Denied { .. })));
    let compliance = house.sign_in("S005").await;
    let watch = house.system.watch(&compliance).await.unwrap();
    let from = watch.receipt().index;
    assert!(house.system.live_entries(&watch, from, 50).unwrap().is_empty());
    house.system.view(&seller, &no).await.unwrap();
    let seen = house.system.live_entries(&watch, from, 50).unwrap();
    assert_eq!(seen.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), [action::VIEW]);
    assert_eq!(house.system.ledger_size(), from + 2, "looking on writes nothing");

    house.system.sign_out(&compliance).await.unwrap();
    let after = house.system.live_entries(&watch, from, 50);
    assert!(matches!(after, Err(DeskError::NotFound("watch"))), "a feed ends with its session");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looked_at_a_customer_is_told_to_who_may_know() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    let index = reveal(&house, &seller, &no, task).await;
    let all = AccessQuery { limit: 50, people: true, ..AccessQuery::default() };
    let accesses = house.system.accesses(&seller, &no, &all).await.unwrap();
    assert!(accesses.entries.iter().any(|entry| entry.index == index));
    assert!(accesses.entries.iter().all(|entry| entry.body.as_ref().unwrap().customer.as_ref() == Some(&no)));
    assert_eq!(accesses.recent, accesses.entries.len() as u64 + 1, "and this look itself");
    let (who, often) = &accesses.people[0];
    assert_eq!((accesses.people_total, who.as_str(), often.reveals), (1, "S001", 1));
    let timeline = accesses.timeline.unwrap();
    assert_eq!(timeline.marks.iter().map(|mark| mark.reveals).sum::<u64>(), 1);
    assert!(timeline.marks.iter().all(|mark| mark.slot < timeline.slots && mark.staff == "S001"));
    let page = house
        .system
        .accesses(&seller, &no, &AccessQuery { before: Some(index), limit: 1, ..all })
        .await
        .unwrap();
    assert!(page.entries[0].index < index);
    assert_eq!(page.next_before, Some(page.entries[0].index));
    house.pass(91 * 86_400);
    let later = house.system.accesses(&seller, &no, &all).await.unwrap();
    assert_eq!(later.recent, 1, "older ones are not counted, but stay");
    assert!(later.entries.iter().any(|entry| entry.index == index));

    let stranger = house.sign_in("S003").await;
    let denied = house.system.accesses(&stranger, &no, &all).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })));
    assert!(matches!(house.system.accesses(&seller, "C9", &all).await, Err(DeskError::NotFound("customer"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_saw_between_two_times_is_told_customer_by_customer() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    house.system.view(&seller, &no).await.unwrap();
    reveal(&house, &seller, &no, task).await;
    let between = house.system.now_ms() + 1000;
    house.pass(3600);
    house.system.view(&seller, &no).await.unwrap();
    house.system.reveal(&seller, &no, &[Field::Mobile], None).await.err().unwrap();
    let compliance = house.sign_in("S005").await;
    let seen =
        |since_ms, until_ms| house.system.seen_by(&compliance, "S001", Span { since_ms, until_ms }, 0, 50);
    let whole = seen(None, None).await.unwrap();
    let [(customer, often)] = whole.customers.as_slice() else { panic!("{:?}", whole.customers) };
    assert_eq!((customer, often.views, often.reveals, often.denied), (&no, 2, 1, 1));
    assert!(often.first_ms < between && between < often.last_ms);
    let marks = whole.timeline.unwrap().marks;
    assert_eq!(marks.first().unwrap().slot, 0, "it begins with the first");
    assert_eq!(marks.iter().map(|mark| mark.views + mark.reveals + mark.denied).sum::<u64>(), 4);
    let later = seen(Some(between), None).await.unwrap();
    assert_eq!((later.customers[0].1.views, later.customers[0].1.reveals), (1, 0));
    let nothing = seen(None, Some(1)).await.unwrap();
    assert!(nothing.customers.is_empty() && nothing.timeline.is_none() && nothing.total == 0);
    let backwards = seen(Some(2), Some(1)).await;
    assert!(matches!(backwards, Err(DeskError::Invalid { .. })));
    let page = house.system.seen_by(&compliance, "S001", Span::default(), 1, 50).await.unwrap();
    assert!(page.customers.is_empty(), "one customer is on the page before");
    assert!(matches!(seen_of(&house, &compliance, "S999").await, Err(DeskError::NotFound("staff"))));
    let stranger = house.sign_in("S003").await;
    assert!(matches!(seen_of(&house, &stranger, "S001").await, Err(DeskError::Denied { .. })));
    let entry = house.system.entry(&compliance, whole.receipt.index).await.unwrap().row;
    assert_eq!(entry.body.unwrap().staff.as_deref(), Some("S001"), "and the question is on record");
}

async fn seen_of(house: &House, actor: &Actor, staff: &str) -> Result<SeenByPerson, DeskError> {
    house.system.seen_by(actor, staff, Span::default(), 0, 50).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_seen_all_of_some_customers_comes_first() {
    let house = House::new().await;
    let (seller, first) = house.seller_with_customer().await;
    let second = house.customer(&seller).await;
    let compliance = house.sign_in("S005").await;
    for no in [&first, &second] {
        let task = house.task(&seller, no).await;
        reveal(&house, &seller, no, task).await;
    }
    house.system.view(&compliance, &first).await.unwrap();
    let customers = vec![second.clone(), first.clone(), second.clone(), "C777777".to_owned()];
    let query = SeenAllQuery { customers, ..SeenAllQuery::default() };
    let page = house.system.seen_all(&compliance, &query).await.unwrap();
    assert_eq!(
        (page.customers.as_slice(), page.unknown.as_slice()),
        ([second.clone(), first.clone()].as_slice(), ["C777777".to_owned()].as_slice())
    );
    assert_eq!(
        page.people.iter().map(|person| (person.staff.as_str(), person.of_these)).collect::<Vec<_>>(),
        [("S001", 2), ("S005", 1)]
    );
    assert!(page.people[0].cells.iter().all(|cell| cell.unwrap().reveals == 1));
    assert_eq!((page.people[1].cells[0], page.people[1].altogether), (None, 1));
    let clear = SeenAllQuery { in_clear: true, ..query.clone() };
    let page = house.system.seen_all(&compliance, &clear).await.unwrap();
    assert_eq!((page.total, page.people[0].altogether), (1, 2), "a masked page does not count");
    let entry = house.system.entry(&compliance, page.receipt.index).await.unwrap();
    assert!(!entry.body.unwrap().contains("C777777"), "what was typed is not written down");
    let before = SeenAllQuery { span: Span { until_ms: Some(1), since_ms: None }, ..query.clone() };
    assert!(house.system.seen_all(&compliance, &before).await.unwrap().people.is_empty());

    assert!(matches!(house.system.seen_all(&seller, &query).await, Err(DeskError::Denied { .. })));
    let none = house.system.seen_all(&compliance, &SeenAllQuery::default()).await;
    assert!(matches!(none, Err(DeskError::Invalid { .. })));
    let many = (0..=MOST_CUSTOMERS).map(|n| format!("C{n:05}")).collect();
    let many = house.system.seen_all(&compliance, &SeenAllQuery { customers: many, ..query }).await;
    assert!(matches!(many, Err(DeskError::Invalid { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_reads_their_own_people_and_compliance_everybody() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    reveal(&house, &seller, &no, task).await;
    house.system.reveal(&seller, &no, &[Field::Mobile], None).await.err().unwrap();
    let manager = house.sign_in("S002").await;
    let query = TeamQuery { days: 7, limit: 50, ..TeamQuery::default() };
    let team = house.system.team_activity(&manager, &query).await.unwrap();
    let people: Vec<_> =
        team.people.iter().map(|who| (who.staff.no.as_str(), who.reveals, who.denied)).collect();
    assert_eq!(people, [("S001", 1, 1), ("S002", 0, 0)]);
    assert_eq!(team.people[0].last_ms, Some(house.system.now_ms() - 60_000));
    let actors = team.entries.iter().map(|entry| entry.body.as_ref().unwrap().actor.as_str());
    assert!(actors.clone().count() > 0 && actors.clone().all(|no| matches!(no, "S001" | "S002")));

    for query in [
        TeamQuery { staff: Some("S003".into()), ..query.clone() },
        TeamQuery { department: Some("客服部".into()), ..query.clone() },
    ] {
        assert!(matches!(house.system.team_activity(&manager, &query).await, Err(DeskError::Denied { .. })));
    }
    let nobody = TeamQuery { staff: Some("S999".into()), ..query.clone() };
    assert!(matches!(house.system.team_activity(&manager, &nobody).await, Err(DeskError::NotFound("staff"))));
    assert!(matches!(house.system.team_activity(&seller, &query).await, Err(DeskError::Denied { .. })));

    let compliance = house.sign_in("S005").await;
    let all = house.system.team_activity(&compliance, &query).await.unwrap();
    assert_eq!(all.people.len(), 6);
    let one = TeamQuery { staff: Some("S001".into()), ..query };
    let one = house.system.team_activity(&compliance, &one).await.unwrap();
    assert!(one.entries.iter().all(|entry| entry.body.as_ref().unwrap().actor == "S001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_record_and_the_home_page_tell_what_is_usual() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    for day in 1..=6 {
        house.pass(86_400);
        for _ in 0..day {
            reveal(&house, &seller, &no, task).await;
        }
    }
    house.pass(86_400);
    reveal(&house, &seller, &no, task).await;
    let record = house.system.own_record(&seller, None, 5).await.unwrap();
    assert_eq!((record.staff.no.as_str(), record.sessions, record.entries.len()), ("S001", 0, 5));
    assert!(record.next_before.is_some() && record.recovery_codes > 0);
    let reveals: Vec<_> = record.days.iter().map(|day| day.reveals).collect();
    assert_eq!((reveals.len(), &reveals[22..]), (30, [0, 1, 2, 3, 4, 5, 6, 1].as_slice()));
    assert_eq!(record.days.last().unwrap().day, house.system.today());
    let usual = record.usual.unwrap();
    assert_eq!(
        (usual.low, usual.median, usual.high, usual.days),
        (1, 3, 5, 7),
        "with the day of the beginning"
    );

    let home = house.system.home_figures(&seller).await.unwrap();
    assert_eq!((home.scope, home.days.len(), home.usual), (FigureScope::Own, 14, Some(usual)));
    // From yesterday's hour on it is 25 hours: today's reveal alone is among the last 24.
    assert_eq!(home.hours.len(), 24);
    assert_eq!(home.hours.iter().map(|hour| hour.reveals.iter().sum::<u64>()).sum::<u64>(), 1);
    assert_eq!(home.hours.last().unwrap().reveals.iter().sum::<u64>(), 1);
    assert_eq!((home.people[0].name.as_str(), home.people[0].reveals), ("周敏", 1));

    house.system.reveal(&seller, &no, &[Field::Mobile], None).await.err().unwrap();
    let manager = house.sign_in("S002").await;
    let compliance = house.sign_in("S005").await;
    house.system.own_record(&compliance, None, 1).await.unwrap();
    for (actor, scope) in [(&manager, FigureScope::Team), (&compliance, FigureScope::Everybody)] {
        let home = house.system.home_figures(actor).await.unwrap();
        assert_eq!(home.scope, scope);
        assert_eq!(home.hours.iter().map(|hour| hour.denied).sum::<u64>(), 1);
        assert_eq!((home.people[0].no.as_str(), home.people[0].denied), ("S001", 1));
        assert!(home.usual.is_none() && home.days.iter().all(|day| day.reveals == 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_verified_on_request_and_that_is_put_down() {
    let house = House::new().await;
    let (seller, _) = house.seller_with_customer().await;
    assert!(matches!(house.system.verify_ledger(&seller).await, Err(DeskError::Denied { .. })));
    let compliance = house.sign_in("S005").await;
    let (report, receipt) = house.system.verify_ledger(&compliance).await.unwrap();
    assert!(report.fault.is_none(), "{:?}", report.fault);
    assert_eq!(report.entries, receipt.index);
    let entry = house.system.entry(&compliance, receipt.index).await.unwrap();
    let detail = entry.row.body.unwrap().detail;
    assert_eq!((entry.row.action.as_str(), &detail["ok"]), (action::LEDGER_VERIFY, &true.into()));
    assert_eq!(detail["entries"], report.entries);
}

/// Whether any file of a folder holds these bytes.
fn stands_in(folder: &std::path::Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_gone_from_the_folder_and_may_come_and_be_erased_again() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let task = house.task(&seller, &no).await;
    let index = reveal(&house, &seller, &no, task).await;
    let compliance = house.sign_in("S005").await;
    let entry = house.system.entry(&compliance, index).await.unwrap();
    let (body, salt) = (entry.body.unwrap(), BASE64_STANDARD.decode(entry.salt.unwrap()).unwrap());
    assert!(stands_in(house.folder(), body.as_bytes()) && stands_in(house.folder(), &salt));
    let newcomer = "staff_no,name,department,role,region,manager,joined,email\n\
                    S007,温言,合规部,数据保护负责人,,,2026-11-02,s007@example.com\n";
    house.import(tigertally_core::import::Table::Staff, "staff.csv", newcomer).await;
    let dpo = house.sign_in("S007").await;
    house.system.erase_customer(&dpo, &no, "DSR-1").await.unwrap();
    assert!(!stands_in(house.folder(), body.as_bytes()), "the database and its log are free of it");
    assert!(!stands_in(house.folder(), &salt));

    // The old system sends the same number again, and it is erased again: the first order still stands for its entries.
    let record = format!("customer_no,kind,name,owner,region\n{no},企业,恒屿制冷设备有限公司,S001,华东\n");
    house.import(tigertally_core::import::Table::Customers, "c.csv", &record).await;
    house.system.view(&seller, &no).await.unwrap();
    house.system.erase_customer(&dpo, &no, "DSR-2").await.unwrap();
    let report = house.audit();
    assert!(report.fault.is_none(), "{:?}", report.fault);
    assert!(report.erased > 2);
}
