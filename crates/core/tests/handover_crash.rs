//! A hand-over whose program is killed (SIGKILL) at each of its steps: right after a step was acknowledged, and in the middle of
//! one. Each time it starts again by itself: what was acknowledged stands, nothing half-done is visible, and the hand-over goes
//! on to its end with every customer at a new owner.
//!
//! The parent runs this same test binary as the victim. The victim looks at how far the hand-over is and does the next step,
//! so that a start after a kill is what a start always is.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use kit::{PASSWORD, STAFF};
use rusqlite::Connection;
use tigertally_core::{
    Tigertally, Unlock,
    desk::{
        DeskError, ExportFormat, ExportQuery, Handover, HandoverKind, HandoverState, ImportFile,
        ImportOptions, ListQuery, NewHandoverRequest, NewTask, PartState, Signature, SplitPlan,
    },
    entry::{Body, Receipt},
    identity::{Actor, Operator, SignIn, Via, authenticator_code},
    import::Table,
    read_only,
    record::Field,
};
use tigertally_ledger::{Leaf, commitment, leaf_hash};
use zeroize::Zeroizing;

/// Pieces of 250 move at once: three for one receiver, two for the other.
const CUSTOMERS: usize = 1_100;
/// 2026-11-24 10:00 in Shanghai.
const BEGINNING_MS: u64 = 1_795_485_600_000;
/// More than the steps of a whole hand-over.
const MOST_STEPS: u64 = 60;
/// HR, manager, department head, and those who receive.
const PEOPLE: [&str; 5] = ["S010", "S002", "S013", "S011", "S012"];
const RECEIVERS: [&str; 2] = ["S011", "S012"];
/// Refused at first, and then given to the other.
const REFUSED: &str = "K00004";

const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,何静,人事部,人事,,,2019-02-11,s010@example.com
S011,许岚,销售部,员工,华东,S002,2021-05-10,s011@example.com
S012,马越,销售部,员工,华南,S002,2021-05-10,s012@example.com
S013,程远,销售部,主管,,,2015-05-10,s013@example.com
";

fn customers() -> String {
    let lines = (0..CUSTOMERS).map(|n| {
        let region = if n < CUSTOMERS * 6 / 11 { "华东" } else { "华南" };
        format!("K{n:05},企业,客户{n}有限公司,138{n:08},{region},S001\n")
    });
    "customer_no,kind,name,mobile,region,owner\n".to_owned() + &lines.collect::<String>()
}

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via: Via::Api, device: None }
}

fn open(folder: &Path, key: &str, time: &Arc<AtomicU64>) -> Arc<Tigertally> {
    let unlock = Unlock::Key(Zeroizing::new(key.to_owned()));
    let time = Arc::clone(time);
    let clock = Arc::new(move || time.load(Ordering::Relaxed));
    Arc::new(Tigertally::open(folder, &unlock, clock).unwrap().0)
}

// ---------- the victim

struct Victim {
    system: Arc<Tigertally>,
    time: Arc<AtomicU64>,
    people: BTreeMap<String, (Actor, String)>,
}

/// Not a test: the process that is killed. Without its folder in the environment it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Ok(folder) = env::var("TIGERTALLY_VICTIM") else { return };
    let said = |name: &str| env::var(name).unwrap();
    let time = Arc::new(AtomicU64::new(said("TIGERTALLY_TIME").parse().unwrap()));
    let system = open(folder.as_ref(), &said("TIGERTALLY_KEY"), &time);
    let badges = said("TIGERTALLY_BADGES");
    let people = badges.split(' ').map(|badge| {
        let [no, token, secret] = badge.split('|').collect::<Vec<_>>().try_into().unwrap();
        (no.to_owned(), (system.actor(token, Via::Api).unwrap().unwrap(), secret.to_owned()))
    });
    let people = people.collect();
    let victim = Victim { system, time, people };
    loop {
        let going_on = victim.step().await;
        if !going_on {
            return tell("end");
        }
        if said("TIGERTALLY_STEPS") == "one" {
            // It waits for its end.
            thread::park();
        }
    }
}

