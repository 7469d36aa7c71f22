//! The record of a closed hand-over on paper, in both languages: what it says, to whom, and what the ledger says of it. Needs a
//! font for Chinese and poppler, which `make test` installs. `PICTURES=folder` keeps the files, to be looked at.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::process::Command;

use axum::http::{Method, StatusCode};
use kit::{Carry, Company, Needles};
use serde_json::{Value, json};

async fn done(company: &Company, who: &str, path: &str, json: Value) -> Value {
    let reply = company.post(who, path, json).await;
    assert!(reply.status.is_success(), "{who} {path}: {} {}", reply.status, reply.text());
    reply.json()
}

/// Signs for the part that somebody is given.
async fn sign(company: &Company, who: &str, id: &str, refused: Value) {
    let seen = company.get(who, &format!("/api/v1/handovers/{id}")).await.json();
    let parts = seen["handover"]["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["state"] == "given").unwrap()["id"].to_string();
    company.pass(30);
    let code = company.code(who);
    let mut what = json!({"code": code, "refused": refused, "checked": 1});
    if refused != json!([]) {
        what["answer"] = "与客户有亲属关系应当回避".into();
    }
    done(company, who, &format!("/api/v1/handovers/parts/{part}/signature"), what).await;
}

async fn approve_and_move(company: &Company, path: &str) {
    let asked = done(company, "S002", &format!("{path}/approval"), json!({"text": "申请理由暗语榴莲"})).await;
    let decision = format!("/api/v1/approvals/{}/decision", asked["id"]);
    done(company, "S004", &decision, json!({"approve": true, "answer": "审批意见暗语榴莲"})).await;
    company.system.move_handovers(None).await.unwrap();
}

/// S001 moves on; S003 takes all but one, which goes to V001's colleague in the end. The number.
async fn handed_over(company: &Company) -> String {
    let new =
        json!({"leaver": "S001", "kind": "leaving", "last_day": "2026-12-31", "reason": "离职理由暗语榴莲"});
    let id = done(company, "H001", "/api/v1/handovers", new).await["id"].to_string();
    let path = format!("/api/v1/handovers/{id}");
    done(company, "S002", &format!("{path}/split"), json!({"receivers": ["S003"]})).await;
    sign(company, "S003", &id, json!(["K00002"])).await;
    approve_and_move(company, &path).await;
    let early = company.get("H001", &format!("{path}/record")).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text());
    done(company, "S002", &format!("{path}/split"), json!({"receivers": ["V001"]})).await;
    sign(company, "V001", &id, json!([])).await;
    approve_and_move(company, &path).await;
    done(company, "H001", &format!("{path}/closing"), json!({})).await;
    id
}

fn text_of(pdf: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("PICTURES").map_or(folder.path().to_owned(), Into::into);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, pdf).unwrap();
    let read = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
    let read = read.expect("pdftotext is in the package poppler-utils");
    assert!(read.status.success() && read.stderr.is_empty(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_hand_over_is_told_on_paper_in_both_languages() {
    let company = Company::new().await;
    let mut secrets = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            secrets.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    let id = handed_over(&company).await;
    let number = id.parse::<i64>().ok();
    let steps = company.entries_from(0);
    let step = |action: &str| {
        let found = steps
            .iter()
            .filter(|entry| entry.action == action && entry.body["detail"]["handover"].as_i64() == number);
        found.map(|entry| entry.index).collect::<Vec<_>>()
    };
    let path = format!("/api/v1/handovers/{id}/record");
    for (lang, words) in [
        (
            "zh-CN",
            vec![
                "客户交接档案",
                "周敏 S001",
                "离职",
                "2026-12-31",
                "H001 温暖",
                "由系统清点",
                "最后 90 天",
                "验证器",
                "退回 1 位",
                "K00002",
                "S003 罗骁 退回，转给 V001 韩璐",
                "批准",
                "S004 高朗",
                "没有负责人的客户",
                "已停用",
                "没有见证方联署",
            ],
        ),
        (
            "en",
            vec![
                "Record of a customer hand-over",
                "周敏 S001",
                "Leaves",
                "2026-12-31",
                "温暖 (H001)",
                "Counted by the system",
                "last 90 days",
                "returned 1",
                "K00002",
                "罗骁 (S003), went to 韩璐 (V001)",
                "given: 高朗 (S004)",
                "Customers without an owner",
                "ended",
                "No witness",
            ],
        ),
    ] {
        let before = company.size();
        let reply = company.get("H001", &format!("{path}?lang={lang}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        assert_eq!(reply.headers["content-type"], "application/pdf");
        assert_eq!(reply.headers["cache-control"], "no-store");
        let text = text_of(&reply.body, &format!("record.{lang}.pdf"));
        let flat: String = text.split_whitespace().collect();
        for word in words {
            let word: String = word.split_whitespace().collect();
            assert!(flat.contains(&word), "{lang}: {word} is not in {text}");
        }
        assert!(!flat.contains("暗语榴莲"), "{lang}: what people typed stays sealed: {text}");
        assert!(secrets.found_in(text.as_bytes()).is_empty(), "{lang}");
        for action in [
            "handover.work",
            "handover.sign",
            "handover.move",
            "handover.close",
            "approval",
            "approval.decide",
        ] {
            for index in step(action) {
                let hash = company.leaf_hash(index);
                assert!(flat.contains(&hash), "{lang}: {action} {index} {hash}");
            }
        }
        // Asked for, and made, with the hash of the file that was handed out.
        let told = company.entries_from(before);
        let told: Vec<_> = told.iter().filter(|entry| entry.action == "handover.record").collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.iter()
                .all(|entry| entry.actor == "H001" && entry.body["detail"]["handover"].as_i64() == number)
        );
        let sha256: String =
            tigertally_core::digest(&[&reply.body]).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(told[1].body["detail"]["sha256"], sha256);
    }
    let bad = company.get("H001", &format!("{path}?lang=xx")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text());

    // Those who manage it or read the ledger take it away; receivers and others do not.
    for (who, may) in [
        ("S002", true),
        ("S004", true),
        ("C001", true),
        ("D001", true),
        ("X001", true),
        ("L001", true),
        ("U001", true),
        ("S003", false),
        ("V001", false),
        ("M001", false),
        ("A001", false),
    ] {
        let before = company.size();
        let reply = company.get(who, &path).await;
        assert_eq!(reply.status == StatusCode::OK, may, "{who}: {}", reply.status);
        let told = company.entries_from(before);
        let denied = told
            .iter()
            .any(|entry| entry.actor == who && entry.decision == 2 && entry.action == "handover.record");
        assert_eq!(denied, !may, "{who}: {told:?}");
    }
    assert_eq!(company.get("H001", "/api/v1/handovers/999/record").await.status, StatusCode::NOT_FOUND);

    // The page leads to both.
    let page = company.get("H001", &format!("/handovers/{id}")).await.text();
    for lang in ["zh-CN", "en"] {
        let link = format!("/handovers/{id}/record?lang={lang}");
        assert!(page.contains(&link), "{page}");
        let file = company.send("H001", Method::GET, &link, Carry::Nothing).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.body.starts_with(b"%PDF"));
    }
    let theirs = company.get("V001", &format!("/handovers/{id}")).await.text();
    assert!(!theirs.contains("/record?lang"), "{theirs}");
}
