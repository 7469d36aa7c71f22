//! Many customers at once through the API and the console, and the numbers of load and age.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use axum::http::{Method, StatusCode, header};
use kit::{Carry, Company, form};
use serde_json::{Value, json};

/// Customers of S001's, who sells in the department of S002.
fn mine(company: &Company) -> Vec<String> {
    let own = company.customers.iter().filter(|planted| planted.owner == "S001");
    own.map(|planted| planted.no.to_string()).collect()
}

fn outcomes(bulk: &Value) -> Vec<&str> {
    bulk["customers"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect()
}

async fn owner(company: &Company, no: &str) -> Value {
    company.get("C001", &format!("/api/v1/customers/{no}")).await.json()["owner"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_looks_over_does_and_undoes() {
    let mut company = Company::new().await;
    let all = mine(&company);
    assert!(all.len() >= 2);
    let ask = json!({"action": "assign", "customer_nos": all, "staff_no": "Z001"});
    let key = |value: &Value| (Method::POST, "/api/v1/bulk", Carry::Json(value.clone()));
    let (method, path, carry) = key(&ask);
    let looked = company.send("S002", method, path, carry).await;
    assert_eq!(looked.status, StatusCode::CREATED, "{}", looked.text());
    let looked = looked.json();
    assert_eq!((&looked["state"], &looked["staff_no"]), (&json!("looked_over"), &json!("Z001")));
    assert!(outcomes(&looked).iter().all(|outcome| *outcome == "ready"));
    let sum = |counts: &Value| counts.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&looked["load_after"]) - sum(&looked["load_before"]), all.len() as u64);
    assert_eq!(owner(&company, &all[0]).await, "S001");
    let path = format!("/api/v1/bulk/{}", looked["id"]);
    // It is nobody else's.
    for door in ["run", "undo"] {
        assert_eq!(
            company.post("S004", &format!("{path}/{door}"), json!({})).await.status,
            StatusCode::NOT_FOUND
        );
    }
    let done = company.post("S002", &format!("{path}/run"), json!({})).await.json();
    assert!(outcomes(&done).iter().all(|outcome| *outcome == "done"), "{done}");
    assert_eq!(owner(&company, &all[0]).await, "Z001");
    let undone = company.post("S002", &format!("{path}/undo"), json!({})).await.json();
    assert_eq!(undone["state"], "undone");
    assert_eq!(owner(&company, &all[0]).await, "S001");
    let again = company.post("S002", &format!("{path}/undo"), json!({})).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "conflict"));

    // Half an hour later it is over.
    let looked = company.post("S002", "/api/v1/bulk", ask.clone()).await.json();
    company.pass(25 * 60);
    company.renew("S002").await;
    company.pass(6 * 60);
    let late = company.post("S002", &format!("/api/v1/bulk/{}/run", looked["id"]), json!({})).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "over"));

    // What does not fit, and who may not.
    let denied = company.post("S001", "/api/v1/bulk", ask.clone()).await;
    assert_eq!((denied.status, denied.problem().as_str()), (StatusCode::FORBIDDEN, "denied"));
    let many: Vec<String> = (0..1001).map(|n| format!("K{n:05}")).collect();
    let many = json!({"action": "pool", "customer_nos": many});
    let many = company.post("S002", "/api/v1/bulk", many).await;
    assert_eq!((many.status, many.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "too-many"));
    for wrong in [
        json!({"action": "burn", "customer_nos": all}),
        json!({"action": "pool"}),
        json!({"action": "pool", "customer_nos": all, "list": {}}),
        json!({"action": "share", "customer_nos": all}),
        json!({"action": "pool", "list": {"q": "13812345678"}}),
    ] {
        let reply = company.post("S002", "/api/v1/bulk", wrong.clone()).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_console_many_are_chosen_looked_over_done_and_undone() {
    let company = Company::new().await;
    let all = mine(&company);
    let list = company.get("S002", "/customers?scope=department").await.text();
    assert!(list.contains("data-bulk") && list.contains(&format!("name=\"no\" value=\"{}\"", all[0])));
    assert!(!company.get("C001", "/customers").await.text().contains("data-bulk"), "compliance changes none");
    let choose = company.get("S002", &format!("/bulk/new?act=assign&no={}&no={}", all[0], all[1])).await;
    assert!(choose.text().contains("分配 2 位客户"), "{}", choose.text());
    let nothing = company.get("S002", "/bulk/new?act=assign").await;
    assert_eq!(nothing.headers[header::LOCATION], "/customers");

    let asked = [("act", "assign"), ("no", &all[0]), ("no", &all[1]), ("no", "K99999"), ("owner_to", "")];
    let nobody = company.send("S002", Method::POST, "/bulk", form(&asked)).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nobody.text().contains("请选择新的负责人") && nobody.text().contains(&all[1]),
        "the choice stays"
    );
    let asked = [("act", "assign"), ("no", &all[0]), ("no", &all[1]), ("no", "K99999"), ("owner_to", "Z001")];
    let looked = company.send("S002", Method::POST, "/bulk", form(&asked)).await;
    assert_eq!(looked.status, StatusCode::SEE_OTHER, "{}", looked.text());
    let path = looked.headers[header::LOCATION].to_str().unwrap().to_owned();
    let page = company.get("S002", &path).await.text();
    assert!(page.contains("请核对") && page.contains("另有 1 个编号没有对应的客户"), "{page}");
    let done = company.send("S002", Method::POST, &format!("{path}/run"), form(&[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = company.get("S002", &path).await.text();
    assert!(page.contains("已办理") && page.contains(&format!("action=\"{path}/undo\"")), "{page}");
    let undone = company.send("S002", Method::POST, &format!("{path}/undo"), form(&[])).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    let page = company.get("S002", &path).await.text();
    assert!(page.contains("已撤销分配") && !page.contains("/undo\""), "{page}");
    assert_eq!(owner(&company, &all[1]).await, "S001");
    let ledger = company.get("C001", "/ledger").await.text();
    assert!(ledger.contains("撤销了对 2 位客户的批量处理"), "{ledger}");

    // All of a list, into the pool, and out of it again.
    let asked = [("act", "pool"), ("all", "1"), ("scope", "department"), ("owner", "S001")];
    let looked = company.send("S002", Method::POST, "/bulk", form(&asked)).await;
    let path = looked.headers[header::LOCATION].to_str().unwrap().to_owned();
    company.send("S002", Method::POST, &format!("{path}/run"), form(&[])).await;
    let pool = company.get("S001", "/pool").await.text();
    assert!(pool.contains("value=\"claim\""), "{pool}");
    let asked = [("act", "claim"), ("all", "1"), ("pool", "1"), ("tier", "low")];
    let claim = company.send("S001", Method::POST, "/bulk", form(&asked)).await;
    assert_eq!(claim.status, StatusCode::SEE_OTHER, "{}", claim.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn load_and_age_are_counted_as_far_as_one_sees() {
    let company = Company::new().await;
    let load = company.get("S002", "/api/v1/team/load").await.json();
    let of = |load: &Value, no: &str| {
        load["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["staff_no"] == no)
            .cloned()
            .unwrap_or_default()
    };
    let sum = |counts: &Value| counts.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&of(&load, "S001")["customers"]), mine(&company).len() as u64);
    assert!(of(&load, "S001")["open_tasks"].as_u64().unwrap() > 0);
    assert!(of(&load, "V001").is_null(), "another department's is not the manager's: {load}");
    // A seller has their own numbers.
    let own = company.get("S001", "/api/v1/team/load").await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(of(&own, "S001")["customers"], of(&load, "S001")["customers"]);
    let denied = company.get("A001", "/api/v1/team/load").await;
    assert_eq!(denied.problem(), "denied");
    let page = company.get("S002", "/team").await.text();
    assert!(
        page.contains("谁负责多少客户") && page.contains("/customers?scope=department&#38;owner=S001"),
        "{page}"
    );

    let no = mine(&company)[0].clone();
    let put = company.post("S002", &format!("/api/v1/customers/{no}/pool"), json!({})).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    let ages = company.get("S002", "/api/v1/pool/ageing").await.json();
    assert_eq!((&ages["up_to_7_days"], &ages["longer"]), (&json!(1), &json!(0)));
    assert_eq!(ages["falling"], json!([]), "nobody falls where no tier does");
    let care = json!({"duplicates_per_day": 10, "pool_low_days": 30, "pool_medium_days": 30, "pool_high_days": 0,
        "pool_warn_days": 7, "claims_per_day": 9});
    let set = company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(json!({"care": care}))).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    company.pass(600);
    let ages = company.get("S002", "/api/v1/pool/ageing").await.json();
    let soon = ages["falling"].as_array().unwrap();
    let first = soon.iter().find(|one| one["staff_no"] == "S001").unwrap();
    assert_eq!(first["week"], 0);
    assert!(first["month"].as_u64().unwrap() > 0);
    let own = company.get("S001", "/api/v1/pool/ageing").await.json();
    assert_eq!(own["falling"].as_array().unwrap().len(), 1);
    assert!(company.get("S002", "/pool").await.text().contains("在公海多久"));
}
