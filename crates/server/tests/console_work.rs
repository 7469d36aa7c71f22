//! The work half of the console, as a browser meets it: statuses, words, cookies, and that no page shows what it masks.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kit::{Carry, Company, NOBODY, Needles, PASSWORD, Reply, form};
use tigertally_core::{desk::StaffChange, policy::Role};
use tower::ServiceExt;

impl Reply {
    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    /// The cookies that an answer sets, as a browser keeps them: names with their values.
    fn cookies(&self) -> Vec<(String, String)> {
        let pair = |set: &str| {
            let (name, rest) = set.split_once('=').unwrap();
            (name.to_owned(), rest.split(';').next().unwrap().to_owned())
        };
        self.headers.get_all(header::SET_COOKIE).iter().map(|set| pair(set.to_str().unwrap())).collect()
    }

    fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    #[track_caller]
    fn says(&self, status: StatusCode, words: &[&str]) -> &Reply {
        let text = self.text();
        let main = text.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap_or(&text);
        assert_eq!(self.status, status, "{} {main}", self.location());
        for word in words {
            assert!(text.contains(word), "no {word} in {main}");
        }
        assert!(!text.contains("Unknown localization"), "a text is missing in {main}");
        self
    }

    #[track_caller]
    fn leads_to(&self, path: &str) -> &Reply {
        assert_eq!((self.status, self.location()), (StatusCode::SEE_OTHER, path), "{}", self.text());
        self
    }
}

/// A browser that keeps its cookies.
struct Browser<'a> {
    company: &'a Company,
    jar: std::cell::RefCell<Vec<(String, String)>>,
}

impl<'a> Browser<'a> {
    fn new(company: &'a Company) -> Browser<'a> {
        Browser { company, jar: Default::default() }
    }

    async fn send(&self, method: Method, path: &str, carry: Carry) -> Reply {
        let jar: Vec<String> =
            self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = jar.join("; ");
        let headers =
            [("cookie", cookie.as_str()), ("referer", "http://crm.example/sign-in"), ("host", "crm.example")];
        let reply = self.company.send_with(NOBODY, method, path, carry, &headers).await;
        for (name, value) in reply.cookies() {
            let mut jar = self.jar.borrow_mut();
            jar.retain(|(known, _)| *known != name);
            if !value.is_empty() {
                jar.push((name, value));
            }
        }
        reply
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, Carry::Nothing).await
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, form(pairs)).await
    }

    fn has(&self, name: &str) -> bool {
        self.jar.borrow().iter().any(|(known, _)| known == name)
    }
}

async fn post(company: &Company, who: &str, path: &str, pairs: &[(&str, &str)]) -> Reply {
    company.send(who, Method::POST, path, form(pairs)).await
}

#[tokio::test]
async fn signing_in_takes_a_password_then_a_code_and_leads_where_one_wanted_to_go() {
    let company = Company::new().await;
    let browser = Browser::new(&company);
    browser.get("/customers?tier=high").await.leads_to("/sign-in");
    browser.get("/sign-in").await.says(StatusCode::OK, &["工号", "密码"]);

    let wrong = browser.post("/sign-in", &[("staff_no", "S001"), ("password", "no idea at all")]).await;
    wrong.says(StatusCode::UNAUTHORIZED, &["工号、密码或动态码不对", "value=\"S001\""]);
    let first = browser.post("/sign-in", &[("staff_no", " S001 "), ("password", PASSWORD)]).await;
    first.leads_to("/sign-in/code");
    let set = first.headers[header::SET_COOKIE].to_str().unwrap();
    for flag in ["tt_pending=", "HttpOnly", "SameSite=Strict", "Max-Age=600"] {
        assert!(set.contains(flag), "{set}");
    }

    browser.get("/sign-in/code").await.says(StatusCode::OK, &["验证器动态码"]);
    browser.get("/sign-in/code?with=recovery").await.says(StatusCode::OK, &["恢复码"]);
    browser
        .post("/sign-in/code", &[("code", "000000")])
        .await
        .says(StatusCode::UNAUTHORIZED, &["这个码不对"]);
    let code = company.code("S001");
    browser.post("/sign-in/code", &[("code", &code)]).await.leads_to("/customers?tier=high");
    assert!(browser.has("tt_session") && browser.has("tt_device"));
    assert!(!browser.has("tt_pending") && !browser.has("tt_wanted"), "what led here is forgotten");
    browser.get("/customers?tier=high").await.says(StatusCode::OK, &["客户"]);
    browser.get("/sign-in").await.leads_to("/");

    browser.post("/sign-out", &[]).await.leads_to("/sign-in");
    assert!(!browser.has("tt_session"));
    browser.get("/sign-in").await.says(StatusCode::OK, &["已退出登录"]);
    assert!(!browser.get("/sign-in").await.text().contains("已退出登录"), "it is said once");
}

