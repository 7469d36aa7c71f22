//! Opening the data folder for work on the machine itself.

use std::sync::Arc;

use tigertally_core::{OpenError, StoreError, Tigertally, clock, identity::Operator};

use crate::{
    args::Global,
    exit::{Exit, Failure},
    key,
    lang::Lang,
};

/// Opens the data folder that the options name.
pub(crate) fn open(global: &Global, lang: Lang) -> anyhow::Result<(Arc<Tigertally>, Operator)> {
    if !global.data.join("tigertally.db").exists() {
        return Err(Failure::error(Exit::Failed, nothing_there(global, lang)));
    }
    let unlock = key::existing(global, lang)?;
    match Tigertally::open(&global.data, &unlock, clock::system()) {
        Ok((tigertally, operator)) => Ok((Arc::new(tigertally), operator)),
        Err(OpenError::Store(StoreError::InUse)) => Err(Failure::error(Exit::Busy, in_use(global, lang))),
        Err(error) => Err(error.into()),
    }
}

fn nothing_there(global: &Global, lang: Lang) -> String {
    let folder = global.data.display();
    match lang {
        Lang::Zh => format!("{folder} 中没有虎符数据：请用 --data 指定，或用 tigertally init 新建"),
        Lang::En => {
            format!(
                "{folder} holds no Tigertally data: name the folder by --data, or make it by tigertally init"
            )
        }
    }
}

fn in_use(global: &Global, lang: Lang) -> String {
    let folder = global.data.display();
    match lang {
        Lang::Zh => format!("{folder} 正被服务使用：请在控制台或通过 API 操作，或先停止服务"),
        Lang::En => {
            format!(
                "a server is using {folder}: use the console or the API, or stop the server and try again"
            )
        }
    }
}
