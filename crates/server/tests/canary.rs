//! Masking at every door: customers with values that stand nowhere else in the world, and everything that leaves the
//! server searched for them. What a reveal gives to who may is the only place where they are found.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use axum::http::{Method, StatusCode};
use kit::{Carry, Company, EVERYBODY, Needles, card, id_number, upload};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha1::Sha1;
use tigertally_server::{RouteInfo, routes};

/// Routes that quote a text where it is wrong: that of the policy, which knows no customer, for who writes it. And the
/// ownership rules, which compliance writes for everybody to read.
const QUOTING: [&str; 3] = ["/api/v1/policy/proposals", "/api/v1/policy/check", "/api/v1/rules"];

/// One of each role.
const ROLES: &[&str] = EVERYBODY.split_at(11).0;

fn planted(company: &Company) -> Needles {
    let mut needles = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            needles.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    needles
}

/// What somebody types into the wrong place, valid and not.
fn typed() -> Vec<(&'static str, String)> {
    vec![
        ("mobile", "13711702468".into()),
        ("id_number", id_number("32010619770216371")),
        ("bank_card", card("621700654948765432")),
        ("email", "quokka.x99@lychee.example.com".into()),
        ("name", "阚柒肆".into()),
        ("needs", "暗语山竹：底价五十九万".into()),
        ("long mobile", "137117024681".into()),
        ("wrong id_number", format!("{}Y", &id_number("32010619770216372")[..17])),
    ]
}

// ---------- requests that carry such values everywhere

/// The same request with values in every place where a text can stand, well-formed and not.
fn spoilt(carry: &Carry, typed: &[(&'static str, String)]) -> Vec<Carry> {
    let mut next = typed.iter().map(|(_, value)| value.clone()).cycle();
    let all: Vec<String> = typed.iter().map(|(_, value)| value.clone()).collect();
    match carry {
        Carry::Nothing => Vec::new(),
        Carry::Json(json) => {
            let mut unknown = json.clone();
            if let Some(members) = unknown.as_object_mut() {
                members.insert(next.next().unwrap(), next.next().unwrap().into());
            }
            let mut wrong = json.clone();
            replace(&mut wrong, &mut next);
            let broken = format!("{{\"q\": \"{}\", {}", all.join(" "), all[0]);
            vec![
                Carry::Json(wrong),
                Carry::Json(unknown),
                Carry::Json(json!(all)),
                Carry::Raw("application/json".into(), broken.into_bytes()),
            ]
        }
        Carry::Form(pairs) => {
            let wrong = pairs.iter().map(|(name, _)| (name.clone(), next.next().unwrap())).collect();
            let unknown = all.iter().map(|value| (value.clone(), value.clone())).collect();
            vec![
                Carry::Form(wrong),
                Carry::Form(unknown),
                Carry::Raw("text/plain".into(), all.join("\n").into_bytes()),
            ]
        }
        Carry::Raw(..) => {
            let rows: String = all
                .iter()
                .enumerate()
                .map(|(n, v)| format!("K009{n:02},company,{v},{v},{v},{v},{v}\n"))
                .collect();
            let file =
                format!("customer_no,kind,name,mobile,id_number,bank_card,region\n{rows}{}\n", all.join(","));
            let headless = format!("{}\n", all.join(","));
            vec![
                upload("customers.csv", file.as_bytes(), &[("table", "customers"), ("mode", "all")]),
                upload("customers.csv", file.as_bytes(), &[("table", "customers"), ("mode", "dry")]),
                upload("orders.csv", file.as_bytes(), &[("table", "orders"), ("mode", "all")]),
                upload("customers.csv", headless.as_bytes(), &[("table", "customers"), ("mode", "all")]),
                upload("customers.csv", file.as_bytes(), &[("table", &all[0]), ("mode", &all[1])]),
                Carry::Raw("multipart/form-data; boundary=x".into(), all.join("\n").into_bytes()),
            ]
        }
    }
}

fn replace(json: &mut Value, next: &mut impl Iterator<Item = String>) {
    match json {
        Value::String(text) => *text = next.next().unwrap(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, next)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, next)),
        _ => {}
    }
}