#[tokio::test]
async fn guessing_is_slowed() {
    let company = Company::new().await;
    let browser = Browser::new(&company);
    for _ in 0..5 {
        browser.post("/sign-in", &[("staff_no", "S003"), ("password", "a wrong one")]).await;
    }
    let slowed = browser.post("/sign-in", &[("staff_no", "S003"), ("password", PASSWORD)]).await;
    slowed.says(StatusCode::TOO_MANY_REQUESTS, &["秒后再试"]);
}

#[tokio::test]
async fn foreign_pages_are_refused() {
    let company = Company::new().await;
    let browser = Browser::new(&company);
    browser.post("/sign-in", &[("staff_no", "S001"), ("password", PASSWORD)]).await;
    browser.post("/sign-in/code", &[("code", &company.code("S001"))]).await.leads_to("/");
    let cookie =
        browser.jar.borrow().iter().map(|(name, value)| format!("{name}={value}; ")).collect::<String>();
    let app = tigertally_server::router(company.system.clone(), tigertally_server::Options::default());
    for path in
        ["/sign-in", "/sign-in/code", "/activate", "/language", "/sign-out", "/tasks/new", "/customers/new"]
    {
        let request = Request::post(path).header("sec-fetch-site", "cross-site").header("cookie", &cookie);
        let request =
            request.header("content-type", "application/x-www-form-urlencoded").body(Body::from("lang=en"));
        let reply = app.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(reply.status(), StatusCode::FORBIDDEN, "{path}");
    }
    browser.get("/customers").await.says(StatusCode::OK, &["客户"]);
}

#[tokio::test]
async fn the_first_sign_in_sets_password_and_authenticator() {
    let company = Company::new().await;
    let operator = company.operator.actor();
    let new = StaffChange {
        no: "S009".to_owned(),
        name: Some("新来的".to_owned()),
        department: Some("销售部".to_owned()),
        title: Some("员工".to_owned()),
        role: Some(Role::Staff),
        region: Some("华东".to_owned()),
        ..StaffChange::default()
    };
    company.system.add_staff(&operator, &new).await.unwrap();
    let (code, _) = company.system.invite(&operator, "S009").await.unwrap();

    let browser = Browser::new(&company);
    browser.get("/activate/totp").await.leads_to("/activate");
    let wrong = browser.post("/activate", &[("staff_no", "S009"), ("code", "AAAA-BBBB-CCCC-DDDD")]).await;
    wrong.says(StatusCode::UNAUTHORIZED, &["登记码不对", "value=\"S009\""]);
    browser.post("/activate", &[("staff_no", "S009"), ("code", &code)]).await.leads_to("/activate/password");
    browser.get("/activate/password").await.says(StatusCode::OK, &["再输一次"]);
    let twice = |one: &'static str, two: &'static str| [("password", one), ("again", two)];
    let differs = browser.post("/activate/password", &twice("a tally in two halves", "another")).await;
    differs.says(StatusCode::UNPROCESSABLE_ENTITY, &["两次输入的密码不一样"]);
    let weak = browser.post("/activate/password", &twice("password1234", "password1234")).await;
    weak.says(StatusCode::UNPROCESSABLE_ENTITY, &["太容易猜到"]);
    let good = twice("a tally in two halves", "a tally in two halves");
    browser.post("/activate/password", &good).await.leads_to("/activate/totp");

    let page = browser.get("/activate/totp").await;
    page.says(StatusCode::OK, &["<svg", "密钥"]);
    let text = page.text();
    assert!(!text.contains("<?xml"));
    let secret = text.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    browser
        .post("/activate/totp", &[("code", "000000")])
        .await
        .says(StatusCode::UNAUTHORIZED, &["这个码不对", "<svg"]);
    let code = tigertally_core::identity::authenticator_code(&secret, company.system.now_ms()).unwrap();
    let done = browser.post("/activate/totp", &[("code", &code)]).await;
    done.says(StatusCode::OK, &["把恢复码记下来"]);
    assert_eq!(
        done.text()
            .split("id=\"codes\"")
            .nth(1)
            .unwrap()
            .split("</ul>")
            .next()
            .unwrap()
            .matches("<li>")
            .count(),
        10
    );
    assert!(browser.has("tt_session") && !browser.has("tt_activation"));
    browser.get("/").await.says(StatusCode::OK, &["新来的"]);
}

