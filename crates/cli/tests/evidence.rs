//! A company with witnesses, as its people and strangers meet it: real processes, real requests, a bundle that is checked
//! with nothing of the company's; and an older state that is put back.
#![cfg(unix)]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::fs;

use kit::{Company, copy, done, on_paper, run};
use serde_json::{Value, json};
use tigertally_ledger::bundle::unpack;

#[test]
fn evidence_holds_for_strangers_and_an_older_state_is_found() {
    let mut company = Company::new();
    company.until("two witnesses cosign, and the log signs with both keys", |company| {
        company.get("/tlog/checkpoint", "").text().matches("\n\u{2014} ").count() >= 4
    });

    // A bundle about a customer, checked with the policy that a stranger was given.
    let legal = company.token("legal");
    let made = company.send(
        "POST",
        "/api/v1/evidence",
        &legal,
        &json!({"customer": "C00001", "reason": "劳动争议"}),
    );
    assert_eq!((made.status, made.pdf.as_str()), (200, "yes"), "{}", made.text());
    let bundle = company.path("bundle.zip");
    fs::write(&bundle, &made.body).unwrap();
    let policy = company.path("policy");
    let held: Value =
        serde_json::from_str(&done(&["evidence", "verify", &bundle, "--policy", &policy, "--json"])).unwrap();
    assert_eq!((&held["holds"], &held["compared"]["witnesses"]), (&json!(true), &json!(true)));
    assert!(held["witnesses"].as_array().unwrap().len() >= 2, "{held}");

    // The report is in it for a browser and on paper, in both languages.
    let files = unpack(&made.body).unwrap();
    for (lang, told) in [
        ("zh", ["证据报告", "发生了什么", "没有证明什么", "家见证方联署了该检查点"]),
        (
            "en",
            ["Evidence report", "What happened", "What is not proved", "witnesses cosigned this checkpoint"],
        ),
    ] {
        let name = format!("report.{lang}.pdf");
        assert_eq!(held["manifest"]["files"][&name].as_str().map(str::len), Some(64), "{held}");
        let (text, pages) = on_paper(&files[&name], company.folder.path());
        for told in told {
            assert!(text.contains(told), "{told}: {text}");
        }
        for page in 1..=pages {
            let number = match lang {
                "zh" => format!("第 {page} 页，共 {pages} 页"),
                _ => format!("page {page} of {pages}"),
            };
            assert_eq!(text.matches(&number).count(), 1, "{number}: {text}");
        }
        let html = String::from_utf8(files[&format!("report.{lang}.html")].clone()).unwrap();
        assert!(html.contains(told[1]) && !html.contains("PDF"), "{html}");
    }

    // One byte anywhere, and it does not hold.
    let mut changed = made.body.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&bundle, &changed).unwrap();
    assert_eq!(run(&["evidence", "verify", &bundle]).0, 4);

    // Erased: the proofs still hold, and the bundle says by which order.
    let dpo = company.token("dpo");
    let erased =
        company.send("POST", "/api/v1/customers/C00002/erasure", &dpo, &json!({"order": "DSR-2026-17"}));
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert_eq!(company.get("/api/v1/customers/C00002", &dpo).status, 404);
    let made =
        company.send("POST", "/api/v1/evidence", &legal, &json!({"customer": "C00002", "reason": "核对"}));
    fs::write(&bundle, &made.body).unwrap();
    done(&["evidence", "verify", &bundle, "--policy", &policy]);
    let data = company.path("data");
    assert!(done(&["ledger", "verify", "--data", &data, "--lang", "en"]).contains("the ledger holds"));

    // The folder as it is now is put back later, when the witnesses have seen more.
    company.server.take().unwrap().stop();
    let (data, early) = (company.folder.path().join("data"), company.folder.path().join("early"));
    copy(&data, &early);
    company.serve_without_fonts();

    // No font, no PDF; but nobody has to find that out alone.
    let made = company.send("POST", "/api/v1/evidence", &legal, &json!({"entries": [0], "reason": "核对"}));
    assert_eq!((made.status, made.pdf.as_str()), (200, "no-font"), "{}", made.text());
    fs::write(&bundle, &made.body).unwrap();
    done(&["evidence", "verify", &bundle, "--policy", &policy]);
    let files = unpack(&made.body).unwrap();
    assert!(!files.keys().any(|name| name.ends_with(".pdf")), "{:?}", files.keys());
    for (lang, told) in [("zh", "没有 PDF 报告"), ("en", "no PDF of the report")] {
        let html = String::from_utf8(files[&format!("report.{lang}.html")].clone()).unwrap();
        assert!(html.contains(told), "{html}");
    }

    let auditor = company.token("auditor");
    let size = company.get("/api/v1/ledger/head", "").json()["size"].as_u64().unwrap();
    company.until("the witnesses have seen more", |company| {
        let note = company.get("/tlog/checkpoint", "").text();
        note.lines().nth(1).is_some_and(|cosigned| cosigned.parse::<u64>().unwrap() >= size)
    });
    drop(auditor);
    company.server.take().unwrap().stop();
    fs::remove_dir_all(&data).unwrap();
    copy(&early, &data);
    company.serve();
    let ledger = company.token("compliance");
    company.until("a witness tells that it has seen a longer ledger", |company| {
        let found = company.get("/api/v1/ledger/entries?limit=20", &ledger).json();
        found["items"].as_array().unwrap().iter().any(|entry| {
            entry["action"] == "witness"
                && ["ahead", "forked"].contains(&entry["body"]["detail"]["event"].as_str().unwrap())
        })
    });
}
