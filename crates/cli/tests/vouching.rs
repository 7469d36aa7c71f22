//! Those who vouch from outside: an authority that stamps the time over HTTP (OpenSSL behind a small server), and
//! witnesses that fall silent.
#![cfg(unix)]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../../ledger/tests/timestamp/authority.rs"]
mod authority;
mod kit;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use authority::{Authority, WELL, openssl};
use kit::{Company, done};
use serde_json::json;
use tigertally_ledger::bundle::unpack;

/// Answers each request with what `openssl ts` makes of it; gives the address.
fn stamping() -> (String, String) {
    let authority = Authority::new("p256");
    let root = fs::read_to_string(authority.path("root.crt")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(&authority, stream.unwrap());
        }
    });
    (address, root)
}

fn answer(authority: &Authority, stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while stream.read_line(&mut line).unwrap() > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut request = vec![0; length];
    stream.read_exact(&mut request).unwrap();
    let reply = authority.reply(&request, WELL);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply.len()
    );
    let stream = stream.get_mut();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&reply).unwrap();
}

#[test]
fn an_authority_stamps_what_goes_into_a_bundle_and_openssl_agrees() {
    let company = Company::new();
    let (address, root) = stamping();
    let settings = company.get("/api/v1/settings", &company.admin).json();
    let mut evidence = settings["evidence"].clone();
    let named = json!({"name": "tiger-stamps", "url": address, "anchors": root});
    evidence["time_stamp_authorities"] = json!([named]);
    let set = company.send("PUT", "/api/v1/settings", &company.admin, &json!({"evidence": evidence}));
    assert_eq!(set.status, 200, "{}", set.text());

    let legal = company.token("legal");
    let asked = json!({"customer": "C00001", "reason": "劳动争议"});
    let made = company.send("POST", "/api/v1/evidence", &legal, &asked);
    assert_eq!(made.status, 200, "{}", made.text());
    let files = unpack(&made.body).unwrap();
    let at = |name: &str| company.path(&format!("stamp-{name}"));
    for name in ["note", "token.tst", "anchors.pem"] {
        fs::write(at(name), &files[&format!("stamps/1/{name}")]).unwrap();
    }
    // OpenSSL alone: the token is over this note, and leads to the root.
    let (note, token, anchors) = (at("note"), at("token.tst"), at("anchors.pem"));
    openssl(
        company.folder.path(),
        &["ts", "-verify", "-data", &note, "-in", &token, "-token_in", "-CAfile", &anchors],
    );
    let bundle = company.path("bundle.zip");
    fs::write(&bundle, &made.body).unwrap();
    let held = done(&["evidence", "verify", &bundle, "--policy", &company.path("policy"), "--json"]);
    let held: serde_json::Value = serde_json::from_str(&held).unwrap();
    assert!(held["stamps"][0]["time_ms"].as_u64() > Some(1_700_000_000_000), "{held}");
    let report = String::from_utf8(files["report.en.html"].clone()).unwrap();
    assert!(report.contains("Time-stamp authorities (RFC 3161)"), "{report}");
    let compliance = company.token("compliance");
    let found = company.get("/api/v1/ledger/entries?action=time_stamp", &compliance).json();
    assert_eq!(found["items"][0]["body"]["detail"]["authority"], "tiger-stamps", "{found}");
}

#[test]
fn witnesses_that_fall_silent_are_missed_and_that_is_put_down() {
    let mut company = Company::new();
    company.until("two witnesses cosign", |company| {
        company.get("/tlog/checkpoint", "").text().matches("\n\u{2014} ").count() >= 4
    });
    company.witnesses.truncate(1);
    let compliance = company.token("compliance");
    // Ten seconds are the shortest that the settings allow.
    company.until("it is raised", |company| {
        let found = company.get("/api/v1/ledger/entries?action=witness&limit=5", &compliance).json();
        found["items"].as_array().unwrap().iter().any(|entry| entry["body"]["detail"]["event"] == "lost")
    });
    // Work goes on; a bundle over what nobody cosigned is refused, and says why.
    let legal = company.token("legal");
    let asked = json!({"staff": "M014", "reason": "核对"});
    let made = company.send("POST", "/api/v1/evidence", &legal, &asked);
    assert_eq!(
        (made.status, made.json()["type"].clone()),
        (503, json!("/problems/uncovered")),
        "{}",
        made.text()
    );
}
