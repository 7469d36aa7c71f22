//! The program is killed (SIGKILL) two hundred times under load, on one data folder. Each time it starts again by
//! itself, and nothing that it had acknowledged is missing: no access, no change.
//!
//! The parent runs this same test binary as the victim, which tells on its standard output what was acknowledged.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use rusqlite::Connection;
use tigertally_core::{
    Tigertally, Unlock, clock,
    desk::{Changes, ImportFile, ImportOptions, ListQuery, NewRecord, NewTask, StatedPurpose},
    entry::{Body, Receipt, action},
    identity::{Actor, SignIn, Via, authenticator_code},
    import::Table,
    policy::PurposeKind,
    read_only,
    record::{Field, Kind},
};
use tigertally_ledger::{Leaf, commitment};
use zeroize::Zeroizing;

const ROUNDS: u64 = 200;
/// Customers who are changed all the time, each by one worker.
const CUSTOMERS: usize = 4;
const FIRST_VALUE: u64 = 13_800_000_000;

const STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S001,周敏,销售部,员工,华东,,2020-01-06,s001@example.com
";

// ---------- what the victim does

/// What was acknowledged, as one line: action, index, time, customer, value.
#[derive(Debug)]
struct Ack {
    action: String,
    index: u64,
    time_ms: u64,
    customer: String,
    value: u64,
}

impl Ack {
    /// One write of one line, as the last thing of each deed.
    fn tell(action: &str, receipt: Receipt, customer: &str, value: u64) {
        let line = format!("ack {action} {} {} {customer} {value}\n", receipt.index, receipt.time_ms);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
    }

    fn parse(line: &str) -> Option<Ack> {
        let [_, action, index, time_ms, customer, value] = line
            .split(' ')
            .collect::<Vec<_>>()
            .try_into()
            .ok()
            .filter(|words: &[&str; 6]| words[0] == "ack")?;
        Some(Ack {
            action: action.to_owned(),
            index: index.parse().ok()?,
            time_ms: time_ms.parse().ok()?,
            customer: customer.to_owned(),
            value: value.parse().ok()?,
        })
    }
}

/// Not a test: the process that is killed. Without its folder in the environment it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Ok(folder) = env::var("TIGERTALLY_VICTIM") else { return };
    let (system, actor) =
        open(folder.as_ref(), &env::var("TIGERTALLY_KEY").unwrap(), &env::var("TIGERTALLY_TOKEN").unwrap());
    let mut workers = tokio::task::JoinSet::new();
    for customer in 0..CUSTOMERS {
        workers.spawn(change_on_and_on(system.clone(), actor.clone(), customer));
    }
    workers.spawn(look_on_and_on(system.clone(), actor.clone()));
    workers.spawn(enter_on_and_on(system, actor));
    workers.join_all().await;
}

async fn change_on_and_on(system: Arc<Tigertally>, actor: Actor, customer: usize) {
    let no = customer_no(customer);
    loop {
        let (value, receipt) = reveal(&system, &actor, customer).await;
        Ack::tell(action::REVEAL, receipt, &no, value);
        let page = system.view(&actor, &no).await.unwrap();
        Ack::tell(action::VIEW, page.receipt, &no, 0);
        let values = vec![(Field::Address, (value + 1).to_string())];
        let changes = Changes { version: page.customer.customer.version, values };
        let receipt = system.change_customer(&actor, &no, &changes).await.unwrap();
        Ack::tell(action::CHANGE, receipt, &no, value + 1);
    }
}

async fn look_on_and_on(system: Arc<Tigertally>, actor: Actor) {
    loop {
        let page = system.list(&actor, &ListQuery { limit: 5, ..ListQuery::default() }).await.unwrap();
        Ack::tell(action::LIST, page.receipt, "-", 0);
    }
}

async fn enter_on_and_on(system: Arc<Tigertally>, actor: Actor) {
    for n in 0.. {
        let created = system.create_customer(&actor, &record(None), None).await.unwrap();
        Ack::tell(action::CREATE, created.receipt, &created.no, n);
        tokio::task::yield_now().await;
    }
}

// ---------- what both know

