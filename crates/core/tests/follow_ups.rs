//! What happened with a customer stays with the customer: who reads it, what is bound to its place, and what erasing takes.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use kit::House;
use rusqlite::Connection;
use tigertally_core::{
    ConnectSettings, EntryFilter, FollowUpSettings, Settings,
    desk::{
        Assignment, AttachmentFault, Channel, DeskError, FollowUpKind, HistoryEvent, HistoryKind,
        HistoryPage, HistoryQuery, NewFollowUp, NextStep, OwnerChange, StatedPurpose,
    },
    entry::{Decision, action},
    identity::Actor,
    import::Table,
    policy::PurposeKind,
    record::Field,
};

const MORE: &str = "staff_no,name,department,role,region,manager,joined,email
S011,许岚,销售部,员工,华东,S002,2021-05-10,s011@example.com
S012,高远,合规部,数据保护负责人,,,2019-02-11,s012@example.com
";

/// Exchanges the first two pieces of the first file.
const SWAP: &str = "UPDATE attachment_piece SET number = 9 WHERE attachment_id = 1 AND number = 0; \
     UPDATE attachment_piece SET number = 0 WHERE attachment_id = 1 AND number = 1; \
     UPDATE attachment_piece SET number = 1 WHERE attachment_id = 1 AND number = 9";

const HMAC: &str = "1a0776242cca9ea3b4eba9ce9c67b600c13016f7fceb3948a2d48d49d6e7257c";

