//! Where a leaked list comes from: an export is found again by what hides in it, a person by whom they have seen; a list of
//! others accuses nobody.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::fmt::Write as _;

use kit::House;
use tigertally_core::{
    Verdict,
    desk::{DeskError, ExportFormat, ExportLine, ExportQuery, LeakedFile, ListQuery, Trace},
    identity::Actor,
    import::Table,
    record::Field,
};

const FIELDS: [Field; 4] = [Field::Name, Field::Contact, Field::Mobile, Field::Address];

/// Imports customers of S001's, `from..to`.
async fn customers(house: &House, from: u32, to: u32) {
    let mut csv =
        "customer_no,kind,name,contact,mobile,address,region,owner,since,annual_spend_cny\n".to_owned();
    for n in from..to {
        let name = format!("苏州（工业园区）第{n}机械有限公司");
        writeln!(csv, "K{n:05},企业,{name},李华,138{n:08},苏州市星湖街{n}号,华东,S001,2025-01-05,100")
            .unwrap();
    }
    house.import(Table::Customers, "customers.csv", &csv).await;
}

/// S001 takes customers out; the file as its lines.
async fn export(house: &House) -> (i64, Vec<ExportLine>) {
    let seller = house.sign_in("S001").await;
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: FIELDS.to_vec(),
        clear: Vec::new(),
        format: ExportFormat::Csv,
        recipients: None,
    };
    let (id, _) = house.system.request_export(&seller, &query, "拜访前核对名单").await.unwrap();
    if let Some(approval) = house.system.export_of(&seller, id).await.unwrap().0.approval {
        let manager = house.sign_in("S002").await;
        house.system.decide_approval(&manager, approval, true, "", None).await.unwrap();
    }
    let mut run = house.system.start_export(&seller, id).await.unwrap();
    let mut lines = Vec::new();
    while let Some(more) = run.next().await.unwrap() {
        lines.extend(more);
    }
    run.finish(1, [7; 32]).await.unwrap();
    (id, lines)
}

/// The lines as a file has them.
fn rows(lines: &[ExportLine]) -> Vec<[String; 3]> {
    let row = |line: &ExportLine| {
        let cell = |field| line.dress(Some(field), line.customer.mask(field).unwrap());
        [cell(Field::Name), cell(Field::Address), line.dress(None, &line.customer.customer.since)]
    };
    lines.iter().map(row).collect()
}

async fn trace(house: &House, who: &Actor, rows: &[[String; 3]]) -> Trace {
    let mut csv = "名称,地址,合作起始\n".to_owned();
    rows.iter().for_each(|row| writeln!(csv, "{}", row.join(",")).unwrap());
    let file = LeakedFile::new("leaked.csv", csv.into_bytes());
    house.system.trace_leak(who, file, "网上流出的名单").await.unwrap().0
}

