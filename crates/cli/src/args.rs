//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{commands, exit, lang::Lang};

/// Tigertally (虎符): customer records that are sealed, worked with inside a job, and accounted for.
#[derive(Parser)]
#[command(name = "tigertally", version, max_term_width = 100, after_help = exit::TABLE, after_long_help = exit::TABLE)]
#[command(arg_required_else_help = true, disable_help_subcommand = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
pub(crate) struct Global {
    /// The data folder
    #[arg(long, global = true, value_name = "DIR", env = "TIGERTALLY_DATA", default_value = "data")]
    pub(crate) data: PathBuf,
    /// The file with the root key [default: root.key in the data folder]. The environment variable
    /// TIGERTALLY_ROOT_KEY can hold the key itself instead
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "passphrase")]
    pub(crate) root_key: Option<PathBuf>,
    /// The root key is made from a passphrase: asked for, or taken from TIGERTALLY_PASSPHRASE
    #[arg(long, global = true)]
    pub(crate) passphrase: bool,
    /// Language of messages and reports [default: by LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Init),
    Serve(commands::serve::Serve),
    Demo(commands::demo::Demo),
    DemoCodes(commands::demo_codes::DemoCodes),
    Import(commands::import::Import),
    Policy(commands::policy::Policy),
    Ledger(commands::ledger::Ledger),
    Staff(commands::staff::Staff),
    SignIn(commands::sign_in::SignIn),
    SignOut(commands::sign_in::SignOut),
    Customer(commands::customer::Customer),
    Evidence(commands::evidence::Evidence),
    Receipt(commands::receipt::Receipt),
    Trace(commands::trace::TraceCommand),
    Witness(commands::witness::Witness),
    RootKey(commands::root_key::RootKey),
}
