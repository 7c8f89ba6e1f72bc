//! From scores to the best bound of one training.

use serde::Serialize;

use super::Guesses;
use crate::error::in_range;
use crate::{AuditError, Confidence};

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

    #[test]
    fn no_canary_is_refused() {
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
        let all_right = Guesses::new(40, 40, 40).unwrap();
        let expected = all_right.epsilon(0.0, Confidence::with_failure(0.01).unwrap());
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
