//! A whole company behind the router: staff of every role, customers of every tier, work under way. Requests go through
//! the server's own router, sign-ins through the product's own doors; the clock stands until a test moves it.
#![allow(dead_code)]

mod examples;
mod needles;
mod planted;

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tigertally_core::{
    Tigertally, Unlock,
    desk::{ImportFile, ImportOptions},
    identity::{Operator, SignIn, Via, authenticator_code},
    import::Table,
};
use tokio_stream::StreamExt;
use tower::ServiceExt;

#[allow(unused_imports)]
pub use examples::Example;
#[allow(unused_imports)]
pub use needles::Needles;
#[allow(unused_imports)]
pub use planted::{Planted, card, customers_csv, id_number, orders_csv, planted};

/// One of each role at least, in two regions. Titles are the names of the roles where no department makes them.
pub const STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S001,周敏,销售部,员工,华东,S002,2020-01-06,s001@example.com
S002,陈立,销售部,主管,华东,,2018-03-01,s002@example.com
S003,罗骁,销售部,员工,华南,S004,2021-05-10,s003@example.com
S004,高朗,销售部,主管,华南,,2017-05-10,s004@example.com
V001,韩璐,客服部,员工,华东,,2021-05-10,v001@example.com
M001,顾盼,市场部,员工,,,2022-02-14,m001@example.com
C001,方茴,合规部,合规专员,,,2019-02-11,c001@example.com
D001,闻笛,合规部,数据保护负责人,,,2019-02-11,d001@example.com
X001,石坚,安全部,安全专员,,,2019-02-11,x001@example.com
H001,温暖,人事部,人事,,,2019-02-11,h001@example.com
L001,严正,法务部,法务,,,2019-02-11,l001@example.com
A001,沈若,信息部,系统管理员,,,2019-02-11,a001@example.com
U001,邢远,审计部,审计,,,2019-02-11,u001@example.com
Z001,钟离,销售部,员工,华南,S004,2024-07-01,z001@example.com
Z002,向晚,销售部,员工,华南,S004,2024-07-01,z002@example.com
";

/// A deputy of the same role for each of [`EVERYBODY`] that tests the doors.
pub const DEPUTIES: &str = "staff_no,name,department,role,region,manager,joined,email
V009,安宁,客服部,员工,华东,,2021-05-10,v009@example.com
M009,乔木,市场部,员工,,,2022-02-14,m009@example.com
C009,秋实,合规部,合规专员,,,2019-02-11,c009@example.com
D009,常青,合规部,数据保护负责人,,,2019-02-11,d009@example.com
X009,铁柱,安全部,安全专员,,,2019-02-11,x009@example.com
H009,春和,人事部,人事,,,2019-02-11,h009@example.com
L009,明理,法务部,法务,,,2019-02-11,l009@example.com
A009,云起,信息部,系统管理员,,,2019-02-11,a009@example.com
U009,尺度,审计部,审计,,,2019-02-11,u009@example.com
";

/// Staff numbers, one of each role first.
pub const EVERYBODY: [&str; 13] =
    ["S001", "S002", "V001", "M001", "C001", "D001", "X001", "H001", "L001", "A001", "U001", "S003", "S004"];
/// Nobody in particular: a request without a session.
pub const NOBODY: &str = "";
pub const PASSWORD: &str = "three tigers in a row";

/// What somebody has to show: a program's token and a browser's.
struct Badge {
    secret: String,
    bearer: String,
    cookie: String,
}

pub struct Company {
    pub system: Arc<Tigertally>,
    pub operator: Operator,
    pub customers: Vec<Planted>,
    folder: TempDir,
    time: Arc<AtomicU64>,
    app: Router,
    badges: BTreeMap<&'static str, Badge>,
}

/// What a request carries.
pub enum Carry {
    Nothing,
    Json(Value),
    Form(Vec<(String, String)>),
    /// Content type and bytes.
    Raw(String, Vec<u8>),
}