/// Pages with the people who open them.
const PAGES: &[(&str, &[&str])] = &[
    (
        "S001",
        &[
            "/",
            "/customers",
            "/customers?scope=all&sort=spend",
            "/customers?tier=high&kind=company&page=9",
            "/customers/K00001",
            "/customers/K00002",
            "/customers/K00010",
            "/customers/K00001/edit",
            "/customers/K00001/accesses",
            "/customers/new",
            "/search",
            "/tasks",
            "/tasks/new?customer=K00001",
            "/approvals",
            "/approvals/new?customer=K00001&field=mobile",
            "/me/sign-in",
        ],
    ),
    (
        "S002",
        &[
            "/",
            "/customers?owner=S001",
            "/customers/K00001/assign",
            "/approvals",
            "/reviews",
            "/customers/K00010",
        ],
    ),
    ("C001", &["/", "/customers", "/customers/K00003", "/approvals"]),
    ("A001", &["/", "/me/sign-in"]),
    ("X001", &["/", "/customers/K00003/accesses"]),
    ("M001", &["/", "/customers"]),
];

#[tokio::test]
async fn no_page_shows_what_it_masks_in_either_language() {
    let company = Company::new().await;
    let mut needles = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            needles.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    for (who, pages) in PAGES {
        for page in *pages {
            for (lang, html) in [("zh-CN", "lang=\"zh-CN\""), ("en", "lang=\"en\"")] {
                let cookie = format!("lang={lang}");
                let reply =
                    company.send_with(who, Method::GET, page, Carry::Nothing, &[("cookie", &cookie)]).await;
                reply.says(StatusCode::OK, &[html, "trail"]);
                assert_eq!(needles.found_in(&reply.everything()), Vec::<&str>::new(), "{who} {page}");
            }
        }
    }
    assert_eq!(company.get("A001", "/customers").await.status, StatusCode::FORBIDDEN);
    company.get("S001", "/customers/K99999").await.says(StatusCode::NOT_FOUND, &["没有这一页"]);
}

#[tokio::test]
async fn a_list_is_narrowed_by_its_address_and_masked() {
    let company = Company::new().await;
    let list = company.get("S001", "/customers").await;
    list.says(StatusCode::OK, &["我负责的", "K00001", "139", "****", "#mobile", "5–10 万"]);
    assert!(!list.text().contains("60,000"), "a spend is shown in bands");
    let none = company.get("S001", "/customers?tier=high&region=%E5%8D%8E%E5%8D%97").await;
    none.says(StatusCode::OK, &["没有符合条件的客户", "清除条件"]);
    company.get("M001", "/customers").await.says(StatusCode::OK, &["您能看到"]);
}

