//! Puts the made-up company into a data folder: its files through the importer, its week of work through the desk,
//! done by its people, who sign in for it. Nothing is written past the gate, so the ledger tells all of it.
//!
//! The week lies before today: the core takes its clock from outside, and here it is handed one that begins a week
//! ago and comes to now.

mod clock;
mod deeds;
mod history;
pub(crate) mod sign_ins;

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::{Context, bail};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use tigertally_core::{
    Settings, Tigertally, Unlock,
    desk::{Assignment, ImportFile, ImportOptions, NewTask},
    identity::{Actor, Operator, SignIn as From, Via, authenticator_code},
    import::Table,
    record::Field,
};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::demo::{Company, generate};
use clock::StageClock;
use history::Member;
use sign_ins::{SignIn, SignIns, password};

/// Days of work before today.
const DAYS: i64 = 7;

/// Sets a folder up with the company, of so many customers, as it stands at `now_ms`.
pub(crate) async fn set_up(
    folder: &Path,
    unlock: &Unlock,
    now_ms: u64,
    customers: usize,
    seed: u64,
) -> anyhow::Result<SignIns> {
    let mut stage = Stage::found(folder, unlock, now_ms, customers, seed).await?;
    stage.import().await?;
    stage.hand_out_keys().await?;
    for day in 0..=DAYS {
        if !stage.begin_day(day).await? {
            break;
        }
        if day == 0 {
            stage.name_contact_persons().await?;
            stage.make_tasks().await?;
        }
        stage.work(day).await?;
        stage.put_into_pool(day).await?;
    }
    stage.ask_for_approvals().await?;
    stage.end().await
}

/// What somebody signs in with.
struct Key {
    password: String,
    secret: Zeroizing<String>,
}

/// The company in its folder, while it is being set up.
struct Stage {
    desk: Arc<Tigertally>,
    operator: Arc<Operator>,
    clock: StageClock,
    zone: TimeZone,
    first_day: Date,
    seed: u64,
    company: Company,
    members: Vec<Member>,
    keys: HashMap<String, Key>,
    actors: HashMap<String, Actor>,
}

impl Stage {
    async fn found(
        folder: &Path,
        unlock: &Unlock,
        now_ms: u64,
        customers: usize,
        seed: u64,
    ) -> anyhow::Result<Stage> {
        let zone = TimeZone::get(&Settings::default().time_zone)?;
        let today =
            Timestamp::from_millisecond(i64::try_from(now_ms)?)?.to_zoned_datetime(zone.clone()).date();
        let first_day = today.checked_sub(Span::new().days(DAYS))?;
        let company = generate(seed, (first_day.year(), first_day.month(), first_day.day()), customers);
        let clock = StageClock::new(millis(&zone, first_day, 8 * 60)?, now_ms);
        let (desk, operator) = Tigertally::init(folder, company.name, unlock, clock.clock()).await?;
        Ok(Stage {
            desk: Arc::new(desk),
            operator: Arc::new(operator),
            clock,
            zone,
            first_day,
            seed,
            members: history::in_the_field(&company),
            company,
            keys: HashMap::new(),
            actors: HashMap::new(),
        })
    }

    async fn import(&self) -> anyhow::Result<()> {
        let Company { staff_csv, customers_csv, orders_csv, .. } = &self.company;
        for (name, csv, table) in [
            ("员工.csv", staff_csv, Table::Staff),
            ("客户.csv", customers_csv, Table::Customers),
            ("订单.csv", orders_csv, Table::Orders),
        ] {
            let file = ImportFile::uploaded(name, csv.clone().into_bytes(), table);
            let actor = self.operator.actor();
            let report = self.desk.import(&actor, file, ImportOptions::default(), |_, _| {}).await?;
            if let Some(fault) = report.faults.first() {
                bail!("{name}: {fault}");
            }
        }
        Ok(())
    }

