//! Test statistics with bounds that hold with probability 1 - 1e-7.

/// Probability of a false alarm of each bound below.
const FALSE_ALARM: f64 = 1e-7;

/// The Kolmogorov-Smirnov distance between samples and a distribution function.
pub(crate) fn ks_distance(samples: &mut [f64], cdf: impl Fn(f64) -> f64) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    let n = samples.len() as f64;
    let gap = |(i, &x): (usize, &f64)| {
        let f = cdf(x);
        (f - i as f64 / n).max((i + 1) as f64 / n - f)
    };
    samples.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// `P(D > x) <= 2 exp(-2 n x^2)` (Dvoretzky, Kiefer, Wolfowitz; constant by Massart 1990).
pub(crate) fn ks_bound(n: usize) -> f64 {
    ((2.0 / FALSE_ALARM).ln() / (2.0 * n as f64)).sqrt()
}

/// Whether the count of successes fits `n` independent trials of probability `p`, by Bernstein's
/// inequality: `P(|X - np| > t) <= 2 exp(-t^2 / (2 (np(1-p) + t/3)))`.
pub(crate) fn fits_binomial(successes: u64, n: u64, p: f64) -> bool {
    let (n, log) = (n as f64, (2.0 / FALSE_ALARM).ln());
    let variance = n * p * (1.0 - p);
    let t = log / 3.0 + (log * log / 9.0 + 2.0 * log * variance).sqrt();
    (successes as f64 - n * p).abs() <= t
}

/// Whether a sum of `n` squared standardised values fits the chi-square distribution with `n`
/// degrees of freedom, by the bounds of Laurent and Massart (2000), lemma 1.
pub(crate) fn fits_chi_square(sum: f64, n: usize) -> bool {
    let (n, x) = (n as f64, (2.0 / FALSE_ALARM).ln());
    let root = 2.0 * (n * x).sqrt();
    n - root <= sum && sum <= n + root + 2.0 * x
}

pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

pub(crate) fn laplace_cdf(x: f64) -> f64 {
    if x < 0.0 {
        0.5 * x.exp()
    } else {
        1.0 - 0.5 * (-x).exp()
    }
}

/// Asserts that the samples are normal with this standard deviation, and that the same statistic
/// rejects one that is 2 % larger or smaller.
pub(crate) fn assert_normal(samples: &mut [f64], standard_deviation: f64) {
    let mut distance = |factor: f64| {
        let scale = factor * standard_deviation;
        ks_distance(samples, |x| normal_cdf(x / scale))
    };
    let (right, small, large) = (distance(1.0), distance(0.98), distance(1.02));
    let bound = ks_bound(samples.len());
    assert!(right <= bound, "distance {right} is above {bound}");
    assert!(
        small > bound && large > bound,
        "{small} and {large} should be above {bound}"
    );
}
