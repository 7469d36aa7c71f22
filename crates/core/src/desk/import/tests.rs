//! Files of a small company, imported into a folder of their own.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use tempfile::TempDir;

use super::*;
use crate::{
    Unlock,
    entry::Body,
    identity::Operator,
    record::{Field, Tier, TierRule},
    store::{customers, ledger, sealed, staff, work},
};

const STAFF: &str = "工号,姓名,部门,岗位,区域,上级,入职日期,邮箱\n\
    S001,邢旭,销售部,主管,华中,,2024-07-14,s001@example.com\n\
    S002,韦斌,销售部,员工,华中,S001,2023-01-15,s002@example.com\n\
    S003,吕晶,客服部,员工,华北,S001,2026-03-22,\n";
const HEADER: &str = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,region,owner,since,\
    annual_spend_cny,needs\n";
const FIRM: &str = "C00001,企业,易动力网络有限公司,高淑珍,15920116410,360501198308137508,6217006549440553,\
    lifang829@example.com,福建省潮州市吉区郭路U座,华东,S001,2024-07-30,50000.00,价格敏感\n";
const PERSON: &str = "C00002,个人,王桂珍,袁建平,15106788423,530126195205027780,6228486999016813,\
    pingchen984@example.com,湖南省嘉禾市怀柔刘路l座,华南,S002,2024-04-19,0.00,要求增值税专票\n";
const ORDERS: &str = "customer_no,date,items,amount_cny\n\
    C00002,2026-03-01,1,60000.00\nC00002,2026-03-01,1,60000.00\nC00001,2026-05-01,2,120.50\n";
/// 2026-11-24, noon in Shanghai.
const NOON: u64 = 1_795_492_800_000;

struct Company {
    tigertally: Arc<Tigertally>,
    operator: Operator,
    now: Arc<AtomicU64>,
    folder: TempDir,
}

impl Company {
    async fn new() -> Company {
        let folder = TempDir::new().unwrap();
        let now = Arc::new(AtomicU64::new(NOON));
        let clock = Arc::clone(&now);
        let clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let (tigertally, operator) =
            Tigertally::init(folder.path(), "虎符", &Unlock::fresh(), clock).await.unwrap();
        let company = Company { tigertally: Arc::new(tigertally), operator, now, folder };
        company.good(Table::Staff, STAFF).await;
        company
    }

    async fn with_customers() -> Company {
        let company = Company::new().await;
        company.good(Table::Customers, &format!("{HEADER}{FIRM}{PERSON}")).await;
        company
    }

    async fn import(&self, table: Table, text: &str, options: ImportOptions) -> ImportReport {
        let file = ImportFile::uploaded("a.csv", text.as_bytes().to_vec(), table);
        self.tigertally.import(&self.operator.actor(), file, options, |_, _| ()).await.unwrap()
    }

    async fn good(&self, table: Table, text: &str) -> ImportReport {
        let report = self.import(table, text, ImportOptions::default()).await;
        assert_eq!((report.faults.as_slice(), report.taken), (&[][..], true));
        report
    }

    fn customer(&self, no: &str) -> customers::Customer {
        self.tigertally.customer(no).unwrap()
    }

    fn count(&self) -> usize {
        self.tigertally.store.read(customers::numbers).unwrap().len()
    }

    fn entry(&self, receipt: Receipt) -> Body {
        self.entry_at(receipt.index)
    }

    fn entry_at(&self, index: u64) -> Body {
        let raw = self.tigertally.store.read(|conn| ledger::raw_entry(conn, index)).unwrap().unwrap();
        serde_json::from_slice(&raw.2.unwrap()).unwrap()
    }
}

fn counts(report: &ImportReport) -> (u64, u64, u64, u64) {
    (report.created, report.updated, report.unchanged, report.rejected)
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let company = Company::new().await;
    let file = format!("{HEADER}{FIRM}{PERSON}");
    let first = company.good(Table::Customers, &file).await;
    assert_eq!(counts(&first), (2, 0, 0, 0));
    let entry = company.entry(first.receipts.unwrap().0);
    assert_eq!(entry.customers, ["C00001", "C00002"]);
    assert_eq!(entry.detail["created"].as_u64(), Some(2));
    // A later day changes nothing either.
    company.now.fetch_add(3 * 86_400_000, Ordering::Relaxed);
    let again = company.good(Table::Customers, &file).await;
    assert_eq!(counts(&again), (0, 0, 2, 0));
    assert_eq!(company.entry(again.receipts.unwrap().0).detail["unchanged"], 2);
    assert_eq!(counts(&company.good(Table::Staff, STAFF).await), (0, 0, 3, 0));
    assert_eq!(company.customer("C00001").version, 1);
}

