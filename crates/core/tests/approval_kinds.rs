//! Every kind of approval (of an access, an export, a hand-over, an ownership) under every attack: 10,000 seeded attempts in
//! all, and none gets what nobody approved. And two who decide at the same moment, on threads of their own.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

mod kit;

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier},
};

use kit::{House, Numbers};
use rusqlite::Connection;
use tigertally_core::{
    desk::{
        ApprovalState, Assignment, DeskError, ExportFormat, ExportQuery, HandoverKind, ListQuery,
        NewHandoverRequest, NewRecord, PartState, Signature, SplitPlan, StatedPurpose,
    },
    identity::Actor,
    import::Table,
    record::{Field, Kind as RecordKind},
};

const ATTEMPTS: u64 = 10_000;

/// Reports: S012 → S011 → S010 → S002. S015 and S017 head sales, S016 heads service, S020 receives what S021 to S024 leave.
const MORE_STAFF: &str = "staff_no,name,department,role,region,manager,joined,email
S010,贺川,销售部,主管,华东,S002,2020-01-06,s010@example.com
S011,孟霖,销售部,主管,华东,S010,2020-01-06,s011@example.com
S012,陶然,销售部,主管,华东,S011,2020-01-06,s012@example.com
S013,蓝青,合规部,合规专员,,,2020-01-06,s013@example.com
S014,秦越,数据部,数据保护负责人,,,2020-01-06,s014@example.com
S015,程远,销售部,主管,,,2015-05-10,s015@example.com
S016,安然,客服部,主管,华东,,2015-05-10,s016@example.com
S017,顾城,销售部,主管,,,2015-05-10,s017@example.com
S020,许岚,销售部,主管,华东,,2021-05-10,s020@example.com
S021,马越,销售部,主管,华东,,2021-05-10,s021@example.com
S022,白鹿,销售部,员工,华东,,2021-05-10,s022@example.com
S023,关山,销售部,员工,华东,,2021-05-10,s023@example.com
";

/// Everybody who asks, decides or tries to.
const PEOPLE: [&str; 16] = [
    "S001", "S002", "S003", "S004", "S005", "S010", "S011", "S012", "S013", "S014", "S015", "S016", "S017",
    "S020", "S021", "S022",
];

/// Customers of those who leave: one each.
const LEFT: &str = "customer_no,kind,name,mobile,region,owner
L00021,企业,石桥一号印刷有限公司,13711110021,华东,S021
L00022,企业,石桥二号印刷有限公司,13711110022,华东,S022
L00023,企业,石桥三号印刷有限公司,13711110023,华东,S023
";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Access,
    Export,
    Handover,
    Claim,
}

const KINDS: [Kind; 4] = [Kind::Access, Kind::Export, Kind::Handover, Kind::Claim];

/// A request of S002's: the approval, and what it is about.
#[derive(Clone, Debug)]
struct Asked {
    approval: i64,
    /// The customer of an access or a claim.
    customer: String,
    /// The export, the hand-over or the hit.
    about: i64,
}

struct Firm {
    house: House,
    people: BTreeMap<&'static str, Actor>,
    receiver_secret: String,
    database: Connection,
    made: u64,
}

