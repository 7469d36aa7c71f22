//! Has the newest checkpoint stamped, every hour, by each authority of the settings.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tigertally_core::{
    Tigertally, TimeStampAuthority,
    desk::{StampError, Stampable},
};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use super::{agent, body_of};

/// How often an authority is asked.
const EVERY: Duration = Duration::from_secs(3600);
/// One that failed is asked again after so long.
const AGAIN: Duration = Duration::from_secs(300);
/// How often is looked whether one is due.
const LOOK: Duration = Duration::from_secs(15);

/// Stamps until `ending` becomes true.
pub(crate) async fn keep_stamping(tigertally: Arc<Tigertally>, mut ending: watch::Receiver<bool>) {
    let mut due: HashMap<String, Instant> = HashMap::new();
    loop {
        for authority in tigertally.settings().evidence.time_stamp_authorities {
            let now = Instant::now();
            if due.get(&authority.name).is_some_and(|due| *due > now) {
                continue;
            }
            let stamped = stamp(&tigertally, &authority).await;
            due.insert(authority.name, now + if stamped { EVERY } else { AGAIN });
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            _ = ending.wait_for(|ending| *ending) => return,
        }
    }
}

/// Has the newest checkpoint stamped by every authority, now, by all at once. What goes wrong is logged: evidence without a stamp says so.
pub(crate) async fn stamp_now(tigertally: &Arc<Tigertally>) {
    let mut stamping = JoinSet::new();
    for authority in tigertally.settings().evidence.time_stamp_authorities {
        let tigertally = Arc::clone(tigertally);
        stamping.spawn(async move { stamp(&tigertally, &authority).await });
    }
    stamping.join_all().await;
}

/// Has the newest checkpoint stamped by one authority. What goes wrong is logged.
async fn stamp(tigertally: &Arc<Tigertally>, authority: &TimeStampAuthority) -> bool {
    let name = authority.name.as_str();
    match try_stamp(tigertally, authority).await {
        Ok(Some(size)) => {
            tracing::info!(authority = name, size, "a checkpoint was stamped");
            true
        }
        Ok(None) => false,
        Err(problem) => {
            tracing::warn!(authority = name, problem, "no time stamp");
            false
        }
    }
}

async fn try_stamp(
    tigertally: &Arc<Tigertally>,
    authority: &TimeStampAuthority,
) -> Result<Option<u64>, String> {
    let said = |error: StampError| error.to_string();
    let Some(asked) = tigertally.to_be_stamped() else { return Ok(None) };
    let (to_ask, from) = (asked.clone(), authority.clone());
    let answered = tokio::task::spawn_blocking(move || ask(&to_ask, &from));
    let (answer, list) = answered.await.map_err(|error| error.to_string())??;
    let kept = tigertally.keep_time_stamp(authority, &asked, &answer, list.as_deref()).await;
    kept.map(|_| Some(asked.size)).map_err(said)
}

/// The authority's answer (RFC 3161, section 3.4), and its revocation list when it has one that can be fetched.
fn ask(asked: &Stampable, authority: &TimeStampAuthority) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
    let answer = agent()
        .post(&authority.url)
        .content_type("application/timestamp-query")
        .send(asked.request.as_slice())
        .map_err(|error| error.to_string())?;
    if answer.status() != 200 {
        return Err(format!("status {}", answer.status()));
    }
    let answer = body_of(answer)?;
    if authority.crl_url.is_empty() {
        return Ok((answer, None));
    }
    let list = agent().get(&authority.crl_url).call().map_err(|error| error.to_string());
    match list.and_then(body_of) {
        Ok(list) => Ok((answer, Some(list))),
        Err(problem) => {
            tracing::warn!(authority = authority.name, problem, "the revocation list could not be fetched");
            Ok((answer, None))
        }
    }
}
