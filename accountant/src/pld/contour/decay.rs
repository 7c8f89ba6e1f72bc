//! How small `|M(theta + i t)|/M(theta)` provably is for ALL t beyond some point.
//!
//! Two arguments, of which the first reaches to any t:
//! - **Shift.** `M(theta + i t)` is the integral of `g(x) exp(i t L(x))` with an analytic
//!   integrand, so x may run along `x + i y` for a fixed y. There `|exp(i t L)| =
//!   exp(-t Im L(x + i y))`, and y is given the sign for which `Im L >= 0`. So the integral of
//!   `|g(x + i y)| exp(-t Im L(x + i y))` bounds `|M|` at t, and being smaller at larger t it
//!   bounds `|M|` at all larger t.
//! - **March.** `|phi|` changes by at most `E|L - c|` per unit of t, at most a standard deviation,
//!   so a value at one t bounds a stretch beyond it, and steps from stretch to stretch lead to where
//!   the shift bounds.

use std::f64::consts::{FRAC_PI_4, PI};

use super::mixture::Mixture;
use super::quadrature::{Nodes, curvature, ends};

/// Where the shifted integral of one law is computed.
#[derive(Clone, Debug)]
pub(super) struct Shifts {
    mixture: Mixture,
    theta: f64,
    log_moment: f64,
    left: f64,
    count: usize,
    step: f64,
    /// The largest |y|.
    highest: f64,
}

impl Shifts {
    /// Nothing if the means of the two sides overlap, or if there would be too many nodes.
    pub(super) fn new(mixture: &Mixture, theta: f64, log_moment: f64) -> Option<Self> {
        const ACCURACY: f64 = 26.0;
        const MOST_NODES: f64 = 20_000.0;
        let (a, b) = (&mixture.numerator, &mixture.denominator);
        if !(a.lowest >= b.highest || b.lowest >= a.highest) {
            return None;
        }
        // In |Im x| < 2 highest all differences of means turn by less than a quarter turn, so
        // that the argument of a rises with Im x and that of b falls (seen from a mean between
        // the sides): |exp(-t Im L)| <= 1 also beside the shifted line, and the trapezoid rule
        // errs by at most 2 exp(-ACCURACY) of M(theta).
        let spread = a.spread().max(b.spread());
        let highest = FRAC_PI_4 / spread;
        let strip = highest.min(6.0);
        let loss = -theta * libm::log(libm::cos(0.5 * (strip + highest.min(1e9)) * b.spread()));
        let step = 2.0 * PI * strip / (ACCURACY + 0.5 * strip * strip + loss);
        // On the shifted line b can be smaller by the cosine, so the ends lie further out.
        let shrunk = -2.0 * theta * libm::log(libm::cos(0.5 * highest.min(1e9) * b.spread()));
        let end_slope = (7.5 * 7.5 + shrunk).sqrt() * curvature(mixture, theta).sqrt();
        let (left, right) = ends(mixture, theta, end_slope)?;
        let count = ((right - left) / step).ceil();
        (count <= MOST_NODES).then(|| Self {
            mixture: mixture.clone(),
            theta,
            log_moment,
            left,
            count: count as usize + 1,
            step,
            highest,
        })
    }

    /// `ln` of a bound of `|phi|` for all t' >= t.
    pub(super) fn log_bound(&self, t: f64) -> f64 {
        const TRIES: i32 = 7;
        let reach = self.mixture.reach();
        let most = self.highest.min(t * reach);
        (0..TRIES)
            .map(|k| self.log_bound_at(t, most * f64::powi(0.6, k)))
            .fold(0.0, f64::min)
    }

    fn log_bound_at(&self, t: f64, y: f64) -> f64 {
        let (a, b) = (&self.mixture.numerator, &self.mixture.denominator);
        let y = if a.lowest >= b.highest { y } else { -y };
        let mut sum = 0.0;
        for j in 0..self.count {
            let x = self.left + j as f64 * self.step;
            let ((log_a, turn_a), (log_b, turn_b)) = (a.at_complex(x, y), b.at_complex(x, y));
            let damping = t * (turn_a - turn_b).max(0.0);
            let exponent = (1.0 + self.theta) * log_a - self.theta * log_b - 0.5 * x * x - damping;
            sum += libm::exp(exponent - self.log_moment);
        }
        let integral = sum * self.step / (2.0 * PI).sqrt();
        // 2 exp(-ACCURACY), the ends (7.5^2/2 below the peak), and rounding.
        let errors = 1e-9;
        0.5 * y * y + libm::log(integral + errors)
    }
}

