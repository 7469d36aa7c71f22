//! The outbox: what is due leaves once, is tried again for a day when the server does not take it, and is told to who runs
//! the system when it is given up.

use std::sync::Arc;

use serde_json::json;

use super::{
    super::{DeskError, absence::Principal, tiers::blocking},
    Mail, MailFault, MailStep, MailText,
};
use crate::{
    StaffRow, StoreError, Tigertally,
    entry::{Body, Draft, Receipt, action},
    identity::Actor,
    policy::Action,
    store::{
        approvals::{self, ApprovalRow},
        mail::{self, Kind, MailRow, State},
        staff,
    },
};

/// Most mails that leave at once.
const AT_ONCE: usize = 100;
/// The hours of the morning in which tasks are told.
const MORNING: std::ops::Range<u8> = 8..12;
/// For so long a mail is tried.
const PATIENCE_MS: u64 = 86_400_000;
/// The longest pause between two tries.
const LONGEST_PAUSE_MS: u64 = 3_600_000;
/// After so long without a word nobody knows what became of a mail.
const UNKNOWN_AFTER_MS: u64 = 600_000;
/// So long it is kept what was sent: longer than a request waits.
const KEPT_MS: u64 = 45 * 86_400_000;
/// So far back failures are told.
const TOLD_MS: u64 = 7 * 86_400_000;

/// A mail that the server did not take.
pub struct FailedMail {
    /// `asked`, `waits`, `lapses`, `decided` or `tasks`.
    pub kind: &'static str,
    /// The approval, or the day as a number.
    pub about: i64,
    /// To whom: staff number and name.
    pub to: (String, String),
    /// When it was last tried, Unix milliseconds.
    pub time_ms: u64,
    /// Why not.
    pub fault: MailFault,
    /// Whether it is not tried again.
    pub given_up: bool,
}

/// How the outbox stands.
pub struct Mailbox {
    /// Mails that wait to be sent.
    pub waiting: u64,
    /// Given up in the last seven days.
    pub given_up: u64,
    /// Given to the server, and nobody knows whether it took them: the machine stopped then. They are not sent again.
    pub unknown: u64,
    /// Those that were not taken, the last first, 20 at most.
    pub failed: Vec<FailedMail>,
}

/// A mail that can leave.
struct Ready {
    /// Its row, when there is one already.
    id: Option<i64>,
    kind: Kind,
    about: i64,
    staff: StaffRow,
    says: MailText,
}

/// What is to be done with what is due.
#[derive(Default)]
struct Plan {
    ready: Vec<Ready>,
    /// Rows whose mails are among those above, one a person.
    spread: Vec<i64>,
    /// Rows that nobody needs any more.
    moot: Vec<i64>,
    /// The day whose tasks are told with this.
    day: Option<i64>,
}

