//! Exports: what leaves, leaves by the gate; few and masked at once, else with an approval, and over the law's lines with
//! two.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::collections::BTreeSet;

use kit::House;
use tigertally_core::{
    age::Recipients,
    desk::{
        Asked, DeskError, ExportFormat, ExportLine, ExportQuery, ExportRun, ExportState, ListQuery, Lock,
    },
    identity::Actor,
    import::Table,
    record::Field,
};

fn masked() -> ExportQuery {
    ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name, Field::Mobile],
        clear: Vec::new(),
        format: ExportFormat::Xlsx,
        recipients: None,
    }
}

fn clear(field: Field) -> ExportQuery {
    ExportQuery { fields: vec![Field::Name, field], clear: vec![field], ..masked() }
}

async fn rows(mut run: ExportRun) -> Vec<ExportLine> {
    let mut rows = Vec::new();
    while let Some(lines) = run.next().await.unwrap() {
        rows.extend(lines);
    }
    run.finish(1, [7; 32]).await.unwrap();
    rows
}

async fn rows_of(house: &House, actor: &Actor, id: i64) -> Vec<ExportLine> {
    rows(house.system.start_export(actor, id).await.unwrap()).await
}

/// Imports customers of S001's, `from..to`.
async fn customers(house: &House, from: u32, to: u32) {
    let mut csv = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,annual_spend_cny,needs\n"
        .to_owned();
    for n in from..to {
        csv.push_str(&format!(
            "K{n:05},企业,客户{n}有限公司,李华,138{n:08},110101199003070134,6217006549440553,k{n}@example.com,苏州市星湖街{n}号,华东,S001,2025-01-05,100,需要两台机组\n"
        ));
    }
    house.import(Table::Customers, "customers.csv", &csv).await;
}

async fn state(house: &House, actor: &Actor, id: i64) -> ExportState {
    house.system.export_of(actor, id).await.unwrap().0.state
}

#[tokio::test(flavor = "multi_thread")]
async fn few_of_ones_own_leave_at_once_masked_and_named_in_the_ledger() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    customers(&house, 0, 20).await;
    let (count, _) = house.system.count_export(&seller, &masked()).await.unwrap();
    assert_eq!((count.people, count.own_area, count.needed, count.taken), (20, true, 0, 0));
    let (id, _) = house.system.request_export(&seller, &masked(), "拜访前核对名单").await.unwrap();
    assert_eq!(state(&house, &seller, id).await, ExportState::Ready);
    let run = house.system.start_export(&seller, id).await.unwrap();
    assert_eq!(state(&house, &seller, id).await, ExportState::Running);
    assert!(matches!(house.system.start_export(&seller, id).await, Err(DeskError::Conflict)));
    let size = house.system.ledger_size();
    let rows = rows(run).await;
    assert_eq!(house.system.ledger_size(), size + 2, "one entry for the rows, one for the end");
    assert!(rows.iter().all(|row| row.clear.is_none()));
    let mobile = rows[0].customer.mask(Field::Mobile).unwrap();
    assert!(mobile.contains("****"), "{mobile}");
    let numbers: BTreeSet<_> = rows.iter().map(|row| row.customer.customer.no.clone()).collect();
    assert_eq!(numbers.len(), 20);
    // The order is the file's own.
    let order: Vec<_> = rows.iter().map(|row| &row.customer.customer.no).collect();
    assert!(!order.is_sorted());
    // The file is fetched once.
    assert_eq!(state(&house, &seller, id).await, ExportState::Made);
    house.system.take_export(&seller, id).await.unwrap();
    assert!(matches!(house.system.take_export(&seller, id).await, Err(DeskError::Conflict)));
    // The name of a firm is public: in clear it is no more than masked.
    assert_eq!(house.system.count_export(&seller, &clear(Field::Name)).await.unwrap().0.needed, 0);
    let (id, _) = house.system.request_export(&seller, &clear(Field::Name), "名片核对").await.unwrap();
    let named = rows_of(&house, &seller, id).await;
    assert!(named.iter().all(|row| row.clear.as_ref().unwrap().values().count() == 1));
    // Few at a time do not add up to many.
    let kept = as_many_as_go_at_once(&house, &seller).await;
    assert_eq!(kept.len(), 10, "250 in 30 days, of 20 each");
    house.system.start_export(&seller, kept[0]).await.map(drop).unwrap();
    // Nor can they be kept for one day: what was not run is over, and does not count any more.
    house.pass(86_400);
    assert_eq!(state(&house, &seller, kept[1]).await, ExportState::Lapsed);
    assert!(matches!(house.system.start_export(&seller, kept[1]).await, Err(DeskError::Over)));
    let begun = house.system.count_export(&seller, &masked()).await.unwrap().0;
    assert_eq!(begun.taken, 60, "the two that were fetched, and one that was begun");
    assert_eq!(as_many_as_go_at_once(&house, &seller).await.len(), 9);
    // What was begun long ago counts from when it goes on.
    house.pass(31 * 86_400);
    assert_eq!(house.system.count_export(&seller, &masked()).await.unwrap().0.taken, 0);
    rows_of(&house, &seller, kept[0]).await;
    assert_eq!(house.system.count_export(&seller, &masked()).await.unwrap().0.taken, 20);
}

