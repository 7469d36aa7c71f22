//! Staff of a file. Whoever changes is read anew by their next request.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    DeskError, Job,
    pass::{Chunk, Intake},
};
use crate::{
    record::NewStaff,
    store::staff::{self, StaffEntry, StaffRow},
};

pub(super) struct StaffList<'a> {
    job: &'a Job,
    stand: HashMap<String, StaffRow>,
    /// Numbers that a manager can have: those who stand, and the good lines of the file.
    numbers: HashSet<String>,
}

impl<'a> StaffList<'a> {
    pub(super) fn new(job: &'a Job) -> Result<StaffList<'a>, DeskError> {
        let stand = job.desk.store.read(staff::all)?;
        let stand: HashMap<String, StaffRow> = stand.into_iter().map(|row| (row.no.clone(), row)).collect();
        let mut managers: BTreeMap<String, Option<String>> = job
            .rows::<NewStaff>()?
            .flatten()
            .map(|(_, row)| (row.no.as_str().to_owned(), row.manager.map(|no| no.as_str().to_owned())))
            .collect();
        // A line with an unknown manager is not taken, and so makes nobody a manager.
        loop {
            let numbers: HashSet<String> = stand.keys().chain(managers.keys()).cloned().collect();
            let before = managers.len();
            managers.retain(|_, manager| manager.as_ref().is_none_or(|no| numbers.contains(no)));
            if managers.len() == before {
                return Ok(StaffList { job, stand, numbers });
            }
        }
    }
}

impl Intake for StaffList<'_> {
    type Row = NewStaff;

    fn stranger<'r>(&self, row: &'r NewStaff) -> Option<(&'static str, &'r str)> {
        let manager = row.manager.as_ref()?.as_str();
        (!self.numbers.contains(manager)).then_some(("manager", manager))
    }

    fn prepare(&mut self, rows: Vec<NewStaff>) -> Result<Chunk, DeskError> {
        let mut chunk = Chunk::default();
        let mut entries = Vec::new();
        let mut created = Vec::new();
        let mut updated = serde_json::Map::new();
        for row in &rows {
            let Some(old) = self.stand.get(row.no.as_str()) else {
                chunk.tally.created += 1;
                created.push(row.no.as_str());
                entries.push(entry(row));
                continue;
            };
            let (entry, columns) = merged(old, row, self.job);
            if chunk.tally.changed(&columns) {
                chunk.sign_ins.push(old.id);
                updated.insert(old.no.clone(), columns.into());
                entries.push(entry);
            }
        }
        if entries.is_empty() || self.job.dry_run {
            return Ok(chunk);
        }
        let body = self.job.body.clone().with("created", created).with("updated", updated);
        chunk.write(&body, move |tx| {
            for entry in &entries {
                tx.put_staff(entry)?;
            }
            Ok(())
        });
        Ok(chunk)
    }
}

fn entry(row: &NewStaff) -> StaffEntry {
    StaffEntry {
        no: row.no.as_str().to_owned(),
        name: row.name.clone(),
        department: row.department.clone(),
        title: row.title.clone(),
        role: row.role,
        region: row.region.clone(),
        manager: row.manager.as_ref().map(|no| no.as_str().to_owned()),
        joined: row.joined.to_string(),
        email: row.email.clone(),
        active: true,
    }
}

/// Somebody as they are after a line, and the columns that change. An empty cell is no news, and whoever left does
/// not come back by a file.
fn merged(old: &StaffRow, row: &NewStaff, job: &Job) -> (StaffEntry, Vec<&'static str>) {
    let mut new = entry(row);
    new.active = old.active;
    if old.no == job.body.actor {
        // Nobody gives themselves another role, by a file as little as by the form; so an administrator is always left.
        (new.role, new.title) = (old.role, old.title.clone());
    }
    if new.region.is_empty() {
        new.region.clone_from(&old.region);
    }
    if new.email.is_empty() {
        new.email.clone_from(&old.email);
    }
    if new.manager.is_none() {
        new.manager.clone_from(&old.manager);
    }
    if row.joined == job.today {
        new.joined.clone_from(&old.joined);
    }
    let differences = [
        ("name", new.name != old.name),
        ("department", new.department != old.department),
        ("role", new.title != old.title || new.role != old.role),
        ("region", new.region != old.region),
        ("manager", new.manager != old.manager),
        ("joined", new.joined != old.joined),
        ("email", new.email != old.email),
    ];
    let columns = differences.into_iter().filter(|(_, differs)| *differs).map(|(column, _)| column);
    (new, columns.collect())
}
