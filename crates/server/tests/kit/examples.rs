//! For every route an address and a request that somebody could really send.

use axum::http::Method;
use serde_json::json;
use tigertally_server::RouteInfo;

use super::{Carry, Company, PASSWORD, form, upload};

/// A request for a route.
pub struct Example {
    pub method: Method,
    pub path: String,
    pub carry: Carry,
}

const CUSTOMER_LINE: &str = "customer_no,kind,name,region,owner\nK00900,company,澄江五金厂,华东,S001\n";

const RULES: &str = "# Ownership\nCustomers belong to the company. 客户归公司所有。";

impl Company {
    /// A request for this route as `who` would send it. What it uses up (a task to be closed, an approval to be
    /// decided) is made for it. A route of the interface that is not known here gets an empty object.
    pub async fn example(&self, route: &RouteInfo, who: &str) -> Example {
        self.no_handover().await;
        let mut path = self.address(&route.path).await;
        if path == "/api/v1/ledger/consistency" {
            path.push_str("?old=1");
        }
        if path == "/bulk/new" {
            path.push_str("?act=share&no=K00001");
        }
        let mut carry = self.carry(route, who);
        if route.path.ends_with("/erasure") || route.path.ends_with("/erase") {
            let no = self.owned().await;
            path = path.replace("K00001", &no);
            if route.method == "POST" && route.path.ends_with("/erase") {
                carry = form(&[("order", "DSR-2026-17"), ("confirm", &no)]);
            }
        }
        Example { method: route.method.parse().unwrap(), path, carry }
    }

    /// Fills in a route's parameters by what stands before them.
    async fn address(&self, pattern: &str) -> String {
        let mut path = String::new();
        let mut before = "";
        for segment in pattern.split('/').skip(1) {
            path.push('/');
            if segment.starts_with("{*") {
                // A partial tile of the first entry: every ledger has it.
                path.push_str("000.p/1");
            } else if segment.starts_with('{') {
                path.push_str(&match before {
                    "customers" if pattern.ends_with("/pool") => self.owned().await,
                    // The access review is for the high tier.
                    "customers" if pattern.ends_with("/review") => "K00010".to_owned(),
                    "customers" => "K00001".to_owned(),
                    "pool" => self.pooled().await,
                    "bulk" => self.bulk(pattern.ends_with("/undo")).await,
                    "staff" if pattern.ends_with("/freeze") || pattern.ends_with("/release") => {
                        self.newcomer(pattern.ends_with("/release")).await
                    }
                    "staff" => "Z001".to_owned(),
                    "team" => "S001".to_owned(),
                    "shares" => self.share().await,
                    "tasks" => self.fresh("/api/v1/tasks", "S001").await,
                    "follow-ups" if pattern.ends_with("/end") => {
                        self.fresh("/api/v1/follow-ups/running", "S001").await
                    }
                    "follow-ups" => self.fresh("/api/v1/follow-ups", "S001").await,
                    "attachments" => self.attached().await,
                    "hand-off" => self.hand_off().await,
                    "approvals" if pattern.ends_with("/withdrawal") => {
                        self.fresh("/api/v1/approvals", "S001").await
                    }
                    "approvals" => self.fresh("/api/v1/approvals", "S003").await,
                    "duplicates" => self.hit().await,
                    "exports" => self.export(pattern.ends_with("/file")).await,
                    "handovers" | "parts" => self.handover(pattern).await,
                    "proposals" => {
                        let made = self.post("A001", "/api/v1/policy/proposals", self.other_policy()).await;
                        made.json()["id"].to_string()
                    }
                    "tile" => "0".to_owned(),
                    _ => "1".to_owned(),
                });
            } else {
                path.push_str(segment);
            }
            before = segment;
        }
        path
    }

    /// A new task, follow-up or approval about K00001.
    async fn fresh(&self, path: &str, who: &str) -> String {
        let asked = match path {
            "/api/v1/tasks" => json!({"customer_no": "K00001", "title": "回访报价", "due": "2026-11-30"}),
            "/api/v1/follow-ups" => json!({"customer_no": "K00001", "kind": "visit", "text": "看了样品"}),
            "/api/v1/follow-ups/running" => json!({"customer_no": "K00001", "kind": "call"}),
            "/api/v1/exports" => {
                json!({"scope": "mine", "tier": "low", "fields": ["name", "mobile"], "reason": "拜访前核对"})
            }
            _ => json!({"customer_no": "K00001", "fields": ["mobile"], "reason": "客户来电转接"}),
        };
        let made = self.post(who, path, asked).await;
        made.json()["id"].as_i64().unwrap_or_else(|| panic!("{path}: {}", made.text())).to_string()
    }

