//! Who has seen whom, in the console and over the interface.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use axum::http::{Method, StatusCode, header};
use kit::{Carry, Company, form};
use serde_json::{Value, json};

const REVEAL: &str = "/api/v1/customers/K00001/reveal";

/// S001 opens K00001's page and reveals the mobile for a task; a reveal without a purpose is refused.
async fn looked_at() -> Company {
    let company = Company::new().await;
    company.get("S001", "/api/v1/customers/K00001").await;
    let purpose = json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": 1}});
    assert_eq!(company.post("S001", REVEAL, purpose).await.status, StatusCode::OK);
    let refused = company.post("S001", REVEAL, json!({"fields": ["mobile"]})).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    company
}

async fn json_of(company: &Company, who: &str, path: &str) -> Value {
    let reply = company.get(who, path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    reply.json()
}

async fn page(company: &Company, who: &str, path: &str) -> String {
    let reply = company.get(who, path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
    reply.text()
}

#[tokio::test]
async fn who_saw_a_customer_stands_over_the_entries_with_its_picture() {
    let company = looked_at().await;
    let found = json_of(&company, "X001", "/api/v1/customers/K00001/accesses").await;
    let seller = found["people"].as_array().unwrap().iter().find(|one| one["staff_no"] == "S001").unwrap();
    assert_eq!((&seller["views"], &seller["reveals"], &seller["denied"]), (&json!(1), &json!(1), &json!(1)));
    assert!(!found["timeline"]["marks"].as_array().unwrap().is_empty());
    assert!(found["items"].as_array().unwrap().len() >= 3);
    let early = json_of(&company, "X001", "/api/v1/customers/K00001/accesses?until_ms=5").await;
    assert_eq!(
        (&early["people"], &early["timeline"], &early["items"]),
        (&json!([]), &Value::Null, &json!([]))
    );
    let backwards = company.get("X001", "/api/v1/customers/K00001/accesses?since_ms=9&until_ms=5").await;
    assert_eq!(backwards.status, StatusCode::UNPROCESSABLE_ENTITY);

    let main = page(&company, "X001", "/customers/K00001/accesses").await;
    assert!(main.contains("谁在什么时候看过") && main.contains("<rect class=\"bar1\""), "{main}");
    assert!(main.contains("各人看过的次数：") && main.contains("周敏"), "{main}");
    let empty = page(&company, "X001", "/customers/K00001/accesses?until=2001-01-01T00:00").await;
    assert!(
        !empty.contains("<rect class=\"bar1\"") && empty.contains("value=\"2001-01-01T00:00\""),
        "{empty}"
    );
    let wrong = page(&company, "X001", "/customers/K00001/accesses?since=gestern").await;
    assert!(wrong.contains("id=\"since-error\""), "a time that is none is told");
}

#[tokio::test]
async fn what_a_person_saw_is_told_to_who_may_know() {
    let company = looked_at().await;
    for who in ["S002", "C001", "X001", "U001"] {
        let found = json_of(&company, who, "/api/v1/staff/S001/seen").await;
        let [one] = found["items"].as_array().unwrap().as_slice() else { panic!("{found}") };
        assert_eq!(
            (&one["customer_no"], &one["reveals"], &found["total"]),
            (&json!("K00001"), &json!(1), &json!(1))
        );
        let main = page(&company, who, "/team/S001/seen").await;
        assert!(main.contains("查看明文 1 次，看遮掩页 1 次，未放行 1 次"), "{main}");
        assert!(main.contains("第 1–1 位，共 1 位"), "{main}");
    }
    let next = json_of(&company, "C001", "/api/v1/staff/S001/seen?offset=1").await;
    assert_eq!((&next["items"], &next["total"]), (&json!([]), &json!(1)), "beyond the last");
    for who in ["S001", "S003", "V001", "A001"] {
        for path in ["/api/v1/staff/S001/seen", "/team/S001/seen"] {
            assert_eq!(company.get(who, path).await.status, StatusCode::FORBIDDEN, "{who} {path}");
        }
    }
    assert_eq!(company.get("C001", "/api/v1/staff/S999/seen").await.status, StatusCode::NOT_FOUND);
    let nothing = page(&company, "C001", "/team/S001/seen?until=2001-01-01").await;
    assert!(nothing.contains("没有人看过") && !nothing.contains("<rect class=\"bar1\""), "{nothing}");
}

#[tokio::test]
async fn who_has_seen_all_of_some_customers_is_answered_on_the_page_and_over_the_interface() {
    let company = looked_at().await;
    let asked = json!({"customers": ["K00001", "K00001", "K09999"], "in_clear": true});
    let found = company.post("U001", "/api/v1/ledger/seen", asked.clone()).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    let found = found.json();
    assert_eq!((&found["customers"], &found["unknown"]), (&json!(["K00001"]), &json!(1)));
    let [person] = found["items"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(
        (&person["staff_no"], &person["of_these"], &person["altogether"]),
        (&json!("S001"), &json!(1), &json!(1))
    );
    assert_eq!(person["by_customer"][0]["reveals"], 1);
    assert_eq!(company.post("S001", "/api/v1/ledger/seen", asked).await.status, StatusCode::FORBIDDEN);
    let none = company.post("U001", "/api/v1/ledger/seen", json!({"customers": []})).await;
    assert_eq!((none.status, none.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));

    let typed = form(&[("customers", "K00001，K09999"), ("in_clear", "1")]);
    let reply = company.send("U001", Method::POST, "/seen", typed).await;
    let main = reply.text();
    assert!(main.contains("1 人全都看过") && main.contains("K09999") && main.contains("周敏"), "{main}");
    assert!(main.contains("<rect class=\"bar1\""), "the square of what was seen in clear");
    let empty = company.send("U001", Method::POST, "/seen", form(&[("customers", " ，")])).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text().contains("id=\"customers-error\""));
    let english = company
        .send_with("U001", Method::GET, "/ledger", Carry::Nothing, &[("accept-language", "en")])
        .await
        .text();
    assert!(
        english.contains("looked up who has seen some customers (1)"),
        "the question stands in the ledger"
    );

    let led = company.get("U001", "/seen?staff=S001&since=2026-01-01T00:00").await;
    assert_eq!(led.headers[header::LOCATION], "/team/S001/seen?since=2026-01-01T00%3A00");
    let led = company.get("U001", "/seen?customer=K00001").await;
    assert_eq!(led.headers[header::LOCATION], "/customers/K00001/accesses");
}
