//! Companies made for a run: set up and imported through the product, then served.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};
use serde_json::json;
use tigertally_core::{
    Tigertally, Unlock, clock,
    desk::{ImportFile, ImportOptions},
    identity::{Operator, authenticator_code},
    import::Table,
};

use crate::{
    client::Client,
    company::{self, SELLERS},
    server::{KEY, Running},
};

const PASSWORD: &str = "three tigers in a row";

/// A company in a folder, not opened.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) dir: PathBuf,
    pub(crate) customers: u64,
    /// The authenticators' secrets of the sellers.
    secrets: Vec<String>,
    /// Those of [`company::OVERSIGHT`].
    oversight: Vec<String>,
}

/// The companies of a run, by their number of customers. The folders go when this does.
pub(crate) struct Houses {
    dir: PathBuf,
    keep: bool,
    made: HashMap<u64, House>,
}

impl Houses {
    pub(crate) fn new(dir: &Path, keep: bool) -> Houses {
        Houses { dir: dir.to_owned(), keep, made: HashMap::new() }
    }

    /// The folder of the run.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A company of this size; made when it is first asked for.
    pub(crate) fn of(&mut self, customers: u64) -> anyhow::Result<House> {
        if let Some(house) = self.made.get(&customers) {
            return Ok(house.clone());
        }
        println!("making a company of {customers} customers …");
        let dir = self.dir.join(format!("company-{customers}"));
        let file = self.dir.join(format!("customers-{customers}.csv"));
        company::write_customers(&file, customers)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (secrets, oversight) = runtime.block_on(async {
            let (system, operator) = found(&dir).await?;
            import(&system, &operator, &file, customers).await?;
            let mut secrets = Vec::new();
            for index in 0..SELLERS {
                let no = company::staff_number(index);
                let secret = system.set_demo_credentials(&operator, &no, PASSWORD).await?;
                secrets.push(secret.to_string());
            }
            let mut oversight = Vec::new();
            for no in company::OVERSIGHT {
                let secret = system.set_demo_credentials(&operator, no, PASSWORD).await?;
                oversight.push(secret.to_string());
            }
            anyhow::Ok((secrets, oversight))
        })?;
        fs::remove_file(file)?;
        let house = House { dir, customers, secrets, oversight };
        self.made.insert(customers, house.clone());
        Ok(house)
    }
}

impl Drop for Houses {
    fn drop(&mut self) {
        for house in self.made.values().filter(|_| !self.keep) {
            let _ = fs::remove_dir_all(&house.dir);
        }
    }
}

/// Sets a company up in an empty folder, with its staff.
pub(crate) async fn found(dir: &Path) -> anyhow::Result<(Arc<Tigertally>, Operator)> {
    if dir.exists() {
        fs::remove_dir_all(dir)?;
    }
    fs::create_dir_all(dir)?;
    let unlock = Unlock::fresh();
    fs::write(dir.join(KEY), unlock.text().unwrap_or_default())?;
    let (system, operator) = Tigertally::init(dir, "澜图商贸", &unlock, clock::system()).await?;
    let system = Arc::new(system);
    let staff = ImportFile::uploaded("staff.csv", company::staff().into_bytes(), Table::Staff);
    let report = system.import(&operator.actor(), staff, ImportOptions::default(), |_, _| {}).await?;
    if !report.taken {
        bail!("the staff were not taken: {:?}", report.faults.first());
    }
    // More than anybody would be told of in a day.
    let mut settings = system.settings();
    settings.care.duplicates_per_day = 1000;
    system.change_settings(&operator.actor(), settings).await?;
    Ok((system, operator))
}

/// Imports customers through the product; the seconds that it took.
pub(crate) async fn import(
    system: &Arc<Tigertally>,
    operator: &Operator,
    file: &Path,
    customers: u64,
) -> anyhow::Result<f64> {
    let started = Instant::now();
    let source = ImportFile::at(file, Table::Customers)?;
    let report = system.import(&operator.actor(), source, ImportOptions::default(), |_, _| {}).await?;
    if report.created != customers {
        bail!("{} of {customers} customers were taken: {:?}", report.created, report.faults.first());
    }
    Ok(started.elapsed().as_secs_f64())
}

impl House {
    /// Signs the sellers in over HTTP; the header lines with their tokens.
    pub(crate) fn sign_in(&self, server: &Running) -> anyhow::Result<Vec<String>> {
        let numbers = (0..).map(company::staff_number);
        sign_in(server, numbers.zip(&self.secrets))
    }

    /// Signs in who sees all customers and decides about exports, in the order of [`company::OVERSIGHT`].
    pub(crate) fn sign_in_oversight(&self, server: &Running) -> anyhow::Result<Vec<String>> {
        sign_in(server, company::OVERSIGHT.into_iter().map(str::to_owned).zip(&self.oversight))
    }

    /// Makes a task for each of these customers by its owner, over HTTP; their numbers in the same order.
    pub(crate) fn tasks(
        &self,
        server: &Running,
        headers: &[String],
        customers: &[u64],
    ) -> anyhow::Result<Vec<i64>> {
        let made: Vec<anyhow::Result<Vec<(usize, i64)>>> = std::thread::scope(|scope| {
            let workers: Vec<_> = headers
                .iter()
                .enumerate()
                .map(|(seller, header)| {
                    scope.spawn(move || {
                        let mut client = Client::connect(server.address, header.clone())?;
                        let mine = customers
                            .iter()
                            .enumerate()
                            .filter(|(_, c)| company::owner(**c) == seller as u64);
                        mine.map(|(at, customer)| {
                            let task = json!({"customer_no": company::number(*customer), "title": "回访报价",
                                "due": "2099-12-31"});
                            let made = client.post("/api/v1/tasks", &task)?;
                            Ok((at, made["id"].as_i64().context("a task without a number")?))
                        })
                        .collect()
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|_| bail!("a client failed")))
                .collect()
        });
        let mut tasks = vec![0; customers.len()];
        for list in made {
            for (at, task) in list? {
                tasks[at] = task;
            }
        }
        Ok(tasks)
    }
}

fn sign_in<'a>(
    server: &Running,
    people: impl Iterator<Item = (String, &'a String)>,
) -> anyhow::Result<Vec<String>> {
    let mut client = Client::connect(server.address, String::new())?;
    let mut header = |(no, secret): (String, &String)| {
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let code = authenticator_code(secret, u64::try_from(now_ms)?).context("no code")?;
        let session =
            client.post("/api/v1/sessions", &json!({"staff_no": no, "password": PASSWORD, "code": code}))?;
        let token = session["token"].as_str().context("no token")?;
        Ok(format!("authorization: Bearer {token}\r\n"))
    };
    people.map(&mut header).collect()
}