    /// Another policy, to be proposed.
    fn other_policy(&self) -> serde_json::Value {
        let text = format!("{}\n// {}\n", tigertally_core::policy::DEFAULT_TEXT, self.size());
        json!({"text": text, "based_on": self.system.policy().version(), "reason": "按新制度调整"})
    }

    /// K00001, shared by S002 as one of many: looked over, or done.
    async fn bulk(&self, done: bool) -> String {
        let made = self.post("S002", "/api/v1/bulk", bulk_share()).await;
        let id = made.json()["id"].as_i64().unwrap_or_else(|| panic!("{}", made.text())).to_string();
        if done {
            let run = self.post("S002", &format!("/api/v1/bulk/{id}/run"), json!({})).await;
            assert_eq!(run.status, axum::http::StatusCode::OK, "{}", run.text());
        }
        id
    }

    /// Somebody whom nothing else needs; or who is frozen.
    async fn newcomer(&self, frozen: bool) -> String {
        let no = format!("F{}", self.size());
        let record =
            json!({"staff_no": no, "name": "白露", "department": "销售部", "title": "员工", "role": "staff"});
        let made = self.post("A001", "/api/v1/staff", record).await;
        assert_eq!(made.status, axum::http::StatusCode::CREATED, "{}", made.text());
        if frozen {
            let done = self
                .post("X001", &format!("/api/v1/staff/{no}/freeze"), json!({"reason": "疑似账号被盗"}))
                .await;
            assert_eq!(done.status, axum::http::StatusCode::CREATED, "{}", done.text());
        }
        no
    }

    /// A share of K00001 that stands.
    async fn share(&self) -> String {
        let path = "/api/v1/customers/K00001/shares";
        let made = self.post("S001", path, share_with("staff_no", "Z001")).await;
        made.json()["id"].as_i64().unwrap_or_else(|| panic!("{}", made.text())).to_string()
    }

    /// A file on a follow-up of S001's.
    async fn attached(&self) -> String {
        let id = self.fresh("/api/v1/follow-ups", "S001").await;
        let path = format!("/api/v1/follow-ups/{id}/attachments");
        let made = self.send("S001", Method::POST, &path, upload("a.txt", b"text", &[])).await;
        made.json()["id"].as_i64().unwrap_or_else(|| panic!("{path}: {}", made.text())).to_string()
    }

    /// A link to the number of K00001 for S001's own device.
    async fn hand_off(&self) -> String {
        let page =
            self.send("S001", Method::POST, "/customers/K00001/hand-off", form(&[("channel", "call")])).await;
        let text = page.text();
        let link = text.split("/hand-off/").nth(1).and_then(|rest| rest.split('"').next());
        link.unwrap_or_else(|| panic!("no link: {} {text}", page.status)).to_owned()
    }

    /// A firm that the company does not have.
    fn new_firm(&self) -> String {
        format!("澄江{}号五金厂", self.size())
    }

    /// The number by which S001 can ask for K00011, a high customer of S003's.
    async fn hit(&self) -> String {
        let fields = json!({"name": "甲", "mobile": self.customer("K00011").mobile});
        let told = self.post("S001", "/api/v1/customers", json!({"kind": "person", "fields": fields})).await;
        told.json()["hit"].as_i64().unwrap_or_else(|| panic!("{}", told.text())).to_string()
    }

    /// The newest version of the ownership rules.
    fn newest_rules(&self) -> u32 {
        let ask = "SELECT max(version) FROM ownership_rules";
        self.database().query_row(ask, [], |row| row.get(0)).unwrap()
    }

    /// A customer of S001's that nothing else needs.
    async fn owned(&self) -> String {
        let made = json!({"kind": "company", "region": "华东", "fields": {"name": self.new_firm()}});
        let no = self.post("S001", "/api/v1/customers", made).await.json()["customer_no"].clone();
        no.as_str().unwrap_or_else(|| panic!("no customer was made")).to_owned()
    }

