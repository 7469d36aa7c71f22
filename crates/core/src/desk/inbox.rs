//! What waits for somebody: one list over everything that the system knows to be theirs to do next.

use super::{Approval, DeskError, Falling, Task};
use crate::{
    StoreError, Tigertally,
    entry::Receipt,
    identity::Actor,
    policy::Action,
    record::Field,
    store::{
        approvals,
        customers::{self, Customer},
        exports::{self, State as Export},
        handovers::{self, HandoverRow, PartState as Part, State as Handover},
        work,
    },
};

/// Days before its day that a task is put before its person.
const TASK_DAYS: i64 = 3;
/// Days before its day that an access review is put before whoever does it.
const REVIEW_DAYS: u32 = 14;
/// Most tasks, and most exports that are looked through.
const MOST: u32 = 50;
/// Most open hand-overs that are looked through.
const MOST_HANDOVERS: u32 = 1_000;

/// What somebody is to do in a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandoverDuty {
    /// The leaver can add notes.
    Note,
    /// The manager is to split customers among receivers.
    Split,
    /// The receiver is to look at what they are given, and sign; the part's number.
    Sign(i64),
    /// The manager is to bring what was signed before the department head.
    Ask,
    /// HR is to close it.
    Close,
}

impl HandoverDuty {
    /// The name used by the API.
    pub fn name(self) -> &'static str {
        match self {
            HandoverDuty::Note => "note",
            HandoverDuty::Split => "split",
            HandoverDuty::Sign(_) => "sign",
            HandoverDuty::Ask => "ask",
            HandoverDuty::Close => "close",
        }
    }
}

/// Something that waits for somebody.
#[derive(Clone, Debug)]
pub enum InboxItem {
    /// To approve or refuse what somebody else asked for.
    Decide(Box<Approval>),
    /// To use what was approved, before that ends: to open the fields of a customer.
    Use(Box<Approval>),
    /// To have the file of an export written.
    StartExport {
        /// Number of the export.
        export: i64,
        /// How many customers.
        people: u64,
    },
    /// To fetch the file of an export, before it goes.
    FetchExport {
        /// Number of the export.
        export: i64,
        /// How many customers.
        people: u64,
    },
    /// To do one's part in a hand-over.
    Handover {
        /// Number of the hand-over.
        handover: i64,
        /// Name of the leaver.
        leaver: String,
        /// What is to be done.
        step: HandoverDuty,
        /// How many customers it is about.
        customers: u64,
        /// The leaver's last day, `YYYY-MM-DD`.
        last_day: String,
    },
    /// To do a task.
    Task {
        /// The task.
        task: Box<Task>,
        /// The customer's name, masked.
        name: String,
    },
    /// To follow customers up before they fall into the public pool.
    Falling {
        /// How many.
        customers: u64,
        /// The first of them.
        first: Falling,
    },
    /// To do access reviews that are due within days, or overdue; how many.
    Reviews(u64),
    /// To read and acknowledge the ownership rules.
    Rules,
}

/// What waits for somebody, the most pressing first.
pub struct Inbox {
    /// The items, each with the time by which it has to be done (Unix milliseconds), if there is one.
    pub items: Vec<(InboxItem, Option<u64>)>,
    /// Open tasks in all; those within the next days are among the items.
    pub tasks: u64,
    /// Where the view stands in the ledger.
    pub receipt: Receipt,
}

