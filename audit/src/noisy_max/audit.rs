//! From releases to lower bounds.

use serde::Serialize;

use super::Releases;
use super::choice::choose;
use super::tally::Tally;
use crate::attack::gaussian_epsilon_below;
use crate::error::in_range;
use crate::{AuditError, Claim, Confidence, ErrorRates, Rate};

/// One in so many releases is spent on choosing the attack.
const CHOOSING: u64 = 5;

/// The fewest releases on each neighbour of which anything can be said.
pub const FEWEST_RELEASES: u64 = 100;

/// How an audit is done.
#[derive(Clone, Copy, Debug)]
pub struct AuditPlan {
    /// Releases on each neighbour.
    pub releases: u64,
    /// With which everything that the audit says holds.
    pub confidence: Confidence,
    /// Whether the mechanism's noise is Gaussian, of whatever size. Then mu says all about it.
    pub gaussian: bool,
}

/// What an audit found. Every bound in it holds, all together, with the confidence asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Epsilon, as claimed, at `delta`.
    pub claimed_epsilon: f64,
    /// The delta of every epsilon here.
    pub delta: f64,
    /// Releases on each neighbour, those for the choice of the attack included.
    pub releases: u64,
    /// The mechanism has at least this epsilon, whatever it is.
    pub epsilon: f64,
    /// What follows if all of its noise is Gaussian.
    pub gaussian: Option<GaussianBound>,
    /// Errors of the attack at the point at which the claim's whole trade-off curve was tested.
    pub errors: ErrorRates,
    /// The fewest misses that the claim allows at so many false alarms.
    pub least_misses_claimed: f64,
    /// Whether the errors contradict that curve.
    pub contradicts_curve: bool,
}

/// A lower bound on the privacy loss of Gaussian noise.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct GaussianBound {
    /// The mechanism has at least this mu, whatever it is.
    pub mu: f64,
    /// If what is released is computed from Gaussian mechanisms alone (noisy counts), these have at
    /// least this epsilon at the claim's delta: with less, even they would not allow the errors. What
    /// is released may have less; but a claim is made of the noise, and this is its lower bound.
    pub epsilon: f64,
}

impl Found {
    /// The largest lower bound on what epsilon may be claimed: on that of the releases, or of the
    /// Gaussian noise in them.
    #[must_use]
    pub fn lower_bound(&self) -> f64 {
        let gaussian = self.gaussian.map_or(0.0, |gaussian| gaussian.epsilon);
        self.epsilon.max(gaussian)
    }

    /// Whether the claim is false.
    #[must_use]
    pub fn refutes_the_claim(&self) -> bool {
        self.lower_bound() > self.claimed_epsilon || self.contradicts_curve
    }
}

/// Attacks the mechanism. A fifth of the releases chooses two attacks, one for epsilon and one for
/// mu; the others are attacked with both. `done` is told how many more releases were made.
///
/// Whether the mechanism is as claimed or not, no bound here is false but with the probability of
/// failure: it is divided by the union bound among the two attacks and the two errors of each. Of a
/// mechanism that is as claimed the audit says that the claim is false at most that often.
///
/// # Errors
/// Fewer than 100 releases, and those of the mechanism.
pub fn audit(
    releases: &dyn Releases,
    claim: &Claim,
    plan: AuditPlan,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Found, AuditError> {
    let enough = plan.releases >= FEWEST_RELEASES;
    in_range("releases", plan.releases as f64, enough, "at least 100")?;
    let choosing = plan.releases / CHOOSING;
    let each = plan.confidence.for_each_of(2);
    let attacks = {
        let seen = Tally::of(releases, 0..choosing, done)?;
        choose(&seen, releases.kinds(), claim.delta(), each)
    };
    let attacked = Tally::of(releases, choosing..plan.releases, done)?;
    let [total_x, total_other] = attacked.releases();
    let mut errors = Vec::with_capacity(attacks.len());
    for attack in &attacks {
        let [right, alarms] = attacked.count(|outcome| attack.says_x(outcome));
        let false_alarms = Rate::new(alarms, total_other)?;
        let misses = Rate::new(right, total_x)?.of_opposite();
        errors.push(ErrorRates::from_counts(false_alarms, misses, each));
    }
    let [of_epsilon, of_mu] = [errors[0], errors[1]];
    let epsilon = of_epsilon
        .epsilon(claim.delta())
        .max(of_mu.epsilon(claim.delta()));
    let mu = of_mu.mu()?.max(of_epsilon.mu()?);
    let gaussian = match plan.gaussian {
        true => Some(GaussianBound {
            mu,
            epsilon: gaussian_epsilon_below(mu, claim.delta())?,
        }),
        false => None,
    };
    let claimed = claim.trade_off()?;
    // The point that contradicts the curve, if one does.
    let against_curve = match of_epsilon.refute(&claimed)? {
        true => of_epsilon,
        false => of_mu,
    };
    let least_misses_claimed = claimed.type_two_error(against_curve.false_alarms)?;
    Ok(Found {
        claimed_epsilon: claim.epsilon(),
        delta: claim.delta(),
        releases: plan.releases,
        epsilon,
        gaussian,
        errors: against_curve,
        least_misses_claimed,
        contradicts_curve: least_misses_claimed > against_curve.misses,
    })
}
