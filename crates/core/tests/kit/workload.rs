//! A short day's work, the same every time, done by a process that may be let down; and what must stand after it.
//!
//! The process is this same test binary. It tells what was acknowledged on its standard error, with `writev`, which
//! nothing else here uses: so a trace has these words in their place among the calls of the store.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{IoSlice, Write},
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
};

use rusqlite::Connection;
use tempfile::TempDir;
use tigertally_core::{
    OpenError, StoreError, Tigertally, Unlock, clock,
    desk::{Changes, DeskError, ImportFile, ImportOptions, ListQuery, NewRecord, NewTask, StatedPurpose},
    entry::{Body, Receipt, action},
    identity::{Actor, SignIn, Via, authenticator_code},
    import::Table,
    policy::PurposeKind,
    read_only,
    record::{Field, Kind},
};
use tigertally_ledger::{Leaf, commitment, leaf_hash};
use zeroize::Zeroizing;

use super::PASSWORD;

const FIRST_VALUE: u64 = 13_800_000_000;
/// Customers of a large import.
const MANY: u64 = 1500;
const STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S001,周敏,销售部,员工,华东,,2020-01-06,s001@example.com
";
const CUSTOMERS: &str = "customer_no,kind,name,mobile,region,owner
I0001,企业,澄川精密仪器有限公司,13900000001,华东,S001
I0002,企业,望潮食品有限公司,13900000002,华东,S001
I0003,个人,李华,13900000003,华东,S001
";

/// What a process is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Sets a folder up.
    Founding,
    /// Opens one, works, closes it.
    Day,
    /// The same after a night in which the process was killed: the log is still there.
    Recovery,
    /// Works until the log keeper has copied the log: many small deeds.
    LongDay,
    /// The same with one large deed.
    BusyDay,
}

impl Script {
    fn name(self) -> String {
        format!("{self:?}")
    }
}

// ---------- the process

/// Its voice: one line a word.
struct Voice;

impl Voice {
    fn say(&self, line: &str) {
        let line = format!("{line}\n");
        assert_eq!(std::io::stderr().write_vectored(&[IoSlice::new(line.as_bytes())]).unwrap(), line.len());
    }

    fn acknowledge(&self, action: &str, receipt: &Receipt, customer: &str, value: u64) {
        let hash = receipt.leaf_hash.map(|byte| format!("{byte:02x}")).concat();
        self.say(&format!("ack {action} {} {} {hash} {customer} {value}", receipt.index, receipt.time_ms));
    }

    /// Tells what became of a deed.
    fn end(&self, action: &str, done: Result<(Receipt, String, u64), DeskError>) {
        match done {
            Ok((receipt, customer, value)) => self.acknowledge(action, &receipt, &customer, value),
            Err(error) => self.say(&format!("err {action} {error}")),
        }
    }
}

/// Not a test: what the process does. Without its folder in the environment it has nothing to do.
pub async fn work() {
    let Ok(folder) = env::var("TIGERTALLY_VICTIM") else { return };
    let unlock = Unlock::Key(Zeroizing::new(env::var("TIGERTALLY_KEY").unwrap()));
    let script = env::var("TIGERTALLY_SCRIPT").unwrap();
    if script == Script::Founding.name() {
        found(folder.as_ref(), &unlock).await;
    } else {
        let opened = Tigertally::open(folder.as_ref(), &unlock, clock::system());
        let (system, operator) = match opened {
            Ok((system, operator)) => (Arc::new(system), operator.actor()),
            Err(error) => return Voice.say(&format!("err open {error}")),
        };
        match system.actor(&env::var("TIGERTALLY_TOKEN").unwrap(), Via::Api) {
            Ok(seller) => {
                let desk = Desk { system, seller: seller.unwrap(), operator };
                desk.day().await;
                if script == Script::LongDay.name() {
                    desk.overtime(folder.as_ref()).await;
                }
                if script == Script::BusyDay.name() {
                    desk.import(&many()).await;
                    desk.overtime(folder.as_ref()).await;
                }
            }
            Err(error) => return Voice.say(&format!("err open {error}")),
        }
    }
    Voice.say("end");
}

async fn found(folder: &Path, unlock: &Unlock) {
    let (system, operator) = match Tigertally::init(folder, "澜图商贸", unlock, clock::system()).await {
        Ok(founded) => founded,
        Err(error) => return Voice.say(&format!("err open {error}")),
    };
    Voice.say("founded");
    let system = Arc::new(system);
    let staff = ImportFile::uploaded("staff.csv", STAFF.into(), Table::Staff);
    let imported = system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await;
    Voice.end(action::IMPORT, imported.map(|report| (report.receipts.unwrap().1, "-".to_owned(), 0)));
}

