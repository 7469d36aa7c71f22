//! Who cares for customers, through the API and the console: the duplicate check, the public pool, the ownership rules.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use axum::http::{Method, StatusCode, header};
use kit::{Carry, Company, form};
use serde_json::{Value, json};

/// What is sent to enter somebody with one value of a customer that the company has.
fn person(field: &str, value: &str) -> Value {
    json!({"kind": "person", "fields": {"name": "甲", field: value}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_customer_is_told_of_in_the_same_words_whatever_matched() {
    let company = Company::new().await;
    // K00011 is a high one of S003's, a firm; S001 does not see it.
    let hidden = company.customer("K00011");
    let firm =
        json!({"kind": "company", "fields": {"name": hidden.name.replace("有限公司", "有限责任公司")}});
    let mut answers = Vec::new();
    for asked in [
        person("mobile", &hidden.mobile),
        person("email", &hidden.email.to_uppercase()),
        person("id_number", &hidden.id_number),
        firm,
    ] {
        let reply = company.post("S001", "/api/v1/customers", asked).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::CONFLICT, "duplicate"));
        let mut answer = reply.json();
        assert!(answer["hit"].is_i64() && answer["receipt"]["index"].is_u64());
        for member in ["hit", "receipt"] {
            answer.as_object_mut().unwrap().remove(member);
        }
        assert!(!reply.text().contains("K00011") && !reply.text().contains("S003"));
        answers.push((answer, reply.body.len()));
    }
    let (first, size) = answers[0].clone();
    assert!(answers.iter().all(|(answer, long)| *answer == first && long.abs_diff(size) <= 1), "{answers:?}");

    // Who sees it is led to it.
    let known = company.post("S003", "/api/v1/customers", person("mobile", &hidden.mobile)).await;
    assert_eq!((known.status, known.problem().as_str()), (StatusCode::CONFLICT, "known"));
    assert_eq!(known.json()["customer_no"], "K00011");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_offers_to_ask_for_the_customer_and_the_manager_gives_it() {
    let company = Company::new().await;
    let hidden = company.customer("K00011");
    let typed = [("kind", "person"), ("name", "甲"), ("mobile", hidden.mobile.as_str()), ("region", "华东")];
    let page = company.send("S001", Method::POST, "/customers/new", form(&typed)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let text = page.text();
    assert!(text.contains("/duplicates/1/claim") && !text.contains("K00011"), "{text}");
    let short = company.send("S001", Method::POST, "/duplicates/1/claim", form(&[("reason", "嗯")])).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked =
        company.send("S001", Method::POST, "/duplicates/1/claim", form(&[("reason", "客户主动来电")])).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
    let mine = company.get("S001", "/api/v1/approvals").await.json()["mine"][0].clone();
    assert_eq!((&mine["kind"], &mine["customer_no"]), (&json!("claim"), &Value::Null));
    assert!(!company.get("S001", "/approvals").await.text().contains("K00011"));
    assert!(!company.get("S001", "/me").await.text().contains("K00011"));

    // S004 leads the owner's department.
    assert!(company.get("S004", "/approvals").await.text().contains("K00011"));
    let path = format!("/api/v1/approvals/{}/decision", mine["id"]);
    let given = company.post("S004", &path, json!({"approve": true})).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    let customer = company.get("S001", "/api/v1/customers/K00011").await;
    assert_eq!(customer.json()["owner"], "S001");
    assert!(company.get("S001", "/approvals").await.text().contains("K00011"));
    // The ledger says it in a sentence.
    assert!(company.get("C001", "/ledger").await.text().contains("改由其负责"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_falls_is_claimed_once_and_shows_nothing_meanwhile() {
    let mut company = Company::new().await;
    let care = json!({"duplicates_per_day": 10, "pool_low_days": 30, "pool_medium_days": 30, "pool_high_days": 0,
        "pool_warn_days": 7, "claims_per_day": 1});
    let set = company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(json!({"care": care}))).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    let wrong = json!({"care": {"duplicates_per_day": 10, "pool_low_days": 3, "pool_medium_days": 0,
        "pool_high_days": 0, "pool_warn_days": 7, "claims_per_day": 1}});
    let wrong = company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(wrong)).await;
    assert_eq!(
        (wrong.status, &wrong.json()["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("pool_low_days"))
    );

    company.pass(25 * 24 * 3600);
    company.renew("S001").await;
    let home = company.get("S001", "/").await.text();
    assert!(home.contains("/pool#falling"), "{home}");
    company.pass(6 * 24 * 3600);
    let fell = company.system.sweep_pool().await.unwrap();
    assert!(fell > 0);
    for who in ["S001", "S002", "S003", "A001", "C001"] {
        company.renew(who).await;
    }
    let pool = company.get("S001", "/api/v1/pool").await;
    assert_eq!(pool.status, StatusCode::OK, "{}", pool.text());
    let json = pool.json();
    assert!(json["items"].as_array().unwrap().len() >= 2 && json["claims_left"] == 1, "{json}");
    for item in json["items"].as_array().unwrap() {
        let planted = company.customer(item["customer_no"].as_str().unwrap());
        assert_eq!(planted.region, "华东");
        for secret in planted.secrets().into_iter().map(|(_, value)| value).chain([planted.name.as_str()]) {
            assert!(!pool.text().contains(secret), "{secret}");
        }
    }
    let numbers: Vec<String> = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["customer_no"].as_str().unwrap().to_owned())
        .collect();
    let claim = |no: &str| format!("/api/v1/pool/{no}/claim");
    let denied = company.post("A001", &claim(&numbers[0]), json!({})).await;
    assert_eq!(denied.problem(), "denied");
    let done = company.post("S001", &claim(&numbers[0]), json!({})).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let late = company.post("S001", &claim(&numbers[0]), json!({})).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "claimed"));
    let enough = company.post("S001", &claim(&numbers[1]), json!({})).await;
    assert_eq!((enough.status, enough.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "limit-claims"));
    // A manager assigns the other, and puts the first back; on the page there is no button without a claim left.
    assert!(
        !company.get("S001", "/pool").await.text().contains(&format!("/pool/{}/claim\"><button", numbers[1]))
    );
    let assign = json!({"owner": "S001"});
    let path = format!("/api/v1/customers/{}/assignment", numbers[1]);
    let assigned = company.send("S002", Method::PUT, &path, Carry::Json(assign)).await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.text());
    let put = company.send("S002", Method::POST, &format!("/customers/{}/pool", numbers[0]), form(&[])).await;
    assert_eq!(
        (put.status, &put.headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/pool".parse().unwrap())
    );
    let ledger = company.get("C001", "/ledger").await.text();
    assert!(ledger.contains("放入公海") && ledger.contains("落入公海"), "{ledger}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ownership_rules_are_asked_for_until_they_are_acknowledged() {
    let company = Company::new().await;
    let waits = |text: &str| text.contains("客户归属规则有您尚未确认的版本");
    assert!(waits(&company.get("S001", "/").await.text()));
    let page = company.get("S001", "/rules").await.text();
    assert!(page.contains("客户归公司所有") && page.contains("/rules/acknowledgement"));
    assert!(!page.contains("/rules/edit"), "who does not keep the rules has no button for it");
    let done = company.send("S001", Method::POST, "/rules/acknowledgement", form(&[("version", "1")])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(!waits(&company.get("S001", "/").await.text()));
    assert!(!company.get("S001", "/rules").await.text().contains("/rules/acknowledgement"));

    // Compliance writes another version; a mistake keeps what was typed.
    let text = "# 新版\n- 客户归公司所有 <b>，不得带走，也不得留存。";
    let short = [("based_on", "1"), ("zh", text), ("en", "short")];
    let short = company.send("C001", Method::POST, "/rules/edit", form(&short)).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("不得带走，也不得留存"));
    let good = [("based_on", "1"), ("zh", text), ("en", "# New\nCustomers belong to the company.")];
    let good = company.send("C001", Method::POST, "/rules/edit", form(&good)).await;
    assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.text());
    assert!(waits(&company.get("S001", "/").await.text()));
    let page = company.get("S001", "/rules").await.text();
    assert!(
        page.contains("客户归公司所有 &#60;b&#62;，") || page.contains("客户归公司所有 &lt;b&gt;，"),
        "{page}"
    );
    let readers = company.get("C001", "/rules/readers?missing=1").await;
    assert!(readers.text().contains("S001"));
    let list = company.get("C001", "/api/v1/rules/acknowledgements?limit=3").await.json();
    assert_eq!(
        (&list["newest"], &list["done"], &list["items"].as_array().unwrap().len()),
        (&json!(2), &json!(0), &3)
    );
    let next = list["next_after"].as_str().unwrap();
    let more =
        company.get("C001", &format!("/api/v1/rules/acknowledgements?limit=3&after={next}")).await.json();
    assert_ne!(more["items"][0], list["items"][0]);
    let denied = company.get("S001", "/api/v1/rules/acknowledgements").await;
    assert_eq!(denied.problem(), "denied");
    let stale = company.post("S001", "/api/v1/rules/acknowledgement", json!({"version": 1})).await;
    assert_eq!(stale.problem(), "conflict");
    let ok = company.post("S001", "/api/v1/rules/acknowledgement", json!({"version": 2})).await;
    assert_eq!(ok.status, StatusCode::OK);
    assert!(company.get("C001", "/ledger").await.text().contains("确认了第 2 版客户归属规则"));
}
