//! Randomness of the operating system's quality, in batches.
//!
//! A call of the generator costs about 600 ns whatever its size, more than sealing a field; so each thread
//! draws a kibibyte at a time. Used bytes are wiped at once and the rest when the thread ends.
//!
//! **Invariant:** no byte is handed out twice. The buffer would be shared by the children of a bare
//! `fork()`; this product starts other programs (`fork` + `exec`) but never forks itself.

use std::cell::RefCell;

use aws_lc_rs::rand;
use zeroize::Zeroize;

use crate::error::OrAbort;

/// Bytes drawn at a time: some eighty nonces.
const BATCH: usize = 1024;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; BATCH], used: BATCH }) };
}

/// Fills `out` with random bytes. Aborts the process if the operating system has none to give: nothing
/// here may go on with less.
pub fn fill(out: &mut [u8]) {
    let pooled = out.len() <= BATCH / 4;
    // The pool is gone while the thread's own destructors run.
    if !pooled || POOL.try_with(|pool| pool.borrow_mut().take(out)).is_err() {
        draw(out);
    }
}

/// `N` random bytes, see [`fill`].
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    fill(&mut out);
    out
}

struct Pool {
    bytes: [u8; BATCH],
    used: usize,
}

impl Pool {
    /// Moves unused bytes to `out` (at most [`BATCH`]) and wipes them here.
    fn take(&mut self, out: &mut [u8]) {
        if BATCH - self.used < out.len() {
            draw(&mut self.bytes);
            self.used = 0;
        }
        let taken = &mut self.bytes[self.used..self.used + out.len()];
        out.copy_from_slice(taken);
        taken.zeroize();
        self.used += out.len();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

fn draw(out: &mut [u8]) {
    rand::fill(out).or_abort("the operating system's random generator");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_value_comes_twice_within_or_across_threads() {
        let draw_many = || (0..2_000).map(|_| bytes::<12>()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draw_many)).collect();
        let all: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn every_length_is_filled_to_its_end() {
        for len in [0, 1, 31, 255, 256, 257, 1023, 1024, 1025, 5000] {
            // A byte that stays zero in 16 runs was never written (chance otherwise: 2^-128 each).
            let mut seen = vec![0; len];
            for _ in 0..16 {
                let mut out = vec![0; len];
                fill(&mut out);
                seen.iter_mut().zip(&out).for_each(|(seen, byte)| *seen |= byte);
            }
            assert!(seen.iter().all(|byte| *byte != 0), "length {len}");
        }
    }

    #[test]
    fn the_pool_wipes_what_it_hands_out() {
        let mut pool = Pool { bytes: [0; BATCH], used: BATCH };
        pool.take(&mut [0; 100]);
        assert_eq!(pool.bytes[..100], [0; 100]);
        assert_ne!(pool.bytes[100..], [0; BATCH - 100]);
        assert_eq!(pool.used, 100);
    }
}
