//! Tells a call centre, or what writes messages for the company, whom to call: the one thing of a customer that leaves by
//! itself. It goes to the address of the settings only, signed, and what comes back is not read: an answer could say the
//! number again.

use std::sync::Arc;

use serde::Serialize;
use tigertally_core::{
    Tigertally,
    desk::{Channel, Connect, DeskError},
    entry::Receipt,
    identity::Actor,
};
use zeroize::Zeroizing;

use super::agent;
use crate::disclose::for_a_machine;

/// What is sent.
#[derive(Serialize)]
struct Message<'a> {
    /// `call` or `message`.
    channel: &'static str,
    /// The follow-up that has begun.
    follow_up: i64,
    customer_no: &'a str,
    /// Who is to be put through.
    staff_no: &'a str,
    number: &'a str,
}

/// Opens a customer's number for the machine and tells it: the follow-up, whether the machine took it, and where that stands.
pub(crate) async fn connect(
    tigertally: &Arc<Tigertally>,
    actor: &Actor,
    customer_no: &str,
    channel: Channel,
) -> Result<(i64, bool, Receipt), DeskError> {
    let connect = tigertally.connect(actor, customer_no, channel).await?;
    let number = for_a_machine(&connect.number);
    let message = Message {
        channel: channel.name(),
        follow_up: connect.follow_up,
        customer_no,
        staff_no: actor.no(),
        number: &number,
    };
    // Strings and a number always serialise.
    let body = Zeroizing::new(serde_json::to_vec(&message).unwrap_or_default());
    let time_s = tigertally.now_ms() / 1000;
    let sent = tokio::task::spawn_blocking(move || {
        let taken = send(&connect, time_s, &body);
        (connect, taken)
    });
    let (connect, taken) = match sent.await {
        Ok(sent) => sent,
        Err(_) => return Err(tigertally_core::StoreError::Unwritable.into()),
    };
    let receipt = tigertally.connected(actor, customer_no, &connect, taken).await?;
    Ok((connect.follow_up, taken, receipt))
}

/// Whether the machine took it. What it says beside the status is dropped, and no error's text is kept: either could hold
/// the number.
fn send(connect: &Connect, time_s: u64, body: &[u8]) -> bool {
    let answer = agent()
        .post(&connect.url)
        .content_type("application/json")
        .header("tigertally-timestamp", time_s.to_string())
        .header("tigertally-signature", format!("v1={}", connect.signature(time_s, body)))
        .send(body);
    match answer {
        Ok(answer) if answer.status().is_success() => true,
        Ok(answer) => {
            tracing::warn!(status = answer.status().as_u16(), "the machine that calls did not take a number");
            false
        }
        Err(error) => {
            let late = matches!(error, ureq::Error::Timeout(_));
            tracing::warn!(late, "the machine that calls was not reached");
            false
        }
    }
}
