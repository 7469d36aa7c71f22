//! `tigertally customer`: through the API of a running server, as the person who signed in.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tigertally_core::record::Field;

use crate::{
    client::{Client, Server, segment},
    exit::Exit,
    lang::Lang,
    output,
};

const EXAMPLE: &str = "\
Examples:
  export TIGERTALLY_TOKEN=$(tigertally sign-in S012)
  tigertally customer list --scope mine --tier high
  tigertally customer show C00003
  tigertally customer reveal C00003 mobile email --for task:17";

/// Customers, as the person who signed in
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Customer {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Reveal(Reveal),
}

/// List customers, masked
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally customer list --scope mine --tier high --limit 20")]
struct List {
    #[command(flatten)]
    server: Server,
    /// Whose: all that I may see, mine, or my department's
    #[arg(long, value_parser = ["all", "mine", "department"], default_value = "all")]
    scope: String,
    /// Only this tier
    #[arg(long, value_parser = ["low", "medium", "high"])]
    tier: Option<String>,
    /// Only this region
    #[arg(long)]
    region: Option<String>,
    /// Only the customer whose phone, mail, ID, card number, name or number is exactly this
    #[arg(long, value_name = "TERM", conflicts_with_all = ["scope", "tier", "region", "cursor"])]
    search: Option<String>,
    /// Most customers, 1 to 200
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Go on where the page before ended
    #[arg(long)]
    cursor: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Show a customer, masked, with the purposes that I have
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally customer show C00003")]
struct Show {
    #[command(flatten)]
    server: Server,
    /// Customer number
    no: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Open sealed fields of a customer, for a purpose of mine
#[derive(Args)]
#[command(after_help = "Example:\n  tigertally customer reveal C00003 mobile email --for task:17")]
struct Reveal {
    #[command(flatten)]
    server: Server,
    /// Customer number
    no: String,
    /// Names of the fields
    #[arg(required = true, value_parser = Field::ALL.map(Field::name))]
    fields: Vec<String>,
    /// What it is for: task:NUMBER, call:NUMBER, order:NUMBER or approval:NUMBER
    #[arg(long = "for", value_name = "PURPOSE", value_parser = purpose)]
    purpose: Option<(String, String)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads a purpose such as `task:17`.
pub(crate) fn purpose(text: &str) -> Result<(String, String), String> {
    let known =
        |kind: &str, reference: &str| tigertally_core::desk::StatedPurpose::parse(kind, reference).is_some();
    match text.split_once(':') {
        Some((kind, reference)) if known(kind, reference) => Ok((kind.to_owned(), reference.to_owned())),
        _ => Err("it is written task:17, call:4, order:9 or approval:3".to_owned()),
    }
}

impl Customer {
    pub(crate) fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        match self.command {
            Command::List(list) => list.run(lang),
            Command::Show(show) => show.run(lang),
            Command::Reveal(reveal) => reveal.run(lang),
        }
    }
}

impl List {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let client = Client::signed_in(&self.server, lang)?;
        let page = match &self.search {
            Some(term) => client.post("/customers/search", &json!({ "q": term }))?,
            None => {
                let mut query = vec![("scope", self.scope), ("limit", self.limit.to_string())];
                query.extend(self.tier.map(|tier| ("tier", tier)));
                query.extend(self.region.map(|region| ("region", region)));
                query.extend(self.cursor.map(|cursor| ("cursor", cursor)));
                client.get("/customers", &query)?
            }
        };
        if self.json {
            output::json(&page)?;
            return Ok(Exit::Done);
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["编号", "名称", "级别", "区域", "负责人", "手机"],
            Lang::En => ["number", "name", "tier", "region", "owner", "mobile"],
        });
        for item in page["items"].as_array().into_iter().flatten() {
            let masked = &item["masked"];
            table.add_row([
                word(&item["customer_no"]),
                word(&masked["name"]),
                word(&item["tier"]),
                word(&item["region"]),
                word(&item["owner"]),
                word(&masked["mobile"]),
            ]);
        }
        let total = word(&page["total"]);
        let mut text =
            format!("{table}\n{}", lang.pick(&format!("共 {total} 个"), &format!("{total} in all")));
        if let Some(cursor) = page["next_cursor"].as_str() {
            text.push_str(&format!("\n{} --cursor {cursor}", lang.pick("下一页：", "next page:")));
        }
        output::print(&text)?;
        Ok(Exit::Done)
    }
}

impl Show {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let page =
            Client::signed_in(&self.server, lang)?.get(&format!("/customers/{}", segment(&self.no)), &[])?;
        if self.json {
            output::json(&page)?;
            return Ok(Exit::Done);
        }
        let mut table = output::table(match lang {
            Lang::Zh => ["项目", "值"],
            Lang::En => ["item", "value"],
        });
        for name in [
            "customer_no",
            "kind",
            "tier",
            "department",
            "region",
            "owner",
            "contact_person",
            "since",
            "review_due",
        ] {
            table.add_row([name.to_owned(), word(&page[name])]);
        }
        for field in Field::ALL.map(Field::name) {
            table.add_row([field.to_owned(), word(&page["masked"][field])]);
        }
        let mut text = table.to_string();
        for purpose in page["purposes"].as_array().into_iter().flatten() {
            let (kind, reference) = (word(&purpose["kind"]), word(&purpose["ref"]));
            text.push_str(&format!("\n--for {kind}:{reference}  {}", word(&purpose["title"])));
        }
        output::print(&text)?;
        Ok(Exit::Done)
    }
}

impl Reveal {
    fn run(self, lang: Lang) -> anyhow::Result<Exit> {
        let mut body = json!({ "fields": self.fields });
        if let Some((kind, reference)) = self.purpose {
            body["purpose"] = json!({ "kind": kind, "ref": reference });
        }
        let path = format!("/customers/{}/reveal", segment(&self.no));
        let opened = Client::signed_in(&self.server, lang)?.post(&path, &body)?;
        if self.json {
            output::json(&opened)?;
            return Ok(Exit::Done);
        }
        let values = opened["fields"].as_object().into_iter().flatten();
        let mut text: String = values.map(|(field, value)| format!("{field}\t{}\n", word(value))).collect();
        text.push_str(&match lang {
            Lang::Zh => format!("（账本第 {} 条）", word(&opened["receipt"]["index"])),
            Lang::En => format!("(entry {} of the ledger)", word(&opened["receipt"]["index"])),
        });
        output::print(&text)?;
        Ok(Exit::Done)
    }
}

/// A value for a cell: nothing for null.
fn word(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
