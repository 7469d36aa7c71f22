//! Slows guessing without locking anybody out.
//!
//! Failures are counted for a *source* and an account together, never for an account alone: who floods an account
//! from elsewhere slows themselves, not its owner. A browser that has signed in before carries a device token and is
//! a source of its own, so that even a flood from the owner's own office does not stop them there.

use std::{collections::HashMap, net::IpAddr};

use parking_lot::Mutex;

/// Failures that cost nothing: typing errors.
const FREE: u32 = 5;
/// The longest wait, 15 minutes.
const LONGEST_MS: u64 = 15 * 60 * 1000;
/// A source is forgotten after a day without a failure.
const FORGET_MS: u64 = 24 * 3600 * 1000;
/// At most so many sources are remembered.
const CAPACITY: usize = 100_000;

/// From where an attempt comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A device that signed this account in before.
    Device([u8; 32]),
    /// A network: IPv4 address, or IPv6 /64.
    Network([u8; 8]),
    /// Whoever knows the password: wrong codes after a right password are counted from everywhere together.
    Knowing,
}

impl Source {
    /// The network of an address; one household or office has a /64.
    pub(crate) fn network(address: IpAddr) -> Source {
        let mut network = [0; 8];
        match address.to_canonical() {
            IpAddr::V4(v4) => network[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => network.copy_from_slice(&v6.octets()[..8]),
        }
        Source::Network(network)
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: u64,
}

/// The failures that are remembered; in memory only.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Key, Failures>>);

/// The account by its hash: what somebody types as a staff number may be long.
type Key = ([u8; 32], Source);

fn key(account: &str, source: &Source) -> Key {
    (crate::digest(&[account.as_bytes()]), source.clone())
}

impl Throttle {
    /// How long this source has still to wait for this account, in milliseconds; 0 when it may try.
    pub(crate) fn wait_ms(&self, account: &str, source: &Source, now_ms: u64) -> u64 {
        let known = self.0.lock();
        let Some(failures) = known.get(&key(account, source)) else { return 0 };
        let Some(over) = failures.count.checked_sub(FREE) else { return 0 };
        let wait = (1000_u64 << over.min(20)).min(LONGEST_MS);
        (failures.last_ms + wait).saturating_sub(now_ms)
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, account: &str, source: &Source, now_ms: u64) {
        let mut known = self.0.lock();
        if known.len() >= CAPACITY {
            known.retain(|_, failures| failures.last_ms + LONGEST_MS > now_ms);
        }
        if known.len() >= CAPACITY {
            // The oldest half goes, so that a flood does not wipe everybody's counts.
            let mut times: Vec<u64> = known.values().map(|failures| failures.last_ms).collect();
            let (_, middle, _) = times.select_nth_unstable(CAPACITY / 2);
            let middle = *middle;
            known.retain(|_, failures| failures.last_ms > middle);
        }
        let failures = known.entry(key(account, source)).or_insert(Failures { count: 0, last_ms: now_ms });
        if failures.last_ms + FORGET_MS < now_ms {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last_ms = now_ms;
    }

    /// Forgets a source that signed in.
    pub(crate) fn succeeded(&self, account: &str, source: &Source) {
        self.0.lock().remove(&key(account, source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Source {
        Source::network(address.parse().unwrap())
    }

    #[test]
    fn guessing_is_slowed() {
        let throttle = Throttle::default();
        let mut now = 1_000_000;
        let mut tried = 0;
        let end = now + 3_600_000;
        while now < end {
            let wait = throttle.wait_ms("S012", &from("10.0.0.1"), now);
            now += wait.max(1);
            throttle.failed("S012", &from("10.0.0.1"), now);
            tried += 1;
        }
        assert!(tried < 25, "{tried} guesses in an hour");
    }

    #[test]
    fn a_flood_locks_nobody_else_out() {
        let throttle = Throttle::default();
        for n in 0..1000 {
            throttle.failed("S012", &from("10.0.0.1"), n);
        }
        assert!(throttle.wait_ms("S012", &from("10.0.0.1"), 1000) > 0);
        assert_eq!(throttle.wait_ms("S012", &from("10.0.0.2"), 1000), 0);
        assert_eq!(throttle.wait_ms("S012", &Source::Device([7; 32]), 1000), 0);
        assert_eq!(throttle.wait_ms("S013", &from("10.0.0.1"), 1000), 0);
    }
}