#[tokio::test]
async fn a_search_tells_the_kind_of_term_and_keeps_no_term() {
    let company = Company::new().await;
    let mobile = company.customer("K00001").mobile.clone();
    let found = post(&company, "S001", "/search", &[("q", &mobile)]).await;
    found.says(StatusCode::OK, &["按手机号查找", "找到 1 位", "K00001"]);
    assert!(!found.text().contains(&mobile));
    let email = company.customer("K00001").email.to_uppercase();
    post(&company, "S001", "/search", &[("q", &email)]).await.says(StatusCode::OK, &["按邮箱查找", "K00001"]);
    let none = post(&company, "S001", "/search", &[("q", "查无此人")]).await;
    none.says(StatusCode::OK, &["按名称与联系人查找", "没有找到", "手机号"]);
    let short = post(&company, "S001", "/search", &[("q", "张")]).await;
    short.says(StatusCode::UNPROCESSABLE_ENTITY, &["太短的内容不查", "value=\"张\""]);
    // K00007 is S003's, elsewhere: the same answer as for nobody.
    let theirs = company.customer("K00007").mobile.clone();
    post(&company, "S001", "/search", &[("q", &theirs)]).await.says(StatusCode::OK, &["没有找到"]);
}

#[tokio::test]
async fn work_is_done_by_forms_that_keep_what_was_typed() {
    let company = Company::new().await;
    let task = [("customer", "K00001"), ("title", "  "), ("due", "2026-11-31")];
    let refused = post(&company, "S001", "/tasks/new", &task).await;
    refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["没有写入任何内容", "value=\"K00001\"", "aria-invalid"]);
    let nobody = [("customer", "K99999"), ("title", "回访"), ("due", "2026-11-30")];
    post(&company, "S001", "/tasks/new", &nobody)
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["没有这个编号的客户", "回访"]);
    let good = [("customer", "K00001"), ("title", "回访报价二"), ("due", "2026-11-30")];
    let made = post(&company, "S001", "/tasks/new", &good).await;
    made.leads_to("/customers/K00001");
    let flash = format!("tt_flash={}", made.cookie("tt_flash").unwrap());
    let page = company
        .send_with("S001", Method::GET, "/customers/K00001", Carry::Nothing, &[("cookie", &flash)])
        .await;
    page.says(StatusCode::OK, &["任务已建好", "回访报价二", "/ledger/"]);
    assert_eq!(page.cookie("tt_flash").as_deref(), Some(""), "it is said once");

    post(&company, "S001", "/tasks/2/close", &[("back", "//evil.example")]).await.leads_to("/tasks");
    let twice = post(&company, "S001", "/tasks/2/close", &[("back", "/")]).await;
    twice.says(StatusCode::CONFLICT, &["没有写入任何内容"]);

    company.get("S001", "/customers/K00001").await.says(StatusCode::OK, &["正在通话", "结束并封存"]);
    let long = "长".repeat(2001);
    let refused = post(&company, "S001", "/customers/K00001/follow-ups/1/end", &[("text", &long)]).await;
    refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["太长", &long]);
    let ended =
        post(&company, "S001", "/customers/K00001/follow-ups/1/end", &[("text", "谈妥了下周试用")]).await;
    ended.leads_to("/customers/K00001");
    let after = company.get("S001", "/customers/K00001").await;
    after.says(StatusCode::OK, &["谈妥了下周试用", "开始通话"]);
    post(&company, "S001", "/customers/K00001/follow-ups/running", &[("kind", "call")])
        .await
        .leads_to("/customers/K00001");
}

