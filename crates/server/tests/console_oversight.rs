//! The oversight half of the console and the interface: the ledger in sentences and with its proofs, one's own record,
//! the team, staff, rules and imports.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use axum::http::{Method, StatusCode, header};
use kit::{Carry, Company, EVERYBODY, Needles, Reply, form, upload};
use serde_json::{Value, json};
use tigertally_core::policy::DEFAULT_TEXT;

/// What stands between the page's own marks, without the shell.
fn main_of(reply: &Reply) -> String {
    let text = reply.text();
    text.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(&text).to_owned()
}

async fn page(company: &Company, who: &str, path: &str) -> String {
    let reply = company.get(who, path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}: {}", main_of(&reply));
    let main = main_of(&reply);
    assert!(!main.contains("Unknown localization"), "{path}: {main}");
    main
}

async fn submit(company: &Company, who: &str, path: &str, pairs: &[(&str, &str)]) -> Reply {
    company.send(who, Method::POST, path, form(pairs)).await
}

async fn put(company: &Company, who: &str, path: &str, json: Value) -> Reply {
    company.send(who, Method::PUT, path, Carry::Json(json)).await
}

fn led_to(reply: &Reply) -> &str {
    reply.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
}

#[tokio::test]
async fn the_ledger_tells_what_happened_in_sentences() {
    let company = Company::new().await;
    let purpose = json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": 1}});
    let opened = company.post("S001", "/api/v1/customers/K00001/reveal", purpose).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    company.post("S001", "/api/v1/customers/K00001/reveal", json!({"fields": ["bank_card"]})).await;

    let main = page(&company, "U001", "/ledger?kind=reveals").await;
    assert!(main.contains("S001 周敏"), "{main}");
    assert!(main.contains("的手机，事由：任务 1"), "{main}");
    assert!(
        main.contains("想看 <span class=\"who\">K00001</span> 的银行卡，未放行"),
        "no link for an auditor: {main}"
    );
    assert!(main.contains("data-live=\"/ledger/live?kind=reveals&#38;after="), "{main}");
    let denied = page(&company, "C001", "/ledger?kind=denied&customer=K00001").await;
    assert!(denied.contains("<a class=\"who\" href=\"/customers/K00001\">"), "a link for compliance");
    assert!(!denied.contains("事由：任务 1"), "only what was denied");

    let english = company
        .send_with("U001", Method::GET, "/ledger?staff=S001", Carry::Nothing, &[("accept-language", "en")])
        .await;
    assert!(main_of(&english).contains("saw the mobile of"), "{}", main_of(&english));
    assert_eq!(company.get("S001", "/ledger").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_ledger_pages_back_in_time() {
    let company = Company::new().await;
    for _ in 0..20 {
        company.get("S001", "/me").await;
    }
    let first = page(&company, "U001", "/ledger").await;
    let before =
        first.split("href=\"/ledger?before=").nth(1).and_then(|text| text.split('"').next()).unwrap();
    let before: u64 = before.parse().unwrap();
    let second = page(&company, "U001", &format!("/ledger?before={before}")).await;
    assert!(!second.contains("data-live="), "what is past does not move");
    assert!(
        second.contains(&format!("/ledger/{}", before - 1))
            && !second.contains(&format!("\"/ledger/{before}\""))
    );
}

#[tokio::test]
async fn an_entry_shows_what_proves_it() {
    let company = Company::new().await;
    let main = page(&company, "U001", "/ledger/0").await;
    assert!(main.contains("系统初始化") && main.contains("已核对：它在检查点之内"), "{main}");
    let proof = company.get("U001", "/ledger/0/proof").await;
    assert_eq!(
        proof.headers[header::CONTENT_DISPOSITION],
        "attachment; filename=\"tigertally-proof-0.json\""
    );
    assert_eq!(proof.json()["index"], 0);
    assert_eq!(company.get("U001", "/ledger/99999999").await.status, StatusCode::NOT_FOUND);
    // One's own entry is part of one's own record, somebody else's is not.
    let own = company.entries_from(0).into_iter().find(|entry| entry.actor == "S001").unwrap().index;
    page(&company, "S001", &format!("/ledger/{own}")).await;
    assert_eq!(company.get("S003", &format!("/ledger/{own}")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_interface_proves_what_the_page_proves() {
    let company = Company::new().await;
    company.system.checkpoint_signed().wait_for(|size| *size > 3).await.unwrap();
    let head = company.get("", "/api/v1/ledger/head").await.json();
    let note = company.get("", "/api/v1/ledger/checkpoint").await;
    assert_eq!(note.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(head["checkpoint"], note.text());
    assert!(note.text().starts_with(&format!("{}\n", head["origin"].as_str().unwrap())));

    let old = head["checkpoint_size"].as_u64().unwrap() / 2;
    let proof = company.get("U001", &format!("/api/v1/ledger/consistency?old={old}")).await.json();
    assert_eq!(proof["old"], old);
    assert!(!proof["hashes"].as_array().unwrap().is_empty());
    let entry = company.get("U001", "/api/v1/ledger/entries/0").await.json();
    assert_eq!((&entry["action"], &entry["sentence"]), (&json!("init"), &json!("The system was set up")));
    let inclusion = company.get("U001", "/api/v1/ledger/proofs/0").await.json();
    assert_eq!(inclusion["leaf"], entry["leaf"]);
    let none = company.get("U001", "/api/v1/ledger/proofs/0?size=3000000").await;
    assert_eq!((none.status, none.problem().as_str()), (StatusCode::NOT_FOUND, "not-found"));

    let page =
        company.get("U001", "/api/v1/ledger/entries?action=sign_in&decision=allowed&limit=3").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 3);
    let before = page["next_before"].as_u64().unwrap();
    assert_eq!(page["items"][2]["index"], before);
    for query in ["action=nothing", "decision=perhaps", "tier=golden", "unknown=1"] {
        let refused = company.get("U001", &format!("/api/v1/ledger/entries?{query}")).await;
        assert!(refused.status.is_client_error(), "{query}: {}", refused.status);
        refused.problem();
    }

    let found = company.post("U001", "/api/v1/ledger/verification", json!({})).await.json();
    assert_eq!((&found["holds"], &found["fault"]), (&json!(true), &Value::Null));
    let verified = submit(&company, "U001", "/ledger/verification", &[]).await;
    assert_eq!(led_to(&verified), "/ledger");
    assert!(
        page_says(&company, "C001", "/ledger", "核验通过").await,
        "everybody who reads the ledger is told"
    );
}

async fn page_says(company: &Company, who: &str, path: &str, words: &str) -> bool {
    page(company, who, path).await.contains(words)
}

#[tokio::test]
async fn what_happens_is_shown_as_it_happens() {
    let company = std::sync::Arc::new(Company::new().await);
    let other = std::sync::Arc::clone(&company);
    let looking = tokio::spawn(async move {
        for _ in 0..20 {
            other.get("S001", "/customers/K00001").await;
        }
    });
    let feed = company.get("U001", "/ledger/live?staff=S001").await;
    looking.await.unwrap();
    assert_eq!(feed.headers[header::CONTENT_TYPE], "text/event-stream");
    let text = feed.text();
    assert!(text.contains("data: <li>") && text.contains("打开了") && text.contains("K00001"), "{text}");
    assert!(!text.contains("U001"), "the feed shows what was asked for");

    // What happened between the page and its feed, or while the feed was broken, is not missed.
    let last = company.size() - 1;
    company.get("S001", "/customers/K00002").await;
    let missed = company.get("U001", &format!("/ledger/live?after={last}")).await.text();
    assert!(missed.contains("K00002") && !missed.contains("打开了账本实况"), "{missed}");
    let broken = [("last-event-id", last.to_string())];
    let broken = broken.each_ref().map(|(name, id)| (*name, id.as_str()));
    let missed = company.send_with("U001", Method::GET, "/ledger/live", Carry::Nothing, &broken).await.text();
    assert!(missed.contains("K00002"), "{missed}");
    assert_eq!(company.get("S001", "/ledger/live").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn everybody_sees_their_own_record() {
    let company = Company::new().await;
    for who in EVERYBODY {
        let main = page(&company, who, "/me").await;
        assert!(main.contains(who) && main.contains("登录"), "{who}");
        let record = company.get(who, "/api/v1/me").await.json();
        assert_eq!(record["staff"]["staff_no"], who);
        assert_eq!(record["days"].as_array().unwrap().len(), 30);
        let mine = record["entries"].as_array().unwrap().iter().all(|entry| entry["body"]["actor"] == who);
        assert!(mine, "{who} sees their own entries and no others");
    }
}

#[tokio::test]
async fn a_manager_sees_their_own_team_only() {
    let company = Company::new().await;
    let main = page(&company, "S002", "/team").await;
    let named = |no: &str| main.contains(&format!("staff={no}&amp;days=7"));
    assert!(named("S001") && named("S002") && !named("S003"), "{main}");
    assert!(page_says(&company, "S002", "/team?staff=S001&days=30", "做了什么").await);
    assert_eq!(company.get("S002", "/team?staff=S003").await.status, StatusCode::FORBIDDEN);
    assert!(page_says(&company, "C001", "/team", "罗骁").await, "compliance sees everybody");
    assert_eq!(company.get("S001", "/team").await.status, StatusCode::FORBIDDEN);
    let team = company.get("S002", "/api/v1/team").await.json();
    assert!(team["people"].as_array().unwrap().iter().all(|person| person["region"] == "华东"));
}

#[tokio::test]
async fn staff_are_found_entered_changed_invited_and_closed() {
    let company = Company::new().await;
    let found = page(&company, "A001", "/staff?q=罗&role=staff").await;
    assert!(found.contains("罗骁") && !found.contains("周敏"));
    assert!(page_says(&company, "A001", "/staff?q=zzz", "没有符合条件的人").await);

    let record = [
        ("staff_no", "N001"),
        ("name", "白露"),
        ("department", "销售部"),
        ("title", "员工"),
        ("role", "staff"),
        ("region", "华东"),
        ("manager", "S002"),
        ("joined", "2026-11-02"),
        ("email", "n001@example.com"),
    ];
    let mut wrong = record;
    wrong[6].1 = "S999";
    let refused = submit(&company, "A001", "/staff/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let main = main_of(&refused);
    assert!(
        main.contains("id=\"manager-error\"") && main.contains("value=\"白露\""),
        "what was typed survives: {main}"
    );
    assert_eq!(led_to(&submit(&company, "A001", "/staff/new", &record).await), "/staff/N001");
    assert_eq!(
        submit(&company, "A001", "/staff/new", &record).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let invited = main_of(&submit(&company, "A001", "/staff/N001", &[("act", "invite")]).await);
    let code = invited.split("id=\"activation\">").nth(1).and_then(|text| text.split('<').next()).unwrap();
    assert_eq!(code.len(), 19, "{code}");
    assert!(!page_says(&company, "A001", "/staff/N001", code).await, "it is shown once");

    assert_eq!(led_to(&submit(&company, "A001", "/staff/N001", &[("act", "close")]).await), "/staff/N001");
    assert!(page_says(&company, "A001", "/staff/N001", "已停用").await);
    let own = submit(&company, "A001", "/staff/A001", &[("act", "close")]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&own).contains("不能停用自己"));
    assert_eq!(
        submit(&company, "C001", "/staff/N001", &[("act", "open")]).await.status,
        StatusCode::FORBIDDEN
    );

    let change = Carry::Json(json!({"title": "资深员工"}));
    let changed = company.send("A001", Method::PATCH, "/api/v1/staff/N001", change).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let list = company.get("A001", "/api/v1/staff?q=N001").await.json();
    assert_eq!(
        (&list["items"][0]["title"], &list["items"][0]["active"]),
        (&json!("资深员工"), &json!(false))
    );
    let unknown = company.post("A001", "/api/v1/staff", json!({"staff_no": "N002", "role": "king"})).await;
    assert_eq!((unknown.status, unknown.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
}

#[tokio::test]
async fn a_policy_is_checked_and_approved_before_it_goes_live() {
    let company = Company::new().await;
    assert!(page_says(&company, "C001", "/policy", "class=\"source\"").await);
    let broken = DEFAULT_TEXT.replacen("@zh(", "@zz(", 1);
    let refused = submit(&company, "A001", "/policy/edit", &[("text", &broken), ("based_on", "1")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&refused).contains("第 18 行"), "{}", main_of(&refused));

    let other = DEFAULT_TEXT.replace("任何人不得审批自己的申请。", "谁也不得审批自己的申请。");
    let draft = [("text", other.as_str()), ("based_on", "1")];
    let checked = main_of(&submit(&company, "C001", "/policy/edit", &draft).await);
    assert!(checked.contains("检查通过") && checked.contains("nobody-approves-themselves"), "{checked}");
    assert!(!checked.contains("value=\"apply\""), "who may only read it cannot put it in force");
    assert_eq!(company.system.policy().version(), 1);

    let silent = [draft[0], draft[1], ("act", "apply")];
    let silent = submit(&company, "A001", "/policy/edit", &silent).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&silent).contains("name=\"reason\""), "{}", main_of(&silent));
    let apply = [draft[0], draft[1], ("act", "apply"), ("reason", "按新制度调整说明")];
    assert_eq!(submit(&company, "C001", "/policy/edit", &apply).await.status, StatusCode::FORBIDDEN);
    assert_eq!(led_to(&submit(&company, "A001", "/policy/edit", &apply).await), "/approvals");
    assert_eq!(company.system.policy().version(), 1, "nobody has approved it yet");
    let inbox = company.get("C001", "/api/v1/inbox").await.json();
    let items = inbox["items"].as_array().unwrap();
    let asked = items.iter().find(|item| item["approval"]["kind"] == "policy").unwrap();
    let id = asked["approval"]["id"].as_i64().unwrap();
    assert!(page_says(&company, "C001", "/inbox", "启用第 2 版访问策略").await);
    let read = format!("/policy/proposals/{id}");
    assert!(page_says(&company, "C001", &read, "nobody-approves-themselves").await);
    let decision = format!("/approvals/{id}/decision");
    let decided = submit(&company, "C001", &decision, &[("decision", "approve")]).await;
    assert_eq!(led_to(&decided), "/approvals");
    assert_eq!(company.system.policy().version(), 2);
    let late = submit(&company, "A001", "/policy/edit", &apply).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&late).contains("别人已让另一个版本生效"));
    let late = json!({"text": DEFAULT_TEXT, "based_on": 1, "reason": "按新制度调整"});
    let late = company.post("A001", "/api/v1/policy/proposals", late).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "conflict"));
    assert!(page_says(&company, "A001", "/policy?version=1", "href=\"/policy?version=2\"").await);

    let faults = company.post("A001", "/api/v1/policy/check", json!({"text": broken})).await;
    assert_eq!(faults.problem(), "policy");
    assert_eq!(faults.json()["faults"][0]["line"], 18);
}

#[tokio::test]
async fn a_question_can_be_tried_and_opens_nothing() {
    let company = Company::new().await;
    let ask = [
        ("staff", "S003"),
        ("action", "reveal"),
        ("customer", "K00001"),
        ("field_mobile", "1"),
        ("hour", "10"),
    ];
    let main = main_of(&submit(&company, "C001", "/policy/ask", &ask).await);
    assert!(main.contains("不会放行") && main.contains("怎样才行"), "{main}");
    let mut nobody = ask;
    nobody[0].1 = "S999";
    assert_eq!(
        submit(&company, "C001", "/policy/ask", &nobody).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let asked = json!({"staff": "S001", "action": "reveal", "customer": "K00001", "fields": ["mobile"],
        "purpose": {"kind": "task", "ref": 999}});
    let answer = company.post("C001", "/api/v1/policy/ask", asked).await.json();
    assert_eq!((&answer["allowed"], &answer["purpose_stands"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn a_tier_rule_is_previewed_and_then_approved() {
    let company = Company::new().await;
    let rule = [("high_spend", "1"), ("medium_spend", "0"), ("high_years", "40")];
    let preview = main_of(&submit(&company, "A001", "/tiers", &rule).await);
    assert!(preview.contains("value=\"apply\"") && preview.contains("位会换等级"), "{preview}");
    let before = company.system.settings().tiers;
    assert_ne!(before.high_years, 40, "nothing is applied yet");
    let senseless = [("high_spend", "1"), ("medium_spend", "2"), ("high_years", "5")];
    assert_eq!(submit(&company, "A001", "/tiers", &senseless).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let silent = [rule[0], rule[1], rule[2], ("act", "apply")];
    let silent = submit(&company, "A001", "/tiers", &silent).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&silent).contains("value=\"apply\""), "the preview stays");
    let apply = [rule[0], rule[1], rule[2], ("act", "apply"), ("reason", "按新制度分级")];
    assert_eq!(led_to(&submit(&company, "A001", "/tiers", &apply).await), "/approvals");
    assert_ne!(company.system.settings().tiers.high_years, 40, "nobody has approved it yet");
    let waiting = company.get("C001", "/api/v1/approvals").await.json();
    let waiting = waiting["to_decide"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&waiting["kind"], &waiting["tiers"]["to"]["high_years"]), (&json!("tiers"), &json!(40)));
    assert!(!waiting["tiers"]["moves"].as_array().unwrap().is_empty(), "{waiting}");
    let decision = format!("/api/v1/approvals/{}/decision", waiting["id"]);
    let decided = company.post("C001", &decision, json!({"approve": true})).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    assert_eq!(company.system.settings().tiers.high_years, 40);
}

#[tokio::test]
async fn settings_out_of_range_are_told_beside_their_field() {
    let company = Company::new().await;
    let mut typed = [
        ("company", "澜图商贸"),
        ("time_zone", "Asia/Shanghai"),
        ("reveal_seconds", "4"),
        ("review_days", "90"),
        ("approval_minutes", "60"),
        ("request_days", "7"),
        ("share_days", "180"),
        ("export_few", "25"),
        ("export_keep_hours", "24"),
        ("duplicates_per_day", "30"),
        ("pool_low_days", "30"),
        ("pool_medium_days", "60"),
        ("pool_high_days", "90"),
        ("pool_warn_days", "7"),
        ("claims_per_day", "5"),
        ("attachment_mb", "5"),
        ("attachments", "3"),
        ("connect_webhook_url", ""),
        ("canary_phones", "13900001111，13900002222"),
        ("canary_domain", "Mail.example.com "),
    ];
    let refused = submit(&company, "A001", "/settings", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(main_of(&refused).contains("id=\"reveal_seconds-error\""));
    typed[2].1 = "45";
    assert_eq!(led_to(&submit(&company, "A001", "/settings", &typed).await), "/settings");
    assert_eq!(company.system.settings().reveal_seconds, 45);
    let exports = company.system.settings().exports;
    assert_eq!(exports.canary_phones, ["13900001111", "13900002222"]);
    assert_eq!(exports.canary_domain, "mail.example.com");
    for (name, value) in [("canary_phones", "021-5555"), ("canary_domain", "no domain")] {
        let wrong: Vec<_> =
            typed.iter().map(|pair| if pair.0 == name { (name, value) } else { *pair }).collect();
        let refused = submit(&company, "A001", "/settings", &wrong).await;
        assert!(main_of(&refused).contains(&format!("id=\"{name}-error\"")), "{name}");
    }
    let api = put(&company, "A001", "/api/v1/settings", json!({"time_zone": "Mars/Olympus"})).await;
    assert_eq!(api.problem(), "invalid");
    assert_eq!(
        put(&company, "A001", "/api/v1/settings", json!({"review_days": 30})).await.status,
        StatusCode::OK
    );
    assert_eq!(company.get("A001", "/api/v1/settings").await.json()["review_days"], 30);
}

#[tokio::test]
async fn an_import_reports_line_by_line_and_shows_no_value() {
    let company = Company::new().await;
    let file = "客户编号,客户名称,手机,微信\nK00901,=cmd|calc,13812349876,w1\nK00902,溪口茶业有限公司,1381234,w2\n\
        K00903,云汀印务有限公司,13812349875,w3\n";
    let send = |parts: &'static [(&'static str, &'static str)]| {
        company.send("A001", Method::POST, "/import", upload("新客户.csv", file.as_bytes(), parts))
    };
    let unknown = send(&[("table", "customers"), ("mode", "all")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let main = main_of(&unknown);
    assert!(main.contains("不认识的列：微信") && main.contains("name=\"header_0\" value=\"微信\""), "{main}");

    let strict: &[_] = &[("table", "customers"), ("mode", "all"), ("header_0", "微信"), ("column_0", "-")];
    let left = send(strict).await;
    let main = main_of(&left);
    assert!(main.contains("有错行，没有写入任何内容"), "{main}");
    assert!(main.contains("开头像表格公式") && main.contains("不是 11 位大陆手机号"), "{main}");
    assert!(main.contains("href=\"data:text/csv;charset=utf-8;base64,"), "the list can be taken along");
    for clear in ["13812349876", "1381234,", "cmd|calc", "云汀印务"] {
        assert!(!main.contains(clear), "{clear} is shown");
    }
    assert_eq!(company.get("S001", "/customers/K00903").await.status, StatusCode::NOT_FOUND);

    let good =
        send(&[("table", "customers"), ("mode", "good"), ("header_0", "微信"), ("column_0", "-")]).await;
    assert!(main_of(&good).contains("好的行已导入，错的行没有"), "{}", main_of(&good));
    let parts = [("table", "customers"), ("dry_run", "true"), ("header_0", "微信"), ("column_0", "-")];
    let again = upload("新客户.csv", file.as_bytes(), &parts);
    let report = company.send("A001", Method::POST, "/api/v1/imports", again).await.json();
    assert_eq!((&report["created"], &report["existing"]), (&json!(0), &json!(1)), "{report}");
    assert_eq!(report["faults"][1]["line"], 3);

    let not_theirs = upload("x.csv", file.as_bytes(), &[("table", "customers")]);
    let refused = company.send("S001", Method::POST, "/api/v1/imports", not_theirs).await;
    assert_eq!(refused.problem(), "denied");
    let nothing =
        company.send("A001", Method::POST, "/import", upload("", b"", &[("table", "customers")])).await;
    assert!(main_of(&nothing).contains("还没有选文件"));
}

/// Every page of the oversight half, in both languages, for who may see it: no value of a customer, no missing text.
#[tokio::test]
async fn no_page_shows_a_value_of_a_customer() {
    let company = Company::new().await;
    let mut secrets = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            secrets.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    let pages = [
        ("U001", "/ledger"),
        ("U001", "/ledger/5"),
        ("S001", "/me"),
        ("C001", "/team"),
        ("A001", "/staff"),
        ("A001", "/staff/new"),
        ("H001", "/staff/S001"),
        ("A001", "/policy"),
        ("A001", "/policy/edit"),
        ("A001", "/policy/ask"),
        ("A001", "/tiers"),
        ("A001", "/settings"),
        ("A001", "/import"),
        ("A001", "/api/docs"),
    ];
    for (who, path) in pages {
        for lang in ["zh-CN", "en"] {
            let reply =
                company.send_with(who, Method::GET, path, Carry::Nothing, &[("accept-language", lang)]).await;
            assert_eq!(reply.status, StatusCode::OK, "{path}");
            let text = reply.text();
            assert!(!text.contains("Unknown localization"), "{path} {lang}: {text}");
            assert!(
                !text.contains(" style=\"") && !text.contains("<style"),
                "{path}: the content policy forbids it"
            );
            let found = secrets.found_in(&reply.everything());
            assert!(found.is_empty(), "{path} shows {found:?}");
        }
    }
}
