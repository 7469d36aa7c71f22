//! Bad input of every sort gets a clear problem in the language that was asked for, and nothing is written.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{collections::BTreeSet, io::Write};

use axum::http::{Method, StatusCode};
use flate2::{Compression, write::GzEncoder};
use kit::{Carry, Company, Reply, upload};
use serde_json::{Value, json};

const POST: Method = Method::POST;
const GET: Method = Method::GET;
const PATCH: Method = Method::PATCH;

impl Company {
    /// Everything that a request could have written, but the ledger's own tables.
    fn written(&self) -> Vec<u64> {
        let conn = rusqlite::Connection::open(self.folder().join("tigertally.db")).unwrap();
        let count = |sql: &str| conn.query_row(sql, [], |row| row.get(0)).unwrap();
        [
            "SELECT count(*) + sum(version) FROM customer",
            "SELECT count(*) FROM customer_order",
            "SELECT count(*) FROM staff",
            "SELECT count(*) FROM task",
            "SELECT count(*) FROM follow_up",
            "SELECT count(*) FROM attachment",
            "SELECT count(*) + sum(state) FROM approval",
            "SELECT count(*) + coalesce(sum(state), 0) FROM share",
            "SELECT count(*) FROM once",
            "SELECT count(*) FROM policy_version",
        ]
        .map(count)
        .to_vec()
    }

    /// Sends the same in English and in Chinese: the same sort of problem, each in its words. The English one is given
    /// back.
    async fn refused(
        &self,
        who: &str,
        method: &Method,
        path: &str,
        body: &[u8],
        extra: &[(&str, &str)],
    ) -> Reply {
        let before = self.written();
        let mut replies = Vec::new();
        for lang in ["en", "zh-CN"] {
            let headers = [extra, &[("accept-language", lang)]].concat();
            let kind = if body.starts_with(b"--") { MULTIPART } else { "application/json" };
            let carry =
                if *method == GET { Carry::Nothing } else { Carry::Raw(kind.to_owned(), body.to_vec()) };
            replies.push(self.send_with(who, method.clone(), path, carry, &headers).await);
        }
        let (chinese, english) = (replies.pop().unwrap(), replies.pop().unwrap());
        assert_eq!(english.problem(), chinese.problem());
        for member in ["title", "detail"] {
            let (en, zh) = (english.json()[member].clone(), chinese.json()[member].clone());
            let han = |text: &Value| text.as_str().unwrap().chars().any(|c| ('一'..='龥').contains(&c));
            assert!(han(&zh) && !han(&en), "{member} in two languages: {en} {zh}");
        }
        assert_eq!(self.written(), before, "{path}: something was written: {}", english.text());
        english
    }
}

const MULTIPART: &str = "multipart/form-data; boundary=three-tigers";

// ---------- the interface

/// What is sent, and the status, sort of problem and field that come of it. All as S001.
type Row = (&'static str, Method, &'static str, Vec<u8>, u16, &'static str, Option<&'static str>);