#[tokio::test]
async fn approvals_are_asked_for_refused_with_a_reason_and_granted() {
    let company = Company::new().await;
    let asked = [("customer", "K00002"), ("field_mobile", "1"), ("field_id_number", "1"), ("reason", "急")];
    let refused = post(&company, "S001", "/approvals/new", &asked).await;
    refused.says(
        StatusCode::UNPROCESSABLE_ENTITY,
        &["至少 4 个字", ">急</textarea>", "name=\"field_mobile\" value=\"1\" checked"],
    );
    let none = [("customer", "K00002"), ("reason", "办理实名开户")];
    post(&company, "S001", "/approvals/new", &none).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["要填"]);
    let good = [("customer", "K00002"), ("field_mobile", "1"), ("reason", "办理实名开户")];
    post(&company, "S001", "/approvals/new", &good).await.leads_to("/approvals");
    company.get("S001", "/approvals").await.says(StatusCode::OK, &["等待答复", "办理实名开户"]);

    let silent =
        post(&company, "S002", "/approvals/3/decision", &[("decision", "refuse"), ("answer", "不")]).await;
    silent.says(StatusCode::UNPROCESSABLE_ENTITY, &["拒绝要说明理由", "value=\"不\""]);
    let granted =
        post(&company, "S002", "/approvals/3/decision", &[("decision", "approve"), ("answer", "")]).await;
    granted.leads_to("/approvals");
    company.get("S001", "/approvals").await.says(StatusCode::OK, &["已批准", "有效到"]);
    company.get("S001", "/customers/K00002").await.says(StatusCode::OK, &["审批 3 办理实名开户"]);
    let own =
        post(&company, "S003", "/approvals/1/decision", &[("decision", "approve"), ("answer", "")]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody approves themselves");
}

#[tokio::test]
async fn customers_are_entered_changed_and_assigned_without_showing_a_value() {
    let company = Company::new().await;
    let new = |mobile: &'static str| {
        [
            ("kind", "company"),
            ("name", "望榕物流有限公司"),
            ("mobile", mobile),
            ("since", "2026-11-01"),
            ("region", "华东"),
        ]
    };
    let refused = post(&company, "S001", "/customers/new", &new("12345")).await;
    refused.says(
        StatusCode::UNPROCESSABLE_ENTITY,
        &["不是 11 位大陆手机号", "value=\"望榕物流有限公司\"", "value=\"12345\""],
    );
    let entered = post(&company, "S001", "/customers/new", &new("13800001234")).await;
    let page = entered.location().to_owned();
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text());
    let shown = company.get("S001", &page).await;
    shown.says(StatusCode::OK, &["望榕物流有限公司", "138", "1234"]);
    assert!(!shown.text().contains("13800001234"));

    let edit = format!("{page}/edit");
    company
        .get("S001", &edit)
        .await
        .says(StatusCode::OK, &["placeholder=\"138****1234\"", "name=\"version\" value=\"1\""]);
    post(&company, "S001", &edit, &[("version", "1")])
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["一项都没有填"]);
    let changed = post(
        &company,
        "S001",
        &edit,
        &[("version", "1"), ("email", "a@example.com"), ("remove_mobile", "1")],
    )
    .await;
    changed.leads_to(&page);
    let after = company.get("S001", &page).await;
    assert!(!after.text().contains("138<span"), "the mobile is gone");
    let late = post(&company, "S001", &edit, &[("version", "1"), ("contact", "陆远")]).await;
    late.says(StatusCode::UNPROCESSABLE_ENTITY, &["别人刚改过", "value=\"陆远\""]);

    let assign = format!("{page}/assign");
    assert_eq!(company.get("S001", &assign).await.status, StatusCode::NOT_FOUND, "a manager's matter");
    company.get("S002", &assign).await.says(StatusCode::OK, &["周敏 S001", "罗骁 S003"]);
    post(&company, "S002", &assign, &[("owner", "")])
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["选一位"]);
    post(&company, "S002", &assign, &[("owner", "S999")])
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["没有这位在职同事"]);
    post(&company, "S002", &assign, &[("owner", "S002")]).await.leads_to(&page);
}