fn open(folder: &Path, key: &str, token: &str) -> (Arc<Tigertally>, Actor) {
    let unlock = Unlock::Key(Zeroizing::new(key.to_owned()));
    let (system, _) = Tigertally::open(folder, &unlock, clock::system()).unwrap();
    let actor = system.actor(token, Via::Api).unwrap().unwrap();
    (Arc::new(system), actor)
}

fn customer_no(customer: usize) -> String {
    format!("K{customer:05}")
}

/// The task that every opening of a customer is for has the customer's place in the order as its number.
async fn reveal(system: &Arc<Tigertally>, actor: &Actor, customer: usize) -> (u64, Receipt) {
    let task = StatedPurpose { kind: PurposeKind::Task, reference: customer as i64 + 1 };
    let opened = system.reveal(actor, &customer_no(customer), &[Field::Address], Some(&task)).await.unwrap();
    let (_, address) = opened.values().next().unwrap();
    (address.parse().unwrap(), opened.receipt().clone())
}

/// A customer that the company does not have.
fn record(no: Option<String>) -> NewRecord {
    let mail = format!("{:032x}@example.com", u128::from_ne_bytes(tigertally_crypto::random::bytes()));
    let values = vec![(Field::Name, "李华".to_owned()), (Field::Email, mail)];
    NewRecord { no, kind: Kind::Person, region: String::new(), since: None, values }
}

// ---------- the parent

struct House {
    folder: tempfile::TempDir,
    key: String,
    token: String,
    vkey: String,
    /// The last value acknowledged of each of the [`CUSTOMERS`].
    values: BTreeMap<String, u64>,
    /// Leaf and body of each entry acknowledged so far, by index.
    seen: BTreeMap<u64, (Vec<u8>, Vec<u8>)>,
    /// The last checkpoint: somebody elsewhere kept it.
    kept: Vec<String>,
}

impl House {
    async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::fresh();
        let (system, operator) =
            Tigertally::init(folder.path(), "澜图商贸", &unlock, clock::system()).await.unwrap();
        let system = Arc::new(system);
        let staff = ImportFile::uploaded("staff.csv", STAFF.into(), Table::Staff);
        system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await.unwrap();
        let secret = system.set_demo_credentials(&operator, "S001", "three tigers in a row").await.unwrap();
        let code = authenticator_code(&secret, system.now_ms()).unwrap();
        let from = SignIn {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            agent: "test".into(),
            via: Via::Api,
            device: None,
        };
        let signed_in = system.sign_in("S001", "three tigers in a row", Some(&code), &from).await.unwrap();
        let mut values = BTreeMap::new();
        for customer in 0..CUSTOMERS {
            let no = customer_no(customer);
            system.create_customer(&signed_in.actor, &record(Some(no.clone())), None).await.unwrap();
            let first = Changes { version: 1, values: vec![(Field::Address, FIRST_VALUE.to_string())] };
            system.change_customer(&signed_in.actor, &no, &first).await.unwrap();
            let (title, due) = ("回访".to_owned(), "2099-01-01".to_owned());
            let task = NewTask { customer: no.clone(), assignee: None, title, due };
            let (id, _) = system.create_task(&signed_in.actor, &task, None).await.unwrap();
            assert_eq!(id, customer as i64 + 1);
            values.insert(no, FIRST_VALUE);
        }
        House {
            key: unlock.text().unwrap().to_owned(),
            token: signed_in.token.to_string(),
            vkey: system.verifier_key().to_owned(),
            folder,
            values,
            seen: BTreeMap::new(),
            kept: Vec::new(),
        }
    }

    /// Lets the program work and kills it: some time after its first word, or while it is still starting.
    fn kill_one(&self, while_starting: bool, after: Duration) -> Vec<Ack> {
        let mut victim = Command::new(env::current_exe().unwrap())
            .args(["victim", "--exact", "--nocapture"])
            .env("TIGERTALLY_VICTIM", self.folder.path())
            .env("TIGERTALLY_KEY", &self.key)
            .env("TIGERTALLY_TOKEN", &self.token)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(victim.stdout.take().unwrap());
        let (first, spoken) = mpsc::channel();
        let listener = thread::spawn(move || {
            let (mut acks, mut line) = (Vec::new(), String::new());
            while out.read_line(&mut line).unwrap() > 0 {
                // A line that was cut off by the kill was not said.
                acks.extend(line.strip_suffix('\n').and_then(Ack::parse));
                if acks.len() == 1 {
                    let _ = first.send(());
                }
                line.clear();
            }
            acks
        });
        if !while_starting {
            // Disconnected: the victim ended by itself, which the assertion below tells.
            let _ = spoken.recv();
        }
        thread::sleep(after);
        victim.kill().unwrap();
        let output = victim.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_none(), "the victim was not killed, it ended: {words}");
        listener.join().unwrap()
    }

    /// Starts the program again and looks for everything that was acknowledged.
    async fn check(&mut self, acks: Vec<Ack>, round: u64) {
        let (system, actor) = open(self.folder.path(), &self.key, &self.token);
        let conn = Connection::open(self.folder.path().join("tigertally.db")).unwrap();
        for ack in &acks {
            let entry = entry(&conn, ack.index);
            assert_same(ack, &entry, round);
            self.seen.insert(ack.index, entry);
            if ack.action == action::CHANGE {
                self.values.insert(ack.customer.clone(), ack.value);
            }
        }
        for customer in 0..CUSTOMERS {
            let told = self.values.get_mut(&customer_no(customer)).unwrap();
            let (stands, _) = reveal(&system, &actor, customer).await;
            // One more may have been written without a word of it.
            assert!(
                stands == *told || stands == *told + 1,
                "round {round}: {told} was told, {stands} stands"
            );
            *told = stands;
        }
        for created in acks.iter().filter(|ack| ack.action == action::CREATE) {
            let page = system.view(&actor, &created.customer).await.unwrap();
            assert!(page.customer.mask(Field::Email).is_some(), "round {round}: {created:?}");
        }
        let audit = read_only::audit(self.folder.path(), Some(&self.vkey), &self.kept, |_| {}).unwrap();
        assert!(audit.fault.is_none(), "round {round}: {:?}", audit.fault);
        self.kept = fs::read_to_string(self.folder.path().join("checkpoint")).into_iter().collect();
    }
}

