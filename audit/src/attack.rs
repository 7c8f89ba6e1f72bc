//! What the errors of an attack say about the mechanism that it attacked.
//!
//! The attacker sees one release and says "x" or "x'". She raises a false alarm when she says "x"
//! on a release from x', and misses when she says "x'" on one from x. Differential privacy says
//! that she cannot be good at both (Kairouz, Oh and Viswanath, "The composition theorem for
//! differential privacy", ICML 2015, theorem 2.1), so errors that are small with confidence bound
//! epsilon from below.

use privet_accountant::gaussian_dp::GaussianDp;
use privet_accountant::meaning::PrivacyCurve;
use privet_accountant::meaning::trade_off::TradeOff;
use serde::Serialize;

use crate::{AuditError, Confidence, Rate};

/// The largest mu that is looked for; beyond it nothing is private.
const LARGEST_MU: f64 = 64.0;
/// The largest epsilon that is looked for.
const LARGEST_EPSILON: f64 = 1e4;
/// Halvings of a search: to a billionth of what is searched.
const HALVINGS: usize = 60;

/// Upper bounds on the two errors of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErrorRates {
    /// The probability of a false alarm (type I error), at most.
    pub false_alarms: f64,
    /// The probability of a miss (type II error), at most.
    pub misses: f64,
}

impl ErrorRates {
    /// Both bounds hold together with the given confidence.
    #[must_use]
    pub fn from_counts(false_alarms: Rate, misses: Rate, confidence: Confidence) -> Self {
        let each = confidence.for_each_of(2);
        Self {
            false_alarms: false_alarms.upper(each),
            misses: misses.upper(each),
        }
    }

    /// The epsilon that the mechanism has at least at `delta`: it is
    /// `ln max((1 - delta - misses) / false_alarms, (1 - delta - false_alarms) / misses)`, at least
    /// 0, rounded down.
    ///
    /// For S the releases on which the attacker says "x", differential privacy says
    /// `P(S) <= e^epsilon P'(S) + delta`, where `P(S)` is one minus the misses and `P'(S)` the false
    /// alarms; and the same for the complement of S with x and x' exchanged. Nothing is assumed of
    /// the mechanism.
    ///
    /// **Relation.** Both orders of the two neighbours are used, so the relation must be symmetric,
    /// as all of the accountant's are.
    #[must_use]
    pub fn epsilon(self, delta: f64) -> f64 {
        let bound = |rare: f64, missed: f64| {
            let share = (1.0 - delta - missed) * (1.0 - 4.0 * f64::EPSILON);
            libm::log(share / rare)
        };
        let epsilon = f64::max(
            bound(self.false_alarms, self.misses),
            bound(self.misses, self.false_alarms),
        );
        // A negative share has no logarithm, and then `max` has taken the other or NaN.
        match epsilon > 0.0 {
            true => epsilon * (1.0 - 4.0 * f64::EPSILON),
            false => 0.0,
        }
    }

    /// The mu of Gaussian differential privacy that the mechanism has at least: no mechanism of a
    /// smaller one allows both errors. Nothing is assumed of the mechanism. Rounded down.
    ///
    /// It is `Phi^-1(1 - false_alarms) - Phi^-1(misses)` (Dong, Roth and Su 2022, "Gaussian
    /// differential privacy", equation 6); a threshold on one draw from N(0, 1) or N(mu, 1) reaches it.
    ///
    /// # Errors
    /// Error rates that are no probabilities.
    pub fn mu(self) -> Result<f64, AuditError> {
        // The trade-off function is rounded down, so that what it refutes is refuted.
        let refuted = |mu: f64| -> Result<bool, AuditError> {
            let least = GaussianDp::new(mu)?.type_two_error(self.false_alarms)?;
            Ok(least > self.misses)
        };
        if !refuted(0.0)? {
            return Ok(0.0);
        }
        let (mut low, mut high) = (0.0, LARGEST_MU);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            match refuted(middle)? {
                true => low = middle,
                false => high = middle,
            }
        }
        Ok(low)
    }

    /// Whether no mechanism with the trade-off function `claimed` allows both errors: the claim is
    /// false at this point of it, whatever the mechanism is.
    ///
    /// # Errors
    /// Error rates that are no probabilities.
    pub fn refute<C: PrivacyCurve + ?Sized>(
        self,
        claimed: &TradeOff<'_, C>,
    ) -> Result<bool, AuditError> {
        Ok(claimed.type_two_error(self.false_alarms)? > self.misses)
    }
}

