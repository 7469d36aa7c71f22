//! A load generator that costs little: one thread, prepared requests, and of each answer only status, length and
//! whether it holds what was expected. Each client sends its next request when its answer is there (closed loop).

use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    process,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{company::Dice, report::percentile, server::processor_seconds};

/// A request as it goes over the wire, and what its answer must hold.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Vec<u8>,
}

/// What came of a load.
pub(crate) struct Load {
    /// Answers in all, warm-up included.
    pub(crate) answers: u64,
    /// Answers that were not 200, or did not hold what was expected.
    pub(crate) errors: u64,
    /// The first of them.
    pub(crate) first_error: Option<String>,
    /// Answers a second after the warm-up.
    pub(crate) rate: f64,
    /// Processor time that the generator itself used for an answer, in µs.
    pub(crate) own_us: f64,
    /// Times to answer after the warm-up in µs, sorted.
    pub(crate) took_us: Vec<u32>,
}

impl Load {
    /// A percentile in milliseconds.
    pub(crate) fn ms(&self, percent: f64) -> f64 {
        percentile(&self.took_us, percent) / 1000.0
    }
}

struct Client {
    stream: TcpStream,
    requests: Vec<Prepared>,
    current: usize,
    sent: usize,
    /// When the request was sent, or was due.
    sent_at: Instant,
    answer: Vec<u8>,
    filled: usize,
}

/// How long to load.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

impl Span {
    pub(crate) fn seconds(measured: u64) -> Span {
        Span { warm_up: Duration::from_secs(2), measured: Duration::from_secs(measured) }
    }
}

/// Loads a server with one client for each list of requests, which are drawn by chance.
pub(crate) fn run(address: SocketAddr, lists: Vec<Vec<Prepared>>, span: Span) -> anyhow::Result<Load> {
    run_at(address, lists, span, None)
}

/// The same at a rate a second (open loop), if there is one: a request is due at its time whatever became of the others,
/// and its time to answer counts from there.
pub(crate) fn run_at(
    address: SocketAddr,
    lists: Vec<Vec<Prepared>>,
    span: Span,
    rate: Option<f64>,
) -> anyhow::Result<Load> {
    let mut poll = Poll::new()?;
    let mut clients = Vec::with_capacity(lists.len());
    for (token, requests) in lists.into_iter().enumerate() {
        if requests.is_empty() {
            bail!("a client has nothing to ask");
        }
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(token), Interest::READABLE)?;
        let answer = vec![0; 64 * 1024];
        clients.push(Client {
            stream,
            requests,
            current: 0,
            sent: 0,
            sent_at: Instant::now(),
            answer,
            filled: 0,
        });
    }
    let begin = Instant::now();
    let used = processor_seconds(process::id())?;
    let (warm, end) = (begin + span.warm_up, begin + span.warm_up + span.measured);
    let mut dice = Dice::new(clients.len() as u64);
    let mut load = Load {
        answers: 0,
        errors: 0,
        first_error: None,
        rate: 0.0,
        own_us: 0.0,
        took_us: Vec::with_capacity(1 << 20),
    };
    // Those that have nothing to wait for; in a closed loop nobody ever has.
    let mut idle: Vec<usize> = (0..clients.len()).collect();
    let mut due = begin;
    let mut events = Events::with_capacity(256);
    loop {
        let now = Instant::now();
        while now < end && due <= now {
            let Some(token) = idle.pop() else { break };
            let at = if rate.is_some() { due } else { now };
            clients[token].send(&mut dice, at)?;
            due += rate.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
        }
        if now >= end && idle.len() == clients.len() {
            break;
        }
        let patience = if rate.is_some() { Duration::from_millis(1) } else { Duration::from_secs(30) };
        poll.poll(&mut events, Some(patience))?;
        if events.is_empty() && (rate.is_none() || due + Duration::from_secs(30) < now) {
            bail!("no answer for 30 s");
        }
        for event in &events {
            let client = clients.get_mut(event.token().0).context("an unknown client")?;
            if !client.receive(&mut load)? {
                continue;
            }
            let now = Instant::now();
            if client.sent_at >= warm && now <= end {
                load.took_us.push(u32::try_from((now - client.sent_at).as_micros()).unwrap_or(u32::MAX));
            }
            idle.push(event.token().0);
        }
    }
    load.rate = load.took_us.len() as f64 / span.measured.as_secs_f64();
    load.own_us = 1e6 * (processor_seconds(process::id())? - used) / load.answers.max(1) as f64;
    load.took_us.sort_unstable();
    Ok(load)
}

impl Client {
    fn send(&mut self, dice: &mut Dice, at: Instant) -> anyhow::Result<()> {
        self.current = dice.below(self.requests.len() as u64) as usize;
        self.sent = 0;
        self.filled = 0;
        self.sent_at = at;
        // A request is far shorter than the socket's buffer, and the one before was answered.
        let bytes = &self.requests[self.current].bytes;
        while self.sent < bytes.len() {
            self.sent += self.stream.write(&bytes[self.sent..]).context("sending")?;
        }
        Ok(())
    }

    /// Reads what is there; true when the answer is complete.
    fn receive(&mut self, load: &mut Load) -> anyhow::Result<bool> {
        loop {
            match self.stream.read(&mut self.answer[self.filled..]) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            }
            let answer = &self.answer[..self.filled];
            let Some(head) = find(answer, b"\r\n\r\n") else { continue };
            let length = content_length(&answer[..head]).context("an answer without a length")?;
            if answer.len() < head + 4 + length {
                continue;
            }
            load.answers += 1;
            let right = answer.get(9..12) == Some(b"200")
                && find(&answer[head..], &self.requests[self.current].expected).is_some();
            if !right {
                load.errors += 1;
                load.first_error.get_or_insert_with(|| String::from_utf8_lossy(answer).into_owned());
            }
            return Ok(true);
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    if what.is_empty() {
        return Some(0);
    }
    text.windows(what.len()).position(|window| window == what)
}

fn content_length(head: &[u8]) -> Option<usize> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        name.eq_ignore_ascii_case(b"content-length:").then_some(())?;
        std::str::from_utf8(value).ok()?.trim().parse().ok()
    })
}
