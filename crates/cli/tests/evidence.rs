//! A company with witnesses, as its people and strangers meet it: real processes, real requests, a bundle that is checked
//! with nothing of the company's; and an older state that is put back.
#![cfg(unix)]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tigertally_ledger::bundle::unpack;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tigertally");

/// A server that runs until it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    /// Starts one that says its address on its standard output.
    fn start(arguments: &[&str]) -> Running {
        Running::of(Command::new(PROGRAM).args(arguments))
    }

    fn of(command: &mut Command) -> Running {
        let mut child = command
            .env("TIGERTALLY_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.by_ref().find_map(|line| {
            let at = line.find("http://127.0.0.1:")?;
            Some(line[at..].split_whitespace().next().unwrap().trim_end_matches('/').to_owned())
        });
        let address = address.expect("it says its address");
        // What else it says goes nowhere, but a full pipe must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Running { child, address }
    }

    fn stop(mut self) {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> (i32, String) {
    let ran = Command::new(PROGRAM).args(arguments).env("LC_ALL", "C").output().unwrap();
    (ran.status.code().unwrap(), String::from_utf8_lossy(&ran.stdout).into_owned())
}

fn done(arguments: &[&str]) -> String {
    let (code, said) = run(arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    said.trim_end().to_owned()
}

/// The company, its three witnesses, and tokens of its people.
struct Company {
    folder: TempDir,
    server: Option<Running>,
    witnesses: Vec<Running>,
}

impl Company {
    fn new() -> Company {
        let folder = TempDir::new().unwrap();
        let mut company = Company { folder, server: None, witnesses: Vec::new() };
        company.serve();
        let key = company.get("/api/v1/ledger/head", "").json()["verifier_key"].as_str().unwrap().to_owned();
        let mut policy = String::new();
        for n in 1..=3 {
            let at = company.path(&format!("w{n}"));
            let mut arguments = vec!["witness", "init", "--folder", &at, "--name", "witness.example"];
            // One of them signs after quantum computers, too.
            arguments.extend((n == 3).then_some("--post-quantum"));
            let vkey = done(&arguments).lines().last().unwrap().to_owned();
            done(&["witness", "add-log", "--folder", &at, &key]);
            let running = Running::start(&["witness", "serve", "--folder", &at, "--listen", "127.0.0.1:0"]);
            policy.push_str(&format!("witness W{n} {vkey} {}\n", running.address));
            company.witnesses.push(running);
        }
        policy.push_str("group enough 2 W1 W2 W3\nquorum enough\n");
        fs::write(company.path("policy"), format!("log {key}\n{policy}")).unwrap();
        let settings =
            json!({"evidence": {"trust_policy": policy, "witness_alarm_seconds": 10, "post_quantum": true}});
        let admin = company.token("administrator");
        assert_eq!(company.send("PUT", "/api/v1/settings", &admin, &settings).status, 200);
        company
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn serve(&mut self) {
        let data = self.path("data");
        let arguments =
            ["demo", "--data", &data, "--listen", "127.0.0.1:0", "--no-open", "--customers", "200"];
        self.server = Some(Running::start(&arguments));
    }

    /// As on a machine that has no fonts.
    fn serve_without_fonts(&mut self) {
        let data = self.path("data");
        let arguments = ["demo", "--data", &data, "--listen", "127.0.0.1:0", "--no-open"];
        let mut command = Command::new(PROGRAM);
        self.server = Some(Running::of(command.args(arguments).env("XDG_DATA_DIRS", "/nowhere")));
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.as_ref().unwrap().address)
    }

    fn get(&self, path: &str, token: &str) -> Reply {
        let mut request = agent().get(self.url(path));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        Reply::of(request.call().unwrap())
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        let request = match method {
            "PUT" => agent().put(self.url(path)),
            _ => agent().post(self.url(path)),
        };
        let request = request.header("authorization", format!("Bearer {token}"));
        Reply::of(request.content_type("application/json").send(body.to_string()).unwrap())
    }

    /// Signs somebody of a role in, with the code that the authenticator shows now.
    fn token(&self, role: &str) -> String {
        let data = self.path("data");
        let people: Value =
            serde_json::from_slice(&fs::read(Path::new(&data).join("demo-sign-ins.json")).unwrap()).unwrap();
        let person = people.as_array().unwrap().iter().find(|person| person["role"] == role).unwrap().clone();
        let codes: Value = serde_json::from_str(&done(&["demo-codes", "--data", &data, "--json"])).unwrap();
        let code = codes
            .as_array()
            .unwrap()
            .iter()
            .find(|code| code["staff_no"] == person["staff_no"])
            .unwrap()["code"]
            .clone();
        let body = json!({"staff_no": person["staff_no"], "password": person["password"], "code": code});
        let reply = self.send("POST", "/api/v1/sessions", "", &body);
        reply.json()["token"].as_str().unwrap_or_else(|| panic!("{}", reply.text())).to_owned()
    }

    /// Asks again and again until the answer is as wanted: the witnesses are asked every second.
    fn until(&self, what: &str, mut holds: impl FnMut(&Company) -> bool) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !holds(self) {
            assert!(std::time::Instant::now() < end, "{what}");
            std::thread::yield_now();
        }
    }
}

struct Reply {
    status: u16,
    /// What the answer says of the report as PDF.
    pdf: String,
    body: Vec<u8>,
}

impl Reply {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Reply {
        let pdf = response.headers().get("tigertally-pdf").map(|value| value.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            pdf: pdf.unwrap_or_default(),
            body: response.body_mut().read_to_vec().unwrap(),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// The text of a PDF, and how many pages it has.
fn on_paper(pdf: &[u8], folder: &Path) -> (String, usize) {
    let file = folder.join("report.pdf");
    fs::write(&file, pdf).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let ran = Command::new(program).args(arguments).output();
        let ran = ran.unwrap_or_else(|_| panic!("{program} is in the package poppler-utils"));
        assert!(ran.status.success() && ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    let file = file.to_str().unwrap();
    let about = run("pdfinfo", &[file]);
    let pages = about.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse().unwrap();
    let fonts = run("pdffonts", &[file]);
    assert!(
        fonts.lines().skip(2).all(|font| font.contains("yes yes yes")),
        "embedded, a subset, to be read: {fonts}"
    );
    (run("pdftotext", &["-layout", file, "-"]), pages)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn evidence_holds_for_strangers_and_an_older_state_is_found() {
    let mut company = Company::new();
    company.until("two witnesses cosign, and the log signs with both keys", |company| {
        company.get("/tlog/checkpoint", "").text().matches("\n\u{2014} ").count() >= 4
    });

    // A bundle about a customer, checked with the policy that a stranger was given.
    let legal = company.token("legal");
    let made = company.send(
        "POST",
        "/api/v1/evidence",
        &legal,
        &json!({"customer": "C00001", "reason": "劳动争议"}),
    );
    assert_eq!((made.status, made.pdf.as_str()), (200, "yes"), "{}", made.text());
    let bundle = company.path("bundle.zip");
    fs::write(&bundle, &made.body).unwrap();
    let policy = company.path("policy");
    let held: Value =
        serde_json::from_str(&done(&["evidence", "verify", &bundle, "--policy", &policy, "--json"])).unwrap();
    assert_eq!((&held["holds"], &held["policy_from_outside"]), (&json!(true), &json!(true)));
    assert!(held["witnesses"].as_array().unwrap().len() >= 2, "{held}");

    // The report is in it for a browser and on paper, in both languages.
    let files = unpack(&made.body).unwrap();
    for (lang, told) in [
        ("zh", ["证据报告", "发生了什么", "没有证明什么", "家独立见证方联署了该检查点"]),
        ("en", ["Evidence report", "What happened", "What is not proved", "independent witnesses cosigned"]),
    ] {
        let name = format!("report.{lang}.pdf");
        assert_eq!(held["manifest"]["files"][&name].as_str().map(str::len), Some(64), "{held}");
        let (text, pages) = on_paper(&files[&name], company.folder.path());
        for told in told {
            assert!(text.contains(told), "{told}: {text}");
        }
        for page in 1..=pages {
            let number = match lang {
                "zh" => format!("第 {page} 页，共 {pages} 页"),
                _ => format!("page {page} of {pages}"),
            };
            assert_eq!(text.matches(&number).count(), 1, "{number}: {text}");
        }
        let html = String::from_utf8(files[&format!("report.{lang}.html")].clone()).unwrap();
        assert!(html.contains(told[1]) && !html.contains("PDF"), "{html}");
    }

    // One byte anywhere, and it does not hold.
    let mut changed = made.body.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&bundle, &changed).unwrap();
    assert_eq!(run(&["evidence", "verify", &bundle]).0, 4);

    // Erased: the proofs still hold, and the bundle says by which order.
    let dpo = company.token("dpo");
    let erased =
        company.send("POST", "/api/v1/customers/C00002/erasure", &dpo, &json!({"order": "DSR-2026-17"}));
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert_eq!(company.get("/api/v1/customers/C00002", &dpo).status, 404);
    let made =
        company.send("POST", "/api/v1/evidence", &legal, &json!({"customer": "C00002", "reason": "核对"}));
    fs::write(&bundle, &made.body).unwrap();
    done(&["evidence", "verify", &bundle, "--policy", &policy]);
    let data = company.path("data");
    assert!(done(&["ledger", "verify", "--data", &data, "--lang", "en"]).contains("the ledger holds"));

    // The folder as it is now is put back later, when the witnesses have seen more.
    company.server.take().unwrap().stop();
    let (data, early) = (company.folder.path().join("data"), company.folder.path().join("early"));
    copy(&data, &early);
    company.serve_without_fonts();

    // No font, no PDF; but nobody has to find that out alone.
    let made = company.send("POST", "/api/v1/evidence", &legal, &json!({"entries": [0], "reason": "核对"}));
    assert_eq!((made.status, made.pdf.as_str()), (200, "no-font"), "{}", made.text());
    fs::write(&bundle, &made.body).unwrap();
    done(&["evidence", "verify", &bundle, "--policy", &policy]);
    let files = unpack(&made.body).unwrap();
    assert!(!files.keys().any(|name| name.ends_with(".pdf")), "{:?}", files.keys());
    for (lang, told) in [("zh", "没有 PDF 报告"), ("en", "no PDF of the report")] {
        let html = String::from_utf8(files[&format!("report.{lang}.html")].clone()).unwrap();
        assert!(html.contains(told), "{html}");
    }

    let auditor = company.token("auditor");
    let size = company.get("/api/v1/ledger/head", "").json()["size"].as_u64().unwrap();
    company.until("the witnesses have seen more", |company| {
        let note = company.get("/tlog/checkpoint", "").text();
        note.lines().nth(1).is_some_and(|cosigned| cosigned.parse::<u64>().unwrap() >= size)
    });
    drop(auditor);
    company.server.take().unwrap().stop();
    fs::remove_dir_all(&data).unwrap();
    copy(&early, &data);
    company.serve();
    let ledger = company.token("compliance");
    company.until("a witness tells that it has seen a longer ledger", |company| {
        let found = company.get("/api/v1/ledger/entries?limit=20", &ledger).json();
        found["items"].as_array().unwrap().iter().any(|entry| {
            entry["action"] == "witness"
                && ["ahead", "forked"].contains(&entry["body"]["detail"]["event"].as_str().unwrap())
        })
    });
}
