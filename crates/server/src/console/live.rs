//! The ledger as it grows: server-sent events, each a line as the page has them.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::response::{
    IntoResponse,
    sse::{Event, KeepAlive, Sse},
};
use tigertally_core::desk::Watch;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{
    ledger::{LineView, Lines, Listed, PEOPLE},
    shell::Shell,
    visitor::{Page, Visitor},
};
use crate::address::Query;

/// A feed ends after so long; the browser opens it again, if somebody still looks at it.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Entries that a feed catches up on at most.
const BEHIND: u64 = 500;
/// Entries that are read at once.
const STEP: usize = 100;

#[derive(Template)]
#[template(path = "entry-line.html")]
struct Line<'a> {
    shell: &'a Shell,
    line: LineView,
}

/// `GET /ledger/live`
pub(crate) async fn feed(visitor: Visitor, Query(listed): Query<Listed>) -> Page {
    let watch = visitor.desk().watch(&visitor.actor).await.map_err(|error| visitor.fail(&error))?;
    let (send, receive) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut ending = visitor.app.ending.subscribe();
        tokio::select! {
            () = follow(&visitor, &watch, &listed, &send) => {}
            () = tokio::time::sleep(LONGEST) => {}
            _ = ending.wait_for(|ending| *ending) => {}
        }
    });
    let stream = Sse::new(ReceiverStream::new(receive)).keep_alive(KeepAlive::default());
    Ok(stream.into_response())
}

/// After which entry the feed begins: the last that this browser was sent, or that the page showed, so that nothing is
/// missed in between; not further back than a page that was left open over a break.
fn begin(visitor: &Visitor, listed: &Listed, opened: u64) -> u64 {
    let sent = visitor.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = sent.or(Some(&listed.after)).and_then(|index| index.parse().ok());
    after.unwrap_or(opened).clamp(opened.saturating_sub(BEHIND), opened)
}

/// Sends what comes into the ledger, until nobody listens or the watch does not stand any more.
async fn follow(
    visitor: &Visitor,
    watch: &Watch,
    listed: &Listed,
    send: &mpsc::Sender<Result<Event, Infallible>>,
) {
    let mut grown = visitor.desk().ledger_grown();
    let opened = watch.receipt().index;
    let mut after = begin(visitor, listed, opened);
    let shell = visitor.shell("ledger", "");
    loop {
        let size = *grown.borrow_and_update();
        while after + 1 < size {
            let Ok(entries) = visitor.desk().live_entries(watch, after, STEP) else { return };
            let Some(last) = entries.last() else { return };
            after = last.index;
            let wanted: Vec<_> =
                entries.into_iter().filter(|entry| entry.index != opened && listed.takes(entry)).collect();
            let Ok(lines) = Lines::new(visitor, PEOPLE).of(&wanted) else { return };
            for line in lines {
                let id = line.index.to_string();
                let Ok(html) = (Line { shell: &shell, line }).render() else { return };
                if send.send(Ok(Event::default().id(id).data(html.trim()))).await.is_err() {
                    return;
                }
            }
        }
        tokio::select! {
            changed = grown.changed() => if changed.is_err() { return },
            () = send.closed() => return,
        }
    }
}
