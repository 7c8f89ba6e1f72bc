//! Quantiles of the normal distribution, for choices that no bound rests on.

use std::f64::consts::FRAC_1_SQRT_2;

/// `Phi(x)`.
pub(crate) fn normal_probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// `Phi^-1(p)`, good to 1e-10; beyond 12 deviations it stays there.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    // In the upper half one minus a probability has lost its digits: use the symmetry.
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let (mut low, mut high) = (-12.0, 0.0);
    for _ in 0..44 {
        let middle = 0.5 * (low + high);
        match normal_probability(middle) < p {
            true => low = middle,
            false => high = middle,
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_probabilities() {
        for x in [-6.0, -1.5, -0.01, 0.0, 0.3, 2.0, 5.0] {
            assert!(
                (normal_quantile(normal_probability(x)) - x).abs() < 1e-8,
                "{x}"
            );
        }
        assert!((normal_quantile(0.975) - 1.959963984540054).abs() < 1e-9);
    }
}
