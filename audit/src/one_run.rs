//! Epsilon from the guesses about many canaries in one training.
//!
//! For each of `m` canary records a fair coin decides whether it is in the data. One training later
//! the auditor guesses `r` of the coins and abstains from the others; `v` guesses are right. Under
//! differential privacy they cannot be much better than those about randomised response, however
//! the canaries influence each other: Steinke, Nasr and Jagielski, "Privacy auditing with one (1)
//! training run" (NeurIPS 2023), section 5.

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

/// One canary after the training: what the auditor sees of it, and what its coin was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canary {
    /// The larger, the more the release speaks for the canary being there.
    pub score: f64,
    /// Whether it was there.
    pub included: bool,
}

/// The best bound of one training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OneRunBound {
    /// The mechanism has at least this epsilon.
    pub epsilon: f64,
    /// The guesses that say so.
    pub guesses: Guesses,
}

/// The fewest guesses that are tried.
const FEWEST_GUESSES: usize = 8;

/// Guesses that the canaries with the highest scores were there and those with the lowest were not,
/// as many of each, and takes the best bound of several numbers of guesses: all, half of them, a
/// quarter, ..., at least 8. The probability of failure is divided among them.
///
/// # Errors
/// No canary.
pub fn best_bound(
    canaries: &[Canary],
    delta: f64,
    confidence: Confidence,
) -> Result<OneRunBound, AuditError> {
    let total = canaries.len();
    in_range("canaries", total as f64, total > 0, "at least 1")?;
    let mut ranked: Vec<Canary> = canaries.to_vec();
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    let halves = |made: &usize| Some(made / 2).filter(|&half| half >= FEWEST_GUESSES);
    let numbers: Vec<usize> = std::iter::successors(Some(total), halves).collect();
    let each = confidence.for_each_of(numbers.len());
    let mut best: Option<OneRunBound> = None;
    for made in numbers {
        let (first, last) = (made.div_ceil(2), made / 2);
        let there = ranked.iter().take(first).filter(|canary| canary.included);
        let absent = ranked
            .iter()
            .rev()
            .take(last)
            .filter(|canary| !canary.included);
        let right = there.count() + absent.count();
        let guesses = Guesses::new(total as u64, made as u64, right as u64)?;
        let epsilon = guesses.epsilon(delta, each);
        if best.is_none_or(|best| epsilon > best.epsilon) {
            best = Some(OneRunBound { epsilon, guesses });
        }
    }
    best.ok_or(AuditError::OutOfRange {
        key: "canaries",
        value: 0.0,
        expected: "at least 1",
    })
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
        assert!(best_bound(&[], 1e-5, Confidence::new(0.9).unwrap()).is_err());
    }

    /// Several numbers of guesses are tried: 40, 20 and 10, each with its share of the failure.
    #[test]
    fn failure_is_divided_among_numbers_of_guesses() {
        let canaries: Vec<Canary> = (0..40)
            .map(|index| Canary {
                score: f64::from(index),
                included: index >= 20,
            })
            .collect();
        let confidence = Confidence::with_failure(0.03).unwrap();
        let found = best_bound(&canaries, 0.0, confidence).unwrap().epsilon;
        let expected = bound(40, 40, 40, 0.0, 0.01);
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn the_most_extreme_scores_are_guessed() {
        // Only the 20 most extreme of 200 scores say anything.
        let canaries: Vec<Canary> = (0..200)
            .map(|index| Canary {
                score: f64::from(index),
                included: match index {
                    0..10 => false,
                    190.. => true,
                    _ => index % 2 == 0,
                },
            })
            .collect();
        let found = best_bound(&canaries, 0.0, Confidence::new(0.95).unwrap()).unwrap();
        assert_eq!((found.guesses.made(), found.guesses.right()), (12, 12));
        assert!(found.epsilon > 0.5, "{found:?}");
    }
}
