//! The index of the largest value.

use crate::NoiseStream;

/// The index of the largest value; each of several equal largest with the same probability.
///
/// Ties do happen: with noise on the grid of f64 they are rare, not impossible, and the first of
/// them must not win, or the order of the classes would say which way a tie went.
pub(super) fn argmax(values: &[f64], ties: &mut NoiseStream) -> usize {
    let (mut best, mut equal) = (0, 1);
    for (index, value) in values.iter().enumerate().skip(1) {
        if *value > values[best] {
            (best, equal) = (index, 1);
        } else if *value == values[best] {
            // Reservoir sampling: the i-th of equals replaces the winner with probability 1/i.
            equal += 1;
            if ties.below(equal) == 0 {
                best = index;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoiseSource;

    /// Chi-square with 3 degrees of freedom: P(X > 38) < 3e-8.
    const BOUND: f64 = 38.0;

    fn chi_square(counts: &[u64], expected: f64) -> f64 {
        counts
            .iter()
            .map(|&c| (c as f64 - expected).powi(2) / expected)
            .sum()
    }

    #[test]
    fn ties_are_broken_uniformly() {
        let mut stream = NoiseSource::danger_fixed_seed(11).stream("ties", 0);
        let values = [3.0, 7.0, 7.0, -1.0, 7.0, 7.0];
        let mut wins = [0_u64; 6];
        for _ in 0..400_000 {
            wins[argmax(&values, &mut stream)] += 1;
        }
        assert_eq!((wins[0], wins[3]), (0, 0));
        let tied = [wins[1], wins[2], wins[4], wins[5]];
        assert!(chi_square(&tied, 1e5) < BOUND, "{wins:?}");
        // The same statistic sees a class that wins 3 % too often.
        let biased = [103_000, 99_000, 99_000, 99_000];
        assert!(chi_square(&biased, 1e5) > BOUND);
    }

    #[test]
    fn the_largest_wins() {
        let mut stream = NoiseSource::danger_fixed_seed(12).stream("ties", 0);
        assert_eq!(argmax(&[1.0, 5.0, 2.0], &mut stream), 1);
        assert_eq!(argmax(&[5.0, 1.0], &mut stream), 0);
        assert_eq!(argmax(&[f64::NEG_INFINITY, -1e300], &mut stream), 1);
    }
}