/// One law in [`stays_below`].
pub(super) struct Part<'a> {
    pub(super) count: f64,
    /// Of every branch of the law, with its part of `M(theta)`; nothing if one has none.
    pub(super) shifts: Option<Vec<(f64, Shifts)>>,
    pub(super) deviation: f64,
    /// Nodes that are good enough up to this |t|, remade when t passes it.
    pub(super) nodes: Nodes,
    pub(super) reaches: f64,
    pub(super) remake: &'a dyn Fn(f64) -> Option<Nodes>,
}

/// Whether `prod_i |phi_i(t)|^{n_i} <= exp(log_target)` for all t >= `from`.
///
/// `gaussian` is the sum of `n mu^2` of the normal laws, whose factor is `exp(-gaussian t^2/2)`.
pub(super) fn stays_below(
    parts: &mut [Part<'_>],
    gaussian: f64,
    from: f64,
    log_target: f64,
    budget: &mut usize,
) -> bool {
    // Sines and cosines for each law before another engine takes over, each as dear as ten
    // multiplications.
    const MOST_WORK: usize = 2_000_000;
    const MULTIPLICATIONS: usize = 10;
    let most_work = (MOST_WORK * parts.len().max(1)).min(*budget / MULTIPLICATIONS);
    let (mut t, mut work) = (from, 0);
    // The shift is tried at every doubling of t: it costs as much as many steps.
    let mut next_try = from;
    while work < most_work {
        if t >= next_try {
            if beyond(parts, gaussian, t) <= log_target {
                return true;
            }
            next_try = 1.3 * t;
        }
        work += parts
            .iter()
            .map(|part| part.nodes.losses.len())
            .sum::<usize>()
            + 1;
        let Some(next) = stretch(parts, gaussian, t, log_target) else {
            return false;
        };
        t = next.min(next_try.max(t * (1.0 + 1e-9)));
    }
    false
}

/// `ln` of a bound for all t' >= t by shifts and the normal factor.
fn beyond(parts: &[Part<'_>], gaussian: f64, t: f64) -> f64 {
    let shifted = |part: &Part<'_>| match &part.shifts {
        Some(branches) => {
            let bound = |(part, shifts): &(f64, Shifts)| part * libm::exp(shifts.log_bound(t));
            let sum: f64 = branches.iter().map(bound).sum();
            part.count * libm::log((sum * (1.0 + 1e-12)).min(1.0))
        }
        None => 0.0,
    };
    -0.5 * gaussian * t * t + parts.iter().map(shifted).sum::<f64>()
}

/// How far a value at t bounds the product: the next t, or nothing if it is too large at t.
fn stretch(parts: &mut [Part<'_>], gaussian: f64, t: f64, log_target: f64) -> Option<f64> {
    let mut at = Vec::with_capacity(parts.len());
    for part in parts.iter_mut() {
        if t > part.reaches {
            part.reaches = 2.0 * t;
            part.nodes = (part.remake)(part.reaches)?;
        }
        at.push(part.nodes.modulus_above(t));
    }
    let bound = |length: f64| {
        let normal = -0.5 * gaussian * t * t;
        let mixtures = parts.iter().zip(&at).map(|(part, modulus)| {
            part.count * libm::log((modulus + length * part.deviation).min(1.0))
        });
        normal + mixtures.sum::<f64>()
    };
    // The longest stretch that works, within a factor of 1.2.
    let most = parts
        .iter()
        .map(|part| 1.0 / part.deviation)
        .fold(f64::INFINITY, f64::min);
    let mut length = most.min(t.max(1e-300));
    for _ in 0..80 {
        if bound(length) <= log_target {
            return Some(t + length);
        }
        length /= 1.2;
    }
    None
}
