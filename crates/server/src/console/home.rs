//! The home page: what is due, and what the figures say to whom.

use askama::Template;
use axum::response::{AppendHeaders, IntoResponse, Redirect};
use tigertally_core::{
    desk::{FigureScope, HomeFigures},
    policy::{Action, Role},
};

use super::{
    charts::{self, Bars, Columns, OwnChart},
    html,
    inbox::{Todo, TodoView},
    set_cookie,
    shell::{Shell, grouped},
    tasks::{TaskView, views},
    visitor::{Page, Visitor},
    words,
};
use crate::{signed::cookie, texts::Lang};

/// Tasks that the page shows.
const ROWS: u32 = 8;
/// Other things that wait which it shows.
const WAITING: usize = 5;
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
    /// Whether there are ownership rules that the visitor has not acknowledged.
    rules_wait: bool,
    steps: Vec<Step>,
    figures: Vec<Figure>,
    /// What waits besides tasks, the most pressing first.
    rows: Vec<TodoView>,
    works: bool,
    /// Whether the tasks are shown: managers who have none watch instead.
    tasks_here: bool,
    tasks: Vec<TaskView>,
    total: u64,
    /// One's own days, for those who can reveal anything.
    own: Option<OwnChart>,
    /// What others do, for those who watch.
    watched: Option<Watched>,
}

/// What others did in the last 24 hours.
struct Watched {
    hours: Columns,
    people: Bars,
    denials: Columns,
    /// Where each one stands singly.
    details: &'static str,
}

/// `GET /`
pub(crate) async fn page(visitor: Visitor) -> Page {
    let list = visitor.desk().my_tasks(&visitor.actor, ROWS).await.map_err(|error| visitor.fail(&error))?;
    let seen = visitor.desk().home_figures(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let works = visitor.may(Action::CreateTask);
    let reveals = visitor.may(Action::Reveal);
    let todo = Todo::of(&visitor).await?;
    let waiting = todo.len();
    let mut figures = Vec::new();
    if works {
        figures.push(due(&visitor, &list));
        figures.extend(mine(&visitor)?);
        figures.extend(todo.falling.map(|(number, first_ms)| falling(&visitor, number, first_ms)));
    }
    figures.insert(0, inbox(&visitor, waiting));
    let shell = visitor.shell("nav-home", "/").recorded(&visitor.app, &seen.receipt);
    let shell = shell.counted("/approvals", todo.decisions(), true).counted("/inbox", waiting, true);
    match seen.scope {
        FigureScope::Own if reveals => figures.push(own_reveals(&visitor, &seen)),
        FigureScope::Own => {}
        FigureScope::Team | FigureScope::Everybody => figures.extend(watched_figures(&visitor, &seen)),
    }
    let page = HomePage {
        shell: shell.counted("/tasks", list.due, true),
        greeting: greeting(&visitor),
        today: today(&visitor, works, list.due),
        rules_wait: todo.rules,
        steps: steps(&visitor),
        works,
        tasks_here: works && (list.total > 0 || visitor.actor.role() != Role::Manager),
        total: list.total,
        tasks: views(&visitor, list.tasks),
        rows: todo.besides_tasks(visitor.lang, WAITING),
        own: reveals.then(|| charts::own(&visitor, &seen)),
        watched: (seen.scope != FigureScope::Own).then(|| Watched {
            hours: charts::hours(&visitor, &seen),
            people: charts::people(&visitor, &seen),
            denials: charts::denials(&visitor, &seen),
            details: if seen.scope == FigureScope::Team { "/team" } else { "/ledger" },
        }),
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
    let weekday =
        weekdays_zh.get(date.weekday().to_monday_zero_offset().unsigned_abs() as usize).unwrap_or(&"");
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

/// The visitor's customers; nothing for a manager who has none of their own.
fn mine(visitor: &Visitor) -> Result<Option<Figure>, super::PageError> {
    let lang = visitor.lang;
    let [low, medium, high] =
        visitor.desk().count_mine(&visitor.actor).map_err(|error| visitor.fail(&error))?;
    if low + medium + high == 0 && visitor.actor.role() == Role::Manager {
        return Ok(None);
    }
    Ok(Some(Figure {
        href: "/customers?scope=mine",
        name: lang.t("home-mine"),
        number: grouped(low + medium + high),
        unit: lang.t("home-mine-unit"),
        text: lang.with(
            "home-tiers",
            &[("high", &grouped(high)), ("medium", &grouped(medium)), ("low", &grouped(low))],
        ),
    }))
}

/// The warning that customers of the visitor's fall into the public pool soon.
fn falling(visitor: &Visitor, number: u64, first_ms: u64) -> Figure {
    let lang = visitor.lang;
    let day = words::moment(&visitor.app, lang, first_ms);
    Figure {
        href: "/pool#falling",
        name: lang.t("home-falling"),
        number: grouped(number),
        unit: lang.t("home-mine-unit"),
        text: lang.with("home-falling-first", &[("day", &day)]),
    }
}

fn inbox(visitor: &Visitor, waiting: u64) -> Figure {
    let lang = visitor.lang;
    Figure {
        href: "/inbox",
        name: lang.t("nav-inbox"),
        number: grouped(waiting),
        unit: lang.t("home-waiting-unit"),
        text: lang.t(if waiting > 0 { "home-waiting-text" } else { "home-waiting-none" }),
    }
}

fn own_reveals(visitor: &Visitor, seen: &HomeFigures) -> Figure {
    let lang = visitor.lang;
    let usual = seen.usual.map(|usual| (usual.low.to_string(), usual.high.to_string()));
    Figure {
        href: "/me",
        name: lang.t("home-today-reveals"),
        number: grouped(seen.days.last().map_or(0, |day| day.reveals)),
        unit: lang.t("home-today-unit"),
        text: match usual {
            Some((from, to)) => lang.with("home-normal", &[("from", &from), ("to", &to)]),
            None => lang.t("home-normal-new"),
        },
    }
}

fn watched_figures(visitor: &Visitor, seen: &HomeFigures) -> [Figure; 2] {
    let lang = visitor.lang;
    let team = seen.scope == FigureScope::Team;
    let tier = |at: usize| seen.hours.iter().filter_map(|hour| hour.reveals.get(at)).sum::<u64>();
    let [low, medium, high] = [tier(0), tier(1), tier(2)];
    let denied: u64 = seen.hours.iter().map(|hour| hour.denied).sum();
    let reveals = Figure {
        href: if team { "/team" } else { "/ledger?kind=reveals&range=24h" },
        name: lang.t("home-reveals"),
        number: grouped(low + medium + high),
        unit: lang.t("home-reveals-unit"),
        text: lang.with(
            "home-reveals-text",
            &[("high", &grouped(high)), ("medium", &grouped(medium)), ("low", &grouped(low))],
        ),
    };
    let denials = Figure {
        href: if team { "/team" } else { "/ledger?kind=denied&range=24h" },
        name: lang.t("home-denials"),
        number: grouped(denied),
        unit: lang.t("home-denials-unit"),
        text: lang.t(if denied > 0 { "home-denials-text" } else { "home-denials-none" }),
    };
    [reveals, denials]
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
            ("watch", [("/ledger", "book"), ("/ledger", "shield"), ("/me", "history")])
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
