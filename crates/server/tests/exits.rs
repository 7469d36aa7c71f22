//! Every exit of the table, tried by nobody and by everybody of every role, in a company whose values stand nowhere else: no
//! exit skips masking, budget, approval or ledger.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
    process::Command,
};

use axum::http::StatusCode;
use kit::{Company, NOBODY, Needles, Reply};
use serde_json::{Value, json};
use tigertally_core::import::Table;
use tigertally_server::{
    RouteInfo,
    exits::{EXITS, Lets, NO_EXITS},
    open_routes, routes,
};

/// One of each role.
const ROLES: [&str; 11] =
    ["S001", "S002", "V001", "M001", "C001", "D001", "X001", "H001", "L001", "A001", "U001"];

/// Exits of which the example has nothing that is masked: the name of a firm, which is public; and no access review is due.
const NOTHING_MASKED: [&str; 6] = [
    "GET /api/v1/customers/{customer_no}/review",
    "GET /api/v1/reviews",
    "GET /customers/{no}/assign",
    "GET /customers/{no}/erase",
    "GET /customers/{no}/share",
    "GET /reviews",
];

fn name(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

fn planted(company: &Company) -> Needles {
    let mut needles = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            needles.add_text(&format!("{field} of {}", customer.no), value);
            // The mark of an export is in the signs of a long text: what stands between two of them is as it was.
            for piece in value.split(['，', '：']).filter(|piece| field == "needs" && piece.len() > 8) {
                if !piece.starts_with("年底") {
                    needles.add_text(&format!("{field} of {}", customer.no), piece);
                }
            }
        }
    }
    needles
}

#[test]
fn every_route_is_in_the_table_once() {
    let known: Vec<&str> =
        EXITS.iter().flat_map(|(_, routes)| routes.iter()).chain(NO_EXITS).copied().collect();
    let once: BTreeSet<&str> = known.iter().copied().collect();
    assert_eq!(known.len(), once.len(), "a route stands there twice");
    let there: BTreeSet<String> = routes().iter().chain(&open_routes()).map(name).collect();
    let unknown: Vec<&String> = there.iter().filter(|route| !once.contains(route.as_str())).collect();
    assert!(unknown.is_empty(), "what leaves by these is not in server/src/exits.rs: {unknown:#?}");
    let gone: Vec<&&str> = once.iter().filter(|route| !there.contains(**route)).collect();
    assert!(gone.is_empty(), "no such routes: {gone:#?}");
}

/// What a file holds, unpacked as far as it goes: archives, workbooks, reports on paper.
fn unpacked(bytes: &[u8], password: Option<&str>) -> Vec<u8> {
    if bytes.starts_with(b"%PDF") {
        return on_paper(bytes);
    }
    if !bytes.starts_with(b"PK") {
        return bytes.to_vec();
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for at in 0..archive.len() {
        let mut file = Vec::new();
        let mut entry = match password {
            Some(password) => archive.by_index_decrypt(at, password.as_bytes()).unwrap(),
            None => archive.by_index(at).unwrap(),
        };
        all.extend_from_slice(entry.name().unwrap().as_bytes());
        entry.read_to_end(&mut file).unwrap();
        drop(entry);
        all.extend(unpacked(&file, None));
    }
    all
}

/// The text of a PDF.
fn on_paper(pdf: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).unwrap();
    let read = Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output();
    let read = read.expect("pdftotext is in the package poppler-utils");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    read.stdout
}

