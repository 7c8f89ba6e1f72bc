//! Right guesses, and what they say about epsilon.

use privet_accountant::sampler::binomial::{mass_above, tail_above};
use serde::Serialize;

use crate::error::in_range;
use crate::{AuditError, Confidence};

/// The largest epsilon that is looked for: e^40 is beyond any number of canaries.
const LARGEST_EPSILON: f64 = 40.0;
/// Halvings of the search.
const HALVINGS: usize = 50;

/// How the guesses turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Guesses {
    canaries: u64,
    made: u64,
    right: u64,
}

impl Guesses {
    /// Of `canaries` coins so many were guessed, and so many of these rightly.
    ///
    /// # Errors
    /// More right guesses than guesses, or more guesses than canaries.
    pub fn new(canaries: u64, made: u64, right: u64) -> Result<Self, AuditError> {
        in_range(
            "guesses",
            made as f64,
            made <= canaries,
            "at most the canaries",
        )?;
        in_range(
            "right guesses",
            right as f64,
            right <= made,
            "at most the guesses",
        )?;
        Ok(Self {
            canaries,
            made,
            right,
        })
    }

    /// The number of canaries `m`.
    #[must_use]
    pub fn canaries(self) -> u64 {
        self.canaries
    }

    /// The number of guesses `r`.
    #[must_use]
    pub fn made(self) -> u64 {
        self.made
    }

    /// The number of right guesses `v`.
    #[must_use]
    pub fn right(self) -> u64 {
        self.right
    }

    /// The probability of so many right guesses or more, at most, about any mechanism that is
    /// (`epsilon`, `delta`)-differentially private for each coin: `min(1, beta + 2 m delta alpha)`,
    /// with `W` binomial of `r` trials and probability `e^epsilon / (1 + e^epsilon)`,
    /// `beta = Pr[W >= v]` and `alpha = max over i >= 1 of Pr[v > W >= v - i] / i`. Rounded up.
    ///
    /// **Why.** Given what is released and the coins before it, a coin of a pure mechanism is guessed
    /// rightly with probability at most that of `W` (Bayes), so that right guesses are dominated by
    /// `W`. Delta lets a coin escape this with probability at most `2 delta`; were `F` coins to
    /// escape, `v` right guesses need `W >= v - F`, and the expectation of `F` is at most
    /// `2 m delta`. The worst distribution of `F` is on 0 and one other value, which is `alpha`.
    ///
    /// **Relation.** That of the mechanism's guarantee, with a coin for what one record is: there or
    /// not (add-or-remove-one), itself or empty (replace-special), itself or another (replace-one).
    #[must_use]
    pub fn probability_under(self, epsilon: f64, delta: f64) -> f64 {
        // e^epsilon / (1 + e^epsilon), rounded up.
        let one = (1.0 + 4.0 * f64::EPSILON) / (1.0 + libm::exp(-epsilon));
        let one = one.min(1.0);
        let beta = tail_above(self.made, one, self.right);
        let alpha = match delta > 0.0 {
            true => self.largest_average(one),
            false => 0.0,
        };
        let escaped = 2.0 * self.canaries as f64 * delta * alpha;
        ((beta + escaped) * (1.0 + 1e-12)).min(1.0)
    }

    /// The largest average of `Pr[W = k]` over values `k` from `v - 1` down.
    fn largest_average(self, one: f64) -> f64 {
        let (mut sum, mut largest) = (0.0, 0.0_f64);
        let mode = one * self.made as f64;
        for below in 1..=self.right {
            let value = self.right - below;
            let mass = mass_above(self.made, one, value);
            sum += mass;
            largest = largest.max(sum / below as f64);
            // Below the mode masses fall: smaller ones only lower the average.
            if (value as f64) < mode - 1.0 && mass < largest {
                break;
            }
        }
        largest
    }

    /// The epsilon that the mechanism has at least at `delta`, for guesses whose number was decided
    /// before; rounded down, at least 0.
    #[must_use]
    pub fn epsilon(self, delta: f64, confidence: Confidence) -> f64 {
        let refuted = |epsilon: f64| self.probability_under(epsilon, delta) <= confidence.failure();
        if !refuted(0.0) {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, LARGEST_EPSILON);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            match refuted(middle) {
                true => low = middle,
                false => high = middle,
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(canaries: u64, made: u64, right: u64, delta: f64, failure: f64) -> f64 {
        let guesses = Guesses::new(canaries, made, right).unwrap();
        guesses.epsilon(delta, Confidence::with_failure(failure).unwrap())
    }

    /// The theorem's formula with scipy's binomial distribution; the first row is the example that
    /// the paper prints in its appendix D (0.673).
    #[test]
    fn bounds_agree_with_another_program() {
        for (canaries, made, right, delta, failure, expected) in [
            (1000, 100, 75, 1e-4, 0.05, 0.6729846641074201),
            (1000, 100, 100, 0.0, 0.05, 3.4929654311522937),
            (1000, 100, 100, 1e-5, 0.05, 3.4653763478110453),
            (100_000, 1500, 1429, 1e-5, 0.05, 2.668754493607097),
            (500, 500, 300, 1e-6, 0.01, 0.19006912177829088),
        ] {
            let found = bound(canaries, made, right, delta, failure);
            assert!(
                found <= expected + 1e-9 && found > expected - 1e-6,
                "{found} {expected}"
            );
        }
        // Delta alone explains all guesses.
        assert_eq!(bound(2000, 200, 200, 1e-5, 1e-6), 0.0);
        let rows = [
            (1000, 100, 75, 0.5, 1e-4, 0.014587207651351315),
            (1000, 100, 90, 2.0, 1e-5, 0.3449868367938024),
        ];
        for (canaries, made, right, epsilon, delta, expected) in rows {
            let guesses = Guesses::new(canaries, made, right).unwrap();
            let found = guesses.probability_under(epsilon, delta);
            assert!(
                found >= expected && found < expected * (1.0 + 1e-6),
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn guesses_that_cannot_be_are_refused() {
        assert!(Guesses::new(5, 6, 1).is_err());
        assert!(Guesses::new(5, 4, 5).is_err());
    }
}