impl Firm {
    async fn new() -> Firm {
        let house = House::new().await;
        house.import(Table::Staff, "more.csv", MORE_STAFF).await;
        house.import(Table::Customers, "left.csv", LEFT).await;
        let mut people = BTreeMap::new();
        let mut receiver_secret = String::new();
        for no in PEOPLE {
            let (actor, secret) = house.sign_in_with_authenticator(no).await;
            if no == "S020" {
                receiver_secret = secret;
            }
            people.insert(no, actor);
        }
        let database = Connection::open(house.folder().join("tigertally.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        Firm { house, people, receiver_secret, database, made: 0 }
    }

    fn who(&self, no: &str) -> &Actor {
        &self.people[no]
    }

    async fn ask(&mut self, kind: Kind, leaver: &str) -> Asked {
        let system = Arc::clone(&self.house.system);
        self.made += 1;
        match kind {
            Kind::Access => {
                let customer = self.house.customer(self.who("S001")).await;
                let asked = system.request_approval(
                    self.who("S002"),
                    &customer,
                    &[Field::Mobile],
                    "办理实名开户",
                    None,
                );
                Asked { approval: asked.await.unwrap().0, customer, about: 0 }
            }
            Kind::Export => {
                let customer = self.house.customer(self.who("S001")).await;
                let (about, _) =
                    system.request_export(self.who("S002"), &export(), "拜访前核对名单").await.unwrap();
                let (export, _) = system.export_of(self.who("S002"), about).await.unwrap();
                Asked { approval: export.approval.unwrap(), customer, about }
            }
            Kind::Handover => {
                let new = NewHandoverRequest {
                    leaver: leaver.into(),
                    kind: HandoverKind::Moving,
                    last_day: "2026-12-31".into(),
                    reason: "调任其他岗位".into(),
                };
                let (id, _) = system.open_handover(self.who("S002"), &new).await.unwrap();
                let plan = SplitPlan { receivers: vec!["S020".into()], ..SplitPlan::default() };
                system.split_handover(self.who("S002"), id, &plan).await.unwrap();
                let (seen, _) = system.handover(self.who("S020"), id).await.unwrap();
                let confirmed = self.house.confirm(self.who("S020"), &self.receiver_secret).await;
                let part = seen.parts.iter().find(|part| part.state == PartState::Given).unwrap().id;
                system.sign_handover(self.who("S020"), part, confirmed, &Signature::default()).await.unwrap();
                let (approval, _) =
                    system.ask_handover(self.who("S002"), id, "已逐户核对，请批准").await.unwrap();
                Asked { approval, customer: format!("L000{}", &leaver[2..]), about: id }
            }
            Kind::Claim => {
                // A customer of service, which a manager of sales does not see. When it is asked for it goes over to sales: now
                // those decide whom the requester works with.
                let mobile = format!("1360000{:04}", self.made);
                let name = format!("长汀{}号茶业有限公司", self.made);
                let customer = self
                    .house
                    .enter(self.who("S004"), &[(Field::Name, &name), (Field::Mobile, &mobile)])
                    .await;
                let new = NewRecord {
                    no: None,
                    kind: RecordKind::Company,
                    region: String::new(),
                    since: None,
                    values: vec![(Field::Name, name), (Field::Mobile, mobile)],
                };
                let known = system.create_customer(self.who("S002"), &new, None).await;
                let Err(DeskError::Duplicate { hit, .. }) = known else { panic!("{:?}", known.err()) };
                let (approval, _) =
                    system.claim_known(self.who("S002"), hit, "客户主动来电", None).await.unwrap();
                let to = Assignment { owner: Some("S001".into()), contact_person: None };
                system.assign_customer(self.who("S016"), &customer, &to).await.unwrap();
                Asked { approval, customer, about: hit }
            }
        }
    }

    async fn decide(&self, who: &str, approval: i64, for_whom: Option<&str>) -> Result<(), DeskError> {
        let decided = self.house.system.decide_approval(self.who(who), approval, true, "", for_whom).await;
        decided.map(drop)
    }

    /// Uses what was asked for, as somebody: whether it was refused.
    async fn use_refused(&self, kind: Kind, asked: &Asked, who: &str) -> bool {
        let system = &self.house.system;
        match kind {
            Kind::Access => {
                let purpose = StatedPurpose::parse("approval", &asked.approval.to_string());
                let reveal =
                    system.reveal(self.who(who), &asked.customer, &[Field::Mobile], purpose.as_ref());
                refused(reveal.await)
            }
            Kind::Export => refused(system.start_export(self.who(who), asked.about).await),
            Kind::Handover => match system.move_handovers(None).await {
                Ok(moved) => moved.moved == 0,
                error => refused(error),
            },
            // It is given when it is approved: what can be tried is to ask for it again.
            Kind::Claim => {
                refused(system.claim_known(self.who(who), asked.about, "客户主动来电", None).await)
            }
        }
    }

    fn tamper(&self, sql: &str) {
        self.database.execute_batch(sql).unwrap();
    }

    async fn state(&self, approval: i64) -> ApprovalState {
        let list = self.house.system.approvals(self.who("S002")).await.unwrap();
        list.mine.iter().find(|found| found.id == approval).unwrap().state
    }
}

fn export() -> ExportQuery {
    ExportQuery {
        list: ListQuery::default(),
        fields: vec![Field::Name, Field::Mobile],
        clear: vec![Field::Mobile],
        format: ExportFormat::Csv,
        recipients: None,
    }
}

fn refused<T>(result: Result<T, DeskError>) -> bool {
    use DeskError::{Conflict, Denied, Invalid, NotFound, Over, Purpose, Store};
    match result {
        Ok(_) => false,
        Err(Denied { .. } | NotFound(_) | Conflict | Over | Purpose | Invalid { .. } | Store(_)) => true,
        Err(other) => panic!("{other}"),
    }
}

/// The ways that are tried.
const ATTACKS: [&str; 11] = [
    "their own",
    "upwards",
    "the requester is the deputy",
    "a deputy below the requester",
    "a deputy's deputy",
    "without the right",
    "used before it is approved",
    "decided or used again",
    "edited after",
    "swapped for another",
    "expired",
];

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_attempts_on_every_kind_get_nothing() {
    let mut firm = Firm::new().await;
    // Long ago: approved and not used in time; and asked for and never decided.
    let mut expired = BTreeMap::new();
    for kind in KINDS {
        let late = firm.ask(kind, "S023").await;
        if kind != Kind::Claim {
            firm.decide("S017", late.approval, None).await.unwrap();
        }
        expired.insert(kind, late);
    }
    firm.house.pass(8 * 86_400);
    // What was approved too long ago is put down as such when it is to be moved.
    assert!(refused(firm.house.system.move_handovers(None).await));
    let today = firm.house.system.today().to_string();
    for (away, deputy) in [("S002", "S010"), ("S010", "S011"), ("S015", "S002"), ("S005", "S013")] {
        firm.house.system.set_absence(firm.who(away), Some((deputy, &today, &today))).await.unwrap();
    }
    // One that was used, and two that wait.
    let (mut used, mut waiting, mut other) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for kind in KINDS {
        let asked = firm.ask(kind, "S022").await;
        firm.decide("S017", asked.approval, None).await.unwrap();
        match kind {
            Kind::Handover => assert_eq!(firm.house.system.move_handovers(None).await.unwrap().moved, 1),
            Kind::Export => {
                let mut run = firm.house.system.start_export(firm.who("S002"), asked.about).await.unwrap();
                while run.next().await.unwrap().is_some() {}
                run.finish(1, [0; 32]).await.unwrap();
            }
            Kind::Access => {
                firm.house.system.withdraw_approval(firm.who("S002"), asked.approval).await.map(drop).unwrap()
            }
            Kind::Claim => {}
        }
        used.insert(kind, asked);
        waiting.insert(kind, firm.ask(kind, "S021").await);
        if kind != Kind::Handover {
            let asked = firm.ask(kind, "").await;
            firm.decide("S017", asked.approval, None).await.unwrap();
            other.insert(kind, asked);
        }
    }
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let mut tried = BTreeMap::<(Kind, &str), u64>::new();
    for attempt in 0..ATTEMPTS {
        let kind = KINDS[(attempt % 4) as usize];
        let attack = ATTACKS[(attempt / 4) as usize % ATTACKS.len()];
        let asked = &waiting[&kind];
        let id = asked.approval;
        let held = match attack {
            "their own" => match kind {
                // Who gives or gets what is handed over asks for themselves, too.
                Kind::Handover => refused(firm.decide(numbers.of(&["S002", "S020", "S021"]), id, None).await),
                _ => refused(firm.decide("S002", id, None).await),
            },
            "upwards" => refused(firm.decide(numbers.of(&["S010", "S011", "S012"]), id, None).await),
            "the requester is the deputy" => refused(firm.decide("S002", id, Some("S015")).await),
            "a deputy below the requester" => {
                let (who, away) = numbers.of(&[("S010", "S002"), ("S011", "S010")]);
                refused(firm.decide(who, id, Some(away)).await)
            }
            "a deputy's deputy" => {
                let (who, away) = numbers.of(&[
                    ("S010", "S015"),
                    ("S011", "S015"),
                    ("S011", "S002"),
                    ("S012", "S010"),
                    ("S020", "S017"),
                ]);
                refused(firm.decide(who, id, Some(away)).await)
            }
            "without the right" => {
                refused(firm.decide(numbers.of(&["S001", "S003", "S004", "S016", "S022"]), id, None).await)
            }
            "used before it is approved" => {
                firm.use_refused(kind, asked, numbers.of(&["S002", "S001", "S015"])).await
            }
            "decided or used again" => {
                let asked = &used[&kind];
                let who = numbers.of(&["S015", "S017", "S014"]);
                refused(firm.decide(who, asked.approval, None).await)
                    && firm.use_refused(kind, asked, "S002").await
            }
            "edited after" => {
                let edit = numbers.of(&[
                    "state = 1, expires_ms = 9000000000000",
                    "fields = 255, needed = 0",
                    "requester_id = (SELECT id FROM staff WHERE no = 'S001')",
                    "lapses_ms = 9000000000000, state = 1, needed = 0, expires_ms = 9000000000000",
                    "scope = x'00'",
                ]);
                firm.tamper(&format!(
                    "DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS SELECT * FROM approval WHERE id = {id}; \
                     UPDATE approval SET {edit} WHERE id = {id}"
                ));
                let decided = refused(firm.decide("S017", id, None).await);
                let held = decided && firm.use_refused(kind, asked, "S002").await;
                firm.tamper(&format!(
                    "DELETE FROM approval WHERE id = {id}; INSERT INTO approval SELECT * FROM kept"
                ));
                held
            }
            "swapped for another" => {
                // The row of one that was approved, in the place of the one that waits: of the same kind, or of another.
                let from = match other.get(&numbers.of(&KINDS)) {
                    Some(other) => other.approval,
                    None => used[&Kind::Handover].approval,
                };
                firm.tamper(&format!(
                    "DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS SELECT * FROM approval WHERE id = {id}; \
                     DELETE FROM approval WHERE id = {id}; \
                     INSERT INTO approval SELECT {id}, kind, customer_id, export_id, handover_id, share_id, proposal_id, freeze_id, \
                     requester_id, fields, opened, scope, needed, reason, created_ms, lapses_ms, state, decided_ms, expires_ms, seal FROM approval WHERE id = {from}"
                ));
                let held = refused(firm.decide("S017", id, None).await)
                    && firm.use_refused(kind, asked, "S002").await;
                firm.tamper(&format!(
                    "DELETE FROM approval WHERE id = {id}; INSERT INTO approval SELECT * FROM kept"
                ));
                held
            }
            _ => {
                let asked = &expired[&kind];
                refused(firm.decide("S015", asked.approval, None).await)
                    && firm.use_refused(kind, asked, "S002").await
            }
        };
        assert!(held, "attempt {attempt}: {kind:?}, {attack}");
        *tried.entry((kind, attack)).or_default() += 1;
    }
    assert_eq!(tried.len(), KINDS.len() * ATTACKS.len(), "{tried:?}");
    assert!(tried.values().all(|times| *times > 200), "{tried:?}");
    // What waited still waits, and can be approved by who may.
    for kind in KINDS {
        let asked = &waiting[&kind];
        assert_eq!(firm.state(asked.approval).await, ApprovalState::Waiting, "{kind:?}");
        firm.decide("S017", asked.approval, None).await.unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        if kind != Kind::Claim {
            assert!(!firm.use_refused(kind, asked, "S002").await, "{kind:?}");
        }
    }
    assert!(firm.house.audit().fault.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_decide_at_the_same_moment_one_does() {
    let mut firm = Firm::new().await;
    for kind in KINDS {
        let mut asked = firm.ask(kind, "S021").await;
        for round in 0..10 {
            let gate = Arc::new(Barrier::new(2));
            let race = [("S015", true), ("S017", false)].map(|(who, approve)| {
                let (system, gate, actor) =
                    (Arc::clone(&firm.house.system), Arc::clone(&gate), firm.who(who).clone());
                let (approval, handle) = (asked.approval, tokio::runtime::Handle::current());
                std::thread::spawn(move || {
                    gate.wait();
                    let decided = system.decide_approval(&actor, approval, approve, "用途不清楚", None);
                    handle.block_on(decided).is_ok()
                })
            });
            let [approved, refused] = race.map(|thread| thread.join().unwrap());
            assert_ne!(approved, refused, "{kind:?}, round {round}: exactly one of them decides");
            let state = firm.state(asked.approval).await;
            let told = match (approved, kind) {
                (true, Kind::Claim) => ApprovalState::Used,
                (true, _) => ApprovalState::Approved,
                (false, _) => ApprovalState::Refused,
            };
            assert_eq!(state, told, "{kind:?}, round {round}");
            let (votes,): (u64,) = firm
                .database
                .query_row("SELECT count(*) FROM vote WHERE approval_id = ?1", [asked.approval], |row| {
                    Ok((row.get(0)?,))
                })
                .unwrap();
            assert_eq!(votes, 1, "{kind:?}, round {round}");
            if kind == Kind::Handover {
                // Taken back, its part is as it was signed, and is asked for anew.
                if approved {
                    firm.house.system.withdraw_approval(firm.who("S002"), asked.approval).await.unwrap();
                }
                let again = firm.house.system.ask_handover(firm.who("S002"), asked.about, "请再次审批").await;
                asked.approval = again.unwrap().0;
            } else {
                // On another day: so many customers who are known already nobody comes upon in one.
                firm.house.pass(86_400);
                asked = firm.ask(kind, "").await;
            }
        }
    }
    assert!(firm.house.audit().fault.is_none());
}
