//! A probability that is known from counts.

use privet_accountant::sampler::binomial::tail_above;
use serde::Serialize;

use crate::{AuditError, Confidence};

/// Bisections of an interval of probabilities: more than a double has digits.
const BISECTIONS: usize = 200;

/// How often something happened in independent trials, each time with the same probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    hits: u64,
    trials: u64,
}

impl Rate {
    /// `hits` of `trials`.
    ///
    /// # Errors
    /// No trial, or more hits than trials.
    pub fn new(hits: u64, trials: u64) -> Result<Self, AuditError> {
        crate::error::in_range("trials", trials as f64, trials > 0, "at least 1")?;
        crate::error::in_range("hits", hits as f64, hits <= trials, "at most the trials")?;
        Ok(Self { hits, trials })
    }

    /// How often it happened.
    #[must_use]
    pub fn hits(self) -> u64 {
        self.hits
    }

    /// How often it could have happened.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.trials
    }

    /// The share, as an estimate without any bound.
    #[must_use]
    pub fn share(self) -> f64 {
        self.hits as f64 / self.trials as f64
    }

    /// The same counts of the opposite.
    #[must_use]
    pub fn of_opposite(self) -> Self {
        Self {
            hits: self.trials - self.hits,
            trials: self.trials,
        }
    }

    /// A lower bound on the probability: the exact one of Clopper and Pearson, "The use of
    /// confidence or fiducial limits illustrated in the case of the binomial" (Biometrika 1934),
    /// rounded down.
    ///
    /// It is the largest `p` at which so many hits or more have at most the probability of failure.
    /// Were the truth below it, counts as large as these would be that rare.
    #[must_use]
    pub fn lower(self, confidence: Confidence) -> f64 {
        // The tail is bounded from above and rises with p, so what passes passes in truth.
        let passes = |p: f64| tail_above(self.trials, p, self.hits) <= confidence.failure();
        let (mut low, mut high) = (0.0, self.share());
        if self.hits == 0 {
            return 0.0;
        }
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            match passes(middle) {
                true => low = middle,
                false => high = middle,
            }
        }
        low
    }

    /// An upper bound on the probability, likewise, rounded up.
    #[must_use]
    pub fn upper(self, confidence: Confidence) -> f64 {
        (1.0 - self.of_opposite().lower(confidence))
            .next_up()
            .min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of the beta distribution by scipy: (trials, hits, failure, lower, upper).
    const ROWS: [(u64, u64, f64, f64, f64); 6] = [
        (1_000_000, 0, 0.005, 0.0, 5.298303330489367e-6),
        (
            1_000_000,
            500_000,
            1e-3,
            0.4984543879253213,
            0.5015456120746786,
        ),
        (1_000_000, 1_000_000, 0.01, 0.9999953948404178, 1.0),
        (10, 3, 0.05, 0.08726443391415033, 0.6066242161054123),
        (
            1_000_000,
            17,
            1e-9,
            2.4257083846315565e-6,
            5.5999716717096686e-5,
        ),
        (
            100_000_000,
            30_000,
            0.025,
            0.0002966152248490607,
            0.0003034137573516256,
        ),
    ];

    #[test]
    fn bounds_are_those_of_clopper_and_pearson_on_the_safe_side() {
        for (trials, hits, failure, lower, upper) in ROWS {
            let rate = Rate::new(hits, trials).unwrap();
            let confidence = Confidence::with_failure(failure).unwrap();
            let (low, high) = (rate.lower(confidence), rate.upper(confidence));
            assert!(
                low <= lower * (1.0 + 1e-12) && low >= lower * (1.0 - 1e-7),
                "{low} {lower}"
            );
            assert!(
                high >= upper * (1.0 - 1e-12) && high <= upper * (1.0 + 1e-7),
                "{high} {upper}"
            );
        }
    }

    #[test]
    fn no_trial_and_too_many_hits_are_refused() {
        assert!(Rate::new(0, 0).is_err());
        assert!(Rate::new(3, 2).is_err());
        for bad in [0.0, 1.0, f64::NAN, -0.1] {
            assert!(Confidence::new(bad).is_err() && Confidence::with_failure(bad).is_err());
        }
    }
}
