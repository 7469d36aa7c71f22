//! Follow-ups with files as their people see them, and a call centre that gets a number which nobody else sees.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
};

use aws_lc_rs::hmac;
use axum::http::{Method, StatusCode};
use kit::{Carry, Company, Reply, form, upload};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-the-call-centre";

/// A page in words.
trait Page {
    fn says(&self, status: StatusCode, words: &[&str]);
}

impl Page for Reply {
    #[track_caller]
    fn says(&self, status: StatusCode, words: &[&str]) {
        let text = self.text();
        assert_eq!(self.status, status, "{text}");
        for word in words {
            assert!(text.contains(word), "no {word} in {text}");
        }
        assert!(!text.contains("Unknown localization"), "a text is missing in {text}");
    }
}

async fn written(company: &Company, text: &str) -> i64 {
    let new = json!({"customer_no": "K00001", "kind": "visit", "text": text,
        "next": {"title": "送样品", "due": "2026-12-01"}});
    let reply = company.post("S001", "/api/v1/follow-ups", new).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert!(reply.json()["task"].as_i64().is_some());
    reply.json()["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_in_and_comes_out_for_who_reads_the_history() {
    let company = Company::new().await;
    let id = written(&company, "看了样品").await;
    let path = format!("/api/v1/follow-ups/{id}/attachments");
    let attach = async |name: &str, bytes: &[u8]| {
        company.send("S001", Method::POST, &path, upload(name, bytes, &[])).await
    };
    for (name, bytes, says) in [
        ("报价.pdf", &b"<html><script>alert(1)</script>"[..], "not what its name says"),
        ("报价.pdf", b"", "is empty"),
        ("eicar.com", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "not taken"),
        ("报价\u{202e}fdp.txt", b"x", "hidden characters"),
        ("报价.docx", b"PK\x03\x04", "damaged"),
    ] {
        let reply = attach(name, bytes).await;
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "attachment"),
            "{name}"
        );
        assert!(reply.json()["detail"].as_str().unwrap().contains(says), "{name}: {}", reply.text());
    }
    let large = attach("长文.txt", &vec![b'x'; (1 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", large.text());
    let larger = attach("长文.txt", &vec![b'x'; 3 << 20]).await;
    assert_eq!(larger.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", larger.text());

    let text: Vec<u8> = (0..700_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
    let made = attach("../../会议纪要.txt", &text).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let file = format!("/api/v1/attachments/{}", made.json()["id"]);
    let page = company.get("S001", "/api/v1/customers/K00001/history?kind=follow_ups").await.json();
    let item = page["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    assert_eq!((&item["text"], &item["files"][0]["name"]), (&json!("看了样品"), &json!("会议纪要.txt")));
    assert_eq!(item["who"]["name"], "周敏");

    let reply = company.get("S001", &file).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, text.len()));
    assert!(reply.body == text);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(reply.headers[name], value);
    }
    let disposition = reply.headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; ") && disposition.ends_with(".txt"), "{disposition}");
    let size = company.size();
    // A seller of another region does not read it; the customer of another number does not tell that it is there.
    let denied = company.get("S003", &file).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert_eq!(company.get("S003", "/api/v1/customers/K00001/history").await.status, StatusCode::FORBIDDEN);
    assert!(company.entries_from(size).iter().filter(|entry| entry.decision == 2).count() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_writes_and_shows_it() {
    let company = Company::new().await;
    let path = "/customers/K00001/follow-ups";
    let page = company.get("S001", "/customers/K00001").await;
    page.says(StatusCode::OK, &["写跟进", "往来记录", "进行中"]);
    let bad = [("kind", "visit"), ("text", "看了样品"), ("next_title", "送样品"), ("next_due", "")];
    let refused = company.send("S001", Method::POST, path, upload("a.pdf", b"<html>", &bad)).await;
    refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["文件内容与扩展名不符", "看了样品", "value=\"送样品\""]);
    let refused = company.send("S001", Method::POST, path, upload("a.txt", b"x", &bad)).await;
    refused.says(StatusCode::UNPROCESSABLE_ENTITY, &["要填"]);
    let good =
        [("kind", "visit"), ("text", "看了样品"), ("next_title", "送样品"), ("next_due", "2026-12-01")];
    let done = company.send("S001", Method::POST, path, upload("纪要.txt", b"x", &good)).await;
    assert_eq!(
        (done.status, done.headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/customers/K00001")
    );
    let page = company.get("S001", "/customers/K00001").await;
    page.says(StatusCode::OK, &["看了样品", "纪要.txt", "送样品", "下一步：任务"]);
    let page = company.get("S002", "/customers/K00001/history?kind=follow_ups").await;
    page.says(StatusCode::OK, &["看了样品", "周敏", "aria-current"]);

    // To the own device, which is said to show it.
    let link =
        company.send("S001", Method::POST, "/customers/K00001/hand-off", form(&[("channel", "call")])).await;
    link.says(StatusCode::OK, &["这台设备会显示号码"]);
    let text = link.text();
    let token = text.split("/hand-off/").nth(1).unwrap().split('"').next().unwrap();
    let mobile = company.customer("K00001").mobile.clone();
    assert!(!text.contains(&mobile));
    let address = format!("/hand-off/{token}");
    assert_eq!(company.get("S002", &address).await.status, StatusCode::NOT_FOUND, "it is another's");
    let sent = company.get("S001", &address).await;
    assert_eq!(sent.headers["location"], format!("tel:{mobile}"));
    assert_eq!(company.get("S001", &address).await.status, StatusCode::NOT_FOUND, "it works once");
}

/// What a listener does with what it is sent.
#[derive(Clone, Copy)]
enum Manner {
    Take,
    Refuse,
    Redirect,
    Hang,
}

/// A call centre: its address, and what it is sent.
fn call_centre(manner: Manner) -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, inbox) = channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream);
            let _ = told.send(request);
            let answer = match manner {
                Manner::Take => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
                Manner::Refuse => "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n".to_owned(),
                Manner::Redirect => {
                    format!(
                        "HTTP/1.1 307 Go\r\nLocation: http://{address}/elsewhere\r\nContent-Length: 0\r\n\r\n"
                    )
                }
                Manner::Hang => {
                    held.push(stream);
                    continue;
                }
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (format!("http://{address}/calls"), inbox)
}

/// Head and body of a request.
fn read_request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).unwrap();
        bytes.extend_from_slice(&piece[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let length = head
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
        if bytes.len() >= end + 4 + length {
            return (head, bytes[end + 4..].to_vec());
        }
    }
}

async fn connect(company: &Company, url: &str) -> Value {
    let settings = json!({"connect": {"webhook_url": url, "hand_off": false}});
    let put = company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(settings)).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    let reply = company.post("S001", "/api/v1/customers/K00001/connect", json!({"channel": "call"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert!(!reply.text().contains(&company.customer("K00001").mobile));
    reply.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_centre_gets_the_number_signed() {
    let company = Company::new().await;
    let (url, inbox) = call_centre(Manner::Take);
    let size = company.size();
    let told = connect(&company, &url).await;
    assert_eq!((&told["taken"], &told["follow_up"]), (&json!(true), &json!(1)), "the call that goes on");
    let (head, body) = inbox.recv().unwrap();
    assert!(head.starts_with("post /calls http/1.1"), "{head}");
    let header = |name: &str| {
        head.split(&format!("{name}: ")).nth(1).unwrap().split("\r\n").next().unwrap().to_owned()
    };
    let signed = [header("tigertally-timestamp").as_bytes(), b".", &body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), &signed);
    let tag: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header("tigertally-signature"), format!("v1={tag}"));
    let message: Value = serde_json::from_slice(&body).unwrap();
    let mobile = company.customer("K00001").mobile.clone();
    assert_eq!(
        message,
        json!({"channel": "call", "follow_up": 1, "customer_no": "K00001", "staff_no": "S001", "number": mobile})
    );
    let actions: Vec<_> = company.entries_from(size).into_iter().map(|entry| entry.action).collect();
    assert!(actions.iter().filter(|action| *action == "connect").count() == 2, "{actions:?}");

    // One that does not take it: it refuses, sends on, does not answer, is not there.
    for manner in [Manner::Refuse, Manner::Redirect, Manner::Hang] {
        let (url, inbox) = call_centre(manner);
        assert_eq!(connect(&company, &url).await["taken"], false);
        assert!(inbox.recv().unwrap().0.starts_with("post /calls"));
        assert!(inbox.try_recv().is_err(), "it is told once, and at that address");
    }
    assert_eq!(connect(&company, "http://127.0.0.1:9/calls").await["taken"], false);
    let off = json!({"connect": {"webhook_url": "", "hand_off": false}});
    company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(off)).await;
    let reply = company.post("S001", "/api/v1/customers/K00001/connect", json!({"channel": "call"})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::CONFLICT, "off"));
    for url in ["http://calls.example.com/", "https://a@b/", "file:///etc/passwd"] {
        let wrong = json!({"connect": {"webhook_url": url, "hand_off": false}});
        let put = company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(wrong)).await;
        assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
    }
}