    /// One that is in the public pool.
    async fn pooled(&self) -> String {
        let no = self.owned().await;
        let put = self.post("S002", &format!("/api/v1/customers/{no}/pool"), json!({})).await;
        assert_eq!(put.status, axum::http::StatusCode::OK, "{}", put.text());
        no
    }

    /// An export of S001's that can be run; or one whose file can be fetched.
    async fn export(&self, made: bool) -> String {
        let id = self.fresh("/api/v1/exports", "S001").await;
        if made {
            let path = format!("/api/v1/exports/{id}");
            let begun = self.post("S001", &format!("{path}/run"), json!({})).await;
            assert_eq!(begun.status, axum::http::StatusCode::ACCEPTED, "{}", begun.text());
            while self.get("S001", &path).await.json()["state"] == "running" {
                tokio::task::yield_now().await;
            }
        }
        id
    }

    /// Calls off what hand-over is under way: it would freeze the leaver's exports.
    async fn no_handover(&self) {
        let list = self.get("H001", "/api/v1/handovers").await.json();
        for handover in list["handovers"].as_array().into_iter().flatten() {
            if handover["state"] != "open" && handover["state"] != "done" {
                continue;
            }
            let path = format!("/api/v1/handovers/{}", handover["id"]);
            for part in
                self.get("H001", &path).await.json()["handover"]["parts"].as_array().into_iter().flatten()
            {
                for who in ["S002", "H001"] {
                    if part["state"] == "asked" {
                        let path = format!("/api/v1/approvals/{}/withdrawal", part["approval"]);
                        self.post(who, &path, json!({})).await;
                    }
                }
            }
            let off =
                self.post("H001", &format!("{path}/cancellation"), json!({"text": "员工决定留任"})).await;
            assert_eq!(off.status, axum::http::StatusCode::OK, "{}", off.text());
        }
    }

    /// A hand-over of S001's; or, to be closed or closed already, one of somebody's who has no customers. Of a part: one that is
    /// V001's.
    async fn handover(&self, pattern: &str) -> String {
        let closed = pattern.ends_with("/record");
        let leaver = if closed || pattern.ends_with("/closing") { "Z001" } else { "S001" };
        let new =
            json!({"leaver": leaver, "kind": "moving", "last_day": "2026-12-31", "reason": "调任其他岗位"});
        let made = self.post("H001", "/api/v1/handovers", new).await;
        let id = made.json()["id"].as_i64().unwrap_or_else(|| panic!("{}", made.text()));
        if closed {
            let path = format!("/api/v1/handovers/{id}/closing");
            let done = self.post("H001", &path, json!({})).await;
            assert_eq!(done.status, axum::http::StatusCode::OK, "{}", done.text());
        }
        let part = pattern.contains("/parts/");
        if !part && !pattern.ends_with("/approval") {
            return id.to_string();
        }
        let path = format!("/api/v1/handovers/{id}");
        let split = self.post("S002", &format!("{path}/split"), json!({"receivers": ["V001"]})).await;
        assert_eq!(split.status, axum::http::StatusCode::OK, "{}", split.text());
        let given = self.get("V001", &path).await.json()["handover"]["parts"][0]["id"].to_string();
        if part {
            return given;
        }
        self.pass(30);
        let code = json!({"code": self.code("V001")});
        let signed = self.post("V001", &format!("/api/v1/handovers/parts/{given}/signature"), code).await;
        assert_eq!(signed.status, axum::http::StatusCode::OK, "{}", signed.text());
        id.to_string()
    }

