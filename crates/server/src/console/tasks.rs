//! Tasks: what is to be done about a customer, and what an access can be for.

use askama::Template;
use axum::response::IntoResponse;
use serde::Deserialize;
use tigertally_core::{
    desk::NewTask,
    policy::{Action, Role},
};

use super::{
    PageError,
    customers::{Link, colleagues},
    html,
    shell::Shell,
    visitor::{Faults, Page, Typed, Visitor},
    words,
};
use crate::address::{Path, Query};

/// Most tasks of a page.
const ROWS: u32 = 200;

/// A task of the visitor's own.
pub(crate) struct TaskView {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) customer: String,
    pub(crate) name: String,
    pub(crate) due: String,
    /// How the day looks: `bad`, `warn` or empty.
    pub(crate) pressing: &'static str,
}

/// The visitor's open tasks as the core lists them, for pages.
pub(crate) fn views(visitor: &Visitor, tasks: Vec<(tigertally_core::desk::Task, String)>) -> Vec<TaskView> {
    let view = |(task, name): (tigertally_core::desk::Task, String)| TaskView {
        id: task.id,
        title: task.title,
        customer: task.customer,
        name,
        pressing: words::due_tag(&visitor.app, &task.due),
        due: words::day(&visitor.app, visitor.lang, &task.due),
    };
    tasks.into_iter().map(view).collect()
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    shell: Shell,
    tasks: Vec<TaskView>,
    total: u64,
    due: u64,
}

/// `GET /tasks`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let list = visitor.desk().my_tasks(&visitor.actor, ROWS).await.map_err(|error| visitor.fail(&error))?;
    let shell = visitor.shell("nav-tasks", "/tasks").recorded(&visitor.app, &list.receipt);
    Ok(html(&TasksPage {
        shell: shell.counted("/tasks", list.due, true),
        tasks: views(&visitor, list.tasks),
        total: list.total,
        due: list.due,
    }))
}

/// Whom a form is about.
#[derive(Deserialize)]
pub(crate) struct About {
    #[serde(default)]
    customer: String,
    #[serde(default)]
    field: String,
}

impl About {
    /// The form as it begins.
    pub(crate) fn typed(&self, more: &[(&str, &str)]) -> Typed {
        let box_name = format!("field_{}", self.field);
        let mut pairs = vec![("customer", self.customer.as_str()), (box_name.as_str(), "1")];
        pairs.extend(more);
        Typed::with(&pairs)
    }
}

#[derive(Template)]
#[template(path = "task-new.html")]
struct NewTaskPage {
    shell: Shell,
    typed: Typed,
    faults: Faults,
    /// Where the form leads back to.
    back: String,
    /// Who can be given the task; empty when it can only be one's own.
    people: Vec<Link>,
    today: String,
}

fn new_page(visitor: &Visitor, typed: Typed, faults: Faults) -> Page {
    let people = match visitor.actor.role() {
        Role::Manager if visitor.may(Action::AssignCustomer) => colleagues(visitor)?,
        _ => Vec::new(),
    };
    let chosen = typed.some("assignee").unwrap_or(visitor.actor.no());
    let people =
        people.into_iter().map(|(no, label)| Link { current: no == chosen, href: no, label }).collect();
    let page = NewTaskPage {
        shell: visitor.shell("task-new-title", "/tasks"),
        back: typed.customer().map_or("/tasks".to_owned(), |no| Visitor::customer(&no)),
        today: visitor.desk().today().to_string(),
        people,
        typed,
        faults,
    };
    Ok((page.faults.status(), html(&page)).into_response())
}

/// `GET /tasks/new`
pub(crate) async fn new(visitor: Visitor, Query(about): Query<About>) -> Page {
    let today = visitor.desk().today().to_string();
    new_page(&visitor, about.typed(&[("due", &today)]), Faults::default())
}

/// `POST /tasks/new`
pub(crate) async fn create(visitor: Visitor, typed: Typed) -> Page {
    let new = NewTask {
        customer: typed.get("customer").trim().to_owned(),
        assignee: typed.some("assignee").map(str::to_owned),
        title: typed.get("title").to_owned(),
        due: typed.get("due").to_owned(),
    };
    match visitor.desk().create_task(&visitor.actor, &new, None).await {
        Ok((_, receipt)) => Ok(visitor.done(&Visitor::customer(&new.customer), "flash-task-made", receipt)),
        Err(error) => {
            let faults = Faults::of(error, visitor.lang).map_err(|error| visitor.fail(&error))?;
            new_page(&visitor, typed, faults)
        }
    }
}

/// `POST /tasks/{id}/close`
pub(crate) async fn close(
    visitor: Visitor,
    Path(id): Path<i64>,
    typed: Typed,
) -> Result<axum::response::Response, PageError> {
    let receipt =
        visitor.desk().close_task(&visitor.actor, id).await.map_err(|error| visitor.fail(&error))?;
    Ok(visitor.done(&typed.back("/tasks"), "flash-task-closed", receipt))
}
