//! Importing staff, customers and orders from files.
//!
//! A file is read once for its faults, where a bad line is to stop all of it, and once to be taken. Lines are
//! parsed, compared and sealed on a thread of their own, a chunk ahead of the writer; each chunk is one transaction
//! with its entry. What is the same as before is not written: an import that was cut short is simply done again.

mod customers;
mod file;
mod orders;
mod pass;
mod report;
mod staff;
#[cfg(test)]
mod tests;

pub use file::ImportFile;
pub use report::ImportReport;

use std::{sync::Arc, time::Instant};

use jiff::civil::Date;
use tokio::sync::mpsc;

use super::{DeskError, tiers::blocking};
use crate::{
    Tigertally,
    entry::{Body, Decision, Draft, Receipt, action},
    identity::{Actor, Via},
    import::Table,
    policy::{Action, Request, Subject},
    vault::body_of,
};
use file::Opened;
use pass::Chunk;
use report::Faults;

/// Lines that the writer takes in one transaction beside the work of people.
const CHUNK: usize = 500;
/// The same on the machine itself, where nobody waits: a flush and a page of an index serve more lines.
const CHUNK_ALONE: usize = 16_000;

/// How a file is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Only tell what would happen.
    pub dry_run: bool,
    /// A bad line means that nothing is taken; else the good lines are.
    pub all_or_nothing: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        ImportOptions { dry_run: false, all_or_nothing: true }
    }
}

/// One import on its way.
struct Job {
    desk: Arc<Tigertally>,
    opened: Opened,
    dry_run: bool,
    /// Whether it is done on the machine itself, where the keys are.
    trusted: bool,
    chunk: usize,
    today: Date,
    /// What the entry of each chunk begins with.
    body: Body,
}

/// From so many lines on the entry holds the SHA-256 of the file.
const HASHED_FROM: u64 = 100;

impl Tigertally {
    /// Imports a file. `progress` is told the lines done and those in the file. Doing it twice changes nothing the
    /// second time; an empty cell and a column that is not there leave what stands.
    ///
    /// # Errors
    /// `Denied`; `File` when the file cannot be taken at all (lines with faults are in the report instead);
    /// `Conflict` when a customer of the file, or the file itself, was changed meanwhile: what the report would
    /// have counted may stand, and the import can be done again.
    pub async fn import(
        self: &Arc<Self>,
        actor: &Actor,
        file: ImportFile,
        options: ImportOptions,
        progress: impl Fn(u64, u64) + Send,
    ) -> Result<ImportReport, DeskError> {
        let started = Instant::now();
        let mut body = self.may_import(actor, file.table()).await?;
        body = body.with("table", file.table().name());
        let opened = match blocking(move || Ok::<_, DeskError>(file.open())).await? {
            Ok(opened) => opened,
            Err(fault) => {
                self.tell(body.with("refused", fault.code())).await?;
                return Err(fault.into());
            }
        };
        let mut report = ImportReport::new(&opened, options);
        let job = Arc::new(Job {
            desk: Arc::clone(self),
            // Of a few lines a hash could be tried out.
            body: if opened.lines < HASHED_FROM { body } else { body.with("sha256", opened.sha256.as_str()) },
            opened,
            dry_run: options.dry_run,
            trusted: actor.via() == Via::Cli,
            chunk: if actor.via() == Via::Cli { CHUNK_ALONE } else { CHUNK },
            today: self.today(),
        });
        let strict = options.all_or_nothing && !options.dry_run;
        if strict {
            let check = Arc::clone(&job);
            report.refuse(blocking(move || check.run(None)).await?);
        }
        if !strict || report.faults_total == 0 {
            let faults = self.take_in(&job, &mut report, progress).await?;
            if strict && faults.total > 0 {
                return Err(DeskError::Conflict);
            }
            report.refuse(faults);
            report.taken = !options.dry_run;
        }
        if report.receipts.is_none() {
            let receipt = self.tell(report.summary(job.body.clone())).await?;
            report.note(receipt);
        }
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }

    /// Asks the policy. Staff bring roles with them, so importing them is managing them, too.
    async fn may_import(&self, actor: &Actor, table: Table) -> Result<Body, DeskError> {
        let ask = |asked| Request::new(actor.facts().clone(), asked, Subject::None, self.hour());
        let permit = self.permit(actor, action::IMPORT, ask(Action::ImportData)).await?;
        if table == Table::Staff {
            let _manages = self.permit(actor, action::IMPORT, ask(Action::ManageStaff)).await?;
        }
        Ok(body_of(&permit, actor.via()))
    }

    async fn tell(&self, body: Body) -> Result<Receipt, DeskError> {
        Ok(self.store.append(Draft::new(action::IMPORT, Decision::Allowed, &body)).await?)
    }

    /// Writes chunk by chunk, while the next one is being prepared.
    async fn take_in(
        self: &Arc<Self>,
        job: &Arc<Job>,
        report: &mut ImportReport,
        progress: impl Fn(u64, u64) + Send,
    ) -> Result<Faults, DeskError> {
        let (prepared, mut chunks) = mpsc::channel::<Chunk>(1);
        let reader = Arc::clone(job);
        let reading = tokio::task::spawn_blocking(move || reader.run(Some(&prepared)));
        let mut touched = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            if let Some((write, entry)) = chunk.write {
                let work = move |tx: &mut crate::store::Tx<'_>| {
                    write(tx)?;
                    Ok::<_, DeskError>(tx.commit(entry, ())?)
                };
                let (_, receipt) = self.store.change(work).await?;
                report.note(receipt);
                chunk.sign_ins.into_iter().for_each(|id| self.sessions.forget_staff(id));
                touched.extend(chunk.buyers);
            }
            report.add(chunk.tally);
            progress(chunk.lines.min(report.lines), report.lines);
        }
        let faults = reading.await.unwrap_or(Err(crate::StoreError::Unwritable.into()))?;
        if !touched.is_empty() {
            touched.sort_unstable();
            touched.dedup();
            report.retiered =
                self.retier(Some(touched)).await?.moves.iter().map(|moved| moved.customers).sum();
        }
        Ok(faults)
    }
}