fn database(house: &House) -> Connection {
    let conn = Connection::open(house.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn
}

fn visit(customer: &str, text: &str) -> NewFollowUp {
    NewFollowUp {
        customer: customer.to_owned(),
        kind: FollowUpKind::Visit,
        at_ms: None,
        text: text.to_owned(),
        next: None,
    }
}

async fn history(house: &House, actor: &Actor, no: &str) -> Result<HistoryPage, DeskError> {
    house.system.history(actor, no, &HistoryQuery { limit: 100, ..HistoryQuery::default() }).await
}

/// Readers take no notice of a change that is not the writer's before the writer makes one.
async fn seen(house: &House, seller: &Actor, customer: &str) {
    house.task(seller, customer).await;
}

async fn whole(house: &House, actor: &Actor, file: i64) -> Result<Vec<u8>, DeskError> {
    let mut file = house.system.attachment(actor, file).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = file.next_piece()? {
        bytes.extend_from_slice(&piece);
    }
    assert_eq!(bytes.len() as u64, file.bytes());
    Ok(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_has_a_next_step_and_stays() {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE).await;
    let (seller, no) = house.seller_with_customer().await;
    house.pass(60);
    let next = NextStep { title: "送样品".into(), due: "2026-12-01".into() };
    let new = NewFollowUp { next: Some(next), ..visit(&no, "看了样品，约定下周送两套") };
    let ((id, task), _) = house.system.write_follow_up(&seller, &new, None).await.unwrap();
    let task = task.unwrap();
    let tasks = house.system.my_tasks(&seller, 10).await.unwrap().tasks;
    assert_eq!(
        (tasks[0].0.id, tasks[0].0.title.as_str(), tasks[0].0.due.as_str()),
        (task, "送样品", "2026-12-01")
    );
    house.pass(60);
    house.system.close_task(&seller, task).await.unwrap();
    house.pass(60);

    // Another owner: the former one's follow-up is there, with their name.
    let manager = house.sign_in("S002").await;
    let give = Assignment { owner: Some("S011".into()), contact_person: None };
    house.system.assign_customer(&manager, &no, &give).await.unwrap();
    let heir = house.sign_in("S011").await;
    let page = history(&house, &heir, &no).await.unwrap();
    let told: Vec<&str> = page
        .items
        .iter()
        .map(|item| match &item.event {
            HistoryEvent::Owner { how: OwnerChange::Assigned, to: Some((to, _)) } if to == "S011" => "owner",
            HistoryEvent::TaskClosed { title } if title == "送样品" => "closed",
            HistoryEvent::FollowUp { task: Some(of), text, .. } if *of == task => {
                assert_eq!(text, "看了样品，约定下周送两套");
                "follow-up"
            }
            HistoryEvent::TaskOpened { title, closed: true, .. } if title == "送样品" => "opened",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["owner", "closed", "follow-up", "opened"]);
    assert!(page.items.iter().all(|item| item.who.as_ref().unwrap().1 == "周敏"));
    assert_eq!(page.items[2].id, id);

    // By kind, and a page at a time.
    let query = HistoryQuery { kind: Some(HistoryKind::Tasks), limit: 1, cursor: None };
    let first = house.system.history(&heir, &no, &query).await.unwrap();
    assert!(matches!(first.items[0].event, HistoryEvent::TaskClosed { .. }));
    let query = HistoryQuery { cursor: first.next_cursor, ..query };
    let second = house.system.history(&heir, &no, &query).await.unwrap();
    assert!(matches!(second.items[0].event, HistoryEvent::TaskOpened { .. }) && second.next_cursor.is_none());
    let bad = HistoryQuery { cursor: Some("7|8".into()), ..query };
    assert!(matches!(house.system.history(&heir, &no, &bad).await, Err(DeskError::Cursor)));

    // Who sees nothing but the masked row, or nothing at all, does not read it; that they tried is put down.
    for reader in ["S001", "S003", "S006"] {
        let reader = house.sign_in(reader).await;
        let denied = history(&house, &reader, &no).await;
        assert!(matches!(denied, Err(DeskError::Denied { .. })), "{}", reader.no());
    }
    for reader in ["S002", "S004", "S005", "S012"] {
        let reader = house.sign_in(reader).await;
        assert_eq!(history(&house, &reader, &no).await.unwrap().items.len(), 4, "{}", reader.no());
    }
    let compliance = house.sign_in("S005").await;
    let denied = EntryFilter {
        actions: vec![action::HISTORY],
        decision: Some(Decision::Denied),
        ..EntryFilter::default()
    };
    assert_eq!(house.system.entries(&compliance, denied, 100).await.unwrap().0.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_checked() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let now = house.system.now_ms();
    let long = "长".repeat(2001);
    let next = |title: &str, due: &str| Some(NextStep { title: title.into(), due: due.into() });
    let wrong = [
        (visit(&no, " "), "text"),
        (visit(&no, &long), "text"),
        (visit(&no, "a\u{7}b"), "text"),
        (NewFollowUp { at_ms: Some(now + 60_000), ..visit(&no, "x") }, "at"),
        (NewFollowUp { at_ms: Some(now - 400 * 86_400_000), ..visit(&no, "x") }, "at"),
        (NewFollowUp { next: next("", "2026-12-01"), ..visit(&no, "x") }, "next_title"),
        (NewFollowUp { next: next("回访", "2026-02-31"), ..visit(&no, "x") }, "next_due"),
    ];
    for (new, field) in wrong {
        match house.system.write_follow_up(&seller, &new, None).await {
            Err(DeskError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let begun = house.system.begin_follow_up(&seller, &no, FollowUpKind::Visit, None).await;
    assert!(matches!(begun, Err(DeskError::Invalid { .. })), "a visit is not begun: {begun:?}");
    let (call, _) = house.system.begin_follow_up(&seller, &no, FollowUpKind::Call, None).await.unwrap();
    let other = house.sign_in("S002").await;
    let ended = house.system.end_follow_up(&other, call, "x", None).await;
    assert!(matches!(ended, Err(DeskError::NotFound(_))), "{ended:?}");
    let attached = house.system.attach(&other, call, "a.txt", b"x".to_vec()).await;
    assert!(matches!(attached, Err(DeskError::NotFound(_))), "{attached:?}");
    house.system.end_follow_up(&seller, call, "约好下周再谈", None).await.unwrap();
    let twice = house.system.end_follow_up(&seller, call, "约好下周再谈", None).await;
    assert!(matches!(twice, Err(DeskError::Conflict)), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_what_they_say_and_come_back_whole() {
    let house = House::new().await;
    let settings = Settings {
        follow_ups: FollowUpSettings { attachment_mb: 1, attachments: 3 },
        ..house.system.settings()
    };
    house.system.change_settings(&house.operator.actor(), settings).await.unwrap();
    let (seller, no) = house.seller_with_customer().await;
    let ((id, _), _) = house.system.write_follow_up(&seller, &visit(&no, "收到报价"), None).await.unwrap();
    let attach =
        async |name: &str, bytes: &[u8]| house.system.attach(&seller, id, name, bytes.to_vec()).await;
    let refused = [
        ("报价.pdf", &b"<html>"[..], AttachmentFault::NotAsNamed),
        ("报价.pdf", b"", AttachmentFault::Empty),
        ("eicar.com", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", AttachmentFault::Kind),
        ("报价\u{202e}fdp.txt", b"x", AttachmentFault::Name),
        ("报价.docx", b"PK\x03\x04", AttachmentFault::Archive),
        ("报价.txt", &vec![b'x'; (1 << 20) + 1], AttachmentFault::TooLarge(1)),
    ];
    for (name, bytes, fault) in refused {
        match attach(name, bytes).await {
            Err(DeskError::Attachment(found)) => assert_eq!(found, fault, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    let text: Vec<u8> = (0..(1 << 20)).map(|n| b'a' + (n % 26) as u8).collect();
    let (large, _) = attach("../../长文.txt", &text).await.unwrap();
    let (small, _) = attach("报价.pdf", b"%PDF-1.7 x").await.unwrap();
    attach("c.csv", b"a,b").await.unwrap();
    let fourth = attach("d.csv", b"a,b").await;
    assert!(matches!(fourth, Err(DeskError::Attachment(AttachmentFault::TooMany(3)))), "{fourth:?}");
    assert_eq!(whole(&house, &seller, large).await.unwrap(), text);
    assert_eq!(whole(&house, &seller, small).await.unwrap(), b"%PDF-1.7 x");
    let page = history(&house, &seller, &no).await.unwrap();
    let HistoryEvent::FollowUp { files, .. } = &page.items[0].event else { panic!() };
    assert_eq!(
        files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(),
        ["长文.txt", "报价.pdf", "c.csv"]
    );
    let stranger = house.sign_in("S003").await;
    assert!(matches!(whole(&house, &stranger, large).await, Err(DeskError::Denied { .. })));
    assert!(matches!(whole(&house, &seller, 99).await, Err(DeskError::NotFound(_))));
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_or_cut_does_not_open() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let other = house.customer(&seller).await;
    let text = vec![b'x'; 700_000];
    let mut files = Vec::new();
    for customer in [&no, &other] {
        let ((id, _), _) =
            house.system.write_follow_up(&seller, &visit(customer, "收到报价"), None).await.unwrap();
        files.push(house.system.attach(&seller, id, "a.txt", text.clone()).await.unwrap().0);
    }
    let conn = database(&house);
    // Each change, and how it is taken back.
    let changes = [
        (
            "cut short",
            "UPDATE attachment_piece SET attachment_id = 77 WHERE attachment_id = 1 AND number = 2",
            "UPDATE attachment_piece SET attachment_id = 1 WHERE attachment_id = 77",
        ),
        ("in another order", SWAP, SWAP),
    ];
    for (what, change, back) in changes {
        conn.execute_batch(change).unwrap();
        seen(&house, &seller, &other).await;
        let opened = whole(&house, &seller, files[0]).await;
        assert!(matches!(opened, Err(DeskError::Vault(_))), "{what}: {opened:?}");
        conn.execute_batch(back).unwrap();
    }
    conn.execute_batch("CREATE TEMP TABLE kept AS SELECT * FROM attachment WHERE id = 1").unwrap();
    // Fewer pieces than there are, and that said so in the row: the row's seal tells.
    for change in [
        "UPDATE attachment SET pieces = 2 WHERE id = 1",
        "UPDATE attachment SET follow_up_id = 2 WHERE id = 1",
        "UPDATE attachment SET customer_id = 2 WHERE id = 1",
    ] {
        conn.execute_batch(change).unwrap();
        seen(&house, &seller, &other).await;
        let opened = whole(&house, &seller, files[0]).await;
        assert!(matches!(opened, Err(DeskError::Store(_))), "{change}: {opened:?}");
        conn.execute_batch("DELETE FROM attachment WHERE id = 1; INSERT INTO attachment SELECT * FROM kept")
            .unwrap();
    }
    // Another customer's piece in this file's place.
    conn.execute_batch("CREATE TEMP TABLE piece AS SELECT sealed FROM attachment_piece WHERE attachment_id = 1 AND number = 0; UPDATE attachment_piece SET sealed = (SELECT sealed FROM attachment_piece WHERE attachment_id = 2 AND number = 0) WHERE attachment_id = 1 AND number = 0").unwrap();
    seen(&house, &seller, &other).await;
    assert!(matches!(whole(&house, &seller, files[0]).await, Err(DeskError::Vault(_))));
    conn.execute_batch("UPDATE attachment_piece SET sealed = (SELECT sealed FROM piece) WHERE attachment_id = 1 AND number = 0").unwrap();
    seen(&house, &seller, &other).await;
    assert_eq!(whole(&house, &seller, files[0]).await.unwrap(), text);
    // A text in another row, and a task's title in another customer's.
    conn.execute_batch("UPDATE follow_up SET text = (SELECT text FROM follow_up WHERE id = 2) WHERE id = 1")
        .unwrap();
    assert!(matches!(history(&house, &seller, &no).await, Err(DeskError::Vault(_))));
    // A call that somebody else wrote into the table is no purpose.
    let (call, _) = house.system.begin_follow_up(&seller, &other, FollowUpKind::Call, None).await.unwrap();
    conn.execute(
        "UPDATE follow_up SET customer_id = (SELECT id FROM customer WHERE no = ?1) WHERE id = ?2",
        (&no, call),
    )
    .unwrap();
    seen(&house, &seller, &other).await;
    let purpose = StatedPurpose { kind: PurposeKind::Call, reference: call };
    let opened = house.system.reveal(&seller, &no, &[Field::Mobile], Some(&purpose)).await;
    assert!(matches!(opened, Err(DeskError::Store(_))), "it opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_takes_all_of_it() {
    let house = House::new().await;
    house.import(Table::Staff, "more.csv", MORE).await;
    let (seller, no) = house.seller_with_customer().await;
    let next = NextStep { title: "送样品".into(), due: "2026-12-01".into() };
    let new = NewFollowUp { next: Some(next), ..visit(&no, "收到报价") };
    let ((id, _), _) = house.system.write_follow_up(&seller, &new, None).await.unwrap();
    house.system.attach(&seller, id, "a.txt", vec![b'x'; 300_000]).await.unwrap();
    let manager = house.sign_in("S002").await;
    let give = Assignment { owner: Some("S011".into()), contact_person: None };
    house.system.assign_customer(&manager, &no, &give).await.unwrap();
    let dpo = house.sign_in("S012").await;
    let file = house.system.attachment(&dpo, 1).await.unwrap();
    house.system.erase_customer(&dpo, &no, "DSR-7").await.unwrap();
    let conn = database(&house);
    for table in ["follow_up", "attachment", "attachment_piece", "task", "owner_change", "data_key"] {
        let left: i64 =
            conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let mut file = file;
    assert!(file.next_piece().is_err(), "nor does one go on that was being handed over");
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_the_number_and_nobody_sees_it() {
    let house = House::new().await;
    let (seller, no) = house.seller_with_customer().await;
    let off = house.system.connect(&seller, &no, Channel::Call).await;
    assert!(matches!(off, Err(DeskError::Off)));
    let operator = house.operator.actor();
    let wrong = ["http://example.com/hook", "ftp://x", "https://a@b/", "http://127.0.0.1.example.com/"];
    for url in wrong {
        let connect = ConnectSettings { webhook_url: url.into(), ..ConnectSettings::default() };
        let changed =
            house.system.change_settings(&operator, Settings { connect, ..house.system.settings() }).await;
        assert!(matches!(changed, Err(DeskError::Setting("connect_webhook_url"))), "{url}");
    }
    let connect = ConnectSettings {
        webhook_url: "https://calls.example.com/in?k=1".into(),
        ..ConnectSettings::default()
    };
    house
        .system
        .change_settings(&operator, Settings { connect: connect.clone(), ..house.system.settings() })
        .await
        .unwrap();
    assert!(
        matches!(house.system.connect(&seller, &no, Channel::Call).await, Err(DeskError::Off)),
        "no secret yet"
    );
    let short = house.system.set_connect_secret(&operator, "short").await;
    assert!(matches!(short, Err(DeskError::Invalid { .. })));
    let by_seller = house.system.set_connect_secret(&seller, "a-secret-of-the-call-centre").await;
    assert!(matches!(by_seller, Err(DeskError::Denied { .. })));
    house.system.set_connect_secret(&operator, "a-secret-of-the-call-centre").await.unwrap();

    let first = house.system.connect(&seller, &no, Channel::Call).await.unwrap();
    assert_eq!(first.number.values().collect::<Vec<_>>(), [(Field::Mobile, "13812345678")]);
    // As OpenSSL has it: printf '1700000000.{}' | openssl dgst -sha256 -hmac a-secret-of-the-call-centre
    assert_eq!(first.signature(1_700_000_000, b"{}"), HMAC);
    let receipt = house.system.connected(&seller, &no, &first, true).await.unwrap();
    let again = house.system.connect(&seller, &no, Channel::Call).await.unwrap();
    assert_eq!(again.follow_up, first.follow_up, "it goes on with the call that runs");
    let message = house.system.connect(&seller, &no, Channel::Message).await.unwrap();
    assert_ne!(message.follow_up, first.follow_up);
    // It is a purpose.
    let purpose = StatedPurpose { kind: PurposeKind::Call, reference: first.follow_up };
    house.system.reveal(&seller, &no, &[Field::Mobile], Some(&purpose)).await.unwrap();

    let before = house.system.ledger_size();
    let stranger = house.sign_in("S003").await;
    let denied = house.system.connect(&stranger, &no, Channel::Call).await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })));
    let compliance = house.sign_in("S005").await;
    assert!(matches!(
        house.system.connect(&compliance, &no, Channel::Call).await,
        Err(DeskError::Denied { .. })
    ));
    assert!(house.system.ledger_size() > before + 1);
    let running: i64 = database(&house)
        .query_row("SELECT count(*) FROM follow_up WHERE ended_ms IS NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(running, 2, "a denial leaves nothing behind");
    assert!(receipt.index < before);

    // To one's own device only when the company allows it.
    assert!(matches!(house.system.begin_hand_off(&seller, &no, Channel::Call).await, Err(DeskError::Off)));
    let connect = ConnectSettings { hand_off: true, ..connect };
    house
        .system
        .change_settings(&operator, Settings { connect: connect.clone(), ..house.system.settings() })
        .await
        .unwrap();
    let link = house.system.begin_hand_off(&seller, &no, Channel::Call).await.unwrap();
    let size = house.system.ledger_size();
    let other = house.system.hand_off(&stranger, &link.token).await;
    assert!(matches!(other, Err(DeskError::NotFound(_))), "it is another's");
    assert!(house.system.ledger_size() > size);
    let (dial, number) = house.system.hand_off(&seller, &link.token).await.unwrap();
    assert_eq!(number.values().collect::<Vec<_>>(), [(Field::Mobile, "13812345678")]);
    assert_eq!(dial.address("13812345678"), "tel:13812345678");
    let twice = house.system.hand_off(&seller, &link.token).await;
    assert!(matches!(twice, Err(DeskError::NotFound(_))), "it works once");
    // By the company's telephone system.
    for wrong in [
        "sip:pbx.example.com",
        "pbx.example.com;user=phone",
        "a b",
        "x@y",
        "pbx.example.com:0",
        "-a.com",
        "a..com",
    ] {
        let connect = ConnectSettings { sip_domain: wrong.into(), ..connect.clone() };
        let changed =
            house.system.change_settings(&operator, Settings { connect, ..house.system.settings() }).await;
        assert!(matches!(changed, Err(DeskError::Setting("sip_domain"))), "{wrong}");
    }
    let connect = ConnectSettings { sip_domain: "pbx.example.com:5061".into(), ..connect };
    house.system.change_settings(&operator, Settings { connect, ..house.system.settings() }).await.unwrap();
    for (channel, address) in
        [(Channel::Call, "sip:13812345678@pbx.example.com:5061"), (Channel::Message, "sms:13812345678")]
    {
        let link = house.system.begin_hand_off(&seller, &no, channel).await.unwrap();
        let (dial, _) = house.system.hand_off(&seller, &link.token).await.unwrap();
        assert_eq!(dial.address("13812345678"), address);
    }
    let link = house.system.begin_hand_off(&seller, &no, Channel::Call).await.unwrap();
    house.pass(61);
    assert!(
        matches!(house.system.hand_off(&seller, &link.token).await, Err(DeskError::NotFound(_))),
        "too late"
    );
    let link = house.system.begin_hand_off(&seller, &no, Channel::Call).await.unwrap();
    house.system.end_follow_up(&seller, link.follow_up, "", None).await.unwrap();
    let late = house.system.hand_off(&seller, &link.token).await;
    assert!(matches!(late, Err(DeskError::Purpose)), "the call is over");
}
