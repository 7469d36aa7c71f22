//! `tigertally staff`

use clap::Args;

use crate::{args::Global, exit::Exit, lang::Lang};

/// The staff
#[derive(Args)]
pub(crate) struct Staff {}

impl Staff {
    pub(crate) async fn run(self, _global: &Global, _lang: Lang) -> anyhow::Result<Exit> {
        Ok(Exit::Done)
    }
}