/// One write of one line.
fn tell(line: &str) {
    std::io::stdout().write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn acknowledge(step: &str, receipt: &Receipt, value: u64) {
    let hash = receipt.leaf_hash.map(|byte| format!("{byte:02x}")).concat();
    tell(&format!("ack {step} {} {hash} {value}", receipt.index));
}

impl Victim {
    fn who(&self, no: &str) -> &Actor {
        &self.people[no].0
    }

    /// Does what is to be done next; false when there is nothing left.
    async fn step(&self) -> bool {
        let (hr, manager) = (self.who("S010"), self.who("S002"));
        let list = self.system.handovers(hr, None, 10).await.unwrap();
        let Some(first) = list.handovers.first() else {
            tell("begin open");
            let new = NewHandoverRequest {
                leaver: "S001".into(),
                kind: HandoverKind::Leaving,
                last_day: "2026-12-31".into(),
                reason: "个人原因离职".into(),
            };
            let (_, receipt) = self.system.open_handover(hr, &new).await.unwrap();
            acknowledge("open", &receipt, 0);
            return true;
        };
        let id = first.id;
        let (handover, _) = self.system.handover(manager, id).await.unwrap();
        let part = |state| handover.parts.iter().find(|part| part.state == state && part.customers > 0);
        if handover.state == HandoverState::Closed {
            return false;
        }
        if handover.state == HandoverState::Done && part(PartState::Approved).is_none() {
            tell("begin close");
            acknowledge("close", &self.system.close_handover(hr, id).await.unwrap(), 0);
        } else if let Some(part) = part(PartState::Given) {
            let (actor, secret) = &self.people[&part.receiver.0];
            let seen = self.system.handover_given(actor, part.id, 0, 200).await.unwrap();
            let refused: Vec<String> = seen
                .customers
                .iter()
                .map(|masked| masked.customer.no.clone())
                .filter(|no| no == REFUSED && handover.counts[3] == 0)
                .collect();
            let answer = if refused.is_empty() { "" } else { "与本人有亲属关系，应回避" };
            let signature = Signature { refused, answer: answer.into(), checked: 0 };
            self.time.fetch_add(60_000, Ordering::Relaxed);
            let code = authenticator_code(secret, self.system.now_ms()).unwrap();
            let confirmed = self.system.confirm(actor, &code, &from()).await.unwrap();
            tell("begin sign");
            let (accepted, receipt) =
                self.system.sign_handover(actor, part.id, confirmed, &signature).await.unwrap();
            acknowledge("sign", &receipt, accepted);
        } else if part(PartState::Approved).is_some() {
            tell("begin move");
            let moved = self.system.move_handovers(Some(1)).await.unwrap();
            tell(&format!("moved {}", moved.moved));
        } else if let Some(part) = part(PartState::Asked) {
            tell("begin decide");
            let decided =
                self.system.decide_approval(self.who("S013"), part.approval.unwrap(), true, "", None).await;
            acknowledge("decide", &decided.unwrap(), 0);
        } else if part(PartState::Signed).is_some() {
            tell("begin ask");
            let (approval, receipt) =
                self.system.ask_handover(manager, id, "已逐户核对，请批准").await.unwrap();
            acknowledge("ask", &receipt, approval as u64);
        } else {
            // What was refused goes to the other receiver.
            let receivers = if handover.counts[2] > 0 { &RECEIVERS[1..] } else { &RECEIVERS[..] };
            let receivers = receivers.iter().map(|no| (*no).to_owned()).collect();
            tell("begin split");
            let plan = SplitPlan { receivers, ..SplitPlan::default() };
            let (preview, receipt) = self.system.split_handover(manager, id, &plan).await.unwrap();
            acknowledge("split", &receipt, preview.shares.iter().map(|share| share.customers()).sum());
        }
        true
    }
}

// ---------- the parent

/// What a victim said before its end.
#[derive(Debug, Default)]
struct Said {
    begun: Option<String>,
    acks: Vec<(String, u64, String, u64)>,
    moved: u64,
    ended: bool,
}

impl Said {
    fn hear(&mut self, line: &str) {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["begin", step] => self.begun = Some(step.to_owned()),
            ["ack", step, index, hash, value] => {
                let ack = (step.to_owned(), index.parse().unwrap(), hash.to_owned(), value.parse().unwrap());
                self.acks.push(ack);
            }
            ["moved", count] => self.moved += count.parse::<u64>().unwrap(),
            ["end"] => self.ended = true,
            _ => {} // what the test harness says
        }
    }
}