/// A form, as a browser sends it.
pub fn form(pairs: &[(&str, &str)]) -> Carry {
    Carry::Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// A file with other parts of a form beside it.
pub fn upload(name: &str, file: &[u8], parts: &[(&str, &str)]) -> Carry {
    const MARK: &str = "three-tigers";
    let mut body = Vec::new();
    for (part, value) in parts {
        let head = format!("--{MARK}\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head =
        format!("--{MARK}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{MARK}--\r\n").as_bytes());
    Carry::Raw(format!("multipart/form-data; boundary={MARK}"), body)
}

/// An answer.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The sort of problem: `denied`. Checks the form that RFC 9457 asks for.
    pub fn problem(&self) -> String {
        let kind = self.headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
        assert_eq!(kind, Some(&b"application/problem+json"[..]), "{} {}", self.status, self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {problem}");
        }
        problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
    }

    /// Everything that leaves: status line, headers and body.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.body.len() + 256);
        for (name, value) in &self.headers {
            all.extend_from_slice(name.as_str().as_bytes());
            all.extend_from_slice(b": ");
            all.extend_from_slice(value.as_bytes());
            all.push(b'\n');
        }
        all.extend_from_slice(&self.body);
        all
    }
}

/// An entry as the database holds it.
#[derive(Debug)]
pub struct Entry {
    pub index: u64,
    pub action: String,
    /// 0 recorded, 1 allowed, 2 denied, 3 failed.
    pub decision: u8,
    pub actor: String,
    pub body: Value,
}

impl Company {
    /// Everybody signed in, twelve customers with orders, a task and a call of S001's, an approval that waits.
    pub async fn new() -> Company {
        let folder = tempfile::tempdir().unwrap();
        // 2026-11-24 10:00 in Shanghai.
        let time = Arc::new(AtomicU64::new(1_795_485_600_000));
        let clock = Arc::clone(&time);
        let clock: tigertally_core::clock::Clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let (system, operator) =
            Tigertally::init(folder.path(), "澜图商贸", &Unlock::fresh(), clock).await.unwrap();
        let system = Arc::new(system);
        let app = tigertally_server::router(Arc::clone(&system), tigertally_server::Options::default());
        let customers = planted();
        let mut company = Company { system, operator, customers, folder, time, app, badges: BTreeMap::new() };
        company.import(Table::Staff, "staff.csv", STAFF).await;
        company.import(Table::Customers, "customers.csv", &customers_csv(&company.customers)).await;
        company.import(Table::Orders, "orders.csv", &orders_csv(&company.customers)).await;
        company.sign_everybody_in().await;
        company.begin_work().await;
        company
    }

    pub async fn import(&self, table: Table, name: &str, text: &str) {
        let file = ImportFile::uploaded(name, text.as_bytes().to_vec(), table);
        let done =
            self.system.import(&self.operator.actor(), file, ImportOptions::default(), |_, _| {}).await;
        let report = done.unwrap();
        assert!(report.taken, "{report:?}");
    }

    /// As a program and as a browser each; a code serves once, so half a minute passes between the two.
    pub async fn sign_everybody_in(&mut self) {
        for no in EVERYBODY {
            let secret = self.system.set_demo_credentials(&self.operator, no, PASSWORD).await.unwrap();
            let badge = Badge { secret: secret.to_string(), bearer: String::new(), cookie: String::new() };
            self.badges.insert(no, badge);
        }
        for no in EVERYBODY {
            let bearer = self.sign_in(no, Via::Api).await;
            self.badges.get_mut(no).unwrap().bearer = bearer;
        }
        self.pass(30);
        for no in EVERYBODY {
            let cookie = self.sign_in(no, Via::Console).await;
            self.badges.get_mut(no).unwrap().cookie = cookie;
        }
        self.pass(30);
    }

