//! `tigertally demo-codes`

use clap::Args;
use tigertally_core::clock;

use crate::{args::Global, exit::Exit, lang::Lang, output, stage::sign_ins::SignIns};

const EXAMPLE: &str = "\
Example:
  tigertally demo-codes --data data/demo";

/// How long an authenticator shows a code (RFC 6238).
const STEP_MS: u64 = 30_000;

/// Print the authenticator codes of the made-up company's people
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct DemoCodes {
    /// Go on printing fresh ones, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "watch")]
    json: bool,
}

impl DemoCodes {
    pub(crate) async fn run(self, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
        let sign_ins = SignIns::read(&global.data)?;
        let clock = clock::system();
        loop {
            let now_ms = clock();
            let left_ms = STEP_MS - now_ms % STEP_MS;
            if self.json {
                output::json(&sign_ins.codes(now_ms))?;
            } else {
                output::print(&text(&sign_ins, now_ms, left_ms / 1000, lang))?;
            }
            if !self.watch {
                return Ok(Exit::Done);
            }
            tokio::select! {
                () = tokio::time::sleep(std::time::Duration::from_millis(left_ms)) => {}
                _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
            }
        }
    }
}

fn text(sign_ins: &SignIns, now_ms: u64, left: u64, lang: Lang) -> String {
    let mut table = output::table(match lang {
        Lang::Zh => ["角色", "工号", "姓名", "密码", "验证码"],
        Lang::En => ["role", "staff no", "name", "password", "code"],
    });
    for (person, code) in sign_ins.iter().zip(sign_ins.codes(now_ms)) {
        table.add_row([&person.role, &person.staff_no, &person.name, &person.password, &code.code]);
    }
    match lang {
        Lang::Zh => format!("{table}\n还有 {left} 秒有效；每个验证码只能用一次"),
        Lang::En => format!("{table}\ngood for {left} more seconds; a code works once"),
    }
}