struct Firm {
    folder: tempfile::TempDir,
    key: String,
    badges: String,
    vkey: String,
    time_ms: u64,
    task: i64,
    /// Customers whose move was acknowledged.
    moved: u64,
    /// Everything acknowledged so far.
    acks: Vec<(String, u64, String, u64)>,
    steps: BTreeSet<String>,
}

impl Firm {
    async fn new() -> Firm {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::fresh();
        let time = Arc::new(AtomicU64::new(BEGINNING_MS));
        let clock = Arc::clone(&time);
        let clock: tigertally_core::clock::Clock = Arc::new(move || clock.load(Ordering::Relaxed));
        let (system, operator) = Tigertally::init(folder.path(), "澜图商贸", &unlock, clock).await.unwrap();
        let system = Arc::new(system);
        for (table, name, text) in [
            (Table::Staff, "staff.csv", STAFF.to_owned()),
            (Table::Staff, "more.csv", MORE_STAFF.to_owned()),
            (Table::Customers, "customers.csv", customers()),
        ] {
            let file = ImportFile::uploaded(name, text.into_bytes(), table);
            let report = system.import(&operator.actor(), file, ImportOptions::default(), |_, _| {}).await;
            assert!(report.unwrap().taken);
        }
        let mut badges = Vec::new();
        for no in PEOPLE {
            let (_, badge) = sign_in(&system, &operator, &time, no).await;
            badges.push(badge);
        }
        let (leaver, _) = sign_in(&system, &operator, &time, "S001").await;
        let task = NewTask {
            customer: "K00002".into(),
            assignee: None,
            title: "回访报价".into(),
            due: "2026-11-30".into(),
        };
        let (task, _) = system.create_task(&leaver, &task, None).await.unwrap();
        Firm {
            key: unlock.text().unwrap().to_owned(),
            badges: badges.join(" "),
            vkey: system.verifier_key().to_owned(),
            time_ms: time.load(Ordering::Relaxed),
            folder,
            task,
            moved: 0,
            acks: Vec::new(),
            steps: BTreeSet::new(),
        }
    }

    /// Starts the program: to be killed after its first step or this long into it, or to go on to the end.
    fn start(&mut self, steps: &str, into: Option<Duration>) -> Said {
        self.time_ms += 5 * 60_000;
        let mut victim = Command::new(env::current_exe().unwrap())
            .args(["victim", "--exact", "--nocapture"])
            .env("TIGERTALLY_VICTIM", self.folder.path())
            .env("TIGERTALLY_KEY", &self.key)
            .env("TIGERTALLY_BADGES", &self.badges)
            .env("TIGERTALLY_TIME", self.time_ms.to_string())
            .env("TIGERTALLY_STEPS", steps)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(victim.stdout.take().unwrap());
        let (mut said, mut line, mut killed) = (Said::default(), String::new(), false);
        // What was said before the kill is still read after it; a line that was cut off was not said.
        while out.read_line(&mut line).unwrap() > 0 {
            if let Some(line) = line.strip_suffix('\n') {
                said.hear(line);
            }
            line.clear();
            let done = !said.acks.is_empty() || said.moved > 0;
            let now = match into {
                Some(_) => said.begun.is_some(),
                None => steps == "one" && done,
            };
            if now && !killed {
                thread::sleep(into.unwrap_or_default());
                victim.kill().unwrap();
                killed = true;
            }
        }
        let output = victim.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(said.ended || output.status.code().is_none(), "it ended by itself: {words}");
        // Its clock went on while it worked.
        self.time_ms += if steps == "one" { 60_000 } else { 3_600_000 };
        self.steps.extend(said.begun.clone());
        self.moved += said.moved;
        self.acks.extend(said.acks.iter().cloned());
        said
    }