    /// Everybody who acts gets a password and an authenticator for the week. Nobody keeps them: those who are to be
    /// signed in as get others at the end.
    async fn hand_out_keys(&mut self) -> anyhow::Result<()> {
        let mut people: Vec<String> = self.members.iter().map(|member| member.staff_no.clone()).collect();
        people.push(self.manager()?.to_owned());
        self.keys = self.fresh_keys(people).await?;
        Ok(())
    }

    async fn fresh_keys(&self, people: Vec<String>) -> anyhow::Result<HashMap<String, Key>> {
        let mut setting = JoinSet::new();
        for staff_no in people {
            let (desk, operator) = (Arc::clone(&self.desk), Arc::clone(&self.operator));
            setting.spawn(async move {
                let password = password();
                let secret = desk.set_demo_credentials(&operator, &staff_no, &password).await?;
                anyhow::Ok((staff_no, Key { password, secret }))
            });
        }
        setting.join_all().await.into_iter().collect()
    }

    /// Comes to the morning of a day, and has those who work on it sign in. False when that is still to come.
    async fn begin_day(&mut self, day: i64) -> anyhow::Result<bool> {
        let date = self.first_day.checked_add(Span::new().days(day))?;
        if !self.clock.reach(millis(&self.zone, date, 8 * 60 + 50)?) {
            return Ok(false);
        }
        self.everybody_signs_out().await?;
        let everybody = day == 0;
        let at_work =
            self.members.iter().filter(|member| everybody || history::works(self.seed, member, date));
        let mut people: Vec<String> = at_work.map(|member| member.staff_no.clone()).collect();
        people.push(self.manager()?.to_owned());
        self.sign_in(people).await?;
        Ok(true)
    }

