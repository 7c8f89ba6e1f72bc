//! The integrand of the moment of the Poisson-sampled Gaussian, free of cancellation.
//!
//! With z = sigma x and `w = q (exp(u) - 1)`, `u = x/sigma - 1/(2 sigma^2)`, the mean of w under
//! the standard normal is 0. So `A - 1 = E[(1 + w)^alpha - 1 - alpha w]`, and by Bernoulli's
//! inequality this integrand is nowhere negative: nothing cancels in the sum.

use crate::numerics::double_double::DoubleDouble;

/// Where `alpha |w|` is below this, `(1 + w)^alpha - 1 - alpha w` is summed as a series.
const SERIES_LIMIT: f64 = 0.3;
/// Where `(alpha - 1) ln(1 + w)` is above this, the power is kept as a logarithm.
const LOG_LIMIT: f64 = 30.0;

/// A non-negative number `mantissa * exp(exponent)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaled {
    pub(super) mantissa: f64,
    pub(super) exponent: f64,
}

/// `exp(-x^2/2) ((1 + w)^alpha - 1 - alpha w)` as a function of x.
#[derive(Debug)]
pub(super) struct Integrand {
    q: f64,
    sigma: f64,
    alpha: f64,
    ln_q: f64,
    /// Where the sampled term takes over from `1 - q`: u at which `q exp(u) = 1 - q`, but at
    /// least 1 so that `exp(u) - 1` is not small beyond it.
    crossover: f64,
    /// `alpha/sigma`, the centre of the tail, to double-double precision.
    tail_centre: DoubleDouble,
    /// `alpha (alpha - 1)/(2 sigma^2) + alpha ln q`: two terms that can nearly cancel at
    /// thousands, hence computed in double-double.
    tail_constant: f64,
}

impl Integrand {
    pub(super) fn new(q: f64, sigma: f64, alpha: f64) -> Self {
        let ln_q = DoubleDouble::ln(q);
        let order = DoubleDouble::from(alpha);
        let excess = DoubleDouble::sum_of(alpha, -1.0);
        let variance = DoubleDouble::product_of(sigma, sigma);
        let growth = order
            .times(excess)
            .over(variance.times(DoubleDouble::from(2.0)));
        Self {
            q,
            sigma,
            alpha,
            ln_q: ln_q.high,
            crossover: (libm::log1p(-q) - ln_q.high).max(1.0),
            tail_centre: order.over(DoubleDouble::from(sigma)),
            tail_constant: growth.plus(order.times(ln_q)).round(),
        }
    }

    /// The integrand at x.
    pub(super) fn at(&self, x: f64) -> Scaled {
        let u = self.log_ratio(x);
        if u < self.crossover {
            self.near(x, u)
        } else {
            self.tail(x, u)
        }
    }

    /// The slope of `(1 + w)^alpha` over its value, in x: `alpha/sigma` times the weight of the
    /// sampled term, `q e^u / (1 - q + q e^u)`.
    pub(super) fn slope(&self, x: f64) -> f64 {
        let odds = (1.0 - self.q) / self.q * libm::exp(-self.log_ratio(x));
        self.alpha / self.sigma / (1.0 + odds)
    }

    /// u: the log of the density ratio of `N(1, sigma^2)` to `N(0, sigma^2)` at `z = sigma x`.
    fn log_ratio(&self, x: f64) -> f64 {
        (x - 0.5 / self.sigma) / self.sigma
    }

    /// Where w is at most about 1 (or q is large and u below 1).
    fn near(&self, x: f64, u: f64) -> Scaled {
        let w = self.q * libm::expm1(u);
        let half_square = 0.5 * x * x;
        if w.abs() * self.alpha < SERIES_LIMIT {
            return Scaled {
                mantissa: self.series(w),
                exponent: -half_square,
            };
        }
        let log = libm::log1p(w);
        let excess_log = (self.alpha - 1.0) * log;
        let weight = w / (1.0 + w);
        if excess_log < LOG_LIMIT {
            self.moderate(excess_log, weight, log - half_square)
        } else {
            self.large(excess_log, weight, self.alpha * log - half_square)
        }
    }

    /// Where `q e^u >= 1 - q`: with `p` 1 or alpha, the square is completed by hand in
    /// `p ln(1 + w) - x^2/2 = p(p-1)/(2 sigma^2) + p ln q + p ln(1 + r) - (x - p/sigma)^2/2`,
    /// `r = (1 - q)/(q e^u)`.
    fn tail(&self, x: f64, u: f64) -> Scaled {
        let log_odds = libm::log1p((1.0 - self.q) / self.q * libm::exp(-u));
        let log = u + self.ln_q + log_odds;
        let excess_log = (self.alpha - 1.0) * log;
        let weight = -libm::expm1(-log);
        if excess_log < LOG_LIMIT {
            let from_centre = x - 1.0 / self.sigma;
            let exponent = self.ln_q + log_odds - 0.5 * from_centre * from_centre;
            self.moderate(excess_log, weight, exponent)
        } else {
            let from_centre = (x - self.tail_centre.high) - self.tail_centre.low;
            let square = 0.5 * from_centre * from_centre;
            let exponent = self.tail_constant + (self.alpha * log_odds - square);
            self.large(excess_log, weight, exponent)
        }
    }

    /// `(1 + w) ((1 + w)^{alpha - 1} - 1 - (alpha - 1) weight)`; `exponent` holds `ln(1 + w)`.
    fn moderate(&self, excess_log: f64, weight: f64, exponent: f64) -> Scaled {
        Scaled {
            mantissa: libm::expm1(excess_log) - (self.alpha - 1.0) * weight,
            exponent,
        }
    }

    /// The same with the power taken out; `exponent` holds `alpha ln(1 + w)`.
    fn large(&self, excess_log: f64, weight: f64, exponent: f64) -> Scaled {
        let rest = libm::exp(-excess_log) * (1.0 + (self.alpha - 1.0) * weight);
        Scaled {
            mantissa: 1.0 - rest,
            exponent,
        }
    }

    /// The binomial series from its quadratic term on.
    fn series(&self, w: f64) -> f64 {
        let mut term = 0.5 * self.alpha * (self.alpha - 1.0) * w * w;
        let mut sum = term;
        let mut k = 2.0;
        while term.abs() > 0.1 * f64::EPSILON * sum {
            term *= (self.alpha - k) / (k + 1.0) * w;
            sum += term;
            k += 1.0;
        }
        sum
    }
}
