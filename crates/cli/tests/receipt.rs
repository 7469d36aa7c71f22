//! Whoever kept a receipt holds it against the ledger, and finds an older state that was put back and gone on from.
#![cfg(unix)]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::fs;

use kit::{Company, copy, done, run};
use serde_json::{Value, json};

/// What the command says, and how it ends.
fn verify(company: &Company, receipt: &str, against: &[&str]) -> (i32, String) {
    let (receipt, vkey) = (company.path(receipt), company.path("vkey"));
    run(&[&["receipt", "verify", &receipt, "--vkey", &vkey], against].concat())
}

/// Stops the server and writes its log to a folder; gives the folder.
fn export(company: &mut Company, name: &str) -> String {
    company.server.take().unwrap().stop();
    let (data, log) = (company.path("data"), company.path(name));
    done(&["ledger", "export", "--data", &data, &log]);
    log
}

/// A bundle of one entry; gives the file.
fn bundle(company: &Company, legal: &str, index: u64) -> String {
    let asked = json!({"entries": [index], "reason": "核对"});
    let made = company.send("POST", "/api/v1/evidence", legal, &asked);
    assert_eq!(made.status, 200, "{}", made.text());
    let file = company.path("bundle.zip");
    fs::write(&file, &made.body).unwrap();
    file
}

#[test]
fn a_receipt_finds_a_log_that_was_rolled_back() {
    let mut company = Company::alone();
    let early_log = export(&mut company, "early-log");
    let (data, early) = (company.folder.path().join("data"), company.folder.path().join("early"));
    copy(&data, &early);
    fs::copy(company.folder.path().join("early-log/vkey"), company.path("vkey")).unwrap();

    // Somebody lists customers, and keeps the answer.
    company.serve();
    let staff = company.token("staff");
    let answer = company.get("/api/v1/customers?limit=1", &staff);
    let kept = answer.json()["receipt"].clone();
    let (index, note) = (kept["index"].as_u64().unwrap(), kept["note"].as_str().unwrap().to_owned());
    fs::write(company.path("answer.json"), &answer.body).unwrap();
    fs::write(company.path("receipt"), &note).unwrap();
    assert_eq!(verify(&company, "answer.json", &[]).0, 0);
    let legal = company.token("legal");
    let own = bundle(&company, &legal, index);
    let (code, said) = verify(&company, "receipt", &["--bundle", &own]);
    assert!(code == 0 && said.contains("stands in the ledger"), "{code} {said}");
    let other = bundle(&company, &legal, index + 1);
    assert_eq!(verify(&company, "receipt", &["--bundle", &other]).0, 1, "it has other entries");

    let log = export(&mut company, "log");
    let (code, said) = verify(&company, "answer.json", &["--log", &log, "--json"]);
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &told["standing"], &told["index"]), (0, &json!("holds"), &json!(index)), "{said}");
    let (code, said) = verify(&company, "receipt", &["--log", &early_log, "--lang", "zh"]);
    assert!(code == 75 && said.contains("尚未包含"), "{code} {said}");

    // The folder is put back, and work goes on: in the entry's place stands another.
    fs::remove_dir_all(&data).unwrap();
    copy(&early, &data);
    company.serve();
    let staff = company.token("staff");
    while company.get("/api/v1/customers?limit=1", &staff).json()["receipt"]["index"].as_u64().unwrap()
        <= index
    {}
    let legal = company.token("legal");
    let rewritten = bundle(&company, &legal, index);
    assert_eq!(run(&["evidence", "verify", &rewritten]).0, 0, "it agrees with itself");
    let (code, said) = verify(&company, "receipt", &["--bundle", &rewritten, "--lang", "zh"]);
    assert!(code == 4 && said.contains("矛盾"), "{code} {said}");
    let log = export(&mut company, "rewritten-log");
    assert_eq!(run(&["ledger", "verify", "--data", &company.path("data")]).0, 0, "it agrees with itself");
    let (code, said) = verify(&company, "receipt", &["--log", &log]);
    assert!(code == 4 && said.contains("CONTRADICTION"), "{code} {said}");

    // Tiles of another log than the checkpoint's, or a changed receipt, show nothing.
    fs::copy(format!("{early_log}/checkpoint"), format!("{log}/checkpoint")).unwrap();
    assert_eq!(verify(&company, "receipt", &["--log", &log]).0, 75);
    fs::write(company.path("receipt"), note.replacen("index ", "index 1", 1)).unwrap();
    assert_eq!(verify(&company, "receipt", &[]).0, 4);
}
