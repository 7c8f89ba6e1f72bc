//! The noise of a banded Toeplitz strategy, row by row.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::BandedToeplitz;
use super::noise::Draws;

/// Solves `C n = z` from the top: `n_t = z_t - c_1 n_(t-1) - ... - c_(b-1) n_(t-b+1)`.
#[derive(Debug)]
pub(super) struct Recurrence {
    coefficients: Vec<f64>,
    /// `n_(t-1)` first, at most `b - 1` of them.
    past: VecDeque<Secret>,
}

/// Noise that is still needed; not printed.
pub(super) struct Secret(pub(super) Zeroizing<Vec<f64>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Recurrence {
    pub(super) fn new(strategy: &BandedToeplitz) -> Self {
        Self {
            coefficients: strategy.coefficients().to_vec(),
            past: VecDeque::new(),
        }
    }

    /// Adds the noise of `step` to `sum`, the steps before having been advanced over.
    pub(super) fn advance(
        &mut self,
        draws: &Draws<'_>,
        step: u64,
        dimension: usize,
        sum: &mut [f64],
    ) {
        let mut noise = Zeroizing::new(vec![0.0; dimension]);
        draws.fill("noise", step, &mut noise);
        for (coefficient, before) in self.coefficients.iter().skip(1).zip(&self.past) {
            add(&mut noise, -coefficient, &before.0);
        }
        add(sum, 1.0, &noise);
        self.past.push_front(Secret(noise));
        self.past.truncate(self.coefficients.len() - 1);
    }
}

/// `to += factor * what`.
pub(super) fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}
