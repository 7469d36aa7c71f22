//! A body that has to come at a pace.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::Pace;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A body that ends with an error once its sender is too slow.
pub(crate) struct Paced<B> {
    body: B,
    pace: Pace,
    /// Bytes that came, and how long was waited for them, since the last time that enough had come.
    came: u64,
    waited: Duration,
    /// A wait that is under way: since when, and its end.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    late: Arc<AtomicBool>,
}

impl<B> Paced<B> {
    /// `late` becomes true when the sender was too slow.
    pub(crate) fn new(body: B, pace: Pace, late: Arc<AtomicBool>) -> Self {
        Self { body, pace, came: 0, waited: Duration::ZERO, waiting: None, late }
    }

    fn take(&mut self, bytes: u64) {
        if let Some((since, _)) = self.waiting.take() {
            self.waited += since.elapsed();
        }
        self.came += bytes;
        if self.came >= self.pace.bytes {
            (self.came, self.waited) = (0, Duration::ZERO);
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Paced<B>
where
    B::Error: Into<Error>,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()).map(Bytes::len);
            this.take(bytes.unwrap_or_default() as u64);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let left = this.pace.within.saturating_sub(this.waited);
        let (_, end) = this.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        if end.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        this.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err("the body comes too slowly".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{convert::Infallible, future::poll_fn};

    use tokio::{
        sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        time::advance,
    };

    use super::*;

    /// Pieces as the test sends them.
    struct Pieces(UnboundedReceiver<usize>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.poll_recv(context).map(|piece| Some(Ok(Frame::data(vec![0; piece?].into()))))
        }
    }

    /// 100 bytes in 30 seconds.
    fn body() -> (UnboundedSender<usize>, Paced<Pieces>) {
        let (send, pieces) = unbounded_channel();
        let pace = Pace { bytes: 100, within: Duration::from_secs(30) };
        (send, Paced::new(Pieces(pieces), pace, Arc::default()))
    }

    /// One look at the body: nothing yet, a piece, the end, or that it was given up.
    async fn look(body: &mut Paced<Pieces>) -> Option<Result<Option<u64>, ()>> {
        poll_fn(|context| {
            Poll::Ready(match Pin::new(&mut *body).poll_frame(context) {
                Poll::Pending => None,
                Poll::Ready(None) => Some(Ok(None)),
                Poll::Ready(Some(Ok(frame))) => Some(Ok(frame.data_ref().map(|data| data.len() as u64))),
                Poll::Ready(Some(Err(_))) => Some(Err(())),
            })
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_may_take_as_long_as_it_needs() {
        let (send, mut body) = body();
        for _ in 0..1000 {
            for _ in 0..2 {
                assert_eq!(look(&mut body).await, None);
                advance(Duration::from_secs(14)).await;
                send.send(50).unwrap();
                assert_eq!(look(&mut body).await, Some(Ok(Some(50))));
            }
        }
        drop(send);
        assert_eq!(look(&mut body).await, Some(Ok(None)));
        assert!(!body.late.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_does_not_do() {
        let (send, mut body) = body();
        for _ in 0..2 {
            assert_eq!(look(&mut body).await, None);
            advance(Duration::from_secs(14)).await;
            send.send(1).unwrap();
            assert_eq!(look(&mut body).await, Some(Ok(Some(1))));
        }
        assert_eq!(look(&mut body).await, None);
        advance(Duration::from_secs(3)).await;
        assert_eq!(look(&mut body).await, Some(Err(())));
        assert!(body.late.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn only_waiting_counts() {
        let (send, mut body) = body();
        send.send(1).unwrap();
        assert_eq!(look(&mut body).await, Some(Ok(Some(1))));
        // An hour of work with what came.
        advance(Duration::from_secs(3600)).await;
        assert_eq!(look(&mut body).await, None);
        advance(Duration::from_secs(29)).await;
        assert_eq!(look(&mut body).await, None);
        advance(Duration::from_secs(2)).await;
        assert_eq!(look(&mut body).await, Some(Err(())));
    }
}