/// The epsilon of `mu`-Gaussian differential privacy at `delta`, rounded down: what a Gaussian
/// mechanism has at least, if something that is computed from its output has at least this mu.
///
/// # Errors
/// A mu or delta that is none.
pub fn gaussian_epsilon_below(mu: f64, delta: f64) -> Result<f64, AuditError> {
    let gaussian = GaussianDp::new(mu)?;
    let too_private =
        |epsilon: f64| -> Result<bool, AuditError> { Ok(gaussian.delta(epsilon)?.lower > delta) };
    if !too_private(0.0)? {
        return Ok(0.0);
    }
    let (mut low, mut high) = (0.0, LARGEST_EPSILON);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        match too_private(middle)? {
            true => low = middle,
            false => high = middle,
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use privet_accountant::meaning::ApproximateDp;

    use super::*;
    use crate::quantile::normal_probability;

    #[test]
    fn randomised_response_is_measured_exactly() {
        // True answers with probability e/(1 + e): both errors are 1/(1 + e).
        for epsilon in [0.1_f64, 1.0, 4.0] {
            let error = 1.0 / (1.0 + epsilon.exp());
            let rates = ErrorRates {
                false_alarms: error,
                misses: error,
            };
            let found = rates.epsilon(0.0);
            assert!(found <= epsilon && found > epsilon - 1e-12, "{found}");
            assert!(rates.epsilon(1e-3) < found);
            let claim = |epsilon| ApproximateDp::new(epsilon, 0.0).unwrap();
            let (true_claim, false_claim) = (claim(epsilon), claim(epsilon - 1e-6));
            assert!(
                !rates
                    .refute(&TradeOff::symmetric(&true_claim).unwrap())
                    .unwrap()
            );
            assert!(
                rates
                    .refute(&TradeOff::symmetric(&false_claim).unwrap())
                    .unwrap()
            );
        }
    }

    #[test]
    fn mu_is_that_of_the_threshold_test() {
        for mu in [0.03, 1.0, 5.0] {
            for threshold in [-1.0, 0.0, 2.0] {
                let rates = ErrorRates {
                    false_alarms: normal_probability(-threshold),
                    misses: normal_probability(threshold - mu),
                };
                let found = rates.mu().unwrap();
                assert!(found <= mu + 1e-12 && found > mu - 1e-9, "{found} {mu}");
            }
        }
    }

    /// Quantiles of the beta distribution by scipy, at half the probability of failure each.
    #[test]
    fn both_errors_are_bounded_together() {
        let confidence = Confidence::with_failure(0.1).unwrap();
        let counts = |hits, trials| Rate::new(hits, trials).unwrap();
        let rates = ErrorRates::from_counts(counts(3, 10), counts(0, 1000), confidence);
        assert!((rates.false_alarms - 0.6066242161054123).abs() < 1e-9);
        assert!((rates.misses - 0.002991249545095296).abs() < 1e-9);
    }

    #[test]
    fn guessing_says_nothing() {
        for alarms in [0.0, 0.3, 1.0] {
            let rates = ErrorRates {
                false_alarms: alarms,
                misses: 1.0 - alarms,
            };
            assert_eq!((rates.epsilon(0.0), rates.mu().unwrap()), (0.0, 0.0));
        }
        let worse = ErrorRates {
            false_alarms: 1.0,
            misses: 1.0,
        };
        assert_eq!((worse.epsilon(1e-5), worse.mu().unwrap()), (0.0, 0.0));
    }

    #[test]
    fn gaussian_epsilon_is_below_and_near_the_one_above() {
        for (mu, delta) in [(0.05, 1e-5), (1.0, 1e-5), (4.0, 1e-9)] {
            let above = GaussianDp::new(mu).unwrap().epsilon(delta).unwrap();
            let below = gaussian_epsilon_below(mu, delta).unwrap();
            assert!(
                below <= above && below > above - 1e-6 * (1.0 + above),
                "{below} {above}"
            );
        }
        assert_eq!(gaussian_epsilon_below(1e-9, 0.1).unwrap(), 0.0);
    }
}
