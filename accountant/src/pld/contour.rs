//! Exact answers for losses with a smooth density, by an integral in the complex plane.
//!
//! With `K(z) = sum_i n_i ln M_i(z)`, `M_i(z) = E_P[exp(z L_i)]`, and any theta > 0,
//!
//! ```text
//! delta(eps) = 1/(2 pi i) integral over Re z = theta of exp(K(z) - z eps)/(z (1 + z)) dz,
//! ```
//!
//! since `1/(z (1 + z))` is the Laplace transform of `1 - exp(-x)` on x > 0. (The formula behind
//! it is the one of option pricing by transforms: Lugannani and Rice 1980 for tails, Carr and Madan
//! 1999 for payoffs.) theta is put near the saddle point, where the integrand does not oscillate,
//! and the integral is a trapezoid sum over `z = theta + i k step`.
//!
//! # Every error, and its bound
//! - **Aliasing of the sum.** By Poisson's summation formula the infinite sum is exactly
//!   `sum over m of delta(eps + 2 pi m/step) exp(2 pi m theta/step)`. All terms are positive, so
//!   the sum is never below delta(eps); those with m < 0 are at most a geometric series since
//!   `delta <= 1`; those with m > 0 are by Chernoff's bound at another theta' > theta.
//! - **Truncation of the sum**: a bound of `|M_i|` for ALL larger t, see [`decay`].
//! - **Quadrature of `M_i`**: a bound by the size of the integrand in a strip, see [`quadrature`].
//! - **Rounding**: of every node's log density ([`mixture`]), of sums, and of the n-th power: the
//!   relative error of the power is at most `prod_i (1 + e_i/|phi_i|)^{n_i} - 1`.
//!
//! What is left is added to the upper end and taken off the lower end.

mod aliasing;
mod answers;
mod blocks;
mod bounded;
mod branches;
mod characteristic;
mod decay;
mod mixture;
mod quadrature;
mod saddle;
mod sum;
#[cfg(test)]
mod tests;

use super::law::{Law, Uses};
use crate::Bracket;
use bounded::Bounded;
use branches::Branches;
use sum::Sum;

/// Multiplications for one answer before another engine takes over.
const BUDGET: usize = 120_000_000;
/// A gap below this part of epsilon needs no second try.
const GOOD: f64 = 1e-7;
/// A composition in one direction, some of its laws smooth.
#[derive(Clone, Debug)]
pub(crate) struct Contour {
    /// Sum of `n mu^2` over all Gaussian laws.
    gaussian: f64,
    /// Relative rounding error of that sum.
    gaussian_error: f64,
    smooth: Vec<(Branches, f64)>,
    bounded: Vec<(Bounded, f64)>,
    /// Probability that some loss is infinite.
    infinite: f64,
}

impl Contour {
    /// The composition, or nothing if a law is of a kind that this method does not know, or if no
    /// law is smooth.
    pub(crate) fn new(uses: &[Uses]) -> Option<Self> {
        let mut contour = Self {
            gaussian: 0.0,
            gaussian_error: 8.0 * f64::EPSILON,
            smooth: Vec::new(),
            bounded: Vec::new(),
            infinite: 0.0,
        };
        let mut log_finite = 0.0;
        for Uses { law, count } in uses {
            match law {
                Law::Gaussian { mu } => {
                    contour.gaussian += count * mu * mu;
                    contour.gaussian_error += f64::EPSILON;
                }
                law => {
                    if let Some(branches) = Branches::new(law) {
                        contour.smooth.push((branches, *count));
                        continue;
                    }
                    let (law, infinite) = Bounded::new(law)?;
                    log_finite += count * libm::log1p(-infinite);
                    contour.bounded.push((law, *count));
                }
            }
        }
        contour.infinite = -libm::expm1(log_finite);
        if !(0.0..=1.0).contains(&contour.infinite) {
            return None;
        }
        let smooth = contour.gaussian > 0.0 || !contour.smooth.is_empty();
        smooth.then_some(contour)
    }

    /// What infinite losses add to delta, rounded down and up.
    fn infinite(&self) -> Bracket {
        Bracket {
            lower: self.infinite * (1.0 - 1e-14),
            upper: self.infinite * (1.0 + 1e-14),
        }
    }

