//! A company with witnesses, as real processes.
#![allow(dead_code)]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tigertally");

/// A server that runs until it is dropped.
pub struct Running {
    pub child: Child,
    pub address: String,
}

impl Running {
    /// Starts one that says its address on its standard output.
    pub fn start(arguments: &[&str]) -> Running {
        Running::of(Command::new(PROGRAM).args(arguments))
    }

    pub fn of(command: &mut Command) -> Running {
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

    pub fn stop(mut self) {
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

pub fn run(arguments: &[&str]) -> (i32, String) {
    let ran = Command::new(PROGRAM).args(arguments).env("LC_ALL", "C").output().unwrap();
    (ran.status.code().unwrap(), String::from_utf8_lossy(&ran.stdout).into_owned())
}

pub fn done(arguments: &[&str]) -> String {
    let (code, said) = run(arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    said.trim_end().to_owned()
}

/// The company, its three witnesses, and tokens of its people.
pub struct Company {
    pub folder: TempDir,
    pub server: Option<Running>,
    pub witnesses: Vec<Running>,
    /// A token of the administrator's.
    pub admin: String,
}

impl Company {
    /// Nobody else vouches for it.
    pub fn alone() -> Company {
        let folder = TempDir::new().unwrap();
        let mut company = Company { folder, server: None, witnesses: Vec::new(), admin: String::new() };
        company.serve();
        company
    }

    pub fn new() -> Company {
        let mut company = Company::alone();
        let key = company.get("/api/v1/ledger/head", "").json()["verifier_key"].as_str().unwrap().to_owned();
        let mut policy = String::new();
        for n in 1..=3 {
            let at = company.path(&format!("w{n}"));
            let name = format!("w{n}.witness.example");
            let mut arguments = vec!["witness", "init", "--folder", &at, "--name", &name];
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
        company.admin = company.token("administrator");
        assert_eq!(company.send("PUT", "/api/v1/settings", &company.admin, &settings).status, 200);
        company
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    pub fn serve(&mut self) {
        let data = self.path("data");
        let arguments =
            ["demo", "--data", &data, "--listen", "127.0.0.1:0", "--no-open", "--customers", "200"];
        self.server = Some(Running::start(&arguments));
    }

    /// As on a machine that has no fonts.
    pub fn serve_without_fonts(&mut self) {
        let data = self.path("data");
        let arguments = ["demo", "--data", &data, "--listen", "127.0.0.1:0", "--no-open"];
        let mut command = Command::new(PROGRAM);
        self.server = Some(Running::of(command.args(arguments).env("XDG_DATA_DIRS", "/nowhere")));
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.as_ref().unwrap().address)
    }

    pub fn get(&self, path: &str, token: &str) -> Reply {
        let mut request = agent().get(self.url(path));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        Reply::of(request.call().unwrap())
    }

    pub fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        let request = match method {
            "PUT" => agent().put(self.url(path)),
            _ => agent().post(self.url(path)),
        };
        let request = request.header("authorization", format!("Bearer {token}"));
        Reply::of(request.content_type("application/json").send(body.to_string()).unwrap())
    }

    /// Signs somebody of a role in, with the code that the authenticator shows now.
    pub fn token(&self, role: &str) -> String {
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
    pub fn until(&self, what: &str, mut holds: impl FnMut(&Company) -> bool) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while !holds(self) {
            assert!(std::time::Instant::now() < end, "{what}");
            std::thread::yield_now();
        }
    }
}

pub struct Reply {
    pub status: u16,
    /// What the answer says of the report as PDF.
    pub pdf: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn of(mut response: ureq::http::Response<ureq::Body>) -> Reply {
        let pdf = response.headers().get("tigertally-pdf").map(|value| value.to_str().unwrap().to_owned());
        Reply {
            status: response.status().as_u16(),
            pdf: pdf.unwrap_or_default(),
            body: response.body_mut().read_to_vec().unwrap(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }
}

pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// The text of a PDF, and how many pages it has.
pub fn on_paper(pdf: &[u8], folder: &Path) -> (String, usize) {
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

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
