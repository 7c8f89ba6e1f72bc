//! The moment of the Poisson-sampled Gaussian by the trapezoid rule.
//!
//! For an integrand that is analytic in the strip `|Im x| <= d` the trapezoid rule with step h
//! errs by about `2 exp(-2 pi d/h)` times the integral along the edge of the strip (Trefethen
//! and Weideman 2014, theorem 5.1). Here `1 + w` vanishes at `Im x = pi sigma` and nowhere
//! nearer, `|1 + w|` is largest on the real axis, and the normal density grows by `exp(d^2/2)`.
//! The step is chosen for an error of `exp(-41)`, 1e-18, relative to the integral.

use std::f64::consts::PI;

use super::integrand::{Integrand, Scaled};

/// `-ln` of the relative error that the step is chosen for.
const ACCURACY: f64 = 41.0;
/// The widest strip that is used: beyond it a longer step saves little.
const WIDEST_STRIP: f64 = 8.0;
/// The step is a multiple of this, so that every node `k h` is an exact double.
const STEP_UNIT: f64 = 1.0 / 4096.0;
/// Left end of the bulk: `exp(-x^2/2)` is 3e-20 there.
const BULK_LEFT: f64 = -9.5;
/// Terms below this part of the sum end a walk away from a maximum.
const NEGLIGIBLE: f64 = 1e-18;

/// `ln E[(1 + w)^alpha]`, for 0 < q < 1.
pub(super) fn log_moment(q: f64, sigma: f64, alpha: f64) -> f64 {
    let integrand = Integrand::new(q, sigma, alpha);
    let step = step(sigma);
    let mut sum = Sum::default();

    // There are at most two separate hills: the bulk around 0, and a tail around alpha/sigma,
    // since x meets the sigmoid curve `slope` at most three times. The bulk ends to the right of
    // 2/sigma, the centre of its quadratic part.
    let bulk_end = 2.0 / sigma + 2.0;
    let first = (BULK_LEFT / step) as i64;
    let mandatory = (bulk_end / step) as i64;
    let mut tail_start = i64::MAX;
    let tail = tail_maximum(&integrand, alpha / sigma);
    if tail > bulk_end {
        let top = (tail / step) as i64;
        let mut k = top + 1;
        while sum.add(integrand.at(k as f64 * step)) {
            k += 1;
        }
        k = top;
        while k > mandatory && sum.add(integrand.at(k as f64 * step)) {
            k -= 1;
        }
        tail_start = k + i64::from(k == mandatory);
    }
    let mut k = first;
    while k < tail_start && (sum.add(integrand.at(k as f64 * step)) || k < mandatory) {
        k += 1;
    }
    sum.log1p(step / (2.0 * PI).sqrt())
}

/// The step of the trapezoid rule: `2 pi d / (accuracy + d^2/2)`.
fn step(sigma: f64) -> f64 {
    let strip = (0.95 * PI * sigma).min(WIDEST_STRIP);
    let step = 2.0 * PI * strip / (ACCURACY + 0.5 * strip * strip);
    (step / STEP_UNIT).floor() * STEP_UNIT
}

/// The largest x at which `exp(-x^2/2) (1 + w)^alpha` has slope 0, or a point above it.
///
/// `slope` increases, so the iteration from above decreases towards the largest fixed point.
fn tail_maximum(integrand: &Integrand, centre: f64) -> f64 {
    let mut x = centre;
    for _ in 0..100 {
        let next = integrand.slope(x);
        if x - next < 1e-3 {
            break;
        }
        x = next;
    }
    x
}

/// A sum of scaled numbers that neither overflows nor underflows: `total * exp(scale)`.
#[derive(Default)]
struct Sum {
    total: f64,
    scale: f64,
}

impl Sum {
    /// Adds a term; whether it was large enough to go on.
    fn add(&mut self, term: Scaled) -> bool {
        if term.exponent > self.scale + 200.0 {
            self.total *= libm::exp(self.scale - term.exponent);
            self.scale = term.exponent;
        }
        let value = term.mantissa * libm::exp(term.exponent - self.scale);
        self.total += value;
        value > NEGLIGIBLE * self.total
    }

    /// `ln(1 + factor * sum)`.
    fn log1p(&self, factor: f64) -> f64 {
        let scaled = factor * self.total;
        if self.scale > 30.0 {
            self.scale + libm::log(scaled) + libm::log1p(libm::exp(-self.scale) / scaled)
        } else {
            libm::log1p(scaled * libm::exp(self.scale))
        }
    }
}