#[tokio::test]
async fn customers_come_to_their_owners_department_and_tier() {
    let company = Company::with_customers().await;
    let firm = company.customer("C00001");
    assert_eq!((firm.tier, firm.spend_fen, firm.department.as_str()), (Tier::Medium, 5_000_000, "销售部"));
    assert!(firm.contact_person.is_none() && firm.review_due.is_none());
    let high = PERSON.replace("C00002", "C00003").replace("2024-04-19", "2019-04-19");
    company.good(Table::Customers, &format!("{HEADER}{high}")).await;
    let high = company.customer("C00003");
    assert_eq!((high.tier, high.contact_person.map(|who| who.no)), (Tier::High, Some("S002".to_owned())));
    assert_eq!(high.review_due.as_deref(), Some("2027-02-22"));
    company.good(Table::Customers, "客户编号,客户名称\nC00004,无人管\n").await;
    let nobodys = company.customer("C00004");
    assert_eq!((nobodys.department.as_str(), nobodys.owner), ("", None));
}

#[tokio::test]
async fn a_changed_line_changes_what_it_says_and_the_entry_names_the_columns() {
    let company = Company::with_customers().await;
    let changed =
        FIRM.replace("15920116410", "13900001111").replace("S001", "S003").replace("50000.00", "200000");
    let report = company.good(Table::Customers, &format!("{HEADER}{changed}{PERSON}")).await;
    assert_eq!(counts(&report), (0, 1, 1, 0));
    assert_eq!(report.changed_fields["mobile"], 1);
    let entry = company.entry(report.receipts.unwrap().0);
    assert_eq!(entry.customers, ["C00001"]);
    assert_eq!(
        entry.detail["updated"],
        serde_json::json!({"C00001": ["mobile", "owner", "annual_spend_cny", "tier"]})
    );
    let firm = company.customer("C00001");
    assert_eq!((firm.version, firm.tier, firm.department.as_str()), (2, Tier::High, "客服部"));
    assert_eq!(firm.contact_person.map(|who| who.no), Some("S003".to_owned()));
    let found = |number: &str| {
        let hash = company.tigertally.vault.index_of(Field::Mobile, number);
        let read = |conn: &_| customers::by_blind_index(conn, Field::Mobile.id(), &hash, 9);
        company.tigertally.store.read(read).unwrap().len()
    };
    assert_eq!((found("13900001111"), found("15920116410")), (1, 0));
}

#[tokio::test]
async fn a_person_becomes_a_firm_and_opens_as_one() {
    let company = Company::with_customers().await;
    let firm = PERSON.replace("个人", "企业");
    let report = company.good(Table::Customers, &format!("{HEADER}{firm}")).await;
    assert_eq!(report.changed_fields.keys().collect::<Vec<_>>(), [&"kind"]);
    // A later change of the name opens the one that was sealed anew.
    let renamed = firm.replace("王桂珍", "桂珍商行");
    let report = company.good(Table::Customers, &format!("{HEADER}{renamed}")).await;
    assert_eq!(report.changed_fields.keys().collect::<Vec<_>>(), [&"name"]);
    assert_eq!(company.customer("C00002").version, 3);
}

#[tokio::test]
async fn what_a_file_does_not_say_stays() {
    let company = Company::with_customers().await;
    let text = "客户编号,客户名称,区域,首次合作日期\nC00001,易动力网络有限公司,,\n";
    assert_eq!(counts(&company.good(Table::Customers, text).await), (0, 0, 1, 0));
    let firm = company.customer("C00001");
    assert_eq!(
        (firm.region.as_str(), firm.since.as_str(), firm.spend_fen),
        ("华东", "2024-07-30", 5_000_000)
    );
}