impl Tigertally {
    /// Takes what is to leave now out of the outbox; that is in the ledger before it is answered. Each mail is given out
    /// once; [`Tigertally::mails_ended`] has to be told what became of it.
    ///
    /// # Errors
    /// `Store`.
    pub async fn take_mails(self: &Arc<Self>) -> Result<Vec<Mail>, DeskError> {
        if !self.settings().mail.on() {
            return self.take_none().await;
        }
        let this = Arc::clone(self);
        let plan = blocking(move || this.plan_mails()).await?;
        if plan.ready.is_empty() && plan.spread.is_empty() && plan.moot.is_empty() && plan.day.is_none() {
            return Ok(Vec::new());
        }
        let (taken, _) = self
            .store
            .change(move |tx| {
                let now_ms = tx.now_ms();
                for id in plan.spread {
                    tx.move_mail(id, State::Waiting, State::Sent)?;
                }
                for id in plan.moot {
                    tx.move_mail(id, State::Waiting, State::Moot)?;
                }
                if let Some(day) = plan.day {
                    tx.add_mail(Kind::Tasks, day, 0, now_ms, State::Sent)?;
                }
                tx.forget_mails(now_ms.saturating_sub(KEPT_MS))?;
                let (mut taken, mut told) = (Vec::new(), Vec::new());
                for ready in plan.ready {
                    let Ready { kind, about, staff, says, .. } = ready;
                    let id = match ready.id {
                        Some(id) => tx.move_mail(id, State::Waiting, State::UnderWay)?.then_some(id),
                        None => tx.add_mail(kind, about, staff.id, now_ms, State::UnderWay)?,
                    };
                    if let Some(id) = id {
                        told.push(json!({"mail": id, "kind": kind.name(), "to": staff.no, "about": about}));
                        taken.push(Mail { id, to: staff.email, says });
                    }
                }
                let body = Body::system().with("mails", told);
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::MAIL, &body), taken)?)
            })
            .await?;
        Ok(taken)
    }

    /// Nothing is sent; what waited from before does not pile up.
    async fn take_none(&self) -> Result<Vec<Mail>, DeskError> {
        if self.store.read(mail::any_waiting)? {
            let change = self.store.change(move |tx| {
                let dropped = tx.drop_mails()?;
                let body = Body::system().with("dropped", dropped);
                Ok::<_, DeskError>(tx.commit(Draft::recorded(action::MAIL, &body), ())?)
            });
            change.await?;
        }
        Ok(Vec::new())
    }

    /// Puts down what became of mails.
    ///
    /// # Errors
    /// `Store`.
    pub async fn mails_ended(&self, ends: Vec<(i64, Result<(), MailFault>)>) -> Result<(), DeskError> {
        if ends.is_empty() {
            return Ok(());
        }
        let change = self.store.change(move |tx| {
            let (mut sent, mut failed, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
            for (id, end) in ends {
                match (end, tx.mail(id)?) {
                    (Ok(()), _) => {
                        tx.move_mail(id, State::UnderWay, State::Sent)?;
                        sent.push(id);
                    }
                    (Err(fault), Some(row)) => {
                        let again_ms = again_at(&row, fault, tx.now_ms());
                        tx.mail_failed(id, again_ms, fault as u8)?;
                        let list = if again_ms.is_some() { &mut failed } else { &mut given_up };
                        list.push(json!({"mail": id, "fault": fault.name()}));
                    }
                    (Err(_), None) => {}
                }
            }
            let body = Body::system().with("sent", sent).with("failed", failed).with("given_up", given_up);
            Ok::<_, DeskError>(tx.commit(Draft::recorded(action::MAIL, &body), ())?)
        });
        change.await.map(drop)
    }

    /// Puts mails back that were given out and never reached the mail server, because the program is ending: they leave when
    /// it runs again.
    ///
    /// # Errors
    /// `Store`.
    pub async fn put_mails_back(&self, ids: Vec<i64>) -> Result<(), DeskError> {
        if ids.is_empty() {
            return Ok(());
        }
        let change = self.store.change(move |tx| {
            for id in &ids {
                tx.move_mail(*id, State::UnderWay, State::Waiting)?;
            }
            let body = Body::system().with("put_back", ids);
            Ok::<_, DeskError>(tx.commit(Draft::recorded(action::MAIL, &body), ())?)
        });
        change.await.map(drop)
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// `Denied`; `Store`.
    pub async fn mailbox(&self, actor: &Actor) -> Result<(Mailbox, Receipt), DeskError> {
        let detail = Body::default().with("mail", true);
        let receipt = self.record(actor, Action::ManageSettings, action::SETTINGS_READ, detail).await?;
        let now_ms = self.now_ms();
        let since_ms = now_ms.saturating_sub(TOLD_MS);
        let ([waiting, given_up, unknown], failed) = self.store.read(|conn| {
            let counts = mail::counts(conn, since_ms, now_ms.saturating_sub(UNKNOWN_AFTER_MS))?;
            Ok::<_, StoreError>((counts, mail::failed(conn, since_ms, 20)?))
        })?;
        let failed = failed.into_iter().map(|row| FailedMail {
            kind: row.kind.name(),
            about: row.about,
            to: row.staff,
            time_ms: row.time_ms,
            fault: MailFault::of(row.fault),
            given_up: row.given_up,
        });
        Ok((Mailbox { waiting, given_up, unknown, failed: failed.collect() }, receipt))
    }

    /// What is to be done with what is due.
    fn plan_mails(&self) -> Result<Plan, DeskError> {
        let now_ms = self.now_ms();
        let mut plan = Plan::default();
        for row in self.store.read(|conn| mail::due(conn, now_ms, AT_ONCE as u32))? {
            if plan.ready.len() >= AT_ONCE {
                return Ok(plan);
            }
            let ready = plan.ready.len();
            match self.plan_one(&mut plan, &row) {
                Err(error) if is_of_one_row(&error) => {
                    // Or it would keep all others from leaving, each time anew.
                    tracing::warn!(mail = row.id, %error, "what a mail is about is damaged; it is not sent");
                    plan.ready.truncate(ready);
                    plan.moot.push(row.id);
                }
                end => end?,
            }
        }
        self.plan_tasks(&mut plan)?;
        Ok(plan)
    }

    fn plan_one(&self, plan: &mut Plan, row: &MailRow) -> Result<(), DeskError> {
        match row.kind {
            Kind::Tasks => match self.can_be_written_to(row.staff_id)? {
                Some(staff) => self.plan_tasks_again(plan, row, staff)?,
                None => plan.moot.push(row.id),
            },
            Kind::Decided => self.plan_decided(plan, row)?,
            Kind::Asked | Kind::Waits | Kind::Lapses => self.plan_decision(plan, row)?,
        }
        Ok(())
    }

    /// Somebody who can be written to, and could sign in.
    fn can_be_written_to(&self, id: i64) -> Result<Option<StaffRow>, StoreError> {
        match self.store.read(|conn| staff::sealed_by_id(conn, &self.log_keys, id)) {
            Ok(row) => Ok(row.filter(|row| row.acts() && row.has_totp && !row.email.is_empty())),
            // Whoever was changed by somebody else is told nothing; all others are.
            Err(StoreError::Damaged(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A request that waits: to one who may decide it, or to each of them.
    fn plan_decision(&self, plan: &mut Plan, row: &MailRow) -> Result<(), DeskError> {
        let approval = self.store.read(|conn| approvals::approval(conn, row.about))?;
        let waits = |approval: &ApprovalRow| {
            approval.genuine(&self.log_keys)
                && approval.state == approvals::State::Waiting
                && self.now_ms() < approval.lapses_ms
        };
        let Some(approval) = approval.filter(waits) else {
            plan.moot.push(row.id);
            return Ok(());
        };
        let to_all = row.staff_id == 0;
        let people = if to_all {
            let everybody = self.store.read(staff::all)?;
            everybody
                .into_iter()
                .filter(|person| person.acts() && !person.email.is_empty())
                .map(|p| p.id)
                .collect()
        } else {
            vec![row.staff_id]
        };
        let brief = self.brief(&approval)?;
        let public_url = self.settings().mail.public_url;
        let (mut found, mut damaged) = (0, 0);
        for id in people {
            let (staff, principal) = match self.decider(&approval, id, to_all) {
                Ok(Some(decider)) => decider,
                Ok(None) => continue,
                // A damaged row of one person keeps none of the others from being told.
                Err(error) if to_all && is_of_one_row(&error) => {
                    damaged += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            found += 1;
            let says = MailText::Decide {
                request: brief.clone(),
                step: match row.kind {
                    Kind::Waits => MailStep::Waits,
                    Kind::Lapses => MailStep::Lapses,
                    _ => MailStep::Asked,
                },
                link: format!(
                    "{}/decide/{}",
                    public_url.trim_end_matches('/'),
                    self.link_of(&approval, id, principal.id)
                ),
                in_place_of: (principal.id != id).then(|| principal.name.clone()),
            };
            let row_id = (!to_all).then_some(row.id);
            plan.ready.push(Ready { id: row_id, kind: row.kind, about: row.about, staff, says });
        }
        if damaged > 0 {
            tracing::warn!(
                mail = row.id,
                people = damaged,
                "whether they may decide cannot be read; they are not told"
            );
        }
        match to_all {
            true => plan.spread.push(row.id),
            false if found == 0 => plan.moot.push(row.id),
            false => {}
        }
        Ok(())
    }

    /// Somebody as one who can be told that they may decide, and the one in whose place they would. Of all who may, those
    /// who are away are not told: their deputy is.
    fn decider(
        &self,
        approval: &ApprovalRow,
        id: i64,
        of_all: bool,
    ) -> Result<Option<(StaffRow, Principal)>, DeskError> {
        let Some(staff) = self.can_be_written_to(id)? else { return Ok(None) };
        if of_all && self.is_away(id)? {
            return Ok(None);
        }
        let mut principals = self.principals(id)?;
        let first = self.first_to_decide(approval, &principals)?.map(|principal| principal.id);
        let at = principals.iter().position(|principal| Some(principal.id) == first);
        Ok(at.map(|at| (staff, principals.swap_remove(at))))
    }

    /// What somebody asked for was decided.
    fn plan_decided(&self, plan: &mut Plan, row: &MailRow) -> Result<(), DeskError> {
        let approval = self.store.read(|conn| approvals::approval(conn, row.about))?;
        let approval = approval.filter(|approval| approval.genuine(&self.log_keys));
        let (Some(approval), Some(staff)) = (approval, self.can_be_written_to(row.staff_id)?) else {
            plan.moot.push(row.id);
            return Ok(());
        };
        let approved = approval.state != approvals::State::Refused;
        let says = MailText::Decided { request: self.brief(&approval)?, approved };
        plan.ready.push(Ready { id: Some(row.id), kind: row.kind, about: row.about, staff, says });
        Ok(())
    }

    /// The tasks of the day, once in the morning.
    fn plan_tasks(&self, plan: &mut Plan) -> Result<(), DeskError> {
        let (date, hour) = self.local(self.now_ms());
        let day = day_number(date);
        if !MORNING.contains(&hour) || self.store.read(|conn| mail::known(conn, Kind::Tasks, day, 0))? {
            return Ok(());
        }
        plan.day = Some(day);
        for (id, due, overdue) in self.store.read(|conn| mail::with_tasks_due(conn, &date.to_string()))? {
            if let Some(staff) = self.can_be_written_to(id)? {
                let says = MailText::Tasks { due, overdue };
                plan.ready.push(Ready { id: None, kind: Kind::Tasks, about: day, staff, says });
            }
        }
        Ok(())
    }

    /// One about tasks that was not taken before: as they stand now, and not on another day.
    fn plan_tasks_again(&self, plan: &mut Plan, row: &MailRow, staff: StaffRow) -> Result<(), DeskError> {
        let date = self.today();
        let tasks = self.store.read(|conn| mail::with_tasks_due(conn, &date.to_string()))?;
        match tasks.into_iter().find(|(id, ..)| *id == staff.id).filter(|_| row.about == day_number(date)) {
            Some((_, due, overdue)) => {
                let says = MailText::Tasks { due, overdue };
                plan.ready.push(Ready { id: Some(row.id), kind: row.kind, about: row.about, staff, says });
            }
            None => plan.moot.push(row.id),
        }
        Ok(())
    }

    /// Whether somebody is away today, and a deputy decides for them.
    fn is_away(&self, id: i64) -> Result<bool, StoreError> {
        let today = self.today().to_string();
        let absence = self.store.read(|conn| approvals::absence_of(conn, &self.log_keys, id))?;
        let Some(absence) = absence.filter(|absence| absence.from_day <= today && today <= absence.to_day)
        else {
            return Ok(false);
        };
        // Where their deputy does nothing, they are told themselves.
        Ok(self.store.read(|conn| staff::by_id(conn, absence.deputy_id))?.is_some_and(|deputy| deputy.acts()))
    }
}

/// Whether what went wrong lies in what one mail is about, and not in the database: it would go wrong each time.
fn is_of_one_row(error: &DeskError) -> bool {
    matches!(error, DeskError::Store(StoreError::Damaged(_)) | DeskError::NotFound(_))
}

/// When a mail is tried again; `None` when it is not.
fn again_at(row: &MailRow, fault: MailFault, now_ms: u64) -> Option<u64> {
    let pause_ms = (60_000_u64 << row.tries.min(6)).min(LONGEST_PAUSE_MS);
    let again_ms = now_ms + pause_ms;
    (!fault.is_final() && again_ms <= row.made_ms + PATIENCE_MS).then_some(again_ms)
}

/// A day as a number: 20261124.
fn day_number(date: jiff::civil::Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}
