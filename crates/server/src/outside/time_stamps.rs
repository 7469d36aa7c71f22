//! Has the newest checkpoint stamped, every hour, by each authority of the settings.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use tigertally_core::{
    Tigertally, TimeStampAuthority,
    desk::{ClockOff, StampError, Stampable},
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
    // Put down once, until it stamps again: no authority can fill the ledger.
    let mut told: HashSet<String> = HashSet::new();
    loop {
        for authority in tigertally.settings().evidence.time_stamp_authorities {
            let now = Instant::now();
            if due.get(&authority.name).is_some_and(|due| *due > now) {
                continue;
            }
            let stamped = stamp(&tigertally, &authority).await;
            let next = if stamped == Stamped::Yes { EVERY } else { AGAIN };
            match stamped {
                Stamped::Yes => drop(told.remove(&authority.name)),
                Stamped::Off(off) if !told.contains(&authority.name) => {
                    match tigertally.tell_of_clock(&off).await {
                        Ok(_) => drop(told.insert(authority.name.clone())),
                        Err(error) => tracing::error!(%error, "that a clock differs could not be put down"),
                    }
                }
                Stamped::Off(_) | Stamped::No => {}
            }
            due.insert(authority.name, now + next);
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

/// What came of asking an authority.
#[derive(PartialEq, Eq)]
enum Stamped {
    Yes,
    No,
    /// Its clock and ours differ.
    Off(ClockOff),
}

/// Has the newest checkpoint stamped by one authority. What goes wrong is logged.
async fn stamp(tigertally: &Arc<Tigertally>, authority: &TimeStampAuthority) -> Stamped {
    let name = authority.name.as_str();
    match try_stamp(tigertally, authority).await {
        Ok(Some(size)) => {
            tracing::info!(authority = name, size, "a checkpoint was stamped");
            Stamped::Yes
        }
        Ok(None) => Stamped::No,
        Err(problem) => {
            tracing::warn!(authority = name, %problem, "no time stamp");
            match problem {
                Problem::Answer(StampError::Clock(off)) => Stamped::Off(off),
                _ => Stamped::No,
            }
        }
    }
}

/// Why there is no time stamp.
#[derive(Debug, thiserror::Error)]
enum Problem {
    /// No answer, or none that can be read.
    #[error("{0}")]
    Asking(String),
    #[error(transparent)]
    Answer(#[from] StampError),
}

async fn try_stamp(
    tigertally: &Arc<Tigertally>,
    authority: &TimeStampAuthority,
) -> Result<Option<u64>, Problem> {
    let Some(asked) = tigertally.to_be_stamped() else { return Ok(None) };
    let (to_ask, from) = (asked.clone(), authority.clone());
    let answered = tokio::task::spawn_blocking(move || ask(&to_ask, &from));
    let answered = answered.await.map_err(|error| error.to_string()).flatten();
    let (answer, list) = answered.map_err(Problem::Asking)?;
    tigertally.keep_time_stamp(authority, &asked, &answer, list.as_deref()).await?;
    Ok(Some(asked.size))
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
