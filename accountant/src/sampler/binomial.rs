//! The binomial distribution from above: its upper tails and single probabilities.

use std::f64::consts::PI;

/// Relative error of a tail, with room to spare: the probability at the mode's side is good to
/// a few units in the last place times the number of standard deviations, the ratios are exact.
const SLACK: f64 = 1e-9;

/// The most terms of a tail that are summed one by one.
const MOST_TERMS: u32 = 2_000_000;

/// An upper bound on `Pr[Binomial(trials, p) >= least]`, close to it.
#[must_use]
pub fn tail_above(trials: u64, probability: f64, least: u64) -> f64 {
    if least == 0 || probability >= 1.0 && least <= trials {
        return 1.0;
    }
    if least > trials || probability <= 0.0 {
        return 0.0;
    }
    let (n, p) = (trials as f64, probability);
    let odds = p / (1.0 - p);
    if (least as f64) <= n * p {
        // Most of the mass: one minus the lower tail, which is summed from below.
        let mut term = 1.0 - SLACK;
        let mut sum = 0.0;
        let mut k = least - 1;
        for _ in 0..MOST_TERMS {
            sum += term;
            if k == 0 || term < 1e-18 * sum {
                break;
            }
            term *= k as f64 / (n - k as f64 + 1.0) / odds;
            k -= 1;
        }
        return (1.0 - mass(trials, p, least - 1) * sum * (1.0 - SLACK)).clamp(0.0, 1.0);
    }
    let mut term = 1.0;
    let mut sum = 0.0;
    let mut k = least as f64;
    for _ in 0..MOST_TERMS {
        sum += term;
        let ratio = (n - k) / (k + 1.0) * odds;
        let next = term * ratio;
        if next < 1e-18 * sum {
            // what is left is less than a geometric series
            sum += next / (1.0 - ratio);
            return (mass(trials, p, least) * sum * (1.0 + SLACK)).min(1.0);
        }
        term = next;
        k += 1.0;
    }
    let ratio = ((n - k) / (k + 1.0) * odds).min(1.0);
    let rest = term / (1.0 - ratio);
    (mass(trials, p, least) * (sum + rest) * (1.0 + SLACK)).min(1.0)
}

/// An upper bound on `Pr[Binomial(trials, p) = k]`, close to it; 0 for `k` above `trials`.
#[must_use]
pub fn mass_above(trials: u64, probability: f64, k: u64) -> f64 {
    if k > trials {
        return 0.0;
    }
    if probability <= 0.0 || probability >= 1.0 {
        let certain = if probability <= 0.0 { 0 } else { trials };
        return if k == certain { 1.0 } else { 0.0 };
    }
    (mass(trials, probability, k) * (1.0 + SLACK)).min(1.0)
}

/// `Pr[Binomial(trials, p) = k]` for 0 < p < 1, by deviances, so that nothing large cancels
/// (Loader 2000, "Fast and Accurate Computation of Binomial Probabilities").
fn mass(trials: u64, p: f64, k: u64) -> f64 {
    let n = trials as f64;
    if k == 0 {
        return libm::exp(n * libm::log1p(-p));
    }
    if k == trials {
        return libm::exp(n * libm::log(p));
    }
    let (x, y) = (k as f64, (trials - k) as f64);
    let exponent = stirling_error(n)
        - stirling_error(x)
        - stirling_error(y)
        - deviance(x, n * p)
        - deviance(y, n * (1.0 - p));
    libm::exp(exponent) * libm::sqrt(n / (2.0 * PI * x * y))
}

/// `ln n! - ln(sqrt(2 pi n) (n/e)^n)`.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - 0.5 * libm::log(2.0 * PI);
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / n
}

/// `x ln(x/m) + m - x`.
fn deviance(x: f64, mean: f64) -> f64 {
    let ratio = (x - mean) / mean;
    // (1 + r) ln(1 + r) - r
    if ratio.abs() > 0.1 {
        return mean * ((1.0 + ratio) * libm::log1p(ratio) - ratio);
    }
    // sum over j >= 2 of (-1)^j r^j / (j (j - 1))
    let mut power = ratio;
    let mut sum = 0.0;
    for j in 2..=20 {
        power *= if j == 2 { ratio } else { -ratio };
        let j = f64::from(j);
        sum += power / (j * (j - 1.0));
    }
    mean * sum
}

#[cfg(test)]
mod tests {
    use super::{mass_above, tail_above};

    #[test]
    fn masses_are_differences_of_tails_and_rounded_up() {
        for (n, p, k, _) in BINOMIAL_TAILS {
            let exact = tail_above(n, p, k) - tail_above(n, p, k + 1);
            let mass = mass_above(n, p, k);
            assert!((mass - exact).abs() < 4e-9, "{n} {p} {k}: {mass} {exact}");
        }
        assert!((mass_above(20, 0.3, 6) / 0.191_638_982_753_442_3 - 1.0 - 1e-9).abs() < 1e-12);
        assert_eq!(mass_above(5, 0.0, 0) + mass_above(5, 1.0, 5), 2.0);
        assert_eq!(mass_above(5, 0.0, 1) + mass_above(5, 0.4, 6), 0.0);
    }

    /// Sums of the exact terms with mpmath at 50 digits.
    #[test]
    fn tails_are_exact_and_rounded_up() {
        for (n, p, k, exact) in BINOMIAL_TAILS {
            let tail = tail_above(n, p, k);
            assert!(
                tail >= exact && tail <= exact * (1.0 + 1e-8),
                "{n} {p} {k}: {tail} {exact}"
            );
        }
    }

    const BINOMIAL_TAILS: [(u64, f64, u64, f64); 9] = [
        (999, 0.05, 60, 0.08555199879976784),
        (59999, 0.004, 300, 0.00010158923455798917),
        (49999, 0.00512, 256, 0.5082475294802935),
        (9999, 0.01, 150, 1.6483885055875098e-06),
        (10, 0.5, 3, 0.9453125),
        (20, 0.3, 20, 3.4867844009999975e-11),
        (1000000, 0.001, 900, 0.9993808124898681),
        (100000000, 0.01, 1003000, 0.001292180305095251),
        (5, 0.9, 1, 0.99999),
    ];
}
