//! One file a command.

pub(crate) mod customer;
pub(crate) mod demo;
pub(crate) mod demo_codes;
pub(crate) mod evidence;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod ledger;
pub(crate) mod policy;
pub(crate) mod receipt;
pub(crate) mod root_key;
pub(crate) mod serve;
pub(crate) mod sign_in;
pub(crate) mod staff;
pub(crate) mod trace;
pub(crate) mod witness;

use crate::{
    args::{Command, Global},
    exit::Exit,
    lang::Lang,
};

/// Runs a command.
pub(crate) async fn run(command: Command, global: &Global, lang: Lang) -> anyhow::Result<Exit> {
    match command {
        Command::Init(init) => init.run(global, lang).await,
        Command::Serve(serve) => serve.run(global, lang).await,
        Command::Demo(demo) => demo.run(global, lang).await,
        Command::DemoCodes(codes) => codes.run(global, lang).await,
        Command::Import(import) => import.run(global, lang).await,
        Command::Policy(policy) => policy.run(global, lang).await,
        Command::Ledger(ledger) => ledger.run(global, lang).await,
        Command::Staff(staff) => staff.run(global, lang).await,
        Command::SignIn(sign_in) => sign_in.run(lang),
        Command::SignOut(sign_out) => sign_out.run(lang),
        Command::Customer(customer) => customer.run(lang),
        Command::Evidence(evidence) => evidence.run(global, lang).await,
        Command::Receipt(receipt) => receipt.run(lang),
        Command::Trace(trace) => trace.run(global, lang).await,
        Command::Witness(witness) => witness.run(lang).await,
        Command::RootKey(root_key) => root_key.run(global, lang).await,
    }
}