#[tokio::test]
async fn with_a_bad_line_nothing_is_taken_or_the_good_ones_are() {
    let company = Company::new().await;
    let bad = PERSON.replace("15106788423", "1510678842");
    let file = format!("{HEADER}{FIRM}{bad}");
    let report = company.import(Table::Customers, &file, ImportOptions::default()).await;
    assert_eq!((report.taken, counts(&report), company.count()), (false, (0, 0, 0, 1), 0));
    let fault = &report.faults[0];
    assert_eq!((fault.line, fault.column.as_str(), fault.problem.code()), (3, "mobile", "bad_mobile"));
    assert_eq!(company.entry(report.receipts.unwrap().0).detail["taken"], false);
    let good_ones = ImportOptions { all_or_nothing: false, ..ImportOptions::default() };
    let report = company.import(Table::Customers, &file, good_ones).await;
    assert_eq!((report.taken, counts(&report), company.count()), (true, (1, 0, 0, 1), 1));
    let told = serde_json::to_value(&report).unwrap();
    assert_eq!(told["faults"][0]["code"], "bad_mobile");
    assert!(!told.to_string().contains("1510678842"));
}

#[tokio::test]
async fn strangers_are_faults_of_their_line() {
    let company = Company::with_customers().await;
    let stranger = PERSON.replace("C00002", "C00009").replace("S002", "S099");
    let report =
        company.import(Table::Customers, &format!("{HEADER}{stranger}"), ImportOptions::default()).await;
    let fault = &report.faults[0];
    assert_eq!((fault.line, fault.column.as_str(), fault.shown.as_str()), (2, "owner", "S***"));
    let orders = "客户编号,日期,件数,金额\nC00002,2026-01-01,1,5\nC77777,2026-01-01,1,5\n";
    let report = company.import(Table::Orders, orders, ImportOptions::default()).await;
    assert_eq!((report.faults[0].line, report.faults[0].column.as_str()), (3, "客户编号"));
    // Nobody can report to a line that is not taken.
    let staff = "工号,姓名,部门,岗位,上级\nS010,甲乙,销售部,员工,S011\nS011,丙丁,销售部,员工,S012\nS013,戊己,销售部,员工,S001\n";
    let good_ones = ImportOptions { all_or_nothing: false, ..ImportOptions::default() };
    let report = company.import(Table::Staff, staff, good_ones).await;
    assert_eq!((counts(&report), report.faults_total), ((1, 0, 0, 2), 2));
    assert!(company.tigertally.store.read(|conn| staff::by_no(conn, "S010")).unwrap().is_none());
}

#[tokio::test]
async fn a_dry_run_tells_and_writes_nothing() {
    let company = Company::with_customers().await;
    let changed = FIRM.replace("华东", "华北");
    let new = PERSON.replace("C00002", "C00003");
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let report = company.import(Table::Customers, &format!("{HEADER}{changed}{PERSON}{new}"), dry).await;
    assert_eq!((report.taken, counts(&report), company.count()), (false, (1, 1, 1, 0), 2));
    assert_eq!(company.customer("C00001").region, "华东");
    assert_eq!(company.entry(report.receipts.unwrap().0).detail["dry_run"], true);
}

#[tokio::test]
async fn orders_count_once_and_move_tiers() {
    let company = Company::with_customers().await;
    let first = company.good(Table::Orders, ORDERS).await;
    assert_eq!((counts(&first), first.retiered), ((3, 0, 0, 0), 2));
    let person = company.customer("C00002");
    assert_eq!((person.spend_fen, person.tier), (12_000_000, Tier::High));
    assert_eq!(person.contact_person.map(|who| who.no), Some("S002".to_owned()));
    let (orders, _) = company.tigertally.store.read(|conn| work::orders(conn, person.id, 9)).unwrap();
    assert_eq!(orders.len(), 1);
    // Orders count for more than what the file of customers says.
    assert_eq!((company.customer("C00001").spend_fen, company.customer("C00001").tier), (12_050, Tier::Low));
    assert_eq!(counts(&company.good(Table::Orders, ORDERS).await), (0, 0, 3, 0));
    assert_eq!(company.customer("C00002").spend_fen, 12_000_000);
    // A year later nobody has bought anything; the person is low again, without a review.
    company.now.fetch_add(300 * 86_400_000, Ordering::Relaxed);
    let later = company.tigertally.retier(None).await.unwrap();
    assert_eq!(later.recalculated, 2);
    let entry = company.entry(later.receipts.unwrap().0);
    assert_eq!(
        (entry.actor.as_str(), &entry.detail["moves"]),
        ("system", &serde_json::json!({"high>low": ["C00002"]}))
    );
    let person = company.customer("C00002");
    assert_eq!((person.spend_fen, person.tier, person.review_due), (0, Tier::Low, None));
    assert_eq!(company.tigertally.retier(None).await.unwrap(), Default::default());
}

