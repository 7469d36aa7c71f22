//! `tigertally staff`

use clap::{Args, Subcommand};
use serde_json::json;
use tigertally_core::{
    StaffRow,
    desk::{StaffChange, StaffFilter},
    policy::Role,
};

use crate::{args::Global, exit::Exit, folder, lang::Lang, output};

const EXAMPLE: &str = "\
Examples:
  tigertally staff list --role manager
  tigertally staff add S100 --name 王小明 --department 销售部 --title 员工 --role staff --region 华东
  tigertally staff invite S100
  tigertally staff deactivate S100";

/// The people who work here
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Staff {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Add(Add),
    Invite(One),
    Deactivate(Deactivate),
}

/// List the staff
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally staff list --role manager")]
struct List {
    /// Only those whose number, name or title has this in it
    #[arg(default_value = "")]
    text: String,
    /// Only this role
    #[arg(long, value_parser = role)]
    role: Option<Role>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Add somebody
#[derive(Args)]
#[command(after_help = "\
Example:
  tigertally staff add S100 --name 王小明 --department 销售部 --title 员工 --role staff --region 华东")]
struct Add {
    /// Staff number
    staff_no: String,
    /// Name
    #[arg(long)]
    name: String,
    /// Department
    #[arg(long)]
    department: String,
    /// Title, in the company's words
    #[arg(long)]
    title: String,
    /// Role: what the policy goes by
    #[arg(long, value_parser = role)]
    role: Role,
    /// Region
    #[arg(long)]
    region: Option<String>,
    /// Staff number of the manager
    #[arg(long)]
    manager: Option<String>,
    /// E-mail address at the company
    #[arg(long)]
    email: Option<String>,
    /// Day they joined, YYYY-MM-DD [default: today]
    #[arg(long)]
    joined: Option<String>,
}

/// Give somebody a one-time code to set up their sign-in with, good for three days; what they signed in with before
/// stops working
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally staff invite S100")]
struct One {
    /// Staff number
    staff_no: String,
}

/// Sign somebody out for good: they have left
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally staff deactivate S100")]
struct Deactivate {
    /// Staff number
    staff_no: String,
}

fn role(name: &str) -> Result<Role, String> {
    let known = Role::ALL.into_iter().filter(|role| *role != Role::Operator);
    let names: Vec<&str> = known.clone().map(Role::name).collect();
    known.clone().find(|role| role.name() == name).ok_or_else(|| format!("one of {}", names.join(", ")))
}

impl Staff {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let (tigertally, operator) = folder::open(global, lang)?;
        let actor = operator.actor();
        let (receipt, said) = match self.command {
            Command::List(list) => {
                let filter = StaffFilter { text: list.text, role: list.role, ..StaffFilter::default() };
                let (staff, _) = tigertally.staff_list(&actor, &filter).await?;
                print(&staff, list.json, lang)?;
                return Ok(Exit::Done);
            }
            Command::Invite(One { staff_no }) => {
                let (code, receipt) = tigertally.invite(&actor, &staff_no).await?;
                output::print(&code)?;
                (
                    receipt,
                    lang.pick(
                        "一次性激活码，三天内有效，请当面或通过可信渠道交给本人",
                        "a one-time code, good for three days: hand it over in person or by a way you trust",
                    ),
                )
            }
            Command::Add(add) => {
                (tigertally.add_staff(&actor, &add.into()).await?, lang.pick("已添加", "added"))
            }
            Command::Deactivate(Deactivate { staff_no }) => {
                let change = StaffChange { no: staff_no, active: Some(false), ..StaffChange::default() };
                (
                    tigertally.change_staff(&actor, &change).await?,
                    lang.pick("已停用并退出登录", "deactivated and signed out"),
                )
            }
        };
        eprintln!("{said} {}", entry(receipt.index, lang));
        Ok(Exit::Done)
    }
}

impl From<Add> for StaffChange {
    fn from(add: Add) -> StaffChange {
        StaffChange {
            no: add.staff_no,
            name: Some(add.name),
            department: Some(add.department),
            title: Some(add.title),
            role: Some(add.role),
            region: add.region,
            manager: add.manager,
            email: add.email,
            joined: add.joined,
            active: None,
        }
    }
}

/// Where something stands in the ledger.
pub(crate) fn entry(index: u64, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("（账本第 {index} 条）"),
        Lang::En => format!("(entry {index} of the ledger)"),
    }
}

fn print(staff: &[StaffRow], as_json: bool, lang: Lang) -> anyhow::Result<()> {
    if as_json {
        let one = |person: &StaffRow| {
            json!({
                "staff_no": person.no, "name": person.name, "department": person.department, "title": person.title,
                "role": person.role.name(), "region": person.region, "manager": person.manager,
                "joined": person.joined, "email": person.email, "active": person.active,
                "frozen_ms": person.frozen_ms,
                "can_sign_in": person.acts() && person.has_password && person.has_totp,
            })
        };
        return output::json(&staff.iter().map(one).collect::<Vec<_>>());
    }
    let mut table = output::table(match lang {
        Lang::Zh => ["工号", "姓名", "部门", "岗位", "角色", "区域", "登录"],
        Lang::En => ["staff no", "name", "department", "title", "role", "region", "sign-in"],
    });
    for person in staff {
        let sign_in = match (person.active, person.has_password && person.has_totp) {
            (false, _) => lang.pick("已停用", "left"),
            _ if person.frozen_ms.is_some() => lang.pick("已冻结", "frozen"),
            (true, true) => lang.pick("已设置", "set up"),
            (true, false) => lang.pick("未设置", "not yet"),
        };
        let StaffRow { no, name, department, title, region, .. } = person;
        table.add_row([no, name, department, title, person.role.name(), region, sign_in]);
    }
    output::print(&table.to_string())
}
