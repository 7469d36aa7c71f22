//! The inbox: what waits for the visitor, decided or begun from here.

use askama::Template;
use tigertally_core::desk::{Asked, HandoverDuty, InboxItem};

use super::{
    approvals::{ApprovalView, view},
    html,
    shell::{Shell, grouped},
    visitor::{Page, Visitor},
    words,
};
use crate::texts::Lang;

/// Something to do, as a line that leads to where it is done.
pub(super) struct TodoView {
    pub(super) href: String,
    pub(super) icon: &'static str,
    pub(super) what: String,
    /// The customer's name, masked, when it is about one; then the detail is the customer's number.
    pub(super) mask: String,
    pub(super) detail: String,
    pub(super) due: String,
    /// How the day looks: `bad`, `warn` or empty.
    pub(super) pressing: &'static str,
    /// What the line leads to.
    pub(super) act: String,
    task: bool,
}

/// What waits for the visitor, for pages.
pub(super) struct Todo {
    pub(super) decide: Vec<ApprovalView>,
    pub(super) rows: Vec<TodoView>,
    /// Tasks that are due later.
    pub(super) more: u64,
    /// How many of the visitor's customers fall into the pool soon, and when the first does.
    pub(super) falling: Option<(u64, u64)>,
    /// Whether there are ownership rules that the visitor has not acknowledged.
    pub(super) rules: bool,
    pub(super) receipt: tigertally_core::entry::Receipt,
}

impl Todo {
    pub(super) async fn of(visitor: &Visitor) -> Result<Todo, super::PageError> {
        let inbox = visitor.desk().inbox(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
        let (mut decide, mut rows, mut tasks) = (Vec::new(), Vec::new(), 0);
        let (mut falling, mut rules) = (None, false);
        for (item, due_ms) in inbox.items {
            match &item {
                InboxItem::Falling { customers, first } => falling = Some((*customers, first.falls_ms)),
                InboxItem::Rules => rules = true,
                _ => {}
            }
            match item {
                InboxItem::Decide(approval) => decide.push(view(&visitor.app, visitor.lang, *approval)),
                item => {
                    tasks += u64::from(matches!(item, InboxItem::Task { .. }));
                    rows.push(row(visitor, item, due_ms));
                }
            }
        }
        let more = inbox.tasks.saturating_sub(tasks);
        Ok(Todo { decide, rows, more, falling, rules, receipt: inbox.receipt })
    }

    /// How many things wait.
    pub(super) fn len(&self) -> u64 {
        (self.decide.len() + self.rows.len()) as u64
    }

    /// How many of them are requests of others.
    pub(super) fn decisions(&self) -> u64 {
        self.decide.len() as u64
    }

    /// The first lines but tasks, requests of others before the rest.
    pub(super) fn besides_tasks(self, lang: Lang, most: usize) -> Vec<TodoView> {
        let asked = self.decide.into_iter().map(|asked| TodoView::of_request(lang, asked));
        let rest = self.rows.into_iter().filter(|row| !row.task);
        asked.chain(rest).take(most).collect()
    }
}

impl TodoView {
    /// What somebody asks for, in a line.
    fn of_request(lang: Lang, asked: ApprovalView) -> TodoView {
        TodoView {
            href: format!("/inbox#a{}", asked.id),
            icon: "check",
            what: match asked.wanted.is_empty() {
                true => format!("{} · {}", asked.requester, asked.fields),
                false => format!("{} · {}", asked.requester, asked.wanted),
            },
            mask: asked.name,
            detail: asked.customer,
            due: asked.lapses,
            pressing: "",
            act: lang.t("inbox-decide"),
            task: false,
        }
    }
}

fn row(visitor: &Visitor, item: InboxItem, due_ms: Option<u64>) -> TodoView {
    let (app, lang) = (&visitor.app, visitor.lang);
    let day = due_ms.map(|due| app.tigertally.local(due).0.to_string());
    let mut view = TodoView {
        href: String::new(),
        icon: "task",
        task: matches!(item, InboxItem::Task { .. }),
        what: String::new(),
        mask: String::new(),
        detail: String::new(),
        due: due_ms.map(|due| words::moment(app, lang, due)).unwrap_or_default(),
        pressing: day.as_deref().map_or("", |day| words::due_tag(app, day)),
        act: String::new(),
    };
    let act = match item {
        InboxItem::Decide(approval) => {
            return TodoView::of_request(lang, super::approvals::view(app, lang, *approval));
        }
        InboxItem::Use(approval) => {
            (view.icon, view.what) = ("eye", lang.t("inbox-granted"));
            if let Asked::Access { customer, name } = approval.asked {
                (view.href, view.mask, view.detail) = (Visitor::customer(&customer), name, customer);
            }
            "inbox-open"
        }
        InboxItem::StartExport { export, people } => {
            let values = [("export", export.to_string()), ("n", grouped(people))];
            view.what = lang.with("inbox-start-export", &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            (view.href, view.icon) = (format!("/exports/{export}"), "download");
            "inbox-start"
        }
        InboxItem::FetchExport { export, people } => {
            let values = [("export", export.to_string()), ("n", grouped(people))];
            view.what = lang.with("inbox-fetch-export", &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            (view.href, view.icon) = (format!("/exports/{export}"), "download");
            "inbox-fetch"
        }
        InboxItem::Handover { handover, leaver, step, customers, last_day } => {
            view.icon = "swap";
            view.href = match step {
                HandoverDuty::Sign(part) => format!("/handovers/parts/{part}"),
                _ => format!("/handovers/{handover}"),
            };
            let key = format!("inbox-handover-{}", step.name());
            let values = [("who", leaver), ("n", grouped(customers))];
            view.what = lang.with(&key, &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            view.due = words::day(app, lang, &last_day);
            view.detail = lang.with("inbox-last-day", &[("day", &view.due)]);
            "inbox-go"
        }
        InboxItem::Task { task, name } => {
            view.href = Visitor::customer(&task.customer);
            view.due = words::day(app, lang, &task.due);
            (view.what, view.mask, view.detail) = (task.title, name, task.customer);
            "task-open-customer"
        }
        InboxItem::Falling { customers, first } => {
            (view.href, view.icon) = ("/pool#falling".to_owned(), "box");
            view.what = lang.with("inbox-falling", &[("n", &grouped(customers))]);
            view.detail = first.no;
            "inbox-look"
        }
        InboxItem::Reviews(customers) => {
            (view.href, view.icon) = ("/reviews".to_owned(), "eye");
            view.what = lang.with("inbox-reviews", &[("n", &grouped(customers))]);
            "inbox-go"
        }
        InboxItem::Rules => {
            (view.href, view.icon, view.what) = ("/rules".to_owned(), "flag", lang.t("home-rules"));
            "home-rules-read"
        }
    };
    view.act = lang.t(act);
    view
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    shell: Shell,
    decide: Vec<ApprovalView>,
    rows: Vec<TodoView>,
    more: u64,
}

/// `GET /inbox`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let todo = Todo::of(&visitor).await?;
    let shell = visitor.shell("nav-inbox", "/inbox").recorded(&visitor.app, &todo.receipt);
    Ok(html(&InboxPage {
        shell: shell.counted("/inbox", todo.len(), true),
        decide: todo.decide,
        rows: todo.rows,
        more: todo.more,
    }))
}