    /// Looks at what a start after the kill would show.
    async fn check(&mut self, said: &Said) {
        let about = format!("after {said:?}");
        let audit = read_only::audit(self.folder.path(), Some(&self.vkey), &[], |_| {}).unwrap();
        assert!(audit.fault.is_none(), "{about}: {:?}", audit.fault);
        let conn = Connection::open(self.folder.path().join("tigertally.db")).unwrap();
        for (step, index, hash, _) in &self.acks {
            let (leaf, salt, body): (Vec<u8>, Vec<u8>, Vec<u8>) = conn
                .query_row("SELECT leaf, salt, body FROM entry WHERE idx = ?1", [index], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .unwrap_or_else(|error| panic!("{about}: entry {index} of {step} was acknowledged: {error}"));
            assert_eq!(&leaf_hash(&leaf).map(|byte| format!("{byte:02x}")).concat(), hash, "{about}: {step}");
            let leaf = Leaf::from_bytes(&leaf).unwrap();
            assert_eq!(leaf.commitment, commitment(&salt.try_into().unwrap(), &body), "{about}: {step}");
        }
        let told = moved_in_ledger(&conn);
        let owners = owners(&conn);
        assert_eq!(owners.len(), CUSTOMERS, "{about}: lost or doubled");
        let there: BTreeSet<String> =
            owners.iter().filter(|(_, owner)| *owner != "S001").map(|(no, _)| no.clone()).collect();
        assert!(
            owners.values().all(|owner| owner == "S001" || RECEIVERS.contains(&owner.as_str())),
            "{about}"
        );
        assert_eq!(there, told.iter().cloned().collect(), "{about}: what moved is what the ledger tells");
        assert_eq!(there.len(), told.len(), "{about}: a customer moved twice");
        assert!(there.len() as u64 >= self.moved, "{about}: {} of {} moved", there.len(), self.moved);
        // A task is where its customer is.
        let (assignee, owner): (String, String) = conn
            .query_row(
                "SELECT a.no, o.no FROM task t JOIN customer c ON c.id = t.customer_id JOIN staff a ON a.id = t.assignee_id \
                 JOIN staff o ON o.id = c.owner_id WHERE t.id = ?1",
                [self.task],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(assignee, owner, "{about}");
        drop(conn);
        self.check_as_seen(&about, there.len() as u64).await;
    }

    /// The same as the people see it.
    async fn check_as_seen(&mut self, about: &str, there: u64) {
        self.time_ms += 60_000;
        let time = Arc::new(AtomicU64::new(self.time_ms));
        let system = open(self.folder.path(), &self.key, &time);
        let token = |no: &str| {
            let badge = self.badges.split(' ').find(|badge| badge.starts_with(no)).unwrap();
            badge.split('|').nth(1).unwrap().to_owned()
        };
        let manager = system.actor(&token("S002"), Via::Api).unwrap().unwrap();
        let list = system.handovers(&manager, None, 10).await.unwrap();
        let told = |step: &str| self.acks.iter().filter(|ack| ack.0 == step).collect::<Vec<_>>();
        let Some(first) = list.handovers.first() else {
            assert!(told("open").is_empty(), "{about}: the hand-over is gone");
            return;
        };
        assert_eq!(list.handovers.len(), 1, "{about}");
        let (seen, _): (Handover, _) = system.handover(&manager, first.id).await.unwrap();
        assert_eq!(seen.inventory.customers(), CUSTOMERS as u64, "{about}");
        assert_eq!(seen.counts[3], there, "{about}: items and owners are one");
        let signed: Vec<u64> =
            seen.parts.iter().filter(|part| part.signed_ms.is_some()).map(|part| part.customers).collect();
        for (_, _, _, accepted) in told("sign") {
            assert!(signed.contains(accepted), "{about}: signed for {accepted}, stands {signed:?}");
        }
        for (_, _, _, approval) in told("ask") {
            let covered = seen.parts.iter().any(|part| part.approval == Some(*approval as i64));
            assert!(covered, "{about}: approval {approval} covers nothing");
        }
        let decided = told("decide").len();
        let approved: BTreeSet<i64> = seen
            .parts
            .iter()
            .filter(|part| matches!(part.state, PartState::Approved | PartState::Moved))
            .filter_map(|part| part.approval)
            .collect();
        assert!(approved.len() >= decided, "{about}: {decided} approved, {approved:?} stand");
        let done = matches!(seen.state, HandoverState::Done | HandoverState::Closed);
        assert_eq!(done, there == CUSTOMERS as u64, "{about}: {:?} with {there} moved", seen.state);
        if !told("close").is_empty() {
            assert_eq!(seen.state, HandoverState::Closed, "{about}");
        }
    }

    /// All that must be so once it is over.
    async fn check_end(&mut self) {
        let conn = Connection::open(self.folder.path().join("tigertally.db")).unwrap();
        let owners = owners(&conn);
        assert!(owners.values().all(|owner| RECEIVERS.contains(&owner.as_str())));
        assert_eq!(owners[REFUSED], "S012", "refused by the one, it went to the other");
        assert_eq!(moved_in_ledger(&conn).len(), CUSTOMERS);
        let left: u64 = conn
            .query_row("SELECT count(*) FROM customer c JOIN staff s ON s.id IN (c.owner_id, c.contact_id) WHERE s.no = 'S001'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0, "with the leaver");
        let active: bool =
            conn.query_row("SELECT active FROM staff WHERE no = 'S001'", [], |row| row.get(0)).unwrap();
        assert!(!active);
        for step in ["open", "split", "sign", "ask", "decide", "move", "close"] {
            assert!(self.steps.contains(step), "{step} was never begun: {:?}", self.steps);
        }
    }
}

async fn sign_in(
    system: &Arc<Tigertally>,
    operator: &Operator,
    time: &Arc<AtomicU64>,
    no: &str,
) -> (Actor, String) {
    let secret = system.set_demo_credentials(operator, no, PASSWORD).await.unwrap();
    time.fetch_add(60_000, Ordering::Relaxed);
    let code = authenticator_code(&secret, system.now_ms()).unwrap();
    let signed = system.sign_in(no, PASSWORD, Some(&code), &from()).await.unwrap();
    let badge = format!("{no}|{}|{}", signed.token.as_str(), secret.as_str());
    (signed.actor, badge)
}

fn owners(conn: &Connection) -> BTreeMap<String, String> {
    let mut ask = conn
        .prepare("SELECT c.no, coalesce(o.no, '') FROM customer c LEFT JOIN staff o ON o.id = c.owner_id")
        .unwrap();
    let rows = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Customers that the ledger says have moved, each as often as it says so.
fn moved_in_ledger(conn: &Connection) -> Vec<String> {
    let mut ask = conn.prepare("SELECT leaf, body FROM entry ORDER BY idx").unwrap();
    let rows = ask.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    rows.map(Result::unwrap)
        .filter(|(leaf, _)| &*Leaf::from_bytes(leaf).unwrap().action == "handover.move")
        .flat_map(|(_, body)| serde_json::from_slice::<Body>(&body).unwrap().customers)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_killed_after_each_of_its_steps_comes_to_its_end() {
    let mut firm = Firm::new().await;
    for step in 0.. {
        assert!(step < MOST_STEPS, "it comes to no end: {:?}", firm.steps);
        let said = firm.start("one", None);
        firm.check(&said).await;
        if said.ended {
            break;
        }
    }
    firm.check_end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_killed_in_the_middle_of_its_steps_comes_to_its_end() {
    let mut firm = Firm::new().await;
    let mut chance = 0x5eed_u64;
    let mut middle = 0;
    for round in 0.. {
        assert!(round < 6 * MOST_STEPS, "it comes to no end: {:?}", firm.steps);
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A busy machine needs longer for a step: in time it gets it.
        let longest = 5_000 + round * 500;
        let said = firm.start("one", Some(Duration::from_micros((chance >> 33) % longest)));
        middle += u64::from(!said.ended && said.acks.is_empty() && said.moved == 0);
        firm.check(&said).await;
        if said.ended {
            break;
        }
    }
    assert!(middle > 0, "no step was cut short");
    firm.check_end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_takes_nothing_out_after_a_kill() {
    let mut firm = Firm::new().await;
    let said = firm.start("one", None);
    assert_eq!(said.acks[0].0, "open");
    let time = Arc::new(AtomicU64::new(firm.time_ms));
    let unlock = Unlock::Key(Zeroizing::new(firm.key.clone()));
    let clock = Arc::clone(&time);
    let clock = Arc::new(move || clock.load(Ordering::Relaxed));
    let (system, operator) = Tigertally::open(firm.folder.path(), &unlock, clock).unwrap();
    let system = Arc::new(system);
    let (leaver, _) = sign_in(&system, &operator, &time, "S001").await;
    let query = ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name],
        clear: Vec::new(),
        format: ExportFormat::Csv,
        recipients: None,
    };
    let denied = system.request_export(&leaver, &query, "例行核对名单").await;
    assert!(matches!(denied, Err(DeskError::Denied { .. })), "{denied:?}");
    drop(system);
    // And from there to the end in one go.
    let said = firm.start("all", None);
    assert!(said.ended);
    firm.steps.extend(["open", "split", "sign", "ask", "decide", "move", "close"].map(str::to_owned));
    firm.check(&said).await;
    firm.check_end().await;
}