#[tokio::test]
async fn a_preview_tells_what_applying_does() {
    let company = Company::with_customers().await;
    let actor = company.operator.actor();
    let rule = TierRule { high_spend_fen: 4_000_000, ..TierRule::default() };
    let preview = company.tigertally.preview_tiers(&actor, &rule).await.unwrap();
    assert_eq!(preview.counts, [[1, 0, 0], [0, 0, 1], [0, 0, 0]]);
    assert_eq!(preview.moves.len(), 1);
    assert_eq!(
        (preview.moves[0].customers, preview.moves[0].examples.as_slice()),
        (1, &["C00001".to_owned()][..])
    );
    assert_eq!(company.customer("C00001").tier, Tier::Medium);
    let senseless = TierRule { high_years: 0, ..rule };
    let refused = company.tigertally.preview_tiers(&actor, &senseless).await;
    assert!(matches!(refused, Err(DeskError::Setting("tiers"))));
}

#[tokio::test]
async fn many_chunks_come_in_order_and_progress_is_told() {
    let company = Company::new().await;
    let mut text = "customer_no,name,mobile\n".to_owned();
    for number in 0..CHUNK_ALONE + 7 {
        text.push_str(&format!("K{number:05},甲{number},139{number:08}\n"));
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&told);
    let file = ImportFile::uploaded("a.csv", text.into_bytes(), Table::Customers);
    let progress = move |done, total| seen.lock().unwrap().push((done, total));
    let actor = company.operator.actor();
    let report = company.tigertally.import(&actor, file, ImportOptions::default(), progress).await.unwrap();
    let (chunk, all) = (CHUNK_ALONE as u64, CHUNK_ALONE as u64 + 7);
    assert_eq!((report.created, company.count()), (all, CHUNK_ALONE + 7));
    assert_eq!(*told.lock().unwrap(), [(chunk, all), (all, all)]);
    let (first, last) = report.receipts.unwrap();
    assert_eq!(last.index, first.index + 1);
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_and_recorded() {
    let company = Company::new().await;
    let before = company.tigertally.ledger_size();
    let file = ImportFile::uploaded("../x/图.xlsx", b"not a workbook".to_vec(), Table::Customers);
    let result =
        company.tigertally.import(&company.operator.actor(), file, ImportOptions::default(), |_, _| ()).await;
    assert!(matches!(result, Err(DeskError::File(_))));
    let entry = company.entry_at(before);
    assert_eq!(entry.detail["refused"].as_str(), Some("wrong_name"));
    assert!(!format!("{entry:?}").contains('图'), "a file's name is what somebody typed");
}

#[tokio::test]
async fn no_value_stands_in_clear_on_the_disk() {
    let company = Company::with_customers().await;
    let changed = PERSON.replace("15106788423", "13900001111");
    company.good(Table::Customers, &format!("{HEADER}{changed}")).await;
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(company.folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let stands = |value: &str| bytes.windows(value.len()).any(|window| window == value.as_bytes());
    for line in [FIRM, PERSON, &changed] {
        let values: Vec<&str> = line.trim().split(',').collect();
        for place in [2, 3, 4, 5, 6, 7, 8, 13] {
            assert!(!stands(values[place]), "column {place}");
        }
        // What is not sealed is found: the search works.
        assert!(stands(values[0]) && stands(values[9]));
    }
    let person = company.customer("C00002").id;
    let ciphertext = company.tigertally.store.read(|conn| sealed::ciphertext(conn, person)).unwrap().unwrap();
    assert!(stands_bytes(&bytes, &ciphertext.wrapped));
}

fn stands_bytes(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
