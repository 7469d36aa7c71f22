//! An export as its people see it: counted, asked for, approved, run, fetched once, opened with its password.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    io::{Cursor, Read},
    process::Command,
};

use axum::http::{Method, StatusCode};
use calamine::{Reader, Xlsx};
use kit::{Carry, Company, Reply, form, upload};
use serde_json::{Value, json};

/// The pair of keys of the example in the specification of `age`.
const KEY: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const SECRET: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

/// Asks for an export as S001 does, and has it approved where it has to be.
async fn asked(company: &Company, what: &Value) -> i64 {
    let reply = company.post("S001", "/api/v1/exports", what.clone()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let id = reply.json()["id"].as_i64().unwrap();
    let export = company.get("S001", &format!("/api/v1/exports/{id}")).await.json();
    if let Some(approval) = export["approval"].as_i64() {
        assert_eq!(export["state"], "waiting");
        let path = format!("/api/v1/approvals/{approval}/decision");
        for who in ["S002", "C001"] {
            let decided = company.post(who, &path, json!({"approve": true})).await;
            assert!(decided.status == StatusCode::OK || decided.status == StatusCode::CONFLICT);
        }
    }
    id
}

/// Runs it and fetches its file: password and archive.
async fn fetched(company: &Company, id: i64) -> (String, Vec<u8>) {
    let (password, file) = run_and_fetched(company, id).await;
    assert_eq!(file.headers["content-type"], "application/zip");
    (password.unwrap(), file.body)
}

async fn run_and_fetched(company: &Company, id: i64) -> (Option<String>, Reply) {
    let begun = company.post("S001", &format!("/api/v1/exports/{id}/run"), json!({})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text());
    let password = begun.json()["password"].as_str().map(str::to_owned);
    let path = format!("/api/v1/exports/{id}");
    let export = loop {
        let export = company.get("S001", &path).await.json();
        if export["state"] != "running" {
            break export;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(export["state"], "made", "{export}");
    let file = company.post("S001", &format!("{path}/file"), json!({})).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(export["bytes"], file.body.len());
    let again = company.post("S001", &format!("{path}/file"), json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    (password, file)
}

/// A file that the program `age` opens with the secret key of [`KEY`].
fn opened_with_the_key(file: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (identity, sealed) = (folder.path().join("key.txt"), folder.path().join("export.age"));
    std::fs::write(&identity, SECRET).unwrap();
    std::fs::write(&sealed, file).unwrap();
    let age = Command::new("age").arg("-d").arg("-i").arg(&identity).arg(&sealed).output();
    let age = age.expect("age is in the package age");
    assert!(age.status.success(), "{}", String::from_utf8_lossy(&age.stderr));
    age.stdout
}

/// A file of an archive, opened with the password.
fn opened(archive: &[u8], name: &str, password: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    assert!(archive.by_name_decrypt(name, b"AAAA-AAAA-AAAA-AAAA-AAAA").is_err(), "another password");
    let mut bytes = Vec::new();
    archive.by_name_decrypt(name, password.as_bytes()).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_of_masks_opens_with_its_password_and_says_whose_it_is() {
    let company = Company::new().await;
    let what = json!({"scope": "mine", "fields": ["name", "mobile"], "reason": "拜访前核对名单"});
    let count = company.post("S001", "/api/v1/exports/count", what.clone()).await.json();
    assert_eq!(count["approvals_needed"], 0, "{count}");
    let id = asked(&company, &what).await;
    let (password, archive) = fetched(&company, id).await;
    let book = opened(&archive, &format!("customers-{id}.xlsx"), &password);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
    assert_eq!(book.sheet_names(), ["Customers", "About"]);
    let rows = book.worksheet_range("Customers").unwrap();
    assert_eq!(rows.height() as u64, count["people"].as_u64().unwrap() + 1);
    let head: Vec<String> = rows.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(head[6..], ["Name", "Mobile"], "{head:?}");
    for row in rows.rows().skip(1) {
        assert!(row[0].to_string().starts_with('K'));
        assert!(row[7].to_string().contains("****"), "masked: {}", row[7]);
    }
    let about = book.worksheet_range("About").unwrap();
    let about: String = about.rows().flatten().map(ToString::to_string).collect();
    assert!(about.contains("S001 周敏") && about.contains("拜访前核对名单"), "{about}");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_in_clear_are_revealed_one_by_one_and_only_what_was_approved() {
    let company = Company::new().await;
    let what = json!({
        "scope": "mine", "fields": ["name", "mobile", "id_number"], "clear": ["mobile"], "format": "csv",
        "reason": "短信通知到货",
    });
    let id = asked(&company, &what).await;
    let before = company.size();
    let (password, archive) = fetched(&company, id).await;
    let text = String::from_utf8(opened(&archive, &format!("customers-{id}.csv"), &password)).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let reveals = company.entries_from(before).into_iter().filter(|entry| entry.action == "customer.reveal");
    let reveals: Vec<_> = reveals.collect();
    assert_eq!(reveals.len(), lines.len() - 1);
    assert!(reveals.iter().all(|entry| entry.decision == 1 && entry.body["purpose"]["kind"] == "approval"));
    for line in &lines[1..] {
        let no = line[1..].split('"').next().unwrap();
        let planted = company.customer(no);
        assert!(line.contains(&planted.mobile), "{line}");
        assert!(!line.contains(&planted.id_number), "masked: {line}");
    }
    let about = String::from_utf8(opened(&archive, "about.txt", &password)).unwrap();
    assert!(about.contains("短信通知到货"));
    // Nothing of it is left, and nothing of it was ever on the disk in clear.
    assert!(!company.system.export_file(id).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_leads_through_an_export_with_an_approval() {
    let company = Company::new().await;
    let step = |step: &str| {
        form(&[
            ("scope", "mine"),
            ("column_name", "masked"),
            ("column_mobile", "clear"),
            ("format", "xlsx"),
            ("reason", "短信通知到货"),
            ("step", step),
        ])
    };
    let counted = company.send("S001", Method::POST, "/exports/new", step("count")).await;
    assert_eq!(counted.status, StatusCode::OK, "{}", counted.text());
    assert!(
        counted.text().contains("清点结果") && counted.text().contains("须一人批准"),
        "{}",
        counted.text()
    );
    let asked = company.send("S001", Method::POST, "/exports/new", step("ask")).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let path = asked.headers["location"].to_str().unwrap().to_owned();
    assert!(company.get("S001", &path).await.text().contains("待审批"));
    let list = company.get("S002", "/approvals").await.text();
    assert!(list.contains("短信通知到货") && list.contains("为明文"), "{list}");
    let approval = company.get("S001", "/api/v1/approvals").await.json()["mine"][0]["id"].as_i64().unwrap();
    let decision = form(&[("decision", "approve")]);
    let decided =
        company.send("S002", Method::POST, &format!("/approvals/{approval}/decision"), decision).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
    let ran = company.send("S001", Method::POST, &format!("{path}/run"), Carry::Nothing).await;
    assert_eq!(ran.status, StatusCode::ACCEPTED, "{}", ran.text());
    assert!(ran.text().contains("文件密码"));
    while company.get("S001", &path).await.text().contains("正在生成") {
        tokio::task::yield_now().await;
    }
    let file = company.send("S001", Method::POST, &format!("{path}/file"), Carry::Nothing).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(company.get("S001", &path).await.text().contains("已领取"));
    // Who reads the ledger finds who took what out.
    let all = company.get("C001", "/exports?all=1").await.text();
    assert!(all.contains("周敏") && all.contains("短信通知到货"), "{all}");
    let refused = company.get("S001", "/exports?all=1").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaked_part_leads_back_to_its_export_for_security_alone() {
    let company = Company::new().await;
    let lines: String = (0..60)
        .map(|n| format!("T{n:03},企业,常州（武进）{n}号电机有限公司,陈芳,139{n:08},华东,S001,2024-03-02\n"))
        .collect();
    let head = "customer_no,kind,name,contact,mobile,region,owner,since\n";
    company.import(tigertally_core::import::Table::Customers, "more.csv", &format!("{head}{lines}")).await;
    let what = json!({
        "scope": "mine", "fields": ["name", "mobile"], "clear": ["mobile"], "format": "csv", "reason": "短信通知到货",
    });
    let (twin, id) = (asked(&company, &what).await, asked(&company, &what).await);
    fetched(&company, twin).await;
    let (password, archive) = fetched(&company, id).await;
    let text = String::from_utf8(opened(&archive, &format!("customers-{id}.csv"), &password)).unwrap();
    // Without header, numbers and dates; every second line.
    let part: Vec<String> = text
        .lines()
        .skip(1)
        .step_by(2)
        .map(|line| line.trim_matches('"').split("\",\"").skip(6).collect::<Vec<_>>().join(","))
        .collect();
    let leak = || upload("leaked.csv", part.join("\n").as_bytes(), &[("reason", "聊天群里的名单")]);
    for who in ["S001", "S002", "C001", "A001"] {
        let denied = company.send(who, Method::POST, "/api/v1/trace", leak()).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN, "{who}");
    }
    let traced = company.send("X001", Method::POST, "/api/v1/trace", leak()).await;
    assert_eq!(traced.status, StatusCode::OK, "{}", traced.text());
    let traced = traced.json();
    assert_eq!(traced["found"], part.len(), "{traced}");
    assert_eq!(traced["verdict"], "points_to", "{traced}");
    let first = &traced["suspects"][0];
    assert_eq!((&first["export"], &first["staff_no"]), (&json!(id), &json!("S001")));
    assert_eq!(first["order"]["agree"], first["order"]["of"]);
    let page = company.send("X001", Method::POST, "/trace", leak()).await;
    assert!(page.text().contains("名单指向周敏 S001 的导出"), "{}", page.text());
    let empty = company.send("X001", Method::POST, "/trace", upload("", b"", &[("reason", "-")])).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_a_key_has_no_password_and_its_holder_opens_it() {
    let company = Company::new().await;
    let what = |format: &str| {
        json!({
            "scope": "mine", "fields": ["name", "mobile"], "clear": ["mobile"], "format": format,
            "reason": "短信通知到货", "recipients": [KEY],
        })
    };
    let id = asked(&company, &what("xlsx")).await;
    let list = company.get("S001", "/api/v1/approvals").await.json();
    assert_eq!(list["mine"][0]["recipients"], json!([KEY]));
    let (password, file) = run_and_fetched(&company, id).await;
    assert!(password.is_none());
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    let saved = format!("attachment; filename=\"customers-{id}.xlsx.age\"");
    assert_eq!(file.headers["content-disposition"], saved.as_str());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(opened_with_the_key(&file.body))).unwrap();
    let rows = book.worksheet_range("Customers").unwrap();
    assert!(rows.height() > 1);
    for row in rows.rows().skip(1) {
        // A cell may carry a bit of the mark between its digits.
        let mobile: String = row[7].to_string().chars().filter(char::is_ascii_digit).collect();
        assert!(mobile.ends_with(&company.customer(&row[0].to_string()).mobile), "{mobile}");
    }
    let about: String =
        book.worksheet_range("About").unwrap().rows().flatten().map(ToString::to_string).collect();
    assert!(about.contains("S001 周敏") && about.contains("短信通知到货"), "{about}");
    assert_eq!(
        company.get("S001", &format!("/api/v1/exports/{id}")).await.json()["recipients"],
        json!([KEY])
    );

    let id = asked(&company, &what("csv")).await;
    let (_, file) = run_and_fetched(&company, id).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().ends_with(".csv.age\""));
    let text = String::from_utf8(opened_with_the_key(&file.body)).unwrap();
    assert!(text.starts_with('\u{feff}') && text.lines().count() == rows.height(), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_public_key_is_refused_in_words_and_a_secret_key_does_not_come_back() {
    let company = Company::new().await;
    let six = [KEY; 6].join("\n");
    let cases = [
        ("", "请填收件人公钥", "a public key of a receiver is needed"),
        ("# 财务部\n", "请填收件人公钥", "a public key of a receiver is needed"),
        ("age1zvkyg", "不是 age 公钥", "no public key of age"),
        ("<script>alert(1)</script>", "不是 age 公钥", "no public key of age"),
        (SECRET, "这是私钥", "this is a secret key"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@home", "不支持 SSH 公钥", "keys of SSH are not taken"),
        (&six, "同一个公钥填了两次", "stands there twice"),
        (&"虎".repeat(5_000), "太长", "too long for public keys"),
    ];
    let size = company.size();
    for (keys, words, english) in cases {
        for step in ["count", "ask"] {
            let typed = [
                ("column_name", "masked"),
                ("lock", "keys"),
                ("recipients", keys),
                ("reason", "短信通知到货"),
                ("step", step),
            ];
            let page = company.send("S001", Method::POST, "/exports/new", form(&typed)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
            assert!(page.text().contains(words), "{words}: {}", page.text());
            assert!(!page.text().contains(SECRET) && !page.text().contains("<script>alert"), "{words}");
        }
        let what = json!({"fields": ["name"], "reason": "短信通知到货", "recipients": [keys]});
        for path in ["/api/v1/exports", "/api/v1/exports/count"] {
            let refused = company.post("S001", path, what.clone()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
            let told = refused.json();
            assert_eq!(told["field"], "recipients");
            assert!(told["detail"].as_str().unwrap().contains(english), "{told}");
            assert!(!refused.text().contains(SECRET));
        }
    }
    assert!(company.entries_from(size).iter().all(|entry| entry.action != "export.request"));
    // A password is what there is without keys, whatever stands in the box.
    let typed = [("column_name", "masked"), ("lock", "password"), ("recipients", "age1"), ("step", "count")];
    let page = company.send("S001", Method::POST, "/exports/new", form(&typed)).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_shows_whose_keys_to_who_asks_and_to_who_approves() {
    let company = Company::new().await;
    let typed = form(&[
        ("scope", "mine"),
        ("column_name", "masked"),
        ("column_mobile", "clear"),
        ("lock", "keys"),
        ("recipients", &format!("# 财务部\r\n{KEY}\r\n")),
        ("reason", "短信通知到货"),
        ("step", "ask"),
    ]);
    let asked = company.send("S001", Method::POST, "/exports/new", typed).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let path = asked.headers["location"].to_str().unwrap().to_owned();
    let page = company.get("S001", &path).await.text();
    assert!(page.contains("XLSX · 公钥") && page.contains(KEY), "{page}");
    let waiting = company.get("S002", "/approvals").await.text();
    assert!(waiting.contains(KEY), "{waiting}");
    let approval = company.get("S001", "/api/v1/approvals").await.json()["mine"][0]["id"].as_i64().unwrap();
    let decision = form(&[("decision", "approve")]);
    company.send("S002", Method::POST, &format!("/approvals/{approval}/decision"), decision).await;
    let ran = company.send("S001", Method::POST, &format!("{path}/run"), Carry::Nothing).await;
    assert_eq!(ran.status, StatusCode::SEE_OTHER, "there is no password to show");
    assert_eq!(ran.headers["location"], path.as_str());
}