#[tokio::test]
async fn a_high_customer_says_how_it_is_protected_and_is_reviewed() {
    let company = Company::new().await;
    let high = company
        .customers
        .iter()
        .find(|customer| customer.spend > 200_000 && customer.region == "华东")
        .unwrap();
    let page = format!("/customers/{}", high.no);
    company.get("S002", &page).await.says(StatusCode::OK, &["高等级的保护", "每 90 天一次", "10–50 万"]);
    company.get("S002", "/reviews").await.says(StatusCode::OK, &["没有要复核的客户"]);
    // Without an answer to each access nothing is confirmed.
    let review = format!("{page}/review");
    let none = post(&company, "S002", &review, &[]).await;
    none.says(StatusCode::UNPROCESSABLE_ENTITY, &["每一项都要作答", "对接人", "负责人不变"]);
    let confirmed = post(&company, "S002", &review, &[("access_contact_person", "keep")]).await;
    confirmed.leads_to("/reviews");
    assert_eq!(post(&company, "S001", &format!("{page}/review"), &[]).await.status, StatusCode::FORBIDDEN);
    company.get("S002", "/reviews?which=done").await.says(StatusCode::OK, &["已完成", &high.no]);

    // 91 days later everybody has to sign in again, and the manager has the reviews on their table.
    company.pass(91 * 24 * 3600);
    let manager = Browser::new(&company);
    manager.get("/reviews").await.leads_to("/sign-in");
    manager.post("/sign-in", &[("staff_no", "S002"), ("password", PASSWORD)]).await;
    manager.post("/sign-in/code", &[("code", &company.code("S002"))]).await.leads_to("/reviews");
    manager.get("/reviews").await.says(StatusCode::OK, &["已逾期", &high.no, &review]);
    manager.get(&page).await.says(StatusCode::OK, &["访问复核已逾期", "只有凭批准才能查看"]);
    manager.post(&review, &[("access_contact_person", "keep")]).await.leads_to("/reviews");
    let after = manager.get(&page).await;
    assert!(!after.says(StatusCode::OK, &["复核已确认"]).text().contains("访问复核已逾期"));
}

#[tokio::test]
async fn password_and_recovery_codes_are_renewed_with_both_factors() {
    let company = Company::new().await;
    let page = company.get("S001", "/me/sign-in").await;
    page.says(StatusCode::OK, &["这一台", "还剩 10 个", "127.0.0.1"]);
    let recovery = |password: &'static str, code: String| async {
        let code = code;
        company
            .send(
                "S001",
                Method::POST,
                "/me/sign-in/recovery",
                form(&[("password", password), ("code", &code)]),
            )
            .await
    };
    recovery("a wrong one", company.code("S001"))
        .await
        .says(StatusCode::UNPROCESSABLE_ENTITY, &["现在的密码不对"]);
    recovery(PASSWORD, "000000".to_owned()).await.says(StatusCode::UNPROCESSABLE_ENTITY, &["这个码不对"]);
    let renewed = recovery(PASSWORD, company.code("S001")).await;
    renewed.says(StatusCode::OK, &["旧的恢复码已全部作废", "id=\"codes\""]);

    company.pass(30);
    let code = company.code("S001");
    let change = |again: &'static str| {
        let pairs =
            [("old", PASSWORD), ("code", code.as_str()), ("new", "four tigers in a row"), ("again", again)];
        form(&pairs)
    };
    let path = "/me/sign-in/password";
    let differs = company.send("S001", Method::POST, path, change("something else")).await;
    differs.says(StatusCode::UNPROCESSABLE_ENTITY, &["两次输入的密码不一样"]);
    let changed = company.send("S001", Method::POST, path, change("four tigers in a row")).await;
    changed.leads_to("/sign-in");
    company.get("S001", "/").await.leads_to("/sign-in");
}

#[tokio::test]
async fn the_language_is_switched_on_the_page_one_is_on() {
    let company = Company::new().await;
    let browser = Browser::new(&company);
    browser.post("/language", &[("lang", "en")]).await.leads_to("/sign-in");
    browser.get("/sign-in").await.says(StatusCode::OK, &["lang=\"en\"", "Staff number"]);
}

#[tokio::test]
async fn the_first_steps_are_put_away() {
    let company = Company::new().await;
    company.get("S001", "/").await.says(StatusCode::OK, &["先试三件事"]);
    let away = post(&company, "S001", "/tour", &[]).await;
    assert_eq!(away.leads_to("/").cookie("tour").as_deref(), Some("done"));
    let home = company.send_with("S001", Method::GET, "/", Carry::Nothing, &[("cookie", "tour=done")]).await;
    assert!(!home.says(StatusCode::OK, &["我的任务"]).text().contains("先试三件事"));
}