/// Customers of S001's, an export limit that lets them be taken out, and who traces.
async fn company(from: u32, to: u32) -> (House, Actor) {
    let house = House::new().await;
    customers(&house, from, to).await;
    let staff = "staff_no,name,department,role\nS007,秦岚,信息部,安全专员\n";
    house.import(Table::Staff, "staff.csv", staff).await;
    let security = house.sign_in("S007").await;
    (house, security)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_export_points_to_it_and_not_to_its_twin() {
    let (house, security) = company(0, 200).await;
    let (first, lines) = export(&house).await;
    let (second, twin) = export(&house).await;
    assert_eq!(lines.len(), 200);
    for (id, lines) in [(first, &lines), (second, &twin)] {
        let mut part = rows(lines);
        part.truncate(60);
        let in_order = trace(&house, &security, &part).await;
        assert_eq!((in_order.lines, in_order.resolved, in_order.exports), (60, 60, 2));
        assert_eq!((in_order.traced[0].export, in_order.verdict()), (Some(id), Verdict::PointsTo));
        assert_eq!(in_order.traced[0].staff.0, "S001");
        let finding = &in_order.traced[0].finding;
        assert_eq!(finding.order.unwrap().agree, 59);
        let bits = finding.bits.unwrap();
        assert_eq!((bits.agree, bits.of), (120, 120), "the brackets and the date of each line");
        assert!(in_order.traced[1].finding.log10_ratio < 2.0, "the other has the same customers");
        // Sorted, and without the date: the brackets alone still tell.
        part.sort();
        part.iter_mut().for_each(|row| row[2].clear());
        let sorted = trace(&house, &security, &part).await;
        assert_eq!((sorted.traced[0].export, sorted.verdict()), (Some(id), Verdict::PointsTo));
    }
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_customer_settles_it_and_is_nowhere_else() {
    let (house, security) = company(0, 300).await;
    let admin = house.sign_in("S006").await;
    let mut settings = house.system.settings();
    settings.exports.canary_phones = vec!["13900001111".into(), "13900002222".into()];
    house.system.change_settings(&admin, settings).await.unwrap();
    let (_, others) = export(&house).await;
    let (id, lines) = export(&house).await;
    assert_eq!((others.len(), lines.len()), (303, 303), "three made-up ones");
    let seller = house.sign_in("S001").await;
    let (shown, _) = house.system.export_of(&seller, id).await.unwrap();
    assert_eq!((shown.people, shown.written), (300, 300), "nobody counts them");
    let real = |line: &&ExportLine| line.customer.customer.no.as_str() < "K00300" && line.clear.is_none();
    let name = |line: &ExportLine| line.customer.mask(Field::Name).unwrap().to_owned();
    let made_up: Vec<&ExportLine> =
        lines.iter().filter(|line| !name(line).starts_with("苏州（工业园区）")).collect();
    assert_eq!(made_up.len(), 3);
    for line in &made_up {
        let no = &line.customer.customer.no;
        assert!(no.starts_with('K') && no.len() == 6, "{no}");
        assert!(matches!(house.system.view(&seller, no).await, Err(DeskError::NotFound(_))), "{no}");
        assert!(line.customer.mask(Field::Mobile).unwrap().starts_with("139"));
        assert!(!lines.iter().filter(real).any(|other| name(other) == name(line)));
    }
    // The order says nothing of them: they do not stand together at an end.
    let place = |line: &&ExportLine| {
        lines.iter().position(|other| other.customer.customer.no == line.customer.customer.no)
    };
    assert!(made_up.iter().any(|line| (10..290).contains(&place(line).unwrap())));
    // Two of them among 15 customers whose spelling was evened out.
    let plain =
        |line: &ExportLine| [name(line).replace('（', "(").replace('）', ")"), String::new(), String::new()];
    let mut leak: Vec<_> =
        lines.iter().filter(|line| name(line).starts_with("苏州")).take(15).map(plain).collect();
    leak.extend(made_up.iter().take(2).map(|line| plain(line)));
    leak.sort();
    let traced = trace(&house, &security, &leak).await;
    assert_eq!((traced.traced[0].export, traced.traced[0].finding.canaries), (Some(id), 2));
    assert_eq!(traced.verdict(), Verdict::PointsTo);
    assert!(house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_seen_points_to_them_and_what_all_could_have_to_nobody() {
    let (house, security) = company(0, 400).await;
    let seller = house.sign_in("S001").await;
    let manager = house.sign_in("S002").await;
    for n in 0..40 {
        house.system.view(&seller, &format!("K{:05}", 3 * n)).await.unwrap();
        house.system.view(&manager, &format!("K{:05}", 200 + n)).await.unwrap();
    }
    let row = |n: u32| [format!("苏州(工业园区)第{n}机械有限公司"), String::new(), String::new()];
    let seen: Vec<_> = (0..30).map(|n| row(3 * n)).collect();
    let traced = trace(&house, &security, &seen).await;
    assert_eq!((traced.traced[0].export, traced.traced[0].staff.0.as_str()), (None, "S001"));
    assert_eq!(traced.verdict(), Verdict::PointsTo);
    // Every seventh of all, some of whom each of the two has seen.
    let any: Vec<_> = (0..57).map(|n| row(7 * n)).collect();
    let nobody = trace(&house, &security, &any).await;
    assert_eq!((nobody.resolved, nobody.sources, nobody.verdict()), (57, 0, Verdict::Nobody));
    // Another company's.
    let stranger = [["南京晴川船务有限公司".to_owned(), String::new(), String::new()]];
    let none = trace(&house, &security, &stranger).await;
    assert_eq!((none.lines, none.resolved, none.traced.len()), (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_security_traces_for_a_reason_and_it_is_put_down() {
    let (house, security) = company(0, 3).await;
    let file = || LeakedFile::new("leaked.csv", "客户编号\nK00001\nK00002\n".into());
    for who in ["S001", "S002", "S005", "S006"] {
        let who = house.sign_in(who).await;
        let size = house.system.ledger_size();
        let refused = house.system.trace_leak(&who, file(), "好奇").await;
        assert!(matches!(refused, Err(DeskError::Denied { .. })));
        assert_eq!(house.system.ledger_size(), size + 1);
    }
    let size = house.system.ledger_size();
    let no_reason = house.system.trace_leak(&security, file(), " ").await;
    assert!(matches!(no_reason, Err(DeskError::Invalid { .. })));
    let (trace, receipt) = house.system.trace_leak(&security, file(), "网上流出的名单").await.unwrap();
    assert_eq!((trace.lines, trace.resolved, receipt.index), (2, 2, size));
    let broken = LeakedFile::new("leaked.xlsx", b"no workbook".to_vec());
    let broken = house.system.trace_leak(&security, broken, "网上流出的名单").await;
    assert!(matches!(broken, Err(DeskError::File(_))));
    assert_eq!(house.system.ledger_size(), size + 2);
}
