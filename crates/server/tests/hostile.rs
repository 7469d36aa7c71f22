//! What somebody put into a file to do harm elsewhere: it goes out of an export as text, and stands in the console as text.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::io::{Cursor, Read};

use axum::http::{Method, StatusCode};
use kit::{Company, upload};
use serde_json::json;

/// Values that the door lets in: no formula, no hidden character, and yet meant for a spreadsheet, a browser, or SQL.
const NAMES: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'=cmd|' /C calc'!A0",
    "x' OR 1=1; DROP TABLE customer; --",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;b&gt;&#x3c;i&#x3e;",
    "javascript:alert(1)//",
    "石桥;=1+1",
    "]]><!--",
];
const NEEDS: &str = "续约\n=1+1\n+2\n@SUM(A1)\n<svg/onload=alert(1)>";

/// Characters at which a spreadsheet begins to compute.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

fn file() -> String {
    let mut csv = "customer_no,kind,name,mobile,region,owner,needs\n".to_owned();
    for (n, name) in NAMES.iter().enumerate() {
        csv.push_str(&format!(
            "E{n:03},company,{},1370001{n:04},华东,S001,{}\n",
            quoted(name),
            quoted(NEEDS)
        ));
    }
    csv
}

async fn imported(company: &Company) {
    let carry = upload("evil.csv", file().as_bytes(), &[("table", "customers"), ("mode", "all")]);
    let report = company.send("A001", Method::POST, "/api/v1/imports", carry).await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.text());
    assert_eq!(report.json()["created"], NAMES.len(), "{}", report.text());
}

/// The file of an export of them with needs in clear.
async fn exported(company: &Company, format: &str) -> Vec<u8> {
    let what = json!({"scope": "mine", "fields": ["name", "needs"], "clear": ["needs"], "format": format, "reason": "季度核对"});
    let asked = company.post("S001", "/api/v1/exports", what).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let id = asked.json()["id"].as_i64().unwrap();
    let path = format!("/api/v1/exports/{id}");
    let approval = company.get("S001", &path).await.json()["approval"].as_i64().unwrap();
    let decision = format!("/api/v1/approvals/{approval}/decision");
    assert_eq!(company.post("S002", &decision, json!({"approve": true})).await.status, StatusCode::OK);
    let begun = company.post("S001", &format!("{path}/run"), json!({})).await.json();
    while company.get("S001", &path).await.json()["state"] == "running" {
        tokio::task::yield_now().await;
    }
    let archive = company.post("S001", &format!("{path}/file"), json!({})).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(archive.body)).unwrap();
    let password = begun["password"].as_str().unwrap();
    let mut bytes = Vec::new();
    let name = format!("customers-{id}.{format}");
    archive.by_name_decrypt(&name, password.as_bytes()).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The cells of a text as a spreadsheet takes them.
fn cells(csv: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut signs = csv.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => cell.extend(signs.next()),
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            sign => cell.push(sign),
        }
    }
    cells.push(cell);
    cells
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_an_export_is_a_formula() {
    let company = Company::new().await;
    imported(&company).await;
    let csv = String::from_utf8(exported(&company, "csv").await).unwrap();
    let all = cells(&csv);
    for cell in &all {
        assert!(!cell.starts_with(SIGNS), "{cell:?}");
    }
    // The mark of an export may put signs in the place of others of the same width; the letters stay.
    let letters = |text: &str| text.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>();
    for name in NAMES {
        assert!(all.iter().any(|cell| letters(cell) == letters(name)), "{name} is there as text: {all:?}");
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(exported(&company, "xlsx").await)).unwrap();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        for evil in ["<f>", "<f ", "<script>", "<img", "<svg", "TargetMode", "<hyperlink"] {
            assert!(!text.contains(evil), "{evil} in {:?}", part.name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_runs_what_was_imported() {
    let company = Company::new().await;
    imported(&company).await;
    let task = json!({"customer_no": "E000", "title": "<script>alert(2)</script>", "due": "2026-11-30"});
    assert_eq!(company.post("S001", "/api/v1/tasks", task).await.status, StatusCode::CREATED);
    let mut pages = vec![
        "/customers".to_owned(),
        "/".to_owned(),
        "/tasks".to_owned(),
        "/customers?owner=S001&sort=since".to_owned(),
    ];
    for n in 0..NAMES.len() {
        pages.extend(["", "/edit", "/accesses"].map(|page| format!("/customers/E{n:03}{page}")));
    }
    let mut seen = String::new();
    for page in &pages {
        let reply = company.get("S001", page).await;
        assert_eq!(reply.status, StatusCode::OK, "{page}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = reply.text();
        for evil in ["<script>alert", "<img src=x", "<svg/onload", "href=\"javascript:", "<%="] {
            assert!(!text.contains(evil), "{page}: {evil}");
        }
        seen.push_str(&text);
    }
    assert!(
        seen.contains("script&#62;alert(1)") || seen.contains("script&gt;alert(1)"),
        "it was shown, as text"
    );
    // Faults are told without what they quote being run.
    let wrong = "customer_no,kind,name,region,owner\nE9,<script>alert(3)</script>,石桥,华东,<img src=x onerror=alert(4)>\n";
    let carry = upload(
        "<script>alert(5)</script>.csv",
        wrong.as_bytes(),
        &[("table", "customers"), ("mode", "good")],
    );
    let reply = company.send("A001", Method::POST, "/import", carry).await;
    for evil in ["<script>alert", "<img src=x"] {
        assert!(!reply.text().contains(evil), "{evil}: {}", reply.text());
    }
    let found =
        company.send("S001", Method::POST, "/search", kit::form(&[("q", "<script>alert(1)</script>")])).await;
    assert!(!found.text().contains("<script>alert"), "{}", found.text());
}
