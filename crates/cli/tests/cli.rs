//! The program as the shell sees it: what it prints, and how it ends.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;
use tigertally_ledger::NoteSigner;

/// A data folder in a place of its own.
struct Place(TempDir);

impl Place {
    fn empty() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn of_a_company() -> Place {
        let place = Place::empty();
        place.run(&["init", "--company", "澜图商贸"]).ends(0);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        run(Command::new(PROGRAM).args(arguments).env("TIGERTALLY_DATA", self.data()))
    }

    /// Changes the database behind the program's back.
    fn tamper(&self, sql: &str) {
        let conn = rusqlite::Connection::open(self.data().join("tigertally.db")).unwrap();
        assert!(conn.execute(sql, []).unwrap() > 0);
    }
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_tigertally");

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Ended {
    for variable in
        ["TIGERTALLY_ROOT_KEY", "TIGERTALLY_PASSPHRASE", "TIGERTALLY_TOKEN", "LC_MESSAGES", "LANG"]
    {
        if !command.get_envs().any(|(name, _)| name == variable) {
            command.env_remove(variable);
        }
    }
    command.env("LC_ALL", "C");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
}

impl Ended {
    #[track_caller]
    fn ends(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Ended {
        assert!(self.out.contains(text) || self.err.contains(text), "\n{}\n{}", self.out, self.err);
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

const STAFF: &str = "staff_no,name,department,role,region\n\
                     S001,向晓红,销售部,主管,华东\n\
                     S002,张嘉琪,销售部,员工,华东\n\
                     M001,何丹丹,信息部,系统管理员,\n";

const CUSTOMERS: &str = "客户编号,客户类型,客户名称,手机号,区域,负责人工号\n\
                         C00001,企业,苏州铭盈酒水商行,15394827097,华东,S002\n\
                         C00002,企业,福州市百邦玻璃制品有限公司,1474486,华东,S002\n";

#[test]
fn a_company_is_set_up_once() {
    let place = Place::of_a_company();
    let key = place.data().join("root.key");
    let before = fs::read(&key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    place.run(&["init", "--company", "别家"]).ends(1).says("holds Tigertally data already");
    assert_eq!(fs::read(&key).unwrap(), before);
    place.run(&["init", "--company", ""]).ends(2);
}

#[test]
fn a_bad_line_stops_a_file_unless_the_good_ones_are_asked_for() {
    let place = Place::of_a_company();
    let (staff, customers) = (place.file("staff.csv", STAFF), place.file("客户.csv", CUSTOMERS));
    place.run(&["import", "staff", &staff]).ends(0).says("3 lines: 3 new");

    let refused = place.run(&["import", "customers", &customers, "--json"]).ends(5).json();
    assert_eq!((&refused["taken"], &refused["created"]), (&false.into(), &0.into()));
    assert_eq!(refused["faults"][0]["line"], 3);
    assert_eq!(refused["faults"][0]["column"], "手机号");
    assert!(!refused.to_string().contains("1474486"), "a bad value is masked");

    place.run(&["import", "customers", &customers]).ends(5).says("手机号").says("nothing was taken");
    let dry = place.run(&["import", "customers", &customers, "--dry-run", "--json"]).ends(5).json();
    assert_eq!((&dry["created"], &dry["taken"]), (&1.into(), &false.into()));
    place.run(&["import", "customers", &customers, "--take-good"]).ends(5).says("1 new").says("1 bad");
    place.run(&["import", "customers", &place.file("x.csv", "a,b\n1,2\n")]).ends(1);
    place
        .run(&["import", "customers", &customers, "--map", "手机号=-"])
        .ends(0)
        .says("1 new")
        .says("1 as before");
}

#[test]
fn messages_come_in_chinese_where_the_locale_is() {
    let place = Place::of_a_company();
    let customers = place.file("客户.csv", CUSTOMERS);
    place.run(&["import", "customers", &customers, "--lang", "zh"]).ends(5).says("不是中国大陆手机号");
}

#[test]
fn a_changed_entry_is_found_and_named() {
    let place = Place::of_a_company();
    place.run(&["import", "staff", &place.file("staff.csv", STAFF)]).ends(0);
    let head = place.run(&["ledger", "head"]).ends(0);
    let kept = place.file("kept.txt", &head.out);
    place.run(&["ledger", "verify"]).ends(0).says("the ledger holds");
    place.run(&["ledger", "verify", "--checkpoint", &kept]).ends(0);

    place.tamper(
        "UPDATE entry SET body = replace(CAST(body AS TEXT), 'staff.csv', 'other.csv') WHERE idx = 1",
    );
    let found = place.run(&["ledger", "verify", "--json"]).ends(4).json();
    assert!(found["fault"].as_str().unwrap().contains("entry 1"), "{found}");
    place.run(&["ledger", "verify"]).ends(4).says("entry 1");
}

#[test]
fn a_ledger_that_was_cut_is_found_by_a_kept_checkpoint() {
    let place = Place::of_a_company();
    place.run(&["import", "staff", &place.file("staff.csv", STAFF)]).ends(0);
    let kept = place.file("kept.txt", &place.run(&["ledger", "head"]).ends(0).out);
    place.tamper("DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)");
    place.run(&["ledger", "verify", "--checkpoint", &kept]).ends(4).says("missing");
}

#[test]
fn the_root_key_comes_from_a_file_the_environment_or_a_passphrase() {
    let place = Place::of_a_company();
    let key = fs::read_to_string(place.data().join("root.key")).unwrap();
    fs::remove_file(place.data().join("root.key")).unwrap();
    place.run(&["staff", "list"]).ends(1).says("there is no root key");
    let elsewhere = place.file("root.key", &key);
    place.run(&["staff", "list", "--root-key", &elsewhere]).ends(0);
    let with = |name: &str, value: &str, arguments: &[&str]| {
        run(Command::new(PROGRAM).args(arguments).env("TIGERTALLY_DATA", place.data()).env(name, value))
    };
    with("TIGERTALLY_ROOT_KEY", key.trim(), &["staff", "list"]).ends(0);
    with("TIGERTALLY_PASSPHRASE", "a phrase of many words", &["staff", "list", "--passphrase"]).ends(1);

    let next = place.path("next.key");
    let next = next.to_str().unwrap();
    place.run(&["root-key", "rotate", "--root-key", &elsewhere, "--new-file", next]).ends(0);
    place.run(&["staff", "list", "--root-key", &elsewhere]).ends(1);
    place.run(&["staff", "list", "--root-key", next]).ends(0);
    place.run(&["root-key", "rotate", "--root-key", next, "--new-file", next]).ends(1);
    place.run(&["staff", "list", "--root-key", next]).ends(0);
}

#[test]
fn the_policy_is_checked_applied_and_asked() {
    let place = Place::of_a_company();
    place.run(&["import", "staff", &place.file("staff.csv", STAFF)]).ends(0);
    place.run(&["import", "customers", &place.file("客户.csv", CUSTOMERS), "--take-good"]).ends(5);
    let mine = place.path("mine.cedar");
    let mine = mine.to_str().unwrap();
    place.run(&["policy", "export", mine]).ends(0);
    let nowhere = place.path("nowhere");
    run(Command::new(PROGRAM).args(["policy", "check", mine]).env("TIGERTALLY_DATA", nowhere)).ends(0);
    let broken = place.file("broken.cedar", "permit (principal, action, resource);");
    place.run(&["policy", "check", &broken]).ends(4).says("line 1");
    place.run(&["policy", "apply", &broken]).ends(4);
    place.run(&["policy", "apply", mine]).ends(0).says("version 2");
    place.run(&["policy", "apply", mine, "--based-on", "1"]).ends(1).says("changed meanwhile");
    place.run(&["policy", "versions"]).ends(0).says("operator");
    place.run(&["policy", "show"]).ends(0).says("own-customers");

    place.run(&["policy", "ask", "S002", "view_customer", "C00001"]).ends(0).says("own-customers");
    let denied = place.run(&["policy", "ask", "S002", "reveal", "C00001.mobile", "--json"]).ends(3).json();
    assert_eq!(denied["rules"][0]["id"], "a-purpose-is-needed");
    place
        .run(&["policy", "ask", "S002", "reveal", "C00001.mobile", "--for", "task:1"])
        .ends(3)
        .says("does not stand");
    place.run(&["policy", "ask", "S002", "reveal", "C00001.nickname"]).ends(2);
}

#[test]
fn staff_come_and_go() {
    let place = Place::of_a_company();
    let add = [
        "staff",
        "add",
        "S100",
        "--name",
        "王小明",
        "--department",
        "销售部",
        "--title",
        "员工",
        "--role",
        "staff",
    ];
    place.run(&add).ends(0);
    place.run(&add).ends(1).says("taken");
    let code = place.run(&["staff", "invite", "S100"]).ends(0).out;
    assert!(code.trim().len() >= 16, "{code}");
    place.run(&["staff", "deactivate", "S100"]).ends(0);
    assert_eq!(place.run(&["staff", "list", "--json"]).ends(0).json()[0]["active"], false);
    place
        .run(&["staff", "add", "S101", "--name", "x", "--department", "d", "--title", "t", "--role", "king"])
        .ends(2);
}

#[test]
fn a_folder_that_a_server_uses_is_left_alone() {
    let place = Place::of_a_company();
    let server = Server::start(&place.data());
    let staff = place.file("staff.csv", STAFF);
    place.run(&["import", "staff", &staff]).ends(75).says("a server is using");
    place.run(&["ledger", "verify"]).ends(0);
    place.run(&["ledger", "head"]).ends(0);
    let list = ["customer", "list", "--server", &server.address];
    place.run(&list).ends(3).says("not signed in");
    run(Command::new(PROGRAM).args(list).env("TIGERTALLY_TOKEN", "nobody's")).ends(3);
    run(Command::new(PROGRAM).args(["customer", "list", "--server", "https://localhost"]))
        .ends(2)
        .says("TLS");
    drop(server);
    place.run(&["import", "staff", &staff]).ends(0);
}

#[test]
fn the_server_stays_on_the_machine_unless_a_proxy_is_in_front() {
    let place = Place::of_a_company();
    place.run(&["serve", "--listen", "0.0.0.0:0"]).ends(2).says("--behind-proxy");
}

#[test]
fn the_made_up_company_stands_and_its_auditor_reads_the_ledger() {
    let place = Place::empty();
    let demo = ["demo", "--listen", "127.0.0.1:0", "--no-open", "--customers", "200"];
    drop(Server::start_with(&place.data(), &demo));
    place.run(&["ledger", "verify"]).ends(0).says("the ledger holds");
    let people: Value =
        serde_json::from_slice(&fs::read(place.data().join("demo-sign-ins.json")).unwrap()).unwrap();
    let auditor = people.as_array().unwrap().iter().find(|person| person["role"] == "auditor").unwrap();
    let text = |name: &str| auditor[name].as_str().unwrap().to_owned();
    let codes = place.run(&["demo-codes", "--json"]).ends(0).json();
    let code = codes.as_array().unwrap().iter().find(|code| code["staff_no"] == auditor["staff_no"]).unwrap();
    let read = |password: &str, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).args(["--as", &text("staff_no")]).env("TIGERTALLY_DATA", place.data());
        command.env("TIGERTALLY_PASSWORD", password).env("TIGERTALLY_CODE", code["code"].as_str().unwrap());
        run(&mut command)
    };
    read("not the password", &["ledger", "entries"]).ends(3);
    let entries = read(&text("password"), &["ledger", "entries", "--json"]).ends(0).json();
    assert_eq!(entries["items"].as_array().unwrap().len(), 50);
    // The code was used.
    read(&text("password"), &["ledger", "proof", "1"]).ends(3);

    let before = fs::read(place.data().join("demo-sign-ins.json")).unwrap();
    drop(Server::start_with(&place.data(), &demo));
    assert_eq!(fs::read(place.data().join("demo-sign-ins.json")).unwrap(), before);
    place.file("data/elsewhere", "");
    run(Command::new(PROGRAM).args(demo).args(["--data", place.0.path().to_str().unwrap()]))
        .ends(1)
        .says("something else");
}

#[test]
fn a_folder_without_data_is_told() {
    let place = Place::empty();
    place.run(&["staff", "list"]).ends(1).says("holds no Tigertally data");
    place.run(&["ledger", "verify"]).ends(1);
    place.run(&["demo-codes"]).ends(1);
}

#[test]
fn a_name_that_turns_the_line_round_is_shown_with_its_number() {
    let place = Place::empty();
    let name = "tiger\u{202e}yllat\u{200b}.example";
    let key = NoteSigner::from_seed(name, &[7; 32]).unwrap().verifier_key().to_string();
    let folder = place.path("witness").to_str().unwrap().to_owned();
    place.run(&["witness", "init", "--folder", &folder, "--name", "w.example"]).ends(0);
    place.run(&["witness", "add-log", "--folder", &folder, &key]).ends(0);
    let told = place.run(&["witness", "status", "--folder", &folder]).ends(0);
    assert!(told.out.contains("tiger[U+202E]yllat[U+200B].example"), "{}", told.out);
    // Programs read the name as it is, and a terminal that shows the JSON is not turned round.
    let told = place.run(&["witness", "status", "--folder", &folder, "--json"]).ends(0);
    assert_eq!(told.json()["logs"][0]["origin"], name);
    assert!(told.out.is_ascii(), "{}", told.out);
}

#[test]
fn every_command_has_help_with_an_example() {
    let top = run(Command::new(PROGRAM).arg("help")).ends(0).says("Exit codes:").says("75");
    let commands = |help: &str| -> Vec<String> {
        let listed =
            help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect()
    };
    let names = commands(&top.out);
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        let help = run(Command::new(PROGRAM).args([&name, "--help"])).ends(0).says("Example");
        for under in commands(&help.out) {
            run(Command::new(PROGRAM).args([&name, &under, "--help"])).ends(0).says("Example");
        }
    }
    run(Command::new(PROGRAM).arg("frobnicate")).ends(2);
}

/// A server on a port of its own choice.
struct Server {
    child: std::process::Child,
    address: String,
    /// A program whose output nobody takes would end.
    _out: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(data: &Path) -> Server {
        Server::start_with(data, &["serve", "--listen", "127.0.0.1:0"])
    }

    fn start_with(data: &Path, arguments: &[&str]) -> Server {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("TIGERTALLY_DATA", data).env("LC_ALL", "C");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut address = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut address).unwrap();
        assert!(address.contains("http://"), "{address}");
        Server { child, address: address.trim().to_owned(), _out: out }
    }
}

impl Drop for Server {
    /// Asks it to stop, as an init system does, and sees that it ends well.
    fn drop(&mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let ended = self.child.wait().unwrap();
        assert!(asked.success() && ended.success(), "{ended}");
    }
}
