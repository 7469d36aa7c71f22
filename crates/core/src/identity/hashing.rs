//! Threads for password hashing: it takes long and much memory, so it is done two at a time, off the threads that
//! serve, and always on the same two, whose memory is used again and again.

use std::sync::{
    Arc,
    mpsc::{SyncSender, sync_channel},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

const THREADS: usize = 2;
/// Attempts that may wait; one more is refused rather than queued without end.
const WAITING: usize = 256;

type Work = Box<dyn FnOnce() + Send>;

/// The two threads. They end when this is dropped.
pub(crate) struct Hashing(SyncSender<Work>);

impl Hashing {
    /// Starts the threads.
    pub(crate) fn start() -> std::io::Result<Hashing> {
        let (sender, inbox) = sync_channel::<Work>(WAITING);
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..THREADS {
            let inbox = Arc::clone(&inbox);
            std::thread::Builder::new().name("hashing".into()).spawn(move || {
                loop {
                    // The lock is held while waiting, not while working.
                    let next = inbox.lock().recv();
                    match next {
                        Ok(work) => work(),
                        Err(_) => return,
                    }
                }
            })?;
        }
        Ok(Hashing(sender))
    }

    /// Runs work on one of the threads; `None` when too much waits already.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, done) = oneshot::channel();
        let work = Box::new(move || {
            let _ = answer.send(work());
        });
        self.0.try_send(work).ok()?;
        done.await.ok()
    }
}
