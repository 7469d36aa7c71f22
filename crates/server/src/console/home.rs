//! The home page: what is due, and what the figures say to whom.

use askama::Template;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use tigertally_core::policy::{Action, Role};

use super::{
    html, set_cookie,
    shell::{Shell, grouped},
    tasks::{TaskView, views},
    visitor::{Page, Visitor},
    words,
};
use crate::{signed::cookie, texts::Lang};

/// Tasks that the page shows.
const ROWS: u32 = 8;
/// The cookie that puts the first steps away.
const TOUR: &str = "tour";

/// A figure that leads to what it counts.
struct Figure {
    href: &'static str,
    name: String,
    number: String,
    unit: String,
    text: String,
}

/// Something to try first.
struct Step {
    href: &'static str,
    icon: &'static str,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    greeting: String,
    today: String,
    steps: Vec<Step>,
    figures: Vec<Figure>,
    works: bool,
    tasks: Vec<TaskView>,
    total: u64,
}

/// `GET /`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let list = visitor.desk().my_tasks(&visitor.actor, ROWS).await.map_err(|error| visitor.fail(&error))?;
    let works = visitor.may(Action::CreateTask);
    let mut figures = Vec::new();
    if works {
        figures.push(due(&visitor, &list));
        figures.push(mine(&visitor)?);
    }
    let shell = visitor.shell("nav-home", "/").recorded(&visitor.app, list.receipt);
    let page = HomePage {
        shell: shell.counted("/tasks", list.due, true),
        greeting: greeting(&visitor),
        today: today(&visitor, works, list.due),
        steps: steps(&visitor),
        works,
        total: list.total,
        tasks: views(&visitor, list.tasks),
        figures,
    };
    Ok(html(&page))
}

fn greeting(visitor: &Visitor) -> String {
    let key = match visitor.desk().local(visitor.desk().now_ms()).1 {
        5..9 => "home-morning",
        9..12 => "home-forenoon",
        12..14 => "home-noon",
        14..18 => "home-afternoon",
        18..23 => "home-evening",
        _ => "home-night",
    };
    visitor.lang.with(key, &[("name", visitor.actor.name())])
}

fn today(visitor: &Visitor, works: bool, due: u64) -> String {
    let date = visitor.desk().today();
    let weekdays_zh = ["一", "二", "三", "四", "五", "六", "日"];
    let weekday = weekdays_zh.get(date.weekday().to_monday_zero_offset().unsigned_abs() as usize).unwrap_or(&"");
    let day = match visitor.lang {
        Lang::Zh => format!("{} 月 {} 日，周{weekday}", date.month(), date.day()),
        Lang::En => date.strftime("%A, %-d %B").to_string(),
    };
    if !works {
        visitor.lang.with("home-today", &[("day", &day)])
    } else if due == 0 {
        visitor.lang.with("home-today-free", &[("day", &day)])
    } else {
        visitor.lang.counted_with("home-today-tasks", due, &[("day", &day)])
    }
}

fn due(visitor: &Visitor, list: &tigertally_core::desk::TaskList) -> Figure {
    let lang = visitor.lang;
    let first = list.tasks.first().map(|(task, _)| words::day(&visitor.app, lang, &task.due));
    Figure {
        href: "/tasks",
        name: lang.t("home-due"),
        number: grouped(list.due),
        unit: lang.with("home-due-of", &[("n", &grouped(list.total))]),
        text: match first {
            Some(day) => lang.with("home-due-first", &[("day", &day)]),
            None => lang.t("home-due-none"),
        },
    }
}

fn mine(visitor: &Visitor) -> Result<Figure, super::PageError> {
    let lang = visitor.lang;
    let [low, medium, high] = visitor.desk().count_mine(&visitor.actor).map_err(|error| visitor.fail(&error))?;
    Ok(Figure {
        href: "/customers?scope=mine",
        name: lang.t("home-mine"),
        number: grouped(low + medium + high),
        unit: lang.t("home-mine-unit"),
        text: lang.with(
            "home-tiers",
            &[("high", &grouped(high)), ("medium", &grouped(medium)), ("low", &grouped(low))],
        ),
    })
}

/// Three things to try, by role, until they are put away.
fn steps(visitor: &Visitor) -> Vec<Step> {
    if cookie(&visitor.headers, TOUR) == Some("done") {
        return Vec::new();
    }
    let (who, ways): (&str, [(&'static str, &'static str); 3]) = match visitor.actor.role() {
        Role::Staff | Role::Service => {
            ("staff", [("/customers?tier=medium", "people"), ("/tasks", "eye"), ("/me", "history")])
        }
        Role::Manager => ("manager", [("/approvals", "check"), ("/team", "team"), ("/reviews", "eye")]),
        Role::Compliance | Role::Dpo | Role::Security | Role::Auditor | Role::Legal => {
            ("watch", [("/ledger", "book"), ("/ledger/verify", "shield"), ("/me", "history")])
        }
        Role::Administrator => ("admin", [("/policy", "doc"), ("/import", "upload"), ("/customers", "stop")]),
        Role::Marketing | Role::Hr | Role::Operator => {
            ("other", [("/me", "history"), ("/me/sign-in", "key"), ("/settings", "stop")])
        }
    };
    let text = |n: usize, more: &str| visitor.lang.t(&format!("first-{who}-{n}{more}"));
    let step = |(n, (href, icon)): (usize, (&'static str, &'static str))| Step {
        href,
        icon,
        title: text(n, ""),
        text: text(n, "-text"),
    };
    (1..).zip(ways).map(step).collect()
}

/// `POST /tour`: the first steps are put away.
pub(crate) async fn tour(visitor: Visitor) -> Page {
    let year = 365 * 24 * 3600;
    Ok((AppendHeaders([set_cookie(&visitor.app, TOUR, "done", year)]), Redirect::to("/")).into_response())
}
