#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
use std::{path::Path, sync::Arc};
use tigertally_core::{Tigertally, Unlock, clock, desk::*, identity::*, import::Table, record::Field};
#[tokio::main]
async fn main() {
    let dir = Path::new("/tmp/look-data");
    let _ = std::fs::remove_dir_all(dir);
    std::fs::create_dir_all(dir).unwrap();
    let (t, op) = Tigertally::init(dir, "澜图商贸", &Unlock::fresh(), clock::system()).await.unwrap();
    let t = Arc::new(t);
    for (f, table) in [("staff", Table::Staff), ("customers", Table::Customers), ("orders", Table::Orders)] {
        let file = ImportFile::at(Path::new(&format!("/tmp/look/{f}.csv")), table).unwrap();
        let r = t.import(&op.actor(), file, ImportOptions::default(), |_, _| ()).await.unwrap();
        println!("{f} {} lines, taken {}", r.lines, r.taken);
    }
    let mut out = String::from("{");
    let people: Vec<String> = std::fs::read_to_string("/tmp/look/staff.csv").unwrap().lines().skip(1).map(|l| l.split(',').next().unwrap().to_owned()).collect();
    for no in people.iter() {
        if !["S001", "S002", "S010", "S011"].contains(&no.as_str()) && !["M007","M016"].contains(&no.as_str()) { continue; }
        let secret = t.set_demo_credentials(&op, no, "tiger tally demo pass").await.unwrap();
        out += &format!("\"{no}\":\"{}\",", &*secret);
    }
    out.pop();
    out += "}";
    std::fs::write("/tmp/look.json", &out).unwrap();
    let secrets: std::collections::HashMap<String, String> = serde_json::from_str(&out).unwrap();
    let from = SignIn { address: "127.0.0.1".parse().unwrap(), agent: "seed".into(), via: Via::Console, device: None };
    let code = authenticator_code(&secrets["S002"], t.now_ms()).unwrap();
    let s = t.sign_in("S002", "tiger tally demo pass", Some(&code), &from).await.unwrap().actor;
    let list = t.list(&s, &ListQuery { scope: Scope::Mine, limit: 60, ..Default::default() }).await.unwrap();
    let day = |n: i64| t.today().checked_add(jiff::Span::new().days(n)).unwrap().to_string();
    let titles = ["回访报价，确认 12 月订货量", "回电：昨日来电未接", "续签框架协议，带新价目表", "确认收货地址变更", "年度维保方案初稿", "寄样品后的回访", "对账：10 月货款"];
    for (n, m) in list.customers.iter().enumerate().take(7) {
        t.create_task(&s, &NewTask { customer: m.customer.no.clone(), assignee: None, title: titles[n].into(), due: day(n as i64 - 1) }, None).await.unwrap();
    }
    let high = list.customers.iter().find(|m| m.customer.tier == tigertally_core::record::Tier::High).unwrap().customer.no.clone();
    t.create_task(&s, &NewTask { customer: high.clone(), assignee: None, title: "合同到期前拜访".into(), due: day(0) }, None).await.unwrap();
    t.request_approval(&s, &high, &[Field::IdNumber, Field::BankCard], "办理实名开户，客户在营业厅等候", None).await.unwrap();
    let (id, _) = t.begin_call(&s, &list.customers[0].customer.no, None).await.unwrap();
    t.end_call(&s, id, "客户问 12 月备货能否分两批发，承诺今天 11:30 前回报价。").await.unwrap();
    for m in list.customers.iter().take(5) {
        let purpose = StatedPurpose::parse("task", "1").unwrap();
        let _ = t.reveal(&s, &m.customer.no, &[Field::Mobile], Some(&purpose)).await;
    }
    println!("high {high} first {}", list.customers[0].customer.no);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4190").await.unwrap();
    tigertally_server::serve(t, listener, Default::default(), std::future::pending()).await.unwrap();
}