/// The route with values in its path and its query.
fn spoilt_address(route: &RouteInfo, path: &str, value: &str) -> Vec<String> {
    let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let query =
        ["q", "tier", "region", "owner", "kind", "cursor", "staff", "customer", "page", "before", "version"]
            .map(|name| format!("{name}={encoded}"));
    let mut addresses = vec![
        format!("{path}?{}", query.join("&")),
        format!("{path}?q={encoded}"),
        format!("{path}?cursor={encoded}"),
    ];
    if route.path.contains('{') {
        let segments =
            route.path.split('/').map(|segment| if segment.starts_with('{') { &*encoded } else { segment });
        addresses.push(segments.collect::<Vec<_>>().join("/"));
    }
    addresses
}

// ---------- what is written down beside the answers

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Everything that any crate logs, from the finest level on.
    fn start() -> Log {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        log
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_leaves_shows_what_is_masked() {
    let log = Log::start();
    let mut company = Company::new().await;
    let planted = planted(&company);
    let mut wrong = Vec::new();

    every_sought_value_is_answered_masked(&company, &planted, &mut wrong).await;
    what_is_typed_is_not_said_again(&mut company, &planted, &mut wrong).await;
    open_doors_tell_nothing(&company, &planted, &mut wrong).await;
    only_a_reveal_shows_what_it_grants(&company, &planted).await;

    tracing::error!("the log is listened to");
    let log = log.0.lock().unwrap().clone();
    assert!(log.windows(22).any(|line| line == b"the log is listened to"));
    let mut known = planted;
    typed().iter().for_each(|(label, value)| known.add_text(&format!("typed {label}"), value));
    let logged = known.found_in(&log);
    assert!(logged.is_empty(), "in the log: {logged:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Searching for a value, in every way there is, gives masks.
async fn every_sought_value_is_answered_masked(
    company: &Company,
    planted: &Needles,
    wrong: &mut Vec<String>,
) {
    for who in ROLES {
        for no in ["K00001", "K00005", "K00007", "K00012"] {
            for (field, value) in company.customer(no).secrets() {
                let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
                let found = [
                    company.post(who, "/api/v1/customers/search", json!({"q": value})).await,
                    company.get(who, &format!("/api/v1/customers?q={encoded}&limit=200")).await,
                    company.send(who, Method::POST, "/search", kit::form(&[("q", value)])).await,
                ];
                for reply in found {
                    let shown = planted.found_in(&reply.everything());
                    // A term that is no term stands in the form again, for who typed it.
                    let said_again = reply.status == StatusCode::UNPROCESSABLE_ENTITY;
                    if !shown.iter().all(|label| said_again && label.contains(&format!("{field} of {no}"))) {
                        wrong.push(format!("{who} sought {field} of {no}: {} {shown:?}", reply.status));
                    }
                }
            }
        }
        for filter in
            ["limit=200", "tier=high", "scope=mine", "scope=department&sort=spend", "sort=since&kind=person"]
        {
            for page in ["/api/v1/customers", "/customers"] {
                let reply = company.get(who, &format!("{page}?{filter}")).await;
                let shown = planted.found_in(&reply.everything());
                if !shown.is_empty() {
                    wrong.push(format!("{who}: {page}?{filter} showed {shown:?}"));
                }
            }
        }
    }
}

/// Nothing that was typed comes back from the interface, whatever is wrong with it; a page gives back to who typed it
/// what they typed just now, in its form. Nobody is given what others typed.
async fn what_is_typed_is_not_said_again(company: &mut Company, planted: &Needles, wrong: &mut Vec<String>) {
    let typed = typed();
    let mut said = Needles::default();
    typed.iter().for_each(|(label, value)| said.add_text(label, value));
    for route in routes() {
        for (n, who) in ROLES.iter().enumerate() {
            let example = company.example(&route, who).await;
            let mut replies = Vec::new();
            for carry in spoilt(&example.carry, &typed) {
                replies.push(company.send(who, example.method.clone(), &example.path, carry).await);
                company.renew(who).await;
            }
            for address in spoilt_address(&route, &example.path, &typed[n % typed.len()].1) {
                let carry =
                    if example.method == Method::GET { Carry::Nothing } else { Carry::Json(json!({})) };
                replies.push(company.send(who, example.method.clone(), &address, carry).await);
                company.renew(who).await;
            }
            for reply in replies {
                // A device that is handed the number is told it: that is a reveal, and what the link is for.
                if route.path == "/hand-off/{link}" && reply.status.is_redirection() {
                    continue;
                }
                let everything = reply.everything();
                let mut shown = planted.found_in(&everything);
                if route.path.starts_with("/api/") && !QUOTING.contains(&route.path.as_str()) {
                    shown.extend(said.found_in(&everything));
                }
                if !shown.is_empty() {
                    wrong.push(format!(
                        "{} {} as {who}: {} {shown:?}",
                        route.method, route.path, reply.status
                    ));
                }
            }
        }
    }
}

async fn open_doors_tell_nothing(company: &Company, planted: &Needles, wrong: &mut Vec<String>) {
    for path in ["/metrics", "/api/openapi.json", "/healthz", "/readyz", "/no/such/page", "/api/v1/no-such"] {
        for who in ["", "S001"] {
            let everything = company.get(who, path).await.everything();
            let mut known = Needles::default();
            typed().iter().for_each(|(label, value)| known.add_text(&format!("typed {label}"), value));
            let shown = [planted.found_in(&everything), known.found_in(&everything)].concat();
            if !shown.is_empty() {
                wrong.push(format!("{path} showed {shown:?}"));
            }
            // Labels are routes: a path would name customers.
            if path == "/metrics" {
                let text = String::from_utf8(everything).unwrap();
                assert!(text.contains("/api/v1/customers/{customer_no}"), "{text}");
                assert!(!text.contains("K00001") && !text.contains("S001"), "{text}");
            }
        }
    }
}

async fn only_a_reveal_shows_what_it_grants(company: &Company, planted: &Needles) {
    let task = json!({"customer_no": "K00001", "title": "回访报价", "due": "2026-11-30"});
    let task = company.post("S001", "/api/v1/tasks", task).await.json()["id"].clone();
    for (fields, labels) in [
        (json!(["mobile"]), vec!["mobile of K00001"]),
        (json!(["email", "contact"]), vec!["contact of K00001", "email of K00001"]),
    ] {
        let asked = json!({"fields": fields, "purpose": {"kind": "task", "ref": task}});
        let reply = company.post("S001", "/api/v1/customers/K00001/reveal", asked).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let mut shown = planted.found_in(&reply.everything());
        shown.sort_unstable();
        assert_eq!(shown, labels);
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    for asked in [
        json!({"fields": ["mobile"]}),
        json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": 999}}),
        json!({"fields": ["mobile", "id_number"], "purpose": {"kind": "task", "ref": task}}),
        json!({"fields": ["mobile"], "purpose": {"kind": "approval", "ref": 1}}),
    ] {
        let reply = company.post("S001", "/api/v1/customers/K00001/reveal", asked.clone()).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{asked}: {}", reply.text());
        assert!(planted.found_in(&reply.everything()).is_empty(), "{asked}");
    }
}

// ---------- a stolen copy

/// Neither a value nor a hash of one that can be tried out is in any file, journals included.
#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_folder_holds_neither_values_nor_their_hashes() {
    let company = Company::new().await;
    let mut needles = planted(&company);
    for customer in &company.customers {
        for (field, value) in [
            ("mobile", &*customer.mobile),
            ("id_number", &*customer.id_number),
            ("bank_card", &*customer.bank_card),
            ("email", &*customer.email),
        ] {
            add_hashes(&mut needles, &format!("{field} of {}", customer.no), value);
        }
    }
    for (label, value) in leave_traces(&company).await {
        needles.add_text(label, &value);
        add_hashes(&mut needles, label, &value);
    }
    let csv = kit::customers_csv(&company.customers);
    assert!(needles.found_in(csv.as_bytes()).len() >= 84, "what is looked for would be found");
    let mut files = 0;
    for file in std::fs::read_dir(company.folder()).unwrap() {
        let path = file.unwrap().path();
        let found = std::fs::read(&path).unwrap();
        let shown = needles.found_in(&found);
        assert!(shown.is_empty(), "{}: {shown:?}", path.display());
        files += usize::from(!found.is_empty());
    }
    assert!(files >= 3, "database, journal and checkpoint");
}

/// Plain hashes of a value as people write it: whole, or their beginning, as bytes or in hexadecimal.
fn add_hashes(needles: &mut Needles, label: &str, value: &str) {
    for written in [value.to_owned(), value.to_lowercase(), format!("86{value}"), format!("+86{value}")] {
        let bytes = written.as_bytes();
        let hashes = [
            ("MD5", Md5::digest(bytes).to_vec()),
            ("SHA-1", Sha1::digest(bytes).to_vec()),
            ("SHA-256", tigertally_core::digest(&[bytes]).to_vec()),
        ];
        for (name, hash) in hashes {
            let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            needles.add(&format!("{name} of {label}"), &hash[..8]);
            needles.add(&format!("{name} of {label}"), &hex.as_bytes()[..16]);
            needles.add(&format!("{name} of {label}"), &hex.to_uppercase().as_bytes()[..16]);
        }
    }
}

/// Values in texts of the work, in changes, in searches, and typed where they do not belong.
async fn leave_traces(company: &Company) -> Vec<(&'static str, String)> {
    let values = typed();
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    let (mobile, needs) = (value("mobile"), value("needs"));
    let fields = json!({"name": value("name"), "mobile": mobile, "id_number": value("id_number"),
        "bank_card": value("bank_card"), "email": value("email"), "needs": needs});
    let text = format!("{needs} {mobile}");
    for (who, path, json) in [
        ("S001", "/api/v1/customers", json!({"kind": "person", "fields": fields})),
        ("S001", "/api/v1/customers/search", json!({"q": mobile})),
        ("S001", "/api/v1/customers/search", json!({"q": value("long mobile")})),
        ("S001", "/api/v1/tasks", json!({"customer_no": "K00001", "title": text, "due": "2026-11-30"})),
        (
            "S001",
            "/api/v1/follow-ups/1/end",
            json!({"text": text, "next": {"title": needs, "due": "2026-12-01"}}),
        ),
        ("S001", "/api/v1/follow-ups", json!({"customer_no": "K00001", "kind": "visit", "text": text})),
        ("S001", "/api/v1/customers/K00001/connect", json!({"channel": "call"})),
        ("S003", "/api/v1/approvals", json!({"customer_no": "K00004", "fields": ["mobile"], "reason": text})),
        ("S002", "/api/v1/approvals/1/decision", json!({"approve": false, "answer": text})),
        (
            "S001",
            "/api/v1/customers/K00001/reveal",
            json!({"fields": ["mobile"], "purpose": {"kind": "task", "ref": mobile}}),
        ),
        ("", "/api/v1/sessions", json!({"staff_no": mobile, "password": text, "code": "000000"})),
        (
            "S001",
            "/api/v1/customers",
            json!({"kind": "person", "fields": {"name": "白露", "id_number": value("wrong id_number")}}),
        ),
    ] {
        let reply = company.post(who, path, json).await;
        assert_ne!(reply.status, StatusCode::BAD_REQUEST, "{path}: {}", reply.text());
        assert!(!reply.status.is_server_error(), "{path}: {}", reply.text());
    }
    let path = "/api/v1/follow-ups/2/attachments";
    let added = company
        .send("S001", Method::POST, path, kit::upload(&format!("{mobile}.txt"), text.as_bytes(), &[]))
        .await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    let change = json!({"version": 1, "fields": {"mobile": "13711709753", "needs": needs}});
    let changed = company.send("S001", Method::PATCH, "/api/v1/customers/K00001", Carry::Json(change)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    values.into_iter().chain([("changed mobile", "13711709753".to_owned())]).collect()
}