struct Desk {
    system: Arc<Tigertally>,
    seller: Actor,
    operator: Actor,
}

impl Desk {
    async fn day(&self) {
        self.list().await;
        self.change(0).await;
        self.view(0).await;
        self.create(1).await;
        self.import(CUSTOMERS).await;
        self.change(1).await;
        self.create(2).await;
        self.change(0).await;
    }

    /// Until the database file has grown by what the log keeper copied.
    async fn overtime(&self, folder: &Path) {
        let length = || fs::metadata(folder.join("tigertally.db")).map_or(0, |meta| meta.len());
        let before = length();
        for n in 3.. {
            self.create(n).await;
            if length() > before.max(1) || n > 20_000 {
                break;
            }
        }
        self.change(1).await;
    }

    async fn list(&self) {
        let page = self.system.list(&self.seller, &ListQuery { limit: 5, ..ListQuery::default() }).await;
        Voice.end(action::LIST, page.map(|page| (page.receipt, "-".to_owned(), 0)));
    }

    async fn view(&self, customer: usize) {
        let no = customer_no(customer);
        let page = self.system.view(&self.seller, &no).await;
        Voice.end(action::VIEW, page.map(|page| (page.receipt, no, 0)));
    }

    async fn change(&self, customer: usize) {
        let no = customer_no(customer);
        let value = match reveal(&self.system, &self.seller, customer).await {
            Ok((value, receipt)) => {
                Voice.acknowledge(action::REVEAL, &receipt, &no, value);
                value
            }
            Err(error) => return Voice.say(&format!("err {} {error}", action::REVEAL)),
        };
        let version = match self.system.view(&self.seller, &no).await {
            Ok(page) => page.customer.customer.version,
            Err(error) => return Voice.say(&format!("err {} {error}", action::VIEW)),
        };
        Voice.say(&format!("try {no} {}", value + 1));
        let changes = Changes { version, values: vec![(Field::Address, (value + 1).to_string())] };
        let changed = self.system.change_customer(&self.seller, &no, &changes).await;
        Voice.end(action::CHANGE, changed.map(|receipt| (receipt, no, value + 1)));
    }

    async fn create(&self, n: u64) {
        let created = self.system.create_customer(&self.seller, &record(None), None).await;
        Voice.end(action::CREATE, created.map(|created| (created.receipt, created.no, n)));
    }

    async fn import(&self, customers: &str) {
        let file = ImportFile::uploaded("customers.csv", customers.into(), Table::Customers);
        let done = self.system.import(&self.operator, file, ImportOptions::default(), |_, _| {}).await;
        let done = done.map(|report| {
            assert!(report.taken, "{report:?}");
            (report.receipts.unwrap().1, "-".to_owned(), report.created)
        });
        Voice.end(action::IMPORT, done);
    }
}

/// Enough to fill the log.
fn many() -> String {
    let header = CUSTOMERS.lines().take(1).map(str::to_owned);
    let lines = (1..=MANY).map(|n| {
        let mobile = FIRST_VALUE + n;
        format!("B{n:05},企业,澄川精密仪器有限公司,{mobile},华东,S001")
    });
    header.chain(lines).map(|line| line + "\n").collect()
}

fn customer_no(customer: usize) -> String {
    format!("K{customer:05}")
}

/// A customer that the company does not have.
fn record(no: Option<String>) -> NewRecord {
    let mail = format!("{:032x}@example.com", u128::from_ne_bytes(tigertally_crypto::random::bytes()));
    let values = vec![(Field::Name, "李华".to_owned()), (Field::Email, mail)];
    NewRecord { no, kind: Kind::Person, region: String::new(), since: None, values }
}

/// The task that every opening of a customer is for has the customer's place in the order as its number.
async fn reveal(system: &Tigertally, actor: &Actor, customer: usize) -> Result<(u64, Receipt), DeskError> {
    let task = StatedPurpose { kind: PurposeKind::Task, reference: customer as i64 + 1 };
    let opened = system.reveal(actor, &customer_no(customer), &[Field::Address], Some(&task)).await?;
    let (_, address) = opened.values().next().unwrap();
    Ok((address.parse().unwrap(), opened.receipt().clone()))
}

// ---------- what it said

#[derive(Debug)]
pub struct Ack {
    pub action: String,
    pub index: u64,
    pub time_ms: u64,
    pub leaf_hash: String,
    pub customer: String,
    pub value: u64,
}

/// What a process said.
#[derive(Debug, Default)]
pub struct Said {
    pub founded: bool,
    pub acks: Vec<Ack>,
    /// Customer and value of the changes that were begun, with the number of acknowledgements before.
    pub tries: Vec<(usize, String, u64)>,
    /// What failed, and with which words.
    pub errors: Vec<(String, String)>,
    pub ended: bool,
}