/// Asks for masked exports until one would take an approval.
async fn as_many_as_go_at_once(house: &House, seller: &Actor) -> Vec<i64> {
    let mut asked = Vec::new();
    while house.system.count_export(seller, &masked()).await.unwrap().0.needed == 0 {
        let (id, _) = house.system.request_export(seller, &masked(), "拜访前核对名单").await.unwrap();
        asked.push(id);
    }
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn more_or_in_clear_waits_for_one_and_over_the_line_for_two_of_different_departments() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let manager = house.sign_in("S002").await;
    let compliance = house.sign_in("S005").await;
    customers(&house, 0, 24).await;
    let needed =
        async |query: &ExportQuery| house.system.count_export(&seller, query).await.unwrap().0.needed;
    assert_eq!(needed(&clear(Field::Mobile)).await, 1);
    assert_eq!(needed(&clear(Field::IdNumber)).await, 1, "24 people");
    customers(&house, 24, 30).await;
    assert_eq!(needed(&masked()).await, 1, "30 are not few");
    let query = clear(Field::IdNumber);
    assert_eq!(needed(&query).await, 2, "25 people with sensitive fields: the line");
    let (id, _) = house.system.request_export(&seller, &query, "银行要求补充证件号").await.unwrap();
    let approval = house.system.export_of(&seller, id).await.unwrap().0.approval.unwrap();
    let decide = async |who: &Actor| house.system.decide_approval(who, approval, true, "", None).await;
    decide(&manager).await.unwrap();
    assert_eq!(state(&house, &seller, id).await, ExportState::Waiting, "one is not two");
    assert!(matches!(decide(&manager).await, Err(DeskError::Conflict)), "nobody votes twice");
    assert!(matches!(
        house.system.start_export(&seller, id).await,
        Err(DeskError::Conflict | DeskError::Denied { .. })
    ));
    decide(&compliance).await.unwrap();
    let run = house.system.start_export(&seller, id).await.unwrap();
    let rows = rows(run).await;
    assert_eq!(rows.len(), 30);
    for row in &rows {
        let clear: Vec<_> = row.clear.as_ref().unwrap().values().map(|(field, _)| field).collect();
        assert_eq!(clear, [Field::IdNumber], "what was approved and nothing else");
    }
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_hands_or_is_gone_is_left_out() {
    let house = House::new().await;
    let seller = house.sign_in("S003").await;
    let theirs = house.customer(&seller).await;
    let kept = house.customer(&seller).await;
    let (id, _) = house.system.request_export(&seller, &masked(), "拜访前核对名单").await.unwrap();
    let manager = house.sign_in("S002").await;
    let to = tigertally_core::desk::Assignment { owner: Some("S001".into()), contact_person: None };
    house.system.assign_customer(&manager, &theirs, &to).await.unwrap();
    let rows = rows(house.system.start_export(&seller, id).await.unwrap()).await;
    let numbers: Vec<_> = rows.iter().map(|row| row.customer.customer.no.as_str()).collect();
    // It is low tier and of the seller's department and region still? Then it may be seen; else it is left out.
    let sees = house.system.view(&seller, &theirs).await.is_ok();
    assert!(numbers.contains(&kept.as_str()));
    assert_eq!(numbers.contains(&theirs.as_str()), sees);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_take_nothing_out_takes_nothing_out() {
    let house = House::new().await;
    customers(&house, 0, 3).await;
    for no in ["S006"] {
        let actor = house.sign_in(no).await;
        for query in [masked(), clear(Field::Mobile)] {
            let refused = house.system.request_export(&actor, &query, "拜访前核对名单").await;
            assert!(matches!(refused, Err(DeskError::Denied { .. })), "{no}");
            assert!(matches!(house.system.count_export(&actor, &query).await, Err(DeskError::Denied { .. })));
        }
    }
    let compliance = house.sign_in("S005").await;
    let (count, _) = house.system.count_export(&compliance, &masked()).await.unwrap();
    assert_eq!(count.needed, 1, "compliance takes nothing out alone");
    // A search term would stand in the export's row.
    let searched = ExportQuery {
        list: ListQuery { term: Some("13812345678".into()), ..ListQuery::default() },
        ..masked()
    };
    assert!(matches!(
        house.system.count_export(&compliance, &searched).await,
        Err(DeskError::Invalid { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_export_is_run_again_and_an_old_file_is_removed() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    customers(&house, 0, 5).await;
    let (id, _) = house.system.request_export(&seller, &masked(), "拜访前核对名单").await.unwrap();
    let mut run = house.system.start_export(&seller, id).await.unwrap();
    run.next().await.unwrap().unwrap();
    drop(run);
    assert_eq!(state(&house, &seller, id).await, ExportState::Interrupted);
    let run = house.system.start_export(&seller, id).await.unwrap();
    std::fs::create_dir_all(house.system.export_file(id).parent().unwrap()).unwrap();
    std::fs::write(house.system.export_file(id), b"sealed").unwrap();
    assert_eq!(rows(run).await.len(), 5);
    house.pass(25 * 3_600);
    assert_eq!(state(&house, &seller, id).await, ExportState::Expired);
    assert!(matches!(house.system.take_export(&seller, id).await, Err(DeskError::Conflict)));
    house.system.clear_exports().unwrap();
    assert!(!house.system.export_file(id).exists());
}

const KEYS: [&str; 2] = [
    "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
    "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg",
];

#[tokio::test(flavor = "multi_thread")]
async fn whose_keys_open_a_file_is_approved_and_fixed_and_in_the_ledger() {
    let house = House::new().await;
    let seller = house.sign_in("S001").await;
    let manager = house.sign_in("S002").await;
    customers(&house, 0, 3).await;
    let keys = Recipients::parse(&KEYS.join("\n")).unwrap();
    let query = ExportQuery { recipients: Some(keys.clone()), ..clear(Field::Mobile) };
    let size = house.system.ledger_size();
    let (id, _) = house.system.request_export(&seller, &query, "短信通知到货").await.unwrap();
    let (asked, _) = house.system.export_of(&seller, id).await.unwrap();
    assert_eq!(asked.recipients, KEYS);
    // Who approves is told the keys.
    let list = house.system.approvals(&manager).await.unwrap();
    let told = list.waiting.iter().find_map(|approval| match &approval.asked {
        Asked::Export { export, recipients, .. } if *export == id => Some(recipients.clone()),
        _ => None,
    });
    assert_eq!(told.unwrap(), KEYS);
    house.system.decide_approval(&manager, asked.approval.unwrap(), true, "", None).await.unwrap();
    // Another key, one less or a password: not what was approved.
    let database = || rusqlite::Connection::open(house.folder().join("tigertally.db")).unwrap();
    for keys in [KEYS[0].to_owned(), format!("{}\n{}", KEYS[1], KEYS[0]), String::new()] {
        let sql = "UPDATE export SET recipients = ?2 WHERE id = ?1";
        assert_eq!(database().execute(sql, (id, keys)).unwrap(), 1);
        let refused = house.system.start_export(&seller, id).await;
        assert!(matches!(refused, Err(DeskError::Store(_))));
    }
    let sql = "UPDATE export SET recipients = ?2 WHERE id = ?1";
    database().execute(sql, (id, KEYS.join("\n"))).unwrap();
    let run = house.system.start_export(&seller, id).await.unwrap();
    assert!(matches!(run.lock(), Lock::Keys(held) if *held == keys));
    assert_eq!(rows(run).await.len(), 3);
    let (file, _) = house.system.take_export(&seller, id).await.unwrap();
    assert!(file.for_keys && file.format == ExportFormat::Xlsx);
    // Asked for and begun: both entries name the keys.
    let auditor = house.sign_in("S005").await;
    let (entries, ..) = house.system.entries(&auditor, Default::default(), 200).await.unwrap();
    let named: Vec<_> = entries
        .iter()
        .filter(|entry| entry.index >= size)
        .filter(|entry| entry.body.as_ref().unwrap().detail.get("recipients") == Some(&KEYS.to_vec().into()))
        .map(|entry| entry.action.as_str())
        .collect();
    assert_eq!(named.len(), 2, "{named:?}");
    // Without keys a password opens it.
    let (id, _) = house.system.request_export(&seller, &masked(), "拜访前核对名单").await.unwrap();
    let run = house.system.start_export(&seller, id).await.unwrap();
    assert!(matches!(run.lock(), Lock::Password(password) if password.len() == 24));
}