/// Leaf and body of an entry.
fn entry(conn: &Connection, index: u64) -> (Vec<u8>, Vec<u8>) {
    let row = conn.query_row("SELECT leaf, salt, body FROM entry WHERE idx = ?1", [index], |row| {
        Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, Vec<u8>>(2)?))
    });
    let (leaf, salt, body) = row.unwrap_or_else(|error| panic!("entry {index} was acknowledged: {error}"));
    assert_eq!(Leaf::from_bytes(&leaf).unwrap().commitment, commitment(&salt, &body));
    (leaf, body)
}

fn assert_same(ack: &Ack, (leaf, body): &(Vec<u8>, Vec<u8>), round: u64) {
    let leaf = Leaf::from_bytes(leaf).unwrap();
    let body: Body = serde_json::from_slice(body).unwrap();
    assert_eq!((&*leaf.action, leaf.time_ms), (ack.action.as_str(), ack.time_ms), "round {round}: {ack:?}");
    assert_eq!(body.actor, "S001");
    if ack.customer != "-" {
        assert_eq!(body.customer.as_ref(), Some(&ack.customer), "round {round}: {ack:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_missing_after_two_hundred_kills() {
    let mut house = House::new().await;
    let mut chance = 0x5eed_u64;
    for round in 0..ROUNDS {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let longest = if round % 10 == 0 { 300 } else { 80 };
        let after = Duration::from_millis((chance >> 33) % longest);
        let acks = house.kill_one(round % 5 == 4, after);
        house.check(acks, round).await;
    }
    let conn = Connection::open(house.folder.path().join("tigertally.db")).unwrap();
    for (index, seen) in &house.seen {
        assert!(entry(&conn, *index) == *seen, "entry {index} is another now");
    }
    assert!(house.seen.len() as u64 > 5 * ROUNDS, "there was no load: {} acknowledged", house.seen.len());
}