impl Said {
    /// Takes in a line. One that was cut off was not said: give whole lines only.
    pub fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match *words {
            ["founded"] => self.founded = true,
            ["end"] => self.ended = true,
            ["try", customer, value] => {
                self.tries.push((self.acks.len(), customer.to_owned(), value.parse().unwrap()));
            }
            ["ack", action, index, time_ms, leaf_hash, customer, value] => self.acks.push(Ack {
                action: action.to_owned(),
                index: index.parse().unwrap(),
                time_ms: time_ms.parse().unwrap(),
                leaf_hash: leaf_hash.to_owned(),
                customer: customer.to_owned(),
                value: value.parse().unwrap(),
            }),
            ["err", deed, ..] => self.errors.push((deed.to_owned(), words[2..].join(" "))),
            _ => panic!("it said {line}"),
        }
    }

    pub fn all(text: &str) -> Said {
        let mut said = Said::default();
        for line in text.split_inclusive('\n') {
            if let Some(line) = line.strip_suffix('\n') {
                said.hear(line);
            }
        }
        said
    }
}

// ---------- what must stand

/// A company as it was left in the evening: a folder to be copied, and what opens it.
pub struct Template {
    folder: TempDir,
    /// The same before it was closed.
    killed: TempDir,
    pub key: String,
    pub token: String,
    pub vkey: String,
}

impl Template {
    pub async fn new() -> Template {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::fresh();
        let (system, operator) =
            Tigertally::init(folder.path(), "澜图商贸", &unlock, clock::system()).await.unwrap();
        let system = Arc::new(system);
        let staff = ImportFile::uploaded("staff.csv", STAFF.into(), Table::Staff);
        system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await.unwrap();
        let secret = system.set_demo_credentials(&operator, "S001", PASSWORD).await.unwrap();
        let code = authenticator_code(&secret, system.now_ms()).unwrap();
        let from = SignIn {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            agent: "test".into(),
            via: Via::Api,
            device: None,
        };
        let signed_in = system.sign_in("S001", PASSWORD, Some(&code), &from).await.unwrap();
        for customer in 0..2 {
            let no = customer_no(customer);
            system.create_customer(&signed_in.actor, &record(Some(no.clone())), None).await.unwrap();
            let first = Changes { version: 1, values: vec![(Field::Address, FIRST_VALUE.to_string())] };
            system.change_customer(&signed_in.actor, &no, &first).await.unwrap();
            let (title, due) = ("回访".to_owned(), "2099-01-01".to_owned());
            let task = NewTask { customer: no, assignee: None, title, due };
            system.create_task(&signed_in.actor, &task, None).await.unwrap();
        }
        let killed = tempfile::tempdir().unwrap();
        copy(folder.path(), killed.path());
        Template {
            killed,
            key: unlock.text().unwrap().to_owned(),
            token: signed_in.token.to_string(),
            vkey: system.verifier_key().to_owned(),
            folder,
        }
    }

    /// Makes a folder like the one that was left; for the founding, none.
    pub fn lay(&self, folder: &Path, script: Script) {
        if script != Script::Founding {
            let left = if script == Script::Recovery { &self.killed } else { &self.folder };
            fs::create_dir(folder).unwrap();
            copy(left.path(), folder);
        }
    }

    /// Reads the folder as a stranger would, before anything is written into it again.
    pub fn look(&self, folder: &Path, said: &Said) -> Result<(), String> {
        check_entries(folder, &said.acks)?;
        audit(folder, &self.vkey)
    }

    /// Opens the folder as on any morning, and looks for everything that was acknowledged. Says what is wrong.
    pub async fn check(&self, folder: &Path, script: Script, said: &Said) -> Result<(), String> {
        let unlock = Unlock::Key(Zeroizing::new(self.key.clone()));
        if script == Script::Founding {
            return check_founded(folder, &unlock, said).await;
        }
        self.look(folder, said)?;
        let opened = Tigertally::open(folder, &unlock, clock::system());
        let (system, _) = opened.map_err(|error| format!("it does not open: {error}"))?;
        let actor = system.actor(&self.token, Via::Api).map_err(|error| error.to_string())?;
        let actor = actor.ok_or("the session is gone")?;
        check_entries(folder, &said.acks)?;
        let mut stands = BTreeMap::new();
        for customer in 0..2 {
            let shown = reveal(&system, &actor, customer).await;
            stands.insert(customer_no(customer), shown.map_err(|error| error.to_string())?.0);
        }
        check_values(&stands, said)?;
        for created in said.acks.iter().filter(|ack| ack.action == action::CREATE) {
            let page = system.view(&actor, &created.customer).await.map_err(|error| error.to_string())?;
            page.customer.mask(Field::Email).ok_or_else(|| format!("there is no mask: {created:?}"))?;
        }
        for imported in said.acks.iter().filter(|ack| ack.action == action::IMPORT && ack.value > 0) {
            let last = if imported.value == MANY { format!("B{MANY:05}") } else { "I0003".to_owned() };
            system.view(&actor, &last).await.map_err(|error| format!("{imported:?}: {error}"))?;
        }
        audit(folder, &self.vkey)?;
        drop(system);
        audit(folder, &self.vkey)
    }
}

