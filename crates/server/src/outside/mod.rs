//! What goes out to others: checkpoints to witnesses, digests to time-stamp authorities (a size and a hash leave, and
//! nothing of an entry), whom to call to the company's own call centre (`connect.rs`), and mail to the staff (`mail.rs`).

mod clock;
mod connect;
mod mail;
pub(crate) mod mail_text;
mod time_stamps;
mod witnesses;

use std::{io::Read, sync::OnceLock, time::Duration};

use ureq::{Agent, Body, http::Response};

pub(crate) use clock::watch_clock;
pub(crate) use connect::connect;
pub(crate) use mail::{keep_mailing, try_mail};
pub(crate) use time_stamps::{keep_stamping, stamp_now};
pub(crate) use witnesses::{WitnessBoard, follow};

/// How long another may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Answers larger than this are refused, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// The client for all of them. It keeps connections, follows no redirect and speaks TLS by the library that the rest uses.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        // A second installation is refused, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .user_agent("tigertally")
            .build()
            .into()
    })
}

/// The body of an answer, up to a limit.
fn body_of(answer: Response<Body>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = answer.into_body().into_reader().take(MAX_ANSWER + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 <= MAX_ANSWER => Ok(bytes),
        Ok(_) => Err("the answer is too large".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
