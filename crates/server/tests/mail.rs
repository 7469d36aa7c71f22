//! Mail, from the request to the decision: a server sends to a mail server, whose mails are read and whose links are
//! followed. Nothing of a customer is in one.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use kit::{Carry, Company, NOBODY, Needles, PASSWORD, Reply, form};
use serde_json::json;
use tigertally_core::desk::MailText;
use tower::ServiceExt;

/// A mail as it arrived.
struct Arrived {
    to: String,
    headers: String,
    text: String,
}

/// A mail server that takes everything but what goes to one address, in clear, on this machine.
struct MailServer {
    port: u16,
    arrived: Receiver<Arrived>,
}

impl MailServer {
    fn start(refused: &'static str) -> MailServer {
        MailServer::slow(refused, Duration::ZERO)
    }

    /// One that thinks about each mail for a while.
    fn slow(refused: &'static str, thinks: Duration) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, arrived) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Who hangs up in the middle sends nothing.
                let _ = converse(&stream.unwrap(), refused, thinks, &sender);
            }
        });
        MailServer { port, arrived }
    }

    /// The next mail; the server sends it by itself, so it is waited for.
    fn next(&self) -> Arrived {
        self.arrived.recv_timeout(Duration::from_secs(60)).expect("no mail came")
    }
}

