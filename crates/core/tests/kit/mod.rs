//! A small company in a temporary folder, with a clock that stands until it is moved.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

pub mod disk;
pub mod strace;
pub mod workload;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tempfile::TempDir;
use tigertally_core::{
    AuditReport, OpenError, Tigertally, Unlock,
    clock::Clock,
    desk::{ImportOptions, NewRecord, NewTask},
    identity::{Actor, Confirmed, Operator, SignIn, Via, authenticator_code},
    import::Table,
    read_only,
    record::{Field, Kind},
};

/// A member of staff: number, name, department, title, region.
pub const STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S001,周敏,销售部,员工,华东,S002,2020-01-06,s001@example.com
S002,陈立,销售部,主管,华东,,2018-03-01,s002@example.com
S003,罗骁,销售部,员工,华南,,2021-05-10,s003@example.com
S004,韩璐,客服部,员工,华东,,2021-05-10,s004@example.com
S005,方茴,合规部,合规专员,,,2019-02-11,s005@example.com
S006,沈若,信息部,系统管理员,,,2019-02-11,s006@example.com
";

pub const PASSWORD: &str = "three tigers in a row";

pub struct House {
    pub system: Arc<Tigertally>,
    pub operator: Operator,
    time: Arc<AtomicU64>,
    unlock: Unlock,
    folder: TempDir,
    made: AtomicU64,
}

fn clock(time: &Arc<AtomicU64>) -> Clock {
    let time = Arc::clone(time);
    Arc::new(move || time.load(Ordering::Relaxed))
}

fn from() -> SignIn {
    SignIn { address: IpAddr::V4(Ipv4Addr::LOCALHOST), agent: "test".into(), via: Via::Console, device: None }
}

impl House {
    /// A company with its staff.
    pub async fn new() -> House {
        let folder = tempfile::tempdir().unwrap();
        // 2026-11-24 10:00 in Shanghai.
        let time = Arc::new(AtomicU64::new(1_795_485_600_000));
        let unlock = Unlock::fresh();
        let (system, operator) =
            Tigertally::init(folder.path(), "澜图商贸", &unlock, clock(&time)).await.unwrap();
        let house =
            House { system: Arc::new(system), operator, time, unlock, folder, made: AtomicU64::new(0) };
        house.import(Table::Staff, "staff.csv", STAFF).await;
        house
    }

    /// Imports a file as the operator; all lines must be good.
    pub async fn import(&self, table: Table, name: &str, text: &str) {
        let file = tigertally_core::desk::ImportFile::uploaded(name, text.as_bytes().to_vec(), table);
        let report = self
            .system
            .import(&self.operator.actor(), file, ImportOptions::default(), |_, _| {})
            .await
            .unwrap();
        assert!(report.taken, "{report:?}");
    }

    /// Closes the folder and opens it again.
    pub fn reopen(self) -> House {
        let House { system, time, unlock, folder, made, .. } = self;
        drop(Arc::into_inner(system).unwrap());
        let (system, operator) = Tigertally::open(folder.path(), &unlock, clock(&time)).unwrap();
        House { system: Arc::new(system), operator, time, unlock, folder, made }
    }

    /// Tries to open the folder with a key that is not its own.
    pub fn opens_with_another_key(self) -> Result<(), OpenError> {
        let House { system, time, folder, .. } = self;
        drop(Arc::into_inner(system).unwrap());
        Tigertally::open(folder.path(), &Unlock::fresh(), clock(&time)).map(drop)
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: u64) {
        self.time.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// Sets the clock, back too (Unix milliseconds).
    pub fn set_clock(&self, ms: u64) {
        self.time.store(ms, Ordering::Relaxed);
    }

    /// Signs somebody in, giving them a password and an authenticator first.
    pub async fn sign_in(&self, no: &str) -> Actor {
        self.sign_in_with_authenticator(no).await.0
    }

    /// The same, with the secret of their authenticator.
    pub async fn sign_in_with_authenticator(&self, no: &str) -> (Actor, String) {
        let secret = self.system.set_demo_credentials(&self.operator, no, PASSWORD).await.unwrap();
        self.pass(60);
        let code = authenticator_code(&secret, self.system.now_ms()).unwrap();
        (self.system.sign_in(no, PASSWORD, Some(&code), &from()).await.unwrap().actor, secret.to_string())
    }

    /// Confirms somebody by a fresh code.
    pub async fn confirm(&self, actor: &Actor, secret: &str) -> Confirmed {
        self.pass(60);
        let code = authenticator_code(secret, self.system.now_ms()).unwrap();
        self.system.confirm(actor, &code, &from()).await.unwrap()
    }

    /// A seller with a customer of their own.
    pub async fn seller_with_customer(&self) -> (Actor, String) {
        let seller = self.sign_in("S001").await;
        let values = [
            (Field::Name, "恒屿制冷设备有限公司"),
            (Field::Contact, "李华"),
            (Field::Mobile, "13812345678"),
            (Field::IdNumber, "110101199003070134"),
            (Field::BankCard, "6217006549440553"),
            (Field::Email, "li.hua@example.com"),
            (Field::Address, "江苏省苏州市工业园区星湖街1号"),
            (Field::Needs, "年底前有两台机组的替换需求"),
        ];
        let no = self.enter(&seller, &values).await;
        (seller, no)
    }

    /// One more customer of a seller's, another one each time.
    pub async fn customer(&self, seller: &Actor) -> String {
        let n = self.made.fetch_add(1, Ordering::Relaxed);
        let (name, mobile) = (format!("启明{n}号纸业有限公司"), format!("1391234{:04}", 5678 + n));
        self.enter(seller, &[(Field::Name, &name), (Field::Mobile, &mobile)]).await
    }

    pub async fn enter(&self, seller: &Actor, values: &[(Field, &str)]) -> String {
        let new = NewRecord {
            no: None,
            kind: Kind::Company,
            region: String::new(),
            since: None,
            values: values.iter().map(|(field, value)| (*field, (*value).to_owned())).collect(),
        };
        self.system.create_customer(seller, &new, None).await.unwrap().no
    }

    /// An open task of somebody's about a customer.
    pub async fn task(&self, actor: &Actor, customer: &str) -> i64 {
        let new = NewTask {
            customer: customer.to_owned(),
            assignee: None,
            title: "回访报价".to_owned(),
            due: "2026-11-30".to_owned(),
        };
        self.system.create_task(actor, &new, None).await.unwrap().0
    }

    /// Audits the ledger as a stranger would.
    pub fn audit(&self) -> AuditReport {
        read_only::audit(self.folder.path(), Some(self.system.verifier_key()), &[], |_| {}).unwrap()
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A generator of numbers that is the same every time (xorshift).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}
