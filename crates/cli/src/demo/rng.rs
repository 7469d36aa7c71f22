//! A small generator of pseudo-random numbers whose sequence will never change under us.
//!
//! SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014): 64 bits of
//! state, one addition and one mix a step. Good enough to make up a company; nothing secret comes from here.
//!
//! **Invariant:** floating point uses only `+ − × ÷ √`, which IEEE 754 rounds exactly, so that every platform
//! draws the same numbers. `exp`, `ln` and `powf` come from the platform's library and are not used.

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A seeded sequence of numbers.
pub(crate) struct Rng(u64);

impl Rng {
    /// The sequence number `index` of a family: a customer draws from a sequence of their own, so that one draw
    /// more for one customer does not change all that come after.
    pub(crate) fn new(seed: u64, family: u64, index: usize) -> Rng {
        Rng(mix(mix(mix(seed) ^ family) ^ index as u64))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// A number in `0..bound`, by multiplication (the bias is below 2⁻³² for the bounds used here).
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1) as u64) as i32
    }

    /// True in `percent` of a hundred draws.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// One of `items`, each as likely as the next. Panics on an empty slice.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// One of `items`, each as likely as its weight says. Panics where the weights sum to nothing.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let total: u64 = items.iter().map(|item| u64::from(weight(item))).sum();
        let mut left = self.below(total);
        for item in items {
            let share = u64::from(weight(item));
            if left < share {
                return item;
            }
            left -= share;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// A number in the open interval (0, 1), in steps of 2⁻⁵³.
    fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// About a standard normal: twelve uniforms less six (mean 0, variance 1, never beyond ±6).
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// A log-normal number: `median`·2^(`octaves`·Z). A spread of one octave is σ = ln 2 ≈ 0.69.
    pub(crate) fn log_normal(&mut self, median: f64, octaves: f64) -> f64 {
        median * exp2(octaves * self.normal())
    }

    /// A Pareto number with minimum 1 and exponent 2 (P(X > x) = 1/x²), cut off at `most`.
    pub(crate) fn pareto(&mut self, most: f64) -> f64 {
        (1.0 / self.unit().sqrt()).min(most)
    }
}

/// SplitMix64's output function, a bijection that spreads every bit.
fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 2^x for |x| < 64: doublings for the whole part, the Taylor series of e^(f·ln 2) for the fraction.
fn exp2(x: f64) -> f64 {
    let whole = x.floor();
    let t = (x - whole) * std::f64::consts::LN_2;
    let fraction = (1..=12).rev().fold(1.0, |sum, n| 1.0 + sum * t / f64::from(n));
    let scale = (0..whole.abs() as u32).fold(1.0, |scale, _| scale * 2.0);
    if whole < 0.0 { fraction / scale } else { fraction * scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first outputs of the reference implementation (splitmix64.c) for the state 1234567.
        let mut rng = Rng(1_234_567);
        assert_eq!([rng.bits(), rng.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn powers_of_two_are_right() {
        for (x, power) in [(0.0, 1.0), (0.5, std::f64::consts::SQRT_2), (3.0, 8.0), (-1.5, 0.125f64.sqrt())] {
            assert!((exp2(x) - power).abs() < 1e-12, "2^{x} = {}", exp2(x));
        }
    }

    #[test]
    fn draws_stay_within_their_bounds() {
        let mut rng = Rng::new(7, 0, 0);
        let draws: Vec<i32> = (0..1000).map(|_| rng.between(-3, 3)).collect();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&-3), Some(&3)));
        let mean = (0..10_000).map(|_| rng.normal()).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "mean {mean}");
        assert!((0..1000).all(|_| (1.0..=20.0).contains(&rng.pareto(20.0))));
    }
}