    async fn sign_in(&self, no: &str, via: Via) -> String {
        let from =
            SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via, device: None };
        let signed = self.system.sign_in(no, PASSWORD, Some(&self.code(no)), &from).await;
        signed.unwrap_or_else(|error| panic!("{no}: {error}")).token.to_string()
    }

    /// Task 1 and follow-up 1 (a call that goes on) of S001 about K00001; approval 1 of S003 about K00001 waits, approval 2 about K00002 stands.
    async fn begin_work(&self) {
        let made = |reply: Reply| {
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
            reply.json()["id"].as_i64().unwrap()
        };
        // The doors of exports, of customers and of the pool are tried more often than anybody would.
        let care = json!({"duplicates_per_day": 1000, "pool_low_days": 0, "pool_medium_days": 0, "pool_high_days": 0,
            "pool_warn_days": 7, "claims_per_day": 1000});
        // Nobody listens there: a number that is given to the call centre is not taken.
        let connect = json!({"webhook_url": "http://127.0.0.1:9/calls", "hand_off": true});
        let follow_ups = json!({"attachment_mb": 1, "attachments": 50});
        // Nor there: mails wait, as no server runs that would send them.
        let mail = json!({"host": "127.0.0.1", "port": 9, "security": "plain", "sender": "tigertally@example.com",
            "public_url": "https://crm.example.com", "remind_hours": 24});
        let settings = json!({"export_few": 1000, "care": care, "connect": connect, "follow_ups": follow_ups,
            "mail": mail});
        let response = self.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(settings)).await;
        assert_eq!(response.status, StatusCode::OK);
        let secret = json!({"secret": "a-secret-of-the-call-centre"});
        let path = "/api/v1/settings/connect-secret";
        let response = self.send("A001", Method::PUT, path, Carry::Json(secret)).await;
        assert_eq!(response.status, StatusCode::OK);
        let task = json!({"customer_no": "K00001", "title": "回访报价", "due": "2026-11-30"});
        assert_eq!(made(self.post("S001", "/api/v1/tasks", task).await), 1);
        let call = json!({"customer_no": "K00001", "kind": "call"});
        assert_eq!(made(self.post("S001", "/api/v1/follow-ups/running", call).await), 1);
        for (id, no) in [(1, "K00001"), (2, "K00002")] {
            let asked = json!({"customer_no": no, "fields": ["mobile"], "reason": "客户来电转接"});
            assert_eq!(made(self.post("S003", "/api/v1/approvals", asked).await), id);
        }
        let decided = self.post("S002", "/api/v1/approvals/2/decision", json!({"approve": true})).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    }

    /// Signs somebody in again whose sessions were ended, with a password and an authenticator as at the beginning.
    pub async fn renew(&mut self, no: &'static str) {
        let stands = |token: &str, via| self.system.actor(token, via).unwrap().is_some();
        let badge = &self.badges[no];
        if stands(&badge.bearer, Via::Api) && stands(&badge.cookie, Via::Console) {
            return;
        }
        let secret =
            self.system.set_demo_credentials(&self.operator, no, PASSWORD).await.unwrap().to_string();
        self.badges.get_mut(no).unwrap().secret = secret;
        let bearer = self.sign_in(no, Via::Api).await;
        self.pass(30);
        let cookie = self.sign_in(no, Via::Console).await;
        self.pass(30);
        let badge = self.badges.get_mut(no).unwrap();
        (badge.bearer, badge.cookie) = (bearer, cookie);
    }

    /// Whether somebody of this number signs in here.
    pub fn knows(&self, who: &str) -> bool {
        self.badges.contains_key(who)
    }

    /// The version of a customer's record now.
    pub fn version(&self, no: &str) -> u32 {
        let conn = self.database();
        conn.query_row("SELECT version FROM customer WHERE no = ?1", [no], |row| row.get(0)).unwrap()
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder().join("tigertally.db")).unwrap()
    }

    /// The code that somebody's authenticator shows now.
    pub fn code(&self, no: &str) -> String {
        authenticator_code(&self.badges[no].secret, self.system.now_ms()).unwrap()
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: u64) {
        self.time.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn customer(&self, no: &str) -> &Planted {
        self.customers.iter().find(|planted| planted.no == no).unwrap()
    }

    pub async fn get(&self, who: &str, path: &str) -> Reply {
        self.send(who, Method::GET, path, Carry::Nothing).await
    }

    pub async fn post(&self, who: &str, path: &str, json: Value) -> Reply {
        self.send(who, Method::POST, path, Carry::Json(json)).await
    }

    /// Sends a request: to the interface with the program's token, to a page with the browser's cookie. Who sends the
    /// empty name sends neither.
    pub async fn send(&self, who: &str, method: Method, path: &str, carry: Carry) -> Reply {
        self.send_with(who, method, path, carry, &[]).await
    }

    pub async fn send_with(
        &self,
        who: &str,
        method: Method,
        path: &str,
        carry: Carry,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        if let Some(badge) = self.badges.get(who) {
            request = if path.starts_with("/api/v1") {
                request.header(header::AUTHORIZATION, format!("Bearer {}", badge.bearer))
            } else {
                request.header(header::COOKIE, format!("tt_session={}", badge.cookie))
            };
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (kind, body) = match carry {
            Carry::Nothing => (None, Vec::new()),
            Carry::Json(json) => (Some("application/json".to_owned()), json.to_string().into_bytes()),
            Carry::Form(pairs) => {
                let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                (Some("application/x-www-form-urlencoded".to_owned()), body.into_bytes())
            }
            Carry::Raw(kind, bytes) => (Some(kind), bytes),
        };
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let response = self.app.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let feed = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body =
            if feed { first_words(body).await } else { to_bytes(body, 1 << 26).await.unwrap().to_vec() };
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Number of entries in the ledger.
    pub fn size(&self) -> u64 {
        self.system.ledger_size()
    }

    /// The hash of an entry's leaf, in hexadecimal (RFC 6962: a zero byte before the leaf).
    pub fn leaf_hash(&self, index: u64) -> String {
        let ask = "SELECT leaf FROM entry WHERE idx = ?1";
        let leaf: Vec<u8> = self.database().query_row(ask, [index], |row| row.get(0)).unwrap();
        tigertally_core::digest(&[&[0], &leaf]).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The entries from an index on, read from the database itself.
    pub fn entries_from(&self, index: u64) -> Vec<Entry> {
        let conn = self.database();
        let mut ask = conn.prepare("SELECT idx, leaf, body FROM entry WHERE idx >= ?1 ORDER BY idx").unwrap();
        let entry = |row: &rusqlite::Row<'_>| {
            let leaf: Vec<u8> = row.get(1)?;
            let body: Value = serde_json::from_slice(&row.get::<_, Vec<u8>>(2)?).unwrap();
            Ok(Entry {
                index: row.get(0)?,
                // version 1, id 16, time 8, decision 1, length 1, action
                decision: leaf[25],
                action: String::from_utf8(leaf[27..27 + usize::from(leaf[26])].to_vec()).unwrap(),
                actor: body["actor"].as_str().unwrap().to_owned(),
                body,
            })
        };
        ask.query_map([index], entry).unwrap().map(Result::unwrap).collect()
    }
}

/// What a feed says until it has nothing more to say for now.
async fn first_words(body: Body) -> Vec<u8> {
    let mut feed = body.into_data_stream();
    let mut said = Vec::new();
    // The first may be long in coming on a busy machine.
    let mut patience = Duration::from_secs(2);
    while let Ok(Some(piece)) = tokio::time::timeout(patience, feed.next()).await {
        said.extend_from_slice(&piece.unwrap());
        patience = Duration::from_millis(100);
    }
    said
}