    fn carry(&self, route: &RouteInfo, who: &str) -> Carry {
        let policy = || self.system.policy().version().to_string();
        let code = || {
            // A code works once.
            self.pass(30);
            if self.knows(who) { self.code(who) } else { "000000".to_owned() }
        };
        match (route.method.as_str(), route.path.as_str()) {
            ("GET" | "DELETE", _) => Carry::Nothing,
            // the interface
            (_, "/api/v1/sessions") => Carry::Json(json!({"staff_no": "Q999", "password": PASSWORD})),
            (_, "/api/v1/customers") => {
                Carry::Json(json!({"kind": "company", "region": "华东", "fields": {"name": self.new_firm()}}))
            }
            (_, "/api/v1/duplicates/{hit}/claim") => Carry::Json(json!({"reason": "客户主动来电"})),
            (_, "/duplicates/{hit}/claim") => form(&[("reason", "客户主动来电")]),
            (_, "/api/v1/customers/search") => Carry::Json(json!({"q": self.customer("K00001").mobile})),
            (_, "/api/v1/customers/{customer_no}") => {
                Carry::Json(json!({"version": self.version("K00001"), "fields": {"needs": "改为每季度回访"}}))
            }
            (_, "/api/v1/customers/{customer_no}/reveal") => {
                Carry::Json(json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": 1}}))
            }
            (_, "/api/v1/customers/{customer_no}/assignment") => Carry::Json(json!({"owner": "S001"})),
            (_, "/api/v1/customers/{customer_no}/shares") => Carry::Json(share_with("staff_no", "Z001")),
            (_, "/api/v1/bulk") => Carry::Json(bulk_share()),
            (_, "/bulk") => form(&[
                ("act", "share"),
                ("no", "K00001"),
                ("to", "staff:Z001"),
                ("until", "2026-12-31"),
                ("reason", "联合拜访客户"),
            ]),
            (_, "/customers/{no}/share") => form(&[
                ("to", "staff:Z001"),
                ("class_contact", "1"),
                ("until", "2026-12-31"),
                ("reason", "联合拜访客户"),
            ]),
            (_, "/api/v1/customers/{customer_no}/review") => Carry::Json(json!({"keep": ["contact_person"]})),
            (_, "/customers/{no}/review") => form(&[("access_contact_person", "keep")]),
            (_, "/api/v1/evidence") => Carry::Json(json!({"entries": [1], "reason": "劳动争议"})),
            (_, "/api/v1/customers/{customer_no}/erasure") => Carry::Json(json!({"order": "DSR-2026-17"})),
            (_, "/api/v1/ledger/seen") => Carry::Json(json!({"customers": ["K00001"]})),
            (_, "/seen") => form(&[("customers", "K00001")]),
            (_, "/evidence") => form(&[("entries", "1"), ("reason", "劳动争议")]),
            (_, "/settings/outside") => form(&[("witness_alarm_seconds", "120")]),
            (_, "/settings/mail") => form(&[
                ("mail_host", "127.0.0.1"),
                ("mail_port", "9"),
                ("mail_security", "plain"),
                ("mail_sender", "tigertally@example.com"),
                ("mail_public_url", "https://crm.example.com"),
                ("mail_remind_hours", "24"),
            ]),
            (_, "/api/v1/settings/mail/password") => Carry::Json(json!({"password": "of the mail server"})),
            (_, "/settings/mail/password") => form(&[("mail_password", "of the mail server")]),
            (_, "/decide/{link}") => form(&[("ticket", "of-another-link"), ("decision", "approve")]),
            (_, "/api/v1/tasks") => {
                Carry::Json(json!({"customer_no": "K00001", "title": "回访报价", "due": "2026-11-30"}))
            }
            (_, "/api/v1/follow-ups") => {
                Carry::Json(json!({"customer_no": "K00001", "kind": "visit", "text": "看了样品"}))
            }
            (_, "/api/v1/follow-ups/running") => {
                Carry::Json(json!({"customer_no": "K00001", "kind": "call"}))
            }
            (_, "/api/v1/follow-ups/{id}/end") => Carry::Json(json!({"text": "约好下周再谈"})),
            (_, "/api/v1/follow-ups/{id}/attachments")
            | (_, "/customers/{no}/follow-ups/{id}/attachments") => upload("a.txt", b"text", &[]),
            (_, "/api/v1/customers/{customer_no}/connect") => Carry::Json(json!({"channel": "call"})),
            (_, "/api/v1/settings/connect-secret") => {
                Carry::Json(json!({"secret": "a-secret-of-the-call-centre"}))
            }
            (_, "/customers/{no}/connect" | "/customers/{no}/hand-off") => form(&[("channel", "call")]),
            (_, "/settings/connect-secret") => form(&[("secret", "a-secret-of-the-call-centre")]),
            (_, "/customers/{no}/follow-ups") => {
                upload("a.txt", b"text", &[("kind", "visit"), ("text", "看了样品")])
            }
            (_, "/customers/{no}/follow-ups/running") => form(&[("kind", "call")]),
            (_, "/api/v1/approvals") => {
                Carry::Json(json!({"customer_no": "K00001", "fields": ["mobile"], "reason": "客户来电转接"}))
            }
            (_, "/api/v1/approvals/{id}/decision") => Carry::Json(json!({"approve": true})),
            (_, "/api/v1/exports" | "/api/v1/exports/count") => {
                Carry::Json(json!({"fields": ["name", "mobile"], "reason": "拜访前核对"}))
            }
            (_, "/api/v1/handovers") => Carry::Json(
                json!({"leaver": "Z001", "kind": "leaving", "last_day": "2026-12-31", "reason": "个人原因离职"}),
            ),
            (
                _,
                "/api/v1/handovers/{id}/note"
                | "/api/v1/handovers/{id}/approval"
                | "/api/v1/handovers/{id}/cancellation",
            ) => Carry::Json(json!({"text": "已逐户核对无误"})),
            (_, "/api/v1/handovers/{id}/split") => Carry::Json(json!({"receivers": ["V001"]})),
            (_, "/api/v1/handovers/parts/{part}/signature") => Carry::Json(json!({"code": code()})),
            (_, "/handovers/new") => form(&[
                ("leaver", "Z001"),
                ("kind", "leaving"),
                ("last_day", "2026-12-31"),
                ("reason", "个人原因离职"),
            ]),
            (_, "/handovers/{id}/note") => form(&[("note", "下周签约")]),
            (_, "/handovers/{id}/split") => form(&[("receivers", "V001"), ("step", "split")]),
            (_, "/handovers/{id}/approval") => form(&[("reason", "已逐户核对无误")]),
            (_, "/handovers/{id}/cancellation") => form(&[("why", "员工决定留任")]),
            (_, "/handovers/parts/{id}") => form(&[("code", &code())]),
            ("PUT", "/api/v1/me/absence") => {
                Carry::Json(json!({"deputy": deputy_of(who), "from": "2026-11-24", "to": "2026-11-30"}))
            }
            (_, "/me/absence") => {
                form(&[("deputy", &deputy_of(who)), ("from", "2026-11-24"), ("to", "2026-11-30")])
            }
            (_, "/exports/new") => {
                form(&[("step", "ask"), ("column_name", "masked"), ("reason", "拜访前核对")])
            }
            (_, "/api/v1/imports" | "/import") => {
                upload("customers.csv", CUSTOMER_LINE.as_bytes(), &[("table", "customers"), ("mode", "good")])
            }
            (_, "/api/v1/trace" | "/trace") => {
                upload("leaked.csv", CUSTOMER_LINE.as_bytes(), &[("reason", "网上流出的名单")])
            }
            (_, "/api/v1/staff") => Carry::Json(json!({"staff_no": format!("N{:03}", self.size() % 1000),
                "name": "白露", "department": "销售部", "title": "员工", "role": "staff"})),
            (_, "/api/v1/staff/{staff_no}") => Carry::Json(json!({"title": format!("员工{}", self.size())})),
            (_, "/api/v1/staff/{staff_no}/freeze" | "/api/v1/staff/{staff_no}/release") => {
                Carry::Json(json!({"reason": "夜间大量查看客户"}))
            }
            (_, "/staff/{no}/freeze" | "/staff/{no}/release") => form(&[("reason", "夜间大量查看客户")]),
            (_, "/api/v1/tiers/preview") => Carry::Json(json!({
                "high_spend_fen": 10_000_000, "medium_spend_fen": 1_000_000, "high_years": 5})),
            (_, "/api/v1/tiers/proposals") => Carry::Json(json!({"reason": "按新制度分级", "rule": {
                "high_spend_fen": 10_000_000, "medium_spend_fen": 1_000_000, "high_years": 6}})),
            (_, "/api/v1/policy/check") => {
                Carry::Json(json!({"text": tigertally_core::policy::DEFAULT_TEXT}))
            }
            (_, "/api/v1/rules/acknowledgement") => Carry::Json(json!({"version": self.newest_rules()})),
            (_, "/rules/acknowledgement") => form(&[("version", &self.newest_rules().to_string())]),
            ("PUT", "/api/v1/rules") => {
                Carry::Json(json!({"based_on": self.newest_rules(), "zh": RULES, "en": RULES}))
            }
            (_, "/rules/edit") => {
                form(&[("based_on", &self.newest_rules().to_string()), ("zh", RULES), ("en", RULES)])
            }
            (_, "/api/v1/policy/proposals") => Carry::Json(self.other_policy()),
            (_, "/api/v1/policy/ask") => Carry::Json(
                json!({"staff": "S001", "action": "reveal", "customer": "K00001", "fields": ["mobile"]}),
            ),
            (_, path) if path.starts_with("/api/") => Carry::Json(json!({})),
            // the console
            (_, "/sign-in") => form(&[("staff_no", "Q999"), ("password", PASSWORD)]),
            (_, "/activate") => form(&[("staff_no", "Q999"), ("code", "AAAA-AAAA-AAAA-AAAA")]),
            (_, "/language") => form(&[("lang", "en")]),
            (_, "/search") => form(&[("q", &self.customer("K00001").mobile)]),
            (_, "/customers/new") => {
                form(&[("kind", "company"), ("name", &self.new_firm()), ("region", "华东")])
            }
            (_, "/customers/{no}/edit") => {
                form(&[("version", &self.version("K00001").to_string()), ("needs", "改为每季度回访")])
            }
            (_, "/customers/{no}/assign") => form(&[("owner", "S001")]),
            (_, "/customers/{no}/follow-ups/{id}/end") => form(&[("text", "约好下周再谈")]),
            (_, "/tasks/new") => {
                form(&[("customer", "K00001"), ("title", "回访报价"), ("due", "2026-11-30")])
            }
            (_, "/approvals/new") => {
                form(&[("customer", "K00001"), ("field_mobile", "1"), ("reason", "客户来电转接")])
            }
            (_, "/approvals/{id}/decision") => form(&[("decision", "approve")]),
            (_, "/me/sign-in/password") => form(&[
                ("old", PASSWORD),
                ("code", &code()),
                ("new", "four tigers in a row"),
                ("again", "four tigers in a row"),
            ]),
            (_, "/me/sign-in/recovery") => form(&[("password", PASSWORD), ("code", &code())]),
            (_, "/policy/edit") => {
                form(&[("text", tigertally_core::policy::DEFAULT_TEXT), ("based_on", &policy())])
            }
            (_, "/policy/ask") => form(&[
                ("staff", "S001"),
                ("action", "reveal"),
                ("customer", "K00001"),
                ("field_mobile", "1"),
                ("hour", "10"),
            ]),
            (_, "/settings") => form(&[
                ("company", "澜图商贸"),
                ("time_zone", "Asia/Shanghai"),
                ("reveal_seconds", "30"),
                ("review_days", "90"),
                ("approval_minutes", "60"),
                ("request_days", "7"),
                ("share_days", "180"),
                ("export_few", "25"),
                ("export_keep_hours", "24"),
                ("duplicates_per_day", "1000"),
                ("pool_low_days", "0"),
                ("pool_medium_days", "0"),
                ("pool_high_days", "0"),
                ("pool_warn_days", "7"),
                ("claims_per_day", "1000"),
                ("attachment_mb", "1"),
                ("attachments", "50"),
                ("connect_webhook_url", "http://127.0.0.1:9/calls"),
                ("hand_off", "1"),
            ]),
            (_, "/tiers") => {
                form(&[("high_spend", "100000"), ("medium_spend", "10000"), ("high_years", "5")])
            }
            (_, "/staff/new") => form(&[
                ("staff_no", &format!("N{:03}", self.size() % 1000)),
                ("name", "白露"),
                ("department", "销售部"),
                ("title", "员工"),
                ("role", "staff"),
                ("region", "华东"),
                ("joined", "2026-11-02"),
                ("email", "n@example.com"),
            ]),
            (_, "/staff/{no}") => form(&[
                ("name", "钟离"),
                ("department", "销售部"),
                ("title", "员工"),
                ("role", "staff"),
                ("region", "华南"),
                ("joined", "2024-07-01"),
                ("email", &format!("z{}@example.com", self.size())),
            ]),
            _ => Carry::Form(Vec::new()),
        }
    }
}

/// A share with somebody.
fn share_with(kind: &str, whom: &str) -> serde_json::Value {
    json!({kind: whom, "classes": ["contact"], "until": "2026-12-31", "reason": "联合拜访客户"})
}

/// The same for many at once.
fn bulk_share() -> serde_json::Value {
    json!({"action": "share", "customer_nos": ["K00001"], "staff_no": "Z001", "classes": ["contact"],
        "until": "2026-12-31", "reason": "联合拜访客户"})
}

/// Somebody of the same role.
fn deputy_of(who: &str) -> String {
    match who {
        "S001" => "Z001".to_owned(),
        "S002" => "S004".to_owned(),
        _ => who.replace("001", "009"),
    }
}