    /// `delta(epsilon)`, or nothing if this method does not work here.
    pub(crate) fn delta(&self, epsilon: f64) -> Option<Bracket> {
        let saddle = self.saddle_at_epsilon(epsilon)?;
        let infinite = self.infinite();
        if let Some(finite) = self.next_to_nothing(saddle.theta, epsilon) {
            let upper = (finite + infinite.upper).next_up().min(1.0);
            return Some(Bracket {
                lower: infinite.lower,
                upper,
            });
        }
        // Chernoff's bound is seldom further than this above the truth.
        let log_delta = saddle.bound - 6.0;
        let mut budget = BUDGET;
        self.lines(saddle.theta).find_map(|theta| {
            let sum = Sum::new(self, theta, epsilon, log_delta, &mut budget)?;
            let finite = sum.delta(epsilon);
            let lower = finite.lower.max(0.0) + infinite.lower;
            let upper = finite.upper + infinite.upper;
            Some(
                Bracket {
                    lower,
                    upper: upper.next_up(),
                }
                .within(0.0, 1.0),
            )
        })
    }

    /// `epsilon(delta)` for `0 < delta < 1`, or nothing if this method does not work here.
    pub(crate) fn epsilon(&self, delta: f64) -> Option<Bracket> {
        let infinite = self.infinite();
        if infinite.lower > delta {
            return Some(Bracket::exactly(f64::INFINITY));
        }
        if infinite.upper == 0.0 {
            return self.epsilon_of_finite(delta);
        }
        // What is left of delta for finite losses, from both sides.
        let least = (delta - infinite.upper).next_down();
        let most = (delta - infinite.lower).next_up();
        if least <= 0.0 {
            return None;
        }
        Some(Bracket {
            lower: self.epsilon_of_finite(most)?.lower,
            upper: self.epsilon_of_finite(least)?.upper,
        })
    }

    fn epsilon_of_finite(&self, delta: f64) -> Option<Bracket> {
        const ROUNDS: usize = 3;
        let mut saddle = self.saddle_at_delta(delta)?;
        if self.costs_nothing(saddle.theta, delta)? {
            return Some(Bracket::exactly(0.0));
        }
        let most = saddle.bound.max(0.0) + 1e-4;
        let mut guess = saddle.bound.max(0.0);
        let mut best: Option<Bracket> = None;
        let mut budget = BUDGET;
        for _ in 0..ROUNDS {
            let solved = self.lines(saddle.theta).find_map(|theta| {
                let sum = Sum::new(self, theta, guess, libm::log(delta), &mut budget)?;
                if sum.delta(0.0).upper <= delta {
                    return Some((0.0, Bracket::exactly(0.0)));
                }
                let root = sum.root(delta, guess, most);
                Some((root, sum.ends(delta, root).unwrap_or(Bracket::ANY_EPSILON)))
            });
            let Some((root, bracket)) = solved else { break };
            let both = best.map_or(bracket, |best| best.intersect(bracket));
            best = Some(both);
            if both.gap() <= GOOD * both.upper.max(1e-3) {
                break;
            }
            // A line and a step made for the epsilon just found, which the guess was far from.
            guess = root;
            saddle = self.saddle_at_epsilon(root)?;
        }
        best.filter(|bracket| bracket.upper.is_finite())
    }

    /// Whether Chernoff's bound proves that epsilon is 0 at `delta`.
    fn costs_nothing(&self, theta: f64, delta: f64) -> Option<bool> {
        let log_bound = self.log_moment_above(theta)? + saddle::log_payoff(theta);
        Some(log_bound < libm::log(delta) - 1e-9)
    }

    /// Chernoff's bound of delta without infinite losses, if it is so small that no more need be
    /// known.
    fn next_to_nothing(&self, theta: f64, epsilon: f64) -> Option<f64> {
        const LOG_NOTHING: f64 = -690.0;
        let log_moment = self.log_moment_above(theta)?;
        let size = 1e-14 * (log_moment.abs() + theta * epsilon);
        let log_bound = log_moment - theta * epsilon + saddle::log_payoff(theta) + size;
        (log_bound < LOG_NOTHING).then(|| libm::exp(log_bound).max(f64::MIN_POSITIVE))
    }

    /// Where the line may cross the real axis: at theta or, if that is too near a kink of K, left
    /// of it; not much nearer to the pole at 0 than the integrand is wide.
    fn lines(&self, theta: f64) -> impl Iterator<Item = f64> {
        let least = self
            .deviation(theta)
            .map_or(0.0, |deviation| 0.3 / deviation);
        [1.0, 0.97, 0.93, 0.88, 0.8, 0.65]
            .into_iter()
            .map(move |part| (part * theta).max(least))
    }
}