impl Tigertally {
    /// What waits for the actor.
    ///
    /// # Errors
    /// `Denied`; `Store`; `Vault`.
    pub async fn inbox(&self, actor: &Actor) -> Result<Inbox, DeskError> {
        let soon = self.today().saturating_add(jiff::Span::new().days(TASK_DAYS)).to_string();
        let decide = self.to_decide(actor)?;
        let (granted, mut tasks, total) = self.store.read(|conn| {
            let granted = approvals::approvals_by(conn, actor.id(), MOST)?;
            let tasks = work::open_tasks(conn, actor.id(), MOST)?;
            let (total, _) = work::count_open_tasks(conn, actor.id(), &soon)?;
            Ok::<_, DeskError>((granted, tasks, total))
        })?;
        let granted =
            granted.into_iter().filter(|row| row.unopened() != 0 && self.approval_stands(actor.id(), row));
        tasks.retain(|task| task.due <= soon);
        let mut items = Vec::new();
        let mut approvals: Vec<_> = decide.into_iter().map(|(row, away)| (row, away, true)).collect();
        approvals.extend(granted.map(|row| (row, None, false)));

        let mut wanted: Vec<i64> = tasks.iter().map(|task| task.customer_id).collect();
        wanted.extend(approvals.iter().filter_map(|(row, ..)| row.customer_id));
        wanted.sort_unstable();
        wanted.dedup();
        let rows: Vec<Customer> = self.store.read(|conn| customers::by_ids(conn, &wanted))?;
        let page = self.work_page(actor, rows).await?;
        let name = |no: &str| {
            let masked = page.customers.iter().find(|masked| masked.customer.no == no);
            masked.and_then(|masked| masked.mask(Field::Name)).unwrap_or_default().to_owned()
        };
        for (row, away, decides) in approvals {
            let mask = row.customer_no.as_deref().map(name).unwrap_or_default();
            let mut approval = self.approval(&page, row, &mask)?;
            approval.in_place_of = away;
            let due_ms = if decides { Some(approval.lapses_ms) } else { approval.expires_ms };
            let item = Box::new(approval);
            items.push((if decides { InboxItem::Decide(item) } else { InboxItem::Use(item) }, due_ms));
        }
        for row in tasks {
            let due_ms = self.end_of_day_ms(&row.due);
            let name = name(&row.customer_no);
            let reader = page.reader(&self.vault, row.customer_id)?;
            items.push((InboxItem::Task { task: Box::new(self.task(&reader, row)?), name }, due_ms));
        }
        self.exports_waiting(actor, &mut items)?;
        self.handovers_waiting(actor, &mut items)?;
        if self.may(actor, Action::CreateTask)
            && let (falling, customers) = self.falling(actor)?
            && let Some(first) = falling.into_iter().next()
        {
            let due_ms = Some(first.falls_ms);
            items.push((InboxItem::Falling { customers, first }, due_ms));
        }
        if self.may(actor, Action::ReviewAccess) {
            let due = self.reviews_due(actor, REVIEW_DAYS)?;
            if due > 0 {
                items.push((InboxItem::Reviews(due), None));
            }
        }
        if self.may(actor, Action::ReadRules) && self.rules_wait_for(actor)? {
            items.push((InboxItem::Rules, None));
        }
        items.sort_by_key(|(_, due_ms)| due_ms.unwrap_or(u64::MAX));
        Ok(Inbox { items, tasks: total, receipt: page.receipt().clone() })
    }

    /// The end of a day in the company's time zone, Unix milliseconds.
    pub fn end_of_day_ms(&self, day: &str) -> Option<u64> {
        let next = day.parse::<jiff::civil::Date>().ok()?.tomorrow().ok()?;
        self.moment_ms(&next.to_string()).map(|ms| ms - 1)
    }

    fn exports_waiting(
        &self,
        actor: &Actor,
        items: &mut Vec<(InboxItem, Option<u64>)>,
    ) -> Result<(), DeskError> {
        let now_ms = self.now_ms();
        for row in self.store.read(|conn| exports::exports(conn, Some(actor.id()), i64::MAX, MOST))? {
            let (export, people) = (row.id, row.people);
            match (row.state, row.expires_ms) {
                (Export::Ready, _) => items.push((InboxItem::StartExport { export, people }, None)),
                (Export::Made, Some(until_ms)) if now_ms < until_ms => {
                    items.push((InboxItem::FetchExport { export, people }, Some(until_ms)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn handovers_waiting(
        &self,
        actor: &Actor,
        items: &mut Vec<(InboxItem, Option<u64>)>,
    ) -> Result<(), DeskError> {
        for row in self.store.read(|conn| handovers::open(conn, MOST_HANDOVERS))? {
            for (step, customers) in self.duties_of(actor, &row)? {
                let item = InboxItem::Handover {
                    handover: row.id,
                    leaver: row.leaver.name.clone(),
                    step,
                    customers,
                    last_day: row.last_day.clone(),
                };
                items.push((item, self.end_of_day_ms(&row.last_day)));
            }
        }
        Ok(())
    }

    /// What the actor is to do next in a hand-over, and for how many customers.
    fn duties_of(&self, actor: &Actor, row: &HandoverRow) -> Result<Vec<(HandoverDuty, u64)>, StoreError> {
        if row.state != Handover::Open {
            return Ok(Vec::new());
        }
        let mut steps = Vec::new();
        let manages = self.may_handover(actor, Action::ManageHandover, row);
        let closes = self.may_handover(actor, Action::CloseHandover, row);
        let (parts, counts, progress) = self.store.read(|conn| {
            let parts = handovers::parts(conn, &self.log_keys, row.id)?;
            Ok::<_, StoreError>((parts, handovers::counts(conn, row.id)?, handovers::progress(conn, row.id)?))
        })?;
        if row.leaver.id == actor.id() && row.note.is_none() {
            steps.push((HandoverDuty::Note, counts.iter().sum()));
        }
        for part in parts.iter().filter(|part| part.state == Part::Given && part.receiver.id == actor.id()) {
            let given = progress.iter().find(|(id, ..)| *id == part.id).map_or(0, |(_, given, _)| *given);
            steps.push((HandoverDuty::Sign(part.id), given));
        }
        if manages {
            let open = counts[0] + counts[2];
            if open > 0 {
                steps.push((HandoverDuty::Split, open));
            }
            let signed = parts.iter().filter(|part| part.state == Part::Signed);
            let signed: u64 = signed.map(|part| part.accepted).sum();
            if signed > 0 {
                steps.push((HandoverDuty::Ask, signed));
            }
        }
        if closes && counts[0] + counts[1] + counts[2] == 0 {
            steps.push((HandoverDuty::Close, counts.iter().sum()));
        }
        Ok(steps)
    }
}
