//! The program `tigertally`: one file a command. It holds no rule of its own: what it does, the core does.

mod args;
mod client;
mod commands;
mod demo;
mod exit;
mod folder;
mod key;
mod lang;
mod output;
mod say;
mod stage;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Cli, exit::Exit, lang::Lang};

/// The C library's own takes a third of the time of an answer, and gives little back of what a busy hour took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let lang = Lang::choose(cli.global.lang);
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(commands::run(cli.command, &cli.global, lang)));
    match ended {
        Ok(exit) => exit.into(),
        Err(error) if output::reader_left(&error) => Exit::Done.into(),
        Err(error) => {
            let (exit, text) = say::error(&error, lang);
            eprintln!("tigertally: {}", output::lines(&text));
            exit.into()
        }
    }
}