    async fn sign_in(&mut self, people: Vec<String>) -> anyhow::Result<()> {
        let mut signing = JoinSet::new();
        for staff_no in people {
            let key = self.keys.get(&staff_no).context("somebody has no key")?;
            let code = authenticator_code(&key.secret, self.desk.now_ms()).context("a key makes no code")?;
            let (desk, password) = (Arc::clone(&self.desk), key.password.clone());
            let place = staff_no.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(10).wrapping_add(byte & 15));
            let from = From {
                address: [192, 168, 8, place].into(),
                agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64)".to_owned(),
                via: Via::Console,
                device: None,
            };
            signing.spawn(async move {
                anyhow::Ok((desk.sign_in(&staff_no, &password, Some(&code), &from).await?.actor, staff_no))
            });
        }
        for signed_in in signing.join_all().await {
            let (actor, staff_no) = signed_in?;
            self.actors.insert(staff_no, actor);
        }
        Ok(())
    }

    async fn everybody_signs_out(&mut self) -> anyhow::Result<()> {
        let mut leaving = JoinSet::new();
        for (_, actor) in self.actors.drain() {
            let desk = Arc::clone(&self.desk);
            leaving.spawn(async move { desk.sign_out(&actor).await });
        }
        leaving.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(())
    }

    /// The importer takes the owner of a high-tier customer as its contact person; some have a colleague instead.
    async fn name_contact_persons(&self) -> anyhow::Result<()> {
        let owners = history::owners(&self.company);
        let manager = self.actor(self.manager()?)?;
        for (customer, contact) in &self.company.contact_persons {
            if owners.get(customer.as_str()) != Some(&contact.as_str()) {
                let to = Assignment { owner: None, contact_person: Some(contact.clone()) };
                self.desk.assign_customer(manager, customer, &to).await?;
            }
        }
        Ok(())
    }

    /// Salespeople note their own tasks; the service desk's come from the manager. The days are those of the week
    /// that follows.
    async fn make_tasks(&self) -> anyhow::Result<()> {
        let manager = self.manager()?;
        for task in &self.company.tasks {
            let sells = self.members.iter().any(|member| member.staff_no == task.assignee && member.sells);
            let actor = self.actor(if sells { &task.assignee } else { manager })?;
            let new = NewTask {
                customer: task.customer_no.clone(),
                assignee: Some(task.assignee.clone()),
                title: task.title.clone(),
                due: task.due.checked_add(Span::new().days(DAYS))?.to_string(),
            };
            self.desk.create_task(actor, &new, None).await?;
        }
        Ok(())
    }

    /// The work of a day.
    async fn work(&self, day: i64) -> anyhow::Result<()> {
        let date = self.first_day.checked_add(Span::new().days(day))?;
        let morning = millis(&self.zone, date, 9 * 60)?;
        for deed in history::day(&self.company, &self.members, self.seed, (day, date)) {
            if !self.clock.reach(morning + deed.after_ms) {
                break;
            }
            let actor = self.actor(&deed.staff_no)?;
            deeds::perform(&self.desk, &self.clock, actor, self.actor(self.manager()?)?, &deed.what).await?;
        }
        Ok(())
    }

    /// The manager puts a few of those whom nobody works on into the public pool, each day others.
    async fn put_into_pool(&self, day: i64) -> anyhow::Result<()> {
        let manager = self.actor(self.manager()?)?;
        let date = self.first_day.checked_add(Span::new().days(day))?;
        for customer in history::idle(&self.company, (day, date)) {
            self.desk.put_into_pool(manager, customer).await?;
        }
        Ok(())
    }

    /// The requests that wait for a manager.
    async fn ask_for_approvals(&mut self) -> anyhow::Result<()> {
        // Some of those who ask have not signed in on the last day; a code works once in its thirty seconds.
        self.everybody_signs_out().await?;
        self.clock.pass(60_000);
        let mut people: Vec<String> =
            self.company.approvals.iter().map(|wanted| wanted.requester.clone()).collect();
        people.sort_unstable();
        people.dedup();
        self.sign_in(people).await?;
        for wanted in &self.company.approvals {
            let fields: Vec<Field> = wanted.fields.iter().filter_map(|name| Field::parse(name)).collect();
            let actor = self.actor(&wanted.requester)?;
            self.desk.request_approval(actor, &wanted.customer_no, &fields, &wanted.reason, None).await?;
        }
        self.everybody_signs_out().await
    }

    /// Comes to now, brings the tiers up to date and gives the people of the tour sign-ins that have not been used.
    async fn end(self) -> anyhow::Result<SignIns> {
        self.clock.come_to_now();
        self.desk.retier(None).await?;
        let people = self.company.sign_ins.iter().map(|person| person.staff_no.clone()).collect();
        let mut keys = self.fresh_keys(people).await?;
        let with_key = |person: &crate::demo::DemoSignIn| {
            let key = keys.remove(&person.staff_no)?;
            Some(SignIn {
                role: person.role.to_owned(),
                staff_no: person.staff_no.clone(),
                name: person.name.clone(),
                password: key.password,
                totp_secret: key.secret.to_string(),
            })
        };
        Ok(SignIns(self.company.sign_ins.iter().filter_map(with_key).collect()))
    }

    fn actor(&self, staff_no: &str) -> anyhow::Result<&Actor> {
        self.actors.get(staff_no).with_context(|| format!("{staff_no} has not signed in"))
    }

    /// Who leads sales.
    fn manager(&self) -> anyhow::Result<&str> {
        let manager = self.company.sign_ins.iter().find(|person| person.role == "manager");
        Ok(&manager.context("the company has no manager")?.staff_no)
    }
}

/// A minute of a day in Unix milliseconds.
fn millis(zone: &TimeZone, date: Date, minute: i64) -> anyhow::Result<u64> {
    let time =
        date.at(0, 0, 0, 0).to_zoned_datetime(zone.clone())?.checked_add(Span::new().minutes(minute))?;
    Ok(u64::try_from(time.timestamp().as_millisecond())?)
}