/// A conversation as RFC 5321 has it.
fn converse(
    stream: &TcpStream,
    refused: &str,
    thinks: Duration,
    sender: &Sender<Arrived>,
) -> std::io::Result<()> {
    let (mut lines, mut out) = (BufReader::new(stream).lines(), stream);
    let mut to = String::new();
    out.write_all(b"220 mail.example.com\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.example.com\r\n250 8BITMIME",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                if to == refused { "550 no such person" } else { "250 yes" }
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mut data = Vec::new();
                for line in lines.by_ref() {
                    match line? {
                        line if line == "." => break,
                        line => data.push(line.strip_prefix('.').map(str::to_owned).unwrap_or(line)),
                    }
                }
                let _ = sender.send(read(&to, &data));
                std::thread::sleep(thinks);
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 yes",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

fn read(to: &str, data: &[String]) -> Arrived {
    let end = data.iter().position(String::is_empty).unwrap();
    let (headers, body) = (data[..end].join("\n"), &data[end + 1..]);
    let text = if headers.contains("Content-Transfer-Encoding: base64") {
        String::from_utf8(BASE64_STANDARD.decode(body.concat()).unwrap()).unwrap()
    } else {
        unquoted(&body.join("\n"))
    };
    Arrived { to: to.to_owned(), headers, text }
}

/// Quoted-printable (RFC 2045, section 6.7).
fn unquoted(text: &str) -> String {
    let (text, mut bytes) = (text.replace("=\n", ""), Vec::new());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'=' {
            let (code, after) = tail.split_at(2);
            bytes.push(u8::from_str_radix(std::str::from_utf8(code).unwrap(), 16).unwrap());
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

async fn set_mail(company: &Company, port: u16) {
    let mail = json!({"host": "127.0.0.1", "port": port, "security": "plain", "sender": "tigertally@example.com",
        "public_url": "http://127.0.0.1:8080", "remind_hours": 24});
    let reply =
        company.send("A001", Method::PUT, "/api/v1/settings", Carry::Json(json!({"mail": mail}))).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

fn rename(company: &Company, no: &str, name: &str) {
    let conn = rusqlite::Connection::open(company.folder().join("tigertally.db")).unwrap();
    conn.busy_timeout(Duration::from_secs(10)).unwrap();
    conn.execute("UPDATE staff SET name = ?2 WHERE no = ?1", (no, name)).unwrap();
}

/// A server of the company's, and what stops it.
async fn serve(company: &Company) -> (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let serving = tokio::spawn(tigertally_server::serve(
        Arc::clone(&company.system),
        listener,
        tigertally_server::Options::default(),
        async move { drop(stopped.await) },
    ));
    (stop, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_mailed_followed_and_decided_and_its_answer_is_mailed() {
    let company = Company::new().await;
    let mail = MailServer::start("");
    set_mail(&company, mail.port).await;
    // Somebody with access to the database wrote a name that wants to be a header, and to read backwards.
    rename(&company, "S003", "罗骁\r\nBcc: thief@evil.example\r\n\u{202e}oaixoul");
    let (stop, serving) = serve(&company).await;
    let reason = "客户甲乙丙来电要求转接";
    let asked = json!({"customer_no": "K00001", "fields": ["mobile"], "reason": reason});
    let id = company.post("S003", "/api/v1/approvals", asked).await.json()["id"].as_i64().unwrap();

    let mut seen = Vec::new();
    let link = loop {
        let arrived = mail.next();
        let line = arrived.text.lines().find(|line| line.starts_with("http://127.0.0.1:8080/decide/"));
        let link = line.map(|line| line["http://127.0.0.1:8080".len()..].to_owned());
        let ours = arrived.to == "s002@example.com" && arrived.text.contains("罗骁");
        let about = ours
            && arrived.text.contains("Asked")
            && link.is_some()
            && subject(&arrived).contains(&id.to_string());
        seen.push(arrived);
        if about {
            break link.unwrap();
        }
    };

    // Looking: as much as the mail, and nothing is decided.
    let size = company.size();
    let page = company.get(NOBODY, &link).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("陈立 S002") && text.contains("[U+202E]"), "{text}");
    assert!(!text.contains("K00001") && !text.contains(reason));
    assert_eq!(company.size(), size);

    let prove = async |password: &str, code: &str| {
        let typed = [("password", password), ("code", code), ("decision", "approve")];
        company.send(NOBODY, Method::POST, &link, form(&typed)).await
    };
    let decide = async |ticket: &str, decision: &str, answer: &str| {
        let typed = [("ticket", ticket), ("decision", decision), ("answer", answer)];
        company.send(NOBODY, Method::POST, &link, form(&typed)).await
    };
    company.pass(60);
    let (own, others) = (company.code("S002"), company.code("S004"));
    assert_eq!(prove(PASSWORD, &others).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(prove("", "").await.status, StatusCode::UNAUTHORIZED);
    let right = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("password", PASSWORD), ("code", &own)])
        .finish();
    let stranger = Request::post(&link)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(right));
    let router =
        tigertally_server::router(Arc::clone(&company.system), tigertally_server::Options::default());
    let stranger = router.oneshot(stranger.unwrap()).await.unwrap();
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN, "a foreign page");
    // With password and code it is shown, whatever else is typed; nothing is decided yet.
    let shown = prove(PASSWORD, &own).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("K00001") && shown.text().contains(reason), "{}", shown.text());
    assert!(!company.entries_from(size).iter().any(|entry| entry.action == "approval.decide"));
    let ticket = ticket(&shown);
    let typed = "先问清楚";
    let late = decide("of-another-link", "refuse", typed).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert!(!late.text().contains("K00001") && late.text().contains(typed), "{}", late.text());
    let why = decide(&ticket, "refuse", "不").await;
    assert_eq!(why.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", why.text());
    assert!(why.text().contains("value=\"不\"") && self::ticket(&why) == ticket, "{}", why.text());
    let decided = decide(&ticket, "approve", "").await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    for reply in [&page, &shown, &why, &decided] {
        assert!(reply.headers.get("set-cookie").is_none(), "it begins no session");
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    let entry = company.entries_from(size).into_iter().find(|entry| entry.action == "approval.decide");
    let entry = entry.unwrap();
    assert_eq!((entry.actor.as_str(), &entry.body["via"]), ("S002", &json!("mail")));
    company.pass(60);
    assert_eq!(prove(PASSWORD, &company.code("S002")).await.status, StatusCode::GONE);
    assert_eq!(decide(&ticket, "approve", "").await.status, StatusCode::GONE, "a second time");
    assert_eq!(company.get(NOBODY, &link).await.status, StatusCode::GONE);

    loop {
        let arrived = mail.next();
        let answer =
            arrived.to == "s003@example.com" && subject(&arrived).contains(&format!("{id} / Approved"));
        seen.push(arrived);
        if answer {
            break;
        }
    }
    drop(stop);
    serving.await.unwrap();
    seen.extend(mail.arrived.try_iter());

    let mut secrets = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            secrets.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    secrets.add_text("a reason", reason);
    let mut once = BTreeSet::new();
    for arrived in &seen {
        assert!(secrets.found_in(arrived.text.as_bytes()).is_empty(), "{}", arrived.text);
        assert!(secrets.found_in(arrived.headers.as_bytes()).is_empty(), "{}", arrived.headers);
        assert!(
            !company.customers.iter().any(|customer| arrived.text.contains(&customer.no)),
            "{}",
            arrived.text
        );
        let names: Vec<&str> =
            arrived.headers.lines().filter_map(|line| line.split_once(": ")).map(|(n, _)| n).collect();
        assert!(!names.contains(&"Bcc") && names.contains(&"Auto-Submitted"), "{}", arrived.headers);
        assert!(!arrived.text.lines().any(|line| line.starts_with("Bcc")), "{}", arrived.text);
        assert!(!arrived.text.contains('\u{202e}'));
        assert!(
            once.insert((arrived.to.clone(), subject(arrived))),
            "twice: {} {}",
            arrived.to,
            arrived.headers
        );
    }
}

/// What the second step is done with.
fn ticket(page: &Reply) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("{text}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The path of the link by which somebody decides an approval.
async fn link_to(company: &Company, address: &str, id: i64) -> String {
    let mails = company.system.take_mails().await.unwrap();
    let link = mails.iter().find_map(|mail| match &mail.says {
        MailText::Decide { request, link, .. } if mail.to == address && request.id == id => Some(link),
        _ => None,
    });
    link.unwrap().strip_prefix("https://crm.example.com").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_weighs_stands_in_front_of_who_decides_once_they_proved_who_they_are() {
    let company = Company::new().await;
    let key = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
    let reason = "实名核验用名单";
    let asked = json!({"scope": "mine", "fields": ["name", "id_number"], "clear": ["id_number"],
        "recipients": [key], "reason": reason});
    let export = company.post("S001", "/api/v1/exports", asked).await.json()["id"].as_i64().unwrap();
    let export = company.get("S001", &format!("/api/v1/exports/{export}")).await.json();
    let mut secrets = Needles::default();
    for customer in &company.customers {
        for (field, value) in customer.secrets() {
            secrets.add_text(&format!("{field} of {}", customer.no), value);
        }
    }
    let weighs = [key, reason, "证件号", "人的敏感为明文"];
    let link = link_to(&company, "s002@example.com", export["approval"].as_i64().unwrap()).await;
    let page = company.get(NOBODY, &link).await;
    for word in weighs {
        assert!(!page.text().contains(word), "{word}: {}", page.text());
    }
    company.pass(60);
    let proof = form(&[("password", PASSWORD), ("code", &company.code("S002"))]);
    let shown = company.send(NOBODY, Method::POST, &link, proof).await;
    let inbox = company.get("S002", "/inbox").await;
    for word in weighs {
        for page in [&shown, &inbox] {
            assert!(page.text().contains(word), "{word}: {}", page.text());
        }
    }
    assert!(secrets.found_in(&shown.everything()).is_empty());
    // Another policy is read rule by rule, and whole.
    let policy = company.get("C001", "/api/v1/policy").await.json();
    let text = policy["text"].as_str().unwrap();
    let rule = "@id(\"closed\")\n@zh(\"盘点期间谁也不看列表\")\n@en(\"Nobody lists while we count\")\n\
        forbid (principal, action == Action::\"list_customers\", resource);";
    let proposed =
        json!({"based_on": policy["version"], "text": format!("{text}\n{rule}\n"), "reason": "年末盘点"});
    let proposed = company.post("A001", "/api/v1/policy/proposals", proposed).await;
    let id = proposed.json()["id"].as_i64().unwrap_or_else(|| panic!("{}", proposed.text()));
    let link = link_to(&company, "c001@example.com", id).await;
    let page = company.get(NOBODY, &link).await;
    company.pass(60);
    let proof = form(&[("password", PASSWORD), ("code", &company.code("C001"))]);
    let shown = company.send(NOBODY, Method::POST, &link, proof).await.text();
    for word in ["盘点期间谁也不看列表", "年末盘点", "list_customers&quot;, resource"] {
        assert!(!page.text().contains(word), "{word}");
        assert!(shown.contains(word) || shown.replace("&#34;", "&quot;").contains(word), "{word}: {shown}");
    }
    assert!(!shown.contains("href=\"/policy") && !shown.contains("href=\"/customers"), "all of it is here");
}

/// The subject, decoded (RFC 2047).
fn subject(arrived: &Arrived) -> String {
    let headers = arrived.headers.replace("\n ", " ");
    let line = headers.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
    let mut text = String::new();
    for word in line.split(' ') {
        match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
            Some(word) => text.push_str(&String::from_utf8(BASE64_STANDARD.decode(word).unwrap()).unwrap()),
            None => {
                text.push(' ');
                text.push_str(word);
            }
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_sends_no_further_mail_and_loses_none() {
    let company = Company::new().await;
    let mail = MailServer::slow("", Duration::from_millis(700));
    for field in ["mobile", "email", "address", "id_number", "contact", "needs"] {
        let asked = json!({"customer_no": "K00001", "fields": [field], "reason": "核对客户资料"});
        assert_eq!(company.post("S003", "/api/v1/approvals", asked).await.status, StatusCode::CREATED);
    }
    set_mail(&company, mail.port).await;
    let (stop, serving) = serve(&company).await;
    mail.next();
    drop(stop);
    tokio::time::timeout(Duration::from_secs(15), serving).await.unwrap().unwrap();
    assert!(mail.arrived.try_iter().count() <= 1, "but for one that was being sent");
    let conn = rusqlite::Connection::open(company.folder().join("tigertally.db")).unwrap();
    let count = |state: u8| -> u64 {
        let sql = "SELECT count(*) FROM mail WHERE state = ?1 AND staff_id > 0";
        conn.query_row(sql, [state], |row| row.get(0)).unwrap()
    };
    assert_eq!(count(1), 0, "of each it is known what became of it");
    assert!(count(0) >= 4 && count(2) >= 1, "{} wait, {} were sent", count(0), count(2));
    let waiting = count(0);
    assert_eq!(company.system.take_mails().await.unwrap().len() as u64, waiting, "they leave later");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_says_what_the_server_said() {
    let company = Company::new().await;
    let mail = MailServer::start("");
    set_mail(&company, mail.port).await;
    let tried = company.post("A001", "/api/v1/settings/mail/trial", json!({})).await;
    assert_eq!((tried.status, &tried.json()["taken"]), (StatusCode::OK, &json!(true)), "{}", tried.text());
    let arrived = mail.next();
    assert_eq!(arrived.to, "a001@example.com");
    assert_eq!(subject(&arrived).trim(), "测试邮件 / Test mail");
    for (port, fault) in [(9, "unreachable"), (MailServer::start("a001@example.com").port, "refused")] {
        set_mail(&company, port).await;
        let size = company.size();
        let tried = company.post("A001", "/api/v1/settings/mail/trial", json!({})).await.json();
        assert_eq!((&tried["taken"], &tried["fault"]), (&json!(false), &json!(fault)));
        let entries = company.entries_from(size);
        let told: Vec<_> = entries.iter().filter(|entry| entry.action == "mail").collect();
        assert_eq!(told.len(), 2, "before it leaves, and after");
        assert_eq!(told[1].body["detail"]["fault"], fault);
        let page = company.send("A001", Method::POST, "/settings/mail/trial", form(&[])).await.text();
        assert!(page.contains("测试邮件没有发出"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_are_kept_and_the_password_is_never_shown() {
    let company = Company::new().await;
    let typed = |security: &'static str| {
        form(&[
            ("mail_host", "mail.example.com"),
            ("mail_port", "465"),
            ("mail_security", security),
            ("mail_user", "tiger"),
            ("mail_sender", "tigertally@example.com"),
            ("mail_public_url", "https://crm.example.com"),
            ("mail_remind_hours", "8"),
        ])
    };
    let refused = company.send("A001", Method::POST, "/settings/mail", typed("plain")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("不加密只能用于本机的服务器"), "{}", refused.text());
    let saved = company.send("A001", Method::POST, "/settings/mail", typed("tls")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let secret = form(&[("mail_password", "the password of the tiger")]);
    let saved = company.send("A001", Method::POST, "/settings/mail/password", secret).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let page = company.get("A001", "/settings/mail").await.text();
    assert!(page.contains("mail.example.com") && page.contains("已为这台服务器设置密码"), "{page}");
    assert!(!page.contains("the password of the tiger"));
    let json = company.get("A001", "/api/v1/settings").await;
    assert_eq!(json.json()["mail"]["remind_hours"], 8);
    assert!(!json.text().contains("the password of the tiger"));
    assert_eq!(company.get("A001", "/api/v1/settings/mail").await.json()["has_password"], true);
    let files: Vec<u8> = ["tigertally.db", "tigertally.db-wal"]
        .iter()
        .flat_map(|name| std::fs::read(company.folder().join(name)).unwrap_or_default())
        .collect();
    assert!(!files.windows(25).any(|window| window == b"the password of the tiger"), "in clear on the disk");
}