fn row(
    what: &'static str,
    (method, path): (Method, &'static str),
    body: impl Into<Vec<u8>>,
    (status, problem): (u16, &'static str),
    field: Option<&'static str>,
) -> Row {
    (what, method, path, body.into(), status, problem, field)
}

fn customer(field: &str, value: &str) -> String {
    let mut fields = json!({"name": "澄江五金厂"});
    fields[field] = value.into();
    json!({"kind": "company", "fields": fields}).to_string()
}

/// A share of K00001 with what is wrong in it.
fn shared(wrong: Value) -> String {
    let mut share = json!({"until": "2026-12-31", "reason": "联合拜访客户"});
    share.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
    share.to_string()
}

#[rustfmt::skip]
fn requests() -> Vec<Row> {
    let new = || (POST, "/api/v1/customers");
    let change = || (PATCH, "/api/v1/customers/K00001");
    let task = || (POST, "/api/v1/tasks");
    let reveal = || (POST, "/api/v1/customers/K00001/reveal");
    let share = || (POST, "/api/v1/customers/K00001/shares");
    let (malformed, invalid) = ((400, "malformed"), (422, "invalid"));
    vec![
        row("no JSON at all", new(), "name=x", malformed, None),
        row("JSON that breaks off", new(), r#"{"kind": "company", "fields": {"#, malformed, None),
        row("nothing", new(), "", malformed, None),
        row("bytes that are no text", new(), b"{\"kind\": \"\xff\xfe\"}".to_vec(), malformed, None),
        row("a list instead of an object", task(), "[1, 2]", malformed, None),
        row("a member that is not known", task(), r#"{"customer_no":"K00001","title":"x","due":"2026-12-01","color":"red"}"#, malformed, None),
        row("a member that is missing", task(), r#"{"customer_no":"K00001"}"#, malformed, None),
        row("a number instead of a text", task(), r#"{"customer_no":1,"title":"x","due":"2026-12-01"}"#, malformed, None),
        row("a text instead of a number", change(), r#"{"version":"one","fields":{}}"#, malformed, None),
        row("a number that is too large", change(), r#"{"version":99999999999,"fields":{}}"#, malformed, None),
        row("a very deep one", new(), "[".repeat(100_000), malformed, None),
        row("a body that is too large", new(), " ".repeat(300 * 1024), (413, "too-large"), None),

        row("a cursor that nobody gave out", (GET, "/api/v1/customers?cursor=nonsense"), "", (400, "cursor"), None),
        row("a cursor of other bytes", (GET, "/api/v1/customers?cursor=AAAA.%FF"), "", (400, "cursor"), None),
        row("a limit that is no number", (GET, "/api/v1/customers?limit=many"), "", malformed, None),
        row("a limit below zero", (GET, "/api/v1/customers?limit=-1"), "", malformed, None),
        row("a parameter that is not known", (GET, "/api/v1/customers?colour=red"), "", malformed, None),
        row("a tier that there is not", (GET, "/api/v1/customers?tier=golden"), "", invalid, Some("tier")),
        row("an order that there is not", (GET, "/api/v1/customers?sort=mobile"), "", invalid, Some("sort")),
        row("a term that is too short", (POST, "/api/v1/customers/search"), r#"{"q":"1"}"#, (422, "term"), None),
        row("an empty term", (POST, "/api/v1/customers/search"), r#"{"q":""}"#, (422, "term"), None),
        row("a wildcard", (POST, "/api/v1/customers/search"), r#"{"q":"%"}"#, (422, "term"), None),
        row("a customer that there is not", (GET, "/api/v1/customers/K99999"), "", (404, "not-found"), None),
        row("a number that is none", (POST, "/api/v1/tasks/seventeen/close"), "", (404, "not-found"), None),
        row("a number that is too large for any", (POST, "/api/v1/tasks/99999999999999999999/close"), "", (404, "not-found"), None),
        row("an address that there is not", (GET, "/api/v1/nothing"), "", (404, "not-found"), None),

        row("a share with nobody", share(), shared(json!({})), invalid, Some("to")),
        row("a share with a person and a department", share(), shared(json!({"staff_no": "S003", "department": "销售部"})), invalid, Some("to")),
        row("a share with the owner", share(), shared(json!({"staff_no": "S001"})), invalid, Some("to")),
        row("a share with who sees no customer", share(), shared(json!({"staff_no": "A001"})), invalid, Some("to")),
        row("a share with somebody who is not there", share(), shared(json!({"staff_no": "S999"})), (404, "not-found"), None),
        row("a share with a department that there is not", share(), shared(json!({"department": "月球部"})), (404, "not-found"), None),
        row("a class that there is not", share(), shared(json!({"staff_no": "S003", "classes": ["golden"]})), invalid, Some("classes")),
        row("a share until yesterday", share(), shared(json!({"staff_no": "S003", "until": "2026-11-23"})), invalid, Some("until")),
        row("a share for years", share(), shared(json!({"staff_no": "S003", "until": "2031-01-01"})), invalid, Some("until")),
        row("a share until no day", share(), shared(json!({"staff_no": "S003", "until": "2026-02-31"})), invalid, Some("until")),
        row("a share without a reason", share(), shared(json!({"staff_no": "S003", "reason": "  "})), invalid, Some("reason")),
        row("an access that there is not", (POST, "/api/v1/customers/K00010/review"), r#"{"keep":["everything"]}"#, invalid, Some("answers")),
        row("a place among reviews that is none", (GET, "/api/v1/reviews?after=tomorrow"), "", invalid, Some("after")),
        row("an audit sheet that ends before it begins", (GET, "/api/v1/customers/K00001/audit-sheet?since_ms=2&until_ms=1"), "", invalid, Some("until_ms")),
        row("a kind that there is not", new(), r#"{"kind":"club","fields":{"name":"x"}}"#, invalid, Some("kind")),
        row("a field that there is not", new(), customer("shoe_size", "43"), invalid, Some("fields")),
        row("no name", new(), r#"{"kind":"company","fields":{"mobile":"13800001234"}}"#, invalid, Some("name")),
        row("a name of spaces", new(), customer("name", "   "), invalid, Some("name")),
        row("a formula", new(), customer("name", "=cmd|'/c calc'!A0"), invalid, Some("name")),
        row("a formula with a sign before it", new(), customer("contact", "@SUM(A1)"), invalid, Some("contact")),
        row("control characters", new(), customer("contact", "李\u{0}华"), invalid, Some("contact")),
        row("letters that turn the writing round", new(), customer("contact", "李\u{202e}华"), invalid, Some("contact")),
        row("a text that is too long", new(), customer("needs", &"长".repeat(20_000)), invalid, Some("needs")),
        row("a name that is too long", new(), customer("name", &"长".repeat(500)), invalid, Some("name")),
        row("a phone with a digit too many", new(), customer("mobile", "138000012345"), invalid, Some("mobile")),
        row("an identity number with a wrong check digit", new(), customer("id_number", "110101199003070135"), invalid, Some("id_number")),
        row("an identity number of 31 February", new(), customer("id_number", &kit::id_number("11010119900231013")), invalid, Some("id_number")),
        row("a card with a wrong check digit", new(), customer("bank_card", "6217006549440554"), invalid, Some("bank_card")),
        row("a mail address without a host", new(), customer("email", "li.hua@"), invalid, Some("email")),
        row("the 31st of February", new(), r#"{"kind":"company","since":"2026-02-31","fields":{"name":"澄江"}}"#, invalid, Some("since")),
        row("a day to come", new(), r#"{"kind":"company","since":"2027-01-01","fields":{"name":"澄江"}}"#, invalid, Some("since")),
        row("a customer number of signs", new(), r#"{"kind":"company","customer_no":"../../x","fields":{"name":"澄江"}}"#, invalid, Some("customer_no")),
        row("a number that is taken", new(), r#"{"kind":"company","customer_no":"K00002","fields":{"name":"澄江"}}"#, (409, "taken"), None),
        row("a change of an older version", change(), r#"{"version":7,"fields":{"mobile":"13800001234"}}"#, (409, "conflict"), None),
        row("a change that takes the name away", change(), r#"{"version":1,"fields":{"name":""}}"#, invalid, Some("name")),

        row("a task due on the 31st of February", task(), r#"{"customer_no":"K00001","title":"x","due":"2026-02-31"}"#, invalid, Some("due")),
        row("a task without a title", task(), r#"{"customer_no":"K00001","title":" ","due":"2026-12-01"}"#, invalid, Some("title")),
        row("a task with a title too long", task(), json!({"customer_no":"K00001","title":"长".repeat(121),"due":"2026-12-01"}).to_string(), invalid, Some("title")),
        row("a task for nobody", task(), r#"{"customer_no":"K00001","assignee":"Q999","title":"x","due":"2026-12-01"}"#, (404, "not-found"), None),
        row("an approval without a reason", (POST, "/api/v1/approvals"), r#"{"customer_no":"K00001","fields":["mobile"],"reason":""}"#, invalid, Some("reason")),
        row("an approval for no field", (POST, "/api/v1/approvals"), r#"{"customer_no":"K00001","fields":[],"reason":"客户来电转接"}"#, invalid, Some("fields")),
        row("a follow-up's text too long", (POST, "/api/v1/follow-ups/1/end"), json!({"text":"长".repeat(2001)}).to_string(), invalid, Some("text")),
        row("a follow-up without a text", (POST, "/api/v1/follow-ups"), r#"{"customer_no":"K00001","kind":"visit","text":" "}"#, invalid, Some("text")),
        row("a follow-up of no kind", (POST, "/api/v1/follow-ups"), r#"{"customer_no":"K00001","kind":"fax","text":"x"}"#, invalid, Some("kind")),
        row("a follow-up in the future", (POST, "/api/v1/follow-ups"), r#"{"customer_no":"K00001","kind":"visit","text":"x","at_ms":99999999999999}"#, invalid, Some("at")),
        row("a next step on the 31st of February", (POST, "/api/v1/follow-ups"), r#"{"customer_no":"K00001","kind":"visit","text":"x","next":{"title":"x","due":"2026-02-31"}}"#, invalid, Some("next_due")),
        row("a next step without a title", (POST, "/api/v1/follow-ups/1/end"), r#"{"text":"x","next":{"title":" ","due":"2026-12-01"}}"#, invalid, Some("next_title")),
        row("a visit that is begun", (POST, "/api/v1/follow-ups/running"), r#"{"customer_no":"K00001","kind":"visit"}"#, invalid, Some("kind")),
        row("a call by pigeon", (POST, "/api/v1/customers/K00001/connect"), r#"{"channel":"pigeon"}"#, invalid, Some("channel")),

        row("a reveal of nothing", reveal(), r#"{"fields":[]}"#, invalid, Some("fields")),
        row("a reveal of a field that there is not", reveal(), r#"{"fields":["shoe_size"]}"#, invalid, Some("fields")),
        row("a purpose that there is not", reveal(), r#"{"fields":["mobile"],"purpose":{"kind":"curiosity","ref":1}}"#, invalid, Some("purpose")),
        row("a purpose that is no number", reveal(), r#"{"fields":["mobile"],"purpose":{"kind":"task","ref":"one"}}"#, invalid, Some("purpose")),
        row("a purpose that does not stand", reveal(), r#"{"fields":["mobile"],"purpose":{"kind":"task","ref":999}}"#, (403, "purpose"), None),
        row("no purpose", reveal(), r#"{"fields":["mobile"]}"#, (403, "denied"), None),

        row("a sign-in without a password", (POST, "/api/v1/sessions"), r#"{"staff_no":"S001"}"#, malformed, None),
        row("a sign-in of nobody", (POST, "/api/v1/sessions"), r#"{"staff_no":"Q999","password":"three tigers in a row"}"#, (401, "wrong"), None),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_request_gets_a_problem_that_says_what_is_wrong() {
    let company = Company::new().await;
    for (what, method, path, body, status, problem, field) in requests() {
        let reply = company.refused("S001", &method, path, &body, &[]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.problem().as_str()),
            (status, problem),
            "{what}: {}",
            reply.text()
        );
        assert_eq!(reply.json()["field"].as_str(), field, "{what}: {}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_stands_for_one_request() {
    let company = Company::new().await;
    let task =
        |title: &str| json!({"customer_no": "K00001", "title": title, "due": "2026-12-01"}).to_string();
    for (what, key) in [("an empty key", String::new()), ("a key too long", "k".repeat(101))] {
        let reply = company
            .refused("S001", &POST, "/api/v1/tasks", task("回访").as_bytes(), &[("idempotency-key", &key)])
            .await;
        assert_eq!(reply.problem(), "malformed", "{what}");
    }
    let keyed = |who: &'static str, title: &'static str| {
        let carry = Carry::Raw("application/json".into(), task(title).into_bytes());
        company.send_with(who, POST, "/api/v1/tasks", carry, &[("idempotency-key", "once-1")])
    };
    let first = keyed("S001", "回访").await;
    let again = keyed("S001", "回访").await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.json()["id"], again.json()["id"]);
    let other = company
        .refused("S001", &POST, "/api/v1/tasks", task("报价").as_bytes(), &[("idempotency-key", "once-1")])
        .await;
    assert_eq!(other.problem(), "key-reused");
    // The same key of somebody else is another key.
    assert_ne!(keyed("S002", "回访").await.json()["id"], first.json()["id"]);
}

// ---------- files

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn body_of(carry: Carry) -> Vec<u8> {
    match carry {
        Carry::Raw(_, bytes) => bytes,
        _ => unreachable!("an upload is raw"),
    }
}

const HEADER: &str = "customer_no,kind,name,contact,mobile,id_number,bank_card,email,address,needs,since,region,owner,annual_spend_cny\n";

/// Files that cannot be read as a table at all.
fn files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("customer_no,name\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let mut cut = gzip(HEADER.repeat(100).as_bytes());
    cut.truncate(cut.len() / 2);
    vec![
        ("an empty file", "customers.csv", Vec::new()),
        ("data without a header", "customers.csv", b"C1,company,x\n".to_vec()),
        ("a wrong column", "customers.csv", b"customer_no,name,shoe_size\nC1,x,43\n".to_vec()),
        ("a missing column", "customers.csv", b"customer_no,mobile\nC1,13800001234\n".to_vec()),
        ("a column twice", "customers.csv", b"customer_no,name,\xe5\x90\x8d\xe7\xa7\xb0\nC1,x,x\n".to_vec()),
        ("a picture", "customers.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01".to_vec()),
        ("a text that says it is a workbook", "customers.xlsx", HEADER.as_bytes().to_vec()),
        ("a packed file that does not say so", "customers.csv", gzip(HEADER.as_bytes())),
        ("a plain file that says it is packed", "customers.csv.gz", HEADER.as_bytes().to_vec()),
        ("a packed file that breaks off", "customers.csv.gz", cut),
        ("a zip bomb", "customers.csv.gz", gzip(&vec![b'0'; 8 << 20])),
        ("a zip that is no workbook", "customers.xlsx", b"PK\x03\x04 and nothing behind it".to_vec()),
        ("text of another age", "customers.csv", utf16),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_it_should_be_is_not_taken() {
    let company = Company::new().await;
    let mut said = BTreeSet::new();
    for (what, name, bytes) in files() {
        let body = body_of(upload(name, &bytes, &[("table", "customers"), ("mode", "all")]));
        let reply = company.refused("A001", &POST, "/api/v1/imports", &body, &[]).await;
        assert_eq!(
            (reply.status.as_u16(), reply.problem().as_str()),
            (422, "file"),
            "{what}: {}",
            reply.text()
        );
        said.insert(reply.json()["detail"].as_str().unwrap().to_owned());
    }
    assert!(said.len() >= 9, "each is told in its own words: {said:#?}");
    let no_table = body_of(upload("customers.csv", HEADER.as_bytes(), &[("table", "secrets")]));
    let reply = company.refused("A001", &POST, "/api/v1/imports", &no_table, &[]).await;
    assert_eq!(reply.json()["field"], "table");
    let no_form = company.refused("A001", &POST, "/api/v1/imports", b"{}", &[]).await;
    assert_eq!(no_form.problem(), "malformed");
}

/// One bad line, the column that is blamed, what is wrong with it, and what of the value is shown.
#[rustfmt::skip]
const LINES: &[(&str, &[u8], &str, &str, &str)] = &[
    ("too few columns", b"N1,company,x\n", "", "column_count", ""),
    ("too many columns", b"N1,company,x,,,,,,,,,,,,,,\n", "", "column_count", ""),
    ("a quotation mark that never ends", b"N1,company,\"x,,,,,,,,,,,\n", "", "quotes", ""),
    ("bytes of another encoding", b"N1,company,\xe4\xb8\xad\xff\xfe\xd6,,,,,,,,,,,\n", "", "encoding", ""),
    ("no number", b",company,x,,,,,,,,,,,\n", "customer_no", "empty", ""),
    ("no name", b"N1,company,,,,,,,,,,,,\n", "name", "empty", ""),
    ("a formula in a cell", b"N1,company,=cmd|'/c calc'!A0,,,,,,,,,,,\n", "name", "formula", "=***"),
    ("a kind that there is not", b"N1,club,x,,,,,,,,,,,\n", "kind", "bad_choice", "c***"),
    ("a phone too short", b"N1,company,x,,1380000123,,,,,,,,,\n", "mobile", "bad_mobile", ""),
    ("a wrong check digit", b"N1,company,x,,,110101199003070135,,,,,,,,\n", "id_number", "bad_check_digit", "1101"),
    ("a wrong card", b"N1,company,x,,,,6217006549440554,,,,,,,\n", "bank_card", "bad_luhn", "6217"),
    ("a card that a spreadsheet rounded", b"N1,company,x,,,,6.21701E+15,,,,,,,\n", "bank_card", "rounded_number", ""),
    ("a mail address that is none", b"N1,company,x,,,,,li.hua,,,,,,\n", "email", "bad_email", ""),
    ("the 31st of February", b"N1,company,x,,,,,,,,2026-02-31,,,\n", "since", "bad_date", "2***"),
    ("a spend that is no number", b"N1,company,x,,,,,,,,,,,much\n", "annual_spend_cny", "bad_number", "m***"),
    ("a spend below zero", b"N1,company,x,,,,,,,,,,,-5\n", "annual_spend_cny", "negative", "-***"),
    ("an owner who is nobody", b"N1,company,x,,,,,,,,,,Q999,\n", "owner", "bad_choice", "Q***"),
    ("the same number twice", b"K00950,company,x,,,,,,,,,,,\n", "", "duplicate", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_is_reported_and_the_good_ones_are_left_or_taken() {
    let company = Company::new().await;
    for (n, (what, line, column, code, shown)) in LINES.iter().enumerate() {
        let mut file = HEADER.as_bytes().to_vec();
        file.extend_from_slice("K00950,company,澄江五金厂,,,,,,,,,,,\n".as_bytes());
        file.extend_from_slice(line);
        let before = company.written();
        let mut words = BTreeSet::new();
        for lang in ["en", "zh-CN"] {
            let carry = upload("customers.csv", &file, &[("table", "customers"), ("mode", "all")]);
            let reply =
                company.send_with("A001", POST, "/api/v1/imports", carry, &[("accept-language", lang)]).await;
            assert_eq!(reply.status, StatusCode::OK, "{what}: {}", reply.text());
            let report = reply.json();
            assert_eq!(report["taken"], false, "{what}: {report}");
            let fault = &report["faults"][0];
            assert_eq!(
                (fault["line"].as_u64(), fault["column"].as_str()),
                (Some(3), Some(*column)),
                "{what}: {report}"
            );
            assert_eq!(fault["code"], *code, "{what}: {report}");
            let mask = fault["shown"].as_str().unwrap();
            assert!(
                mask.starts_with(shown) && (mask.is_empty() || mask.contains('*')),
                "{what}: shown as {mask}"
            );
            words.insert(fault["problem"].as_str().unwrap().to_owned());
        }
        assert_eq!(words.len(), 2, "{what}: in two languages: {words:?}");
        assert_eq!(company.written(), before, "{what}: something was written");
        if n == 0 {
            let carry = upload("customers.csv", &file, &[("table", "customers"), ("mode", "good")]);
            let report = company.send("A001", POST, "/api/v1/imports", carry).await.json();
            assert_eq!(
                (&report["taken"], &report["created"], &report["rejected"]),
                (&json!(true), &json!(1), &json!(1))
            );
            assert_ne!(company.written(), before);
        }
    }
}

/// A file with a text that is too long for its field, and one with a line that is too long for any record.
#[tokio::test(flavor = "multi_thread")]
async fn texts_and_lines_that_are_too_long_are_reported() {
    let company = Company::new().await;
    for (what, length, code) in
        [("a text too long", 5_000, "too_long"), ("a line too long", 2 << 20, "long_line")]
    {
        let mut file = HEADER.to_owned();
        file.push_str(&format!("N1,company,{},,,,,,,,,,,\n", "x".repeat(length)));
        let before = company.written();
        let carry = upload("customers.csv", file.as_bytes(), &[("table", "customers"), ("mode", "all")]);
        let report = company.send("A001", POST, "/api/v1/imports", carry).await.json();
        assert_eq!(report["faults"][0]["code"], code, "{what}: {report}");
        assert_eq!(company.written(), before, "{what}");
    }
}