/// Copies the files of a folder, but for the index of the log: that is made anew.
fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().file_name()) {
        if file != "tigertally.db-shm" {
            fs::copy(from.join(&file), to.join(&file)).unwrap();
        }
    }
}

/// A folder whose founding was not acknowledged opens, or can be founded.
async fn check_founded(folder: &Path, unlock: &Unlock, said: &Said) -> Result<(), String> {
    let mut opened = Tigertally::open(folder, unlock, clock::system());
    if !said.founded && matches!(opened, Err(OpenError::Store(StoreError::Unusable(_)))) {
        loop {
            opened = Tigertally::init(folder, "澜图商贸", unlock, clock::system()).await;
            // For a moment a process that another test is starting has our files, and with them the lock.
            if !matches!(opened, Err(OpenError::Store(StoreError::InUse))) {
                break;
            }
            std::thread::yield_now();
        }
    }
    let (system, _) = opened.map_err(|error| format!("it does not open: {error}"))?;
    check_entries(folder, &said.acks)?;
    let vkey = system.verifier_key().to_owned();
    drop(system);
    audit(folder, &vkey)
}

/// The leaf of each entry is the one that was acknowledged, and its body the one that the leaf commits to.
fn check_entries(folder: &Path, acks: &[Ack]) -> Result<(), String> {
    let conn = Connection::open(folder.join("tigertally.db")).map_err(|error| error.to_string())?;
    for ack in acks {
        let row = conn.query_row("SELECT leaf, salt, body FROM entry WHERE idx = ?1", [ack.index], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, [u8; 32]>(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        let (leaf, salt, body) = row.map_err(|error| format!("{ack:?} is gone: {error}"))?;
        let hash = leaf_hash(&leaf).map(|byte| format!("{byte:02x}")).concat();
        let leaf = Leaf::from_bytes(&leaf).map_err(|error| error.to_string())?;
        let told: Body = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let same = hash == ack.leaf_hash
            && (&*leaf.action, leaf.time_ms) == (ack.action.as_str(), ack.time_ms)
            && leaf.commitment == commitment(&salt, &body)
            && (ack.customer == "-" || told.customer.as_ref() == Some(&ack.customer));
        if !same {
            return Err(format!("{ack:?} is another now: {leaf:?}"));
        }
    }
    let released = released(&conn).map_err(|error| error.to_string())?;
    // What became of an intent is on disk with the next entry that is.
    let told = acks.split_last().map_or(&[][..], |(_, before)| before);
    match told.iter().find(|ack| ack.action == action::REVEAL && !released.contains(&ack.index)) {
        Some(ack) => Err(format!("{ack:?} was released, and no entry says so")),
        None => Ok(()),
    }
}

/// The intents that an outcome tells of.
fn released(conn: &Connection) -> rusqlite::Result<Vec<u64>> {
    let mut ask = conn.prepare("SELECT body FROM entry")?;
    let bodies = ask.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(bodies.iter().flat_map(|body| serde_json::from_slice::<Body>(body).unwrap().released).collect())
}

/// A customer has the value that was acknowledged last, or one that was tried after it.
fn check_values(stands: &BTreeMap<String, u64>, said: &Said) -> Result<(), String> {
    for (no, stands) in stands {
        let change = |ack: &&Ack| ack.action == action::CHANGE && ack.customer == *no;
        let (at, last) = said
            .acks
            .iter()
            .enumerate()
            .rfind(|(_, ack)| change(ack))
            .map_or((0, FIRST_VALUE), |(at, ack)| (at + 1, ack.value));
        let tried = said
            .tries
            .iter()
            .any(|(before, customer, value)| *before >= at && customer == no && value == stands);
        if *stands != last && !tried {
            return Err(format!("{no}: {last} was acknowledged, {stands} stands"));
        }
    }
    Ok(())
}

fn audit(folder: &Path, vkey: &str) -> Result<(), String> {
    let report = read_only::audit(folder, Some(vkey), &[], |_| {}).map_err(|error| error.to_string())?;
    report.fault.map_or(Ok(()), |fault| Err(format!("audit: {fault}")))
}
