//! A customer's page: what is sealed, what it can be opened for, orders, work, and who looked.

use askama::Template;
use axum::{http::StatusCode, response::IntoResponse};
use tigertally_core::{
    desk::{AccessQuery, CustomerPage, FollowUpKind, HistoryQuery, PurposeOption, Running, Task},
    policy::{Action, PurposeKind},
    record::{Class, Field, Tier},
};

use super::{
    accesses::LookLine,
    follow_ups::{FormView, Timeline},
    html,
    protection::{Fact, why},
    shares::{self, ShareLine},
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::address::Path;

/// Orders that are shown at once; the others unfold.
const ORDERS: usize = 6;
/// Items of the history that are shown at once.
const SHOWN: usize = 12;

/// A purpose to choose from; the names are the template's.
struct PurposeView {
    kind: &'static str,
    reference: String,
    label: String,
    note: String,
    allowed: bool,
}

/// A sealed field.
struct FieldView {
    name: &'static str,
    mask: String,
    allowed: bool,
    size: &'static str,
}

/// Fields of one class.
struct ClassView {
    name: &'static str,
    fields: Vec<FieldView>,
}

struct OrderView {
    id: i64,
    day: String,
    items: u32,
    amount: String,
}

struct TaskLine {
    id: i64,
    title: String,
    who: String,
    due: String,
    pressing: &'static str,
    open: bool,
    mine: bool,
}

/// A call or message of the visitor's own that goes on.
struct RunningView {
    id: i64,
    kind: &'static str,
    since: String,
}

/// What was typed about a follow-up, and what is wrong with it.
pub(super) struct Rewrite {
    pub(super) typed: Typed,
    pub(super) faults: Faults,
    /// Whether it was about the one that goes on.
    pub(super) ending: bool,
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerView {
    shell: Shell,
    no: String,
    name: String,
    tier: &'static str,
    about: String,
    /// The review of a high-tier customer: empty, `due` or `overdue`.
    review: &'static str,
    no_contact: bool,
    classes: Vec<ClassView>,
    purposes: Vec<PurposeView>,
    person: String,
    seconds: u32,
    task_href: String,
    approval_href: String,
    orders: Option<Vec<OrderView>>,
    older: Vec<OrderView>,
    orders_total: u64,
    tasks: Vec<TaskLine>,
    running: Option<RunningView>,
    /// What happened; `None` when it is not the visitor's to read.
    history: Option<Timeline>,
    form: FormView,
    why: Vec<Fact>,
    /// With whom it is shared; for whom it is shared with, that it is.
    shares: Vec<ShareLine>,
    /// Who looked, newest first; `None` when it is not the visitor's to know.
    looked: Option<Vec<LookLine>>,
    may: May,
}

/// What the visitor can do here.
#[derive(Default)]
struct May {
    accesses: bool,
    change: bool,
    assign: bool,
    share: bool,
    end_share: bool,
    sheet: bool,
    review: bool,
    task: bool,
    follow_up: bool,
    /// Whether a machine may call, and whether it may write; whether the own device may.
    machine: bool,
    device: bool,
    approval: bool,
    erase: bool,
}

impl May {
    fn of(visitor: &Visitor, page: &CustomerPage) -> May {
        let (actions, tier) = (&page.actions, page.customer.customer.tier);
        let connect = visitor.desk().settings().connect;
        let with_call = |(class, purposes): &(Class, Vec<Option<PurposeKind>>)| {
            *class == Class::Contact && purposes.contains(&Some(PurposeKind::Call))
        };
        let number = page.customer.mask(Field::Mobile).is_some();
        let may = |action| actions.contains(&action);
        May {
            accesses: may(Action::ReadAccesses),
            change: may(Action::ChangeCustomer),
            assign: may(Action::AssignCustomer),
            share: may(Action::ShareCustomer),
            end_share: may(Action::EndShare),
            sheet: may(Action::MakeAuditSheet),
            review: may(Action::ReviewAccess) && tier == Tier::High,
            task: may(Action::CreateTask),
            follow_up: may(Action::FollowUp),
            machine: number && !connect.webhook_url.is_empty() && may(Action::Connect),
            device: number && connect.hand_off && may(Action::FollowUp) && page.may.iter().any(with_call),
            approval: may(Action::RequestApproval),
            erase: may(Action::EraseCustomer),
        }
    }

    fn more(&self) -> bool {
        self.change || self.assign || self.share || self.sheet || self.review || self.approval || self.erase
    }
}

/// `GET /customers/{no}`
pub(crate) async fn page(visitor: Visitor, Path(no): Path<String>) -> Page {
    show(&visitor, &no, None).await
}

/// The page; with a follow-up that was typed, and what is wrong with it.
pub(super) async fn show(visitor: &Visitor, no: &str, rewrite: Option<Rewrite>) -> Page {
    let page = visitor.desk().view(&visitor.actor, no).await.map_err(|error| visitor.fail(&error))?;
    let (app, lang) = (&visitor.app, visitor.lang);
    let customer = &page.customer.customer;
    let settings = visitor.desk().settings();
    let mut orders = page.orders.as_ref().map(|(rows, _)| {
        let view = |order: &tigertally_core::OrderRow| OrderView {
            id: order.id,
            day: words::day(app, lang, &order.day),
            items: order.items,
            amount: words::yuan(order.amount_fen),
        };
        rows.iter().map(view).collect::<Vec<_>>()
    });
    let older = orders.as_mut().map(|all| all.split_off(all.len().min(ORDERS))).unwrap_or_default();
    let status = rewrite.as_ref().map_or(StatusCode::OK, |rewrite| rewrite.faults.status());
    let history = if page.actions.contains(&Action::ReadHistory) {
        Some(Timeline::of(visitor, no, &HistoryQuery { limit: SHOWN, ..HistoryQuery::default() }).await?)
    } else {
        None
    };
    let view = CustomerView {
        no: customer.no.clone(),
        name: page.customer.mask(Field::Name).unwrap_or_default().to_owned(),
        tier: customer.tier.name(),
        about: about(visitor, &page),
        review: review(visitor, &page),
        no_contact: customer.tier == Tier::High && customer.contact_person.is_none(),
        classes: classes(&page),
        purposes: purposes(visitor, &page),
        person: format!("{} {}", visitor.actor.name(), visitor.actor.no()),
        seconds: settings.reveal_seconds,
        task_href: format!("/tasks/new?customer={no}"),
        approval_href: format!("/approvals/new?customer={no}&field=[field]"),
        orders_total: page.orders.as_ref().map_or(0, |(_, total)| *total),
        orders,
        older,
        tasks: page.tasks.iter().map(|task| task_line(visitor, task)).collect(),
        running: page.running.as_ref().map(|running| running_view(visitor, running)),
        history,
        form: FormView::of(visitor, rewrite),
        why: why(visitor, &page, &settings),
        shares: page.shares.iter().map(|share| shares::line(visitor, share)).collect(),
        looked: looked(visitor, &page).await?,
        may: May::of(visitor, &page),
        shell: Shell {
            title: format!("{} {}", lang.t("customer"), customer.no),
            ..visitor.shell("customer", "/customers").recorded(app, &page.receipt)
        },
    };
    Ok((status, html(&view)).into_response())
}

/// Region, kind, since when, who cares.
fn about(visitor: &Visitor, page: &CustomerPage) -> String {
    let (customer, lang) = (&page.customer.customer, visitor.lang);
    let mut parts = vec![lang.t(&format!("kind-{}", customer.kind.name()))];
    if !customer.region.is_empty() {
        parts.insert(0, customer.region.clone());
    }
    parts.push(lang.with("customer-since", &[("month", &words::month(lang, &customer.since))]));
    parts.push(match &customer.owner {
        Some(owner) => lang.with("customer-owner", &[("name", &owner.name), ("no", &owner.no)]),
        None => lang.t("customer-no-owner"),
    });
    if let Some(contact) = &customer.contact_person {
        parts.push(lang.with("customer-contact", &[("name", &contact.name), ("no", &contact.no)]));
    }
    parts.join(" · ")
}

fn review(visitor: &Visitor, page: &CustomerPage) -> &'static str {
    let customer = &page.customer.customer;
    let today = visitor.desk().today();
    let soon = today.saturating_add(jiff::Span::new().days(14)).to_string();
    match &customer.review_due {
        Some(due) if customer.tier == Tier::High && *due < today.to_string() => "overdue",
        Some(due) if customer.tier == Tier::High && *due <= soon => "due",
        _ => "",
    }
}

fn classes(page: &CustomerPage) -> Vec<ClassView> {
    let kind = page.customer.customer.kind;
    let field = |field: Field, class: Class| {
        let mask = page.customer.mask(field).unwrap_or_default().to_owned();
        let may = page.may.iter().any(|(known, purposes)| *known == class && !purposes.is_empty());
        FieldView {
            name: field.name(),
            // What is shown whole has nothing left to reveal.
            allowed: may && mask.contains('*'),
            mask,
            size: match field {
                Field::Contact => "s",
                Field::Name if kind == tigertally_core::record::Kind::Person => "s",
                Field::Email | Field::BankCard => "m",
                Field::IdNumber | Field::Address | Field::Needs => "l",
                Field::Name | Field::Mobile => "",
            },
        }
    };
    let fields = |class: Class| Field::ALL.into_iter().filter(move |field| field.class(kind) == class);
    let classes = Class::ALL.into_iter().map(|class| ClassView {
        name: class.name(),
        fields: fields(class).map(|name| field(name, class)).collect(),
    });
    // The name of a firm stands in the head of the page.
    classes.filter(|class| class.name != Class::Basic.name() && !class.fields.is_empty()).collect()
}

/// The purposes that stand, those first that the policy would take for something on this page.
fn purposes(visitor: &Visitor, page: &CustomerPage) -> Vec<PurposeView> {
    // Basic fields stand in the head of the page: nothing is opened for them.
    let sealed = page.may.iter().filter(|(class, _)| *class != Class::Basic);
    let kinds: Vec<PurposeKind> = sealed.flat_map(|(_, kinds)| kinds.iter().flatten().copied()).collect();
    let taken = |kind: PurposeKind| kinds.contains(&kind);
    let mut views: Vec<_> =
        page.purposes.iter().map(|option| purpose(visitor, option, taken(option.kind))).collect();
    views.sort_by_key(|view| !view.allowed);
    views
}

fn purpose(visitor: &Visitor, option: &PurposeOption, allowed: bool) -> PurposeView {
    let (app, lang) = (&visitor.app, visitor.lang);
    let kind = option.kind.name();
    let moment = || option.when.parse().map(|ms| words::moment(app, lang, ms)).unwrap_or_default();
    let note = match option.kind {
        _ if !allowed => lang.t("purpose-not-taken"),
        PurposeKind::Task => lang.with("purpose-due", &[("day", &words::day(app, lang, &option.when))]),
        PurposeKind::Order => words::day(app, lang, &option.when),
        PurposeKind::Call => lang.with("purpose-began", &[("when", &moment())]),
        PurposeKind::Approval => lang.with("purpose-until", &[("when", &moment())]),
    };
    let label = format!("{} {} {}", lang.t(&format!("purpose-{kind}")), option.reference, option.title);
    PurposeView {
        kind,
        reference: option.reference.to_string(),
        label: label.trim_end().to_owned(),
        note,
        allowed,
    }
}

fn task_line(visitor: &Visitor, task: &Task) -> TaskLine {
    let open = task.closed_ms.is_none();
    TaskLine {
        id: task.id,
        title: task.title.clone(),
        who: task.assignee.1.clone(),
        due: match task.closed_ms {
            Some(when) => words::briefly(&visitor.app, visitor.lang, when),
            None => words::day(&visitor.app, visitor.lang, &task.due),
        },
        pressing: if open { words::due_tag(&visitor.app, &task.due) } else { "" },
        open,
        mine: task.assignee.0 == visitor.actor.no(),
    }
}

fn running_view(visitor: &Visitor, running: &Running) -> RunningView {
    RunningView {
        id: running.id,
        kind: match running.kind {
            FollowUpKind::Message => "message",
            _ => "call",
        },
        since: words::moment(&visitor.app, visitor.lang, running.at_ms),
    }
}

/// The last who looked, for those who may know.
async fn looked(visitor: &Visitor, page: &CustomerPage) -> Result<Option<Vec<LookLine>>, super::PageError> {
    if !page.actions.contains(&Action::ReadAccesses) {
        return Ok(None);
    }
    let query = AccessQuery { limit: 8, ..AccessQuery::default() };
    let accesses = visitor.desk().accesses(&visitor.actor, &page.customer.customer.no, &query).await;
    let entries = accesses.map_err(|error| visitor.fail(&error))?.entries;
    super::accesses::lines(visitor, &entries).map(Some)
}