/// Everything that left with an answer: headers and body, and what is packed in it.
fn left(reply: &Reply) -> Vec<u8> {
    let mut all = reply.everything();
    // An export's archive is opened with its password elsewhere.
    let packed = reply.body.starts_with(b"%PDF")
        || reply.body.starts_with(b"PK")
            && reply.headers["content-disposition"].to_str().unwrap().contains("evidence");
    if packed {
        all.extend(unpacked(&reply.body, None));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_exit_skips_masking_or_the_ledger() {
    let mut company = Company::new().await;
    let secrets = planted(&company);
    // As the interface has a mask, and as a page has one.
    let masks = [mask_of(&company, "K00001"), b"class=\"seal".to_vec()];
    let mut faults = Vec::new();
    let mut signed_in_ms = company.system.now_ms();
    let there = routes();
    for (lets, exits) in EXITS {
        for exit in *exits {
            if company.system.now_ms() - signed_in_ms > 6 * 3_600_000 {
                company.sign_everybody_in().await;
                signed_in_ms = company.system.now_ms();
            }
            let route = there.iter().find(|route| name(route) == *exit).unwrap();
            let (mut served, mut masked) = (0, 0);
            for who in [NOBODY].into_iter().chain(ROLES) {
                let example = company.example(route, who).await;
                let size = company.size();
                let reply = company.send(who, example.method, &example.path, example.carry).await;
                let entries = company.entries_from(size);
                let left = left(&reply);
                let mut fault = |what: String| {
                    faults.push(format!("{exit} ({lets:?}) as {who:?}: {} {what}", reply.status));
                };
                if reply.status.is_server_error() {
                    fault(format!("it broke: {}", reply.text()));
                }
                let mut shown = secrets.found_in(&left);
                let passed = reply.status.is_success();
                // One's own device is sent on to the number.
                let sent_on = *lets == Lets::Machine
                    && reply.headers.get("location").is_some_and(|to| to.as_bytes().starts_with(b"tel:"));
                if (*lets == Lets::Clear && passed) || sent_on {
                    let granted = entries.iter().any(|entry| {
                        let of =
                            entry.body["customer"] == "K00001" && entry.body["fields"] == json!(["mobile"]);
                        entry.action == "customer.reveal" && entry.decision == 1 && entry.actor == who && of
                    });
                    if !granted {
                        fault("opened without a permit in the ledger".into());
                    }
                    if shown != ["mobile of K00001"] {
                        fault(format!("granted the mobile of K00001, shown {shown:?}"));
                    }
                    shown.clear();
                }
                if !shown.is_empty() {
                    fault(format!("leaked {shown:?}"));
                }
                // A session is of no use here: what proves somebody is tried in `mail.rs`.
                if *lets == Lets::Linked {
                    if reply.status != StatusCode::GONE || !entries.is_empty() {
                        fault("told something of a link that is none".into());
                    }
                    continue;
                }
                if who == NOBODY {
                    let asks = reply.status == StatusCode::UNAUTHORIZED
                        || reply.status == StatusCode::SEE_OTHER && reply.headers["location"] == "/sign-in";
                    if !asks || !entries.is_empty() {
                        fault("was let in without a session".into());
                    }
                    continue;
                }
                let own: Vec<u8> =
                    entries.iter().filter(|entry| entry.actor == who).map(|entry| entry.decision).collect();
                let refused = matches!(reply.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
                if own.is_empty() || (!refused && own.iter().all(|decision| *decision == 2)) {
                    fault(format!("left no trace: {entries:?}"));
                }
                if passed {
                    served += 1;
                    masked += usize::from(masks.iter().any(|mask| contains(&left, mask)));
                }
                company.renew(who).await;
                company.pass(30);
            }
            if matches!(lets, Lets::Masks | Lets::Given) && served > masked && !NOTHING_MASKED.contains(exit)
            {
                faults.push(format!("{exit}: {served} were served, {masked} saw a mask"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// How the interface masks the mobile of a customer.
fn mask_of(company: &Company, no: &str) -> Vec<u8> {
    let mobile = &company.customer(no).mobile;
    format!("{}****{}", &mobile[..3], &mobile[7..]).into_bytes()
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

// ---------- files, and what has to be approved

async fn ask(company: &Company, who: &str, what: &Value) -> (i64, Option<i64>) {
    let reply = company.post(who, "/api/v1/exports", what.clone()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let id = reply.json()["id"].as_i64().unwrap();
    let export = company.get(who, &format!("/api/v1/exports/{id}")).await.json();
    (id, export["approval"].as_i64())
}

async fn decide(company: &Company, who: &str, approval: i64) -> Reply {
    let path = format!("/api/v1/approvals/{approval}/decision");
    company.post(who, &path, json!({"approve": true})).await
}

/// Runs an export, waits for its file and fetches it: what is in it.
async fn fetch(company: &Company, who: &str, id: i64) -> Vec<u8> {
    let path = format!("/api/v1/exports/{id}");
    let begun = company.post(who, &format!("{path}/run"), json!({})).await;
    assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.text());
    let password = begun.json()["password"].as_str().unwrap().to_owned();
    while company.get(who, &path).await.json()["state"] == "running" {
        tokio::task::yield_now().await;
    }
    let file = company.post(who, &format!("{path}/file"), json!({})).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text());
    unpacked(&file.body, Some(&password))
}

fn refused(reply: &Reply) -> bool {
    matches!(reply.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::CONFLICT)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_needs_its_approval_is_fetched_once_and_holds_what_was_granted() {
    let company = Company::new().await;
    let secrets = planted(&company);
    let mine: Vec<&str> = company
        .customers
        .iter()
        .filter(|planted| planted.owner == "S001")
        .map(|planted| &*planted.no)
        .collect();
    let mut faults = Vec::new();
    for format in ["xlsx", "csv"] {
        for clear in [json!([]), json!(["mobile"]), json!(["id_number", "needs"])] {
            let label = format!("{format} with {clear} in clear");
            let fields = json!(["name", "contact", "mobile", "id_number", "email", "needs"]);
            let what = json!({"scope": "mine", "fields": fields, "clear": clear, "format": format, "reason": "拜访前核对"});
            let (id, approval) = ask(&company, "S001", &what).await;
            let path = format!("/api/v1/exports/{id}");
            let granted: Vec<&str> =
                clear.as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
            assert_eq!(approval.is_some(), !granted.is_empty(), "{label}");
            for door in ["run", "file"] {
                for who in ROLES {
                    if who == "S001" && door == "run" && approval.is_none() {
                        continue;
                    }
                    let size = company.size();
                    let reply = company.post(who, &format!("{path}/{door}"), json!({})).await;
                    let told = company.entries_from(size).iter().any(|entry| entry.actor == who);
                    if !refused(&reply) {
                        faults.push(format!("{label}: {who} may {door}: {}", reply.status));
                    }
                    // Who owns it and is too early changes nothing; all others are denied, which is told.
                    if who != "S001" && !told {
                        faults.push(format!("{label}: {who} tried to {door} and left no trace"));
                    }
                }
            }
            if let Some(approval) = approval {
                assert!(refused(&decide(&company, "S001", approval).await), "{label}: their own");
                let decided = decide(&company, "S002", approval).await;
                assert_eq!(decided.status, StatusCode::OK, "{label}: {}", decided.text());
            }
            let held = fetch(&company, "S001", id).await;
            let expected: BTreeSet<String> = mine
                .iter()
                .flat_map(|no| granted.iter().map(move |field| format!("{field} of {no}")))
                .collect();
            let shown: BTreeSet<String> = secrets.found_in(&held).into_iter().map(str::to_owned).collect();
            if shown != expected {
                faults.push(format!("{label}: granted {expected:?}, in the file {shown:?}"));
            }
            for door in ["run", "file"] {
                let again = company.post("S001", &format!("{path}/{door}"), json!({})).await;
                if !refused(&again) {
                    faults.push(format!("{label}: a second {door}: {}", again.status));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_for_an_approval_is_opened_for_its_requester_customer_and_time_only() {
    let company = Company::new().await;
    let secrets = planted(&company);
    // Approval 2 of S003 about the mobile of K00002 stands; approval 1 about K00001 waits.
    let reveal = |fields: Value, approval: i64| json!({"fields": fields, "purpose": {"kind": "approval", "ref": approval}});
    for (who, no, asked) in [
        ("S003", "K00001", reveal(json!(["mobile"]), 1)),
        ("S003", "K00001", reveal(json!(["mobile"]), 2)),
        ("S003", "K00002", reveal(json!(["id_number"]), 2)),
        ("S003", "K00002", reveal(json!(["mobile", "email"]), 2)),
        ("S001", "K00002", reveal(json!(["mobile"]), 2)),
        ("V001", "K00002", reveal(json!(["mobile"]), 2)),
        ("D001", "K00002", reveal(json!(["mobile"]), 2)),
    ] {
        let size = company.size();
        let reply = company.post(who, &format!("/api/v1/customers/{no}/reveal"), asked.clone()).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{who} {no} {asked}");
        assert!(secrets.found_in(&reply.everything()).is_empty(), "{who} {no} {asked}");
        let told = company.entries_from(size);
        assert!(told.iter().any(|entry| entry.actor == who && entry.decision == 2), "{told:?}");
    }
    let path = "/api/v1/customers/K00002/reveal";
    let opened = company.post("S003", path, reveal(json!(["mobile"]), 2)).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    assert_eq!(secrets.found_in(&opened.everything()), ["mobile of K00002"]);
    // An hour later it is over.
    company.pass(3_601);
    let late = company.post("S003", path, reveal(json!(["mobile"]), 2)).await;
    assert!(refused(&late) && secrets.found_in(&late.everything()).is_empty(), "{}", late.text());
}

// ---------- the lines

/// Firms in a region of their own: the first `id` with an identity number, the first `needs` with needs, all with a mobile.
fn many(from: usize, to: usize, id: usize, needs: usize) -> String {
    let mut csv = "customer_no,kind,name,mobile,id_number,region,owner,needs\n".to_owned();
    for n in from..to {
        let id = if n < id {
            kit::id_number(&format!("32010619870{}{:02}{n:03}", 1 + n % 9, 1 + n % 28))
        } else {
            String::new()
        };
        let needs = if n < needs { "年底续约" } else { "" };
        csv.push_str(&format!("N{n:05},person,白{n},1380000{n:04},{id},西北,S001,{needs}\n"));
    }
    csv
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_the_law_hold_at_below_and_above() {
    let company = Company::new().await;
    let count = async |clear: &str, tier: &str| {
        let what = json!({"region": "西北", "tier": tier, "fields": ["name", clear], "clear": [clear]});
        let reply = company.post("S001", "/api/v1/exports/count", what).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        let count = reply.json();
        (count["in_clear"][0]["people"].as_u64().unwrap(), count["approvals_needed"].as_u64().unwrap())
    };
    // Twenty-six, two hundred and fifty-one, two thousand five hundred and one; in steps over each line.
    company.import(Table::Customers, "many.csv", &many(0, 24, 24, 24)).await;
    assert_eq!(count("id_number", "low").await, (24, 1));
    company.import(Table::Customers, "many.csv", &many(24, 25, 25, 25)).await;
    assert_eq!(count("id_number", "low").await, (25, 2));
    company.import(Table::Customers, "many.csv", &many(25, 249, 26, 249)).await;
    assert_eq!(count("id_number", "low").await, (26, 2));
    assert_eq!(count("needs", "low").await, (249, 1));
    company.import(Table::Customers, "many.csv", &many(249, 250, 0, 250)).await;
    assert_eq!(count("needs", "low").await, (250, 2));
    company.import(Table::Customers, "many.csv", &many(250, 2_499, 0, 251)).await;
    assert_eq!(count("needs", "low").await, (251, 2));
    assert_eq!(count("mobile", "low").await, (2_499, 1));
    company.import(Table::Customers, "many.csv", &many(2_499, 2_500, 0, 0)).await;
    assert_eq!(count("mobile", "low").await, (2_500, 2));
    company.import(Table::Customers, "many.csv", &many(2_500, 2_501, 0, 0)).await;
    assert_eq!(count("mobile", "low").await, (2_501, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn small_exports_do_not_add_up_past_a_line() {
    let company = Company::new().await;
    company.import(Table::Customers, "many.csv", &many(0, 13, 13, 0)).await;
    let what = json!({"region": "西北", "fields": ["name", "id_number"], "clear": ["id_number"], "reason": "实名核验"});
    let needed = async || {
        let reply = company.post("S001", "/api/v1/exports/count", what.clone()).await.json();
        reply["approvals_needed"].as_u64().unwrap()
    };
    assert_eq!(needed().await, 1);
    let (first, approval) = ask(&company, "S001", &what).await;
    // What waits may be approved any moment: it counts, or ten requests at once would need one approval each.
    assert_eq!(needed().await, 2, "13 wait, 13 more make 26");
    let (second, two) = ask(&company, "S001", &what).await;
    assert_eq!(decide(&company, "S002", approval.unwrap()).await.status, StatusCode::OK);
    fetch(&company, "S001", first).await;
    // One of the two is not enough, and the same person is not two.
    assert_eq!(decide(&company, "S002", two.unwrap()).await.status, StatusCode::OK);
    assert!(refused(&decide(&company, "S002", two.unwrap()).await));
    let run = company.post("S001", &format!("/api/v1/exports/{second}/run"), json!({})).await;
    assert!(refused(&run), "{} {}", run.status, run.text());
    assert_eq!(decide(&company, "C001", two.unwrap()).await.status, StatusCode::OK);
    fetch(&company, "S001", second).await;
    // What was withdrawn counts no more.
    let (_, third) = ask(&company, "S001", &what).await;
    company.post("S001", &format!("/api/v1/approvals/{}/withdrawal", third.unwrap()), json!({})).await;
    let count = company.post("S001", "/api/v1/exports/count", what).await.json();
    assert_eq!(count["in_clear"][0]["taken"], 26, "those that were taken do: {count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_list_goes_at_once_up_to_the_setting() {
    let company = Company::new().await;
    let mine = company.customers.iter().filter(|planted| planted.owner == "S001").count() as u64;
    let what = json!({"scope": "mine", "fields": ["name", "mobile"], "reason": "拜访前核对"});
    for (few, needed) in [(mine + 1, 0), (mine, 0), (mine - 1, 1)] {
        let set = kit::Carry::Json(json!({"export_few": few}));
        let set = company.send("A001", axum::http::Method::PUT, "/api/v1/settings", set).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text());
        let count = company.post("S001", "/api/v1/exports/count", what.clone()).await.json();
        assert_eq!(
            (&count["people"], &count["approvals_needed"]),
            (&json!(mine), &json!(needed)),
            "few {few}"
        );
    }
    // For those who may take nothing out at once, everything is approved.
    let set = kit::Carry::Json(json!({"export_few": 1000}));
    company.send("A001", axum::http::Method::PUT, "/api/v1/settings", set).await;
    let all = json!({"fields": ["name", "mobile"], "reason": "拜访前核对"});
    for (who, needed) in [("M001", 0), ("C001", 1), ("D001", 1)] {
        let count = company.post(who, "/api/v1/exports/count", all.clone()).await;
        let own_area = count.json()["own_area"] == true;
        let needed = if own_area { needed } else { 1 };
        assert_eq!(count.json()["approvals_needed"], needed, "{who}: {}", count.text());
    }
    for who in ["X001", "H001", "L001", "A001", "U001"] {
        let count = company.post(who, "/api/v1/exports/count", all.clone()).await;
        assert_eq!(count.status, StatusCode::FORBIDDEN, "{who}");
    }
}
