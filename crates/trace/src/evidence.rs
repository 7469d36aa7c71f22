//! E-values of the marks, as natural logarithms. Each is a mixture of alternatives, one of which says that the mark is lost:
//! so an export does not suffer from a mark that somebody took away, and loses next to nothing by the choice.

/// ln of the mean of what these are logarithms of.
pub(crate) fn ln_mean(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = values.iter().map(|value| (value - most).exp()).sum();
    most + (sum / values.len() as f64).ln()
}

/// Of `of` bits that could be read, `agree` are as the key says. Under another key each agrees by a fair coin.
pub(crate) fn bits(agree: usize, of: usize) -> f64 {
    let at =
        |wrong: f64| agree as f64 * (2.0 * (1.0 - wrong)).ln() + (of - agree) as f64 * (2.0 * wrong).ln();
    ln_mean(&[0.0, at(0.01), at(0.1), at(0.3)])
}

/// Of the neighbours among `lines` lines, `ascents` stand in the key's order. Under another key the ranks are a random
/// permutation, whose number of ascents is distributed as the whole part of a sum of `lines` uniform variables; so
/// `exp(t · ascents)` has an expectation of at most `((eᵗ − 1) / t)^lines`.
pub(crate) fn order(ascents: usize, lines: usize) -> f64 {
    let at = |t: f64| t * ascents as f64 - lines as f64 * (t.exp_m1() / t).ln();
    ln_mean(&[0.0, at(0.3), at(1.0), at(4.0), at(16.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expectation over every outcome, by its probability.
    fn expectation(of: impl Fn(usize) -> f64, weights: &[f64]) -> f64 {
        let total: f64 = weights.iter().sum();
        weights.iter().enumerate().map(|(k, weight)| weight / total * of(k).exp()).sum()
    }

    #[test]
    fn innocent_bits_expect_no_more_than_one() {
        let mut row = vec![1.0];
        for of in 1..60 {
            row =
                (0..=of).map(|k| row.get(k).unwrap_or(&0.0) + if k > 0 { row[k - 1] } else { 0.0 }).collect();
            let mean = expectation(|k| bits(k, of), &row);
            assert!(mean <= 1.0 + 1e-9 && mean > 0.9, "{of}: {mean}");
        }
    }

    #[test]
    fn an_innocent_order_expects_no_more_than_one() {
        // Eulerian numbers: permutations of n by their ascents.
        let mut row = vec![1.0];
        for n in 2..40_usize {
            row = (0..n)
                .map(|k| {
                    let stay = row.get(k).map_or(0.0, |x| (k + 1) as f64 * x);
                    let more = if k > 0 { (n - k) as f64 * row[k - 1] } else { 0.0 };
                    stay + more
                })
                .collect();
            let mean = expectation(|k| order(k, n), &row);
            assert!(mean <= 1.0 + 1e-9 && mean > 0.1, "{n}: {mean}");
        }
    }

    #[test]
    fn marks_that_stand_weigh_and_lost_ones_do_not() {
        assert!(bits(60, 60) > 35.0 && order(59, 60) > 100.0);
        assert!(bits(30, 60) > -2.0 && order(30, 60) > -2.0);
    }
}
